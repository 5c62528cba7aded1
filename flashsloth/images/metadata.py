"""Read the title, the description and the keywords that are stored inside a picture's file: in IPTC, in
EXIF and in the texts of a PNG. XMP is returned as it is, because `batch/xmp.py` parses it.

Pixels are never decoded. Blocks of metadata are found by their marks, as the XMP specification allows
(part 3, packet scanning), and the tags of a TIFF by its directory. Pillow is not used: it does not read
what follows the pixels of a PNG, where ExifTool writes, and has no limits here. A file is untrusted:
the number and the sizes of the blocks that are read are limited, and damage ends the reading.

The properties are those of the guidelines of the Metadata Working Group, and those of Windows
(XPTitle, XPComment, XPKeywords).
"""

from __future__ import annotations

import io
import re
import zlib
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from flashsloth.images.formats import HEADER_BYTES, identify, read_at, tag_bytes
from flashsloth.utils.system import open_regular

MAX_BLOCK = 1 << 20  # a longer block is cut, and a longer packet of XMP ignored
MAX_TEXTS = 1000  # texts of a name
MAX_PNG_TEXTS = 64
MAX_BLOCKS = 1 << 23  # of all blocks of a JPEG or a PNG together
MAX_PARTS = 1 << 16  # segments of a JPEG, or chunks of a PNG
MAX_SEARCHED = 1 << 26  # of other formats, in which metadata may be anywhere

PACKET_END = b"</x:xmpmeta>"
# in most formats, in a WebP with its size, and in a PNG
EXIF = re.compile(rb"[Ee][Xx][Ii][Ff](?:\0\0|....)?(?=II\*\0|MM\0\*)", re.DOTALL)
IPTC = re.compile(rb"8BIM\x04\x04.{6}(?=\x1c)", re.DOTALL)  # a resource of Photoshop without a name

# kind and key of a text in a PNG; programs store other metadata as raw profiles
PNG_TEXT = re.compile(
    rb"(tEXt|zTXt|iTXt)(Title|Description|Raw profile type \w+|XML:com\.adobe\.xmp)\0"
)

TIFF_XMP, TIFF_IPTC, TIFF_PHOTOSHOP = 700, 33723, 34377  # tags whose value is a block
# tags of EXIF and their encodings; "" stands for UTF-8, or Latin-1 if it is not UTF-8
TAGS = {
    0x010E: ("description", ""),
    0x9C9B: ("title", "utf-16-le"),
    0x9C9C: ("description", "utf-16-le"),
    0x9C9E: ("keywords", "utf-16-le"),
}
IPTC_TEXTS = {b"\5": "title", b"\x78": "description", b"\x19": "keywords"}  # data sets of record 2


@dataclass(slots=True)
class Metadata:
    """What a file says about its picture. `texts` has lists of texts by the names title, description
    and keywords; no text is empty. `packet` is the XMP, or empty."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    packet: bytes = b""

    def add(self, name: str, data: bytes, encoding: str = "") -> None:
        try:
            text = data.decode(encoding or "utf-8", "ignore" if encoding else "strict")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        texts = text.split(";") if encoding and name == "keywords" else [text]
        texts = [text for each in texts if (text := each.strip("\0 \t\r\n"))]
        self.texts[name] += texts[: MAX_TEXTS - len(self.texts[name])]

    def search(self, data: bytes, *, with_exif: bool = True) -> None:
        """Add the first block of each kind that has its mark in `data`."""
        start = data.find(b"<x:xmpmeta")
        end = data.find(PACKET_END, start)
        if 0 <= start < end < start + MAX_BLOCK and not self.packet:
            self.packet = data[start : end + len(PACKET_END)]
        if iptc := IPTC.search(data):
            self.add_iptc(data[iptc.end() : iptc.end() + MAX_BLOCK])
        if with_exif and (exif := EXIF.search(data)):
            self.add_tags(io.BytesIO(data[exif.end() : exif.end() + MAX_BLOCK]))

    def add_png_texts(self, data: bytes) -> None:
        for found in islice(PNG_TEXT.finditer(data), MAX_PNG_TEXTS):
            kind, key = found[1], found[2].decode()
            size = int.from_bytes(data[max(found.start() - 4, 0) : found.start()])
            text = data[found.end() : found.start() + 4 + min(size, MAX_BLOCK)]
            is_compressed = kind == b"zTXt" or (kind == b"iTXt" and text[:1] == b"\1")
            # before the text there is the method of its compression; in iTXt also a flag, a language
            # and the translated key
            text = text[2:].split(b"\0", 2)[-1] if kind == b"iTXt" else text[is_compressed:]
            with suppress(zlib.error, ValueError):
                if is_compressed:
                    text = zlib.decompressobj().decompress(text, MAX_BLOCK)
                if key.startswith("Raw"):  # lines: a name, a size, hexadecimal digits
                    text = bytes.fromhex(text.strip().split(b"\n", 2)[-1].decode("latin-1"))
                if key in ("Title", "Description"):
                    self.add(key.lower(), text, "" if kind == b"iTXt" else "latin-1")
                else:
                    self.search(text)

    def add_tags(self, file: BinaryIO) -> None:
        """Add the texts of a TIFF or of a block of EXIF, which is a TIFF without a picture."""
        found = tag_bytes(file, {TIFF_XMP, TIFF_IPTC, TIFF_PHOTOSHOP, *TAGS}, MAX_BLOCK)
        # a block of EXIF inside another one could be one of thousands
        self.search(found.pop(TIFF_XMP, b"") + found.pop(TIFF_PHOTOSHOP, b""), with_exif=False)
        self.add_iptc(found.pop(TIFF_IPTC, b""))
        for tag, data in found.items():
            name, encoding = TAGS[tag]
            self.add(name, data, encoding)

    def add_iptc(self, data: bytes) -> None:
        at = 0
        # values of 32 kB or more have another layout, and are no texts
        while data[at : at + 1] == b"\x1c" and (size := int.from_bytes(data[at + 3 : at + 5])) < 0x8000:
            if data[at + 1 : at + 2] == b"\2" and (name := IPTC_TEXTS.get(data[at + 2 : at + 3])):
                self.add(name, data[at + 5 : at + 5 + size])
            at += 5 + size


def read_metadata(path: str) -> Metadata:
    """Return the metadata of a file. They are empty for a file that cannot be read or has none."""
    found = Metadata()
    with suppress(OSError, ValueError), open(path, "rb", opener=open_regular) as file:
        kind = identify(file.read(HEADER_BYTES))
        if kind == "TIFF":
            found.add_tags(file)
        elif kind in ("WEBP", "HEIC", "AVIF", "GIF"):
            found.search(read_at(file, 0, MAX_SEARCHED))
        elif kind in ("JPEG", "PNG"):
            data = _without_pixels(file, kind)
            found.search(data)
            if kind == "PNG":
                found.add_png_texts(data)
    return found


def _without_pixels(file: BinaryIO, kind: str) -> bytes:
    """Return the segments of a JPEG before its pixels, or the chunks of a PNG around them. To search
    megabytes of pixels takes much longer than to skip them."""
    data = bytearray()
    at = 2 if kind == "JPEG" else 8
    for _ in range(MAX_PARTS):
        head = read_at(file, at, 8)
        if kind == "JPEG":
            size = 2 + int.from_bytes(head[2:4])
            # pixels begin at SOS; a JPEG without pixels ends at EOI
            is_end = head[:1] != b"\xff" or head[1:2] in (b"\xda", b"\xd9")
        else:
            size = 12 + int.from_bytes(head[:4])
            is_end = len(head) < 8
        if is_end or len(data) > MAX_BLOCKS:
            break
        if head[4:] != b"IDAT":
            data += read_at(file, at, min(size, MAX_BLOCK))
        at += size
    return bytes(data)
