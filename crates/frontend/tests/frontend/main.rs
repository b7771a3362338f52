//! The front end: trees, scopes, errors and options.

mod errors;
mod options;
mod printer;
mod scopes;
mod soup;
mod spans;
mod trees;

use mambo_frontend::{JitOptions, Lowered, lower_source};
use mambo_ir::Kernel;
use printer::Printer;

/// Lowers a function that has no errors; its tree must survive encoding.
fn lowered(source: &str) -> Lowered {
    let (lowered, errors) = lower_source(source, &JitOptions::default());
    let errors: Vec<String> = errors.iter().map(describe).collect();
    assert!(errors.is_empty(), "errors in {source}:\n{}", errors.join("\n"));
    let lowered = lowered.expect("a function without errors is lowered");
    assert_eq!(Kernel::decode(&lowered.kernel.encode()).unwrap(), lowered.kernel);
    assert_eq!(lowered.captures.len(), lowered.kernel.captures.len());
    assert_eq!(lowered.types.len(), lowered.kernel.types.len());
    assert_eq!(lowered.callees.len(), lowered.kernel.callees.len());
    lowered
}

/// The tree of a function as text.
fn tree(source: &str) -> String {
    let lowered = lowered(source);
    Printer { kernel: &lowered.kernel }.kernel()
}

/// The body of a function without parameters, as text.
fn body(source: &str) -> String {
    let text = tree(&format!("fn k() {{ {source} }}"));
    text.strip_prefix(" -> ()\n").expect("no parameters, no result").to_owned()
}

/// The errors of a function, `line:column message` each.
fn errors(source: &str) -> Vec<String> {
    let (lowered, errors) = lower_source(source, &JitOptions::default());
    assert_eq!(lowered.is_none(), !errors.is_empty(), "a tree comes out iff there are no errors");
    errors.iter().map(describe).collect()
}

/// An error as text.
fn describe(error: &syn::Error) -> String {
    let start = error.span().start();
    format!("{}:{} {error}", start.line, start.column + 1)
}
