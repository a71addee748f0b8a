"""Splits: pure, kept as the corpus grows, crossed by no copy; brute force is the judge."""

import datetime
import hashlib
import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.test_dedup import article, corpora, jaccard, table

from caibian import dedup, splits
from caibian.config import Split
from caibian.errors import DataError


def corpus(texts: list[str], **columns: list) -> pa.Table:
    """Return signed rows with the further columns that a split looks at."""
    count = len(texts)
    rows = dedup.sign(table(texts, days=columns.pop("days", None)))
    types = {"url": pa.string(), "topics": pa.list_(pa.string()), "given_split": pa.string()}
    for name, kind in types.items():
        rows = rows.append_column(name, pa.array(columns.get(name, [None] * count), kind))
    return rows


def build(rows: pa.Table, options: Split, frozen: pa.Table | None = None) -> tuple[pa.Table, splits.Report]:
    """Run steps 5 and 6 and return the rows with `split`, `dropped` and `component`."""
    plain = dedup.compared_text(rows)
    found = dedup.cluster(
        rows.select(dedup.LIGHT),
        similarity=0.8,
        texts=lambda numbers: plain.take(pa.array(numbers)),
        precedence=splits.precedence(rows, options=options, frozen=frozen),
    )
    light = rows.drop_columns(["dropped"]).append_column("dropped", found.rows.column("dropped"))
    light = light.append_column("component", found.rows.column("component"))
    done = splits.split(light.select(splits.LIGHT), options=options, pairs=found.pairs, frozen=frozen)
    light = light.drop_columns(["dropped"]).append_column("dropped", done.rows.column("dropped"))
    return light.append_column("split", done.rows.column("split")), done.report


def crossing(rows: pa.Table) -> list[tuple[int, int]]:
    """Return the near pairs of published rows in two splits, by comparing all with all."""
    plain, names = dedup.compared_text(rows).to_pylist(), rows.column("split").to_pylist()
    return [
        (one, two)
        for one, two in itertools.combinations(range(len(plain)), 2)
        if names[one] and names[two] and names[one] != names[two] and plain[one]
        if plain[one] == plain[two] or jaccard(plain[one], plain[two]) >= 0.8
    ]


def published(rows: pa.Table) -> dict[str, str]:
    pairs = zip(rows.column("id").to_pylist(), rows.column("split").to_pylist(), strict=True)
    return {row_id: name for row_id, name in pairs if name}


HALVES = Split(test=0.3, validation=0.3)


@settings(max_examples=60, deadline=None)
@given(corpora(), st.sampled_from(["hash", "time", "host", "source"]), st.data())
def test_no_near_pair_crosses_splits(texts: list[str], by: str, data: st.DataObject) -> None:
    count = len(texts)
    several = lambda values: data.draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))  # noqa: E731
    rows = corpus(
        texts,
        days=several([None, 0, 3, 40]),
        url=several([None, "http://a.cn/1", "https://www.a.cn/2", "http://b.cn", "//["]),
        topics=several([None, [], ["路"], ["路", "桥"]]),
        given_split=several([None, "train", "dev", "test", "other"]),
    )
    done, report = build(rows, Split(by=by, test=0.3, validation=0.3))
    assert not crossing(done)
    names, reasons = done.column("split").to_pylist(), done.column("dropped").to_pylist()
    assert all((name is None) == (reason is not None) for name, reason in zip(names, reasons, strict=True))
    assert sum(report.sizes.values()) == count - names.count(None)


@settings(max_examples=60, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(texts: list[str], chance) -> None:
    rows = corpus(texts, topics=[["路"] if len(text) % 3 else ["桥"] for text in texts])
    order = list(range(len(texts)))
    chance.shuffle(order)
    assert published(build(rows, HALVES)[0]) == published(build(rows.take(order), HALVES)[0])


@settings(max_examples=100, deadline=None)
@given(corpora(), st.integers(0, 14), st.randoms(use_true_random=False))
def test_a_grown_corpus_keeps_the_old_assignments(texts: list[str], cut: int, chance) -> None:
    chance.shuffle(texts)  # so that copies and what lies between them come sooner or later
    old, _ = build(corpus(texts[:cut]), HALVES)
    frozen = old.select(["id", "split"]).filter(old.column("split").is_valid())
    grown = corpus(texts)
    done, report = build(grown, HALVES, frozen)
    now = published(done)
    assert {row_id: now.get(row_id) for row_id in published(old)} == published(old)
    assert not crossing(done)
    assert report.frozen == len(set(published(old)))


@settings(max_examples=40, deadline=None)
@given(corpora(), corpora())
def test_a_cluster_lands_where_it_lands_whatever_else_there_is(texts: list[str], more: list[str]) -> None:
    options = Split(test=0.3, validation=0.3, min_rows_per_label=0)
    alone, among = build(corpus(texts), options), build(corpus(texts + more), options)
    members = [
        {
            component: frozenset(row["text_hash"] for row in group)
            for component, group in itertools.groupby(
                sorted(rows.to_pylist(), key=lambda row: row["component"] or 0), lambda row: row["component"]
            )
        }
        for rows in (alone[0], among[0])
    ]
    same = set(members[0].values()) & set(members[1].values())
    if alone[1].moved or among[1].moved:
        return  # an empty split was filled, which depends on the corpus
    landed = [
        {members[side][row["component"]]: row["split"] for row in rows.to_pylist() if row["split"]}
        for side, rows in enumerate((alone[0], among[0]))
    ]
    assert all(landed[0].get(cluster) == landed[1].get(cluster) for cluster in same)


def test_new_members_follow_and_a_bridge_is_dropped() -> None:
    head, tail = article(1, 20), article(2, 20)
    old = corpus([head, tail])
    frozen = pa.table({"id": old.column("id"), "split": ["train", "test"]})
    cut = len(head) // 25
    both = head + tail
    near_both = both[: len(head)]
    grown = corpus([head, tail, head[cut:] + "新", tail[cut:] + "新", near_both + "。新"])
    done, _ = build(grown, Split(), frozen)
    assert done.column("dropped").to_pylist()[:2] == [None, None]
    assert done.column("split").to_pylist()[:2] == ["train", "test"]


def chain(steps: int) -> list[str]:
    """Return texts each of which is near the next one, the first and the last being strangers."""
    long = article(1, 20) + article(2, 20) + article(3, 20)
    width, stride = len(long) // 3, len(long) // 36
    return [long[step * stride : step * stride + width] for step in range(steps)]


def test_a_chain_between_two_frozen_splits_is_cut() -> None:
    texts = chain(9)
    days = [0, 240, *range(30, 240, 30)]  # so far apart that nothing is dropped as a copy
    ends = corpus([texts[0], texts[-1]])
    frozen = pa.table({"id": ends.column("id"), "split": ["train", "test"]})
    rows = corpus([texts[0], texts[-1], *texts[1:-1]], days=days)
    done, report = build(rows, Split(), frozen)
    assert done.column("split").to_pylist()[:2] == ["train", "test"]
    assert "bridges_splits" in done.column("dropped").to_pylist()
    assert 0 < report.bridging < 7
    assert not crossing(done)


def test_a_frozen_version_must_name_known_splits() -> None:
    frozen = pa.table({"id": ["0"], "split": ["holdout"]})
    with pytest.raises(DataError, match=r"split.frozen: 'holdout' is no split"):
        build(corpus([article(1)]), Split(), frozen)


def test_the_shares_come_out() -> None:
    _, report = build(corpus([article(number, 4) for number in range(3000)]), Split())
    assert report.sizes == {"train": 2400, "validation": 300, "test": 300} or all(
        abs(size - share) < 60 for size, share in zip(report.sizes.values(), (2400, 300, 300), strict=True)
    )


@pytest.mark.parametrize("count", [3, 10, 150])
def test_a_small_corpus_has_all_three_splits(count: int) -> None:
    for start in range(0, 2000, 200):
        _, report = build(corpus([article(start + number, 4) for number in range(count)]), Split())
        assert min(report.sizes.values()) > 0


def test_no_share_no_rows() -> None:
    _, report = build(corpus([article(number) for number in range(50)]), Split(validation=0))
    assert report.sizes["validation"] == 0
    assert report.sizes["test"] > 0


def test_rare_labels_are_filled_up_and_impossible_ones_reported() -> None:
    topics = [["常见"] for _ in range(200)]
    for number in range(6):
        topics[number] = ["常见", "少见"]
    topics[7] = ["常见", "唯一"]
    rows = corpus([article(number, 4) for number in range(200)], topics=topics)
    _, report = build(rows, Split(min_rows_per_label=2))
    assert min(report.labels["少见"].values()) == 2
    assert {(short.label, short.split) for short in report.short} <= {("唯一", name) for name in splits.SPLITS}
    assert report.short[0].clusters == 1


def test_filling_up_leaves_no_other_label_short() -> None:
    names = "甲乙丙丁戊己庚辛"
    topics = [[names[number % 8], names[number // 8 % 8]] for number in range(120)]
    rows = corpus([article(number, 4) for number in range(120)], topics=topics)
    _, report = build(rows, Split(min_rows_per_label=2))
    assert not report.short


def test_by_time_the_test_is_newer_than_train() -> None:
    days = [*range(100), None]
    rows = corpus([article(number, 4) for number in range(101)], days=days)
    done, report = build(rows, Split(by="time"))
    by_split: dict[str, list[datetime.date]] = {name: [] for name in splits.SPLITS}
    for name, day in zip(done.column("split").to_pylist(), done.column("published").to_pylist(), strict=True):
        if day:
            by_split[name].append(day)
    assert max(by_split["train"]) < min(by_split["validation"])
    assert max(by_split["validation"]) < min(by_split["test"])
    assert (report.undated, len(by_split["test"])) == (1, 10)


def test_by_host_a_host_stays_whole() -> None:
    urls = [f"http://site{number % 40}.cn/{number}" for number in range(400)]
    done, _ = build(corpus([article(number, 4) for number in range(400)], url=urls), Split(by="host"))
    homes: dict[str, set[str]] = {}
    for url, name in zip(urls, done.column("split").to_pylist(), strict=True):
        if name:
            homes.setdefault(url.split("/")[2], set()).add(name)
    assert all(len(names) == 1 for names in homes.values())
    assert len(set().union(*homes.values())) == 3


def test_by_source_the_test_stays_whole_and_its_leaks_are_told() -> None:
    first, second = article(1, 10), article(2, 10)
    texts = [first, first, second + "新", second, article(3), article(4), article(5)]
    given = ["train", "test", "train", "test", "train", "validation", None]
    done, report = build(corpus(texts, given_split=given), Split(by="source"))
    assert done.column("split").to_pylist() == [None, "test", None, "test", "train", "validation", "train"]
    assert report.leaks == {"exact train test": 1, "near train test": 1}
    assert {leak.kind for leak in report.leak_examples} == {"exact", "near"}


def test_copies_within_a_shipped_test_stay() -> None:
    done, _ = build(corpus([article(1)] * 2, given_split=["test"] * 2), Split(by="source"))
    assert done.column("split").to_pylist() == ["test", "test"]


def test_a_dropped_row_has_no_split() -> None:
    rows = corpus([article(number) for number in range(30)])
    dropped = pa.array(["forum"] * 10 + [None] * 20, pa.string())
    rows = rows.set_column(rows.column_names.index("dropped"), "dropped", dropped)
    done, report = build(rows, Split())
    assert done.column("split").to_pylist()[:10] == [None] * 10
    assert sum(report.sizes.values()) == 20


def test_a_later_copy_does_not_move_a_cluster() -> None:
    texts = [article(number, 8) for number in range(200)]
    old, _ = build(corpus(texts, days=[1] * 200), Split())
    later = [text[12:] + "又讯" for text in texts[:50]]
    grown, _ = build(corpus(texts + later, days=[1] * 200 + [2] * 50), Split())
    before, now = published(old), published(grown)
    assert all(now[row_id] == name for row_id, name in before.items() if row_id in now)


def test_hash_is_uniform() -> None:
    digests = [hashlib.blake2b(str(number).encode(), digest_size=16).digest() for number in range(4000)]
    rows = pa.table(
        {
            "id": [digest.hex()[:16] for digest in digests],
            "dropped": pa.nulls(4000, pa.string()),
            "published": pa.nulls(4000, pa.date32()),
            "url": pa.nulls(4000, pa.string()),
            "text_hash": pa.array(digests, pa.binary(16)),
            "component": pa.array(np.arange(4000)),
            "topics": pa.nulls(4000, pa.list_(pa.string())),
            "given_split": pa.nulls(4000, pa.string()),
        }
    )
    pairs = dedup.PAIRS.empty_table()
    report = splits.split(rows, options=Split(), pairs=pairs).report
    assert abs(report.sizes["test"] - 400) < 60
    assert report.moved == 0
