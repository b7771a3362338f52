//! Scalar instructions, jumps and the pool, read back by an independent decoder.

use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};
use mambo_x86::opcode::{VADDPD, VMOVUPS, VPBROADCASTQ};
use mambo_x86::register::{Gpr, Mask, Memory, Vector, Width};
use mambo_x86::{Arithmetic, Assembler, Condition, Form};

fn decoded(code: &[u8]) -> Vec<Instruction> {
    Decoder::with_ip(64, code, 0, DecoderOptions::NONE).into_iter().collect()
}

fn text(build: impl FnOnce(&mut Assembler)) -> Vec<String> {
    let mut code = Assembler::new();
    build(&mut code);
    let mut formatter = IntelFormatter::new();
    decoded(&code.finish())
        .iter()
        .map(|instruction| {
            let mut text = String::new();
            formatter.format(instruction, &mut text);
            text
        })
        .collect()
}

#[test]
fn moves_and_arithmetic() {
    let at = Memory::base(Gpr::R13).indexed(Gpr::R12, 8).at(-72);
    let found = text(|code| {
        code.mov(Gpr::R9, Gpr::RSI);
        code.mov(Gpr::RAX, Memory::base(Gpr::RSP).at(8));
        code.store(at, Gpr::RDI);
        code.lea(Gpr::R8, at);
        code.arithmetic(Arithmetic::Add, Gpr::R15, Gpr::RAX);
        code.arithmetic(Arithmetic::Cmp, Gpr::RCX, Memory::base(Gpr::RBP));
        code.arithmetic_immediate(Arithmetic::Sub, Gpr::R11, 8);
        code.arithmetic_immediate(Arithmetic::And, Gpr::RBX, -4096);
        code.imul(Gpr::R10, Gpr::RDX);
        code.shl(Gpr::R14, 3);
        code.shr(Gpr::RAX, 63);
        code.push(Gpr::R12);
        code.pop(Gpr::RBP);
        code.bzhi(Gpr::R8, Gpr::RDX, Gpr::R9);
        code.mask_from(Mask(3), Gpr::R10);
        code.mask_to(Gpr::R11, Mask(5));
        code.vzeroupper();
        code.ret();
    });
    let expected = [
        "mov r9,rsi",
        "mov rax,[rsp+8]",
        "mov [r13+r12*8-48h],rdi",
        "lea r8,[r13+r12*8-48h]",
        "add r15,rax",
        "cmp rcx,[rbp]",
        "sub r11,8",
        "and rbx,0FFFFFFFFFFFFF000h",
        "imul r10,rdx",
        "shl r14,3",
        "shr rax,3Fh",
        "push r12",
        "pop rbp",
        "bzhi r8,rdx,r9",
        "kmovq k3,r10",
        "kmovq r11,k5",
        "vzeroupper",
        "ret",
    ];
    assert_eq!(found, expected);
}

#[test]
fn constants_of_every_size() {
    for value in [0, 1, u64::from(u32::MAX), 1 << 31, u64::MAX, -5i64 as u64, 1 << 40, 1 << 63] {
        for register in 0..16 {
            let mut code = Assembler::new();
            code.constant(Gpr(register), value);
            let instruction = decoded(&code.finish())[0];
            assert_eq!(instruction.immediate(1), value, "{instruction}");
            assert_eq!(instruction.op_register(0).number(), usize::from(register));
        }
    }
}

#[test]
fn jumps_go_to_their_labels() {
    let mut code = Assembler::new();
    let (top, end) = (code.label(), code.label());
    code.align(16);
    code.arithmetic_immediate(Arithmetic::Cmp, Gpr::RDI, 0);
    code.jump_if(Condition::Equal, end);
    code.align(64);
    code.place(top);
    let at = code.len() as u64;
    code.arithmetic_immediate(Arithmetic::Sub, Gpr::RDI, 1);
    code.jump_if(Condition::NotEqual, top);
    code.jump(end);
    code.place(end);
    let out = code.len() as u64;
    code.ret();
    let targets: Vec<u64> = decoded(&code.finish())
        .iter()
        .filter(|instruction| instruction.is_jcc_short_or_near() || instruction.is_jmp_near())
        .map(Instruction::near_branch_target)
        .collect();
    assert_eq!((targets, at), (vec![out, at, out], 64));
}

#[test]
fn constants_lie_aligned_behind_the_code() {
    let mut code = Assembler::new();
    let wide = [7; 64];
    let (small, large) = (code.pooled(&1.5f64.to_bits().to_le_bytes()), code.pooled(&wide));
    assert_eq!(code.pooled(&wide), large);
    code.vector(&VPBROADCASTQ, Form::evex(Width::W512), Vector(20), Vector(0), small);
    code.vector(&VADDPD, Form::evex(Width::W512).broadcast(), Vector(1), Vector(2), small);
    code.vector(&VMOVUPS, Form::evex(Width::W512), Vector(3), Vector(0), large);
    code.ret();
    let code = code.finish();
    let instructions = decoded(&code);
    let place = |at: usize| instructions[at].memory_displacement64() as usize;
    assert_eq!(code[place(0)..][..8], 1.5f64.to_bits().to_le_bytes());
    assert_eq!(place(1), place(0));
    assert_eq!((&code[place(2)..][..64], place(2) % 64), (&wide[..], 0));
}
