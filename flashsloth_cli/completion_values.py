"""The values that completion offers, such as models, adapters, presets, devices, templates, settings
and conversations.

This module loads neither torch nor a model, because completion must be quick.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

from flashsloth.errors import FlashSlothError
from flashsloth.quantization.presets import CHOICES, PRESETS
from flashsloth.utils.paths import NANO, expand
from flashsloth_cli.options import KEYS, Pair, completers
from flashsloth_cli.settings import settings

UNSAFE = re.compile(r"[^\w\s.,;/+=-]")  # characters of a description that a shell may interpret
# A word of a line, whose last quote may be open.
WORD = re.compile(r"""(?:\\.|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|[^\s'"])+""")
HARMLESS = re.compile(r"[\w./@+~:-]+")  # a word that no shell interprets or splits


# Each function gets the beginning of the word to complete.


def models(begun: str) -> Iterable[Pair]:
    """Yield known names, models in the cache, and folders with a model."""
    from flashsloth.checkpoints import hub

    with suppress(FlashSlothError):  # the file may be damaged
        for name, named in settings.read().names.items():
            yield name, "your name for " + " and ".join(filter(None, (named.model, named.adapter)))
    yield NANO, "built in"
    yield from ((name, model.about) for name, model in hub.KNOWN.items())
    yield from (
        (cached.repo, "in the cache") for cached in hub.list_cached() if cached.repo not in hub.REPOS
    )
    yield from _folders(begun, "config.json", "a folder")
    yield from _folders(begun, "adapter_config.json", "an adapter")


def _folders(begun: str, file: str, what: str) -> list[Pair]:
    """Return the subfolders that contain `file`. The word `begun` names the folder to look in."""
    parent, slash, _ = begun.rpartition("/")
    with suppress(OSError):
        return [
            (f"{parent}{slash}{path.name}", what)
            for path in sorted(expand(parent + slash or ".").iterdir())
            if (path / file).is_file()
        ]
    return []


def templates(_: str) -> Iterable[Pair]:
    """Yield the templates with their descriptions."""
    from flashsloth.errors import InputError
    from flashsloth_cli.settings import prompt_templates

    for name, path in prompt_templates.paths().items():
        description = ""
        with suppress(OSError, InputError):  # a template can be completed even if its file is broken
            description = prompt_templates.read(path).description
        yield name, description


def servers(_: str) -> Iterable[Pair]:
    """Return the process ids of the running servers, each with its model and address."""
    from flashsloth.server import registry

    return [(str(each.pid), f"{each.name} on {each.url}") for each in registry.running()]


def sessions(_: str) -> Iterable[Pair]:
    """Return the saved conversations by name, or by id if a name is missing or unsafe to type."""
    from flashsloth.history.store import History
    from flashsloth_cli.history.recording import history_path

    path = history_path()
    if not os.path.isfile(path):
        return []
    with History(path) as history:
        return [
            ((each.name if HARMLESS.fullmatch(each.name or "") else each.id) or "", each.first)
            for each in history.list()
        ]


# functions that yield the values, by the name of the command's parameter
VALUES: dict[str, Callable[[str], Iterable[Pair]]] = {
    "model": models,
    "adapter": lambda begun: _folders(begun, "adapter_config.json", "an adapter"),
    "presets": lambda _: [
        (name, PRESETS[name].summary if name in PRESETS else "") for name in (*CHOICES, "all")
    ],
    "device": lambda _: [(name, "") for name in ("auto", "cpu", "mps", "cuda")],
    "template": templates,
    "server": servers,
    "session": sessions,
    "key": lambda _: [(key, "") for key in KEYS],
    "write": lambda _: [("xmp", "as photo.jpg.xmp"), ("txt", "as photo.txt")],
}


def _values(name: str, given: Mapping[str, str], begun: str) -> list[Pair]:
    """Return the values of a parameter. For the parameter `value` of `config set` these are the values
    of the setting before it, which is `given["key"]`, if this setting lists any.

    Values with unusual characters are left out: a shell may evaluate them, and names of folders and
    files may come from somebody else.
    """
    name = given.get("key", "") if name == "value" else name
    found: Iterable[Pair] = ()
    if name in VALUES:
        found = VALUES[name](begun)
    elif name in KEYS:
        setting = KEYS[name]
        words = ("true", "false") if setting.kind is bool else setting.values
        found = [(word, "") for word in (*words, setting.other) if word]
    return [
        (value, " ".join(UNSAFE.sub("", help).split()))
        for value, help in found
        if HARMLESS.fullmatch(value)
    ]


def register() -> None:
    """Make completion with the Tab key offer these values. bash divides `--quant=in` into three words,
    and typer would take `=` for the value."""
    words = WORD.findall(os.environ.get("COMP_WORDS", ""))
    at = int(os.environ.get("COMP_CWORD", 0))
    os.environ["COMP_WORDS"] = " ".join(word for word in words if word != "=")
    os.environ["COMP_CWORD"] = str(at - words[:at].count("="))
    completers.update({name: partial(_values, name) for name in (*VALUES, "value")})
