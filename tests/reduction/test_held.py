"""The picture of what was left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.explain.explanation import HELD
from reduction.helpers import with_policy
from reduction.test_reduced_core import dropping
from replies import said


def test_tokens_that_leave_early_are_dark(nano: FlashSloth, tmp_path: Path) -> None:
    chat = with_policy(nano, dropping(nano)).chat(draw(1))
    answer = chat.ask("What is this?", max_tokens=4, temperature=0)
    said(answer)
    explanation = answer.explain()
    assert explanation.held is not None
    values = explanation.held[0]
    layers, cells = np.unique((values * 6).round().astype(int), return_counts=True)
    # 16 tokens of 9 patches: 3 leave after the first of 6 layers, 1 after the second, 1 after the third
    assert dict(zip(layers.tolist(), (cells // 9).tolist(), strict=True)) == {1: 3, 2: 1, 3: 1, 6: 11}
    assert explanation.document()["pictures"][0]["held"]
    explanation.save(tmp_path / "held.png")
    assert HELD in [panel.title for panel in explanation.panels()[0]]
