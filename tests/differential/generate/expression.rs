//! Draws expressions.
//!
//! `typed` says whether the context fixes the type of an expression, so that a literal in it
//! needs none of its own.

use super::{Generator, Kind, Label, Lock};
use crate::tree::{Name, Node, literal};
use mambo_ir::{Const, Dtype, Type};

impl Generator {
    /// An expression of type `ty`.
    pub(super) fn value(&mut self, ty: &Type, depth: usize, typed: bool) -> Node {
        self.budget -= 1;
        match ty {
            Type::Scalar(dtype) => self.scalar(*dtype, depth, typed),
            Type::Tuple(items) => {
                if self.random.chance(30)
                    && let Some(name) = self.binding_of(ty)
                {
                    return Node::expr(ty.clone()).u(name);
                }
                let mut node = Node::expr(ty.clone()).t("(");
                for item in items {
                    node = node.n(self.value(item, depth, typed)).t(", ");
                }
                node.t(")")
            }
            Type::FixedArray(item, len) => {
                if self.random.chance(40)
                    && let Some(name) = self.binding_of(ty)
                {
                    return Node::expr(ty.clone()).u(name);
                }
                let mut node = Node::expr(ty.clone()).t("[");
                if self.random.chance(40) {
                    return node.n(self.value(item, depth, typed)).t(format!("; {len}]"));
                }
                for at in 0..*len {
                    node = node.n(self.value(item, depth, typed || at > 0)).t(", ");
                }
                node.t("]")
            }
            Type::Array(array) => self.owned_array_value(*array, depth),
            Type::Option(item) => {
                let dtype = item.as_scalar().unwrap_or(Dtype::I32);
                match self.random.chance(15) && typed {
                    true => Node::expr(ty.clone()).t("None"),
                    false => Node { ty: Some(ty.clone()), ..self.option(dtype, depth) },
                }
            }
            _ => unreachable!("no expression has this type"),
        }
    }

    /// A visible binding that is a value of type `ty`.
    fn binding_of(&mut self, ty: &Type) -> Option<Name> {
        let (name, ()) = self.find(|binding| {
            (binding.kind == Kind::Value(ty.clone()) && binding.allows(false)).then_some(())
        })?;
        self.touch(name, false);
        Some(name)
    }

    /// A scalar expression.
    pub(super) fn scalar(&mut self, dtype: Dtype, depth: usize, typed: bool) -> Node {
        self.budget -= 1;
        if depth == 0 || self.budget < 0 {
            return self.leaf(dtype, typed);
        }
        let bool_weight = if dtype == Dtype::Bool { 40 } else { 0 };
        let number = if dtype == Dtype::Bool { 0 } else { 1 };
        let weights =
            [22, 26 * number, 5, 14 * number, 22 * number, 9, 5, 4, 3, 4, bool_weight, 3, 2];
        let depth = depth - 1;
        match self.random.weighted(&weights) {
            0 => self.leaf(dtype, typed),
            1 => self.operator(dtype, depth, typed),
            2 => self.unary(dtype, depth, typed),
            3 => self.cast(dtype, depth),
            4 => self.method(dtype, depth),
            5 => self.choice(&dtype.into(), depth, typed),
            6 => self.match_expr(&dtype.into(), depth, typed),
            7 => self.closure_call(dtype, depth).unwrap_or_else(|| self.leaf(dtype, typed)),
            8 if self.random.chance(50) => self.labelled_value(dtype, depth, typed),
            8 => self.loop_value(dtype, depth, typed),
            9 => self.iterator_value(dtype, depth).unwrap_or_else(|| self.leaf(dtype, typed)),
            10 => self.condition(depth),
            11 if self.pure == 0 => {
                let count = self.random.between(1, 2);
                let node = Node::expr(dtype).t("(");
                let node = self.block(node, count, Some((&dtype.into(), typed)), depth);
                node.t(")")
            }
            _ => self.callee_value(dtype, depth).unwrap_or_else(|| self.leaf(dtype, typed)),
        }
    }

    /// Something to read, or a literal.
    pub(super) fn leaf(&mut self, dtype: Dtype, typed: bool) -> Node {
        if self.random.chance(70)
            && let Some(place) = self.place(dtype, false)
        {
            return place;
        }
        self.literal(dtype, typed)
    }

    /// A place of type `dtype`: a binding, or part of one.
    pub(super) fn place(&mut self, dtype: Dtype, changed: bool) -> Option<Node> {
        if changed && self.pure > 0 {
            return None;
        }
        // Indices of indices of indices would never end.
        let deep = self.indices > 1;
        let (name, kind) = self.find(|binding| {
            let has = match &binding.kind {
                Kind::Value(ty) => !paths(ty, dtype, deep).is_empty(),
                Kind::Reference(own) => *own == dtype,
                Kind::Array(array) => array.dtype == dtype && !deep,
                Kind::Closure { .. } => false,
            };
            (has && binding.allows(changed)).then(|| binding.kind.clone())
        })?;
        self.touch(name, changed);
        let mut node = Node::expr(dtype);
        Some(match kind {
            Kind::Reference(_) => node.t("(*").u(name).t(")"),
            Kind::Value(ty) => {
                let mut paths = paths(&ty, dtype, deep);
                node = node.u(name);
                for step in paths.swap_remove(self.random.below(paths.len())) {
                    node = match step {
                        Step::Field(at) => node.t(format!(".{at}")),
                        Step::Index(len) => {
                            let index = self.index_below(len);
                            node.t("[").n(index).t("]")
                        }
                    };
                }
                node
            }
            Kind::Array(array) if changed && !array.slice => {
                return self.element_to_change(name, array);
            }
            Kind::Array(array) => self.element(name, array),
            Kind::Closure { .. } => return None,
        })
    }

    /// An index that is mostly below `len`.
    fn index_below(&mut self, len: usize) -> Node {
        match self.random.weighted(&[50, 47, 3]) {
            0 => literal(Const::index(self.random.below(len)), true),
            1 => {
                let node = Node::fixed().t("(").n(self.index(false));
                node.t(format!(" % {len})"))
            }
            _ => self.index(true),
        }
    }

    fn operator(&mut self, dtype: Dtype, depth: usize, typed: bool) -> Node {
        let node = Node::expr(dtype).t("(");
        let node = node.n(self.scalar(dtype, depth, typed));
        if dtype.is_int() && self.random.chance(20) {
            // The right side of a shift has a type of its own.
            let other = self.int_dtype();
            let operator = *self.random.pick(&[&"<<", &">>"]);
            let node = node.t(format!(" {operator} ")).n(self.scalar(other, depth, false));
            return node.t(")");
        }
        let operators: &[&str] = match dtype.is_float() {
            true => &["+", "-", "*", "/", "+", "-", "*", "%"],
            false => &["+", "-", "*", "+", "-", "*", "/", "%", "&", "|", "^"],
        };
        let operator = self.random.pick(operators);
        let node = node.t(format!(" {operator} "));
        if dtype.is_int() && matches!(operator, "/" | "%") {
            return node.n(self.divisor(dtype, depth)).t(")");
        }
        node.n(self.scalar(dtype, depth, true)).t(")")
    }

    /// A divisor, rarely zero.
    pub(super) fn divisor(&mut self, dtype: Dtype, depth: usize) -> Node {
        match self.random.weighted(&[50, 40, 10]) {
            0 => literal(Const::int(dtype, self.random.between(1, 7) as i128), true),
            1 => Node::fixed().t("(").n(self.scalar(dtype, depth, false)).t(" | 1)"),
            _ => self.scalar(dtype, depth, true),
        }
    }

    fn unary(&mut self, dtype: Dtype, depth: usize, typed: bool) -> Node {
        let operator = match dtype {
            _ if dtype.is_float() => "-",
            _ if dtype.is_signed_int() && self.random.chance(50) => "-",
            _ => "!",
        };
        // A minus before a literal is part of it, and the least integer has no other.
        let operand = match self.place(dtype, false) {
            Some(place) if self.random.chance(70) => place,
            _ => Node::fixed().t("(").n(self.scalar(dtype, depth, typed)).t(")"),
        };
        Node::expr(dtype).t(format!("({operator}")).n(operand).t(")")
    }

    fn cast(&mut self, dtype: Dtype, depth: usize) -> Node {
        let from = self.dtype();
        if dtype == Dtype::Bool || from == Dtype::Bool && dtype.is_float() {
            return self.leaf(dtype, false);
        }
        let node = Node::expr(dtype).t("(").n(self.scalar(from, depth, false));
        node.t(format!(" as {dtype})"))
    }

    /// A `bool` from other types.
    pub(super) fn condition(&mut self, depth: usize) -> Node {
        let node = Node::expr(Dtype::Bool).t("(");
        match self.random.weighted(&[55, 20, 6, 8]) {
            0 => {
                let dtype = self.dtype();
                let operators = [&"==", &"!=", &"<", &"<=", &">", &">="];
                let operator = *self.random.pick(&operators);
                let node = node.n(self.scalar(dtype, depth, false)).t(format!(" {operator} "));
                node.n(self.scalar(dtype, depth, true)).t(")")
            }
            1 => {
                let operator = *self.random.pick(&[&"&&", &"||", &"&", &"|", &"^"]);
                let node = node.n(self.scalar(Dtype::Bool, depth, true));
                let node = node.t(format!(" {operator} "));
                node.n(self.scalar(Dtype::Bool, depth, true)).t(")")
            }
            2 => {
                let dtype = self.int_dtype();
                let dots = *self.random.pick(&[&"..", &"..="]);
                let node = node.t("(").n(self.scalar(dtype, depth, false)).t(dots);
                let node = node.n(self.scalar(dtype, depth, true)).t(").contains(&");
                node.n(self.scalar(dtype, depth, true)).t("))")
            }
            _ => {
                let dtype = self.int_dtype();
                let low = self.pattern_literal(dtype, 0);
                let node = node.t("matches!(").n(self.scalar(dtype, depth, false));
                node.t(format!(", {low} | {}))", self.pattern_literal(dtype, 3)))
            }
        }
    }

    /// `if`, as a value.
    pub(super) fn choice(&mut self, ty: &Type, depth: usize, typed: bool) -> Node {
        let node = Node::expr(ty.clone()).t("(if ");
        let cond = self.scalar(Dtype::Bool, depth, true);
        let node = self.arm(node.n(cond).t(" "), ty, depth, typed);
        let node = node.t(" else ");
        if self.pure == 0 && self.random.chance(8) {
            let escape = self.scoped(|this| this.escape());
            if let Some(escape) = escape {
                return node.t("{ ").n(escape).t(" })");
            }
        }
        self.arm(node, ty, depth, true).t(")")
    }

    /// `{ value }`, with statements before it where they may stand.
    fn arm(&mut self, node: Node, ty: &Type, depth: usize, typed: bool) -> Node {
        if self.pure == 0 && self.random.chance(25) {
            return self.block(node, 1, Some((ty, typed)), depth);
        }
        self.scoped(|this| node.t("{ ").open().n(this.value(ty, depth, typed)).close().t(" }"))
    }

    /// A pattern for one integer, `offset` from something small.
    pub(super) fn pattern_literal(&mut self, dtype: Dtype, offset: usize) -> String {
        let value = offset + self.random.below(3);
        match self.random.weighted(&[60, 15, if dtype.is_signed_int() { 25 } else { 0 }]) {
            0 => format!("{value}"),
            1 => format!("{value}{dtype}"),
            _ => format!("-{}", value + 1),
        }
    }

    /// `match`, as a value.
    pub(super) fn match_expr(&mut self, ty: &Type, depth: usize, typed: bool) -> Node {
        let dtype = self.int_dtype();
        let node = Node::expr(ty.clone()).t("(match ");
        let mut node = match self.random.weighted(&[60, 20, 20]) {
            0 => node.n(self.scalar(dtype, depth, false)).t(" {\n"),
            1 => return self.match_option(node, ty, dtype, depth, typed),
            _ => return self.match_pair(node, ty, dtype, depth, typed),
        };
        for position in 0..self.random.between(1, 4) {
            node = self.scoped(|this| {
                let offset = 2 * position;
                let first = this.pattern_literal(dtype, offset);
                let node = node.open();
                let node = match this.random.weighted(&[30, 20, 20, 20]) {
                    0 => node.t(first),
                    1 => node.t(format!("{first} | {}", this.pattern_literal(dtype, 9))),
                    2 => node.t(format!("{offset}..={}", offset + this.random.below(4))),
                    _ => {
                        let name = this.fresh("m");
                        this.declare(name, Kind::Value(dtype.into()), false);
                        let node = node.name(name).bind(name);
                        let node = match this.random.chance(40) {
                            true => node.t(format!(" @ {offset}..={}", offset + 9)),
                            false => node,
                        };
                        let guard = this.purely(|this| this.condition(depth.min(1)));
                        node.t(" if ").n(guard)
                    }
                };
                let node = node.t(" => ").n(this.value(ty, depth, typed || position > 0));
                node.close().t(",\n")
            });
        }
        node.t("_ => ").n(self.value(ty, depth, true)).t(",\n})")
    }

    fn match_option(
        &mut self,
        node: Node,
        ty: &Type,
        dtype: Dtype,
        depth: usize,
        typed: bool,
    ) -> Node {
        let mut node = node.n(self.option(dtype, depth)).t(" {\n");
        if self.random.chance(40) {
            let pattern = self.pattern_literal(dtype, 0);
            node = node.t(format!("Some({pattern}) => "));
            node = node.n(self.value(ty, depth, typed)).t(",\n");
        }
        let guarded = self.random.chance(40);
        node = self.scoped(|this| {
            let name = this.fresh("m");
            this.declare(name, Kind::Value(dtype.into()), false);
            let node = node.open().t("Some(").name(name).bind(name).t(")");
            let node = match guarded {
                true => {
                    let guard = this.purely(|this| this.condition(depth.min(1)));
                    node.t(" if ").n(guard)
                }
                false => node,
            };
            node.t(" => ").n(this.value(ty, depth, typed)).close().t(",\n")
        });
        let rest = if guarded { "_ => " } else { "None => " };
        node.t(rest).n(self.value(ty, depth, true)).t(",\n})")
    }

    fn match_pair(
        &mut self,
        node: Node,
        ty: &Type,
        dtype: Dtype,
        depth: usize,
        typed: bool,
    ) -> Node {
        let node = node.t("(").n(self.scalar(dtype, depth, false)).t(", ");
        let node = node.n(self.scalar(Dtype::Bool, depth, true)).t(") {\n");
        let first = self.pattern_literal(dtype, 0);
        let node = node.t(format!("({first}, true) => ")).n(self.value(ty, depth, typed));
        let node = self.scoped(|this| {
            let name = this.fresh("m");
            this.declare(name, Kind::Value(dtype.into()), false);
            let node = node.t(",\n").open().t("(").name(name).bind(name).t(", false) => ");
            node.n(this.value(ty, depth, true)).close()
        });
        node.t(",\n_ => ").n(self.value(ty, depth, true)).t(",\n})")
    }

    /// An expression of type `Option<dtype>` of an integer type.
    pub(super) fn option(&mut self, dtype: Dtype, depth: usize) -> Node {
        let ty = Type::Option(Box::new(dtype.into()));
        if self.random.chance(30)
            && let Some(name) = self.binding_of(&ty)
        {
            return Node::expr(ty).u(name);
        }
        let node = Node::fixed();
        match self.random.weighted(&[60, 20, 10, 10]) {
            0 => {
                let name = *self.random.pick(&[&"add", &"sub", &"mul", &"div", &"rem"]);
                let node = node.n(self.scalar(dtype, depth, false));
                let node = node.t(format!(".checked_{name}("));
                node.n(self.scalar(dtype, depth, true)).t(")")
            }
            1 => {
                let name = *self.random.pick(&[&"shl", &"shr", &"pow"]);
                let node = node.n(self.scalar(dtype, depth, false));
                let node = node.t(format!(".checked_{name}("));
                node.n(self.scalar(Dtype::U32, depth, true)).t(")")
            }
            2 => {
                let name =
                    if dtype.is_signed_int() && self.random.chance(50) { "abs" } else { "neg" };
                node.n(self.scalar(dtype, depth, false)).t(format!(".checked_{name}()"))
            }
            _ => {
                let node = node.t("(if ").n(self.scalar(Dtype::Bool, depth, true)).t(" { Some(");
                node.n(self.scalar(dtype, depth, false)).t(") } else { None })")
            }
        }
    }

    /// A call of a closure in scope.
    fn closure_call(&mut self, dtype: Dtype, depth: usize) -> Option<Node> {
        let pure = self.pure > 0;
        let (name, params) = self.find(|binding| match &binding.kind {
            Kind::Closure { params, result } if *result == dtype && binding.lock == Lock::Free => {
                (!binding.mutable || !pure).then(|| params.clone())
            }
            _ => None,
        })?;
        self.touch(name, true);
        // What a closure is called with cannot call it.
        let before = self.scope.clone();
        self.lock(name, Lock::Gone);
        let mut node = Node::expr(dtype).u(name).t("(");
        for param in params {
            node = node.n(self.purely(|this| this.scalar(param, depth.min(1), true))).t(", ");
        }
        self.scope = before;
        Some(node.t(")"))
    }

    /// A call of another kernel.
    fn callee_value(&mut self, dtype: Dtype, depth: usize) -> Option<Node> {
        let node = Node::expr(dtype);
        let arg = |this: &mut Self, dtype| this.scalar(dtype, depth, true);
        Some(match dtype {
            Dtype::I64 => {
                let node = node.t("mix(").n(arg(self, Dtype::I64)).t(", ");
                node.n(arg(self, Dtype::I64)).t(")")
            }
            Dtype::U64 => node.t("factorial(").n(arg(self, Dtype::U64)).t(" % 9)"),
            Dtype::I32 => {
                let node = node.t("divmod(").n(arg(self, Dtype::I32)).t(", ");
                let divisor = self.divisor(Dtype::I32, depth);
                let part = self.random.below(2);
                node.n(divisor).t(format!(").{part}"))
            }
            Dtype::F64 => {
                let (name, _) =
                    self.find_array(false, |array| array.dtype == Dtype::F64 && array.slice)?;
                node.t("total(").u(name).t(")")
            }
            _ => return None,
        })
    }

    /// A block that may be left by a `break` with a value.
    fn labelled_value(&mut self, dtype: Dtype, depth: usize, typed: bool) -> Node {
        if self.pure > 0 {
            return self.leaf(dtype, typed);
        }
        let label = self.fresh("'b");
        let node = Node::expr(dtype).t("(").name(label).t(": ").open().bind(label);
        self.scoped(|this| {
            this.labels.push(Label { name: label, value: Some(dtype.into()), is_loop: false });
            let count = this.random.between(1, 3);
            this.block(node, count, Some((&dtype.into(), false)), depth).close().t(")")
        })
    }

    /// A loop that is left by a `break` with a value.
    fn loop_value(&mut self, dtype: Dtype, depth: usize, typed: bool) -> Node {
        if self.pure > 0 || self.loops > 1 {
            return self.leaf(dtype, typed);
        }
        let ty = Type::Scalar(dtype);
        let (counter, label) = (self.fresh("k"), self.fresh("'l"));
        let turns = self.random.between(1, 6);
        let node = Node::expr(dtype).t("({\n").open().t("let mut ").name(counter).t(" = 0u32;\n");
        let node = node.bind(counter).name(label).t(": loop {\n").open().bind(label);
        let node = node.u(counter).t(" += 1;\nif ").u(counter).t(format!(" > {turns} {{ break "));
        self.scoped(|this| {
            this.loops += 1;
            let is_loop = true;
            let value = this.purely(|this| this.scalar(dtype, depth.min(1), false));
            this.labels.push(Label { name: label, value: Some(ty), is_loop });
            this.declare(counter, Kind::Value(Dtype::U32.into()), false);
            let node = node.u(label).t(" ").n(value).t("; }\n");
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            this.loops -= 1;
            node.all(stmts).close().t("\n}").close().t("\n})")
        })
    }
}

/// A step from a value to a part of it.
#[derive(Clone)]
enum Step {
    Field(usize),
    Index(usize),
}

/// The ways from a value of type `ty` to the scalars of type `dtype` in it.
fn paths(ty: &Type, dtype: Dtype, fields_only: bool) -> Vec<Vec<Step>> {
    let below = |item: &Type, step: Step| {
        let inner = paths(item, dtype, fields_only);
        inner.into_iter().map(move |path| [vec![step.clone()], path].concat()).collect::<Vec<_>>()
    };
    match ty {
        Type::Scalar(own) if *own == dtype => vec![Vec::new()],
        Type::Tuple(items) => {
            items.iter().enumerate().flat_map(|(at, item)| below(item, Step::Field(at))).collect()
        }
        Type::FixedArray(item, len) if *len > 0 && !fields_only => below(item, Step::Index(*len)),
        _ => Vec::new(),
    }
}
