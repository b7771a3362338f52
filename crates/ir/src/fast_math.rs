//! What a kernel allows to be done with its floats that changes bits.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A set of permissions, by the names LLVM has for them.
///
/// ```
/// use mambo_ir::FastMath;
/// let some = FastMath::REASSOC.with(FastMath::NSZ);
/// assert!(some.has(FastMath::NSZ) && !some.has(FastMath::ALL));
/// assert_eq!(some.to_string(), "reassoc, nsz");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FastMath(u8);

impl FastMath {
    /// Sums and products may be taken in another order.
    pub const REASSOC: FastMath = FastMath(1);
    /// A product and a sum may be rounded once, as one fused operation.
    pub const CONTRACT: FastMath = FastMath(2);
    /// No operand or result is NaN.
    pub const NNAN: FastMath = FastMath(4);
    /// No operand or result is infinite.
    pub const NINF: FastMath = FastMath(8);
    /// The sign of a zero does not matter.
    pub const NSZ: FastMath = FastMath(16);
    /// A division may be a multiplication by the reciprocal.
    pub const ARCP: FastMath = FastMath(32);
    /// Functions may be approximated.
    pub const AFN: FastMath = FastMath(64);
    /// All of them.
    pub const ALL: FastMath = FastMath(127);

    /// Each permission with its name.
    pub const NAMES: [(&'static str, FastMath); 7] = [
        ("reassoc", FastMath::REASSOC),
        ("contract", FastMath::CONTRACT),
        ("nnan", FastMath::NNAN),
        ("ninf", FastMath::NINF),
        ("nsz", FastMath::NSZ),
        ("arcp", FastMath::ARCP),
        ("afn", FastMath::AFN),
    ];

    /// The permission of this name.
    pub fn named(name: &str) -> Option<Self> {
        FastMath::NAMES.iter().find(|(known, _)| *known == name).map(|(_, flag)| *flag)
    }

    /// Both sets together.
    pub const fn with(self, other: FastMath) -> Self {
        FastMath(self.0 | other.0)
    }

    /// Whether all of `other` is allowed.
    pub const fn has(self, other: FastMath) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is allowed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// `reassoc, nsz`.
impl fmt::Display for FastMath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = FastMath::NAMES
            .iter()
            .filter(|(_, flag)| self.has(*flag))
            .map(|(name, _)| *name)
            .collect();
        f.write_str(&names.join(", "))
    }
}
