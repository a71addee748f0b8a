"""Judgements to and from a spreadsheet: CSV in UTF-8 with BOM, one row a judgement.

What a spreadsheet would run as a formula or take for a number stands behind an apostrophe, which the import takes off.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from .exchange import Item, by_document
from .gold import GoldError, Judgement, judgement, moment

COLUMNS = ("id", "title", "text", "why", "suggested", "topics", "judged", "who", "when")
MAX_CELL_CHARS = 1 << 28
_YES = ("yes", "y", "1", "true", "是")
_RUNS = ("=", "+", "-", "@", "\t", "\r", "'")  # what a spreadsheet takes for a formula, and our own mark against it
_NUMBER = re.compile("[0-9.,]+(e[0-9]+)?", re.IGNORECASE)  # 12e4567890123456 is an id and, to a spreadsheet, infinite
_SHEET_TIME = re.compile(r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def export_csv(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> bytes:
    """Return a spreadsheet as CSV in UTF-8 with BOM, which Excel needs to read Chinese; one row a judgement."""
    known = by_document(judgements)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for item in items:
        for one in known.get(item.id) or [Judgement(item.id, None)]:
            suggested, topics = ";".join(item.suggested or ()), ";".join(one.topics or ())
            judged = "no" if one.topics is None else "yes"
            row = (item.id, item.title, item.text, item.why, suggested, topics, judged, one.who or "", one.when or "")
            writer.writerow([_safe_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def import_csv(data: bytes, *, who: str | None = None) -> list[Judgement]:
    """Return the judgements in a spreadsheet saved as CSV; a row with topics counts as judged.

    `who` names the judge of judged rows that name none. Raises GoldError with every problem.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GoldError([f"not UTF-8 at byte {error.start}: save the sheet as 'CSV UTF-8'"]) from error
    first = text.splitlines()[0] if text else ""
    delimiter = max(",;\t", key=first.count)  # Excel in some countries, and its "Unicode text"
    csv.field_size_limit(MAX_CELL_CHARS)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    missing = [name for name in ("id", "topics") if name not in (rows.fieldnames or ())]
    if missing:
        raise GoldError([f"no column {', '.join(missing)}; there are {', '.join(rows.fieldnames or ())}"])
    out, found = [], []
    try:
        for row in rows:
            cells = {name: cell.removeprefix("'") for name, cell in row.items() if isinstance(cell, str)}
            try:
                if any(map(str.strip, cells.values())):
                    out.append(_judgement_of(cells, who))
            except ValueError as error:
                found.append(f"line {rows.line_num}: {error}")
    except csv.Error as error:
        found.append(f"line {rows.line_num}: {error}")
    if found:
        raise GoldError(found)
    return out


def _judgement_of(cells: Mapping[str, str], who: str | None) -> Judgement:
    document = cells["id"].strip()
    if not document:
        raise ValueError("has no id")
    topics = [one.strip() for one in cells["topics"].replace("；", ";").split(";") if one.strip()]
    judged = bool(topics) or cells.get("judged", "").strip().lower() in _YES
    by = cells.get("who") or (who if judged else None)
    return judgement(document, topics if judged else None, by, _iso(cells.get("when", "").strip()))


def _iso(cell: str) -> str | None:
    """Return the time of a cell in ISO 8601; a spreadsheet writes the dates that it knows in its own way."""
    shown = _SHEET_TIME.fullmatch(cell)
    if shown is not None:
        year, month, day, hour, minute, second = shown.groups()
        date = f"{year}-{int(month):02}-{int(day):02}"
        cell = date if hour is None else f"{date}T{int(hour):02}:{minute}:{second or '00'}"
    if cell:
        moment(cell)
    return cell or None


def _safe_cell(text: str) -> str:
    """Return text that a spreadsheet shows as it is and does not run as a formula or take for a number."""
    return f"'{text}" if text.startswith(_RUNS) or _NUMBER.fullmatch(text) else text
