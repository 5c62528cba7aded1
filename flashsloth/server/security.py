"""Access rules. They decide which requests a server answers, using the Host and Origin headers and the
key of a request, and from which hosts it fetches pictures. This module needs no web framework."""

from __future__ import annotations

import hmac
import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass

# Matches an IPv6 address in brackets, a name or an IPv4 address, each with or without a port.
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d+)?")


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The rules for the requests that a server allows.

    Args:
        hosts: names of the server, besides localhost and its addresses.
        origins: web pages that may send requests.
        keys: a client must send one of these keys. If there are none, a client needs no key.
        url_hosts: the hosts of URLs that are fetched although their addresses are not public, in lower
            case.
    """

    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    url_hosts: tuple[str, ...] = ()

    def allows_host(self, header: str | None) -> bool:
        """Return whether a Host header has an IP address, localhost or one of `hosts`.

        This prevents DNS rebinding: an attacker lets the domain of a web page point to this machine, so
        that the page can send requests here. The browser then sends the attacker's domain as Host.
        """
        match = HOST.fullmatch(header or "")
        if match is None:
            return False
        name = (match[1] or match[2]).lower()
        return is_address(name) or name == "localhost" or name in self.hosts

    def allows_origin(self, origin: str | None, host: str | None) -> bool:
        """Return whether a request with this Origin header is allowed. The server's own page and the
        pages in `origins` may send requests. A request without the header is allowed, because it does
        not come from a browser's page."""
        if origin is None or origin in self.origins:
            return True
        return host is not None and origin in (f"http://{host}", f"https://{host}")

    def allows_key(self, authorization: str | None) -> bool:
        """Return whether an Authorization header has one of the keys. The time does not depend on how
        much of a key is correct."""
        scheme, _, given = (authorization or "").partition(" ")
        sent = given.strip().encode("latin-1", "replace")  # the bytes of the header
        # This is a list and not a generator, so that every key is compared and the time does not depend
        # on the result.
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
