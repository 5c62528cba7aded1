"""`flashsloth cache`: encoded pictures and quantized copies in the user's cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from flashsloth_cli import options as o
from flashsloth_cli.reports import caches
from flashsloth_cli.terminal import render, streams
from flashsloth_cli.terminal.text import gigabytes

Kind = Annotated[caches.Name | None, typer.Argument(metavar="KIND", help="images or quantized.", show_default="both")]


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
    removed: list[caches.Cache] = []
    question = f"Remove {caches.describe(held)}, {gigabytes(caches.total_bytes(held))}?"
    if any(cache.entries for cache in held) and streams.agree(question, yes, required=True):
        removed = [caches.clear(each) for each in chosen]
    if json:
        listed = [asdict(cache) for cache in removed]
        freed = caches.total_bytes(removed)
        render.write_json({"schema": "flashsloth.cache_cleared/1", "caches": listed, "freed_bytes": freed})
    elif not quiet:
        render.note(_summary(removed, held))


def _summary(removed: Sequence[caches.Cache], held: Sequence[caches.Cache]) -> str:
    if removed:
        return f"removed {caches.describe(removed)}, {gigabytes(caches.total_bytes(removed))} freed"
    return "nothing was removed" if any(cache.entries for cache in held) else "there is nothing to remove"
