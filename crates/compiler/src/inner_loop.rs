//! Loops that the host asks for around a scalar kernel: the inner loops of universal functions.
//!
//! Such a loop goes along one axis of its operands, converts what it reads to the types of the
//! kernel's arguments, calls the kernel, which is put into it, and stores what comes out. It is
//! built here in the typed form, before the passes, so that they treat it as a written one.
//!
//! Nothing is checked: the host hands in operands of one length.

use crate::build::{self, Built};
use crate::error::CompileError;
use crate::lower;
use crate::source::{Instance, KernelSource};
use mambo_ir::builder::Builder;
use mambo_ir::function::{FuncId, Function, Op, Terminator, Value, ValueType, ViewType};
use mambo_ir::kernel::Inline;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Module, Signature, Span, Type};

/// How the elements of an operand lie along the axis of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// One for all turns, handed over as a value; inputs only.
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

/// A loop around a kernel of scalars.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InnerLoop {
    /// A `bool` for each turn, which does nothing where it is false.
    pub mask: Option<Form>,
    /// What the arguments are made of, in order; each is cast as Rust's `as` does.
    pub inputs: Vec<Operand>,
    /// Where the results go, in order, of the types they have.
    pub outputs: Vec<Operand>,
}

impl Operand {
    fn ty(self, access: Access) -> Type {
        let Operand { dtype, form } = self;
        let layout = match form {
            Form::Held if dtype.is_complex() => return Type::Complex(dtype.part()),
            Form::Held => return Type::Scalar(dtype),
            Form::Contiguous => Layout::C,
            Form::Strided => Layout::Strided,
        };
        Type::Array(ArrayType { dtype, rank: 1, layout, access, slice: false })
    }
}

impl InnerLoop {
    /// The types that it takes: the mask, the inputs and the outputs.
    pub fn signature(&self) -> Signature {
        let mask = self.mask.map(|form| Operand { dtype: Dtype::Bool, form });
        let read = mask.iter().chain(&self.inputs).map(|operand| operand.ty(Access::Shared));
        let written = self.outputs.iter().map(|operand| operand.ty(Access::Mut));
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
    let mut lowered = lower::lower(source, instance.clone())?;
    let span = source.kernel()?.span;
    let kernel = &lowered.module.functions[0];
    let params: Vec<Dtype> = kernel.params().iter().map(|&param| kernel.dtype(param)).collect();
    let mut function = Function::new(source.name);
    function.fastmath = kernel.fastmath;
    let results = kernel.results.clone();
    // The loop becomes the entry, and the kernel goes where the loop was put.
    let callee = FuncId(lowered.module.functions.len() as u32);
    write_loop(&mut function, inner, &params, &results, callee, span);
    lowered.module.functions.push(function);
    make_entry(&mut lowered.module);
    let last = lowered.inline.len();
    lowered.inline.push(Inline::Always);
    lowered.inline.swap(0, last);
    lowered.inline[last] = Inline::Always;
    Ok(build::optimize(lowered, source.name, dump))
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

fn write_loop(
    function: &mut Function,
    inner: &InnerLoop,
    params: &[Dtype],
    results: &[ValueType],
    callee: FuncId,
    span: Span,
) {
    let mut b = Builder::new(function);
    b.set_span(span);
    let entry = b.current();
    let mask = inner.mask.map(|form| {
        let operand = Operand { dtype: Dtype::Bool, form };
        operand_params(&mut b, operand, false, "mask")
    });
    let inputs: Vec<Vec<Value>> = (inner.inputs.iter())
        .map(|operand| operand_params(&mut b, *operand, false, "in"))
        .collect();
    let outputs: Vec<Value> = (inner.outputs.iter())
        .map(|operand| operand_params(&mut b, *operand, true, "out")[0])
        .collect();
    let start = b.index(0);
    let end = b.dim(outputs[0], 0);
    let body = b.func.new_block();
    let index = b.add_param(body, Dtype::Usize.into(), Some("i".into()));
    b.switch_to(body);
    let turn = |b: &mut Builder<'_>| {
        let read = inner.inputs.iter().zip(&inputs);
        let parts = read.flat_map(|(operand, values)| element(b, *operand, values, index));
        let parts: Vec<Value> = parts.collect();
        let args = parts.iter().zip(params).map(|(&part, &dtype)| b.cast(part, dtype)).collect();
        let mut values = b.insert(Op::Call { callee, args }, results).to_vec().into_iter();
        for (operand, &view) in inner.outputs.iter().zip(&outputs) {
            for part in 0..operand.dtype.parts() {
                let value = values.next().expect("the outputs are those of the kernel");
                b.store_part(view, &[index], part, value);
            }
        }
    };
    match mask {
        None => turn(&mut b),
        Some(mask) => {
            let form = inner.mask.expect("there is a mask");
            let operand = Operand { dtype: Dtype::Bool, form };
            let cond = element(&mut b, operand, &mask, index)[0];
            let (then, otherwise) = (b.func.new_block(), b.func.new_block());
            b.insert(Op::If { cond, then, otherwise }, &[]);
            for block in [then, otherwise] {
                let outer = b.switch_to(block);
                if block == then {
                    turn(&mut b);
                }
                b.end(Terminator::Yield(vec![]));
                b.switch_to(outer);
            }
        }
    }
    b.end(Terminator::Yield(vec![]));
    b.switch_to(entry);
    let range =
        Op::For { start, end, step: 1, inclusive: false, reverse: false, init: vec![], body };
    b.insert(range, &[]);
    b.end(Terminator::Return(vec![]));
}

/// The parameters of an operand: its parts, or one view.
fn operand_params(b: &mut Builder<'_>, operand: Operand, mutable: bool, name: &str) -> Vec<Value> {
    let Operand { dtype, form } = operand;
    let block = b.func.entry;
    let layout = match form {
        Form::Held => {
            let part = dtype.part().into();
            return (0..dtype.parts()).map(|_| b.add_param(block, part, None)).collect();
        }
        Form::Contiguous => Layout::C,
        Form::Strided => Layout::Strided,
    };
    let view = ValueType::View(ViewType { dtype, rank: 1, layout, mutable });
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
