//! Turns the text of the elementary functions into kernel trees, and writes `elementary.rs`:
//! one `KernelSource` for each function, and `find`, which knows them by name.

use mambo_frontend::{JitOptions, Lowered};
use mambo_math::{SOURCES, Source};
use quote::{format_ident, quote};
use std::collections::HashSet;
use std::path::Path;
use std::{env, fs};

/// Why the build ends.
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let out = env::var("OUT_DIR")?;
    let mut statics = Vec::new();
    let mut arms = Vec::new();
    let files = SOURCES.iter().map(|source| functions_of(source)).collect::<Result<Vec<_>, _>>()?;
    let names: Names = files
        .iter()
        .zip(SOURCES)
        .flat_map(|(functions, source)| names(source, functions))
        .collect();
    for (source, functions) in SOURCES.iter().zip(files) {
        for function in functions {
            let (lowered, errors) = mambo_frontend::lower(&function, &JitOptions::default());
            if let Some(error) = errors.first() {
                let at = error.span().start();
                let place = format!("{}/{}.rs:{}", source.width, source.module, at.line);
                return Err(format!("{place}: {error}").into());
            }
            let lowered = lowered.ok_or("a function without a tree")?;
            let name = static_name(source.width, &function.sig.ident);
            let path = format!("{}::{}", source.width, function.sig.ident);
            fs::write(Path::new(&out).join(format!("{name}.tree")), lowered.kernel.encode())?;
            statics.push(kernel_source(source, &name, &lowered, &names));
            arms.push(quote!(#path => &#name,));
        }
    }
    let text = quote! {
        #(#statics)*

        /// The function of this name, as `double::exp`.
        fn find(name: &str) -> Option<&'static KernelSource> {
            Some(match name {
                #(#arms)*
                _ => return None,
            })
        }
    };
    fs::write(Path::new(&out).join("elementary.rs"), text.to_string())?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// The functions there are, each with its width.
type Names = HashSet<(String, String)>;

fn functions_of(source: &Source) -> Result<Vec<syn::ItemFn>, Failure> {
    let items = syn::parse_file(source.text)?.items.into_iter();
    Ok(items
        .filter_map(|item| match item {
            syn::Item::Fn(function) => Some(function),
            _ => None,
        })
        .collect())
}

fn names(source: &Source, functions: &[syn::ItemFn]) -> Vec<(String, String)> {
    functions
        .iter()
        .map(|function| (source.width.to_string(), function.sig.ident.to_string()))
        .collect()
}

fn static_name(width: &str, function: &syn::Ident) -> syn::Ident {
    format_ident!("{}_{}", width.to_uppercase(), function.to_string().to_uppercase())
}

/// The `static` of one function.
fn kernel_source(
    source: &Source,
    name: &syn::Ident,
    lowered: &Lowered,
    functions: &Names,
) -> proc_macro2::TokenStream {
    let function = &lowered.kernel.name;
    let file = format!("{}/{}.rs", source.width, source.module);
    let tree = format!("/{name}.tree");
    let captures = &lowered.captures;
    let module = format_ident!("{}", source.module);
    let width = format_ident!("{}", source.width);
    let callees = lowered.callees.iter().map(|callee| {
        let last = &callee.path.segments.last().expect("a name").ident;
        let own = functions.contains(&(source.width.into(), last.to_string()));
        let callee = static_name(if own { source.width } else { "double" }, last);
        quote!(Callee::Kernel(&#callee))
    });
    quote! {
        static #name: KernelSource = KernelSource {
            name: #function,
            file: #file,
            tree: include_bytes!(concat!(env!("OUT_DIR"), #tree)),
            debug_assertions: false,
            parallel: false,
            captures: || {
                #[allow(unused_imports, reason = "a function may name no constant")]
                use mambo_math::{coefficients::*, #width::#module::*};
                vec![#(Some(capture(#captures))),*]
            },
            types: Vec::new,
            callees: || vec![#(#callees),*],
        };
    }
}
