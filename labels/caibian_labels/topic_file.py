"""One topic file as keys and values: YAML without what hides a mistake or grows without bound."""

from collections.abc import Hashable, Mapping
from pathlib import Path

import yaml

MAX_BYTES = 16 << 20  # some 700,000 words
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time where PyYAML was built with libyaml


class TopicFileError(ValueError):
    """A topic file that cannot be read; the message says why, in one line."""


def read_topic_file(path: Path) -> Mapping[str, object]:
    """Return the keys and values of a topic file. Raises TopicFileError for anything else than one mapping."""
    if not path.is_file():
        raise TopicFileError("is no file")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TopicFileError(f"is larger than {MAX_BYTES >> 20} MiB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TopicFileError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TopicFileError(f"not UTF-8 at byte {error.start}") from error
    try:
        data = _parse(text)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise TopicFileError(f"not YAML{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: of a date such as 2026-13-45
        raise TopicFileError(f"not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise TopicFileError("must hold keys and values, got " + ("nothing" if data is None else type(data).__name__))
    return data


class _Loader(_Base):  # type: ignore[misc, valid-type]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        """Return the mapping of a node; a key that stands twice is a mistake, of which YAML says nothing."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(str(key.value))
        built: dict[Hashable, object] = super().construct_mapping(node, deep=deep)
        return built


def _parse(text: str) -> object:
    if "*" in text:  # few files have one, and looking through the events takes longer than all of the rest
        for event in yaml.parse(text, _Base):
            if isinstance(event, yaml.AliasEvent):
                raise yaml.composer.ComposerError(None, None, "aliases are not allowed", event.start_mark)  # type: ignore[arg-type]
    loader = _Loader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
