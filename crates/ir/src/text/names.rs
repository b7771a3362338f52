//! The words for operations, which are those of std in lower case.

use crate::function::{Binary, Compare, Unary};

macro_rules! names {
    ($ty:ident, $to:ident, $from:ident: $($variant:ident $name:literal),* $(,)?) => {
        /// The word for an operation.
        pub(crate) const fn $to(op: $ty) -> &'static str {
            match op {
                $($ty::$variant => $name,)*
            }
        }

        /// The operation of a word.
        pub(crate) fn $from(name: &str) -> Option<$ty> {
            Some(match name {
                $($name => $ty::$variant,)*
                _ => return None,
            })
        }
    };
}

names! {
    Unary, unary, unary_of:
    Neg "neg", Not "not", Abs "abs", Sqrt "sqrt", Floor "floor", Ceil "ceil", Round "round",
    RoundTiesEven "round_ties_even", Trunc "trunc", CountOnes "count_ones",
    LeadingZeros "leading_zeros", TrailingZeros "trailing_zeros", SwapBytes "swap_bytes",
    ReverseBits "reverse_bits", Exp "exp", Exp2 "exp2", ExpM1 "exp_m1", Ln "ln", Log2 "log2",
    Log10 "log10", Ln1p "ln_1p", Cbrt "cbrt", Sin "sin", Cos "cos", Tan "tan", Asin "asin",
    Acos "acos", Atan "atan", Sinh "sinh", Cosh "cosh", Tanh "tanh", Asinh "asinh",
    Acosh "acosh", Atanh "atanh", Erf "erf", Erfc "erfc", Gamma "gamma", LnGamma "ln_gamma",
    Sigmoid "sigmoid", Softplus "softplus", Sinc "sinc",
    FastExp "fast_exp", FastExp2 "fast_exp2", FastLn "fast_ln", FastLog2 "fast_log2", FastLog10 "fast_log10", FastSin "fast_sin", FastCos "fast_cos", FastTan "fast_tan",
}

names! {
    Binary, binary, binary_of:
    Add "add", Sub "sub", Mul "mul", Div "div", Rem "rem", And "and", Or "or", Xor "xor",
    Shl "shl", Shr "shr", RotateLeft "rotate_left", RotateRight "rotate_right", Min "min",
    Max "max", SaturatingAdd "saturating_add", SaturatingSub "saturating_sub",
    AddOverflows "add_overflows", SubOverflows "sub_overflows", MulOverflows "mul_overflows",
    MulHigh "mul_high", Copysign "copysign", Pow "pow", Powi "powi", Atan2 "atan2",
    Hypot "hypot", LogAddExp "log_add_exp",
}

names! {
    Compare, compare, compare_of:
    Eq "eq", Ne "ne", Lt "lt", Le "le", Gt "gt", Ge "ge",
}
