//! The cases of universal functions: Mambo's, ndarray's ways to do the same, those of Numba, its
//! loops as written by hand, and NumPy, all with outputs made before.

use crate::case::{Contest, Side};
use crate::measure;
use crate::memory::{Element, Stream, streams};
use crate::numba::{Callable, Interpreter};
use crate::ufunc_kernels::{add, add_and_sqrt, arc_length, cosd, exp_neg, matmul, scoring};
use ndarray::{
    ArrayView1, ArrayView2, ArrayView3, ArrayViewMut1, ArrayViewMut2, ArrayViewMut3, Axis, Zip,
};
use std::fmt::Write;
use std::hint::black_box;

/// A case: its arrays, and what does it.
pub(crate) struct Ufunc {
    pub(crate) name: &'static str,
    /// How much there is to do, in words.
    pub(crate) size: &'static str,
    /// The shapes of the inputs and of the output.
    a: &'static [usize],
    b: &'static [usize],
    out: &'static [usize],
    mambo: fn(&mut Arrays),
    ndarray: Option<fn(&mut Arrays)>,
    /// How far results may differ, as a part of the greatest.
    tolerance: f64,
}

/// The arrays of a case; `x` is as long as `a`.
pub(crate) struct Arrays {
    a: Stream<f64>,
    b: Stream<f64>,
    x: Stream<i64>,
    out: Stream<f64>,
    dims: [&'static [usize]; 3],
}

impl Arrays {
    /// Both inputs, and the output, of two axes.
    fn two(&mut self) -> (ArrayView2<'_, f64>, ArrayView2<'_, f64>, ArrayViewMut2<'_, f64>) {
        // A row is a matrix of one.
        let shape = |dims: &[usize]| match dims {
            [len] => (1, *len),
            dims => (dims[0], dims[1]),
        };
        let [a, b, out] = self.dims.map(shape);
        let out = ArrayViewMut2::from_shape(out, &mut self.out).expect("the shape of the output");
        let a = ArrayView2::from_shape(a, &self.a).expect("the shape of an input");
        (a, ArrayView2::from_shape(b, &self.b).expect("the shape of an input"), out)
    }

    /// The same of three axes.
    fn three(&mut self) -> (ArrayView3<'_, f64>, ArrayView3<'_, f64>, ArrayViewMut3<'_, f64>) {
        let [a, b, out] = self.dims.map(|dims| (dims[0], dims[1], dims[2]));
        let out = ArrayViewMut3::from_shape(out, &mut self.out).expect("the shape of the output");
        let a = ArrayView3::from_shape(a, &self.a).expect("the shape of an input");
        (a, ArrayView3::from_shape(b, &self.b).expect("the shape of an input"), out)
    }

    /// The first input and the output, of two axes.
    fn accumulated(&mut self) -> (ArrayView2<'_, f64>, ArrayViewMut2<'_, f64>) {
        let shape = (self.dims[0][0], self.dims[0][1]);
        let out = ArrayViewMut2::from_shape(shape, &mut self.out).expect("the shape of the output");
        (ArrayView2::from_shape(shape, &self.a).expect("the shape of an input"), out)
    }

    /// The first input, of two axes, and the output, of one.
    fn reduced(&mut self) -> (ArrayView2<'_, f64>, ArrayViewMut1<'_, f64>) {
        let a = ArrayView2::from_shape((self.dims[0][0], self.dims[0][1]), &self.a);
        (a.expect("the shape of an input"), ArrayViewMut1::from(&mut self.out[..]))
    }
}

/// Whether a case is one of these.
pub(crate) fn is_case(name: &str) -> bool {
    all().iter().any(|case| case.name == name)
}

const SQUARE: &[usize] = &[2000, 2000];

pub(crate) fn all() -> Vec<Ufunc> {
    let plain = Ufunc {
        name: "",
        size: "2000x2000",
        a: SQUARE,
        b: SQUARE,
        out: SQUARE,
        mambo: |_| (),
        ndarray: None,
        tolerance: 0.0,
    };
    let mut all = over_squares(plain);
    all.extend(over_items());
    all
}

fn over_squares(plain: Ufunc) -> Vec<Ufunc> {
    let case = |name, mambo, ndarray| Ufunc { name, mambo, ndarray: Some(ndarray), ..plain };
    let of_row = |case: Ufunc| Ufunc { b: &[2000], ..case };
    let reduced = |case: Ufunc| Ufunc { b: &[], out: &[2000], tolerance: 1e-12, ..case };
    let accumulated = |case: Ufunc| Ufunc { b: &[], tolerance: 1e-12, ..case };
    vec![
        case(
            "add-2d",
            |s| {
                let (a, b, out) = s.two();
                add::into(a, b, out);
            },
            |s| {
                let (a, b, mut out) = s.two();
                Zip::from(&mut out).and(a).and(b).for_each(|c, &a, &b| *c = a + b);
            },
        ),
        of_row(case(
            "add-broadcast",
            |s| {
                let (a, b, out) = s.two();
                add::into(a, b.row(0), out);
            },
            |s| {
                let (a, b, mut out) = s.two();
                Zip::from(&mut out).and(a).and_broadcast(b.row(0)).for_each(|c, &a, &b| *c = a + b);
            },
        )),
        case(
            "add-transposed",
            |s| {
                let (a, b, out) = s.two();
                add::into(a, b.t(), out);
            },
            |s| {
                let (a, b, mut out) = s.two();
                Zip::from(&mut out).and(a).and(b.t()).for_each(|c, &a, &b| *c = a + b);
            },
        ),
        reduced(case(
            "add-reduce-0",
            |s| {
                let (a, out) = s.reduced();
                add::reduction(a, 0).into(out);
            },
            |s| {
                let (a, mut out) = s.reduced();
                out.assign(&a.sum_axis(Axis(0)));
            },
        )),
        reduced(case(
            "add-reduce-1",
            |s| {
                let (a, out) = s.reduced();
                add::reduction(a, 1).into(out);
            },
            |s| {
                let (a, mut out) = s.reduced();
                out.assign(&a.sum_axis(Axis(1)));
            },
        )),
        accumulated(case(
            "add-accumulate-0",
            |s| {
                let (a, out) = s.accumulated();
                add::accumulate_into(a, 0, out);
            },
            |s| {
                let (a, mut out) = s.accumulated();
                out.assign(&a);
                out.accumulate_axis_inplace(Axis(0), |&before, now| *now += before);
            },
        )),
        accumulated(case(
            "add-accumulate-1",
            |s| {
                let (a, out) = s.accumulated();
                add::accumulate_into(a, 1, out);
            },
            |s| {
                let (a, mut out) = s.accumulated();
                out.assign(&a);
                out.accumulate_axis_inplace(Axis(1), |&before, now| *now += before);
            },
        )),
    ]
}

fn over_items() -> Vec<Ufunc> {
    vec![
        Ufunc {
            name: "cosd-ufunc",
            size: "1e6",
            a: &[1_000_000],
            b: &[],
            out: &[1_000_000],
            mambo: |s| cosd::into(ArrayView1::from(&s.a[..]), ArrayViewMut1::from(&mut s.out[..])),
            ndarray: Some(|s| {
                Zip::from(ArrayViewMut1::from(&mut s.out[..]))
                    .and(ArrayView1::from(&s.a[..]))
                    .for_each(|c, a| *c = a.to_radians().cos());
            }),
            tolerance: 1e-12,
        },
        Ufunc {
            name: "exp-neg-ufunc",
            size: "1e6",
            a: &[1_000_000],
            b: &[],
            out: &[1_000_000],
            mambo: |s| {
                exp_neg::into(ArrayView1::from(&s.a[..]), ArrayViewMut1::from(&mut s.out[..]));
            },
            ndarray: Some(|s| {
                Zip::from(ArrayViewMut1::from(&mut s.out[..]))
                    .and(ArrayView1::from(&s.a[..]))
                    .for_each(|c, a| *c = (-a).exp());
            }),
            tolerance: 1e-12,
        },
        Ufunc {
            name: "add-and-sqrt",
            size: "1e5",
            a: &[100_000],
            b: &[100_000],
            out: &[100_000],
            mambo: |s| {
                let out = ArrayViewMut1::from(&mut s.out[..]);
                add_and_sqrt::into(ArrayView1::from(&s.a[..]), ArrayView1::from(&s.b[..]), out);
            },
            ndarray: Some(|s| {
                Zip::from(ArrayViewMut1::from(&mut s.out[..]))
                    .and(ArrayView1::from(&s.a[..]))
                    .and(ArrayView1::from(&s.b[..]))
                    .for_each(|c, a, b| *c = (a + b).sqrt());
            }),
            tolerance: 0.0,
        },
        Ufunc {
            name: "scoring",
            size: "250000x15",
            a: &[250_000],
            b: &[250_000],
            out: &[250_000, 15],
            mambo: |s| {
                let out = ArrayViewMut2::from_shape((250_000, 15), &mut s.out);
                let x = ArrayView1::from(&s.x[..]);
                let (y, z) = (ArrayView1::from(&s.a[..]), ArrayView1::from(&s.b[..]));
                scoring::into(x, y, z, false, out.expect("the shape of the output"));
            },
            ndarray: Some(|s| {
                let out = ArrayViewMut2::from_shape((250_000, 15), &mut s.out);
                Zip::from(out.expect("the shape of the output").rows_mut())
                    .and(ArrayView1::from(&s.x[..]))
                    .and(ArrayView1::from(&s.a[..]))
                    .and(ArrayView1::from(&s.b[..]))
                    .for_each(|mut row, &x, &y, &z| {
                        for (t, score) in row.iter_mut().enumerate() {
                            let t = t as i64;
                            *score = (t * x * x) as f64 + y - 2.0 * z - (2 * t) as f64;
                        }
                    });
            }),
            tolerance: 1e-12,
        },
        Ufunc {
            name: "arc-length",
            size: "1e7x2",
            a: &[10_000_000, 2],
            b: &[],
            out: &[1],
            mambo: |s| {
                let points = ArrayView2::from_shape((10_000_000, 2), &s.a);
                s.out[0] = arc_length(points.expect("the shape of an input"));
            },
            ndarray: Some(|s| {
                let points = ArrayView2::from_shape((10_000_000, 2), &s.a);
                let points = points.expect("the shape of an input");
                let mut length = 0.0;
                Zip::from(points.slice(ndarray::s![1.., ..]).rows())
                    .and(points.slice(ndarray::s![..-1, ..]).rows())
                    .for_each(|p, q| {
                        let (x, y) = (p[0] - q[0], p[1] - q[1]);
                        length += (x * x + y * y).sqrt();
                    });
                s.out[0] = length;
            }),
            tolerance: 1e-9,
        },
        Ufunc {
            name: "matmul-100",
            size: "100x100",
            a: &[100, 100],
            b: &[100, 100],
            out: &[100, 100],
            mambo: |s| {
                let (a, b, out) = s.two();
                matmul::into(a, b, out);
            },
            ndarray: Some(|s| {
                let (a, b, mut out) = s.two();
                ndarray::linalg::general_mat_mul(1.0, &a, &b, 0.0, &mut out);
            }),
            tolerance: 1e-12,
        },
        Ufunc {
            name: "matmul-small",
            size: "100000 of 4x4",
            a: &[100_000, 4, 4],
            b: &[100_000, 4, 4],
            out: &[100_000, 4, 4],
            mambo: |s| {
                let (a, b, out) = s.three();
                matmul::into(a, b, out);
            },
            ndarray: Some(|s| {
                let (a, b, mut out) = s.three();
                Zip::from(out.outer_iter_mut()).and(a.outer_iter()).and(b.outer_iter()).for_each(
                    |mut c, a, b| {
                        for i in 0..4 {
                            for j in 0..4 {
                                c[[i, j]] = (0..4).map(|k| a[[i, k]] * b[[k, j]]).sum();
                            }
                        }
                    },
                );
            }),
            tolerance: 1e-12,
        },
        Ufunc {
            name: "small-ufunc",
            size: "10",
            a: &[10],
            b: &[10],
            out: &[10],
            mambo: |s| {
                let out = ArrayViewMut1::from(&mut s.out[..]);
                add::into(ArrayView1::from(&s.a[..]), ArrayView1::from(&s.b[..]), out);
            },
            ndarray: Some(|s| {
                Zip::from(ArrayViewMut1::from(&mut s.out[..]))
                    .and(ArrayView1::from(&s.a[..]))
                    .and(ArrayView1::from(&s.b[..]))
                    .for_each(|c, a, b| *c = a + b);
            }),
            tolerance: 0.0,
        },
    ]
}

impl Ufunc {
    /// The case with its arrays, and with what Python does if it is there.
    pub(crate) fn contest(&self, python: Option<Interpreter>) -> Box<dyn Contest + '_> {
        let len = |dims: &[usize]| if dims.is_empty() { 0 } else { dims.iter().product() };
        let is_scoring = self.name == "scoring";
        let [a, b, out, spare] = streams([len(self.a), len(self.b), len(self.out), len(self.out)]);
        let [x] = streams([if is_scoring { len(self.a) } else { 0 }]);
        let mut arrays = Arrays { a, b, x, out, dims: [self.a, self.b, self.out] };
        for (place, value) in arrays.a.iter_mut().chain(arrays.b.iter_mut()).enumerate() {
            // Multiples of a small power of 2, so that sums of a few are exact.
            *value = ((place * 7919) % 1013) as f64 / 64.0;
        }
        arrays.x.iter_mut().enumerate().for_each(|(place, x)| *x = (place * 31 % 17) as i64);
        let mut ready = Ready { case: self, arrays, spare, numba: None, loops: None, numpy: None };
        if let Some(python) = python {
            ready.numba = ready.python(python, "numba");
            ready.loops = ready.python(python, "loops");
            ready.numpy = ready.python(python, "numpy");
        }
        Box::new(ready)
    }
}

/// A case with its arrays.
struct Ready<'a> {
    case: &'a Ufunc,
    arrays: Arrays,
    /// Results to compare with.
    spare: Stream<f64>,
    numba: Option<Callable>,
    loops: Option<Callable>,
    numpy: Option<Callable>,
}

impl Ready<'_> {
    /// The fastest of the ways in which a side of Python does this.
    fn python(&mut self, python: Interpreter, side: &str) -> Option<Callable> {
        let mut arrays = String::new();
        let Arrays { a, b, x, out, dims } = &mut self.arrays;
        let places = [
            ("a", a.as_ptr() as usize, dims[0], "float64", a.len()),
            ("b", b.as_ptr() as usize, dims[1], "float64", b.len()),
            ("x", x.as_ptr() as usize, dims[0], "int64", x.len()),
            ("out", out.as_mut_ptr() as usize, dims[2], "float64", out.len()),
        ];
        for (name, address, dims, dtype, _) in places.iter().filter(|place| place.4 > 0) {
            _ = write!(arrays, "{name:?}: ({address}, {dims:?}, {dtype:?}), ");
        }
        let mut ways = Vec::new();
        loop {
            let case = self.case.name;
            let text = format!("in_ufuncs({case:?}, {side:?}, {}, {{{arrays}}})", ways.len());
            // SAFETY: the arrays live as long as this, and have these shapes and types.
            match unsafe { python.callable(&text) } {
                Some(way) => ways.push(way),
                None => break,
            }
        }
        let best = measure::fastest(ways.len(), |way, calls| {
            (0..calls).for_each(|_| ways[way].call());
        });
        best.map(|best| ways[best])
    }

    fn call(&mut self, side: Side) {
        let callable = match side {
            Side::Mambo => return (self.case.mambo)(&mut self.arrays),
            Side::Ndarray => {
                return self.case.ndarray.iter().for_each(|call| call(&mut self.arrays));
            }
            Side::Numba => self.numba,
            Side::NumbaLoops => self.loops,
            _ => self.numpy,
        };
        callable.expect("a side of this contest").call();
    }
}

impl Contest for Ready<'_> {
    fn sides(&self) -> Vec<Side> {
        let mut sides = vec![Side::Mambo];
        sides.extend(self.case.ndarray.map(|_| Side::Ndarray));
        sides.extend(self.numba.map(|_| Side::Numba));
        sides.extend(self.loops.map(|_| Side::NumbaLoops));
        sides.extend(self.numpy.map(|_| Side::NumPy));
        sides
    }

    fn check(&mut self) -> Result<(), String> {
        self.call(Side::Mambo);
        self.spare.copy_from_slice(&self.arrays.out);
        let greatest = self.spare.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        for side in self.sides() {
            self.arrays.out.fill(f64::NAN);
            self.call(side);
            let pairs = self.spare.iter().zip(self.arrays.out.iter()).enumerate();
            let differs = |(own, other): (&f64, &f64)| {
                let difference = (own - other).abs();
                difference > self.case.tolerance * greatest || difference.is_nan()
            };
            if let Some((place, (own, other))) = pairs.into_iter().find(|pair| differs(pair.1)) {
                return Err(format!(
                    "{}: at {place} {side:?} gives {:?}, Mambo {:?}",
                    self.case.name,
                    other.to_f64(),
                    own.to_f64()
                ));
            }
        }
        Ok(())
    }

    fn run(&mut self, side: Side, calls: u64) {
        for _ in 0..calls {
            self.call(side);
            black_box(&mut self.arrays.out[0]);
        }
    }
}
