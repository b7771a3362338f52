//! The types of arguments and results, as the host's compiler resolved them.

use crate::dtype::Dtype;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest rank of an array.
pub const MAX_RANK: usize = 6;

/// What is known of the order of an array's elements in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Layout {
    /// Contiguous, the last axis fastest. Every array of rank 0, and a contiguous one of
    /// rank 1, is of this class.
    C,
    /// Contiguous, the first axis fastest.
    F,
    /// Any strides: negative, zero, with gaps.
    Strided,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layout::C => "C",
            Layout::F => "F",
            Layout::Strided => "S",
        })
    }
}

/// How a kernel holds an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Access {
    /// Read only: `&[T]`, `ArrayView`, `&ArrayRef`.
    Shared,
    /// Read and write: `&mut [T]`, `ArrayViewMut`, `&mut ArrayRef`.
    Mut,
    /// Owned: `Array`; read and write.
    Owned,
}

/// An array of numbers: a slice, an ndarray view or an owned ndarray array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ArrayType {
    /// Element type.
    pub dtype: Dtype,
    /// Number of axes, at most [`MAX_RANK`].
    pub rank: u8,
    /// Order in memory.
    pub layout: Layout,
    /// How it is held.
    pub access: Access,
    /// Whether the host's type is a slice (`&[T]`), which has the methods of slices.
    pub slice: bool,
}

/// A structure of named fields (numbered ones for a tuple structure).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StructType {
    /// The name in the source, without a path.
    pub name: String,
    /// Fields in declaration order.
    pub fields: Vec<(String, Type)>,
}

/// The type of an argument, a result, a captured constant or a type named in a kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// A primitive type.
    Scalar(Dtype),
    /// `Complex<f32>` or `Complex<f64>`, by the type of its parts.
    Complex(Dtype),
    /// A tuple; the empty one is `()`.
    Tuple(Vec<Type>),
    /// `[T; N]`.
    FixedArray(Box<Type>, usize),
    /// `Option<T>`.
    Option(Box<Type>),
    /// A plain structure.
    Struct(Box<StructType>),
    /// A slice, view or owned array of numbers.
    Array(ArrayType),
    /// A slice of tuples, structures or fixed-size arrays.
    Slice {
        /// Whether it is `&mut`.
        mutable: bool,
        /// The type of its elements.
        item: Box<Type>,
    },
    /// A reference to a scalar, tuple, structure or fixed-size array. References to arrays
    /// are [`Type::Array`] with the access they give.
    Ref {
        /// Whether it is `&mut`.
        mutable: bool,
        /// What it refers to.
        to: Box<Type>,
    },
}

impl Type {
    /// The type `()`.
    pub const UNIT: Type = Type::Tuple(Vec::new());

    /// The scalar type inside, if this is one.
    pub fn as_scalar(&self) -> Option<Dtype> {
        match self {
            Type::Scalar(dtype) => Some(*dtype),
            _ => None,
        }
    }
}

impl From<Dtype> for Type {
    fn from(dtype: Dtype) -> Self {
        Type::Scalar(dtype)
    }
}

impl fmt::Display for ArrayType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ArrayType { dtype, rank, layout, access, slice } = self;
        match (slice, access) {
            (true, Access::Shared) => write!(f, "&[{dtype}]"),
            (true, _) => write!(f, "&mut [{dtype}]"),
            (false, Access::Shared) => write!(f, "ArrayView{rank}<{dtype}, {layout}>"),
            (false, Access::Mut) => write!(f, "ArrayViewMut{rank}<{dtype}, {layout}>"),
            (false, Access::Owned) => write!(f, "Array{rank}<{dtype}, {layout}>"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Scalar(dtype) => write!(f, "{dtype}"),
            Type::Complex(part) => write!(f, "Complex<{part}>"),
            Type::Tuple(items) => {
                f.write_str("(")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Type::FixedArray(item, len) => write!(f, "[{item}; {len}]"),
            Type::Option(item) => write!(f, "Option<{item}>"),
            Type::Struct(ty) => f.write_str(&ty.name),
            Type::Array(array) => write!(f, "{array}"),
            Type::Slice { mutable: true, item } => write!(f, "&mut [{item}]"),
            Type::Slice { mutable: false, item } => write!(f, "&[{item}]"),
            Type::Ref { mutable: true, to } => write!(f, "&mut {to}"),
            Type::Ref { mutable: false, to } => write!(f, "&{to}"),
        }
    }
}

/// What a kernel is compiled for: the types of its arguments, layouts included, its generic
/// parameters and its result. Two calls of equal signatures share their code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// Types of the arguments, in order.
    pub args: Vec<Type>,
    /// Types of the generic type parameters, in order.
    pub generics: Vec<Type>,
    /// The type of the result.
    pub result: Type,
}

/// `(f64, ArrayView2<f64, C>) -> f64`, with `<f64>` in front for generic parameters.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, items: &[Type]| {
            items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| write!(f, "{}{item}", if i > 0 { ", " } else { "" }))
        };
        if !self.generics.is_empty() {
            f.write_str("<")?;
            list(f, &self.generics)?;
            f.write_str(">")?;
        }
        f.write_str("(")?;
        list(f, &self.args)?;
        f.write_str(")")?;
        if self.result != Type::UNIT {
            write!(f, " -> {}", self.result)?;
        }
        Ok(())
    }
}
