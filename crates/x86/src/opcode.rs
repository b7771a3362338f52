//! The instructions: one row each.
//!
//! Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2. The rows are
//! checked against an independent decoder in `tests/`.

/// Which operands an instruction has, first the one it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Three vectors, the last of which may be in memory.
    Three,
    /// The same, of 256 bits and more.
    WideThree,
    /// Three and an immediate.
    ThreeImmediate,
    /// The same, of 256 bits and more.
    WideThreeImmediate,
    /// Two vectors, the second of which may be in memory.
    Two,
    /// The same, of 256 bits and more.
    Wide,
    /// Two and an immediate.
    TwoImmediate,
    /// The same, of 256 bits and more.
    WideImmediate,
    /// Memory or a vector, from a vector.
    Store,
    /// Memory, from a vector.
    StoreOnly,
    /// A vector, from one shifted by an immediate.
    Shift,
    /// Four vectors: see [`crate::Assembler::blend`].
    Blend,
    /// A mask, from two vectors.
    Mask,
    /// A mask, from two vectors and an immediate.
    MaskImmediate,
    /// A vector, from memory where a vector is negative.
    MaskedLoad,
    /// Memory, where a vector is negative, from a vector.
    MaskedStore,
    /// A vector, from a general-purpose register.
    FromGpr,
    /// A general-purpose register, from a vector.
    ToGpr,
    /// A vector, from a mask.
    FromMask,
    /// A mask, from a vector.
    ToMask,
    /// Memory, from a mask.
    StoreMask,
    /// Three masks.
    Masks3,
    /// Two masks.
    Masks2,
    /// 128 bits, from a part of a vector of 256.
    Extract128,
    /// 128 bits, from a part of a vector of 256 and more.
    WideExtract,
    /// A vector of 256 bits, from one with 128 of them replaced.
    Insert128,
    /// A vector, from one with 128 bits replaced.
    WideInsert,
    /// A vector of 128 bits, from one with an element replaced by one in memory.
    InsertElement,
    /// Memory, from an element of a vector of 128 bits.
    ExtractElement,
    /// 256 bits, from a half of a vector of 512.
    Extract256,
    /// A vector of 512 bits, from one with a half replaced.
    Insert256,
    /// A vector, from memory at an index a lane. Of VEX the second vector is the mask.
    Gather,
    /// Memory at an index a lane, from a vector.
    Scatter,
}

/// How much memory the operand of an EVEX instruction covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tuple {
    /// A vector, or one element to be broadcast.
    Full,
    /// Half a vector, or one element to be broadcast.
    Half,
    /// A quarter of a vector.
    Quarter,
    /// An eighth of a vector.
    Eighth,
    /// One element.
    Element,
    /// 16 bytes.
    Bytes16,
    /// 32 bytes.
    Bytes32,
}

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcode {
    /// Its mnemonic.
    pub name: &'static str,
    /// 0 for none, 1 for 66, 2 for F3, 3 for F2.
    pub prefix: u8,
    /// 1 for 0F, 2 for 0F38, 3 for 0F3A.
    pub map: u8,
    /// The opcode itself.
    pub byte: u8,
    /// The bit W of its VEX form, if it has one.
    pub vex: Option<u8>,
    /// The bit W of its EVEX form, if it has one.
    pub evex: Option<u8>,
    /// Bytes of an element that can be broadcast or stands alone in memory; 0 for none.
    pub element: u8,
    /// See [`Tuple`].
    pub tuple: Tuple,
    /// See [`Shape`].
    pub shape: Shape,
    /// What of the opcode stands in the place of a register.
    pub extension: Option<u8>,
    /// Whether the length does not follow the width, and what it is then.
    pub fixed_length: bool,
    /// See `fixed_length`.
    pub length: u8,
}

/// Rows of: mnemonic, prefix, map, byte, bit W of VEX and of EVEX, element, tuple, shape,
/// extension, fixed length.
macro_rules! opcodes {
    ($($const:ident = $name:literal, $prefix:literal, $map:literal, $byte:literal, $vex:expr,
        $evex:expr, $element:literal, $tuple:ident, $shape:ident, $extension:expr, $length:expr;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $const: Opcode = Opcode {
                name: $name,
                prefix: $prefix,
                map: $map,
                byte: $byte,
                vex: $vex,
                evex: $evex,
                element: $element,
                tuple: Tuple::$tuple,
                shape: Shape::$shape,
                extension: $extension,
                fixed_length: { let length: Option<u8> = $length; length.is_some() },
                length: match $length { Some(length) => length, None => 0 },
            };
        )*

        /// Every instruction.
        pub const ALL: &[Opcode] = &[$($const),*];
    };
}

opcodes! {
    // Arithmetic of floats.
    VADDPS = "vaddps", 0, 1, 0x58, Some(0), Some(0), 4, Full, Three, None, None;
    VADDPD = "vaddpd", 1, 1, 0x58, Some(0), Some(1), 8, Full, Three, None, None;
    VMULPS = "vmulps", 0, 1, 0x59, Some(0), Some(0), 4, Full, Three, None, None;
    VMULPD = "vmulpd", 1, 1, 0x59, Some(0), Some(1), 8, Full, Three, None, None;
    VSUBPS = "vsubps", 0, 1, 0x5C, Some(0), Some(0), 4, Full, Three, None, None;
    VSUBPD = "vsubpd", 1, 1, 0x5C, Some(0), Some(1), 8, Full, Three, None, None;
    VMINPS = "vminps", 0, 1, 0x5D, Some(0), Some(0), 4, Full, Three, None, None;
    VMINPD = "vminpd", 1, 1, 0x5D, Some(0), Some(1), 8, Full, Three, None, None;
    VDIVPS = "vdivps", 0, 1, 0x5E, Some(0), Some(0), 4, Full, Three, None, None;
    VDIVPD = "vdivpd", 1, 1, 0x5E, Some(0), Some(1), 8, Full, Three, None, None;
    VMAXPS = "vmaxps", 0, 1, 0x5F, Some(0), Some(0), 4, Full, Three, None, None;
    VMAXPD = "vmaxpd", 1, 1, 0x5F, Some(0), Some(1), 8, Full, Three, None, None;
    VSQRTPS = "vsqrtps", 0, 1, 0x51, Some(0), Some(0), 4, Full, Two, None, None;
    VSQRTPD = "vsqrtpd", 1, 1, 0x51, Some(0), Some(1), 8, Full, Two, None, None;
    VANDPS = "vandps", 0, 1, 0x54, Some(0), Some(0), 4, Full, Three, None, None;
    VANDPD = "vandpd", 1, 1, 0x54, Some(0), Some(1), 8, Full, Three, None, None;
    VANDNPS = "vandnps", 0, 1, 0x55, Some(0), Some(0), 4, Full, Three, None, None;
    VANDNPD = "vandnpd", 1, 1, 0x55, Some(0), Some(1), 8, Full, Three, None, None;
    VORPS = "vorps", 0, 1, 0x56, Some(0), Some(0), 4, Full, Three, None, None;
    VORPD = "vorpd", 1, 1, 0x56, Some(0), Some(1), 8, Full, Three, None, None;
    VXORPS = "vxorps", 0, 1, 0x57, Some(0), Some(0), 4, Full, Three, None, None;
    VXORPD = "vxorpd", 1, 1, 0x57, Some(0), Some(1), 8, Full, Three, None, None;
    VUNPCKLPS = "vunpcklps", 0, 1, 0x14, Some(0), Some(0), 4, Full, Three, None, None;
    VUNPCKLPD = "vunpcklpd", 1, 1, 0x14, Some(0), Some(1), 8, Full, Three, None, None;
    VUNPCKHPS = "vunpckhps", 0, 1, 0x15, Some(0), Some(0), 4, Full, Three, None, None;
    VUNPCKHPD = "vunpckhpd", 1, 1, 0x15, Some(0), Some(1), 8, Full, Three, None, None;
    VSHUFPS = "vshufps", 0, 1, 0xC6, Some(0), Some(0), 4, Full, ThreeImmediate, None, None;
    VSHUFPD = "vshufpd", 1, 1, 0xC6, Some(0), Some(1), 8, Full, ThreeImmediate, None, None;
    // Products and sums rounded once; the digits say which operands are multiplied.
    VFMADD132PS = "vfmadd132ps", 1, 2, 0x98, Some(0), Some(0), 4, Full, Three, None, None;
    VFMADD132PD = "vfmadd132pd", 1, 2, 0x98, Some(1), Some(1), 8, Full, Three, None, None;
    VFMADD213PS = "vfmadd213ps", 1, 2, 0xA8, Some(0), Some(0), 4, Full, Three, None, None;
    VFMADD213PD = "vfmadd213pd", 1, 2, 0xA8, Some(1), Some(1), 8, Full, Three, None, None;
    VFMADD231PS = "vfmadd231ps", 1, 2, 0xB8, Some(0), Some(0), 4, Full, Three, None, None;
    VFMADD231PD = "vfmadd231pd", 1, 2, 0xB8, Some(1), Some(1), 8, Full, Three, None, None;
    VFMSUB132PS = "vfmsub132ps", 1, 2, 0x9A, Some(0), Some(0), 4, Full, Three, None, None;
    VFMSUB132PD = "vfmsub132pd", 1, 2, 0x9A, Some(1), Some(1), 8, Full, Three, None, None;
    VFMSUB213PS = "vfmsub213ps", 1, 2, 0xAA, Some(0), Some(0), 4, Full, Three, None, None;
    VFMSUB213PD = "vfmsub213pd", 1, 2, 0xAA, Some(1), Some(1), 8, Full, Three, None, None;
    VFMSUB231PS = "vfmsub231ps", 1, 2, 0xBA, Some(0), Some(0), 4, Full, Three, None, None;
    VFMSUB231PD = "vfmsub231pd", 1, 2, 0xBA, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMADD132PS = "vfnmadd132ps", 1, 2, 0x9C, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMADD132PD = "vfnmadd132pd", 1, 2, 0x9C, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMADD213PS = "vfnmadd213ps", 1, 2, 0xAC, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMADD213PD = "vfnmadd213pd", 1, 2, 0xAC, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMADD231PS = "vfnmadd231ps", 1, 2, 0xBC, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMADD231PD = "vfnmadd231pd", 1, 2, 0xBC, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMSUB132PS = "vfnmsub132ps", 1, 2, 0x9E, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMSUB132PD = "vfnmsub132pd", 1, 2, 0x9E, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMSUB213PS = "vfnmsub213ps", 1, 2, 0xAE, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMSUB213PD = "vfnmsub213pd", 1, 2, 0xAE, Some(1), Some(1), 8, Full, Three, None, None;
    VFNMSUB231PS = "vfnmsub231ps", 1, 2, 0xBE, Some(0), Some(0), 4, Full, Three, None, None;
    VFNMSUB231PD = "vfnmsub231pd", 1, 2, 0xBE, Some(1), Some(1), 8, Full, Three, None, None;
    // Rounding, exponents and mantissas.
    VROUNDPS = "vroundps", 1, 3, 0x08, Some(0), None, 4, Full, TwoImmediate, None, None;
    VROUNDPD = "vroundpd", 1, 3, 0x09, Some(0), None, 8, Full, TwoImmediate, None, None;
    VRNDSCALEPS = "vrndscaleps", 1, 3, 0x08, None, Some(0), 4, Full, TwoImmediate, None, None;
    VRNDSCALEPD = "vrndscalepd", 1, 3, 0x09, None, Some(1), 8, Full, TwoImmediate, None, None;
    VSCALEFPS = "vscalefps", 1, 2, 0x2C, None, Some(0), 4, Full, Three, None, None;
    VSCALEFPD = "vscalefpd", 1, 2, 0x2C, None, Some(1), 8, Full, Three, None, None;
    VGETEXPPS = "vgetexpps", 1, 2, 0x42, None, Some(0), 4, Full, Two, None, None;
    VGETEXPPD = "vgetexppd", 1, 2, 0x42, None, Some(1), 8, Full, Two, None, None;
    VGETMANTPS = "vgetmantps", 1, 3, 0x26, None, Some(0), 4, Full, TwoImmediate, None, None;
    VGETMANTPD = "vgetmantpd", 1, 3, 0x26, None, Some(1), 8, Full, TwoImmediate, None, None;
    // Comparisons: of VEX to a vector, of EVEX to a mask.
    VCMPPS = "vcmpps", 0, 1, 0xC2, Some(0), None, 0, Full, ThreeImmediate, None, None;
    VCMPPD = "vcmppd", 1, 1, 0xC2, Some(0), None, 0, Full, ThreeImmediate, None, None;
    VCMPPS_MASK = "vcmpps", 0, 1, 0xC2, None, Some(0), 4, Full, MaskImmediate, None, None;
    VCMPPD_MASK = "vcmppd", 1, 1, 0xC2, None, Some(1), 8, Full, MaskImmediate, None, None;
    VPCMPEQB = "vpcmpeqb", 1, 1, 0x74, Some(0), None, 0, Full, Three, None, None;
    VPCMPEQW = "vpcmpeqw", 1, 1, 0x75, Some(0), None, 0, Full, Three, None, None;
    VPCMPEQD = "vpcmpeqd", 1, 1, 0x76, Some(0), None, 0, Full, Three, None, None;
    VPCMPEQQ = "vpcmpeqq", 1, 2, 0x29, Some(0), None, 0, Full, Three, None, None;
    VPCMPGTB = "vpcmpgtb", 1, 1, 0x64, Some(0), None, 0, Full, Three, None, None;
    VPCMPGTW = "vpcmpgtw", 1, 1, 0x65, Some(0), None, 0, Full, Three, None, None;
    VPCMPGTD = "vpcmpgtd", 1, 1, 0x66, Some(0), None, 0, Full, Three, None, None;
    VPCMPGTQ = "vpcmpgtq", 1, 2, 0x37, Some(0), None, 0, Full, Three, None, None;
    VPCMPB = "vpcmpb", 1, 3, 0x3F, None, Some(0), 0, Full, MaskImmediate, None, None;
    VPCMPUB = "vpcmpub", 1, 3, 0x3E, None, Some(0), 0, Full, MaskImmediate, None, None;
    VPCMPW = "vpcmpw", 1, 3, 0x3F, None, Some(1), 0, Full, MaskImmediate, None, None;
    VPCMPUW = "vpcmpuw", 1, 3, 0x3E, None, Some(1), 0, Full, MaskImmediate, None, None;
    VPCMPD = "vpcmpd", 1, 3, 0x1F, None, Some(0), 4, Full, MaskImmediate, None, None;
    VPCMPUD = "vpcmpud", 1, 3, 0x1E, None, Some(0), 4, Full, MaskImmediate, None, None;
    VPCMPQ = "vpcmpq", 1, 3, 0x1F, None, Some(1), 8, Full, MaskImmediate, None, None;
    VPCMPUQ = "vpcmpuq", 1, 3, 0x1E, None, Some(1), 8, Full, MaskImmediate, None, None;
    VPTESTMB = "vptestmb", 1, 2, 0x26, None, Some(0), 0, Full, Mask, None, None;
    VPTESTMW = "vptestmw", 1, 2, 0x26, None, Some(1), 0, Full, Mask, None, None;
    VPTESTMD = "vptestmd", 1, 2, 0x27, None, Some(0), 4, Full, Mask, None, None;
    VPTESTMQ = "vptestmq", 1, 2, 0x27, None, Some(1), 8, Full, Mask, None, None;
    // Choices: of VEX by a vector, of EVEX by a mask.
    VBLENDVPS = "vblendvps", 1, 3, 0x4A, Some(0), None, 0, Full, Blend, None, None;
    VBLENDVPD = "vblendvpd", 1, 3, 0x4B, Some(0), None, 0, Full, Blend, None, None;
    VPBLENDVB = "vpblendvb", 1, 3, 0x4C, Some(0), None, 0, Full, Blend, None, None;
    VBLENDMPS = "vblendmps", 1, 2, 0x65, None, Some(0), 4, Full, Three, None, None;
    VBLENDMPD = "vblendmpd", 1, 2, 0x65, None, Some(1), 8, Full, Three, None, None;
    VPBLENDMD = "vpblendmd", 1, 2, 0x64, None, Some(0), 4, Full, Three, None, None;
    VPBLENDMQ = "vpblendmq", 1, 2, 0x64, None, Some(1), 8, Full, Three, None, None;
    VPBLENDMB = "vpblendmb", 1, 2, 0x66, None, Some(0), 0, Full, Three, None, None;
    VPBLENDMW = "vpblendmw", 1, 2, 0x66, None, Some(1), 0, Full, Three, None, None;
    // Moves.
    VMOVUPS = "vmovups", 0, 1, 0x10, Some(0), Some(0), 0, Full, Two, None, None;
    VMOVUPS_STORE = "vmovups", 0, 1, 0x11, Some(0), Some(0), 0, Full, Store, None, None;
    VMOVUPD = "vmovupd", 1, 1, 0x10, Some(0), Some(1), 0, Full, Two, None, None;
    VMOVUPD_STORE = "vmovupd", 1, 1, 0x11, Some(0), Some(1), 0, Full, Store, None, None;
    VMOVAPS = "vmovaps", 0, 1, 0x28, Some(0), Some(0), 0, Full, Two, None, None;
    VMOVAPS_STORE = "vmovaps", 0, 1, 0x29, Some(0), Some(0), 0, Full, Store, None, None;
    VMOVAPD = "vmovapd", 1, 1, 0x28, Some(0), Some(1), 0, Full, Two, None, None;
    VMOVAPD_STORE = "vmovapd", 1, 1, 0x29, Some(0), Some(1), 0, Full, Store, None, None;
    VMOVDQU = "vmovdqu", 2, 1, 0x6F, Some(0), None, 0, Full, Two, None, None;
    VMOVDQU_STORE = "vmovdqu", 2, 1, 0x7F, Some(0), None, 0, Full, Store, None, None;
    VMOVDQU8 = "vmovdqu8", 3, 1, 0x6F, None, Some(0), 0, Full, Two, None, None;
    VMOVDQU8_STORE = "vmovdqu8", 3, 1, 0x7F, None, Some(0), 0, Full, Store, None, None;
    VMOVDQU16 = "vmovdqu16", 3, 1, 0x6F, None, Some(1), 0, Full, Two, None, None;
    VMOVDQU16_STORE = "vmovdqu16", 3, 1, 0x7F, None, Some(1), 0, Full, Store, None, None;
    VMOVDQU32 = "vmovdqu32", 2, 1, 0x6F, None, Some(0), 0, Full, Two, None, None;
    VMOVDQU32_STORE = "vmovdqu32", 2, 1, 0x7F, None, Some(0), 0, Full, Store, None, None;
    VMOVDQU64 = "vmovdqu64", 2, 1, 0x6F, None, Some(1), 0, Full, Two, None, None;
    VMOVDQU64_STORE = "vmovdqu64", 2, 1, 0x7F, None, Some(1), 0, Full, Store, None, None;
    VMOVNTPS = "vmovntps", 0, 1, 0x2B, Some(0), Some(0), 0, Full, StoreOnly, None, None;
    VMOVNTPD = "vmovntpd", 1, 1, 0x2B, Some(0), Some(1), 0, Full, StoreOnly, None, None;
    VMOVNTDQ = "vmovntdq", 1, 1, 0xE7, Some(0), Some(0), 0, Full, StoreOnly, None, None;
    // Lanes of AVX2 under a vector of signs.
    VMASKMOVPS = "vmaskmovps", 1, 2, 0x2C, Some(0), None, 0, Full, MaskedLoad, None, None;
    VMASKMOVPS_STORE = "vmaskmovps", 1, 2, 0x2E, Some(0), None, 0, Full, MaskedStore, None, None;
    VMASKMOVPD = "vmaskmovpd", 1, 2, 0x2D, Some(0), None, 0, Full, MaskedLoad, None, None;
    VMASKMOVPD_STORE = "vmaskmovpd", 1, 2, 0x2F, Some(0), None, 0, Full, MaskedStore, None, None;
    VPMASKMOVD = "vpmaskmovd", 1, 2, 0x8C, Some(0), None, 0, Full, MaskedLoad, None, None;
    VPMASKMOVD_STORE = "vpmaskmovd", 1, 2, 0x8E, Some(0), None, 0, Full, MaskedStore, None, None;
    VPMASKMOVQ = "vpmaskmovq", 1, 2, 0x8C, Some(1), None, 0, Full, MaskedLoad, None, None;
    VPMASKMOVQ_STORE = "vpmaskmovq", 1, 2, 0x8E, Some(1), None, 0, Full, MaskedStore, None, None;
    // One element in every lane.
    VBROADCASTSS = "vbroadcastss", 1, 2, 0x18, Some(0), Some(0), 4, Element, Two, None, None;
    VBROADCASTSD = "vbroadcastsd", 1, 2, 0x19, Some(0), Some(1), 8, Element, Wide, None, None;
    VPBROADCASTB = "vpbroadcastb", 1, 2, 0x78, Some(0), Some(0), 1, Element, Two, None, None;
    VPBROADCASTW = "vpbroadcastw", 1, 2, 0x79, Some(0), Some(0), 2, Element, Two, None, None;
    VPBROADCASTD = "vpbroadcastd", 1, 2, 0x58, Some(0), Some(0), 4, Element, Two, None, None;
    VPBROADCASTQ = "vpbroadcastq", 1, 2, 0x59, Some(0), Some(1), 8, Element, Two, None, None;
    VPBROADCASTB_GPR = "vpbroadcastb", 1, 2, 0x7A, None, Some(0), 0, Full, FromGpr, None, None;
    VPBROADCASTW_GPR = "vpbroadcastw", 1, 2, 0x7B, None, Some(0), 0, Full, FromGpr, None, None;
    VPBROADCASTD_GPR = "vpbroadcastd", 1, 2, 0x7C, None, Some(0), 0, Full, FromGpr, None, None;
    VMOVQ_GPR = "vmovq", 1, 1, 0x6E, Some(1), None, 0, Full, FromGpr, None, Some(0);
    VPBROADCASTQ_GPR = "vpbroadcastq", 1, 2, 0x7C, None, Some(1), 0, Full, FromGpr, None, None;
    // Arithmetic of integers.
    VPADDB = "vpaddb", 1, 1, 0xFC, Some(0), Some(0), 0, Full, Three, None, None;
    VPADDW = "vpaddw", 1, 1, 0xFD, Some(0), Some(0), 0, Full, Three, None, None;
    VPADDD = "vpaddd", 1, 1, 0xFE, Some(0), Some(0), 4, Full, Three, None, None;
    VPADDQ = "vpaddq", 1, 1, 0xD4, Some(0), Some(1), 8, Full, Three, None, None;
    VPSUBB = "vpsubb", 1, 1, 0xF8, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBW = "vpsubw", 1, 1, 0xF9, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBD = "vpsubd", 1, 1, 0xFA, Some(0), Some(0), 4, Full, Three, None, None;
    VPSUBQ = "vpsubq", 1, 1, 0xFB, Some(0), Some(1), 8, Full, Three, None, None;
    VPMULLW = "vpmullw", 1, 1, 0xD5, Some(0), Some(0), 0, Full, Three, None, None;
    VPMULLD = "vpmulld", 1, 2, 0x40, Some(0), Some(0), 4, Full, Three, None, None;
    VPMULLQ = "vpmullq", 1, 2, 0x40, None, Some(1), 8, Full, Three, None, None;
    VPMULHW = "vpmulhw", 1, 1, 0xE5, Some(0), Some(0), 0, Full, Three, None, None;
    VPMULHUW = "vpmulhuw", 1, 1, 0xE4, Some(0), Some(0), 0, Full, Three, None, None;
    VPMULUDQ = "vpmuludq", 1, 1, 0xF4, Some(0), Some(1), 8, Full, Three, None, None;
    VPMULDQ = "vpmuldq", 1, 2, 0x28, Some(0), Some(1), 8, Full, Three, None, None;
    VPADDSB = "vpaddsb", 1, 1, 0xEC, Some(0), Some(0), 0, Full, Three, None, None;
    VPADDSW = "vpaddsw", 1, 1, 0xED, Some(0), Some(0), 0, Full, Three, None, None;
    VPADDUSB = "vpaddusb", 1, 1, 0xDC, Some(0), Some(0), 0, Full, Three, None, None;
    VPADDUSW = "vpaddusw", 1, 1, 0xDD, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBSB = "vpsubsb", 1, 1, 0xE8, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBSW = "vpsubsw", 1, 1, 0xE9, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBUSB = "vpsubusb", 1, 1, 0xD8, Some(0), Some(0), 0, Full, Three, None, None;
    VPSUBUSW = "vpsubusw", 1, 1, 0xD9, Some(0), Some(0), 0, Full, Three, None, None;
    VPAVGB = "vpavgb", 1, 1, 0xE0, Some(0), Some(0), 0, Full, Three, None, None;
    VPAVGW = "vpavgw", 1, 1, 0xE3, Some(0), Some(0), 0, Full, Three, None, None;
    VPMINUB = "vpminub", 1, 1, 0xDA, Some(0), Some(0), 0, Full, Three, None, None;
    VPMINSW = "vpminsw", 1, 1, 0xEA, Some(0), Some(0), 0, Full, Three, None, None;
    VPMAXUB = "vpmaxub", 1, 1, 0xDE, Some(0), Some(0), 0, Full, Three, None, None;
    VPMAXSW = "vpmaxsw", 1, 1, 0xEE, Some(0), Some(0), 0, Full, Three, None, None;
    VPMINSB = "vpminsb", 1, 2, 0x38, Some(0), Some(0), 0, Full, Three, None, None;
    VPMINUW = "vpminuw", 1, 2, 0x3A, Some(0), Some(0), 0, Full, Three, None, None;
    VPMAXSB = "vpmaxsb", 1, 2, 0x3C, Some(0), Some(0), 0, Full, Three, None, None;
    VPMAXUW = "vpmaxuw", 1, 2, 0x3E, Some(0), Some(0), 0, Full, Three, None, None;
    VPMINSD = "vpminsd", 1, 2, 0x39, Some(0), Some(0), 4, Full, Three, None, None;
    VPMINUD = "vpminud", 1, 2, 0x3B, Some(0), Some(0), 4, Full, Three, None, None;
    VPMAXSD = "vpmaxsd", 1, 2, 0x3D, Some(0), Some(0), 4, Full, Three, None, None;
    VPMAXUD = "vpmaxud", 1, 2, 0x3F, Some(0), Some(0), 4, Full, Three, None, None;
    VPMINSQ = "vpminsq", 1, 2, 0x39, None, Some(1), 8, Full, Three, None, None;
    VPMINUQ = "vpminuq", 1, 2, 0x3B, None, Some(1), 8, Full, Three, None, None;
    VPMAXSQ = "vpmaxsq", 1, 2, 0x3D, None, Some(1), 8, Full, Three, None, None;
    VPMAXUQ = "vpmaxuq", 1, 2, 0x3F, None, Some(1), 8, Full, Three, None, None;
    VPABSB = "vpabsb", 1, 2, 0x1C, Some(0), Some(0), 0, Full, Two, None, None;
    VPABSW = "vpabsw", 1, 2, 0x1D, Some(0), Some(0), 0, Full, Two, None, None;
    VPABSD = "vpabsd", 1, 2, 0x1E, Some(0), Some(0), 4, Full, Two, None, None;
    VPABSQ = "vpabsq", 1, 2, 0x1F, None, Some(1), 8, Full, Two, None, None;
    VPAND = "vpand", 1, 1, 0xDB, Some(0), None, 0, Full, Three, None, None;
    VPANDD = "vpandd", 1, 1, 0xDB, None, Some(0), 4, Full, Three, None, None;
    VPANDQ = "vpandq", 1, 1, 0xDB, None, Some(1), 8, Full, Three, None, None;
    VPANDN = "vpandn", 1, 1, 0xDF, Some(0), None, 0, Full, Three, None, None;
    VPANDND = "vpandnd", 1, 1, 0xDF, None, Some(0), 4, Full, Three, None, None;
    VPANDNQ = "vpandnq", 1, 1, 0xDF, None, Some(1), 8, Full, Three, None, None;
    VPOR = "vpor", 1, 1, 0xEB, Some(0), None, 0, Full, Three, None, None;
    VPORD = "vpord", 1, 1, 0xEB, None, Some(0), 4, Full, Three, None, None;
    VPORQ = "vporq", 1, 1, 0xEB, None, Some(1), 8, Full, Three, None, None;
    VPXOR = "vpxor", 1, 1, 0xEF, Some(0), None, 0, Full, Three, None, None;
    VPXORD = "vpxord", 1, 1, 0xEF, None, Some(0), 4, Full, Three, None, None;
    VPXORQ = "vpxorq", 1, 1, 0xEF, None, Some(1), 8, Full, Three, None, None;
    VPTERNLOGD = "vpternlogd", 1, 3, 0x25, None, Some(0), 4, Full, ThreeImmediate, None, None;
    VPTERNLOGQ = "vpternlogq", 1, 3, 0x25, None, Some(1), 8, Full, ThreeImmediate, None, None;
    VPOPCNTB = "vpopcntb", 1, 2, 0x54, None, Some(0), 0, Full, Two, None, None;
    VPOPCNTW = "vpopcntw", 1, 2, 0x54, None, Some(1), 0, Full, Two, None, None;
    VPOPCNTD = "vpopcntd", 1, 2, 0x55, None, Some(0), 4, Full, Two, None, None;
    VPOPCNTQ = "vpopcntq", 1, 2, 0x55, None, Some(1), 8, Full, Two, None, None;
    VPLZCNTD = "vplzcntd", 1, 2, 0x44, None, Some(0), 4, Full, Two, None, None;
    VPLZCNTQ = "vplzcntq", 1, 2, 0x44, None, Some(1), 8, Full, Two, None, None;
    // Shifts and rotations: by a constant, by one count for all lanes, by a count a lane.
    VPSRLW_IMMEDIATE = "vpsrlw", 1, 1, 0x71, Some(0), Some(0), 0, Full, Shift, Some(2), None;
    VPSRAW_IMMEDIATE = "vpsraw", 1, 1, 0x71, Some(0), Some(0), 0, Full, Shift, Some(4), None;
    VPSLLW_IMMEDIATE = "vpsllw", 1, 1, 0x71, Some(0), Some(0), 0, Full, Shift, Some(6), None;
    VPSRLD_IMMEDIATE = "vpsrld", 1, 1, 0x72, Some(0), Some(0), 4, Full, Shift, Some(2), None;
    VPSRAD_IMMEDIATE = "vpsrad", 1, 1, 0x72, Some(0), Some(0), 4, Full, Shift, Some(4), None;
    VPSLLD_IMMEDIATE = "vpslld", 1, 1, 0x72, Some(0), Some(0), 4, Full, Shift, Some(6), None;
    VPSRLQ_IMMEDIATE = "vpsrlq", 1, 1, 0x73, Some(0), Some(1), 8, Full, Shift, Some(2), None;
    VPSLLQ_IMMEDIATE = "vpsllq", 1, 1, 0x73, Some(0), Some(1), 8, Full, Shift, Some(6), None;
    VPSRAQ_IMMEDIATE = "vpsraq", 1, 1, 0x72, None, Some(1), 8, Full, Shift, Some(4), None;
    VPRORD_IMMEDIATE = "vprord", 1, 1, 0x72, None, Some(0), 4, Full, Shift, Some(0), None;
    VPRORQ_IMMEDIATE = "vprorq", 1, 1, 0x72, None, Some(1), 8, Full, Shift, Some(0), None;
    VPROLD_IMMEDIATE = "vprold", 1, 1, 0x72, None, Some(0), 4, Full, Shift, Some(1), None;
    VPROLQ_IMMEDIATE = "vprolq", 1, 1, 0x72, None, Some(1), 8, Full, Shift, Some(1), None;
    VPSRLW = "vpsrlw", 1, 1, 0xD1, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSRLD = "vpsrld", 1, 1, 0xD2, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSRLQ = "vpsrlq", 1, 1, 0xD3, Some(0), Some(1), 0, Bytes16, Three, None, None;
    VPSRAW = "vpsraw", 1, 1, 0xE1, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSRAD = "vpsrad", 1, 1, 0xE2, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSRAQ = "vpsraq", 1, 1, 0xE2, None, Some(1), 0, Bytes16, Three, None, None;
    VPSLLW = "vpsllw", 1, 1, 0xF1, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSLLD = "vpslld", 1, 1, 0xF2, Some(0), Some(0), 0, Bytes16, Three, None, None;
    VPSLLQ = "vpsllq", 1, 1, 0xF3, Some(0), Some(1), 0, Bytes16, Three, None, None;
    VPSLLVD = "vpsllvd", 1, 2, 0x47, Some(0), Some(0), 4, Full, Three, None, None;
    VPSLLVQ = "vpsllvq", 1, 2, 0x47, Some(1), Some(1), 8, Full, Three, None, None;
    VPSRLVD = "vpsrlvd", 1, 2, 0x45, Some(0), Some(0), 4, Full, Three, None, None;
    VPSRLVQ = "vpsrlvq", 1, 2, 0x45, Some(1), Some(1), 8, Full, Three, None, None;
    VPSRAVD = "vpsravd", 1, 2, 0x46, Some(0), Some(0), 4, Full, Three, None, None;
    VPSRAVQ = "vpsravq", 1, 2, 0x46, None, Some(1), 8, Full, Three, None, None;
    VPSLLVW = "vpsllvw", 1, 2, 0x12, None, Some(1), 0, Full, Three, None, None;
    VPSRLVW = "vpsrlvw", 1, 2, 0x10, None, Some(1), 0, Full, Three, None, None;
    VPSRAVW = "vpsravw", 1, 2, 0x11, None, Some(1), 0, Full, Three, None, None;
    VPROLVD = "vprolvd", 1, 2, 0x15, None, Some(0), 4, Full, Three, None, None;
    VPROLVQ = "vprolvq", 1, 2, 0x15, None, Some(1), 8, Full, Three, None, None;
    VPRORVD = "vprorvd", 1, 2, 0x14, None, Some(0), 4, Full, Three, None, None;
    VPRORVQ = "vprorvq", 1, 2, 0x14, None, Some(1), 8, Full, Three, None, None;
    // Conversions. Where lanes differ in size, the width is that of the larger vector.
    VCVTPS2PD = "vcvtps2pd", 0, 1, 0x5A, Some(0), Some(0), 4, Half, Two, None, None;
    VCVTPD2PS = "vcvtpd2ps", 1, 1, 0x5A, Some(0), Some(1), 8, Full, Two, None, None;
    VCVTDQ2PS = "vcvtdq2ps", 0, 1, 0x5B, Some(0), Some(0), 4, Full, Two, None, None;
    VCVTTPS2DQ = "vcvttps2dq", 2, 1, 0x5B, Some(0), Some(0), 4, Full, Two, None, None;
    VCVTPS2DQ = "vcvtps2dq", 1, 1, 0x5B, Some(0), Some(0), 4, Full, Two, None, None;
    VCVTDQ2PD = "vcvtdq2pd", 2, 1, 0xE6, Some(0), Some(0), 4, Half, Two, None, None;
    VCVTTPD2DQ = "vcvttpd2dq", 1, 1, 0xE6, Some(0), Some(1), 8, Full, Two, None, None;
    VCVTQQ2PD = "vcvtqq2pd", 2, 1, 0xE6, None, Some(1), 8, Full, Two, None, None;
    VCVTUQQ2PD = "vcvtuqq2pd", 2, 1, 0x7A, None, Some(1), 8, Full, Two, None, None;
    VCVTQQ2PS = "vcvtqq2ps", 0, 1, 0x5B, None, Some(1), 8, Full, Two, None, None;
    VCVTUQQ2PS = "vcvtuqq2ps", 3, 1, 0x7A, None, Some(1), 8, Full, Two, None, None;
    VCVTTPD2QQ = "vcvttpd2qq", 1, 1, 0x7A, None, Some(1), 8, Full, Two, None, None;
    VCVTTPD2UQQ = "vcvttpd2uqq", 1, 1, 0x78, None, Some(1), 8, Full, Two, None, None;
    VCVTTPS2QQ = "vcvttps2qq", 1, 1, 0x7A, None, Some(0), 4, Half, Two, None, None;
    VCVTTPS2UQQ = "vcvttps2uqq", 1, 1, 0x78, None, Some(0), 4, Half, Two, None, None;
    VCVTUDQ2PS = "vcvtudq2ps", 3, 1, 0x7A, None, Some(0), 4, Full, Two, None, None;
    VCVTUDQ2PD = "vcvtudq2pd", 2, 1, 0x7A, None, Some(0), 4, Half, Two, None, None;
    VCVTTPS2UDQ = "vcvttps2udq", 0, 1, 0x78, None, Some(0), 4, Full, Two, None, None;
    VCVTTPD2UDQ = "vcvttpd2udq", 0, 1, 0x78, None, Some(1), 8, Full, Two, None, None;
    VPMOVSXBW = "vpmovsxbw", 1, 2, 0x20, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVSXBD = "vpmovsxbd", 1, 2, 0x21, Some(0), Some(0), 0, Quarter, Two, None, None;
    VPMOVSXBQ = "vpmovsxbq", 1, 2, 0x22, Some(0), Some(0), 0, Eighth, Two, None, None;
    VPMOVSXWD = "vpmovsxwd", 1, 2, 0x23, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVSXWQ = "vpmovsxwq", 1, 2, 0x24, Some(0), Some(0), 0, Quarter, Two, None, None;
    VPMOVSXDQ = "vpmovsxdq", 1, 2, 0x25, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVZXBW = "vpmovzxbw", 1, 2, 0x30, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVZXBD = "vpmovzxbd", 1, 2, 0x31, Some(0), Some(0), 0, Quarter, Two, None, None;
    VPMOVZXBQ = "vpmovzxbq", 1, 2, 0x32, Some(0), Some(0), 0, Eighth, Two, None, None;
    VPMOVZXWD = "vpmovzxwd", 1, 2, 0x33, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVZXWQ = "vpmovzxwq", 1, 2, 0x34, Some(0), Some(0), 0, Quarter, Two, None, None;
    VPMOVZXDQ = "vpmovzxdq", 1, 2, 0x35, Some(0), Some(0), 0, Half, Two, None, None;
    VPMOVWB = "vpmovwb", 2, 2, 0x30, None, Some(0), 0, Half, Store, None, None;
    VPMOVDB = "vpmovdb", 2, 2, 0x31, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVQB = "vpmovqb", 2, 2, 0x32, None, Some(0), 0, Eighth, Store, None, None;
    VPMOVDW = "vpmovdw", 2, 2, 0x33, None, Some(0), 0, Half, Store, None, None;
    VPMOVQW = "vpmovqw", 2, 2, 0x34, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVQD = "vpmovqd", 2, 2, 0x35, None, Some(0), 0, Half, Store, None, None;
    VPMOVSWB = "vpmovswb", 2, 2, 0x20, None, Some(0), 0, Half, Store, None, None;
    VPMOVSDB = "vpmovsdb", 2, 2, 0x21, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVSQB = "vpmovsqb", 2, 2, 0x22, None, Some(0), 0, Eighth, Store, None, None;
    VPMOVSDW = "vpmovsdw", 2, 2, 0x23, None, Some(0), 0, Half, Store, None, None;
    VPMOVSQW = "vpmovsqw", 2, 2, 0x24, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVSQD = "vpmovsqd", 2, 2, 0x25, None, Some(0), 0, Half, Store, None, None;
    VPMOVUSWB = "vpmovuswb", 2, 2, 0x10, None, Some(0), 0, Half, Store, None, None;
    VPMOVUSDB = "vpmovusdb", 2, 2, 0x11, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVUSQB = "vpmovusqb", 2, 2, 0x12, None, Some(0), 0, Eighth, Store, None, None;
    VPMOVUSDW = "vpmovusdw", 2, 2, 0x13, None, Some(0), 0, Half, Store, None, None;
    VPMOVUSQW = "vpmovusqw", 2, 2, 0x14, None, Some(0), 0, Quarter, Store, None, None;
    VPMOVUSQD = "vpmovusqd", 2, 2, 0x15, None, Some(0), 0, Half, Store, None, None;
    VPACKSSWB = "vpacksswb", 1, 1, 0x63, Some(0), Some(0), 0, Full, Three, None, None;
    VPACKUSWB = "vpackuswb", 1, 1, 0x67, Some(0), Some(0), 0, Full, Three, None, None;
    VPACKSSDW = "vpackssdw", 1, 1, 0x6B, Some(0), Some(0), 4, Full, Three, None, None;
    VPACKUSDW = "vpackusdw", 1, 2, 0x2B, Some(0), Some(0), 4, Full, Three, None, None;
    // Permutations.
    VPERMQ_IMMEDIATE = "vpermq", 1, 3, 0x00, Some(1), Some(1), 8, Full, WideImmediate, None, None;
    VPERMPD_IMMEDIATE = "vpermpd", 1, 3, 0x01, Some(1), Some(1), 8, Full, WideImmediate, None, None;
    VPBLENDD = "vpblendd", 1, 3, 0x02, Some(0), None, 4, Full, ThreeImmediate, None, None;
    VPERMD = "vpermd", 1, 2, 0x36, Some(0), Some(0), 4, Full, WideThree, None, None;
    VPERMPS = "vpermps", 1, 2, 0x16, Some(0), Some(0), 4, Full, WideThree, None, None;
    VPERMQ = "vpermq", 1, 2, 0x36, None, Some(1), 8, Full, WideThree, None, None;
    VPERMPD = "vpermpd", 1, 2, 0x16, None, Some(1), 8, Full, WideThree, None, None;
    VPERMW = "vpermw", 1, 2, 0x8D, None, Some(1), 0, Full, Three, None, None;
    VPERMB = "vpermb", 1, 2, 0x8D, None, Some(0), 0, Full, Three, None, None;
    VPERMI2D = "vpermi2d", 1, 2, 0x76, None, Some(0), 4, Full, Three, None, None;
    VPERMI2Q = "vpermi2q", 1, 2, 0x76, None, Some(1), 8, Full, Three, None, None;
    VPERMI2PS = "vpermi2ps", 1, 2, 0x77, None, Some(0), 4, Full, Three, None, None;
    VPERMI2PD = "vpermi2pd", 1, 2, 0x77, None, Some(1), 8, Full, Three, None, None;
    VPERMT2D = "vpermt2d", 1, 2, 0x7E, None, Some(0), 4, Full, Three, None, None;
    VPERMT2Q = "vpermt2q", 1, 2, 0x7E, None, Some(1), 8, Full, Three, None, None;
    VPERMT2PS = "vpermt2ps", 1, 2, 0x7F, None, Some(0), 4, Full, Three, None, None;
    VPERMT2PD = "vpermt2pd", 1, 2, 0x7F, None, Some(1), 8, Full, Three, None, None;
    VPSHUFD = "vpshufd", 1, 1, 0x70, Some(0), Some(0), 4, Full, TwoImmediate, None, None;
    VPSHUFB = "vpshufb", 1, 2, 0x00, Some(0), Some(0), 0, Full, Three, None, None;
    VPALIGNR = "vpalignr", 1, 3, 0x0F, Some(0), Some(0), 0, Full, ThreeImmediate, None, None;
    VALIGND = "valignd", 1, 3, 0x03, None, Some(0), 4, Full, ThreeImmediate, None, None;
    VALIGNQ = "valignq", 1, 3, 0x03, None, Some(1), 8, Full, ThreeImmediate, None, None;
    VPUNPCKLBW = "vpunpcklbw", 1, 1, 0x60, Some(0), Some(0), 0, Full, Three, None, None;
    VPUNPCKHBW = "vpunpckhbw", 1, 1, 0x68, Some(0), Some(0), 0, Full, Three, None, None;
    VPUNPCKLWD = "vpunpcklwd", 1, 1, 0x61, Some(0), Some(0), 0, Full, Three, None, None;
    VPUNPCKHWD = "vpunpckhwd", 1, 1, 0x69, Some(0), Some(0), 0, Full, Three, None, None;
    VPUNPCKLDQ = "vpunpckldq", 1, 1, 0x62, Some(0), Some(0), 4, Full, Three, None, None;
    VPUNPCKHDQ = "vpunpckhdq", 1, 1, 0x6A, Some(0), Some(0), 4, Full, Three, None, None;
    VPUNPCKLQDQ = "vpunpcklqdq", 1, 1, 0x6C, Some(0), Some(1), 8, Full, Three, None, None;
    VPUNPCKHQDQ = "vpunpckhqdq", 1, 1, 0x6D, Some(0), Some(1), 8, Full, Three, None, None;
    VEXTRACTF128 = "vextractf128", 1, 3, 0x19, Some(0), None, 0, Full, Extract128, None, None;
    VEXTRACTI128 = "vextracti128", 1, 3, 0x39, Some(0), None, 0, Full, Extract128, None, None;
    VINSERTF128 = "vinsertf128", 1, 3, 0x18, Some(0), None, 0, Full, Insert128, None, None;
    VINSERTI128 = "vinserti128", 1, 3, 0x38, Some(0), None, 0, Full, Insert128, None, None;
    VINSERTI32X4 = "vinserti32x4", 1, 3, 0x38, None, Some(0), 0, Bytes16, WideInsert, None, None;
    VPINSRB = "vpinsrb", 1, 3, 0x20, Some(0), Some(0), 1, Element, InsertElement, None, None;
    VPINSRW = "vpinsrw", 1, 1, 0xC4, Some(0), Some(0), 2, Element, InsertElement, None, None;
    VPINSRD = "vpinsrd", 1, 3, 0x22, Some(0), Some(0), 4, Element, InsertElement, None, None;
    VPINSRQ = "vpinsrq", 1, 3, 0x22, Some(1), Some(1), 8, Element, InsertElement, None, None;
    VPEXTRB = "vpextrb", 1, 3, 0x14, Some(0), Some(0), 1, Element, ExtractElement, None, None;
    VPEXTRW = "vpextrw", 1, 3, 0x15, Some(0), Some(0), 2, Element, ExtractElement, None, None;
    VPEXTRD = "vpextrd", 1, 3, 0x16, Some(0), Some(0), 4, Element, ExtractElement, None, None;
    VPEXTRQ = "vpextrq", 1, 3, 0x16, Some(1), Some(1), 8, Element, ExtractElement, None, None;
    VEXTRACTF64X4 = "vextractf64x4", 1, 3, 0x1B, None, Some(1), 0, Bytes32, Extract256, None, None;
    VEXTRACTI64X4 = "vextracti64x4", 1, 3, 0x3B, None, Some(1), 0, Bytes32, Extract256, None, None;
    VINSERTF64X4 = "vinsertf64x4", 1, 3, 0x1A, None, Some(1), 0, Bytes32, Insert256, None, None;
    VINSERTI64X4 = "vinserti64x4", 1, 3, 0x3A, None, Some(1), 0, Bytes32, Insert256, None, None;
    VEXTRACTF32X4 = "vextractf32x4", 1, 3, 0x19, None, Some(0), 0, Bytes16, WideExtract, None, None;
    VEXTRACTI32X4 = "vextracti32x4", 1, 3, 0x39, None, Some(0), 0, Bytes16, WideExtract, None, None;
    VSHUFF64X2 = "vshuff64x2", 1, 3, 0x23, None, Some(1), 8, Full, WideThreeImmediate, None, None;
    VSHUFI64X2 = "vshufi64x2", 1, 3, 0x43, None, Some(1), 8, Full, WideThreeImmediate, None, None;
    // Gathers and scatters; the first letter after the prefix is the size of an index.
    VGATHERDPS = "vgatherdps", 1, 2, 0x92, Some(0), Some(0), 4, Element, Gather, None, None;
    VGATHERDPD = "vgatherdpd", 1, 2, 0x92, Some(1), Some(1), 8, Element, Gather, None, None;
    VGATHERQPS = "vgatherqps", 1, 2, 0x93, Some(0), Some(0), 4, Element, Gather, None, None;
    VGATHERQPD = "vgatherqpd", 1, 2, 0x93, Some(1), Some(1), 8, Element, Gather, None, None;
    VPGATHERDD = "vpgatherdd", 1, 2, 0x90, Some(0), Some(0), 4, Element, Gather, None, None;
    VPGATHERDQ = "vpgatherdq", 1, 2, 0x90, Some(1), Some(1), 8, Element, Gather, None, None;
    VPGATHERQD = "vpgatherqd", 1, 2, 0x91, Some(0), Some(0), 4, Element, Gather, None, None;
    VPGATHERQQ = "vpgatherqq", 1, 2, 0x91, Some(1), Some(1), 8, Element, Gather, None, None;
    VSCATTERDPS = "vscatterdps", 1, 2, 0xA2, None, Some(0), 4, Element, Scatter, None, None;
    VSCATTERDPD = "vscatterdpd", 1, 2, 0xA2, None, Some(1), 8, Element, Scatter, None, None;
    VSCATTERQPS = "vscatterqps", 1, 2, 0xA3, None, Some(0), 4, Element, Scatter, None, None;
    VSCATTERQPD = "vscatterqpd", 1, 2, 0xA3, None, Some(1), 8, Element, Scatter, None, None;
    VPSCATTERDD = "vpscatterdd", 1, 2, 0xA0, None, Some(0), 4, Element, Scatter, None, None;
    VPSCATTERDQ = "vpscatterdq", 1, 2, 0xA0, None, Some(1), 8, Element, Scatter, None, None;
    VPSCATTERQD = "vpscatterqd", 1, 2, 0xA1, None, Some(0), 4, Element, Scatter, None, None;
    VPSCATTERQQ = "vpscatterqq", 1, 2, 0xA1, None, Some(1), 8, Element, Scatter, None, None;
    // Masks.
    KANDB = "kandb", 1, 1, 0x41, Some(0), None, 0, Full, Masks3, None, Some(1);
    KANDW = "kandw", 0, 1, 0x41, Some(0), None, 0, Full, Masks3, None, Some(1);
    KANDD = "kandd", 1, 1, 0x41, Some(1), None, 0, Full, Masks3, None, Some(1);
    KANDQ = "kandq", 0, 1, 0x41, Some(1), None, 0, Full, Masks3, None, Some(1);
    KANDNB = "kandnb", 1, 1, 0x42, Some(0), None, 0, Full, Masks3, None, Some(1);
    KANDNW = "kandnw", 0, 1, 0x42, Some(0), None, 0, Full, Masks3, None, Some(1);
    KANDND = "kandnd", 1, 1, 0x42, Some(1), None, 0, Full, Masks3, None, Some(1);
    KANDNQ = "kandnq", 0, 1, 0x42, Some(1), None, 0, Full, Masks3, None, Some(1);
    KORB = "korb", 1, 1, 0x45, Some(0), None, 0, Full, Masks3, None, Some(1);
    KORW = "korw", 0, 1, 0x45, Some(0), None, 0, Full, Masks3, None, Some(1);
    KORD = "kord", 1, 1, 0x45, Some(1), None, 0, Full, Masks3, None, Some(1);
    KORQ = "korq", 0, 1, 0x45, Some(1), None, 0, Full, Masks3, None, Some(1);
    KXNORB = "kxnorb", 1, 1, 0x46, Some(0), None, 0, Full, Masks3, None, Some(1);
    KXNORW = "kxnorw", 0, 1, 0x46, Some(0), None, 0, Full, Masks3, None, Some(1);
    KXNORD = "kxnord", 1, 1, 0x46, Some(1), None, 0, Full, Masks3, None, Some(1);
    KXNORQ = "kxnorq", 0, 1, 0x46, Some(1), None, 0, Full, Masks3, None, Some(1);
    KXORB = "kxorb", 1, 1, 0x47, Some(0), None, 0, Full, Masks3, None, Some(1);
    KXORW = "kxorw", 0, 1, 0x47, Some(0), None, 0, Full, Masks3, None, Some(1);
    KXORD = "kxord", 1, 1, 0x47, Some(1), None, 0, Full, Masks3, None, Some(1);
    KXORQ = "kxorq", 0, 1, 0x47, Some(1), None, 0, Full, Masks3, None, Some(1);
    KNOTB = "knotb", 1, 1, 0x44, Some(0), None, 0, Full, Masks2, None, Some(0);
    KNOTW = "knotw", 0, 1, 0x44, Some(0), None, 0, Full, Masks2, None, Some(0);
    KNOTD = "knotd", 1, 1, 0x44, Some(1), None, 0, Full, Masks2, None, Some(0);
    KNOTQ = "knotq", 0, 1, 0x44, Some(1), None, 0, Full, Masks2, None, Some(0);
    KORTESTB = "kortestb", 1, 1, 0x98, Some(0), None, 0, Full, Masks2, None, Some(0);
    KORTESTW = "kortestw", 0, 1, 0x98, Some(0), None, 0, Full, Masks2, None, Some(0);
    KORTESTD = "kortestd", 1, 1, 0x98, Some(1), None, 0, Full, Masks2, None, Some(0);
    KORTESTQ = "kortestq", 0, 1, 0x98, Some(1), None, 0, Full, Masks2, None, Some(0);
    KMOVB = "kmovb", 1, 1, 0x90, Some(0), None, 0, Full, Masks2, None, Some(0);
    KMOVW = "kmovw", 0, 1, 0x90, Some(0), None, 0, Full, Masks2, None, Some(0);
    KMOVD = "kmovd", 1, 1, 0x90, Some(1), None, 0, Full, Masks2, None, Some(0);
    KMOVQ = "kmovq", 0, 1, 0x90, Some(1), None, 0, Full, Masks2, None, Some(0);
    KMOVQ_STORE = "kmovq", 0, 1, 0x91, Some(1), None, 0, Full, StoreMask, None, Some(0);
    VPMOVM2B = "vpmovm2b", 2, 2, 0x28, None, Some(0), 0, Full, FromMask, None, None;
    VPMOVM2W = "vpmovm2w", 2, 2, 0x28, None, Some(1), 0, Full, FromMask, None, None;
    VPMOVM2D = "vpmovm2d", 2, 2, 0x38, None, Some(0), 0, Full, FromMask, None, None;
    VPMOVM2Q = "vpmovm2q", 2, 2, 0x38, None, Some(1), 0, Full, FromMask, None, None;
    VPMOVB2M = "vpmovb2m", 2, 2, 0x29, None, Some(0), 0, Full, ToMask, None, None;
    VPMOVW2M = "vpmovw2m", 2, 2, 0x29, None, Some(1), 0, Full, ToMask, None, None;
    VPMOVD2M = "vpmovd2m", 2, 2, 0x39, None, Some(0), 0, Full, ToMask, None, None;
    VPMOVQ2M = "vpmovq2m", 2, 2, 0x39, None, Some(1), 0, Full, ToMask, None, None;
    VMOVMSKPS = "vmovmskps", 0, 1, 0x50, Some(0), None, 0, Full, ToGpr, None, None;
    VMOVMSKPD = "vmovmskpd", 1, 1, 0x50, Some(0), None, 0, Full, ToGpr, None, None;
    VPMOVMSKB = "vpmovmskb", 1, 1, 0xD7, Some(0), None, 0, Full, ToGpr, None, None;
    VPTEST = "vptest", 1, 2, 0x17, Some(0), None, 0, Full, Two, None, None;
}
