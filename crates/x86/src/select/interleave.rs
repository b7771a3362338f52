//! Interleaved access: elements two to four apart, as the coordinates of points and the parts of
//! complex numbers are. Whole registers are loaded and the lanes picked from them, or put
//! together and stored where all that lies between is stored too.
//!
//! What is not an element of the loop is not touched: the last register of a load ends with the
//! last of them.

use super::memory::Apart;
use super::{Place, Select, Selector};
use crate::opcode::*;
use crate::register::Width;
use crate::vcode;
use mambo_ir::function::Value;
use mambo_ir::vector::{Access, Step, VectorInst, VectorLoop, VectorOp, each_of};
use regalloc2::VReg;

/// The quarters of a register, the two in the middle exchanged: within halves of registers, lanes
/// of two are brought together quarter by quarter.
const MIDDLE_EXCHANGED: u8 = 0b11_01_10_00;

/// The most elements between two of an access, for which so many registers are loaded.
const FARTHEST: i64 = 4;

/// Stores that together write every element of the memory they touch.
#[derive(Clone)]
pub(super) struct StoreGroup {
    /// The accesses and what they store, in the order of memory.
    members: Vec<(u32, Value)>,
    /// The access that is stored last.
    last: u32,
}

/// What accesses that lie between one another have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    /// One of them, at the beginning.
    access: Access,
    /// From one turn to the next, in elements or parts of them.
    distance: i64,
}

/// Stores: their places in bytes, accesses and values.
type Stores = Vec<(i64, u32, Value)>;

/// The kind of an access, and its place in bytes.
fn kind(plan: &VectorLoop, number: u32) -> Option<(Kind, i64)> {
    let access = plan.accesses[number as usize];
    let element = plan.element(access.base);
    let (size, part) = (element.size() as i64, element.part().size() as i64);
    let Step::Const(step) = access.step else { return None };
    let place = access.offset.checked_mul(size)?.checked_add(i64::from(access.part) * part)?;
    let distance = step.checked_mul(size)? / part;
    if !(2..=FARTHEST).contains(&distance) {
        return None;
    }
    Some((Kind { access: Access { part: 0, offset: 0, ..access }, distance }, place))
}

/// The groups of stores of a loop. A store is known by its access, so none is in a group whose
/// access is stored to more than once.
pub(super) fn store_groups(plan: &VectorLoop) -> Vec<StoreGroup> {
    let mut groups = Vec::new();
    groups_of(plan, &plan.insts, &mut groups);
    let mut stores = vec![0; plan.accesses.len()];
    each_of(&plan.insts, &mut |inst| match &inst.op {
        VectorOp::Region(region) => groups_of(plan, &region.insts, &mut groups),
        VectorOp::Store { access, .. } => stores[*access as usize] += 1,
        _ => {}
    });
    groups.retain(|group| group.members.iter().all(|(access, _)| stores[*access as usize] == 1));
    groups
}

fn groups_of(plan: &VectorLoop, insts: &[VectorInst], groups: &mut Vec<StoreGroup>) {
    // Those of one kind since something could have seen them, in the order of memory.
    let mut open: Option<(Kind, Stores)> = None;
    for inst in insts {
        match inst.op {
            VectorOp::Each(_) | VectorOp::Splat(_) | VectorOp::Turn | VectorOp::InnerTurn(_) => {}
            VectorOp::Load { access, .. } if !is_written(plan, access) => {}
            VectorOp::Store { access, value, mask: None } => {
                let Some((kind, place)) = kind(plan, access) else {
                    open = None;
                    continue;
                };
                let mut stores = match open.take() {
                    Some((known, stores)) if known == kind => stores,
                    _ => Vec::new(),
                };
                stores.push((place, access, value));
                stores.sort_by_key(|(place, ..)| *place);
                let size = plan.access_dtype(access).size() as i64;
                let side_by_side = stores.windows(2).all(|pair| pair[1].0 - pair[0].0 == size);
                if stores.len() as i64 == kind.distance && side_by_side {
                    let members = stores.into_iter().map(|(_, access, value)| (access, value));
                    groups.push(StoreGroup { members: members.collect(), last: access });
                } else {
                    open = Some((kind, stores));
                }
            }
            _ => open = None,
        }
    }
}

/// Whether the loop may write where an access reads.
fn is_written(plan: &VectorLoop, access: u32) -> bool {
    let base = plan.accesses[access as usize].base;
    plan.inputs[base as usize].as_view().is_none_or(|view| view.mutable)
}

impl Selector<'_> {
    /// How many elements apart the lanes of an access are, if it is done by picking lanes.
    pub(super) fn interleaving(&self, number: u32) -> Option<usize> {
        let (Kind { distance, .. }, _) = kind(self.plan, number)?;
        let size = self.plan.access_dtype(number).size();
        let width = self.width(size);
        let bytes = self.lanes * size;
        let picks = if self.target.evex { bytes >= 16 } else { width == Width::W256 };
        let fits = picks && bytes == width.bytes() as usize && (size == 4 || size == 8);
        (fits && distance <= self.lanes as i64).then_some(distance as usize)
    }

    /// Loads lanes that are so many elements apart.
    pub(super) fn load_interleaved(
        &mut self,
        apart: Apart,
        distance: usize,
        size: usize,
    ) -> Select<VReg> {
        let (width, lanes) = (self.width(size), self.lanes);
        if distance == 2 && !self.target.evex {
            return Ok(self.load_every_second(apart, size));
        }
        let mut sources = Vec::with_capacity(distance);
        for number in 0..distance {
            let place = part_of(apart, number * lanes * size);
            let address = [apart.base];
            let needed = (lanes - 1) * distance + 1 - number * lanes;
            sources.push(if needed >= lanes {
                let opcode = self.either(&VMOVUPS, &VMOVDQU64);
                self.loaded(opcode, width, &place, &address, None)
            } else if self.target.evex {
                let opcode = if size == 4 { &VMOVDQU32 } else { &VMOVDQU64 };
                let first = self.mask_bits((1 << needed) - 1);
                self.loaded(opcode, width, &place, &address, Some(first))
            } else {
                let ones =
                    (0..lanes * size).map(|byte| if byte / size < needed { 0xFF } else { 0 });
                let first = self.bytes(ones.collect());
                let opcode = if size == 4 { &VPMASKMOVD } else { &VPMASKMOVQ };
                self.masked_by_vector(opcode, width, &place, &address, None, first)
            });
        }
        Ok(self.picked(&sources, |lane| lane * distance, size))
    }

    /// Loads every second lane with AVX2. The second register begins an element early, so that it
    /// ends with the last one: what is sought is in its odd lanes.
    fn load_every_second(&mut self, apart: Apart, size: usize) -> VReg {
        let (width, lanes) = (self.width(size), self.lanes);
        let opcode = self.either(&VMOVUPS, &VMOVDQU64);
        let [even, odd] = [0, (lanes - 1) * size]
            .map(|bytes| self.loaded(opcode, width, &part_of(apart, bytes), &[apart.base], None));
        let picked = match size {
            8 => self.two_by(&VSHUFPD, width, even, odd, 0b1010),
            _ => self.two_by(&VSHUFPS, width, even, odd, 0xD8),
        };
        self.one_by(&VPERMQ_IMMEDIATE, width, picked, MIDDLE_EXCHANGED)
    }

    /// Two vectors lane by lane in turn, with AVX2: the first half and the second.
    fn in_turn(&mut self, values: [VReg; 2], size: usize) -> [VReg; 2] {
        let width = self.width(size);
        let [a, b] =
            values.map(|value| self.one_by(&VPERMQ_IMMEDIATE, width, value, MIDDLE_EXCHANGED));
        let (low, high) = match size {
            8 => (&VUNPCKLPD, &VUNPCKHPD),
            _ => (&VUNPCKLPS, &VUNPCKHPS),
        };
        [low, high].map(|opcode| self.two(opcode, width, a, b))
    }

    /// Stores one member of a group, if it is in one: when the last comes, all of them.
    pub(super) fn store_of_group(&mut self, number: u32, copy: &Place) -> Select<bool> {
        let of = |group: &&StoreGroup| group.members.iter().any(|(access, _)| *access == number);
        let Some(group) = self.store_groups.iter().find(of).cloned() else { return Ok(false) };
        let Some(distance) = self.interleaving(number).filter(|_| copy.tail.is_none()) else {
            return Ok(false);
        };
        if number != group.last {
            return Ok(true);
        }
        let size = self.plan.access_dtype(number).size();
        let apart = self.as_apart(group.members[0].0, copy)?;
        let values: Vec<VReg> =
            group.members.iter().map(|(_, value)| self.vector(*value)).collect::<Select<_>>()?;
        let (width, lanes) = (self.width(size), self.lanes);
        let in_turn = match values[..] {
            [a, b] if !self.target.evex => Some(self.in_turn([a, b], size)),
            _ => None,
        };
        for part in 0..distance {
            let from = |lane: usize| {
                let element = part * lanes + lane;
                element % distance * lanes + element / distance
            };
            let whole = match in_turn {
                Some(halves) => halves[part],
                None => self.picked(&values, from, size),
            };
            let place = part_of(apart, part * lanes * size);
            let opcode = self.either(&VMOVUPS_STORE, &VMOVDQU64_STORE);
            self.stored(opcode, width, &place, &[apart.base], whole, None);
        }
        Ok(true)
    }

    /// A register whose lanes come `from` lanes of others, numbered through all of them.
    fn picked(&mut self, sources: &[VReg], from: impl Fn(usize) -> usize, size: usize) -> VReg {
        let (width, lanes) = (self.width(size), self.lanes);
        let index = |of: &dyn Fn(usize) -> usize| -> Vec<u8> {
            (0..lanes).flat_map(|lane| of(lane).to_le_bytes()[..size].to_vec()).collect()
        };
        if self.target.evex {
            let opcode = if size == 4 { &VPERMT2D } else { &VPERMT2Q };
            let mut picked = sources[0];
            for (at, &source) in sources.iter().enumerate().skip(1) {
                // Lanes that are there already stay; the first time they are picked too.
                let order = self.bytes(index(&|lane| match from(lane) / lanes {
                    own if own == at => lanes + from(lane) % lanes,
                    own if own < at && at == 1 => from(lane),
                    _ => lane,
                }));
                picked = self.onto(opcode, width, picked, order, source);
            }
            return picked;
        }
        // In words of four bytes, of which a lane may be two.
        let words = size / 4;
        let mut picked = None;
        for (at, &source) in sources.iter().enumerate() {
            let word = |word: usize| from(word / words) % lanes * words + word % words;
            let order = (0..8).flat_map(|at| (word(at) as u32).to_le_bytes()).collect();
            let order = self.bytes(order);
            let moved = self.two(&VPERMD, width, order, source);
            let mine = (0..8).filter(|word| from(word / words) / lanes == at);
            let mine = mine.fold(0, |mask, word| mask | 1 << word);
            picked = Some(match picked {
                None => moved,
                Some(before) => self.two_by(&VPBLENDD, width, before, moved, mine),
            });
        }
        picked.expect("there is something to pick from")
    }
}

/// The place so many bytes from the first lane on.
fn part_of(apart: Apart, bytes: usize) -> impl Fn(usize) -> vcode::Place {
    let displacement = apart.displacement + bytes as i32;
    move |base| vcode::Place::Base { base, displacement }
}
