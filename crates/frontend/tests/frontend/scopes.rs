//! Names: shadowing, blocks, closures, constants of the body, labels.

use crate::{body, lowered, tree};
use quote::ToTokens;

#[test]
fn a_name_means_its_innermost_binding() {
    let source = "fn k(x: f64) -> f64 { let x = x + 1.0; let y = { let x = x * 2.0; x }; x + y }";
    let expected = "x.0: f64 -> f64\nlet x.1 = (x.0 + 1.0);\nlet y.3 = {let x.2 = (x.1 * 2.0); x.2};\n\
                    (x.1 + y.3)";
    assert_eq!(tree(source), expected);
}

#[test]
fn an_initialiser_does_not_see_its_binding() {
    assert_eq!(body("let x = x; x"), "let x.0 = @x;\nx.0");
    let expected = "let Some(x.0) = call f(@x) else {call g(@x); return};\nx.0";
    assert_eq!(body("let Some(x) = f(x) else { g(x); return }; x"), expected);
}

#[test]
fn bindings_end_with_their_block() {
    assert_eq!(body("{ let y = 1; y; } y"), "{let y.0 = 1; y.0;};\n@y");
    assert_eq!(body("for i in 0..2 { i; } i"), "'0: for i.0 in (0..2) {i.0;};\n@i");
    assert_eq!(body("for i in i {}"), "'0: for i.0 in @i {}");
    let expected = "if let Some(z.0) = None {z.0} else {@z};";
    assert_eq!(body("if let Some(z) = None { z } else { z };"), expected);
    let expected = "if ((let Some(z.0) = None && z.0) && let Some(z.1) = z.0) {z.1} else {@z};";
    assert_eq!(body("if let Some(z) = None && z && let Some(z) = z { z } else { z };"), expected);
    assert_eq!(body("match 1 { v => v, _ => v };"), "match 1 {v.0 => v.0, _ => @v};");
    let expected = "let f.1 = |a.0| a.0;\n@a";
    assert_eq!(body("let f = |a| a; a"), expected);
}

#[test]
fn a_local_function_hides_the_kernel() {
    assert_eq!(body("k(); let k = |x| x; k(1)"), "recurse();\nlet k.1 = |x.0| x.0;\nk.1(1)");
}

#[test]
fn a_local_in_capitals_is_bound_in_a_match() {
    let expected = "A.0: f64 -> ()\nmatch 1.0 {A.1 => A.1, @B => 2.0};";
    assert_eq!(tree("fn k(A: f64) { match 1.0 { A => A, B => 2.0 }; }"), expected);
}

#[test]
fn alternatives_bind_the_same_locals() {
    let expected =
        "match call f() {((1, (a.0, b.1)) | (2, ((b.1, a.0) | (a.0, b.1)))) => (a.0 + b.1)};";
    assert_eq!(body("match f() { (1, (a, b)) | (2, (b, a) | (a, b)) => a + b };"), expected);
}

#[test]
fn constants_of_the_body_are_evaluated_by_the_host() {
    let lowered = lowered(
        "fn k() -> usize { let a = B; const A: usize = 2; const B: usize = A * 3; { const A: u8 = 1; \
         let b = A; } [0; A + 1].len() + A + a }",
    );
    assert_eq!(lowered.kernel.captures, ["B", "A", "A+1", "A"]);
    let host: Vec<String> =
        lowered.captures.iter().map(|capture| capture.to_token_stream().to_string()).collect();
    assert_eq!(host[0], "{ const A : usize = 2 ; const B : usize = A * 3 ; B }");
    assert_eq!(host[1], "{ const A : u8 = 1 ; A }");
    assert_eq!(host[2], "{ const A : usize = 2 ; A + 1 }");
    assert_eq!(host[3], "{ const A : usize = 2 ; A }");
}

#[test]
fn constants_of_the_body_are_constants_in_patterns() {
    let expected = "match 1 {@low => 2, @low..=5 => 3, x.0 => x.0};";
    let source = "const low: i32 = 0; match 1 { low => 2, low..=5 => 3, x => x };";
    assert_eq!(body(source), expected);
}

#[test]
fn jumps_name_their_loop() {
    let expected = "'0: loop {'1: for _ in (0..2) {break '0; continue '1; break '1; continue '0;}}";
    let source = "'a: loop { 'b: for _ in 0..2 { break 'a; continue 'b; break; continue 'a; } }";
    assert_eq!(body(source), expected);
}

#[test]
fn an_inner_label_hides_an_outer_one_of_the_same_name() {
    let expected = "'0: loop {'1: loop {break '1;}; break '0;}";
    assert_eq!(body("'a: loop { 'a: loop { break 'a; } break 'a; }"), expected);
}

#[test]
fn a_plain_break_passes_over_labelled_blocks() {
    let expected = "'0: loop {'1: {break '0;}}";
    assert_eq!(body("loop { 'b: { break; } }"), expected);
}

#[test]
fn loops_inside_closures_are_their_own() {
    let expected = "'0: loop {let f.0 = || '1: loop {break '1 1};}";
    assert_eq!(body("loop { let f = || loop { break 1 }; }"), expected);
}

#[test]
fn raw_identifiers_are_plain_names() {
    assert_eq!(body("let r#type = 1; r#type"), "let type.0 = 1;\ntype.0");
}

#[test]
fn inline_names_in_messages_are_resolved() {
    let expected = "let x.0 = 1;\nlet x.1 = 2;\npanic \"\" [x.1:] \"\"";
    assert_eq!(body("let x = 1; let x = 2; panic!(\"{x}\")"), expected);
}
