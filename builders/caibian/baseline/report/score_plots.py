"""Scores -> drawings for plotly.js, each with its table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from caibian.baseline.card import figure_title
from caibian.baseline.evaluate import Evaluation
from caibian.baseline.examples import Examples
from caibian.baseline.models import Prediction
from caibian.baseline.report.markup import Cell, Plot, Table
from caibian.baseline.report.plots import FRAME, Titles, flat, heat, named


def models_plot(evaluations: Sequence[Evaluation]) -> Plot:
    """Return the main figure of every model with its interval."""
    main = evaluations[0].main
    names = [evaluation.model for evaluation in evaluations]
    found = [evaluation.scores.figures[main] for evaluation in evaluations]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [figure.value for figure in found],
        "y": names,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [figure.high - figure.value for figure in found],
            "arrayminus": [figure.value - figure.low for figure in found],
        },
        "marker": {"size": 11},
        "name": main,
    }
    cells: list[list[Cell]] = [
        [item.model, item.split, item.scores.rows, figure.value, figure.low, figure.high, _macro(item)]
        for item, figure in zip(evaluations, found, strict=True)
    ]
    shown = figure_title(main)
    columns = ["model", "split", "rows", shown, "95 % from", "to", "macro F1"]
    layout = {
        "xaxis": {"range": [0, 1], "title": {"text": shown}},
        "yaxis": {"autorange": "reversed", "type": "category"},
    }
    height = FRAME + 40 * len(names)
    return Plot(
        "models-plot",
        f"Models: {shown} with 95 % interval 模型",
        [trace],
        layout,
        height,
        Table("Models", columns, cells),
    )


def topic_scores_plot(evaluation: Evaluation, titles: Titles) -> Plot:
    """Return precision, recall and F1 of each label."""
    scored = sorted(evaluation.topics, key=lambda topic: (-topic.f1, topic.label))
    labels = [named(topic.label, titles) for topic in scored]
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": labels,
            "name": name,
            "marker": {"symbol": symbol, "size": 9},
        }
        for name, symbol, values in (
            ("precision", "triangle-right", [topic.precision for topic in scored]),
            ("recall", "triangle-left", [topic.recall for topic in scored]),
            ("F1", "circle", [topic.f1 for topic in scored]),
        )
    ]
    cells: list[list[Cell]] = [
        [label, topic.precision, topic.recall, topic.f1, topic.average_precision, topic.support]
        for label, topic in zip(labels, scored, strict=True)
    ]
    columns = ["label", "precision", "recall", "F1", "average precision", "rows"]
    table = Table(f"Scores of {evaluation.model} by label", columns, cells)
    layout = {"xaxis": {"range": [-0.02, 1.02]}}
    return flat("topic-scores-plot", f"Scores of {evaluation.model} by label 各标签得分", traces, labels, table, layout)


def confusion_plot(examples: Examples, said: Prediction, titles: Titles) -> Plot:
    """Return which label was given where which was wanted; for topics, only where both are mistakes."""
    labels = [named(label, titles) for label in examples.task.labels]
    wanted, given = examples.targets[examples.judged], said.chosen[examples.judged]
    if examples.task.single:
        counts, title = wanted.T.astype(np.int64) @ given, "Confusion: wanted (lines) and given (columns) 混淆"
    else:
        missed, added = wanted & ~given, given & ~wanted
        counts, title = (
            missed.T.astype(np.int64) @ added,
            "Confusion: topics missed (lines), and given instead (columns) 混淆",
        )
    return heat("confusion-plot", title, labels, labels, counts.tolist(), ("wanted", "given"), "rows")


def reliability_plot(evaluation: Evaluation) -> Plot | None:
    """Return how often predictions of a stated probability came true."""
    if evaluation.ranking is None or not evaluation.ranking.bins:
        return None
    bins = evaluation.ranking.bins
    stated, right = [item.mean_probability for item in bins], [item.share_right for item in bins]
    traces: list[dict[str, Any]] = [
        {"type": "scatter", "mode": "lines", "x": [0, 1], "y": [0, 1], "name": "perfect", "line": {"dash": "dot"}},
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": stated,
            "y": right,
            "name": evaluation.model,
            "text": [f"{item.count:,} predictions" for item in bins],
        },
    ]
    cells: list[list[Cell]] = [
        [f"{item.low:.1f} to {item.high:.1f}", item.mean_probability, item.share_right, item.count] for item in bins
    ]
    table = Table("Reliability", ["probability", "mean stated", "share right", "predictions"], cells)
    layout = {
        "xaxis": {"range": [0, 1], "title": {"text": "stated probability"}},
        "yaxis": {"range": [0, 1.02], "title": {"text": "share that was right"}},
    }
    ranking = evaluation.ranking
    title = f"Reliability 校准: calibration error {ranking.calibration_error:.3f}, Brier score {ranking.brier:.3f}"
    return Plot("reliability-plot", title, traces, layout, 380, table)


def _macro(evaluation: Evaluation) -> float:
    return evaluation.scores.figures["macro_f1"].value
