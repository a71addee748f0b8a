"""Input from and output to an object store, against a real S3 server."""

import gzip
import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from fsspec.registry import _registry as fsspec_registry
from tests.builds import build, files
from tests.object_store import BUCKET, held, put_folder, serve
from tests.publish import hub

from caibian import cli, pipeline, storage
from caibian.config import Config, Source, load
from caibian.errors import ConfigError, DataError
from caibian.loaders import read as reading
from caibian.loaders.read.files import find
from caibian.publish import at_hand, diff, history

ROOT = Path(__file__).parent.parent
TEXT = "本报讯 县交通局昨日宣布，城北大桥维修完工，今日起恢复双向通行，公交线路同时恢复原来的走向。"


@pytest.fixture(scope="module")
def disk() -> Iterator[Any]:
    with serve() as running:
        yield running


@pytest.fixture
def bucket(disk: Any, request: pytest.FixtureRequest) -> str:
    """The address of a folder that this test has for itself."""
    return f"s3://{BUCKET}/{request.node.name.partition('[')[0]}"


def documents(count: int, *, first: int = 0) -> list[dict[str, str]]:
    return [
        {"title": f"第{n}号通告", "text": f"{TEXT}第{n}批车辆{n * 37 % 1009}辆已经驶过桥面{n * 7919 % 10007}次。"}
        for n in range(first, first + count)
    ]


def jsonl(rows: list[dict[str, str]]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def every_format(folder: Path) -> None:
    """Write a folder with every format, plain and packed, with names that sort in other ways in other places."""
    pages = folder / "a-b"
    pages.mkdir(parents=True)
    (folder / "a" / "深圳 新闻").mkdir(parents=True)
    (folder / "a" / "深圳 新闻" / "x.txt").write_bytes(TEXT.encode("gb18030"))
    (pages / "page.html").write_text(f"<html><title>通告</title><body><p>{TEXT}</p></body></html>")
    (folder / ".hidden").write_text(TEXT)
    (folder / "a" / "empty.txt").write_bytes(b"")
    (folder / "rows.jsonl").write_bytes(jsonl(documents(5)))
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(jsonl(documents(5, first=5)), mtime=0))
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(jsonl(documents(50, first=60)), mtime=0)[:-300])
    (folder / "rows.jsonl.zst").write_bytes(zstandard.compress(jsonl(documents(5, first=10))))
    (folder / "rows.csv").write_text("title,text\n" + "".join(f"{d['title']},{d['text']}\n" for d in documents(4)))
    pq.write_table(pa.Table.from_pylist(documents(9, first=20)), folder / "rows.parquet", row_group_size=4)
    (folder / "crawl.warc").write_bytes(warc(2))
    (folder / "crawl.warc.gz").write_bytes(gzip.compress(warc(1), mtime=0))


def warc(count: int) -> bytes:
    body = f"<html><title>通告</title><body><p>{TEXT}</p></body></html>".encode()
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{}>\r\nContent-Length: {}\r\n\r\n"
    return b"".join(head.format(n, len(block)).encode() + block + b"\r\n\r\n" for n in range(count))


def read_all(path: str, **options: Any) -> pa.Table:
    source = Source(path=path, **options)
    return pa.concat_tables(rows for piece in reading.plan(source, find(path)) for rows in reading.read(piece))


def test_every_format_is_read_as_from_a_disk(tmp_path: Path, disk: Any, bucket: str) -> None:
    every_format(tmp_path)
    put_folder(disk, tmp_path, bucket)
    disk.pipe_file(f"{bucket}/a/", b"")  # as consoles mark a folder

    for below in ("", "/*.jsonl*", "/**/*.txt", "/a/", "/rows.parquet", "/[a-c]*/*"):
        here, there = list(find(f"{tmp_path}{below}")), list(find(f"{bucket}{below}"))
        assert [(file.name, file.size) for file in there] == [(file.name, file.size) for file in here]
        assert all(file.path.startswith("s3://") for file in there)
    rows = read_all(bucket)
    assert rows.equals(read_all(str(tmp_path)))
    assert "truncated" in rows["dropped"].to_pylist()
    assert set(rows["format"].to_pylist()) >= {"text", "html", "jsonl", "csv", "parquet", "warc", "empty"}
    labelled = read_all(f"{bucket}/a", labels="folder")["given_labels"].to_pylist()
    assert labelled == [["a"], ["深圳 新闻"]]


def test_pieces_of_a_large_file_are_read_by_ranges(
    tmp_path: Path, disk: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caibian.loaders.read.pieces.PIECE_BYTES", 32 << 10)
    (tmp_path / "rows.jsonl").write_bytes(jsonl(documents(800)))
    put_folder(disk, tmp_path, bucket)
    here, there = (list(reading.plan(Source(path="-"), find(f"{at}/rows.jsonl"))) for at in (tmp_path, bucket))
    assert [piece.key() for piece in there] == [piece.key() for piece in here]
    assert len(there) > 3
    assert next(reading.read(there[-1])).equals(next(reading.read(here[-1])))


def test_a_repository_of_the_hugging_face_hub_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    files = {"rows.jsonl": jsonl(documents(5)), "rows.jsonl.gz": gzip.compress(jsonl(documents(5, first=5)), mtime=0)}
    with hub.serve() as running:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", running.url)
        template = f"{running.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        running.exists, running.files = True, files
        rows = read_all("hf://datasets/me/news")
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert rows.equals(read_all(str(tmp_path)))


def test_any_place_can_be_sought(disk: Any, bucket: str) -> None:
    content = bytes(range(256)) * 4000
    disk.pipe_file(f"{bucket}/x", content)
    expected = io.BytesIO(content)
    with storage.open_binary(f"{bucket}/x") as file:
        for offset, whence, count in ((900_000, 0, 7), (-10, 2, 20), (0, 0, 300_000), (5, 1, 1), (2_000_000, 0, 3)):
            assert file.seek(offset, whence) == expected.seek(offset, whence)
            assert file.read(count) == expected.read(count)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "rows.jsonl.zst", "rows.parquet", "crawl.warc"])
@pytest.mark.parametrize("error", [EOFError("no more"), None])
def test_a_lost_connection_is_no_damaged_file(
    tmp_path: Path, disk: Any, bucket: str, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception | None
) -> None:
    every_format(tmp_path)
    disk.pipe_file(f"{bucket}/{name}", (tmp_path / name).read_bytes())
    piece = next(reading.plan(Source(path="-"), find(f"{bucket}/{name}")))
    seen, _ = storage._disk(bucket)
    whole = seen.cat_file

    def lossy(path: str, *, start: int, end: int) -> bytes:
        if error is not None and start:
            raise error
        data: bytes = whole(path, start=start, end=end)
        return data[:-1] if start else data

    monkeypatch.setattr(storage, "_FIRST", 99)
    monkeypatch.setattr(seen, "cat_file", lossy)
    with pytest.raises(DataError, match=rf"s3://.*{name}: .*{error or 'gave .* bytes'}.*; "):
        list(reading.read(piece))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://no-such-bucket/x", "no such file, folder or bucket"),
        (f"s3://{BUCKET}/none", "no such file, folder or bucket"),
        (f"s3://{BUCKET}/none/*.html", "holds no file to read"),
        ("nosuch://bucket/x", "no store has the scheme nosuch://"),
        ("https://me:secret@example.cn/x", r"^https://: an address with a password"),
    ],
)
def test_what_is_not_there_is_one_line(disk: Any, address: str, said: str) -> None:
    with pytest.raises((DataError, ConfigError), match=said) as caught:
        list(find(address))
    assert "\n" not in str(caught.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(fsspec_registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ConfigError, match=r"s3://bucket/x: .*pip install 'caibian\[s3\]'"):
        storage.is_file("s3://bucket/x")


def test_refused_credentials_say_how_to_give_others() -> None:
    with (
        pytest.raises(DataError, match=r"x: cannot be reached: Forbidden; give credentials .*AWS_PROFILE"),
        storage.reaching("s3://bucket/x"),
    ):
        raise PermissionError("Forbidden")


def test_a_path_on_a_disk_imports_no_store() -> None:
    script = (
        "import sys; from caibian import pipeline, cli; from caibian.loaders.read.files import find;"
        f"list(find({str(ROOT / 'configs')!r}));"
        "print([name for name in ('fsspec', 's3fs', 'datasets') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_source_takes_the_files_that_a_config_names(tmp_path: Path, disk: Any, bucket: str) -> None:
    config = tmp_path / "news.yaml"
    config.write_text(
        "name: news\nversion: 1.0.0\nsources: [{path: train.jsonl, split: train}, {path: te*.jsonl, split: test}]"
    )
    for name in ("train.jsonl", "test.jsonl", "test2.jsonl"):
        disk.pipe_file(f"{bucket}/{name}", jsonl(documents(1)))
    found = [(source.path, source.split) for source in load(config, source=bucket).sources]
    assert found == [(f"{bucket}/{name}.jsonl", name.rstrip("2")) for name in ("train", "test", "test2")]
    only = load(config, source=f"{bucket}/test.jsonl").sources
    assert [(source.path, source.split) for source in only] == [(f"{bucket}/test.jsonl", "test")]


def config_of(source: str, version: str = "1.0.0", **more: Any) -> Config:
    return Config.model_validate(
        {"name": "news", "version": version, "sources": [{"path": source}], "baseline": None, **more}
    )


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "rows.jsonl").write_bytes(jsonl(documents(60)))
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the version that is built of `raw` on a disk."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "raw").mkdir()
    (folder / "raw" / "rows.jsonl").write_bytes(jsonl(documents(60)))
    build(folder / "raw", folder, workers=1)
    return folder / "news" / "1.0.0"


def test_input_in_a_store_gives_the_bytes_of_input_on_a_disk(tmp_path: Path, raw: Path, disk: Any, bucket: str) -> None:
    every_format(raw / "more")
    put_folder(disk, raw, f"{bucket}/raw")
    build(raw, tmp_path / "here", workers=1)
    pipeline.build(config_of(f"{bucket}/raw"), out=tmp_path / "there", workers=2)
    assert files(tmp_path / "there" / "news" / "1.0.0") == files(tmp_path / "here" / "news" / "1.0.0")


def test_output_in_a_store_is_that_of_a_disk_and_can_be_read(
    tmp_path: Path,
    raw: Path,
    whole: Path,
    disk: Any,
    bucket: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    done = pipeline.build(config_of(str(raw)), out=f"{bucket}/", work=tmp_path / "work", workers=1)
    version = f"{bucket}/news/1.0.0"
    assert (done.folder, done.state) == (version, "published")
    expected = {path: (whole / path).read_bytes() for path in files(whole)}
    assert held(disk, version) == expected
    assert [path.name for path in (tmp_path / "work" / "news").iterdir()] == [".shards"]
    assert not (tmp_path / "dist").exists()

    monkeypatch.setattr(sys, "argv", ["build-dataset", "verify", version])
    cli.main()
    assert capsys.readouterr().out == f"{version}: intact\n"
    with at_hand(version) as folder:
        first = pq.read_table(folder / "data/articles").slice(0, 1).to_pylist()[0]["id"]
        assert history(folder, first)["config"] == "articles"
    from datasets import load_dataset

    rows = load_dataset(
        "parquet", data_files=f"{version}/data/articles/train-*.parquet", cache_dir=str(tmp_path / "cache")
    )["train"]
    assert len(rows) == done.rows["train"]
    assert rows.features["topics"].feature.names

    again = pipeline.build(config_of(str(raw)), out=bucket, work=tmp_path / "work", workers=1)
    assert again.state == "unchanged"
    assert held(disk, version) == expected


def test_versions_in_a_store_count(tmp_path: Path, raw: Path, disk: Any, bucket: str) -> None:
    def build_version(version: str, **more: Any) -> str | None:
        config = config_of(str(raw), version, **more)
        return pipeline.build(config, out=bucket, work=tmp_path / "work", workers=1).state

    assert build_version("1.0.0") == "published"
    before = held(disk, bucket)
    (raw / "more.jsonl").write_bytes(jsonl(documents(20, first=100)))
    with pytest.raises(DataError, match=rf"^{bucket}/news/1.0.0: exists with other rows: .*due version is"):
        build_version("1.0.0")
    with pytest.raises(DataError, match=rf"^{bucket}/news/1.0.1: is not the number for what changed since 1.0.0"):
        build_version("1.0.1")
    assert held(disk, bucket) == before
    assert build_version("1.1.0", split={"frozen": f"{bucket}/news/1.0.0"}) == "published"
    with pytest.raises(DataError, match=rf"^{bucket}/news/1.1.0: exists, with other metadata"):
        build_version("1.1.0", split={"frozen": f"{bucket}/news/1.0.0"}, description="通告")
    with at_hand(f"{bucket}/news/1.0.0") as old, at_hand(f"{bucket}/news/1.1.0/") as new:
        assert diff(old, new).articles["added"].rows == 20
        assert diff(old, new).articles["moved"].rows == 0


# Ends itself at the n-th file that is put into the store.
KILLED = """
import os, signal, sys
from pathlib import Path
from caibian import cli, pipeline, storage
from tests.test_stores import config_of

left = int(sys.argv[4])

def dying(whole):
    def put(*arguments):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*arguments)
    return put

if __name__ == "__main__":
    storage.put, storage.create = dying(storage.put), dying(storage.create)
    pipeline.build(config_of(sys.argv[1]), out=sys.argv[2], work=Path(sys.argv[3]), workers=1)
"""


def test_a_killed_upload_shows_nothing_and_is_resumed(
    tmp_path: Path, raw: Path, whole: Path, disk: Any, bucket: str
) -> None:
    work = tmp_path / "work"
    command = [sys.executable, "-c", KILLED, str(raw), bucket, str(work), "6"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    there = held(disk, bucket)
    assert "news/1.0.0/.upload" in there
    assert len(there) == 5
    assert not {"news/1.0.0/manifest.json", "news/1.0.0/README.md"} & set(there)
    with pytest.raises(DataError, match=rf"{bucket}/news/1.0.0: is no dataset of ours"):
        at_hand(f"{bucket}/news/1.0.0").__enter__()
    other = config_of(str(raw), description="通告")
    with pytest.raises(DataError, match=rf"^{bucket}/news/1.0.0: another build is writing this version, or one was"):
        pipeline.build(other, out=bucket, work=tmp_path / "other", workers=1)
    assert pipeline.build(config_of(str(raw)), out=bucket, work=work, workers=1).state == "published"
    assert held(disk, f"{bucket}/news/1.0.0") == {path: (whole / path).read_bytes() for path in files(whole)}


@pytest.mark.parametrize("moment", ["claimed", "data is there"])
def test_of_two_builds_at_once_one_wins_and_the_other_says_so(
    tmp_path: Path, raw: Path, whole: Path, disk: Any, bucket: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The other, of other rows, runs as a whole in the middle of the first one's upload."""
    bucket = f"{bucket}-{moment.partition(' ')[0]}"
    other = tmp_path / "other"
    other.mkdir()
    (other / "rows.jsonl").write_bytes(jsonl(documents(60, first=500)))
    said: list[str] = []
    put = storage.put

    def put_between(file: Path, address: str) -> None:
        if moment != "claimed":
            put(file, address)
        if not said:
            said.append("")
            try:
                pipeline.build(config_of(str(other)), out=bucket, work=tmp_path / "work2", workers=1)
            except DataError as error:
                said[0] = str(error)
        if moment == "claimed":
            put(file, address)

    monkeypatch.setattr(storage, "put", put_between)
    done = pipeline.build(config_of(str(raw)), out=bucket, work=tmp_path / "work", workers=1)
    assert done.state == "published"
    assert said[0].startswith(f"{bucket}/news/1.0.0: another build is writing this version")
    assert held(disk, f"{bucket}/news/1.0.0") == {path: (whole / path).read_bytes() for path in files(whole)}


def test_what_is_of_no_version_is_left_alone(tmp_path: Path, raw: Path, disk: Any, bucket: str) -> None:
    disk.pipe_file(f"{bucket}/news/1.0.0/data/articles/train-00009-of-00010.parquet", b"mine")
    with pytest.raises(DataError, match=r"holds data/articles/train-00009-of-00010\.parquet, which is of no version"):
        pipeline.build(config_of(str(raw)), out=bucket, work=tmp_path / "work", workers=1)
    assert held(disk, bucket)["news/1.0.0/data/articles/train-00009-of-00010.parquet"] == b"mine"
    assert "news/1.0.0/manifest.json" not in held(disk, bucket)


def test_a_store_that_cannot_be_written_is_found_before_the_work(tmp_path: Path, raw: Path, disk: Any) -> None:
    for out, said in (
        ("s3://no-such-bucket/x", "no such file, folder or bucket"),
        ("hf://datasets/me/news", "build-dataset push"),
    ):
        with pytest.raises((DataError, ConfigError), match=said):
            pipeline.build(config_of(str(raw)), out=out, work=tmp_path / "work", workers=1)
    assert not (tmp_path / "work").exists()


def test_the_output_is_not_put_into_the_input(tmp_path: Path, disk: Any, bucket: str) -> None:
    disk.pipe_file(f"{bucket}/rows.jsonl", jsonl(documents(1)))
    with pytest.raises(ConfigError, match="which the build writes; choose another --out"):
        pipeline.build(config_of(bucket), out=f"{bucket}/dist", work=tmp_path, workers=1)


def test_gold_and_taxonomy_are_on_a_disk(tmp_path: Path) -> None:
    config = tmp_path / "news.yaml"
    config.write_text("name: news\nversion: 1.0.0\nsources: [{path: x}]\nlabel: {gold: 's3://bucket/gold.jsonl'}")
    with pytest.raises(ConfigError, match=r"label.gold: must be on a disk, got s3://bucket/gold.jsonl"):
        load(config)
