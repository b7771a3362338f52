// args: ArrayView2<f64>, ArrayView2<f64>, ArrayViewMut2<f64>
fn convolve(x: ArrayView2<f64>, w: ArrayView2<f64>, mut out: ArrayViewMut2<f64>) {
    let (kh, kw) = w.dim();
    let (n, m) = out.dim();
    for i in 0..n {
        for j in 0..m {
            let mut sum = 0.0;
            for u in 0..kh {
                for v in 0..kw {
                    sum += w[[u, v]] * x[[i + u, j + v]];
                }
            }
            out[[i, j]] = sum;
        }
    }
}

// ====
// convolve(ArrayView2<f64, C>, ArrayView2<f64, C>, ArrayViewMut2<f64, C>)
//   convolve.rs:5:5: loop runs turn by turn: it holds another loop (6:9)
//   convolve.rs:6:9: loop in vectors: 512 bits, 8 turns each, 2 at a time, masked tail
//     load of 8 bytes at 10:28: one element for all turns
//     load of 8 bytes at 10:40: contiguous
//     store of 8 bytes at 13:25: contiguous
//     2 checks of every batch of turns
//     loop inside at 8:13: the same turns in all lanes
//     loop inside at 9:17: the same turns in all lanes
//     4 operations and 24 bytes a turn, a turn of each inner loop
//     4 checks made before the loop or proved
//   convolve.rs:8:13: loop runs in the lanes of the loop at 6:9
//   convolve.rs:9:17: loop runs in the lanes of the loop at 6:9
