"""Kill builds at many moments: `python -m tests.bench.kills [--kills 50] [--workers N] [--docs N]`.

Each build is killed with SIGKILL at another of its events, spread over the whole build in an order that hashing
gives, then built again; it must end in the same files as a build that nothing disturbed. Prints the moments; the
first difference raises.
"""

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

import pytest
from tests.builds import build, corpus, small_pieces
from tests.test_resume import events, killed_and_resumed


def main() -> None:
    """Run the kills that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--docs", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="caibian-kills-") as folder, pytest.MonkeyPatch.context() as patch:
        small_pieces(patch)
        work = Path(folder)
        source = corpus(work, documents=options.docs)
        build(source, work / "whole", workers=1)
        total = events(source, work / "counted", workers=options.workers)
        for number in range(options.kills):
            moment = 1 + int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:4]) % total
            killed_and_resumed(source, work / "whole", work / "out", at=moment, workers=options.workers)
            shutil.rmtree(work / "out")
            print(f"kill {number + 1}: at event {moment} of {total}: the same rows after resuming", flush=True)


if __name__ == "__main__":
    main()
