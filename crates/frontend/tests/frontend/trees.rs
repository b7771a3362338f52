//! Every kind of expression, statement, pattern and type.

use crate::{body, lowered, tree};

/// Checks several one-line bodies.
fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(body(source), *expected, "tree of {source}");
    }
}

#[test]
fn literals() {
    check(&[
        ("1; 0xff_u8; 0b1010; 1_000i64; 2f32", "1;\n255_u8;\n10;\n1000_i64;\n2_f32"),
        ("1.5; 1e-3_f32; 2.; 1_0.2_5E+2", "1.5;\n1e-3_f32;\n2.;\n10.25e2"),
        ("true; false; b'a'; b'\\n'", "true;\nfalse;\n97_u8;\n10_u8"),
        ("-128i8; 18446744073709551615", "(-128_i8);\n18446744073709551615"),
    ]);
}

#[test]
fn operators() {
    check(&[
        ("1 + 2 * 3 - 4 / 5 % 6", "((1 + (2 * 3)) - ((4 / 5) % 6))"),
        ("1 & 2 | 3 ^ 4 << 5 >> 6", "((1 & 2) | (3 ^ ((4 << 5) >> 6)))"),
        (
            "1 == 2; 1 != 2; 1 < 2; 1 <= 2; 1 > 2; 1 >= 2",
            "(1 == 2);\n(1 != 2);\n(1 < 2);\n(1 <= 2);\n(1 > 2);\n(1 >= 2)",
        ),
        ("true && false || !true", "((true && false) || (!true))"),
        ("(1 + 2) * -3", "((1 + 2) * (-3))"),
        ("1.5 as i32 as _", "((1.5 as i32) as _)"),
        ("let x = 1; &x; &mut x; *&x", "let x.0 = 1;\n&x.0;\n&mut x.0;\n(*&x.0)"),
    ]);
}

#[test]
fn assignments() {
    check(&[
        (
            "let mut x = 1; x = 2; x += 3; x <<= 1",
            "let mut x.0 = 1;\nx.0 = 2;\nx.0 += 3;\nx.0 <<= 1",
        ),
        (
            "let (mut a, mut b) = (1, 2); (a, b) = (b, a);",
            "let (mut a.0, mut b.1) = (1, 2);\n(a.0, b.1) = (b.1, a.0);",
        ),
        (
            "let mut v = [0; 3]; [v[0], _, (v[1], ..)] = [1, 2, (3, 4, 5)];",
            "let mut v.0 = [0; 3];\n[v.0[0], _, (v.0[1], (..))] = [1, 2, (3, 4, 5)];",
        ),
        (
            "let mut t = (1, (2, 3)); t.1.0 -= 4; *&mut t.0 = 1;",
            "let mut t.0 = (1, (2, 3));\nt.0.1.0 -= 4;\n(*&mut t.0.0) = 1;",
        ),
    ]);
    for op in ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"] {
        let source = format!("let mut x = 1; x {op}= 2;");
        assert_eq!(body(&source), format!("let mut x.0 = 1;\nx.0 {op}= 2;"));
    }
}

#[test]
fn branches() {
    check(&[
        (
            "if true { 1 } else if false { 2; } else { 3 };",
            "if true {1} else if false {2;} else {3};",
        ),
        ("if let Some(x) = None { x; }", "if let Some(x.0) = None {x.0;}"),
        (
            "match 3 { 0 => 1, -1 => 2, 1..=5 | 7 => { 3 } x if x > 9 => x, _ => 4 };",
            "match 3 {0 => 1, -1 => 2, (1..=5 | 7) => {3}, x.0 if (x.0 > 9) => x.0, _ => 4};",
        ),
        ("let Some(x) = Some(1) else { return };", "let Some(x.0) = Some(1) else {return};"),
        ("array![1, 2,]", "builtin arr1([1, 2])"),
        ("ndarray::array![[1, 2], [3, 4]]", "builtin arr2([[1, 2], [3, 4]])"),
        ("array![[[], []], [[], []]]", "builtin arr3([[[], []], [[], []]])"),
        ("array![[], 1]", "builtin arr1([[], 1])"),
        ("ndarray::arr2(&[[1]])", "builtin arr2(&[[1]])"),
        ("matches!(3, 1 | 2 if true)", "match 3 {(1 | 2) if true => true, _ => false}"),
        ("unsafe_free(); { 1; { 2 } }", "call unsafe_free();\n{1; {2}}"),
    ]);
}

#[test]
fn loops() {
    check(&[
        ("for i in 0..3 { continue; }", "'0: for i.0 in (0..3) {continue '0;}"),
        ("for (i, _) in 0..=3 { break }", "'0: for (i.0, _) in (0..=3) {break '0}"),
        ("while true { break; }", "'0: while true {break '0;}"),
        ("while let Some(x) = None { x; }", "'0: while let Some(x.0) = None {x.0;}"),
        ("let x = loop { break 5; };", "let x.0 = '0: loop {break '0 5;};"),
        ("let x = 'a: { if true { break 'a 1; } 2 };", "let x.0 = '0: {if true {break '0 1;}; 2};"),
        ("return;", "return;"),
        ("for i in (0..9).rev().step_by(2) {}", "'0: for i.0 in (0..9).rev().step_by(2) {}"),
    ]);
}

#[test]
fn values() {
    check(&[
        ("(); (1,); (1, 2.0); [1, 2]; [0.0; 4]", "();\n(1);\n(1, 2.0);\n[1, 2];\n[0.0; 4]"),
        ("[0; N]; [0; 2 * N]; [0; f(3)]", "[0; @N];\n[0; @2*N];\n[0; @f(3)]"),
        (
            "P { x: 1.0, y: 2.0 }; P { x: 1.0, ..P(3, 4) }; geo::Q::<f64>(1).0",
            "P {x: 1.0, y: 2.0};\nP {x: 1.0, ..P {0: 3, 1: 4}};\ngeo::Q::<f64> {0: 1}.0",
        ),
        ("Some(1); None; Option::Some(2); Option::None", "Some(1);\nNone;\nSome(2);\nNone"),
        ("(1..2, ..3, 4.., ..=5, ..);", "((1..2), (..3), (4..), (..=5), (..));"),
        (
            "let a = [1]; a[0]; a[[1, 2]]; a[(3, 4)]",
            "let a.0 = [1];\na.0[0];\na.0[[1, 2]];\na.0[(3, 4)]",
        ),
    ]);
}

#[test]
fn calls() {
    check(&[
        ("1.0.max(2.0).powi(3)", "1.0.max(2.0).powi(3)"),
        ("a().sum::<f64>()", "call a().sum::<f64>()"),
        ("f64::max(1.0, 2.0); i32::from(true)", "<f64>::max(1.0, 2.0);\n<i32>::from(true)"),
        ("<u8>::max(1, 2)", "<u8>::max(1, 2)"),
        (
            "Array2::<f64>::zeros((2, 3)); ndarray::Array1::from_elem(3, 1.0); Array::zeros(4)",
            "<Owned2<f64>>::zeros((2, 3));\n<Owned1<_>>::from_elem(3, 1.0);\n<Owned?<_>>::zeros(4)",
        ),
        ("std::cmp::min(1, 2); core::cmp::max(1, 2)", "builtin min(1, 2);\nbuiltin max(1, 2)"),
        (
            "std::mem::swap(1, 2); mem::replace(1, 2); mem::take(1); drop(1)",
            "builtin swap(1, 2);\nbuiltin replace(1, 2);\nbuiltin take(1);\nbuiltin drop(1)",
        ),
        ("k()", "recurse()"),
        ("norm(1.0); geo::norm::<f64, _>(2.0)", "call norm(1.0);\ncall geo::norm::<f64, _>(2.0)"),
        (
            "let f = |x: f64, (a, b)| x * a + b; f(1.0, (2.0, 3.0))",
            "let f.3 = |x.0: f64, (a.1, b.2)| ((x.0 * a.1) + b.2);\nf.3(1.0, (2.0, 3.0))",
        ),
        ("let f = move || -> f64 { 1.0 };", "let f.1 = || {let result.0: f64 = {1.0}; result.0};"),
        ("x().map(|v| v * 2.0)", "call x().map(|v.0| (v.0 * 2.0))"),
        ("Array1::from_shape_fn(3, |i| i)", "<Owned1<_>>::from_shape_fn(3, |i.0| i.0)"),
    ]);
}

#[test]
fn slice_specifications() {
    check(&[
        (
            "a().slice(s![1..3, .., ..=4;2, 5, NewAxis, -1])",
            "call a().slice(s![1..3, .., ..=4;2, 5, NewAxis, (-1)])",
        ),
        (
            "a().slice_mut(ndarray::s![..;-1, ndarray::NewAxis])",
            "call a().slice_mut(s![..;(-1), NewAxis])",
        ),
    ]);
}

#[test]
fn assertions() {
    check(&[
        ("assert!(1 < 2);", r#"assert (1 < 2) else "assertion failed: 1 < 2";"#),
        ("debug_assert!(true, \"no {}\", 3);", r#"debug assert true else "no " [3:] "";"#),
        ("assert_eq!(1, 2); assert_ne!(1, 2,);", "assert 1 == 2;\nassert 1 != 2;"),
        ("assert_eq!(1, 2, \"x {}\", 3)", "assert 1 == 2 else \"x \" [3:] \"\""),
        (
            "debug_assert_eq!(1, 2); std::debug_assert_ne!(1, 2)",
            "debug assert 1 == 2;\ndebug assert 1 != 2",
        ),
        ("panic!()", r#"panic "explicit panic""#),
        (
            "let x = 1; panic!(\"a {x} b {x:?} {0:.3} {n} {{}} {}\", 5, n = 6)",
            "let x.0 = 1;\npanic \"a \" [x.0:] \" b \" [x.0:?] \" \" [5:.3] \" \" [6:] \" {} \" [5:] \"\"",
        ),
        ("panic!(\"{N:.2?}\")", r#"panic "" [@N:.2?] """#),
        ("unreachable!()", r#"panic "internal error: entered unreachable code""#),
        ("unreachable!(\"x\")", r#"panic "internal error: entered unreachable code: x""#),
        (
            "todo!(); todo!(\"later\")",
            "panic \"not yet implemented\";\npanic \"not yet implemented: later\"",
        ),
        (
            "unimplemented!(); unimplemented!(\"never\")",
            "panic \"not implemented\";\npanic \"not implemented: never\"",
        ),
    ]);
}

/// The text `assert!` of the standard library prints for a condition.
#[test]
fn conditions_are_quoted_as_rustc_prints_them() {
    let cases = [
        ("x>0.0&&!done", "x > 0.0 && !done"),
        ("a[[i,j]]>= -1.5e3", "a[[i, j]] >= -1.5e3"),
        ("a.len()==b.len()", "a.len() == b.len()"),
        ("(0..n).all(|i|*a[i]<=&b[i+1])", "(0..n).all(|i| *a[i] <= &b[i + 1])"),
        ("(x as f64)<y as f64", "(x as f64) < y as f64"),
        ("a.iter().sum::<f64>()<1.0", "a.iter().sum::<f64>() < 1.0"),
        ("std::f64::consts::PI>3.0", "std::f64::consts::PI > 3.0"),
        ("matches!(x,Some(_))", "matches!(x, Some(_))"),
        ("f(&mut x,-y)!=(1,2)", "f(&mut x, -y) != (1, 2)"),
        ("x<<2|y>>1==0", "x << 2 | y >> 1 == 0"),
        ("t.0.1<1", "t.0.1 < 1"),
        ("(1..=3).contains(&x)", "(1..=3).contains(&x)"),
        ("a<b||a== -b", "a < b || a == -b"),
        ("[1,2,][0]==2&&(1,)==(2,)", "[1, 2][0] == 2 && (1,) == (2,)"),
        ("<f64>::max(1.0,2.0)<1.0", "<f64>::max(1.0, 2.0) < 1.0"),
        ("f::<[f64;3],Vec2<u8>>()>>1>0", "f::<[f64; 3], Vec2<u8>>() >> 1 > 0"),
        ("if a{false}else{!b}", "if a { false } else { !b }"),
        ("{ let z=1; z>2 }", "{ let z = 1; z > 2 }"),
        ("loop{break false}", "loop { break false }"),
        ("P{x:1,y:2}.x==2", "P { x: 1, y: 2 }.x == 2"),
        ("(((x)))>1.0&&!!!b", "(((x))) > 1.0 && !!!b"),
        ("a[..=1].len()==a[1..].len()", "a[..=1].len() == a[1..].len()"),
    ];
    for (written, printed) in cases {
        let source = format!("fn k() {{ assert!({written}); }}");
        let lowered = lowered(&source);
        let mambo_ir::kernel::Stmt::Expr(stmt) = &lowered.kernel.body.stmts[0] else { panic!() };
        let mambo_ir::kernel::ExprKind::Assert { message, .. } = &stmt.kind else { panic!() };
        assert_eq!(message.parts, [format!("assertion failed: {printed}")]);
    }
}

#[test]
fn patterns() {
    check(&[
        ("let (a, _, .., ref_) = t();", "let (a.0, _, .., ref_.1) = call t();"),
        ("let [a, rest @ .., b] = t();", "let [a.0, rest.1 @ .., b.2] = call t();"),
        ("let &(a, &mut mut b) = t();", "let &(a.0, &mut b.1) = call t();"),
        ("let P { x, y: mut z, .. } = t();", "let P {x: x.0, y: mut z.1} = call t();"),
        ("let P(x, _, ..) = t();", "let P {0: x.0, 1: _} = call t();"),
        ("let A = 1; A", "let A.0 = 1;\nA.0"),
        ("let (N, x): (f64, _) = t();", "let (N.0, x.1): (f64, _) = call t();"),
        (
            "match 1 { MAX => 1, f64::MAX => 2, i32::MIN..=-5 => 3, 4.. => 4, ..=K => 5, _ => 6 };",
            "match 1 {@MAX => 1, @f64::MAX => 2, @i32::MIN..=-5 => 3, 4.. => 4, ..=@K => 5, _ => 6};",
        ),
        (
            "match t() { Some(x @ 1..=3) => x, Option::Some(_) | None => 0, _ => 1 };",
            "match call t() {Some(x.0 @ 1..=3) => x.0, (Some(_) | None) => 0, _ => 1};",
        ),
        (
            "match t() { (1, x) | (x, 1) => x, (true, -2.5) => 0 };",
            "match call t() {((1, x.0) | (x.0, 1)) => x.0, (true, -2.5) => 0};",
        ),
        ("let x; x = 1;", "let x.0;\nx.0 = 1;"),
        ("let x: u8 = b'0';", "let x.0: u8 = 48_u8;"),
    ]);
}

#[test]
fn signatures_and_types() {
    let cases = [
        ("fn k(x: f64, mut n: usize) -> f64 { x }", "x.0: f64, mut n.1: usize -> f64\nx.0"),
        (
            "fn k<'a, T: Real, const N: usize>(x: [T; N], y: &'a [T]) -> Option<T> where T: Copy { None }",
            "x.0: [T; @N], y.1: &[T] -> Option<T>\nNone",
        ),
        (
            "fn k(a: ArrayView2<'_, f64>, b: &mut ndarray::ArrayRef1<f32>, c: ArrayViewMut<f64, Ix3>) {}",
            "a.0: View2<f64>, b.1: &mut Ref1<f32>, c.2: ViewMut3<f64> -> ()\n",
        ),
        (
            "fn k(a: Array<f64, ndarray::Dim<[usize; 2]>>, b: &Array0<bool>) {}",
            "a.0: Owned2<f64>, b.1: &Owned0<bool> -> ()\n",
        ),
        (
            "fn k(p: &Point, q: geo::Pair<f32, i8>, (a, b): (f64, (u8,))) {}",
            "p.0: &host Point, q.1: host geo::Pair<f32, i8>, (a.2, b.3): (f64, (u8)) -> ()\n",
        ),
        ("unsafe fn k(a: ()) -> (f64, [u8; 3]) { f() }", "a.0: () -> (f64, [u8; 3])\ncall f()"),
        (
            "fn k<T>(a: T::Item, b: <T as Tr>::Out) {}",
            "a.0: host T::Item, b.1: host <T as Tr>::Out -> ()\n",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(tree(source), expected, "tree of {source}");
    }
}

#[test]
fn captures_are_listed_once() {
    let lowered = lowered(
        "fn k<T: Real, const N: usize>(x: T) -> T { let y = std::f64::consts::PI; let z = \
         std::f64::consts::PI + f64::MAX; T::ZERO + T::from_f64(y * z) + LIMIT + N + threshold }",
    );
    let expected = ["std::f64::consts::PI", "f64::MAX", "T::ZERO", "LIMIT", "N", "threshold"];
    assert_eq!(lowered.kernel.captures, expected);
    assert_eq!(lowered.kernel.generics, ["T"]);
}

#[test]
fn callees_differ_by_their_turbofish() {
    let lowered = lowered(
        "fn k() { geo::norm::<f64>(1.0); geo::norm(2.0); other(1); geo::norm::<f64>(3.0); }",
    );
    assert_eq!(lowered.kernel.callees, ["geo::norm", "geo::norm", "other"]);
    let text = |path: &syn::Path| quote::quote!(#path).to_string();
    assert_eq!(text(&lowered.callees[0].path), "geo :: norm");
    assert_eq!(text(&lowered.callees[0].full), "geo :: norm :: < f64 >");
    assert_eq!(text(&lowered.callees[1].full), "geo :: norm");
}

#[test]
fn recursion_with_its_own_parameters() {
    let source = "fn k<T>(n: T) -> T { k(n) + k::<T>(n) + k::<_>(n) }";
    let expected = "n.0: T -> T\n((recurse(n.0) + recurse(n.0)) + recurse(n.0))";
    assert_eq!(tree(source), expected);
}

#[test]
fn node_numbers_are_unique_and_counted() {
    let lowered =
        lowered("fn k(x: f64) -> f64 { match x { A => -x, y if y > 1.0 => f(y), _ => 2.0 } }");
    let text = format!("{:?}", lowered.kernel.body);
    let mut ids: Vec<u32> = text
        .split(" id: ")
        .skip(1)
        .map(|rest| rest.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert!(ids.len() >= 9);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(text.matches(" id: ").count(), ids.len());
    assert!(ids.iter().all(|id| *id < lowered.kernel.nodes));
}

#[test]
fn harmless_attributes_are_accepted() {
    let expected = "let x.0 = 1;\nx.0";
    assert_eq!(body("#[allow(unused)] let x = 1; #[rustfmt::skip] x"), expected);
}
