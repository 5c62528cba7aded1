"""Where rows begin and end: lines, tables and arrays, sound and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.helpers import bad_rows, llava, table
from flashsloth.data import row_index
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import QAPair
from flashsloth.errors import BadRow, DataUnreadable


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2])
def test_lines(tmp_path: Path, end: str, bom: bytes) -> None:
    path = tmp_path / "t.jsonl"
    expected = [llava(f"Frage {n} äöü 漢字 \u2028 \x85?", "Ja." * n) for n in range(1, 6)]
    text = end.join(json.dumps(row, ensure_ascii=False) for row in expected[:3]) + end * 3
    text += end.join(json.dumps(row, ensure_ascii=False) for row in expected[3:])
    path.write_bytes(bom + text.encode())
    rows = open_rows([path])
    assert [s.turns[0].question for s in rows] == [row["conversations"][0]["value"] for row in expected]
    assert [rows.where(n)[1] for n in range(5)] == [1, 2, 3, 6, 7]
    assert rows[-1].source == f"{path}:7"
    assert rows.where(-1) == (str(path), 7)


def test_a_table_with_bad_records(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('question,answer,note\nq,a,\nq,a\nq,a,n,m\n\nq,"a,n\nq,a,\n')
    rows = open_rows([path])
    assert (len(rows), bad_rows(rows)) == (5, {3: "columns", 4: "columns", 6: "columns"})


@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
def test_an_unclosed_quote_spoils_one_line(tmp_path: Path, name: str) -> None:
    """And a cell over 131,072 characters, where Python stops, is read."""
    path, between, long = (
        tmp_path / name,
        "\t" if name == "t.tsv" else ",",
        "\N{CJK UNIFIED IDEOGRAPH-6F22}" * 50_000,
    )
    given = [("q", "a"), (long, f'"{long}"'), ("q", "a"), ('"q', "a"), *[("q", "a")] * 60_000]
    path.write_text(
        "".join(f"{between.join(row)}\n" for row in [("question", "answer"), *given]), encoding="utf-8"
    )
    rows = open_rows([path])
    assert len(rows) == 60_004
    assert rows[1].turns == (QAPair(long, long),)
    with pytest.raises(BadRow, match=":5: ") as caught:
        rows[3]
    assert caught.value.kind == "columns"
    assert (rows[4].turns, rows.where(4)[1], rows.where(60_003)[1]) == ((QAPair("q", "a"),), 6, 60_005)


BACKSLASHED = [
    'q,"She said \\"no\\""\n',
    '"What \\"is\\" it?",a\n',
    '"a \\"b\\", c",d\n',
    '"Is it \\"",a\n',
    '"Is it \\"",a\n"Is it \\"",b\n',  # one record, in which the second quote ends a cell
]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
@pytest.mark.parametrize("text", BACKSLASHED)
def test_quotes_after_backslashes(tmp_path: Path, name: str, text: str) -> None:
    between = "\t" if name == "t.tsv" else ","
    path = tmp_path / name
    path.write_text(f"question,answer\nq,a\n{text}".replace(",", between))
    rows = open_rows([path])
    assert bad_rows(rows) == dict.fromkeys(range(3, len(rows) + 2), "columns")
    with pytest.raises(BadRow, match="quote"):
        rows[1]


def test_backslashes_that_escape_nothing(tmp_path: Path) -> None:
    cells = [["C:\\", "a"], ['a \\"b', 'a\\"'], ['5\\" pipe', "\\"], ["q", 'a, \\"b\\"']]
    (tmp_path / "t.csv").write_bytes(table(cells, header="question,answer"))
    assert [
        [turn.question, turn.answer]
        for [turn] in (row.turns for row in open_rows([tmp_path / "t.csv"]))
    ] == cells
    (tmp_path / "t.csv").write_text('question,answer\n5\\" pipe,"C:\\"\n')
    assert open_rows([tmp_path / "t.csv"])[0].turns == (QAPair('5\\" pipe', "C:\\"),)


READABLE = {
    "empty columns": "image,question,answer,,\n,q,a,,\n,q,a\n",
    "empty cells": "image,question,answer\n,q,a,,\n,q,a, \n",
    **{
        f"sep={mark!r}": f"sep={mark}\nimage,question,answer\n,q,a\n,q,a\n".replace(",", mark)
        for mark in ";,\t"
    },
    "quoted": '"sep=;"\r\nimage;question;answer\r\n;q;a\r\n;q;a\r\n',
    "comma in the header": "sep=;\nimage;question;answer;a, b\n;q;a;\n;q;a;\n",
    "BOM": "\ufeffsep=;\nimage;question;answer\n;q;a\n;q;a\n",
    "tabs": "image\tquestion\tanswer\n\tq\ta\n\tq\ta\n",
    "quoted tabs": '"image"\t"question"\t"answer"\n""\t"q"\t"a"\n""\t"q"\t"a"\n',
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_tables_as_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    rows = open_rows([tmp_path / "t.csv"])
    assert [row.turns for row in rows] == [(QAPair("q", "a"),)] * 2
    assert rows.where(1)[1] == 3 + ("sep=" in text)


def test_a_cell_without_a_column_is_not_dropped(tmp_path: Path) -> None:
    """An answer with a comma that is not quoted."""
    (tmp_path / "t.csv").write_text("question,answer,,\nq,One, two,\n")
    assert bad_rows(open_rows([tmp_path / "t.csv"])) == {2: "columns"}


FOLDER_SETTINGS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None
)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@FOLDER_SETTINGS
@given(
    rows=st.lists(st.tuples(st.sampled_from(["", "a.png"]), CELLS, CELLS), min_size=1, max_size=8),
    kind=st.sampled_from([(".csv", ","), (".tsv", "\t")]),
    end=st.sampled_from(["\n", "\r\n"]),
    begin=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
@example([("a.png", 'one\ntwo, "three"\t\n\n', "ä\r\nö"), ("", "q", '"')], (".tsv", "\t"), "\r\n", b"")
@example([("", "", 'a 5" disk'), ("a.png", "1", "2")], (".csv", ","), "\n", b"\xef\xbb\xbf")
def test_tables_against_csv(
    tmp_path: Path, rows: list[tuple[str, str, str]], kind: tuple[str, str], end: str, begin: bytes
) -> None:
    """With the lines at which rows begin, and which of them have a picture."""
    path = tmp_path / f"t{kind[0]}"
    records = [[image, f"q{question}", f"a{answer}"] for image, question, answer in rows]
    path.write_bytes(begin + table(records, kind[1], end, header="Image,QUESTION,answer"))
    found = open_rows([path])
    actual = [[s.image or "", s.turns[0].question, s.turns[0].answer] for s in found]
    assert actual == [[str(tmp_path / image) if image else "", *texts] for image, *texts in records]
    sizes = [table(records[:count], kind[1], end).count(b"\n") for count in range(len(records))]
    assert [found.where(row)[1] for row in range(len(records))] == [1 + size for size in sizes]
    assert (found.rough_lengths > 0).tolist() == [bool(image) for image, *_ in records]


SPACE = st.text(" \t\r\n", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
    | st.sampled_from(['"', "\\", '\\"', "{", "}]", "[", ",", "\\\\", "ä漢"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@FOLDER_SETTINGS
@given(st.lists(JSON, max_size=6), st.none() | SPACE, SPACE, SPACE, st.booleans())
def test_the_array_scanner_against_json(
    tmp_path: Path, values: list[Any], indent: str | None, before: str, after: str, escaped: bool
) -> None:
    """With white space in all positions."""
    between = f"{before},{after}", f"{after}:{before}"
    text = json.dumps(values, ensure_ascii=escaped, indent=indent, separators=between)
    raw = f"{before}{text}{after}".encode()
    assert json.loads(raw) == values
    (tmp_path / "t.json").write_bytes(raw)
    with (tmp_path / "t.json").open("rb") as file:
        index = row_index.scan_array(file, lambda done: None)
    sizes = np.abs(index.sizes)
    actual = [raw[start : start + size] for start, size in zip(index.starts, sizes, strict=True)]
    assert [json.loads(row) for row in actual] == values
    assert index.lines.tolist() == [raw[:start].count(b"\n") + 1 for start in index.starts]


def test_arrays_with_bad_elements(tmp_path: Path) -> None:
    """An element that does not parse is one bad row, and the others are found."""
    good = '{"question": "q", "answer": "a"}'

    def lines_of_bad_rows(text: str) -> tuple[int, list[int]]:
        path = tmp_path / "t.json"
        path.write_text(text)
        rows = open_rows([path])
        return len(rows), list(bad_rows(rows))

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
    assert lines_of_bad_rows(f'[\n{good},\n{{"b": 2,\n' + f"{good},\n" * 9 + "]") == (2, [3])


class CountedSteps:
    """Counts the brackets that a scan reads."""

    def __init__(self) -> None:
        self.step = row_index._STEP
        self.count = 0

    def match(self, data: Any, at: int) -> Any:
        self.count += 1
        return self.step.match(data, at)


def test_brackets_that_no_row_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each closing one was compared with all that were open. A scan ends where they are too deep."""
    steps = CountedSteps()
    monkeypatch.setattr(row_index, "_STEP", steps)
    path = tmp_path / "t.json"
    path.write_text("[" * 10**5 + "}" * 10**5)
    with pytest.raises(DataUnreadable, match=r"t\.json is nested more than 1000 levels deep"):
        open_rows([path])
    assert steps.count == 1001
    path.write_text(f'[{{"question": {"[" * 998}{"]" * 998}}}]')
    assert len(open_rows([path])) == 1


@pytest.mark.slow
def test_a_row_is_at_most_64_megabytes_long(tmp_path: Path) -> None:
    """Of an endless line no more is kept in memory; the rows after it are read."""
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"question": "%b"}\n{"question": "q", "answer": "b"}\n' % (b"a" * 2**26))
    rows = open_rows([path])
    with pytest.raises(BadRow, match="longer than 64 MB"):
        rows[0]
    assert rows[1].turns[0].answer == "b"
