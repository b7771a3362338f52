//! What random loops carry from turn to turn: reductions, and the least or greatest value with
//! what was found with it. Now and then something that must not run in vectors.

use super::Generator;
use mambo_ir::Dtype;

/// Values that are carried, and how a turn changes them.
pub(super) struct Carried {
    /// Names, types and initial values.
    pub(super) values: Vec<(String, Dtype, String)>,
    change: Change,
}

enum Change {
    Combine(&'static str),
    /// By which comparison a value is better.
    Best(&'static str),
}

impl Generator {
    pub(super) fn carried(&mut self) -> Vec<Carried> {
        let has_output = self.params.iter().any(|param| param.name.starts_with('o'));
        let count = self.random.between(usize::from(!has_output), 2);
        (0..count)
            .map(|at| if self.random.chance(30) { self.best(at) } else { self.reduction(at) })
            .collect()
    }

    fn reduction(&mut self, at: usize) -> Carried {
        loop {
            let dtype = if self.random.chance(10) { Dtype::Bool } else { self.dtype() };
            let operator = if self.relaxed && dtype.is_float() {
                let operators = ["+", "-", "*", "min", "max"];
                operators[self.random.weighted(&[50, 15, 10, 12, 12])]
            } else if dtype.is_int() {
                let operators = ["+", "*", "min", "max", "&", "|", "^"];
                operators[self.random.weighted(&[40, 10, 15, 15, 6, 6, 6])]
            } else if dtype == Dtype::Bool {
                ["&", "|", "^"][self.random.below(3)]
            } else {
                if self.palette.iter().all(|dtype| !dtype.is_int()) {
                    self.palette.push(Dtype::I64);
                }
                continue;
            };
            let values = vec![(format!("r{at}"), dtype, self.literal(dtype))];
            return Carried { values, change: Change::Combine(operator) };
        }
    }

    fn best(&mut self, at: usize) -> Carried {
        let mut dtype = self.dtype();
        while dtype == Dtype::Bool {
            dtype = self.dtype();
        }
        let mut values = vec![(format!("r{at}"), dtype, self.literal(dtype))];
        if self.random.chance(70) {
            let literal = self.literal(self.index);
            values.push((format!("at{at}"), self.index, literal));
        }
        for number in 0..self.random.weighted(&[60, 30, 10]) {
            let dtype = self.dtype();
            values.push((format!("p{at}{number}"), dtype, self.literal(dtype)));
        }
        if self.random.chance(15) {
            values.push((format!("b{at}"), Dtype::Bool, self.literal(Dtype::Bool)));
        }
        if self.random.chance(5) {
            values.push((format!("found{at}"), Dtype::U32, "0".into()));
        }
        let compare = ["<", "<=", ">", ">="][self.random.below(4)];
        Carried { values, change: Change::Best(compare) }
    }

    /// The statement of a turn.
    pub(super) fn change(&mut self, carried: &Carried) -> String {
        let (name, dtype, _) = &carried.values[0];
        let statement = match carried.change {
            Change::Combine(operator) => {
                let value = self.value(*dtype, 3);
                match operator {
                    "min" | "max" => format!("{name} = {name}.{operator}({value});"),
                    _ => format!("{name} {operator}= {value};"),
                }
            }
            Change::Best(compare) => self.replaced(carried, compare),
        };
        if self.random.chance(30) {
            let cond = self.value(Dtype::Bool, 2);
            return format!("if {cond} {{ {statement} }}");
        }
        statement
    }

    fn replaced(&mut self, carried: &Carried, compare: &str) -> String {
        let (name, dtype, _) = &carried.values[0];
        let value = self.value(*dtype, 3);
        let new = format!("new_{name}");
        let mut set = String::new();
        for (other, dtype, _) in &carried.values[1..] {
            let value = match &other[..1] {
                "a" if self.random.chance(80) => "i".into(),
                // How often it was found is not what any lane knows.
                "b" => "true".into(),
                "f" => format!("{other} + 1"),
                _ => self.value(*dtype, 2),
            };
            set += &format!(" {other} = {value};");
        }
        let better = format!("{new} {compare} {name}");
        let cond = match self.random.weighted(&[80, 15]) {
            0 => better.clone(),
            _ => format!("{} && {better}", self.value(Dtype::Bool, 1)),
        };
        let body = match self.random.weighted(&[86, 4, 3, 3, 4]) {
            0 => format!("if {cond} {{ {name} = {new};{set} }}"),
            // The rest does not go with it, or it is another value that is kept.
            1 => {
                let other = self.value(Dtype::Bool, 1);
                format!("if {cond} {{ {name} = {new}; if {other} {{{set} }} }}")
            }
            2 => format!("if {cond} {{ {name} = {};{set} }}", self.value(*dtype, 1)),
            3 => format!("if {cond} {{ {name} = {new};{set} }} else if {better} {{{set} }}"),
            _ => {
                let other = self.value(Dtype::Bool, 1);
                let found = format!("let better = {better}; if better {{ {name} = {new}; }}");
                format!("{found} if better && {other} {{{set} }}")
            }
        };
        format!("let {new}: {dtype} = {value}; {body}")
    }
}
