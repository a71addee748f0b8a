"""Examples and what a model says of them -> scores with intervals, by topic, by source of the labels, by slice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from caibian.baseline.examples import Examples, cluster_codes
from caibian.baseline.metrics import (
    FIGURES,
    Bin,
    average_precision,
    brier,
    calibration_error,
    per_label,
    reliability,
    row_sums,
    summary,
)
from caibian.baseline.resample import cluster_sums, intervals, paired_test
from caibian.baseline.slices import slices
from caibian.errors import DataError

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TopicScore:
    """How well one label is told."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    average_precision: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of some rows."""

    rows: int
    clusters: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of the rows that have one thing in common."""

    kind: str  # publisher, length, repaired, year
    value: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """How good the probabilities are."""

    macro_average_precision: float
    micro_average_precision: float
    brier: float
    calibration_error: float
    bins: Sequence[Bin]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All scores of one model on one split."""

    model: str
    split: str
    main: str  # the figure to quote: accuracy, or micro_f1
    scores: Scores
    topics: Sequence[TopicScore]
    ranking: Ranking | None  # None: the predictions came without probabilities
    by_label_source: Mapping[str, Scores]  # gold is agreement with people, rules with the rules, and so on
    slices: Sequence[Slice]

    def as_dict(self) -> dict[str, Any]:
        """Return the evaluation as plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same rows: the difference of each figure, and its p value."""

    one: str
    other: str
    differences: Mapping[str, float]
    p_values: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return asdict(self)


def evaluate(examples: Examples, chosen: Flags, probabilities: Numbers | None, *, model: str, split: str) -> Evaluation:
    """Return the scores of decisions (rows x labels) and, where given, probabilities.

    Rows whose labels are not known are left out. Raises DataError where none is left.
    """
    examples, chosen, probabilities = _judged(examples, chosen, probabilities, split)
    sums = row_sums(examples.targets, chosen)
    clusters = cluster_codes(examples)
    sources = pc.fill_null(examples.rows["label_source"], "source").to_pylist()
    by_source = {
        source: _scores(sums[rows], clusters[rows], examples)
        for source in sorted(set(sources))
        if (rows := np.array([found == source for found in sources])).any()
    }
    return Evaluation(
        model=model,
        split=split,
        main="accuracy" if examples.task.single else "micro_f1",
        scores=_scores(sums, clusters, examples),
        topics=_topics(examples, sums.sum(axis=0), probabilities),
        ranking=None if probabilities is None else _ranking(examples, probabilities),
        by_label_source=by_source,
        slices=[
            Slice(kind, value, _scores(sums[rows], clusters[rows], examples))
            for kind, value, rows in slices(examples.rows)
        ],
    )


def compare(examples: Examples, one: Flags, other: Flags, *, names: tuple[str, str], split: str) -> Comparison:
    """Return the differences between two models' decisions on the same rows, tested in pairs."""
    labels = len(examples.task.labels)
    known, one, _ = _judged(examples, one, None, split)
    other = other[examples.judged]
    clusters = cluster_codes(known)
    sums = [cluster_sums(row_sums(known.targets, chosen), clusters) for chosen in (one, other)]
    figures = [summary(part.sum(axis=0)[None], labels=labels)[0] for part in sums]
    p_values = paired_test(sums[0], sums[1], labels=labels)
    used = _figures(known)
    return Comparison(
        *names,
        differences={name: float(figures[0][place] - figures[1][place]) for name, place in used.items()},
        p_values={name: float(p_values[place]) for name, place in used.items()},
    )


def rules_decisions(examples: Examples) -> Flags | None:
    """Return what the labelling rules say of the rows, from their evidence; None where there is no evidence."""
    evidence = examples.rows["evidence"].combine_chunks()
    if evidence.null_count == len(evidence):
        return None
    place = {label: number for number, label in enumerate(examples.task.labels)}
    chosen = np.zeros((len(examples), len(place)), bool)
    for row, found in enumerate(evidence.to_pylist()):
        for item in found or ():
            if item["above_threshold"] and item["topic"] in place:
                chosen[row, place[item["topic"]]] = True
    return chosen


def _judged(
    examples: Examples, chosen: Flags, probabilities: Numbers | None, split: str
) -> tuple[Examples, Flags, Numbers | None]:
    known = examples.judged
    if not known.any():
        raise DataError(f"evaluate: the {split} split has no row with known labels")
    return examples.known(), chosen[known], None if probabilities is None else probabilities[known]


def _figures(examples: Examples) -> dict[str, int]:
    """Return the figures that mean something for the task, and where they stand among FIGURES."""
    left_out = "exact_match" if examples.task.single else "accuracy"
    return {name: place for place, name in enumerate(FIGURES) if name != left_out}


def _scores(sums: Numbers, clusters: npt.NDArray[np.int64], examples: Examples) -> Scores:
    labels = len(examples.task.labels)
    drawn = cluster_sums(sums, clusters)
    values = summary(sums.sum(axis=0)[None], labels=labels)[0]
    low, high = intervals(drawn, labels=labels)
    figures = {
        name: Figure(float(values[place]), float(low[place]), float(high[place]))
        for name, place in _figures(examples).items()
    }
    return Scores(len(sums), len(drawn), figures)


def _topics(examples: Examples, total: Numbers, probabilities: Numbers | None) -> list[TopicScore]:
    columns = per_label(total, labels=len(examples.task.labels))
    found = []
    for number, label in enumerate(examples.task.labels):
        precision, recall, f1, support = (float(column[number]) for column in columns)
        ranked = (
            None if probabilities is None else average_precision(probabilities[:, number], examples.targets[:, number])
        )
        found.append(TopicScore(label, precision, recall, f1, int(support), ranked))
    return found


def _ranking(examples: Examples, probabilities: Numbers) -> Ranking:
    targets, single = examples.targets, examples.task.single
    present = np.flatnonzero(targets.any(axis=0))
    ranked = [average_precision(probabilities[:, label], targets[:, label]) for label in present]
    bins = reliability(probabilities, targets, single=single)
    return Ranking(
        macro_average_precision=float(np.mean(ranked)) if ranked else 0.0,
        micro_average_precision=average_precision(probabilities.ravel(), targets.ravel()),
        brier=brier(probabilities, targets, single=single),
        calibration_error=calibration_error(bins),
        bins=bins,
    )
