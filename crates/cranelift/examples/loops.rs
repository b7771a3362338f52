//! What the backend makes of simple loops: the time to compile each, and its speed beside the
//! same loop from rustc. Run with
//! `RUSTFLAGS="-C no-vectorize-loops -C no-vectorize-slp" cargo run --release --example loops`
//! for scalar code on both sides; with a kernel's name as argument its assembly is printed.

#[path = "../tests/harness/mod.rs"]
mod harness;

use harness::{Host, Random, compile, module, return_, scalar, slots, view};
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, Compare, Op, SiteId, Terminator, Value, ValueType};
use mambo_ir::{Dtype, Layout, Module};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs `body` for each index of a range with carried values; gives the last ones.
fn for_(
    b: &mut Builder<'_>,
    (start, end): (Value, Value),
    init: &[Value],
    body: impl FnOnce(&mut Builder<'_>, Value, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let block = b.func.new_block();
    let index_type = b.func.ty(start);
    let index = b.add_param(block, index_type, None);
    let types: Vec<_> = init.iter().map(|&value| b.func.ty(value)).collect();
    let carried: Vec<_> = types.iter().map(|&ty| b.add_param(block, ty, None)).collect();
    let op = Op::For {
        start,
        end,
        step: 1,
        inclusive: false,
        reverse: false,
        init: init.to_vec(),
        body: block,
    };
    let results = b.insert(op, &types).to_vec();
    let before = b.switch_to(block);
    let next = body(b, index, &carried);
    b.end(Terminator::Yield(next));
    b.switch_to(before);
    results
}

fn if_(
    b: &mut Builder<'_>,
    cond: Value,
    then: impl FnOnce(&mut Builder<'_>) -> Vec<Value>,
    otherwise: impl FnOnce(&mut Builder<'_>) -> Vec<Value>,
    results: &[ValueType],
) -> Vec<Value> {
    let (t, o) = (b.func.new_block(), b.func.new_block());
    let before = b.switch_to(t);
    let values = then(b);
    b.end(Terminator::Yield(values));
    b.switch_to(o);
    let values = otherwise(b);
    b.end(Terminator::Yield(values));
    b.switch_to(before);
    b.insert(Op::If { cond, then: t, otherwise: o }, results).to_vec()
}

const READ: ValueType = view1(Dtype::F64, Layout::C, false);
const WRITE: ValueType = view1(Dtype::F64, Layout::C, true);

const fn view1(dtype: Dtype, layout: Layout, mutable: bool) -> ValueType {
    ValueType::View(mambo_ir::function::ViewType { dtype, rank: 1, layout, mutable })
}

fn sum_module(layout: Layout, checked: bool) -> Module {
    module(&[view1(Dtype::F64, layout, false)], &[scalar(Dtype::F64)], |b, p| {
        let (zero, len, start) = (b.index(0), b.dim(p[0], 0), b.constant(0.0_f64));
        let sum = for_(b, (zero, len), &[start], |b, i, sum| {
            if checked {
                b.insert(Op::CheckIndex { index: i, len, site: SiteId(0) }, &[]);
            }
            let x = b.load(p[0], &[i]);
            vec![b.binary(Binary::Add, sum[0], x)]
        });
        return_(b, &sum);
    })
}

fn axpy_module() -> Module {
    module(&[scalar(Dtype::F64), READ, WRITE], &[], |b, p| {
        let (zero, len) = (b.index(0), b.dim(p[1], 0));
        for_(b, (zero, len), &[], |b, i, _| {
            let x = b.load(p[1], &[i]);
            let ax = b.binary(Binary::Mul, p[0], x);
            let y = b.load(p[2], &[i]);
            let sum = b.binary(Binary::Add, y, ax);
            b.store(p[2], &[i], sum);
            vec![]
        });
        return_(b, &[]);
    })
}

fn stencil_module() -> Module {
    let matrix = |mutable| view(Dtype::F64, 2, Layout::C, mutable);
    module(&[matrix(false), matrix(true)], &[], |b, p| {
        let one = b.index(1);
        let (rows, columns) = (b.dim(p[0], 0), b.dim(p[0], 1));
        let last_row = b.binary(Binary::Sub, rows, one);
        let last_column = b.binary(Binary::Sub, columns, one);
        let quarter = b.constant(0.25_f64);
        for_(b, (one, last_row), &[], |b, i, _| {
            for_(b, (one, last_column), &[], |b, j, _| {
                let (up, down) = (b.binary(Binary::Sub, i, one), b.binary(Binary::Add, i, one));
                let (left, right) = (b.binary(Binary::Sub, j, one), b.binary(Binary::Add, j, one));
                let mut sum = b.load(p[0], &[up, j]);
                for at in [[down, j], [i, left], [i, right]] {
                    let x = b.load(p[0], &at);
                    sum = b.binary(Binary::Add, sum, x);
                }
                let mean = b.binary(Binary::Mul, quarter, sum);
                b.store(p[1], &[i, j], mean);
                vec![]
            });
            vec![]
        });
        return_(b, &[]);
    })
}

fn histogram_module() -> Module {
    let params = [view1(Dtype::U8, Layout::C, false), view1(Dtype::U32, Layout::C, true)];
    module(&params, &[], |b, p| {
        let (zero, len, one) = (b.index(0), b.dim(p[0], 0), b.constant(1_u32));
        for_(b, (zero, len), &[], |b, i, _| {
            let x = b.load(p[0], &[i]);
            let bin = b.cast(x, Dtype::Usize);
            let count = b.load(p[1], &[bin]);
            let count = b.binary(Binary::Add, count, one);
            b.store(p[1], &[bin], count);
            vec![]
        });
        return_(b, &[]);
    })
}

fn matmul_module() -> Module {
    let matrix = |mutable| view(Dtype::F64, 2, Layout::C, mutable);
    module(&[matrix(false), matrix(false), matrix(true)], &[], |b, p| {
        let zero = b.index(0);
        let (n, m, k) = (b.dim(p[2], 0), b.dim(p[2], 1), b.dim(p[0], 1));
        for_(b, (zero, n), &[], |b, i, _| {
            for_(b, (zero, m), &[], |b, j, _| {
                let start = b.constant(0.0_f64);
                let sum = for_(b, (zero, k), &[start], |b, l, sum| {
                    let x = b.load(p[0], &[i, l]);
                    let y = b.load(p[1], &[l, j]);
                    let xy = b.binary(Binary::Mul, x, y);
                    vec![b.binary(Binary::Add, sum[0], xy)]
                });
                b.store(p[2], &[i, j], sum[0]);
                vec![]
            });
            vec![]
        });
        return_(b, &[]);
    })
}

/// The steps of Collatz' sequence for every number below `n`, in all.
fn collatz_module() -> Module {
    module(&[scalar(Dtype::U64)], &[scalar(Dtype::U64)], |b, p| {
        let (one, zero) = (b.constant(1_u64), b.constant(0_u64));
        let total = for_(b, (one, p[0]), &[zero], |b, i, total| {
            let int = scalar(Dtype::U64);
            let body = b.func.new_block();
            let x = b.add_param(body, int, None);
            let steps = b.add_param(body, int, None);
            let result = b.insert(Op::Loop { init: vec![i, total[0]], body }, &[int]).to_vec();
            let before = b.switch_to(body);
            let done = b.compare(Compare::Eq, x, one);
            let (then, otherwise) = (b.func.new_block(), b.func.new_block());
            b.func.block_mut(then).end = Terminator::Break { target: body, values: vec![steps] };
            b.func.block_mut(otherwise).end = Terminator::Yield(vec![]);
            b.insert(Op::If { cond: done, then, otherwise }, &[]);
            let low = b.binary(Binary::And, x, one);
            let even = b.compare(Compare::Eq, low, zero);
            let next = if_(
                b,
                even,
                |b| vec![b.binary(Binary::Shr, x, one)],
                |b| {
                    let three = b.constant(3_u64);
                    let x3 = b.binary(Binary::Mul, x, three);
                    vec![b.binary(Binary::Add, x3, one)]
                },
                &[int],
            );
            let steps = b.binary(Binary::Add, steps, one);
            b.end(Terminator::Yield(vec![next[0], steps]));
            b.switch_to(before);
            result
        });
        return_(b, &total);
    })
}

/// Negative numbers to zero, others to the smaller of their half and `p[2]`.
fn clamp_module() -> Module {
    module(&[READ, WRITE, scalar(Dtype::F64)], &[], |b, p| {
        let (start, len, zero) = (b.index(0), b.dim(p[0], 0), b.constant(0.0_f64));
        for_(b, (start, len), &[], |b, i, _| {
            let x = b.load(p[0], &[i]);
            let negative = b.compare(Compare::Lt, x, zero);
            let half = b.constant(0.5_f64);
            let half = b.binary(Binary::Mul, x, half);
            let low = b.binary(Binary::Min, half, p[2]);
            let y = b.select(negative, zero, low);
            b.store(p[1], &[i], y);
            vec![]
        });
        return_(b, &[]);
    })
}

mod plain {
    //! The same loops in Rust.

    #[inline(never)]
    pub(crate) fn sum(a: &[f64]) -> f64 {
        a.iter().fold(0.0, |sum, x| sum + x)
    }

    #[inline(never)]
    pub(crate) fn strided_sum(a: *const f64, len: usize, stride: isize) -> f64 {
        let mut sum = 0.0;
        for i in 0..len {
            // SAFETY: the caller passes an array of this length and stride.
            sum += unsafe { *a.offset(i as isize * stride) };
        }
        sum
    }

    #[inline(never)]
    pub(crate) fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
        for (y, x) in y.iter_mut().zip(x) {
            *y += a * x;
        }
    }

    #[inline(never)]
    pub(crate) fn stencil(a: &[f64], out: &mut [f64], rows: usize, columns: usize) {
        assert!(a.len() == rows * columns && out.len() == rows * columns);
        for i in 1..rows - 1 {
            for j in 1..columns - 1 {
                let at = i * columns + j;
                // SAFETY: inside the matrix, whose size was asserted.
                unsafe {
                    let x = |at: usize| *a.get_unchecked(at);
                    *out.get_unchecked_mut(at) =
                        0.25 * (x(at - columns) + x(at + columns) + x(at - 1) + x(at + 1));
                }
            }
        }
    }

    #[inline(never)]
    pub(crate) fn histogram(a: &[u8], bins: &mut [u32; 256]) {
        for &x in a {
            bins[x as usize] += 1;
        }
    }

    #[inline(never)]
    pub(crate) fn matmul(a: &[f64], b: &[f64], c: &mut [f64], n: usize) {
        assert!(a.len() == n * n && b.len() == n * n && c.len() == n * n);
        for i in 0..n {
            for j in 0..n {
                let mut sum = 0.0;
                for k in 0..n {
                    // SAFETY: inside the matrices, whose sizes were asserted.
                    sum += unsafe { a.get_unchecked(i * n + k) * b.get_unchecked(k * n + j) };
                }
                c[i * n + j] = sum;
            }
        }
    }

    #[inline(never)]
    pub(crate) fn collatz(n: u64) -> u64 {
        let mut steps = 0;
        for i in 1..n {
            let mut x = i;
            while x != 1 {
                x = if x & 1 == 0 { x >> 1 } else { 3 * x + 1 };
                steps += 1;
            }
        }
        steps
    }

    #[inline(never)]
    pub(crate) fn clamp(x: &[f64], y: &mut [f64], high: f64) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = if x < 0.0 { 0.0 } else { (x * 0.5).min(high) };
        }
    }
}

/// The shortest of many rounds, both sides taking turns.
fn race(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..200 {
        let start = Instant::now();
        ours();
        let middle = Instant::now();
        theirs();
        best = (best.0.min(middle - start), best.1.min(middle.elapsed()));
    }
    best
}

fn report(name: &str, module: &Module, args: &[u64], mut theirs: impl FnMut()) {
    let start = Instant::now();
    let artifact = compile(module);
    let first = start.elapsed();
    let mut warm: Vec<_> = (0..50)
        .map(|_| {
            let start = Instant::now();
            drop(black_box(compile(module)));
            start.elapsed()
        })
        .collect();
    warm.sort();
    let mut host = Host::new();
    let mut results = [0];
    let ours = || {
        // SAFETY: every kernel here takes `args` and has at most one result.
        let status = unsafe {
            (artifact.entry())((&raw mut host).cast(), args.as_ptr(), results.as_mut_ptr())
        };
        assert_eq!(status, 0);
    };
    let (ours, theirs) = race(ours, &mut theirs);
    println!(
        "{name:10} first {first:>8.1?}  warm {:>8.1?}  {:4} bytes  {ours:>8.2?} / {theirs:>8.2?} = {:.2}",
        warm[warm.len() / 2],
        artifact.code_size(),
        ours.as_secs_f64() / theirs.as_secs_f64(),
    );
    if std::env::args().nth(1).as_deref() == Some(name) {
        println!("{}", artifact.assembly());
    }
}

fn main() {
    let n = 4096;
    let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
    let mut y = x.clone();
    let one = |data: &[f64]| slots(data.as_ptr(), &[data.len()], &[1]);
    report("sum", &sum_module(Layout::C, false), &one(&x), || {
        black_box(plain::sum(black_box(&x)));
    });
    report("checked", &sum_module(Layout::C, true), &one(&x), || {
        black_box(plain::sum(black_box(&x)));
    });
    let strided = slots(x.as_ptr(), &[n / 3], &[3]);
    report("strided", &sum_module(Layout::Strided, false), &strided, || {
        black_box(plain::strided_sum(black_box(x.as_ptr()), black_box(n / 3), black_box(3)));
    });
    let mut args = vec![1.5_f64.to_bits()];
    args.extend(one(&x));
    args.extend(slots(y.as_mut_ptr(), &[n], &[1]));
    report("axpy", &axpy_module(), &args, || plain::axpy(black_box(1.5), &x, black_box(&mut y)));

    let (rows, columns) = (64, 64);
    let mut args = slots(x.as_ptr(), &[rows, columns], &[64, 1]);
    args.extend(slots(y.as_mut_ptr(), &[rows, columns], &[64, 1]));
    report("stencil", &stencil_module(), &args, || {
        plain::stencil(black_box(&x), black_box(&mut y), rows, columns);
    });

    let mut random = Random(5);
    let bytes: Vec<u8> = (0..n).map(|_| random.next() as u8).collect();
    let mut bins = [0_u32; 256];
    let mut args = slots(bytes.as_ptr(), &[n], &[1]);
    args.extend(slots(bins.as_mut_ptr(), &[256], &[1]));
    report("histogram", &histogram_module(), &args, || {
        plain::histogram(black_box(&bytes), black_box(&mut bins));
    });

    let mut c = y.clone();
    let mut args = slots(x.as_ptr(), &[64, 64], &[64, 1]);
    args.extend(slots(y.as_ptr(), &[64, 64], &[64, 1]));
    args.extend(slots(c.as_mut_ptr(), &[64, 64], &[64, 1]));
    report("matmul", &matmul_module(), &args, || {
        plain::matmul(black_box(&x), black_box(&y), black_box(&mut c), 64);
    });

    report("collatz", &collatz_module(), &[1000], || {
        black_box(plain::collatz(black_box(1000)));
    });

    let signed: Vec<f64> = (0..n).map(|_| random.next() as i32 as f64).collect();
    let mut args = one(&signed);
    args.extend(slots(c.as_mut_ptr(), &[n], &[1]));
    args.push(30000.0_f64.to_bits());
    report("clamp", &clamp_module(), &args, || {
        plain::clamp(black_box(&signed), black_box(&mut c), black_box(30000.0));
    });
}
