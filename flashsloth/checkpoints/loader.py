"""Open a model: plan how to open it (device, dtype, preset, and whether it fits into memory), build it
or load its quantized copy, and collect notes for the user.

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

import hashlib
import math
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from flashsloth import devices
from flashsloth.checkpoints import packed_builder, safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.folder import checksums, read_json
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.checkpoints.importance import Importance
from flashsloth.checkpoints.model_files import (
    build_empty,
    check_depth,
    generation_defaults,
    read_config,
    read_sizes,
    read_tensors,
    read_tokenizer,
    sampling_defaults,
    saved_preset,
)
from flashsloth.checkpoints.resolve import NANO, ModelSource
from flashsloth.devices import WORKING_SPACE
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    ModelError,
    OptionError,
    OutOfMemory,
    TensorMismatch,
    UnsupportedModel,
    causes,
    error_prefix,
)
from flashsloth.inference import compiled_step
from flashsloth.inference.decoder import Decoder
from flashsloth.inference.image_encoder import ImageEncoder
from flashsloth.model.network import Network
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.prompt import prepare_tokenizer
from flashsloth.quantization import card_products, cpu, presets, torch_products
from flashsloth.quantization.presets import (
    ALIASES,
    ANY_FLOAT,
    LARGE,
    PRESETS,
    Preset,
    TensorSpec,
    resolve,
)
from flashsloth.sizes.families import cached_values
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.cache_folder import CacheFolder
from flashsloth.utils.paths import CHECKSUMS, COPIED_FROM, quantized_cache_folder
from flashsloth.utils.progress import Progress
from flashsloth.utils.text import last_line

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
            return weights + reserved * position + WORKING_SPACE + self._picture_bytes(item, reserved)
        # The factor 3/2 is needed because the cache grows during a long chat: the old cache, which has
        # half the size, is copied into the new one. Opening the model takes less memory than that.
        reserved = min(CARD_POSITIONS, limit)
        cache = reserved * position * 3 // 2
        space = CUDA_SPACE + self._dequantized_bytes(preset) if self.device.type == "cuda" else 0
        return weights + cache + WORKING_SPACE + space + self._picture_bytes(item, reserved)

    def _picture_bytes(self, item: int, positions: int) -> int:
        """Return the bytes that the largest picture takes beyond WORKING_SPACE, which is enough for the
        five tiles of a FlashSloth. `item` is the size of a number, and memory is reserved for this
        number of positions."""
        if self.config.is_flashsloth:
            return 0
        from flashsloth.checkpoints import vlm_folder

        return vlm_folder.picture_bytes(self.config, self.source.folder, item, positions)

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
        wanted = (x for x in self.linears(self.preset) if self.preset.format(head=x.is_head) != "none")
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
        on_progress: Progress | None = None,
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
                if on_progress:
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
    # 2. Find the preset that the user chose, or else the preset of the stored weights. None means that
    #    it is not decided yet.
    stored = saved_preset(config, source.folder)
    chosen = None if quant == "auto" else quant
    if stored is not None:
        _check_stored(source, stored, chosen, adapter)
    elif quant is None and dtype not in (None, "auto"):
        chosen = "none"
    check_depth(config, infos, source.folder)

    # 3. Make the plan. If no preset was chosen, this first plan is made without quantization.
    #    `auto_preset` compares the memory that it needs with the free memory.
    size = sum(info.size for info in infos.values())
    target = devices.choose_device(device)
    named = "none" if chosen is None else chosen
    preset = stored or resolve(named, card_products.kind_of(target))
    compute_dtype = devices.choose_dtype(target, dtype, size, quantized=preset.name != "none")
    plan = LoadPlan(source, config, infos, target, compute_dtype, preset, stored is not None, adapter)
    if stored is None and chosen is None:
        preset = auto_preset(plan)
        compute_dtype = devices.choose_dtype(target, dtype, size, quantized=preset.name != "none")
        plan = replace(plan, preset=preset, dtype=compute_dtype)
    if preset.name == "int4" and target.type != "cpu":
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
    source: ModelSource, stored: Preset, chosen: str | None, adapter: Adapter | None
) -> None:
    """Raise UnsupportedModel if the weights are stored quantized and an adapter or another preset was
    chosen."""
    name = stored.name if chosen is None else ALIASES.get(chosen, chosen)
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


CACHE_FORMAT = 6  # must be increased when the stored tensors change


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that was loaded onto its device, with its tokenizer and settings."""

    source: ModelSource
    model: Network
    decoder: Decoder
    tokenizer: Any
    device: str
    dtype: str
    quant: str = "none"  # the preset's name
    adapter: str | None = None  # the adapter's folder
    generation_defaults: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # messages for the user about how the model was opened
    oom_hint: Callable[[], str] | None = None  # returns the hint of OutOfMemory
    load_ms: float = 0.0  # milliseconds that loading took
    # everything that decides how images are encoded, or None if it is unknown
    encoder_stamp: dict[str, Any] | None = None
    # For a model of transformers: what prepares pictures, and what makes the encoder of pictures from
    # the model. None stands for FlashSloth's own.
    pictures: PictureProcessor | None = None
    make_encoder: Callable[[Any], ImageEncoder] | None = None

    def as_transformers(self) -> Any:
        """Return the model behind transformers' interface. Both share their weights in memory. Imports
        transformers.

        Raises: OptionError for a quantized model, which only the engine can compute.
        """
        if self.quant != "none":
            raise OptionError(
                f"{self.source.name} is open in {self.quant}, which transformers does not compute",
                hint='Open it with quant="none".',
            )
        from flashsloth.hf.modeling import as_transformers

        return as_transformers(
            self.model, read_config(self.source.folder), sampling_defaults(self.source.folder)
        )


def load(
    source: ModelSource,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: Adapter | None = None,
    cache: bool = False,
    on_progress: Progress | None = None,
    on_note: Callable[[str], None] = lambda _: None,
) -> LoadedModel:
    """Read and check all weights and move them to the device, one tensor or one layer at a time.

    Args:
        quant: a preset of flashsloth.quantization or "auto". None means "auto", or "none" if a `dtype`
            is given.
        adapter: an adapter to add to the weights.
        cache: whether a quantized copy is stored in the user's cache and loaded from there the next
            time.
        on_note: called with a message for the user: before such a copy is made, with its size; and if
            an existing copy cannot be used, with the reason.

    Raises: OptionError for an unknown device, dtype or preset, CheckpointError for damaged files,
    OutOfMemory before anything is allocated if the model does not fit.
    """
    # 1. Check what can be checked before the weights are read, because an error should come early.
    start = time.perf_counter()
    plan = make_plan(source, device=device, dtype=dtype, quant=quant, adapter=adapter)
    plan.check_memory()
    if dtype_name(plan.dtype) == "bfloat16":
        compiled_step.begin(plan.config, plan.preset, plan.device, plan.dtype)
    tokenizer, parts = read_parts(plan)
    # 2. Read the weights, or a quantized copy of them. The stamp is taken before. If the files change
    #    meanwhile, the copy has the stamp of the old files, and will not be used for the new ones.
    files = stamp_of(source.folder, None if adapter is None else adapter.folder)
    how = {"preset": plan.preset.name, "dtype": dtype_name(plan.dtype), "device": plan.device.type}
    notes = plan.notes
    is_large = cache and plan.elements >= LARGE and not plan.saved
    # CUDA quantizes within seconds, so a copy would save nothing
    if is_large and plan.preset.compiled and plan.device.type != "cuda":
        model, decoder, more = _build_or_copy(plan, files, on_progress, on_note)
        notes += more
    else:
        model, decoder = plan.build(on_progress)
    if adapter is not None and adapter.fingerprint not in (
        None,
        safetensors_reader.weights_fingerprint(plan.infos),
    ):
        notes += (
            f"{adapter.folder} was trained on other weights than those of {source.name}; answers may be wrong",
        )
    return LoadedModel(
        source,
        model,
        decoder,
        tokenizer,
        device=str(plan.device),
        dtype=dtype_name(plan.dtype),
        quant=plan.preset.name,
        adapter=str(adapter.folder) if adapter is not None else None,
        generation_defaults=generation_defaults(source),
        notes=notes,
        oom_hint=plan.oom_hint,
        load_ms=(time.perf_counter() - start) * 1000,
        encoder_stamp={"files": files, **how},
        **parts,
    )


def read_parts(plan: LoadPlan) -> tuple[Any, dict[str, Any]]:
    """Return the tokenizer of a model, and the fields of LoadedModel that only a model of transformers
    has."""
    folder = plan.source.folder
    tokenizer = read_tokenizer(folder)
    if not plan.config.is_flashsloth:
        from flashsloth.checkpoints import vlm_folder

        return tokenizer, vlm_folder.open_parts(plan.config, folder)
    with error_prefix(folder):
        prepare_tokenizer(tokenizer, plan.config)
    return tokenizer, {}


def _build_or_copy(
    plan: LoadPlan, files: str, on_progress: Progress | None, on_note: Callable[[str], None]
) -> tuple[Network, Decoder, tuple[str, ...]]:
    """Load the plan's quantized copy from the user's cache, or build the model and store the copy
    there. `files` is the stamp of the model's files. Return model, decoder and notes."""
    from flashsloth.checkpoints import save
    from flashsloth.utils import folder_swap

    name = plan.source.repo or str(plan.source.folder.resolve())
    stamp = {"format": CACHE_FORMAT, "model": name, "stamp": files}
    adapter = f" + {plan.adapter.folder.resolve()}" if plan.adapter is not None else ""
    digest = hashlib.sha256((name + adapter).encode()).hexdigest()[:16]
    copy = quantized_cache_folder() / f"{plan.preset.name}-{digest}"
    if cached := _load_copy(plan, copy, stamp, on_progress, on_note):
        return *cached, ()
    keeps = False
    with suppress(OSError):
        copy.parent.mkdir(parents=True, exist_ok=True)
        keeps = shutil.disk_usage(copy.parent).free >= 2 * plan.required_bytes(plan.preset)
    if keeps:
        merged = f" with the adapter {plan.adapter.folder}" if plan.adapter is not None else ""
        size = f"{plan.weight_bytes(plan.preset) / 1e9:.1f} GB"
        on_note(
            f"quantizing {plan.source.name}{merged} to {plan.preset.name}, once; the cache keeps the copy, about "
            f"{size} (--set quant_cache=false keeps none)"
        )
    # On a card the kernels may need the weights in another order, which cannot be stored. So the copy
    # is made on the CPU.
    host = replace(plan, device=torch.device("cpu")) if keeps else plan
    built = host.build(on_progress)
    notes = tuple[str, ...]()
    if keeps:
        with suppress(OSError, FlashSlothError):  # a model can be used without a stored copy
            folder_swap.clear_unfinished(copy.parent)
            save.write_quantized(host, *built, copy, {COPIED_FROM: stamp})
            notes = (
                f"stored an {plan.preset.name} copy in {copy}, which opens in seconds; to remove such copies: "
                "flashsloth cache clear quantized",
            )
    if host.device != plan.device:
        del built
        built = _load_copy(plan, copy, stamp, on_progress, on_note) or plan.build(on_progress)
    return *built, notes


def _load_copy(
    plan: LoadPlan,
    copy: Path,
    stamp: dict[str, Any],
    on_progress: Progress | None,
    on_note: Callable[[str], None],
) -> tuple[Network, Decoder] | None:
    """Load a quantized copy of the same weights with the plan's configuration. Return None if there is
    no usable copy. A damaged copy is removed."""
    try:
        if not copy.is_dir():
            return None
        copied_from = read_json(copy / COPIED_FROM)
        if copied_from != stamp:
            if copied_from | {"format": CACHE_FORMAT} == stamp:
                on_note("the quantized copy is of another version of this program, and is made again")
            return None
        _check_bytes(copy)
        copied = make_plan(
            replace(plan.source, folder=copy), device=str(plan.device), dtype=dtype_name(plan.dtype)
        )
        # The plan's configuration is used, because an adapter changes that of its base.
        return replace(copied, config=plan.config).build(on_progress)
    except (ModelError, OSError, MemoryError) as error:
        # The copy may be intact if only this process cannot read it, for example because it has too
        # many open files or no permission.
        damaged = not any(isinstance(cause, OSError | MemoryError) for cause in causes(error))
        if damaged:
            shutil.rmtree(copy, ignore_errors=True)
        on_note(
            f"the quantized copy {'is damaged and was removed' if damaged else 'cannot be used'}: "
            f"{last_line(error)}"
        )
        return None


def _check_bytes(copy: Path) -> None:
    """Compare all bytes of a copy with the checksums that were stored with it. Raises:
    CheckpointDamaged, OSError.

    The copy of a large model has gigabytes. So a success is noted in a private file, with the inode
    numbers, sizes and times of the copy's files, and the bytes are only compared again if one of these
    has changed. An intact copy may have other times, for example after it was restored from a backup.
    """
    checked = stamp_of(copy).encode()
    note = CacheFolder(copy, ".checked", limit=len(checked))
    if note.get("bytes") != checked:
        if (copy / CHECKSUMS).read_bytes() != checksums(copy).encode():
            raise CheckpointDamaged(f"{copy} does not have the bytes that were written")
        note.put("bytes", checked)
