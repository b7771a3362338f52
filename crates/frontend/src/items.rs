//! Items inside a body: constants are evaluated by the host, others belong outside.

use crate::lowering::{Lowering, name_of};
use crate::path::{ORDERINGS, order_of};
use crate::scope::Binding;
use mambo_ir::kernel::CaptureId;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;

/// Index into the constants of a function's body.
pub(crate) type ConstItemId = usize;

/// The `const` items of a function's body.
#[derive(Default)]
pub(crate) struct ConstItems {
    items: Vec<ConstItem>,
}

struct ConstItem {
    item: syn::ItemConst,
    /// Other constants of the body it names.
    needs: Vec<ConstItemId>,
}

impl ConstItems {
    /// The constants that evaluating this one takes, itself included.
    fn closure(&self, id: ConstItemId) -> BTreeSet<ConstItemId> {
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(&self.items[id].needs);
            }
        }
        seen
    }

    /// An expression that has the value of a constant anywhere in the host's source.
    fn expression(&self, wanted: impl ToTokens, needs: BTreeSet<ConstItemId>) -> syn::Expr {
        let items = needs.into_iter().map(|id| &self.items[id].item);
        syn::parse_quote!({ #(#items)* #wanted })
    }
}

impl Lowering {
    /// Binds the constants of a block, which are seen in all of it, and rejects other items.
    pub(crate) fn declare_items(&mut self, stmts: &[syn::Stmt]) {
        let first = self.items.items.len();
        let uses = stmts.iter().filter_map(|stmt| match stmt {
            syn::Stmt::Item(syn::Item::Use(item)) => Some(item),
            _ => None,
        });
        uses.for_each(|item| self.declare_use(item));
        for stmt in stmts {
            match stmt {
                syn::Stmt::Item(syn::Item::Use(_)) => {}
                syn::Stmt::Item(syn::Item::Const(item)) => self.declare_const(item),
                syn::Stmt::Item(item) => self.reject_item(item),
                _ => {}
            }
        }
        for id in first..self.items.items.len() {
            let item = self.items.items[id].item.to_token_stream();
            self.items.items[id].needs = self.consts_named(item);
        }
    }

    /// Binds the orderings that a `use` names; all else is to be named outside. Constants of the
    /// block are bound after, and so hide what `*` names.
    fn declare_use(&mut self, item: &syn::ItemUse) {
        self.attributes(&item.attrs);
        let mut orderings = Vec::new();
        if used_orderings(&item.tree, &mut Vec::new(), &mut orderings) {
            for (name, order) in orderings {
                self.scopes.bind(name, Binding::Ordering(order));
            }
            return;
        }
        self.error(
            item.use_token.span,
            "`use` inside a kernel is not seen by the kernel compiler, but for the variants of \
             `std::cmp::Ordering`: move it above the function",
        );
    }

    fn declare_const(&mut self, item: &syn::ItemConst) {
        self.attributes(&item.attrs);
        if item.ident == "_" {
            return;
        }
        let id = self.items.items.len();
        self.items.items.push(ConstItem { item: item.clone(), needs: Vec::new() });
        self.scopes.bind(name_of(&item.ident), Binding::Const(id));
    }

    /// The constants of the body that some tokens name.
    fn consts_named(&self, tokens: TokenStream) -> Vec<ConstItemId> {
        let mut found = Vec::new();
        let mut open = vec![tokens];
        while let Some(tokens) = open.pop() {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => open.push(group.stream()),
                    TokenTree::Ident(ident) => {
                        found.extend(self.scopes.find_const(&name_of(&ident)));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// The capture of a `const` item of the body.
    pub(crate) fn const_capture(&mut self, id: ConstItemId) -> CaptureId {
        let items = &self.items;
        let ident = &items.items[id].item.ident;
        self.host.keyed_capture(format!("const item {id}"), name_of(ident), || {
            items.expression(ident, items.closure(id))
        })
    }

    /// The capture of a constant expression, such as a length: all of it is left to the host.
    pub(crate) fn expression_capture(&mut self, expr: &syn::Expr) -> CaptureId {
        let named = self.consts_named(expr.to_token_stream());
        if named.is_empty() {
            return self.host.capture(expr.clone());
        }
        let needs = named.iter().flat_map(|&id| self.items.closure(id)).collect();
        let text = crate::written::compact(expr.to_token_stream());
        let key = format!("{text} with const items {needs:?}");
        let items = &self.items;
        self.host.keyed_capture(key, text, || items.expression(expr, needs))
    }

    fn reject_item(&mut self, item: &syn::Item) {
        use syn::Item;
        let (at, message) = match item {
            Item::Fn(item) => (
                item.sig.fn_token.span,
                "a function inside a kernel is not part of the kernel language: move it out and \
                 give it `#[jit]`, or write a closure",
            ),
            Item::Static(item) => (
                item.static_token.span,
                "a kernel has no static variables: write `const`, or pass the value in as a \
                 parameter",
            ),
            Item::Struct(item) => (
                item.struct_token.span,
                "a structure inside a kernel is not seen by its callers: move it above the \
                 function",
            ),
            Item::Enum(item) => (
                item.enum_token.span,
                "enums are not part of the kernel language: use integer constants and `match` on \
                 them",
            ),
            Item::Type(item) => (
                item.type_token.span,
                "a type alias inside a kernel is not seen by the kernel compiler: move it above \
                 the function",
            ),
            Item::Macro(item) => (
                item.mac.bang_token.span,
                "macros of your own are not expanded inside a kernel: write a function with \
                 `#[jit]` and `inline = \"always\"`",
            ),
            Item::Impl(item) => (
                item.impl_token.span,
                "an `impl` block inside a kernel is not part of the kernel language: move it \
                 above the function",
            ),
            other => (
                crate::start::first_token(other.to_token_stream()),
                "this item cannot stand inside a kernel: move it above the function",
            ),
        };
        self.error(at, message);
    }
}

/// Collects the names that a `use` gives to orderings; false if it names anything else.
fn used_orderings(
    tree: &syn::UseTree,
    path: &mut Vec<String>,
    found: &mut Vec<(String, i8)>,
) -> bool {
    let of_orderings = path.last().is_some_and(|last| last == "Ordering");
    let of_cmp = |path: &[String]| path.last().is_some_and(|last| last == "cmp");
    match tree {
        syn::UseTree::Path(tree) => {
            path.push(name_of(&tree.ident));
            let all = used_orderings(&tree.tree, path, found);
            path.pop();
            all
        }
        syn::UseTree::Name(tree) => {
            let name = name_of(&tree.ident);
            match order_of(&name).filter(|_| of_orderings) {
                Some(order) => found.push((name, order)),
                None if name == "Ordering" => return of_cmp(path),
                None => return of_orderings && name == "self",
            }
            true
        }
        syn::UseTree::Rename(tree) => match order_of(&name_of(&tree.ident)) {
            Some(order) if of_orderings => {
                found.push((name_of(&tree.rename), order));
                true
            }
            _ => false,
        },
        syn::UseTree::Glob(_) => {
            found.extend(ORDERINGS.map(|(name, order)| (name.to_owned(), order)));
            of_orderings && of_cmp(&path[..path.len() - 1])
        }
        syn::UseTree::Group(tree) => {
            tree.items.iter().all(|tree| used_orderings(tree, path, found))
        }
    }
}
