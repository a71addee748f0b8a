"""The shipped configs: all load, and the reference lists every option with its default."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.reference_config import NEEDED, REFERENCE, options, reference

from caibian import config

CONFIGS = Path(__file__).parents[1] / "configs"
SAMPLE = Path(__file__).parents[1] / "builders/caibian/sample/sample.yaml"


@pytest.mark.parametrize("path", [*sorted(CONFIGS.glob("*.yaml")), SAMPLE], ids=lambda path: path.name)
def test_config_loads_and_says_what_it_is(path: Path) -> None:
    loaded = config.load(path)
    assert loaded.sources
    assert loaded.description or path == REFERENCE


def test_sample_config_names_the_bundled_pages_and_their_licence() -> None:
    loaded = config.load(SAMPLE)
    assert loaded.name == "sample"
    assert loaded.license
    assert [loaded.resolve(source.path).is_dir() for source in loaded.sources] == [True]


def test_reference_is_what_the_option_models_say() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run python -m tests.reference_config"


def test_reference_lists_every_option_with_its_default() -> None:
    written = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    [written["sources"]] = written["sources"]
    assert dict(flatten(written)) == dict(declared(config.Config))


def test_every_option_says_in_a_sentence_what_it_is() -> None:
    missing = [
        f"{model.__name__}.{name}"
        for model in config.Options.__subclasses__()
        for name, field in options(model)
        if not field.description and not isinstance(field.default, config.Options)
    ]
    assert missing == []


def flatten(section: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return the leaves of nested mappings by their dotted name."""
    for name, value in section.items():
        if isinstance(value, dict) and value:
            yield from flatten(value, f"{before}{name}.")
        else:
            yield before + name, value


def declared(model: type[config.Options], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return the defaults of a model's options by their dotted name, read from the model alone."""
    for name, field in model.model_fields.items():
        default = field.get_default()
        if name == "sources":
            yield from declared(config.Source, f"{before}{name}.")
        elif isinstance(default, config.Options):
            yield from declared(type(default), f"{before}{name}.")
        elif not field.exclude:
            plain = NEEDED[name] if field.is_required() else default
            yield before + name, list(plain) if isinstance(plain, tuple) else plain
