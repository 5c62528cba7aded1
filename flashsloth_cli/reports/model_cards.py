"""The facts of an adapter or of a model that was trained with this program, such as its base, rank,
data and scores. This module opens no model."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

from flashsloth.errors import CheckpointDamaged, ModelError
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable
from flashsloth_cli.terminal.text import counted, duration, gigabytes

MAX_CARD = 2**20  # maximum number of bytes of a README


def holds_adapter(folder: Path) -> bool:
    """Return whether a folder has an adapter or an unfinished training run, and no model."""
    from flashsloth.checkpoints import adapter
    from flashsloth.training.run_folder import RUN

    is_model = (folder / "config.json").is_file()
    return not is_model and ((folder / adapter.CONFIG).is_file() or (folder / RUN).is_file())


def adapter_facts(folder: Path) -> dict[str, Any]:
    """Return the facts of an adapter. Raises: ModelError for a damaged adapter, as `adapter.read` does,
    and for an incomplete one if its base model is on this machine."""
    from flashsloth.checkpoints import adapter, resolve, safetensors_reader
    from flashsloth.checkpoints.folder import read_json

    opened = adapter.read(folder)
    shapes = {}
    with suppress(ModelError):  # the base model is only needed to know its weights
        stored = safetensors_reader.read_headers(resolve.find(opened.base, offline=True).folder)
        shapes = {name: info.shape for name, info in stored.items()}
    opened.check_complete(shapes)
    config = read_json(folder / adapter.CONFIG)
    infos = [*(info for pair in opened.low_rank.values() for info in pair), *opened.full.values()]
    return {
        "name": folder.name,
        "path": str(folder),
        "base": opened.base,
        "rank": config["r"],
        "alpha": config["lora_alpha"],
        "targets": sorted({name.split(".")[-2] for name in opened.low_rank}),
        "parameters": sum(math.prod(info.shape) for info in infos),
        "size_bytes": sum(info.size for info in infos),
        "hd": opened.image_hd,
        **learned_facts(folder, opened.choice_temperature),
    }


def adapter_lines(facts: dict[str, Any]) -> dict[str, str]:
    # there are no targets without LoRA
    on = f", on {', '.join(facts['targets'])}" if facts["targets"] else ""
    return {
        "adapter": facts["name"],
        "folder": facts["path"],
        "base": facts["base"],
        "rank": f"{facts['rank']}, alpha {facts['alpha']}{on}",
        "parameters": f"{facts['parameters'] / 1e6:,.2f} M, {gigabytes(facts['size_bytes'])}",
        **learned_lines(facts),
    }


def learned_facts(folder: Path, temperature: float) -> dict[str, Any]:
    """Return the temperature of choices if it is not 1, and the training run and the card of a
    folder."""
    choices = {} if temperature == 1 else {"choice_temperature": temperature}
    return {**choices, "training": _training_facts(folder), "card": _read_card(folder)}


# the fields of a quantization_config that say how weights were rounded to int4
ROUNDING = {
    **dict.fromkeys(("scales", "rounding", "data", "sha256"), str),
    **dict.fromkeys(("seed", "rows", "positions"), int),
}


def rounding_facts(config: Any) -> dict[str, Any]:
    """Return how the weights of a model were rounded to int4. The configuration may come from somebody
    else: fields with another type or a wrong number are left out, and texts are cut."""
    stored = getattr(config, "quantization_config", None) or {}
    return {
        name: printable(stored[name]) if kind is str else stored[name]
        for name, kind in ROUNDING.items()
        if type(stored.get(name)) is kind and (kind is str or 0 <= stored[name] < 2**63)
    }


def _training_facts(folder: Path) -> dict[str, Any] | None:
    """Return the facts of the training run that wrote a folder. They come from the folder's run.json.
    Return None if there is no valid run.json."""
    from flashsloth.training.run_folder import RUN, is_finite, is_sound, read_record

    # The folder may come from somebody else, so each value is checked before it is shown.
    record = read_record(folder) if (folder / RUN).is_file() else None
    if record is None or not is_sound(record):
        return None
    data = record.get("data", {})
    recipe = record["recipe"]
    return {
        "base": record.get("base", {}).get("name"),
        "method": recipe.get("method"),
        "stage": recipe.get("stage"),
        "data": {name: data.get(name) for name in ("files", "rows", "evaluation_rows")},
        "steps": record.get("steps"),
        "seconds": record.get("seconds"),
        **{
            key: record[name] if is_finite(record.get(name)) else None
            for key, (name, _) in SCORES.items()
        },
        "ended": record.get("ended"),
    }


# maps fields of the document to fields of run.json and their texts in a listing
SCORES = {
    "loss": ("loss", "loss {:.4g}, the mean of the last ten steps"),
    "evaluation_loss": ("best", "evaluation loss {:.4g}"),
}


def learned_lines(facts: dict[str, Any]) -> dict[str, str]:
    """Return the temperature, data, steps and scores for a listing. An unknown value becomes ""."""
    run = facts["training"]
    choices = {}
    if "choice_temperature" in facts:
        choices["choices"] = f"at temperature {facts['choice_temperature']:.4g}"
    if run is None:
        return choices
    files, rows, evaluation_rows = (run["data"][name] for name in ("files", "rows", "evaluation_rows"))
    data = ""
    if isinstance(rows, int):
        data = f"{', '.join(files or ())}: {counted(rows, 'row')}"
        if isinstance(evaluation_rows, int) and evaluation_rows:
            data += f", {evaluation_rows:,} to evaluate on"
    losses = [label.format(run[key]) for key, (_, label) in SCORES.items() if run[key] is not None]
    return {
        **choices,
        "data": data,
        "trained": f"{counted(run['steps'], 'step')} in {duration(run['seconds'] or 0)}"
        if run["steps"]
        else "",
        "score": ", ".join(losses),
    }


def _read_card(folder: Path) -> str:
    """Return the README of a model without its YAML header, or "" if there is none."""
    try:
        path = regular_file_in(folder, "README.md", MAX_CARD)
    except CheckpointDamaged:  # the file is a link out of the folder, or it is too long
        path = None
    text = "" if path is None else path.read_text(encoding="utf-8", errors="replace").strip()
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    return text.strip()
