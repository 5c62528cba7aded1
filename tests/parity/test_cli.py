"""The command line gives the reference's ids, from a released folder and from its converted copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.torch import save_file
from typer.testing import CliRunner

from flashsloth.model.key_mapping import native_name
from flashsloth_cli.app import app

from .reference import DATA, TOKENIZER, flat_config, golden, weights


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a folder like a released one: one file of weights, flat config.json, slow tokenizer
    files."""
    folder = tmp_path_factory.mktemp("released")
    save_file(weights("full"), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(flat_config("full")))
    for path in TOKENIZER.iterdir():
        shutil.copyfile(path, folder / path.name)
    return folder


@pytest.fixture(scope="module")
def converted(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("converted") / "native"
    assert run("convert", released, "-o", target, "-y") == ""
    return target


@pytest.mark.parametrize(
    ("layout", "name"),
    [("released", "e2e_0"), pytest.param("converted", "e2e_2", marks=pytest.mark.slow)],
)
def test_ask_gives_the_recorded_ids(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
    name: str,
) -> None:
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path))
    case, model = golden(name), request.getfixturevalue(layout)
    # the reference ran without stopping at `</s>`, which the command line does
    assert 50296 not in case.new_ids
    words = (
        "ask",
        "-m",
        model,
        "--set",
        "reference_preprocessing=true",
        DATA / case.meta["image"],
        "--json",
    )
    options = ("--set", "dtype=float32", "--device", "cpu", "--max-tokens", len(case.new_ids))
    if case.meta["hd"]:
        options += ("--hd",)
    answer = json.loads(run(*words, "-p", case.meta["question"], *options))
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
