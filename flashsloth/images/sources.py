"""Read the bytes of a picture from a path, from a file:, data: or http(s) URL, from memory, or from an
open binary file.

This module also decides which words name a picture (`source_kind`), finds the file of a path that is
quoted or escaped, and handles the names of pages: `scan.tif#2` is the second page. Devices are never
opened. It also parses the description of a part of a picture: X,Y,W,H in pixels or percent.
"""

from __future__ import annotations

import base64
import binascii
import math
import os
import re
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Literal, NoReturn, TypeAlias
from unicodedata import normalize
from urllib.parse import unquote_to_bytes

from flashsloth.errors import (
    CropOutside,
    ImageError,
    ImageNotFound,
    ImageTooLarge,
    ImageUndecodable,
    ImageUnreadable,
    OptionError,
    OutOfThreads,
)
from flashsloth.images.formats import FRAMES, HEADER_BYTES, MAX_PAGES, readable_format
from flashsloth.utils import system
from flashsloth.utils.paths import expand_text, of_file_url
from flashsloth.utils.text import error_reason, path_meant, printable, printable_source, source_name

ByteSource: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO"

MAX_FILE_BYTES = 512 * 2**20
PIPE_SECONDS = 0.5  # seconds to wait until a pipe has a writer

PICTURE_EXTENSIONS = (
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".webp",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".avif",
    ".heic",
    ".heif",
    ".pdf",
    ".pnm",
    ".pbm",
    ".pgm",
    ".ppm",
    ".apng",
    ".dng",
    ".nef",
    ".cr2",
    ".arw",
)

# These include extensions of formats that are not supported. A word with such an extension is also
# understood as a picture, so that the user gets the error that its format is not supported.
NAMED_EXTENSIONS = (
    *PICTURE_EXTENSIONS,
    ".svg",
    ".jp2",
    ".ico",
    ".tga",
    ".qoi",
    ".cr3",
    ".raf",
    ".orf",
    ".rw2",
)

SourceKind = Literal["http", "data", "file", "path"]
URL = re.compile(r"(https?|file|data):", re.IGNORECASE)
GLOB = re.compile(r"[*?\[]")  # a word with one of these characters may be a pattern
_OTHER_URL = re.compile(r"[a-z][a-z0-9+.-]*(?=://)", re.IGNORECASE)
_PAGE = re.compile(r"(.*[^#])#([1-9][0-9]{0,5})", re.DOTALL)
# matches the beginning of a path that starts with a folder, also if it is written with backslashes
ROOTED = re.compile(r"/|\.\.?[\\/]|~|[A-Za-z]:[\\/]|\\\\")
_SHELL_QUOTES = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)


def source_kind(word: str) -> SourceKind | None:
    """Return which kind of source a word names, judged only by its text. Return None for a word that
    may be something else. A word is a path if it begins with a folder (`/`, `./`, `../`, `~`, a drive)
    or ends with the extension of a picture."""
    if scheme := URL.match(word):
        kinds: dict[str, SourceKind] = {"file": "file", "data": "data"}
        return kinds.get(scheme[1].lower(), "http")
    return "path" if ROOTED.match(word) or has_picture_name(word) else None


def has_picture_name(path: str) -> bool:
    """Return whether a path has the extension of a picture, in a supported or an unsupported format."""
    page = _PAGE.fullmatch(path)
    return (page[1] if page else path).lower().endswith(NAMED_EXTENSIONS)


def split_page(source: str) -> tuple[str, int | None]:
    """Split `scan.tif#2` into the file and the page. The page is None if no page is named, or if there
    is a file whose own name is the whole text."""
    match = _PAGE.fullmatch(source)
    kind = source_kind(source)
    if match is None or kind == "data":
        return source, None
    path = source if kind != "file" else of_file_url(source) or source
    is_file = kind != "http" and any(os.path.exists(each) for each in candidate_paths(path))
    return (source, None) if is_file else (match[1], int(match[2]))


def read_source(
    source: ByteSource,
    label: str,
    *,
    allow_local: bool = False,
    private_hosts: list[str] | None = None,
    limit: int = MAX_FILE_BYTES,
    pipe: bool = False,
) -> bytes:
    """Return the bytes of a source, which are never empty. Of a file only about the first `limit` bytes
    are read. `label` names the source in errors. The arguments about addresses are those of `fetch`.

    A path may name a pipe only if `pipe` is true, because nobody may ever write to it, and others may
    wait for what is in it. It is true for a path that somebody typed as an argument.

    Raises: ImageError if it cannot be read or is too large; TypeError for a source of another type.
    """
    if isinstance(source, str | os.PathLike):
        name = split_page(os.fsdecode(source))[0]
        # a PathLike is a path, even if its text looks like a URL
        kind = source_kind(name) if isinstance(source, str) else "path"
        if kind == "data":
            data = _read_data_url(name, label)
        elif kind == "file":
            data = _read_path(file_url_path(name, label), label, limit, pipe=pipe)
        elif isinstance(source, str) and (kind == "http" or _OTHER_URL.match(name)):
            # imported here, because its own imports take time
            from flashsloth.images.http_fetch import fetch

            data = fetch(name, label, allow_local=allow_local, private_hosts=private_hosts)
        else:
            data = _read_path(name, label, limit, pipe=pipe)
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif hasattr(source, "read"):
        try:
            data = _read_stream(source, label)
        except (OSError, ValueError) as error:
            raise ImageUnreadable(f"{label} cannot be read: {error_reason(error)}") from error
    else:
        raise TypeError(
            f"an image is a path, URL, bytes, binary file or PIL image, not {type(source).__name__}"
        )
    if len(data) > MAX_FILE_BYTES:
        _refuse_bytes(label)
    if not data:
        raise ImageUnreadable(f"{label} is empty (0 bytes)", hint="Save or download the picture again.")
    return data


def _read_data_url(url: str, label: str) -> bytes:
    header, comma, payload = url.partition(",")
    if not comma:
        raise ImageUndecodable(
            f"{label} has no comma before its data", hint="Expected data:image/png;base64,…."
        )
    if len(payload) > 4 * MAX_FILE_BYTES:
        _refuse_bytes(label)
    raw = unquote_to_bytes(payload)
    if not header.lower().rstrip().endswith(";base64"):
        return raw
    digits = raw.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n=")
    try:
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
    except binascii.Error as error:
        raise ImageUndecodable(
            f"{label} is not valid base64: {error_reason(error)}",
            hint="The URL was probably cut when it was copied.",
        ) from error


def file_url_path(url: str, label: str) -> str:
    """Return the path of a file: URL. Raises: ImageUnreadable for a file on another machine."""
    path = of_file_url(url)
    if path is None:
        raise ImageUnreadable(
            f"{label} names a file on another machine", hint="Give the path of a local file."
        )
    return path


# Paths


def find_path(source: str) -> str:
    """Return the path of the file that a path or a file: URL names, with the page that was named. Of a
    path it is the first of the candidate paths that exists. Raises: ImageNotFound, ImageUnreadable."""
    file, page = split_page(source)
    label = printable_source(source)
    found = _locate(file_url_path(file, label) if source_kind(file) == "file" else file, label)[0]
    return found if page is None else f"{found}#{page}"


def stat_source(source: str) -> os.stat_result | None:
    """Return the status of the file that a path or a file: URL names, or None for other URLs. Raises:
    ImageError."""
    label = printable_source(source_name(source))
    file = split_page(source)[0]
    kind = source_kind(source)
    if kind in ("http", "data"):
        return None
    return _locate(file_url_path(file, label) if kind == "file" else file, label)[1]


def is_same_file(source: str, file: os.stat_result) -> bool:
    """Return whether a source is this file, whatever name it uses. Return False if the source does not
    exist."""
    with suppress(ImageError):
        status = stat_source(source)
        return status is not None and os.path.samestat(status, file)
    return False


def page_sources(source: str) -> list[str]:
    """Return `scan.tif#1`, `scan.tif#2`, … for a local file with several pages. For every other source,
    and for a file that cannot be read, return a list with only the source."""
    count = 1
    # Errors are ignored here, because they are raised again when the source is read. A damaged PDF
    # raises ValueError.
    with suppress(ImageError, OSError, ValueError, OutOfThreads):
        status = stat_source(source) if split_page(source)[1] is None else None
        if status is not None and status.st_size <= MAX_FILE_BYTES:
            path = find_path(source)
            # only a regular file, because a pipe can be read only once
            with open(path, "rb", opener=system.open_regular) as file:
                kind = readable_format(file.read(HEADER_BYTES), source)
                if kind in FRAMES:
                    count = len(FRAMES[kind](file))
            if kind == "PDF":
                from flashsloth.images.pdf import render_page

                count = min(render_page(b"", 0, source, path)[1], MAX_PAGES)
    return [f"{source}#{page}" for page in range(1, count + 1)] if count > 1 else [source]


def _read_path(source: str, label: str, limit: int, *, pipe: bool) -> bytes:
    """Read a regular file, or with `pipe` a pipe. Everything else is refused because of its status and
    not opened, because opening it could block."""
    path, status = _locate(source, label)
    _check_kind(status.st_mode, label, pipe=pipe)
    if status.st_size > MAX_FILE_BYTES:
        _refuse_bytes(label)

    # Without O_NONBLOCK, opening a pipe to which nobody writes would block forever.
    more = getattr(os, "O_NONBLOCK", 0)
    try:
        with open(
            path, "rb", buffering=0, opener=lambda name, flags: os.open(name, flags | more)
        ) as file:
            mode = os.fstat(file.fileno()).st_mode
            # the file may have been replaced since its status was read
            _check_kind(mode, label, pipe=pipe)
            begun = _wait_for_writer(file, label) if stat.S_ISFIFO(mode) else b""
            return begun + _read_stream(file, label, limit)
    except OSError as error:
        raise ImageUnreadable(f"{label} cannot be read: {error_reason(error)}") from error


def _wait_for_writer(pipe: BinaryIO, label: str) -> bytes:
    """Wait until somebody writes to a pipe that was opened in non-blocking mode. Return the first
    bytes, and switch the pipe to blocking mode."""
    end = time.monotonic() + PIPE_SECONDS
    while (begun := pipe.read(1 << 16)) == b"":  # None means that there is a writer, but no data yet
        if time.monotonic() > end:
            raise ImageUnreadable(f"{label} is a pipe to which nothing is written")
        time.sleep(0.02)
    os.set_blocking(pipe.fileno(), True)  # type: ignore[attr-defined, unused-ignore]
    return begun or b""


def _read_stream(stream: Any, label: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read a stream to its end, but at most one byte more than the limit."""
    data = bytearray()
    while len(data) <= limit:
        piece = stream.read(min(1 << 24, limit + 1 - len(data)))
        if piece == b"":
            break
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise ImageUnreadable(
                f"{label} is not a binary file open for reading", hint='Open it with mode "rb".'
            )
        data += piece
    return bytes(data)


def _locate(source: str, label: str) -> tuple[str, os.stat_result]:
    """Return the first of the candidate paths that exists, and its status. Links are followed."""
    for path in candidate_paths(source):
        try:
            return path, os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            if os.path.islink(path):
                target = printable_source(os.readlink(path))
                raise ImageNotFound(f"{label} is a link to {target}, which does not exist") from None
        # the name contains a NUL, or characters that are not possible in file names
        except ValueError as error:
            raise ImageNotFound(f"no file {label}: {error_reason(error)}") from error
        except OSError as error:
            raise ImageUnreadable(f"{label} cannot be read: {error_reason(error)}") from error
    raise not_found(source)


def candidate_paths(path: str) -> list[str]:
    """Return the paths that a user may have meant, the most likely one first. They are the path
    unchanged, stripped, without quotes or backslashes, and with backslashes as in Windows. Each is also
    tried with `~` expanded. Then follow all of them with accents in the other Unicode normal form,
    which macOS uses."""
    candidates = [path, path.strip(), unquote(path.strip())]
    if not system.WINDOWS:
        candidates.append(path.strip().replace("\\", "/"))
    both = [path for candidate in candidates for path in (candidate, expand_text(candidate))]
    if not path.isascii():
        both += [normalize(form, each) for form in ("NFC", "NFD") for each in both]
    return [path for path in dict.fromkeys(both) if path]


def unquote(word: str) -> str:
    """Remove the quotes and backslashes that a POSIX shell removes. On Windows, where a backslash
    separates folders, remove only quotes around the word and backslashes before spaces. An unmatched
    quote is kept."""
    if system.WINDOWS:
        quoted = len(word) > 2 and word[0] == word[-1] and word[0] in "'\""
        return word[1:-1] if quoted else word.replace("\\ ", " ")
    return _SHELL_QUOTES.sub(
        lambda part: part[1] or part[3] or re.sub(r'\\([\\"$`])', r"\1", part[2] or ""), word
    )


def not_found(source: str) -> ImageNotFound:
    """Return the error for a path that does not exist, with a similar name as the hint."""
    if not source.strip():
        return ImageNotFound("no file: the path is empty", hint="Give the path of a picture.")
    path = expand_text(unquote(source.strip()))
    folder, file = os.path.split(path.rstrip("/") or path)
    try:
        absolute = os.path.abspath(folder)
    except OSError:  # os.getcwd() fails if the working directory was removed
        absolute = folder or "."
    if not os.path.isdir(absolute):
        return ImageNotFound(
            f"no file {printable_source(file)}: there is no folder {printable_source(folder or absolute)}"
        )
    return ImageNotFound(
        f"no file {printable_source(file)} in {printable_source(absolute)}",
        hint=path_meant(path) or None,
    )


def _check_kind(mode: int, label: str, *, pipe: bool) -> None:
    """Raise ImageUnreadable for everything except a regular file and, with `pipe`, a pipe."""
    if stat.S_ISREG(mode) or (pipe and stat.S_ISFIFO(mode)):
        return
    if stat.S_ISDIR(mode):
        raise ImageUnreadable(
            f"{label} is a folder, not a picture", hint="Give the path of a picture inside it."
        )
    kinds = {stat.S_IFSOCK: "a socket", stat.S_IFIFO: "a pipe"}
    kind = kinds.get(stat.S_IFMT(mode), "a device")
    raise ImageUnreadable(f"{label} is {kind}, not a picture file")


def _refuse_bytes(label: str) -> NoReturn:
    raise ImageTooLarge(
        f"{label} is larger than {MAX_FILE_BYTES // 2**20} MB, the limit for one picture"
    )


# Parts of pictures

CropLike: TypeAlias = "str | Sequence[int] | Crop"

CROP_LENGTH = re.compile(r"([0-9]{1,9})|([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
CROP_HINT = "As in: 100,50,640,480 in pixels, or 10%,10%,80%,80%"


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture: its left and upper edge, its width and its height. `text` is the description
    as it was written, without spaces."""

    text: str
    # the numbers X, Y, W and H, each with whether it is in percent
    lengths: tuple[tuple[Fraction, bool], ...]

    def box(self, width: int, height: int, label: str) -> tuple[int, int, int, int]:
        """Return the left, upper, right and lower edge of the part in whole pixels, for a picture of
        this size. Fractions are rounded so that the part becomes larger. `label` names the picture in
        errors.

        Raises: CropOutside.
        """
        pairs = zip(self.lengths, (width, height, width, height), strict=True)
        x, y, w, h = (
            value * side / 100 if in_percent else value for (value, in_percent), side in pairs
        )
        if x + w > width or y + h > height:
            raise CropOutside(
                f"{label} is {width}x{height} pixels; the part {self.text} is not inside it",
                hint=f"X + W may be at most {width}, and Y + H at most {height}.",
            )
        return math.floor(x), math.floor(y), math.ceil(x + w), math.ceil(y + h)


def parse_crop(crop: CropLike) -> Crop:
    """Parse X,Y,W,H. Raises: OptionError for another form, for an empty part, and for more than 100% of
    a side."""
    if isinstance(crop, Crop):
        return crop
    text = crop if isinstance(crop, str) else ",".join(map(str, crop))
    parts = [part.strip() for part in text.split(",")]
    found = [CROP_LENGTH.fullmatch(part) for part in parts]
    if len(parts) != 4 or not all(found):
        raise OptionError(
            f"the part of a picture must be X,Y,W,H, not {printable(text)}", hint=CROP_HINT
        )
    lengths = tuple((Fraction(each[1] or each[2]), each[2] is not None) for each in found if each)
    for name, start, length in zip("WH", lengths[:2], lengths[2:], strict=True):
        if not length[0]:
            raise OptionError(f"the part {printable(text)} is empty: {name} is 0", hint=CROP_HINT)
        # lengths in pixels can only be checked when the size of the picture is known
        percent = sum(value for value, in_percent in (start, length) if in_percent)
        if length[1] and percent > 100:
            raise OptionError(
                f"the part {printable(text)} has more than 100% of a side", hint=CROP_HINT
            )
    return Crop(",".join(parts), lengths)
