"""The bundled sample: its pages are what the generator makes of the gold, and the gold is sound."""

import gzip
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
import yaml
from tests.sample_damage import MIRRORS
from tests.sample_pages import SAMPLE, damage_kinds, load_gold, render, render_page, shown
from tests.sample_slots import DATA, sites

GOLD = load_gold()
NEWS = [record for record in GOLD if record["kind"] == "news"]
ORIGINALS = [record for record in GOLD if record["copy_of"] is None]
TOPICS = frozenset(path.stem for path in (SAMPLE.parents[2] / "labels/caibian_labels/topics").glob("[a-z]*.yaml"))
SENTENCE = re.compile(r"[^。！？]{12,}[。！？]")  # shorter ones, such as 他笑着说。, may stand in two articles
MEBIBYTE = 1 << 20


def test_pages_are_what_the_generator_renders() -> None:
    rendered = render(GOLD)
    pages = SAMPLE / "pages"
    found = {path.relative_to(pages).as_posix(): path for path in pages.rglob("*") if path.is_file()}
    assert found.keys() == rendered.keys(), "run python -m tests.sample_pages"
    for name, content in rendered.items():
        committed = found[name].read_bytes()
        # Compressed bytes differ between versions of zlib.
        assert (gzip.decompress(committed) if name.endswith(".gz") else committed) == content, name


def test_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in (SAMPLE / "pages").rglob("*") if path.is_file()) < 1.5 * MEBIBYTE


def test_sample_has_what_is_asked_of_it() -> None:
    files = {record["file"] for record in GOLD}
    assert len(NEWS) >= 150
    assert sum(".htm" in file for file in files) >= 70
    assert sum(".txt" in file for file in files) >= 50
    assert sum(record["place"] is not None for record in GOLD) >= 38
    assert sum(file.endswith(".gz") for file in files) >= 3
    assert len({record["layout"] for record in GOLD}) >= 16
    assert 0.28 <= sum(bool(record["damage"]) for record in GOLD) / len(GOLD) <= 0.42
    assert {record["mirror"] for record in GOLD} == {None, *MIRRORS}
    assert sum(record["copy_of"] is not None for record in GOLD) >= 10
    assert {record["encoding"] for record in GOLD} == {"utf-8", "utf-8-sig", "utf-16", "gb18030"}


def test_keys_and_places_are_unique() -> None:
    assert max(Counter(record["key"] for record in GOLD).values()) == 1
    assert max(Counter((record["file"], record["place"]) for record in GOLD).values()) == 1


def test_no_sentence_is_in_two_articles() -> None:
    seen: dict[str, str] = {}
    for record in ORIGINALS:
        for sentence in {found for text in record["paragraphs"] for found in SENTENCE.findall(text)}:
            assert seen.setdefault(sentence, record["key"]) == record["key"], sentence


def test_no_furniture_is_a_sentence_of_an_article() -> None:
    words = yaml.safe_load((DATA / "furniture.yaml").read_text(encoding="utf-8"))
    glued = [line for story in words["glued"] for line in story["lines"]]
    bodies = "\n".join(text for record in NEWS for text in record["paragraphs"])
    titles = {record["title"] for record in GOLD}
    for line in [*words["headlines"], *words["comments"], *words["captions"], *words["tickers"], *glued]:
        assert line not in bodies
        assert line not in titles


def test_copies_share_text_with_their_original() -> None:
    by_key = {record["key"]: record for record in GOLD}
    for record in GOLD:
        if record["copy_of"] is None:
            assert record["copy_kind"] is None
            continue
        original = set("".join(by_key[record["copy_of"]]["paragraphs"]))
        assert record["copy_kind"] in {"exact", "edited", "inside"}
        assert len(set("".join(record["paragraphs"])) & original) > 0.7 * len(original)
        if record["copy_kind"] == "exact":
            assert record["paragraphs"] == by_key[record["copy_of"]]["paragraphs"]
        else:
            assert record["paragraphs"] != by_key[record["copy_of"]]["paragraphs"]


@pytest.mark.parametrize("record", GOLD, ids=lambda record: record["key"])
def test_gold_record_is_sound(record: dict[str, Any]) -> None:
    assert record["dropped"] == (record["kind"] != "news")
    assert record["paragraphs"] and all(text and text == text.strip() for text in record["paragraphs"])
    assert len(record["paragraph_topics"]) == len(record["paragraphs"])
    assert record["topics"] == sorted(set(record["topics"]))
    assert record["plausible"] == sorted(set(record["plausible"]) - set(record["topics"]))
    assert record["published"] is None or date.fromisoformat(record["published"])
    assert record["site"] in sites()
    assert record["damage"] == damage_kinds(record)
    visible = shown(record["layout"])
    for name in ("published", "publisher", "section", "url"):
        assert record[name] is None or visible[name], f"the page does not show its {name}"
    if record["author"] is not None and not visible["author"]:
        signed = record["paragraphs"][0][:40] + record["paragraphs"][-1][-40:]
        assert all(name in signed for name in record["author"].split())


@pytest.mark.parametrize("record", NEWS, ids=lambda record: record["key"])
def test_topics_are_those_of_the_taxonomy(record: dict[str, Any]) -> None:
    if not TOPICS:
        pytest.skip("the taxonomy is not there")
    assert {
        *record["topics"],
        *record["plausible"],
        *(topic for topics in record["paragraph_topics"] for topic in topics),
    } <= TOPICS


@pytest.mark.parametrize(
    "record", [r for r in GOLD if r["mirror"] is None and r["place"] is None], ids=lambda record: record["key"]
)
def test_undamaged_page_shows_all_of_its_gold(record: dict[str, Any]) -> None:
    page = render_page(record)
    for text in [record["title"], record["publisher"], record["section"], *record["paragraphs"]]:
        assert text is None or text.replace("<", "&lt;").replace(">", "&gt;") in page or text in page
    for name in (record["author"] or "").split():
        assert name in page


def test_all_topics_are_in_the_sample() -> None:
    if not TOPICS:
        pytest.skip("the taxonomy is not there")
    counts = Counter(topic for record in NEWS for topic in record["topics"])
    assert counts.keys() == TOPICS
    assert min(counts.values()) >= 4
    assert any(not record["topics"] for record in NEWS)
