//! Whether a module keeps the rules.
