//! What must hold for any text, any module and any numbers.

use mambo_ir::function::{Binary, Compare, Function, Op, Terminator, Unary, Value, ValueType};
use mambo_ir::interpret::{Limits, Memory, Operand, View, interpret_within};
use mambo_ir::text::parse;
use mambo_ir::verify::{MAX_NESTING, verify};
use mambo_ir::{Const, Dtype, eval};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Every file of `text/`.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text");
    let mut texts = Vec::new();
    for directory in ["roundtrip", "run", "reject", "syntax"] {
        for entry in fs::read_dir(root.join(directory)).expect("the directory is there") {
            let path = entry.expect("the directory can be read").path();
            texts.push(fs::read_to_string(path).expect("the file can be read"));
        }
    }
    texts.sort();
    texts
}

/// Pieces that stand in module texts, to be put where they do not belong.
const PIECES: [&str; 40] = [
    "%0",
    "%1",
    "%7",
    "%99",
    "^0",
    "^1",
    "!0",
    "!9",
    "@f0",
    "@f1",
    "@h0",
    "@1:2",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "->",
    "..",
    "..=",
    "\"",
    "\\",
    ";",
    "\n",
    " ",
    "const",
    "yield",
    "return",
    "i8",
    "f64",
    "view<f64, 1, C>",
    "-1",
    "0",
    "18446744073709551615",
    "é",
    "loop",
];

/// Replaces `len` characters of `text` by a piece, some times over.
fn mutate(text: &str, edits: &[(prop::sample::Index, usize, usize)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, len, piece) in edits {
        let at = at.index(chars.len() + 1);
        let end = (at + len).min(chars.len());
        chars.splice(at..end, PIECES[*piece].chars());
    }
    chars.into_iter().collect()
}

/// Whatever a text is, each step that it reaches must do its work without a panic.
fn check_text(text: &str) {
    let Ok(module) = parse(text) else { return };
    let printed = module.to_string();
    let again = parse(&printed).unwrap_or_else(|error| panic!("{error} in\n{printed}"));
    assert_eq!(printed, again.to_string());
    assert_eq!(verify(&module).is_ok(), verify(&again).is_ok(), "{printed}");
    // A mutated program may well call what is no function.
    if verify(&module).is_err() || !module.hosts.is_empty() {
        return;
    }
    let entry = module.entry();
    let mut memory = Memory::new();
    let args: Vec<Operand> = entry
        .params()
        .iter()
        .map(|&param| match entry.ty(param) {
            ValueType::Scalar(dtype) => Const::one(dtype).into(),
            ValueType::View(ty) => {
                let dims = vec![2; ty.rank as usize];
                let count = usize::from(ty.dtype.parts()) << ty.rank;
                let scalars = vec![Const::one(ty.dtype.part()); count];
                let buffer = memory.add(ty.dtype, scalars);
                View::contiguous(buffer, &dims, ty.layout).into()
            }
        })
        .collect();
    let limits = Limits { fuel: 1000, depth: 10, bytes: 1 << 16 };
    // It may well fault; it must not panic.
    let _ = interpret_within(&module, &mut memory, &args, limits);
}

/// The files, read once.
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(corpus);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_panics(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, 0..PIECES.len()), 1..5),
    ) {
        check_text(&mutate(&CORPUS[which.index(CORPUS.len())], &edits));
    }

    #[test]
    fn noise_is_refused_without_a_panic(text in "[ -~\n\u{e9}]{0,60}") {
        check_text(&text);
    }

    #[test]
    fn constants_read_back_to_the_same_bits(which in 0..Dtype::ALL.len(), bits in any::<u128>()) {
        let value = Const::from_bits(Dtype::ALL[which], bits);
        let text = format!("func @f0 f() -> () {{ %0: {} = const {value} return }}", value.dtype());
        let module = parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&module.entry().insts[0].op, &Op::Const(value));
    }

    #[test]
    fn floats_compute_as_rust_does(a in any::<f64>(), b in any::<f64>(), c in any::<f64>()) {
        let same = |found: Option<Const>, expected: Const| {
            let nan = |value: Const| value.as_float().is_some_and(f64::is_nan);
            found.is_some_and(|found| found == expected || nan(found) && nan(expected))
        };
        let (x, y) = (a as f32, b as f32);
        prop_assert!(same(eval::binary(Binary::Add, a.into(), b.into()), (a + b).into()));
        prop_assert!(same(eval::binary(Binary::Sub, x.into(), y.into()), (x - y).into()));
        prop_assert!(same(eval::binary(Binary::Mul, x.into(), y.into()), (x * y).into()));
        prop_assert!(same(eval::binary(Binary::Div, a.into(), b.into()), (a / b).into()));
        prop_assert!(same(eval::binary(Binary::Rem, a.into(), b.into()), (a % b).into()));
        prop_assert!(same(eval::binary(Binary::Hypot, x.into(), y.into()), mambo_math::hypot(x, y).into()));
        prop_assert!(same(Some(eval::mul_add(a.into(), b.into(), c.into())), a.mul_add(b, c).into()));
        prop_assert!(same(Some(eval::unary(Unary::Sqrt, x.into())), x.sqrt().into()));
        prop_assert!(same(Some(eval::unary(Unary::Sin, a.into())), mambo_math::sin(a).into()));
        prop_assert_eq!(eval::compare(Compare::Lt, a.into(), b.into()), a < b);
        prop_assert_eq!(eval::compare(Compare::Ne, x.into(), y.into()), x != y);
        prop_assert_eq!(eval::cast(a.into(), Dtype::I8), Const::from(a as i8));
        prop_assert_eq!(eval::cast(x.into(), Dtype::U64), Const::from(x as u64));
        prop_assert!(same(Some(eval::cast(a.into(), Dtype::F32)), x.into()));
    }

    #[test]
    fn wide_integers_compute_exactly(a in any::<i64>(), b in any::<i64>()) {
        check_int(Dtype::I64, a.into(), b.into());
        check_int(Dtype::U64, i128::from(a as u64), i128::from(b as u64));
        check_int(Dtype::U32, i128::from(a as u32), i128::from(b as u32));
        check_int(Dtype::Isize, a.into(), b.into());
    }
}

/// Integer operations against exact arithmetic on wider ones.
fn check_int(dtype: Dtype, a: i128, b: i128) {
    let (x, y) = (Const::int(dtype, a), Const::int(dtype, b));
    let bits = dtype.bits();
    let (min, max) = match dtype.is_signed_int() {
        true => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
        false => (0, (1_i128 << bits) - 1),
    };
    let get = |op| eval::binary(op, x, y);
    let wraps = |op, exact: i128| {
        assert_eq!(get(op), Some(Const::int(dtype, exact)), "{op:?} {a} {b} {dtype}");
    };
    let overflows = |op, exact: Option<i128>| {
        let outside = exact.is_none_or(|exact| exact < min || exact > max);
        assert_eq!(get(op), Some(Const::bool(outside)), "{op:?} {a} {b} {dtype}");
    };
    wraps(Binary::Add, a + b);
    wraps(Binary::Sub, a - b);
    wraps(Binary::Mul, a.wrapping_mul(b));
    wraps(Binary::And, a & b);
    wraps(Binary::Or, a | b);
    wraps(Binary::Xor, a ^ b);
    wraps(Binary::Min, a.min(b));
    wraps(Binary::Max, a.max(b));
    wraps(Binary::SaturatingAdd, (a + b).clamp(min, max));
    wraps(Binary::SaturatingSub, (a - b).clamp(min, max));
    wraps(Binary::MulHigh, a.wrapping_mul(b) >> bits);
    overflows(Binary::AddOverflows, Some(a + b));
    overflows(Binary::SubOverflows, Some(a - b));
    overflows(Binary::MulOverflows, a.checked_mul(b));
    let count = (b & i128::from(bits - 1)) as u32;
    wraps(Binary::Shl, a << count);
    wraps(Binary::Shr, a >> count);
    let low = (a as u128) & (u128::MAX >> (128 - bits));
    wraps(Binary::RotateLeft, ((low << count) | (low >> (bits - count))) as i128);
    wraps(Binary::RotateRight, ((low >> count) | (low << (bits - count))) as i128);
    let quotient = a.checked_div(b).filter(|quotient| (min..=max).contains(quotient));
    assert_eq!(get(Binary::Div), quotient.map(|quotient| Const::int(dtype, quotient)));
    let remainder = quotient.map(|quotient| Const::int(dtype, a - quotient * b));
    assert_eq!(get(Binary::Rem), remainder, "{a} % {b} {dtype}");
    assert_eq!(eval::compare(Compare::Lt, x, y), a < b);
    assert_eq!(eval::compare(Compare::Ge, x, y), a >= b);
    assert_eq!(eval::unary(Unary::Neg, x), Const::int(dtype, -a));
    assert_eq!(eval::unary(Unary::Not, x), Const::int(dtype, !a));
    assert_eq!(eval::unary(Unary::CountOnes, x), low.count_ones().into());
    assert_eq!(eval::unary(Unary::LeadingZeros, x), (low.leading_zeros() - (128 - bits)).into());
    assert_eq!(eval::unary(Unary::TrailingZeros, x), low.trailing_zeros().min(bits).into());
    if dtype.is_signed_int() {
        assert_eq!(eval::unary(Unary::Abs, x), Const::int(dtype, a.abs()));
    }
    for to in Dtype::ALL.into_iter().filter(|to| to.is_int()) {
        assert_eq!(eval::cast(x, to), Const::int(to, a), "{a} as {to}");
    }
    assert_eq!(eval::cast(x, Dtype::F64), Const::f64(a as f64));
    assert_eq!(eval::cast(x, Dtype::F32), Const::f32(a as f32));
}

#[test]
fn bytes_compute_exactly() {
    for a in -128..128 {
        for b in -128..128 {
            check_int(Dtype::I8, a, b);
            check_int(Dtype::U8, a + 128, b + 128);
        }
    }
}

#[test]
fn minimum_and_maximum_treat_nan_as_std_does() {
    let (one, nan) = (Const::f64(1.0), Const::f64(f64::NAN));
    for op in [Binary::Min, Binary::Max] {
        assert_eq!(eval::binary(op, one, nan), Some(one));
        assert_eq!(eval::binary(op, nan, one), Some(one));
    }
}

#[test]
fn bool_casts_to_zero_and_one() {
    for to in Dtype::ALL {
        assert_eq!(eval::cast(Const::bool(true), to), Const::one(to));
        assert_eq!(eval::cast(Const::bool(false), to), Const::zero(to));
    }
}

/// A function of so many scopes within each other.
fn nested(scopes: usize) -> String {
    let (open, close) = ("scope { ".repeat(scopes), "yield } ".repeat(scopes));
    format!("func @f0 f() -> () {{ {open}{close}return }}")
}

#[test]
fn nesting_is_limited() {
    let module = parse(&nested(MAX_NESTING - 1)).expect("it can be read");
    assert_eq!(verify(&module), Ok(()));
    assert_eq!(parse(&module.to_string()).as_ref(), Ok(&module));
    let module = parse(&nested(MAX_NESTING)).expect("it can be read");
    assert_eq!(
        verify(&module).map_err(|error| error.rule),
        Err("blocks nest at most 500 deep".into())
    );
    assert!(parse(&nested(100_000)).is_err());
}

/// A function that the text form cannot express.
fn broken(change: impl FnOnce(&mut Function)) -> String {
    let text = "func @f0 f(%0: i32) -> () { %1: i32 = neg %0 scope { yield } return }";
    let mut module = parse(text).expect("it can be read");
    assert_eq!(verify(&module), Ok(()));
    change(&mut module.functions[0]);
    let error = verify(&module).expect_err("it is broken");
    // The message quotes the broken function.
    let _ = error.to_string();
    error.rule
}

#[test]
fn tables_are_kept() {
    let entry = |function: &mut Function| function.entry;
    let rule = broken(|f| {
        let entry = entry(f);
        let inst = f.block(entry).insts[0];
        f.block_mut(entry).insts.push(inst);
    });
    assert_eq!(rule, "an instruction stands in one place");
    let rule = broken(|f| f.insts[0].results = vec![Value(0)]);
    assert_eq!(rule, "a value is defined once");
    let rule = broken(|f| f.insts[0].results = vec![Value(70)]);
    assert_eq!(rule, "%70 is not in the table of values");
    let rule = broken(|f| f.insts[0].op = Op::Unary(Unary::Neg, Value(70)));
    assert_eq!(rule, "a value is used below its definition, in the same or an inner block");
    let rule = broken(|f| f.insts[1].op = Op::Scope { body: f.entry });
    assert_eq!(rule, "a block belongs to one instruction");
    let rule = broken(|f| f.insts[1].op = Op::Scope { body: mambo_ir::function::Block(9) });
    assert_eq!(rule, "^9 is not in the table of blocks");
    let rule = broken(|f| f.blocks[0].insts.push(mambo_ir::function::Inst(9)));
    assert_eq!(rule, "inst9 is not in the table");
    let rule = broken(|f| f.entry = mambo_ir::function::Block(9));
    assert_eq!(rule, "^9 is not in the table of blocks");
}

#[test]
fn garbage_is_not_printed() {
    let text = "func @f0 f(%0: i32) -> () {\n  %1: i32 = neg %0\n  return\n}\n";
    let mut module = parse(text).expect("it can be read");
    let function = &mut module.functions[0];
    function.new_inst(Op::Free(Value(0)), &[ValueType::Scalar(Dtype::F64)], Default::default());
    let block = function.new_block();
    function.block_mut(block).end = Terminator::Break { target: block, values: vec![] };
    assert_eq!(module.to_string(), text);
}
