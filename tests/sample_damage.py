"""What each of the sample's invented mirror sites does to the pages that it copies."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from tests.damage import Decoder, Order, Style, damage

DATA = Path(__file__).parent / "sample"
TEXT_NODE = re.compile(r"(?<=>)[^<>]+(?=<)")
LATIN = {byte: char for byte in range(256) if (char := bytes([byte]).decode("cp1252", "ignore"))}
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="
COPY_PROTECTION = ("( w2 T8 n$ J5 b# q  ", "7 ^; i& T8 e6 W) c* L", "+ ?2 V% N  h1 X! r0 m")
LONG = 60  # characters; such a line is a paragraph, not furniture
ADDRESS = re.compile(r"[a-z]{2,10}@[a-z.-]{5,60}")
# Words in which a splice, or a dot, falls; frequent enough that most pages have some.
SPLICED = ("安全", "工作", "群众", "建设", "公司", "孩子", "老人", "时间", "记者", "县城", "项目", "居民", "村民")
DOTTED = ("书记", "县委", "市委", "政府", "公安", "群众", "干部", "领导", "居民", "村民", "工人", "老师")


@dataclass(frozen=True)
class Mirror:
    """One mirror's habits; `kinds` are what the gold calls them."""

    kinds: tuple[str, ...]
    table: str = ""  # name of the table of readings; none: no readings
    converts: bool = True
    style: Style = "tone"
    brackets: str = "()"
    space: bool = False
    marks: str = ""
    fold: bool = False
    order: Order = "scan"
    decoder: Decoder = "swallow"
    mojibake: str = ""  # the encoding of the bytes that are read as Latin ones
    spam: tuple[str, ...] = ()  # bar, brand, line, splice, footer
    litter: tuple[str, ...] = ()  # tags, dots, commas, indents, images, breaks, copy

    @property
    def bytes_only(self) -> "Mirror":
        """The same mirror without what it adds around a page."""
        return replace(self, spam=(), litter=tuple(set(self.litter) & {"dots"}))


MIRRORS = {
    "small": Mirror(
        ("readings", "script", "width", "spam", "litter"), "small", fold=True, spam=("bar",), litter=("tags",)
    ),
    "medium": Mirror(("readings", "script", "width"), "medium", fold=True),
    "large": Mirror(("readings", "script"), "large", decoder="replace"),
    "whole": Mirror(("readings", "script", "width"), "whole", fold=True),
    "each": Mirror(("readings", "script"), "other", order="each", decoder="python"),
    "spaced": Mirror(("readings", "script", "width", "spam"), "small", space=True, fold=True, spam=("brand", "footer")),
    "brackets": Mirror(("readings", "script"), "other", brackets="（）"),
    "toneless": Mirror(("readings", "script", "width"), "medium", style="toneless", fold=True),
    "repeated": Mirror(("readings",), "plain", converts=False, style="repeated"),
    "marks": Mirror(("script", "width"), marks="！？。", fold=True),
    "simple-marks": Mirror(("width",), converts=False, marks="！？", fold=True),
    "converted": Mirror(("script",)),
    "folded": Mirror(("width", "litter"), converts=False, fold=True, litter=("commas", "indents")),
    "spam": Mirror(("spam", "splice"), converts=False, spam=("bar", "brand", "line", "splice", "footer")),
    "litter": Mirror(("litter",), converts=False, litter=("tags", "dots", "images", "copy", "breaks")),
    "latin": Mirror(("mojibake",), converts=False, mojibake="gb18030"),
    "double": Mirror(("mojibake",), converts=False, mojibake="utf-8"),
}


def spoil(
    title: str | None, paragraphs: Sequence[str], *, mirror: str | None, key: str
) -> tuple[str | None, list[str]]:
    """Return title and paragraphs with the mirror's spam in them."""
    found = list(paragraphs)
    habits = MIRRORS[mirror].spam if mirror else ()
    words = _words()["spam"]
    if "splice" in habits:
        at = max(range(len(found)), key=lambda number: len(found[number]))
        found[at] = _between(found[at], SPLICED, _draw(words["splices"], key))
    if "line" in habits:
        found.insert(1 + _chance(key, "line", len(found)), _draw(words["lines"], key))
    if "brand" in habits and title:
        brand = _draw(words["brands"], key)
        title = f"{brand}-{title}" if _chance(key, "brand", 2) else f"{title}_{brand}"
    return title, found


def damage_page(
    page: str, *, mirror: str | Mirror | None, key: str, is_html: bool = False, text_only: bool = False
) -> str:
    """Return the page as the mirror shows it; with `text_only` no tag is touched by slipped bytes."""
    if mirror is None or not page:
        return page
    found = MIRRORS[mirror] if isinstance(mirror, str) else mirror

    def shift(text: str) -> str:
        return _shift(text, found, key)

    page = _in_text(page, shift) if is_html and text_only else shift(page)
    return _surround(_litter(page, found, key, is_html), found, key, is_html)


def tables() -> dict[str, dict[str, str]]:
    """Return the frozen tables: `convert` (script) and the readings by the table's name."""
    return _tables()


def _shift(text: str, mirror: Mirror, key: str) -> str:
    """Return the text with what happens to its bytes."""
    if mirror.mojibake:
        return _as_latin(text, mirror.mojibake)
    if not (mirror.table or mirror.converts or mirror.marks or mirror.fold):
        return text
    return damage(
        text,
        table=tables()[mirror.table] if mirror.table else {},
        convert=tables()["convert"] if mirror.converts else {},
        order=mirror.order,
        decoder=mirror.decoder,
        style=mirror.style,
        brackets=mirror.brackets,
        space=mirror.space,
        marks=mirror.marks,
        fold=mirror.fold,
        seed=mirror.table,
    )


def _as_latin(text: str, encoding: str) -> str:
    """Return the text's bytes read as browsers read Windows-1252: what that leaves undefined as Latin-1."""
    return "".join(LATIN.get(byte, chr(byte)) for byte in text.encode(encoding))


def _litter(page: str, mirror: Mirror, key: str, is_html: bool) -> str:
    """Return the page with what the mirror strews on its long lines."""
    lines = page.split("\n")
    long = [number for number, line in enumerate(lines) if len(line) > LONG]
    if "images" in mirror.litter:
        lines = [ADDRESS.sub("[email protected]", line) for line in lines]
    for number in long:
        if "dots" in mirror.litter:
            lines[number] = _between(lines[number], DOTTED, ".")
        if "commas" in mirror.litter and number % 2 == 0:
            lines[number] = lines[number].replace(",", ",,", 1)
    if long and not is_html:
        lines = _litter_text(lines, long, mirror, key)
    return "\n".join(_with_tags(lines, long, key, is_html) if "tags" in mirror.litter else lines)


def _litter_text(lines: list[str], long: Sequence[int], mirror: Mirror, key: str) -> list[str]:
    """Return the lines of a crawled text with what only such a text shows."""
    first, last = long[0], long[-1]
    if "indents" in mirror.litter:
        lines = [f"???{line[2:]}" if line.startswith("\u3000\u3000") else line for line in lines]
    if "breaks" in mirror.litter:
        lines[first] = lines[first].replace("、", "\n、", 1)
    if "copy" in mirror.litter:
        lines[last] += f"\n{_draw(COPY_PROTECTION, key)}"
    if "images" in mirror.litter:
        lines[first] += f"\n![]()\n<image>{PIXEL}"
    return lines


def _with_tags(lines: list[str], long: Sequence[int], key: str, is_html: bool) -> list[str]:
    """Return the lines with bogus tags that all carry one id."""
    number = "".join("bdfhjlnprtvxz"[_chance(key, f"tag{place}", 13)] for place in range(5))
    tags = [f'<{name} id="{number}"></{name}>' for name in ("delect", "tbody", "dfn", "noscript", "strike")]
    if is_html:
        return [*lines[: (at := _after_body(lines))], "".join(tags), *lines[at:]]
    for place in long[:3]:
        lines[place] += f"\n  {tags[place % 5]}"
    return [f"  • {tags[0]}", "", f"  • {tags[1]}", *lines]


def _surround(page: str, mirror: Mirror, key: str, is_html: bool) -> str:
    """Return the page with the mirror's spam before and after it."""
    words = _words()["spam"]
    joined = _draw(["|", "_", ",", " | "], key).join(_draw(words["bars"], key))
    links = f"友情链接:{'|'.join(words['footer'])}"
    if "bar" in mirror.spam and is_html:
        lines = page.split("\n")
        hidden = f'<a href="http://spam.example/">{joined}</a>'
        lines.insert(_after_body(lines), f'<div style="position:fixed;left:-9000px;top:-9000px;">{hidden}</div>')
        page = "\n".join(lines)
    elif "bar" in mirror.spam:
        page = f"{joined}\n\n{page}"
    if "footer" in mirror.spam and is_html:
        page = page.replace("</body>", f"<div>{links}</div>\n</body>")
    elif "footer" in mirror.spam:
        page = f"{page.rstrip()}\n{links}\n"
    return page


def _after_body(lines: list[str]) -> int:
    return next((number + 1 for number, line in enumerate(lines) if line.lower().startswith("<body")), 0)


def _between(text: str, words: Sequence[str], put: str) -> str:
    """Return the text with `put` inside the first of the words that it has, else as it is."""
    for word in words:
        if word in text:
            return text.replace(word, word[0] + put + word[1:], 1)
    return text


def _in_text(page: str, change: Callable[[str], str]) -> str:
    return TEXT_NODE.sub(lambda match: change(match[0]), page)


def _draw(choices: Sequence[Any], key: str) -> Any:
    return choices[_chance(key, str(choices[0]), len(choices))]


def _chance(key: str, what: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{key}/{what}".encode()).digest()[:4], "big") % below


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / "furniture.yaml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, str]]:
    """Frozen, so that a newer opencc or pypinyin does not change the committed pages."""
    loaded = json.loads((DATA / "tables.json").read_text(encoding="utf-8"))
    found = {"convert": dict(zip(loaded["simple"], loaded["converted"], strict=True))}
    found["whole"] = dict(zip(loaded["annotated"], loaded["readings"].split(), strict=True))
    found["plain"] = dict(pair.split(":") for pair in loaded["plain"].split())
    odd = dict(zip(loaded["annotated"], loaded["odd_readings"].split(), strict=True))
    for name, annotated in loaded["tables"].items():
        readings = odd if name == "other" else found["whole"]
        found[name] = {character: readings[character] for character in annotated}
    return found
