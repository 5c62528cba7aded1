"""Download http and https URLs, with limits on bytes, time and reachable addresses.

The limits protect against server-side request forgery: a URL in somebody else's data must not make this
machine read its own services or the credentials of a cloud.

1. A host is resolved once, every address is checked, and the connection goes to a checked address. A
   second lookup could return another address.
2. Loopback, link-local, unspecified, multicast and reserved addresses are refused. This machine's own
   addresses are also refused, and those at which clouds serve metadata.
3. Private addresses (10/8, 192.168/16, fc00::/7) are allowed, because pictures may be on a home server.
   After a redirect from a public host they are refused.
4. At most `MAX_REDIRECTS` redirects are followed, and each is checked in the same way.
5. A download takes at most `DOWNLOAD_SECONDS`, including the name lookup, and at most
   `MAX_DOWNLOAD_BYTES`.

`allow_local` allows all addresses. A server passes `private_hosts`, because its clients must not read
the operator's network: then also private addresses are refused, except those of these hosts.

If the environment names a proxy, only hosts that are written as addresses can be checked, because the
proxy resolves names.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from base64 import b64encode
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, responses
from string import punctuation
from typing import Any
from urllib.error import URLError
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

import psutil

from flashsloth.errors import ImageAddressRefused, ImageFetchFailed, ImageTooLarge, thread_error
from flashsloth.utils.text import error_reason, printable_source, without_login

MAX_DOWNLOAD_BYTES = 64 * 2**20
DOWNLOAD_SECONDS = 30.0
CONNECT_SECONDS = 10.0  # limit for each address of a host, so that there is time for the next address
MAX_REDIRECTS = 5


def fetch(
    url: str,
    label: str | None = None,
    *,
    allow_local: bool = False,
    private_hosts: list[str] | None = None,
    seconds: float = DOWNLOAD_SECONDS,
    max_bytes: int = MAX_DOWNLOAD_BYTES,
) -> bytes:
    """Return the body of an http or https URL. The download runs in a thread, so that `seconds` also
    limits the name lookup, handshakes and headers, and Ctrl-C interrupts them.

    Args:
        label: names the picture in errors; by default it is the URL.
        allow_local: whether all addresses are allowed.
        private_hosts: the only hosts whose addresses need not be public, in lower case; None if
            private addresses are allowed.

    Raises: ImageFetchFailed, ImageAddressRefused, ImageTooLarge.
    """
    download = _Download(
        url,
        label or printable_source(url),
        allow_local,
        private_hosts,
        time.monotonic() + seconds,
        max_bytes,
    )
    thread = threading.Thread(target=download.run, name="flashsloth-download", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise thread_error(error) or error from None
    try:
        thread.join(seconds)
        # read before the sockets are closed, because a closed socket looks like the end of a body
        outcome = download.outcome
    finally:
        # Shut down the sockets of an abandoned download, so that its thread ends.
        for sock in download.sockets if thread.is_alive() else ():
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
    if isinstance(outcome, bytes):
        return outcome
    if outcome is None or time.monotonic() >= download.deadline:
        raise download.failed(f"did not deliver within {seconds:g} s") from outcome
    raise outcome


@dataclass(slots=True)
class _Download:
    """One download with its redirects. `run` stores the body, or the exception to raise, in
    `outcome`."""

    url: str  # the URL of the current hop
    label: str  # names the picture in messages
    allow_local: bool
    private_hosts: list[str] | None
    deadline: float  # in the time of time.monotonic()
    max_bytes: int
    host: str = ""  # the host of the current hop, for messages
    # whether a public address or a proxy was used; from then on private addresses are refused
    been_public: bool = False
    sockets: list[socket.socket] = field(default_factory=list)
    outcome: bytes | BaseException | None = None

    def run(self) -> None:
        try:
            self.outcome = self._follow()
        except BaseException as error:  # the waiting thread raises this exception
            self.outcome = error

    def failed(self, predicate: str) -> ImageFetchFailed:
        return ImageFetchFailed(f"{self.label} cannot be fetched: {self.host} {predicate}")

    def _follow(self) -> bytes:
        login = _login_header(self.url)
        first = _parse_url(self.url, self.label)
        for _ in range(MAX_REDIRECTS + 1):
            address = _parse_url(self.url, self.label)
            self.host = str(address.hostname)
            # After a redirect to another host, port or scheme, the login is not sent.
            headers = _HEADERS | login if address[:2] == first[:2] else _HEADERS
            try:
                with ExitStack() as stack:
                    response = self._request(address, headers, stack)
                    location = response.headers.get("Location")
                    if location is None or response.status not in _REDIRECTS:
                        return self._body(response)
            except (OSError, HTTPException, UnicodeError, zlib.error) as error:
                raise self.failed(_network_reason(error)) from error
            try:
                # headers were decoded as latin-1
                self.url = urljoin(
                    address.geturl(), quote(location, safe=punctuation, encoding="latin-1")
                )
            except ValueError as error:
                raise ImageFetchFailed(
                    f"{self.label} cannot be fetched: it redirects to an invalid URL"
                ) from error
        raise self.failed(f"redirects more than {MAX_REDIRECTS} times")

    def _request(self, address: SplitResult, headers: dict[str, str], stack: ExitStack) -> HTTPResponse:
        """Connect to a checked address, or to the environment's proxy, and read the response's
        headers."""
        proxy = urllib.request.getproxies().get(address.scheme)
        if proxy and not urllib.request.proxy_bypass(address.netloc):
            return stack.enter_context(self._request_by_proxy(address, headers, proxy))
        usual_port = 443 if address.scheme == "https" else 80
        port = usual_port if address.port is None else address.port
        sock = self._dial(port)
        stack.callback(sock.close)
        connection = HTTPConnection(self.host, port)
        if address.scheme == "https":
            context = ssl.create_default_context()
            connection = HTTPSConnection(self.host, port, context=context)
            sock = context.wrap_socket(sock, server_hostname=self.host)
            self.sockets.append(sock)
        connection.sock = sock
        stack.callback(connection.close)
        target = address.path + ("?" + address.query if address.query else "")
        connection.request("GET", target, headers=headers)
        return stack.enter_context(connection.getresponse())

    def _request_by_proxy(
        self, address: SplitResult, headers: dict[str, str], proxy: str
    ) -> HTTPResponse:
        if "://" in proxy and not proxy.lower().startswith(("http://", "https://")):
            raise self.failed("is behind a proxy that is not supported (only http:// proxies are)")
        self._check(_literal_addresses(self.host))
        self.been_public = True
        opener = urllib.request.OpenerDirector()
        through_proxy = urllib.request.ProxyHandler({address.scheme: proxy})
        # The opener has no handler for redirects, because `_follow` checks each redirect.
        for handler in (through_proxy, urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
            opener.add_handler(handler)
        request = urllib.request.Request(address.geturl(), headers=headers)
        return opener.open(request, timeout=self._remaining())

    def _dial(self, port: int) -> socket.socket:
        """Check all addresses of the host, then connect by TCP to the first one that can be reached."""
        resolved = _resolve(self.host, port)
        self._check([str(peer[0]) for _, peer in resolved])
        failure: OSError = ConnectionError("it has no address")
        for family, peer in resolved:
            sock = socket.socket(family, socket.SOCK_STREAM)
            self.sockets.append(sock)
            try:
                sock.settimeout(min(CONNECT_SECONDS, self._remaining()))
                sock.connect(peer)
                sock.settimeout(self._remaining())
                return sock
            except OSError as error:
                sock.close()
                failure = error
        raise failure

    def _check(self, addresses: list[str]) -> None:
        """Refuse addresses of this machine and its local link. Refuse private addresses if a public one
        was used before, or if only `private_hosts` may have one."""
        is_served = self.private_hosts is not None
        # an address may be written in several ways
        names = {self.host, *_literal_addresses(self.host)}
        if self.allow_local or names.intersection(self.private_hosts or ()):
            return
        kinds = {address: _address_kind(address) for address in addresses}
        for address, (kind, is_global) in kinds.items():
            if not kind and not is_global and (is_served or self.been_public):
                kind = "a private address" + ("" if is_served else " after a public one")
            if kind:
                # the client of a server does not learn which address a name has
                hidden = is_served or address == self.host
                resolved = "" if hidden else f"{printable_source(address)}, "
                raise ImageAddressRefused(
                    f"{self.label} is refused: {self.host} is {resolved}{kind}",
                    hint=_SERVER_HINT if is_served else None,
                )
        self.been_public = self.been_public or any(is_global for _, is_global in kinds.values())

    def _remaining(self) -> float:
        return max(self.deadline - time.monotonic(), 0.001)

    def _body(self, response: HTTPResponse) -> bytes:
        if response.status != 200:
            phrase = responses.get(response.status, "")
            raise self.failed(f"answered {response.status} {phrase}".rstrip())
        encoding = response.headers.get("Content-Encoding", "").lower()
        if encoding not in ("", "identity", *_GZIP_NAMES):
            raise self.failed(
                f"sent {printable_source(encoding)} compressed data, which was not requested"
            )
        # some servers send gzip although it was not requested
        gzip = zlib.decompressobj(_GZIP) if encoding in _GZIP_NAMES else None
        announced = response.length
        received = 0
        body = bytearray()
        while len(body) <= self.max_bytes and (announced or 0) <= self.max_bytes:
            if time.monotonic() >= self.deadline:
                raise TimeoutError
            # not `read`, which would never return for a chunk of the size -1
            piece = response.read1(_PIECE)
            if not piece:
                break
            received += len(piece)
            # A small piece may expand to any size, so at most one byte more than the limit is
            # decompressed. This byte ends the loop.
            if gzip is not None:
                piece = gzip.decompress(piece, self.max_bytes + 1 - len(body))
            body += piece
        else:
            raise ImageTooLarge(
                f"{self.label} is larger than {self.max_bytes / 2**20:g} MB, the limit for a download"
            )
        if announced is not None and received < announced:
            raise self.failed(f"closed the connection after {received} of {announced} bytes")
        return bytes(body)


_SERVER_HINT = "Send the picture itself, or start the server with this host as --allow-url-host."
_PIECE = 1 << 16
_GZIP_NAMES = ("gzip", "x-gzip")
_GZIP = zlib.MAX_WBITS | 16  # zlib's code for the gzip format
# Networks within a provider. There clouds serve credentials to their machines, for example at
# 100.100.100.200, 192.0.0.192 and fd00:ec2::254.
_PROVIDERS = ("100.64.0.0/10", "192.0.0.0/24", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32")
_REDIRECTS = (301, 302, 303, 307, 308)
# The predicate of a sentence about the host, which says what happened. The first class that matches is
# used.
_REASONS = {
    socket.gaierror: "cannot be found ({})",
    UnicodeError: "cannot be found ({})",
    ssl.SSLCertVerificationError: "has a certificate that does not verify ({})",
    ssl.SSLError: "does not speak TLS properly ({})",
    TimeoutError: "did not answer in time",
    ConnectionRefusedError: "refuses the connection",
    OSError: "cannot be reached or broke off ({})",
    HTTPException: "does not speak HTTP properly ({})",
    zlib.error: "sent gzip data that is damaged ({})",
}
_HEADERS = {"User-Agent": "flashsloth", "Accept": "image/*, */*;q=0.5", "Connection": "close"}


def _login_header(url: str) -> dict[str, str]:
    """Return the header for the percent-encoded user and password of a URL, or an empty dict if the URL
    has none."""
    login = re.match(r"[a-z]+://([^/?#]*)@", url.strip(), re.IGNORECASE)
    if login is None:
        return {}
    user, _, password = login[1].encode(errors="surrogateescape").partition(b":")
    decoded = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return {"Authorization": f"Basic {b64encode(decoded).decode()}"}


def _parse_url(url: str, label: str) -> SplitResult:
    """Return the parts of an http(s) URL in ASCII, without login and fragment."""
    safe = "/%:@!$&'()*+,;=~"
    try:
        parts = urlsplit(without_login(url.strip()))  # without the login, because errors quote the URL
        host = parts.hostname or ""
        port = parts.port
        host = host if host.isascii() else host.encode("idna").decode()
        # surrogateescape is for file names that are not valid UTF-8
        path = quote(parts.path or "/", safe=safe, errors="surrogateescape")
        query = quote(parts.query, safe=safe + "?", errors="surrogateescape")
    except (ValueError, UnicodeError) as error:
        raise ImageFetchFailed(
            f"{label} cannot be fetched: it is not a valid URL ({error_reason(error)})"
        ) from error
    if parts.scheme not in ("http", "https"):
        scheme = printable_source(parts.scheme or "others")
        raise ImageAddressRefused(
            f"{label} is refused: only http and https addresses are fetched, not {scheme}",
            hint="Download the picture.",
        )
    # A percent sign is allowed only in the zone of an IPv6 address. In other hosts a proxy might decode
    # it, and connect to an address that was not checked.
    if not host or not host.isprintable() or " " in host or ("%" in host and ":" not in host):
        raise ImageFetchFailed(f"{label} cannot be fetched: it has no valid host")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return SplitResult(parts.scheme, netloc, path, query, "")


def _resolve(host: str, port: int) -> list[tuple[int, Any]]:
    """Return pairs of address family and socket address of a host, in the system's order of
    preference."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((family, peer) for family, _, _, _, peer in infos))


def _literal_addresses(host: str) -> list[str]:
    """Return a list with the address if a host name is "localhost" or an address, in any notation of
    IPv4. Return an empty list for other names."""
    bare = host.rstrip(".").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return ["127.0.0.1"]
    with suppress(ValueError):
        return [str(ipaddress.ip_address(bare))]
    with suppress(OSError):
        return [socket.inet_ntoa(socket.inet_aton(bare))]
    return []


def _address_kind(address: str) -> tuple[str, bool]:
    """Return the reason for which an address is refused, or "", and whether the address is on the
    public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv6 address may embed an IPv4 address, which must then be checked instead.
        is_nat64 = ip in ipaddress.ip_network("64:ff9b::/96")
        nat64 = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if is_nat64 else None
        ip = nat64 or ip.ipv4_mapped or ip.sixtofour or ip
    own = {each.address.partition("%")[0] for link in psutil.net_if_addrs().values() for each in link}
    kinds = {
        "a loopback address": ip.is_loopback,
        "a link-local address": ip.is_link_local,
        "an unspecified address": ip.is_unspecified or (ip.version == 4 and int(ip) < 1 << 24),
        "a multicast address": ip.is_multicast,
        "a reserved address": ip.is_reserved,
        "an address of this machine": str(ip) in own,
        "an address of a provider's network": any(
            ip in ipaddress.ip_network(each) for each in _PROVIDERS
        ),
    }
    is_global = ip.is_global and not (isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local)
    return next((kind for kind, holds in kinds.items() if holds), ""), is_global


def _network_reason(error: BaseException) -> str:
    """Describe an error as the predicate of a sentence about the host."""
    if isinstance(error, URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    # errors of a certificate have a short message of their own
    detail = getattr(error, "verify_message", "") or error_reason(error)
    return next(text.format(detail) for kind, text in _REASONS.items() if isinstance(error, kind))
