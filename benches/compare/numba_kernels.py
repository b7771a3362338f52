"""The kernels of `compare` in Numba, each as a C function.

Run inside the process of `compare`, which sets `WANTED` (names of cases) and `ADDRESSES` (a
file). Writes two lines `name address` for each kernel: compiled with `fastmath` and without it,
for now and then the latter is the faster one; `compare` takes the better of the two. All have
one C signature: `T f(T scalar, T *a, T *b, T *c, intp n, intp width)`, where each uses what it
needs.
"""

from types import FunctionType

import numpy as np
from numba import carray, cfunc, njit, types


def copy(x, y):
    for i in range(x.size):
        y[i] = x[i]


def axpy(a, x, y):
    for i in range(x.size):
        y[i] += a * x[i]


def triad(a, x, y, z):
    for i in range(x.size):
        z[i] = x[i] + a * y[i]


def total(x):
    result = 0.0
    for i in range(x.size):
        result += x[i]
    return result


def dot(x, y):
    result = 0.0
    for i in range(x.size):
        result += x[i] * y[i]
    return result


def cond(a, x, y):
    for i in range(x.size):
        y[i] = a * x[i] if x[i] > 0.5 else x[i] * x[i] + 1.0


def stencil_row(a, b):
    height, width = a.shape
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            b[i, j] = 0.25 * (a[i, j - 1] + a[i, j + 1] + a[i - 1, j] + a[i + 1, j])


def poly(x, y):
    for i in range(x.size):
        t = x[i]
        p = 1.0 / 39916800.0
        p = p * t + 1.0 / 3628800.0
        p = p * t + 1.0 / 362880.0
        p = p * t + 1.0 / 40320.0
        p = p * t + 1.0 / 5040.0
        p = p * t + 1.0 / 720.0
        p = p * t + 1.0 / 120.0
        p = p * t + 1.0 / 24.0
        p = p * t + 1.0 / 6.0
        p = p * t + 0.5
        p = p * t + 1.0
        p = p * t + 1.0
        y[i] = p


def u8_saturate(a, b, c):
    # Written so that LLVM finds the saturating addition: faster than `min(a + b, 255)`.
    for i in range(a.size):
        s = np.uint8(a[i] + b[i])
        c[i] = np.uint8(255) if s < a[i] else s


def i32_mix(a, b, c):
    # The casts keep every step at 32 bits.
    for i in range(a.size):
        t = np.int32(np.int32(a[i] * np.int32(5)) ^ np.int32(b[i] >> np.int32(3)))
        t = np.int32(t & np.int32(0x00FFFFFF))
        if t > b[i]:
            c[i] = np.int32(t - np.int32(b[i] << np.int32(1)))
        else:
            c[i] = np.int32(t + a[i])


def sqrt(x, y):
    for i in range(x.size):
        y[i] = np.sqrt(x[i])


def mandelbrot(limit, counts):
    height, width = counts.shape
    for i in range(height):
        for j in range(width):
            cx = -2.0 + 2.5 * j / width
            cy = -1.25 + 2.5 * i / height
            x = 0.0
            y = 0.0
            n = np.uint32(0)
            while n < limit and x * x + y * y <= 4.0:
                x, y = x * x - y * y + cx, 2.0 * x * y + cy
                n += np.uint32(1)
            counts[i, j] = n


def nbody(soft, x, y, z, m, ax, ay, az):
    for i in range(x.size):
        sx = 0.0
        sy = 0.0
        sz = 0.0
        for j in range(x.size):
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            dz = z[j] - z[i]
            d2 = dx * dx + dy * dy + dz * dz + soft
            f = m[j] / (d2 * np.sqrt(d2))
            sx += f * dx
            sy += f * dy
            sz += f * dz
        ax[i] = sx
        ay[i] = sy
        az[i] = sz


def door_copy(s, a, b, c, n, width):
    copy(carray(a, n), carray(c, n))
    return s


def door_axpy(s, a, b, c, n, width):
    axpy(s, carray(a, n), carray(c, n))
    return s


def door_triad(s, a, b, c, n, width):
    triad(s, carray(a, n), carray(b, n), carray(c, n))
    return s


def door_sum(s, a, b, c, n, width):
    return total(carray(a, n))


def door_dot(s, a, b, c, n, width):
    return dot(carray(a, n), carray(b, n))


def door_cond(s, a, b, c, n, width):
    cond(s, carray(a, n), carray(c, n))
    return s


def door_stencil_row(s, a, b, c, n, width):
    shape = (n // width, width)
    stencil_row(carray(a, shape), carray(c, shape))
    return s


def door_poly(s, a, b, c, n, width):
    poly(carray(a, n), carray(c, n))
    return s


def door_u8_saturate(s, a, b, c, n, width):
    u8_saturate(carray(a, n), carray(b, n), carray(c, n))
    return s


def door_i32_mix(s, a, b, c, n, width):
    i32_mix(carray(a, n), carray(b, n), carray(c, n))
    return s


def door_sqrt(s, a, b, c, n, width):
    sqrt(carray(a, n), carray(c, n))
    return s


def door_mandelbrot(s, a, b, c, n, width):
    mandelbrot(s, carray(c, (n // width, width)))
    return s


def door_nbody(s, a, b, c, n, width):
    p = carray(a, (4, width))
    q = carray(c, (3, width))
    nbody(s, p[0], p[1], p[2], p[3], q[0], q[1], q[2])
    return s


DOORS = {
    "copy": (door_copy, types.float64),
    "axpy": (door_axpy, types.float64),
    "triad": (door_triad, types.float64),
    "sum": (door_sum, types.float64),
    "dot": (door_dot, types.float64),
    "cond": (door_cond, types.float64),
    "stencil-row": (door_stencil_row, types.float64),
    "poly": (door_poly, types.float64),
    "saxpy-f32": (door_axpy, types.float32),
    "u8-saturate": (door_u8_saturate, types.uint8),
    "i32-mix": (door_i32_mix, types.int32),
    "sqrt": (door_sqrt, types.float64),
    "mandelbrot": (door_mandelbrot, types.uint32),
    "nbody": (door_nbody, types.float64),
}


LOOPS = [
    copy,
    axpy,
    triad,
    total,
    dot,
    cond,
    stencil_row,
    poly,
    u8_saturate,
    i32_mix,
    sqrt,
    mandelbrot,
    nbody,
]


def as_c_function(door, element, scope):
    pointer = types.CPointer(element)
    signature = element(element, pointer, pointer, pointer, types.intp, types.intp)
    return cfunc(signature)(FunctionType(door.__code__, scope, door.__name__))


# Kept here for as long as the process calls them.
KERNELS = []
for fastmath in (True, False):
    jit = njit(fastmath=fastmath, error_model="numpy")
    scope = {**globals(), **{loop.__name__: jit(loop) for loop in LOOPS}}
    KERNELS += [
        (name, as_c_function(*DOORS[name], scope)) for name in WANTED if name in DOORS
    ]
    KERNELS += elementary_kernels(jit)
with open(ADDRESSES, "w") as file:
    for name, kernel in KERNELS:
        file.write(f"{name} {kernel.address}\n")
