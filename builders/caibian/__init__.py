"""Caibian (采编): raw Chinese news pages -> a versioned dataset with labels, evidence and a scored baseline.

read -> clean -> segment -> label -> deduplicate -> split -> publish -> baseline
"""

__version__ = "0.1.0"
