"""The packages: their public names and errors, their data files, and CONTRIBUTING, which names all
their folders."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from test_cli_contract import error_classes

import flashsloth
from flashsloth import errors
from paths import ROOT

PACKAGES = ("flashsloth", "flashsloth_cli")


def test_every_data_file_is_installed() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]
    files = {
        path.relative_to(ROOT)
        for package in patterns
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".py"
    }
    installed = {
        path
        for path in files
        for pattern in patterns[path.parts[0]]
        if fnmatch(str(path.relative_to(path.parts[0])), pattern) and path.match(pattern)
    }
    assert files == installed
    assert Path("flashsloth_cli/settings/prompts/read.toml") in files


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_with_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_contributing_names_every_folder_and_only_modules_that_exist(package: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [table] = re.findall(rf"^\| {package}/ \|.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    folders = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").is_file()}
    places = "".join(re.findall(r"^\|(.*?)\|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)/`", places)) == folders
    modules = {path.name for path in (ROOT / package).rglob("*.py")}
    assert set(re.findall(r"\w+\.py", table)) - modules == set()


PUBLIC = {
    *("open", "compose", "load_image", "FlashSloth", "Chat", "Answer", "Turn", "LoadedImage"),
    *("Token", "Finished", "GenerationStats"),
    *(
        "FlashSlothConfig",
        "FlashSlothModel",
        "FlashSlothForConditionalGeneration",
        "FlashSlothProcessor",
    ),
    *("FlashSlothError", "InputError", "ImageError", "ContextTooLong", "ModelError", "CheckpointError"),
    "ResourceError",
    "__version__",
}


def test_names() -> None:
    assert set(flashsloth.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(flashsloth, name) is not None
        assert name in dir(flashsloth)
    assert not hasattr(flashsloth, "shut")
    assert flashsloth.FlashSlothError is errors.FlashSlothError


def test_each_error_is_described() -> None:
    own = [kind for kind in error_classes() if kind.__module__.startswith("flashsloth.")]
    assert all(kind.__doc__ and kind.__name__ in (errors.__doc__ or "") for kind in own)
