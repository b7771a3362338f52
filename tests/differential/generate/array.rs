//! Draws elements of arrays, parts of arrays, new arrays and work on whole ones.

use super::iteration::len_text;
use super::{Generator, Kind, Lock, owned_array};
use crate::tree::{Name, Node};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Type};

impl Generator {
    /// `a[[i, j]]`, mostly in range.
    pub(super) fn element(&mut self, array: Name, ty: ArrayType) -> Node {
        let indices: Vec<Node> = (0..ty.rank)
            .map(|axis| match self.loop_index(array, axis) {
                Some(index) if self.random.chance(85) => index,
                _ => self.wrapped_index(array, &ty, axis),
            })
            .collect();
        self.indexed(array, ty, indices)
    }

    /// `a[[i, j]]` to be changed, whose indices cannot read the array: loop variables.
    pub(super) fn element_to_change(&mut self, array: Name, ty: ArrayType) -> Option<Node> {
        let indices =
            (0..ty.rank).map(|axis| self.loop_index(array, axis)).collect::<Option<Vec<_>>>()?;
        Some(self.indexed(array, ty, indices))
    }

    fn indexed(&mut self, array: Name, ty: ArrayType, indices: Vec<Node>) -> Node {
        let node = Node::expr(ty.dtype).u(array);
        let tuple = ty.rank > 1 && self.random.chance(30);
        let (open, close) = match (ty.rank, tuple) {
            (1, _) => ("[", "]"),
            (0, _) => ("[(", ")]"),
            (_, true) => ("[(", ")]"),
            (_, false) => ("[[", "]]"),
        };
        let mut node = node.t(open);
        for (axis, index) in indices.into_iter().enumerate() {
            node = node.t(if axis > 0 { ", " } else { "" }).n(index);
        }
        node.t(close)
    }

    /// A loop variable that stays below the length of an axis, sometimes with an offset.
    fn loop_index(&mut self, array: Name, axis: u8) -> Option<Node> {
        let (name, ()) =
            self.find(|binding| (binding.below == Some((array, axis))).then_some(()))?;
        let node = Node::fixed();
        Some(match self.random.weighted(&[88, 4, 4]) {
            0 => node.u(name),
            1 => node.u(name).t(" + 1"),
            _ => node.u(name).t(" - 1"),
        })
    }

    /// `i % len` of an array that is being read.
    fn wrapped_index(&mut self, array: Name, ty: &ArrayType, axis: u8) -> Node {
        let node = Node::fixed();
        let index = self.index(false);
        match self.random.chance(94) {
            true => {
                let len = len_text(ty, axis);
                node.t("(").n(index).t(" % ").u(array).t(format!(".{len})"))
            }
            false => node.n(index),
        }
    }

    /// A new array as a value.
    pub(super) fn owned_array_value(&mut self, array: ArrayType, depth: usize) -> Node {
        let ArrayType { dtype, rank, .. } = array;
        let ty = Type::Array(array);
        let copied = self.random.chance(40);
        if copied
            && let Some((name, _)) = self.find_array(false, |other| {
                other.dtype == dtype && other.rank == rank && !other.slice
            })
        {
            let node = Node::expr(ty).u(name);
            if self.random.chance(60) {
                return node.t(".to_owned()");
            }
            // Nothing but its body says what the new array holds.
            let body = |this: &mut Self| this.purely(|this| this.scalar(dtype, depth, false));
            return self.lambda(node.t(".mapv(|"), &[(dtype, false)], dtype, body).t(")");
        }
        if self.random.chance(25)
            && let Some(node) = self.moved(array)
        {
            return node;
        }
        if self.random.chance(25)
            && dtype != Dtype::Bool
            && let Some(node) = self.combined(array, depth)
        {
            return node;
        }
        let node = Node::expr(ty);
        let shape = self.shape(rank);
        match self.random.weighted(&[45, 55]) {
            // ndarray has no zero of type `bool`.
            0 if dtype != Dtype::Bool => {
                node.t(format!("Array{rank}::<{dtype}>::zeros(")).n(shape).t(")")
            }
            _ => {
                let node = node.t(format!("Array{rank}::<{dtype}>::from_elem(")).n(shape).t(", ");
                node.n(self.scalar(dtype, depth, true)).t(")")
            }
        }
    }

    /// An owned array of the innermost scope, which is gone after.
    fn moved(&mut self, array: ArrayType) -> Option<Node> {
        let own: Vec<Name> =
            self.scope[self.scope_start..].iter().map(|binding| binding.name).collect();
        let (name, ()) = self.find(|binding| {
            let is = binding.kind == Kind::Array(array) && own.contains(&binding.name);
            (is && binding.lock == Lock::Free).then_some(())
        })?;
        self.lock(name, Lock::Gone);
        Some(Node { ty: Some(Type::Array(array)), ..Node::fixed().u(name) })
    }

    /// Arithmetic of whole arrays.
    fn combined(&mut self, array: ArrayType, depth: usize) -> Option<Node> {
        let ArrayType { dtype, rank, .. } = array;
        let fits = |other: &ArrayType| other.dtype == dtype && other.rank == rank && !other.slice;
        let (first, _) = self.find_array(false, fits)?;
        let operator = *self.random.pick(&[&"+", &"-", &"*"]);
        let node = Node::expr(Type::Array(array)).t("(&").u(first).t(format!(" {operator} "));
        if self.random.chance(50) {
            let value = self.purely(|this| this.scalar(dtype, depth, false));
            return Some(node.n(value).t(")"));
        }
        let fits = |other: &ArrayType| {
            other.dtype == dtype && other.rank > 0 && other.rank <= rank && !other.slice
        };
        let (second, _) = self.find_array(false, fits)?;
        Some(node.t("&").u(second).t(")"))
    }

    /// Small lengths for a new array.
    fn shape(&mut self, rank: u8) -> Node {
        let mut node = Node::fixed().t(if rank > 1 { "(" } else { "" });
        for axis in 0..rank {
            node = node.t(if axis > 0 { ", " } else { "" });
            node = match self.random.chance(60) {
                true => node.t(format!("{}", self.random.below(5))),
                false => {
                    let len = self.index(false);
                    node.t("(").n(len).t(" % 5)")
                }
            };
        }
        node.t(if rank > 1 { ")" } else { "" })
    }

    /// A statement about whole arrays or parts of them.
    pub(super) fn array_statement(&mut self) -> Option<Node> {
        match self.random.weighted(&[22, 14, 22, 12, 10, 8, 8, 5]) {
            0 => Some(self.let_array()),
            1 => self.checked_store(),
            2 => self.part(),
            3 => self.whole(),
            4 => self.let_view(),
            5 => self.read_into(),
            6 => self.replace_array(),
            _ => self.swap_elements(),
        }
    }

    fn let_array(&mut self) -> Node {
        let array = owned_array(self.dtype(), self.random.between(1, 2) as u8);
        let value = self.owned_array_value(array, 2);
        let name = self.fresh("o");
        self.declare(name, Kind::Array(array), true);
        let value = Node { ty: None, ..value };
        Node::stmt().t("let mut ").name(name).t(" = ").n(value).t(";\n").bind(name)
    }

    /// A store whose indices are computed before.
    fn checked_store(&mut self) -> Option<Node> {
        let (array, ty) = self.find_array(true, |_| true)?;
        Some(self.scoped(|this| {
            let mut node = Node::stmt().t("{\n").open();
            let mut indices = Vec::new();
            for axis in 0..ty.rank {
                let index = this.wrapped_index(array, &ty, axis);
                let name = this.fresh("x");
                node = node.t("let ").name(name).t(" = ").n(index).t(";\n").bind(name);
                indices.push(Node::fixed().u(name));
            }
            let place = Node { ty: None, ..this.indexed(array, ty, indices) };
            let operator = match ty.dtype {
                Dtype::Bool => "=",
                _ => *this.random.pick(&[&"=", &"+=", &"*="]),
            };
            let value = this.scalar(ty.dtype, 2, true);
            node.n(place).t(format!(" {operator} ")).n(value).t(";\n").close().t("}\n")
        }))
    }

    /// A view of a part of an array: the text after its name, and its rank.
    fn part_of(&mut self, array: Name, ty: &ArrayType, mutable: bool) -> (Node, u8) {
        let suffix = if mutable { "_mut" } else { "" };
        let node = Node::fixed();
        if ty.slice {
            let reference = if mutable { "&mut " } else { "&" };
            let (start, end) = (self.random.below(3), self.random.between(1, 3));
            let range = match self.random.below(4) {
                0 => format!("{start}.."),
                1 => format!("..{end}"),
                2 => format!("{start}..{}", start + end),
                _ => format!("..={end}"),
            };
            return (node.t(reference).u(array).t(format!("[{range}]")), 1);
        }
        if ty.rank == 2 && self.random.chance(50) {
            let (name, axis) = *self.random.pick(&[&("row", 0), &("column", 1)]);
            let index = match mutable {
                true => Node::fixed().t(format!("{}", self.random.below(2))),
                false => self.wrapped_index(array, ty, axis),
            };
            return (node.u(array).t(format!(".{name}{suffix}(")).n(index).t(")"), 1);
        }
        let mut rank = 0;
        let mut axes = Vec::new();
        for _ in 0..ty.rank {
            let axis = match self.random.weighted(&[30, 25, 20, 10, 10, 5]) {
                0 => "..".to_owned(),
                1 => format!("..;{}", self.step()),
                2 => format!("{}..", self.random.below(2)),
                3 => format!("..-{}", self.random.between(1, 2)),
                4 => format!("{}..;{}", self.random.below(2), self.step()),
                _ => {
                    rank -= 1;
                    format!("{}", self.random.below(2))
                }
            };
            rank += 1;
            axes.push(axis);
        }
        (node.u(array).t(format!(".slice{suffix}(s![{}])", axes.join(", "))), rank as u8)
    }

    fn step(&mut self) -> isize {
        [-1, 2, -2, 3, 1][self.random.below(5)]
    }

    /// A block that works on a part of an array.
    fn part(&mut self) -> Option<Node> {
        let mutable = self.pure == 0 && self.random.chance(60);
        let (array, ty) = self.find_array(mutable, |array| array.rank > 0)?;
        Some(self.scoped(|this| {
            let (part, rank) = this.part_of(array, &ty, mutable);
            let name = this.fresh("w");
            let node = Node::stmt().t("{\n").open();
            let keyword = if mutable && !ty.slice { "let mut " } else { "let " };
            let node = node.t(keyword).name(name).t(" = ").n(part).t(";\n").bind(name);
            this.lock(array, if mutable { Lock::Gone } else { Lock::ReadOnly });
            let access = if mutable { Access::Mut } else { Access::Shared };
            let part = ArrayType { rank, access, layout: Layout::Strided, ..ty };
            this.declare(name, Kind::Array(part), mutable);
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            node.all(stmts).close().t("\n}\n")
        }))
    }

    /// A view that stays in scope, and keeps its array from being changed.
    fn let_view(&mut self) -> Option<Node> {
        let (array, ty) = self.find_array(false, |array| array.rank > 0)?;
        let (part, rank) = match self.random.chance(70) || ty.slice {
            true => self.part_of(array, &ty, false),
            false if self.random.chance(50) => (Node::fixed().u(array).t(".t()"), ty.rank),
            false => (Node::fixed().u(array).t(".view()"), ty.rank),
        };
        let name = self.fresh("w");
        self.lock(array, Lock::ReadOnly);
        let part_ty = ArrayType { rank, access: Access::Shared, layout: Layout::Strided, ..ty };
        self.declare(name, Kind::Array(part_ty), false);
        Some(Node::stmt().t("let ").name(name).t(" = ").n(part).t(";\n").bind(name))
    }

    /// `fill`, `assign` and arithmetic on whole arrays.
    fn whole(&mut self) -> Option<Node> {
        let (array, ty) = self.find_array(true, |array| array.rank > 0)?;
        let node = Node::stmt().u(array);
        match self.random.weighted(&[30, 30, 20, 20]) {
            0 => {
                let value = self.purely(|this| this.unborrowed(array, ty.dtype));
                Some(node.t(".fill(").n(value).t(");\n"))
            }
            1 if !ty.slice => {
                let locked = self.scope.clone();
                self.lock(array, Lock::Gone);
                let other = self.find_array(false, |other| {
                    other.dtype == ty.dtype && other.rank == ty.rank && !other.slice
                });
                self.scope = locked;
                let (other, _) = other?;
                Some(node.t(".assign(&").u(other).t(");\n"))
            }
            2 if !ty.slice && (ty.dtype.is_int() || ty.dtype.is_float()) => {
                let operator = *self.random.pick(&[&"+=", &"-=", &"*="]);
                let value = self.purely(|this| this.unborrowed(array, ty.dtype));
                Some(node.t(format!(" {operator} ")).n(value).t(";\n"))
            }
            3 if !ty.slice => {
                let body = |this: &mut Self| this.purely(|this| this.unborrowed(array, ty.dtype));
                let params = [(ty.dtype, false)];
                let node = self.lambda(node.t(".mapv_inplace(|"), &params, ty.dtype, body);
                Some(node.t(");\n"))
            }
            _ => None,
        }
    }

    /// A scalar that does not read an array.
    fn unborrowed(&mut self, array: Name, dtype: Dtype) -> Node {
        let locked = self.scope.clone();
        self.lock(array, Lock::Gone);
        let value = self.scalar(dtype, 2, false);
        self.scope = locked;
        value
    }

    /// `x = a[[i, j]];` of some array and binding of its type.
    fn read_into(&mut self) -> Option<Node> {
        let (array, ty) = self.find_array(false, |_| true)?;
        let element = self.element(array, ty);
        let target = self.place(ty.dtype, true)?;
        let target = Node { ty: None, ..target };
        Some(Node::stmt().n(target).t(" = ").n(element).t(";\n"))
    }

    /// Another array in place of an owned one.
    fn replace_array(&mut self) -> Option<Node> {
        let (name, array) =
            self.find_array(true, |array| array.access == Access::Owned && array.rank > 0)?;
        let value = self.scoped(|this| {
            this.lock(name, Lock::Gone);
            this.owned_array_value(array, 2)
        });
        let value = Node { ty: None, ..value };
        Some(Node::stmt().u(name).t(" = ").n(value).t(";\n"))
    }

    /// Two elements of a slice or fixed-size array exchange their values.
    fn swap_elements(&mut self) -> Option<Node> {
        let (name, _) = self.find_array(true, |array| array.slice)?;
        let (a, b) = (self.random.below(3), self.random.below(3));
        Some(Node::stmt().u(name).t(format!(".swap({a}, {b});\n")))
    }
}
