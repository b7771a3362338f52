//! The compiled loops over items, and how they are called: one for each way that cores lie and
//! follow one another. Short core dimensions are built into the code, if enough is done to be
//! worth it.

use super::layout::CoreLayout;
use super::shape::Parted;
use crate::dispatcher::{Around, Describe, Dispatcher, Resolve, Route, Wanted, set_layout};
use crate::error::Error;
use crate::threads::walk_parts;
use crate::ufunc::broadcast::stride;
use crate::ufunc::callee::{Running, load, slots_of};
use crate::ufunc::operand::RawOperand;
use crate::walk::Walk;
use mambo_compiler::core_loop::{CoreLoop, CoreOperand};
use mambo_compiler::inner_loop::Form;
use mambo_ir::{Dtype, Layout, Type};

/// The longest core dimension that is built in.
const SHORT: usize = 8;

/// Core dimensions that can be built in: so many have room in the key of a loop.
const BUILT_IN: usize = 5;

/// Elements that a call has to go through for core dimensions to be built in.
const WORTH_IT: usize = 4096;

/// Loops of one kernel with dimensions built in.
const MOST: usize = 32;

/// Operands of a call, taken apart.
pub(super) struct Items<'a> {
    pub(super) layout: &'static CoreLayout,
    /// Where the operands are.
    pub(super) raws: &'a [RawOperand<'a>],
    pub(super) parted: &'a [Parted],
    pub(super) loops: &'a [usize],
    pub(super) sizes: &'a [usize],
}

/// What is called: the kernel of arrays, for one choice of types.
#[derive(Clone, Copy)]
pub(super) struct Callee {
    pub(super) dispatcher: &'static Dispatcher,
    pub(super) describe: Describe,
    pub(super) resolve: Option<Resolve>,
}

impl Items<'_> {
    /// Calls the kernel for every item.
    pub(super) fn run(&self, callee: &Callee) -> Result<(), Error> {
        if self.loops.contains(&0) {
            return Ok(());
        }
        let rank = self.loops.len();
        let looped: Vec<RawOperand<'_>> =
            self.raws.iter().zip(self.parted).map(|(raw, parted)| parted.looped(raw)).collect();
        let walk =
            Walk::new(self.loops, looped.len(), |number, axis| stride(&looped[number], axis, rank));
        let forms: Vec<(Form, Layout)> = (walk.inner_steps().iter().enumerate())
            .map(|(number, &step)| self.form(number, step, walk.inner_len()))
            .collect();
        let route = self.route(callee, &forms)?;
        let run = |part: &Walk| {
            let mut turns = Turns::new(self, &forms, part.inner_steps());
            let mut running = Running::new(route);
            part.try_each(|at, len| {
                turns.begin(self.raws, at, len);
                running.call(&turns.slots)
            })
        };
        let parallel = callee.dispatcher.source().parallel;
        // SAFETY: the operands are borrowed for the call, those that are written mutably or in
        // cells, which no other thread sees; items write different elements.
        unsafe { walk_parts(&walk, self.elements(), parallel, run) }
    }

    /// Elements that the call goes through, of the longest operand.
    fn elements(&self) -> usize {
        let items: usize = self.loops.iter().product();
        let widest = self.parted.iter().map(|parted| parted.core.iter().product::<usize>()).max();
        items.saturating_mul(widest.unwrap_or(0))
    }

    /// How the cores of an operand follow one another at these bytes, so many of them, and how
    /// each lies.
    fn form(&self, number: usize, step: isize, len: usize) -> (Form, Layout) {
        let (raw, parted) = (&self.raws[number], &self.parted[number]);
        let layout = layout_of(&parted.core, &parted.core_strides);
        let written = self.layout.written[number];
        let size = (parted.core.iter().product::<usize>() * raw.dtype.size()) as isize;
        let form = match step {
            0 if !written && len > 1 => Form::Held,
            step if (step == size || len == 1) && layout == Layout::C => Form::Contiguous,
            _ => Form::Strided,
        };
        (form, layout)
    }

    /// The code for operands of these forms.
    fn route(&self, callee: &Callee, forms: &[(Form, Layout)]) -> Result<&'static Route, Error> {
        let worth_it = self.elements() >= WORTH_IT;
        let sizes: Vec<Option<u32>> = (self.sizes.iter().enumerate())
            .map(|(dim, &len)| {
                let is_short = worth_it && dim < BUILT_IN && (1..=SHORT).contains(&len);
                is_short.then_some(len as u32)
            })
            .collect();
        let dispatcher = callee.dispatcher;
        let many = sizes.iter().any(Option::is_some) && dispatcher.count() >= MOST;
        if many && dispatcher.find(callee.describe, callee.resolve, key(forms, &sizes)).is_none() {
            return self.compiled(callee, forms, vec![None; sizes.len()]);
        }
        self.compiled(callee, forms, sizes)
    }

    fn compiled(
        &self,
        callee: &Callee,
        forms: &[(Form, Layout)],
        sizes: Vec<Option<u32>>,
    ) -> Result<&'static Route, Error> {
        let Callee { dispatcher, describe, resolve } = *callee;
        let bits = key(forms, &sizes);
        dispatcher.loop_route(describe, resolve, bits, |mut instance| {
            for (arg, (_, layout)) in instance.signature.args.iter_mut().zip(forms) {
                set_layout(arg, || *layout);
            }
            let operands = (0..self.raws.len())
                .map(|number| CoreOperand {
                    dtype: self.raws[number].dtype,
                    axes: self.layout.operands[number].to_vec(),
                    layout: forms[number].1,
                    form: forms[number].0,
                    written: self.layout.written[number],
                })
                .collect();
            Wanted { instance, around: Around::Core(CoreLoop { operands, sizes }) }
        })
    }
}

/// Compiles the loop for operands that are contiguous.
pub(super) fn compile_contiguous(
    callee: &Callee,
    layout: &'static CoreLayout,
) -> Result<(), Error> {
    let instance = callee.dispatcher.instance(callee.describe, callee.resolve);
    let operands = instance.signature.args.iter().enumerate().filter_map(|(number, ty)| {
        Some(CoreOperand {
            dtype: element_dtype(ty)?,
            axes: layout.operands[number].to_vec(),
            layout: Layout::C,
            form: Form::Contiguous,
            written: layout.written[number],
        })
    });
    let core = CoreLoop { operands: operands.collect(), sizes: vec![None; layout.dims.len()] };
    let wanted = Wanted { instance, around: Around::Core(core) };
    callee.dispatcher.compiled(wanted).map(|_| ())
}

/// The elements of an argument.
fn element_dtype(ty: &Type) -> Option<Dtype> {
    match ty {
        Type::Scalar(dtype) => Some(*dtype),
        Type::Complex(part) => part.to_complex(),
        Type::Array(array) => Some(array.dtype),
        Type::Ref { to, .. } => element_dtype(to),
        _ => None,
    }
}

/// Tells loops of one kernel apart: 3 bits an operand, up to 14 of them, and 4 bits for each
/// length that may be built in.
fn key(forms: &[(Form, Layout)], sizes: &[Option<u32>]) -> u64 {
    let mut bits = 1 << 63;
    for (number, (form, layout)) in forms.iter().enumerate() {
        let layout = match layout {
            Layout::C => 0,
            Layout::F => 1,
            Layout::Strided => 2,
        };
        let way = match form {
            Form::Contiguous => 0,
            Form::Held => 1 + layout,
            Form::Strided => 4 + layout,
        };
        bits |= way << (3 * number);
    }
    for (dim, size) in sizes.iter().take(BUILT_IN).enumerate() {
        bits |= u64::from(size.unwrap_or(0)) << (42 + 4 * dim);
    }
    bits
}

/// The layout of a core with these lengths and strides.
fn layout_of(dims: &[usize], strides: &[isize]) -> Layout {
    let lies = |axis: usize, step: &mut isize| {
        let lies = strides[axis] == *step || dims[axis] == 1;
        *step *= dims[axis] as isize;
        lies
    };
    let (mut c, mut f) = (1, 1);
    if dims.contains(&0) || (0..dims.len()).rev().all(|axis| lies(axis, &mut c)) {
        Layout::C
    } else if (0..dims.len()).all(|axis| lies(axis, &mut f)) {
        Layout::F
    } else {
        Layout::Strided
    }
}

/// The slots of a call of the code.
struct Turns {
    slots: Vec<u64>,
    /// Where the slots of each operand are, and whether it is the same for all items.
    operands: Vec<(usize, Passed)>,
}

/// How an operand is handed over.
#[derive(Clone, Copy, PartialEq)]
enum Passed {
    Value,
    View,
    /// A view with an axis for the items.
    Views,
}

impl Turns {
    fn new(items: &Items<'_>, forms: &[(Form, Layout)], steps: &[isize]) -> Self {
        let mut turns = Turns { slots: Vec::new(), operands: Vec::new() };
        for (number, raw) in items.raws.iter().enumerate() {
            let parted = &items.parted[number];
            let held = forms[number].0 == Form::Held;
            let first = turns.slots.len();
            if held && items.layout.operands[number].is_empty() {
                turns.operands.push((first, Passed::Value));
                turns.slots.resize(first + slots_of(raw.dtype), 0);
                continue;
            }
            turns.operands.push((first, if held { Passed::View } else { Passed::Views }));
            turns.slots.push(0);
            turns.slots.extend((!held).then_some(0));
            turns.slots.extend(parted.core.iter().map(|&len| len as u64));
            let step = steps[number] / raw.dtype.size() as isize;
            turns.slots.extend((!held).then_some(step as u64));
            turns.slots.extend(parted.core_strides.iter().map(|&stride| stride as u64));
        }
        turns
    }

    /// Fills in where a run of items begins, and how many they are.
    fn begin(&mut self, raws: &[RawOperand<'_>], at: &[isize], len: usize) {
        for (number, &(slot, passed)) in self.operands.iter().enumerate() {
            let address = raws[number].address.wrapping_offset(at[number]);
            if passed == Passed::Value {
                // SAFETY: the walk leads to elements of the operand, which may be read.
                unsafe { load(raws[number].dtype, address, &mut self.slots[slot..]) };
                continue;
            }
            self.slots[slot] = address as u64;
            if passed == Passed::Views {
                self.slots[slot + 1] = len as u64;
            }
        }
    }
}
