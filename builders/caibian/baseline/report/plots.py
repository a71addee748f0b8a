"""Counts and scores -> drawings for plotly.js, each with its table."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from caibian.baseline.card import figure_title
from caibian.baseline.evaluate import Evaluation
from caibian.baseline.examples import Examples
from caibian.baseline.models import Prediction
from caibian.baseline.report.facts import LENGTHS, Rows
from caibian.baseline.report.markup import Cell, Plot, Table

_LINE = 26  # pixels a bar or a line of a heat map needs to be read
_FRAME = 110  # pixels for axis, legend and margins
Titles = Mapping[str, str]  # label -> its title in Chinese


def named(label: str, titles: Titles) -> str:
    """Return a label with its Chinese title, where it has one."""
    title = titles.get(label)
    return f"{title} {label}" if title and title != label else label


def funnel_plot(funnel: Mapping[str, int]) -> Plot:
    """Return what became of all records: how many were dropped for which reason, how many stayed."""
    names, counts = list(funnel), list(funnel.values())
    traces = [_bars(counts, names, "documents")]
    return _flat(
        "funnel-plot", "Documents: read, dropped by reason, kept 文档", traces, names, _table_of(funnel, "step")
    )


def repairs_plot(repairs: Mapping[str, Mapping[str, int]]) -> Plot:
    """Return how many documents each kind of repair touched."""
    names = sorted(repairs, key=lambda kind: (-repairs[kind].get("documents", 0), kind))
    counts = [repairs[kind].get("documents", 0) for kind in names]
    rows: list[list[Cell]] = [
        [kind, repairs[kind].get("documents", 0), repairs[kind].get("count", 0)] for kind in names
    ]
    table = Table("Repairs by kind", ["kind", "documents", "places"], rows)
    return _flat(
        "repairs-plot", "Repairs by kind, in documents 修复", [_bars(counts, names, "documents")], names, table
    )


def topics_plot(rows: Rows, titles: Titles) -> Plot:
    """Return the rows of each label, by split."""
    total = np.sum([rows.topics[split] for split in rows.splits], axis=0)
    order = np.argsort(-total, kind="stable")
    labels = [named(rows.task.labels[place], titles) for place in order]
    traces = [_bars([rows.topics[split][place] for place in order], labels, split) for split in rows.splits]
    cells: list[list[Cell]] = [
        [label, *(rows.topics[split][place] for split in rows.splits), int(total[place])]
        for label, place in zip(labels, order, strict=True)
    ]
    table = Table("Rows of each label, by split", ["label", *rows.splits, "all"], cells)
    return _flat("topics-plot", "Labels, by split 标签", traces, labels, table, {"barmode": "stack"})


def together_plot(rows: Rows, titles: Titles) -> Plot:
    """Return how many rows have both of two topics."""
    labels = [named(label, titles) for label in rows.task.labels]
    counts = rows.together.copy()
    np.fill_diagonal(counts, 0)
    title = "Topics on the same text 主题共现"
    return _heat("together-plot", title, labels, labels, counts.tolist(), ("topic", "with"), "rows")


def lengths_plot(rows: Rows) -> Plot:
    """Return how long the texts are, by split."""
    ranges = [f"{low}–{high - 1}" for low, high in itertools.pairwise(LENGTHS)] + [f"{LENGTHS[-1]}+"]
    traces = [_columns(ranges, counts, split) for split, counts in rows.lengths.items()]
    cells: list[list[Cell]] = [
        [name, *(counts[place] for counts in rows.lengths.values())] for place, name in enumerate(ranges)
    ]
    table = Table("Characters of a text", ["characters", *rows.lengths], cells)
    layout = {"barmode": "stack", "xaxis": {"title": {"text": "characters"}, "type": "category"}}
    return Plot("lengths-plot", "Length of the texts 篇幅", traces, layout, 340, table)


def dates_plot(rows: Rows) -> Plot:
    """Return how many texts were published in each month, or in each year where there are many months."""
    periods: dict[str, int] = {}
    width = 7 if len(rows.months) <= 60 else 4
    for month, count in rows.months.items():
        periods[month[:width]] = periods.get(month[:width], 0) + count
    traces = [_columns(list(periods), list(periods.values()), "rows")]
    layout = {"xaxis": {"type": "category", "nticks": 12}}
    table = _table_of(periods, "published", caption="Rows by date of publication")
    return Plot(
        "dates-plot", f"Dates of publication 日期 ({rows.undated:,} rows have none)", traces, layout, 320, table
    )


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
    height = _FRAME + 40 * len(names)
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
    return _flat(
        "topic-scores-plot", f"Scores of {evaluation.model} by label 各标签得分", traces, labels, table, layout
    )


def confusion_plot(examples: Examples, said: Prediction, titles: Titles) -> Plot:
    """Return which label was given where which was wanted; for topics, only where both are mistakes."""
    labels = [named(label, titles) for label in examples.task.labels]
    wanted, given = examples.targets[examples.judged], said.chosen[examples.judged]
    if examples.task.single:
        counts, title = wanted.T.astype(np.int64) @ given, "Confusion: wanted and given 混淆"
    else:
        missed, added = wanted & ~given, given & ~wanted
        counts, title = missed.T.astype(np.int64) @ added, "Confusion: topics missed, and given instead 混淆"
    return _heat("confusion-plot", title, labels, labels, counts.tolist(), ("wanted", "given"), "rows")


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


def _bars(counts: Sequence[int], names: Sequence[str], name: str) -> dict[str, Any]:
    return {"type": "bar", "orientation": "h", "x": list(counts), "y": list(names), "name": name}


def _columns(names: Sequence[str], counts: Sequence[int], name: str) -> dict[str, Any]:
    return {"type": "bar", "x": list(names), "y": list(counts), "name": name}


def _flat(
    name: str,
    title: str,
    traces: Sequence[Mapping[str, Any]],
    lines: Sequence[str],
    table: Table,
    layout: Mapping[str, Any] | None = None,
) -> Plot:
    """Return a plot whose lines stand below one another, the first on top."""
    axis = {"autorange": "reversed", "type": "category", "dtick": 1}
    return Plot(name, title, traces, {"yaxis": axis, **(layout or {})}, _FRAME + _LINE * len(lines), table)


def _heat(
    name: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    axes: tuple[str, str],
    unit: str,
) -> Plot:
    down, across = axes
    trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": list(rows),
        "z": [list(row) for row in counts],
        "hovertemplate": f"{down} %{{y}}<br>{across} %{{x}}<br>%{{z}} {unit}<extra></extra>",
        "xgap": 1,
        "ygap": 1,
    }
    pairs = [(rows[i], columns[j], count) for i, row in enumerate(counts) for j, count in enumerate(row) if count]
    pairs.sort(key=lambda pair: -pair[2])
    table = Table(title, [down, across, unit], pairs)
    layout = {
        "xaxis": {"type": "category", "dtick": 1, "tickangle": -60, "title": {"text": across}},
        "yaxis": {"autorange": "reversed", "type": "category", "dtick": 1, "title": {"text": down}},
    }
    return Plot(name, title, [trace], layout, _FRAME + 100 + _LINE * len(rows), table)


def _table_of(counts: Mapping[str, int], column: str, *, caption: str = "Documents") -> Table:
    return Table(caption, [column, "rows"], list(counts.items()))
