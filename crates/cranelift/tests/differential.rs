//! Random modules do the same compiled and interpreted: results, stores and panics; as drawn
//! and after the passes. The modules are those that the passes are tested with.

#[path = "../../compiler/tests/passes_random/generate.rs"]
mod generate;
mod harness;

use generate::Random;
use harness::{Host, Panicked, compile};
use mambo_compiler::backend::Artifact;
use mambo_compiler::passes::{self, PassOptions};
use mambo_ir::function::{ValueType, ViewType};
use mambo_ir::interpret::{Limits, Memory, Operand, Trap, View, interpret_within};
use mambo_ir::{Const, Dtype, Layout, Module};

/// How many modules are drawn, each run with several arguments.
const CASES: u64 = 3000;

/// An array in memory that both sides start from, aligned for every type.
struct Array {
    ty: ViewType,
    words: Vec<u128>,
    bytes: usize,
    start: usize,
    dims: Vec<usize>,
    strides: Vec<isize>,
}

impl Array {
    fn draw(random: &mut Random, ty: ViewType) -> Self {
        let dims: Vec<usize> = (0..ty.rank).map(|_| random.below(9)).collect();
        let count: usize = dims.iter().product();
        let (mut start, mut gap) = (0, 1);
        let mut strides = vec![0; dims.len()];
        if ty.layout == Layout::Strided {
            gap = 1 + random.below(3) as isize;
            if random.one_in(2) && count > 0 {
                start = (count - 1) * gap as usize;
                gap = -gap;
            }
        }
        for axis in (0..dims.len()).rev() {
            strides[axis] = gap;
            gap *= dims[axis] as isize;
        }
        let bytes = (count * 3).max(1) * ty.dtype.size();
        let mut array =
            Array { ty, words: vec![0; bytes.div_ceil(16)], bytes, start, dims, strides };
        let size = ty.dtype.size();
        for at in 0..count * 3 {
            let value = element(random, ty.dtype).bits().to_le_bytes();
            array.bytes_mut()[at * size..][..size].copy_from_slice(&value[..size]);
        }
        array
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the words are at least as long as the bytes and any bits are valid.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), self.bytes) }
    }

    fn slots(&mut self) -> Vec<u64> {
        let size = self.ty.dtype.size();
        let start = self.start;
        let base = self.bytes_mut()[start * size..].as_mut_ptr();
        harness::slots(base, &self.dims, &self.strides)
    }

    fn elements(&mut self) -> Vec<u128> {
        let dtype = self.ty.dtype;
        elements(dtype, self.bytes_mut())
    }
}

/// The bits of the elements of an array, all NaNs alike.
fn elements(dtype: Dtype, bytes: &[u8]) -> Vec<u128> {
    bytes
        .chunks(dtype.size())
        .map(|chunk| {
            let mut raw = [0; 16];
            raw[..chunk.len()].copy_from_slice(chunk);
            plain(Const::from_bits(dtype, u128::from_le_bytes(raw)))
        })
        .collect()
}

/// The bits of a scalar, all NaNs alike.
fn plain(value: Const) -> u128 {
    match (value.dtype(), value.as_float()) {
        (Dtype::F32, Some(x)) if x.is_nan() => f32::NAN.to_bits().into(),
        (_, Some(x)) if x.is_nan() => f64::NAN.to_bits().into(),
        _ => value.bits(),
    }
}

fn element(random: &mut Random, dtype: Dtype) -> Const {
    match dtype {
        Dtype::F64 => Const::f64(random.below(9) as f64 / 2.0 - 1.0),
        dtype => Const::int(dtype, random.below(12) as i128 - i128::from(dtype.is_signed_int())),
    }
}

/// What a run did: its results or its panic, and what it left in the arrays.
#[derive(Debug, PartialEq)]
struct Outcome {
    result: Result<Vec<u128>, (u32, Vec<u64>)>,
    arrays: Vec<Vec<u128>>,
}

/// `None` if the module runs for too long.
fn interpreted(module: &Module, scalars: &[Const], arrays: &mut [Array]) -> Option<Outcome> {
    let mut memory = Memory::new();
    let (mut scalars, mut views) = (scalars.iter(), arrays.iter_mut());
    let mut buffers = Vec::new();
    let args: Vec<Operand> = generate::entry_params()
        .into_iter()
        .map(|ty| match ty {
            ValueType::Scalar(_) => (*scalars.next().expect("one for each")).into(),
            ValueType::View(ty) => {
                let array = views.next().expect("one for each");
                let buffer = memory.add_bytes(ty.dtype, array.bytes_mut());
                buffers.push((ty.dtype, buffer));
                View::new(buffer, array.start as isize, &array.dims, &array.strides).into()
            }
        })
        .collect();
    let limits = Limits { fuel: 20_000, ..Limits::default() };
    let result = match interpret_within(module, &mut memory, &args, limits) {
        Ok(values) => Ok(values.into_iter().filter_map(Operand::as_scalar).map(plain).collect()),
        Err(Trap::Panic { site, operands }) => Err((site.0, operands)),
        Err(Trap::OutOfFuel) => return None,
        Err(fault @ Trap::Fault { .. }) => panic!("the module drawn is wrong: {fault}"),
    };
    let arrays =
        buffers.iter().map(|&(dtype, buffer)| elements(dtype, memory.bytes(buffer))).collect();
    Some(Outcome { result, arrays })
}

fn compiled(
    module: &Module,
    artifact: &dyn Artifact,
    scalars: &[Const],
    arrays: &mut [Array],
    operands: usize,
) -> Outcome {
    let (mut scalars, mut views) = (scalars.iter(), arrays.iter_mut());
    let mut args = Vec::new();
    for ty in generate::entry_params() {
        match ty {
            ValueType::Scalar(_) => {
                args.extend_from_slice(scalars.next().expect("one for each").slots());
            }
            ValueType::View(_) => args.extend(views.next().expect("one for each").slots()),
        }
    }
    let types = &module.entry().results;
    let count = types.iter().map(|ty| ty.slots()).sum();
    let result = match Host::new().call(artifact, &args, count) {
        Ok(slots) => {
            let mut slots = slots.into_iter();
            let scalar = |ty: &ValueType| {
                let dtype = ty.as_scalar().expect("results are scalars");
                plain(Const::from_slots(dtype, &mut slots))
            };
            Ok(types.iter().map(scalar).collect())
        }
        Err(Panicked { site, operands: all }) => Err((site, all[..operands].to_vec())),
    };
    Outcome { result, arrays: arrays.iter_mut().map(Array::elements).collect() }
}

/// How the compiled module differs, if it does.
fn difference(module: &Module, seed: u64) -> Option<String> {
    let mut optimized = module.clone();
    passes::optimize(&mut optimized, &PassOptions::default(), &mut |_, _| {});
    let versions = [module, &optimized].map(|module| (module, compile(module)));
    (0..3).find_map(|number| {
        let draw = || {
            let mut random = Random(seed ^ (number << 40));
            let (mut scalars, mut arrays) = (Vec::new(), Vec::new());
            for ty in generate::entry_params() {
                match ty {
                    ValueType::Scalar(dtype) => scalars.push(element(&mut random, dtype)),
                    ValueType::View(ty) => arrays.push(Array::draw(&mut random, ty)),
                }
            }
            (scalars, arrays)
        };
        let (scalars, mut arrays) = draw();
        let expected = interpreted(module, &scalars, &mut arrays)?;
        let operands = expected.result.as_ref().map_or_else(|(_, operands)| operands.len(), |_| 0);
        versions.iter().find_map(|(module, artifact)| {
            let (scalars, mut arrays) = draw();
            let found = compiled(module, &**artifact, &scalars, &mut arrays, operands);
            (found != expected).then(|| format!("{expected:?}\nbecame\n{found:?}\nof\n{module}"))
        })
    })
}

#[test]
fn random_modules_do_the_same_compiled() {
    for seed in 0..CASES {
        let size = 4 + (seed % 60) as usize;
        let module = generate::module(seed, size);
        if difference(&module, seed).is_none() {
            continue;
        }
        // The smallest size at which the same seed still fails.
        let words = (1..=size).find_map(|size| difference(&generate::module(seed, size), seed));
        panic!("seed {seed}: {}", words.expect("the size tried first fails"));
    }
}
