"""`flashsloth reduce skip` and `merge`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flashsloth
from flashsloth.checkpoints import resolve, save
from training import helpers


def test_the_commands(native_folder: Path, tmp_path: Path, cli: Callable[..., Any]) -> None:
    data = helpers.make_data(tmp_path / "data")
    words = ("--data", data, "--layers", "1", "--rank", "4")
    done = cli("reduce", "skip", native_folder, *words, "-o", tmp_path / "out", "--device", "cpu", "--dtype", "float32")
    assert done.code == 0, done.err
    settings = json.loads((tmp_path / "out" / "config.json").read_text())
    (layer,) = settings["skipped_attention"]
    assert f"without the attention of layer {layer}: loss" in done.err
    assert settings["pia_rank"] == 4
    assert f"none in layers {layer}, adapters of rank 4 instead" in cli("show", tmp_path / "out").out
    assert cli("reduce", "merge", tmp_path / "out", "-o", tmp_path / "merged").code == 0
    flashsloth.open(tmp_path / "merged", device="cpu")
    again = cli("reduce", "merge", tmp_path / "merged", "-o", tmp_path / "twice")
    assert (again.code, again.error[0]) == (4, "this model has no adapters in place of attentions")
    small = save.quantize(resolve.find(str(native_folder)), tmp_path / "int8", "int8")
    refused = cli("reduce", "skip", small, *words, "-o", tmp_path / "no")
    assert (refused.code, "is quantized" in refused.error[0]) == (4, True)
    late = cli("reduce", "skip", native_folder, "--data", data, "--layers", "3", "-o", tmp_path / "no")
    assert (late.code, "first of 3 layers" in late.error[0]) == (2, True)
