"""`flashsloth pull`, `list`, `show` and `rm`, which are about models on this machine, and `flashsloth
cache`, which is about files that the program can make again."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict
from typing import Annotated, Any

from flashsloth.checkpoints import hub, resolve
from flashsloth.errors import OptionError
from flashsloth.sizes.families import VLM_FAMILIES
from flashsloth.utils.paths import NANO, NANO_FOLDER, RECIPE, expand, shortest
from flashsloth.utils.text import command_line
from flashsloth_cli import options as o
from flashsloth_cli import reports
from flashsloth_cli.asking.single import read_settings
from flashsloth_cli.settings import settings
from flashsloth_cli.terminal import progress, render, streams, text

Kind = Annotated[
    reports.CacheName | None, o.argument("KIND", "images, quantized or kernels.", show_default="all")
]
# Fields of a configuration that say which part of the computation a model leaves out.
REDUCED = ("skipped_attention", "pia_rank", "routed_layers", "skip_ratio")


def pull(model: o.HubModel, quiet: o.Quiet = False, yes: o.Yes = False) -> None:
    """Download a model, or update it.

    Examples:
        flashsloth pull flashsloth
    """
    if model == NANO:
        render.note("nano is built in and needs no download")
        return
    repo = _repo(model)
    download = hub.plan(repo)
    resolve.check_fits(download)
    missing = download.missing_bytes
    with progress.downloading(str(repo), missing, quiet=quiet or not missing) as advance:
        folder = hub.fetch(download, advance)
    if not quiet:
        render.note(f"{model}: {text.gigabytes(download.total_bytes)} in {folder}")
    if quiet or settings.read().values.get("model") == model:
        return
    # A script must not change which model answers, so only a person at a terminal is asked.
    if yes or not streams.can_ask():
        render.note(
            f"Use it with {command_line('-m', model)}, or make it the default: "
            f"{command_line('flashsloth', 'config', 'set', 'model', model)}"
        )
    elif streams.agree("Use it by default, without -m?", yes=False):
        render.note(f"written to {settings.change('model', model)}")


def _repo(model: str) -> hub.RepoId:
    """Parse the name of a model on the hub. Raises: OptionError for a folder, UnknownModel for a name
    that cannot be on the hub."""
    if resolve.is_folder(model):
        raise OptionError(
            f"{model} is a folder, not a model on the hub",
            hint="A folder is used where it is, with -m, and removed with rm -r.",
        )
    return resolve.parse_repo(model)


def list_models(json: o.Json = False) -> None:
    """List the models and quantized copies on this machine, and what can be pulled.

    Examples:
        flashsloth list --json
    """
    models: list[dict[str, Any]] = [
        {
            "name": NANO,
            "repo": None,
            "revision": None,
            "size_bytes": reports.folder_size(NANO_FOLDER),
            "complete": True,
            "path": str(NANO_FOLDER),
        }
    ]
    models += [
        {
            "name": hub.REPOS.get(each.repo, each.repo),
            "repo": each.repo,
            "revision": each.commit,
            "size_bytes": each.size_bytes,
            "complete": each.complete,
            "path": str(each.path),
        }
        for each in hub.list_cached()
    ]
    current = read_settings()
    chosen = current.values.get("model", NANO)
    # the adapters and models of the user that have a name, and the default model if it is a folder
    own = {name: each.adapter or each.model or "" for name, each in current.names.items()}
    if chosen not in own and resolve.is_folder(chosen):
        own[chosen] = chosen
    models += [
        {
            "name": name,
            "repo": None,
            "revision": None,
            "size_bytes": reports.folder_size(expand(folder)),
            "complete": expand(folder).is_dir(),
            "path": os.path.abspath(expand(folder)),
            "kind": reports.kind_of(expand(folder)),
        }
        for name, folder in own.items()
        if resolve.is_folder(folder) or current.names[name].adapter
    ]
    if chosen not in own:
        chosen = chosen.partition("@")[0]  # without a revision
    for row in models:
        row["default"] = chosen in (row["name"], row["repo"])
    copies = [reports.copy_facts(folder) for folder in reports.quantized_copies()]
    to_pull = [
        {
            "name": name,
            "repo": each.repo,
            "revision": each.revision,
            "licence": each.licence,
            "download_bytes": each.download_bytes,
            "about": each.about,
        }
        for name, each in hub.KNOWN.items()
        if hub.find_cached(hub.RepoId.parse(name)) is None
    ]
    if json:
        render.write_json(
            {"schema": "flashsloth.list/1", "models": models, "copies": copies, "available": to_pull}
        )
        return
    render.table(["NAME", "SIZE", "REVISION", ""], _table_rows(models, copies, to_pull))


def _table_rows(
    models: list[dict[str, Any]], copies: list[dict[str, Any]], to_pull: list[dict[str, Any]]
) -> list[list[str]]:
    """Return the rows of the table of `list`: models, quantized copies, and what can be pulled."""
    rows = [
        [
            row["name"] + (" (default)" if row["default"] else ""),
            text.gigabytes(row["size_bytes"]),
            (row["revision"] or ("built in" if row["name"] == NANO else "folder"))[:8],
            _state_of(row),
        ]
        for row in models
    ]
    rows += [
        [
            shortest(row["path"]),
            text.gigabytes(row["size_bytes"]),
            row["quant"] or "",
            f"of {row['model']}" if row["model"] else "",
        ]
        for row in copies
    ]
    for row in to_pull:
        licence = f" ({row['licence']})" if row["licence"] else ""
        rows.append(
            [
                row["name"],
                text.gigabytes(row["download_bytes"]) if row["download_bytes"] else "unknown",
                (row["revision"] or "newest")[:8],  # the newest commit may change
                f"{row['about']}{licence}; get it: {command_line('flashsloth', 'pull', row['name'])}",
            ]
        )
    return rows


def _state_of(row: dict[str, Any]) -> str:
    """Return what the table says about a model, after its name and size."""
    if "kind" in row:
        return f"{row['kind']}, {row['path']}" if row["complete"] else f"{row['path']} is gone"
    return "" if row["complete"] else "incomplete: pull it again"


def show(
    model: Annotated[
        str, o.argument("MODEL", "A name, org/repo[@revision] or a folder.", "model", "the default")
    ] = "",
    json: o.Json = False,
) -> None:
    """Show the sizes, files and card of a model or an adapter.

    Examples:
        flashsloth show flashsloth
    """
    current = read_settings()
    # Only models on this machine are shown, so no download is confirmed.
    named = current.model(model or current.values.get("model", NANO))
    name = named.adapter and expand(named.adapter)
    source = resolve.find(name or named.model or NANO, confirm=lambda download: False)
    is_adapter = reports.holds_adapter(source.folder)
    facts = reports.adapter_facts(source.folder) if is_adapter else _facts(source, current)
    if json:
        render.write_json(
            {"schema": "flashsloth.show/1", "kind": "adapter" if is_adapter else "model", **facts}
        )
        return
    render.facts(reports.adapter_lines(facts) if is_adapter else _lines(facts))
    if not facts["card"]:
        return
    card = text.strip_control_chars(facts["card"])
    if streams.wants_styling(sys.stdout):
        from flashsloth_cli.terminal.markdown_stream import markdown

        card = markdown(card, shutil.get_terminal_size().columns, keep_breaks=False)
    streams.write(f"\n{card}\n")


def _lines(facts: dict[str, Any]) -> dict[str, str]:
    at = f" ({facts['repo']} at {facts['revision'][:8]})" if facts["repo"] else ""
    how = facts["opens_as"]
    form = how["dtype"] if how["quant"] == "none" else f"{how['quant']} and {how['dtype']}"
    kept = how["kept_in_floating_point"]
    but = f"; stay in {how['dtype']} for their shape: {', '.join(kept)}" if kept else ""
    return {
        "model": f"{facts['name']}{at}",
        "folder": facts["path"],
        "parameters": f"{facts['parameters'] / 1e6:,.1f} M, stored as {', '.join(facts['stored_as'])}",
        "size": text.gigabytes(facts["size_bytes"]),
        "tower": f"{facts['tower']}, {facts['vision_layers']} blocks of width {facts['vision_width']}",
        "decoder": f"{facts['decoder']}, {facts['text_layers']} layers of width {facts['text_width']}",
        **_picture_lines(facts),
        "sampling": ", ".join(f"{name} {value:g}" for name, value in facts["sampling"].items()),
        "context": f"{facts['context_length']} tokens",
        "opens here": f"{form} on {how['device']}, {text.gigabytes(how['memory_bytes'])} of memory{but}",
        **_reduced_lines(facts),
        "rounding": ", ".join(f"{name}: {value}" for name, value in facts["rounding"].items()),
        **reports.learned_lines(facts),
    }


def _picture_lines(facts: dict[str, Any]) -> dict[str, str]:
    """Return lines about the visual tokens of a picture. In some models their number depends on the
    picture."""
    from flashsloth.sizes.model_sizes import DETAIL

    if counts := facts["most_visual_tokens"]:
        usual = counts[DETAIL.index(facts["hd"])]
        tokens = f"any size in at most {usual:,} visual tokens"
        for flag, count in (("--no-hd", counts[0]), ("--hd", counts[-1])):
            if count != usual:
                tokens += f"; {count:,} with {flag}"
        return {"architecture": facts["architecture"], "picture": tokens}
    side = facts["image_size"]
    tokens = f"{facts['visual_tokens'] or 'a varying number of'} visual tokens"
    lines = {"picture": f"{side} x {side} pixels in {tokens}"}
    if facts["visual_tokens_hd"]:
        trained = "" if facts["hd"] else ", not trained for it"
        return lines | {"in tiles": f"{facts['visual_tokens_hd']} visual tokens{trained}"}
    tiles = "no choice of them"
    if VLM_FAMILIES[facts["architecture"]].whole:
        default = "by default; --no-hd reads one tile"
        tiles = default if facts["hd"] else "with --hd, not trained for it"
    return {"architecture": facts["architecture"], **lines, "in tiles": tiles}


def _reduced_lines(facts: dict[str, Any]) -> dict[str, str]:
    """Return lines that say what the model, or a recipe in its folder, leaves out."""
    lines = {}
    if skipped := facts.get("skipped_attention"):
        adapters = f", adapters of rank {facts['pia_rank']} instead" if facts.get("pia_rank") else ""
        lines["attention"] = f"none in layers {', '.join(map(str, skipped))}{adapters}"
    if routed := facts.get("routed_layers"):
        lines["skipping"] = (
            f"{facts['skip_ratio']:.0%} of visual tokens skip layers {', '.join(map(str, routed))}"
        )
    if kept := facts.get("kept_by_layer"):
        lines["recipe"] = f"layers hold {' '.join(map(str, kept))} visual tokens"
    return lines


def _facts(source: resolve.ModelSource, current: settings.Settings) -> dict[str, Any]:
    """Return the facts of a model, read from its files without opening it. Raises: SettingsFileError
    for a damaged recipe in its folder."""
    from flashsloth.checkpoints import load_plan, model_files, safetensors_reader
    from flashsloth.reduction import recipe

    plan = load_plan.make_plan(
        source,
        device=current.values.get("device", "auto"),
        dtype=current.values.get("dtype"),
        quant=settings.resolve(o.Options(), current).quant,
    )
    config = plan.config
    infos = plan.infos.values()
    stored_as = [plan.preset.name]
    if not plan.saved:
        stored_as = sorted({safetensors_reader.TORCH_NAMES.get(i.dtype, i.dtype) for i in infos})
    reduced = source.folder / RECIPE
    most = None
    if not config.is_flashsloth:
        pictures = model_files.read_pictures(config, source.folder)
        most = [pixels // pictures.config.token_side**2 for pixels in pictures.most_pixels] or None
    return {
        "name": source.name,
        "repo": source.repo,
        "revision": source.revision,
        "path": str(source.folder),
        "parameters": plan.elements,
        "stored_as": stored_as,
        "size_bytes": sum(i.size for i in infos),
        "image_size": config.picture_scale.side,
        "visual_tokens": config.visual_tokens(hd=False) or None,
        "visual_tokens_hd": config.visual_tokens(hd=True) or None,
        "hd": config.image_hd,
        "most_visual_tokens": most,
        **({"kept_by_layer": recipe.read(reduced).kept_by_layer()} if reduced.is_file() else {}),
        **{name: value for name in REDUCED if (value := getattr(config, name)) is not None},
        "query_tokens": config.num_query_tokens,
        "context_length": config.text_config.max_position_embeddings,
        "decoder": config.text_config.model_type,
        "text_layers": config.text_config.num_hidden_layers,
        "text_width": config.text_config.hidden_size,
        "tower": config.vision_config.model_type,
        "vision_layers": config.vision_config.num_hidden_layers,
        "vision_width": config.vision_config.hidden_size,
        "opens_as": {
            "quant": plan.preset.name,
            "dtype": str(plan.dtype).removeprefix("torch."),
            "device": str(plan.device),
            "memory_bytes": plan.required_bytes(plan.preset),
            "kept_in_floating_point": plan.unquantized(),
        },
        "rounding": reports.rounding_facts(config),
        "architecture": config.architecture,
        "sampling": model_files.generation_defaults(source),
        **reports.learned_facts(source.folder, config.choice_temperature),
    }


def remove(model: o.HubModel, yes: o.Yes = False, quiet: o.Quiet = False) -> None:
    """Remove a downloaded model from the cache.

    Examples:
        flashsloth rm flashsloth
    """
    if model == NANO:
        raise OptionError(
            "nano is part of the program and cannot be removed",
            hint="Run flashsloth list to see the models on this machine.",
        )
    # If the model is not there, the user is not asked, and `hub.remove` raises the error.
    repo = _repo(model)
    if model in hub.KNOWN:  # a short name stands for all revisions here
        repo = hub.RepoId(repo.repo)
    copies = [cached for cached in hub.list_cached() if cached.repo == repo.repo]
    size = text.gigabytes(sum(cached.size_bytes for cached in copies))
    if copies and not streams.agree(f"Remove {model}, {size}?", yes, required=True):
        render.note("nothing was removed")
        return
    freed = hub.remove(repo)
    if not quiet:
        render.note(f"removed {model}, {text.gigabytes(freed)} freed")


def list_caches(json: o.Json = False) -> None:
    """List what is kept in the cache, with its size.

    Examples:
        flashsloth cache list
    """
    held = [reports.read_cache(name) for name in reports.CACHES]
    if json:
        render.write_json({"schema": "flashsloth.cache/1", "caches": [asdict(cache) for cache in held]})
        return
    render.table(
        ["KIND", "ENTRIES", "SIZE", "FOLDER"],
        [[each.name, f"{each.entries:,}", text.gigabytes(each.size_bytes), each.path] for each in held],
    )


def clear_cache(
    kind: Kind = None, yes: o.Yes = False, json: o.Json = False, quiet: o.Quiet = False
) -> None:
    """Remove encoded pictures, quantized copies or compiled kernels from the cache.

    They are made again when they are needed.

    Examples:
        flashsloth cache clear images
    """
    chosen = reports.CACHES if kind is None else (kind,)
    held = [reports.read_cache(each) for each in chosen]
    is_empty = not any(cache.entries for cache in held)
    question = f"Remove {reports.describe_caches(held)}, {text.gigabytes(sum(cache.size_bytes for cache in held))}?"
    agreed = not is_empty and streams.agree(question, yes, required=True)
    removed = [reports.clear_cache(each) for each in chosen] if agreed else []
    freed = sum(cache.size_bytes for cache in removed)
    if json:
        render.write_json(
            {
                "schema": "flashsloth.cache_cleared/1",
                "caches": [asdict(cache) for cache in removed],
                "freed_bytes": freed,
            }
        )
    elif not quiet and removed:
        render.note(f"removed {reports.describe_caches(removed)}, {text.gigabytes(freed)} freed")
    elif not quiet:
        render.note("there is nothing to remove" if is_empty else "nothing was removed")
