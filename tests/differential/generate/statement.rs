//! Draws statements.

use super::{Generator, Kind, Label, Lock};
use crate::tree::{Name, Node};
use mambo_ir::signature::Access;
use mambo_ir::{Dtype, Type};

impl Generator {
    /// Up to `count` statements, whose bindings stay in scope.
    pub(super) fn statements(&mut self, count: usize) -> Vec<Node> {
        let mut stmts = Vec::new();
        for _ in 0..count {
            if self.budget < 0 {
                break;
            }
            self.budget -= 2;
            if let Some(stmt) = self.statement() {
                stmts.push(stmt);
            }
        }
        stmts
    }

    fn statement(&mut self) -> Option<Node> {
        let nested = if self.loops < 3 { 1 } else { 0 };
        type Draw = fn(&mut Generator) -> Option<Node>;
        let kinds: [(usize, Draw); 25] = [
            (24, |this| Some(this.let_scalar())),
            (5, |this| Some(this.let_tuple())),
            (6, |this| Some(this.let_plain())),
            (20, Self::assign),
            (16, Self::compound),
            (10, |this| Some(this.if_stmt())),
            (12 * nested, |this| Some(this.for_range())),
            (12 * nested, Self::for_array),
            (5 * nested, |this| Some(this.while_loop())),
            (4, Self::labelled),
            (3, Self::early_exit),
            (5, |this| Some(this.assertion())),
            (5, |this| Some(this.closure())),
            (4, Self::swap),
            (9, Self::array_statement),
            (4, Self::if_let),
            (3, Self::late_type),
            (4, Self::bump),
            (5 * nested, Self::for_iterator),
            (5, Self::reference),
            (3 * nested, |this| Some(this.while_let())),
            (3, Self::exchange),
            (4, Self::take_apart),
            (5, Self::chosen),
            (9, Self::parts_by_reference),
        ];
        let kind = self.random.weighted(&kinds.map(|(weight, _)| weight));
        (kinds[kind].1)(self)
    }

    fn let_scalar(&mut self) -> Node {
        let dtype = self.dtype();
        let typed = self.random.chance(50);
        let mutable = self.random.chance(65);
        let value = self.scalar(dtype, 3, typed);
        let name = self.fresh_binding();
        self.declare(name, Kind::Value(dtype.into()), mutable);
        let node = Node::stmt().t(if mutable { "let mut " } else { "let " }).name(name);
        let node = if typed { node.t(format!(": {dtype}")) } else { node };
        node.t(" = ").n(value).t(";\n").bind(name)
    }

    /// `let (a, mut b) = ..`.
    fn let_tuple(&mut self) -> Node {
        let dtypes = [self.dtype(), self.dtype()];
        let value = match self.random.chance(30) {
            true => {
                let op = *self.random.pick(&[&"add", &"sub", &"mul"]);
                let dtype = self.int_dtype();
                let node = Node::fixed().n(self.scalar(dtype, 2, false));
                let node = node.t(format!(".overflowing_{op}("));
                return self.let_pair([dtype, Dtype::Bool], |this| {
                    node.n(this.scalar(dtype, 2, true)).t(")")
                });
            }
            false => Type::Tuple(dtypes.iter().map(|dtype| (*dtype).into()).collect()),
        };
        self.let_pair(dtypes, |this| this.value(&value, 2, false))
    }

    fn let_pair(&mut self, dtypes: [Dtype; 2], build: impl FnOnce(&mut Self) -> Node) -> Node {
        let value = build(self);
        let (a, b) = (self.fresh("v"), self.fresh("v"));
        self.declare(a, Kind::Value(dtypes[0].into()), false);
        self.declare(b, Kind::Value(dtypes[1].into()), true);
        let node = Node::stmt().t("let (").name(a).t(", mut ").name(b).t(") = ");
        node.n(value).t(";\n").bind(a).bind(b)
    }

    /// A tuple or fixed-size array.
    fn let_plain(&mut self) -> Node {
        let ty = self.plain_type(1);
        let typed = self.random.chance(40);
        let mutable = self.random.chance(75);
        let value = self.value(&ty, 2, typed);
        let name = self.fresh_binding();
        let node = Node::stmt().t(if mutable { "let mut " } else { "let " }).name(name);
        let node = if typed { node.t(format!(": {ty}")) } else { node };
        self.declare(name, Kind::Value(ty), mutable);
        node.t(" = ").n(value).t(";\n").bind(name)
    }

    /// A place that may be changed, with its type.
    fn target(&mut self) -> Option<(Node, Dtype)> {
        for _ in 0..4 {
            let dtype = self.dtype();
            if let Some(place) = self.place(dtype, true) {
                return Some((place, dtype));
            }
        }
        None
    }

    fn assign(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        if self.random.chance(15) {
            // A whole tuple or fixed-size array.
            let (name, ty) = self.find(|binding| match &binding.kind {
                Kind::Value(ty) if !matches!(ty, Type::Scalar(_)) => {
                    binding.allows(true).then(|| ty.clone())
                }
                _ => None,
            })?;
            self.touch(name, true);
            let value = self.value(&ty, 2, true);
            return Some(Node::stmt().u(name).t(" = ").n(value).t(";\n"));
        }
        let (place, dtype) = self.target()?;
        let value = self.scalar(dtype, 3, true);
        Some(store(place, "=", value))
    }

    fn compound(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let (place, dtype) = self.target()?;
        let operators: &[&str] = match dtype {
            Dtype::Bool => &["&=", "|=", "^="],
            _ if dtype.is_float() => &["+=", "-=", "*=", "/=", "+="],
            _ => &["+=", "-=", "*=", "+=", "-=", "&=", "|=", "^=", "/=", "%=", "<<=", ">>="],
        };
        let operator = self.random.pick(operators);
        let value = match operator {
            "/=" | "%=" if dtype.is_int() => self.divisor(dtype, 2),
            "<<=" | ">>=" => {
                let other = self.int_dtype();
                self.scalar(other, 2, false)
            }
            _ => self.scalar(dtype, 2, true),
        };
        Some(store(place, operator, value))
    }

    fn if_stmt(&mut self) -> Node {
        let node = Node::stmt().t("if ").n(self.scalar(Dtype::Bool, 2, true)).t(" ");
        let count = self.random.between(1, 3);
        let node = self.block(node, count, None, 0);
        let node = match self.random.below(4) {
            0 => {
                let node = node.t(" else if ").n(self.scalar(Dtype::Bool, 2, true)).t(" ");
                self.block(node, 1, None, 0)
            }
            _ => node,
        };
        let node = match self.random.chance(50) {
            true => self.block(node.t(" else "), 2, None, 0),
            false => node,
        };
        node.t("\n")
    }

    /// `if let Some(v) = ..`, or `let Some(v) = .. else`.
    fn if_let(&mut self) -> Option<Node> {
        let dtype = self.int_dtype();
        let option = self.option(dtype, 2);
        if self.random.chance(30) {
            let escape = self.scoped(|this| this.escape())?;
            let name = self.fresh("v");
            self.declare(name, Kind::Value(dtype.into()), false);
            let node = Node::stmt().t("let Some(").name(name).t(") = ").n(option);
            return Some(node.t(" else { ").n(escape).t(" };\n").bind(name));
        }
        let node = self.scoped(|this| {
            let name = this.fresh("v");
            this.declare(name, Kind::Value(dtype.into()), false);
            let node = Node::stmt().t("if let Some(").name(name).t(") = ").n(option);
            this.block(node.t(" ").open().bind(name), 2, None, 0).close()
        });
        let node = match self.random.chance(50) {
            true => self.block(node.t(" else "), 1, None, 0),
            false => node,
        };
        Some(node.t("\n"))
    }

    /// A loop that counts its turns and may end before.
    fn while_loop(&mut self) -> Node {
        let (counter, label) = (self.fresh("k"), self.fresh("'w"));
        let turns = self.random.below(7);
        // Without a suffix its type is known only after the loop was drawn.
        let typed = self.random.chance(60);
        let zero = if typed { " = 0i32;\n" } else { " = 0;\n" };
        let node = Node::stmt().open().t("let mut ").name(counter).t(zero).bind(counter);
        let node = node.name(label).t(": while ").u(counter).t(format!(" < {turns} && "));
        let node = node.n(self.scalar(Dtype::Bool, 2, true)).t(" {\n").open().bind(label);
        let node = node.u(counter).t(" += 1;\n");
        self.scoped(|this| {
            this.loops += 1;
            this.labels.push(Label { name: label, value: None, is_loop: true });
            if typed {
                this.declare(counter, Kind::Value(Dtype::I32.into()), false);
            }
            let count = this.random.between(1, 4);
            let stmts = this.statements(count);
            this.loops -= 1;
            node.all(stmts).close().t("\n}\n").close()
        })
    }

    /// A block that may be left early.
    fn labelled(&mut self) -> Option<Node> {
        let label = self.fresh("'b");
        let node = Node::stmt().name(label).t(": ").open().bind(label);
        self.scoped(|this| {
            this.labels.push(Label { name: label, value: None, is_loop: false });
            let count = this.random.between(2, 4);
            Some(this.block(node, count, None, 0).close().t("\n"))
        })
    }

    /// `break`, `continue` or `return`, mostly under a condition.
    fn early_exit(&mut self) -> Option<Node> {
        let cond = match self.random.chance(92) {
            true => Some(self.scalar(Dtype::Bool, 2, true)),
            false => None,
        };
        let escape = self.scoped(|this| this.escape())?;
        Some(match cond {
            Some(cond) => Node::stmt().t("if ").n(cond).t(" { ").n(escape).t(" }\n"),
            None => Node::stmt().n(escape).t("\n"),
        })
    }

    /// A statement that leaves the current place for good.
    pub(super) fn escape(&mut self) -> Option<Node> {
        let node = Node::fixed();
        if self.labels.is_empty() || self.random.chance(25) {
            if self.random.chance(10) {
                return Some(node.t("panic!(\"left\");"));
            }
            let (returns, ty) = self.returns.clone();
            let node = node.t("return").u(returns);
            return Some(match ty {
                Type::Tuple(items) if items.is_empty() => node.t(";"),
                ty => node.t(" ").n(self.value(&ty, 1, true)).t(";"),
            });
        }
        let at = match self.random.chance(65) {
            true => self.labels.len() - 1,
            false => self.random.below(self.labels.len()),
        };
        let label = self.labels[at].clone();
        if label.is_loop && self.random.chance(40) {
            return Some(node.t("continue ").u(label.name).t(";"));
        }
        let node = node.t("break ").u(label.name);
        Some(match label.value {
            Some(ty) => node.t(" ").n(self.value(&ty, 1, false)).t(";"),
            None => node.t(";"),
        })
    }

    fn assertion(&mut self) -> Node {
        let node = Node::stmt();
        match self.random.weighted(&[50, 25, 25]) {
            0 => {
                let node = node.t("assert!(").n(self.scalar(Dtype::Bool, 1, true));
                let node = node.t(" || ").n(self.scalar(Dtype::Bool, 2, true));
                let node = node.t(", \"{} is {:?}\", ");
                let (a, b) = (self.dtype(), self.dtype());
                let node = node.n(self.purely(|this| this.scalar(a, 1, false))).t(", ");
                node.n(self.purely(|this| this.scalar(b, 1, false))).t(");\n")
            }
            1 => {
                let dtype = self.dtype();
                let left = self.purely(|this| this.scalar(dtype, 1, false));
                let right = self.purely(|this| this.scalar(dtype, 2, true));
                node.t("assert_ne!(").n(left).t(", ").n(right).t(");\n")
            }
            _ => {
                let dtype = self.dtype();
                let node = node.t("if ").n(self.scalar(Dtype::Bool, 2, true)).t(" && ");
                let node = node.n(self.scalar(Dtype::Bool, 2, true));
                let node = node.t(" { panic!(\"seen {}\", ");
                node.n(self.scalar(dtype, 2, false)).t("); }\n")
            }
        }
    }

    /// A closure, in scope until its block ends.
    fn closure(&mut self) -> Node {
        let changes = self.pure == 0 && self.random.chance(60);
        let result = self.dtype();
        let params: Vec<Dtype> = (0..self.random.below(3)).map(|_| self.dtype()).collect();
        let name = self.fresh("f");
        let node = Node::stmt().t(if changes { "let mut " } else { "let " }).name(name);
        let mut node = node.t(" = |").open();
        let before = self.touched.len();
        let node = self.scoped(|this| {
            let mut bound = Vec::new();
            for param in &params {
                let name = this.fresh("a");
                node = node.name(name).t(format!(": {param}, "));
                bound.push((name, *param));
            }
            for (name, param) in bound {
                node = node.bind(name);
                this.declare(name, Kind::Value(param.into()), false);
            }
            let body = this.inside_closure(result.into(), |this| match changes {
                true => {
                    let node = Node::fixed().open().bind(this.returns.0);
                    let count = this.random.between(1, 3);
                    this.block(node, count, Some((&result.into(), false)), 2).close()
                }
                false => this.purely(|this| this.scalar(result, 2, false)),
            });
            node.t("| ").n(body)
        });
        let touched: Vec<(Name, bool)> = self.touched.split_off(before);
        for (captured, changed) in touched {
            self.touch(captured, changed);
            self.lock(captured, if changed { Lock::Gone } else { Lock::ReadOnly });
        }
        self.declare(name, Kind::Closure { params, result }, changes);
        node.close().t(";\n").bind(name)
    }

    /// Runs `build` where `return` leaves a closure with a `ty`, and no label is known.
    pub(super) fn inside_closure<T>(&mut self, ty: Type, build: impl FnOnce(&mut Self) -> T) -> T {
        let returns = self.names.len() as Name;
        self.names.push(String::new());
        let outer = std::mem::replace(&mut self.returns, (returns, ty));
        let labels = std::mem::take(&mut self.labels);
        self.loops += 1;
        let result = build(self);
        self.loops -= 1;
        self.labels = labels;
        self.returns = outer;
        result
    }

    /// Two places exchange their values.
    fn swap(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let dtype = self.dtype();
        let mut pick = || {
            self.find(|binding| {
                (binding.kind == Kind::Value(dtype.into()) && binding.allows(true)).then_some(())
            })
        };
        let (a, b) = (pick()?.0, pick()?.0);
        if a == b {
            return None;
        }
        self.touch(a, true);
        self.touch(b, true);
        let node = Node::stmt();
        Some(match self.random.below(3) {
            0 => node.t("std::mem::swap(&mut ").u(a).t(", &mut ").u(b).t(");\n"),
            1 => node.t("(").u(a).t(", ").u(b).t(") = (").u(b).t(", ").u(a).t(");\n"),
            _ => {
                let node = node.t("[").u(a).t(", ").u(b).t("] = [");
                let node = node.n(self.scalar(dtype, 1, false)).t(", ");
                node.n(self.scalar(dtype, 1, true)).t("];\n")
            }
        })
    }

    /// A binding whose type shows only later.
    fn late_type(&mut self) -> Option<Node> {
        let dtype = self.dtype();
        if dtype == Dtype::Bool {
            return None;
        }
        let value = self.scalar(dtype, 2, false);
        let name = self.fresh("v");
        self.declare(name, Kind::Value(dtype.into()), true);
        let zero = if dtype.is_float() { "0.5" } else { "3" };
        let operator = *self.random.pick(&[&"=", &"+=", &"-=", &"*="]);
        let node = Node::stmt().t("let mut ").name(name).t(format!(" = {zero};\n")).bind(name);
        Some(node.u(name).t(format!(" {operator} ")).n(value).t(";\n"))
    }

    /// A call of a kernel that changes what it is lent.
    fn bump(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let (place, lent) = match self.random.chance(50) {
            true => {
                let (name, ()) = self.find(|binding| {
                    let is = binding.kind == Kind::Value(Dtype::F64.into());
                    (is && binding.allows(true)).then_some(())
                })?;
                self.touch(name, true);
                (Node::fixed().u(name), name)
            }
            false => {
                let (name, _) = self.find_array(true, |array| {
                    array.dtype == Dtype::F64 && array.slice && array.access == Access::Mut
                })?;
                (Node::fixed().u(name).t("[0]"), name)
            }
        };
        let by = self.scoped(|this| {
            this.lock(lent, Lock::Gone);
            this.scalar(Dtype::F64, 1, true)
        });
        Some(Node::stmt().t("bump(&mut ").n(place).t(", ").n(by).t(");\n"))
    }

    /// A loop that counts down by an option.
    fn while_let(&mut self) -> Node {
        let (counter, item, label) = (self.fresh("k"), self.fresh("v"), self.fresh("'w"));
        let turns = self.random.below(6);
        let node = Node::stmt().open().t("let mut ").name(counter);
        let node = node.t(format!(" = {turns}u16;\n")).bind(counter).name(label);
        let node = node.t(": while let Some(").name(item).t(") = ").u(counter);
        let node = node.t(".checked_sub(1) {\n").open().bind(label).bind(item);
        let node = node.u(counter).t(" = ").u(item).t(";\n");
        self.scoped(|this| {
            this.loops += 1;
            this.labels.push(Label { name: label, value: None, is_loop: true });
            this.declare(item, Kind::Value(Dtype::U16.into()), false);
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            this.loops -= 1;
            node.all(stmts).close().t("\n}\n").close()
        })
    }

    /// `std::mem::replace` and `take`.
    fn exchange(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let dtype = self.dtype();
        let (place, ()) = self.find(|binding| {
            (binding.kind == Kind::Value(dtype.into()) && binding.allows(true)).then_some(())
        })?;
        self.touch(place, true);
        let value = match self.random.chance(60) {
            true => {
                let value = self.scoped(|this| {
                    this.lock(place, Lock::Gone);
                    this.purely(|this| this.scalar(dtype, 2, true))
                });
                let node = Node::fixed().t("std::mem::replace(&mut ").u(place);
                node.t(", ").n(value).t(")")
            }
            false => Node::fixed().t("std::mem::take(&mut ").u(place).t(")"),
        };
        let name = self.fresh("v");
        self.declare(name, Kind::Value(dtype.into()), true);
        Some(Node::stmt().t("let mut ").name(name).t(" = ").n(value).t(";\n").bind(name))
    }

    /// A pattern that takes a tuple or fixed-size array apart.
    fn take_apart(&mut self) -> Option<Node> {
        let (source, parts) = self.find(|binding| {
            let parts = match &binding.kind {
                Kind::Value(Type::Tuple(items)) => items.clone(),
                Kind::Value(Type::FixedArray(item, len)) => vec![(**item).clone(); *len],
                _ => return None,
            };
            binding.allows(false).then(|| (binding.kind.clone(), parts))
        })?;
        let (kind, parts) = parts;
        self.touch(source, false);
        let is_array = matches!(kind, Kind::Value(Type::FixedArray(..)));
        let mut node = Node::stmt().t(if is_array { "let [" } else { "let (" });
        let mut bound = Vec::new();
        // Some are left out at the end, by `..`.
        let taken = self.random.between(1, parts.len());
        for (at, ty) in parts.iter().enumerate().take(taken) {
            let comma = if at > 0 { ", " } else { "" };
            let name = self.fresh("v");
            let mutable = self.random.chance(50);
            node = node.t(comma).t(if mutable { "mut " } else { "" }).name(name);
            bound.push((name, ty.clone(), mutable));
        }
        let node = node.t(if taken < parts.len() { ", .." } else { "" });
        let mut node = node.t(if is_array { "] = " } else { ") = " }).u(source).t(";\n");
        for (name, ty, mutable) in bound {
            node = node.bind(name);
            self.declare(name, Kind::Value(ty), mutable);
        }
        Some(node)
    }
}

/// `place op value;`. Nothing else can stand for the place.
fn store(place: Node, operator: &str, value: Node) -> Node {
    let place = Node { ty: None, ..place };
    Node::stmt().n(place).t(format!(" {operator} ")).n(value).t(";\n")
}
