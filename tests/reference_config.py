"""Write configs/reference.yaml from the option models: `python -m tests.reference_config`."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from caibian.config import Config, HostRules, Options, Source

REFERENCE = Path(__file__).parents[1] / "configs/reference.yaml"
HEADER = """\
# Every option of a Caibian config, with its default. Only name, version and sources with a path are needed;
# what a config leaves out has the value that stands here. Made by `python -m tests.reference_config` from
# builders/caibian/config.py, and a test compares the two. Try one: build-dataset check configs/reference.yaml
"""
# What has no default: a config must say it.
NEEDED: dict[str, Any] = {"name": "news", "version": "1.0.0", "path": "raw/*.html"}


def reference() -> str:
    """Return the text of the reference."""
    return HEADER + "\n" + "\n".join(_lines(Config)) + "\n"


def options(model: type[Options]) -> Iterator[tuple[str, FieldInfo]]:
    """Return the model's options by name; what is not written in a file is none."""
    return ((name, field) for name, field in model.model_fields.items() if not field.exclude)


def _lines(model: type[Options], indent: str = "") -> Iterator[str]:
    for name, field in options(model):
        default = NEEDED.get(name) if field.is_required() else field.get_default(call_default_factory=True)
        step = (type(default).__doc__ or "") if model is Config and isinstance(default, Options) else ""
        yield from _comment(f"{step} {field.description or ''}".strip(), indent)
        if model is Config and name == "sources":
            yield f"{indent}sources:"
            first, *rest = _lines(Source, f"{indent}    ")
            yield from (f"{indent}  - {first.strip()}", *rest)
        elif isinstance(default, Options):
            yield f"{indent}{name}:"
            yield from _lines(type(default), f"{indent}  ")
        else:
            yield f"{indent}{name}: {_value(default)}"
        if name == "hosts":
            yield f"{indent}  # For example:"
            yield f"{indent}  # news.example:"
            yield from (f"{indent}  #   {line}" for line in _lines(HostRules))


def _comment(text: str, indent: str) -> list[str]:
    """Return the words as comment lines of at most 118 characters, so that they read without scrolling."""
    mark = f"{indent}# "
    return textwrap.wrap(text, width=118, initial_indent=mark, subsequent_indent=mark, break_long_words=False)


def _value(default: object) -> str:
    value = list(default) if isinstance(default, tuple) else default
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n").removesuffix("\n...")


def main() -> None:
    """Write the reference."""
    REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
