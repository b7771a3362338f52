//! Inputs: the edge values of each dtype, and random ones from a fixed seed.

use crate::check::Same;
use std::fmt::Debug;

/// SplitMix64: a fixed sequence a seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn vec<T: Sample>(&mut self, len: usize) -> Vec<T> {
        (0..len).map(|_| T::random(self)).collect()
    }

    /// Floats from -1 to 1.
    pub(crate) fn units(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| 2.0 * self.unit() - 1.0).collect()
    }
}

/// A dtype with values to try.
pub(crate) trait Sample: Copy + Debug + Same + 'static {
    fn edges() -> Vec<Self>;
    fn random(random: &mut Random) -> Self;

    /// Edges and random values.
    fn all() -> Vec<Self> {
        let mut random = Random::new(1);
        let mut all = Self::edges();
        all.extend((0..60).map(|_| Self::random(&mut random)));
        all
    }

    /// Every pair of edges, and random pairs.
    fn pairs() -> Vec<(Self, Self)> {
        let mut random = Random::new(2);
        let edges = Self::edges();
        let mut pairs: Vec<_> =
            edges.iter().flat_map(|&a| edges.iter().map(move |&b| (a, b))).collect();
        pairs.extend((0..100).map(|_| (Self::random(&mut random), Self::random(&mut random))));
        pairs
    }
}

macro_rules! sample_integers {
    ($($ty:ident)*) => {$(
        impl Sample for $ty {
            fn edges() -> Vec<Self> {
                let mut edges = vec![
                    <$ty>::MIN, <$ty>::MIN + 1, 0, 1, 2, 3, 7, 10, 16, 31, 63, 64,
                    <$ty>::MAX / 2, <$ty>::MAX / 2 + 1, <$ty>::MAX - 1, <$ty>::MAX,
                ];
                if <$ty>::MIN != 0 {
                    edges.extend([-1i8 as $ty, -2i8 as $ty, -7i8 as $ty]);
                }
                edges
            }
            fn random(random: &mut Random) -> Self {
                // All magnitudes alike.
                let shift = random.below(<$ty>::BITS as usize);
                let bits = u128::from(random.bits()) << 64 | u128::from(random.bits());
                (bits as $ty) >> shift
            }
        }
    )*};
}
sample_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

macro_rules! sample_floats {
    ($($ty:ident $bits:ident)*) => {$(
        impl Sample for $ty {
            fn edges() -> Vec<Self> {
                let positive = [
                    0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 10.0, 127.5, 255.0, 256.0,
                    1.0 - <$ty>::EPSILON / 2.0, 1.0 + <$ty>::EPSILON, 0.5 - <$ty>::EPSILON / 4.0,
                    std::$ty::consts::PI, 32768.5, 2147483648.0, 9.3e18, 1e30,
                    <$ty>::MIN_POSITIVE, <$ty>::from_bits(1), <$ty>::MIN_POSITIVE / 3.0,
                    <$ty>::MAX, <$ty>::INFINITY, <$ty>::NAN,
                ];
                positive.into_iter().flat_map(|x| [x, -x]).collect()
            }
            fn random(random: &mut Random) -> Self {
                match random.below(4) {
                    // Any bits: all exponents, NaN too.
                    0 => <$ty>::from_bits(random.bits() as $bits),
                    1 => (random.unit() * 2000.0 - 1000.0) as $ty,
                    2 => (random.below(64) as $ty - 32.0) / 2.0,
                    _ => (random.unit() * 2.0 - 1.0) as $ty,
                }
            }
        }
    )*};
}
sample_floats!(f32 u32 f64 u64);

impl Sample for bool {
    fn edges() -> Vec<Self> {
        vec![false, true]
    }
    fn random(random: &mut Random) -> Self {
        random.below(2) == 1
    }
}

/// Calls a generic test for every integer type.
macro_rules! integers {
    ($test:ident) => {
        $test::<i8>();
        $test::<i16>();
        $test::<i32>();
        $test::<i64>();
        $test::<i128>();
        $test::<isize>();
        $test::<u8>();
        $test::<u16>();
        $test::<u32>();
        $test::<u64>();
        $test::<u128>();
        $test::<usize>();
    };
}
pub(crate) use integers;

/// Calls a generic test for both float types.
macro_rules! floats {
    ($test:ident) => {
        $test::<f32>();
        $test::<f64>();
    };
}
pub(crate) use floats;

/// Calls a generic test for every number type.
macro_rules! numbers {
    ($test:ident) => {
        $crate::values::integers!($test);
        $crate::values::floats!($test);
    };
}
pub(crate) use numbers;
