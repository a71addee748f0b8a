"""What the report counts of the published rows."""

import datetime
from pathlib import Path

from tests.baseline.articles import TOPICS, article, dataset

from caibian.baseline.report.facts import count_rows


def test_rows_are_counted_by_topic_pair_of_topics_and_month(tmp_path: Path) -> None:
    leap, march = datetime.date(2024, 2, 29), datetime.date(2024, 3, 1)
    train = [
        article(0, ["roads", "law"], published=leap, text="路" * 12),
        article(2, ["law"], published=march, text="案"),
        article(4, [], published=leap.replace(day=1)),
    ]
    test = [article(6, ["roads", "law"]), article(8, ["sport"], published=march)]
    found = count_rows(dataset(tmp_path, {"train": train, "test": test}, TOPICS))
    assert found.splits == {"train": 3, "test": 2}
    assert found.topics == {"train": [1, 2, 0], "test": [1, 1, 1]}
    assert found.together.tolist() == [[2, 2, 0], [2, 3, 0], [0, 0, 1]]
    assert (found.months, found.undated) == ({"2024-02": 2, "2024-03": 2}, 1)
    assert found.lengths["train"][:2] == [2, 1]  # below 12 characters, and from 12 on
    assert found.publishers == [("第0日报", 5)]
