"""The files of a finished run: the model or the adapter, its card, the plot of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean as mean
from typing import Any

import torch

from flashsloth.checkpoints import adapter, model_files, resolve, save
from flashsloth.checkpoints.safetensors_reader import check_finite, weights_fingerprint
from flashsloth.checkpoints.sources import Sources
from flashsloth.training.loss_plot import draw
from flashsloth.training.run_folder import METRICS, PICTURE, read_metrics
from flashsloth.training.run_plan import RunPlan
from flashsloth.utils import folder_swap
from flashsloth.utils.atomic_write import atomic_write

AVERAGED = 10  # steps at either end of the run
METHODS = {"lora": "LoRA", "qlora": "QLoRA (base in NF4)", "full": "all weights of the trained parts"}


def write_result(model: Any, plan: RunPlan, out: Path, record: dict[str, Any]) -> None:
    """Write the finished files, all or none. `record` is run.json."""
    whole = plan.recipe.method == "full"
    with folder_swap.replace_folder(out) as new:
        if whole:
            write_model(model, plan.sources, plan.sources.stored, new)
        else:
            model.save_pretrained(new, save_embedding_layers=False)
            source = weights_fingerprint(plan.sources.tensors)
            adapter.describe(new, resolve.absolute_name(plan.sources.name), image_hd=plan.hd, fingerprint=source)
        metrics = read_metrics(out / METRICS)
        draw(metrics, new / PICTURE)
        write_card(new / "README.md", record, metrics, adapter=not whole)


def write_model(model: Any, sources: Sources, dtype: torch.dtype, folder: Path) -> None:
    """Write a whole model. `sources`: what it was made of."""
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to("cpu", dtype)
        check_finite(parameter.data, name)
    model.config.dtype = dtype
    vars(model.config).pop("use_cache", None)  # the Trainer switches it off
    if sources.source is not None:
        model.generation_config = model_files.generation_config(model.config, sources.source.folder)
    sources.processor.image_processor.hd = model.config.image_hd
    save.save(model, sources.processor, folder)


def write_card(path: Path, record: dict[str, Any], metrics: Sequence[dict[str, Any]], *, adapter: bool) -> None:
    """Write the README.md of a finished run. record: run.json. metrics: lines of metrics.jsonl."""
    recipe, base, name = record["recipe"], record["base"]["name"], Path(record["recipe"]["output"]).name or "model"
    model = f"{'--adapter' if adapter else '-m'} {name}"
    purpose = "An adapter for" if adapter else "Trained from"
    lines = [
        "---",
        *(["library_name: peft", f"base_model: {base}"] if adapter else []),
        "pipeline_tag: image-text-to-text",
        "tags: [flashsloth]",
        "---",
        f"# {name}",
        "",
        f"{purpose} {base}, made by `flashsloth {'train' if recipe['stage'] else 'finetune'}`. Try it:",
        "",
        f'    flashsloth ask {model} picture.jpg "What is this?"',
        "",
        "| | |",
        "|---|---|",
        *(f"| {fact} | {value} |" for fact, value in facts(record, metrics, adapter=adapter)),
        "",
        "![loss by optimizer step](loss.png)",
        "",
        "`run.json` holds every setting; `metrics.jsonl` the loss of every step.",
    ]
    with atomic_write(path) as file:
        file.write(("\n".join(lines) + "\n").encode(errors="backslashreplace"))  # names that are not UTF-8


def facts(record: dict[str, Any], metrics: Sequence[dict[str, Any]], *, adapter: bool) -> list[tuple[str, str]]:
    """Return the rows of the card's table."""
    recipe, schedule, data = record["recipe"], record["schedule"], record["data"]
    losses = [line["loss"] for line in metrics if "loss" in line]
    evaluations = [line for line in metrics if "eval_loss" in line]
    best = min(evaluations, key=lambda line: line["eval_loss"], default=None)
    method = METHODS[recipe["method"]]
    loss = f"{mean(losses[:AVERAGED]):.3f} at first, {mean(losses[-AVERAGED:]):.3f} at last" if losses else "none"
    return [
        ("base", record["base"]["name"]),
        ("trained", f"stage {recipe['stage']}, {method}" if recipe["stage"] else method),
        *([("rank, alpha", f"{recipe['rank']}, {recipe['alpha'] or 2 * recipe['rank']}")] if adapter else []),
        ("data", f"{data['rows']:,} rows, sha256 {data['sha256'][:16]}…"),
        ("steps", steps_taken(schedule, metrics)),
        ("learning rate", f"{schedule['lr']:.2g}, cosine"),
        ("loss", loss),
        *([("evaluation loss", f"{best['eval_loss']:.3f} at step {best['step']}, which was kept")] if best else []),
        *([("choices", choices)] if (choices := fitted_choices(recipe, record.get("choices"))) else []),
        ("seed", str(recipe["seed"])),
        ("versions", ", ".join(f"{package} {number}" for package, number in record["versions"].items())),
    ]


def fitted_choices(recipe: dict[str, Any], fitted: dict[str, Any] | None) -> str:
    """Return what became of the temperature of choices, or ""."""
    if fitted is None or fitted["nll"] is None:
        return ""
    if fitted["temperature"] == 1:
        return f"{recipe['choices']}: no temperature, nll {fitted['nll']:.3f}"
    scores = [f"{name} {fitted[name]:.3f} to {fitted[f'fitted_{name}']:.3f}" for name in ("nll", "ece")]
    return f"{recipe['choices']}: temperature {fitted['temperature']:.3g}, {', '.join(scores)}"


def steps_taken(schedule: dict[str, Any], metrics: Sequence[dict[str, Any]]) -> str:
    """Return the number of steps, their rows, and the limit if the run stopped early."""
    steps = max((line["step"] for line in metrics), default=0)
    rows = schedule["batch_size"] * schedule["grad_accum"] * schedule["world"]
    early = f"; {schedule['steps']:,} were allowed" if steps < schedule["steps"] else ""
    return f"{steps:,} of {rows} rows{early}"
