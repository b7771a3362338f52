//! The expansion of `#[guvectorize]`.
//!
//! ```text
//! fn matmul<In0, In1>(a: In0, b: In1) -> <.. as Axes>::Holding<f64> where .. { .. }
//! enum matmul {}
//! impl matmul {
//!     fn rust(a: ArrayView2<f64>, b: ArrayView2<f64>, c: ArrayViewMut2<f64>) { /* as written */ }
//!     fn try_call(..) -> Result<..> { .. }     // the same for stacks of them, with errors
//!     fn into(.., out: Out) { .. }             // written to what is given
//!     fn along(axes: CoreAxes, ..) -> .. { .. } // cores that are other axes than the last
//!     fn signatures() -> Vec<Signature> { .. } // and what every kernel has
//! }
//! impl Kernel for matmul { /* the tree of the function of small arrays */ }
//! ```
//!
//! A layout without an arrow has no results: operands that the function writes are lent, and
//! changed in place.

use crate::core_operand::{Parameter, parameters};
use crate::eager::eager;
use crate::face::Face;
use crate::jit::{function, resolved, source};
use mambo_frontend::{
    EagerKind, EagerSignature, JitOptions, TextLayout, lower, parse_guvectorize_options,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

/// Expands the attribute with these options over this item.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let function = match function("#[guvectorize]", &item) {
        Ok(function) => function,
        Err(tokens) => return tokens,
    };
    let (mut options, mut errors) = parse_guvectorize_options(options);
    let (lowered, more) = lower(&function, &options);
    errors.extend(more);
    let face = Face::new(&function);
    let layout = options.layout.take();
    if layout.is_none() && errors.is_empty() {
        let message = "a generalized universal function has a layout: write the core dimensions of \
                       its operands, as in `#[guvectorize(\"(m,n),(n,p)->(m,p)\")]`";
        errors.push(syn::Error::new(Span::call_site(), message));
    }
    let parameters = match (&face, &layout) {
        (Some(face), Some(layout)) => {
            check_sizes(layout, &options, &mut errors);
            numbers_for_outputs(layout, &mut options);
            parameters(face, layout, &mut errors)
        }
        _ => vec![],
    };
    let eager = eager(&function, &options.eager, &mut errors);
    match (lowered, face, layout) {
        (Some(lowered), Some(face), Some(layout)) if errors.is_empty() => {
            let source = source(&function, &lowered, options.parallel);
            let resolved = resolved(&function, &lowered);
            let generic = resolved.is_some();
            let gufunc = Gufunc { face: &face, layout, parameters, sizes: options.sizes, generic };
            gufunc.kernel(&source, resolved.as_ref(), eager.as_ref())
        }
        (_, face, _) => {
            let errors = errors.into_iter().map(syn::Error::into_compile_error);
            let rest = face.map(|face| face.broken());
            quote!(#(#errors)* #function #rest)
        }
    }
}

/// Reports lengths that are missing or given twice.
fn check_sizes(layout: &TextLayout, options: &JitOptions, errors: &mut Vec<syn::Error>) {
    for dim in layout.dims.iter().filter(|dim| dim.of_outputs) {
        let mut given = options.sizes.iter().filter(|(name, _)| *name == dim.name);
        let name = &dim.name;
        if given.next().is_none() {
            let message = format!(
                "no input has the core dimension `{name}`: say how long it is behind the layout, \
                 as in `{name} = 2 * n`, in terms of the dimensions of inputs"
            );
            errors.push(syn::Error::new(layout.literal.span(), message));
        }
        if let Some((again, _)) = given.next() {
            let message = format!("`{name}` is given twice: remove one of them");
            errors.push(syn::Error::new(again.span(), message));
        }
    }
}

/// Numba spells an output of one number as an array of one axis.
fn numbers_for_outputs(layout: &TextLayout, options: &mut JitOptions) {
    for signature in &mut options.eager {
        let EagerSignature::Text(text) = signature else { continue };
        for (arg, dims) in text.args.iter_mut().zip(&layout.operands) {
            if let EagerKind::Array { dtype, rank: 1, .. } = arg.kind
                && dims.is_empty()
            {
                arg.kind = EagerKind::Scalar(dtype);
            }
        }
    }
}

/// A function of small arrays, seen from outside as one of stacks of them.
struct Gufunc<'a> {
    face: &'a Face<'a>,
    layout: TextLayout,
    parameters: Vec<Parameter>,
    sizes: Vec<(Ident, Expr)>,
    generic: bool,
}

/// One of the functions that call the loops: its name, and what it takes.
#[derive(Clone, Copy)]
struct Door {
    name: &'static str,
    docs: &'static str,
    /// Whether it takes the axes, and the outputs.
    axes: bool,
    out: bool,
}

const CALL: Door = Door {
    name: "call",
    docs: "Calls the function for every item of the operands, broadcast together.",
    axes: false,
    out: false,
};

const INTO: Door = Door {
    name: "into",
    docs: "Writes the results to `out`, to the loop dimensions of which the inputs are broadcast.",
    axes: false,
    out: true,
};

const ALONG: Door = Door {
    name: "along",
    docs: "The same with core dimensions that are other axes than the last ones.",
    axes: true,
    out: false,
};

const ALONG_INTO: Door = Door {
    name: "along_into",
    docs: "The same with core dimensions that are other axes than the last ones, written to `out`.",
    axes: true,
    out: true,
};

impl Gufunc<'_> {
    fn kernel(
        &self,
        source: &TokenStream,
        resolved: Option<&TokenStream>,
        eager: Option<&TokenStream>,
    ) -> TokenStream {
        let function = self.called();
        let (rust, layout) = (self.face.rust(), self.layout());
        let try_call = self.fallible(CALL);
        let doors = [INTO, ALONG, ALONG_INTO].into_iter();
        let doors = doors.filter(|door| self.has_arrow() || !door.out).map(|door| {
            let (door, fallible) = (self.panicking(door), self.fallible(door));
            quote!(#door #fallible)
        });
        let resolve = self.face.resolve_function(resolved);
        let compile = eager.map(|_| self.compile());
        let eager = match eager {
            Some(eager) => quote!(::core::option::Option::Some(|| { #eager })),
            None => quote!(::core::option::Option::None),
        };
        let functions = quote!(#rust #layout #try_call #(#doors)* #resolve #compile);
        let ty = self.face.type_of_functions(&functions, source, &eager, &self.face.pointer());
        quote!(#function #ty)
    }

    fn has_arrow(&self) -> bool {
        self.layout.arrow.is_some()
    }

    /// The parameters that a caller gives.
    fn inputs(&self) -> impl Iterator<Item = (Ident, &Parameter)> {
        let inputs = self.parameters[..self.layout.inputs()].iter().enumerate();
        inputs.map(|(i, parameter)| (format_ident!("In{i}"), parameter))
    }

    fn outputs(&self) -> &[Parameter] {
        &self.parameters[self.layout.inputs()..]
    }

    /// Whether rustc knows the number of axes of results.
    fn is_dynamic(&self, door: Door) -> bool {
        door.axes || !self.has_arrow() || self.layout.dims.iter().any(|dim| dim.optional)
    }

    /// The list of operands that the dispatcher takes.
    fn list(&self, door: Door) -> TokenStream {
        let inputs: Vec<TokenStream> = self
            .inputs()
            .map(|(input, Parameter { elem, rank, written, .. })| {
                if *written {
                    quote!(::mambo::__private::InPlace<#input, #elem>)
                } else if self.is_dynamic(door) {
                    quote!(::mambo::__private::AnyIn<#input, #elem>)
                } else {
                    quote!(::mambo::__private::CoreIn<#input, #elem, #rank>)
                }
            })
            .collect();
        cons(inputs.into_iter(), |item, rest| quote!(::mambo::__private::Cons<#item, #rest>))
    }

    fn values(&self, door: Door) -> TokenStream {
        let values: Vec<TokenStream> = self
            .inputs()
            .map(|(_, Parameter { name, elem, rank, written, .. })| {
                if *written {
                    quote!(::mambo::__private::InPlace::<_, #elem>::new(#name))
                } else if self.is_dynamic(door) {
                    quote!(::mambo::__private::AnyIn::<_, #elem>::new(#name))
                } else {
                    quote!(::mambo::__private::CoreIn::<_, #elem, #rank>::new(#name))
                }
            })
            .collect();
        cons(values.into_iter(), |item, rest| quote!(::mambo::__private::Cons(#item, #rest)))
    }

    /// The axes of an output.
    fn axes_of(&self, output: &Parameter, door: Door) -> TokenStream {
        if self.is_dynamic(door) {
            return quote!(::mambo::__private::ndarray::IxDyn);
        }
        let (list, rank) = (self.list(door), output.rank);
        quote! {
            <<#list as ::mambo::__private::CoreOperands>::Loop
                as ::mambo::__private::Grown<#rank>>::Dim
        }
    }

    /// What is returned: nothing, an array or a number, or a tuple of them.
    fn result(&self, door: Door) -> TokenStream {
        if door.out || !self.has_arrow() {
            return quote!(());
        }
        let held = self.outputs().iter().map(|output| {
            let (axes, elem) = (self.axes_of(output, door), &output.elem);
            quote!(<#axes as ::mambo::__private::Axes>::Holding<#elem>)
        });
        match self.outputs() {
            [_] => quote!(#(#held)*),
            _ => quote!((#(#held),*)),
        }
    }

    fn signature(&self, name: &Ident, door: Door, output: &TokenStream) -> TokenStream {
        let generics = &self.face.function.sig.generics;
        let own = generics.params.iter().filter(|p| !matches!(p, syn::GenericParam::Lifetime(_)));
        let written_clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let params = self.inputs().map(|(input, _)| input);
        let bounds = self.inputs().map(|(input, parameter)| self.bound(&input, parameter, door));
        let list = self.list(door);
        let mut ranks: Vec<usize> = self.outputs().iter().map(|output| output.rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let grown = (!self.is_dynamic(door)).then(|| {
            quote!(<#list as ::mambo::__private::CoreOperands>::Loop: #(::mambo::__private::Grown<#ranks>)+*,)
        });
        let elems = self.outputs().iter().map(|output| &output.elem);
        let elems = match self.outputs() {
            [_] => quote!(#(#elems)*),
            _ => quote!((#(#elems),*)),
        };
        let (out_param, out_arg, out_bound) = match door.out {
            true => {
                (quote!(Out), quote!(out: Out), quote!(Out: ::mambo::__private::Target<#elems>))
            }
            false => Default::default(),
        };
        let axes = door.axes.then(|| quote!(axes: ::mambo::CoreAxes,));
        let args = self.inputs().map(|(input, parameter)| {
            let name = &parameter.name;
            quote!(#name: #input)
        });
        let unsafety = self.face.unsafety();
        quote! {
            #unsafety fn #name<#(#own,)* #(#params,)* #out_param>(
                #axes #(#args,)* #out_arg
            ) -> #output
            where
                #(#written_clause,)* #(#bounds,)*
                #list: ::mambo::__private::CoreOperands,
                #grown
                #out_bound
        }
    }

    /// What may be given for a parameter.
    fn bound(&self, input: &Ident, parameter: &Parameter, door: Door) -> TokenStream {
        let Parameter { elem, rank, written, .. } = parameter;
        if *written {
            return quote_spanned!(elem.span()=> #input: ::mambo::__private::Target<#elem>);
        }
        let takes = self.face.takes(input, elem);
        let has_core = (!self.is_dynamic(door)).then(
            || quote_spanned!(elem.span()=> , #input::Dim: ::mambo::__private::CoreOf<#rank>),
        );
        quote!(#takes #has_core)
    }

    /// The names of the arguments of a door.
    fn given(&self, door: Door) -> TokenStream {
        let axes = door.axes.then(|| quote!(axes,));
        let names = self.inputs().map(|(_, parameter)| &parameter.name);
        let out = door.out.then(|| quote!(out));
        quote!(#axes #(#names,)* #out)
    }

    /// The function that is called: `try_call`, or a panic.
    fn called(&self) -> TokenStream {
        let (name, vis) = (self.face.name(), &self.face.function.vis);
        let attrs = self.face.outside_attrs();
        let inline = self.face.inline();
        let signature = self.signature(name, CALL, &self.result(CALL));
        let given = self.given(CALL);
        let call = self.face.guarded(quote!(#name::try_call(#given)));
        let body = self.face.or_raise(&call);
        quote! {
            #(#attrs)*
            // It may be used through its type alone.
            #[allow(dead_code, clippy::too_many_arguments, clippy::type_complexity)]
            #inline
            #vis #signature { #body }
        }
    }

    fn panicking(&self, door: Door) -> TokenStream {
        let vis = &self.face.function.vis;
        let (name, fallible) = (format_ident!("{}", door.name), format_ident!("try_{}", door.name));
        let signature = self.signature(&name, door, &self.result(door));
        let given = self.given(door);
        let call = self.face.guarded(quote!(Self::#fallible(#given)));
        let body = self.face.or_raise(&call);
        let docs = door.docs;
        quote! {
            #[doc = #docs]
            ///
            /// # Panics
            /// If the shapes do not go together, and where the kernel does.
            #[allow(clippy::too_many_arguments, clippy::type_complexity)]
            #vis #signature { #body }
        }
    }

    fn fallible(&self, door: Door) -> TokenStream {
        let vis = &self.face.function.vis;
        let name = format_ident!("try_{}", door.name);
        let result = self.result(door);
        let result = quote!(::core::result::Result<#result, ::mambo::Error>);
        let signature = self.signature(&name, door, &result);
        let (docs, body) = (door.docs, self.dispatch(door));
        quote! {
            #[doc = #docs]
            ///
            /// # Errors
            /// If the shapes do not go together, if the kernel panics, or cannot be compiled.
            #[allow(clippy::too_many_arguments, clippy::type_complexity)]
            #vis #signature { #body }
        }
    }

    /// The call of the dispatcher, and what it returns taken apart.
    fn dispatch(&self, door: Door) -> TokenStream {
        let name = self.face.name();
        let checks = self.parameters.iter().map(|Parameter { ty, elem, rank, .. }| {
            quote_spanned!(ty.span()=> ::mambo::__private::core_param::<#ty, #elem, #rank>();)
        });
        let (params, resolve) = (self.face.arg_types(), self.face.resolve(self.generic));
        let (list, values) = (self.list(door), self.values(door));
        let axes = match door.axes {
            true => quote!(&axes),
            false => quote!(&::core::default::Default::default()),
        };
        let dispatcher = quote!(<#name as ::mambo::__private::Kernel>::dispatcher());
        let args = quote!(#resolve, Self::__mambo_layout(), #axes, #values);
        let call = if !self.has_arrow() {
            quote!(#dispatcher.call_gufunc_in_place::<#params, #list>(#args))
        } else if door.out {
            quote!(#dispatcher.call_gufunc_into::<#params, #list, _, _>(#args, out))
        } else {
            let outputs = self.outputs().iter().map(|output| {
                let (axes, elem) = (self.axes_of(output, door), &output.elem);
                quote!(::mambo::__private::CoreOut<#elem, #axes>)
            });
            let outputs =
                cons(outputs, |item, rest| quote!(::mambo::__private::Cons<#item, #rest>));
            let names: Vec<Ident> =
                (0..self.outputs().len()).map(|i| format_ident!("out{i}")).collect();
            let pattern = cons(
                names.iter().map(|name| quote!(#name)),
                |item, rest| quote!(::mambo::__private::Cons(#item, #rest)),
            );
            let value = match &names[..] {
                [one] => quote!(#one),
                _ => quote!((#(#names),*)),
            };
            quote! {
                #dispatcher
                    .call_gufunc::<#params, #list, #outputs>(#args)
                    .map(|#pattern| #value)
            }
        };
        quote!(#(#checks)* #call)
    }

    /// The layout as a value of the program.
    fn layout(&self) -> TokenStream {
        let text = self.layout.literal.value();
        let names = self.parameters.iter().map(|parameter| parameter.name.to_string());
        let dims = self.layout.dims.iter().map(|dim| {
            let (name, optional, of_outputs) = (&dim.name, dim.optional, dim.of_outputs);
            let fixed = match dim.fixed {
                Some(len) => quote!(::core::option::Option::Some(#len)),
                None => quote!(::core::option::Option::None),
            };
            quote! {
                ::mambo::__private::CoreDim {
                    name: #name, fixed: #fixed, optional: #optional, of_outputs: #of_outputs,
                }
            }
        });
        let operands = self.layout.operands.iter().map(|dims| quote!(&[#(#dims),*]));
        let written = self.parameters.iter().map(|parameter| parameter.written);
        let (inputs, sizes) = (self.layout.inputs(), self.size_function());
        quote! {
            #[doc(hidden)]
            fn __mambo_layout() -> &'static ::mambo::__private::CoreLayout {
                static __MAMBO_LAYOUT: ::mambo::__private::CoreLayout =
                    ::mambo::__private::CoreLayout {
                        text: #text,
                        names: &[#(#names),*],
                        dims: &[#(#dims),*],
                        operands: &[#(#operands),*],
                        written: &[#(#written),*],
                        inputs: #inputs,
                        sizes: #sizes,
                    };
                &__MAMBO_LAYOUT
            }
        }
    }

    /// The function that fills in the lengths of dimensions that only outputs have.
    fn size_function(&self) -> TokenStream {
        if self.sizes.is_empty() {
            return quote!(|_| ());
        }
        let dims = || self.layout.dims.iter().enumerate();
        let known = dims().filter(|(_, dim)| !dim.of_outputs).filter_map(|(at, dim)| {
            let name: Ident = syn::parse_str(&dim.name).ok()?;
            let name = Ident::new(&name.to_string(), self.sizes[0].0.span());
            Some(quote!(let #name = __mambo_dims[#at];))
        });
        let told = self.sizes.iter().filter_map(|(name, size)| {
            let (at, _) = dims().find(|(_, dim)| *name == dim.name)?;
            Some(quote_spanned!(size.span()=> __mambo_dims[#at] = #size;))
        });
        quote! {
            {
                #[allow(unused_variables)]
                fn __mambo_sizes(__mambo_dims: &mut [usize]) {
                    #(#known)*
                    #(#told)*
                }
                __mambo_sizes
            }
        }
    }

    /// The function that compiles one choice of generic parameters without a call.
    fn compile(&self) -> TokenStream {
        let name = self.face.name();
        let (params, _, clause) = self.face.split();
        let (resolve, args) = (self.face.resolve(self.generic), self.face.arg_types());
        quote! {
            #[doc(hidden)]
            fn __mambo_compile #params(
                _: &[::core::option::Option<::mambo::__private::Layout>],
            ) -> ::core::result::Result<(), ::mambo::Error> #clause {
                <#name as ::mambo::__private::Kernel>::dispatcher()
                    .compile_gufunc::<#args>(#resolve, Self::__mambo_layout())
            }
        }
    }
}

/// A list made of its items from the last to the first.
fn cons(
    items: impl DoubleEndedIterator<Item = TokenStream>,
    pair: impl Fn(TokenStream, TokenStream) -> TokenStream,
) -> TokenStream {
    items.rev().fold(quote!(::mambo::__private::End), |rest, item| pair(item, rest))
}
