"""Plan how to open a model (device, dtype, preset, and whether it fits into memory), then build it.

1. `make_plan` reads the configuration and the headers of the weights, and chooses the device.
2. It chooses the preset. Weights that are stored quantized keep their preset. Otherwise the preset that
   the user chose is used. If the user chose only a dtype, the model is not quantized. If the user chose
   neither, `auto_preset` compares the bytes that the model needs with the free bytes of the device.
3. `check_tensors` compares the headers with the configuration, and `check_memory` compares the bytes
   that are needed with the free bytes. Nothing has been allocated so far.
4. `build` reads the tensors one by one. It quantizes or packs each tensor, and moves it to the device.
   The weights are never in memory twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch

from flashsloth import devices
from flashsloth.checkpoints import packed_builder, safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.importance import Importance
from flashsloth.checkpoints.model_files import (
    build_empty,
    check_depth,
    picture_bytes,
    read_sizes,
    read_tensors,
    stored_preset,
)
from flashsloth.checkpoints.resolve import NANO, ModelSource
from flashsloth.errors import OutOfMemory, TensorMismatch, UnsupportedModel, error_prefix
from flashsloth.inference.decoder import Decoder
from flashsloth.model.network import Network
from flashsloth.quantization import card_products, cpu, presets, torch_products
from flashsloth.quantization.presets import (
    ALIASES,
    ANY_FLOAT,
    LARGE,
    PRESETS,
    Preset,
    TensorSpec,
    Usual,
    resolve,
)
from flashsloth.sizes.families import cached_values
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress, ignore

# Bytes for libraries and captured graphs on CUDA; 270 MB were measured on an H100.
CUDA_SPACE = 350 * 10**6
# The number of positions of the KV cache for which a plan reserves memory. It is higher on a graphics
# card, because its memory may run out without warning in a long chat.
CPU_POSITIONS = 1024
CARD_POSITIONS = 2048
LAYERS_OF_TEXT = "model.language_model."  # the prefix of the decoder's tensors


@dataclass(frozen=True)
class LoadPlan:
    """The decision how to open a model: its checked files, the device, the dtype and the preset."""

    source: ModelSource
    config: ModelSizes
    infos: dict[str, safetensors_reader.TensorInfo]
    device: torch.device
    dtype: torch.dtype
    preset: Preset
    saved: bool  # whether the weights in the folder are already quantized
    adapter: Adapter | None = None
    notes: tuple[str, ...] = ()  # messages for the user about these decisions

    @cached_property
    def empty(self) -> Network:
        """The model on the meta device, which has shapes but no weights."""
        with error_prefix(self.source.folder):
            return build_empty(self.config, real_buffers=False)

    def linears(self, preset: Preset) -> tuple[packed_builder.StoredLinear, ...]:
        """Return the linears that a preset quantizes."""
        return () if preset.name == "none" else packed_builder.find_linears(self.empty, preset)

    @cached_property
    def elements(self) -> int:
        """Number of parameters of the model, whether or not they are quantized."""
        tensors = self.empty.parameters() if self.saved else self.infos.values()
        return sum(math.prod(tensor.shape) for tensor in tensors)

    @cached_property
    def sized_elements(self) -> int:
        """The number of parameters by which `auto` chooses: of the decoder for a model of
        transformers."""
        if self.config.is_flashsloth:
            return self.elements
        decoder = (info for name, info in self.infos.items() if name.startswith(LAYERS_OF_TEXT))
        return sum(math.prod(info.shape) for info in decoder)

    def weight_bytes(self, preset: Preset) -> int:
        """Return the bytes that the weights take in a preset."""
        item = self._dtype(preset).itemsize
        linears = (linear for linear in self.linears(preset) if linear.is_small_on(self.device))
        return self.elements * item + sum(linear.extra_bytes(preset, item) for linear in linears)

    def required_bytes(self, preset: Preset) -> int:
        """Return the bytes of memory that the model needs in a preset: weights, KV cache and working
        space."""
        weights = self.weight_bytes(preset)
        text = self.config.text_config
        item = self._dtype(preset).itemsize
        position = cached_values(text) * item
        limit = int(text.max_position_embeddings)
        if self.device.type == "cpu":
            weights += int(weights * preset.opening_space)
            reserved = min(CPU_POSITIONS, limit)
            return (
                weights
                + reserved * position
                + devices.WORKING_SPACE
                + self._picture_bytes(item, reserved)
            )
        # The factor 3/2 is needed because the cache grows during a long chat: the old cache, which has
        # half the size, is copied into the new one. Opening the model takes less memory than that.
        reserved = min(CARD_POSITIONS, limit)
        cache = reserved * position * 3 // 2
        space = CUDA_SPACE + self._dequantized_bytes(preset) if self.device.type == "cuda" else 0
        return weights + cache + devices.WORKING_SPACE + space + self._picture_bytes(item, reserved)

    def _picture_bytes(self, item: int, positions: int) -> int:
        """Return the bytes that the largest picture takes beyond WORKING_SPACE, which is enough for the
        five tiles of a FlashSloth. `item` is the size of a number, and memory is reserved for this
        number of positions."""
        if self.config.is_flashsloth:
            return 0
        return picture_bytes(self.config, self.source.folder, item, positions)

    def _dequantized_bytes(self, preset: Preset) -> int:
        """Return the bytes of the buffers into which the kernels for cards dequantize weights when they
        multiply many rows. There are two such buffers: one for the captured graphs, and one for all
        other calls."""
        if not preset.compiled or card_products.kind_of(self.device) != presets.TRITON:
            return 0
        shapes = [math.prod(linear.shape) for linear in self.linears(preset) if not linear.is_of_tower]
        return 2 * min(max(shapes), card_products.PIECE) * self._dtype(preset).itemsize

    def _dtype(self, preset: Preset) -> torch.dtype:
        """Return the dtype that the plan would have with another preset."""
        if preset.name == self.preset.name:
            return self.dtype
        size = sum(info.size for info in self.infos.values())
        return devices.choose_dtype(self.device, None, size, quantized=preset.name != "none")

    def unquantized(self) -> list[str]:
        """Return the linears that stay in floating point because no kernel supports their shape."""
        wanted = (x for x in self.linears(self.preset) if self.preset.format(x.part) != "none")
        return [*dict.fromkeys(x.part for x in wanted if not x.fits(self.preset))]

    def check_tensors(self) -> None:
        """Raise TensorMismatch if the tensors of the files, or of the adapter, differ from the
        configuration.

        This must be called before `required_bytes` and before any memory is allocated. Both rely on the
        sizes in the configuration, and native code relies on the sizes of stored weights.
        """
        # The tensors of quantized weights that the configuration requires, by name.
        specs: dict[str, TensorSpec] = {}
        if self.saved:
            specs = packed_builder.saved_specs(self.linears(self.preset), self.empty, self.preset)
        expected: Any = specs or dict(self.empty.named_parameters())
        shapes = {name: tuple(tensor.shape) for name, tensor in expected.items()}
        safetensors_reader.check_tensors(self.infos, shapes, self.source.folder)
        if self.adapter is not None:
            self.adapter.check(shapes)
        for name, spec in specs.items():
            dtype = self.infos[name].dtype
            is_float = dtype in safetensors_reader.FLOATS
            if dtype != spec.dtype and not (spec.dtype == ANY_FLOAT and is_float):
                wanted = spec.dtype or "floating point"
                raise TensorMismatch(
                    f"{self.source.folder}: {name} is stored as {dtype}, not as {wanted}"
                )

    def fits(self) -> bool:
        """Return whether the device has enough free memory."""
        return self.required_bytes(self.preset) <= devices.free_memory(self.device)

    def check_memory(self) -> None:
        """Call `check_tensors`, then raise OutOfMemory if the device has too little free memory, with a
        hint that names a preset that would fit."""
        self.check_tensors()
        need = self.required_bytes(self.preset)
        free = devices.free_memory(self.device)
        if need > free:
            precision = self.preset.name if self.preset.name != "none" else dtype_name(self.dtype)
            message = (
                f"{self.source.name} needs {need / 1e9:.1f} GB of memory in {precision}, "
                f"{free / 1e9:.1f} GB are free on {self.device}"
            )
            raise OutOfMemory(message, hint=f"{self.memory_hint(free)} Or close other programs.")

    def memory_hint(self, free: int) -> str:
        """Return a hint that names the most accurate preset that needs less memory than this one and
        fits into `free` bytes."""
        for preset in () if self.saved else presets.by_size(card_products.kind_of(self.device)):
            need = self.required_bytes(preset)
            if need <= free and need < self.required_bytes(self.preset):
                return f"Use --quant {preset.name}, which needs {need / 1e9:.1f} GB."
        is_nano = self.source.name == NANO
        return "Nothing smaller fits." if is_nano else "Use nano, which fits nearly anywhere: -m nano."

    def oom_hint(self) -> str:
        """Return a hint for the case that memory runs out during an answer. The memory that this model
        uses is counted as free, because another preset would use it instead."""
        free = devices.free_memory(self.device) + self.required_bytes(self.preset)
        return f"{self.memory_hint(free)} Or close other programs, or ask something shorter."

    def build(
        self,
        on_progress: Progress = ignore,
        tensors: Iterator[tuple[str, torch.Tensor]] | None = None,
        measure: Callable[[Any, Any], Importance] = Importance,
    ) -> tuple[Network, Decoder]:
        """Build the model and its packed decoder. The tensors are moved to the device one by one. They
        are read from the checkpoint's files unless `tensors` is given. `measure` is that of
        PackedBuilder."""
        free = devices.free_memory(self.device)
        with (
            ExitStack() as failing,
            devices.convert_oom(
                self.device, lambda: f"{self.memory_hint(free)} Or close other programs."
            ),
        ):
            # 1. Compare the headers with the configuration, before anything is allocated.
            self.check_tensors()
            # 2. Make a model without weights, and a builder that packs the weights for the decoder.
            model = build_empty(self.config)
            builder = packed_builder.PackedBuilder(
                model, self.preset, self.device, self.dtype, saved=self.saved, measure=measure
            )
            failing.callback(builder.stop)
            # 3. Read one tensor at a time. For quantization the tensors of a layer must follow each
            #    other.
            order = packed_builder.in_layer_order(self.infos) if self.preset.name != "none" else None
            tensors = tensors or safetensors_reader.read_tensors(
                self.infos, order, quantized=self.saved
            )
            # 4. Merge the adapter into the tensors as they are read.
            if self.adapter is not None:
                tensors = self.adapter.apply(tensors)
            # 5. Quantize or pack each tensor, and move it to the device.
            for done, (name, tensor) in enumerate(tensors, 1):
                with error_prefix(self.infos[name].file):
                    builder.accept(name, tensor)
                on_progress(done, len(self.infos), self.source.name)
            # 6. Check that no tensor is missing, and move to the device the tensors that were computed
            #    instead of read.
            with error_prefix(self.source.folder):
                decoder = builder.finish().to(self.device)
            model.to(self.device)
            failing.pop_all()
        devices.release_memory(self.device)
        return model.eval(), decoder


def make_plan(
    source: ModelSource,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: Adapter | None = None,
) -> LoadPlan:
    """Read a model's configuration and tensor headers, and decide how to open it.

    With the device "auto", a model that fits into the memory of the host but not of the graphics card
    is opened on the CPU, with a note.

    Raises: OptionError; UnsupportedModel if the weights are stored quantized and another preset or an
    adapter was chosen; the errors of reading the files.
    """
    cpu.fit_threads()
    # 1. Read the configuration and the headers.
    config = read_sizes(source.folder)
    if adapter is not None:
        adapter.configure(config)
    infos = read_tensors(config, source.folder)
    # 2. Find the preset of the stored weights, or else the one that the user chose. None and "auto"
    #    mean that it is not decided yet.
    stored = stored_preset(source.folder, config)
    name = quant
    if stored is not None:
        _check_stored(source, stored, quant, adapter)
        name = stored.name
    elif quant is None and dtype not in (None, "auto"):
        name = "none"
    check_depth(config, infos, source.folder)

    # 3. Make the plan. If the preset is not decided, this first plan is made without quantization.
    #    `auto_preset` compares the memory that it needs with the free memory.
    size = sum(info.size for info in infos.values())
    target = devices.choose_device(device)

    def with_preset(preset: Preset) -> LoadPlan:
        compute = devices.choose_dtype(target, dtype, size, quantized=preset.name != "none")
        return LoadPlan(source, config, infos, target, compute, preset, stored is not None, adapter)

    is_open = name in (None, "auto")
    plan = with_preset(resolve("none" if is_open else str(name), card_products.kind_of(target)))
    if is_open:
        plan = with_preset(auto_preset(plan))
    if plan.preset.name == "int4" and target.type != "cpu":
        plan = _with_kernel(plan)
    # 4. If the model does not fit into the card's memory, try the CPU, which runs every preset.
    if device == "auto" and target.type != "cpu" and not plan.fits():
        host = make_plan(source, device="cpu", dtype=dtype, quant=quant, adapter=adapter)
        if host.fits():
            free = devices.free_memory(plan.device) / 1e9
            need = plan.required_bytes(plan.preset) / 1e9
            note = f"runs on the CPU: {source.name} needs {need:.1f} GB, {plan.device} has {free:.1f} GB free"
            return replace(host, notes=(note,))
    return plan


def _check_stored(
    source: ModelSource, stored: Preset, quant: str | None, adapter: Adapter | None
) -> None:
    """Raise UnsupportedModel if the weights are stored quantized and an adapter or another preset was
    chosen. A preset of the settings is not."""
    is_chosen = quant not in (None, "auto") and not isinstance(quant, Usual)
    name = ALIASES.get(str(quant), str(quant)) if is_chosen else stored.name
    if resolve(name, "cuda") != stored:  # CUDA runs every preset
        raise UnsupportedModel(
            f"{source.name} is stored in {stored.name} and cannot be opened with --quant {name}",
            hint="Leave out --quant.",
        )
    if adapter is not None:
        raise UnsupportedModel(
            f"{source.name} is stored in {stored.name}; an adapter needs the unquantized weights it was trained on",
            hint="Open the original model with the adapter, and add --quant for less memory.",
        )


def dtype_name(dtype: torch.dtype) -> str:
    """Return the name with which users specify a dtype, such as "bfloat16"."""
    return str(dtype).removeprefix("torch.")


def _with_kernel(plan: LoadPlan) -> LoadPlan:
    """Return an int4 plan for a card unchanged if the card has a kernel for int4. Otherwise return, if
    possible, a plan with nf4 and a note."""
    if card_products.kind_of(plan.device) == presets.TRITON or torch_products.has_int4(plan.device):
        return plan
    problem = f"{plan.device} has no kernel for int4"
    if plan.device.type == "cuda" and not plan.saved:
        return replace(plan, preset=PRESETS["nf4"], notes=(f"{problem}: opened in nf4",))
    return replace(plan, notes=(f"{problem}: each token dequantizes all weights",))


def auto_preset(plan: LoadPlan) -> Preset:
    """Return the preset for a plan if the user did not choose one.

    On a CPU this is int4 for a large model, if the processor has fast kernels for int4 or the model
    does not fit unquantized; otherwise it is "none". A model of transformers is large if its decoder
    is. It reads many more tokens of a picture, so a small one is opened in int8.

    On a card it is the first preset of `presets.by_size` with which the model fits. If it fits with
    none of them, the last preset is returned, and `check_memory` raises the error later.
    """
    free = devices.free_memory(plan.device)
    # The speed of a decode step is limited by reading all weights from memory, so int4 is 4 times
    # faster.
    if plan.device.type == "cpu":
        is_quicker = cpu.cpu_kind() != "other" or plan.required_bytes(PRESETS["none"]) > free
        small = "none" if plan.config.is_flashsloth or not is_quicker else "int8"
        return PRESETS["int4" if plan.sized_elements >= LARGE and is_quicker else small]
    offered = presets.by_size(card_products.kind_of(plan.device))
    return next((preset for preset in offered if plan.required_bytes(preset) <= free), offered[-1])
