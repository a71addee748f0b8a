"""What is wrong with a config and with what it names, all of it at once, before any file is read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from caibian import labelling, publish, review
from caibian.config import Config, load
from caibian.errors import ConfigError, DataError
from caibian.loaders import read as reading
from caibian.loaders.read.files import find
from caibian.recipe import recipe, titles


def check(path: Path, *, source: str | None = None) -> list[str]:
    """Return every problem of a config and of what it names, before any file is read; none for a good one."""
    try:
        config = load(path, source=source)
    except ConfigError as error:
        return list(error.problems)
    problems = []
    for item in config.sources:
        problems += _problems_of(partial(find, config.locate(item.path)))
        problems += _problems_of(partial(next, reading.plan(item, ()), None))  # of its options, without any file
    if config.taxonomy is not None:
        problems += labelling.problems(config.taxonomy, threshold=config.label.threshold)
    if config.label.gold is not None:
        problems += _problems_of(partial(_judgements, config, config.resolve(config.label.gold)))
    if config.split.frozen is not None:
        problems += _problems_of(partial(publish.assignments, config.locate(config.split.frozen)))
    return [f"{path}: {problem}" for problem in problems]


def _judgements(config: Config, gold: Path) -> object:
    """Return people's judgements; where rules label, only topics of theirs can be among them."""
    return review.read_judgements(gold, topics=list(titles(recipe(config, Path()))) or None)


def _problems_of(attempt: Callable[[], object]) -> list[str]:
    """Return what goes wrong, in words for the user."""
    try:
        attempt()
    except (ConfigError, DataError) as error:
        return str(error).splitlines()
    return []
