"""Keeps a conversation in the history as it goes on, and takes an earlier one up again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flashsloth.errors import HistoryError, ImageError, ImageNotFound, OptionError
from flashsloth.history import PICTURE, History, SavedPicture, SavedTurn, Session, new_id, now
from flashsloth.paths import expand
from flashsloth.processing.naming import without_login
from flashsloth_cli import render

if TYPE_CHECKING:
    from flashsloth.processing.load import LoadedImage
    from flashsloth.session import Chat, Dropped, Turn
    from flashsloth_cli.options import Options

LOSSLESS = "PNG"  # what a picture without a file is kept as


def data_folder() -> Path:
    """FLASHSLOTH_HOME, or the user's data folder."""
    if home := os.environ.get("FLASHSLOTH_HOME"):
        return expand(home)
    from platformdirs import user_data_path

    return user_data_path("flashsloth")


def history_path() -> Path:
    return data_folder() / "history.db"


def prompts_path() -> Path:
    """What was typed, for the arrow keys."""
    return data_folder() / "prompts"


def open_history(*, wanted: bool = True) -> History | None:
    """The file of conversations; None where it is not wanted, or with a warning where there can be none."""
    if not wanted or os.environ.get("FLASHSLOTH_NO_HISTORY"):
        return None
    try:
        return open_for_command()
    except HistoryError as error:
        render.note(f"warning: this conversation is not saved: {error}")
        return None


def open_for_command() -> History:
    """Open the file of conversations until the command that is running ends. Raise HistoryError where it cannot be."""
    from typer._click.globals import get_current_context

    history = get_current_context().with_resource(History(history_path()))
    if history.set_aside is not None:
        render.note(f"warning: {history.set_aside}")
    return history


def find_earlier(history: History | None, name: str | None) -> Session:
    """The conversation of that name or id, or the last one. Raises: OptionError without a history, SessionNotFound."""
    if history is None:
        raise OptionError(
            "there is no history to go on from", hint="Leave out --no-history, and FLASHSLOTH_NO_HISTORY."
        )
    return history.last() if name is None else history.find(name)


@dataclass(slots=True)
class Recorder:
    """One conversation on its way into the history. `session` is how it is kept so far."""

    history: History | None
    session: Session
    saved: list[Turn] = field(default_factory=list)  # what of it is in the file
    troubled: bool = False

    def wanted(self, chat: Chat, options: Options) -> tuple[Session, int]:
        """The conversation as it is now, and how many turns of it are in the file already."""
        turns, model = list(chat.turns), place(chat.model.name)
        same = next((i for i, pair in enumerate(zip(turns, self.saved, strict=False)) if pair[0] != pair[1]), None)
        keep = min(len(turns), len(self.saved)) if same is None else same
        kept = self.session.turns[:keep]
        made = tuple(self._as_saved(number, turns[number], model) for number in range(keep, len(turns)))
        held = {picture.sha256: picture for picture in self.session.pictures}
        reading = reading_of(options)
        shown = tuple(
            replace(held.get(sha256) or as_saved(image, reading), dropped=dropped)  # type: ignore[arg-type]
            for sha256, image, dropped in _on_record(chat)
        )
        adapter = chat.model.loaded.adapter
        facts = {"model": model, "adapter": adapter and place(adapter), "system": chat.system, "hd": chat.hd}
        if kept + made:  # times of one that is in no file
            facts["created"] = self.session.created or (kept + made)[0].created
            facts["updated"] = max(self.session.updated, (kept + made)[-1].created)
        return replace(self.session, turns=kept + made, pictures=shown, **facts), keep  # type: ignore[arg-type]

    def keep(self, chat: Chat, options: Options) -> list[str]:
        """Save what is new, or what was taken back; warnings where that cannot be done, or where it went elsewhere."""
        turns, shown = list(chat.turns), [image.sha256 for image in chat.images]
        same = turns == self.saved and shown == [each.sha256 for each in self.session.pictures if each.dropped is None]
        if same or not (turns or self.saved):
            return []
        wanted, keep = self.wanted(chat, options)
        try:
            found = self._save(wanted, keep)
        except HistoryError as error:
            first, self.troubled = not self.troubled, True
            return [f"this conversation is not saved: {error}"] if first else []
        forked = found.id != wanted.id
        self.session, self.saved, self.troubled = found, turns, False
        if forked and wanted.writes:
            return [f"this conversation was changed or removed elsewhere; from here on it is kept as {found.id}"]
        return []

    def _save(self, wanted: Session, keep: int) -> Session:
        """Return the conversation as it is kept now. One whose only turn was taken back is kept no more, unless it has
        a name. Without a history it is only remembered, with the times of its turns."""
        if self.history is None:
            return wanted
        if not wanted.turns and wanted.name is None and self.history.discard(wanted):
            return replace(wanted, writes=0, created="", updated="")
        return self.history.save(wanted, keep)

    def _as_saved(self, number: int, turn: Turn, model: str) -> SavedTurn:
        """A turn that is new, or that is kept already but for its pictures."""
        said = (turn.question, turn.answer, turn.token_ids, turn.reason)
        if number < len(self.session.turns):
            held = self.session.turns[number]
            if said == (held.question, held.answer, held.token_ids, held.reason):
                return replace(held, images=turn.images or 0)
        return SavedTurn(*said, model, now(), turn.images or 0)

    def name(self, name: str) -> None:
        """Raises: HistoryError."""
        assert self.history is not None
        self.session = self.history.rename(self.session, name)


def take_up(earlier: Session, options: Options) -> tuple[list[LoadedImage], Options]:
    """An earlier conversation's pictures but for those that were dropped, and what it settles where no flag says
    otherwise.

    Raises: ImageError where a picture is gone.
    """
    taken = {"model": earlier.model, "system": earlier.system, "hd": earlier.hd, "adapter": earlier.adapter}
    if options.model is not None:
        del taken["adapter"]
    missing = {name: value for name, value in taken.items() if getattr(options, name) is None}
    return read_pictures(earlier), replace(options, **missing)  # type: ignore[arg-type]


def read_pictures(earlier: Session) -> list[LoadedImage]:
    """Return the pictures that an earlier conversation still has. Raises: ImageError where one is gone."""
    return [read_saved(picture) for picture in earlier.pictures if picture.dropped is None]


def _on_record(chat: Chat) -> Iterator[tuple[str, LoadedImage | None, int | None]]:
    """Yield every picture that the turns have shown, then those that wait: its hash, the picture, and the number of the
    turn from which on it was no longer seen."""
    left = iter(chat.images)
    for turn in chat.turns:
        dropped = {each.place: each for each in turn.dropped}
        for place in range(turn.images or 0):
            if gone := dropped.get(place):
                yield gone.sha256, gone.image, gone.since
            else:
                image = next(left)
                yield image.sha256, image, None
    for image in left:
        yield image.sha256, image, None


def fresh(model: str) -> Session:
    return Session(new_id(), model)


def as_saved(image: LoadedImage, reading: dict[str, bool]) -> SavedPicture:
    """A picture as it is kept: its own bytes; one that came without any as PNG."""
    data = image.encoded
    if data is None:
        import io

        out = io.BytesIO()
        image.image.save(out, LOSSLESS)
        data, reading = out.getvalue(), {}
    source = without_login(image.source)  # again: an older history may have a part of it
    source = os.path.abspath(source) if os.path.exists(source) else source
    written = source.encode(errors="surrogateescape").decode(errors="replace")  # a name may be no UTF-8
    return SavedPicture(image.sha256, written, reading, data if len(data) <= PICTURE else None)


def place(name: str) -> str:
    """A model's name; a folder by its whole path, so that it is found from elsewhere too."""
    return os.path.abspath(name) if os.sep in name and os.path.isdir(name) else name


def read_saved(picture: SavedPicture) -> LoadedImage:
    """The picture of an earlier conversation. Raises: ImageError where it is gone, or another by now."""
    from flashsloth.processing.load import read_image

    if picture.data is not None:
        image = read_image(picture.data, name=picture.source, **picture.reading)
        return replace(image, sha256=picture.sha256)
    hint = "It was too large to be kept, or made room for others. Begin a new conversation."
    if not os.path.isfile(picture.source):
        raise ImageNotFound(f"the picture {picture.source} of that conversation is gone", hint=hint)
    try:
        image = read_image(picture.source, **picture.reading)  # type: ignore[arg-type]
    except ImageError as error:
        raise ImageNotFound(f"the picture {picture.source} of that conversation is gone", hint=hint) from error
    if image.sha256 != picture.sha256:
        raise ImageNotFound(f"{picture.source} is another picture by now than in that conversation", hint=hint)
    return image


def as_turns(earlier: Session, model: str) -> list[Turn]:
    """Turns for a chat. What another model said is read as text, not as its tokens."""
    from flashsloth.session import Turn

    turns, at = [], 0
    for saved in earlier.turns:
        ids = saved.token_ids if saved.model == place(model) else ()
        dropped = _dropped(earlier.pictures[at : at + saved.images])
        turns.append(Turn(saved.question, saved.answer, ids, saved.reason, saved.images, dropped))  # type: ignore[arg-type]
        at += saved.images
    return turns


def _dropped(pictures: Sequence[SavedPicture]) -> tuple[Dropped, ...]:
    """Those of a turn's pictures that were taken out since."""
    from flashsloth.session import Dropped

    return tuple(Dropped(at, each.dropped, each.sha256) for at, each in enumerate(pictures) if each.dropped is not None)


def reading_of(options: Options) -> dict[str, bool]:
    """How pictures are read with these options, where that is not the usual way."""
    wanted = {"reference": options.reference_preprocessing, "allow_truncated": options.allow_truncated}
    return {name: True for name, value in wanted.items() if value}
