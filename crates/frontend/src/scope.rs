//! Lexical scopes: which binding a name means.

use crate::items::ConstItemId;
use mambo_ir::kernel::LocalId;

/// What a name of the kernel means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A parameter, variable or closure.
    Local(LocalId),
    /// A `const` item inside the body.
    Const(ConstItemId),
    /// `Less` (-1), `Equal` (0) or `Greater` (1), by a `use` inside the body.
    Ordering(i8),
}

/// The scopes open at one point of the body, innermost last.
#[derive(Default)]
pub(crate) struct Scopes {
    ribs: Vec<Rib>,
}

/// The names of one scope.
#[derive(Default)]
struct Rib {
    names: Vec<(String, Binding)>,
    /// In the scope of a `move` closure: the bindings of its own for those outside.
    moved: Option<Vec<Moved>>,
}

/// A binding that a `move` closure copies when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The binding outside.
    pub(crate) outer: LocalId,
    /// The closure's own.
    pub(crate) inner: LocalId,
}

impl Scopes {
    /// Opens a scope.
    pub(crate) fn open(&mut self) {
        self.ribs.push(Rib::default());
    }

    /// Closes the innermost scope.
    pub(crate) fn close(&mut self) {
        self.ribs.pop();
    }

    /// Makes the innermost scope that of a `move` closure.
    pub(crate) fn begin_move(&mut self) {
        if let Some(rib) = self.ribs.last_mut() {
            rib.moved = Some(Vec::new());
        }
    }

    /// What the `move` closure of the innermost scope copies.
    pub(crate) fn moved(&self) -> Vec<Moved> {
        self.ribs.last().and_then(|rib| rib.moved.clone()).unwrap_or_default()
    }

    /// Binds a name in the innermost scope; it hides earlier bindings of the name.
    pub(crate) fn bind(&mut self, name: String, binding: Binding) {
        if let Some(rib) = self.ribs.last_mut() {
            rib.names.push((name, binding));
        }
    }

    /// What the name means here, if it is a name of the kernel. Inside `move` closures a
    /// variable that can change is a copy: `copy` makes the binding for one seen first here.
    pub(crate) fn find(
        &mut self,
        name: &str,
        mut copy: impl FnMut(LocalId) -> Option<LocalId>,
    ) -> Option<Binding> {
        let of = |rib: &Rib| {
            let mut bound = rib.names.iter().rev().filter(|(bound, _)| bound == name);
            bound.next().map(|(_, binding)| *binding)
        };
        let (at, found) =
            self.ribs.iter().enumerate().rev().find_map(|(at, rib)| Some((at, of(rib)?)))?;
        let Binding::Local(mut local) = found else { return Some(found) };
        for moved in self.ribs[at + 1..].iter_mut().filter_map(|rib| rib.moved.as_mut()) {
            local = match moved.iter().find(|known| known.outer == local) {
                Some(known) => known.inner,
                None => {
                    let Some(inner) = copy(local) else { break };
                    moved.push(Moved { outer: local, inner });
                    inner
                }
            };
        }
        Some(Binding::Local(local))
    }

    /// Whether the name is one of the kernel.
    pub(crate) fn is_bound(&self, name: &str) -> bool {
        self.ribs.iter().any(|rib| rib.names.iter().any(|(bound, _)| bound == name))
    }

    /// The `const` item the name means inside another `const` item, where locals are unseen.
    pub(crate) fn find_const(&self, name: &str) -> Option<ConstItemId> {
        let names = self.ribs.iter().rev().flat_map(|rib| rib.names.iter().rev());
        names.filter(|(bound, _)| bound == name).find_map(|(_, binding)| match binding {
            Binding::Const(id) => Some(*id),
            Binding::Local(_) | Binding::Ordering(_) => None,
        })
    }
}
