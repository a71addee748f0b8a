"""The one place where the steps are composed: files -> a published dataset, or files -> what became of them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caibian import account, engine, publish, review, shards, storage
from caibian.assign import Assigned, assign, cluster_ahead
from caibian.config import Config, load
from caibian.corpus import Corpus, Shard
from caibian.errors import ConfigError, DataError
from caibian.labelling import Labeller
from caibian.loaders import read as reading
from caibian.loaders.read import Piece
from caibian.loaders.read.files import find, printable
from caibian.local import OnProgress, Progress, Run, find_pieces, local_steps, prepared
from caibian.recipe import Recipe, labeller, recipe, titles
from caibian.relabel import Rules, labelled, labeller_of, rules_of


def inspect(paths: Sequence[str], *, config: Config) -> Iterator[dict[str, Any]]:
    """Yield what becomes of every record of the files, in order: all columns of a labelled row, `raw` included."""
    how = recipe(config, Path())
    by = labeller_of(how)
    for path in paths:
        source = config.sources[0].model_copy(update={"path": path})
        for piece in reading.plan(source, find(path)):
            for rows in prepared(reading.read(piece), how=how):
                yield from labelled(rows, by=by, how=how).to_pylist()


@dataclass(frozen=True, slots=True)
class LabelReview:
    """What `labels` found: the analysis as plain JSON, and the files written for review."""

    analysis: Mapping[str, Any]
    written: Sequence[str]


def review_labels(
    target: Path,
    *,
    config: Path | None = None,
    gold: Path | None = None,
    out: Path | None = None,
    tool: review.Tool = "csv",
    most: int = 50,
) -> LabelReview:
    """Return how labelling functions, people and the baseline agree on a config's input, or on a dataset.

    A dataset that a taxonomy of the user's own labelled needs its `config`. Without `gold`, people's judgements are
    those that the config names. With `out`, the rows on which they disagree most are written for review with
    `tool`. Raises DataError where there is nothing to judge.
    """
    if target.is_dir():
        options = load(config) if config is not None else None
        by = _labeller_of_dataset(target) if options is None else labeller(options.taxonomy, options.label.threshold)
        rows, model = _rows_of_dataset(target)
    elif config is not None:
        raise ConfigError(f"--config: is of use with a dataset; {target} is none")
    else:
        options = load(target)
        by, (rows, model) = labeller(options.taxonomy, options.label.threshold), (_rows_of_config(options), None)
    if gold is None and options is not None and options.label.gold is not None:
        gold = options.resolve(options.label.gold)
    if out is not None and gold is not None and out.resolve() == gold.resolve():
        raise ConfigError(f"--review: {out} holds people's judgements; name another file")
    if not len(rows):
        raise DataError(f"{target}: nothing to judge: all that is there is dropped, as `inspect` shows")
    judgements = review.read_judgements(gold, topics=by.taxonomy.ids) if gold else []
    found = review.report(rows, by=by, judgements=judgements, model=model, most=most)
    names = {topic.id: topic.zh for topic in by.taxonomy.topics}
    written = review.write_review(out, rows, found, judgements, names=names, tool=tool) if out else []
    return LabelReview(review.as_dict(found, judgements, by.taxonomy.ids), list(map(str, written)))


def _labeller_of_dataset(folder: Path) -> Labeller:
    """Return what labelled a dataset. Raises ConfigError where that were topics that do not come with the package."""
    options = publish.label_options(folder)
    if options["taxonomy"] is not None:
        raise ConfigError(
            f"{folder}: was labelled by the topics in {options['taxonomy']!r}; give its config as --config"
        )
    return labeller(None, options["threshold"])


def _rows_of_config(config: Config) -> pa.Table:
    """Return the labelled rows of a config's input that would not be dropped."""
    how = recipe(config, Path())
    by = labeller_of(how)
    tables = [
        labelled(rows, by=by, how=how).select([*review.NEEDED, "topics", "dropped"])
        for piece in find_pieces(config)
        for rows in prepared(reading.read(piece), how=how)
    ]
    rows = pa.concat_tables(tables)
    return rows.filter(pc.is_null(rows["dropped"]))


def _rows_of_dataset(folder: Path) -> tuple[pa.Table, dict[str, list[str]] | None]:
    """Return a dataset's articles with topics by name, and what its own baseline says of them."""
    from caibian import baseline

    rows = publish.articles(folder, ["text", *(name for name in review.NEEDED if name != "paragraphs")])
    rows = rows.append_column("paragraphs", _paragraphs(rows["text"]))
    if not (folder / baseline.FOLDER).is_dir():
        return rows, None
    model = baseline.load_model(folder / baseline.FOLDER)
    return rows, {found["id"]: found["topics"] for found in baseline.label_records(model, rows)}


def _paragraphs(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the paragraphs of published texts; a text without a character has none."""
    return pc.if_else(pc.equal(texts, ""), pa.scalar([], pa.list_(pa.string())), pc.split_pattern(texts, "\n"))


def predict(model: Path, paths: Sequence[str], *, config: Config) -> Iterator[dict[str, Any]]:
    """Yield what a saved baseline says of every record of the files, in order: id, topics or label, probabilities.

    Records go through the same steps as in a build; one that a build would drop is judged all the same.
    """
    from caibian import baseline

    loaded = baseline.load_model(model)
    how = replace(recipe(config, Path()), by_rules=False)
    for path in paths:
        source = config.sources[0].model_copy(update={"path": path})
        for piece in reading.plan(source, find(path)):
            for rows in prepared(reading.read(piece), how=how):
                text = pc.binary_join(rows["paragraphs"], "\n")
                yield from baseline.label_records(loaded, rows.append_column("text", text))


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did: counts that agree with each other, scores, and where the dataset is."""

    name: str
    version: str
    funnel: Mapping[str, int]  # read, each reason for dropping, kept
    rows: Mapping[str, int]  # by split
    labels: Mapping[str, Mapping[str, int]]  # split -> label -> rows
    repairs: Mapping[str, Mapping[str, int]]  # kind -> documents, count
    notes: Sequence[str]  # what the user should know: labels short of rows, leaks that the source shipped
    baseline: Mapping[str, Any] | None
    folder: str | None  # or address; None for a dry run
    state: str | None  # published, replaced, unchanged


def build(
    config: Config,
    *,
    out: Path | str,
    work: Path | None = None,
    engine_name: engine.Engine = "local",
    workers: int | None = None,
    address: str | None = None,
    dry_run: bool = False,
    on_progress: OnProgress = lambda now: None,
) -> Summary:
    """Build the dataset that `config` describes into out/<name>/<version> and return what was built.

    `out` is a folder, or an address in an object store. In `work`, a folder that every worker sees, lies what the
    build keeps for the next one; by default in `out`, and for an address in the folder dist.

    Local steps run shard by shard on the engine; clustering and splitting see light columns of all rows; a shard
    that an earlier run left is not made again. Raises DataError where nothing can be read or published.
    """
    store = f"{str(out).rstrip('/')}/{config.name}" if storage.is_address(str(out)) else None
    kept = storage.work_folder(str(out), work)
    here = Path(out) if store is None else kept
    _require_writable(config, here / config.name, store)
    if store is not None and not dry_run:
        publish.require_writable(store)
    pieces, count = find_pieces(config), workers or os.cpu_count() or 1
    with (
        shards.open_folder(kept / config.name) as folder,
        engine.start(engine_name, workers=count, address=address) as run,
    ):
        how = recipe(config, folder.path)
        rules = rules_of(how)
        several = engine_name == "ray" or count > 1
        corpus = _corpus(pieces, config, how, rules, folder, run, on_progress, ahead=several)
        folder.keep([*corpus.files(), *([rules.file] if rules.file else [])])
        on_progress(Progress("deduplicate", 0, 1))
        labels = account.label_set(corpus.columns("topics"), config, titles(how))
        assigned = assign(corpus, config, labels, folder)
        facts = account.facts(corpus, assigned.rows, assigned.report, labels, config, pieces)
        counts = facts.funnel
        on_progress(Progress("deduplicate", 1, 1, rows=counts["read"], dropped=counts["read"] - counts["kept"]))
        if not facts.funnel["kept"]:
            raise DataError(f"nothing to publish: {account.losses(facts.funnel)}")
        if dry_run:
            return _summary(facts, assigned, corpus, how, None)
        with publish.open_draft(here, config.name, config.version, store=store) as draft:
            published, facts = _publish(draft, folder, corpus, assigned, facts, config, run, on_progress)
        folder.prune()
    return _summary(facts, assigned, corpus, how, published)


def _corpus(
    pieces: Sequence[Piece],
    config: Config,
    how: Recipe,
    rules: Rules,
    folder: shards.Folder,
    run: Run,
    on_progress: OnProgress,
    *,
    ahead: bool,
) -> Corpus:
    """Return all rows, prepared and labelled; `ahead`: clustered already here while workers label them.

    Rules that label never drop a row, and only people's labels change which of copies stays.
    """
    with engine.beside() as start:

        def on_prepared(prepared: Sequence[Shard]) -> None:
            if ahead and how.by_rules and not how.gold:
                start(partial(cluster_ahead, prepared, config, folder))

        return local_steps(pieces, how=how, rules=rules, run=run, on_progress=on_progress, on_prepared=on_prepared)


def _require_writable(config: Config, target: Path, store: str | None) -> None:
    """Raise ConfigError where the build cannot write into a folder: for its name, or as a source that holds it."""
    if printable(str(target)) != str(target):
        raise ConfigError(f"{target}: is no name in UTF-8, as Parquet files need; choose another --out")
    for source in config.sources:
        if storage.is_address(source.path):
            if store is not None and f"{store}/".startswith(source.path.rstrip("/") + "/"):
                raise ConfigError(f"{source.path}: holds {store}, which the build writes; choose another --out")
            continue
        folder = config.resolve(source.path)
        if folder.is_dir() and target.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"{folder}: holds {target}, which the build writes; choose an --out outside of it")


def _summary(
    facts: publish.Facts, assigned: Assigned, corpus: Corpus, how: Recipe, published: publish.Published | None
) -> Summary:
    dropped = assigned.rows["dropped"]
    return Summary(
        name=facts.config["name"],
        version=facts.config["version"],
        funnel=facts.funnel,
        rows={split: rows for split, rows in assigned.report.sizes.items() if rows},
        labels=facts.topics,
        repairs=facts.repairs,
        notes=[
            *account.crashed(corpus, dropped),
            *account.unused_gold(corpus, dropped, how.gold),
            *account.notes(assigned.report),
        ],
        baseline=facts.baseline,
        folder=published.place if published else None,
        state=published.state if published else None,
    )


def _publish(
    draft: publish.Draft,
    folder: shards.Folder,
    corpus: Corpus,
    assigned: Assigned,
    facts: publish.Facts,
    config: Config,
    run: Run,
    on_progress: OnProgress,
) -> tuple[publish.Published, publish.Facts]:
    """Write rows, baseline and card into the draft and make it the version."""
    from caibian import baseline  # scikit-learn takes longer to import than many a command to run

    on_progress(Progress("publish", 0))
    parts = [
        publish.Shard(left.paths, right.path, left.rows)
        for left, right in zip(corpus.prepared, corpus.labelled, strict=True)
    ]
    cache = publish.Cache(folder.path, config.version)
    files, notes = publish.write_rows(
        draft.folder,
        parts,
        assigned.rows,
        labels=facts.labels,
        options=config.publish,
        run=run,
        cache=cache,
        on_wrote=lambda done, total, rows: on_progress(Progress("publish", done, total, rows)),
    )
    folder.keep(notes)
    trained = None
    if config.baseline is not None:
        on_progress(Progress("baseline", 0, 1))
        trained = baseline.train_and_score(
            draft.folder, models=config.baseline.models, refit=config.baseline.refit, dataset=config.name
        )
        facts = replace(facts, baseline=trained.as_dict() if trained else None)
        on_progress(Progress("baseline", 1, 1))
    about = baseline.About(
        name=config.name,
        version=config.version,
        description=config.description,
        titles=dict(zip(facts.labels.names, facts.labels.zh, strict=False)),
        funnel=facts.funnel,
        repairs=facts.repairs,
    )
    baseline.write_report(draft.folder, about, trained)
    return publish.finish(draft, files, facts), facts
