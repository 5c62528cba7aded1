"""Open a model for a command, or find a running server that has it open. This module also handles
downloads, progress, and notes about the model."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit

from flashsloth.errors import (
    FlashSlothError,
    OptionError,
    ServerNotFound,
    ServerUnreachable,
    SettingsFileError,
    UnknownModel,
)
from flashsloth.generation.detail import REFUSALS
from flashsloth.quantization import presets
from flashsloth.utils import tracing
from flashsloth.utils.paths import NANO, expand, servers_folder
from flashsloth.utils.text import command_line, printable_source, without_login
from flashsloth_cli.settings.settings import ResolvedOptions, parse_pairs, read_names
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat import ChatModel, FlashSloth
    from flashsloth.chat.answerer import Answerer
    from flashsloth.chat.local_model import ModelParts
    from flashsloth.checkpoints.adapter import Adapter
    from flashsloth.checkpoints.hub import Download
    from flashsloth.checkpoints.resolve import ModelSource
    from flashsloth.generation.answer_settings import AnswerSettings
    from flashsloth.server.registry import ServerRecord
    from flashsloth.server.remote_chat import RemoteModel

    OpenedModel: TypeAlias = FlashSloth | RemoteModel

AUTO = "auto"  # like NONE, a value of --server that is not an address
NONE = "none"
LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")
NANO_LIMITS = (
    "nano answers, the small built-in model: it knows drawn shapes, signs, charts and English, and "
    "may be wrong."
)
NANO_NOTE = f"note: {NANO_LIMITS} For photographs: flashsloth pull flashsloth"
SAMPLED_ONLY = ("top_p", "top_k", "min_p")  # settings without effect where nothing is sampled


def find_model(options: ResolvedOptions, adapter: Adapter | None = None) -> ModelSource:
    """Find the chosen model. Before a download the user is asked, and its progress is shown. `adapter`
    is the chosen adapter if the caller has read it already."""
    from flashsloth.checkpoints import resolve

    adapter = adapter or read_adapter(options)
    with ExitStack() as stack:
        advance: progress.Callback  # this is set when the user agrees to a download

        def confirm(download: Download) -> bool:
            nonlocal advance
            agreed = confirm_download(download, options.yes)
            if agreed:
                advance = stack.enter_context(
                    progress.downloading(
                        str(download.repo), download.missing_bytes, quiet=options.quiet
                    )
                )
            return agreed

        # The name of the base model comes from the adapter's files and not from the user, and these
        # files may come from somebody else. Asking the hub for that name would reveal who uses the
        # files.
        if options.model is None and adapter is not None and not options.offline:
            resolve.check_referenced_model(
                adapter.base, adapter.folder, partial(streams.agree, yes=options.yes)
            )
        name = options.model or (adapter.base if adapter is not None else options.default_model) or NANO
        try:
            return resolve.find(
                name, offline=options.offline, confirm=confirm, on_progress=lambda *step: advance(*step)
            )
        except UnknownModel as error:
            if options.model is None and adapter is not None:
                error.hint = (
                    "The adapter was trained on that model. If the model has moved, name it: "
                    f"{command_line('-m', 'NEW', '--adapter', adapter.folder)}"
                )
            elif options.model is None and options.default_model is not None:
                error.hint = f"{error.hint} This is the default model of FLASHSLOTH_MODEL or `flashsloth config`."
            elif own := read_names():
                error.hint = f"{error.hint} Names of your own: {', '.join(own)}."
            raise


def find_unadapted_model(options: ResolvedOptions) -> ModelSource:
    """Find the model of a command that applies no adapter. If -m stands for an adapter, its folder is
    found: reading it as a model raises the error that says how to merge it."""
    if (
        options.adapter is not None
        and options.flags.adapter is None
        and options.flags.model is not None
    ):
        options = replace(options, model=str(expand(options.adapter)), adapter=None)
    return find_model(options)


def read_adapter(options: ResolvedOptions) -> Adapter | None:
    if options.adapter is None:
        return None
    from flashsloth.checkpoints import adapter

    return adapter.read(expand(options.adapter))


def confirm_download(download: Download, yes: bool) -> bool:
    """Ask at the terminal whether to download, unless -y was given. Without a terminal the answer is
    no."""
    return streams.agree(
        f"{download.repo} is not on this machine. Download {text.gigabytes(download.missing_bytes)}?",
        yes,
    )


def open_for_chat(options: ResolvedOptions) -> OpenedModel:
    """Return the model of a running server. If there is none, find and load the model. Its encoded
    pictures are kept in the cache if that is enabled."""
    remote = find_running(options)
    if remote is None:
        return open_model(options, image_cache=options.image_cache)
    if options.verbose:
        note_server(remote)
    return remote


def note_server(remote: RemoteModel) -> None:
    how = render.precision_and_device(remote.facts)
    render.note(f"{remote.name}: open in the server on {remote.server}, {how}")


def open_model_here(options: ResolvedOptions, flag: str) -> FlashSloth:
    """Open the model for an option of `eval` that asks no server. A server in the settings or the
    environment is meant for other commands, so it causes only a note. Raises: OptionError if the
    command line names a server, and the errors of opening a model."""
    if (options.server or AUTO).strip() not in (AUTO, NONE):
        is_typed = options.flags.server or "server" in parse_pairs(options.flags.set or ())
        if is_typed:
            raise OptionError(
                f"{flag} opens its models itself and asks no server", hint="Leave out --server."
            )
        if not options.quiet:
            render.note_once(
                f"note: {flag} opens its models itself; the setting server is for other commands"
            )
    return open_model(options)


def find_for_rows(options: ResolvedOptions, *, quiet: bool) -> RemoteModel | None:
    """Return the model of a running server as `find_running` does, for a command that asks about many
    rows. Unless `quiet` is true, a note names a foreign server, because it gets all the pictures."""
    if foreign_url(options) is None:
        remote = find_running(options)
        if remote is not None and options.verbose and not quiet:
            note_server(remote)
        return remote
    from flashsloth.server.remote_answerer import retried

    remote = retried(partial(find_running, options), time.sleep)
    if remote is not None and not quiet:
        render.note(f"note: the server on {remote.server} is asked, model {remote.name}")
    return remote


def choose_answerer(
    model: OpenedModel,
    settings: AnswerSettings,
    batch_size: int | None,
    on_smaller: Callable[[int], None] | None = None,
) -> Answerer:
    """Return an answerer for many rows, as `batched_answerer.choose_answerer` does if this process has
    the model open."""
    from flashsloth.server.remote_chat import RemoteModel

    if isinstance(model, RemoteModel):
        from flashsloth.server.remote_answerer import RemoteAnswerer

        return RemoteAnswerer(model, settings, batch_size)
    from flashsloth.chat import batched_answerer  # imports torch

    return batched_answerer.choose_answerer(model, settings, batch_size, on_smaller)


def import_model() -> Any:
    """Import what opens models. This takes seconds, most of them for torch."""
    from flashsloth.chat import local_model

    return local_model


# Python keeps the frames of calls in chunks of 16 KB. Where a chunk ends inside of a loop, each call
# maps and unmaps memory: the imports took up to 0.2 s longer, depending on the calls before them. A
# frame that needs a large chunk leaves room in it for the frames of all imports.
import_model.__code__ = import_model.__code__.replace(co_stacksize=40_000)


def open_model(
    options: ResolvedOptions,
    *,
    image_cache: bool = False,
    on_found: Callable[[ModelSource, Adapter | None], None] | None = None,
) -> FlashSloth:
    """Find and open a model, with its progress and with notes.

    Args:
        image_cache: whether to keep encoded pictures in the user's cache, and use them.
        on_found: called before the weights are read.
    """
    adapter = read_adapter(options)
    source = find_model(options, adapter)
    with (
        tracing.span("open", model=source.name),
        progress.counting(
            f"loading {source.name}",
            quiet=options.quiet or not streams.wants_styling(sys.stderr),
            percent=True,
        ) as advance,
        ExitStack() as stack,
    ):
        # torch and transformers create half a million objects that are never freed. Searching them for
        # garbage would take a quarter of the time to start.
        gc.disable()
        stack.callback(gc.enable)
        stack.callback(gc.freeze)
        with tracing.span("import"):
            local_model = import_model()
        if on_found is not None:
            on_found(source, adapter)
            # Read the adapter again, because its files may have changed before `on_found` computed
            # their stamp.
            adapter = read_adapter(options)
        start = time.monotonic()  # only now: imports and a download are not counted
        model = local_model.open_model(
            source,
            device=options.device or AUTO,
            dtype=options.dtype,
            quant=options.quant,
            adapter=adapter,
            reduce=options.reduce and recipe_path(options.reduce),
            max_side=options.max_side,
            cache=bool(options.quant_cache),
            image_cache=image_cache,
            on_progress=advance,
            on_note=lambda text: None if options.quiet else render.note(text),
        )
    model.config.check_hd(options.hd)
    if not options.quiet:
        for note in model.loaded.notes:
            render.note(f"note: {note}")
    if options.verbose:
        note_opened(model, time.monotonic() - start)
    return model


def read_parts(
    options: ResolvedOptions, on_found: Callable[[ModelSource, Adapter | None], None]
) -> ModelParts:
    """Find a model, and read everything of it but its weights. `on_found` is called before."""
    adapter = read_adapter(options)
    source = find_model(options, adapter)
    on_found(source, adapter)
    return cast(
        "ModelParts",
        import_model().read_parts(
            source,
            device=options.device or AUTO,
            dtype=options.dtype,
            quant=options.quant,
            adapter=read_adapter(options),
            reduce=options.reduce and recipe_path(options.reduce),
            max_side=options.max_side,
        ),
    )


def note_opened(model: FlashSloth, seconds: float) -> None:
    """Print how a model was opened, and on an NVIDIA GPU which kernels compute its decode steps."""
    loaded = model.loaded
    preset = f"{loaded.quant}, " if loaded.quant != "none" else ""
    config = model.config
    kind = ""
    if not config.is_flashsloth:
        tokens = config.visual_tokens(hd=False)
        per_tile = f"{tokens} visual tokens a tile" if tokens else "visual tokens by size"
        kind = f"{config.architecture} with {per_tile}, "
    name = render.with_adapter(loaded.source.name, loaded.adapter)
    render.note(
        f"{name}: {loaded.source.folder}, {kind}{preset}{loaded.dtype} on {loaded.device}, "
        f"opened in {seconds:.1f} s"
    )
    engine = model.engine
    if engine.device.type == "cuda":
        problem = engine.decoder.card_problem(engine.device, engine.dtype)
        render.note(
            f"decode steps: torch's operators, as {problem}"
            if problem
            else "decode steps: Triton's kernels"
        )


def note_default_model(options: ResolvedOptions, answer: str | None = None) -> None:
    """Print a note about nano if no model was chosen: at a terminal at once, elsewhere after the first
    `answer` in which nano says that it does not know. -q and --json hide it."""
    chosen = options.adapter or options.model or options.default_model
    is_due = streams.at_terminal()
    if answer is not None:
        is_due = not is_due and answer.startswith(REFUSALS)
    if is_due and not (chosen or options.quiet or options.json) and foreign_url(options) is None:
        render.note_once(NANO_NOTE)


def note_unused(model: ChatModel, options: ResolvedOptions) -> None:
    """Print notes about the options of this command that have no effect: because the temperature is 0,
    or because the model was not trained to read a picture in two ways. Settings of the configuration
    file are left out, because they may be meant for other commands."""
    if options.quiet or options.json:
        return
    temperature = options.temperature
    if temperature is None:
        temperature = model.facts.generation_defaults.get("temperature")
    pairs = parse_pairs(options.flags.set or ())
    unused = [
        name for name in SAMPLED_ONLY if name in pairs or getattr(options.flags, name) is not None
    ]
    if unused and not temperature:
        verb = "has" if len(unused) == 1 else "have"
        render.note_once(
            f"note: {' and '.join(unused)} {verb} no effect at temperature 0, which always takes the "
            "likeliest token"
        )
    facts = model.facts
    # of a foreign server it is not known
    if pairs.get("hd") == AUTO and facts.image_hd is False and facts.folder is not None:
        name = render.with_adapter(model.name, facts.adapter)
        render.note_once(f"note: hd=auto has no effect with {name}, which was not trained for it")


def note_settings(model: OpenedModel, options: ResolvedOptions) -> None:
    """Print a note if nano answers by default, and notes and warnings about the settings that apply to
    all rows. These settings are sampling, the constraint, and tiles that the model was not trained
    for."""
    from flashsloth.chat import NOT_TRAINED_HD

    note_default_model(options)
    note_unused(model, options)
    render.warn(() if options.constraint is None else options.constraint.warnings)
    if options.hd is True and model.facts.image_hd is False:
        render.warn([NOT_TRAINED_HD])


# Find the running server that has the chosen model open


def find_running(options: ResolvedOptions) -> RemoteModel | None:
    """Return the model of a running server, or None if no server can be used.

    A server can be used if this user started it with this version and with the same model, adapter,
    preset, dtype and device. If its files have changed since then or it does not answer, it is not
    used, and a note says so. If --server names a foreign server, return its model.

    Raises: OptionError, ServerNotFound if --server names a server that cannot be used, and the errors
    of a foreign server.
    """
    wanted = (options.server or AUTO).strip()
    # If the folder does not exist, no server was ever started, and the imports below are not needed.
    if wanted == NONE or (wanted == AUTO and not servers_folder().is_dir()):
        return None
    from flashsloth.server import registry
    from flashsloth.server.remote_chat import RemoteModel

    if (problem := registry.problem()) is not None:
        render.note_once(f"note: {problem}")
    if (url := foreign_url(options)) is not None:
        return _foreign(url, options)
    records = registry.running()
    if wanted != AUTO:
        return _named(wanted, records, options)
    asked = asked_model(options)
    served = served_name(options)
    errors = list[ServerUnreachable]()
    for record in records:
        if matches(record, asked if record.name != served else asked | _model_of(record)):
            # An adapter names its own base model, so the default model is not used with an adapter.
            name = options.model or (options.default_model if options.adapter is None else None)
            if record.name == served:
                name = None
            try:
                return RemoteModel.of(record, name, options.adapter and str(expand(options.adapter)))
            except ServerUnreachable as error:
                # Another server may have the same model open, so this is not the end of the search.
                errors.append(error)
    if not options.quiet:
        for each in errors:
            render.note(f"note: {each}; the model is opened here")
    return None


def foreign_url(options: ResolvedOptions) -> str | None:
    """Return the address, without /v1, of the foreign server that --server names. Return None if it
    names no foreign server. An address in the record of one of this user's servers is not foreign.
    Raises: OptionError for an invalid address, or for an address with a user or a password."""
    wanted = (options.server or AUTO).strip()
    if "//" not in wanted:
        return None
    from flashsloth.server import registry

    if any(same_address(wanted, record) for record in registry.running()):
        return None
    if without_login(wanted) != wanted:
        raise OptionError(
            "the address of --server contains a user or a password",
            hint="Leave them out; a key is read from FLASHSLOTH_SERVER_KEY.",
        )
    try:
        parts = urlsplit(wanted)
        is_address = bool(parts.hostname) and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:  # the port or the brackets are invalid
        is_address = False
    if not is_address:
        raise OptionError(
            f"{printable_source(wanted)} is not the address of a server",
            hint="Write it as http://HOST:PORT/v1.",
        )
    base = wanted.rstrip("/").removesuffix("/chat/completions")  # of a pasted endpoint
    return base.removesuffix("/v1").rstrip("/")


def _foreign(url: str, options: ResolvedOptions) -> RemoteModel:
    """Return the model of a foreign server. Raises: OptionError for what such a server cannot do, and
    if an option says how a model is opened, because a foreign server has opened its model already."""
    from flashsloth.server.http_client import ForeignServer
    from flashsloth.server.remote_chat import RemoteModel

    for name in ("adapter", "quant", "dtype", "device", "reduce"):
        if getattr(options.flags, name) is not None:
            # These are settings that have no flag.
            flag = f"--set {name}" if name in ("dtype", "reduce") else f"--{name}"
            raise OptionError(
                f"{flag} says how a model is opened, and the server on {url} has opened its own",
                hint=f"Leave out {flag}, or --server.",
            )
    model = RemoteModel.foreign(
        ForeignServer(url, os.environ.get("FLASHSLOTH_SERVER_KEY", "").strip()),
        options.flags.model,  # by the name that the server gives it, not one of this user
        options.max_side,
    )
    model.check_settings(options.constraint, options.choices or ())
    return model


def _named(address: str, records: list[ServerRecord], options: ResolvedOptions) -> RemoteModel:
    """Return the model of this user's server with an address: the one that flags choose, or the
    server's first. Raises: ServerNotFound if there is no such server, or if flags choose another model
    than the server has."""
    from flashsloth.server.remote_chat import RemoteModel

    # A server has opened its models already. A flag that asks for another model is an error, because
    # the answer would come from the wrong model. A model that is chosen is chosen with its adapter or
    # without one.
    chosen = {name for name in asked_model(options) if getattr(options.flags, name) is not None}
    if chosen & {"model", "adapter"}:
        chosen |= {"model", "adapter"}
    served = served_name(options)
    wrong: list[tuple[str, str]] = []  # what each model of the server is, and what was asked instead
    for record in filter(partial(same_address, address), records):
        asked = asked_model(options)
        if record.name == served:
            asked |= _model_of(record)
        if different := [name for name in _different(record, asked) if name in chosen]:
            runs, wanted = (
                ", ".join(f"{name}={of.get(name)}" for name in different)
                for of in (_opened(record), asked)
            )
            name = "" if "model" in different else f"{record.name} with "
            wrong.append((f"the server on {record.url} runs {name}{runs}", wanted))
            continue
        try:
            model = None if record.name == served else options.model
            return RemoteModel.of(record, model, options.adapter and str(expand(options.adapter)))
        except ServerUnreachable as error:
            error.hint = "Start the server again, or leave out --server."
            raise
    if wrong:
        others = f" and has {len(wrong) - 1} more" if len(wrong) > 1 else ""
        first, asked_for = wrong[0]
        raise ServerNotFound(
            f"{first}{others}; you asked for {asked_for}",
            hint="Leave out -m, --adapter, --quant, --device and --set, or --server.",
        )
    listed = ", ".join(record.url for record in records)
    yours = f"Yours are {listed}." if listed else "Start one with `flashsloth serve`."
    raise ServerNotFound(
        f"no server of yours runs on {printable_source(address)}",
        hint=f"{yours} To ask another program's, write http:// before its host and port.",
    )


def served_name(options: ResolvedOptions) -> str | None:
    """Return the value of -m if it can only be the name of a server's model: no model, folder,
    repository or name of the user is called so."""
    name = options.flags.model
    if name is None or options.own_name is not None:
        return None
    from flashsloth.checkpoints import resolve

    try:
        resolve.check_name(name)
    except FlashSlothError:
        return name
    return None


def _model_of(record: ServerRecord) -> dict[str, str | None]:
    return {name: record.request.get(name) for name in ("model", "adapter")}


def matches(record: ServerRecord, asked: dict[str, str | None]) -> bool:
    """Return whether a server has its model open as the options in `asked` say. This is so if each
    option has the value with which the server was started, or the value that the server chose
    itself."""
    # A server of an older version may have recorded other options.
    return set(record.request) == set(asked) and not _different(record, asked)


def _different(record: ServerRecord, asked: dict[str, str | None]) -> list[str]:
    """Return the names of the options in `asked` whose values are neither the values with which the
    server was started nor the values that it chose itself. An alias such as 4bit counts as the preset
    for which it stands on the device of the server."""
    opened = _opened(record)
    meant = [
        presets.resolve_alias(asked["quant"] or "", device)
        for device in (record.device, presets.TRITON)
    ]
    asked = asked | {"quant": opened["quant"] if opened["quant"] in meant else asked["quant"]}
    return [
        name
        for name, value in asked.items()
        if value not in (record.request.get(name), opened.get(name))
    ]


def _opened(record: ServerRecord) -> dict[str, str | None]:
    """Return the values with which a server has opened its model, by the names of the options."""
    return {**record.request, "quant": record.quant, "dtype": record.dtype, "device": record.device}


def asked_model(options: ResolvedOptions) -> dict[str, str | None]:
    """Return the values that decide which model is opened and how it is opened, by the names of the
    options."""
    from flashsloth.checkpoints.resolve import absolute_name

    model = options.model
    adapter = None
    if model is None:
        # An error in the adapter is reported later, when the model is opened.
        with suppress(FlashSlothError, OSError):
            adapter = read_adapter(options)
        model = adapter.base if adapter is not None else options.default_model or NANO
    dtype = options.dtype or AUTO
    return {
        "model": absolute_name(model),
        "adapter": options.adapter and os.path.abspath(expand(options.adapter)),
        "reduce": options.reduce and recipe_path(options.reduce),
        "max_side": None if options.max_side is None else str(options.max_side),
        # without a preset the loader chooses in the same way
        "quant": options.quant or (AUTO if dtype == AUTO else "none"),
        "dtype": dtype,
        "device": options.device,
    }


def recipe_path(name: str) -> str:
    """Return the absolute path of a recipe, or "none". Raises: SettingsFileError if it is not a
    file."""
    if name == NONE:
        return name
    path = os.path.abspath(expand(name))
    if not os.path.isfile(path):
        raise SettingsFileError(
            f"there is no recipe {path}", hint="Make one with `flashsloth reduce fit`."
        )
    return path


def same_address(address: str, record: ServerRecord) -> bool:
    """Return whether an address, as a URL, HOST:PORT or only a port, is the address of this server."""
    if address == str(record.port):
        return True
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host = parts.hostname
        port = parts.port
    except ValueError:
        return False
    return port == record.port and (
        host == record.host or (host in LOOPBACK and record.host in LOOPBACK)
    )
