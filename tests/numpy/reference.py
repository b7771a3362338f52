"""Answers what NumPy makes of cases that main.rs draws: one process for all of them.

A message is its length in bytes, then text and arrays as `Reader` takes them apart. A request
is a function, what is done with it, the type it computes in, and named arrays; the answer is
arrays, or the text of an exception.
"""

import struct
import sys

try:
    import numpy as np
except ImportError:
    sys.exit(3)


class Reader:
    def __init__(self, message):
        self.message, self.at = message, 0

    def unpack(self, form):
        values = struct.unpack_from("<" + form, self.message, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, count):
        self.at += count
        return self.message[self.at - count : self.at]

    def text(self):
        return self.bytes(self.unpack("I")[0]).decode()

    def array(self):
        dtype = np.dtype(self.text())
        shape = self.unpack("Q" * self.unpack("I")[0])
        count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        # A copy may be written.
        return np.frombuffer(self.bytes(count), dtype).reshape(shape).copy()


def sent_text(text):
    return struct.pack("<I", len(text.encode())) + text.encode()


def sent_array(array):
    array = np.asarray(array)
    shape = struct.pack(f"<I{array.ndim}Q", array.ndim, *array.shape)
    return sent_text(array.dtype.name) + shape + array.tobytes()


def window(base, ranges, axes):
    """A part of `base`: a first place, a length and a step for each axis, then other axes."""

    def part(first, length, step):
        last = first + (length - 1) * abs(step)
        if length == 0:
            return slice(first, first)
        if step > 0:
            return slice(first, last + 1, step)
        return slice(last, None if first == 0 else first - 1, step)

    parts = tuple(part(*(int(number) for number in row)) for row in ranges)
    return base[(..., *parts)].transpose(axes)


class Case:
    def __init__(self, reader):
        name, self.operation, own = reader.text(), reader.text(), reader.text()
        self.function = getattr(np, name)
        self.own = {"dtype": own} if own else {}
        self.fields = {}
        for _ in range(reader.unpack("I")[0]):
            name = reader.text()
            self.fields[name] = reader.array()

    def has(self, name):
        return name in self.fields or name + ".ranges" in self.fields

    def array(self, name):
        """An array that was sent, or a window of the one that all windows share."""
        if name in self.fields:
            return self.fields[name]
        ranges, axes = self.fields[name + ".ranges"], self.fields[name + ".axes"]
        return window(self.fields["base"], ranges, axes)

    def all(self, name):
        """`name0`, `name1` and so on."""
        count = 0
        while self.has(f"{name}{count}"):
            count += 1
        return tuple(self.array(f"{name}{number}") for number in range(count))

    def options(self, *names):
        known = {"mask": "where", "out": "out", "initial": "initial", "keepdims": "keepdims"}
        options = {known[name]: self.array(name) for name in names if self.has(name)}
        if "keepdims" in options:
            options["keepdims"] = bool(options["keepdims"])
        if "initial" in options:
            options["initial"] = options["initial"][()]
        return self.own | options

    def axis(self):
        if not self.has("axis"):
            return None
        axis = self.fields["axis"]
        return int(axis) if axis.ndim == 0 else tuple(int(one) for one in axis)

    def call(self):
        options = self.options("mask") | {"casting": "safe"}
        if self.has("out0"):
            options["out"] = self.all("out")
        return self.function(*self.all("in"), **options)

    def cores(self):
        """A generalized function; `along` is told where cores are."""
        options = self.options("keepdims") | {"casting": "safe"}
        if self.has("out0"):
            options["out"] = self.all("out")
        if self.has("axis"):
            options["axis"] = self.axis()
        if self.has("axes0"):
            options["axes"] = [tuple(int(axis) for axis in axes) for axes in self.all("axes")]
        return self.function(*self.all("in"), **options)

    along = cores

    def outer(self):
        return self.function.outer(*self.all("in"), **self.own)

    def reduce(self):
        options = self.options("mask", "out", "initial", "keepdims")
        return self.function.reduce(self.array("in0"), axis=self.axis(), **options)

    def accumulate(self):
        options = self.options("out")
        return self.function.accumulate(self.array("in0"), axis=self.axis(), **options)

    def reduceat(self):
        options = self.options("out") | {"axis": self.axis()}
        return self.function.reduceat(self.array("in0"), self.fields["starts"], **options)

    def at(self):
        places, out, others = self.all("place"), self.array("out"), self.all("in")
        places = places if len(places) > 1 else places[0]
        if out.ndim == 1:
            # NumPy 2.4 reads behind the end of what it has to repeat for indices of two axes.
            others = tuple(np.broadcast_to(other, out[places].shape).copy() for other in others)
        self.function.at(out, places, *others)
        return out

    def answer(self):
        result = getattr(self, self.operation)()
        if "base" in self.fields:
            result = self.fields["base"]
        results = result if isinstance(result, tuple) else (result,)
        return struct.pack("<I", len(results)) + b"".join(map(sent_array, results))


def answer(message):
    try:
        with np.errstate(all="ignore"):
            return b"\0" + Case(Reader(message)).answer()
    except Exception as error:
        return b"\1" + sent_text(f"{type(error).__name__}: {error}")


def main():
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(np.__version__.encode() + b"\n")
    answers.flush()
    while length := requests.read(4):
        reply = answer(requests.read(struct.unpack("<I", length)[0]))
        answers.write(struct.pack("<I", len(reply)) + reply)
        answers.flush()


main()
