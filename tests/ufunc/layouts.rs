//! Arrays of drawn shapes that lie in memory in drawn ways.

use crate::elements::Drawn;
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis, IxDyn, Slice};

/// A stream of numbers that its seed decides (splitmix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// A shape of 0 to 6 axes, of few enough elements.
    pub(crate) fn shape(&mut self) -> Vec<usize> {
        let rank = self.below(7);
        let most = [0, 300, 40, 12, 7, 5, 4][rank];
        (0..rank)
            .map(|_| match self.below(12) {
                0 => 0,
                1 | 2 => 1,
                _ => 1 + self.below(most),
            })
            .collect()
    }

    /// A shape that broadcasts to this one.
    pub(crate) fn narrower(&mut self, shape: &[usize]) -> Vec<usize> {
        let dropped = if self.below(3) == 0 { self.below(shape.len() + 1) } else { 0 };
        let kept = shape[dropped..].iter();
        kept.map(|&len| if self.below(5) == 0 { 1 } else { len }).collect()
    }
}

/// An array of which a view has some shape, with how to get at it.
#[derive(Clone)]
pub(crate) struct Stored<T> {
    memory: ArrayD<T>,
    steps: Vec<isize>,
    order: Vec<usize>,
    shape: Vec<usize>,
}

impl<T: Drawn> Stored<T> {
    pub(crate) fn draw(random: &mut Random, shape: &[usize]) -> Self {
        let rank = shape.len();
        let mut order: Vec<usize> = (0..rank).collect();
        match random.below(3) {
            0 => order.reverse(),
            1 => (1..rank).for_each(|i| order.swap(i, random.below(i + 1))),
            _ => {}
        }
        let plain = random.below(2) == 0;
        let step = |random: &mut Random| match plain {
            true => 1,
            false => [1, 1, 2, 3, -1, -2][random.below(6)],
        };
        let steps: Vec<isize> = (0..rank).map(|_| step(random)).collect();
        let dims: Vec<usize> =
            order.iter().map(|&axis| shape[axis] * steps[axis].unsigned_abs()).collect();
        let memory = ArrayD::from_shape_simple_fn(IxDyn(&dims), || T::draw(random));
        Stored { memory, steps, order, shape: shape.to_vec() }
    }

    pub(crate) fn view(&self) -> ArrayViewD<'_, T> {
        let mut view = self.memory.view();
        for (at, &axis) in self.order.iter().enumerate() {
            view.slice_axis_inplace(Axis(at), Slice::new(0, None, self.steps[axis]));
        }
        let view = view.permuted_axes(self.axes());
        assert_eq!(view.shape(), self.shape);
        view
    }

    pub(crate) fn view_mut(&mut self) -> ArrayViewMutD<'_, T> {
        let axes = self.axes();
        let mut view = self.memory.view_mut();
        for (at, &axis) in self.order.iter().enumerate() {
            view.slice_axis_inplace(Axis(at), Slice::new(0, None, self.steps[axis]));
        }
        view.permuted_axes(axes)
    }

    /// Other elements that lie alike.
    pub(crate) fn map<U>(&self, f: impl FnMut(T) -> U) -> Stored<U> {
        let Stored { memory, steps, order, shape } = self.clone();
        Stored { memory: memory.mapv(f), steps, order, shape }
    }

    /// Where in memory each axis of the shape is.
    fn axes(&self) -> Vec<usize> {
        let place = |axis| self.order.iter().position(|&other| other == axis);
        (0..self.order.len()).map(|axis| place(axis).expect("an axis")).collect()
    }

    /// All of the memory, gaps included.
    pub(crate) fn memory(&self) -> &ArrayD<T> {
        &self.memory
    }
}

/// Panics unless both have the same elements at the same places.
#[track_caller]
pub(crate) fn assert_same<T: Drawn>(found: ArrayViewD<'_, T>, expected: ArrayViewD<'_, T>) {
    assert_eq!(found.shape(), expected.shape());
    for (index, value) in expected.indexed_iter() {
        let own = found[&index];
        assert!(own.same(*value), "at {index:?} of {:?}: {own} for {value}", found.shape());
    }
}
