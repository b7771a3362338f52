//! The comparison that every test stands on: one call of the plain function, one of the
//! kernel, the same outcome.

use ndarray::{Array, Dimension};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// Calls `kernel::rust` and `kernel::try_call` with the same arguments and compares them.
///
/// Arguments are evaluated once a call, so they must not change what they are made from
/// (random values are made before). Memory that the kernel writes is made anew for each
/// call and compared too: `check!([out = array] kernel(input.view(), out.view_mut()))`.
macro_rules! check {
    ($kernel:ident $(::<$($ty:tt),*>)? ($($arg:expr),* $(,)?)) => {
        check!([] $kernel $(::<$($ty),*>)? ($($arg),*))
    };
    ([$($out:ident = $init:expr),*] $kernel:ident $(::<$($ty:tt),*>)? ($($arg:expr),* $(,)?)) => {{
        let expected = {
            $(#[allow(unused_mut, reason = "not every argument is written")] let mut $out = $init;)*
            let outcome =
                $crate::check::plain(|| $kernel::rust $(::<$($ty),*>)? ($($arg),*));
            (outcome, ($($out,)*))
        };
        let found = {
            $(#[allow(unused_mut, reason = "not every argument is written")] let mut $out = $init;)*
            let outcome =
                $crate::check::compiled(|| $kernel::try_call $(::<$($ty),*>)? ($($arg),*));
            (outcome, ($($out,)*))
        };
        $crate::check::agree(stringify!($kernel), &expected, &found, || {
            $(#[allow(unused_mut, reason = "not every argument is written")] let mut $out = $init;)*
            if false {
                // Says what the types are, for arguments that do not.
                let _ = $kernel::rust $(::<$($ty),*>)? ($($arg),*);
            }
            format!("{:?}", ($($arg,)*))
        });
    }};
}

/// Like `check!`, for a call that panics: the kernel's message contains `text`.
macro_rules! check_panic {
    ($text:expr, $kernel:ident $(::<$($ty:tt),*>)? ($($arg:expr),* $(,)?)) => {
        check_panic!($text, [] $kernel $(::<$($ty),*>)? ($($arg),*))
    };
    ($text:expr, [$($out:ident = $init:expr),*] $kernel:ident $(::<$($ty:tt),*>)?
        ($($arg:expr),* $(,)?)) => {{
        check!([$($out = $init),*] $kernel $(::<$($ty),*>)? ($($arg),*));
        $(#[allow(unused_mut, reason = "not every argument is written")] let mut $out = $init;)*
        $crate::check::panics_with($text, || $kernel::try_call $(::<$($ty),*>)? ($($arg),*));
    }};
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome<R> {
    Value(R),
    Panic(Caught),
}

/// A panic: what it said, and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caught {
    message: String,
    file: String,
    line: u32,
}

impl Caught {
    /// A plain function calls other kernels as any function does; their panics say at their
    /// end where they are from.
    fn new(message: &str, location: Option<&Location<'_>>) -> Self {
        let of_kernel = message.rsplit_once("\n  at ").and_then(|(message, place)| {
            let (place, _) = place.rsplit_once(" in kernel")?;
            let mut parts = place.rsplitn(3, ':').skip(1);
            let line = parts.next()?.parse().ok()?;
            Some(Caught { message: message.into(), file: parts.next()?.into(), line })
        });
        of_kernel.unwrap_or_else(|| Caught {
            message: message.into(),
            file: location.map_or("", Location::file).into(),
            line: location.map_or(0, Location::line),
        })
    }
}

thread_local! {
    /// Whether panics are expected now, so that nothing is printed.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Caught> = RefCell::default();
}

/// Runs `call` with its panics caught.
fn quietly<R>(call: impl FnOnce() -> R) -> Outcome<R> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                return loud(info);
            }
            LAST.set(Caught::new(&words(info.payload()), info.location()));
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(false);
    match outcome {
        Ok(value) => Outcome::Value(value),
        Err(_) => Outcome::Panic(LAST.take()),
    }
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

/// The outcome of a plain function.
pub(crate) fn plain<R>(call: impl FnOnce() -> R) -> Outcome<R> {
    quietly(call)
}

/// The outcome of a kernel, which must compile.
#[track_caller]
pub(crate) fn compiled<R>(call: impl FnOnce() -> Result<R, mambo::Error>) -> Outcome<R> {
    match quietly(call) {
        Outcome::Value(Ok(value)) => Outcome::Value(value),
        Outcome::Value(Err(mambo::Error::Panic(panic))) => Outcome::Panic(Caught {
            message: panic.message.clone(),
            file: panic.file.clone(),
            line: panic.line,
        }),
        // The panic was one of the plain function that was called.
        Outcome::Value(Err(mambo::Error::HostPanic(_))) => Outcome::Panic(LAST.take()),
        Outcome::Value(Err(error)) => panic!("{error}"),
        Outcome::Panic(caught) => panic!("`try_call` does not panic, but: {caught:?}"),
    }
}

/// Fails unless both calls ended the same way and wrote the same.
#[track_caller]
pub(crate) fn agree<R: Same + Debug, W: Same + Debug>(
    kernel: &str,
    expected: &(Outcome<R>, W),
    found: &(Outcome<R>, W),
    args: impl FnOnce() -> String,
) {
    let same = match (&expected.0, &found.0) {
        (Outcome::Value(expected), Outcome::Value(found)) => expected.same(found),
        (Outcome::Panic(expected), Outcome::Panic(found)) => same_panic(expected, found),
        _ => false,
    };
    assert!(
        same && expected.1.same(&found.1),
        "`{kernel}` and the plain function differ\n     args: {}\n    plain: {expected:?}\n compiled: {found:?}",
        args()
    );
}

/// The words are those of the standard library where it has any for the case; the line is
/// that of the plain function's panic if that was in the kernel itself.
fn same_panic(expected: &Caught, found: &Caught) -> bool {
    let here = expected.file == found.file;
    let own_words = [
        "index out of bounds",
        "range ",
        "slice index",
        "mid > len",
        "copy_from_slice",
        "ndarray",
        "swap: ",
        "collapse_axis: ",
    ];
    let same_words = !here
        || own_words.iter().any(|words| expected.message.starts_with(words))
        || expected.message == found.message;
    same_words && (!here || expected.line == found.line)
}

/// Fails unless the kernel panics with these words.
#[track_caller]
pub(crate) fn panics_with<R: Debug>(text: &str, call: impl FnOnce() -> Result<R, mambo::Error>) {
    match compiled(call) {
        Outcome::Panic(caught) if caught.message.contains(text) => {}
        other => panic!("expected a panic with the words {text:?}, found {other:?}"),
    }
}

thread_local! {
    /// By how many units in the last place floats may differ, or in that of 1.
    static ALLOWED: Cell<(f64, f64)> = const { Cell::new((0.0, 0.0)) };
}

fn allowing<R>(allowed: (f64, f64), test: impl FnOnce() -> R) -> R {
    ALLOWED.set(allowed);
    let result = test();
    ALLOWED.set((0.0, 0.0));
    result
}

/// Runs checks of elementary functions: those of kernels are not those of std, and both are
/// only near the true value.
pub(crate) fn elementary<R>(test: impl FnOnce() -> R) -> R {
    allowing((4.0, 0.0), test)
}

/// Runs checks of kernels that go on to compute with the results of elementary functions.
pub(crate) fn by_elementary<R>(test: impl FnOnce() -> R) -> R {
    allowing((4096.0, 4096.0), test)
}

/// Equal bit for bit, except that NaN is NaN, and for what [`elementary`] allows.
pub(crate) trait Same {
    fn same(&self, other: &Self) -> bool;
}

macro_rules! same_integers {
    ($($ty:ty)*) => {$(
        impl Same for $ty {
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )*};
}
same_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool);

impl Same for () {
    fn same(&self, _: &Self) -> bool {
        true
    }
}

macro_rules! same_floats {
    ($($ty:ident)*) => {$(
        impl Same for $ty {
            fn same(&self, other: &Self) -> bool {
                if self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan() {
                    return true;
                }
                let (ulps, at_all) = ALLOWED.get();
                let last_place = $ty::EPSILON * self.abs().max($ty::MIN_POSITIVE);
                let difference = (self - other).abs();
                let same_sign = self.is_sign_positive() == other.is_sign_positive();
                same_sign && difference <= ulps as $ty * last_place
                    || at_all > 0.0 && difference <= at_all as $ty * $ty::EPSILON
            }
        }
    )*};
}
same_floats!(f32 f64);

impl<T: Same> Same for mambo::Complex<T> {
    fn same(&self, other: &Self) -> bool {
        self.re.same(&other.re) && self.im.same(&other.im)
    }
}

macro_rules! same_tuples {
    ($(($($name:ident $index:tt)*))*) => {$(
        impl<$($name: Same),*> Same for ($($name,)*) {
            fn same(&self, other: &Self) -> bool {
                $(self.$index.same(&other.$index))&&*
            }
        }
    )*};
}
same_tuples! {
    (A 0) (A 0 B 1) (A 0 B 1 C 2) (A 0 B 1 C 2 D 3) (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
}

impl<T: Same> Same for [T] {
    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.same(b))
    }
}

impl<T: Same> Same for Vec<T> {
    fn same(&self, other: &Self) -> bool {
        self.as_slice().same(other)
    }
}

impl<T: Same, const N: usize> Same for [T; N] {
    fn same(&self, other: &Self) -> bool {
        self.as_slice().same(other)
    }
}

impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Same, D: Dimension> Same for Array<T, D> {
    fn same(&self, other: &Self) -> bool {
        self.shape() == other.shape() && self.iter().zip(other).all(|(a, b)| a.same(b))
    }
}

/// Compares structures field by field.
macro_rules! same_fields {
    ($ty:ty: $($field:tt)*) => {
        impl $crate::check::Same for $ty {
            fn same(&self, other: &Self) -> bool {
                $($crate::check::Same::same(&self.$field, &other.$field))&&*
            }
        }
    };
}
