//! Elementary functions in vectors: the bits of the plain loop, which calls them, and of the
//! interpreter, at every width and in every tail, for arguments of all kinds next to each other.

use crate::arguments::{Argument, ArrayArgument};
use crate::random::Random;
use crate::run;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, FastMath, Layout, Type};

const OF_ONE: [&str; 22] = [
    "exp",
    "exp2",
    "exp_m1",
    "ln",
    "log2",
    "log10",
    "ln_1p",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "to_degrees",
    "to_radians",
];
const OF_TWO: [&str; 4] =
    ["a[i].atan2(b[i])", "a[i].hypot(b[i])", "a[i].powf(b[i])", "math::log_add_exp(a[i], b[i])"];
const FUNCTIONS: [&str; 9] = [
    "erf(x[i])",
    "erfc(x[i])",
    "gamma(x[i])",
    "ln_gamma(x[i])",
    "sigmoid(x[i])",
    "softplus(x[i])",
    "sinc(x[i])",
    "log_add_exp(x[i], 0.5)",
    "log_add_exp(0.0, x[i])",
];

/// The longest arrays: with every vector there is, whole batches and a tail.
const LONGEST: usize = 70;

/// Arguments of one kind.
#[derive(Clone, Copy)]
enum Kind {
    /// Of moderate size, where few functions take a slow path.
    Common,
    /// Any bits.
    Any,
    /// Mostly common ones.
    Mixed,
}

fn argument(random: &mut Random, dtype: Dtype, kind: Kind) -> Const {
    let kind = match kind {
        Kind::Mixed if random.below(8) == 0 => Kind::Any,
        Kind::Mixed => Kind::Common,
        kind => kind,
    };
    match kind {
        Kind::Any => Const::from_bits(dtype, u128::from(random.bits())),
        _ => {
            let size = if random.below(3) == 0 { 16.0 } else { 1.0 };
            let x = (random.bits() as f64 / 2f64.powi(62) - 1.5) * size;
            if dtype == Dtype::F32 { Const::f32(x as f32) } else { Const::f64(x) }
        }
    }
}

/// Runs a kernel over arrays of every length.
fn check(text: &str, dtype: Dtype, inputs: usize) {
    check_with(text, dtype, inputs, FastMath::default());
}

fn check_with(text: &str, dtype: Dtype, inputs: usize, fastmath: FastMath) {
    let mut random = Random::new(11);
    let array =
        |access: Access| ArrayType { dtype, rank: 1, layout: Layout::C, access, slice: true };
    let mut types = vec![array(Access::Shared); inputs];
    types.push(array(Access::Mut));
    let signature = run::signature(types.iter().cloned().map(Type::Array), &Type::UNIT);
    let compiled = run::compile_with(text, &signature, false, fastmath)
        .unwrap_or_else(|failure| panic!("{failure:?}\n{text}"));
    for (vectors, outcomes) in compiled.loops() {
        assert!(
            !outcomes.is_empty() && outcomes.iter().all(|made| made.code.is_ok()),
            "{}: {outcomes:?}\n{text}",
            vectors.name
        );
    }
    for length in 0..=LONGEST {
        for kind in [Kind::Common, Kind::Mixed, Kind::Any] {
            let args: Vec<Argument> = types
                .iter()
                .map(|ty| {
                    let mut drawn = ArrayArgument::draw_of(&mut random, ty, vec![length]);
                    let offset = drawn.offset;
                    for element in &mut drawn.elements[offset..offset + length] {
                        *element = argument(&mut random, dtype, kind);
                    }
                    Argument::Array(drawn)
                })
                .collect();
            if let Err(failure) = compiled.compare(&args) {
                panic!("{failure:?}\n{text}\n{}", compiled.modules());
            }
        }
    }
}

#[test]
fn elementary_functions_in_vectors_agree() {
    for dtype in [Dtype::F32, Dtype::F64] {
        for name in OF_ONE {
            let text = format!(
                "fn kernel(x: &[{dtype}], y: &mut [{dtype}]) {{
                    for i in 0..x.len() {{ y[i] = x[i].{name}(); }}
                }}"
            );
            check(&text, dtype, 1);
        }
        for call in FUNCTIONS {
            let text = format!(
                "fn kernel(x: &[{dtype}], y: &mut [{dtype}]) {{
                    for i in 0..x.len() {{ y[i] = math::{call}; }}
                }}"
            );
            check(&text, dtype, 1);
        }
        for call in OF_TWO {
            let text = format!(
                "fn kernel(a: &[{dtype}], b: &[{dtype}], y: &mut [{dtype}]) {{
                    for i in 0..a.len() {{ y[i] = {call}; }}
                }}"
            );
            check(&text, dtype, 2);
        }
    }
}

/// The variants of at most 4 ULP.
#[test]
fn fast_variants_in_vectors_agree() {
    for dtype in [Dtype::F32, Dtype::F64] {
        for name in ["exp", "exp2", "ln", "log2", "log10", "sin", "cos", "tan"] {
            let text = format!(
                "fn kernel(x: &[{dtype}], y: &mut [{dtype}]) {{
                    for i in 0..x.len() {{ y[i] = x[i].{name}(); }}
                }}"
            );
            check_with(&text, dtype, 1, FastMath::AFN);
        }
    }
}

/// Several in one loop, under conditions, beside other types, and in loops inside.
#[test]
fn elementary_functions_among_others_agree() {
    let bodies = [
        "y[i] = (x[i] * x[i] + 1.0).sqrt() * x[i].sin() + (x[i] / 2.0).cos();",
        "y[i] = if x[i] > 0.5 { x[i].ln() } else if x[i] < -0.5 { x[i].exp() } else { x[i] };",
        "if x[i] > 0.0 { y[i] = x[i].tan(); }",
        "y[i] = (x[i] as f32).exp() as f64 + x[i].exp();",
        "let mut t = x[i]; let mut n = 0; while n < 5 && t > -4.0 { t = t.cos() - t; n += 1; } y[i] = t;",
        "let mut s = 0.0; for k in 0..3 { s += (x[i] + k as f64).sin(); } y[i] = s;",
    ];
    for body in bodies {
        let text =
            format!("fn kernel(x: &[f64], y: &mut [f64]) {{ for i in 0..x.len() {{ {body} }} }}");
        check(&text, Dtype::F64, 1);
    }
}

/// What is no function of one number, and a rare path that drawn arguments do not take.
#[test]
fn elementary_functions_of_both_types_agree() {
    let bodies = [
        "let (s, c) = x[i].sin_cos(); y[i] = s * 3.0 - c;",
        "y[i] = x[i].powi(2) + x[i].powi(3) - x[i].powi(-3) + x[i].powi(i as i32 - 30);",
        "let a = -x[i].abs(); y[i] = math::log_add_exp(a, (-a.exp_m1()).ln());",
    ];
    for dtype in [Dtype::F32, Dtype::F64] {
        for body in bodies {
            let text = format!(
                "fn kernel(x: &[{dtype}], y: &mut [{dtype}]) {{
                    for i in 0..x.len() {{ {body} }}
                }}"
            );
            check(&text, dtype, 1);
        }
    }
}
