"""Decide which requests a server answers: by their Host, their Origin and their key. Plain functions on
headers."""

from __future__ import annotations

import hmac
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass

# an address of version 6, or a name
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d+)?")


@dataclass(frozen=True, slots=True)
class AccessRules:
    """`hosts` are further names that the server answers to, `origins` web pages that may ask it, `keys`
    what a client must send one of, if there are any."""

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def allows_host(self, header: str | None) -> bool:
        """Return whether a Host header names this machine by an address, as localhost, or by one of
        `hosts`. A web page elsewhere whose name was made to point here sends its own name."""
        match = HOST.fullmatch(header or "")
        if match is None:
            return False
        name = (match[1] or match[2]).lower()
        return is_address(name) or name == "localhost" or name in self.hosts

    def allows_origin(self, origin: str | None, host: str | None) -> bool:
        """Return whether a browser's page may ask: the server's own one, or one of `origins`. Programs
        send none."""
        if origin is None or origin in self.origins:
            return True
        return host is not None and origin in (f"http://{host}", f"https://{host}")

    def allows_key(self, authorization: str | None) -> bool:
        """Return whether an Authorization header has one of the keys, in a time that does not depend on
        them."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("latin-1", "replace")  # the bytes of the header
        matches = [hmac.compare_digest(sent, key.encode()) for key in self.keys]
        return not self.keys or (scheme.lower() == "bearer" and any(matches))


def is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def is_loopback(host: str) -> bool:
    """Return whether a server on this address can be reached from this machine alone."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
