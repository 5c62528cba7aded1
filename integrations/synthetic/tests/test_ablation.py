"""`experiments ablation` at toy size: every variant is trained, evaluated at both marks, and listed in
the table."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


@pytest.fixture(scope="module")
def ablation() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXPERIMENTS)
        import ablation

        yield ablation


@pytest.mark.parametrize(
    ("shares", "expected"),
    [((0.5, 0.6), "higher"), ((0.1, 0.2), "lower"), ((0.2, 0.5), "overlap"), ((0.4, 0.9), "overlap")],
)
def test_a_verdict_needs_separate_ranges(
    ablation: Any, shares: tuple[float, float], expected: str
) -> None:
    assert ablation.verdict(shares, (0.4, 0.3)) == expected


def test_guessing_uses_the_most_common_answer(ablation: Any) -> None:
    from flashsloth.data.sample import QAPair, Sample

    pairs = [("a?", "x"), ("a?", "y"), ("a?", "y"), ("b?", "z")]
    rows = [(0, Sample((QAPair(*each),), "drawn")) for each in pairs]
    samples = [
        Sample(tuple(QAPair(*each) for each in (("a?", "y"), ("a?", "x"), ("b?", "z"), ("c?", "z"))))
    ]
    assert ablation.guess_accuracy(rows, samples) == 0.5


@pytest.mark.nightly
@pytest.mark.slow
def test_all_variants_are_trained_and_evaluated(
    ablation: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import tiny

    tiny.write_native(tmp_path)
    numbers = {
        "steps": 2,
        "seconds": 0.01,
        "seeds": 2,
        "pictures": 6,
        "dialogues": 1,
        "asked": 3,
        "batch": 4,
    }
    words = [word for name, value in numbers.items() for word in (f"--{name}", str(value))]
    target = tmp_path / "all.json"
    monkeypatch.setattr(ablation, "TEXT", {**ablation.TEXT, "hidden_size": 32, "intermediate_size": 32})
    monkeypatch.setattr(ablation, "OWN", {**ablation.OWN, "embq_width": 16})
    runpy.run_path(str(EXPERIMENTS / "__main__.py"))["main"](
        ["ablation", "--tower", str(tmp_path), *words, "--json", str(target)]
    )
    captured = capsys.readouterr()
    rows = captured.out.splitlines()[1:]
    assert [row[:17].strip() for row in rows] == list(ablation.VARIANTS)
    assert all(any(word in row for word in ("higher", "lower", "overlap")) for row in rows[1:])
    assert "6 pictures and 6 rows" in captured.err
    written = json.loads(target.read_text())
    assert 0 <= written["guessing"] < 1
    courses = written["courses"]
    assert [(c["variant"], c["seed"]) for c in courses] == [
        (v, s) for s in (0, 1) for v in ablation.VARIANTS
    ]
    for one in courses:
        assert one["steps"]["steps"] == 2
        assert len(one["losses"]) >= 2
        for mark in ("steps", "seconds"):
            assert one["right"][mark]["dialogues"] == 3
            assert one["right"][mark]["by_category"].keys() == {"shapes", "chart"}
    weights = {c["variant"]: c["parameters"] for c in courses}
    assert weights["SAP and EmbQ"] > weights["average pooling"] == weights["no pooling"]
    assert weights["SAP and EmbQ"] > weights["queries, no EmbQ"] > weights["no queries"]
    first = {c["variant"]: c["losses"][0] for c in courses if c["seed"] == 0}
    assert len(set(first.values())) == len(first)


def test_questions_differ_and_are_reproducible(ablation: Any) -> None:
    import flashsloth_synthetic as synthetic

    for number in range(12):
        category = ablation.category_of(number)
        _, scene = synthetic.picture("test", number, category)
        turns = ablation.turns_about(scene, f"test/{number}")
        assert turns == ablation.turns_about(scene, f"test/{number}")
        assert 1 <= len(turns) <= ablation.MAX_TURNS
        assert len({turn.question for turn in turns}) == len(turns)
        assert all(turn.answer and len(turn.answer.split()) <= 3 for turn in turns)
