"""What `flashsloth finetune` learned: read, checked, and put into a model's weights as they are read.

An adapter is a folder in PEFT's format: `adapter_config.json` and `adapter_model.safetensors`, which holds LoRA's
matrices for linears of the text model and, in full, the parts that learned beside it. `flashsloth_adapter.json` says
what PEFT does not ask: which model it belongs to and how that read pictures. PEFT itself is not needed here.

Each weight becomes W + alpha/r B A (arXiv:2106.09685), rounded to the type that W is stored in: the very weight that
`flashsloth merge` writes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.errors import CheckpointDamaged, InvalidConfiguration, TensorMismatch, UnsupportedModel
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

if TYPE_CHECKING:
    import torch

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
OURS = "flashsloth_adapter.json"
SCHEMA = "flashsloth.adapter/1"
PREFIX = "base_model.model."
LORA = re.compile(r"(.+)\.lora_([AB])\.weight")
PLAIN = {"use_dora": False, "use_rslora": False, "bias": "none", "fan_in_fan_out": False, "lora_bias": False}


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's files, checked but for the shapes, which depend on the model."""

    folder: Path
    base: str  # the model it was trained on, as it was asked for then
    image_hd: bool | None  # whether pictures had five tiles; None: as the model says
    scale: float  # alpha / r
    fingerprint: str | None = None  # of the weights that it was trained on
    low_rank: dict[str, tuple[safetensors_reader.TensorInfo, safetensors_reader.TensorInfo]] = field(
        default_factory=dict
    )
    in_full: dict[str, safetensors_reader.TensorInfo] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """What it consists of, for whoever keeps a copy of what was made with it."""
        return [self.folder / CONFIG, self.folder / WEIGHTS]

    def check(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """TensorMismatch where it does not belong to a model with these tensors, by native name."""
        for name, info in self.in_full.items():
            if shapes.get(name) != info.shape:
                self._mismatch(name, info.shape, shapes.get(name))
        for name, (a, b) in self.low_rank.items():
            if shapes.get(name) != (b.shape[0], a.shape[1]) or b.shape[1] != a.shape[0]:
                self._mismatch(name, (b.shape[0], a.shape[1]), shapes.get(name))

    def _mismatch(self, name: str, here: tuple[int, ...], there: tuple[int, ...] | None) -> None:
        other = "has no such weight" if there is None else f"has {list(there)}"
        raise TensorMismatch(
            f"{self.folder}: {name} is for a weight of {list(here)}, the model {other}",
            hint=f"The adapter was trained on {self.base}; leave -m out, or give that model.",
        )

    def apply(self, tensors: Iterator[tuple[str, torch.Tensor]]) -> Iterator[tuple[str, torch.Tensor]]:
        """A model's tensors with what was learned in them, each of the type it comes in."""
        learned = dict(safetensors_reader.read_tensors(self._infos()))
        for name, tensor in tensors:
            if name in self.in_full:
                value = learned[name]
            elif name in self.low_rank:
                a, b = (learned[info.name].float() for info in self.low_rank[name])
                value = tensor.float() + self.scale * (b @ a)
            else:
                yield name, tensor
                continue
            changed = value.to(tensor.dtype)
            safetensors_reader.check_finite(changed, f"{name}, with what {self.folder} adds,")
            yield name, changed

    def _infos(self) -> dict[str, safetensors_reader.TensorInfo]:
        both = [info for pair in self.low_rank.values() for info in pair]
        return safetensors_reader.by_name([*both, *self.in_full.values()])


def read(folder: Path) -> Adapter:
    """Read and check an adapter folder. Nothing in it is executed.

    Raises: UnsupportedModel for a folder without an adapter or one of another kind, CheckpointDamaged.
    """

    def holds(name: str) -> bool:
        return os.path.isfile(folder / name)

    if regular_file_in(folder, CONFIG) is None and holds("run.json") and not holds("config.json"):
        raise UnsupportedModel(
            f"{folder} holds a training run that is not finished", hint=f"flashsloth finetune -o {folder} --resume"
        )
    if not holds(CONFIG):
        whole = holds("config.json")
        raise UnsupportedModel(
            f"{folder} {'is a whole model' if whole else f'holds no adapter: there is no {CONFIG}'}",
            hint=f"Open it with -m {folder}." if whole else "Give the folder that flashsloth finetune wrote.",
        )
    said = safetensors_reader.read_json(folder / CONFIG)
    rank, scale = _scale(folder / CONFIG, said)
    if regular_file_in(folder, WEIGHTS) is None:
        raise CheckpointDamaged(f"{folder / WEIGHTS} is missing", hint="Train again, or finish with --resume.")
    own = safetensors_reader.read_json(folder / OURS) if regular_file_in(folder, OURS) else {}
    base, hd = own.get("base") or said.get("base_model_name_or_path"), own.get("image_hd")
    if not isinstance(base, str) or not base or not isinstance(hd, bool | None):
        raise InvalidConfiguration(f"{folder} does not say which model it belongs to", hint="Train it again.")
    print_of = own.get("fingerprint")
    adapter = Adapter(folder, base, hd, scale, print_of if isinstance(print_of, str) else None)
    for info in safetensors_reader.read_header(folder / WEIGHTS).values():
        _sort_in(adapter, info)
    half = [name for name, pair in adapter.low_rank.items() if None in pair]
    if half:
        raise CheckpointDamaged(f"{folder / WEIGHTS}: {half[0]} has only one of its two matrices")
    for name, (a, _) in adapter.low_rank.items():
        if a.shape[0] != rank:
            raise TensorMismatch(f"{folder / CONFIG}: r is {rank}, but {name} has matrices of rank {a.shape[0]}")
    return adapter


def _scale(path: Path, said: dict[str, Any]) -> tuple[float, float]:
    """Rank, and alpha over rank."""
    unlike = [name for name, plain in PLAIN.items() if said.get(name, plain) != plain]
    if said.get("peft_type") != "LORA" or unlike or said.get("rank_pattern") or said.get("alpha_pattern"):
        kind = unlike[0] if unlike else said.get("peft_type")
        raise UnsupportedModel(f"{path} is no plain LoRA adapter ({printable(kind)})", hint="PEFT itself may open it.")
    rank, alpha = said.get("r"), said.get("lora_alpha")
    numbers = [x for x in (rank, alpha) if isinstance(x, int | float) and not isinstance(x, bool) and 0 < x < 2**20]
    if len(numbers) < 2:
        raise CheckpointDamaged(f"{path}: r is {printable(rank)}, lora_alpha {printable(alpha)}")
    return numbers[0], numbers[1] / numbers[0]


def _sort_in(adapter: Adapter, info: safetensors_reader.TensorInfo) -> None:
    if not info.stored_name.startswith(PREFIX):
        raise UnsupportedModel(f"{info.file}: {info.stored_name} is no adapter's tensor")
    name = info.stored_name.removeprefix(PREFIX)
    own = safetensors_reader.TensorInfo(
        name, info.stored_name, info.file, info.dtype, info.shape, info.start, info.size
    )
    found = LORA.fullmatch(name)
    if found is None:
        adapter.in_full[name] = own
        return
    if len(info.shape) != 2:
        raise CheckpointDamaged(f"{info.file}: {info.stored_name} is no matrix")
    pair: list[Any] = list(adapter.low_rank.get(f"{found[1]}.weight", (None, None)))
    pair["AB".index(found[2])] = own
    adapter.low_rank[f"{found[1]}.weight"] = (pair[0], pair[1])


def describe(folder: Path, base: str, *, image_hd: bool, fingerprint: str) -> None:
    """Write what PEFT does not ask, beside its files. `fingerprint`: `checkpoint.fingerprint` of the base's weights."""
    said = {"schema": SCHEMA, "base": base, "image_hd": image_hd, "fingerprint": fingerprint}
    (folder / OURS).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
