"""Where the bytes of a picture come from: words that name one, paths, URLs, memory; and what is never
opened."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import socket
import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from flashsloth.errors import (
    ImageAddressRefused,
    ImageError,
    ImageFormatUnsupported,
    ImageNotFound,
    ImageUndecodable,
    ImageUnreadable,
)
from flashsloth.images import sources
from flashsloth.images.reader import read_image
from flashsloth.images.sources import source_kind
from image_samples import encode
from images.helpers import gradient, noise, refusal

needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


WORDS = {
    "http": ("https://h/a", "HTTP://h/a.png"),
    "data": ("data:image/png;base64,AA",),
    "file": ("FILE:///a.png",),
    "path": (
        "/a",
        "./a",
        "../a b",
        "~/a",
        "C:\\a",
        "C:/a",
        r"\\server\a",
        r".\a",
        "my photo.JPG",
        "drawing.svg",
    ),
    None: ("photo", "What is this?", "ftp://h/a", ""),
}


@pytest.mark.parametrize(
    ("word", "kind"), [(word, kind) for kind, words in WORDS.items() for word in words]
)
def test_source_kind(word: str, kind: str | None) -> None:
    assert source_kind(word) == kind


# Paths


def test_missing_files_have_a_suggestion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("photo.jpg", "holiday.png", "phto.txt"):
        (tmp_path / name).touch()
    error = refusal(ImageNotFound, str(tmp_path / "phto.jpg"))
    assert str(error) == f"no file phto.jpg in {tmp_path}"
    assert error.hint == f"Did you mean {tmp_path / 'photo.jpg'}?"
    monkeypatch.chdir(tmp_path)
    assert (
        refusal(ImageNotFound, "PHOTO.JPEG", "no file PHOTO.JPEG in").hint == "Did you mean photo.jpg?"
    )
    assert "Did you mean" not in refusal(ImageNotFound, "zebra.webp", "no file zebra.webp in").hint
    refusal(ImageNotFound, "nowhere/at/all.png", "no file all.png: ", "nowhere/at")
    refusal(ImageNotFound, "photo.jpg/inside.png", "no file inside.png: ", "photo.jpg")


def write_png(path: Path) -> Path:
    path.write_bytes(encode(gradient(), "PNG"))
    return path


def test_spellings_of_one_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_png(tmp_path / (name := "my photo (1)#%.png"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    escaped, url_path = (
        re.sub("([ ()#])", r"\\\1", str(path)),
        str(path).replace("%", "%25").replace(" ", "%20"),
    )
    spellings = [str(path), name, f"'{path}'", f'"{path}" ', escaped, f"~/{name}", f"'~/{name}'"]
    spellings += [start + url_path for start in ("file://", "file://localhost", "file:", "FILE://")]
    for spelling in spellings:
        assert read_image(spelling).source == spelling
    assert read_image(Path("~") / name).width == 60
    (tmp_path / "'odd'").write_bytes(encode(Image.new("RGB", (3, 3)), "PNG"))
    write_png(tmp_path / "odd")
    assert read_image("'odd'").width == 3  # the literal spelling comes first


def test_folders_sockets_and_devices_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", lambda *arguments, **options: pytest.fail("opened"))
    refusal(ImageUnreadable, tmp_path, str(tmp_path), "is a folder")
    if os.path.exists("/dev/zero"):
        refusal(ImageUnreadable, "/dev/zero", "/dev/zero is a device")
    if hasattr(socket, "AF_UNIX"):
        monkeypatch.chdir(tmp_path)  # the name of a socket must be short
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("s.png")
            refusal(ImageUnreadable, "s.png", "s.png is a socket")


@needs_fifo
def test_a_file_replaced_by_a_pipe_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = os.stat(write_png(tmp_path / "a.png"))
    os.mkfifo(tmp_path / "pipe.png")
    # private: the moment between the look and the opening
    monkeypatch.setattr(sources, "_locate", lambda source, label: (source, status))
    refusal(ImageUnreadable, str(tmp_path / "pipe.png"), "pipe.png is a pipe, not a picture")
    refusal(ImageUnreadable, str(tmp_path / "pipe.png"), "pipe.png is a pipe to", pipe=True)


@needs_fifo
@pytest.mark.parametrize("named", [True, False])
def test_pipes_by_path(named: bool, tmp_path: Path) -> None:
    """As `<(cat picture)` gives one, and one that a slower program opens. They are read only if they
    were typed."""
    data, path = encode(noise(), "PNG"), str(tmp_path / "pipe")
    target: str | int = path
    if named:
        os.mkfifo(path)
    else:
        reading, target = os.pipe()
        path = f"/dev/fd/{reading}"

    def write() -> None:
        with open(target, "wb") as pipe:
            pipe.write(data)

    refusal(ImageUnreadable, path, "is a pipe, not a picture")
    assert sources.page_sources(path) == [path]
    writer = threading.Thread(target=write)
    writer.start()
    assert read_image(path, pipe=True).image.tobytes() == noise().tobytes()
    writer.join()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_png(tmp_path / "secret.png")
    denied = Mock(side_effect=PermissionError(13, "Permission denied", str(path)))
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        refusal(ImageUnreadable, path, "secret.png cannot be read: Permission denied")
    monkeypatch.setattr(os, "stat", denied)
    refusal(ImageUnreadable, path, "secret.png cannot be read: Permission denied")


REFUSED: list[tuple[type[ImageError], Any, tuple[str, ...]]] = [
    (ImageNotFound, "a\0b.png", (r"'a\x00b.png'",)),
    (ImageNotFound, "\ud800.png", (r"\ud800",)),
    (ImageUnreadable, "x" * 5000 + ".png", ("xxx", ".png")),
    (ImageUnreadable, "file://elsewhere/a.png", ("another machine",)),
    (ImageNotFound, "file:///no/such%20dir/a.png", ("no file a.png: ", "/no/such dir")),
    (ImageAddressRefused, "ftp://example.org/a.png", ("ftp",)),
    (ImageUndecodable, "data:image/png;base64", ("no comma",)),
    (ImageUndecodable, "data:image/png;base64,???", ("not valid base64",)),
    (ImageFormatUnsupported, "data:text/plain," + "x" * 9999, ("is text",)),
    (ImageUnreadable, io.StringIO("text"), ("binary file",)),
]


@pytest.mark.parametrize(
    ("error", "source", "mentions"), REFUSED, ids=[ascii(row[2][0]) for row in REFUSED]
)
def test_refused(
    error: type[ImageError],
    source: Any,
    mentions: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the current folder is gone."""
    (gone := tmp_path / "gone").mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert len(str(refusal(error, source, *mentions))) < 500


def test_links(tmp_path: Path) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    refusal(ImageUnreadable, loop, "loop.png")
    dangling = tmp_path / "dangling.png"
    dangling.symlink_to(tmp_path / "gone.png")
    refusal(ImageNotFound, dangling, "dangling.png is a link", "gone.png")
    good = tmp_path / "good.png"
    good.symlink_to(write_png(tmp_path / "real.png"))
    assert read_image(good).width == 60


# Memory


def test_data_urls() -> None:
    encoded = encode(gradient(), "PNG")
    digits = base64.b64encode(encoded).decode()
    percent = "".join(f"%{byte:02x}" for byte in encoded)
    for url in (
        f"data:image/png;base64,{digits}",
        f"DATA:image/png;charset=x;BASE64,{digits.rstrip('=')}",
        f"data:;base64,{digits[:100]}\n {digits[100:]}",
        "data:;base64," + base64.urlsafe_b64encode(encoded).decode(),
        "data:;base64," + digits.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
        f"data:,{percent}",
    ):
        assert read_image(url).sha256 == hashlib.sha256(encoded).hexdigest()
    assert read_image(f"data:image/png;base64,{digits}").source == "data:image/png;base64,…"


def test_bytes_and_files_in_memory(tmp_path: Path) -> None:
    encoded = encode(gradient(), "PNG")
    digest = hashlib.sha256(encoded).hexdigest()
    for source in (encoded, bytearray(encoded), memoryview(encoded)):
        loaded = read_image(source)
        assert (loaded.sha256, loaded.source) == (digest, "<bytes>")
    assert read_image(encoded, name="-").source == "-"
    assert read_image(io.BytesIO(encoded)).source == "<file>"
    # it cannot seek
    assert read_image(Mock(spec=["read"], read=io.BytesIO(encoded).read)).sha256 == digest
    path = tmp_path / "a.png"
    path.write_bytes(encoded)
    with path.open("rb") as file:
        assert read_image(file).source == str(path)
    with path.open("rb", buffering=0) as raw:
        assert read_image(raw).sha256 == digest


def test_unreadable_file_objects(tmp_path: Path) -> None:
    closed = io.BytesIO(b"x")
    closed.close()
    refusal(ImageUnreadable, closed, "cannot be read")
    with (tmp_path / "out.png").open("wb") as file:
        refusal(ImageUnreadable, file, "out.png cannot be read")
    for wrong in (None, 7, ["a.png"]):
        with pytest.raises(TypeError, match="path"):
            read_image(wrong)  # type: ignore[arg-type]
