//! Loops and labelled blocks: which one a `break` or `continue` means.

use mambo_ir::kernel::LabelId;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// `loop`, which a `break` may give a value.
    Loop,
    /// `while` or `for`.
    Iteration,
    /// A labelled block.
    Block,
    /// The body of a closure, which `break` cannot leave.
    Closure,
}

/// A loop, labelled block or closure around the current point.
pub(crate) struct Frame {
    pub(crate) kind: FrameKind,
    pub(crate) name: Option<String>,
    pub(crate) id: LabelId,
}

/// Why no frame was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is none.
    Unknown,
    /// There is one, outside of the closure around this point.
    BeyondClosure,
}

/// The frames around the current point, innermost last.
#[derive(Default)]
pub(crate) struct Labels {
    frames: Vec<Frame>,
    next: LabelId,
}

impl Labels {
    /// Enters a loop or labelled block and numbers it.
    pub(crate) fn enter(&mut self, kind: FrameKind, name: Option<String>) -> LabelId {
        let id = self.next;
        self.next += 1;
        self.frames.push(Frame { kind, name, id });
        id
    }

    /// Enters the body of a closure.
    pub(crate) fn enter_closure(&mut self) {
        self.frames.push(Frame { kind: FrameKind::Closure, name: None, id: 0 });
    }

    /// Leaves the innermost frame.
    pub(crate) fn leave(&mut self) {
        self.frames.pop();
    }

    /// The innermost frame with this label; without one, the innermost loop.
    pub(crate) fn find(&self, name: Option<&str>) -> Result<&Frame, Missing> {
        let mut missing = Missing::Unknown;
        let mut beyond_closure = false;
        for frame in self.frames.iter().rev() {
            let found = match (frame.kind, name) {
                (FrameKind::Closure, _) => {
                    beyond_closure = true;
                    false
                }
                (FrameKind::Block, None) => false,
                (_, None) => true,
                (_, Some(name)) => frame.name.as_deref() == Some(name),
            };
            if found && !beyond_closure {
                return Ok(frame);
            }
            if found {
                missing = Missing::BeyondClosure;
            }
        }
        Err(missing)
    }
}
