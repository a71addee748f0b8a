"""build-dataset ...: parses, prints, nothing else. Heavy imports are inside the commands: --help is instant."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from caibian import __version__
from caibian.errors import CaibianError, ConfigError, DataError

if TYPE_CHECKING:
    from caibian.config import Config

app = typer.Typer(
    help="Caibian (采编): raw Chinese news pages -> a versioned dataset with labels, evidence and a scored baseline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich panels take longer to import than all of the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigFile = Annotated[
    Path | None, typer.Argument(help="Config file (YAML); without one, the bundled sample.")
]
Source = Annotated[
    str | None, typer.Option("--source", help="File, folder or glob to read instead of the config's.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Dataset = Annotated[Path, typer.Argument(help="Folder of a dataset's version, such as dist/sample/1.0.0.")]


def main() -> None:
    """Run the command line; exit 0 done, 2 wrong usage or config, 3 unusable data, 1 our bug."""
    try:
        app(standalone_mode=True)
    except CaibianError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        sys.stderr.close()
        sys.exit(0)
    except MemoryError:
        _say("out of memory: use fewer --workers")
        sys.exit(DataError.exit_code)


def _say(message: str) -> None:
    for line in message.splitlines():
        print(f"build-dataset: {line}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: build-dataset build news.yaml --out dist --workers 4")
def build(
    config: ConfigFile = None,
    source: Source = None,
    out: Annotated[Path, typer.Option(help="Folder to publish into: OUT/NAME/VERSION.")] = Path("dist"),
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Processes; default: one a core.")
    ] = None,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="Where the work runs.")] = "local",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but publish.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
    json: Json = False,
) -> None:
    """Build a dataset from raw pages: read, clean, segment, label, deduplicate, split, publish, baseline."""
    import dataclasses

    checked = _load(config, source)
    from caibian import pipeline, show

    with show.progress(quiet=quiet) as on_progress:
        summary = pipeline.build(
            checked, out=out, workers=workers, engine_name=engine, dry_run=dry_run, on_progress=on_progress
        )
    if json:
        _print_json(dataclasses.asdict(summary))
    elif not quiet:
        show.summary(summary)


@app.command(epilog="Example: build-dataset check news.yaml")
def check(config: ConfigFile = None, source: Source = None, json: Json = False) -> None:
    """Report every problem of a config at once, before any file is read."""
    from caibian import pipeline

    path = _config_path(config)
    found = pipeline.check(path, source=source)
    if json:
        _print_json({"config": str(path), "problems": found})
    elif not found:
        print(f"{path}: no problem found")
    if found:
        if not json:
            raise ConfigError(*found)
        raise typer.Exit(ConfigError.exit_code)


@app.command(epilog="Example: build-dataset inspect --json page.html | jq .title")
def inspect(
    files: Annotated[list[str], typer.Argument(help="Files, folders or globs; or one DATASET with --id.")],
    config: Annotated[Path | None, typer.Option("--config", help="Config whose options to use.")] = None,
    row_id: Annotated[
        str | None, typer.Option("--id", help="Show the history of this row of a dataset.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what becomes of every record: before and after, repairs, topics with evidence, reasons for dropping."""
    from caibian import pipeline, show

    if row_id is not None:
        history = pipeline.history(Path(files[0]), row_id)
        _print_json(history) if json else show.history(history)
        return
    checked = _load_options(config)
    for record in pipeline.inspect(files, config=checked):
        _print_json(show.record(record)) if json else show.inspected(record)


def _load(path: Path | None, source: str | None = None) -> "Config":
    from caibian.config import load

    return load(_config_path(path), source=source)


def _load_options(path: Path | None) -> "Config":
    """Return the config whose options inspect uses: the given one, else all defaults."""
    from caibian.config import Config, load

    if path is not None:
        return load(path)
    return Config.model_validate({"name": "inspect", "version": "0.0.0", "sources": [{"path": "-"}]})


def _config_path(path: Path | None) -> Path:
    return path if path is not None else Path(__file__).parent / "sample" / "sample.yaml"


def _print_json(value: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(value).decode() + "\n")


__all__ = ["app", "main"]
