"""The taxonomy as data: one YAML file a topic, read into frozen dataclasses and checked.

A topic file has `id`, `zh`, `en`, `kind`, `definition`, `iptc`, `functions` and `examples`. A labelling function
votes for its topic (a positive weight) or against it (a negative one) where one of its words or patterns stands.
A file whose name begins with "_" holds named sets of words, which patterns use as `@name`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from .pattern import Pattern, PatternError, parse_pattern
from .topic_file import TopicFileError, read_topic_file

TOPICS = Path(__file__).parent / "topics"
ZONES = ("title", "lead", "body", "section", "publisher")
TOPIC_KEYS = ("id", "zh", "en", "kind", "definition", "iptc", "functions", "examples")
FUNCTION_KEYS = (
    "name",
    "weight",
    "words",
    "patterns",
    "where",
    "not_in",
    "with",
    "without",
    "scope",
    "whole_words",
)
MAX_WEIGHT = 100  # ours are within 8; infinity is no number to add up
_NOT_IN_ID = ";；,/\\\"'()"
_IPTC = re.compile("[0-9]{8}")
NEVER = "never"  # the named set of contexts that hold for every function
Kind = Literal["subject", "form"]
Scope = Literal["paragraph", "article"]


class TaxonomyError(ValueError):
    """A folder of topics that cannot be used; `problems` has one line for each thing to mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Function:
    """One labelling function: what it looks for, where, and how its vote weighs."""

    name: str
    weight: float
    words: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    where: tuple[str, ...] = ("title", "lead", "body")
    not_in: tuple[str, ...] = ()
    with_any: tuple[str, ...] = ()
    without_any: tuple[str, ...] = ()
    scope: Scope = "paragraph"
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic with its labelling functions and the examples that are its tests."""

    id: str
    zh: str
    en: str
    kind: Kind
    definition: str
    iptc: tuple[str, ...]
    functions: tuple[Function, ...]
    examples_for: tuple[str, ...] = ()
    examples_against: tuple[str, ...] = ()
    file: str = field(default="", compare=False)  # its name, for messages


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Topics in the order of their ids, and the folder they were read from."""

    topics: tuple[Topic, ...]
    folder: Path | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the topic ids in order."""
        return tuple(topic.id for topic in self.topics)

    def __getitem__(self, topic_id: str) -> Topic:
        return next(topic for topic in self.topics if topic.id == topic_id)


def load_taxonomy(folder: Path | None = None) -> Taxonomy:
    """Return the taxonomy in a folder of topic files; without a folder the one of this package.

    Raises TaxonomyError with every problem found.
    """
    folder = TOPICS if folder is None else folder
    taxonomy, found = read_taxonomy(folder)
    if found:
        raise TaxonomyError(found)
    return taxonomy


def read_taxonomy(folder: Path) -> tuple[Taxonomy, list[str]]:
    """Return what can be read of a folder of topic files, and a line for each problem in their form."""
    found: list[str] = []
    documents = {path.name: _read(path, found) for path in sorted(folder.glob("*.yaml"))}
    named = _named_sets({name: data for name, data in documents.items() if name.startswith("_")}, found)
    topics = [
        _topic(_Reader(name, data, named, found))
        for name, data in documents.items()
        if not name.startswith("_") and data is not None
    ]
    if not any(not name.startswith("_") for name in documents):
        found.append(f"{folder}: no topic file (*.yaml) here")
    found.extend(f"{path.name}: is not read; the name of a topic file ends in .yaml" for path in folder.glob("*.yml"))
    files: dict[str, list[str]] = defaultdict(list)
    for topic in topics:
        files[topic.id].append(topic.file)
    found.extend(
        f"{', '.join(many)}: id: {one} stands in more than one file" for one, many in files.items() if one and many[1:]
    )
    return Taxonomy(tuple(sorted(topics, key=lambda topic: topic.id)), folder), found


def _read(path: Path, found: list[str]) -> Mapping[str, object] | None:
    try:
        return read_topic_file(path)
    except TopicFileError as error:
        found.append(f"{path.name}: {error}")
        return None


def _named_sets(documents: Mapping[str, Mapping[str, object] | None], found: list[str]) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for name, data in documents.items():
        for key, value in (data or {}).items():
            reader = _Reader(name, {key: value}, named, found)
            named[str(key)] = reader.words(key)
            if not value:
                reader.problem(str(key), "is empty; a set has words")
    return named


@dataclass(slots=True)
class _Reader:
    """Takes typed values out of one mapping and notes what is wrong with them."""

    place: str
    data: Mapping[str, object]
    named: Mapping[str, tuple[str, ...]]
    found: list[str] = field(default_factory=list)

    def problem(self, key: str, text: str) -> None:
        """Note what is wrong with the value of a key."""
        self.found.append(f"{self.place}: {key}: {text}")

    def text(self, key: str) -> str:
        """Return a text without blanks around it; "" with a problem where there is none."""
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.problem(key, f"must be a text, got {value!r}")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, which may be left out."""
        value = self.data.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
            return tuple(value)
        self.problem(key, "must be a list of texts")
        return ()

    def words(self, key: str) -> tuple[str, ...]:
        """Words as a list, or as one text with blanks between them; `@name` stands for a named set."""
        value = self.data.get(key)
        if value is None and key not in self.data:
            return ()
        words = value.split() if isinstance(value, str) else list(self.texts(key))
        out: list[str] = []
        for word in words:
            if word.startswith("@"):
                if word[1:] not in self.named:
                    self.problem(key, f"no set of words is named {word}")
                out.extend(self.named.get(word[1:], ()))
            else:
                out.append(word)
        return tuple(dict.fromkeys(out))

    def known(self, allowed: Sequence[str]) -> None:
        """Note the keys that are none of those allowed."""
        for key in self.data:
            if key not in allowed:
                near = get_close_matches(str(key), allowed, 1)
                known = f"did you mean {near[0]}?" if near else f"there are {', '.join(allowed)}"
                self.problem(str(key), f"no such key; {known}")


def _topic(reader: _Reader) -> Topic:
    reader.known(TOPIC_KEYS)
    examples = reader.data.get("examples", {})
    if not isinstance(examples, dict):
        reader.problem("examples", "must hold the keys for and against")
        examples = {}
    inner = _Reader(f"{reader.place}: examples", examples, {}, reader.found)
    inner.known(("for", "against"))
    kind = reader.data.get("kind", "subject")
    if kind not in ("subject", "form"):
        reader.problem("kind", f"must be subject or form, got {kind!r}")
    return Topic(
        id=_id(reader),
        zh=reader.text("zh"),
        en=reader.text("en"),
        kind="form" if kind == "form" else "subject",
        definition=reader.text("definition"),
        iptc=_iptc(reader),
        functions=_functions(reader),
        examples_for=inner.texts("for"),
        examples_against=inner.texts("against"),
        file=reader.place,
    )


def _id(reader: _Reader) -> str:
    """Return the topic's id, which names a label in files, in annotation tools and on the terminal."""
    id_ = reader.text("id")
    if not id_.isprintable() or any(one.isspace() or one in _NOT_IN_ID for one in id_):
        reader.problem("id", f"must be without blanks and {' '.join(_NOT_IN_ID)}, got {id_!r}")
    return id_


def _iptc(reader: _Reader) -> tuple[str, ...]:
    given = reader.data.get("iptc", [])
    ids = [str(one) for one in given] if isinstance(given, list) else []
    if not isinstance(given, list) or not all(_IPTC.fullmatch(one) for one in ids):
        reader.problem("iptc", f'must be a list of Media Topic ids such as "20000337", got {given!r}')
    return tuple(ids)


def _functions(reader: _Reader) -> tuple[Function, ...]:
    value = reader.data.get("functions")
    if not isinstance(value, list) or not value:
        reader.problem("functions", "must be a list with at least one labelling function")
        return ()
    out = []
    for position, one in enumerate(value):
        place = f"{reader.place}: functions[{position}]"
        if isinstance(one, dict):
            out.append(_function(_Reader(place, one, reader.named, reader.found)))
        else:
            reader.found.append(f"{place}: must hold keys and values, got {type(one).__name__}")
    return tuple(out)


def _function(reader: _Reader) -> Function:
    reader.known(FUNCTION_KEYS)
    weight = reader.data.get("weight", 1.0)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not 0 < abs(weight) <= MAX_WEIGHT:
        reader.problem("weight", f"must be a number from -{MAX_WEIGHT} to {MAX_WEIGHT} other than 0, got {weight!r}")
        weight = 1.0
    where = reader.words("where") or ("title", "lead", "body")
    for zone in where:
        if zone not in ZONES:
            reader.problem("where", f"no such zone {zone!r}; there are {', '.join(ZONES)}")
    whole_words = reader.data.get("whole_words", False)
    if not isinstance(whole_words, bool):
        reader.problem("whole_words", f"must be true or false, got {whole_words!r}")
    scope = reader.data.get("scope", "paragraph")
    if scope not in ("paragraph", "article"):
        reader.problem("scope", f"must be paragraph or article, got {scope!r}")
    return Function(
        name=reader.text("name"),
        weight=float(weight),
        words=reader.words("words"),
        patterns=_patterns(reader),
        where=where,
        not_in=_forbidding(reader),
        with_any=reader.words("with"),
        without_any=reader.words("without"),
        scope="article" if scope == "article" else "paragraph",
        whole_words=whole_words is True,
    )


def _forbidding(reader: _Reader) -> tuple[str, ...]:
    own, never = reader.words("not_in"), reader.named.get(NEVER, ())
    return tuple(dict.fromkeys((*own, *never))) if own else never


def _patterns(reader: _Reader) -> tuple[Pattern, ...]:
    out = []
    for text in reader.texts("patterns"):
        try:
            out.append(parse_pattern(text, reader.named))
        except PatternError as error:
            reader.problem("patterns", str(error))
    return tuple(out)
