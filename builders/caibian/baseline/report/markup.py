"""Facts -> HTML, with everything that came from outside escaped."""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, its columns, its rows. Numbers stand to the right."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and the same as a table for those who cannot see it."""

    name: str  # of its element
    title: str
    traces: Sequence[Mapping[str, Any]]  # as plotly.js takes them
    layout: Mapping[str, Any]
    height: int  # pixels
    table: Table


def escape(text: object) -> str:
    """Return `text` safe as an element's content and as an attribute in double quotes.

    >>> escape('<b title="x">&')
    '&lt;b title=&quot;x&quot;&gt;&amp;'
    """
    return html.escape(str(text), quote=True)


def embed_json(value: object) -> str:
    r"""Return JSON that nothing in it can break out of a script element.

    >>> embed_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def number(value: Cell) -> str:
    """Return a table cell's text: counts with separators, shares with three digits, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else value


def render_table(table: Table) -> str:
    """Return an HTML table with a caption and header cells, in a box that scrolls by itself."""
    head = "".join(_heading(place, column, table.rows) for place, column in enumerate(table.columns))
    body = "".join(_row(row) for row in table.rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table.caption)}"><table>'
        f"<caption>{escape(table.caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _heading(place: int, column: str, rows: Sequence[Sequence[Cell]]) -> str:
    """Return a column's heading, to the right where its cells are numbers."""
    is_number = place > 0 and any(isinstance(row[place], int | float) for row in rows[:1])
    kind = ' class="number"' if is_number else ""
    return f'<th scope="col"{kind}>{escape(column)}</th>'


def _row(row: Sequence[Cell]) -> str:
    first, *others = row
    cells = "".join(
        f'<td class="number">{number(cell)}</td>' if not isinstance(cell, str) else f"<td>{escape(cell)}</td>"
        for cell in others
    )
    return f'<tr><th scope="row">{escape(number(first))}</th>{cells}</tr>'


def render_plot(plot: Plot) -> str:
    """Return the box that the plot is drawn in, and its table, folded away."""
    return (
        f'<figure><figcaption>{escape(plot.title)}</figcaption><div class="wide">'
        f'<div class="plot" id="{escape(plot.name)}" role="img" style="height:{plot.height}px"'
        f' aria-label="{escape(plot.title)}; the same figures follow as a table"></div></div>'
        f"<details><summary>{escape(plot.title)}: as a table</summary>{render_table(plot.table)}</details></figure>"
    )


def render_section(name: str, title: str, *parts: str) -> str:
    """Return a section with a heading that the table of contents links to."""
    return f'<section id="{escape(name)}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def paragraph(text: str) -> str:
    """Return a paragraph of our own words."""
    return f"<p>{escape(text)}</p>"


def marked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """Return the text with its evidence marked; `spans` are in order and do not overlap."""
    parts, done = [], 0
    for start, end, topic in spans:
        parts.append(escape(text[done:start]))
        parts.append(f'<mark title="{escape(topic)}">{escape(text[start:end])}</mark>')
        done = end
    parts.append(escape(text[done:]))
    return "".join(parts)
