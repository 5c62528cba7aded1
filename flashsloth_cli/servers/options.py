"""The options of `flashsloth serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flashsloth_cli import options as o

PORT = 8707


@dataclass(frozen=True, kw_only=True)
class ServeOptions(o.ModelOptions):
    """The options that say which model is served, at which address, and who may use the server."""

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
    allow_urls: bool = o.ACCESS.field(
        False, "--allow-urls", "Fetch pictures from public http(s) URLs that clients send."
    )
    allow_url_host: list[str] | None = o.ACCESS.field(
        None,
        "--allow-url-host HOST",
        "Fetch URLs of this host although its address is not public. Can be repeated.",
    )
    slots: int = o.LIMITS.field(8, "--slots N", "Requests that are answered at once.", min=1, max=256)
    queue: int = o.LIMITS.field(
        64, "--queue N", "Requests that may wait for a slot.", min=0, max=10_000
    )
    max_body: int = o.LIMITS.field(64, "--max-body MB", "Largest request.", min=1, max=1024)
    kept_memory: int = o.LIMITS.field(
        1000, "--kept-memory MB", "Memory for encoded pictures and earlier prompts.", min=0
    )
    keep_alive: str = o.LIMITS.field(
        "10m",
        "--keep-alive TIME",
        "Free the model's memory after this time without a request, such as 30s, 10m or 2h; or never.",
    )
    quiet: bool = o.OUTPUT.field(False, "-q, --quiet", "Log only warnings and errors.")
    trace: o.Trace = None
    verbose: bool = o.OUTPUT.field(False, "-v, --verbose", "Log requests of /health and /metrics too.")
