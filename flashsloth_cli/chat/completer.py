"""Completion with the Tab key: commands, settings, models, conversations and paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, SETTABLE
from flashsloth_cli.runs.open_model import NANO
from flashsloth_cli.terminal import image_preview

TAKE_PATHS = ("/image", "/add", "/export")


class ReplCompleter(Completer):
    """Completes the word at the cursor."""

    def __init__(self, sessions: Callable[[], dict[str, str]]) -> None:
        """`sessions` returns the first questions of kept conversations by their names."""
        self.sessions = sessions
        self.paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        if "\n" in text:
            return
        command, space, rest = text.partition(" ")
        if text.startswith("/") and not space:
            commands = {name: each.help for name, each in COMMANDS.items()}
            yield from _matching(text, commands | dict.fromkeys(ALIASES, ""))
            if "/" in text[1:] or complete_event.completion_requested:
                yield from self._paths(text, complete_event)
        elif command in TAKE_PATHS:
            yield from self._paths(rest, complete_event)
        elif command == "/load":
            yield from _matching(rest, self.sessions())
        elif command.startswith("/"):
            yield from _matching(rest, dict.fromkeys(_arguments(command), ""))
        else:
            word = text.rpartition(" ")[2]
            if word.startswith("@"):
                for path in self._paths(word[1:], complete_event):
                    yield Completion(path.text.replace(" ", "\\ "), path.start_position, display=path.display)

    def _paths(self, start: str, event: CompleteEvent) -> Iterator[Completion]:
        yield from self.paths.get_completions(Document(start), event)


def _arguments(command: str) -> list[str]:
    match command:
        case "/set":
            return list(SETTABLE)
        case "/look":
            return list(image_preview.METHODS)
        case "/model":
            from flashsloth.checkpoints import hub

            return [NANO, *hub.KNOWN, *(cached.repo for cached in hub.list_cached())]
    return []


def _matching(start: str, names: dict[str, str]) -> Iterator[Completion]:
    """Yield the names that begin so, each with its description."""
    for name, description in names.items():
        if name.startswith(start):
            yield Completion(name, -len(start), display_meta=description)
