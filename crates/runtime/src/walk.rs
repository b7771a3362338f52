//! Walking arrays side by side: every common element once, in an order that is good for memory
//! and in inner loops that are as long as can be.
//!
//! It knows lengths and strides only: not what the elements are, nor what is done with them.
//! An operand that is broadcast along an axis has the stride 0 there. The last operand leads:
//! where operands are laid out differently, the order is that of its memory.
//!
//! 1. Axes of length 1 fall away; axes that the leader goes through backwards are turned.
//! 2. Axes are ordered by stride, the longest outside, and merged where the elements of two
//!    are as far apart as those of one.
//! 3. The innermost axis becomes the inner loop, unless it is short: then the longest one does.
//! 4. Where an operand lies the other way round, or the inner axis was exchanged, a second axis
//!    is walked with it, in tiles that stay in the nearest cache.

use std::ops::ControlFlow;

/// An inner loop below this length is not worth its call.
const SHORT: usize = 16;

/// Rows of a tile of operands that lie differently: so many use up lines of 64 bytes.
const SIDE: usize = 64;

/// The most elements of a row of such a tile. Each is in a line of memory of its own, which the
/// nearest cache must hold until all rows are done.
const LONGEST_SIDE: usize = 256;

/// The least.
const SHORTEST_SIDE: usize = 32;

/// The nearest cache as it commonly is: of lines whose addresses are the same modulo so many
/// bytes, it holds so many.
const WAYS: (usize, usize) = (4096, 8);

/// Elements of the inner loop in a tile whose other side is short.
const STRIP: usize = 1024;

/// An order in which operands are walked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Walk {
    operands: usize,
    /// Lengths of the axes, the outermost first.
    lens: Vec<usize>,
    /// Bytes from an element to the next: one number an operand for each axis.
    steps: Vec<isize>,
    /// Bytes from the first element of each operand to the first that is visited.
    start: Vec<isize>,
    /// The axis of the inner loop.
    inner: usize,
    tile: Option<Tile>,
}

/// A second axis that is walked together with the inner one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tile {
    axis: usize,
    /// The sides of a tile, along this axis and along the inner one.
    sides: (usize, usize),
}

impl Walk {
    /// A walk over `dims`. `stride` gives the bytes between elements of an operand along an
    /// axis; there is at least one operand.
    pub(crate) fn new(
        dims: &[usize],
        operands: usize,
        stride: impl Fn(usize, usize) -> isize,
    ) -> Self {
        let mut walk = Walk {
            operands,
            lens: Vec::with_capacity(dims.len().max(1)),
            steps: Vec::with_capacity(dims.len().max(1) * operands),
            start: vec![0; operands],
            inner: 0,
            tile: None,
        };
        for (axis, &len) in dims.iter().enumerate().filter(|(_, len)| **len != 1) {
            walk.lens.push(len);
            walk.steps.extend((0..operands).map(|operand| stride(operand, axis)));
        }
        if walk.lens.contains(&0) {
            walk.lens.clear();
            walk.lens.push(0);
            walk.steps.truncate(operands);
            return walk;
        }
        walk.turn();
        walk.sort();
        walk.merge();
        walk.choose_inner();
        walk
    }

    fn steps_of(&self, axis: usize) -> &[isize] {
        &self.steps[axis * self.operands..(axis + 1) * self.operands]
    }

    /// Turns the axes along which the last operand that moves goes backwards.
    fn turn(&mut self) {
        for (axis, &len) in self.lens.iter().enumerate() {
            let steps = &mut self.steps[axis * self.operands..(axis + 1) * self.operands];
            let leader = steps.iter().rev().find(|step| **step != 0);
            if leader.is_some_and(|step| *step < 0) {
                for (step, start) in steps.iter_mut().zip(&mut self.start) {
                    *start += *step * (len as isize - 1);
                    *step = -*step;
                }
            }
        }
    }

    /// Orders the axes by stride; those that are alike stay in order.
    fn sort(&mut self) {
        for sorted in 1..self.lens.len() {
            let mut at = sorted;
            while at > 0 && self.goes_inside(at - 1, at) {
                self.lens.swap(at - 1, at);
                for operand in 0..self.operands {
                    self.steps
                        .swap((at - 1) * self.operands + operand, at * self.operands + operand);
                }
                at -= 1;
            }
        }
    }

    /// Whether axis `a` belongs inside of axis `b`: by the last operand that tells.
    fn goes_inside(&self, a: usize, b: usize) -> bool {
        let pairs = self.steps_of(a).iter().zip(self.steps_of(b)).rev();
        let mut telling = pairs.filter(|(a, b)| **a != 0 && **b != 0 && a.abs() != b.abs());
        telling.next().is_some_and(|(a, b)| a.abs() < b.abs())
    }

    /// Makes one axis of two wherever one step of the outer is all steps of the inner.
    fn merge(&mut self) {
        let count = self.operands;
        let mut kept = 0;
        for axis in 0..self.lens.len() {
            let len = self.lens[axis];
            let continues = kept > 0
                && (0..count).all(|operand| {
                    let outer = self.steps[(kept - 1) * count + operand];
                    self.steps[axis * count + operand].checked_mul(len as isize) == Some(outer)
                });
            let to = if continues { kept - 1 } else { kept };
            self.steps.copy_within(axis * count..(axis + 1) * count, to * count);
            self.lens[to] = if continues { self.lens[to] * len } else { len };
            kept = to + 1;
        }
        self.lens.truncate(kept);
        self.steps.truncate(kept * count);
        if kept == 0 {
            self.lens.push(1);
            self.steps.resize(count, 0);
        }
    }

    fn choose_inner(&mut self) {
        let last = self.lens.len() - 1;
        let len = self.lens[last];
        self.inner = last;
        if len < SHORT {
            let longest = (0..last).max_by_key(|&axis| self.lens[axis]);
            if let Some(longest) = longest.filter(|&axis| self.lens[axis] >= 4 * len) {
                self.inner = longest;
                self.tile = Some(Tile { axis: last, sides: (len, STRIP) });
            }
        } else if let Some(axis) = (0..last).rev().find(|&axis| self.crosses(axis)) {
            self.tile = Some(Tile { axis, sides: (SIDE, self.side_across(axis)) });
        }
    }

    /// Whether an operand lies closer along this long axis than along the inner one.
    fn crosses(&self, axis: usize) -> bool {
        self.lens[axis] >= SHORT && self.steps_across(axis).next().is_some()
    }

    /// Bytes from an element to the next in the inner loop, of those operands that lie closer
    /// along this axis.
    fn steps_across(&self, axis: usize) -> impl Iterator<Item = usize> {
        let pairs = self.steps_of(axis).iter().zip(self.steps_of(self.inner));
        let closer = pairs.filter(|(a, b)| **a != 0 && a.abs() < b.abs());
        closer.map(|(_, step)| step.unsigned_abs())
    }

    /// The elements of a row of a tile along this axis: as many as the nearest cache holds lines
    /// at that distance from one another.
    fn side_across(&self, axis: usize) -> usize {
        let lines = |step: usize| {
            let (period, ways) = WAYS;
            ways * period / (1 << step.trailing_zeros()).clamp(64, period)
        };
        let fewest = self.steps_across(axis).map(lines).min();
        fewest.unwrap_or(LONGEST_SIDE).clamp(SHORTEST_SIDE, LONGEST_SIDE)
    }

    /// Bytes from an element to the next in the inner loop, for each operand.
    pub(crate) fn inner_steps(&self) -> &[isize] {
        self.steps_of(self.inner)
    }

    /// The length of the axis of the inner loop.
    pub(crate) fn inner_len(&self) -> usize {
        self.lens[self.inner]
    }

    /// The axis that the rows of nests follow one another along: the nearest around the inner.
    fn row_axis(&self) -> Option<usize> {
        let nearest = || (0..self.lens.len()).rev().find(|&axis| axis != self.inner);
        self.tile.map(|tile| tile.axis).or_else(nearest)
    }

    /// Bytes from a row of a nest to the next, for each operand, if nests may have several.
    pub(crate) fn row_steps(&self) -> Option<&[isize]> {
        self.row_axis().map(|axis| self.steps_of(axis))
    }

    /// At most so many walks that together visit what this one does, no two of them the same,
    /// each about as much: what threads may do side by side.
    pub(crate) fn split(&self, parts: usize) -> Vec<Walk> {
        let axes = 0..self.lens.len();
        let outermost = axes.clone().find(|&axis| self.lens[axis] / self.grain(axis) >= parts);
        let longest = || axes.max_by_key(|&axis| self.lens[axis] / self.grain(axis));
        let axis = outermost.or_else(longest).expect("there is an axis");
        let (len, grain) = (self.lens[axis], self.grain(axis));
        let share = len.div_ceil(parts.max(1)).next_multiple_of(grain).max(1);
        let part = |first: usize| {
            let mut part = self.clone();
            part.lens[axis] = share.min(len - first);
            self.advance(&mut part.start, axis, first as isize);
            part
        };
        (0..len).step_by(share).map(part).collect()
    }

    /// Elements along an axis that stay together: those of a tile, or of some lines of memory.
    fn grain(&self, axis: usize) -> usize {
        let is_tiled = self.tile.is_some_and(|tile| tile.axis == axis);
        if axis == self.inner || is_tiled { SIDE } else { 1 }
    }

    /// Calls `visit` for nests of two loops: with the bytes from the first element of each
    /// operand to where the first row begins, the number of rows, and the length of each, until
    /// all is visited or it breaks.
    pub(crate) fn each_nest<B>(
        &self,
        mut visit: impl FnMut(&[isize], usize, usize) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if self.lens[self.inner] == 0 {
            return ControlFlow::Continue(());
        }
        let within = self.row_axis();
        let rows = within.map_or(1, |axis| self.lens[axis]);
        let outer: Vec<usize> =
            (0..self.lens.len()).filter(|&a| a != self.inner && Some(a) != within).collect();
        let mut done = vec![0; outer.len()];
        let mut at = self.start.clone();
        loop {
            match self.tile {
                None => visit(&at, rows, self.lens[self.inner])?,
                Some(tile) => self.tiles(tile, &at, &mut visit)?,
            }
            // The next turn of the innermost of the outer axes that has one.
            let next = (0..outer.len()).rev().find(|&i| {
                let len = self.lens[outer[i]];
                done[i] = (done[i] + 1) % len;
                let turns = if done[i] == 0 { 1 - len as isize } else { 1 };
                self.advance(&mut at, outer[i], turns);
                done[i] != 0
            });
            if next.is_none() {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Calls `visit` with the bytes from the first element of each operand to where an inner
    /// loop begins, and its length, until all is visited or it breaks.
    pub(crate) fn each<B>(
        &self,
        mut visit: impl FnMut(&[isize], usize) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (within, mut at) = (self.row_axis(), Vec::new());
        self.each_nest(|first, rows, len| {
            at.clear();
            at.extend_from_slice(first);
            for _ in 1..rows {
                visit(&at, len)?;
                self.advance(&mut at, within.expect("it has rows"), 1);
            }
            visit(&at, len)
        })
    }

    /// The same until there is an error.
    pub(crate) fn try_each<E>(
        &self,
        mut visit: impl FnMut(&[isize], usize) -> Result<(), E>,
    ) -> Result<(), E> {
        result_of(self.each(|at, len| broken_by(visit(at, len))))
    }

    /// The same for nests.
    pub(crate) fn try_each_nest<E>(
        &self,
        mut visit: impl FnMut(&[isize], usize, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        result_of(self.each_nest(|at, rows, len| broken_by(visit(at, rows, len))))
    }

    fn tiles<B>(
        &self,
        Tile { axis, sides }: Tile,
        from: &[isize],
        visit: &mut impl FnMut(&[isize], usize, usize) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let (rows, len) = (self.lens[axis], self.lens[self.inner]);
        let mut at = from.to_vec();
        for first_row in (0..rows).step_by(sides.0) {
            for first in (0..len).step_by(sides.1) {
                at.copy_from_slice(from);
                self.advance(&mut at, axis, first_row as isize);
                self.advance(&mut at, self.inner, first as isize);
                visit(&at, sides.0.min(rows - first_row), sides.1.min(len - first))?;
            }
        }
        ControlFlow::Continue(())
    }

    fn advance(&self, at: &mut [isize], axis: usize, turns: isize) {
        for (at, step) in at.iter_mut().zip(self.steps_of(axis)) {
            // Behind the last row there may be no memory; nothing is read there.
            *at = at.wrapping_add(step.wrapping_mul(turns));
        }
    }
}

fn broken_by<E>(outcome: Result<(), E>) -> ControlFlow<E> {
    match outcome {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}

fn result_of<E>(end: ControlFlow<E>) -> Result<(), E> {
    match end {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All inner loops: offsets, and lengths.
    fn inner_loops(walk: &Walk) -> Vec<(Vec<isize>, usize)> {
        let mut loops = Vec::new();
        let end = walk.each(|at, len| {
            loops.push((at.to_vec(), len));
            ControlFlow::<()>::Continue(())
        });
        assert!(end.is_continue());
        loops
    }

    /// The offsets of all elements, sorted: as walked.
    fn walked(walk: &Walk) -> Vec<Vec<isize>> {
        let mut all = Vec::new();
        for (at, len) in inner_loops(walk) {
            for i in 0..len as isize {
                all.push(
                    at.iter().zip(walk.inner_steps()).map(|(at, step)| at + i * step).collect(),
                );
            }
        }
        all.sort();
        all
    }

    /// The offsets of all elements, sorted: as nested loops find them.
    fn nested(dims: &[usize], strides: &[Vec<isize>]) -> Vec<Vec<isize>> {
        let mut all = vec![vec![0; strides.len()]];
        for (axis, &len) in dims.iter().enumerate() {
            let along = |at: &Vec<isize>, i: usize| {
                at.iter().zip(strides).map(|(at, s)| at + s[axis] * i as isize).collect()
            };
            all = all.iter().flat_map(|at| (0..len).map(move |i| along(at, i))).collect();
        }
        all.sort();
        all
    }

    fn elements(walk: &Walk) -> usize {
        walk.lens.iter().product()
    }

    fn walk(dims: &[usize], strides: &[Vec<isize>]) -> Walk {
        Walk::new(dims, strides.len(), |operand, axis| strides[operand][axis])
    }

    #[test]
    fn every_element_is_visited_once() {
        let mut state = 1u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % n
        };
        for _ in 0..800 {
            let rank = draw(7) as usize;
            let most = if rank < 3 { 200 } else { 5 };
            let dims: Vec<usize> = (0..rank)
                .map(|_| match draw(8) {
                    0 => 1,
                    1 if draw(4) == 0 => 0,
                    _ => 1 + draw(most) as usize,
                })
                .collect();
            let operand = |draw: &mut dyn FnMut(u64) -> u64| {
                let mut axes: Vec<usize> = (0..rank).collect();
                if draw(2) == 0 {
                    axes.reverse();
                }
                let mut strides = vec![0; rank];
                let mut step = 8;
                for axis in axes {
                    let sign = if draw(4) == 0 { -1 } else { 1 };
                    strides[axis] = if draw(6) == 0 { 0 } else { sign * step };
                    step *= (dims[axis] as isize + draw(2) as isize).max(1);
                }
                strides
            };
            let count = 1 + draw(4) as usize;
            let strides: Vec<_> = (0..count).map(|_| operand(&mut draw)).collect();
            let walk = walk(&dims, &strides);
            let all = nested(&dims, &strides);
            assert_eq!(walked(&walk), all, "{dims:?} {strides:?} {walk:?}");
            let count = 1 + draw(9) as usize;
            let parts = walk.split(count);
            assert!(parts.len() <= count, "{count} of {walk:?}");
            let mut together: Vec<_> = parts.iter().flat_map(walked).collect();
            together.sort();
            assert_eq!(together, all, "{count} of {walk:?}");
        }
    }

    #[test]
    fn contiguous_operands_are_one_inner_loop() {
        let c = vec![800, 80, 8];
        let one = walk(&[5, 10, 10], &[c.clone(), vec![0; 3], c.clone()]);
        assert_eq!(inner_loops(&one), [(vec![0; 3], 500)]);
        assert_eq!(one.inner_steps(), [8, 0, 8]);
        let f = vec![8, 40, 400];
        assert_eq!(inner_loops(&walk(&[5, 10, 10], &[f.clone(), f])), [(vec![0; 2], 500)]);
        let backwards = vec![-800, -80, -8];
        let turned = walk(&[5, 10, 10], &[backwards.clone(), backwards]);
        assert_eq!(inner_loops(&turned), [(vec![-3992; 2], 500)]);
        assert_eq!(turned.inner_steps(), [8, 8]);
        assert_eq!(inner_loops(&walk(&[], &[vec![]])), [(vec![0], 1)]);
        assert_eq!(inner_loops(&walk(&[1, 1], &[vec![0, 0]])), [(vec![0], 1)]);
        assert_eq!(inner_loops(&walk(&[3, 0, 2], &[vec![16, 16, 8]])), []);
    }

    #[test]
    fn the_inner_loop_is_long() {
        // Points of three numbers, and one number for each: along the points, in strips.
        let points = walk(&[5000, 3], &[vec![8, 0], vec![24, 8]]);
        assert_eq!(points.inner_steps(), [8, 24]);
        let loops = inner_loops(&points);
        assert_eq!(loops.len(), 15);
        assert_eq!(loops[..2], [(vec![0, 0], STRIP), (vec![0, 8], STRIP)]);
        // A row for all rows stays as it is.
        let rows = walk(&[50, 400], &[vec![0, 8], vec![3200, 8]]);
        assert_eq!(inner_loops(&rows).len(), 50);
    }

    #[test]
    fn what_lies_the_other_way_round_is_walked_in_tiles() {
        let across = walk(&[128, 128], &[vec![8, 1024], vec![1024, 8]]);
        let loops = inner_loops(&across);
        assert_eq!(across.inner_steps(), [1024, 8]);
        assert!(loops.iter().all(|(_, len)| *len == SHORTEST_SIDE));
        assert_eq!(loops[1].0, [8, 1024]);
        assert_eq!(loops[SIDE].0, [1024 * 32, 8 * 32]);
    }

    #[test]
    fn a_row_of_a_tile_is_as_long_as_the_nearest_cache_holds_its_lines() {
        let side = |step: isize| {
            let across = walk(&[1000, 1000], &[vec![8, step], vec![8000, 8]]);
            across.tile.map(|tile| tile.sides)
        };
        assert_eq!(side(16_000), Some((64, 256)));
        assert_eq!(side(-8 * 192), Some((64, 64)));
        assert_eq!(side(8192), Some((64, 32)));
    }

    #[test]
    fn parts_are_alike_and_do_not_share_lines_of_memory() {
        let rows = walk(&[1000, 300], &[vec![0, 8], vec![2400, 16]]).split(4);
        let lens: Vec<usize> = rows.iter().map(elements).collect();
        assert_eq!(lens, [250 * 300; 4]);
        let line = walk(&[1 << 20], &[vec![8], vec![8]]).split(3);
        let lens: Vec<usize> = line.iter().map(elements).collect();
        assert_eq!(lens, [349_568, 349_568, (1 << 20) - 2 * 349_568]);
        assert_eq!(line[1].start, [349_568 * 8; 2]);
        let across = walk(&[200, 500], &[vec![8, 1600], vec![4000, 8]]).split(2);
        let lens: Vec<usize> = across.iter().map(elements).collect();
        assert_eq!(lens, [128 * 500, 72 * 500]);
        let planes = walk(&[8, 3, 90], &[vec![4000, 1200, 8], vec![2160, 720, 8]]).split(8);
        assert_eq!(planes.len(), 8);
    }

    #[test]
    fn a_walk_can_be_left() {
        let across = walk(&[128, 128], &[vec![8, 1024], vec![1024, 8]]);
        let mut count = 0;
        let end = across.each(|_, _| {
            count += 1;
            if count == 3 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
        });
        assert_eq!((count, end), (3, ControlFlow::Break("enough")));
    }
}
