"""What the command line shows of one record: before and after, and what a dataset says of it."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from caibian.terminal import Terminal, harmless

Row = Mapping[str, Any]
_INSPECTED = (
    "id", "source", "place", "title", "text", "paragraphs", "published", "publisher", "author", "section", "url",
    "encoding", "script", "repairs", "topics", "label_source", "evidence", "paragraph_topics", "dropped",
)  # fmt: skip
_SHOWN_CHARS = 20_000  # of a text; some fifteen screens
_MOST_PAIRS = 20_000_000  # of equal characters, which the comparison goes through, again and again; some seconds
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")
_SEPARATE = ("words", "features", "evidence", "sentences", "paragraph_rows", "copies", "file")  # no line of text


def record(row: Row) -> dict[str, Any]:
    """Return what `inspect --json` prints of a row: `text` is the body, dates are ISO 8601."""
    shown = {**row, "text": "\n".join(row["paragraphs"])}
    return {name: shown[name] for name in _INSPECTED}


def inspected(row: Row) -> None:
    """Print a record for a person: before and after side by side, then repairs, topics and evidence.

    What a repair took away is red, what it put there green, and words that justify a topic are underlined.
    """
    console = Terminal()
    place = f", {row['place']}" if row["place"] else ""
    console.rule(Text(f"{row['source']}{place}  {row['id']}"))
    table = Table(show_lines=False, expand=True)
    table.add_column("before", ratio=1, overflow="fold")
    table.add_column("after", ratio=1, overflow="fold")
    lines = [harmless(line) for line in (row["title"] or "", *row["paragraphs"])]
    (before, more), (after, more_after) = _cut(harmless(_visible(row))), _cut("\n".join(lines))
    left, right = _marked(before, after)
    _underline(right, lines, row["evidence"] or ())
    table.add_row(left.append(more, "bold"), right.append(more_after, "bold"))
    console.print(table)
    for name in ("published", "publisher", "author", "section", "url", "encoding", "script", "label_source"):
        if row[name]:
            console.print(Text(f"{name}: {row[name]}"))
    _tell_repairs(console, row["repairs"])
    _tell_evidence(console, row["evidence"], row["topics"], lines)
    if row["dropped"]:
        console.print(Text(f"dropped: {row['dropped']}", style="bold red"))


def history(row: Row) -> None:
    """Print all that a dataset says of one row: its columns, evidence, paragraphs and copies."""
    console = Terminal()
    for name, value in row.items():
        if value not in (None, [], "") and name not in _SEPARATE:
            if name == "repairs":
                _tell_repairs(console, value)
                continue
            text = Text(f"{name}: ", style="bold")
            text.append("".join(_cut(", ".join(value) if isinstance(value, list) else str(value))), "not bold")
            console.print(text)
    lines = [row.get("title") or "", *(row.get("text") or "").split("\n")]
    if row["config"] == "paragraphs":  # its evidence counts from the article's first paragraph
        lines[1:1] = [""] * row["position"]
    _tell_evidence(console, row.get("evidence"), row.get("topics"), lines)
    for paragraph in row.get("paragraph_rows", ()):
        console.print(Text(f"paragraph {paragraph['position']}: {', '.join(paragraph.get('topics') or ()) or '-'}"))
        _tell_evidence(console, paragraph.get("evidence"), paragraph.get("topics"), lines, indent="  ")
    for copy in row.get("copies", ()):
        console.print(Text(f"copy: {copy['id']} ({copy['dropped']}) {copy['title'] or ''}, {copy['source']}"))
    console.print(Text(f"before its repair: build-dataset inspect FILES --id {row.get('article', row['id'])}"))


def _tell_repairs(console: Terminal, repairs: Sequence[Row] | None) -> None:
    said = ", ".join(f"{repair['kind']} {repair['count']}" for repair in repairs or ())
    console.print(Text(f"repairs: {said or 'none'}"))


def _tell_evidence(
    console: Terminal,
    evidence: Sequence[Row] | None,
    topics: Sequence[str] | None,
    lines: Sequence[str],
    indent: str = "",
) -> None:
    """Print a line a topic: whether the row has it, its probability, the words for it, the functions that voted."""
    for item in evidence or ():
        words = " ".join(dict.fromkeys(_words(item, lines)))
        functions = ", ".join(name.removeprefix(f"{item['topic']}.") for name in item["functions"])
        sign = "+" if item["topic"] in (topics or ()) else "-"
        console.print(Text(f"{indent}{sign} {item['topic']} {item['probability']:.2f}: {words[:200]} ({functions})"))


def _words(item: Row, lines: Sequence[str]) -> Iterator[str]:
    for span in item["spans"]:
        if span["paragraph"] + 1 < len(lines):  # a dataset may withhold its texts
            yield lines[span["paragraph"] + 1][span["start"] : span["end"]]


def _underline(text: Text, lines: Sequence[str], evidence: Sequence[Row]) -> None:
    """Underline the words for topics that are above the threshold in a text of lines, the title first."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for item in evidence:
        for span in item["spans"] if item["above_threshold"] else ():
            start = starts[span["paragraph"] + 1]
            text.stylize("underline", start + span["start"], start + span["end"])


def _cut(text: str) -> tuple[str, str]:
    """Return what is shown of a text, and what to say of the rest."""
    rest = len(text) - _SHOWN_CHARS
    return text[:_SHOWN_CHARS], f"\n... {rest:,} characters more, which --json gives" if rest > 0 else ""


def _visible(row: Row) -> str:
    """Return the record as a reader sees it, before any repair: the lines of a page, not its source."""
    from caibian.loaders.clean.page import parse

    if row["format"] not in ("html", "warc"):
        return str(row["raw"])
    return "\n".join(line.text for line in parse(row["raw"], html=True).lines)


def _marked(before: str, after: str) -> tuple[Text, Text]:
    """Return both texts with what differs coloured: removed in red, restored in green."""
    left, right = Text(before), Text(after)
    for a, b, c, d in _differences(before, after):
        left.stylize("red", a, b)
        right.stylize("green", c, d)
    return left, right


def _differences(before: str, after: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the places that differ, found sentence by sentence and then character by character."""
    ours, theirs = _SENTENCE.findall(before), _SENTENCE.findall(after)
    here, there = _starts(ours), _starts(theirs)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs).get_opcodes():
        start, end, other, other_end = here[a], here[b], there[c], there[d]
        left, right = before[start:end], after[other:other_end]
        if tag == "replace" and _pairs(left, right) <= _MOST_PAIRS:
            for kind, e, f, g, h in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
                if kind != "equal":
                    yield start + e, start + f, other + g, other + h
        elif tag != "equal":
            yield start, end, other, other_end


def _pairs(one: str, other: str) -> int:
    counts = Counter(other)
    return sum(count * counts[character] for character, count in Counter(one).items())


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts
