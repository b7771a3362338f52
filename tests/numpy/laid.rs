//! Arrays of drawn shapes that lie in memory in drawn ways: C, F, with gaps, backwards, with
//! repeated elements.

use crate::elements::{Drawn, Values};
use crate::random::Random;
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis, IxDyn, Slice};

/// An array of which a view has some shape, with how to get at it.
#[derive(Clone, Debug)]
pub(crate) struct Laid<T> {
    memory: ArrayD<T>,
    /// The shape that the memory is repeated to.
    wide: Vec<usize>,
    /// Along each axis of the memory, from element to element of the view.
    steps: Vec<isize>,
    /// Where in memory each axis of the view is.
    axes: Vec<usize>,
}

impl<T: Drawn> Laid<T> {
    /// An array to read, in which elements may be repeated.
    pub(crate) fn draw(random: &mut Random, shape: &[usize], values: Values) -> Self {
        let repeats = random.one_in(4);
        Laid::with(random, shape, values, |random| repeats && random.one_in(2))
    }

    /// An array of which every element is one of its own.
    pub(crate) fn draw_alone(random: &mut Random, shape: &[usize], values: Values) -> Self {
        Laid::with(random, shape, values, |_| false)
    }

    fn with(
        random: &mut Random,
        shape: &[usize],
        values: Values,
        repeats: impl Fn(&mut Random) -> bool,
    ) -> Self {
        let rank = shape.len();
        let axes = random.order(rank);
        let plain = random.one_in(2);
        let (mut memory, mut wide, mut steps) = (vec![0; rank], vec![0; rank], vec![1isize; rank]);
        for (&at, &len) in axes.iter().zip(shape) {
            let repeated = len > 1 && repeats(random);
            if !plain && !repeated {
                steps[at] = random.pick(&[1, 1, 2, 3, -1, -2]);
            }
            wide[at] = len * steps[at].unsigned_abs();
            memory[at] = if repeated { 1 } else { wide[at] };
        }
        let memory = ArrayD::from_shape_simple_fn(IxDyn(&memory), || T::draw(random, values));
        Laid { memory, wide, steps, axes }
    }

    pub(crate) fn view(&self) -> ArrayViewD<'_, T> {
        let mut view = self.memory.broadcast(IxDyn(&self.wide)).expect("one place is repeated");
        for (at, &step) in self.steps.iter().enumerate() {
            view.slice_axis_inplace(Axis(at), Slice::new(0, None, step));
        }
        view.permuted_axes(&self.axes[..])
    }

    /// The elements to write, of an array that was drawn alone.
    pub(crate) fn view_mut(&mut self) -> ArrayViewMutD<'_, T> {
        let mut view = self.memory.view_mut();
        for (at, &step) in self.steps.iter().enumerate() {
            view.slice_axis_inplace(Axis(at), Slice::new(0, None, step));
        }
        view.permuted_axes(&self.axes[..])
    }

    /// Whether nothing but elements of the view is other than it was.
    pub(crate) fn kept_gaps(&self, mut before: Self) -> bool {
        before.view_mut().assign(&self.view());
        let bytes = |memory: &ArrayD<T>| {
            let mut bytes = Vec::new();
            memory.iter().for_each(|element| element.put(&mut bytes));
            bytes
        };
        bytes(&self.memory) == bytes(&before.memory)
    }
}
