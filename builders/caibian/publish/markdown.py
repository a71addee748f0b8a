"""Text that may be hostile (file names, licences, label names) into Markdown and HTML that say just that text."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_LONGEST = 300  # characters of one name; a longer one hides the table around it
_LONGEST_PARAGRAPH = 5_000
# What Markdown or HTML gives a meaning to wherever it stands, and what only opens a line with one.
_ACTIVE = re.compile(r"[\\`*_\[\]#|~$<>&]")
_OPENING = re.compile(r"^([-+=]|[0-9]{1,9}(?=[.)]))")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def plain(text: object, *, longest: int = _LONGEST) -> str:
    """Return one line of Markdown that is displayed as `text`, without its control and direction characters.

    >>> plain("a|b\\n<b>")
    'a\\\\|b &lt;b&gt;'
    """
    if isinstance(text, bool):
        return "yes" if text else "no"
    if isinstance(text, int):
        return f"{text:,}"
    if isinstance(text, float):
        return f"{text:.4g}"
    if text is None:
        return "–"
    line = one_line(str(text), longest=longest)
    return _ACTIVE.sub(lambda found: _HTML.get(found[0], "\\" + found[0]), line)


def paragraph(text: object) -> str:
    """Return `plain` text that can stand at the start of a line without opening a list or a heading."""
    return _OPENING.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", plain(text, longest=_LONGEST_PARAGRAPH))


def one_line(text: str, *, longest: int = _LONGEST) -> str:
    """Return `text` on one line, shortened, with spaces for control, direction and unpaired characters."""
    line = "".join(" " if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in text)
    line = " ".join(line.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; columns of which all cells are numbers are set to the right."""
    numeric = [
        bool(rows) and all(isinstance(row[number], int | float) or row[number] is None for row in rows)
        for number in range(len(head))
    ]
    lines = [list(map(plain, head)), ["--:" if right else "---" for right in numeric]]
    lines += [list(map(plain, row)) for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def anything(value: object) -> str:
    """Return JSON of whatever shape as tables and lists."""
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(item, Mapping) for item in value):
            return _records(value)
        return ", ".join(map(_scalar, value)) or "none"
    return _scalar(value)


def _mapping(value: Mapping[str, object]) -> str:
    """Return scalars as one table, mappings of the same keys as another, and what is left under titles of its own."""
    scalars = {key: item for key, item in value.items() if not isinstance(item, Mapping | list | tuple)}
    parts = [table(["", ""], [[_title(key), item] for key, item in scalars.items()])] if scalars else []
    alike: dict[tuple[str, ...], list[str]] = {}
    for key, item in value.items():
        if isinstance(item, Mapping) and item and not any(isinstance(one, Mapping | list) for one in item.values()):
            alike.setdefault(tuple(item), []).append(key)
    for columns, keys in alike.items():
        rows = [[_title(key), *(_at(value[key], column) for column in columns)] for key in keys]
        parts.append(table(["", *map(_title, columns)], rows))
    done = {*scalars, *(key for keys in alike.values() for key in keys)}
    parts += [_titled(key, item) for key, item in value.items() if item and key not in done]
    return "\n\n".join(parts)


def _titled(key: str, item: object) -> str:
    if isinstance(item, Mapping) and all(isinstance(one, Mapping) for one in item.values()):
        item = [{_title(key): name, **one} for name, one in item.items()]
    return f"**{plain(_title(key))}**\n\n{anything(item)}"


def _at(mapping: object, key: str) -> object:
    return mapping.get(key) if isinstance(mapping, Mapping) else None


def _records(records: Sequence[Mapping[str, object]]) -> str:
    """Return records as rows; the bounds in a record's `intervals` stand behind the value of the same name."""
    simple = dict.fromkeys(key for record in records for key, value in record.items() if not isinstance(value, Mapping))
    cells = [[_bounded(record, key) for key in simple] for record in records]
    return table([_title(key) for key in simple], cells)


def _bounded(record: Mapping[str, object], key: str) -> object:
    bounds = _at(record.get("intervals"), key)
    if isinstance(bounds, list | tuple) and len(bounds) == 2:
        return f"{_number(record.get(key))} ({_number(bounds[0])} to {_number(bounds[1])})"
    return _cell(record.get(key))


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return " to ".join(map(_number, value)) if len(value) == 2 else ", ".join(map(_number, value))
    return value


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _scalar(value: object) -> str:
    return plain(value)


def _title(key: str) -> str:
    return str(key).replace("_", " ")
