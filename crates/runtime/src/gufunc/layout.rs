//! The layout of a generalized universal function, such as `(m,n),(n,p)->(m,p)`.

/// The core dimensions of each operand.
#[doc(hidden)]
#[derive(Debug)]
pub struct CoreLayout {
    /// As it was written.
    pub text: &'static str,
    /// The names of the operands.
    pub names: &'static [&'static str],
    /// The core dimensions.
    pub dims: &'static [CoreDim],
    /// Those of each operand, by number.
    pub operands: &'static [&'static [u8]],
    /// The operands that the kernel writes.
    pub written: &'static [bool],
    /// How many operands are before the arrow; all of them, if there is none.
    pub inputs: usize,
    /// Fills in the lengths of dimensions that only outputs have, from those of the others.
    pub sizes: fn(&mut [usize]),
}

/// A core dimension.
#[doc(hidden)]
#[derive(Debug)]
pub struct CoreDim {
    /// Its name, or its length as it was written.
    pub name: &'static str,
    /// The length it has to have.
    pub fixed: Option<usize>,
    /// Whether operands may lack it.
    pub optional: bool,
    /// Whether no input has it.
    pub of_outputs: bool,
}

impl CoreLayout {
    /// The core dimensions of an operand, as they were written.
    pub(super) fn core_text(&self, operand: usize) -> String {
        let names: Vec<&str> =
            self.operands[operand].iter().map(|&dim| self.dims[usize::from(dim)].name).collect();
        format!("({})", names.join(","))
    }
}
