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
    origin: Path | None = None  # the column source_sha256 where the one in `path` may be that of an earlier file

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the files that stand side by side; a column is taken from the first that has it."""
        return (self.path,) if self.origin is None else (self.origin, self.path)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The rows of a build in input order; `prepared` and `labelled` stand side by side."""

    prepared: Sequence[Shard]
    labelled: Sequence[Shard]

    def files(self) -> list[Path]:
        """Return all files that hold the rows."""
        return [path for shard in (*self.prepared, *self.labelled) for path in shard.paths]

    def columns(self, *names: str) -> pa.Table:
        """Return some columns of all rows, each from whichever shard has it, in one chunk each."""
        found: dict[str, pa.ChunkedArray] = {}
        for side in filter(None, (self.prepared, self.labelled)):
            own = [name for name in shards.names(side[0].path) if name in names and name not in found]
            if own:
                table = pa.concat_tables(shards.read(shard.path, own) for shard in side)
                # A column at a time, so that no more than one of them is held twice.
                for name in own:
                    found[name] = table[name].combine_chunks()
                    table = table.drop_columns(name)
        return pa.table({name: found[name] for name in names})

    def texts(self, numbers: npt.NDArray[np.int64]) -> pa.Array:
        """Return what deduplication compares of the rows of these ascending numbers."""
        starts = np.cumsum([0, *(shard.rows for shard in self.prepared)])
        first = np.searchsorted(numbers, starts[:-1])
        last = np.searchsorted(numbers, starts[1:])
        found = [pa.array([], pa.string())]
        for shard, start, low, high in zip(self.prepared, starts, first, last, strict=False):
            if low < high:
                rows = shards.take(shard.path, ["title", "paragraphs"], numbers[low:high] - start)
                found.append(dedup.compared_text(rows.combine_chunks()))  # a batch costs as much as many rows
        return pa.concat_arrays(found)
