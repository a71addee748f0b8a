"""Serialised HTML -> lines: one pass over its tags."""

import re
from dataclasses import dataclass
from functools import lru_cache

GIVEN = "data-caibian-body"  # marks, in the tree only, the element that a host's rule calls the body

# Lines kept of a page: more than any novel has; every later step is linear in them.
MAX_LINES = 50_000
# Blocks nested deeper than this share one: no page is laid out so, and walks to the root stay bounded.
MAX_DEPTH = 200
# A line without a break is cut at this length, so that no later step meets a line of millions of characters.
MAX_LINE_CHARS = 100_000
# Signs of bytes read as Latin-1, in which U+0085 and U+00A0 are halves of characters and no spaces.
MISREAD = re.compile(r"[\x80-\x9f]|[\xc0-\xff]{2}")
_LATIN = re.compile(rb"\xc2[\x80-\x9f]|\xc3")  # the same in UTF-8, for a first look at the page
SPACE = re.compile(r"[ \t\n\r\f\v]+")
# A card that is one link has a title, a summary and a date; a link with more lines and text was never closed.
RUNAWAY_CHARS, RUNAWAY_LINES = 200, 4

_ATTRIBUTES = r'[^>"]*+(?:"[^"]*+"[^>"]*+)*+'
# Where content begins that is no text of the page.
_UNSEEN = re.compile(
    r"<(?:!--|(script|style|noscript|iframe|noembed|noframes|xmp|select|textarea|button|svg|template|object"
    rf"|title|datalist)(?=[\s>]){_ATTRIBUTES}>)"
)
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>\"]*+)({_ATTRIBUTES})>|<[!?][^>]*+>")
# Other tags leave no trace: 中<b>国</b> is 中国.
_BREAKING = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BREAKS = frozenset(("br", "hr"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_NAMED = re.compile(r'\s(?:class|id|role|itemprop)="([^"]*)"')
# In lower case. Each word begins with a letter, so that `re` skips to the first letters of all.
_FURNITURE = re.compile(
    r"nav|foot|sidebar|side_|side-|comment|reply|relat|recommend|tuijian|share|copyright|crumb|hot(?!o)"
    r"|rank|login|banner|advert|a(?<=\ba)ds?[\s_-]|menu|search|toolbar|qrcode|subscribe|popup|dialog|widget|caption"
)


@dataclass(slots=True)
class Line:
    """One line of a page as a reader sees it, and what its markup says about it."""

    text: str
    tag: str = ""  # the block element around it; "" for crawled text
    link_chars: int = 0  # characters of the text inside links
    heading: bool = False
    block: int = 0  # position in `Page.parents` of the block element around it
    furniture: bool = False  # inside an element named as navigation, comments, advertisement
    hidden: bool = False
    given: bool = False  # inside the element that a host's rule names


# An element that sets its text off: its tag, and what it hands down to those inside it: whether it is furniture,
# whether it is hidden, whether it is the given body.
_Block = tuple[str, bool, bool, bool]


class _Scan:
    """State of one pass over serialised markup."""

    __slots__ = (
        *("lines", "parents", "marks", "blocks", "open", "deeper", "misread", "parts"),
        *("linked", "link_chars", "link_start", "link_length"),
    )

    def __init__(self, *, misread: bool) -> None:
        self.lines: list[Line] = []
        self.parents = [0]
        self.marks = [False]
        self.blocks: list[_Block] = [("", False, False, False)]
        self.open = [0]  # positions in `parents` of the open blocks, outermost first
        self.deeper = 0  # open blocks beyond MAX_DEPTH
        self.misread = misread  # the page may have bytes that were read as Latin-1
        self.parts: list[str] = []
        self.linked = False
        self.link_chars = 0  # in the line so far
        self.link_start = 0  # lines before the open link
        self.link_length = 0  # characters of the open link so far


def scan(markup: str) -> tuple[list[Line], list[int], list[bool]]:
    """Return the lines of serialised HTML; for each block the block around it, and whether its name is furniture's."""
    seen = _without_unseen(markup)
    pieces = _TAG.split(seen)
    state = _Scan(misread=_may_be_misread(seen))
    parts = state.parts
    _text(state, pieces[0])
    for closing, name, attributes, text in zip(pieces[1::4], pieces[2::4], pieces[3::4], pieces[4::4], strict=True):
        if name in _BREAKING:
            if parts:
                _flush(state)
            if name not in _BREAKS:
                if closing:
                    _close(state)
                else:
                    _open(state, name, attributes)
            if len(state.lines) >= MAX_LINES:
                break
        elif name == "a":
            _link(state, opens=not closing)
        if text and (parts or not text.isspace()):
            _text(state, text)
    _flush(state)
    _link(state, opens=False)
    return state.lines, state.parents, state.marks


def _may_be_misread(markup: str) -> bool:
    source = markup.encode(errors="replace")
    return (b"\xc2" in source or b"\xc3" in source) and _LATIN.search(source) is not None


def _without_unseen(markup: str) -> str:
    """Return the markup without what no reader sees; what is never closed stays."""
    kept, start, place = [], 0, 0
    last: dict[str, int] = {}  # where each closing tag stands last: to look in vain would take as long each time
    while (found := _UNSEEN.search(markup, place)) is not None:
        close = f"</{found[1]}>" if found[1] else "-->"
        if close not in last:
            last[close] = markup.rfind(close)
        if last[close] < found.end():
            place = found.start() + 1
        else:
            kept.append(markup[start : found.start()])
            start = place = markup.index(close, found.end()) + len(close)
    return "".join([*kept, markup[start:]])


def _text(state: _Scan, text: str) -> None:
    if text.isspace():
        if state.parts:
            state.parts.append(" ")
        return
    if "&" in text:
        text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if state.linked:
        length = len(text.strip())
        state.link_chars += length
        state.link_length += length
    if "\n" in text and state.blocks[state.open[-1]][0] == "pre":
        _preformatted(state, text)
    else:
        state.parts.append(text)


def _preformatted(state: _Scan, text: str) -> None:
    """Add text in which a line break ends the line."""
    first, *rest = text.split("\n")
    state.parts.append(first)
    for piece in rest:
        _flush(state)
        state.parts.append(piece)


def _link(state: _Scan, *, opens: bool) -> None:
    """Open or close a link; one that runs on over several lines was left open by mistake and is none."""
    lines = state.lines
    if state.link_length:
        if state.link_length > RUNAWAY_CHARS and len(lines) - state.link_start > RUNAWAY_LINES:
            for line in lines[state.link_start :]:
                line.link_chars = 0
            state.link_chars = 0
        state.link_length = 0
    state.linked = opens
    state.link_start = len(lines)


def _flush(state: _Scan) -> None:
    """End the line."""
    parts = state.parts
    text = (parts[0] if len(parts) == 1 else "".join(parts))[:MAX_LINE_CHARS]
    parts.clear()
    if state.misread and MISREAD.search(text) is not None:
        text = " ".join(SPACE.split(text)).strip()
    else:
        text = " ".join(text.split())
    if text:
        number = state.open[-1]
        tag, furniture, hidden, given = state.blocks[number]
        link_chars = state.link_chars and min(state.link_chars, len(text))
        state.lines.append(Line(text, tag, link_chars, tag in _HEADINGS, number, furniture, hidden, given))
    state.link_chars = 0


def _open(state: _Scan, tag: str, attributes: str) -> None:
    if len(state.open) >= MAX_DEPTH:
        state.deeper += 1
        return
    parent = state.open[-1]
    _, furniture, hidden, given = state.blocks[parent]
    mark = tag in _MARGINS
    if attributes and tag != "body":
        read = _read if len(attributes) <= _CACHED_CHARS else _read.__wrapped__
        is_furniture, is_hidden, is_given = read(attributes)
        mark, hidden, given = mark or is_furniture, hidden or is_hidden, given or is_given
    state.open.append(len(state.parents))
    state.parents.append(parent)
    state.marks.append(mark)
    state.blocks.append((tag, furniture or mark, hidden, given))


_MARGINS = frozenset(("nav", "footer", "aside", "figcaption"))
_CACHED_CHARS = 200  # longer attributes come but once


@lru_cache(1 << 12)
def _read(attributes: str) -> tuple[bool, bool, bool]:
    """Return whether an element's attributes call it furniture, hide it, or mark it as the body."""
    names = " ".join(_NAMED.findall(attributes)).lower()
    furniture = _FURNITURE.search(names) is not None
    return furniture, "none" in attributes and _HIDDEN.search(attributes) is not None, GIVEN in attributes


def _close(state: _Scan) -> None:
    if state.deeper:
        state.deeper -= 1
    elif len(state.open) > 1:
        state.open.pop()
