"""What an installed copy holds: the model, templates and the glyphs that pictures are drawn with, not code alone."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

from paths import ROOT


def test_every_file_of_the_package_is_shipped() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    there = {
        path.relative_to(ROOT)
        for package in data
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".py"
    }
    shipped = {
        path
        for path in there
        for pattern in data[path.parts[0]]
        if fnmatch(str(path.relative_to(path.parts[0])), pattern) and path.match(pattern)
    }
    assert there == shipped
    assert {Path("flashsloth/synthetic/assets/things.png"), Path("flashsloth_cli/config/prompts/read.toml")} <= there


def test_every_folder_with_code_is_a_package() -> None:
    for package in ("flashsloth", "flashsloth_cli"):
        folders = {path.parent for path in (ROOT / package).rglob("*.py")}
        assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
