//! The kernel language, one file a topic. Every test runs the compiled kernel and the plain
//! function, `name::rust`, on the same inputs: edge values and random ones from a fixed seed.
//! Results and written arrays agree bit for bit (NaN equals NaN); where the plain function
//! panics, so does the kernel, at the same line, with the same arrays written before.
//!
//! `check.rs` has the comparison, `values.rs` the inputs. `programs/` holds whole programs as
//! people write them; they find what is missing in the language.

#[macro_use]
mod check;
mod values;
mod vectors;

mod allocation;
mod array_literals;
mod arrays_as_slices;
mod assertions;
mod bodies;
mod casts;
mod closures;
mod complex_numbers;
mod constants;
mod destructuring;
mod eager;
mod early_return;
mod fixed_arrays;
mod float_min_max_clamp;
mod floats_std;
mod generics;
mod host_functions;
mod if_match;
mod indexing;
mod integers_128;
mod integers_bits;
mod integers_checked;
mod integers_wrapping;
mod iterators;
mod iterators_ordered;
mod iterators_while;
mod kernels_calling_kernels;
mod labels;
mod let_chains;
mod loops;
mod math_functions;
mod memory_order;
mod modes;
mod not_in_the_language;
mod numbers_std;
mod options_inline;
mod owned_arrays;
mod panics;
mod patterns;
mod patterns_by_reference;
mod programs;
mod ranges;
mod recursion;
mod reductions_axis;
mod references;
mod references_chosen;
mod rows_in_lanes;
mod signatures_stats_ir_asm;
mod slice_methods;
mod slices;
mod slices_of_values;
mod slices_of_values_lent;
mod slices_of_values_used;
mod slicing;
mod strides;
mod structs;
mod threads;
mod try_call;
mod tuples;
mod views_ranks;
