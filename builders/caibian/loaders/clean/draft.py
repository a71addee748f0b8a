"""What the filters for genres look at: the article as extracted, and the page it was on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    text: str = ""

    def __post_init__(self) -> None:
        self.text = "\n".join(self.paragraphs)[:MAX_CHARS]
        self.lines = self.lines[:MAX_LINES]


_NO_WORD = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"(?:\[查看原文\])?\(?\w{2,5}://[\x21-\x7e]{1,300}|\S{1,40}@\S{1,40}")


def count_chars(text: str) -> int:
    """Return the number of Han characters, letters and digits, those of addresses apart.

    >>> count_chars("7月12日，GDP 增长。")
    10
    """
    return len(_NO_WORD.sub("", without_addresses(text)))


def without_addresses(text: str) -> str:
    """Return a text without the addresses of pages and mail in it."""
    return _ADDRESS.sub(" ", text) if "/" in text or "@" in text else text
