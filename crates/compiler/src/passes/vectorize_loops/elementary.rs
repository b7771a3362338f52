//! Elementary functions in lanes: what they do is put into the loop. The plain loop calls them.

use super::body::{BodyPlanner, Plan, Shape};
use crate::elementary::function_of;
use crate::passes::clone::Copy;
use mambo_ir::Span;
use mambo_ir::function::{Block, Function, Inst, Op, Terminator, Value};

impl BodyPlanner<'_> {
    /// The value of an elementary function, if the operation is one.
    pub(super) fn elementary(&mut self, op: &Op, span: Span) -> Plan<Option<Shape>> {
        let mut args = Vec::new();
        op.for_each_operand(|value| args.push(value));
        let Some(dtype) = args.first().and_then(|&arg| self.pre.func.ty(arg).as_scalar()) else {
            return Ok(None);
        };
        let exponent = args.get(1).and_then(|&arg| self.pre.definitions.int(self.pre.func, arg));
        let Some(function) = function_of(op, dtype, exponent) else { return Ok(None) };
        let body = self.copied(function, &args, span);
        let around = std::mem::replace(&mut self.in_elementary, true);
        let values = self.block(body)?;
        self.in_elementary = around;
        Ok(values.and_then(|values| self.shape(values[0])))
    }

    /// The body of a function as a block of this one that nothing refers to.
    fn copied(&mut self, function: &Function, args: &[Value], span: Span) -> Block {
        let func = &mut *self.pre.func;
        let first = func.insts.len();
        let mut copy = Copy::from(function);
        for (&param, &arg) in function.params().iter().zip(args) {
            copy.map(param, arg);
        }
        let entry = function.block(function.entry);
        let insts: Vec<Inst> = entry.insts.iter().map(|&inst| copy.inst(func, inst)).collect();
        let end = match copy.end(entry.end.clone()) {
            Terminator::Return(values) => Terminator::Yield(values),
            end => end,
        };
        let body = func.new_block();
        func.block_mut(body).insts = insts;
        func.block_mut(body).end = end;
        for number in first..func.insts.len() {
            func.insts[number].span = span;
            self.pre.definitions.record(func, Inst(number as u32));
        }
        body
    }
}
