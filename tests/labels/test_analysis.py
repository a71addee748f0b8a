import pytest

from caibian_labels import Document, Labeller, load_taxonomy
from caibian_labels.analysis import Analysis, analyse

DOCUMENTS = [
    Document("青溪大桥昨日通车", ["大桥全长1.2公里，双向四车道，3条公交线路同步调整。"]),
    Document("县法院宣判一起诈骗案", ["被告人一审被判处有期徒刑三年，民警追回赃款。"]),
    Document("雨后的傍晚", ["老张在门口坐了一会儿。"]),
]
IDS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    labeller = Labeller(load_taxonomy())
    return analyse(
        labeller, DOCUMENTS, IDS, gold={"a": ["roads"], "b": [], "c": None}, model={"a": ["sport"], "b": ["law"]}
    )


def test_it_counts_what_was_judged(analysis: Analysis) -> None:
    assert (analysis.documents, analysis.judged) == (3, 2)


def test_functions_have_coverage_overlap_conflict_and_accuracy(analysis: Analysis) -> None:
    by_name = {one.name: one for one in analysis.functions}
    titled = by_name["roads.titled"]
    assert titled.coverage == pytest.approx(1 / 3)
    assert titled.overlap == pytest.approx(1 / 3)
    assert titled.conflict == 0.0
    assert titled.accuracy == 1.0
    assert by_name["law.titled"].accuracy == 0.0
    assert by_name["sport.contests"].accuracy is None


def test_topics_have_scores_with_intervals(analysis: Analysis) -> None:
    roads = next(one for one in analysis.topics if one.topic == "roads")
    assert (roads.support, roads.precision, roads.recall, roads.f1) == (1, 1.0, 1.0, 1.0)
    micro = analysis.micro
    assert micro is not None
    assert micro.f1 is not None
    assert micro.f1_low is not None
    assert micro.f1_high is not None
    assert micro.f1_low <= micro.f1 <= micro.f1_high
    assert analysis.majority is not None


def test_strange_rows_are_listed_with_their_reason(analysis: Analysis) -> None:
    found = {(one.id, one.topic, one.reason) for one in analysis.disagreements}
    assert ("b", "law", "gold") in found
    assert ("a", "sport", "model") in found
    assert not any(one[0] == "c" for one in found)


def test_it_is_the_same_every_time(analysis: Analysis) -> None:
    again = analyse(
        Labeller(load_taxonomy()),
        DOCUMENTS,
        IDS,
        gold={"a": ["roads"], "b": [], "c": None},
        model={"a": ["sport"], "b": ["law"]},
    )
    assert again == analysis


def test_without_gold_there_are_no_scores() -> None:
    analysis = analyse(Labeller(load_taxonomy()), DOCUMENTS, IDS)
    assert (analysis.topics, analysis.micro, analysis.majority) == ([], None, None)
