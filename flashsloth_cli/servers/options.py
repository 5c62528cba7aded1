"""The options of `flashsloth serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from flashsloth_cli import options as o

PORT = 8707


@dataclass(frozen=True, kw_only=True)
class ServeOptions(o.ModelOptions):
    """What is served, where, and to whom."""

    host: Annotated[
        str, o.option(o.ADDRESS, "--host ADDRESS", "Address to listen on; other machines need --api-key-file.")
    ] = "127.0.0.1"
    port: Annotated[
        int, o.option(o.ADDRESS, "--port PORT", "Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = PORT
    background: Annotated[
        bool, o.option(o.ADDRESS, "--background", "Return as soon as the server answers; it keeps running.")
    ] = False
    open: Annotated[bool, o.option(o.ADDRESS, "--open", "Open the page to talk with the model in the browser.")] = False
    api_key_file: Annotated[
        Path | None,
        o.option(
            o.ACCESS, "--api-key-file FILE", "Answer only clients that send one of the keys in this file, one a line."
        ),
    ] = None
    allow_host: Annotated[
        list[str] | None, o.option(o.ACCESS, "--allow-host HOST", "Another host name of this server. Can be repeated.")
    ] = None
    allow_origin: Annotated[
        list[str] | None, o.option(o.ACCESS, "--allow-origin ORIGIN", "Let web pages from here ask. Can be repeated.")
    ] = None
    allow_urls: Annotated[
        bool, o.option(o.ACCESS, "--allow-urls", "Fetch pictures from http(s) URLs that clients send.")
    ] = False
    slots: Annotated[int, o.option(o.LIMITS, "--slots N", "Requests that are answered at once.", min=1, max=256)] = 8
    queue: Annotated[int, o.option(o.LIMITS, "--queue N", "Requests that may wait for a slot.", min=0, max=10_000)] = 64
    max_body: Annotated[int, o.option(o.LIMITS, "--max-body MB", "Largest request.", min=1, max=1024)] = 64
    kept_memory: Annotated[
        int, o.option(o.LIMITS, "--kept-memory MB", "Memory for encoded pictures and the prompts of before.", min=0)
    ] = 1000
    keep_alive: Annotated[
        str,
        o.option(
            o.LIMITS,
            "--keep-alive TIME",
            "Free the model's memory after this time without a request, such as 30s, 10m or 2h; or never.",
        ),
    ] = "10m"
    quiet: Annotated[bool, o.option(o.OUTPUT, "-q, --quiet", "Log only warnings and errors.")] = False
    verbose: Annotated[bool, o.option(o.OUTPUT, "-v, --verbose", "Log requests of /health and /metrics too.")] = False
