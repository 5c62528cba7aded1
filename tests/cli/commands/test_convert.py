"""`convert`: the native layout, all of it or nothing, and the same answers from it."""

from __future__ import annotations

import json
from pathlib import Path


def ids(cli, model: Path | str, *words: str) -> list[int]:
    document = cli(
        "ask", "-m", model, "--no-picture", "-p", "hello", "-q", "--json", "--max-tokens", "12", *words
    ).document
    return document["token_ids"]


def test_official_folder(cli, official_folder: Path, picture: Path) -> None:
    done = cli("convert", official_folder, "-o", "new folder/model")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("wrote new folder/model, ")
    assert "flashsloth ask -m 'new folder/model' photo.jpg" in done.err
    assert json.loads(Path("new folder/model/config.json").read_text())["model_type"] == "flashsloth"
    for words in ((), (str(picture),)):
        assert ids(cli, "new folder/model", *words) == ids(cli, official_folder, *words)


def test_quiet(cli, native_folder: Path) -> None:
    assert cli("convert", native_folder, "-o", "new", "-q").err == ""


def test_over_itself(cli, native_folder: Path) -> None:
    done = cli("convert", native_folder, "-o", native_folder, "--force")
    assert done.code == 3
    assert (native_folder / "model.safetensors").is_file()


def test_a_damaged_model_leaves_nothing(cli, native_folder: Path, home: Path) -> None:
    import torch

    import tiny

    weights = tiny.tensors()
    weights["lm_head.weight"][0, 0] = torch.inf
    Path("damaged").mkdir()
    tiny.write_native(Path("damaged"), weights)
    done = cli("convert", "damaged", "-o", "out/new")
    assert done.code == 4
    assert "lm_head.weight" in done.error[0]
    assert not Path("out").exists() or list(Path("out").iterdir()) == []
