//! All other topics once more for every width that vectors may be told to have: in processes of
//! their own, since a process keeps the width it began with.

use std::process::Command;

fn all_topics_with(simd: &str) {
    let this = std::env::current_exe().expect("a test is a program");
    let run = Command::new(this)
        .args(["--skip", "modes::", "--test-threads", "2"])
        .env("MAMBO_SIMD", simd)
        .output()
        .expect("it can be run again");
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "MAMBO_SIMD={simd}\n{text}");
    // Else nothing was tested.
    assert!(text.contains("vectors::"), "MAMBO_SIMD={simd}\n{text}");
}

#[test]
fn without_vectors() {
    all_topics_with("scalar");
}

#[test]
fn at_128_bits() {
    all_topics_with("128");
}

#[test]
fn at_256_bits() {
    all_topics_with("256");
}
