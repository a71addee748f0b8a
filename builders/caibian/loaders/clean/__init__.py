"""Step 2, clean: raw page -> one tidy article."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pyarrow as pa

from caibian.config import Clean, HostRules
from caibian.loaders.clean.article import Article, extract
from caibian.loaders.clean.page import Page, parse
from caibian.loaders.clean.repair import Repaired, repair_lines
from caibian.schema import CLEAN, plus

# A field of JSONL or CSV holds HTML if a paragraph, a line break or any closing tag is in it.
_MARKUP = re.compile(r"</?p[\s>/]|<br[\s>/]|</(?:div|span|td|body|html|article|section)>", re.IGNORECASE)
_GIVEN = ("title", "published", "publisher", "author", "section", "url")
Row = dict[str, Any]


def clean(rows: pa.Table, *, options: Clean) -> pa.Table:
    """Return `rows` with CLEAN columns and, in `dropped`, the reason why a page is no article.

    A dropped page keeps its text and metadata, as far as it has any.
    """
    results = [_clean_row(row, options) for row in rows.select(_NEEDED).to_pylist()]
    columns = {name: [result[name] for result in results] for name in CLEAN.names}
    dropped = pa.array([result["dropped"] for result in results], pa.string())
    rows = rows.set_column(rows.schema.get_field_index("dropped"), "dropped", dropped)
    new = pa.table(columns, schema=CLEAN)
    return pa.table([*rows.columns, *new.columns], schema=plus(rows.schema, CLEAN))


_NEEDED = ["raw", "format", "content", "dropped", *(f"given_{name}" for name in _GIVEN)]


def _clean_row(row: Row, options: Clean) -> Row:
    """Return the row's CLEAN values and `dropped`."""
    if row["dropped"] is not None:
        return {**dict.fromkeys(CLEAN.names), "paragraphs": [], "repairs": [], "dropped": row["dropped"]}
    is_html = row["format"] == "html" or (row["format"] != "text" and bool(_MARKUP.search(row["raw"])))
    page = parse(row["raw"], html=is_html, url=row["given_url"], rules=_host_rules(row["given_url"], options))
    given = {name: row[f"given_{name}"] for name in _GIVEN if row[f"given_{name}"]}
    page.declared = replace(page.declared, **given, given=page.declared.given | given.keys())
    repaired = _repair(page, options)
    article = extract(page, content=row["content"], options=options)
    return _values(article, repaired)


def _host_rules(url: str | None, options: Clean) -> HostRules | None:
    """Return the rules of the URL's host, or of a domain it belongs to."""
    if not url or not options.hosts:
        return None
    host = re.sub(r"^[a-z]+://", "", url.lower()).split("/", 1)[0].split(":", 1)[0]
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    return next((options.hosts[domain] for domain in domains if domain in options.hosts), None)


def _repair(page: Page, options: Clean) -> Repaired:
    """Repair the page's lines and what it declares in place, as one text: evidence is found page by page."""
    declared = [name for name in _GIVEN if name != "url" and getattr(page.declared, name)]
    texts = [getattr(page.declared, name) for name in declared] + [line.text for line in page.lines]
    if not options.repair:
        return Repaired(lines=texts, repairs={}, script="keep")
    repaired = repair_lines(texts, script=options.script, width=options.width)
    for name, text in zip(declared, repaired.lines, strict=False):
        setattr(page.declared, name, text or None)
    for line, text in zip(page.lines, repaired.lines[len(declared) :], strict=True):
        line.text = text
    return repaired


def _values(article: Article, repaired: Repaired) -> Row:
    repairs = Counter(repaired.repairs)
    return {
        "title": article.title,
        "paragraphs": article.paragraphs,
        "published": article.published,
        "publisher": article.publisher,
        "author": article.author,
        "section": article.section,
        "url": article.url,
        "script": repaired.script,
        "repairs": [{"kind": kind, "count": repairs[kind]} for kind in sorted(repairs) if repairs[kind]],
        "dropped": article.dropped,
    }
