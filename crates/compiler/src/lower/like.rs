//! Lowers new arrays that lie in memory as those of ndarray do: a copy as its source if that
//! is contiguous, a combination in the order most of its operands have. The order of memory is
//! the order in which ndarray adds, so the bits of a sum depend on it.

use super::value::ArrayVal;
use super::{Lower, Result};
use mambo_ir::function::{Binary, Compare, Op, Unary, Value, ValueType, ViewType};
use mambo_ir::{Const, Dtype, Layout};

/// What ndarray calls the layout of an operand: facts known at run time.
struct Order {
    is_c: Value,
    is_f: Value,
    /// Above 0 for C, below for F.
    tendency: Value,
}

impl Lower<'_, '_> {
    /// A new array for what is computed from each element of `source` (`to_owned`, `map`).
    pub(super) fn allocate_like(&mut self, source: Value, dtype: Dtype) -> ArrayVal {
        let ty = self.b.func.view_type(source);
        let dims = self.dims(source);
        match ty.layout {
            Layout::C => self.allocate(dtype, dims, false),
            Layout::F => self.allocate_f(dims, dtype),
            Layout::Strided if ty.rank == 1 && self.runs_forwards(source) => {
                self.allocate(dtype, dims, false)
            }
            Layout::Strided => {
                let strides = self.strides_like(source);
                self.allocate_strided(dims, strides, dtype)
            }
        }
    }

    /// The strides of `source` if it is contiguous, else those of layout C.
    fn strides_like(&mut self, source: Value) -> Vec<Value> {
        let contiguous = self.is_contiguous(source);
        let dims = self.dims(source);
        let standard = self.standard_strides(&dims);
        let choose = |(axis, standard): (usize, Value)| {
            let own = self.b.stride(source, axis as u8);
            self.b.select(contiguous, own, standard)
        };
        standard.into_iter().enumerate().map(choose).collect()
    }

    /// A new array of shape `dims` for what is computed from two, `operands`, which are
    /// `broadcast` to it. ndarray writes over an operand of this shape that it owns, here
    /// `owned`; else the result is in F order if both are, or more of them tend to it.
    pub(super) fn allocate_combined(
        &mut self,
        operands: [Value; 2],
        broadcast: [Value; 2],
        owned: Option<Value>,
        dims: Vec<Value>,
        dtype: Dtype,
    ) -> Result<ArrayVal> {
        let layouts = operands.map(|view| self.b.func.view_type(view).layout);
        let shortcut = layouts == [Layout::C; 2] || self.tend_to_c(&operands)?;
        let written = owned.filter(|&owned| {
            let ty = self.b.func.view_type(owned);
            ty.rank as usize == dims.len() && ty.layout != Layout::C
        });
        let zipped = (!shortcut && dims.len() > 1).then(|| self.zipped_strides(broadcast, &dims));
        let Some(written) = written else {
            return Ok(match zipped {
                Some(strides) => self.allocate_strided(dims, strides, dtype),
                None => self.allocate(dtype, dims, false),
            });
        };
        let mut same = self.b.constant(true);
        for (own, dim) in self.dims(written).into_iter().zip(&dims) {
            let fits = self.b.compare(Compare::Eq, own, *dim);
            same = self.b.binary(Binary::And, same, fits);
        }
        let like = self.strides_like(written);
        let zipped = zipped.unwrap_or_else(|| self.standard_strides(&dims));
        let choose = |(like, zipped)| self.b.select(same, like, zipped);
        let strides = like.into_iter().zip(zipped).map(choose).collect();
        Ok(self.allocate_strided(dims, strides, dtype))
    }

    /// The strides that ndarray's `Zip` collects in.
    fn zipped_strides(&mut self, operands: [Value; 2], dims: &[Value]) -> Vec<Value> {
        let [a, b] = operands.map(|view| self.order_of(view));
        let both_c = self.b.binary(Binary::And, a.is_c, b.is_c);
        let both_f = self.b.binary(Binary::And, a.is_f, b.is_f);
        let tendency = self.b.binary(Binary::Add, a.tendency, b.tendency);
        let none = self.b.constant(0i32);
        let tends = self.b.compare(Compare::Lt, tendency, none);
        let f = self.b.binary(Binary::Or, both_f, tends);
        let not_c = self.b.unary(Unary::Not, both_c);
        let f = self.b.binary(Binary::And, f, not_c);
        let standard = self.standard_strides(dims);
        let reversed = self.reversed_strides(dims);
        let choose = |(c, of_f)| self.b.select(f, of_f, c);
        standard.into_iter().zip(reversed).map(choose).collect()
    }

    /// Whether both go by rows, as slices of arrays of layout C do. Those of one column go by
    /// rows and by columns alike, which only sums along an axis tell apart.
    fn tend_to_c(&mut self, operands: &[Value]) -> Result<bool> {
        let by_rows = operands.iter().all(|&view| {
            let ty = self.b.func.view_type(view);
            ty.layout == Layout::C || self.known_stride(view, ty.rank - 1) == Some(1)
        });
        Ok(by_rows && !self.looks_at_strides()?)
    }

    /// The constant stride of an axis, where the view says so.
    fn known_stride(&self, view: Value, axis: u8) -> Option<i128> {
        let Some(Op::View { strides, .. }) = self.op(view) else { return None };
        match self.op(strides[axis as usize])? {
            Op::Const(stride) => stride.as_int(),
            Op::Stride { view, axis } => {
                let ty = self.b.func.view_type(*view);
                match ty.layout {
                    Layout::C => (axis + 1 == ty.rank).then_some(1),
                    Layout::F => (*axis == 0).then_some(1),
                    Layout::Strided => self.known_stride(*view, *axis),
                }
            }
            _ => None,
        }
    }

    /// Whether the stride of a view of one axis is known not to be negative.
    fn runs_forwards(&self, view: Value) -> bool {
        match self.op(view) {
            Some(Op::View { strides, .. }) => self.is_forwards(strides[0]),
            _ => false,
        }
    }

    fn is_forwards(&self, stride: Value) -> bool {
        match self.op(stride) {
            Some(Op::Const(stride)) => stride.as_int().is_some_and(|stride| stride >= 0),
            Some(Op::Stride { view, axis }) => match self.op(*view) {
                _ if self.b.func.view_type(*view).layout != Layout::Strided => true,
                Some(Op::View { strides, .. }) => self.is_forwards(strides[*axis as usize]),
                _ => false,
            },
            Some(Op::Binary(Binary::Mul, a, b)) => self.is_forwards(*a) && self.is_forwards(*b),
            Some(Op::Select(_, a, b)) => self.is_forwards(*a) && self.is_forwards(*b),
            _ => false,
        }
    }

    fn order_of(&mut self, view: Value) -> Order {
        let dims = self.dims(view);
        let strides: Vec<Value> =
            (0..dims.len()).map(|axis| self.b.stride(view, axis as u8)).collect();
        let (standard, of_f) = (self.standard_strides(&dims), self.reversed_strides(&dims));
        let is_c = self.has_strides(&dims, &strides, &standard);
        let is_f = self.has_strides(&dims, &strides, &of_f);
        let (first, last) = (self.is_dense(&dims, &strides, 0), dims.len() - 1);
        let last = self.is_dense(&dims, &strides, last);
        // A layout counts twice, a mere tendency once; what is both C and F counts for none.
        let weigh = |lower: &mut Self, is: Value, tends: Value, less: Value| {
            let less = lower.b.unary(Unary::Not, less);
            let tends = lower.b.binary(Binary::And, tends, less);
            let tends = lower.b.binary(Binary::Or, is, tends);
            let (is, tends) = (lower.b.cast(is, Dtype::I32), lower.b.cast(tends, Dtype::I32));
            lower.b.binary(Binary::Add, is, tends)
        };
        let neither = self.b.binary(Binary::Or, is_c, first);
        let for_f = weigh(self, is_f, first, is_c);
        let neither = self.b.binary(Binary::Or, neither, is_f);
        let for_c = weigh(self, is_c, last, neither);
        let tendency = self.b.binary(Binary::Sub, for_c, for_f);
        Order { is_c, is_f, tendency }
    }

    /// Whether the elements along an axis are side by side, and more than one.
    fn is_dense(&mut self, dims: &[Value], strides: &[Value], axis: usize) -> Value {
        let (one, step) = (self.b.index(1), self.b.constant(1isize));
        let several = self.b.compare(Compare::Gt, dims[axis], one);
        let dense = self.b.compare(Compare::Eq, strides[axis], step);
        self.b.binary(Binary::And, several, dense)
    }

    /// Whether an array has these strides, as far as they matter.
    fn has_strides(&mut self, dims: &[Value], strides: &[Value], expected: &[Value]) -> Value {
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let (mut all, mut empty) = (self.b.constant(true), self.b.constant(false));
        for ((dim, stride), expected) in dims.iter().zip(strides).zip(expected) {
            let same = self.b.compare(Compare::Eq, *stride, *expected);
            let single = self.b.compare(Compare::Eq, *dim, one);
            let fits = self.b.binary(Binary::Or, same, single);
            all = self.b.binary(Binary::And, all, fits);
            let none = self.b.compare(Compare::Eq, *dim, zero);
            empty = self.b.binary(Binary::Or, empty, none);
        }
        self.b.binary(Binary::Or, all, empty)
    }

    /// The strides of layout C.
    fn standard_strides(&mut self, dims: &[Value]) -> Vec<Value> {
        let mut stride = self.b.constant(1isize);
        let mut strides = Vec::with_capacity(dims.len());
        for dim in dims.iter().rev() {
            strides.push(stride);
            let dim = self.b.cast(*dim, Dtype::Isize);
            stride = self.b.binary(Binary::Mul, stride, dim);
        }
        strides.reverse();
        strides
    }

    /// The strides of layout F.
    fn reversed_strides(&mut self, dims: &[Value]) -> Vec<Value> {
        let reversed: Vec<Value> = dims.iter().rev().copied().collect();
        let mut strides = self.standard_strides(&reversed);
        strides.reverse();
        strides
    }

    /// What computes a value.
    fn op(&self, value: Value) -> Option<&Op> {
        let insts = self.b.func.insts.iter().rev();
        insts.filter(|inst| inst.results.contains(&value)).map(|inst| &inst.op).next()
    }

    fn allocate_f(&mut self, dims: Vec<Value>, dtype: Dtype) -> ArrayVal {
        let array = self.allocate(dtype, dims.into_iter().rev().collect(), false);
        let view = self.transpose(array.view);
        self.allocations.insert(view, array.view);
        ArrayVal { view, fresh: true }
    }

    /// A new array with strides that fill its memory, in any order and direction.
    fn allocate_strided(
        &mut self,
        dims: Vec<Value>,
        strides: Vec<Value>,
        dtype: Dtype,
    ) -> ArrayVal {
        let array = self.allocate(dtype, dims.clone(), false);
        let count = self.element_count(array.view);
        let (zero, one) = (self.b.index(0), self.b.index(1));
        let step = self.b.constant(Const::one(Dtype::Isize));
        let ty = ViewType { rank: 1, ..self.b.func.view_type(array.view) };
        let (offset, flat_dims) = (vec![zero; dims.len()], vec![count]);
        let op = Op::View { view: array.view, offset, dims: flat_dims, strides: vec![step] };
        let flat = self.b.insert_one(op, ValueType::View(ty));
        // Where the first element is if axes run backwards.
        let still = self.b.constant(Const::zero(Dtype::Isize));
        let mut first = zero;
        for (dim, stride) in dims.iter().zip(&strides) {
            let backwards = self.b.compare(Compare::Lt, *stride, still);
            let size = self.b.unary(Unary::Abs, *stride);
            let size = self.b.cast(size, Dtype::Usize);
            let last = self.b.binary(Binary::SaturatingSub, *dim, one);
            let reach = self.b.binary(Binary::Mul, last, size);
            let reach = self.b.select(backwards, reach, zero);
            first = self.b.binary(Binary::Add, first, reach);
        }
        let ty = ViewType { rank: dims.len() as u8, layout: Layout::Strided, ..ty };
        let op = Op::View { view: flat, offset: vec![first], dims, strides };
        let view = self.b.insert_one(op, ValueType::View(ty));
        self.allocations.insert(view, array.view);
        ArrayVal { view, fresh: true }
    }
}
