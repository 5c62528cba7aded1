"""Find the running server that has the model which a command would open, so that the command asks it instead."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flashsloth.errors import FlashSlothError, ServerNotFound, ServerUnreachable, SettingsFileError
from flashsloth.quantization.presets import ALIASES
from flashsloth.utils.paths import NANO, expand, servers_folder
from flashsloth.utils.text import printable_source
from flashsloth_cli.history.recording import absolute_model_name
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from flashsloth.server.registry import ServerRecord
    from flashsloth.server.remote_chat import RemoteModel
    from flashsloth_cli.config.settings import ResolvedOptions

AUTO, NONE = "auto", "none"  # of --server, besides an address
LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")


def find(options: ResolvedOptions) -> RemoteModel | None:
    """Return the model of a running server of this user and this version that was started with the same model, adapter,
    preset, dtype and device, and whose files have not changed since. Otherwise return None, with a note if a server is
    only out of date.

    Raises: OptionError, and ServerNotFound if --server names one that cannot be used.
    """
    assert options.server is not None  # it has a default
    wanted = options.server.strip()
    if wanted == NONE or (wanted == AUTO and not servers_folder().is_dir()):
        return None
    from flashsloth.server import registry
    from flashsloth.server.remote_chat import RemoteModel

    records = registry.running()
    if (problem := registry.problem()) is not None:
        render.note_once(f"note: {problem}")
    if wanted != AUTO:
        return _named(wanted, records, options)
    asked, errors = asked_model(options), list[ServerUnreachable]()
    for record in records:
        if matches(record, asked):
            chosen = None if options.adapter is not None else options.default_model or NANO
            try:
                return RemoteModel.of(record, options.model or chosen, options.adapter and str(expand(options.adapter)))
            except ServerUnreachable as error:
                errors.append(error)
    for each in errors if not options.quiet else ():
        render.note(f"note: {each}; the model is opened here")
    return None


def _named(address: str, records: list[ServerRecord], options: ResolvedOptions) -> RemoteModel:
    """Return the model of the server with an address. Options that choose a model must agree with it."""
    from flashsloth.server.remote_chat import RemoteModel

    for record in filter(partial(same_address, address), records):
        asked, opened = asked_model(options), _opened(record)
        given = [name for name in asked if getattr(options.flags, name) is not None]
        if different := [name for name in given if asked[name] not in (record.request.get(name), opened.get(name))]:
            runs, wanted = (", ".join(f"{name}={of.get(name)}" for name in different) for of in (opened, asked))
            raise ServerNotFound(
                f"the server on {record.url} runs {record.name} with {runs}; you asked for {wanted}",
                hint="Leave out -m, --adapter, --quant, --device and --set, or --server.",
            )
        try:
            return RemoteModel.of(record, options.model, options.adapter and str(expand(options.adapter)))
        except ServerUnreachable as error:
            raise ServerNotFound(str(error), hint="Start the server again, or leave out --server.") from error
    listed = ", ".join(record.url for record in records)
    hint = f"Yours are {listed}." if listed else "Start one: flashsloth serve"
    raise ServerNotFound(f"no server of yours runs on {printable_source(address)}", hint=hint)


def matches(record: ServerRecord, asked: dict[str, str | None]) -> bool:
    """Return whether a server was asked for the same model, or has what is asked for by name."""
    if set(record.request) != set(asked):  # of an older version
        return False
    opened = _opened(record)
    return all(value in (record.request[name], opened[name]) for name, value in asked.items())


def _opened(record: ServerRecord) -> dict[str, str | None]:
    """Return how a server has opened its model, by the names of the options."""
    return {**record.request, "quant": record.quant, "dtype": record.dtype, "device": record.device}


def asked_model(options: ResolvedOptions) -> dict[str, str | None]:
    """Return what decides which model is opened, and how, by the names of the options."""
    model = options.model or _base(options.adapter) or options.default_model or NANO
    preset, dtype = options.quant or options.default_quant, options.dtype or AUTO
    if preset is None:
        preset = AUTO if dtype == AUTO else "none"  # as the loader chooses
    return {
        "model": absolute_model_name(model),
        "adapter": options.adapter and os.path.abspath(expand(options.adapter)),
        "reduce": options.reduce and recipe_path(options.reduce),
        "quant": ALIASES.get(preset, preset),
        "dtype": dtype,
        "device": options.device,
    }


def recipe_path(name: str) -> str:
    """Return the absolute path of a recipe, or "none". Raises: SettingsFileError if it is not a file."""
    if name == NONE:
        return name
    path = os.path.abspath(expand(name))
    if not os.path.isfile(path):
        raise SettingsFileError(f"reduce: no file {path}", hint="Make one with `flashsloth reduce fit`.")
    return path


def _base(adapter: str | None) -> str | None:
    """Return the model that an adapter was trained on; None without an adapter, or for one that cannot be read."""
    if adapter is None:
        return None
    from flashsloth.checkpoints.adapter import read

    with suppress(FlashSlothError, OSError):
        return read(expand(adapter)).base
    return None


def same_address(address: str, record: ServerRecord) -> bool:
    """Return whether an address is that of a server: its URL, HOST:PORT or only the port."""
    if address == str(record.port):
        return True
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    return port == record.port and (host == record.host or (host in LOOPBACK and record.host in LOOPBACK))
