//! Conversions between all types in vectors, of numbers at the ends of what types hold and of
//! those that are rounded one way or the other.

use crate::arguments::{Argument, ArrayArgument};
use crate::random::Random;
use crate::run;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, FastMath, Layout, Type};

const TYPES: [Dtype; 10] = [
    Dtype::I8,
    Dtype::I16,
    Dtype::I32,
    Dtype::I64,
    Dtype::U8,
    Dtype::U16,
    Dtype::U32,
    Dtype::U64,
    Dtype::F32,
    Dtype::F64,
];

/// Numbers of a type: around every power of two, and halfway between floats.
fn numbers(dtype: Dtype) -> Vec<Const> {
    let powers = (0..70).map(|power| f64::from(power).exp2());
    match dtype {
        Dtype::F32 | Dtype::F64 => {
            let near = |x: f64| [x.next_down(), x, x.next_up(), x - 0.5, x + 0.5, x + 1.0, x - 1.0];
            let special = [0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX, 1e-300];
            let all = powers.flat_map(near).chain(special).flat_map(|x| [x, -x]);
            match dtype {
                Dtype::F32 => {
                    let near = |x: f32| [x.next_down(), x, x.next_up()];
                    all.flat_map(|x| near(x as f32)).map(Const::f32).collect()
                }
                _ => all.map(Const::f64).collect(),
            }
        }
        _ => {
            let powers = (0..64).map(|power| 1i128 << power);
            let near = |x: i128| [x - 1, x, x + 1, x + (x >> 24), x + (x >> 25), x + (x >> 25) + 1];
            let all = powers.flat_map(near).flat_map(|x| [x, -x, !x ^ (x >> 30)]);
            all.map(|x| Const::int(dtype, x)).collect()
        }
    }
}

#[test]
fn casts_in_vectors_agree() {
    let mut random = Random::new(5);
    for from in TYPES {
        let elements = numbers(from);
        for to in TYPES {
            let text = format!(
                "fn kernel(a: &[{from}], b: &mut [{to}]) {{
                    for i in 0..a.len() {{ b[i] = a[i] as {to}; }}
                }}"
            );
            let array = |dtype: Dtype, access: Access| {
                let layout = Layout::C;
                ArrayType { dtype, rank: 1, layout, access, slice: true }
            };
            let types = [array(from, Access::Shared), array(to, Access::Mut)];
            let signature = run::signature(types.map(Type::Array), &Type::UNIT);
            let compiled = run::compile_with(&text, &signature, false, FastMath::default())
                .unwrap_or_else(|failure| panic!("{failure:?}\n{text}"));
            for (vectors, outcomes) in compiled.loops().filter(|made| made.0.has_leaves()) {
                assert!(outcomes.iter().all(|made| made.code.is_ok()), "{}\n{text}", vectors.name);
            }
            let [a, b] = types.map(|ty| {
                let mut drawn = ArrayArgument::draw_of(&mut random, &ty, vec![elements.len()]);
                if ty.access == Access::Shared {
                    let offset = drawn.offset;
                    drawn.elements[offset..offset + elements.len()].clone_from_slice(&elements);
                }
                Argument::Array(drawn)
            });
            let args = [a, b];
            if let Err(failure) = compiled.compare(&args) {
                panic!("{failure:?}\n{text}\n{}", compiled.modules());
            }
        }
    }
}
