//! What the machine can do at most: loops that only move bytes, only multiply and add, or only
//! take square roots, in the widest vectors of the CPU. They run among the sides of a race, so
//! that they meet the same clock and the same neighbours.

use crate::measure;

/// How the loop of a case meets memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Traffic {
    /// Too little beside the arithmetic to count.
    None,
    /// One array read.
    Read,
    /// Two arrays read.
    ReadTwo,
    /// One array read, another written.
    Copy,
    /// One array read, another read and written.
    Update,
    /// Two arrays read, a third written.
    Triad,
}

/// Reads `bytes` bytes each at the first pointers and writes as many at the last, as far as its
/// traffic says. `bytes` is a multiple of 256; the pointers are aligned to 64.
pub(crate) type Mover = unsafe fn(*const u8, *const u8, *mut u8, usize);
/// Does that many operations, in registers.
pub(crate) type Counter = unsafe fn(u64);

/// The loops in vectors of one width.
pub(crate) struct Width {
    pub(crate) name: &'static str,
    movers: fn(Traffic) -> Vec<Mover>,
    /// Additions and multiplications, two in one instruction.
    pub(crate) flops: Counter,
    pub(crate) roots: Counter,
}

/// The widths that this CPU has, the widest first.
pub(crate) fn widths() -> Vec<Width> {
    let mut widths = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            widths.push(avx512::WIDTH);
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            widths.push(avx2::WIDTH);
        }
    }
    widths.push(portable::WIDTH);
    widths
}

/// The fastest loop with this traffic over these arrays, over all widths, with plain stores and
/// with those that go past the caches.
///
/// # Safety
/// The pointers that the traffic uses must be valid for `bytes` bytes, as `Mover` says.
pub(crate) unsafe fn fastest(
    traffic: Traffic,
    a: *const u8,
    b: *const u8,
    out: *mut u8,
    bytes: usize,
) -> Option<Mover> {
    let movers: Vec<Mover> = widths().iter().flat_map(|width| (width.movers)(traffic)).collect();
    let run = |mover: usize, calls: u64| {
        // SAFETY: promised by the caller.
        (0..calls).for_each(|_| unsafe { movers[mover](a, b, out, bytes) });
    };
    measure::fastest(movers.len(), run).map(|best| movers[best])
}

/// Does `$step` with the offset of every vector, several in a turn of the loop.
#[cfg(target_arch = "x86_64")]
macro_rules! each {
    ($length:ident, |$at:ident, $slot:ident| $step:expr) => {
        for turn in (0..$length).step_by(256) {
            for $slot in 0..TURN {
                let $at = turn + $slot * BYTES;
                $step
            }
        }
    };
}

/// The loops in vectors of `$bytes` bytes.
#[cfg(target_arch = "x86_64")]
macro_rules! vectors {
    (
        $width:ident, $text:literal, $feature:literal, $bytes:literal, $vector:ident, $load:ident, $store:ident,
        $stream:ident, $xor:ident, $zero:ident, $all:ident, $add:ident, $fma:ident, $sqrt:ident
    ) => {
        mod $width {
            use super::{Mover, Traffic, Width};
            use core::arch::x86_64::*;
            use std::hint::black_box;

            pub(super) const WIDTH: Width = Width { name: $text, movers, flops, roots };
            /// Vectors in one turn of a loop, and chains that keep the units of arithmetic busy.
            const TURN: usize = 256 / BYTES;
            const CHAINS: usize = 12;
            const LANES: u64 = BYTES as u64 / 8;
            const BYTES: usize = $bytes;

            fn movers(traffic: Traffic) -> Vec<Mover> {
                match traffic {
                    Traffic::None => vec![],
                    Traffic::Read => vec![read],
                    Traffic::ReadTwo => vec![read_two],
                    Traffic::Copy => vec![copy::<false>, copy::<true>],
                    Traffic::Update => vec![update::<false>, update::<true>],
                    Traffic::Triad => vec![triad::<false>, triad::<true>],
                }
            }

            /// # Safety
            /// `to` must be valid and aligned.
            #[inline]
            #[target_feature(enable = $feature)]
            unsafe fn put<const STREAM: bool>(to: *mut u8, value: $vector) {
                // SAFETY: promised by the caller.
                unsafe { if STREAM { $stream(to.cast(), value) } else { $store(to.cast(), value) } }
            }

            #[target_feature(enable = $feature)]
            unsafe fn read(a: *const u8, _: *const u8, _: *mut u8, bytes: usize) {
                let mut sums = [$zero(); TURN];
                // SAFETY: `Mover` says what is valid.
                each!(bytes, |at, slot| unsafe {
                    sums[slot] = $xor(sums[slot], $load(a.add(at).cast()));
                });
                black_box(sums);
            }

            #[target_feature(enable = $feature)]
            unsafe fn read_two(a: *const u8, b: *const u8, _: *mut u8, bytes: usize) {
                let mut sums = [$zero(); TURN];
                // SAFETY: `Mover` says what is valid.
                each!(bytes, |at, slot| unsafe {
                    let both = $xor($load(a.add(at).cast()), $load(b.add(at).cast()));
                    sums[slot] = $xor(sums[slot], both);
                });
                black_box(sums);
            }

            #[target_feature(enable = $feature)]
            unsafe fn copy<const STREAM: bool>(
                a: *const u8,
                _: *const u8,
                out: *mut u8,
                bytes: usize,
            ) {
                // SAFETY: `Mover` says what is valid.
                each!(bytes, |at, _slot| unsafe {
                    put::<STREAM>(out.add(at), $load(a.add(at).cast()));
                });
                _mm_sfence();
            }

            #[target_feature(enable = $feature)]
            unsafe fn update<const STREAM: bool>(
                a: *const u8,
                _: *const u8,
                out: *mut u8,
                bytes: usize,
            ) {
                // SAFETY: `Mover` says what is valid.
                each!(bytes, |at, _slot| unsafe {
                    let value = $xor($load(a.add(at).cast()), $load(out.add(at).cast()));
                    put::<STREAM>(out.add(at), value);
                });
                _mm_sfence();
            }

            #[target_feature(enable = $feature)]
            unsafe fn triad<const STREAM: bool>(
                a: *const u8,
                b: *const u8,
                out: *mut u8,
                bytes: usize,
            ) {
                // SAFETY: `Mover` says what is valid.
                each!(bytes, |at, _slot| unsafe {
                    let value = $xor($load(a.add(at).cast()), $load(b.add(at).cast()));
                    put::<STREAM>(out.add(at), value);
                });
                _mm_sfence();
            }

            #[target_feature(enable = $feature)]
            unsafe fn flops(count: u64) {
                let (x, y) = ($all(black_box(0.75)), $all(black_box(0.5)));
                let mut chains = [$all(1.0); CHAINS];
                for _ in 0..count.div_ceil(2 * LANES * CHAINS as u64) {
                    for chain in &mut chains {
                        *chain = $fma(*chain, x, y);
                    }
                }
                black_box(chains);
            }

            #[target_feature(enable = $feature)]
            unsafe fn roots(count: u64) {
                let y = $all(black_box(2.3));
                let mut chains = [$all(1.0); CHAINS];
                for _ in 0..count.div_ceil(LANES * CHAINS as u64) {
                    for chain in &mut chains {
                        *chain = $sqrt($add(*chain, y));
                    }
                }
                black_box(chains);
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
vectors!(
    avx512,
    "AVX-512",
    "avx512f",
    64,
    __m512i,
    _mm512_load_si512,
    _mm512_store_si512,
    _mm512_stream_si512,
    _mm512_xor_si512,
    _mm512_setzero_si512,
    _mm512_set1_pd,
    _mm512_add_pd,
    _mm512_fmadd_pd,
    _mm512_sqrt_pd
);
#[cfg(target_arch = "x86_64")]
vectors!(
    avx2,
    "AVX2",
    "avx2,fma",
    32,
    __m256i,
    _mm256_load_si256,
    _mm256_store_si256,
    _mm256_stream_si256,
    _mm256_xor_si256,
    _mm256_setzero_si256,
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_fmadd_pd,
    _mm256_sqrt_pd
);

/// The loops as rustc compiles them for any CPU of this architecture.
mod portable {
    use super::{Mover, Traffic, Width};
    use std::hint::black_box;
    use std::slice::{from_raw_parts, from_raw_parts_mut};

    pub(super) const WIDTH: Width = Width { name: "portable", movers, flops, roots };
    const CHAINS: usize = 16;

    fn movers(traffic: Traffic) -> Vec<Mover> {
        match traffic {
            Traffic::None => vec![],
            Traffic::Read => vec![read],
            Traffic::ReadTwo => vec![read_two],
            Traffic::Copy => vec![copy],
            Traffic::Update => vec![update],
            Traffic::Triad => vec![triad],
        }
    }

    /// # Safety
    /// As `Mover` says.
    unsafe fn words<'a>(start: *const u8, bytes: usize) -> &'a [u64] {
        // SAFETY: promised by the caller.
        unsafe { from_raw_parts(start.cast(), bytes / 8) }
    }

    /// # Safety
    /// As `Mover` says.
    unsafe fn words_mut<'a>(start: *mut u8, bytes: usize) -> &'a mut [u64] {
        // SAFETY: promised by the caller.
        unsafe { from_raw_parts_mut(start.cast(), bytes / 8) }
    }

    unsafe fn read(a: *const u8, _: *const u8, _: *mut u8, bytes: usize) {
        // SAFETY: as `Mover` says.
        let a = unsafe { words(a, bytes) };
        black_box(a.iter().fold(0, |sum, a| sum ^ a));
    }

    unsafe fn read_two(a: *const u8, b: *const u8, _: *mut u8, bytes: usize) {
        // SAFETY: as `Mover` says.
        let (a, b) = unsafe { (words(a, bytes), words(b, bytes)) };
        black_box(a.iter().zip(b).fold(0, |sum, (a, b)| sum ^ a ^ b));
    }

    unsafe fn copy(a: *const u8, _: *const u8, out: *mut u8, bytes: usize) {
        // SAFETY: as `Mover` says.
        let (a, out) = unsafe { (words(a, bytes), words_mut(out, bytes)) };
        out.copy_from_slice(a);
    }

    unsafe fn update(a: *const u8, _: *const u8, out: *mut u8, bytes: usize) {
        // SAFETY: as `Mover` says.
        let (a, out) = unsafe { (words(a, bytes), words_mut(out, bytes)) };
        out.iter_mut().zip(a).for_each(|(out, a)| *out ^= a);
    }

    unsafe fn triad(a: *const u8, b: *const u8, out: *mut u8, bytes: usize) {
        // SAFETY: as `Mover` says.
        let (a, b, out) = unsafe { (words(a, bytes), words(b, bytes), words_mut(out, bytes)) };
        out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a ^ b);
    }

    unsafe fn flops(count: u64) {
        let (x, y) = (black_box(0.75), black_box(0.5));
        let mut chains = [1.0f64; CHAINS];
        for _ in 0..count.div_ceil(2 * CHAINS as u64) {
            chains.iter_mut().for_each(|chain| *chain = *chain * x + y);
        }
        black_box(chains);
    }

    unsafe fn roots(count: u64) {
        let y = black_box(2.3);
        let mut chains = [1.0f64; CHAINS];
        for _ in 0..count.div_ceil(CHAINS as u64) {
            chains.iter_mut().for_each(|chain| *chain = (*chain + y).sqrt());
        }
        black_box(chains);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::streams;

    #[test]
    fn movers_of_all_widths_do_the_same() {
        let [mut a, mut b, mut out] = streams::<u32, 3>([256; 3]);
        for i in 0..256 {
            (a[i], b[i]) = (i as u32 * 77, i as u32 * 1001);
        }
        for width in widths() {
            for (traffic, expected) in
                [(Traffic::Copy, a[9]), (Traffic::Update, a[9] ^ 5), (Traffic::Triad, a[9] ^ b[9])]
            {
                for mover in (width.movers)(traffic) {
                    out.fill(5);
                    // SAFETY: all three streams have 1024 bytes.
                    unsafe {
                        let (a, b) = (a.as_ptr().cast(), b.as_ptr().cast());
                        mover(a, b, out.as_mut_ptr().cast(), 1024);
                    }
                    assert_eq!(out[9], expected, "{} {traffic:?}", width.name);
                }
            }
        }
    }

    #[test]
    fn memory_has_a_fastest_loop_for_every_traffic_but_none() {
        let [a, b, mut out] = streams::<f64, 3>([256; 3]);
        for traffic in [Traffic::Read, Traffic::ReadTwo, Traffic::Copy, Traffic::None] {
            let out = out.as_mut_ptr().cast();
            // SAFETY: all three streams have 2048 bytes.
            let mover =
                unsafe { fastest(traffic, a.as_ptr().cast(), b.as_ptr().cast(), out, 2048) };
            assert_eq!(mover.is_some(), traffic != Traffic::None);
        }
    }
}
