"""What a shell completes: typer answers it for commands and options, the functions here for values.

They load neither torch nor a model, so that the Tab key stays quick, and where they know nothing the shell completes
files. Names of folders and files come from anywhere and a shell may evaluate them: odd ones are left out. Single spaces
are quoted, where the shell does not do so itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Literal, get_args

from flashsloth.utils.paths import expand

VARIABLE = "_FLASHSLOTH_COMPLETE"
HARMLESS = re.compile(r"[\w./@+~-]+(?: [\w./@+~-]+)*")
UNTOLD = re.compile(r"[^\w\s.,;/+=-]")  # what a shell may take for its own in a description

Shell = Literal["bash", "zsh", "fish", "powershell"]
SHELLS: tuple[str, ...] = get_args(Shell)
Pair = tuple[str, str]  # what is completed, and what it means


def script(shell: Shell) -> str:
    """What makes a shell ask this program when Tab is pressed."""
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name="flashsloth", complete_var=VARIABLE, shell=shell)


def is_asked() -> bool:
    """Whether a shell runs the program to be told what may stand at the cursor."""
    return bool(os.environ.get(VARIABLE))


def prepare(command: Any) -> None:
    """Make ready for an answer about these commands.

    Typer's own answers are changed where they show help, which it puts through Rich: that takes time, breaks lines and
    takes brackets for markup; and in bash, which splits a word at `=`.
    """
    _attach(command)
    from typer._click.shell_completion import CompletionItem, add_completion_class
    from typer._completion_classes import BashComplete, FishComplete, PowerShellComplete, ZshComplete

    class Bash(BashComplete):
        def get_completion_args(self) -> tuple[list[str], str]:
            words, incomplete = super().get_completion_args()
            if len(words) > 1 and words[-1] == "=" and words[-2].startswith("--"):
                words.pop()
            begun = os.environ["COMP_WORDS"].split("\n")[int(os.environ["COMP_CWORD"]) :]
            self.quoted = bool(begun) and begun[0].startswith(("'", '"'))  # then bash adds the other quote
            return words, incomplete

        def format_completion(self, item: CompletionItem) -> str:
            return str(item.value) if self.quoted else item.value.replace(" ", "\\ ")

    class Zsh(ZshComplete):
        def format_completion(self, item: CompletionItem) -> str:
            return f'"{item.value}":"{_plain(item.help)}"' if item.help else f'"{item.value}"'

    class Fish(FishComplete):
        def format_completion(self, item: CompletionItem) -> str:
            return f"{item.value}\t{_plain(item.help)}" if item.help else str(item.value)

    class PowerShell(PowerShellComplete):
        def get_completion_args(self) -> tuple[list[str], str]:
            words, incomplete = super().get_completion_args()
            return words, incomplete.strip("'\"")

        def format_completion(self, item: CompletionItem) -> str:
            value = f"'{item.value}'" if " " in item.value else item.value
            return f"{value}:::{_plain(item.help) or ' '}"

    for shell, how in zip(SHELLS, (Bash, Zsh, Fish, PowerShell), strict=True):
        add_completion_class(how, shell)


def _attach(command: Any) -> None:
    """Give every parameter, all the way down, the function that lists its values."""
    for parameter in command.params:
        if parameter.name in VALUES and not parameter.type_descriptor.is_choice:
            parameter._custom_shell_complete = partial(_items, VALUES[parameter.name])
    for below in getattr(command, "commands", {}).values():
        _attach(below)


def _items(listed: Callable[[Any, str], Iterable[Pair]], context: Any, _: Any, incomplete: str) -> list[Any]:
    from typer._click.shell_completion import CompletionItem

    fitting = [pair for pair in listed(context, incomplete) if pair[0].startswith(incomplete)]
    return [CompletionItem(value, help=help) for value, help in fitting if HARMLESS.fullmatch(value)]


def _plain(text: str | None) -> str:
    """One line without anything that a shell could take for more than text."""
    return " ".join(UNTOLD.sub("", text or "").split())


# Values: each function takes the command's context and the word that was begun


def models(_: Any, incomplete: str) -> Iterable[Pair]:
    """Known names, what is in the cache, and folders that hold a model."""
    from flashsloth.checkpoints import hub

    yield "nano", "built in"
    for name in hub.KNOWN:
        yield name, "on the Hugging Face hub"
    yield from ((cached.repo, "in the cache") for cached in hub.list_cached() if cached.repo not in hub.KNOWN.values())
    yield from _folders(incomplete, "config.json", "a folder")


def adapters(_: Any, incomplete: str) -> Iterable[Pair]:
    """Folders that hold an adapter."""
    return _folders(incomplete, "adapter_config.json", "an adapter")


def _folders(incomplete: str, holding: str, what: str) -> list[Pair]:
    """Folders that begin so and hold a file of that name, written as they were begun."""
    begun, slash, _ = incomplete.rpartition("/")
    place = expand(begun + slash or ".")
    with suppress(OSError):
        return [(f"{begun}{slash}{path.name}", what) for path in sorted(place.iterdir()) if (path / holding).is_file()]
    return []


def presets(*_: Any) -> Iterable[Pair]:
    """What --quant takes, of `bench` too."""
    from flashsloth.quantization.presets import CHOICES, PRESETS

    about = {name: preset.summary for name, preset in PRESETS.items()}
    return [(name, about.get(name, "")) for name in (*CHOICES, "all")]


def devices(*_: Any) -> Iterable[Pair]:
    """What --device takes."""
    return [(name, "") for name in ("auto", "cpu", "mps", "cuda")]


def templates(*_: Any) -> Iterable[Pair]:
    """Templates with what they do."""
    from flashsloth.errors import InputError
    from flashsloth_cli.config import prompt_templates as known

    for name, path in known.paths().items():
        about = ""
        with suppress(OSError, InputError):  # broken, but there
            about = known.read(path).description
        yield name, about


def keys(*_: Any) -> Iterable[Pair]:
    """The names of settings."""
    from flashsloth_cli.config.settings import TYPES

    return [(key, "") for key in TYPES]


def values(context: Any, incomplete: str) -> Iterable[Pair]:
    """What the setting that stands before may be, where that can be listed."""
    from flashsloth.devices import DTYPES
    from flashsloth_cli.config.settings import TYPES

    match key := context.params.get("key"):
        case "model" | "device":
            return VALUES[key](context, incomplete)
        case "quant":
            return [pair for pair in presets() if pair[0] != "all"]
        case "dtype":
            return [(name, "") for name in ("auto", *DTYPES)]
        case _:
            return [(word, "") for word in ("true", "false") if TYPES.get(str(key)) is bool]


def sessions(_: Any, incomplete: str) -> Iterable[Pair]:
    """The conversations that are kept: by name, or by id where there is none or the shell could not be given it."""
    from flashsloth.history.store import History
    from flashsloth_cli.history.recording import history_path

    path = history_path()
    if not os.path.isfile(path):
        return []
    with History(path) as history:
        kept = history.list()
    named = [(each.name if HARMLESS.fullmatch(each.name or "") else each.id, each.first) for each in kept]
    return [(name or "", _plain(first)) for name, first in named]


VALUES: dict[str, Callable[[Any, str], Iterable[Pair]]] = {  # by the name of the command's parameter
    "model": models,
    "adapter": adapters,
    "quant": presets,
    "device": devices,
    "template": templates,
    "session": sessions,
    "sessions": sessions,
    "key": keys,
    "value": values,
}
