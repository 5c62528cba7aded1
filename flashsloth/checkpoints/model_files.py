"""Read what a model's folder holds besides its weights: configuration, tokenizer, processor, sampling defaults."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import adapter, safetensors_reader, tokenizer_files
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    InvalidConfiguration,
    TensorMismatch,
    UnsupportedModel,
)
from flashsloth.quantization import PRESETS, Preset
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.processing.processor import FlashSlothProcessor

QUANT_METHOD = "flashsloth"  # what config.json says, so that transformers does not take the weights for its own
TOP_SETTINGS = {"model_type", "quantization_config", "torch_dtype"}  # of a config.json, beside the classes' own
PART_SETTINGS = {"model_type", "torch_dtype", "rope_theta", "rope_scaling", "partial_rotary_factor"}


def read_config(folder: Path) -> FlashSlothConfig:
    """The configuration of a model folder, official or native layout.

    Raises: UnsupportedModel (empty folder, another model), CheckpointDamaged, InvalidConfiguration.
    """
    from flashsloth.config.model_config import FlashSlothConfig, is_official, upgrade_official  # takes seconds

    path = folder / "config.json"
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointDamaged(f"{folder} cannot be read: no permission", hint="Change the folder's permissions.")
    if regular_file_in(folder, path.name) is None and (folder / adapter.CONFIG).is_file():
        raise UnsupportedModel(f"{folder} holds an adapter, not a model", hint=f"Open it with --adapter {folder}.")
    if not path.is_file():
        names = safetensors_reader.names_in(folder)
        what = "is empty" if not names else f"has no config.json (it holds {', '.join(map(printable, names[:4]))})"
        raise UnsupportedModel(f"{folder} {what}")
    data = safetensors_reader.read_json(path)
    if not is_official(data) and data.get("model_type") != FlashSlothConfig.model_type:
        named = data.get("architectures")
        kind = data.get("model_type") or ", ".join(map(str, named if isinstance(named, list) else [])) or "unknown"
        raise UnsupportedModel(f"{folder} is a {printable(kind)} model, not a FlashSloth")
    if not isinstance(data.get("quantization_config", {}), dict):
        raise InvalidConfiguration(f"{path}: quantization_config must be an object")
    try:
        return FlashSlothConfig.from_dict(known_settings(upgrade_official(data) if is_official(data) else data))
    except FlashSlothError as error:
        raise type(error)(f"{path}: {shown_at_length(error)}", hint=error.hint) from error
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        raise InvalidConfiguration(f"{path}: {shown_at_length(error)}") from error


def known_settings(data: dict[str, Any]) -> dict[str, Any]:
    """What a config.json says of a model, by the names that mean something here. Others stay out: transformers would
    make each an attribute, methods included, and some make it build tables or look for code."""
    from flashsloth.config.model_config import FlashSlothConfig

    kept = {n: v for n, v in data.items() if n in {f.name for f in fields(FlashSlothConfig)} | TOP_SETTINGS}
    for part, kind in FlashSlothConfig.sub_configs.items():
        if isinstance(kept.get(part), dict):
            names = {f.name for f in fields(kind)} | PART_SETTINGS
            kept[part] = {n: v for n, v in kept[part].items() if n in names}
    return kept


def shown_at_length(error: BaseException) -> str:
    """The last line of what an error says, if it says anything, and no more of it than can be read."""
    said = (str(error).strip() or repr(error)).splitlines()[-1].strip()
    said = said if said.isprintable() else ascii(said)[1:-1]
    return said if len(said) <= 1000 else f"{said[:500]} ... {said[-200:]}"


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder: `tokenizer.json`, or the slow CodeGen files of the released checkpoints."""
    tokenizer_files.check(folder)
    try:
        if (folder / "tokenizer.json").is_file():
            from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

            return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
            from transformers.models.codegen.tokenization_codegen import CodeGenTokenizer

            return CodeGenTokenizer.from_pretrained(folder, local_files_only=True)
    except BaseException as error:  # a damaged file makes Rust raise Exception or its own panic
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        said = shown_at_length(error)
        raise CheckpointDamaged(f"{folder}: the tokenizer files cannot be read: {said}") from error
    raise CheckpointDamaged(f"{folder} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt")


def read_processor(config: FlashSlothConfig, folder: Path) -> FlashSlothProcessor:
    """Tokenizer, picture sizes and chat template of a model folder."""
    from flashsloth.processing.processor import FlashSlothProcessor

    tokenizer = read_tokenizer(folder)
    try:
        return FlashSlothProcessor.from_config(config, tokenizer)
    except InvalidConfiguration as error:
        raise InvalidConfiguration(f"{folder}: {error}", hint=error.hint) from error


def saved_preset(config: FlashSlothConfig, folder: Path) -> Preset | None:
    """The preset that a folder's weights are stored in, None where they are plain. UnsupportedModel for others'."""
    said = getattr(config, "quantization_config", None)
    if said is None:
        return None
    name = said.get("preset") if isinstance(said, dict) and said.get("quant_method") == QUANT_METHOD else None
    if not isinstance(name, str) or name not in PRESETS or name == "none":
        raise UnsupportedModel(f"{folder} has weights quantized in a way that is not read here")
    return PRESETS[name]


def stored_preset(source: ModelSource) -> Preset | None:
    """The preset that a model's folder is stored in; None where its weights are plain."""
    return saved_preset(read_config(source.folder), source.folder)


def build_empty(config: FlashSlothConfig) -> FlashSlothForConditionalGeneration:
    """The model without weights: parameters on the meta device, computed buffers real, sdpa attention."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=False):
        return FlashSlothForConditionalGeneration(config)


def empty_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a model's parameters. Nothing is allocated, whatever sizes the configuration has."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=True):
        model = FlashSlothForConditionalGeneration(config)
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def check_depth(config: FlashSlothConfig, infos: dict[str, safetensors_reader.TensorInfo], folder: Path) -> None:
    """Compare the number of layers with the tensors' names first: clearer than a hundred missing tensors, and a
    configuration of a million layers is refused before it is built."""
    for part, prefix, layers in (
        ("text layers", "model.language_model.layers.", config.text_config.num_hidden_layers),
        ("vision blocks", "model.vision_tower.encoder.layers.", config.vision_config.num_hidden_layers),
    ):
        found = {name[len(prefix) :].split(".", 1)[0] for name in infos if name.startswith(prefix)}
        if len(found) != layers:
            raise TensorMismatch(f"{folder}: config.json says {layers} {part}, the weights have {len(found)}")


def generation_config(config: FlashSlothConfig) -> Any:
    from transformers.generation import GenerationConfig

    text = config.text_config
    return GenerationConfig(
        eos_token_id=config.end_token_id,
        pad_token_id=text.pad_token_id,
        bos_token_id=text.bos_token_id,
        suppress_tokens=[config.image_token_id, config.query_token_id],  # placeholders are never an answer
    )


def sampling_defaults(folder: Path) -> dict[str, Any]:
    """Sampling settings that the model's authors chose, where they chose sampling."""
    path = folder / "generation_config.json"
    if regular_file_in(folder, path.name) is None:
        return {}
    data = safetensors_reader.read_json(path)
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    return {n: data[n] for n in names if isinstance(data.get(n), (int, float))} if data.get("do_sample") else {}
