//! Labelled loops and blocks.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn find(grid: ArrayView2<i32>, wanted: i32) -> (usize, usize) {
    let mut found = (usize::MAX, 0);
    'rows: for i in 0..grid.nrows() {
        for j in 0..grid.ncols() {
            if grid[[i, j]] == wanted {
                found = (i, j);
                break 'rows;
            }
        }
    }
    found
}

#[jit]
fn rows_without(grid: ArrayView2<i32>, wanted: i32) -> u32 {
    let mut count = 0;
    'rows: for row in grid.rows() {
        for &x in row {
            if x == wanted {
                continue 'rows;
            }
        }
        count += 1;
    }
    count
}

#[jit]
fn value_from_outer(n: u32) -> u32 {
    let mut i = 0;
    'outer: loop {
        let mut j = 0;
        loop {
            if i * j > n {
                break 'outer i + j;
            }
            if j > 5 {
                i += 1;
                continue 'outer;
            }
            j += 1;
        }
    }
}

#[jit]
fn labelled_block(x: i32) -> i32 {
    let y = 'done: {
        if x < 0 {
            break 'done -1;
        }
        if x % 2 == 0 {
            break 'done x / 2;
        }
        x * 3
    };
    y + 1
}

#[jit]
fn three_deep(n: usize) -> (usize, usize) {
    let mut seen = 0;
    let mut sum = 0;
    'a: for i in 0..n {
        'b: for j in 0..n {
            for k in 0..n {
                seen += 1;
                if k > j {
                    continue 'b;
                }
                if i + j + k == 11 {
                    continue 'a;
                }
                if i * j * k > 60 {
                    break 'a;
                }
                sum += i + 2 * j + 3 * k;
            }
        }
        sum += 100;
    }
    (seen, sum)
}

#[jit]
fn out_of_while(mut x: u32) -> u32 {
    let mut rounds = 0;
    'top: while x < 1000 {
        rounds += 1;
        if rounds > 40 {
            break;
        }
        for d in [2, 3, 5] {
            if x % d == 0 {
                x = x / d + 7 * d;
                if x % 11 == 0 {
                    break 'top;
                }
                continue 'top;
            }
        }
        x += 13;
    }
    x
}

#[test]
fn agree() {
    let mut random = Random::new(13);
    for n in 0..12 {
        let grid = Array2::from_shape_fn((n, 5), |_| random.below(20) as i32);
        for wanted in 0..4 {
            check!(find(grid.view(), wanted));
            check!(rows_without(grid.view(), wanted));
        }
        check!(three_deep(n));
    }
    for n in 0..60 {
        check!(value_from_outer(n));
        check!(labelled_block(n as i32 - 20));
    }
    (0..1100).step_by(7).for_each(|x| check!(out_of_while(x)));
}
