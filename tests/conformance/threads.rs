//! Calls from many threads at once.

use mambo::prelude::*;
use std::sync::Barrier;
use std::thread;

#[jit]
fn fresh(values: &[u64], k: u64) -> u64 {
    let mut sum = 0;
    for &value in values {
        sum = sum * k + value;
    }
    sum
}

/// Eight threads meet a kernel that is not compiled: one compiles it, all get results.
#[test]
fn compiled_once() {
    let barrier = Barrier::new(8);
    let values: Vec<u64> = (0..1000).collect();
    thread::scope(|scope| {
        for k in 0..8 {
            let (barrier, values) = (&barrier, &values);
            scope.spawn(move || {
                barrier.wait();
                for round in 0..50 {
                    let factor = k * 100 + round;
                    assert_eq!(fresh(values, factor), fresh::rust(values, factor));
                }
            });
        }
    });
    assert_eq!(fresh::stats().compiled, 1);
    assert_eq!(fresh::signatures().len(), 1);
}

#[jit]
fn generic<T: Number>(a: T, b: T) -> (T, T) {
    (a + b, a * b)
}

/// Every thread comes with another type first.
#[test]
fn each_type_once() {
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for first in 0..8 {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                for round in 0..4 {
                    match (first + round) % 4 {
                        0 => assert_eq!(generic(2u8, 5), (7, 10)),
                        1 => assert_eq!(generic(2i32, -5), (-3, -10)),
                        2 => assert_eq!(generic(0.5f32, 3.0), (3.5, 1.5)),
                        _ => assert_eq!(generic(0.25f64, 8.0), (8.25, 2.0)),
                    }
                }
            });
        }
    });
    assert_eq!(generic::stats().compiled, 4);
}

#[jit]
fn sometimes(n: usize) -> Array1<usize> {
    let mut a = Array1::zeros(n);
    for i in 0..n {
        a[i] = i * i;
        assert!(i < 20, "stopped at {i}");
    }
    a
}

/// Panics and allocations of threads do not mix.
#[test]
fn panics_at_once() {
    thread::scope(|scope| {
        for k in 0..8 {
            scope.spawn(move || {
                for n in 0..200 {
                    let n = (n + 7 * k) % 40;
                    match sometimes::try_call(n) {
                        Ok(a) => assert_eq!(a, sometimes::rust(n)),
                        Err(error) => {
                            assert!(n > 20 && error.to_string().contains("stopped at 20"));
                        }
                    }
                }
            });
        }
    });
    assert_eq!(sometimes::stats().compiled, 1);
}
