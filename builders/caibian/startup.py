"""What a process does first, so that the start of a build and of its workers takes no longer than it must."""

import sys

import pyarrow as pa


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
