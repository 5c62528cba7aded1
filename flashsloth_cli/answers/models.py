"""Open a model for a command: confirm a download, show progress, and print notes about the model."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from flashsloth.errors import UnknownModel
from flashsloth.utils.paths import NANO, expand
from flashsloth_cli.answers import running_server
from flashsloth_cli.answers.running_server import recipe_path
from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import gigabytes

if TYPE_CHECKING:
    from flashsloth.chat import FlashSloth
    from flashsloth.checkpoints.adapter import Adapter
    from flashsloth.checkpoints.hub import Download
    from flashsloth.checkpoints.resolve import ModelSource
    from flashsloth.server.remote_chat import RemoteModel
    from flashsloth_cli.config.settings import ResolvedOptions

    OpenedModel: TypeAlias = FlashSloth | RemoteModel

NANO_LIMITS = (
    "nano answers, the small built-in model: it knows drawn shapes, signs, charts and English, and may be wrong."
)
NANO_NOTE = f"note: {NANO_LIMITS} For photographs: flashsloth pull flashsloth"


def find_model(options: ResolvedOptions, adapter: Adapter | None = None) -> ModelSource:
    """Find the chosen model. A download asks first, and shows progress. `adapter` is the chosen one, if it was read."""
    from flashsloth.checkpoints import resolve

    adapter = adapter or read_adapter(options)
    with ExitStack() as stack:
        bars: list[progress.Callback] = []  # one, as soon as there is something to download

        def confirm(download: Download) -> bool:
            agreed = confirm_download(download, options.yes)
            if agreed:
                bar = progress.downloading(str(download.repo), download.missing_bytes, quiet=options.quiet)
                bars.append(stack.enter_context(bar))
            return agreed

        if options.model is None and adapter is not None and not options.offline:
            agree = partial(streams.agree, yes=options.yes)
            resolve.check_referenced_model(adapter.base, adapter.folder, agree)
        name = options.model or (adapter.base if adapter is not None else options.default_model) or NANO
        try:
            return resolve.find(
                name, offline=options.offline, confirm=confirm, on_progress=lambda *step: bars[0](*step)
            )
        except UnknownModel as error:
            if options.model is None and adapter is None and options.default_model is not None:
                error.hint = f"{error.hint} This is the default model of FLASHSLOTH_MODEL or `flashsloth config`."
            raise


def read_adapter(options: ResolvedOptions) -> Adapter | None:
    if options.adapter is None:
        return None
    from flashsloth.checkpoints import adapter

    return adapter.read(expand(options.adapter))


def confirm_download(download: Download, yes: bool) -> bool:
    """Ask at the terminal, unless -y was given; without a terminal the answer is no."""
    size = gigabytes(download.missing_bytes)
    return streams.agree(f"{download.repo} is not on this machine. Download {size}?", yes)


def chosen_quant(options: ResolvedOptions, source: ModelSource) -> str | None:
    """Return the preset of --quant, else that of the settings unless the model is stored quantized."""
    from flashsloth.checkpoints import model_files

    preset = options.default_quant
    return options.quant or (preset if preset is not None and model_files.stored_preset(source) is None else None)


def open_for_chat(options: ResolvedOptions) -> OpenedModel:
    """Return the model of a running server, or find and load one for conversations, whose encoded pictures are kept in
    the cache where that is enabled."""
    remote = running_server.find(options)
    if remote is None:
        return open_model(options, image_cache=options.image_cache)
    if options.verbose:
        how = render.precision_and_device(remote.facts)
        render.note(f"{remote.name}: open in the server on {remote.server}, {how}")
    return remote


def open_model(
    options: ResolvedOptions,
    *,
    image_cache: bool = False,
    on_found: Callable[[ModelSource, Adapter | None], None] | None = None,
) -> FlashSloth:
    """Find and load a model.

    Args:
        image_cache: keep encoded pictures in the user's cache, and use them.
        on_found: called before the weights are read.
    """
    start = time.monotonic()
    adapter = read_adapter(options)
    source = find_model(options, adapter)
    loading = progress.counting(f"loading {source.name}", quiet=options.quiet, percent=True)
    with loading as advance, _without_collection():
        from flashsloth.chat import FlashSloth
        from flashsloth.checkpoints import loader

        if on_found is not None:
            on_found(source, adapter)
            adapter = read_adapter(options)  # again, as its files may have changed before their stamp was taken
        loaded = loader.load(
            source,
            device=options.device or running_server.AUTO,
            dtype=options.dtype,
            quant=chosen_quant(options, source),
            adapter=adapter,
            cache=bool(options.quant_cache),
            on_progress=advance,
            on_note=lambda text: None if options.quiet else progress.note_above(text),
        )
        model = FlashSloth(loaded, image_cache=image_cache, reduce=options.reduce and recipe_path(options.reduce))
    if not options.quiet:
        for note in loaded.notes:
            render.note(f"note: {note}")
    if options.verbose:
        seconds = time.monotonic() - start
        preset = f"{loaded.quant}, " if loaded.quant != "none" else ""
        render.note(
            f"{source.name}: {source.folder}, {preset}{loaded.dtype} on {loaded.device}, opened in {seconds:.1f} s"
        )
    return model


def note_default_model(options: ResolvedOptions) -> None:
    """Print a note about nano at a terminal, if no model was chosen, unless -q or --json hides it."""
    chosen = options.adapter or options.model or options.default_model
    if not (chosen or options.quiet or options.json) and streams.at_terminal():
        render.note(NANO_NOTE)


def note_settings(model: FlashSloth, options: ResolvedOptions) -> None:
    """Print who answers, and warnings about what the answers to all rows are held to."""
    from flashsloth.chat import NOT_TRAINED_HD

    note_default_model(options)
    warnings = () if options.constraint is None else options.constraint.warnings
    for warning in (*warnings, *([NOT_TRAINED_HD] if options.hd and not model.facts.image_hd else [])):
        render.note(f"warning: {warning}")


@contextmanager
def _without_collection() -> Iterator[None]:
    """Turn the garbage collector off. torch and transformers create half a million objects that stay, and searching
    them for garbage takes a quarter of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
