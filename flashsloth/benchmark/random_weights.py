"""Models with random weights. This module reads their sizes, and makes tensors as if they came from a
checkpoint."""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import SettingsFileError
from flashsloth.hf.size_file import make_config, read_sizes_file
from flashsloth.utils.paths import expand
from flashsloth.utils.text import did_you_mean

if TYPE_CHECKING:
    import torch

    from flashsloth.checkpoints.safetensors_reader import TensorInfo

__all__ = ["NAMED", "infos", "make_config", "random_tensors", "read_sizes"]

NAMED: dict[str, dict[str, Any]] = {"flashsloth": {}, "flashsloth-hd": {"image_hd": True}}
# The size of the pool of random numbers from which all weights are cut. It is prime, so that the rows
# of a weight are not equal.
POOL = 2**22 + 15


def read_sizes(name: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the arguments of FlashSlothConfig for a name in NAMED or a TOML file.

    Raises: SettingsFileError naming the file and the problem.
    """
    if name in NAMED:
        return name, dict(NAMED[name])
    path = expand(name)
    if not os.path.isfile(path):
        raise SettingsFileError(
            f"--random-weights {name}: not a known size and not a file",
            hint=did_you_mean(name, NAMED, then=f"Use {', '.join(NAMED)} or FILE.toml."),
        )
    return path.stem, read_sizes_file(path)


def infos(model: torch.nn.Module, dtype: str = "BF16") -> dict[str, TensorInfo]:
    """Describe the parameters of an empty model as if they were tensors in a file."""
    from flashsloth.checkpoints.safetensors_reader import TensorInfo
    from flashsloth.quantization.presets import ITEM_BYTES

    item = ITEM_BYTES[dtype]
    return {
        name: TensorInfo(name, name, Path(name), dtype, tuple(p.shape), 0, p.numel() * item)
        for name, p in model.named_parameters()
    }


def random_tensors(
    infos: dict[str, TensorInfo], dtype: torch.dtype
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield a tensor on the CPU for each name. The values depend only on the name, so that all backends
    compute the same. They are cut from one pool, because drawing three billion random numbers takes
    minutes."""
    import torch

    pool = torch.randn(POOL, generator=torch.Generator().manual_seed(0)).to(dtype)
    for name, info in infos.items():
        module, _, leaf = name.rpartition(".")
        if len(info.shape) == 1:
            # The weights of norms are 1, and biases are 0.
            yield (name, torch.full(info.shape, float(leaf == "weight"), dtype=dtype))
            continue
        # Embeddings have variance 1, and layers keep the scale of their input, so that the answer
        # depends on the prompt.
        scale = 1.0 if "embed_tokens" in module else math.prod(info.shape[1:]) ** -0.5
        # Begin at a position of the pool that depends on the name. At the end of the pool continue at
        # its start.
        tensor = torch.empty(info.shape, dtype=dtype)
        flat = tensor.view(-1)
        at = 0
        offset = zlib.crc32(name.encode()) % POOL
        while at < flat.numel():
            part = pool[offset : offset + flat.numel() - at]
            torch.mul(part, scale, out=flat[at : at + part.numel()])
            at += part.numel()
            offset = 0
        yield name, tensor
