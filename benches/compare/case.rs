//! What a case is: its loop on every side, over arrays that the sides share, and how far their
//! results may differ.

use crate::c::C;
use crate::elementary;
use crate::limit::{self, Mover, Traffic, Width};
use crate::measure;
use crate::memory::{self, Element, Stream};
use crate::numba::{Callable, Interpreter};
use std::hint::black_box;

/// Where the arrays of a case have their place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Size {
    /// 24 KB together.
    #[value(name = "L1")]
    L1,
    /// 512 KB together.
    #[value(name = "L2")]
    L2,
    /// Each more than four times the last cache.
    #[value(name = "DRAM")]
    Dram,
}

impl Size {
    pub(crate) const ALL: [Size; 3] = [Size::L1, Size::L2, Size::Dram];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Size::L1 => "L1",
            Size::L2 => "L2",
            Size::Dram => "DRAM",
        }
    }
}

/// Who runs the loop, or which limit of the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Mambo,
    Native,
    Ndarray,
    Numba,
    /// Loops in Numba, where it has universal functions too.
    NumbaLoops,
    NumPy,
    C,
    Traffic,
    Flops,
    Roots,
}

/// The C function of a side: `f(scalar, a, b, c, n, width)`.
pub(crate) type Door<T> = unsafe extern "C" fn(T, *const T, *const T, *mut T, usize, usize) -> T;

/// The arrays of a case: `a` and `b` are read, `c` is written; what a case does not use is empty.
pub(crate) struct Streams<T> {
    pub(crate) scalar: T,
    pub(crate) a: Stream<T>,
    pub(crate) b: Stream<T>,
    pub(crate) c: Stream<T>,
    /// Elements of an axis, for arrays of two axes; bodies.
    pub(crate) width: usize,
    /// As long as `c`: results to compare with, then what the loops of the limits write to.
    spare: Stream<T>,
}

/// How many elements the arrays have.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// All arrays alike.
    Flat,
    /// All alike, in rows.
    Rows,
    /// Only `c`, in rows: a picture.
    Image,
    /// Four times the bodies in `a`, three times in `c`.
    Bodies,
}

/// How far results may differ from those of Mambo.
#[derive(Clone, Copy)]
pub(crate) enum Tolerance {
    /// Not at all.
    Exact,
    /// By this part of the value, or of one.
    Relative(f64),
    /// In this part of the elements, by anything: where a loop ends at a threshold.
    Elements(f64),
}

/// Operations of a call that are measured against those that the machine can do.
#[derive(Clone, Copy, Default)]
pub(crate) struct Work {
    pub(crate) flops: u64,
    pub(crate) roots: u64,
}

/// A loop on all sides.
pub(crate) struct Case<T: Element> {
    pub(crate) name: &'static str,
    pub(crate) scalar: T,
    pub(crate) shape: Shape,
    pub(crate) traffic: Traffic,
    /// The number made of 64 random bits.
    pub(crate) input: fn(u64) -> T,
    /// The arithmetic of one call, counted after a call.
    pub(crate) work: fn(&Streams<T>) -> Work,
    pub(crate) mambo: fn(&mut Streams<T>) -> T,
    pub(crate) native: Door<T>,
    pub(crate) native_tolerance: Tolerance,
    pub(crate) numba_tolerance: Tolerance,
}

/// What sets up one case at one size.
pub(crate) struct Setting<'a> {
    pub(crate) size: Size,
    /// Bytes of an array at `Size::Dram`, where there is memory enough.
    pub(crate) dram: Option<usize>,
    /// The addresses of the Numba kernels, of which the fastest takes part.
    pub(crate) numba: &'a [usize],
    pub(crate) python: Option<Interpreter>,
    pub(crate) c: Option<&'a C>,
    pub(crate) width: &'a Width,
}

/// A case of any element type.
pub(crate) trait Entry {
    fn name(&self) -> &'static str;
    /// The case with its arrays, if it has this size.
    fn contest<'a>(&'a self, setting: &Setting<'a>) -> Option<Box<dyn Contest + 'a>>;
}

/// A case at one size, ready to run.
pub(crate) trait Contest {
    fn sides(&self) -> Vec<Side>;
    /// Compares the results of all sides, and tells what differs.
    fn check(&mut self) -> Result<(), String>;
    fn run(&mut self, side: Side, calls: u64);
}

impl<T: Element> Entry for Case<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn contest<'a>(&'a self, setting: &Setting<'a>) -> Option<Box<dyn Contest + 'a>> {
        let streams = self.streams(setting)?;
        let mut ready = Ready {
            case: self,
            streams,
            numba: None,
            numpy: None,
            c: setting.c.and_then(|c| c.loop_of(self.name)),
            width: setting.width,
            mover: None,
            work: Work::default(),
        };
        ready.set_limits();
        ready.set_numba(setting.numba);
        ready.set_numpy(setting.python);
        Some(Box::new(ready))
    }
}

impl<T: Element> Case<T> {
    fn streams(&self, setting: &Setting) -> Option<Streams<T>> {
        let count = match self.traffic {
            Traffic::None | Traffic::Read => 1,
            Traffic::ReadTwo | Traffic::Copy | Traffic::Update => 2,
            Traffic::Triad => 3,
        };
        let bytes = match setting.size {
            Size::L1 => (24 << 10) / count,
            Size::L2 => (512 << 10) / count,
            Size::Dram => setting.dram?,
        };
        // Whole turns of the loops of the limits, and no remainder that would suit one side.
        let flat = bytes / size_of::<T>() / 256 * 256;
        let (a, b, c, width) = match (self.shape, setting.size) {
            (Shape::Flat, _) => {
                let two = matches!(self.traffic, Traffic::ReadTwo | Traffic::Triad);
                let out = !matches!(self.traffic, Traffic::Read | Traffic::ReadTwo);
                (flat, if two { flat } else { 0 }, if out { flat } else { 0 }, flat)
            }
            (Shape::Rows, size) => {
                let width = if size == Size::Dram { 4096 } else { 128 };
                let n = flat / width * width;
                (n, 0, n, width)
            }
            (Shape::Image, Size::L1) => (0, 0, 64 * 48, 64),
            (Shape::Image, Size::L2) => (0, 0, 320 * 240, 320),
            (Shape::Bodies, Size::L1) => (4 * 256, 0, 3 * 256, 256),
            (Shape::Bodies, Size::L2) => (4 * 2048, 0, 3 * 2048, 2048),
            (Shape::Image | Shape::Bodies, Size::Dram) => return None,
        };
        let [a, b, c, spare] = memory::streams([a, b, c, c]);
        let mut streams = Streams { scalar: self.scalar, a, b, c, spare, width };
        self.fill(&mut streams.a, 1);
        self.fill(&mut streams.b, 2);
        self.fill(&mut streams.c, 3);
        Some(streams)
    }

    /// Fills a stream with numbers that no branch predictor can learn.
    fn fill(&self, stream: &mut [T], seed: u64) {
        for (place, element) in stream.iter_mut().enumerate() {
            let mut bits = (seed << 40 | place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            *element = (self.input)(bits ^ bits >> 31);
        }
    }
}

/// A case with its arrays.
struct Ready<'a, T: Element> {
    case: &'a Case<T>,
    streams: Streams<T>,
    numba: Option<Door<T>>,
    numpy: Option<Callable>,
    c: Option<Door<T>>,
    width: &'a Width,
    mover: Option<Mover>,
    work: Work,
}

impl<T: Element> Ready<'_, T> {
    /// Counts the arithmetic of a call and chooses the loop that moves as many bytes.
    fn set_limits(&mut self) {
        (self.case.mambo)(&mut self.streams);
        self.work = (self.case.work)(&self.streams);
        let (a, b, out, bytes) = self.bytes();
        // SAFETY: the streams that the traffic uses have as many bytes as `a`, a multiple of 256,
        // and are aligned to 64.
        self.mover = unsafe { limit::fastest(self.case.traffic, a, b, out, bytes) };
    }

    fn set_numba(&mut self, addresses: &[usize]) {
        let doors: Vec<Door<T>> = addresses
            .iter()
            // SAFETY: these are addresses of C functions with the signature of `Door<T>`.
            .map(|address| unsafe { std::mem::transmute::<usize, Door<T>>(*address) })
            .collect();
        let run = |door: usize, calls: u64| {
            (0..calls).for_each(|_| _ = black_box(self.enter(doors[door])));
        };
        self.numba = measure::fastest(doors.len(), run).map(|best| doors[best]);
    }

    /// Of elementary functions.
    fn set_numpy(&mut self, python: Option<Interpreter>) {
        let Streams { a, b, c, .. } = &mut self.streams;
        let n = c.len();
        let b = if b.is_empty() { 0 } else { b.as_ptr() as usize };
        let addresses = [a.as_ptr() as usize, b, c.as_mut_ptr() as usize];
        if elementary::is_case(self.case.name) {
            // SAFETY: the streams of these cases have `n` elements, and live as long as the call.
            self.numpy =
                python.and_then(|python| unsafe { python.numpy(self.case.name, addresses, n) });
        }
    }

    /// What a loop of a limit gets.
    fn bytes(&mut self) -> (*const u8, *const u8, *mut u8, usize) {
        let streams = &mut self.streams;
        let bytes = size_of_val(&*streams.a) / 256 * 256;
        (
            streams.a.as_ptr().cast(),
            streams.b.as_ptr().cast(),
            streams.spare.as_mut_ptr().cast(),
            bytes,
        )
    }

    /// Calls a C function.
    fn enter(&mut self, door: Door<T>) -> T {
        let Streams { scalar, a, b, c, width, .. } = &mut self.streams;
        let n = a.len().max(c.len());
        // SAFETY: the streams that a case uses have `n` elements, but those of `Shape::Bodies`,
        // whose functions go by `width`.
        unsafe { door(*scalar, a.as_ptr(), b.as_ptr(), c.as_mut_ptr(), n, *width) }
    }

    /// The result of one call on arrays as they were at first.
    fn outcome(&mut self, side: Side) -> T {
        self.case.fill(&mut self.streams.c, 3);
        match side {
            Side::Native => self.enter(self.case.native),
            Side::Numba => self.enter(self.numba.expect("a side of this contest")),
            Side::C => self.enter(self.c.expect("a side of this contest")),
            Side::NumPy => {
                self.numpy.expect("a side of this contest").call();
                self.streams.scalar
            }
            _ => (self.case.mambo)(&mut self.streams),
        }
    }

    fn compare(&self, side: &str, tolerance: Tolerance, own: T, other: T) -> Result<(), String> {
        let (mut count, mut first) = (0, None);
        let limit = if let Tolerance::Relative(limit) = tolerance { limit } else { 0.0 };
        let own = self.streams.spare.iter().chain([&own]);
        let other = self.streams.c.iter().chain([&other]);
        for (place, (own, other)) in own.zip(other).enumerate() {
            if own != other {
                let (own, other) = (own.to_f64(), other.to_f64());
                let most = limit * own.abs().max(other.abs()).max(1.0);
                let difference = (own - other).abs();
                if difference > most || difference.is_nan() {
                    count += 1;
                    first.get_or_insert((place, own, other));
                }
            }
        }
        let allowed = match tolerance {
            Tolerance::Elements(part) => (part * self.streams.c.len() as f64) as usize,
            _ => 0,
        };
        match first {
            Some((place, own, other)) if count > allowed => Err(format!(
                "{}: {count} results of {side} differ; at {place} it gives {other:?}, Mambo {own:?}",
                self.case.name
            )),
            _ => Ok(()),
        }
    }
}

impl<T: Element> Contest for Ready<'_, T> {
    fn sides(&self) -> Vec<Side> {
        let mut sides = vec![Side::Mambo, Side::Native];
        sides.extend(self.numba.map(|_| Side::Numba));
        sides.extend(self.numpy.map(|_| Side::NumPy));
        sides.extend(self.c.map(|_| Side::C));
        sides.extend(self.mover.map(|_| Side::Traffic));
        sides.extend((self.work.flops > 0).then_some(Side::Flops));
        sides.extend((self.work.roots > 0).then_some(Side::Roots));
        sides
    }

    fn check(&mut self) -> Result<(), String> {
        let own = self.outcome(Side::Mambo);
        self.streams.spare.copy_from_slice(&self.streams.c);
        let native = self.outcome(Side::Native);
        self.compare("plain Rust", self.case.native_tolerance, own, native)?;
        for side in self.sides() {
            if matches!(side, Side::Numba | Side::NumPy | Side::C) {
                let other = self.outcome(side);
                self.compare(&format!("{side:?}"), self.case.numba_tolerance, own, other)?;
            }
        }
        Ok(())
    }

    fn run(&mut self, side: Side, calls: u64) {
        let repeat = |call: &mut dyn FnMut()| (0..calls).for_each(|_| call());
        match side {
            Side::Mambo => repeat(&mut || _ = black_box((self.case.mambo)(&mut self.streams))),
            Side::Native => repeat(&mut || _ = black_box(self.enter(self.case.native))),
            Side::Numba => {
                let numba = self.numba.expect("a side of this contest");
                repeat(&mut || _ = black_box(self.enter(numba)));
            }
            Side::C => {
                let c = self.c.expect("a side of this contest");
                repeat(&mut || _ = black_box(self.enter(c)));
            }
            Side::NumPy => {
                let numpy = self.numpy.expect("a side of this contest");
                repeat(&mut || numpy.call());
            }
            Side::Traffic => {
                let mover = self.mover.expect("a side of this contest");
                let (a, b, out, bytes) = self.bytes();
                // SAFETY: as in `set_limits`.
                repeat(&mut || unsafe { mover(a, b, out, bytes) });
            }
            Side::Ndarray | Side::NumbaLoops => unreachable!("sides of universal functions"),
            // SAFETY: the loops touch no memory, and the CPU has their instructions.
            Side::Flops => repeat(&mut || unsafe { (self.width.flops)(self.work.flops) }),
            // SAFETY: as above.
            Side::Roots => repeat(&mut || unsafe { (self.width.roots)(self.work.roots) }),
        }
    }
}
