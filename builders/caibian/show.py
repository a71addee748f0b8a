"""What the command line shows of many rows: the summary of a build, scores, changes; `inspection` shows one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from caibian.pipeline import LabelReview, Summary
from caibian.publish import Diff, Pushed
from caibian.storage import is_address
from caibian.terminal import Terminal, harmless

if TYPE_CHECKING:
    from caibian.baseline import Comparison, Evaluation

_NOTES = 20  # shown after a build; a corpus of hundreds of rare labels has a note for each of them


def summary(built: Summary) -> None:
    """Print what a build did: the funnel, rows a split and a label, scores, and how to load the dataset."""
    console = Terminal()
    console.print(Text(f"{built.name} {built.version}", style="bold"))
    console.print(_funnel(built.funnel))
    console.print(_label_table(built))
    if built.baseline and built.baseline["models"]:
        console.print(_score_table(built.baseline))
    notes = [*built.notes, *(built.baseline or {}).get("notes", ())]
    for note in notes[:_NOTES]:
        console.print(Text(f"note: {note}"))
    if len(notes) > _NOTES:
        console.print(f"note: and {len(notes) - _NOTES} more of these; --json gives all")
    if built.folder is None:
        console.print("dry run: nothing was written")
        return
    console.print(Text(f"{built.state}: {built.folder}"))
    given = f'"{built.folder}"'
    if is_address(built.folder):  # load_dataset takes the card of a folder and of a repository, of no other place
        given = f'"parquet", data_files="{built.folder}/data/articles/train-*.parquet"'
    print(f"from datasets import load_dataset; dataset = load_dataset({given})")


def _score_table(scores: Mapping[str, Any]) -> Table:
    """Return the models of a build with their main figures and 95 % intervals."""
    models = scores["models"]
    split = models[0]["split"]
    names = [name for name in ("accuracy", "micro_f1", "macro_f1", "exact_match") if any(name in m for m in models)]
    table = Table("model", *names, title=f"scores on {split}, with 95 % intervals", title_justify="left")
    for model in models:
        table.add_row(model["name"], *(_figure(model[name], *model["intervals"][name]) for name in names))
    return table


def _figure(value: float, low: float, high: float) -> str:
    return f"{value:.3f} ({low:.3f}-{high:.3f})"


def evaluation(scored: "Evaluation", compared: "Comparison | None") -> None:
    """Print the scores of one model, and where asked for how it differs from another."""
    console = Terminal()
    console.print(Text(f"{scored.model} on {scored.split}: {scored.scores.rows:,} rows", style="bold"))
    figures = Table("figure", "value", "95 % interval")
    for name, figure in scored.scores.figures.items():
        figures.add_row(name, f"{figure.value:.4f}", f"{figure.low:.4f} to {figure.high:.4f}")
    if scored.ranking is not None:
        for name in ("macro_average_precision", "micro_average_precision", "brier", "calibration_error"):
            figures.add_row(name, f"{getattr(scored.ranking, name):.4f}", "")
    console.print(figures)
    topics = Table("label", "precision", "recall", "F1", "support")
    for topic in scored.topics:
        topics.add_row(
            topic.label, *(f"{v:.3f}" for v in (topic.precision, topic.recall, topic.f1)), f"{topic.support:,}"
        )
    console.print(topics)
    parts = Table("by", "value", "rows", scored.main, "95 % interval")
    of_sources = [("labels of", source, scores) for source, scores in scored.by_label_source.items()]
    for kind, value, scores in (*of_sources, *((part.kind, part.value, part.scores) for part in scored.slices)):
        figure = scores.figures[scored.main]
        parts.add_row(kind, value, f"{scores.rows:,}", f"{figure.value:.4f}", f"{figure.low:.4f} to {figure.high:.4f}")
    console.print(parts)
    if compared is not None:
        gaps = Table("figure", f"{compared.one} - {compared.other}", "p")
        for name, difference in compared.differences.items():
            gaps.add_row(name, f"{difference:+.4f}", f"{compared.p_values[name]:.4f}")
        console.print(gaps)


def labels(found: LabelReview) -> None:
    """Print topics against gold, the functions that cover most, and the rows worth a look."""
    console = Terminal()
    analysis = found.analysis
    console.print(f"{analysis['documents']:,} documents, {analysis['judged']:,} of them judged by people")
    if analysis["micro"]:
        topics = Table("topic", "support", "precision", "recall", "F1", "95 % interval")
        for topic in (
            *analysis["topics"],
            analysis["micro"],
            {**analysis["majority"], "topic": "micro, by majority vote"},
        ):
            shown = [_or_dash(topic[name]) for name in ("precision", "recall", "f1", "f1_low", "f1_high")]
            topics.add_row(topic["topic"], str(topic["support"]), *shown[:3], f"{shown[3]} to {shown[4]}")
        console.print(topics)
    _people(console, analysis)
    functions = Table("labelling function", "coverage", "overlap", "conflict", "accuracy")
    for one in sorted(analysis["functions"], key=lambda one: (-one["coverage"], one["name"]))[:40]:
        functions.add_row(
            one["name"], *(_or_dash(one[name]) for name in ("coverage", "overlap", "conflict", "accuracy"))
        )
    console.print(functions)
    for one in analysis["disagreements"][:20]:
        console.print(Text(f"look at {one['id']}: {one['topic']} ({one['reason']}, p = {one['probability']:.2f})"))
    for file in found.written:
        console.print(Text(f"written for review: {file}"))


def _people(console: Terminal, analysis: Mapping[str, Any]) -> None:
    """Print how people agree among themselves, and the documents on which they do not."""
    given = [one for one in analysis["agreement"] if one["given"]]
    if not given:
        return
    people = Table("people agree on", "documents of several", "times given", "alpha", "kappa")
    for one in given:
        counts = (str(one["documents"]), str(one["given"]))
        people.add_row(one["topic"], *counts, *(_or_dash(one[name]) for name in ("alpha", "kappa")))
    console.print(people)
    for conflict in analysis["conflicts"][:20]:
        said = "; ".join(f"{topic} by {', '.join(who)}" for topic, who in conflict["topics"].items())
        console.print(Text(f"people differ on {conflict['id']}: {said} (of {', '.join(conflict['judges'])})"))
    if len(analysis["conflicts"]) > 20:
        console.print(f"and on {len(analysis['conflicts']) - 20} more, which --json lists")


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def prediction(found: Mapping[str, Any]) -> None:
    """Print what a model says of one record: its id, then its labels with their probabilities."""
    labels = [found["label"]] if "label" in found else found["topics"]
    said = ", ".join(f"{label} {found['probabilities'][label]:.2f}" for label in labels)
    print(harmless(f"{found['id']}  {said or '-'}"))


def _funnel(funnel: Mapping[str, int]) -> Table:
    table = Table(title="documents", title_justify="left", show_header=False)
    table.add_column("step")
    table.add_column("rows", justify="right")
    for name, rows in funnel.items():
        table.add_row(name if name in ("read", "kept") else f"  dropped: {name}", f"{rows:,}")
    return table


def _label_table(built: Summary) -> Table:
    table = Table(title="rows", title_justify="left")
    table.add_column("label")
    for split in built.rows:
        table.add_column(split, justify="right")
    table.add_row("all", *(f"{rows:,}" for rows in built.rows.values()), end_section=True)
    for label in dict.fromkeys(label for counts in built.labels.values() for label in counts):
        table.add_row(label, *(f"{built.labels[split].get(label, 0):,}" for split in built.rows))
    return table


def changes(found: Diff) -> None:
    """Print what changed between two versions, with examples, and which version number is due."""
    console = Terminal()
    table = Table("", "articles", "paragraphs", title=f"{found.old} -> {found.new}", title_justify="left")
    for kind, change in found.articles.items():
        table.add_row(kind, f"{change.rows:,}", f"{found.paragraphs[kind].rows:,}")
    console.print(table)
    for kind, change in found.articles.items():
        for example in change.examples:
            console.print(Text(f"{kind}: {example}"[:500]))
    for name in ("columns_added", "columns_removed", "labels_added", "labels_removed"):
        if getattr(found, name):
            console.print(Text(f"{name.replace('_', ' ')}: {', '.join(getattr(found, name))}"))
    console.print(f"{found.part} change: {found.due} is due after {found.old}")


def pushed(done: Pushed, *, dry_run: bool) -> None:
    """Print what was, or would be, uploaded."""
    verb = "would upload" if dry_run else "uploaded"
    console = Terminal()
    for path, size in done.uploaded.items():
        console.print(Text(f"{verb} {path} ({size:,} bytes)"))
    console.print(f"{len(done.uploaded)} {verb}, {len(done.deleted)} deleted, {len(done.unchanged)} as they are")
    if done.url:
        console.print(Text(done.url))
