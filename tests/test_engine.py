"""The engine: order, retries, a fatal item reported alone, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from caibian import engine
from caibian.engine import Lost, run
from caibian.errors import ConfigError


def double(number: int) -> int:
    return 2 * number


def process(number: int) -> int:
    return os.getpid()


def kill_on(number: int, *, fatal: int) -> int:
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def kill_once(number: int, *, marker: Path) -> int:
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def note(number: int, *, folder: Path) -> int:
    (folder / f"{number}.{time.monotonic_ns()}").touch()
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.3)
    return number


def wait_long(number: int, *, folder: Path) -> int:
    (folder / str(os.getpid())).touch()
    if number:
        time.sleep(600)
    return number


def fail(number: int) -> int:
    raise ValueError(f"no {number}")


class PickyError(Exception):
    """Cannot be made again from its message alone."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


def fail_strangely(number: int) -> int:
    raise PickyError("here", "odd")


def return_strangely(number: int) -> object:
    return lambda: number


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def soon(claim: object) -> bool:
    """Return whether a claim becomes true within a minute: a busy machine takes its time to start a process."""
    for _ in range(1200):
        if claim():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_input_order(workers: int) -> None:
    done: list[object] = []
    assert list(run(double, range(20), workers=workers, on_done=done.append)) == [2 * n for n in range(20)]
    assert done == [2 * n for n in range(20)]


def test_a_fatal_item_is_lost_alone() -> None:
    results = list(run(partial(kill_on, fatal=4), range(10), workers=2))
    assert isinstance(results[4], Lost)
    assert [result for n, result in enumerate(results) if n != 4] == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_a_lost_worker_is_replaced_and_its_item_tried_again(tmp_path: Path) -> None:
    assert list(run(partial(kill_once, marker=tmp_path / "died"), range(8), workers=2)) == list(range(8))


def test_a_death_does_not_repeat_the_work_of_others(tmp_path: Path) -> None:
    results = list(run(partial(note, folder=tmp_path), range(6), workers=3))
    assert [type(result) for result in results] == [int, Lost, int, int, int, int]
    tried = sorted(path.name.split(".")[0] for path in tmp_path.iterdir())
    assert tried == ["0", "1", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_is_raised_as_it_is(workers: int) -> None:
    with pytest.raises(ValueError, match="no 0"):
        list(run(fail, range(5), workers=workers))


@pytest.mark.parametrize("function", [fail_strangely, return_strangely])
def test_what_cannot_be_sent_is_an_error_and_no_lost_item(function: object) -> None:
    with pytest.raises(RuntimeError, match="cannot be"):
        list(run(function, range(5), workers=2))  # type: ignore[arg-type]


def test_a_function_that_workers_cannot_import_is_an_error() -> None:
    with pytest.raises((AttributeError, TypeError), match="lambda"):
        list(run(lambda number: number, range(5), workers=2))


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = run(double, items(), workers=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= 5


def test_a_slow_item_does_not_let_results_pile_up(tmp_path: Path) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield 1 if number == 0 else 0

    results = run(partial(wait_long, folder=tmp_path), items(), workers=2)
    with pytest.raises(TimeoutError):
        _next_within(6, results)
    assert len(taken) == 4


def _next_within(seconds: int, results: Iterator[object]) -> None:
    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        next(results)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_workers_stay_for_the_next_run_and_end_with_the_block() -> None:
    with engine.start(workers=2) as run_on:
        first = set(run_on(process, range(10)))
        assert set(run_on(process, range(10))) <= first
        assert len(first) <= 2
    assert not any(map(is_alive, first))  # type: ignore[arg-type]


def test_a_run_within_a_run_has_workers_of_its_own() -> None:
    with engine.start(workers=2) as run_on:
        pairs = [(one, list(run_on(double, [one, 10]))) for one in run_on(double, range(4))]
    assert pairs == [(2 * n, [4 * n, 20]) for n in range(4)]


def test_closing_early_ends_what_is_under_way(tmp_path: Path) -> None:
    results = run(partial(wait_long, folder=tmp_path), [0, 1, 1, 1], workers=2)
    assert next(results) == 0
    assert soon(lambda: len(list(tmp_path.iterdir())) == 2)
    results.close()  # type: ignore[attr-defined]
    assert not any(is_alive(int(path.name)) for path in tmp_path.iterdir())


_SCRIPT = """
import signal
import sys
from functools import partial
from pathlib import Path
from tests.test_engine import run, wait_long
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored
    print(list(run(partial(wait_long, folder=Path(sys.argv[1])), [1, 1, 1, 1], workers=2)))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_when_the_build_is_ended(number: int, tmp_path: Path) -> None:
    script, marks = tmp_path / "script.py", tmp_path / "marks"
    script.write_text(_SCRIPT)
    marks.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen([sys.executable, script, marks], env=environment, stderr=subprocess.PIPE) as build:
        try:
            assert soon(lambda: len(list(marks.iterdir())) == 2)
            build.send_signal(number)
            build.wait(60)
        finally:
            build.kill()  # or leaving the block would wait for it for ever
        assert build.stderr is not None
        assert build.stderr.read().count(b"Traceback") == (number == signal.SIGINT)
    assert soon(lambda: not any(is_alive(int(path.name)) for path in marks.iterdir()))


def test_a_script_without_a_main_guard_gets_one_clear_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT.replace('if __name__ == "__main__":', "if True:"))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, script, tmp_path], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "ConfigError: worker processes end before they are up" in done.stderr


def test_ray_that_is_not_installed_is_a_wrong_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match="pip install"):
        list(run(double, range(2), engine="ray"))


def modules(_: int) -> tuple[bool, int]:
    """Return whether what cleans pages is imported, and how many CPU seconds this process has had."""
    return "caibian.loaders.clean" in sys.modules, round(time.process_time())


def test_workers_find_loaded_what_they_need() -> None:
    with engine.start(workers=2) as run_on:
        assert list(run_on(modules, range(4))) == [(True, 0)] * 4


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for a process's children in /proc")
@pytest.mark.parametrize("later", [0.0, 0.5, 1.0])
def test_control_c_says_one_line_while_workers_get_ready(later: float, tmp_path: Path) -> None:
    build_sample = ["build", "--workers", "2", "--out", str(tmp_path)]
    command = [sys.executable, "-c", "from caibian.cli import main; main()", *build_sample]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as build:
        children = Path(f"/proc/{build.pid}/task/{build.pid}/children")
        try:
            assert soon(lambda: any("forkserver" in command_of(child) for child in children.read_text().split()))
            time.sleep(later)
            os.killpg(build.pid, signal.SIGINT)
            build.wait(60)
        finally:
            build.kill()
        assert build.returncode == 130
        assert build.stderr is not None
        assert build.stderr.read().startswith(b"build-dataset: stopped;")


def command_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""  # it has ended


def variable(name: str) -> str | None:
    return os.environ.get(name)


def test_workers_have_the_environment_of_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("一", "二"):
        monkeypatch.setenv("CAIBIAN_TEST", value)
        assert list(run(variable, ["CAIBIAN_TEST"] * 3, workers=2)) == [value] * 3
    monkeypatch.delenv("CAIBIAN_TEST")
    assert list(run(variable, ["CAIBIAN_TEST", "OMP_NUM_THREADS"], workers=2)) == [None, "1"]


def test_a_temporary_folder_with_a_long_name_is_said(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    command = [sys.executable, "-c", "from caibian.cli import main; main()", "build", "--workers", "2"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "--workers: AF_UNIX path too long" in done.stderr
    assert "TMPDIR" in done.stderr
    assert done.stderr.count("\n") == 1
