"""`evaluate`, `predict` and `export`, as they are called."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.baseline.articles import CLASSES, dataset, some

from caibian import cli
from caibian.baseline import train_and_score

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["build-dataset", *map(str, words)])
        cli.main()
        return capsys.readouterr().out

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = dataset(tmp_path / "data", {"train": some(90, CLASSES), "test": some(40, CLASSES, start=300)}, CLASSES)
    train_and_score(found, models=("tfidf",))
    return found


def test_evaluate_tells_all_figures_labels_and_slices(run: Run, folder: Path) -> None:
    shown = run("evaluate", folder)
    for word in ("accuracy", "macro_f1", "calibration_error", "brier", "roads", "labels of", "第1日报", "as found"):
        assert word in shown
    assert json.loads(run("evaluate", folder, "--json"))["scores"]["figures"]["accuracy"]["value"] == 1.0


def test_evaluate_compares_in_pairs(run: Run, folder: Path, tmp_path: Path) -> None:
    ids = [row["id"] for row in some(40, CLASSES, start=300)]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps({"id": row_id, "label": "law"}) + "\n" for row_id in ids))
    found = json.loads(run("evaluate", folder, "--against", tmp_path / "p.jsonl", "--json"))["comparison"]
    assert found["differences"]["accuracy"] > 0.5
    assert found["p_values"]["accuracy"] < 0.01
    assert f"+{found['differences']['accuracy']:.4f}" in run("evaluate", folder, "--against", tmp_path / "p.jsonl")


def test_predict_labels_every_record_of_new_files(run: Run, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    path.write_text('{"text": "法院判决，警方破案。"}\n{"text": "比赛冠军，球队。"}\n', encoding="utf-8")
    records = [json.loads(line) for line in run("predict", folder / "baseline", path, "--json").splitlines()]
    assert [record["label"] for record in records] == ["law", "sport"]
    assert sum(records[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert "law" in run("predict", folder / "baseline", path).splitlines()[0]


def test_export_writes_one_file_or_says_what_to_install(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "onnx", None)
        with pytest.raises(SystemExit, match="2"):
            run("export", folder / "baseline", tmp_path / "m.onnx")
    assert "onnx is not installed" in capsys.readouterr().err
    pytest.importorskip("onnx", reason="needs onnx, which is not installed")
    assert "bytes" in run("export", folder / "baseline", tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").stat().st_size > 1_000
