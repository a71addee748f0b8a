"""Shards: what was written is found again, and nothing that nobody asks for."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from caibian import shards

ROWS = pa.table({"id": [str(number) for number in range(1_000)], "text": ["新闻" * 500] * 1_000})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "one.arrow"
    parts = (ROWS.slice(start, 300) for start in range(0, 1_000, 300))
    assert shards.write(found, parts, schema=ROWS.schema) == 1_000
    return found


def test_a_shard_is_read_whole_by_columns_by_places_and_in_parts(path: Path) -> None:
    assert shards.names(path) == ["id", "text"]
    assert shards.read(path) == ROWS
    assert shards.read(path, ["text", "id"]) == ROWS.select(["text", "id"])
    places = np.array([0, 299, 300, 999])
    assert shards.take(path, ["id"], places)["id"].to_pylist() == ["0", "299", "300", "999"]
    assert shards.take(path, ["id"], places[:0]) == ROWS.select(["id"]).slice(0, 0)
    sizes = [len(part) for part in shards.batches(path, ["text"], size=1_000_000)]
    assert sizes == [600, 400]


def test_of_columns_that_are_not_asked_for_nothing_is_held(path: Path) -> None:
    before = pa.total_allocated_bytes()
    rows = shards.read(path, ["id"])
    assert pa.total_allocated_bytes() - before < 10_000
    path.unlink()  # as a build does that ends while another still reads
    assert rows["id"].to_pylist() == ROWS["id"].to_pylist()


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_shard_without_its_end_is_removed(path: Path, share: float) -> None:
    assert shards.is_made(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert not shards.is_made(path)
    assert not path.exists()


def test_a_shard_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert not shards.is_made(tmp_path / "none.arrow")
