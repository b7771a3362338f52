//! Reads functions: blocks, instructions and terminators.

use super::lex::{Position, Token};
use super::names;
use super::parse::{Parse, Parser};
use crate::fast_math::FastMath;
use crate::function::{Block, Function, Op, Table, Terminator, Value, ValueType};
use crate::span::Span;
use crate::verify::MAX_NESTING;
use std::collections::HashMap;
use std::sync::Arc;

/// Reads a function after its number.
pub(super) fn function(parser: &mut Parser<'_>) -> Parse<Function> {
    let name = match parser.peek() {
        Token::Text(_) => parser.text()?,
        _ => parser.word()?.to_owned(),
    };
    let mut body = Body {
        parser,
        function: Function::new(name),
        values: HashMap::new(),
        blocks: HashMap::new(),
        depth: 0,
    };
    let entry = body.function.entry;
    let init = body.params(entry)?;
    if !init.is_empty() {
        return body.parser.error("parameters of a function have no initial values");
    }
    body.parser.mark("->")?;
    body.function.results = body.parser.list("(", ")", Parser::value_type)?;
    body.function.recursive = body.parser.take_word("recursive");
    if body.parser.take_word("fastmath") {
        let flags = body.parser.list("(", ")", |parser| {
            let at = parser.position();
            let name = parser.word()?;
            FastMath::named(name).ok_or_else(|| at.error(format!("`{name}` allows nothing")))
        })?;
        body.function.fastmath = flags.into_iter().fold(FastMath::default(), FastMath::with);
    }
    body.block(entry)?;
    body.check_all_defined()?;
    Ok(body.function)
}

/// A number in the text: what it became, where it was first met, and whether it is defined.
struct Known<T> {
    entity: T,
    first: Position,
    defined: bool,
}

pub(super) struct Body<'a, 'b> {
    pub(super) parser: &'a mut Parser<'b>,
    function: Function,
    values: HashMap<u32, Known<Value>>,
    blocks: HashMap<u32, Known<Block>>,
    depth: usize,
}

impl Body<'_, '_> {
    /// Uses come before definitions only in a module the verifier rejects, but can be read.
    fn check_all_defined(&self) -> Parse<()> {
        let values = self.values.iter().filter(|(_, known)| !known.defined);
        let blocks = self.blocks.iter().filter(|(_, known)| !known.defined);
        let values = values.map(|(number, known)| (known.first, format!("%{number}")));
        let blocks = blocks.map(|(number, known)| (known.first, format!("^{number}")));
        match values.chain(blocks).min_by_key(|(at, _)| (at.line, at.column)) {
            Some((at, name)) => Err(at.error(format!("{name} is not defined in this function"))),
            None => Ok(()),
        }
    }

    // Values and blocks.

    fn known_value(&mut self, number: u32, at: Position) -> &mut Known<Value> {
        let function = &mut self.function;
        self.values.entry(number).or_insert_with(|| {
            // A placeholder type, until the definition says it.
            let entity = function.new_value(ValueType::Scalar(crate::Dtype::Bool), None);
            Known { entity, first: at, defined: false }
        })
    }

    fn known_block(&mut self, number: u32, at: Position) -> &mut Known<Block> {
        let function = &mut self.function;
        self.blocks.entry(number).or_insert_with(|| Known {
            entity: function.new_block(),
            first: at,
            defined: false,
        })
    }

    fn value(&mut self) -> Parse<Value> {
        let at = self.parser.position();
        match *self.parser.peek() {
            Token::Value(number) => {
                self.parser.advance();
                Ok(self.known_value(number, at).entity)
            }
            _ => self.parser.error("a value as `%0` is expected"),
        }
    }

    /// `%0 "name": type`.
    fn definition(&mut self) -> Parse<Value> {
        let at = self.parser.position();
        let Token::Value(number) = *self.parser.peek() else {
            return self.parser.error("a value as `%0` is expected");
        };
        self.parser.advance();
        let known = self.known_value(number, at);
        if std::mem::replace(&mut known.defined, true) {
            return Err(at.error(format!("%{number} is defined twice")));
        }
        let value = known.entity;
        let name = match self.parser.peek() {
            Token::Text(_) => Some(self.parser.text()?),
            _ => None,
        };
        self.parser.mark(":")?;
        let info = &mut self.function.values[value.index()];
        (info.name, info.ty) = (name, self.parser.value_type()?);
        Ok(value)
    }

    /// The label of a block about to be read, or a new block without one.
    fn new_block(&mut self) -> Parse<Block> {
        let at = self.parser.position();
        let Token::Block(number) = *self.parser.peek() else {
            return Ok(self.function.new_block());
        };
        self.parser.advance();
        let known = self.known_block(number, at);
        if std::mem::replace(&mut known.defined, true) {
            return Err(at.error(format!("^{number} is defined twice")));
        }
        Ok(known.entity)
    }

    fn target(&mut self) -> Parse<Block> {
        let at = self.parser.position();
        match *self.parser.peek() {
            Token::Block(number) => {
                self.parser.advance();
                Ok(self.known_block(number, at).entity)
            }
            _ => self.parser.error("a block as `^0` is expected"),
        }
    }

    fn values(&mut self, open: &str, close: &str) -> Parse<Vec<Value>> {
        self.parser.mark(open)?;
        if self.parser.take(close) {
            return Ok(Vec::new());
        }
        let mut values = vec![self.value()?];
        self.more_values(&mut values)?;
        self.parser.mark(close)?;
        Ok(values)
    }

    /// Values with a comma before each.
    fn more_values(&mut self, values: &mut Vec<Value>) -> Parse<()> {
        while self.parser.take(",") {
            values.push(self.value()?);
        }
        Ok(())
    }

    fn rest(&mut self) -> Parse<Vec<Value>> {
        let mut values = Vec::new();
        self.more_values(&mut values)?;
        Ok(values)
    }

    /// `(%0: f64, %1: f64 = %2)`: parameters of a block; the initial values are returned.
    fn params(&mut self, block: Block) -> Parse<Vec<Value>> {
        let mut init = Vec::new();
        self.parser.mark("(")?;
        if self.parser.take(")") {
            return Ok(init);
        }
        loop {
            if !matches!(self.parser.peek(), Token::Mark("=")) {
                let param = self.definition()?;
                self.function.block_mut(block).params.push(param);
            }
            if self.parser.take("=") {
                init.push(self.value()?);
            }
            if !self.parser.take(",") {
                self.parser.mark(")")?;
                return Ok(init);
            }
        }
    }

    fn optional_params(&mut self, block: Block) -> Parse<Vec<Value>> {
        if matches!(self.parser.peek(), Token::Mark("(")) {
            return self.params(block);
        }
        Ok(Vec::new())
    }

    fn no_init(&self, init: &[Value]) -> Parse<()> {
        if init.is_empty() {
            return Ok(());
        }
        self.parser.error("these parameters have no initial values")
    }

    pub(super) fn span(&mut self) -> Span {
        match *self.parser.peek() {
            Token::Place(line, column) => {
                self.parser.advance();
                Span::new(line, column)
            }
            _ => Span::default(),
        }
    }

    // Blocks.

    /// Instructions and a terminator between braces.
    fn block(&mut self, block: Block) -> Parse<()> {
        if self.depth > MAX_NESTING {
            return self.parser.error(format!("blocks nest at most {MAX_NESTING} deep"));
        }
        self.depth += 1;
        self.parser.mark("{")?;
        loop {
            if let Some(end) = self.terminator()? {
                self.function.block_mut(block).end = end;
                self.parser.mark("}")?;
                self.depth -= 1;
                return Ok(());
            }
            self.inst(block)?;
        }
    }

    fn terminator(&mut self) -> Parse<Option<Terminator>> {
        let Token::Word(word) = *self.parser.peek() else { return Ok(None) };
        if !matches!(word, "yield" | "return" | "break" | "continue" | "panic" | "unreachable") {
            return Ok(None);
        }
        self.parser.advance();
        Ok(Some(match word {
            "yield" => Terminator::Yield(self.end_values()?),
            "return" => Terminator::Return(self.end_values()?),
            "break" => Terminator::Break { target: self.target()?, values: self.rest()? },
            "continue" => Terminator::Continue { target: self.target()?, values: self.rest()? },
            "panic" => Terminator::Panic { site: self.parser.site_id()?, operands: self.rest()? },
            _ => Terminator::Unreachable,
        }))
    }

    fn end_values(&mut self) -> Parse<Vec<Value>> {
        if !matches!(self.parser.peek(), Token::Value(_)) {
            return Ok(Vec::new());
        }
        let mut values = vec![self.value()?];
        self.more_values(&mut values)?;
        Ok(values)
    }

    // Instructions.

    fn inst(&mut self, block: Block) -> Parse<()> {
        let mut results = Vec::new();
        if matches!(self.parser.peek(), Token::Value(_)) {
            results.push(self.definition()?);
            while self.parser.take(",") {
                results.push(self.definition()?);
            }
            self.parser.mark("=")?;
        }
        let (op, span) = match self.region()? {
            Some(region) => region,
            None => {
                let op = self.plain(&results)?;
                (op, self.span())
            }
        };
        let inst = self.function.new_inst(op, &[], span);
        self.function.inst_mut(inst).results = results;
        self.function.block_mut(block).insts.push(inst);
        Ok(())
    }

    /// An instruction with blocks, which has its place before the first.
    fn region(&mut self) -> Parse<Option<(Op, Span)>> {
        if self.parser.take_word("if") {
            return self.if_region().map(Some);
        }
        if self.parser.take_word("for") {
            return self.for_region().map(Some);
        }
        if self.parser.take_word("loop") {
            let body = self.new_block()?;
            let init = self.optional_params(body)?;
            let span = self.span();
            self.block(body)?;
            return Ok(Some((Op::Loop { init, body }, span)));
        }
        if self.parser.take_word("scope") {
            let body = self.new_block()?;
            let init = self.optional_params(body)?;
            self.no_init(&init)?;
            let span = self.span();
            self.block(body)?;
            return Ok(Some((Op::Scope { body }, span)));
        }
        if self.parser.take_word("vector") {
            let (count, args) = (self.value()?, self.values("(", ")")?);
            let reduces = self.parser.take_word("reduce");
            let init = if reduces { self.values("(", ")")? } else { Vec::new() };
            let span = self.span();
            let plan = Arc::new(self.vector_loop()?);
            return Ok(Some((Op::VectorLoop { count, args, init, plan }, span)));
        }
        Ok(None)
    }

    fn if_region(&mut self) -> Parse<(Op, Span)> {
        let then = self.new_block()?;
        let cond = self.value()?;
        let init = self.optional_params(then)?;
        self.no_init(&init)?;
        let span = self.span();
        self.block(then)?;
        self.parser.keyword("else")?;
        let otherwise = self.new_block()?;
        let init = self.optional_params(otherwise)?;
        self.no_init(&init)?;
        self.block(otherwise)?;
        Ok((Op::If { cond, then, otherwise }, span))
    }

    fn for_region(&mut self) -> Parse<(Op, Span)> {
        let body = self.new_block()?;
        let reverse = self.parser.take_word("reverse");
        let start = self.value()?;
        let inclusive = self.parser.take("..=");
        if !inclusive {
            self.parser.mark("..")?;
        }
        let end = self.value()?;
        self.parser.keyword("step")?;
        let step = self.parser.number()?;
        let init = self.optional_params(body)?;
        let span = self.span();
        self.block(body)?;
        Ok((Op::For { start, end, step, inclusive, reverse, init, body }, span))
    }

    /// An instruction without blocks.
    fn plain(&mut self, results: &[Value]) -> Parse<Op> {
        let at = self.parser.position();
        let Token::Word(word) = *self.parser.peek() else {
            return self.parser.error("an instruction or the end of the block is expected");
        };
        self.parser.advance();
        Ok(match word {
            "const" => self.constant(results)?,
            "table" => self.table(results)?,
            "mul_add" => {
                let (a, b, c) = self.three()?;
                Op::MulAdd(a, b, c)
            }
            "select" => {
                let (a, b, c) = self.three()?;
                Op::Select(a, b, c)
            }
            "cast" => Op::Cast(self.value()?),
            "bitcast" => Op::Bitcast(self.value()?),
            "free" => Op::Free(self.value()?),
            "dim" => Op::Dim { view: self.value()?, axis: self.axis()? },
            "stride" => Op::Stride { view: self.value()?, axis: self.axis()? },
            "load" => {
                let (view, indices) = (self.value()?, self.values("[", "]")?);
                Op::Load { view, indices, part: self.part()? }
            }
            "store" => {
                let (view, indices) = (self.value()?, self.values("[", "]")?);
                Op::Store { view, indices, part: self.part()?, value: self.next_value()? }
            }
            "view" => self.view()?,
            "alloc" => {
                let zeroed = self.parser.take_word("zeroed");
                let dims = self.values("(", ")")?;
                Op::Alloc { dims, zeroed, site: self.next_site()? }
            }
            "stack_array" => Op::StackArray { dims: self.parser.list("(", ")", Parser::number)? },
            "check_index" => {
                let (index, len) = (self.value()?, self.next_value()?);
                Op::CheckIndex { index, len, site: self.next_site()? }
            }
            "assert" => {
                let (cond, site) = (self.value()?, self.next_site()?);
                Op::Assert { cond, site, operands: self.rest()? }
            }
            "call" => Op::Call { callee: self.parser.func_id()?, args: self.values("(", ")")? },
            "host_call" => {
                let (callee, args) = (self.parser.host_id()?, self.values("(", ")")?);
                Op::HostCall { callee, args, site: self.next_site()? }
            }
            _ => {
                if let Some(op) = names::unary_of(word) {
                    Op::Unary(op, self.value()?)
                } else if let Some(op) = names::binary_of(word) {
                    Op::Binary(op, self.value()?, self.next_value()?)
                } else if let Some(op) = names::compare_of(word) {
                    Op::Compare(op, self.value()?, self.next_value()?)
                } else {
                    return Err(at.error(format!("`{word}` is not an instruction")));
                }
            }
        })
    }

    /// A constant of the type of the result, unless a type is written.
    fn constant(&mut self, results: &[Value]) -> Parse<Op> {
        let written = matches!(*self.parser.peek(), Token::Word(word) if word.parse::<crate::Dtype>().is_ok());
        if written {
            let dtype = self.parser.dtype()?;
            return Ok(Op::Const(self.parser.constant(dtype)?));
        }
        let result = results.first().and_then(|&result| self.function.ty(result).as_scalar());
        match result {
            Some(dtype) => Ok(Op::Const(self.parser.constant(dtype)?)),
            None => self.parser.error("a constant has a scalar result or a type of its own"),
        }
    }

    fn view(&mut self) -> Parse<Op> {
        let (view, offset) = (self.value()?, self.values("[", "]")?);
        self.parser.keyword("dims")?;
        let dims = self.values("(", ")")?;
        self.parser.keyword("strides")?;
        Ok(Op::View { view, offset, dims, strides: self.values("(", ")")? })
    }

    fn next_value(&mut self) -> Parse<Value> {
        self.parser.mark(",")?;
        self.value()
    }

    fn next_site(&mut self) -> Parse<crate::function::SiteId> {
        self.parser.mark(",")?;
        self.parser.site_id()
    }

    /// A table, whose element type is that of the result.
    fn table(&mut self, results: &[Value]) -> Parse<Op> {
        let at = self.parser.position();
        let view = results.first().and_then(|&result| self.function.ty(result).as_view());
        let Some(view) = view else { return Err(at.error("a table is a view")) };
        let dims = self.parser.list("(", ")", Parser::number)?;
        let part = view.dtype.part();
        let scalars = self.parser.list("[", "]", |parser| parser.constant(part))?;
        Ok(Op::Table(Arc::new(Table { dims, scalars })))
    }

    /// Which scalar of an element: the first, if none is named.
    pub(super) fn part(&mut self) -> Parse<u8> {
        if self.parser.take_word("part") { self.parser.number() } else { Ok(0) }
    }

    fn axis(&mut self) -> Parse<u8> {
        self.parser.mark(",")?;
        self.parser.number()
    }

    fn three(&mut self) -> Parse<(Value, Value, Value)> {
        Ok((self.value()?, self.next_value()?, self.next_value()?))
    }
}
