"""`flashsloth batch` as a whole: what is asked, what is written, what a second run does, and what stops
it."""

from __future__ import annotations

import csv
import errno
import io
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from PIL import Image

from cli.conftest import QUESTION, Result, failing_at, read_rows, write_rows
from flashsloth.batch import answer_formats, answer_rows
from flashsloth.batch import inputs as rows_of
from flashsloth.batch.output_file import OutputFile
from flashsloth.chat import FlashSloth, document
from flashsloth.chat.local_model import LocalBackend
from flashsloth.errors import OutOfMemory
from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.utils import system
from flashsloth_cli.settings import prompt_templates
from flashsloth_cli.terminal import render, streams
from messages import record
from paths import IMAGES
from server.helpers import eventually

ASK = "What color is it?"  # nano says something else, and little, about each picture
VARYING = ("created", "timings", "memory")
NAMES = ("all-orange.png", "pie-chart.png", "stop-sign.png")
BROKEN = ("broken.png", "cut.png")
NUMBERS = itertools.count()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, nano: FlashSloth) -> FlashSloth:
    """nano; each answer of all tests has a time of its own, as if they took seconds."""
    monkeypatch.setattr(document, "now", lambda: f"time {next(NUMBERS)}")
    return nano


@pytest.fixture
def pictures(home: Path) -> Path:
    """A folder with three pictures, one that breaks off and one that is none."""
    folder = Path("photos")
    folder.mkdir()
    for name in NAMES:
        shutil.copy2(IMAGES / name, folder / name)
    (folder / "broken.png").write_text("no picture")
    (folder / "cut.png").write_bytes((IMAGES / NAMES[0]).read_bytes()[:40])
    (folder / "notes.txt").write_text("not asked about")
    return folder


def steady(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what differs from run to run."""
    return [{key: value for key, value in row.items() if key not in VARYING} for row in rows]


def codes(rows: Sequence[dict[str, Any]]) -> list[str | None]:
    return [row["error"] and row["error"]["code"] for row in rows]


def times(path: str | Path) -> list[str]:
    return [row["created"] for row in read_rows(path)]


PASSED_OVER = "photos: skipped 1 .txt\n"


def summary(done: Result) -> str:
    return done.err.splitlines()[-1]


def warnings(done: Result) -> list[str]:
    """The warnings on stderr, which are recorded."""
    record(done.err)
    return [line for line in done.err.splitlines() if line.startswith("warning: ")]


# Rows


@pytest.mark.parametrize("count", [1, 5])
def test_pictures_that_end_early_are_named(cli, home: Path, count: int) -> None:
    """At the end, also with -q, each once: a script that reads no warnings of rows would not hear of
    them."""
    for number in range(count):
        cut_short(Path(f"{number}.jpg"))
    rows = [{"image": f"{number % count}.jpg", "prompt": "?"} for number in range(count + 1)]
    done = cli("batch", write_rows("rows.jsonl", *rows), "-o", "a.jsonl", "-q").ok
    [warning] = warnings(done)
    assert done.err == f"{warning}\n"
    assert warning.startswith(f"warning: {count} picture")
    assert warning.endswith({1: ": 0.jpg", 5: ": 0.jpg, 1.jpg, 2.jpg, 2 more"}[count])


def test_answers_that_are_a_part_are_counted(cli, home: Path) -> None:
    """At the end, also with -q."""
    images = [str(IMAGES / name) for name in NAMES]
    asked = ("batch", "-q", *images, "-p", ASK, "-o", "a.jsonl", "--force")
    assert cli(*asked).ok.err == ""
    [cut] = warnings(cli(*asked, "--max-tokens", "2").ok)
    assert cut.startswith(f"warning: {len(NAMES)} answers cut ")
    assert [row["finish_reason"] for row in read_rows("a.jsonl")] == ["length"] * len(NAMES)
    # an answer of a schema is valid where it was ended
    schema = ("--schema", "title", "--max-tokens", "12")
    assert cli(*asked, *schema).ok.err == f"{cut}\n"
    assert {row["finish_reason"] for row in read_rows("a.jsonl")} == {"stop"}
    pages = [Image.open(image).convert("RGB") for image in images]
    pages[0].save("scan.tif", save_all=True, append_images=pages[1:])
    write_rows("rows.jsonl", {"image": "scan.tif"}, {"image": images[0]})
    [found] = warnings(cli("batch", "-q", "rows.jsonl", "-p", ASK, "-o", "b.jsonl").ok)
    assert found.startswith("warning: 1 answer about the first ")


@pytest.mark.slow
def test_an_answer_at_the_end_of_the_context(cli, home: Path, nano: FlashSloth) -> None:
    short = nano.chat().ask("word", max_tokens=1)
    short.text()
    fill = " ".join(["word"] * (nano.engine.context_length - short.stats.input_tokens))
    write_rows("rows.jsonl", {"prompt": fill}, {"prompt": f"{fill} word"})
    done = cli("batch", "rows.jsonl", "--no-picture", "-q", "-o", "a.jsonl")
    assert done.code == 7  # what is too long is no answer to a part of it
    assert [warning[:21] for warning in warnings(done)] == ["warning: 1 answer cut"]
    assert [row["finish_reason"] for row in read_rows("a.jsonl")] == ["context", None]
    alone = cli("ask", "--no-picture", fill).ok.err
    assert alone.splitlines()[-1].startswith("note: cut, ")
    record(alone)


def test_what_to_install_is_said_once(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pillow_heif", "pypdfium2"):
        monkeypatch.setitem(sys.modules, module, None)
    Path("a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")
    shutil.copy("a.heic", "b.heic")
    Path("c.pdf").write_bytes(b"%PDF-1.4\n")
    done = cli("batch", ".", "-p", ASK, "-o", "a.jsonl", "-q")
    _, _, commands = done.err.splitlines()[3].partition(": ")
    assert [each.split()[:2] for each in commands.split(" && ")] == [["pip", "install"]] * 2
    assert done.err.count("pip install") == 2
    record(done.err)


def test_the_first_failed_rows_are_named(cli, pictures: Path) -> None:
    """With the reason, also with -q; the others are counted."""
    for number in range(4):
        (pictures / f"{number}.png").write_text("no picture")
    rows = ({"image": f"photos/{n}.png", "prompt": "?"} for n in (*range(4), "stop-sign"))
    lines = cli("batch", write_rows("rows.jsonl", *rows), "-o", "answers.jsonl", "-q").err.splitlines()
    named = [f"failed: rows.jsonl:{n + 1}: photos/{n}.png" for n in range(3)]
    assert [line.partition(" is ")[0] for line in lines[:3]] == named
    assert lines[3:] == ["and 1 more failed", lines[-1]]


def test_a_folder(cli, pictures: Path, opened: FlashSloth) -> None:
    done = cli("batch", pictures, "-p", ASK, "-o", "kw.jsonl")
    assert (done.code, done.out) == (7, "")
    assert summary(done).startswith("3 of 5 done, 2 failed. ")
    assert "kw.jsonl" in summary(done)
    record(done.err)
    rows = read_rows("kw.jsonl")
    failed = [line for line in done.err.splitlines() if line.startswith("failed: ")]
    assert failed == [f"failed: {row['error']['message']}" for row in rows if row["error"]]
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["source"] for row in rows] == [f"photos/{name}" for name in sorted([*NAMES, *BROKEN])]
    for row in rows:
        if row["error"] is None:
            assert row["response"] == opened.chat(row["source"]).ask(ASK).text()
        else:
            assert (row["response"], row["finish_reason"]) == (None, None)
            assert row["images"] == [dict.fromkeys(rows[0]["images"][0]) | {"source": row["source"]}]
    assert codes(rows) == [None, "image_format_unsupported", "image_undecodable", None, None]
    assert set(rows[1]["error"]) == {"code", "exit", "message", "hint"}
    assert list(Path().glob(".*")) == []


def test_a_row_is_the_document_of_ask(cli, pictures: Path, opened: FlashSloth) -> None:
    """With the fields of a batch. Times that nobody measured are null, and token counts are the very
    same."""
    alone = cli(
        "ask", "photos/pie-chart.png", "-p", ASK, "--json", "-q", "--max-tokens", "6", "--no-history"
    ).document
    for size in ("1", "2"):
        words = (
            "batch",
            "photos/pie-chart.png",
            "-p",
            ASK,
            "-q",
            "--max-tokens",
            "6",
            "--batch-size",
            size,
        )
        row = cli(*words).ok.document
        assert set(row) - set(alone) == {"row", "source", "error", "settings"}
        assert row.pop("id") == "pie-chart.png"
        assert (row.pop("row"), row.pop("source"), row.pop("error")) == (
            1,
            "photos/pie-chart.png",
            None,
        )
        assert len(row["model"].pop("weights")) == len(row.pop("settings")) == 16
        # more: none is resumed
        assert {*row["options"]} - {*alone["options"]} == {"stop", "reference_preprocessing"}
        assert (row["options"].pop("stop"), row["options"].pop("reference_preprocessing")) == (
            [],
            False,
        )
        file = Path("photos/pie-chart.png").stat()
        assert row["images"][0].pop("bytes") == file.st_size
        assert row["images"][0].pop("modified_ns") == file.st_mtime_ns
        measured = {name for name, value in row["timings"].items() if value is not None}
        assert measured == (set(row["timings"]) if size == "1" else {"load_ms"})
        assert set(row["timings"]) == set(alone["timings"])
        assert steady([row]) == steady([{key: value for key, value in alone.items() if key != "id"}])


def test_json_lines(cli, pictures: Path, opened: FlashSloth) -> None:
    write_rows(
        "photos/rows.jsonl",
        {"image": "stop-sign.png", "prompt": "What does it say?", "id": "a7", "category": "text"},
        {"image": "pie-chart.png", "images": ["pie-chart.png"]},
        "",
        {
            "image": str((pictures / "pie-chart.png").resolve()),
            "question": "What kind of chart is this?",
            "id": 8,
        },
        {"prompt": "Hello", "system": "Be short."},
        '{"image": "half',
        {"image": "no.png"},
        {"messages": [{"role": "user", "content": "Hi"}]},
        {"image": 5},
        {"prompt": "a", "question": "b"},
        {"prompt": "a", "id": [1]},
        "[]",
        {"category": "x"},
        {"image": "stop-sign.png", "images": ["pie-chart.png"]},
        {"images": [5]},
        {"images": []},
    )
    done = cli("batch", "photos/rows.jsonl", "-p", ASK, "--no-picture")
    assert done.code == 7
    assert summary(done).startswith("4 of 15 done, 11 failed. ")
    record(done.err)
    rows = done.rows
    assert [row["source"] for row in rows] == [f"photos/rows.jsonl:{n}" for n in (1, 2, *range(4, 17))]
    assert [row["prompt"] for row in rows[:4]] == [
        "What does it say?",
        ASK,
        "What kind of chart is this?",
        "Hello",
    ]
    assert [row["images"][0]["source"] for row in rows[:2]] == [
        "photos/stop-sign.png",
        "photos/pie-chart.png",
    ]
    assert (rows[0]["id"], rows[2]["id"], rows[3]["system"], rows[3]["images"]) == (
        "a7",
        8,
        "Be short.",
        [],
    )
    assert (
        rows[0]["response"] == opened.chat(pictures / "stop-sign.png").ask("What does it say?").text()
    )
    assert codes(rows[4:]) == ["data_bad_row", "image_not_found", *["data_bad_row"] * 9]
    assert rows[4]["error"]["message"].startswith("photos/rows.jsonl:6: ")
    problems = {6: "flashsloth eval", 12: "it has 2 pictures", 13: "the picture is a number"}
    problems |= dict.fromkeys((11, 14), "neither an image")
    assert [
        number
        for number, problem in problems.items()
        if problem not in rows[number]["error"]["message"]
    ] == []


def test_rows_without_a_picture(cli, pictures: Path, opened: FlashSloth) -> None:
    """They fail as rows, unless that is meant; of a failed row is written what is known."""
    write_rows(
        "rows.jsonl",
        {"prompt": "Hello", "id": "h"},
        {"image": "photos/pie-chart.png", "prompt": ASK},
        {"image": "a.png"},
    )
    done = cli("batch", "rows.jsonl", "-q")
    hello, pie, bare = done.rows
    assert (done.code, codes(done.rows)) == (7, ["no_picture", None, "data_bad_row"])
    assert (hello["prompt"], hello["id"], hello["images"]) == ("Hello", "h", [])
    assert (bare["prompt"], [each["source"] for each in bare["images"]]) == (None, ["a.png"])
    assert set(bare["images"][0]) == set(pie["images"][0])
    words = ("batch", "rows.jsonl", "--no-picture", "-o", "answers.jsonl")
    cli(*words, "-q")
    assert codes(read_rows("answers.jsonl")) == [None, None, "data_bad_row"]
    assert summary(cli(*words)).startswith("2 of 3 done, 2 of them before")


def test_pictures_that_another_program_names(cli, pictures: Path, opened: FlashSloth) -> None:
    """Keys beside `image` are metadata, and so are all keys of a batch without pictures. The mark in a
    question is its picture."""
    write_rows(
        "photos/rows.jsonl",
        {"image": "stop-sign.png", "image_id": 5, "prompt": "<|image_1|>\nWhat does it say?"},
        {"image": "stop-sign.png", "prompt": "<image>\n![](stop-sign.png) What does it say?"},
        {"image_url": "https://x.org/a.png", "prompt": "![](a.png) What?"},
        {"video": "a.mp4", "prompt": ASK},
    )
    done = cli("batch", "photos/rows.jsonl")
    assert codes(done.rows) == [None, None, "data_bad_row", "data_bad_row"]
    assert [row["prompt"] for row in done.rows[:2]] == ["What does it say?"] * 2
    assert "the key image_url is not read" in done.rows[2]["error"]["message"]
    done = cli("batch", "photos/rows.jsonl", "--no-picture")
    assert codes(done.rows) == [None] * 4
    assert done.rows[2]["prompt"] == "![](a.png) What?"
    assert [row.get("input") for row in done.rows] == [
        {"image_id": 5},
        None,
        {"image_url": "https://x.org/a.png"},
        {"video": "a.mp4"},
    ]
    Path("photos/rows.csv").write_text("image,imageUrl,prompt\nstop-sign.png,u,What?\n,u,Why?\n")
    done = cli("batch", "photos/rows.csv", "--no-picture")
    assert [row["input"] for row in done.rows] == [{"imageUrl": "u"}] * 2


def test_what_stands_for_rows(home: Path) -> None:
    for name in ("p/10.png", "p/9.png", "p/.hidden.png", "p/x.txt", "p/deep/1.png", "p/deep/a b.jpg"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    write_rows("rows.jsonl", {"image": "p/9.png"})

    def found(*words: str, stdin: bytes = b"") -> list[str | None]:
        rows = rows_of.find_rows(words, "q", lambda: stdin)
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        return [row.image for row in rows]

    assert found("p") == ["p/9.png", "p/10.png"]
    assert found("p/**/*.[jp][pn]g") == ["p/9.png", "p/10.png", "p/deep/1.png", "p/deep/a b.jpg"]
    assert found("p/10.png", "p/9.png", "p/9.png") == ["p/10.png", "p/9.png", "p/9.png"]
    assert found("https://example.org/a?b.png", "*.jsonl") == ["https://example.org/a?b.png", "p/9.png"]
    assert found("-", stdin=b'p/9.png\r\n\n{"image": "a.png"}\ngone.png') == [
        "p/9.png",
        "a.png",
        "gone.png",
    ]
    assert found("-", stdin=b"p/a\nb.png\0p/9.png\0") == ["p/a\nb.png", "p/9.png"]
    assert rows_of.shard(range(10), 1, 3) == range(3)  # type: ignore[arg-type, comparison-overlap]


def test_shards_join(cli, pictures: Path, opened: FlashSloth) -> None:
    words = ("batch", pictures, "photos/stop-sign.png", "-p", ASK, "-q")
    assert cli(*words, "-o", "whole.jsonl").code == 7
    for parts in (2, 4, 9):
        for part in range(1, parts + 1):
            assert cli(*words, "--shard", f"{part}/{parts}", "-o", f"part-{part}.jsonl").code in (0, 7)
        joined = [row for part in range(1, parts + 1) for row in read_rows(f"part-{part}.jsonl")]
        assert steady(joined) == steady(read_rows("whole.jsonl"))
        for path in Path().glob("part-*.jsonl"):
            path.unlink()


def test_stdin_without_rows(cli, no_model: None) -> None:
    cli("batch", "-", "-p", ASK, input=b"\n").refused(3, "no rows")
    cli("batch", "-", "-p", ASK, input=(IMAGES / NAMES[0]).read_bytes()).refused(3, "holds a picture")


# A second run


@pytest.fixture
def answered(cli, pictures: Path, opened: FlashSloth, made_once: Callable[..., Path]) -> list[str]:
    """A finished file: the line that made it, but for the program's name."""
    words = ["batch", "photos", "-p", ASK, "-o", "kw.jsonl", "-m", "nano"]
    made_once("kw.jsonl", lambda path: cli(*words, "-o", path), Path.cwd())
    assert codes(read_rows("kw.jsonl")).count(None) == 3
    return words


def test_only_what_failed_is_done_again(cli, answered: list[str]) -> None:
    """Also a question that failed about a picture that can be read."""
    before = read_rows("kw.jsonl")
    before[0]["error"] = before[1]["error"]
    Path("kw.jsonl").write_text("".join(json.dumps(row) + "\n" for row in before))
    shutil.copy(IMAGES / NAMES[2], "photos/broken.png")
    done = cli(*answered)
    assert done.code == 7
    assert summary(done).startswith("4 of 5 done, 2 of them before, 1 failed. ")
    after = read_rows("kw.jsonl")
    assert [row["row"] for row in after] == [1, 2, 3, 4, 5]
    same = [a["created"] == b["created"] for a, b in zip(after, before, strict=True)]
    assert same == [False, False, False, True, True]
    assert after[0]["error"] is None
    assert after[1]["response"] == after[4]["response"]
    shutil.copy(IMAGES / NAMES[2], "photos/cut.png")
    assert cli(*answered).code == 0
    whole = Path("kw.jsonl").read_bytes()
    done = cli(*answered)
    assert (done.code, done.out, done.err) == (0, "", f"{PASSED_OVER}5 of 5 done, 5 of them before.\n")
    assert Path("kw.jsonl").read_bytes() == whole
    assert cli(*answered, "-q").err == ""


def test_a_picture_that_was_changed(cli, answered: list[str]) -> None:
    before = times("kw.jsonl")
    os.utime("photos/all-orange.png", (1, 1))  # the same bytes
    other = Path("photos/all-orange.png").read_bytes()
    size = Path("photos/pie-chart.png").stat().st_size
    Path("photos/pie-chart.png").write_bytes(other.ljust(size, b"\0"))  # another picture, as many bytes
    changed = cli(*answered).err
    assert [line.split()[1] for line in changed.splitlines() if line.startswith("note: ")] == [
        "photos/pie-chart.png"
    ]
    record(changed)
    rows = read_rows("kw.jsonl")
    assert [a == b for a, b in zip(times("kw.jsonl"), before, strict=True)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert rows[3]["response"] == rows[0]["response"]
    assert len(rows) == 5


def test_pictures_that_came_and_went(cli, answered: list[str]) -> None:
    """Answers move with their pictures."""
    kept = {row["source"]: row["created"] for row in read_rows("kw.jsonl")}
    Path("photos/all-orange.png").unlink()
    Path("photos/cut.png").unlink()
    shutil.copy(IMAGES / NAMES[0], "photos/new.png")
    said = cli(*answered).err
    assert "note: 1 answer " in said
    assert "removed from kw.jsonl\n" in said
    record(said)
    rows = read_rows("kw.jsonl")
    assert [row["row"] for row in rows] == [1, 2, 3, 4]
    assert [row["source"][7:] for row in rows] == [
        "broken.png",
        "new.png",
        "pie-chart.png",
        "stop-sign.png",
    ]
    assert [row["created"] == kept.get(row["source"]) for row in rows] == [False, False, True, True]


def test_asking_less_loses_no_answer(cli, answered: list[str]) -> None:
    """Neither one of the rows that --limit leaves out, nor the second one of the same question."""
    before = read_rows("kw.jsonl")
    asked = ("batch", "photos", "photos/pie-chart.png", *answered[2:])
    cli(*asked)
    assert summary(cli(*asked, "--limit", "1")) == "1 of 1 done, 1 of them before."
    after = read_rows("kw.jsonl")
    assert [row["source"] for row in after[:5]] == [row["source"] for row in before]
    assert [row["created"] for row in after[3:5]] == [row["created"] for row in before[3:]]
    assert [row["row"] for row in read_rows("kw.jsonl")] == [1, 2, 3, 4, 5, 6]
    cli(*asked, "--limit", "1", "-p", "Is it red?").refused(3, "kw.jsonl has 4 answers, none")
    done = cli(*asked)
    assert summary(done).startswith("4 of 6 done, 4 of them before, 2 failed.")
    assert steady(read_rows("kw.jsonl"))[:5] == steady(before)


def test_asking_less_keeps_failures_of_a_file_without_answers(cli, pictures: Path) -> None:
    rows = write_rows("rows.jsonl", *({"image": f"photos/{name}"} for name in BROKEN))
    words = ("batch", rows, "-p", ASK, "-o", "kw.jsonl")
    for asked in (words, (*words, "--limit", "1")):
        assert cli(*asked).code == 7
        assert [row["row"] for row in read_rows("kw.jsonl")] == [1, 2]


def test_asking_less_after_a_kill_leaves_no_second_record(cli, pictures: Path) -> None:
    """The killed run had appended both rows with other values of a column, but had not yet sorted."""
    words = ("batch", "rows.jsonl", "-p", ASK, "-o", "kw.jsonl")
    for note in ("old", "new"):
        write_rows("rows.jsonl", *({"image": f"photos/{name}", "note": note} for name in NAMES[:2]))
        cli(*words).ok  # noqa: B018
    rows = read_rows("kw.jsonl")
    write_rows("kw.jsonl", *(row | {"input": {"note": "old"}} for row in rows), *rows)
    cli(*words, "--limit", "1").ok  # noqa: B018
    assert read_rows("kw.jsonl") == rows


def test_the_first_rows_are_asked_anew(cli, answered: list[str]) -> None:
    """The answer about a picture that changed is replaced, the others stay, also in a table."""
    words = [*answered[:-3], "kw.csv", "-m", "nano"]
    assert summary(cli(*words, "--limit", "1")) == "1 of 1 done."
    cli(*words)
    shutil.copy(IMAGES / NAMES[2], "photos/all-orange.png")
    assert "all-orange.png changed" in cli(*words, "--limit", "1").err
    rows = table("kw.csv")
    assert [row["id"] for row in rows] == sorted([*NAMES, *BROKEN])
    assert rows[0]["answer"] == rows[4]["answer"]


@pytest.mark.parametrize("away", ["missing", "empty", "unreadable"])
def test_a_folder_that_is_away(cli, answered: list[str], away: str) -> None:
    """Its answers stay, and are found again when it is back."""
    shutil.copytree("photos", "photos/nas")
    words = (*answered[:2], "-r", *answered[2:])
    assert cli(*words).code == 7
    before = read_rows("kw.jsonl")
    Path("photos/nas").rename("mounted")
    if away != "missing":
        Path("photos/nas").mkdir(0o700 if away == "empty" else 0)
    if away == "unreadable" and os.access("photos/nas", os.R_OK):
        Path("photos/nas").rmdir()
        Path("photos/nas").write_text("not a folder")
    done = cli(*words)
    [note] = [line for line in done.err.splitlines() if line.startswith("note: ")]
    assert note.startswith("note: 3 answers about pictures ")
    assert "such as photos/nas/" in note
    record(note)
    away_now = Path("photos/nas")
    if away != "missing":
        away_now.rmdir() if away_now.is_dir() else away_now.unlink()
    Path("mounted").rename("photos/nas")
    assert summary(cli(*words)).startswith("6 of 10 done, 6 of them before, 4 failed.")
    after = {row["source"]: row["created"] for row in read_rows("kw.jsonl")}
    assert all(after[row["source"]] == row["created"] for row in before if row["error"] is None)


def test_pages_of_a_file_that_cannot_be_read(cli, home: Path, opened: FlashSloth) -> None:
    """It may be of one page then: no answer is lost."""
    first, *others = (Image.open(IMAGES / name).convert("RGB") for name in NAMES)
    first.save("scan.tif", save_all=True, append_images=others)
    shutil.copy(IMAGES / NAMES[0], "a.png")
    words = ("batch", ".", "-p", ASK, "-o", "kw.csv")
    cli(*words).ok  # noqa: B018
    whole = Path("scan.tif").read_bytes()
    Path("scan.tif").write_bytes(b"")
    done = cli(*words)
    assert "note: 3 answers about pictures " in done.err
    record(done.err)
    assert [row["id"] for row in table("kw.csv")][2:] == ["scan.tif#1", "scan.tif#2", "scan.tif#3"]
    Path("scan.tif").write_bytes(whole)
    assert summary(cli(*words)) == "4 of 4 done, 4 of them before."


def test_a_dry_run(cli, pictures: Path, no_model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and first bytes say what would fail; nothing is asked or written."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (pictures / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1")
    (pictures / "empty.png").touch()
    Image.new("RGB", (9, 9)).save(
        pictures / "b.tif", save_all=True, append_images=[Image.new("L", (9, 9))]
    )
    rows = write_rows(
        "rows.jsonl", {"image": "no.png"}, {"image": "https://x.test/a.png"}, {"prompt": "x"}
    )
    done = cli("batch", pictures, rows, "-p", ASK, "-o", "kw.csv", "--dry-run", "-q").ok
    facts = dict(line.split("  ", 1) for line in done.out.splitlines() if "  " in line)
    assert {name: value.strip() for name, value in facts.items()} == {
        "rows": "12",
        "answered": "0 in kw.csv.jsonl",
        "would fail": "5",
        "left to ask": "7",
        "first row": "photos/a.heic",
        "first prompt": ASK,
    }
    assert "would fail: photos/a.heic is a HEIC file" in done.out
    assert "and 2 more would fail" in done.out
    assert "pip install pillow-heif" in done.out
    assert sorted(path.name for path in Path().iterdir()) == ["photos", "rows.jsonl"]
    cli("batch", pictures, "-p", ASK, "--limit", "1", "--dry-run", "-s", "x").ok  # noqa: B018


def test_a_dry_run_of_a_begun_batch(cli, answered: list[str]) -> None:
    """It counts what is answered, with the time for the others, and changes nothing."""
    rows = read_rows("kw.jsonl")
    for second, row in enumerate(rows):
        row["created"] = f"2026-11-28T0{second // 4}:00:{second * 10:02}Z"  # the last one an hour later
    write_rows("kw.jsonl", *rows)
    before = Path("kw.jsonl").read_bytes()
    for number in range(6):
        shutil.copy(IMAGES / NAMES[0], f"photos/new-{number}.png")
    os.utime("photos/pie-chart.png", (1, 1))
    with OutputFile(Path("kw.jsonl")):  # another process may be writing
        done = cli(*answered, "--dry-run").ok
    lines = done.out.splitlines()
    assert [line.split()[-1] for line in lines[2:4]] == ["1", "7"]
    assert lines[1].split() == ["answered", "3", "in", "kw.jsonl"]
    assert "about 3 min 30 s" in lines[4]
    assert "0 in kw.jsonl" in cli(*answered, "--dry-run", "--force").out
    assert Path("kw.jsonl").read_bytes() == before
    write_rows("kw.jsonl", "no answer")
    cli(*answered, "--dry-run").refused("input", "kw.jsonl:1 ")


def test_pages_are_counted_with_progress(home: Path) -> None:
    """In threads, in the order of the files; rows of a data file are of one page."""
    for name in ("a.tif", "b.tif"):
        Image.new("L", (9, 9)).save(name, save_all=True, append_images=[Image.new("L", (9, 9))])
    write_rows("rows.jsonl", {"image": "a.tif"})
    counted: list[tuple[int, int, str]] = []
    words = ["a.tif", "rows.jsonl", "b.tif"]
    rows = rows_of.find_rows(words, "?", bytes, on_counted=lambda *step: counted.append(step))
    pages = ["a.tif#1", "a.tif#2", "rows.jsonl:1", "b.tif#1", "b.tif#2"]
    assert [(row.number, row.source) for row in rows] == [*enumerate(pages, 1)]
    assert [row.image for row in rows][2:4] == ["a.tif", "b.tif#1"]
    assert counted == [(1, 2, "a.tif"), (2, 2, "b.tif")]


def test_what_a_dry_run_says_of_sidecars(cli, pictures: Path, no_model: None) -> None:
    """A picture that keeps its own is asked only for the output."""
    (pictures / "pie-chart.txt").write_text("A chart.")
    words = ("batch", "photos", "-p", ASK, "--write", "txt", "--dry-run")
    for more, left in (((), "4"), (("-o", "kw.jsonl"), "5")):
        facts = dict(line.split("  ", 1) for line in cli(*words, *more).ok.out.splitlines()[:-3])
        assert facts["sidecars kept"].strip() == "1"
        assert facts["rows"].strip() == left
    assert (pictures / "pie-chart.txt").read_text() == "A chart."


def test_progress_begins_at_once(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imports take seconds; all rows may be asked together, and the first answer take a minute."""
    shown: list[str] = []
    monkeypatch.setattr(streams, "show_status", shown.append)
    words = ("batch", "photos", "-p", ASK, "-o", "kw.jsonl")
    cli(*words)
    cli(*words)
    cli(*words, "-q")
    assert shown == [streams.READING, "answering: 0 of 5", streams.READING, "answering: 3 of 5"]


def test_duplicates_have_a_row_each(cli, pictures: Path, opened: FlashSloth) -> None:
    rows = [{"image": "photos/stop-sign.png", "prompt": ASK, "id": n} for n in range(3)]
    write_rows("rows.jsonl", *rows)
    assert cli("batch", "rows.jsonl", "-o", "kw.jsonl").code == 0
    created = times("kw.jsonl")
    write_rows("rows.jsonl", *rows, {**rows[0], "id": "new"})
    assert summary(cli("batch", "rows.jsonl", "-o", "kw.jsonl")) == "4 of 4 done, 3 of them before."
    assert [row["id"] for row in read_rows("kw.jsonl")] == [0, 1, 2, "new"]
    assert times("kw.jsonl")[:3] == created


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-p", "Is it red?"), "kw.jsonl has 3 answers, none"),
        (("-s", "Be short."), ", not Be short."),
        (("-s", "Be short."), "kw.jsonl has answers with --system "),
        (("--temperature", "0.7"), "kw.jsonl has answers with --temperature 0.0, not 0.7"),
        (("--set", "stop=x"), "kw.jsonl has answers without --set stop"),
        (("--seed", "1"), "kw.jsonl has answers without --seed"),
        (("--schema", "a number"), "kw.jsonl has answers without --schema"),
        (("--choices", "a,b"), "kw.jsonl has answers without --choices"),
        (("--crop", "0,0,9,9"), "kw.jsonl has answers without --crop"),
        (("--shard", "2/5"), "kw.jsonl has 3 answers, none"),
    ],
)
def test_answers_to_something_else(
    cli, answered: list[str], words: tuple[str, ...], message: str
) -> None:
    before = Path("kw.jsonl").read_bytes()
    cli(*answered, *words).refused(3, message, "--force")
    assert Path("kw.jsonl").read_bytes() == before


def test_another_preset_is_named(cli, answered: list[str]) -> None:
    """4bit may have meant another one when a batch was begun, by a version that wrote no digest of the
    settings."""
    rows = read_rows("kw.jsonl")
    for row in rows:
        del row["settings"]
        row["model"]["quant"] = "nf4"
    write_rows("kw.jsonl", *rows)
    cli(*answered).refused(3, "kw.jsonl has answers with --quant nf4, not none", "--quant nf4")


def test_other_weights(cli, answered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that was trained again under the same name is another one."""
    monkeypatch.setattr(answer_rows, "fingerprint", lambda *_: "0" * 16)
    assert cli(*answered).error[0] == "kw.jsonl has answers of nano with other weights"
    before = times("kw.jsonl")
    assert cli(*answered, "--force").code == 7
    assert not set(before) & set(times("kw.jsonl"))


def test_settings_that_may_differ(cli, answered: list[str]) -> None:
    """The dtype may; with a regular expression the length too, as answers that it cut have failed."""
    assert summary(cli(*answered, "--set", "dtype=bfloat16")).startswith(
        "3 of 5 done, 3 of them before"
    )
    words = ("batch", "photos", "-p", ASK, "--regex", "[a-z]{3}", "-o", "three.jsonl")
    assert summary(cli(*words)).startswith("3 of 5 done, 2 failed")
    assert summary(cli(*words, "--max-tokens", "99")).startswith("3 of 5 done, 3 of them before")
    assert cli(*words[:4], "--regex", "[a-z]{4}", "-o", "three.jsonl").error[0] == (
        "three.jsonl has answers with --regex [a-z]{3}, not [a-z]{4}"
    )
    system = ("-s", "x" * 200, "-o", "long.jsonl")
    cli(*words[:4], *system)
    cli(*words[:4], "-s", f"{'x' * 200}y", *system[2:]).refused(3, "has answers with another --system")
    form = ("--schema", '{"const": 7}', "--set", "schema_in_prompt=true", "-o", "seven.jsonl")
    cli(*words[:4], *form)
    cli(*words[:4], *form[:2], *form[4:]).refused(
        3, "answers with --set schema_in_prompt true, not false"
    )
    cli(*words[:4], *form[4:]).refused(3, 'answers with --schema {"const": 7}, now without it')


def test_a_file_of_the_version_before(cli, answered: list[str]) -> None:
    """Its rows have no digest of the settings. It is continued, or refused as it is."""
    rows = read_rows("kw.jsonl")
    digests = {row.pop("settings") for row in rows}
    write_rows("kw.jsonl", *rows)
    before = Path("kw.jsonl").read_bytes()
    cli(*answered, "--temperature", "0.7").refused(
        3, "kw.jsonl has answers with --temperature 0.0, not 0.7", "--force"
    )
    assert Path("kw.jsonl").read_bytes() == before
    Path("kw.jsonl").write_bytes(before[:-9])
    assert summary(cli(*answered)).startswith("3 of 5 done, 2 of them before")
    after = read_rows("kw.jsonl")
    assert [row.get("settings") for row in after] == [None, *digests, *digests, None, *digests]
    assert steady([{**row, "settings": None} for row in after]) == steady(
        [{**row, "settings": None} for row in rows]
    )


# What stops it


@pytest.mark.parametrize("code", [130, 143])
def test_broken_off(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    words = ("batch", pictures, "-o", "kw.jsonl", "--batch-size", "2", "-m", "nano")
    words += ("-p", QUESTION)  # the first two answers are not of one length
    error = KeyboardInterrupt() if code == 130 else SystemExit(143)
    with monkeypatch.context() as patch:
        patch.setattr(LocalBackend, "begin", failing_at(3, error, LocalBackend.begin))
        done = cli(*words)
    assert (done.code, done.out) == (code, "")
    assert summary(done).startswith("stopped; 1 of 5 rows ")
    assert "kw.jsonl" in summary(done)
    record(summary(done))
    began = times("kw.jsonl")
    assert len(began) == 3
    assert summary(cli(*words)).startswith("3 of 5 done, 1 of them before, 2 failed.")
    assert [row["row"] for row in read_rows("kw.jsonl")] == [1, 2, 3, 4, 5]
    assert times("kw.jsonl")[0] in began


def test_a_torn_line(cli, answered: list[str]) -> None:
    """As after a kill or a full disk: the row is done again, wherever it was torn."""
    whole = Path("kw.jsonl").read_bytes()
    rows = read_rows("kw.jsonl")
    last = len(whole.splitlines(keepends=True)[-1])
    for cut in (1, 2, last // 2, last - 1):
        Path("kw.jsonl").write_bytes(whole[:-cut])
        assert summary(cli(*answered)).startswith("3 of 5 done, 2 of them before"), cut
        assert steady(read_rows("kw.jsonl")) == steady(rows)
    for start in (b"", whole[:1], whole[:40], whole[: len(whole.splitlines()[0])]):
        Path("kw.jsonl").write_bytes(start)
        assert summary(cli(*answered)).startswith("3 of 5 done, 2 failed"), start
    Path("kw.jsonl").write_bytes(whole + b"\n")  # as some editors leave it
    assert summary(cli(*answered)).startswith("3 of 5 done, 3 of them before")
    assert steady(read_rows("kw.jsonl")) == steady(rows)
    Path("kw.jsonl").write_bytes(whole[:900] + b"\n" + whole)
    cli(*answered).refused("input", "kw.jsonl:1 ")


def test_a_full_disk(cli, answered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line fits: it is taken back."""
    Path("kw.jsonl").unlink()
    write_bytes, calls = os.write, 0

    def full(handle: int, data: Any) -> int:
        nonlocal calls
        if bytes(data[:10]) != b'{"schema":' and calls < 2:
            return write_bytes(handle, data)
        calls += 1
        if calls == 3:
            raise OSError(28, "No space left on device")
        return write_bytes(handle, data[: len(data) // 2] if calls == 2 else data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        done = cli(*answered, "--batch-size", "1")
    assert done.code == 5
    assert done.error_code == "disk_full"
    assert "kw.jsonl" in done.err
    record(done.err)
    assert len(read_rows("kw.jsonl")) == 1
    assert summary(cli(*answered)).startswith("3 of 5 done, 1 of them before")


def test_memory_that_runs_out(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half as many rows at once, until it fits; with one it is an error, which keeps what is done."""
    most, step, refused = 2, DecodeLoop.step, []

    def limited(loop: Any) -> Any:
        if len(loop.running) > most:
            refused.append(len(loop.running))
            raise OutOfMemory("no more memory", hint="Less.")
        return step(loop)

    monkeypatch.setattr(DecodeLoop, "step", limited)
    words = (
        "batch",
        pictures,
        *(f"photos/{name}" for name in NAMES),
        "-p",
        ASK,
        "-m",
        "nano",
        "-o",
        "kw.jsonl",
    )
    done = cli(*words)
    assert done.code == 7
    assert refused == [6, 3]
    numbers = [re.findall(r" \d+ ", warning) for warning in warnings(done)]
    assert numbers == [[" 3 "], [" 1 "]]
    assert len(read_rows("kw.jsonl")) == 8
    most = 0
    Path("kw.jsonl").unlink()
    done = cli(*words)
    assert (done.code, done.err.splitlines()[-2:]) == (5, ["error: no more memory", "hint: Less."])
    assert [row["id"] for row in read_rows("kw.jsonl")] == [*BROKEN]


@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize(
    ("template", "more"), [(f"prompt = '{ASK}'\n", ()), ("prompt = 'Other.'\n", ("--force",))]
)
def test_force_of_a_template_never_reaches_the_answers(
    cli, pictures: Path, opened: FlashSloth, table: bool, template: str, more: tuple[str, ...]
) -> None:
    """The same line again resumes, and so does what its hint says if another template has the name."""
    name = "kw.csv" if table else "kw.jsonl"
    lines = rows_of.answers_file(Path(name))
    words = ("batch", "photos", "-p", ASK, "-o", name, "-m", "nano", "--save-template", "colors")
    cli(*words)
    before = times(lines)
    prompt_templates.own_path("colors").write_text(template)
    if more:
        cli(*words).refused(3, "another template colors exists", "with --force")
        assert f"3 in {lines}" in cli(*words, "--dry-run", *more).ok.out
        prompt_templates.own_path("colors").write_text(template)
    done = cli(*words, *more)
    assert summary(done).startswith("3 of 5 done, 3 of them before")
    assert (f"start over in {name}" in done.err) == bool(more)
    record(done.err)
    same = [a == b for a, b in zip(times(lines), before, strict=True)]
    assert same == [True, False, False, True, True]  # two pictures cannot be read
    assert prompt_templates.find("colors").prompt == ASK


def test_one_writes_at_a_time(cli, answered: list[str]) -> None:
    before = Path("kw.jsonl").read_bytes()
    with OutputFile(Path("kw.jsonl")):
        cli(*answered).refused(3, "writing to kw.jsonl\n")
        assert Path(".kw.jsonl.flashsloth-lock").exists()
    assert Path("kw.jsonl").read_bytes() == before
    assert cli(*answered).code == 7
    assert not Path(".kw.jsonl.flashsloth-lock").exists()


def test_a_file_system_without_modes(cli, picture: Path, no_modes: None) -> None:
    for _ in range(2):  # the second time the table is replaced
        assert cli("batch", picture, "-p", ASK, "-o", "x.csv", "-q").code == 0


@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_a_file_system_without_locks(cli, picture: Path, no_locks: None, name: str) -> None:
    done = cli("batch", picture, "-p", ASK, "-o", name, "-q")
    assert done.code == 0
    warning, *_ = warnings(done)
    assert name in warning
    assert cli("batch", picture, "-p", ASK, "-o", name, "-q").code == 0
    assert not [*Path().glob(".x*")]


@pytest.mark.parametrize(
    "command",
    ["rm kw.jsonl", "cp kw.jsonl new; echo mine >> new; mv new kw.jsonl", "echo mine >> kw.jsonl"],
)
def test_a_file_that_another_program_changes_meanwhile(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Answers would be lost with the removed file, or be looked for at the wrong places."""
    add, calls = OutputFile.add, itertools.count(1)

    def changing(*words: Any) -> None:
        if next(calls) == 4:
            subprocess.run(command, shell=True, check=True)
        add(*words)

    words = ("batch", "photos", "-p", ASK, "-o", "kw.jsonl", "-m", "nano")
    with monkeypatch.context() as patch:
        patch.setattr(OutputFile, "add", changing)
        cli(*words).refused(3, "kw.jsonl was ", "again")
    if "mine" in command:
        whole = Path("kw.jsonl").read_text()
        assert whole.endswith("mine\n")
        Path("kw.jsonl").write_text(whole.removesuffix("mine\n"))
        assert len(read_rows("kw.jsonl")) == 3
    assert summary(cli(*words)).startswith("3 of 5 done")
    assert len(read_rows("kw.jsonl")) == 5


def test_a_table_that_is_edited_meanwhile(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the user's, also with --force."""
    words = ("batch", "photos", "-p", ASK, "-o", "kw.csv", "-m", "nano", "--force")
    cli(*words)
    with monkeypatch.context() as patch:
        add = OutputFile.add
        patch.setattr(OutputFile, "add", lambda *of: (add(*of), Path("kw.csv").write_text("mine\n")))
        cli(*words).refused(3, "kw.csv was changed ", "kw.csv.jsonl")
    assert Path("kw.csv").read_text() == "mine\n"
    Path("kw.csv").rename("mine.csv")
    assert summary(cli(*words[:-1])).startswith("3 of 5 done, 3 of them before")
    assert len(table("kw.csv")) == 5


def test_a_link_and_a_mode_stay(cli, answered: list[str]) -> None:
    Path("kw.jsonl").rename("real.jsonl")
    Path("real.jsonl").chmod(0o600)
    Path("kw.jsonl").symlink_to("real.jsonl")
    shutil.copy(IMAGES / NAMES[2], "photos/broken.png")
    assert cli(*answered).code == 7
    assert Path("kw.jsonl").is_symlink()
    assert Path("real.jsonl").stat().st_mode & 0o777 == 0o600
    assert [row["row"] for row in read_rows("real.jsonl")] == [1, 2, 3, 4, 5]


@pytest.mark.skipif(system.WINDOWS, reason="no umask there")
def test_a_table_obeys_the_umask(cli, pictures: Path, opened: FlashSloth) -> None:
    """As its JSON lines do: others could read the answers."""
    before = os.umask(0o077)
    try:
        cli("batch", "photos", "-p", ASK, "-o", "kw.csv", "-m", "nano")
    finally:
        os.umask(before)
    modes = [Path(name).stat().st_mode & 0o777 for name in ("kw.csv", "kw.csv.jsonl")]
    assert modes == [0o600, 0o600]


def test_a_name_that_is_no_text(cli, answered: list[str]) -> None:
    """Bytes that are no UTF-8 come back as they were: the answer is found again, and its line is JSON
    in UTF-8."""
    try:
        os.rename("photos/all-orange.png", os.fsdecode(b"photos/\xff.png"))
    except OSError:
        pytest.skip("no such names here")
    assert cli(*answered).code == 7
    row = next(row for row in read_rows("kw.jsonl") if "\udcff" in row["source"])
    assert summary(cli(*answered)).startswith("3 of 5 done, 3 of them before")
    assert row["created"] in times("kw.jsonl")
    assert cli("batch", "photos", "-p", ASK).out.count("\\udcff") == 3  # id, picture and source


def test_what_is_passed_over_in_a_folder(cli, pictures: Path, opened: FlashSloth) -> None:
    """Each reason is counted: also links in a circle. The file of answers is none."""
    for name in (".hidden.png", "again.txt", "scan.tiff.bak", "README"):
        (pictures / name).write_text("x")
    (pictures / "inside").mkdir()
    (pictures / "gone.png").symlink_to("nowhere.png")
    (pictures / "loop.png").symlink_to("loop2.png")
    (pictures / "loop2.png").symlink_to("loop.png")
    done = cli("batch", pictures, "-p", ASK)
    assert len(done.out.splitlines()) == 5
    [said] = [line for line in done.err.splitlines() if "skipped" in line]
    folder, _, reasons = said.partition(": skipped ")
    assert folder == str(pictures)
    expected = [
        "1 .bak",
        "1 folder",
        "1 hidden",
        "1 without an extension",
        "2 .txt",
        "3 broken links",
    ]
    assert sorted(reasons.split(", ")) == expected
    words = ("batch", pictures, "-p", ASK)
    assert "skipped" not in cli(*words, "-q").err
    for path in pictures.iterdir():
        if path.name not in (*BROKEN, *NAMES):
            path.rmdir() if path.is_dir() else path.unlink()
    for _ in range(2):
        assert "skipped" not in cli(*words, "-o", "photos/kw.jsonl").err


def test_a_subfolder_without_permission_is_named(cli, pictures: Path, opened: FlashSloth) -> None:
    (pictures / "inside").mkdir()
    real = os.scandir

    def scandir(path: str) -> Any:
        if path == "photos/inside":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    with mock.patch("os.scandir", scandir):
        said = cli("batch", "photos", "-r", "-p", ASK).err.splitlines()[0]
    assert said == "photos: skipped 1 .txt, 1 unreadable folder"


def test_the_hint_for_a_row_of_a_table_is_about_tables(cli, no_model: None) -> None:
    Path("rows.csv").write_text("image,question,answer\na.png,Hi\n")
    cli("batch", "rows.csv").refused(3, "2 cells, ", "A table ")
    Path("rows.jsonl").write_text("{}\n")
    cli("batch", "rows.jsonl").refused(3, ": {")


def test_an_entry_that_the_system_says_nothing_of_is_passed_over() -> None:
    entry = mock.Mock(is_dir=mock.Mock(side_effect=OSError(errno.EIO, "Input/output error")))
    entry.name = "far.png"
    # private: no folder of a test has an entry of which the system knows nothing
    assert rows_of._skip_reason(entry) == "unreadable"


def test_a_link_to_its_own_folder_is_followed_once(home: Path) -> None:
    """With two of them there are as many paths as two can be multiplied by itself forty times."""
    for name in ("a/deep/1.png", "a/2.png", "elsewhere/3.png", "a/.hidden/4.png"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    for link, target in (
        ("self", "../a"),
        ("again", "."),
        ("album", "../elsewhere"),
        ("deep/up", ".."),
    ):
        Path("a", link).symlink_to(target)
    Path("a/same.png").symlink_to("2.png")
    said: list[tuple[str, dict[str, int]]] = []

    def found(pattern: str) -> list[str | None]:
        rows = rows_of.find_rows([pattern], "q", bytes, on_skipped=lambda *what: said.append(what))
        return [row.image for row in rows]

    assert found("a/**/*.png") == ["a/2.png", "a/album/3.png", "a/deep/1.png"]
    assert said == [("a/**/*.png", {rows_of.DUPLICATE: 1})]
    assert found("**/deep/**") == ["a/deep/1.png", "a/deep/up/2.png", "a/deep/up/album/3.png"]
    assert found(f"{home.parent}/work/*/**/1.png") == [f"{home.parent}/work/a/deep/1.png"]


@pytest.fixture
def share(home: Path) -> Path:
    """A folder on a file server. Its first three pictures are those that a person put there."""
    for name in (
        "a.png",
        "#1 wedding/b.png",
        "Recycled art/c.png",
        "@eaDir/a.png/SYNOPHOTO_THUMB_M.png",
        "#1 wedding/@eaDir/b.png/thumb.png",
        "#recycle/old.png",
        "@Recycle/old.png",
        "$RECYCLE.BIN/S-1-5-21/$RA1B2C3.png",
        "Recycled art/$Recycle.Bin/S-1-5-21/$RA1B2C3.png",
        "lost+found/#123.png",
    ):
        (path := Path("share", name)).parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Path("share")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("share", ["#1 wedding/b.png", "a.png", "Recycled art/c.png"]),
        ("share/**/*.png", ["#1 wedding/b.png", "a.png", "Recycled art/c.png"]),
        ("share/*/*.png", ["#1 wedding/b.png", "Recycled art/c.png"]),
        ("share/#recycle", ["#recycle/old.png"]),
        ("share/#recycle/*", ["#recycle/old.png"]),
        (
            "share/**/@eaDir/**",
            ["#1 wedding/@eaDir/b.png/thumb.png", "@eaDir/a.png/SYNOPHOTO_THUMB_M.png"],
        ),
        ("share/$RECYCLE.BIN", ["$RECYCLE.BIN/S-1-5-21/$RA1B2C3.png"]),
    ],
)
def test_thumbnails_and_deleted_files_are_read_only_if_they_are_named(
    share: Path, word: str, found: list[str]
) -> None:
    rows = rows_of.find_rows([word], "q", bytes, recursive=True)
    assert [os.path.relpath(row.source, share) for row in rows] == found


def test_skipped_system_folders_are_counted(share: Path) -> None:
    said: list[dict[str, int]] = []
    rows_of.find_rows(
        ["share"], "q", bytes, recursive=True, on_skipped=lambda *what: said.append(what[1])
    )
    assert said == [{"a system folder": 7}]


@pytest.mark.parametrize("expanded", [False, True])
def test_sidecars_are_no_pictures_of_a_pattern(home: Path, expanded: bool) -> None:
    """Of a pattern in quotes, and of one that the shell has expanded."""
    Path("share").mkdir()
    for name in ("a.png", "a.png.xmp", "a.xmp", "a.txt"):
        Path("share", name).touch()
    words = sorted(map(str, Path("share").iterdir())) if expanded else ["share/*"]
    assert [row.source for row in rows_of.find_rows(words, "q", bytes)] == ["share/a.png"]


def test_a_sidecar_without_its_picture_is_not_left_out(home: Path) -> None:
    """The person meant something by its name."""
    for name in ("a.png", "b.xmp", "b.txt"):
        Path(name).touch()
    assert [row.source for row in rows_of.find_rows(["a.png", "b.xmp"], "q", bytes)] == [
        "a.png",
        "b.xmp",
    ]
    assert [row.source for row in rows_of.find_rows(["*.xmp"], "q", bytes)] == ["b.xmp"]


# As a process


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_reader_that_goes_away(shell, pictures: Path) -> None:
    done = shell(
        f"flashsloth batch photos -p '{ASK}' -q --batch-size 1 | head -n 0; echo ${{PIPESTATUS[0]}}"
    )
    assert (done.out, done.err) == ("141\n", "")


def thirty_pictures(folder: Path, chance: random.Random) -> None:
    folder.mkdir()
    given = sorted(IMAGES.glob("*.png"))
    for number in range(30):
        with Image.open(given[number % len(given)]) as picture:
            picture.rotate(chance.randrange(360), fillcolor="white").save(folder / f"{number}.png")


def kill_after(process: subprocess.Popen[str], name: str, rows: int, chance: random.Random) -> int:
    """Kill a batch some time after it has written so many rows, and return how many there are."""
    eventually(lambda: Path(name).is_file() and Path(name).read_bytes().count(b"\n") >= rows, 60)
    time.sleep(chance.random() / 20)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    return Path(name).read_bytes().count(b"\n")


@pytest.mark.slow
def test_killed_twice(program, cli, home: Path) -> None:
    """Thirty pictures, five of them broken: after any kills the same line ends with what one run
    says."""
    made, chance = Path("many"), random.Random(0)
    thirty_pictures(made, chance)
    broken = chance.sample(range(30), 5)
    for path in (made / f"{number}.png" for number in broken):
        path.write_bytes(path.read_bytes()[: chance.randrange(10, 40)])
    words = ("batch", made, "-p", ASK, "-q", "--batch-size", "4")
    assert cli(*words, "-o", "whole.jsonl").code == 7
    seen = 0
    for _ in range(2):
        process = program.start(*words, "-o", "killed.jsonl")
        seen = kill_after(process, "killed.jsonl", seen + chance.randrange(3, 7), chance)
    done = cli(*words, "-o", "killed.jsonl")
    assert (done.code, "25 of 30 done" in done.err) == (7, True)
    assert steady(read_rows("killed.jsonl")) == steady(read_rows("whole.jsonl"))
    assert [row["row"] for row in read_rows("killed.jsonl")] == list(range(1, 31))
    assert [row["row"] - 1 for row in read_rows("killed.jsonl") if row["error"]] == sorted(broken)
    assert list(Path().glob(".*")) == []


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_parts_as_the_readme_has_them(shell, pictures: Path) -> None:
    example = IMAGES.parent / "batch"
    shutil.copy(example / "job.sh", "job.sh")
    blocks = re.findall(
        r"```sh\n(.*?)```", (example / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    [listing] = [block for block in blocks if block.startswith("find photos")]
    [parts] = [block for block in blocks if block.startswith("seq 3")]
    done = shell(f"set -e -o pipefail\n{listing}{parts}")
    assert done.code == 0, done.err
    assert [row["row"] for row in read_rows("answers.jsonl")] == [1, 2, 3, 4, 5]
    assert [row["source"][7:] for row in read_rows("answers.jsonl") if row["error"]] == [*BROKEN]
    done = shell("bash job.sh photos.txt answers Hello")
    assert done.code != 0
    assert "neither PART nor SLURM_ARRAY_TASK_ID" in done.err


# Tables


def table(path: str | Path) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if str(path).endswith(".tsv") else ","))


@pytest.mark.parametrize("name", ["kw.csv", "kw.tsv"])
def test_a_table_of_answers(cli, pictures: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Of quotes, a line break, the delimiters and a formula. The file beside it has what a later run
    compares."""
    monkeypatch.setattr(AnswerRecord, "text", '=1+1\n"a", b\tc\r')
    words = ("batch", "photos", "-p", ASK, "-o", name)
    assert cli(*words).code == 7
    rows = table(name)
    assert tuple(rows[0]) == ("id", "image", "question", "answer", "error", "finish_reason")
    assert [row["id"] for row in rows] == sorted([*NAMES, *BROKEN])
    assert (rows[0]["image"], rows[0]["question"]) == ("photos/all-orange.png", ASK)
    assert rows[0]["answer"] == '\'=1+1\n"a", b\tc\r'
    assert (rows[0]["error"], rows[1]["answer"]) == ("", "")
    assert rows[1]["error"].startswith("image_format_unsupported: photos/broken.png is text")
    whole = Path(name).read_bytes()
    assert summary(cli(*words)).startswith("3 of 5 done, 3 of them before")
    assert Path(name).read_bytes() == whole
    Path("photos/broken.png").unlink()
    assert summary(cli(*words)).startswith("3 of 4 done, 3 of them before")
    assert table(name) == [row for row in rows if row["id"] != "broken.png"]
    assert (
        cli(*words, "--max-tokens", "9").error[0]
        == f"{name}.jsonl has answers with --max-tokens 512, not 9"
    )


def test_messages_before_the_table_is_written(cli, pictures: Path) -> None:
    """They name the file that exists."""
    words = ("batch", "photos", "-o", "kw.csv", "-m", "nano", "-p")
    cli(*words, ASK)
    Path("kw.csv").unlink()  # as after a kill
    assert "3 in kw.csv.jsonl\n" in cli(*words, ASK, "--dry-run").out
    for other in ((ASK, "--max-tokens", "9"), (ASK, "-s", "Be short."), ("Is it red?",)):
        cli(*words, *other).refused(3, "kw.csv.jsonl has ")
    with OutputFile(Path("kw.csv")):
        cli(*words, ASK).refused(3, "writing to kw.csv.jsonl\n")
    Path("photos/all-orange.png").unlink()
    said = cli(*words, ASK).err
    assert "removed from kw.csv.jsonl\n" in said
    record(said)


def test_a_table_of_a_killed_run(cli, pictures: Path, opened: FlashSloth) -> None:
    words = ("batch", "photos", "-p", ASK, "-o", "kw.csv")
    cli(*words)
    whole, lines = Path("kw.csv").read_bytes(), Path("kw.csv.jsonl").read_bytes()
    # at the first run, and at a later one
    for table_then in (None, b"".join(whole.splitlines(True)[:2])):
        Path("kw.csv").unlink() if table_then is None else Path("kw.csv").write_bytes(table_then)
        Path("kw.csv.jsonl").write_bytes(lines[:-9])
        assert summary(cli(*words)).startswith("3 of 5 done, 2 of them before")
        assert Path("kw.csv").read_bytes() == whole


def cut_short(path: Path) -> None:
    """Leave out the end of a picture: the rest of it is still read."""
    Image.effect_noise((300, 200), 60).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:-2000])


def test_a_column_of_warnings(cli, pictures: Path) -> None:
    """Where a row has one, as the last column."""
    words = ("batch", "photos", "-p", ASK, "-o", "kw.csv")
    assert cli(*words).code == 7
    assert "warnings" not in table("kw.csv")[0]
    cut_short(pictures / "damaged.jpg")
    assert cli(*words).code == 7
    [*others, said] = zip(
        *([row[name] for row in table("kw.csv")] for name in ("id", "warnings")), strict=True
    )
    [(name, warning)] = [each for each in (*others, said) if each[1]]
    assert name == "damaged.jpg"
    assert warning.startswith("photos/damaged.jpg ends early")
    record(warning)
    assert list(table("kw.csv")[0])[-2:] == ["finish_reason", "warnings"]


@pytest.mark.parametrize("rows_left", [6, 2], ids=["finished", "killed"])
def test_a_table_without_the_column(cli, pictures: Path, rows_left: int) -> None:
    """As the version before wrote it, of all rows or at an earlier run, it is continued."""
    cut_short(pictures / "damaged.jpg")
    words = ("batch", "photos", "-p", ASK, "-o", "kw.csv")
    assert cli(*words).code == 7
    whole = Path("kw.csv").read_bytes()
    with Path("kw.csv").open(encoding="utf-8", newline="") as file:
        lines = [row[:-1] for row in csv.reader(file)][: rows_left + 1]
    with Path("kw.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    if rows_left < 6:  # rows were appended to the lines after the table was written
        os.utime("kw.csv", (9, 9))
    assert summary(cli(*words)).startswith("4 of 6 done, 4 of them before")
    assert Path("kw.csv").read_bytes() == whole


PARTS = {
    "shop": {"const": "=A1"},
    "total": {"const": -2.5},
    "paid": {"const": True},
    "tags": {"const": ["a", None]},
    "rest": {"type": "null"},
    "error": {"const": "none"},
    "@count": {"const": 7},
}
FORM = json.dumps(
    {"type": "object", "properties": PARTS, "required": [*PARTS], "additionalProperties": False}
)
HEADER = ["id", "image", "question", *PARTS, "error", "finish_reason"]
HEADER[8:10] = ["answer_error", "'@count"]


def test_the_fields_of_a_schema_are_columns(cli, pictures: Path) -> None:
    """A cell is what the field says: no formula, null is empty, lists are JSON, numbers stay."""
    words = ("batch", "photos/cut.png", "photos/pie-chart.png", "-p", ASK, "--schema", FORM)
    assert cli(*words, "-o", "kw.csv").code == 7
    failed, row = table("kw.csv")
    assert list(row)[:12] == HEADER
    assert list(row.values())[2:10] == [ASK, "'=A1", "-2.5", "true", '["a", null]', "", "none", "7"]
    assert (set(list(failed.values())[3:10]), failed["error"][:5]) == ({""}, "image")
    value = {name: part.get("const") for name, part in PARTS.items()}
    assert read_rows("kw.csv.jsonl")[1]["value"] == value
    lists = '{"type": "array", "items": {"const": 1}, "minItems": 1, "maxItems": 1}'
    cli("batch", *words[2:5], "--schema", lists, "-o", "list.csv").ok  # noqa: B018
    assert table("list.csv")[0]["answer"].strip() == "[1]"


def test_columns_are_those_of_the_answers(cli, pictures: Path) -> None:
    """A run with another schema failed; the next one was killed after its first answer."""
    first, second = "photos/all-orange.png", "photos/pie-chart.png"
    form = ("--schema", FORM, "-o", "kw.csv")
    cli("batch", second, "-p", ASK, "--schema", "shop", "--max-tokens", "1", "-o", "shop.csv")
    cli("batch", first, "-p", ASK, *form).ok  # noqa: B018
    failed = Path("shop.csv.jsonl").read_bytes()
    Path("kw.csv.jsonl").write_bytes(failed + Path("kw.csv.jsonl").read_bytes())
    Path("kw.csv").unlink()

    cli("batch", first, second, "-p", ASK, *form, "--limit", "1").ok  # noqa: B018
    answered, waiting = table("kw.csv")
    assert list(answered) == HEADER
    assert answered["answer_error"] == "none"
    assert waiting["error"].startswith("answer_incomplete")


def test_a_table_for_a_spreadsheet(cli, pictures: Path) -> None:
    """The same answers in another form, with nothing asked again, there and back."""
    words = ("batch", "photos/pie-chart.png", "-p", ASK, "--schema", FORM, "-o", "kw.csv")
    cli(*words).ok  # noqa: B018
    plain = Path("kw.csv").read_bytes()
    assert summary(cli(*words, "--set", "table=excel")) == "1 of 1 done, 1 of them before."
    text = Path("kw.csv").read_bytes().decode()
    assert text.startswith("\ufeffid;image;question;")
    assert "'=A1;-2,5;true;" in text
    assert summary(cli(*words)) == "1 of 1 done, 1 of them before."
    assert Path("kw.csv").read_bytes() == plain


def test_the_names_of_other_columns_are_collected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They were copied for each of the fields."""
    collections = []
    free_name = answer_formats._free_name

    def counted(name: str, prefix: str, taken: Any, *rest: Any) -> str:
        collections.append(taken)
        return free_name(name, prefix, taken, *rest)

    monkeypatch.setattr(answer_formats, "_free_name", counted)
    names = [f"n{number}" for number in range(100)]
    document = {
        "input": dict.fromkeys((*names, "id", "input_id", "=1+1"), 1),
        "options": {"schema": {"properties": dict.fromkeys((*names, "image"))}},
    }
    assert answer_formats.columns_of([document]) == [
        *(f"input_{name}" for name in (*names, "id")),
        *("input_input_id", "'=1+1", "id", "image", "question", *names, "answer_image"),
        *("error", "finish_reason"),
    ]
    assert len(collections) == 204
    assert len({id(taken) for taken in collections}) == 2


def test_other_columns_of_the_input(cli, pictures: Path, opened: FlashSloth) -> None:
    """They come first, as they were written, and follow the input without asking again."""
    Path("rows.csv").write_text(
        "Album,image,answer,id,=n,prompt,system\n"
        '"a, ""b""",photos/pie-chart.png,yes,7,=1+1,,Be short.\n,photos/stop-sign.png,,8,-x,Why?,\n'
    )
    words = ("batch", "rows.csv", "-p", ASK, "-o", "kw.csv")
    cli(*words).ok  # noqa: B018
    first, second = table("kw.csv")
    inputs = ["Album", "input_answer", "'=n"]
    assert list(first) == [*inputs, "id", "image", "question", "answer", "error", "finish_reason"]
    assert [first[name] for name in (*inputs, "id")] == ['a, "b"', "yes", "=1+1", "7"]
    assert [second[name] for name in (*inputs, "id")] == ["", "", "-x", "8"]
    created = times("kw.csv.jsonl")
    assert read_rows("kw.csv.jsonl")[1]["input"] == {"Album": "", "answer": "", "=n": "-x"}
    Path("rows.csv").write_text(
        Path("rows.csv").read_text().replace("Album", "Place").replace("yes", "no")
    )
    assert summary(cli(*words)) == "2 of 2 done, 2 of them before."
    assert list(table("kw.csv")[0].values())[:2] == ['a, "b"', "no"]
    assert list(table("kw.csv")[0])[:2] == ["Place", "input_answer"]
    assert times("kw.csv.jsonl") == created
    write_rows(
        "rows.jsonl",
        *({"image": row["image"], "prompt": row["question"]} for row in table("kw.csv")),
        {"image": "photos/cut.png", "n": [1], "b": False, "x": 1.5, "none": None, "ID": "k"},
    )
    assert cli("batch", "rows.jsonl", "-p", ASK, "-o", "more.tsv").code == 7
    last = table("more.tsv")[2]
    assert list(last)[:5] == ["n", "b", "x", "none", "input_ID"]
    assert list(last.values())[:6] == ["[1]", "false", "1.5", "", "k", "cut.png"]


def test_killed_while_other_columns_are_written(
    cli, pictures: Path, opened: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is new, and the file beside it not sorted yet: it explains the table all the same."""
    rows = "n,image\n{},photos/pie-chart.png\n{},photos/stop-sign.png\n"
    Path("rows.csv").write_text(rows.format(1, 2))
    words = ("batch", "rows.csv", "-p", ASK, "-o", "kw.csv")
    cli(*words).ok  # noqa: B018
    Path("rows.csv").write_text(rows.format(3, 4))
    with monkeypatch.context() as patch:
        patch.setattr(OutputFile, "_sort", mock.Mock(side_effect=KeyboardInterrupt))
        assert cli(*words).code == 130
    assert [row["n"] for row in table("kw.csv")] == ["3", "4"]
    assert summary(cli(*words)) == "2 of 2 done, 2 of them before."
    assert [row["n"] for row in table("kw.csv")] == ["3", "4"]
    assert [row["input"] for row in read_rows("kw.csv.jsonl")] == [{"n": "3"}, {"n": "4"}]


def test_a_table_that_others_wrote_stays(cli, pictures: Path, opened: FlashSloth) -> None:
    words = ("batch", "photos", "-p", ASK, "-o", "kw.csv")
    cli(*words)
    edited = Path("kw.csv").read_bytes() + b"my own,,,,,\n"
    Path("kw.csv").write_bytes(edited)
    for modified in (time.time() + 9, 9):  # copied, it may be older than the lines
        os.utime("kw.csv", (modified, modified))
        cli(*words).refused("input", "kw.csv was changed ")
    Path("kw.csv.jsonl").rename("lines")
    cli(*words).refused("input", "kw.csv has no kw.csv.jsonl ")
    assert Path("kw.csv").read_bytes() == edited
    Path("lines").rename("kw.csv.jsonl")
    Path("kw.csv").rename("mine.csv")
    assert summary(cli(*words)).startswith("3 of 5 done, 3 of them before")
    cli("batch", "kw.csv.jsonl", "-o", "kw.csv", "--force").refused("input", "kw.csv.jsonl is also ")
    assert cli(*words, "--force").code == 7
    assert len(table("kw.csv")) == 5


# what a spreadsheet would compute, with ^ for each apostrophe, and what it would not
CELLS = (
    *("^=1", "^+a", "^-a", "^@a", "^\t^=1", "^\r1", "^- a list", "^-1+1", "^-5;x", "^=1;^=1"),
    *("^＝1", "^＋1", "^－1", "^＠a", "^\n^=1", "^\n^@a", "^\n\n＋ a", "^\n- a list", "^\r\n^＝1"),
    *(
        "a;^=1+1",
        "a;^+b",
        "a;^-b",
        "a;^@b",
        "a;^＝1",
        "a;^－1",
        "a\t^=1",
        "a\t^＠b",
        ";^=1",
        "a;;^=1;^=2",
    ),
    *("a;^-5 x", "1;-5;^-1+1;+3,2 %", "a\n^=1", "a\n^@b", "a\r\n^=1", "a\n^+b", "a\n^-b", "a\n^＝1"),
    *("a\n^---\nb", "a\n^＋b", "a\n^-5 apples", "a\r^=1"),
    *(
        "-5",
        "+3.2",
        "-1,000.5 %",
        "a=1",
        "",
        "'=1",
        "a; -b",
        "a; =1",
        "a,=1",
        "1;-5",
        "1;-5;+3,2 %\t-1",
    ),
    *("a\n- b\n+ c", "a\n-5\nb", "a\n-", "a\n－ b", "a\n\tb", "a;", "a\n+\nb", "a;-5\nb"),
)


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_spreadsheet_would_compute(cell: str) -> None:
    document = {"response": cell.replace("^", ""), "input": {"mine": cell.replace("^", "")}}
    for name in ("a.csv", "a.tsv"):
        style = answer_formats.TableStyle.of(Path(name), excel=False)
        header, row = answer_formats.table_lines([document], style, ["mine", "answer"])
        text = (header + row).decode()
        [_, found] = csv.reader(io.StringIO(text, newline=""), delimiter=style.delimiter)
        assert found == [cell.replace("^", ""), cell.replace("^", "'")]


def test_the_ending_promises_something_else(cli, pictures: Path, opened: FlashSloth) -> None:
    """A warning if the file is text, else an error; --dry-run says so too."""
    # the last time the batch is resumed
    for more in (["--dry-run"], [], []):
        done = cli("batch", "photos", "-p", ASK, "-o", "kw.txt", "-q", *more)
        assert "warning: kw.txt will have JSON lines" in done.err
    assert len(read_rows("kw.txt")) == 5
    assert "warning" not in cli("batch", "photos", "-p", ASK, "-o", "kw.ndjson", "-q").err
    for name in ("kw.xlsx", "KW.XLSX", "kw.parquet", "kw.jsonl.gz", "kw.png", "kw.db"):
        for more in ([], ["--dry-run"], ["--force"], ["--watch"]):
            cli("batch", "photos", "-p", ASK, "-o", name, *more).refused(2, ".csv", ".jsonl")
            assert not Path(name).exists()


@pytest.mark.parametrize("output", ["no/kw.jsonl", "notes.jsonl", "notes.csv", "alone.csv", "photos"])
def test_the_output_is_checked_before_torch_is_imported(
    cli, pictures: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    Path("notes.jsonl").write_text('{"note": "of another program"}\n')
    Path("notes.csv.jsonl").write_text('{"note": "of another program"}\n')
    Path("alone.csv").write_text("image,answer\n")
    monkeypatch.setitem(sys.modules, "flashsloth.model.network", None)  # its import fails
    cli("batch", "photos", "-p", ASK, "-o", output).refused(3)


@pytest.fixture
def stdout_is_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "is_terminal", lambda stream: stream is streams.answers())


@pytest.mark.usefixtures("stdout_is_a_terminal")
def test_a_terminal_gets_a_line_for_each_answer(cli, pictures: Path, opened: FlashSloth) -> None:
    """In their order, with the errors among them."""
    done = cli("batch", "photos", "-p", ASK)
    assert done.code == 7
    lines = done.out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"photos/{name}" for name in sorted(NAMES)]
    assert [line.partition(": ")[2] for line in lines] == [
        cli("ask", f"photos/{name}", ASK).out.strip() for name in sorted(NAMES)
    ]
    failed = ("photos/broken.png", "photos/cut.png")
    assert [done.err.count(name) for name in failed] == [1, 1]
    assert summary(done) == "3 of 5 done, 2 failed."


@pytest.mark.usefixtures("forked")
def test_the_line_of_progress_is_no_part_of_an_answer(terminal, pictures: Path, tmp_path: Path) -> None:
    words = ("batch", "photos", "-p", ASK, "-m", "nano", "--batch-size", "1", "--max-tokens", "5")
    asking = terminal(*words, driver="slow")  # with the time for a line of progress
    shown = [line for line in asking.end().splitlines() if line]
    assert asking.exitstatus == 7
    answers = [line for line in shown if line.startswith("photos/")]
    assert [line.partition(": ")[0] for line in answers] == [f"photos/{name}" for name in sorted(NAMES)]
    assert not [line for line in shown if "answering" in line]
    assert re.search(r"answering: [1-4] of 5", asking.raw)  # a line is not shown for every answer


def test_nano_says_once_that_it_knows_no_photographs(cli, home: Path) -> None:
    """In a pipe, in the last lines, and only if it could not tell."""
    koala = Path(__file__).parents[2] / "photographs" / "koala.jpg"
    words = ("batch", koala, koala, "-p", "What is in this picture?", "-o", "kw.jsonl", "--force")
    assert [line.partition(" ")[0] for line in cli(*words).ok.err.splitlines()] == ["note:", "2"]
    render.note_once.cache_clear()
    assert len(cli("batch", IMAGES / NAMES[0], *words[3:]).ok.err.splitlines()) == 1
    for more in (["-m", "nano"], ["-q"]):
        render.note_once.cache_clear()
        assert "flashsloth pull" not in cli(*words, *more).err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "rows.csv",
            "\ufeffimage;question;id;system\r\nstop-sign.png;Why?;;\r\npie-chart.png;;7;Be short.\r\n;;;\r\n",
        ),
        (
            "rows.json",
            '[{"image": "stop-sign.png", "question": "Why?"},\n'
            '{"image": "pie-chart.png", "id": "7", "system": "Be short."},\n{"a": 1}]',
        ),
    ],
)
def test_rows_of_a_data_file(cli, pictures: Path, opened: FlashSloth, name: str, text: str) -> None:
    Path("photos", name).write_text(text, encoding="utf-8", newline="")
    rows = cli("batch", f"photos/{name}", "-p", ASK).rows
    assert [row["prompt"] for row in rows] == ["Why?", ASK, None]
    assert [row["id"] for row in rows] == [
        "stop-sign.png",
        "7",
        rows[2]["source"].removeprefix("photos/"),
    ]
    assert rows[1]["system"] == "Be short." != rows[0]["system"]
    assert rows[0]["source"] == f"photos/{name}:{1 if name.endswith('json') else 2}"
    assert rows[2]["error"]["code"] == "data_bad_row"
    record(rows[2]["error"]["message"])


def test_other_columns_and_line_ends_are_named(cli, pictures: Path, opened: FlashSloth) -> None:
    Path("rows.csv").write_text("Path,question\nphotos/cut.png,What?\n")
    cli("batch", "rows.csv").refused(3, "rows.csv:2: the key path is not ")
    assert cli("batch", "rows.csv", "--no-picture").code == 0
    Path("rows.csv").write_bytes(b"image,question\rphotos/cut.png,What?\r")
    old = cli("batch", "rows.csv")
    old.refused("data_unreadable", "rows.csv has lines ")
    _, hint = old.error
    done = subprocess.run(hint.partition(" writes")[0], shell=True, check=True)
    assert (done.returncode, Path("new.csv").read_text()) == (
        0,
        "image,question\nphotos/cut.png,What?\n",
    )
    rows = cli("batch", "-", "-p", ASK, input=b"photos/stop-sign.png\rphotos/pie-chart.png\r").rows
    assert [row["source"] for row in rows] == ["photos/stop-sign.png", "photos/pie-chart.png"]


def test_a_row_a_page(cli, home: Path, opened: FlashSloth) -> None:
    """Not with a sidecar, which a file has one of, nor in a data file: there a warning says what was
    read."""
    first, *others = (Image.open(IMAGES / name).convert("RGB") for name in NAMES)
    for name in ("scan.tif", "scan.gif"):
        first.save(name, save_all=True, append_images=others)
    words = ("batch", "scan.tif", "scan.gif", "scan.tif#2", "-p", ASK, "-o", "kw.jsonl")
    assert cli(*words).code == 0
    pages = [f"{name}#{page}" for name in ("scan.tif", "scan.gif") for page in (1, 2, 3)]
    rows = read_rows("kw.jsonl")
    assert [row["source"] for row in rows] == [*pages, "scan.tif#2"]
    assert [row["id"] for row in rows] == [*pages, "scan.tif#2#2"]
    assert [row["response"] for row in rows[:3]] == [
        opened.chat(IMAGES / name).ask(ASK).text() for name in NAMES
    ]
    assert [row["warnings"] for row in rows] == [[]] * 7
    os.utime("scan.tif", (1, 1))
    assert summary(cli(*words)) == "7 of 7 done, 7 of them before."
    write_rows("rows.jsonl", {"image": "scan.tif"})
    for source in (("rows.jsonl",), ("scan.tif", "--write", "txt")):
        row = cli("batch", *source, "-p", ASK, "-q").document
        assert row["warnings"][0].startswith("scan.tif: page 1 of 3")
    assert Path("scan.txt").is_file()


def test_ids_of_rows_without_one(cli, pictures: Path, opened: FlashSloth) -> None:
    Path("photos/b").mkdir()
    shutil.copy(IMAGES / NAMES[2], "photos/b/stop-sign.png")
    image = "photos/stop-sign.png"
    write_rows(
        *("rows.jsonl", {"image": image, "id": "stop-sign.png#2"}, {"image": image}, {"image": image}),
        *(
            {"image": "photos/b/stop-sign.png"},
            {"prompt": "Hello"},
            {"image": "https://x.test/a%20b.png?c=d/e"},
            "{",
        ),
    )
    words = ("batch", "rows.jsonl", "-p", ASK, "-o", "kw.jsonl", "--no-picture")
    assert cli(*words).code == 7
    names = [
        "stop-sign.png#2",
        "stop-sign.png",
        "stop-sign.png#3",
        "stop-sign.png#4",
        "rows.jsonl:5",
        "a%20b.png",
    ]
    assert [row["id"] for row in read_rows("kw.jsonl")] == [*names, "rows.jsonl:7"]
    # of an earlier version
    old = [{**row, "id": f"{number:032x}"} for number, row in enumerate(read_rows("kw.jsonl"))]
    write_rows("kw.jsonl", *old)
    assert summary(cli(*words)).startswith("5 of 7 done, 5 of them before")
    assert [row["id"] for row in read_rows("kw.jsonl")] == [*names, "rows.jsonl:7"]


def test_a_tree_of_folders(cli, pictures: Path, opened: FlashSloth) -> None:
    for folder in ("10", "9/deep", ".hidden", "empty"):
        Path("photos", folder).mkdir(parents=True)
        shutil.copy(IMAGES / NAMES[0], Path("photos", folder, "a.png")) if folder != "empty" else None
    Path("photos/9/loop").symlink_to("..", target_is_directory=True)
    done = cli("batch", "photos", "-r", "-p", ASK)
    assert [row["source"][7:] for row in done.rows] == [
        "9/deep/a.png",
        "10/a.png",
        *sorted([*NAMES, *BROKEN]),
    ]
    assert done.err.splitlines()[0] == "photos: skipped 1 hidden, 1 .txt"
    cli("batch", "photos/empty", "-r", "-p", ASK).refused(3, "photos/empty has no pictures")


def test_a_template(cli, pictures: Path, opened: FlashSloth) -> None:
    Path("t.toml").write_text('prompt = "Q: {question}"\nsystem = "Be short."\nmax_tokens = 3\n')
    write_rows(
        "rows.jsonl",
        {"image": "photos/stop-sign.png", "prompt": "What?"},
        {"image": "photos/stop-sign.png"},
    )
    words = ("batch", "rows.jsonl", "-t", "t.toml", "-p", "Red?", "-o", "kw.jsonl")
    assert cli(*words).code == 0
    rows = read_rows("kw.jsonl")
    assert [row["prompt"] for row in rows] == ["Q: What?", "Q: Red?"]
    assert (rows[0]["system"], rows[0]["options"]["max_tokens"]) == ("Be short.", 3)
    assert summary(cli(*words)) == "2 of 2 done, 2 of them before."
    Path("t.toml").write_text('prompt = "Describe it."\n')
    assert [row["prompt"] for row in cli("batch", "rows.jsonl", "-t", "t.toml").rows] == [
        "What?",
        "Describe it.",
    ]
