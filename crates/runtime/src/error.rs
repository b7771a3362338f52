//! What can go wrong in a call of a kernel.

use mambo_compiler::CompileError;
use mambo_compiler::backend::BackendError;
use std::any::Any;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::Mutex;

/// What went wrong in a call of a kernel, as `name::try_call` returns it. A call by
/// `name(..)` panics instead, with the same words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel cannot be compiled for the types it was called with.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The arguments of a universal function do not go together.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The kernel panicked.
    #[error(transparent)]
    Panic(#[from] Box<Panic>),
    /// The code generator failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// A host function that the kernel called panicked.
    #[error("a function called by the kernel panicked: {0}")]
    HostPanic(Payload),
}

/// Arguments of a universal function whose shapes do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{kernel}`: {message}")]
#[non_exhaustive]
pub struct ShapeError {
    /// The universal function.
    pub kernel: String,
    /// Which operands, their shapes, and the axis.
    pub message: String,
}

/// A panic of a kernel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}, {file}:{line}:{column}")]
#[non_exhaustive]
pub struct Panic {
    /// The kernel whose code panicked; not always the one that was called.
    pub kernel: String,
    /// The file it was written in.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The message, as the plain function would have it where the standard library has one.
    pub message: String,
}

/// What a host function panicked with.
pub struct Payload(Mutex<Box<dyn Any + Send>>);

impl Payload {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        Payload(Mutex::new(payload))
    }

    /// The value that was panicked with.
    pub fn into_inner(self) -> Box<dyn Any + Send> {
        self.0.into_inner().unwrap_or_else(|poison| poison.into_inner())
    }
}

/// The message of the panic, if it was text.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.0.lock().unwrap_or_else(|poison| poison.into_inner());
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        f.write_str(text.unwrap_or("not with a message"))
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({:?})", self.to_string())
    }
}

impl Error {
    /// Panics with this error; a panic of a host function goes on as it was.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    #[track_caller]
    pub fn raise(self) -> ! {
        match self {
            Error::HostPanic(payload) => resume_unwind(payload.into_inner()),
            Error::Panic(panic) => {
                let Panic { kernel, file, line, column, message } = *panic;
                panic!("{message}\n  at {file}:{line}:{column} in kernel `{kernel}`")
            }
            other => panic!("{other}"),
        }
    }
}
