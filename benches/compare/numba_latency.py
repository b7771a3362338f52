"""What compiling and calling cost in Numba; run by `compare` with the name of a figure.

`first`: nanoseconds of the first call of a new process, without the imports.
`warm`: nanoseconds of the first call of further kernels, the median.
`dispatch`: nanoseconds of a call with scalars and of one with arrays, less an empty statement.
"""

import sys
from statistics import median
from time import perf_counter_ns
from timeit import repeat

import numpy as np
from numba import njit


def make_axpy(seed):
    @njit(fastmath=True)
    def axpy(a, x, y):
        for i in range(x.size):
            y[i] += a * x[i] + seed

    return axpy


@njit
def add(a, b):
    return a + b


@njit
def first_of_both(a, b):
    return a[0] + b[0]


def first_call(kernel):
    x = np.ones(16)
    y = np.full(16, 2.0)
    start = perf_counter_ns()
    kernel(3.0, x, y)
    return perf_counter_ns() - start


def call(statement, names):
    count = 100_000
    exec(statement, names)
    with_call = min(repeat(statement, number=count, repeat=21, globals=names))
    without = min(repeat("pass", number=count, repeat=21))
    return (with_call - without) / count * 1e9


figure = sys.argv[1]
if figure == "first":

    @njit(fastmath=True)
    def axpy(a, x, y):
        for i in range(x.size):
            y[i] += a * x[i]

    print(first_call(axpy), flush=True)
elif figure == "warm":
    first_call(make_axpy(0))
    print(median(first_call(make_axpy(seed)) for seed in range(1, 22)))
else:
    print(call("add(1.0, 2.0)", {"add": add}))
    arrays = {"first_of_both": first_of_both, "a": np.ones(8), "b": np.full(8, 2.0)}
    print(call("first_of_both(a, b)", arrays))
