//! Expressions: the dispatch, operators, places and values.

use crate::lowering::{Lowering, name_of};
use crate::start::{start_of, start_of_path};
use mambo_ir::kernel::{BinaryOp, Expr, ExprKind, UnaryOp};
use syn::BinOp;
use syn::spanned::Spanned;

/// What a binary operator of Rust is in the tree.
enum Operator {
    Plain(BinaryOp),
    Assign(BinaryOp),
    Logical { and: bool },
}

impl Lowering {
    /// An expression as a value.
    pub(crate) fn expr(&mut self, source: &syn::Expr) -> Expr {
        let source = self.unwrapped(source);
        let at = start_of(source);
        self.deeper(at, |this| this.expr_here(source)).unwrap_or_else(|| self.dummy(at))
    }

    /// Expressions in order.
    pub(crate) fn exprs<'a>(
        &mut self,
        sources: impl IntoIterator<Item = &'a syn::Expr>,
    ) -> Vec<Expr> {
        sources.into_iter().map(|source| self.expr(source)).collect()
    }

    fn boxed(&mut self, source: &syn::Expr) -> Box<Expr> {
        Box::new(self.expr(source))
    }

    /// The expression inside parentheses; attributes are checked on the way.
    pub(crate) fn unwrapped<'a>(&mut self, mut source: &'a syn::Expr) -> &'a syn::Expr {
        loop {
            self.attributes(attributes_of(source));
            source = match source {
                syn::Expr::Paren(paren) => &paren.expr,
                syn::Expr::Group(group) => &group.expr,
                other => return other,
            };
        }
    }

    fn expr_here(&mut self, source: &syn::Expr) -> Expr {
        use syn::Expr as Source;
        let at = start_of(source);
        let kind = match source {
            Source::Lit(literal) => return self.literal_expr(&literal.lit),
            Source::Path(path) => return self.path_expr(path),
            Source::Unary(unary) => return self.unary(unary),
            Source::Binary(binary) => return self.binary(binary),
            Source::Assign(assign) => return self.assign(assign),
            Source::Call(call) => return self.call(call),
            Source::MethodCall(call) => return self.method_call(call),
            Source::Macro(source) => return self.macro_call(&source.mac),
            Source::Struct(source) => return self.struct_expr(source),
            Source::Cast(cast) => {
                let value = self.boxed(&cast.expr);
                ExprKind::Cast(value, self.lower_type(&cast.ty))
            }
            Source::Field(field) => {
                let base = self.boxed(&field.base);
                ExprKind::Field(base, member_name(&field.member))
            }
            Source::Index(index) => {
                let base = self.boxed(&index.expr);
                ExprKind::Index(base, self.boxed(&index.index))
            }
            Source::Range(range) => {
                let start = range.start.as_ref().map(|start| self.boxed(start));
                let end = range.end.as_ref().map(|end| self.boxed(end));
                let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
                ExprKind::Range { start, end, inclusive }
            }
            Source::Reference(reference) => ExprKind::Ref {
                mutable: reference.mutability.is_some(),
                to: self.boxed(&reference.expr),
            },
            Source::Tuple(tuple) => ExprKind::Tuple(self.exprs(&tuple.elems)),
            Source::Array(array) => ExprKind::Array(self.exprs(&array.elems)),
            Source::Repeat(repeat) => {
                let value = self.boxed(&repeat.expr);
                ExprKind::Repeat(value, Box::new(self.constant_length(&repeat.len)))
            }
            Source::Block(block) => return self.block_expr(block),
            Source::If(source) => return self.if_expr(source),
            Source::Match(source) => return self.match_expr(source),
            Source::Try(source) => return self.option_or_return(source),
            Source::While(source) => return self.while_loop(source),
            Source::Loop(source) => return self.endless_loop(source),
            Source::ForLoop(source) => return self.for_loop(source),
            Source::Break(source) => return self.break_expr(source),
            Source::Continue(source) => return self.continue_expr(source),
            Source::Return(source) => {
                ExprKind::Return(source.expr.as_ref().map(|value| self.boxed(value)))
            }
            other => return self.unsupported(other),
        };
        self.node(kind, at)
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Expr {
        let at = unary.op.span();
        let operand = self.boxed(&unary.expr);
        let kind = match unary.op {
            syn::UnOp::Neg(_) => ExprKind::Unary(UnaryOp::Neg, operand),
            syn::UnOp::Not(_) => ExprKind::Unary(UnaryOp::Not, operand),
            syn::UnOp::Deref(_) => ExprKind::Deref(operand),
            _ => return self.error_expr(at, "unknown operator: write `-`, `!` or `*`"),
        };
        self.node(kind, at)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Expr {
        let at = binary.op.span();
        let Some(operator) = operator(&binary.op) else {
            return self.error_expr(at, "unknown operator: write a method call");
        };
        if let Operator::Assign(_) = operator {
            self.check_place(&binary.left);
        }
        let left = self.boxed(&binary.left);
        let right = self.boxed(&binary.right);
        let kind = match operator {
            Operator::Plain(op) => ExprKind::Binary(op, left, right),
            Operator::Assign(op) => ExprKind::AssignOp(op, left, right),
            Operator::Logical { and } => ExprKind::Logical { and, left, right },
        };
        self.node(kind, at)
    }

    fn assign(&mut self, assign: &syn::ExprAssign) -> Expr {
        let place = self.place(&assign.left);
        let value = self.boxed(&assign.right);
        self.node(ExprKind::Assign(Box::new(place), value), assign.eq_token.span)
    }

    /// The left side of an assignment, which may take a value apart.
    fn place(&mut self, source: &syn::Expr) -> Expr {
        let source = self.unwrapped(source);
        let at = start_of(source);
        let place = self.deeper(at, |this| {
            let kind = match source {
                syn::Expr::Infer(_) => ExprKind::Underscore,
                syn::Expr::Tuple(tuple) => {
                    ExprKind::Tuple(tuple.elems.iter().map(|place| this.place(place)).collect())
                }
                syn::Expr::Array(array) => {
                    ExprKind::Array(array.elems.iter().map(|place| this.place(place)).collect())
                }
                other => {
                    this.check_place(other);
                    return this.expr_here(other);
                }
            };
            this.node(kind, at)
        });
        place.unwrap_or_else(|| self.dummy(at))
    }

    /// Rejects what cannot be assigned to.
    fn check_place(&mut self, source: &syn::Expr) {
        use syn::Expr as Source;
        let source = peeled(source);
        match source {
            Source::Path(_) | Source::Index(_) | Source::Field(_) | Source::Infer(_) => {}
            Source::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {}
            Source::Range(range) if range.start.is_none() && range.end.is_none() => {}
            Source::Struct(_) => self.error(
                start_of(source),
                "a structure is not taken apart by an assignment: use `let`, or assign its fields \
                 one by one",
            ),
            other => self.error(
                start_of(other),
                "this expression cannot be assigned to: assign to a variable, an element or a \
                 field",
            ),
        }
    }

    /// The length of an array: a literal or a capture.
    pub(crate) fn constant_length(&mut self, source: &syn::Expr) -> Expr {
        match peeled(source) {
            syn::Expr::Lit(_) | syn::Expr::Path(_) => self.expr(source),
            syn::Expr::Infer(token) => self.error_expr(
                token.underscore_token.span,
                "the length of an array is not inferred here: write a literal or a constant",
            ),
            other => {
                let capture = self.expression_capture(other);
                self.node(ExprKind::Capture(capture), start_of(other))
            }
        }
    }

    /// `Name { field: value, ..base }`.
    fn struct_expr(&mut self, source: &syn::ExprStruct) -> Expr {
        let at = start_of_path(&source.path);
        let ty = self.struct_type(source.qself.as_ref(), &source.path);
        let mut fields = Vec::new();
        for field in &source.fields {
            self.attributes(&field.attrs);
            fields.push((member_name(&field.member), self.expr(&field.expr)));
        }
        if let (Some(dots), None) = (&source.dot2_token, &source.rest) {
            self.error(
                dots.spans[0],
                "default field values are not part of the kernel language: write all fields, or \
                 a base after `..`",
            );
        }
        let base = source.rest.as_ref().map(|base| self.boxed(base));
        match ty {
            Some(ty) => self.node(ExprKind::Struct { ty, fields, base }, at),
            None => self.dummy(at),
        }
    }
}

/// The expression inside parentheses.
pub(crate) fn peeled(mut source: &syn::Expr) -> &syn::Expr {
    loop {
        source = match source {
            syn::Expr::Paren(paren) => &paren.expr,
            syn::Expr::Group(group) => &group.expr,
            other => return other,
        };
    }
}

/// The name of a field; tuple fields are numbered.
pub(crate) fn member_name(member: &syn::Member) -> String {
    match member {
        syn::Member::Named(ident) => name_of(ident),
        syn::Member::Unnamed(index) => index.index.to_string(),
    }
}

fn operator(op: &BinOp) -> Option<Operator> {
    use BinaryOp::*;
    Some(match op {
        BinOp::Add(_) => Operator::Plain(Add),
        BinOp::Sub(_) => Operator::Plain(Sub),
        BinOp::Mul(_) => Operator::Plain(Mul),
        BinOp::Div(_) => Operator::Plain(Div),
        BinOp::Rem(_) => Operator::Plain(Rem),
        BinOp::BitXor(_) => Operator::Plain(BitXor),
        BinOp::BitAnd(_) => Operator::Plain(BitAnd),
        BinOp::BitOr(_) => Operator::Plain(BitOr),
        BinOp::Shl(_) => Operator::Plain(Shl),
        BinOp::Shr(_) => Operator::Plain(Shr),
        BinOp::Eq(_) => Operator::Plain(Eq),
        BinOp::Ne(_) => Operator::Plain(Ne),
        BinOp::Lt(_) => Operator::Plain(Lt),
        BinOp::Le(_) => Operator::Plain(Le),
        BinOp::Gt(_) => Operator::Plain(Gt),
        BinOp::Ge(_) => Operator::Plain(Ge),
        BinOp::And(_) => Operator::Logical { and: true },
        BinOp::Or(_) => Operator::Logical { and: false },
        BinOp::AddAssign(_) => Operator::Assign(Add),
        BinOp::SubAssign(_) => Operator::Assign(Sub),
        BinOp::MulAssign(_) => Operator::Assign(Mul),
        BinOp::DivAssign(_) => Operator::Assign(Div),
        BinOp::RemAssign(_) => Operator::Assign(Rem),
        BinOp::BitXorAssign(_) => Operator::Assign(BitXor),
        BinOp::BitAndAssign(_) => Operator::Assign(BitAnd),
        BinOp::BitOrAssign(_) => Operator::Assign(BitOr),
        BinOp::ShlAssign(_) => Operator::Assign(Shl),
        BinOp::ShrAssign(_) => Operator::Assign(Shr),
        _ => return None,
    })
}

/// The attributes in front of an expression.
fn attributes_of(expr: &syn::Expr) -> &[syn::Attribute] {
    macro_rules! attributes {
        ($($variant:ident)*) => {
            match expr {
                $(syn::Expr::$variant(expr) => &expr.attrs,)*
                _ => &[],
            }
        };
    }
    attributes!(
        Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop
        Group If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr
        Reference Repeat Return Struct Try TryBlock Tuple Unary Unsafe While Yield
    )
}
