//! A compact, complete text form of kernel trees, for tests to compare.

use mambo_ir::Kernel;
use mambo_ir::kernel::*;
use std::fmt::Write;

/// Prints bodies; names of locals carry their numbers, so that shadowing shows.
pub(crate) struct Printer<'a> {
    pub(crate) kernel: &'a Kernel,
}

impl Printer<'_> {
    /// The parameters and the body, one line a statement.
    pub(crate) fn kernel(&self) -> String {
        let kernel = self.kernel;
        let params = kernel.params.iter().zip(&kernel.param_types);
        let params = params.map(|(p, ty)| format!("{}: {}", self.pattern(p), self.ty(ty)));
        let mut text = params.collect::<Vec<_>>().join(", ");
        writeln!(text, " -> {}", self.ty(&kernel.result)).unwrap();
        text + &self.statements(&kernel.body, "\n")
    }

    fn statements(&self, block: &Block, separator: &str) -> String {
        let mut lines: Vec<String> = block.stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        lines.extend(block.tail.iter().map(|tail| self.expr(tail)));
        lines.join(separator)
    }

    fn block(&self, block: &Block) -> String {
        format!("{{{}}}", self.statements(block, " "))
    }

    fn stmt(&self, stmt: &Stmt) -> String {
        match stmt {
            Stmt::Expr(expr) => format!("{};", self.expr(expr)),
            Stmt::Let { pattern, ty, init, otherwise } => {
                let mut text = format!("let {}", self.pattern(pattern));
                if let Some(ty) = ty {
                    write!(text, ": {}", self.ty(ty)).unwrap();
                }
                if let Some(init) = init {
                    write!(text, " = {}", self.expr(init)).unwrap();
                }
                if let Some(otherwise) = otherwise {
                    write!(text, " else {}", self.block(otherwise)).unwrap();
                }
                text + ";"
            }
        }
    }

    fn local(&self, id: LocalId) -> String {
        let LocalInfo { name, mutable } = &self.kernel.locals[id as usize];
        format!("{}{name}.{id}", if *mutable { "mut " } else { "" })
    }

    fn used(&self, id: LocalId) -> String {
        format!("{}.{id}", self.kernel.locals[id as usize].name)
    }

    fn capture(&self, id: CaptureId) -> String {
        format!("@{}", self.kernel.captures[id as usize])
    }

    fn list(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn optional(&self, expr: &Option<Box<Expr>>) -> String {
        expr.as_ref().map(|expr| self.expr(expr)).unwrap_or_default()
    }

    fn message(&self, message: &Message) -> String {
        let mut text = String::new();
        for (i, part) in message.parts.iter().enumerate() {
            write!(text, "{part:?}").unwrap();
            if let Some((value, spec)) = message.holes.get(i) {
                write!(text, " [{}:{spec}] ", self.expr(value)).unwrap();
            }
        }
        text
    }

    /// An expression; operators are always parenthesised.
    pub(crate) fn expr(&self, expr: &Expr) -> String {
        let e = |expr: &Expr| self.expr(expr);
        match &expr.kind {
            ExprKind::Literal(literal) => literal_text(literal),
            ExprKind::Local(id) => self.used(*id),
            ExprKind::Capture(id) => self.capture(*id),
            ExprKind::Unary(op, x) => {
                format!("({}{})", if *op == UnaryOp::Neg { "-" } else { "!" }, e(x))
            }
            ExprKind::Binary(op, a, b) => format!("({} {} {})", e(a), op.symbol(), e(b)),
            ExprKind::Logical { and, left, right } => {
                format!("({} {} {})", e(left), if *and { "&&" } else { "||" }, e(right))
            }
            ExprKind::Assign(place, value) => format!("{} = {}", e(place), e(value)),
            ExprKind::AssignOp(op, place, value) => {
                format!("{} {}= {}", e(place), op.symbol(), e(value))
            }
            ExprKind::Underscore => "_".into(),
            ExprKind::Cast(x, ty) => format!("({} as {})", e(x), self.ty(ty)),
            ExprKind::If { cond, then, otherwise } => {
                let otherwise = otherwise.as_ref().map(|x| format!(" else {}", e(x)));
                format!("if {} {}{}", e(cond), self.block(then), otherwise.unwrap_or_default())
            }
            ExprKind::Let(pattern, value) => {
                format!("let {} = {}", self.pattern(pattern), e(value))
            }
            ExprKind::Match(value, arms) => {
                let arms = arms.iter().map(|arm| {
                    let guard = arm.guard.as_ref().map(|guard| format!(" if {}", e(guard)));
                    let guard = guard.unwrap_or_default();
                    format!("{}{guard} => {}", self.pattern(&arm.pattern), e(&arm.body))
                });
                format!("match {} {{{}}}", e(value), arms.collect::<Vec<_>>().join(", "))
            }
            ExprKind::Block { label, body } => {
                let label = label.map(|id| format!("'{id}: ")).unwrap_or_default();
                format!("{label}{}", self.block(body))
            }
            ExprKind::While { label, cond, body } => {
                format!("'{label}: while {} {}", e(cond), self.block(body))
            }
            ExprKind::Loop { label, body } => format!("'{label}: loop {}", self.block(body)),
            ExprKind::For { label, pattern, iter, body } => {
                let pattern = self.pattern(pattern);
                format!("'{label}: for {pattern} in {} {}", e(iter), self.block(body))
            }
            ExprKind::Break(id, value) => {
                format!("break '{id} {}", self.optional(value)).trim_end().into()
            }
            ExprKind::Continue(id) => format!("continue '{id}"),
            ExprKind::Return(value) => format!("return {}", self.optional(value)).trim_end().into(),
            ExprKind::Tuple(items) => format!("({})", self.list(items)),
            ExprKind::Array(items) => format!("[{}]", self.list(items)),
            ExprKind::Repeat(value, len) => format!("[{}; {}]", e(value), e(len)),
            ExprKind::Struct { ty, fields, base } => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", e(value)));
                let fields = fields.collect::<Vec<_>>().join(", ");
                let base = base.as_ref().map(|base| format!(", ..{}", e(base)));
                format!("{} {{{fields}{}}}", self.host(*ty), base.unwrap_or_default())
            }
            ExprKind::Field(x, name) => format!("{}.{name}", e(x)),
            ExprKind::Index(x, index) => format!("{}[{}]", e(x), e(index)),
            ExprKind::Range { start, end, inclusive } => {
                let dots = if *inclusive { "..=" } else { ".." };
                format!("({}{dots}{})", self.optional(start), self.optional(end))
            }
            ExprKind::MethodCall { receiver, name, types, args } => {
                format!("{}.{name}{}({})", e(receiver), self.turbofish(types), self.list(args))
            }
            ExprKind::Associated { ty, name, args } => {
                format!("<{}>::{name}({})", self.ty(ty), self.list(args))
            }
            ExprKind::Builtin { name, args } => format!("builtin {name}({})", self.list(args)),
            ExprKind::Call { callee, types, args } => {
                let name = &self.kernel.callees[*callee as usize];
                format!("call {name}{}({})", self.turbofish(types), self.list(args))
            }
            ExprKind::Recurse(args) => format!("recurse({})", self.list(args)),
            ExprKind::CallLocal(id, args) => format!("{}({})", self.used(*id), self.list(args)),
            ExprKind::Closure { moved, params, body } => {
                let params = params.iter().map(|(pattern, ty)| {
                    let ty = ty.as_ref().map(|ty| format!(": {}", self.ty(ty)));
                    format!("{}{}", self.pattern(pattern), ty.unwrap_or_default())
                });
                let moved = moved
                    .iter()
                    .map(|(inner, outer)| format!("move {} = {}; ", self.pattern(inner), e(outer)));
                format!(
                    "{}|{}| {}",
                    moved.collect::<String>(),
                    params.collect::<Vec<_>>().join(", "),
                    e(body)
                )
            }
            ExprKind::Ref { mutable, to } => {
                format!("&{}{}", if *mutable { "mut " } else { "" }, e(to))
            }
            ExprKind::Deref(x) => format!("(*{})", e(x)),
            ExprKind::Option(None) => "None".into(),
            ExprKind::Option(Some(x)) => format!("Some({})", e(x)),
            ExprKind::Assert { cond, message, debug } => {
                let debug = if *debug { "debug " } else { "" };
                format!("{debug}assert {} else {}", e(cond), self.message(message))
            }
            ExprKind::AssertCompare { equal, left, right, message, debug } => {
                let debug = if *debug { "debug " } else { "" };
                let message = message.as_ref();
                let message = message.map(|message| format!(" else {}", self.message(message)));
                format!(
                    "{debug}assert {} {} {}{}",
                    e(left),
                    if *equal { "==" } else { "!=" },
                    e(right),
                    message.unwrap_or_default()
                )
            }
            ExprKind::Panic(message) => format!("panic {}", self.message(message)),
            ExprKind::SliceSpec(axes) => {
                let axes = axes.iter().map(|axis| self.axis(axis)).collect::<Vec<_>>();
                format!("s![{}]", axes.join(", "))
            }
        }
    }

    fn axis(&self, axis: &SliceElem) -> String {
        match axis {
            SliceElem::Index(index) => self.expr(index),
            SliceElem::NewAxis => "NewAxis".into(),
            SliceElem::Range { start, end, inclusive, step } => {
                let text = |expr: &Option<Expr>| {
                    expr.as_ref().map(|expr| self.expr(expr)).unwrap_or_default()
                };
                let dots = if *inclusive { "..=" } else { ".." };
                let step = step.as_ref().map(|step| format!(";{}", self.expr(step)));
                format!("{}{dots}{}{}", text(start), text(end), step.unwrap_or_default())
            }
        }
    }

    fn turbofish(&self, types: &[TypeExpr]) -> String {
        if types.is_empty() {
            return String::new();
        }
        format!("::<{}>", types.iter().map(|ty| self.ty(ty)).collect::<Vec<_>>().join(", "))
    }

    fn host(&self, id: TypeId) -> &str {
        &self.kernel.types[id as usize]
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        let list = |items: &[Pattern], separator: &str| {
            items.iter().map(|item| self.pattern(item)).collect::<Vec<_>>().join(separator)
        };
        match pattern {
            Pattern::Wild => "_".into(),
            Pattern::Rest => "..".into(),
            Pattern::Bind { local, sub } => {
                let sub = sub.as_ref().map(|sub| format!(" @ {}", self.pattern(sub)));
                format!("{}{}", self.local(*local), sub.unwrap_or_default())
            }
            Pattern::Tuple(items) => format!("({})", list(items, ", ")),
            Pattern::Array(items) => format!("[{}]", list(items, ", ")),
            Pattern::Struct { ty, fields } => {
                let fields = fields.iter().map(|(name, p)| format!("{name}: {}", self.pattern(p)));
                format!("{} {{{}}}", self.host(*ty), fields.collect::<Vec<_>>().join(", "))
            }
            Pattern::Ref(inner) => format!("&{}", self.pattern(inner)),
            Pattern::Literal { negative, value } => {
                format!("{}{}", if *negative { "-" } else { "" }, literal_text(value))
            }
            Pattern::Capture(id, _) => self.capture(*id),
            Pattern::Range { start, end, inclusive } => {
                let text = |bound: &Option<Box<Pattern>>| {
                    bound.as_ref().map(|bound| self.pattern(bound)).unwrap_or_default()
                };
                let dots = if *inclusive { "..=" } else { ".." };
                format!("{}{dots}{}", text(start), text(end))
            }
            Pattern::Or(cases) => format!("({})", list(cases, " | ")),
            Pattern::Some(inner) => format!("Some({})", self.pattern(inner)),
            Pattern::None => "None".into(),
            Pattern::Ordering(order) => format!("ordering {order}"),
        }
    }

    fn ty(&self, ty: &TypeExpr) -> String {
        match ty {
            TypeExpr::Infer => "_".into(),
            TypeExpr::Scalar(dtype) => dtype.to_string(),
            TypeExpr::Generic(index) => self.kernel.generics[*index as usize].clone(),
            TypeExpr::Host(id) => format!("host {}", self.host(*id)),
            TypeExpr::Tuple(items) => {
                format!("({})", items.iter().map(|ty| self.ty(ty)).collect::<Vec<_>>().join(", "))
            }
            TypeExpr::FixedArray(item, len) => format!("[{}; {}]", self.ty(item), self.expr(len)),
            TypeExpr::Complex(part) => format!("Complex<{}>", self.ty(part)),
            TypeExpr::Option(item) => format!("Option<{}>", self.ty(item)),
            TypeExpr::Ref { mutable, to } => {
                format!("&{}{}", if *mutable { "mut " } else { "" }, self.ty(to))
            }
            TypeExpr::Slice(item) => format!("[{}]", self.ty(item)),
            TypeExpr::Array { holder, item, rank } => {
                let rank = rank.map(|rank| rank.to_string()).unwrap_or("?".into());
                format!("{holder:?}{rank}<{}>", self.ty(item))
            }
        }
    }
}

fn literal_text(literal: &Literal) -> String {
    let suffix = |dtype: &Option<mambo_ir::Dtype>| {
        dtype.map(|dtype| format!("_{dtype}")).unwrap_or_default()
    };
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value, dtype) => format!("{value}{}", suffix(dtype)),
        Literal::Float(digits, dtype) => format!("{digits}{}", suffix(dtype)),
    }
}
