"""Read and check LoRA adapters, and merge them into a model's weights while the weights are read.

An adapter is a folder in PEFT's format: `adapter_config.json` and `adapter_model.safetensors`, with
LoRA matrices for linears of the text model and full weights of the other trained parts.
`flashsloth_adapter.json` adds the name of the base model, whether the adapter was trained on five tiles
and on questions that contain the JSON schema of the answer, and the temperature that was fitted for the
probabilities of choices. PEFT itself is not needed.

Each weight becomes W + alpha/r B A (arXiv:2106.09685), rounded to the stored dtype of W. `flashsloth
merge` computes the same weights.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.errors import (
    CheckpointDamaged,
    InvalidConfiguration,
    TensorMismatch,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.sizes.bounds import check_choice_temperature, check_share
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import command_line, path_meant, printable

if TYPE_CHECKING:
    import torch

    from flashsloth.sizes.model_sizes import ModelSizes

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
OURS = "flashsloth_adapter.json"
SCHEMA = "flashsloth.adapter/1"
PREFIX = "base_model.model."
TEXT = "model.language_model."  # the decoder, here and in most of transformers' models
IDEFICS_TEXT = "model.text_model."  # in SmolVLM and Idefics3
# Parts of the names in a state dict of PEFT, such as `.default`, that `save_pretrained` leaves out.
ADAPTER_NAME = re.compile(r"(\.lora_[AB])\.[^.]+(?=\.weight)|\.modules_to_save\.[^.]+")
LORA = re.compile(r"(.+)\.lora_([AB])\.weight")
# Settings of PEFT for variants of LoRA, with the values that switch a variant off. No variant is
# supported.
PLAIN_LORA = {
    "use_dora": False,
    "use_rslora": False,
    "bias": "none",
    "fan_in_fan_out": False,
    "lora_bias": False,
    "layer_replication": None,
    "alora_invocation_tokens": None,  # the weights would apply only after these tokens
    "use_qalora": False,
    "use_bdlora": None,
    "velora_config": None,
    "monteclora_config": None,
    "kasa_config": None,
    "arrow_config": None,
}
# Values of init_lora_weights with which PEFT leaves the weights of the base unchanged. With others,
# such as "pissa", it first subtracts initial matrices from them, so W + alpha/r B A would be wrong.
PLAIN_STARTS = ("none", "true", "false", "gaussian", "eva", "orthogonal")
# Settings of PLAIN_LORA for variants that PEFT cannot merge.
UNMERGEABLE = ("alora_invocation_tokens", "arrow_config", "use_qalora")
COPY_HINT = "Copy the adapter again from where it was trained."
# Matches the regular expressions of an adapter_config.json that are evaluated: a name with at most two
# repeated characters, then one group of names, as in `.*\.layers\.\d+\.(q_proj|v_proj)`. The file is
# untrusted, and other expressions, or very long ones, could take minutes.
_CHARACTER = r"(?:[\w.-]|\\[d.-])"
_GROUP = r"\((?:\?:)?(?:[\w|-]|\\[.-])*\)"
SAFE_PATTERN = re.compile(
    rf"(?=.{{,1000}}\Z)\^?(?:{_CHARACTER}+[*+]){{,2}}{_CHARACTER}*(?:{_GROUP})?{_CHARACTER}*\$?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A checked adapter. Whether its shapes fit a model is checked by `check` when a model is
    opened."""

    folder: Path
    base: str  # name of the model on which the adapter was trained
    # whether it was trained on five tiles; None means as in the model's configuration
    image_hd: bool | None
    scale: float  # alpha / r
    fingerprint: str | None = None  # identifies the base model's weights
    choice_temperature: float = 1.0  # see ModelSizes
    # See ModelSizes. Older adapters do not record this value. They get False, because the questions of
    # their training did not contain schemas.
    schema_in_prompt: bool = False
    detail_threshold: float | None = None  # see ModelSizes
    low_rank: dict[str, tuple[safetensors_reader.TensorInfo, safetensors_reader.TensorInfo]] = field(
        default_factory=dict
    )
    full: dict[str, safetensors_reader.TensorInfo] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)  # the content of adapter_config.json
    text: str = TEXT  # what its files call the decoder

    def configure(self, config: ModelSizes) -> None:
        """Change the base model's configuration as the adapter requires."""
        config.image_hd = config.image_hd if self.image_hd is None else self.image_hd
        # These values of the base model were measured without the adapter, so they are replaced.
        config.readable_letters = None
        config.choice_temperature = self.choice_temperature
        config.schema_in_prompt = self.schema_in_prompt
        config.detail_threshold = self.detail_threshold

    def notes(self, infos: dict[str, safetensors_reader.TensorInfo], model: str) -> tuple[str, ...]:
        """Return a note if a model has other weights than the one on which this adapter was trained."""
        if self.fingerprint in (None, safetensors_reader.weights_fingerprint(infos)):
            return ()
        return (
            f"{self.folder} was trained on other weights than those of {model}; answers may be wrong",
        )

    def check(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Raise TensorMismatch if the adapter does not fit a model, or is incomplete. `shapes` has the
        shapes of the model's tensors by native name."""
        expected = {
            **{name: info.shape for name, info in self.full.items()},
            # the shape of b @ a
            **{name: (b.shape[0], a.shape[1]) for name, (a, b) in self.low_rank.items()},
        }
        for name, shape in expected.items():
            if (found := shapes.get(name)) != shape:
                other = "has no such weight" if found is None else f"has shape {list(found)}"
                raise TensorMismatch(
                    f"{self.folder} was trained on {printable(self.base)} and does not fit this model: {name} "
                    f"needs a weight of shape {list(shape)}, but the model {other}",
                    hint="Name that model, or leave out -m if you gave another one. If it adapts more than "
                    "linear layers, merge it with PEFT, and open the merged model.",
                )
        self.check_complete(shapes)

    def check_complete(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Raise TensorMismatch if the adapter has nothing for a weight of its base model that its
        settings name."""
        held = {name.replace(TEXT, self.text, 1) for name in (*self.full, *self.low_rank)}
        named = {name.replace(TEXT, self.text, 1): shape for name, shape in shapes.items()}
        missing = [name for name in _adapted(self.settings, named) if name not in held]
        if missing:
            raise TensorMismatch(
                f"{self.folder / WEIGHTS} has nothing for {missing[0]}, which {CONFIG} names",
                hint=COPY_HINT,
            )

    def apply(self, tensors: Iterator[tuple[str, torch.Tensor]]) -> Iterator[tuple[str, torch.Tensor]]:
        """Yield the tensors of a model with the adapter merged into them. Each tensor keeps its
        dtype."""
        infos = [*(info for pair in self.low_rank.values() for info in pair), *self.full.values()]
        learned = dict(safetensors_reader.read_tensors(safetensors_reader.by_name(infos)))
        for name, tensor in tensors:
            if name in self.full:
                value = learned[name]
            elif name in self.low_rank:
                a, b = (learned[info.name].float() for info in self.low_rank[name])
                value = tensor.float() + self.scale * (b @ a)
            else:
                yield name, tensor
                continue
            merged = value.to(tensor.dtype)
            safetensors_reader.check_finite(merged, f"{name} with the adapter {self.folder}")
            yield name, merged


def read(folder: str | os.PathLike[str] | Adapter) -> Adapter:
    """Read and check an adapter folder. Nothing in it is executed. An Adapter is returned as it is.

    Raises: UnknownModel if there is no such folder, UnsupportedModel if it is not an adapter or not a
        plain LoRA, InvalidConfiguration, TensorMismatch, CheckpointDamaged.
    """
    if isinstance(folder, Adapter):
        return folder
    try:
        return _read(Path(folder))
    except CheckpointDamaged as error:
        error.hint = error.hint.replace("the model", "the adapter")
        raise


def _refuse_other(folder: Path) -> None:
    """Raise UnknownModel or UnsupportedModel for a folder that is not an adapter. The message says what
    it is instead."""

    def has(name: str) -> bool:
        return os.path.isfile(folder / name)

    if not folder.exists():
        raise UnknownModel(
            f"there is no folder {folder}",
            hint=path_meant(
                folder, folders=True, otherwise="Use the output folder of flashsloth finetune."
            ),
        )
    if regular_file_in(folder, CONFIG) is None and has("run.json") and not has("config.json"):
        raise UnsupportedModel(
            f"{folder} has an unfinished training run",
            hint=f"Finish it: {command_line('flashsloth', 'finetune', '-o', folder, '--resume')}",
        )
    if not has(CONFIG):
        whole = has("config.json")
        raise UnsupportedModel(
            f"{folder} {'is a whole model' if whole else f'is not an adapter: it has no {CONFIG}'}",
            hint=f"Use it with {command_line('-m', folder)}."
            if whole
            else "Use the output folder of flashsloth finetune.",
        )


def _read(folder: Path) -> Adapter:
    _refuse_other(folder)
    # 1. Read PEFT's settings, then those that only FlashSloth writes. The files are untrusted, so each
    # setting is checked.
    config = read_json(folder / CONFIG)
    rank, scale = _rank_and_scale(folder / CONFIG, config)
    if regular_file_in(folder, WEIGHTS) is None:
        raise CheckpointDamaged(
            f"{folder / WEIGHTS} is missing",
            hint="Train again, or continue the training with --resume.",
        )
    extra = read_json(folder / OURS, required=False)
    base = extra.get("base") or config.get("base_model_name_or_path")
    hd = extra.get("image_hd")
    in_prompt = extra.get("schema_in_prompt", False)
    if (
        not isinstance(base, str)
        or not base
        or not isinstance(hd, bool | None)
        or not isinstance(in_prompt, bool)
    ):
        raise InvalidConfiguration(
            f"{folder / OURS} has no valid `base`, `image_hd` and `schema_in_prompt`",
            hint="Train the adapter again, or copy that file again. The base of an adapter that PEFT wrote "
            f"may also be base_model_name_or_path in {CONFIG}.",
        )
    temperature = extra.get("choice_temperature", 1.0)
    if problem := check_choice_temperature(temperature):
        raise InvalidConfiguration(
            f"{folder / OURS}: {problem}",
            hint="Remove that line, or train the adapter again: without it the probabilities of choices are unchanged.",
        )
    threshold = extra.get("detail_threshold")
    if threshold is not None:
        check_share(f"{folder / OURS}: detail_threshold", threshold)
    adapter = Adapter(
        folder,
        base,
        hd,
        scale,
        extra["fingerprint"] if isinstance(extra.get("fingerprint"), str) else None,
        temperature,
        in_prompt,
        threshold,
        settings=config,
    )
    # 2. Sort the tensors into pairs of low-rank matrices and full weights, and check the pairs. Whether
    # they fit a model is checked when that model is opened.
    stored = safetensors_reader.read_header(folder / WEIGHTS).values()
    infos = safetensors_reader.by_name(map(_renamed, stored)).values()
    if any(info.stored_name.startswith(PREFIX + IDEFICS_TEXT) for info in infos):
        adapter = replace(adapter, text=IDEFICS_TEXT)
    if not infos or not all(info.size for info in infos):
        raise CheckpointDamaged(f"{folder / WEIGHTS} has no tensors, or empty ones", hint=COPY_HINT)
    for info in infos:
        _add_tensor(adapter, info)
    incomplete = [name for name, pair in adapter.low_rank.items() if None in pair]
    if incomplete:
        raise CheckpointDamaged(f"{folder / WEIGHTS}: {incomplete[0]} has only one of its two matrices")
    for name, (a, b) in adapter.low_rank.items():
        if (a.shape[0], b.shape[1]) != (rank, rank):
            raise TensorMismatch(
                f"{folder / CONFIG}: r is {rank}, but {name} has matrices of rank {a.shape[0]} and {b.shape[1]}",
                hint=COPY_HINT,
            )
        if name in adapter.full:
            raise TensorMismatch(
                f"{folder / WEIGHTS} has both {name} and low-rank matrices for it",
                hint=COPY_HINT,
            )
    return adapter


def _rank_and_scale(path: Path, config: dict[str, Any]) -> tuple[float, float]:
    """Return the rank r, and alpha / r."""
    unsupported = [name for name, plain in PLAIN_LORA.items() if (config.get(name) or plain) != plain]
    if str(config.get("init_lora_weights")).lower() not in PLAIN_STARTS:
        unsupported.append("init_lora_weights")
    if (
        config.get("peft_type") != "LORA"
        or unsupported
        or config.get("rank_pattern")
        or config.get("alpha_pattern")
    ):
        kind = unsupported[0] if unsupported else config.get("peft_type")
        raise UnsupportedModel(
            f"{path} is not a plain LoRA adapter ({printable(kind)})",
            hint="PEFT cannot merge this kind of adapter either. Train a plain LoRA adapter instead."
            if kind in UNMERGEABLE
            else "Merge it with PEFT, and open the merged model.",
        )
    rank: Any = config.get("r")
    alpha: Any = config.get("lora_alpha")
    numbers = [x for x in (rank, alpha) if type(x) in (int, float) and 0 < x < 2**20]
    if len(numbers) < 2:
        raise CheckpointDamaged(
            f"{path}: r and lora_alpha must be positive numbers, not {printable(rank)} and {printable(alpha)}",
            hint="Correct that file, or copy it again from where the adapter was trained.",
        )
    return numbers[0], numbers[1] / numbers[0]


def _renamed(info: safetensors_reader.TensorInfo) -> safetensors_reader.TensorInfo:
    """Return a tensor with the name that it has in the model, but for `lora_A` and `lora_B`."""
    if not info.stored_name.startswith(PREFIX):
        raise UnsupportedModel(
            f"{info.file}: {info.stored_name} is not a tensor of a PEFT adapter",
            hint="Save the adapter with PEFT's save_pretrained.",
        )
    name = ADAPTER_NAME.sub(r"\1", info.stored_name.removeprefix(PREFIX))
    return replace(info, name=name.replace(IDEFICS_TEXT, TEXT, 1))


def _add_tensor(adapter: Adapter, info: safetensors_reader.TensorInfo) -> None:
    match = LORA.fullmatch(info.name)
    if match is None:  # a part of the model that was trained in full
        adapter.full[info.name] = info
        return
    if len(info.shape) != 2:
        raise UnsupportedModel(
            f"{info.file}: {info.stored_name} must have two dimensions, not {len(info.shape)}",
            hint="Only linear layers are adapted. Merge it with PEFT, and open the merged model.",
        )
    pair: list[Any] = list(adapter.low_rank.get(f"{match[1]}.weight", (None, None)))
    pair["AB".index(match[2])] = info
    adapter.low_rank[f"{match[1]}.weight"] = (pair[0], pair[1])


def _adapted(settings: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """Yield the names of the weights for which an adapter with these settings has low-rank matrices,
    and of those that it has in full. The rules are PEFT's. Where it is uncertain what PEFT does, no
    name is yielded."""
    is_saved = _module_test(settings.get("modules_to_save"))
    is_excluded = _module_test(settings.get("exclude_modules"), unsafe=True)
    is_target = _module_test(None if settings.get("layers_pattern") else settings.get("target_modules"))
    layers = settings.get("layers_to_transform")
    chosen = {str(layer) for layer in layers} if isinstance(layers, list) else {str(layers)}
    for name, shape in shapes.items():
        module, _, leaf = name.rpartition(".")
        parts = module.split(".")
        if any(map(is_saved, accumulate(parts, lambda path, part: f"{path}.{part}"))):
            yield name
        elif leaf == "weight" and len(shape) == 2 and is_target(module) and not is_excluded(module):
            # PEFT's versions differ in which number of a path is the layer, if it has several.
            numbers = {part for part in parts if part.isdecimal()}
            if layers in (None, []) or (numbers and numbers <= chosen):
                yield name


def _module_test(names: Any, *, unsafe: bool = False) -> Callable[[str], bool]:
    """Return a function that tells whether a setting of PEFT names the module with a path. The setting
    is a list of paths or of their last parts, or a regular expression. For an expression that might
    take too long the function returns `unsafe`."""
    if isinstance(names, str):
        if SAFE_PATTERN.fullmatch(names) is None:
            return lambda _: unsafe
        pattern = re.compile(names)
        return lambda path: pattern.fullmatch(path) is not None
    ends = {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()
    return lambda path: (
        not ends.isdisjoint(accumulate(reversed(path.split(".")), lambda end, part: f"{part}.{end}"))
    )


def describe(folder: Path, base: str, **facts: bool | str | None) -> None:
    """Write flashsloth_adapter.json. `facts` are values for fields of Adapter: image_hd,
    schema_in_prompt, fingerprint."""
    content = json.dumps({"schema": SCHEMA, "base": base, **facts}, indent=2, ensure_ascii=False)
    (folder / OURS).write_text(content + "\n", encoding="utf-8")
