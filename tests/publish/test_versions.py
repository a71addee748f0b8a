import atexit
import json
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.publish.rows import CHANGES, LABELS, Options, build, row

from caibian.errors import DataError
from caibian.publish import Diff, LabelSet, SourceFile, diff, verify
from caibian.publish.due import due_part
from caibian.publish.versions import fits

MOVED = {3: {"split": "test"}}
RELABELLED = {6: {"topics": ["yes"]}}
RETEXTED = {7: {"paragraphs": ["第7条新闻讲铁路。县里修路。", "会议第7次召开。"]}}
RECLUSTERED = {10: {"url": "https://example.cn/other"}}
PARAGRAPH = {12: {"paragraph_topics": [["roads"], ["yes"]]}}
REPAIRED = {13: {"title": "新标题"}}


@cache
def base() -> Path:
    """Return a folder with the version 1.0.0 that the tests start from."""
    folder = Path(tempfile.mkdtemp(prefix="caibian-test-"))
    atexit.register(shutil.rmtree, folder)
    build(folder)
    return folder


def based(folder: Path) -> Path:
    """Put a copy of it under `folder` and return the version's folder."""
    shutil.copytree(base() / "dist", folder / "dist")
    return folder / "dist/news/1.0.0"


def compared(old: Path, new: Path) -> Diff:
    """Return what changed; the build's shorter look must come to the same part of the number."""
    found = diff(old, new)
    assert due_part(old, new) == found.part
    return found


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        (MOVED, "moved"),
        (RELABELLED, "relabelled"),
        (RETEXTED, "retexted"),
        (REPAIRED, "retexted"),
        (RECLUSTERED, "changed"),
        ({9: {"dropped": "novel"}}, "removed"),
    ],
)
def test_a_changed_row_makes_a_major_version_due(tmp_path: Path, changes: dict[int, dict[str, Any]], kind: str) -> None:
    found = compared(based(tmp_path), build(tmp_path, "2.0.0", changes=changes).folder)
    assert {name: change.rows for name, change in found.articles.items() if change.rows} == {kind: 1} | (
        {"changed": 1} if changes is RETEXTED else {}  # its sentences and words
    )
    assert (found.part, found.due) == ("MAJOR", "2.0.0")
    assert [fits(found.old, version, found.part) for version in ("1.0.1", "1.1.0", "3.2.1")] == [False, False, True]


def test_a_wrong_number_is_refused_with_the_due_one(tmp_path: Path) -> None:
    based(tmp_path)
    with pytest.raises(DataError, match=r"moved\): MAJOR is due, that is 2\.0\.0; with `split: \{frozen: "):
        build(tmp_path, "1.1.0", changes=MOVED)
    with pytest.raises(DataError, match=r"1 row relabelled\): MAJOR is due, that is 2\.0\.0$"):
        build(tmp_path, "1.1.0", changes=RELABELLED)
    assert sorted(path.name for path in (tmp_path / "dist/news").iterdir()) == ["1.0.0"]


def test_a_paragraphs_label_makes_a_major_version_due(tmp_path: Path) -> None:
    found = compared(based(tmp_path), build(tmp_path, "2.0.0", changes=PARAGRAPH).folder)
    assert (found.part, found.summary()) == ("MAJOR", "2 paragraphs relabelled, 2 paragraphs changed")


def test_new_rows_make_a_minor_version_due(tmp_path: Path) -> None:
    found = compared(based(tmp_path), build(tmp_path, "1.2.0", rows=25).folder)
    assert (found.summary(), found.due) == ("5 rows added", "1.1.0")
    assert [fits(found.old, version, found.part) for version in ("1.0.1", "1.1.0", "2.0.0")] == [False, True, False]


def test_where_a_row_was_read_is_no_change_of_the_row(tmp_path: Path) -> None:
    """A file with a row more at its end has another hash; its other rows were all "changed" once, which is MAJOR."""
    where = {"source_sha256": "cd" * 32, "place": "line 99"}
    moved = {number: {**CHANGES.get(number, {}), **where} for number in range(25)}
    found = compared(based(tmp_path), build(tmp_path, "1.1.0", rows=25, changes=moved).folder)
    assert (found.summary(), found.due) == ("5 rows added", "1.1.0")


def test_new_columns_make_a_minor_version_due_and_lost_ones_a_major(tmp_path: Path) -> None:
    full, bare = based(tmp_path), build(tmp_path / "bare", labels=replace(LABELS, explained=False)).folder
    assert compared(bare, full).summary().startswith("columns added: articles.evidence, paragraphs.topics, ")
    assert (compared(bare, full).part, compared(full, bare).part) == ("MINOR", "MAJOR")
    withheld = build(tmp_path / "withheld", "1.0.1", options=Options(text=False)).folder
    assert compared(full, withheld).part == "MAJOR"


def test_a_new_label_is_minor_at_the_end_and_major_before_others(tmp_path: Path) -> None:
    longer = LabelSet((*LABELS.names, "water"), "multi-label")
    shifted = LabelSet(("water", *LABELS.names), "multi-label")
    old = based(tmp_path)
    found = compared(old, build(tmp_path, "1.1.0", labels=longer).folder)
    assert (found.part, found.summary()) == ("MINOR", "labels added: water")
    found = compared(old, build(tmp_path / "shifted", labels=shifted).folder)
    assert (found.part, found.summary()) == ("MAJOR", "labels added: water, labels renumbered")
    found = compared(tmp_path / "dist/news/1.1.0", old)
    assert (found.part, found.summary()) == ("MAJOR", "labels removed: water")


@pytest.mark.parametrize("other", [{"options": Options(rows_per_shard=9)}, {"gold": {"micro_f1": 0.9}}])
def test_other_storage_and_metadata_are_a_patch(tmp_path: Path, other: dict[str, Any]) -> None:
    found = compared(based(tmp_path), build(tmp_path, "1.0.1", **other).folder)
    assert (found.part, found.summary(), found.due) == ("PATCH", "the same rows", "1.0.1")
    assert [fits(found.old, version, found.part) for version in ("1.1.0", "2.0.0", "1.0.7")] == [False, False, True]


def test_what_was_dropped_is_a_record_and_no_data(tmp_path: Path) -> None:
    assert compared(based(tmp_path), build(tmp_path, "1.0.1", changes={5: {"dropped": "novel"}}).folder).part == "PATCH"


def test_a_number_is_held_against_the_latest_one_before_it(tmp_path: Path) -> None:
    based(tmp_path)
    build(tmp_path, "2.0.0", changes=RELABELLED)
    (tmp_path / "dist/news/notes").mkdir()
    (tmp_path / "dist/news/9.9.9").mkdir()  # no manifest: no version
    build(tmp_path, "1.10.0", rows=25)
    with pytest.raises(DataError, match=r"since 1\.10\.0 .*1\.11\.0"):
        build(tmp_path, "1.10.1", rows=26)


def test_a_version_is_never_overwritten_with_other_rows(tmp_path: Path) -> None:
    folder = based(tmp_path)
    before = snapshot(tmp_path / "dist")
    changes: dict[int, dict[str, Any]] = {7: {"dropped": "novel"}, **RELABELLED}
    with pytest.raises(DataError) as raised:
        build(tmp_path, rows=23, changes=changes)
    assert str(raised.value) == (
        f"{folder}: exists with other rows: 3 rows added, 1 row removed, 1 row relabelled; due version is 2.0.0"
    )
    assert snapshot(tmp_path / "dist") == before


def test_a_version_with_other_dropped_rows_is_not_overwritten_either(tmp_path: Path) -> None:
    based(tmp_path)
    before = snapshot(tmp_path / "dist")
    with pytest.raises(
        DataError,
        match=r"exists with other rows: none but dropped ones, or where rows were read; due version is 1\.0\.1",
    ):
        build(tmp_path, changes={5: {"dropped": "novel"}})
    assert snapshot(tmp_path / "dist") == before


def test_the_same_build_again_leaves_the_version_alone(tmp_path: Path) -> None:
    based(tmp_path)
    before = snapshot(tmp_path / "dist")
    assert build(tmp_path).state == "unchanged"
    assert snapshot(tmp_path / "dist") == before


def test_equal_rows_with_other_metadata_replace_the_version(tmp_path: Path) -> None:
    folder = based(tmp_path)
    again = build(tmp_path, gold={"micro_f1": 0.91})
    assert again.state == "replaced"
    assert "0.91" in (folder / "README.md").read_text()
    assert verify(folder) == []
    assert sorted(path.name for path in folder.parent.iterdir()) == ["1.0.0"]


def test_a_damaged_version_is_replaced_by_its_equal(tmp_path: Path) -> None:
    folder = based(tmp_path)
    (folder / "data/articles/test-00000-of-00003.parquet").unlink()
    assert build(tmp_path).state == "replaced"
    assert verify(folder) == []


def test_a_diff_shows_examples_of_each_kind(tmp_path: Path) -> None:
    old = based(tmp_path)
    changes: dict[int, dict[str, Any]] = {**MOVED, **RELABELLED, **RETEXTED, **RECLUSTERED, 9: {"dropped": "novel"}}
    new = build(tmp_path, "2.0.0", rows=21, changes=changes).folder
    found = compared(old, new).to_json()
    examples = {kind: change["examples"] for kind, change in found["articles"].items()}
    assert examples["moved"] == [{"id": row(3)["id"], "title": "标题3", "old": "validation", "new": "test"}]
    assert examples["relabelled"] == [
        {"id": row(6)["id"], "title": "标题6", "old": ["meetings", "industry"], "new": ["yes"]}
    ]
    assert examples["retexted"][0]["column"] == "text"
    assert "铁路" in examples["retexted"][0]["new"]
    assert "公路" in examples["retexted"][0]["old"]
    assert examples["changed"][-1] == {"id": row(10)["id"], "title": "标题10", "columns": ["url"]}
    assert [item["id"] for item in examples["added"]] == [row(20)["id"]]
    assert [item["id"] for item in examples["removed"]] == [row(9)["id"]]
    assert found["due"] == "2.0.0"
    json.dumps(found)
    assert "| moved | 1 | 2 |" in compared(old, new).to_table()


def test_a_diff_of_a_version_with_itself_is_empty(tmp_path: Path) -> None:
    old = based(tmp_path)
    copy = Path(shutil.copytree(old, tmp_path / "copy"))
    assert compared(old, copy).summary() == "the same rows"


def test_a_diff_needs_two_datasets(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no dataset of ours"):
        compared(based(tmp_path), tmp_path)


def test_sources_are_metadata(tmp_path: Path) -> None:
    based(tmp_path)
    assert build(tmp_path, sources=[SourceFile("other.jsonl", "00" * 32, 1)]).state == "replaced"
