"""Computes every constant of `src/coefficients.rs` and prints that file.

    pip install mpmath
    python3 coefficients.py > src/coefficients.rs && rustfmt src/coefficients.rs

A polynomial is fitted by Lawson's algorithm (C. L. Lawson, *Contributions to the theory of
linear least maximum approximation*, 1961): weighted least squares at Chebyshev nodes, where
each round multiplies the weights by the error left, which goes towards the minimax polynomial.
Coefficients are rounded to the type they are used in from the lowest degree up, the others
being fitted again after each, so that these make up for what rounding loses.
"""

import struct
import sys

import mpmath
from mpmath import matrix, mp, mpf, qr_solve

mp.dps = 60


def double(x):
    """The nearest f64."""
    return mpf(float(x))


def single(x):
    """The nearest f32."""
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def cut(x, bits):
    """The leading bits of a number."""
    if x == 0:
        return mpf(0)
    exponent = mpmath.floor(mpmath.log(abs(x), 2)) + 1
    scale = mpf(2) ** (bits - exponent)
    return mpmath.floor(abs(x) * scale) / scale * mpmath.sign(x)


def parts(x, *bits, rounded=double):
    """A number as a sum of shorter ones, the last one rounded to a type."""
    pieces = []
    for size in bits:
        piece = cut(x, size)
        pieces.append(piece)
        x -= piece
    return [*pieces, rounded(x)]


def fit(f, low, high, count, weight, rounded=double, rounds=12):
    """`count` coefficients c of f(x) ≈ Σ c[i]·xⁱ with the least greatest |error · weight(x)|,
    and that error."""
    low, high = mpf(low), mpf(high)
    nodes = 4 * count + 8
    xs = [
        (low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * nodes))
        for i in range(nodes)
    ]
    targets = [mpf(f(x)) for x in xs]
    scale = [mpf(weight(x)) for x in xs]
    known = []
    while True:
        free = count - len(known)
        if free == 0:
            break
        rest = [
            t - sum(c * x**i for i, c in enumerate(known)) for x, t in zip(xs, targets)
        ]
        lawson = [mpf(1)] * nodes
        best = None
        for _ in range(rounds):
            a = matrix(nodes, free)
            b = matrix(nodes, 1)
            for row in range(nodes):
                w = scale[row] * mpmath.sqrt(lawson[row])
                power = xs[row] ** len(known)
                for column in range(free):
                    a[row, column] = w * power
                    power *= xs[row]
                b[row] = w * rest[row]
            solution, _ = qr_solve(a, b)
            errors = []
            for row in range(nodes):
                value = mpf(0)
                for column in reversed(range(free)):
                    value = value * xs[row] + solution[column]
                value *= xs[row] ** len(known)
                errors.append(abs((value - rest[row]) * scale[row]))
            worst = max(errors)
            if best is None or worst < best[0]:
                best = (worst, [solution[i] for i in range(free)])
            if worst == 0:
                break
            lawson = [w * e / worst for w, e in zip(lawson, errors)]
            total = sum(lawson)
            lawson = [w / total for w in lawson]
        known.append(rounded(best[1][0]))
    return known, best[0]


def literal(x):
    text = repr(float(x))
    return text if any(c in text for c in ".einf") else text + ".0"


def short_literal(x):
    """The shortest decimal that is read as this f32."""
    texts = (f"{float(x):.{digits}g}" for digits in range(1, 10))
    text = next(text for text in texts if single(text) == x)
    return text if any(c in text for c in ".e") else text + ".0"


LINES = []


def constant(name, value, says):
    LINES.append(f"/// {says}")
    LINES.append(f"pub const {name}: f64 = {literal(value)};")


def constant_of_single(name, value, says):
    LINES.append(f"/// {says}")
    LINES.append(f"pub const {name}_SINGLE: f32 = {short_literal(single(value))};")


def table(name, says, values):
    LINES.append("")
    LINES.append(f"/// {says}")
    texts = list(map(literal, values))
    if len(texts) < 100:
        LINES.append(f"pub const {name}: [f64; {len(texts)}] = [{', '.join(texts)}];")
        return
    # One number a line would make the file too long.
    LINES.append("#[rustfmt::skip]")
    LINES.append(f"pub const {name}: [f64; {len(texts)}] = [")
    LINES.extend(f"    {', '.join(texts[at:at + 4])}," for at in range(0, len(texts), 4))
    LINES.append("];")


def polynomial(name, says, f, low, high, count, weight, of_single=False):
    ty, rounded, text = ("f32", single, short_literal) if of_single else ("f64", double, literal)
    name += "_SINGLE" if of_single else ""
    print(name, file=sys.stderr)
    values, error = fit(f, low, high, count, weight, rounded)
    size = int(mpmath.floor(mpmath.log(error, 2)))
    LINES.append("")
    LINES.append(f"/// {says}; the greatest error is 2^{size} of the result.")
    LINES.append(f"pub const {name}: [{ty}; {count}] = [{', '.join(map(text, values))}];")


ONE = mpf(1)
LN2 = mpmath.log(2)
HALF_LN2 = LN2 / 2 * (1 + mpf(2) ** -20)
QUARTER_PI = mpmath.pi / 4 * (1 + mpf(2) ** -20)


def shared():
    says = "Added to a number of less than 2^51, leaves the nearest integer in the last bits."
    constant("ROUND", mpf(3) * 2**51, says)
    constant("UP", mpf(2) ** 54, "2^54, which makes numbers normal that are subnormal.")
    constant("STEEP", double(mpmath.sqrt(2) + 1), "√2 + 1.")
    constant_of_single("ROUND", mpf(3) * 2**22, "As [`ROUND`], for `f32`.")
    constant_of_single("UP", mpf(2) ** 25, "2^25, which makes numbers normal that are subnormal.")
    constant("FLAT", double(mpmath.sqrt(2) - 1), "√2 - 1.")


def exponentials():
    constant("LOG2_E", double(1 / LN2), "log₂ e.")
    high, low = parts(LN2, 42)
    constant("LN2_HIGH", high, "ln 2, its first 42 bits: times a number of 11 bits it is exact.")
    constant("LN2_LOW", low, "What is left of ln 2.")
    high = double(LN2)
    constant("LN2", high, "ln 2.")
    constant("LN2_REST", double(LN2 - high), "ln 2 less [`LN2`].")
    constant_of_single("LOG2_E", 1 / LN2, "log₂ e.")
    high, low = parts(LN2, 15, rounded=single)
    constant_of_single("LN2_HIGH", high, "ln 2, its first 15 bits: times 9 bits it is exact.")
    constant_of_single("LN2_LOW", low, "What is left of ln 2.")
    high = single(LN2)
    constant_of_single("LN2", high, "ln 2.")
    constant_of_single("LN2_REST", LN2 - high, "ln 2 less [`LN2_SINGLE`].")

    def tail(x):
        if abs(x) < mpf(10) ** -12:
            return ONE / 2 + x / 6 + x * x / 24
        return (mpmath.expm1(x) - x) / x**2

    says = "(eˣ - 1 - x) / x² for |x| ≤ ln 2 / 2"
    polynomial("EXP", says, tail, -HALF_LN2, HALF_LN2, 10, lambda x: x**2)
    polynomial("EXP_M1", says, tail, -HALF_LN2, HALF_LN2, 11, lambda x: x)
    polynomial("EXP_SHORT", says, tail, -HALF_LN2, HALF_LN2, 6, lambda x: x)
    polynomial("EXP", says, tail, -HALF_LN2, HALF_LN2, 5, lambda x: x**2, of_single=True)
    polynomial("EXP_M1", says, tail, -HALF_LN2, HALF_LN2, 6, lambda x: x, of_single=True)


def long_exponentials():
    says = "ln 2, as the sum of four numbers: times a number of 11 bits the first three are exact."
    table("LN2_PARTS", says, parts(LN2, 42, 42, 42))
    rows = [part for j in range(128) for part in parts(mpmath.exp(-mpf(j) / 128), 52, 53, 53)]
    says = "Row `j` has e^(-j/128), as the sum of four numbers; of the first, 1 less is exact."
    table("EXP_STEPS", says, rows)
    rows = [part for n in range(3, 7) for part in parts(1 / mpmath.factorial(n), 53, 53)]
    table("INVERSE_FACTORIALS_IN_THREE", "1 / n! for n from 3 to 6, as sums of three.", rows)
    rows = [part for n in range(7, 12) for part in parts(1 / mpmath.factorial(n), 53)]
    table("INVERSE_FACTORIALS_IN_TWO", "1 / n! for n from 7 to 11, as sums of two.", rows)
    rows = [double(1 / mpmath.factorial(n)) for n in range(12, 17)]
    table("INVERSE_FACTORIALS", "1 / n! for n from 12 to 16.", rows)


def logarithms():
    log2_e = 1 / LN2
    constant("LOG2_E_REST", double(log2_e - double(log2_e)), "log₂ e less [`LOG2_E`].")
    log10_e = 1 / mpmath.log(10)
    constant("LOG10_E", double(log10_e), "log₁₀ e.")
    constant("LOG10_E_REST", double(log10_e - double(log10_e)), "log₁₀ e less [`LOG10_E`].")
    log10_2 = mpmath.log(2) / mpmath.log(10)
    constant("LOG10_2", double(log10_2), "log₁₀ 2.")
    high, low = parts(log10_2, 42)
    constant("LOG10_2_HIGH", high, "log₁₀ 2, its first 42 bits.")
    constant("LOG10_2_LOW", low, "What is left of log₁₀ 2.")
    constant_of_single("LOG2_E_REST", log2_e - single(log2_e), "log₂ e less [`LOG2_E_SINGLE`].")
    constant_of_single("LOG10_E", log10_e, "log₁₀ e.")
    rest = log10_e - single(log10_e)
    constant_of_single("LOG10_E_REST", rest, "log₁₀ e less [`LOG10_E_SINGLE`].")
    high, low = parts(log10_2, 15, rounded=single)
    constant_of_single("LOG10_2_HIGH", high, "log₁₀ 2, its first 15 bits.")
    constant_of_single("LOG10_2_LOW", low, "What is left of log₁₀ 2.")

    def tail(z):
        # ln((1 + s) / (1 - s)) = 2s + s·z·f(z) with z = s².
        if z < mpf(10) ** -20:
            return mpf(2) / 3 + z * 2 / 5
        s = mpmath.sqrt(z)
        return (mpmath.log((1 + s) / (1 - s)) / s - 2) / z

    most = ((mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)) ** 2 * (1 + mpf(2) ** -10)
    polynomial(
        "LN",
        "(ln((1 + s) / (1 - s)) / s - 2) / s², in s², for (1 + s) / (1 - s) from √½ to √2",
        tail,
        0,
        most,
        7,
        lambda z: z / 2,
    )

    third = mpf(2) / 3
    constant("LN_THIRD", double(third), "⅔.")
    constant("LN_THIRD_REST", double(third - double(third)), "⅔ less [`LN_THIRD`].")

    def rest(z):
        # What follows 2s + ⅔·s³, over s⁵.
        if z < mpf(10) ** -12:
            return mpf(2) / 5 + z * 2 / 7 + z * z * 2 / 9
        s = mpmath.sqrt(z)
        return ((mpmath.log((1 + s) / (1 - s)) / s - 2) / z - third) / z

    says = "((ln((1 + s) / (1 - s)) / s - 2) / s² - ⅔) / s², in s², for the same"
    polynomial("LN_LONG", says, rest, 0, most, 7, lambda z: z * z / 2)
    constant_of_single("LN_THIRD", third, "⅔.")
    constant_of_single("LN_THIRD_REST", third - single(third), "⅔ less [`LN_THIRD_SINGLE`].")
    polynomial("LN_LONG", says, rest, 0, most, 3, lambda z: z * z / 2, of_single=True)

    def short(f):
        if abs(f) < mpf(10) ** -12:
            return -ONE / 2 + f / 3
        return (mpmath.log1p(f) - f) / f**2

    polynomial(
        "LN_SHORT",
        "(ln(1 + f) - f) / f² for 1 + f from √½ to √2",
        short,
        mpmath.sqrt(ONE / 2) - 1,
        mpmath.sqrt(2) - 1,
        13,
        lambda f: f,
    )

    def cubic(f):
        if abs(f) < mpf(10) ** -10:
            return ONE / 3 - f / 4 + f * f / 5
        return (mpmath.log1p(f) - f + f * f / 2) / f**3

    says = "(ln(1 + f) - f + f² / 2) / f³ for 1 + f from √½ to √2"
    low, high = mpmath.sqrt(ONE / 2) - 1, mpmath.sqrt(2) - 1
    polynomial("LN", says, cubic, low, high, 9, lambda f: f * f, of_single=True)


def trigonometry():
    says = "From here on the parts of π / 2 do not suffice."
    constant("LARGE", mpf(2) ** 27, says)
    constant("LARGE_OF_WIDE", mpf(2) ** 40, "The same where two of them are to do for `f32`.")
    constant_of_single("LARGE", mpf(2) ** 13, "The same for the parts in `f32`.")
    constant("TWO_OVER_PI", double(2 / mpmath.pi), "2 / π.")
    half = mpmath.pi / 2
    high = double(half)
    middle = double(half - high)
    constant("HALF_PI_HIGH", high, "π / 2.")
    constant("HALF_PI_MIDDLE", middle, "π / 2 less [`HALF_PI_HIGH`].")
    constant("HALF_PI_LOW", double(half - high - middle), "What is then left of π / 2.")
    constant_of_single("TWO_OVER_PI", 2 / mpmath.pi, "2 / π.")
    high = single(half)
    middle = single(half - high)
    constant_of_single("HALF_PI_HIGH", high, "π / 2.")
    constant_of_single("HALF_PI_MIDDLE", middle, "π / 2 less [`HALF_PI_HIGH_SINGLE`].")
    constant_of_single("HALF_PI_LOW", half - high - middle, "What is then left of π / 2.")

    def sine(z):
        if z < mpf(10) ** -20:
            return -ONE / 6 + z / 120
        x = mpmath.sqrt(z)
        return (mpmath.sin(x) - x) / (x * z)

    def cosine(z):
        if z < mpf(10) ** -20:
            return ONE / 24 - z / 720
        return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2

    most = QUARTER_PI**2
    says = "(sin x - x) / x³, in x², for |x| ≤ π / 4"
    polynomial("SIN", says, sine, 0, most, 6, lambda z: z)
    polynomial("SIN_LONG", says, sine, 0, most, 7, lambda z: z)
    polynomial("SIN_SHORT", says, sine, 0, most, 4, lambda z: z)
    polynomial("SIN", says, sine, 0, most, 3, lambda z: z, of_single=True)
    says = "(cos x - 1 + x² / 2) / x⁴, in x², for |x| ≤ π / 4"
    polynomial("COS", says, cosine, 0, most, 6, lambda z: z * z)
    polynomial("COS_SHORT", says, cosine, 0, most, 3, lambda z: z * z)
    polynomial("COS", says, cosine, 0, most, 3, lambda z: z * z, of_single=True)
    turns()
    inverse_trigonometry()


def inverse_trigonometry():
    quarter = mpmath.pi / 4
    constant("QUARTER_PI", double(quarter), "π / 4.")
    constant("QUARTER_PI_REST", double(quarter - double(quarter)), "π / 4 less [`QUARTER_PI`].")
    three = 3 * quarter
    constant("THREE_QUARTER_PI", double(three), "3π / 4.")
    constant("THREE_QUARTER_PI_REST", double(three - double(three)), "3π / 4 less that.")
    constant("PI", double(mpmath.pi), "π.")
    constant("PI_REST", double(mpmath.pi - double(mpmath.pi)), "π less [`PI`].")

    def tangent(z):
        if z < mpf(10) ** -20:
            return -ONE / 3 + z / 5
        x = mpmath.sqrt(z)
        return (mpmath.atan(x) - x) / (x * z)

    def sine(z):
        if z < mpf(10) ** -20:
            return ONE / 6 + z * 3 / 40
        x = mpmath.sqrt(z)
        return (mpmath.asin(x) - x) / (x * z)

    most = (mpmath.sqrt(2) - 1) ** 2 * (1 + mpf(2) ** -20)
    says = "(atan x - x) / x³, in x², for |x| ≤ √2 - 1"
    polynomial("ATAN", says, tangent, 0, most, 11, lambda z: z)
    polynomial("ATAN_SHORT", says, tangent, 0, most, 6, lambda z: z)
    says = "(asin x - x) / x³, in x², for |x| ≤ ½"
    polynomial("ASIN", says, sine, 0, ONE / 4, 13, lambda z: z)
    polynomial("ASIN_SHORT", says, sine, 0, ONE / 4, 7, lambda z: z)


def roots():
    constant("CUBE_ROOT_HALF", double(mpmath.cbrt(ONE / 2)), "∛½.")
    constant("CUBE_ROOT_2", double(mpmath.cbrt(2)), "∛2.")
    says = "1 / ∛x from 1 to 2"
    polynomial("CBRT", says, lambda x: 1 / mpmath.cbrt(x), 1, 2, 6, lambda x: mpmath.cbrt(x))


def error_functions():
    slope = 2 / mpmath.sqrt(mpmath.pi)
    constant("ERF_SLOPE", double(slope), "2 / √π.")
    constant("ERF_SLOPE_REST", double(slope - double(slope)), "2 / √π less [`ERF_SLOPE`].")

    def near(z):
        if z < mpf(10) ** -20:
            return -slope / 3 + z * slope / 10
        x = mpmath.sqrt(z)
        return (mpmath.erf(x) / x - slope) / z

    most = 1 + mpf(2) ** -20
    says = "(erf(x) / x - 2 / √π) / x², in x², for |x| ≤ 1"
    polynomial("ERF", says, near, 0, most, 12, lambda z: z)
    polynomial("ERF_SHORT", says, near, 0, most, 7, lambda z: z)

    def far(u):
        return mpmath.log(mpmath.erfc(1 + u))

    def weight(u):
        return mpmath.erfc(1 + u)

    least = -ONE / 16
    polynomial("ERF_FAR", "ln(erfc(1 + u)) for u from -1/16 to 5", far, least, 5, 18, weight)
    says = "ln(erfc(1 + u)) for u from -1/16 to 3"
    polynomial("ERF_FAR_SHORT", says, far, least, 3, 8, weight)

    def scaled(u):
        x = 4 * (1 + u) / (1 - u)
        return (1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x)

    middle = double(scaled(mpf(0)))
    constant("ERFC_MIDDLE", middle, "(1 + 2x)·eˣˣ·erfc(x) for x = 4.")
    low, high = (mpf(0.5) - 4) / (mpf(0.5) + 4), (mpf(27.3) - 4) / (mpf(27.3) + 4)
    says = "(1 + 2x)·eˣˣ·erfc(x) less that, in (x - 4) / (x + 4), for x from ½ to 27.3"
    polynomial("ERFC", says, lambda u: scaled(u) - middle, low, high, 22, lambda u: 1)


def gamma_functions():
    half = mpmath.log(2 * mpmath.pi) / 2
    constant("HALF_LN_TURN", double(half), "½·ln 2π.")
    constant("HALF_LN_TURN_REST", double(half - double(half)), "½·ln 2π less that.")

    def binet(z):
        if z < mpf(10) ** -8:
            return -ONE / 360 + z / 1260 - z * z / 1680
        x = 1 / mpmath.sqrt(z)
        with mpmath.workdps(90):
            stirling = (x - ONE / 2) * mpmath.log(x) - x + mpmath.log(2 * mpmath.pi) / 2
            return ((mpmath.loggamma(x) - stirling) * x - ONE / 12) / z

    constant("TWELFTH", double(ONE / 12), "1 / 12.")
    constant("TWELFTH_REST", double(ONE / 12 - double(ONE / 12)), "1 / 12 less that.")
    says = "What Stirling's formula and 1 / 12x lack of ln Γ(x), times x³, in 1 / x², for x ≥ 3"
    polynomial("STIRLING", says, binet, 0, ONE / 9, 11, lambda z: mpmath.sqrt(z) ** 3)

    def near(t):
        if abs(t) < mpf(10) ** -15:
            return mpmath.psi(0, 2) + t * mpmath.psi(1, 2) / 2
        return mpmath.loggamma(2 + t) / t

    slope = mpmath.psi(0, 2)
    says = "The slope of ln Γ at 2, less the nearest `f64`."
    constant("LN_GAMMA_REST", double(slope - double(slope)), says)
    says = "ln Γ(2 + t) / t for t from -½ to 1"
    polynomial("LN_GAMMA", says, near, -ONE / 2, 1, 22, lambda t: 1 / near(t))


def zeros_of_ln_gamma():
    """Zeros of ln |Γ(x)| among the negative x, and its series there."""
    rows = []
    with mpmath.workdps(80):
        for row in range(32):
            # Half a unit with a pole at one end: |x| from 2 to 18. Near the pole, at a distance
            # of e^t, a zero is found more easily.
            pole, sign = (row + 5) // 2, 1 - 2 * (row % 2)

            def at(t):
                return -(pole + sign * mpmath.exp(t))

            guess = -mpmath.log(mpmath.factorial(pole))
            ends = (guess - 2, mpmath.log(ONE / 2)) if pole < 5 else (guess - 1, guess + 1)
            zero = at(mpmath.findroot(lambda t: of_size(at(t)), ends, solver="anderson"))
            rows += [double(zero), double(zero - double(zero))]
            rows += [double(c) for c in mpmath.taylor(of_size, zero, 9)[1:]]
    says = "Row `i` has the zero of ln |Γ(-x)| for x from (i + 4) / 2 to (i + 5) / 2, what it"
    says += "\n/// lacks, and the nine coefficients of the Taylor series there."
    table("LN_GAMMA_ZEROS", says, rows)


def of_size(x):
    return mpmath.log(abs(mpmath.gamma(x)))


def turns():
    """1 / 2π times powers of two, less whole turns."""
    with mpmath.workdps(400):
        rows = []
        for row in range(64):
            scaled = mpf(2) ** (16 * (row - 2)) / (2 * mpmath.pi)
            rest = scaled - mpmath.floor(scaled)
            for _ in range(4):
                part = double(rest)
                rows.append(part)
                rest -= part
        bits = int(mpmath.floor(mpf(2) ** 224 / (2 * mpmath.pi)))
    says = "Row `i` has 2^(16·(i - 2)) / 2π, less whole turns, as the sum of four numbers."
    table("TURNS", says, rows)
    words = [(bits >> (32 * (6 - word))) & 0xFFFFFFFF for word in range(7)]
    LINES.append("")
    LINES.append("/// The bits of 1 / 2π after the point.")
    words = ", ".join(f"0x{word:08x}" for word in words)
    LINES.append(f"pub const TURN_BITS: [u32; 7] = [{words}];")


def main():
    print("//! Constants and coefficients; `coefficients.py` computes them and writes this file.")
    circular = (exponentials, long_exponentials, logarithms, trigonometry, roots)
    sections = (shared, *circular, error_functions, gamma_functions, zeros_of_ln_gamma)
    for section in sections:
        LINES.append("")
        section()
    print("\n".join(LINES))


if __name__ == "__main__":
    main()
