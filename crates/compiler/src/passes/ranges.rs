//! A small prover of linear inequalities between integer values.
//!
//! A value is seen as a sum of other values times constants, in exact arithmetic: `i + 1` is
//! taken apart only if it is proved not to wrap, and stands for itself otherwise. Facts are
//! sums that are not negative. They come from what is known of each value (its type, that
//! lengths fit `isize`, how it is computed) and from the conditions, checks and loops around a
//! place. A goal is proved by taking facts away from it until only a constant is left.

use crate::passes::definitions::Definitions;
use crate::passes::simplify::fits;
use mambo_ir::Dtype;
use mambo_ir::function::{Binary, Compare, Function, Op, Unary, Value};
use rustc_hash::FxHashMap;

/// How many steps one question may take.
const BUDGET: u32 = 400;
/// How many facts one proof may use.
const DEPTH: u32 = 7;
/// Sums with larger factors are given up. Together with the next this keeps the arithmetic
/// on sums within `i128`.
const LARGEST_FACTOR: i128 = 1 << 20;
/// Sums with larger constants are given up.
const LARGEST_CONSTANT: i128 = 1 << 90;

/// A sum of values times constants, plus a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Linear {
    /// Ascending by value, without zeros.
    terms: Vec<(Value, i128)>,
    constant: i128,
}

impl Linear {
    /// A constant.
    pub(crate) fn constant(constant: i128) -> Self {
        Linear { terms: Vec::new(), constant }
    }

    /// A value as itself.
    pub(crate) fn value(value: Value) -> Self {
        Linear { terms: vec![(value, 1)], constant: 0 }
    }

    /// The constant, if there is nothing else.
    pub(crate) fn as_constant(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// `self * by + other * times`.
    pub(crate) fn combine(&self, by: i128, other: &Linear, times: i128) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut left, mut right) = (self.terms.iter().peekable(), other.terms.iter().peekable());
        loop {
            let term = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(&&(a, x)), Some(&&(b, y))) if a == b => {
                    left.next();
                    right.next();
                    (a, x * by + y * times)
                }
                (Some(&&(a, x)), b) if b.is_none_or(|&&(b, _)| a < b) => {
                    left.next();
                    (a, x * by)
                }
                (_, Some(&&(b, y))) => {
                    right.next();
                    (b, y * times)
                }
                (Some(&&(a, x)), None) => {
                    left.next();
                    (a, x * by)
                }
            };
            if term.1 != 0 {
                terms.push(term);
            }
        }
        Linear { terms, constant: self.constant * by + other.constant * times }
    }

    /// `self - other`.
    pub(crate) fn minus(&self, other: &Linear) -> Self {
        self.combine(1, other, -1)
    }

    /// `self + constant`.
    pub(crate) fn plus(mut self, constant: i128) -> Self {
        self.constant += constant;
        self
    }

    /// `self * by`, unless the factor is too large.
    fn scaled(&self, by: i128) -> Option<Self> {
        (by.abs() < LARGEST_FACTOR).then(|| self.combine(by, &Linear::default(), 0))
    }

    /// What `value` is multiplied by.
    fn factor(&self, value: Value) -> i128 {
        self.terms.binary_search_by_key(&value, |term| term.0).map_or(0, |at| self.terms[at].1)
    }

    fn is_small(&self) -> bool {
        self.terms.len() <= 64
            && self.constant.abs() < LARGEST_CONSTANT
            && self.terms.iter().all(|term| term.1.abs() < LARGEST_FACTOR)
    }
}

/// Whether integers of this type are looked into: sums of those of 128 bits could wrap here.
pub(crate) fn is_ranged(dtype: Dtype) -> bool {
    dtype.is_int() && !dtype.is_int128()
}

/// The least and the greatest integer of a type of at most 64 bits.
pub(crate) fn limits(dtype: Dtype) -> (i128, i128) {
    let bits = dtype.bits();
    if dtype.is_signed_int() {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

/// Facts that hold at a place of a function, and what follows from them.
#[derive(Debug)]
pub(crate) struct Prover<'a> {
    func: &'a Function,
    definitions: &'a Definitions,
    /// None of these is negative.
    facts: Vec<Linear>,
    /// Values taken apart, each with the number of facts that were known.
    known: FxHashMap<Value, (Linear, usize)>,
    /// Values being taken apart.
    open: Vec<Value>,
    budget: u32,
}

impl<'a> Prover<'a> {
    /// A prover that knows the function but no facts.
    pub(crate) fn new(func: &'a Function, definitions: &'a Definitions) -> Self {
        Prover {
            func,
            definitions,
            facts: Vec::new(),
            known: FxHashMap::default(),
            open: Vec::new(),
            budget: 0,
        }
    }

    /// How many facts there are, for [`Self::forget`].
    pub(crate) fn mark(&self) -> usize {
        self.facts.len()
    }

    /// Goes back to the facts there were.
    pub(crate) fn forget(&mut self, mark: usize) {
        if self.facts.len() > mark {
            self.facts.truncate(mark);
            self.known.retain(|_, known| known.1 <= mark);
        }
    }

    /// Takes `a < b` for a fact.
    pub(crate) fn assume_less(&mut self, a: Value, b: Value) {
        let (a, b) = (self.linear(a), self.linear(b));
        self.assume_not_negative(b.minus(&a).plus(-1));
    }

    /// Takes `a <= b` for a fact.
    pub(crate) fn assume_at_most(&mut self, a: Value, b: Value) {
        let (a, b) = (self.linear(a), self.linear(b));
        self.assume_not_negative(b.minus(&a));
    }

    fn assume_not_negative(&mut self, fact: Linear) {
        if !fact.terms.is_empty() && fact.is_small() && !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    /// Takes for a fact that a condition holds or does not.
    pub(crate) fn assume(&mut self, cond: Value, holds: bool) {
        match self.definitions.op(self.func, cond) {
            Some(Op::Unary(Unary::Not, inner)) => self.assume(*inner, !holds),
            Some(Op::Binary(Binary::And, a, b)) if holds => {
                self.assume(*a, true);
                self.assume(*b, true);
            }
            Some(Op::Binary(Binary::Or, a, b)) if !holds => {
                self.assume(*a, false);
                self.assume(*b, false);
            }
            Some(&Op::Compare(op, a, b)) if is_ranged(self.func.dtype(a)) => {
                let op = if holds { op } else { crate::passes::simplify::negated(op) };
                match op {
                    Compare::Lt => self.assume_less(a, b),
                    Compare::Gt => self.assume_less(b, a),
                    Compare::Le => self.assume_at_most(a, b),
                    Compare::Ge => self.assume_at_most(b, a),
                    Compare::Eq => {
                        self.assume_at_most(a, b);
                        self.assume_at_most(b, a);
                    }
                    Compare::Ne => self.assume_differ(a, b),
                }
            }
            _ => {}
        }
    }

    /// `a != b` says something if one is known to be at most the other.
    fn assume_differ(&mut self, a: Value, b: Value) {
        let difference = self.linear(b).minus(&self.linear(a));
        let opposite = Linear::default().minus(&difference);
        if self.holds(&difference) {
            self.assume_not_negative(difference.plus(-1));
        } else if self.holds(&opposite) {
            self.assume_not_negative(opposite.plus(-1));
        }
    }

    /// Whether `a < b` is proved.
    pub(crate) fn is_less(&mut self, a: Value, b: Value) -> bool {
        let goal = self.linear(b).minus(&self.linear(a)).plus(-1);
        self.holds(&goal)
    }

    /// Whether `a <= b` is proved.
    pub(crate) fn is_at_most(&mut self, a: Value, b: Value) -> bool {
        let goal = self.linear(b).minus(&self.linear(a));
        self.holds(&goal)
    }

    /// Whether a condition is proved or disproved.
    pub(crate) fn decide(&mut self, cond: Value) -> Option<bool> {
        match self.definitions.op(self.func, cond)? {
            Op::Const(value) => value.as_bool(),
            Op::Unary(Unary::Not, inner) => self.decide(*inner).map(|holds| !holds),
            Op::Binary(op @ (Binary::And | Binary::Or), a, b) => {
                let decides = *op == Binary::Or;
                match (self.decide(*a), self.decide(*b)) {
                    (Some(a), _) if a == decides => Some(decides),
                    (_, Some(b)) if b == decides => Some(decides),
                    (Some(_), Some(_)) => Some(!decides),
                    _ => None,
                }
            }
            &Op::Compare(op, a, b) if is_ranged(self.func.dtype(a)) => match op {
                Compare::Lt => self.order(a, b),
                Compare::Ge => self.order(a, b).map(|less| !less),
                Compare::Gt => self.order(b, a),
                Compare::Le => self.order(b, a).map(|less| !less),
                Compare::Eq => self.equal(a, b),
                Compare::Ne => self.equal(a, b).map(|equal| !equal),
            },
            _ => None,
        }
    }

    /// Whether `a < b`, if known.
    fn order(&mut self, a: Value, b: Value) -> Option<bool> {
        if self.is_less(a, b) {
            Some(true)
        } else if self.is_at_most(b, a) {
            Some(false)
        } else {
            None
        }
    }

    /// Whether `a == b`, if known.
    fn equal(&mut self, a: Value, b: Value) -> Option<bool> {
        if self.is_less(a, b) || self.is_less(b, a) {
            Some(false)
        } else if self.is_at_most(a, b) && self.is_at_most(b, a) {
            Some(true)
        } else {
            None
        }
    }

    /// Whether `goal` is proved not to be negative.
    pub(crate) fn holds(&mut self, goal: &Linear) -> bool {
        self.budget = BUDGET;
        self.prove(goal, DEPTH)
    }

    /// `value` as a sum.
    pub(crate) fn linear(&mut self, value: Value) -> Linear {
        if self.open.is_empty() {
            self.budget = BUDGET;
        }
        self.take_apart(value)
    }

    fn take_apart(&mut self, value: Value) -> Linear {
        let whole = Linear::value(value);
        if !self.func.ty(value).as_scalar().is_some_and(is_ranged) {
            return whole;
        }
        if let Some((linear, facts)) = self.known.get(&value)
            && (*linear != whole || *facts == self.facts.len())
        {
            return linear.clone();
        }
        if self.open.contains(&value) || self.open.len() > 12 {
            return whole;
        }
        self.open.push(value);
        let linear = self.exact_sum(value).filter(Linear::is_small).unwrap_or(whole);
        self.open.pop();
        self.known.insert(value, (linear.clone(), self.facts.len()));
        linear
    }

    /// The sum that `value` is computed as, if that does not wrap.
    fn exact_sum(&mut self, value: Value) -> Option<Linear> {
        let dtype = self.func.dtype(value);
        match self.definitions.op(self.func, value)? {
            Op::Const(constant) => constant.as_int().map(Linear::constant),
            &Op::Cast(from) => {
                let source = self.func.dtype(from);
                if !is_ranged(source) {
                    return None;
                }
                let sum = self.take_apart(from);
                (fits(source, dtype) || self.is_within(&sum, dtype)).then_some(sum)
            }
            &Op::Binary(op, a, b) => {
                let sum = match op {
                    Binary::Add | Binary::SaturatingAdd => {
                        self.take_apart(a).combine(1, &self.take_apart(b), 1)
                    }
                    Binary::Sub | Binary::SaturatingSub => {
                        self.take_apart(a).combine(1, &self.take_apart(b), -1)
                    }
                    Binary::Mul => {
                        let (a, b) = (self.take_apart(a), self.take_apart(b));
                        match (a.as_constant(), b.as_constant()) {
                            (_, Some(by)) => a.scaled(by)?,
                            (Some(by), _) => b.scaled(by)?,
                            _ => return None,
                        }
                    }
                    Binary::Shl => {
                        let by = self.definitions.int(self.func, b)?;
                        if !(0..i128::from(dtype.bits())).contains(&by) {
                            return None;
                        }
                        self.take_apart(a).scaled(1 << by)?
                    }
                    _ => return None,
                };
                (sum.is_small() && self.is_within(&sum, dtype)).then_some(sum)
            }
            _ => None,
        }
    }

    fn is_within(&mut self, sum: &Linear, dtype: Dtype) -> bool {
        let (least, greatest) = limits(dtype);
        let below = Linear::constant(greatest).minus(sum);
        self.prove(&sum.clone().plus(-least), DEPTH - 2) && self.prove(&below, DEPTH - 2)
    }

    fn prove(&mut self, goal: &Linear, depth: u32) -> bool {
        if let Some(constant) = goal.as_constant() {
            return constant >= 0;
        }
        if self.budget == 0 || !goal.is_small() {
            return false;
        }
        self.budget -= 1;
        if self.least(goal) >= 0 {
            return true;
        }
        if depth == 0 {
            return false;
        }
        // Any proof has to get rid of the last value, so it is the only one to try.
        let &(value, factor) = goal.terms.last().expect("the goal is no constant");
        for number in (0..self.facts.len()).rev() {
            let by = self.facts[number].factor(value);
            if by.signum() == factor.signum() {
                let rest = goal.combine(by.abs(), &self.facts[number], -factor.abs());
                if self.prove(&rest, depth - 1) {
                    return true;
                }
            }
        }
        for fact in self.inherent(value) {
            let by = fact.factor(value);
            if by.signum() == factor.signum() {
                let rest = goal.combine(by.abs(), &fact, -factor.abs());
                if self.prove(&rest, depth - 1) {
                    return true;
                }
            }
        }
        self.prove_by_cases(goal, value, factor, depth)
    }

    /// The least that a sum can be, as far as the types of its values tell.
    fn least(&self, sum: &Linear) -> i128 {
        let mut least = sum.constant;
        for &(value, factor) in &sum.terms {
            let (low, high) = self.bounds(value);
            least += factor * if factor > 0 { low } else { high };
        }
        least
    }

    /// Constant bounds of a value.
    fn bounds(&self, value: Value) -> (i128, i128) {
        let (low, high) = limits(self.func.dtype(value));
        let int = |value| self.definitions.int(self.func, value);
        match self.definitions.op(self.func, value) {
            Some(Op::Const(constant)) => {
                let constant = constant.as_int().unwrap_or(0);
                (constant, constant)
            }
            Some(Op::Dim { .. }) => (0, i128::from(i64::MAX)),
            Some(Op::Unary(Unary::CountOnes | Unary::LeadingZeros | Unary::TrailingZeros, _)) => {
                (0, 128)
            }
            Some(&Op::Binary(Binary::And, a, b)) => match int(b).or(int(a)) {
                Some(mask) if mask >= 0 => (0, mask),
                _ => (low, high),
            },
            Some(&Op::Binary(Binary::Rem, _, by)) => match int(by) {
                Some(by) if low < 0 => (1 - by.abs(), by.abs() - 1),
                Some(by) => (0, by - 1),
                None => (low, high),
            },
            Some(&Op::Cast(from)) => {
                let (a, b) = match self.func.dtype(from) {
                    dtype if dtype.is_float() || dtype.is_int128() => return (low, high),
                    Dtype::Bool => (0, 1),
                    dtype => limits(dtype),
                };
                if a >= low && b <= high { (a, b) } else { (low, high) }
            }
            _ => (low, high),
        }
    }

    /// What is true of a value because of how it is computed.
    fn inherent(&mut self, value: Value) -> Vec<Linear> {
        if self.open.contains(&value) || self.open.len() > 12 {
            return Vec::new();
        }
        let itself = Linear::value(value);
        let sum = self.take_apart(value);
        if sum != itself {
            return vec![itself.minus(&sum), sum.minus(&itself)];
        }
        self.open.push(value);
        let mut facts = match self.definitions.op(self.func, value) {
            Some(&Op::Binary(op, a, b)) => self.inherent_binary(op, &itself, a, b),
            _ => Vec::new(),
        };
        self.open.pop();
        let (low, high) = self.bounds(value);
        facts.push(itself.clone().plus(-low));
        facts.push(Linear::constant(high).minus(&itself));
        facts.retain(Linear::is_small);
        facts
    }

    fn inherent_binary(&mut self, op: Binary, itself: &Linear, a: Value, b: Value) -> Vec<Linear> {
        let dtype = self.func.dtype(a);
        if !is_ranged(dtype) {
            return Vec::new();
        }
        let unsigned = dtype.is_unsigned_int();
        let constant = self.definitions.int(self.func, b);
        let left = self.take_apart(a);
        let at_most = |bound: &Linear| bound.minus(itself);
        let at_least = |bound: &Linear| itself.minus(bound);
        match op {
            Binary::Min => vec![at_most(&left), at_most(&self.take_apart(b))],
            Binary::Max => vec![at_least(&left), at_least(&self.take_apart(b))],
            Binary::And if unsigned => vec![at_most(&left), at_most(&self.take_apart(b))],
            Binary::Or if unsigned => vec![at_least(&left), at_least(&self.take_apart(b))],
            Binary::SaturatingSub if unsigned => {
                vec![at_most(&left), at_least(&left.minus(&self.take_apart(b)))]
            }
            Binary::SaturatingAdd if unsigned => {
                let right = self.take_apart(b);
                vec![at_least(&left), at_least(&right), at_most(&left.combine(1, &right, 1))]
            }
            Binary::Rem => {
                let positive = unsigned || self.prove(&left, 2);
                let mut facts = Vec::new();
                if positive {
                    facts.push(at_most(&left));
                    facts.push(itself.clone());
                }
                let right = self.take_apart(b);
                if unsigned || positive && self.prove(&right, 2) {
                    facts.push(at_most(&right.plus(-1)));
                }
                facts
            }
            Binary::Div if constant.is_some_and(|by| by > 0) => {
                let by = constant.unwrap_or(1);
                if unsigned || self.prove(&left, 2) {
                    quotient(itself, &left, by)
                } else {
                    Vec::new()
                }
            }
            Binary::Shr if constant.is_some_and(|by| (0..64).contains(&by)) => {
                let by = constant.unwrap_or(0) & i128::from(dtype.bits() - 1);
                quotient(itself, &left, 1 << by)
            }
            Binary::Div if unsigned => vec![at_most(&left)],
            Binary::Shr if unsigned => vec![at_most(&left)],
            _ => Vec::new(),
        }
    }

    /// Proves a goal about a value that is one of two, for each.
    fn prove_by_cases(&mut self, goal: &Linear, value: Value, factor: i128, depth: u32) -> bool {
        let Some(op) = self.definitions.op(self.func, value) else { return false };
        let with =
            |sum: &Linear| goal.combine(1, &Linear::value(value), -factor).combine(1, sum, factor);
        match *op {
            Op::Select(cond, a, b) if is_ranged(self.func.dtype(a)) => {
                let cases = [(true, a), (false, b)];
                cases.into_iter().all(|(holds, arm)| {
                    let mark = self.mark();
                    self.assume_within(cond, holds);
                    let arm = self.take_apart(arm);
                    let proved = self.prove(&with(&arm), depth - 1);
                    self.forget(mark);
                    proved
                })
            }
            Op::Binary(op @ (Binary::Min | Binary::Max), a, b) if is_ranged(self.func.dtype(a)) => {
                let (a, b) = (self.take_apart(a), self.take_apart(b));
                let (low, high) = if op == Binary::Min { (1, -1) } else { (-1, 1) };
                // The first operand is chosen if `b - a` has the sign of `low`.
                self.prove_with(&with(&a), a.combine(-low, &b, low), depth)
                    && self.prove_with(&with(&b), a.combine(-high, &b, high), depth)
            }
            Op::Binary(Binary::SaturatingSub, a, b) if self.func.dtype(a).is_unsigned_int() => {
                let (a, b) = (self.take_apart(a), self.take_apart(b));
                self.prove_with(&with(&a.minus(&b)), a.minus(&b), depth)
                    && self.prove_with(&with(&Linear::default()), b.minus(&a), depth)
            }
            _ => false,
        }
    }

    /// Proves a goal with one more fact.
    fn prove_with(&mut self, goal: &Linear, fact: Linear, depth: u32) -> bool {
        let mark = self.mark();
        self.assume_not_negative(fact);
        let proved = self.prove(goal, depth - 1);
        self.forget(mark);
        proved
    }

    /// [`Self::assume`] in the middle of a proof, without a budget of its own.
    fn assume_within(&mut self, cond: Value, holds: bool) {
        let Some(&Op::Compare(op, a, b)) = self.definitions.op(self.func, cond) else { return };
        if !is_ranged(self.func.dtype(a)) {
            return;
        }
        let (a, b) = (self.take_apart(a), self.take_apart(b));
        let op = if holds { op } else { crate::passes::simplify::negated(op) };
        match op {
            Compare::Lt => self.assume_not_negative(b.minus(&a).plus(-1)),
            Compare::Gt => self.assume_not_negative(a.minus(&b).plus(-1)),
            Compare::Le => self.assume_not_negative(b.minus(&a)),
            Compare::Ge => self.assume_not_negative(a.minus(&b)),
            Compare::Eq => {
                self.assume_not_negative(b.minus(&a));
                self.assume_not_negative(a.minus(&b));
            }
            Compare::Ne => {}
        }
    }
}

/// What is true of the quotient of a sum by a constant, rounded down.
fn quotient(itself: &Linear, left: &Linear, by: i128) -> Vec<Linear> {
    vec![left.combine(1, itself, -by), itself.combine(by, left, -1).plus(by - 1)]
}
