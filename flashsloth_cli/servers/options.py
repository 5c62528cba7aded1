"""The options of `flashsloth serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flashsloth_cli import options as o

PORT = 8707


@dataclass(frozen=True, kw_only=True)
class ServeOptions(o.ModelOptions):
    """What is served, where, and to whom."""

    host: str = o.field(
        "127.0.0.1", o.ADDRESS, "--host ADDRESS", "Address to listen on; other machines need --api-key-file."
    )
    port: int = o.field(PORT, o.ADDRESS, "--port PORT", "Port to listen on; 0 takes a free one.", min=0, max=65535)
    background: bool = o.field(
        False, o.ADDRESS, "--background", "Return as soon as the server answers; it keeps running."
    )
    open: bool = o.field(False, o.ADDRESS, "--open", "Open the page to talk with the model in the browser.")
    api_key_file: Path | None = o.field(
        None, o.ACCESS, "--api-key-file FILE", "Answer only clients that send one of the keys in this file, one a line."
    )
    allow_host: list[str] | None = o.field(
        None, o.ACCESS, "--allow-host HOST", "Another host name of this server. Can be repeated."
    )
    allow_origin: list[str] | None = o.field(
        None, o.ACCESS, "--allow-origin ORIGIN", "Let web pages from here ask. Can be repeated."
    )
    allow_urls: bool = o.field(False, o.ACCESS, "--allow-urls", "Fetch pictures from http(s) URLs that clients send.")
    slots: int = o.field(8, o.LIMITS, "--slots N", "Requests that are answered at once.", min=1, max=256)
    queue: int = o.field(64, o.LIMITS, "--queue N", "Requests that may wait for a slot.", min=0, max=10_000)
    max_body: int = o.field(64, o.LIMITS, "--max-body MB", "Largest request.", min=1, max=1024)
    kept_memory: int = o.field(
        1000, o.LIMITS, "--kept-memory MB", "Memory for encoded pictures and the prompts of before.", min=0
    )
    keep_alive: str = o.field(
        "10m",
        o.LIMITS,
        "--keep-alive TIME",
        "Free the model's memory after this time without a request, such as 30s, 10m or 2h; or never.",
    )
    quiet: bool = o.field(False, o.OUTPUT, "-q, --quiet", "Log only warnings and errors.")
    verbose: bool = o.field(False, o.OUTPUT, "-v, --verbose", "Log requests of /health and /metrics too.")
