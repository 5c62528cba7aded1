"""Open a model the way a person at a terminal expects: ask before a download, show progress, say what answers."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flashsloth_cli import progress, render, settings, streams

if TYPE_CHECKING:
    from flashsloth.hub import Download
    from flashsloth.loading import ModelSource
    from flashsloth.session import FlashSloth

NANO_NOTE = (
    "note: nano answers, the small built-in model: it knows drawn shapes, things, signs, short words and charts. "
    "For photographs: flashsloth pull flashsloth"
)


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """The flags that choose a model and how it runs."""

    model: str | None = None
    device: str | None = None
    dtype: str | None = None
    offline: bool = False
    yes: bool = False
    quiet: bool = False
    verbose: bool = False


def find_model(options: ModelOptions, settled: settings.Settings) -> ModelSource:
    """The folder of the chosen model; a download is confirmed and shown."""
    from flashsloth import loading

    name = settled.get("model", options.model)
    if name is None:
        if not options.quiet:
            render.note(NANO_NOTE)
        name = loading.NANO
    with ExitStack() as stack:
        shown: list[Callable[[int, int, str], None]] = []

        def confirm(download: Download) -> bool:
            agreed = options.yes or may_download(download)
            if agreed:
                bar = progress.downloading(str(download.repo), download.missing_bytes, quiet=options.quiet)
                shown.append(stack.enter_context(bar))
            return agreed

        def advance(done: int, total: int, label: str) -> None:
            for callback in shown:
                callback(done, total, label)

        return loading.find(name, offline=options.offline, confirm=confirm, on_progress=advance)


def may_download(download: Download) -> bool:
    """Ask on a terminal; without one the answer is no."""
    if not (streams.is_terminal(sys.stdin) and streams.is_terminal(sys.stderr)):
        return False
    size = render.gigabytes(download.missing_bytes)
    print(f"{download.repo} is not on this machine. Download {size}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def open_model(options: ModelOptions, settled: settings.Settings) -> FlashSloth:
    """Find, load and wrap a model."""
    source = find_model(options, settled)
    from flashsloth import loading
    from flashsloth.session import FlashSloth

    began = time.monotonic()
    with progress.loading(source.name, quiet=options.quiet) as advance:
        loaded = loading.load(
            source,
            device=settled.get("device", options.device, "auto"),
            dtype=settled.get("dtype", options.dtype),
            on_progress=advance,
        )
    if options.verbose:
        seconds = time.monotonic() - began
        render.note(f"{source.name}: {source.folder}, {loaded.dtype} on {loaded.device}, opened in {seconds:.1f} s")
    return FlashSloth(loaded)
