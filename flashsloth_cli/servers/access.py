"""Check the options that say who may use a server, before anything is opened."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.utils import safe_read, system
from flashsloth.utils.text import command_line, error_reason

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
MIN_KEY = 16  # minimum number of characters; a shorter key can be guessed


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
