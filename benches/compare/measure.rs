//! Timing: many short rounds, in each of which every side runs in turn, and medians of them.

use std::time::{Duration, Instant};

/// How long the calls of one side in one round take together.
const ROUND: Duration = Duration::from_micros(60);
/// How long a race may take where the number of rounds is free.
const RACE: Duration = Duration::from_secs(5);

/// How many rounds, and how each begins.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// At most, where `RACE` allows as many.
    pub(crate) most: usize,
    /// At least.
    pub(crate) least: usize,
    /// Whether each side runs once untimed before its calls of a round, so that it finds its data
    /// in the cache.
    pub(crate) warm: bool,
}

/// Times `sides` sides of `run(side, calls)`: the nanoseconds of a call, by side and round.
pub(crate) fn race(sides: usize, mut run: impl FnMut(usize, u64), plan: Plan) -> Vec<Vec<f64>> {
    let mut time = |side: usize, calls: u64| {
        if plan.warm {
            run(side, 1);
        }
        let start = Instant::now();
        run(side, calls);
        start.elapsed()
    };
    let (calls, costs): (Vec<u64>, Vec<Duration>) =
        (0..sides).map(|side| calls_of_a_round(|calls| time(side, calls))).unzip();
    let round: Duration = costs.iter().sum();
    let affordable = RACE.as_nanos() / round.as_nanos().max(1);
    let rounds = (affordable as usize).clamp(plan.least, plan.most);
    let mut samples = vec![Vec::with_capacity(rounds); sides];
    for round in 0..rounds {
        // Another side begins each time, so that none always follows the same one.
        for side in (0..sides).map(|side| (side + round) % sides) {
            let nanos = time(side, calls[side]).as_nanos() as f64;
            samples[side].push(nanos / calls[side] as f64);
        }
    }
    samples
}

/// How many calls last a round, and how long they take.
fn calls_of_a_round(mut time: impl FnMut(u64) -> Duration) -> (u64, Duration) {
    let mut calls = 1;
    loop {
        let cost = time(calls);
        if cost >= ROUND / 2 {
            let wanted = calls as f64 * ROUND.as_secs_f64() / cost.as_secs_f64();
            let calls = (wanted as u64).max(1);
            return (calls, ROUND.max(cost / calls as u32));
        }
        calls *= 2;
    }
}

/// The middle of the samples; the mean of both middles where they are even in number.
pub(crate) fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

/// Which of several ways to do the same thing is the fastest, if there is one.
pub(crate) fn fastest(ways: usize, run: impl FnMut(usize, u64)) -> Option<usize> {
    let times = race(ways, run, Plan { least: 9, most: 9, warm: true });
    let medians = times.iter().map(|times| median(times)).enumerate();
    medians.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(way, _)| way)
}

/// The median over the rounds of the time of `other` over that of `own` in the same round.
pub(crate) fn paired(own: &[f64], other: &[f64]) -> f64 {
    let ratios: Vec<f64> = own.iter().zip(other).map(|(own, other)| other / own).collect();
    median(&ratios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn paired_ratios_ignore_what_slows_both_sides() {
        let own = [1.0, 10.0, 1.0];
        let other = [2.0, 20.0, 2.0];
        assert_eq!(paired(&own, &other), 2.0);
    }

    #[test]
    fn the_fastest_way_is_found() {
        let spin = |way: usize, calls: u64| {
            let end = Instant::now() + ROUND * (3 - way as u32) * calls as u32;
            while Instant::now() < end {}
        };
        assert_eq!(fastest(3, spin), Some(2));
        assert_eq!(fastest(0, |_, _| ()), None);
    }

    #[test]
    fn every_side_runs_in_every_round() {
        let mut turns = Vec::new();
        let plan = Plan { most: 7, least: 7, warm: false };
        let spin = |side: usize, calls: u64| {
            turns.push(side);
            let end = Instant::now() + ROUND * calls as u32;
            while Instant::now() < end {}
        };
        let samples = race(3, spin, plan);
        assert!(samples.iter().all(|side| side.len() == 7));
        assert_eq!(turns[3..9], [0, 1, 2, 1, 2, 0]);
    }
}
