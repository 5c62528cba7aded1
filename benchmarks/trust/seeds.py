"""Small good pictures to begin mutations from: every format that can be read here, in as many of its forms as Pillow or
a few lines write. Knows nothing of damage."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from functools import cache
from importlib.util import find_spec
from typing import Any

from PIL import Image, ImageCms

WIDTH, HEIGHT = 40, 28


def picture(mode: str = "RGB", width: int = WIDTH, height: int = HEIGHT, seed: int = 0) -> Image.Image:
    """Noise over a ramp: compresses, but not to nothing."""
    rng = random.Random(seed)
    grey = bytes((x * 5 + y * 3 + rng.randrange(40)) % 256 for y in range(height) for x in range(width))
    ramp = Image.frombytes("L", (width, height), grey)
    if mode in ("LA", "RGBA"):
        colour = ramp if mode == "LA" else Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp))
        return Image.merge(mode, (*colour.split(), ramp))
    return Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp)).convert(mode)


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def exif(orientation: int = 6) -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010F] = orientation, "maker"
    made.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    return made


def profile() -> bytes:
    """An ICC profile that is applied: its name is not sRGB's."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = made[:24] + bytes(12) + made[36:]  # the hour it was made
    return made.replace("sRGB".encode("utf-16-be"), "tRGB".encode("utf-16-be")).replace(b"sRGB", b"tRGB")


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF tiff:Orientation="3"/></x:xmpmeta>'


# PNG, of which Pillow writes no interlaced ones and no 16-bit colour


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    depth: int = 8,
    colour: int = 2,
    interlace: int = 0,
    extra: bytes = b"",
    packed: bytes | None = None,
) -> bytes:
    """A PNG of filtered rows, or of IDAT bytes that are `packed` already."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    body = zlib.compress(rows) if packed is None else packed
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def interlaced(image: Image.Image) -> bytes:
    rows = bytearray()
    for x0, y0, dx, dy in ADAM7:
        for y in range(y0, image.height, dy):
            line = bytes(value for x in range(x0, image.width, dx) for value in image.getpixel((x, y)))  # type: ignore[union-attr]
            rows += b"\0" + line if line else b""
    return png(image.width, image.height, bytes(rows), interlace=1)


def pngs() -> dict[str, bytes]:
    palette = picture("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
    wide = b"".join(b"\0" + bytes(range(WIDTH * 6 % 256)).ljust(WIDTH * 6, b"\x5a") for _ in range(HEIGHT))
    frames = [picture(seed=seed) for seed in (1, 2)]
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hi"))
    icc = chunk(b"iCCP", b"p\0\0" + zlib.compress(profile()))
    return {
        **{f"PNG {mode}": encode(picture(mode), "PNG") for mode in ("RGB", "RGBA", "L", "LA", "1", "I;16")},
        "PNG palette": encode(palette, "PNG", transparency=bytes(range(0, 256, 16)), bits=4),
        "PNG 16-bit colour": png(WIDTH, HEIGHT, wide, depth=16),
        "PNG interlaced": interlaced(picture()),
        "PNG animated": encode(picture(), "PNG", save_all=True, append_images=frames, duration=50),
        "PNG dressed": png(
            2, 1, bytes(7), extra=icc + text + chunk(b"tRNS", bytes(6)) + chunk(b"eXIf", exif().tobytes())
        ),
    }


# The others


def jpegs() -> dict[str, bytes]:
    extras = {"exif": exif(), "icc_profile": profile(), "xmp": XMP, "comment": b"words"}
    return {
        "JPEG": encode(picture(), "JPEG", quality=60),
        "JPEG progressive": encode(picture(), "JPEG", progressive=True, subsampling=0, **extras),
        "JPEG grey": encode(picture("L"), "JPEG", restart_marker_blocks=2),
        "JPEG CMYK": encode(picture("CMYK"), "JPEG", icc_profile=profile()),
        "JPEG several": encode(picture(), "MPO", save_all=True, append_images=[picture(seed=1)]),
    }


def webps() -> dict[str, bytes]:
    frames = [picture("RGBA", seed=seed) for seed in (1, 2)]
    extras = {"exif": exif(), "icc_profile": profile(), "xmp": XMP}
    return {
        "WEBP": encode(picture(), "WEBP", quality=50, **extras),
        "WEBP alpha": encode(picture("RGBA"), "WEBP", quality=50),
        "WEBP lossless": encode(picture("RGBA"), "WEBP", lossless=True),
        "WEBP animated": encode(picture("RGBA"), "WEBP", save_all=True, append_images=frames, duration=50),
    }


def gifs() -> dict[str, bytes]:
    frames = [picture(seed=seed) for seed in (1, 2)]
    return {
        "GIF": encode(picture("L"), "GIF", interlace=0),
        "GIF interlaced": encode(picture("P"), "GIF", interlace=1, transparency=3, comment=b"words"),
        "GIF animated": encode(picture(), "GIF", save_all=True, append_images=frames, disposal=2, loop=0),
    }


def bmp(width: int, height: int, bits: int, compression: int, data: bytes, colours: int = 16) -> bytes:
    """A BMP with a palette of its own, for the run-length coded ones, which Pillow does not write."""
    start = 54 + 4 * colours
    head = b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, colours, 0)
    return head + info + b"".join(bytes((i * 16 % 256, i * 7 % 256, i, 0)) for i in range(colours)) + data


def bmps() -> dict[str, bytes]:
    runs = b"".join(bytes((10, y % 16, 0, 5)) + b"\1\2\3\4\5\0" + bytes((9, 3, 0, 0)) for y in range(20)) + b"\0\1"
    old = b"BM" + struct.pack("<IHHI", 26 + 40 * 8, 0, 0, 26) + struct.pack("<IHHHH", 12, 13, 8, 1, 24) + bytes(40 * 8)
    return {
        **{f"BMP {mode}": encode(picture(mode), "BMP") for mode in ("RGB", "RGBA", "P", "1")},
        "BMP RLE8": bmp(24, 20, 8, 1, runs),
        "BMP RLE4": bmp(24, 20, 4, 2, runs),
        "BMP OS/2": old,
    }


def tiff(tags: list[tuple[int, int, int, int | bytes]], body: bytes, order: str = "<") -> bytes:
    """A TIFF of one directory (tag, type, count, value or bytes); `body` begins at byte 8."""
    at = 8 + len(body)
    table, far = struct.pack(f"{order}H", len(tags)), b""
    for tag, kind, count, value in tags:
        table += struct.pack(f"{order}HHI", tag, kind, count)
        if isinstance(value, bytes):
            table += struct.pack(f"{order}I", at + 2 + 12 * len(tags) + 4 + len(far))
            far += value
        else:
            table += struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    return head + body + table + struct.pack(f"{order}I", 0) + far


def tiled(order: str = "<", compression: int = 1, side: int = 16, width: int = 30, height: int = 20) -> bytes:
    """Grey tiles, raw or deflated, of which the last ones stand over."""
    one = bytes(range(256))[: side * side].ljust(side * side, b"\x33")
    one = zlib.compress(one) if compression == 8 else one
    count = -(-width // side) * -(-height // side)
    starts = struct.pack(f"{order}{count}I", *(8 + i * len(one) for i in range(count)))
    sizes = struct.pack(f"{order}{count}I", *[len(one)] * count)
    size = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]
    return tiff([*size, (277, 3, 1, 1), (322, 4, 1, side), (323, 4, 1, side), (324, 4, count, starts),
                 (325, 4, count, sizes)], one * count, order)  # fmt: skip


def tiffs() -> dict[str, bytes]:
    kinds = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd")
    pictures = {mode: picture(mode) for mode in ("RGBA", "I;16", "F", "P")} | {"LAB": lab()}
    return {
        **{f"TIFF {kind}": encode(picture(), "TIFF", compression=kind) for kind in kinds},
        **{f"TIFF {mode}": encode(made, "TIFF") for mode, made in pictures.items()},
        "TIFF CMYK": encode(picture("CMYK"), "TIFF", compression="tiff_lzw", icc_profile=profile(), exif=exif()),
        "TIFF fax": encode(picture("1"), "TIFF", compression="group4"),
        "TIFF big": encode(picture(), "TIFF", big_tiff=True),
        "TIFF pages": encode(picture("L"), "TIFF", save_all=True, append_images=[picture("L", seed=1)]),
        "TIFF tiles": tiled(),
        "TIFF tiles deflated": tiled(">", 8),
    }


def lab() -> Image.Image:
    return Image.frombytes("LAB", (WIDTH, HEIGHT), picture().tobytes())


def others() -> dict[str, bytes]:
    frames = [picture(seed=1)]
    made = {
        "AVIF": encode(picture(), "AVIF", quality=50, speed=10, exif=exif(), icc_profile=profile(), xmp=XMP),
        "AVIF alpha": encode(picture("RGBA"), "AVIF", quality=50, speed=10),
        "AVIF animated": encode(picture(), "AVIF", save_all=True, append_images=frames, quality=50, speed=10),
    }
    if find_spec("pillow_heif"):
        import pillow_heif

        for name, options in {"HEIC": {"exif": exif().tobytes()}, "HEIC alpha": {}}.items():
            buffer = io.BytesIO()
            mode = "RGBA" if "alpha" in name else "RGB"
            pillow_heif.from_pillow(picture(mode, 64, 64)).save(buffer, format="HEIF", quality=50, **options)
            made[name] = buffer.getvalue()
    if find_spec("pypdfium2"):
        made["PDF"] = encode(picture(), "PDF", creationDate=time.gmtime(0), modDate=time.gmtime(0))
    return made


@cache
def seeds() -> dict[str, bytes]:
    """Name -> encoded picture; a name begins with its format. The same bytes on every call."""
    return {**jpegs(), **pngs(), **webps(), **gifs(), **bmps(), **tiffs(), **others()}
