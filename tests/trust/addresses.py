"""Checks of image addresses. The fetcher must not connect to anything on this machine unless that is
allowed. Any answer of a server must end as an image or an error, within the limits on time and bytes.
"""

from __future__ import annotations

import ipaddress
import itertools
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from trust.check import Check, Outcome, try_each
from trust.hostile_server import PNG, Answer, Server, answers, moved

PUBLIC = "93.184.216.34"  # represents the internet; connections to this address end at the local server
LIMIT_S = 5.0
MAX_BYTES = 1 << 18
MEMORY_MIB = 24.0

# Spellings of addresses on this machine or its local link. `is_local` does not use the fetcher's own
# rules.

LOCAL4 = (
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
)
LOCAL6 = ("::1", "::", "fe80::1", "fe80::a00:27ff:fe4e:66a1", "ff02::1")
RESOLVES = {  # the addresses to which names resolve during the check
    "localhost": ("127.0.0.1", "::1"),
    "ip6-localhost": ("::1",),
    "a.localhost": ("127.0.0.1",),
    "evil.example": ("127.0.0.1",),
    "mapped.example": ("::ffff:127.0.0.1",),
    "mixed.example": ("93.184.216.34", "127.0.0.1"),
    "link.example": ("fe80::1", "169.254.169.254"),
    "none.example": ("0.0.0.0",),
    "translated.example": ("64:ff9b::7f00:1",),
}
DIGITS = ("０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
# IPv6 addresses that represent an IPv4 address: mapped, compatible, translated, NAT64 and 6to4
EMBEDDED = ((0xFFFF << 32, 0), (0, 0), (0xFFFF0000 << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80))


def is_local(address: str) -> bool:
    """Return whether a socket address is on this machine or its local link, or embeds such an IPv4
    address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    whole = int(ip)
    # :: and ::1 are local by themselves, but would be read as the embedded addresses 0.0.0.0 and
    # 0.0.0.1
    for prefix, shift in EMBEDDED if ip.version == 6 and whole > 1 else ():
        inner = whole - prefix >> shift
        if 0 <= inner < 2**32 and (shift or whole > 0xFFFF):
            ip = ipaddress.IPv4Address(inner)
    zero_net = ip.version == 4 and int(ip) >> 24 == 0
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or zero_net


@st.composite
def four(draw: st.DrawFn) -> str:
    """Draw an IPv4 address of one to four parts, each decimal, octal or hexadecimal."""
    whole = int(ipaddress.ip_address(draw(st.sampled_from(LOCAL4))))
    count = draw(st.integers(1, 4))
    values = [whole >> 24 - 8 * at & 0xFF for at in range(count - 1)] + [
        whole & (1 << 8 * (5 - count)) - 1
    ]
    forms = st.sampled_from(("{}", "{:#x}", "0X{:X}", "0{:o}", "0000{:o}", "0x{:08x}"))
    return ".".join(draw(forms).format(value) for value in values) + draw(
        st.sampled_from(("", "", "", "."))
    )


@st.composite
def six(draw: st.DrawFn) -> str:
    """Draw an IPv6 address, which may embed an IPv4 address, in long or short form, with or without a
    zone."""
    prefix, shift = draw(st.sampled_from(EMBEDDED))
    inner = ipaddress.IPv4Address(draw(st.sampled_from(LOCAL4)))
    ip = ipaddress.IPv6Address(
        draw(st.sampled_from(LOCAL6)) if draw(st.booleans()) else prefix | int(inner) << shift
    )
    spelled = [
        ip.compressed,
        ip.exploded,
        ip.compressed.upper(),
        *([f"::ffff:{inner}"] if ip.ipv4_mapped else []),
    ]
    return (
        f"[{draw(st.sampled_from(spelled))}{draw(st.sampled_from(('', '', '', '%lo', '%25lo', '%1')))}]"
    )


@st.composite
def hosts(draw: st.DrawFn) -> str:
    host = draw(four() | six() | st.sampled_from(("LOCALHOST", "localhost.", *RESOLVES)))
    match draw(st.sampled_from(("plain",) * 9 + ("digits", "dots", "escaped", "inserted"))):
        case "digits":
            return host.translate(
                dict(zip(map(ord, "0123456789"), draw(st.sampled_from(DIGITS)), strict=True))
            )
        case "dots":
            return host.replace(".", draw(st.sampled_from(("。", "．", "%2e", "..", "\u00ad."))))
        case "escaped":
            return "".join(
                f"%{ord(letter):02x}" if draw(st.integers(0, 2)) == 0 else letter for letter in host
            )
        case "inserted":
            at = draw(st.integers(0, len(host)))
            odd = ("\0", " ", "\t", "\r\n", "\udcff", "@", "#", "\\", "/", "\u200b")
            return host[:at] + draw(st.sampled_from(odd)) + host[at:]
    return host


URLS = st.builds(
    "{}:{}{}{}{}{}".format,
    st.sampled_from(("http", "http", "http", "https", "HTTP", "hTTp")),
    st.sampled_from(("//", "//", "//", "//", "/", "///", "\\\\", "")),
    st.sampled_from(("", "", "", "example.org@", "a:b@", "93.184.216.34:80@", "x@93.184.216.34@")),
    hosts(),
    st.sampled_from(("", "", ":80", ":8080", ":", ":0", ":65535", ":65536", ":-1", ":٨٠")),
    st.sampled_from(
        (
            "/a.png",
            "",
            "/",
            "?x",
            "#@example.org/",
            "/\udcff.png",
            "/../\\a.png",
            "/ü b.png",
            "/%zz",
            "/\r\nX: y",
        )
    ),
)


class Network:
    """The network as the fetcher sees it: names resolve as RESOLVES says, and connections to PUBLIC
    reach the local server. `reached` lists the local addresses that were connected to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.reached: list[str] = []
        # names that resolved to PUBLIC the first time, and resolve to this machine from then on
        self.rebinding: set[str] = set()
        self._connect, self._resolve = socket.socket.connect, socket.getaddrinfo

    def connect(self, sock: socket.socket, peer: Any) -> None:
        # The attempt is recorded and refused. The fetcher should not even have tried to connect.
        if is_local(str(peer[0])):
            self.reached.append(str(peer[0]))
        if peer[0] != PUBLIC:
            raise ConnectionRefusedError(111, "Connection refused")
        self._connect(sock, self.server.address)

    def resolve(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        host = host.decode() if isinstance(host, bytes) else host
        name = host.rstrip(".").lower()
        if name.endswith(".rebinding.example"):
            ips: tuple[str, ...] = ("127.0.0.1",) if name in self.rebinding else (PUBLIC,)
            self.rebinding.add(name)
        elif name in RESOLVES:
            ips = RESOLVES[name]
        else:
            return self._resolve(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        families = [socket.AF_INET6 if ":" in ip else socket.AF_INET for ip in ips]
        return [
            (family, socket.SOCK_STREAM, 6, "", (ip, port))
            for family, ip in zip(families, ips, strict=True)
        ]


@contextmanager
def simulated_network() -> Iterator[Network]:
    with Server() as server:
        network = Network(server)
        with (
            mock.patch.object(socket.socket, "connect", lambda sock, peer: network.connect(sock, peer)),
            mock.patch.object(socket, "getaddrinfo", network.resolve),
            mock.patch.object(urllib.request, "getproxies", dict),
        ):
            yield network


def local_targets(count: int, folder: Path) -> Outcome:
    """Try spellings of local addresses: as the requested address, as the target of a redirect, or
    through a name that resolves to another address after it was checked."""
    from flashsloth.errors import ImageError
    from flashsloth.images.http_fetch import fetch

    number = itertools.count()
    with simulated_network() as network:

        def problem(url: str, how: str) -> str:
            network.reached.clear()
            name = f"n{next(number)}"
            if how == "redirect":
                target = url.encode("utf-8", "surrogateescape").partition(b"\r")[0]
                network.server.answers[name] = moved(target)
                url = f"http://{PUBLIC}/{name}"
            elif how == "rebinding":
                url = f"http://{name}.rebinding.example/to"
                network.server.answers["to"] = moved(f"http://{name}.rebinding.example/again".encode())
            try:
                fetch(url, seconds=4.0)
            except ImageError:
                if network.reached:
                    return f"it reached {network.reached}"
                raise
            return f"it reached {network.reached or 'a server'}"

        drawn = st.tuples(URLS, st.sampled_from(("redirect", "rebinding", *["direct"] * 3)))
        return try_each(drawn, count, problem, LIMIT_S, MEMORY_MIB)


def hostile_answers(count: int, folder: Path) -> Outcome:
    """Try answers of a server on this machine, which is allowed in this check."""
    from flashsloth.images.http_fetch import fetch
    from flashsloth.images.reader import read_image

    whole = read_image(PNG).image.tobytes()
    with mock.patch.object(urllib.request, "getproxies", dict), Server() as server:

        def problem(answer: Answer) -> str:
            server.answer = answer
            url = f"http://127.0.0.1:{server.address[1]}/1"
            body = fetch(url, allow_local=True, seconds=0.5, max_bytes=MAX_BYTES)
            if len(body) > MAX_BYTES:
                return f"{len(body)} bytes"
            image = read_image(body).image
            return f"another image of {image.size}" if body == PNG and image.tobytes() != whole else ""

        return try_each(st.tuples(answers()), count, problem, LIMIT_S, MEMORY_MIB)


CHECKS = [
    Check("addresses", "spellings of local addresses", "inputs", 5_000, 200, local_targets),
    Check("addresses", "answers of a hostile server", "inputs", 4_000, 150, hostile_answers),
]
