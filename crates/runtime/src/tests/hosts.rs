//! Functions of the host: trampolines, panics, and telling them from kernels.

use crate::error::Error;
use crate::fake::dispatcher;
use crate::host::HostFn;
use crate::probe::{HostProbe as _, Probe};
use crate::slots::{Cons, End, as_slots};
use crate::{Arg, Dispatcher, Kernel};
use mambo_compiler::abi::Context;
use mambo_compiler::source::{Callee, HostCallee, KernelSource};
use mambo_ir::{Site, SiteKind, Span};
use ndarray::{ArrayView2, ArrayViewMut1, array};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn host<A, R>(function: impl HostFn<A, R>) -> HostCallee {
    match function.callee("function") {
        Callee::Host(host) => host,
        other => panic!("{other:?}"),
    }
}

fn call(host: &HostCallee, args: &[u64], results: &mut [u64]) -> u32 {
    // SAFETY: the address is that of a trampoline.
    let trampoline: unsafe extern "C" fn(usize, *const u64, *mut u64) -> u32 =
        unsafe { std::mem::transmute(host.trampoline) };
    // SAFETY: the tests hand over the slots of the function.
    unsafe { trampoline(host.env, args.as_ptr(), results.as_mut_ptr()) }
}

fn types(host: &HostCallee) -> String {
    let params: Vec<String> = host.params.iter().map(ToString::to_string).collect();
    format!("({}) -> {}", params.join(", "), host.result)
}

#[test]
fn a_function_is_called_with_its_arguments() {
    fn combine(a: f64, (b, c): (u8, bool), d: [i32; 2]) -> (f64, bool) {
        (a + f64::from(b) + f64::from(d[0] - d[1]), !c)
    }
    let combine = host(combine);
    assert_eq!(types(&combine), "(f64, (u8, bool), [i32; 2]) -> (f64, bool)");
    assert_eq!(combine.env, 0);
    let mut results = [0; 2];
    let args = [1.5f64.to_bits(), 2, 1, 10, 0xffff_ffff];
    assert_eq!(call(&combine, &args, &mut results), 0);
    assert_eq!(results, [14.5f64.to_bits(), 0]);
}

#[test]
fn a_function_may_be_a_pointer_and_take_nothing() {
    static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    fn count() {
        CALLS.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
    let pointer: fn() = count;
    let counted = host(pointer);
    assert_eq!(counted.env, pointer as usize);
    assert_eq!(types(&counted), "() -> ()");
    assert_eq!(call(&counted, &[], &mut []), 0);
    assert_eq!(CALLS.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn slices_and_views_are_read_and_written_in_place() {
    fn fill(mut out: ArrayViewMut1<'_, f64>, a: ArrayView2<'_, f64>, tail: &mut [u8], k: &[u8]) {
        out.assign(&a.row(1));
        tail.fill(k[0]);
    }
    let fill = host(fill);
    assert_eq!(types(&fill), "(ArrayViewMut1<f64, S>, ArrayView2<f64, S>, &mut [u8], &[u8]) -> ()");
    let mut out = array![0.0, 0.0];
    let a = array![[1.0, 2.0], [3.0, 4.0]];
    let (mut tail, k) = ([0u8; 3], [7u8]);
    let mut layouts = Default::default();
    let mut args = Vec::new();
    // Written from its end.
    let stride = -1i64 as u64;
    args.extend([&raw mut out[1] as u64, 2, stride]);
    args.extend(a.view().pack(&mut layouts));
    args.extend(as_slots(&(&mut tail[..]).pack(&mut layouts)));
    args.extend(as_slots(&(&k[..]).pack(&mut layouts)));
    assert_eq!(call(&fill, &args, &mut []), 0);
    assert_eq!(out, array![4.0, 3.0]);
    assert_eq!(tail, [7; 3]);
}

fn fails(x: i32) -> i32 {
    if x < 0 {
        std::panic::panic_any(x);
    }
    x
}

/// Calls `fails` with its argument, as compiled code would.
unsafe extern "C" fn calls_fails(_: *mut Context, args: *const u64, results: *mut u64) -> u32 {
    let fails = host(fails);
    // SAFETY: one argument, one result.
    let (args, results) = unsafe {
        (std::slice::from_raw_parts(args, 1), std::slice::from_raw_parts_mut(results, 1))
    };
    call(&fails, args, results)
}

#[test]
fn a_panic_of_the_host_goes_through_the_kernel_with_its_payload() {
    let site = Site { kind: SiteKind::HostPanic, span: Span::new(1, 1), source: 0 };
    let kernel = dispatcher("calls_fails", Some(calls_fails), vec![site], None);
    let run = |x: i32| kernel.call::<Cons<i32, End>, i32>(None, Cons(x, End));
    assert_eq!(run(5).unwrap(), 5);
    let error = run(-5).unwrap_err();
    assert!(matches!(error, Error::HostPanic(_)));
    let payload = catch_unwind(AssertUnwindSafe(|| error.raise())).unwrap_err();
    assert_eq!(payload.downcast_ref::<i32>(), Some(&-5));
    assert_eq!(run(6).unwrap(), 6);
}

#[test]
fn errors_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Error>();
}

/// A kernel as the macro writes it.
fn twice<T: Copy + std::ops::Add<Output = T>>(x: T) -> T {
    x + x
}
#[allow(non_camel_case_types, reason = "kernels are named like their functions")]
enum twice {}
impl Kernel for twice {
    const SOURCE: &'static KernelSource = &KernelSource {
        name: "twice",
        file: "kernels.rs",
        tree: &[],
        debug_assertions: false,
        parallel: false,
        captures: Vec::new,
        types: Vec::new,
        callees: Vec::new,
    };
    type Pointer = fn(f64) -> f64;
    fn dispatcher() -> &'static Dispatcher {
        dispatcher("twice", None, vec![], None)
    }
}

mod local {
    pub(super) fn twice(x: f64) -> f64 {
        x
    }
}

#[test]
fn a_type_tells_kernels_from_other_functions() {
    enum Other {}
    let name = |callee: Callee| match callee {
        Callee::Kernel(source) => format!("kernel {}", source.name),
        Callee::Host(host) => format!("host {} {}", host.name, types(&host)),
        Callee::Elementary(name) => format!("elementary {name}"),
        Callee::Hides(name) => format!("hides kernel {name}"),
        Callee::Unresolved => "unresolved".into(),
    };
    assert_eq!(name(Probe::<twice>::new().callee("twice", twice, |f| f)), "kernel twice");
    let local = Probe::<twice>::new().callee("twice", local::twice, |f| f);
    assert_eq!(name(local), "hides kernel twice");
    let typed = Probe::<twice>::new().callee_with_types("twice", twice::<u8>);
    assert_eq!(name(typed), "kernel twice");
    assert_eq!(name(Probe::<twice>::new().callee_of_generic()), "kernel twice");
    assert_eq!(
        name(Probe::<Other>::new().callee("fails", fails, |f| f)),
        "host fails (i32) -> i32"
    );
    let typed = Probe::<Other>::new().callee_with_types("twice", twice::<u8>);
    assert_eq!(name(typed), "host twice (u8) -> u8");
    assert_eq!(name(Probe::<Other>::new().callee_of_generic()), "unresolved");
}
