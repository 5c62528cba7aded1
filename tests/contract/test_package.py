"""The packages: their public names and errors, their data files, and CONTRIBUTING, which names all
their folders."""

from __future__ import annotations

import itertools
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from setuptools import Distribution
from test_cli_contract import error_classes

import flashsloth
from flashsloth import errors
from paths import ROOT

PACKAGES = ("flashsloth", "flashsloth_cli")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_there_is_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files(["pyproject.toml"])
    assert distribution.metadata.version == flashsloth.__version__
    assert PROJECT["dynamic"] == ["version"]  # it is written in one place


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    """constraints.txt is for every build of torch and every system."""
    first, *lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert "make pins" in first
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    versions = {canonicalize_name(each.name): str(each.specifier) for each in pins}
    assert not [version for version in versions.values() if not re.fullmatch(r"==[\w.]+", version)]
    assert [each.name for each in pins if each.marker is not None] == ["triton"]
    for line in [
        *PROJECT["dependencies"],
        *itertools.chain(*PROJECT["optional-dependencies"].values()),
    ]:
        needed = Requirement(line)
        if needed.name == "flashsloth" or "win32" in str(needed.marker):
            continue
        version = versions[canonicalize_name(needed.name)].removeprefix("==")
        assert needed.specifier.contains(version), line


@pytest.mark.parametrize("name", [*PACKAGES, "docs", "README.md"])
def test_nobody_is_told_to_install_this_program_by_name(name: str) -> None:
    """No package index has it; whoever registers the name could put anything there. A maintainer who
    has just published it installs it by name."""
    found = [path for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.suffix in (".py", ".md")]
    assert found
    named = re.compile(r"pip install[^\n`]*[ '\"]flashsloth\b(?!/)|flashsloth\[")
    others = [path for path in found if path.name != "releasing.md"]
    assert [path for path in others if named.search(path.read_text(encoding="utf-8"))] == []


def test_triton_is_named_with_its_bound() -> None:
    [line] = [line for line in PROJECT["optional-dependencies"]["triton"] if "linux" in line]
    [bound] = [each.version for each in Requirement(line).specifier if each.operator == "<"]
    for name in ("flashsloth/quantization/card_products.py", "docs/troubleshooting.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"pip install .*<([\d.]+)", text)) == {bound}


def test_hooks_match_files() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    files = [str(path.relative_to(ROOT)) for name in PACKAGES for path in (ROOT / name).rglob("*")]
    patterns = re.findall(r"^ +files: (.+)$", text, re.MULTILINE)
    assert patterns
    for pattern in patterns:
        assert [name for name in files if re.search(pattern, name)], pattern


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
