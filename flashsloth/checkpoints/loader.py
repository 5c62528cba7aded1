"""Open a model: find how, build it or take its quantized copy, and say what was noticed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.load_plan import dtype_name, make_plan
from flashsloth.checkpoints.model_files import read_processor, sampling_defaults
from flashsloth.checkpoints.quantized_cache import CACHED, cached_copy_path, load_cached, store_cached
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.weights import build
from flashsloth.quantization.presets import LARGE
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.model.packed_decoder import PackedDecoder
    from flashsloth.processing.processor import FlashSlothProcessor


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to run, with what belongs to it."""

    source: ModelSource
    model: FlashSlothForConditionalGeneration
    decoder: PackedDecoder
    processor: FlashSlothProcessor
    device: str
    dtype: str
    quant: str = "none"  # the preset's name
    adapter: str | None = None  # the folder of what was trained on top
    generation_defaults: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what a person may want to know about how it was opened
    oom_hint: Callable[[], str] | None = None  # what to say when memory runs out
    load_ms: float = 0.0  # milliseconds from the folder to a model that can answer

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
) -> LoadedModel:
    """Read and check all weights and put them on the device, one tensor or one layer at a time.

    Args:
        quant: a preset of flashsloth.quantization, "auto", or None: auto, but none where a `dtype` is given.
        adapter: an adapter whose weights are put into the model's.
        cache: keep a quantized copy in the user's cache, and open it from there the next time.

    Raises: OptionError for a device, type or preset that is not there, CheckpointError for the files, OutOfMemory
    before anything is allocated when it will not fit.
    """
    began = time.perf_counter()
    plan = make_plan(source, device=device, dtype=dtype, quant=quant, adapter=adapter)
    plan.check_tensors()
    plan.check_memory()
    processor = read_processor(plan.config, plan.source.folder)  # before the long work: it may refuse
    worth = plan.preset.name in CACHED and plan.elements >= LARGE and not plan.saved
    copy = cached_copy_path(plan) if cache and worth else None
    built = load_cached(plan, copy, on_progress) if copy is not None else None
    notes: tuple[str, ...] = ()
    if built is None:
        built = build(plan, on_progress)
        if copy is not None and store_cached(plan, *built, copy):
            form = plan.preset.name
            notes = (f"kept a copy in {form} at {copy}, which opens in seconds from now on (--no-cache: never)",)
    model, decoder = built
    if adapter is not None and adapter.fingerprint not in (None, safetensors_reader.fingerprint(plan.infos)):
        notes += (f"{adapter.folder} was trained on other weights than {source.name} has now; it may answer nonsense",)
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
        load_ms=(time.perf_counter() - began) * 1000,
    )
