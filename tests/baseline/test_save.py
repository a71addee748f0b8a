import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer
from tests.baseline.articles import CLASSES, TOPICS, examples, some

from caibian.baseline import Model, load_model, predict, save_model, train
from caibian.baseline.records import label_records
from caibian.baseline.save import MODEL, OPTIONS, VOCABULARY
from caibian.errors import DataError

FRESH = """
import json, sys
import pyarrow as pa
from pathlib import Path
from caibian.baseline import load_model, predict
model = load_model(Path(sys.argv[1]))
rows = pa.table({"id": ["a"], "title": pa.array([None], pa.string()), "text": ["法院判决桥"],
                 "words": pa.array([[["法院", "判决", "桥"]]], pa.list_(pa.list_(pa.string())))})
print(json.dumps(predict(model, rows).probabilities.tolist()))
print(json.dumps(sorted(name for name in sys.modules if name in ("jieba", "datasets", "ray"))))
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return train("tfidf", examples(some(90, TOPICS), TOPICS), examples([], TOPICS))


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    save_model(model, tmp_path / "model", card="# card\n")
    return tmp_path / "model"


def test_a_loaded_model_says_the_same(model: Model, folder: Path) -> None:
    rows = examples(some(50, TOPICS, start=300), TOPICS).rows
    one, other = predict(model, rows), predict(load_model(folder), rows)
    assert (one.probabilities == other.probabilities).all()
    assert (one.chosen == other.chosen).all()
    assert load_model(folder).telling == model.telling


@pytest.mark.parametrize("name", ["words", "chars", "naive-bayes", "majority"])
def test_every_model_is_saved(name: str, tmp_path: Path) -> None:
    rows = examples(some(60, CLASSES), CLASSES)
    found = train(name, rows, examples([], CLASSES))  # type: ignore[arg-type]
    save_model(found, tmp_path, card="")
    assert (predict(load_model(tmp_path), rows.rows).probabilities == predict(found, rows.rows).probabilities).all()


def test_a_fresh_process_needs_no_other_package(model: Model, folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FRESH, str(folder)], capture_output=True, text=True, check=True)
    likely, others = map(json.loads, done.stdout.splitlines())
    assert others == []
    assert likely[0][1] == max(likely[0])


def test_equal_models_are_equal_files(model: Model, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from caibian.baseline import train, save_model;"
        "from tests.baseline.articles import *;"
        "e = examples(some(90, TOPICS), TOPICS);"
        "save_model(train('tfidf', e, examples([], TOPICS)), Path(sys.argv[1]), card='')"
    )
    for name in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": name}
        subprocess.run([sys.executable, "-c", script, str(tmp_path / name)], check=True, env=environment)
    for file in (MODEL, VOCABULARY, OPTIONS):
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes(), file


def test_nothing_in_the_file_needs_trust(folder: Path) -> None:
    assert skops.io.get_untrusted_types(file=folder / MODEL) == []
    assert isinstance(skops.io.load(folder / MODEL, trusted=[]), dict)


def test_a_type_that_needs_trust_is_refused(folder: Path) -> None:
    (folder / MODEL).write_bytes(skops.io.dumps({"weigher": FunctionTransformer(os.system)}))
    with pytest.raises(DataError, match="not to be trusted"):
        load_model(folder)


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", [MODEL, VOCABULARY, OPTIONS])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"PK\x03\x04 no", b"[" * 100_000, b"\xff"])
def test_a_damaged_file_is_refused(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=str(folder.name)):
        load_model(folder)


def test_files_of_two_models_are_refused(folder: Path, tmp_path: Path) -> None:
    other = train("words", examples(some(90, TOPICS), TOPICS), examples([], TOPICS))
    save_model(other, tmp_path / "other", card="")
    (folder / MODEL).write_bytes((tmp_path / "other" / MODEL).read_bytes())
    with pytest.raises(DataError, match="must be numbers of shape"):
        load_model(folder)


def test_numbers_that_are_none_are_refused(model: Model, folder: Path) -> None:
    parts = {"weigher": model.weigher, "weights": model.weights, "thresholds": model.thresholds}
    (folder / MODEL).write_bytes(skops.io.dumps({**parts, "intercept": np.full(3, np.nan)}))
    with pytest.raises(DataError, match="intercept must be numbers"):
        load_model(folder)


def test_no_time_and_no_address_is_in_the_file(folder: Path) -> None:
    with zipfile.ZipFile(folder / MODEL) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(len(name.split(".")[0]) < 8 for name in file.namelist())


def test_records_name_labels_and_probabilities(model: Model) -> None:
    record = next(iter(label_records(model, examples(some(1, TOPICS, start=1), TOPICS).rows)))
    assert record["id"] == f"{1:016x}"
    assert record["topics"] == ["law"]
    assert set(record["probabilities"]) == set(TOPICS.labels)
