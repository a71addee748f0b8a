"""Judgements to and from annotation tools: Label Studio JSON, doccano JSONL, a spreadsheet (CSV with BOM).

Each export holds what the tool shows a person (title and text) and what is known so far; each import reads back
what the tool itself exports. "Fits none" and "not judged" stay distinct in all of them.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .gold import GoldError, Judgement, judgement

FROM_NAME = "topics"  # the Choices tag of the Label Studio labelling interface below
TO_NAME = "text"
NONE = "(none)"  # in doccano an empty list means "not judged", so "fits none" is a label of its own
COLUMNS = ("id", "title", "text", "topics", "judged", "who", "when")


@dataclass(frozen=True, slots=True)
class Item:
    """A document as a person sees it; `suggested` are the rules' topics, shown as a prediction."""

    id: str
    title: str
    text: str
    suggested: tuple[str, ...] | None = None


def label_studio_interface(topics: Sequence[tuple[str, str]]) -> str:
    """Return the labelling interface (XML) for topics given as (id, name)."""
    choices = "\n".join(f'    <Choice value="{_xml(one)}" hint="{_xml(name)}"/>' for one, name in topics)
    return (
        f'<View>\n  <Header value="$title"/>\n  <Text name="{TO_NAME}" value="$text"/>\n'
        f'  <Choices name="{FROM_NAME}" toName="{TO_NAME}" choice="multiple">\n{choices}\n  </Choices>\n</View>\n'
    )


def export_label_studio(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> str:
    """Return tasks in Label Studio's JSON, with predictions and the judgements there are as annotations."""
    known = _by_id(judgements)
    tasks = []
    for item in items:
        task: dict[str, object] = {"data": {"document_id": item.id, "title": item.title, "text": item.text}}
        if item.suggested is not None:
            task["predictions"] = [{"model_version": "caibian-labels", "result": _choices(item.suggested)}]
        task["annotations"] = [
            {
                "completed_by": {"email": one.who},
                "created_at": one.when,
                "was_cancelled": one.topics is None,
                "result": _choices(one.topics or ()),
            }
            for one in known.get(item.id, ())
        ]
        tasks.append(task)
    return json.dumps(tasks, ensure_ascii=False, indent=1)


def import_label_studio(text: str) -> list[Judgement]:
    """Return the judgements in a Label Studio JSON export: skipped tasks are not judged, empty ones fit none.

    Raises GoldError where the text is no such export.
    """
    out = []
    for number, task in enumerate(_json_list(text), start=1):
        data = task.get("data")
        document = data.get("document_id") if isinstance(data, dict) else None
        if not isinstance(document, str):
            raise GoldError([f'task {number}: "data.document_id" must be a text, got {document!r}'])
        for one in _dicts(task.get("annotations")):
            topics = [
                str(choice)
                for result in _dicts(one.get("result"))
                if result.get("from_name") == FROM_NAME
                for value in _dicts([result.get("value")])
                for choice in _list(value.get("choices"))
            ]
            when = one.get("created_at")
            judged = None if one.get("was_cancelled") else topics
            out.append(
                judgement(document, judged, _who(one.get("completed_by")), when if isinstance(when, str) else None)
            )
    return out


def export_doccano(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> str:
    """Return doccano's JSONL for multi-label text classification, one line for each judgement or open item."""
    known = _by_id(judgements)
    lines = []
    for item in items:
        for one in known.get(item.id) or [Judgement(item.id, None)]:
            label = [] if one.topics is None else list(one.topics) or [NONE]
            record = {"text": f"{item.title}\n{item.text}" if item.title else item.text, "label": label}
            lines.append({**record, "document_id": item.id, "who": one.who, "when": one.when})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def import_doccano(text: str, *, who: str | None = None) -> list[Judgement]:
    """Return the judgements in a doccano JSONL export; `who` names the judge of lines that name none.

    doccano exports a file for each annotator, named after them. Raises GoldError.
    """
    out, found = [], []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        data = _json_object(line)
        document = data.get("document_id") if data is not None else None
        labels = data.get("label", data.get("labels")) if data is not None else None
        if data is None or not isinstance(document, str) or not isinstance(labels, list):
            found.append(f'line {number}: must be an object with "document_id" (a text) and "label" (a list)')
            continue
        topics = [str(one) for one in labels]
        judged = [one for one in topics if one != NONE] if topics else None
        out.append(judgement(document, judged, _text(data.get("who")) or who, _text(data.get("when"))))
    if found:
        raise GoldError(found)
    return out


def export_csv(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> bytes:
    """Return a spreadsheet as CSV in UTF-8 with BOM, which Excel needs to read Chinese."""
    known = _by_id(judgements)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for item in items:
        for one in known.get(item.id) or [Judgement(item.id, None)]:
            topics = ";".join(one.topics or ())
            judged = "no" if one.topics is None else "yes"
            shown = (item.id, _safe_cell(item.title), _safe_cell(item.text))
            writer.writerow([*shown, topics, judged, one.who or "", one.when or ""])
    return out.getvalue().encode("utf-8-sig")


def import_csv(data: bytes) -> list[Judgement]:
    """Return the judgements in a spreadsheet saved as CSV; a row with topics counts as judged.

    Raises GoldError.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GoldError([f"not UTF-8 at byte {error.start}: save the sheet as 'CSV UTF-8'"]) from error
    first = text.splitlines()[0] if text else ""
    delimiter = ";" if first.count(";") > first.count(",") else ","  # Excel in some countries
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = [name for name in ("id", "topics") if name not in (rows.fieldnames or ())]
    if missing:
        raise GoldError([f"no column {', '.join(missing)}; there are {', '.join(rows.fieldnames or ())}"])
    out = []
    for row in rows:
        topics = [one.strip() for one in (row["topics"] or "").replace("；", ";").split(";") if one.strip()]
        judged = bool(topics) or (row.get("judged") or "").strip().lower() in ("yes", "y", "1", "true", "是")
        out.append(judgement(row["id"] or "", topics if judged else None, row.get("who"), row.get("when")))
    return out


def _choices(topics: Iterable[str]) -> list[dict[str, object]]:
    chosen = list(topics)
    value = {"choices": chosen}
    return [{"from_name": FROM_NAME, "to_name": TO_NAME, "type": "choices", "value": value}] if chosen else []


def _who(value: object) -> str | None:
    """Return the annotator's name: Label Studio gives an e-mail address in an object, or only a number."""
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return None if value is None else str(value)


def _by_id(judgements: Iterable[Judgement]) -> Mapping[str, list[Judgement]]:
    out: dict[str, list[Judgement]] = {}
    for one in judgements:
        out.setdefault(one.id, []).append(one)
    return out


def _json_list(text: str) -> list[dict[str, object]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GoldError([f"not JSON: {error}"]) from error
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise GoldError(["must be a list of tasks: export as JSON, not as JSON-MIN or CSV"])
    return data


def _json_object(line: str) -> dict[str, object] | None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _safe_cell(text: str) -> str:
    """Return text that a spreadsheet shows and does not run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
