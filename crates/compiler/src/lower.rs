//! Lowering: from a kernel tree with its types to the typed form.
//!
//! Bindings become values; what control flow changes is handed through block parameters and
//! results, found by looking at the assignments below each construct ([`walk`]). Tuples,
//! structures and options fall apart into scalars ([`value`]); fixed-size arrays and bindings
//! whose `&mut` is taken live in stack arrays; closures are inlined where they are called.
//! Every check that rustc's code makes becomes an instruction here, and passes remove it.
//!
//! Code that cannot be reached (after `break`, `return`, a panic) is built into a block that
//! nothing refers to, so that no step here needs to ask.

mod array;
mod assign;
mod broadcast;
mod call;
mod closure;
mod complex;
mod complex_math;
mod control;
mod expr;
mod float;
mod integer;
mod integer_fit;
mod isqrt;
mod iterate;
mod iterator;
mod like;
mod loops;
mod nest;
mod option;
mod ordering;
mod pattern;
mod pick;
mod place;
mod range;
mod reduce;
mod reduce_axis;
mod refer;
mod scalar;
mod slice;
mod slice_methods;
mod slice_values;
mod value;
mod variance;
mod walk;

use crate::error::CompileError;
use crate::infer::{self, Types, ty::Ty};
use crate::source::{Instance, KernelSource};
use crate::unit::Unit;
use mambo_ir::builder::Builder;
use mambo_ir::function::{
    Block, FuncId, Function, Module, Op, SiteId, Source, Terminator, Value, ValueType, ViewType,
};
use mambo_ir::kernel::{Inline, LabelId};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Layout, Site, SiteKind, Span, Type};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use value::{ArrayVal, Memory, Place, SliceVal, Val, memory_leaves, result_types, slice_leaves};
use walk::Assignments;

type Result<T> = std::result::Result<T, CompileError>;

/// A module with what later steps want to know of its functions.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(crate) module: Module,
    /// How each function wants to be inlined.
    pub(crate) inline: Vec<Inline>,
}

/// Lowers `source` for `instance`, and every kernel it calls.
///
/// # Errors
/// If one of them uses something that its types do not have in the kernel language.
pub(crate) fn lower(source: &'static KernelSource, instance: Instance) -> Result<Lowered> {
    let mut modules = ModuleBuilder::default();
    modules.function(source, instance)?;
    modules.mark_recursion();
    Ok(Lowered { module: modules.module, inline: modules.inline })
}

/// The module being built: one function for each kernel and instance that is called.
#[derive(Debug, Default)]
struct ModuleBuilder {
    module: Module,
    inline: Vec<Inline>,
    functions: FxHashMap<(*const KernelSource, Instance), FuncId>,
    /// Those being lowered, and those that were called meanwhile.
    open: FxHashSet<FuncId>,
    recurred: FxHashSet<FuncId>,
    /// Where each function would report too deep a recursion.
    recursion: Vec<Site>,
}

impl ModuleBuilder {
    /// The function of a kernel for an instance, lowered now if it is new.
    fn function(&mut self, source: &'static KernelSource, instance: Instance) -> Result<FuncId> {
        let key = (std::ptr::from_ref(source), instance);
        if let Some(&id) = self.functions.get(&key) {
            if self.open.contains(&id) {
                self.recurred.insert(id);
            }
            return Ok(id);
        }
        let id = FuncId(self.module.functions.len() as u32);
        let mut function = Function::new(source.name);
        function.results = result_types(&Ty::from_host(&key.1.signature.result));
        self.module.functions.push(function.clone());
        self.functions.insert(key.clone(), id);
        let unit = Unit::new(source, key.1)?;
        self.inline.push(unit.kernel.options.inline);
        function.fastmath = unit.kernel.options.fastmath;
        let types = infer::infer(&unit)?;
        let source_id = self.module.sources.len() as u32;
        self.module.sources.push(Source { kernel: source.name.into(), file: source.file.into() });
        let (kind, span) = (SiteKind::Recursion, unit.kernel.span);
        self.recursion.push(Site { kind, span, source: source_id });
        self.open.insert(id);
        Lower::new(self, &unit, &types, &mut function, source_id).kernel()?;
        self.open.remove(&id);
        if self.recurred.contains(&id)
            && function.results != self.module.functions[id.index()].results
        {
            let message = "a kernel that calls itself returns arrays of layout C only: allocate the result with `zeros`, and store to it";
            return Err(unit.error(unit.kernel.span, message.into()));
        }
        self.module.functions[id.index()] = function;
        Ok(id)
    }

    /// Marks the functions that can call themselves, directly or through others.
    fn mark_recursion(&mut self) {
        let calls: Vec<Vec<usize>> = self.module.functions.iter().map(Function::callees).collect();
        for id in 0..calls.len() {
            let mut seen = vec![false; calls.len()];
            let mut open = calls[id].clone();
            while let Some(next) = open.pop() {
                if !std::mem::replace(&mut seen[next], true) {
                    open.extend(&calls[next]);
                }
            }
            if seen[id] {
                self.module.functions[id].recursive = true;
                self.module.sites.push(self.recursion[id].clone());
            }
        }
    }
}

/// A loop, labelled block or inlined closure that can be left early.
#[derive(Debug)]
struct Frame {
    label: Option<LabelId>,
    /// What a `break` ends and a `continue` starts again.
    breaks: Block,
    continues: Option<Block>,
    /// The bindings handed through, and the types they have on the way.
    carried: Vec<u32>,
    types: Vec<ValueType>,
    /// The types of the value, if `break` has one; set by the first `break`.
    result: Option<(Val, Vec<ValueType>)>,
    /// For an inlined closure: `return` breaks here.
    closure: bool,
}

/// Where lowering was before it went into a block.
struct Outer {
    block: Block,
    dead: bool,
    changed: usize,
}

/// Lowers one function.
struct Lower<'m, 'u> {
    modules: &'m mut ModuleBuilder,
    unit: &'u Unit,
    types: &'u Types,
    b: Builder<'m>,
    env: Vec<Option<Val>>,
    /// Bindings that got values so far, with the values they had before.
    changed: Vec<(u32, Option<Val>)>,
    frames: Vec<Frame>,
    assignments: Assignments,
    closures: FxHashMap<u32, &'u mambo_ir::kernel::Expr>,
    /// Arrays of the host's constants, stored once at the start.
    tables: FxHashMap<u32, Memory>,
    /// Whether strides of axes of length 1 matter, once that is known.
    looks_at_strides: Option<bool>,
    /// What was allocated for new arrays that are not of layout C.
    allocations: FxHashMap<Value, Value>,
    /// Whether the current place cannot be reached.
    dead: bool,
    source: u32,
    span: Span,
}

impl<'m, 'u> Lower<'m, 'u> {
    fn new(
        modules: &'m mut ModuleBuilder,
        unit: &'u Unit,
        types: &'u Types,
        function: &'m mut Function,
        source: u32,
    ) -> Self {
        let assignments = Assignments::of(&unit.kernel.body);
        Lower {
            modules,
            unit,
            types,
            b: Builder::new(function),
            env: vec![None; unit.kernel.locals.len()],
            changed: Vec::new(),
            frames: Vec::new(),
            assignments,
            closures: FxHashMap::default(),
            tables: FxHashMap::default(),
            looks_at_strides: None,
            allocations: FxHashMap::default(),
            dead: false,
            source,
            span: unit.kernel.span,
        }
    }

    /// Lowers the kernel.
    fn kernel(mut self) -> Result<()> {
        let unit = self.unit;
        let entry = self.b.current();
        for (pattern, ty) in unit.kernel.params.iter().zip(&unit.instance.signature.args) {
            let name = match pattern {
                mambo_ir::kernel::Pattern::Bind { local, .. } => {
                    Some(unit.kernel.locals[*local as usize].name.clone())
                }
                _ => None,
            };
            let value = self.param(entry, ty, name.as_deref());
            self.bind(pattern, value)?;
        }
        self.constant_arrays();
        let result = Ty::from_host(&unit.instance.signature.result);
        let value = self.block(&unit.kernel.body)?;
        if !self.dead {
            self.return_value(value, &result)?;
        }
        self.settle_results();
        self.check_stores()
    }

    /// Gives array results whose layout is not C everywhere a type that fits all.
    fn settle_results(&mut self) {
        let returns: Vec<(Block, Vec<Value>)> = (0..self.b.func.blocks.len())
            .map(|number| Block(number as u32))
            .filter_map(|block| match &self.b.func.block(block).end {
                Terminator::Return(values) => Some((block, values.clone())),
                _ => None,
            })
            .collect();
        for (_, values) in &returns {
            for (at, &value) in values.iter().enumerate() {
                let joined = Self::joined(self.b.func.results[at], self.b.func.ty(value));
                self.b.func.results[at] = joined;
            }
        }
        for (block, values) in returns {
            let outer = self.b.switch_to(block);
            let types = self.b.func.results.clone();
            let values = values.into_iter().zip(types).map(|(v, ty)| self.coerce(v, ty)).collect();
            self.b.end(Terminator::Return(values));
            self.b.switch_to(outer);
        }
    }

    /// Fails where something is stored that is lent for reading, or constant.
    fn check_stores(&self) -> Result<()> {
        for info in &self.b.func.insts {
            if let Op::Store { view, .. } = &info.op
                && !self.b.func.view_type(*view).mutable
            {
                return self.error(info.span, CONSTANT);
            }
        }
        Ok(())
    }

    /// Makes the constant arrays before the body, so that a loop of it does not.
    fn constant_arrays(&mut self) {
        let unit = self.unit;
        for (id, capture) in unit.instance.captures.iter().enumerate() {
            if let Some(capture) = capture
                && matches!(capture.ty, Type::FixedArray(..))
            {
                let table = self.table(&Ty::from_host(&capture.ty), &capture.scalars);
                self.tables.insert(id as u32, table);
            }
        }
    }

    /// Adds the parameters for an argument of type `ty` and puts its value together.
    fn param(&mut self, entry: Block, ty: &Type, name: Option<&str>) -> Val {
        let add =
            |lower: &mut Self, ty: ValueType| lower.b.add_param(entry, ty, name.map(String::from));
        match ty {
            Type::Scalar(dtype) => Val::Scalar(add(self, (*dtype).into())),
            Type::Complex(part) => {
                let mut part = || Val::Scalar(add(self, (*part).into()));
                Val::Group(vec![part(), part()])
            }
            Type::Tuple(items) => {
                Val::Group(items.iter().map(|item| self.param(entry, item, name)).collect())
            }
            Type::Struct(ty) => Val::Group(
                ty.fields.iter().map(|(_, field)| self.param(entry, field, name)).collect(),
            ),
            Type::Option(item) => {
                let some = add(self, Dtype::Bool.into());
                Val::Option { some, item: Box::new(self.param(entry, item, name)) }
            }
            Type::Array(array) => {
                let view = add(self, ValueType::View(view_type(array)));
                Val::array(view)
            }
            Type::Slice { mutable, item } => {
                let item = Ty::from_host(item);
                let leaves = slice_leaves(&item)
                    .into_iter()
                    .map(|leaf| add(self, ValueType::View(leaf.view_type(*mutable))))
                    .collect();
                Val::Slice(SliceVal { item, leaves })
            }
            Type::FixedArray(..) => self.fixed_param(entry, ty, name),
            Type::Ref { mutable, to } => {
                let ty = Ty::from_host(to);
                let leaves = memory_leaves(&ty)
                    .into_iter()
                    .map(|leaf| add(self, ValueType::View(leaf.view_type(*mutable))))
                    .collect();
                let memory = Memory { ty, leaves, prefix: vec![], part: 0, fresh: false };
                if *mutable { Val::Place(Place::Memory(memory)) } else { self.read_memory(&memory) }
            }
        }
    }

    /// A fixed-size array by value: its elements, stored to memory of the callee.
    fn fixed_param(&mut self, entry: Block, ty: &Type, name: Option<&str>) -> Val {
        let Type::FixedArray(item, len) = ty else { unreachable!("only called for arrays") };
        let memory = self.new_memory(&Ty::from_host(ty));
        for index in 0..*len {
            let value = self.param(entry, item, name);
            let index = self.b.index(index);
            let part = self.memory_item(&memory, index);
            self.write_memory(&part, value);
        }
        Val::Memory(memory)
    }

    /// Ends the function with `value` of type `ty`.
    fn return_value(&mut self, value: Val, ty: &Ty) -> Result<()> {
        let mut leaves = Vec::new();
        self.result_leaves(value, ty, &mut leaves)?;
        self.kill(Terminator::Return(leaves));
        Ok(())
    }

    /// The values a result consists of: arrays owned by the call, fixed-size ones by element.
    fn result_leaves(&mut self, value: Val, ty: &Ty, out: &mut Vec<Value>) -> Result<()> {
        match ty {
            Ty::Scalar(_) => out.push(self.scalar(value)?),
            Ty::Tuple(_) | Ty::Struct(_) | Ty::Complex(_) => {
                for (item, ty) in self.fields(value)?.into_iter().zip(value::field_types(ty)) {
                    self.result_leaves(item, &ty, out)?;
                }
            }
            Ty::Option(item_ty) => {
                let (some, item) = self.option_parts(value)?;
                out.push(some);
                self.result_leaves(item, item_ty, out)?;
            }
            Ty::Fixed(item_ty, len) => {
                let memory = self.memory(value, ty)?;
                for index in 0..*len {
                    let index = self.b.index(index);
                    let item = self.memory_item(&memory, index);
                    let item = self.read_memory(&item);
                    self.result_leaves(item, item_ty, out)?;
                }
            }
            Ty::Array(_) => {
                let array = self.array(value)?;
                let owned = if array.fresh { array } else { self.copy_array(array.view)? };
                out.push(owned.view);
            }
            _ => {}
        }
        Ok(())
    }

    fn error<T>(&self, span: Span, message: impl Into<String>) -> Result<T> {
        Err(self.unit.error(span, message.into()))
    }

    /// Ends the current block; what follows cannot be reached.
    fn kill(&mut self, end: Terminator) {
        self.b.end(end);
        let unreached = self.b.func.new_block();
        self.b.switch_to(unreached);
        self.dead = true;
    }

    /// Goes into a block that an instruction holds.
    fn enter_block(&mut self, block: Block) -> Outer {
        Outer {
            block: self.b.switch_to(block),
            dead: std::mem::replace(&mut self.dead, false),
            changed: self.changed.len(),
        }
    }

    /// Goes back: bindings have the values that they had before, and those made inside none.
    fn leave_block(&mut self, outer: Outer) {
        self.b.switch_to(outer.block);
        self.dead = outer.dead;
        for (local, before) in self.changed.drain(outer.changed..).rev() {
            self.env[local as usize] = before;
        }
    }

    /// A new panic site at the current place.
    fn site(&mut self, kind: SiteKind) -> SiteId {
        let site = Site { kind, span: self.span, source: self.source };
        let sites = &mut self.modules.module.sites;
        let id = sites.iter().position(|known| *known == site).unwrap_or_else(|| {
            sites.push(site);
            sites.len() - 1
        });
        SiteId(id as u32)
    }

    /// Goes to `span`; the answer is the place before.
    fn enter(&mut self, span: Span) -> Span {
        self.b.set_span(span);
        std::mem::replace(&mut self.span, span)
    }

    /// Panics with `kind` unless `cond` is true.
    fn assert(&mut self, cond: Value, kind: SiteKind, operands: Vec<Value>) {
        let site = self.site(kind);
        self.b.insert(mambo_ir::function::Op::Assert { cond, site, operands }, &[]);
    }

    /// Panics with a message without holes unless `cond` is true.
    fn assert_message(&mut self, cond: Value, message: &str) {
        let kind = SiteKind::Message { parts: vec![message.into()], holes: vec![] };
        self.assert(cond, kind, vec![]);
    }

    /// The bindings of `assigned` that have a value which control flow must hand on.
    fn carried(&self, assigned: BTreeSet<u32>) -> Vec<u32> {
        assigned
            .into_iter()
            .filter(|local| match &self.env[*local as usize] {
                Some(value) => {
                    let mut leaves = Vec::new();
                    value.leaves(&mut leaves);
                    !leaves.is_empty()
                }
                None => false,
            })
            .collect()
    }

    /// The values of the bindings `carried`, in order.
    fn carried_leaves(&self, carried: &[u32]) -> Vec<Value> {
        let mut leaves = Vec::new();
        for local in carried {
            self.env[*local as usize].as_ref().expect("a carried binding").leaves(&mut leaves);
        }
        leaves
    }

    /// Gives the bindings `carried` the values `leaves`.
    fn set_carried(&mut self, carried: &[u32], leaves: &mut impl Iterator<Item = Value>) {
        for local in carried {
            let value = self.env[*local as usize].as_ref().expect("a carried binding");
            let mut value = value.rebuild(leaves);
            // What is handed through is no longer known to be one whole allocation.
            if let Val::Array(array) = &mut value {
                array.fresh = false;
            }
            self.set_env(*local, Some(value));
        }
    }

    /// Gives a binding a value, or takes it away.
    fn set_env(&mut self, local: u32, value: Option<Val>) {
        let before = std::mem::replace(&mut self.env[local as usize], value);
        self.changed.push((local, before));
    }

    /// `value` as a value of type `ty`: views lose what the type does not promise.
    fn coerce(&mut self, value: Value, ty: ValueType) -> Value {
        let own = self.b.func.ty(value);
        match (own, ty) {
            (ValueType::View(from), ValueType::View(to)) if from != to => {
                self.retype_view(value, ViewType { mutable: from.mutable && to.mutable, ..to })
            }
            _ => value,
        }
    }

    /// A type that values of both types can be given.
    fn joined(a: ValueType, b: ValueType) -> ValueType {
        match (a, b) {
            (ValueType::View(x), ValueType::View(y)) if x != y => ValueType::View(ViewType {
                layout: if x.layout == y.layout { x.layout } else { Layout::Strided },
                mutable: x.mutable && y.mutable,
                ..x
            }),
            _ => a,
        }
    }

    /// The type a binding has while a loop may change it.
    fn loosened(ty: ValueType) -> ValueType {
        match ty {
            ValueType::View(view) if view.rank > 0 => {
                ValueType::View(ViewType { layout: Layout::Strided, ..view })
            }
            other => other,
        }
    }

    /// A value of type `ty` that is never used: in code that cannot be reached, in the item of
    /// a `None`, in a binding that is assigned later.
    fn anything(&mut self, ty: &Ty) -> Val {
        match ty {
            Ty::Scalar(dtype) => Val::Scalar(self.b.constant(Const::zero(*dtype))),
            Ty::Tuple(_) | Ty::Struct(_) | Ty::Complex(_) => {
                Val::Group(value::field_types(ty).iter().map(|ty| self.anything(ty)).collect())
            }
            Ty::Option(item) => {
                let some = self.b.constant(false);
                Val::Option { some, item: Box::new(self.anything(item)) }
            }
            Ty::Fixed(..) => Val::Memory(self.new_memory(ty)),
            Ty::RefMut(to) => {
                let memory = self.new_memory(to);
                Val::Place(Place::Memory(memory))
            }
            Ty::Array(array) if array.item.as_element().is_none() => {
                let leaves = slice_leaves(&array.item)
                    .into_iter()
                    .map(|leaf| self.b.stack_array(leaf.dtype, &leaf.dims))
                    .collect();
                Val::Slice(SliceVal { item: (*array.item).clone(), leaves })
            }
            Ty::Array(array) => {
                let dtype = array.item.as_element().unwrap_or(Dtype::F64);
                let dims = vec![0; array.rank as usize];
                Val::Array(ArrayVal { view: self.b.stack_array(dtype, &dims), fresh: false })
            }
            _ => Val::UNIT,
        }
    }
}

/// What is said of changes to a constant array.
const CONSTANT: &str =
    "a constant cannot be changed in a kernel: copy it with `let mut`, and change the copy";

/// The type of the view of an array argument.
fn view_type(array: &ArrayType) -> ViewType {
    ViewType {
        dtype: array.dtype,
        rank: array.rank,
        layout: array.layout,
        mutable: array.access != Access::Shared,
    }
}
