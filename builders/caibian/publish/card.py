"""README.md: the dataset card, written from the build."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from caibian.publish.columns import DESCRIPTIONS
from caibian.publish.facts import SPLITS, Facts, FileInfo
from caibian.publish.front import front_matter
from caibian.publish.manifest import BLANK
from caibian.publish.markdown import anything, one_line, paragraph, plain, table

_LISTED_SOURCES = 20  # files named in the card; the manifest names all


def write_card(
    facts: Facts,
    files: Sequence[FileInfo],
    schemas: Mapping[str, pa.Schema],
    digest: str,
    *,
    text: bool,
    masks: Sequence[str] = (),
) -> str:
    """Return the card, with BLANK where the manifest's hash belongs.

    Names and texts that come from outside are escaped for Markdown, HTML and YAML.
    """
    sections = [
        f"# {plain(facts.config['name'])} {facts.config['version']}",
        _summary(facts, files, text),
        _rows(files),
        _load(facts, schemas),
        _sources(facts),
        _funnel(facts),
        _repairs(facts),
        _labels(facts),
        _gold(facts),
        _splits(facts),
        _baseline(facts),
        _columns(schemas),
        _personal(masks, text),
        _limits(facts, text),
        _cite(facts, digest),
        _proof(facts, digest),
    ]
    body = "\n\n".join(section for section in sections if section)
    return front_matter(facts, files, schemas, digest) + "\n" + body + "\n"


def _summary(facts: Facts, files: Sequence[FileInfo], text: bool) -> str:
    articles = sum(file.rows for file in files if file.config == "articles")
    labels = len(facts.labels.names)
    kind = "any number of" if facts.labels.task == "multi-label" else "exactly one of"
    about = paragraph(facts.config.get("description") or "")
    made = f"{articles:,} Chinese texts, each with {kind} {labels} labels, built by Caibian from raw files."
    held = "" if text else " Titles, texts and words are withheld; ids, labels, lineage and hashed words are published."
    return "\n\n".join(part for part in (about, made + held) if part)


def _rows(files: Sequence[FileInfo]) -> str:
    found: dict[str, dict[str, int]] = {}
    for file in files:
        row = found.setdefault(file.config, {})
        row[file.split] = row.get(file.split, 0) + file.rows
    splits = list(dict.fromkeys(split for row in found.values() for split in row))
    return table(
        ["config", *splits], [[config, *(row.get(split) for split in splits)] for config, row in found.items()]
    )


def _load(facts: Facts, schemas: Mapping[str, pa.Schema]) -> str:
    where = f"{facts.config['name']}/{facts.config['version']}"
    lines = [
        "## Load",
        "```python",
        "from datasets import load_dataset  # 4.0 or later",
        f'articles = load_dataset("{where}")  # the folder, or the repository\'s name',
    ]
    if "paragraphs" in schemas:
        lines.append(f'paragraphs = load_dataset("{where}", "paragraphs")')
    if "dropped" in schemas:
        lines.append(f'dropped = load_dataset("{where}", "dropped", split="dropped")  # what was left out, and why')
    return "\n".join([*lines, "```", "pandas, polars and DuckDB read the Parquet files under `data/` as they are."])


def _sources(facts: Facts) -> str:
    groups: dict[tuple[str | None, str | None], list[Any]] = {}
    for source in facts.sources:
        groups.setdefault((source.license, source.attribution), []).append(source)
    rights = [
        [license or "not stated", credit or "not stated", len(group), sum(source.bytes for source in group)]
        for (license, credit), group in groups.items()  # noqa: A001
    ]
    shown = [
        [source.name, source.format, source.bytes, ", ".join(source.encodings), source.sha256[:16]]
        for source in facts.sources[:_LISTED_SOURCES]
    ]
    more = len(facts.sources) - len(shown)
    note = f"and {more:,} more files, all in `manifest.json`." if more else ""
    whole = facts.config.get("license")
    licence = f"Licence of the dataset as a whole: {plain(whole)}." if whole else "No licence is stated for the whole."
    parts = ["## Sources and rights", licence, table(["licence", "attribution", "files", "bytes"], rights)]
    parts += [table(["file", "format", "bytes", "encodings", "sha256"], shown), note]
    return "\n\n".join(part for part in parts if part)


def _funnel(facts: Facts) -> str:
    rows = [[step.replace("_", " "), count] for step, count in facts.funnel.items()]
    note = "Every record that was read is in the dataset: the dropped ones with their reason in the config `dropped`."
    return f"## From records to rows\n\n{table(['', 'records'], rows)}\n\n{note}"


def _repairs(facts: Facts) -> str:
    if not facts.repairs:
        return "## Repairs\n\nNo text needed a repair."
    rows = [[kind, found.get("documents"), found.get("count")] for kind, found in facts.repairs.items()]
    return f"## Repairs\n\n{table(['damage', 'documents', 'places'], rows)}"


def _labels(facts: Facts) -> str:
    labels = facts.labels
    splits = [split for split in (*SPLITS, *facts.topics) if split in facts.topics]
    splits = list(dict.fromkeys(splits))
    zh, en = labels.zh or [""] * len(labels.names), labels.en or [""] * len(labels.names)
    rows = [
        [number, name, zh[number], en[number], *(facts.topics[split].get(name, 0) for split in splits)]
        for number, name in enumerate(labels.names)
    ]
    how = (
        "Labels were given by rules unless `label_source` says otherwise: they are weak labels, with their evidence in"
        " each row."
        if labels.explained
        else "Labels are those of the source."
    )
    return f"## Labels\n\n{how}\n\n{table(['id', 'label', 'Chinese', 'English', *splits], rows)}"


def _gold(facts: Facts) -> str:
    if facts.gold is None:
        return "## Agreement with people\n\nNot measured: people judged no published text that has other labels."
    return f"## Agreement with people\n\n{anything(facts.gold)}"


def _splits(facts: Facts) -> str:
    proof = (
        "Copies of a text, exact or near, form a cluster, and no cluster is in two splits; this was checked on the"
        " published rows, and `build-dataset verify` checks it again."
    )
    # Labels by split have their own section.
    told = {key: value for key, value in facts.splits.items() if key != "labels"}
    return f"## Splits\n\n{proof}" + (f"\n\n{anything(told)}" if told else "")


def _baseline(facts: Facts) -> str:
    if facts.baseline is None:
        return "## Baseline\n\nNone was trained."
    return f"## Baseline\n\n{anything(facts.baseline)}"


def _columns(schemas: Mapping[str, pa.Schema]) -> str:
    found: dict[str, tuple[str, list[str]]] = {}
    for config, schema in schemas.items():
        for field in schema:
            found.setdefault(field.name, (str(field.type), []))[1].append(config)
    rows = [[name, ", ".join(configs), DESCRIPTIONS[name]] for name, (_, configs) in found.items()]
    return f"## Columns\n\n{table(['column', 'configs', 'holds'], rows)}"


def _personal(masks: Sequence[str], text: bool) -> str:
    said = "News names people: officials, reporters, and persons who took part in what it reports."
    if not text:
        done = "Texts are withheld; the columns author and url may still name persons."
    elif masks:
        kinds = ", ".join(mask.replace("_", " ") for mask in masks)
        done = f"Masked before publishing: {kinds}. A mask finds what a rule can find; names in other forms remain."
    else:
        done = "Nothing was masked: phone numbers, e-mail addresses and names stand as in the source."
    return f"## Personal data\n\n{said} {done}"


def _limits(facts: Facts, text: bool) -> str:
    limits = [
        "Dates, publishers and authors are what the pages say; nobody has checked them.",
        "Repairs restore what the damage left evidence of; a repaired text may differ from the original.",
        "Near copies are found by shared wording; the same event told in other words is none and may be in two splits.",
    ]
    if facts.labels.explained:
        limits.append(
            "Weak labels agree with their rules by construction: a model's score on them measures the rules too."
        )
    if not text:
        limits.append("Without the texts, the evidence's places can be followed only by who has the sources.")
    return "## Known limits\n\n" + "\n".join(f"- {limit}" for limit in limits)


def _cite(facts: Facts, digest: str) -> str:
    name, version = facts.config["name"], facts.config["version"]
    credits = list(dict.fromkeys(source.attribution for source in facts.sources if source.attribution))  # noqa: A001
    thanks = f"\n\nName the sources as well: {'; '.join(map(plain, credits))}." if credits else ""
    return (
        "## Cite\n\n```bibtex\n"
        f"@misc{{{name}, title = {{{name}}}, version = {{{version}}}, note = {{content sha256 {digest}}}}}\n```{thanks}"
    )


def _proof(facts: Facts, digest: str) -> str:
    name, version = facts.config["name"], facts.config["version"]
    return (
        f"## Proof\n\n`build-dataset verify {one_line(str(name))}/{version}` recomputes every hash.\n\n"
        f"- content sha256: `{digest}`\n- manifest sha256: `{BLANK}`"
    )
