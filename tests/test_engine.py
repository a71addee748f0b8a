"""The engine: order, retries, a fatal item reported alone."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from caibian.engine import Lost, run


def double(number: int) -> int:
    return 2 * number


def kill_on(number: int, *, fatal: int) -> int:
    if number == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def kill_once(number: int, *, marker: Path) -> int:
    if number == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(number: int) -> int:
    raise ValueError(f"no {number}")


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


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_is_raised_as_it_is(workers: int) -> None:
    with pytest.raises(ValueError, match="no 0"):
        list(run(fail, range(5), workers=workers))


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    results = run(double, items(), workers=2)
    next(results)
    results.close()
    assert len(taken) <= 5
