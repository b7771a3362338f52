//! Draws random well-typed kernels.
//!
//! What is drawn is a function that rustc accepts: types, mutability, borrows, definite
//! assignment and labels are right by construction. Every loop ends: it runs over a range or
//! an array, or counts its turns.

mod array;
mod expression;
mod iteration;
mod iterator;
pub(crate) mod literal;
mod method;
mod reference;
mod statement;

pub(crate) use literal::scalar;

use crate::random::Random;
use crate::tree::{Name, Node, Param, Program};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Type};

/// What a binding is.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// A scalar, tuple or fixed-size array.
    Value(Type),
    /// A reference to a scalar, `&mut` if the binding is mutable.
    Reference(Dtype),
    /// An array, view or slice.
    Array(ArrayType),
    /// A closure of scalars.
    Closure { params: Vec<Dtype>, result: Dtype },
}

/// What may be done with a binding while something borrows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lock {
    Free,
    ReadOnly,
    Gone,
}

#[derive(Clone, Debug)]
struct Binding {
    name: Name,
    kind: Kind,
    mutable: bool,
    lock: Lock,
    /// For a loop variable: the array and axis whose length it stays below.
    below: Option<(Name, u8)>,
}

#[derive(Clone, Debug)]
struct Label {
    name: Name,
    /// The type of the value that a `break` gives.
    value: Option<Type>,
    is_loop: bool,
}

struct Generator {
    random: Random,
    names: Vec<String>,
    scope: Vec<Binding>,
    labels: Vec<Label>,
    /// What a `return` answers to, and the type of its value.
    returns: (Name, Type),
    /// The types most values of this kernel have.
    palette: Vec<Dtype>,
    /// How many more nodes may be drawn.
    budget: isize,
    /// Loops around the current place.
    loops: usize,
    /// How many constructs around the current place forbid changing bindings.
    pure: usize,
    /// Where the bindings of the innermost scope begin.
    scope_start: usize,
    /// Indices around the current place.
    indices: usize,
    /// Names read and changed so far, with whether changed.
    touched: Vec<(Name, bool)>,
}

/// Draws the kernel of a seed, about `size` nodes large.
pub(crate) fn program(seed: u64, size: usize) -> Program {
    let mut random = Random::new(seed);
    let mut palette: Vec<Dtype> =
        (0..random.between(2, 4)).map(|_| Dtype::ALL[random.below(Dtype::ALL.len())]).collect();
    palette.push(*random.pick(&[&Dtype::F64, &Dtype::F32, &Dtype::I32, &Dtype::I64]));
    let mut generator = Generator {
        random,
        names: vec![String::new()],
        scope: Vec::new(),
        labels: Vec::new(),
        returns: (0, Type::UNIT),
        palette,
        budget: size as isize,
        loops: 0,
        pure: 0,
        scope_start: 0,
        indices: 0,
        touched: Vec::new(),
    };
    generator.program()
}

impl Generator {
    fn program(&mut self) -> Program {
        let params = self.params();
        let result = self.result_type();
        self.returns.1 = result.clone();
        let mut body = Node::fixed();
        let count = 3 + self.random.below(6);
        let stmts = self.statements(count);
        body = body.all(stmts);
        self.budget = self.budget.max(0) + 12;
        if result != Type::UNIT {
            body = body.n(self.value(&result, 2, true));
        }
        Program { names: std::mem::take(&mut self.names), params, result, returns: 0, body }
    }

    fn params(&mut self) -> Vec<Param> {
        let mut params = Vec::new();
        for _ in 0..self.random.between(1, 5) {
            let dtype = self.dtype();
            let (ty, kind, mutable) = match self.random.weighted(&[30, 6, 6, 8, 14, 14, 12, 10]) {
                0 => (Type::Scalar(dtype), Kind::Value(dtype.into()), false),
                1 => {
                    let ty = Type::Tuple(vec![dtype.into(), self.dtype().into()]);
                    (ty.clone(), Kind::Value(ty), false)
                }
                2 => {
                    let len = self.random.between(1, 4);
                    let ty = Type::FixedArray(Box::new(dtype.into()), len);
                    (ty.clone(), Kind::Value(ty), false)
                }
                3 => {
                    let to = Box::new(dtype.into());
                    (Type::Ref { mutable: true, to }, Kind::Reference(dtype), true)
                }
                choice => {
                    let slice = choice == 4 || choice == 5 && self.random.chance(50);
                    let access = if self.random.chance(50) { Access::Mut } else { Access::Shared };
                    let rank = match slice {
                        true => 1,
                        false => [0, 1, 1, 2, 2, 2, 2, 3][self.random.below(8)],
                    };
                    let layout = match (slice || rank == 0, self.random.below(3)) {
                        (true, _) | (_, 0) => Layout::C,
                        (_, 1) if rank > 1 => Layout::F,
                        _ => Layout::Strided,
                    };
                    let array = ArrayType { dtype, rank, layout, access, slice };
                    (Type::Array(array), Kind::Array(array), access == Access::Mut)
                }
            };
            let name = self.fresh("p");
            self.declare(name, kind, mutable);
            params.push(Param { name, ty });
        }
        params
    }

    fn result_type(&mut self) -> Type {
        let dtype = self.dtype();
        match self.random.weighted(&[8, 50, 18, 8, 10, 6]) {
            0 => Type::UNIT,
            1 => dtype.into(),
            2 => Type::Tuple((0..self.random.between(2, 3)).map(|_| self.dtype().into()).collect()),
            3 => Type::FixedArray(Box::new(dtype.into()), self.random.between(1, 4)),
            4 => owned(dtype, self.random.between(1, 2) as u8),
            _ => Type::Tuple(vec![dtype.into(), owned(self.dtype(), 1)]),
        }
    }

    /// An element type, mostly of the few this kernel works with.
    fn dtype(&mut self) -> Dtype {
        match self.random.chance(75) {
            true => self.palette[self.random.below(self.palette.len())],
            false => Dtype::ALL[self.random.below(Dtype::ALL.len())],
        }
    }

    /// An integer type.
    fn int_dtype(&mut self) -> Dtype {
        let dtype = self.dtype();
        if dtype.is_int() {
            return dtype;
        }
        let ints: Vec<Dtype> = Dtype::ALL.into_iter().filter(|dtype| dtype.is_int()).collect();
        ints[self.random.below(ints.len())]
    }

    /// A type of plain values, not a scalar.
    fn plain_type(&mut self, depth: usize) -> Type {
        let item = |this: &mut Self| match depth > 0 && this.random.chance(25) {
            true => this.plain_type(depth - 1),
            false => this.dtype().into(),
        };
        match self.random.weighted(&[40, 45, 15]) {
            0 => Type::Tuple(vec![item(self), item(self)]),
            1 => {
                let item = item(self);
                Type::FixedArray(Box::new(item), self.random.between(1, 5))
            }
            _ => Type::Option(Box::new(self.int_dtype().into())),
        }
    }

    /// A new name.
    fn fresh(&mut self, prefix: &str) -> Name {
        let name = self.names.len() as Name;
        self.names.push(format!("{prefix}{name}"));
        name
    }

    /// A new name for a binding, now and then that of one it hides from here on.
    fn fresh_binding(&mut self) -> Name {
        if self.random.chance(12) {
            let shadowed: Vec<Name> = self
                .visible()
                .filter(|binding| binding.lock == Lock::Free)
                .map(|binding| binding.name)
                .collect();
            if !shadowed.is_empty() {
                let shadowed = shadowed[self.random.below(shadowed.len())];
                let text = self.names[shadowed as usize].clone();
                self.names.push(text);
                return self.names.len() as Name - 1;
            }
        }
        self.fresh("v")
    }

    fn declare(&mut self, name: Name, kind: Kind, mutable: bool) {
        self.scope.push(Binding { name, kind, mutable, lock: Lock::Free, below: None });
    }

    /// The bindings in scope that no other one hides.
    fn visible(&self) -> impl Iterator<Item = &Binding> {
        self.scope.iter().enumerate().filter_map(|(at, binding)| {
            let text = &self.names[binding.name as usize];
            let hidden =
                self.scope[at + 1..].iter().any(|later| self.names[later.name as usize] == *text);
            (!hidden).then_some(binding)
        })
    }

    /// A visible binding that `accept` takes something of.
    fn find<T>(&mut self, accept: impl Fn(&Binding) -> Option<T>) -> Option<(Name, T)> {
        let mut found: Vec<(Name, T)> = self
            .visible()
            .filter_map(|binding| accept(binding).map(|kind| (binding.name, kind)))
            .collect();
        if found.is_empty() {
            return None;
        }
        Some(found.swap_remove(self.random.below(found.len())))
    }

    /// An array that may be read, or changed.
    fn find_array(
        &mut self,
        changed: bool,
        accept: impl Fn(&ArrayType) -> bool,
    ) -> Option<(Name, ArrayType)> {
        if changed && self.pure > 0 {
            return None;
        }
        let found = self.find(|binding| match &binding.kind {
            Kind::Array(array) if accept(array) && binding.allows(changed) => Some(*array),
            _ => None,
        })?;
        self.touch(found.0, changed);
        Some(found)
    }

    fn touch(&mut self, name: Name, changed: bool) {
        self.touched.push((name, changed));
    }

    fn lock(&mut self, name: Name, lock: Lock) {
        for binding in &mut self.scope {
            if binding.name == name {
                binding.lock = binding.lock.max(lock);
            }
        }
    }

    /// Runs `build` in a scope of its own: bindings and borrows made there end with it.
    fn scoped<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> T {
        let locks: Vec<Lock> = self.scope.iter().map(|binding| binding.lock).collect();
        let labels = self.labels.len();
        let start = std::mem::replace(&mut self.scope_start, self.scope.len());
        let result = build(self);
        self.scope_start = start;
        self.scope.truncate(locks.len());
        self.labels.truncate(labels);
        for (binding, lock) in self.scope.iter_mut().zip(locks) {
            binding.lock = lock;
        }
        result
    }

    /// Runs `build` where no binding may be changed.
    fn purely<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> T {
        self.pure += 1;
        let result = build(self);
        self.pure -= 1;
        result
    }

    /// An index as a number, which reads no bindings that are changed.
    fn index(&mut self, typed: bool) -> Node {
        self.indices += 1;
        let index = self.purely(|this| this.scalar(Dtype::Usize, 1, typed));
        self.indices -= 1;
        index
    }

    /// `{ statements value }` as part of the text of `node`, in a scope of its own. `ty` is
    /// the type of the value, and whether the context fixes it.
    fn block(&mut self, node: Node, count: usize, ty: Option<(&Type, bool)>, depth: usize) -> Node {
        self.scoped(|this| {
            let stmts = this.statements(count);
            let node = node.t("{\n").open().all(stmts);
            let node = match ty {
                Some((ty, typed)) => node.n(this.value(ty, depth, typed)),
                None => node,
            };
            node.close().t("\n}")
        })
    }
}

impl Binding {
    fn allows(&self, changed: bool) -> bool {
        match changed {
            true => self.mutable && self.lock == Lock::Free,
            false => self.lock < Lock::Gone,
        }
    }
}

/// The type of an owned array.
fn owned(dtype: Dtype, rank: u8) -> Type {
    Type::Array(owned_array(dtype, rank))
}

fn owned_array(dtype: Dtype, rank: u8) -> ArrayType {
    ArrayType { dtype, rank, layout: Layout::C, access: Access::Owned, slice: false }
}
