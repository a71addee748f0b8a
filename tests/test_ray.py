"""The same rows, in the same order, in the same bytes, on any engine, whatever dies on the way."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.builds import build, config_of, corpus, files, small_pieces
from tests.deadly import DEADLY, deadly, slowly

from caibian import account, engine, local, shards
from caibian.corpus import Corpus
from caibian.errors import ConfigError
from caibian.local import Progress
from caibian.recipe import recipe
from caibian.relabel import rules_of


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of three nodes; what runs on Ray in these tests runs on it."""
    pytest.importorskip("ray", reason="ray is not installed: pip install 'caibian[ray]'")
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    size = {"num_cpus": 1, "object_store_memory": 80 << 20}
    nodes = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    for _ in range(2):
        nodes.add_node(**size)
    nodes.wait_for_nodes()
    yield nodes
    nodes.shutdown()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an inline build writes."""
    out = tmp_path_factory.mktemp("inline")
    with pytest.MonkeyPatch.context() as patch:
        small_pieces(patch)
        build(source, out, workers=1)
    found = files(out)
    assert sum(name.endswith((".arrow", ".parquet")) for name in found) > 20
    return found


@pytest.mark.parametrize("workers", [2, 4])
def test_processes_write_the_bytes_of_an_inline_build(
    workers: int, source: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    build(source, tmp_path, workers=workers)
    assert files(tmp_path) == expected


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_and_a_node_writes_the_same_bytes(
    cluster: Any, source: Path, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    monkeypatch.setattr(engine, "_call", slowly)
    first, second = cluster.worker_nodes
    done: list[str] = []

    def on_progress(now: Progress) -> None:
        if now.stage == "read" and now.done == 1:
            os.kill(worker_of(cluster.head_node, second), signal.SIGKILL)
            done.append("killed a worker")
        if now.stage == "read" and now.done == 5:
            cluster.remove_node(first, allow_graceful=False)
            done.append("removed a node")

    build(source, tmp_path, engine_name="ray", address=cluster.address, on_progress=on_progress)
    assert done == ["killed a worker", "removed a node"]
    assert files(tmp_path) == expected


def worker_of(*nodes: Any) -> int:
    """Return the process id of a worker of these nodes that has a task of ours."""
    raylets = {process.process.pid for node in nodes for process in node.all_processes["raylet"]}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent in raylets and (folder / "cmdline").read_bytes().startswith(b"ray::slowly"):
                return int(folder.name)
        except (OSError, ValueError):
            continue  # it ended while we looked
    raise AssertionError("none of the nodes is at work")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["local", "ray"])
def test_a_document_that_kills_its_worker_is_named_and_the_rest_is_built(
    name: engine.Engine, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "RAY_RETRIES", 1)
    address = request.getfixturevalue("cluster").address if name == "ray" else None
    path = corpus(tmp_path, documents=8)
    lines = path.read_text("utf-8").splitlines()
    lines[5] = lines[5].replace('"text":"', f'"text":"{DEADLY}')
    path.write_text("\n".join(lines), "utf-8")
    with engine.start(name, workers=2, address=address) as run_on:
        found = steps(path, tmp_path, run=partial(on_deadly_steps, run_on=run_on))
    rows = found.columns("place", "dropped").to_pylist()
    assert [row["place"] for row in rows] == [f"line {number}" for number in range(1, 9)]
    assert [row["place"] for row in rows if row["dropped"] == "crashed"] == ["line 6"]
    told = account.crashed(found, found.columns("dropped")["dropped"])
    assert told == ["dropped, as it crashes its worker: 8.jsonl, line 6"]
    safe = steps(path, tmp_path / "inline", run=partial(engine.run, workers=1))
    columns = ("id", "words", "topics", "text_hash")
    assert found.columns(*columns).filter(others()).equals(safe.columns(*columns).filter(others()))


def others() -> pa.Array:
    return pa.array([number != 5 for number in range(8)])


def steps(path: Path, out: Path, *, run: Any) -> Corpus:
    config = config_of(path)
    with shards.open_folder(out) as folder:
        how = recipe(config, folder.path)
        pieces, rules = local.find_pieces(config), rules_of(how)
        return local.local_steps(pieces, how=how, rules=rules, run=run, on_progress=lambda now: None)


def on_deadly_steps(
    function: Callable[[Any], Any], items: Iterable[Any], *, run_on: engine.Run, **options: Any
) -> Iterator[Any]:
    return run_on(partial(deadly, function=function), items, **options)


@pytest.mark.slow
def test_an_exception_on_ray_is_raised_as_it_is(cluster: Any) -> None:
    with pytest.raises(ValueError, match="no 0"):
        list(engine.run(fail, range(5), engine="ray", address=cluster.address))


def fail(number: int) -> int:
    raise ValueError(f"no {number}")


def test_a_cluster_that_is_not_there_is_a_wrong_config() -> None:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'caibian[ray]'")
    with pytest.raises(ConfigError, match="--ray-address nowhere: "):
        list(engine.run(fail, range(5), engine="ray", address="nowhere"))
