"""Completion with the Tab key: commands, settings, models, conversations and paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from flashsloth.images.sources import unquote
from flashsloth_cli import completion_values
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS, INPUT, SETTABLE
from flashsloth_cli.terminal import image_preview

TAKE_PATHS = ("/image", "/add", "/export")
ARGUMENTS = {"/set": SETTABLE, "/look": (INPUT, *image_preview.METHODS)}
LAST_WORD = re.compile(r"""(?:\\.|'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$)|[^\s'"\\])*\\?$""")  # perhaps in an open quote
MENTION = re.compile(r"""(?:^|\s)@((?:\\.|[^\s'"\\])*|'[^']*|"[^"]*)$""")
SPECIAL = re.compile(r"""(?=[\s'"\\])""")


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
        if text.startswith("/") and not space and "/" not in text[1:]:
            known = {f"{name} " if each.usage else name: each.help for name, each in COMMANDS.items()}
            found = list(_matching(text, known | dict.fromkeys(ALIASES, "")))
            yield from found or (self._paths(text) if complete_event.completion_requested else ())
        elif command in TAKE_PATHS:
            yield from self._paths(rest)
        elif command == "/load":
            yield from _matching(rest, self.sessions())
        elif command == "/model":
            yield from _matching(rest, dict(completion_values.models({}, rest)))
        elif command.startswith("/") and "/" not in command[1:]:
            yield from _matching(rest, dict.fromkeys(ARGUMENTS.get(command, ()), ""))
        elif command.startswith("/"):
            yield from self._paths(text)
        elif mention := MENTION.search(text):
            yield from self._paths(mention[1])

    def _paths(self, text: str) -> Iterator[Completion]:
        """Complete the last word as a shell would, or else all of the text as one path with spaces."""
        word = LAST_WORD.search(text)[0]  # type: ignore[index]  # it matches at the end
        quote = word[0] if word[:1] in ("'", '"') and unquote(word) == word else ""
        start = word[1:] if quote else unquote(word).removesuffix("\\")
        found = [*self._files(start, quote, "" if quote else "\\")]
        yield from found or (self._files(text, "", "") if word != text else ())

    def _files(self, start: str, end: str, escape: str) -> Iterator[Completion]:
        """Yield what may follow the beginning of a path: of a folder with a slash, of a file with `end`."""
        for path in self.paths.get_completions(Document(start), CompleteEvent()):
            if path.display_text.startswith(".") and not re.search(r"(^|/)\.[^/]*$", start):
                continue  # hidden
            rest = SPECIAL.sub(lambda _: escape, path.text)
            yield Completion(rest + ("/" if path.display_text.endswith("/") else end), display=path.display)


def _matching(start: str, names: dict[str, str]) -> Iterator[Completion]:
    """Yield the names that begin so, each with its description."""
    for name, description in names.items():
        if name.startswith(start):
            yield Completion(name, -len(start), display=name.strip(), display_meta=description)
