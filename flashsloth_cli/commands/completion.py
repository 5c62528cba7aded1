"""`flashsloth completion`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth_cli.docs import shell_completion
from flashsloth_cli.terminal import streams


def print_script(
    shell: Annotated[shell_completion.Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print a script for your shell, so that the Tab key completes.

    source <(flashsloth completion bash)

    flashsloth completion fish > ~/.config/fish/completions/flashsloth.fish

    The first line belongs into ~/.bashrc; for zsh, with zsh in it, into ~/.zshrc behind compinit. It completes
    commands, options, models, presets, templates and settings; where none of these stand, files.
    """
    streams.write(shell_completion.script(shell) + "\n")
