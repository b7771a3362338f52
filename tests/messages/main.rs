//! What wrong kernels get: one file a message, grouped by family, with the words of the
//! compiler beside it. `TRYBUILD=overwrite` writes them anew; read the difference.

#[test]
fn wrong_kernels_are_told_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("messages/*/*.rs");
}
