//! Views of every layout, allocations, arrays on the stack.

mod harness;

use harness::{Host, Panicked, compile, function, module, return_, run, scalar, slots, view};
use mambo_ir::builder::Builder;
use mambo_ir::function::{Binary, Op, SiteId, Table, Terminator, Value};
use mambo_ir::{Const, Dtype, Layout, Module};

/// Runs `body` for each index below `end`.
fn for_each(b: &mut Builder<'_>, end: Value, body: impl FnOnce(&mut Builder<'_>, Value)) {
    let start = b.index(0);
    let block = b.func.new_block();
    let index = b.add_param(block, scalar(Dtype::Usize), None);
    let op = Op::For {
        start,
        end,
        step: 1,
        inclusive: false,
        reverse: false,
        init: vec![],
        body: block,
    };
    b.insert(op, &[]);
    let before = b.switch_to(block);
    body(b, index);
    b.end(Terminator::Yield(vec![]));
    b.switch_to(before);
}

/// Runs `body` for all indices of an array of rank 3.
fn for_each3(b: &mut Builder<'_>, array: Value, body: impl FnOnce(&mut Builder<'_>, [Value; 3])) {
    let dims = [0, 1, 2].map(|axis| b.dim(array, axis));
    for_each(b, dims[0], |b, i| {
        for_each(b, dims[1], |b, j| for_each(b, dims[2], |b, k| body(b, [i, j, k])));
    });
}

/// `out[i, j, k] = a[i, j, k] * 10 + stride(axis)`.
fn copy_module(from: Layout, to: Layout) -> Module {
    let params =
        [view(Dtype::I32, 3, from, false), view(Dtype::I32, 3, to, true), scalar(Dtype::I32)];
    module(&params, &[], |b, params| {
        for_each3(b, params[1], |b, at| {
            let x = b.load(params[0], &at);
            let y = b.binary(Binary::Add, x, params[2]);
            b.store(params[1], &at, y);
        });
        return_(b, &[]);
    })
}

fn strides(dims: [usize; 3], layout: Layout) -> [isize; 3] {
    let [a, b, c] = dims.map(|dim| dim as isize);
    match layout {
        Layout::C => [b * c, c, 1],
        Layout::F => [1, a, a * b],
        // Reversed, with a gap, and in an odd order.
        Layout::Strided => [2, -2 * a, 2 * a * b],
    }
}

fn offset(dims: [usize; 3], strides: [isize; 3]) -> usize {
    (0..3)
        .filter(|&axis| strides[axis] < 0)
        .map(|axis| (dims[axis] - 1) * -strides[axis] as usize)
        .sum()
}

#[test]
fn copies_between_all_layouts() {
    let layouts = [Layout::C, Layout::F, Layout::Strided];
    for (from, to) in layouts.into_iter().flat_map(|from| layouts.map(|to| (from, to))) {
        let artifact = compile(&copy_module(from, to));
        for dims in [[1, 1, 1], [3, 4, 5], [2, 1, 7], [5, 3, 1]] {
            let size = 2 * dims.iter().product::<usize>();
            let source: Vec<i32> = (0..size as i32).collect();
            let mut target = vec![-1; size];
            let (s, t) = (strides(dims, from), strides(dims, to));
            let (s0, t0) = (offset(dims, s), offset(dims, t));
            let mut args = slots(&source[s0], &dims, &s);
            args.extend(slots(&raw mut target[t0], &dims, &t));
            args.push(1000);
            Host::new().call(&*artifact, &args, 0).unwrap();

            let mut want = vec![-1; size];
            for i in 0..dims[0] {
                for j in 0..dims[1] {
                    for k in 0..dims[2] {
                        let at = |start: usize, strides: [isize; 3]| {
                            let [a, b, c] = strides;
                            let sum = i as isize * a + j as isize * b + k as isize * c;
                            start.wrapping_add_signed(sum)
                        };
                        want[at(t0, t)] = source[at(s0, s)] + 1000;
                    }
                }
            }
            assert_eq!(target, want, "{from:?} to {to:?}, {dims:?}");
        }
    }
}

/// `out[i] = a[i - 1] - a[i + 1] + b[i, i]`, from the first to the last or back: loops that are
/// copied, over neighbours and a diagonal.
#[test]
fn neighbours_in_both_directions() {
    for (layout, reverse) in
        [(Layout::C, false), (Layout::C, true), (Layout::Strided, false), (Layout::Strided, true)]
    {
        let line = |mutable| view(Dtype::I64, 1, layout, mutable);
        let params = [line(false), view(Dtype::I64, 2, layout, false), line(true)];
        let last = scalar(Dtype::Usize);
        let module = module(&params, &[last], |b, params| {
            let one = b.index(1);
            let len = b.dim(params[0], 0);
            let end = b.binary(Binary::Sub, len, one);
            let body = b.func.new_block();
            let i = b.add_param(body, last, None);
            b.add_param(body, last, None);
            let op = Op::For {
                start: one,
                end,
                step: 1,
                inclusive: false,
                reverse,
                init: vec![len],
                body,
            };
            let result = b.insert_one(op, last);
            let before = b.switch_to(body);
            let (below, above) = (b.binary(Binary::Sub, i, one), b.binary(Binary::Add, one, i));
            let x = b.load(params[0], &[below]);
            let y = b.load(params[0], &[above]);
            let z = b.load(params[1], &[i, i]);
            let sum = b.binary(Binary::Sub, x, y);
            let sum = b.binary(Binary::Add, sum, z);
            b.store(params[2], &[i], sum);
            b.end(Terminator::Yield(vec![i]));
            b.switch_to(before);
            return_(b, &[result]);
        });
        let artifact = compile(&module);
        for len in 2..20_usize {
            let a: Vec<i64> = (0..2 * len as i64).map(|i| i * i * i).collect();
            let b: Vec<i64> = (0..2 * (len * len) as i64).map(|i| 1000 * i).collect();
            let mut out = vec![-1; 2 * len];
            let (gap, row) = if layout == Layout::C { (1, len) } else { (2, 2 * len) };
            let mut args = slots(a.as_ptr(), &[len], &[gap as isize]);
            args.extend(slots(b.as_ptr(), &[len, len], &[row as isize, gap as isize]));
            args.extend(slots(out.as_mut_ptr(), &[len], &[gap as isize]));
            let result = Host::new().call(&*artifact, &args, 1).unwrap();

            let mut want = vec![-1; 2 * len];
            for i in 1..len - 1 {
                want[i * gap] = a[(i - 1) * gap] - a[(i + 1) * gap] + b[i * row + i * gap];
            }
            assert_eq!(out, want, "{layout:?}, reverse: {reverse}, {len}");
            let visited = if len == 2 {
                len
            } else if reverse {
                1
            } else {
                len - 2
            };
            assert_eq!(result, [visited as u64]);
        }
    }
}

/// A stride of 0 repeats an element; an empty array is not touched.
#[test]
fn broadcast_and_empty_views() {
    let artifact = compile(&copy_module(Layout::Strided, Layout::C));
    let source = [40];
    let mut target = [0; 24];
    let mut args = slots(source.as_ptr(), &[2, 3, 4], &[0, 0, 0]);
    args.extend(slots(target.as_mut_ptr(), &[2, 3, 4], &[12, 4, 1]));
    args.push(2);
    Host::new().call(&*artifact, &args, 0).unwrap();
    assert_eq!(target, [42; 24]);

    let nowhere = std::ptr::without_provenance::<i32>(4);
    for dims in [[0, 3, 4], [2, 0, 4], [2, 3, 0]] {
        let mut args = slots(nowhere, &dims, &[12, 4, 1]);
        args.extend(slots(nowhere, &dims, &[12, 4, 1]));
        args.push(2);
        Host::new().call(&*artifact, &args, 0).unwrap();
    }
}

/// Loads and stores every element type with its own width: the neighbours keep their values.
#[test]
fn elements_of_every_type() {
    for dtype in Dtype::ALL {
        let params = [view(dtype, 1, Layout::C, true), scalar(Dtype::Usize)];
        let module = module(&params, &[scalar(dtype)], |b, params| {
            let one = b.index(1);
            let two = b.index(2);
            let below = b.binary(Binary::Sub, params[1], one);
            let above = b.binary(Binary::Add, two, params[1]);
            let x = b.load(params[0], &[below]);
            let y = b.load(params[0], &[above]);
            b.store(params[0], &[params[1]], y);
            return_(b, &[x]);
        });
        let size = dtype.size();
        let element = |i: u128| {
            let pattern = i * 0x0102_0304_0506_0708_090A_0B0C_0D0E_0F10;
            Const::from_bits(dtype, if dtype == Dtype::Bool { i & 1 } else { pattern })
        };
        let mut bytes: Vec<u8> =
            (0..6).flat_map(|i| element(i).bits().to_le_bytes()[..size].to_vec()).collect();
        // The memory is aligned by hand: a vector of bytes need not be.
        let mut memory = [0_u128; 6];
        let base = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: the array is at least as long as the bytes.
        unsafe { base.copy_from(bytes.as_ptr(), bytes.len()) };
        let mut args = slots(base, &[6], &[1]);
        args.push(2);
        assert_eq!(run(&module, &args, dtype.slots()).unwrap(), element(1).slots(), "{dtype}");
        bytes.copy_within(4 * size..5 * size, 2 * size);
        // SAFETY: as above, and the call has ended.
        let now = unsafe { std::slice::from_raw_parts(base, bytes.len()) };
        assert_eq!(now, bytes, "{dtype}");
    }
}

/// Row `i` of a matrix, reversed, as a view of its own, through an `if` that yields views.
#[test]
fn views_of_views() {
    let matrix = view(Dtype::F64, 2, Layout::C, false);
    let params = [matrix, scalar(Dtype::Usize), scalar(Dtype::Bool)];
    let row_type = view(Dtype::F64, 1, Layout::Strided, false);
    let results = [scalar(Dtype::F64), scalar(Dtype::Isize), row_type];
    let module = module(&params, &results, |b, params| {
        let (a, i, backwards) = (params[0], params[1], params[2]);
        let len = b.dim(a, 1);
        let zero = b.index(0);
        let ahead = b.stride(a, 1);
        let back = b.unary(mambo_ir::function::Unary::Neg, ahead);
        let one = b.index(1);
        let last = b.binary(Binary::Sub, len, one);
        let (then, otherwise) = (b.func.new_block(), b.func.new_block());
        for (block, start, stride) in [(then, last, back), (otherwise, zero, ahead)] {
            let before = b.switch_to(block);
            let op = Op::View {
                view: a,
                offset: vec![i, start],
                dims: vec![len],
                strides: vec![stride],
            };
            let row = b.insert_one(op, row_type);
            b.end(Terminator::Yield(vec![row]));
            b.switch_to(before);
        }
        let row = b.insert_one(Op::If { cond: backwards, then, otherwise }, row_type);
        let two = b.index(2);
        let x = b.load(row, &[two]);
        let stride = b.stride(row, 0);
        return_(b, &[x, stride, row]);
    });
    let data: Vec<f64> = (0..12).map(f64::from).collect();
    let artifact = compile(&module);
    for (backwards, element, stride, start) in [(0, 6.0, 1_isize, 4), (1, 5.0, -1, 7)] {
        let mut args = slots(data.as_ptr(), &[3, 4], &[4, 1]);
        args.extend([1, backwards]);
        let mut want = vec![f64::to_bits(element), stride as u64];
        want.extend(slots(&data[start], &[4], &[stride]));
        assert_eq!(Host::new().call(&*artifact, &args, 5).unwrap(), want);
    }
}

/// `view` types in the order of rank 0: a reference to one element.
#[test]
fn references_to_one_element() {
    let params = [view(Dtype::U16, 0, Layout::C, true)];
    let module = module(&params, &[], |b, params| {
        let x = b.load(params[0], &[]);
        let y = b.binary(Binary::Add, x, x);
        b.store(params[0], &[], y);
        return_(b, &[]);
    });
    let mut cell = [1_u16, 21, 3];
    run(&module, &[&raw mut cell[1] as u64], 0).unwrap();
    assert_eq!(cell, [1, 42, 3]);
}

fn alloc_module(rank: u8, zeroed: bool, free: bool) -> Module {
    let array = view(Dtype::F64, rank, Layout::C, true);
    let params = vec![scalar(Dtype::Usize); rank.into()];
    module(&params, &[array], |b, params| {
        let alloc = |b: &mut Builder<'_>| {
            b.insert_one(Op::Alloc { dims: params.to_vec(), zeroed, site: SiteId(1) }, array)
        };
        if free {
            let early = alloc(b);
            b.insert(Op::Free(early), &[]);
        }
        let result = alloc(b);
        return_(b, &[result]);
    })
}

#[test]
fn allocations() {
    let artifact = compile(&alloc_module(2, true, true));
    let mut host = Host::new();
    let result = host.call(&*artifact, &[3, 5], 5).unwrap();
    assert_eq!(result[1..], [3, 5, 5, 1]);
    assert_eq!(host.allocated, 2 * 3 * 5 * 8);
    assert_eq!(host.live.len(), 1);
    assert_eq!(host.live[0].0 as u64, result[0]);
    assert_eq!(host.live[0].1.align(), 8);
    // SAFETY: the array is alive in `host`.
    let array = unsafe { std::slice::from_raw_parts(result[0] as *const f64, 15) };
    assert_eq!(array, [0.0; 15]);
}

#[test]
fn empty_allocations_are_not_null() {
    let artifact = compile(&alloc_module(3, false, false));
    let mut host = Host::new();
    // Elements that would not fit, were there any.
    let long = 1 << 61;
    for dims in [[0, 5, 5], [5, 0, 5], [5, 5, 0], [0, 0, 0], [long, 0, 1]] {
        let result = host.call(&*artifact, &dims, 7).unwrap();
        assert_ne!(result[0], 0);
        assert_eq!(result[1..4], dims);
    }
}

#[test]
fn allocations_that_cannot_be() {
    let artifact = compile(&alloc_module(3, false, false));
    let max = usize::MAX as u64;
    let shapes = [
        [1 << 60, 1, 1],
        [1 << 20, 1 << 20, 1 << 20],
        [1 << 32, 1 << 32, 1],
        [1 << 32, 1, 1 << 32],
        [1, 1 << 32, 1 << 32],
        [max, max, max],
        [max, 1, 1],
        [0, 1 << 40, 1 << 40],
        [1 << 32, 0, 1 << 31],
        // Wraps to a small product.
        [(1 << 63) + 1, 2, 1],
    ];
    for dims in shapes {
        let panicked = Host::new().call(&*artifact, &dims, 7).unwrap_err();
        assert_eq!((panicked.site, &panicked.operands[..3]), (1, &dims[..]));
    }
    let mut host = Host::new();
    host.exhausted = true;
    let panicked = host.call(&*artifact, &[1, 2, 3], 7).unwrap_err();
    assert_eq!((panicked.site, &panicked.operands[..3]), (1, &[1, 2, 3][..]));
}

/// Fills an array of fixed length with its indices and sums it.
fn stack_module(dims: [u32; 2]) -> Module {
    module(&[], &[scalar(Dtype::U32)], |b, _| {
        let array = b.stack_array(Dtype::U32, &dims);
        let width = b.index(dims[1] as usize);
        let sum = b.stack_array(Dtype::U32, &[]);
        let zero = b.constant(0_u32);
        b.store(sum, &[], zero);
        for write in [true, false] {
            let (rows, columns) = (b.dim(array, 0), b.dim(array, 1));
            for_each(b, rows, |b, i| {
                for_each(b, columns, |b, j| {
                    let row = b.binary(Binary::Mul, i, width);
                    let index = b.binary(Binary::Add, row, j);
                    let index = b.cast(index, Dtype::U32);
                    if write {
                        b.store(array, &[i, j], index);
                    } else {
                        let x = b.load(array, &[i, j]);
                        let so_far = b.load(sum, &[]);
                        let total = b.binary(Binary::Add, so_far, x);
                        b.store(sum, &[], total);
                    }
                });
            });
        }
        let total = b.load(sum, &[]);
        return_(b, &[total]);
    })
}

#[test]
fn arrays_of_fixed_length() {
    for dims in [[0, 3], [1, 1], [7, 9], [100, 160], [300, 100], [500, 400]] {
        let count = dims[0] * dims[1];
        let want = (0..count).fold(0_u32, u32::wrapping_add);
        let mut host = Host::new();
        let artifact = compile(&stack_module(dims));
        assert_eq!(host.call(&*artifact, &[], 1).unwrap(), [want.into()], "{dims:?}");
        let long = u64::from(count) * 4 + 4 > 64 << 10;
        assert_eq!(host.allocated > 0, long, "{dims:?}");
        assert!(host.live.is_empty(), "an array that does not fit the stack is freed at the end");
    }
}

#[test]
fn a_long_array_without_memory() {
    let mut host = Host::new();
    host.exhausted = true;
    let panicked = host.call(&*compile(&stack_module([500, 400])), &[], 1).unwrap_err();
    assert_eq!((panicked.site, &panicked.operands[..2]), (1, &[500, 400][..]));
}

/// Without words for a failed allocation a long array is on the stack.
#[test]
fn a_long_array_on_the_stack() {
    let mut module = stack_module([300, 100]);
    module.sites.clear();
    let mut host = Host::new();
    let sum = (0..30_000_u32).sum::<u32>();
    assert_eq!(host.call(&*compile(&module), &[], 1).unwrap(), [sum.into()]);
    assert_eq!(host.allocated, 0);
}

/// A store through one view is seen by a load through another of the same array.
#[test]
fn views_of_one_array_alias() {
    let array = view(Dtype::I64, 1, Layout::C, true);
    let module = module(&[array, scalar(Dtype::Usize)], &[scalar(Dtype::I64)], |b, params| {
        let (zero, one) = (b.index(0), b.index(1));
        let stride = b.constant(1_isize);
        let op = Op::View {
            view: params[0],
            offset: vec![params[1]],
            dims: vec![one],
            strides: vec![stride],
        };
        let part = b.insert_one(op, array);
        let before = b.load(params[0], &[zero]);
        let hundred = b.constant(100_i64);
        b.store(part, &[zero], hundred);
        let after = b.load(params[0], &[zero]);
        let sum = b.binary(Binary::Add, before, after);
        return_(b, &[sum]);
    });
    let artifact = compile(&module);
    for (at, want) in [(0, 101), (1, 2)] {
        let mut data = [1_i64, 2];
        let mut args = slots(data.as_mut_ptr(), &[2], &[1]);
        args.push(at);
        assert_eq!(Host::new().call(&*artifact, &args, 1).unwrap(), [want]);
    }
}

/// Indices that wrap on the way to a small sum.
#[test]
fn constant_offsets_of_indices_wrap() {
    let module = module(
        &[view(Dtype::I64, 1, Layout::C, false), scalar(Dtype::Usize)],
        &[scalar(Dtype::I64)],
        |b, params| {
            let large = b.index(usize::MAX - 2);
            let five = b.index(5);
            let index = b.binary(Binary::Add, params[1], large);
            let index = b.binary(Binary::Add, index, five);
            let x = b.load(params[0], &[index]);
            return_(b, &[x]);
        },
    );
    let data = [10_i64, 11, 12, 13, 14];
    let mut args = slots(data.as_ptr(), &[5], &[1]);
    args.push(1);
    assert_eq!(run(&module, &args, 1).unwrap(), [13]);
}

#[test]
fn a_function_that_allocates_in_a_callee() {
    let array = view(Dtype::F64, 1, Layout::C, true);
    let mut module = alloc_module(1, true, false);
    module.functions[0].name = "make".into();
    let entry = function("entry", &[scalar(Dtype::Usize)], &[array], |b, params| {
        let callee = mambo_ir::function::FuncId(1);
        let made = b.insert_one(Op::Call { callee, args: params.to_vec() }, array);
        let zero = b.index(0);
        let x = b.constant(2.5_f64);
        b.store(made, &[zero], x);
        return_(b, &[made]);
    });
    module.functions.insert(0, entry);
    let artifact = compile(&module);
    let mut host = Host::new();
    let result = host.call(&*artifact, &[4], 3).unwrap();
    assert_eq!(result[1..], [4, 1]);
    // SAFETY: the array is alive in `host`.
    let made = unsafe { std::slice::from_raw_parts(result[0] as *const f64, 4) };
    assert_eq!(made, [2.5, 0.0, 0.0, 0.0]);
    let failed: Result<_, Panicked> = host.call(&*artifact, &[1 << 61], 3);
    assert_eq!(failed.unwrap_err().operands[0], 1 << 61);
}

/// The parts of complex numbers, in arrays of any stride and of the module's own.
#[test]
fn complex_numbers_lie_part_by_part() {
    let params =
        [view(Dtype::C64, 1, Layout::Strided, false), view(Dtype::C64, 1, Layout::C, true)];
    // `out[i] = (im(a[i]), -re(a[i]))`, by way of an array on the stack.
    let module = module(&params, &[], |b, params| {
        let (zero, len) = (b.index(0), b.dim(params[1], 0));
        let own = b.stack_array(Dtype::C64, &[1]);
        for_each(b, len, |b, i| {
            let (re, im) = (b.load(params[0], &[i]), b.load_part(params[0], &[i], 1));
            b.store(own, &[zero], im);
            let turned = b.unary(mambo_ir::function::Unary::Neg, re);
            b.store_part(own, &[zero], 1, turned);
            for part in 0..2 {
                let value = b.load_part(own, &[zero], part);
                b.store_part(params[1], &[i], part, value);
            }
        });
        return_(b, &[]);
    });
    let data = [[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]];
    let mut out = [[0.0_f32; 2]; 2];
    let mut args = slots(data.as_ptr(), &[2], &[2]);
    args.extend(slots(out.as_mut_ptr(), &[2], &[1]));
    run(&module, &args, 0).unwrap();
    assert_eq!(out, [[2.0, -1.0], [6.0, -5.0]]);
}

/// Constant arrays, read at any index from two functions.
#[test]
fn tables_are_part_of_the_module() {
    let table = |b: &mut Builder<'_>, dtype, dims: Vec<u32>, scalars: Vec<Const>| {
        let ty = view(dtype, dims.len() as u8, Layout::C, false);
        b.insert_one(Op::Table(std::sync::Arc::new(Table { dims, scalars })), ty)
    };
    let params = [scalar(Dtype::Usize)];
    let results = [scalar(Dtype::I16), scalar(Dtype::F64), scalar(Dtype::Bool)];
    let mut module = module(&params, &results, |b, params| {
        let shorts = (0..6).map(|i| Const::from(-100_i16 * i)).collect();
        let shorts = table(b, Dtype::I16, vec![2, 3], shorts);
        let one = b.index(1);
        let short = b.load(shorts, &[one, params[0]]);
        let truths = table(b, Dtype::Bool, vec![3], [true, false, true].map(Const::from).into());
        let truth = b.load(truths, &[params[0]]);
        let callee = mambo_ir::function::FuncId(1);
        let args = params.to_vec();
        let part = b.insert_one(Op::Call { callee, args }, scalar(Dtype::F64));
        return_(b, &[short, part, truth]);
    });
    module.functions.push(function("part", &params, &[scalar(Dtype::F64)], |b, params| {
        let parts = (0..6).map(|i| Const::from(0.5 * f64::from(i))).collect();
        let numbers = table(b, Dtype::C128, vec![3], parts);
        let part = b.load_part(numbers, &[params[0]], 1);
        table(b, Dtype::U8, vec![0, 4], vec![]);
        return_(b, &[part]);
    }));
    for (i, want) in [(0, (-300_i16, 0.5, 1)), (1, (-400, 1.5, 0)), (2, (-500, 2.5, 1))] {
        let found = run(&module, &[i], 3).unwrap();
        assert_eq!(found, [want.0 as u16 as u64, f64::to_bits(want.1), want.2]);
    }
}
