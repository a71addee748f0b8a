"""Many documents laid out as one text with numpy arrays that say what stands where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Places = NDArray[np.int32]  # one number for each position of a text
WordLengths = Callable[[int, int], Sequence[int] | None]

TITLE, LEAD, BODY, SECTION, PUBLISHER = range(5)
LEAD_CHARS = 160  # who, what, when and where of Chinese local news stand in the first two or three sentences
PARAGRAPH_LEAD_CHARS = 60  # about a paragraph's first sentence
CODES = 0x110000  # of Unicode: a table of so many flags takes a megabyte, of which text touches little
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
SENTENCE_ENDS = frozenset("。！？!?\n；")
_ENDS_SENTENCE: Bools = np.zeros(CODES, dtype=np.bool_)
_ENDS_SENTENCE[[ord(one) for one in SENTENCE_ENDS]] = True


@dataclass(frozen=True, slots=True)
class Document:
    """One article as the labeller sees it; `words` are the segmenter's, a list a paragraph."""

    title: str | None
    paragraphs: Sequence[str]
    words: Sequence[Sequence[str]] | None = None
    publisher: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Segments:
    """Documents cut into segments (section name, publisher, title, paragraphs), joined by line ends."""

    text: str
    chars: Ints  # of each segment
    document: Ints
    place: Ints  # position of a paragraph in its document; -1 is its title, -SECTION and -PUBLISHER those
    documents: int
    word_lengths: WordLengths  # of a document's paragraph; None where they are not known


@dataclass(frozen=True, slots=True)
class Layout:
    """Segments of documents with what matching asks for."""

    text: str
    documents: int
    paragraphs: int
    segment_start: Ints
    segment_end: Ints
    segment_document: Ints
    segment_paragraph: Ints  # position in its document; -1 for all but paragraphs
    segment_unit: Ints  # number of the paragraph in the batch; -1 for all but paragraphs
    segment_is_title: Bools
    paragraph_document: Ints
    paragraph_segment: Ints
    codes: NDArray[np.uint32]
    segment_of: Places
    zone_of: NDArray[np.int8]  # TITLE, LEAD, BODY, SECTION or PUBLISHER
    sentence_of: Places  # how many sentences end before; one more for the end of the text
    word_lengths: WordLengths


def segments_of(documents: Sequence[Document]) -> Segments:
    """Return the segments of documents."""
    pieces: list[str] = []
    owners: list[int] = []
    places: list[int] = []
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

    def word_lengths(number: int, paragraph: int) -> Sequence[int] | None:
        words = documents[number].words
        return None if words is None or paragraph >= len(words) else list(map(len, words[paragraph]))

    return Segments(
        text="\n".join(pieces),
        chars=np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces)),
        document=np.array(owners, dtype=np.int64),
        place=np.array(places, dtype=np.int64),
        documents=len(documents),
        word_lengths=word_lengths,
    )


def lay_out(segments: Segments) -> Layout:
    """Return the layout of segments."""
    place, chars = segments.place, segments.chars
    in_paragraph = place >= 0
    end = np.cumsum(chars + 1) - 1
    text, codes = _codes(segments.text)
    return Layout(
        text=text,
        documents=segments.documents,
        paragraphs=int(np.count_nonzero(in_paragraph)),
        segment_start=end - chars,
        segment_end=end,
        segment_document=segments.document,
        segment_paragraph=np.maximum(place, -1),
        segment_unit=np.where(in_paragraph, np.cumsum(in_paragraph) - 1, -1),
        segment_is_title=place == -1,
        paragraph_document=segments.document[in_paragraph],
        paragraph_segment=np.flatnonzero(in_paragraph),
        codes=codes,
        segment_of=np.repeat(np.arange(len(chars), dtype=np.int32), chars + 1)[: len(codes)],
        zone_of=_zones(place, chars)[: len(codes)],
        sentence_of=_counts_before(_ENDS_SENTENCE.take(codes)),
        word_lengths=segments.word_lengths,
    )


def word_boundaries(layout: Layout, segments: Ints) -> Bools:
    """Return, for each position of the text, whether a word may begin or end there.

    Only the given segments are looked at; elsewhere, and where a document has no words or words that do not
    fit their paragraph, every position may.
    """
    may = np.ones(len(layout.codes) + 1, dtype=np.bool_)
    for segment in segments.tolist():
        paragraph = int(layout.segment_paragraph[segment])
        lengths = layout.word_lengths(int(layout.segment_document[segment]), paragraph) if paragraph >= 0 else None
        start, end = int(layout.segment_start[segment]), int(layout.segment_end[segment])
        ends = np.cumsum(np.array(lengths or [], dtype=np.int64))
        if len(ends) and int(ends[-1]) == end - start:
            may[start + 1 : end] = False
            may[start + ends[:-1]] = True
    return may


def _zones(place: Ints, chars: Ints) -> NDArray[np.int8]:
    """Return the zone of each position; a segment's line end belongs to it."""
    body = np.where(place >= 0, chars, 0)
    before = np.cumsum(body) - body
    opens = np.flatnonzero(place == 0)
    if len(opens):  # characters of its own document's body alone
        before -= before[opens][np.maximum(np.cumsum(place == 0) - 1, 0)]
    lead = np.where(place >= 0, np.clip(LEAD_CHARS - before, 0, chars), 0)
    kind = np.where(place >= 0, BODY, np.where(place == -1, TITLE, -place))
    zones = np.stack((np.full_like(kind, LEAD), kind), axis=1).astype(np.int8)
    return np.repeat(zones.ravel(), np.stack((lead, chars + 1 - lead), axis=1).ravel())


def _counts_before(marks: Bools) -> Places:
    """Return for each position, and for the one after the last, how many marks stand before it."""
    counts = np.zeros(len(marks) + 1, dtype=np.int32)
    np.cumsum(marks, out=counts[1:])
    return counts


def _codes(text: str) -> tuple[str, NDArray[np.uint32]]:
    """Return a text and its code points. A lone surrogate, which is no UTF-8, becomes U+FFFD: positions stay."""
    try:
        data = text.encode("utf-32-le")
    except UnicodeEncodeError:
        text = text.translate(_SURROGATES)
        data = text.encode("utf-32-le")
    return text, np.frombuffer(data, dtype=np.uint32)
