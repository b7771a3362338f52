//! Writes and reads vector loops:
//!
//! ```text
//! %7: usize, %8: i64 = vector %6 (%0, %1, %2) reduce (%3) @4:5 {
//!   input f64
//!   input view<f64, 0, C>
//!   input view<f64, 0, C, mut>
//!   access 1 step 1
//!   access 2 step input 0 offset -1
//!   reduction add i64
//!   %0: f64 = load 0
//!   %1: f64 = splat 0
//!   %2: f64 = mul %0, %1
//!   store 1, %2 mask %3
//! }
//! ```
//!
//! Values inside are numbered on their own, as are inputs, accesses and reductions, each in
//! the order of their lines.

use super::body::Body;
use super::lex::Token;
use super::names;
use super::parse::Parse;
use super::print::Printer;
use crate::dtype::Dtype;
use crate::function::{Op, Value};
use crate::vector::{Access, Reduction, Step, VectorInst, VectorLoop, VectorOp};

impl Printer<'_> {
    /// The lines between the braces, and the braces.
    pub(super) fn vector_loop(&mut self, plan: &VectorLoop) {
        self.out.push_str(" {\n");
        self.indent += 1;
        for input in &plan.inputs {
            self.line(format_args!("input {input}"));
        }
        for access in &plan.accesses {
            let Access { base, part, step, offset } = access;
            let part = if *part > 0 { format!(" part {part}") } else { String::new() };
            let step = match step {
                Step::Const(step) => format!("{step}"),
                Step::Input(input) => format!("input {input}"),
            };
            let offset = if *offset != 0 { format!(" offset {offset}") } else { String::new() };
            self.line(format_args!("access {base}{part} step {step}{offset}"));
        }
        for Reduction { op, dtype } in &plan.reductions {
            self.line(format_args!("reduction {} {dtype}", names::binary(*op)));
        }
        for inst in &plan.insts {
            self.vector_inst(plan, inst);
        }
        self.indent -= 1;
        self.start_line();
        self.out.push('}');
    }

    fn vector_inst(&mut self, plan: &VectorLoop, inst: &VectorInst) {
        self.start_line();
        if let Some(result) = inst.result {
            let dtype = plan.values.get(result.index());
            self.put(format_args!("{result}: "));
            match dtype {
                Some(dtype) => self.put(format_args!("{dtype} = ")),
                None => self.out.push_str("? = "),
            }
        }
        let mask =
            |mask: Option<Value>| mask.map_or_else(String::new, |mask| format!(" mask {mask}"));
        match &inst.op {
            VectorOp::Each(op) => self.each(op),
            VectorOp::Splat(input) => self.put(format_args!("splat {input}")),
            VectorOp::Turn => self.out.push_str("turn"),
            VectorOp::Load { access, mask: only } => {
                self.put(format_args!("load {access}{}", mask(*only)));
            }
            VectorOp::Store { access, value, mask: only } => {
                self.put(format_args!("store {access}, {value}{}", mask(*only)));
            }
            VectorOp::Gather { base, part, index, mask: only } => {
                let part = if *part > 0 { format!(" part {part}") } else { String::new() };
                self.put(format_args!("gather {base}{part}, {index}{}", mask(*only)));
            }
            VectorOp::Accumulate { reduction, value, mask: only } => {
                self.put(format_args!("accumulate {reduction}, {value}{}", mask(*only)));
            }
            VectorOp::Require(value) => self.put(format_args!("require {value}")),
        }
        self.span(inst.span);
        self.out.push('\n');
    }

    /// An instruction on scalars; the values keep the numbers they have.
    fn each(&mut self, op: &Op) {
        let name = match op {
            Op::Const(value) => {
                self.put(format_args!("const {value}"));
                return;
            }
            Op::Unary(op, _) => names::unary(*op),
            Op::Binary(op, ..) => names::binary(*op),
            Op::Compare(op, ..) => names::compare(*op),
            Op::MulAdd(..) => "mul_add",
            Op::Select(..) => "select",
            Op::Cast(_) => "cast",
            Op::Bitcast(_) => "bitcast",
            _ => "?",
        };
        self.out.push_str(name);
        let mut separator = " ";
        op.for_each_operand(|value| {
            self.put(format_args!("{separator}{value}"));
            separator = ", ";
        });
    }
}

impl Body<'_, '_> {
    /// The braces and the lines between them.
    pub(super) fn vector_loop(&mut self) -> Parse<VectorLoop> {
        let mut plan = VectorLoop::default();
        self.parser.mark("{")?;
        while !self.parser.take("}") {
            if self.parser.take_word("input") {
                plan.inputs.push(self.parser.value_type()?);
            } else if self.parser.take_word("access") {
                plan.accesses.push(self.access()?);
            } else if self.parser.take_word("reduction") {
                let word = self.parser.word()?;
                let Some(op) = names::binary_of(word) else {
                    return self.parser.error("an operation of two operands is expected");
                };
                plan.reductions.push(Reduction { op, dtype: self.parser.dtype()? });
            } else {
                let inst = self.vector_inst(&mut plan)?;
                plan.insts.push(inst);
            }
        }
        Ok(plan)
    }

    fn access(&mut self) -> Parse<Access> {
        let base = self.parser.number()?;
        let part = self.part()?;
        self.parser.keyword("step")?;
        let step = if self.parser.take_word("input") {
            Step::Input(self.parser.number()?)
        } else {
            Step::Const(self.distance()?)
        };
        let offset = if self.parser.take_word("offset") { self.distance()? } else { 0 };
        Ok(Access { base, part, step, offset })
    }

    fn distance(&mut self) -> Parse<i64> {
        let value = self.parser.constant(Dtype::I64)?;
        Ok(value.bits() as i64)
    }

    fn vector_inst(&mut self, plan: &mut VectorLoop) -> Parse<VectorInst> {
        let mut result = None;
        if let Token::Value(number) = *self.parser.peek() {
            if number as usize != plan.values.len() {
                return self.parser.error("values of a vector loop are numbered in order");
            }
            self.parser.advance();
            self.parser.mark(":")?;
            plan.values.push(self.parser.dtype()?);
            self.parser.mark("=")?;
            result = Some(Value(number));
        }
        let op = self.vector_op(plan, result)?;
        Ok(VectorInst { op, result, span: self.span() })
    }

    fn vector_op(&mut self, plan: &VectorLoop, result: Option<Value>) -> Parse<VectorOp> {
        let word = self.parser.word()?;
        Ok(match word {
            "splat" => VectorOp::Splat(self.parser.number()?),
            "turn" => VectorOp::Turn,
            "load" => VectorOp::Load { access: self.parser.number()?, mask: self.mask()? },
            "store" => {
                let access = self.parser.number()?;
                VectorOp::Store { access, value: self.next_lanes()?, mask: self.mask()? }
            }
            "gather" => {
                let (base, part) = (self.parser.number()?, self.part()?);
                VectorOp::Gather { base, part, index: self.next_lanes()?, mask: self.mask()? }
            }
            "accumulate" => {
                let reduction = self.parser.number()?;
                VectorOp::Accumulate { reduction, value: self.next_lanes()?, mask: self.mask()? }
            }
            "require" => VectorOp::Require(self.lanes()?),
            _ => VectorOp::Each(self.each(word, plan, result)?),
        })
    }

    fn each(&mut self, word: &str, plan: &VectorLoop, result: Option<Value>) -> Parse<Op> {
        Ok(match word {
            "const" => match result.and_then(|value| plan.values.get(value.index())) {
                Some(&dtype) => Op::Const(self.parser.constant(dtype)?),
                None => return self.parser.error("a constant has a result"),
            },
            "mul_add" => Op::MulAdd(self.lanes()?, self.next_lanes()?, self.next_lanes()?),
            "select" => Op::Select(self.lanes()?, self.next_lanes()?, self.next_lanes()?),
            "cast" => Op::Cast(self.lanes()?),
            "bitcast" => Op::Bitcast(self.lanes()?),
            _ => {
                if let Some(op) = names::unary_of(word) {
                    Op::Unary(op, self.lanes()?)
                } else if let Some(op) = names::binary_of(word) {
                    Op::Binary(op, self.lanes()?, self.next_lanes()?)
                } else if let Some(op) = names::compare_of(word) {
                    Op::Compare(op, self.lanes()?, self.next_lanes()?)
                } else {
                    return self
                        .parser
                        .error(format!("`{word}` is not an instruction of a vector loop"));
                }
            }
        })
    }

    fn lanes(&mut self) -> Parse<Value> {
        match *self.parser.peek() {
            Token::Value(number) => {
                self.parser.advance();
                Ok(Value(number))
            }
            _ => self.parser.error("a value as `%0` is expected"),
        }
    }

    fn next_lanes(&mut self) -> Parse<Value> {
        self.parser.mark(",")?;
        self.lanes()
    }

    fn mask(&mut self) -> Parse<Option<Value>> {
        if self.parser.take_word("mask") { self.lanes().map(Some) } else { Ok(None) }
    }
}
