"""`flashsloth completion`."""

from __future__ import annotations

from typing import Annotated

import typer

from flashsloth_cli.docs import shell_completion
from flashsloth_cli.terminal import streams


def completion(
    shell: Annotated[shell_completion.Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print a script that completes commands with the Tab key.

    For bash, add the first line to ~/.bashrc. For zsh, add it to ~/.zshrc after compinit, with zsh instead of bash. The
    script completes commands, options, models, presets, templates, conversations and settings, and file names
    everywhere else.

    Examples:
        source <(flashsloth completion bash)
        flashsloth completion fish > ~/.config/fish/completions/flashsloth.fish
    """
    streams.write(shell_completion.script(shell) + "\n")
