"""The README of a finished run: what it is, how to try it, what it was trained on. Knows run.json; knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean as mean
from typing import Any

from flashsloth.training.recipe import DRAWN

LATELY = 10  # steps whose mean loss is told
SOURCE = f"{DRAWN}train"


def write_card(path: Path, record: dict[str, Any], metrics: Sequence[dict[str, Any]], *, adapter: bool) -> None:
    """A model card.

    record: run.json. metrics: lines of metrics.jsonl.
    """
    recipe, schedule, data = record["recipe"], record["schedule"], record["data"]
    base = record["base"]["name"]
    flag = "--adapter" if adapter else "-m"
    drawn = data["files"] == [SOURCE]
    origin = SOURCE if drawn else f"sha256 {data['sha256'][:16]}…"
    losses = [line["loss"] for line in metrics if "loss" in line]
    evaluations = [line for line in metrics if "eval_loss" in line]
    best = min(evaluations, key=lambda line: line["eval_loss"], default=None)
    kind = {"lora": "LoRA", "qlora": "QLoRA (base in NF4)"}.get(recipe["method"], "all weights of the trained parts")
    facts = [
        ("base", base),
        ("trained", f"stage {recipe['stage']}, {kind}" if recipe["stage"] else kind),
        *([("rank, alpha", f"{recipe['rank']}, {recipe['alpha'] or 2 * recipe['rank']}")] if adapter else []),
        ("data", f"{data['rows']:,} rows{', drawn as they were learned' if drawn else ''}, {origin}"),
        ("steps", taken(schedule, metrics)),
        ("learning rate", f"{schedule['lr']:.2g}, cosine"),
        ("loss", f"{mean(losses[:LATELY]):.3f} at first, {mean(losses[-LATELY:]):.3f} at last" if losses else "none"),
        *([("evaluation loss", f"{best['eval_loss']:.3f} at step {best['step']}, which was kept")] if best else []),
        ("seed", str(recipe["seed"])),
        ("versions", ", ".join(f"{name} {number}" for name, number in record["versions"].items())),
    ]
    header = [
        "---",
        *(["library_name: peft", f"base_model: {base}"] if adapter else []),
        "pipeline_tag: image-text-to-text",
        "tags: [flashsloth]",
        "---",
    ]
    what = "An adapter for" if adapter else "Trained from"
    lines = [
        *header,
        f"# {path_name(record)}",
        "",
        f"{what} {base}, made by `flashsloth {'train' if recipe['stage'] else 'finetune'}`. {next_step(recipe)}",
        "",
        f"    flashsloth {next_line(recipe, f'{flag} {path_name(record)}')}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in facts),
        "",
        "![loss by optimizer step](loss.png)",
        "",
        "`run.json` holds every setting; `metrics.jsonl` the loss of every step.",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")  # a path may be no UTF-8


def next_step(recipe: dict[str, Any]) -> str:
    """What to do with it."""
    if recipe["stage"] == "see":
        return (
            "Tower, SAP and projector have learned to see, and nothing else has: it cannot answer yet. The next stage:"
        )
    return "Try it:"


def next_line(recipe: dict[str, Any], model: str) -> str:
    """How to do it. `model`: the result, with its flag."""
    if recipe["stage"] == "see":
        return f"train {SOURCE} --stage instruct --max-steps N {model} -o DIR"
    return f'ask {model} picture.jpg "What is this?"'


def taken(schedule: dict[str, Any], metrics: Sequence[dict[str, Any]]) -> str:
    """How many steps, of how many rows; and how many there might have been."""
    steps = max((line["step"] for line in metrics), default=0)
    rows = schedule["batch_size"] * schedule["grad_accum"] * schedule["world"]
    early = f"; {schedule['steps']:,} were allowed" if steps < schedule["steps"] else ""
    return f"{steps:,} of {rows} rows{early}"


def path_name(record: dict[str, Any]) -> str:
    """The folder's name."""
    return Path(record["recipe"]["output"]).name or "model"
