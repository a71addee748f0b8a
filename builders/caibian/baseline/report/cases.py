"""Rows worth a person's look: the worst errors of the model, and labels that may be wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from caibian.baseline.examples import Examples, texts_of
from caibian.baseline.features import count, names
from caibian.baseline.models import Model, Prediction, weigh

MOST = 40  # of each kind: more than anyone reads at a sitting
TEXT_CHARS = 600  # shown of a text
_REASONS = 6  # features named for a label
# A label is suspected where the model, which has not seen the row, is this sure of the contrary.
_SURE, _UNLIKELY = 0.9, 0.05

Numbers = npt.NDArray[np.float64]
Span = tuple[int, int, str]  # start, end, topic: of the text shown


@dataclass(frozen=True, slots=True)
class Case:
    """One row, what its labels say and what the model says."""

    row_id: str
    title: str
    text: str
    more_chars: int  # of the text, not shown
    publisher: str
    published: str
    label_source: str
    wanted: Sequence[str]
    given: Sequence[str]
    probabilities: Mapping[str, float]  # of every label that either of them has
    reasons: Mapping[str, Sequence[str]]  # label -> what spoke for it most, in this text
    functions: Mapping[str, Sequence[str]]  # label -> the labelling functions that voted for it
    title_spans: Sequence[Span]  # where the labels' own evidence lies
    spans: Sequence[Span]


def worst_errors(model: Model, examples: Examples, said: Prediction) -> list[Case]:
    """Return the rows that the model was most wrong about, worst first."""
    likely = np.clip(said.probabilities, 1e-9, 1 - 1e-9)
    if examples.task.single:
        loss = -np.log((likely * examples.targets).sum(axis=1) + 1e-9)
    else:
        loss = -(np.log(likely) * examples.targets + np.log(1 - likely) * ~examples.targets).sum(axis=1)
    wrong = np.flatnonzero((said.chosen != examples.targets).any(axis=1) & examples.judged)
    return _cases(model, examples, said, wrong[np.argsort(-loss[wrong], kind="stable")][:MOST])


def suspected_labels(model: Model, examples: Examples, said: Prediction) -> list[Case]:
    """Return the rows whose labels the model is surest to be wrong, surest first."""
    likely = said.probabilities
    missing = np.where(~examples.targets & (likely >= _SURE), likely, 0)
    doubtful = np.where(examples.targets & (likely <= _UNLIKELY), 1 - likely, 0)
    # With one label a row, a doubtful label without a sure other one says only that the model does not know.
    doubt = missing.max(axis=1) if examples.task.single else np.maximum(missing, doubtful).max(axis=1)
    found = np.flatnonzero((doubt > 0) & examples.judged)
    return _cases(model, examples, said, found[np.argsort(-doubt[found], kind="stable")][:MOST])


def _cases(model: Model, examples: Examples, said: Prediction, places: npt.NDArray[np.int64]) -> list[Case]:
    if not len(places):
        return []
    chosen = examples.take(places)
    reasons = _reasons(model, chosen, said.chosen[places])
    labels = examples.task.labels
    found = []
    for number, row in enumerate(chosen.rows.to_pylist()):
        place = places[number]
        wanted = [label for label, has in zip(labels, examples.targets[place], strict=True) if has]
        given = [label for label, has in zip(labels, said.chosen[place], strict=True) if has]
        both = [label for label in labels if label in wanted or label in given]
        text, title = row["text"] or "", row["title"] or ""
        evidence = [item for item in row["evidence"] or () if item["topic"] in wanted]
        found.append(
            Case(
                row_id=row["id"],
                title=title,
                text=text[:TEXT_CHARS],
                more_chars=max(len(text) - TEXT_CHARS, 0),
                publisher=row["publisher"] or "",
                published=str(row["published"] or ""),
                label_source=row["label_source"] or "source",
                wanted=wanted,
                given=given,
                probabilities={label: float(said.probabilities[place][labels.index(label)]) for label in both},
                reasons=reasons[number],
                functions={item["topic"]: item["functions"] for item in evidence},
                title_spans=list(_spans(evidence, [title], first=-1)),
                spans=list(_spans(evidence, text.split("\n"), first=0)),
            )
        )
    return found


def _reasons(model: Model, examples: Examples, chosen: npt.NDArray[np.bool_]) -> list[dict[str, list[str]]]:
    """Return, for each row, the features that add most to the score of each label given or wanted."""
    if model.weigher is None:
        return [{} for _ in range(len(examples))]
    matrix = weigh(model.weigher, count(texts_of(examples.rows), model.vocabulary))
    used = np.unique(matrix.indices)
    texts = dict(zip(used.tolist(), names(model.vocabulary, used), strict=True))
    found = []
    for row in range(len(examples)):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        columns, values = matrix.indices[start:end], matrix.data[start:end]
        shown = chosen[row] | examples.targets[row]
        found.append(
            {
                examples.task.labels[label]: _best(texts, columns, values * model.weights[label, columns])
                for label in np.flatnonzero(shown)
            }
        )
    return found


def _best(texts: Mapping[int, str], columns: npt.NDArray[np.int32], added: Numbers) -> list[str]:
    kept: list[str] = []
    for place in np.argsort(-added, kind="stable"):
        text = "".join(texts[int(columns[place])].split())
        if added[place] <= 0 or len(kept) == _REASONS:
            break
        if text and not any(text in other or other in text for other in kept):
            kept.append(text)
    return kept


def _spans(evidence: Sequence[Mapping[str, Any]], paragraphs: Sequence[str], *, first: int) -> Iterator[Span]:
    """Yield the places of evidence in paragraphs from number `first` on, as one text, in order, without overlaps."""
    starts = [0]
    for paragraph in paragraphs:
        starts.append(starts[-1] + len(paragraph) + 1)
    places = sorted(
        (starts[number] + span["start"], starts[number] + span["end"], item["topic"])
        for item in evidence
        for span in item["spans"] or ()
        if 0 <= (number := span["paragraph"] - first) < len(paragraphs)
    )
    done = 0
    for start, end, topic in places:
        if done <= start < end <= TEXT_CHARS:
            yield start, end, topic
            done = end
