"""Find the running server that has the model which a command would open, so that the command asks it instead."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any
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
    from flashsloth_cli.config.resolved_options import ResolvedOptions
    from flashsloth_cli.options import Options

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
                return RemoteModel.of(record, options.model or chosen, adapter_folder(options))
            except ServerUnreachable as error:
                errors.append(error)
    for each in errors if not options.quiet else ():
        render.note(f"note: {each}; the model is opened here")
    return None


def _named(address: str, records: list[ServerRecord], options: ResolvedOptions) -> RemoteModel:
    """Return the model of the server with an address. Options that choose a model must agree with it."""
    from flashsloth.server.remote_chat import RemoteModel

    for record in records:
        if same_address(address, record):
            given = {name: value for name, value in _flags(options.flags).items() if value is not None}
            different = {
                name: value for name, value in given.items() if not matches(record, {**record.request, name: value})
            }
            if different:
                opened = ", ".join(f"{name}={_opened(record).get(name)}" for name in different)
                asked = ", ".join(f"{name}={value}" for name, value in different.items())
                raise ServerNotFound(
                    f"the server on {record.url} runs {record.name} with {opened}; you asked for {asked}",
                    hint="Leave out -m, --adapter, --quant, --device and --set, or --server.",
                )
            try:
                return RemoteModel.of(record, options.model, adapter_folder(options))
            except ServerUnreachable as error:
                raise ServerNotFound(str(error), hint="Start the server again, or leave out --server.") from error
    listed = ", ".join(record.url for record in records)
    hint = f"Yours are {listed}." if listed else "Start one: flashsloth serve"
    raise ServerNotFound(f"no server of yours runs on {printable_source(address)}", hint=hint)


def adapter_folder(options: ResolvedOptions) -> str | None:
    return None if options.adapter is None else str(expand(options.adapter))


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
    """Return what decides which model is opened, and how."""
    flags = _flags(options.flags)
    if options.model is None:
        flags["model"] = absolute_model_name(_base(options.adapter) or options.default_model or NANO)
    dtype = options.dtype or AUTO
    preset = options.quant or options.default_quant
    return {
        **flags,
        "reduce": options.reduce and recipe_path(options.reduce),
        "quant": _preset(preset) or (AUTO if dtype == AUTO else "none"),  # as the loader chooses
        "dtype": dtype,
        "device": options.device,
    }


def _flags(options: Options) -> dict[str, Any]:
    return {
        "model": None if options.model is None else absolute_model_name(str(options.model)),
        "adapter": None if options.adapter is None else os.path.abspath(expand(options.adapter)),
        "reduce": options.reduce and recipe_path(options.reduce),
        "quant": _preset(options.quant),
        "dtype": options.dtype,
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


def _base(adapter: str | os.PathLike[str] | None) -> str | None:
    """Return the model that an adapter was trained on; None without an adapter, or for one that cannot be read."""
    if adapter is None:
        return None
    from flashsloth.checkpoints.adapter import read

    with suppress(FlashSlothError, OSError):
        return read(expand(adapter)).base
    return None


def _preset(name: str | None) -> str | None:
    """Return the name of a preset, also of one that is named otherwise."""
    return None if name is None else ALIASES.get(name, name)


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
