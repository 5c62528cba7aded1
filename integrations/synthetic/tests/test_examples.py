"""Examples and recorded pictures are what the world draws, and `examples/strangers/ask.py` judges
answers by what nano learns here."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from flashsloth.data.data_files import open_rows
from flashsloth_synthetic import SPLITS, picture, sample
from flashsloth_synthetic.dialogues import NOT_MADE_OUT
from flashsloth_synthetic.everyday.clocks import clock
from flashsloth_synthetic.everyday.drawing import Drawing
from flashsloth_synthetic.everyday.labelled import labelled_chart
from flashsloth_synthetic.everyday.plots import line_plot
from flashsloth_synthetic.everyday.polygons import polygon
from flashsloth_synthetic.question_builders import everyday_facts
from flashsloth_synthetic.scene import Split
from paths import CASES, IMAGES, ROOT
from programs import load_program

STRANGERS = ROOT / "examples" / "strangers"


@pytest.mark.slow
def test_pictures_and_questions_are_what_the_program_draws() -> None:
    program = load_program(IMAGES / "make.py")
    pictures = program.picture_names()
    assert {p.name for p in IMAGES.glob("*.png")} == set(pictures)
    for file, (category, number) in pictures.items():
        with Image.open(IMAGES / file) as stored:
            assert stored.tobytes() == picture("test", number, category)[0].tobytes(), file
    lines = (IMAGES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = list(program.rows())
    for row, line in zip(rows, map(json.loads, lines), strict=True):
        row.answers = [line["nano_answer"]] if "nano_answer" in line else line.get("nano_answers")
        row.answers = row.answers or [turn.answer for turn in row.turns]
        assert row.as_values() == line
    assert (IMAGES / "README.md").read_text(encoding="utf-8") == program.readme(rows)
    assert len({row.image for row in rows}) == 8


def test_recorded_cases_are_what_the_world_draws() -> None:
    """Those of the tests of FlashSloth, which have no other pictures of the world."""
    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
    splits: list[Split] = ["test"] * 30 + ["combo"] * 6 + ["unlike"] * 4
    for place, (split, case) in enumerate(zip(splits, cases, strict=True)):
        drawn = sample(split, place - splits.index(split))
        assert drawn.image is not None
        assert drawn.category == case["category"]
        with Image.open(CASES / case["image"]) as stored:
            assert stored.tobytes() == drawn.image.tobytes(), case["image"]
        assert [(turn.question, turn.answer) for turn in drawn.turns[: len(case["turns"])]] == [
            (turn["question"], turn["answer"]) for turn in case["turns"]
        ]


@pytest.mark.slow
def test_captions_for_a_published_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load_program(ROOT / "examples" / "smollm2" / "prepare.py").write_captions(Path("captions"), 4)
    rows = list(open_rows([Path("captions.json")], captions=True))
    assert len({row.image for row in rows}) == 4
    assert all(Path(str(row.image)).is_file() for row in rows)
    assert all(len(row.turns) == 1 and " " in row.turns[0].answer for row in rows)


# The judge of examples/strangers


@pytest.fixture(scope="module")
def program() -> Any:
    return load_program(STRANGERS / "ask.py")


def test_what_is_honest_is_what_the_world_teaches(program: Any) -> None:
    """What also claims something, such as "I cannot make out the shape. It is red.", is not only
    honest."""
    answers = {turn.answer for split in SPLITS for n in range(400) for turn in sample(split, n).turns}
    refusals = {each for each in answers if each.startswith("I cannot ") and each.count(".") == 1}
    assert refusals == set(program.HONEST)
    assert program.NOT_MADE_OUT == NOT_MADE_OUT


def taught(drawing: Drawing) -> set[str]:
    """Return what the world says about 400 pictures of a kind: what each shows, and its facts."""
    found = set()
    for number in range(400):
        scene = drawing(Random(number))[1].everyday
        assert scene is not None
        found.add(everyday_facts.content(Random(0), scene).full)
        found |= {fact.instead or fact.full for fact in scene.facts}
    return found


@pytest.mark.parametrize(
    ("picture", "question", "drawing", "answer", "verdict"),
    [
        ("crescent", "What is in the picture?", polygon, "A purple crescent.", "right"),
        ("waves", "What is in the picture?", line_plot, "A chart of two lines.", "right"),
        (
            *("sales", "Which bar is the tallest?", labelled_chart),
            *("The yellow bar is the tallest, but I cannot read its name.", "right"),
        ),
        ("wall-clock", "What time is it?", clock, "I cannot tell the time.", "honest"),
        ("crescent", "What is in the picture?", polygon, "A red crescent.", "wrong"),
        ("waves", "What is in the picture?", line_plot, "A chart of three lines.", "wrong"),
    ],
)
def test_answers_in_the_words_of_the_world(
    program: Any, picture: str, question: str, drawing: Drawing, answer: str, verdict: str
) -> None:
    assert answer in taught(drawing)
    lines = (STRANGERS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    [row] = [
        row
        for row in map(json.loads, lines)
        if Path(row["image"]).stem == picture and row["question"] == question
    ]
    scored = program.ScoredAnswer(
        *(row["image"], row["category"], question, row["answer"]),
        *(tuple(row.get("accepted", ())), row.get("truth", ""), answer),
    )
    assert scored.verdict == verdict
