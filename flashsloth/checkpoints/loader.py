"""Open a model: plan it, build it or load its quantized copy, and note what the user should know."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name, make_plan
from flashsloth.checkpoints.model_files import read_processor, sampling_defaults
from flashsloth.checkpoints.quantized_cache import cached_copy_path, has_room, load_cached, store_cached
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.weights import build
from flashsloth.inference import compiled_step
from flashsloth.quantization.presets import LARGE
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.inference.decoder import Decoder
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.processing.processor import FlashSlothProcessor


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model on its device with its processor and settings."""

    source: ModelSource
    model: FlashSlothForConditionalGeneration
    decoder: Decoder
    processor: FlashSlothProcessor
    device: str
    dtype: str
    quant: str = "none"  # the preset's name
    adapter: str | None = None  # the adapter's folder
    generation_defaults: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # messages for the user about how the model was opened
    oom_hint: Callable[[], str] | None = None  # returns the hint of OutOfMemory
    load_ms: float = 0.0  # milliseconds that loading took
    encoder_stamp: dict[str, Any] | None = None  # what decides how images are encoded; None if unknown

    @property
    def config(self) -> FlashSlothConfig:
        return self.model.config


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
        quant: a preset of flashsloth.quantization or "auto"; None is "auto", or "none" if a `dtype` is given.
        adapter: an adapter to add to the weights.
        cache: store a quantized copy in the user's cache, and load that one the next time.
        on_note: called before such a copy is made, with its size.

    Raises: OptionError for an unknown device, dtype or preset, CheckpointError for damaged files, OutOfMemory before
    anything is allocated if the model does not fit.
    """
    start = time.perf_counter()
    plan = make_plan(source, device=device, dtype=dtype, quant=quant, adapter=adapter)
    plan.check_tensors()
    plan.check_memory()
    compiled_step.begin(plan.config, plan.preset, plan.device, plan.dtype)
    processor = read_processor(plan.config, plan.source.folder)  # before the weights, as it may fail
    encoder_stamp = plan.encoder_stamp()
    model, decoder, notes = _load_or_build(plan, cache, on_progress, on_note)
    notes = plan.notes + notes
    if adapter is not None and adapter.fingerprint not in (None, safetensors_reader.weights_fingerprint(plan.infos)):
        notes += (f"{adapter.folder} was trained on other weights than those of {source.name}; answers may be wrong",)
    return LoadedModel(
        source,
        model,
        decoder,
        processor,
        device=str(plan.device),
        dtype=dtype_name(plan.dtype),
        quant=plan.preset.name,
        adapter=str(adapter.folder) if adapter is not None else None,
        generation_defaults=sampling_defaults(source.folder),
        notes=notes,
        oom_hint=plan.oom_hint,
        load_ms=(time.perf_counter() - start) * 1000,
        encoder_stamp=encoder_stamp,
    )


def _load_or_build(
    plan: LoadPlan, cache: bool, on_progress: Progress | None, on_note: Callable[[str], None]
) -> tuple[FlashSlothForConditionalGeneration, Decoder, tuple[str, ...]]:
    """Load the plan's quantized copy, or build the model and store the copy. Return model, decoder and notes."""
    cacheable = plan.preset.is_stored and plan.elements >= LARGE and not plan.saved
    if not (cache and cacheable):
        return *build(plan, on_progress), ()
    copy = cached_copy_path(plan)
    cached = load_cached(plan, copy, on_progress)
    if cached is not None:
        return *cached, ()
    keeps = has_room(plan, copy)
    if keeps:
        merged = f" with the adapter {plan.adapter.folder}" if plan.adapter is not None else ""
        on_note(
            f"quantizing {plan.source.name}{merged} to {plan.preset.name}, once; the cache keeps the copy, about "
            f"{plan.weight_bytes(plan.preset) / 1e9:.1f} GB (--set quant_cache=false keeps none)"
        )
    model, decoder = build(plan, on_progress)
    notes: tuple[str, ...] = ()
    if keeps and store_cached(plan, model, decoder, copy):
        notes = (
            f"stored an {plan.preset.name} copy in {copy}, which opens in seconds; to remove such "
            "copies: flashsloth cache clear quantized",
        )
    return model, decoder, notes
