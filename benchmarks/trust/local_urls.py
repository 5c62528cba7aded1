"""Spellings of addresses on this machine or its local link that may pass for public ones.

Knows nothing of the fetcher; `is_local` does not use the fetcher's own rules.
"""

from __future__ import annotations

import ipaddress

from hypothesis import strategies as st

LOCAL4 = ("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1")
LOCAL6 = ("::1", "::", "fe80::1", "fe80::a00:27ff:fe4e:66a1", "ff02::1")
RESOLVES = {  # what names resolve to during the check
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
# IPv6 addresses that stand for an IPv4 one: mapped, compatible, translated, NAT64 and 6to4
EMBEDDED = ((0xFFFF << 32, 0), (0, 0), (0xFFFF0000 << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80))


def is_local(address: str) -> bool:
    """Whether a socket address is on this machine or its link, or embeds an IPv4 address that is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    whole = int(ip)
    for prefix, shift in EMBEDDED if ip.version == 6 and whole > 1 else ():
        inner = whole - prefix >> shift
        if 0 <= inner < 2**32 and (shift or whole > 0xFFFF):
            ip = ipaddress.IPv4Address(inner)
    zero_net = ip.version == 4 and int(ip) >> 24 == 0
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or zero_net


@st.composite
def four(draw: st.DrawFn) -> str:
    """An IPv4 address of one to four parts, each decimal, octal or hexadecimal."""
    whole = int(ipaddress.ip_address(draw(st.sampled_from(LOCAL4))))
    count = draw(st.integers(1, 4))
    values = [whole >> 24 - 8 * at & 0xFF for at in range(count - 1)] + [whole & (1 << 8 * (5 - count)) - 1]
    forms = st.sampled_from(("{}", "{:#x}", "0X{:X}", "0{:o}", "0000{:o}", "0x{:08x}"))
    return ".".join(draw(forms).format(value) for value in values) + draw(st.sampled_from(("", "", "", ".")))


@st.composite
def six(draw: st.DrawFn) -> str:
    """An IPv6 address, or one that embeds an IPv4 address, long or short, with or without a zone."""
    prefix, shift = draw(st.sampled_from(EMBEDDED))
    inner = ipaddress.IPv4Address(draw(st.sampled_from(LOCAL4)))
    ip = ipaddress.IPv6Address(draw(st.sampled_from(LOCAL6)) if draw(st.booleans()) else prefix | int(inner) << shift)
    spelled = [ip.compressed, ip.exploded, ip.compressed.upper(), *([f"::ffff:{inner}"] if ip.ipv4_mapped else [])]
    return f"[{draw(st.sampled_from(spelled))}{draw(st.sampled_from(('', '', '', '%lo', '%25lo', '%1')))}]"


@st.composite
def hosts(draw: st.DrawFn) -> str:
    host = draw(four() | six() | st.sampled_from(("LOCALHOST", "localhost.", *RESOLVES)))
    match draw(st.sampled_from(("plain",) * 9 + ("digits", "dots", "escaped", "inserted"))):
        case "digits":
            return host.translate(dict(zip(map(ord, "0123456789"), draw(st.sampled_from(DIGITS)), strict=True)))
        case "dots":
            return host.replace(".", draw(st.sampled_from(("。", "．", "%2e", "..", "\u00ad."))))
        case "escaped":
            return "".join(f"%{ord(letter):02x}" if draw(st.integers(0, 2)) == 0 else letter for letter in host)
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
        ("/a.png", "", "/", "?x", "#@example.org/", "/\udcff.png", "/../\\a.png", "/ü b.png", "/%zz", "/\r\nX: y")
    ),
)
