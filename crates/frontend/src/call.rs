//! Calls: of the language's own functions, of kernels and host functions, of methods.

use crate::expr::peeled;
use crate::lowering::{Lowering, name_of, starts_upper};
use crate::path::{ENUM, is_variant, names};
use crate::scope::Binding;
use crate::slice_spec::is_slice_spec;
use crate::start::{start_of, start_of_path};
use mambo_ir::kernel::{Expr, ExprKind, Message, TypeExpr};
use proc_macro2::Span;
use syn::{GenericArgument, PathArguments};

type Args = syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>;

impl Lowering {
    /// `function(args)`.
    pub(crate) fn call(&mut self, source: &syn::ExprCall) -> Expr {
        let at = start_of(&source.func);
        match self.unwrapped(&source.func) {
            syn::Expr::Path(function) => match &function.qself {
                Some(qself) => self.qualified_call(qself, &function.path, &source.args),
                None => self.path_call(&function.path, &source.args),
            },
            _ => {
                self.exprs(&source.args);
                self.error_expr(
                    at,
                    "only functions and closures held in a variable can be called: bind the \
                     closure with `let` first",
                )
            }
        }
    }

    /// `<T>::name(args)`.
    fn qualified_call(&mut self, qself: &syn::QSelf, path: &syn::Path, args: &Args) -> Expr {
        let at = qself.lt_token.span;
        let args = self.arguments(args);
        match path.segments.last() {
            Some(last) if qself.as_token.is_none() && path.segments.len() == 1 => {
                let ty = self.lower_type(&qself.ty);
                let name = last.ident.to_string();
                self.node(ExprKind::Associated { ty, name, args }, at)
            }
            _ => self.error_expr(
                at,
                "functions of a trait are not named with `<T as Trait>::` in a kernel: write \
                 `x.name(..)` or `T::name(x, ..)`",
            ),
        }
    }

    fn path_call(&mut self, path: &syn::Path, args: &Args) -> Expr {
        let at = start_of_path(path);
        let names = names(path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names[..] {
            [name] => self.name_call(name, path, args),
            ["Self", ..] => {
                self.error_expr(at, "a kernel is a free function and has no `Self`: name the type")
            }
            [.., "Option", "Some"] => self.some_call(at, args),
            [.., "Result", "Ok" | "Err"] => self.result_call(at, args),
            ["ndarray", name @ ("arr1" | "arr2" | "arr3")]
            | [.., "cmp", name @ ("min" | "max")]
            | [.., "mem", name @ ("swap" | "replace" | "take" | "drop")] => {
                let args = self.exprs(args);
                self.node(ExprKind::Builtin { name: name.to_owned(), args }, at)
            }
            ["std" | "core", "iter", ..] | ["iter", _] => {
                self.exprs(args);
                self.error_expr(
                    at,
                    "functions of `std::iter` are not part of the kernel language: call the \
                     method, such as `a.iter().zip(b)`, or write a loop",
                )
            }
            [.., owner, name] if self.is_language_type(owner) => {
                self.associated_call(path, name, args)
            }
            [.., owner, name] if is_variant(owner, name) => {
                self.exprs(args);
                self.error_expr(at, ENUM)
            }
            [.., owner, _] if starts_upper(owner) => {
                self.arguments(args);
                self.error_expr(
                    at,
                    "methods of structures are not part of the kernel language yet: write a \
                     function with `#[jit]` that takes the structure",
                )
            }
            [.., name] if starts_upper(name) => self.tuple_struct(path, args),
            _ => self.host_call(path, args),
        }
    }

    /// A call of a name without a path.
    fn name_call(&mut self, name: &str, path: &syn::Path, args: &Args) -> Expr {
        let at = start_of_path(path);
        match (self.find(name), name) {
            (Some(Binding::Local(local)), _) => {
                let args = self.arguments(args);
                self.node(ExprKind::CallLocal(local, args), at)
            }
            (Some(Binding::Const(_) | Binding::Ordering(_)), _) => {
                self.error_expr(at, "a constant cannot be called: write the function's name")
            }
            (None, _) if name == self.kernel_name => self.recursion(path, args),
            (None, "Some") => self.some_call(at, args),
            (None, "Ok" | "Err") => self.result_call(at, args),
            (None, "drop") => {
                let args = self.exprs(args);
                self.node(ExprKind::Builtin { name: name.to_owned(), args }, at)
            }
            (None, _) if starts_upper(name) => self.tuple_struct(path, args),
            (None, _) => self.host_call(path, args),
        }
    }

    fn recursion(&mut self, path: &syn::Path, args: &Args) -> Expr {
        let at = start_of_path(path);
        let types = self.type_arguments(&path.segments[0].arguments);
        let same = types.iter().enumerate().all(|(i, ty)| match ty {
            TypeExpr::Infer => true,
            TypeExpr::Generic(index) => *index as usize == i,
            _ => false,
        });
        if !same {
            self.error(
                at,
                "a kernel calls itself with its own type parameters only: drop the type \
                 arguments, or write a second kernel",
            );
        }
        let args = self.exprs(args);
        self.node(ExprKind::Recurse(args), at)
    }

    fn some_call(&mut self, at: Span, args: &Args) -> Expr {
        let mut values = self.exprs(args);
        match values.pop() {
            Some(value) if values.is_empty() => {
                self.node(ExprKind::Option(Some(Box::new(value))), at)
            }
            _ => self.error_expr(at, "`Some` holds one value: write a tuple for several"),
        }
    }

    fn result_call(&mut self, at: Span, args: &Args) -> Expr {
        self.exprs(args);
        self.error_expr(
            at,
            "`Result` is not part of the kernel language: return an `Option` or a status, or \
             `panic!`",
        )
    }

    /// `Type::name(args)` of a type of the language.
    fn associated_call(&mut self, path: &syn::Path, name: &str, args: &Args) -> Expr {
        let at = start_of_path(path);
        let mut ty = path.clone();
        ty.segments.pop();
        ty.segments.pop_punct();
        let ty = match ty.segments.last() {
            Some(owner) if owner.ident == "Complex" && owner.arguments.is_none() => {
                TypeExpr::Complex(Box::new(TypeExpr::Infer))
            }
            _ => self.path_type(&ty),
        };
        let last = path.segments.last().map(|segment| &segment.arguments);
        if let Some(PathArguments::AngleBracketed(arguments)) = last {
            self.error(
                arguments.lt_token.span,
                "functions of number and array types take no type arguments here: drop them, or \
                 write a type on the `let`",
            );
        }
        let args = self.arguments(args);
        self.node(ExprKind::Associated { ty, name: name.to_owned(), args }, at)
    }

    /// `Name(value, …)`.
    fn tuple_struct(&mut self, path: &syn::Path, args: &Args) -> Expr {
        let at = start_of_path(path);
        let ty = self.struct_type(None, path);
        let values = self.exprs(args);
        let numbered = values.into_iter().enumerate();
        let fields = numbered.map(|(i, value)| (i.to_string(), value)).collect();
        match ty {
            Some(ty) => self.node(ExprKind::Struct { ty, fields, base: None }, at),
            None => self.dummy(at),
        }
    }

    /// A call of another kernel or of a host function.
    fn host_call(&mut self, path: &syn::Path, args: &Args) -> Expr {
        let at = start_of_path(path);
        let last = path.segments.last().map(|segment| &segment.arguments);
        let types = last.map(|last| self.type_arguments(last)).unwrap_or_default();
        let args = self.exprs(args);
        let callee = self.host.callee(path);
        self.node(ExprKind::Call { callee, types, args }, at)
    }

    /// `receiver.name(args)`.
    pub(crate) fn method_call(&mut self, source: &syn::ExprMethodCall) -> Expr {
        let receiver = Box::new(self.expr(&source.receiver));
        let types = match &source.turbofish {
            Some(turbofish) => self.angle_arguments(turbofish),
            None => Vec::new(),
        };
        let name = name_of(&source.method);
        let mut args = Vec::new();
        for (number, arg) in source.args.iter().enumerate() {
            let last = number + 1 == source.args.len();
            if last && let Some(closure) = self.function_as_closure(&name, arg) {
                args.push(self.argument(&syn::Expr::Closure(closure)));
                continue;
            }
            args.push(match arg {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })
                    if name == "expect" =>
                {
                    self.expectation(text)
                }
                _ => self.method_argument(arg),
            });
        }
        let kind = ExprKind::MethodCall { receiver, name, types, args };
        self.node(kind, source.method.span())
    }

    /// The message of `option.expect("..")`, as the panic that it is the message of.
    fn expectation(&mut self, text: &syn::LitStr) -> Expr {
        let message = Message { parts: vec![text.value()], holes: Vec::new() };
        self.node(ExprKind::Panic(message), text.span())
    }

    /// An argument of a method, where alone `s![…]` may stand.
    fn method_argument(&mut self, source: &syn::Expr) -> Expr {
        match peeled(source) {
            syn::Expr::Macro(spec) if is_slice_spec(&spec.mac) => {
                self.unwrapped(source);
                self.slice_spec(&spec.mac)
            }
            _ => self.argument(source),
        }
    }

    /// Arguments of a function of the language, which may be closures.
    fn arguments(&mut self, args: &Args) -> Vec<Expr> {
        args.iter().map(|arg| self.argument(arg)).collect()
    }

    fn type_arguments(&mut self, arguments: &PathArguments) -> Vec<TypeExpr> {
        match arguments {
            PathArguments::None => Vec::new(),
            PathArguments::AngleBracketed(arguments) => self.angle_arguments(arguments),
            PathArguments::Parenthesized(arguments) => {
                self.error(
                    arguments.paren_token.span.open(),
                    "type arguments stand in angle brackets: write `name::<T>(..)`",
                );
                Vec::new()
            }
        }
    }

    fn angle_arguments(&mut self, source: &syn::AngleBracketedGenericArguments) -> Vec<TypeExpr> {
        let mut types = Vec::new();
        for argument in &source.args {
            match argument {
                GenericArgument::Type(ty) => types.push(self.lower_type(ty)),
                GenericArgument::Lifetime(_) => {}
                _ => self.error(
                    source.lt_token.span,
                    "only types can be given as type arguments of a call in a kernel: pass \
                     numbers as ordinary arguments",
                ),
            }
        }
        types
    }
}
