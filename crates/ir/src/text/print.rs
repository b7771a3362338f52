//! Writes a module as text. Never panics, also on a module the verifier would reject, because
//! its messages quote instructions.

use crate::constant::Const;
use crate::function::{
    Block, FuncId, Function, HostFunction, Inst, Module, Op, Terminator, Value, ValueType,
};
use crate::site::{Site, SiteKind};
use crate::span::Span;
use crate::text::names;
use std::collections::HashMap;
use std::fmt::{self, Display, Write};

impl Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            writeln!(f, "source {} {}", Quoted(&source.kernel), Quoted(&source.file))?;
        }
        for (i, site) in self.sites.iter().enumerate() {
            writeln!(f, "site !{i} = {}", SiteText(site))?;
        }
        for (i, host) in self.hosts.iter().enumerate() {
            writeln!(f, "host @h{i} {}", HostText(host))?;
        }
        for (i, function) in self.functions.iter().enumerate() {
            let head = self.sources.len() + self.sites.len() + self.hosts.len();
            if i > 0 || head > 0 {
                writeln!(f)?;
            }
            f.write_str(&print_function(function, FuncId(i as u32)))?;
        }
        Ok(())
    }
}

/// One function as text, with its number in the module.
pub fn print_function(function: &Function, id: FuncId) -> String {
    let mut printer = Printer::new(function);
    printer.function(id);
    printer.out
}

/// One instruction as it stands in the text of its function, the insides of its blocks left
/// out.
pub fn print_inst(function: &Function, inst: Inst) -> String {
    let mut printer = Printer::numbered(function);
    printer.elide = true;
    printer.inst(inst);
    printer.out.trim().to_owned()
}

/// The end of a block as it stands in the text of its function.
pub fn print_terminator(function: &Function, end: &Terminator) -> String {
    let mut printer = Printer::numbered(function);
    printer.terminator(end);
    printer.out.trim().to_owned()
}

/// A string between quotes with everything unusual escaped, as Rust escapes it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                // Rust escapes these only in characters.
                '\'' => f.write_char(c)?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        f.write_char('"')
    }
}

/// Items with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{item}")?;
        }
        Ok(())
    }
}

struct SiteText<'a>(&'a Site);

impl Display for SiteText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Site { kind, span, source } = self.0;
        match kind {
            SiteKind::Index { array, axis, rank } => {
                write!(f, "index {} axis {axis} rank {rank}", Quoted(array))?;
            }
            SiteKind::Slice { array, axis } => write!(f, "slice {} axis {axis}", Quoted(array))?,
            SiteKind::Shape { what } => write!(f, "shape {}", Quoted(what))?,
            SiteKind::DivideByZero => f.write_str("divide_by_zero")?,
            SiteKind::RemainderByZero => f.write_str("remainder_by_zero")?,
            SiteKind::DivideOverflow => f.write_str("divide_overflow")?,
            SiteKind::RemainderOverflow => f.write_str("remainder_overflow")?,
            SiteKind::Message { parts, holes } => {
                let parts: Vec<_> = parts.iter().map(|part| Quoted(part)).collect();
                let holes: Vec<_> =
                    holes.iter().map(|(dtype, spec)| format!("{dtype} {}", Quoted(spec))).collect();
                write!(f, "message [{}] ({})", List(&parts), List(&holes))?;
            }
            SiteKind::AssertCompare { operator, dtype } => {
                write!(f, "assert_compare {} {dtype}", Quoted(operator))?;
            }
            SiteKind::Allocation { dtype } => write!(f, "allocation {dtype}")?,
            SiteKind::Recursion => f.write_str("recursion")?,
            SiteKind::HostPanic => f.write_str("host_panic")?,
        }
        if span.is_known() {
            write!(f, " at {span}")?;
        }
        write!(f, " in {source}")
    }
}

struct HostText<'a>(&'a HostFunction);

impl Display for HostText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HostFunction { name, trampoline, env, params, results } = self.0;
        write!(
            f,
            "{} trampoline {trampoline:#x} env {env:#x} ({}) -> ({})",
            Quoted(name),
            List(params),
            List(results)
        )
    }
}

/// Whether a name can stand without quotes.
fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(super) struct Printer<'a> {
    function: &'a Function,
    pub(super) out: String,
    pub(super) indent: usize,
    values: HashMap<Value, usize>,
    /// Numbers of the blocks that a `break` or `continue` names; filled in before printing.
    targets: HashMap<Block, Option<usize>>,
    labels: usize,
    /// Blocks already printed, against cycles in a broken function.
    printed: Vec<bool>,
    elide: bool,
}

impl<'a> Printer<'a> {
    fn new(function: &'a Function) -> Self {
        let mut targets = HashMap::new();
        for block in &function.blocks {
            if let Terminator::Break { target, .. } | Terminator::Continue { target, .. } =
                &block.end
            {
                targets.insert(*target, None);
            }
        }
        // A garbage block may name a target that no printed block does; the walk below keeps
        // only those of reachable ones.
        let mut printer = Printer {
            function,
            out: String::new(),
            indent: 1,
            values: HashMap::new(),
            targets,
            labels: 0,
            printed: vec![false; function.blocks.len()],
            elide: false,
        };
        printer.keep_reachable_targets();
        printer
    }

    /// A printer that has numbered everything already.
    fn numbered(function: &'a Function) -> Self {
        let mut printer = Printer::new(function);
        printer.function(FuncId(0));
        printer.out.clear();
        printer.indent = 0;
        printer
    }

    fn keep_reachable_targets(&mut self) {
        if self.targets.is_empty() {
            return;
        }
        self.targets.clear();
        let function = self.function;
        let mut seen = vec![false; function.blocks.len()];
        let mut open = vec![function.entry];
        while let Some(block) = open.pop() {
            let Some(info) = function.blocks.get(block.index()) else { continue };
            if std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            if let Terminator::Break { target, .. } | Terminator::Continue { target, .. } =
                &info.end
            {
                self.targets.insert(*target, None);
            }
            for inst in info.insts.iter().filter_map(|inst| function.insts.get(inst.index())) {
                open.extend(inst.op.blocks());
            }
        }
    }

    pub(super) fn put(&mut self, args: fmt::Arguments<'_>) {
        self.out.write_fmt(args).expect("a String takes any text");
    }

    pub(super) fn start_line(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    /// A line of its own.
    pub(super) fn line(&mut self, args: fmt::Arguments<'_>) {
        self.start_line();
        self.put(args);
        self.out.push('\n');
    }

    fn function(&mut self, id: FuncId) {
        let function = self.function;
        self.put(format_args!("func {id} "));
        if is_word(&function.name) {
            self.out.push_str(&function.name);
        } else {
            self.put(format_args!("{}", Quoted(&function.name)));
        }
        let params = function.blocks.get(function.entry.index()).map_or(&[][..], |b| &b.params);
        self.params(params, &[], 0);
        self.put(format_args!(" -> ({})", List(&function.results)));
        if function.recursive {
            self.out.push_str(" recursive");
        }
        if !function.fastmath.is_empty() {
            self.put(format_args!(" fastmath({})", function.fastmath));
        }
        self.out.push(' ');
        self.body(function.entry);
        self.out.push('\n');
    }

    /// Parameters with their initial values, which begin at parameter `first`.
    fn params(&mut self, params: &[Value], init: &[Value], first: usize) {
        self.out.push('(');
        for i in 0..params.len().max(init.len() + first) {
            if i > 0 {
                self.out.push_str(", ");
            }
            if let Some(&param) = params.get(i) {
                self.definition(param);
            }
            if let Some(&init) = i.checked_sub(first).and_then(|i| init.get(i)) {
                self.out.push_str(if i < params.len() { " = " } else { "= " });
                self.value(init);
            }
        }
        self.out.push(')');
    }

    fn value(&mut self, value: Value) {
        let next = self.values.len();
        let number = *self.values.entry(value).or_insert(next);
        self.put(format_args!("%{number}"));
    }

    fn values(&mut self, values: &[Value]) {
        for (i, &value) in values.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            self.value(value);
        }
    }

    /// A comma and the values, if there are any.
    fn more_values(&mut self, values: &[Value]) {
        for &value in values {
            self.out.push_str(", ");
            self.value(value);
        }
    }

    /// A value where it is defined, with its name and type.
    fn definition(&mut self, value: Value) {
        self.value(value);
        match self.function.values.get(value.index()) {
            Some(info) => {
                if let Some(name) = &info.name {
                    self.put(format_args!(" {}", Quoted(name)));
                }
                self.put(format_args!(": {}", info.ty));
            }
            None => self.out.push_str(": ?"),
        }
    }

    fn label(&mut self, block: Block) {
        let next = self.labels;
        let number = *self.targets.entry(block).or_insert(None).get_or_insert(next);
        if number == next {
            self.labels += 1;
        }
        self.put(format_args!("^{number}"));
    }

    /// A space and the label of a block, if it has one.
    fn label_if_target(&mut self, block: Block) {
        if self.targets.contains_key(&block) {
            self.out.push(' ');
            self.label(block);
        }
    }

    /// A block between braces.
    fn body(&mut self, block: Block) {
        let function = self.function;
        let known = function.blocks.get(block.index());
        let Some(info) = known.filter(|_| !self.printed[block.index()] && !self.elide) else {
            self.out.push_str("{ … }");
            return;
        };
        self.printed[block.index()] = true;
        self.out.push_str("{\n");
        for &inst in &info.insts {
            self.inst(inst);
        }
        self.terminator(&info.end);
        self.indent -= 1;
        self.start_line();
        self.indent += 1;
        self.out.push('}');
    }

    /// The body of an instruction, one level deeper.
    fn inner(&mut self, block: Block) {
        self.indent += 1;
        self.body(block);
        self.indent -= 1;
    }

    fn inst(&mut self, inst: Inst) {
        self.start_line();
        let function = self.function;
        let Some(info) = function.insts.get(inst.index()) else {
            self.put(format_args!("{inst}?\n"));
            return;
        };
        for (i, &result) in info.results.iter().enumerate() {
            self.out.push_str(if i > 0 { ", " } else { "" });
            self.definition(result);
        }
        if !info.results.is_empty() {
            self.out.push_str(" = ");
        }
        match &info.op {
            Op::If { .. } | Op::For { .. } | Op::Loop { .. } | Op::Scope { .. } => {
                self.region(&info.op, info.span);
            }
            Op::VectorLoop { count, args, init, plan } => {
                self.operation("vector", &[*count]);
                self.group("", args);
                if !init.is_empty() {
                    self.group(" reduce", init);
                }
                self.span(info.span);
                if self.elide {
                    self.out.push_str(" { … }");
                } else {
                    self.vector_loop(plan);
                }
            }
            op => {
                let result = info.results.first().and_then(|r| function.values.get(r.index()));
                self.plain(op, result.map(|result| result.ty));
                self.span(info.span);
            }
        }
        self.out.push('\n');
    }

    pub(super) fn span(&mut self, span: Span) {
        if span.is_known() {
            self.put(format_args!(" @{span}"));
        }
    }

    /// An instruction without blocks.
    fn plain(&mut self, op: &Op, result: Option<ValueType>) {
        match op {
            Op::Const(value) => self.constant(*value, result),
            Op::Table(table) => {
                let (dims, scalars) = (List(&table.dims), List(&table.scalars));
                self.put(format_args!("table ({dims}) [{scalars}]"));
            }
            Op::Unary(op, a) => self.operation(names::unary(*op), &[*a]),
            Op::Binary(op, a, b) => self.operation(names::binary(*op), &[*a, *b]),
            Op::Compare(op, a, b) => self.operation(names::compare(*op), &[*a, *b]),
            Op::MulAdd(a, b, c) => self.operation("mul_add", &[*a, *b, *c]),
            Op::Select(a, b, c) => self.operation("select", &[*a, *b, *c]),
            Op::Cast(a) => self.operation("cast", &[*a]),
            Op::Bitcast(a) => self.operation("bitcast", &[*a]),
            Op::Free(a) => self.operation("free", &[*a]),
            Op::Dim { view, axis } => {
                self.operation("dim", &[*view]);
                self.put(format_args!(", {axis}"));
            }
            Op::Stride { view, axis } => {
                self.operation("stride", &[*view]);
                self.put(format_args!(", {axis}"));
            }
            Op::Load { view, indices, part } => {
                self.element("load", *view, indices);
                self.part(*part);
            }
            Op::Store { view, indices, part, value } => {
                self.element("store", *view, indices);
                self.part(*part);
                self.more_values(&[*value]);
            }
            Op::View { view, offset, dims, strides } => {
                self.element("view", *view, offset);
                self.group(" dims", dims);
                self.group(" strides", strides);
            }
            Op::Alloc { dims, zeroed, site } => {
                self.group(if *zeroed { "alloc zeroed" } else { "alloc" }, dims);
                self.put(format_args!(", {site}"));
            }
            Op::StackArray { dims } => self.put(format_args!("stack_array ({})", List(dims))),
            Op::CheckIndex { index, len, site } => {
                self.operation("check_index", &[*index, *len]);
                self.put(format_args!(", {site}"));
            }
            Op::Assert { cond, site, operands } => {
                self.operation("assert", &[*cond]);
                self.put(format_args!(", {site}"));
                self.more_values(operands);
            }
            Op::Call { callee, args } => self.call(format_args!("call {callee}"), args),
            Op::HostCall { callee, args, site } => {
                self.call(format_args!("host_call {callee}"), args);
                self.put(format_args!(", {site}"));
            }
            Op::If { .. }
            | Op::For { .. }
            | Op::Loop { .. }
            | Op::Scope { .. }
            | Op::VectorLoop { .. } => self.region(op, Span::default()),
        }
    }

    /// The type is that of the result; it is written out only where they disagree.
    fn constant(&mut self, value: Const, result: Option<ValueType>) {
        if result == Some(ValueType::Scalar(value.dtype())) {
            self.put(format_args!("const {value}"));
        } else {
            self.put(format_args!("const {} {value}", value.dtype()));
        }
    }

    fn operation(&mut self, name: &str, operands: &[Value]) {
        self.put(format_args!("{name} "));
        self.values(operands);
    }

    fn element(&mut self, name: &str, view: Value, indices: &[Value]) {
        self.operation(name, &[view]);
        self.out.push('[');
        self.values(indices);
        self.out.push(']');
    }

    /// The first part goes without saying.
    fn part(&mut self, part: u8) {
        if part > 0 {
            self.put(format_args!(" part {part}"));
        }
    }

    fn group(&mut self, name: &str, values: &[Value]) {
        self.put(format_args!("{name} ("));
        self.values(values);
        self.out.push(')');
    }

    fn call(&mut self, callee: fmt::Arguments<'_>, args: &[Value]) {
        self.put(callee);
        self.out.push('(');
        self.values(args);
        self.out.push(')');
    }

    /// An instruction with blocks.
    fn region(&mut self, op: &Op, span: Span) {
        match op {
            Op::If { cond, then, otherwise } => {
                self.out.push_str("if");
                self.label_if_target(*then);
                self.out.push(' ');
                self.value(*cond);
                self.open(*then, &[], 0, span);
                self.out.push_str(" else");
                self.label_if_target(*otherwise);
                self.open(*otherwise, &[], 0, Span::default());
            }
            Op::For { start, end, step, inclusive, reverse, init, body } => {
                self.out.push_str("for");
                self.label_if_target(*body);
                self.out.push_str(if *reverse { " reverse " } else { " " });
                self.value(*start);
                self.out.push_str(if *inclusive { "..=" } else { ".." });
                self.value(*end);
                self.put(format_args!(" step {step}"));
                self.open(*body, init, 1, span);
            }
            Op::Loop { init, body } => {
                self.out.push_str("loop");
                self.label_if_target(*body);
                self.open(*body, init, 0, span);
            }
            Op::Scope { body } => {
                self.out.push_str("scope");
                self.label_if_target(*body);
                self.open(*body, &[], 0, span);
            }
            _ => self.plain(op, None),
        }
    }

    /// Parameters, if there are any, place and body.
    fn open(&mut self, body: Block, init: &[Value], first: usize, span: Span) {
        let params = self.function.blocks.get(body.index()).map_or(&[][..], |info| &info.params);
        if !params.is_empty() || !init.is_empty() {
            self.out.push(' ');
            self.params(params, init, first);
        }
        self.span(span);
        self.out.push(' ');
        self.inner(body);
    }

    fn terminator(&mut self, end: &Terminator) {
        self.start_line();
        match end {
            Terminator::Yield(values) => self.end("yield", values),
            Terminator::Return(values) => self.end("return", values),
            Terminator::Break { target, values } => {
                self.out.push_str("break ");
                self.label(*target);
                self.more_values(values);
            }
            Terminator::Continue { target, values } => {
                self.out.push_str("continue ");
                self.label(*target);
                self.more_values(values);
            }
            Terminator::Panic { site, operands } => {
                self.put(format_args!("panic {site}"));
                self.more_values(operands);
            }
            Terminator::Unreachable => self.out.push_str("unreachable"),
        }
        self.out.push('\n');
    }

    fn end(&mut self, name: &str, values: &[Value]) {
        self.out.push_str(name);
        if !values.is_empty() {
            self.out.push(' ');
            self.values(values);
        }
    }
}
