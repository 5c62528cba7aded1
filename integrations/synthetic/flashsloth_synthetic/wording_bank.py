"""The wordings of questions that are kept as data: assets/wordings.toml, kinds.toml and everyday.toml.

A wording is held out of training if the checksum of its text is a multiple of `EVERY`, so that it can
be measured how a model does with words that it never saw. Keys with few wordings hold none out.
"""

from __future__ import annotations

import tomllib
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
EVERY = 8
LEAST = 20  # wordings of a key that holds some out


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((ASSETS / name).read_text(encoding="utf-8"))


def held_out(wording: str) -> bool:
    """Return whether a wording is left out of training, in keys that hold some out."""
    return zlib.crc32(wording.encode()) % EVERY == 0


def split(wordings: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the wordings for training, and those that are held out."""
    if len(wordings) < LEAST:
        return tuple(wordings), ()
    return tuple(w for w in wordings if not held_out(w)), tuple(w for w in wordings if held_out(w))


def _claims(
    frames: Sequence[str], statements: Mapping[str, str], but: Sequence[str]
) -> tuple[str, ...]:
    """Put every statement into every frame: "I think {the} is {colour}. Is that right?". Each has its
    tag.

    Those that are wordings already are left out, so that none is held out here and not there.
    """
    claims = [
        frame.replace("<claim>", statement).replace("<tag>", tag)
        for frame in frames
        for statement, tag in statements.items()
    ]
    claims = [claim[0].upper() + claim[1:] for claim in claims]
    return tuple(claim for claim in dict.fromkeys(claims) if claim not in but)


_WORDINGS = _read("wordings.toml")
KINDS: dict[str, dict[str, Any]] = _read("kinds.toml")
EVERYDAY: dict[str, dict[str, Any]] = _read("everyday.toml")
WORDINGS: dict[str, tuple[str, ...]] = {
    key: tuple(wordings) for key, wordings in _WORDINGS["phrases"].items()
}
WORDINGS |= {key: tuple(kind["wordings"]) for key, kind in (KINDS | EVERYDAY).items()}
# it names the sign
WORDINGS["sign says"] = tuple(wording for wording in WORDINGS["read sign"] if "sign" in wording)
# Yes-or-no questions that claim something: "The sign is red, isn't it?"
CLAIMS = {
    key: _claims(_WORDINGS["frames"], statements, WORDINGS[key])
    for key, statements in _WORDINGS["claims"].items()
}
STYLES: dict[str, tuple[str, ...]] = {
    kind: tuple(requests) for kind, requests in _WORDINGS["styles"].items()
}
STYLE_OF: dict[str, str] = {
    key: kind["style"] for key, kind in (KINDS | EVERYDAY).items() if "style" in kind
}
OFF_TOPIC: tuple[str, ...] = tuple(_WORDINGS["off_topic"]["wordings"])
# What people tell of themselves before or after a question (`typing_noise`).
STORIES: tuple[str, ...] = tuple(_WORDINGS["stories"])
PLACES: dict[str, str] = _WORDINGS["places"]
SYNONYMS: dict[str, tuple[str, ...]] = {
    noun: tuple(others) for noun, others in _WORDINGS["synonyms"].items()
}
