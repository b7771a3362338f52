//! Outputs that share memory with what is read: windows of one array, which ndarray's cells
//! allow. Both sides must read what was there before the call.

use crate::Outcome;
use crate::elements::{Drawn, Values};
use crate::elementwise::{begin, mask_for};
use crate::functions::{Along, Folding, Reducing};
use crate::laid::Laid;
use crate::places::at_places;
use crate::random::Random;
use crate::reductions::starts;
use crate::request::{Request, Sent};
use ndarray::{Array2, ArrayD, ArrayView, ArrayViewD, Axis, IxDyn, MathCell, Slice};

/// Which part of an array, and in which order of its axes.
struct Window {
    /// For each axis the first place, how many, and from one to the next; from the last one to
    /// the first if negative.
    ranges: Vec<(usize, usize, isize)>,
    axes: Vec<usize>,
}

impl Window {
    /// A window of this shape, which is nowhere longer than `dims`.
    fn draw(random: &mut Random, dims: &[usize], shape: &[usize]) -> Self {
        let range = |(&len, &wanted): (&usize, &usize)| {
            let far = wanted > 1 && 2 * wanted - 1 <= len && random.one_in(3);
            let step = if far { 2 } else { 1 };
            let reach = wanted.saturating_sub(1) * step + usize::from(wanted > 0);
            let first = random.below(len - reach + 1);
            (first, wanted, if random.one_in(3) { -(step as isize) } else { step as isize })
        };
        let ranges = dims.iter().zip(shape).map(range).collect();
        // Axes of one length may change places.
        let square = shape.windows(2).all(|pair| pair[0] == pair[1]);
        let axes =
            if square { random.order(dims.len()) } else { (0..dims.len()).collect::<Vec<_>>() };
        Window { ranges, axes }
    }

    fn of<'a, T>(&self, mut view: ArrayViewD<'a, T>) -> ArrayViewD<'a, T> {
        for (axis, &(first, len, step)) in self.ranges.iter().enumerate() {
            let reach = len.saturating_sub(1) * step.unsigned_abs() + usize::from(len > 0);
            let range = Slice::new(first as isize, Some((first + reach) as isize), step);
            view.slice_axis_inplace(Axis(axis), range);
        }
        view.permuted_axes(&self.axes[..])
    }

    fn put(&self, request: &mut Request, name: &str) {
        let mut rows = Array2::zeros((self.ranges.len(), 3));
        for (mut row, &(first, len, step)) in rows.rows_mut().into_iter().zip(&self.ranges) {
            row.assign(&ndarray::arr1(&[first as i64, len as i64, step as i64]));
        }
        request.array(&format!("{name}.ranges"), rows.view().into_dyn());
        let axes: Vec<i64> = self.axes.iter().map(|&axis| axis as i64).collect();
        request.numbers(&format!("{name}.axes"), &axes);
    }
}

/// The array that all windows are of.
struct Base<T> {
    memory: ArrayD<T>,
    axes: Vec<usize>,
    dims: Vec<usize>,
}

impl<T: Drawn> Base<T> {
    fn draw(random: &mut Random, request: &mut Request, values: Values) -> Self {
        let mut dims = random.shape();
        if random.one_in(4) && !dims.is_empty() {
            dims = vec![dims[0].min(4); dims.len()];
        }
        let axes = random.order(dims.len());
        let mut stored = vec![0; dims.len()];
        axes.iter().zip(&dims).for_each(|(&at, &len)| stored[at] = len);
        let memory = ArrayD::from_shape_simple_fn(IxDyn(&stored), || T::draw(random, values));
        request.array("base", memory.view().permuted_axes(&axes[..]));
        Base { memory, axes, dims }
    }

    /// The shape of a window: a little shorter than the array.
    fn part(&self, random: &mut Random) -> Vec<usize> {
        self.dims.iter().map(|&len| len - random.below(len.min(2) + 1)).collect()
    }

    fn window(
        &self,
        random: &mut Random,
        request: &mut Request,
        name: &str,
        shape: &[usize],
    ) -> Window {
        let window = Window::draw(random, &self.dims, shape);
        window.put(request, name);
        window
    }

    /// What is in the array after a call with cells of it.
    fn after(
        mut self,
        call: impl FnOnce(ArrayView<'_, MathCell<T>, IxDyn>) -> Result<(), mambo::Error>,
    ) -> Outcome {
        call(self.memory.cell_view().permuted_axes(&self.axes[..]))?;
        Ok(vec![Sent::of(self.memory.view().permuted_axes(&self.axes[..]))])
    }
}

/// `into` and `masked`, of one or two windows.
pub(crate) fn elementwise<T: Drawn, F: Folding<T>>(
    random: &mut Random,
    request: &mut Request,
) -> Outcome {
    begin::<F>(request, "call");
    let base = Base::draw(random, request, F::VALUES);
    let shape = base.part(random);
    let narrow = |random: &mut Random| -> Vec<usize> {
        shape.iter().map(|&len| if random.one_in(6) { len.min(1) } else { len }).collect()
    };
    let shapes = [narrow(random), narrow(random)];
    let a = base.window(random, request, "in0", &shapes[0]);
    let out = base.window(random, request, "out0", &shape);
    let mask = random.one_in(3).then(|| mask_for(random, request, &shape));
    if random.one_in(2) {
        let b = Laid::<T>::draw(random, &shapes[1], F::VALUES);
        request.array("in1", b.view());
        return base.after(|cells| {
            let (a, out) = (a.of(cells.clone()), out.of(cells));
            match &mask {
                Some(mask) => F::masked(a, b.view(), mask.view(), out),
                None => F::into(a, b.view(), out),
            }
        });
    }
    let b = base.window(random, request, "in1", &shapes[1]);
    base.after(|cells| {
        let (a, b, out) = (a.of(cells.clone()), b.of(cells.clone()), out.of(cells));
        match &mask {
            Some(mask) => F::masked(a, b, mask.view(), out),
            None => F::into(a, b, out),
        }
    })
}

/// `reduce` that keeps its axes, `accumulate` and `reduceat`, along an axis of a window.
pub(crate) fn along_an_axis<T: Drawn, F: Folding<T>>(
    random: &mut Random,
    request: &mut Request,
) -> Outcome {
    let operation = random.pick(&["reduce", "accumulate", "reduceat"]);
    begin::<F>(request, operation);
    let base = Base::<T>::draw(random, request, F::FOLDED);
    let shape = base.part(random);
    let axis = if shape.is_empty() { 1 } else { random.below(shape.len()) };
    request.number("axis", axis as i64);
    let from = base.window(random, request, "in0", &shape);
    let len = shape.get(axis).copied().unwrap_or(0);
    let mut results = shape;
    let room = base.dims.get(axis).copied().unwrap_or(0);
    let count = if operation == "reduce" { room.min(1) } else { random.below(room + 1).min(5) };
    if operation != "accumulate" && !results.is_empty() {
        results[axis] = count;
    }
    let out = base.window(random, request, "out", &results);
    let along = axis as isize;
    if operation == "accumulate" {
        return base
            .after(|cells| F::accumulate_into(from.of(cells.clone()), along, out.of(cells)));
    }
    if operation == "reduceat" {
        let starts = starts(random, request, len, count);
        return base.after(|cells| {
            F::reduceat_into(from.of(cells.clone()), &starts, along, out.of(cells))
        });
    }
    request.number("keepdims", true);
    let how = Reducing { along: Along::One(along), keepdims: true, initial: None, mask: None };
    base.after(|cells| F::reduce_into(from.of(cells.clone()), &how, out.of(cells)))
}

/// `at`, with elements of the array that is changed.
pub(crate) fn at<T: Drawn, F: Folding<T>>(random: &mut Random, request: &mut Request) -> Outcome {
    begin::<F>(request, "at");
    let base = Base::<T>::draw(random, request, F::VALUES);
    let shape = base.part(random);
    let out = base.window(random, request, "out", &shape);
    let first = shape.first().copied().unwrap_or(0);
    let room = base.dims.first().copied().unwrap_or(0);
    let count = if first == 0 { 0 } else { random.below(room + 1) };
    let place = || random.below(2 * first.max(1)) as i64 - first as i64;
    let places = ArrayD::from_shape_simple_fn(IxDyn(&[count]), place);
    request.array("place0", places.view());
    let mut named = shape;
    named.first_mut().into_iter().for_each(|len| *len = count);
    let other = base.window(random, request, "in0", &named);
    base.after(|cells| at_places::<T, F>(out.of(cells.clone()), &[places], other.of(cells)))
}
