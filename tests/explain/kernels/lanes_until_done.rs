// args: u32, ArrayViewMut2<u32>
fn lanes_until_done(limit: u32, mut counts: ArrayViewMut2<u32>) {
    let (height, width) = counts.dim();
    for i in 0..height {
        for j in 0..width {
            let cx = -2.0 + 2.5 * j as f64 / width as f64;
            let cy = -1.25 + 2.5 * i as f64 / height as f64;
            let (mut x, mut y, mut n) = (0.0, 0.0, 0u32);
            while n < limit && x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                n += 1;
            }
            counts[[i, j]] = n;
        }
    }
}

// ====
// lanes_until_done(u32, ArrayViewMut2<u32, C>)
//   lanes_until_done.rs:4:5: loop runs turn by turn: it holds another loop (5:9)
//   lanes_until_done.rs:5:9: loop in vectors: 512 bits, 8 turns each, 2 at a time, masked tail
//     store of 4 bytes at 13:28: contiguous
//     loop inside at 9:13: each lane until it is done
//     16 operations and 4 bytes a turn, a turn of each inner loop
//     2 checks made before the loop or proved
//   lanes_until_done.rs:9:13: loop runs in the lanes of the loop at 5:9
