"""The loops of elementary functions in Numba, as `DOORS` of the other kernels, and in NumPy.

`F` is the type of the loop, so that no constant makes it wider.
"""

import ctypes
import math
from types import FunctionType

import numpy as np
from numba import carray, types


def exp(x):
    return math.exp(x)


def ln(x):
    return math.log(x)


def sin(x):
    return math.sin(x)


def cos(x):
    return math.cos(x)


def tan(x):
    return math.tan(x)


def tanh(x):
    return math.tanh(x)


def power(x, y):
    return x**y


def atan2(y, x):
    return math.atan2(y, x)


def cbrt(x):
    return np.cbrt(x)


def erf(x):
    return math.erf(x)


def cosd(x):
    return math.cos(x * F(math.pi / 180.0))


def exp_neg(x):
    return math.exp(-x)


def sigmoid(x):
    return F(1.0) / (F(1.0) + math.exp(-x))


def below(d):
    k = F(1.0) / (F(1.0) + F(0.2316419) * abs(d))
    p = k * (F(1.781477937) + k * (F(-1.821255978) + k * F(1.330274429)))
    p = k * (F(0.319381530) + k * (F(-0.356563782) + p))
    tail = F(0.3989422804014327) * math.exp(F(-0.5) * d * d) * p
    return F(1.0) - tail if d > F(0.0) else tail


def black_scholes(spot, strike):
    years, rate, volatility = F(0.75), F(0.02), F(0.3)
    spread = volatility * math.sqrt(years)
    drift = (rate + F(0.5) * volatility * volatility) * years
    d1 = (math.log(spot / strike) + drift) / spread
    return spot * below(d1) - strike * math.exp(-rate * years) * below(d1 - spread)


def dojo(x):
    return math.sqrt(x * x + F(1.0)) * math.sin(x) + math.cos(x / F(2.0))


OF_ONE = {
    "exp": exp,
    "ln": ln,
    "sin": sin,
    "cos": cos,
    "tan": tan,
    "tanh": tanh,
    "cbrt": cbrt,
    "erf": erf,
    "cosd": cosd,
    "exp-neg": exp_neg,
    "sigmoid": sigmoid,
    "dojo": dojo,
}
OF_TWO = {"pow": power, "atan2": atan2, "black-scholes": black_scholes}
TYPES = {"": (types.float64, np.float64), "-f32": (types.float32, np.float32)}


def door_of_one(s, a, b, c, n, width):
    x = carray(a, n)
    y = carray(c, n)
    for i in range(n):
        y[i] = function(x[i])
    return s


def door_of_two(s, a, b, c, n, width):
    x = carray(a, n)
    y = carray(b, n)
    z = carray(c, n)
    for i in range(n):
        z[i] = function(x[i], y[i])
    return s


def elementary_kernels(jit):
    """Pairs of a name and its kernel."""
    for suffix, (element, number) in TYPES.items():
        for name in OF_ONE.keys() | OF_TWO.keys():
            if name + suffix not in WANTED:
                continue
            scope = {**globals(), "F": number}
            scope["below"] = jit(FunctionType(below.__code__, scope))
            function = OF_ONE.get(name) or OF_TWO[name]
            scope["function"] = jit(FunctionType(function.__code__, scope))
            door = door_of_one if name in OF_ONE else door_of_two
            yield name + suffix, as_c_function(door, element, scope)


class NumPy:
    """What NumPy does for the same results, with outputs and temporaries made before."""

    def __init__(self, number, a, b, c, n):
        def array(address):
            memory = (ctypes.c_char * (n * np.dtype(number).itemsize)).from_address(address)
            return np.frombuffer(memory, number)

        self.a, self.b, self.c = array(a), array(b or a), array(c)
        self.t = np.empty((4, n), number)
        self.flag = np.empty(n, bool)
        self.number = number

    def exp(self):
        np.exp(self.a, out=self.c)

    def ln(self):
        np.log(self.a, out=self.c)

    def sin(self):
        np.sin(self.a, out=self.c)

    def cos(self):
        np.cos(self.a, out=self.c)

    def tan(self):
        np.tan(self.a, out=self.c)

    def tanh(self):
        np.tanh(self.a, out=self.c)

    def pow(self):
        np.power(self.a, self.b, out=self.c)

    def atan2(self):
        np.arctan2(self.a, self.b, out=self.c)

    def cbrt(self):
        np.cbrt(self.a, out=self.c)

    def cosd(self):
        np.deg2rad(self.a, out=self.c)
        np.cos(self.c, out=self.c)

    def exp_neg(self):
        np.negative(self.a, out=self.c)
        np.exp(self.c, out=self.c)

    def sigmoid(self):
        self.exp_neg()
        np.add(self.c, 1.0, out=self.c)
        np.reciprocal(self.c, out=self.c)

    def dojo(self):
        c, t = self.c, self.t[0]
        np.multiply(self.a, self.a, out=c)
        np.add(c, 1.0, out=c)
        np.sqrt(c, out=c)
        np.sin(self.a, out=t)
        np.multiply(c, t, out=c)
        np.multiply(self.a, 0.5, out=t)
        np.cos(t, out=t)
        np.add(c, t, out=c)

    def below(self, d, out):
        k, p = self.t[2], self.t[3]
        np.abs(d, out=k)
        np.multiply(k, 0.2316419, out=k)
        np.add(k, 1.0, out=k)
        np.reciprocal(k, out=k)
        np.multiply(k, 1.330274429, out=p)
        for coefficient in (-1.821255978, 1.781477937, -0.356563782, 0.319381530):
            np.add(p, coefficient, out=p)
            np.multiply(p, k, out=p)
        np.multiply(d, d, out=k)
        np.multiply(k, -0.5, out=k)
        np.exp(k, out=k)
        np.multiply(p, k, out=p)
        np.multiply(p, 0.3989422804014327, out=out)
        np.greater(d, 0.0, out=self.flag)
        np.subtract(1.0, out, out=out, where=self.flag)

    def black_scholes(self):
        years, rate, volatility = 0.75, 0.02, 0.3
        spread = volatility * math.sqrt(years)
        drift = (rate + 0.5 * volatility * volatility) * years
        d, t = self.t[0], self.t[1]
        np.divide(self.a, self.b, out=d)
        np.log(d, out=d)
        np.add(d, drift, out=d)
        np.divide(d, spread, out=d)
        self.below(d, self.c)
        np.multiply(self.c, self.a, out=self.c)
        np.subtract(d, spread, out=d)
        self.below(d, t)
        np.multiply(t, self.b, out=t)
        np.multiply(t, math.exp(-rate * years), out=t)
        np.subtract(self.c, t, out=self.c)


def in_numpy(name, a, b, c, n):
    """What to call for a case over arrays at these addresses; nothing if NumPy lacks it."""
    base = name.removesuffix("-f32")
    number = np.float32 if name.endswith("-f32") else np.float64
    return getattr(NumPy(number, a, b, c, n), base.replace("-", "_"), None)
