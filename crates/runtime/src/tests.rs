//! Tests across the crate, on a fake backend.
