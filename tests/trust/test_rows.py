"""Rows that somebody else wrote, and the files beside them: one test for each defect that they showed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from flashsloth.batch import inputs as batch_rows
from flashsloth.batch.inputs import find_rows
from flashsloth.batch.output_file import OutputFile
from flashsloth.batch.resume import match, weights_digest
from flashsloth.data import row_index
from flashsloth.data.convert import convert
from flashsloth.data.dataset import open_rows
from flashsloth.data.validate import check
from flashsloth.errors import BadRows, CheckpointDamaged, ImageError, ImageFetchFailed, ImageNotFound, InputError
from flashsloth.images.http_fetch import fetch
from flashsloth.images.reader import LoadedImage, read_image
from flashsloth.training.run_folder import write_json
from flashsloth.utils.text import printable_source, source_name
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.history import recording
from flashsloth_cli.inputs.arguments import glob_files
from flashsloth_cli.runs import open_model

LOGIN = "http://user:sec@ret@host/a@b.png"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current one, with a picture and a model that must not be opened."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    Image.new("RGB", (8, 8), "red").save("pic.png")
    return tmp_path


@pytest.fixture
def batch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """The command -> its exit code and what it said; no model is opened."""
    from flashsloth_cli.app import app

    def refuse(*_: Any) -> None:
        raise AssertionError("the answers would be written now")

    monkeypatch.setattr(open_model, "open_model", refuse)

    def run(*words: str, input: str | None = None) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["batch", *words], input, catch_exceptions=False)
        return done.exit_code, done.stderr

    return run


@contextmanager
def redirected(file: int) -> Iterator[None]:
    """As with < FILE in a shell."""
    before = os.dup(0)
    os.dup2(file, 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)


def lines(name: str, *rows: dict[str, Any]) -> str:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def test_answers_never_go_into_what_is_read(batch: Callable[..., tuple[int, str]], folder: Path) -> None:
    """Under whatever name: a link of either kind, a file: URL, a row's picture, the question's file, what stdin is."""
    Path("linked.png").symlink_to("pic.png")
    os.link("pic.png", "twin.png")
    lines("pj.jsonl", {"prompt": "no picture"}, {"image": "pic.png", "prompt": "what"})
    Path("q.txt").write_text("What is it?")
    before = Path("pic.png").read_bytes()
    for words in (
        *(["pj.jsonl"], ["linked.png", "-p", "x"], ["twin.png", "-p", "x"], ["pic.png", "-p", "x"]),
        *([f"file:{folder}/pic.png", "-p", "x"], ["p*.png", "-p", "x"], ["linked.png", "pj.jsonl", "-p", "x"]),
    ):
        code, said = batch(*words, "-o", "pic.png", "--force")
        assert (code, said.splitlines()[0]) == (3, "error: pic.png is also an input"), words
    assert batch("pic.png", "-p", "@q.txt", "-o", "q.txt", "--force")[0] == 3
    assert batch("pj.jsonl", "-o", "pj.jsonl", "--force")[0] == 3
    with open("pj.jsonl") as file, redirected(file.fileno()):
        assert batch("-", "-o", "pj.jsonl", "--force", input=file.read())[0] == 3
    assert Path("pic.png").read_bytes() == before
    assert Path("q.txt").read_text() == "What is it?"


def test_the_file_of_answers_may_begin_with_a_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    with pytest.raises(InputError, match="is also an input"):
        find_rows(["pic.png"], "x", bytes, Path("~/pic.png"))


def test_a_password_is_never_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a part of it, where it has an @: an address ends its login at the last one, as it is fetched."""
    assert printable_source(LOGIN) == source_name(LOGIN) == "http://host/a@b.png"
    assert source_name("HTTPS://me@host?q=a@b") == "HTTPS://host?q=a@b"
    assert source_name("a@b.png") == "a@b.png"
    asked: list[str] = []
    data = Path("pic.png").read_bytes()
    monkeypatch.setattr("flashsloth.images.sources.fetch", lambda url, **_: asked.append(url) or data)
    image = read_image(LOGIN)
    assert (image.source, asked) == ("http://host/a@b.png", [LOGIN])
    old = LoadedImage(image.image, "http://ret@host/a.png", *([""] * 2), 8, 8, False, data)
    assert recording.to_saved_picture(old, {}).source == "http://host/a.png"
    [row] = find_rows([LOGIN], "x", bytes)
    assert (row.source, row.image) == ("http://host/a@b.png", LOGIN)
    lines("d.jsonl", {"image": LOGIN, "question": "q", "answer": "a"})
    assert "host/a@b.png': pictures must be files" in str(check(open_rows(["d.jsonl"])).problems[0])
    assert "sec" not in str(check(open_rows(["d.jsonl"])).problems[0])
    with pytest.raises(ImageFetchFailed) as caught:  # Python's own words would have quoted the login
        fetch("http://user:secret@ho\u2100st/a.png")
    assert "secret" not in str(caught.value)


def test_what_was_answered_with_a_password_is_still_answered(folder: Path) -> None:
    document = {"schema": "flashsloth.answer/1", "row": 1, "source": LOGIN, "images": [{"source": LOGIN}]}
    lines("kw.jsonl", {**document, "prompt": "x", "system": "s", "error": None})
    with OutputFile(Path("kw.jsonl")) as output:
        assert list(match(find_rows([LOGIN], "x", bytes), output.earlier, "s", lambda _: None)) == [1]


def test_a_path_with_a_nul_is_one_bad_row(folder: Path) -> None:
    """Behind a ~ it is Python's expanduser that raises, and in a file: URL it is written %00."""
    hostile = ("~\0.png", "file:~%00/x.png", "file:a%00.png")
    lines("pj.jsonl", *({"image": image, "prompt": "x"} for image in hostile))
    for row in find_rows(["pj.jsonl"], None, bytes, Path("pic.png")):
        with pytest.raises(ImageNotFound, match="null"):
            read_image(row.image or "")
    lines("d.jsonl", *({"image": image, "question": "q", "answer": "a"} for image in (*hostile, "pic.png")))
    report = check(open_rows(["d.jsonl"]))
    assert (report.by_kind, report.good) == ({"image_path": 3}, 1)
    assert {problem.message for problem in report.problems} == {"the picture's path contains a NUL byte"}
    for typed in ("@~\0.png", '"~\0.png"', "~\0.png", "file:~%00.png", "file://[x.png"):
        with pytest.raises(ImageError):
            image_mentions.read(typed)
    assert image_mentions.read("https://[x.png").question == "https://[x.png"
    assert glob_files("a\0b/*.png") == []


@pytest.mark.parametrize(
    "fields",
    [
        *({"images": 5}, {"images": ["x"]}, {"images": {"a": 1}}, {"images": [{"source": []}]}),
        *({"model": "x"}, {"options": [1]}, {"prompt": []}, {"system": {}}, {}),
    ],
    ids=str,
)
def test_a_line_of_other_types_is_no_answer(folder: Path, fields: dict[str, Any]) -> None:
    """Nor is one without its row, as `ask --json` writes it; a line that is whole is never taken for a torn one."""
    ours = {"schema": "flashsloth.answer/1", "row": 1}
    lines("kw.jsonl", ours, {"schema": "flashsloth.answer/1", **({"row": 2, **fields} if fields else {})})
    with pytest.raises(InputError, match=r"kw\.jsonl:2 "), OutputFile(Path("kw.jsonl")):
        pass
    lines("kw.jsonl", ours)
    with OutputFile(Path("kw.jsonl")) as output:
        assert len(output.earlier) == 1


def test_a_models_digest_follows_no_link_out_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = folder / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "link.json").symlink_to("config.json")
    before = weights_digest(model)
    assert len(before) == 16
    (model / "x.json").symlink_to("/proc/self/mem" if sys.platform == "linux" else sys.executable)
    assert weights_digest(model) == before
    with pytest.raises(CheckpointDamaged, match="cannot be read"):
        weights_digest(folder / "gone")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no UTF-8")
def test_data_in_a_folder_whose_name_is_no_utf8(folder: Path) -> None:
    """The folder is not the rows' own text: they are good. What cannot be written from elsewhere says so."""
    place = folder / os.fsdecode(b"a\xffb")
    place.mkdir()
    os.rename("pic.png", place / "pic.png")
    rows = [
        {"image": "pic.png", "question": "q", "answer": "a"},
        {"image": "\udcff.png", "question": "", "answer": "a"},
    ]
    (place / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = check(data := open_rows([place / "d.jsonl"]))
    assert (report.good, report.by_kind) == (1, {"encoding": 1})
    good = data.select(report.good_rows())
    assert convert(good, place / "out.json") == 1
    assert good[0].image == str(place / "pic.png")
    with pytest.raises(BadRows, match="not UTF-8"):
        convert(good, folder / "out.json")
    write_json(folder / "run.json", {"data": str(place)})
    assert json.loads((folder / "run.json").read_text()) == {"data": str(place)}


def test_a_lock_of_somebody_else_stays(folder: Path) -> None:
    Path(".kw.jsonl.lock").write_text("keep")
    with OutputFile(Path("kw.jsonl")):
        pass
    assert Path(".kw.jsonl.lock").read_text() == "keep"


def test_a_line_without_an_end_is_one_bad_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer one than data files may have is passed over, a piece at a time; those behind it are asked."""
    for module in (row_index, batch_rows):
        monkeypatch.setattr(module, "LONGEST_ROW", 100)
    text = b'{"prompt": "' + b"a" * 350 + b'"}\n{"prompt": "' + b"b" * 86 + b'"}\n' + b"c" * 250
    Path("rows.jsonl").write_bytes(text)
    for words in (["rows.jsonl"], ["-"]):
        found = find_rows(words, "x", lambda: text, no_picture=True)
        assert [row.error is None for row in found] == [False, True, False]
        assert "it is longer than" in str(found[0].error)
        assert "it is longer than" in str(found[2].error)
