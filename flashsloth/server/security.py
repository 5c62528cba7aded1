"""Access rules: which requests a server answers, by their Host and Origin headers and their key. Plain
functions of headers, without a web framework."""

from __future__ import annotations

import hmac
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass

# an IPv6 address in brackets, or a name or an IPv4 address; then perhaps a port
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d+)?")


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What a server allows.

    Args:
        hosts: names of the server, besides localhost and its addresses.
        origins: web pages that may send requests.
        keys: a client must send one of them; no key is needed if there are none.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def allows_host(self, header: str | None) -> bool:
        """Return whether a Host header has an IP address, localhost or one of `hosts`.

        This stops DNS rebinding: a web page whose domain was made to point to this machine sends its
        own domain as Host.
        """
        match = HOST.fullmatch(header or "")
        if match is None:
            return False
        name = (match[1] or match[2]).lower()
        return is_address(name) or name == "localhost" or name in self.hosts

    def allows_origin(self, origin: str | None, host: str | None) -> bool:
        """Return whether the web page that sends a request may do so: the server's own page, or one of
        `origins`. Programs other than browsers send no Origin."""
        if origin is None or origin in self.origins:
            return True
        return host is not None and origin in (f"http://{host}", f"https://{host}")

    def allows_key(self, authorization: str | None) -> bool:
        """Return whether an Authorization header has one of the keys. The time does not depend on how
        much of a key is right."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("latin-1", "replace")  # the bytes of the header
        # A list, and not a generator: every key is compared, in a time that does not depend on the
        # result.
        matches = [hmac.compare_digest(sent, key.encode()) for key in self.keys]
        return not self.keys or (scheme.lower() == "bearer" and any(matches))


def is_address(name: str) -> bool:
    with suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server on this address."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
