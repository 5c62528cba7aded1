"""The picture of what was left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.explain import panels
from flashsloth.reduction.dyvte import ExitPolicy
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
    titles = [panel.title for panel in panels.arrange(explanation, tokens=False, pooling=False).rows[0]]
    assert panels.HELD in titles


def test_an_exit_is_drawn_from_its_layer_on(nano: FlashSloth) -> None:
    chat = with_policy(nano, ExitPolicy(2, 16)).chat(draw(1))
    answer = chat.ask("What is this?", max_tokens=4, temperature=0)
    said(answer)
    held = answer.explain().held
    assert held is not None
    assert {round(float(share) * 6) for share in held[0].flatten()} == {2}


def test_without_a_recipe_there_is_no_such_panel(nano: FlashSloth) -> None:
    chat = nano.chat(draw(1))
    answer = chat.ask("What is this?", max_tokens=4, temperature=0)
    said(answer)
    assert answer.explain().held is None
    assert "held" not in answer.explain().document()["pictures"][0]
