"""What an adapter, or a model that was trained here, says of itself: base, rank, data and score. Opens no model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth_cli.terminal.text import counted, duration, gigabytes

MAX_CARD = 2**20  # bytes; a longer README is not shown


def holds_adapter(folder: Path) -> bool:
    """Whether a folder holds no model but an adapter, or a run that is to become one."""
    names = ("adapter_config.json", "run.json")
    return not (folder / "config.json").is_file() and any((folder / name).is_file() for name in names)


def adapter_facts(folder: Path) -> dict[str, Any]:
    """What the files of an adapter say. Raises: ModelError of the kinds that `adapter.read` raises."""
    from flashsloth.checkpoints import adapter, safetensors_reader

    found = adapter.read(folder)
    said = safetensors_reader.read_json(folder / adapter.CONFIG)
    pairs = [info for pair in found.low_rank.values() for info in pair]
    infos = [*pairs, *found.full.values()]
    return {
        "name": folder.name,
        "path": str(folder),
        "base": found.base,
        "rank": said["r"],
        "alpha": said["lora_alpha"],
        "targets": sorted({name.split(".")[-2] for name in found.low_rank}),
        "parameters": sum(math.prod(info.shape) for info in infos),
        "size_bytes": sum(info.size for info in infos),
        "hd": found.image_hd,
        "training": training_facts(folder),
        "card": read_card(folder),
    }


def adapter_lines(facts: dict[str, Any]) -> dict[str, str]:
    """The same for people."""
    on = f", on {', '.join(facts['targets'])}" if facts["targets"] else ""
    return {
        "adapter": facts["name"],
        "folder": facts["path"],
        "base": facts["base"],
        "rank": f"{facts['rank']}, alpha {facts['alpha']}{on}",
        "parameters": f"{facts['parameters'] / 1e6:,.2f} M, {gigabytes(facts['size_bytes'])}",
        **training_lines(facts["training"]),
    }


def training_facts(folder: Path) -> dict[str, Any] | None:
    """What run.json says of the run that wrote a folder; None where there is none."""
    from flashsloth.training.run_folder import RUN, is_finite, is_sound, read_record

    record = read_record(folder) if (folder / RUN).is_file() else None
    if record is None or not is_sound(record):
        return None
    data, recipe = record.get("data", {}), record["recipe"]
    return {
        "base": record.get("base", {}).get("name"),
        "method": recipe.get("method"),
        "stage": recipe.get("stage"),
        "data": {name: data.get(name) for name in ("files", "rows", "evaluation_rows")},
        "steps": record.get("steps"),
        "seconds": record.get("seconds"),
        **{key: record[name] if is_finite(record.get(name)) else None for key, name in SCORED.items()},
        "ended": record.get("ended"),
    }


def training_lines(facts: dict[str, Any] | None) -> dict[str, str]:
    """The same for people: data and score."""
    if facts is None:
        return {}
    files, rows, apart = (facts["data"][name] for name in ("files", "rows", "evaluation_rows"))
    losses = [f"{name} {facts[key]:.4g}" for name, key in SCORES if isinstance(facts[key], int | float)]
    held = f", {apart:,} to evaluate on" if isinstance(apart, int) and apart else ""
    lines = {
        "data": f"{', '.join(map(str, files or ()))}: {counted(rows, 'row')}{held}" if isinstance(rows, int) else "",
        "trained": f"{counted(facts['steps'], 'step')} in {duration(facts['seconds'] or 0)}" if facts["steps"] else "",
        "score": ", ".join(losses),
    }
    return {key: value for key, value in lines.items() if value}


SCORES = (("loss", "loss"), ("evaluation loss", "evaluation_loss"))
SCORED = {"loss": "loss", "evaluation_loss": "best"}  # by their names in run.json


def read_card(folder: Path) -> str:
    """The README that came with a model, without its YAML head."""
    try:
        path = regular_file_in(folder, "README.md", MAX_CARD)
    except CheckpointDamaged:  # a link that leads elsewhere, or too long: no card
        return ""
    if path is None:
        return ""
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    return text.strip()
