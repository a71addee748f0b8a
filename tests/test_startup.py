"""What a process imports before it works."""

import subprocess
import sys


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_pyarrow_takes_lists_without_pandas_and_others_may_import_it() -> None:
    code = """
import sys
from caibian.startup import without_pandas
without_pandas()
import pyarrow as pa
pa.array(["路"])
print("pandas" in sys.modules)
import pandas
print(pandas.Series([1]).sum())
"""
    assert said(code).split() == ["False", "1"]


def test_a_user_who_has_pandas_keeps_it_in_pyarrow() -> None:
    code = """
import pandas
from caibian.startup import without_pandas
without_pandas()
import pyarrow as pa
print(len(pa.table({"a": [1, 2]}).to_pandas()))
"""
    assert said(code) == "2"


def test_arrow_and_numpy_take_their_memory_from_one_place_that_keeps_it() -> None:
    code = """
import resource
from caibian.startup import own_process
own_process()
import numpy as np
import pyarrow as pa
print(pa.default_memory_pool().backend_name)
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(4 << 20, np.uint8)
        pa.allocate_buffer(4 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
print(faults() < 2_000)
"""
    assert said(code).split() == ["system", "True"]
