//! Random loops whose turns may run side by side: mixed types, branches, loops inside, gathers,
//! reductions, steps and strides, over arrays of 0 to 70 elements at any address.
//!
//! Each runs in all vectors that the processor has, and must do what the interpreter does with
//! the module as lowered. `MAMBO_LOOPS`: how many kernels, 3,500 if not set, each called three
//! times.

mod carried;
mod nest;

use crate::arguments::{Argument, ArrayArgument};
use crate::case::{install_hook, quietly};
use crate::random::Random;
use crate::run::{self, Failure, VECTORS};
use crate::{seeds, setting};
use carried::Carried;
use mambo_ir::signature::{Access, ArrayType};
use mambo_ir::{Const, Dtype, FastMath, Layout, Type};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many kernels a run tries.
const CASES: u64 = 3500;
/// How often each is called.
const CALLS: usize = 3;
/// The number of turns of most calls, and of those that go on for longer.
const LONGEST: usize = 70;
const LONG: usize = 600;

/// The types of elements.
const TYPES: [Dtype; 13] = [
    Dtype::F64,
    Dtype::F32,
    Dtype::I8,
    Dtype::I16,
    Dtype::I32,
    Dtype::I64,
    Dtype::Isize,
    Dtype::U8,
    Dtype::U16,
    Dtype::U32,
    Dtype::U64,
    Dtype::Usize,
    Dtype::Bool,
];

#[derive(Clone)]
struct Param {
    name: String,
    ty: Type,
}

struct Generator {
    random: Random,
    params: Vec<Param>,
    /// Bindings of the body.
    locals: Vec<(String, Dtype)>,
    /// The types most values have.
    palette: Vec<Dtype>,
    /// The index of the loop.
    index: Dtype,
    /// Where each array that is written is written.
    places: Vec<(String, String)>,
    /// Whether floats may be combined in another order.
    relaxed: bool,
    /// Whether the body already writes.
    written: bool,
}

/// A kernel with what calls it.
struct Loop {
    text: String,
    params: Vec<Param>,
    result: Type,
    fastmath: FastMath,
}

impl Generator {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut palette: Vec<Dtype> =
            (0..random.between(1, 3)).map(|_| TYPES[random.below(TYPES.len() - 1)]).collect();
        if random.chance(60) {
            palette.push(*random.pick(&[&Dtype::F64, &Dtype::F32, &Dtype::I32]));
        }
        let relaxed = random.chance(25);
        let index = match random.weighted(&[80, 8, 6, 6]) {
            0 => Dtype::Usize,
            1 => Dtype::I32,
            2 => Dtype::I64,
            _ => Dtype::U32,
        };
        Generator {
            random,
            params: Vec::new(),
            locals: Vec::new(),
            palette,
            index,
            places: Vec::new(),
            relaxed,
            written: false,
        }
    }

    fn dtype(&mut self) -> Dtype {
        if self.random.chance(90) {
            self.palette[self.random.below(self.palette.len())]
        } else {
            TYPES[self.random.below(TYPES.len())]
        }
    }

    fn array(&mut self, name: String, dtype: Dtype, mutable: bool) {
        let slice = self.random.chance(45);
        let strided = !slice && self.random.chance(35);
        let layout = if strided { Layout::Strided } else { Layout::C };
        let access = if mutable { Access::Mut } else { Access::Shared };
        let ty = Type::Array(ArrayType { dtype, rank: 1, layout, access, slice });
        self.params.push(Param { name, ty });
    }

    fn draw(mut self) -> Loop {
        for at in 0..self.random.between(1, 3) {
            let dtype = self.dtype();
            self.array(format!("a{at}"), dtype, false);
        }
        for at in 0..self.random.between(0, 2) {
            let dtype = self.dtype();
            self.array(format!("o{at}"), dtype, true);
        }
        if self.random.chance(30) {
            self.array("k".into(), Dtype::Usize, false);
        }
        for at in 0..self.random.between(0, 2) {
            let ty = Type::Scalar(self.dtype());
            self.params.push(Param { name: format!("s{at}"), ty });
        }
        self.params.push(Param { name: "n".into(), ty: Type::Scalar(Dtype::Usize) });
        let carried = self.carried();
        let body = self.body(&carried);
        let text = self.text(&carried, &body);
        let types: Vec<Dtype> =
            carried.iter().flat_map(|one| &one.values).map(|(_, dtype, _)| *dtype).collect();
        let result = match types[..] {
            [] => Type::UNIT,
            [dtype] => Type::Scalar(dtype),
            _ => Type::Tuple(types.into_iter().map(Type::from).collect()),
        };
        let allowed = FastMath::REASSOC.with(FastMath::NSZ);
        let fastmath = if self.relaxed { allowed } else { FastMath::default() };
        Loop { text, params: self.params, result, fastmath }
    }

    fn text(&self, carried: &[Carried], body: &str) -> String {
        let params: Vec<String> = self.params.iter().map(parameter).collect();
        let values: Vec<_> = carried.iter().flat_map(|one| &one.values).collect();
        let types: Vec<&str> = values.iter().map(|(_, dtype, _)| dtype.name()).collect();
        let names: Vec<&str> = values.iter().map(|(name, ..)| name.as_str()).collect();
        let (result, value) = match types[..] {
            [] => (String::new(), String::new()),
            [one] => (format!(" -> {one}"), names[0].into()),
            _ => (format!(" -> ({})", types.join(", ")), format!("({})", names.join(", "))),
        };
        let mut text = format!("fn kernel({}){result} {{\n", params.join(", "));
        for (name, dtype, init) in values {
            text += &format!("    let mut {name}: {dtype} = {init};\n");
        }
        text + body + &format!("    {value}\n}}\n")
    }

    /// The loop.
    fn body(&mut self, carried: &[Carried]) -> String {
        let ty = self.index.name();
        let n = if self.index == Dtype::Usize { "n".into() } else { format!("(n as {ty})") };
        let start = self.random.weighted(&[80, 10, 10]);
        let range = match self.random.weighted(&[70, 10, 10, 5, 5]) {
            0 => format!("{start}..{n}"),
            1 => format!("({start}..{n}).rev()"),
            2 => format!("({start}..{n}).step_by({})", self.random.between(2, 4)),
            3 => format!("{start}..={n}"),
            _ => format!("({start}..{n}).rev().step_by({})", self.random.between(2, 3)),
        };
        let mut text = format!("    for i in {range} {{\n");
        if self.random.chance(8) {
            let cond = self.value(Dtype::Bool, 2);
            text += &format!("        if {cond} {{\n            continue;\n        }}\n");
        }
        for at in 0..self.random.below(3) {
            let dtype = self.dtype();
            let value = self.value(dtype, 3);
            text += &format!("        let v{at}: {dtype} = {value};\n");
            self.locals.push((format!("v{at}"), dtype));
        }
        if self.random.chance(40) {
            text += &self.nest();
        }
        for statement in self.statements(carried) {
            text += &format!("        {statement}\n");
        }
        text + "    }\n"
    }

    fn statements(&mut self, carried: &[Carried]) -> Vec<String> {
        let mut statements = Vec::new();
        let outputs: Vec<(String, Dtype)> = self
            .params
            .iter()
            .filter_map(|param| match &param.ty {
                Type::Array(array) if param.name.starts_with('o') => {
                    Some((param.name.clone(), array.dtype))
                }
                _ => None,
            })
            .collect();
        for (name, dtype) in outputs {
            let place = self.place_in(&name);
            let value = self.value(dtype, 3);
            let mut statement = format!("{name}[{place}] = {value};");
            match self.random.weighted(&[65, 20, 15]) {
                0 => statement += &self.rest_of_group(&name, &place, dtype),
                1 => {
                    let cond = self.value(Dtype::Bool, 2);
                    statement = format!("if {cond} {{ {statement} }}");
                }
                _ => {
                    let (cond, other) = (self.value(Dtype::Bool, 2), self.value(dtype, 2));
                    statement = format!(
                        "if {cond} {{ {statement} }} else {{ {name}[{place}] = {other}; }}"
                    );
                }
            }
            self.written = true;
            statements.push(statement);
        }
        statements.extend(carried.iter().map(|one| self.change(one)));
        statements
    }

    /// Stores to all that lies between elements that are apart, now and then.
    fn rest_of_group(&mut self, name: &str, place: &str, dtype: Dtype) -> String {
        let Some((line, own)) = place.rsplit_once(" + ") else { return String::new() };
        let Some((apart, _)) = line.split_once(" * ") else { return String::new() };
        if self.random.chance(40) {
            return String::new();
        }
        let apart: usize = apart.parse().expect("a number of elements");
        let others = (0..apart).filter(|other| other.to_string() != own);
        let stores = others.map(|other| {
            let value = self.value(dtype, 2);
            format!(" {name}[{line} + {other}] = {value};")
        });
        stores.collect()
    }

    /// An index that is a line, mostly the index of the loop.
    fn place(&mut self) -> String {
        let index = if self.index == Dtype::Usize { "i" } else { "i as usize" };
        match self.random.weighted(&[72, 8, 6, 9, 5]) {
            0 => index.into(),
            1 => format!("{index} + {}", self.random.between(1, 2)),
            2 => format!("n - 1 - ({index})"),
            3 => {
                let apart = self.random.between(2, 4);
                format!("{apart} * ({index}) + {}", self.random.below(apart))
            }
            _ => format!("({index}) / 2"),
        }
    }

    /// The same for an array. One that is written is mostly read at the place of the writing,
    /// for turns would wait for one another otherwise.
    fn place_in(&mut self, name: &str) -> String {
        if !name.starts_with('o') || self.random.chance(6) {
            return self.place();
        }
        if let Some((_, place)) = self.places.iter().find(|(known, _)| known == name) {
            return place.clone();
        }
        let place = self.place();
        self.places.push((name.into(), place.clone()));
        place
    }

    fn literal(&mut self, dtype: Dtype) -> String {
        let value = crate::generate::scalar(&mut self.random, dtype);
        let text = value.to_string();
        match dtype {
            Dtype::Bool => text,
            Dtype::F32 | Dtype::F64 => match value.as_float() {
                Some(number) if number.is_finite() => format!("({text}_{dtype})"),
                _ => format!("(1.5_{dtype})"),
            },
            _ => format!("({text}_{dtype})"),
        }
    }

    /// Something of this type that varies with the turn, if it can.
    fn leaf(&mut self, dtype: Dtype) -> String {
        let locals: Vec<&String> =
            self.locals.iter().filter(|(_, ty)| *ty == dtype).map(|(name, _)| name).collect();
        if !locals.is_empty() && self.random.chance(50) {
            return locals[self.random.below(locals.len())].clone();
        }
        let own: Vec<String> = self
            .params
            .iter()
            .filter(|param| match &param.ty {
                Type::Array(array) => array.dtype == dtype,
                ty => *ty == Type::Scalar(dtype),
            })
            .map(|param| param.name.clone())
            .collect();
        let gathers = self.params.iter().any(|param| param.name == "k") && !self.written;
        match self.random.weighted(&[60, 12, 12, 16]) {
            0 | 3 if !own.is_empty() => {
                let name = own[self.random.below(own.len())].clone();
                let is_array = !name.starts_with('s') && name != "n" && name != "m";
                if !is_array {
                    return name;
                }
                let gather = gathers && name.starts_with('a') && self.random.chance(20);
                let place = if gather { "k[i as usize]".into() } else { self.place_in(&name) };
                format!("{name}[{place}]")
            }
            1 if dtype != Dtype::Bool => format!("(i as {dtype})"),
            2 => self.literal(dtype),
            _ if dtype == Dtype::Bool => {
                let of = self.palette[0];
                let (a, b) = (self.leaf_of_number(of), self.leaf_of_number(of));
                format!("({a} < {b})")
            }
            _ => {
                let from = self.dtype();
                if from == dtype || from == Dtype::Bool && dtype.is_float() {
                    return self.literal(dtype);
                }
                let locals = self.literal_or_array(from);
                format!("({locals} as {dtype})")
            }
        }
    }

    fn leaf_of_number(&mut self, dtype: Dtype) -> String {
        if dtype == Dtype::Bool { "(i as i32)".into() } else { self.literal_or_array(dtype) }
    }

    fn literal_or_array(&mut self, dtype: Dtype) -> String {
        let arrays: Vec<String> = self
            .params
            .iter()
            .filter(|param| matches!(&param.ty, Type::Array(array) if array.dtype == dtype))
            .map(|param| param.name.clone())
            .collect();
        if arrays.is_empty() {
            return self.literal(dtype);
        }
        let name = arrays[self.random.below(arrays.len())].clone();
        let place = self.place_in(&name);
        format!("{name}[{place}]")
    }

    fn value(&mut self, dtype: Dtype, depth: usize) -> String {
        if depth == 0 || self.random.chance(20) {
            return self.leaf(dtype);
        }
        if self.random.chance(10) {
            let cond = self.value(Dtype::Bool, depth - 1);
            let (a, b) = (self.value(dtype, depth - 1), self.value(dtype, depth - 1));
            return format!("(if {cond} {{ {a} }} else {{ {b} }})");
        }
        match dtype {
            Dtype::Bool => self.truth(depth),
            Dtype::F32 | Dtype::F64 => self.float(dtype, depth),
            _ => self.int(dtype, depth),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        match self.random.weighted(&[60, 20, 10, 10]) {
            0 => {
                let of = loop {
                    let of = self.dtype();
                    if of != Dtype::Bool {
                        break of;
                    }
                };
                let operator = *self.random.pick(&[&"<", &"<=", &">", &">=", &"==", &"!="]);
                let (a, b) = (self.value(of, depth - 1), self.value(of, depth - 1));
                format!("({a} {operator} {b})")
            }
            1 => {
                let operator = *self.random.pick(&[&"&", &"|", &"^", &"&&", &"||"]);
                let (a, b) =
                    (self.value(Dtype::Bool, depth - 1), self.value(Dtype::Bool, depth - 1));
                format!("({a} {operator} {b})")
            }
            2 => format!("(!{})", self.value(Dtype::Bool, depth - 1)),
            _ => self.leaf(Dtype::Bool),
        }
    }

    fn float(&mut self, dtype: Dtype, depth: usize) -> String {
        let a = self.value(dtype, depth - 1);
        match self.random.weighted(&[50, 12, 12, 8, 18]) {
            0 => {
                let operator = *self.random.pick(&[&"+", &"-", &"*", &"/"]);
                let b = self.value(dtype, depth - 1);
                format!("({a} {operator} {b})")
            }
            1 => {
                let method = *self.random.pick(&[&"min", &"max", &"copysign"]);
                let b = self.value(dtype, depth - 1);
                // The sign of a NaN is nobody's promise.
                let number = if *method == *"copysign" { ".max(-1000.0)" } else { "" };
                format!("({a}).{method}(({b}){number})")
            }
            2 => {
                let names: [&str; 8] =
                    ["abs", "sqrt", "floor", "ceil", "trunc", "round", "round_ties_even", "abs"];
                format!("({a}).{}()", names[self.random.below(names.len())])
            }
            3 => {
                let (b, c) = (self.value(dtype, depth - 1), self.value(dtype, depth - 1));
                format!("({a}).mul_add({b}, {c})")
            }
            _ => self.cast(dtype, depth, a),
        }
    }

    /// A value of another type as this one.
    fn cast(&mut self, dtype: Dtype, depth: usize, otherwise: String) -> String {
        let from = self.dtype();
        if from == dtype || from == Dtype::Bool && dtype.is_float() {
            let operator = if dtype.is_unsigned_int() { '!' } else { '-' };
            return format!("({operator}({otherwise}))");
        }
        format!("({} as {dtype})", self.value(from, depth - 1))
    }

    fn int(&mut self, dtype: Dtype, depth: usize) -> String {
        let a = self.value(dtype, depth - 1);
        match self.random.weighted(&[48, 14, 14, 6, 18]) {
            0 => {
                let operator = *self.random.pick(&[&"+", &"-", &"*", &"&", &"|", &"^"]);
                let b = self.value(dtype, depth - 1);
                format!("({a} {operator} {b})")
            }
            1 => {
                let names = ["min", "max", "saturating_add", "saturating_sub", "wrapping_mul"];
                let method = names[self.random.below(names.len())];
                let b = self.value(dtype, depth - 1);
                format!("({a}).{method}({b})")
            }
            2 => {
                let count = match self.random.chance(65) {
                    true => self.random.below(dtype.bits() as usize).to_string(),
                    false => {
                        let count = self.value(dtype, depth - 1);
                        format!("({count} as u32)")
                    }
                };
                let names = ["wrapping_shl", "wrapping_shr", "rotate_left", "rotate_right"];
                format!("({a}).{}({count})", names[self.random.below(names.len())])
            }
            3 if dtype.is_signed_int() => {
                let method = if self.random.chance(50) { "wrapping_abs" } else { "wrapping_neg" };
                format!("({a}).{method}()")
            }
            3 => format!("(!{a})"),
            _ => self.cast(dtype, depth, a),
        }
    }
}

fn parameter(param: &Param) -> String {
    let name = &param.name;
    match &param.ty {
        Type::Array(array) => {
            let (dtype, mutable) = (array.dtype, array.access == Access::Mut);
            match (array.slice, mutable) {
                (true, true) => format!("{name}: &mut [{dtype}]"),
                (true, false) => format!("{name}: &[{dtype}]"),
                (false, true) => format!("mut {name}: ArrayViewMut1<{dtype}>"),
                (false, false) => format!("{name}: ArrayView1<{dtype}>"),
            }
        }
        ty => format!("{name}: {ty}"),
    }
}

impl Loop {
    /// Arguments for one call: arrays of about one length, which `n` is.
    fn arguments(&self, random: &mut Random) -> Vec<Argument> {
        let n = if random.chance(8) { random.below(LONG) } else { random.below(LONGEST + 1) };
        let short = random.chance(12);
        self.params
            .iter()
            .map(|param| match &param.ty {
                Type::Array(array) => {
                    let times = [4, 2, 1][random.weighted(&[25, 50, 25])];
                    let mut len = times * n + 3;
                    if short && random.chance(50) {
                        len = random.below(n + 1);
                    }
                    let mut drawn = ArrayArgument::draw_of(random, array, vec![len]);
                    if param.name == "k" {
                        let greatest = if random.chance(90) { n + 2 } else { n + 10 };
                        for element in &mut drawn.elements {
                            *element = Const::index(random.below(greatest + 1));
                        }
                    }
                    Argument::Array(drawn)
                }
                Type::Scalar(_) if param.name == "n" => Argument::Scalar(Const::index(n)),
                Type::Scalar(_) if param.name == "m" => {
                    Argument::Scalar(Const::index(random.below(6)))
                }
                ty => Argument::draw(random, ty),
            })
            .collect()
    }
}

/// How often vector loops were made in each way, and how often not.
#[derive(Default)]
struct Met {
    kernels: AtomicUsize,
    calls: AtomicUsize,
    made: [AtomicUsize; VECTORS.len()],
    refused: [AtomicUsize; VECTORS.len()],
    regions: AtomicUsize,
    bests: AtomicUsize,
}

fn try_seed(seed: u64, met: &Met) -> Result<(), String> {
    let drawn = Generator::new(seed).draw();
    let params = drawn.params.iter().map(|param| param.ty.clone());
    let signature = run::signature(params, &drawn.result);
    let mut random = Random::new(seed ^ 0xCA11);
    let calls: Vec<_> = (0..CALLS).map(|_| drawn.arguments(&mut random)).collect();
    let outcome = quietly(|| {
        let compiled = run::compile_with(&drawn.text, &signature, false, drawn.fastmath)?;
        for (vectors, outcomes) in compiled.loops() {
            let at = VECTORS.iter().position(|other| other.name == vectors.name);
            let at = at.expect("a known one");
            for outcome in outcomes {
                let counter = if outcome.code.is_ok() { &met.made } else { &met.refused };
                counter[at].fetch_add(1, Ordering::Relaxed);
            }
        }
        met.kernels.fetch_add(1, Ordering::Relaxed);
        met.regions.fetch_add(compiled.regions(), Ordering::Relaxed);
        met.bests.fetch_add(compiled.bests(), Ordering::Relaxed);
        for args in &calls {
            if let Err(failure) = compiled.compare(args) {
                return Ok(Err((failure, args.clone(), compiled.modules())));
            }
            met.calls.fetch_add(1, Ordering::Relaxed);
        }
        Ok(Ok(()))
    });
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err((failure, args, modules))) => Err(format!(
            "{}\n{args:#?}\n{modules}\n{}\n{}",
            drawn.text,
            drawn.text,
            text_of(&failure)
        )),
        Err(failure) => Err(format!("{}\n{}", drawn.text, text_of(&failure))),
    }
}

fn text_of(failure: &Failure) -> String {
    match failure {
        Failure::Rejected(text)
        | Failure::Panicked(text)
        | Failure::Fault(text)
        | Failure::Mismatch(text) => format!("{}\n{text}", failure.summary()),
    }
}

#[test]
fn random_loops_agree() {
    install_hook();
    let (cases, seed) = (setting("MAMBO_LOOPS"), setting("MAMBO_SEED"));
    let count = cases.unwrap_or(if seed.is_some() { 1 } else { CASES });
    let first = seed.unwrap_or(0);
    let survey = std::env::var_os("MAMBO_SURVEY").is_some();
    let met = Met::default();
    let failed: Mutex<Option<String>> = Mutex::new(None);
    seeds::each(first, count, |seed| {
        let Err(report) = try_seed(seed, &met) else { return true };
        if survey {
            let line = report.lines().rev().nth(2).unwrap_or_default();
            println!("MAMBO_SEED={seed} {line}");
        } else {
            let report = format!("MAMBO_SEED={seed}\n{report}");
            failed.lock().expect("no panic here").get_or_insert(report);
        }
        survey
    });
    if let Some(report) = failed.into_inner().expect("no panic here") {
        panic!("{report}");
    }
    println!("{} kernels, {} calls", met.kernels.into_inner(), met.calls.into_inner());
    let regions = met.regions.into_inner() as u64;
    println!("{regions} loops and branches inside of vector loops");
    assert!(count < 100 || regions * 10 > count, "only {regions} regions of {count} kernels");
    let bests = met.bests.into_inner() as u64;
    println!("{bests} searches for the least or the greatest");
    assert!(count < 100 || bests * 10 > count, "only {bests} searches of {count} kernels");
    for ((vectors, made), refused) in VECTORS.iter().zip(met.made).zip(met.refused) {
        let (made, refused) = (made.into_inner() as u64, refused.into_inner() as u64);
        println!("{}: {made} loops in vectors, {refused} not", vectors.name);
        if vectors.is_supported() && count >= 100 {
            assert!(made * 3 > count, "only {made} loops of {count} kernels ran in vectors");
        }
    }
}
