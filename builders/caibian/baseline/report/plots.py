"""Counts of rows -> drawings for plotly.js, each with its table."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from caibian.baseline.report.facts import LENGTHS, Rows
from caibian.baseline.report.markup import Cell, Plot, Table

_LINE = 26  # pixels a bar or a line of a heat map needs to be read
FRAME = 110  # pixels for axis, legend and margins
Titles = Mapping[str, str]  # label -> its title in Chinese


def named(label: str, titles: Titles) -> str:
    """Return a label with its Chinese title, where it has one."""
    title = titles.get(label)
    return f"{title} {label}" if title and title != label else label


def funnel_plot(funnel: Mapping[str, int]) -> Plot:
    """Return what became of all records: how many were dropped for which reason, how many stayed."""
    names, counts = list(funnel), list(funnel.values())
    traces = [_bars(counts, names, "documents")]
    return flat(
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
    return flat("repairs-plot", "Repairs by kind, in documents 修复", [_bars(counts, names, "documents")], names, table)


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
    return flat("topics-plot", "Labels, by split 标签", traces, labels, table, {"barmode": "stack"})


def together_plot(rows: Rows, titles: Titles) -> Plot:
    """Return how many rows have both of two topics."""
    labels = [named(label, titles) for label in rows.task.labels]
    counts = rows.together.copy()
    np.fill_diagonal(counts, 0)
    title = "Topics on the same text 主题共现"
    return heat("together-plot", title, labels, labels, counts.tolist(), ("topic", "with"), "rows")


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


def _bars(counts: Sequence[int], names: Sequence[str], name: str) -> dict[str, Any]:
    return {"type": "bar", "orientation": "h", "x": list(counts), "y": list(names), "name": name}


def _columns(names: Sequence[str], counts: Sequence[int], name: str) -> dict[str, Any]:
    return {"type": "bar", "x": list(names), "y": list(counts), "name": name}


def flat(
    name: str,
    title: str,
    traces: Sequence[Mapping[str, Any]],
    lines: Sequence[str],
    table: Table,
    layout: Mapping[str, Any] | None = None,
) -> Plot:
    """Return a plot whose lines stand below one another, the first on top."""
    axis = {"autorange": "reversed", "type": "category", "dtick": 1}
    return Plot(name, title, traces, {"yaxis": axis, **(layout or {})}, FRAME + _LINE * len(lines), table)


def heat(
    name: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    axes: tuple[str, str],
    unit: str,
) -> Plot:
    """Return a heat map of counts (a list a row), with the pairs that occur as a table, the commonest first.

    `axes` name the rows and the columns, `unit` what is counted.
    """
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
        "xaxis": {"type": "category", "dtick": 1, "tickangle": -60},
        "yaxis": {"autorange": "reversed", "type": "category", "dtick": 1},
    }
    return Plot(name, title, [trace], layout, FRAME + 100 + _LINE * len(rows), table)


def _table_of(counts: Mapping[str, int], column: str, *, caption: str = "Documents") -> Table:
    return Table(caption, [column, "rows"], list(counts.items()))
