"""The global half of deduplication: which rows are copies of which, and which of them stays."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from caibian import schema
from caibian.dedup.candidates import Candidates, Numbers, Sketches, candidates, distinct, pack, unpack
from caibian.dedup.contained import Marks, contained_candidates
from caibian.dedup.measure import Pairs, Texts, components, joined, measure
from caibian.dedup.sign import BANDS
from caibian.dedup.text import SHORT_CHARS

# A crowd's texts are compared with so many of its best, one after the other, instead of all with all.
CROWD_ROUNDS = 4
# Rows of this precedence are never dropped as copies: the tests that a corpus ships, and frozen rows.
PROTECTED = 2
LIGHT = ("id", "dropped", "published", "text_hash", "chars", "bands", "marks")

PAIRS = pa.schema(
    [
        ("left", pa.int64()),  # row numbers; the left one outranks the right one
        ("right", pa.int64()),
        ("kind", pa.string()),  # exact, near, contained, or crowd: linked without a comparison
        ("similarity", pa.float32()),  # Jaccard of their grams; null for crowd
    ]
)
ROWS = schema.plus(schema.DEDUPLICATE, pa.schema([("dropped", pa.string()), ("component", pa.int64())]))


class Clusters(NamedTuple):
    """The outcome for every row, and why.

    `rows`: schema.DEDUPLICATE, `dropped` as it is after this step, and `component` (int64): rows that are
    copies, near copies or parts of each other, also by way of others, have one number; null where the row
    was dropped before. `pairs`: PAIRS. A near or contained pair stands for all exact copies of its two rows.
    """

    rows: pa.Table
    pairs: pa.Table


class _Ranked(NamedTuple):
    """The distinct texts, best first: text t is represented by row `rows[t]`."""

    rows: Numbers
    text_of: Numbers  # of each row; -1 where it takes no part
    order: Numbers  # all rows that take part, best first


def cluster(
    rows: pa.Table, *, similarity: float, texts: Texts, precedence: npt.NDArray[np.int8] | None = None
) -> Clusters:
    """Return which rows are copies of which.

    Takes the columns LIGHT of all rows, dropped ones included, and `texts`, which returns
    `compared_text` of the rows of ascending numbers. Of copies that row stays which has the highest
    `precedence`, then the most characters, then the earliest publication date, then the lowest id, then the
    lowest number. A row is dropped only in favour of a row that stays and that it was itself compared with:
    copies of copies do not chain. Rows of precedence PROTECTED always stay.
    """
    rank = _rank(rows, precedence)
    chars = rows.column("chars").to_numpy().astype(np.int64)[rank.rows]
    pairs, found = _pairs(rows, rank, chars, similarity, texts)
    stays, kept, likeness = _who_stays(pairs, rank, precedence)
    linked = components(
        np.concatenate([pairs.left, found.leader]), np.concatenate([pairs.right, found.member]), len(chars)
    )
    return Clusters(_assemble(rows, rank, linked, stays, kept, likeness, precedence), _pair_table(rank, pairs, found))


def _rank(rows: pa.Table, precedence: npt.NDArray[np.int8] | None) -> _Ranked:
    count = rows.num_rows
    zeros = np.zeros(count, np.int8)
    keys = rows.select(["chars", "published", "id", "text_hash"])
    keys = keys.append_column("precedence", pa.array(zeros if precedence is None else precedence))
    keys = keys.append_column("row", pa.array(np.arange(count)))
    live = pc.and_(pc.is_null(rows.column("dropped")), pc.greater(rows.column("chars"), 0))
    keys = keys.filter(live)
    best = [("precedence", "descending"), ("chars", "descending")]
    best += [(name, "ascending") for name in ("published", "id", "row")]
    keys = keys.take(pc.sort_indices(keys, sort_keys=best))
    order = keys.column("row").to_numpy()
    hashes = keys.column("text_hash").combine_chunks()
    codes = hashes.dictionary_encode().indices.to_numpy()  # numbered in order of appearance: best first
    firsts = np.unique(codes, return_index=True)[1]
    text_of = np.full(count, -1, np.int64)
    text_of[order] = codes
    return _Ranked(order[firsts], text_of, order)


def _pairs(rows: pa.Table, rank: _Ranked, chars: Numbers, similarity: float, texts: Texts) -> tuple[Pairs, Candidates]:
    """Return the verified pairs of texts, and the candidates that they come from."""
    groups = [candidates(sketches, similarity=similarity) for sketches in _sketches(rows, rank, chars)]
    found = Candidates(*(np.concatenate(parts) for parts in zip(*groups, strict=True)))
    inner = contained_candidates(_marks(rows, rank), chars=chars)
    left, right = unpack(distinct(np.concatenate([pack(found.left, found.right), pack(*inner)])))

    def texts_of(numbers: Numbers) -> pa.Array:
        """Ask for rows in ascending order, whatever the order of the texts."""
        wanted = rank.rows[numbers]
        order = np.argsort(wanted)
        strings = pa.array(texts(wanted[order]), pa.string())
        if len(strings) != len(numbers):
            raise ValueError(f"texts: must give {len(numbers)} strings, gave {len(strings)}")
        return strings.take(pa.array(np.argsort(order)))

    days = rows.column("published").combine_chunks().cast(pa.int32()).cast(pa.float64())
    days = days.to_numpy(zero_copy_only=False)[rank.rows]

    def compare(left: Numbers, right: Numbers) -> Pairs:
        return measure(left, right, chars=chars, days=days, texts=texts_of, similarity=similarity)

    parts = [compare(left, right)]
    alive = np.ones(len(chars), bool)
    alive[_losers(parts[0])] = False
    for left, right in _rounds(found, alive):
        parts.append(compare(left, right))
        alive[_losers(parts[-1])] = False
    return joined(parts), found


def _losers(pairs: Pairs) -> Numbers:
    return pairs.right[pairs.same]


def _rounds(found: Candidates, alive: npt.NDArray[np.bool_]) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield, round by round, the best text of each crowd with all others of it that are still open.

    The caller clears `alive` for texts that turned out to be copies.
    """
    members = distinct(np.concatenate([found.leader, found.member]))
    crowds = components(found.leader, found.member, len(alive))[members]
    order = np.lexsort((members, crowds))
    members, crowds = members[order], crowds[order]
    for _ in range(CROWD_ROUNDS):
        still = alive[members]
        members, crowds = members[still], crowds[still]
        first = np.ones(len(members), bool)
        first[1:] = crowds[1:] != crowds[:-1]
        leaders = members[first][np.cumsum(first) - 1]
        yield leaders[~first], members[~first]
        members, crowds = members[~first], crowds[~first]
        if not len(members):
            return


def _sketches(rows: pa.Table, rank: _Ranked, chars: Numbers) -> Iterator[Sketches]:
    """Yield the sketches of headlines by their short grams, and of all longer texts by their long ones."""
    starts, counts, values = _list_parts(rows, "bands", rank)
    short = np.flatnonzero((chars < SHORT_CHARS) & (counts > 0))
    long = np.flatnonzero(counts == np.where(chars < SHORT_CHARS, 2 * BANDS, BANDS))
    yield Sketches(short, starts[short], values)
    yield Sketches(long, (starts + counts - BANDS)[long], values)


def _marks(rows: pa.Table, rank: _Ranked) -> Marks:
    return Marks(*_list_parts(rows, "marks", rank))


def _list_parts(rows: pa.Table, name: str, rank: _Ranked) -> tuple[Numbers, Numbers, npt.NDArray[np.uint64]]:
    """Return where each text's list begins, how long it is, and all lists' values."""
    lists = rows.column(name).combine_chunks()
    counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    starts = np.cumsum(counts) - counts
    return starts[rank.rows], counts[rank.rows], lists.flatten().to_numpy()


def _who_stays(
    pairs: Pairs, rank: _Ranked, precedence: npt.NDArray[np.int8] | None
) -> tuple[npt.NDArray[np.bool_], Numbers, npt.NDArray[np.float64]]:
    """Return for each text whether it stays, the text that is kept in its place, and how like it that is."""
    count = len(rank.rows)
    stays, kept, likeness = np.ones(count, bool), np.arange(count), np.ones(count)
    safe = np.zeros(count, bool) if precedence is None else precedence[rank.rows] == PROTECTED
    left, right, alike = (column[pairs.same] for column in (pairs.left, pairs.right, pairs.similarity))
    order = np.lexsort((left, -alike, right))  # a text at a time, best first; then its likest better ones
    columns = (column[order].tolist() for column in (left, right, alike))
    for better, worse, jaccard in zip(*columns, strict=True):
        if stays[worse] and stays[better] and not safe[worse]:
            stays[worse], kept[worse], likeness[worse] = False, better, jaccard
    return stays, kept, likeness


def _assemble(
    rows: pa.Table,
    rank: _Ranked,
    linked: Numbers,
    stays: npt.NDArray[np.bool_],
    kept: Numbers,
    likeness: npt.NDArray[np.float64],
    precedence: npt.NDArray[np.int8] | None,
) -> pa.Table:
    """Return the table of Clusters.rows."""
    numbers, live, text = np.arange(rows.num_rows), rank.text_of >= 0, rank.text_of
    stayer = np.where(live, _of(rank.rows[kept], text), numbers)
    gone = live & (stayer != numbers)
    if precedence is not None:
        gone &= precedence != PROTECTED
    cluster_ids = rows.column("id").combine_chunks().take(pa.array(np.where(gone, stayer, numbers)))
    reasons = np.where(_of(stays, text), "duplicate_exact", "duplicate_near")
    columns = {
        "cluster": cluster_ids,
        "duplicate_of": pc.if_else(pa.array(gone), cluster_ids, pa.scalar(None, pa.string())),
        "similarity": pa.array(_of(likeness, text).astype(np.float32), mask=~gone),
        "dropped": pc.coalesce(rows.column("dropped").combine_chunks(), pa.array(reasons, pa.string(), mask=~gone)),
        "component": pa.array(_of(linked, text), mask=~live),
    }
    return pa.table(columns, schema=ROWS)


def _of(values: npt.NDArray[Any], text: Numbers) -> npt.NDArray[Any]:
    """Return the values of each row's text; anything for a row that takes no part, whose text is -1."""
    return np.append(values, np.zeros(1, values.dtype))[text]


def _pair_table(rank: _Ranked, pairs: Pairs, found: Candidates) -> pa.Table:
    """Return the table of Clusters.pairs."""
    text = rank.text_of[rank.order]
    copies = rank.order[rank.rows[text] != rank.order]
    parts = [
        (rank.rows[rank.text_of[copies]], copies, np.full(len(copies), "exact"), np.ones(len(copies))),
        (
            rank.rows[pairs.left],
            rank.rows[pairs.right],
            np.where(pairs.near, "near", "contained"),
            pairs.similarity,
        ),
        (
            rank.rows[found.leader],
            rank.rows[found.member],
            np.full(len(found.member), "crowd"),
            np.full(len(found.member), np.nan),
        ),
    ]
    left, right, kind, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pa.table(
        [
            pa.array(left),
            pa.array(right),
            pa.array(kind, pa.string()),
            pa.array(similarity.astype(np.float32), mask=np.isnan(similarity)),
        ],
        schema=PAIRS,
    )
