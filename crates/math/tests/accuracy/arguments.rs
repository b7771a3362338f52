//! Arguments, which look random and are the same in every run.

/// Numbers that look random (splitmix64).
pub(crate) struct Random(pub(crate) u64);

/// Where functions have values.
pub(crate) type Domain = (f64, f64);

/// All numbers.
const ALL: Domain = (-f64::MAX, f64::MAX);

/// `2ⁿ`, which may be subnormal.
fn power_of_two(n: i32) -> f64 {
    if n >= -1022 {
        f64::from_bits(((n + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (n + 1074))
    }
}

/// `n` of the greatest `2ⁿ` that is no greater than a positive number.
fn binade(x: f64) -> i32 {
    let bits = x.to_bits();
    if x.is_normal() { (bits >> 52) as i32 - 1023 } else { 63 - bits.leading_zeros() as i32 - 1074 }
}

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 12) as f64 / (1u64 << 52) as f64
    }

    pub(crate) fn signed(&mut self, x: f64) -> f64 {
        if self.bits() & 1 == 0 { x } else { -x }
    }

    /// An integer from `least` to `most`.
    fn integer(&mut self, least: i32, most: i32) -> i32 {
        least + (self.bits() % (most - least + 1) as u64) as i32
    }

    /// A number from `2ⁿ` to twice that, of either sign.
    fn of_binade(&mut self, n: i32) -> f64 {
        let size = power_of_two(n);
        // Subnormal ones have fewer digits.
        let x = (size + size * self.unit()).min(f64::MAX);
        self.signed(x)
    }

    /// A number at most 32 places away, of either sign.
    fn beside(&mut self, x: f64) -> f64 {
        let near = self.integer(-32, 32);
        self.signed(f64::from_bits(x.to_bits().wrapping_add_signed(near.into())))
    }

    /// A finite number of the domain: of each binade in turn, the subnormal ones included, around
    /// 1, anywhere, beside a multiple of π/4, or beside a number of few digits, where functions
    /// have their turning points.
    pub(crate) fn argument(&mut self, number: usize, (low, high): Domain) -> f64 {
        let anywhere = low.max(-1e3) + (high.min(1e3) - low.max(-1e3)) * self.unit();
        let drawn = match number % 5 {
            0 => {
                let least = if low > 0.0 { binade(low) } else { -1074 };
                let binades = binade(low.abs().max(high.abs())) - least + 1;
                self.of_binade(least + (number / 5 % binades as usize) as i32)
            }
            1 => {
                let n = self.integer(-28, 11);
                self.of_binade(n)
            }
            2 => anywhere,
            3 => {
                let x = (self.bits() % 100_000) as f64 * std::f64::consts::FRAC_PI_4;
                let near = f64::from_bits(x.to_bits() + self.bits() % 3);
                self.signed(near)
            }
            _ => {
                let x = (self.bits() % 64) as f64 * 0.125;
                self.beside(x.max(f64::MIN_POSITIVE))
            }
        };
        let within = |x: &f64| x.is_finite() && *x >= low && *x <= high;
        [drawn, -drawn].into_iter().find(within).unwrap_or(anywhere)
    }
}

/// Two numbers: of any size, of like size in each binade in turn, both huge, both tiny, so far
/// apart that their quotient is hardly a number, or beside where the function branches.
pub(crate) fn anywhere(random: &mut Random, number: usize, branches: &[f64]) -> (f64, f64) {
    let in_turn = (number / 8 % 2098) as i32 - 1074;
    let near = |random: &mut Random, n: i32| {
        let n = n + random.integer(-3, 3);
        random.of_binade(n.clamp(-1074, 1023))
    };
    let (x, y) = match number % 8 {
        0 => (random.of_binade(in_turn), random.integer(-1074, 1023)),
        1 | 2 => (random.of_binade(in_turn), in_turn),
        3 => (near(random, 1021), 1021),
        4 => (near(random, -1021), -1021),
        5 => {
            let n = random.integer(-1074, 1023);
            let apart = random.integer(1000, 1080);
            (random.of_binade(n), if n < 0 { n + apart } else { n - apart })
        }
        6 => {
            let branch = branches[random.bits() as usize % branches.len()];
            let any = random.integer(-1074, 1023);
            (random.beside(branch), if number % 16 < 8 { any } else { binade(branch) })
        }
        _ => {
            let x = random.argument(number / 8, ALL);
            let kind = if number % 16 < 8 { number / 16 } else { 1 };
            return (x, random.argument(kind, ALL));
        }
    };
    let other = if number.is_multiple_of(8) { random.of_binade(y) } else { near(random, y) };
    if random.bits() & 1 == 0 { (x, other) } else { (other, x) }
}

/// A base, and an exponent with which the power is a number, or nearly.
pub(crate) fn of_power(random: &mut Random, number: usize) -> (f64, f64) {
    let x = random.argument(number, (0.0, f64::MAX));
    let exponent = match number % 3 {
        0 => random.argument(2, (-1000.0, 1000.0)).round(),
        1 => random.argument(number / 3, (-50.0, 50.0)),
        _ => f64::INFINITY,
    };
    let most = (750.0 * random.unit() - 20.0) / x.ln().abs().max(1e-300);
    let y = if (exponent * x.ln()).abs() < 750.0 { exponent } else { random.signed(most) };
    // Negative numbers have powers too, if the exponent is an integer.
    let y = if number.is_multiple_of(4) && y.abs() > 1.0 { y.round() } else { y };
    (if y == y.round() { random.signed(x) } else { x }, y)
}

/// A base, and an integer of 32 bits with which the power is a number, or nearly.
pub(crate) fn of_whole_power(random: &mut Random, number: usize) -> (f64, f64) {
    if number.is_multiple_of(2) {
        let x = random.argument(number / 2, (-50.0, 50.0));
        return (x, random.integer(-200, 200).into());
    }
    let shift = random.bits() % 31;
    let n = f64::from((random.bits() >> 33) as i32 >> shift).max(1.0);
    let x = ((1500.0 * random.unit() - 750.0) / n).exp().clamp(1e-300, 1e300);
    (random.signed(x), random.signed(n))
}

/// Numbers that are not too far apart to be added, and such whose powers add up to nearly 1.
pub(crate) fn to_be_added(random: &mut Random, number: usize) -> (f64, f64) {
    if number % 4 == 3 {
        return near_zero(random, number / 4);
    }
    let most = if number.is_multiple_of(4) { 1000.0 } else { 20.0 };
    let x = random.argument(number / 4, (-most, most));
    (if number.is_multiple_of(8) { 0.0 } else { x }, x - random.argument(1, (0.0, 800.0)).abs())
}

/// Numbers whose powers add up to nearly 1, as nearly as may be or not.
pub(crate) fn near_zero(random: &mut Random, number: usize) -> (f64, f64) {
    let x = match number % 3 {
        0 => -0.7 * random.unit(),
        1 => -random.of_binade(-1 - (number / 3 % 1074) as i32).abs(),
        _ => -std::f64::consts::LN_2 * (1.0 + random.of_binade(-8 - number as i32 % 40)),
    };
    let exact = (-x.exp_m1()).ln();
    let y = match number % 4 {
        0 => exact * (1.0 + random.of_binade(-3 - number as i32 / 4 % 48)),
        _ => f64::from_bits(exact.to_bits().wrapping_add_signed(random.integer(-2, 2).into())),
    };
    if random.bits() & 1 == 0 { (x, y) } else { (y, x) }
}
