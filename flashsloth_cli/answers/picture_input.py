"""What the model gets of pictures: notes about lost letters, a file of the input, and one of where it looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import OptionError
from flashsloth.utils import atomic_write
from flashsloth.utils.text import printable_source
from flashsloth_cli.inputs.arguments import Inputs
from flashsloth_cli.terminal import render

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.chat import Answer, Chat
    from flashsloth.chat.chat_model import ModelFacts
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.config.settings import ResolvedOptions


def lost_letters(model: ModelFacts, images: Iterable[LoadedImage], *, hd: bool, crop: str = "--crop") -> list[str]:
    """Return a note about each picture that becomes so much smaller that common letters are lost. It names what helps:
    `crop`, an option or a command, and --hd for a model that was trained with tiles."""
    scale, notes = model.picture_scale, []
    lost = "cannot be read" if scale.readable is None else "are not read reliably"
    tiles = "--hd shows more, " if model.image_hd and not hd and crop.startswith("-") else ""
    for image in images:
        size = (image.width, image.height)
        if scale.is_strong(*size, hd=hd):
            width, height = scale.seen(*size, hd=hd)
            least = scale.smallest_letters(*size, hd=hd)
            notes.append(
                f"{printable_source(image.source)}: {image.width}x{image.height}, seen at {width}x{height}: letters "
                f"under {least} pixels {lost}; {tiles}{crop} X,Y,W,H shows a part larger"
            )
    return notes


def crop_alone(inputs: Inputs, options: ResolvedOptions) -> OptionError:
    """Return the error of --crop without a picture in the same line."""
    hint = f"Name the picture again: flashsloth {inputs.command} photo.jpg --crop {options.crop} -p TEXT"
    return OptionError("--crop needs a picture in the same line", hint=hint)


def model_input(chat: Chat, images: Sequence[LoadedImage]) -> Image.Image:
    """Return what the model gets of pictures, as one picture."""
    from flashsloth.processing.resizing import input_view

    return input_view([image.image for image in images], chat.model.facts.picture_scale, hd=chat.hd)


def write_input(chat: Chat, path: Path) -> None:
    """Write what the model gets of all pictures of a conversation. Raises: OptionError without one, InputError,
    DiskFull."""
    if not chat.images:
        raise OptionError("--show-input needs a picture", hint="Name one, or leave --show-input out.")
    view = model_input(chat, chat.images)
    with atomic_write.convert_os_errors(path), atomic_write.atomic_write(path) as file:
        view.save(file, "PNG")


def write_explanation(answer: Answer, path: Path, options: ResolvedOptions) -> dict[str, Any]:
    """Write where the model looked to a file, and return its field of the document."""
    explanation, more = answer.explain(), options.explain_panels
    explanation.save(path, tokens=more in ("tokens", "all"), pooling=more in ("pooling", "all"))
    if not options.quiet and not options.json:
        render.note(f"note: written to {path}")
    return {"explanation": {"file": str(path), **explanation.document()}}
