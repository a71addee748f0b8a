"""How far a build is, on stderr: a bar a stage on a terminal, a line now and then in a log.

A log of a short build has none: there a line on stderr is an error.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from caibian.local import OnProgress, Progress

LOG_SECONDS = 30.0  # between two lines of one stage in a log; a stage that ends sooner has no line


@contextmanager
def progress(*, quiet: bool) -> Iterator[OnProgress]:
    """Give a function that shows a bar a stage on stderr; in a log, lines; nothing when quiet."""
    console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
    if quiet:
        yield lambda now: None
    elif console.is_terminal:
        with _bars(console) as bars:
            yield _on_bars(bars)
    else:
        yield _in_log(console)


def _bars(console: Console) -> Bars:
    return Bars(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _on_bars(bars: Bars) -> OnProgress:
    tasks: dict[str, TaskID] = {}
    clock = _Clock()

    def on_progress(now: Progress) -> None:
        seconds = clock.seconds(now.stage)
        if now.stage not in tasks:
            tasks[now.stage] = bars.add_task(now.stage, total=now.total, note="")
        bars.update(tasks[now.stage], completed=now.done, total=now.total, note=", ".join(_counts(now, seconds)))

    return on_progress


def _in_log(console: Console) -> OnProgress:
    """Return what writes a line every LOG_SECONDS of a stage, and one at its end if that was not before the first."""
    clock = _Clock()
    told: dict[str, float] = {}

    def on_progress(now: Progress) -> None:
        seconds = clock.seconds(now.stage)
        is_end = now.total is not None and now.done >= now.total
        if seconds - told.get(now.stage, 0.0) < LOG_SECONDS and not (is_end and now.stage in told):
            return
        told[now.stage] = seconds
        far = "done" if is_end else f"{now.done} of {now.total or '?'}"
        left = seconds / now.done * (now.total - now.done) if now.total and now.done else None
        times = f"in {_duration(seconds)}" if is_end or left is None else f"{_duration(left)} left"
        console.print(f"{now.stage}: {', '.join([far, *_counts(now, seconds), times])}", markup=False)

    return on_progress


def _counts(now: Progress, seconds: float) -> list[str]:
    """Return what is known of the rows of a stage: their number, the rate, those dropped so far."""
    if not now.rows:
        return []
    rate = [f"{now.rows / seconds:,.0f} rows/s"] if seconds else []
    return [f"{now.rows:,} rows", *rate, *([f"{now.dropped:,} dropped"] if now.dropped else [])]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


class _Clock:
    """Seconds since each stage was first heard of, or since the one before it was heard of last."""

    def __init__(self) -> None:
        self._starts: dict[str, float] = {}
        self._last = time.monotonic()

    def seconds(self, stage: str) -> float:
        start = self._starts.setdefault(stage, self._last)
        self._last = time.monotonic()
        return self._last - start
