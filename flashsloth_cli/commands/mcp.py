"""`flashsloth mcp`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from flashsloth.errors import OptionError
from flashsloth_cli import options as o
from flashsloth_cli.asking.models import read_adapter
from flashsloth_cli.asking.single import read_settings
from flashsloth_cli.servers.options import McpOptions, check_url_hosts, parse_duration
from flashsloth_cli.settings.settings import resolve


@o.command(without=("hd",))
def mcp(*, options: McpOptions) -> None:
    """Let agents look at pictures: a Model Context Protocol server on stdin and stdout.

    Its tools are ask_picture, choose, read_text and crop. An agent's program starts it; docs/agents.md
    shows how. If a server of yours has the model open, that answers.

    Examples:
        flashsloth mcp --root ~/Pictures
        flashsloth mcp -m smolvlm --root ~/Scans --root ~/Pictures
    """
    try:
        from flashsloth_cli.servers import agents
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise OptionError(
            "flashsloth mcp needs an optional package", hint="pip install 'mcp>=2,<3'"
        ) from error
    from flashsloth.checkpoints.resolve import check_name

    parse_duration(options.keep_alive)
    check_url_hosts(options.allow_url_host or [], fetches=options.allow_urls)
    roots = agents.Roots.of(options.root)
    settings = read_settings()
    names: Sequence[str | None] = options.model or [None]
    of_models = [resolve(o.Options.of(options, model=name, server="auto"), settings) for name in names]
    if len(set(names)) < len(names):
        raise OptionError("-m names a model twice", hint="Leave one out.")
    for each in of_models:
        read_adapter(each)
        if each.model is not None:
            check_name(each.model)
    number = asyncio.run(agents.serve(options, roots, of_models))
    if number:
        raise SystemExit(128 + number)
