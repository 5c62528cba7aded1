"""Which module may import which, and what importing costs. The layers are those of CONTRIBUTING.md."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from paths import ROOT
from programs import run_python

TERMINAL = {"typer", "rich", "prompt_toolkit", "flashsloth_cli"}
WEB = {"starlette", "uvicorn"}
TORCH, DRAWING = {"torch", "transformers"}, {"PIL", "numpy"}
HEAVY = {*TORCH, *DRAWING, "huggingface_hub"}

# Each layer may import those before it; of the packages within a layer none imports another.
LIBRARY = """errors < utils < devices < sizes < quantization, images < model, processing
< inference < reduction < hf < vlm < checkpoints < generation, data, history < explain < chat < evaluation
< training, batch, server < benchmark < auto"""
COMMAND_LINE = """terminal < options < inputs < settings < history < reports < asking
< training, servers, completion_values < chat < commands < app < __main__"""
# pydantic requires one exact version of it, `ray[data]` is for its tables, jsonschema takes its
# registry, and torch requires Jinja
PROMISED = {"pydantic_core", "pyarrow", "referencing"}
DRAWN = {"flashsloth_synthetic"}  # a distribution of its own
SERVER = ("protocol", "requests", "registry", "security")
LIGHT_FILES = (
    *(
        "sizes/part_sizes.py",
        "sizes/families.py",
        "checkpoints/hub",
        "data",
        "images",
        "server/http_server.py",
    ),
    *("generation/choice_list.py", "batch/inputs.py", "batch/output_file.py", "batch/resuming.py"),
    *("evaluation/calibration.py", "evaluation/evaluate.py", "evaluation/metrics.py"),
)
WITHOUT: dict[str, set[str]] = {  # modules that must not load these, wherever the import stands
    "flashsloth": {*TERMINAL, *DRAWN},
    "flashsloth_cli": DRAWN,
    "flashsloth/errors.py": {"flashsloth", *HEAVY},
    "flashsloth/processing": {"torch"},
    "flashsloth/processing/tokenizer.py": TORCH,
    "flashsloth/explain/maps.py": {*TORCH, "PIL"},
    **dict.fromkeys(("flashsloth/utils", "flashsloth/history"), HEAVY),
    **{f"flashsloth/{name}": {"PIL"} for name in ("model", "inference")},
    **dict.fromkeys(("flashsloth/images/http_fetch.py", "flashsloth/images/sources.py"), DRAWING),
    **dict.fromkeys((f"flashsloth/{name}" for name in LIGHT_FILES), TORCH),
    "flashsloth/vlm/template.py": TORCH,
    **{f"flashsloth/server/{name}.py": {*HEAVY, *WEB} for name in SERVER},
}


def test_what_is_imported_is_declared() -> None:
    """Of other distributions only those that pyproject.toml names: what one of them happens to bring
    may go with it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    distributions = packages_distributions()
    found = {name.partition(".")[0] for path in modules().values() for name in imported(path)}
    others = found - sys.stdlib_module_names - {"flashsloth", "flashsloth_cli"}
    of = {
        name: {canonicalize_name(each) for each in distributions.get(name, [name])} for name in others
    }
    undeclared = {name for name in others if not declared & of[name]} - PROMISED
    assert undeclared == set()


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
    for package, layers in (
        ("flashsloth", LIBRARY.split("<")),
        ("flashsloth_cli", COMMAND_LINE.split("<")),
    ):
        ranks |= {
            f"{package}.{name}": rank
            for rank, layer in enumerate(layers)
            for name in re.findall(r"\w+", layer)
        }
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


def test_imports_run_downwards() -> None:
    assert list(layer_errors(graph())) == []


def test_transformers_is_imported_at_the_edge_alone() -> None:
    """What answers a question starts without it: `ask` would take twice as long."""
    above = {f"flashsloth.{part}" for part in ("hf", "vlm", "training", "benchmark")}
    below = {f"flashsloth.{part}" for part in re.findall(r"\w+", LIBRARY.partition("< hf <")[0])}
    for name, path in modules().items():
        part, names = ".".join(name.split(".")[:2]), imported(path)
        assert part in above or not any(each.split(".")[0] == "transformers" for each in names), name
        assert part not in below or not any(each.startswith("flashsloth.hf") for each in names), name


def test_no_circles() -> None:
    TopologicalSorter(graph()).prepare()  # raises an error with the modules of a circle


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


def test_no_test_needs_the_drawn_world() -> None:
    """Only the program that records nano's answers."""
    needs = re.compile(rf"^ *(?:from|import) (?:{'|'.join(DRAWN)})\b", re.MULTILINE)
    paths = (ROOT / "tests").rglob("*.py")
    found = [path for path in paths if needs.search(path.read_text(encoding="utf-8"))]
    assert found == [ROOT / "tests/chat/cases/make.py"]


def run(code: str) -> str:
    return run_python("-c", code).strip()


LIGHT = {*TORCH, *DRAWING, "http.client", "ssl"}
CHEAP = {  # what is not loaded with a module nor with those before it
    "flashsloth": HEAVY,
    **{f"flashsloth.{name}": LIGHT for name in ("images.sources", "sizes.model_sizes")},
    "flashsloth.images.reader": LIGHT - {"PIL"},
    "flashsloth.server.picture_process": {*TORCH, "numpy"},
    **{f"flashsloth.{name}": TORCH for name in (
        "sizes.part_sizes", "data", "data.validate", "generation.constraint", "generation.answer_record",
        "generation.answer_settings", "history", "quantization", "quantization.presets", "server.protocol",
        "server.requests", "server.registry", "server.http_server", "server.security")},
}  # fmt: skip


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
    """Of the command line two modules import modules that use it, and do so inside functions."""
    found = modules()
    users = {
        name
        for name, path in found.items()
        if any(each.partition(".")[0] in WEB for each in imported(path))
    }
    assert users
    assert all(name.startswith("flashsloth.server.") for name in users)
    edges = {
        name: targets for name, targets in graph().items() if name.startswith("flashsloth.server.")
    }
    while more := {name for name, targets in edges.items() if targets & users} - users:
        users |= more
    importers = {name for name, targets in graph().items() if targets & users} - users
    assert importers == {"flashsloth_cli.servers.start", "flashsloth_cli.servers.agents"}
    assert (
        run(f"import sys, flashsloth_cli.servers.start; print(sorted({WEB} & set(sys.modules)))")
        == "[]"
    )


def test_load_image_needs_only_pillow() -> None:
    path = str(ROOT / "examples/images/stop-sign.png")
    heavy = {"torch", "transformers", "numpy", "huggingface_hub"}
    assert (
        run(
            f"import sys, flashsloth; flashsloth.load_image({path!r}); print({heavy} & set(sys.modules))"
        )
        == "set()"
    )


def test_the_library_never_prints_or_exits() -> None:
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        for node in nodes(file):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in {
                    "print",
                    "exit",
                    "quit",
                    "sys.exit",
                    "os._exit",
                }, file


def test_no_class_named_attention_beside_a_pretrained_model() -> None:
    """transformers would take such a file for one that cannot switch its attention."""
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        names = [n.name for n in nodes(file) if isinstance(n, ast.ClassDef) and "Attention" in n.name]
        assert not names or "PreTrainedModel" not in file.read_text(encoding="utf-8"), file
