"""Step 2, clean: raw page -> one tidy article."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, NamedTuple

import pyarrow as pa

from caibian.config import Clean, HostRules
from caibian.loaders.clean.article import Article, extract, extract_record
from caibian.loaders.clean.declared import Declared
from caibian.loaders.clean.page import Page, parse, text_lines
from caibian.loaders.clean.plain import look
from caibian.loaders.clean.repair import NOTHING, Repaired, repair_lines
from caibian.loaders.clean.script import detect
from caibian.schema import CLEAN, plus

# A field of JSONL or CSV holds HTML if a paragraph, a line break or any closing tag is in it.
_MARKUP = re.compile(r"</?p[\s>/]|<br[\s>/]|</(?:div|span|td|body|html|article|section)>", re.IGNORECASE)
_LOOKED_AT = 100_000  # characters of a record; the first look takes some 40 bytes each
_GIVEN = ("title", "published", "publisher", "author", "section", "url")


class _Row(NamedTuple):
    """What clean looks at of a READ row."""

    raw: str
    format: str
    content: str
    dropped: str | None
    title: str | None
    published: str | None
    publisher: str | None
    author: str | None
    section: str | None
    url: str | None


_NEEDED = [name if name not in _GIVEN else f"given_{name}" for name in _Row._fields]


def clean(rows: pa.Table, *, options: Clean) -> pa.Table:
    """Return `rows` with CLEAN columns and, in `dropped`, the reason why a page is no article.

    A dropped page keeps its text and metadata, as far as it has any.
    """
    records = list(map(_Row._make, zip(*(_values(rows.column(name)) for name in _NEEDED), strict=True)))
    pages = [_to_page(row, options) if row.content != "page" and _is_html(row) else None for row in records]
    seen = _looked_at(records, pages, options)
    found = [_clean_row(row, page, options, *flags) for row, page, flags in zip(records, pages, seen, strict=True)]
    articles = [article for article, _ in found]
    columns: dict[str, list[Any]] = {
        name: [getattr(article, name) for article in articles] for name in ("title", "paragraphs", *_GIVEN[1:])
    }
    columns["script"] = [repaired and repaired.script for _, repaired in found]
    columns["repairs"] = [_counts(repaired) for _, repaired in found]
    new = pa.table(columns, schema=CLEAN)
    dropped = pa.array([article.dropped for article in articles], pa.string())
    rows = rows.set_column(rows.schema.get_field_index("dropped"), "dropped", dropped)
    return pa.table([*rows.columns, *new.columns], schema=plus(rows.schema, CLEAN))


def _values(column: pa.ChunkedArray) -> list[str | None]:
    """Return a column's strings; that most records lack some fields makes it worth a look."""
    return column.to_pylist() if column.null_count < len(column) else [None] * len(column)


def _is_html(row: _Row) -> bool:
    if row.dropped is not None or row.format == "text":
        return False
    return row.format == "html" or ("<" in row.raw and _MARKUP.search(row.raw) is not None)


def _looked_at(records: Sequence[_Row], pages: Sequence[Page | None], options: Clean) -> Iterator[tuple[bool, bool]]:
    """Yield for each row whether it certainly needs no repair, and whether its text is certainly news."""
    blocks = [_blocks(row, page) for row, page in zip(records, pages, strict=True)]
    looked_at = [block for block in blocks if block is not None]
    if not looked_at:
        return iter([(False, False)] * len(records))
    texts, around = zip(*looked_at, strict=True)
    looks = look(texts, around, min_chars=options.min_chars, genres=options.genres)
    clean = looks.clean & options.repair
    seen = zip(clean.tolist(), (looks.news & looks.clean).tolist(), strict=True)
    return (next(seen) if block is not None else (False, False) for block in blocks)


def _blocks(row: _Row, page: Page | None) -> tuple[str, str] | None:
    """Return a record's text and what else is said of it; None for a page, and for a giant, whose arrays are large."""
    if row.dropped is not None or row.content == "page":
        return None
    if page is None:
        text, said = row.raw, row[4:9]
    else:
        text = "\n".join([line.text for line in page.lines])
        said = tuple(getattr(page.declared, name) for name in _GIVEN[:-1])
    around = "\n".join(filter(None, said))
    return (text, around) if len(text) + len(around) <= _LOOKED_AT else None


def _clean_row(
    row: _Row, page: Page | None, options: Clean, is_clean: bool, is_news: bool
) -> tuple[Article, Repaired | None]:
    """Return the row's article and what was repaired, None if the row was dropped before."""
    if row.dropped is not None:
        return Article(dropped=row.dropped), None
    if row.content == "page":
        page = _to_page(row, options)
    if page is not None:
        return _clean_page(row, page, options, is_clean, is_news)
    declared = Declared(
        title=row.title or None,
        published=row.published or None,
        publisher=row.publisher or None,
        author=row.author or None,
        section=row.section or None,
        url=row.url or None,
        given=frozenset(compress(_GIVEN, row[4:])),
    )
    texts, repaired = text_lines(row.raw, is_clean=is_clean), NOTHING
    if not is_clean:
        repaired = _repair(texts, declared, options)
        texts = list(filter(None, repaired.lines))
    return extract_record(texts, declared, content=row.content, options=options, is_news=is_news), repaired


def _clean_page(row: _Row, page: Page, options: Clean, is_clean: bool, is_news: bool) -> tuple[Article, Repaired]:
    """Return the article of a page, or of a record with markup, and what was repaired."""
    repaired = NOTHING
    if not is_clean:
        repaired = _repair([line.text for line in page.lines], page.declared, options)
        for line, text in zip(page.lines, repaired.lines, strict=True):
            line.text = text
    return extract(page, content=row.content, options=options, is_news=is_news), repaired


def _to_page(row: _Row, options: Clean) -> Page:
    """Return the row's page; what its fields say nothing else is asked for."""
    page = parse(row.raw, html=_is_html(row), url=row.url, rules=_host_rules(row.url, options))
    given = [name for name in _GIVEN if getattr(row, name)]
    for name in given:
        setattr(page.declared, name, getattr(row, name))
    page.declared.given |= frozenset(given)
    return page


def _host_rules(url: str | None, options: Clean) -> HostRules | None:
    """Return the rules of the URL's host, or of a domain it belongs to."""
    if not url or not options.hosts:
        return None
    host = re.sub(r"^[a-z]+://", "", url.lower()).split("/", 1)[0].split(":", 1)[0]
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    return next((options.hosts[domain] for domain in domains if domain in options.hosts), None)


def _repair(lines: list[str], declared: Declared, options: Clean) -> Repaired:
    """Return the lines repaired, and what is declared in place, as one text: evidence is found page by page."""
    names = [name for name in _GIVEN[:-1] if getattr(declared, name)]
    texts = [getattr(declared, name) for name in names] + lines
    if not options.repair:
        return Repaired(lines=lines, repairs={}, script=detect("\n".join(texts)))
    repaired = repair_lines(texts, script=options.script, width=options.width)
    for name, text in zip(names, repaired.lines, strict=False):
        setattr(declared, name, text or None)
    return replace(repaired, lines=repaired.lines[len(names) :])


def _counts(repaired: Repaired | None) -> list[dict[str, Any]]:
    """Return the REPAIRS value of a row."""
    if repaired is None or not repaired.repairs:
        return []
    repairs = repaired.repairs
    return [{"kind": kind, "count": repairs[kind]} for kind in sorted(repairs) if repairs[kind]]
