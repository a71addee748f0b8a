"""The report: everything about a dataset and its baseline in one file that opens offline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from caibian.baseline.report import plots, score_plots, tables
from caibian.baseline.report.cases import suspected_labels, worst_errors
from caibian.baseline.report.facts import Rows, count_rows
from caibian.baseline.report.markup import (
    Plot,
    Table,
    embed_json,
    escape,
    paragraph,
    render_plot,
    render_section,
    render_table,
)
from caibian.baseline.report.reading import render_cases
from caibian.baseline.run import Trained

REPORT = "report.html"
# Nothing may be fetched: what is not in the file is not there.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


@dataclass(frozen=True, slots=True)
class About:
    """What the build knows of the dataset beside its rows."""

    name: str
    version: str
    description: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)  # label -> Chinese title
    funnel: Mapping[str, int] = field(default_factory=dict)  # "read", each reason for dropping, "kept"
    repairs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # kind -> {"documents", "count"}


def write_report(folder: Path, about: About, trained: Trained | None) -> Path:
    """Write report.html into a dataset's folder and return its path; equal datasets give equal files."""
    path = folder / REPORT
    path.write_text(render_report(count_rows(folder), about, trained), encoding="utf-8")
    return path


def render_report(rows: Rows, about: About, trained: Trained | None) -> str:
    """Return the report as one HTML document."""
    drawn: list[Plot] = []
    sections = [*_data_sections(rows, about, drawn), *_model_sections(about, trained, drawn)]
    data = [{"name": plot.name, "traces": plot.traces, "layout": plot.layout, "height": plot.height} for plot in drawn]
    contents = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title, _ in sections)
    body = "".join(render_section(name, title, html) for name, title, html in sections)
    heading = f"{about.name} {about.version}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(heading)}: report</title><link rel="icon" href="data:,">'
        f"<style>{_file('page.css')}</style></head><body>"
        f'<a class="skip" href="#content">Skip to the content</a><header><h1>{escape(heading)}</h1>'
        f"{paragraph(about.description) if about.description else ''}"
        f'<nav aria-label="Contents"><ul>{contents}</ul></nav></header>'
        f'<main id="content">{body}</main><footer><p class="soft">Built by Caibian 采编.</p></footer>'
        f'<script type="application/json" id="plots">{embed_json(data)}</script>'
        f"<script>{_plotly()}</script><script>{_file('page.js')}</script></body></html>\n"
    )


Section = tuple[str, str, str]  # id, title, HTML


def _data_sections(rows: Rows, about: About, drawn: list[Plot]) -> list[Section]:
    sections = [("overview", "Overview 概览", _overview(rows))]
    if about.funnel:
        sections.append(("funnel", "Documents 文档", _draw(drawn, plots.funnel_plot(about.funnel))))
    if about.repairs:
        sections.append(("repairs", "Repairs 修复", _draw(drawn, plots.repairs_plot(about.repairs))))
    labels = _draw(drawn, plots.topics_plot(rows, about.titles))
    if not rows.task.single:
        labels += _draw(drawn, plots.together_plot(rows, about.titles))
    sections.append(("labels", "Labels 标签", labels))
    texts = _draw(drawn, plots.lengths_plot(rows)) if rows.lengths else paragraph("The texts are withheld.")
    texts += _draw(drawn, plots.dates_plot(rows)) if rows.months else paragraph("No text has a date of publication.")
    if rows.publishers:
        table = Table("Most frequent publishers", ["publisher", "rows"], rows.publishers[:20])
        texts += f"<details><summary>Publishers</summary>{render_table(table)}</details>"
    sections.append(("texts", "Texts 文本", texts))
    return sections


def _overview(rows: Rows) -> str:
    total = sum(rows.splits.values())
    unlabelled = sum(rows.unlabelled.values())
    facts = {
        "articles": f"{total:,}",
        **{split: f"{count:,}" for split, count in rows.splits.items()},
        "labels": f"{len(rows.task.labels):,}",
        "labels a text": "one" if rows.task.single else "any number",
        "without labels": f"{unlabelled:,}",
    }
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
    return f'<dl class="key">{items}</dl>'


def _model_sections(about: About, trained: Trained | None, drawn: list[Plot]) -> list[Section]:
    if trained is None:
        return [("scores", "Scores 得分", paragraph("No baseline was trained."))]
    sections = [("scores", "Scores 得分", _scores(about, trained, drawn))]
    words = tables.telling_table(trained.saved, about.titles)
    if words.rows:
        intro = paragraph("What sets the texts of a label apart for the model, most telling first.")
        sections.append(("words", "Telling words 关键词", intro + render_table(words)))
    if trained.scored is not None and trained.said is not None:
        parts = trained.saved, trained.scored, trained.said
        sections.append(
            ("cases", "Errors and doubts 错误与存疑", render_cases(worst_errors(*parts), suspected_labels(*parts)))
        )
    return sections


def _scores(about: About, trained: Trained, drawn: list[Plot]) -> str:
    notes = "".join(paragraph(note) for note in trained.notes)
    if not trained.evaluations:
        return notes
    first = trained.evaluations[0]
    parts = [
        paragraph(
            "Where labels come from rules, a score says how well the rules are imitated. Only agreement with people's"
            " labels (gold) says how well texts are understood."
        ),
        _draw(drawn, score_plots.models_plot(trained.evaluations)),
        notes,
        render_table(tables.models_table(trained.evaluations)),
        render_table(tables.sources_table(trained.evaluations)),
        _draw(drawn, score_plots.topic_scores_plot(first, about.titles)),
    ]
    reliability = score_plots.reliability_plot(first)
    if reliability is not None:
        parts.append(_draw(drawn, reliability))
    if trained.scored is not None and trained.said is not None:
        parts.append(_draw(drawn, score_plots.confusion_plot(trained.scored, trained.said, about.titles)))
    if first.slices:
        parts.append(render_table(tables.slices_table(first)))
    return "".join(parts)


def _draw(drawn: list[Plot], plot: Plot) -> str:
    drawn.append(plot)
    return render_plot(plot)


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """Return plotly.js itself, which plotly's Python package carries."""
    source = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    return source.replace("</script", "<\\/script")
