//! Registers, widths and memory operands.

/// A general-purpose register, by its number in the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gpr(pub u8);

#[allow(missing_docs, reason = "each is the register of the same name")]
impl Gpr {
    pub const RAX: Gpr = Gpr(0);
    pub const RCX: Gpr = Gpr(1);
    pub const RDX: Gpr = Gpr(2);
    pub const RBX: Gpr = Gpr(3);
    pub const RSP: Gpr = Gpr(4);
    pub const RBP: Gpr = Gpr(5);
    pub const RSI: Gpr = Gpr(6);
    pub const RDI: Gpr = Gpr(7);
    pub const R8: Gpr = Gpr(8);
    pub const R9: Gpr = Gpr(9);
    pub const R10: Gpr = Gpr(10);
    pub const R11: Gpr = Gpr(11);
    pub const R12: Gpr = Gpr(12);
    pub const R13: Gpr = Gpr(13);
    pub const R14: Gpr = Gpr(14);
    pub const R15: Gpr = Gpr(15);
}

/// A vector register, 0 to 31; those from 16 on have an EVEX form only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vector(pub u8);

/// A mask register, 0 to 7; as the mask of an instruction, 0 stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mask(pub u8);

/// How wide vectors are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each names its bits")]
pub enum Width {
    W128,
    W256,
    W512,
}

impl Width {
    /// Bytes of one vector.
    pub const fn bytes(self) -> i32 {
        16 << self as i32
    }
}

/// The index of an address and what it is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// No index.
    None,
    /// A general-purpose register other than `rsp`, times 1, 2, 4 or 8.
    Gpr(Gpr, u8),
    /// One index a lane, times 1, 2, 4 or 8: for gathers and scatters.
    Vector(Vector, u8),
}

/// `[base + index * scale + displacement]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The base.
    pub base: Gpr,
    /// The index.
    pub index: Index,
    /// The displacement, in bytes.
    pub displacement: i32,
}

impl Memory {
    /// `[base]`.
    pub const fn base(base: Gpr) -> Self {
        Memory { base, index: Index::None, displacement: 0 }
    }

    /// The same with an index.
    pub const fn indexed(self, index: Gpr, scale: u8) -> Self {
        Memory { index: Index::Gpr(index, scale), ..self }
    }

    /// The same with an index a lane.
    pub const fn gathered(self, index: Vector, scale: u8) -> Self {
        Memory { index: Index::Vector(index, scale), ..self }
    }

    /// The same at another displacement.
    pub const fn at(self, displacement: i32) -> Self {
        Memory { displacement, ..self }
    }
}

/// The operand of an instruction that may be a register or in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A vector, mask or general-purpose register, by its number.
    Register(u8),
    /// In memory.
    Memory(Memory),
    /// A constant of the pool behind the code.
    Pool(crate::Pooled),
}

macro_rules! operands {
    ($($ty:ident)*) => {$(
        impl From<$ty> for Operand {
            fn from(register: $ty) -> Self {
                Operand::Register(register.0)
            }
        }
    )*};
}
operands!(Gpr Vector Mask);

impl From<Memory> for Operand {
    fn from(memory: Memory) -> Self {
        Operand::Memory(memory)
    }
}

impl From<crate::Pooled> for Operand {
    fn from(constant: crate::Pooled) -> Self {
        Operand::Pool(constant)
    }
}
