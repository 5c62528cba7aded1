"""`experiments/maps.py` at toy size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from programs import run_python

PROGRAM = Path(__file__).parents[1] / "experiments" / "maps.py"


@pytest.mark.slow
def test_each_map_of_both_models_is_measured(tmp_path: Path) -> None:
    """nano's map shows the object that the question is about. With random weights it shows none."""
    lines = run_python(PROGRAM, "--scenes", "4", "--json", tmp_path / "maps.json").splitlines()
    found = json.loads((tmp_path / "maps.json").read_text())
    assert lines[0].startswith("4 scenes, ")
    assert {len(found[weights]) for weights in ("trained", "all weights random")} == {3}
    for name, scores in found["trained"].items():
        assert f"| trained | {name} |" in "\n".join(lines)
        assert len(scores["times_chance"]) == len(scores["brightest"]) > 4
    looked = [found[weights]["where it looked"] for weights in ("trained", "all weights random")]
    nano, random = (sum(each["times_chance"]) / len(each["times_chance"]) for each in looked)
    assert nano > 2
    assert 0.9 < random < 1.1
