//! Draws scalar values: small ones, and those at which things change.

use super::Generator;
use crate::random::Random;
use crate::tree::{Node, literal};
use mambo_ir::{Const, Dtype};

/// A value of type `dtype`.
pub(crate) fn scalar(random: &mut Random, dtype: Dtype) -> Const {
    match dtype {
        Dtype::Bool => Const::bool(random.chance(50)),
        Dtype::F32 => Const::f32(float(random, true) as f32),
        Dtype::F64 => Const::f64(float(random, false)),
        _ => int(random, dtype),
    }
}

fn int(random: &mut Random, dtype: Dtype) -> Const {
    let bits = dtype.bits();
    let (least, greatest) = (Const::least(dtype).bits(), Const::greatest(dtype).bits());
    let value: i128 = match random.weighted(&[50, 12, 8, 8, 8, 8]) {
        0 => random.below(9) as i128,
        1 => -(random.between(1, 4) as i128),
        2 => least as i128 + random.below(2) as i128,
        3 => (greatest as i128).wrapping_sub(random.below(2) as i128),
        4 => 1 << random.below(bits as usize),
        _ if dtype.is_int128() => (random.bits() as i128) << random.below(100),
        _ => i128::from(random.bits() as i64),
    };
    Const::int(dtype, value)
}

fn float(random: &mut Random, single: bool) -> f64 {
    match random.weighted(&[40, 25, 10, 6, 4, 4, 4, 4, 3]) {
        0 => random.below(9) as f64 - 2.0,
        1 => (random.below(4001) as f64 - 2000.0) / 64.0,
        2 => [0.1, -0.3, 1.0 / 3.0, 2.7, 1e10, -1e-7][random.below(6)],
        3 => -0.0,
        4 => f64::NAN,
        5 => {
            if random.chance(50) {
                f64::INFINITY
            } else {
                f64::NEG_INFINITY
            }
        }
        6 if single => f64::from(f32::from_bits(random.between(1, 0x80_0001) as u32)),
        6 => f64::from_bits(random.between(1, 1 << 52) as u64),
        7 if single => f64::from(f32::MAX),
        7 => f64::MAX,
        _ if single => f64::from(f32::from_bits(random.bits() as u32)),
        _ => f64::from_bits(random.bits()),
    }
}

impl Generator {
    /// A literal; its type is written unless the context may fix it.
    pub(super) fn literal(&mut self, dtype: Dtype, typed: bool) -> Node {
        let value = scalar(&mut self.random, dtype);
        let typed = typed && self.random.chance(60);
        literal(value, typed)
    }
}
