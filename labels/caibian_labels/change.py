"""What a change of a taxonomy can change: a document without certain words keeps the labels it has.

Topics compete within a document, so that a topic's new word can cost another its place; but what no function newly
fires in, and none fired in before, stays as it is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .compiled import read_context
from .taxonomy import Function, Taxonomy

Rules = Mapping[str, Mapping[str, Any]]  # of each labelling function, by topic and name: what its vote depends on


def rules(taxonomy: Taxonomy) -> dict[str, dict[str, Any]]:
    """Return all that labels depend on, in the order that evidence lists it in; plain JSON.

    Titles, definitions and examples are not in it, since they change no label.
    """
    return {
        f"{topic.id}.{number}.{function.name}": _rule(function)
        for topic in taxonomy.topics
        for number, function in _numbered(topic.functions)
    }


def touching(old: Rules, new: Rules) -> frozenset[str] | None:
    """Return the words without one of which a document gets the same labels and evidence by both rules.

    None where any document may get others: what both have stands in another order.
    """
    if [name for name in old if name in new] != [name for name in new if name in old]:
        return None
    words: set[str] = set()
    for name in {*old, *new}:
        before, after = old.get(name), new.get(name)
        if before is None or after is None or _apart_from_words(before) != _apart_from_words(after):
            words.update(*(_all_words(rule) for rule in (before, after) if rule is not None))
        elif before != after:
            words |= set(before["words"]) ^ set(after["words"])
            words.update(*(_in_pattern(one) for one in _patterns(before) ^ _patterns(after)))
    return frozenset(words)


def _numbered(functions: Iterable[Function]) -> Iterable[tuple[int, Function]]:
    """Yield functions with the number of those of the same name before them: a name may stand twice in a topic."""
    seen: dict[str, int] = {}
    for function in functions:
        seen[function.name] = seen.get(function.name, -1) + 1
        yield seen[function.name], function


def _rule(function: Function) -> dict[str, Any]:
    return {
        "weight": function.weight,
        "where": list(function.where),
        "scope": function.scope,
        "whole_words": function.whole_words,
        "words": list(function.words),
        "patterns": [[[list(part) for part in one.parts], list(one.gaps)] for one in function.patterns],
        "not_in": list(function.not_in),
        "with": list(function.with_any),
        "without": list(function.without_any),
    }


def _apart_from_words(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key not in ("words", "patterns")}


def _all_words(rule: Mapping[str, Any]) -> set[str]:
    """Return every word that a function looks for, be it to fire, to be forbidden or to be allowed."""
    found = {*rule["words"], *rule["with"], *rule["without"], *(read_context(one)[0] for one in rule["not_in"])}
    return found.union(*(_in_pattern(one) for one in _patterns(rule)))


def _patterns(rule: Mapping[str, Any]) -> set[str]:
    return {json.dumps(one, ensure_ascii=False) for one in rule["patterns"]}


def _in_pattern(pattern: str) -> set[str]:
    return {word for part in json.loads(pattern)[0] for word in part}
