"""Who may import whom, and what importing costs. The directions are those of CONTRIBUTING.md."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TERMINAL = {"typer", "rich", "prompt_toolkit", "flashsloth_cli"}
UPWARDS = {
    *(
        "flashsloth.generation",
        "flashsloth.chat",
        "flashsloth.checkpoints.loader",
        "flashsloth.checkpoints.hub",
        "flashsloth.checkpoints.safetensors_reader",
    ),
    *(
        "flashsloth.checkpoints.packed_builder",
        "flashsloth.checkpoints.save",
        "flashsloth.benchmark",
        "flashsloth.training",
        "flashsloth.checkpoints.adapter",
    ),
    *("flashsloth.evaluation", "flashsloth.batch"),
}
PARTS = {f"flashsloth.{path.stem}" for path in (ROOT / "flashsloth").iterdir()} - {"flashsloth.nano"}
DRAWING = {"PIL", "numpy", *(f"flashsloth.synthetic.{name}" for name in ("canvas", "glyphs", "pictures", "things"))}
FORBIDDEN = {
    "flashsloth": TERMINAL,
    "flashsloth/errors.py": {"flashsloth", "torch", "transformers"},
    "flashsloth/generation/events.py": {"flashsloth", "torch", "transformers"},
    "flashsloth/utils/paths.py": {"flashsloth", "torch", "transformers"},
    "flashsloth/config/model_config.py": UPWARDS | {"flashsloth.model", "flashsloth.processing"},
    "flashsloth/model": UPWARDS | {"flashsloth.processing", "PIL"},
    "flashsloth/processing": UPWARDS | {"flashsloth.model", "torch"},
    "flashsloth/images/reader.py": {"torch", "transformers", "numpy"},
    "flashsloth/images/sources.py": {"torch", "transformers", "numpy", "PIL", "flashsloth.images.reader"},
    "flashsloth/images/http_fetch.py": {"torch", "transformers", "numpy", "PIL", "flashsloth.images.sources"},
    "flashsloth/utils/text.py": {"flashsloth", "torch", "transformers", "numpy", "PIL"},
    "flashsloth/checkpoints/hub.py": {
        "torch",
        "transformers",
        "flashsloth.model",
        "flashsloth.processing",
        "flashsloth.checkpoints.loader",
    },
    "flashsloth/checkpoints/safetensors_reader.py": {
        "flashsloth.generation",
        "flashsloth.chat",
        "flashsloth.checkpoints.loader",
    },
    "flashsloth/quantization": UPWARDS
    | {"flashsloth.model", "flashsloth.processing", "flashsloth.devices", "transformers"},
    "flashsloth/devices.py": UPWARDS | {"flashsloth.model", "flashsloth.processing", "transformers"},
    "flashsloth/checkpoints/packed_builder.py": (
        UPWARDS - {"flashsloth.checkpoints.packed_builder", "flashsloth.checkpoints.safetensors_reader"}
    )
    | {"flashsloth.processing"},
    "flashsloth/checkpoints/loader.py": {"flashsloth.generation", "flashsloth.chat", "flashsloth.benchmark"},
    "flashsloth/checkpoints/save.py": {"flashsloth.generation", "flashsloth.chat", "flashsloth.benchmark"},
    "flashsloth/engine": {"flashsloth.chat", "flashsloth.checkpoints.loader", "flashsloth.quantization", "PIL"},
    "flashsloth/session": {
        "flashsloth.benchmark",
        "flashsloth.checkpoints.save",
        "flashsloth.training",
        "flashsloth.data",
    }
    | {"flashsloth.evaluation", "flashsloth.batch"},
    "flashsloth/history/store.py": {
        *(PARTS - {"flashsloth.errors", "flashsloth.history.store", "flashsloth.history.records"})
    }
    | {"torch", "transformers", "PIL"},
    "flashsloth/history/records.py": {"flashsloth", "torch", "transformers", "PIL"},
    "flashsloth/checkpoints/adapter.py": (UPWARDS - {"flashsloth.checkpoints.safetensors_reader"})
    | {"flashsloth.model", "flashsloth.processing", "peft"},
    "flashsloth/training": {"flashsloth.generation", "flashsloth.chat", "flashsloth.benchmark", "flashsloth.evaluation"}
    | {"flashsloth.batch"},
    "flashsloth/evaluation": {
        "flashsloth.training",
        "flashsloth.benchmark",
        "flashsloth.checkpoints.save",
        "flashsloth.checkpoints.hub",
    }
    | {"flashsloth.batch"},
    "flashsloth/batch": {
        "flashsloth.training",
        "flashsloth.benchmark",
        "flashsloth.checkpoints.save",
        "flashsloth.checkpoints.hub",
    },
    "flashsloth/batch/inputs.py": {"torch", "transformers", "flashsloth.chat", "flashsloth.model"},
    "flashsloth/batch/resume.py": {"torch", "transformers", "flashsloth.chat", "flashsloth.model"},
    "flashsloth/batch/output_file.py": {"torch", "transformers", "flashsloth.chat", "flashsloth.model"},
    "flashsloth/evaluation/datasets.py": {"torch", "transformers", "flashsloth.chat", "flashsloth.model"},
    "flashsloth/evaluation/metrics.py": {"torch", "transformers", "flashsloth"},
    "flashsloth/nano": {"torch", "transformers", *PARTS},
    "flashsloth/synthetic/scene.py": {"PIL", "numpy", "flashsloth"},
    "flashsloth/synthetic/patch_labels.py": {"PIL"},
    "flashsloth/synthetic/scene_index.py": DRAWING,
    "flashsloth/synthetic/question_builders.py": DRAWING,
    "flashsloth/synthetic/dialogues.py": DRAWING,
    "flashsloth/synthetic/question_templates.py": DRAWING,
    "flashsloth/training/master_weights.py": {"flashsloth"},
    "flashsloth/training/patch_supervision.py": {
        "PIL",
        "flashsloth.data",
        "flashsloth.processing",
        "flashsloth.checkpoints.loader",
    },
    "flashsloth/training/synthetic_rows.py": {"flashsloth.model", "flashsloth.checkpoints.loader"},
    "flashsloth/config/official_config.py": {"torch", "transformers", "flashsloth.config.model_config"},
    "flashsloth/data": (UPWARDS - {"flashsloth.checkpoints.safetensors_reader"})
    | {"flashsloth.model", "flashsloth.training", "flashsloth.config.model_config", "torch", "transformers"},
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function, except for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


@pytest.mark.parametrize("where", FORBIDDEN)
def test_directions(where: str) -> None:
    place = ROOT / where
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in sorted(imports(file))
        if any(name == ban or name.startswith(ban + ".") for ban in FORBIDDEN[where])
    ]
    assert not wrong


def test_the_test_sees_a_planted_import(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def f():\n    from rich.console import Console\n    import flashsloth_cli.app\n")
    assert {"rich.console", "flashsloth_cli.app"} <= imports(planted)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'transformers', 'PIL', 'numpy', 'huggingface_hub'}"
    assert run(f"import sys, flashsloth; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_load_image_needs_only_pillow() -> None:
    heavy = "{'torch', 'transformers', 'numpy', 'huggingface_hub'}"
    code = f"""
import sys, flashsloth
flashsloth.load_image("examples/images/{next((ROOT / "examples/images").glob("*.png")).name}")
print(sorted({heavy} & set(sys.modules)))"""
    assert run(code) == "[]"


def test_the_library_never_prints_or_exits() -> None:
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in {"print", "exit", "quit", "sys.exit", "os._exit"}, file


def test_no_class_named_attention_beside_a_pretrained_model() -> None:
    """transformers would take such a file for one that cannot switch its attention."""
    for file in sorted((ROOT / "flashsloth").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        names = [n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ClassDef)]
        assert "PreTrainedModel" not in text or not any("Attention" in n for n in names), file
