//! What is asked of both sides, and what they answer: arrays with names, as bytes.

use crate::elements::{Drawn, shown, size_of_dtype};
use ndarray::{ArrayView, ArrayViewD, Dimension, aview0, aview1};
use std::fmt;

/// An array as it is sent: its elements in the order of their indices, the last one fastest.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    pub(crate) fn of<T: Drawn, D: Dimension>(array: ArrayView<'_, T, D>) -> Self {
        let mut bytes = Vec::new();
        array.iter().for_each(|element| element.put(&mut bytes));
        Sent { dtype: T::NAME.into(), shape: array.shape().to_vec(), bytes }
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks(size_of_dtype(&self.dtype))
    }

    fn put(&self, message: &mut Vec<u8>) {
        put_text(&self.dtype, message);
        put_count(self.shape.len(), message);
        self.shape.iter().for_each(|&len| message.extend((len as u64).to_le_bytes()));
        message.extend(&self.bytes);
    }
}

/// Its dtype and shape, and the elements if there are few.
impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.dtype, self.shape)?;
        if self.elements().count() <= 24 {
            let elements = self.elements().map(|element| shown(&self.dtype, element));
            write!(f, ": {}", elements.collect::<Vec<_>>().join(", "))?;
        }
        Ok(())
    }
}

struct Field {
    name: String,
    sent: Sent,
    /// As the array lies on this side.
    strides: Vec<isize>,
}

/// A function of NumPy, an operation of it, and what that is given.
#[derive(Default)]
pub(crate) struct Request {
    function: &'static str,
    operation: &'static str,
    /// The type that it computes in, where NumPy has to be told.
    own: &'static str,
    fields: Vec<Field>,
}

impl Request {
    pub(crate) fn begin(
        &mut self,
        function: &'static str,
        operation: &'static str,
        own: &'static str,
    ) {
        *self = Request { function, operation, own, fields: Vec::new() };
    }

    pub(crate) fn array<T: Drawn>(&mut self, name: &str, array: ArrayViewD<'_, T>) {
        let strides = array.strides().to_vec();
        self.fields.push(Field { name: name.into(), sent: Sent::of(array), strides });
    }

    pub(crate) fn number<T: Drawn>(&mut self, name: &str, number: T) {
        self.array(name, aview0(&number).into_dyn());
    }

    pub(crate) fn numbers(&mut self, name: &str, numbers: &[i64]) {
        self.array(name, aview1(numbers).into_dyn());
    }

    /// What is counted: the operation, and how results are written.
    pub(crate) fn kind(&self) -> String {
        let has = |name: &str| self.fields.iter().any(|field| field.name == name);
        let ways =
            [("mask", " with a mask"), ("out", " into"), ("out0", " into"), ("base", " in place")];
        let ways = ways.iter().filter(|(name, _)| has(name)).map(|(_, words)| *words);
        std::iter::once(self.operation).chain(ways).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut message = Vec::new();
        for text in [self.function, self.operation, self.own] {
            put_text(text, &mut message);
        }
        put_count(self.fields.len(), &mut message);
        for field in &self.fields {
            put_text(&field.name, &mut message);
            field.sent.put(&mut message);
        }
        message
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = if self.own.is_empty() { "" } else { " in " };
        writeln!(f, "{}.{}{own}{}", self.function, self.operation, self.own)?;
        for Field { name, sent, strides } in &self.fields {
            writeln!(f, "  {name} (strides {strides:?}): {sent}")?;
        }
        Ok(())
    }
}

fn put_count(count: usize, message: &mut Vec<u8>) {
    message.extend((count as u32).to_le_bytes());
}

fn put_text(text: &str, message: &mut Vec<u8>) {
    put_count(text.len(), message);
    message.extend(text.as_bytes());
}

/// Takes an answer apart.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    fn bytes(&mut self, count: usize) -> &[u8] {
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        bytes
    }

    fn count(&mut self) -> usize {
        u32::from_le_bytes(self.bytes(4).try_into().expect("four bytes")) as usize
    }

    fn text(&mut self) -> String {
        let len = self.count();
        String::from_utf8_lossy(self.bytes(len)).into_owned()
    }

    fn array(&mut self) -> Sent {
        let (dtype, rank) = (self.text(), self.count());
        let len = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("8 bytes")) as usize;
        let shape: Vec<usize> = (0..rank).map(|_| len(self.bytes(8))).collect();
        let bytes = shape.iter().product::<usize>() * size_of_dtype(&dtype);
        Sent { bytes: self.bytes(bytes).to_vec(), dtype, shape }
    }

    /// Arrays, or the text of an exception.
    pub(crate) fn answer(mut self) -> Result<Vec<Sent>, String> {
        if self.bytes(1)[0] != 0 {
            return Err(self.text());
        }
        let count = self.count();
        Ok((0..count).map(|_| self.array()).collect())
    }
}
