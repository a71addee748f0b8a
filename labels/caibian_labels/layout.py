"""Many documents laid out as one text with numpy arrays that say what stands where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TITLE, LEAD, BODY, SECTION, PUBLISHER = range(5)
LEAD_CHARS = 160  # who, what, when and where of Chinese local news stand in the first two or three sentences
PARAGRAPH_LEAD_CHARS = 60  # about a paragraph's first sentence
_ENDS_SENTENCE = np.zeros(0x10000, dtype=np.bool_)
_ENDS_SENTENCE[[ord(one) for one in "。！？!?\n；"]] = True
_SURROGATES = dict.fromkeys(range(55296, 57344), "�")


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
    paragraph_document: Ints
    paragraph_segment: Ints
    codes: NDArray[np.uint32]
    segment_head: Ints  # characters at the segment's beginning that are title, section, publisher or lead
    segment_of: NDArray[np.int32]  # for each position of the text
    sentence_of: NDArray[np.int32]  # for each position: how many sentences end before it


def lay_out(documents: Sequence[Document]) -> Layout:
    """Return the layout of documents."""
    pieces: list[str] = []
    owners: list[int] = []
    places: list[int] = []  # position of a paragraph in its document; below 0 the other kinds of segment
    for number, document in enumerate(documents):
        for kind, text in ((-SECTION, document.section), (-PUBLISHER, document.publisher), (-1, document.title)):
            if text:
                pieces.append(text)
                places.append(kind)
                owners.append(number)
        many = len(document.paragraphs)
        pieces.extend(document.paragraphs)
        places.extend(range(many))
        owners.extend([number] * many)
    place = np.array(places, dtype=np.int64)
    owner = np.array(owners, dtype=np.int64)
    in_paragraph = place >= 0
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    ends = np.cumsum(lengths + 1) - 1
    text = "\n".join(pieces)
    codes = _codes(text)
    lone = (codes >= 0xD800) & (codes < 0xE000)
    if bool(lone.any()):  # a lone surrogate is no UTF-8; keep positions
        text = text.translate(_SURROGATES)
        codes = np.where(lone, np.uint32(0xFFFD), codes)
    starts = ends - lengths
    unit = np.where(in_paragraph, np.cumsum(in_paragraph) - 1, -1)
    before = _body_chars_before(lengths, place)
    heading = np.where(in_paragraph, np.clip(LEAD_CHARS - before, 0, lengths), lengths)
    return Layout(
        text=text,
        documents=len(documents),
        paragraphs=int(in_paragraph.sum()),
        segment_start=starts,
        segment_end=ends,
        segment_document=owner,
        segment_paragraph=np.maximum(place, -1),
        segment_unit=unit,
        segment_zone=np.where(in_paragraph, BODY, np.where(place == -1, TITLE, -place)),
        segment_body_chars=before,
        paragraph_document=owner[in_paragraph],
        paragraph_segment=np.flatnonzero(in_paragraph).astype(np.int64),
        codes=codes,
        segment_head=heading,
        segment_of=np.repeat(np.arange(len(pieces), dtype=np.int32), lengths + 1),
        sentence_of=_counts_before(_ENDS_SENTENCE[np.minimum(codes, 0xFFFF)]),
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


def _body_chars_before(lengths: Ints, place: Ints) -> Ints:
    """Return the characters of its document's body before each paragraph."""
    body = np.where(place >= 0, lengths, 0)
    total = np.cumsum(body) - body
    first = np.flatnonzero(place == 0)
    if not len(first):
        return np.zeros_like(lengths)
    base = total[first][np.clip(np.searchsorted(first, np.arange(len(place)), side="right") - 1, 0, None)]
    return np.where(place >= 0, total - base, 0)


def _counts_before(marks: Bools) -> NDArray[np.int32]:
    """Return for each position, and for the one after the last, how many marks stand before it."""
    counts = np.zeros(len(marks) + 1, dtype=np.int32)
    np.cumsum(marks, out=counts[1:])
    return counts


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
