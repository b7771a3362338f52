//! Looking inside: what is compiled, how it looks, how long it took.

use mambo::prelude::*;

#[jit]
fn inspected(a: ArrayView1<f64>, mut b: ArrayViewMut1<f64>, k: f64) {
    for i in 0..a.len() {
        b[i] = a[i] * k;
    }
}

#[test]
fn grow_with_calls() {
    assert_eq!(inspected::signatures().len(), 0);
    assert_eq!(inspected::stats().compiled, 0);
    assert_eq!(inspected::ir(), "");
    assert_eq!(inspected::asm(), "");
    let a = Array1::ones(8);
    let mut b = Array1::zeros(8);
    inspected(a.view(), b.view_mut(), 2.0);
    inspected(a.view(), b.view_mut(), 3.0);
    assert_eq!(inspected::stats().compiled, 1);
    inspected(a.slice(s![..;2]), b.view_mut(), 3.0);
    inspected(a.slice(s![..;-1]), b.view_mut(), 3.0);
    let signatures: Vec<String> = inspected::signatures().iter().map(ToString::to_string).collect();
    assert_eq!(signatures.len(), 2, "{signatures:?}");
    assert!(signatures[0].contains("f64"), "{signatures:?}");
    assert_ne!(signatures[0], signatures[1]);
    let stats = inspected::stats();
    assert_eq!(stats.compiled, 2);
    assert!(stats.compile_time.as_nanos() > 0 && stats.code_bytes > 0, "{stats}");
    let ir = inspected::ir();
    assert!(ir.contains("inspected") && ir.contains("for"), "{ir}");
    assert!(inspected::asm().contains("ret"), "{}", inspected::asm());
}

#[jit]
fn shapes(a: &[u8], b: (i32, f32), c: [bool; 2], d: Array2<i16>) -> Option<u32> {
    if c[0] { Some(a.len() as u32 + b.0 as u32 + d.len() as u32) } else { None }
}

#[test]
fn signatures_read_like_types() {
    check!(shapes(&[1], (2, 0.5), [true, false], Array2::<i16>::zeros((1, 1))));
    let signature = shapes::signatures()[0].to_string();
    for part in ["u8", "(i32, f32)", "[bool; 2]", "i16", "Option<u32>"] {
        assert!(signature.contains(part), "{signature}");
    }
}

/// A kernel is a type: generic code takes it.
#[test]
fn kernels_are_types() {
    fn compiled<K: Kernel>() -> usize {
        K::stats().compiled
    }
    assert_eq!(compiled::<never_called>(), 0);
}

#[jit]
fn never_called(x: f64) -> f64 {
    x
}
