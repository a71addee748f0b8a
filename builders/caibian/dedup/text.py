"""The characters of a text that copies are judged by: width and case folded, no white space, no punctuation."""

import functools
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]

# Below this many characters one edit costs 10 of at most 54 five-character grams, which is below a Jaccard
# similarity of .8: such texts (headlines, captions) have a measure of their own.
SHORT_CHARS = 50
# Signs that are part of a figure when they stand between two digits: 1.05, 3:1, 2022-09, 1/4.
JOINERS = "-./:"
DIGITS = (0x30, 0x39)


class Folded(NamedTuple):
    """Texts as code points, one after the other: text i is `codes[offsets[i]:offsets[i + 1]]`."""

    codes: Codes
    offsets: Offsets

    def lengths(self) -> Offsets:
        """Return the number of characters of each text."""
        return np.diff(self.offsets)

    def text(self, number: int) -> str:
        """Return one text as a string."""
        return self.codes[self.offsets[number] : self.offsets[number + 1]].tobytes().decode("utf-32-le")


def compared_text(rows: pa.Table) -> pa.Array:
    """Return the string that each row is compared by, as `cluster` wants it from its `texts`.

    It is the folded body; a body of fewer than SHORT_CHARS characters is too weak a witness, so its title
    stands before it. Takes `title` (string) and `paragraphs` (list of string).

    >>> rows = pa.table({"title": ["涨了"], "paragraphs": [["Ａ股 涨１．５％。"]]})
    >>> compared_text(rows).to_pylist()
    ['涨了a股涨1.5']
    """
    texts: list[str] = []
    for batch in rows.select(["title", "paragraphs"]).to_batches():
        whole, numbers, titled = fold_rows(batch)
        strings = [whole.text(i) for i in range(batch.num_rows)]
        for at, number in enumerate(numbers):
            strings[number] = titled.text(at)
        texts += strings
    return pa.array(texts, pa.string())


def fold_rows(batch: pa.RecordBatch) -> tuple[Folded, Offsets, Folded]:
    """Return the folded bodies, the numbers of the rows with a short one, and title plus body of those."""
    paragraphs = batch.column("paragraphs")
    bodies = fold(paragraphs.flatten(), _row_offsets(paragraphs))
    numbers = np.flatnonzero(bodies.lengths() < SHORT_CHARS)
    titles = batch.column("title").take(pa.array(numbers)).to_pylist()
    lists = paragraphs.take(pa.array(numbers)).to_pylist()
    strings = [
        "".join([title or "", "\n", *(part or "" for part in parts or ())])
        for title, parts in zip(titles, lists, strict=True)
    ]
    titled = fold(pa.array(strings, pa.string()), np.arange(len(strings) + 1, dtype=np.int64))
    return bodies, numbers.astype(np.int64), titled


def fold(strings: pa.Array, row_offsets: Offsets) -> Folded:
    """Return the folded texts; text i is made of the strings from `row_offsets[i]` to `row_offsets[i + 1]`."""
    raw, ends = decode(strings)
    offsets = ends[row_offsets]
    codes = _table().take(raw, mode="clip")
    beyond = np.flatnonzero((raw >= 0x20000) & (raw < 0x40000))  # Han of the supplementary planes
    codes[beyond] = raw[beyond]
    _drop_lone_joiners(codes, offsets)
    dropped = np.flatnonzero(codes == 0)
    return Folded(codes[codes != 0], offsets - np.searchsorted(dropped, offsets))


def decode(strings: pa.Array) -> Folded:
    """Return the code points of strings as they are; a null is an empty string."""
    strings = pc.fill_null(strings, "")
    counts = pc.utf8_length(strings).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    return Folded(np.frombuffer(_characters(strings).encode("utf-32-le"), dtype="<u4"), offsets)


def _characters(strings: pa.Array) -> str:
    """Return all strings of an array joined, in one decoding."""
    if len(strings) == 0:
        return ""
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    if data is None:
        return ""
    return str(memoryview(data)[int(ends[0]) : int(ends[-1])], "utf-8")


def _row_offsets(lists: pa.ListArray) -> Offsets:
    """Return where each list's values begin in `lists.flatten()`."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def _drop_lone_joiners(codes: Codes, offsets: Offsets) -> None:
    """Zero every joiner that does not stand between two digits of one text."""
    joiners = np.flatnonzero(((codes >= 0x2D) & (codes <= 0x2F)) | (codes == 0x3A))
    if not len(joiners):
        return
    low, high = DIGITS
    inner = joiners[(joiners > 0) & (joiners < len(codes) - 1)]
    before, after = codes[inner - 1], codes[inner + 1]
    figures = (before >= low) & (before <= high) & (after >= low) & (after <= high)
    same_text = np.searchsorted(offsets, inner - 1, "right") == np.searchsorted(offsets, inner + 1, "right")
    lone = np.setdiff1d(joiners, inner[figures & same_text], assume_unique=True)
    codes[lone] = 0


# Letters without another form, which are most of the plane: ideographs of Extension A, of Unicode 1 and Hangul.
_UNFOLDED = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4))


@functools.cache
def _table() -> Codes:
    """Return for each character of the basic plane what it is folded to; 0 drops it."""
    table = np.zeros(0x10000, np.uint32)
    for start, stop in _UNFOLDED:
        table[start:stop] = np.arange(start, stop)
    for code in np.flatnonzero(table == 0)[:-1].tolist():
        character = chr(code)
        if unicodedata.category(character)[0] not in "LNM":
            continue
        folded = unicodedata.normalize("NFKC", character).lower()
        if len(folded) != 1 or ord(folded) > 0xFFFF:
            folded = character
        table[code] = ord(folded)
    for character in JOINERS:
        table[ord(character)] = ord(character)
        table[ord(character) + 0xFEE0] = ord(character)  # its full-width form
    return table
