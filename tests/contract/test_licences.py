"""What the program needs is free to be passed on with it, and every bound of a version is there."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FREE = re.compile(
    r"(apache|mit\b|mit-cmu|hpnd|bsd|psf|python software|isc\b|mozilla|mpl|unlicense|zlib|cc0|0bsd|public domain|bsl)",
    re.IGNORECASE,
)
STRICT = re.compile(r"\b(a|l)?gpl", re.IGNORECASE)


def needed() -> dict[str, str]:
    """Every distribution that an install without extras brings, with what its metadata says of its licence."""
    found: dict[str, str] = {}
    waiting = [Requirement(line) for line in PROJECT["dependencies"]]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        said = metadata.distribution(wanted.name)
        classifiers = [c for c in said.metadata.get_all("Classifier", []) if c.startswith("License")]
        found[name] = " ".join(
            [said.metadata.get("License-Expression") or "", (said.metadata.get("License") or "")[:200], *classifiers]
        )
        waiting += [Requirement(line) for line in said.requires or []]
    return found


def test_every_licence_allows_passing_on() -> None:
    licences = needed()
    assert len(licences) > 20
    strict = {name: said for name, said in licences.items() if STRICT.search(said) and not FREE.search(said)}
    assert strict == {}
    unknown = {name: said for name, said in licences.items() if not FREE.search(said)}
    assert unknown == {}


NEEDED = [
    *PROJECT["dependencies"],
    *(line for extra in ("heic", "pdf") for line in PROJECT["optional-dependencies"][extra]),
]


@pytest.mark.parametrize("line", NEEDED)
def test_every_dependency_has_both_bounds(line: str) -> None:
    operators = {each.operator for each in Requirement(line).specifier}
    assert {">=", "<"} <= operators


def test_the_lowest_versions_are_those_of_the_project() -> None:
    lowest = {
        requirement.name.lower().replace("_", "-"): next(iter(requirement.specifier)).version
        for line in (ROOT / "constraints-lowest.txt").read_text().splitlines()
        if line and not line.startswith("#")
        for requirement in [Requirement(line)]
    }
    assert len(lowest) == len(NEEDED)
    for line in NEEDED:
        wanted = Requirement(line)
        floor = next(each.version for each in wanted.specifier if each.operator == ">=")
        held = lowest[wanted.name.lower().replace("_", "-")]
        assert held == floor or held.startswith(f"{floor}."), line
