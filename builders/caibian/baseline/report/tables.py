"""Scores -> tables."""

from collections.abc import Mapping, Sequence

from caibian.baseline.card import figure_title
from caibian.baseline.card import title as model_title
from caibian.baseline.evaluate import Evaluation
from caibian.baseline.models import Model
from caibian.baseline.report.markup import Cell, Table
from caibian.baseline.report.plots import named

_WORDS_SHOWN = 15


def models_table(evaluations: Sequence[Evaluation]) -> Table:
    """Return the figures of all models."""
    rows: list[list[Cell]] = [
        [item.model, model_title(item.model), figure_title(name), figure.value, figure.low, figure.high]
        for item in evaluations
        for name, figure in item.scores.figures.items()
        if name in {item.main, "macro_f1", "exact_match", "hamming_loss"}
    ]
    return Table("All models", ["model", "what it is", "figure", "value", "95 % from", "to"], rows)


def sources_table(evaluations: Sequence[Evaluation]) -> Table:
    """Return each model's main figure by where the labels come from."""
    rows: list[list[Cell]] = [
        [item.model, source, scores.rows, figure.value, figure.low, figure.high]
        for item in evaluations
        for source, scores in item.by_label_source.items()
        for figure in [scores.figures[item.main]]
    ]
    shown = figure_title(evaluations[0].main)
    return Table("By where the labels come from", ["model", "labels of", "rows", shown, "95 % from", "to"], rows)


def slices_table(evaluation: Evaluation) -> Table:
    """Return the main figure by publisher, length, repairs and year."""
    rows: list[list[Cell]] = [
        [part.kind, part.value, part.scores.rows, figure.value, figure.low, figure.high]
        for part in evaluation.slices
        for figure in [part.scores.figures[evaluation.main]]
    ]
    shown = figure_title(evaluation.main)
    caption = f"{evaluation.model} by publisher, length, repairs and year"
    return Table(caption, ["by", "value", "rows", shown, "95 % from", "to"], rows)


def telling_table(model: Model, titles: Mapping[str, str]) -> Table:
    """Return what speaks most for each label."""
    rows: list[list[Cell]] = [
        [named(label, titles), "、".join(text for text, _ in found[:_WORDS_SHOWN])]
        for label, found in model.telling.items()
        if found
    ]
    return Table("Telling words of each label", ["label", "words and runs of characters"], rows)
