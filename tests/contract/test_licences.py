"""What the program needs is free to be passed on with it, and every bound of a version is there."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FREE = re.compile(
    r"(apache|mit\b|mit-cmu|hpnd|bsd|psf|python software|isc\b|mozilla|mpl|unlicense|zlib|cc0|0bsd|public domain|bsl)",
    re.IGNORECASE,
)


@dataclass
class Needed:
    """A distribution that an install brings: its licence by its metadata, and which distributions require it."""

    licence: str
    required_by: set[str] = field(default_factory=set)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(name: str, path: list[str]) -> metadata.Distribution:
    return next(iter(metadata.distributions(name=name, path=path)))


def licence_of(distribution: metadata.Distribution) -> str:
    said = distribution.metadata
    classifiers = [each for each in said.get_all("Classifier", []) if each.startswith("License")]
    return " ".join([said.get("License-Expression") or "", (said.get("License") or "")[:200], *classifiers])


def needed(dependencies: list[str], path: list[str] = sys.path) -> dict[str, Needed]:
    """Return every distribution that these dependencies bring on this machine, by its canonical name."""
    found: dict[str, Needed] = {}
    followed: set[tuple[str, str]] = set()
    waiting = [("flashsloth", "", Requirement(line)) for line in dependencies]
    while waiting:
        parent, parent_extra, wanted = waiting.pop()
        if wanted.marker and not wanted.marker.evaluate({"extra": parent_extra}):
            continue
        name, distribution = canonical(wanted.name), installed(wanted.name, path)
        found.setdefault(name, Needed(licence_of(distribution))).required_by.add(parent)
        for extra in {"", *wanted.extras} - {extra for other, extra in followed if other == name}:
            followed.add((name, extra))
            waiting += [(name, extra, Requirement(line)) for line in distribution.requires or []]
    return found


def is_cuda_runtime(name: str) -> bool:
    return name == "cuda-toolkit" or name.startswith("nvidia-")


def comes_with_torch(name: str, everything: dict[str, Needed]) -> bool:
    """Whether `name` is NVIDIA's, and only torch or NVIDIA's own packages require it.

    These may be passed on by NVIDIA's terms alone. FlashSloth neither ships nor requires them: pip fetches them from
    NVIDIA for torch's CUDA build, and with torch's CPU build there are none.
    """
    parents = everything[name].required_by
    return is_cuda_runtime(name) and all(parent == "torch" or is_cuda_runtime(parent) for parent in parents)


def refused(everything: dict[str, Needed]) -> dict[str, str]:
    """Return the distributions that FlashSloth's users could not pass on with it, with what they say of themselves."""
    return {
        name: each.licence
        for name, each in everything.items()
        if not FREE.search(each.licence) and not comes_with_torch(name, everything)
    }


def test_every_licence_allows_passing_on() -> None:
    everything = needed(PROJECT["dependencies"])
    assert len(everything) > 20
    assert refused(everything) == {}


PROPRIETARY = "License-Expression: LicenseRef-NVIDIA-Proprietary"
CUDA_BUILD = {  # what PyPI's torch for Linux requires, cut short
    "torch": (
        "License-Expression: BSD-3-Clause",
        'cuda-toolkit[cublas]==13.0.3; platform_system != "nowhere"',
        'nvidia-nccl-cu13; platform_system != "nowhere"',
        'nvidia-nowhere; platform_system == "nowhere"',
        "triton",
    ),
    "cuda-toolkit": ("Summary: no licence", 'nvidia-cublas; extra == "cublas"', 'nvidia-npp; extra == "npp"'),
    "nvidia-cublas": (PROPRIETARY, "nvidia-cuda-nvrtc"),
    "nvidia-cuda-nvrtc": ("Classifier: License :: Other/Proprietary License",),
    "nvidia-nccl-cu13": ("License: NVIDIA Proprietary Software",),
    "triton": ("Classifier: License :: OSI Approved :: MIT License",),
}


def write_distributions(folder: Path, distributions: dict[str, tuple[str, ...]]) -> list[str]:
    """Write the metadata of each distribution, a line of its licence and its requirements; return the search path."""
    for name, (licence, *requires) in distributions.items():
        place = folder / f"{name.replace('-', '_')}-1.0.dist-info"
        place.mkdir()
        lines = [f"Name: {name}", "Version: 1.0", licence, *(f"Requires-Dist: {line}" for line in requires)]
        (place / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", *lines, ""]))
    return [str(folder)]


def test_the_cuda_build_of_torch_is_allowed(tmp_path: Path) -> None:
    everything = needed(["torch"], write_distributions(tmp_path, CUDA_BUILD))
    assert set(everything) == set(CUDA_BUILD)
    assert everything["nvidia-cuda-nvrtc"].required_by == {"nvidia-cublas"}
    assert refused(everything) == {}


@pytest.mark.parametrize(
    ("dependencies", "added", "wrong"),
    [
        (["torch", "nvidia-nccl-cu13"], {}, {"nvidia-nccl-cu13"}),  # required by this project itself
        (["torch", "fast"], {"fast": ("License: MIT", "nvidia-cublas")}, {"nvidia-cublas"}),
        (["torch", "fast"], {"fast": (PROPRIETARY,)}, {"fast"}),
        (["torch"], {"triton": (PROPRIETARY,)}, {"triton"}),  # torch's, and not one of NVIDIA's
        (["torch", "strict"], {"strict": ("License-Expression: GPL-3.0-only",)}, {"strict"}),
        (["torch", "silent"], {"silent": ("Summary: no licence",)}, {"silent"}),
    ],
)
def test_what_else_is_not_free_is_refused(
    tmp_path: Path, dependencies: list[str], added: dict[str, tuple[str, ...]], wrong: set[str]
) -> None:
    everything = needed(dependencies, write_distributions(tmp_path, CUDA_BUILD | added))
    assert set(refused(everything)) == wrong


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
