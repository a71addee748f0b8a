"""What a split came out as: sizes, labels that fell short, leaks that the source shipped."""

import collections
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int8]  # positions in SPLITS; NONE where a row has no split
Numbers = npt.NDArray[np.int64]

SPLITS = ("train", "validation", "test")  # in rising precedence: of two copies the later one's stays
NONE = -1
MAX_EXAMPLES = 100
# What corpora call their splits.
ALIASES = {"training": "train", "val": "validation", "valid": "validation", "dev": "validation", "testing": "test"}


@dataclass(frozen=True)
class Short:
    """A label with fewer rows in a split than wanted, and the clusters there are of it in all."""

    label: str
    split: str
    rows: int
    wanted: int
    clusters: int


@dataclass(frozen=True)
class Leak:
    """Two rows that are copies (exact, near, contained, crowd) in different splits as shipped."""

    kind: str
    left: str
    right: str
    left_split: str
    right_split: str
    similarity: float | None


@dataclass(frozen=True)
class Report:
    """The outcome of `split`."""

    sizes: dict[str, int]  # published rows
    clusters: dict[str, int]
    labels: dict[str, dict[str, int]]  # published rows of a label in each split
    short: tuple[Short, ...]
    moved: int  # clusters that left the split of their hash so that a label has enough rows
    bridging: int  # rows dropped as bridges_splits
    frozen: int  # rows whose split an earlier version fixed
    undated: int  # by time: rows without a date, in train
    leaks: dict[str, int]  # by "kind left_split right_split"
    leak_examples: tuple[Leak, ...]
    unknown: dict[str, int]  # shipped split names that are none of ours


def codes_of(names: pa.ChunkedArray) -> tuple[Codes, dict[str, int]]:
    """Return the code of each row's split name, and how often each unknown name occurs."""
    unknown: collections.Counter[str] = collections.Counter()
    distinct = names.combine_chunks().dictionary_encode()
    lookup = []
    for name in distinct.dictionary.to_pylist():
        plain = name.strip().lower()
        plain = ALIASES.get(plain, plain)
        lookup.append(SPLITS.index(plain) if plain in SPLITS else NONE)
    indices = pc.fill_null(distinct.indices, len(lookup)).to_numpy(zero_copy_only=False)
    codes = np.array([*lookup, NONE], np.int8)[indices]
    counts = np.bincount(indices, minlength=len(lookup) + 1)
    for number, name in enumerate(distinct.dictionary.to_pylist()):
        if lookup[number] == NONE:
            unknown[name] = int(counts[number])
    return codes, dict(sorted(unknown.items()))


def leaks(shipped: Codes, ids: pa.ChunkedArray, pairs: pa.Table) -> tuple[dict[str, int], tuple[Leak, ...]]:
    """Return the counts and the first examples of pairs whose rows were shipped in different splits."""
    left, right = pairs.column("left").to_numpy(), pairs.column("right").to_numpy()
    crossing = np.flatnonzero((shipped[left] != shipped[right]) & (shipped[left] != NONE) & (shipped[right] != NONE))
    kinds = pairs.column("kind").take(pa.array(crossing)).to_pylist()
    found = [
        (kind, *sorted((SPLITS[one], SPLITS[two]), key=SPLITS.index))
        for kind, one, two in zip(kinds, shipped[left[crossing]], shipped[right[crossing]], strict=True)
    ]
    counts = collections.Counter(" ".join(parts) for parts in found)
    chosen = crossing[np.lexsort((right[crossing], left[crossing]))][:MAX_EXAMPLES]
    examples = tuple(_leak(row, shipped, ids) for row in pairs.take(pa.array(chosen)).to_pylist())
    return dict(sorted(counts.items())), examples


def _leak(pair: dict[str, Any], shipped: Codes, ids: pa.ChunkedArray) -> Leak:
    left, right = pair["left"], pair["right"]
    return Leak(
        pair["kind"],
        ids[left].as_py(),
        ids[right].as_py(),
        SPLITS[shipped[left]],
        SPLITS[shipped[right]],
        pair["similarity"],
    )


def label_counts(labels: "LabelRows", codes: Codes) -> npt.NDArray[np.int64]:
    """Return how many rows of each label (first axis) each split (second axis) has."""
    counts = np.zeros((len(labels.names), len(SPLITS)), np.int64)
    codes_there = codes[labels.rows]
    there = codes_there != NONE
    np.add.at(counts, (labels.numbers[there], codes_there[there]), 1)
    return counts


@dataclass(frozen=True)
class LabelRows:
    """Each label of each row: row `rows[i]` has the label `names[numbers[i]]`."""

    names: list[str]
    rows: Numbers
    numbers: Numbers


def label_rows(topics: pa.ChunkedArray) -> LabelRows:
    """Return the labels of all rows; a row not judged has none."""
    lists = topics.combine_chunks()
    rows = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    values = lists.flatten().cast(pa.string())
    names = sorted(set(pc.unique(values).to_pylist()) - {None})
    numbers = pc.fill_null(pc.index_in(values, pa.array(names, pa.string())), -1)
    numbers = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    labelled = numbers >= 0
    rows, numbers, _ = distinct_pairs(rows[labelled], numbers[labelled])
    return LabelRows(names, rows, numbers)


def distinct_pairs(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the distinct pairs of numbers that stand side by side, in order, and how often each does.

    >>> [column.tolist() for column in distinct_pairs(np.array([2, 0, 2]), np.array([1, 3, 1]))]
    [[0, 2], [3, 1], [1, 2]]
    """
    width = second.max(initial=0) + 1  # as one number a pair is sorted in a tenth of the time of np.unique's axis
    pairs, counts = np.unique(first * width + second, return_counts=True)
    return *divmod(pairs, width), counts
