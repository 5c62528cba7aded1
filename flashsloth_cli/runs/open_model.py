"""Open a model the way a person at a terminal expects: ask before a download, show progress, say what answers."""

from __future__ import annotations

import gc
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from flashsloth.errors import UnknownModel
from flashsloth.utils.paths import expand
from flashsloth_cli.config.settings import DEFAULTS, Settings
from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import gigabytes

if TYPE_CHECKING:
    from flashsloth.chat import ChatModel, FlashSloth, Turn
    from flashsloth.checkpoints.adapter import Adapter
    from flashsloth.checkpoints.hub import Download
    from flashsloth.checkpoints.resolve import ModelSource
    from flashsloth_cli.options import Options

NANO = "nano"  # the name of the built-in model; in `loading` too, which takes seconds to import
UNCLEAR = "cannot make out"  # what nano says of a picture beyond what it knows
LATIN = 2 / 3  # of a question's letters; with less it is in another script
NANO_NOTE = (
    "note: nano answers, the small built-in model: it knows drawn shapes, things, signs and charts, "
    "and may be wrong. For photographs: flashsloth pull flashsloth"
)


UNCLEAR_NOTE = "note: nano cannot make this out; the full model knows photographs. {}"
IN_SHELL = "flashsloth pull flashsloth fetches it, -m flashsloth asks it"
IN_CHAT = "/model flashsloth goes on with it"
ENGLISH_NOTE = "note: nano knows English only; ask in English"
SAID: set[str] = set()  # notes that one reads once


def find_model(options: Options, settings: Settings) -> ModelSource:
    """The folder of the chosen model; a download is confirmed and shown."""
    from flashsloth.checkpoints import resolve

    with ExitStack() as stack:
        shown: list[Callable[[int, int, str], None]] = []

        def confirm(download: Download) -> bool:
            agreed = options.yes or confirm_download(download)
            if agreed:
                bar = progress.downloading(str(download.repo), download.missing_bytes, quiet=options.quiet)
                shown.append(stack.enter_context(bar))
            return agreed

        def advance(done: int, total: int, label: str) -> None:
            for callback in shown:
                callback(done, total, label)

        trained = read_adapter(options)
        if options.model is None and trained is not None and not options.offline:
            resolve.check_named(trained.base, trained.folder, confirmation(yes=options.yes))
        name = chosen_model(options, settings) or NANO
        try:
            return resolve.find(name, offline=options.offline, confirm=confirm, on_progress=advance)
        except UnknownModel as error:
            if options.model is None and trained is None and settings.get("model") is not None:
                error.hint = f"{error.hint} It is the default that FLASHSLOTH_MODEL or `flashsloth config` names."
            raise


def confirmation(*, yes: bool) -> Callable[[str], bool]:
    """Whether somebody agrees to what is asked: `-y` to everything, a person at a terminal to this."""
    return lambda question: yes or (streams.can_ask() and streams.confirm(question))


def chosen_model(options: Options, settings: Settings) -> str | None:
    """The model that was asked for: by name, else as an adapter's base, else as settings; None where nobody did."""
    trained = read_adapter(options)
    if options.model is None and trained is not None:
        return trained.base
    return settings.get("model", options.model)


def read_adapter(options: Options) -> Adapter | None:
    """The adapter that was asked for."""
    if options.adapter is None:
        return None
    from flashsloth.checkpoints import adapter

    return adapter.read(expand(options.adapter))


def confirm_download(download: Download) -> bool:
    """Ask on a terminal; without one the answer is no."""
    size = gigabytes(download.missing_bytes)
    return streams.can_ask() and streams.confirm(f"{download.repo} is not on this machine. Download {size}?")


def configured_quant(settings: Settings, source: ModelSource) -> str | None:
    """The preset of the environment or the configuration file. It gives way to what a folder is stored in."""
    from flashsloth.checkpoints import model_files

    wanted = settings.get("quant")
    return wanted if wanted is not None and model_files.stored_preset(source) is None else None


def open_model(options: Options, settings: Settings) -> FlashSloth:
    """Find, load and wrap a model."""
    began = time.monotonic()
    trained = read_adapter(options)
    chosen = chosen_model(options, settings)
    with progress.loading(chosen or NANO, quiet=options.quiet), _without_collection():
        from flashsloth.checkpoints import loader
    source = find_model(options, settings)
    with progress.loading(source.name, quiet=options.quiet) as advance, _without_collection():
        from flashsloth.chat import FlashSloth

        loaded = loader.load(
            source,
            device=settings.get("device", options.device, "auto"),
            dtype=settings.get("dtype", options.dtype),
            quant=options.quant or (None if options.dtype else configured_quant(settings, source)),
            trained=trained,
            cache=not options.no_cache,
            on_progress=advance,
        )
        model = FlashSloth(loaded)
    if not options.quiet:
        for note in loaded.notes:
            render.note(f"note: {note}")
    if options.verbose:
        seconds = time.monotonic() - began
        form = f"{loaded.quant}, " if loaded.quant != "none" else ""
        how = f"{form}{loaded.dtype} on {loaded.device}"
        render.note(f"{source.name}: {source.folder}, {how}, opened in {seconds:.1f} s")
    return model


def note_default_model(options: Options, settings: Settings) -> None:
    """A line on stderr, while no model was chosen: once a day, or as the setting `note` says."""
    if options.adapter is not None or settings.get("model", options.model) is not None or options.quiet:
        return
    how = settings.get("note", default=DEFAULTS["note"])
    if how == "daily":
        from flashsloth_cli.runs.daily_note import first_today
    if how == "always" or (how == "daily" and first_today("note")):
        render.note(NANO_NOTE)


def note_nano_limits(
    model: ChatModel, turn: Turn, options: Options, settings: Settings, *, inside: bool = False
) -> None:
    """Lines on stderr after an answer of nano, while no other default was chosen: the way to the full model where it
    could not make the picture out, and that it knows English where the question is in another script. `inside` a
    conversation the first comes with each such answer, else once, as the second does."""
    nano = model.name == NANO and model.loaded.adapter is None and settings.get("model") is None
    if not nano or options.quiet or settings.get("note") == "never":
        return
    if UNCLEAR in turn.answer and (inside or UNCLEAR not in SAID):
        SAID.add(UNCLEAR)
        render.note(UNCLEAR_NOTE.format(IN_CHAT if inside else IN_SHELL))
    if not _is_latin(turn.question) and ENGLISH_NOTE not in SAID:
        SAID.add(ENGLISH_NOTE)
        render.note(ENGLISH_NOTE)


def _is_latin(text: str) -> bool:
    """Whether most letters of a text are Latin ones, or it has none."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum("LATIN" in unicodedata.name(letter, "") for letter in letters)
    return latin >= LATIN * len(letters)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Importing torch and transformers makes half a million objects that stay; to search them for garbage again and
    again takes a quarter of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
