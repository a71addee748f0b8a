"""Local worker processes for the engine: one item at a time each, so that a death is known by its item."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from traceback import format_exception
from typing import Any, Generic, Self, TypeVar

from caibian.errors import ConfigError

Item = TypeVar("Item")
Result = TypeVar("Result")
TRIES = 2  # the first death may be an accident (somebody's kill, memory that others took), the second is no chance
# Libraries shall not start a thread a core in each of the workers.
ONE_THREAD = dict.fromkeys(("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# A fork of this process would copy locks that threads of Arrow hold, and to spawn is to import everything again. So
# workers are forked from a process that imports what they need, and has no thread.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["caibian.preload"])


def get_ready() -> None:
    """Have what workers need imported beside this process, which goes on.

    Raises ConfigError where that cannot be started.
    """
    try:
        _start_server()
    except OSError as error:
        raise ConfigError(
            f"--workers: {error}: a process that starts them needs a socket in a temporary folder; set TMPDIR to one "
            "with a short name, or use --workers 1"
        ) from None


def _start_server() -> None:
    resource_tracker.ensure_running()  # which lets Ctrl-C in when it starts
    # Ctrl-C is for this process: what is forked from the other ends when this one does, without a word.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the result of an item whose worker died each time it was tried."""

    reason: str


class Worker:
    """A process at the other end of a pipe. It ends when the pipe is closed, also by our own death."""

    def __init__(self) -> None:
        self.pipe, theirs = _FORKS.Pipe()
        self.process = _FORKS.Process(target=_work, args=(theirs, dict(os.environ)), daemon=True)
        self.is_ready = False  # has said that it is up: what dies before is not the item's fault
        get_ready()
        try:
            self.process.start()
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or "what starts it has died"
            raise ConfigError(f"--workers: a process cannot be started: {reason}; use fewer") from None
        theirs.close()

    def kill(self) -> None:
        """End the process at once, whatever it does, and wait until it is gone."""
        kill([self])


def kill(workers: Sequence[Worker]) -> None:
    """End processes at once, whatever they do, and wait until all are gone."""
    for worker in workers:
        worker.pipe.close()
        worker.process.kill()
    for worker in workers:
        worker.process.join()


@dataclass(slots=True)
class Job(Generic[Item, Result]):
    """An item under way: `worker` is the one that has it, None once there is an outcome."""

    function: Callable[[Item], Result]
    item: Item
    worker: Worker | None
    deaths: int = 0
    result: Result | Lost | None = None
    error: BaseException | None = None

    def outcome(self) -> Result | Lost:
        """Return the result, Lost where there is none; raise what the function raised."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]


class Workers:
    """Processes that are started when they are needed and stay for the next run."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._idle: list[Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        kill(self._idle)
        self._idle = []

    def give(self, function: Callable[[Item], Result], item: Item) -> Job[Item, Result]:
        """Give an item to an idle worker, or to a new one."""
        job = Job(function, item, None)
        self._hand_over(job)
        return job

    def wait(self, jobs: Iterable[Job[Any, Any]]) -> None:
        """Wait until some of the jobs have an outcome, or a worker that died has been replaced.

        Raises ConfigError where workers die before they are up.
        """
        held = {job.worker.pipe: (job, job.worker) for job in jobs if job.worker is not None}
        for pipe in wait(held):
            self._receive(*held[pipe])  # type: ignore[index]

    def abandon(self, jobs: Iterable[Job[Any, Any]]) -> None:
        """End the workers that still have one of the jobs."""
        for job in jobs:
            if job.worker is not None:
                job.worker.kill()
                job.worker = None

    def _hand_over(self, job: Job[Item, Result]) -> None:
        job.worker = self._idle.pop() if self._idle else Worker()
        with suppress(BrokenPipeError, ConnectionResetError):  # it is dead; to receive from it will say so
            job.worker.pipe.send((job.function, job.item))

    def _receive(self, job: Job[Any, Any], worker: Worker) -> None:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            worker.kill()
            self._mourn(job, worker)
            return
        except (AttributeError, ImportError, LookupError, TypeError, ValueError) as error:
            # An exception whose constructor takes other arguments than its message cannot be made again here.
            message = (None, RuntimeError(f"what came of {job.item!r} cannot be received: {error!r}"))
        if message is None:
            worker.is_ready = True
            return
        job.result, job.error = message
        job.worker = None
        if len(self._idle) < self._count:
            self._idle.append(worker)
        else:  # of a run within a run
            worker.kill()

    def _mourn(self, job: Job[Any, Any], worker: Worker) -> None:
        job.deaths += 1
        if job.deaths < TRIES:
            self._hand_over(job)
            return
        job.worker = None
        if not worker.is_ready:
            raise ConfigError(
                "worker processes end before they are up; a script that builds needs `if __name__ == '__main__':`, "
                "or --workers 1"
            )
        job.result = Lost(f"the worker process died {TRIES} times on it (out of memory, or a crash in a library)")


def _work(pipe: Connection, environment: dict[str, str]) -> None:
    """Work off what comes through the pipe; end at once when the other end closes it, or dies.

    `environment` is that of the other end now: credentials may have been set since the first worker. The work is done
    in a thread, so that this one can listen.
    """
    os.environ.clear()
    os.environ.update(environment | ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the work on Ctrl-C
    thread = ThreadPoolExecutor(1)
    with suppress(OSError):  # the parent is gone, as the next look finds
        pipe.send(None)
    while True:
        try:
            function, item = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        except (AttributeError, ImportError) as error:  # the function is not where a process can import it
            pipe.send((None, error))
        else:
            thread.submit(function, item).add_done_callback(lambda done: _report(pipe, done))


def _report(pipe: Connection, done: "Future[Any]") -> None:
    error = done.exception()
    if error is not None:
        error.add_note("in a worker process:\n" + "".join(format_exception(error)))
    is_sent = False
    try:
        with suppress(OSError):  # the parent is gone, and so are we
            pipe.send((None, error) if error is not None else (done.result(), None))
        is_sent = True
    finally:
        if not is_sent:  # pickle cannot take it; the log shows why
            pipe.send((None, RuntimeError(f"what came of it cannot be sent: {error!r}")))
