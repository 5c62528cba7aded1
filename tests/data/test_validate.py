"""What `check` finds: every kind, at its line, in one file; duplicates, pictures, and the longest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flashsloth.data.data_files import open_rows
from flashsloth.data.row_parser import KINDS
from flashsloth.data.validate import Report, RowError, check
from paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures: a whole one, one that breaks off, one that is none."""
    Image.effect_noise((64, 64), 50).save(tmp_path / "a.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "a.png").read_bytes()[:900])
    (tmp_path / "text.png").write_text("hello")
    return tmp_path


def turns(*texts: str) -> list[dict[str, str]]:
    return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]


def write(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def plain(number: int, **more: Any) -> dict[str, Any]:
    return {"question": f"q{number}", "answer": "a", **more}


def kinds(report: Report) -> list[tuple[int, str]]:
    return [(problem.line, problem.kind) for problem in report.problems]


BROKEN: list[tuple[str, Any]] = [
    ("json", b'{"question": "q"'),
    ("encoding", b'{"question": "\xe4", "answer": "a"}'),
    ("row", [1]),
    ("row", {"text": "q"}),
    ("roles", {"conversations": turns("q", "a", "q")}),
    ("empty_question", {"conversations": turns(" ", "a")}),
    ("empty_answer", {"conversations": turns("q", " ")}),
    ("image_path", plain(1, image="https://example.org/a.png")),
    ("several_images", plain(2, image=["a.png", "half.png"])),
    ("image_place", {"conversations": turns("<image>", "a")}),
    ("image_missing", plain(3, image="b.png")),
    ("image_broken", plain(4, image="half.png")),
    ("image_broken", plain(5, image="text.png")),
    ("too_long", plain(6, more="x", answer="a" * 101)),
]


def test_every_kind_at_its_line(folder: Path) -> None:
    path = write(folder / "t.jsonl", plain(0, image="a.png"), *(row for _, row in BROKEN), plain(0, image="a.png"))
    (folder / "t.csv").write_text("question,answer\nq,a,b\n")
    rows = open_rows([path, folder / "t.csv"])
    report = check(rows, count_tokens=lambda sample: len(sample.turns[0].answer), limit=100)
    expected = [(line, kind) for line, (kind, _) in enumerate(BROKEN, 2)] + [(2, "columns")]
    assert kinds(report) == expected
    assert [(p.path, p.line) for p in report.problems] == [rows.where(int(row)) for row in report.bad]
    assert {kind for _, kind in expected} == set(KINDS) == set(report.by_kind)
    assert (report.rows, report.good, report.pictures, report.turns) == (len(BROKEN) + 3, 2, 2, 2)
    assert report.good_rows().tolist() == [0, len(BROKEN) + 1]
    assert list(report.skipped()) == list(report.problems)
    assert sum(report.by_kind.values()) == len(report.bad)
    assert str(report.problems[10]) == f"{path}:12: image_missing: no file {folder / 'b.png'}"
    assert report.repeated == 1
    assert report.duplicates == (
        RowError(str(path), len(BROKEN) + 2, "duplicate", f"the same picture and text as {path}:1"),
    )
    assert "101" in report.problems[13].message
    assert "ends early" in report.problems[11].message


def test_a_good_set(folder: Path) -> None:
    report = check(open_rows([write(folder / "t.jsonl", plain(0), plain(1, image="a.png"))]))
    assert (report.good, report.problems, report.by_kind, list(report.skipped())) == (2, (), {}, [])
    assert len(report.bad) == 0


def test_only_the_first_problems_are_kept_but_all_are_found(folder: Path) -> None:
    rows = open_rows([write(folder / "t.jsonl", *(plain(n % 40) for n in range(60)), *([0] * 30))])
    report = check(rows)
    assert report.bad.tolist() == list(range(60, 90))
    assert kinds(report) == [(line, "row") for line in range(61, 81)]
    assert report.by_kind == {"row": 30}
    assert [p.line for p in report.skipped()] == list(range(61, 91))
    assert [(p.line, p.kind) for p in report.duplicates] == [(line, "duplicate") for line in range(41, 61)]
    assert report.repeated == 20


def test_duplicates_of_duplicates_name_the_first(folder: Path) -> None:
    report = check(open_rows([write(folder / "t.jsonl", plain(0), plain(1), plain(0), plain(0), plain(1))]))
    assert [p.message.rpartition(":")[2] for p in report.duplicates] == ["1", "1", "2"]
    assert report.good == 5
    differing = [plain(0), plain(0, image="a.png"), plain(0, system="s"), {**plain(0), "answer": "b"}]
    assert check(open_rows([write(folder / "t.jsonl", *differing)])).repeated == 0


def test_duplicates_of_bad_rows_do_not_count(folder: Path) -> None:
    rows = [plain(0, image="b.png"), plain(0, image="b.png"), plain(0)]
    report = check(open_rows([write(folder / "t.jsonl", *rows)]))
    assert kinds(report) == [(1, "image_missing"), (2, "image_missing")]
    assert report.repeated == 0


def test_levels_of_picture_checks(folder: Path) -> None:
    rows = open_rows([write(folder / "t.jsonl", *(plain(n, image=n) for n in ("half.png", "text.png", "b.png")))])
    assert kinds(check(rows, pictures="none")) == []
    assert kinds(check(rows, pictures="header")) == [(2, "image_broken"), (3, "image_missing")]
    assert kinds(check(rows)) == [(1, "image_broken"), (2, "image_broken"), (3, "image_missing")]
    (folder / "b.png").mkdir()
    assert kinds(check(rows))[2] == (3, "image_broken")
    assert kinds(check(rows, pictures="header"))[1] == (3, "image_broken")


def test_a_picture_is_decoded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flashsloth.images import reader

    real, seen = reader.read_image, []
    monkeypatch.setattr(reader, "read_image", lambda source: (seen.append(source), real(source))[1])
    rows = open_rows([write(folder / "t.jsonl", *(plain(n, image="a.png") for n in range(5)))])
    assert check(rows).good == 5
    assert seen == [folder / "a.png"]


def test_progress(folder: Path) -> None:
    reports: list[tuple[int, int, str]] = []
    rows = open_rows([write(folder / "t.jsonl", plain(0), plain(1))])
    check(rows, on_progress=lambda *now: reports.append(now))
    assert reports == [(1, 2, "checking"), (2, 2, "checking")]


def test_a_selection_has_its_own_row_numbers(folder: Path) -> None:
    rows = open_rows([write(folder / "t.jsonl", plain(0), 5, plain(1), 6)]).select([3, 0])
    report = check(rows)
    assert report.bad.tolist() == [0]
    assert kinds(report) == [(4, "row")]


MEASURE = """
import json, re, sys
from flashsloth.data.validate import check
from flashsloth.data.data_files import open_rows
rows = open_rows([sys.argv[1]])
def private():  # without the pages of mapped files, which are the system's
    return int(re.search(r"RssAnon:\\s*(\\d+)", open("/proc/self/status").read())[1])
before = private()
report = check(rows)
heavy = sorted({"torch", "transformers"} & set(sys.modules))
print(json.dumps({"good": report.good, "grown": (private() - before) * 1024, "heavy": heavy}))
"""


@pytest.mark.parametrize("count", [50_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory(folder: Path, count: int) -> None:
    """64 bytes a row and 32 MB, Pillow included, half of the rows being bad."""
    with (folder / "t.jsonl").open("w") as file:
        for number in range(count):
            picture = '"image": "a.png", ' if number % 4 == 0 else ""
            file.write(f'{{{picture}"question": "q{number}", "answer": "{"a" if number % 2 == 0 else ""}"}}\n')
    command = [sys.executable, "-c", MEASURE, str(folder / "t.jsonl")]
    measured = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert measured["good"] == count // 2
    assert measured["grown"] < 64 * count + 32 * 2**20
    assert measured["heavy"] == []
