//! Whether a module keeps the rules that passes and backends rely on.
//!
//! Of the module:
//! * there is an entry function; a site's source is in the table; a message has one more part
//!   than holes and at most [`MAX_OPERANDS`](crate::site::MAX_OPERANDS) holes; `==` or `!=` is what an `assert_compare`
//!   compares with; host functions return scalars;
//! * a function that can reach itself through calls is marked `recursive`, and a module with
//!   such a function has a `recursion` site.
//!
//! Of every function:
//! * instructions, blocks and values named are in the tables; every reachable block, every
//!   instruction in one and every value they define is used or defined in one place only;
//!   blocks nest at most [`MAX_NESTING`] deep;
//! * its arrays on the stack take at most [`MAX_STACK_BYTES`] together;
//! * a value is used only where its definition is above in the same or an enclosing block;
//! * a view has at most [`MAX_RANK`] axes; one of rank 0 is of layout C, one of rank 1 is not
//!   of layout F;
//! * the blocks of an `if` and a `scope` have no parameters; the body of a `for` has the index,
//!   of the type of its ends, and the carried values; the body of a `loop` the carried values;
//! * the carried values have the types of the initial ones, and of the results of a `for`;
//! * `yield` does not end a function, and hands out the results of the `if` or `scope`, or the
//!   carried values of the loop;
//! * `break` names the body of an enclosing `for`, `loop` or `scope` and hands out its results;
//!   `continue` names the body of an enclosing `for` or `loop` and hands out its carried values;
//! * `return` hands out the results of the function;
//! * a view where one is expected is of exactly the expected type, layout and mutability too.
//!
//! Of every instruction: the operand and result types listed in [`crate::function`]; calls
//! name a function in the table and fit its parameters and results; sites named are in the
//! table, of a kind that fits, with operands of number and types the message needs.

mod sites;
mod types;
mod vector;

use crate::function::{
    Block, FuncId, Function, Inst, InstInfo, Module, Op, Terminator, Value, ValueType,
};
use crate::signature::{Layout, MAX_RANK};
use crate::text::{print_inst, print_terminator};

/// How deep blocks may nest, so that passes can walk them recursively.
pub const MAX_NESTING: usize = 500;

/// The most bytes that the arrays on the stack of one function take together.
pub const MAX_STACK_BYTES: u64 = 1 << 20;

/// A module breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{rule}{}", in_function(.function), at_place(.place))]
pub struct VerifyError {
    /// The function; empty if it is about the whole module.
    pub function: String,
    /// The instruction or terminator, as text; empty if it is about the whole function.
    pub place: String,
    /// What is not as it must be.
    pub rule: String,
}

fn in_function(function: &str) -> String {
    if function.is_empty() { String::new() } else { format!("in function `{function}`: ") }
}

fn at_place(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!("\n  {place}") }
}

/// A broken rule, not yet tied to a place.
type Check = Result<(), String>;

/// Fails with a formatted message unless a condition holds.
macro_rules! demand {
    ($cond:expr, $($message:tt)+) => {
        if !$cond {
            return Err(format!($($message)+));
        }
    };
}
use demand;

/// Checks all rules.
///
/// # Errors
/// The first one that is broken.
pub fn verify(module: &Module) -> Result<(), VerifyError> {
    let of_module = |rule| VerifyError { function: String::new(), place: String::new(), rule };
    check_tables(module).map_err(of_module)?;
    for function in &module.functions {
        FunctionVerifier::new(module, function).run()?;
    }
    check_recursion(module).map_err(of_module)
}

fn check_tables(module: &Module) -> Check {
    demand!(!module.functions.is_empty(), "a module has an entry function");
    for (i, site) in module.sites.iter().enumerate() {
        demand!(
            (site.source as usize) < module.sources.len(),
            "site !{i} names source {}, but there are {}",
            site.source,
            module.sources.len()
        );
        sites::check_form(&site.kind).map_err(|rule| format!("site !{i}: {rule}"))?;
    }
    for (i, host) in module.hosts.iter().enumerate() {
        for ty in host.params.iter().chain(&host.results) {
            check_type(*ty).map_err(|rule| format!("host @h{i}: {rule}"))?;
        }
        demand!(
            host.results.iter().all(|ty| ty.as_scalar().is_some()),
            "host @h{i}: a host function returns scalars"
        );
    }
    Ok(())
}

fn check_type(ty: ValueType) -> Check {
    if let ValueType::Scalar(dtype) = ty {
        demand!(!dtype.is_complex(), "a scalar is not complex: {ty}");
    }
    if let ValueType::View(view) = ty {
        demand!(view.rank as usize <= MAX_RANK, "a view has at most {MAX_RANK} axes: {ty}");
        demand!(
            view.rank > 1 || view.layout == Layout::C || view.rank == 1 && view.layout != Layout::F,
            "a view of rank 0 is of layout C and one of rank 1 not of layout F: {ty}"
        );
    }
    Ok(())
}

/// Functions on a cycle of calls must say so.
fn check_recursion(module: &Module) -> Check {
    let calls: Vec<Vec<usize>> = module.functions.iter().map(Function::callees).collect();
    for (id, function) in module.functions.iter().enumerate() {
        if function.recursive {
            demand!(
                module.sites.iter().any(|site| site.kind == crate::SiteKind::Recursion),
                "a module with a recursive function has a recursion site"
            );
            continue;
        }
        let mut seen = vec![false; calls.len()];
        let mut open = calls[id].clone();
        while let Some(next) = open.pop() {
            demand!(next != id, "`{}` can call itself, so it is marked recursive", function.name);
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&calls[next]);
            }
        }
    }
    Ok(())
}

/// What a block is the body of, which decides how it may end.
#[derive(Clone, Copy)]
enum Role {
    Entry,
    If,
    For,
    Loop,
    Scope,
}

/// A block that is being walked, and the instruction it belongs to.
struct Open {
    block: Block,
    role: Role,
    /// None for the entry.
    holder: Option<Inst>,
}

struct FunctionVerifier<'a> {
    module: &'a Module,
    function: &'a Function,
    /// Values that may be used here.
    visible: Vec<bool>,
    /// Values, instructions and blocks met so far.
    defined: Vec<bool>,
    placed: Vec<bool>,
    walked: Vec<bool>,
    open: Vec<Open>,
    stack_bytes: u64,
}

impl<'a> FunctionVerifier<'a> {
    fn new(module: &'a Module, function: &'a Function) -> Self {
        FunctionVerifier {
            module,
            function,
            visible: vec![false; function.values.len()],
            defined: vec![false; function.values.len()],
            placed: vec![false; function.insts.len()],
            walked: vec![false; function.blocks.len()],
            open: Vec::new(),
            stack_bytes: 0,
        }
    }

    fn run(mut self) -> Result<(), VerifyError> {
        let of_function =
            |rule| VerifyError { function: self.function.name.clone(), place: String::new(), rule };
        self.function.results.iter().try_for_each(|&ty| check_type(ty)).map_err(of_function)?;
        self.walk(self.function.entry, Role::Entry, None)
    }

    fn error(&self, place: String, rule: String) -> VerifyError {
        VerifyError { function: self.function.name.clone(), place, rule }
    }

    fn at_inst(&self, inst: Option<Inst>, rule: String) -> VerifyError {
        let place = inst.map(|inst| print_inst(self.function, inst)).unwrap_or_default();
        self.error(place, rule)
    }

    fn at_end(&self, end: &Terminator, rule: String) -> VerifyError {
        self.error(print_terminator(self.function, end), rule)
    }

    /// Checks a block and everything in it.
    fn walk(&mut self, block: Block, role: Role, holder: Option<Inst>) -> Result<(), VerifyError> {
        self.enter(block).map_err(|rule| self.at_inst(holder, rule))?;
        let info = self.function.block(block);
        for &param in &info.params {
            self.define(param).map_err(|rule| self.at_inst(holder, rule))?;
        }
        if let Some(holder) = holder {
            self.check_params(holder, block).map_err(|rule| self.at_inst(Some(holder), rule))?;
        }
        self.open.push(Open { block, role, holder });
        for &inst in &info.insts {
            self.walk_inst(inst)?;
        }
        self.check_end(&info.end).map_err(|rule| self.at_end(&info.end, rule))?;
        self.open.pop();
        self.leave(block);
        Ok(())
    }

    fn enter(&mut self, block: Block) -> Check {
        demand!(block.index() < self.walked.len(), "{block} is not in the table of blocks");
        let again = std::mem::replace(&mut self.walked[block.index()], true);
        demand!(!again, "a block belongs to one instruction");
        demand!(self.open.len() < MAX_NESTING, "blocks nest at most {MAX_NESTING} deep");
        Ok(())
    }

    /// What the block defined is out of sight from here on.
    fn leave(&mut self, block: Block) {
        let info = self.function.block(block);
        let results = info.insts.iter().flat_map(|&inst| &self.function.inst(inst).results);
        for value in info.params.iter().chain(results) {
            self.visible[value.index()] = false;
        }
    }

    fn define(&mut self, value: Value) -> Check {
        demand!(value.index() < self.defined.len(), "{value} is not in the table of values");
        let again = std::mem::replace(&mut self.defined[value.index()], true);
        demand!(!again, "a value is defined once");
        self.visible[value.index()] = true;
        check_type(self.function.ty(value))
    }

    fn check_operand(&self, value: Value) -> Check {
        demand!(
            self.visible.get(value.index()) == Some(&true),
            "a value is used below its definition, in the same or an inner block"
        );
        Ok(())
    }

    fn walk_inst(&mut self, inst: Inst) -> Result<(), VerifyError> {
        if inst.index() >= self.placed.len() {
            return Err(self.at_inst(Some(inst), format!("{inst} is not in the table")));
        }
        if std::mem::replace(&mut self.placed[inst.index()], true) {
            return Err(self.at_inst(Some(inst), "an instruction stands in one place".into()));
        }
        let function = self.function;
        let info = function.inst(inst);
        let mut operands = Ok(());
        info.op.for_each_operand(|value| {
            if operands.is_ok() {
                operands = self.check_operand(value);
            }
        });
        operands.map_err(|rule| self.at_inst(Some(inst), rule))?;
        for &result in &info.results {
            // Blocks of the instruction do not see its results.
            self.define(result).map_err(|rule| self.at_inst(Some(inst), rule))?;
            self.visible[result.index()] = false;
        }
        types::check(self.module, function, info).map_err(|rule| self.at_inst(Some(inst), rule))?;
        self.add_stack(info).map_err(|rule| self.at_inst(Some(inst), rule))?;
        let role = match info.op {
            Op::If { .. } => Role::If,
            Op::For { .. } => Role::For,
            Op::Loop { .. } => Role::Loop,
            _ => Role::Scope,
        };
        for block in info.op.blocks() {
            self.walk(block, role, Some(inst))?;
        }
        for &result in &info.results {
            self.visible[result.index()] = true;
        }
        Ok(())
    }

    /// Counts what an instruction, of checked types, needs of the stack.
    fn add_stack(&mut self, info: &InstInfo) -> Check {
        if let Op::StackArray { dims } = &info.op {
            let size = self.function.view_type(info.results[0]).dtype.size() as u64;
            let bytes = dims.iter().fold(size, |n, &dim| n.saturating_mul(dim.into()));
            self.stack_bytes = self.stack_bytes.saturating_add(bytes);
            demand!(
                self.stack_bytes <= MAX_STACK_BYTES,
                "arrays on the stack of a function take at most {MAX_STACK_BYTES} bytes together"
            );
        }
        Ok(())
    }

    /// The parameters of a block against the instruction that holds it.
    fn check_params(&self, holder: Inst, block: Block) -> Check {
        let params = &self.function.block(block).params;
        match &self.function.inst(holder).op {
            Op::For { start, init, .. } => {
                demand!(!params.is_empty(), "the body of a `for` takes the index");
                demand!(
                    self.function.ty(params[0]) == self.function.ty(*start),
                    "the index of a `for` has the type of its ends"
                );
                self.same_types("carried values", &params[1..], self.types(init))
            }
            Op::Loop { init, .. } => self.same_types("carried values", params, self.types(init)),
            _ => {
                demand!(params.is_empty(), "the blocks of `if` and `scope` have no parameters");
                Ok(())
            }
        }
    }

    fn types(&self, values: &'a [Value]) -> impl ExactSizeIterator<Item = ValueType> + use<'a> {
        let function = self.function;
        values.iter().map(|&value| function.ty(value))
    }

    fn same_types(
        &self,
        what: &str,
        values: &[Value],
        expected: impl ExactSizeIterator<Item = ValueType>,
    ) -> Check {
        demand!(
            values.len() == expected.len(),
            "{} {what} are expected, {} found",
            expected.len(),
            values.len()
        );
        for (&value, expected) in values.iter().zip(expected) {
            let found = self.function.ty(value);
            demand!(found == expected, "{what}: {expected} is expected, {found} found");
        }
        Ok(())
    }

    fn check_end(&self, end: &Terminator) -> Check {
        end.operands().iter().try_for_each(|&value| self.check_operand(value))?;
        match end {
            Terminator::Yield(values) => self.check_yield(values),
            Terminator::Break { target, values } => {
                let Some((_, holder)) =
                    self.target(*target, |role| !matches!(role, Role::Entry | Role::If))
                else {
                    return Err("`break` names an enclosing `for`, `loop` or `scope`".into());
                };
                let results = &self.function.inst(holder).results;
                self.same_types("results", values, self.types(results))
            }
            Terminator::Continue { target, values } => {
                let Some((role, _)) =
                    self.target(*target, |role| matches!(role, Role::For | Role::Loop))
                else {
                    return Err("`continue` names an enclosing `for` or `loop`".into());
                };
                let carried = self.carried(*target, role);
                self.same_types("carried values", values, self.types(carried))
            }
            Terminator::Return(values) => {
                self.same_types("results", values, self.function.results.iter().copied())
            }
            Terminator::Panic { site, operands } => {
                sites::check_panic(self.module, self.function, *site, operands)
            }
            Terminator::Unreachable => Ok(()),
        }
    }

    fn check_yield(&self, values: &[Value]) -> Check {
        let Some(&Open { block, role, holder: Some(holder) }) = self.open.last() else {
            return Err("`yield` does not end a function".into());
        };
        match role {
            Role::For | Role::Loop => {
                let carried = self.carried(block, role);
                self.same_types("carried values", values, self.types(carried))
            }
            Role::Entry | Role::If | Role::Scope => {
                let results = &self.function.inst(holder).results;
                self.same_types("results", values, self.types(results))
            }
        }
    }

    /// The enclosing block `target`, if it is of a right role.
    fn target(&self, target: Block, is_right: impl Fn(Role) -> bool) -> Option<(Role, Inst)> {
        let open = self.open.iter().find(|open| open.block == target)?;
        open.holder.filter(|_| is_right(open.role)).map(|holder| (open.role, holder))
    }

    /// The parameters of a body that a turn hands to the next.
    fn carried(&self, body: Block, role: Role) -> &'a [Value] {
        let params = &self.function.block(body).params;
        if matches!(role, Role::For) { params.get(1..).unwrap_or_default() } else { params }
    }
}

/// The function a call names, if there is one.
fn callee(module: &Module, id: FuncId) -> Option<&Function> {
    module.functions.get(id.index())
}
