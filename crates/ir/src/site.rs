//! Panic sites: the places where a kernel can panic, and the words it panics with.
//!
//! Compiled code reports a failure as the number of a site and at most
//! [`MAX_OPERANDS`] scalar operands; the message is put together on the host.

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// The most scalars a panic can carry to its message.
pub const MAX_OPERANDS: usize = 8;

/// The most slots they take.
pub const MAX_OPERAND_SLOTS: usize = 2 * MAX_OPERANDS;

/// One place in a kernel that can panic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Site {
    /// What goes wrong there.
    pub kind: SiteKind,
    /// Where.
    pub span: Span,
    /// Index into [`crate::function::Module::sources`] of the kernel the site is in.
    pub source: u32,
}

/// What goes wrong at a site. The operands a message needs are listed with each kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SiteKind {
    /// An index out of range. Operands: index, length.
    Index {
        /// The indexed expression, as written.
        array: String,
        /// The axis, from 0.
        axis: u8,
        /// The rank of the array.
        rank: u8,
    },
    /// A slice out of range. Operands: start, end, length.
    Slice {
        /// The sliced expression, as written.
        array: String,
        /// The axis, from 0.
        axis: u8,
    },
    /// Two lengths that must agree do not. Operands: left, right.
    Shape {
        /// What must agree, as words: `"lengths of the two slices of copy_from_slice"`.
        what: String,
    },
    /// Integer division by zero. No operands.
    DivideByZero,
    /// Integer remainder by zero. No operands.
    RemainderByZero,
    /// `MIN / -1`. No operands.
    DivideOverflow,
    /// `MIN % -1`. No operands.
    RemainderOverflow,
    /// `assert!`, `panic!`, `unwrap` and the like. Operands: one for each hole.
    Message {
        /// The text around the holes; one more part than there are holes.
        parts: Vec<String>,
        /// The type and format specification (`""`, `"?"`, `".3"`) of each hole.
        holes: Vec<(Dtype, String)>,
    },
    /// `assert_eq!` and `assert_ne!`. Operands: left, right.
    AssertCompare {
        /// `"=="` or `"!="`.
        operator: String,
        /// The type of both sides.
        dtype: Dtype,
    },
    /// An allocation that is too large or failed. Operands: the sizes of the axes.
    Allocation {
        /// Element type.
        dtype: Dtype,
    },
    /// Recursion deeper than the stack allows. No operands.
    Recursion,
    /// A host function called by the kernel panicked; its payload is carried on. No operands.
    HostPanic,
}

impl SiteKind {
    /// The message of the panic, in the words of the standard library where it has any.
    ///
    /// `operands` are raw slots as the compiled code wrote them; missing ones read as zero.
    pub fn message(&self, operands: &[u64]) -> String {
        let operand = |i: usize| operands.get(i).copied().unwrap_or(0);
        match self {
            SiteKind::Index { array, axis, rank } => {
                let (index, len) = (operand(0), operand(1));
                if *rank == 1 {
                    format!(
                        "index out of bounds: `{array}` has length {len} but the index is {index}"
                    )
                } else {
                    format!(
                        "index out of bounds: axis {axis} of `{array}` has length {len} but the index is {index}"
                    )
                }
            }
            SiteKind::Slice { array, axis } => {
                let (start, end, len) = (operand(0), operand(1), operand(2));
                format!(
                    "slice out of bounds: axis {axis} of `{array}` has length {len} but the range is {start}..{end}"
                )
            }
            SiteKind::Shape { what } => {
                format!("{what} differ: {} and {}", operand(0), operand(1))
            }
            SiteKind::DivideByZero => "attempt to divide by zero".into(),
            SiteKind::RemainderByZero => {
                "attempt to calculate the remainder with a divisor of zero".into()
            }
            SiteKind::DivideOverflow => "attempt to divide with overflow".into(),
            SiteKind::RemainderOverflow => {
                "attempt to calculate the remainder with overflow".into()
            }
            SiteKind::Message { parts, holes } => {
                let mut text = String::new();
                let mut operands = operands.iter().copied();
                for (i, part) in parts.iter().enumerate() {
                    text.push_str(part);
                    if let Some((dtype, spec)) = holes.get(i) {
                        let value = Const::from_slots(*dtype, &mut operands);
                        text.push_str(&format_scalar(value, spec));
                    }
                }
                text
            }
            SiteKind::AssertCompare { operator, dtype } => {
                let mut operands = operands.iter().copied();
                let mut show = || format_scalar(Const::from_slots(*dtype, &mut operands), "?");
                format!(
                    "assertion `left {operator} right` failed\n  left: {}\n right: {}",
                    show(),
                    show()
                )
            }
            SiteKind::Allocation { dtype } => {
                let dims: Vec<String> = operands.iter().map(u64::to_string).collect();
                format!("cannot allocate an array of {dtype} of shape [{}]", dims.join(", "))
            }
            SiteKind::Recursion => "recursion deeper than the stack allows".into(),
            SiteKind::HostPanic => "a function called by the kernel panicked".into(),
        }
    }
}

/// `value` as `{}` or `{:?}` or `{:.n}` of its Rust type writes it.
fn format_scalar(value: Const, spec: &str) -> String {
    let precision = spec.trim_end_matches('?').strip_prefix('.').and_then(|p| p.parse().ok());
    let debug = spec.ends_with('?');
    let float = |display: String, debug_form: String| if debug { debug_form } else { display };
    match (value.dtype(), precision) {
        (Dtype::F32, None) => {
            let value = f32::from_bits(value.bits() as u32);
            float(format!("{value}"), format!("{value:?}"))
        }
        (Dtype::F64, None) => {
            let value = f64::from_bits(value.bits() as u64);
            float(format!("{value}"), format!("{value:?}"))
        }
        (Dtype::F32, Some(p)) => format!("{:.*}", p, f32::from_bits(value.bits() as u32)),
        (Dtype::F64, Some(p)) => format!("{:.*}", p, f64::from_bits(value.bits() as u64)),
        _ => value.to_string(),
    }
}
