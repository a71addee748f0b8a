"""One whole build in a process of its own: CPU time of all its processes, stage by stage, and their memory together."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

FEW = 50  # documents
INTERVAL = 0.25  # seconds between two looks at the memory; a peak lasts longer


def build(source: Path, out: Path, *, workers: int) -> dict[str, Any]:
    """Return what a build of `source` took: rows, seconds of CPU and by the clock, megabytes at the peak.

    `cpu` leaves out the start of the first process, not that of other workers: its imports and tables, `start`, which
    a build of a few documents has it load before.
    """
    command = [sys.executable, "-m", "tests.bench.builds", str(source), str(out), str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, _family(process.pid))))
            time.sleep(INTERVAL)
        assert process.stdout is not None
        if process.returncode:
            raise SystemExit(process.returncode)
        return {**json.loads(process.stdout.read()), "peak_mb": peak >> 10}


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return  # it has ended


def _memory(pid: int) -> int:
    """Return the kilobytes of a process; what several share is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _main(source: str, out: str, workers: str) -> None:
    from tests.bench.corpora import write_corpus
    from tests.bench.steps import config_of

    from caibian import pipeline
    from caibian.startup import own_process
    from caibian.workers import get_ready

    own_process()
    if int(workers) > 1:
        get_ready()
    config = config_of(Path(source))
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "few.jsonl", FEW)
        pipeline.build(config_of(Path(folder) / "few.jsonl"), out=Path(folder), workers=1)
    start = time.process_time()
    began = time.monotonic()
    stages: dict[str, float] = {}

    def on_progress(now: Any) -> None:
        stages[now.stage] = time.process_time() - start

    built = pipeline.build(config, out=Path(out), workers=int(workers), on_progress=on_progress)
    own, wall = time.process_time() - start, time.monotonic() - began
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # whose end adds its workers' time to ours
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "rows": built.funnel["read"],
                "kept": built.funnel["kept"],
                "workers": int(workers),
                "start": start,
                "cpu": own + children.ru_utime + children.ru_stime,
                "wall": wall,
                "until": {stage: round(seconds, 2) for stage, seconds in stages.items()},
            }
        )
    )


if __name__ == "__main__":
    _main(*sys.argv[1:])
