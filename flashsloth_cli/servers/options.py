"""The options of `flashsloth serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from flashsloth_cli import options as o

PORT = 8707


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What is served, where, and to whom."""

    model: o.Model = None
    adapter: o.Adapter = None
    host: Annotated[
        str,
        o.option(
            o.ADDRESS, "--host", metavar="ADDRESS", help="Address to listen on; other machines need --api-key-file."
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        o.option(o.ADDRESS, "--port", metavar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    ] = PORT
    socket: Annotated[
        Path | None,
        o.option(
            o.ADDRESS,
            "--socket",
            metavar="PATH",
            help="Unix socket to listen on too, open to this user only.",
            show_default="PORT.sock among the data of this program",
        ),
    ] = None
    background: Annotated[
        bool, o.option(o.ADDRESS, "--background", help="Return as soon as the server answers; it keeps running.")
    ] = False
    open: Annotated[
        bool, o.option(o.ADDRESS, "--open", help="Open the page to talk with the model in the browser.")
    ] = False
    api_key_file: Annotated[
        Path | None,
        o.option(
            o.ACCESS,
            "--api-key-file",
            metavar="FILE",
            help="Answer only clients that send one of the keys in this file, one a line.",
        ),
    ] = None
    allow_host: Annotated[
        list[str] | None,
        o.option(o.ACCESS, "--allow-host", metavar="HOST", help="Another host name of this server. Can be repeated."),
    ] = None
    allow_origin: Annotated[
        list[str] | None,
        o.option(o.ACCESS, "--allow-origin", metavar="ORIGIN", help="Let web pages from here ask. Can be repeated."),
    ] = None
    allow_urls: Annotated[
        bool, o.option(o.ACCESS, "--allow-urls", help="Fetch pictures from http(s) URLs that clients send.")
    ] = False
    slots: Annotated[
        int, o.option(o.LIMITS, "--slots", metavar="N", min=1, max=256, help="Requests that are answered at once.")
    ] = 8
    queue: Annotated[
        int, o.option(o.LIMITS, "--queue", metavar="N", min=0, max=10_000, help="Requests that may wait for a slot.")
    ] = 64
    max_body: Annotated[
        int, o.option(o.LIMITS, "--max-body", metavar="MB", min=1, max=1024, help="Largest request.")
    ] = 64
    kept_memory: Annotated[
        int,
        o.option(
            o.LIMITS,
            "--kept-memory",
            metavar="MB",
            min=0,
            help="Memory for encoded pictures and the prompts of before.",
        ),
    ] = 1000
    keep_alive: Annotated[
        str,
        o.option(
            o.LIMITS,
            "--keep-alive",
            metavar="TIME",
            help="Free the model's memory after this time without a request, such as 30s, 10m or 2h; or never.",
        ),
    ] = "10m"
    device: o.Device = None
    dtype: o.Dtype = None
    quant: o.Quant = None
    no_cache: o.NoCache = False
    offline: o.Offline = False
    yes: o.Yes = False
    quiet: Annotated[bool, o.option(o.OUTPUT, "-q", "--quiet", help="Log only warnings and errors.")] = False
    verbose: Annotated[
        bool, o.option(o.OUTPUT, "-v", "--verbose", help="Log requests of /health and /metrics too.")
    ] = False
