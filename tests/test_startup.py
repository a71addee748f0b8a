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
