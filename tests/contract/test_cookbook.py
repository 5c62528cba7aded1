"""Every recipe of docs/cookbook.md runs and prints what the page shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from transcripts import Transcript, output, recipes, workplace

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_recipe(recipe: Transcript, tmp_path: Path) -> None:
    assert output(recipe, workplace(tmp_path)) == recipe.expected


def test_every_recipe_is_found() -> None:
    page = Path(__file__).parents[2] / "docs" / "cookbook.md"
    assert len(recipes()) == page.read_text(encoding="utf-8").count("```bash") > 0
