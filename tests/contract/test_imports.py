"""Which module may import which, and what importing costs. The layers are those of CONTRIBUTING.md."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from paths import ROOT
from programs import run_python

TERMINAL = {"typer", "rich", "prompt_toolkit", "flashsloth_cli"}
WEB = {"starlette", "uvicorn"}
HEAVY = {"torch", "transformers", "numpy", "PIL", "huggingface_hub"}

# Each layer may import those above it in this list and, within a line, its own package only.
LIBRARY = [
    {"errors"},
    {"utils"},
    {"devices"},
    {"config"},
    {"quantization", "images"},
    {"model", "processing"},
    {"inference"},
    {"reduction"},
    {"checkpoints"},
    {"generation", "data", "history"},
    {"explain"},
    {"chat"},
    {"answering"},
    {"evaluation"},
    {"training", "batch", "server"},
    {"benchmark"},
    {"auto"},
]
COMMAND_LINE = [
    {"terminal"},
    {"declaration"},
    {"options"},
    {"inputs"},
    {"config"},
    {"history"},
    {"reports"},
    {"answers"},
    {"training", "servers", "completion_values"},
    {"chat"},
    {"commands"},
    {"app"},
    {"__main__"},
]
DRAWN = {"flashsloth_synthetic"}  # a distribution of its own
WITHOUT = {  # modules that must not load these, wherever the import stands
    "flashsloth": {*TERMINAL, *DRAWN},
    "flashsloth_cli": DRAWN,
    "flashsloth/errors.py": {"flashsloth", *HEAVY},
    "flashsloth/utils": HEAVY,
    "flashsloth/config/official_config.py": {"torch", "transformers"},
    "flashsloth/config/towers.py": {"torch", "transformers"},
    "flashsloth/quantization": {"transformers"},
    "flashsloth/images": {"torch", "transformers"},
    "flashsloth/images/http_fetch.py": {"numpy", "PIL"},
    "flashsloth/images/sources.py": {"numpy", "PIL"},
    "flashsloth/model": {"PIL"},
    "flashsloth/inference": {"PIL"},
    "flashsloth/processing": {"torch"},
    "flashsloth/checkpoints/hub": {"torch", "transformers"},
    "flashsloth/data": {"torch", "transformers"},
    "flashsloth/explain/placement.py": {"torch", "transformers", "PIL"},
    "flashsloth/history": {*HEAVY},
    "flashsloth/server/protocol.py": {*HEAVY, *WEB},
    "flashsloth/server/requests.py": {*HEAVY, *WEB},
    "flashsloth/server/registry.py": {*HEAVY, *WEB},
    "flashsloth/server/security.py": {*HEAVY, *WEB},
    "flashsloth/server/run.py": {"torch", "transformers"},
    "flashsloth/generation/choice_list.py": {"torch", "transformers"},
    "flashsloth/evaluation/calibration.py": {"torch", "transformers"},
    "flashsloth/batch/inputs.py": {"torch", "transformers"},
    "flashsloth/batch/output_file.py": {"torch", "transformers"},
    "flashsloth/batch/documents.py": {"torch", "transformers"},
    "flashsloth/evaluation/evaluate.py": {"torch", "transformers"},
    "flashsloth/evaluation/metrics.py": {"torch", "transformers"},
    "integrations/synthetic/flashsloth_synthetic/scene.py": {"PIL", "numpy"},
    "integrations/synthetic/flashsloth_synthetic/scene_index.py": {"PIL", "numpy"},
    "integrations/synthetic/flashsloth_synthetic/question_builders": {"PIL", "numpy"},
    "integrations/synthetic/flashsloth_synthetic/question_templates.py": {"PIL", "numpy"},
    "integrations/synthetic/flashsloth_synthetic/dialogues.py": {"PIL", "numpy"},
}


def modules() -> dict[str, Path]:
    """Every module of both packages, by its dotted name."""
    found = {}
    for package in ("flashsloth", "flashsloth_cli"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@functools.cache
def imported(path: Path) -> set[str]:
    """Every name that a file imports: at the top, inside functions, and under TYPE_CHECKING."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@functools.cache
def graph() -> dict[str, set[str]]:
    """The modules of ours that each module imports."""
    found = modules()

    def of_ours(name: str) -> str:
        while name and name not in found:
            name = name.rpartition(".")[0]
        return name

    return {name: {of_ours(i) for i in imported(path)} - {"", name} for name, path in found.items()}


def layer_errors(edges: dict[str, set[str]]) -> Iterator[str]:
    """Imports that go upwards or sideways."""
    ranks = {}
    for package, layers in (("flashsloth", LIBRARY), ("flashsloth_cli", COMMAND_LINE)):
        ranks |= {f"{package}.{name}": rank for rank, layer in enumerate(layers) for name in layer}
    for name, targets in edges.items():
        part = ".".join(name.split(".")[:2])
        for target in targets:
            other = ".".join(target.split(".")[:2])
            if part == other or target == "flashsloth" or name == "flashsloth":
                continue  # inside a part, or the public names
            if other not in ranks or (part not in ranks and "." in part):
                yield f"{name} imports {target}, which has no layer"
            elif name.split(".")[0] == target.split(".")[0] and ranks[other] >= ranks[part]:
                yield f"{name} imports {target} upwards"


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Modules that import each other, directly or around several corners."""
    reach: dict[str, set[str]] = {}
    for start in edges:
        seen, stack = set(), list(edges[start])
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack += edges.get(name, ())
        reach[start] = seen
    return sorted({tuple(sorted({a, *(b for b in reach[a] if a in reach.get(b, ()))})) for a in edges if a in reach[a]})


def test_imports_run_downwards() -> None:
    assert list(layer_errors(graph())) == []


def test_no_circles() -> None:
    assert circles(graph()) == []


@pytest.mark.parametrize("where", WITHOUT)
def test_what_is_not_loaded(where: str) -> None:
    place = ROOT / where
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in sorted(imported(file))
        if any(name == ban or name.startswith(ban + ".") for ban in WITHOUT[where])
    ]
    assert not wrong


def run(code: str) -> str:
    return run_python("-c", code).strip()


HEAVY = ["torch", "transformers"]
CHEAP = {  # what is not loaded with a module nor with those before it
    "flashsloth": [*HEAVY, "PIL", "numpy", "huggingface_hub"],
    "flashsloth.images.sources": [*HEAVY, "PIL", "numpy", "http.client", "ssl"],
    "flashsloth.images.crop": [*HEAVY, "PIL", "numpy", "http.client", "ssl"],
    "flashsloth.config.picture_scale": [*HEAVY, "PIL", "numpy", "http.client", "ssl"],
    "flashsloth.images.reader": [*HEAVY, "PIL", "numpy", "http.client", "ssl"],
    "flashsloth.server.picture_process": [*HEAVY, "numpy"],
    "flashsloth.config.official_config": HEAVY,
    "flashsloth.data": HEAVY,
    "flashsloth.data.validate": HEAVY,
    "flashsloth.generation.constraint": HEAVY,
    "flashsloth.generation.events": HEAVY,
    "flashsloth.generation.sampling_settings": HEAVY,
    "flashsloth.history": HEAVY,
    "flashsloth.quantization": HEAVY,
    "flashsloth.quantization.presets": HEAVY,
    "flashsloth.server.protocol": HEAVY,
    "flashsloth.server.requests": HEAVY,
    "flashsloth.server.registry": HEAVY,
    "flashsloth.server.run": HEAVY,
    "flashsloth.server.security": HEAVY,
}


def test_what_is_cheap_to_import() -> None:
    """In one process for all modules; it prints the first one with which something heavy is loaded."""
    code = f"""
import importlib, sys
for name, heavy in {CHEAP}.items():
    importlib.import_module(name)
    if found := sys.modules.keys() & set(heavy):
        print(name, found)
        break
"""
    assert run(code) == ""


def test_only_serve_loads_the_web_framework() -> None:
    """Of the command line one module imports modules that use it, and does so inside functions."""
    found = modules()
    users = {name for name, path in found.items() if any(each.partition(".")[0] in WEB for each in imported(path))}
    assert users
    assert all(name.startswith("flashsloth.server.") for name in users)
    edges = {name: targets for name, targets in graph().items() if name.startswith("flashsloth.server.")}
    while more := {name for name, targets in edges.items() if targets & users} - users:
        users |= more
    importers = {name for name, targets in graph().items() if targets & users} - users
    assert importers == {"flashsloth_cli.servers.start"}
    assert run(f"import sys, flashsloth_cli.servers.start; print(sorted({WEB} & set(sys.modules)))") == "[]"


def test_load_image_needs_only_pillow() -> None:
    path = str(ROOT / "examples/images/stop-sign.png")
    heavy = {"torch", "transformers", "numpy", "huggingface_hub"}
    assert run(f"import sys, flashsloth; flashsloth.load_image({path!r}); print({heavy} & set(sys.modules))") == "set()"


def test_the_library_never_prints_or_exits() -> None:
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        for node in nodes(file):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in {"print", "exit", "quit", "sys.exit", "os._exit"}, file


def test_no_class_named_attention_beside_a_pretrained_model() -> None:
    """transformers would take such a file for one that cannot switch its attention."""
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        names = [n.name for n in nodes(file) if isinstance(n, ast.ClassDef) and "Attention" in n.name]
        assert not names or "PreTrainedModel" not in file.read_text(encoding="utf-8"), file
