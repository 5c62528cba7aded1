"""Weights that all tests of a process share: the loader, with the models that it opened kept by files
and options."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from flashsloth.checkpoints import loader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.quantization import compiled
from flashsloth.sizes.model_sizes import ModelSizes

KEPT = 8  # models of a process


class OpenedOnce:
    """`load` opens a model, or returns the one that it opened of the same files with the same options.

    `check` fails if a test changed one: each has a digest of its tensors and its configuration from
    when it was opened.
    """

    def __init__(self) -> None:
        self._load = loader.load
        self._kept: OrderedDict[str, tuple[LoadedModel, str]] = OrderedDict()

    def load(
        self, source: ModelSource, *, adapter: Adapter | None = None, **options: Any
    ) -> LoadedModel:
        events = {name: options.pop(name) for name in ("on_progress", "on_note") if name in options}
        folders = [source.folder] if adapter is None else [source.folder, adapter.folder]
        machine = loader.LARGE, os.environ.get("FLASHSLOTH_KERNELS"), compiled.instruction_set()
        key = repr((source, options, machine, [files(folder) for folder in folders]))
        if key not in self._kept:
            loaded = self._load(source, adapter=adapter, **events, **options)
            self._kept[key] = loaded, digest(loaded)
            while len(self._kept) > KEPT:
                check(*self._kept.popitem(last=False)[1])
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def check(self) -> None:
        for loaded, before in self._kept.values():
            check(loaded, before)


def check(loaded: LoadedModel, before: str) -> None:
    assert digest(loaded) == before, (
        f"a test changed {loaded.source.name}, which others share: mark it `fresh`"
    )


def files(folder: Path) -> list[tuple[str, int, int]]:
    """Return what changes when a test writes to a folder: names, times and sizes."""
    found = ((path.name, path.stat()) for path in sorted(folder.iterdir()))
    return [(name, status.st_mtime_ns, status.st_size) for name, status in found]


def digest(loaded: LoadedModel) -> str:
    """Return the digest of a model's tensors and configuration."""
    config = {field.name: getattr(loaded.model.config, field.name) for field in fields(ModelSizes)}
    read = hashlib.sha256(repr(config).encode())
    for name, tensor in loaded.model.state_dict().items():
        read.update(name.encode())
        if isinstance(tensor, torch.Tensor) and tensor.device.type == "cpu":
            tensor = tensor.to_dense() if tensor.is_mkldnn else tensor
            read.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy())
    return read.hexdigest()
