//! Calls through a dispatcher: results, errors, memory, threads.

use crate::error::Error;
use crate::fake::{dispatcher, most_running, times_compiled};
use crate::slots::{Cons, End};
use crate::{Dispatcher, Layout};
use mambo_compiler::abi::Context;
use mambo_ir::{Dtype, Site, SiteKind, Span};
use ndarray::{Array1, Array2, ArrayView1, Axis, array, s};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;

type Args1<A> = Cons<A, End>;

fn site(kind: SiteKind) -> Site {
    Site { kind, span: Span::new(3, 7), source: 0 }
}

/// The text that the closure panics with.
fn panic_text(call: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(call)).expect_err("a panic");
    payload.downcast_ref::<String>().cloned().unwrap_or_default()
}

/// `a + b`.
unsafe extern "C" fn add(_: *mut Context, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: two arguments, one result.
    unsafe { *results = *args + *args.add(1) };
    0
}

#[test]
fn scalars_go_in_and_come_out() {
    let kernel = dispatcher("add", Some(add), vec![], None);
    for (a, b) in [(1u64, 2u64), (40, 2)] {
        let args = Cons(a, Cons(b, End));
        let sum: u64 = kernel.call::<Cons<u64, Args1<u64>>, u64>(None, args).unwrap();
        assert_eq!(sum, a + b);
    }
    assert_eq!(times_compiled("add"), 1);
    assert_eq!(kernel.signatures()[0].to_string(), "(u64, u64) -> u64");
    assert_eq!(kernel.stats().compiled, 1);
    assert_eq!(kernel.stats().code_bytes, 64);
    assert!(kernel.ir().starts_with("; (u64, u64) -> u64\n"));
    assert_eq!(kernel.asm(), "; (u64, u64) -> u64\nret\n");
}

/// Gives back the layout class of its array by its strides.
unsafe extern "C" fn stride(_: *mut Context, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: a view of rank 1, one result.
    unsafe { *results = *args.add(2) };
    0
}

fn stride_of(kernel: &Dispatcher, view: ArrayView1<'_, f32>) -> isize {
    kernel.call::<Args1<ArrayView1<'_, f32>>, isize>(None, Cons(view, End)).unwrap()
}

#[test]
fn each_layout_is_a_signature() {
    let kernel = dispatcher("stride", Some(stride), vec![], None);
    let a = array![1.0f32, 2.0, 3.0, 4.0];
    for _ in 0..2 {
        assert_eq!(stride_of(kernel, a.view()), 1);
        assert_eq!(stride_of(kernel, a.slice(s![..;-2])), -2);
        assert_eq!(stride_of(kernel, a.slice(s![..2])), 1);
    }
    let signatures: Vec<String> = kernel.signatures().iter().map(ToString::to_string).collect();
    assert_eq!(signatures, ["(ArrayView1<f32, C>) -> isize", "(ArrayView1<f32, S>) -> isize"]);
    assert_eq!(times_compiled("stride"), 2);
}

/// Gives back its slot.
unsafe extern "C" fn same(_: *mut Context, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: one argument, one result.
    unsafe { *results = *args };
    0
}

#[test]
fn more_signatures_than_are_found_without_a_lock_work() {
    let kernel = dispatcher("many", Some(same), vec![], None);
    macro_rules! call {
        ($($value:expr => $ty:ty),*) => {$(
            let value: $ty = $value;
            let got: $ty = kernel.call::<Args1<$ty>, $ty>(None, Cons(value, End)).unwrap();
            assert_eq!(got, value);
        )*};
    }
    for _ in 0..2 {
        call!(true => bool, 1 => i8, 2 => i16, 3 => i32, 4 => i64, 5 => isize, 6 => u8, 7 => u16,
              8 => u32, 9 => u64, 10 => usize, 1.5 => f32, 2.5 => f64);
    }
    assert_eq!(times_compiled("many"), 13);
    assert_eq!(kernel.signatures().len(), 13);
}

#[test]
fn eight_threads_compile_once_and_different_signatures_at_the_same_time() {
    let kernel = dispatcher("flight", Some(same), vec![], None);
    let barrier = Barrier::new(8);
    std::thread::scope(|scope| {
        for i in 0..8u64 {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for _ in 0..100 {
                    if i % 2 == 0 {
                        let got = kernel.call::<Args1<u64>, u64>(None, Cons(i, End));
                        assert_eq!(got.unwrap(), i);
                    } else {
                        let x = i as f64;
                        let got = kernel.call::<Args1<f64>, f64>(None, Cons(x, End));
                        assert_eq!(got.unwrap(), x);
                    }
                }
            });
        }
    });
    assert_eq!(times_compiled("flight"), 2);
    assert!(most_running() >= 2, "the two signatures were compiled one after the other");
}

/// Panics at site 0 with operands 9 and 4.
unsafe extern "C" fn panics(context: *mut Context, _: *const u64, _: *mut u64) -> u32 {
    // SAFETY: the context of the call.
    let context = unsafe { &mut *context };
    context.written = 2;
    context.operands[0].write(9);
    context.operands[1].write(4);
    1
}

#[test]
fn a_panic_is_an_error_with_the_place_and_the_words() {
    let kind = SiteKind::Index { array: "a".into(), axis: 0, rank: 1 };
    let kernel = dispatcher("panics", Some(panics), vec![site(kind)], None);
    let call = || kernel.call::<End, ()>(None, End);
    let Err(Error::Panic(panic)) = call() else { panic!("no panic") };
    assert_eq!(
        (panic.kernel.as_str(), panic.file.as_str(), panic.line, panic.column),
        ("panics", "kernels.rs", 3, 7)
    );
    let message = "index out of bounds: `a` has length 4 but the index is 9";
    assert_eq!(panic.message, message);
    assert_eq!(panic.to_string(), format!("{message}, kernels.rs:3:7"));
    let text = panic_text(|| call().unwrap_err().raise());
    assert_eq!(text, format!("{message}\n  at kernels.rs:3:7 in kernel `panics`"));
}

#[test]
fn the_message_of_an_allocation_has_one_size_an_axis() {
    let kind = SiteKind::Allocation { dtype: Dtype::F64 };
    let kernel = dispatcher("allocation", Some(panics), vec![site(kind)], None);
    let error = kernel.call::<End, ()>(None, End).unwrap_err();
    assert!(error.to_string().contains("of shape [9, 4],"), "{error}");
}

#[test]
fn a_backend_that_fails_is_an_error_for_everyone_and_asked_once() {
    let kernel = dispatcher("refused", None, vec![], None);
    for _ in 0..2 {
        let error = kernel.call::<End, ()>(None, End).unwrap_err();
        assert!(matches!(&error, Error::Backend(e) if e.function == "refused"), "{error}");
    }
    assert_eq!(times_compiled("refused"), 1);
    assert_eq!(kernel.stats().compiled, 0);
}

#[test]
fn listed_signatures_are_compiled_by_the_first_call() {
    static KERNEL: std::sync::OnceLock<&'static Dispatcher> = std::sync::OnceLock::new();
    let kernel = *KERNEL.get_or_init(|| {
        dispatcher(
            "listed",
            Some(same),
            vec![],
            Some(|| {
                let kernel = KERNEL.get().expect("set below");
                kernel.compile::<Args1<f32>, f32>(None, &[None])?;
                kernel.compile::<Args1<ArrayView1<'_, f64>>, isize>(None, &[Some(Layout::Strided)])
            }),
        )
    });
    assert_eq!(kernel.signatures(), []);
    let got: u8 = kernel.call::<Args1<u8>, u8>(None, Cons(3, End)).unwrap();
    assert_eq!(got, 3);
    kernel.warm_up().unwrap();
    let signatures: Vec<String> = kernel.signatures().iter().map(ToString::to_string).collect();
    assert_eq!(signatures, ["(f32) -> f32", "(ArrayView1<f64, S>) -> isize", "(u8) -> u8"]);
}

/// Allocates two arrays of `f64` and 3 elements, and returns the second.
unsafe extern "C" fn allocates(context: *mut Context, _: *const u64, results: *mut u64) -> u32 {
    // SAFETY: the context of the call; room for a view of rank 1.
    unsafe {
        let first = ((*context).allocate)(context, 24, 8, 0).cast::<f64>();
        let second = ((*context).allocate)(context, 24, 8, 1).cast::<f64>();
        first.write(1.0);
        second.add(1).write(2.0);
        ((*context).free)(context, first.cast());
        for (i, slot) in [second as u64, 3, 1].into_iter().enumerate() {
            results.add(i).write(slot);
        }
    }
    0
}

#[test]
fn an_array_that_is_returned_is_the_memory_that_was_allocated() {
    let kernel = dispatcher("allocates", Some(allocates), vec![], None);
    let mut got: Array1<f64> = kernel.call::<End, Array1<f64>>(None, End).unwrap();
    assert_eq!(got, array![0.0, 2.0, 0.0]);
    got.append(Axis(0), array![5.0].view()).unwrap();
    assert_eq!(got.len(), 4);
}

/// Allocates and then panics.
unsafe extern "C" fn allocates_and_panics(
    context: *mut Context,
    _: *const u64,
    _: *mut u64,
) -> u32 {
    // SAFETY: the context of the call.
    unsafe {
        let memory = ((*context).allocate)(context, 1 << 20, 8, 0);
        memory.write_bytes(1, 1 << 20);
    }
    1
}

#[test]
fn what_a_panic_leaves_is_freed() {
    let message = SiteKind::Message { parts: vec!["stop".into()], holes: vec![] };
    let kernel = dispatcher("leaves", Some(allocates_and_panics), vec![site(message)], None);
    let before = crate::counting::live_bytes();
    for _ in 0..3 {
        assert!(kernel.call::<End, ()>(None, End).is_err());
    }
    // Other tests of this process allocate too, but none as much as one turn here.
    let after = crate::counting::live_bytes();
    assert!(after < before + (1 << 20), "{before} bytes before, {after} after");
}

/// Asks for arrays that cannot be, and for an empty one.
unsafe extern "C" fn asks_too_much(context: *mut Context, _: *const u64, results: *mut u64) -> u32 {
    // SAFETY: the context of the call; room for three results.
    unsafe {
        let allocate = (*context).allocate;
        results.write(allocate(context, i64::MAX as u64 + 1, 8, 0).is_null().into());
        results.add(1).write(allocate(context, i64::MAX as u64 - 7, 8, 0).is_null().into());
        results.add(2).write(allocate(context, 0, 8, 0) as u64);
    }
    0
}

#[test]
fn an_allocation_that_cannot_be_is_null_and_an_empty_one_is_not() {
    let kernel = dispatcher("asks", Some(asks_too_much), vec![], None);
    let got: (bool, bool, u64) = kernel.call::<End, (bool, bool, u64)>(None, End).unwrap();
    assert_eq!(got, (true, true, 8));
}

/// Returns its argument, an owned array of rank 2.
unsafe extern "C" fn hands_through(_: *mut Context, args: *const u64, results: *mut u64) -> u32 {
    // SAFETY: a view of rank 2 in and out.
    unsafe { std::ptr::copy_nonoverlapping(args, results, 5) };
    0
}

#[test]
fn an_argument_that_is_handed_through_is_copied() {
    let kernel = dispatcher("hands", Some(hands_through), vec![], None);
    let a = Array2::from_shape_fn((3, 4), |(i, j)| (10 * i + j) as f64);
    let sliced = a.clone().slice_move(s![..;-1, 1..3]);
    for original in [a, sliced, Array2::zeros((0, 4))] {
        let got: Array2<f64> = kernel
            .call::<Args1<Array2<f64>>, Array2<f64>>(None, Cons(original.clone(), End))
            .unwrap();
        assert_eq!(got, original);
    }
}

#[test]
fn an_unknown_status_is_an_error() {
    let kernel = dispatcher("unknown", Some(panics), vec![], None);
    let error = kernel.call::<End, ()>(None, End).unwrap_err();
    assert!(error.to_string().contains("unknown status 1"), "{error}");
}

#[test]
fn the_limit_of_the_stack_is_below_the_call() {
    unsafe extern "C" fn limit(context: *mut Context, _: *const u64, results: *mut u64) -> u32 {
        // SAFETY: the context of the call; one result.
        unsafe { *results = (*context).stack_limit as u64 };
        0
    }
    let kernel = dispatcher("limit", Some(limit), vec![], None);
    let marker = 0u8;
    let limit: usize = kernel.call::<End, usize>(None, End).unwrap();
    assert!(limit < &raw const marker as usize);
    assert_ne!(limit, 0);
}
