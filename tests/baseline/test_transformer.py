"""A transformers classifier is scored from its folder: a tiny BERT of random weights, made here."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.baseline.articles import CLASSES, TOPICS, dataset, examples, some

from caibian.baseline import Task, evaluate_folder
from caibian.baseline.transformer import transformer_probabilities
from caibian.errors import ConfigError, DataError


def make_bert(folder: Path, labels: tuple[str, ...]) -> tuple[Any, Any]:
    """Save a classifier with a vocabulary of single signs and return it with its tokenizer."""
    pytest.importorskip("torch", reason="needs torch, which is not installed")
    transformers = pytest.importorskip("transformers", reason="needs transformers, which is not installed")
    import torch

    folder.mkdir()
    signs = sorted({sign for row in some(60, TOPICS) for sign in row["text"]})
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs]), encoding="utf-8"
    )
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"), model_max_length=16)
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.BertConfig(
        vocab_size=len(signs) + 5,
        max_position_embeddings=16,
        id2label=dict(enumerate(labels)),
        initializer_range=2.0,
        **sizes,
    )
    model = transformers.BertForSequenceClassification(config).eval()
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


@pytest.mark.parametrize("task", [TOPICS, CLASSES], ids=["topics", "classes"])
def test_its_probabilities_are_those_of_the_model_itself(tmp_path: Path, task: Task) -> None:
    model, tokenizer = make_bert(tmp_path / "bert", tuple(reversed(task.labels)))  # in another order than the dataset's
    import torch

    rows = examples(some(40, task), task).rows
    found = transformer_probabilities(tmp_path / "bert", rows, task=task)
    expected = []
    for text in rows["text"].to_pylist():
        with torch.no_grad():
            scores = model(**tokenizer(text, return_tensors="pt", truncation=True)).logits[0]
        expected.append((scores.softmax(0) if task.single else scores.sigmoid()).flip(0).numpy())
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(found, axis=0).min() > 0.01, "the model must tell texts apart, or the test shows nothing"


def test_a_folder_of_it_is_evaluated_and_compared(tmp_path: Path) -> None:
    make_bert(tmp_path / "bert", CLASSES.labels)
    folder = dataset(tmp_path / "data", {"test": some(40, CLASSES)}, CLASSES)
    scored = evaluate_folder(folder, said_by=tmp_path / "bert")
    assert scored.scores.rows == 40
    assert scored.ranking is not None


def test_labels_that_the_dataset_lacks_are_refused(tmp_path: Path) -> None:
    make_bert(tmp_path / "bert", ("roads", "law", "LABEL_2"))
    with pytest.raises(DataError, match='its label "LABEL_2" is not one of the dataset: roads, law, sport'):
        transformer_probabilities(tmp_path / "bert", examples(some(2, CLASSES), CLASSES).rows, task=CLASSES)


def test_weights_that_are_no_safetensors_are_refused(tmp_path: Path) -> None:
    make_bert(tmp_path / "bert", CLASSES.labels)
    (tmp_path / "bert" / "model.safetensors").rename(tmp_path / "bert" / "pytorch_model.bin")
    with pytest.raises(DataError, match="is no transformers classifier that can be read"):
        transformer_probabilities(tmp_path / "bert", examples(some(2, CLASSES), CLASSES).rows, task=CLASSES)


def test_without_transformers_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)  # what importing a missing package comes to
    with pytest.raises(ConfigError, match="install transformers and torch"):
        transformer_probabilities(tmp_path, examples(some(1, CLASSES), CLASSES).rows, task=CLASSES)
