//! The text form, the verifier and the interpreter on files in `text/`.
//!
//! * `roundtrip/`: the file is what its module prints, and the module is verified.
//! * `syntax/`: the text is refused with the error in the first line.
//! * `reject/`: the verifier refuses the module with the error in the first line.
//! * `run/`: each line `; run: (arguments) -> outcome` holds, for the module as it is.
//!
//! `MAMBO_BLESS=1` writes the expectations anew.

use mambo_ir::text::parse;
use mambo_ir::verify::verify;
use std::fs;
use std::path::{Path, PathBuf};

mod run;

fn files(directory: &str) -> Vec<(PathBuf, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text").join(directory);
    let mut files: Vec<_> = fs::read_dir(path)
        .expect("the directory is there")
        .map(|entry| entry.expect("the directory can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "mir"))
        .map(|path| (path.clone(), fs::read_to_string(path).expect("the file can be read")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no files in {directory}");
    files
}

/// Compares, or writes what was found where that is asked for.
fn expect(path: &Path, expected: &str, found: &str) {
    if expected == found {
        return;
    }
    if std::env::var_os("MAMBO_BLESS").is_some() {
        fs::write(path, found).expect("the file can be written");
        return;
    }
    panic!("{}: expected\n{expected}\nfound\n{found}", path.display());
}

#[test]
fn what_is_parsed_prints_the_same() {
    for (path, text) in files("roundtrip") {
        let module = parse(&text).unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        verify(&module).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let head: String = text
            .lines()
            .filter(|line| line.starts_with(';'))
            .map(|line| format!("{line}\n"))
            .collect();
        expect(&path, &text, &format!("{head}{module}"));
        assert_eq!(parse(&module.to_string()), Ok(module), "{}", path.display());
    }
}

/// The file with its first line saying `; error: message`.
fn with_error(text: &str, message: &str) -> String {
    let (_, rest) = text.split_once('\n').expect("the first line is the error");
    format!("; error: {message}\n{rest}")
}

#[test]
fn bad_syntax_is_refused() {
    for (path, text) in files("syntax") {
        match parse(&text) {
            Ok(_) => panic!("{}: no error", path.display()),
            Err(error) => expect(&path, &text, &with_error(&text, &error.to_string())),
        }
    }
}

#[test]
fn broken_rules_are_refused() {
    for (path, text) in files("reject") {
        let module = parse(&text).unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        match verify(&module) {
            Ok(()) => panic!("{}: no error", path.display()),
            Err(error) => {
                let message = error.to_string().replace("\n  ", " | ");
                expect(&path, &text, &with_error(&text, &message));
            }
        }
    }
}

#[test]
fn modules_run_as_their_files_say() {
    for (path, text) in files("run") {
        let module = parse(&text).unwrap_or_else(|error| panic!("{}:{error}", path.display()));
        verify(&module).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut runs = 0;
        let found: String = text
            .lines()
            .map(|line| match line.strip_prefix("; run: ") {
                Some(line) => {
                    runs += 1;
                    let args = line.split(" -> ").next().unwrap_or_default();
                    format!("; run: {args} -> {}\n", run::outcome(&module, args))
                }
                None => format!("{line}\n"),
            })
            .collect();
        assert!(runs > 0, "{}: nothing is run", path.display());
        expect(&path, &text, &found);
    }
}
