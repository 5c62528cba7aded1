"""Build the model to train: from a FlashSloth, from a vision tower and a language model, or from a file
of sizes with random weights.

The model consists of transformers' modules. The decoder of `inference/` is not used, because it has no
backward pass. Trained weights are float32, and frozen weights have the dtype of the computation. With
QLoRA (arXiv:2305.14314) the linears of the decoder's layers are stored in NF4.
"""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers.activations import FastGELUActivation, NewGELUActivation

from flashsloth import devices
from flashsloth.checkpoints import (
    compose,
    load_plan,
    loader,
    model_files,
    resolve,
    safetensors_reader,
)
from flashsloth.checkpoints.compose import Sources, parameters
from flashsloth.errors import FlashSlothError, InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.hf.size_file import apply_change, read_sizes_file
from flashsloth.processing.prompt import add_special_tokens
from flashsloth.quantization import bnb
from flashsloth.reduction.mod import routed
from flashsloth.sizes.families import COMPRESSION, MODULES, ROUTER, family_of, part_of
from flashsloth.training.recipe import HEAD, Recipe, learns
from flashsloth.utils.progress import Progress, ignore

LAYERS = "model.language_model.layers"
SKIP_RATIO = 0.34  # the share of skipped tokens at which the gamma-MoD paper finds no loss of accuracy
# The sizes that --set may change in a model that has weights. They belong to parts without weights, or
# to parts that may get random weights.
COMPRESSION_SIZES = {
    "pooling",
    "pooling_window",
    "pooling_dropout",
    "num_query_tokens",
    "embq",
    "embq_layer",
    "embq_width",
    "embq_heads",
    "routed_layers",
    "skip_ratio",
}
__all__ = ["Sources", "build", "find_sources", "parameters", "part_of", "prepare"]


def find_sources(recipe: Recipe, *, offline: bool = False, **options: Any) -> Sources:
    """Find the model that the recipe starts from. `options` are `confirm` and `on_progress` of
    `resolve.find`.

    Raises: ModelError, as `resolve` and `model_files` do; UnsupportedModel for a quantized model.
    """
    sources = _find_sources(recipe, offline=offline, **options)
    if recipe.high_res is None:
        return sources
    return compose.with_high_resolution(sources, recipe.high_res, offline=offline, **options)


def _find_sources(recipe: Recipe, *, offline: bool, **options: Any) -> Sources:
    if recipe.init is not None:
        return from_sizes(Path(recipe.init), recipe.set, offline=offline, **options)
    if recipe.vision is not None and recipe.language is not None:
        sizes = compression_sizes(recipe.set)
        with blaming_option(sizes):
            return compose.gather(
                recipe.vision, recipe.language, sizes=sizes, offline=offline, **options
            )
    source = resolve.find(recipe.model or resolve.NANO, offline=offline, **options)
    if family_of(model_files.read_fields(source.folder, others=True)):
        return sources_of_other(source, recipe)
    config = model_files.read_config(source.folder)
    if model_files.stored_preset(source.folder, config) is not None:
        raise quantized(source)
    infos = model_files.read_tensors(config, source.folder)
    model_files.check_depth(config, infos, source.folder)
    sizes = compression_sizes(recipe.set)
    if recipe.mod is not None:
        sizes = routed(
            config, recipe.mod, SKIP_RATIO if recipe.skip_ratio is None else recipe.skip_ratio
        )
    if sizes:
        with blaming_option(sizes):
            config = config.with_sizes(**sizes)
    wanted = model_files.empty_shapes(config)
    if sizes:
        # With the new sizes the model may lack parts that it had: their weights are dropped. It may
        # also have new parts: their weights are drawn at random. All other weights must be in the
        # files.
        infos = {name: info for name, info in infos.items() if name in wanted}
        old = {part_of(name) for name in infos} | (MODULES.keys() - {*COMPRESSION, ROUTER})
        wanted = {name: shape for name, shape in wanted.items() if part_of(name) in old}
        for name, shape in wanted.items():
            if name in infos and infos[name].shape != tuple(shape):
                raise OptionError(
                    f"{source.name} has {part_of(name)} of another size than --set {', '.join(sorted(sizes))} needs",
                    hint="The size of a part that has weights cannot be changed. Remove the option, or begin "
                    "from a tower and a decoder (train --vision, --language).",
                )
    safetensors_reader.check_tensors(infos, wanted, source.folder)
    return Sources(
        source.name, config, model_files.read_processor(config, source.folder), infos, source
    )


def sources_of_other(source: resolve.ModelSource, recipe: Recipe) -> Sources:
    """Return the files of a model of transformers, of which LoRA adapts the decoder. Raises:
    UnsupportedModel for other recipes, CheckpointError."""
    plan = load_plan.make_plan(source, device="cpu", quant=None)
    if plan.saved:
        raise quantized(source)
    for what, is_asked in {
        "train": recipe.stage is not None,
        "mod": recipe.mod is not None,
        "--train-vision": recipe.train_vision,
        "--full": recipe.method == "full",
    }.items():
        if is_asked:
            plan.config.require_flashsloth(what)
    plan.check_tensors()
    files: Any = loader.read_files(plan)
    return Sources(source.name, files.config, files, plan.infos, source)


def quantized(source: resolve.ModelSource) -> UnsupportedModel:
    return UnsupportedModel(
        f"{source.name} is quantized and cannot be trained",
        hint="Use the model that it was made from; with --qlora its weights are held in 4 bits as well.",
    )


def compression_sizes(changes: Sequence[str]) -> dict[str, Any]:
    """Parse KEY=VALUE changes to the sizes of pooling, query tokens and EmbQ. Raises: OptionError for
    a size that is not in COMPRESSION_SIZES."""
    sizes: dict[str, Any] = {}
    for change in changes:
        apply_change(sizes, change)
    if others := sizes.keys() - COMPRESSION_SIZES:
        raise OptionError(
            f"--set cannot change {', '.join(sorted(others))} of weights that exist",
            hint=f"It changes {', '.join(sorted(COMPRESSION_SIZES))}.",
        )
    return sizes


@contextmanager
def blaming_option(sizes: Mapping[str, Any]) -> Iterator[None]:
    """If the configuration is invalid because of one of the sizes given by --set, raise OptionError
    with a hint that names the option."""
    try:
        yield
    except InvalidConfiguration as error:
        if named := [name for name in sizes if name in str(error)]:
            raise OptionError(str(error), hint=f"Correct --set {named[0]}=...") from error
        raise


def compute_dtype(device: torch.device, wanted: str | None, size: int) -> torch.dtype:
    """Return the dtype of the computation. The default is bfloat16 or float16 on CUDA, float32 on MPS,
    and on a CPU the dtype in which answers are computed."""
    if device.type == "mps" and wanted in (None, "auto"):
        return torch.float32
    if device.type != "cuda" and wanted == "float16":
        raise OptionError(
            f"training in float16 is not supported on {device}",
            hint="Use --set dtype=bfloat16, or float32.",
        )
    return devices.choose_dtype(device, wanted, size)


def build(
    sources: Sources,
    recipe: Recipe,
    dtype: torch.dtype,
    *,
    hd: bool | None,
    on_progress: Progress = ignore,
) -> FlashSlothForConditionalGeneration:
    """Build the model on the CPU. Weights that are in no file are drawn from torch's generator.

    Raises: CheckpointError for damaged files.
    """
    model = model_files.build_empty(sources.config)
    if not sources.config.is_flashsloth:
        # encoded_pictures.py has the tower
        model.model.vision = None
        texts = {name: info for name, info in sources.tensors.items() if part_of(name) == "text"}
        sources = replace(sources, tensors=texts)
    trained = set(recipe.trained_parts(hd=hd))
    if recipe.method != "full":
        trained |= {*COMPRESSION}
    linears = decoder_linears(model) if recipe.method == "qlora" else {}
    quantized = {
        f"{name}.weight" for name, module in linears.items() if type(module) is torch.nn.Linear
    }

    def in_nf4(name: str, tensor: torch.Tensor) -> torch.nn.Module | None:
        if name not in quantized:
            return None
        from flashsloth.quantization import bnb

        linear = bnb.quantize_nf4(tensor, None, torch.device("cpu"), dtype)
        linear.bias = model.get_submodule(name.removesuffix(".weight")).bias
        return linear

    def dtype_of(name: str) -> torch.dtype:
        return torch.float32 if learns(name, trained) else dtype

    compose.fill(model, sources, dtype_of, on_progress, in_nf4)
    # Remove the settings that were measured on the old weights.
    model.config.image_hd = hd
    model.config.readable_letters = None
    model.config.choice_temperature = 1.0
    model.config.detail_threshold = None
    repo = None if sources.source is None else sources.source.repo
    model.name_or_path = repo or sources.name  # PEFT writes it into the adapter
    return model


def prepare(model: FlashSlothForConditionalGeneration, recipe: Recipe, *, hd: bool | None) -> Any:
    """Make exactly those parts of the model learn that the recipe names. Return the model or, with
    LoRA, PEFT's wrapper of it. LoRA's initial matrices are drawn from torch's generator."""
    for name, module in list(model.named_modules()):
        # Replace transformers' modules for the tanh form of GELU by torch's module. For the backward
        # pass the former save four numbers for each input, and torch's module saves one.
        if isinstance(module, NewGELUActivation | FastGELUActivation):
            model.set_submodule(name, torch.nn.GELU("tanh"))
    model.requires_grad_(False)
    parts = recipe.trained_parts(hd=hd)
    if recipe.method == "full":
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(part_of(name) in parts)
        return model
    return _with_lora(model, recipe, parts)


def _with_lora(model: Any, recipe: Recipe, parts: tuple[str, ...]) -> Any:
    from peft import LoraConfig, get_peft_model

    # models of some variants lack SAP, EmbQ or query tokens
    existing = {HEAD} | {part_of(name) for name, _ in model.named_parameters()}
    model.is_loaded_in_4bit = recipe.method == "qlora"  # peft reads this attribute
    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha or 2 * recipe.rank,  # peft scales by alpha / rank
        lora_dropout=recipe.dropout,
        target_modules=lora_pattern(model, recipe.targets),
        modules_to_save=[part for part in parts if part in existing] or None,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft uses a deprecated name of transformers
        return get_peft_model(model, config)


def trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def count_by_part(
    config: FlashSlothConfig, recipe: Recipe, *, hd: bool | None
) -> dict[str, tuple[int, int]]:
    """Return for each part (trained parameters, all parameters). LoRA's matrices are counted as a part
    "lora"."""
    learning = dict.fromkeys(MODULES, 0)
    counts = dict.fromkeys(MODULES, 0)
    trained = recipe.trained_parts(hd=hd)
    for name, shape in model_files.empty_shapes(config).items():
        size = math.prod(shape)
        counts[part_of(name)] += size
        learning[part_of(name)] += size if learns(name, trained) else 0
    by_part = {part: (learning[part], count) for part, count in counts.items() if count}
    if recipe.method != "full":
        lora = lora_weights(targeted(linear_shapes(config), recipe.targets), recipe.rank)
        by_part["lora"] = (lora, lora)
    return by_part


def import_quietly() -> None:
    """Import bitsandbytes and peft without the messages that the Trainer's own import of them
    prints."""
    with suppress(OptionError):
        bnb.library()
    import peft  # noqa: F401


def from_sizes(
    path: Path, changes: Sequence[str] = (), *, offline: bool = False, **options: Any
) -> Sources:
    """Make a new FlashSloth with random weights. Its sizes are read from a TOML file. If the file names
    no tokenizer, the tokenizer of the built-in model nano is used.

    Args:
        changes: KEY=VALUE changes to the sizes.
        options: as in `find_sources`.
    """
    sizes = read_sizes_file(path, extra_keys=("tokenizer",), changes=changes)
    name = str(sizes.pop("tokenizer", resolve.NANO))
    folder = path.parent / name
    if not os.path.isdir(folder):
        folder = resolve.find(name, offline=offline, **options).folder
    tokenizer = model_files.read_transformers_tokenizer(folder)
    text = dict(sizes.pop("text_config", {}))
    text.setdefault("vocab_size", len(tokenizer))
    special = add_special_tokens(tokenizer, text["vocab_size"], may_grow=False)
    text |= special.text_settings()
    text.setdefault("bos_token_id", tokenizer.bos_token_id)
    try:
        config = FlashSlothConfig(text_config=text, **{**special.own_settings(), **sizes})
    except FlashSlothError as error:
        changed = f" with --set {' '.join(changes)}" if changes else ""
        raise type(error)(
            f"{path}{changed}: {error}",
            hint="Correct --set, or the file." if changes else "Correct the file.",
        ) from error
    return Sources(path.stem, config, FlashSlothProcessor.from_config(config, tokenizer), {})


# The functions below list the linears of the decoder's layers, in any family of decoders. LoRA adapts
# these linears, and QLoRA quantizes them.


def decoder_linears(model: Any) -> dict[str, torch.nn.Linear]:
    """Return the linears of the decoder's layers by their paths."""
    return {
        name: module
        for name, module in model.model.language_model.layers.named_modules(prefix=LAYERS)
        if isinstance(module, torch.nn.Linear)
    }


def linear_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, int]]:
    """Return (outputs, inputs) of the linears of the decoder's layers by their paths."""
    linears = decoder_linears(model_files.build_empty(config, real_buffers=False))
    return {name: (module.out_features, module.in_features) for name, module in linears.items()}


def targeted(
    shapes: dict[str, tuple[int, int]], targets: tuple[str, ...]
) -> dict[str, tuple[int, int]]:
    """Return the linears whose names are in `targets`, or all linears if `targets` is empty.

    Raises: OptionError for a name that no linear has.
    """
    names = list(dict.fromkeys(path.rpartition(".")[2] for path in shapes))
    if wrong := [target for target in targets if target not in names]:
        raise OptionError(
            f"unknown target {', '.join(wrong)}", hint=f"Use some of {', '.join(names)} for targets."
        )
    return {path: s for path, s in shapes.items() if not targets or path.rpartition(".")[2] in targets}


def lora_pattern(model: Any, targets: tuple[str, ...]) -> str:
    """Return a regular expression for PEFT that matches the full paths of the linears to adapt. A list
    of names, which PEFT also accepts, would match linears of the tower and of EmbQ too."""
    inner = [re.sub(r"^\d+\.", "", path.removeprefix(f"{LAYERS}.")) for path in decoder_linears(model)]
    names = dict.fromkeys(path for path in inner if not targets or path.rpartition(".")[2] in targets)
    return rf"{re.escape(LAYERS)}\.\d+\.({'|'.join(map(re.escape, names))})"


def lora_weights(shapes: Mapping[str, tuple[int, int]], rank: int) -> int:
    """Return the number of weights in LoRA's matrices for these linears."""
    return rank * sum(n + k for n, k in shapes.values())
