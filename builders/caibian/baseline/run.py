"""Step 8, baseline: a dataset folder -> models trained, scored and saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from caibian.baseline.card import model_card
from caibian.baseline.evaluate import Comparison, Evaluation, compare, evaluate, rules_decisions
from caibian.baseline.examples import Examples, load_examples
from caibian.baseline.models import Model, Prediction, predict
from caibian.baseline.predictions import read_predictions
from caibian.baseline.save import OPTIONS, load, save
from caibian.baseline.train import Trainable, train
from caibian.baseline.transformer import transformer_probabilities
from caibian.errors import ConfigError, DataError

FOLDER = "baseline"  # of the saved model, in the dataset's folder


@dataclass(frozen=True, slots=True)
class Trained:
    """The models of a build: what was saved, and the scores of all."""

    saved: Model
    evaluations: Sequence[Evaluation]
    notes: Sequence[str]  # models that were not scored, and why
    scored: Examples | None  # the rows that the saved model was scored on
    said: Prediction | None  # what it says of them

    def as_dict(self) -> dict[str, Any]:
        """Return what the manifest holds of it, as plain JSON."""
        return {
            "saved": self.saved.name,
            "training": dict(self.saved.facts),
            "models": [_row(evaluation) for evaluation in self.evaluations],
            "notes": list(self.notes),
        }


def train_and_score(
    folder: Path, *, models: Sequence[str] = ("tfidf", "majority", "rules"), refit: bool = False, dataset: str = ""
) -> Trained | None:
    """Train `models` on a dataset folder's train split, score them on test, save the first under `folder`/baseline.

    Where there is no test split with known labels, validation is scored, unless the model was tuned or trained on
    it. None where no row of train has labels. "rules" is scored against people's labels and the source's only:
    where the labels are the rules' own, it would agree with itself.
    """
    training, validation, test = (load_examples(folder, split) for split in ("train", "validation", "test"))
    if not training.judged.any():
        return None
    evaluations: list[Evaluation] = []
    notes: list[str] = []
    first, scored, first_said = None, None, None
    for name in models:
        if name == "rules":
            evaluations += _score_rules(test, notes)
            continue
        model = train(_trainable(name), training, validation, refit=refit)
        split, held = _held_out(model, validation, test, refit=refit)
        said = None if held is None else predict(model, held.rows)
        if first is None:
            first, scored, first_said = model, held, said
        if held is None or said is None:
            notes.append(f"{name}: not scored; no split with known labels was left out of training and tuning")
            continue
        evaluations.append(evaluate(held, said.chosen, said.probabilities, model=name, split=split))
    if first is None:
        raise ConfigError('baseline.models: must name a model that learns, beside "rules"')
    save(first, folder / FOLDER, card=model_card(first, evaluations, dataset=dataset or folder.parent.name))
    return Trained(first, evaluations, notes, scored, first_said)


def evaluate_folder(folder: Path, *, split: str = "test", said_by: Path | None = None) -> Evaluation:
    """Return the scores of what a model's folder or a file of predictions says; by default, the dataset's own model."""
    examples = _split(folder, split)
    said = _said(examples, said_by or folder / FOLDER)
    return evaluate(examples, said.chosen, _likely(said), model=str(said_by or "baseline"), split=split)


def compare_folder(folder: Path, *, split: str = "test", said_by: Path | None = None, against: Path) -> Comparison:
    """Return the paired difference, on a split, between two models' folders or files of predictions."""
    examples = _split(folder, split)
    one, other = _said(examples, said_by or folder / FOLDER), _said(examples, against)
    names = (str(said_by or "baseline"), str(against))
    return compare(examples, one.chosen, other.chosen, names=names, split=split)


def _split(folder: Path, split: str) -> Examples:
    examples = load_examples(folder, split)
    if not len(examples):
        raise DataError(f"{folder}: has no {split} split")
    return examples


def _said(examples: Examples, said_by: Path) -> Prediction:
    """Return what a model's folder or a file of predictions says of the examples."""
    if not said_by.is_dir():
        given = read_predictions(said_by, examples)
        likely = np.zeros((0, 0)) if given.probabilities is None else given.probabilities
        return Prediction(likely, given.chosen)
    if not (said_by / OPTIONS).exists() and (said_by / "config.json").exists():
        found = transformer_probabilities(said_by, examples.rows, task=examples.task)
        single = examples.task.single
        chosen = found == found.max(axis=1, keepdims=True) if single else found >= 0.5
        return Prediction(found, chosen)
    loaded = load(said_by)
    if loaded.task != examples.task:
        raise DataError(f"{said_by}: was trained for other labels than the dataset has")
    return predict(loaded, examples.rows)


def _likely(said: Prediction) -> Any:
    return said.probabilities if said.probabilities.size else None


def _held_out(model: Model, validation: Examples, test: Examples, *, refit: bool) -> tuple[str, Examples | None]:
    """Return the split to score `model` on: test, else validation where the model has not seen it."""
    if test.judged.any():
        return "test", test
    unseen = not refit and model.facts.get("tuned_on") != "validation"
    return "validation", validation if unseen and validation.judged.any() else None


def _score_rules(test: Examples, notes: list[str]) -> list[Evaluation]:
    chosen = rules_decisions(test)
    others = np.array([source != "rules" for source in test.rows["label_source"].to_pylist()], bool) & test.judged
    if chosen is None:
        notes.append("rules: not scored; the labels are the source's own, and the rules know other topics")
        return []
    if not others.any():
        notes.append("rules: not scored; the labels of the test split are the rules' own, and agree with themselves")
        return []
    kept = np.flatnonzero(others)
    return [evaluate(test.take(kept), chosen[kept], None, model="rules", split="test")]


def _trainable(name: str) -> Trainable:
    known: Mapping[str, Trainable] = {
        "tfidf": "tfidf",
        "words": "words",
        "chars": "chars",
        "naive-bayes": "naive-bayes",
        "majority": "majority",
    }
    if name not in known:
        raise ConfigError(f"baseline.models: no such model {name}; there are {', '.join(known)}, rules")
    return known[name]


def _row(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "name": evaluation.model,
        "split": evaluation.split,
        "rows": evaluation.scores.rows,
        **{name: round(figure.value, 6) for name, figure in evaluation.scores.figures.items()},
        "intervals": {
            name: [round(figure.low, 6), round(figure.high, 6)] for name, figure in evaluation.scores.figures.items()
        },
        "by_label_source": {
            source: {"rows": scores.rows, evaluation.main: round(scores.figures[evaluation.main].value, 6)}
            for source, scores in evaluation.by_label_source.items()
        },
    }
