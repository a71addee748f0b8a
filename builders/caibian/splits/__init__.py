"""Step 6, split: clusters of copies -> train, validation, test.

By hash, the split of a cluster is a pure function of the cluster: the same on any engine, in any order,
whatever else is in the corpus. So labels are stratified in expectation only, and rare ones by chance may miss
a split; for those whole clusters are then moved (`fill`), which does depend on the corpus and is reported.
A frozen earlier version fixes everything it holds.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian.config import Split
from caibian.errors import DataError
from caibian.splits.assign import TEST, TRAIN, VALIDATION, Groups, by_hash, by_host, by_source, by_time, groups
from caibian.splits.fill import fill, short_labels
from caibian.splits.report import (
    NONE,
    SPLITS,
    Codes,
    Leak,
    Report,
    Short,
    codes_of,
    label_counts,
    label_rows,
    leaks,
)
from caibian.splits.resolve import bridging, follow

__all__ = ["LIGHT", "SPLITS", "Assignment", "Leak", "Report", "Short", "precedence", "split"]

LIGHT = ("id", "dropped", "published", "url", "text_hash", "component", "topics", "given_split")
# The highest precedence: such a row is never dropped as a copy (`dedup.PROTECTED`).
PROTECTED = 2


class Assignment(NamedTuple):
    """`rows`: `split` and `dropped` of every row, as they are after this step; `report`: how it came out."""

    rows: pa.Table
    report: Report


def precedence(rows: pa.Table, *, options: Split, frozen: pa.Table | None = None) -> npt.NDArray[np.int8]:
    """Return which of copies shall stay (the higher), for `dedup.cluster`; 2 always stays.

    Frozen rows stay. By source, the shipped test stays whole, and validation stays before train: a copy
    that leaks is dropped from the side that is trained on. Takes `id` and `given_split`.
    """
    chosen = np.zeros(rows.num_rows, np.int8)
    if options.by == "source":
        chosen = np.maximum(codes_of(rows.column("given_split"))[0], 0).astype(np.int8)
    chosen[_locked(rows.select(["id"]), frozen) != NONE] = PROTECTED
    return chosen


def split(rows: pa.Table, *, options: Split, pairs: pa.Table, frozen: pa.Table | None = None) -> Assignment:
    """Return the split of every row, and rows dropped as `bridges_splits`.

    `rows` has the columns LIGHT: `component` and `dropped` as `dedup.cluster` returned them, with its `pairs`.
    `frozen` holds `id` and `split` of an earlier version, and may hold `text_hash`; its rows keep their
    split, other rows of their clusters follow, and a row that would bridge two of its splits is dropped.
    """
    live = pc.is_null(rows.column("dropped")).to_numpy()
    clusters = groups(rows)
    shipped, unknown = codes_of(rows.column("given_split"))
    locked = _locked(rows, frozen)
    codes = _assigned(rows, clusters, shipped, live, options)
    codes, lost = follow(codes, locked, clusters, pairs)
    gone = live & (lost | bridging(np.where(lost, NONE, codes), locked, live, pairs))
    codes = np.where(live & ~gone, codes, NONE).astype(np.int8)
    labels, moved, needed = label_rows(rows.column("topics")), 0, _needed(options)
    if options.by == "hash":
        movable = np.ones(len(clusters.unit), bool)
        movable[clusters.of_row[locked != NONE]] = False
        codes, moved = fill(
            labels, clusters, codes, min_rows=options.min_rows_per_label, needed=needed, movable=movable
        )
    leaked, examples = leaks(shipped, rows.column("id"), pairs) if options.by == "source" else ({}, ())
    report = Report(
        sizes=_per_split(codes[codes != NONE]),
        clusters=_per_split(codes[np.unique(np.where(codes == NONE, -1, clusters.of_row), return_index=True)[1]]),
        labels=_label_table(labels.names, label_counts(labels, codes)),
        short=short_labels(labels, clusters, codes, min_rows=options.min_rows_per_label, needed=needed),
        moved=moved,
        bridging=int(gone.sum()),
        frozen=int(np.count_nonzero(live & (locked != NONE))),
        undated=rows.filter(pa.array(live)).column("published").null_count if options.by == "time" else 0,
        leaks=leaked,
        leak_examples=examples,
        unknown=unknown if options.by == "source" else {},
    )
    return Assignment(_table(rows, codes, gone), report)


def _assigned(rows: pa.Table, clusters: Groups, shipped: Codes, live: npt.NDArray[np.bool_], options: Split) -> Codes:
    if options.by == "time":
        return by_time(rows, clusters, live, options)
    if options.by == "host":
        return by_host(rows, clusters, options)
    if options.by == "source":
        return by_source(shipped, clusters, live, options)
    return by_hash(clusters.unit, options)[clusters.of_row]


def _locked(rows: pa.Table, frozen: pa.Table | None) -> Codes:
    """Return the split that an earlier version gave each row, by id, else by text."""
    locked = np.full(rows.num_rows, NONE, np.int8)
    if frozen is None:
        return locked
    codes, unknown = codes_of(frozen.column("split"))
    if unknown:
        raise DataError(f"split.frozen: {next(iter(unknown))!r} is no split; it must be one of {', '.join(SPLITS)}")
    for name in ("text_hash", "id"):  # the id has the last word
        if name in frozen.column_names and name in rows.column_names:
            known = frozen.column(name).combine_chunks().cast(rows.schema.field(name).type)
            found = pc.index_in(rows.column(name).combine_chunks(), value_set=known)
            places = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
            locked = np.where(places >= 0, np.append(codes, np.int8(NONE))[places], locked).astype(np.int8)
    return locked


def _needed(options: Split) -> set[int]:
    """Return the splits that shall not be empty."""
    return {TRAIN} | ({VALIDATION} if options.validation else set()) | ({TEST} if options.test else set())


def _per_split(codes: Codes) -> dict[str, int]:
    counts = np.bincount(codes[codes != NONE], minlength=len(SPLITS)).tolist()
    return dict(zip(SPLITS, counts, strict=True))


def _label_table(names: list[str], counts: npt.NDArray[np.int64]) -> dict[str, dict[str, int]]:
    return {name: dict(zip(SPLITS, row, strict=True)) for name, row in zip(names, counts.tolist(), strict=True)}


def _table(rows: pa.Table, codes: Codes, gone: npt.NDArray[np.bool_]) -> pa.Table:
    names = pa.array(SPLITS, pa.string()).take(pa.array(codes.astype(np.int64), mask=codes == NONE))
    reason = pa.array(np.full(len(codes), "bridges_splits"), pa.string(), mask=~gone)
    dropped = pc.coalesce(rows.column("dropped").combine_chunks(), reason)
    return pa.table({"split": names, "dropped": dropped})
