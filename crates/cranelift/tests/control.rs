//! Control flow: ranges up to the ends of their types, nested loops with `break` and
//! `continue`, scopes, branches that do not come back, panics.

mod harness;

use harness::{Host, Panicked, Random, compile, module, return_, run, scalar};
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, Block, Compare, Op, SiteId, Terminator, Unary, Value, ValueType};
use mambo_ir::{Const, Dtype, Module};

fn new_block(b: &mut Builder<'_>, params: &[Dtype]) -> (Block, Vec<Value>) {
    let block = b.func.new_block();
    let params = params.iter().map(|&ty| b.add_param(block, scalar(ty), None)).collect();
    (block, params)
}

fn insert(b: &mut Builder<'_>, op: Op, results: &[Dtype]) -> Vec<Value> {
    let types: Vec<ValueType> = results.iter().map(|&ty| scalar(ty)).collect();
    b.insert(op, &types).to_vec()
}

/// Fills `block`, then goes on where the builder was.
fn fill(b: &mut Builder<'_>, block: Block, build: impl FnOnce(&mut Builder<'_>)) {
    let before = b.switch_to(block);
    build(b);
    b.switch_to(before);
}

fn operands(values: &[u64]) -> Box<[u64]> {
    values.into()
}

/// A mixture of the indices in the order they are visited.
fn mix(hash: u64, index: u64) -> u64 {
    hash.wrapping_mul(31).wrapping_add(index).wrapping_add(1)
}

fn emit_mix(b: &mut Builder<'_>, hash: Value, index: Value) -> Value {
    let index = b.cast(index, Dtype::U64);
    let factor = b.constant(31_u64);
    let one = b.constant(1_u64);
    let hash = b.binary(Binary::Mul, hash, factor);
    let hash = b.binary(Binary::Add, hash, index);
    b.binary(Binary::Add, hash, one)
}

#[derive(Clone, Copy, Debug)]
struct Range {
    step: u64,
    inclusive: bool,
    reverse: bool,
}

/// `fn(start, end) -> u64` that mixes the indices of a range; every third index that is odd
/// is skipped with `continue` if `skips`.
fn range_module(dtype: Dtype, range: Range, ends: Option<(Const, Const)>, skips: bool) -> Module {
    module(&[scalar(dtype); 2], &[scalar(Dtype::U64)], |b, params| {
        let (start, end) = match ends {
            Some((start, end)) => (b.constant(start), b.constant(end)),
            None => (params[0], params[1]),
        };
        let zero = b.constant(0_u64);
        let (body, args) = new_block(b, &[dtype, Dtype::U64]);
        let Range { step, inclusive, reverse } = range;
        let op = Op::For { start, end, step, inclusive, reverse, init: vec![zero], body };
        let result = insert(b, op, &[Dtype::U64]);
        fill(b, body, |b| {
            if skips {
                let three = b.constant(Const::int(dtype, 3));
                let low = b.binary(Binary::And, args[0], three);
                let skip = b.compare(Compare::Eq, low, three);
                let (then, _) = new_block(b, &[]);
                let (otherwise, _) = new_block(b, &[]);
                insert(b, Op::If { cond: skip, then, otherwise }, &[]);
                b.func.block_mut(then).end =
                    Terminator::Continue { target: body, values: vec![args[1]] };
                b.func.block_mut(otherwise).end = Terminator::Yield(vec![]);
            }
            let hash = emit_mix(b, args[1], args[0]);
            b.end(Terminator::Yield(vec![hash]));
        });
        return_(b, &result);
    })
}

fn expected(start: i128, end: i128, range: Range, dtype: Dtype, skips: bool) -> u64 {
    let end = if range.inclusive { end } else { end - 1 };
    let mut indices = Vec::new();
    let mut index = start;
    while index <= end {
        indices.push(index);
        index += i128::from(range.step);
    }
    if range.reverse {
        indices.reverse();
    }
    indices
        .into_iter()
        .filter(|index| !(skips && index & 3 == 3))
        .fold(0, |hash, index| mix(hash, Const::int(dtype, index).as_int().unwrap() as u64))
}

fn bounds(dtype: Dtype) -> (i128, i128) {
    let bits = dtype.bits();
    if dtype.is_signed_int() {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

fn ranges() -> impl Iterator<Item = Range> {
    [1, 2, 3, 7, 64, 127, 128, 255, 256, 1000, u64::MAX].into_iter().flat_map(|step| {
        [(false, false), (false, true), (true, false), (true, true)]
            .map(|(inclusive, reverse)| Range { step, inclusive, reverse })
    })
}

#[test]
fn ranges_of_every_type_at_their_ends() {
    let ints = Dtype::ALL.into_iter().filter(|dtype| dtype.is_int() && !dtype.is_int128());
    for (dtype, skips) in ints.flat_map(|dtype| [(dtype, false), (dtype, true)]) {
        let (min, max) = bounds(dtype);
        let mut random = Random(dtype as u64);
        for range in ranges() {
            let artifact = compile(&range_module(dtype, range, None, skips));
            let mut cases = vec![(min, min), (max, max), (max, min), (0, 0), (1, 0), (0, 10)];
            for _ in 0..6 {
                let length = random.below(300) as i128;
                cases.push((min, (min + length).min(max)));
                cases.push(((max - length).max(min), max));
                let middle = min / 2 + max / 2 - length / 2;
                cases.push((middle.max(min), (middle + length).min(max)));
            }
            if dtype.bits() == 8 {
                cases.push((min, max));
            }
            for (start, end) in cases {
                let args = [start, end].map(|x| Const::int(dtype, x).bits() as u64);
                let got = Host::new().call(&*artifact, &args, 1).unwrap()[0];
                let want = expected(start, end, range, dtype, skips);
                assert_eq!(got, want, "{start}..{end} of {dtype}, {range:?}, skips: {skips}");
            }
        }
    }
}

#[test]
fn ranges_between_constants() {
    for (start, end) in [(0, 0), (0, 1), (3, 200), (200, 3), (254, 255), (0, 255), (255, 255)] {
        for range in ranges() {
            let ends = [start, end].map(|x| Const::int(Dtype::U8, x));
            let module = range_module(Dtype::U8, range, Some((ends[0], ends[1])), false);
            let want = expected(start, end, range, Dtype::U8, false);
            assert_eq!(run(&module, &[0, 0], 1).unwrap()[0], want, "{start}..{end} {range:?}");
        }
    }
}

/// ```text
/// let mut sum = 0;
/// 'outer: for i in 0..n {
///     for j in 0..n {
///         if j == 5 { continue 'outer }
///         if i * j == 12 { break 'outer sum + 1000 }
///         sum += i * n + j;
///     }
/// }
/// ```
#[test]
fn breaks_and_continues_of_an_outer_loop() {
    let module = module(&[scalar(Dtype::U32)], &[scalar(Dtype::U32)], |b, params| {
        let n = params[0];
        let zero = b.constant(0_u32);
        let for_ = |body, init| Op::For {
            start: zero,
            end: n,
            step: 1,
            inclusive: false,
            reverse: false,
            init,
            body,
        };
        let (outer, o) = new_block(b, &[Dtype::U32; 2]);
        let (inner, i) = new_block(b, &[Dtype::U32; 2]);
        let result = insert(b, for_(outer, vec![zero]), &[Dtype::U32]);
        fill(b, outer, |b| {
            let sum = insert(b, for_(inner, vec![o[1]]), &[Dtype::U32]);
            b.end(Terminator::Yield(sum));
        });
        fill(b, inner, |b| {
            let five = b.constant(5_u32);
            let skip = b.compare(Compare::Eq, i[0], five);
            let ((then, _), (otherwise, _)) = (new_block(b, &[]), new_block(b, &[]));
            insert(b, Op::If { cond: skip, then, otherwise }, &[]);
            fill(b, then, |b| {
                b.end(Terminator::Continue { target: outer, values: vec![i[1]] });
            });
            b.func.block_mut(otherwise).end = Terminator::Yield(vec![]);
            let product = b.binary(Binary::Mul, o[0], i[0]);
            let twelve = b.constant(12_u32);
            let stop = b.compare(Compare::Eq, product, twelve);
            let ((then, _), (otherwise, _)) = (new_block(b, &[]), new_block(b, &[]));
            insert(b, Op::If { cond: stop, then, otherwise }, &[]);
            fill(b, then, |b| {
                let thousand = b.constant(1000_u32);
                let sum = b.binary(Binary::Add, i[1], thousand);
                b.end(Terminator::Break { target: outer, values: vec![sum] });
            });
            b.func.block_mut(otherwise).end = Terminator::Yield(vec![]);
            let row = b.binary(Binary::Mul, o[0], n);
            let index = b.binary(Binary::Add, row, i[0]);
            let sum = b.binary(Binary::Add, i[1], index);
            b.end(Terminator::Yield(vec![sum]));
        });
        return_(b, &result);
    });
    let plain = |n: u32| {
        let mut sum = 0;
        'outer: for i in 0..n {
            for j in 0..n {
                if j == 5 {
                    continue 'outer;
                }
                if i * j == 12 {
                    sum += 1000;
                    break 'outer;
                }
                sum += i * n + j;
            }
        }
        sum
    };
    let artifact = compile(&module);
    for n in 0..12 {
        let got = Host::new().call(&*artifact, &[n.into()], 1).unwrap();
        assert_eq!(got, [plain(n).into()], "n = {n}");
    }
}

/// Euclid's algorithm with `loop`, and a scope that is left early for equal numbers.
#[test]
fn a_loop_in_a_scope() {
    let module = module(&[scalar(Dtype::U64); 2], &[scalar(Dtype::U64); 2], |b, params| {
        let (scope, _) = new_block(b, &[]);
        let (body, pair) = new_block(b, &[Dtype::U64; 2]);
        let results = insert(b, Op::Scope { body: scope }, &[Dtype::U64; 2]);
        fill(b, scope, |b| {
            let equal = b.compare(Compare::Eq, params[0], params[1]);
            let different = b.unary(Unary::Not, equal);
            let ((then, _), (otherwise, _)) = (new_block(b, &[]), new_block(b, &[]));
            insert(b, Op::If { cond: different, then, otherwise }, &[]);
            b.func.block_mut(then).end = Terminator::Yield(vec![]);
            fill(b, otherwise, |b| {
                let mark = b.constant(77_u64);
                let values = vec![params[0], mark];
                b.end(Terminator::Break { target: scope, values });
            });
            let gcd = insert(b, Op::Loop { init: params.to_vec(), body }, &[Dtype::U64]);
            let mark = b.constant(1_u64);
            b.end(Terminator::Yield(vec![gcd[0], mark]));
        });
        fill(b, body, |b| {
            let zero = b.constant(0_u64);
            let done = b.compare(Compare::Eq, pair[1], zero);
            let ((then, _), (otherwise, _)) = (new_block(b, &[]), new_block(b, &[]));
            let next = insert(b, Op::If { cond: done, then, otherwise }, &[Dtype::U64]);
            fill(b, then, |b| b.end(Terminator::Break { target: body, values: vec![pair[0]] }));
            fill(b, otherwise, |b| {
                let rest = b.binary(Binary::Rem, pair[0], pair[1]);
                b.end(Terminator::Yield(vec![rest]));
            });
            b.end(Terminator::Yield(vec![pair[1], next[0]]));
        });
        return_(b, &results);
    });
    let artifact = compile(&module);
    for (a, b, want) in [(12, 18, [6, 1]), (5, 0, [5, 1]), (9, 9, [9, 77]), (270, 192, [6, 1])] {
        assert_eq!(Host::new().call(&*artifact, &[a, b], 2).unwrap(), want);
    }
}

/// Both arms leave the function: what comes after is unreachable.
#[test]
fn an_if_that_never_ends_normally() {
    let module = module(&[scalar(Dtype::Bool)], &[scalar(Dtype::F32)], |b, params| {
        let ((then, _), (otherwise, _)) = (new_block(b, &[]), new_block(b, &[]));
        insert(b, Op::If { cond: params[0], then, otherwise }, &[]);
        fill(b, then, |b| {
            let x = b.constant(1.5_f32);
            return_(b, &[x]);
        });
        fill(b, otherwise, |b| {
            let x = b.constant(-2.0_f32);
            let y = b.constant(-3_i8);
            b.end(Terminator::Panic { site: SiteId(5), operands: vec![x, y, params[0]] });
        });
    });
    assert_eq!(run(&module, &[1], 1).unwrap(), [u64::from(1.5_f32.to_bits())]);
    let panicked = run(&module, &[0], 1).unwrap_err();
    let want = operands(&[u64::from((-2.0_f32).to_bits()), 0xFD, 0]);
    assert_eq!(panicked, Panicked { site: 5, operands: want });
}

#[test]
fn checks_and_assertions() {
    let module = module(&[scalar(Dtype::Usize); 2], &[], |b, params| {
        let (index, len) = (params[0], params[1]);
        insert(b, Op::CheckIndex { index, len, site: SiteId(0) }, &[]);
        let seven = b.index(7);
        let equal = b.compare(Compare::Eq, index, seven);
        let differ = b.unary(Unary::Not, equal);
        insert(b, Op::Assert { cond: differ, site: SiteId(6), operands: vec![len] }, &[]);
        let nine = b.index(9);
        let below = b.compare(Compare::Lt, index, nine);
        insert(b, Op::Assert { cond: below, site: SiteId(4), operands: vec![] }, &[]);
        return_(b, &[]);
    });
    let artifact = compile(&module);
    let call = |index: u64, len: u64| Host::new().call(&*artifact, &[index, len], 0);
    assert_eq!(call(3, 10), Ok(vec![]));
    let index = |values: &[u64]| Err(Panicked { site: 0, operands: operands(values) });
    assert_eq!(call(10, 10), index(&[10, 10]));
    assert_eq!(call(u64::MAX, 10), index(&[u64::MAX, 10]));
    assert_eq!(call(0, 0), index(&[0, 0]));
    assert_eq!(call(7, 10), Err(Panicked { site: 6, operands: operands(&[10]) }));
    assert_eq!(call(9, 10), Err(Panicked { site: 4, operands: operands(&[]) }));
}

/// A panic inside a loop leaves with its status, and a constant index in range needs no check.
#[test]
fn a_panic_inside_a_loop() {
    let module = module(&[scalar(Dtype::I64)], &[scalar(Dtype::I64)], |b, params| {
        let one = b.constant(1_i64);
        let (body, args) = new_block(b, &[Dtype::I64; 2]);
        let op = Op::For {
            start: one,
            end: params[0],
            step: 3,
            inclusive: true,
            reverse: false,
            init: vec![one],
            body,
        };
        let result = insert(b, op, &[Dtype::I64]);
        fill(b, body, |b| {
            let (index, len) = (b.index(1), b.index(2));
            insert(b, Op::CheckIndex { index, len, site: SiteId(0) }, &[]);
            let overflow = b.binary(Binary::MulOverflows, args[0], args[1]);
            let fine = b.unary(Unary::Not, overflow);
            let operands = vec![args[0], args[1]];
            insert(b, Op::Assert { cond: fine, site: SiteId(7), operands }, &[]);
            let product = b.binary(Binary::Mul, args[0], args[1]);
            b.end(Terminator::Yield(vec![product]));
        });
        return_(b, &result);
    });
    assert_eq!(run(&module, &[10], 1).unwrap(), [4 * 7 * 10]);
    let (mut index, mut product) = (1_i64, 1_i64);
    while let Some(next) = product.checked_mul(index) {
        (index, product) = (index + 3, next);
    }
    let want = Panicked { site: 7, operands: operands(&[index as u64, product as u64]) };
    assert_eq!(run(&module, &[100], 1), Err(want));
}
