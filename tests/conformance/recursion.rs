//! Recursion: of one kernel, of two, too deep.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn fibonacci(n: u32) -> u64 {
    if n < 2 { n as u64 } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

#[jit]
fn ackermann(m: u64, n: u64) -> u64 {
    match (m, n) {
        (0, n) => n + 1,
        (m, 0) => ackermann(m - 1, 1),
        (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
    }
}

#[jit]
fn quicksort(values: &mut [i32]) {
    if values.len() < 2 {
        return;
    }
    let pivot = values[values.len() - 1];
    let mut store = 0;
    for i in 0..values.len() - 1 {
        if values[i] < pivot {
            values.swap(i, store);
            store += 1;
        }
    }
    values.swap(store, values.len() - 1);
    quicksort(&mut values[..store]);
    quicksort(&mut values[store + 1..]);
}

#[jit]
fn pairwise_sum(values: ArrayView1<f64>) -> f64 {
    let n = values.len();
    if n <= 4 {
        let mut sum = 0.0;
        for x in values.iter() {
            sum += x;
        }
        return sum;
    }
    pairwise_sum(values.slice(s![..n / 2])) + pairwise_sum(values.slice(s![n / 2..]))
}

#[jit]
fn generic<T: Integer>(a: T, b: T) -> T {
    if b == T::ZERO { a } else { generic(b, a % b) }
}

#[jit]
fn is_even(n: u32) -> bool {
    if n == 0 { true } else { is_odd(n - 1) }
}

#[jit]
fn is_odd(n: u32) -> bool {
    if n == 0 { false } else { is_even(n - 1) }
}

/// Calls one that is compiled already when it is found to be part of the cycle.
#[jit]
fn first(n: u32) -> u32 {
    if n == 0 { 1 } else { second(n - 1) + third(n - 1) }
}

#[jit]
fn second(n: u32) -> u32 {
    if n < 2 { 2 } else { first(n - 2) }
}

#[jit]
fn third(n: u32) -> u32 {
    if n < 3 { 3 } else { second(n - 2) }
}

#[jit]
fn hanoi(n: u32, moves: &mut u64) {
    if n > 0 {
        hanoi(n - 1, moves);
        *moves += 1;
        hanoi(n - 1, moves);
    }
}

#[jit]
fn panics_deep(values: &[i32], i: usize) -> i32 {
    if i > 1 << 40 { 0 } else { values[i] + panics_deep(values, i + 1) }
}

#[jit]
fn permutations(values: &mut [u8], k: usize, found: &mut [u32]) {
    if k == values.len() {
        found[values[0] as usize] += values[k - 1] as u32;
        return;
    }
    for i in k..values.len() {
        values.swap(k, i);
        permutations(values, k + 1, found);
        values.swap(k, i);
    }
}

#[test]
fn agree() {
    let mut random = Random::new(36);
    (0..16).for_each(|n| {
        check!(fibonacci(n));
        check!(is_even(n));
        check!(is_odd(n));
        check!(first(n));
        check!(third(n));
        check!([moves = 0] hanoi(n / 2, &mut moves));
        let (a, b) = (random.vec::<i32>(n as usize * 3), random.units(n as usize * 3));
        check!([a = a.clone()] quicksort(&mut a));
        check!(pairwise_sum(Array1::from_vec(b.clone()).view()));
        check!(generic(n as u8 * 12, 60 - n as u8));
        check!(panics_deep(&[1, 2, 3], n as usize));
    });
    for (m, n) in [(0, 0), (1, 3), (2, 3), (3, 3)] {
        check!(ackermann(m, n));
    }
    for n in 1..5 {
        check!([values = vec![0, 1, 2, 3][..n].to_vec(), found = vec![0; 4]]
            permutations(&mut values, 0, &mut found));
    }
}

#[jit]
fn endless(n: u64) -> u64 {
    if n == u64::MAX { 0 } else { 1 + endless(n + 1) }
}

#[jit]
fn endless_with_arrays(n: usize) -> f64 {
    let a = Array1::<f64>::ones(3);
    if n == usize::MAX { 0.0 } else { a[n % 3] + endless_with_arrays(n + 1) }
}

/// A plain function would end the process here.
#[test]
fn too_deep_is_a_panic() {
    for _ in 0..3 {
        let error = endless::try_call(0).expect_err("no end");
        assert!(error.to_string().contains("recursion deeper than the stack allows"), "{error}");
        endless_with_arrays::try_call(0).expect_err("no end");
    }
    // And the thread goes on.
    assert_eq!(fibonacci(10), 55);
    let on_a_small_stack = std::thread::Builder::new().stack_size(512 << 10);
    let thread = on_a_small_stack.spawn(|| endless::try_call(0).is_err()).expect("a thread");
    assert!(thread.join().expect("no panic"));
}
