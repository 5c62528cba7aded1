"""Store quantized copies of large models in the user's cache, so that they open in seconds the next time."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name, make_plan
from flashsloth.checkpoints.weights import build
from flashsloth.errors import FlashSlothError, OutOfMemory
from flashsloth.utils.paths import COPIED_FROM, quantized_cache_folder
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from flashsloth.inference.decoder import Decoder
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

CACHE_FORMAT = 3  # raised when the stored tensors change


def cached_copy_path(plan: LoadPlan) -> Path:
    """Return the folder of this model's copy in this preset."""
    model = _model_of(plan)
    if plan.adapter is not None:
        model += f" + {plan.adapter.folder.resolve()}"
    digest = hashlib.sha256(model.encode()).hexdigest()[:16]
    return quantized_cache_folder() / f"{plan.preset.name}-{digest}"


def _model_of(plan: LoadPlan) -> str:
    return plan.source.repo or str(plan.source.folder.resolve())


def source_stamp(plan: LoadPlan) -> dict[str, Any]:
    """Return what identifies the originals of a copy."""
    return {"format": CACHE_FORMAT, "model": _model_of(plan), "stamp": plan.stamp()}


def load_cached(
    plan: LoadPlan, copy: Path, on_progress: Progress | None
) -> tuple[FlashSlothForConditionalGeneration, Decoder] | None:
    """Load the quantized copy; None if there is none of the same weights. A damaged copy is removed."""
    source = replace(plan.source, folder=copy)
    try:
        if not copy.is_dir() or read_json(copy / COPIED_FROM) != source_stamp(plan):
            return None
        return build(make_plan(source, device=str(plan.device), dtype=dtype_name(plan.dtype)), on_progress)
    except OutOfMemory:
        raise
    except Exception:  # any defect: the copy can be made again
        shutil.rmtree(copy, ignore_errors=True)
        return None


def has_room(plan: LoadPlan, copy: Path) -> bool:
    """Make the cache's folder, and return whether the disk has room for the copy."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(copy.parent).free >= 2 * plan.required_bytes(plan.preset)
    except OSError:
        return False


def store_cached(plan: LoadPlan, model: Any, decoder: Decoder, copy: Path) -> bool:
    """Write the copy, and return whether it was written. Errors are ignored: the model runs."""
    from flashsloth.checkpoints import save
    from flashsloth.utils import folder_swap

    try:
        folder_swap.clear_unfinished(copy.parent)
        save.write_quantized(plan, model, decoder, copy, {COPIED_FROM: source_stamp(plan)})
    except (OSError, FlashSlothError):
        return False
    return True
