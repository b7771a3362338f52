//! Programs that show Mambo at work: `cargo run --release --example tour`.
