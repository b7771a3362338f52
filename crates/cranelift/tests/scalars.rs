//! Every scalar operation on every type gives the bits that rustc's code gives, on edge values
//! and random ones, with and without the features of the host's processor.

mod harness;

use harness::{Host, Random, module, return_, scalar};
use mambo_compiler::backend::Backend;
use mambo_cranelift::Cranelift;
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, Compare, Op, Unary, Value};
use mambo_ir::{Const, Dtype};

/// A primitive type as its bits.
trait Number: Copy {
    const DTYPE: Dtype;
    fn from_bits_of(bits: u128) -> Self;
    fn bits(self) -> u128;
}

macro_rules! numbers {
    ($($ty:ident $dtype:ident),*) => {$(
        impl Number for $ty {
            const DTYPE: Dtype = Dtype::$dtype;
            fn from_bits_of(bits: u128) -> Self {
                bits as $ty
            }
            fn bits(self) -> u128 {
                Const::from(self).bits()
            }
        }
    )*};
}
numbers!(
    i8 I8, i16 I16, i32 I32, i64 I64, i128 I128, isize Isize, u8 U8, u16 U16, u32 U32, u64 U64,
    u128 U128, usize Usize
);

impl Number for bool {
    const DTYPE: Dtype = Dtype::Bool;
    fn from_bits_of(bits: u128) -> Self {
        bits != 0
    }
    fn bits(self) -> u128 {
        u128::from(self)
    }
}

impl Number for f32 {
    const DTYPE: Dtype = Dtype::F32;
    fn from_bits_of(bits: u128) -> Self {
        f32::from_bits(bits as u32)
    }
    fn bits(self) -> u128 {
        u128::from(self.to_bits())
    }
}

impl Number for f64 {
    const DTYPE: Dtype = Dtype::F64;
    fn from_bits_of(bits: u128) -> Self {
        f64::from_bits(bits as u64)
    }
    fn bits(self) -> u128 {
        u128::from(self.to_bits())
    }
}

/// The bits of interesting values of a type.
fn values(dtype: Dtype) -> Vec<u128> {
    let mut random = Random(dtype.bits().into());
    let mut values: Vec<u128> = match dtype {
        Dtype::Bool => return vec![0, 1],
        Dtype::F32 | Dtype::F64 => float_values(dtype),
        _ => [0, 1, 2, 3, 7, 8, 31, 64, 100]
            .into_iter()
            .flat_map(|x: i128| [x, -x])
            .chain((0..127).step_by(7).flat_map(|bit| [(1 << bit) - 1, 1 << bit, -(1 << bit)]))
            .chain(
                [7, 8, 15, 16, 31, 32, 63, 64, 126]
                    .iter()
                    .flat_map(|&bit| [(1 << bit) - 1, 1 << bit]),
            )
            .map(|x| Const::int(dtype, x).bits())
            .collect(),
    };
    let mut wide = || u128::from(random.next()) << 64 | u128::from(random.next());
    values.extend((0..12).map(|_| Const::from_bits(dtype, wide()).bits()));
    values.sort_unstable();
    values.dedup();
    values
}

fn float_values(dtype: Dtype) -> Vec<u128> {
    let exponents = [7, 8, 15, 16, 23, 24, 31, 32, 52, 53, 63, 64, 100, 127, 128];
    let mut floats = vec![
        0.0,
        0.25,
        0.5,
        0.5_f64.next_down(),
        f64::from(0.5_f32.next_down()),
        0.75,
        1.0,
        1.5,
        2.0,
        2.5,
        3.7,
        1e-30,
        1e30,
        4503599627370497.5,
        8388609.5,
        f64::INFINITY,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        f64::from(f32::MAX),
        f64::from(f32::MIN_POSITIVE),
        f64::from(f32::from_bits(1)),
        f64::NAN,
    ];
    for exponent in exponents {
        let power = 2.0_f64.powi(exponent);
        floats.extend([power, power.next_down(), power.next_up(), power - 0.5, power - 1.0]);
        floats.extend([f64::from((power as f32).next_down()), f64::from((power as f32).next_up())]);
    }
    let mut values = Vec::new();
    for x in floats {
        for x in [x, -x] {
            values.push(match dtype {
                Dtype::F32 => Number::bits(x as f32),
                _ => Number::bits(x),
            });
        }
    }
    values
}

/// How results are compared.
#[derive(Clone, Copy, PartialEq)]
enum Nan {
    /// Any NaN equals any other: neither payload nor sign is promised.
    Any,
    /// Bits.
    Exact,
}

fn same(dtype: Dtype, left: u128, right: u128, nan: Nan) -> bool {
    let both_nan = match dtype {
        Dtype::F32 => f32::from_bits_of(left).is_nan() && f32::from_bits_of(right).is_nan(),
        Dtype::F64 => f64::from_bits_of(left).is_nan() && f64::from_bits_of(right).is_nan(),
        _ => false,
    };
    left == right || (nan == Nan::Any && both_nan)
}

/// Arguments as their slots.
fn slots(params: &[Dtype], args: &[u128]) -> Vec<u64> {
    let scalars = params.iter().zip(args).map(|(&param, &bits)| Const::from_bits(param, bits));
    scalars.flat_map(|scalar| scalar.slots().to_vec()).collect()
}

/// Compiles an operation for every machine and compares it with `expected`, where that is
/// defined, on all combinations of `operands`.
fn check(
    what: &str,
    params: &[Dtype],
    nan: Nan,
    build: impl Fn(&mut Builder<'_>, &[Value]) -> Value,
    expected: impl Fn(&[u128]) -> Option<u128>,
) {
    let mut result = Dtype::Bool;
    let types: Vec<_> = params.iter().map(|&param| scalar(param)).collect();
    let mut module = module(&types, &[], |b, values| {
        let value = build(b, values);
        result = b.func.dtype(value);
        return_(b, &[value]);
    });
    module.functions[0].results = vec![scalar(result)];
    let choices: Vec<_> = params.iter().map(|&param| values(param)).collect();
    let combinations: usize = choices.iter().map(Vec::len).product();
    for backend in [Cranelift::new(), Cranelift::baseline()] {
        let artifact =
            backend.compile(&module).unwrap_or_else(|error| panic!("{what} {params:?}: {error}"));
        let mut host = Host::new();
        for combination in 0..combinations {
            let mut rest = combination;
            let args: Vec<_> = choices
                .iter()
                .map(|choice| {
                    let value = choice[rest % choice.len()];
                    rest /= choice.len();
                    value
                })
                .collect();
            let Some(want) = expected(&args) else { continue };
            let slots = slots(params, &args);
            let got = host.call(&*artifact, &slots, result.slots()).unwrap();
            let got = Const::from_slots(result, &mut got.into_iter()).bits();
            assert!(
                same(result, got, want, nan),
                "{what} {params:?} of {args:x?} is {got:#x}, not {want:#x} ({backend:?})"
            );
        }
    }
}

fn check_unary<T: Number, R: Number>(op: Unary, nan: Nan, expected: impl Fn(T) -> R) {
    check(
        &format!("{op:?}"),
        &[T::DTYPE],
        nan,
        |b, v| b.unary(op, v[0]),
        |args| Some(expected(T::from_bits_of(args[0])).bits()),
    );
}

fn check_binary<T: Number, U: Number, R: Number>(
    op: Binary,
    nan: Nan,
    expected: impl Fn(T, U) -> Option<R>,
) {
    check(
        &format!("{op:?}"),
        &[T::DTYPE, U::DTYPE],
        nan,
        |b, v| b.binary(op, v[0], v[1]),
        |args| expected(T::from_bits_of(args[0]), U::from_bits_of(args[1])).map(R::bits),
    );
}

type Comparison<T> = (Compare, fn(&T, &T) -> bool);

fn check_compare<T: Number + PartialOrd>() {
    let table: [Comparison<T>; 6] = [
        (Compare::Eq, T::eq),
        (Compare::Ne, T::ne),
        (Compare::Lt, T::lt),
        (Compare::Le, T::le),
        (Compare::Gt, T::gt),
        (Compare::Ge, T::ge),
    ];
    for (op, expected) in table {
        check(
            &format!("{op:?}"),
            &[T::DTYPE, T::DTYPE],
            Nan::Exact,
            |b, v| b.compare(op, v[0], v[1]),
            |args| Some(expected(&T::from_bits_of(args[0]), &T::from_bits_of(args[1])).bits()),
        );
    }
}

fn check_select<T: Number>() {
    check(
        "select",
        &[Dtype::Bool, T::DTYPE, T::DTYPE],
        Nan::Exact,
        |b, v| b.select(v[0], v[1], v[2]),
        |args| Some(if args[0] != 0 { args[1] } else { args[2] }),
    );
    check(
        "select by not",
        &[Dtype::Bool, T::DTYPE, T::DTYPE],
        Nan::Exact,
        |b, v| {
            let not = b.unary(Unary::Not, v[0]);
            b.select(not, v[1], v[2])
        },
        |args| Some(if args[0] != 0 { args[2] } else { args[1] }),
    );
}

macro_rules! int_tests {
    ($($ty:ident)*) => {$(
        #[test]
        fn $ty() {
            use Nan::Exact;
            check_unary(Unary::Neg, Exact, <$ty>::wrapping_neg);
            check_unary(Unary::Not, Exact, |x: $ty| !x);
            check_unary(Unary::CountOnes, Exact, <$ty>::count_ones);
            check_unary(Unary::LeadingZeros, Exact, <$ty>::leading_zeros);
            check_unary(Unary::TrailingZeros, Exact, <$ty>::trailing_zeros);
            check_unary(Unary::SwapBytes, Exact, <$ty>::swap_bytes);
            check_unary(Unary::ReverseBits, Exact, <$ty>::reverse_bits);

            type T = $ty;
            let total = |f: fn(T, T) -> T| move |x: T, y: T| Some(f(x, y));
            check_binary(Binary::Add, Exact, total(T::wrapping_add));
            check_binary(Binary::Sub, Exact, total(T::wrapping_sub));
            check_binary(Binary::Mul, Exact, total(T::wrapping_mul));
            check_binary(Binary::Div, Exact, T::checked_div);
            check_binary(Binary::Rem, Exact, T::checked_rem);
            check_binary(Binary::And, Exact, total(|x, y| x & y));
            check_binary(Binary::Or, Exact, total(|x, y| x | y));
            check_binary(Binary::Xor, Exact, total(|x, y| x ^ y));
            check_binary(Binary::Min, Exact, total(Ord::min));
            check_binary(Binary::Max, Exact, total(Ord::max));
            check_binary(Binary::SaturatingAdd, Exact, total(T::saturating_add));
            check_binary(Binary::SaturatingSub, Exact, total(T::saturating_sub));
            let overflow = |f: fn(T, T) -> (T, bool)| move |x: T, y: T| Some(f(x, y).1);
            check_binary(Binary::AddOverflows, Exact, overflow(T::overflowing_add));
            check_binary(Binary::SubOverflows, Exact, overflow(T::overflowing_sub));
            check_binary(Binary::MulOverflows, Exact, overflow(T::overflowing_mul));
            int_tests!(@counts $ty u8 i8 u16 i32 u32 i64 u64 usize i128 u128);
            check_compare::<T>();
            check_select::<T>();
        }
    )*};
    (@counts $ty:ident $($count:ident)*) => {$(
        check_binary(Binary::Shl, Exact, |x: $ty, n: $count| Some(x.wrapping_shl(n as u32)));
        check_binary(Binary::Shr, Exact, |x: $ty, n: $count| Some(x.wrapping_shr(n as u32)));
        check_binary(Binary::RotateLeft, Exact, |x: $ty, n: $count| {
            Some(x.rotate_left(n as u32 % <$ty>::BITS))
        });
        check_binary(Binary::RotateRight, Exact, |x: $ty, n: $count| {
            Some(x.rotate_right(n as u32 % <$ty>::BITS))
        });
    )*};
}
int_tests!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

#[test]
fn high_products() {
    macro_rules! high_products {
        ($($ty:ident $wide:ident),*) => {$(
            check_binary(Binary::MulHigh, Nan::Exact, |x: $ty, y: $ty| {
                Some(((x as $wide * y as $wide) >> $ty::BITS) as $ty)
            });
        )*};
    }
    high_products!(
        i8 i128, i16 i128, i32 i128, i64 i128, isize i128, u8 u128, u16 u128, u32 u128, u64 u128,
        usize u128
    );
}

#[test]
fn signed_abs() {
    check_unary(Unary::Abs, Nan::Exact, i8::wrapping_abs);
    check_unary(Unary::Abs, Nan::Exact, i16::wrapping_abs);
    check_unary(Unary::Abs, Nan::Exact, i32::wrapping_abs);
    check_unary(Unary::Abs, Nan::Exact, i64::wrapping_abs);
    check_unary(Unary::Abs, Nan::Exact, i128::wrapping_abs);
    check_unary(Unary::Abs, Nan::Exact, isize::wrapping_abs);
}

#[test]
fn bools() {
    check_unary(Unary::Not, Nan::Exact, |x: bool| !x);
    check_binary(Binary::And, Nan::Exact, |x: bool, y: bool| Some(x & y));
    check_binary(Binary::Or, Nan::Exact, |x: bool, y: bool| Some(x | y));
    check_binary(Binary::Xor, Nan::Exact, |x: bool, y: bool| Some(x ^ y));
    check_compare::<bool>();
    check_select::<bool>();
}

macro_rules! float_tests {
    ($($ty:ident $bits:ident $math:ident),*) => {$(
        #[test]
        fn $ty() {
            use Nan::{Any, Exact};
            type T = $ty;
            check_unary(Unary::Neg, Exact, |x: T| -x);
            check_unary(Unary::Abs, Exact, T::abs);
            check_unary(Unary::Sqrt, Any, T::sqrt);
            check_unary(Unary::Floor, Any, T::floor);
            check_unary(Unary::Ceil, Any, T::ceil);
            check_unary(Unary::Round, Any, T::round);
            check_unary(Unary::RoundTiesEven, Any, T::round_ties_even);
            check_unary(Unary::Trunc, Any, T::trunc);

            let total = |f: fn(T, T) -> T| move |x: T, y: T| Some(f(x, y));
            check_binary(Binary::Add, Any, total(|x, y| x + y));
            check_binary(Binary::Sub, Any, total(|x, y| x - y));
            check_binary(Binary::Mul, Any, total(|x, y| x * y));
            check_binary(Binary::Div, Any, total(|x, y| x / y));
            check_binary(Binary::Rem, Any, total(|x, y| x % y));
            check_binary(Binary::Copysign, Exact, total(T::copysign));
            check_binary(Binary::Min, Any, total(T::min));
            check_binary(Binary::Max, Any, total(T::max));
            check_compare::<T>();
            check_select::<T>();
            check(
                "bits",
                &[T::DTYPE],
                Exact,
                |b, v| b.insert_one(Op::Bitcast(v[0]), <$bits>::DTYPE),
                |args| Some(args[0]),
            );
            check(
                "from bits",
                &[<$bits>::DTYPE],
                Exact,
                |b, v| b.insert_one(Op::Bitcast(v[0]), T::DTYPE),
                |args| Some(args[0]),
            );
        }

        #[test]
        fn $math() {
            use Nan::Any;
            type T = $ty;
            let table: [(Unary, fn(T) -> T); 36] = [
                (Unary::Exp, mambo_math::exp),
                (Unary::Exp2, mambo_math::exp2),
                (Unary::ExpM1, mambo_math::exp_m1),
                (Unary::Ln, mambo_math::ln),
                (Unary::Log2, mambo_math::log2),
                (Unary::Log10, mambo_math::log10),
                (Unary::Ln1p, mambo_math::ln_1p),
                (Unary::Cbrt, mambo_math::cbrt),
                (Unary::Sin, mambo_math::sin),
                (Unary::Cos, mambo_math::cos),
                (Unary::Tan, mambo_math::tan),
                (Unary::Asin, mambo_math::asin),
                (Unary::Acos, mambo_math::acos),
                (Unary::Atan, mambo_math::atan),
                (Unary::Sinh, mambo_math::sinh),
                (Unary::Cosh, mambo_math::cosh),
                (Unary::Tanh, mambo_math::tanh),
                (Unary::Asinh, mambo_math::asinh),
                (Unary::Acosh, mambo_math::acosh),
                (Unary::Atanh, mambo_math::atanh),
                (Unary::Erf, mambo_math::erf),
                (Unary::Erfc, mambo_math::erfc),
                (Unary::Gamma, mambo_math::gamma),
                (Unary::LnGamma, mambo_math::ln_gamma),
                (Unary::Sigmoid, mambo_math::sigmoid),
                (Unary::Softplus, mambo_math::softplus),
                (Unary::Sinc, mambo_math::sinc),
                (Unary::FastExp, mambo_math::fast_exp),
                (Unary::FastExp2, mambo_math::fast_exp2),
                (Unary::FastLn, mambo_math::fast_ln),
                (Unary::FastLog2, mambo_math::fast_log2),
                (Unary::FastLog10, mambo_math::fast_log10),
                (Unary::FastSin, mambo_math::fast_sin),
                (Unary::FastCos, mambo_math::fast_cos),
                (Unary::FastTan, mambo_math::fast_tan),
                (Unary::Sqrt, T::sqrt),
            ];
            for (op, expected) in table {
                check_unary(op, Any, expected);
            }
            check_binary(Binary::Pow, Any, |x: T, y: T| Some(mambo_math::pow(x, y)));
            check_binary(Binary::Powi, Any, |x: T, n: i32| Some(mambo_math::powi(x, n)));
            check_binary(Binary::Atan2, Any, |y: T, x: T| Some(mambo_math::atan2(y, x)));
            check_binary(Binary::Hypot, Any, |x: T, y: T| Some(mambo_math::hypot(x, y)));
            check_binary(Binary::LogAddExp, Any, |x: T, y: T| Some(mambo_math::log_add_exp(x, y)));
        }
    )*};
}
float_tests!(f32 u32 f32_functions, f64 u64 f64_functions);

/// `mul_add` on all triples would take long: the addend is derived from the factors.
fn check_mul_add<T: Number>(mul_add: impl Fn(T, T, T) -> T) {
    let addends = values(T::DTYPE);
    for &addend in addends.iter().step_by(5) {
        check(
            "mul_add",
            &[T::DTYPE, T::DTYPE],
            Nan::Any,
            |b, v| {
                let addend = b.constant(Const::from_bits(T::DTYPE, addend));
                b.insert_one(Op::MulAdd(v[0], v[1], addend), T::DTYPE)
            },
            |args| {
                let [x, y] = [args[0], args[1]].map(T::from_bits_of);
                Some(mul_add(x, y, T::from_bits_of(addend)).bits())
            },
        );
    }
}

#[test]
fn fused_multiply_add() {
    check_mul_add(f32::mul_add);
    check_mul_add(f64::mul_add);
}

/// `as` from every type to every number.
mod casts_from {
    use super::{Nan, Number, check};
    use mambo_ir::{Const, eval};

    macro_rules! from {
        ($($name:ident $from:ident),*) => {$(
            #[test]
            fn $name() {
                from!(@to $from i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);
            }
        )*};
        (@to $from:ident $($to:ident)*) => {$(
            check(
                concat!("as ", stringify!($to)),
                &[<$from>::DTYPE],
                Nan::Any,
                |b, v| b.cast(v[0], <$to>::DTYPE),
                |args| Some((<$from>::from_bits_of(args[0]) as $to).bits()),
            );
        )*};
    }
    from!(
        of_i8 i8, of_i16 i16, of_i32 i32, of_i64 i64, of_i128 i128, of_isize isize, of_u8 u8, of_u16 u16,
        of_u32 u32, of_u64 u64, of_u128 u128, of_usize usize, of_f32 f32, of_f64 f64
    );

    #[test]
    fn of_bool() {
        macro_rules! to_int {
            ($($to:ident)*) => {$(
                check(
                    concat!("as ", stringify!($to)),
                    &[bool::DTYPE],
                    Nan::Exact,
                    |b, v| b.cast(v[0], <$to>::DTYPE),
                    |args| Some((bool::from_bits_of(args[0]) as $to).bits()),
                );
            )*};
        }
        to_int!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
        // The typed form has these too; Rust goes by way of an integer.
        for to in [f32::DTYPE, f64::DTYPE] {
            check(
                "as float",
                &[bool::DTYPE],
                Nan::Exact,
                |b, v| b.cast(v[0], to),
                |args| Some(eval::cast(Const::bool(args[0] != 0), to).bits()),
            );
        }
    }
}
