"""Rows, file names and answer files: one test for each defect that was found."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PIL import Image

from cli.conftest import Cli, write_rows
from flashsloth.batch import resuming
from flashsloth.batch.answer_rows import prepare_row
from flashsloth.batch.inputs import Row, find_rows
from flashsloth.batch.output_file import OutputFile
from flashsloth.batch.resuming import find_error, match
from flashsloth.chat.answerer import Answerer
from flashsloth.checkpoints.folder import fingerprint
from flashsloth.data import row_index
from flashsloth.data.data_files import open_rows
from flashsloth.data.validate import check
from flashsloth.errors import CheckpointDamaged, ImageError, ImageFetchFailed, ImageNotFound, InputError
from flashsloth.evaluation import evaluate
from flashsloth.images.http_fetch import fetch
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.utils.text import printable_source, source_name
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.history import recording
from flashsloth_cli.inputs.arguments import glob_files

LOGIN = "http://user:sec@ret@host/a@b.png"


@pytest.fixture
def folder(home: Path) -> Path:
    """The current folder, with an image."""
    Image.new("RGB", (8, 8), "red").save("pic.png")
    return Path.cwd()


@contextmanager
def redirected(file: int) -> Iterator[None]:
    """Redirect stdin as `< FILE` does."""
    before = os.dup(0)
    os.dup2(file, 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)


def test_output_never_replaces_an_input(
    cli: Cli, no_model: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An input may be named by a link, a file: URL, a row, `-p @FILE` or a redirected stdin."""
    Path("linked.png").symlink_to("pic.png")
    os.link("pic.png", "twin.png")
    os.link("pic.png", "pic.jsonl")  # a picture by an ending that an output may have
    write_rows("pj.jsonl", {"prompt": "no picture"}, {"image": "pic.png", "prompt": "what"})
    Path("q.txt").write_text("What is it?")
    before = Path("pic.png").read_bytes()
    for words in (
        *(["pj.jsonl"], ["linked.png", "-p", "x"], ["twin.png", "-p", "x"], ["pic.png", "-p", "x"]),
        *(
            [f"file:{folder}/pic.png", "-p", "x"],
            ["p*.png", "-p", "x"],
            ["linked.png", "pj.jsonl", "-p", "x"],
        ),
    ):
        cli("batch", *words, "-o", "pic.jsonl", "--force").refused(3, "pic.jsonl is also an input")
    cli("batch", "pic.png", "-p", "@q.txt", "-o", "q.txt", "--force").refused(3)
    cli("batch", "pj.jsonl", "-o", "pj.jsonl", "--force").refused(3)
    with open("pj.jsonl") as file, redirected(file.fileno()):
        cli("batch", "-", "-o", "pj.jsonl", "--force", input=file.read()).refused(3)
    assert Path("pic.png").read_bytes() == before
    assert Path("q.txt").read_text() == "What is it?"
    monkeypatch.setenv("HOME", str(folder))
    with pytest.raises(InputError, match=r"pic\.png"):
        find_rows(["pic.png"], "x", bytes, Path("~/pic.png"))


def test_passwords_are_never_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a part of it after an @: the login of a URL ends at its last @."""
    assert printable_source(LOGIN) == source_name(LOGIN) == "http://host/a@b.png"
    assert source_name("HTTPS://me@host?q=a@b") == "HTTPS://host?q=a@b"
    assert source_name("a@b.png") == "a@b.png"
    urls: list[str] = []
    data = Path("pic.png").read_bytes()
    monkeypatch.setattr(
        "flashsloth.images.http_fetch.fetch", lambda url, *_, **__: urls.append(url) or data
    )
    data_url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    image = read_image(LOGIN)
    assert (image.source, urls) == ("http://host/a@b.png", [LOGIN])
    answerer = cast(Answerer, SimpleNamespace(questions=lambda *_: []))
    for source, shown in ((LOGIN, "http://host/a@b.png"), (data_url, source_name(data_url))):
        prepared, _ = prepare_row(Row(1, source_name(source), "q", source), answerer, {}, whole=False)
        assert prepared.image is not None
        assert prepared.image.facts.source == shown
    old = LoadedImage(image.image, "http://ret@host/a.png", *([""] * 2), 8, 8, False, data)
    assert recording.to_saved_picture(old, {}).source == "http://host/a.png"
    [row] = find_rows([LOGIN], "x", bytes)
    assert (row.source, row.image) == ("http://host/a@b.png", LOGIN)
    write_rows("d.jsonl", {"image": LOGIN, "question": "q", "answer": "a"})
    problem = str(check(open_rows(["d.jsonl"])).problems[0])
    assert "host/a@b.png" in problem
    assert "sec" not in problem
    with pytest.raises(ImageFetchFailed) as caught:  # Python's own words would have quoted the login
        fetch("http://user:secret@ho\u2100st/a.png")
    assert "secret" not in str(caught.value)


def test_changed_picture_is_hashed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for every pair of a row and an answer; a picture of old bytes among new ones is
    found."""
    document = {"schema": "flashsloth.answer/1", "prompt": "x", "system": "s", "error": None}
    digests = [
        *["0" * 64] * 40,
        hashlib.sha256(Path("pic.png").read_bytes()).hexdigest(),
        *["1" * 64] * 40,
    ]
    pictures = [
        [{"source": "pic.png", "sha256": digest, "bytes": 1, "modified_ns": 1}] for digest in digests
    ]
    write_rows(
        "kw.jsonl", *({**document, "row": n, "images": images} for n, images in enumerate(pictures, 1))
    )
    hashed: list[str] = []
    monkeypatch.setattr(
        resuming, "read_source", lambda image, _: (hashed.append(image), Path(image).read_bytes())[1]
    )
    changed: list[Row] = []
    with OutputFile(Path("kw.jsonl")) as output:
        kept = match(find_rows(["pic.png"] * 81, "x", bytes), output.earlier, "s", {}, changed.append)
    assert ([answer.names[0] for answer in kept.values()], len(changed), hashed) == (
        [41],
        80,
        ["pic.png"],
    )


def test_path_with_a_nul_byte(folder: Path) -> None:
    """After a ~ Python's expanduser raises; in a file: URL the byte is written %00."""
    hostile = ("~\0.png", "file:~%00/x.png", "file:a%00.png")
    write_rows("pj.jsonl", *({"image": image, "prompt": "x"} for image in hostile))
    for row in find_rows(["pj.jsonl"], None, bytes, Path("pic.png")):
        with pytest.raises(ImageNotFound, match=r"(?i)nul"):
            read_image(row.image or "")
    write_rows(
        "d.jsonl",
        *({"image": image, "question": "q", "answer": "a"} for image in (*hostile, "pic.png")),
    )
    report = check(open_rows(["d.jsonl"]))
    assert (report.by_kind, report.good) == ({"image_path": 3}, 1)
    assert all("NUL" in problem.message for problem in report.problems)
    for typed in ("@~\0.png", '"~\0.png"', "~\0.png", "file:~%00.png", "file://[x.png"):
        with pytest.raises(ImageError):
            image_mentions.read(typed)
    assert image_mentions.read("https://[x.png") == (["https://[x.png"], "")
    with pytest.raises(ImageFetchFailed):
        read_image("https://[x.png")
    assert glob_files("a\0b/*.png") == []


@pytest.fixture
def endless(folder: Path) -> Iterator[str]:
    """A pipe with the name of a picture, whose writer neither writes nor ends."""
    os.mkfifo("pipe.png")
    writer = os.open("pipe.png", os.O_RDWR)
    yield "pipe.png"
    os.close(writer)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.timeout(30)
def test_pipes_that_nobody_typed(endless: str) -> None:
    """In rows, in patterns and on stdin: a pipe was read until its writer ended."""
    answerer = cast(Answerer, SimpleNamespace(questions=lambda *_: []))
    names = (endless, "/dev/stdin", "/proc/self/fd/0", f"file:{endless}", "pic.png")
    write_rows("rows.jsonl", *({"image": name, "question": "q", "answer": "a"} for name in names))
    reading, writing = os.pipe()
    with redirected(reading):
        # 1. The rows of a batch.
        lines = "\n".join(names).encode()
        found = (
            find_rows(["rows.jsonl"], None, bytes),
            find_rows(["*.png", "-"], "q", lambda: lines),
        )
        for row in (row for rows in found for row in rows):
            prepared, _ = prepare_row(row, answerer, {}, whole=False)
            failed = prepared.error is not None
            assert failed == (row.image is None or not row.image.endswith("pic.png"))
            assert (find_error(row) is not None) == failed
        # 2. The rows of a training and of an evaluation.
        rows = open_rows(["rows.jsonl"])
        for pictures in ("header", "decode"):
            report = check(rows, pictures=pictures)
            assert (report.by_kind, report.good) == ({"image_broken": 4}, 1)
        for row in range(4):
            with pytest.raises(ImageError, match="is a pipe, not a picture"):
                evaluate.read_picture(rows[row])
    os.close(reading)
    os.close(writing)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.timeout(30)
def test_a_pipe_that_was_typed(folder: Path) -> None:
    answerer = cast(Answerer, SimpleNamespace(questions=lambda *_: []))
    os.mkfifo("pipe")
    [row] = find_rows(["pipe"], "q", bytes)
    writer = threading.Thread(target=lambda: Path("pipe").write_bytes(Path("pic.png").read_bytes()))
    writer.start()
    prepared, _ = prepare_row(row, answerer, {}, whole=False)
    writer.join()
    assert prepared.error is None
    # a later run asks again, because only the pipe's reader knows whether its picture has changed
    key = resuming.RowKey("pipe", "q", None)
    answer = resuming.PreviousAnswer(0, 0, (1, "pipe", "pipe", {}), key, (0, 0), "", None)
    changed: list[Row] = []
    assert match([row], [answer], None, {}, changed.append) == {}
    assert changed == [row]


@pytest.mark.parametrize(
    "fields",
    [
        *({"images": 5}, {"images": ["x"]}, {"images": {"a": 1}}, {"images": [{"source": []}]}),
        *({"model": "x"}, {"options": [1]}, {"prompt": []}, {"system": {}}, {"settings": []}, {}),
    ],
    ids=str,
)
def test_answer_row_with_wrong_types(folder: Path, fields: dict[str, Any]) -> None:
    """A row without its number, as `ask --json` writes it, is not an answer of `batch` either."""
    ours = {"schema": "flashsloth.answer/1", "row": 1}
    write_rows(
        "kw.jsonl", ours, {"schema": "flashsloth.answer/1", **({"row": 2, **fields} if fields else {})}
    )
    with pytest.raises(InputError, match=r"kw\.jsonl:2 "), OutputFile(Path("kw.jsonl")):
        pass
    write_rows("kw.jsonl", ours)
    with OutputFile(Path("kw.jsonl")) as output:
        assert len(output.earlier) == 1


def test_model_digest_ignores_notes_and_links_out_of_the_folder(folder: Path) -> None:
    model = folder / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "link.json").symlink_to("config.json")
    (model / "model.safetensors").write_bytes(bytes(3 * 2**20))
    before = fingerprint(model)
    assert len(before) == 16
    (model / "x.json").symlink_to("/proc/self/mem" if sys.platform == "linux" else sys.executable)
    for name in ("README.md", "run.json"):
        (model / name).write_text("x")
    assert fingerprint(model) == before
    (model / "model.safetensors").write_bytes(bytes(3 * 2**20 - 1) + b"x")
    assert fingerprint(model) not in (before, fingerprint(model, model))
    with pytest.raises(CheckpointDamaged, match="cannot be read"):
        fingerprint(folder / "gone")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are not UTF-8")
def test_data_in_a_folder_with_invalid_utf8(folder: Path) -> None:
    """The folder's name is not part of the rows, which are valid."""
    place = folder / os.fsdecode(b"a\xffb")
    place.mkdir()
    os.rename("pic.png", place / "pic.png")
    rows = [
        {"image": "pic.png", "question": "q", "answer": "a"},
        {"image": "\udcff.png", "question": "", "answer": "a"},
    ]
    report = check(data := open_rows([write_rows(place / "d.jsonl", *map(json.dumps, rows))]))
    assert (report.good, report.by_kind) == (1, {"encoding": 1})
    good = data.select(report.good_rows())
    assert good[0].image == str(place / "pic.png")


def test_numbers_that_are_not_json_become_null(folder: Path) -> None:
    """Python writes NaN for a missing value, which no other program could read in the output."""
    line = '{"image": "pic.png", "price": NaN, "size": [1.5, -Infinity], "far": 1e999}'
    Path("rows.jsonl").write_text(line)
    [row] = find_rows(["rows.jsonl"], "x", bytes)
    assert row.fields == {"price": None, "size": [1.5, None], "far": None}


def test_deep_fields_of_a_row_can_be_read_again(folder: Path) -> None:
    """The line of an answer has them deeper than the row, and may be read in a deeper call: then all
    answers in the file were refused."""
    deep = (f'{{"prompt": "x", "extra": {"[" * depth}{"]" * depth}}}' for depth in range(200, 1000))
    Path("rows.jsonl").write_text("\n".join(deep))
    rows = find_rows(["rows.jsonl"], None, bytes, no_picture=True)
    good = [row for row in rows if row.error is None]
    assert len(good) > 400
    assert "nested too deeply" in str(rows[-1].error)
    ours = {"schema": "flashsloth.answer/1", "error": None}
    write_rows("kw.jsonl", *({**ours, "row": row.number, "input": row.fields} for row in good))

    def answers(frames: int) -> int:
        if frames:
            return answers(frames - 1)
        with OutputFile(Path("kw.jsonl")) as output:
            return len(output.earlier)

    assert answers(20) == len(good)


def test_lock_file_of_the_user_is_kept(folder: Path) -> None:
    Path(".kw.jsonl.lock").write_text("keep")
    with OutputFile(Path("kw.jsonl")):
        pass
    assert Path(".kw.jsonl.lock").read_text() == "keep"


def test_endless_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is too long is skipped piece by piece, and the rows after it are answered."""
    monkeypatch.setattr(row_index, "LONGEST_ROW", 100)
    text = b'{"prompt": "' + b"a" * 350 + b'"}\n{"prompt": "' + b"b" * 86 + b'"}\n' + b"c" * 250
    Path("rows.jsonl").write_bytes(text)
    for words in (["rows.jsonl"], ["-"]):
        rows = find_rows(words, "x", lambda: text, no_picture=True)
        assert [row.error is None for row in rows] == [False, True, False]
        assert all("long" in str(rows[index].error) for index in (0, 2))
