//! The machine: values, the stack of calls and, in each, the stack of blocks being run.
//!
//! Both stacks are on the heap, so that neither deep recursion nor deep nesting of the module
//! can exhaust the interpreter's own.

use super::memory::Origin;
use super::{BufferId, Defect, Limits, Memory, Operand, Trap, View, hosts, vector};
use crate::constant::Const;
use crate::eval;
use crate::function::{
    Block, FuncId, Function, Inst, InstInfo, Module, Op, SiteId, Table, Terminator, Value, ViewType,
};
use crate::site::SiteKind;
use crate::text::{print_inst, print_terminator};
use std::mem;

/// A function being run.
struct Frame {
    function: usize,
    /// Where its values begin.
    values: usize,
    /// Where its open blocks begin.
    open: usize,
    /// The arrays it owns.
    arrays: Vec<BufferId>,
    /// Its arrays on the stack, by the instructions that make them.
    stack: Vec<(Inst, BufferId)>,
}

/// A block being run.
#[derive(Clone, Copy)]
struct Open {
    block: Block,
    /// The next instruction.
    at: usize,
    /// The instruction the block belongs to; of the entry block, the call.
    holder: Option<Inst>,
    turns: Turns,
}

/// What is left of a `for` after the current turn.
#[derive(Clone, Copy, Default)]
struct Turns {
    left: u128,
    index: i128,
    step: i128,
}

/// Why an instruction could not be done.
pub(super) enum Stop {
    Panic(SiteId, Vec<u64>),
    Fault(String),
    Exhausted,
}

impl From<&str> for Stop {
    fn from(reason: &str) -> Self {
        Stop::Fault(reason.into())
    }
}

pub(super) type Step<T = ()> = Result<T, Stop>;

pub(super) struct Machine<'a> {
    module: &'a Module,
    pub(super) memory: &'a mut Memory,
    pub(super) limits: Limits,
    /// The function being run.
    function: &'a Function,
    /// Where its values begin.
    base: usize,
    values: Vec<Option<Operand>>,
    frames: Vec<Frame>,
    open: Vec<Open>,
    scratch: Vec<Operand>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(module: &'a Module, memory: &'a mut Memory, limits: Limits) -> Self {
        Machine {
            module,
            memory,
            limits,
            function: module.entry(),
            base: 0,
            values: Vec::new(),
            frames: Vec::new(),
            open: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn run(mut self, args: &[Operand]) -> Result<Vec<Operand>, Trap> {
        self.scratch.extend_from_slice(args);
        self.enter(FuncId(0), None);
        for _ in 0..self.limits.fuel {
            let Some(open) = self.open.last_mut() else { break };
            let block = self.function.block(open.block);
            if let Some(&inst) = block.insts.get(open.at) {
                open.at += 1;
                let info = self.function.inst(inst);
                self.inst(inst, info)
                    .map_err(|stop| self.trap(stop, || print_inst(self.function, inst)))?;
            } else {
                let end = &block.end;
                let done = self
                    .end(end)
                    .map_err(|stop| self.trap(stop, || print_terminator(self.function, end)))?;
                if let Some(results) = done {
                    return Ok(results);
                }
            }
        }
        Err(Trap::OutOfFuel)
    }

    fn trap(&self, stop: Stop, place: impl Fn() -> String) -> Trap {
        match stop {
            Stop::Panic(site, operands) => Trap::Panic { site, operands },
            Stop::Exhausted => Trap::OutOfFuel,
            Stop::Fault(reason) => {
                Trap::Fault { function: self.function.name.clone(), place: place(), reason }
            }
        }
    }

    /// Starts a function with the arguments in `scratch`.
    fn enter(&mut self, callee: FuncId, call: Option<Inst>) {
        self.function = &self.module.functions[callee.index()];
        self.base = self.values.len();
        self.values.resize(self.base + self.function.values.len(), None);
        self.frames.push(Frame {
            function: callee.index(),
            values: self.base,
            open: self.open.len(),
            arrays: Vec::new(),
            stack: Vec::new(),
        });
        self.open_block(self.function.entry, call, Turns::default());
        self.define_from_scratch(self.function.params());
    }

    fn open_block(&mut self, block: Block, holder: Option<Inst>, turns: Turns) {
        self.open.push(Open { block, at: 0, holder, turns });
    }

    // Values.

    fn get(&self, value: Value) -> Step<Operand> {
        self.values[self.base + value.index()].ok_or_else(|| "a value is not defined yet".into())
    }

    fn scalar(&self, value: Value) -> Step<Const> {
        match &self.values[self.base + value.index()] {
            Some(Operand::Scalar(value)) => Ok(*value),
            _ => Err("a scalar is expected".into()),
        }
    }

    fn view(&self, value: Value) -> Step<&View> {
        match &self.values[self.base + value.index()] {
            Some(Operand::View(view)) => Ok(view),
            _ => Err("a view is expected".into()),
        }
    }

    fn index(&self, value: Value) -> Step<usize> {
        Ok(self.scalar(value)?.bits() as usize)
    }

    fn truth(&self, value: Value) -> Step<bool> {
        Ok(self.scalar(value)?.bits() != 0)
    }

    fn slots(&self, values: &[Value]) -> Step<Vec<u64>> {
        let mut slots = Vec::with_capacity(values.len());
        for &value in values {
            slots.extend_from_slice(self.scalar(value)?.slots());
        }
        Ok(slots)
    }

    fn define(&mut self, value: Value, operand: impl Into<Operand>) {
        self.values[self.base + value.index()] = Some(operand.into());
    }

    /// Takes all values at once into `scratch`, because some may be overwritten next.
    fn gather(&mut self, values: &[Value]) -> Step {
        self.scratch.clear();
        for &value in values {
            let operand = self.get(value)?;
            self.scratch.push(operand);
        }
        Ok(())
    }

    fn define_from_scratch(&mut self, values: &[Value]) {
        let scratch = mem::take(&mut self.scratch);
        for (&value, &operand) in values.iter().zip(&scratch) {
            self.define(value, operand);
        }
        self.scratch = scratch;
    }

    // Instructions.

    fn inst(&mut self, inst: Inst, info: &'a InstInfo) -> Step {
        let result = |i: usize| info.results[i];
        match &info.op {
            Op::Const(value) => self.define(result(0), *value),
            Op::Table(table) => {
                let ty = self.function.view_type(result(0));
                let view = self.table(inst, ty, table);
                self.define(result(0), view);
            }
            Op::Unary(op, a) => self.define(result(0), eval::unary(*op, self.scalar(*a)?)),
            Op::Binary(op, a, b) => {
                let value = eval::binary(*op, self.scalar(*a)?, self.scalar(*b)?)
                    .ok_or("a division by zero or with overflow was not prevented")?;
                self.define(result(0), value);
            }
            Op::Compare(op, a, b) => {
                self.define(result(0), eval::compare(*op, self.scalar(*a)?, self.scalar(*b)?));
            }
            Op::MulAdd(a, b, c) => {
                let (a, b, c) = (self.scalar(*a)?, self.scalar(*b)?, self.scalar(*c)?);
                self.define(result(0), eval::mul_add(a, b, c));
            }
            Op::Select(cond, a, b) => {
                let chosen = if self.truth(*cond)? { *a } else { *b };
                self.define(result(0), self.scalar(chosen)?);
            }
            Op::Cast(a) => {
                let to = self.function.dtype(result(0));
                self.define(result(0), eval::cast(self.scalar(*a)?, to));
            }
            Op::Bitcast(a) => {
                let to = self.function.dtype(result(0));
                self.define(result(0), eval::bitcast(self.scalar(*a)?, to));
            }
            Op::Dim { view, axis } => {
                let dim = self.view(*view)?.dims[*axis as usize];
                self.define(result(0), dim);
            }
            Op::Stride { view, axis } => {
                let stride = self.view(*view)?.strides[*axis as usize];
                self.define(result(0), stride);
            }
            Op::Load { view, indices, part } => {
                let (buffer, place) = self.element(*view, indices)?;
                let value = self.memory.load(buffer, place, *part)?;
                self.define(result(0), value);
            }
            Op::Store { view, indices, part, value } => {
                let (buffer, place) = self.element(*view, indices)?;
                self.memory.store(buffer, place, *part, self.scalar(*value)?)?;
            }
            Op::View { view, offset, dims, strides } => {
                let ty = self.function.view_type(result(0));
                let view = self.subview(*self.view(*view)?, ty, offset, dims, strides)?;
                self.define(result(0), view);
            }
            Op::Alloc { dims, zeroed, site } => {
                let view = self.alloc(self.function.view_type(result(0)), dims, *zeroed, *site)?;
                self.define(result(0), view);
            }
            Op::Free(view) => self.free(*view)?,
            Op::StackArray { dims } => {
                let ty = self.function.view_type(result(0));
                let view = self.stack_array(inst, ty, dims);
                self.define(result(0), view);
            }
            Op::CheckIndex { index, len, site } => {
                if self.index(*index)? >= self.index(*len)? {
                    return Err(Stop::Panic(*site, self.slots(&[*index, *len])?));
                }
            }
            Op::Assert { cond, site, operands } => {
                if !self.truth(*cond)? {
                    return Err(Stop::Panic(*site, self.slots(operands)?));
                }
            }
            Op::Call { callee, args } => self.call(inst, *callee, args)?,
            Op::HostCall { callee, args, site } => {
                self.gather(args)?;
                let host = &self.module.hosts[callee.index()];
                let results = hosts::call(host, self.memory, &self.scratch)?
                    .ok_or_else(|| Stop::Panic(*site, Vec::new()))?;
                self.scratch = results;
                self.define_from_scratch(&info.results);
            }
            Op::If { cond, then, otherwise } => {
                let block = if self.truth(*cond)? { *then } else { *otherwise };
                self.open_block(block, Some(inst), Turns::default());
            }
            Op::For { .. } => self.start_for(inst, info)?,
            Op::Loop { init, body } => {
                self.gather(init)?;
                self.open_block(*body, Some(inst), Turns::default());
                self.define_from_scratch(&self.function.block(*body).params);
            }
            Op::Scope { body } => self.open_block(*body, Some(inst), Turns::default()),
            Op::VectorLoop { count, args, init, plan } => {
                let count = self.index(*count)?;
                let inputs = args.iter().map(|&arg| self.get(arg)).collect::<Step<Vec<_>>>()?;
                let init = init.iter().map(|&init| self.scalar(init)).collect::<Step<Vec<_>>>()?;
                let (done, results) = vector::run(self, plan, count, &inputs, &init)?;
                self.define(result(0), done);
                for (&value, result) in info.results[1..].iter().zip(results) {
                    self.define(value, result);
                }
            }
        }
        Ok(())
    }

    /// Where an element is.
    fn element(&self, view: Value, indices: &[Value]) -> Step<(BufferId, isize)> {
        let view = self.view(view)?;
        let mut place = view.offset;
        for (axis, &index) in indices.iter().enumerate() {
            let (index, len) = (self.index(index)?, view.dims[axis]);
            if index >= len {
                return Err(Stop::Fault(format!(
                    "index {index} of axis {axis} of length {len} was not checked"
                )));
            }
            place = place.wrapping_add((index as isize).wrapping_mul(view.strides[axis]));
        }
        match view.defect {
            Some(defect) => Err(defect.reason().into()),
            None => Ok((view.buffer, place)),
        }
    }

    fn subview(
        &self,
        from: View,
        ty: ViewType,
        offset: &[Value],
        dims: &[Value],
        strides: &[Value],
    ) -> Step<View> {
        let (mut place, mut inside) = (from.offset, true);
        for (axis, &index) in offset.iter().enumerate() {
            let index = self.index(index)?;
            inside &= index < from.dims[axis];
            place = place.wrapping_add((index as isize).wrapping_mul(from.strides[axis]));
        }
        let mut view = View::new(from.buffer, place, &[], &[]);
        view.rank = ty.rank;
        for axis in 0..ty.rank as usize {
            view.dims[axis] = self.index(dims[axis])?;
            view.strides[axis] = self.index(strides[axis])? as isize;
        }
        let Some((low, high)) = view.extent() else { return Ok(view) };
        let within = from.extent().is_some_and(|(first, last)| first <= low && high <= last);
        view.defect = if from.defect.is_some() {
            from.defect
        } else if !inside || !within {
            Some(Defect::Outside)
        } else if !view.has_layout(ty.layout) {
            Some(Defect::Layout)
        } else {
            None
        };
        Ok(view)
    }

    fn alloc(&mut self, ty: ViewType, dims: &[Value], zeroed: bool, site: SiteId) -> Step<View> {
        let slots = self.slots(dims)?;
        let dims: Vec<usize> = slots.iter().map(|&dim| dim as usize).collect();
        // As in ndarray, the lengths that are not 0 must multiply to an isize in any case.
        let fits = dims
            .iter()
            .filter(|&&dim| dim != 0)
            .try_fold(1_usize, |len, &dim| len.checked_mul(dim))
            .is_some_and(|len| isize::try_from(len).is_ok());
        let len = dims.iter().fold(1_usize, |len, &dim| len.wrapping_mul(dim));
        let buffer = if fits {
            self.memory.allocate(ty.dtype, len, zeroed, self.limits.bytes)
        } else {
            None
        };
        let buffer = buffer.ok_or(Stop::Panic(site, slots))?;
        self.frame().arrays.push(buffer);
        Ok(View::contiguous(buffer, &dims, ty.layout))
    }

    fn free(&mut self, view: Value) -> Step {
        let view = *self.view(view)?;
        let whole = view.is_empty() || view.offset == 0;
        if self.memory.origin(view.buffer) != Origin::Alloc || !whole {
            return Err("only an array made by `alloc` can be freed".into());
        }
        if !self.memory.is_alive(view.buffer) {
            return Err("the array was freed before".into());
        }
        self.memory.release(view.buffer);
        Ok(())
    }

    fn table(&mut self, inst: Inst, ty: ViewType, table: &Table) -> View {
        let dims: Vec<usize> = table.dims.iter().map(|&dim| dim as usize).collect();
        let buffer = match self.made(inst) {
            Some(buffer) => buffer,
            None => {
                let buffer = self.memory.add_table(ty.dtype, &table.scalars);
                self.frame().stack.push((inst, buffer));
                buffer
            }
        };
        View::contiguous(buffer, &dims, ty.layout)
    }

    /// The array that an instruction of this call has made before.
    fn made(&mut self, inst: Inst) -> Option<BufferId> {
        self.frame().stack.iter().find(|(by, _)| *by == inst).map(|&(_, buffer)| buffer)
    }

    fn stack_array(&mut self, inst: Inst, ty: ViewType, dims: &[u32]) -> View {
        let dims: Vec<usize> = dims.iter().map(|&dim| dim as usize).collect();
        let buffer = match self.made(inst) {
            Some(buffer) => {
                self.memory.unset(buffer);
                buffer
            }
            None => {
                let buffer = self.memory.stack_array(ty.dtype, dims.iter().product());
                self.frame().stack.push((inst, buffer));
                buffer
            }
        };
        View::contiguous(buffer, &dims, ty.layout)
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a function is being run")
    }

    fn call(&mut self, inst: Inst, callee: FuncId, args: &[Value]) -> Step {
        if self.module.functions[callee.index()].recursive && self.frames.len() >= self.limits.depth
        {
            let site = self.module.sites.iter().position(|site| site.kind == SiteKind::Recursion);
            let site = site.ok_or("the module has no site for recursion")?;
            return Err(Stop::Panic(SiteId(site as u32), Vec::new()));
        }
        self.gather(args)?;
        self.enter(callee, Some(inst));
        Ok(())
    }

    fn start_for(&mut self, inst: Inst, info: &'a InstInfo) -> Step {
        let Op::For { start, end, step, inclusive, reverse, init, body } = &info.op else {
            return Err("not a `for`".into());
        };
        let ends = (self.scalar(*start)?.as_int(), self.scalar(*end)?.as_int());
        let (Some(first), Some(end)) = ends else { return Err("a `for` counts integers".into()) };
        self.gather(init)?;
        let length = (end - first + i128::from(*inclusive)).max(0) as u128;
        let turns = length.div_ceil(u128::from(*step));
        if turns == 0 {
            self.define_from_scratch(&info.results);
            return Ok(());
        }
        let mut turns = Turns { left: turns - 1, index: first, step: i128::from(*step) };
        if *reverse {
            turns.index += turns.left as i128 * turns.step;
            turns.step = -turns.step;
        }
        self.open_block(*body, Some(inst), turns);
        self.start_turn(*body, Some(turns.index));
        Ok(())
    }

    /// Gives a body its index, if it has one, and its carried values from `scratch`.
    fn start_turn(&mut self, body: Block, index: Option<i128>) {
        let params = &self.function.block(body).params;
        let Some(index) = index else {
            self.define_from_scratch(params);
            return;
        };
        self.define(params[0], Const::int(self.function.dtype(params[0]), index));
        self.define_from_scratch(&params[1..]);
    }

    // Ends of blocks.

    fn end(&mut self, end: &'a Terminator) -> Step<Option<Vec<Operand>>> {
        match end {
            Terminator::Yield(values) => {
                self.gather(values)?;
                self.next_turn()?;
            }
            Terminator::Break { target, values } => {
                self.gather(values)?;
                self.close_until(*target)?;
                self.finish()?;
            }
            Terminator::Continue { target, values } => {
                self.gather(values)?;
                self.close_until(*target)?;
                self.next_turn()?;
            }
            Terminator::Return(values) => {
                self.gather(values)?;
                return self.leave();
            }
            Terminator::Panic { site, operands } => {
                return Err(Stop::Panic(*site, self.slots(operands)?));
            }
            Terminator::Unreachable => return Err("reached the unreachable".into()),
        }
        Ok(None)
    }

    /// Closes the blocks inside of `target`.
    fn close_until(&mut self, target: Block) -> Step {
        let base = self.frame().open;
        while self.open.last().is_some_and(|open| open.block != target) {
            self.open.pop();
        }
        if self.open.len() <= base + 1 {
            return Err("the target is not an enclosing body".into());
        }
        Ok(())
    }

    fn holder(&self) -> Step<&'a InstInfo> {
        let holder = self.open.last().and_then(|open| open.holder);
        Ok(self.function.inst(holder.ok_or("the block belongs to no instruction")?))
    }

    /// Hands `scratch` to the next turn of the innermost block, or to its instruction if there
    /// is none.
    fn next_turn(&mut self) -> Step {
        let op = &self.holder()?.op;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        match op {
            Op::For { body, .. } if open.turns.left > 0 => {
                open.at = 0;
                open.turns.left -= 1;
                open.turns.index += open.turns.step;
                let index = open.turns.index;
                self.start_turn(*body, Some(index));
            }
            Op::Loop { body, .. } => {
                open.at = 0;
                self.start_turn(*body, None);
            }
            _ => self.finish()?,
        }
        Ok(())
    }

    /// Closes the innermost block and hands `scratch` to its instruction.
    fn finish(&mut self) -> Step {
        let holder = self.holder()?;
        self.open.pop();
        self.define_from_scratch(&holder.results);
        Ok(())
    }

    /// Returns `scratch` from the function; from the entry, to the host.
    fn leave(&mut self) -> Step<Option<Vec<Operand>>> {
        let Some(frame) = self.frames.pop() else { return Err("no function is run".into()) };
        let returned = |buffer: BufferId| {
            let views = self.scratch.iter().filter_map(|operand| operand.as_view());
            views.map(|view| view.buffer).any(|returned| returned == buffer)
        };
        let (kept, gone): (Vec<_>, Vec<_>) =
            frame.arrays.into_iter().partition(|&buffer| returned(buffer));
        let stack = frame.stack.into_iter().map(|(_, buffer)| buffer);
        gone.into_iter().chain(stack).for_each(|buffer| self.memory.release(buffer));
        let call = self.open[frame.open].holder;
        self.open.truncate(frame.open);
        self.values.truncate(frame.values);
        let (Some(caller), Some(call)) = (self.frames.last_mut(), call) else {
            let mut views = self.scratch.iter().filter_map(|operand| operand.as_view());
            if views.any(|view| !self.memory.contains(&view)) {
                return Err("a view of what is gone is returned".into());
            }
            return Ok(Some(mem::take(&mut self.scratch)));
        };
        caller.arrays.extend(kept);
        self.function = &self.module.functions[caller.function];
        self.base = caller.values;
        self.define_from_scratch(&self.function.inst(call).results);
        Ok(None)
    }
}
