"""People's labels: a JSONL file with one judgement a line, which outranks every rule; conflicts and agreement.

A line is `{"id": ..., "topics": [...], "who": ..., "when": ...}`. `topics` is [] for "fits none" and null for
"not judged"; `id` is the document's stable id; `when` is an ISO 8601 time, of UTC where it has no offset.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path


class GoldError(ValueError):
    """A file of judgements that cannot be read; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, order=True)
class Judgement:
    """What one person said of one document; topics are sorted, None means not judged."""

    id: str
    topics: tuple[str, ...] | None
    who: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A document that people judge differently: the topics they do not share, and who gave each."""

    id: str
    topics: dict[str, list[str]]  # topic -> who gave it
    judges: list[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of people on one topic over the documents that at least two of them judged."""

    topic: str
    documents: int
    given: int  # judgements that gave the topic
    alpha: float | None  # Krippendorff's, nominal; None where nothing varies
    kappa: float | None  # Cohen's, the mean over pairs of people weighted by their common documents


def judgement(
    document: str, topics: Iterable[str] | None, who: str | None = None, when: str | None = None
) -> Judgement:
    """Return a judgement with its topics in order and without repeats. Raises ValueError for what is no text."""
    found = Judgement(document, None if topics is None else tuple(sorted(set(topics))), who or None, when or None)
    for text in (found.id, *(found.topics or ()), found.who or "", found.when or ""):
        if not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text):
            raise ValueError(f"{text!a} has half a character")
    return found


def moment(when: str) -> datetime:
    """Return an ISO 8601 time as a moment, in UTC where it has no offset. Raises ValueError where it is none."""
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        raise ValueError(f'"when" must be a time such as 2026-05-01T08:00:00Z, got {when!r}') from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_gold(path: Path, *, known: Iterable[str] | None = None) -> list[Judgement]:
    """Return the judgements of a gold file, in its order.

    With `known` topic ids, others are a problem. Raises GoldError with every problem, each with its line.
    """
    allowed = None if known is None else set(known)
    out: list[Judgement] = []
    found: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if line.strip():
            try:
                out.append(_judgement(json.loads(line), allowed))
            except (ValueError, RecursionError) as error:
                found.append(f"{path}:{number}: {error}")
    if found:
        raise GoldError(found)
    return out


def write_gold(judgements: Iterable[Judgement], path: Path) -> None:
    """Write judgements to a gold file, one a line in the given order; what stood there stays until all is written."""
    content = "".join(json.dumps(_record(one), ensure_ascii=False) + "\n" for one in judgements)
    if path.exists() and not path.is_file():  # a pipe or a terminal
        path.write_text(content, encoding="utf-8")
        return
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(content, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def add_judgements(old: Sequence[Judgement], new: Iterable[Judgement]) -> list[Judgement]:
    """Return the old judgements, then those of the new ones that do not stand among them, each as often as there."""
    left = Counter(old)
    out = list(old)
    for one in new:
        if left[one]:
            left[one] -= 1
        else:
            out.append(one)
    return out


def settle(judgements: Iterable[Judgement]) -> dict[str, list[str]]:
    """Return the topics of each document that anybody judged: those that more than half of its judges gave.

    A later judgement of the same person replaces the earlier one.
    """
    out: dict[str, list[str]] = {}
    for document, one_each in _by_document(judgements).items():
        judged = [one.topics for one in one_each.values() if one.topics is not None]
        if judged:
            given = {topic for topics in judged for topic in topics}
            out[document] = sorted(t for t in given if 2 * sum(t in topics for topics in judged) > len(judged))
    return out


def conflicts(judgements: Iterable[Judgement]) -> list[Conflict]:
    """Return the documents that two people judged differently, in the order of their ids."""
    out = []
    for document, one_each in sorted(_by_document(judgements).items()):
        judged = {who: set(one.topics) for who, one in one_each.items() if one.topics is not None}
        shared = set.intersection(*judged.values()) if judged else set()
        split = sorted(set().union(*judged.values()) - shared)
        if split:
            topics = {topic: sorted(who for who, given in judged.items() if topic in given) for topic in split}
            out.append(Conflict(document, topics, sorted(judged)))
    return out


def agreement(judgements: Iterable[Judgement], topics: Sequence[str]) -> list[Agreement]:
    """Return the agreement on each topic (Krippendorff 2004; Cohen 1960)."""
    marks: list[dict[str, set[str]]] = []
    for one_each in _by_document(judgements).values():
        judged = {who: set(one.topics) for who, one in one_each.items() if one.topics is not None}
        if len(judged) > 1:
            marks.append(judged)
    return [
        _agreement(topic, [{who: topic in given for who, given in one.items()} for one in marks]) for topic in topics
    ]


def _agreement(topic: str, units: list[dict[str, bool]]) -> Agreement:
    given = sum(sum(unit.values()) for unit in units)
    return Agreement(topic, len(units), given, _alpha(units), _kappa(units))


def _alpha(units: list[dict[str, bool]]) -> float | None:
    """Return Krippendorff's alpha of yes-or-no marks, 1 - observed / expected disagreement."""
    total = sum(len(unit) for unit in units)
    yes = sum(sum(unit.values()) for unit in units)
    if total < 2 or yes in (0, total):
        return None
    seen = 0.0
    for unit in units:
        mine = sum(unit.values())
        seen += 2 * mine * (len(unit) - mine) / (len(unit) - 1)
    expected = 2 * yes * (total - yes) / (total - 1)
    return 1 - seen / expected


def _kappa(units: list[dict[str, bool]]) -> float | None:
    pairs: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for unit in units:
        for one, other in combinations(sorted(unit), 2):
            pairs[one, other].append((unit[one], unit[other]))
    values = [(kappa, len(marks)) for marks in pairs.values() if (kappa := _pair_kappa(marks)) is not None]
    if not values:
        return None
    return sum(kappa * size for kappa, size in values) / sum(size for _, size in values)


def _pair_kappa(marks: list[tuple[bool, bool]]) -> float | None:
    size = len(marks)
    same = sum(one == other for one, other in marks) / size
    one = sum(first for first, _ in marks) / size
    other = sum(second for _, second in marks) / size
    chance = one * other + (1 - one) * (1 - other)
    return None if chance >= 1 else (same - chance) / (1 - chance)


def _by_document(judgements: Iterable[Judgement]) -> dict[str, dict[str, Judgement]]:
    """Return for each document the latest judgement of each person (of unnamed ones, each counts).

    Where one of two has no time, the one that stands later is the later one.
    """
    out: dict[str, dict[str, Judgement]] = defaultdict(dict)
    for number, one in enumerate(judgements):
        who = one.who or f"(unnamed {number})"
        before = out[one.id].get(who)
        if before is None or before.when is None or one.when is None or moment(one.when) >= moment(before.when):
            out[one.id][who] = one
    return dict(out)


def _judgement(data: object, allowed: set[str] | None) -> Judgement:
    if not isinstance(data, dict):
        raise ValueError(f"must be an object with id and topics, got {type(data).__name__}")
    id_, topics = data.get("id"), data.get("topics", "absent")
    if not isinstance(id_, str) or not id_:
        raise ValueError(f'"id" must be a text, got {id_!r}')
    if topics is not None and not (isinstance(topics, list) and all(isinstance(t, str) for t in topics)):
        raise ValueError(f'"topics" must be a list of topic ids, or null for not judged, got {topics!r}')
    unknown = sorted(set(topics or ()) - allowed) if allowed is not None else []
    if allowed is not None and unknown:
        raise ValueError(f'"topics": no such topic {", ".join(_with_nearest(one, allowed) for one in unknown)}')
    for key in ("who", "when"):
        if not isinstance(data.get(key), str | None):
            raise ValueError(f'"{key}" must be a text or null, got {data[key]!r}')
    if data.get("when"):
        moment(data["when"])
    return judgement(id_, topics, data.get("who"), data.get("when"))


def _with_nearest(topic: str, allowed: set[str]) -> str:
    near = get_close_matches(topic, sorted(allowed), 1)
    return f"{topic} (did you mean {near[0]}?)" if near else topic


def _record(one: Judgement) -> Mapping[str, object]:
    topics = None if one.topics is None else list(one.topics)
    return {"id": one.id, "topics": topics, "who": one.who, "when": one.when}
