//! Places in a user's source text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in the source file of a kernel. Lines and columns count from 1; a zero line
/// means that the place is not known. The file is stored once, in the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Span {
    /// The place `line:column`.
    pub const fn new(line: u32, column: u32) -> Self {
        Span { line, column }
    }

    /// Whether the place is known.
    pub const fn is_known(self) -> bool {
        self.line != 0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
