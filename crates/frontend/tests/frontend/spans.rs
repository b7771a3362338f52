//! Where expressions stand, as panics report it.

use crate::lowered;
use mambo_ir::kernel::{Expr, ExprKind, Stmt};

/// The place of the last statement of a function of one line.
fn place(source: &str) -> (u32, u32) {
    let lowered = lowered(source);
    let body = &lowered.kernel.body;
    let expr: &Expr = match (&body.tail, body.stmts.last()) {
        (Some(tail), _) => tail,
        (None, Some(Stmt::Expr(expr))) => expr,
        _ => panic!("no expression in {source}"),
    };
    assert!(!matches!(expr.kind, ExprKind::Tuple(_)));
    (expr.span.line, expr.span.column)
}

#[test]
fn spans_point_at_the_token_to_blame() {
    let cases = [
        ("fn k() { 1 / 2 }", (1, 12)),
        ("fn k() { -1 }", (1, 10)),
        ("fn k() { x.abs().sqrt() }", (1, 18)),
        ("fn k() { a.b[1] }", (1, 10)),
        ("fn k() { geo::norm(1) }", (1, 10)),
        ("fn k() { f64::max(1, 2) }", (1, 10)),
        ("fn k() { x += 1; }", (1, 12)),
        ("fn k() {\n    assert!(true);\n}", (2, 5)),
        ("fn k() {\n  (1) + 2\n}", (2, 7)),
    ];
    for (source, expected) in cases {
        assert_eq!(place(source), expected, "place in {source}");
    }
}

#[test]
fn the_kernel_stands_at_its_name() {
    assert_eq!(lowered("\n  fn k() {}").kernel.span, mambo_ir::Span::new(2, 6));
}
