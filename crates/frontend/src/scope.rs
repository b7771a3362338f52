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
}

/// The scopes open at one point of the body, innermost last.
#[derive(Default)]
pub(crate) struct Scopes {
    ribs: Vec<Vec<(String, Binding)>>,
}

impl Scopes {
    /// Opens a scope.
    pub(crate) fn open(&mut self) {
        self.ribs.push(Vec::new());
    }

    /// Closes the innermost scope.
    pub(crate) fn close(&mut self) {
        self.ribs.pop();
    }

    /// Binds a name in the innermost scope; it hides earlier bindings of the name.
    pub(crate) fn bind(&mut self, name: String, binding: Binding) {
        if let Some(rib) = self.ribs.last_mut() {
            rib.push((name, binding));
        }
    }

    /// What the name means here, if it is a name of the kernel.
    pub(crate) fn find(&self, name: &str) -> Option<Binding> {
        self.bindings(name).next()
    }

    /// The `const` item the name means inside another `const` item, where locals are unseen.
    pub(crate) fn find_const(&self, name: &str) -> Option<ConstItemId> {
        self.bindings(name).find_map(|binding| match binding {
            Binding::Const(id) => Some(id),
            Binding::Local(_) => None,
        })
    }

    fn bindings(&self, name: &str) -> impl Iterator<Item = Binding> {
        let ribs = self.ribs.iter().rev().flat_map(|rib| rib.iter().rev());
        ribs.filter(move |(bound, _)| bound == name).map(|(_, binding)| *binding)
    }
}
