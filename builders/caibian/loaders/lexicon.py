"""jieba's dictionary, read as arrays: its words, how often each occurs, what kind it is."""

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from caibian.loaders.packages import file_of

Integers = NDArray[np.int64]


def read() -> str:
    """Return its lines, each `word count tag`; raises ModuleNotFoundError where jieba is not installed."""
    return file_of("jieba", "dict.txt").read_text("utf-8")


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Return the names of places in jieba's dictionary (tag ns)."""
    return frozenset(re.findall(r"^([^ \n]+) \d+ ns$", read(), re.M))


def entries(codes: NDArray[np.integer[Any]]) -> tuple[Integers, Integers, Integers, NDArray[np.integer[Any]]]:
    """Return of lines, given by their characters, where each one's word starts and ends, its count, and the first
    letter of its tag.
    """
    spaces = np.flatnonzero(codes == ord(" ")).reshape(-1, 2)
    starts = np.concatenate(([0], np.flatnonzero(codes == ord("\n"))[: len(spaces) - 1] + 1))
    counts = np.zeros(len(spaces), np.int64)
    digits = spaces[:, 1] - spaces[:, 0] - 1
    for at in range(int(digits.max())):
        has = digits > at
        counts[has] = 10 * counts[has] + codes[spaces[has, 0] + 1 + at] - ord("0")
    return starts, spaces[:, 0], counts, codes[spaces[:, 1] + 1]


def pack(codes: Integers, starts: Integers, ends: Integers, *, longest: int) -> Integers:
    """Return each word as one number, 16 bits a character; none is longer than `longest`, which is 4 at most."""
    packed = np.zeros(len(starts), np.int64)
    for at in range(longest):
        has = ends - starts > at
        packed[has] = (packed[has] << 16) | codes[starts[has] + at]
    return packed


def sum_counts(keys: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return the distinct keys in order and the sum of each one's counts."""
    order = np.argsort(keys)
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[first], np.add.reduceat(counts, first)
