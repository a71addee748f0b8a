"""Text that may be hostile (file names, licences, label names) into Markdown and HTML that say just that text."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_LONGEST = 300  # characters of one name; a longer one hides the table around it
# What Markdown or HTML gives a meaning to wherever it stands, and what only opens a line with one.
_ACTIVE = re.compile(r"[\\`*_\[\]#|~$<>&]")
_OPENING = re.compile(r"^([-+=]|[0-9]{1,9}(?=[.)]))")
_HTML = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def plain(text: object) -> str:
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
    line = one_line(str(text))
    return _ACTIVE.sub(lambda found: _HTML.get(found[0], "\\" + found[0]), line)


def paragraph(text: object) -> str:
    """Return `plain` text that can stand at the start of a line without opening a list or a heading."""
    return _OPENING.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", plain(text))


def one_line(text: str) -> str:
    """Return `text` on one line, shortened, with spaces for control, direction and unpaired characters."""
    line = "".join(" " if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in text)
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


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
    scalars = {key: item for key, item in value.items() if not isinstance(item, Mapping | list | tuple)}
    parts = [table(["", ""], [[_title(key), item] for key, item in scalars.items()])] if scalars else []
    for key, item in value.items():
        if key in scalars:
            continue
        if isinstance(item, Mapping) and item and all(isinstance(one, Mapping) for one in item.values()):
            item = [{_title(key): name, **one} for name, one in item.items()]
        parts.append(f"**{plain(_title(key))}**\n\n{anything(item)}")
    return "\n\n".join(parts)


def _records(records: Sequence[Mapping[str, object]]) -> str:
    head = list(dict.fromkeys(key for record in records for key in record))
    cells = [[_cell(record.get(key)) for key in head] for record in records]
    return table([_title(key) for key in head], cells)


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_number(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return " to ".join(map(_number, value)) if len(value) == 2 else ", ".join(map(_number, value))
    return value


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _scalar(value: object) -> str:
    return plain(value)


def _title(key: str) -> str:
    return str(key).replace("_", " ")
