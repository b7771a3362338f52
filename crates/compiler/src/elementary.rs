//! The elementary functions as typed functions, to be put into loops.

use crate::lower;
use crate::passes::{
    InlinePolicy, PassOptions, eliminate_bounds_checks, eliminate_dead_code, fold_constants,
    inline_calls, merge_common_subexpressions,
};
use crate::source::{Callee, Capture, Instance, KernelSource};
use mambo_ir::function::{Binary, Function, Op};
use mambo_ir::{Const, Dtype, Signature, Type};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

include!(concat!(env!("OUT_DIR"), "/elementary.rs"));

/// The body of an operation on numbers of this type, all it calls included, if it is an
/// elementary function. `exponent` is that of a power, if it is known.
pub(crate) fn function_of(
    op: &Op,
    dtype: Dtype,
    exponent: Option<i128>,
) -> Option<&'static Function> {
    match *op {
        Op::Unary(op, _) => function(op.name(), dtype, &[dtype]),
        Op::Binary(Binary::Powi, ..) => match exponent {
            Some(2) => function("square", dtype, &[dtype]),
            Some(3) => function("cube", dtype, &[dtype]),
            _ => function(Binary::Powi.name(), dtype, &[dtype, Dtype::I32]),
        },
        Op::Binary(op @ (Binary::Atan2 | Binary::Hypot | Binary::LogAddExp | Binary::Pow), ..) => {
            function(op.name(), dtype, &[dtype, dtype])
        }
        _ => None,
    }
}

/// What has been asked for, and its body.
type Known = HashMap<(&'static str, Dtype), Option<&'static Function>>;

/// Bodies are made once and kept.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

fn function(name: &'static str, dtype: Dtype, args: &[Dtype]) -> Option<&'static Function> {
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    *known.entry((name, dtype)).or_insert_with(|| {
        let width = match dtype {
            Dtype::F32 => "single",
            Dtype::F64 => "double",
            _ => return None,
        };
        let source = find(&format!("{width}::{name}"))?;
        Some(&*Box::leak(Box::new(body(source, dtype, args))))
    })
}

/// The optimised body of a source.
fn body(source: &'static KernelSource, dtype: Dtype, args: &[Dtype]) -> Function {
    let args = args.iter().map(|&arg| Type::Scalar(arg)).collect();
    let signature = Signature { args, generics: Vec::new(), result: Type::Scalar(dtype) };
    let instance = Instance { signature, captures: (source.captures)(), types: Vec::new() };
    let lowered = lower::lower(source, instance)
        .unwrap_or_else(|error| panic!("an elementary function does not compile: {error}"));
    let mut module = lowered.module;
    let inline = vec![InlinePolicy::Always; module.functions.len()];
    inline_calls(&mut module, &PassOptions { inline, ..PassOptions::default() });
    let mut function = module.functions.swap_remove(0);
    fold_constants(&mut function);
    eliminate_bounds_checks(&mut function);
    merge_common_subexpressions(&mut function);
    eliminate_dead_code(&mut function);
    function
}

/// A constant of the functions.
trait IsConstant {
    fn ty() -> Type;
    fn scalars(self) -> Vec<Const>;
}

fn capture<T: IsConstant>(value: T) -> Capture {
    Capture { ty: T::ty(), scalars: value.scalars() }
}

macro_rules! scalar_constants {
    ($($ty:ident)*) => {$(
        impl IsConstant for $ty {
            fn ty() -> Type {
                Type::Scalar(Const::from(<$ty>::default()).dtype())
            }

            fn scalars(self) -> Vec<Const> {
                vec![self.into()]
            }
        }
    )*};
}

scalar_constants!(f32 f64 u32 u64 i64);

impl<T: IsConstant, const LENGTH: usize> IsConstant for [T; LENGTH] {
    fn ty() -> Type {
        Type::FixedArray(Box::new(T::ty()), LENGTH)
    }

    fn scalars(self) -> Vec<Const> {
        self.into_iter().flat_map(T::scalars).collect()
    }
}
