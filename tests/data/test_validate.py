"""What `check` finds: every kind, at its line, in one file; duplicates, pictures, and the longest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from data.helpers import llava, measure, write_rows
from flashsloth.data import validate
from flashsloth.data.data_files import open_rows
from flashsloth.data.row_parser import KINDS
from flashsloth.data.validate import Report, RowError, check


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures: a whole one, one that breaks off, one that is none."""
    Image.effect_noise((64, 64), 50).save(tmp_path / "a.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "a.png").read_bytes()[:900])
    (tmp_path / "text.png").write_text("hello")
    return tmp_path


def plain(number: int, **more: Any) -> dict[str, Any]:
    return {"question": f"q{number}", "answer": "a", **more}


def kinds(report: Report) -> list[tuple[int, str]]:
    return [(problem.line, problem.kind) for problem in report.problems]


BROKEN: list[tuple[str, Any]] = [
    ("json", '{"question": "q"'),
    ("encoding", '{"question": "\udce4", "answer": "a"}'),
    ("row", [1]),
    ("row", {"text": "q"}),
    ("roles", llava("q", "a", "q")),
    ("empty_question", llava(" ", "a")),
    ("empty_answer", llava("q", " ")),
    ("image_path", plain(1, image="https://example.org/a.png")),
    ("several_images", plain(2, image=["a.png", "half.png"])),
    ("image_place", llava("<image>", "a")),
    ("image_missing", plain(3, image="b.png")),
    ("image_broken", plain(4, image="half.png")),
    ("image_broken", plain(5, image="text.png")),
    ("too_long", plain(6, more="x", answer="a" * 101)),
]


def test_every_kind_at_its_line(folder: Path) -> None:
    path = write_rows(
        folder / "t.jsonl",
        plain(0, image="a.png"),
        *(row for _, row in BROKEN),
        plain(0, image="a.png"),
    )
    (folder / "t.csv").write_text("question,answer\nq,a,b\n")
    rows = open_rows([path, folder / "t.csv"])
    report = check(rows, count_tokens=lambda sample: len(sample.turns[0].answer), limit=100)
    expected = [(line, kind) for line, (kind, _) in enumerate(BROKEN, 2)] + [(2, "columns")]
    assert kinds(report) == expected
    assert [(p.path, p.line) for p in report.problems] == [rows.where(int(row)) for row in report.bad]
    assert {kind for _, kind in expected} == set(KINDS) == set(report.by_kind)
    assert (report.rows, report.good, report.pictures, report.turns) == (len(BROKEN) + 3, 2, 2, 2)
    assert report.good_rows().tolist() == [0, len(BROKEN) + 1]
    assert sum(report.by_kind.values()) == len(report.bad)
    assert str(report.problems[10]) == f"{path}:12: image_missing: no file {folder / 'b.png'}"
    assert report.repeated == 1
    assert report.duplicates == (
        RowError(str(path), len(BROKEN) + 2, "duplicate", f"the same picture and text as {path}:1"),
    )
    assert "101" in report.problems[13].message
    assert "ends early" in report.problems[11].message


def test_of_many_duplicates_the_first_are_described(folder: Path) -> None:
    rows = open_rows([write_rows(folder / "t.jsonl", *(plain(n % 40) for n in range(60)), *([0] * 30))])
    report = check(rows)
    assert report.bad.tolist() == list(range(60, 90))
    assert kinds(report) == [(line, "row") for line in range(61, 91)]
    assert report.by_kind == {"row": 30}
    assert [(p.line, p.kind) for p in report.duplicates] == [
        (line, "duplicate") for line in range(41, 61)
    ]
    assert report.repeated == 20


def test_duplicates_of_duplicates_name_the_first(folder: Path) -> None:
    report = check(
        open_rows([write_rows(folder / "t.jsonl", plain(0), plain(1), plain(0), plain(0), plain(1))])
    )
    assert [p.message.rpartition(":")[2] for p in report.duplicates] == ["1", "1", "2"]
    assert report.good == 5
    differing = [plain(0), plain(0, image="a.png"), plain(0, system="s"), {**plain(0), "answer": "b"}]
    bad = [plain(0, image="b.png")] * 2
    report = check(open_rows([write_rows(folder / "t.jsonl", *differing, *bad)]))
    assert (kinds(report), report.repeated) == ([(5, "image_missing"), (6, "image_missing")], 0)


def test_contradictions(folder: Path) -> None:
    """The same picture and questions with other answers. Not conversations without a picture, and not
    captions."""
    Image.effect_noise((64, 64), 50).save(folder / "b.png")

    def row(answer: str, **more: Any) -> dict[str, Any]:
        return {"image": "a.png", "question": "q", "answer": answer, **more}

    given = [
        row("a"),
        row("b"),
        row("a"),
        row("b"),
        row("c"),
        row("b", image="b.png"),
        row("b", system="s"),
    ]
    rows = open_rows([write_rows(folder / "t.jsonl", *given, plain(0), {**plain(0), "answer": "b"})])
    report = check(rows)
    assert (report.bad.tolist(), report.repeated, report.contradictory) == ([], 2, 2)
    assert [(p.line, p.kind) for p in report.duplicates] == [(3, "duplicate"), (4, "duplicate")]
    assert [(p.line, p.kind) for p in report.contradictions] == [
        (2, "contradiction"),
        (5, "contradiction"),
    ]
    assert all(
        p.message.startswith(f"the same picture and question as {rows.where(0)[0]}:1,")
        for p in report.contradictions
    )
    assert check(open_rows([folder / "t.jsonl"], captions=True)).contradictory == 0
    write_rows(folder / "t.jsonl", *(row(f"a{number}") for number in range(40)))
    report = check(open_rows([folder / "t.jsonl"]))
    assert (report.contradictory, len(report.contradictions)) == (39, 20)


def test_answers_of_other_weights_do_not_contradict(folder: Path) -> None:
    """The same conversation may be there several times, each with another answer to learn."""
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}] * 2
    learned = [
        [*turns[:1], {**turns[1], "weight": 0}, *turns[2:]],
        [*turns[:3], {**turns[3], "weight": 0}],
    ]
    report = check(
        open_rows(
            [
                write_rows(
                    folder / "t.jsonl", *({"image": "a.png", "messages": each} for each in learned)
                )
            ]
        )
    )
    assert (report.good, report.contradictory, report.repeated) == (2, 0, 1)


def test_levels_of_picture_checks(folder: Path) -> None:
    rows = open_rows(
        [
            write_rows(
                folder / "t.jsonl", *(plain(n, image=n) for n in ("half.png", "text.png", "b.png"))
            )
        ]
    )
    assert kinds(check(rows, pictures="none")) == []
    assert kinds(check(rows, pictures="header")) == [(2, "image_broken"), (3, "image_missing")]
    assert kinds(check(rows)) == [(1, "image_broken"), (2, "image_broken"), (3, "image_missing")]
    (folder / "b.png").mkdir()
    assert kinds(check(rows))[2] == (3, "image_broken")
    assert kinds(check(rows, pictures="header"))[1] == (3, "image_broken")


def test_a_picture_is_decoded_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken one once for each of its rows."""
    real, seen = validate.read_image, []
    monkeypatch.setattr(validate, "read_image", lambda source: (seen.append(source), real(source))[1])
    rows = [*(plain(n, image="a.png") for n in range(5)), plain(5, image="half.png")]
    report = check(open_rows([write_rows(folder / "t.jsonl", *rows)]))
    assert (report.good, [p.line for p in report.problems], report.by_kind) == (
        5,
        [6],
        {"image_broken": 1},
    )
    assert seen == [folder / "a.png", folder / "half.png"]


def test_a_selection_has_its_own_row_numbers(folder: Path) -> None:
    report = check(open_rows([write_rows(folder / "t.jsonl", plain(0), 5, plain(1), 6)]).select([3, 0]))
    assert (report.bad.tolist(), kinds(report)) == ([0], [(4, "row")])


@pytest.mark.slow
def test_memory_of_many_rows(folder: Path) -> None:
    """64 bytes a row and 8 MB, Pillow included, half of the rows being bad."""
    count = 100_000
    with (folder / "t.jsonl").open("w") as file:
        for number in range(count):
            picture = '"image": "a.png", ' if number % 4 == 0 else ""
            file.write(
                f'{{{picture}"question": "q{number}", "answer": "{"a" if number % 2 == 0 else ""}"}}\n'
            )
    good, taken, heavy = measure(folder / "t.jsonl", "check")
    assert good == count // 2
    assert taken < 64 * count + 8 * 2**20
    assert heavy == []
