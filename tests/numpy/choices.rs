//! What is drawn: functions with types of what they are given, and operations of them.

use crate::elements::Drawn;
use crate::functions::{
    Add, Divide, Folding, Function, Less, LogicalAnd, Maximum, Multiply, Subtract,
};
use crate::random::Random;
use crate::request::Request;
use crate::{Outcome, cores, elementwise, overlap, places, reductions, results};
use mambo::{CastsTo, Complex};

/// Draws what an operation is given, and does it.
pub(crate) type Draw = fn(&mut Random, &mut Request) -> Outcome;

/// Operations of functions; one that is there twice is drawn twice as often.
pub(crate) struct Choices(Vec<Vec<Draw>>);

fn elementwise<F: Function, S: Drawn + CastsTo<F::In>>() -> Vec<Draw> {
    vec![
        elementwise::call::<F, S>,
        elementwise::into::<F, S>,
        elementwise::masked::<F, S>,
        elementwise::outer::<F, S>,
    ]
}

fn folding<T: Drawn, F: Folding<T>>() -> Vec<Draw> {
    let more: [Draw; 11] = [
        reductions::reduce::<T, F, T>,
        reductions::reduce::<T, F, T>,
        reductions::reduce::<T, F, T>,
        reductions::reduce::<T, F, T>,
        reductions::accumulate::<T, F, T>,
        reductions::reduceat::<T, F, T>,
        places::at::<T, F, T>,
        places::at::<T, F, T>,
        overlap::elementwise::<T, F>,
        overlap::along_an_axis::<T, F>,
        overlap::at::<T, F>,
    ];
    elementwise::<F, T>().into_iter().chain(more).collect()
}

/// With inputs of another type, for which loops are other ones.
fn cast<T: Drawn, F: Folding<T>, S: Drawn + CastsTo<T>>() -> Vec<Draw> {
    let more: [Draw; 6] = [
        elementwise::masked::<F, S>,
        reductions::reduce::<T, F, S>,
        reductions::reduce::<T, F, S>,
        reductions::accumulate::<T, F, S>,
        reductions::reduceat::<T, F, S>,
        places::at::<T, F, S>,
    ];
    elementwise::<F, S>().into_iter().chain(more).collect()
}

impl Choices {
    pub(crate) fn draw(&self, random: &mut Random) -> Draw {
        let operations = &self.0[random.below(self.0.len())];
        operations[random.below(operations.len())]
    }

    pub(crate) fn all() -> Self {
        let mut all = Vec::new();
        macro_rules! of_numbers {
            ($($ty:ident)*) => {$(
                all.push(folding::<$ty, Add<$ty>>());
                all.push(folding::<$ty, Subtract<$ty>>());
                all.push(folding::<$ty, Multiply<$ty>>());
                all.push(folding::<$ty, Maximum<$ty>>());
                all.push(elementwise::<Less<$ty>, $ty>());
            )*};
        }
        of_numbers!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
        all.push(folding::<f32, Divide<f32>>());
        all.push(folding::<f64, Divide<f64>>());
        all.push(folding::<bool, LogicalAnd<bool>>());
        macro_rules! of_complex {
            ($($ty:ident)*) => {$(
                all.push(folding::<Complex<$ty>, Add<Complex<$ty>>>());
                all.push(folding::<Complex<$ty>, Subtract<Complex<$ty>>>());
                all.push(elementwise::<Multiply<Complex<$ty>>, Complex<$ty>>());
            )*};
        }
        of_complex!(f32 f64);
        // Inputs of other types, which are cast.
        macro_rules! cast {
            ($($marker:ident of $ty:ident: $($from:ident)*;)*) => {$($(
                all.push(cast::<$ty, $marker<$ty>, $from>());
            )*)*};
        }
        cast! {
            Subtract of f64: bool i8 i16 i32 i64 u8 u16 u32 u64 f32;
            Divide of f32: bool i8 u8 i16 u16;
            Add of f32: bool i8;
            Maximum of f32: bool u16;
            Maximum of f64: i32 f32;
            Multiply of i64: bool i8 u16 u32;
            Add of i32: bool i16;
            Add of u64: u8 u32;
        }
        all.push(results::all());
        all.extend(cores::all());
        Choices(all)
    }
}
