//! Arithmetic in lanes, with the results of rustc's code.

use super::fold::commutes;
use super::{Lanes, Mask, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use mambo_ir::function::{Binary, Compare, Unary, Value};
use mambo_ir::{Const, Dtype};
use regalloc2::VReg;

/// The opcode of a size of integers: 1, 2, 4 or 8 bytes.
fn of_size(size: usize, opcodes: [&'static Opcode; 4]) -> &'static Opcode {
    opcodes[size.trailing_zeros() as usize]
}

/// The opcode of a float type.
pub(super) fn of_float(
    dtype: Dtype,
    single: &'static Opcode,
    double: &'static Opcode,
) -> &'static Opcode {
    if dtype == Dtype::F32 { single } else { double }
}

impl Selector<'_> {
    pub(super) fn unary(&mut self, op: Unary, a: Value, dtype: Dtype) -> Select<Lanes> {
        if dtype == Dtype::Bool {
            let mask = self.mask(a)?;
            return Ok(Lanes::Mask(self.not_mask(mask)));
        }
        let a = self.vector(a)?;
        let result = if dtype.is_float() {
            self.float_unary(op, a, dtype)
        } else {
            self.int_unary(op, a, dtype)
        };
        result.map(Lanes::Vector)
    }

    fn float_unary(&mut self, op: Unary, a: VReg, dtype: Dtype) -> Select<VReg> {
        let width = self.width(dtype.size());
        let (square_root, round) = (
            of_float(dtype, &VSQRTPS, &VSQRTPD),
            self.either(
                of_float(dtype, &VROUNDPS, &VROUNDPD),
                of_float(dtype, &VRNDSCALEPS, &VRNDSCALEPD),
            ),
        );
        Ok(match op {
            Unary::Neg => {
                let sign = self.sign(dtype);
                self.bits(Binary::Xor, width, a, sign)
            }
            Unary::Abs => {
                let rest = self.magnitude(dtype);
                self.bits(Binary::And, width, a, rest)
            }
            Unary::Sqrt => self.one(square_root, width, a),
            Unary::Floor => self.one_by(round, width, a, 9),
            Unary::Ceil => self.one_by(round, width, a, 10),
            Unary::Trunc => self.one_by(round, width, a, 11),
            Unary::RoundTiesEven => self.one_by(round, width, a, 8),
            Unary::Round => {
                // The largest number below one half, with the sign of `a`, carries exactly
                // those to the next integer that must go there.
                let half = match dtype {
                    Dtype::F32 => u64::from(0.5_f32.next_down().to_bits()),
                    _ => 0.5_f64.next_down().to_bits(),
                };
                let half = self.lanes_of(half, dtype.size());
                let sign = self.sign(dtype);
                let sign = self.bits(Binary::And, width, a, sign);
                let half = self.bits(Binary::Or, width, half, sign);
                let sum = self.two(of_float(dtype, &VADDPS, &VADDPD), width, a, half);
                self.one_by(round, width, sum, 11)
            }
            _ => return Err(format!("{op:?} of {dtype}").to_lowercase()),
        })
    }

    fn int_unary(&mut self, op: Unary, a: VReg, dtype: Dtype) -> Select<VReg> {
        let size = dtype.size();
        let width = self.width(size);
        Ok(match op {
            Unary::Neg => {
                let zero = self.zero();
                self.two(subtract(size), width, zero, a)
            }
            Unary::Not => {
                let ones = self.lanes_of(u64::MAX, 8);
                self.bits(Binary::Xor, width, a, ones)
            }
            Unary::Abs if !dtype.is_signed_int() => a,
            Unary::Abs if size == 8 && !self.target.evex => {
                let zero = self.zero();
                let sign = self.two(&VPCMPGTQ, width, zero, a);
                let flipped = self.two(&VPXOR, width, a, sign);
                self.two(&VPSUBQ, width, flipped, sign)
            }
            Unary::Abs => self.one(of_size(size, [&VPABSB, &VPABSW, &VPABSD, &VPABSQ]), width, a),
            _ => return Err(format!("{op:?} of {dtype}").to_lowercase()),
        })
    }

    /// The sign bit of floats in every lane.
    fn sign(&mut self, dtype: Dtype) -> VReg {
        self.lanes_of(1 << (dtype.bits() - 1), dtype.size())
    }

    /// All bits of floats but the sign.
    fn magnitude(&mut self, dtype: Dtype) -> VReg {
        self.lanes_of((1 << (dtype.bits() - 1)) - 1, dtype.size())
    }

    /// An operation on bits.
    pub(super) fn bits(&mut self, op: Binary, width: Width, a: VReg, b: VReg) -> VReg {
        let opcode = match op {
            Binary::And => self.either(&VPAND, &VPANDQ),
            Binary::Or => self.either(&VPOR, &VPORQ),
            _ => self.either(&VPXOR, &VPXORQ),
        };
        self.two(opcode, width, a, b)
    }

    pub(super) fn binary(&mut self, op: Binary, a: Value, b: Value, dtype: Dtype) -> Select<Lanes> {
        if dtype == Dtype::Bool {
            let (a, b) = (self.mask(a)?, self.mask(b)?);
            return self.combine_masks(op, a, b).map(Lanes::Mask);
        }
        let result = match op {
            Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight => {
                self.shift(op, a, b, dtype)
            }
            _ => {
                let (mut a, mut b) = (self.vector(a)?, self.vector(b)?);
                if self.waits(a) && !self.waits(b) && commutes(op) {
                    (a, b) = (b, a);
                }
                self.combine(op, a, b, dtype)
            }
        };
        result.map(Lanes::Vector)
    }

    /// An operation on two vectors.
    pub(super) fn combine(&mut self, op: Binary, a: VReg, b: VReg, dtype: Dtype) -> Select<VReg> {
        if dtype.is_float() {
            self.float_binary(op, a, b, dtype)
        } else {
            self.int_binary(op, a, b, dtype)
        }
    }

    fn float_binary(&mut self, op: Binary, a: VReg, b: VReg, dtype: Dtype) -> Select<VReg> {
        let width = self.width(dtype.size());
        let simple = match op {
            Binary::Add => of_float(dtype, &VADDPS, &VADDPD),
            Binary::Sub => of_float(dtype, &VSUBPS, &VSUBPD),
            Binary::Mul => of_float(dtype, &VMULPS, &VMULPD),
            Binary::Div => of_float(dtype, &VDIVPS, &VDIVPD),
            Binary::Min | Binary::Max => {
                // The instruction gives its second operand if one is NaN or both are equal.
                let opcode = match op {
                    Binary::Min => of_float(dtype, &VMINPS, &VMINPD),
                    _ => of_float(dtype, &VMAXPS, &VMAXPD),
                };
                let chosen = self.two(opcode, width, b, a);
                let nan = self.compare_vectors(Compare::Ne, a, a, dtype);
                return self.choose_vectors(nan, b, chosen, dtype.size());
            }
            Binary::Copysign => {
                let rest = self.magnitude(dtype);
                let a = self.bits(Binary::And, width, a, rest);
                let sign = self.sign(dtype);
                let b = self.bits(Binary::And, width, b, sign);
                return Ok(self.bits(Binary::Or, width, a, b));
            }
            _ => return Err(format!("{op:?} of {dtype}").to_lowercase()),
        };
        Ok(self.two(simple, width, a, b))
    }

    fn int_binary(&mut self, op: Binary, a: VReg, b: VReg, dtype: Dtype) -> Select<VReg> {
        let (size, signed) = (dtype.size(), dtype.is_signed_int());
        let width = self.width(size);
        Ok(match op {
            Binary::Add => self.two(add(size), width, a, b),
            Binary::Sub => self.two(subtract(size), width, a, b),
            Binary::Mul => self.multiply(a, b, size),
            Binary::And | Binary::Or | Binary::Xor => self.bits(op, width, a, b),
            Binary::Min | Binary::Max => return self.extremum(op, a, b, dtype),
            Binary::SaturatingAdd | Binary::SaturatingSub if size <= 2 => {
                let opcode = match (op, size, signed) {
                    (Binary::SaturatingAdd, 1, true) => &VPADDSB,
                    (Binary::SaturatingAdd, 1, false) => &VPADDUSB,
                    (Binary::SaturatingAdd, _, true) => &VPADDSW,
                    (Binary::SaturatingAdd, _, false) => &VPADDUSW,
                    (_, 1, true) => &VPSUBSB,
                    (_, 1, false) => &VPSUBUSB,
                    (_, _, true) => &VPSUBSW,
                    (_, _, false) => &VPSUBUSW,
                };
                self.two(opcode, width, a, b)
            }
            Binary::SaturatingAdd | Binary::SaturatingSub => {
                return self.saturating(op == Binary::SaturatingAdd, a, b, dtype);
            }
            _ => return Err(format!("{op:?} of {dtype}").to_lowercase()),
        })
    }

    /// The low half of products.
    pub(super) fn multiply(&mut self, a: VReg, b: VReg, size: usize) -> VReg {
        let width = self.width(size);
        match size {
            1 => {
                // Even and odd bytes by products of 16 bits.
                let even = self.two(&VPMULLW, width, a, b);
                let a = self.one_by(&VPSRLW_IMMEDIATE, width, a, 8);
                let b = self.one_by(&VPSRLW_IMMEDIATE, width, b, 8);
                let odd = self.two(&VPMULLW, width, a, b);
                let odd = self.one_by(&VPSLLW_IMMEDIATE, width, odd, 8);
                let low = self.lanes_of(0x00FF, 2);
                let even = self.bits(Binary::And, width, even, low);
                self.bits(Binary::Or, width, even, odd)
            }
            2 => self.two(&VPMULLW, width, a, b),
            4 => self.two(&VPMULLD, width, a, b),
            _ if self.target.evex => self.two(&VPMULLQ, width, a, b),
            _ => {
                let high_a = self.one_by(&VPSRLQ_IMMEDIATE, width, a, 32);
                let high_b = self.one_by(&VPSRLQ_IMMEDIATE, width, b, 32);
                let left = self.two(&VPMULUDQ, width, high_a, b);
                let right = self.two(&VPMULUDQ, width, a, high_b);
                let cross = self.two(&VPADDQ, width, left, right);
                let cross = self.one_by(&VPSLLQ_IMMEDIATE, width, cross, 32);
                let low = self.two(&VPMULUDQ, width, a, b);
                self.two(&VPADDQ, width, low, cross)
            }
        }
    }

    fn extremum(&mut self, op: Binary, a: VReg, b: VReg, dtype: Dtype) -> Select<VReg> {
        let (size, signed, least) = (dtype.size(), dtype.is_signed_int(), op == Binary::Min);
        if size == 8 && !self.target.evex {
            let less = self.compare_vectors(Compare::Lt, a, b, dtype);
            let (first, second) = if least { (a, b) } else { (b, a) };
            return self.choose_vectors(less, first, second, size);
        }
        let opcode = match (least, signed) {
            (true, true) => of_size(size, [&VPMINSB, &VPMINSW, &VPMINSD, &VPMINSQ]),
            (true, false) => of_size(size, [&VPMINUB, &VPMINUW, &VPMINUD, &VPMINUQ]),
            (false, true) => of_size(size, [&VPMAXSB, &VPMAXSW, &VPMAXSD, &VPMAXSQ]),
            (false, false) => of_size(size, [&VPMAXUB, &VPMAXUW, &VPMAXUD, &VPMAXUQ]),
        };
        Ok(self.two(opcode, self.width(size), a, b))
    }

    /// Saturating sums and differences of 32 and 64 bits.
    fn saturating(&mut self, sum: bool, a: VReg, b: VReg, dtype: Dtype) -> Select<VReg> {
        let size = dtype.size();
        let width = self.width(size);
        let unsigned = dtype.to_unsigned();
        if !dtype.is_signed_int() {
            // What would go beyond is cut off from one operand before.
            if sum {
                let ones = self.lanes_of(u64::MAX, 8);
                let room = self.bits(Binary::Xor, width, b, ones);
                let a = self.extremum(Binary::Min, a, room, unsigned)?;
                return Ok(self.two(add(size), width, a, b));
            }
            let a = self.extremum(Binary::Max, a, b, unsigned)?;
            return Ok(self.two(subtract(size), width, a, b));
        }
        // It went beyond if the sign is that of neither operand of the sum.
        let result = self.two(if sum { add(size) } else { subtract(size) }, width, a, b);
        let from_a = self.bits(Binary::Xor, width, result, a);
        let other = if sum { result } else { a };
        let from_b = self.bits(Binary::Xor, width, other, b);
        let beyond = self.bits(Binary::And, width, from_a, from_b);
        let zero = self.zero();
        let beyond = self.compare_vectors(Compare::Lt, beyond, zero, dtype);
        let negative = self.compare_vectors(Compare::Lt, a, zero, dtype);
        let least = self.lanes_of(Const::least(dtype).bits() as u64, size);
        let greatest = self.lanes_of(Const::greatest(dtype).bits() as u64, size);
        let bound = self.choose_vectors(negative, least, greatest, size)?;
        self.choose_vectors(beyond, bound, result, size)
    }

    pub(super) fn mul_add(&mut self, a: Value, b: Value, c: Value, dtype: Dtype) -> Select<Lanes> {
        let width = self.width(dtype.size());
        // The operand that is overwritten should not be one that is kept.
        let stays = |value: Value| self.stays[value.index()];
        let (mut over, mut factor) = if stays(a) { (b, a) } else { (a, b) };
        if self.waits(self.vector(over)?) && !stays(factor) {
            (over, factor) = (factor, over);
        }
        let onto_factor = stays(c) && !stays(over);
        let (over, factor, c) = (self.vector(over)?, self.vector(factor)?, self.vector(c)?);
        Ok(Lanes::Vector(if onto_factor {
            let opcode = of_float(dtype, &VFMADD213PS, &VFMADD213PD);
            self.onto(opcode, width, over, factor, c)
        } else {
            let opcode = of_float(dtype, &VFMADD231PS, &VFMADD231PD);
            self.onto(opcode, width, c, over, factor)
        }))
    }

    // Shifts.

    fn shift(&mut self, op: Binary, a: Value, b: Value, dtype: Dtype) -> Select<VReg> {
        let bits = dtype.bits();
        let lanes = self.vector(a)?;
        if let Some(count) = self.constants[b.index()] {
            let count = (count.bits() as u32 & (bits - 1)) as u8;
            return self.shift_by(op, lanes, count, dtype);
        }
        let count_dtype = self.plan.dtype(b);
        let counts = self.vector(b)?;
        let size = dtype.size();
        let counts = match count_dtype.size() {
            other if other > size => self.narrow(counts, other, size)?,
            other if other < size => self.widen(counts, other, size, false),
            _ => counts,
        };
        let low = self.lanes_of(u64::from(bits - 1), size);
        let counts = self.bits(Binary::And, self.width(size), counts, low);
        self.shift_by_lanes(op, lanes, counts, dtype)
    }

    /// All lanes by one count, which is below the number of bits.
    pub(super) fn shift_by(
        &mut self,
        op: Binary,
        a: VReg,
        count: u8,
        dtype: Dtype,
    ) -> Select<VReg> {
        let (size, bits) = (dtype.size(), dtype.bits() as u8);
        let width = self.width(size);
        if count == 0 {
            return Ok(a);
        }
        if size == 1 {
            return self.shift_bytes(op, a, count, dtype);
        }
        Ok(match op {
            Binary::Shl => {
                let opcode = [&VPSLLW_IMMEDIATE, &VPSLLD_IMMEDIATE, &VPSLLQ_IMMEDIATE];
                self.one_by(opcode[size.trailing_zeros() as usize - 1], width, a, count)
            }
            Binary::Shr if !dtype.is_signed_int() => {
                let opcode = [&VPSRLW_IMMEDIATE, &VPSRLD_IMMEDIATE, &VPSRLQ_IMMEDIATE];
                self.one_by(opcode[size.trailing_zeros() as usize - 1], width, a, count)
            }
            Binary::Shr if size == 8 && !self.target.evex => {
                let moved = self.one_by(&VPSRLQ_IMMEDIATE, width, a, count);
                let top = self.lanes_of(1 << (63 - count), 8);
                let flipped = self.two(&VPXOR, width, moved, top);
                self.two(&VPSUBQ, width, flipped, top)
            }
            Binary::Shr => {
                let opcode = [&VPSRAW_IMMEDIATE, &VPSRAD_IMMEDIATE, &VPSRAQ_IMMEDIATE];
                self.one_by(opcode[size.trailing_zeros() as usize - 1], width, a, count)
            }
            _ => {
                let left = if op == Binary::RotateLeft { count } else { bits - count };
                let unsigned = dtype.to_unsigned();
                let high = self.shift_by(Binary::Shl, a, left, unsigned)?;
                let low = self.shift_by(Binary::Shr, a, bits - left, unsigned)?;
                self.bits(Binary::Or, width, high, low)
            }
        })
    }

    /// Bytes are shifted in pairs, and what came from the neighbour is cut off.
    fn shift_bytes(&mut self, op: Binary, a: VReg, count: u8, dtype: Dtype) -> Select<VReg> {
        let width = self.width(1);
        Ok(match op {
            Binary::Shl => {
                let moved = self.one_by(&VPSLLW_IMMEDIATE, width, a, count);
                let own = self.lanes_of(0xFF << count & 0xFF, 1);
                self.bits(Binary::And, width, moved, own)
            }
            Binary::Shr => {
                let moved = self.one_by(&VPSRLW_IMMEDIATE, width, a, count);
                let own = self.lanes_of(0xFF >> count, 1);
                let moved = self.bits(Binary::And, width, moved, own);
                if !dtype.is_signed_int() {
                    return Ok(moved);
                }
                let top = self.lanes_of(0x80 >> count, 1);
                let flipped = self.bits(Binary::Xor, width, moved, top);
                self.two(&VPSUBB, width, flipped, top)
            }
            _ => {
                let left = if op == Binary::RotateLeft { count } else { 8 - count };
                let high = self.shift_bytes(Binary::Shl, a, left, Dtype::U8)?;
                let low = self.shift_bytes(Binary::Shr, a, 8 - left, Dtype::U8)?;
                self.bits(Binary::Or, width, high, low)
            }
        })
    }

    /// Each lane by a count of its own, which is below the number of bits.
    fn shift_by_lanes(&mut self, op: Binary, a: VReg, counts: VReg, dtype: Dtype) -> Select<VReg> {
        let (size, evex, signed) = (dtype.size(), self.target.evex, dtype.is_signed_int());
        let width = self.width(size);
        let opcode = match (op, size) {
            (Binary::Shl, 2) if evex => &VPSLLVW,
            (Binary::Shl, 4) => &VPSLLVD,
            (Binary::Shl, 8) => &VPSLLVQ,
            (Binary::Shr, 2) if evex => of_sign(signed, &VPSRAVW, &VPSRLVW),
            (Binary::Shr, 4) => of_sign(signed, &VPSRAVD, &VPSRLVD),
            (Binary::Shr, 8) if evex => of_sign(signed, &VPSRAVQ, &VPSRLVQ),
            (Binary::Shr, 8) if !signed => &VPSRLVQ,
            (Binary::Shr, 8) => {
                let moved = self.two(&VPSRLVQ, width, a, counts);
                let top = self.lanes_of(1 << 63, 8);
                let top = self.two(&VPSRLVQ, width, top, counts);
                let flipped = self.two(&VPXOR, width, moved, top);
                return Ok(self.two(&VPSUBQ, width, flipped, top));
            }
            (Binary::RotateLeft | Binary::RotateRight, 4 | 8) => {
                // Counts of the whole width give 0 here, so a rotation by 0 comes out right.
                let whole = self.lanes_of(u64::from(dtype.bits()), size);
                let back = self.two(subtract(size), width, whole, counts);
                let (left, right) =
                    if op == Binary::RotateLeft { (counts, back) } else { (back, counts) };
                let (up, down) =
                    if size == 4 { (&VPSLLVD, &VPSRLVD) } else { (&VPSLLVQ, &VPSRLVQ) };
                let high = self.two(up, width, a, left);
                let low = self.two(down, width, a, right);
                return Ok(self.bits(Binary::Or, width, high, low));
            }
            _ => return Err(format!("{op:?} of {dtype} by different counts").to_lowercase()),
        };
        Ok(self.two(opcode, width, a, counts))
    }

    /// Lanes that a mask does not choose become 0.
    pub(super) fn keep_where(&mut self, mask: Mask, a: VReg, size: usize) -> Select<VReg> {
        let zero = self.zero();
        self.choose_vectors(mask, a, zero, size)
    }
}

fn of_sign(signed: bool, arithmetic: &'static Opcode, logical: &'static Opcode) -> &'static Opcode {
    if signed { arithmetic } else { logical }
}

pub(super) fn add(size: usize) -> &'static Opcode {
    of_size(size, [&VPADDB, &VPADDW, &VPADDD, &VPADDQ])
}

pub(super) fn subtract(size: usize) -> &'static Opcode {
    of_size(size, [&VPSUBB, &VPSUBW, &VPSUBD, &VPSUBQ])
}
