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
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield f"{topic.id}.{name}: two functions have this name"
    for one in topic.functions:
        place = f"{topic.id}.{one.name}"
        if not one.words and not one.patterns:
            yield f"{place}: empty: has neither words nor patterns"
        for word in _all_words([one]):
            if not word.strip() or "\n" in word or len(word) > MAX_WORD_CHARS:
                yield f"{place}: {word[:MAX_WORD_CHARS]!r}: a word has 1 to {MAX_WORD_CHARS} characters and no line end"
    if not any(one.weight > 0 for one in topic.functions):
        yield f"{topic.id}: no function votes for it"


def _opposed_words(topic: Topic) -> Iterator[str]:
    """Yield the words that vote for the topic in one function and against it in another, in the same place."""
    for one in topic.functions:
        for other in topic.functions:
            if one.weight > 0 > other.weight and set(one.where) & set(other.where):
                for word in sorted(set(one.words) & set(other.words)):
                    yield f"{topic.id}: {word!r} votes for it in {one.name} and against it in {other.name}"


def _failing_examples(taxonomy: Taxonomy, threshold: float) -> Iterator[str]:
    cases = [
        (topic.id, text, wanted)
        for topic in taxonomy.topics
        for texts, wanted in ((topic.examples_for, True), (topic.examples_against, False))
        for text in texts
    ]
    labeller = Labeller(taxonomy, threshold)
    labelled = labeller.label_all([example_document(text) for _, text, _ in cases])
    for (topic, text, wanted), labels in zip(cases, labelled, strict=True):
        if (topic in labels.ids) != wanted:
            verb = "should get the topic" if wanted else "should not get the topic"
            yield f"{topic}: example {verb}: {' '.join(text.split())[:40]}"


def _all_words(functions: Sequence[Function]) -> Iterator[str]:
    for one in functions:
        yield from one.words
        for pattern in one.patterns:
            for part in pattern.parts:
                yield from part
        yield from one.not_in
        yield from one.with_any
        yield from one.without_any
