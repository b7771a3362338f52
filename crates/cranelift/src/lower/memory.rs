//! Views and what they view: addresses, loads and stores, allocations, arrays on the stack.
//!
//! Addresses are summed from the term that varies least to the one that varies most, so that
//! all but the last addition can be hoisted out of the innermost loop.

use super::{Lowering, Parts, clif_type};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self as clif, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, types,
};
use cranelift_module::{DataDescription, Module as _};
use mambo_compiler::abi::Context;
use mambo_ir::function::{Binary, Inst, Op, SiteId, Table, Value};
use mambo_ir::signature::MAX_RANK;
use mambo_ir::{Dtype, SiteKind};
use std::mem::offset_of;

/// Bytes of arrays of fixed length that one function may have on the stack; further ones are
/// allocated.
const STACK_ARRAYS: u64 = 64 << 10;

impl Lowering<'_, '_> {
    /// An instruction that makes, asks or uses a view.
    pub(super) fn memory_op(&mut self, inst: Inst) {
        let func = self.func;
        let info = func.inst(inst);
        let results = &info.results;
        match &info.op {
            Op::Dim { view, axis } => {
                let dim = self.parts(*view).dims[*axis as usize];
                self.bind(results[0], dim);
            }
            Op::Stride { view, axis } => {
                let stride = self.stride(*view, *axis as usize);
                self.bind(results[0], stride);
            }
            Op::Load { view, indices, part } => {
                let (address, offset, flags) = self.element(*view, indices, *part);
                let dtype = func.view_type(*view).dtype.part();
                let value = if self.widens[results[0].index()] {
                    self.widening_load(dtype, flags, address, offset)
                } else {
                    self.b.ins().load(clif_type(dtype), flags, address, offset)
                };
                self.bind(results[0], value);
            }
            Op::Store { view, indices, part, value } => {
                let value = self.scalar(*value);
                let (address, offset, flags) = self.element(*view, indices, *part);
                self.b.ins().store(flags, value, address, offset);
            }
            Op::View { view, offset, dims, strides } => {
                let (mut base, displacement) = self.address(*view, offset);
                if displacement != 0 {
                    base = self.b.ins().iadd_imm_s(base, displacement);
                }
                let (dims, strides) = (self.scalars(dims), self.scalars(strides));
                self.bind_view(results[0], base, &dims, &strides);
            }
            Op::Alloc { dims, zeroed, site } => {
                let dims = self.scalars(dims);
                let dtype = func.view_type(results[0]).dtype;
                let base = self.allocate(dtype, &dims, *zeroed, *site);
                self.bind_view(results[0], base, &dims, &[]);
            }
            Op::Free(view) => {
                let base = self.parts(*view).base;
                self.free(base);
            }
            Op::Table(table) => {
                let base = self.table(func.view_type(results[0]).dtype, table);
                let dims: Vec<_> = table
                    .dims
                    .iter()
                    .map(|&dim| self.b.ins().iconst(types::I64, i64::from(dim)))
                    .collect();
                self.bind_view(results[0], base, &dims, &[]);
            }
            Op::StackArray { dims } => {
                let dtype = func.view_type(results[0]).dtype;
                let base = match self.long_arrays.get(&inst) {
                    Some(&base) => base,
                    None => self.stack_array(dtype, dims),
                };
                let dims: Vec<_> = dims
                    .iter()
                    .map(|&dim| self.b.ins().iconst(types::I64, i64::from(dim)))
                    .collect();
                self.bind_view(results[0], base, &dims, &[]);
            }
            _ => unreachable!("not an instruction about memory"),
        }
    }

    /// Where a scalar of an element is: an address, and the bytes to add to it.
    fn element(
        &mut self,
        view: Value,
        indices: &[Value],
        part: u8,
    ) -> (clif::Value, i32, MemFlagsData) {
        let (mut address, mut displacement) = self.address(view, indices);
        let part_size = self.func.view_type(view).dtype.part().size();
        displacement = displacement.wrapping_add((part_size * part as usize) as i64);
        let offset = i32::try_from(displacement).unwrap_or_else(|_| {
            address = self.b.ins().iadd_imm_s(address, displacement);
            0
        });
        let flags = MemFlagsData::trusted().with_alias_region(Some(self.parts(view).region));
        (address, offset, flags)
    }

    /// A load of an integer that is used in more bits: the load itself widens.
    fn widening_load(
        &mut self,
        dtype: Dtype,
        flags: MemFlagsData,
        address: clif::Value,
        offset: i32,
    ) -> clif::Value {
        let b = self.b.ins();
        let signed = dtype.is_signed_int();
        let wide = match (dtype.size(), signed) {
            (1, false) => b.uload8(types::I64, flags, address, offset),
            (1, true) => b.sload8(types::I64, flags, address, offset),
            (2, false) => b.uload16(types::I64, flags, address, offset),
            (2, true) => b.sload16(types::I64, flags, address, offset),
            (4, false) => b.uload32(flags, address, offset),
            (4, true) => b.sload32(flags, address, offset),
            _ => unreachable!("64 bits are not widened"),
        };
        let value = self.b.ins().ireduce(clif_type(dtype), wide);
        self.widened.insert((value, signed), wide);
        value
    }

    /// The address of an element and the bytes to add to it.
    fn address(&mut self, view: Value, indices: &[Value]) -> (clif::Value, i64) {
        let Parts { base, strides, .. } = *self.parts(view);
        let size = self.func.view_type(view).dtype.size();
        let shift = i64::from(size.trailing_zeros());
        let view_depth = self.depths[view.index()];
        let mut displacement = 0_i64;
        let mut terms = [(view_depth, base); 1 + MAX_RANK];
        let mut count = 1;
        let mut strides_on = Vec::new();
        for (&index, stride) in indices.iter().zip(strides) {
            let mut depth = self.depths[index.index()];
            let mut term = match (stride, self.copied) {
                (None, _) => {
                    let (index, constant) = self.split_constant(index);
                    displacement = displacement.wrapping_add(constant.wrapping_mul(size as i64));
                    let Some(index) = index else { continue };
                    index
                }
                // The copies of a loop step from one element to the next.
                (Some(stride), Some(copied)) if copied.index == index => {
                    strides_on.push((stride, copied.offset));
                    self.b.ins().imul(copied.first, stride)
                }
                (Some(stride), _) => {
                    let index = self.scalar(index);
                    self.b.ins().imul(index, stride)
                }
            };
            if stride.is_some() {
                depth = depth.max(view_depth);
            }
            if shift > 0 {
                term = self.b.ins().ishl_imm_u(term, shift);
            }
            terms[count] = (depth, term);
            count += 1;
        }
        terms[..count].sort_by_key(|&(depth, _)| depth);
        let mut address = terms[0].1;
        for &(_, term) in &terms[1..count] {
            address = self.b.ins().iadd(address, term);
        }
        for (stride, offset) in strides_on {
            let bytes = self.b.ins().ishl_imm_u(stride, shift);
            for _ in 0..offset.abs() {
                address = if offset < 0 {
                    self.b.ins().isub(address, bytes)
                } else {
                    self.b.ins().iadd(address, bytes)
                };
            }
        }
        (address, displacement)
    }

    /// `index` as a value plus a constant: addresses wrap as indices do.
    fn split_constant(&self, index: Value) -> (Option<clif::Value>, i64) {
        let mut index = index;
        let mut sum = 0_i64;
        loop {
            if let Some(constant) = self.known(index) {
                return (None, sum.wrapping_add(constant.bits() as i64));
            }
            if let Some(copied) = self.copied
                && copied.index == index
            {
                return (Some(copied.first), sum.wrapping_add(copied.offset));
            }
            let Some(Op::Binary(op, a, b)) = self.def(index) else {
                return (Some(self.scalar(index)), sum);
            };
            let constant = |value| self.known(value).map(|constant| constant.bits() as i64);
            (index, sum) = match (op, constant(*a), constant(*b)) {
                (Binary::Add, _, Some(b)) => (*a, sum.wrapping_add(b)),
                (Binary::Add, Some(a), _) => (*b, sum.wrapping_add(a)),
                (Binary::Sub, _, Some(b)) => (*a, sum.wrapping_sub(b)),
                _ => return (Some(self.scalar(index)), sum),
            };
        }
    }

    /// Allocates an array, or panics at `site`.
    fn allocate(
        &mut self,
        dtype: Dtype,
        dims: &[clif::Value],
        zeroed: bool,
        site: SiteId,
    ) -> clif::Value {
        let one = self.b.ins().iconst(types::I64, 1);
        let (mut total, mut bad) = (one, None);
        // As in ndarray, the lengths that are not 0 must multiply to an isize in any case.
        let mut nonzero = one;
        for (axis, &dim) in dims.iter().enumerate() {
            let factor = self.b.ins().umax(dim, one);
            if axis > 0 {
                let high = self.b.ins().umulhi(nonzero, factor);
                bad = self.either(bad, high);
            }
            nonzero = self.b.ins().imul(nonzero, factor);
            total = self.b.ins().imul(total, dim);
        }
        if dims.len() > 1 {
            let sign = self.b.ins().ushr_imm_u(nonzero, 63);
            bad = self.either(bad, sign);
        }
        let limit = isize::MAX as i64 / dtype.size() as i64;
        let limit = self.b.ins().iconst(types::I64, limit);
        let large = self.b.ins().icmp(IntCC::UnsignedGreaterThan, total, limit);
        let bad = match bad {
            None => large,
            Some(bits) => {
                let zero = self.b.ins().iconst(types::I64, 0);
                let overflow = self.b.ins().icmp(IntCC::NotEqual, bits, zero);
                self.b.ins().bor(overflow, large)
            }
        };
        self.panic_if(bad, site, dims);
        let size = self.b.ins().iconst(types::I64, dtype.size() as i64);
        let bytes = self.b.ins().imul(total, size);
        let base = self.call_allocate(bytes, dtype, zeroed);
        let zero = self.b.ins().iconst(types::I64, 0);
        let null = self.b.ins().icmp(IntCC::Equal, base, zero);
        self.panic_if(null, site, dims);
        base
    }

    /// `bits` and those seen before, if there were any.
    fn either(&mut self, before: Option<clif::Value>, bits: clif::Value) -> Option<clif::Value> {
        Some(match before {
            None => bits,
            Some(before) => self.b.ins().bor(before, bits),
        })
    }

    /// At least one byte is asked for, so that null means failure.
    fn call_allocate(&mut self, bytes: clif::Value, dtype: Dtype, zeroed: bool) -> clif::Value {
        let one = self.b.ins().iconst(types::I64, 1);
        let bytes = self.b.ins().umax(bytes, one);
        let align = self.b.ins().iconst(types::I64, dtype.align() as i64);
        let zeroed = self.b.ins().iconst(types::I32, i64::from(zeroed));
        self.call_context(
            offset_of!(Context, allocate),
            &[self.context, bytes, align, zeroed],
            &[types::I64, types::I64, types::I64, types::I32],
            Some(types::I64),
        )
        .expect("the allocator returns an address")
    }

    fn free(&mut self, base: clif::Value) {
        let args = [self.context, base];
        self.call_context(offset_of!(Context, free), &args, &[types::I64; 2], None);
    }

    /// The address of a constant array, which is part of the module.
    fn table(&mut self, dtype: Dtype, table: &Table) -> clif::Value {
        let part = dtype.part().size();
        let bytes: Vec<u8> = table
            .scalars
            .iter()
            .flat_map(|scalar| scalar.bits().to_le_bytes().into_iter().take(part))
            .collect();
        let mut data = DataDescription::new();
        data.set_align(dtype.align() as u64);
        if bytes.is_empty() {
            data.define_zeroinit(1);
        } else {
            data.define(bytes.into_boxed_slice());
        }
        let id = self.jit.declare_anonymous_data(false, false).expect("a name is not needed");
        self.jit.define_data(id, &data).expect("it is defined once");
        let global = self.jit.declare_data_in_func(id, self.b.func);
        self.b.ins().symbol_value(types::I64, global)
    }

    /// Memory on the stack.
    fn stack_array(&mut self, dtype: Dtype, dims: &[u32]) -> clif::Value {
        let bytes = array_bytes(dtype, dims).max(1) as u32;
        let align = dtype.align().trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, align);
        let slot = self.b.create_sized_stack_slot(data);
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    /// Allocates the arrays of fixed length that would make the stack frame too large. In a
    /// module that has no words for an allocation that fails they stay on the stack.
    pub(super) fn allocate_long_arrays(&mut self) {
        let func = self.func;
        let mut stack = 0;
        let mut site = None;
        for (number, info) in func.insts.iter().enumerate() {
            let Op::StackArray { dims } = &info.op else { continue };
            let dtype = func.view_type(info.results[0]).dtype;
            let bytes = array_bytes(dtype, dims);
            if stack + bytes <= STACK_ARRAYS {
                stack += bytes;
                continue;
            }
            site = site.or_else(|| self.allocation_site());
            let Some(site) = site else { return };
            let size = self.b.ins().iconst(types::I64, bytes as i64);
            let base = self.call_allocate(size, dtype, false);
            let zero = self.b.ins().iconst(types::I64, 0);
            let null = self.b.ins().icmp(IntCC::Equal, base, zero);
            let dims: Vec<_> =
                dims.iter().map(|&dim| self.b.ins().iconst(types::I64, i64::from(dim))).collect();
            self.panic_if(null, site, &dims);
            self.long_arrays.insert(Inst(number as u32), base);
        }
    }

    fn allocation_site(&self) -> Option<SiteId> {
        let sites = &self.unit.module.sites;
        let index =
            sites.iter().position(|site| matches!(site.kind, SiteKind::Allocation { .. }))?;
        Some(SiteId(index as u32))
    }

    /// Frees what [`Self::allocate_long_arrays`] allocated.
    pub(super) fn free_long_arrays(&mut self) {
        let mut bases: Vec<_> = self.long_arrays.values().copied().collect();
        bases.sort();
        for base in bases {
            self.free(base);
        }
    }
}

fn array_bytes(dtype: Dtype, dims: &[u32]) -> u64 {
    dims.iter().fold(dtype.size() as u64, |bytes, &dim| bytes.saturating_mul(u64::from(dim)))
}
