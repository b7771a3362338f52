//! Loops that the host asks for around a scalar kernel: the inner loops of universal functions.
//!
//! Such a loop goes along one axis of its operands, converts what it reads to the types of the
//! kernel's arguments, calls the kernel, which is put into it, and stores what comes out; or it
//! hands what comes out to the next turn, and so folds its operands. It is built here in the
//! typed form, before the passes, so that they treat it as a written one.
//!
//! Nothing is checked: the host hands in operands of one length.

mod tree;

use self::tree::{Shape, tree};
use crate::build::{self, Built};
use crate::error::CompileError;
use crate::lower::{self, Lowered};
use crate::source::{Instance, KernelSource};
use mambo_ir::builder::Builder;
use mambo_ir::function::{
    Binary, BlockInfo, FuncId, Function, Op, Terminator, Value, ValueType, ViewType,
};
use mambo_ir::kernel::Inline;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Module, Signature, Span, Type};

/// How the elements of an operand lie along the axis of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// One for all turns, handed over as a value, or one for each row; inputs only.
    Held,
    /// Side by side.
    Contiguous,
    /// Any stride.
    Strided,
}

/// An operand of a loop: what it holds and how it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// The type of its elements.
    pub dtype: Dtype,
    /// How they lie.
    pub form: Form,
}

/// What becomes of what the kernel returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It is stored, each turn on its own: `out[i] = kernel(a[i], b[i], …)`.
    Map,
    /// The same for rows, which are at any distance: `out[j][i] = kernel(a[j][i], b[j][i], …)`.
    Rows,
    /// It is the kernel's first argument in the next turn, `acc = kernel(acc, a[i])`, beginning
    /// with the one element of the output, where it ends. Every input has its output: rows that
    /// are folded side by side.
    Fold,
    /// The same, and stored too: `out[i + 1] = kernel(out[i], a[i])`. The outputs have an
    /// element more than the inputs.
    Scan,
    /// It takes the place of an element that the first input, of `usize`, names: the kernel's
    /// first argument. `out[at[i]] = kernel(out[at[i]], b[i], …)`, one turn after the other.
    Scatter,
    /// It folds one input of at least [`STRIP`] elements in any order: strips of so many are
    /// folded into one, `out[l] = kernel(out[l], a[s * STRIP + l])`, and that by halves; or, for
    /// a sum or product, blocks by the tree of reductions. The output is the strip, and the
    /// result its first element.
    Tree,
}

/// Elements of a strip of [`Kind::Tree`].
pub const STRIP: usize = 256;

/// A loop around a kernel of scalars.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InnerLoop {
    /// What it does.
    pub kind: Kind,
    /// A `bool` for each turn, which does nothing where it is false.
    pub mask: Option<Form>,
    /// What the arguments are made of, in order; each is cast as Rust's `as` does. Those of a
    /// fold or a scan are its rows, and not held.
    pub inputs: Vec<Operand>,
    /// Where the results go, in order, of the types they have.
    pub outputs: Vec<Operand>,
}

impl Operand {
    /// The rank and layout of the array it is handed over as, or nothing for a value.
    fn array(self, kind: Kind) -> Option<(u8, Layout)> {
        match (kind, self.form) {
            (Kind::Rows, Form::Held) => Some((1, Layout::Strided)),
            (Kind::Rows, _) => Some((2, Layout::Strided)),
            (_, Form::Held) => None,
            (_, form) => Some((1, form.layout())),
        }
    }

    fn ty(self, kind: Kind, access: Access) -> Type {
        let dtype = self.dtype;
        match self.array(kind) {
            Some((rank, layout)) => {
                Type::Array(ArrayType { dtype, rank, layout, access, slice: false })
            }
            None if dtype.is_complex() => Type::Complex(dtype.part()),
            None => Type::Scalar(dtype),
        }
    }
}

impl Form {
    /// The layout of elements of this form along one axis.
    fn layout(self) -> Layout {
        match self {
            Form::Contiguous => Layout::C,
            Form::Held | Form::Strided => Layout::Strided,
        }
    }
}

impl InnerLoop {
    /// The types that it takes: the mask, the inputs and the outputs.
    pub fn signature(&self) -> Signature {
        let mask = self.mask.map(|form| Operand { dtype: Dtype::Bool, form });
        let ty = |operand: &Operand, access| operand.ty(self.kind, access);
        let read = mask.iter().chain(&self.inputs).map(|operand| ty(operand, Access::Shared));
        let written = self.outputs.iter().map(|operand| ty(operand, Access::Mut));
        Signature { args: read.chain(written).collect(), generics: vec![], result: Type::UNIT }
    }
}

/// Builds the loop around `source` for an `instance` of it, and optimises it.
///
/// # Errors
/// If the kernel uses something that the types of the instance do not have.
pub fn build_inner_loop(
    source: &'static KernelSource,
    instance: &Instance,
    inner: &InnerLoop,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Built, CompileError> {
    let lowered = around(source, instance, |function, kernel, callee, span| {
        let params: Vec<Dtype> = kernel.params().iter().map(|&param| kernel.dtype(param)).collect();
        let turn = Turn {
            callee,
            params: &params,
            results: &kernel.results,
            shape: Shape::of(kernel),
            may_run_anywhere: may_run_anywhere(kernel),
        };
        write_loop(function, inner, &turn, span);
    })?;
    Ok(build::optimize(lowered, source.name, dump))
}

/// A kernel with a function around it that calls it, by the number it is told, and is the entry.
pub(crate) fn around(
    source: &'static KernelSource,
    instance: &Instance,
    write: impl FnOnce(&mut Function, &Function, FuncId, Span),
) -> Result<Lowered, CompileError> {
    let mut lowered = lower::lower(source, instance.clone())?;
    let span = source.kernel()?.span;
    let kernel = &lowered.module.functions[0];
    let mut function = Function::new(source.name);
    function.fastmath = kernel.fastmath;
    // The loop becomes the entry, and the kernel goes where the loop was put.
    let callee = FuncId(lowered.module.functions.len() as u32);
    write(&mut function, kernel, callee, span);
    // What the loop may do more is nothing to the kernel, which is put into it only if alike.
    lowered.module.functions[0].fastmath = function.fastmath;
    lowered.module.functions.push(function);
    make_entry(&mut lowered.module);
    let last = lowered.inline.len();
    lowered.inline.push(Inline::Always);
    lowered.inline.swap(0, last);
    lowered.inline[last] = Inline::Always;
    Ok(lowered)
}

/// Exchanges the last function and the first.
fn make_entry(module: &mut Module) {
    let last = module.functions.len() - 1;
    // The call of the loop is of the number that the kernel gets.
    for function in &mut module.functions[..last] {
        for info in &mut function.insts {
            if let Op::Call { callee, .. } = &mut info.op
                && callee.index() == 0
            {
                *callee = FuncId(last as u32);
            }
        }
    }
    module.functions.swap(0, last);
}

/// Whether a kernel is short, and does nothing but compute its results.
fn may_run_anywhere(kernel: &Function) -> bool {
    let computes = |op: &Op| op.is_pure(|value| kernel.ty(value)) || matches!(op, Op::If { .. });
    let goes_on =
        |block: &BlockInfo| matches!(block.end, Terminator::Return(_) | Terminator::Yield(_));
    Shape::is_short(kernel)
        && kernel.insts.iter().all(|info| computes(&info.op))
        && kernel.blocks.iter().all(goes_on)
}

fn write_loop(function: &mut Function, inner: &InnerLoop, turn: &Turn<'_>, span: Span) {
    let mut b = Builder::new(function);
    b.set_span(span);
    let mask = inner.mask.map(|form| {
        let operand = Operand { dtype: Dtype::Bool, form };
        operand_params(&mut b, inner.kind, operand, false, "mask")
    });
    let inputs: Vec<Vec<Value>> = (inner.inputs.iter())
        .map(|operand| operand_params(&mut b, inner.kind, *operand, false, "in"))
        .collect();
    let outputs: Vec<Value> = (inner.outputs.iter())
        .map(|operand| operand_params(&mut b, inner.kind, *operand, true, "out")[0])
        .collect();
    let end = match inner.kind {
        Kind::Map | Kind::Rows => b.dim(outputs[0], 0),
        _ => b.dim(inputs[0][0], 0),
    };
    let operands = Operands { inner, mask, inputs, outputs };
    match inner.kind {
        Kind::Map => map(&mut b, &operands, turn, end),
        Kind::Rows => rows(&mut b, &operands, turn, end),
        Kind::Fold | Kind::Scan => chain(&mut b, &operands, turn, end),
        Kind::Scatter => scatter(&mut b, &operands, turn, end),
        Kind::Tree => tree(&mut b, &operands, turn, end),
    }
    b.end(Terminator::Return(vec![]));
}

/// The operands of a loop and their values in it.
struct Operands<'a> {
    inner: &'a InnerLoop,
    mask: Option<Vec<Value>>,
    inputs: Vec<Vec<Value>>,
    outputs: Vec<Value>,
}

impl Operands<'_> {
    /// The mask at an index, if there is one.
    fn condition(&self, b: &mut Builder<'_>, index: Value) -> Option<Value> {
        let (mask, form) = self.mask.as_ref().zip(self.inner.mask)?;
        Some(element(b, Operand { dtype: Dtype::Bool, form }, mask, index)[0])
    }
}

/// A call of the kernel.
struct Turn<'a> {
    callee: FuncId,
    params: &'a [Dtype],
    results: &'a [ValueType],
    shape: Shape,
    /// Whether it may as well be called where a mask is false: it is short, and cannot panic.
    may_run_anywhere: bool,
}

impl Turn<'_> {
    /// What the kernel returns for these arguments, cast to what it takes.
    fn call(&self, b: &mut Builder<'_>, parts: &[Value]) -> Vec<Value> {
        let cast = parts.iter().zip(self.params).map(|(&part, &dtype)| b.cast(part, dtype));
        let args = cast.collect();
        b.insert(Op::Call { callee: self.callee, args }, self.results).to_vec()
    }
}

/// The loop from 0 to `end`, its body not yet written, which gets the index and `carried`;
/// `write` writes it and returns what the next turn gets. The results are those of the last.
pub(crate) fn turns(
    b: &mut Builder<'_>,
    end: Value,
    init: Vec<Value>,
    carried: &[ValueType],
    write: impl FnOnce(&mut Builder<'_>, Value, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let start = b.index(0);
    let body = b.func.new_block();
    let index = b.add_param(body, Dtype::Usize.into(), Some("i".into()));
    let params: Vec<Value> = carried.iter().map(|&ty| b.add_param(body, ty, None)).collect();
    let outer = b.switch_to(body);
    let next = write(b, index, &params);
    b.end(Terminator::Yield(next));
    b.switch_to(outer);
    let range = Op::For { start, end, step: 1, inclusive: false, reverse: false, init, body };
    b.insert(range, carried).to_vec()
}

/// `write`, or `otherwise` where the mask is false.
fn where_masked(
    b: &mut Builder<'_>,
    operands: &Operands<'_>,
    index: Value,
    otherwise: &[Value],
    results: &[ValueType],
    write: impl FnOnce(&mut Builder<'_>) -> Vec<Value>,
) -> Vec<Value> {
    let Some(cond) = operands.condition(b, index) else { return write(b) };
    let blocks = (b.func.new_block(), b.func.new_block());
    let outer = b.switch_to(blocks.0);
    let written = write(b);
    b.end(Terminator::Yield(written));
    b.switch_to(blocks.1);
    b.end(Terminator::Yield(otherwise.to_vec()));
    b.switch_to(outer);
    b.insert(Op::If { cond, then: blocks.0, otherwise: blocks.1 }, results).to_vec()
}

fn map(b: &mut Builder<'_>, operands: &Operands<'_>, turn: &Turn<'_>, end: Value) {
    turns(b, end, vec![], &[], |b, index, _| {
        if let Some(cond) = operands.condition(b, index).filter(|_| turn.may_run_anywhere) {
            // What is there already is stored once more, which is faster than not to store it.
            store_results(b, operands, turn, index, Some(cond));
            return vec![];
        }
        where_masked(b, operands, index, &[], &[], |b| {
            store_results(b, operands, turn, index, None);
            vec![]
        })
    });
}

/// Calls the kernel for the elements at an index and stores what it returns, or what is there
/// already if `cond` is given and false.
fn store_results(
    b: &mut Builder<'_>,
    operands: &Operands<'_>,
    turn: &Turn<'_>,
    index: Value,
    cond: Option<Value>,
) {
    let inner = operands.inner;
    let read = inner.inputs.iter().zip(&operands.inputs);
    let parts = read.flat_map(|(operand, values)| element(b, *operand, values, index));
    let parts: Vec<Value> = parts.collect();
    let mut values = turn.call(b, &parts).into_iter();
    for (operand, &view) in inner.outputs.iter().zip(&operands.outputs) {
        for part in 0..operand.dtype.parts() {
            let mut value = values.next().expect("the outputs are those of the kernel");
            if let Some(cond) = cond {
                let before = b.load_part(view, &[index], part);
                value = b.select(cond, value, before);
            }
            b.store_part(view, &[index], part, value);
        }
    }
}

fn rows(b: &mut Builder<'_>, operands: &Operands<'_>, turn: &Turn<'_>, end: Value) {
    let inner = operands.inner;
    let len = b.dim(operands.outputs[0], 1);
    turns(b, end, vec![], &[], |b, row, _| {
        let mask = operands.mask.as_ref().zip(inner.mask).map(|(values, form)| {
            let operand = Operand { dtype: Dtype::Bool, form };
            row_of(b, operand, values[0], row, len)
        });
        let read = inner.inputs.iter().zip(&operands.inputs);
        let inputs = read.map(|(operand, values)| row_of(b, *operand, values[0], row, len));
        let inputs = inputs.collect();
        let written = inner.outputs.iter().zip(&operands.outputs);
        let outputs = written.map(|(operand, &view)| row_of(b, *operand, view, row, len)[0]);
        let outputs = outputs.collect();
        map(b, &Operands { inner, mask, inputs, outputs }, turn, len);
        vec![]
    });
}

/// One row of an operand: a view of its elements, or the parts of the one that it holds.
fn row_of(
    b: &mut Builder<'_>,
    operand: Operand,
    view: Value,
    row: Value,
    len: Value,
) -> Vec<Value> {
    let Operand { dtype, form } = operand;
    if form == Form::Held {
        return (0..dtype.parts()).map(|part| b.load_part(view, &[row], part)).collect();
    }
    let stride = match form {
        Form::Contiguous => {
            let one = b.index(1);
            b.cast(one, Dtype::Isize)
        }
        _ => b.stride(view, 1),
    };
    let mutable = b.func.view_type(view).mutable;
    let ty = ViewType { dtype, rank: 1, layout: form.layout(), mutable };
    let (offset, dims, strides) = (vec![row, b.index(0)], vec![len], vec![stride]);
    vec![b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))]
}

fn chain(b: &mut Builder<'_>, operands: &Operands<'_>, turn: &Turn<'_>, end: Value) {
    let inner = operands.inner;
    let (zero, one) = (b.index(0), b.index(1));
    let rows = || inner.outputs.iter().zip(&operands.outputs);
    let mut first = Vec::new();
    for (operand, &view) in rows() {
        first.extend((0..operand.dtype.parts()).map(|part| b.load_part(view, &[zero], part)));
    }
    let store = |b: &mut Builder<'_>, at: Value, values: &[Value]| {
        let mut values = values.iter();
        for (operand, &view) in rows() {
            for (part, &value) in (0..operand.dtype.parts()).zip(values.by_ref()) {
                b.store_part(view, &[at], part, value);
            }
        }
    };
    let parts = turn.results.len();
    let carried = turn.results.repeat(inner.outputs.len());
    let last = turns(b, end, first, &carried, |b, index, accs| {
        let next = where_masked(b, operands, index, accs, &carried, |b| {
            let mut next = Vec::new();
            let read = inner.inputs.iter().zip(&operands.inputs);
            for ((operand, values), acc) in read.zip(accs.chunks(parts)) {
                let args = [acc, &element(b, *operand, values, index)].concat();
                next.extend(turn.call(b, &args));
            }
            next
        });
        if inner.kind == Kind::Scan {
            let at = b.binary(Binary::Add, index, one);
            store(b, at, &next);
        }
        next
    });
    if inner.kind == Kind::Fold {
        store(b, zero, &last);
    }
}

fn scatter(b: &mut Builder<'_>, operands: &Operands<'_>, turn: &Turn<'_>, end: Value) {
    let (operand, view) = (operands.inner.outputs[0], operands.outputs[0]);
    turns(b, end, vec![], &[], |b, index, _| {
        let read = operands.inner.inputs.iter().zip(&operands.inputs);
        let mut read = read.map(|(operand, values)| element(b, *operand, values, index));
        let at = read.next().expect("the places come first")[0];
        let others = read.collect::<Vec<_>>().concat();
        let parts = 0..operand.dtype.parts();
        let own: Vec<Value> = parts.clone().map(|part| b.load_part(view, &[at], part)).collect();
        let values = turn.call(b, &[own, others].concat());
        for (part, value) in parts.zip(values) {
            b.store_part(view, &[at], part, value);
        }
        vec![]
    });
}

/// The parameters of an operand: its parts, or one view.
fn operand_params(
    b: &mut Builder<'_>,
    kind: Kind,
    operand: Operand,
    mutable: bool,
    name: &str,
) -> Vec<Value> {
    let (dtype, block) = (operand.dtype, b.func.entry);
    let Some((rank, layout)) = operand.array(kind) else {
        let part = dtype.part().into();
        return (0..dtype.parts()).map(|_| b.add_param(block, part, None)).collect();
    };
    let view = ValueType::View(ViewType { dtype, rank, layout, mutable });
    vec![b.add_param(block, view, Some(name.into()))]
}

/// The scalars of an element.
fn element(b: &mut Builder<'_>, operand: Operand, values: &[Value], index: Value) -> Vec<Value> {
    match operand.form {
        Form::Held => values.to_vec(),
        _ => {
            let parts = 0..operand.dtype.parts();
            parts.map(|part| b.load_part(values[0], &[index], part)).collect()
        }
    }
}
