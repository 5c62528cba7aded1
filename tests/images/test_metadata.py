"""What is written inside of picture files: which properties are read, and that hostile files cost
little."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from flashsloth.images import metadata
from flashsloth.images.metadata import read_metadata

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">x</x:xmpmeta>'


def iptc(*values: tuple[int, bytes]) -> bytes:
    """IPTC with data sets of record 2, as a resource of Photoshop."""
    data = b"".join(b"\x1c\x02" + struct.pack(">BH", key, len(value)) + value for key, value in values)
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def exif(**texts: str | bytes) -> Image.Exif:
    made = Image.Exif()
    tags = {"description": 0x010E, "title": 0x9C9B, "comment": 0x9C9C, "keywords": 0x9C9E}
    for name, text in texts.items():
        made[tags[name]] = text
    return made


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG with these segments of metadata, by the number of their marker."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG")
    parts = [b"\xff" + struct.pack(">BH", kind, len(data) + 2) + data for kind, data in segments]
    return b"\xff\xd8" + b"".join(parts) + file.getvalue()[2:]


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with these chunks after its pixels, where ExifTool writes them."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    data = file.getvalue()
    made = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return data[:-12] + b"".join(made) + data[-12:]


def saved(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind, **options)
    return file.getvalue()


def read(path: Path, data: bytes) -> tuple[dict[str, list[str]], bool]:
    """The texts of a file, and whether it has XMP."""
    path.write_bytes(data)
    found = read_metadata(str(path))
    assert found.packet in (b"", XMP)
    return dict(found.texts), bool(found.packet)


CAPTION = iptc((120, b"Caf\xc3\xa9"), (5, b"T"), (25, b"a"), (25, b"b;c"))
RAW_IPTC = b"\nIPTC profile\n   99\n" + CAPTION.hex().encode() + b"\n"
FROM_IPTC = {"description": ["Café"], "title": ["T"], "keywords": ["a", "b;c"]}
WINDOWS = exif(
    description="D",
    title="T\xe4".encode("utf-16-le") + b"\0\0",
    comment="C".encode("utf-16-le"),
    keywords="a;b".encode("utf-16-le"),
)
FROM_WINDOWS = {"description": ["D", "C"], "title": ["Tä"], "keywords": ["a", "b"]}

FILES = {
    "nothing": (jpeg(), {}, False),
    "a JPEG with XMP": (jpeg((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)), {}, True),
    "a JPEG with IPTC": (jpeg((0xED, b"Photoshop 3.0\0" + CAPTION)), FROM_IPTC, False),
    "a JPEG with IPTC in Latin-1": (
        jpeg((0xED, b"Photoshop 3.0\0" + iptc((120, b"Caf\xe9 ")))),
        {"description": ["Café"]},
        False,
    ),
    "a JPEG with EXIF": (saved("JPEG", exif=WINDOWS), FROM_WINDOWS, False),
    "blanks": (saved("JPEG", exif=exif(description="  \0 ")), {"description": []}, False),
    "a PNG with XMP": (png((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)), {}, True),
    "a PNG with compressed XMP": (
        png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP))),
        {},
        True,
    ),
    "a PNG with IPTC": (
        png((b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(RAW_IPTC))),
        FROM_IPTC,
        False,
    ),
    "a PNG with EXIF": (saved("PNG", exif=exif(description="E")), {"description": ["E"]}, False),
    "a PNG with texts": (
        png(
            (b"tEXt", b"Title\0Caf\xe9"),
            (b"iTXt", "Description\0\0\0de\0Titel\0Straße".encode()),
            (b"tEXt", b"Comment\0by a program"),
        ),
        {"title": ["Café"], "description": ["Straße"]},
        False,
    ),
    "a WebP": (saved("WEBP", exif=exif(description="E"), xmp=XMP), {"description": ["E"]}, True),
    "an AVIF": (saved("AVIF", exif=exif(description="E"), xmp=XMP), {"description": ["E"]}, True),
    "a TIFF": (
        saved("TIFF", tiffinfo={270: "E", 700: XMP, 33723: CAPTION[12:], 34377: iptc((120, b"P"))}),
        {"description": ["P", "Café", "E"], "title": ["T"], "keywords": ["a", "b;c"]},
        True,
    ),
    "a BMP": (saved("BMP"), {}, False),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_read(name: str, tmp_path: Path) -> None:
    data, texts, has_xmp = FILES[name]
    assert read(tmp_path / "a", data) == (texts, has_xmp)


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("tag", ["XMP-dc", "IPTC:Caption-Abstract", "EXIF:ImageDescription"])
def test_what_exiftool_writes_is_read(kind: str, tag: str, tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("exiftool is not installed")
    if (kind, tag) == ("webp", "IPTC:Caption-Abstract"):
        pytest.skip("a WebP has no IPTC")
    path = tmp_path / f"a.{kind}"
    Image.new("RGB", (8, 8)).save(path)
    name = "XMP-dc:Description" if tag == "XMP-dc" else tag
    words = ["exiftool", "-q", "-q", "-m", "-overwrite_original", f"-{name}=Grüße", path]
    subprocess.run(words, check=True)
    found = read_metadata(str(path))
    if tag == "XMP-dc":
        assert "Grüße".encode() in found.packet
    else:
        assert found.texts["description"] == ["Grüße"]


def test_what_is_no_picture_has_no_metadata(tmp_path: Path) -> None:
    for made in (tmp_path / "none", tmp_path):
        assert read_metadata(str(made)) == metadata.Metadata()
    assert read(tmp_path / "text", b"Exif\0\0II*\0" + XMP) == ({}, False)


# EXIF whose image resources are all that follows it, which begins with EXIF
NESTED = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 34377, 7, 2**24, 26) + b"\0\0\0\0"


@pytest.mark.parametrize(
    "body",
    [
        b"<x:xmpmeta" * 400_000,
        b"Exif\0\0II*\0" * 400_000,
        b"\xff\xff\xff\xfftEXtTitle\0" * 300_000,
        b"\0\0\0\x10zTXtTitle\0\0" + zlib.compress(b"a" * 2**27),
        b"8BIM\x04\x04\0\0\0\0\0\0" + b"\x1c\x02\x19\0\x01a" * 500_000,
        # directories with as many entries as there can be, each of them with everything that follows
        NESTED * 2000,
        (b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x0e\x01\x02\0\xff\xff\xff\x7f\0\0\0\0" * 65535) * 5,
    ],
)
def test_hostile_files_cost_little(body: bytes, tmp_path: Path) -> None:
    for head in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\xff\xff", b"GIF89a"):
        (tmp_path / "a").write_bytes(head + body)
        begun = time.process_time()
        found = read_metadata(str(tmp_path / "a"))
        assert time.process_time() - begun < 2
        assert all(len(texts) <= metadata.MAX_TEXTS for texts in found.texts.values())
        assert sum(len(text) for texts in found.texts.values() for text in texts) <= 2**26
        assert len(found.packet) <= metadata.MAX_BLOCK


@pytest.mark.parametrize(
    ("head", "repeated"),
    [
        (b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 270, 2, 2**30, 0), b""),
        (b"\x89PNG\r\n\x1a\n", b"\0\x20\0\0eXIf"),
    ],
)
def test_large_files_take_little_memory(head: bytes, repeated: bytes, tmp_path: Path) -> None:
    with open(tmp_path / "a", "wb") as file:
        file.write(head)
        for number in range(60):
            file.seek(number * (2**21 + 12) + len(head))
            file.write(repeated)
        file.truncate(2**27)
    tracemalloc.start()
    read_metadata(str(tmp_path / "a"))
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_ends_the_reading(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    damaged = bytearray(FILES[name][0])
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    read_metadata(str(path))
