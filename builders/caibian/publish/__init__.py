"""Step 7, publish: rows -> a versioned dataset folder that proves itself."""

from caibian.publish.diff import Change, Diff, diff
from caibian.publish.draft import Draft, open_draft
from caibian.publish.facts import Cache, Facts, FileInfo, LabelSet, Published, Shard, SourceFile
from caibian.publish.finish import finish
from caibian.publish.history import history
from caibian.publish.plan import ASSIGNMENT
from caibian.publish.published import articles, assignments, label_options
from caibian.publish.push import Pushed, push
from caibian.publish.store import at_hand, require_writable
from caibian.publish.verify import verify
from caibian.publish.write import write_rows

__all__ = [
    "ASSIGNMENT",
    "Cache",
    "Change",
    "Diff",
    "Draft",
    "Facts",
    "FileInfo",
    "LabelSet",
    "Published",
    "Pushed",
    "Shard",
    "SourceFile",
    "articles",
    "assignments",
    "at_hand",
    "diff",
    "finish",
    "history",
    "label_options",
    "open_draft",
    "push",
    "require_writable",
    "verify",
    "write_rows",
]
