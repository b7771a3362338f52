//! A kernel and the instance it is compiled for: what inference and lowering read.

use crate::error::CompileError;
use crate::source::{Callee, Capture, Instance, KernelSource};
use mambo_ir::kernel::{CalleeId, CaptureId, Expr, ExprKind, Literal, TypeId};
use mambo_ir::{Const, Dtype, Kernel, Signature, Span, Type};

/// One kernel for one instance.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) source: &'static KernelSource,
    pub(crate) kernel: Kernel,
    pub(crate) instance: Instance,
    pub(crate) callees: Vec<CalleeUnit>,
}

/// A callee with its tree, if it is a kernel.
#[derive(Debug)]
pub(crate) struct CalleeUnit {
    pub(crate) callee: Callee,
    pub(crate) kernel: Option<Kernel>,
}

impl Unit {
    pub(crate) fn new(
        source: &'static KernelSource,
        instance: Instance,
    ) -> Result<Self, CompileError> {
        let callees = (source.callees)()
            .into_iter()
            .map(|callee| {
                let kernel = match &callee {
                    Callee::Kernel(source) => Some(source.kernel()?),
                    _ => None,
                };
                Ok(CalleeUnit { callee, kernel })
            })
            .collect::<Result<_, CompileError>>()?;
        Ok(Unit { source, kernel: source.kernel()?, instance, callees })
    }

    /// A unit of a callee that serves only to read the types its signature names.
    pub(crate) fn for_types(source: &'static KernelSource, kernel: Kernel) -> Self {
        let signature = Signature { args: vec![], generics: vec![], result: Type::UNIT };
        let instance =
            Instance { signature, captures: (source.captures)(), types: (source.types)() };
        Unit { source, kernel, instance, callees: Vec::new() }
    }

    pub(crate) fn error(&self, span: Span, message: String) -> CompileError {
        CompileError {
            kernel: self.source.name.into(),
            file: self.source.file.into(),
            span,
            message,
        }
    }

    pub(crate) fn callee(&self, id: CalleeId) -> &CalleeUnit {
        &self.callees[id as usize]
    }

    /// A host type named in the kernel.
    pub(crate) fn host_type(&self, id: TypeId) -> Result<&Type, CompileError> {
        self.instance.types.get(id as usize).and_then(Option::as_ref).ok_or_else(|| {
            let name = &self.kernel.types[id as usize];
            self.error(
                self.kernel.span,
                format!("the type `{name}` depends on a generic parameter and is not known when another kernel calls this one; name the type without it"),
            )
        })
    }

    /// A host constant, or a constant of a generic parameter (`T::ZERO`).
    pub(crate) fn capture(&self, id: CaptureId, span: Span) -> Result<Capture, CompileError> {
        if let Some(Some(capture)) = self.instance.captures.get(id as usize) {
            return Ok(capture.clone());
        }
        let text = &self.kernel.captures[id as usize];
        self.generic_constant(text).ok_or_else(|| {
            self.error(
                span,
                format!("the value of `{text}` depends on a generic parameter and is not known when another kernel calls this one; pass it as an argument"),
            )
        })
    }

    fn generic_constant(&self, text: &str) -> Option<Capture> {
        let (generic, name) = text.split_once("::")?;
        let index = self.kernel.generics.iter().position(|g| g == generic.trim())?;
        let dtype = self.instance.signature.generics.get(index)?.as_scalar()?;
        let value = constant_of(dtype, name.trim())?;
        Some(Capture { ty: Type::Scalar(value.dtype()), scalars: vec![value] })
    }

    /// The value of an array length: a literal or an integer constant of the host.
    pub(crate) fn constant_len(&self, expr: &Expr) -> Result<usize, CompileError> {
        let value = match &expr.kind {
            ExprKind::Literal(Literal::Int(value, _)) => Some(*value as usize),
            ExprKind::Capture(id) => {
                let capture = self.capture(*id, expr.span)?;
                capture.scalars.first().and_then(|c| c.as_int()).map(|n| n as usize)
            }
            _ => None,
        };
        value.ok_or_else(|| {
            self.error(expr.span, "the length of an array must be a literal or a constant".into())
        })
    }
}

/// The associated constant `name` of a primitive type, as the traits `Number`, `Real` and
/// `Integer` name them.
fn constant_of(dtype: Dtype, name: &str) -> Option<Const> {
    macro_rules! float {
        ($ty:ident) => {
            match name {
                "ZERO" => 0.0,
                "ONE" => 1.0,
                "MIN" => $ty::MIN,
                "MAX" => $ty::MAX,
                "EPSILON" => $ty::EPSILON,
                "MIN_POSITIVE" => $ty::MIN_POSITIVE,
                "INFINITY" => $ty::INFINITY,
                "NEG_INFINITY" => $ty::NEG_INFINITY,
                "NAN" => $ty::NAN,
                "PI" => std::$ty::consts::PI,
                "TAU" => std::$ty::consts::TAU,
                "E" => std::$ty::consts::E,
                "LN_2" => std::$ty::consts::LN_2,
                "LN_10" => std::$ty::consts::LN_10,
                "SQRT_2" => std::$ty::consts::SQRT_2,
                _ => return None,
            }
        };
    }
    Some(match dtype {
        Dtype::F32 => Const::f32(float!(f32)),
        Dtype::F64 => Const::f64(float!(f64)),
        Dtype::Bool => return None,
        _ => match name {
            "ZERO" => Const::zero(dtype),
            "ONE" => Const::one(dtype),
            "MIN" => Const::least(dtype),
            "MAX" => Const::greatest(dtype),
            "BITS" => Const::from(dtype.bits()),
            _ => return None,
        },
    })
}
