"""Small sound images to damage: every format that the program reads, in each of its variants."""

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
    """Draw noise over a ramp, which compresses, but not to nothing."""
    rng = random.Random(seed)
    grey = bytes((x * 5 + y * 3 + rng.randrange(40)) % 256 for y in range(height) for x in range(width))
    ramp = Image.frombytes("L", (width, height), grey)
    rgb = Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.ROTATE_180), ramp))
    if mode == "LAB":
        return Image.frombytes("LAB", rgb.size, rgb.tobytes())
    if mode in ("LA", "RGBA"):
        return Image.merge(mode, (*(ramp if mode == "LA" else rgb).split(), ramp))
    return rgb.convert(mode)


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
    """Return an ICC profile whose red and blue are sRGB's blue and red."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = made[:24] + bytes(12) + made[36:]  # without the time it was made
    return made.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF tiff:Orientation="3"/></x:xmpmeta>'


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int, height: int, rows: bytes, *, depth: int = 8, color: int = 2, interlace: int = 0, extra: bytes = b"",
    packed: bytes | None = None,
) -> bytes:  # fmt: skip
    """Return a PNG of filtered rows, or of IDAT bytes that are `packed` already."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    body = zlib.compress(rows) if packed is None else packed
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def interlaced(image: Image.Image) -> bytes:
    rows = bytearray()
    for x0, y0, dx, dy in ADAM7:
        for y in range(y0, image.height, dy):
            line = bytes(value for x in range(x0, image.width, dx) for value in image.getpixel((x, y)))  # type: ignore[union-attr]
            rows += b"\0" + line if line else b""
    return png(image.width, image.height, bytes(rows), interlace=1)


def bmp(width: int, height: int, bits: int, compression: int, data: bytes, colors: int = 16) -> bytes:
    """Return a BMP with a palette; Pillow writes no run-length coded ones."""
    start = 54 + 4 * colors
    head = b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
    info = struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, colors, 0
    )
    return (
        head + info + b"".join(bytes((i * 16 % 256, i * 7 % 256, i, 0)) for i in range(colors)) + data
    )


def tiff(tags: list[tuple[int, int, int, int | bytes]], body: bytes, order: str = "<") -> bytes:
    """Return a TIFF with one directory of (tag, type, count, value or bytes); `body` begins at byte
    8."""
    at = 8 + len(body)
    table, far = struct.pack(f"{order}H", len(tags)), b""
    for tag, kind, count, value in tags:
        table += struct.pack(f"{order}HHI", tag, kind, count)
        if isinstance(value, bytes):
            table += struct.pack(f"{order}I", at + 2 + 12 * len(tags) + 4 + len(far))
            far += value
        else:
            table += (
                struct.pack(f"{order}HH", value, 0) if kind == 3 else struct.pack(f"{order}I", value)
            )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", at)
    return head + body + table + struct.pack(f"{order}I", 0) + far


def tiled(
    order: str = "<", compression: int = 1, side: int = 16, width: int = 30, height: int = 20
) -> bytes:
    """Return a TIFF of grey tiles, raw or deflated, whose last ones reach over the edge."""
    one = bytes(range(256))[: side * side].ljust(side * side, b"\x33")
    one = zlib.compress(one) if compression == 8 else one
    count = -(-width // side) * -(-height // side)
    starts = struct.pack(f"{order}{count}I", *(8 + i * len(one) for i in range(count)))
    sizes = struct.pack(f"{order}{count}I", *[len(one)] * count)
    size = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
    ]
    return tiff([*size, (277, 3, 1, 1), (322, 4, 1, side), (323, 4, 1, side), (324, 4, count, starts),
                 (325, 4, count, sizes)], one * count, order)  # fmt: skip


def _by_pillow() -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> mode and options. A name begins with its format."""
    dressed = {"exif": exif(), "icc_profile": profile(), "xmp": XMP}
    frames: dict[str, Any] = {"save_all": True, "append_images": [picture(seed=1), picture(seed=2)]}
    clear = {
        **frames,
        "append_images": [picture("RGBA", seed=1), picture("RGBA", seed=2)],
        "duration": 50,
    }
    avif: dict[str, Any] = {"quality": 50, "speed": 10}
    return {
        "JPEG": ("RGB", {"quality": 60}),
        "JPEG progressive": ("RGB", {"progressive": True, "subsampling": 0, "comment": b"words", **dressed}),
        "JPEG grey": ("L", {"restart_marker_blocks": 2}),
        "JPEG CMYK": ("CMYK", {"icc_profile": profile()}),
        **{f"PNG {mode}": (mode, {}) for mode in ("RGB", "RGBA", "L", "LA", "1", "I;16")},
        "PNG animated": ("RGB", {**frames, "duration": 50}),
        "WEBP": ("RGB", {"quality": 50, **dressed}),
        "WEBP alpha": ("RGBA", {"quality": 50}),
        "WEBP lossless": ("RGBA", {"lossless": True}),
        "WEBP animated": ("RGBA", clear),
        "GIF": ("L", {"interlace": 0}),
        "GIF interlaced": ("P", {"interlace": 1, "transparency": 3, "comment": b"words"}),
        "GIF animated": ("RGB", {**frames, "disposal": 2, "loop": 0}),
        **{f"BMP {mode}": (mode, {}) for mode in ("RGB", "RGBA", "P", "1")},
        **{f"TIFF {how}": ("RGB", {"compression": how})
           for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd")},
        **{f"TIFF {mode}": (mode, {}) for mode in ("RGBA", "I;16", "F", "P", "LAB")},
        "TIFF CMYK": ("CMYK", {"compression": "tiff_lzw", "icc_profile": profile(), "exif": exif()}),
        "TIFF fax": ("1", {"compression": "group4"}),
        "TIFF big": ("RGB", {"big_tiff": True}),
        "TIFF pages": ("L", {"save_all": True, "append_images": [picture("L", seed=1)]}),
        "AVIF": ("RGB", {**avif, **dressed}),
        "AVIF alpha": ("RGBA", avif),
        "AVIF animated": ("RGB", {**avif, **frames}),
        **({"PDF": ("RGB", {"creationDate": time.gmtime(0), "modDate": time.gmtime(0)})}
           if find_spec("pypdfium2") else {}),
    }  # fmt: skip


def _by_hand() -> dict[str, bytes]:
    """What Pillow does not write by `save` alone."""
    palette = picture().convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP) + chunk(
        b"zTXt", b"Comment\0\0" + zlib.compress(b"hi")
    )
    extra = chunk(b"iCCP", b"p\0\0" + zlib.compress(profile())) + text
    runs = (
        b"".join(bytes((10, y % 16, 0, 5)) + b"\1\2\3\4\5\0" + bytes((9, 3, 0, 0)) for y in range(20))
        + b"\0\1"
    )
    made = {
        "JPEG several": encode(picture(), "MPO", save_all=True, append_images=[picture(seed=1)]),
        "PNG palette": encode(palette, "PNG", transparency=bytes(range(0, 256, 16)), bits=4),
        "PNG interlaced": interlaced(picture()),
        "PNG dressed": png(
            2, 1, bytes(7), extra=extra + chunk(b"tRNS", bytes(6)) + chunk(b"eXIf", exif().tobytes())
        ),
        "PNG gamma": png(
            2, 1, bytes((0, *range(30, 38))), color=6, extra=chunk(b"gAMA", b"\0\1\x86\xa0")
        ),
        "PNG HDR": png(2, 1, bytes(range(0, 140, 20)), extra=chunk(b"cICP", b"\x09\x10\0\1")),
        "BMP RLE8": bmp(24, 20, 8, 1, runs),
        "BMP RLE4": bmp(24, 20, 4, 2, runs),
        "TIFF tiles": tiled(),
        "TIFF tiles deflated": tiled(">", 8),
        **{f"PNM {mode}": encode(picture(mode), "PPM") for mode in ("RGB", "L", "1", "I")},
        "PNM grey in digits": b"P2\n3 2\n100\n0 1 2 #\n 3 100 9\n",
        "PNM in digits": b"P3\n2 1 65535\n0 1 2\n65535 40000 7\n",
        "PNM up to 100": b"P6 2 1 100\n" + bytes((0, 50, 100, 9, 8, 7)),
    }
    if find_spec("pillow_heif"):
        import pillow_heif

        for name, mode, options in (
            ("HEIC", "RGB", {"exif": exif().tobytes()}),
            ("HEIC alpha", "RGBA", {}),
        ):
            buffer = io.BytesIO()
            pillow_heif.from_pillow(picture(mode, 64, 64)).save(
                buffer, format="HEIF", quality=50, **options
            )
            made[name] = buffer.getvalue()
    hdr = encode(picture(), "AVIF", quality=50, speed=10)
    made["AVIF HDR"] = hdr.replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\x09\0\x12")
    return made


@cache
def samples() -> dict[str, bytes]:
    """Return the encoded images by name, the same bytes on every call."""
    drawn = {
        name: encode(picture(mode), name.split()[0], **how)
        for name, (mode, how) in _by_pillow().items()
    }
    return drawn | _by_hand()
