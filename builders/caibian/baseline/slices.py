"""Rows that have one thing in common, for scores of their own: publisher, length, repairs, year."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Flags = npt.NDArray[np.bool_]

_LENGTHS = (0, 50, 200, 500, 1_000, 2_000)  # characters: headlines, briefs, and doublings of an article
_MOST_SLICES = 12  # publishers beyond the most frequent say little and take much room
_MIN_SLICE_ROWS = 5


def slices(rows: pa.Table) -> Iterator[tuple[str, str, Flags]]:
    """Yield the slices that have enough rows: their kind, their value, and which rows are in them."""
    for kind, values in _slice_values(rows).items():
        counts = {value: values.count(value) for value in dict.fromkeys(values) if value is not None}
        most = sorted(counts, key=lambda value: (-counts[value], value))[:_MOST_SLICES]
        kept = [value for value in most if counts[value] >= _MIN_SLICE_ROWS]
        if len(counts) < 2:
            continue  # all rows alike: no slice
        for value in kept if kind == "publisher" else sorted(kept, key=_by_size):
            yield kind, value, np.array([found == value for found in values])


def _by_size(value: str) -> tuple[int, str]:
    """Return the order of ranges and years: by their first number, not by their spelling."""
    first = value.split(" ")[0]
    return (int(first) if first.isdecimal() else -1), value


def _slice_values(rows: pa.Table) -> dict[str, list[str | None]]:
    lengths = pc.fill_null(pc.utf8_length(rows["text"]), 0).to_numpy()
    bounds = np.array(_LENGTHS)
    names = [
        f"{low} to {high - 1}" if high else f"{low} or more"
        for low, high in zip(_LENGTHS, (*_LENGTHS[1:], None), strict=True)
    ]
    length_names = [names[place] for place in np.searchsorted(bounds, lengths, side="right") - 1]
    repaired = pc.greater(pc.fill_null(pc.list_value_length(rows["repairs"]), 0), 0).to_pylist()
    return {
        "publisher": rows["publisher"].to_pylist(),
        "length": length_names,
        "repaired": ["repaired" if found else "as found" for found in repaired],
        "year": [str(day.year) if day else None for day in rows["published"].to_pylist()],
    }
