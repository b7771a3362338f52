//! Loops and costly branches inside of a random loop: what lanes run under a mask.

use super::{Generator, Param};
use mambo_ir::{Dtype, Type};

/// The most turns of a loop inside.
const FEW: usize = 6;

impl Generator {
    /// Statements that compute a new local value, `w0`, by a loop or a costly branch.
    pub(super) fn nest(&mut self) -> String {
        let dtype = loop {
            let dtype = self.dtype();
            if dtype != Dtype::Bool {
                break dtype;
            }
        };
        let first = self.value(dtype, 2);
        let mut text = format!("        let mut w0: {dtype} = {first};\n");
        let outside = self.locals.len();
        self.locals.push(("w0".into(), dtype));
        text += &match self.random.weighted(&[28, 32, 16, 12, 12]) {
            0 => self.while_loop(dtype),
            1 => self.counted_loop(dtype),
            2 => self.lane_loop(dtype),
            3 => self.endless_loop(dtype),
            _ => self.costly_branch(dtype),
        };
        self.locals.truncate(outside);
        self.locals.push(("w0".into(), dtype));
        text
    }

    fn limit(&mut self) -> String {
        if self.random.chance(40) {
            return format!("{}_u32", self.random.below(FEW + 1));
        }
        let of = if self.random.chance(50) { Dtype::U32 } else { self.palette[0] };
        let value = if of.is_int() { self.leaf(of) } else { "i".into() };
        format!("(({value} as u32) & 7)")
    }

    fn while_loop(&mut self, dtype: Dtype) -> String {
        let (limit, cond) = (self.limit(), self.value(Dtype::Bool, 2));
        self.locals.push(("c0".into(), Dtype::U32));
        let turn = self.turn(dtype, "c0 += 1; ");
        format!(
            "        let mut c0 = 0u32;\n        while c0 < {limit} && {cond} {{\n{turn}            c0 += 1;\n        }}\n"
        )
    }

    fn endless_loop(&mut self, dtype: Dtype) -> String {
        let limit = self.limit();
        self.locals.push(("c0".into(), Dtype::U32));
        let turn = self.turn(dtype, "");
        let cond = self.value(Dtype::Bool, 1);
        format!(
            "        let mut c0 = 0u32;\n        loop {{\n            c0 += 1;\n            if c0 > {limit} {{ break; }}\n{turn}            if {cond} {{ break; }}\n        }}\n"
        )
    }

    /// The same turns in all lanes, and elements that move with them.
    fn counted_loop(&mut self, dtype: Dtype) -> String {
        if !self.params.iter().any(|param| param.name == "m") {
            self.params.push(Param { name: "m".into(), ty: Type::Scalar(Dtype::Usize) });
        }
        self.locals.push(("u".into(), Dtype::Usize));
        let arrays: Vec<(String, Dtype)> = self
            .params
            .iter()
            .filter_map(|param| match &param.ty {
                Type::Array(array) if param.name.starts_with('a') => {
                    Some((param.name.clone(), array.dtype))
                }
                _ => None,
            })
            .collect();
        for (name, dtype) in arrays {
            let index = if self.index == Dtype::Usize { "i" } else { "(i as usize)" };
            let place = match self.random.below(4) {
                0 => "u".into(),
                1 => format!("{index} + 2 * u"),
                2 => format!("2 + {index} - u.min(2)"),
                _ => format!("{index} + u"),
            };
            self.locals.push((format!("{name}[{place}]"), dtype));
        }
        let turn = self.turn(dtype, "");
        let range = match self.random.below(8) {
            0 => "(0..m).rev()",
            1 => "1..=m",
            2 => "(0..m).step_by(2)",
            _ => "0..m",
        };
        if self.random.chance(20) {
            return format!(
                "        for t in 0..m {{\n        for u in t..m {{\n{turn}        }}\n        }}\n"
            );
        }
        format!("        for u in {range} {{\n{turn}        }}\n")
    }

    fn lane_loop(&mut self, dtype: Dtype) -> String {
        let limit = self.limit();
        self.locals.push(("u".into(), Dtype::U32));
        let turn = self.turn(dtype, "");
        format!("        for u in 0..{limit} {{\n{turn}        }}\n")
    }

    /// A turn of a loop inside; `before` goes before a `continue`.
    fn turn(&mut self, dtype: Dtype, before: &str) -> String {
        let mut text = String::new();
        for (word, chance) in [("break", 25), ("continue", 15)] {
            if self.random.chance(chance) {
                let cond = self.value(Dtype::Bool, 2);
                let before = if word == "continue" { before } else { "" };
                text += &format!("            if {cond} {{ {before}{word}; }}\n");
            }
        }
        let value = self.value(dtype, 2);
        let mut statement = format!("w0 = {value};");
        if self.random.chance(30) {
            let cond = self.value(Dtype::Bool, 1);
            statement = format!("if {cond} {{ {statement} }}");
        }
        text + &format!("            {statement}\n")
    }

    fn costly_branch(&mut self, dtype: Dtype) -> String {
        let cond = self.value(Dtype::Bool, 2);
        let float = if dtype == Dtype::F32 { Dtype::F32 } else { Dtype::F64 };
        let (a, b) = (self.value(float, 2), self.value(float, 1));
        let other = self.value(dtype, 1);
        format!(
            "        w0 = if {cond} {{\n            let q = ({a} / {b}).abs().sqrt();\n            ((q / ({b} + q)).sqrt() / q) as {dtype}\n        }} else {{ {other} }};\n"
        )
    }
}
