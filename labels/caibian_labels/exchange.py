"""Judgements to and from annotation tools: Label Studio's JSON, doccano's JSONL; see `spreadsheet` for CSV.

Each export holds what the tool shows a person and every judgement there is; each import reads back what the tool
itself exports. "Fits none" and "not judged" stay distinct in all of them. Both tools would give earlier judgements
to whoever imports the file, at the time of the import (Label Studio refuses the file where it does not know their
e-mail address). So these travel in a field that the tools keep as it is, `judged`, and what a person says in the
tool is a judgement beside them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .gold import GoldError, Judgement, judgement

FROM_NAME = "topics"  # the Choices tag of the Label Studio labelling interface below
TO_NAME = "text"
NONE = "(none)"  # in doccano an empty list means "not judged", so "fits none" is a label of its own


@dataclass(frozen=True, slots=True)
class Item:
    """A document as a person sees it; `suggested` are its present topics, `why` says what to look at."""

    id: str
    title: str
    text: str
    suggested: tuple[str, ...] | None = None
    why: str = ""


def label_studio_interface(topics: Sequence[tuple[str, str]]) -> str:
    """Return the labelling interface (XML) for topics given as (id, name)."""
    choices = "\n".join(f'    <Choice value="{_xml(one)}" hint="{_xml(name)}"/>' for one, name in topics)
    return (
        '<View>\n  <Header value="$title"/>\n  <Header value="$why" size="5"/>\n'
        f'  <Text name="{TO_NAME}" value="$text"/>\n'
        f'  <Choices name="{FROM_NAME}" toName="{TO_NAME}" choice="multiple">\n{choices}\n  </Choices>\n</View>\n'
    )


def export_label_studio(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> str:
    """Return tasks in Label Studio's JSON; what is known so far is shown as predictions, the suggestion first."""
    known = by_document(judgements)
    tasks = []
    for item in items:
        judged = known.get(item.id, [])
        said = [(f"judged by {one.who or 'somebody'}", one.topics) for one in judged if one.topics is not None]
        shown = [*([] if item.suggested is None else [("suggested", item.suggested)]), *said]
        data = {"document_id": item.id, "title": item.title, "text": item.text, "why": item.why}
        task = {
            "data": {**data, "judged": list(map(_said, judged))},
            "predictions": [{"model_version": name, "result": _choices(topics)} for name, topics in shown],
        }
        tasks.append(task)
    return json.dumps(tasks, ensure_ascii=False, indent=1)


def import_label_studio(text: str) -> list[Judgement]:
    """Return the judgements in a Label Studio JSON export: skipped tasks are not judged, empty ones fit none.

    Raises GoldError with every problem where the text is no such export.
    """
    out: list[Judgement] = []
    found: list[str] = []
    for number, task in enumerate(_json_list(text), start=1):
        try:
            out += _judgements_of(task)
        except ValueError as error:
            found.append(f"task {number}: {error}")
    if found:
        raise GoldError(found)
    return out


def _judgements_of(task: Mapping[str, object]) -> Iterator[Judgement]:
    data = task.get("data")
    document = data.get("document_id") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(document, str) or not document:
        raise ValueError(f'"data.document_id" must be a text, got {document!a}')
    yield from _judged_before(document, data)
    for one in _dicts(task.get("annotations")):
        topics = [
            str(choice)
            for result in _dicts(one.get("result"))
            if result.get("from_name") == FROM_NAME
            for value in _dicts([result.get("value")])
            for choice in _list(value.get("choices"))
        ]
        judged = None if one.get("was_cancelled") else topics
        when = _text(one.get("updated_at")) or _text(one.get("created_at"))
        yield judgement(document, judged, _who(one.get("completed_by")), when)


def export_doccano(items: Iterable[Item], judgements: Iterable[Judgement] = ()) -> str:
    """Return doccano's JSONL for multi-label text classification, one line an item, without labels.

    What is known so far is among the data that doccano shows beside the text.
    """
    known = by_document(judgements)
    lines = []
    for item in items:
        text = f"{item.title}\n{item.text}" if item.title else item.text
        about = {"why": item.why, "suggested": "; ".join(item.suggested or ())}
        judged = list(map(_said, known.get(item.id, ())))
        lines.append({"text": text, "label": [], "document_id": item.id, **about, "judged": judged})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def import_doccano(text: str, *, who: str | None = None) -> list[Judgement]:
    """Return the judgements in a doccano JSONL export; `who` names the judge of lines that name none.

    doccano exports a file for each annotator, named after them. Raises GoldError.
    """
    out: list[Judgement] = []
    found: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        try:
            if line.strip():
                out += _judgements_in(_json_object(line) or {}, who)
        except ValueError as error:
            found.append(f"line {number}: {error}")
    if found:
        raise GoldError(found)
    return out


def _judgements_in(data: Mapping[str, object], who: str | None) -> list[Judgement]:
    document, labels = data.get("document_id"), data.get("label", data.get("labels"))
    if not isinstance(document, str) or not document or not isinstance(labels, list):
        raise ValueError('must be an object with "document_id" (a text) and "label" (a list)')
    before = _judged_before(document, data)
    if not labels and before:
        return before
    judged = [str(one) for one in labels if one != NONE] if labels else None
    return [*before, judgement(document, judged, _text(data.get("who")) or who, _text(data.get("when")))]


def _said(one: Judgement) -> dict[str, object]:
    return {"topics": None if one.topics is None else list(one.topics), "who": one.who, "when": one.when}


def _judged_before(document: str, data: Mapping[str, object]) -> list[Judgement]:
    """Return the judgements that were known when the document was exported."""
    return [
        judgement(
            document,
            None if one.get("topics") is None else map(str, _list(one["topics"])),
            _text(one.get("who")),
            _text(one.get("when")),
        )
        for one in _dicts(data.get("judged"))
    ]


def _choices(topics: Iterable[str]) -> list[dict[str, object]]:
    chosen = list(topics)
    value = {"choices": chosen}
    return [{"from_name": FROM_NAME, "to_name": TO_NAME, "type": "choices", "value": value}] if chosen else []


def _who(value: object) -> str | None:
    """Return the annotator's name: Label Studio gives an e-mail address in an object, or only a number."""
    if isinstance(value, dict):
        value = value.get("email") or value.get("id")
    return None if value is None else str(value)


def by_document(judgements: Iterable[Judgement]) -> Mapping[str, list[Judgement]]:
    """Return the judgements of each document, in their order."""
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


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
