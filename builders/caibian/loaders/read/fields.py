"""Which field of a record holds what: as configured, else by its usual name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from caibian.config import Fields
from caibian.errors import DataError
from caibian.loaders.read.record import GIVEN, Record

# The names that public corpora and crawlers give their fields, likeliest first.
USUAL: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "article", "sentence", "text_raw", "raw_text", "raw_content", "html",
             "raw_html", "news", "document", "正文", "内容", "文本", "新闻内容"),
    "keywords": (),  # only where the config names it: they are part of what is published
    "title": ("title", "headline", "标题", "题目", "新闻标题"),
    "published": ("published", "date", "pubdate", "pub_date", "publish_date", "publish_time", "published_at",
                  "datetime", "time", "日期", "时间", "发布时间", "发布日期"),
    "publisher": ("publisher", "source", "site", "media", "来源", "媒体"),
    "author": ("author", "authors", "byline", "作者", "记者"),
    "section": ("section", "channel", "column", "栏目", "频道"),
    "url": ("url", "link", "uri", "链接", "网址"),
    "label": ("label_desc", "label_name", "label", "labels", "category", "categories", "topic", "topics", "class",
              "tag", "tags", "类别", "标签", "分类"),
    "split": ("split", "subset"),
}  # fmt: skip

Key = str | int
Chosen = Mapping[str, Key]
MAX_SHAPES = 1000  # kinds of records that are remembered; hostile files can have one a record


class Chooser:
    """Finds the field of each role in records that need not all have the same fields."""

    def __init__(self, fields: Fields, *, labelled: bool) -> None:
        self._fields = fields
        self._labelled = labelled
        self._known: dict[tuple[str, ...], Chosen] = {}

    def require(self, names: Sequence[str], *, where: str) -> None:
        """Raise DataError where a configured field is not among `names`, none holds text, or a wanted label."""
        choose(list(dict.fromkeys(names)), fields=self._fields, labelled=self._labelled, where=where)

    def of(self, names: tuple[str, ...]) -> Chosen:
        """Return the field of each role that a record with these fields has; its other roles are left out.

        The choice depends on the record alone, so that it is the same wherever a file is cut.
        """
        chosen = self._known.get(names)
        if chosen is None:
            if len(self._known) >= MAX_SHAPES:
                self._known.clear()
            chosen = self._known[names] = _found(names, self._fields)
        return chosen


def choose(names: Sequence[str], *, fields: Fields, labelled: bool, where: str) -> Chosen:
    """Return the field of each role among `names`.

    Raises DataError where a configured field other than keywords is missing, or none holds text, or none labels that
    are asked for.
    """
    for role in USUAL:
        wanted = getattr(fields, role)
        if wanted is not None and role != "keywords" and _configured(wanted, names) is None:
            raise DataError(f"{where}: no field {wanted!r}, which fields.{role} asks for; it has {_listed(names)}")
    chosen = _found(names, fields)
    for role in ("text", "label") if labelled else ("text",):
        if role not in chosen:
            listed = _listed(names)
            raise DataError(f"{where}: no field of {role} found; name it in fields.{role}; it has {listed}")
    return chosen


def _found(names: Sequence[str], fields: Fields) -> Chosen:
    chosen: dict[str, Key] = {}
    by_lower = {name.lower().strip(): name for name in reversed(names)}
    # A field that the config gives a role is not guessed to have another as well.
    taken = [name for role in USUAL if (name := _configured(getattr(fields, role), names)) is not None]
    for role, usual in USUAL.items():
        wanted = getattr(fields, role)
        if wanted is not None:
            found = _configured(wanted, names)
        else:
            guesses = (by_lower[name] for name in usual if name in by_lower)
            found = next((name for name in guesses if name not in taken), None)
        if found is not None:
            chosen[role] = found
            taken.append(found)
    if fields.text is None and "text" not in chosen and "title" in chosen:
        chosen["text"] = chosen.pop("title")  # a corpus of headlines
    return chosen


def _configured(wanted: Key | None, names: Sequence[str]) -> str | None:
    """Return the name of a configured field, None where there is no such."""
    if isinstance(wanted, int):
        return names[wanted] if 0 <= wanted < len(names) else None
    return wanted if wanted in names else None


def _listed(names: Iterable[str]) -> str:
    shown = [repr(name)[:40] for name in names]
    return ", ".join(shown[:12]) + (", ..." if len(shown) > 12 else "")


def pick(get: Callable[[Any], object], chosen: Chosen, *, encoding: str, place: str) -> Record:
    """Return the record whose fields `get` gives by name; a text of another type is a dropped row."""
    text = get(chosen["text"]) if "text" in chosen else None
    keywords = _as_text(get(chosen["keywords"])) if "keywords" in chosen else ""
    given = {role: value for role in GIVEN if role in chosen and (value := _as_text(get(chosen[role])))}
    labels = _as_labels(get(chosen["label"])) if "label" in chosen else None
    split = _as_text(get(chosen["split"])) if "split" in chosen else None
    dropped = None
    if not isinstance(text, str):
        dropped = "no_text" if text is None else "bad_record"
    elif not text.strip():
        dropped = "empty"
    elif keywords:
        text = f"{text}\n{keywords}"
    return Record(
        raw=text if isinstance(text, str) else "",
        encoding=encoding,
        place=place,
        given=given,
        labels=labels,
        split=split or None,
        dropped=dropped,
    )


def _as_text(value: object) -> str:
    """Return a field's value as text; "" where it has none that a person would read."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return ""


def _as_labels(value: object) -> list[str] | None:
    """Return a field's labels as a list; None where the record has none."""
    if isinstance(value, list):
        return [_as_text(item) for item in value if _as_text(item)]
    label = _as_text(value)
    return [label] if label else None
