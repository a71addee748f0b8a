"""What a page's markup declares about its article: meta tags, JSON-LD, <title>."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

# A JSON-LD block describes one article in a few kilobytes; a longer one holds something else.
MAX_JSON_CHARS = 200_000
MAX_JSON_NODES = 2_000
MAX_JSON_BLOCKS = 10
MAX_METAS = 300
MAX_VALUE_CHARS = 500

ARTICLES = frozenset(("Article", "NewsArticle", "ReportageNewsArticle", "BlogPosting", "WebPage", "Report"))

# Names that sites give to meta tags (name, property or itemprop), best first.
NAMES: dict[str, tuple[str, ...]] = {
    "title": ("articletitle", "og:title", "twitter:title", "title"),
    "published": (
        "article:published_time", "datepublished", "pubdate", "publishdate", "publish_date", "publishtime",
        "og:published_time", "og:release_date", "weibo:article:create_at", "publish-date", "createdate",
        "dc.date", "dc.date.issued", "citation_publication_date", "apub:time",
    ),
    "publisher": ("contentsource", "source", "publisher", "article:publisher", "og:site_name", "mediaid"),
    "author": ("author", "article:author", "og:article:author", "dc.creator", "byl"),
    "section": ("article:section", "columnname", "og:category", "catalogs"),
    "url": ("canonical", "og:url"),
}  # fmt: skip


@dataclass(slots=True)
class Declared:
    """Declarations as found, unchecked; a field that the page does not declare is None."""

    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    author: str | None = None
    section: str | None = None
    url: str | None = None
    given: frozenset[str] = frozenset()  # fields that a record or a host's rule states: no others are looked for


_ATTRIBUTES = r'[^>"]*+(?:"[^"]*+"[^>"]*+)*+'
_META = re.compile(rf"<(?:meta|link)\s({_ATTRIBUTES})>")
_VALUE = re.compile(r'([a-z:-]{1,20})="([^"]*+)"')
_JSON_LD = re.compile(rf'<script\s[^>]*?"application/ld\+json"{_ATTRIBUTES}>(.*?)</script>', re.DOTALL)
_HEADLINE = re.compile(rf"<title{_ATTRIBUTES}>(.*?)</title>", re.DOTALL)


def declare(markup: str, *, url: str | None = None) -> Declared:
    """Return what a page's serialised HTML declares; `url`, where known, is the address it was fetched from."""
    found = _metas(markup)
    if "application/ld+json" in markup:
        found = {**_json_ld(markup), **found}
    if "title" not in found and (title := _HEADLINE.search(markup)) is not None:
        found["title"] = _tidy(title[1])
    if url is not None:
        found["url"] = url
    return Declared(
        title=found.get("title"),
        published=found.get("published"),
        publisher=found.get("publisher"),
        author=found.get("author"),
        section=found.get("section"),
        url=found.get("url"),
    )


def _tidy(value: str) -> str:
    return " ".join(html.unescape(value[: 2 * MAX_VALUE_CHARS]).split())[:MAX_VALUE_CHARS]


def _metas(markup: str) -> dict[str, str]:
    """Return the declared fields of the page's meta tags, and its canonical address."""
    values: dict[str, str] = {}
    for number, match in enumerate(_META.finditer(markup)):
        if number >= MAX_METAS:
            break
        tag = dict(_VALUE.findall(match[1]))
        name = tag.get("name") or tag.get("property") or tag.get("itemprop")
        if name and tag.get("content", "").strip():
            values.setdefault(name.lower(), tag["content"])
        elif tag.get("rel", "").lower() == "canonical" and tag.get("href"):
            values.setdefault("canonical", tag["href"])
    return {
        field: _tidy(next(values[name] for name in names if name in values))
        for field, names in NAMES.items()
        if any(name in values for name in names)
    }


def _json_ld(markup: str) -> dict[str, str]:
    """Return the declared fields of the first article among the page's JSON-LD blocks."""
    for number, script in enumerate(_JSON_LD.finditer(markup)):
        if number >= MAX_JSON_BLOCKS:
            break
        if len(script[1]) > MAX_JSON_CHARS:
            continue
        try:
            data = orjson.loads(script[1])
        except orjson.JSONDecodeError:
            continue  # a page's own mistake: it then declares nothing
        for node in _nodes(data):
            kinds = node.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and kind in ARTICLES for kind in kinds):
                found = _article(node)
                if "published" in found or "title" in found:
                    return found
    return {}


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD document, outermost first."""
    queue = [data]
    for number, item in enumerate(queue):  # the queue grows while it is walked
        if number >= MAX_JSON_NODES:
            return
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(value for value in item.values() if isinstance(value, (dict, list)))


def _article(node: dict[str, Any]) -> dict[str, str]:
    """Return the declared fields of one schema.org article."""
    wanted = {
        "title": node.get("headline"),
        "published": node.get("datePublished") or node.get("pubDate"),
        "publisher": _name(node.get("publisher")),
        "author": _name(node.get("author")),
        "section": node.get("articleSection"),
        "url": node.get("url"),
    }
    return {
        field: " ".join(value.split())[:MAX_VALUE_CHARS]
        for field, value in wanted.items()
        if isinstance(value, str) and value.strip()
    }


def _name(value: Any) -> str | None:
    """Return the name of a person or organisation, or the names of several joined by spaces."""
    if isinstance(value, list):
        names = [_name(item) for item in value[:10]]
        return " ".join(name for name in names if name) or None
    if isinstance(value, dict):
        value = value.get("name")
    return value if isinstance(value, str) else None
