"""Masks for tables: only the rows in which a pattern may find something are looked at one by one."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caibian.publish.mask import Kind, mask_texts

# What a text must hold for a mask to find anything in it, for Arrow's own fast pattern search.
_DIGITS = "[0-9０-９][-0-9０-９ +＋()（）－—–转]{5,}[0-9０-９]"
_SIGNS: dict[Kind, str] = {
    "phone": _DIGITS,
    "identity_number": "[0-9０-９]{14}",
    "email": "@",
    "private_name": "[民众主户农户客长者人]",
}
_NESTED = ("sentences", "words")  # each is the paragraphs, cut; dropped rows come without them


def mask_rows(rows: pa.Table, kinds: Sequence[Kind]) -> pa.Table:
    """Return `rows` (title, paragraphs, and sentences and words where there) with personal data of `kinds` masked.

    Every string keeps its number of characters.
    """
    if not kinds:
        return rows
    pattern = "|".join(_SIGNS[kind] for kind in kinds)
    text = pc.binary_join(rows["paragraphs"].combine_chunks(), "\n")
    suspects = pc.or_(_matches(text, pattern), _matches(rows["title"].combine_chunks(), pattern))
    places = [place for place, suspect in enumerate(suspects.to_pylist()) if suspect]
    columns = {name: rows[name].combine_chunks() for name in ("title", "paragraphs", *_nested(rows))}
    changed = _changed(
        {name: column.take(pa.array(places, pa.int64())).to_pylist() for name, column in columns.items()}, kinds
    )
    if not changed:
        return rows
    at = pa.array([places[number] for number in changed], pa.int64())
    mask = pc.is_in(pa.array(range(rows.num_rows), pa.int64()), value_set=at)
    for name, column in columns.items():
        values = pa.array([new[name] for new in changed.values()], column.type)
        rows = rows.set_column(rows.column_names.index(name), name, _replaced(column, mask, values))
    return rows


def _nested(rows: pa.Table) -> list[str]:
    return [name for name in _NESTED if name in rows.column_names]


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(texts, pattern), False)


def _changed(columns: dict[str, list[Any]], kinds: Sequence[Kind]) -> dict[int, dict[str, Any]]:
    """Return, by position, the new values of the rows in which something was masked."""
    found: dict[int, dict[str, Any]] = {}
    for number, (title, paragraphs) in enumerate(zip(columns["title"], columns["paragraphs"], strict=True)):
        before = [title or "", *(paragraphs or [])]
        after = mask_texts(before, kinds)
        if after != before:
            found[number] = {
                "title": None if title is None else after[0],
                "paragraphs": None if paragraphs is None else after[1:],
            }
            for name in columns.keys() & set(_NESTED):
                found[number][name] = recut(after[1:], columns[name][number])
    return found


def recut(texts: Sequence[str], pieces: Sequence[Sequence[str]] | None) -> list[list[str]] | None:
    """Return `texts` cut at the places at which `pieces` are."""
    if not pieces:
        return None if pieces is None else []
    return [
        [text[start:end] for start, end in pairwise(accumulate(map(len, cut), initial=0))]
        for text, cut in zip(texts, pieces, strict=True)
    ]


def _replaced(column: pa.Array, mask: pa.Array, values: pa.Array) -> pa.Array:
    """Return the column with `values` at the places where `mask` is true (Arrow's own kernel takes no lists)."""
    order = pc.cumulative_sum(mask.cast(pa.int64()))
    own = pa.array(range(len(column)), pa.int64())
    place = pc.if_else(mask, pc.add(order, len(column) - 1), own)
    return pa.concat_arrays([column, values]).take(place)
