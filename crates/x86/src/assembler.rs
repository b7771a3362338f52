//! Bytes of instructions, labels and the pool of constants.
//!
//! Operands that an instruction does not have in the form asked for are a mistake of the
//! caller: they panic here, where it can be seen, instead of giving other code.

use crate::opcode::{Opcode, Tuple};
use crate::register::{Gpr, Index, Mask, Memory, Operand, Vector, Width};

/// How an instruction is encoded, beside its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The width of its vectors.
    pub width: Width,
    /// EVEX rather than VEX.
    pub evex: bool,
    /// The lanes that are computed; others keep what they hold or, if `zeroing`, become 0.
    pub mask: Mask,
    /// See `mask`.
    pub zeroing: bool,
    /// The operand in memory is one element, repeated to every lane.
    pub broadcast: bool,
}

impl Form {
    /// AVX2, with vectors 0 to 15.
    pub const fn vex(width: Width) -> Self {
        Form { width, evex: false, mask: Mask(0), zeroing: false, broadcast: false }
    }

    /// AVX-512, with vectors 0 to 31.
    pub const fn evex(width: Width) -> Self {
        Form { evex: true, ..Form::vex(width) }
    }

    /// Only the lanes of `mask`, the others as they are.
    pub const fn merging(self, mask: Mask) -> Self {
        Form { mask, zeroing: false, ..self }
    }

    /// Only the lanes of `mask`, the others 0.
    pub const fn zeroing(self, mask: Mask) -> Self {
        Form { mask, zeroing: true, ..self }
    }

    /// One element of memory in every lane.
    pub const fn broadcast(self) -> Self {
        Form { broadcast: true, ..self }
    }
}

/// A place in the code that jumps go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(u32);

/// A constant behind the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pooled(u32);

/// Where a distance of 32 bits is still to be filled in.
#[derive(Clone, Copy, Debug)]
struct Fixup {
    /// Of the four bytes.
    at: usize,
    /// Bytes of the instruction behind them.
    behind: usize,
    to: Target,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Label(Label),
    Pool(Pooled),
}

/// Code being put together.
#[derive(Debug, Default)]
pub struct Assembler {
    code: Vec<u8>,
    labels: Vec<Option<usize>>,
    pool: Vec<Vec<u8>>,
    fixups: Vec<Fixup>,
}

impl Assembler {
    /// No code yet.
    pub fn new() -> Self {
        Assembler::default()
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.code.len()
    }

    /// Whether there is no code yet.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    /// A label that is placed later.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places a label here.
    ///
    /// # Panics
    /// If it has been placed.
    pub fn place(&mut self, label: Label) {
        let place = &mut self.labels[label.0 as usize];
        assert!(place.is_none(), "a label is placed once");
        *place = Some(self.code.len());
    }

    /// A constant of 4 to 64 bytes, a power of two, aligned to its length; the same bytes are
    /// stored once.
    ///
    /// # Panics
    /// If the length is another.
    pub fn pooled(&mut self, bytes: &[u8]) -> Pooled {
        let fits = bytes.len().is_power_of_two() && (4..=64).contains(&bytes.len());
        assert!(fits, "a constant has 4 to 64 bytes, a power of two");
        let known = self.pool.iter().position(|other| other == bytes);
        Pooled(known.unwrap_or_else(|| {
            self.pool.push(bytes.to_vec());
            self.pool.len() - 1
        }) as u32)
    }

    /// An instruction on vectors: `destination`, `left` and `right`. An instruction of two
    /// operands has no `left`: give [`Vector`]`(0)`. What is stored is the `destination`.
    ///
    /// # Panics
    /// If the instruction has no such form.
    pub fn vector(
        &mut self,
        opcode: &Opcode,
        form: Form,
        destination: impl Into<Operand>,
        left: Vector,
        right: impl Into<Operand>,
    ) {
        self.encode(opcode, form, register(destination.into()), left.0, right.into(), &[]);
    }

    /// The same with an immediate operand.
    ///
    /// # Panics
    /// If the instruction has no such form.
    pub fn vector_immediate(
        &mut self,
        opcode: &Opcode,
        form: Form,
        destination: impl Into<Operand>,
        left: Vector,
        right: impl Into<Operand>,
        immediate: u8,
    ) {
        self.encode(opcode, form, register(destination.into()), left.0, right.into(), &[immediate]);
    }

    /// A shift or rotation by a constant, whose opcode goes on in the place of a register.
    ///
    /// # Panics
    /// If the instruction has no such form.
    pub fn shift(
        &mut self,
        opcode: &Opcode,
        form: Form,
        destination: Vector,
        value: impl Into<Operand>,
        count: u8,
    ) {
        let extension = opcode.extension.expect("an instruction with an opcode extension");
        self.encode(opcode, form, extension, destination.0, value.into(), &[count]);
    }

    /// A choice by a vector: `right` where the sign of `mask` is set, else `left`.
    ///
    /// # Panics
    /// If the form is EVEX, which has masks instead.
    pub fn blend(
        &mut self,
        opcode: &Opcode,
        form: Form,
        destination: Vector,
        left: Vector,
        right: impl Into<Operand>,
        mask: Vector,
    ) {
        assert!(!form.evex && mask.0 < 16, "EVEX blends by a mask register");
        self.encode(opcode, form, destination.0, left.0, right.into(), &[mask.0 << 4]);
    }

    /// `vzeroupper`: before every way out of code that used more than 128 bits.
    pub fn vzeroupper(&mut self) {
        self.code.extend([0xC5, 0xF8, 0x77]);
    }

    fn encode(
        &mut self,
        opcode: &Opcode,
        form: Form,
        reg: u8,
        vvvv: u8,
        rm: Operand,
        immediate: &[u8],
    ) {
        if form.evex {
            self.evex(opcode, form, reg, vvvv, rm);
        } else {
            self.vex(opcode, form, reg, vvvv, rm);
        }
        self.code.push(opcode.byte);
        let scale = if form.evex { opcode.tuple.scale(opcode, form) } else { 1 };
        self.modrm(reg, rm, scale, immediate.len());
        self.code.extend(immediate);
    }

    fn vex(&mut self, opcode: &Opcode, form: Form, reg: u8, vvvv: u8, rm: Operand) {
        let w = opcode.vex.unwrap_or_else(|| panic!("{} has no VEX form", opcode.name));
        assert!(form.width < Width::W512, "VEX is of at most 256 bits");
        assert!(form.mask.0 == 0 && !form.broadcast, "VEX has no masks and no broadcast");
        assert!(reg < 16 && vvvv < 16, "VEX has 16 registers");
        let (x, b) = match rm {
            Operand::Register(number) => {
                assert!(number < 16, "VEX has 16 registers");
                (0, number >> 3)
            }
            Operand::Memory(memory) => (index_number(memory) >> 3, memory.base.0 >> 3),
            Operand::Pool(_) => (0, 0),
        };
        assert!(x < 2, "VEX has 16 registers");
        let r = reg >> 3;
        let length = if opcode.fixed_length { opcode.length } else { form.width as u8 };
        let last = (!vvvv & 15) << 3 | length << 2 | opcode.prefix;
        if opcode.map == 1 && x == 0 && b == 0 && w == 0 {
            self.code.extend([0xC5, (!r & 1) << 7 | last]);
        } else {
            let first = (!r & 1) << 7 | (!x & 1) << 6 | (!b & 1) << 5 | opcode.map;
            self.code.extend([0xC4, first, w << 7 | last]);
        }
    }

    fn evex(&mut self, opcode: &Opcode, form: Form, reg: u8, vvvv: u8, rm: Operand) {
        let w = opcode.evex.unwrap_or_else(|| panic!("{} has no EVEX form", opcode.name));
        let in_memory = !matches!(rm, Operand::Register(_));
        assert!(!form.broadcast || in_memory, "only memory is broadcast");
        assert!(!form.zeroing || form.mask.0 != 0, "zeroing needs a mask");
        // The highest bit of a lane's index stands where that of `vvvv` does.
        let (mut high, mut x, mut b) = (vvvv >> 4, 0, 0);
        match rm {
            Operand::Register(number) => (x, b) = (number >> 4, number >> 3 & 1),
            Operand::Memory(memory) => {
                let index = index_number(memory);
                (x, b) = (index >> 3 & 1, memory.base.0 >> 3);
                if matches!(memory.index, Index::Vector(..)) {
                    assert!(vvvv == 0, "a gather has no second register");
                    high = index >> 4;
                }
            }
            Operand::Pool(_) => {}
        }
        let registers = (!(reg >> 3) & 1) << 7 | (!x & 1) << 6 | (!b & 1) << 5;
        self.code.extend([
            0x62,
            registers | (!(reg >> 4) & 1) << 4 | opcode.map,
            w << 7 | (!vvvv & 15) << 3 | 4 | opcode.prefix,
            u8::from(form.zeroing) << 7
                | (form.width as u8) << 5
                | u8::from(form.broadcast) << 4
                | (!high & 1) << 3
                | form.mask.0,
        ]);
    }

    /// The bytes that name a register and an operand; displacements of one byte count `scale`
    /// bytes.
    pub(crate) fn modrm(&mut self, reg: u8, rm: Operand, scale: i32, behind: usize) {
        let reg = (reg & 7) << 3;
        match rm {
            Operand::Register(number) => self.code.push(0xC0 | reg | number & 7),
            Operand::Pool(constant) => {
                self.code.push(reg | 5);
                self.distance(Target::Pool(constant), behind);
            }
            Operand::Memory(memory) => self.address(reg, memory, scale),
        }
    }

    fn address(&mut self, reg: u8, memory: Memory, scale: i32) {
        let (base, displacement) = (memory.base.0, memory.displacement);
        let short =
            (displacement % scale == 0).then(|| i8::try_from(displacement / scale).ok()).flatten();
        // `rbp` and `r13` as bases stand for something else without a displacement.
        let mode = match short {
            Some(0) if base & 7 != 5 => 0,
            Some(_) => 0x40,
            None => 0x80,
        };
        let multiply = |factor: u8| {
            assert!(matches!(factor, 1 | 2 | 4 | 8), "an index is multiplied by 1, 2, 4 or 8");
            (factor.trailing_zeros() as u8) << 6
        };
        match memory.index {
            Index::None if base & 7 == 4 => self.code.extend([mode | reg | 4, 0x24]),
            Index::None => self.code.push(mode | reg | base & 7),
            Index::Gpr(index, factor) => {
                assert!(index != Gpr::RSP, "`rsp` is no index");
                let sib = multiply(factor) | (index.0 & 7) << 3 | base & 7;
                self.code.extend([mode | reg | 4, sib]);
            }
            Index::Vector(index, factor) => {
                let sib = multiply(factor) | (index.0 & 7) << 3 | base & 7;
                self.code.extend([mode | reg | 4, sib]);
            }
        }
        match (mode, short) {
            (0x40, Some(short)) => self.code.push(short as u8),
            (0x80, _) => self.code.extend(displacement.to_le_bytes()),
            _ => {}
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.code.extend(bytes);
    }

    /// A distance to a label, to be filled in.
    pub(crate) fn distance_to(&mut self, label: Label) {
        self.distance(Target::Label(label), 0);
    }

    fn distance(&mut self, to: Target, behind: usize) {
        self.fixups.push(Fixup { at: self.code.len(), behind, to });
        self.code.extend([0; 4]);
    }

    /// The code, then the pool.
    ///
    /// # Panics
    /// If a label that is jumped to was not placed.
    pub fn finish(mut self) -> Vec<u8> {
        let pool = std::mem::take(&mut self.pool);
        let mut order: Vec<usize> = (0..pool.len()).collect();
        order.sort_by_key(|&number| std::cmp::Reverse(pool[number].len()));
        let mut places = vec![0; pool.len()];
        for number in order {
            let align = pool[number].len();
            self.code.resize(self.code.len().next_multiple_of(align), 0xCC);
            places[number] = self.code.len();
            self.code.extend(&pool[number]);
        }
        for fixup in std::mem::take(&mut self.fixups) {
            let target = match fixup.to {
                Target::Label(label) => {
                    self.labels[label.0 as usize].expect("a label that is jumped to is placed")
                }
                Target::Pool(constant) => places[constant.0 as usize],
            };
            let from = fixup.at + 4 + fixup.behind;
            let distance = (target as i64 - from as i64) as i32;
            self.code[fixup.at..fixup.at + 4].copy_from_slice(&distance.to_le_bytes());
        }
        self.code
    }
}

fn register(operand: Operand) -> u8 {
    match operand {
        Operand::Register(number) => number,
        _ => panic!("the destination is a register; what is stored is named first"),
    }
}

/// The number of the index of an address; 0 without one.
fn index_number(memory: Memory) -> u8 {
    match memory.index {
        Index::None => 0,
        Index::Gpr(index, _) => index.0,
        Index::Vector(index, _) => index.0,
    }
}

impl Tuple {
    /// What a displacement of one byte counts in EVEX.
    const fn scale(self, opcode: &Opcode, form: Form) -> i32 {
        let element = opcode.element as i32;
        match self {
            Tuple::Full if form.broadcast => element,
            Tuple::Half if form.broadcast => element,
            Tuple::Full => form.width.bytes(),
            Tuple::Half => form.width.bytes() / 2,
            Tuple::Quarter => form.width.bytes() / 4,
            Tuple::Eighth => form.width.bytes() / 8,
            Tuple::Element => element,
            Tuple::Bytes16 => 16,
            Tuple::Bytes32 => 32,
        }
    }
}
