//! Random modules: structured loops, branches, loads, stores, checks and panics, all of which
//! end. The size bounds how many instructions are drawn, so a smaller size is a smaller case
//! of the same seed.

use mambo_ir::builder::Builder;
use mambo_ir::function::{
    Binary, Block, Compare, FuncId, Op, SiteId, Source, Terminator, Unary, Value, ValueType,
    ViewType,
};
use mambo_ir::{Const, Dtype, Function, Layout, Module, Site, SiteKind, Span};

/// A small generator of random numbers (SplitMix64).
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// The types of the parameters of every entry.
pub(crate) fn entry_params() -> Vec<ValueType> {
    let view =
        |dtype, rank, layout, mutable| ValueType::View(ViewType { dtype, rank, layout, mutable });
    vec![
        view(Dtype::F64, 1, Layout::C, false),
        view(Dtype::F64, 1, Layout::Strided, true),
        view(Dtype::I64, 2, Layout::C, true),
        view(Dtype::I32, 1, Layout::C, true),
        view(Dtype::U128, 1, Layout::C, true),
        Dtype::Usize.into(),
        Dtype::Usize.into(),
        Dtype::I64.into(),
        Dtype::F64.into(),
        Dtype::I128.into(),
    ]
}

const SCALARS: [Dtype; 7] =
    [Dtype::Usize, Dtype::I64, Dtype::I32, Dtype::F64, Dtype::Bool, Dtype::I128, Dtype::U128];

/// Integers, those first that indices are.
const INTEGERS: [Dtype; 7] =
    [Dtype::Usize, Dtype::Usize, Dtype::Usize, Dtype::I64, Dtype::I32, Dtype::I128, Dtype::U128];

/// What the function that the entry calls returns.
const CALLEE_RESULTS: [Dtype; 2] = [Dtype::F64, Dtype::U128];

/// A random module of about `size` instructions, with an entry and a function it calls.
pub(crate) fn module(seed: u64, size: usize) -> Module {
    let mut random = Random(seed);
    let mut module = Module {
        sources: vec![Source { kernel: "random".into(), file: "random.rs".into() }],
        ..Module::default()
    };
    let results = vec![ValueType::from(Dtype::F64), Dtype::U128.into(), Dtype::Usize.into()];
    let entry = function(&mut random, &mut module.sites, 0, entry_params(), results, size);
    let callee_params =
        vec![entry_params()[1], Dtype::I128.into(), Dtype::Usize.into(), Dtype::F64.into()];
    let callee = function(
        &mut random,
        &mut module.sites,
        1,
        callee_params,
        CALLEE_RESULTS.map(ValueType::from).to_vec(),
        size / 4,
    );
    module.functions = vec![entry, callee];
    module
}

fn function(
    random: &mut Random,
    sites: &mut Vec<Site>,
    number: usize,
    params: Vec<ValueType>,
    results: Vec<ValueType>,
    size: usize,
) -> Function {
    let mut func = Function::new(format!("random{number}"));
    func.results.clone_from(&results);
    let mut builder = Builder::new(&mut func);
    let entry = builder.current();
    let params = params.into_iter().map(|ty| builder.add_param(entry, ty, None)).collect();
    let mut writer = Writer {
        builder,
        random,
        sites,
        scope: params,
        counters: Vec::new(),
        open: Vec::new(),
        left: size,
        calls: number == 0,
        results: results.clone(),
        nesting: 0,
    };
    writer.statements();
    let values = writer.values_of(&results);
    writer.builder.end(Terminator::Return(values));
    func
}

/// A body that a `break` or `continue` may name.
struct Open {
    body: Block,
    results: Vec<ValueType>,
    /// Types of the carried values, for a `for`; the counter of other loops is not touched.
    carried: Option<Vec<ValueType>>,
}

struct Writer<'a> {
    builder: Builder<'a>,
    random: &'a mut Random,
    sites: &'a mut Vec<Site>,
    /// The values that may be used here.
    scope: Vec<Value>,
    /// Indices of loops.
    counters: Vec<Value>,
    open: Vec<Open>,
    left: usize,
    calls: bool,
    results: Vec<ValueType>,
    nesting: usize,
}

impl Writer<'_> {
    fn site(&mut self, kind: SiteKind) -> SiteId {
        let line = self.sites.len() as u32 + 1;
        self.sites.push(Site { kind, span: Span::new(line, 1), source: 0 });
        SiteId(self.sites.len() as u32 - 1)
    }

    /// A value of a type: one in scope, or a new constant.
    fn value(&mut self, ty: Dtype) -> Value {
        let known: Vec<Value> = self
            .scope
            .iter()
            .copied()
            .filter(|&value| self.builder.func.ty(value) == ValueType::Scalar(ty))
            .collect();
        if known.is_empty() || self.random.one_in(4) {
            let value = self.constant(ty);
            self.scope.push(value);
            return value;
        }
        // Newer ones are more interesting.
        let last = known.len() - 1;
        let back = self.random.below(known.len()).min(self.random.below(known.len()));
        known[last - back]
    }

    fn constant(&mut self, ty: Dtype) -> Value {
        let value = match ty {
            Dtype::F64 => {
                let odd = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.25, f64::INFINITY];
                Const::f64(self.random.pick(&odd))
            }
            Dtype::Bool => Const::bool(self.random.one_in(2)),
            ty => {
                let small = self.random.below(7) as i128 - i128::from(ty.is_signed_int());
                let odd =
                    [-1, i128::from(i64::MAX), i128::from(i64::MIN), 8, 64, i128::from(i32::MIN)];
                let value = if self.random.one_in(8) { self.random.pick(&odd) } else { small };
                let high = if ty.is_int128() && self.random.one_in(4) { value << 64 } else { 0 };
                Const::int(ty, value.wrapping_add(high))
            }
        };
        self.builder.constant(value)
    }

    fn values_of(&mut self, types: &[ValueType]) -> Vec<Value> {
        types
            .iter()
            .map(|ty| self.value(ty.as_scalar().expect("only scalars are handed on")))
            .collect()
    }

    fn view(&mut self) -> Value {
        let views: Vec<Value> = self
            .scope
            .iter()
            .copied()
            .filter(|&value| self.builder.func.ty(value).as_view().is_some())
            .collect();
        self.random.pick(&views)
    }

    fn statements(&mut self) {
        let count = 1 + self.random.below(8);
        for _ in 0..count {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.statement();
        }
    }

    fn statement(&mut self) {
        let structured = self.nesting < 4;
        match self.random.below(24) {
            0..5 => self.arithmetic(),
            5..7 => self.float(),
            7 => self.compare(),
            8..12 => self.load(),
            12..14 => self.store(),
            14 if self.random.one_in(3) => self.assert(),
            15 if self.random.one_in(2) => self.divide(),
            16 | 17 if structured => self.if_(),
            18..=20 if structured => self.for_(),
            21 if structured => self.while_(),
            22 if structured => self.scope(),
            23 => self.array_or_call(),
            _ => self.arithmetic(),
        }
    }

    fn push(&mut self, value: Value) {
        self.scope.push(value);
    }

    fn arithmetic(&mut self) {
        let ty = self.random.pick(&INTEGERS);
        let (a, b) = (self.value(ty), self.value(ty));
        let result = match self.random.below(14) {
            0..4 => self.builder.binary(Binary::Add, a, b),
            4..7 => self.builder.binary(Binary::Sub, a, b),
            7 => self.builder.binary(Binary::Mul, a, b),
            8 => self.builder.binary(Binary::SaturatingSub, a, b),
            9 => {
                let op = self.random.pick(&[Binary::Min, Binary::Max, Binary::SaturatingAdd]);
                self.builder.binary(op, a, b)
            }
            10 => {
                let op = self.random.pick(&[
                    Binary::And,
                    Binary::Or,
                    Binary::Xor,
                    Binary::Shl,
                    Binary::Shr,
                ]);
                self.builder.binary(op, a, b)
            }
            11 => {
                let cond = self.value(Dtype::Bool);
                self.builder.select(cond, a, b)
            }
            12 => {
                let to =
                    if self.random.one_in(4) { Dtype::F64 } else { self.random.pick(&INTEGERS) };
                self.builder.cast(a, to)
            }
            _ => {
                let view = self.view();
                let rank = self.builder.func.view_type(view).rank;
                let axis = self.random.below(usize::from(rank)) as u8;
                self.builder.dim(view, axis)
            }
        };
        self.push(result);
    }

    fn float(&mut self) {
        let (a, b) = (self.value(Dtype::F64), self.value(Dtype::F64));
        let result = match self.random.below(9) {
            0 | 1 => self.builder.binary(Binary::Add, a, b),
            2 => self.builder.binary(Binary::Sub, a, b),
            3 | 4 => self.builder.binary(Binary::Mul, a, b),
            5 => self.builder.binary(Binary::Div, a, b),
            6 => self.builder.unary(Unary::Neg, a),
            7 => self.builder.unary(Unary::Abs, a),
            _ => {
                let cond = self.value(Dtype::Bool);
                self.builder.select(cond, a, b)
            }
        };
        self.push(result);
    }

    fn condition(&mut self) -> Value {
        let ty = if self.random.one_in(5) { Dtype::F64 } else { self.random.pick(&INTEGERS) };
        let op = self.random.pick(&[
            Compare::Eq,
            Compare::Ne,
            Compare::Lt,
            Compare::Le,
            Compare::Gt,
            Compare::Ge,
        ]);
        let (a, b) = (self.value(ty), self.value(ty));
        self.builder.compare(op, a, b)
    }

    fn compare(&mut self) {
        let mut cond = self.condition();
        match self.random.below(4) {
            0 => cond = self.builder.unary(Unary::Not, cond),
            1 => {
                let other = self.value(Dtype::Bool);
                let op = self.random.pick(&[Binary::And, Binary::Or]);
                cond = self.builder.binary(op, cond, other);
            }
            _ => {}
        }
        self.push(cond);
    }

    /// Indices into a view, checked.
    fn indices(&mut self, view: Value) -> Vec<Value> {
        let rank = self.builder.func.view_type(view).rank;
        (0..rank)
            .map(|axis| {
                let len = self.builder.dim(view, axis);
                let index = self.index(len);
                let site = self.site(SiteKind::Index { array: "a".into(), axis, rank });
                self.builder.insert(Op::CheckIndex { index, len, site }, &[]);
                index
            })
            .collect()
    }

    /// An index that is often below `len`.
    fn index(&mut self, len: Value) -> Value {
        let counters: Vec<Value> =
            self.scope.iter().copied().filter(|value| self.counters.contains(value)).collect();
        let small = self.random.below(3);
        if counters.is_empty() || self.random.one_in(6) {
            return match self.random.below(6) {
                0 => self.value(Dtype::Usize),
                1 | 2 => {
                    let value = self.value(Dtype::Usize);
                    let last = self.builder.index(3);
                    self.builder.binary(Binary::And, value, last)
                }
                _ => self.builder.index(small),
            };
        }
        let mut counter = self.random.pick(&counters);
        counter = self.builder.cast(counter, Dtype::Usize);
        let small = self.builder.index(small);
        match self.random.below(12) {
            0..6 => counter,
            6 => self.builder.binary(Binary::Add, counter, small),
            7 => self.builder.binary(Binary::Sub, counter, small),
            8 => self.builder.binary(Binary::SaturatingSub, counter, small),
            9 => {
                let other = self.value(Dtype::Usize);
                self.builder.binary(Binary::Add, other, counter)
            }
            10 => {
                let one = self.builder.index(1);
                let last = self.builder.binary(Binary::Sub, len, one);
                self.builder.binary(Binary::Sub, last, counter)
            }
            _ => {
                let other = self.value(Dtype::Usize);
                self.builder.binary(Binary::Sub, other, counter)
            }
        }
    }

    fn load(&mut self) {
        let view = self.view();
        let indices = self.indices(view);
        let value = self.builder.load(view, &indices);
        self.push(value);
    }

    fn store(&mut self) {
        let view = self.view();
        let ty = self.builder.func.view_type(view);
        let value = self.value(ty.dtype);
        let indices = self.indices(view);
        if ty.mutable {
            self.builder.store(view, &indices, value);
        }
    }

    fn assert(&mut self) {
        let cond = self.condition();
        let kind = SiteKind::Message { parts: vec!["assertion failed".into()], holes: vec![] };
        let site = self.site(kind);
        self.builder.insert(Op::Assert { cond, site, operands: vec![] }, &[]);
    }

    /// An integer division with its assertions.
    fn divide(&mut self) {
        let ty = self.random.pick(&[Dtype::Usize, Dtype::I64, Dtype::I128, Dtype::U128]);
        let (a, b) = (self.value(ty), self.value(ty));
        let zero = self.builder.constant(Const::zero(ty));
        let cond = self.builder.compare(Compare::Ne, b, zero);
        let site = self.site(SiteKind::DivideByZero);
        self.builder.insert(Op::Assert { cond, site, operands: vec![] }, &[]);
        if ty.is_signed_int() {
            let least = self.builder.constant(Const::least(ty));
            let ones = self.builder.constant(Const::int(ty, -1));
            let left = self.builder.compare(Compare::Ne, a, least);
            let right = self.builder.compare(Compare::Ne, b, ones);
            let cond = self.builder.binary(Binary::Or, left, right);
            let site = self.site(SiteKind::DivideOverflow);
            self.builder.insert(Op::Assert { cond, site, operands: vec![] }, &[]);
        }
        let op = self.random.pick(&[Binary::Div, Binary::Rem]);
        let result = self.builder.binary(op, a, b);
        self.push(result);
    }

    /// Writes a block; it hands out values of these types unless it leaves in another way.
    fn block(&mut self, block: Block, results: &[ValueType], may_leave: bool) {
        let mark = self.scope.len();
        let outer = self.builder.switch_to(block);
        self.nesting += 1;
        self.statements();
        self.nesting -= 1;
        let end = if may_leave && self.random.one_in(3) { self.leave() } else { None };
        let end = match end {
            Some(end) => end,
            None => Terminator::Yield(self.values_of(results)),
        };
        self.builder.end(end);
        self.builder.switch_to(outer);
        self.scope.truncate(mark);
    }

    /// A way out of an enclosing block.
    fn leave(&mut self) -> Option<Terminator> {
        if self.random.one_in(6) {
            let kind = SiteKind::Message { parts: vec!["stop".into()], holes: vec![] };
            let site = self.site(kind);
            return Some(Terminator::Panic { site, operands: vec![] });
        }
        if self.open.is_empty() || self.random.one_in(8) {
            let results = self.results.clone();
            return Some(Terminator::Return(self.values_of(&results)));
        }
        let last = self.open.len() - 1;
        let number = last - self.random.below(self.open.len()).min(self.random.below(2));
        let (target, results, carried) = {
            let open = &self.open[number];
            (open.body, open.results.clone(), open.carried.clone())
        };
        Some(match carried {
            Some(carried) if self.random.one_in(2) => {
                Terminator::Continue { target, values: self.values_of(&carried) }
            }
            _ => Terminator::Break { target, values: self.values_of(&results) },
        })
    }

    fn types(&mut self) -> Vec<ValueType> {
        (0..self.random.below(3)).map(|_| self.random.pick(&SCALARS).into()).collect()
    }

    fn take_results(&mut self, op: Op, types: &[ValueType]) {
        let results = self.builder.insert(op, types).to_vec();
        self.scope.extend(results);
    }

    fn if_(&mut self) {
        let cond = if self.random.one_in(2) { self.condition() } else { self.value(Dtype::Bool) };
        let types = self.types();
        let (then, otherwise) = (self.builder.func.new_block(), self.builder.func.new_block());
        self.block(then, &types, true);
        let may_leave = self.random.one_in(2);
        self.block(otherwise, &types, may_leave);
        self.take_results(Op::If { cond, then, otherwise }, &types);
    }

    fn scope(&mut self) {
        let types = self.types();
        let body = self.builder.func.new_block();
        self.open.push(Open { body, results: types.clone(), carried: None });
        self.block(body, &types, false);
        self.open.pop();
        self.take_results(Op::Scope { body }, &types);
    }

    /// A bound of a loop that is not far from zero.
    fn bound(&mut self, ty: Dtype) -> Value {
        let small = self.random.below(5);
        match self.random.below(8) {
            0..4 => {
                let view = self.view();
                let len = self.builder.dim(view, 0);
                let len = if self.random.one_in(3) {
                    let small = self.builder.index(small);
                    let op = self.random.pick(&[Binary::Sub, Binary::SaturatingSub]);
                    self.builder.binary(op, len, small)
                } else {
                    len
                };
                return self.builder.cast(len, ty);
            }
            4 | 5 => return self.builder.constant(Const::int(ty, small as i128)),
            _ => {}
        }
        let value = self.value(ty);
        let most = self.builder.constant(Const::int(ty, 9));
        let value = self.builder.binary(Binary::Min, value, most);
        if !ty.is_signed_int() {
            return value;
        }
        let least = self.builder.constant(Const::int(ty, -3));
        self.builder.binary(Binary::Max, value, least)
    }

    fn for_(&mut self) {
        let ty =
            self.random.pick(&[Dtype::Usize, Dtype::Usize, Dtype::Usize, Dtype::I64, Dtype::I32]);
        let start = if self.random.one_in(3) {
            self.bound(ty)
        } else {
            let from = self.random.below(3);
            self.builder.constant(Const::int(ty, from as i128))
        };
        let end = self.bound(ty);
        let step = if self.random.one_in(4) { 1 + self.random.below(3) as u64 } else { 1 };
        let (inclusive, reverse) = (self.random.one_in(5), self.random.one_in(4));
        let types = self.types();
        let init = self.values_of(&types);
        let body = self.builder.func.new_block();
        let index = self.builder.add_param(body, ty.into(), None);
        let mark = self.scope.len();
        for &ty in &types {
            let param = self.builder.add_param(body, ty, None);
            self.scope.push(param);
        }
        self.scope.push(index);
        self.counters.push(index);
        self.open.push(Open { body, results: types.clone(), carried: Some(types.clone()) });
        self.block(body, &types, false);
        self.open.pop();
        self.scope.truncate(mark);
        let op = Op::For { start, end, step, inclusive, reverse, init, body };
        self.take_results(op, &types);
    }

    /// A loop that counts up or down by its own hand.
    fn while_(&mut self) {
        let down = self.random.one_in(3);
        let ty = Dtype::Usize;
        let types = self.types();
        let mut init = vec![self.bound(ty)];
        init.extend(self.values_of(&types));
        let limit = if down { self.builder.constant(Const::index(0)) } else { self.bound(ty) };
        let results = self.types();
        let body = self.builder.func.new_block();
        let counter = self.builder.add_param(body, ty.into(), None);
        let mark = self.scope.len();
        for &ty in &types {
            let param = self.builder.add_param(body, ty, None);
            self.scope.push(param);
        }
        let inner = self.scope.len();
        let outer = self.builder.switch_to(body);
        let compare = if down { Compare::Gt } else { Compare::Lt };
        let cond = self.builder.compare(compare, counter, limit);
        let (then, otherwise) = (self.builder.func.new_block(), self.builder.func.new_block());
        self.builder.end(Terminator::Unreachable);
        self.builder.switch_to(otherwise);
        let leaving = self.values_of(&results);
        self.builder.end(Terminator::Break { target: body, values: leaving });
        self.scope.truncate(inner);
        self.builder.switch_to(then);
        self.builder.end(Terminator::Yield(vec![]));
        self.builder.switch_to(body);
        self.builder.insert(Op::If { cond, then, otherwise }, &[]);
        self.scope.push(counter);
        self.counters.push(counter);
        let step = if self.random.one_in(3) { 2 } else { 1 };
        let step = self.builder.index(if down { 1 } else { step });
        let op = if down { Binary::Sub } else { Binary::Add };
        let next = self.builder.binary(op, counter, step);
        self.open.push(Open { body, results: results.clone(), carried: None });
        self.nesting += 1;
        self.statements();
        self.nesting -= 1;
        self.open.pop();
        let mut values = vec![next];
        values.extend(self.values_of(&types));
        self.builder.end(Terminator::Yield(values));
        self.builder.switch_to(outer);
        self.scope.truncate(mark);
        self.take_results(Op::Loop { init, body }, &results);
    }

    fn array_or_call(&mut self) {
        if self.calls && self.random.one_in(2) {
            let view = self.builder.func.params()[1];
            let scalars = [Dtype::I128, Dtype::Usize, Dtype::F64].map(|ty| self.value(ty));
            let args = [vec![view], scalars.to_vec()].concat();
            let call = Op::Call { callee: FuncId(1), args };
            self.take_results(call, &CALLEE_RESULTS.map(ValueType::from));
            return;
        }
        if self.random.one_in(2) {
            self.part();
            return;
        }
        let len = 1 + self.random.below(4);
        let array = self.builder.stack_array(Dtype::F64, &[len as u32]);
        for index in 0..len {
            let index = self.builder.index(index);
            let value = self.value(Dtype::F64);
            self.builder.store(array, &[index], value);
        }
        if self.random.one_in(2) {
            let index = self.random.below(len);
            let index = self.builder.index(index);
            let value = self.value(Dtype::F64);
            self.builder.store(array, &[index], value);
            let value = self.builder.load(array, &[index]);
            self.push(value);
        }
        self.push(array);
    }

    /// A part of a view of one axis, with its assertions.
    fn part(&mut self) {
        let view = self.view();
        let mut ty = self.builder.func.view_type(view);
        if ty.rank != 1 {
            return;
        }
        let (start, end) = (self.value(Dtype::Usize), self.value(Dtype::Usize));
        let len = self.builder.dim(view, 0);
        let site = self.site(SiteKind::Slice { array: "a".into(), axis: 0 });
        for (a, b) in [(start, end), (end, len)] {
            let cond = self.builder.compare(Compare::Le, a, b);
            let operands = vec![start, end, len];
            self.builder.insert(Op::Assert { cond, site, operands }, &[]);
        }
        let dims = vec![self.builder.binary(Binary::Sub, end, start)];
        let strides = vec![self.builder.stride(view, 0)];
        ty.layout = Layout::Strided;
        let op = Op::View { view, offset: vec![start], dims, strides };
        let part = self.builder.insert_one(op, ValueType::View(ty));
        self.push(part);
    }
}
