import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from caibian.errors import DataError
from caibian.publish import open_draft
from caibian.publish.draft import writing

ROOT = Path(__file__).parents[2]

HOLD = """
import sys, time
from pathlib import Path
from caibian.publish import open_draft
with open_draft(Path(sys.argv[1]), "news", "1.0.0") as draft:
    (draft.folder / "half").write_text("x")
    print("held", flush=True)
    time.sleep(60)
"""


def holder(out: Path) -> subprocess.Popen[str]:
    """Start a process that holds a draft and wait until it does."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def visible(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if ".draft" not in str(path))


def test_a_draft_leaves_nothing(tmp_path: Path) -> None:
    with open_draft(tmp_path / "dist", "news", "1.0.0") as draft:
        assert draft.target == tmp_path / "dist/news/1.0.0"
        assert draft.folder.name.startswith(".")
        (draft.folder / "data").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_fails_leaves_nothing_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ours"), open_draft(tmp_path / "dist", "news", "1.0.0") as draft:
        (draft.folder / "half").write_text("x")
        raise ValueError("ours")
    assert list(tmp_path.iterdir()) == []


def test_of_two_builds_at_once_the_second_says_so(tmp_path: Path) -> None:
    first = holder(tmp_path)
    try:
        with pytest.raises(DataError, match=r"news/1\.0\.0: another build is writing this version"):
            open_draft(tmp_path, "news", "1.0.0").__enter__()
        with open_draft(tmp_path, "news", "1.0.1"):
            pass  # another version is free
        assert (tmp_path / "news/.draft-1.0.0/half").exists()
    finally:
        first.kill()
        first.wait()


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    killed = holder(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert (tmp_path / "news/.draft-1.0.0/half").exists()
    assert visible(tmp_path) == ["news"]
    with open_draft(tmp_path, "news", "1.0.0") as draft:
        assert sorted(path.name for path in draft.folder.iterdir()) == [".work"]


def test_a_replacing_cut_short_is_undone(tmp_path: Path) -> None:
    old = tmp_path / "news/.replaced-1.0.0"
    old.mkdir(parents=True)
    (old / "README.md").write_text("old")
    with open_draft(tmp_path, "news", "1.0.0") as draft:
        assert (draft.target / "README.md").read_text() == "old"
    assert (tmp_path / "news/1.0.0/README.md").exists()
    assert not old.exists()


def test_a_replacing_cut_short_at_its_end_is_finished(tmp_path: Path) -> None:
    for name in (".replaced-1.0.0", "1.0.0"):
        (tmp_path / "news" / name).mkdir(parents=True)
    with open_draft(tmp_path, "news", "1.0.0"):
        pass
    assert sorted(path.name for path in (tmp_path / "news").iterdir()) == ["1.0.0"]


@pytest.mark.parametrize("way", ["out", "out/news"])
def test_a_file_in_the_way_is_one_line(tmp_path: Path, way: str) -> None:
    (tmp_path / way).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / way).write_text("x")
    with pytest.raises(DataError, match=r"^[^\n]*cannot be written: [^\n]*$"):
        open_draft(tmp_path / "out", "news", "1.0.0").__enter__()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written: Permission denied"):
        open_draft(tmp_path / "out", "news", "1.0.0").__enter__()


def test_only_errors_of_the_disk_are_translated(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_draft(tmp_path, "news", "1.0.0"):
        (tmp_path / "no such source").read_text()
    full = Path("/dev/full")
    message = "dev/full: cannot be written: No space left on device"
    with pytest.raises(DataError, match=message), writing(full), full.open("wb", buffering=0) as file:
        file.write(b"x")


def test_a_full_disk_while_writing_rows_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    # A file may not grow beyond 20 kB: the error of a full disk, without a disk to fill.
    script = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from caibian.errors import DataError
        from caibian.publish import open_draft, write_rows
        from tests.publish.rows import LABELS, Options, assigned, assignment, inline, row, shards
        long = "".join(map(chr, range(0x4e00, 0x9f00)))
        folder = Path(sys.argv[1])
        written = shards(folder / "shards", [row(number, paragraphs=[long]) for number in range(3)])
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            with open_draft(folder / "dist", "news", "1.0.0") as draft:
                table = assignment([assigned(number) for number in range(3)])
                write_rows(draft.folder, written, table, labels=LABELS, options=Options(), run=inline)
        except DataError as error:
            print(error)
        """
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, cwd=ROOT)
    assert "cannot be written: " in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1
    assert not (tmp_path / "dist").exists()


def test_many_builds_at_once_never_share_a_draft(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from caibian.errors import DataError
        from caibian.publish.draft import open_draft
        end = time.monotonic() + 3
        won = 0
        while time.monotonic() < end:
            try:
                with open_draft(Path(sys.argv[1]), "news", "1.0.0") as draft:
                    (draft.folder / "mine").touch(exist_ok=False)
                    time.sleep(0.001)
                    (draft.folder / "mine").unlink()
                    won += 1
            except DataError as error:
                assert "another build" in str(error), error
        print(won)
        """
    )
    started = time.monotonic()
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in "123"
    ]
    won = [int(process.communicate()[0]) for process in running]
    assert all(process.returncode == 0 for process in running)
    assert sum(won) > 10, f"in {time.monotonic() - started:.1f} s"
