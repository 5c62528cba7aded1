"""What commands print about the files of models: the contents of the caches, and the facts of an
adapter or of a model that was trained with this program, such as its base, rank, data and scores.

The caches have the files that this program keeps in the user's cache and can make again, which are
encoded pictures, quantized copies and compiled kernels. This module opens no model and does not load
torch.
"""

from __future__ import annotations

import math
import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from flashsloth.errors import CheckpointDamaged, ModelError, ResourceError
from flashsloth.utils import cache_folder, folder_swap, paths, safe_read
from flashsloth.utils.text import printable
from flashsloth_cli.terminal.text import counted, duration, gigabytes

CacheName = Literal["images", "quantized", "kernels"]
CACHES: tuple[CacheName, ...] = get_args(CacheName)
NOUNS: dict[CacheName, tuple[str, str]] = {
    "images": ("encoded picture", "encoded pictures"),
    "quantized": ("quantized copy", "quantized copies"),
    "kernels": ("compiled kernel", "compiled kernels"),
}
# The folders of the kinds of entries that are files.
FOLDERS: dict[CacheName, Callable[[], cache_folder.CacheFolder]] = {
    "images": cache_folder.encoded_images,
    "kernels": cache_folder.compiled_kernels,
}
# The name of the folder of a quantized copy (see checkpoints/loader.py).
COPY = re.compile(r"[a-z0-9-]+-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Cache:
    """One kind of entries, with their folder, number and size. `limit_bytes` is None if there is no
    limit."""

    name: CacheName
    path: str
    entries: int
    size_bytes: int
    limit_bytes: int | None


def read_cache(name: CacheName) -> Cache:
    if name in FOLDERS:
        folder = FOLDERS[name]()
        return Cache(name, str(folder.path), *folder.size(), folder.limit)
    copies = quantized_copies()
    return Cache(
        name, str(paths.quantized_cache_folder()), len(copies), sum(map(folder_size, copies)), None
    )


def clear_cache(name: CacheName) -> Cache:
    """Remove the entries of a cache, and return their number and size. Raises: ResourceError if an
    entry cannot be removed."""
    held = read_cache(name)  # read this before anything is removed, because the sizes are reported
    try:
        if name in FOLDERS:
            entries, size_bytes = FOLDERS[name]().clear()
            return replace(held, entries=entries, size_bytes=size_bytes)
        for folder in quantized_copies():
            with suppress(FileNotFoundError):  # another process may remove it at the same time
                shutil.rmtree(folder)
    except OSError as error:
        raise ResourceError(
            f"cannot delete {error.filename or held.path}", hint="Check the permissions of its folder."
        ) from error
    if held.entries:
        folder_swap.clear_unfinished(paths.quantized_cache_folder())
    return held


def describe_caches(caches: Iterable[Cache]) -> str:
    """Return a text such as `12 encoded pictures, 1 quantized copy and 8 compiled kernels`."""
    held = (
        f"{each.entries:,} {NOUNS[each.name][each.entries != 1]}" for each in caches if each.entries
    )
    return " and ".join(", ".join(held).rsplit(", ", 1))  # only the last comma becomes "and"


# Quantized copies


def quantized_copies() -> list[Path]:
    """Return the folders of quantized copies, without links and other folders."""
    with suppress(OSError), os.scandir(paths.quantized_cache_folder()) as found:
        return sorted(
            Path(each.path)
            for each in found
            if COPY.fullmatch(each.name) and each.is_dir(follow_symlinks=False)
        )
    return []


def copy_facts(folder: Path) -> dict[str, Any]:
    """Return the name, model, preset and size of a quantized copy. A value that is not in its files is
    None."""
    preset = model = None
    with suppress(OSError, ValueError, RecursionError, TypeError, KeyError):
        preset = safe_read.read_json(folder / "config.json")["quantization_config"]["preset"]
        model = str(safe_read.read_json(folder / paths.COPIED_FROM)["model"])
    return {
        "name": folder.name,
        "path": str(folder),
        "model": model,
        "quant": preset,
        "size_bytes": folder_size(folder),
    }


def folder_size(folder: Path) -> int:
    """Return the size of the files in a folder in bytes, without subfolders. Return 0 if the folder
    cannot be read."""
    with suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return 0


# Adapters and trained models

MERGED = ("lora", "qlora")  # methods of training whose result is an adapter
MAX_CARD = 2**20  # maximum number of bytes of a README


def holds_adapter(folder: Path) -> bool:
    """Return whether a folder has an adapter or an unfinished training run, and no model."""
    from flashsloth.checkpoints import adapter
    from flashsloth.training.run_folder import RUN

    is_model = (folder / "config.json").is_file()
    return not is_model and ((folder / adapter.CONFIG).is_file() or (folder / RUN).is_file())


def kind_of(folder: Path) -> str:
    """Return what a folder of the user holds: adapter, merged model, model in int4, or model."""
    if holds_adapter(folder):
        return "adapter"
    with suppress(OSError, ValueError, RecursionError, TypeError, KeyError):
        preset = safe_read.read_json(folder / "config.json")["quantization_config"]["preset"]
        return f"model in {printable(str(preset))}"
    run = _training_facts(folder)
    return "merged model" if run is not None and run["method"] in MERGED else "model"


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
        path = safe_read.regular_file_in(folder, "README.md", MAX_CARD)
    except CheckpointDamaged:  # the file is a link out of the folder, or it is too long
        path = None
    text = "" if path is None else path.read_text(encoding="utf-8", errors="replace").strip()
    if text.startswith("---\n"):
        text = text.partition("\n---\n")[2]
    return text.strip()
