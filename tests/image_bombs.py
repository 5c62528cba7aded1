"""Small files that ask for much: sizes in headers, parts without number, drawings within drawings. The
cheap ones come first. What a large picture may take is in tests/images/test_decoding_memory.py."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import product
from typing import NamedTuple

from PIL import Image

from image_samples import bmp, chunk, encode, png, tiff

REFUSAL_MIB = 64.0  # what refusing a file may take beyond three times its size


class Bomb(NamedTuple):
    """A file, and whether it must be refused; otherwise it may be read too."""

    what: str
    make: Callable[[], bytes]
    refused: bool
    limit_s: float = 5.0
    limit_mib: float = REFUSAL_MIB


def zeros(length: int) -> bytes:
    """Return that many zeros, deflated."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    pieces = [packer.compress(block[: min(length - at, 1 << 20)]) for at in range(0, length, 1 << 20)]
    return b"".join(pieces) + packer.flush()


ONE_COLOR = bytes.fromhex(
    "524946461e000000574542505650384c110000002f0fc0030007d0842634a1ff8188e87f0000"
)


def one_color_webp(width: int, height: int) -> bytes:
    """Return a lossless WebP of 38 bytes at any size."""
    return ONE_COLOR[:21] + struct.pack("<I", (width - 1) | (height - 1) << 14) + ONE_COLOR[25:]


def webp(width: int, height: int) -> bytes:
    """Return an animation of one small frame on a canvas of that size."""
    frame = bytes(6) + (7).to_bytes(3, "little") * 2 + bytes((100, 0, 0, 0))
    frame += encode(Image.new("RGB", (8, 8)), "WEBP", lossless=True)[12:]
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, 2) + (width - 1).to_bytes(3, "little")
    body += (height - 1).to_bytes(3, "little") + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += b"ANMF" + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(screen: int, frame: int, before: bytes = b"") -> bytes:
    head = b"GIF89a" + struct.pack("<HH", screen, screen) + b"\xf0\0\0" + bytes(6)
    return head + before + b"," + struct.pack("<HHHH", 0, 0, frame, frame) + b"\0\x02\x02\x4c\x01\0;"


def grey_tiff(compression: int, tile: int) -> bytes:
    """Return a TIFF of one pixel, in a tile of which 100 bytes are there."""
    size = [
        (256, 4, 1, 1),
        (257, 4, 1, 1),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
    ]
    return tiff(
        [*size, (322, 4, 1, tile), (323, 4, 1, tile), (324, 4, 1, 8), (325, 4, 1, 100)], bytes(100)
    )


def many_tags(count: int, size: int) -> bytes:
    """Return a TIFF directory whose tags all hold the same bytes of the file."""
    entries = b"".join(struct.pack("<HHII", at, 7, size, 8) for at in range(300, 300 + count))
    return (
        b"II*\0"
        + struct.pack("<IH", 8, count)
        + entries
        + bytes(4)
        + bytes(max(size - len(entries), 0))
    )


def many_pages(count: int) -> bytes:
    """Return a TIFF of that many directories without an entry."""
    return b"II*\0\x08\0\0\0" + b"".join(struct.pack("<HI", 0, 14 + 6 * at) for at in range(count))


def jpeg(inserted: bytes = b"", width: int = 8, height: int = 8) -> bytes:
    plain = encode(Image.new("RGB", (width, height)), "JPEG")
    return plain[:2] + inserted + plain[2:]


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def scans(side: int, count: int) -> bytes:
    """Return a progressive JPEG that repeats its last scan."""
    plain = encode(Image.new("L", (side, side)), "JPEG", progressive=True)
    last, end = plain.rindex(b"\xff\xda"), plain.rindex(b"\xff\xd9")
    return plain[:end] + plain[last:end] * count + plain[end:]


def stepped_profile(steps: int) -> bytes:
    """Return an ICC profile that computes colors in that many steps, all of which are the same bytes of
    it; a step makes red of black."""
    step = b"matf" + struct.pack(">4x2H12f", 3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0)
    place = struct.pack(">II", 16 + 8 * steps, len(step))
    tag = b"mpet" + struct.pack(">4x2HI", 3, 3, steps) + place * steps + step
    white = b"XYZ " + struct.pack(">4x3I", 63190, 65536, 54061)
    table = struct.pack(">I4s2I4s2I", 2, b"wtpt", 156, len(white), b"D2B0", 176, len(tag))
    head = struct.pack(">I4xI12s12x4s28x", 176 + len(tag), 0x4300000, b"mntrRGB XYZ ", b"acsp")
    return head + white[8:] + bytes(48) + table + white + tag


def lying_avif(side: int, stated: int) -> bytes:
    """Return an AVIF whose container states another size than its coded picture has."""
    made = bytearray(encode(Image.new("RGB", (side, side)), "AVIF", speed=10, quality=10))
    at = -1
    while (at := made.find(b"ispe", at + 1)) >= 0:
        made[at + 8 : at + 16] = struct.pack(">II", stated, stated)
    return bytes(made)


def pdf(
    content: bytes, more: tuple[bytes, ...] = (), box: str = "0 0 200 200", names: bytes = b""
) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<</XObject<<%b>>>>>>"
        % (box.encode(), names),
        stream(content),
        *more,
    ]
    out, table = b"%PDF-1.7\n", b""
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\n" % (size, table, size)
    return out + end + b"startxref\n%d\n%%%%EOF" % len(out)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def nested(depth: int, times: int) -> bytes:
    """Return forms within forms: the innermost is drawn times ** depth times."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F %d 0 R>>>>"
    inner = [b"/F Do " * times if at < depth else b"0 0 9 9 re f" for at in range(depth + 1)]
    return pdf(
        b"/F Do",
        tuple(stream(text, head % (6 + at)) for at, text in enumerate(inner)),
        names=b"/F 5 0 R",
    )


def pdf_picture(side: int, times: int) -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    drawn = b"200 0 0 200 0 0 cm " + b"/I Do " * times
    return pdf(drawn, (stream(zeros(side * side), head % (side, side)),), names=b"/I 5 0 R")


def bombs() -> list[Bomb]:
    return [*headers(), *_parts(), *(_drawings() if find_spec("pypdfium2") else ())]


def headers() -> list[Bomb]:
    """Sizes that the file states and does not hold."""
    sizes = (
        (60_000, 60_000),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (2**31 - 1, 2**31 - 1),
        (20_000_000, 1),
        (1, 20_000_000),
    )
    canvases = ((16_384, 16_384), (1 << 24, 10), (10, 1 << 24), (65_535, 65_535), (1 << 24, 1 << 24))
    tiles = product((1, 5, 7, 8, 50000), (16_000, 46_000, 60_000))
    made: list[tuple[str, Callable[[], bytes]]] = [
        *((f"PNG of {w}x{h}", partial(png, w, h, bytes(100))) for w, h in sizes),
        *((f"BMP of {w}x{h}", partial(bmp, w, h, 8, 0, bytes(100))) for w, h in sizes[:4]),
        *((f"GIF with a screen of {n}", partial(gif, n, 1)) for n in (65535, 20_000)),
        ("GIF with a frame of 65535", partial(gif, 1, 65535)),
        *((f"WEBP canvas of {w}x{h}", partial(webp, w, h)) for w, h in canvases),
        *((f"TIFF with a tile of {n}, compression {how}", partial(grey_tiff, how, n)) for how, n in tiles),
        *((f"run-length coded BMP of {w}x{h}", partial(bmp, w, h, 8, 1, b"\1\1\0\0" * 100))
          for w, h in ((100_000_000, 1), (13_000, 13_000))),
        ("PNM of 60000", lambda: b"P6 60000 60000 255\n" + bytes(100)),
        ("PNM of 5000 in digits", lambda: b"P3 5000 5000 255\n" + b"0 " * 100),
        ("PNM of 5000 up to 100", lambda: b"P6 5000 5000 100\n" + bytes(100)),
        ("PNM with 4 MB of comment in its header", lambda: b"P6 #" + bytes(4 << 20) + b"\n1 1 255\n123"),
    ]  # fmt: skip
    return [Bomb(what, make, refused=True) for what, make in made]


def _parts() -> list[Bomb]:
    """Parts without number, or much that is packed in little."""
    packed = zeros(1 << 27)
    tags = segment(0xE1, b"Exif\0\0" + many_tags(5000, 60_000)[:65_000])
    comments = b"!\xfe" + (b"\xff" + b"c" * 255) * 16_000 + b"\0"
    dressed, text = partial(png, 8, 8, bytes(200)), chunk(b"zTXt", b"a\0\0" + zeros(1 << 20))
    return [
        Bomb(
            "JPEG with 8 MB of zeros before its scan",
            partial(jpeg, b"\xff\xe0\0\2" + bytes(8 << 20)),
            False,
        ),
        Bomb("JPEG with 8 MB of fill bytes", partial(jpeg, b"\xff" * (8 << 20)), True),
        Bomb("JPEG with 2 million comments", partial(jpeg, b"\xff\xfe\0\2" * 2_000_000), True),
        Bomb(
            "JPEG with 64 MB of EXIF",
            partial(jpeg, segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 1000),
            True,
        ),
        Bomb("JPEG whose EXIF tags all hold the same 60 kB", partial(jpeg, tags), False),
        Bomb("TIFF whose tags all hold the same 700 kB", partial(many_tags, 60_000, 700_000), False),
        Bomb(
            "PNG with a million empty chunks",
            partial(dressed, extra=chunk(b"prVt", b"") * 1_000_000),
            True,
        ),
        Bomb(
            "PNG with a text of 128 MB",
            partial(dressed, extra=chunk(b"zTXt", b"a\0\0" + packed)),
            False,
        ),
        Bomb(
            "PNG with a profile of 128 MB",
            partial(dressed, extra=chunk(b"iCCP", b"a\0\0" + packed)),
            False,
        ),
        Bomb(
            "PNG whose profile has 100,000 steps",
            partial(dressed, extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(stepped_profile(100_000)))),
            False,
        ),
        Bomb("PNG with 200 texts of 1 MB", partial(dressed, extra=text * 200), False),
        Bomb("PNG with 128 MB of rows too many", partial(dressed, packed=packed), False),
        Bomb("PNM with a million comments", lambda: b"P3 99 99 255\n" + b"#\n" * 1_000_000, True),
        Bomb("TIFF of a million pages", partial(many_pages, 1_000_000), False),
        Bomb("GIF of a million frames", lambda: gif(1, 1)[:-1] + gif(1, 1)[19:-1] * 1_000_000, False),
        Bomb("GIF with 4 MB of comments", partial(gif, 1, 1, comments), False),
        Bomb("AVIF of 2000 that says 10", partial(lying_avif, 2000, 10), False, limit_mib=256.0),
    ]


def _drawings() -> list[Bomb]:
    """Pages of PDF, each of which is drawn in a process with limits of its own."""
    boxes = ("0 0 14400 1", "0 0 0 0", "0 0 1000000000 1", "-5 -5 5 5", "0 0 1e30 1e30", "0 0 nan 1")
    return [
        *(
            Bomb(f"PDF page of {box}", partial(pdf, b"0 0 9 9 re f", box=box), False, 10.0, 2900.0)
            for box in boxes
        ),
        Bomb("PDF with 10^7 forms", partial(nested, 7, 10), True, 20.0),
        Bomb(
            "PDF that draws 25 million pixels 3000 times", partial(pdf_picture, 5000, 3000), True, 20.0
        ),
        Bomb("PDF with 300,000 fillings", partial(pdf, b"0 0 100 100 re f\n" * 300_000), True, 20.0),
        Bomb(
            "PDF with an image of 3.6 billion pixels",
            partial(pdf_picture, 60_000, 1),
            False,
            20.0,
            2900.0,
        ),
    ]
