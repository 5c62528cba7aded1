"""The command line gives the reference's ids, from a released folder and from its converted copy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open
from safetensors.torch import save_file

from flashsloth.model.key_mapping import native_name

from .reference import DATA, TOKENIZER, flat_config, golden, weights

CASES = {"e2e_0": (), "e2e_2": ("--hd",)}


def run(home: Path, *words: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run `flashsloth` with its own home, without network and stdin."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLASHSLOTH_", "HF_", "XDG_"))}
    env = {**kept, "HOME": str(home), "HF_HUB_OFFLINE": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-m", "flashsloth_cli", *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder like a released one: one file of weights, flat config.json, slow tokenizer files."""
    folder = tmp_path_factory.mktemp("released")
    save_file(weights("full"), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(flat_config("full")))
    for path in TOKENIZER.iterdir():
        shutil.copyfile(path, folder / path.name)
    return folder


@pytest.fixture(scope="module")
def converted(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    target = home / "native"
    done = run(home, "convert", released, "-o", target, "-y")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return target


def ask(home: Path, model: Path, name: str) -> dict[str, Any]:
    case = golden(name)
    count = len(case.new_ids)
    done = run(
        home,
        *("ask", "-m", model, "--set", "reference_preprocessing=true", DATA / case.meta["image"]),
        *("-p", case.meta["question"], "--dtype", "float32", "--device", "cpu", "--max-tokens", str(count), "--json"),
        *CASES[name],
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("layout", "name"),
    [
        ("released", "e2e_2"),
        pytest.param("converted", "e2e_0", marks=pytest.mark.slow),
    ],
)
def test_ask_gives_the_recorded_ids(request: pytest.FixtureRequest, tmp_path: Path, layout: str, name: str) -> None:
    case = golden(name)
    answer = ask(tmp_path, request.getfixturevalue(layout), name)
    assert 50296 not in case.new_ids  # the reference ran without stopping at `</s>`, which the command line does
    assert answer["token_ids"] == case.new_ids
    assert answer["finish_reason"] == "length"
    assert answer["usage"]["input_tokens"] == case.meta["seq_len"]
    assert answer["usage"]["visual_tokens"] == (405 if case.meta["hd"] else 81)
    assert answer["usage"]["query_tokens"] == 9
    assert answer["usage"]["output_tokens"] == len(case.new_ids)
    assert answer["model"]["dtype"] == "float32"


def test_converted_folder_is_native(converted: Path, released: Path) -> None:
    config = json.loads((converted / "config.json").read_text())
    assert config["model_type"] == "flashsloth"
    assert "mm_vision_tower" not in json.dumps(config)
    stored = [names_in(folder / "model.safetensors") for folder in (released, converted)]
    assert stored == [set(weights("full")), {native_name(name) for name in weights("full")}]


def names_in(path: Path) -> set[str]:
    with safe_open(path, "pt") as file:
        return set(file.keys())
