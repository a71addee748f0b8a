"""A build that is killed, refused or crowded out leaves nothing half-made, and the next one ends with the same rows."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.builds import build, corpus, files, row_hashes, small_pieces, visible

from caibian import dedup, shards
from caibian.errors import DataError

ROOT = Path(__file__).parent.parent
# Builds in a process of its own; with a number of events it kills itself at that event: a file that appears in the
# folder of the output or a progress report, so the moment is the same on every machine.
SCRIPT = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.builds import build, small_pieces

def count(event):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

EVENTS = {"os.rename", "os.remove", "os.mkdir", "shutil.rmtree"}

def hook(event, arguments):
    if event in EVENTS or (event == "open" and str(arguments[0]).startswith(str(out)) and "r" not in str(arguments[1])):
        count(event)

if __name__ == "__main__":
    source, out, workers, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    small_pieces(pytest.MonkeyPatch())
    if left:
        sys.addaudithook(hook)
    build(source, out, workers=workers, on_progress=count)
    print(left)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a build that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        small_pieces(patch)
        build(source, out, workers=1)
    return out


def start(source: Path, out: Path, *, workers: int = 1, events: int = 0, **options: object) -> "subprocess.Popen[str]":
    """Start a build in a process of its own that kills itself after so many events; 0: it does not."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("", "builders", "labels"))}
    command = [sys.executable, "-c", SCRIPT, str(source), str(out), str(workers), str(events)]
    return subprocess.Popen(command, env=environment, text=True, stdout=-1, stderr=-1, **options)  # type: ignore[call-overload,no-any-return]


def events(source: Path, out: Path, *, workers: int = 1) -> int:
    """Return how many events a whole build has."""
    process = start(source, out, workers=workers, events=1_000_000)
    stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    return 1_000_000 - int(stdout)


def killed_and_resumed(source: Path, whole: Path, out: Path, *, at: int, workers: int = 1) -> None:
    """Kill a build at an event, see that nothing half-made shows, build again, and compare."""
    process = start(source, out, workers=workers, events=at)
    _, stderr = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), stderr
    if process.returncode:
        assert visible(out / "news") in ([], ["1.0.0"])
    if (out / "news" / "1.0.0").exists():
        assert row_hashes(out) == row_hashes(whole)
    build(source, out, workers=1)
    assert files(out / "news" / "1.0.0") == files(whole / "news" / "1.0.0")
    assert [path.name for path in (out / "news").iterdir() if path.name.startswith((".draft", ".replaced"))] == []


@pytest.mark.slow
def test_a_killed_build_resumes_and_ends_with_the_same_rows(
    source: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at four moments, spread evenly; `python -m tests.bench.kills` does it at fifty."""
    small_pieces(monkeypatch)
    total = events(source, tmp_path / "counted")
    assert total > 50
    for number in range(1, 5):
        killed_and_resumed(source, whole, tmp_path / str(number), at=total * number // 5)


def test_a_resumed_build_makes_again_only_what_was_under_way(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    build(source, tmp_path, workers=1)
    folder = tmp_path / "news" / ".shards"
    made = {path: path.stat().st_mtime_ns for path in folder.glob("*.arrow")}
    shutil.rmtree(tmp_path / "news" / "1.0.0")
    gone = sorted(path for path in made if "-" not in path.stem)[3]  # of the clusters' two files both would be made
    gone.unlink()
    build(source, tmp_path, workers=2)
    again = {path: path.stat().st_mtime_ns for path in folder.glob("*.arrow")}
    assert {path for path in made if made[path] != again[path]} == {gone}


def test_two_builds_at_once_of_one_version_give_one(source: Path, whole: Path, tmp_path: Path) -> None:
    builds = [start(source, tmp_path) for _ in range(2)]
    ends = [(process.communicate()[1], process.returncode) for process in builds]
    for stderr, code in ends:
        # Either they met, or one came after the other and found the same rows published.
        assert code == 0 or "another build is writing this version" in stderr, stderr
    assert any(code == 0 for _, code in ends)
    assert row_hashes(tmp_path) == row_hashes(whole)


def limited() -> None:
    """Let no file grow beyond 100 KB, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_rows_are_clustered_once_while_workers_label_them(
    source: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    threads: list[bool] = []
    cluster = dedup.cluster

    def watched(*rows: Any, **options: Any) -> dedup.Clusters:
        threads.append(threading.current_thread() is threading.main_thread())
        return cluster(*rows, **options)

    monkeypatch.setattr(dedup, "cluster", watched)
    build(source, tmp_path, workers=2)
    assert threads == [False]
    assert files(tmp_path) == files(whole)


def test_what_goes_wrong_beside_workers_is_raised(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dedup, "cluster", lambda *rows, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        build(source, tmp_path, workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(workers: int, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = start(source, out, workers=workers, preexec_fn=limited)
    _, stderr = process.communicate()
    assert process.returncode == 1
    last = stderr.strip().splitlines()[-1] if workers == 1 else stderr
    assert "DataError: " in last
    assert "cannot be written: File too large" in last
    assert visible(out / "news") == []
    assert list(out.rglob(".*.arrow.*")) == []


def test_a_folder_without_permission_is_one_clear_error(source: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "news").touch()  # root may write anywhere, but not into a file
    else:
        tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        build(source, tmp_path, workers=1)


def test_half_shards_of_killed_builds_are_cleared_and_old_ones_pruned(tmp_path: Path) -> None:
    with shards.open_folder(tmp_path) as folder:
        keep, old, half = (folder.path / name for name in ("a.arrow", "b.arrow", ".c.arrow.17"))
        for path in (keep, old, half):
            path.touch()
    with shards.open_folder(tmp_path) as folder:
        assert not half.exists()
        half.touch()
        with shards.open_folder(tmp_path) as other:
            assert half.exists()  # it may be the other build's
            other.prune()
            assert old.exists()
        folder.keep([keep])
        folder.prune()
    assert keep.exists()
    assert not old.exists()
    assert not half.exists()


def test_a_shard_that_a_crash_of_the_machine_cut_short_is_made_again(
    source: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    for path in sorted((out / "news" / ".shards").glob("*.arrow"))[:2]:
        path.write_bytes(path.read_bytes()[:1000])
    build(source, out, workers=1)
    assert files(out) == files(whole)


def test_a_file_that_grew_names_its_new_hash_in_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of its other parts are kept, though they were made when the file had another hash."""
    small_pieces(monkeypatch)
    small, grown = corpus(tmp_path, documents=60), corpus(tmp_path, documents=90)
    path = tmp_path / "news.jsonl"
    shutil.copy(small, path)
    build(path, tmp_path / "first", workers=1)
    shutil.copy(grown, path)
    shutil.copytree(tmp_path / "first" / "news" / ".shards", tmp_path / "second" / "news" / ".shards")
    before = time.time_ns()
    build(path, tmp_path / "second", workers=1)
    build(path, tmp_path / "third", workers=1)
    assert row_hashes(tmp_path / "second") == row_hashes(tmp_path / "third")
    kept = [one for one in (tmp_path / "second" / "news" / ".shards").iterdir() if one.stat().st_mtime_ns < before]
    assert len(kept) > 2
