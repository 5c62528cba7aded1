"""The files and sizes of a model that is to be trained or composed. Its weights are read from the
files, extended by rows for new tokens, or initialised at random.

A new FlashSloth is composed from the published folders of a vision tower and a language model. From
these come the sizes, the names of tensors, the normalisation of pixels, and the ids that end an answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.checkpoints import model_files, safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.errors import InvalidConfiguration, UnsupportedModel, error_prefix
from flashsloth.hf.config import FlashSlothConfig, part_config
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.sizes.bounds import check_normalisation
from flashsloth.sizes.families import SIGLIP, TOWERS, WHOLES
from flashsloth.sizes.official_config import is_flashsloth
from flashsloth.sizes.parts import COMPRESSION, part_of
from flashsloth.utils.progress import Progress
from flashsloth.utils.safe_read import regular_file_in

# prefixes of native names
TOWER = "model.vision_tower."
TEXT = "model.language_model."
HEAD = "lm_head."
# prefixes in published files
PUBLISHED = "vision_model."  # of most towers
# the second one is the head of GPT-NeoX in files older than transformers 5
HEADS = (HEAD, "embed_out.")
PREFIXES = ("model.", "gpt_neox.")  # of decoders
PROCESSORS = ("preprocessor_config.json", "processor_config.json")


def read_tower(folder: Path) -> Any:
    """Return transformers' configuration of the tower in a folder. The folder may also hold a whole
    model that contains a tower, such as CLIP.

    Raises: UnsupportedModel for a tower that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = read_json(path)
    kind = data.get("model_type")
    if isinstance(kind, str) and kind in WHOLES:
        inner = data.get("vision_config")
        data = {**(inner if isinstance(inner, dict) else {}), "model_type": WHOLES[kind]}
    return part_config("vision_config", {name: _number(value) for name, value in data.items()}, path)


def _number(value: Any) -> Any:
    """Return a single number for a size that is stated as height and width, if the two are equal."""
    return value[0] if isinstance(value, list) and len(value) == 2 and value[0] == value[1] else value


def without_last_block(vision: Any) -> dict[str, Any]:
    """Return a tower's fields for `vision_config`, with one block less, because as in the paper the
    features are read before the last block.

    Raises: InvalidConfiguration for a tower of one block.
    """
    if vision.num_hidden_layers < 2:
        raise InvalidConfiguration("the tower needs at least two blocks, as its last one is left out")
    values = {f.name: getattr(vision, f.name) for f in fields(vision) if not f.name.startswith("_")}
    return {
        **values,
        "model_type": vision.model_type,
        "num_hidden_layers": vision.num_hidden_layers - 1,
    }


def read_tower_tensors(
    folder: Path, wanted: Container[str], native: str = TOWER, published: str = PUBLISHED
) -> dict[str, TensorInfo]:
    """Return the tensors of a tower's folder under their names in FlashSloth, which begin with
    `native`. Only the names in `wanted` are returned; the last block, the final norm, the head and a
    text model are not among them.

    Raises: TensorMismatch for duplicates.
    """
    infos = safetensors_reader.read_headers(folder).values()
    named = [replace(info, name=native + info.stored_name.removeprefix(published)) for info in infos]
    return safetensors_reader.by_name([info for info in named if info.name in wanted])


def read_normalisation(folder: Path, model_type: str) -> dict[str, list[float]]:
    """Return `image_mean` and `image_std` for FlashSlothConfig. They are read from the settings of the
    tower's image processor; if these state none, they are the values of the tower's family. The result
    is empty if all values are 0.5, which is the default.

    Raises: InvalidConfiguration; UnsupportedModel if the image processor scales pixels to a range other
        than 0 to 1.
    """
    path = folder / next(
        (n for n in PROCESSORS if regular_file_in(folder, n) is not None), PROCESSORS[0]
    )
    data = read_json(path, required=False)
    # in processor_config.json the settings of the image processor are nested
    data = data["image_processor"] if isinstance(data.get("image_processor"), dict) else data
    factor = data.get("rescale_factor", 1 / 255)
    if (
        data.get("do_rescale", True) is not True
        or type(factor) is not float
        or abs(factor * 255 - 1) > 1e-4
    ):
        raise UnsupportedModel(
            f"{path} scales pixels to another range than 0 to 1", hint="Set rescale_factor to 1/255."
        )
    family = TOWERS[model_type]
    mean = data.get("image_mean") or list(family.mean)
    std = data.get("image_std") or list(family.std)
    # FlashSloth always normalises. With a mean of 0 and a deviation of 1 this changes nothing.
    if data.get("do_normalize", True) is False:
        mean = [0.0] * 3
        std = [1.0] * 3
    with error_prefix(path):
        check_normalisation("image_mean", mean)
        check_normalisation("image_std", std, positive=True)
    both = {"image_mean": [float(n) for n in mean], "image_std": [float(n) for n in std]}
    return {} if all(set(values) == {0.5} for values in both.values()) else both


def read_language(folder: Path) -> Any:
    """Return transformers' configuration of the language model in a folder.

    Raises: UnsupportedModel for a model that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = read_json(path)
    if is_flashsloth(data):
        raise UnsupportedModel(
            f"{path} is a FlashSloth model, not a language model", hint="Use it with -m."
        )
    if data.get("quantization_config") is not None:
        raise UnsupportedModel(
            f"{path}: quantized weights cannot be trained", hint="Use the original model."
        )
    return part_config("text_config", data, path)


def read_language_tensors(folder: Path, text: Any) -> dict[str, TensorInfo]:
    """Return the tensors of a language model's folder under their names in FlashSloth. A head that is
    tied to the embeddings is left out."""
    found = []
    for info in safetensors_reader.read_headers(folder).values():
        name = info.stored_name
        if (head := next((h for h in HEADS if name.startswith(h)), None)) is None:
            own = next((p for p in PREFIXES if name.startswith(p)), "")
            found.append(replace(info, name=TEXT + name.removeprefix(own)))
        elif not text.tie_word_embeddings:
            found.append(replace(info, name=HEAD + name.removeprefix(head)))
    return safetensors_reader.by_name(found)


def end_tokens(folder: Path, text: Any) -> tuple[int, ...]:
    """Return the ids that end an answer. They are read from generation_config.json or, if that file
    states none, from config.json."""
    ends = read_json(folder / "generation_config.json", required=False).get(
        "eos_token_id", text.eos_token_id
    )
    numbers = ends if isinstance(ends, list) else [ends]
    return tuple(n for n in numbers if type(n) is int and 0 <= n < text.vocab_size)


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
