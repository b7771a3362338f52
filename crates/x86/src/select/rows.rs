//! Rows of memory that a loop reads at several places near one another, as a stencil reads the
//! neighbours of an element. The main loop loads each vector of such a row once, where it lies as
//! memory does if what is stored does so; lanes at other places are shifted out of two vectors
//! that follow one another. Loaded as it is written, every other vector or more would be in two
//! lines of memory, which takes twice as long.
//!
//! ```text
//! row      .. | a b c d e f g h | i j k l m n o p | ..
//! at -1             h' a b c d e f g                     the last of the vector before, h'
//! at +1                b c d e f g h i                   the first of the next
//! ```
//!
//! The vectors a batch shares with the one before are handed on. Where the next vector is read,
//! the loop ends early enough that all of it is an element that some turn reads.

use super::leaf::WORTH_ALIGNING;
use super::memory::Side;
use super::{Place, Select, Selector};
use crate::opcode::{VALIGND, VALIGNQ, VMOVDQU32, VMOVDQU64};
use crate::vcode::{self, VECTOR};
use mambo_ir::vector::{NESTED, Step, VectorOp};
use regalloc2::VReg;
use rustc_hash::FxHashMap;

/// A row that is read at several places.
pub(super) struct Row {
    /// The accesses of the vectors around one place, all relative to one base.
    members: Vec<u32>,
    /// The place at which vectors are loaded, in elements.
    anchor: i64,
    /// The first and the last place that is read.
    first: i64,
    last: i64,
}

/// The vectors of each row that are there in a batch, by how many they are after the anchor of
/// its first copy.
pub(super) type RowVectors = FxHashMap<(usize, i64), VReg>;

impl Row {
    /// The first of its vectors that a batch needs.
    fn from(&self) -> i64 {
        if self.first < self.anchor { -1 } else { 0 }
    }

    /// How many vectors after its own ones a batch needs.
    fn ahead(&self) -> i64 {
        i64::from(self.anchor < self.last)
    }

    /// The vectors that a batch takes over from the one before.
    fn carried(&self) -> std::ops::Range<i64> {
        self.from()..self.ahead()
    }
}

impl Selector<'_> {
    /// The rows for which there are registers with so many copies of the body, which take some
    /// without them.
    pub(super) fn find_rows(&self, copies: usize, taken: usize) -> Vec<Row> {
        let can_end_early = self.plan.is_checked() || self.plan.partials().is_some();
        if !self.target.evex || can_end_early || self.has_inner_loop() {
            return Vec::new();
        }
        let mut rows = self.all_rows();
        rows.sort_by_key(|row| std::cmp::Reverse(row.members.len()));
        let mut left = 32_usize.saturating_sub(taken);
        rows.retain(|row| {
            let vectors = copies + row.carried().count();
            let fits = vectors <= left;
            left -= if fits { vectors } else { 0 };
            fits
        });
        rows
    }

    fn all_rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let accesses = &self.plan.accesses;
        let stored = self.stored_place();
        for number in self.early_loads() {
            let access = accesses[number as usize];
            let alike = |row: &Row| {
                let other = accesses[row.members[0] as usize];
                (other.base, other.part) == (access.base, access.part)
            };
            match rows.iter_mut().find(|row| alike(row)) {
                Some(row) => row.members.push(number),
                None => {
                    rows.push(Row { members: vec![number], anchor: 0, first: 0, last: 0 });
                }
            }
        }
        let place = |number: &u32| accesses[*number as usize].offset;
        rows.retain_mut(|row| {
            let least = row.members.iter().map(place).min().unwrap_or(0);
            let most = row.members.iter().map(place).max().unwrap_or(0);
            row.anchor = stored.unwrap_or(least).clamp(least, most);
            // What is further away has no lane in the vectors next to the anchor's.
            row.members.retain(|number| place(number).abs_diff(row.anchor) < self.lanes as u64);
            row.first = row.members.iter().map(place).min().unwrap_or(0).min(row.anchor);
            row.last = row.members.iter().map(place).max().unwrap_or(0).max(row.anchor);
            row.members.len() > 1
        });
        rows
    }

    /// The accesses side by side that all lanes load before anything is stored.
    fn early_loads(&self) -> Vec<u32> {
        let is_late = |op: &VectorOp| matches!(op, VectorOp::Store { .. } | VectorOp::Region(_));
        let early = self.plan.insts.iter().take_while(|inst| !is_late(&inst.op));
        let mut loads: Vec<u32> = Vec::new();
        for inst in early {
            let VectorOp::Load { access, mask: None } = inst.op else { continue };
            let of_lanes = self.plan.access_dtype(access).size() >= 4 && self.is_side(access);
            let moves = self.plan.accesses[access as usize].inner != [Step::NONE; NESTED];
            if of_lanes && !moves && !loads.contains(&access) {
                loads.push(access);
            }
        }
        loads
    }

    /// The place of the first store side by side.
    fn stored_place(&self) -> Option<i64> {
        self.plan.insts.iter().find_map(|inst| match inst.op {
            VectorOp::Store { access, .. } if self.is_side(access) => {
                Some(self.side(access).offset)
            }
            _ => None,
        })
    }

    /// What decides how far the loop is peeled, and from how many turns on.
    pub(super) fn to_align(&self) -> (Vec<Side>, usize) {
        let Some(row) = self.rows.first() else {
            let sides = self.sides().into_iter().map(|number| self.side(number));
            return (sides.collect(), WORTH_ALIGNING * self.lanes);
        };
        let base = self.side(row.members[0]).base;
        (vec![Side { base, offset: row.anchor }], WORTH_ALIGNING / 4 * self.lanes)
    }

    /// How many turns must be left behind a batch for what it reads ahead.
    pub(super) fn turns_ahead(&self) -> i64 {
        let ahead = self.rows.iter().filter(|row| row.ahead() > 0);
        ahead.map(|row| self.lanes as i64 - (row.last - row.anchor)).max().unwrap_or(0)
    }

    /// The vectors that the first batch takes over, if it begins at this turn.
    pub(super) fn first_of_rows(&mut self, index: VReg) -> Select<Vec<VReg>> {
        let mut vectors = Vec::new();
        for row in 0..self.rows.len() {
            for number in self.rows[row].carried() {
                let before = self.rows[row].anchor - self.rows[row].first;
                // Before the first turn is memory that is not the loop's.
                let mask = (number < 0).then(|| {
                    let lanes = (1_u64 << self.lanes) - 1;
                    self.mask_bits(lanes & !(lanes >> before))
                });
                vectors.push(self.load_of_row(row, number, index, mask)?);
            }
        }
        Ok(vectors)
    }

    /// Registers for the vectors that a batch takes over, which it uses from here on.
    pub(super) fn take_rows(&mut self) -> Vec<VReg> {
        let mut params = Vec::new();
        for row in 0..self.rows.len() {
            for number in self.rows[row].carried() {
                let register = self.code.vreg(VECTOR);
                self.row_vectors.insert((row, number), register);
                params.push(register);
            }
        }
        params
    }

    /// The vectors that the next batch takes over, after so many copies.
    pub(super) fn rows_for_next(&mut self, copies: usize, index: VReg) -> Select<Vec<VReg>> {
        let mut vectors = Vec::new();
        for row in 0..self.rows.len() {
            for number in self.rows[row].carried() {
                vectors.push(self.row_vector(row, number + copies as i64, index)?);
            }
        }
        Ok(vectors)
    }

    /// An access of this copy out of the vectors of its row, if it is of one.
    pub(super) fn load_from_row(&mut self, access: u32, copy: &Place) -> Select<Option<VReg>> {
        let of = |row: &Row| row.members.contains(&access);
        let Some(row) = self.rows.iter().position(of) else { return Ok(None) };
        let number = (copy.ahead / self.lanes) as i64;
        let apart = self.plan.accesses[access as usize].offset - self.rows[row].anchor;
        let number = if apart < 0 { number - 1 } else { number };
        let low = self.row_vector(row, number, copy.index)?;
        let by = apart.rem_euclid(self.lanes as i64);
        if by == 0 {
            return Ok(Some(low));
        }
        let high = self.row_vector(row, number + 1, copy.index)?;
        let size = self.plan.access_dtype(access).size();
        let opcode = if size == 8 { &VALIGNQ } else { &VALIGND };
        Ok(Some(self.two_by(opcode, self.width(size), high, low, by as u8)))
    }

    fn row_vector(&mut self, row: usize, number: i64, index: VReg) -> Select<VReg> {
        if let Some(&known) = self.row_vectors.get(&(row, number)) {
            return Ok(known);
        }
        let register = self.load_of_row(row, number, index, None)?;
        self.row_vectors.insert((row, number), register);
        Ok(register)
    }

    fn load_of_row(
        &mut self,
        row: usize,
        number: i64,
        index: VReg,
        mask: Option<VReg>,
    ) -> Select<VReg> {
        let member = self.rows[row].members[0];
        let size = self.plan.access_dtype(member).size();
        let base = self.base(self.plan.accesses[member as usize].base);
        let place = i128::from(self.rows[row].anchor) + i128::from(number) * self.lanes as i128;
        let displacement = i32::try_from(place * size as i128)
            .map_err(|_| "a distance of more than 2 GiB".to_string())?;
        let place = move |at| vcode::Place::Indexed {
            base: at,
            index: at + 1,
            scale: size as u8,
            displacement,
        };
        let opcode = match size {
            8 => &VMOVDQU64,
            _ => &VMOVDQU32,
        };
        Ok(self.loaded(opcode, self.width(size), &place, &[base, index], mask))
    }
}
