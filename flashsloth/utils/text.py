"""Text for messages: names and errors on one printable line that cannot drive a terminal."""

from __future__ import annotations

import os
import re


def printable_source(name: str) -> str:
    """A name on one line that cannot drive a terminal: repr where it has control characters, shortened, no password."""
    if name == "-":
        return "standard input"
    name = without_login(name)
    if len(name) > 240:
        name = f"{name[:120]}…{name[-100:]}"
    return name if name.isprintable() else repr(name)


def error_reason(error: BaseException) -> str:
    """An exception's own words on one short line."""
    words = (getattr(error, "strerror", None) or str(error) or type(error).__name__).split()
    text = " ".join(words)[:120]
    return "".join(character if character.isprintable() else "?" for character in text)


def without_login(url: str) -> str:
    """An address without the user and the password in it: up to the last @ of the host's part, as it is fetched."""
    return re.sub(r"^([a-z][a-z0-9+.-]*://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)


def source_name(source: object) -> str:
    """What a source is called: as given, but without a password; data: URLs cut after the comma, "<bytes>" or "<file>"
    where it has no name."""
    if isinstance(source, str):
        source = without_login(source)
        return re.sub(r"^(data:[^,]{0,60})[^,]*,.*", r"\1,…", source, flags=re.IGNORECASE | re.DOTALL)
    if isinstance(source, bytes | bytearray | memoryview):
        return "<bytes>"
    if isinstance(source, os.PathLike):
        return os.fsdecode(source)
    own = getattr(source, "name", None)
    return own if isinstance(own, str) and own else "<file>"


def printable(value: object) -> str:
    """Something out of a file for a message: printable, and no longer than a line."""
    text = value if isinstance(value, str) else printable_repr(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 100 else f"{text[:97]}..."


def printable_repr(value: object) -> str:
    """The same as Python writes it: text in quotes."""
    try:
        return printable(repr(value))
    except (ValueError, RecursionError):  # a number of more than 4,300 digits
        return "a value too long to be shown"
