//! The kernels that random kernels call.

use crate::run::source;
use mambo_compiler::source::{Callee, KernelSource};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

/// Name and text of each.
pub(crate) const CALLEES: [(&str, &str); 5] = [
    ("mix", "fn mix(a: i64, b: i64) -> i64 { if a > b { return a - b; } (a ^ b).wrapping_mul(3) }"),
    ("factorial", "fn factorial(n: u64) -> u64 { if n < 2 { 1 } else { n * factorial(n - 1) } }"),
    ("divmod", "fn divmod(a: i32, b: i32) -> (i32, i32) { (a / b, a % b) }"),
    (
        "total",
        "fn total(a: &[f64]) -> f64 { let mut s = 0.0; for i in 0..a.len() { s += a[i]; } s }",
    ),
    ("bump", "fn bump(x: &mut f64, by: f64) { if by > 0.0 { *x += by; } else { *x = by; } }"),
];

static SOURCES: LazyLock<Mutex<HashMap<&str, &'static KernelSource>>> =
    LazyLock::new(|| Mutex::new(HashMap::new()));

thread_local! {
    /// What the kernel being compiled calls.
    static CURRENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Says what the kernel that this thread compiles next calls.
pub(crate) fn enter(names: &[String]) {
    CURRENT.with_borrow_mut(|current| *current = names.to_vec());
}

/// The callees of the kernel being compiled. No callee calls another one.
pub(crate) fn current() -> Vec<Callee> {
    let names = CURRENT.with_borrow(Vec::clone);
    names
        .iter()
        .map(|name| match name.strip_prefix("math::") {
            Some(function) => Callee::Elementary(function.to_owned().leak()),
            None => Callee::Kernel(kernel(name)),
        })
        .collect()
}

fn kernel(name: &str) -> &'static KernelSource {
    let (name, text) =
        CALLEES.into_iter().find(|callee| callee.0 == name).expect("a callee of this name");
    let mut sources = SOURCES.lock().expect("no thread panics with the lock");
    sources.entry(name).or_insert_with(|| callee_source(text))
}

fn callee_source(text: &str) -> &'static KernelSource {
    let KernelSource { name, file, tree, debug_assertions, parallel, captures, types, .. } =
        *source(text).expect("the callees are kernels");
    let callees = Vec::new;
    Box::leak(Box::new(KernelSource {
        name,
        file,
        tree,
        debug_assertions,
        parallel,
        captures,
        types,
        callees,
    }))
}
