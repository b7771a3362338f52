//! The tables of names only the host's compiler can resolve: constants, types, functions.

use crate::written::compact;
use mambo_ir::kernel::{CalleeId, CaptureId, TypeId};
use quote::ToTokens;
use std::collections::HashMap;

/// A function the kernel calls.
pub(crate) struct CalleeEntry {
    pub(crate) text: String,
    pub(crate) path: syn::Path,
    pub(crate) full: syn::Path,
}

/// Host names, each listed once however often it is used.
#[derive(Default)]
pub(crate) struct HostNames {
    pub(crate) captures: Vec<(String, syn::Expr)>,
    pub(crate) types: Vec<(String, syn::Type)>,
    pub(crate) callees: Vec<CalleeEntry>,
    capture_ids: HashMap<String, CaptureId>,
    type_ids: HashMap<String, TypeId>,
    callee_ids: HashMap<String, CalleeId>,
}

impl HostNames {
    /// The number of a constant, told apart from others by its text.
    pub(crate) fn capture(&mut self, expr: syn::Expr) -> CaptureId {
        let text = compact(expr.to_token_stream());
        self.keyed_capture(text.clone(), text, || expr)
    }

    /// The number of a constant, told apart from others by `key`.
    pub(crate) fn keyed_capture(
        &mut self,
        key: String,
        text: String,
        expr: impl FnOnce() -> syn::Expr,
    ) -> CaptureId {
        if let Some(&id) = self.capture_ids.get(&key) {
            return id;
        }
        let id = self.captures.len() as CaptureId;
        self.captures.push((text, expr()));
        self.capture_ids.insert(key, id);
        id
    }

    /// The number of a host type.
    pub(crate) fn host_type(&mut self, ty: syn::Type) -> TypeId {
        let text = compact(ty.to_token_stream());
        if let Some(&id) = self.type_ids.get(&text) {
            return id;
        }
        let id = self.types.len() as TypeId;
        self.types.push((text.clone(), ty));
        self.type_ids.insert(text, id);
        id
    }

    /// The number of a function with these type arguments: if it is no kernel, each choice of
    /// them is another function.
    pub(crate) fn callee(&mut self, full: &syn::Path) -> CalleeId {
        let mut path = full.clone();
        if let Some(last) = path.segments.last_mut() {
            last.arguments = syn::PathArguments::None;
        }
        let key = compact(full.to_token_stream());
        if let Some(&id) = self.callee_ids.get(&key) {
            return id;
        }
        let id = self.callees.len() as CalleeId;
        self.callee_ids.insert(key, id);
        let text = compact(path.to_token_stream());
        self.callees.push(CalleeEntry { text, path, full: full.clone() });
        id
    }
}
