"""`flashsloth cache`: encoded pictures and quantized copies in the user's cache."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from flashsloth_cli import options as o
from flashsloth_cli.reports import caches
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import gigabytes

Kind = Annotated[caches.Name | None, o.argument("KIND", "images or quantized.", show_default="both")]


def list_caches(json: o.Json = False) -> None:
    """List what is kept in the cache, with its size.

    Examples:
        flashsloth cache list
    """
    held = [caches.read(name) for name in caches.NAMES]
    if json:
        render.write_json({"schema": "flashsloth.cache/1", "caches": [asdict(cache) for cache in held]})
        return
    rows = [[cache.name, f"{cache.entries:,}", gigabytes(cache.size_bytes), cache.path] for cache in held]
    render.table(["KIND", "ENTRIES", "SIZE", "FOLDER"], rows)


def clear(kind: Kind = None, yes: o.Yes = False, json: o.Json = False, quiet: o.Quiet = False) -> None:
    """Remove encoded pictures, quantized copies or both from the cache.

    They are made again when they are needed.

    Examples:
        flashsloth cache clear images
    """
    chosen = caches.NAMES if kind is None else (kind,)
    held = [caches.read(each) for each in chosen]
    is_empty = not any(cache.entries for cache in held)
    question = f"Remove {caches.describe(held)}, {gigabytes(sum(cache.size_bytes for cache in held))}?"
    agreed = not is_empty and streams.agree(question, yes, required=True)
    removed = [caches.clear(each) for each in chosen] if agreed else []
    freed = sum(cache.size_bytes for cache in removed)
    if json:
        listed = [asdict(cache) for cache in removed]
        render.write_json({"schema": "flashsloth.cache_cleared/1", "caches": listed, "freed_bytes": freed})
    elif not quiet and removed:
        render.note(f"removed {caches.describe(removed)}, {gigabytes(freed)} freed")
    elif not quiet:
        render.note("there is nothing to remove" if is_empty else "nothing was removed")
