"""Data files as one sequence of rows: several files, selections, files that cannot be read, and
memory."""

from __future__ import annotations

import copy
import errno
import hashlib
import json
import os
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.utils.data import DataLoader

from data.helpers import llava, measure, messages, table, write_rows
from flashsloth.data import data_files
from flashsloth.data.data_files import Rows, open_rows
from flashsloth.errors import BadRow, DataUnreadable
from flashsloth.utils import system
from messages import record
from messages import refused as refused_as


@pytest.fixture
def several(tmp_path: Path) -> list[Path]:
    array = tmp_path / "b.json"
    array.write_text(json.dumps([llava(f"b{n}", "a", image="b.png") for n in range(3)], indent=1))
    (tmp_path / "c.csv").write_bytes(table([["", "c0", "a"], ["c.png", "c1", "a"]]))
    return [
        write_rows(tmp_path / "a.jsonl", llava("a0", "a"), messages("a1", "a", image="a.png")),
        array,
        tmp_path / "c.csv",
    ]


def questions(rows: Rows) -> list[str]:
    return [sample.turns[0].question for sample in rows]


def test_several_files(several: list[Path]) -> None:
    rows = open_rows(several)
    assert questions(rows) == ["a0", "a1", "b0", "b1", "b2", "c0", "c1"]
    assert len(rows) == 7
    assert rows.where(2) == (str(several[1]), 2)
    assert rows.where(6) == (str(several[2]), 3)
    assert (rows.rough_lengths > 0).tolist() == [False, True, True, True, True, False, True]
    assert rows.rough_lengths.dtype == np.int32
    assert questions(rows[5:]) == ["c0", "c1"]
    view = rows.select([6, 0, -5])
    assert (questions(view), view.where(0)) == (["c1", "a0", "b0"], rows.where(6))
    assert view.rough_lengths.tolist() == rows.rough_lengths[[6, 0, 2]].tolist()
    assert questions(view.select(np.array([2, 2]))) == ["b0", "b0"]
    assert len(rows.select([])) == 0
    for outside in (lambda: rows[7], lambda: rows.select([7])):
        with pytest.raises(IndexError):
            outside()


def test_the_index_knows_which_rows_have_a_picture(tmp_path: Path) -> None:
    part = [{"type": "image", "image": "a"}, {"type": "text", "text": "q"}]
    with_picture = [
        llava("q", "a", image="a.png"),
        messages(part, "a"),
        messages("q", "a", images=["a"]),
    ]
    without = [
        *(llava("q", "a"), llava("q", 'say "image": "x"'), llava("q", "a") | {"image": None}),
        *(messages("q", "image", images=[]), {"image": "", "question": "image", "answer": "image"}),
    ]
    rows = open_rows([write_rows(tmp_path / "t.jsonl", *with_picture, *without)])
    assert (
        (rows.rough_lengths > 0).tolist()
        == [s.image is not None for s in rows]
        == [True] * 3 + [False] * 5
    )


def test_a_table_that_begins_with_two_byte_order_marks(tmp_path: Path) -> None:
    """The first column was not called image, and the rows were learned without their pictures."""
    path = tmp_path / "t.csv"
    path.write_text("\ufeff\ufeffimage,question,answer\na.png,q,a\n", encoding="utf-8")
    assert open_rows([path])[0].image == str(tmp_path / "a.png")


def test_sha256(several: list[Path]) -> None:
    assert open_rows(several[:1]).sha256() == hashlib.sha256(several[0].read_bytes()).hexdigest()
    both = open_rows(several[:2]).sha256()
    assert re.fullmatch("[0-9a-f]{64}", both)
    assert both != open_rows(several[1::-1]).sha256()


def test_a_changed_file(several: list[Path]) -> None:
    rows = open_rows(several)
    with several[0].open("a") as file:
        file.write("{}\n")
    with pytest.raises(DataUnreadable, match="was changed"):
        rows[0]
    several[0].unlink()
    with pytest.raises(DataUnreadable, match=r"a\.jsonl cannot be read: "):
        rows[1]


def test_a_file_that_is_truncated_while_it_is_indexed_or_read(tmp_path: Path) -> None:
    """A memory-mapped file ended the process (SIGBUS)."""
    path = write_rows(
        tmp_path / "t.jsonl", *[{"image": "a.png", "question": "q", "answer": "a"}] * 9000
    )
    rows = open_rows([path])
    assert rows[0].image == str(tmp_path / "a.png")
    shrunk = open_rows([path], on_progress=lambda *_: os.truncate(path, 100))
    assert 4096 <= len(shrunk) < 9000
    for each in (rows, shrunk):
        with refused_as("data_unreadable", "t.jsonl was changed "):
            each[4000]


def test_rows_can_be_pickled_and_copied(several: list[Path]) -> None:
    rows = open_rows(several)
    assert rows[0].turns
    assert questions(pickle.loads(pickle.dumps(rows.select([1, 3])))) == ["a1", "b1"]
    assert questions(copy.copy(rows)) == questions(rows)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("start", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_workers_of_a_data_loader(several: list[Path], start: str) -> None:
    rows = open_rows(several)
    assert questions(rows)  # the file is open when workers are forked
    loader = DataLoader(
        rows,
        batch_size=2,
        num_workers=2 if start == "fork" else 1,  # each that is spawned imports torch
        multiprocessing_context=start,
        collate_fn=questions,
    )
    assert sum(loader, []) == questions(rows)  # noqa: RUF017


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_bad_row_in_a_worker(tmp_path: Path) -> None:
    rows = open_rows([write_rows(tmp_path / "t.jsonl", {})])
    loader = DataLoader(rows, num_workers=1, multiprocessing_context="fork")
    samples = iter(loader)
    with pytest.raises(BadRow, match=r"t\.jsonl:1: "):
        next(samples)
    assert list(samples) == []  # or the worker would be waited for


# What cannot be read


def refused(path: Path) -> DataUnreadable:
    with pytest.raises(DataUnreadable) as caught:
        open_rows([path])
    assert path.name in str(caught.value)
    record(f"{caught.value}\n{caught.value.hint}")
    return caught.value


MAC = b'\xef\xbb\xbfimage,question,answer\ra.png,What?,red\rb.png,Which?,"red\rblue"\r'


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("t.jsonl", b"", "is empty"),
        ("t.json", b" [ ] ", "has no rows"),
        ("t.csv", b"a,b\nc,d\n", "not a, b"),
        (
            "t.csv",
            b'{"question": "q", "answer": "a"}\n',
            "t.jsonl",
        ),
        ("t.tsv", b"[{}]", "Rename it to t.json."),
        (
            "t.jsonl",
            b'"image","question",answer\na.png,q,a\n',
            "t.csv",
        ),
        ("t.ndjson", b"Prompt\tanswer\nq\ta\n", "Rename it to t.tsv."),
        ("t.csv", b"image;text\na.png;q\n", "image;question;answer"),
        *(("t.csv", text, "carriage return") for text in (MAC, MAC.replace(b"red\r", b"red\n"))),
        ("t.csv", b"answer,answer,image\n1,2,3\n", "named answer"),
        *(
            ("t.jsonl", b"\x89PNG\r\n\x1a\n\0\0", "binary"),
            ("t.jsonl", "{}".encode("utf-16"), "is text in UTF-16"),
        ),
        *(
            ("t.jsonl", b"PK\x03\x04xxxx", "is a ZIP archive"),
            ("t.parquet", b"PAR1xxxx", "is a Parquet file"),
        ),
        ("t.json", b"hello", "unknown format"),
        ("t.json", b'{\n "a": 1\n}', "one object"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name)
    assert problem in f"{error} {error.hint}"


class CountedName(str):
    """Counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedName.compared += 1
        return str.__eq__(self, other)

    def lower(self) -> CountedName:
        return self

    __hash__ = str.__hash__


def test_each_column_is_compared_with_few_others() -> None:
    names = [CountedName(f"column {number}") for number in range(1000)]
    header = [*names, *map(CountedName, ("answer", "image"))]
    data_files._check_header(Path("t.csv"), header, ",", answers=True)
    assert CountedName.compared < 5 * len(header)
    with refused_as("data_unreadable", "named column 7"):
        data_files._check_header(Path("t.csv"), [*header, CountedName("column 7")], ",", answers=True)


def test_missing_files_folders_and_pipes(tmp_path: Path) -> None:
    write_rows(tmp_path / "train.jsonl", llava("q", "a"))
    assert str(tmp_path / "train.jsonl") in refused(tmp_path / "trian.jsonl").hint
    assert "train.jsonl" not in refused(tmp_path / "other.csv").hint
    assert refused(tmp_path / "no" / "such.csv")
    with pytest.raises(DataUnreadable):
        open_rows([])
    (tmp_path / "a.png").touch()
    assert len(open_rows([tmp_path])) == 1
    write_rows(tmp_path / "more.csv", {})
    assert "2 data files (more.csv, train.jsonl)" in str(refused(tmp_path))
    (folder := tmp_path / "set").mkdir()
    assert "with 0 data files" in str(refused(folder))
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "t.jsonl")
        assert refused(folder / "t.jsonl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.timeout(20)
def test_a_file_replaced_by_a_pipe_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it was looked at, or after it was indexed."""
    rows = open_rows([write_rows(tmp_path / "t.jsonl", llava("q", "a"))])
    os.unlink(tmp_path / "t.jsonl")
    os.mkfifo(tmp_path / "t.jsonl")
    with refused_as("data_unreadable", "regular file"):
        rows[0]
    monkeypatch.setattr(data_files, "locate", Path)
    assert "regular file" in str(refused(tmp_path / "t.jsonl"))


@pytest.mark.parametrize("call", ["open_regular", "iterdir"])
def test_a_failing_disk(tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_rows(tmp_path / "t.jsonl", llava("q", "a"))

    def failing(*_: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path if call == "iterdir" else system, call, failing)
    path = tmp_path if call == "iterdir" else file
    error = refused(path)
    assert os.strerror(errno.EIO) in str(error)
    assert "permissions" in error.hint


def test_a_file_in_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be there, but nothing is known of it."""
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    assert "no permission" in str(refused(tmp_path / "t.csv"))


def test_reading_without_pread(several: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `pread`, as on Windows."""
    expected = list(open_rows(several))
    monkeypatch.delattr(os, "pread")
    rows = open_rows(several)
    assert [rows[i] for i in reversed(range(len(rows)))] == expected[::-1]


# Cost


def generate(path: Path, count: int) -> None:
    """Write rows as lines, or as an array."""
    row = json.dumps(
        llava("<image>\n" + 'What is the {total} of "this" receipt?' * 4, "It is %d.", image="p/%d.png")
    )
    begin, between, end = ("[\n", ",\n", "\n]\n") if path.suffix == ".json" else ("", "\n", "\n")
    with path.open("w") as file:
        file.write(begin)
        file.writelines(
            (between if number else "") + row.replace("%d", str(number)) for number in range(count)
        )
        file.write(end)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_memory_of_many_rows(tmp_path: Path, suffix: str) -> None:
    """24 bytes a row and 3 MB, whatever the file's size: 64 MB."""
    count = 200_000
    path = tmp_path / f"t{suffix}"
    generate(path, count)
    rows, taken, heavy = measure(path, "read")
    assert rows == count
    assert taken < 24 * count + 3 * 2**20
    assert heavy == []
