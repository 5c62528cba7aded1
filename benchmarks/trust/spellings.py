"""Ways to write an address of this machine, its link or nothing at all, so that a careless look takes it for another.

Knows nothing of what fetches them. `is_local` is a judge of its own, not the product's.
"""

from __future__ import annotations

import ipaddress
import random

LOCAL4 = ("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1")
LOCAL6 = ("::1", "::", "fe80::1", "fe80::a00:27ff:fe4e:66a1", "ff02::1")
NAMES = ("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "a.localhost", "evil.example", "mixed.example")
RESOLVES = {  # what the resolver of the check says; the names of a stranger lead here too
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


def is_local(address: str) -> bool:
    """Whether a socket address is on this machine, its link, or stands for one that is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        whole = int(ip)
        within = {0: whole & 0xFFFFFFFF, 0xFFFF: whole & 0xFFFFFFFF, 0xFFFF0000: whole & 0xFFFFFFFF}
        inner = within.get(whole >> 32)
        if whole >> 112 == 0x2002:
            inner = whole >> 80 & 0xFFFFFFFF
        if whole >> 32 == 0x64FF9B << 64:
            inner = whole & 0xFFFFFFFF
        if inner is not None and (whole > 0xFFFF or whole < 2):
            ip = ipaddress.ip_address(inner) if whole > 1 else ip
    nowhere = ip.version == 4 and int(ip) >> 24 == 0
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or nowhere


def _part(rng: random.Random, value: int, width: int = 0) -> str:
    return rng.choice(
        (
            str(value),
            hex(value),
            f"0X{value:X}",
            f"0{value:o}",
            f"{'0' * rng.randrange(5)}{value:o}",
            f"0x{value:0{width + 4}x}",
        )
    )


def four(rng: random.Random) -> str:
    """An IPv4 address with one to four parts, each decimal, octal or hexadecimal."""
    whole = int(ipaddress.ip_address(rng.choice(LOCAL4)))
    parts = rng.randrange(1, 5)
    values = [whole >> 24 - 8 * at & 0xFF for at in range(parts - 1)]
    rest = whole & (1 << 8 * (5 - parts)) - 1
    return ".".join(_part(rng, value) for value in [*values, rest]) + rng.choice(("", "", "", "."))


def six(rng: random.Random) -> str:
    """An IPv6 address, or an IPv4 address within one, long or short, with or without a zone."""
    inner = int(ipaddress.ip_address(rng.choice(LOCAL4)))
    whole = rng.choice(
        (
            *(int(ipaddress.ip_address(address)) for address in LOCAL6),
            0xFFFF << 32 | inner,  # mapped
            inner,  # compatible
            0xFFFF0000 << 32 | inner,  # translated
            0x64FF9B << 96 | inner,  # NAT64
            0x2002 << 112 | inner << 80,  # 6to4
        )
    )
    ip = ipaddress.ip_address(whole) if whole >> 32 else ipaddress.IPv6Address(whole)
    text = rng.choice((ip.compressed, ip.exploded, ip.compressed.upper()))
    if whole >> 32 == 0xFFFF and rng.random() < 0.5:
        text = f"::ffff:{ipaddress.ip_address(inner)}"
    return f"[{text}{rng.choice(('', '', '', '%lo', '%25lo', '%1'))}]"


def host(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.45:
        made = four(rng)
    elif kind < 0.75:
        made = six(rng)
    else:
        made = rng.choice((*NAMES, *RESOLVES))
    trick = rng.random()
    if trick < 0.1:
        digits = rng.choice(DIGITS)
        made = made.translate({ord(str(value)): digits[value] for value in range(10)})
    elif trick < 0.15:
        made = made.replace(".", rng.choice(("。", "．", "%2e", "..", "\u00ad.")))
    elif trick < 0.2:
        made = "".join(f"%{ord(letter):02x}" if rng.random() < 0.3 else letter for letter in made)
    elif trick < 0.25:
        at = rng.randrange(len(made) + 1)
        made = made[:at] + rng.choice(("\0", " ", "\t", "\r\n", "\udcff", "@", "#", "\\", "/", "\u200b")) + made[at:]
    return made


def url(rng: random.Random) -> str:
    scheme = rng.choice(("http", "http", "http", "https", "HTTP", "hTTp"))
    user = rng.choice(("", "", "", "example.org@", "a:b@", "93.184.216.34:80@", "x@93.184.216.34@"))
    port = rng.choice(("", "", ":80", ":8080", ":", ":0", ":65535", ":65536", ":-1", ":٨٠"))
    rest = rng.choice(
        ("/a.png", "", "/", "?x", "#@example.org/", "/\udcff.png", "/../\\a.png", "/ü b.png", "/%zz", "/\r\nX: y")
    )
    slashes = rng.choice(("//", "//", "//", "//", "/", "///", "\\\\", ""))
    return f"{scheme}:{slashes}{user}{host(rng)}{port}{rest}"
