/* The loops of elementary functions in C, for a compiler that vectorises them with a vector
   library: `R` is the type, `NAME(f)` the name of a loop. Each has the shape of all doors:
   `R f(R scalar, R *a, R *b, R *c, size_t n, size_t width)`. */

#include <math.h>
#include <stddef.h>
#include <tgmath.h>

#define LOOP(name, body)                                                                        \
    R NAME(name)(R scalar, const R *restrict a, const R *restrict b, R *restrict c, size_t n,   \
                 size_t width) {                                                                \
        for (size_t i = 0; i < n; i++) {                                                        \
            R x = a[i];                                                                         \
            c[i] = body;                                                                        \
        }                                                                                       \
        return scalar;                                                                          \
    }

/* The normal distribution (M. Abramowitz and I. A. Stegun, 26.2.17). */
static inline R below(R d) {
    R k = (R)1 / ((R)1 + (R)0.2316419 * fabs(d));
    R p = k * ((R)1.781477937 + k * ((R)-1.821255978 + k * (R)1.330274429));
    p = k * ((R)0.319381530 + k * ((R)-0.356563782 + p));
    R tail = (R)0.3989422804014327 * exp((R)-0.5 * d * d) * p;
    return d > 0 ? (R)1 - tail : tail;
}

/* The price of a call option in 9 months, at 2 % and a volatility of 0.3. */
static inline R call(R spot, R strike) {
    R years = (R)0.75, rate = (R)0.02, volatility = (R)0.3;
    R spread = volatility * sqrt(years);
    R drift = (rate + (R)0.5 * volatility * volatility) * years;
    R d1 = (log(spot / strike) + drift) / spread;
    return spot * below(d1) - strike * exp(-rate * years) * below(d1 - spread);
}

LOOP(exp, exp(x))
LOOP(ln, log(x))
LOOP(sin, sin(x))
LOOP(cos, cos(x))
LOOP(tan, tan(x))
LOOP(tanh, tanh(x))
LOOP(pow, pow(x, b[i]))
LOOP(atan2, atan2(x, b[i]))
LOOP(cbrt, cbrt(x))
LOOP(erf, erf(x))
LOOP(cosd, cos(x * (R)0.017453292519943295))
LOOP(exp_neg, exp(-x))
LOOP(sigmoid, (R)1 / ((R)1 + exp(-x)))
LOOP(black_scholes, call(x, b[i]))
LOOP(dojo, sqrt(x * x + (R)1) * sin(x) + cos(x / (R)2))
