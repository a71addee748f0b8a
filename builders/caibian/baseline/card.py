"""What the model's README.md says."""

from collections.abc import Sequence

from caibian.baseline.evaluate import Evaluation
from caibian.baseline.models import Model

_TITLES = {
    "tfidf": "words and characters, TF-IDF, linear",
    "words": "words only, TF-IDF, linear",
    "chars": "characters only, TF-IDF, linear",
    "naive-bayes": "Naive Bayes on words and characters",
    "majority": "always the most frequent label",
    "rules": "the labels' own rules",
}


def title(name: str) -> str:
    """Return what the model of this name does, in a few words."""
    return _TITLES.get(name, name)


def figure_title(name: str) -> str:
    """Return a figure's name as people write it.

    >>> figure_title("micro_f1")
    'micro F1'
    """
    return name.replace("_", " ").replace("f1", "F1")


def model_card(model: Model, evaluations: Sequence[Evaluation], *, dataset: str) -> str:
    """Return the card of `model`: what it is, how it was trained, how well it does, what it must not be used for."""
    facts = model.facts
    lines = [
        "---",
        "library_name: skops",
        "language: zh",
        "tags: [text-classification]",
        "---",
        "",
        f"# {_escaped(dataset)}: {title(model.name)}",
        "",
        f"A linear classifier over TF-IDF weights for Chinese news, {_kind(model)}.",
        "",
        "## Training",
        "",
        *(f"- {name.replace('_', ' ')}: {_escaped(str(value))}" for name, value in facts.items()),
        "- rows weight: rows of one cluster of near copies count together as one row",
        "- the test split was used for nothing but the scores below",
        "",
        "## Scores",
        "",
        *score_table(evaluations),
        "",
        "Where the labels come from rules, a score says how well the rules are imitated, not how well the text is"
        " understood; only agreement with people's labels (gold) says that.",
        "",
        "## Use",
        "",
        "`build-dataset predict baseline page.html --json` labels new pages, cleaned and segmented as the dataset was.",
        "",
        "The files hold arrays and JSON only; they load without trusting any type. The model knows news in simplified"
        " Chinese as the dataset has it, and nothing of what happened after.",
    ]
    return "\n".join(lines) + "\n"


def score_table(evaluations: Sequence[Evaluation]) -> list[str]:
    """Return a Markdown table of models and their figures."""
    lines = [
        "| model | split | labels of | rows | figure | value | 95 % interval | macro F1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for evaluation in evaluations:
        for source, scores in evaluation.by_label_source.items():
            main, macro = scores.figures[evaluation.main], scores.figures["macro_f1"]
            lines.append(
                f"| {evaluation.model} | {evaluation.split} | {source} | {scores.rows} "
                f"| {figure_title(evaluation.main)} | {main.value:.4f} | {main.low:.4f} to {main.high:.4f} "
                f"| {macro.value:.4f} |"
            )
    return lines


def _kind(model: Model) -> str:
    labels = len(model.task.labels)
    return f"one of {labels} labels a text" if model.task.single else f"any number of {labels} topics a text"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
