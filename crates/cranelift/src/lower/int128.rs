//! Integers of 128 bits: what Cranelift has no instruction for.
//!
//! They travel as two 64-bit halves between functions, low half first, as in the slots of a
//! host call; division, overflow of products and conversions from and to floats are the
//! standard library's, called with operands and result in slots.

use super::{Lowering, clif_type};
use crate::math;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};
use cranelift_module::{Linkage, Module as _};
use mambo_ir::function::{Binary, Value};
use mambo_ir::{Const, Dtype};

impl Lowering<'_, '_> {
    pub(super) fn int128_constant(&mut self, constant: Const) -> clif::Value {
        let bits = constant.bits();
        let low = self.b.ins().iconst(types::I64, bits as i64);
        let high = self.b.ins().iconst(types::I64, (bits >> 64) as i64);
        self.b.ins().iconcat(low, high)
    }

    /// The count of a shift or rotation in at most 64 bits, of which only the low ones count.
    pub(super) fn shift_count(&mut self, count: Value) -> clif::Value {
        let value = self.scalar(count);
        match self.func.dtype(count).is_int128() {
            true => self.b.ins().ireduce(types::I64, value),
            false => value,
        }
    }

    /// The lesser or greater of two.
    pub(super) fn int128_extremum(
        &mut self,
        op: Binary,
        x: clif::Value,
        y: clif::Value,
        dtype: Dtype,
    ) -> clif::Value {
        let code = match (op, dtype.is_signed_int()) {
            (Binary::Min, true) => IntCC::SignedLessThan,
            (Binary::Min, false) => IntCC::UnsignedLessThan,
            (_, true) => IntCC::SignedGreaterThan,
            (_, false) => IntCC::UnsignedGreaterThan,
        };
        let first = self.b.ins().icmp(code, x, y);
        self.int128_select(first, x, y)
    }

    /// Half by half: Cranelift would take a choice by a comparison for a minimum or maximum,
    /// which it has not for 128 bits.
    pub(super) fn int128_select(
        &mut self,
        cond: clif::Value,
        x: clif::Value,
        y: clif::Value,
    ) -> clif::Value {
        let (x, y) = (self.b.ins().isplit(x), self.b.ins().isplit(y));
        let low = self.b.ins().select(cond, x.0, y.0);
        let high = self.b.ins().select(cond, x.1, y.1);
        self.b.ins().iconcat(low, high)
    }

    /// Calls a function of [`math`] on 128-bit integers of type `dtype`.
    pub(super) fn call_int128(
        &mut self,
        dtype: Dtype,
        function: &str,
        args: &[clif::Value],
        result: Dtype,
    ) -> clif::Value {
        let slots = self.stack_slots(4);
        let flags = MemFlagsData::trusted();
        for (i, &arg) in args.iter().enumerate() {
            self.b.ins().store(flags, arg, slots, 16 * i as i32);
        }
        let signature = self.signature(&[types::I64], None);
        let id = self
            .jit
            .declare_function(&math::symbol(dtype, function), Linkage::Import, &signature)
            .expect("a function of the standard library has one signature");
        let callee = self.callee(id);
        self.b.ins().call(callee, &[slots]);
        self.b.ins().load(clif_type(result), flags, slots, 0)
    }

    /// A conversion between a 128-bit integer and a float.
    pub(super) fn int128_to_float(
        &mut self,
        x: clif::Value,
        from: Dtype,
        to: Dtype,
    ) -> clif::Value {
        let function = if to == Dtype::F32 { "to_f32" } else { "to_f64" };
        self.call_int128(from, function, &[x], to)
    }

    /// Saturates; NaN gives 0.
    pub(super) fn float_to_int128(&mut self, x: clif::Value, to: Dtype) -> clif::Value {
        let single = self.b.func.dfg.value_type(x) == types::F32;
        let function = if single { "from_f32" } else { "from_f64" };
        self.call_int128(to, function, &[x], to)
    }
}
