"""What a build says of how far it is: bars on a terminal, lines in a log, nothing when quiet."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from tests.builds import corpus

from caibian import progress
from caibian.local import Progress

CONFIG = "name: news\nversion: 1.0.0\nsources: [{path: 60.jsonl}]\nbaseline: null\n"
COMMAND = [sys.executable, "-c", "from caibian.cli import main; main()", "build", "news.yaml", "--workers", "1"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus(tmp_path, documents=60)
    (tmp_path / "news.yaml").write_text(CONFIG)
    return tmp_path


def test_the_log_of_a_short_build_has_no_line(folder: Path) -> None:
    done = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_quiet_says_nothing(folder: Path) -> None:
    done = subprocess.run([*COMMAND, "--quiet"], cwd=folder, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_terminal_has_a_bar_with_rows_rate_and_time_left(folder: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(COMMAND, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as build:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 1 << 16):
                shown += piece
        except OSError:  # the other end is closed
            pass
        assert build.wait() == 0
    os.close(ours)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    bar = next(line for line in re.split("[\r\n]+", plain) if line.startswith("read") and "60 rows" in line)
    assert re.search(r"1/1 +60 rows, [\d,]+ rows/s.* 0:00:\d\d +(0:00:\d\d|-:--:--)", bar)
    assert all(stage in plain for stage in ("deduplicate", "publish"))


def test_a_long_stage_is_told_of_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    with progress.progress(quiet=False) as on_progress:
        for done in range(101):
            on_progress(Progress("read", done, 100, rows=1000 * done, dropped=done))
            now += 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "read: 10 of 100, 10,000 rows, 333 rows/s, 10 dropped, 0:04:30 left"
    assert lines[-1] == "read: done, 100,000 rows, 333 rows/s, 100 dropped, in 0:05:00"
    assert len(lines) == 10


def test_a_short_stage_is_not_told_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    with progress.progress(quiet=False) as on_progress:
        for done in range(5):
            on_progress(Progress("read", done, 4, rows=done))
    assert capsys.readouterr().err == ""
