//! Questions about a kernel tree that need a look at every expression below a place.

use mambo_ir::kernel::{Block, Expr, ExprKind, LocalId, Pattern, SliceElem, Stmt};
use std::collections::BTreeSet;

/// Calls `visit` for every expression directly below `expr`.
fn for_each_child<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Local(_)
        | ExprKind::Capture(_)
        | ExprKind::Underscore
        | ExprKind::Continue(_) => {}
        ExprKind::Unary(_, a)
        | ExprKind::Cast(a, _)
        | ExprKind::Let(_, a)
        | ExprKind::Field(a, _)
        | ExprKind::Ref { to: a, .. }
        | ExprKind::Deref(a) => visit(a),
        ExprKind::Binary(_, a, b)
        | ExprKind::Logical { left: a, right: b, .. }
        | ExprKind::Assign(a, b)
        | ExprKind::AssignOp(_, a, b)
        | ExprKind::Repeat(a, b)
        | ExprKind::Index(a, b) => {
            visit(a);
            visit(b);
        }
        ExprKind::AssertCompare { left, right, message, .. } => {
            visit(left);
            visit(right);
            message.iter().flat_map(|message| &message.holes).for_each(|(hole, _)| visit(hole));
        }
        ExprKind::If { cond, then, otherwise } => {
            visit(cond);
            for_each_in_block(then, visit);
            otherwise.iter().for_each(|e| visit(e));
        }
        ExprKind::Closure { moved, body, .. } => {
            moved.iter().for_each(|(_, outer)| visit(outer));
            visit(body);
        }
        ExprKind::Match(value, arms) => {
            visit(value);
            for arm in arms {
                arm.guard.iter().for_each(&mut *visit);
                visit(&arm.body);
            }
        }
        ExprKind::Block { body, .. } | ExprKind::Loop { body, .. } => {
            for_each_in_block(body, visit);
        }
        ExprKind::While { cond, body, .. } => {
            visit(cond);
            for_each_in_block(body, visit);
        }
        ExprKind::For { iter, body, .. } => {
            visit(iter);
            for_each_in_block(body, visit);
        }
        ExprKind::Break(_, value) | ExprKind::Return(value) | ExprKind::Option(value) => {
            value.iter().for_each(|e| visit(e));
        }
        ExprKind::Tuple(items) | ExprKind::Array(items) | ExprKind::Recurse(items) => {
            items.iter().for_each(visit);
        }
        ExprKind::CallLocal(_, args)
        | ExprKind::Builtin { args, .. }
        | ExprKind::Associated { args, .. }
        | ExprKind::Call { args, .. } => args.iter().for_each(visit),
        ExprKind::Struct { fields, base, .. } => {
            fields.iter().for_each(|(_, value)| visit(value));
            base.iter().for_each(|e| visit(e));
        }
        ExprKind::Range { start, end, .. } => {
            start.iter().chain(end).for_each(|e| visit(e));
        }
        ExprKind::MethodCall { receiver, args, .. } => {
            visit(receiver);
            args.iter().for_each(visit);
        }
        ExprKind::Assert { cond, message, .. } => {
            visit(cond);
            message.holes.iter().for_each(|(hole, _)| visit(hole));
        }
        ExprKind::Panic(message) => message.holes.iter().for_each(|(hole, _)| visit(hole)),
        ExprKind::SliceSpec(elems) => {
            for elem in elems {
                match elem {
                    SliceElem::Index(index) => visit(index),
                    SliceElem::Range { start, end, step, .. } => {
                        start.iter().chain(end).chain(step).for_each(&mut *visit);
                    }
                    SliceElem::NewAxis => {}
                }
            }
        }
    }
}

fn for_each_in_block<'a>(block: &'a Block, visit: &mut dyn FnMut(&'a Expr)) {
    for stmt in &block.stmts {
        match stmt {
            Stmt::Let { init, otherwise, .. } => {
                init.iter().for_each(&mut *visit);
                if let Some(otherwise) = otherwise {
                    for_each_in_block(otherwise, visit);
                }
            }
            Stmt::Expr(expr) => visit(expr),
        }
    }
    block.tail.iter().for_each(|e| visit(e));
}

/// Calls `visit` for `expr` and every expression below it.
fn for_each<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    visit(expr);
    for_each_child(expr, &mut |child| for_each(child, visit));
}

/// The bindings that a kernel changes, and where.
#[derive(Debug, Default)]
pub(super) struct Assignments {
    /// Bindings assigned in some closure, which may run wherever one is called.
    by_closures: BTreeSet<LocalId>,
    /// Bindings whose address is taken with `&mut`.
    pub(super) addressed: BTreeSet<LocalId>,
    /// Bindings that are moved or lent by value somewhere, by plain mention.
    pub(super) mentioned: BTreeSet<LocalId>,
}

impl Assignments {
    pub(super) fn of(body: &Block) -> Self {
        let mut found = Assignments::default();
        for_each_in_block(body, &mut |expr| {
            for_each(expr, &mut |expr| {
                if let ExprKind::Closure { body, .. } = &expr.kind {
                    collect_assigned(body, &mut found.by_closures);
                }
            });
            collect_addressed(expr, &mut found.addressed);
            collect_mentions(expr, &mut found.mentioned);
        });
        found
    }

    /// The bindings that `exprs` and `blocks` may assign.
    pub(super) fn within(&self, exprs: &[&Expr], blocks: &[&Block]) -> BTreeSet<LocalId> {
        let mut assigned = BTreeSet::new();
        let mut calls = false;
        let mut visit = |expr: &Expr| {
            // A closure written here is looked into; one bound before may change anything.
            calls |= matches!(expr.kind, ExprKind::CallLocal(..))
                || matches!(&expr.kind, ExprKind::MethodCall { args, .. }
                    if args.iter().any(|arg| matches!(arg.kind, ExprKind::Local(_))));
            assigned_by(expr, &mut assigned);
        };
        for expr in exprs {
            for_each(expr, &mut visit);
        }
        for block in blocks {
            for_each_in_block(block, &mut |expr| for_each(expr, &mut visit));
        }
        if calls {
            assigned.extend(&self.by_closures);
        }
        assigned
    }
}

/// Collects the bindings whose `&mut` goes elsewhere than to `swap`, `replace` or `take`,
/// which assign the place and do not keep its address.
fn collect_addressed(expr: &Expr, kept: &mut BTreeSet<LocalId>) {
    match &expr.kind {
        ExprKind::Builtin { args, .. } => {
            for arg in args {
                match &arg.kind {
                    ExprKind::Ref { mutable: true, to } => collect_addressed(to, kept),
                    _ => collect_addressed(arg, kept),
                }
            }
        }
        ExprKind::Ref { mutable: true, to } => {
            kept.extend(root(to));
            collect_addressed(to, kept);
        }
        _ => for_each_child(expr, &mut |child| collect_addressed(child, kept)),
    }
}

fn collect_assigned(expr: &Expr, assigned: &mut BTreeSet<LocalId>) {
    for_each(expr, &mut |expr| assigned_by(expr, assigned));
}

fn assigned_by(expr: &Expr, assigned: &mut BTreeSet<LocalId>) {
    match &expr.kind {
        ExprKind::Assign(place, _) => place_roots(place, assigned),
        ExprKind::AssignOp(_, place, _) => assigned.extend(root(place)),
        ExprKind::Ref { mutable: true, to } => assigned.extend(root(to)),
        _ => {}
    }
}

fn place_roots(place: &Expr, roots: &mut BTreeSet<LocalId>) {
    match &place.kind {
        ExprKind::Tuple(items) | ExprKind::Array(items) => {
            items.iter().for_each(|item| place_roots(item, roots));
        }
        _ => roots.extend(root(place)),
    }
}

/// The binding that is another value when a place is assigned. Elements are in memory, so the
/// binding that leads to them stays what it is.
fn root(place: &Expr) -> Option<LocalId> {
    match &place.kind {
        ExprKind::Local(local) => Some(*local),
        ExprKind::Field(base, _) | ExprKind::Deref(base) => root(base),
        _ => None,
    }
}

/// Methods that take an array by value and give back its memory.
const CONSUMING: [&str; 4] = ["into_iter", "reversed_axes", "slice_move", "index_axis_move"];

/// Collects bindings that stand as a value of their own, where an owned array would move.
fn collect_mentions(expr: &Expr, mentioned: &mut BTreeSet<LocalId>) {
    for_each(expr, &mut |expr| match &expr.kind {
        ExprKind::MethodCall { receiver, name, args, .. } => {
            if CONSUMING.contains(&name.as_str()) {
                collect_mention(receiver, mentioned);
            }
            args.iter().for_each(|arg| collect_mention(arg, mentioned));
        }
        ExprKind::Index(_, index) => collect_mention(index, mentioned),
        ExprKind::Ref { .. } => {}
        ExprKind::Binary(..) | ExprKind::Field(..) => {}
        _ => for_each_child(expr, &mut |child| collect_mention(child, mentioned)),
    });
    collect_mention(expr, mentioned);
}

fn collect_mention(expr: &Expr, mentioned: &mut BTreeSet<LocalId>) {
    if let ExprKind::Local(local) = expr.kind {
        mentioned.insert(local);
    }
}

/// Whether a `return` stands in `expr`, closures inside not counted.
pub(super) fn returns(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Return(_) => true,
        ExprKind::Closure { .. } => false,
        _ => {
            let mut found = false;
            for_each_child(expr, &mut |child| found |= returns(child));
            found
        }
    }
}

/// Whether the loop or block `label` is left by a `break` in `block`.
pub(super) fn breaks(label: u32, block: &Block) -> bool {
    let mut found = false;
    for_each_in_block(block, &mut |expr| {
        for_each(expr, &mut |expr| {
            found |= matches!(expr.kind, ExprKind::Break(target, _) if target == label);
        });
    });
    found
}

/// The bindings a pattern makes.
pub(super) fn bound(pattern: &Pattern, locals: &mut Vec<LocalId>) {
    match pattern {
        Pattern::Bind { local, sub } => {
            locals.push(*local);
            sub.iter().for_each(|sub| bound(sub, locals));
        }
        Pattern::Tuple(items) | Pattern::Array(items) | Pattern::Or(items) => {
            items.iter().for_each(|item| bound(item, locals));
        }
        Pattern::Struct { fields, .. } => {
            fields.iter().for_each(|(_, field)| bound(field, locals));
        }
        Pattern::Ref(inner) | Pattern::Some(inner) => bound(inner, locals),
        _ => {}
    }
}

/// Whether a method of one of these names is called in `block`.
pub(super) fn calls_method(block: &Block, names: &[&str]) -> bool {
    let mut found = false;
    for_each_in_block(block, &mut |expr| {
        for_each(expr, &mut |expr| {
            found |= matches!(&expr.kind, ExprKind::MethodCall { name, .. }
                if names.contains(&name.as_str()));
        });
    });
    found
}
