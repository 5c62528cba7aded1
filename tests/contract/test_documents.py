"""Documents: the links and files that they name exist; every command and recipe prints what they
show."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import transcripts
from transcripts import Transcript, output, recipes, workplace

from paths import ROOT

DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(
            path
            for folder in ("examples", "integrations", "benchmarks", "flashsloth", "tests")
            for path in (ROOT / folder).rglob("*.md")
        ),
    ]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r"`((?:flashsloth|flashsloth_cli|tests|benchmarks|examples|docs)/[\w./-]+)`")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes of a document's headings."""
    headings = re.findall(
        r"^#+ (.*)$", without_code(document.read_text(encoding="utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_named_files_exist(document: Path) -> None:
    text = without_code(document.read_text(encoding="utf-8"))
    missing = [name for name in SOURCE.findall(text) if not (ROOT / name).exists()]
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert missing == []


def test_documents_named_in_the_code_exist() -> None:
    """Hints and docstrings send readers to them."""
    folders = ("flashsloth", "flashsloth_cli", "benchmarks", "examples", "integrations")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    named = {
        name
        for path in files
        for name in re.findall(r"docs/[\w-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert "docs/models.md" in named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


# ---- what they show


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, preloaded: str) -> Path:
    """One for all, as commands need what those before them wrote."""
    return workplace(tmp_path_factory.mktemp("documents"), preloaded)


COMMANDS = transcripts.transcripts(*transcripts.DOCUMENTS)


@pytest.mark.slow
@pytest.mark.parametrize("transcript", COMMANDS, ids=lambda t: f"{t.document}: {t.name}")
def test_transcript(folder: Path, transcript: Transcript) -> None:
    assert output(transcript, folder) == transcript.expected


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_recipe(recipe: Transcript, tmp_path: Path, preloaded: str) -> None:
    assert output(recipe, workplace(tmp_path, preloaded)) == recipe.expected


def test_recipes_can_follow_each_other_in_one_folder() -> None:
    """A batch with other questions refuses to continue the file of an earlier recipe."""
    outputs = [name for recipe in recipes() for name in set(re.findall(r" -o (\S+)", recipe.command))]
    assert sorted(outputs) == sorted(set(outputs)) != []


def test_every_recipe_is_found() -> None:
    assert len(recipes()) == transcripts.read(transcripts.COOKBOOK).count("```bash") > 0
