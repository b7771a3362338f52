//! An independent decoder reads back every instruction in every form with random operands:
//! mnemonic, registers, address, mask, zeroing, broadcast, immediate and length.

use iced_x86::{Decoder, DecoderOptions, Instruction, OpKind, Register};
use mambo_x86::opcode::{ALL, Opcode, Shape, Tuple};
use mambo_x86::register::{Gpr, Index, Mask, Memory, Operand, Vector, Width};
use mambo_x86::{Assembler, Form};

/// How often each instruction is drawn in each form and width.
const DRAWS: usize = 60;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % u64::from(end)) as u32
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    fn vector(&mut self, evex: bool) -> Vector {
        Vector(self.below(if evex { 32 } else { 16 }) as u8)
    }

    fn gpr(&mut self) -> Gpr {
        Gpr(self.below(16) as u8)
    }

    fn memory(&mut self) -> Memory {
        let displacement = match self.below(5) {
            0 => 0,
            1 => self.below(256) as i32 - 128,
            2 => (self.below(256) as i32 - 128) * 64,
            3 => (self.below(300) as i32 - 150) * 8,
            _ => self.below(u32::MAX) as i32,
        };
        let memory = Memory::base(self.gpr()).at(displacement);
        let index = self.gpr();
        match self.one_in(2) || index == Gpr::RSP {
            true => memory,
            false => memory.indexed(index, 1 << self.below(4)),
        }
    }
}

/// An operand as the decoder should see it.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Vector(u8),
    Mask(u8),
    Gpr(u8),
    Memory(Memory),
    Immediate(u8),
}

fn seen(operand: Operand) -> Seen {
    match operand {
        Operand::Register(number) => Seen::Vector(number),
        Operand::Memory(memory) => Seen::Memory(memory),
        Operand::Pool(_) => panic!("drawn elsewhere"),
    }
}

fn is_operand(instruction: &Instruction, at: u32, expected: Seen) -> bool {
    let register = || {
        let is = instruction.op_kind(at) == OpKind::Register;
        is.then(|| instruction.op_register(at))
    };
    match expected {
        Seen::Vector(number) => {
            register().is_some_and(|r| r.is_vector_register() && r.number() == usize::from(number))
        }
        Seen::Mask(number) => {
            register().is_some_and(|r| r.is_k() && r.number() == usize::from(number))
        }
        Seen::Gpr(number) => {
            register().is_some_and(|r| r.is_gpr() && r.number() == usize::from(number))
        }
        Seen::Immediate(value) => {
            instruction.op_kind(at) == OpKind::Immediate8 && instruction.immediate8() == value
        }
        Seen::Memory(memory) => {
            let (index, scale) = match memory.index {
                Index::None => (None, 1),
                Index::Gpr(index, scale) => (Some(index.0), scale),
                Index::Vector(index, scale) => (Some(index.0), scale),
            };
            let found = instruction.memory_index();
            instruction.op_kind(at) == OpKind::Memory
                && instruction.memory_base().number() == usize::from(memory.base.0)
                && (found != Register::None).then(|| found.number() as u8) == index
                && instruction.memory_index_scale() == u32::from(scale)
                && instruction.memory_displacement64() as i32 == memory.displacement
        }
    }
}

fn decode(code: &[u8]) -> Instruction {
    Decoder::new(64, code, DecoderOptions::NONE).decode()
}

#[track_caller]
fn check(code: &[u8], name: &str, form: Form, operands: &[Seen]) {
    let instruction = decode(code);
    let told = || format!("{name} {form:?} {operands:?}: {code:02X?} is {instruction}");
    assert_eq!(format!("{:?}", instruction.mnemonic()).to_lowercase(), name, "{}", told());
    assert_eq!(instruction.len(), code.len(), "{}", told());
    assert_eq!(instruction.op_count() as usize, operands.len(), "{}", told());
    for (at, &operand) in operands.iter().enumerate() {
        assert!(is_operand(&instruction, at as u32, operand), "operand {at}: {}", told());
    }
    let mask = instruction.op_mask();
    let mask = if mask == Register::None { 0 } else { mask.number() as u8 };
    assert_eq!(mask, form.mask.0, "{}", told());
    assert_eq!(instruction.zeroing_masking(), form.zeroing, "{}", told());
    assert_eq!(instruction.is_broadcast(), form.broadcast, "{}", told());
}

fn widths(opcode: &Opcode, evex: bool) -> &'static [Width] {
    use Width::{W128, W256, W512};
    match (opcode.shape, evex) {
        (Shape::Masks2 | Shape::Masks3 | Shape::StoreMask | Shape::FromGpr, false) => &[W128],
        (Shape::InsertElement | Shape::ExtractElement, _) => &[W128],
        (Shape::Insert128 | Shape::Extract128, false) => &[W256],
        (Shape::Insert256 | Shape::Extract256, true) => &[W512],
        (
            Shape::Wide
            | Shape::WideThree
            | Shape::WideThreeImmediate
            | Shape::WideImmediate
            | Shape::WideExtract
            | Shape::WideInsert,
            evex,
        ) => {
            if evex {
                &[W256, W512]
            } else {
                &[W256]
            }
        }
        (_, true) => &[W128, W256, W512],
        (_, false) => &[W128, W256],
    }
}

/// Draws one instruction of a form and checks it.
fn draw(random: &mut Random, opcode: &Opcode, evex: bool, width: Width) {
    use Shape::*;
    let (d, a) = (random.vector(evex), random.vector(evex));
    let mut form = if evex { Form::evex(width) } else { Form::vex(width) };
    let to_mask = matches!(opcode.shape, Mask | MaskImmediate);
    let no_mask =
        matches!(opcode.shape, FromMask | ToMask | StoreOnly | InsertElement | ExtractElement);
    let mut rm = match random.one_in(2) {
        true => Operand::Register(random.vector(evex).0),
        false => Operand::Memory(random.memory()),
    };
    let only_memory = matches!(
        opcode.shape,
        StoreOnly | StoreMask | MaskedLoad | MaskedStore | InsertElement | ExtractElement
    );
    let only_register =
        matches!(opcode.shape, FromGpr | ToGpr | FromMask | ToMask | Masks2 | Masks3)
            || (opcode.shape == Shift && !evex);
    if only_memory {
        rm = random.memory().into();
    } else if only_register {
        rm = Operand::Register(random.vector(evex).0);
    }
    let in_memory = matches!(rm, Operand::Memory(_));
    let stores = matches!(opcode.shape, Store | WideExtract | Extract256) && in_memory;
    if evex && !no_mask && random.one_in(2) {
        let mask = mambo_x86::register::Mask(1 + random.below(7) as u8);
        let zeroing = !to_mask && !stores && random.one_in(2);
        form = if zeroing { form.zeroing(mask) } else { form.merging(mask) };
    }
    let full = matches!(opcode.tuple, Tuple::Full | Tuple::Half);
    if evex && in_memory && full && opcode.element > 0 && random.one_in(2) {
        form = form.broadcast();
    }
    let byte = random.below(256) as u8;
    let k = mambo_x86::register::Mask(random.below(8) as u8);
    let none = Vector(0);
    let mut code = Assembler::new();
    let seen_operands: Vec<Seen> = match opcode.shape {
        Three | WideThree => {
            code.vector(opcode, form, d, a, rm);
            vec![Seen::Vector(d.0), Seen::Vector(a.0), seen(rm)]
        }
        ThreeImmediate | WideThreeImmediate | Insert128 | WideInsert | Insert256
        | InsertElement => {
            code.vector_immediate(opcode, form, d, a, rm, byte);
            vec![Seen::Vector(d.0), Seen::Vector(a.0), seen(rm), Seen::Immediate(byte)]
        }
        Two | Wide => {
            code.vector(opcode, form, d, none, rm);
            vec![Seen::Vector(d.0), seen(rm)]
        }
        TwoImmediate | WideImmediate => {
            code.vector_immediate(opcode, form, d, none, rm, byte);
            vec![Seen::Vector(d.0), seen(rm), Seen::Immediate(byte)]
        }
        Store | StoreOnly => {
            code.vector(opcode, form, d, none, rm);
            vec![seen(rm), Seen::Vector(d.0)]
        }
        Extract128 | WideExtract | Extract256 | ExtractElement => {
            code.vector_immediate(opcode, form, d, none, rm, byte);
            vec![seen(rm), Seen::Vector(d.0), Seen::Immediate(byte)]
        }
        Shift => {
            code.shift(opcode, form, d, rm, byte);
            vec![Seen::Vector(d.0), seen(rm), Seen::Immediate(byte)]
        }
        Blend => {
            let mask = random.vector(false);
            code.blend(opcode, form, d, a, rm, mask);
            vec![Seen::Vector(d.0), Seen::Vector(a.0), seen(rm), Seen::Vector(mask.0)]
        }
        Mask => {
            code.vector(opcode, form, k, a, rm);
            vec![Seen::Mask(k.0), Seen::Vector(a.0), seen(rm)]
        }
        // The decoder has names of their own for the comparisons of each immediate.
        MaskImmediate => {
            code.vector_immediate(opcode, form, k, a, rm, byte);
            vec![Seen::Mask(k.0), Seen::Vector(a.0), seen(rm), Seen::Immediate(byte)]
        }
        MaskedLoad => {
            code.vector(opcode, form, d, a, rm);
            vec![Seen::Vector(d.0), Seen::Vector(a.0), seen(rm)]
        }
        MaskedStore => {
            code.vector(opcode, form, d, a, rm);
            vec![seen(rm), Seen::Vector(a.0), Seen::Vector(d.0)]
        }
        FromGpr => {
            let from = random.gpr();
            code.vector(opcode, form, d, none, from);
            vec![Seen::Vector(d.0), Seen::Gpr(from.0)]
        }
        ToGpr => {
            let to = random.gpr();
            code.vector(opcode, form, to, none, rm);
            vec![Seen::Gpr(to.0), seen(rm)]
        }
        FromMask => {
            code.vector(opcode, form, d, none, k);
            vec![Seen::Vector(d.0), Seen::Mask(k.0)]
        }
        ToMask => {
            code.vector(opcode, form, k, none, rm);
            vec![Seen::Mask(k.0), seen(rm)]
        }
        Masks3 => {
            let masks = [random.below(8) as u8, random.below(8) as u8];
            code.vector(opcode, form, k, Vector(masks[0]), mambo_x86::register::Mask(masks[1]));
            vec![Seen::Mask(k.0), Seen::Mask(masks[0]), Seen::Mask(masks[1])]
        }
        StoreMask => {
            code.vector(opcode, form, k, none, rm);
            vec![seen(rm), Seen::Mask(k.0)]
        }
        Masks2 => {
            let from = random.below(8) as u8;
            code.vector(opcode, form, k, none, mambo_x86::register::Mask(from));
            vec![Seen::Mask(k.0), Seen::Mask(from)]
        }
        Gather | Scatter => return draw_gather(random, opcode, evex, width),
    };
    check(&code.finish(), opcode.name, form, &seen_operands);
}

/// Destination, index and mask of a gather must differ.
fn draw_gather(random: &mut Random, opcode: &Opcode, evex: bool, width: Width) {
    let registers = if evex { 32 } else { 16 };
    let d = random.below(registers) as u8;
    let index = Vector((d + 1 + random.below(5) as u8) % registers as u8);
    let memory = Memory::base(random.gpr())
        .at(random.below(4000) as i32 * 4 - 8000)
        .gathered(index, 1 << random.below(4));
    let mut code = Assembler::new();
    let (form, operands) = if evex {
        let form = Form::evex(width).merging(Mask(1 + random.below(7) as u8));
        code.vector(opcode, form, Vector(d), Vector(0), memory);
        let mut operands = vec![Seen::Vector(d), Seen::Memory(memory)];
        if opcode.shape == Shape::Scatter {
            operands.reverse();
        }
        (form, operands)
    } else {
        let mask = Vector((d + 8) % 16);
        code.vector(opcode, Form::vex(width), Vector(d), mask, memory);
        let operands = vec![Seen::Vector(d), Seen::Memory(memory), Seen::Vector(mask.0)];
        (Form::vex(width), operands)
    };
    check(&code.finish(), opcode.name, form, &operands);
}

#[test]
fn every_instruction_reads_back() {
    let mut random = Random(2026);
    for opcode in ALL {
        for evex in [false, true] {
            if if evex { opcode.evex } else { opcode.vex }.is_none() {
                continue;
            }
            for &width in widths(opcode, evex) {
                (0..DRAWS).for_each(|_| draw(&mut random, opcode, evex, width));
            }
        }
    }
}

#[test]
fn every_instruction_has_a_name_of_its_own_in_each_form() {
    for (at, opcode) in ALL.iter().enumerate() {
        assert!(opcode.vex.is_some() || opcode.evex.is_some(), "{} has no form", opcode.name);
        for other in &ALL[at + 1..] {
            let same = (opcode.name, opcode.shape) == (other.name, other.shape);
            let both = opcode.vex.is_some() && other.vex.is_some()
                || opcode.evex.is_some() && other.evex.is_some();
            assert!(!(same && both), "{} is there twice", opcode.name);
        }
    }
}
