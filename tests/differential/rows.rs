//! Loops over the rows of matrices, with rows that are long enough for what vectors do only then:
//! aligning, handing on what turns share, writing past the caches, and halves of vectors where
//! they overlap.

use crate::arguments::{Argument, ArrayArgument};
use crate::random::Random;
use crate::run;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Dtype, FastMath, Layout, Type};

/// How often each kernel is called for each type.
const CALLS: usize = 24;

/// The longest row, which vectors of small elements need.
const LONGEST: usize = 2400;

/// The body of a turn; `a` and `b` are matrices of one type and shape.
const BODIES: [&str; 12] = [
    "b[[i, j]] = a[[i, j]];",
    "b[[i, j]] = a[[i, j - 1]] + a[[i, j + 1]] + a[[i - 1, j]] + a[[i + 1, j]];",
    "b[[i, j]] = a[[i, j - 1]].max(a[[i - 1, j + 1]]);",
    "b[[i, j]] = if a[[i, j]] > a[[i - 1, j]] { a[[i, j]] } else { a[[i + 1, j]] };",
    "b[[i, j]] += a[[i, j]];",
    "b[[i, j]] = a[[i, j - 3]] - a[[i, j - 1]] - a[[i, j]];",
    "b[[i, j]] = a[[i, j]] - a[[i, j + 1]] - a[[i, j + 4]];",
    "b[[i, j - 2]] = a[[i, j]] + a[[i, j + 4]] - a[[i, j - 4]] - a[[i + 1, j - 4]] - a[[i + 1, j]];",
    "b[[i, j]] = a[[i, j - 4]] + b[[i, j + 1]] - b[[i, j + 2]];",
    "b[[i, j]] = a[[i - 1, j - 4]] + a[[i - 1, j]];",
    "let x = b[[1, j + 1]]; b[[i, j]] = a[[i, j]]; b[[i, j]] = x + b[[1, j]];",
    "if a[[i, j]] < a[[i, j + 1]] { b[[i, j]] = a[[i, j - 1]]; }",
];

/// How far from the ends the turns of a loop stay.
const MARGIN: usize = 4;

#[test]
fn rows_beyond_the_caches_agree() {
    let mut random = Random::new(3);
    for dtype in [Dtype::F64, Dtype::F32, Dtype::I64, Dtype::I32, Dtype::U16, Dtype::U8] {
        for body in BODIES {
            let text = format!(
                "fn kernel(a: ArrayView2<{dtype}>, mut b: ArrayViewMut2<{dtype}>) {{
                    for i in 1..a.nrows() - 1 {{ for j in {MARGIN}..a.ncols() - {MARGIN} {{ {body} }} }}
                }}"
            );
            let array = |access: Access| ArrayType {
                dtype,
                rank: 2,
                layout: Layout::C,
                access,
                slice: false,
            };
            let types = [array(Access::Shared), array(Access::Mut)];
            let signature = run::signature(types.map(Type::Array), &Type::UNIT);
            let compiled = run::compile_with(&text, &signature, false, FastMath::default())
                .unwrap_or_else(|failure| panic!("{failure:?}\n{text}"));
            let (widest, outcomes) = compiled.loops().next().expect("there is a way");
            let all = outcomes.iter().all(|made| made.code.is_ok());
            assert!(all || !widest.masks_narrow(), "{}\n{text}", widest.name);
            for _ in 0..CALLS {
                let longest = if random.chance(50) { LONGEST } else { LONGEST / 16 };
                let dims = vec![random.between(3, 5), random.between(2 * MARGIN, longest)];
                let draw =
                    |ty| Argument::Array(ArrayArgument::draw_of(&mut random, ty, dims.clone()));
                let args: Vec<Argument> = types.iter().map(draw).collect();
                if let Err(failure) = compiled.compare(&args) {
                    panic!("{dims:?}: {failure:?}\n{text}\n{}", compiled.modules());
                }
            }
        }
    }
}

/// Stores under a mask of narrower elements beside those that go past the caches.
#[test]
fn masks_beyond_the_caches_agree() {
    let text = "fn kernel(a: &[f64], out: &mut [f64], b: &[f32], c: &mut [f32]) {
        for i in 0..a.len() {
            out[i] = 2.0 * a[i];
            if b[i] >= 0.0 { c[i] = b[i] + 1.0; }
        }
    }";
    let mut random = Random::new(5);
    let slice = |dtype: Dtype, access: Access| ArrayType {
        dtype,
        rank: 1,
        layout: Layout::C,
        access,
        slice: true,
    };
    let types = [
        slice(Dtype::F64, Access::Shared),
        slice(Dtype::F64, Access::Mut),
        slice(Dtype::F32, Access::Shared),
        slice(Dtype::F32, Access::Mut),
    ];
    let signature = run::signature(types.map(Type::Array), &Type::UNIT);
    let compiled = run::compile_with(text, &signature, false, FastMath::default())
        .unwrap_or_else(|failure| panic!("{failure:?}\n{text}"));
    for _ in 0..8 * CALLS {
        let len = vec![random.between(200, 600)];
        let draw = |ty| Argument::Array(ArrayArgument::draw_of(&mut random, ty, len.clone()));
        let args: Vec<Argument> = types.iter().map(draw).collect();
        if let Err(failure) = compiled.compare(&args) {
            panic!("{len:?}: {failure:?}\n{text}\n{}", compiled.modules());
        }
    }
}
