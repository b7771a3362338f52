//! Elements of every dtype that NumPy has too: how they are drawn, sent and compared.

use crate::random::Random;
use mambo::{Complex, Element, Item};

/// Which floats are drawn; integers are most often drawn from all of their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Values {
    /// All kinds.
    Any,
    /// No zero with a sign: of two zeros NumPy's `maximum` may take either.
    OneZero,
    /// Small whole numbers: their sums are exact in any order.
    Whole,
    /// Whole numbers so small that sums of products are exact in any order; integers too.
    Small,
    /// Powers of two about 1: their products are exact in any order.
    Powers,
}

/// An element type that both sides have.
pub(crate) trait Drawn: Element + Item<Value = Self> {
    /// NumPy's name of it.
    const NAME: &'static str;
    fn draw(random: &mut Random, values: Values) -> Self;
    /// Appends its bytes, the lowest first.
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! integers {
    ($($ty:ident $name:literal)*) => {$(
        impl Drawn for $ty {
            const NAME: &'static str = $name;
            fn draw(random: &mut Random, values: Values) -> Self {
                match (values, random.below(4)) {
                    (Values::Small, _) => (random.below(41) as i64 - 20) as $ty,
                    (_, 0) => random.pick(&[0, 1, $ty::MAX, $ty::MIN]),
                    _ => random.bits() as $ty,
                }
            }
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        }
    )*};
}
integers!(i8 "int8" i16 "int16" i32 "int32" i64 "int64");
integers!(u8 "uint8" u16 "uint16" u32 "uint32" u64 "uint64");

macro_rules! floats {
    ($($ty:ident $name:literal $complex:literal)*) => {$(
        impl Drawn for $ty {
            const NAME: &'static str = $name;
            fn draw(random: &mut Random, values: Values) -> Self {
                match (values, random.below(64)) {
                    (Values::Small, _) => random.below(41) as $ty - 20.0,
                    (Values::Whole, _) => random.below(2001) as $ty - 1000.0,
                    (Values::Powers, 0) => random.pick(&[2.0, 0.5]),
                    (Values::Powers, _) => random.pick(&[1.0, -1.0]),
                    (Values::Any, 0) => -0.0,
                    (_, 0..8) => {
                        random.pick(&[0.0, $ty::INFINITY, -$ty::INFINITY, $ty::NAN, 1e-40, $ty::MAX])
                    }
                    _ => random.bits() as i32 as $ty / 65536.0,
                }
            }
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        }

        impl Drawn for Complex<$ty> {
            const NAME: &'static str = $complex;
            fn draw(random: &mut Random, values: Values) -> Self {
                Complex::new($ty::draw(random, values), $ty::draw(random, values))
            }
            fn put(self, bytes: &mut Vec<u8>) {
                self.re.put(bytes);
                self.im.put(bytes);
            }
        }
    )*};
}
floats!(f32 "float32" "complex64" f64 "float64" "complex128");

impl Drawn for bool {
    const NAME: &'static str = "bool";
    fn draw(random: &mut Random, _: Values) -> Self {
        random.one_in(2)
    }
    fn put(self, bytes: &mut Vec<u8>) {
        bytes.push(self.into());
    }
}

/// What an element of a dtype is in bytes: those of a part, and how many parts.
fn parts(dtype: &str) -> (usize, usize) {
    let bits = |digits: &str| digits.parse::<usize>().expect("a dtype ends with its bits");
    match dtype {
        "bool" => (1, 1),
        "complex64" => (4, 2),
        "complex128" => (8, 2),
        _ => (bits(dtype.trim_start_matches(char::is_alphabetic)) / 8, 1),
    }
}

/// Bytes of an element of a dtype.
pub(crate) fn size_of_dtype(dtype: &str) -> usize {
    let (size, count) = parts(dtype);
    size * count
}

/// A part of an element that is a float.
fn float(bytes: &[u8]) -> f64 {
    match bytes.try_into() {
        Ok(bytes) => f64::from_le_bytes(bytes),
        Err(_) => f32::from_le_bytes(bytes.try_into().expect("four bytes or eight")).into(),
    }
}

fn is_float(dtype: &str) -> bool {
    dtype.starts_with(['f', 'c'])
}

/// Whether two elements have the same bits; any NaN is any other.
pub(crate) fn same(dtype: &str, a: &[u8], b: &[u8]) -> bool {
    let size = parts(dtype).0;
    let nan = |part: &[u8]| is_float(dtype) && float(part).is_nan();
    a == b || a.chunks(size).zip(b.chunks(size)).all(|(a, b)| a == b || nan(a) && nan(b))
}

/// An element as text.
pub(crate) fn shown(dtype: &str, element: &[u8]) -> String {
    if is_float(dtype) {
        let parts = element.chunks(parts(dtype).0).map(|part| format!("{:?}", float(part)));
        return parts.collect::<Vec<_>>().join("+i");
    }
    let wide = |fill| {
        let mut bytes = [fill; 8];
        bytes[..element.len()].copy_from_slice(element);
        i64::from_le_bytes(bytes)
    };
    match element.last() {
        Some(128..) if dtype.starts_with('i') => wide(0xFF).to_string(),
        _ => (wide(0) as u64).to_string(),
    }
}
