//! Scalar instructions of loops: moves and arithmetic of 64-bit registers, jumps, and moves
//! from and to mask registers.

use crate::assembler::{Assembler, Label};
use crate::register::{Gpr, Index, Mask, Memory, Operand};

/// Arithmetic of two operands, by the number in the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the instruction of the same name")]
pub enum Arithmetic {
    Add = 0,
    Or = 1,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// When a jump is taken, by the number in the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the suffix of the jump")]
pub enum Condition {
    Below = 2,
    AboveEqual = 3,
    Equal = 4,
    NotEqual = 5,
    BelowEqual = 6,
    Above = 7,
    Less = 12,
    GreaterEqual = 13,
    LessEqual = 14,
    Greater = 15,
}

impl Condition {
    /// When the jump is not taken.
    pub const fn inverse(self) -> Self {
        match self {
            Condition::Below => Condition::AboveEqual,
            Condition::AboveEqual => Condition::Below,
            Condition::Equal => Condition::NotEqual,
            Condition::NotEqual => Condition::Equal,
            Condition::BelowEqual => Condition::Above,
            Condition::Above => Condition::BelowEqual,
            Condition::Less => Condition::GreaterEqual,
            Condition::GreaterEqual => Condition::Less,
            Condition::LessEqual => Condition::Greater,
            Condition::Greater => Condition::LessEqual,
        }
    }
}

impl Assembler {
    /// `op left, right` of 64 bits; `right` may be in memory.
    pub fn arithmetic(&mut self, op: Arithmetic, left: Gpr, right: impl Into<Operand>) {
        self.wide(&[(op as u8) << 3 | 3], left.0, right.into(), 0);
    }

    /// `op left, right` of 64 bits, with a constant.
    pub fn arithmetic_immediate(&mut self, op: Arithmetic, left: Gpr, right: i32) {
        match i8::try_from(right) {
            Ok(right) => {
                self.wide(&[0x83], op as u8, left.into(), 1);
                self.bytes(&[right as u8]);
            }
            Err(_) => {
                self.wide(&[0x81], op as u8, left.into(), 4);
                self.bytes(&right.to_le_bytes());
            }
        }
    }

    /// `mov to, from` of 64 bits.
    pub fn mov(&mut self, to: Gpr, from: impl Into<Operand>) {
        self.wide(&[0x8B], to.0, from.into(), 0);
    }

    /// Stores 64 bits.
    pub fn store(&mut self, to: Memory, from: Gpr) {
        self.wide(&[0x89], from.0, to.into(), 0);
    }

    /// `to = value`, in the shortest way that leaves the flags alone.
    pub fn constant(&mut self, to: Gpr, value: u64) {
        if let Ok(value) = u32::try_from(value) {
            // A 32-bit move clears the high half.
            self.rex(false, 0, to.into());
            self.bytes(&[0xB8 | to.0 & 7]);
            self.bytes(&value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value as i64) {
            self.wide(&[0xC7], 0, to.into(), 4);
            self.bytes(&value.to_le_bytes());
        } else {
            self.bytes(&[0x48 | to.0 >> 3, 0xB8 | to.0 & 7]);
            self.bytes(&value.to_le_bytes());
        }
    }

    /// `to = base + index * scale + displacement`.
    pub fn lea(&mut self, to: Gpr, address: Memory) {
        self.wide(&[0x8D], to.0, address.into(), 0);
    }

    /// `to = left * right` of 64 bits, signed or not.
    pub fn imul(&mut self, to: Gpr, right: impl Into<Operand>) {
        self.wide(&[0x0F, 0xAF], to.0, right.into(), 0);
    }

    /// `register <<= count`.
    pub fn shl(&mut self, register: Gpr, count: u8) {
        self.wide(&[0xC1], 4, register.into(), 1);
        self.bytes(&[count]);
    }

    /// `register >>= count`, unsigned.
    pub fn shr(&mut self, register: Gpr, count: u8) {
        self.wide(&[0xC1], 5, register.into(), 1);
        self.bytes(&[count]);
    }

    /// `bzhi to, from, count`: the low `count` bits of `from`, as for the mask of a tail.
    pub fn bzhi(&mut self, to: Gpr, from: Gpr, count: Gpr) {
        let first = (!(to.0 >> 3) & 1) << 7 | 1 << 6 | (!(from.0 >> 3) & 1) << 5 | 2;
        self.bytes(&[0xC4, first, 0x80 | (!count.0 & 15) << 3, 0xF5]);
        self.modrm(to.0, from.into(), 1, 0);
    }

    /// `kmovq to, from`: the low bits of a register as a mask.
    pub fn mask_from(&mut self, to: Mask, from: Gpr) {
        let first = 1 << 7 | 1 << 6 | (!(from.0 >> 3) & 1) << 5 | 1;
        self.bytes(&[0xC4, first, 0xFB, 0x92]);
        self.modrm(to.0, from.into(), 1, 0);
    }

    /// `kmovq to, from`: a mask as the low bits of a register.
    pub fn mask_to(&mut self, to: Gpr, from: Mask) {
        let first = (!(to.0 >> 3) & 1) << 7 | 1 << 6 | 1 << 5 | 1;
        self.bytes(&[0xC4, first, 0xFB, 0x93]);
        self.modrm(to.0, from.into(), 1, 0);
    }

    /// Jumps if `condition` holds of what was compared last.
    pub fn jump_if(&mut self, condition: Condition, to: Label) {
        self.bytes(&[0x0F, 0x80 | condition as u8]);
        self.distance_to(to);
    }

    /// Jumps.
    pub fn jump(&mut self, to: Label) {
        self.bytes(&[0xE9]);
        self.distance_to(to);
    }

    /// Puts a register on the stack.
    pub fn push(&mut self, register: Gpr) {
        self.rex(false, 0, register.into());
        self.bytes(&[0x50 | register.0 & 7]);
    }

    /// Takes it back.
    pub fn pop(&mut self, register: Gpr) {
        self.rex(false, 0, register.into());
        self.bytes(&[0x58 | register.0 & 7]);
    }

    /// `sfence`: stores before it come before stores after it.
    pub fn sfence(&mut self) {
        self.bytes(&[0x0F, 0xAE, 0xF8]);
    }

    /// Returns to the caller.
    pub fn ret(&mut self) {
        self.bytes(&[0xC3]);
    }

    /// Goes on at a multiple of `align` bytes, with instructions that do nothing before.
    pub fn align(&mut self, align: usize) {
        const NOTHING: [&[u8]; 9] = [
            &[0x90],
            &[0x66, 0x90],
            &[0x0F, 0x1F, 0x00],
            &[0x0F, 0x1F, 0x40, 0x00],
            &[0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00],
            &[0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
            &[0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
        ];
        let mut missing = self.len().next_multiple_of(align) - self.len();
        while missing > 0 {
            let step = missing.min(NOTHING.len());
            self.bytes(NOTHING[step - 1]);
            missing -= step;
        }
    }

    /// A 64-bit instruction.
    fn wide(&mut self, opcode: &[u8], reg: u8, rm: Operand, behind: usize) {
        self.rex(true, reg, rm);
        self.bytes(opcode);
        self.modrm(reg, rm, 1, behind);
    }

    fn rex(&mut self, w: bool, reg: u8, rm: Operand) {
        let (x, b) = match rm {
            Operand::Register(number) => (0, number >> 3),
            Operand::Memory(memory) => match memory.index {
                Index::Gpr(index, _) => (index.0 >> 3, memory.base.0 >> 3),
                Index::None => (0, memory.base.0 >> 3),
                Index::Vector(..) => panic!("a scalar instruction gathers nothing"),
            },
            Operand::Pool(_) => (0, 0),
        };
        let prefix = 0x40 | u8::from(w) << 3 | (reg >> 3) << 2 | x << 1 | b;
        if prefix != 0x40 {
            self.bytes(&[prefix]);
        }
    }
}
