"""Tables whose columns are separated by more than one character."""

from pathlib import Path

from caibian.config import Fields
from caibian.loaders.read import tabular


def test_columns_are_separated_by_a_string_and_quotes_are_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text('1_!_101_!_news_culture_!_“京城”最"值得"去的展_!_展览,保利\n', encoding="utf-8")
    rows = list(tabular.read(str(path), delimiter="_!_", fields=Fields(text=3, label=2), labelled=True, header=False))
    assert [(row.raw, row.labels, row.dropped) for row in rows] == [('“京城”最"值得"去的展', ["news_culture"], None)]
