"""Render the bundled sample's raw pages from its gold: `python -m tests.sample_pages` writes them anew.

The gold is the source: whoever mends a text there renders the pages again. Chance is a hash of a record's key.
"""

import gzip
import html
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.sample_damage import MIRRORS, damage_page, spoil
from tests.sample_slots import DATA, Record, chance, clock, dates, slots_of

SAMPLE = Path(__file__).parents[1] / "builders/caibian/sample"

# What the bytes really are; several layouts declare something else, as on the web. The rest is UTF-8.
ENCODINGS = dict.fromkeys(
    ["table", "epaper", "portal", "bare", "capitals", "glued", "wrapper", "thread", "chapter"], "gb18030"
)
# A slip that eats the "<" of such tags would lose a paragraph's end for good: there only the text is damaged.
FRAGILE = frozenset(["table", "wrapper", "capitals", "chapter", "epaper", "mobile"])
CONDITION = re.compile(r"\[\[(\w+):((?:(?!\[\[|\]\]).)*)\]\]", re.DOTALL)
SLOT = re.compile(r"\{\{(\w+)\}\}")
SLIPPED = re.compile("[?\ue000-\uf8ff\ufffd]")


def load_gold() -> list[dict[str, Any]]:
    """Return the gold records in the order of the file."""
    return [json.loads(line) for line in (SAMPLE / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def render(gold: Iterable[Record]) -> dict[str, bytes]:
    """Return the content of every file of the sample by its path; of a .gz what it holds."""
    files: dict[str, bytes] = {}
    for record in gold:
        if record["place"] is None:
            files[record["file"]] = render_page(record).encode(record["encoding"])
        else:
            line = json.dumps(render_fields(record), ensure_ascii=False) + "\n"
            files[record["file"]] = files.get(record["file"], b"") + line.encode(record["encoding"])
    return files


def render_page(record: Record) -> str:
    """Return one page as the site, or its mirror, shows it."""
    is_html = template_path(record["layout"]).suffix == ".html"
    source = template_path(record["layout"]).read_text(encoding="utf-8")
    title, paragraphs = spoil(record["title"], record["paragraphs"], mirror=record["mirror"], key=record["key"])
    slots = slots_of({**record, "title": title, "paragraphs": paragraphs}, escape=_escape if is_html else str)
    return damage_page(
        fill(source, slots),
        mirror=record["mirror"],
        key=record["key"],
        is_html=is_html,
        text_only=record["layout"] in FRAGILE,
    )


def render_fields(record: Record) -> dict[str, Any]:
    """Return the record as a crawler's JSON object."""
    key, mirror, day = record["key"], record["mirror"], record["published"]
    title, paragraphs = spoil(record["title"], record["paragraphs"], mirror=mirror, key=key)
    as_html = record["layout"] == "fields_html"
    marked = [f"<p>{_escape(paragraph)}</p>" for paragraph in paragraphs]
    content = "".join(marked) if as_html else "\n".join(paragraphs)
    content = damage_page(content, mirror=mirror, key=key, is_html=as_html, text_only=True)
    title = damage_page(title or "", mirror=MIRRORS[mirror].bytes_only if mirror else None, key=key)
    if "archive" in record["file"]:
        return {
            "url": record["url"],
            "title": title,
            "content": content,
            "date": day and f"{day} {clock(key)}:00",
            "source": record["publisher"],
            "author": record["author"],
            "section": record["section"],
        }
    return {
        "id": 40_000 + chance(key, "id", 9_999),
        "headline": title,
        "text": content,
        "publish_time": dates(day)["date_cn"] if chance(key, "when", 2) else day or "",
        "media": record["publisher"] or "",
        "link": record["url"],
    }


def damage_kinds(record: Record) -> list[str]:
    """Return the kinds of damage in a record, slipped bytes being there only where the mirror hit some.

    What slips leaves more question marks, marks of lost bytes, or characters of private use.
    """
    if record["mirror"] is None:
        return []
    whole, clean = _shown_text(record), _shown_text({**record, "mirror": None})
    kinds = set(MIRRORS[record["mirror"]].kinds)
    if "mojibake" not in kinds and len(SLIPPED.findall(whole)) > len(SLIPPED.findall(clean)):
        kinds.add("bytes")
    return sorted(kinds)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _shown_text(record: Record) -> str:
    """Return what a record shows, without what replaces its indents."""
    text = render_page(record) if record["place"] is None else "\n".join(map(str, render_fields(record).values()))
    return text.replace("???", "")


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Return the template with its {{slots}} filled; [[name:text]] stands only where the slot has a value.

    >>> fill("[[who:by {{who}}]][[day:, {{day}}]].", {"who": "me", "day": ""})
    'by me.'
    """
    before = ""
    while before != template:
        before = template
        template = CONDITION.sub(lambda match: match[2] if slots.get(match[1]) else "", template)
    return SLOT.sub(lambda match: slots[match[1]], template)


def shown(layout: str) -> dict[str, bool]:
    """Return which pieces of metadata a layout shows."""
    if layout.startswith("fields"):
        return dict.fromkeys(["title", "published", "publisher", "author", "section", "url"], True)
    source = template_path(layout).read_text(encoding="utf-8")
    names = set(SLOT.findall(source))
    found = {name: name in names for name in ("title", "publisher", "author", "section", "url")}
    return {**found, "published": any(name.startswith(("date_", "url")) for name in names)}


@cache
def template_path(layout: str) -> Path:
    """Return the layout's template: .html or .txt."""
    found = sorted((DATA / "templates").glob(f"{layout}.*"))
    return found[0]


def main() -> None:
    """Write the pages, and the gold with the damage that they have now."""
    gold = load_gold()
    for record in gold:
        record["damage"] = damage_kinds(record)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in gold)
    (SAMPLE / "gold.jsonl").write_bytes("".join(lines).encode())
    pages = SAMPLE / "pages"
    if pages.exists():
        shutil.rmtree(pages)
    for file, content in render(gold).items():
        path = pages / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


if __name__ == "__main__":
    main()
