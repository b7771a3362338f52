//! The memory of a run: typed buffers that know which of their elements are set and whether
//! they still exist.

use super::{View, read_element};
use crate::constant::Const;
use crate::dtype::Dtype;

/// The number of a buffer of a [`Memory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BufferId(u32);

/// Where a buffer came from, which says what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Host,
    Alloc,
    Stack,
}

#[derive(Clone, Debug)]
struct Buffer {
    dtype: Dtype,
    /// Elements as the processor stores them, little end first.
    bytes: Vec<u8>,
    /// Which scalars of elements are set; none listed means all.
    set: Vec<bool>,
    origin: Origin,
    alive: bool,
}

/// Arrays that a run reads and writes.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    buffers: Vec<Buffer>,
    allocated: usize,
}

impl Memory {
    /// No buffers.
    pub fn new() -> Self {
        Memory::default()
    }

    /// Adds an array of the host, given as the bytes of its elements, little end first.
    ///
    /// # Panics
    /// If the bytes are not a whole number of elements.
    pub fn add_bytes(&mut self, dtype: Dtype, bytes: &[u8]) -> BufferId {
        assert_eq!(bytes.len() % dtype.size(), 0, "whole elements");
        self.push(Buffer {
            dtype,
            bytes: bytes.to_vec(),
            set: Vec::new(),
            origin: Origin::Host,
            alive: true,
        })
    }

    /// Adds an array of the host, complex numbers part by part.
    ///
    /// # Panics
    /// If an element is not of type `dtype`.
    pub fn add(&mut self, dtype: Dtype, elements: impl IntoIterator<Item = Const>) -> BufferId {
        let (part, mut bytes) = (dtype.part(), Vec::new());
        for element in elements {
            assert_eq!(element.dtype(), part, "elements of one type");
            bytes.extend_from_slice(&element.bits().to_le_bytes()[..part.size()]);
        }
        self.add_bytes(dtype, &bytes)
    }

    /// The bytes of a buffer, little end first; empty if it is gone.
    pub fn bytes(&self, buffer: BufferId) -> &[u8] {
        self.buffers.get(buffer.0 as usize).map_or(&[], |buffer| &buffer.bytes)
    }

    /// The scalars of the elements of a view in logical order, or `None` if one is unset or
    /// outside.
    pub fn read(&self, view: &View) -> Option<Vec<Const>> {
        if !self.contains(view) {
            return None;
        }
        let mut elements = Vec::new();
        view.for_each_place(|place| {
            for part in 0..self.buffers[view.buffer.0 as usize].dtype.parts() {
                elements.push(self.load(view.buffer, place, part)?);
            }
            Ok::<_, &str>(())
        })
        .ok()?;
        Some(elements)
    }

    /// The element type of a buffer.
    pub fn dtype(&self, buffer: BufferId) -> Option<Dtype> {
        self.buffers.get(buffer.0 as usize).map(|buffer| buffer.dtype)
    }

    /// Whether the buffer of a view exists and has room for all its elements.
    pub(super) fn contains(&self, view: &View) -> bool {
        let Some(buffer) = self.buffers.get(view.buffer.0 as usize) else { return false };
        let len = (buffer.bytes.len() / buffer.dtype.size()) as i128;
        buffer.alive && view.extent().is_none_or(|(low, high)| low >= 0 && high < len)
    }

    pub(super) fn buffer_count(&self) -> usize {
        self.buffers.len()
    }

    /// Forgets all buffers made after there were `count`.
    pub(super) fn truncate(&mut self, count: usize) {
        while self.buffers.len() > count {
            self.release(BufferId(self.buffers.len() as u32 - 1));
            self.buffers.pop();
        }
    }

    /// A new array. `None` if that makes more than `limit` bytes in all.
    pub(super) fn allocate(
        &mut self,
        dtype: Dtype,
        len: usize,
        zeroed: bool,
        limit: usize,
    ) -> Option<BufferId> {
        let bytes = len.checked_mul(dtype.size())?;
        let allocated = self.allocated.checked_add(bytes).filter(|&all| all <= limit)?;
        self.allocated = allocated;
        let set = if zeroed { Vec::new() } else { vec![false; len * dtype.parts() as usize] };
        let bytes = vec![0; bytes];
        Some(self.push(Buffer { dtype, bytes, set, origin: Origin::Alloc, alive: true }))
    }

    /// A new array on the stack, unset.
    pub(super) fn stack_array(&mut self, dtype: Dtype, len: usize) -> BufferId {
        let set = vec![false; len * dtype.parts() as usize];
        let bytes = vec![0; len * dtype.size()];
        self.push(Buffer { dtype, bytes, set, origin: Origin::Stack, alive: true })
    }

    /// A constant array, which lives as one on the stack does.
    pub(super) fn add_table(&mut self, dtype: Dtype, scalars: &[Const]) -> BufferId {
        let buffer = self.add(dtype, scalars.iter().copied());
        self.buffers[buffer.0 as usize].origin = Origin::Stack;
        buffer
    }

    /// Makes all elements of a buffer unset again.
    pub(super) fn unset(&mut self, buffer: BufferId) {
        self.buffers[buffer.0 as usize].set.fill(false);
    }

    pub(super) fn is_alive(&self, buffer: BufferId) -> bool {
        self.buffers[buffer.0 as usize].alive
    }

    pub(super) fn origin(&self, buffer: BufferId) -> Origin {
        self.buffers[buffer.0 as usize].origin
    }

    /// Ends the life of a buffer.
    pub(super) fn release(&mut self, buffer: BufferId) {
        let buffer = &mut self.buffers[buffer.0 as usize];
        if std::mem::replace(&mut buffer.alive, false) && buffer.origin == Origin::Alloc {
            self.allocated -= buffer.bytes.len();
        }
        buffer.bytes = Vec::new();
        buffer.set = Vec::new();
    }

    fn push(&mut self, buffer: Buffer) -> BufferId {
        self.buffers.push(buffer);
        BufferId(self.buffers.len() as u32 - 1)
    }

    /// A scalar of the element at a place of a buffer.
    pub(super) fn load(
        &self,
        buffer: BufferId,
        place: isize,
        part: u8,
    ) -> Result<Const, &'static str> {
        let buffer = &self.buffers[buffer.0 as usize];
        let at = buffer.place(place, part)?;
        if buffer.set.get(at) == Some(&false) {
            return Err("the element was never set");
        }
        let dtype = buffer.dtype.part();
        Ok(read_element(dtype, &buffer.bytes[at * dtype.size()..]))
    }

    /// Overwrites a scalar of the element at a place of a buffer.
    pub(super) fn store(
        &mut self,
        buffer: BufferId,
        place: isize,
        part: u8,
        value: Const,
    ) -> Result<(), &'static str> {
        let buffer = &mut self.buffers[buffer.0 as usize];
        let at = buffer.place(place, part)?;
        let size = buffer.dtype.part().size();
        buffer.bytes[at * size..][..size].copy_from_slice(&value.bits().to_le_bytes()[..size]);
        if let Some(set) = buffer.set.get_mut(at) {
            *set = true;
        }
        Ok(())
    }

    /// Puts bytes back that the host worked on.
    pub(super) fn overwrite(&mut self, buffer: BufferId, bytes: &[u8]) {
        self.buffers[buffer.0 as usize].bytes.copy_from_slice(bytes);
    }
}

impl Buffer {
    /// The number of a scalar of the element at a place.
    fn place(&self, place: isize, part: u8) -> Result<usize, &'static str> {
        if !self.alive {
            return Err("the array is gone");
        }
        let len = self.bytes.len() / self.dtype.size();
        let at = usize::try_from(place).ok().filter(|&at| at < len);
        let parts = self.dtype.parts();
        at.filter(|_| part < parts)
            .map(|at| at * parts as usize + part as usize)
            .ok_or("outside of the array")
    }
}
