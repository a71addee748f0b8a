"""Step 5, deduplicate: signatures, candidate pairs, verified clusters.

Local, a shard at a time: `sign`. Global, over the light columns of all rows: `cluster`, which asks for the
texts of candidate pairs only. `crossing_pairs` proves of any published rows that no copy crosses splits.

Near copies are texts whose character 5-grams have at least the configured Jaccard similarity; two texts below
SHORT_CHARS characters (headlines) are compared by their 2-grams. All near copies are in one component, and
components never cross splits. What is *dropped* is decided more carefully: exact copies always, near copies
only if they report the same (`differ`), headlines only if they are equal.
"""

from caibian.dedup.cluster import LIGHT, PAIRS, PROTECTED, Clusters, cluster
from caibian.dedup.measure import Texts
from caibian.dedup.prove import crossing_pairs
from caibian.dedup.sign import sign
from caibian.dedup.text import compared_text

__all__ = [
    "LIGHT",
    "PAIRS",
    "PROTECTED",
    "Clusters",
    "Texts",
    "cluster",
    "compared_text",
    "crossing_pairs",
    "sign",
]
