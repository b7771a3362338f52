//! Numbers, shapes and axes that a seed decides.

/// A stream of numbers (splitmix64) for a case.
pub(crate) struct Random {
    state: u64,
    /// How many things are wrong with the case: of several, each side may name another one.
    faults: usize,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random { state: seed, faults: 0 }
    }

    /// True once in so many times, unless something is wrong already: then something is to be.
    pub(crate) fn fault(&mut self, times: usize) -> bool {
        let now = self.faults == 0 && self.one_in(times);
        self.found(now);
        now
    }

    /// Takes note of what is wrong, if it is.
    pub(crate) fn found(&mut self, wrong: bool) {
        self.faults += usize::from(wrong);
    }

    pub(crate) fn faults(&self) -> usize {
        self.faults
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A shape of 0 to 6 axes, most often of few elements; one axis may be long, for loops in
    /// vectors and in blocks.
    pub(crate) fn shape(&mut self) -> Vec<usize> {
        let rank = self.pick(&[0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6]);
        let most = [0, 300, 40, 12, 7, 5, 4][rank];
        if rank == 1 && self.one_in(8) {
            return vec![self.below(9000)];
        }
        (0..rank)
            .map(|_| match self.below(16) {
                0 => 0,
                1 | 2 => 1,
                _ => 1 + self.below(most),
            })
            .collect()
    }

    /// A shape that broadcasts to this one.
    pub(crate) fn narrower(&mut self, shape: &[usize]) -> Vec<usize> {
        let dropped = if self.one_in(3) { self.below(shape.len() + 1) } else { 0 };
        let kept = shape[dropped..].iter();
        kept.map(|&len| if self.one_in(5) { 1 } else { len }).collect()
    }

    /// Two shapes that broadcast together.
    pub(crate) fn partners(&mut self) -> [Vec<usize>; 2] {
        let shape = self.shape();
        self.partners_of(shape)
    }

    /// Two shapes that broadcast to this one.
    pub(crate) fn partners_of(&mut self, shape: Vec<usize>) -> [Vec<usize>; 2] {
        match self.below(6) {
            0 => [shape.clone(), shape],
            1 => [self.narrower(&shape), shape],
            2 => [shape.clone(), self.narrower(&shape)],
            3 => [Vec::new(), shape],
            4 => [shape, Vec::new()],
            _ => [self.narrower(&shape), self.narrower(&shape)],
        }
    }

    /// Another shape, which may go together with what this one does, or not.
    pub(crate) fn spoilt(&mut self, shape: &[usize]) -> Vec<usize> {
        let mut spoilt = shape.to_vec();
        match self.below(4) {
            0 => spoilt.insert(0, 1 + self.below(3)),
            1 if !shape.is_empty() => drop(spoilt.remove(self.below(shape.len()))),
            2 if !shape.is_empty() => spoilt[self.below(shape.len())] = 1,
            _ if !shape.is_empty() => spoilt[self.below(shape.len())] += 1 + self.below(2),
            _ => spoilt.push(2),
        }
        spoilt
    }

    /// An axis of so many, counted from the end or the beginning; now and then one that is not
    /// there.
    pub(crate) fn axis(&mut self, rank: usize) -> isize {
        let rank = rank as isize;
        if rank == 0 || self.fault(24) {
            self.found(rank == 0);
            // NumPy lets 0 and -1 through where there are no axes, but not everywhere.
            return if rank == 0 {
                self.pick(&[1, -2])
            } else {
                self.pick(&[rank, rank + 1, -rank - 1])
            };
        }
        self.below(2 * rank as usize) as isize - rank
    }

    /// The axes of so many in some order, most often first to last or last to first.
    pub(crate) fn order(&mut self, rank: usize) -> Vec<usize> {
        let mut axes: Vec<usize> = (0..rank).collect();
        match self.below(3) {
            0 => axes.reverse(),
            1 => (1..rank).for_each(|i| axes.swap(i, self.below(i + 1))),
            _ => {}
        }
        axes
    }
}
