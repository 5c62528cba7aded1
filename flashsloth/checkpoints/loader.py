"""Open a model: make a plan, build the model or load its quantized copy, and collect notes for the
user."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import torch

from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.folder import MAX_JSON, checksums, read_json
from flashsloth.checkpoints.folder import stamp as stamp_of
from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name, make_plan
from flashsloth.checkpoints.model_files import (
    generation_defaults,
    read_config,
    read_pictures,
    read_tokenizer,
    sampling_defaults,
)
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    ModelError,
    OptionError,
    causes,
    error_prefix,
)
from flashsloth.inference import compiled_step
from flashsloth.inference.decoder import Decoder
from flashsloth.inference.image_encoder import ImageEncoder
from flashsloth.model.network import Network
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.prompt import prepare_tokenizer
from flashsloth.quantization.presets import LARGE
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.cache_folder import CacheFolder
from flashsloth.utils.paths import CHECKSUMS, COPIED_FROM, quantized_cache_folder
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import last_line

CACHE_FORMAT = 7  # must be increased when the stored files change


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """What is known of a model from its files, without its weights: how it is opened, its tokenizer and
    its settings."""

    source: ModelSource
    config: ModelSizes
    tokenizer: Any
    device: str
    dtype: str
    quant: str = "none"  # the preset's name
    adapter: str | None = None  # the adapter's folder
    generation_defaults: dict[str, Any] = field(default_factory=dict)
    # For a model of transformers: what prepares pictures, and what makes the encoder of pictures from
    # the model. None stands for FlashSloth's own.
    pictures: PictureProcessor | None = None
    make_encoder: Callable[[Any], ImageEncoder] | None = None
    memory_bytes: int = 0  # an estimate of the memory that the opened model takes
    load_ms: float = 0.0  # milliseconds that loading took


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel(ModelFiles):
    """A model that was loaded onto its device."""

    model: Network
    decoder: Decoder
    notes: tuple[str, ...] = ()  # messages for the user about how the model was opened
    oom_hint: Callable[[], str] | None = None  # returns the hint of OutOfMemory
    # everything that decides how images are encoded, or None if it is unknown
    encoder_stamp: dict[str, Any] | None = None

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
    on_progress: Progress = ignore,
    on_note: Callable[[str], None] = ignore,
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
    read = read_files(plan)
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
    if adapter is not None:
        notes += adapter.notes(plan.infos, source.name)
    files_read = {each.name: getattr(read, each.name) for each in fields(read)}
    return LoadedModel(
        **files_read | {"load_ms": (time.perf_counter() - start) * 1000},
        model=model,
        decoder=decoder,
        notes=notes,
        oom_hint=plan.oom_hint,
        encoder_stamp={"files": files, **how},
    )


def read_files(plan: LoadPlan) -> ModelFiles:
    """Read everything of a model but its weights. Raises: CheckpointError."""
    source = plan.source
    pictures: PictureProcessor | None = None
    make_encoder = None
    tokenizer = read_tokenizer(source.folder)
    if plan.config.is_flashsloth:
        with error_prefix(source.folder):
            prepare_tokenizer(tokenizer, plan.config)
    else:
        from flashsloth.vlm.network import VlmEncoder

        make_encoder = VlmEncoder
        pictures = read_pictures(plan.config, source.folder)
    defaults = generation_defaults(source)
    if plan.config.detail_threshold is not None:
        defaults["detail_threshold"] = plan.config.detail_threshold
    return ModelFiles(
        source=source,
        config=plan.config,
        tokenizer=tokenizer,
        device=str(plan.device),
        dtype=dtype_name(plan.dtype),
        quant=plan.preset.name,
        adapter=None if plan.adapter is None else str(plan.adapter.folder),
        generation_defaults=defaults,
        pictures=pictures,
        make_encoder=make_encoder,
        memory_bytes=plan.required_bytes(plan.preset),
    )


def _build_or_copy(
    plan: LoadPlan, files: str, on_progress: Progress, on_note: Callable[[str], None]
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
    on_progress: Progress,
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
        path = regular_file_in(copy, CHECKSUMS, MAX_JSON)
        written = [] if path is None else path.read_bytes().splitlines(keepends=True)
        # Ends at the first difference, so that a file that has become huge is not read to its end.
        if any(line != other for line, other in zip_longest(written, checksums(copy))):
            raise CheckpointDamaged(f"{copy} does not have the bytes that were written")
        note.put("bytes", checked)
