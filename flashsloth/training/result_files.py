"""The files of a finished run: the model or the adapter, its card, the plot of the loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flashsloth.checkpoints import adapter, model_files, resolve, save
from flashsloth.checkpoints.safetensors_reader import check_finite, weights_fingerprint
from flashsloth.training.loss_plot import draw
from flashsloth.training.model_card import write_card
from flashsloth.training.model_setup import Base
from flashsloth.training.run_folder import METRICS, PICTURE, read_metrics
from flashsloth.training.run_plan import RunPlan
from flashsloth.utils import folder_swap


def write_result(model: Any, base: Base, plan: RunPlan, out: Path, record: dict[str, Any]) -> None:
    """Write the finished files, all or none. `record` is run.json."""
    whole = plan.recipe.method == "full"
    with folder_swap.replace_folder(out) as new:
        if whole:
            write_model(model, base, new)
        else:
            model.save_pretrained(new, save_embedding_layers=False)
            source = weights_fingerprint(plan.sources.tensors)
            adapter.describe(new, base_name(base), image_hd=plan.hd, fingerprint=source)
        metrics = read_metrics(out / METRICS)
        draw(metrics, new / PICTURE)
        write_card(new / "README.md", record, metrics, adapter=not whole)


def rewrite_card(record: dict[str, Any], out: Path, *, is_adapter: bool) -> None:
    """Write the card of a finished folder again, with what its record says now."""
    write_card(out / "README.md", record, read_metrics(out / METRICS), adapter=is_adapter)


def base_name(base: Base) -> str:
    """Return the name that opens the base from any working folder."""
    if base.source is None or base.source.repo is not None or base.name == resolve.NANO:
        return base.name
    return str(base.source.folder.resolve())


def write_model(model: Any, base: Base, folder: Path) -> None:
    """Write a whole model in the dtype that its base is stored in."""
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to("cpu", base.stored)
        check_finite(parameter.data, name)
    model.config.dtype = base.stored
    vars(model.config).pop("use_cache", None)  # the Trainer switches it off
    if base.source is not None:
        model.generation_config = model_files.generation_config(base.config, base.source.folder)
    base.processor.image_processor.hd = base.config.image_hd
    save.save(model, base.processor, folder)
