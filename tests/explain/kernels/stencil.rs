// args: ArrayView2<f64>, ArrayViewMut2<f64>
fn stencil(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (n, m) = a.dim();
    for i in 1..n - 1 {
        for j in 1..m - 1 {
            b[[i, j]] = 0.25 * (a[[i, j - 1]] + a[[i, j + 1]] + a[[i - 1, j]] + a[[i + 1, j]]);
        }
    }
}

// ====
// stencil(ArrayView2<f64, C>, ArrayViewMut2<f64, C>)
//   stencil.rs:4:5: loop runs turn by turn: it holds another loop (5:9)
//   stencil.rs:5:9: loop in vectors: 512 bits, 8 turns each, 4 at a time, masked tail
//     load of 8 bytes at 6:33: contiguous
//     load of 8 bytes at 6:49: contiguous
//     load of 8 bytes at 6:65: contiguous
//     load of 8 bytes at 6:81: contiguous
//     store of 8 bytes at 6:23: contiguous
//     4 operations and 40 bytes a turn
//     10 checks made before the loop or proved
