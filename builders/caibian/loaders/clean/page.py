"""A page, HTML or text crawled from one, as one list of lines with what surrounds each of them.

The HTML is parsed by resiliparse, which mends nesting as browsers do, and the serialised tree is scanned
once: 3 times faster than walking the tree node by node from Python, and flat however deep the tree is.
"""

import re
from dataclasses import dataclass, field, replace

from resiliparse.parse.html import DocumentNode, HTMLTree

from caibian.config import HostRules
from caibian.loaders.clean.declared import Declared, declare
from caibian.loaders.clean.markup import GIVEN, MAX_LINE_CHARS, MISREAD, Line, scan

# Beyond this a page is cut: 2 million characters are forty times the usual page, and cost 80 MB to parse, or 700
# MB and 4 seconds if every tag in them is one of the nestings that parsers are slowest at.
MAX_CHARS = 2_000_000
# Pictures inside the source are what makes an honest page so long.
DATA_URI = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]{1000,}+")
# A tag of this length with so many separators holds hundreds of attributes, on which parsers are quadratic.
LONG_CHARS = 4096
LONG_TAG = re.compile(rf"<[^<>]{{{LONG_CHARS},}}+")
MAX_SEPARATORS = 1000
SEPARATOR = re.compile(r"[\s\"'/]")
LINE_BREAK = re.compile(r"\r\n?|\n")
MARGIN = " \t\f\v\u3000\xa0\ufeff\u200b"
# Half a pair, which JSON can smuggle in: neither the parser nor Arrow takes it.
SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class Page:
    """A page's lines and what its markup declares; `parents[b]` is the block around block `b`."""

    lines: list[Line]
    declared: Declared = field(default_factory=Declared)
    parents: list[int] = field(default_factory=lambda: [0])
    marks: list[bool] = field(default_factory=lambda: [False])  # a block's own name says furniture
    html: bool = False


def parse(raw: str, *, html: bool, url: str | None = None, rules: HostRules | None = None) -> Page:
    """Return the page's lines and declarations; `raw` is its decoded HTML source, or its text.

    >>> [line.text for line in parse("<h1>市运会开幕</h1><p>昨日开幕。<br>今日开赛。", html=True).lines]
    ['市运会开幕', '昨日开幕。', '今日开赛。']
    """
    if not html:
        return Page(lines=list(map(Line, text_lines(raw))), declared=Declared(url=url))
    raw = _bounded(raw)
    if _has_long_tag(raw):
        raw = LONG_TAG.sub(_without_attributes, raw)
    document = HTMLTree.parse(raw).document
    if document is None:
        return Page(lines=[], declared=Declared(url=url), html=True)
    given = _apply(rules, document) if rules is not None else {}
    markup = document.html
    declared = declare(markup, url=url)
    if given:
        declared = replace(
            declared,
            title=given.get("title", declared.title),
            published=given.get("published", declared.published),
            given=frozenset(given),
        )
    lines, parents, marks = scan(markup)
    return Page(lines=lines, declared=declared, parents=parents, marks=marks, html=True)


def _has_long_tag(raw: str) -> bool:
    return any(">" not in piece[:LONG_CHARS] for piece in raw.split("<") if len(piece) >= LONG_CHARS)


def _without_attributes(match: re.Match[str]) -> str:
    """Return a tag of thousands of characters, or nothing for one whose attributes would stall the parser."""
    tag = match.group()
    return "" if len(SEPARATOR.findall(tag)) > MAX_SEPARATORS else tag


def _apply(rules: HostRules, document: DocumentNode) -> dict[str, str]:
    """Return the fields that a host's CSS selectors find, and mark the body they name in the tree."""
    given = {}
    for name, selector in (("title", rules.title), ("published", rules.published)):
        if selector and (found := document.query_selector(selector)) is not None:
            given[name] = " ".join((found.text or "").split())
    if rules.body and (found := document.query_selector(rules.body)) is not None:
        found.setattr(GIVEN, "")
    return {name: value for name, value in given.items() if value}


def text_lines(raw: str, *, is_clean: bool = False) -> list[str]:
    """Return the lines of crawled text without their margins and without empty ones.

    A text that `is_clean` was looked at and has none of the signs of damage.

    >>> text_lines("　　题目\\r\\n\\r\\n  正文。")
    ['题目', '正文。']
    """
    if is_clean:
        latin = "×" in raw or "÷" in raw  # what MISREAD finds and is no damage
    else:
        raw = _bounded(raw)
        source = raw.encode()
        latin = b"\xc2" in source or b"\xc3" in source  # the first bytes of what MISREAD looks for
    lines = LINE_BREAK.split(raw) if "\r" in raw else raw.split("\n")
    if latin:
        margins = (" \t\f\v" if MISREAD.search(line) is not None else MARGIN for line in lines)
        stripped = [line.strip(margin) for line, margin in zip(lines, margins, strict=True)]
    else:
        stripped = [line.strip(MARGIN) for line in lines]
    return [line[:MAX_LINE_CHARS] for line in stripped if line]


def _bounded(raw: str) -> str:
    """Return a page cut to a length that can be handled, without halves of pairs."""
    if len(raw) > MAX_CHARS:
        raw = DATA_URI.sub("", raw[: 16 * MAX_CHARS])[:MAX_CHARS]
    try:
        raw.encode()
    except UnicodeEncodeError:
        return SURROGATE.sub("\ufffd", raw)
    return raw
