//! Sorting and searching.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn binary_search(values: &[i32], wanted: i32) -> Option<usize> {
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if values[middle] == wanted {
            return Some(middle);
        } else if values[middle] < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    None
}

#[jit]
fn sorting_network(mut a: [i32; 4]) -> [i32; 4] {
    for (i, j) in [(0, 2), (1, 3), (0, 1), (2, 3), (1, 2)] {
        if a[i] > a[j] {
            a.swap(i, j);
        }
    }
    a
}

#[jit]
fn merge_sort(values: &mut [f64]) {
    let n = values.len();
    let mut buffer = Array1::<f64>::zeros(n);
    let mut width = 1;
    while width < n {
        for start in (0..n).step_by(2 * width) {
            let middle = (start + width).min(n);
            let end = (start + 2 * width).min(n);
            let (mut i, mut j) = (start, middle);
            for k in start..end {
                if i < middle && (j >= end || values[i] <= values[j]) {
                    buffer[k] = values[i];
                    i += 1;
                } else {
                    buffer[k] = values[j];
                    j += 1;
                }
            }
        }
        for i in 0..n {
            values[i] = buffer[i];
        }
        width *= 2;
    }
}

#[jit]
fn sift_down(heap: &mut [u32], start: usize, end: usize) {
    let mut root = start;
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            break;
        }
        if child + 1 < end && heap[child] < heap[child + 1] {
            child += 1;
        }
        if heap[root] >= heap[child] {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}

#[jit]
fn heap_sort(values: &mut [u32]) {
    let n = values.len();
    for start in (0..n / 2).rev() {
        sift_down(values, start, n);
    }
    for end in (1..n).rev() {
        values.swap(0, end);
        sift_down(values, 0, end);
    }
}

#[jit]
fn counting_sort(values: &mut [u8]) {
    let mut counts = [0usize; 256];
    for &x in values.iter() {
        counts[x as usize] += 1;
    }
    let mut at = 0;
    for x in 0..=255u8 {
        for _ in 0..counts[x as usize] {
            values[at] = x;
            at += 1;
        }
    }
}

#[jit]
fn radix_sort(values: &mut [u32], scratch: &mut [u32]) {
    for pass in 0..4 {
        let shift = pass * 8;
        let mut offsets = [0usize; 257];
        for &x in values.iter() {
            offsets[((x >> shift) & 255) as usize + 1] += 1;
        }
        for i in 0..256 {
            offsets[i + 1] += offsets[i];
        }
        for &x in values.iter() {
            let digit = ((x >> shift) & 255) as usize;
            scratch[offsets[digit]] = x;
            offsets[digit] += 1;
        }
        values.copy_from_slice(scratch);
    }
}

#[jit]
fn argsort(values: ArrayView1<f32>) -> Array1<usize> {
    let n = values.len();
    let mut order = Array1::from_shape_fn(n, |i| i);
    for i in 1..n {
        let mut j = i;
        while j > 0 && values[order[j]] < values[order[j - 1]] {
            order.swap(j, j - 1);
            j -= 1;
        }
    }
    order
}

#[jit]
fn quickselect(values: &mut [i64], k: usize) -> i64 {
    let (mut left, mut right) = (0, values.len() - 1);
    'search: loop {
        if left == right {
            break 'search values[left];
        }
        let pivot = values[(left + right) / 2];
        let (mut i, mut j) = (left, right);
        while i <= j {
            while values[i] < pivot {
                i += 1;
            }
            while values[j] > pivot {
                j -= 1;
            }
            if i <= j {
                values.swap(i, j);
                i += 1;
                if j == 0 {
                    break;
                }
                j -= 1;
            }
        }
        if k <= j {
            right = j;
        } else if k >= i {
            left = i;
        } else {
            break values[k];
        }
    }
}

#[jit]
fn two_sum(values: &[i32], target: i32) -> Option<(usize, usize)> {
    for i in 0..values.len() {
        for j in i + 1..values.len() {
            if values[i] + values[j] == target {
                return Some((i, j));
            }
        }
    }
    None
}

#[test]
fn sorts() {
    let mut random = Random::new(40);
    for n in [0, 1, 2, 3, 7, 16, 50] {
        let floats = random.units(n);
        check!([floats = floats.clone()] merge_sort(&mut floats));
        check!(argsort(Array1::from_vec(floats.clone()).mapv(|x| x as f32).view()));
        let values = random.vec::<u32>(n);
        check!([values = values.clone()] heap_sort(&mut values));
        check!([values = values.clone(), scratch = vec![0; n]]
            radix_sort(&mut values, &mut scratch));
        check!([values = values.clone(), scratch = vec![0; n / 2]]
            radix_sort(&mut values, &mut scratch));
        let bytes = random.vec::<u8>(n);
        check!([bytes = bytes.clone()] counting_sort(&mut bytes));
        let wide = random.vec::<i64>(n);
        for k in [0, n / 2, n.saturating_sub(1)] {
            check!([wide = wide.clone()] quickselect(&mut wide, k));
        }
    }
    for code in 0..256 {
        check!(sorting_network([code & 3, (code >> 2) & 3, (code >> 4) & 3, code >> 6]));
    }
}

#[test]
fn searches() {
    let values: Vec<i32> = (0..30).map(|i| i * 3 - 20).collect();
    for wanted in -25..75 {
        check!(binary_search(&values, wanted));
        check!(binary_search(&values[..1], wanted));
        check!(two_sum(&values, wanted));
    }
    check!(binary_search(&[0; 0], 0));
}
