"""Read everything in a model's folder except its weights: the configuration, the tokenizer, the
processor, and the sampling defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import adapter, hub, safetensors_reader
from flashsloth.checkpoints.folder import names_in, other_kind, read_json
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.tokenizer_files import read_tokenizer, read_transformers_tokenizer
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    InvalidConfiguration,
    TensorMismatch,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.quantization.presets import PRESETS, STORED, Preset
from flashsloth.sizes.bounds import known_fields
from flashsloth.sizes.families import TOWERS
from flashsloth.sizes.model_sizes import OTHERS_HINT, ModelSizes
from flashsloth.sizes.part_sizes import is_flashsloth, model_kind, upgrade_official
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import command_line, last_line, printable
from flashsloth.vlm.families import family_of

if TYPE_CHECKING:
    from torch import nn

    from flashsloth.hf.config import FlashSlothConfig
    from flashsloth.hf.processor import FlashSlothProcessor

# stored in config.json, so that transformers does not read the weights as one of its own formats
QUANT_METHOD = "flashsloth"
HEAD = "lm_head.weight"
CONFIG = "config.json"
QUANTIZATION = "quantization_config"
# keys that are allowed in addition to the fields of the classes
TOP_SETTINGS = {"model_type", QUANTIZATION, "torch_dtype"}
# The exceptions that the modeling code of a family may raise for sizes that do not fit together.
SIZE_ERRORS = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)


def read_sizes(folder: Path) -> ModelSizes:
    """Return the sizes of a model folder in the official or the native layout. transformers is imported
    only for a model that needs its modules; the result is then a FlashSlothConfig.

    Raises: UnsupportedModel (no model, or one of another kind), CheckpointDamaged,
    InvalidConfiguration.
    """
    data = read_fields(folder, others=True)
    family = family_of(data)
    sizes: ModelSizes | None
    with _naming_any(folder / CONFIG):
        if family is None:
            sizes = ModelSizes.read(data)
        else:
            from flashsloth.checkpoints import vlm_folder

            sizes = vlm_folder.read_sizes(folder, family, data)
    if sizes is None:
        return read_config(folder)
    setattr(sizes, QUANTIZATION, data.get(QUANTIZATION))
    return sizes


def read_config(folder: Path) -> FlashSlothConfig:
    """Return transformers' configuration of a model folder. Raises: as `read_sizes`."""
    from flashsloth.hf.config import FlashSlothConfig  # this import takes seconds

    data = read_fields(folder)
    with _naming_any(folder / CONFIG):
        # The file is untrusted, so only known fields are passed on. transformers would set any other
        # key as an attribute, which could replace a method.
        return FlashSlothConfig.from_dict(known_fields(FlashSlothConfig, data, TOP_SETTINGS))


def read_fields(folder: Path, *, others: bool = False) -> dict[str, Any]:
    """Return the content of config.json, in the native layout for a FlashSloth. Its values are not
    checked yet. With `others` it may be of another model that can be opened (vlm/families.py)."""
    path = folder / CONFIG
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointDamaged(
            f"{folder} cannot be read: no permission", hint="Change the folder's permissions."
        )
    if regular_file_in(folder, path.name) is None and (folder / adapter.CONFIG).is_file():
        raise UnsupportedModel(
            f"{folder} holds an adapter, not a model",
            hint=f"Use it with {command_line('--adapter', folder)}, or merge it into its base model: "
            f"{command_line('flashsloth', 'merge', folder, '-o', 'DIR')}",
        )
    if not path.is_file():
        names = names_in(folder)
        problem = (
            "is empty"
            if not names
            else f"has no config.json (but {', '.join(map(printable, names[:4]))})"
        )
        raise UnsupportedModel(f"{folder} {problem}")
    data = read_json(path)
    if not is_flashsloth(data) and not (others and family_of(data)):
        if family_of(data):
            raise UnsupportedModel(
                f"{folder} has the model_type {model_kind(data)}, and this works only with FlashSloth",
                hint=OTHERS_HINT,
            )
        raise other_kind(folder, data)
    if not isinstance(data.get(QUANTIZATION), dict | None):
        raise InvalidConfiguration(f"{path}: quantization_config must be an object")
    with _naming_any(path):
        return upgrade_official(data)


@contextmanager
def _naming_any(path: Path) -> Iterator[None]:
    """Add the file's path to errors about its values. The configuration classes of transformers raise
    exceptions of many types, which are converted to InvalidConfiguration."""
    try:
        yield
    except FlashSlothError as error:
        folder = str(path.parent)
        if str(error).startswith((f"{folder}{os.sep}", f"{folder}:")):  # it names another file there
            raise
        raise type(error)(f"{path}: {last_line(error)}", hint=error.hint) from error
    except Exception as error:
        raise InvalidConfiguration(f"{path}: {last_line(error)}") from error


def read_prompt_encoder(folder: Path) -> tuple[PromptEncoder, ModelSizes]:
    """Return the prompt encoder of a model folder, and the model's sizes. torch is imported only for a
    model that needs transformers. Raises: as `read_sizes` and `read_tokenizer`."""
    sizes = read_sizes(folder)
    return PromptEncoder(read_tokenizer(folder), sizes), sizes


def read_processor(config: ModelSizes, folder: Path) -> FlashSlothProcessor:
    """Return the processor of a model folder: tokenizer, image sizes and chat template."""
    from flashsloth.hf.processor import FlashSlothProcessor

    tokenizer = read_transformers_tokenizer(folder)
    with error_prefix(folder):
        return FlashSlothProcessor.from_config(config, tokenizer)


def saved_preset(config: ModelSizes, folder: Path) -> Preset | None:
    """Return the preset in which a model's weights are stored, or None if they are not quantized.
    Raises UnsupportedModel if another program quantized them."""
    stored = getattr(config, QUANTIZATION, None)
    if stored is None:
        return None
    name = (
        stored.get("preset")
        if isinstance(stored, dict) and stored.get("quant_method") == QUANT_METHOD
        else None
    )
    if not isinstance(name, str) or name not in STORED:
        raise UnsupportedModel(
            f"{folder} has weights quantized by another program",
            hint="Use the original model, and quantize it with --quant.",
        )
    return PRESETS[name]


def stored_preset(source: ModelSource) -> Preset | None:
    """Read the configuration of a model and return its `saved_preset`."""
    return saved_preset(read_sizes(source.folder), source.folder)


def build_empty(config: ModelSizes, *, real_buffers: bool = True) -> Any:
    """Return the model without weights, with its parameters on the meta device. It is a Network, or
    transformers' model if `config` is a FlashSlothConfig. If `real_buffers` is true, the buffers that
    transformers computes have values; otherwise they are on the meta device as well."""
    import torch

    from flashsloth.model.network import Network

    try:
        if not config.is_flashsloth:
            from flashsloth.vlm import network

            return network.build_empty(config, real_buffers=real_buffers)  # type: ignore[arg-type]
        if type(config) is ModelSizes:
            with torch.device("meta"):
                return Network(config)
        from flashsloth.hf.build import build_empty

        return build_empty(config, real_buffers=real_buffers)  # type: ignore[arg-type]
    except SIZE_ERRORS as error:
        raise InvalidConfiguration(
            f"config.json: no model has these sizes: {last_line(error)}"
        ) from error


def put(model: nn.Module, name: str, value: nn.Module | nn.Parameter) -> None:
    """Set a module or a parameter of a model by its dotted name."""
    path, _, leaf = name.rpartition(".")
    setattr(model.get_submodule(path), leaf, value)


def empty_shapes(config: ModelSizes) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of a model's stored parameters, without allocating memory for them. A
    head that is tied to the embeddings has no weight of its own and is left out."""
    return {
        name: tuple(p.shape) for name, p in build_empty(config, real_buffers=False).named_parameters()
    }


def read_tensors(config: ModelSizes, folder: Path) -> dict[str, safetensors_reader.TensorInfo]:
    """Return the tensors of a model's folder. If the configuration ties the head to the embeddings, the
    head is left out: some programs store it nevertheless."""
    if config.is_flashsloth:
        infos = safetensors_reader.read_headers(folder)
    else:
        from flashsloth.checkpoints import vlm_folder

        infos = vlm_folder.read_tensors(config, folder)  # type: ignore[arg-type]
    if config.tie_word_embeddings and getattr(config, QUANTIZATION, None) is None:
        infos.pop(HEAD, None)
    return infos


def check_depth(
    config: ModelSizes, infos: dict[str, safetensors_reader.TensorInfo], folder: Path
) -> None:
    """Raise TensorMismatch if the configuration states a different number of layers than the names of
    the tensors show.

    This check comes first for two reasons. Its message is clearer than a list of a hundred missing
    tensors. And a configuration with a million layers is refused before such a model is built.
    """
    tower = r"model\.vision\.\D+?"
    if config.is_flashsloth:
        layers_of_tower = TOWERS[config.vision_config.model_type].layers
        tower = rf"model\.vision_tower\.{re.escape(layers_of_tower)}"
    for part, prefix, layers in (
        ("text layers", r"model\.language_model\.\D+?", config.text_config.num_hidden_layers),
        ("vision blocks", tower, config.vision_config.num_hidden_layers),
    ):
        numbers = {match[1] for match in map(re.compile(rf"{prefix}\.(\d+)\.").match, infos) if match}
        if len(numbers) != layers:
            raise TensorMismatch(
                f"{folder}: config.json has {layers} {part}, the weights have {len(numbers)}"
            )


def generation_defaults(source: ModelSource) -> dict[str, Any]:
    """Return the model's own settings of answers. Those of its short name replace those of its
    files."""
    own = hub.known(source.name)
    return dict(own.settings) if own and own.settings else sampling_defaults(source.folder)


def sampling_defaults(folder: Path) -> dict[str, Any]:
    """Return the sampling settings of generation_config.json. The dictionary is empty if `do_sample` is
    not set there."""
    data = read_json(folder / "generation_config.json", required=False)
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    return (
        {n: data[n] for n in names if isinstance(data.get(n), (int, float))}
        if data.get("do_sample")
        else {}
    )
