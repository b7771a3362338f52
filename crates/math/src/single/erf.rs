//! The error function, as that of `f64` but shorter.

use super::wide::{exp_of_wide, within};
use crate::coefficients::{ERF_FAR_SHORT, ERF_SHORT, ERF_SLOPE};
use crate::double::erf::erfc_of_number;

/// `erf x`.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let size = (x as f64).abs();
    let z = size * size;
    let z2 = z * z;
    let even =
        ERF_SHORT[6].mul_add(z2, ERF_SHORT[4]).mul_add(z2, ERF_SHORT[2]).mul_add(z2, ERF_SHORT[0]);
    let odd = ERF_SHORT[5].mul_add(z2, ERF_SHORT[3]).mul_add(z2, ERF_SHORT[1]);
    let near = size * z.mul_add(odd.mul_add(z, even), ERF_SLOPE);
    let u = within(size, 0.9375, 4.0) - 1.0;
    let u2 = u * u;
    let even = ERF_FAR_SHORT[6]
        .mul_add(u2, ERF_FAR_SHORT[4])
        .mul_add(u2, ERF_FAR_SHORT[2])
        .mul_add(u2, ERF_FAR_SHORT[0]);
    let odd = ERF_FAR_SHORT[7]
        .mul_add(u2, ERF_FAR_SHORT[5])
        .mul_add(u2, ERF_FAR_SHORT[3])
        .mul_add(u2, ERF_FAR_SHORT[1]);
    let far = 1.0 - exp_of_wide(odd.mul_add(u, even));
    ((if size < 0.9375 { near } else { far }) as f32).copysign(x)
}

/// `1 - erf x`, accurate for large `x` too.
#[inline(always)]
pub fn erfc(x: f32) -> f32 {
    erfc_of_number(x as f64) as f32
}
