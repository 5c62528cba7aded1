"""Which weights learn, and where they come from: a FlashSloth, a SigLIP with a Phi, or sizes filled at random.

A model for training is transformers' own modules, not the packed decoder that answers. What learns is held in float32,
what does not in the type that is computed in, or in NF4 (QLoRA, arXiv:2305.14314).
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
from flashsloth.checkpoints import model_files, resolve, safetensors_reader
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.size_file import read_sizes_file
from flashsloth.errors import FlashSlothError, InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.model.modeling import FlashSlothForConditionalGeneration
from flashsloth.processing.processor import FlashSlothProcessor
from flashsloth.processing.prompt import END_TOKEN, IMAGE_TOKEN, QUERY_TOKEN
from flashsloth.training.recipe import COMPRESSION, Recipe
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from transformers.models.phi.configuration_phi import PhiConfig
    from transformers.models.siglip.configuration_siglip import SiglipVisionConfig

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
    """The part that a tensor of this native name belongs to."""
    return next(part for part, prefix in MODULES.items() if name.startswith(prefix))


@dataclass(frozen=True, slots=True)
class Base:
    """A model to be trained, with what belongs to it. Nothing learns yet: see `prepare`."""

    model: FlashSlothForConditionalGeneration
    processor: FlashSlothProcessor
    name: str  # what it was asked for by; for base parts both, with a plus
    source: ModelSource | None  # a FlashSloth's folder; None where the model is new
    stored: torch.dtype  # the type that its weights are stored in, and a trained model is written in

    @property
    def config(self) -> FlashSlothConfig:
        return self.model.config


@dataclass(frozen=True, slots=True)
class Sources:
    """Folders and sizes that a recipe names, found and read before any weight is."""

    name: str
    config: FlashSlothConfig
    processor: FlashSlothProcessor
    tensors: dict[str, safetensors_reader.TensorInfo]  # by native name; what is missing is drawn at random
    source: ModelSource | None = None

    @property
    def size(self) -> int:
        """Bytes as stored, or in 16 bit where nothing is stored."""
        return sum(info.size for info in self.tensors.values()) or 2 * parameters(self.config)

    @property
    def stored(self) -> torch.dtype:
        """One type for all: the one that most bytes are stored in."""
        sizes: dict[str, int] = {}
        for info in self.tensors.values():
            sizes[info.dtype] = sizes.get(info.dtype, 0) + info.size
        most = max(sizes, key=lambda kind: sizes[kind]) if sizes else "F32"
        return getattr(torch, safetensors_reader.TORCH_NAMES[most])


def parameters(config: FlashSlothConfig) -> int:
    """Parameters of a model of these sizes."""
    return sum(math.prod(shape) for shape in model_files.empty_shapes(config).values())


def find_sources(recipe: Recipe, *, offline: bool = False, **asking: Any) -> Sources:
    """Find and read what the recipe starts from. `asking`: confirm and on_progress of `loading.find`.

    Raises: ModelError of the kinds that `loading` raises, OptionError for a quantized model.
    """
    if recipe.init is not None:
        return from_sizes(Path(recipe.init), recipe.set, offline=offline, **asking)
    if recipe.vision is not None and recipe.text is not None:
        vision = resolve.find(recipe.vision, offline=offline, **asking)
        return from_parts(vision, resolve.find(recipe.text, offline=offline, **asking))
    source = resolve.find(recipe.model or resolve.NANO, offline=offline, **asking)
    config = model_files.read_config(source.folder)
    if model_files.saved_preset(config, source.folder) is not None:
        raise UnsupportedModel(
            f"{source.name} is quantized and cannot be trained",
            hint="Start from the model it was made of; --qlora holds that in 4 bits too.",
        )
    infos = safetensors_reader.read_headers(source.folder)
    model_files.check_depth(config, infos, source.folder)
    wanted = model_files.empty_shapes(config)
    safetensors_reader.check_tensors({name: info.shape for name, info in infos.items()}, wanted, source.folder)
    return Sources(source.name, config, model_files.read_processor(config, source.folder), infos, source)


def compute_dtype(device: torch.device, wanted: str | None, size: int) -> torch.dtype:
    """The type to compute in: bfloat16 or float16 on CUDA, on a CPU as for answers, float32 elsewhere."""
    if device.type == "mps" and wanted in (None, "auto"):
        return torch.float32
    if device.type != "cuda" and wanted == "float16":
        raise OptionError(f"nothing is trained in float16 on {device}", hint="Use --dtype bfloat16, or float32.")
    return devices.choose_dtype(device, wanted, size)


def build(
    sources: Sources, recipe: Recipe, dtype: torch.dtype, *, hd: bool, on_progress: Progress | None = None
) -> Base:
    """The model on the CPU. The caller has seeded torch: what no file has is drawn from its generator.

    Raises: CheckpointError for what the files hold.
    """
    model = model_files.build_empty(sources.config)
    trained = set(recipe.trained_parts(hd=hd)) | (set(COMPRESSION) if recipe.method != "full" else set())
    for name, tensor in _read(sources, on_progress):
        kind = torch.float32 if part_of(name) in trained else dtype
        _put(model, name, tensor.to(kind), in_nf4=recipe.method == "qlora", dtype=dtype)
    init_missing(model, {name for name, p in model.named_parameters() if p.is_meta})
    model.config.image_hd = hd
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
        linear._parameters["bias"] = parent._parameters["bias"]
        outer, _, inner = path.rpartition(".")
        setattr(model.get_submodule(outer), inner, linear)
    else:
        parent._parameters[leaf] = nn.Parameter(tensor, requires_grad=False)


def init_missing(model: FlashSlothForConditionalGeneration, missing: set[str]) -> None:
    """Draw the weights that no file has: as transformers does for the tower and the text model, as torch does for
    the rest (docs/parity.md, training stages)."""
    for path, module in model.named_modules():
        own = [f"{path}.{leaf}".lstrip(".") for leaf, p in module._parameters.items() if p is not None]
        if not missing.intersection(own):
            continue
        module.to_empty(device="cpu", recurse=False)
        if part_of(own[0]) in COMPRESSION and hasattr(module, "reset_parameters"):
            module.reset_parameters()
        else:
            model._init_weights(module)


def prepare(base: Base, recipe: Recipe, *, hd: bool) -> Any:
    """Let the recipe's parts learn, behind LoRA where it asks for it; everything else stays as it is.

    Returns the model, or PEFT's wrapper of it. LoRA's first matrices are drawn from torch's generator.
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

    there = {part_of(name) for name, _ in model.named_parameters()}  # variants lack SAP, EmbQ or query tokens
    inside = {target: "mlp" if target.startswith("fc") else "self_attn" for target in recipe.targets}
    targets = "|".join(rf"{place}\.{target}" for target, place in inside.items())
    model.is_loaded_in_4bit = recipe.method == "qlora"  # how peft finds out
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha or 2 * recipe.rank,  # peft divides it
        lora_dropout=recipe.dropout,
        # in full: the tower and EmbQ have linears of the same names
        target_modules=rf"model\.language_model\.layers\.\d+\.({targets})",
        modules_to_save=[part for part in parts if part in there] or None,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name that is on its way out
        return get_peft_model(model, config)


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """What learns, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_by_part(model: nn.Module) -> dict[str, tuple[int, int]]:
    """Parameters that learn and parameters in all, by part; LoRA's own as "lora"."""
    found = {part: [0, 0] for part in MODULES} | {"lora": [0, 0]}
    for name, parameter in model.named_parameters():
        plain = name.removeprefix("base_model.model.")
        if ".original_module." in plain:
            continue  # the copy that peft keeps of what it lets learn
        part = "lora" if ".lora_" in plain else part_of(plain)
        state = getattr(parameter, "quant_state", None)
        count = math.prod(state.shape) if state is not None else parameter.numel()
        found[part][0] += count if parameter.requires_grad else 0
        found[part][1] += count
    return {part: (learn, count) for part, (learn, count) in found.items() if count}


def import_quietly() -> None:
    """Import what the Trainer would import with more noise: peft, which brings in bitsandbytes where there is one."""
    from flashsloth.quantization import bnb

    with suppress(OptionError):
        bnb.library()
    import peft  # noqa: F401


# Base parts


def from_parts(vision: ModelSource, text: ModelSource) -> Sources:
    """A new FlashSloth of a SigLIP without its last block and a Phi; SAP, projector, EmbQ and queries are new.

    Raises: UnsupportedModel for other kinds of models, InvalidConfiguration where they do not go together.
    """
    tower, phi = read_vision_config(vision.folder), read_text_config(text.folder)
    tokenizer = model_files.read_tokenizer(text.folder)
    ids = own_tokens(tokenizer, phi.vocab_size)
    phi.eos_token_id, phi.pad_token_id = ids.pop("end_token_id"), tokenizer.pad_token_id
    kept = tower.num_hidden_layers - 1
    width = tower.hidden_size // 2
    config = FlashSlothConfig(
        vision_config={**tower.to_dict(), "num_hidden_layers": kept, "vision_use_head": False},
        text_config=phi.to_dict(),
        embq_layer=7 if phi.num_hidden_layers > 7 else phi.num_hidden_layers // 3,
        embq_width=width,
        embq_heads=math.gcd(math.gcd(width, tower.hidden_size), phi.num_attention_heads),
        **ids,
    )
    tensors = {**_vision_tensors(vision.folder, kept), **safetensors_reader.read_headers(text.folder)}
    wanted = model_files.empty_shapes(config)
    found = {name: info.shape for name, info in tensors.items()}
    expected = {n: s for n, s in wanted.items() if part_of(n) not in COMPRESSION}
    safetensors_reader.check_tensors(found, expected, text.folder)
    return Sources(f"{vision.name} + {text.name}", config, FlashSlothProcessor.from_config(config, tokenizer), tensors)


def _vision_tensors(folder: Path, kept: int) -> dict[str, safetensors_reader.TensorInfo]:
    found = {}
    for name, info in safetensors_reader.read_headers(folder).items():
        inner = name.removeprefix("vision_model.")
        layer = re.match(r"encoder\.layers\.(\d+)\.", inner)
        left_out = (layer and int(layer[1]) >= kept) or inner.startswith(("post_layernorm.", "head."))
        if not left_out and inner.startswith(("embeddings.", "encoder.")):
            found[f"model.vision_tower.{inner}"] = info
    return found


def read_vision_config(folder: Path) -> SiglipVisionConfig:
    """The tower's sizes, from a SigLIP's or a SigLIP vision model's config.json."""
    from transformers.models.siglip.configuration_siglip import SiglipVisionConfig

    data = safetensors_reader.read_json(folder / "config.json")
    if data.get("model_type") not in ("siglip", "siglip_vision_model"):
        raise UnsupportedModel(f"{folder} is a {data.get('model_type')} model", hint="--vision takes a SigLIP.")
    inner = data.get("vision_config", {}) if data["model_type"] == "siglip" else data
    known = {k: v for k, v in inner.items() if k not in ("model_type", "torch_dtype", "dtype", "architectures")}
    return _made(SiglipVisionConfig, known, folder)


def read_text_config(folder: Path) -> PhiConfig:
    """The text model's sizes, from a Phi's config.json."""
    from transformers.models.phi.configuration_phi import PhiConfig

    data = safetensors_reader.read_json(folder / "config.json")
    if data.get("model_type") != "phi" or "PhiForCausalLM" not in (data.get("architectures") or []):
        raise UnsupportedModel(f"{folder} is no Phi", hint="--text takes a Phi such as microsoft/phi-2.")
    known = {k: v for k, v in data.items() if k not in ("model_type", "torch_dtype", "dtype", "auto_map")}
    return _made(PhiConfig, known, folder)


def _made(kind: Any, values: dict[str, Any], folder: Path) -> Any:
    try:
        return kind(**values)
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        said = str(error).strip().splitlines()[-1].strip()
        raise InvalidConfiguration(f"{folder / 'config.json'}: {said}") from error


def own_tokens(tokenizer: Any, vocabulary: int) -> dict[str, int]:
    """Ids of the tokens that a FlashSloth needs beyond a Phi's, added where the tokenizer lacks them; as arguments of
    FlashSlothConfig. Raises InvalidConfiguration where the text model has no rows left for them."""
    for token in (QUERY_TOKEN, END_TOKEN, IMAGE_TOKEN):
        if tokenizer.convert_tokens_to_ids(token) in (None, tokenizer.unk_token_id):
            tokenizer.add_special_tokens({"additional_special_tokens": [token]}, False)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    ids = {t: int(tokenizer.convert_tokens_to_ids(t)) for t in (QUERY_TOKEN, END_TOKEN, IMAGE_TOKEN)}
    if max(ids.values()) >= vocabulary:
        raise InvalidConfiguration(
            f"the text model has {vocabulary} words, and no rows left for {', '.join(ids)}",
            hint="Use a Phi with spare rows, as microsoft/phi-2 has.",
        )
    plain = {"add_special_tokens": False, "split_special_tokens": True}
    return {
        "query_token_id": ids[QUERY_TOKEN],
        "end_token_id": ids[END_TOKEN],
        "image_token_id": ids[IMAGE_TOKEN],
        "query_offset_token_id": int(tokenizer.encode(" .", **plain)[-1]),
        "turn_prefix_length": 1 + len(tokenizer.encode("USER:", **plain)),
    }


def from_sizes(path: Path, changes: Sequence[str] = (), *, offline: bool = False, **asking: Any) -> Sources:
    """A new FlashSloth of the sizes in a TOML file, changed by KEY=VALUE, with the tokenizer it names or nano's; all
    weights are drawn. `asking`: as in `find_sources`."""
    sizes = read_sizes_file(path, extra_keys=("tokenizer",), changes=changes)
    named = sizes.pop("tokenizer", resolve.NANO)
    where = path.parent / str(named)
    if not os.path.isdir(where):
        where = resolve.find(str(named), offline=offline, **asking).folder
    tokenizer = model_files.read_tokenizer(where)
    text = dict(sizes.pop("text_config", {}))
    text.setdefault("vocab_size", len(tokenizer))
    ids = own_tokens(tokenizer, text["vocab_size"])
    text |= {"eos_token_id": ids.pop("end_token_id"), "pad_token_id": tokenizer.pad_token_id}
    text.setdefault("bos_token_id", tokenizer.bos_token_id)
    try:
        config = FlashSlothConfig(text_config=text, **{**ids, **sizes})
    except FlashSlothError as error:
        changed = f" with --set {' '.join(changes)}" if changes else ""
        hint = "Mend --set, or the file." if changes else "Mend the file."
        raise type(error)(f"{path}{changed}: {error}", hint=hint) from error
    return Sources(path.stem, config, FlashSlothProcessor.from_config(config, tokenizer), {})
