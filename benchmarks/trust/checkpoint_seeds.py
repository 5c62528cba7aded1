"""Sound folders to be damaged: models in every layout, one quantized, an adapter. Knows no damage.

They hold the tiny random model of the tests, so that thousands of them open in seconds.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.trust.__main__ import ROOT

NANO = ROOT / "flashsloth" / "nano"
CACHE = "hub"  # in a workplace: the hub's cache
REPO, COMMIT = "somebody/sloth", "0123456789abcdef0123456789abcdef01234567"


def tiny() -> Any:
    """tests/tiny.py, which makes the tiny model."""
    if str(ROOT / "tests") not in sys.path:
        sys.path.insert(0, str(ROOT / "tests"))
    import tiny

    return tiny


def native(folder: Path) -> Path:
    return tiny().write_native(folder)


def official(folder: Path) -> Path:
    return tiny().write_official(folder)


def sharded(folder: Path) -> Path:
    return tiny().write_native(folder, shards=3)


def slow(folder: Path) -> Path:
    """The released layout with the released tokenizer's files: vocab.json, merges.txt, added_tokens.json."""
    official(folder)
    said = json.loads((NANO / "tokenizer.json").read_text())
    (folder / "tokenizer.json").unlink()
    vocabulary = said["model"]["vocab"]
    added = {t["content"]: t["id"] for t in said["added_tokens"]}
    vocabulary.update({n: i for n, i in added.items() if n == "<|endoftext|>"})
    taken = {*vocabulary.values(), *added.values()}
    vocabulary.update({f"<free {i}>": i for i in range(max(taken)) if i not in taken})
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = "\n".join(" ".join(pair) for pair in said["model"]["merges"])
    (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
    (folder / "added_tokens.json").write_text(json.dumps({n: i for n, i in added.items() if n not in vocabulary}))
    (folder / "special_tokens_map.json").write_text(json.dumps({"eos_token": "</s>", "pad_token": "<|endoftext|>"}))
    return folder


def quantized(folder: Path) -> Path:
    from flashsloth.checkpoints import resolve, save

    save.quantize(resolve.find(native(folder.with_name("to be quantized"))), folder, "int4")
    return folder


def nano(folder: Path) -> Path:
    shutil.copytree(NANO, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("synth", "*.py", "__pycache__"))
    return folder


def adapter(folder: Path) -> Path:
    """LoRA for one linear of each layer, and the query tokens in full."""
    import torch
    from safetensors.torch import save_file

    base = native(folder.with_name("base of the adapter"))
    draw = torch.Generator().manual_seed(3)
    tensors = {"model.query_tokens.weight": torch.randn(9, 32, generator=draw)}
    for layer in range(3):
        place = f"model.language_model.layers.{layer}.self_attn.q_proj"
        tensors[f"{place}.lora_A.weight"] = torch.randn(4, 32, generator=draw)
        tensors[f"{place}.lora_B.weight"] = torch.randn(32, 4, generator=draw)
    save_file({f"base_model.model.{n}": t for n, t in tensors.items()}, folder / "adapter_model.safetensors")
    said = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none", "use_dora": False}
    (folder / "adapter_config.json").write_text(json.dumps(said))
    own = {"schema": "flashsloth.adapter/1", "base": str(base), "image_hd": False, "fingerprint": "none"}
    (folder / "flashsloth_adapter.json").write_text(json.dumps(own))
    return folder


MODELS: dict[str, Callable[[Path], Path]] = {f.__name__: f for f in (native, official, sharded, slow, quantized, nano)}
ALL = {**MODELS, "adapter": adapter}


class Seeds:
    """The sound folders of a workplace, each made when it is first asked for."""

    def __init__(self, workplace: Path) -> None:
        self.workplace = workplace / "sound"

    def __call__(self, name: str) -> Path:
        folder = self.workplace / name
        if not folder.exists():
            for made in (folder, folder.with_name("to be quantized"), folder.with_name("base of the adapter")):
                made.mkdir(parents=True, exist_ok=True)
            ALL[name](folder)
        return folder


def copy(sound: Path, target: Path) -> Path:
    """The same files under another name; each must be removed before another one is written in its place."""
    target.mkdir(parents=True)
    for path in sound.iterdir():
        os.link(path, target / path.name)
    return target


def snapshot(sound: Path, cache: Path, *, shared: bool = False) -> Path:
    """A model as the hub's cache keeps it: links to blobs, which may be links into a store that models share."""
    repository = cache / f"models--{REPO.replace('/', '--')}"
    folder = repository / "snapshots" / COMMIT
    for made in (folder, repository / "blobs", repository / "refs"):
        made.mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    for number, path in enumerate(sorted(sound.iterdir())):
        blob = repository / "blobs" / f"{number:040x}"
        if shared and path.name.endswith(".safetensors"):
            store = cache / "blobs" / "ab" / f"ab{number:062x}"
            store.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, store)
            blob.symlink_to(os.path.relpath(store, blob.parent))
        else:
            shutil.copyfile(path, blob)
        (folder / path.name).symlink_to(os.path.relpath(blob, folder))
    return folder
