"""A build after a small change does what that change needs and no more; its bytes are those of one from nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.builds import corpus, files, small_pieces

from caibian import assign, pipeline, relabel
from caibian.config import Config
from caibian.publish import verify, write
from caibian.publish.output import NewFile
from caibian_labels.taxonomy import TOPICS


def config_of(source: Path, taxonomy: Path, version: str = "1.0.0", **options: Any) -> Config:
    return Config.model_validate(
        {"name": "news", "version": version, "sources": [{"path": str(source)}], "baseline": None}
        | {"label": {"taxonomy": str(taxonomy)}}
        | options
    )


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_pieces(monkeypatch)
    return corpus(tmp_path, documents=150)


@pytest.fixture
def taxonomy(tmp_path: Path) -> Path:
    return shutil.copytree(TOPICS, tmp_path / "topics")


def change(taxonomy: Path, topic: str = "roads", old: str = "国道 ", new: str = "国道 运输 ") -> None:
    path = taxonomy / f"{topic}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """Return the results of a function, as it is called from now on."""
    results: list[Any] = []
    own: Callable[..., Any] = getattr(module, name)

    def call(*arguments: Any, **options: Any) -> Any:
        results.append(own(*arguments, **options))
        return results[-1]

    monkeypatch.setattr(module, name, call)
    return results


def published(out: Path, version: str) -> dict[str, str]:
    assert verify(out / "news" / version) == []
    return files(out / "news" / version)


def test_a_topics_new_word_is_looked_for_and_nothing_else_done_again(
    source: Path, taxonomy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    pipeline.build(config_of(source, taxonomy), out=out, workers=1)
    change(taxonomy)
    with monkeypatch.context() as patch:
        labelled = counted(patch, relabel, "labelled")
        clusters = counted(patch, assign.dedup, "cluster")
        outputs = counted(patch, write, "_open")
        pipeline.build(config_of(source, taxonomy, "2.0.0"), out=out, workers=1)
    anew = pa.concat_tables(labelled)
    assert 0 < len(anew) < 75
    assert all("运输" in "".join(row["paragraphs"]) + row["title"] for row in anew.to_pylist())
    assert clusters == []
    assert {output._place.config for output in outputs if isinstance(output, NewFile)} == {"dropped"}
    pipeline.build(config_of(source, taxonomy, "2.0.0"), out=tmp_path / "fresh", workers=1)
    assert published(out, "2.0.0") == published(tmp_path / "fresh", "2.0.0")
    assert published(out, "2.0.0") != published(out, "1.0.0")


def test_an_earlier_file_that_is_not_as_it_was_is_not_copied(source: Path, taxonomy: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(config_of(source, taxonomy), out=out, workers=1)
    train = out / "news" / "1.0.0" / "data" / "articles" / "train-00000-of-00001.parquet"
    stored = bytearray(train.read_bytes())
    stored[1000] ^= 1
    train.write_bytes(stored)
    (out / "news" / "1.0.0" / "data" / "paragraphs" / "test-00000-of-00001.parquet").unlink()
    shutil.move(out / "news" / "1.0.0", tmp_path / "1.0.0")  # else the next version would be compared with it
    shutil.copytree(tmp_path / "1.0.0" / "data", out / "news" / "1.0.0" / "data")
    change(taxonomy)
    pipeline.build(config_of(source, taxonomy, "2.0.0"), out=out, workers=1)
    pipeline.build(config_of(source, taxonomy, "2.0.0"), out=tmp_path / "fresh", workers=1)
    assert published(out, "2.0.0") == published(tmp_path / "fresh", "2.0.0")


def test_notes_that_a_crash_left_damaged_are_passed_over(source: Path, taxonomy: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(config_of(source, taxonomy), out=out, workers=1)
    damaged = [path for ending in ("written", "rules.json") for path in (out / "news" / ".shards").glob(f"*.{ending}")]
    assert len(damaged) > 6
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-100] + bytes(100))
    change(taxonomy)
    pipeline.build(config_of(source, taxonomy, "2.0.0"), out=out, workers=1)
    pipeline.build(config_of(source, taxonomy, "2.0.0"), out=tmp_path / "fresh", workers=1)
    assert published(out, "2.0.0") == published(tmp_path / "fresh", "2.0.0")


@pytest.mark.parametrize("mask", [[], ["private_name"]])
def test_columns_are_not_copied_where_options_make_them_others(
    source: Path, taxonomy: Path, tmp_path: Path, mask: list[str]
) -> None:
    out = tmp_path / "out"
    pipeline.build(config_of(source, taxonomy), out=out, workers=1)
    other = config_of(source, taxonomy, "2.0.0", publish={"mask": mask, "text": bool(mask)})
    pipeline.build(other, out=out, workers=1)
    pipeline.build(other, out=tmp_path / "fresh", workers=1)
    assert published(out, "2.0.0") == published(tmp_path / "fresh", "2.0.0")


def test_more_documents_leave_what_is_known_of_the_others(
    source: Path, taxonomy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, folder = tmp_path / "out", tmp_path / "pages"
    folder.mkdir()
    lines = source.read_text("utf-8").splitlines(keepends=True)
    (folder / "0.jsonl").write_text("".join(lines[:140]), "utf-8")
    pipeline.build(config_of(folder, taxonomy, publish={"rows_per_shard": 50}), out=out, workers=1)
    (folder / "1.jsonl").write_text("".join(lines[140:]), "utf-8")
    grown = config_of(folder, taxonomy, "1.1.0", publish={"rows_per_shard": 50})
    with monkeypatch.context() as patch:
        labelled = counted(patch, relabel, "labelled")
        pipeline.build(grown, out=out, workers=1)
    assert sum(map(len, labelled)) == 10
    pipeline.build(grown, out=tmp_path / "fresh", workers=1)
    assert published(out, "1.1.0") == published(tmp_path / "fresh", "1.1.0")
