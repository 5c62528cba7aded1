"""Every command and every recipe that documents show prints what they show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from transcripts import COOKBOOK, DOCUMENTS, Transcript, output, read, recipes, transcripts, workplace

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, as commands need what those before them wrote."""
    return workplace(tmp_path_factory.mktemp("documents"))


@pytest.mark.parametrize("transcript", transcripts(*DOCUMENTS), ids=lambda t: f"{t.document}: {t.name}")
def test_transcript(folder: Path, transcript: Transcript) -> None:
    assert output(transcript, folder) == transcript.expected


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_recipe(recipe: Transcript, tmp_path: Path) -> None:
    assert output(recipe, workplace(tmp_path)) == recipe.expected


def test_every_recipe_is_found() -> None:
    assert len(recipes()) == read(COOKBOOK).count("```bash") > 0
