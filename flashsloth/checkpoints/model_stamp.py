"""What identifies the model of a plan, so that results computed with it can be kept and found again."""

from __future__ import annotations

from typing import Any

from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name


def source_files(plan: LoadPlan) -> list[list[Any]]:
    """Return the files of the weights, those of the adapter included: path, size and modification time.

    Raises: OSError for a file that was removed.
    """
    files = sorted({info.file.resolve() for info in plan.infos.values()})
    files += [file.resolve() for file in plan.adapter.files] if plan.adapter is not None else []
    return [[str(f), f.stat().st_size, f.stat().st_mtime_ns] for f in files]


def encoder_stamp(plan: LoadPlan) -> dict[str, Any] | None:
    """Return what decides how the model encodes an image, besides its pixels; None if a file was removed. Call it
    before the weights are read: if they change meanwhile, the stamp is that of the earlier files, which no later plan
    has."""
    try:
        files = source_files(plan)
    except OSError:
        return None
    return {
        "files": files,
        "config": plan.config.to_dict(),
        "preset": plan.preset.name,
        "dtype": dtype_name(plan.dtype),
        "device": plan.device.type,
    }
