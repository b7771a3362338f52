//! A structure with fields of many sizes, nested arrays among them, for tests of references.

use crate::check::Same;
use mambo::Data;

#[derive(Clone, Copy, Debug, PartialEq, Data)]
pub(crate) struct Body {
    pub(crate) id: u8,
    pub(crate) mass: f64,
    pub(crate) position: [f32; 3],
    pub(crate) links: [[i16; 2]; 2],
    pub(crate) charge: i128,
}

impl Same for Body {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

pub(crate) fn body(seed: u8) -> Body {
    let k = f32::from(seed);
    Body {
        id: seed,
        mass: f64::from(seed) * 0.75 - 2.0,
        position: [k, k + 0.5, -k],
        links: [[1, 2], [3, i16::from(seed)]],
        charge: -i128::from(seed) << 70,
    }
}
