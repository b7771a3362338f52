//! Annotate a numeric function, and have it compiled when it runs, for the types it is called
//! with and the processor at hand.
//!
//! ```
//! use mambo::prelude::*;
//!
//! #[jit]
//! fn triangle(n: u64) -> u64 {
//!     let mut sum = 0;
//!     for i in 1..=n {
//!         sum += i;
//!     }
//!     sum
//! }
//!
//! assert_eq!(triangle(100), 5050);                    // compiled on this call
//! assert_eq!(triangle::rust(100), 5050);              // the plain function
//! assert_eq!(triangle::signatures()[0].to_string(), "(u64) -> u64");
//! ```
//!
//! # A kernel is two items
//! The function `name` is called like the function that was written; it panics where that
//! would. The type `name` carries the rest:
//!
//! | | |
//! |---|---|
//! | `name::rust(..)` | the plain function |
//! | `name::try_call(..)` | a [`Result`] instead of a panic ([`Error`]) |
//! | `name::warm_up()` | compiles the signatures that the attribute lists |
//! | `name::signatures()` | what is compiled so far |
//! | `name::ir()`, `name::asm()` | its code, before and after the code generator |
//! | `name::stats()` | how much, and how long it took |
//!
//! The type implements [`Kernel`]. Types and functions may share a name in Rust; a *module* of
//! that name may not be in the same scope (`mod dot; use dot::dot;` does not compile).
//!
//! # What kernels take and return
//! [`Arg`] and [`Ret`] list the types. Anything else is an error of the compiler at the type.
//! Structures get `#[derive(Data)]`; generic kernels take [`Number`], [`Real`] or [`Integer`]:
//!
//! ```
//! use mambo::prelude::*;
//!
//! #[derive(Clone, Copy, Debug, PartialEq, Data)]
//! struct Point {
//!     x: f64,
//!     y: f64,
//! }
//!
//! #[jit]
//! fn middle(a: Point, b: &Point) -> Point {
//!     Point { x: 0.5 * (a.x + b.x), y: 0.5 * (a.y + b.y) }
//! }
//!
//! #[jit(f32, f64)]
//! fn lerp<T: Real>(a: T, b: T, t: T) -> T {
//!     t.mul_add(b - a, a)
//! }
//!
//! let (a, b) = (Point { x: 0.0, y: 2.0 }, Point { x: 4.0, y: 0.0 });
//! assert_eq!(middle(a, &b), Point { x: 2.0, y: 1.0 });
//! assert_eq!(lerp(1.0f32, 3.0, 0.5), 2.0);
//! assert_eq!(lerp::stats().compiled, 2);
//! ```
//!
//! A kernel over [`Elementwise`] takes numbers and whole arrays, and has a signature for each
//! type and rank it is called with:
//!
//! ```
//! use mambo::prelude::*;
//!
//! #[jit]
//! fn cosd<A: Elementwise>(degrees: A) -> (A, A) {
//!     let radians = degrees.to_radians();
//!     (radians.clone().cos(), radians.sin())
//! }
//!
//! assert_eq!(cosd(0.0f64), (1.0, 0.0));
//! let (cosines, sines) = cosd(array![[0.0f32, 90.0], [180.0, 270.0]]);
//! assert_eq!(cosines[[1, 0]], -1.0);
//! assert_eq!(sines[[0, 1]], 1.0);
//! assert_eq!(cosd::signatures()[1].to_string(), "<Array2<f32, C>>(Array2<f32, C>) -> (Array2<f32, C>, Array2<f32, C>)");
//! ```
//!
//! # Functions of arrays
//! [`vectorize`](macro@vectorize) makes a function of numbers one of arrays, element by element, with broadcasting,
//! reductions and all that NumPy's universal functions have; [`guvectorize`](macro@guvectorize) does it for a function
//! of small arrays:
//!
//! ```
//! use mambo::prelude::*;
//!
//! #[vectorize(identity = 0)]
//! fn add<T: Number>(x: T, y: T) -> T {
//!     x + y
//! }
//!
//! #[guvectorize("(n),(n)->()")]
//! fn dot(x: ArrayView1<f64>, y: ArrayView1<f64>, out: &mut f64) {
//!     *out = 0.0;
//!     for i in 0..x.len() {
//!         *out += x[i] * y[i];
//!     }
//! }
//!
//! let matrix = array![[1.0, 2.0], [3.0, 4.0]];
//! assert_eq!(add(&matrix, &array![10.0, 20.0]), array![[11.0, 22.0], [13.0, 24.0]]);
//! assert_eq!(add::reduce(&matrix, Axis(0)), array![4.0, 6.0]);
//! assert_eq!(dot(&matrix, &matrix.t()), array![7.0, 22.0]);
//! ```
//!
//! # What kernels call
//! A kernel calls other kernels and ordinary functions by their names. Kernels are compiled
//! into each other; other functions ([`HostFn`]) are called by address, as are kernels that
//! are declared inside of a function. A generic function that is no kernel needs its type
//! arguments written: `helper::<f64>(x)`.
//!
//! # Panics
//! A panic of a kernel frees what the kernel allocated and panics in the caller, with the
//! file and line in the kernel; `name::try_call` returns it. A panic of an ordinary function
//! that a kernel calls goes on through the kernel with its own payload. Recursion that is too
//! deep is such a panic, where a plain function would overflow the stack and end the process.
//!
//! # Looking inside
//! With `MAMBO_DUMP=<directory>` in the environment, the intermediate form after each pass
//! and the machine code of every kernel are written there.

/// ```
/// use mambo::prelude::*;
///
/// #[derive(Clone, Copy, Data)]
/// struct Circle {
///     center: (f64, f64),
///     radius: f64,
/// }
///
/// #[jit]
/// fn covers(circle: &Circle, x: f64, y: f64) -> bool {
///     (x - circle.center.0).hypot(y - circle.center.1) <= circle.radius
/// }
///
/// let circle = Circle { center: (1.0, 1.0), radius: 2.0 };
/// assert!(covers(&circle, 2.0, 2.0));
/// assert!(!covers(&circle, 4.0, 1.0));
/// ```
pub use mambo_macros::Data;
#[doc = include_str!("guvectorize.md")]
pub use mambo_macros::guvectorize;
/// ```
/// use mambo::prelude::*;
///
/// #[jit]
/// fn dot(a: &[f64], b: &[f64]) -> f64 {
///     assert!(a.len() == b.len());
///     let mut sum = 0.0;
///     for i in 0..a.len() {
///         sum += a[i] * b[i];
///     }
///     sum
/// }
///
/// assert_eq!(dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// let error = dot::try_call(&[1.0, 2.0], &[]).unwrap_err();
/// assert!(error.to_string().starts_with("assertion failed: "));
/// ```
///
/// Loops run in vectors where their turns may run side by side; `explain` says what became of
/// each, and why:
///
/// ```
/// use mambo::prelude::*;
///
/// #[jit(fastmath(reassoc))]
/// fn total(a: &[f32]) -> f32 {
///     let mut sum = 0.0;
///     for &x in a {
///         sum += x;
///     }
///     sum
/// }
///
/// assert_eq!(total(&[0.5; 1000]), 500.0);
/// println!("{}", total::explain());
/// ```
pub use mambo_macros::jit;
#[doc = include_str!("vectorize.md")]
pub use mambo_macros::vectorize;
pub use mambo_runtime::{
    AccessKind, AccessReport, Arg, Axes, BackendError, Captured, CastsTo, CompileError, CoreAxes,
    CoreOf, CoreOperand, CoreOperands, CoreParam, CoreResults, Described, Dispatcher, Element,
    Elementwise, Error, Explanation, Followed, Grown, HostArg, HostFn, Integer, Item, Join, Kernel,
    Layout, Leaves, LoopExplanation, LoopShape, NoAxes, Number, Obstacle, Operand, Operands, Panic,
    Payload, PlaceNumber, PlaceNumbers, Places, Plain, Rank, Real, Reason, ReduceAxes, Reduction,
    Results, Ret, Scalar, ShapeError, Signature, SignatureExplanation, Stats, Target, Type,
    VectorPlan, Vectorized,
};

/// Complex numbers, as kernels know them: the type that ndarray uses too.
///
/// Kernels have `Complex::new`, `i`, `cis` and `from_polar`, the fields, `+ - * / % ==` with
/// complex and real numbers, and the methods of the type, from `norm` and `conj` to `powc` and
/// `atanh`; arrays of them have what arrays have.
///
/// ```
/// use mambo::prelude::*;
///
/// #[jit]
/// fn escapes(c: Complex<f64>, limit: u32) -> u32 {
///     let mut z = Complex::new(0.0, 0.0);
///     let mut n = 0;
///     while n < limit && z.norm_sqr() <= 4.0 {
///         z = z * z + c;
///         n += 1;
///     }
///     n
/// }
///
/// assert_eq!(escapes(Complex::new(0.3, 0.6), 100), escapes::rust(Complex::new(0.3, 0.6), 100));
/// ```
pub use mambo_runtime::Complex;

mod backend;
pub mod math;

/// What a module with kernels needs: the attributes, the bounds for generic kernels, and the
/// array types.
pub mod prelude {
    pub use crate::{
        Complex, Data, Elementwise, Integer, Kernel, Number, Real, guvectorize, jit, vectorize,
    };
    pub use ndarray::{
        Array, Array0, Array1, Array2, Array3, Array4, Array5, Array6, ArrayRef, ArrayRef1,
        ArrayRef2, ArrayView, ArrayView0, ArrayView1, ArrayView2, ArrayView3, ArrayView4,
        ArrayView5, ArrayView6, ArrayViewMut, ArrayViewMut0, ArrayViewMut1, ArrayViewMut2,
        ArrayViewMut3, ArrayViewMut4, ArrayViewMut5, ArrayViewMut6, Axis, Ix0, Ix1, Ix2, Ix3, Ix4,
        Ix5, Ix6, array, s,
    };
}

/// What generated code uses; not for people, and without promises.
#[doc(hidden)]
pub mod __private {
    pub use mambo_runtime::generated::*;
    pub use mambo_runtime::{
        Arg, Axes, Captured, CastsTo, CoreOf, CoreOperands, Described, Dispatcher, Error, Followed,
        Grown, Kernel, Layout, Leaves, Operand, Operands, Places, Plain, ReduceAxes, Reduction,
        Results, Ret, Target, Type,
    };
    pub use ndarray;

    /// The backend of the process.
    pub fn backend() -> &'static dyn Backend {
        crate::backend::of_process()
    }
}
