"""Write the files of a finished run: the model or the adapter, its card, and the plot of the loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean as mean
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from flashsloth.checkpoints import adapter, model_files, resolve
from flashsloth.checkpoints.compose import Sources
from flashsloth.checkpoints.safetensors_reader import check_finite, weights_fingerprint
from flashsloth.hf.modeling import generation_config, save_folder
from flashsloth.training.checkpoints import FULL_HINT
from flashsloth.training.run_folder import AVERAGED, METRICS, PICTURE, read_metrics
from flashsloth.training.run_plan import RunPlan
from flashsloth.utils import folder_swap
from flashsloth.utils.atomic_write import atomic_write
from flashsloth.utils.text import command_line

METHODS = {"lora": "LoRA", "qlora": "QLoRA (base in NF4)", "full": "all weights of the trained parts"}
CARD = """\
---
{library}pipeline_tag: image-text-to-text
tags: [flashsloth]
---
# {name}

{purpose} {base}, made by `flashsloth {command}`. To try it, ask
a question of the kind that it was trained on:

    {ask}

| | |
|---|---|
{facts}
![loss by optimizer step](loss.png)

`run.json` holds every setting; `metrics.jsonl` the loss of every step.
"""

# sizes of the plot in pixels, and its colors
WIDTH = 960
HEIGHT = 480
LEFT = 80
RIGHT = 30
TOP = 40
BOTTOM = 50
INK = "#333333"
GRID = "#e4e4e4"
FAINT = "#b9d3ee"
CURVE = "#1f6fb5"
OTHER = "#d9822b"


def write_result(model: Any, plan: RunPlan, out: Path, record: dict[str, Any]) -> None:
    """Write the files of a finished run, all or none of them. `record` is run.json."""
    sources = plan.sources
    whole = plan.recipe.method == "full"
    with folder_swap.replace_folder(out, full_hint=FULL_HINT) as new:
        if whole:
            write_model(model, sources, sources.stored, new)
        else:
            if plan.pictures is not None:
                rename_decoder(model, sources.config.family.text)
            model.save_pretrained(new, save_embedding_layers=False)
            adapter.describe(
                new,
                resolve.absolute_name(sources.name),
                image_hd=plan.hd,
                schema_in_prompt=sources.config.schema_in_prompt,
                fingerprint=weights_fingerprint(sources.tensors),
            )
        metrics = read_metrics(out / METRICS)
        draw_losses(metrics, new / PICTURE)
        write_card(new / "README.md", record, metrics, adapter=not whole)


def rename_decoder(model: Any, name: str) -> None:
    """Give the decoder of a PEFT model the name that it has in transformers' own model, so that PEFT
    reads the adapter there. The model cannot be used afterwards, only saved."""
    settings = model.peft_config["default"]
    settings.target_modules = settings.target_modules.replace("language_model", name, 1)
    parts = model.get_base_model().model
    parts.add_module(name, parts._modules.pop("language_model"))


def write_model(model: Any, sources: Sources, dtype: torch.dtype, folder: Path) -> None:
    """Write a whole model as a folder. `sources` describes the files from which the model was made."""
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to("cpu", dtype)
        check_finite(parameter.data, name)
    model.config.dtype = dtype
    # the Trainer has set use_cache to False, but generation needs the cache
    vars(model.config).pop("use_cache", None)
    if sources.source is not None:
        model.generation_config = generation_config(
            model.config, model_files.sampling_defaults(sources.source.folder)
        )
    sources.processor.image_processor.hd = model.config.image_hd
    save_folder(model, sources.processor, folder)


def write_card(
    path: Path, record: dict[str, Any], metrics: Sequence[dict[str, Any]], *, adapter: bool
) -> None:
    """Write the model card (README.md) of a finished run. `record` is run.json, `metrics` the lines of
    metrics.jsonl."""
    recipe = record["recipe"]
    base = record["base"]["name"]
    name = Path(recipe["output"]).name or "model"
    table = [f"| {fact} | {value} |\n" for fact, value in facts(record, metrics, adapter=adapter)]
    text = CARD.format(
        library=f"library_name: peft\nbase_model: {base}\n" if adapter else "",
        name=name,
        purpose="An adapter for" if adapter else "Trained from",
        base=base,
        command="train" if recipe["stage"] else "finetune",
        ask=command_line(
            "flashsloth", "ask", "--adapter" if adapter else "-m", name, "PICTURE", "QUESTION"
        ),
        facts="".join(table),
    )
    with atomic_write(path) as file:
        file.write(text.encode(errors="backslashreplace"))  # a name may be invalid UTF-8


def facts(
    record: dict[str, Any], metrics: Sequence[dict[str, Any]], *, adapter: bool
) -> list[tuple[str, str]]:
    """Return the rows of the card's table as (name, value)."""
    recipe = record["recipe"]
    schedule = record["schedule"]
    data = record["data"]
    losses = [line["loss"] for line in metrics if "loss" in line]
    evaluations = [line for line in metrics if "eval_loss" in line]
    best = min(evaluations, key=lambda line: line["eval_loss"], default=None)
    stage = f"stage {recipe['stage']}, " if recipe["stage"] else ""
    kept = f"{best['eval_loss']:.3f} at step {best['step']}, which was kept" if best else ""
    ends = "none"
    if losses:
        ends = f"{mean(losses[:AVERAGED]):.3f} at first, {mean(losses[-AVERAGED:]):.3f} at last"
    rows = {
        "base": record["base"]["name"],
        "trained": f"{stage}{METHODS[recipe['method']]}",
        "rank, alpha": f"{recipe['rank']}, {recipe['alpha'] or 2 * recipe['rank']}" if adapter else "",
        "data": f"{data['rows']:,} rows, sha256 {data['sha256'][:16]}…",
        "steps": steps_taken(schedule, metrics),
        "learning rate": f"{schedule['lr']:.2g}, cosine",
        "loss, mean of ten steps": ends,
        "evaluation loss": kept,
        "choices": fitted_choices(recipe, record.get("choices")),
        "seed": str(recipe["seed"]),
        "versions": ", ".join(f"{name} {number}" for name, number in record["versions"].items()),
    }
    return [(name, value) for name, value in rows.items() if value]


def fitted_choices(recipe: dict[str, Any], fitted: dict[str, Any] | None) -> str:
    """Describe the temperature that was fitted for the choices (choice_temperature.py). Return "" if no
    temperature was fitted: without --choices, or with too few pictures."""
    if fitted is None or fitted["nll"] is None:
        return ""
    if fitted["temperature"] == 1:
        return f"{recipe['choices']}: no temperature, nll {fitted['nll']:.3f}"
    nll = f"nll {fitted['nll']:.3f} to {fitted['fitted_nll']:.3f}"
    ece = f"ece {fitted['ece']:.3f} to {fitted['fitted_ece']:.3f}"
    return f"{recipe['choices']}: temperature {fitted['temperature']:.3g}, {nll}, {ece}"


def steps_taken(schedule: dict[str, Any], metrics: Sequence[dict[str, Any]]) -> str:
    """Describe how many steps were taken and how many rows a step had. If the run stopped early, also
    say how many steps were planned."""
    steps = max((line["step"] for line in metrics), default=0)
    rows = schedule["batch_size"] * schedule["grad_accum"] * schedule["world"]
    early = f"; {schedule['steps']:,} were allowed" if steps < schedule["steps"] else ""
    return f"{steps:,} of {rows} rows{early}"


def draw_losses(metrics: Sequence[dict[str, Any]], target: Path) -> None:
    """Plot the training loss by step with its running mean, and the evaluations as dots. `metrics` are
    lines of metrics.jsonl, each with `step` and either `loss` or `eval_loss`."""
    steps = finite_points(metrics, "loss")
    evaluations = finite_points(metrics, "eval_loss")
    # drawn in twice the size and scaled down at the end, so that lines are smooth
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(28)
    last = max([step for step, _ in (*steps, *evaluations)], default=1)
    # The axis ends at the 98th percentile, so that a few high losses at the start do not flatten the
    # curve. Higher losses are drawn at the top.
    typical = float(np.percentile([loss for _, loss in steps], 98)) if steps else 0.0
    ceiling = round_up(max([typical, *(loss for _, loss in evaluations), 1e-9]))

    def at(step: float, loss: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * step / last
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(loss / ceiling, 1)
        return 2 * x, 2 * y

    # grid lines with the labels of both axes
    for part in range(5):
        value = ceiling * part / 4
        pen.line([at(0, value), at(last, value)], fill=GRID, width=2)
        x, y = at(0, value)
        pen.text((x - 14, y), f"{value:.3g}", fill=INK, font=font, anchor="rm")
        step = round(last * part / 4)
        x, y = at(step, 0)
        pen.text((x, y + 14), str(step), fill=INK, font=font, anchor="mt")
    pen.text((2 * LEFT, 2 * TOP - 50), "loss by optimizer step", fill=INK, font=font, anchor="lt")
    if len(steps) > 1:
        pen.line([at(*point) for point in steps], fill=FAINT, width=2)
        pen.line([at(*point) for point in running_mean(steps)], fill=CURVE, width=5, joint="curve")
    for point in evaluations:
        x, y = at(*point)
        pen.ellipse([x - 8, y - 8, x + 8, y + 8], fill=OTHER)
    if evaluations:
        pen.text(
            (2 * (WIDTH - RIGHT), 2 * TOP - 50),
            "dots: evaluation",
            fill=OTHER,
            font=font,
            anchor="rt",
        )
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(target, format="PNG", optimize=True)


def finite_points(metrics: Sequence[dict[str, Any]], name: str) -> list[tuple[int, float]]:
    """Return (step, value) for each line of metrics.jsonl with a finite value of this name."""
    return [(line["step"], line[name]) for line in metrics if math.isfinite(line.get(name, math.nan))]


def running_mean(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return for each step the mean of the losses around it, a twentieth of the run to either side."""
    reach = max(1, len(points) // 20)
    numbers = np.arange(len(points))
    sums = np.cumsum([0.0, *(loss for _, loss in points)])
    start = np.maximum(numbers - reach, 0)
    end = np.minimum(numbers + reach + 1, len(points))
    means = (sums[end] - sums[start]) / (end - start)
    return [(step, mean) for (step, _), mean in zip(points, means.tolist(), strict=True)]


def round_up(value: float) -> float:
    """Return the smallest number that is not less than `value` among 1, 1.5, 2, 3, 4, 5, 6, 8 times a
    power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    # The factor 0.999 makes a value such as 3.0000001 count as 3.
    return next(x * power for x in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if x * power >= value * 0.999)
