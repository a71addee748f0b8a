"""Runs of one to three characters as numbers, and back.

21 bits a character (Unicode needs no more), the first character highest, so that runs of one length never equal runs
of another.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

MAX_RUN = 3  # 63 bits; runs of four won nothing on THUCNews headlines (.906 either way) and double the features

Numbers = npt.NDArray[np.int64]


def decode_runs(runs: Numbers) -> list[str]:
    """Return the characters of each run.

    >>> decode_runs(encode_runs(["路", "修路", "\\n修路"]))
    ['路', '修路', '\\n修路']
    """
    text = signs(runs).astype("<u4").tobytes().decode("utf-32-le")
    return [text[start : start + MAX_RUN].lstrip("\0") for start in range(0, len(text), MAX_RUN)]


def signs(runs: Numbers) -> Numbers:
    """Return the code points of each run: runs x MAX_RUN, 0 before those of a shorter one."""
    mask = (1 << 21) - 1
    return np.stack([(runs >> 42) & mask, (runs >> 21) & mask, runs & mask], axis=-1)


def encode_runs(runs: Sequence[str]) -> Numbers:
    """Return the number of each run of one to three characters."""
    text = "".join(run.rjust(MAX_RUN, "\0") for run in runs)
    parts = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64).reshape(-1, MAX_RUN)
    numbers: Numbers = (parts[:, 0] << 42) | (parts[:, 1] << 21) | parts[:, 2]
    return numbers


def run_lengths(runs: Numbers) -> Numbers:
    """Return how many characters each run has."""
    lengths: Numbers = 1 + (runs >> 21 > 0).astype(np.int64) + (runs >> 42 > 0)
    return lengths


def code_points(text: str) -> list[int]:
    """Return the code points that the runs of a text are made of, not yet folded: line breaks stand around it."""
    return list(map(ord, f"\n{text}\n")) if text else []


@cache
def folding() -> Numbers:
    """Return what each code point counts as: digits are one digit, Latin letters are small and half-width."""
    table = np.arange(0x110000, dtype=np.int64)
    for zero, capital, small in ((0x30, 0x41, 0x61), (0xFF10, 0xFF21, 0xFF41)):
        table[zero : zero + 10] = ord("0")
        table[capital : capital + 26] = np.arange(ord("a"), ord("z") + 1)
        table[small : small + 26] = np.arange(ord("a"), ord("z") + 1)
    table[0] = ord(" ")  # 0 would make a run look like a shorter one
    return table
