//! Folding lines by halves: blocks of [`BLOCK`] elements in strips and those by halves, and what
//! comes out of the blocks by halves too.

use super::fold::{Folder, Line, Lines};
use crate::error::Error;
use mambo_compiler::inner_loop::{Kind, STRIP};
use mambo_ir::Dtype;

/// Elements that are folded at once: half of them fit the nearest cache.
const BLOCK: usize = 4096;

/// Below this, elements are folded one after the other.
const FEW: usize = 8;

/// Folds lines by halves, with loops that are compiled when they are first needed.
pub(super) struct Halves<'a> {
    folder: &'a Folder,
    /// Bytes from an element of a line to the next.
    step: isize,
    /// Elements of the array in strips.
    strips: Option<Lines>,
    /// Of elements of the array.
    first: Option<Lines>,
    /// Of what came out.
    again: Option<Lines>,
    /// The last few, in order.
    last: Option<Lines>,
    /// What came out, of a block.
    scratch: Vec<CacheLine>,
}

/// So much of memory as caches hold together, which no vector in it crosses.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct CacheLine {
    _bytes: [u8; 64],
}

impl CacheLine {
    /// Room for so many bytes.
    fn room(bytes: usize) -> Vec<Self> {
        vec![CacheLine { _bytes: [0; 64] }; bytes.div_ceil(size_of::<Self>())]
    }
}

impl<'a> Halves<'a> {
    /// For lines of `len` elements that are `step` bytes apart.
    pub(super) fn new(folder: &'a Folder, step: isize, len: usize) -> Self {
        // A strip, or half of what comes out of blocks.
        let room = STRIP.max(len.div_ceil(BLOCK).min(BLOCK) / 2 + 1) * folder.own.size();
        let scratch = CacheLine::room(room);
        Halves { folder, step, strips: None, first: None, again: None, last: None, scratch }
    }

    /// Folds a line of elements of the array in strips.
    fn strips(&mut self, lines: &[Line]) -> Result<(), Error> {
        let (source, own) = self.operands();
        self.folder.call_lines(&mut self.strips, Kind::Tree, &[source, own], lines)
    }

    /// Folds elements with others, of the array or of what came out.
    fn pairs(&mut self, is_source: bool, lines: &[Line]) -> Result<(), Error> {
        let (source, own) = self.operands();
        let (of, place) = match is_source {
            true => (source, &mut self.first),
            false => (own, &mut self.again),
        };
        self.folder.call_lines(place, Kind::Map, &[of, of, own], lines)
    }

    /// Folds a few that came out, in order.
    fn last(&mut self, lines: &[Line]) -> Result<(), Error> {
        let (_, own) = self.operands();
        self.folder.call_lines(&mut self.last, Kind::Fold, &[own, own], lines)
    }

    /// Elements of the array, and those that come out.
    fn operands(&self) -> ((Dtype, isize), (Dtype, isize)) {
        let Folder { source, own, .. } = *self.folder;
        ((source, self.step), (own, own.size() as isize))
    }

    /// Folds rows of these bytes from one to the next, each to a place of `to`.
    pub(super) fn rows(
        &mut self,
        (from, between): (Line, isize),
        to: Line,
        begun: bool,
    ) -> Result<(), Error> {
        (0..to.len).try_for_each(|number| {
            let by = between.wrapping_mul(number as isize);
            let from = Line { address: from.address.wrapping_offset(by), ..from };
            self.fold(from, to.moved(number).of(1), begun)
        })
    }

    /// Folds a line, and the result with what is in `to` if that has begun.
    fn fold(&mut self, from: Line, to: Line, begun: bool) -> Result<(), Error> {
        let size = self.folder.own.size();
        let room = Line { address: self.scratch.as_mut_ptr().cast(), step: size as isize, len: 1 };
        let blocks = from.len.div_ceil(BLOCK);
        if blocks == 1 {
            self.block(from, room, true)?;
        } else {
            // What comes out of the blocks is folded alike.
            let mut parts = CacheLine::room(blocks * size);
            let part = Line { address: parts.as_mut_ptr().cast(), step: size as isize, len: 1 };
            let (mut line, mut is_source, mut count) = (from, true, blocks);
            loop {
                for number in 0..count {
                    let len = BLOCK.min(line.len - number * BLOCK);
                    self.block(line.moved(number * BLOCK).of(len), room, is_source)?;
                    // SAFETY: both hold an element of this size, in allocations of their own;
                    // parts are written behind those that are still to be read.
                    unsafe {
                        part.moved(number).address.copy_from_nonoverlapping(room.address, size);
                    }
                }
                if count == 1 {
                    break;
                }
                (line, is_source) = (part.of(count), false);
                count = count.div_ceil(BLOCK);
            }
        }
        if begun {
            self.pairs(false, &[to, room, to])?;
        } else {
            // SAFETY: an element of the results, which are not the scratch.
            unsafe { to.address.copy_from_nonoverlapping(room.address, size) };
        }
        Ok(())
    }

    /// Folds a block, to the first element of `room`.
    fn block(&mut self, from: Line, room: Line, is_source: bool) -> Result<(), Error> {
        let size = self.folder.own.size();
        if is_source && from.len >= STRIP {
            return self.strips(&[from, room.of(STRIP)]);
        }
        let (half, odd) = (from.len / 2, from.len % 2);
        if half > 0 {
            let lines = [from.of(half), from.moved(half).of(half), room.of(half)];
            self.pairs(is_source, &lines)?;
        }
        if odd == 1 {
            let (last, to) = (from.moved(2 * half).address, room.moved(half).address);
            // SAFETY: the last element of the line; the room is for half a block, rounded up.
            // Results of blocks are of the function's own type.
            unsafe {
                if is_source {
                    (self.folder.copy)(last, 0, to, 0, 1);
                } else {
                    to.copy_from(last, size);
                }
            }
        }
        let mut len = half + odd;
        while len > FEW {
            let (half, odd) = (len / 2, len % 2);
            self.pairs(false, &[room.of(half), room.moved(half).of(half), room.of(half)])?;
            if odd == 1 {
                let last = room.moved(2 * half).address;
                // SAFETY: both are in the room, and so different elements.
                unsafe { room.moved(half).address.copy_from_nonoverlapping(last, size) };
            }
            len = half + odd;
        }
        if len > 1 {
            self.last(&[room.moved(1).of(len - 1), room])?;
        }
        Ok(())
    }
}
