"""What the filters for genres look at: the article as extracted, and the page it was on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from caibian.loaders.clean.signs import count_signs

# The filters read the beginning of a text: a genre shows there, and a text costs no more than a page.
MAX_CHARS = 4_000
MAX_LINES = 2_000


@dataclass(slots=True)
class Draft:
    """What a filter may look at: the article as extracted and the page's other lines."""

    title: str
    paragraphs: Sequence[str]
    lines: Sequence[str] = ()  # all lines of the page
    links: int = 0  # how many of them are mostly link
    page: bool = False  # chosen from a page: a title and a byline would have been found
    credited: bool = False  # a date, publisher or author is known
    text: str = field(init=False)
    writing: str = field(init=False)  # the text without addresses
    source: bytes = field(init=False)  # the writing in UTF-8, in which characters are counted fastest
    han: int = field(init=False)  # Han characters of the source, those of Extension A apart
    signs: dict[str, int] = field(init=False)  # of the text: which filters need look at it
    shown: dict[str, int] = field(init=False)  # of the lines

    def __post_init__(self) -> None:
        self.text = "\n".join(self.paragraphs)
        self.lines = self.lines[:MAX_LINES]
        page = "\n".join(self.lines) if self.lines and self.lines != self.paragraphs else self.text
        is_text = page is self.text and len(self.text) <= MAX_CHARS
        self.text = self.text[:MAX_CHARS]
        self.writing = without_addresses(self.text)
        text = self.text.encode(errors="replace")
        self.source = text if self.writing is self.text else self.writing.encode(errors="replace")
        self.han = count_bytes(self.source, HAN_LEADS)
        self.signs = count_signs(text)
        self.shown = self.signs if is_text else count_signs(page.encode(errors="replace"))

    def has_chars(self, count: int) -> bool:
        """Return whether the text has so many Han characters, letters and digits, addresses apart."""
        return self.han >= count or count_words(self.writing) >= count


_NO_WORD = re.compile(r"[\W_]+")
# An address from its first sign on; what stands before it is looked at where one is found.
_ADDRESS = re.compile(r"://[\x21-\x7e]{1,300}|@\S{1,40}")
_SCHEME = re.compile(r"(?:\[查看原文\])?\(?\w{2,5}$")
_NAME = re.compile(r"\S{1,40}$")


def count_chars(text: str) -> int:
    """Return the number of Han characters, letters and digits, those of addresses apart.

    >>> count_chars("7月12日，GDP 增长。")
    10
    """
    return count_words(without_addresses(text))


def count_words(text: str) -> int:
    """Return the number of Han characters, letters and digits."""
    return len(_NO_WORD.sub("", text))


# The first bytes of U+4000 to U+9FFF in UTF-8: all Han characters but the rare ones of Extension A.
HAN_LEADS = bytes(range(0xE4, 0xEA))


def count_bytes(source: bytes, wanted: bytes) -> int:
    """Return how many of the bytes are among those wanted."""
    return len(source) - len(source.translate(None, wanted))


def without_addresses(text: str) -> str:
    """Return a text without the addresses of pages and mail in it."""
    if "@" not in text and (":" not in text or "://" not in text):  # one character is found ten times sooner
        return text
    kept, stop = [], 0
    for match in _ADDRESS.finditer(text):
        pattern, reach = (_NAME, 40) if match[0].startswith("@") else (_SCHEME, 14)
        begin = pattern.search(text[max(stop, match.start() - reach) : match.start()])
        if begin is not None:
            kept.append(text[stop : match.start() - len(begin[0])])
            stop = match.end()
    return " ".join([*kept, text[stop:]])
