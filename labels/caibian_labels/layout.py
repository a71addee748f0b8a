"""Many documents laid out as one text with numpy arrays that say what stands where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TITLE, LEAD, BODY, SECTION, PUBLISHER = range(5)
LEAD_CHARS = 160  # who, what, when and where of Chinese local news stand in the first two or three sentences
PARAGRAPH_LEAD_CHARS = 60  # about a paragraph's first sentence
_SENTENCE_ENDS = np.array([ord(one) for one in "。！？!?\n；"], dtype=np.uint32)
_SURROGATES = {code: "�" for code in range(0xD800, 0xE000)}


@dataclass(frozen=True, slots=True)
class Document:
    """One article as the labeller sees it; `words` are the segmenter's, a list a paragraph."""

    title: str | None
    paragraphs: Sequence[str]
    words: Sequence[Sequence[str]] | None = None
    publisher: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Documents joined by line ends. A segment is a title, a paragraph, a section name or a publisher."""

    text: str
    documents: int
    paragraphs: int
    segment_start: Ints
    segment_end: Ints
    segment_document: Ints
    segment_paragraph: Ints  # position in its document; -1 for all but paragraphs
    segment_unit: Ints  # number of the paragraph in the batch; -1 for all but paragraphs
    segment_zone: Ints  # TITLE, BODY, SECTION or PUBLISHER
    segment_body_chars: Ints  # characters of the body before the segment
    sentence_ends: Ints  # positions of the characters that end sentences, ascending
    paragraph_document: Ints
    paragraph_segment: Ints
    codes: NDArray[np.uint32]


def lay_out(documents: Sequence[Document]) -> Layout:
    """Return the layout of documents."""
    pieces: list[str] = []
    rows: list[tuple[int, int, int, int, int]] = []  # document, paragraph, unit, zone, body characters before
    unit = 0
    for number, document in enumerate(documents):
        for zone, text in ((SECTION, document.section), (PUBLISHER, document.publisher), (TITLE, document.title)):
            if text:
                pieces.append(text)
                rows.append((number, -1, -1, zone, 0))
        before = 0
        for position, text in enumerate(document.paragraphs):
            pieces.append(text)
            rows.append((number, position, unit, BODY, before))
            before += len(text)
            unit += 1
    table = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    ends = np.cumsum(lengths + 1) - 1
    text = "\n".join(pieces)
    codes = _codes(text)
    if bool(((codes >= 0xD800) & (codes < 0xE000)).any()):  # a lone surrogate is no UTF-8; keep positions
        text = text.translate(_SURROGATES)
    in_paragraph = table[2] >= 0
    return Layout(
        text=text,
        documents=len(documents),
        paragraphs=unit,
        segment_start=ends - lengths,
        segment_end=ends,
        segment_document=table[0],
        segment_paragraph=table[1],
        segment_unit=table[2],
        segment_zone=table[3],
        segment_body_chars=table[4],
        sentence_ends=np.flatnonzero(_is_sentence_end(codes)).astype(np.int64),
        paragraph_document=table[0][in_paragraph],
        paragraph_segment=np.flatnonzero(in_paragraph).astype(np.int64),
        codes=codes,
    )


def word_boundaries(layout: Layout, documents: Sequence[Document], segments: Ints) -> Bools:
    """Return, for each position of the text, whether a word may begin or end there.

    Only the given segments are looked at; elsewhere, and where a document has no words or words that do not
    fit their paragraph, every position may.
    """
    may = np.ones(len(layout.text) + 1, dtype=np.bool_)
    for segment in segments.tolist():
        words = documents[int(layout.segment_document[segment])].words
        position = int(layout.segment_paragraph[segment])
        if words is None or position < 0 or position >= len(words):
            continue
        start, end = int(layout.segment_start[segment]), int(layout.segment_end[segment])
        ends = np.cumsum(np.fromiter(map(len, words[position]), dtype=np.int64, count=len(words[position])))
        if len(ends) and int(ends[-1]) == end - start:
            may[start + 1 : end] = False
            may[start + ends[:-1]] = True
    return may


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _is_sentence_end(codes: NDArray[np.uint32]) -> Any:
    out = codes == _SENTENCE_ENDS[0]
    for code in _SENTENCE_ENDS[1:]:
        out |= codes == code
    return out
