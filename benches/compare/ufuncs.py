"""The cases of universal functions: Numba's, its loops as written by hand, and NumPy.

Each side of a case is a list of ways to do it, of which the fastest takes part. Ways are
callables without arguments, bound to the arrays and with outputs made before.
"""

import ctypes
import math
from functools import partial

import numpy as np
from numba import guvectorize, njit, vectorize

BOTH = (False, True)


def array_at(address, shape, dtype):
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = (ctypes.c_char * size).from_address(address)
    return np.frombuffer(memory, dtype).reshape(shape)


class Ways:
    """The ways of each side, by the name of the case."""

    def __init__(self, arrays):
        given = {name: array_at(*place) for name, place in arrays.items()}
        self.a, self.b = given.get("a"), given.get("b")
        self.x, self.out = given.get("x"), given["out"]

    # Universal functions of Numba.

    def ufuncs(self, signature, function, **options):
        return [
            vectorize([signature], fastmath=fastmath, **options)(function) for fastmath in BOTH
        ]

    def adders(self):
        return self.ufuncs("f8(f8,f8)", lambda x, y: x + y, identity=0)

    def numba_add(self, b):
        return [partial(add, self.a, b, out=self.out) for add in self.adders()]

    def numba_add_2d(self):
        return self.numba_add(self.b)

    def numba_add_broadcast(self):
        return self.numba_add(self.b)

    def numba_add_transposed(self):
        return self.numba_add(self.b.T)

    def numba_reduce(self, axis):
        return [partial(add.reduce, self.a, axis=axis, out=self.out) for add in self.adders()]

    def numba_add_reduce_0(self):
        return self.numba_reduce(0)

    def numba_add_reduce_1(self):
        return self.numba_reduce(1)

    def numba_accumulate(self, axis):
        return [partial(add.accumulate, self.a, axis=axis, out=self.out) for add in self.adders()]

    def numba_add_accumulate_0(self):
        return self.numba_accumulate(0)

    def numba_add_accumulate_1(self):
        return self.numba_accumulate(1)

    def numba_cosd_ufunc(self):
        ufuncs = self.ufuncs("f8(f8)", lambda x: math.cos(math.radians(x)))
        return [partial(ufunc, self.a, out=self.out) for ufunc in ufuncs]

    def numba_exp_neg_ufunc(self):
        ufuncs = self.ufuncs("f8(f8)", lambda x: math.exp(-x))
        return [partial(ufunc, self.a, out=self.out) for ufunc in ufuncs]

    def numba_add_and_sqrt(self):
        ufuncs = self.ufuncs("f8(f8,f8)", lambda x, y: math.sqrt(x + y))
        return [partial(ufunc, self.a, self.b, out=self.out) for ufunc in ufuncs]

    def numba_small_ufunc(self):
        return self.numba_add(self.b)

    def gufuncs(self, signature, layout, function):
        return [
            guvectorize([signature], layout, fastmath=fastmath)(function) for fastmath in BOTH
        ]

    def numba_scoring(self):
        gufuncs = self.gufuncs("i8,f8,f8,b1,f8[:],f8[:]", "(),(),(),(),(s)->(s)", score)
        return [
            partial(gufunc, self.x, self.a, self.b, False, self.out, self.out)
            for gufunc in gufuncs
        ]

    def numba_arc_length(self):
        out = self.out.reshape(())
        gufuncs = self.gufuncs("f8[:,:],f8[:]", "(n,m)->()", arc_length)
        return [partial(gufunc, self.a, out) for gufunc in gufuncs]

    def numba_matmul(self):
        gufuncs = self.gufuncs("f8[:,:],f8[:,:],f8[:,:]", "(m,n),(n,p)->(m,p)", matmul)
        gufuncs += self.gufuncs("f8[:,::1],f8[:,::1],f8[:,::1]", "(m,n),(n,p)->(m,p)", matmul)
        return [partial(gufunc, self.a, self.b, self.out) for gufunc in gufuncs]

    def numba_matmul_100(self):
        return self.numba_matmul()

    def numba_matmul_small(self):
        return self.numba_matmul()

    # Loops in Numba.

    def loops_of(self, function, *args):
        return [partial(njit(fastmath=fastmath)(function), *args) for fastmath in BOTH]

    def loops_add_2d(self):
        return self.loops_of(loop_add, self.a, self.b, self.out)

    def loops_add_broadcast(self):
        return self.loops_of(loop_add_row, self.a, self.b, self.out)

    def loops_add_transposed(self):
        return self.loops_of(loop_add, self.a, self.b.T, self.out)

    def loops_add_reduce_0(self):
        return self.loops_of(loop_reduce_0, self.a, self.out)

    def loops_add_reduce_1(self):
        return self.loops_of(loop_reduce_1, self.a, self.out)

    def loops_add_accumulate_0(self):
        return self.loops_of(loop_accumulate_0, self.a, self.out)

    def loops_add_accumulate_1(self):
        return self.loops_of(loop_accumulate_1, self.a, self.out)

    def loops_cosd_ufunc(self):
        return self.loops_of(loop_cosd, self.a, self.out)

    def loops_exp_neg_ufunc(self):
        return self.loops_of(loop_exp_neg, self.a, self.out)

    def loops_add_and_sqrt(self):
        return self.loops_of(loop_add_and_sqrt, self.a, self.b, self.out)

    def loops_scoring(self):
        return self.loops_of(loop_scoring, self.x, self.a, self.b, False, self.out)

    def loops_arc_length(self):
        return self.loops_of(arc_length, self.a, self.out)

    def loops_matmul_100(self):
        return self.loops_of(matmul, self.a, self.b, self.out)

    def loops_matmul_small(self):
        return self.loops_of(loop_matmul, self.a, self.b, self.out)

    def loops_small_ufunc(self):
        return self.loops_of(loop_add_1d, self.a, self.b, self.out)

    # NumPy.

    def numpy_add_2d(self):
        return [partial(np.add, self.a, self.b, out=self.out)]

    def numpy_add_broadcast(self):
        return self.numpy_add_2d()

    def numpy_add_transposed(self):
        return [partial(np.add, self.a, self.b.T, out=self.out)]

    def numpy_add_reduce_0(self):
        return [partial(np.add.reduce, self.a, axis=0, out=self.out)]

    def numpy_add_reduce_1(self):
        return [partial(np.add.reduce, self.a, axis=1, out=self.out)]

    def numpy_add_accumulate_0(self):
        return [partial(np.add.accumulate, self.a, axis=0, out=self.out)]

    def numpy_add_accumulate_1(self):
        return [partial(np.add.accumulate, self.a, axis=1, out=self.out)]

    def numpy_cosd_ufunc(self):
        def call():
            np.deg2rad(self.a, out=self.out)
            np.cos(self.out, out=self.out)

        return [call]

    def numpy_exp_neg_ufunc(self):
        def call():
            np.negative(self.a, out=self.out)
            np.exp(self.out, out=self.out)

        return [call]

    def numpy_add_and_sqrt(self):
        def call():
            np.add(self.a, self.b, out=self.out)
            np.sqrt(self.out, out=self.out)

        return [call]

    def numpy_scoring(self):
        t = np.arange(15)
        whole = np.empty(self.out.shape, np.int64)

        def call():
            np.multiply(t, (self.x * self.x)[:, None], out=whole)
            rest = self.a - 2 * self.b
            np.add(whole, rest[:, None], out=self.out)
            np.subtract(self.out, 2 * t, out=self.out)

        return [call]

    def numpy_arc_length(self):
        steps = np.empty((len(self.a) - 1, 2))
        lengths = np.empty(len(steps))

        def call():
            np.subtract(self.a[1:], self.a[:-1], out=steps)
            np.multiply(steps, steps, out=steps)
            np.add(steps[:, 0], steps[:, 1], out=lengths)
            np.sqrt(lengths, out=lengths)
            self.out[0] = lengths.sum()

        return [call]

    def numpy_matmul_100(self):
        return [partial(np.matmul, self.a, self.b, out=self.out)]

    def numpy_matmul_small(self):
        return self.numpy_matmul_100()

    def numpy_small_ufunc(self):
        return self.numpy_add_2d()


def score(x, y, z, overlay, _, out):
    adjustment = 1.5 if overlay else 1.0
    for t in range(len(out)):
        out[t] = adjustment * (t * x * x + y - 2 * z - 2 * t)


def loop_scoring(x, y, z, overlay, out):
    adjustment = 1.5 if overlay else 1.0
    for i in range(out.shape[0]):
        for t in range(out.shape[1]):
            out[i, t] = adjustment * (t * x[i] * x[i] + y[i] - 2 * z[i] - 2 * t)


def arc_length(points, out):
    length = 0.0
    for i in range(points.shape[0] - 1):
        square = 0.0
        for j in range(points.shape[1]):
            square += (points[i + 1, j] - points[i, j]) ** 2
        length += np.sqrt(square)
    out[0] = length


def matmul(a, b, c):
    m, n = a.shape
    p = b.shape[1]
    for i in range(m):
        for j in range(p):
            total = 0.0
            for k in range(n):
                total += a[i, k] * b[k, j]
            c[i, j] = total


def loop_matmul(a, b, c):
    for item in range(a.shape[0]):
        for i in range(a.shape[1]):
            for j in range(b.shape[2]):
                total = 0.0
                for k in range(a.shape[2]):
                    total += a[item, i, k] * b[item, k, j]
                c[item, i, j] = total


def loop_add_1d(a, b, out):
    for i in range(len(a)):
        out[i] = a[i] + b[i]


def loop_add(a, b, out):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] + b[i, j]


def loop_add_row(a, b, out):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] + b[j]


def loop_reduce_0(a, out):
    for j in range(a.shape[1]):
        out[j] = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[j] += a[i, j]


def loop_reduce_1(a, out):
    for i in range(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += a[i, j]
        out[i] = total


def loop_accumulate_0(a, out):
    for j in range(a.shape[1]):
        out[0, j] = a[0, j]
    for i in range(1, a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = out[i - 1, j] + a[i, j]


def loop_accumulate_1(a, out):
    for i in range(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += a[i, j]
            out[i, j] = total


def loop_cosd(a, out):
    for i in range(len(a)):
        out[i] = math.cos(math.radians(a[i]))


def loop_exp_neg(a, out):
    for i in range(len(a)):
        out[i] = math.exp(-a[i])


def loop_add_and_sqrt(a, b, out):
    for i in range(len(a)):
        out[i] = math.sqrt(a[i] + b[i])


WAYS = {}


def in_ufuncs(case, side, number, arrays):
    """A way of a side to do a case; nothing if there are no more."""
    key = (case, side)
    if key not in WAYS:
        ways = getattr(Ways(arrays), f"{side}_{case.replace('-', '_')}", None)
        WAYS[key] = ways() if ways else []
    return WAYS[key][number] if number < len(WAYS[key]) else None
