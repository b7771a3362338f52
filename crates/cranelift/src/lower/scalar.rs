//! Instructions on scalars, with the semantics of rustc's code.

use super::{Lowering, clif_type};
use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use mambo_ir::function::{Binary, Compare, Inst, Op, Unary, Value};
use mambo_ir::{Const, Dtype};

impl Lowering<'_, '_> {
    /// The result of an instruction that has only scalars.
    pub(super) fn scalar_op(&mut self, inst: Inst) -> clif::Value {
        let func = self.func;
        let info = func.inst(inst);
        let dtype = |value| func.dtype(value);
        match info.op {
            Op::Const(constant) => self.constant(constant),
            Op::Unary(op, a) => {
                let value = self.scalar(a);
                self.unary(op, value, dtype(a))
            }
            Op::Binary(op, a, b) => {
                let y = match op {
                    Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight => {
                        self.shift_count(b)
                    }
                    _ => self.scalar(b),
                };
                let x = self.scalar(a);
                self.binary(op, x, y, dtype(a))
            }
            Op::Compare(op, a, b) => {
                let (x, y) = (self.scalar(a), self.scalar(b));
                self.compare(op, x, y, dtype(a))
            }
            Op::MulAdd(a, b, c) => {
                let args = [self.scalar(a), self.scalar(b), self.scalar(c)];
                if self.unit.machine.fuses {
                    self.b.ins().fma(args[0], args[1], args[2])
                } else {
                    self.call_math(dtype(a), "mul_add", &args)
                }
            }
            Op::Select(cond, a, b) => self.select(cond, a, b),
            Op::Cast(a) => {
                let value = self.scalar(a);
                self.cast(value, dtype(a), dtype(info.results[0]))
            }
            Op::Bitcast(a) => {
                let value = self.scalar(a);
                let to = clif_type(dtype(info.results[0]));
                if self.b.func.dfg.value_type(value) == to {
                    value
                } else {
                    self.b.ins().bitcast(to, MemFlagsData::new(), value)
                }
            }
            _ => unreachable!("not an instruction on scalars"),
        }
    }

    pub(super) fn unary(&mut self, op: Unary, x: clif::Value, dtype: Dtype) -> clif::Value {
        if dtype.is_float() { self.float_unary(op, x, dtype) } else { self.int_unary(op, x, dtype) }
    }

    pub(super) fn binary(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        if dtype.is_float() {
            self.float_binary(op, x, y, dtype)
        } else {
            self.int_binary(op, x, y, dtype)
        }
    }

    pub(super) fn constant(&mut self, constant: Const) -> clif::Value {
        match constant.dtype() {
            Dtype::F32 => self.b.ins().f32const(Ieee32::with_bits(constant.bits() as u32)),
            Dtype::F64 => self.b.ins().f64const(Ieee64::with_bits(constant.bits() as u64)),
            dtype if dtype.is_int128() => self.int128_constant(constant),
            dtype => self.b.ins().iconst(clif_type(dtype), constant.bits() as i64),
        }
    }

    pub(super) fn zero(&mut self, dtype: Dtype) -> clif::Value {
        self.constant(Const::zero(dtype))
    }

    fn int(&mut self, dtype: Dtype, value: i128) -> clif::Value {
        self.constant(Const::int(dtype, value))
    }

    /// `value` in 64 bits: integers and `bool` zero-extended, floats as bits.
    pub(super) fn widen(&mut self, value: clif::Value, dtype: Dtype) -> clif::Value {
        let bits = match dtype {
            Dtype::F32 => self.b.ins().bitcast(types::I32, MemFlagsData::new(), value),
            _ => value,
        };
        if dtype.size() == 8 { bits } else { self.b.ins().uextend(types::I64, bits) }
    }

    /// An integer in `to`, a wider or equal type, with its sign if it has one.
    fn extend(&mut self, value: clif::Value, dtype: Dtype, to: clif::Type) -> clif::Value {
        if clif_type(dtype) == to {
            value
        } else if let Some(&wide) = self.widened.get(&(value, dtype.is_signed_int()))
            && to.bits() <= 64
        {
            if to == types::I64 { wide } else { self.b.ins().ireduce(to, wide) }
        } else if dtype.is_signed_int() {
            self.b.ins().sextend(to, value)
        } else {
            self.b.ins().uextend(to, value)
        }
    }

    fn int_unary(&mut self, op: Unary, x: clif::Value, dtype: Dtype) -> clif::Value {
        match op {
            Unary::Neg => self.b.ins().ineg(x),
            Unary::Not if dtype == Dtype::Bool => self.b.ins().bxor_imm_u(x, 1),
            Unary::Not => self.b.ins().bnot(x),
            Unary::Abs if dtype.is_signed_int() => self.b.ins().iabs(x),
            Unary::Abs => x,
            Unary::SwapBytes if dtype.size() == 1 => x,
            Unary::SwapBytes => self.b.ins().bswap(x),
            Unary::ReverseBits => self.b.ins().bitrev(x),
            Unary::CountOnes | Unary::LeadingZeros | Unary::TrailingZeros => {
                self.count(op, x, dtype)
            }
            _ => unreachable!("{op:?} of {dtype}"),
        }
    }

    /// A bit count as `u32`. Types narrower than 32 bits are counted in 32.
    fn count(&mut self, op: Unary, x: clif::Value, dtype: Dtype) -> clif::Value {
        let bits = dtype.bits();
        let narrow = bits < 32;
        let x = if narrow { self.b.ins().uextend(types::I32, x) } else { x };
        let count = match op {
            Unary::CountOnes => self.b.ins().popcnt(x),
            Unary::LeadingZeros => {
                let zeros = self.b.ins().clz(x);
                if narrow { self.b.ins().iadd_imm_s(zeros, i64::from(bits) - 32) } else { zeros }
            }
            _ => {
                let x = if narrow { self.b.ins().bor_imm_u(x, 1 << bits) } else { x };
                self.b.ins().ctz(x)
            }
        };
        if bits > 32 { self.b.ins().ireduce(types::I32, count) } else { count }
    }

    fn float_unary(&mut self, op: Unary, x: clif::Value, dtype: Dtype) -> clif::Value {
        let rounds = self.unit.machine.rounds;
        let function = match op {
            Unary::Neg => return self.b.ins().fneg(x),
            Unary::Abs => return self.b.ins().fabs(x),
            Unary::Sqrt => return self.b.ins().sqrt(x),
            Unary::Floor if rounds => return self.b.ins().floor(x),
            Unary::Ceil if rounds => return self.b.ins().ceil(x),
            Unary::Trunc if rounds => return self.b.ins().trunc(x),
            Unary::RoundTiesEven if rounds => return self.b.ins().nearest(x),
            Unary::Round => return self.round(x, dtype),
            Unary::Floor => "floor",
            Unary::Ceil => "ceil",
            Unary::Trunc => "trunc",
            Unary::RoundTiesEven => "round_ties_even",
            _ if op.is_elementary() => op.name(),
            _ => unreachable!("{op:?} of {dtype}"),
        };
        self.call_math(dtype, function, &[x])
    }

    /// Halves away from zero: the largest number below one half, with the sign of `x`, carries
    /// exactly those numbers to the next integer that must go there.
    fn round(&mut self, x: clif::Value, dtype: Dtype) -> clif::Value {
        let half = match dtype {
            Dtype::F32 => Const::f32(0.5_f32.next_down()),
            _ => Const::f64(0.5_f64.next_down()),
        };
        let half = self.constant(half);
        let half = self.b.ins().fcopysign(half, x);
        let sum = self.b.ins().fadd(x, half);
        self.float_unary(Unary::Trunc, sum, dtype)
    }

    fn int_binary(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let signed = dtype.is_signed_int();
        match op {
            Binary::Add => self.b.ins().iadd(x, y),
            Binary::Sub => self.b.ins().isub(x, y),
            Binary::Mul => self.b.ins().imul(x, y),
            Binary::Div if dtype.is_int128() => self.call_int128(dtype, "div", &[x, y], dtype),
            Binary::Rem if dtype.is_int128() => self.call_int128(dtype, "rem", &[x, y], dtype),
            Binary::Min | Binary::Max if dtype.is_int128() => self.int128_extremum(op, x, y, dtype),
            Binary::MulOverflows if dtype.is_int128() => {
                self.call_int128(dtype, "mul_overflows", &[x, y], Dtype::Bool)
            }
            Binary::Div if signed => self.b.ins().sdiv(x, y),
            Binary::Div => self.b.ins().udiv(x, y),
            Binary::Rem if signed => self.b.ins().srem(x, y),
            Binary::Rem => self.b.ins().urem(x, y),
            Binary::And => self.b.ins().band(x, y),
            Binary::Or => self.b.ins().bor(x, y),
            Binary::Xor => self.b.ins().bxor(x, y),
            Binary::Shl => self.b.ins().ishl(x, y),
            Binary::Shr if signed => self.b.ins().sshr(x, y),
            Binary::Shr => self.b.ins().ushr(x, y),
            Binary::RotateLeft => self.b.ins().rotl(x, y),
            Binary::RotateRight => self.b.ins().rotr(x, y),
            Binary::Min if signed => self.b.ins().smin(x, y),
            Binary::Min => self.b.ins().umin(x, y),
            Binary::Max if signed => self.b.ins().smax(x, y),
            Binary::Max => self.b.ins().umax(x, y),
            Binary::SaturatingAdd | Binary::SaturatingSub => self.saturating(op, x, y, dtype),
            Binary::AddOverflows | Binary::SubOverflows => self.sum_overflows(op, x, y, dtype),
            Binary::MulOverflows => self.product_overflows(x, y, dtype),
            Binary::MulHigh => self.high_product(x, y, dtype),
            _ => unreachable!("{op:?} of {dtype}"),
        }
    }

    /// The low bits of a 64-bit integer.
    pub(super) fn truncate(&mut self, value: clif::Value, dtype: Dtype) -> clif::Value {
        if dtype.size() == 8 { value } else { self.b.ins().ireduce(clif_type(dtype), value) }
    }

    fn sum_overflows(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let add = matches!(op, Binary::AddOverflows | Binary::SaturatingAdd);
        if !dtype.is_signed_int() {
            if !add {
                return self.b.ins().icmp(IntCC::UnsignedLessThan, x, y);
            }
            let sum = self.b.ins().iadd(x, y);
            return self.b.ins().icmp(IntCC::UnsignedLessThan, sum, x);
        }
        // The sum overflows if its sign is that of neither operand; a difference, if the
        // operands differ in sign and so do the result and the left one.
        let (result, other) = if add {
            let sum = self.b.ins().iadd(x, y);
            (sum, self.b.ins().bxor(sum, y))
        } else {
            let difference = self.b.ins().isub(x, y);
            (difference, self.b.ins().bxor(x, y))
        };
        let left = self.b.ins().bxor(result, x);
        let both = self.b.ins().band(left, other);
        let zero = self.zero(dtype);
        self.b.ins().icmp(IntCC::SignedLessThan, both, zero)
    }

    fn saturating(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let add = op == Binary::SaturatingAdd;
        let result = if add { self.b.ins().iadd(x, y) } else { self.b.ins().isub(x, y) };
        let overflows = self.sum_overflows(op, x, y, dtype);
        let bits = dtype.bits();
        let bound = if dtype.is_signed_int() {
            // The side of the left operand: all ones or all zeros, with the sign bit flipped.
            let last = self.b.ins().iconst(types::I32, i64::from(bits) - 1);
            let sign = self.b.ins().sshr(x, last);
            let max = self.constant(Const::greatest(dtype));
            self.b.ins().bxor(sign, max)
        } else if add {
            self.int(dtype, -1)
        } else {
            self.zero(dtype)
        };
        if dtype.is_int128() {
            return self.int128_select(overflows, bound, result);
        }
        self.b.ins().select(overflows, bound, result)
    }

    fn product_overflows(&mut self, x: clif::Value, y: clif::Value, dtype: Dtype) -> clif::Value {
        let signed = dtype.is_signed_int();
        if dtype.size() < 8 {
            let wide = self.wide_product(x, y, dtype);
            let narrow = self.truncate(wide, dtype);
            let back = self.extend(narrow, dtype, types::I64);
            return self.b.ins().icmp(IntCC::NotEqual, back, wide);
        }
        if !signed {
            let high = self.b.ins().umulhi(x, y);
            let zero = self.zero(dtype);
            return self.b.ins().icmp(IntCC::NotEqual, high, zero);
        }
        let high = self.b.ins().smulhi(x, y);
        let low = self.b.ins().imul(x, y);
        let sign = self.b.ins().sshr_imm_u(low, 63);
        self.b.ins().icmp(IntCC::NotEqual, high, sign)
    }

    /// The full product of integers of at most 32 bits, in 64.
    fn wide_product(&mut self, x: clif::Value, y: clif::Value, dtype: Dtype) -> clif::Value {
        let x = self.extend(x, dtype, types::I64);
        let y = self.extend(y, dtype, types::I64);
        self.b.ins().imul(x, y)
    }

    fn high_product(&mut self, x: clif::Value, y: clif::Value, dtype: Dtype) -> clif::Value {
        if dtype.size() < 8 {
            let wide = self.wide_product(x, y, dtype);
            let high = self.b.ins().ushr_imm_u(wide, i64::from(dtype.bits()));
            self.truncate(high, dtype)
        } else if dtype.is_signed_int() {
            self.b.ins().smulhi(x, y)
        } else {
            self.b.ins().umulhi(x, y)
        }
    }

    fn float_binary(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let function = match op {
            Binary::Add => return self.b.ins().fadd(x, y),
            Binary::Sub => return self.b.ins().fsub(x, y),
            Binary::Mul => return self.b.ins().fmul(x, y),
            Binary::Div => return self.b.ins().fdiv(x, y),
            Binary::Copysign => return self.b.ins().fcopysign(x, y),
            Binary::Min | Binary::Max => return self.extremum(op, x, y),
            Binary::Rem => "rem",
            _ if op.is_elementary() => op.name(),
            _ => unreachable!("{op:?} of {dtype}"),
        };
        self.call_math(dtype, function, &[x, y])
    }

    fn extremum(&mut self, op: Binary, x: clif::Value, y: clif::Value) -> clif::Value {
        let vector = vector_of(self.b.func.dfg.value_type(x));
        let [x, y] = [x, y].map(|value| self.splat(vector, value));
        let result = self.vector_extremum(op, x, y);
        self.lane(result)
    }

    /// `min` or `max` of floats: the other operand if one is NaN, the left one if they are
    /// equal, as rustc's code on x86-64 gives for zeros of different sign.
    pub(super) fn vector_extremum(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
    ) -> clif::Value {
        // The instruction behind this pair gives `x` if `y` is NaN.
        let (low, high) = if op == Binary::Min { (y, x) } else { (x, y) };
        let right = self.b.ins().fcmp(FloatCC::LessThan, low, high);
        let numbers = self.choose(right, y, x);
        let nan = self.b.ins().fcmp(FloatCC::NotEqual, x, x);
        self.choose(nan, y, numbers)
    }

    /// A vector with `x` in every lane.
    fn splat(&mut self, vector: clif::Type, x: clif::Value) -> clif::Value {
        match self.splats.get(&x) {
            Some(&splat) => splat,
            None => self.b.ins().splat(vector, x),
        }
    }

    /// The scalar that every lane of `vector` holds.
    fn lane(&mut self, vector: clif::Value) -> clif::Value {
        let lane = self.b.ins().extractlane(vector, 0);
        self.splats.insert(lane, vector);
        lane
    }

    /// The lanes of `x` where `mask`, the result of a comparison, is set, else those of `y`.
    fn choose(&mut self, mask: clif::Value, x: clif::Value, y: clif::Value) -> clif::Value {
        let vector = self.b.func.dfg.value_type(x);
        let flags = MemFlagsData::new().with_endianness(clif::Endianness::Little);
        let mask = self.b.ins().bitcast(vector, flags, mask);
        self.b.ins().bitselect(mask, x, y)
    }

    fn compare(
        &mut self,
        op: Compare,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        if dtype.is_float() {
            self.b.ins().fcmp(float_code(op), x, y)
        } else {
            self.b.ins().icmp(int_code(op, dtype), x, y)
        }
    }

    /// Whether a comparison is false.
    pub(super) fn compare_not(
        &mut self,
        op: Compare,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        if dtype.is_float() {
            self.b.ins().fcmp(float_code(op).complement(), x, y)
        } else {
            self.b.ins().icmp(int_code(op, dtype).complement(), x, y)
        }
    }

    fn select(&mut self, cond: Value, a: Value, b: Value) -> clif::Value {
        let (mut cond, mut a, mut b) = (cond, a, b);
        while let Some(Op::Unary(Unary::Not, inner)) = self.def(cond) {
            cond = *inner;
            std::mem::swap(&mut a, &mut b);
        }
        let dtype = self.func.dtype(a);
        if let Some(&Op::Compare(op, left, right)) = self.def(cond)
            && dtype.is_float()
            && self.func.dtype(left) == dtype
        {
            let sides = [left, right].map(|value| self.scalar(value));
            return self.blend(op, sides, [a, b].map(|value| self.scalar(value)), dtype);
        }
        let (cond, x, y) = (self.scalar(cond), self.scalar(a), self.scalar(b));
        if dtype.is_int128() {
            return self.int128_select(cond, x, y);
        }
        self.b.ins().select(cond, x, y)
    }

    /// One of two floats by a comparison of floats, in vectors: a scalar choice would be a
    /// jump on x86-64.
    fn blend(
        &mut self,
        op: Compare,
        sides: [clif::Value; 2],
        choices: [clif::Value; 2],
        dtype: Dtype,
    ) -> clif::Value {
        let vector = vector_of(clif_type(dtype));
        let sides = sides.map(|side| self.splat(vector, side));
        let choices = choices.map(|choice| self.splat(vector, choice));
        let mask = self.b.ins().fcmp(float_code(op), sides[0], sides[1]);
        let chosen = self.choose(mask, choices[0], choices[1]);
        self.lane(chosen)
    }

    pub(super) fn cast(&mut self, x: clif::Value, from: Dtype, to: Dtype) -> clif::Value {
        match (from.is_float(), to.is_float()) {
            (false, false) => self.int_to_int(x, from, to),
            (false, true) => self.int_to_float(x, from, to),
            (true, false) => self.float_to_int(x, to),
            (true, true) if to.size() > from.size() => self.b.ins().fpromote(types::F64, x),
            (true, true) if to.size() < from.size() => self.b.ins().fdemote(types::F32, x),
            (true, true) => x,
        }
    }

    fn int_to_int(&mut self, x: clif::Value, from: Dtype, to: Dtype) -> clif::Value {
        if to.size() < from.size() {
            self.b.ins().ireduce(clif_type(to), x)
        } else {
            self.extend(x, from, clif_type(to))
        }
    }

    fn int_to_float(&mut self, x: clif::Value, from: Dtype, to: Dtype) -> clif::Value {
        if from.is_int128() {
            return self.int128_to_float(x, from, to);
        }
        let to = clif_type(to);
        if from.is_signed_int() || from.size() < 4 {
            let wide = if from.size() == 8 { types::I64 } else { types::I32 };
            let x = self.extend(x, from, wide);
            self.b.ins().fcvt_from_sint(to, x)
        } else if from.size() == 4 {
            let x = self.b.ins().uextend(types::I64, x);
            self.b.ins().fcvt_from_sint(to, x)
        } else {
            self.b.ins().fcvt_from_uint(to, x)
        }
    }

    /// Saturates to the range of `to`; NaN gives 0.
    fn float_to_int(&mut self, x: clif::Value, to: Dtype) -> clif::Value {
        if to.is_int128() {
            return self.float_to_int128(x, to);
        }
        let ty = clif_type(to);
        if to.size() >= 4 {
            return if to.is_signed_int() {
                self.b.ins().fcvt_to_sint_sat(ty, x)
            } else {
                self.b.ins().fcvt_to_uint_sat(ty, x)
            };
        }
        let bits = to.bits();
        let (low, high) = if to.is_signed_int() {
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        } else {
            (0, (1 << bits) - 1)
        };
        let low = self.int(Dtype::I32, low);
        let high = self.int(Dtype::I32, high);
        let x = self.b.ins().fcvt_to_sint_sat(types::I32, x);
        let x = self.b.ins().smax(x, low);
        let x = self.b.ins().smin(x, high);
        self.b.ins().ireduce(ty, x)
    }
}

/// The 128-bit vector of a float type.
fn vector_of(ty: clif::Type) -> clif::Type {
    if ty == types::F32 { types::F32X4 } else { types::F64X2 }
}

pub(super) fn int_code(op: Compare, dtype: Dtype) -> IntCC {
    match (op, dtype.is_signed_int()) {
        (Compare::Eq, _) => IntCC::Equal,
        (Compare::Ne, _) => IntCC::NotEqual,
        (Compare::Lt, true) => IntCC::SignedLessThan,
        (Compare::Le, true) => IntCC::SignedLessThanOrEqual,
        (Compare::Gt, true) => IntCC::SignedGreaterThan,
        (Compare::Ge, true) => IntCC::SignedGreaterThanOrEqual,
        (Compare::Lt, false) => IntCC::UnsignedLessThan,
        (Compare::Le, false) => IntCC::UnsignedLessThanOrEqual,
        (Compare::Gt, false) => IntCC::UnsignedGreaterThan,
        (Compare::Ge, false) => IntCC::UnsignedGreaterThanOrEqual,
    }
}

pub(super) fn float_code(op: Compare) -> FloatCC {
    match op {
        Compare::Eq => FloatCC::Equal,
        Compare::Ne => FloatCC::NotEqual,
        Compare::Lt => FloatCC::LessThan,
        Compare::Le => FloatCC::LessThanOrEqual,
        Compare::Gt => FloatCC::GreaterThan,
        Compare::Ge => FloatCC::GreaterThanOrEqual,
    }
}
