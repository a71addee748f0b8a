"""What workers find loaded: imported and made once, by the process that they are forked from.

No thread of it is at work when it is forked: the only other one is jemalloc's, which is made for forks.
"""

import gc
import os

from caibian.workers import ONE_THREAD

os.environ.update(ONE_THREAD)  # some libraries look when they are imported

import caibian.local
import caibian.publish.write
from caibian.config import Label
from caibian.loaders import clean
from caibian.loaders.segment import dictionary, unknown
from caibian.recipe import labeller
from caibian.startup import own_process

__all__ = ["caibian", "clean"]

own_process()
dictionary.load(())
unknown.load()
labeller(None, Label().threshold)  # by the topics in the package, as most configs want it
gc.freeze()  # a fork shares these objects as long as no collection of garbage touches them
