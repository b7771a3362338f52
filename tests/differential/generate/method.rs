//! Draws calls of the methods of numbers.

use super::Generator;
use crate::tree::{Node, literal};
use mambo_ir::{Const, Dtype};

impl Generator {
    /// A scalar that a method gives.
    pub(super) fn method(&mut self, dtype: Dtype, depth: usize) -> Node {
        match dtype {
            Dtype::Bool => self.question(depth),
            Dtype::F32 | Dtype::F64 => self.float_method(dtype, depth),
            _ => self.int_method(dtype, depth),
        }
    }

    /// `receiver.name(args)`, the arguments of these types.
    fn call(&mut self, result: Dtype, receiver: Dtype, name: &str, args: &[Dtype]) -> Node {
        let depth = self.random.below(2);
        let node = Node::expr(result).n(self.scalar(receiver, depth, false));
        let mut node = node.t(format!(".{name}("));
        for (i, arg) in args.iter().enumerate() {
            node = node.t(if i > 0 { ", " } else { "" }).n(self.scalar(*arg, depth, true));
        }
        node.t(")")
    }

    /// A method that gives a `bool`.
    fn question(&mut self, depth: usize) -> Node {
        let dtype = self.dtype();
        let name = match dtype {
            Dtype::Bool => return self.condition(depth),
            _ if dtype.is_float() => {
                let names = ["is_nan", "is_infinite", "is_finite", "is_normal", "is_subnormal"];
                names[self.random.below(5)]
            }
            _ => {
                let names: &[&str] = match dtype.is_signed_int() {
                    true => &["is_positive", "is_negative", "checked_add", "overflowing_mul"],
                    false => &["is_power_of_two", "checked_sub", "overflowing_sub", "checked_shl"],
                };
                names[self.random.below(4)]
            }
        };
        match name.split('_').next() {
            Some("checked") => {
                let arg = if name == "checked_shl" { Dtype::U32 } else { dtype };
                let test = *self.random.pick(&[&".is_some()", &".is_none()"]);
                self.call(Dtype::Bool, dtype, name, &[arg]).t(test)
            }
            Some("overflowing") => self.call(Dtype::Bool, dtype, name, &[dtype]).t(".1"),
            _ => self.call(Dtype::Bool, dtype, name, &[]),
        }
    }

    fn int_method(&mut self, dtype: Dtype, depth: usize) -> Node {
        match self.random.weighted(&[40, 12, 12, 14, 8, 8, 6, 6]) {
            0 => {
                let names = [
                    "wrapping_add",
                    "wrapping_sub",
                    "wrapping_mul",
                    "saturating_add",
                    "saturating_sub",
                    "saturating_mul",
                    "min",
                    "max",
                    "min",
                    "max",
                ];
                let name = names[self.random.below(names.len())];
                self.call(dtype, dtype, name, &[dtype])
            }
            1 => {
                let names: &[&str] = match dtype.is_signed_int() {
                    true => &["rem_euclid", "div_euclid", "wrapping_div", "wrapping_rem"],
                    false => &["rem_euclid", "div_euclid", "div_ceil", "next_multiple_of"],
                };
                let name = names[self.random.below(4)];
                let node = Node::expr(dtype).n(self.scalar(dtype, depth, false));
                node.t(format!(".{name}(")).n(self.divisor(dtype, depth)).t(")")
            }
            2 => {
                let names = [
                    "pow",
                    "wrapping_pow",
                    "saturating_pow",
                    "wrapping_shl",
                    "wrapping_shr",
                    "rotate_left",
                    "rotate_right",
                    "pow",
                ];
                let name = names[self.random.below(names.len())];
                if name.ends_with("pow") && self.random.chance(60) {
                    let exponent = self.random.below(7);
                    let node = Node::expr(dtype).n(self.scalar(dtype, depth, false));
                    return node.t(format!(".{name}({exponent})"));
                }
                self.call(dtype, dtype, name, &[Dtype::U32])
            }
            3 => self.int_part(dtype),
            4 => {
                let (low, high) = (self.random.below(5), self.random.between(5, 9));
                let node = Node::expr(dtype).n(self.scalar(dtype, depth, false));
                node.t(format!(".clamp({low}, {high})"))
            }
            5 => {
                let node = Node::expr(dtype).n(self.option(dtype, depth));
                match self.random.below(4) {
                    0 => node.t(".unwrap_or(").n(self.scalar(dtype, depth, true)).t(")"),
                    1 => node.t(".unwrap_or_default()"),
                    2 => self.mapped_option(node, dtype),
                    _ => node.t(".unwrap()"),
                }
            }
            6 => {
                let name = *self.random.pick(&[&"add", &"sub", &"mul"]);
                self.call(dtype, dtype, &format!("overflowing_{name}"), &[dtype]).t(".0")
            }
            _ => {
                let path = *self.random.pick(&[&"std::cmp::max", &"std::cmp::min"]);
                let node = Node::expr(dtype).t(format!("{path}("));
                let node = node.n(self.scalar(dtype, depth, false)).t(", ");
                node.n(self.scalar(dtype, depth, true)).t(")")
            }
        }
    }

    /// `option.map_or(default, |v| ..)`.
    fn mapped_option(&mut self, node: Node, dtype: Dtype) -> Node {
        let node = node.t(".map_or(").n(self.scalar(dtype, 1, false)).t(", |");
        self.scoped(|this| {
            let name = this.fresh("o");
            this.declare(name, super::Kind::Value(dtype.into()), false);
            let node = node.open().name(name).bind(name).t("| ");
            let body = this.inside_closure(dtype.into(), |this| {
                this.purely(|this| this.scalar(dtype, 1, true))
            });
            node.n(body).close().t(")")
        })
    }

    /// A method without arguments, or one whose result is of another type.
    fn int_part(&mut self, dtype: Dtype) -> Node {
        if dtype == Dtype::U32 && self.random.chance(70) {
            let names = [
                "count_ones",
                "count_zeros",
                "leading_zeros",
                "trailing_zeros",
                "leading_ones",
                "trailing_ones",
            ];
            let receiver = self.int_dtype();
            let name = names[self.random.below(names.len())];
            return self.call(dtype, receiver, name, &[]);
        }
        if dtype.is_signed_int() {
            let names =
                ["abs", "wrapping_abs", "signum", "wrapping_neg", "swap_bytes", "reverse_bits"];
            let name = names[self.random.below(names.len())];
            return self.call(dtype, dtype, name, &[]);
        }
        let signed = dtype.to_other_sign();
        match self.random.below(5) {
            0 => self.call(dtype, signed, "unsigned_abs", &[]),
            1 => self.call(dtype, signed, "abs_diff", &[signed]),
            2 => self.call(dtype, dtype, "abs_diff", &[dtype]),
            3 => self.call(dtype, dtype, "next_power_of_two", &[]),
            _ => self.call(dtype, dtype, "wrapping_neg", &[]),
        }
    }

    fn float_method(&mut self, dtype: Dtype, depth: usize) -> Node {
        match self.random.weighted(&[30, 16, 14, 18, 8, 6, 5, 5]) {
            0 => {
                let names = [
                    "abs",
                    "sqrt",
                    "floor",
                    "ceil",
                    "round",
                    "trunc",
                    "fract",
                    "signum",
                    "recip",
                    "round_ties_even",
                    "to_degrees",
                    "to_radians",
                    "sqrt",
                    "floor",
                ];
                let name = names[self.random.below(names.len())];
                self.call(dtype, dtype, name, &[])
            }
            1 => {
                let name = *self.random.pick(&[&"min", &"max"]);
                self.call(dtype, dtype, name, &[dtype])
            }
            2 => self.call(dtype, dtype, "mul_add", &[dtype, dtype]),
            3 => {
                let names = [
                    "exp", "exp2", "exp_m1", "ln", "log2", "log10", "ln_1p", "cbrt", "sin", "cos",
                    "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh",
                    "atanh",
                ];
                let name = names[self.random.below(names.len())];
                self.call(dtype, dtype, name, &[])
            }
            4 => {
                let names = ["rem_euclid", "div_euclid", "powf", "atan2", "hypot", "log"];
                let name = names[self.random.below(names.len())];
                self.call(dtype, dtype, name, &[dtype])
            }
            5 => {
                let node = Node::expr(dtype).n(self.scalar(dtype, depth, false));
                let exponent = match self.random.chance(60) {
                    true => literal(Const::int(Dtype::I32, self.random.below(9) as i128 - 3), true),
                    false => self.scalar(Dtype::I32, depth, true),
                };
                node.t(".powi(").n(exponent).t(")")
            }
            6 => {
                let node = Node::expr(dtype).n(self.scalar(dtype, depth, false));
                node.t(".clamp(-1.5, 2.0)")
            }
            _ => self.signed_by(dtype, depth),
        }
    }

    /// What depends on the sign of a number that is no NaN, whose sign nothing promises.
    fn signed_by(&mut self, dtype: Dtype, depth: usize) -> Node {
        let name = self.fresh("s");
        let node = Node::expr(dtype).t("{ let ").name(name).t(": ").t(dtype.name()).t(" = ");
        let node = node.n(self.scalar(dtype, depth, true)).t("; ").open().bind(name);
        let node = node.t("if ").u(name).t(".is_nan() { ");
        let node = node.n(self.scalar(dtype, 0, false)).t(" } else { ");
        let node = match self.random.below(3) {
            0 => node.n(self.scalar(dtype, depth, false)).t(".copysign(").u(name).t(")"),
            1 => {
                let node = node.t("if ").u(name).t(".is_sign_negative() { ");
                let node = node.n(self.scalar(dtype, 0, false)).t(" } else { ");
                node.n(self.scalar(dtype, 0, false)).t(" }")
            }
            _ => {
                let flipped = match self.random.chance(50) {
                    true => "1",
                    false => "!0",
                };
                let node = node.t(format!("{dtype}::from_bits(")).u(name);
                node.t(format!(".to_bits() ^ {flipped})"))
            }
        };
        Node { ty: node.ty.clone(), ..Node::expr(dtype).t("(").n(node.close().t(" } }")).t(")") }
    }
}
