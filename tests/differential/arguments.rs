//! Arguments for kernels: scalars, and arrays of any strides in memory of their own.

use crate::generate::scalar;
use crate::random::Random;
use mambo_ir::interpret::{Memory, Operand, View};
use mambo_ir::signature::ArrayType;
use mambo_ir::{Const, Dtype, Layout, Type};

/// Elements before and after what a view may touch.
pub(crate) const GUARD: usize = 2;

/// One argument; a tuple or fixed-size array is several.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    Scalar(Const),
    Array(ArrayArgument),
    Parts(Vec<Argument>),
}

/// An array in a buffer.
#[derive(Clone, Debug)]
pub(crate) struct ArrayArgument {
    pub(crate) dtype: Dtype,
    pub(crate) dims: Vec<usize>,
    pub(crate) strides: Vec<isize>,
    /// Where in the buffer the first element is.
    pub(crate) offset: usize,
    pub(crate) elements: Vec<Const>,
}

impl Argument {
    /// An argument for a parameter of type `ty`.
    pub(crate) fn draw(random: &mut Random, ty: &Type) -> Self {
        match ty {
            Type::Scalar(dtype) => Argument::Scalar(scalar(random, *dtype)),
            Type::Tuple(items) => {
                Argument::Parts(items.iter().map(|item| Argument::draw(random, item)).collect())
            }
            Type::FixedArray(item, len) => {
                Argument::Parts((0..*len).map(|_| Argument::draw(random, item)).collect())
            }
            Type::Ref { to, .. } => {
                let dtype = to.as_scalar().expect("references are to scalars");
                let elements = vec![scalar(random, dtype)];
                Argument::Array(ArrayArgument::packed(dtype, vec![], Layout::C, elements))
            }
            Type::Array(array) => Argument::Array(ArrayArgument::draw(random, array)),
            _ => unreachable!("no parameter has this type"),
        }
    }

    /// The arrays and scalars in it, in order.
    pub(crate) fn leaves<'a>(&'a self, out: &mut Vec<&'a Argument>) {
        match self {
            Argument::Parts(parts) => parts.iter().for_each(|part| part.leaves(out)),
            leaf => out.push(leaf),
        }
    }

    /// Simpler arguments of the same type, the simplest first.
    pub(crate) fn simpler(&self) -> Vec<Argument> {
        match self {
            Argument::Scalar(value) => [Const::zero(value.dtype()), Const::one(value.dtype())]
                .into_iter()
                .take_while(|simple| simple != value)
                .map(Argument::Scalar)
                .collect(),
            Argument::Array(array) => array.simpler().into_iter().map(Argument::Array).collect(),
            Argument::Parts(parts) => (0..parts.len())
                .flat_map(|at| {
                    parts[at].simpler().into_iter().map(move |simpler| {
                        let mut parts = parts.clone();
                        parts[at] = simpler;
                        Argument::Parts(parts)
                    })
                })
                .collect(),
        }
    }
}

impl ArrayArgument {
    /// A contiguous array between guards.
    pub(crate) fn packed(
        dtype: Dtype,
        dims: Vec<usize>,
        layout: Layout,
        elements: Vec<Const>,
    ) -> Self {
        let strides = contiguous(&dims, layout);
        let guard = [Const::one(dtype); GUARD];
        let elements = guard.iter().chain(&elements).chain(&guard).copied().collect();
        ArrayArgument { dtype, dims, strides, offset: GUARD, elements }
    }

    fn draw(random: &mut Random, ty: &ArrayType) -> Self {
        let lens = [0, 1, 1, 2, 3, 4, 5, 7];
        let greatest = if ty.rank == 3 { 6 } else { lens.len() };
        let dims: Vec<usize> = (0..ty.rank).map(|_| lens[random.below(greatest)]).collect();
        ArrayArgument::draw_of(random, ty, dims)
    }

    /// An array of these lengths.
    pub(crate) fn draw_of(random: &mut Random, ty: &ArrayType, dims: Vec<usize>) -> Self {
        let mutable = ty.access != mambo_ir::signature::Access::Shared;
        let mut strides = contiguous(&dims, ty.layout);
        if ty.layout == Layout::Strided {
            if random.chance(50) {
                strides = contiguous(&dims, Layout::F);
            }
            let gap = random.between(1, 3) as isize;
            for (stride, dim) in strides.iter_mut().zip(&dims) {
                *stride *= gap;
                if random.chance(35) {
                    *stride = -*stride;
                }
                if !mutable && random.chance(15) || *dim <= 1 && random.chance(30) {
                    *stride = if *dim <= 1 && random.chance(50) { 100 } else { 0 };
                }
            }
        }
        // Lengths of 1 and arrays without elements may have strides that lead anywhere.
        let reach = |sign: isize| -> usize {
            let reach = strides
                .iter()
                .zip(&dims)
                .map(|(stride, dim)| (*stride * sign).max(0) as usize * dim.saturating_sub(1));
            if dims.contains(&0) { 0 } else { reach.sum() }
        };
        let (before, after) = (reach(-1), reach(1));
        let used = if dims.contains(&0) { 0 } else { 1 };
        let len = GUARD + before + after + used + GUARD;
        let plain = random.chance(60);
        let elements = (0..len).map(|at| match plain {
            true => Const::int(Dtype::I64, at as i128 % 11),
            false => scalar(random, ty.dtype),
        });
        let elements = elements.map(|value| match (plain, ty.dtype) {
            (false, _) => value,
            (_, Dtype::F32) => Const::f32(value.bits() as f32 - 2.5),
            (_, Dtype::F64) => Const::f64(value.bits() as f64 - 2.5),
            (_, dtype) => Const::from_bits(dtype, value.bits()),
        });
        let elements = elements.collect();
        ArrayArgument { dtype: ty.dtype, dims, strides, offset: GUARD + before, elements }
    }

    /// The elements as bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let size = self.dtype.size();
        self.elements.iter().flat_map(|e| e.bits().to_le_bytes()[..size].to_vec()).collect()
    }

    /// Adds the array to the memory of the interpreter.
    pub(crate) fn lend(&self, memory: &mut Memory) -> Operand {
        let buffer = memory.add(self.dtype, self.elements.iter().copied());
        View::new(buffer, self.offset as isize, &self.dims, &self.strides).into()
    }

    fn simpler(&self) -> Vec<ArrayArgument> {
        let mut simpler = Vec::new();
        let zero = Const::zero(self.dtype);
        let own = contiguous(&self.dims, Layout::C);
        for axis in 0..self.dims.len() {
            if self.dims[axis] > 0 && self.strides == own {
                let mut dims = self.dims.clone();
                dims[axis] -= 1;
                let elements = vec![zero; dims.iter().product()];
                simpler.push(ArrayArgument::packed(self.dtype, dims, Layout::C, elements));
            }
        }
        if self.elements.iter().any(|element| *element != zero) {
            simpler
                .push(ArrayArgument { elements: vec![zero; self.elements.len()], ..self.clone() });
        }
        if self.strides != own {
            let elements = vec![zero; self.dims.iter().product()];
            let dims = self.dims.clone();
            simpler.push(ArrayArgument::packed(self.dtype, dims, Layout::C, elements));
        }
        for at in 0..self.elements.len() {
            if self.elements[at] != zero {
                let mut elements = self.elements.clone();
                elements[at] = zero;
                simpler.push(ArrayArgument { elements, ..self.clone() });
            }
        }
        simpler
    }
}

fn contiguous(dims: &[usize], layout: Layout) -> Vec<isize> {
    let mut strides = vec![0; dims.len()];
    let mut stride = 1;
    let mut set = |axis: usize| {
        strides[axis] = stride;
        stride *= dims[axis] as isize;
    };
    match layout {
        Layout::F => (0..dims.len()).for_each(&mut set),
        _ => (0..dims.len()).rev().for_each(&mut set),
    }
    strides
}
