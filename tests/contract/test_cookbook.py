"""Every recipe of docs/cookbook.md runs as it stands, and prints what stands there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cookbook import Recipe, output, recipes, workplace

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")]
RECIPES = recipes()


def test_there_are_enough() -> None:
    assert len(RECIPES) >= 10


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_recipe(recipe: Recipe, tmp_path: Path) -> None:
    assert output(recipe, workplace(tmp_path)) == recipe.shown
