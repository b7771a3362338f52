//! Draws references: to one place, to one of two, and to the parts of a tuple or fixed-size
//! array by a pattern behind `&mut`.

use super::{Generator, Kind, Lock};
use crate::tree::{Name, Node, literal};
use mambo_ir::{Const, Dtype, Type};

impl Generator {
    /// A reference to a place, in a block of its own.
    pub(super) fn reference(&mut self) -> Option<Node> {
        let mutable = self.pure == 0 && self.random.chance(65);
        let (name, ty) = self.find(|binding| match &binding.kind {
            Kind::Value(ty @ Type::Scalar(_)) if binding.allows(mutable) => Some(ty.clone()),
            Kind::Value(Type::FixedArray(item, len)) if binding.allows(mutable) => {
                let is_scalar = item.as_scalar().is_some();
                is_scalar.then(|| Type::FixedArray(item.clone(), *len))
            }
            _ => None,
        })?;
        self.touch(name, mutable);
        self.scoped(|this| {
            let (dtype, place) = match ty {
                Type::FixedArray(item, len) => {
                    let index = this.random.below(len);
                    (item.as_scalar()?, Node::fixed().u(name).t(format!("[{index}]")))
                }
                ty => (ty.as_scalar()?, Node::fixed().u(name)),
            };
            let reference = this.fresh("r");
            let node = Node::stmt().t("{\nlet ").open().name(reference);
            let node = node.t(if mutable { " = &mut " } else { " = &" }).n(place).t(";\n");
            this.lock(name, if mutable { Lock::Gone } else { Lock::ReadOnly });
            this.declare(reference, Kind::Reference(dtype), mutable);
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            Some(node.bind(reference).all(stmts).close().t("}\n"))
        })
    }

    /// A scalar, or an element of a fixed-size array, that may be changed.
    fn referred(&mut self, wanted: Option<Dtype>) -> Option<(Name, Dtype, Node)> {
        let fits = |dtype: Option<Dtype>| dtype.filter(|own| wanted.is_none_or(|ty| ty == *own));
        let (name, (dtype, len)) = self.find(|binding| match &binding.kind {
            Kind::Value(Type::FixedArray(item, len)) if binding.allows(true) => {
                Some((fits(item.as_scalar())?, Some(*len)))
            }
            Kind::Value(ty) if binding.allows(true) => Some((fits(ty.as_scalar())?, None)),
            _ => None,
        })?;
        let mut place = Node::fixed().t("&mut ").u(name);
        if let Some(len) = len {
            place = place.t(format!("[{}]", self.random.below(len)));
        }
        Some((name, dtype, place))
    }

    /// `let r = if c { &mut a } else { &mut b };` and what is done with it.
    pub(super) fn chosen(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        let (first, dtype, a) = self.referred(None)?;
        let (second, _, b) = self.referred(Some(dtype))?;
        let cond = self.purely(|this| this.scalar(Dtype::Bool, 2, true));
        self.touch(first, true);
        self.touch(second, true);
        Some(self.scoped(|this| {
            let reference = this.fresh("r");
            let node = Node::stmt().t("{\nlet ").open().name(reference).t(" = if ").n(cond);
            let node = node.t(" { ").n(a).t(" } else { ").n(b).t(" };\n");
            this.lock(first, Lock::Gone);
            this.lock(second, Lock::Gone);
            this.declare(reference, Kind::Reference(dtype), true);
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            node.bind(reference).all(stmts).close().t("}\n")
        }))
    }

    /// A pattern behind `&mut` in a `let`, a `match` or a loop.
    pub(super) fn parts_by_reference(&mut self) -> Option<Node> {
        if self.pure > 0 {
            return None;
        }
        // Mostly of a new value, which is seen again in the end.
        let new = self.random.chance(70).then(|| self.new_parts());
        let (name, ty) = match new.is_none() {
            true => self.find(|binding| match &binding.kind {
                Kind::Value(ty @ (Type::Tuple(_) | Type::FixedArray(..)))
                    if binding.allows(true) =>
                {
                    Some(ty.clone())
                }
                _ => None,
            })?,
            false => {
                let binding = self.scope.last().expect("the new value");
                let Kind::Value(ty) = &binding.kind else { return None };
                (binding.name, ty.clone())
            }
        };
        self.touch(name, true);
        let item = match &ty {
            Type::FixedArray(item, _) if self.loops < 3 => Some((**item).clone()),
            _ => None,
        };
        let body = self.scoped(|this| {
            this.lock(name, Lock::Gone);
            let mut bound = Vec::new();
            let style = this.random.below(if item.is_some() { 4 } else { 2 });
            let (head, matched) = match (style, &item) {
                (2.., Some(item)) => (Node::stmt().t("for ").open(), item),
                (1, _) => (Node::stmt().t("match &mut ").u(name).t(" {\n").open(), &ty),
                _ => (Node::stmt().t("{\nlet ").open(), &ty),
            };
            let head = this.reference_pattern(head, matched, &mut bound);
            let (mut node, end) = match style {
                0 => (head.t(" = &mut ").u(name).t(";\n"), "}\n"),
                1 => (head.t(" => {\n"), "}\n}\n"),
                2 => (head.t(" in ").u(name).t(".iter_mut() {\n"), "}\n"),
                _ => (head.t(" in &mut ").u(name).t(" {\n"), "}\n"),
            };
            let mut writes = Vec::new();
            for (reference, dtype) in bound {
                node = node.bind(reference);
                this.declare(reference, Kind::Reference(dtype), true);
                if this.random.chance(60) {
                    let value = this.purely(|this| this.scalar(dtype, 1, true));
                    let write = Node::stmt().t("*").u(reference).t(" = ").n(value).t(";\n");
                    writes.push(write);
                }
            }
            let turns = usize::from(style > 1);
            this.loops += turns;
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            this.loops -= turns;
            node.all(writes).all(stmts).close().t(end)
        });
        let Some((first, path, dtype)) = new else { return Some(body) };
        let copy = self.fresh("v");
        self.declare(copy, Kind::Value(dtype.into()), false);
        let last = Node::stmt().t("let ").name(copy).t(" = ").u(name).t(path).t(";\n").bind(copy);
        // A panic shows what the value is.
        let small = literal(Const::zero(dtype), true);
        let shown = match dtype {
            Dtype::Bool => Node::stmt(),
            _ => Node::stmt().t("assert!(").u(copy).t(" != ").n(small).t(");\n"),
        };
        Some(Node::stmt().n(first).n(body).n(last).n(shown))
    }

    /// `let mut v = ..;` of a tuple or array, and where a number is in it.
    fn new_parts(&mut self) -> (Node, &'static str, Dtype) {
        let name = self.fresh("v");
        let dtypes = [self.dtype(), self.dtype()];
        let pair = Type::Tuple(dtypes.map(Type::from).to_vec());
        let (ty, path) = match self.random.below(3) {
            0 => (pair, ".0"),
            1 => (Type::FixedArray(Box::new(pair), 3), "[1].1"),
            _ => (Type::FixedArray(Box::new(dtypes[1].into()), 3), "[2]"),
        };
        let dtype = if path == ".0" { dtypes[0] } else { dtypes[1] };
        let value = self.value(&ty, 1, false);
        self.declare(name, Kind::Value(ty), true);
        let first = Node::stmt().t("let mut ").name(name).t(" = ").n(value).t(";\n").bind(name);
        (first, path, dtype)
    }

    /// A pattern that binds references to some scalars of a type.
    fn reference_pattern(&mut self, node: Node, ty: &Type, bound: &mut Vec<(Name, Dtype)>) -> Node {
        let (parts, ends): (Vec<Type>, _) = match ty {
            Type::Scalar(dtype) if self.random.chance(80) => {
                let name = self.fresh("r");
                bound.push((name, *dtype));
                return node.name(name);
            }
            Type::Tuple(items) if !items.is_empty() => (items.clone(), ("(", ",)")),
            Type::FixedArray(item, len) => (vec![(**item).clone(); *len], ("[", "]")),
            _ => return node.t("_"),
        };
        let rest =
            if self.random.chance(25) { self.random.below(parts.len()) } else { parts.len() };
        let mut node = node.t(ends.0);
        for (at, part) in parts.iter().enumerate() {
            node = node.t(if at > 0 { ", " } else { "" });
            if at == rest {
                node = node.t("..");
                break;
            }
            node = self.reference_pattern(node, part, bound);
        }
        node.t(ends.1)
    }
}
