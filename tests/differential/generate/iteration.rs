//! Draws loops over ranges and arrays, and what iterators are folded to.

use super::{Generator, Kind, Label, Lock};
use crate::tree::{Name, Node, literal};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, Type};

impl Generator {
    /// A loop over a range of integers.
    pub(super) fn for_range(&mut self) -> Node {
        let dtype = match self.random.chance(50) {
            true => Dtype::Usize,
            false => self.int_dtype(),
        };
        let range = self.range(dtype);
        let node = Node::stmt();
        let (variable, label) = (self.fresh("i"), self.fresh("'f"));
        let node = node.name(label).t(": for ").name(variable).t(" in ").n(range).t(" {\n");
        let count = self.random.between(1, 3);
        self.loop_body(node, label, vec![(variable, Kind::Value(dtype.into()), false)], count)
            .t("\n}\n")
    }

    /// The body of a loop with its variables, without the brace at its end.
    fn loop_body(
        &mut self,
        node: Node,
        label: Name,
        variables: Vec<(Name, Kind, bool)>,
        count: usize,
    ) -> Node {
        self.scoped(|this| {
            this.loops += 1;
            this.labels.push(Label { name: label, value: None, is_loop: true });
            let mut node = node.open().bind(label);
            for (name, kind, mutable) in variables {
                node = node.bind(name);
                this.declare(name, kind, mutable);
            }
            let stmts = this.statements(count);
            this.loops -= 1;
            node.all(stmts).close()
        })
    }

    /// A short range of integers.
    fn range(&mut self, dtype: Dtype) -> Node {
        let node = Node::fixed().t("(");
        let (start, end, limit) = match self.random.weighted(&[60, 25, 8, 7]) {
            0 => {
                let start = self.random.below(3) as i128;
                let end = start + self.random.below(7) as i128;
                (self.number(dtype, start), self.number(dtype, end), false)
            }
            1 => {
                let end = Node::fixed().t("(").n(self.scalar(dtype, 1, false)).t(" % 6)");
                (self.number(dtype, 0), end, false)
            }
            2 if dtype.is_signed_int() => {
                let start = -(self.random.between(1, 4) as i128);
                (self.number(dtype, start), self.number(dtype, 2), false)
            }
            2 => (self.number(dtype, 3), self.number(dtype, 1), false),
            _ => {
                // Up to the greatest of all, or from the least.
                let (from, to) = match self.random.chance(50) {
                    true => (format!("({dtype}::MAX - 3)"), format!("{dtype}::MAX")),
                    false => (format!("{dtype}::MIN"), format!("({dtype}::MIN + 2)")),
                };
                (Node::fixed().t(from), Node::fixed().t(to), true)
            }
        };
        let inclusive = limit || self.random.chance(25);
        let node = node.n(start).t(if inclusive { "..=" } else { ".." }).n(end).t(")");
        let step = self.random.between(1, 4);
        match self.random.weighted(&[60, 15, 12, 8]) {
            0 => node,
            1 => node.t(".rev()"),
            2 => node.t(format!(".step_by({step})")),
            _ => node.t(format!(".rev().step_by({step})")),
        }
    }

    fn number(&mut self, dtype: Dtype, value: i128) -> Node {
        let mut node = literal(Const::int(dtype, value), false);
        node.ty = None;
        node
    }

    /// A loop over an array: its indices, or its elements.
    pub(super) fn for_array(&mut self) -> Option<Node> {
        match self.random.weighted(&[45, 20, 20, 15]) {
            0 => self.for_indices(),
            1 => self.for_elements(),
            2 => self.for_zipped(),
            _ => self.for_changed(),
        }
    }

    /// Nested loops over all indices of an array.
    fn for_indices(&mut self) -> Option<Node> {
        let (array, ty) = self.find_array(false, |array| array.rank > 0)?;
        if self.loops + ty.rank as usize > 4 {
            return None;
        }
        // Now and then one less, or one beyond the end.
        let less = match self.random.weighted(&[80, 14, 3]) {
            0 => "",
            1 => ".saturating_sub(1)",
            _ => " + 1",
        };
        Some(self.scoped(|this| {
            let mut node = Node::stmt();
            for axis in 0..ty.rank {
                let (variable, label) = (this.fresh("i"), this.fresh("'f"));
                node = node.name(label).t(": for ").name(variable).t(" in ");
                let start = if this.random.chance(12) { "1.." } else { "0.." };
                let len = len_text(&ty, axis);
                node = node.t(start).u(array).t(format!(".{len}{less} {{\n")).open();
                node = node.bind(label).bind(variable);
                this.labels.push(Label { name: label, value: None, is_loop: true });
                this.declare(variable, Kind::Value(Dtype::Usize.into()), false);
                this.scope.last_mut().expect("just declared").below = Some((array, axis));
            }
            this.loops += ty.rank as usize;
            let count = this.random.between(1, 3);
            let mut stmts = Vec::new();
            if this.random.chance(60)
                && let Some(stmt) = this.element_update(array, ty)
            {
                stmts.push(stmt);
            }
            stmts.extend(this.statements(count));
            this.loops -= ty.rank as usize;
            node = node.all(stmts);
            for _ in 0..ty.rank {
                node = node.close().t("\n}\n");
            }
            node
        }))
    }

    /// `a[[i, j]] = ..` or `x += a[[i, j]]`.
    fn element_update(&mut self, array: Name, ty: ArrayType) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let writable = self.visible().any(|binding| binding.name == array && binding.allows(true));
        if writable && self.random.chance(60) {
            self.touch(array, true);
            let place = match ty.slice {
                true => self.element(array, ty),
                false => self.element_to_change(array, ty)?,
            };
            let operator = match ty.dtype {
                Dtype::Bool => "=",
                _ => *self.random.pick(&[&"=", &"+=", &"-="]),
            };
            let value = self.scalar(ty.dtype, 3, true);
            let place = Node { ty: None, ..place };
            return Some(Node::stmt().n(place).t(format!(" {operator} ")).n(value).t(";\n"));
        }
        let target = self.place(ty.dtype, true)?;
        let target = Node { ty: None, ..target };
        let operator = match ty.dtype {
            Dtype::Bool => "^=",
            _ => *self.random.pick(&[&"+=", &"-="]),
        };
        let element = self.element(array, ty);
        Some(Node::stmt().n(target).t(format!(" {operator} ")).n(element).t(";\n"))
    }

    /// The name and length of something that can be iterated by element without change.
    fn iterable(&mut self) -> Option<(Node, Dtype, Name)> {
        let (name, dtype) = self.find(|binding| match &binding.kind {
            Kind::Array(array) if binding.allows(false) => Some(array.dtype),
            Kind::Value(Type::FixedArray(item, _)) if binding.allows(false) => item.as_scalar(),
            _ => None,
        })?;
        self.touch(name, false);
        Some((Node::fixed().u(name).t(".iter()"), dtype, name))
    }

    fn for_elements(&mut self) -> Option<Node> {
        let (iter, dtype, source) = self.iterable()?;
        let (variable, label) = (self.fresh("e"), self.fresh("'f"));
        let node = Node::stmt().name(label).t(": for ");
        let number = self.fresh("n");
        let mut variables = vec![(variable, Kind::Reference(dtype), false)];
        let node = match self.random.weighted(&[50, 30, 20]) {
            0 => node.name(variable).t(" in ").n(iter),
            1 => {
                variables.push((number, Kind::Value(Dtype::Usize.into()), false));
                let node = node.t("(").name(number).t(", ").name(variable).t(") in ");
                node.n(iter).t(".enumerate()")
            }
            _ => {
                variables[0].1 = Kind::Value(dtype.into());
                node.t("&").name(variable).t(" in ").n(iter)
            }
        };
        Some(self.scoped(|this| {
            this.lock(source, Lock::ReadOnly);
            let count = this.random.between(1, 3);
            this.loop_body(node.t(" {\n"), label, variables, count).t("\n}\n")
        }))
    }

    fn for_zipped(&mut self) -> Option<Node> {
        let (first, a, source) = self.iterable()?;
        let (second, b, other) = self.iterable()?;
        let (x, y, label) = (self.fresh("e"), self.fresh("e"), self.fresh("'f"));
        let node = Node::stmt().name(label).t(": for (").name(x).t(", ").name(y).t(") in ");
        let node = node.n(first).t(".zip(").n(second).t(") {\n");
        let variables = vec![(x, Kind::Reference(a), false), (y, Kind::Reference(b), false)];
        Some(self.scoped(|this| {
            this.lock(source, Lock::ReadOnly);
            this.lock(other, Lock::ReadOnly);
            let count = this.random.between(1, 2);
            this.loop_body(node, label, variables, count).t("\n}\n")
        }))
    }

    /// A loop that changes the elements it runs over.
    fn for_changed(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let (name, dtype) = self.find(|binding| match &binding.kind {
            Kind::Array(array) if binding.allows(true) => Some(array.dtype),
            Kind::Value(Type::FixedArray(item, _)) if binding.allows(true) => item.as_scalar(),
            _ => None,
        })?;
        self.touch(name, true);
        let (variable, label) = (self.fresh("e"), self.fresh("'f"));
        let zipped = match self.random.chance(35) {
            true => {
                let locked = self.scope.clone();
                self.lock(name, Lock::Gone);
                let found = self.iterable();
                self.scope = locked;
                found
            }
            false => None,
        };
        let node = Node::stmt().name(label).t(": for ");
        let mut variables = vec![(variable, Kind::Reference(dtype), true)];
        let mut lent = None;
        let node = match zipped {
            Some((iter, other, source)) => {
                let second = self.fresh("e");
                variables.push((second, Kind::Reference(other), false));
                lent = Some(source);
                let node = node.t("(").name(variable).t(", ").name(second).t(") in ");
                node.u(name).t(".iter_mut().zip(").n(iter).t(")")
            }
            None if self.random.chance(40) => {
                let number = self.fresh("n");
                variables.push((number, Kind::Value(Dtype::Usize.into()), false));
                let node = node.t("(").name(number).t(", ").name(variable).t(") in ");
                node.u(name).t(".iter_mut().enumerate()")
            }
            None => node.name(variable).t(" in ").u(name).t(".iter_mut()"),
        };
        Some(self.scoped(|this| {
            this.lock(name, Lock::Gone);
            if let Some(lent) = lent {
                this.lock(lent, Lock::ReadOnly);
            }
            let value = this.scalar(dtype, 2, true);
            let store = Node::stmt().t("*").u(variable).t(" = ").n(value).t(";\n");
            let node = node.t(" {\n").open().bind(variable).n(store).close();
            let count = this.random.below(3);
            this.loop_body(node, label, variables, count).t("\n}\n")
        }))
    }

    /// A number that an iterator is folded to.
    pub(super) fn iterator_value(&mut self, dtype: Dtype, depth: usize) -> Option<Node> {
        if self.random.chance(30)
            && let Some(value) = self.chain_value(dtype)
        {
            return Some(value);
        }
        let node = Node::expr(dtype);
        if dtype == Dtype::Bool {
            let (iter, item, _) = self.iterable()?;
            let name = *self.random.pick(&[&"all", &"any"]);
            let node = node.n(iter).t(format!(".{name}(|"));
            let body = |this: &mut Self| this.purely(|this| this.condition(depth.min(1)));
            return Some(self.lambda(node, &[(item, true)], dtype, body).t(")"));
        }
        match self.random.weighted(&[35, 30, 20, 15]) {
            0 => {
                let (iter, item, _) = self.iterable()?;
                let init = self.purely(|this| this.scalar(dtype, depth, false));
                let node = node.n(iter).t(".fold(").n(init);
                let body =
                    |this: &mut Self| this.purely(|this| this.scalar(dtype, depth.min(2), true));
                let params = [(dtype, false), (item, true)];
                Some(self.lambda(node.t(", |"), &params, dtype, body).t(")"))
            }
            1 => {
                let (iter, item, _) = self.iterable()?;
                let node = node.n(iter).t(".map(|");
                let body =
                    |this: &mut Self| this.purely(|this| this.scalar(dtype, depth.min(2), false));
                let end = *self.random.pick(&[&"sum", &"product"]);
                Some(
                    self.lambda(node, &[(item, true)], dtype, body)
                        .t(format!(").{end}::<{dtype}>()")),
                )
            }
            2 if dtype == Dtype::Usize => {
                let (name, ty) = self.find_array(false, |array| array.rank > 0)?;
                let axis = self.random.below(ty.rank as usize) as u8;
                Some(node.u(name).t(format!(".{}", len_text(&ty, axis))))
            }
            _ if dtype.is_int() => {
                let end = *self.random.pick(&[&"min", &"max"]);
                let (name, ()) = self.find(|binding| {
                    let has = match &binding.kind {
                        Kind::Array(array) => array.dtype == dtype,
                        Kind::Value(Type::FixedArray(item, _)) => **item == dtype.into(),
                        _ => false,
                    };
                    (has && binding.allows(false)).then_some(())
                })?;
                self.touch(name, false);
                let node = node.u(name).t(format!(".iter().copied().{end}().unwrap_or("));
                Some(node.n(self.scalar(dtype, depth, true)).t(")"))
            }
            _ => None,
        }
    }

    /// `names| body` of a closure whose parameters are values or references.
    pub(super) fn lambda(
        &mut self,
        node: Node,
        params: &[(Dtype, bool)],
        result: Dtype,
        body: impl FnOnce(&mut Self) -> Node,
    ) -> Node {
        self.scoped(|this| {
            let mut node = node.open();
            for (i, (dtype, reference)) in params.iter().enumerate() {
                let name = this.fresh("e");
                let kind = match reference {
                    true => Kind::Reference(*dtype),
                    false => Kind::Value((*dtype).into()),
                };
                node = node.t(if i > 0 { ", " } else { "" }).name(name).bind(name);
                this.declare(name, kind, false);
            }
            let body = this.inside_closure(result.into(), body);
            node.t("| ").n(body).close()
        })
    }
}

/// How the length of an axis is written.
pub(super) fn len_text(ty: &ArrayType, axis: u8) -> String {
    let owned_or_view = !ty.slice || ty.access == Access::Owned;
    match (ty.rank, axis) {
        (1, _) => "len()".into(),
        (2, 0) if owned_or_view => "nrows()".into(),
        (2, 1) if owned_or_view => "ncols()".into(),
        (_, axis) => match axis % 2 {
            0 => format!("shape()[{axis}]"),
            _ => format!("dim().{axis}"),
        },
    }
}
