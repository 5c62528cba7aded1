"""Small files that ask for much: sizes in headers, parts without number, programs within programs. The cheap ones come
first; the last ones are as large as the ceiling on pixels lets them be."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from itertools import product

from PIL import Image

from benchmarks.trust.reading import Given
from benchmarks.trust.seeds import bmp, chunk, encode, exif, png, tiff

Bomb = Callable[[], Given]

SIDE = 13_377  # squared, the ceiling
HEAVY_S = 30.0  # what is read at the ceiling is as large as a picture may be
SMALL_MIB = 64.0  # what a refusal by structure may take, the file itself not counted


def refused(what: str, make: Callable[[], bytes], limit_s: float = 5.0, mib: float = SMALL_MIB) -> Bomb:
    def bomb() -> Given:
        data = make()
        return Given(what, data, limit_s=limit_s, limit_mib=mib + 3 * len(data) / 2**20, refused=True)

    return bomb


def bearable(what: str, make: Callable[[], bytes], limit_s: float = 5.0, mib: float = 0.0) -> Bomb:
    """Read or refused."""
    return lambda: Given(what, make(), limit_s=limit_s, limit_mib=mib)


def zeros(length: int) -> bytes:
    """So many zeros, deflated."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    pieces = [packer.compress(block[: min(length - at, 1 << 20)]) for at in range(0, length, 1 << 20)]
    return b"".join(pieces) + packer.flush()


def flat_png(width: int, height: int, depth: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    rows = zeros((1 + (width * channels * depth + 7) // 8) * height)
    return png(width, height, b"", depth=depth, colour=colour, extra=extra, packed=rows)


def webp(width: int, height: int) -> bytes:
    """An animation of one small frame on a canvas of that size."""
    frame = bytes(6) + (7).to_bytes(3, "little") * 2 + bytes((100, 0, 0, 0))
    frame += encode(Image.new("RGB", (8, 8)), "WEBP", lossless=True)[12:]
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, 2) + (width - 1).to_bytes(3, "little")
    body += (height - 1).to_bytes(3, "little") + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += b"ANMF" + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(screen: int, frame: int, before: bytes = b"") -> bytes:
    head = b"GIF89a" + struct.pack("<HH", screen, screen) + b"\xf0\0\0" + bytes(6)
    return head + before + b"," + struct.pack("<HHHH", 0, 0, frame, frame) + b"\0\x02\x02\x4c\x01\0;"


def grey_tiff(width: int, height: int, compression: int, tile: int = 0, data: bytes = bytes(100)) -> bytes:
    size = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]
    strip = [(273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(data))]
    tiles = [(277, 3, 1, 1), (322, 4, 1, tile), (323, 4, 1, tile), (324, 4, 1, 8), (325, 4, 1, len(data))]
    return tiff([*size, *(tiles if tile else strip)], data)


def many_tags(count: int, size: int) -> bytes:
    """A TIFF directory whose tags all hold the same bytes of the file."""
    entries = b"".join(struct.pack("<HHII", at, 7, size, 8) for at in range(300, 300 + count))
    return b"II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4) + bytes(max(size - len(entries), 0))


def jpeg(inserted: bytes = b"", width: int = 8, height: int = 8) -> bytes:
    plain = encode(Image.new("RGB", (width, height)), "JPEG")
    return plain[:2] + inserted + plain[2:]


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def scans(side: int, count: int) -> bytes:
    """A progressive JPEG that says its last scan again and again."""
    plain = encode(Image.new("L", (side, side)), "JPEG", progressive=True)
    last, end = plain.rindex(b"\xff\xda"), plain.rindex(b"\xff\xd9")
    return plain[:end] + plain[last:end] * count + plain[end:]


def lying_avif(side: int, said: int) -> bytes:
    """An AVIF whose container says another size than its coded picture has."""
    made = bytearray(encode(Image.new("RGB", (side, side)), "AVIF", speed=10, quality=10))
    at = -1
    while (at := made.find(b"ispe", at + 1)) >= 0:
        made[at + 8 : at + 16] = struct.pack(">II", said, said)
    return bytes(made)


def pdf(content: bytes, more: tuple[bytes, ...] = (), box: str = "0 0 200 200", names: bytes = b"") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<</XObject<<%b>>>>>>" % (box.encode(), names),
        stream(content),
        *more,
    ]
    out, starts = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    out_at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\n" % (
        len(starts) + 1,
        table,
        len(starts) + 1,
    )
    return out + b"startxref\n%d\n%%%%EOF" % out_at


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(content), content)


def nested(depth: int, times: int) -> bytes:
    """Forms within forms: the innermost is drawn times ** depth times."""
    head = b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F %d 0 R>>>>"
    inner = [b"/F Do " * times if at < depth else b"0 0 9 9 re f" for at in range(depth + 1)]
    return pdf(b"/F Do", tuple(stream(text, head % (6 + at)) for at, text in enumerate(inner)), names=b"/F 5 0 R")


def pdf_picture(side: int, times: int) -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    drawn = b"200 0 0 200 0 0 cm " + b"/I Do " * times
    return pdf(drawn, (stream(zeros(side * side), head % (side, side)),), names=b"/I 5 0 R")


def bombs() -> list[Bomb]:
    return [*_headers(), *_parts(), *_programs(), *_large()]


def _headers() -> list[Bomb]:
    sizes = ((60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (20_000_000, 1), (1, 20_000_000))
    made = [refused(f"PNG said to be {w}x{h}", partial(png, w, h, bytes(100))) for w, h in sizes]
    made += [refused(f"BMP said to be {w}x{h}", partial(bmp, w, h, 8, 0, bytes(100))) for w, h in sizes[:4]]
    made += [refused(f"GIF with a screen of {n}", partial(gif, n, 1)) for n in (65535, 20_000)]
    made += [refused("GIF with a frame of 65535", partial(gif, 1, 65535))]
    canvases = ((16_384, 16_384), (1 << 24, 10), (10, 1 << 24), (65_535, 65_535), (1 << 24, 1 << 24))
    made += [refused(f"WEBP canvas of {w}x{h}", partial(webp, w, h)) for w, h in canvases]
    tiles = product((1, 5, 7, 8, 50000), (16_000, 46_000, 60_000))
    made += [refused(f"TIFF of 1x1 with a tile of {n}, compression {kind}", partial(grey_tiff, 1, 1, kind, n))
             for kind, n in tiles]  # fmt: skip
    made += [refused(f"run-length coded BMP of {w}x{h}", partial(bmp, w, h, 8, 1, b"\1\1\0\0" * 100))
             for w, h in ((100_000_000, 1), (13_000, 13_000))]  # fmt: skip
    return made


def _parts() -> list[Bomb]:
    exif_segment = segment(0xE1, b"Exif\0\0" + bytes(65_000))
    long = segment(0xE1, b"Exif\0\0" + many_tags(5000, 60_000)[:65_000])
    empty = chunk(b"prVt", b"") * 1_000_000
    deep = chunk(b"zTXt", b"a\0\0" + zeros(1 << 27))
    return [
        refused("JPEG with 8 MB of zeros before its scan", partial(jpeg, b"\xff\xe0\0\2" + bytes(8 << 20))),
        refused("JPEG with 8 MB of fill bytes", partial(jpeg, b"\xff" * (8 << 20))),
        refused("JPEG with 2 million comments", partial(jpeg, b"\xff\xfe\0\2" * 2_000_000)),
        refused("JPEG with 64 MB of EXIF segments", partial(jpeg, exif_segment * 1000)),
        bearable("JPEG whose EXIF tags all hold the same 60 kB", partial(jpeg, long), mib=SMALL_MIB),
        bearable("TIFF whose tags all hold the same 700 kB", partial(many_tags, 60_000, 700_000), mib=SMALL_MIB),
        refused("PNG with a million empty chunks", lambda: png(8, 8, bytes(200), extra=empty)),
        bearable("PNG with a text of 128 MB", lambda: png(8, 8, bytes(200), extra=deep), mib=SMALL_MIB),
        bearable("PNG with a profile of 128 MB",
                 lambda: png(8, 8, bytes(200), extra=chunk(b"iCCP", b"a\0\0" + zeros(1 << 27))), mib=SMALL_MIB),
        bearable("PNG with 128 MB of rows too many", lambda: png(8, 8, b"", packed=zeros(1 << 27)), mib=SMALL_MIB),
        bearable("GIF with 4 MB of comments", partial(gif, 1, 1, b"!\xfe" + (b"\xff" + b"c" * 255) * 16_000 + b"\0"),
                 mib=SMALL_MIB),
        bearable("AVIF of 2000 that says 10", partial(lying_avif, 2000, 10), mib=256.0),
    ]  # fmt: skip


def _programs() -> list[Bomb]:
    """Pages of PDFs. Each takes a process of its own, which has a limit on its seconds."""
    if not find_spec("pypdfium2"):
        return []
    boxes = ("0 0 14400 1", "0 0 0 0", "0 0 1000000000 1", "-5 -5 5 5", "0 0 1e30 1e30", "0 0 nan 1")
    return [
        *(bearable(f"PDF page of {box}", partial(pdf, b"0 0 9 9 re f", box=box), limit_s=10.0) for box in boxes),
        refused("PDF with 10^7 forms", partial(nested, 7, 10), 20.0),
        refused("PDF that draws a picture of 25 million pixels 3000 times", partial(pdf_picture, 5000, 3000), 20.0),
        refused("PDF with 300,000 fillings", partial(pdf, b"0 0 100 100 re f\n" * 300_000), 20.0),
        bearable("PDF with a picture of 3.6 billion pixels", partial(pdf_picture, 60_000, 1), limit_s=20.0),
    ]


def _large() -> list[Bomb]:
    """At the ceiling: read, in twice the room of the picture."""
    plain = partial(Image.new, "RGB", (SIDE, SIDE))
    kinds = {(8, 0): b"", (8, 2): b"", (8, 6): b"", (16, 6): b"", (16, 0): chunk(b"tRNS", b"\0\5")}
    return [
        refused("JPEG of 13,000 with 100 scans more", partial(scans, 13_000, 100)),
        *(bearable(f"PNG of {SIDE}, {depth} bits, type {colour}", partial(flat_png, SIDE, SIDE, depth, colour, extra),
                   HEAVY_S, 1600.0) for (depth, colour), extra in kinds.items()),
        bearable("PNG of 1x16777216", partial(flat_png, 1, 1 << 24), HEAVY_S, 1600.0),
        bearable("PNG of 16777216x1", partial(flat_png, 1 << 24, 1), HEAVY_S, 1600.0),
        bearable(f"JPEG of {SIDE}, turned", lambda: encode(plain(), "JPEG", exif=exif(6)), HEAVY_S, 1600.0),
        bearable(f"GIF of {SIDE}", lambda: encode(Image.new("P", (SIDE, SIDE)), "GIF"), HEAVY_S, 1600.0),
        bearable(f"TIFF of {SIDE}", lambda: encode(plain(), "TIFF", compression="tiff_deflate"), HEAVY_S, 1600.0),
        bearable("WEBP canvas of 13,000", partial(webp, 13_000, 13_000), HEAVY_S, 2900.0),
        bearable("AVIF of 64 that says 13,000", partial(lying_avif, 64, 13_000), HEAVY_S, 2900.0),
    ]  # fmt: skip
