//! Reads a module from its text.
