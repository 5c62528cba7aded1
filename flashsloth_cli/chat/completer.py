"""What the line editor offers at the Tab key: commands, settings, models, conversations and paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, SETTABLE
from flashsloth_cli.runs.open_model import NANO
from flashsloth_cli.terminal import image_preview

TAKE_PATHS = ("/image", "/add", "/export")


class ReplCompleter(Completer):
    """Completes the word before the cursor by what stands before it."""

    def __init__(self, saved: Callable[[], dict[str, str]]) -> None:
        """`saved` gives the conversations that can be loaded, with their first questions."""
        self.saved = saved
        self.paths = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        if "\n" in text:
            return
        command, space, rest = text.partition(" ")
        if text.startswith("/") and not space:
            yield from _named(text, {name: each.help for name, each in COMMANDS.items()} | dict.fromkeys(ALIASES, ""))
            if "/" in text[1:] or complete_event.completion_requested:
                yield from self._paths(text, complete_event)
        elif command in TAKE_PATHS:
            yield from self._paths(rest, complete_event)
        elif command.startswith("/"):
            yield from _named(rest, self.saved() if command == "/load" else dict.fromkeys(self._words(command), ""))
        else:
            word = text.rpartition(" ")[2]
            if word.startswith("@"):
                for found in self._paths(word[1:], complete_event):
                    yield Completion(found.text.replace(" ", "\\ "), found.start_position, display=found.display)

    def _words(self, command: str) -> list[str]:
        match command:
            case "/set":
                return list(SETTABLE)
            case "/look":
                return list(image_preview.METHODS)
            case "/model":
                from flashsloth.checkpoints import hub

                return [NANO, *hub.KNOWN, *(cached.repo for cached in hub.list_cached())]
        return []

    def _paths(self, begun: str, event: CompleteEvent) -> Iterator[Completion]:
        yield from self.paths.get_completions(Document(begun), event)


def _named(begun: str, found: dict[str, str]) -> Iterator[Completion]:
    for name, meta in found.items():
        if name.startswith(begun):
            yield Completion(name, -len(begun), display_meta=meta)
