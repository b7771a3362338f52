//! The arguments of the attribute.

use crate::describe;
use mambo_frontend::{
    EagerKind, EagerSignature, EagerType, JitOptions, TextSignature, lower_source,
    parse_jit_options,
};
use mambo_ir::FastMath;
use mambo_ir::Layout;
use mambo_ir::kernel::Inline;
use proptest::prelude::*;
use quote::ToTokens;

fn parse(source: &str) -> (JitOptions, Vec<String>) {
    let (options, errors) = parse_jit_options(source.parse().unwrap());
    (options, errors.iter().map(describe).collect())
}

fn good(source: &str) -> JitOptions {
    let (options, errors) = parse(source);
    assert_eq!(errors, Vec::<String>::new(), "errors in {source}");
    options
}

fn ty(ty: &EagerType) -> String {
    match &ty.kind {
        EagerKind::Scalar(dtype) => dtype.to_string(),
        EagerKind::Array { dtype, rank, layout } => format!("{dtype}/{rank}{layout}"),
        EagerKind::Tuple(items) => format!("({})", types(items)),
    }
}

fn types(items: &[EagerType]) -> String {
    items.iter().map(ty).collect::<Vec<_>>().join(" ")
}

fn eager(options: &JitOptions) -> Vec<String> {
    let text = |eager: &EagerSignature| match eager {
        EagerSignature::Type(ty) => ty.to_token_stream().to_string(),
        EagerSignature::Text(TextSignature { result, args, .. }) => {
            let result = result.as_ref().map(ty).unwrap_or("?".into());
            format!("{} -> {result}", types(args))
        }
    };
    options.eager.iter().map(text).collect()
}

#[test]
fn nothing_is_the_default() {
    let options = good("");
    assert_eq!(options.options, Default::default());
    assert!(options.eager.is_empty());
}

#[test]
fn options_are_read() {
    assert_eq!(good("inline = \"always\"").options.inline, Inline::Always);
    assert_eq!(good("inline = \"never\",").options.inline, Inline::Never);
    assert!(good("boundscheck = false").options.unchecked);
    let options = good("f32, boundscheck = true, \"f8(f8)\"");
    assert!(!options.options.unchecked);
    assert_eq!(eager(&options), ["f32", "f64 -> f64"]);
}

#[test]
fn what_floats_allow_is_read() {
    let allowed = |source: &str| good(source).options.fastmath;
    assert_eq!(allowed("f32"), FastMath::default());
    assert_eq!(allowed("fastmath"), FastMath::ALL);
    assert_eq!(allowed("fastmath = true, f32"), FastMath::ALL);
    assert_eq!(allowed("fastmath = false"), FastMath::default());
    let some = FastMath::REASSOC.with(FastMath::NSZ);
    assert_eq!(allowed("f32, fastmath(nsz, reassoc,)"), some);
    assert!(!some.has(FastMath::CONTRACT));
}

#[test]
fn types_are_read() {
    let options = good("f32, i64, (f32, u8), geo::Point, Complex<f64>, [f64; 3]");
    let expected = ["f32", "i64", "(f32 , u8)", "geo :: Point", "Complex < f64 >", "[f64 ; 3]"];
    assert_eq!(eager(&options), expected);
}

#[test]
fn signatures_are_read() {
    let cases = [
        ("f64(f64[:], f64[:])", "f64/1S f64/1S -> f64"),
        ("void(f4[::1], f8[:, ::1], i2[::1, :], u1[:,:,:])", "f32/1C f64/2C i16/2F u8/3S -> ()"),
        ("f8()", " -> f64"),
        ("( i8 , u8 , b1 , )", "i64 u64 bool -> ?"),
        ("Tuple((f8, f8))(int32, intp)", "i32 isize -> (f64 f64)"),
        ("UniTuple(f8, 2)(Tuple([i1, f4[:]]))", "(i8 f32/1S) -> (f64 f64)"),
        ("c16(complex64[:], c8)", "Complex<f32>/1S Complex<f32> -> Complex<f64>"),
        ("usize(isize, u16, uint64, float32, boolean)", "isize u16 u64 f32 bool -> usize"),
    ];
    for (source, expected) in cases {
        assert_eq!(eager(&good(&format!("{source:?}"))), [expected], "signature {source}");
    }
}

#[test]
fn layouts_are_told_apart() {
    let options = good("\"void(f8[:,:], f8[::1], f8[:,::1], f8[::1,:])\"");
    let EagerSignature::Text(signature) = &options.eager[0] else { panic!("a type") };
    let layouts: Vec<Layout> = signature
        .args
        .iter()
        .map(|arg| match &arg.kind {
            EagerKind::Array { layout, .. } => *layout,
            _ => panic!("no array"),
        })
        .collect();
    assert_eq!(layouts, [Layout::Strided, Layout::C, Layout::C, Layout::F]);
}

#[test]
fn mistakes_are_listed_at_their_place() {
    let known = "there are `inline = \"always\"`, `inline = \"never\"`, `boundscheck = true`, \
                 `boundscheck = false`, `fastmath` and `fastmath(reassoc, …)`; types such as `f32, f64` and signatures such as \
                 `\"f64(f64[:])\"` are compiled at start";
    let flags = "`reassoc`, `contract`, `nnan`, `ninf`, `nsz`, `arcp` and `afn`";
    let cases: [(&str, &[&str]); 14] = [
        ("parallel", &["1:1 unknown option `parallel`: KNOWN"]),
        (
            "vectorize = true, f32, cache",
            &["1:1 unknown option `vectorize`: KNOWN", "1:24 unknown option `cache`: KNOWN"],
        ),
        (
            "fastmath(), fastmath(nsz, fast), fastmath = 1",
            &[
                "1:10 `fastmath(…)` allows nothing: name one of FLAGS, or write `fastmath`",
                "1:27 `fast` is not something to allow: there are FLAGS",
                "1:45 `fastmath` is `true` or `false`: write one of them, or name what to allow as in `fastmath(reassoc)`",
            ],
        ),
        ("Target = 1", &["1:1 unknown option `Target`: KNOWN"]),
        (
            "target(x), inline",
            &[
                "1:1 unknown option `target`: KNOWN",
                "1:12 `inline` takes a value: write `inline = \"always\"`",
            ],
        ),
        (
            "inline = 3",
            &[
                "1:10 `inline` is `\"always\"` or `\"never\"`: leave it out to let the compiler decide",
            ],
        ),
        (
            "inline = \"auto\"",
            &[
                "1:10 `inline` is `\"always\"` or `\"never\"`: leave it out to let the compiler decide",
            ],
        ),
        ("boundscheck = \"no\"", &["1:15 `boundscheck` is `true` or `false`: write one of them"]),
        ("boundscheck", &["1:1 `boundscheck` takes a value: write `boundscheck = true`"]),
        (
            "inline = \"never\", inline = \"always\"",
            &["1:19 `inline` is given twice: remove one of them"],
        ),
        ("3", &["1:1 a signature is a string in Numba's spelling: write `\"f64(f64[:])\"`"]),
        ("f32 f64", &["1:5 expected a comma: separate types, signatures and options by commas"]),
        (", f32", &["1:1 expected a type, a signature or an option: KNOWN"]),
        ("f32, + , i32", &["1:6 expected a type, a signature or an option: KNOWN"]),
    ];
    for (source, expected) in cases {
        let expected: Vec<String> = expected
            .iter()
            .map(|error| error.replace("KNOWN", known).replace("FLAGS", flags))
            .collect();
        assert_eq!(parse(source).1, expected, "errors of {source}");
    }
}

#[test]
fn bad_signatures_are_told() {
    let unknown = "unknown type: write a name such as `f8`, `float64`, `i4`, `int32` or `b1`, an \
                   array such as `f8[:, ::1]`, or a tuple such as `UniTuple(f8, 2)`";
    let order = "`::1` marks one contiguous axis: the last (C order) or the first (F order)";
    let shape = "a signature is `result(argument, ..)`";
    let cases = [
        ("", format!("at the end of the signature: {unknown}")),
        ("f8", format!("at the end of the signature: expected `(`: {shape}")),
        ("f8(f9)", format!("at `f9)`: {unknown}")),
        ("f8(f8", format!("at the end of the signature: expected `)`: {shape}")),
        ("f8(f8 f8)", format!("at `f8)`: expected `)`: {shape}")),
        ("f8(f8) x", "at `x`: the signature ends before this: remove the rest".into()),
        ("f8(void)", "`void` is no type of an argument: leave the argument out".into()),
        ("f8(f8[3])", format!("at `3])`: expected `:`: {shape}")),
        ("f8(f8[:,::1,:])", format!("at `)`: {order}")),
        ("f8(f8[::1,::1])", format!("at `)`: {order}")),
        (
            "f8(f8[:,:,:,:,:,:,:])",
            "at `)`: arrays have at most 6 dimensions: fold two axes into one".into(),
        ),
        (
            "UniTuple(f8, 99)()",
            "at ` 99)()`: the length of a tuple is a small number: write 2, say".into(),
        ),
        ("Tuple(f8)()", format!("at `f8)()`: expected `(`: {shape}")),
    ];
    for (source, expected) in cases {
        let (options, errors) = parse(&format!("{source:?}, f32"));
        let column = if expected.starts_with("`void`") { 5 } else { 1 };
        assert_eq!(errors, [format!("1:{column} {expected}")], "error of {source}");
        assert_eq!(eager(&options), ["f32"], "what follows {source}");
    }
}

#[test]
fn deep_tuples_in_signatures_are_refused() {
    let source = format!("\"{}f8{}()\"", "Tuple((".repeat(5000), "))".repeat(5000));
    let (_, errors) = parse(&source);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].ends_with("tuples nest too deep: name a structure"));
}

#[test]
fn unchecked_kernels_are_unsafe() {
    let options = good("boundscheck = false");
    let (lowered, errors) = lower_source("unsafe fn k() {}", &options);
    assert!(errors.is_empty());
    assert!(lowered.unwrap().kernel.options.unchecked);
    let (lowered, errors) = lower_source("fn k() {}", &options);
    assert!(lowered.is_none());
    let expected = "1:1 `boundscheck = false` lets an index out of bounds corrupt memory: write \
                    `unsafe fn`, or leave the checks on";
    assert_eq!(errors.iter().map(describe).collect::<Vec<_>>(), [expected]);
}

#[test]
fn signatures_have_an_argument_for_each_parameter() {
    let options = good("\"f8(f8, f8)\", \"f8(f8)\", f32");
    let (_, errors) = lower_source("fn k(x: f64, y: f64) -> f64 { x }", &options);
    let expected =
        "1:15 argument types: 1, parameters of the kernel: 2; write one type for each parameter";
    assert_eq!(errors.iter().map(describe).collect::<Vec<_>>(), [expected]);
}

proptest! {
    #[test]
    fn any_text_as_a_signature_is_read_or_refused(text in "[ a-z0-9\\[\\]():,é]{0,24}") {
        let (options, errors) = parse(&format!("{text:?}"));
        prop_assert_eq!(options.eager.len() + errors.len(), 1);
    }
}
