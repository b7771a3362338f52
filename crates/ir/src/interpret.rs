//! Runs a module instruction by instruction: the oracle that backends and passes are tested
//! against.
//!
//! It checks everything that compiled code trusts. A load or store outside its array, of freed
//! or unset memory, an integer division without a result, a view that breaks the promise of
//! its layout: each is a [`Trap::Fault`], which is a bug of the compiler and never of a kernel.
//! What is wrong with a view counts only when an element is touched, because views are pure
//! and passes may make them early.

mod hosts;
mod machine;
mod memory;
mod vector;

pub use memory::{BufferId, Memory};

use crate::constant::Const;
use crate::dtype::Dtype;
use crate::function::{Module, SiteId};
use crate::signature::{Layout, MAX_RANK};

/// A value at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A scalar.
    Scalar(Const),
    /// A view of a buffer of a [`Memory`].
    View(View),
}

impl Operand {
    /// The scalar, if it is one.
    pub const fn as_scalar(self) -> Option<Const> {
        match self {
            Operand::Scalar(value) => Some(value),
            Operand::View(_) => None,
        }
    }

    /// The view, if it is one.
    pub const fn as_view(self) -> Option<View> {
        match self {
            Operand::View(view) => Some(view),
            Operand::Scalar(_) => None,
        }
    }
}

impl<T: Into<Const>> From<T> for Operand {
    fn from(value: T) -> Self {
        Operand::Scalar(value.into())
    }
}

impl From<View> for Operand {
    fn from(view: View) -> Self {
        Operand::View(view)
    }
}

/// A view of a buffer: where its first element is, lengths and strides, all in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    buffer: BufferId,
    offset: isize,
    rank: u8,
    defect: Option<Defect>,
    dims: [usize; MAX_RANK],
    strides: [isize; MAX_RANK],
}

/// Why no element of a view may be touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    Outside,
    Layout,
}

impl Defect {
    const fn reason(self) -> &'static str {
        match self {
            Defect::Outside => "the view reaches outside of what it is a view of",
            Defect::Layout => "the strides of the view are not those of its layout",
        }
    }
}

impl View {
    /// The view of a buffer with its first element at `offset`.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] axes or not as many strides as lengths.
    pub fn new(buffer: BufferId, offset: isize, dims: &[usize], strides: &[isize]) -> Self {
        assert_eq!(dims.len(), strides.len(), "one stride an axis");
        let mut view = View {
            buffer,
            offset,
            rank: dims.len() as u8,
            defect: None,
            dims: [0; MAX_RANK],
            strides: [0; MAX_RANK],
        };
        view.dims[..dims.len()].copy_from_slice(dims);
        view.strides[..dims.len()].copy_from_slice(strides);
        view
    }

    /// The view of a whole buffer as a contiguous array; [`Layout::Strided`] gives C order.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] axes.
    pub fn contiguous(buffer: BufferId, dims: &[usize], layout: Layout) -> Self {
        View::new(buffer, 0, dims, &contiguous_strides(dims, layout)[..dims.len()])
    }

    /// The buffer.
    pub const fn buffer(&self) -> BufferId {
        self.buffer
    }

    /// Where in the buffer the first element is, in elements.
    pub const fn offset(&self) -> isize {
        self.offset
    }

    /// Length of each axis.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank as usize]
    }

    /// Stride of each axis, in elements.
    pub fn strides(&self) -> &[isize] {
        &self.strides[..self.rank as usize]
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.dims().contains(&0)
    }

    /// Lowest and highest place of an element; `None` if it is empty.
    fn extent(&self) -> Option<(i128, i128)> {
        let (mut low, mut high) = (self.offset as i128, self.offset as i128);
        for (&dim, &stride) in self.dims().iter().zip(self.strides()) {
            let reach = (dim.checked_sub(1)? as i128).saturating_mul(stride as i128);
            low = low.saturating_add(reach.min(0));
            high = high.saturating_add(reach.max(0));
        }
        Some((low, high))
    }

    /// Whether strides are those of a layout, as far as they matter: not along axes of length
    /// 1, nor in an empty array.
    fn has_layout(&self, layout: Layout) -> bool {
        if layout == Layout::Strided || self.is_empty() {
            return true;
        }
        let expected = contiguous_strides(self.dims(), layout);
        (0..self.rank as usize).all(|i| self.dims[i] == 1 || self.strides[i] == expected[i])
    }

    /// Calls `visit` with the place in the buffer of each element, in logical order.
    fn for_each_place<E>(&self, mut visit: impl FnMut(isize) -> Result<(), E>) -> Result<(), E> {
        if self.is_empty() {
            return Ok(());
        }
        let rank = self.rank as usize;
        let (mut index, mut place) = ([0; MAX_RANK], self.offset);
        loop {
            visit(place)?;
            let mut axis = rank;
            loop {
                if axis == 0 {
                    return Ok(());
                }
                axis -= 1;
                index[axis] += 1;
                place = place.wrapping_add(self.strides[axis]);
                if index[axis] < self.dims[axis] {
                    break;
                }
                let back = self.strides[axis].wrapping_mul(self.dims[axis] as isize);
                place = place.wrapping_sub(back);
                index[axis] = 0;
            }
        }
    }
}

/// Strides of a contiguous array.
fn contiguous_strides(dims: &[usize], layout: Layout) -> [isize; MAX_RANK] {
    let mut strides = [0; MAX_RANK];
    let mut stride = 1_isize;
    let mut set = |axis: usize| {
        strides[axis] = stride;
        stride = stride.wrapping_mul(dims[axis] as isize);
    };
    match layout {
        Layout::F => (0..dims.len()).for_each(&mut set),
        Layout::C | Layout::Strided => (0..dims.len()).rev().for_each(&mut set),
    }
    strides
}

/// Why a run did not return.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trap {
    /// The kernel panicked.
    #[error("panic at {site}, operands {operands:?}")]
    Panic {
        /// Where.
        site: SiteId,
        /// What the message shows, as slots.
        operands: Vec<u64>,
    },
    /// The module did what it must never do; compiled, it would be undefined behaviour.
    #[error("in function `{function}`: {reason}\n  {place}")]
    Fault {
        /// The function; empty if it is about the arguments of the entry.
        function: String,
        /// The instruction, as text.
        place: String,
        /// What it did.
        reason: String,
    },
    /// More instructions ran than allowed.
    #[error("out of fuel")]
    OutOfFuel,
}

/// How far a run may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions.
    pub fuel: u64,
    /// Calls within calls, before a recursive function panics.
    pub depth: usize,
    /// Bytes allocated at a time, before an allocation panics.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { fuel: 100_000_000, depth: 10_000, bytes: 1 << 28 }
    }
}

/// Runs the entry of a module with default [`Limits`]. See [`interpret_within`].
///
/// # Errors
/// If the kernel panics, does what it must not, or does not end.
pub fn interpret(
    module: &Module,
    memory: &mut Memory,
    args: &[Operand],
) -> Result<Vec<Operand>, Trap> {
    interpret_within(module, memory, args, Limits::default())
}

/// Runs the entry of a module that [`crate::verify`] accepts. Arrays that it allocates and
/// returns stay in `memory`; all others are gone when it ends.
///
/// Host functions are called at their addresses, so those must be what
/// [`HostFunction`](crate::function::HostFunction) says.
///
/// # Errors
/// If the kernel panics, does what it must not, or does not end.
pub fn interpret_within(
    module: &Module,
    memory: &mut Memory,
    args: &[Operand],
    limits: Limits,
) -> Result<Vec<Operand>, Trap> {
    check_args(module, memory, args).map_err(|reason| Trap::Fault {
        function: String::new(),
        place: String::new(),
        reason,
    })?;
    let before = memory.buffer_count();
    let result = machine::Machine::new(module, memory, limits).run(args);
    if result.is_err() {
        memory.truncate(before);
    }
    result
}

fn check_args(module: &Module, memory: &Memory, args: &[Operand]) -> Result<(), String> {
    let entry = module.entry();
    if args.len() != entry.params().len() {
        return Err(format!("{} arguments for {} parameters", args.len(), entry.params().len()));
    }
    for (i, (arg, &param)) in args.iter().zip(entry.params()).enumerate() {
        let ty = entry.ty(param);
        let fits = match (arg, ty.as_scalar(), ty.as_view()) {
            (Operand::Scalar(value), Some(dtype), _) => value.dtype() == dtype,
            (Operand::View(view), _, Some(ty)) => {
                view.rank == ty.rank && memory.dtype(view.buffer) == Some(ty.dtype)
            }
            _ => false,
        };
        if !fits {
            return Err(format!("argument {i} is not of type {ty}"));
        }
        if let (Operand::View(view), Some(ty)) = (arg, ty.as_view()) {
            if !view.has_layout(ty.layout) {
                return Err(format!("argument {i}: {}", Defect::Layout.reason()));
            }
            if !memory.contains(view) {
                return Err(format!("argument {i}: {}", Defect::Outside.reason()));
            }
        }
    }
    Ok(())
}

/// The element of type `dtype` at the start of `bytes`.
fn read_element(dtype: Dtype, bytes: &[u8]) -> Const {
    let mut raw = [0; 16];
    raw[..dtype.size()].copy_from_slice(&bytes[..dtype.size()]);
    Const::from_bits(dtype, u128::from_le_bytes(raw))
}
