"""The options of `flashsloth serve`, and checks of those that say who may use the server. They are made
before anything is opened."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.utils import safe_read, system
from flashsloth.utils.text import command_line, error_reason
from flashsloth_cli import options as o

PORT = 8707
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
MIN_KEY = 16  # minimum number of characters; a shorter key can be guessed


@dataclass(frozen=True, kw_only=True)
class ServedModelsOptions(o.ModelOptions):
    """The options of `serve` and `mcp` that say which models answer, and for how long they stay in
    memory."""

    model: list[str] | None = o.MODEL.field(  # type: ignore[assignment]  # of a command with one model
        None,
        "-m, --model MODEL",
        "A name of `flashsloth list`, org/repo[@revision], or the folder of a model or an adapter. Can be repeated.",
        show_default="nano",
    )
    allow_urls: bool = o.ACCESS.field(
        False, "--allow-urls", "Fetch pictures from public http(s) URLs that clients send."
    )
    allow_url_host: list[str] | None = o.ACCESS.field(
        None,
        "--allow-url-host HOST",
        "Fetch URLs of this host although its address is not public. Can be repeated.",
    )
    memory: float | None = o.LIMITS.field(
        None,
        "--memory GB",
        "Memory for the models that are open at the same time, as `flashsloth show` counts it.",
        min=0.1,
        show_default="what is free",
    )
    keep_alive: str = o.LIMITS.field(
        "10m",
        "--keep-alive TIME",
        "Free the model's memory after this time without a request, such as 30s, 10m or 2h; or never.",
    )
    quiet: bool = o.OUTPUT.field(False, "-q, --quiet", "Log only warnings and errors.")


@dataclass(frozen=True, kw_only=True)
class McpOptions(ServedModelsOptions):
    """The options of `flashsloth mcp`."""

    root: list[Path] | None = o.ACCESS.field(
        None,
        "--root DIR",
        "Folder whose pictures the agent may see. Can be repeated.",
        show_default="the current folder",
    )


@dataclass(frozen=True, kw_only=True)
class ServeOptions(ServedModelsOptions):
    """The options that say at which address a server listens, who may use it, and its limits."""

    host: str = o.ADDRESS.field(
        "127.0.0.1", "--host ADDRESS", "Address to listen on; other machines need --api-key-file."
    )
    port: int = o.ADDRESS.field(
        PORT, "--port PORT", "Port to listen on; 0 takes a free one.", min=0, max=65535
    )
    background: bool = o.ADDRESS.field(
        False, "--background", "Return as soon as the server answers; it keeps running."
    )
    open: bool = o.ADDRESS.field(
        False, "--open", "Open the page to talk with the model in the browser."
    )
    api_key_file: Path | None = o.ACCESS.field(
        None,
        "--api-key-file FILE",
        "Answer only clients that send one of the keys in this file, one a line.",
    )
    allow_host: list[str] | None = o.ACCESS.field(
        None, "--allow-host HOST", "Another host name of this server. Can be repeated."
    )
    allow_origin: list[str] | None = o.ACCESS.field(
        None, "--allow-origin ORIGIN", "Allow web pages of this origin to ask. Can be repeated."
    )
    slots: int = o.LIMITS.field(8, "--slots N", "Requests that are answered at once.", min=1, max=256)
    queue: int = o.LIMITS.field(
        64, "--queue N", "Requests that may wait for a slot.", min=0, max=10_000
    )
    max_body: int = o.LIMITS.field(64, "--max-body MB", "Largest request.", min=1, max=1024)
    kept_memory: int = o.LIMITS.field(
        1000, "--kept-memory MB", "Memory for encoded pictures and earlier prompts.", min=0
    )
    trace: o.Trace = None
    verbose: bool = o.OUTPUT.field(False, "-v, --verbose", "Log requests of /health and /metrics too.")


def read_key_file(path: Path) -> tuple[str, ...]:
    """Return the keys of a file, which has one key per line. Lines that begin with # are skipped.
    Raises: SettingsFileError if the file cannot be read, if other users can read it, or if it has no
    usable key."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = map(str.strip, safe_read.read_text(path).splitlines())
        keys = tuple(line for line in lines if line and not line.startswith("#"))
    except (OSError, ValueError) as error:
        raise SettingsFileError(
            f"the key file {path} cannot be read: {error_reason(error)}",
            hint="Give a text file with one key a line.",
        ) from error
    if not system.WINDOWS and mode & 0o077:
        raise SettingsFileError(
            f"the key file {path} can be read by other users",
            hint="Close it to others, and use new keys if they may have been read: "
            + command_line("chmod", "600", path),
        )
    if not keys:
        raise SettingsFileError(
            f"the key file {path} has no key",
            hint=f"Write one: openssl rand -hex 32 >> {command_line(path)}",
        )
    for key in keys:
        if len(key) < MIN_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise SettingsFileError(
                f"the key file {path} has an unusable key",
                hint=f"A key has {MIN_KEY} characters or more, without spaces, in ASCII. "
                "Write one: openssl rand -hex 32",
            )
    return keys


def check_origins(origins: list[str]) -> tuple[str, ...]:
    """Check that origins are written as a browser sends them, and return them. Raises: OptionError."""
    for origin in origins:
        # Pages, browser extensions and apps have origins with different schemes.
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/\s*]+", origin):
            raise OptionError(
                f"--allow-origin {origin} is not an origin",
                hint="An origin is a scheme and a host without a path: https://example.org or chrome-extension://ID",
            )
    return tuple(origins)


def check_url_hosts(hosts: list[str], *, fetches: bool) -> tuple[str, ...]:
    """Return hosts as URLs have them. `fetches` says whether the server fetches URLs at all. Raises:
    OptionError."""
    for host in hosts:
        if not re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", host):
            raise OptionError(
                f"--allow-url-host {host} is not a host",
                hint="Give a name or an address alone, without a port: nas.home, 192.168.1.7 or [fd00::7].",
            )
    if hosts and not fetches:
        raise OptionError(
            "--allow-url-host has no effect without --allow-urls", hint="Add --allow-urls."
        )
    return tuple(host.strip("[]").lower() for host in hosts)


def parse_duration(text: str) -> float | None:
    """Return the seconds of a duration such as `30s`, `10m`, `2h` or `1d`, or None for `never`. Raises:
    OptionError."""
    if text == "never":
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    seconds = 0.0 if match is None else float(match[1]) * UNITS[match[2]]
    if not 0 < seconds <= 366 * UNITS["d"]:
        raise OptionError(
            f"--keep-alive {text} is not a time", hint="Use a time such as 30s, 10m or 2h, or never."
        )
    return seconds
