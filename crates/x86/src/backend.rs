//! The backend: which processor it makes code for, and the way from a loop to its bytes.

use crate::emit::emit;
use crate::register::Width;
use crate::select::{Selected, Target, select};
use mambo_compiler::backend::{LoopBackend, LoopCode};
use mambo_ir::vector::VectorLoop;

/// Instructions and the width of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simd {
    /// AVX-512 (F, BW, DQ and VL) with registers of 512 bits.
    Avx512,
    /// AVX-512 with registers of 256 bits.
    Avx512At256,
    /// AVX2 and FMA.
    Avx2,
}

impl Simd {
    /// All of them, the widest first.
    pub const ALL: [Simd; 3] = [Simd::Avx512, Simd::Avx512At256, Simd::Avx2];

    /// Whether the processor of the host has it.
    pub fn is_supported(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi2");
            let avx512 = avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            match self {
                Simd::Avx2 => avx2,
                Simd::Avx512 | Simd::Avx512At256 => avx512,
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// The widest that the processor of the host has, of at most so many bits.
    pub fn widest(bits: u32) -> Option<Self> {
        Simd::ALL.into_iter().find(|simd| simd.bits() <= bits && simd.is_supported())
    }

    /// Bits of a register.
    pub const fn bits(self) -> u32 {
        match self {
            Simd::Avx512 => 512,
            Simd::Avx512At256 | Simd::Avx2 => 256,
        }
    }

    const fn target(self) -> Target {
        match self {
            Simd::Avx512 => Target { evex: true, width: Width::W512 },
            Simd::Avx512At256 => Target { evex: true, width: Width::W256 },
            Simd::Avx2 => Target { evex: false, width: Width::W256 },
        }
    }
}

/// Makes the leaves of vector loops. It needs no processor that can run them.
///
/// ```
/// use mambo_compiler::backend::LoopBackend;
/// use mambo_ir::function::{Op, ValueType, ViewType};
/// use mambo_ir::vector::{Access, Step, VectorInst, VectorLoop, VectorOp};
/// use mambo_ir::{Dtype, Layout, Span, function::Value};
/// use mambo_x86::{Simd, X86};
///
/// // y[i] = sqrt(x[i])
/// let dtype = Dtype::F64;
/// let reference = |mutable| ViewType { dtype, rank: 0, layout: Layout::C, mutable };
/// let access = |base| Access {
///     base, part: 0, step: Step::Const(1), offset: 0, inner: [Step::NONE; 2],
/// };
/// let inst = |op, result: Option<u32>| {
///     VectorInst { op, result: result.map(Value), span: Span::default() }
/// };
/// let root = Op::Unary(mambo_ir::function::Unary::Sqrt, Value(0));
/// let plan = VectorLoop {
///     inputs: vec![ValueType::View(reference(false)), ValueType::View(reference(true))],
///     extent: None,
///     accesses: vec![access(0), access(1)],
///     reductions: vec![],
///     bests: vec![],
///     values: vec![dtype; 2],
///     insts: vec![
///         inst(VectorOp::Load { access: 0, mask: None }, Some(0)),
///         inst(VectorOp::Each(root), Some(1)),
///         inst(VectorOp::Store { access: 1, value: Value(1), mask: None }, None),
///     ],
/// };
/// let code = X86::new(Simd::Avx512).compile(&plan)?;
/// assert_eq!((code.shape.width, code.shape.lanes), (512, 8));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct X86 {
    simd: Simd,
    cache: usize,
}

impl X86 {
    /// For a processor that has these instructions.
    pub const fn new(simd: Simd) -> Self {
        X86 { simd, cache: 32 << 20 }
    }

    /// The same for a processor with a last cache of so many bytes: arrays that are longer
    /// together are written past the caches where they are only written.
    pub const fn with_cache(self, bytes: usize) -> Self {
        X86 { cache: bytes, ..self }
    }
}

impl LoopBackend for X86 {
    fn name(&self) -> &'static str {
        match self.simd {
            Simd::Avx512 | Simd::Avx512At256 => "AVX-512",
            Simd::Avx2 => "AVX2",
        }
    }

    fn compile(&self, plan: &VectorLoop) -> Result<LoopCode, String> {
        let target = self.simd.target();
        let Selected { code, pool, shape } = select(plan, target, self.cache)?;
        let bytes = emit(&code, pool, target.evex, target.width)?;
        Ok(LoopCode { bytes, shape })
    }
}
