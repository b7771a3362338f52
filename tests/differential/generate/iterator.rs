//! Draws chains of iterators: sources, adaptors, and loops over them.

use super::{Generator, Kind, Label, Lock};
use crate::tree::{Name, Node};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, Layout, Type};

/// What an iterator gives.
#[derive(Clone, Debug)]
enum Item {
    /// A binding of this kind.
    One(Kind),
    Pair(Box<Item>, Box<Item>),
}

/// An iterator being drawn.
struct Chain {
    node: Node,
    item: Item,
    /// Whether its length is known from both ends, as `rev` after `enumerate` wants it.
    exact: bool,
}

impl Generator {
    /// A loop over a chain of iterators.
    pub(super) fn for_iterator(&mut self) -> Option<Node> {
        let before = self.touched.len();
        let chain = self.chain(1)?;
        let borrowed: Vec<Name> = self.touched[before..].iter().map(|(name, _)| *name).collect();
        let label = self.fresh("'f");
        let node = Node::stmt().name(label).t(": for ");
        let mut variables = Vec::new();
        let node = self.pattern(node, &chain.item, &mut variables);
        let node = node.t(" in ").n(chain.node).t(" {\n").open().bind(label);
        Some(self.scoped(|this| {
            for name in borrowed {
                this.lock(name, Lock::ReadOnly);
            }
            this.loops += 1;
            this.labels.push(Label { name: label, value: None, is_loop: true });
            let mut node = node;
            for (name, kind) in variables {
                node = node.bind(name);
                this.declare(name, kind, false);
            }
            let count = this.random.between(1, 3);
            let stmts = this.statements(count);
            this.loops -= 1;
            node.all(stmts).close().t("\n}\n")
        }))
    }

    /// What a chain of iterators comes to.
    pub(super) fn chain_value(&mut self, dtype: Dtype) -> Option<Node> {
        let chain = self.purely(|this| this.chain(1))?;
        let node = Node::expr(dtype);
        match dtype {
            Dtype::Usize if self.random.chance(60) => Some(node.n(chain.node).t(".count()")),
            Dtype::Bool => None,
            _ => {
                let node = node.n(chain.node).t(".map(|");
                let node = self.lambda_of(node, &chain.item, dtype);
                let end = *self.random.pick(&[&"sum", &"product"]);
                Some(node.t(format!(").{end}::<{dtype}>()")))
            }
        }
    }

    /// `pattern| value` of a closure.
    fn lambda_of(&mut self, node: Node, item: &Item, result: Dtype) -> Node {
        self.scoped(|this| {
            let mut variables = Vec::new();
            let mut node = this.pattern(node.open(), item, &mut variables);
            for (name, kind) in variables {
                node = node.bind(name);
                this.declare(name, kind, false);
            }
            let body = this.inside_closure(result.into(), |this| {
                this.purely(|this| this.scalar(result, 1, false))
            });
            node.t("| ").n(body).close()
        })
    }

    /// Names for all parts of an item.
    fn pattern(&mut self, node: Node, item: &Item, bound: &mut Vec<(Name, Kind)>) -> Node {
        match item {
            Item::One(kind) => {
                let name = self.fresh("e");
                bound.push((name, kind.clone()));
                node.name(name)
            }
            Item::Pair(a, b) => {
                let node = self.pattern(node.t("("), a, bound).t(", ");
                self.pattern(node, b, bound).t(")")
            }
        }
    }

    fn chain(&mut self, depth: usize) -> Option<Chain> {
        let mut chain = self.chain_source()?;
        for _ in 0..self.random.below(4) {
            chain = self.adapt(chain, depth)?;
        }
        Some(chain)
    }

    fn chain_source(&mut self) -> Option<Chain> {
        match self.random.weighted(&[40, 25, 12, 13]) {
            0 => {
                let (name, (dtype, exact)) = self.find(|binding| match &binding.kind {
                    Kind::Array(array) if binding.allows(false) => {
                        Some((array.dtype, array.rank == 1))
                    }
                    Kind::Value(Type::FixedArray(item, _)) if binding.allows(false) => {
                        item.as_scalar().map(|dtype| (dtype, true))
                    }
                    _ => None,
                })?;
                self.touch(name, false);
                let node = Node::fixed().u(name).t(".iter()");
                let item = Item::One(Kind::Reference(dtype));
                Some(match self.random.chance(30) {
                    true => {
                        let item = Item::One(Kind::Value(dtype.into()));
                        Chain { node: node.t(".copied()"), item, exact }
                    }
                    false => Chain { node, item, exact },
                })
            }
            1 => {
                let dtypes = [Dtype::Usize, Dtype::I32, Dtype::U8, Dtype::I16];
                let dtype = dtypes[self.random.below(4)];
                let (start, len) = (self.random.below(4), self.random.below(7));
                let node = Node::fixed().t(format!("({start}{dtype}..{})", start + len));
                Some(Chain { node, item: Item::One(Kind::Value(dtype.into())), exact: true })
            }
            2 => {
                let (name, array) = self.find_array(false, |array| array.slice)?;
                let method = *self.random.pick(&[&"windows", &"chunks_exact"]);
                let size = self.random.between(1, 3);
                let node = Node::fixed().u(name).t(format!(".{method}({size})"));
                Some(Chain { node, item: Item::One(lane(array, 1)), exact: true })
            }
            _ => {
                let (name, array) =
                    self.find_array(false, |array| array.rank == 2 || array.rank == 3)?;
                let (method, rank) = match self.random.below(3) {
                    0 => ("rows", 1),
                    1 => ("columns", 1),
                    _ => ("outer_iter", array.rank - 1),
                };
                let item = Item::One(lane(array, rank));
                let node = Node::fixed().u(name).t(format!(".{method}().into_iter()"));
                // ndarray's lanes have no known length from both ends.
                Some(Chain { node, item, exact: method == "outer_iter" })
            }
        }
    }

    fn adapt(&mut self, chain: Chain, depth: usize) -> Option<Chain> {
        let Chain { node, item, exact } = chain;
        let few = self.random.below(4);
        Some(match self.random.weighted(&[20, 15, 15, 15, 20, 15]) {
            0 if exact => Chain { node: node.t(".rev()"), item, exact },
            1 => Chain { node: node.t(format!(".skip({few})")), item, exact },
            2 => Chain { node: node.t(format!(".take({few})")), item, exact },
            3 => Chain { node: node.t(format!(".step_by({})", few + 1)), item, exact },
            4 => {
                let number = Item::One(Kind::Value(Dtype::Usize.into()));
                let item = Item::Pair(Box::new(number), Box::new(item));
                Chain { node: node.t(".enumerate()"), item, exact }
            }
            5 if depth > 0 => {
                let other = self.chain(depth - 1)?;
                let item = Item::Pair(Box::new(item), Box::new(other.item));
                let exact = exact && other.exact;
                Chain { node: node.t(".zip(").n(other.node).t(")"), item, exact }
            }
            _ => Chain { node, item, exact },
        })
    }
}

/// A part of an array as a binding.
fn lane(array: ArrayType, rank: u8) -> Kind {
    Kind::Array(ArrayType { rank, access: Access::Shared, layout: Layout::Strided, ..array })
}
