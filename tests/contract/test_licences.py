"""The licences of all dependencies allow redistribution, and all dependencies have version bounds."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement

import photos
from paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FREE = re.compile(
    r"(apache|mit\b|mit-cmu|hpnd|bsd|psf|python software|isc\b|mozilla|mpl|unlicense|zlib|cc0|0bsd|public domain|bsl)",
    re.IGNORECASE,
)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(distribution: metadata.Distribution) -> str:
    fields = distribution.metadata
    classifiers = [line for line in fields.get_all("Classifier", []) if line.startswith("License")]
    return " ".join(
        [fields.get("License-Expression") or "", (fields.get("License") or "")[:200], *classifiers]
    )


def is_of_nvidia(name: str) -> bool:
    return name == "cuda-toolkit" or name.startswith("nvidia-")


def licences(dependencies: list[str]) -> dict[str, str]:
    """Return the licence of every distribution that these dependencies install on this machine.

    Those of NVIDIA that torch requires are left out: their licence restricts redistribution, but
    FlashSloth neither ships nor requires them. pip installs them for torch's CUDA build.
    """
    found: dict[str, str] = {}
    followed: set[tuple[str, str]] = set()
    waiting = [("flashsloth", "", Requirement(line)) for line in dependencies]
    while waiting:
        parent, parent_extra, requirement = waiting.pop()
        name = canonical(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": parent_extra}):
            continue
        if is_of_nvidia(name) and (parent == "torch" or is_of_nvidia(parent)):
            continue
        distribution = metadata.distribution(requirement.name)
        found[name] = licence_of(distribution)
        for extra in {"", *requirement.extras} - {extra for other, extra in followed if other == name}:
            followed.add((name, extra))
            waiting += [(name, extra, Requirement(line)) for line in distribution.requires or []]
    return found


def test_every_licence_allows_redistribution() -> None:
    found = licences(PROJECT["dependencies"])
    assert len(found) > 20
    assert {name: licence for name, licence in found.items() if not FREE.search(licence)} == {}


def test_every_dependency_has_both_bounds() -> None:
    extras = PROJECT["optional-dependencies"]
    for line in (*PROJECT["dependencies"], *extras["heic"], *extras["pdf"]):
        assert {">=", "<"} <= {specifier.operator for specifier in Requirement(line).specifier}, line


def test_every_photograph_is_in_the_public_domain() -> None:
    """Each has its author, its source and a licence that asks for nothing; together they stay small."""
    table = photos.sources()
    assert set(table) | {"SOURCES.md"} == {path.name for path in photos.FOLDER.iterdir()}
    assert len(table) == 12
    for name, (author, licence, source, note) in table.items():
        assert author, name
        assert licence in ("Public Domain", "CC0-1.0"), name
        assert source.startswith("https://"), name
        assert note, name
    assert sum(path.stat().st_size for path in photos.PATHS) < 1_500_000
