"""Tests look at what a caller sees: each private name of ours that one uses has its reason beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from paths import ROOT

PRIVATE = re.compile(r"_[a-z]\w*")
DEFINED = re.compile(r"(?:def |self\.|^|\s)(_[a-z]\w*)(?= ?[:=(,])", re.MULTILINE)
FOREIGN = {"_replace", "_get_num_multimodal_tokens", "_expand_inputs_for_generation"}  # of namedtuple and transformers


def ours() -> set[str]:
    """Return the private names that the library and the command line define."""
    sources = [path for package in ("flashsloth", "flashsloth_cli") for path in (ROOT / package).rglob("*.py")]
    return {name for path in sources for name in DEFINED.findall(path.read_text(encoding="utf-8"))} - FOREIGN


def uses(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Yield the first and last line of each use of a private name, also as text, as monkeypatch.setattr wants it."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                continue
            case ast.Attribute(attr=name) if PRIVATE.fullmatch(name):
                yield node.lineno, node.end_lineno or node.lineno, name
            case ast.Call(func=ast.Attribute(attr="setattr" | "delattr" | "object"), args=[*given]):
                texts = [each.value for each in given[:2] if isinstance(each, ast.Constant)]
                for name in (str(text).rpartition(".")[2] for text in texts):
                    if PRIVATE.fullmatch(name):
                        yield node.lineno, node.end_lineno or node.lineno, name


def unexplained(path: Path, known: set[str]) -> Iterator[str]:
    """Yield the private names of a file whose first use has no comment in its lines or just before them."""
    text = path.read_text(encoding="utf-8")
    lines, seen = text.splitlines(), set()
    for first, last, name in sorted(uses(ast.parse(text))):
        if name in known and name not in seen and not any("#" in line for line in lines[max(first - 2, 0) : last]):
            yield f"{path.relative_to(ROOT)}:{first}: {name}"
        seen.add(name)


def test_private_names_have_a_reason() -> None:
    known = ours()
    assert {"_take", "_connection"} <= known
    assert [use for path in sorted((ROOT / "tests").rglob("*.py")) for use in unexplained(path, known)] == []
