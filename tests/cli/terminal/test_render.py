"""Listings and tables on stdout."""

from __future__ import annotations

import pytest

from flashsloth_cli.history.recording import SavingWriter
from flashsloth_cli.terminal import render
from flashsloth_cli.terminal.text import cell_width


def test_facts(capsys: pytest.CaptureFixture[str]) -> None:
    render.facts({"model": "na\x1bno", "data": "", "kept by layer": "16 16\n8 8"})
    assert (
        capsys.readouterr().out
        == "model          na\ufffdno\nkept by layer  16 16\n               8 8\n"
    )


def test_a_table_fits_where_columns_may_be_cut(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [["one", "価格は百円です" * 5, "7"], ["two\n", "short", "1,234"]]
    render.table(["ID", "TEXT", "COUNT"], rows, right=["COUNT"], cut=["TEXT"])
    lines = capsys.readouterr().out.splitlines()
    assert {cell_width(line) for line in lines} == {40}
    assert [line.split() for line in lines[::2]] == [["ID", "TEXT", "COUNT"], ["two", "short", "1,234"]]
    assert lines[1].startswith("one  価格は百円です")
    assert lines[1].split()[1].endswith("…")
    render.table(["ID", "TEXT", "COUNT"], rows)
    assert rows[0][1] in capsys.readouterr().out


class Piece(str):
    """A piece of an answer that counts the letters which are copied when texts are added to each
    other."""

    copied = 0

    def __add__(self, other: str) -> Piece:
        Piece.copied += len(self) + len(other)
        return Piece(f"{self}{other}")

    def __radd__(self, other: str) -> Piece:
        return Piece(other) + self


def test_an_answer_of_letters_is_not_copied_for_each_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A server may send each letter by itself, and no line end."""
    Piece.copied = 0
    saved = list[str]()
    writer = SavingWriter(render.StdoutWriter(), saved.append, saved=0)
    for _ in range(1000):
        writer.write(Piece("a"))
    writer.end()
    assert capsys.readouterr().out == "a" * 1000 + "\n"
    assert saved[0] == "a"
    assert Piece.copied <= 2000
