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
    export_csv,
    export_doccano,
    export_label_studio,
    import_csv,
    import_doccano,
    import_label_studio,
)
from caibian_labels.gold import GoldError, Judgement, agreement, conflicts, read_gold, settle, write_gold

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


def settled(judgements: Sequence[Judgement]) -> dict[str, list[str] | None]:
    """Return each document's topics by the majority of its judges; None where nobody judged it."""
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
    path: Path, rows: pa.Table, found: Analysis, topics: Mapping[str, Sequence[str]], *, tool: Tool
) -> int:
    """Write the documents on which functions, model or people disagree, for a tool; return how many there are.

    `topics` are the present labels by id, which the tool shows as a suggestion. Raises DataError where the file
    cannot be written.
    """
    wanted = dict.fromkeys(one.id for one in found.disagreements)
    shown = rows.select(["id", "title", "paragraphs"]).to_pylist()
    by_id = {item["id"]: item for item in shown if item["id"] in wanted}
    items = [
        Item(one, by_id[one]["title"] or "", "\n".join(by_id[one]["paragraphs"]), tuple(topics.get(one, ())))
        for one in wanted
    ]
    if tool == "csv":
        content = export_csv(items)
    else:
        content = (export_label_studio(items) if tool == "label-studio" else export_doccano(items)).encode()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None
    return len(items)


def convert_judgements(path: Path, gold: Path, *, tool: Tool) -> int:
    """Write what people judged in a tool's export to a gold file; return how many judgements there are.

    Raises DataError where the export cannot be read.
    """
    try:
        content = path.read_bytes()
        if tool == "csv":
            found = import_csv(content)
        else:
            found = {"label-studio": import_label_studio, "doccano": import_doccano}[tool](content.decode("utf-8-sig"))
        write_gold(found, gold)
    except GoldError as error:
        raise DataError("\n".join(f"{path}: {problem}" for problem in error.problems)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}") from None
    return len(found)
