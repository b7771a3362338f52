//! Loops that the host asks for around a kernel over small arrays: the loops of generalized
//! universal functions.
//!
//! Such a loop goes from item to item: it makes a view of the *core* of each operand, the axes
//! that the kernel sees, and calls the kernel, which is put into it. Lengths of core dimensions
//! that are short may be built in; then the loops of the kernel are unrolled, and several items
//! run side by side in vectors. It is built here in the typed form, before the passes, so that
//! they treat it as a written one.
//!
//! Nothing is checked: the host hands in operands whose cores have the lengths they should.

use crate::build::{self, Built};
use crate::error::CompileError;
use crate::inner_loop::{Form, around, turns};
use crate::source::{Instance, KernelSource};
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, FuncId, Function, Op, Terminator, Value, ValueType, ViewType};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Module, Signature, Span, Type};

/// An operand of the loop: an argument of the kernel for each item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CoreOperand {
    /// The type of its elements.
    pub dtype: Dtype,
    /// The core dimensions that are its axes; none for a number.
    pub axes: Vec<u8>,
    /// How the elements of one core lie.
    pub layout: Layout,
    /// How the cores follow one another: one for all items; side by side without gaps, each of
    /// layout C; or at any distance.
    pub form: Form,
    /// Whether the kernel writes it.
    pub written: bool,
}

/// A loop around a kernel of arrays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CoreLoop {
    /// The arguments of the kernel.
    pub operands: Vec<CoreOperand>,
    /// The lengths of the core dimensions that are built in.
    pub sizes: Vec<Option<u32>>,
}

impl CoreOperand {
    /// Whether the kernel gets a value.
    fn is_number(&self) -> bool {
        self.axes.is_empty() && !self.written
    }

    /// The axes of its view: those of the core, behind that of the items.
    fn rank(&self) -> u8 {
        self.axes.len() as u8 + u8::from(self.form != Form::Held)
    }

    /// The layout of its view.
    fn view_layout(&self) -> Layout {
        match self.form {
            Form::Held => self.layout,
            Form::Contiguous => Layout::C,
            Form::Strided => Layout::Strided,
        }
    }

    fn ty(&self) -> Type {
        let Self { dtype, form, written, .. } = *self;
        if self.is_number() && form == Form::Held {
            return match dtype.is_complex() {
                true => Type::Complex(dtype.part()),
                false => Type::Scalar(dtype),
            };
        }
        let access = if written { Access::Mut } else { Access::Shared };
        let (rank, layout) = (self.rank(), self.view_layout());
        Type::Array(ArrayType { dtype, rank, layout, access, slice: false })
    }
}

impl CoreLoop {
    /// The types that it takes: the operands, all with an axis for the items but those that are
    /// the same for all.
    pub fn signature(&self) -> Signature {
        let args = self.operands.iter().map(CoreOperand::ty).collect();
        Signature { args, generics: vec![], result: Type::UNIT }
    }
}

/// Builds the loop around `source` for an `instance` of it, and optimises it.
///
/// # Errors
/// If the kernel uses something that the types of the instance do not have.
pub fn build_core_loop(
    source: &'static KernelSource,
    instance: &Instance,
    core: &CoreLoop,
    dump: &mut dyn FnMut(&str, &Module),
) -> Result<Built, CompileError> {
    let lowered = around(source, instance, |function, _, callee, span| {
        write_loop(function, core, callee, span);
    })?;
    Ok(build::optimize_core(lowered, source.name, dump))
}

fn write_loop(function: &mut Function, core: &CoreLoop, callee: FuncId, span: Span) {
    let mut b = Builder::new(function);
    b.set_span(span);
    let params: Vec<Vec<Value>> =
        core.operands.iter().map(|operand| params(&mut b, operand)).collect();
    let operands: Vec<Given> = (core.operands.iter().zip(params))
        .map(|(operand, params)| Given::new(&mut b, core, operand, params))
        .collect();
    let items = operands.iter().find_map(|operand| operand.items);
    let items = items.unwrap_or_else(|| b.index(1));
    turns(&mut b, items, vec![], &[], |b, index, _| {
        let args = operands.iter().flat_map(|operand| operand.argument(b, index)).collect();
        b.insert(Op::Call { callee, args }, &[]);
        vec![]
    });
    b.end(Terminator::Return(vec![]));
}

/// The parameters of an operand: the parts of a number, or one view.
fn params(b: &mut Builder<'_>, operand: &CoreOperand) -> Vec<Value> {
    let block = b.func.entry;
    let dtype = operand.dtype;
    if operand.is_number() && operand.form == Form::Held {
        let part = dtype.part().into();
        return (0..dtype.parts()).map(|_| b.add_param(block, part, None)).collect();
    }
    let (rank, layout) = (operand.rank(), operand.view_layout());
    let view = ViewType { dtype, rank, layout, mutable: operand.written };
    let name = if operand.written { "out" } else { "in" };
    vec![b.add_param(block, ValueType::View(view), Some(name.into()))]
}

/// An operand in the loop.
struct Given<'a> {
    operand: &'a CoreOperand,
    /// A view of all items, or what all of them get.
    values: Vec<Value>,
    /// How many items there are, if it tells.
    items: Option<Value>,
    /// Lengths and strides of one core.
    dims: Vec<Value>,
    strides: Vec<Value>,
}

impl<'a> Given<'a> {
    fn new(
        b: &mut Builder<'_>,
        core: &CoreLoop,
        operand: &'a CoreOperand,
        params: Vec<Value>,
    ) -> Self {
        let mut given =
            Given { operand, values: params, items: None, dims: vec![], strides: vec![] };
        if operand.is_number() && operand.form == Form::Held {
            return given;
        }
        let view = given.values[0];
        let first = u8::from(operand.form != Form::Held);
        for (at, &axis) in (first..).zip(&operand.axes) {
            given.dims.push(match core.sizes[usize::from(axis)] {
                Some(size) => b.index(size as usize),
                None => b.dim(view, at),
            });
        }
        given.strides = match operand.layout {
            Layout::Strided => (first..operand.rank()).map(|at| b.stride(view, at)).collect(),
            layout => contiguous_strides(b, &given.dims, layout),
        };
        let mut dims = given.dims.clone();
        let mut strides = given.strides.clone();
        if operand.form != Form::Held {
            let items = b.dim(view, 0);
            given.items = Some(items);
            let step = match operand.form {
                Form::Contiguous => size_of_core(b, &given.dims),
                _ => b.stride(view, 0),
            };
            dims.insert(0, items);
            strides.insert(0, step);
        }
        let offset = vec![b.index(0); dims.len()];
        let ty = b.func.view_type(view);
        given.values =
            vec![b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))];
        given
    }

    /// What the kernel gets for an item.
    fn argument(&self, b: &mut Builder<'_>, index: Value) -> Vec<Value> {
        let Given { operand, values, .. } = self;
        if operand.form == Form::Held {
            return values.clone();
        }
        let view = values[0];
        if operand.is_number() {
            return (0..operand.dtype.parts())
                .map(|part| b.load_part(view, &[index], part))
                .collect();
        }
        let mut offset = vec![b.index(0); self.dims.len()];
        offset.insert(0, index);
        let (rank, layout) = (self.dims.len() as u8, operand.layout);
        let ty = ViewType { dtype: operand.dtype, rank, layout, mutable: operand.written };
        let (dims, strides) = (self.dims.clone(), self.strides.clone());
        vec![b.insert_one(Op::View { view, offset, dims, strides }, ValueType::View(ty))]
    }
}

/// The elements of a core.
fn size_of_core(b: &mut Builder<'_>, dims: &[Value]) -> Value {
    let one = b.index(1);
    let size = dims.iter().fold(one, |size, &len| b.binary(Binary::Mul, size, len));
    b.cast(size, Dtype::Isize)
}

/// The strides of a contiguous array of these lengths.
fn contiguous_strides(b: &mut Builder<'_>, dims: &[Value], layout: Layout) -> Vec<Value> {
    (0..dims.len())
        .map(|axis| match layout {
            Layout::F => size_of_core(b, &dims[..axis]),
            _ => size_of_core(b, &dims[axis + 1..]),
        })
        .collect()
}
