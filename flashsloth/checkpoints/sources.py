"""The files and sizes of a model that is to be trained or composed. Its weights are read from the
files, extended by rows for new tokens, or initialised at random."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.checkpoints import model_files, safetensors_reader
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.sizes.families import COMPRESSION, SIGLIP, part_of
from flashsloth.utils.progress import Progress


@dataclass(frozen=True, slots=True)
class Sources:
    """The sizes, the processor and the tensor descriptions of a model, which are read before any
    weight."""

    name: str
    config: FlashSlothConfig
    processor: FlashSlothProcessor
    # by native name; weights that are missing here will be random
    tensors: dict[str, safetensors_reader.TensorInfo]
    source: ModelSource | None = None  # None for a new model

    @property
    def size(self) -> int:
        """The bytes of the stored weights. For a new model, its bytes in 16 bit."""
        return sum(info.size for info in self.tensors.values()) or 2 * parameters(self.config)

    @property
    def stored(self) -> torch.dtype:
        """The dtype in which most bytes of the weights are stored."""
        sizes: Counter[str] = Counter()
        for info in self.tensors.values():
            sizes[info.dtype] += info.size
        most = max(sizes, key=sizes.__getitem__, default="F32")
        return getattr(torch, safetensors_reader.TORCH_NAMES[most])


def parameters(config: FlashSlothConfig) -> int:
    """Return the number of a model's parameters."""
    return sum(math.prod(shape) for shape in model_files.empty_shapes(config).values())


def read_weights(
    model: nn.Module, sources: Sources, on_progress: Progress | None = None
) -> Iterator[tuple[str, Tensor]]:
    """Yield the names and the stored tensors. If the vocabulary has grown, the embeddings and the head
    get additional rows."""
    for done, (name, tensor) in enumerate(safetensors_reader.read_tensors(sources.tensors), 1):
        yield name, with_rows(tensor, model.get_parameter(name).shape[0]) if tensor.dim() else tensor
        if on_progress:
            on_progress(done, len(sources.tensors), sources.name)


def with_rows(tensor: Tensor, rows: int) -> Tensor:
    """Return a tensor with at least this number of rows. Each new row is the mean of the existing rows,
    which is a reasonable initial value for a token that was never trained."""
    more = rows - tensor.shape[0]
    if more <= 0:
        return tensor
    mean = tensor.float().mean(dim=0, keepdim=True).to(tensor.dtype)
    return torch.cat([tensor, mean.expand(more, *tensor.shape[1:])])


def init_missing(model: FlashSlothForConditionalGeneration, missing: set[str]) -> None:
    """Initialise the weights that no file has. The tower and the text model are initialised as
    transformers does, the other parts as torch does (docs/how-it-works.md)."""
    for path, module in model.named_modules():
        own = [f"{path}.{leaf}".lstrip(".") for leaf, _ in module.named_parameters(recurse=False)]
        if not missing.intersection(own):
            continue
        module.to_empty(device="cpu", recurse=False)
        # A family of transformers may leave some parameters uninitialised, so all of them are first set
        # to zero.
        for parameter in module.parameters(recurse=False):
            parameter.data.zero_()
        if part_of(own[0]) in COMPRESSION and hasattr(module, "reset_parameters"):
            module.reset_parameters()
        else:
            _initialiser(model, own[0])._init_weights(module)
    model.tie_weights()


def _initialiser(model: FlashSlothForConditionalGeneration, name: str) -> Any:
    """Return the model of transformers whose `_init_weights` initialises the module with this
    tensor."""
    if part_of(name) == "text":
        return model.language_model
    towers = model.model.vision_tower.named_modules(prefix="model.vision_tower")
    models = [m for path, m in towers if hasattr(m, "_init_weights") and name.startswith(f"{path}.")]
    # The innermost such model initialises the tensor. For SigLIP it is FlashSloth's own class instead,
    # because nano's recipe was measured with the initialisation of that class.
    return models[-1] if models and models[-1].config.model_type != SIGLIP else model
