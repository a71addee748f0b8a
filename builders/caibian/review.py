"""Labels and the people who check them: judgements in, rows worth a look out, and how rules and people agree.

With `labelling`, the only door to caibian_labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from caibian.errors import DataError
from caibian_labels import Document, Labeller
from caibian_labels.analysis import Analysis, analyse
from caibian_labels.exchange import (
    Item,
    export_doccano,
    export_label_studio,
    import_doccano,
    import_label_studio,
    label_studio_interface,
)
from caibian_labels.gold import (
    GoldError,
    Judgement,
    add_judgements,
    agreement,
    conflicts,
    read_gold,
    settle,
    write_gold,
)
from caibian_labels.spreadsheet import export_csv, import_csv

Tool = Literal["csv", "label-studio", "doccano"]
NEEDED = ("id", "title", "paragraphs", "words", "publisher", "section")


def read_judgements(path: Path, *, topics: Sequence[str] | None = None) -> list[Judgement]:
    """Return people's judgements in a gold file, in order; `topics` are the ids that may occur in it.

    Raises DataError with every problem, where the file cannot be read or names another topic.
    """
    try:
        return read_gold(path, known=topics)
    except GoldError as error:
        raise DataError("\n".join(error.problems)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


def settled(judgements: Sequence[Judgement]) -> dict[str, list[str]]:
    """Return the topics of each document that somebody judged, by the majority of its judges."""
    return settle(judgements)


def report(
    rows: pa.Table,
    *,
    by: Labeller,
    judgements: Sequence[Judgement] = (),
    model: Mapping[str, Sequence[str]] | None = None,
    most: int = 50,
) -> Analysis:
    """Return how the labelling functions do on rows with the columns NEEDED, and where a look is worth most.

    `model` are a trained model's topics by id; `most` is the number of rows listed for each kind of disagreement.
    """
    items = rows.select(NEEDED).to_pylist()
    documents = [Document(**{name: item[name] for name in NEEDED if name != "id"}) for item in items]
    ids = [item["id"] for item in items]
    return analyse(by, documents, ids, gold=settle(judgements), model=model, rows=most)


def as_dict(found: Analysis, judgements: Sequence[Judgement], topics: Sequence[str]) -> dict[str, Any]:
    """Return an analysis as plain JSON, with the agreement of people among themselves where several judged."""
    return {
        **asdict(found),
        "conflicts": [asdict(conflict) for conflict in conflicts(judgements)],
        "agreement": [asdict(one) for one in agreement(judgements, topics) if one.documents],
    }


def write_review(
    path: Path,
    rows: pa.Table,
    found: Analysis,
    judgements: Sequence[Judgement],
    *,
    names: Mapping[str, str],
    tool: Tool,
) -> list[Path]:
    """Write the documents on which people, functions or model disagree for a tool; return the files written.

    `rows` have their present `topics`, which the tool shows as a suggestion, and judgements come along. `names` are
    those of the topics by id: Label Studio wants a labelling interface, a file beside the other. Raises DataError
    where a file cannot be written.
    """
    items = _contested(rows, found, judgements)
    if tool == "csv":
        files = {path: export_csv(items, judgements)}
    elif tool == "doccano":
        files = {path: export_doccano(items, judgements).encode()}
    else:
        interface = label_studio_interface(list(names.items()))
        files = {
            path: export_label_studio(items, judgements).encode(),
            path.with_suffix(".interface.xml"): interface.encode(),
        }
    for file, content in files.items():
        try:
            file.write_bytes(content)
        except OSError as error:  # of a full disk without the file's name
            raise DataError(f"{file}: cannot be written: {error.strerror}") from None
    return list(files)


def _contested(rows: pa.Table, found: Analysis, judgements: Sequence[Judgement]) -> list[Item]:
    """Return the documents on which people, functions or model disagree, each with the reasons why."""
    why: dict[str, list[str]] = {}
    among_people = [("people", conflict.id, topic) for conflict in conflicts(judgements) for topic in conflict.topics]
    for reason, one, topic in [*among_people, *((each.reason, each.id, each.topic) for each in found.disagreements)]:
        why.setdefault(one, []).append(f"{reason}: {topic}")
    by_id = {row["id"]: row for row in rows.select(["id", "title", "paragraphs", "topics"]).to_pylist()}
    return [
        Item(one, row["title"] or "", "\n".join(row["paragraphs"]), tuple(row["topics"] or ()), "; ".join(reasons))
        for one, reasons in why.items()
        if (row := by_id.get(one)) is not None
    ]


def convert_judgements(exports: Sequence[Path], gold: Path, *, tool: Tool, who: str | None = None) -> tuple[int, int]:
    """Add what people judged in a tool's exports to a gold file; return how many judgements it has, and had.

    `who` names the judge where an export does not; doccano names the file after them. Raises DataError where an
    export or the gold file cannot be read.
    """
    old = read_judgements(gold) if gold.is_file() else []
    found = old
    for path in exports:
        try:
            found = add_judgements(found, _judgements_in(path, tool, who))
        except GoldError as error:
            raise DataError("\n".join(f"{path}: {problem}" for problem in error.problems)) from None
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 at byte {error.start}") from None
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}") from None
    try:
        write_gold(found, gold)
    except OSError as error:
        raise DataError(f"{gold}: cannot be written: {error.strerror}") from None
    return len(found), len(old)


def _judgements_in(path: Path, tool: Tool, who: str | None) -> list[Judgement]:
    content = path.read_bytes()
    if tool == "csv":
        return import_csv(content, who=who)
    text = content.decode("utf-8-sig")
    return import_label_studio(text) if tool == "label-studio" else import_doccano(text, who=who or path.stem)
