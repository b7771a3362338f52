//! Instructions on scalars, in every lane.

use super::{Group, Lanes, lane_type, register_type};
use crate::lower::clif_type;
use crate::lower::scalar::{float_code, int_code};
use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use mambo_ir::function::{Binary, Compare, Op, Unary, Value};
use mambo_ir::vector::VectorLoop;
use mambo_ir::{Const, Dtype};

/// Whether an operation that loops mostly have is done lane by lane; `same` says which values
/// are so in all lanes.
pub(super) fn goes_by_lane(
    plan: &VectorLoop,
    op: &Op,
    result: Option<Value>,
    same: &[bool],
) -> bool {
    match *op {
        Op::Binary(
            Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight,
            _,
            count,
        ) => !same[count.index()],
        Op::Cast(a) => {
            let (from, to) = (Some(plan.dtype(a)), result.map(|result| plan.dtype(result)));
            let is_long = |dtype: Option<Dtype>| dtype.is_some_and(|d| d.is_int() && d.size() == 8);
            let is_float = |dtype: Option<Dtype>| dtype.is_some_and(Dtype::is_float);
            is_long(from) && is_float(to) || is_float(from) && is_long(to)
        }
        _ => false,
    }
}

impl Group<'_, '_, '_> {
    pub(super) fn each(&mut self, op: &Op, result: Value) -> Lanes {
        let dtype = self.plan.dtype(result);
        let of = |value: Value| self.plan.dtype(value);
        match *op {
            Op::Const(constant) => self.constant_lanes(constant),
            Op::Unary(op, a) => self.unary_lanes(op, a, dtype),
            Op::Binary(
                op @ (Binary::Shl | Binary::Shr | Binary::RotateLeft | Binary::RotateRight),
                a,
                b,
            ) => self.shift(op, a, b),
            Op::Binary(op, a, b) if self.in_registers(op, of(a)) => {
                self.each_pair(a, b, |this, pair, dtype| this.binary(op, pair, dtype))
            }
            Op::Binary(op, a, b) => {
                let dtypes = (of(a), of(b));
                let operands = [(self.value(a), dtypes.0), (self.value(b), dtypes.1)];
                let size = if dtype == Dtype::Bool { dtypes.0.size() } else { dtype.size() };
                self.by_lane(&operands, dtype, size, |this, lane| {
                    this.host.binary(op, lane[0], lane[1], dtypes.0)
                })
            }
            Op::Compare(op, a, b) => {
                self.each_pair(a, b, |this, pair, dtype| this.compare(op, pair, dtype))
            }
            Op::MulAdd(a, b, c) => self.mul_add([a, b, c], dtype),
            Op::Select(cond, a, b) => self.select(cond, [a, b], dtype),
            Op::Cast(a) => self.cast(a, dtype),
            Op::Bitcast(a) => {
                let lanes = self.value(a);
                let ty = register_type(dtype);
                let each = lanes.registers.iter().map(|&register| self.as_type(register, ty));
                Lanes { size: lanes.size, registers: each.collect() }
            }
            _ => unreachable!("not an instruction on scalars"),
        }
    }

    fn constant_lanes(&mut self, constant: Const) -> Lanes {
        let dtype = constant.dtype();
        let size = self.size_of(dtype);
        let bits = match constant.as_bool() {
            Some(holds) => u64::from(holds).wrapping_neg(),
            None => constant.bits() as u64,
        };
        let register = self.bits(bits, size, lane_type(dtype, size));
        Lanes { size, registers: vec![register; self.count(size)] }
    }

    /// Applies an operation to the registers of two values of a type.
    fn each_pair(
        &mut self,
        a: Value,
        b: Value,
        mut apply: impl FnMut(&mut Self, [clif::Value; 2], Dtype) -> clif::Value,
    ) -> Lanes {
        let dtype = self.plan.dtype(a);
        let (a, mut b) = (self.value(a), self.value(b));
        if a.size != b.size {
            b = self.resized(&b, a.size);
        }
        let pairs = a.registers.iter().zip(&b.registers);
        let registers = pairs.map(|(&x, &y)| apply(self, [x, y], dtype)).collect();
        Lanes { size: a.size, registers }
    }

    // One operand.

    fn unary_lanes(&mut self, op: Unary, a: Value, result: Dtype) -> Lanes {
        let dtype = self.plan.dtype(a);
        let lanes = self.value(a);
        if !self.has_unary(op, dtype) {
            return self.by_lane(&[(lanes, dtype)], result, result.size(), |this, lane| {
                this.host.unary(op, lane[0], dtype)
            });
        }
        let each = lanes.registers.iter().map(|&register| self.unary(op, register, dtype));
        Lanes { size: lanes.size, registers: each.collect() }
    }

    fn has_unary(&self, op: Unary, dtype: Dtype) -> bool {
        match op {
            Unary::Neg | Unary::Not | Unary::Abs | Unary::Sqrt => true,
            Unary::Floor | Unary::Ceil | Unary::Trunc | Unary::Round | Unary::RoundTiesEven => {
                dtype.is_float() && self.host.unit.machine.rounds
            }
            _ => false,
        }
    }

    fn unary(&mut self, op: Unary, x: clif::Value, dtype: Dtype) -> clif::Value {
        let b = &mut self.host.b;
        match op {
            Unary::Neg if dtype.is_float() => b.ins().fneg(x),
            Unary::Neg => b.ins().ineg(x),
            Unary::Not => b.ins().bnot(x),
            Unary::Abs if dtype.is_float() => b.ins().fabs(x),
            Unary::Abs if dtype.is_signed_int() => b.ins().iabs(x),
            Unary::Abs => x,
            Unary::Sqrt => b.ins().sqrt(x),
            Unary::Floor => b.ins().floor(x),
            Unary::Ceil => b.ins().ceil(x),
            Unary::Trunc => b.ins().trunc(x),
            Unary::RoundTiesEven => b.ins().nearest(x),
            Unary::Round => self.round(x, dtype),
            _ => unreachable!("{op:?} of {dtype} has no registers"),
        }
    }

    /// As the scalar one, which says why.
    fn round(&mut self, x: clif::Value, dtype: Dtype) -> clif::Value {
        let half = match dtype {
            Dtype::F32 => u64::from(0.5_f32.next_down().to_bits()),
            _ => 0.5_f64.next_down().to_bits(),
        };
        let half = self.bits(half, dtype.size(), register_type(dtype));
        let half = self.copysign(half, x, dtype);
        let sum = self.host.b.ins().fadd(x, half);
        self.host.b.ins().trunc(sum)
    }

    fn copysign(&mut self, x: clif::Value, sign: clif::Value, dtype: Dtype) -> clif::Value {
        let size = dtype.size();
        let top = self.bits(1 << (8 * size - 1), size, register_type(dtype));
        self.host.b.ins().bitselect(top, sign, x)
    }

    // Two operands.

    /// Whether an operation has a form in registers.
    fn in_registers(&self, op: Binary, dtype: Dtype) -> bool {
        match op {
            Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::And
            | Binary::Or
            | Binary::Xor
            | Binary::Min
            | Binary::Max
            | Binary::Copysign
            | Binary::SaturatingAdd
            | Binary::SaturatingSub => true,
            Binary::Div => dtype.is_float(),
            _ => false,
        }
    }

    pub(super) fn binary(
        &mut self,
        op: Binary,
        [x, y]: [clif::Value; 2],
        dtype: Dtype,
    ) -> clif::Value {
        match op {
            Binary::Min | Binary::Max if dtype.is_float() => self.host.vector_extremum(op, x, y),
            Binary::Copysign => self.copysign(x, y, dtype),
            Binary::Mul if dtype.size() == 1 => self.small_product(x, y),
            Binary::Min | Binary::Max if dtype.size() == 8 => {
                let code = if op == Binary::Min { Compare::Lt } else { Compare::Gt };
                let first = self.compare(code, [x, y], dtype);
                self.chosen(first, x, y)
            }
            Binary::SaturatingAdd | Binary::SaturatingSub => self.saturating(op, x, y, dtype),
            _ => self.host.binary(op, x, y, dtype),
        }
    }

    /// The product of bytes, of those at even places and of the others as pairs.
    fn small_product(&mut self, x: clif::Value, y: clif::Value) -> clif::Value {
        let [x, y] = [x, y].map(|register| self.as_type(register, types::I16X8));
        let low = self.bits(0xff, 2, types::I16X8);
        let b = &mut self.host.b;
        let even = b.ins().imul(x, y);
        let even = b.ins().band(even, low);
        let [x, y] = [x, y].map(|register| b.ins().ushr_imm_u(register, 8));
        let odd = b.ins().imul(x, y);
        let odd = b.ins().ishl_imm_u(odd, 8);
        let both = b.ins().bor(even, odd);
        self.as_type(both, types::I8X16)
    }

    fn saturating(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let add = op == Binary::SaturatingAdd;
        let b = &mut self.host.b;
        if dtype.size() <= 2 {
            return match (dtype.is_signed_int(), add) {
                (true, true) => b.ins().sadd_sat(x, y),
                (true, false) => b.ins().ssub_sat(x, y),
                (false, true) => b.ins().uadd_sat(x, y),
                (false, false) => b.ins().usub_sat(x, y),
            };
        }
        let result = if add { b.ins().iadd(x, y) } else { b.ins().isub(x, y) };
        if !dtype.is_signed_int() {
            let sides = if add { [result, x] } else { [x, y] };
            let overflows = self.compare(Compare::Lt, sides, dtype);
            return match add {
                true => self.host.b.ins().bor(result, overflows),
                false => self.host.b.ins().band_not(result, overflows),
            };
        }
        // As for scalars: the sign bit of `both` says that it overflows, and the bound is that
        // on the side of the left operand.
        let last = i64::from(dtype.bits()) - 1;
        let other = if add { b.ins().bxor(result, y) } else { b.ins().bxor(x, y) };
        let left = b.ins().bxor(result, x);
        let both = b.ins().band(left, other);
        let overflows = b.ins().sshr_imm_u(both, last);
        let side = b.ins().sshr_imm_u(x, last);
        let greatest = Const::greatest(dtype).bits() as u64;
        let greatest = self.bits(greatest, dtype.size(), register_type(dtype));
        let bound = self.host.b.ins().bxor(side, greatest);
        self.chosen(overflows, bound, result)
    }

    /// Shifts: all lanes by the same number in registers, or each by its own.
    fn shift(&mut self, op: Binary, a: Value, count: Value) -> Lanes {
        let (dtype, count_type) = (self.plan.dtype(a), self.plan.dtype(count));
        let lanes = self.value(a);
        let Some(by) = self.uniform[count.index()] else {
            let operands = [(lanes, dtype), (self.value(count), count_type)];
            return self.by_lane(&operands, dtype, dtype.size(), |this, lane| {
                this.host.binary(op, lane[0], lane[1], dtype)
            });
        };
        let b = &mut self.host.b;
        let by = match clif_type(count_type).bytes() {
            4 => by,
            8 => b.ins().ireduce(types::I32, by),
            _ => b.ins().uextend(types::I32, by),
        };
        let by = b.ins().band_imm_u(by, i64::from(dtype.bits()) - 1);
        let back = b.ins().ineg(by);
        let back = b.ins().band_imm_u(back, i64::from(dtype.bits()) - 1);
        let each = lanes.registers.iter().map(|&x| match op {
            Binary::Shl => b.ins().ishl(x, by),
            Binary::Shr if dtype.is_signed_int() => b.ins().sshr(x, by),
            Binary::Shr => b.ins().ushr(x, by),
            _ => {
                let (left, right) = if op == Binary::RotateLeft { (by, back) } else { (back, by) };
                let (high, low) = (b.ins().ishl(x, left), b.ins().ushr(x, right));
                b.ins().bor(high, low)
            }
        });
        Lanes { size: lanes.size, registers: each.collect() }
    }

    pub(super) fn compare(
        &mut self,
        op: Compare,
        [x, y]: [clif::Value; 2],
        dtype: Dtype,
    ) -> clif::Value {
        let b = &mut self.host.b;
        if dtype.is_float() {
            return b.ins().fcmp(float_code(op), x, y);
        }
        if dtype == Dtype::Bool {
            return self.compare_masks(op, x, y);
        }
        let code = int_code(op, dtype);
        // There is no instruction behind these two in lanes of 8 bytes.
        if dtype.size() == 8
            && matches!(code, IntCC::UnsignedLessThanOrEqual | IntCC::UnsignedGreaterThanOrEqual)
        {
            let less = b.ins().icmp(code.complement(), x, y);
            return b.ins().bnot(less);
        }
        b.ins().icmp(code, x, y)
    }

    fn compare_masks(&mut self, op: Compare, x: clif::Value, y: clif::Value) -> clif::Value {
        let b = &mut self.host.b;
        match op {
            Compare::Ne => b.ins().bxor(x, y),
            Compare::Eq => {
                let differ = b.ins().bxor(x, y);
                b.ins().bnot(differ)
            }
            Compare::Lt => b.ins().band_not(y, x),
            Compare::Gt => b.ins().band_not(x, y),
            Compare::Le => b.ins().bor_not(y, x),
            Compare::Ge => b.ins().bor_not(x, y),
        }
    }

    // Three operands.

    fn mul_add(&mut self, values: [Value; 3], dtype: Dtype) -> Lanes {
        let operands = values.map(|value| self.value(value));
        if !self.host.unit.machine.fuses {
            let operands = operands.map(|lanes| (lanes, dtype));
            return self.by_lane(&operands, dtype, dtype.size(), |this, lane| {
                this.host.call_math(dtype, "mul_add", lane)
            });
        }
        let [x, y, z] = operands;
        let each = (0..x.registers.len())
            .map(|at| self.host.b.ins().fma(x.registers[at], y.registers[at], z.registers[at]));
        Lanes { size: x.size, registers: each.collect() }
    }

    fn select(&mut self, cond: Value, values: [Value; 2], dtype: Dtype) -> Lanes {
        let [mut x, mut y] = values.map(|value| self.value(value));
        if dtype == Dtype::Bool {
            let size = self.value(cond).size;
            [x, y] = [x, y].map(|lanes| self.resized(&lanes, size));
        }
        let mask = self.mask(cond, x.size);
        let each = (0..x.registers.len())
            .map(|at| self.chosen(mask.registers[at], x.registers[at], y.registers[at]));
        Lanes { size: x.size, registers: each.collect() }
    }
}
