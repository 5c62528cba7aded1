"""Undamaged folders that are to be damaged. They contain the tiny random model of the tests in every
layout, so that thousands can be opened in minutes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import tiny
from paths import ROOT

NANO = ROOT / "flashsloth" / "nano"


def _slow(folder: Path) -> None:
    """Write the released layout with the files of the released tokenizer: vocab.json, merges.txt,
    added_tokens.json."""
    tiny.folder(folder, "official")
    (folder / "tokenizer.json").unlink()
    data = json.loads((NANO / "tokenizer.json").read_text())
    vocab, added = (
        data["model"]["vocab"],
        {token["content"]: token["id"] for token in data["added_tokens"]},
    )
    vocab["<|endoftext|>"] = added.pop("<|endoftext|>")
    taken = {*vocab.values(), *added.values()}
    vocab.update({f"<free {i}>": i for i in range(max(taken)) if i not in taken})
    merges = "\n".join(" ".join(pair) for pair in data["model"]["merges"])
    (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    special = {"eos_token": "</s>", "pad_token": "<|endoftext|>"}
    for name, content in (("vocab", vocab), ("added_tokens", added), ("special_tokens_map", special)):
        (folder / f"{name}.json").write_text(json.dumps(content))


def _quantized(folder: Path) -> None:
    from flashsloth.checkpoints import resolve, save

    base = tiny.folder(folder.with_name("base of quantized"))
    save.quantize(resolve.find(base), folder, "int4")


def _int4(folder: Path) -> None:
    from flashsloth.checkpoints import resolve, save

    save.quantize(resolve.find("nano"), folder, "int4")


def _adapter(folder: Path) -> None:
    """Write an adapter with LoRA for one linear of each layer, and with the full query tokens."""
    import torch

    learned = {"model.query_tokens.weight": torch.randn(9, 32)}
    for layer in range(3):
        name = f"model.language_model.layers.{layer}.self_attn.q_proj"
        learned |= {
            f"{name}.lora_A.weight": torch.randn(4, 32),
            f"{name}.lora_B.weight": torch.randn(32, 4),
        }
    tiny.adapter(folder, "nano", learned)


def _stand_in(name: str) -> Callable[[Path], Any]:
    """Write the folder of a model of transformers."""

    def write(folder: Path) -> None:
        from vlm import stand_ins

        stand_ins.write(stand_ins.STAND_INS[name], folder)

    return write


# the models of transformers that are damaged
OTHERS = (
    *("smolvlm", "internvl", "lighton-ocr", "llava-ov", "granite-vision"),
    *("qwen2-vl", "qwen2.5-vl", "qwen3-vl-2b", "paddleocr"),
)
WRITERS: dict[str, Callable[[Path], Any]] = {
    "native": tiny.folder,
    "sharded": lambda folder: tiny.folder(folder, shards=3),
    "official": lambda folder: tiny.folder(folder, "official"),
    "slow": _slow,
    "quantized": _quantized,
    "nano": partial(
        shutil.copytree, NANO, dirs_exist_ok=True, ignore=shutil.ignore_patterns("synth", "*.py", "__*")
    ),
    "int4": _int4,
    "adapter": _adapter,
    **{name: _stand_in(name) for name in OTHERS},
}


def sound(workplace: Path, name: str) -> Path:
    """Return the folder of that name. It is made at the first call."""
    folder = workplace / "sound" / name
    if not folder.exists():
        folder.mkdir(parents=True)
        WRITERS[name](folder)
    return folder


def copy(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(source, target))
