import datetime
import html
import json
import os
import shutil
import subprocess
from pathlib import Path

import plotly.graph_objects as go
import pyarrow.parquet as pq
import pytest
from tests.baseline.articles import CLASSES, TOPICS, article, dataset, some

from caibian.baseline import About, train_and_score, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, which is not installed")
HOSTILE = """</script><script>document.body.dataset.owned=1</script><img src=x onerror="document.body.dataset.owned=1">
'"&lt;\u2028]]><!--"""
FUNNEL = {"read": 200, "too_short": 10, "duplicate_near": 40, "kept": 150}
REPAIRS = {"spam": {"documents": 3, "count": 9}, "width": {"documents": 90, "count": 400}}
PROBE = """<script>addEventListener("load", () => setTimeout(() => {
  const field = document.getElementById("search");
  field.value = "WANTED";
  field.dispatchEvent(new Event("input"));
  const empty = [...document.querySelectorAll(".plot")].filter((box) => !box.querySelector(".plot-container svg"));
  document.body.dataset.probe = JSON.stringify({
    shown: [...document.querySelectorAll(".case")].filter((item) => !item.hidden).length,
    cases: document.querySelectorAll(".case").length,
    plots: document.querySelectorAll(".plot").length,
    empty: empty.map((box) => box.id),
    drawn: document.body.dataset.drawn,
    asked: performance.getEntriesByType("resource").map((entry) => entry.name),
    owned: document.body.dataset.owned ?? null,
    found: document.getElementById("found").textContent,
    unnamed: document.querySelectorAll(".plot:not([aria-label])").length,
    wider: document.documentElement.scrollWidth > innerWidth,
  });
}, 500));</script>"""


def folder_of(tmp_path: Path, *, classes: bool = False) -> Path:
    task = CLASSES if classes else TOPICS
    spans = [{"paragraph": place, "start": 0, "end": 2} for place in (-1, 0, 9)]
    evidence = [{"topic": "law", "probability": 0.9, "above_threshold": True, "functions": ["law.<f>"], "spans": spans}]
    told = {"evidence": evidence, "published": datetime.date(2024, 2, 29)}
    wrong = [
        article(900, ["law"], text=f"公路通车{HOSTILE}", title=HOSTILE, publisher=HOSTILE, **told),
        article(901, ["sport"], text="法院判决\n独一无二", words=[["法院", "判决"], ["独一无二"]]),
    ]
    rows = {"train": some(90, task), "validation": some(20, task, start=200), "test": some(40, task, start=300) + wrong}
    return dataset(tmp_path / "data", rows, task)


def about() -> About:
    return About("news", "1.0.0", HOSTILE, {"law": "法治", "roads": "交通"}, FUNNEL, REPAIRS)


def written(tmp_path: Path, *, classes: bool = False) -> Path:
    folder = folder_of(tmp_path, classes=classes)
    return write_report(folder, about(), train_and_score(folder, models=("tfidf", "majority")))


def in_browser(page: Path, *, width: int) -> tuple[str, str]:
    """Return the page after its scripts ran, and what the console said: a refused request would be there."""
    assert CHROMIUM is not None
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
        *(f"--user-data-dir={page.parent / 'profile'}", f"--window-size={width},900"),
        "--host-resolver-rules=MAP * ~NOTFOUND",  # the browser's own requests shall not leave the machine either
        *("--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@needs_chromium
@pytest.mark.parametrize(("classes", "width"), [(False, 1200), (True, 500)], ids=["topics", "classes"])
def test_a_browser_shows_everything_and_asks_for_nothing(tmp_path: Path, classes: bool, width: int) -> None:
    path = written(tmp_path, classes=classes)
    page = path.with_name("probe.html")
    page.write_text(path.read_text().replace("</body>", PROBE.replace("WANTED", "独一无二") + "</body>"))
    dom, console = in_browser(page, width=width)
    found = json.loads(dom.split('data-probe="')[1].split('"')[0].replace("&quot;", '"'))
    assert console == ""
    assert [url for url in found["asked"] if not url.startswith("data:")] == []
    assert found["plots"] == int(found["drawn"]) >= 7
    assert found["empty"] == []
    assert found["owned"] is None
    assert 1 <= found["shown"] < found["cases"]
    assert found["found"] == f"{found['shown']} of {found['cases']} texts shown"
    assert found["unnamed"] == 0
    assert found["wider"] is False


@pytest.mark.parametrize("classes", [False, True], ids=["topics", "classes"])
def test_plots_are_what_plotly_takes_and_have_tables(tmp_path: Path, classes: bool) -> None:
    text = written(tmp_path, classes=classes).read_text()
    plots = json.loads(text.split('<script type="application/json" id="plots">')[1].split("</script>")[0])
    for plot in plots:
        assert go.Figure(data=plot["traces"], layout=plot["layout"]).data, plot["name"]
        assert f'id="{plot["name"]}"' in text
    assert text.count("<table>") >= len(plots)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    text = written(tmp_path).read_text()
    assert "<img" not in text.split("<script>")[0]
    assert text.count("dataset.owned=1</script>") == 0
    assert 'title="law">公路</mark>' in text
    assert f'<h3 lang="zh"><mark title="law">{html.escape(HOSTILE[:2])}</mark>' in text  # evidence in the title
    assert "<p>Rules for law: law.&lt;f&gt;</p>" in text


def test_equal_datasets_have_equal_reports(tmp_path: Path) -> None:
    one, other = written(tmp_path / "1"), written(tmp_path / "2")
    assert one.read_bytes() == other.read_bytes()


def test_without_a_baseline_the_rows_are_still_shown(tmp_path: Path) -> None:
    text = write_report(folder_of(tmp_path), About("news", "1.0.0"), None).read_text()
    assert "No baseline was trained." in text
    assert 'id="topics-plot"' in text


def test_withheld_texts_are_not_missed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    for path in sorted((folder / "data" / "articles").iterdir()):
        table = pq.read_table(path)
        pq.write_table(table.drop_columns(["title", "text", "words"]), path)
    text = write_report(folder, about(), None).read_text()
    assert "The texts are withheld." in text
    assert "lengths-plot" not in text


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    text = written(tmp_path).read_text()
    assert "default-src 'none'" in text
    assert os.fspath(tmp_path) not in text
    head = text.split("<script>")[0]
    assert "http://" not in head
    assert "https://" not in head
