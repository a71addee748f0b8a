"""Where work runs: inline, in local processes, or on Ray. Knows no step, no column, no format.

One primitive, `run`: a function over items, results in input order, a lost worker retried, a fatal item reported
alone. No data passes through it: a task reads its files and writes its files.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Thread
from typing import Any, Literal, Protocol, TypeVar

from caibian.errors import ConfigError
from caibian.startup import own_process
from caibian.workers import Job, Lost, Workers

Item = TypeVar("Item")
Result = TypeVar("Result")
Engine = Literal["local", "ray"]
RAY_RETRIES = 3  # of a task whose worker or node died: a cluster loses nodes, which is not the item's fault
# No data passes through the engine, so Ray need not take a third of the memory for it, as it does by default.
RAY_STORE_BYTES = 128 << 20

__all__ = ["Engine", "Lost", "Run", "beside", "run", "start"]


class Run(Protocol):
    """A function over items, on workers that live until the engine's block ends."""

    def __call__(
        self, function: Callable[[Item], Result], items: Iterable[Item], *, on_done: Callable[[Any], None] = ...
    ) -> Iterator[Result | Lost]:
        """Yield `function(item)` for each item, in input order, as `run` does."""
        ...


@contextmanager
def start(engine: Engine = "local", *, workers: int = 1, address: str | None = None) -> Iterator[Run]:
    """Give a `run` whose workers are started when they are first needed and end with the block.

    With one worker on the local engine the work runs inline, without a process to lose. On Ray, `address` joins a
    running cluster (None starts one here) and every node must see the same files. Raises ConfigError where workers
    cannot be started.
    """
    with _executor(engine, workers, address) as execute:

        def run_on(
            function: Callable[[Item], Result],
            items: Iterable[Item],
            *,
            on_done: Callable[[Any], None] = lambda result: None,
        ) -> Iterator[Result | Lost]:
            for result in execute(function, items):
                on_done(result)
                yield result

        yield run_on


def run(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    engine: Engine = "local",
    workers: int = 1,
    address: str | None = None,
    on_done: Callable[[Any], None] = lambda result: None,
) -> Iterator[Result | Lost]:
    """Yield `function(item)` for each item, in input order; an item that kills its worker each time yields Lost.

    `function` is a top-level function (partial allowed); items and results are small. At most twice `workers` items
    are under way, and items are taken as they are needed. `on_done` is called in input order. An exception of
    `function` is raised here as it is. When the iterator is closed early, what is under way is ended.
    """
    with start(engine, workers=workers, address=address) as run_on:
        yield from run_on(function, items, on_done=on_done)


@contextmanager
def beside() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Give what runs a function in a thread of this process, while workers have their work.

    The end of the block waits for it and raises what it raised; a block that is left by an exception does not wait.
    """
    started: list[Future[None]] = []

    def start(function: Callable[[], None]) -> None:
        started.append(Future())
        Thread(target=_fulfil, args=(started[-1], function), daemon=True).start()

    yield start
    for future in started:
        future.result()


def _fulfil(future: "Future[None]", function: Callable[[], None]) -> None:
    try:
        function()
    except BaseException as error:  # for `beside` to raise
        future.set_exception(error)
    else:
        future.set_result(None)


_Execute = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


def _executor(engine: Engine, workers: int, address: str | None) -> AbstractContextManager[_Execute]:
    if engine == "ray":
        return _on_ray(workers, address)
    return nullcontext(map) if workers <= 1 else _in_processes(workers)


@contextmanager
def _in_processes(count: int) -> Iterator[_Execute]:
    with Workers(count) as workers:

        def execute(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Lost]:
            source, jobs = iter(items), deque[Job[Item, Result]]()
            try:
                while True:
                    # Results wait for those before them: one slow item shall not let them grow without bound.
                    while len(jobs) < 2 * count and sum(job.worker is not None for job in jobs) < count:
                        if (item := next(source, _END)) is _END:
                            break
                        jobs.append(workers.give(function, item))  # type: ignore[arg-type]
                    if not jobs:
                        return
                    if jobs[0].worker is None:
                        yield jobs.popleft().outcome()
                    else:
                        workers.wait(jobs)
            finally:
                workers.abandon(jobs)

        yield execute


@contextmanager
def _on_ray(workers: int, address: str | None) -> Iterator[_Execute]:
    ray, is_ours = _start_ray(workers, address)
    # Ray tries a task again when its worker or node dies; an exception of the function is not tried again.
    task = ray.remote(max_retries=RAY_RETRIES)(_call)
    # A cluster takes more than this machine's workers: twice its processors keep every node busy.
    in_flight = 2 * max(workers, int(ray.cluster_resources().get("CPU", workers)))

    def execute(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result | Lost]:
        shared, source, waiting = ray.put(function), iter(items), deque[Any]()
        try:
            while True:
                while len(waiting) < in_flight and (item := next(source, _END)) is not _END:
                    waiting.append(task.remote(shared, item))
                if not waiting:
                    return
                yield _ray_result(ray, waiting.popleft())
        finally:
            for reference in waiting:
                ray.cancel(reference, force=True)

    try:
        yield execute
    finally:
        if is_ours:
            ray.shutdown()


def _ray_result(ray: Any, reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause if isinstance(error.cause, BaseException) else error from None
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError):
        return Lost(f"its worker died {RAY_RETRIES + 1} times on it (out of memory, or a crash in a library)")


def _start_ray(workers: int, address: str | None) -> tuple[Any, bool]:
    """Return the ray module, joined to a cluster, and whether we joined it.

    Raises ConfigError where Ray or the cluster is missing.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a build tells nobody that it runs
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigError("--engine ray needs Ray: pip install 'caibian[ray]'") from None
    if ray.is_initialized():
        return ray, False
    size = {"num_cpus": workers, "object_store_memory": RAY_STORE_BYTES} if address is None else {"address": address}
    try:
        ray.init(**size, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = (str(error).splitlines() or ["no answer"])[0]
        raise ConfigError(f"--ray-address {address}: {reason}") from None
    return ray, True


def _call(function: Callable[[Item], Result], item: Item) -> Result:
    own_process()
    return function(item)


_END = object()
