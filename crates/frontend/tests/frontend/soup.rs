//! Random input never panics: it is lowered, or refused with an error.

use mambo_frontend::{JitOptions, lower_source, parse_jit_options};
use mambo_ir::Kernel;
use proptest::prelude::*;

/// Tokens of kernels, good and bad.
const TOKENS: [&str; 92] = [
    "x",
    "y",
    "k",
    "T",
    "N",
    "P",
    "Some",
    "None",
    "f64",
    "i32",
    "u8",
    "Array2",
    "ArrayView1",
    "Vec",
    "self",
    "Self",
    "std",
    "mem",
    "cmp",
    "swap",
    "min",
    "s",
    "panic",
    "assert",
    "assert_eq",
    "matches",
    "vec",
    "drop",
    "1",
    "2.5",
    "0u8",
    "1i128",
    "'c'",
    "\"{x} {}\"",
    "\"{\"",
    "true",
    "b'a'",
    "+",
    "-",
    "*",
    "/",
    "=",
    "==",
    "<",
    ">",
    "<=",
    "&&",
    "||",
    "&",
    "|",
    "!",
    "^",
    "<<",
    "+=",
    "..",
    "..=",
    ".",
    ",",
    ",",
    ";",
    ";",
    ":",
    "::",
    "->",
    "=>",
    "?",
    "@",
    "#",
    "_",
    "'a",
    "let",
    "mut",
    "ref",
    "if",
    "else",
    "match",
    "while",
    "for",
    "in",
    "loop",
    "break",
    "continue",
    "return",
    "as",
    "move",
    "unsafe",
    "async",
    "const",
    "fn",
    "use",
    "struct",
    "impl",
];

fn soup() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(&TOKENS[..]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 48, 8, |inner| {
        (prop::collection::vec(inner, 0..8), 0..5).prop_map(|(parts, brackets)| {
            let text = parts.join(" ");
            match brackets {
                0 => format!("({text})"),
                1 => format!("[{text}]"),
                2 => format!("{{{text}}}"),
                _ => text,
            }
        })
    })
}

/// Expressions that parse, so that the lowering behind the parser is reached.
fn expression() -> impl Strategy<Value = String> {
    const LEAVES: [&str; 12] =
        ["x", "y", "N", "1", "2.5f32", "true", "f64::MAX", "None", "'c'", "k", "_", "T::A"];
    let leaf = prop::sample::select(&LEAVES[..]).prop_map(str::to_owned);
    let forms = [
        "(A + B)",
        "(-A)",
        "A[B]",
        "A.f(B)",
        "(A, B)",
        "[A; 3]",
        "if A { B } else { C }",
        "{ A; B }",
        "{ let x = A; B }",
        "match A { x if B => C, N => 1, Some(y) | y => 2 }",
        "|x| A",
        "f(A, B)",
        "loop { if A { break B; } C; }",
        "for (x, y) in A { B; continue; }",
        "P { x: A, ..B }",
        "assert!(A == B, \"{} {x}\", C)",
        "while let Some(x) = A { B; }",
        "(A as f64)",
        "A?",
        "f64::max(A, B)",
        "A.slice(s![B.., C;2])",
        "{ A = B }",
        "{ A += B }",
        "return A",
        "k(A)",
        "'a: { break 'a A }",
        "unsafe { A }",
        "matches!(A, Some(x) if B)",
        "(A..B)",
        "&mut A",
        "{ const N: u8 = 1; A }",
        "panic!(\"{}\", A)",
        "{ let Some(x) = A else { B }; C }",
        "x(A)",
        "{ let x = |y, x| A; x(B, C) }",
        "Array2::<f64>::zeros((A, B))",
        "mem::swap(A, B)",
        "*A",
    ];
    leaf.prop_recursive(6, 64, 3, move |inner| {
        (prop::sample::select(forms.to_vec()), inner.clone(), inner.clone(), inner).prop_map(
            |(form, a, b, c)| {
                let form = form.replace('A', "\u{1}").replace('B', "\u{2}").replace('C', "\u{3}");
                let form = form.replace("\u{1}rray", "Array");
                form.replace('\u{1}', &a).replace('\u{2}', &b).replace('\u{3}', &c)
            },
        )
    })
}

/// Lowers a text; a tree comes out exactly if there are no errors, and survives encoding.
fn survives(source: &str) -> Result<bool, TestCaseError> {
    let (lowered, errors) = lower_source(source, &JitOptions::default());
    prop_assert_eq!(lowered.is_none(), !errors.is_empty());
    if let Some(lowered) = &lowered {
        let kernel = &lowered.kernel;
        prop_assert_eq!(&Kernel::decode(&kernel.encode()).unwrap(), kernel);
    }
    Ok(lowered.is_some())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn token_soup_never_panics(body in soup(), params in soup()) {
        survives(&format!("fn k<T>(x: f64) {{ {body} }}"))?;
        survives(&format!("fn k<T>({params}) {{ {body}; }}"))?;
        survives(&params)?;
        if let Ok(tokens) = params.parse() {
            parse_jit_options(tokens);
        }
    }

    #[test]
    fn expressions_never_panic(body in expression()) {
        survives(&format!("fn k<T>(x: f64, mut y: T) {{ {body}; }}"))?;
    }
}

/// The generator must reach both outcomes, or the property above says little.
#[test]
fn random_expressions_are_often_good() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut good = 0;
    for _ in 0..200 {
        let body = expression().new_tree(&mut runner).unwrap().current();
        good += usize::from(survives(&format!("fn k<T>(x: f64) {{ {body}; }}")).unwrap());
    }
    assert!((20..180).contains(&good), "{good} of 200 were good");
}
