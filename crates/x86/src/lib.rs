//! Wide vector code for x86-64.
//!
//! [`X86`] makes a leaf for a vector loop ([`mambo_compiler::backend::LoopBackend`]):
//!
//! * `select`: the loop to instructions with virtual registers ([`mambo_ir::vector`] says what
//!   a loop is);
//! * `vcode`: such code, as register allocation takes it;
//! * `emit`: allocated code to bytes.
//!
//! The encoder has AVX2 and FMA in their VEX form with 16 registers, AVX-512 in its EVEX form
//! with 32 registers, masks, zeroing and embedded broadcast, at 128, 256 and 512 bits, and the
//! scalar instructions that loops are made of. One row of a table describes an instruction
//! ([`opcode`]); its operands, of the types in [`register`], choose the bytes ([`Assembler`]).
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2
//! (instruction format) and chapters 3 to 6 (opcodes).
//!
//! Invariants: this crate knows no other backend; its code calls nothing and leaves the upper
//! halves of vector registers clear (`vzeroupper`).
//!
//! ```
//! use mambo_x86::opcode::VADDPD;
//! use mambo_x86::register::{Gpr, Memory, Vector, Width};
//! use mambo_x86::{Assembler, Form};
//!
//! let mut code = Assembler::new();
//! let from = Memory::base(Gpr::RSI).at(64);
//! code.vector(&VADDPD, Form::evex(Width::W512), Vector(17), Vector(3), from);
//! assert_eq!(code.finish(), [0x62, 0xE1, 0xE5, 0x48, 0x58, 0x4E, 0x01]);
//! ```

mod assembler;
mod backend;
mod emit;
pub mod opcode;
pub mod register;
mod scalar;
mod select;
mod vcode;

pub use assembler::{Assembler, Form, Label, Pooled};
pub use backend::{Simd, X86};
pub use scalar::{Arithmetic, Condition};
