//! Kernels that failed once, each with what was wrong.

use crate::arguments::Argument;
use crate::random::Random;
use crate::run::{self, compile};
use mambo_ir::kernel::{ArrayHolder, ExprKind, Literal, TypeExpr};
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Kernel, Layout, Type};

/// How often each is called, for each layout of its arrays.
const CALLS: usize = 12;

/// What was wrong, and the kernel.
const KERNELS: [(&str, &str); 13] = [
    (
        "an array of rank 0 that a loop carries lost its layout",
        "fn kernel(mut a: ArrayViewMut0<u16>) {
            let mut k = 0;
            while k < 2 { k += 1; a[()] = 7; }
        }",
    ),
    (
        "`continue` in a loop over an array of rank 0 found no loop",
        "fn kernel(a: ArrayView0<u64>) -> u64 {
            let mut sum = 0;
            'each: for e in a.iter() {
                let Some(v) = e.checked_sub(3) else { continue 'each; };
                sum += v;
            }
            sum
        }",
    ),
    (
        "a binding that only ended loops knew was carried by later branches",
        "fn kernel(a: [f32; 3]) -> bool {
            for i in 0..3 {
                let mut x = 0.5f32;
                let mut f = |y: f32| { x *= y; x };
                f(i as f32);
            }
            a.iter().any(|e| *e > 0.0) || a[0] < -1.0
        }",
    ),
    (
        "a condition that never has a value was no number",
        "fn kernel(c: bool) -> u64 {
            if (if c { return 1; } else { return 2; }) { }
            3
        }",
    ),
    (
        "a `let` after which nothing runs bound nothing",
        "fn kernel(c: bool) -> i32 {
            if c { let x: i32 = return 4; return x; }
            5
        }",
    ),
    (
        "a slice to be changed was no argument for one to be read",
        "fn kernel(a: &mut [f64]) -> f64 { a[0] = 2.0; total(a) }",
    ),
    (
        "what the guard of a `match` changes was not handed on",
        "fn kernel(a: i32, b: i32) -> i32 {
            let mut seen = 0;
            let mut count = |x: i32| { seen += x; seen > 2 };
            let v = match a.checked_add(b) {
                Some(x) if count(x) => 1,
                Some(x) if count(x) => 2,
                _ => 3,
            };
            v * 100 + seen
        }",
    ),
    (
        "a closure in the guard of a `match` left its branch's values behind",
        "fn kernel(a: &mut [f32], b: ArrayView1<f32>) -> u16 {
            let mut f = |x: f32| { a[0] = x; false };
            match b.len().checked_sub(1) {
                Some(m) if 0.5 < b[m.checked_mul(1).map_or(0, |o| o)] => 1,
                _ => 2,
            }
        }",
    ),
    (
        "a view handed through a loop counted as memory of its own",
        "fn kernel(mut a: ArrayViewMut0<i64>) -> i64 {
            let before = a[()];
            let mut k = 0;
            let seen = loop {
                k += 1;
                if k > 2 { break k; }
                a[()] >>= 1;
            };
            a[()] + before + seen
        }",
    ),
    (
        "a slice in steps along its last or first axis counted as contiguous",
        "fn kernel(mut a: ArrayViewMut2<i32>) -> i32 {
            let mut sum = 0;
            for x in a.slice(s![.., 1..;-2]).iter() { sum = 3 * sum + *x; }
            for x in a.slice(s![..;2, ..]).iter() { sum = 3 * sum + *x; }
            let mut w = a.slice_mut(s![..;-1, ..]);
            for i in 0..w.nrows() { for j in 0..w.ncols() { w[[i, j]] += sum; } }
            sum
        }",
    ),
    (
        "a closure that changes nothing counted as one that changes what others change",
        "fn kernel(a: ArrayView2<u32>) -> u32 {
            let mut seen = 0u32;
            let doubled = a.mapv(|x| 2 * x);
            let mut count = |x: u32| { seen += x; seen };
            count(1);
            count(doubled.len() as u32)
        }",
    ),
    (
        "a block with a value after a panic had no type",
        "fn kernel(c: bool) -> i32 {
            let Some(v) = ({ if c { panic!(\"c\"); } 1i32 }).checked_add(1) else { return 0; };
            let Some(w) = ({ panic!(\"left\"); 1i32 }).checked_add(v) else { return 0; };
            w
        }",
    ),
    (
        "a loop from below 0 checked no index where a table was too short for the greatest",
        "fn kernel(t: &[i32]) -> i32 {
            let mut sum = 0;
            for i in -20..2i32 { sum += t[(i as u8 & 7) as usize] * i; }
            sum
        }",
    ),
];

#[test]
fn kernels_that_failed_once_agree() {
    for (what, text) in KERNELS {
        for layout in [Layout::C, Layout::F, Layout::Strided] {
            let source = run::source(text).unwrap_or_else(|error| panic!("{what}: {error:?}"));
            let kernel = source.kernel().expect("encoded just now");
            let types: Vec<Type> =
                kernel.param_types.iter().map(|ty| host_type(ty, layout)).collect();
            let result = result_type(&kernel);
            let signature = run::signature(types.iter().cloned(), &result);
            let compiled = compile(text, &signature, true)
                .unwrap_or_else(|failure| panic!("{what}: {failure:?}\n{text}"));
            let mut random = Random::new(1);
            for _ in 0..CALLS {
                let args: Vec<Argument> =
                    types.iter().map(|ty| Argument::draw(&mut random, ty)).collect();
                if let Err(failure) = compiled.compare(&args) {
                    panic!("{what}: {failure:?}\n{text}\n{args:?}\n{}", compiled.modules());
                }
            }
        }
    }
}

fn result_type(kernel: &Kernel) -> Type {
    host_type(&kernel.result, Layout::C)
}

/// The type that a caller would have for a type as written.
fn host_type(ty: &TypeExpr, layout: Layout) -> Type {
    match ty {
        TypeExpr::Scalar(dtype) => Type::Scalar(*dtype),
        TypeExpr::Tuple(items) => {
            Type::Tuple(items.iter().map(|item| host_type(item, layout)).collect())
        }
        TypeExpr::FixedArray(item, len) => {
            let ExprKind::Literal(Literal::Int(len, _)) = len.kind else {
                panic!("the length is a literal");
            };
            Type::FixedArray(Box::new(host_type(item, layout)), len as usize)
        }
        TypeExpr::Ref { mutable, to } => match &**to {
            TypeExpr::Slice(item) => {
                let access = if *mutable { Access::Mut } else { Access::Shared };
                array_type(item, 1, access, Layout::C, true)
            }
            to => Type::Ref { mutable: *mutable, to: Box::new(host_type(to, layout)) },
        },
        TypeExpr::Array { holder, item, rank } => {
            let rank = rank.expect("the rank is written");
            let access = match holder {
                ArrayHolder::Owned => Access::Owned,
                ArrayHolder::ViewMut => Access::Mut,
                ArrayHolder::View | ArrayHolder::Ref => Access::Shared,
            };
            let layout = match (rank, access, layout) {
                (0, ..) | (_, Access::Owned, _) | (1, _, Layout::F) => Layout::C,
                _ => layout,
            };
            array_type(item, rank, access, layout, false)
        }
        other => panic!("no parameter has the type {other:?}"),
    }
}

fn array_type(item: &TypeExpr, rank: u8, access: Access, layout: Layout, slice: bool) -> Type {
    let TypeExpr::Scalar(dtype) = item else { panic!("arrays hold scalars") };
    Type::Array(ArrayType { dtype: *dtype, rank, layout, access, slice })
}
