"""A document without the words that a change of the rules touches has the same labels before and after it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caibian_labels import Document, Labeller, Taxonomy, Topic
from caibian_labels.change import rules, touching
from caibian_labels.pattern import parse_pattern
from caibian_labels.taxonomy import Function

WORDS = ["修路", "公路", "大桥", "开会", "会议", "路", "桥", "水库", "学校", "开学"]
PIECES = st.lists(st.sampled_from([*WORDS, "，", "。", "今年", "指出，", "他"]), min_size=1, max_size=12).map("".join)
SOME = st.lists(st.sampled_from(WORDS), max_size=3, unique=True).map(tuple)
PATTERN = st.tuples(st.sampled_from(WORDS), st.integers(1, 9), st.sampled_from(WORDS)).map(
    lambda one: parse_pattern(f"{one[0]} <{one[1]}> {one[2]}")
)
FUNCTION = st.builds(
    Function,
    name=st.sampled_from("abc"),
    weight=st.sampled_from([-2.0, 1.0, 3.0]),
    words=SOME,
    patterns=st.lists(PATTERN, max_size=1).map(tuple),
    where=st.sampled_from([("title",), ("title", "lead"), ("title", "lead", "body")]),
    not_in=st.sampled_from([(), ("修路难",), ("[公路]大桥",), ("开会议",)]),
    with_any=SOME,
    without_any=SOME.map(lambda words: words[:1]),
    scope=st.sampled_from(["paragraph", "article"]),
)
FUNCTIONS = st.lists(FUNCTION, min_size=1, max_size=3, unique_by=lambda one: one.name)
DOCUMENTS = st.lists(st.builds(Document, title=st.none() | PIECES, paragraphs=st.lists(PIECES, max_size=3)), max_size=6)


def taxonomy(topics: dict[str, list[Function]]) -> Taxonomy:
    made = (
        Topic(id=name, zh=name, en=name, kind="subject", definition="", iptc=(), functions=tuple(functions))
        for name, functions in sorted(topics.items())
    )
    return Taxonomy(tuple(made))


def told(labeller: Labeller, document: Document) -> Any:
    labels = labeller.label(document)
    return labels.topics, labels.paragraphs


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["roads", "schools", "water"]), FUNCTIONS, min_size=1),
    st.dictionaries(st.sampled_from(["roads", "schools", "water"]), FUNCTIONS, max_size=1),
    st.sampled_from(["roads", "schools", "water"]),
    SOME,
    DOCUMENTS,
)
def test_labels_change_only_where_a_touched_word_stands(
    before: dict[str, list[Function]],
    other: dict[str, list[Function]],
    topic: str,
    words: tuple[str, ...],
    documents: list[Document],
) -> None:
    after = before | other
    if topic in after:  # a word more or less, and not a wholly new function
        first = after[topic][0]
        after |= {topic: [replace(first, words=tuple(dict.fromkeys((*first.words, *words)))), *after[topic][1:]]}
    old, new = taxonomy(before), taxonomy(after)
    touched = touching(rules(old), rules(new))
    if touched is None:
        return
    by = [Labeller(one) for one in (old, new)]
    for document in documents:
        if not any(word in text for word in touched for text in (document.title or "", *document.paragraphs)):
            assert told(by[0], document) == told(by[1], document)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words": ("公路", "大桥", "隧道")}, {"隧道"}),
        ({"words": ("公路",)}, {"大桥"}),
        ({"words": ("公路", "大桥")}, set()),
        ({"patterns": (parse_pattern("修建 <4> 水库|学校"),)}, {"修建", "水库", "学校"}),
        ({"weight": 2.0}, {"公路", "大桥"}),
        ({"not_in": ("公路[大桥]",)}, {"公路", "大桥", "公路大桥"}),
        ({"name": "others"}, {"公路", "大桥"}),
    ],
)
def test_a_change_touches_its_own_words(change: dict[str, Any], words: set[str]) -> None:
    function = Function(name="words", weight=1.0, words=("公路", "大桥"))
    old, new = taxonomy({"roads": [function]}), taxonomy({"roads": [replace(function, **change)]})
    assert touching(rules(old), rules(new)) == words


def test_another_order_may_change_any_row() -> None:
    functions = [Function(name=name, weight=1.0, words=("公路",)) for name in "ab"]
    old, new = taxonomy({"roads": functions}), taxonomy({"roads": functions[::-1]})
    assert touching(rules(old), rules(new)) is None
