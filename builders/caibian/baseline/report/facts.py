"""What the report shows of the rows themselves: counts by split, topic, length and date."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caibian.baseline.examples import SPLITS, Task, from_rows, load_task

Numbers = npt.NDArray[np.int64]
LENGTHS = (0, 12, 25, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400)  # characters; doublings, as article lengths spread


@dataclass(frozen=True, slots=True)
class Rows:
    """Counts of the published rows."""

    task: Task
    splits: Mapping[str, int]
    topics: Mapping[str, Sequence[int]]  # split -> rows of each label
    unlabelled: Mapping[str, int]  # split -> rows without a judged label
    together: npt.NDArray[np.int64]  # labels x labels: rows that have both
    lengths: Mapping[str, Sequence[int]]  # split -> rows of each range of LENGTHS; {} where texts are withheld
    months: Mapping[str, int]  # YYYY-MM -> rows
    undated: int
    publishers: Sequence[tuple[str, int]]  # most frequent first


def count_rows(folder: Path) -> Rows:
    """Return the counts of the articles in a dataset folder, read file by file: of a million, no text is kept."""
    task = load_task(folder)
    found = {
        split: [_count(path, task) for path in sorted((folder / "data" / "articles").glob(f"{split}-*.parquet"))]
        for split in SPLITS
    }
    found = {split: files for split, files in found.items() if files}
    every = [file for files in found.values() for file in files]
    months, publishers = _sum(file.months for file in every), _sum(file.publishers for file in every)
    return Rows(
        task=task,
        splits={split: sum(file.rows for file in files) for split, files in found.items()},
        topics={split: np.sum([file.topics for file in files], axis=0).tolist() for split, files in found.items()},
        unlabelled={split: sum(file.unlabelled for file in files) for split, files in found.items()},
        together=np.sum([file.together for file in every], axis=0),
        lengths={
            split: np.sum([file.lengths for file in files], axis=0).tolist()
            for split, files in found.items()
            if any(file.lengths.any() for file in files)
        },
        months=dict(sorted((month, count) for month, count in months.items() if month)),
        undated=months[None],
        publishers=sorted(
            ((name, count) for name, count in publishers.items() if name), key=lambda item: (-item[1], item[0])
        ),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """The counts of one file."""

    rows: int
    topics: Numbers  # of each label
    unlabelled: int
    together: Numbers  # labels x labels
    lengths: Numbers  # of each range of LENGTHS; all 0 where texts are withheld
    months: "Counter[str | None]"
    publishers: "Counter[str | None]"


def _count(path: Path, task: Task) -> _Counts:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        rows = file.read(columns=["id", "label" if task.single else "topics", "published", "publisher"])
        texts = pa.chunked_array([], pa.string())
        if "text" in names:
            texts = file.read(columns=["text"])["text"]
    examples = from_rows(rows, task=task)
    given = examples.targets
    together = [given[given[:, label]].sum(axis=0) for label in range(given.shape[1])]
    days = rows["published"].combine_chunks().dictionary_encode()
    months = pc.strftime(days.dictionary.cast(pa.timestamp("s")), format="%Y-%m").take(days.indices)
    place = np.searchsorted(np.array(LENGTHS), pc.fill_null(pc.utf8_length(texts), 0).to_numpy(), side="right") - 1
    return _Counts(
        rows=rows.num_rows,
        topics=given.sum(axis=0),
        unlabelled=int((~examples.judged).sum()),
        together=np.array(together, np.int64).reshape(given.shape[1], -1),
        lengths=np.bincount(place, minlength=len(LENGTHS)),
        months=_tally(months),
        publishers=_tally(rows["publisher"]),
    )


def _sum(tallies: Iterable["Counter[str | None]"]) -> "Counter[str | None]":
    total: Counter[str | None] = Counter()
    for tally in tallies:
        total += tally
    return total


def _tally(values: pa.Array | pa.ChunkedArray) -> "Counter[str | None]":
    return Counter({item["values"]: item["counts"] for item in pc.value_counts(values).to_pylist()})
