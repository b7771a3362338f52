//! Memory between pages that nothing may touch: what a kernel reads or writes outside of an
//! array, by one element or by a whole vector, ends the process.

use region::{Allocation, Protection};

/// Where in its pages an array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the page before it.
    Start,
    /// In front of the page behind it.
    End,
}

/// The bytes of an array.
pub(crate) struct Fenced {
    pages: Allocation,
    at: usize,
    len: usize,
}

impl Fenced {
    pub(crate) fn new(bytes: &[u8], place: Place) -> Self {
        let page = region::page::size();
        let room = bytes.len().max(1).next_multiple_of(page);
        let mut pages =
            region::alloc(room + 2 * page, Protection::READ_WRITE).expect("there is memory");
        let at = match place {
            Place::Start => page,
            Place::End => page + room - bytes.len(),
        };
        let first = pages.as_mut_ptr::<u8>();
        // SAFETY: the array is inside of the pages, which are new.
        let array = unsafe { std::slice::from_raw_parts_mut(first.add(at), bytes.len()) };
        array.copy_from_slice(bytes);
        for fence in [first, first.wrapping_add(page + room)] {
            // SAFETY: the page is one of the allocation, and no reference leads to it.
            unsafe { region::protect(fence, page, Protection::NONE) }.expect("a page is closed");
        }
        Fenced { pages, at, len: bytes.len() }
    }

    /// The address of the array.
    pub(crate) fn address(&mut self) -> usize {
        self.pages.as_mut_ptr::<u8>().wrapping_add(self.at).expose_provenance()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let first = self.pages.as_ptr::<u8>().wrapping_add(self.at);
        // SAFETY: the array is inside of the pages, and no kernel runs.
        unsafe { std::slice::from_raw_parts(first, self.len) }.to_vec()
    }
}
