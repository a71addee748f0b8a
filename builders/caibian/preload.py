"""What workers find loaded: imported once, by the process that they are forked from.

No thread of it is at work when it is forked: the only other one is jemalloc's, which is made for forks.
"""

import gc
import os

from caibian.workers import ONE_THREAD

os.environ.update(ONE_THREAD)  # some libraries look when they are imported

import caibian.local
import caibian.publish.write
from caibian.loaders import clean
from caibian.loaders.segment import dictionary, unknown
from caibian.startup import own_process

__all__ = ["caibian", "clean"]

dictionary.load(())
unknown.load()
own_process()
gc.freeze()  # a fork shares these objects as long as no collection of garbage touches them
