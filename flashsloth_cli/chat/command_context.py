"""What slash commands may use of the conversation at the terminal: its state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from flashsloth.chat import Chat, FlashSloth
    from flashsloth.history.store import History, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.chat.plain_input import LineInput
    from flashsloth_cli.config.settings import Settings
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.options import Options
    from flashsloth_cli.terminal.image_preview import Method


class CommandContext(Protocol):
    """The conversation that a slash command works on; `Repl` is one."""

    model: FlashSloth
    chat: Chat
    recorder: Recorder
    options: Options
    settings: Settings
    keyboard: LineInput
    history: History | None
    shown: Method  # how pictures are shown in the terminal
    typed: bool  # a person types the lines
    fancy: bool  # in the line editor
    editing: bool  # the next question takes the last one's place
    multiline: bool  # the next line may be several
    begun: str  # what the next line begins with

    @property
    def images(self) -> list[LoadedImage]: ...

    def about(self) -> str:
        """ " about " the pictures, in a line of text; nothing where there is none."""
        ...

    def room(self) -> int:
        """Return how many tokens of the context are left."""
        ...

    def saved(self) -> dict[str, str]:
        """Return what can be loaded: names or ids, with the first question."""
        ...

    def start(self, images: Sequence[LoadedImage]) -> None: ...

    def load(self, earlier: Session) -> None: ...

    def switch_model(self, model: FlashSloth, options: Options) -> None: ...

    def stage(self, sources: Sequence[str]) -> None: ...

    def add(self, sources: Sequence[str]) -> None: ...

    def look(self, how: Method, *images: LoadedImage) -> bool: ...

    def show_last(self, earlier: Session) -> None: ...

    def ask(self, question: str) -> None: ...

    def retry(self, changed: dict[str, Any]) -> None: ...

    def go_on(self) -> None: ...

    def record(self) -> None: ...
