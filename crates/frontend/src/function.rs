//! The signature of a kernel, and the door to lowering all of it.

use crate::lowering::{Lowering, name_of, place};
use crate::options::{EagerSignature, JitOptions};
use crate::pattern::Context;
use mambo_ir::Kernel;
use mambo_ir::kernel::{Pattern, TypeExpr};
use syn::{FnArg, GenericParam, ItemFn, ReturnType, Safety};

/// A kernel tree and the host's side of its holes.
#[derive(Debug)]
pub struct Lowered {
    /// The tree.
    pub kernel: Kernel,
    /// Expressions the host evaluates, one for each of [`Kernel::captures`].
    pub captures: Vec<syn::Expr>,
    /// The host types, one for each of [`Kernel::types`].
    pub types: Vec<syn::Type>,
    /// The functions called, one for each of [`Kernel::callees`].
    pub callees: Vec<CalleePath>,
}

/// A function a kernel calls.
#[derive(Clone, Debug)]
pub struct CalleePath {
    /// Its path, without type arguments on the last segment.
    pub path: syn::Path,
    /// Its path as written, type arguments included.
    pub full: syn::Path,
}

/// Lowers a function, returning the tree if there are no errors.
pub fn lower(function: &ItemFn, attribute: &JitOptions) -> (Option<Lowered>, Vec<syn::Error>) {
    let mut lowering = Lowering::new(name_of(&function.sig.ident));
    lowering.check_options(function, attribute);
    lowering.check_signatures(function, attribute);
    lowering.check_modifiers(&function.sig);
    lowering.generics(&function.sig.generics);
    let lowered = lowering.scoped(|lowering| {
        let (params, param_types) = lowering.params(&function.sig.inputs);
        let result = lowering.result(&function.sig.output);
        let body = lowering.block(&function.block);
        Kernel {
            name: lowering.kernel_name.clone(),
            span: place(function.sig.ident.span()),
            generics: lowering.generics.clone(),
            params,
            param_types,
            result,
            locals: Vec::new(),
            captures: Vec::new(),
            types: Vec::new(),
            callees: Vec::new(),
            body,
            nodes: 0,
            options: attribute.options,
        }
    });
    lowering.finish(lowered)
}

impl Lowering {
    /// Adds the tables to the tree.
    fn finish(self, mut kernel: Kernel) -> (Option<Lowered>, Vec<syn::Error>) {
        let errors = self.diagnostics.into_errors();
        if !errors.is_empty() {
            return (None, errors);
        }
        kernel.locals = self.locals;
        kernel.nodes = self.nodes;
        let captures;
        (kernel.captures, captures) = self.host.captures.into_iter().unzip();
        let types;
        (kernel.types, types) = self.host.types.into_iter().unzip();
        let mut callees = Vec::new();
        for callee in self.host.callees {
            kernel.callees.push(callee.text);
            callees.push(CalleePath { path: callee.path, full: callee.full });
        }
        (Some(Lowered { kernel, captures, types, callees }), errors)
    }

    fn check_options(&mut self, function: &ItemFn, attribute: &JitOptions) {
        let safe = !matches!(function.sig.safety, Safety::Unsafe(_));
        if attribute.options.unchecked && safe {
            self.error(
                attribute.boundscheck.unwrap_or(function.sig.fn_token.span),
                "`boundscheck = false` lets an index out of bounds corrupt memory: write `unsafe \
                 fn`, or leave the checks on",
            );
        }
    }

    /// A signature to compile eagerly has as many arguments as the kernel has parameters.
    fn check_signatures(&mut self, function: &ItemFn, attribute: &JitOptions) {
        let params = function.sig.inputs.len();
        for eager in &attribute.eager {
            let EagerSignature::Text(signature) = eager else { continue };
            let args = signature.args.len();
            if args != params {
                self.error(
                    signature.span,
                    format_args!(
                        "argument types: {args}, parameters of the kernel: {params}; write one \
                         type for each parameter"
                    ),
                );
            }
        }
    }

    fn check_modifiers(&mut self, signature: &syn::Signature) {
        if let Some(token) = &signature.constness {
            self.error(
                token.span,
                "a kernel is compiled at run time and cannot be `const`: remove `const`",
            );
        }
        if let Some(token) = &signature.asyncness {
            self.error(
                token.span,
                "a kernel cannot be `async`: remove `async` and call the kernel from an async \
                 function",
            );
        }
        if let Some(abi) = &signature.abi {
            self.error(
                abi.extern_token.span,
                "a kernel has the calling convention of Rust: remove `extern`, and wrap the \
                 kernel in an `extern` function of your own",
            );
        }
        if let Some(variadic) = &signature.variadic {
            self.error(
                variadic.dots.spans[0],
                "a kernel has a fixed number of parameters: pass a slice, such as `&[f64]`",
            );
        }
    }

    fn generics(&mut self, generics: &syn::Generics) {
        for param in &generics.params {
            match param {
                GenericParam::Type(param) => {
                    self.attributes(&param.attrs);
                    self.generics.push(name_of(&param.ident));
                    param.bounds.iter().for_each(|bound| self.bound(bound));
                }
                GenericParam::Lifetime(param) => self.attributes(&param.attrs),
                GenericParam::Const(param) => self.attributes(&param.attrs),
            }
        }
        let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in predicates {
            if let syn::WherePredicate::Type(predicate) = predicate {
                predicate.bounds.iter().for_each(|bound| self.bound(bound));
            }
        }
    }

    /// Rejects `Fn(..) -> ..` bounds.
    fn bound(&mut self, bound: &syn::TypeParamBound) {
        let syn::TypeParamBound::Trait(bound) = bound else { return };
        let Some(last) = bound.path.segments.last() else { return };
        if matches!(last.arguments, syn::PathArguments::Parenthesized(_)) {
            self.error(
                last.ident.span(),
                "a kernel takes no functions as arguments: call the function by its name, or \
                 write one kernel for each",
            );
        }
    }

    fn params(
        &mut self,
        inputs: &syn::punctuated::Punctuated<FnArg, syn::Token![,]>,
    ) -> (Vec<Pattern>, Vec<TypeExpr>) {
        let mut patterns = Vec::new();
        let mut types = Vec::new();
        for input in inputs {
            match input {
                FnArg::Receiver(receiver) => self.error(
                    receiver.self_token.span,
                    "a kernel is a free function and has no `self`: move it out of the `impl` \
                     block and pass the fields as parameters",
                ),
                FnArg::Typed(param) => {
                    self.attributes(&param.attrs);
                    types.push(self.lower_type(&param.ty));
                    patterns.push(self.pattern(&param.pat, Context::Irrefutable));
                }
            }
        }
        (patterns, types)
    }

    fn result(&mut self, output: &ReturnType) -> TypeExpr {
        match output {
            ReturnType::Default => TypeExpr::Tuple(Vec::new()),
            ReturnType::Type(_, ty) => self.lower_type(ty),
        }
    }
}
