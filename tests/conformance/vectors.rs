//! Loops in vectors: `fastmath`, the same bits whatever the vectors are, and `explain()`.
//!
//! That loops in vectors do what plain ones do is what the differential tests are for.

use crate::values::Sample;
use mambo::prelude::*;
use mambo::{AccessKind, Reason};

#[jit(fastmath)]
fn fast_sum(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &v in x {
        sum += v;
    }
    sum
}

#[jit(fastmath(reassoc))]
fn reordered_sum(x: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    sum
}

/// The sum as `fastmath` defines it: 32 partial sums, the upper half onto the lower until one
/// is left, then what does not fill a round, in order.
fn tree_sum(x: &[f64]) -> f64 {
    let whole = x.len() / 32 * 32;
    let mut partials = [-0.0; 32];
    for (at, v) in x[..whole].iter().enumerate() {
        partials[at % 32] += v;
    }
    let mut width = 16;
    while width > 0 {
        for at in 0..width {
            partials[at] += partials[at + width];
        }
        width /= 2;
    }
    let sum = if whole > 0 { 0.0 + partials[0] } else { 0.0 };
    x[whole..].iter().fold(sum, |sum, v| sum + v)
}

#[test]
fn a_sum_has_the_bits_of_its_tree() {
    for n in (0..200).chain([1000, 4096, 5001]) {
        let x: Vec<f64> = (0..n).map(|i| (i as f64 * 0.37).sin() * 1e3f64.powi(i % 5)).collect();
        let expected = tree_sum(&x).to_bits();
        assert_eq!(fast_sum(&x).to_bits(), expected, "{n} numbers");
        assert_eq!(reordered_sum(ArrayView1::from(&x)).to_bits(), expected, "{n} numbers");
        // Strides change where numbers lie, not how they are combined.
        let spread: Vec<f64> = x.iter().flat_map(|&v| [v, 7.0]).collect();
        let apart = ArrayView1::from(&spread);
        let apart = apart.slice(s![..;2]);
        assert_eq!(reordered_sum(apart).to_bits(), expected, "{n} numbers apart");
    }
}

#[jit(fastmath(contract))]
fn contracted(a: f64, x: f64, y: f64) -> f64 {
    a * x + y
}

#[jit]
fn rounded_twice(a: f64, x: f64, y: f64) -> f64 {
    a * x + y
}

#[test]
fn products_and_sums_are_fused_only_where_allowed() {
    let (a, x, y) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON, -1.0);
    assert_eq!(contracted(a, x, y), a.mul_add(x, y));
    assert_eq!(rounded_twice(a, x, y), 0.0);
    assert_ne!(a.mul_add(x, y), 0.0);
}

#[jit(fastmath(arcp, nsz, nnan, ninf))]
fn divided(x: &mut [f64], by: f64) {
    for i in 0..x.len() {
        x[i] = x[i] / by + 0.0 + (x[i] - x[i]);
    }
}

#[test]
fn a_division_may_be_a_product() {
    let mut x: Vec<f64> = (0..40).map(f64::from).collect();
    divided(&mut x, 3.0);
    let reciprocal = 1.0 / 3.0;
    for (i, v) in x.iter().enumerate() {
        assert_eq!(*v, i as f64 * reciprocal);
    }
}

#[jit(fastmath(afn))]
fn approximated(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i].sin() + x[i].exp() + x[i].cbrt();
    }
}

#[test]
fn functions_are_approximated_only_where_allowed() {
    let x: Vec<f64> = (0..40).map(|i| 0.37 * f64::from(i) - 7.0).collect();
    let mut y = x.clone();
    approximated(&x, &mut y);
    for (x, y) in x.iter().zip(y) {
        let expected = x.sin() + x.exp() + x.cbrt();
        let scale = 1.0 + x.exp() + x.cbrt().abs();
        assert!((y - expected).abs() <= 8.0 * f64::EPSILON * scale, "{y} at {x}, not {expected}");
    }
    let ir = approximated::ir();
    assert!(
        ir.contains(" fast_sin ") && ir.contains(" fast_exp ") && ir.contains(" cbrt "),
        "{ir}"
    );
}

#[jit(inline = "always")]
fn strict_product(a: f64, x: f64, y: f64) -> f64 {
    a * x + y
}

#[jit(fastmath)]
fn lax_caller(a: f64, x: f64, y: f64) -> f64 {
    strict_product(a, x, y)
}

#[test]
fn a_kernel_keeps_its_bits_when_a_lax_one_calls_it() {
    let (a, x, y) = (1.0 + f64::EPSILON, 1.0 - f64::EPSILON, -1.0);
    assert_eq!(lax_caller(a, x, y), 0.0);
}

#[jit]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[jit]
fn running(x: &mut [f64]) {
    for i in 1..x.len() {
        x[i] += x[i - 1];
    }
}

#[test]
fn reports_are_facts_and_text() {
    assert!(axpy::explain().signatures.is_empty());
    assert!(axpy::explain().to_string().contains("not compiled yet"));
    let mut y = vec![1.0; 100];
    check!(axpy(2.0, &[0.5; 100], &mut y));
    let report = axpy::explain();
    let [signature] = &report.signatures[..] else { panic!("one signature: {report}") };
    let [one] = &signature.loops[..] else { panic!("one loop: {report}") };
    assert!(one.file.ends_with("vectors.rs") && one.span.is_known(), "{report}");
    match &one.outcome {
        Ok(vectorized) => {
            let kinds: Vec<_> = vectorized.plan.accesses.iter().map(|access| access.kind).collect();
            assert_eq!(kinds, [AccessKind::Contiguous; 3]);
            assert_eq!(vectorized.bytes(), 24);
            assert_eq!(vectorized.shape.width, widest(), "{report}");
            assert_eq!(axpy::stats().vector_loops, 1);
            assert!(report.to_string().contains("in vectors"), "{report}");
        }
        Err(obstacle) => {
            assert_eq!(obstacle.reason, Reason::NoVectors);
            assert_eq!(widest(), 0, "{report}");
        }
    }
    assert_eq!(axpy::stats().refused_loops, 0);
    check!(running(&mut y));
    let report = running::explain();
    let obstacle = report.signatures[0].loops[0].outcome.as_ref().unwrap_err();
    assert_eq!(obstacle.reason, Reason::Dependence, "{report}");
}

/// Bits of the vectors that this process should have.
fn widest() -> u32 {
    #[cfg(target_arch = "x86_64")]
    let host = if is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw") {
        512
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        256
    } else {
        128
    };
    #[cfg(not(target_arch = "x86_64"))]
    let host = 128;
    match std::env::var("MAMBO_SIMD").as_deref() {
        Ok("scalar") => 0,
        Ok(bits) => host.min(bits.parse().expect("a number of bits")),
        Err(_) => host,
    }
}

#[jit]
fn scaled_sum(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[test]
fn elements_before_one_out_of_range_are_written() {
    for short in [0, 1, 7, 8, 9, 63, 64, 65, 99] {
        let x: Vec<f64> = f64::all().into_iter().cycle().take(100).collect();
        let mut y = vec![1.0; short];
        check!(scaled_sum(2.0, &x, &mut y));
    }
}

#[jit]
fn conditions(x: &[f32], only: &[bool]) -> (bool, bool, bool) {
    let (mut all, mut any, mut odd) = (true, false, false);
    for (&v, &taken) in x.iter().zip(only) {
        if taken {
            all &= v > 0.0;
            any |= v > 9.0;
        }
        odd ^= v > 1.0;
    }
    (all, any, odd)
}

#[test]
fn conditions_of_all_elements() {
    for n in (0..140).chain([1000]) {
        let mut x = vec![0.5; n];
        let mut only: Vec<bool> = (0..n).map(|i| i % 5 != 3).collect();
        check!(conditions(&x, &only));
        for at in [n / 2, n.saturating_sub(1)] {
            let Some(v) = x.get_mut(at) else { continue };
            *v = -1.0;
            check!(conditions(&x, &only));
            x[at] = 10.0;
            check!(conditions(&x, &only));
            only[at] = !only[at];
            check!(conditions(&x, &only));
            x[at] = 0.5;
        }
    }
    let loops = conditions::stats().vector_loops;
    assert_eq!(loops, usize::from(widest() > 0));
}

/// Kernels that look for the least and the greatest element, and where they are.
macro_rules! searches {
    ($($dtype:ident)*) => {$(
        mod $dtype {
            use crate::values::Sample;
            use mambo::prelude::*;

            #[jit]
            fn first_least(x: &[$dtype]) -> ($dtype, usize) {
                let (mut least, mut at) = (x[0], 0);
                for i in 1..x.len() {
                    if x[i] < least {
                        least = x[i];
                        at = i;
                    }
                }
                (least, at)
            }

            #[jit]
            fn last_greatest(x: &[$dtype], only: &[bool]) -> ($dtype, Option<usize>) {
                let (mut greatest, mut at) = (x[0], None);
                for (i, (&v, &taken)) in x.iter().zip(only).enumerate() {
                    if taken && greatest <= v {
                        (greatest, at) = (v, Some(i));
                    }
                }
                (greatest, at)
            }

            #[test]
            fn the_best_and_its_place() {
                let samples = $dtype::all();
                for n in (1..70).chain([200, 1000]) {
                    // Equal values, zeros of both signs and NaNs are everywhere.
                    let at = |i: usize| samples[(i * i + 3 * i + n) % samples.len()];
                    let x: Vec<$dtype> = (0..n).map(at).collect();
                    let only: Vec<bool> = (0..n).map(|i| i % 3 != n % 3).collect();
                    check!(first_least(&x));
                    check!(last_greatest(&x, &only));
                }
                let loops = first_least::stats().vector_loops + last_greatest::stats().vector_loops;
                assert_eq!(loops, if super::super::widest() > 0 { 2 } else { 0 });
            }
        }
    )*};
}

mod searches {
    searches! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 }
}

/// Pairs that are written twice: whole registers of both, and then one of them.
#[jit]
fn pairs_twice(c: &mut [f64], x: &[f64]) {
    for i in 0..x.len() {
        c[2 * i] = x[i];
        c[2 * i + 1] = -x[i];
        c[2 * i] = x[i] + 1.0;
        c[2 * i + 1] = -x[i];
    }
}

#[jit]
fn one_of_a_pair_again(c: &mut [f32], x: &[f32]) {
    for i in 0..x.len() {
        c[2 * i] = x[i];
        c[2 * i + 1] = -x[i];
        c[2 * i] += 2.0;
    }
}

#[test]
fn what_is_written_twice_is_what_was_written_last() {
    for count in [0, 1, 7, 64, 101] {
        let x: Vec<f64> = (0..count).map(f64::from).collect();
        let (mut found, mut expected) = (vec![0.0; 2 * x.len()], vec![0.0; 2 * x.len()]);
        pairs_twice(&mut found, &x);
        pairs_twice::rust(&mut expected, &x);
        assert_eq!(found, expected);
        let x: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let (mut found, mut expected) = (vec![0.0; 2 * x.len()], vec![0.0; 2 * x.len()]);
        one_of_a_pair_again(&mut found, &x);
        one_of_a_pair_again::rust(&mut expected, &x);
        assert_eq!(found, expected);
    }
}
