//! The types of expressions while they are being found out, and their unification.
//!
//! rustc has checked the kernel already, so this is a reconstruction, not a check: shared
//! references are erased (`&T` is `T`), and the access of arrays does not take part in
//! unification.

use mambo_ir::kernel::NodeId;
use mambo_ir::signature::{Access, ArrayType, StructType};
use mambo_ir::{Dtype, Layout, Type};
use std::fmt;
use std::rc::Rc;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// Not known yet.
    Var(u32),
    Scalar(Dtype),
    /// `Complex<T>`, by the type of its parts.
    Complex(Box<Ty>),
    Tuple(Vec<Ty>),
    /// `[T; N]`.
    Fixed(Box<Ty>, usize),
    Option(Box<Ty>),
    Struct(Rc<StructTy>),
    Array(ArrayTy),
    /// `&mut T`; shared references are erased.
    RefMut(Box<Ty>),
    /// A range of integers.
    Range(Box<Ty>),
    /// Anything else that can be iterated, with the type of its items.
    Iter(Box<Ty>),
    /// The closure written at a node.
    Closure(NodeId),
    /// `s![…]`: how many axes stay, how many are consumed.
    SliceSpec {
        kept: u8,
        consumed: u8,
    },
    /// The type of `return`, `break`, `panic!`.
    Never,
}

/// The methods of slices that arrays of fixed size have too.
pub(crate) const SLICE_METHODS: [&str; 18] = [
    "first",
    "last",
    "get",
    "contains",
    "reverse",
    "rotate_left",
    "rotate_right",
    "copy_within",
    "copy_from_slice",
    "clone_from_slice",
    "partition_point",
    "windows",
    "chunks",
    "chunks_mut",
    "chunks_exact",
    "chunks_exact_mut",
    "split_at",
    "split_at_mut",
];

const ORDERING: &str = "std::cmp::Ordering";

/// A structure with the types of its fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StructTy {
    pub(crate) name: String,
    pub(crate) fields: Vec<(String, Ty)>,
}

/// An array of numbers, or a slice of anything plain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ArrayTy {
    pub(crate) item: Box<Ty>,
    pub(crate) rank: u8,
    pub(crate) access: Access,
    pub(crate) slice: bool,
}

impl Ty {
    pub(crate) const UNIT: Ty = Ty::Tuple(Vec::new());
    pub(crate) const BOOL: Ty = Ty::Scalar(Dtype::Bool);
    pub(crate) const USIZE: Ty = Ty::Scalar(Dtype::Usize);

    pub(crate) fn array(item: Ty, rank: u8, access: Access) -> Ty {
        Ty::Array(ArrayTy { item: Box::new(item), rank, access, slice: false })
    }

    pub(crate) fn iter(item: Ty) -> Ty {
        Ty::Iter(Box::new(item))
    }

    pub(crate) fn option(item: Ty) -> Ty {
        Ty::Option(Box::new(item))
    }

    /// `std::cmp::Ordering`: a structure that holds a number, under no name that can be written.
    pub(crate) fn ordering() -> Ty {
        let fields = vec![(String::new(), Ty::Scalar(Dtype::I8))];
        Ty::Struct(Rc::new(StructTy { name: ORDERING.into(), fields }))
    }

    pub(crate) fn is_ordering(&self) -> bool {
        matches!(self, Ty::Struct(ty) if ty.name == ORDERING)
    }

    /// The names of the fields of a structure or complex number.
    pub(crate) fn field_names(&self) -> Option<Vec<&str>> {
        match self {
            Ty::Struct(ty) => Some(ty.fields.iter().map(|(name, _)| name.as_str()).collect()),
            Ty::Complex(_) => Some(vec!["re", "im"]),
            _ => None,
        }
    }

    pub(crate) fn as_scalar(&self) -> Option<Dtype> {
        match self {
            Ty::Scalar(dtype) => Some(*dtype),
            _ => None,
        }
    }

    /// What an array of this element type holds.
    pub(crate) fn of_element(dtype: Dtype) -> Ty {
        let part = Ty::Scalar(dtype.part());
        if dtype.is_complex() { Ty::Complex(Box::new(part)) } else { part }
    }

    /// The element type of arrays of this.
    pub(crate) fn as_element(&self) -> Option<Dtype> {
        match self {
            Ty::Complex(part) => part.as_scalar()?.to_complex(),
            other => other.as_scalar(),
        }
    }

    /// A host type; shared references are erased.
    pub(crate) fn from_host(ty: &Type) -> Ty {
        match ty {
            Type::Scalar(dtype) => Ty::Scalar(*dtype),
            Type::Complex(part) => Ty::Complex(Box::new(Ty::Scalar(*part))),
            Type::Tuple(items) => Ty::Tuple(items.iter().map(Ty::from_host).collect()),
            Type::FixedArray(item, len) => Ty::Fixed(Box::new(Ty::from_host(item)), *len),
            Type::Option(item) => Ty::option(Ty::from_host(item)),
            Type::Struct(ty) => {
                let fields =
                    ty.fields.iter().map(|(name, ty)| (name.clone(), Ty::from_host(ty))).collect();
                Ty::Struct(Rc::new(StructTy { name: ty.name.clone(), fields }))
            }
            Type::Array(ArrayType { dtype, rank, access, slice, .. }) => Ty::Array(ArrayTy {
                item: Box::new(Ty::of_element(*dtype)),
                rank: *rank,
                access: *access,
                slice: *slice,
            }),
            Type::Slice { mutable, item } => Ty::Array(ArrayTy {
                item: Box::new(Ty::from_host(item)),
                rank: 1,
                access: if *mutable { Access::Mut } else { Access::Shared },
                slice: true,
            }),
            Type::Ref { mutable: true, to } => Ty::RefMut(Box::new(Ty::from_host(to))),
            Type::Ref { mutable: false, to } => Ty::from_host(to),
        }
    }

    /// The host type of a value of this type; arrays are of layout `C`, which the caller
    /// replaces. `None` for iterators, closures and the like, which no signature can hold.
    pub(crate) fn to_host(&self) -> Option<Type> {
        Some(match self {
            Ty::Scalar(dtype) => Type::Scalar(*dtype),
            Ty::Complex(part) => Type::Complex(part.as_scalar()?),
            Ty::Tuple(items) => Type::Tuple(items.iter().map(Ty::to_host).collect::<Option<_>>()?),
            Ty::Fixed(item, len) => Type::FixedArray(Box::new(item.to_host()?), *len),
            Ty::Option(item) => Type::Option(Box::new(item.to_host()?)),
            Ty::Struct(ty) => {
                let fields = ty.fields.iter().map(|(name, ty)| Some((name.clone(), ty.to_host()?)));
                Type::Struct(Box::new(StructType {
                    name: ty.name.clone(),
                    fields: fields.collect::<Option<_>>()?,
                }))
            }
            Ty::Array(array) if array.slice && array.item.as_element().is_none() => Type::Slice {
                mutable: array.access != Access::Shared,
                item: Box::new(array.item.to_host()?),
            },
            Ty::Array(array) => Type::Array(ArrayType {
                dtype: array.item.as_element()?,
                rank: array.rank,
                layout: Layout::C,
                access: array.access,
                slice: array.slice,
            }),
            Ty::RefMut(to) => Type::Ref { mutable: true, to: Box::new(to.to_host()?) },
            _ => return None,
        })
    }

    /// Whether a value of this type holds scalars only, at fixed places.
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Ty::Scalar(_) | Ty::Complex(_) => true,
            Ty::Tuple(items) => items.iter().all(Ty::is_plain),
            Ty::Struct(ty) => ty.fields.iter().all(|(_, ty)| ty.is_plain()),
            Ty::Option(item) | Ty::Fixed(item, _) => item.is_plain(),
            _ => false,
        }
    }
}

/// As a Rust programmer would write it.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ty::Var(_) => f.write_str("_"),
            Ty::Tuple(items) => {
                f.write_str("(")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(if items.len() == 1 { ",)" } else { ")" })
            }
            Ty::Scalar(dtype) => write!(f, "{dtype}"),
            Ty::Complex(part) => write!(f, "Complex<{part}>"),
            Ty::Fixed(item, len) => write!(f, "[{item}; {len}]"),
            Ty::Option(item) => write!(f, "Option<{item}>"),
            Ty::Struct(ty) => f.write_str(&ty.name),
            Ty::Array(array) if array.slice => write!(f, "[{}]", array.item),
            Ty::Array(array) => {
                let holder = match array.access {
                    Access::Shared => "ArrayView",
                    Access::Mut => "ArrayViewMut",
                    Access::Owned => "Array",
                };
                write!(f, "{holder}{}<{}>", array.rank, array.item)
            }
            Ty::RefMut(to) => write!(f, "&mut {to}"),
            Ty::Range(item) => write!(f, "Range<{item}>"),
            Ty::Iter(item) => write!(f, "an iterator over {item}"),
            Ty::Closure(_) => f.write_str("a closure"),
            Ty::SliceSpec { .. } => f.write_str("a slice specification"),
            Ty::Never => f.write_str("!"),
        }
    }
}

/// What a variable may become.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Any,
    Int,
    Float,
}

#[derive(Clone, Debug)]
enum Slot {
    Free(Kind),
    Known(Ty),
}

/// The type variables.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Slot>,
}

/// Two types that must be one are not.
pub(crate) struct Mismatch;

impl Table {
    fn fresh(&mut self, kind: Kind) -> Ty {
        self.slots.push(Slot::Free(kind));
        Ty::Var(self.slots.len() as u32 - 1)
    }

    /// A type not known yet.
    pub(crate) fn any(&mut self) -> Ty {
        self.fresh(Kind::Any)
    }

    /// The type of an integer literal.
    pub(crate) fn int(&mut self) -> Ty {
        self.fresh(Kind::Int)
    }

    /// The type of a float literal.
    pub(crate) fn float(&mut self) -> Ty {
        self.fresh(Kind::Float)
    }

    /// What is known of `ty` at its outermost.
    pub(crate) fn shallow(&self, ty: &Ty) -> Ty {
        let mut ty = ty;
        while let Ty::Var(var) = ty {
            match &self.slots[*var as usize] {
                Slot::Known(known) => ty = known,
                Slot::Free(_) => break,
            }
        }
        ty.clone()
    }

    /// Whether `ty` is the type of an integer literal without other evidence.
    pub(crate) fn is_int_var(&self, ty: &Ty) -> bool {
        matches!(self.shallow(ty), Ty::Var(v)
            if matches!(self.slots[v as usize], Slot::Free(Kind::Int)))
    }

    /// Whether `ty` is the type of a float literal without other evidence.
    pub(crate) fn is_float_var(&self, ty: &Ty) -> bool {
        matches!(self.shallow(ty), Ty::Var(v)
            if matches!(self.slots[v as usize], Slot::Free(Kind::Float)))
    }

    /// `ty` with every known variable replaced; `None` if one is not known.
    pub(crate) fn resolve(&self, ty: &Ty) -> Option<Ty> {
        Some(match self.shallow(ty) {
            Ty::Var(_) => return None,
            Ty::Tuple(items) => {
                Ty::Tuple(items.iter().map(|item| self.resolve(item)).collect::<Option<_>>()?)
            }
            Ty::Complex(part) => Ty::Complex(Box::new(self.resolve(&part)?)),
            Ty::Fixed(item, len) => Ty::Fixed(Box::new(self.resolve(&item)?), len),
            Ty::Option(item) => Ty::Option(Box::new(self.resolve(&item)?)),
            Ty::RefMut(to) => Ty::RefMut(Box::new(self.resolve(&to)?)),
            Ty::Range(item) => Ty::Range(Box::new(self.resolve(&item)?)),
            Ty::Iter(item) => Ty::Iter(Box::new(self.resolve(&item)?)),
            Ty::Array(array) => {
                Ty::Array(ArrayTy { item: Box::new(self.resolve(&array.item)?), ..array })
            }
            known => known,
        })
    }

    /// Gives every literal without other evidence the type rustc gives it.
    pub(crate) fn default_literals(&mut self) {
        for slot in &mut self.slots {
            match slot {
                Slot::Free(Kind::Int) => *slot = Slot::Known(Ty::Scalar(Dtype::I32)),
                Slot::Free(Kind::Float) => *slot = Slot::Known(Ty::Scalar(Dtype::F64)),
                _ => {}
            }
        }
    }

    fn bind(&mut self, var: u32, ty: Ty) -> Result<(), Mismatch> {
        let Slot::Free(kind) = self.slots[var as usize] else { return Err(Mismatch) };
        let fits = match (&ty, kind) {
            (Ty::Var(other), _) if *other == var => return Ok(()),
            (Ty::Var(other), Kind::Int | Kind::Float) => match &mut self.slots[*other as usize] {
                Slot::Free(other @ Kind::Any) => {
                    *other = kind;
                    true
                }
                Slot::Free(other) => *other == kind,
                Slot::Known(_) => false,
            },
            (_, Kind::Any) => true,
            (Ty::Scalar(dtype), Kind::Int) => dtype.is_int(),
            (Ty::Scalar(dtype), Kind::Float) => dtype.is_float(),
            _ => false,
        };
        if fits {
            self.slots[var as usize] = Slot::Known(ty);
            Ok(())
        } else {
            Err(Mismatch)
        }
    }

    /// Makes two types one. `!` agrees with everything, and `&mut T` with `T`.
    pub(crate) fn unify(&mut self, a: &Ty, b: &Ty) -> Result<(), Mismatch> {
        let (a, b) = (self.shallow(a), self.shallow(b));
        match (&a, &b) {
            (Ty::Never, _) | (_, Ty::Never) => Ok(()),
            (Ty::Var(var), _) => self.bind(*var, b),
            (_, Ty::Var(var)) => self.bind(*var, a),
            (Ty::RefMut(a), Ty::RefMut(b)) => self.unify(a, b),
            (Ty::RefMut(a), other) | (other, Ty::RefMut(a)) => self.unify(a, other),
            (Ty::Tuple(a), Ty::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b).try_for_each(|(a, b)| self.unify(a, b))
            }
            (Ty::Fixed(a, n), Ty::Fixed(b, m)) if n == m => self.unify(a, b),
            // `&[T; N]` where a slice is expected.
            (Ty::Fixed(item, _), Ty::Array(array)) | (Ty::Array(array), Ty::Fixed(item, _))
                if array.slice =>
            {
                self.unify(item, &array.item)
            }
            (Ty::Complex(a), Ty::Complex(b))
            | (Ty::Option(a), Ty::Option(b))
            | (Ty::Range(a), Ty::Range(b))
            | (Ty::Iter(a), Ty::Iter(b)) => self.unify(a, b),
            (Ty::Array(a), Ty::Array(b)) if a.rank == b.rank => self.unify(&a.item, &b.item),
            (Ty::Struct(a), Ty::Struct(b)) if a.name == b.name => Ok(()),
            _ if a == b => Ok(()),
            _ => Err(Mismatch),
        }
    }
}
