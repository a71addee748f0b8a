"""Steps that take long or die in a worker. Apart from the tests, so that a worker imports no more than a build's."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from caibian.loaders import clean as cleaning

DEADLY = "本段文字要了工作进程的命"


def slowly(function: Callable[[Any], Any], item: Any) -> Any:
    """Take long enough to be killed at it."""
    time.sleep(0.3)
    return function(item)


def deadly(item: Any, *, function: Callable[[Any], Any]) -> Any:
    """Run a step in a worker whose `clean` dies of one document, as a bug in a library would make it."""
    clean = cleaning.clean

    def dying_clean(rows: pa.Table, **options: Any) -> pa.Table:
        texts = rows.filter(rows["dropped"].combine_chunks().is_null())["raw"].to_pylist()
        if any(DEADLY in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return clean(rows, **options)

    cleaning.clean = dying_clean
    try:
        return function(item)
    finally:
        cleaning.clean = clean
