"""For a number (a word, a group) its rows, looked up for many numbers at once."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Table:
    """Rows of numbers, found by the first of them."""

    def __init__(self, rows: Sequence[tuple[int, ...]], *, width: int, numbers: int) -> None:
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * width)
        table = flat.reshape(-1, width)
        table = table[np.argsort(table[:, 0], kind="stable")]
        self._counts = np.bincount(table[:, 0], minlength=numbers)
        self._first = np.cumsum(self._counts) - self._counts
        self.columns = tuple(np.ascontiguousarray(column) for column in table.T)

    def look_up(self, numbers: Ints) -> tuple[Ints, tuple[Ints, ...]]:
        """Return the position in `numbers` of each row found, and the rows' other columns; in no order."""
        counts = self._counts.take(numbers)
        which = np.flatnonzero(counts > 0)
        counts, at = counts.take(which), self._first.take(numbers.take(which))
        found, rows = [which], [at]
        while len(which):  # few numbers have many rows
            more = np.flatnonzero(counts > len(found))
            counts, which, at = counts.take(more), which.take(more), at.take(more) + 1
            found.append(which)
            rows.append(at)
        at = np.concatenate(rows)
        return np.concatenate(found), tuple(column.take(at) for column in self.columns[1:])
