"""The licences of all dependencies allow redistribution, and all dependencies have version bounds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from importlib import metadata

from packaging.requirements import Requirement

import photos
from paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FREE = re.compile(
    r"(apache|mit\b|mit-cmu|hpnd|bsd|psf|python software|isc\b|mozilla|mpl|unlicense|zlib|cc0|0bsd|public domain|bsl)",
    re.IGNORECASE,
)


@dataclass
class Dependency:
    """A distribution that pip installs: the licence in its metadata, and the distributions that require it."""

    licence: str
    required_by: set[str] = field(default_factory=set)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(distribution: metadata.Distribution) -> str:
    fields = distribution.metadata
    classifiers = [line for line in fields.get_all("Classifier", []) if line.startswith("License")]
    return " ".join([fields.get("License-Expression") or "", (fields.get("License") or "")[:200], *classifiers])


def dependency_tree(dependencies: list[str]) -> dict[str, Dependency]:
    """Return every distribution that these dependencies install on this machine, by its canonical name."""
    found: dict[str, Dependency] = {}
    followed: set[tuple[str, str]] = set()
    waiting = [("flashsloth", "", Requirement(line)) for line in dependencies]
    while waiting:
        parent, parent_extra, requirement = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": parent_extra}):
            continue
        name, distribution = canonical(requirement.name), metadata.distribution(requirement.name)
        found.setdefault(name, Dependency(licence_of(distribution))).required_by.add(parent)
        for extra in {"", *requirement.extras} - {extra for other, extra in followed if other == name}:
            followed.add((name, extra))
            waiting += [(name, extra, Requirement(line)) for line in distribution.requires or []]
    return found


def is_cuda_runtime(name: str) -> bool:
    return name == "cuda-toolkit" or name.startswith("nvidia-")


def comes_with_torch(name: str, everything: dict[str, Dependency]) -> bool:
    """Return whether `name` is NVIDIA's and only torch or NVIDIA's own packages require it.

    Their licence restricts redistribution. FlashSloth neither ships nor requires them: pip installs them for torch's
    CUDA build, and not for its CPU build.
    """
    parents = everything[name].required_by
    return is_cuda_runtime(name) and all(parent == "torch" or is_cuda_runtime(parent) for parent in parents)


def refused(everything: dict[str, Dependency]) -> dict[str, str]:
    """Return the distributions that may not be redistributed with FlashSloth, with their licences."""
    return {
        name: dependency.licence
        for name, dependency in everything.items()
        if not FREE.search(dependency.licence) and not comes_with_torch(name, everything)
    }


def test_every_licence_allows_redistribution() -> None:
    everything = dependency_tree(PROJECT["dependencies"])
    assert len(everything) > 20
    assert refused(everything) == {}


REQUIREMENTS = [
    *PROJECT["dependencies"],
    *(line for extra in ("heic", "pdf") for line in PROJECT["optional-dependencies"][extra]),
]


def test_every_dependency_has_both_bounds() -> None:
    for line in REQUIREMENTS:
        assert {">=", "<"} <= {specifier.operator for specifier in Requirement(line).specifier}, line


def test_every_photograph_is_in_the_public_domain() -> None:
    """Each has its author, its source and a licence that asks for nothing; together they stay small."""
    table = photos.sources()
    assert (
        set(table) == {path.name for path in photos.PATHS} == {p.name for p in photos.FOLDER.iterdir()} - {"SOURCES.md"}
    )
    assert len(table) == 12
    for name, (author, licence, source, note) in table.items():
        assert author, name
        assert licence in ("Public Domain", "CC0-1.0"), name
        assert source.startswith("https://"), name
        assert note, name
    assert sum(path.stat().st_size for path in photos.PATHS) < 1_500_000
