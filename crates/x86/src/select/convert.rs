//! Conversions between all types, as Rust's `as` does them.

use super::{Lanes, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Compare, Value};
use regalloc2::VReg;

impl Selector<'_> {
    pub(super) fn cast(&mut self, a: Value, from: Dtype, to: Dtype) -> Select<Lanes> {
        let result = if from == Dtype::Bool {
            let mask = self.mask(a)?;
            let one = match to {
                Dtype::F32 => u64::from(1.0_f32.to_bits()),
                Dtype::F64 => 1.0_f64.to_bits(),
                _ => 1,
            };
            self.mask_to_lanes(mask, to.size(), one)
        } else {
            let a = self.vector(a)?;
            match (from.is_float(), to.is_float()) {
                (false, false) => self.int_to_int(a, from, to),
                (false, true) => self.int_to_float(a, from, to),
                (true, false) => self.float_to_int(a, from, to),
                (true, true) => Ok(self.float_to_float(a, from, to)),
            }
        };
        result.map(Lanes::Vector)
    }

    pub(super) fn bitcast(&mut self, a: Value, from: Dtype, to: Dtype) -> Select<Lanes> {
        if from == Dtype::Bool || to == Dtype::Bool {
            return Err("the bits of a bool".into());
        }
        self.vector(a).map(Lanes::Vector)
    }

    fn int_to_int(&mut self, a: VReg, from: Dtype, to: Dtype) -> Select<VReg> {
        let (old, new) = (from.size(), to.size());
        if new > old {
            Ok(self.widen(a, old, new, from.is_signed_int()))
        } else if new < old {
            self.narrow(a, old, new)
        } else {
            Ok(a)
        }
    }

    /// Lanes of more bytes.
    pub(super) fn widen(&mut self, a: VReg, from: usize, to: usize, signed: bool) -> VReg {
        let opcode = match (from, to, signed) {
            (1, 2, true) => &VPMOVSXBW,
            (1, 4, true) => &VPMOVSXBD,
            (1, _, true) => &VPMOVSXBQ,
            (2, 4, true) => &VPMOVSXWD,
            (2, _, true) => &VPMOVSXWQ,
            (_, _, true) => &VPMOVSXDQ,
            (1, 2, false) => &VPMOVZXBW,
            (1, 4, false) => &VPMOVZXBD,
            (1, _, false) => &VPMOVZXBQ,
            (2, 4, false) => &VPMOVZXWD,
            (2, _, false) => &VPMOVZXWQ,
            (_, _, false) => &VPMOVZXDQ,
        };
        let width = self.width(to);
        self.one(opcode, width, a)
    }

    /// Lanes of fewer bytes: the low ones.
    pub(super) fn narrow(&mut self, a: VReg, from: usize, to: usize) -> Select<VReg> {
        let width = self.width(from);
        if self.target.evex {
            let opcode = match (from, to) {
                (8, 4) => &VPMOVQD,
                (8, 2) => &VPMOVQW,
                (8, _) => &VPMOVQB,
                (4, 2) => &VPMOVDW,
                (4, _) => &VPMOVDB,
                _ => &VPMOVWB,
            };
            return Ok(self.out_of(opcode, width, a, None));
        }
        // The bytes to keep go to the low end of each 128 bits, then the halves together.
        let kept = 16 * to / from;
        let mut order = vec![0x80; 16];
        for (at, byte) in order.iter_mut().take(kept).enumerate() {
            *byte = (at / to * from + at % to) as u8;
        }
        let order = self.bytes(order);
        let low = self.two(&VPSHUFB, width, a, order);
        if width != Width::W256 {
            return Ok(low);
        }
        let high = self.out_of(&VEXTRACTI128, width, low, Some(1));
        let join = match kept {
            8 => &VPUNPCKLQDQ,
            4 => &VPUNPCKLDQ,
            _ => &VPUNPCKLWD,
        };
        Ok(self.two(join, Width::W128, low, high))
    }

    fn float_to_float(&mut self, a: VReg, from: Dtype, to: Dtype) -> VReg {
        match (from, to) {
            (Dtype::F32, Dtype::F64) => self.one(&VCVTPS2PD, self.width(8), a),
            (Dtype::F64, Dtype::F32) => self.one(&VCVTPD2PS, self.width(8), a),
            _ => a,
        }
    }

    fn int_to_float(&mut self, a: VReg, from: Dtype, to: Dtype) -> Select<VReg> {
        let (size, signed, evex) = (from.size(), from.is_signed_int(), self.target.evex);
        if size < 4 {
            let wide = self.widen(a, size, 4, signed);
            return self.int_to_float(wide, Dtype::I32, to);
        }
        let (narrow, wide) = (self.width(4), self.width(8));
        Ok(match (size, signed, to) {
            (4, true, Dtype::F32) => self.one(&VCVTDQ2PS, narrow, a),
            (4, true, _) => self.one(&VCVTDQ2PD, wide, a),
            (4, false, Dtype::F32) if evex => self.one(&VCVTUDQ2PS, narrow, a),
            (4, false, Dtype::F64) if evex => self.one(&VCVTUDQ2PD, wide, a),
            (4, false, Dtype::F64) => {
                let a = self.widen(a, 4, 8, false);
                self.small_to_double(a)
            }
            (4, false, Dtype::F32) => self.word_to_single(a),
            (8, true, Dtype::F64) if evex => self.one(&VCVTQQ2PD, wide, a),
            (8, false, Dtype::F64) if evex => self.one(&VCVTUQQ2PD, wide, a),
            (8, true, Dtype::F32) if evex => self.one(&VCVTQQ2PS, wide, a),
            (8, false, Dtype::F32) if evex => self.one(&VCVTUQQ2PS, wide, a),
            (8, _, Dtype::F64) => self.long_to_double(a, signed),
            (8, _, Dtype::F32) => {
                let odd = self.rounded_to_odd(a, signed)?;
                let double = self.long_to_double(odd, signed);
                self.one(&VCVTPD2PS, wide, double)
            }
            _ => return Err(format!("cast of {from} to {to}")),
        })
    }

    /// Integers below 2^52 to doubles: as the low bits of 2^52, less 2^52.
    fn small_to_double(&mut self, a: VReg) -> VReg {
        let width = self.width(8);
        let magic = self.lanes_of(f64::to_bits((1u64 << 52) as f64), 8);
        let a = self.bits(Binary::Or, width, a, magic);
        self.two(&VSUBPD, width, a, magic)
    }

    /// Integers of 32 bits without sign: both halves exactly, and their sum rounded once.
    fn word_to_single(&mut self, a: VReg) -> VReg {
        let width = self.width(4);
        let high = self.one_by(&VPSRLD_IMMEDIATE, width, a, 16);
        let high = self.one(&VCVTDQ2PS, width, high);
        let power = self.float_lanes(65536.0, Dtype::F32);
        let high = self.two(&VMULPS, width, high, power);
        let low_half = self.lanes_of(0xFFFF, 4);
        let low = self.bits(Binary::And, width, a, low_half);
        let low = self.one(&VCVTDQ2PS, width, low);
        self.two(&VADDPS, width, high, low)
    }

    /// Integers of 64 bits with what a double has no bits for as one bit, so that rounding the
    /// double again is as if it had been done once (Boldo and Melquiond, Emulation of FMA and
    /// Correctly Rounded Sums: Proved Algorithms Using Rounding to Odd, 2008).
    fn rounded_to_odd(&mut self, a: VReg, signed: bool) -> Select<VReg> {
        let width = self.width(8);
        let low = self.lanes_of(0x7FF, 8);
        let lost = self.bits(Binary::And, width, a, low);
        let sum = self.two(&VPADDQ, width, lost, low);
        let odd = self.bits(Binary::Or, width, a, sum);
        let kept = self.lanes_of(!0x7FF, 8);
        let odd = self.bits(Binary::And, width, odd, kept);
        // Those of at most 53 bits are doubles as they are.
        let top = if signed {
            let power = self.lanes_of(1 << 53, 8);
            let sum = self.two(&VPADDQ, width, a, power);
            self.one_by(&VPSRLQ_IMMEDIATE, width, sum, 54)
        } else {
            self.one_by(&VPSRLQ_IMMEDIATE, width, a, 53)
        };
        let zero = self.zero();
        let fits = self.compare_vectors(Compare::Eq, top, zero, Dtype::U64);
        self.choose_vectors(fits, a, odd, 8)
    }

    /// Integers of 64 bits to doubles: halves as low bits of 2^84 and 2^52, of which the
    /// powers are taken away exactly and the sum is rounded once.
    fn long_to_double(&mut self, a: VReg, signed: bool) -> VReg {
        let width = self.width(8);
        let high = self.one_by(&VPSRLQ_IMMEDIATE, width, a, 32);
        let power = if signed { 0x4530_0000_8000_0000 } else { 0x4530_0000_0000_0000 };
        let power = self.lanes_of(power, 8);
        let high = self.bits(Binary::Xor, width, high, power);
        let powers = if signed { 0x4530_0000_8010_0000 } else { 0x4530_0000_0010_0000 };
        let powers = self.lanes_of(powers, 8);
        let high = self.two(&VSUBPD, width, high, powers);
        let low_half = self.lanes_of(0xFFFF_FFFF, 8);
        let low = self.bits(Binary::And, width, a, low_half);
        let magic = self.lanes_of(f64::to_bits((1u64 << 52) as f64), 8);
        let low = self.bits(Binary::Or, width, low, magic);
        self.two(&VADDPD, width, high, low)
    }

    /// Saturates; NaN gives 0.
    fn float_to_int(&mut self, a: VReg, from: Dtype, to: Dtype) -> Select<VReg> {
        if from == Dtype::F32 && to.size() == 8 && !self.target.evex {
            let double = self.float_to_float(a, from, Dtype::F64);
            return self.float_to_int(double, Dtype::F64, to);
        }
        let (size, signed) = (from.size(), to.is_signed_int());
        let number = self.compare_vectors(Compare::Eq, a, a, from);
        let a = self.keep_where(number, a, size)?;
        if to.size() < 4 {
            let bits = to.bits();
            let (low, high) = if signed {
                (-((1i64 << (bits - 1)) as f64), ((1i64 << (bits - 1)) - 1) as f64)
            } else {
                (0.0, ((1i64 << bits) - 1) as f64)
            };
            let a = self.clamp(a, Some(low), Some(high), from);
            let whole = self.truncated(a, from, Dtype::I32)?;
            return self.narrow(whole, 4, to.size());
        }
        if to.size() == 4 && from == Dtype::F64 {
            let (low, high) =
                if signed { (-2147483648.0, 2147483647.0) } else { (0.0, 4294967295.0) };
            let a = self.clamp(a, Some(low), Some(high), from);
            return self.truncated(a, from, to);
        }
        if !signed {
            let a = self.clamp(a, Some(0.0), None, from);
            let whole = self.truncated(a, from, to)?;
            if self.target.evex {
                // What is too large gives all ones, the greatest integer.
                return Ok(whole);
            }
            let limit = self.float_lanes(f64::from(to.bits()).exp2(), from);
            let large = self.compare_vectors(Compare::Ge, a, limit, from);
            let greatest = self.lanes_of(u64::MAX, to.size());
            return self.choose_vectors(large, greatest, whole, to.size());
        }
        // What does not fit gives the least integer, which is wrong for large numbers only.
        let a = match to.size() {
            8 if !self.target.evex => self.clamp(a, Some(-(63.0_f64.exp2())), None, from),
            _ => a,
        };
        let whole = self.truncated(a, from, to)?;
        let limit = (to.bits() as f64 - 1.0).exp2();
        let limit = self.float_lanes(limit, from);
        let large = self.compare_vectors(Compare::Ge, a, limit, from);
        let greatest = self.lanes_of((1 << (to.bits() - 1)) - 1, to.size());
        self.choose_vectors(large, greatest, whole, to.size())
    }

    fn float_lanes(&mut self, value: f64, dtype: Dtype) -> VReg {
        match dtype {
            Dtype::F32 => self.lanes_of(u64::from((value as f32).to_bits()), 4),
            _ => self.lanes_of(value.to_bits(), 8),
        }
    }

    /// Numbers within limits; there is no NaN among them.
    fn clamp(&mut self, a: VReg, low: Option<f64>, high: Option<f64>, dtype: Dtype) -> VReg {
        let width = self.width(dtype.size());
        let single = dtype == Dtype::F32;
        let mut a = a;
        if let Some(low) = low {
            let low = self.float_lanes(low, dtype);
            a = self.two(if single { &VMAXPS } else { &VMAXPD }, width, a, low);
        }
        if let Some(high) = high {
            let high = self.float_lanes(high, dtype);
            a = self.two(if single { &VMINPS } else { &VMINPD }, width, a, high);
        }
        a
    }

    /// Towards zero, of numbers that fit but for what the instruction does with others.
    fn truncated(&mut self, a: VReg, from: Dtype, to: Dtype) -> Select<VReg> {
        let evex = self.target.evex;
        let (narrow, wide) = (self.width(4), self.width(8));
        Ok(match (from, to.size(), to.is_signed_int()) {
            (Dtype::F32, 4, true) => self.one(&VCVTTPS2DQ, narrow, a),
            (Dtype::F64, 4, true) => self.one(&VCVTTPD2DQ, wide, a),
            (Dtype::F32, 4, false) if evex => self.one(&VCVTTPS2UDQ, narrow, a),
            (Dtype::F64, 4, false) if evex => self.one(&VCVTTPD2UDQ, wide, a),
            (Dtype::F64, 4, false) => {
                let whole = self.one_by(&VROUNDPD, wide, a, 11);
                let magic = self.lanes_of(f64::to_bits((1u64 << 52) as f64), 8);
                let sum = self.two(&VADDPD, wide, whole, magic);
                self.narrow(sum, 8, 4)?
            }
            (Dtype::F32, 4, false) => self.single_to_word(a)?,
            (Dtype::F64, 8, _) if !evex => self.double_to_long(a),
            (Dtype::F64, 8, true) if evex => self.one(&VCVTTPD2QQ, wide, a),
            (Dtype::F64, 8, false) if evex => self.one(&VCVTTPD2UQQ, wide, a),
            (Dtype::F32, 8, true) if evex => self.one(&VCVTTPS2QQ, wide, a),
            (Dtype::F32, 8, false) if evex => self.one(&VCVTTPS2UQQ, wide, a),
            _ => return Err(format!("cast of {from} to {to}")),
        })
    }

    /// Singles from 0 to below 2^32: the upper half of them less its first.
    fn single_to_word(&mut self, a: VReg) -> Select<VReg> {
        let width = self.width(4);
        let power = self.float_lanes(31.0_f64.exp2(), Dtype::F32);
        let upper = self.compare_vectors(Compare::Ge, a, power, Dtype::F32);
        let less = self.two(&VSUBPS, width, a, power);
        let less = self.choose_vectors(upper, less, a, 4)?;
        let whole = self.one(&VCVTTPS2DQ, width, less);
        let top = self.mask_to_lanes(upper, 4, 1 << 31)?;
        Ok(self.bits(Binary::Xor, width, whole, top))
    }

    /// Doubles in the range of an integer of 64 bits: each half of it as the low bits of a
    /// double.
    fn double_to_long(&mut self, a: VReg) -> VReg {
        /// How a number is rounded: down, or towards zero; without a flag.
        const DOWN: u8 = 9;
        const TO_ZERO: u8 = 11;
        let width = self.width(8);
        let whole = self.one_by(&VROUNDPD, width, a, TO_ZERO);
        let [by, power] = [-32.0_f64, 32.0].map(|power| self.float_lanes(power.exp2(), Dtype::F64));
        let high = self.two(&VMULPD, width, whole, by);
        let high = self.one_by(&VROUNDPD, width, high, DOWN);
        let taken = self.two(&VMULPD, width, high, power);
        let low = self.two(&VSUBPD, width, whole, taken);
        let magic = self.float_lanes(1.5 * 52.0_f64.exp2(), Dtype::F64);
        let high = self.two(&VADDPD, width, high, magic);
        let high = self.one_by(&VPSLLQ_IMMEDIATE, width, high, 32);
        let low = self.two(&VADDPD, width, low, magic);
        let low_half = self.lanes_of(0xFFFF_FFFF, 8);
        let low = self.bits(Binary::And, width, low, low_half);
        self.bits(Binary::Or, width, high, low)
    }
}
