"""Build the model to train from a FlashSloth, from a SigLIP and a Phi, or from sizes with random weights.

It consists of transformers' own modules, not of the packed decoder. Trained weights are float32; frozen ones have the
dtype of the computation, or NF4 (QLoRA, arXiv:2305.14314).
"""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.checkpoints import model_files, resolve, safetensors_reader, tower_folder
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.size_file import read_sizes_file
from flashsloth.config.towers import SIGLIP
from flashsloth.errors import FlashSlothError, InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.model.modeling import FlashSlothForConditionalGeneration
from flashsloth.processing.processor import FlashSlothProcessor
from flashsloth.processing.prompt import END_TOKEN, IMAGE_TOKEN, QUERY_TOKEN
from flashsloth.training.memory_estimate import lora_weights
from flashsloth.training.recipe import COMPRESSION, Recipe
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from transformers.models.phi.configuration_phi import PhiConfig

MODULES = {
    "vision_tower": "model.vision_tower.",
    "pooling": "model.pooling.",
    "projector": "model.projector.",
    "embq": "model.language_model.embq.",
    "query_tokens": "model.query_tokens.",
    "text": "",  # everything else: words, layers, last norm, head
}
TEXT_LINEAR = re.compile(r"model\.language_model\.layers\.\d+\.(?:self_attn|mlp)\.(q_proj|k_proj|v_proj|dense|fc1|fc2)")


def part_of(name: str) -> str:
    """Return the part that a tensor belongs to, by its native name."""
    return next(part for part, prefix in MODULES.items() if name.startswith(prefix))


@dataclass(frozen=True, slots=True)
class Base:
    """A model with its processor, all of its weights frozen: see `prepare`."""

    model: FlashSlothForConditionalGeneration
    processor: FlashSlothProcessor
    name: str  # as it was requested; for base parts both names with a plus
    source: ModelSource | None  # a FlashSloth's folder; None for a new model
    stored: torch.dtype  # the dtype of the stored weights, and of the trained model's file

    @property
    def config(self) -> FlashSlothConfig:
        """The model's configuration."""
        return self.model.config


@dataclass(frozen=True, slots=True)
class Sources:
    """The folders and sizes that a recipe names, read before any weight is."""

    name: str
    config: FlashSlothConfig
    processor: FlashSlothProcessor
    tensors: dict[str, safetensors_reader.TensorInfo]  # by native name; missing ones are random
    source: ModelSource | None = None

    @property
    def size(self) -> int:
        """Bytes as stored, or in 16 bit for a new model."""
        return sum(info.size for info in self.tensors.values()) or 2 * parameters(self.config)

    @property
    def stored(self) -> torch.dtype:
        """The dtype of most stored bytes."""
        sizes: dict[str, int] = {}
        for info in self.tensors.values():
            sizes[info.dtype] = sizes.get(info.dtype, 0) + info.size
        most = max(sizes, key=lambda kind: sizes[kind]) if sizes else "F32"
        return getattr(torch, safetensors_reader.TORCH_NAMES[most])


def parameters(config: FlashSlothConfig) -> int:
    """Return the number of a model's parameters."""
    return sum(math.prod(shape) for shape in model_files.empty_shapes(config).values())


def find_sources(recipe: Recipe, *, offline: bool = False, **options: Any) -> Sources:
    """Find the model that the recipe starts from. `options`: confirm and on_progress of `resolve.find`.

    Raises: ModelError, as `resolve` and `model_files` do; UnsupportedModel for a quantized model.
    """
    if recipe.init is not None:
        return from_sizes(Path(recipe.init), recipe.set, offline=offline, **options)
    if recipe.vision is not None and recipe.text is not None:
        vision = resolve.find(recipe.vision, offline=offline, **options)
        return from_parts(vision, resolve.find(recipe.text, offline=offline, **options))
    source = resolve.find(recipe.model or resolve.NANO, offline=offline, **options)
    config = model_files.read_config(source.folder)
    if model_files.saved_preset(config, source.folder) is not None:
        raise UnsupportedModel(
            f"{source.name} is quantized and cannot be trained",
            hint="Use the model that it was made of; --qlora holds that in 4 bits too.",
        )
    infos = safetensors_reader.read_headers(source.folder)
    model_files.check_depth(config, infos, source.folder)
    wanted = model_files.empty_shapes(config)
    safetensors_reader.check_tensors({name: info.shape for name, info in infos.items()}, wanted, source.folder)
    return Sources(source.name, config, model_files.read_processor(config, source.folder), infos, source)


def compute_dtype(device: torch.device, wanted: str | None, size: int) -> torch.dtype:
    """Return the dtype of the computation: bfloat16 or float16 on CUDA, as for answers on a CPU, else float32."""
    if device.type == "mps" and wanted in (None, "auto"):
        return torch.float32
    if device.type != "cuda" and wanted == "float16":
        raise OptionError(f"training in float16 is not supported on {device}", hint="Use --dtype bfloat16, or float32.")
    return devices.choose_dtype(device, wanted, size)


def build(
    sources: Sources, recipe: Recipe, dtype: torch.dtype, *, hd: bool, on_progress: Progress | None = None
) -> Base:
    """Build the model on the CPU. Weights that no file has are drawn from torch's generator.

    Raises: CheckpointError for damaged files.
    """
    model = model_files.build_empty(sources.config)
    trained = set(recipe.trained_parts(hd=hd)) | (set(COMPRESSION) if recipe.method != "full" else set())
    for name, tensor in _read(sources, on_progress):
        kind = torch.float32 if part_of(name) in trained else dtype
        _put(model, name, tensor.to(kind), in_nf4=recipe.method == "qlora", dtype=dtype)
    missing = {name for name, p in model.named_parameters() if p.is_meta}
    init_missing(model, missing)
    for name in missing:
        if part_of(name) not in trained:
            drawn = model.get_parameter(name)
            drawn.data = drawn.data.to(dtype)
    model.config.image_hd = hd
    model.config.readable_letters = None  # was measured before, and so was the next
    model.config.choice_temperature = 1.0
    model.generation_config = model_files.generation_config(sources.config)
    model.name_or_path = sources.name
    return Base(model, sources.processor, sources.name, sources.source, sources.stored)


def _read(sources: Sources, on_progress: Progress | None) -> Iterator[tuple[str, Tensor]]:
    for done, (name, tensor) in enumerate(safetensors_reader.read_tensors(sources.tensors), 1):
        yield name, tensor
        if on_progress:
            on_progress(done, len(sources.tensors), sources.name)


def _put(model: nn.Module, name: str, tensor: Tensor, *, in_nf4: bool, dtype: torch.dtype) -> None:
    path, _, leaf = name.rpartition(".")
    parent = model.get_submodule(path)
    if in_nf4 and leaf == "weight" and TEXT_LINEAR.fullmatch(path):
        from flashsloth.quantization import bnb

        linear = bnb.quantize_nf4(tensor, None, torch.device("cpu"), dtype, training=True)
        linear.bias = parent.bias
        outer, _, inner = path.rpartition(".")
        setattr(model.get_submodule(outer), inner, linear)
    else:
        setattr(parent, leaf, nn.Parameter(tensor, requires_grad=False))


def init_missing(model: FlashSlothForConditionalGeneration, missing: set[str]) -> None:
    """Initialise the weights that no file has: as transformers does for the tower and the text model, as torch does
    for the rest (docs/parity.md, training stages)."""
    for path, module in model.named_modules():
        own = [f"{path}.{leaf}".lstrip(".") for leaf, _ in module.named_parameters(recurse=False)]
        if not missing.intersection(own):
            continue
        module.to_empty(device="cpu", recurse=False)
        if part_of(own[0]) in COMPRESSION and hasattr(module, "reset_parameters"):
            module.reset_parameters()
        elif (tower := model.model.vision_tower).config.model_type != SIGLIP and part_of(own[0]) == "vision_tower":
            tower._init_weights(module)  # its class token and registers lie in modules that only it knows
        else:
            model._init_weights(module)


def prepare(base: Base, recipe: Recipe, *, hd: bool) -> Any:
    """Return the model, or PEFT's wrapper of it, with the recipe's parts learning.

    LoRA's first matrices are drawn from torch's generator.
    """
    model = base.model.requires_grad_(False)
    parts = recipe.trained_parts(hd=hd)
    if recipe.method == "full":
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(part_of(name) in parts)
        return model
    return _with_lora(model, recipe, parts)


def _with_lora(model: Any, recipe: Recipe, parts: tuple[str, ...]) -> Any:
    from peft import LoraConfig, get_peft_model

    existing = {part_of(name) for name, _ in model.named_parameters()}  # variants lack SAP, EmbQ or query tokens
    parents = {target: "mlp" if target.startswith("fc") else "self_attn" for target in recipe.targets}
    targets = "|".join(rf"{parent}\.{target}" for target, parent in parents.items())
    model.is_loaded_in_4bit = recipe.method == "qlora"  # peft reads it
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha or 2 * recipe.rank,  # peft divides it
        lora_dropout=recipe.dropout,
        # full paths, as the tower and EmbQ have linears of the same names
        target_modules=rf"model\.language_model\.layers\.\d+\.({targets})",
        modules_to_save=[part for part in parts if part in existing] or None,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft uses a deprecated name of transformers
        return get_peft_model(model, config)


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return the trained parameters by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_by_part(config: FlashSlothConfig, recipe: Recipe, *, hd: bool) -> dict[str, tuple[int, int]]:
    """Return trained and all parameters by part, LoRA's own as "lora"."""
    counts = dict.fromkeys(MODULES, 0)
    for name, shape in model_files.empty_shapes(config).items():
        counts[part_of(name)] += math.prod(shape)
    trained = recipe.trained_parts(hd=hd)
    by_part = {part: (count if part in trained else 0, count) for part, count in counts.items() if count}
    if recipe.method != "full":
        by_part["lora"] = (lora_weights(config, recipe.rank, recipe.targets),) * 2
    return by_part


def import_quietly() -> None:
    """Import bitsandbytes and peft without the messages that the Trainer's own import of them prints."""
    from flashsloth.quantization import bnb

    with suppress(OptionError):
        bnb.library()
    import peft  # noqa: F401


# Base parts


def from_parts(vision: ModelSource, text: ModelSource) -> Sources:
    """Combine a SigLIP without its last block and a Phi into a new FlashSloth; SAP, projector, EmbQ, queries are new.

    Raises: UnsupportedModel for other kinds of models, InvalidConfiguration if they do not fit together.
    """
    tower, phi = tower_folder.without_last_block(tower_folder.read_tower(vision.folder)), read_text_config(text.folder)
    tokenizer = model_files.read_tokenizer(text.folder)
    ids = own_tokens(tokenizer, phi.vocab_size)
    phi.eos_token_id, phi.pad_token_id = ids.pop("end_token_id"), tokenizer.pad_token_id
    width = tower["hidden_size"] // 2
    config = FlashSlothConfig(
        vision_config=tower,
        **tower_folder.read_normalisation(vision.folder, tower["model_type"]),
        text_config=phi.to_dict(),
        embq_layer=7 if phi.num_hidden_layers > 7 else phi.num_hidden_layers // 3,
        embq_width=width,
        embq_heads=math.gcd(math.gcd(width, tower["hidden_size"]), phi.num_attention_heads),
        **ids,
    )
    wanted = model_files.empty_shapes(config)
    seen = tower_folder.read_tensors(vision.folder, config.vision_config, wanted)
    tensors = {**seen, **safetensors_reader.read_headers(text.folder)}
    saved = {name: info.shape for name, info in tensors.items()}
    expected = {n: s for n, s in wanted.items() if part_of(n) not in COMPRESSION}
    safetensors_reader.check_tensors(saved, expected, text.folder)
    return Sources(f"{vision.name} + {text.name}", config, FlashSlothProcessor.from_config(config, tokenizer), tensors)


def read_text_config(folder: Path) -> PhiConfig:
    """Read the text model's sizes from a Phi's config.json."""
    from transformers.models.phi.configuration_phi import PhiConfig

    data = safetensors_reader.read_json(folder / "config.json")
    if data.get("model_type") != "phi" or "PhiForCausalLM" not in (data.get("architectures") or []):
        kind = data.get("model_type")
        raise UnsupportedModel(
            f"{folder} is a {kind} model, not a Phi", hint="Use a Phi such as microsoft/phi-2 with --text."
        )
    known = {k: v for k, v in data.items() if k not in ("model_type", "torch_dtype", "dtype", "auto_map")}
    return _construct(PhiConfig, known, folder)


def _construct(kind: Any, values: dict[str, Any], folder: Path) -> Any:
    try:
        return kind(**values)
    except Exception as error:  # transformers raises many kinds of errors for invalid values
        message = str(error).strip().splitlines()[-1].strip()
        raise InvalidConfiguration(f"{folder / 'config.json'}: {message}") from error


def own_tokens(tokenizer: Any, vocabulary: int) -> dict[str, int]:
    """Return the ids of FlashSloth's special tokens, as arguments of FlashSlothConfig, adding the missing ones to the
    tokenizer. Raises InvalidConfiguration if the text model's vocabulary has no room for them."""
    for token in (QUERY_TOKEN, END_TOKEN, IMAGE_TOKEN):
        if tokenizer.convert_tokens_to_ids(token) in (None, tokenizer.unk_token_id):
            tokenizer.add_special_tokens({"additional_special_tokens": [token]}, False)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    ids = {t: int(tokenizer.convert_tokens_to_ids(t)) for t in (QUERY_TOKEN, END_TOKEN, IMAGE_TOKEN)}
    if max(ids.values()) >= vocabulary:
        raise InvalidConfiguration(
            f"the text model's vocabulary of {vocabulary} has no room for {', '.join(ids)}",
            hint="Use a Phi with spare token ids, such as microsoft/phi-2.",
        )
    plain = {"add_special_tokens": False, "split_special_tokens": True}
    return {
        "query_token_id": ids[QUERY_TOKEN],
        "end_token_id": ids[END_TOKEN],
        "image_token_id": ids[IMAGE_TOKEN],
        "query_offset_token_id": int(tokenizer.encode(" .", **plain)[-1]),
        "turn_prefix_length": 1 + len(tokenizer.encode("USER:", **plain)),
    }


def from_sizes(path: Path, changes: Sequence[str] = (), *, offline: bool = False, **options: Any) -> Sources:
    """Make a new FlashSloth of the sizes in a TOML file, with the tokenizer it names or nano's, and random weights.

    Args:
        changes: KEY=VALUE changes to the sizes.
        options: as in `find_sources`.
    """
    sizes = read_sizes_file(path, extra_keys=("tokenizer",), changes=changes)
    name = str(sizes.pop("tokenizer", resolve.NANO))
    folder = path.parent / name
    if not os.path.isdir(folder):
        folder = resolve.find(name, offline=offline, **options).folder
    tokenizer = model_files.read_tokenizer(folder)
    text = dict(sizes.pop("text_config", {}))
    text.setdefault("vocab_size", len(tokenizer))
    ids = own_tokens(tokenizer, text["vocab_size"])
    text |= {"eos_token_id": ids.pop("end_token_id"), "pad_token_id": tokenizer.pad_token_id}
    text.setdefault("bos_token_id", tokenizer.bos_token_id)
    try:
        config = FlashSlothConfig(text_config=text, **{**ids, **sizes})
    except FlashSlothError as error:
        changed = f" with --set {' '.join(changes)}" if changes else ""
        hint = "Correct --set, or the file." if changes else "Correct the file."
        raise type(error)(f"{path}{changed}: {error}", hint=hint) from error
    return Sources(path.stem, config, FlashSlothProcessor.from_config(config, tokenizer), {})
