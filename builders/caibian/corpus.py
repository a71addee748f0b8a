"""All rows of a build, shard by shard on disk: their light columns as one table, their texts on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from caibian import dedup, shards


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of prepared rows, or of their labels: where it is, and what it holds."""

    path: Path
    rows: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The rows of a build in input order; `prepared` and `labelled` stand side by side."""

    prepared: Sequence[Shard]
    labelled: Sequence[Shard]

    def columns(self, *names: str) -> pa.Table:
        """Return some columns of all rows, each from whichever shard has it."""
        parts = []
        for left, right in zip(self.prepared, self.labelled, strict=True):
            own = set(shards.names(left.path))
            table = shards.read(left.path, [name for name in names if name in own])
            for name in names:
                if name not in own:
                    table = table.append_column(name, shards.read(right.path, [name])[name])
            parts.append(table.select(list(names)))
        return pa.concat_tables(parts).combine_chunks()

    def texts(self, numbers: npt.NDArray[np.int64]) -> pa.Array:
        """Return what deduplication compares of the rows of these ascending numbers."""
        starts = np.cumsum([0, *(shard.rows for shard in self.prepared)])
        first = np.searchsorted(numbers, starts[:-1])
        last = np.searchsorted(numbers, starts[1:])
        found = [pa.array([], pa.string())]
        for shard, start, low, high in zip(self.prepared, starts, first, last, strict=False):
            if low < high:
                rows = shards.read(shard.path, ["title", "paragraphs"]).take(pa.array(numbers[low:high] - start))
                found.append(dedup.compared_text(rows))
        return pa.concat_arrays(found)
