//! Functions of the standard library that compiled code calls, with the C calling convention.
//!
//! Their symbols are `mambo.<type>.<function>`. Elementary functions are those of `mambo_math`,
//! whose bits are the same in vector loops; the others are std's own.

/// The symbol of `function` for `dtype`.
pub(crate) fn symbol(dtype: mambo_ir::Dtype, function: &str) -> String {
    format!("mambo.{dtype}.{function}")
}

macro_rules! functions {
    (elementary: $($elementary:ident($($arg:ident),*))*; unary: $($unary:ident)*;) => {
        functions!(@module single, f32, ($($elementary($($arg),*))*), ($($unary)*));
        functions!(@module double, f64, ($($elementary($($arg),*))*), ($($unary)*));

        /// The address of the function that `symbol` names.
        pub(crate) fn address(symbol: &str) -> Option<*const u8> {
            let (dtype, function) = symbol.strip_prefix("mambo.")?.split_once('.')?;
            let address = match (dtype, function) {
                $(("f32", stringify!($elementary)) => single::$elementary as *const u8,)*
                $(("f64", stringify!($elementary)) => double::$elementary as *const u8,)*
                $(("f32", stringify!($unary)) => single::$unary as *const u8,)*
                $(("f64", stringify!($unary)) => double::$unary as *const u8,)*
                ("f32", "rem") => single::rem as *const u8,
                ("f64", "rem") => double::rem as *const u8,
                ("f32", "powi") => single::powi as *const u8,
                ("f64", "powi") => double::powi as *const u8,
                ("f32", "mul_add") => single::mul_add as *const u8,
                ("f64", "mul_add") => double::mul_add as *const u8,
                ("i128", function) => signed::address(function)?,
                ("u128", function) => unsigned::address(function)?,
                _ => return None,
            };
            Some(address)
        }
    };
    (
        @module $module:ident, $ty:ident,
        ($($elementary:ident($($arg:ident),*))*), ($($unary:ident)*)
    ) => {
        mod $module {
            $(pub(super) extern "C" fn $elementary($($arg: $ty),*) -> $ty {
                mambo_math::$elementary($($arg),*)
            })*
            $(pub(super) extern "C" fn $unary(x: $ty) -> $ty {
                x.$unary()
            })*
            pub(super) extern "C" fn rem(x: $ty, y: $ty) -> $ty {
                x % y
            }
            pub(super) extern "C" fn powi(x: $ty, n: i32) -> $ty {
                mambo_math::powi(x, n)
            }
            pub(super) extern "C" fn mul_add(x: $ty, y: $ty, z: $ty) -> $ty {
                x.mul_add(y, z)
            }
        }
    };
}

functions! {
    elementary: exp(x) exp2(x) exp_m1(x) ln(x) log2(x) log10(x) ln_1p(x) cbrt(x) sin(x) cos(x) tan(x)
        asin(x) acos(x) atan(x) sinh(x) cosh(x) tanh(x) asinh(x) acosh(x) atanh(x) atan2(x, y)
        hypot(x, y) pow(x, y) erf(x) erfc(x) gamma(x) ln_gamma(x) sigmoid(x) softplus(x) sinc(x)
        log_add_exp(x, y) fast_exp(x) fast_exp2(x) fast_ln(x) fast_log2(x) fast_log10(x) fast_sin(x) fast_cos(x) fast_tan(x);
    unary: floor ceil round_ties_even trunc;
}

/// Integers of 128 bits: operands are read from the slots, 16 bytes apart, and the result is
/// left in the first.
macro_rules! int128 {
    ($module:ident, $ty:ident) => {
        mod $module {
            pub(super) fn address(function: &str) -> Option<*const u8> {
                Some(match function {
                    "div" => div as *const u8,
                    "rem" => rem as *const u8,
                    "mul_overflows" => mul_overflows as *const u8,
                    "to_f32" => to_f32 as *const u8,
                    "to_f64" => to_f64 as *const u8,
                    "from_f32" => from_f32 as *const u8,
                    "from_f64" => from_f64 as *const u8,
                    _ => return None,
                })
            }

            /// Compiled code has prevented division by zero and overflow.
            unsafe extern "C" fn div(slots: *mut [$ty; 2]) {
                // SAFETY: compiled code hands over 32 bytes with both operands.
                unsafe {
                    let [x, y] = slots.read_unaligned();
                    slots.cast::<$ty>().write_unaligned(x.wrapping_div(y));
                }
            }

            unsafe extern "C" fn rem(slots: *mut [$ty; 2]) {
                // SAFETY: compiled code hands over 32 bytes with both operands.
                unsafe {
                    let [x, y] = slots.read_unaligned();
                    slots.cast::<$ty>().write_unaligned(x.wrapping_rem(y));
                }
            }

            unsafe extern "C" fn mul_overflows(slots: *mut [$ty; 2]) {
                // SAFETY: compiled code hands over 32 bytes with both operands.
                unsafe {
                    let [x, y] = slots.read_unaligned();
                    slots.cast::<u8>().write(x.checked_mul(y).is_none().into());
                }
            }

            int128!(@convert $ty, to_f32, $ty, f32);
            int128!(@convert $ty, to_f64, $ty, f64);
            int128!(@convert $ty, from_f32, f32, $ty);
            int128!(@convert $ty, from_f64, f64, $ty);
        }
    };
    (@convert $ty:ident, $name:ident, $from:ident, $to:ident) => {
        unsafe extern "C" fn $name(slots: *mut $ty) {
            // SAFETY: compiled code hands over room for both, with the operand.
            unsafe {
                let x = slots.cast::<$from>().read_unaligned();
                slots.cast::<$to>().write_unaligned(x as $to);
            }
        }
    };
}

int128!(signed, i128);
int128!(unsigned, u128);
