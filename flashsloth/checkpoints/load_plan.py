"""Decide how to open a model: device, dtype, preset, and whether it fits into memory. Reads no weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from flashsloth import devices
from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.model_files import check_depth, empty_shapes, read_config, saved_preset
from flashsloth.checkpoints.resolve import NANO, ModelSource
from flashsloth.devices import WORKING_SPACE
from flashsloth.errors import OutOfMemory, UnsupportedModel
from flashsloth.quantization import PRESETS, Preset, resolve

if TYPE_CHECKING:
    import torch

    from flashsloth.quantization import Preset

if TYPE_CHECKING:
    import torch

    from flashsloth.config.model_config import FlashSlothConfig

BY_EXACTNESS = ("none", "int8", "int4", "nf4")
CUDA_SPACE = 500 * 10**6  # more there: libraries' own memory, captured graphs; estimated, not measured
ROUNDING_SPACE = {"none": 0.03, "int4": 0.12, "int8": 0.08, "nf4": 0.23, "llm-int8": 0.10}  # more, by weights
"""Measured on a CPU at full size as the peak over weights and cache, rounded up. Elsewhere as for none: weights are
rounded on the CPU. What is saved rounded still takes nearly as much there on a CPU, as bitsandbytes repacks it."""


@dataclass(frozen=True)
class LoadPlan:
    """How a model will be opened: checked files, the device, the type and the preset."""

    source: ModelSource
    config: FlashSlothConfig
    infos: dict[str, safetensors_reader.TensorInfo]
    device: torch.device
    dtype: torch.dtype
    preset: Preset
    saved: bool  # the folder holds weights that are quantized already
    adapter: Adapter | None = None

    @cached_property
    def elements(self) -> int:
        """Parameters of the model, however they are stored."""
        if self.saved:
            return sum(math.prod(shape) for shape in empty_shapes(self.config).values())
        return sum(math.prod(info.shape) for info in self.infos.values())

    def required_bytes(self, preset: Preset) -> int:
        """Bytes of memory that it takes in a preset: weights, one conversation of 1,024 positions, working space."""
        from flashsloth.checkpoints import packed_builder

        text = self.config.text_config
        item = self._dtype(preset).itemsize
        weights = packed_builder.weight_bytes(self.config, preset, self.elements, item)
        positions = min(1024, int(text.max_position_embeddings))
        conversation = 2 * int(text.num_hidden_layers) * positions * int(text.hidden_size) * item
        more = ROUNDING_SPACE[preset.name if self.device.type == "cpu" else "none"]
        space = WORKING_SPACE + (CUDA_SPACE if self.device.type == "cuda" else 0)
        return int(weights * (1 + more)) + conversation + space

    def _dtype(self, preset: Preset) -> torch.dtype:
        """What would be computed in."""
        if preset.name == self.preset.name:
            return self.dtype
        size = sum(info.size for info in self.infos.values())
        return devices.choose_dtype(self.device, None, size, quantized=preset.name != "none")

    def unquantized(self) -> list[str]:
        """The packed linears that stay in floating point because no kernel has their shape."""
        from flashsloth import quantization
        from flashsloth.checkpoints import packed_builder

        head = self.preset.head
        return [
            place
            for place, (n, k) in packed_builder.packed_shapes(self.config).items()
            if (head if place == "head" else self.preset.body) != "none"
            and not quantization.fits(self.preset, n, k, head=place == "head")
        ]

    @cached_property
    def expected_shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the tensors that the configuration asks for."""
        from flashsloth.checkpoints import packed_builder

        names = empty_shapes(self.config)
        return packed_builder.saved_shapes(self.config, names, self.preset) if self.saved else names

    def check_tensors(self) -> None:
        """TensorMismatch where the files do not hold what the configuration says: before anything is made of a size
        that only the configuration tells, or said to be too large."""
        found = {name: info.shape for name, info in self.infos.items()}
        safetensors_reader.check_tensors(found, self.expected_shapes, self.source.folder)

    def check_memory(self) -> None:
        """OutOfMemory, naming what would fit, if the device has not got what this needs."""
        need, free = self.required_bytes(self.preset), devices.free_memory(self.device)
        if need > free:
            form = self.preset.name if self.preset.name != "none" else dtype_name(self.dtype)
            raise OutOfMemory(
                f"{self.source.name} needs {need / 1e9:.1f} GB of memory in {form}, "
                f"{free / 1e9:.1f} GB are free on {self.device}",
                hint=f"{self.memory_hint(free)} Or close other programs.",
            )

    def memory_hint(self, free: int) -> str:
        """What would fit into `free` bytes: the most exact preset that needs less than this one."""
        for name in () if self.saved else BY_EXACTNESS:
            need = self.required_bytes(PRESETS[name])
            if need <= free and need < self.required_bytes(self.preset):
                return f"--quant {name} needs {need / 1e9:.1f} GB."
        return "Nothing smaller fits." if self.source.name == NANO else "nano fits nearly anywhere: -m nano."

    def oom_hint(self) -> str:
        """What to do when memory runs out while the model answers: what it holds now could be had for another one."""
        free = devices.free_memory(self.device) + self.required_bytes(self.preset)
        return f"{self.memory_hint(free)} Or close other programs, or ask something shorter."


def make_plan(
    source: ModelSource,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: Adapter | None = None,
) -> LoadPlan:
    """Read what a folder says of itself and decide how to open it. Reads no weights."""
    config = read_config(source.folder)
    if adapter is not None and adapter.image_hd is not None:
        config.image_hd = adapter.image_hd
    infos = safetensors_reader.read_headers(source.folder)
    place = devices.choose_device(device)
    stored = saved_preset(config, source.folder)
    if quant is not None:
        wanted = None if quant == "auto" else resolve(quant)
    else:
        wanted = PRESETS["none"] if dtype not in (None, "auto") else None
    if stored is not None and wanted is not None and wanted != stored and quant is not None:
        raise UnsupportedModel(
            f"{source.name} is stored in {stored.name} and cannot be opened in {wanted.name}", hint="Leave --quant out."
        )
    if stored is not None and adapter is not None:
        raise UnsupportedModel(
            f"{source.name} is stored in {stored.name}, and an adapter's weights are put into those it was trained on",
            hint="Open the model it was made of, with --quant if it shall be small.",
        )
    check_depth(config, infos, source.folder)
    size = sum(i.size for i in infos.values())
    kind = devices.choose_dtype(
        place, dtype, size, quantized=stored is not None or (wanted or PRESETS["none"]).name != "none"
    )
    plan = LoadPlan(
        source, config, infos, place, kind, stored or wanted or PRESETS["none"], stored is not None, adapter
    )
    if stored is None and wanted is None:
        chosen = auto_preset(plan)
        if chosen.name != "none":
            kind = devices.choose_dtype(place, dtype, size, quantized=True)
        plan = replace(plan, preset=chosen, dtype=kind)
    return plan


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def auto_preset(plan: LoadPlan) -> Preset:
    """The preset for a device that nobody chose one for."""
    import torch

    from flashsloth.quantization import PRESETS, auto
    from flashsloth.quantization.kernels import cpu_kind

    cuda = plan.device.type == "cuda"
    return auto(
        plan.device.type,
        {name: plan.required_bytes(PRESETS[name]) for name in ("none", "int8")},
        devices.free_memory(plan.device),
        parameters=plan.elements,
        capability=torch.cuda.get_device_capability(plan.device) if cuda else None,
        bf16=plan.dtype == torch.bfloat16,
        kernels=plan.device.type != "cpu" or cpu_kind() != "other",
    )
