"""Shell completion: the script for each shell, and the answer when a shell asks what fits at the cursor.

A script passes the words of the line up to the cursor and completes files where the answer is empty. Names of folders
and files come from anywhere and a shell may evaluate them, so that odd ones are left out.

Typer's own completion is slower, as it imports rich, and in fish starts the program twice. Its script for bash does not
quote names with spaces.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from typing import Literal, get_args

from flashsloth_cli.docs.completion_values import HARMLESS, VALUES, Pair
from flashsloth_cli.docs.describe import Command, Parameter
from flashsloth_cli.docs.help_text import HELP, HELP_ALL
from flashsloth_cli.terminal import streams

VARIABLE = "_FLASHSLOTH_COMPLETE"
WORDS = "_FLASHSLOTH_WORDS"  # separated by newlines, or by tabs; the last one is to be completed
UNSAFE = re.compile(r"[^\w\s.,;/+=-]")  # characters of a description that a shell may interpret

Shell = Literal["bash", "zsh", "fish", "powershell"]
SHELLS: tuple[str, ...] = get_args(Shell)

SCRIPTS = {
    "bash": """
_flashsloth_completion() {
    local IFS=$'\\n'
    COMPREPLY=( $(@VARIABLE@=bash @WORDS@="${COMP_WORDS[*]:0:COMP_CWORD+1}" "$1") )
}
complete -o default -F _flashsloth_completion flashsloth
""",
    "zsh": """
#compdef flashsloth
_flashsloth_completion() {
    local -a found
    found=("${(@f)$(@VARIABLE@=zsh @WORDS@="${(F)words[1,CURRENT]}" flashsloth)}")
    [[ $PREFIX == --*=* ]] && compset -P '*='
    if [[ -n "$found" ]]; then _describe flashsloth found; else _files; fi
}
compdef _flashsloth_completion flashsloth
""",
    "fish": """
function __flashsloth_completion
    set -l words (commandline -opc) (commandline -ct)
    set -l found (@VARIABLE@=fish @WORDS@=(string join \\t -- $words) flashsloth)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline --current-token)
    end
end
complete --command flashsloth --no-files --arguments '(__flashsloth_completion)'
""",
    "powershell": """
Register-ArgumentCompleter -Native -CommandName flashsloth -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    if ($wordToComplete -eq '') { $words += '' }
    $Env:@VARIABLE@ = 'powershell'
    $Env:@WORDS@ = $words -join "`n"
    flashsloth | ForEach-Object {
        $value, $help = $_ -split ':::'
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
    Remove-Item Env:@VARIABLE@, Env:@WORDS@
}
""",
}


def script(shell: Shell) -> str:
    """Return the script that makes a shell ask this program when Tab is pressed."""
    return SCRIPTS[shell].strip().replace("@VARIABLE@", VARIABLE).replace("@WORDS@", WORDS)


def is_asked() -> bool:
    """Return whether a shell runs the program for completions."""
    return bool(os.environ.get(VARIABLE))


def answer(root: Command) -> int:
    """Print the completions that the environment asks for, and return the exit code; never a message."""
    shell = os.environ[VARIABLE]
    try:
        typed = os.environ[WORDS].replace("\t", "\n").split("\n")[1:]
        begun = typed[-1]
        pairs = complete(root, [_unquoted(word) for word in typed])
        lines = [_line(shell, value, help, begun) for value, help in pairs if HARMLESS.fullmatch(value)]
    except Exception:
        return 1
    streams.write("".join(f"{line}\n" for line in lines))
    return 0


def _unquoted(word: str) -> str:
    """A word without its quotes, which may be incomplete."""
    for end in ("", "'", '"'):
        try:
            return "".join(shlex.split(word + end))
        except ValueError:
            continue
    return word


def _line(shell: str, value: str, help: str, begun: str) -> str:
    """A completion as the script of this shell reads it."""
    quoted = begun.startswith(("'", '"'))  # bash and PowerShell know the opening quote
    flag = "".join(begun.partition("=")[:2]) if begun.startswith("--") and "=" in begun else ""
    help = " ".join(UNSAFE.sub("", help).split())
    match shell:
        case "bash":
            return value if quoted else value.replace(" ", "\\ ")
        case "zsh":
            return f"{value}:{help}" if help else value
        case "fish":
            return f"{flag}{value}\t{help}" if help else f"{flag}{value}"
        case _:
            value = f"'{flag}{value}'" if " " in value else flag + value
            return f"{value}:::{help or ' '}"


def complete(root: Command, words: list[str]) -> list[Pair]:
    """Return what fits in place of the last word, with descriptions."""
    *before, begun = words
    line = _Line(root)
    for word in before:
        line.read(word)
    if line.waiting is None and not line.only_arguments and begun.startswith("-"):
        flag, equals, value = begun.partition("=")
        if not equals:
            return [pair for pair in line.flags() if pair[0].startswith(begun)]
        line.read(flag)
        begun = value
    if begun == "=" and line.waiting:  # bash splits words at =
        begun = ""
    return [pair for pair in line.candidates(begun) if pair[0].startswith(begun)]


class _Line:
    """The words of a line that come before the one to be completed."""

    def __init__(self, root: Command) -> None:
        self.command = root
        self.given: dict[str, str] = {}  # values by parameter
        self.waiting: Parameter | None = None  # the option whose value comes next
        self.arguments = 0
        self.only_arguments = False

    def read(self, word: str) -> None:
        if self.waiting is not None:
            if word != "=":
                self.given[self.waiting.name] = word
                self.waiting = None
        elif word == "--":
            self.only_arguments = True
        elif word.startswith("-") and not self.only_arguments:
            flag, equals, value = word.partition("=")
            option = self.command.option(flag)
            if option is not None:
                self.given[option.name] = value
                self.waiting = option if option.metavar and not equals else None
        elif self.command.commands:
            if word != "help":
                found = self.command.commands[word]
                self.command = found if found.load is None else found.load()
        else:
            argument = self.argument
            if argument is not None:
                self.given[argument.name] = word
            self.arguments += 1

    @property
    def argument(self) -> Parameter | None:
        arguments = self.command.arguments
        if self.arguments < len(arguments):
            return arguments[self.arguments]
        return arguments[-1] if arguments and arguments[-1].repeated else None

    def flags(self) -> list[Pair]:
        """The flags of options that can still be given."""
        fixed = [HELP, HELP_ALL] if self.command.common else [HELP]
        options = [each for each in self.command.options if each.repeated or each.name not in self.given]
        return [(flag, each.help) for each in (*options, *fixed) for flag in (*each.flags, *each.off_flags)]

    def candidates(self, begun: str) -> Iterable[Pair]:
        """What the next word can be, unless it is a flag."""
        if self.waiting is None and self.command.commands:
            visible = [(name, each) for name, each in self.command.commands.items() if not each.hidden]
            return [(name, each.summary) for name, each in visible]
        parameter = self.waiting or self.argument
        if parameter is None:
            return []
        if parameter.choices:
            return [(choice, "") for choice in parameter.choices]
        return VALUES[parameter.name](self.given, begun) if parameter.name in VALUES else []
