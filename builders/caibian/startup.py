"""What a process does first, so that the start of a build and of its workers takes no longer than it must."""

import ctypes
import sys
from functools import cache

import pyarrow as pa

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KEPT = 1 << 30  # bytes


@cache
def own_process() -> None:
    """Set up this process as one that builds and does nothing else: the command `build`, and workers."""
    without_pandas()
    keep_memory()


def keep_memory() -> None:
    """Have memory that is freed kept for what comes next, where the C library is glibc.

    A build makes and drops arrays of some megabytes all the time. glibc, and Arrow's own allocators, give such memory
    back to the system at once and get it page by page again, which takes a tenth of all the CPU time of a build. Kept
    in one place for both, it takes a fifth less memory at the peak besides.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        pa.set_memory_pool(pa.system_memory_pool())
        for option, value in ((_ARENA_MAX, 1), (_TRIM_THRESHOLD, _KEPT), (_MMAP_THRESHOLD, _KEPT)):
            mallopt(option, value)


class _NoPandas:
    """A finder of modules that finds no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not wanted here", name=name)


def without_pandas() -> None:
    """Let pyarrow settle for this process that there is no pandas, unless somebody has imported it.

    pyarrow imports pandas with the first list it is given, which takes a third of all that a worker imports, and asks
    no second time. Others may import pandas as ever; only pyarrow's `to_pandas` is lost, so this is for processes that
    are our own: the command `build` and workers.
    """
    if "pandas" not in sys.modules:
        finder = _NoPandas()
        sys.meta_path.insert(0, finder)
        try:
            pa.array([])
        finally:
            sys.meta_path.remove(finder)
