"""What the model gets of pictures: notes about lost letters, their sizes in documents, and a file of the input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import InputError, OptionError
from flashsloth.utils import atomic_write
from flashsloth.utils.output_path import check_output_path
from flashsloth.utils.paths import expand
from flashsloth.utils.text import printable_source
from flashsloth_cli.inputs.arguments import Inputs

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.chat import Chat
    from flashsloth.chat.chat_model import ModelFacts
    from flashsloth.config.picture_scale import PictureScale
    from flashsloth.images.reader import LoadedImage
    from flashsloth_cli.config.resolved_options import ResolvedOptions

SEEN = ("seen_width", "seen_height", "smallest_letters")  # fields of a picture in documents


def seen_facts(scale: PictureScale, width: int, height: int, *, hd: bool) -> dict[str, Any]:
    """Return the fields SEEN of a picture of this size."""
    values = (*scale.seen(width, height, hd=hd), scale.smallest_letters(width, height, hd=hd))
    return dict(zip(SEEN, values, strict=True))


def lost_letters(model: ModelFacts, image: LoadedImage, *, hd: bool, crop: str = "--crop") -> str | None:
    """Return a note about a picture that becomes so much smaller that common letters are lost, or None. It names what
    helps: `crop`, an option or a command, and --hd for a model that was trained with tiles."""
    scale, size = model.picture_scale, (image.width, image.height)
    if not scale.is_strong(*size, hd=hd):
        return None
    facts = seen_facts(scale, *size, hd=hd)
    seen = f"{image.width}x{image.height}, seen at {facts['seen_width']}x{facts['seen_height']}"
    lost = "cannot be read" if scale.readable is None else "are not read reliably"
    tiles = "--hd shows more, " if model.image_hd and not hd and crop.startswith("-") else ""
    return (
        f"{printable_source(image.source)}: {seen}: letters under {facts['smallest_letters']} pixels {lost}; "
        f"{tiles}{crop} X,Y,W,H shows a part larger"
    )


def notes_of(chat: Chat, images: Sequence[LoadedImage], *, crop: str = "--crop") -> list[str]:
    """Return the note about lost letters of each picture that has one."""
    found = [lost_letters(chat.model.facts, image, hd=chat.hd, crop=crop) for image in images]
    return list(filter(None, found))


def check_crop(inputs: Inputs, options: ResolvedOptions) -> None:
    """Raise OptionError for --crop without a picture in the same line."""
    if options.crop is not None and not inputs.pictures:
        hint = f"Name the picture again: flashsloth {inputs.command} photo.jpg --crop {options.crop} -p TEXT"
        raise OptionError("--crop needs a picture in the same line", hint=hint)


def input_file(path: Path | None, inputs: Inputs, *, force: bool) -> Path | None:
    """Return the file of --show-input. Raises: OptionError for another ending, InputError if it exists without --force,
    is one of the pictures, or cannot be there."""
    if path is None:
        return None
    from flashsloth.images.sources import is_same_file

    path = expand(path)
    if path.suffix.lower() != ".png":
        raise OptionError(f"--show-input writes a PNG, not {path}", hint="End the name in .png.")
    check_output_path(path, force=force)
    if path.exists() and any(is_same_file(each.source, path.stat()) for each in inputs.pictures if each.data is None):
        raise InputError(f"{path} is also a picture of the question", hint="Choose another file.")
    return path


def model_input(chat: Chat, images: Sequence[LoadedImage]) -> Image.Image:
    """Return what the model gets of pictures, as one picture."""
    from flashsloth.processing.input_view import input_view

    return input_view([image.image for image in images], chat.model.facts.picture_scale, hd=chat.hd)


def write_input(chat: Chat, path: Path) -> None:
    """Write what the model gets of all pictures of a conversation. Raises: OptionError without one, InputError,
    DiskFull."""
    if not chat.images:
        raise OptionError("--show-input needs a picture", hint="Name one, or leave --show-input out.")
    view = model_input(chat, chat.images)
    with atomic_write.convert_os_errors(path), atomic_write.atomic_write(path) as file:
        view.save(file, "PNG")
