"""Listings and tables on stdout."""

from __future__ import annotations

import pytest

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
