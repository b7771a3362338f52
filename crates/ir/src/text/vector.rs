//! Writes and reads vector loops:
//!
//! ```text
//! %7: usize, %8: i64 = vector %6 (%0, %1, %2, %3) reduce (%4) @4:5 {
//!   input f64
//!   input view<f64, 0, C>
//!   input view<f64, 0, C, mut>
//!   input usize
//!   extent 3
//!   access 1 step 1
//!   access 2 step input 0 offset -1 inner 4, 0
//!   reduction add i64
//!   best lt (f64, i64)
//!   %0: f64 = load 0
//!   %1: f64 = splat 0
//!   %2: f64 = mul %0, %1
//!   store 1, %2 mask %3
//!   %4: f64 = region mask %3 times 2 active %5 (%6: f64 = %2) {
//!     %7: f64 = mul %6, %6
//!     next %7 again %5
//!   }
//!   %8: bool = better 0, %2
//!   replace 0 field 0, %2 mask %8
//! }
//! ```
//!
//! Values inside are numbered on their own, as are inputs, accesses, reductions and bests, each
//! in the order of their lines.

use super::body::Body;
use super::lex::Token;
use super::names;
use super::parse::Parse;
use super::print::Printer;
use crate::dtype::Dtype;
use crate::function::{Op, Value};
use crate::vector::{
    Access, Best, NESTED, Reduction, Region, Step, VectorInst, VectorLoop, VectorOp,
};

impl Printer<'_> {
    /// The lines between the braces, and the braces.
    pub(super) fn vector_loop(&mut self, plan: &VectorLoop) {
        self.out.push_str(" {\n");
        self.indent += 1;
        for input in &plan.inputs {
            self.line(format_args!("input {input}"));
        }
        if let Some(extent) = plan.extent {
            self.line(format_args!("extent {extent}"));
        }
        for access in &plan.accesses {
            let Access { base, part, step, offset, inner } = access;
            let part = if *part > 0 { format!(" part {part}") } else { String::new() };
            let said = |step: &Step| match step {
                Step::Const(step) => format!("{step}"),
                Step::Input(input) => format!("input {input}"),
            };
            let step = said(step);
            let offset = if *offset != 0 { format!(" offset {offset}") } else { String::new() };
            self.start_line();
            self.put(format_args!("access {base}{part} step {step}{offset}"));
            if *inner != [Step::NONE; NESTED] {
                let [first, second] = inner;
                self.put(format_args!(" inner {}, {}", said(first), said(second)));
            }
            self.out.push('\n');
        }
        for Reduction { op, dtype } in &plan.reductions {
            self.line(format_args!("reduction {} {dtype}", names::binary(*op)));
        }
        for Best { compare, fields } in &plan.bests {
            let fields: Vec<String> = fields.iter().map(|field| field.to_string()).collect();
            let compare = names::compare(*compare);
            self.line(format_args!("best {compare} ({})", fields.join(", ")));
        }
        for inst in &plan.insts {
            self.vector_inst(plan, inst);
        }
        self.indent -= 1;
        self.start_line();
        self.out.push('}');
    }

    /// A value and its type.
    fn lane(&mut self, plan: &VectorLoop, value: Value) {
        match plan.values.get(value.index()) {
            Some(dtype) => self.put(format_args!("{value}: {dtype}")),
            None => self.put(format_args!("{value}: ?")),
        }
    }

    fn lane_region(&mut self, plan: &VectorLoop, region: &Region, inst: &VectorInst) {
        for (at, &result) in region.results.iter().enumerate() {
            self.out.push_str(if at > 0 { ", " } else { "" });
            self.lane(plan, result);
        }
        self.out.push_str(if region.results.is_empty() { "region" } else { " = region" });
        if let Some(mask) = region.mask {
            self.put(format_args!(" mask {mask}"));
        }
        if let Some(times) = region.times {
            self.put(format_args!(" times {times}"));
        }
        self.put(format_args!(" active {} (", region.active));
        for (at, (&param, init)) in region.params.iter().zip(&region.init).enumerate() {
            self.out.push_str(if at > 0 { ", " } else { "" });
            self.lane(plan, param);
            self.put(format_args!(" = {init}"));
        }
        self.out.push(')');
        self.span(inst.span);
        self.out.push_str(" {\n");
        self.indent += 1;
        for inst in &region.insts {
            self.vector_inst(plan, inst);
        }
        self.start_line();
        self.out.push_str("next");
        for (at, next) in region.next.iter().enumerate() {
            self.put(format_args!("{} {next}", if at > 0 { "," } else { "" }));
        }
        if let Some(again) = region.again {
            self.put(format_args!(" again {again}"));
        }
        self.out.push('\n');
        self.indent -= 1;
        self.line(format_args!("}}"));
    }

    fn vector_inst(&mut self, plan: &VectorLoop, inst: &VectorInst) {
        self.start_line();
        if let VectorOp::Region(region) = &inst.op {
            self.lane_region(plan, region, inst);
            return;
        }
        if let Some(result) = inst.result {
            self.lane(plan, result);
            self.out.push_str(" = ");
        }
        let mask =
            |mask: Option<Value>| mask.map_or_else(String::new, |mask| format!(" mask {mask}"));
        match &inst.op {
            VectorOp::Each(op) => self.each(op),
            VectorOp::Splat(input) => self.put(format_args!("splat {input}")),
            VectorOp::Turn => self.out.push_str("turn"),
            VectorOp::InnerTurn(depth) => self.put(format_args!("inner_turn {depth}")),
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
            VectorOp::Better { best, value } => self.put(format_args!("better {best}, {value}")),
            VectorOp::Replace { best, field, value, mask } => {
                self.put(format_args!("replace {best} field {field}, {value} mask {mask}"));
            }
            VectorOp::Require(value) => self.put(format_args!("require {value}")),
            VectorOp::Region(_) => {}
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
            } else if self.parser.take_word("extent") {
                plan.extent = Some(self.parser.number()?);
            } else if self.parser.take_word("access") {
                plan.accesses.push(self.access()?);
            } else if self.parser.take_word("reduction") {
                let word = self.parser.word()?;
                let Some(op) = names::binary_of(word) else {
                    return self.parser.error("an operation of two operands is expected");
                };
                plan.reductions.push(Reduction { op, dtype: self.parser.dtype()? });
            } else if self.parser.take_word("best") {
                plan.bests.push(self.best()?);
            } else {
                let inst = self.vector_inst(&mut plan)?;
                plan.insts.push(inst);
            }
        }
        Ok(plan)
    }

    fn best(&mut self) -> Parse<Best> {
        let word = self.parser.word()?;
        let Some(compare) = names::compare_of(word) else {
            return self.parser.error("a comparison is expected");
        };
        self.parser.mark("(")?;
        let mut fields = Vec::new();
        while !self.parser.take(")") {
            fields.push(self.parser.dtype()?);
            self.parser.take(",");
        }
        Ok(Best { compare, fields })
    }

    fn access(&mut self) -> Parse<Access> {
        let base = self.parser.number()?;
        let part = self.part()?;
        self.parser.keyword("step")?;
        let step = self.step()?;
        let offset = if self.parser.take_word("offset") { self.distance()? } else { 0 };
        let mut inner = [Step::NONE; NESTED];
        if self.parser.take_word("inner") {
            inner[0] = self.step()?;
            self.parser.mark(",")?;
            inner[1] = self.step()?;
        }
        Ok(Access { base, part, step, offset, inner })
    }

    fn depth(&mut self) -> Parse<u8> {
        let depth: u32 = self.parser.number()?;
        match u8::try_from(depth) {
            Ok(depth) if usize::from(depth) < NESTED => Ok(depth),
            _ => self.parser.error("regions are not nested so deep"),
        }
    }

    fn step(&mut self) -> Parse<Step> {
        Ok(if self.parser.take_word("input") {
            Step::Input(self.parser.number()?)
        } else {
            Step::Const(self.distance()?)
        })
    }

    fn distance(&mut self) -> Parse<i64> {
        let value = self.parser.constant(Dtype::I64)?;
        Ok(value.bits() as i64)
    }

    fn vector_inst(&mut self, plan: &mut VectorLoop) -> Parse<VectorInst> {
        let mut results = Vec::new();
        while let Token::Value(_) = *self.parser.peek() {
            results.push(self.new_lane(plan)?);
            if !self.parser.take(",") {
                self.parser.mark("=")?;
                break;
            }
        }
        if self.parser.take_word("region") {
            return self.lane_region(plan, results);
        }
        if results.len() > 1 {
            return self.parser.error("only a region has more than one result");
        }
        let result = results.first().copied();
        let op = self.vector_op(plan, result)?;
        Ok(VectorInst { op, result, span: self.span() })
    }

    fn new_number(&mut self, plan: &VectorLoop) -> Parse<Value> {
        let value = self.lanes()?;
        if value.index() != plan.values.len() {
            return self.parser.error("values of a vector loop are numbered in order");
        }
        Ok(value)
    }

    /// A new value and its type.
    fn new_lane(&mut self, plan: &mut VectorLoop) -> Parse<Value> {
        let value = self.new_number(plan)?;
        self.parser.mark(":")?;
        plan.values.push(self.parser.dtype()?);
        Ok(value)
    }

    fn lane_region(&mut self, plan: &mut VectorLoop, results: Vec<Value>) -> Parse<VectorInst> {
        let mask = self.mask()?;
        let times = if self.parser.take_word("times") { Some(self.parser.number()?) } else { None };
        self.parser.keyword("active")?;
        let active = self.new_number(plan)?;
        plan.values.push(Dtype::Bool);
        self.parser.mark("(")?;
        let (mut params, mut init) = (Vec::new(), Vec::new());
        while !self.parser.take(")") {
            params.push(self.new_lane(plan)?);
            self.parser.mark("=")?;
            init.push(self.lanes()?);
            self.parser.take(",");
        }
        let span = self.span();
        self.parser.mark("{")?;
        let mut insts = Vec::new();
        while !self.parser.take_word("next") {
            insts.push(self.vector_inst(plan)?);
        }
        let mut next = Vec::new();
        while let Token::Value(_) = *self.parser.peek() {
            next.push(self.lanes()?);
            self.parser.take(",");
        }
        let again = if self.parser.take_word("again") { Some(self.lanes()?) } else { None };
        self.parser.mark("}")?;
        let region = Region { mask, times, results, active, params, init, insts, next, again };
        Ok(VectorInst { op: VectorOp::Region(Box::new(region)), result: None, span })
    }

    fn vector_op(&mut self, plan: &VectorLoop, result: Option<Value>) -> Parse<VectorOp> {
        let word = self.parser.word()?;
        Ok(match word {
            "splat" => VectorOp::Splat(self.parser.number()?),
            "turn" => VectorOp::Turn,
            "inner_turn" => VectorOp::InnerTurn(self.depth()?),
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
            "better" => {
                let best = self.parser.number()?;
                VectorOp::Better { best, value: self.next_lanes()? }
            }
            "replace" => {
                let best = self.parser.number()?;
                self.parser.keyword("field")?;
                let (field, value) = (self.parser.number()?, self.next_lanes()?);
                self.parser.keyword("mask")?;
                VectorOp::Replace { best, field, value, mask: self.lanes()? }
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
