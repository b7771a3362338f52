//! Every error message, at its place: the cases and what they give are in `errors.txt`.
//!
//! A case is a line of source and below it, indented, its errors as `line:column message`.
//! Run with `MAMBO_BLESS=1` to write what the front end gives now, and read the difference.

use crate::errors;
use std::collections::BTreeSet;
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frontend/errors.txt");

#[test]
fn errors_are_as_recorded() {
    let recorded = std::fs::read_to_string(FILE).unwrap();
    let mut given = String::new();
    let mut messages = BTreeSet::new();
    for line in recorded.lines().filter(|line| !line.starts_with("    ")) {
        writeln!(given, "{line}").unwrap();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let errors = errors(line);
        assert!(!errors.is_empty(), "no error in {line}");
        for error in errors {
            messages.insert(error.split_once(' ').unwrap().1.to_owned());
            writeln!(given, "    {error}").unwrap();
        }
    }
    if std::env::var_os("MAMBO_BLESS").is_some() {
        std::fs::write(FILE, &given).unwrap();
        return;
    }
    assert!(messages.len() >= 100, "{} messages", messages.len());
    for (given, recorded) in given.lines().zip(recorded.lines()) {
        assert_eq!(given, recorded);
    }
    assert_eq!(given.len(), recorded.len());
}

/// What is wrong, then what to write instead.
#[test]
fn messages_give_advice() {
    let recorded = std::fs::read_to_string(FILE).unwrap();
    for line in recorded.lines().filter(|line| line.starts_with("    ")) {
        // Messages of syn's parser are its own.
        if !line.contains("expected ") {
            assert!(line.contains(": "), "no advice in {line}");
        }
    }
}

#[test]
fn one_error_for_too_deep_nesting() {
    let deep = |n: usize| format!("fn k() {{ {}1{}; }}", "-(".repeat(n), ")".repeat(n));
    assert_eq!(errors(&deep(120)), Vec::<String>::new());
    let errors = errors(&deep(128));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].contains("nest deeper than 128"), "{errors:?}");
}

#[test]
fn long_sums_and_long_bodies() {
    let sum = |n: usize| format!("fn k(x: f64) {{ {}; }}", vec!["x"; n].join(" + "));
    assert_eq!(errors(&sum(100)), Vec::<String>::new());
    assert_eq!(errors(&sum(140)).len(), 1);
    let body = format!("fn k(mut x: f64) {{ {} }}", "x += 1.0; ".repeat(2000));
    assert_eq!(errors(&body), Vec::<String>::new());
}

#[test]
fn source_too_deep_to_parse_is_refused() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("f(", ")"),
        ("if x {", "}"),
        ("match x { _ => ", "}"),
        ("|x| (", ")"),
        ("x[", "]"),
        ("P { x: ", "}"),
        ("(x, ", ")"),
    ] {
        let nested = |n| format!("fn k() {{ {}1{} }}", open.repeat(n), close.repeat(n));
        assert_eq!(errors(&nested(1000)).len(), 1, "{open}");
        assert!(errors(&nested(250)).len() <= 1, "{open}");
    }
    for text in ["-", "!", "&", "*", "return ", "("] {
        let source = format!("fn k() {{ {} }}", text.repeat(100_000));
        let source =
            if text == "(" { source.replace(" }", &(")".repeat(100_000) + " }")) } else { source };
        assert_eq!(errors(&source).len(), 1, "{text}");
    }
}
