"""From every format into every other: the samples stay what they are."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flashsloth.data.convert import convert
from flashsloth.data.dataset import Rows, open_rows
from flashsloth.errors import BadRow, BadRows, DiskFull, InputError, OptionError

NAMES = {"llava": "t.json", "messages": "t.jsonl", "csv": "t.csv", "tsv": "t.tsv"}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).map(lambda t: f"x{t}x")


def write(path: Path, *rows: dict[str, Any]) -> Rows:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return open_rows([path])


def facts(rows: Rows) -> list[Any]:
    return [(s.turns, s.system, s.image and os.path.realpath(s.image)) for s in rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(texts=st.lists(st.tuples(TEXT, TEXT, st.booleans()), min_size=1, max_size=4), format=st.sampled_from([*NAMES]))
def test_single_turns_survive_every_format(tmp_path: Path, texts: list[tuple[str, str, bool]], format: Any) -> None:
    rows_before = [
        {"question": q, "answer": a, **({"image": "p/a.png"} if pictured else {})} for q, a, pictured in texts
    ]
    rows = write(tmp_path / "source.jsonl", *rows_before)
    target = tmp_path / "to" / NAMES[format]
    target.parent.mkdir(exist_ok=True)
    assert convert(rows, target, force=True) == len(rows_before)
    assert facts(open_rows([target])) == facts(rows)


@pytest.mark.parametrize("format", ["llava", "messages"])
def test_conversations_and_system_texts_survive(tmp_path: Path, format: Any) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": f"text {n}"} for n in range(6)]
    conversations = [
        {"messages": [{"role": "system", "content": "Be brief."}, *turns], "image": "a.png"},
        {"messages": turns[:2], "system": ""},
        {"image": "a.png", "answer": "A caption."},
    ]
    write(tmp_path / "source.jsonl", *conversations)
    rows = open_rows([tmp_path / "source.jsonl"], captions=True)
    convert(rows, tmp_path / "to.data", format)
    again = tmp_path / NAMES[format]
    shutil.move(tmp_path / "to.data", again)
    assert facts(open_rows([again], captions=True)) == facts(rows)


def test_the_formats_are_those_of_other_programs(tmp_path: Path) -> None:
    rows = write(tmp_path / "source.jsonl", {"image": "a.png", "question": "What?", "answer": "Ä."})
    (tmp_path / "to").mkdir()
    convert(rows, tmp_path / "to" / "t.json")
    assert json.loads((tmp_path / "to" / "t.json").read_text(encoding="utf-8")) == [
        {
            "id": "0",
            "image": "../a.png",
            "conversations": [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "Ä."}],
        }
    ]
    convert(rows, tmp_path / "t.jsonl")
    [line] = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [{"type": "image", "image": "a.png"}, {"type": "text", "text": "What?"}]
    assert json.loads(line)["messages"][0] == {"role": "user", "content": parts}
    convert(rows, tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_text(encoding="utf-8") == "image\tquestion\tanswer\na.png\tWhat?\tÄ.\n"


def test_rows_that_a_format_cannot_hold(tmp_path: Path) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": "x"} for n in range(4)]
    good = {"question": "q", "answer": "a"}
    rows = write(tmp_path / "s.jsonl", good, {"messages": turns})
    with pytest.raises(BadRows, match=r"s\.jsonl:2: "):
        convert(rows, tmp_path / "t.csv")
    rows = write(tmp_path / "s.jsonl", {**good, "system": "s"})
    with pytest.raises(BadRows, match=r"s\.jsonl:1: .*system"):
        convert(rows, tmp_path / "t.tsv")
    rows = write(tmp_path / "s.jsonl", {"question": "the <image> tag", "answer": "a"})
    with pytest.raises(BadRows, match=r"s\.jsonl:1: .*<image>"):
        convert(rows, tmp_path / "t.json")
    rows = write(tmp_path / "s.jsonl", good, {})
    with pytest.raises(BadRow, match=r"s\.jsonl:2: "):
        convert(rows, tmp_path / "t.json")
    assert os.listdir(tmp_path) == ["s.jsonl"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    rows = write(tmp_path / "s.jsonl", {"question": "q", "answer": "a"})
    (tmp_path / "t.csv").write_text("mine")
    with pytest.raises(InputError, match="exists"):
        convert(rows, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "mine"
    assert convert(rows, tmp_path / "t.csv", force=True) == 1
    assert len(open_rows([tmp_path / "t.csv"])) == 1
    assert convert(rows, tmp_path / "s.jsonl", force=True) == 1  # onto itself
    assert len(open_rows([tmp_path / "s.jsonl"])) == 1


def test_targets_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = write(tmp_path / "s.jsonl", {"question": "q", "answer": "a"})
    with pytest.raises(OptionError, match=r"name t$"):
        convert(rows, tmp_path / "t")
    with pytest.raises(InputError, match="no folder"):
        convert(rows, tmp_path / "none" / "t.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        convert(rows, tmp_path / "d.csv", force=True)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        convert(rows, tmp_path / "t.csv")
    assert sorted(os.listdir(tmp_path)) == ["d.csv", "s.jsonl"]
