"""What the report shows of the rows themselves: counts by split, topic, length and date."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from caibian.baseline.examples import SPLITS, Task, from_rows, load_task

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
    """Return the counts of the articles in a dataset folder."""
    task = load_task(folder)
    read = {split: _read(folder, split, task) for split in SPLITS}
    tables: dict[str, pa.Table] = {split: table for split, table in read.items() if table is not None}
    targets = {split: from_rows(table, task=task) for split, table in tables.items()}
    whole = np.concatenate([examples.targets for examples in targets.values()]).astype(np.int64)
    dates = [day for table in tables.values() for day in table["published"].to_pylist()]
    publishers = Counter(name for table in tables.values() for name in table["publisher"].to_pylist() if name)
    return Rows(
        task=task,
        splits={split: table.num_rows for split, table in tables.items()},
        topics={split: examples.targets.sum(axis=0).tolist() for split, examples in targets.items()},
        unlabelled={split: int((~examples.judged).sum()) for split, examples in targets.items()},
        together=whole.T @ whole,
        lengths={split: _lengths(table["text"]) for split, table in tables.items() if _has_text(table)},
        months=dict(sorted(Counter(f"{day:%Y-%m}" for day in dates if day).items())),
        undated=sum(1 for day in dates if not day),
        publishers=sorted(publishers.items(), key=lambda item: (-item[1], item[0])),
    )


def _read(folder: Path, split: str, task: Task) -> pa.Table | None:
    wanted = ["id", "title", "text", "label" if task.single else "topics", "published", "publisher"]
    paths = sorted((folder / "data" / "articles").glob(f"{split}-*.parquet"))
    if not paths:
        return None
    tables = []
    for path in paths:
        file = pq.ParquetFile(path)
        table = file.read(columns=[name for name in wanted if name in file.schema_arrow.names])
        for name in ("title", "text"):
            if name not in table.column_names:
                table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
        tables.append(table)
    return pa.concat_tables(tables)


def _has_text(table: pa.Table) -> bool:
    return bool(table["text"].null_count < table.num_rows)


def _lengths(texts: pa.ChunkedArray) -> list[int]:
    lengths = pc.fill_null(pc.utf8_length(texts), 0).to_numpy()
    place = np.searchsorted(np.array(LENGTHS), lengths, side="right") - 1
    return [int(number) for number in np.bincount(place, minlength=len(LENGTHS))]
