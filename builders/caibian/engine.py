"""Where work runs: inline, in local processes, or on Ray. Knows no step, no column, no format.

One primitive, `run`: a function over items, results in input order, a lost worker retried, a fatal item reported
alone. No data passes through it: a task reads its files and writes its files.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from caibian.errors import ConfigError

Item = TypeVar("Item")
Result = TypeVar("Result")
Engine = Literal["local", "ray"]
RAY_RETRIES = 3  # of a task whose worker or node died: a cluster loses nodes, which is not the item's fault


@dataclass(frozen=True, slots=True)
class Lost:
    """Stands for the result of an item whose worker died each time it was tried."""

    reason: str


def run(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    engine: Engine = "local",
    workers: int = 1,
    address: str | None = None,
    on_done: Callable[[Result | Lost], None] = lambda result: None,
) -> Iterator[Result | Lost]:
    """Yield `function(item)` for each item, in input order; an item that kills its worker twice yields Lost.

    With one worker on the local engine the work runs inline, without a process to lose. `function` is a
    top-level function (partial allowed) and items are small. At most twice `workers` items are under way.
    On Ray, `address` joins a running cluster (None starts one here) and every node must see the same files.
    `on_done` is called in input order. An exception of `function` is raised here as it is.
    """
    if engine == "local" and workers <= 1:
        results: Iterator[Result | Lost] = (function(item) for item in items)
    elif engine == "ray":
        results = _run_ray(function, items, workers, address)
    else:
        results = _run_processes(function, items, workers)
    for result in results:
        on_done(result)
        yield result


def _run_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result | Lost]:
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    source = iter(items)
    pool = _pool(workers)
    try:
        while True:
            while len(waiting) < 2 * workers and (item := next(source, _END)) is not _END:
                waiting.append((item, pool.submit(function, item)))  # type: ignore[arg-type]
            if not waiting:
                return
            item, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenProcessPool:
                # Any of the items under way may have killed it: each is tried again, alone.
                yield _alone(function, item)
                pool.shutdown(wait=True, cancel_futures=True)
                pool = _pool(workers)
                waiting = deque((again, pool.submit(function, again)) for again, _ in waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(function: Callable[[Item], Result], item: Item) -> Result | Lost:
    """Return the result of an item in a process of its own, Lost where that dies too."""
    with _pool(1) as pool:
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool:
            return Lost("the worker process died twice on it (out of memory, or a crash in a library)")


def _run_ray(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int, address: str | None
) -> Iterator[Result | Lost]:
    ray = _start_ray(workers, address)
    # Ray tries a task again when its worker or node dies; an exception of the function is not tried again.
    task = ray.remote(max_retries=RAY_RETRIES)(_call)
    shared = ray.put(function)
    # A cluster takes more than this machine's workers: twice its processors keep every node busy.
    in_flight = 2 * max(workers, int(ray.cluster_resources().get("CPU", workers)))
    waiting: deque[Any] = deque()
    source = iter(items)
    while True:
        while len(waiting) < in_flight and (item := next(source, _END)) is not _END:
            waiting.append(task.remote(shared, item))
        if not waiting:
            return
        reference = waiting.popleft()
        try:
            yield ray.get(reference)
        except ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, Exception) else error from None
        except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError, ray.exceptions.OutOfMemoryError):
            yield Lost(f"its worker died {RAY_RETRIES + 1} times on it (out of memory, or a crash in a library)")


def _start_ray(workers: int, address: str | None) -> Any:
    """Return the ray module, joined to a cluster. Raises ConfigError where Ray or the cluster is missing."""
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigError("--engine ray needs Ray: pip install 'caibian[ray]'") from None
    if not ray.is_initialized():
        try:
            if address is None:
                ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
            else:
                ray.init(address=address, log_to_driver=False)
        except (ConnectionError, ValueError) as error:
            raise ConfigError(f"--ray-address {address}: {str(error).splitlines()[0]}") from None
    return ray


def _call(function: Callable[[Item], Result], item: Item) -> Result:
    """Run on a Ray worker, whose processes are shared by functions."""
    one_thread()
    return function(item)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads of Arrow hold
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the work on Ctrl-C
    one_thread()


def one_thread() -> None:
    """Keep libraries from starting a thread a core in each of the workers."""
    for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


_END = object()
