//! Whether turns may run side by side: dependence tests in index space.
//!
//! Two uses of one view meet only where they agree in every axis. An axis in which both move
//! by the same constant step tells the distance in turns at which they can meet; an axis in
//! which two constants differ, or two distances that disagree, says that they never do. A
//! meeting in the same turn is in order anyway; one at a distance is in order if the use of the
//! earlier turn also comes first in the body (Kennedy and Allen, Optimizing Compilers for
//! Modern Architectures, chapters 2 and 5).

use super::affine::{Affine, Coefficient};
use crate::passes::effects::Root;
use mambo_ir::Span;
use mambo_ir::function::Value;

/// A use of memory in the body, in the order of the body.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) root: Root,
    pub(super) view: Value,
    pub(super) part: u8,
    /// The index of each axis; `None` for one that is no line.
    pub(super) indices: Vec<Option<Affine>>,
    pub(super) store: bool,
    pub(super) span: Span,
}

/// When two uses can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    Never,
    /// The second use meets in the turn that is so many before that of the first.
    After(i64),
    Anytime,
}

/// The first place where turns would disturb one another.
pub(super) fn obstacle(uses: &[Use]) -> Option<Span> {
    for (at, first) in uses.iter().enumerate() {
        for second in &uses[at + 1..] {
            if !(first.store || second.store) || !may_overlap(first, second) {
                continue;
            }
            let in_order = match meeting(first, second) {
                Meeting::Never => true,
                // The second use must not be the one of an earlier turn.
                Meeting::After(turns) => turns <= 0,
                Meeting::Anytime => false,
            };
            if !in_order {
                return Some(if second.store { second.span } else { first.span });
            }
        }
        if first.store && !first.indices.iter().flatten().any(moves) {
            return Some(first.span);
        }
    }
    None
}

/// Whether an index is another in every turn.
fn moves(line: &Affine) -> bool {
    matches!(line.step, Coefficient::Const(step) if step != 0)
}

fn may_overlap(a: &Use, b: &Use) -> bool {
    match (a.root, b.root) {
        (Root::Frozen(_), _) | (_, Root::Frozen(_)) => false,
        (Root::Known(a), Root::Known(b)) => a == b,
        _ => true,
    }
}

fn meeting(first: &Use, second: &Use) -> Meeting {
    if first.view != second.view {
        return Meeting::Anytime;
    }
    if first.part != second.part {
        return Meeting::Never;
    }
    let mut distance = None;
    for (a, b) in first.indices.iter().zip(&second.indices) {
        let (Some(a), Some(b)) = (a, b) else { continue };
        if a.base != b.base || a.step != b.step {
            continue;
        }
        let apart = b.constant.wrapping_sub(a.constant);
        match a.step {
            Coefficient::Const(0) if apart != 0 => return Meeting::Never,
            Coefficient::Const(0) | Coefficient::Value(_) => {}
            Coefficient::Const(step) => {
                if apart % step != 0 {
                    return Meeting::Never;
                }
                // The first is at turn `t + apart / step` where the second is at turn `t`.
                let turns = apart / step;
                if distance.is_some_and(|other| other != turns) {
                    return Meeting::Never;
                }
                distance = Some(turns);
            }
        }
    }
    distance.map_or(Meeting::Anytime, Meeting::After)
}
