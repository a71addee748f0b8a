import pytest

from caibian_labels import Document, Labeller, Labels, load_taxonomy
from caibian_labels.vote import THRESHOLD

ROADS = Document(
    "青溪大桥昨日通车",
    [
        "5月3日上午，历时两年建设的青溪大桥正式通车，大桥全长1.2公里，双向四车道。",
        "大桥通车后，两岸车程由40分钟缩短到5分钟，3条公交线路同步调整。",
    ],
)
NOTHING = Document("雨后的傍晚", ["老张在门口坐了一会儿，天色慢慢暗下来。"])


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller(load_taxonomy())


def test_an_article_gets_its_topic_and_so_do_its_paragraphs(labeller: Labeller) -> None:
    labels = labeller.label(ROADS)
    assert "roads" in labels.ids
    assert all("roads" in ids for ids in labels.paragraph_ids)


def test_an_article_about_nothing_has_an_empty_list(labeller: Labeller) -> None:
    labels = labeller.label(NOTHING)
    assert labels.ids == []
    assert labels.paragraph_ids == [[]]


def test_spans_point_at_the_words(labeller: Labeller) -> None:
    label = next(one for one in labeller.label(ROADS).topics if one.topic == "roads")
    texts = [(ROADS.title or "") if at < 0 else ROADS.paragraphs[at] for at, _, _ in label.spans]
    shown = {text[start:end] for text, (_, start, end) in zip(texts, label.spans, strict=True)}
    assert {"大桥", "通车"} <= shown
    assert all(one.startswith("roads.") for one in label.functions)


def test_paragraph_spans_count_from_the_paragraph(labeller: Labeller) -> None:
    for at, some in enumerate(labeller.label(ROADS).paragraphs):
        for label in some:
            assert all(place == at for place, _, _ in label.spans)


def test_the_threshold_decides_what_is_published() -> None:
    strict = Labeller(load_taxonomy(), threshold=1.1)
    assert strict.label(ROADS).ids == []
    assert any(one.topic == "roads" and not one.published for one in strict.label(ROADS).topics)


def test_published_says_which_are_above_the_threshold(labeller: Labeller) -> None:
    for one in labeller.label(ROADS).topics:
        assert one.published == (one.probability >= THRESHOLD)


def test_a_mention_is_not_a_report(labeller: Labeller) -> None:
    speech = Document(
        "青溪县召开宣传工作会议",
        ["5月3日，青溪县召开宣传工作会议。", "会议强调，要讲好修路、治河、办学、看病的故事，营造良好氛围。"],
    )
    assert not {"roads", "environment", "education", "health"} & set(labeller.label(speech).ids)


def test_batches_do_not_change_labels(labeller: Labeller, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [ROADS, NOTHING, Document(None, []), Document("", [""]), Document("青溪大桥通车", [])] * 3
    whole = [_seen(one) for one in labeller.label_all(documents)]
    monkeypatch.setattr("caibian_labels.vote.BATCH_CHARS", 60)
    assert [_seen(one) for one in labeller.label_all(documents)] == whole
    assert [_seen(labeller.label(one)) for one in documents] == whole


def test_a_headline_alone_can_be_labelled(labeller: Labeller) -> None:
    assert labeller.label(Document("青溪大桥昨日通车 双向四车道公路缩短车程", [])).ids == ["roads"]


def test_hostile_text_is_labelled(labeller: Labeller) -> None:
    odd = "\ud800大桥\x00\u202e" + "召开" * 3000 + "\n会议"
    labels = labeller.label(Document(odd, [odd, "", "\n"], [["x"], [], ["\n"]], odd, odd))
    assert len(labels.paragraphs) == 3


def test_many_words_of_a_pattern_stay_linear(labeller: Labeller) -> None:
    text = "召开" * 20_000 + "会议" * 20_000
    assert len(labeller.label(Document(None, [text])).topics) < 25


def _seen(labels: Labels) -> object:
    return labels.topics, labels.paragraphs, labels.ids, labels.paragraph_ids
