"""What is wrong with a taxonomy: its form, empty rules, words in two opposed roles, examples that fail."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from .layout import Document
from .taxonomy import TOPICS, Function, Taxonomy, Topic, read_taxonomy
from .vote import THRESHOLD, Labeller

MAX_WORD_CHARS = 60  # a longer "word" is a sentence that will not stand in another text


def problems(folder: Path | None = None, *, threshold: float = THRESHOLD) -> list[str]:
    """Return a line for each problem of the taxonomy in a folder; without a folder, of the one of this package."""
    taxonomy, found = read_taxonomy(TOPICS if folder is None else folder)
    for topic in taxonomy.topics:
        found.extend(_function_problems(topic))
        found.extend(_opposed_words(topic))
    if not found:
        found.extend(_failing_examples(taxonomy, threshold))
    return found


def unknown_topics(taxonomy: Taxonomy, topics: Iterable[str]) -> list[str]:
    """Return a line for each topic id that the taxonomy does not have."""
    out = []
    for one in sorted(set(topics) - set(taxonomy.ids)):
        close = get_close_matches(one, taxonomy.ids, n=1)
        out.append(f"{one}: no such topic" + (f"; did you mean {close[0]}?" if close else ""))
    return out


def example_document(text: str) -> Document:
    """Return the document an example stands for: a paragraph, or a title and paragraphs where it has several lines."""
    title, _, body = text.partition("\n")
    return Document(title, body.split("\n")) if body else Document(None, [text])


def _function_problems(topic: Topic) -> Iterator[str]:
    names = [one.name for one in topic.functions]
    for number, one in enumerate(topic.functions):
        place = _place(topic, number)
        if one.name in names[:number]:
            yield f"{place}: name: another function is named {one.name}"
        if not one.words and not one.patterns:
            yield f"{place}: empty: has neither words nor patterns"
        for word in _all_words([one]):
            if not word.strip() or "\n" in word or len(word) > MAX_WORD_CHARS:
                yield f"{place}: {word[:MAX_WORD_CHARS]!r}: a word has 1 to {MAX_WORD_CHARS} characters and no line end"
    if topic.functions and not any(one.weight > 0 for one in topic.functions):
        yield f"{topic.file}: functions: none votes for the topic"


def _opposed_words(topic: Topic) -> Iterator[str]:
    """Yield the words in two roles of which one undoes the other."""
    for number, one in enumerate(topic.functions):
        place = _place(topic, number)
        for word in sorted(set(one.words) & set(one.not_in)):
            yield f"{place}: {word!r} stands in words and in not_in, and so never votes"
        for word in sorted(set(one.with_any) & set(one.without_any)):
            yield f"{place}: {word!r} stands in with and in without"
        for other_number, other in enumerate(topic.functions):
            if one.weight > 0 > other.weight and set(one.where) & set(other.where):
                for word in sorted(set(one.words) & set(other.words)):
                    yield f"{place}: {word!r} votes for the topic, and against it in functions[{other_number}]"


def _place(topic: Topic, number: int) -> str:
    return f"{topic.file}: functions[{number}] ({topic.functions[number].name})"


def _failing_examples(taxonomy: Taxonomy, threshold: float) -> Iterator[str]:
    cases = [
        (topic.id, f"{topic.file}: examples: {key}[{number}]", wanted, text)
        for topic in taxonomy.topics
        for key, wanted, texts in (("for", True, topic.examples_for), ("against", False, topic.examples_against))
        for number, text in enumerate(texts)
    ]
    labeller = Labeller(taxonomy, threshold)
    labelled = labeller.label_all([example_document(text) for *_, text in cases])
    for (topic, place, wanted, text), labels in zip(cases, labelled, strict=True):
        if (topic in labels.ids) != wanted:
            verb = "should get" if wanted else "should not get"
            chance = next((one.probability for one in labels.topics if one.topic == topic), 0.0)
            yield f"{place}: {verb} the topic, has probability {chance:.2f}: {' '.join(text.split())[:40]}"


def _all_words(functions: Sequence[Function]) -> Iterator[str]:
    for one in functions:
        yield from one.words
        for pattern in one.patterns:
            for part in pattern.parts:
                yield from part
        yield from one.not_in
        yield from one.with_any
        yield from one.without_any
