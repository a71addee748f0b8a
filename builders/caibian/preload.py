"""What workers find loaded: imported once, by the process that they are forked from.

No thread of it is at work when it is forked: the only other one is jemalloc's, which is made for forks.
"""

import gc
import os

# Libraries shall not start a thread a core in each of the workers; some look when they are imported.
for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import caibian.local  # noqa: E402
import caibian.publish.write  # noqa: E402
from caibian.loaders import clean, segment  # noqa: E402
from caibian.startup import own_process  # noqa: E402

__all__ = ["caibian", "clean", "segment"]

own_process()
gc.freeze()  # a fork shares these objects as long as no collection of garbage touches them
