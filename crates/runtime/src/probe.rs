//! Telling kernels from other functions, by the type of the same name.
//!
//! The macro names the type `K` beside a called function `K`, with a fallback of its own if
//! there is none. If `K` is a kernel, the methods of [`Probe`] are found first; if not, those
//! of [`HostProbe`].

use crate::describe::Described;
use crate::host::HostFn;
use crate::kernel::Kernel;
use mambo_compiler::source::Callee;
use mambo_ir::Type;
use std::any::type_name;
use std::marker::PhantomData;

/// A question about the type `K`.
#[derive(Debug)]
pub struct Probe<K>(PhantomData<K>);

impl<K> Probe<K> {
    /// The question.
    #[allow(clippy::new_without_default, reason = "generated code asks in one way only")]
    pub const fn new() -> Self {
        Probe(PhantomData)
    }
}

/// What a kernel may call and knows by the type of the same name: kernels and elementary
/// functions.
pub trait Known {
    /// Its name.
    const NAME: &'static str;

    /// A pointer to the function; one instantiation if it is generic.
    type Pointer;

    /// What it is.
    fn callee() -> Callee;
}

impl<K: Kernel> Known for K {
    const NAME: &'static str = K::SOURCE.name;

    type Pointer = K::Pointer;

    fn callee() -> Callee {
        Callee::Kernel(K::SOURCE)
    }
}

impl<K: Known> Probe<K> {
    /// A kernel called without type arguments; making a pointer of it settles its generic
    /// parameters.
    pub fn callee<F>(self, _name: &'static str, _value: F, _: fn(F) -> K::Pointer) -> Callee {
        Self::beside::<F>()
    }

    /// A kernel called with type arguments.
    pub fn callee_with_types<F>(self, _name: &'static str, _value: F) -> Callee {
        Self::beside::<F>()
    }

    /// The kernel, if its type stands where the function of type `F` does. It does not if the
    /// function is declared in a function body and hides a kernel of the module. Functions have
    /// the names of their types, with type arguments behind.
    fn beside<F>() -> Callee {
        let rest = type_name::<F>().strip_prefix(type_name::<K>());
        match rest {
            Some(rest) if rest.is_empty() || rest.starts_with('<') => K::callee(),
            _ => Callee::Hides(K::NAME),
        }
    }

    /// A kernel called with type arguments that depend on a generic parameter.
    pub fn callee_of_generic(self) -> Callee {
        K::callee()
    }
}

/// The answers if `K` is no kernel.
pub trait HostProbe: Sized {
    /// A function called without type arguments.
    fn callee<A, R, F: HostFn<A, R>>(self, name: &'static str, value: F, _: fn(F) -> F) -> Callee {
        value.callee(name)
    }

    /// A function called with type arguments.
    fn callee_with_types<A, R, F: HostFn<A, R>>(self, name: &'static str, value: F) -> Callee {
        value.callee(name)
    }

    /// A function called with type arguments that depend on a generic parameter.
    fn callee_of_generic(self) -> Callee {
        Callee::Unresolved
    }
}

impl<K> HostProbe for Probe<K> {}

/// A question about a type that stands in the signature of a kernel. If it is not known, the
/// signature's own error says so, and this one need not say it again.
#[derive(Debug)]
pub struct TypeProbe<T>(PhantomData<T>);

impl<T> TypeProbe<T> {
    /// The question.
    #[allow(clippy::new_without_default, reason = "generated code asks in one way only")]
    pub const fn new() -> Self {
        TypeProbe(PhantomData)
    }
}

impl<T: Described> TypeProbe<T> {
    /// A type that is known.
    pub fn describe(self) -> Type {
        T::describe()
    }
}

/// The answer if the type is not known; only seen beside an error.
pub trait UnknownType: Sized {
    /// Some type.
    fn describe(self) -> Type {
        Type::UNIT
    }
}

impl<T> UnknownType for TypeProbe<T> {}
