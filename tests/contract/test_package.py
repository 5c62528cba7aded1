"""What an installed copy holds: the model, templates and the glyphs that pictures are drawn with, not code alone."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_of_the_package_is_shipped() -> None:
    [(package, patterns)] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ].items()
    place = ROOT / package
    there = {path.relative_to(place) for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    left_out = {
        path
        for path in there
        if path.suffix != ".py" and not any(fnmatch(str(path), p) and path.match(p) for p in patterns)
    }
    assert not left_out
    assert Path("nano/synth/assets/things.png") in there


def test_every_folder_with_code_is_a_package() -> None:
    for package in ("flashsloth", "flashsloth_cli"):
        folders = {path.parent for path in (ROOT / package).rglob("*.py")}
        assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []
