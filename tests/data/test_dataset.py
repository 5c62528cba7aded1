"""Data files: every form, every offset, and what cannot be read."""

from __future__ import annotations

import copy
import csv
import errno
import io
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flashsloth.data import row_index
from flashsloth.data.dataset import Rows, open_rows
from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import BadRow, DataUnreadable
from paths import ROOT

FOLDER_SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)


def llava(*texts: str, image: Any = None, **more: Any) -> dict[str, Any]:
    """A row of alternating human and gpt texts."""
    turns = [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]
    return {**({"image": image} if image is not None else {}), "conversations": turns, **more}


def messages(*contents: Any, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": c} for n, c in enumerate(contents)], **more}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def one(path: Path, row: Any, **options: Any) -> Sample:
    [sample] = open_rows([write(path / "t.jsonl", row)], **options)
    return sample


def bad(path: Path, row: Any) -> BadRow:
    rows = open_rows([write(path / "t.jsonl", row)])
    with pytest.raises(BadRow) as caught:
        rows[0]
    assert str(caught.value) == f"{path / 't.jsonl'}:1: {caught.value.message}"
    return caught.value


# What rows mean


def test_llava(tmp_path: Path) -> None:
    sample = one(tmp_path, llava("<image>\nWhat?", "A cat.", "Sure?", "Yes.", image="a/b.png", id=3))
    assert sample == Sample(
        (QAPair("What?", "A cat."), QAPair("Sure?", "Yes.")),
        str(tmp_path / "a/b.png"),
        None,
        f"{tmp_path / 't.jsonl'}:1",
    )


@pytest.mark.parametrize("typed", ["<image>\nWhat?", "What?\n<image>", "<image>What?", "  <image> What?", "What?"])
def test_the_mark_goes_wherever_it_stands(tmp_path: Path, typed: str) -> None:
    assert one(tmp_path, llava(typed, "A.", image="a.png")).turns == (QAPair("What?", "A."),)
    parts = [{"type": "image", "image": "a.png"}, {"type": "text", "text": typed}]
    assert one(tmp_path, messages(parts, "A.")).turns == (QAPair("What?", "A."),)
    assert one(tmp_path, {"image": "a.png", "question": typed, "answer": "A."}).turns == (QAPair("What?", "A."),)


def test_a_leading_answer_is_dropped_as_the_reference_does(tmp_path: Path) -> None:
    row = llava("q", "a")
    row["conversations"].insert(0, {"from": "gpt", "value": "Hello"})
    assert one(tmp_path, row).turns == (QAPair("q", "a"),)


def test_system_texts(tmp_path: Path) -> None:
    row = llava("q", "a")
    assert one(tmp_path, row).system is None
    assert one(tmp_path, {**row, "system": "Be brief."}).system == "Be brief."
    row["conversations"].insert(0, {"from": "system", "value": "Be long."})
    assert one(tmp_path, row).system == "Be long."
    said = {"messages": [{"role": "system", "content": "S"}, *messages("q", "a")["messages"]]}
    assert one(tmp_path, said).system == "S"


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "image": "a.png"},
        {"type": "image", "path": "a.png"},
        {"type": "image", "url": "a.png"},
        {"type": "image_url", "image_url": "a.png"},
        {"type": "image_url", "image_url": {"url": "a.png"}},
    ],
)
def test_messages_with_parts(tmp_path: Path, part: dict[str, Any]) -> None:
    sample = one(tmp_path, messages([part, {"type": "text", "text": "one "}, {"type": "text", "text": "two"}], "A."))
    assert (sample.image, sample.turns) == (str(tmp_path / "a.png"), (QAPair("one two", "A."),))


def test_messages_with_a_picture_beside_them(tmp_path: Path) -> None:
    for beside in ({"image": "a.png"}, {"images": ["a.png"]}):
        assert one(tmp_path, messages("q", "a", **beside)).image == str(tmp_path / "a.png")
        parts = [{"type": "image"}, {"type": "text", "text": "q"}]
        assert one(tmp_path, messages(parts, "a", **beside)).image == str(tmp_path / "a.png")


def test_text_alone(tmp_path: Path) -> None:
    for row in (llava("q", "a"), messages("q", "a"), {"question": "q", "answer": "a", "image": ""}):
        assert one(tmp_path, row).image is None
    assert one(tmp_path, messages("is <image> a tag?", "yes")).turns[0].question == "is <image> a tag?"


def test_picture_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")

    def path(given: str, **options: Any) -> str | None:
        return one(tmp_path, llava("q", "a", image=given), **options).image

    assert path("x/a.png") == str(tmp_path / "x/a.png")
    assert path("x/a.png", image_root=tmp_path / "root") == str(tmp_path / "root/x/a.png")
    assert path("/x/a.png", image_root=tmp_path) == "/x/a.png"
    assert path("~/a.png") == "/home/me/a.png"
    assert path("file:///x/a%20b.png") == "/x/a b.png"
    assert path("file:a.png") == str(tmp_path / "a.png")
    assert path("a.png", image_root="~/pictures") == "/home/me/pictures/a.png"
    monkeypatch.chdir(tmp_path)
    assert next(iter(open_rows(["t.jsonl"]))).image == "a.png"


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ([1, 2], "row"),
        ("text", "row"),
        ({}, "row"),
        ({"conversations": "x"}, "row"),
        ({"conversations": [3]}, "row"),
        (llava("q", 3), "row"),
        (messages("q", 3), "row"),
        (messages([{"type": "audio"}], "a"), "row"),
        ({"question": "q", "answer": 5}, "row"),
        (llava("q", "a", system=[1]), "row"),
        ({"conversations": []}, "roles"),
        (llava("q"), "roles"),
        (llava("q", "a", "q"), "roles"),
        ({"conversations": [{"from": ["human"], "value": "x"}, {"from": "gpt", "value": "x"}]}, "roles"),
        ({"conversations": [{"from": "human", "value": "x"}] * 2}, "roles"),
        ({"messages": [{"role": "assistant", "content": "x"}, {"role": "user", "content": "x"}]}, "roles"),
        ({"messages": [{"role": "user", "content": "x"}, {"role": "tool", "content": "x"}]}, "roles"),
        ({"messages": [*messages("q", "a")["messages"], {"role": "system", "content": "x"}]}, "roles"),
        (llava("", "a"), "empty_question"),
        (messages("q", "a", " \n", "a"), "empty_question"),
        (llava("<image>", " \n ", image="a.png"), "empty_answer"),
        ({"image": "a.png", "question": "q", "answer": None}, "empty_answer"),
        (llava("q", "a", image="https://x.org/a.png"), "image_path"),
        (llava("q", "a", image="data:image/png;base64,xx"), "image_path"),
        (llava("q", "a", image="file://other/a.png"), "image_path"),
        (llava("q", "a", image=5), "image_path"),
        (llava("q", "a", image=" "), "image_path"),
        (llava("q", "a", image="a\0b"), "image_path"),
        (messages([{"type": "image"}, {"type": "text", "text": "q"}], "a"), "image_path"),
        (llava("q", "a", image=["a.png", "b.png"]), "several_images"),
        (llava("q", "a", image=["a.png", "a.png"]), "several_images"),
        (llava("q", "a", image="a.png", images=["a.png", "a.png"]), "several_images"),
        (messages([{"type": "image"}, {"type": "image"}], "a", image="a.png"), "several_images"),
        (messages([{"type": "image", "image": "a.png"}] * 2, "a"), "several_images"),
        (messages([{"type": "image"}, {"type": "image"}], "a", images=["a.png", "a.png"]), "several_images"),
        (messages([{"type": "image", "image": "a.png"}, {"type": "image"}], "a", image="a.png"), "several_images"),
        (llava("q", "a", "<image>", "a", image="a.png"), "several_images"),
        (messages("q", "a", [{"type": "image", "image": "a.png"}], "a"), "several_images"),
        (messages([{"type": "image", "image": "a.png"}], "a", image="b.png"), "several_images"),
        (llava("<image>q", "a"), "image_place"),
        (llava("<image><image>", "a", image="a.png"), "image_place"),
        (llava("<image>", "a", "<image>", "a", image="a.png"), "image_place"),
        (llava("q", "see <image>", image="a.png"), "image_place"),
        ({"image": "a.png", "question": "<image> <image>", "answer": "a"}, "image_place"),
    ],
)
def test_bad_rows(tmp_path: Path, row: Any, kind: str) -> None:
    error = bad(tmp_path, row)
    assert (error.kind, error.hint) == (kind, "flashsloth data check FILE says what is wrong with it.")


def test_an_empty_question_is_fine_in_a_set_of_captions(tmp_path: Path) -> None:
    for row in (llava("<image>", "A cat.", image="a.png"), {"image": "a.png", "answer": "A cat."}):
        assert one(tmp_path, row, captions=True).turns == (QAPair("", "A cat."),)
        assert bad(tmp_path, row).kind == "empty_question"
    with pytest.raises(BadRow) as refused:
        one(tmp_path, llava("", "A cat."), captions=True)
    assert refused.value.kind == "empty_question"


BLANK = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f\ufe0f\u180b\U000e0100"  # printable for Python, seen by nobody


@pytest.mark.parametrize("empty", ["", " ", "\t \n", "\u00a0", "\u200b\ufeff", *BLANK, "".join(BLANK) + " "])
@pytest.mark.parametrize("kind", ["empty_question", "empty_answer"])
def test_texts_without_a_visible_character(tmp_path: Path, empty: str, kind: str) -> None:
    """In every form there is, beside a picture too."""
    question, answer = (empty, "A cat.") if kind == "empty_question" else ("What is it?", empty)
    part = [{"type": "image", "image": "a.png"}, {"type": "text", "text": question}]
    for row in (
        llava(f"<image>\n{question}", answer, image="a.png"),
        llava("Q", "A", question, answer, image="a.png"),
        messages(part, answer),
        messages("Q", "A", question, answer),
        {"image": "a.png", "question": question, "answer": answer},
    ):
        assert bad(tmp_path, row).kind == kind
    for name, delimiter in (("t.csv", ","), ("t.tsv", "\t")):
        cells = [f'"{cell}"' for cell in ("a.png", question, answer)]
        header = delimiter.join(("image", "question", "answer"))
        (tmp_path / name).write_text(f"{header}\n{delimiter.join(cells)}\n", encoding="utf-8")
        with pytest.raises(BadRow) as refused:
            open_rows([tmp_path / name])[0]
        assert refused.value.kind == kind


def test_bad_bytes(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"answer": "a"\n{"question": "q", "answer": "\xff"}\n{"question": "\\ud800", "answer": "a"}\n'
                     b'{"question": "q", "answer": "a"}\n' + b"[" * 100_000 + b"\n" + b"9" * 5000)  # fmt: skip
    rows = open_rows([path])
    kinds = []
    for row in range(len(rows)):
        try:
            rows[row]
            kinds.append("")
        except BadRow as error:
            kinds.append(error.kind)
    assert kinds == ["json", "encoding", "encoding", "", "json", "json"]


# Where rows are


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_lines(tmp_path: Path, end: str, bom: bytes) -> None:
    path = tmp_path / "t.jsonl"
    given = [llava(f"Frage {n} äöü 漢字 \u2028 \x85?", "Ja." * n) for n in range(1, 6)]
    text = end.join(json.dumps(row, ensure_ascii=False) for row in given[:3]) + end * 3
    text += end.join(json.dumps(row, ensure_ascii=False) for row in given[3:])
    path.write_bytes(bom + text.encode())
    rows = open_rows([path])
    assert [s.turns[0].question for s in rows] == [row["conversations"][0]["value"] for row in given]
    assert [rows.where(n)[1] for n in range(5)] == [1, 2, 3, 6, 7]
    assert rows[-1].source == f"{path}:7"
    assert rows.where(-1) == (str(path), 7)


def table(rows: list[list[str]], delimiter: str = ",", end: str = "\n", header: str = "image,question,answer") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return (header.replace(",", delimiter) + end + out.getvalue()).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_tables(tmp_path: Path, suffix: str, delimiter: str, end: str) -> None:
    path = tmp_path / f"t{suffix}"
    given = [["a.png", 'one\ntwo, "three"\t\n\n', "ä\r\nö"], ["", "q", '"'], ["b.png", "", 'a 5" disk']]
    path.write_bytes(b"\xef\xbb\xbf" + table(given, delimiter, end, header="Image,QUESTION,answer"))
    rows = open_rows([path], captions=True)
    got = [[s.image or "", s.turns[0].question, s.turns[0].answer] for s in rows]
    assert got == [[str(tmp_path / r[0]) if r[0] else "", *r[1:]] for r in given]
    assert [rows.where(n)[1] for n in range(3)] == [2, 7, 8]
    assert (rows.rough_lengths < 0).tolist() == [False, True, False]


def test_a_table_with_broken_records(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('question,answer,note\nq,a,\nq,a\nq,a,n,m\n\nq,"a,n\nq,a,\n')
    rows = open_rows([path])
    kinds = {}
    for n in range(len(rows)):
        try:
            rows[n]
        except BadRow as error:
            kinds[rows.where(n)[1]] = error.kind
    assert (len(rows), kinds) == (5, {3: "columns", 4: "columns", 6: "columns"})


def test_a_quote_that_is_never_closed_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,answer\n" + "q,a\n" * 3 + '"q,a\n' + "q,a\n" * 60_000)
    rows = open_rows([path])
    assert len(rows) == 60_004
    with pytest.raises(BadRow, match=r":5: a quote is opened and not closed"):
        rows[3]
    assert (rows[4].turns, rows.where(4)[1], rows.where(60_003)[1]) == ((QAPair("q", "a"),), 6, 60_005)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@FOLDER_SETTINGS
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_tables_against_csv(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(table([["", f"q{q}", f"a{a}"] for q, a in rows], end="\r\n"))
    got = [(s.turns[0].question, s.turns[0].answer) for s in open_rows([path])]
    assert got == [(f"q{q}", f"a{a}") for q, a in rows]


SPACE = st.text(" \t\r\n", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
    | st.sampled_from(['"', "\\", '\\"', "{", "}]", "[", ",", "\\\\", "ä漢"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def spaced(value: Any, draw: Any) -> str:
    """JSON with white space wherever it may stand."""

    def gap() -> str:
        return str(draw(SPACE))

    if isinstance(value, list):
        return "[" + gap() + ",".join(gap() + spaced(v, draw) + gap() for v in value) + "]"
    if isinstance(value, dict):
        inner = (f"{gap()}{json.dumps(k)}{gap()}:{gap()}{spaced(v, draw)}{gap()}" for k, v in value.items())
        return "{" + gap() + ",".join(inner) + "}"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@FOLDER_SETTINGS
@given(data=st.data(), values=st.lists(JSON, max_size=6), chunk=st.integers(1, 40))
def test_the_array_scanner_against_json(data: Any, values: list[Any], chunk: int) -> None:
    text = data.draw(SPACE) + spaced(values, data.draw) + data.draw(SPACE)
    raw = text.encode()
    assert json.loads(raw) == values
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_index, "CHUNK", chunk)
        found = row_index.scan_array(io.BytesIO(raw), "t.json", lambda done: None)
    sizes = np.abs(found.sizes)
    got = [raw[start : start + size] for start, size in zip(found.starts, sizes, strict=True)]
    assert [json.loads(piece) for piece in got] == values
    assert found.lines.tolist() == [raw[:start].count(b"\n") + 1 for start in found.starts]


@pytest.mark.parametrize("chunk", [1, 7, 2**20])
def test_broken_arrays(tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken element is one bad row, and the others are found."""
    monkeypatch.setattr(row_index, "CHUNK", chunk)
    good = '{"question": "q", "answer": "a"}'

    def lines_of_bad_rows(text: str) -> tuple[int, list[int]]:
        path = tmp_path / "t.json"
        path.write_text(text)
        rows = open_rows([path])
        wrong = []
        for n in range(len(rows)):
            try:
                assert rows[n].turns == (QAPair("q", "a"),)
            except BadRow:
                wrong.append(rows.where(n)[1])
        return len(rows), wrong

    assert lines_of_bad_rows(f"[\n{good},\n{good}\n]\n") == (2, [])
    assert lines_of_bad_rows(f"[{good} {good},,\n{good},]") == (3, [])
    assert lines_of_bad_rows(f'[\n{good},\n{{"a": [1, 2}},\n{good}]') == (3, [3])
    assert lines_of_bad_rows(f'[\n{good},\n{{"a": 1]}},\n{good}]') == (3, [3])
    assert lines_of_bad_rows(f'[\n{good},\n{{"a": "x}},\n{good}]') == (2, [3])
    assert lines_of_bad_rows(f'[\n{{"a": "x,\n"b": "y"}},\n{good}]') == (2, [2])
    assert lines_of_bad_rows(f"[\n{good},\n{good[:-5]}") == (2, [3])
    assert lines_of_bad_rows(f"[\n{good},\n{good}\n") == (3, [4])
    assert lines_of_bad_rows(f"[\n{good},\n}},\n{good}]") == (3, [3])
    assert lines_of_bad_rows(f"[\n{good}]\n\n{good}\n") == (2, [4])
    assert lines_of_bad_rows(f"[\n{good}]\n\nrest") == (2, [4])
    assert lines_of_bad_rows(f'[\n{good},\n5,\n"x"]') == (3, [3, 4])


def test_a_row_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_index, "LONGEST_ROW", 2000)
    monkeypatch.setattr(row_index, "CHUNK", 100)
    path = tmp_path / "t.json"
    path.write_text('[\n{"a": 1},\n{"b": 2,\n' + '{"answer": "x"},\n' * 1000 + "]")
    with pytest.raises(DataUnreadable, match=r"t\.json:3: no row ends within"):
        open_rows([path])


def test_a_row_longer_than_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_index, "LONGEST_ROW", 2000)
    path = write(tmp_path / "t.jsonl", {"question": "q", "answer": "a" * 1500}, {"question": "q", "answer": "b"})
    rows = open_rows([path])
    assert len(rows) == 2
    assert rows[1].turns[0].answer == "b"


# Several files, views, lengths, digests


@pytest.fixture
def several(tmp_path: Path) -> list[Path]:
    array = tmp_path / "b.json"
    array.write_text(json.dumps([llava(f"b{n}", "a", image="b.png") for n in range(3)], indent=1))
    (tmp_path / "c.csv").write_bytes(table([["", "c0", "a"], ["c.png", "c1", "a"]]))
    return [
        write(tmp_path / "a.jsonl", llava("a0", "a"), messages("a1", "a", image="a.png")),
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
    with pytest.raises(IndexError):
        rows[7]
    assert questions(rows[5:]) == ["c0", "c1"]


def test_select(several: list[Path]) -> None:
    rows = open_rows(several)
    view = rows.select([6, 0, -5])
    assert questions(view) == ["c1", "a0", "b0"]
    assert view.where(0) == rows.where(6)
    assert view.rough_lengths.tolist() == rows.rough_lengths[[6, 0, 2]].tolist()
    assert questions(view.select(np.array([2, 2]))) == ["b0", "b0"]
    assert len(rows.select([])) == 0
    with pytest.raises(IndexError):
        rows.select([7])


def test_pictures_are_told_from_text_in_the_index(tmp_path: Path) -> None:
    shown = [
        llava("q", "a", image="a.png"),
        messages([{"type": "image", "image": "a"}, {"type": "text", "text": "q"}], "a"),
        messages("q", "a", images=["a"]),
    ]
    plain = [
        llava("q", "a"),
        llava("q", 'say "image": "x"'),
        llava("q", "a", image=None) | {"image": None},
        messages("q", "image", images=[]),
        {"image": "", "question": "image", "answer": "image"},
    ]
    rows = open_rows([write(tmp_path / "t.jsonl", *shown, *plain)])
    assert (rows.rough_lengths > 0).tolist() == [s.image is not None for s in rows] == [True] * 3 + [False] * 5


def test_sha256(several: list[Path]) -> None:
    import hashlib

    assert open_rows(several[:1]).sha256() == hashlib.sha256(several[0].read_bytes()).hexdigest()
    both = open_rows(several[:2]).sha256()
    assert re.fullmatch("[0-9a-f]{64}", both)
    assert both != open_rows(several[1::-1]).sha256()


def test_a_file_that_changes_is_noticed(several: list[Path]) -> None:
    rows = open_rows(several)
    with several[0].open("a") as file:
        file.write("{}\n")
    with pytest.raises(DataUnreadable, match="was changed"):
        rows[0]


def test_rows_can_be_pickled_and_copied(several: list[Path]) -> None:
    rows = open_rows(several)
    assert rows[0].turns
    assert questions(pickle.loads(pickle.dumps(rows.select([1, 3])))) == ["a1", "b1"]
    assert questions(copy.copy(rows)) == questions(rows)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_in_the_workers_of_a_data_loader(several: list[Path], start: str) -> None:
    from torch.utils.data import DataLoader

    rows = open_rows(several)
    assert questions(rows)  # the file is open when workers are forked
    loader = DataLoader(rows, batch_size=2, num_workers=2, multiprocessing_context=start, collate_fn=questions)
    assert sum(loader, []) == questions(rows)  # noqa: RUF017


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_bad_row_in_a_worker_stays_a_bad_row(tmp_path: Path) -> None:
    from torch.utils.data import DataLoader

    loader = DataLoader(open_rows([write(tmp_path / "t.jsonl", {})]), num_workers=1, multiprocessing_context="fork")
    with pytest.raises(BadRow, match=r"t\.jsonl:1: it has neither"):
        list(loader)


# What cannot be read


def refused(path: Path) -> DataUnreadable:
    with pytest.raises(DataUnreadable) as caught:
        open_rows([path])
    assert path.name in str(caught.value)
    return caught.value


def test_missing_files(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", {})
    assert refused(tmp_path / "trian.jsonl").hint == f"Did you mean {tmp_path / 'train.jsonl'}?"
    assert "Known: LLaVA" in refused(tmp_path / "other.csv").hint
    assert refused(tmp_path / "no" / "such.csv")
    with pytest.raises(DataUnreadable):
        open_rows([])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.jsonl", b"", "is empty"),
        ("t.csv", b"\xef\xbb\xbf\n", "is empty"),
        ("t.json", b" [ ] ", "has no rows"),
        ("t.csv", b"image,question,answer\n\n", "has no rows"),
        ("t.csv", b"a,b\nc,d\n", "must name the columns image, question and answer, not a, b"),
        ("t.csv", b"answer,answer,image\n1,2,3\n", "the column answer is there twice"),
        ("t.jsonl", b"\x89PNG\r\n\x1a\n\0\0", "is a binary file"),
        ("t.jsonl", b"PK\x03\x04xxxx", "is a ZIP archive"),
        ("t.json", b"\x1f\x8bxxxx", "is a gzip archive"),
        ("t.jsonl", "{}".encode("utf-16"), "is text in UTF-16"),
        ("t.json", b"hello", "is in no known format"),
        ("t.txt", b"hello", "is in no known format"),
        ("t.json", b'{\n "a": 1\n}', "holds one object"),
        ("t.parquet", b"PAR1xxxx", "is a Parquet file"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in str(refused(tmp_path / name))


@pytest.mark.parametrize("call", ["stat", "open", "iterdir"])
def test_a_disk_that_fails(tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "t.jsonl", llava("q", "a"))
    real = getattr(Path, call)

    def failing(path: Path, *args: Any, **options: Any) -> Any:
        if path in (file, tmp_path):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *args, **options)

    monkeypatch.setattr(Path, call, failing)
    asked = tmp_path if call == "iterdir" else file
    assert str(refused(asked)) == f"{asked} cannot be read: {os.strerror(errno.EIO)}"


def test_a_file_that_goes_away_before_it_is_read(tmp_path: Path) -> None:
    rows = open_rows([write(tmp_path / "t.jsonl", llava("q", "a"))])
    (tmp_path / "t.jsonl").unlink()
    with pytest.raises(DataUnreadable, match=r"t\.jsonl cannot be read: "):
        rows[0]


def test_where_a_file_has_one_position_alone(several: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `pread`, as on Windows."""
    wanted = list(open_rows(several))
    monkeypatch.delattr(os, "pread")
    rows = open_rows(several)
    assert [rows[i] for i in reversed(range(len(rows)))] == wanted[::-1]


def test_folders(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    assert "with 0 data files" in str(refused(folder))
    write(folder / "train.jsonl", llava("q", "a"))
    (folder / "a.png").touch()
    assert len(open_rows([folder])) == 1
    write(folder / "more.csv", {})
    assert "2 data files (more.csv, train.jsonl)" in str(refused(folder))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.jsonl")
    assert "no regular file" in str(refused(tmp_path / "t.jsonl"))


# Cost

MEASURE = """
import json, resource, sys
from flashsloth.data.dataset import open_rows
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = open_rows([sys.argv[1]])
for row in range(0, len(rows), 1000):
    rows[row]
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
heavy = sorted({"torch", "transformers", "PIL"} & set(sys.modules))
print(json.dumps({"rows": len(rows), "grown": (after - before) * 1024, "heavy": heavy}))
"""


def generate(path: Path, count: int) -> None:
    row = json.dumps(llava("<image>\n" + 'What is the {total} of "this" receipt?' * 4, "It is %d.", image="p/%d.png"))
    with path.open("w") as file:
        array = path.suffix == ".json"
        file.write("[\n" if array else "")
        for number in range(count):
            last = number == count - 1
            file.write(row.replace("%d", str(number)) + ("\n" if last or not array else ",\n"))
        file.write("]\n" if array else "")


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory(tmp_path: Path, suffix: str, count: int) -> None:
    """24 bytes a row and 16 MB, whatever the file's size: 330 MB at a million rows."""
    path = tmp_path / f"t{suffix}"
    generate(path, count)
    done = subprocess.run([sys.executable, "-c", MEASURE, path], cwd=ROOT, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    assert measured["rows"] == count
    assert measured["grown"] < 24 * count + 16 * 2**20
    assert measured["heavy"] == []
