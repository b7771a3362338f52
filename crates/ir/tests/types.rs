//! The verifier and the evaluation of scalars agree on the types that operations take.
//!
//! This is the only test of its process, because it silences the panics that it provokes.

use mambo_ir::function::{Module, Op};
use mambo_ir::text::parse;
use mambo_ir::verify::verify;
use mambo_ir::{Const, Dtype, eval};

/// The verifier accepts an operation exactly if it can be evaluated, with that result type.
#[test]
fn the_verifier_knows_the_types_that_eval_takes() {
    std::panic::set_hook(Box::new(|_| {}));
    let unary = unary_names().into_iter().map(|name| (name, 1));
    let binary = binary_names().into_iter().map(|name| (name, 2));
    for (name, operands) in unary.chain(binary) {
        for (a, b) in Dtype::ALL.into_iter().flat_map(|a| Dtype::ALL.map(|b| (a, b))) {
            let accepted: Vec<Dtype> = Dtype::ALL
                .into_iter()
                .filter(|&result| verify(&operation(name, operands, a, b, result)).is_ok())
                .collect();
            let module = operation(name, operands, a, b, a);
            let op = module.entry().insts[0].op.clone();
            let evaluated = std::panic::catch_unwind(move || match op {
                Op::Unary(op, _) => eval::unary(op, Const::one(a)).dtype(),
                Op::Binary(op, ..) => {
                    eval::binary(op, Const::one(a), Const::one(b)).map_or(a, Const::dtype)
                }
                _ => unreachable!("only these are made"),
            });
            // A power or count of the wrong type cannot be told from its bits.
            let loose = matches!(name, "powi" | "shl" | "shr" | "rotate_left" | "rotate_right");
            match evaluated {
                Ok(result) if !loose => assert_eq!(accepted, [result], "{name} {a} {b}"),
                Ok(result) => assert!(accepted.iter().all(|&ty| ty == result), "{name} {a} {b}"),
                Err(_) => assert!(accepted.is_empty(), "{name} {a} {b}"),
            }
        }
    }
    drop(std::panic::take_hook());
}

fn operation(name: &str, operands: usize, a: Dtype, b: Dtype, result: Dtype) -> Module {
    let operands = if operands == 1 { "%0" } else { "%0, %1" };
    let text =
        format!("func @f0 f(%0: {a}, %1: {b}) -> () {{ %2: {result} = {name} {operands} return }}");
    parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn unary_names() -> Vec<&'static str> {
    "neg not abs sqrt floor ceil round round_ties_even trunc count_ones leading_zeros \
     trailing_zeros swap_bytes reverse_bits exp exp2 exp_m1 ln log2 log10 ln_1p cbrt sin cos tan \
     asin acos atan sinh cosh tanh asinh acosh atanh erf erfc gamma ln_gamma sigmoid softplus sinc fast_exp fast_exp2 fast_ln fast_log2 fast_log10 fast_sin fast_cos fast_tan"
        .split_whitespace()
        .collect()
}

fn binary_names() -> Vec<&'static str> {
    "add sub mul div rem and or xor shl shr rotate_left rotate_right min max saturating_add \
     saturating_sub add_overflows sub_overflows mul_overflows mul_high copysign pow powi atan2 \
     hypot log_add_exp"
        .split_whitespace()
        .collect()
}
