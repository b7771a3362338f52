//! Graphs and dynamic programming.

use crate::values::Random;
use mambo::prelude::*;

#[jit]
fn floyd_warshall(mut distance: ArrayViewMut2<f64>) {
    let n = distance.nrows();
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                let through = distance[[i, k]] + distance[[k, j]];
                if through < distance[[i, j]] {
                    distance[[i, j]] = through;
                }
            }
        }
    }
}

#[jit]
fn dijkstra(weights: ArrayView2<u32>, start: usize) -> Array1<u32> {
    let n = weights.nrows();
    let mut distance = Array1::from_elem(n, u32::MAX);
    let mut done = Array1::from_elem(n, false);
    distance[start] = 0;
    for _ in 0..n {
        let mut nearest = None;
        for i in 0..n {
            if done[i] || distance[i] == u32::MAX {
                continue;
            }
            nearest = match nearest {
                Some(best) if distance[best] <= distance[i] => Some(best),
                _ => Some(i),
            };
        }
        let Some(at) = nearest else { break };
        done[at] = true;
        for next in 0..n {
            let weight = weights[[at, next]];
            if weight != 0 {
                distance[next] = distance[next].min(distance[at].saturating_add(weight));
            }
        }
    }
    distance
}

#[jit]
fn root(parents: &mut [usize], node: usize) -> usize {
    let mut node = node;
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}

#[jit]
fn components(parents: &mut [usize], edges: ArrayView2<usize>) -> usize {
    let n = parents.len();
    for i in 0..n {
        parents[i] = i;
    }
    let mut count = n;
    for edge in edges.rows() {
        let (a, b) = (root(parents, edge[0]), root(parents, edge[1]));
        if a != b {
            parents[a] = b;
            count -= 1;
        }
    }
    count
}

#[jit]
fn knapsack(weights: &[usize], values: &[u32], capacity: usize) -> u32 {
    let mut best = Array1::<u32>::zeros(capacity + 1);
    for (&weight, &value) in weights.iter().zip(values) {
        for room in (weight..=capacity).rev() {
            best[room] = best[room].max(best[room - weight] + value);
        }
    }
    best[capacity]
}

#[jit]
fn longest_increasing(values: &[i32]) -> usize {
    let mut tails = Array1::<i32>::zeros(values.len());
    let mut len = 0;
    for &x in values {
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = (low + high) / 2;
            if tails[middle] < x { low = middle + 1 } else { high = middle }
        }
        tails[low] = x;
        if low == len {
            len += 1;
        }
    }
    len
}

#[jit]
fn coin_change(coins: &[usize], amount: usize) -> Option<u32> {
    let mut fewest = Array1::<u32>::from_elem(amount + 1, u32::MAX);
    fewest[0] = 0;
    for sum in 1..=amount {
        for &coin in coins.iter() {
            if coin <= sum && fewest[sum - coin] != u32::MAX {
                fewest[sum] = fewest[sum].min(fewest[sum - coin] + 1);
            }
        }
    }
    if fewest[amount] == u32::MAX { None } else { Some(fewest[amount]) }
}

#[jit]
fn page_rank(links: ArrayView2<bool>, rounds: usize) -> Array1<f64> {
    let n = links.nrows();
    let mut rank = Array1::from_elem(n, 1.0 / n as f64);
    for _ in 0..rounds {
        let mut next = Array1::<f64>::from_elem(n, 0.15 / n as f64);
        for (from, row) in links.outer_iter().enumerate() {
            let out = row.iter().filter(|&&link| link).count();
            for to in 0..n {
                if out == 0 {
                    next[to] += 0.85 * rank[from] / n as f64;
                } else if row[to] {
                    next[to] += 0.85 * rank[from] / out as f64;
                }
            }
        }
        rank.assign(&next);
    }
    rank
}

#[jit]
fn queens(n: u32, columns: u32, left: u32, right: u32) -> u32 {
    let full = (1 << n) - 1;
    if columns == full {
        return 1;
    }
    let mut count = 0;
    let mut free = full & !(columns | left | right);
    while free != 0 {
        let bit = free & free.wrapping_neg();
        free ^= bit;
        count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    count
}

#[jit]
fn topological(edges: ArrayView2<bool>, order: &mut [usize]) -> bool {
    let n = order.len();
    let mut incoming = [0u32; 16];
    for i in 0..n {
        for j in 0..n {
            if edges[[i, j]] {
                incoming[j] += 1;
            }
        }
    }
    let mut done = 0;
    let mut used = 0u16;
    while done < n {
        let before = done;
        for i in 0..n {
            if used >> i & 1 == 0 && incoming[i] == 0 {
                used |= 1 << i;
                order[done] = i;
                done += 1;
                for j in 0..n {
                    if edges[(i, j)] {
                        incoming[j] -= 1;
                    }
                }
            }
        }
        if done == before {
            return false;
        }
    }
    true
}

#[test]
fn agree() {
    let mut random = Random::new(44);
    for n in 1..8 {
        let weights = Array2::from_shape_simple_fn((n, n), || random.below(9) as u32);
        let distances = weights.mapv(|w| if w < 3 { f64::INFINITY } else { w as f64 });
        check!([distances = distances.clone()] floyd_warshall(distances.view_mut()));
        (0..=n).for_each(|start| check!(dijkstra(weights.mapv(|w| w / 5).view(), start)));
        let edges = Array2::from_shape_simple_fn((n, 2), || random.below(9));
        for nodes in [8, 9] {
            check!([parents = vec![0; nodes]] components(&mut parents, edges.view()));
        }
        let sizes: Vec<usize> = (0..n).map(|_| random.below(7)).collect();
        let (values, walk) = (random.vec::<u32>(n), random.vec::<i32>(3 * n));
        check!(knapsack(&sizes, &values, 3 * n));
        check!(coin_change(&sizes, 5 * n));
        check!(longest_increasing(&walk));
        let links = weights.mapv(|w| w > 5);
        check!(page_rank(links.view(), 5));
        check!([order = vec![0; n]] topological(links.view(), &mut order));
        check!([order = vec![0; n]]
            topological(Array2::from_shape_fn((n, n), |(i, j)| i > j).view(), &mut order));
        check!(queens(n as u32, 0, 0, 0));
    }
}
