"""build-dataset ...: parses, prints, nothing else. Heavy imports are inside the commands: --help is instant."""

import errno
import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from caibian import __version__
from caibian.errors import CaibianError, ConfigError, DataError

if TYPE_CHECKING:
    from caibian.config import Config

app = typer.Typer(
    help="Caibian (采编): raw Chinese news pages -> a versioned dataset with labels, evidence and a scored baseline.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich panels take longer to import than all of the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigFile = Annotated[Path | None, typer.Argument(help="Config file (YAML); without one, the bundled sample.")]
Source = Annotated[str | None, typer.Option("--source", help="Files or address to read instead of the config's.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Dataset = Annotated[
    str, typer.Argument(help="Folder of a dataset's version, such as dist/sample/1.0.0, or its address in a store.")
]


# Typer brings its own copy of click or uses the installed one; either way these are the bases of its errors.
_UsageError: Any = typer.BadParameter.__base__
_ClickException: Any = _UsageError.__base__


def main() -> None:
    """Run the command line; exit 0 done, 2 wrong usage or config, 3 unusable data, 1 our bug."""
    _prepare_output()
    try:
        commands = typer.main.get_command(app)
        # Not app(): what it would make of a broken pipe is exit code 1.
        with commands.make_context("build-dataset", sys.argv[1:] or ["--help"]) as context:
            commands.invoke(context)
        sys.stdout.flush()
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except CaibianError as error:
        _fail(str(error), error.exit_code)
    except _ClickException as error:
        command = error.ctx.command_path if getattr(error, "ctx", None) else "build-dataset"
        _fail(f"{error.format_message()} (see {command} --help)", ConfigError.exit_code)
    except BrokenPipeError:  # the reader of our output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _fail(f"{error.filename or 'output'}: {error.strerror}; free some space", DataError.exit_code)
    except MemoryError:
        _fail("out of memory: use fewer --workers", DataError.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _fail("stopped; the same command goes on where this one ended", 130)


def _prepare_output() -> None:
    """Make standard output take any text in any locale, also where it was closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (open as long as the process)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _fail(message: str, code: int) -> NoReturn:
    for line in message.encode(errors="backslashreplace").decode().splitlines():
        # A name may hold what moves the cursor or colours the terminal.
        shown = "".join(f"\\x{ord(one):02x}" if unicodedata.category(one) == "Cc" else one for one in line)
        print(f"build-dataset: {shown}", file=sys.stderr)
    sys.exit(code)


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
    out: Annotated[str, typer.Option(help="Folder or s3://... to publish into: OUT/NAME/VERSION.")] = "dist",
    work: Annotated[
        Path | None,
        typer.Option(help="Folder of half-done work, which all workers see; default: OUT, of s3://... dist."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; default: one a core.")] = None,
    engine: Annotated[Literal["local", "ray"], typer.Option(help="Where the work runs.")] = "local",
    ray_address: Annotated[
        str | None, typer.Option(help="Address of a running Ray cluster, with --engine ray.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but publish.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")] = False,
    json: Json = False,
) -> None:
    """Build a dataset from raw pages: read, clean, segment, label, deduplicate, split, publish, baseline."""
    import dataclasses

    if ray_address is not None and engine != "ray":
        raise ConfigError("--ray-address: is of use with --engine ray only")
    checked = _load(config, source)
    from caibian.storage import work_folder

    if engine == "local" and (workers or os.cpu_count() or 1) > 1:
        _get_workers_ready(work_folder(out, work) / checked.name)
    from caibian import pipeline, show
    from caibian.progress import progress
    from caibian.startup import own_process

    own_process()
    with progress(quiet=quiet) as on_progress:
        summary = pipeline.build(
            checked,
            out=out,
            work=work,
            workers=workers,
            engine_name=engine,
            address=ray_address,
            dry_run=dry_run,
            on_progress=on_progress,
        )
    if json:
        _print_json(dataclasses.asdict(summary))
    elif not quiet:
        show.summary(summary)


def _get_workers_ready(folder: Path) -> None:
    """Have a first build's workers import what they need while this process does; a later one may need none."""
    from caibian.workers import get_ready

    if not (folder / ".shards").is_dir():
        get_ready()


@app.command(epilog="Example: build-dataset check news.yaml")
def check(config: ConfigFile = None, source: Source = None, json: Json = False) -> None:
    """Report every problem of a config at once, before any file is read."""
    from caibian.check import check as problems_of

    path = _config_path(config)
    found = problems_of(path, source=source)
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
    files: Annotated[list[str], typer.Argument(help="Files, folders or globs; with --id also a dataset's version.")],
    config: Annotated[Path | None, typer.Option("--config", help="Config whose options to use.")] = None,
    row_id: Annotated[
        str | None, typer.Option("--id", help="Show this record only; of a dataset, the history of this row.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what becomes of every record: before and after, repairs, topics with evidence, reasons for dropping."""
    from caibian import inspection, pipeline

    if row_id is not None and config is None and len(files) == 1 and _may_be_dataset(files[0]):
        from caibian.publish import at_hand, history

        with at_hand(files[0]) as folder:
            found = history(folder, row_id)
        _print_json(found) if json else inspection.history(found)
        return
    records = pipeline.inspect(files, config=_load_options(config))
    shown = 0
    for record in records if row_id is None else (one for one in records if one["id"] == row_id):
        shown += 1
        _print_json(inspection.record(record)) if json else inspection.inspected(record)
    if row_id is not None and not shown:
        raise DataError(f"{', '.join(files)}: no record there has the id {row_id!r}")


def _may_be_dataset(place: str) -> bool:
    """Return whether `--id` asks for a row of a dataset: of what is a version's folder, or in a store."""
    from caibian.publish.manifest import MANIFEST
    from caibian.storage import is_address

    return is_address(place) or (Path(place) / MANIFEST).is_file()


@app.command(epilog="Example: build-dataset evaluate dist/sample/1.0.0 --predictions mine.jsonl --split test")
def evaluate(
    dataset: Dataset,
    model: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of a saved model; without one, the dataset's own baseline."
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="JSONL, CSV or Parquet with id and topics, label or probabilities."
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="Split to score.")] = "test",
    against: Annotated[
        Path | None,
        typer.Option(exists=True, help="A second model's folder, or file of predictions, for a paired test."),
    ] = None,
    json: Json = False,
) -> None:
    """Score a model, or predictions from anywhere, against a dataset's labels, with 95 % intervals."""
    from caibian import baseline, show
    from caibian.publish import at_hand

    if model is not None and predictions is not None:
        raise ConfigError("--model and --predictions: give one of them, and the other as --against")
    said_by = model or predictions
    compared = None
    with at_hand(dataset) as folder:
        scored = baseline.evaluate_folder(folder, split=split, said_by=said_by)
        if against is not None:
            compared = baseline.compare_folder(folder, split=split, said_by=said_by, against=against)
    if json:
        _print_json({**scored.as_dict(), "comparison": compared.as_dict() if compared else None})
    else:
        show.evaluation(scored, compared)


@app.command(epilog="Example: build-dataset predict dist/sample/1.0.0/baseline page.html --json")
def predict(
    model: Annotated[Path, typer.Argument(help="Folder of a saved baseline.")],
    files: Annotated[list[str], typer.Argument(help="Files, folders or globs to label.")],
    config: Annotated[Path | None, typer.Option("--config", help="Config whose options to use.")] = None,
    json: Json = False,
) -> None:
    """Label new text with a saved baseline: one record a line, with probabilities."""
    from caibian import pipeline, show

    for found in pipeline.predict(model, files, config=_load_options(config)):
        _print_json(found) if json else show.prediction(found)


@app.command(epilog="Example: build-dataset export dist/sample/1.0.0/baseline model.onnx")
def export(
    model: Annotated[Path, typer.Argument(help="Folder of a saved baseline.")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write.")],
) -> None:
    """Write a saved baseline as one ONNX file: code points and words in, probabilities out. Needs onnx."""
    from caibian import baseline

    baseline.export_onnx(baseline.load_model(model), out)
    print(f"{out}: {out.stat().st_size:,} bytes")


@app.command(epilog="Example: build-dataset labels dist/sample/1.0.0 --gold gold.jsonl --review look.csv")
def labels(
    target: Annotated[str, typer.Argument(help="Config file, or folder or address of a dataset's version.")],
    config: Annotated[
        Path | None, typer.Option("--config", help="Config of a dataset that topics of your own labelled.")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="People's judgements (JSONL) to measure against; default: the config's.")
    ] = None,
    review: Annotated[
        Path | None, typer.Option(help="File to write the rows worth a look into, with their judgements.")
    ] = None,
    tool: Annotated[
        Literal["csv", "label-studio", "doccano"], typer.Option(help="Tool that the review file is for.")
    ] = "csv",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Rows listed for each kind of disagreement.")] = 50,
    json: Json = False,
) -> None:
    """Show how the labelling functions do: coverage, overlap, conflict, and against people's labels P, R and F1."""
    from caibian import pipeline, show
    from caibian.publish import at_hand

    with at_hand(target) as here:
        found = pipeline.review_labels(here, config=config, gold=gold, out=review, tool=tool, most=most)
    _print_json(found.analysis) if json else show.labels(found)


@app.command(epilog="Example: build-dataset gold export.json --tool label-studio --out gold.jsonl")
def gold(
    exports: Annotated[list[Path], typer.Argument(help="What an annotation tool exported, a file or several.")],
    out: Annotated[Path, typer.Option(help="Gold file (JSONL) to add to, for label.gold in a config.")],
    tool: Annotated[Literal["csv", "label-studio", "doccano"], typer.Option(help="The tool.")] = "csv",
    who: Annotated[
        str | None,
        typer.Option(help="Who judged, where the export does not say; default with doccano: the file's name."),
    ] = None,
) -> None:
    """Add people's work in an annotation tool to a gold file, which outranks every rule in the next build."""
    from caibian.review import convert_judgements

    judgements, before = convert_judgements(exports, out, tool=tool, who=who)
    print(f"{out}: {judgements} judgements, {judgements - before} of them new")


@app.command(epilog="Example: build-dataset verify dist/sample/1.0.0")
def verify(dataset: Dataset, json: Json = False) -> None:
    """Prove a dataset folder intact: hashes of files and rows, schema, counts, no cluster in two splits, loadable."""
    from caibian.publish import at_hand
    from caibian.publish import verify as problems_of

    with at_hand(dataset) as folder:
        problems = problems_of(folder)
    if json:
        _print_json({"dataset": str(dataset), "problems": problems})
    elif not problems:
        print(f"{dataset}: intact")
    if problems:
        if not json:
            raise DataError("\n".join(f"{dataset}: {problem}" for problem in problems))
        raise typer.Exit(DataError.exit_code)


@app.command(epilog="Example: build-dataset diff dist/news/1.0.0 dist/news/1.1.0")
def diff(
    old: Annotated[str, typer.Argument(help="Folder or address of the older version.")],
    new: Annotated[str, typer.Argument(help="Folder or address of the newer version.")],
    json: Json = False,
) -> None:
    """Show what changed between two versions: rows added, removed, moved, relabelled, retexted."""
    from caibian import show
    from caibian.publish import at_hand
    from caibian.publish import diff as compare

    with at_hand(old) as before, at_hand(new) as after:
        changes = compare(before, after)
    _print_json(changes.to_json()) if json else show.changes(changes)


@app.command(epilog="Example: build-dataset push dist/news/1.0.0 my-name/news --dry-run")
def push(
    dataset: Dataset,
    repo: Annotated[str, typer.Argument(help="Dataset repository on the Hugging Face Hub: OWNER/NAME.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be uploaded; upload nothing.")] = False,
    endpoint: Annotated[str | None, typer.Option(help="Address of another hub.")] = None,
    json: Json = False,
) -> None:
    """Upload a version to the Hugging Face Hub, what changed of it, with the token that huggingface_hub knows."""
    import dataclasses

    from caibian import show
    from caibian.publish import at_hand
    from caibian.publish import push as upload

    with at_hand(dataset) as folder:
        pushed = upload(folder, repo, dry_run=dry_run, endpoint=endpoint)
    _print_json(dataclasses.asdict(pushed)) if json else show.pushed(pushed, dry_run=dry_run)


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

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))  # UTF-8 in any locale
