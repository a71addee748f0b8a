"""Words that the dictionary lacks: jieba's hidden Markov model, over all runs of single characters at once.

Each character begins a word, ends one, stands in the middle of one, or is one (B, E, M, S); Viterbi's algorithm finds
the likeliest way through these states. Numbers are added in jieba's order, so that equal ones are equal here too.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from caibian.loaders.packages import module_of
from caibian.loaders.segment.dictionary import Bools, Codes, Floats, Ints

_STATES = "BEMS"
_BEGIN, _END, _MIDDLE, _SINGLE = range(4)
_ENDS_WORD = np.array([False, True, False, True])
# Which two states can stand before each; of two that are equally likely jieba takes the later letter, the second.
_FIRST = [_END, _BEGIN, _BEGIN, _END]
_SECOND = [_SINGLE, _MIDDLE, _MIDDLE, _SINGLE]
_BEFORE = np.array([_FIRST, _SECOND])
_IMPOSSIBLE = -3.14e100  # jieba's logarithm of no chance
_LONG = 100  # characters; longer runs are rare and would let the others wait


class Model(NamedTuple):
    """Logarithms of probabilities, by state."""

    start: Floats
    from_first: Floats  # of a step from the first and from the second state that can stand before
    from_second: Floats
    emit: Floats  # (4, 65536): of each character


def word_ends(codes: Codes, start: Ints, end: Ints) -> Ints:
    """Return where the words of runs of Han of a text end, in no order; each run is cut by itself."""
    length = end - start
    short, long = np.flatnonzero(length <= _LONG), np.flatnonzero(length > _LONG)
    order = short[np.argsort(length[short].astype(np.uint8), kind="stable")[::-1]]
    found = [_of_short_runs(codes, start[order], length[order])]
    found += [_of_long_run(codes[first:last]) + first for first, last in zip(start[long], end[long], strict=True)]
    return np.concatenate(found)


def _of_short_runs(codes: Codes, start: Ints, length: Ints) -> Ints:
    """Cut all runs, longest first: at each step those that are long enough go a character further."""
    model, steps = load(), int(length[0]) if len(length) else 0
    counts = (len(length) - np.searchsorted(length[::-1], np.arange(steps + 1), side="right")).tolist()
    states = np.zeros(len(length), np.int64)
    came_from: list[Bools] = []  # at each step, whether from the second state, by state and run
    likely = model.start[:, None] + model.emit[:, codes.take(start)]
    for step in range(steps):
        if step:
            emit, likely = model.emit[:, codes.take(start[: counts[step]] + step)], likely[:, : counts[step]]
            first = likely[_FIRST] + model.from_first[:, None] + emit
            second = likely[_SECOND] + model.from_second[:, None] + emit
            came_from.append(second >= first)
            likely = np.maximum(first, second)
        done = slice(counts[step + 1], counts[step])
        states[done] = np.where(likely[_SINGLE, done] >= likely[_END, done], _SINGLE, _END)
    ends = [np.zeros(0, np.int64)]
    for step in reversed(range(steps)):
        now = states[: counts[step]]
        ends.append(start[np.flatnonzero(_ENDS_WORD.take(now))] + step + 1)
        if step:
            now[:] = _BEFORE[came_from[step - 1][now, np.arange(len(now))].astype(np.int64), now]
    return np.concatenate(ends)


def _of_long_run(codes: Codes) -> Ints:
    """Cut one run; the steps are those of `_of_short_runs`, without numpy, which is slow on four numbers."""
    model = load()
    from_first, from_second = model.from_first.tolist(), model.from_second.tolist()
    emits = model.emit[:, codes].T.tolist()
    likely, came_from = [start + emit for start, emit in zip(model.start.tolist(), emits[0], strict=True)], []
    for emit in emits[1:]:
        first = [likely[at] + step + one for at, step, one in zip(_FIRST, from_first, emit, strict=True)]
        second = [likely[at] + step + one for at, step, one in zip(_SECOND, from_second, emit, strict=True)]
        came_from.append([one >= other for one, other in zip(second, first, strict=True)])
        likely = list(map(max, first, second))
    state, ends = _SINGLE if likely[_SINGLE] >= likely[_END] else _END, []
    for place in reversed(range(len(emits))):
        if _ENDS_WORD[state]:
            ends.append(place + 1)
        if place:
            state = (_SECOND if came_from[place - 1][state] else _FIRST)[state]
    return np.array(ends, np.int64)


@lru_cache(1)
def load() -> Model:
    """Return the model in the package jieba."""
    start, step, emit = (module_of("jieba", f"finalseg/prob_{of}.py").P for of in ("start", "trans", "emit"))
    emits = np.full((len(_STATES), 0x10000), _IMPOSSIBLE)
    for row, state in zip(emits, _STATES, strict=True):
        row[[ord(char) for char in emit[state]]] = list(emit[state].values())
    from_first, from_second = (
        np.array([step[_STATES[before]][state] for before, state in zip(which, _STATES, strict=True)])
        for which in (_FIRST, _SECOND)
    )
    return Model(np.array([start[state] for state in _STATES]), from_first, from_second, emits)
