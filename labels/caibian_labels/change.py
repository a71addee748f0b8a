"""What a change of a taxonomy can change: a document without certain words keeps the labels it has.

Topics compete within a document, so that a topic's new word can cost another its place; but what no function newly
fires in, and none fired in before, stays as it is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .contexts import read_context
from .taxonomy import Function, Taxonomy

# Of each labelling function, by topic and name, what its vote depends on; and lists of contexts, which many share.
Rules = Mapping[str, Any]


def rules(taxonomy: Taxonomy) -> dict[str, Any]:
    """Return all that labels depend on, in the order that evidence lists it in; plain JSON.

    Titles, definitions and examples are not in it, since they change no label.
    """
    lists: dict[tuple[str, ...], int] = {}
    functions = {
        f"{topic.id}.{number}.{function.name}": _rule(function, lists)
        for topic in taxonomy.topics
        for number, function in _numbered(topic.functions)
    }
    return {"functions": functions, "contexts": list(map(list, lists))}


def touching(old: Rules, new: Rules) -> frozenset[str] | None:
    """Return the words without one of which a document gets the same labels and evidence by both rules.

    None where any document may get others: what both have stands in another order.
    """
    ours, theirs = _functions(new), _functions(old)
    if [name for name in theirs if name in ours] != [name for name in ours if name in theirs]:
        return None
    words: set[str] = set()
    for name in {*theirs, *ours}:
        before, after = theirs.get(name), ours.get(name)
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


def _functions(stored: Rules) -> dict[str, dict[str, Any]]:
    """Return the functions of rules, each with its own list of contexts."""
    lists = stored["contexts"]
    return {name: {**rule, "not_in": lists[rule["not_in"]]} for name, rule in stored["functions"].items()}


def _rule(function: Function, lists: dict[tuple[str, ...], int]) -> dict[str, Any]:
    return {
        "weight": function.weight,
        "where": list(function.where),
        "scope": function.scope,
        "whole_words": function.whole_words,
        "words": list(function.words),
        "patterns": [[[list(part) for part in one.parts], list(one.gaps)] for one in function.patterns],
        "not_in": lists.setdefault(function.not_in, len(lists)),
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
