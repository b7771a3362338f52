//! Elements of every dtype, drawn, and compared bit for bit.

use crate::layouts::Random;
use mambo::{Complex, Element};

/// An element type with values to draw.
pub(crate) trait Drawn: Element {
    fn draw(random: &mut Random) -> Self;

    /// Whether the bits are the same; any NaN is any other.
    fn same(self, other: Self) -> bool;
}

macro_rules! drawn_integers {
    ($($ty:ident)*) => {$(
        impl Drawn for $ty {
            fn draw(random: &mut Random) -> Self {
                match random.below(4) {
                    0 => [0, 1, $ty::MAX, $ty::MIN][random.below(4)],
                    _ => random.bits() as $ty,
                }
            }
            fn same(self, other: Self) -> bool {
                self == other
            }
        }
    )*};
}
drawn_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

macro_rules! drawn_floats {
    ($($ty:ident)*) => {$(
        impl Drawn for $ty {
            fn draw(random: &mut Random) -> Self {
                match random.below(8) {
                    0 => [0.0, -0.0, $ty::INFINITY, $ty::NAN, 1e-40, $ty::MAX][random.below(6)],
                    _ => (random.bits() as i32) as $ty / 65536.0,
                }
            }
            fn same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    )*};
}
drawn_floats!(f32 f64);

impl Drawn for bool {
    fn draw(random: &mut Random) -> Self {
        random.below(2) == 0
    }
    fn same(self, other: Self) -> bool {
        self == other
    }
}

macro_rules! drawn_complex {
    ($($part:ident)*) => {$(
        impl Drawn for Complex<$part> {
            fn draw(random: &mut Random) -> Self {
                Complex::new($part::draw(random), $part::draw(random))
            }
            fn same(self, other: Self) -> bool {
                self.re.same(other.re) && self.im.same(other.im)
            }
        }
    )*};
}
drawn_complex!(f32 f64);
