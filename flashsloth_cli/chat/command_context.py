"""What slash commands may use of the conversation at the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image

    from flashsloth.chat import Chat
    from flashsloth.history.store import History, Session
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.chat.plain_input import LineInput
    from flashsloth_cli.config.resolved_options import ResolvedOptions
    from flashsloth_cli.history.recording import Recorder
    from flashsloth_cli.runs.open_model import OpenedModel
    from flashsloth_cli.terminal.image_preview import Method


class CommandContext(Protocol):
    """The conversation that a slash command works on; `Repl` implements it."""

    model: OpenedModel
    chat: Chat
    recorder: Recorder
    options: ResolvedOptions
    line_input: LineInput
    history: History | None
    preview: Method  # of each picture that is added
    interactive: bool  # stdin is a terminal
    has_editor: bool
    editing: bool  # the next question replaces the last one
    multiline: bool  # the next question may have several lines
    next_line: str  # text to begin the next line with

    @property
    def images(self) -> list[LoadedImage]: ...

    def about_images(self) -> str:
        """Return " about " and the names of the pictures, or "" without any."""
        ...

    def context_left(self) -> int:
        """Return how many tokens of the context are left."""
        ...

    def loadable_sessions(self) -> dict[str, str]:
        """Return the first questions of kept conversations by their names or ids."""
        ...

    def start(self, images: Sequence[LoadedImage]) -> None: ...

    def load(self, session: Session) -> None: ...

    def switch_model(self, model: OpenedModel, options: ResolvedOptions) -> None: ...

    def replace_images(self, sources: Sequence[str]) -> None: ...

    def add_images(self, sources: Sequence[str]) -> None: ...

    def crop_image(self, crop: str) -> None: ...

    def show_preview(self, method: Method, *images: Image, as_input: bool = False) -> bool: ...

    def show_last_turn(self, session: Session) -> None: ...

    def ask(self, question: str) -> None: ...

    def retry(self, changes: dict[str, Any]) -> None: ...

    def continue_answer(self) -> None: ...

    def record(self) -> None: ...
