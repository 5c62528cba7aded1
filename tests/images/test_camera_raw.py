"""TIFFs whose first directory is a thumbnail: camera raw, and pictures in SubIFDs."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from flashsloth.errors import ImageError, ImageFormatUnsupported
from flashsloth.images import decoder, formats
from flashsloth.images.formats import MAX_CANDIDATES
from flashsloth.images.reader import load_image, read_image
from flashsloth.images.sources import page_sources, source_kind
from image_samples import encode, exif
from images.helpers import pixel, refusal

THUMBNAIL, RED, GREEN, BLUE = (Image.new("RGB", (20, 15), "white"), *(
    Image.new("RGB", size, color) for size, color in (((96, 72), "red"), ((48, 36), "green"), ((60, 45), "blue"))
))  # fmt: skip
CFA, LINEAR_RAW, LOSSLESS = 32803, 34892, b"\xff\xd8\xff\xc3\0\x0b\x0e\0\x48\0\x60\1\1\x11\0\xff\xd9"

Tag = tuple[int, str, Sequence[int]]


def rgb(image: Image.Image, kind: int, *more: Tag, compression: int = 1) -> tuple[list[Tag], bytes]:
    """Return tags and data of an uncompressed picture."""
    width, height = image.size
    tags: list[Tag] = [
        (254, "I", [kind]),
        (256, "I", [width]),
        (257, "I", [height]),
        (258, "H", [8, 8, 8]),
    ]
    tags += [(259, "H", [compression]), (262, "H", [2]), (277, "H", [3]), (278, "I", [height]), *more]
    return tags, image.tobytes()


def raw(
    width: int = 96, height: int = 72, colors: int = CFA, compression: int = 1
) -> tuple[list[Tag], bytes]:
    """Return tags and data of the values of a sensor, 16 bits each."""
    tags: list[Tag] = [(254, "I", [0]), (256, "I", [width]), (257, "I", [height]), (258, "H", [16])]
    return [*tags, (259, "H", [compression]), (262, "H", [colors]), (277, "H", [1])], bytes(96 * 72 * 2)


def jpeg(
    image: Image.Image, *, in_strip: bool = True, kind: int = 1, compression: int = 6
) -> tuple[list[Tag], bytes]:
    """Return tags and data of a JPEG, as one strip, or at the offset that old TIFFs and thumbnails
    have."""
    tags: list[Tag] = [(254, "I", [kind]), (256, "I", [image.width]), (257, "I", [image.height])]
    tags += [(258, "H", [8, 8, 8]), (259, "H", [compression]), (262, "H", [6]), (277, "H", [3])]
    return [*tags, (0 if in_strip else 513, "I", [])], encode(image, "JPEG", quality=95)


def build(
    pages: Sequence[tuple[list[Tag], bytes]],
    inner: Sequence[tuple[list[Tag], bytes]] = (),
    *,
    order: str = "<",
    big: bool = False,
    mark: bytes = b"",
) -> bytes:
    """Return a TIFF of a chain of directories, the first of which has the others as SubIFDs."""
    offset, count = ("Q", "Q") if big else ("I", "H")
    body = bytearray(b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    body += (struct.pack(order + "HH", 8, 0) if big else b"") + bytes(8 if big else 4) + mark

    def add(tags: list[Tag], data: bytes, following: int) -> int:
        at = len(body)
        body.extend(data)
        placed = [each for each in tags if each[0] != 0 and each[2]]
        if any(tag == 513 for tag, _, _ in tags):
            placed += [(513, "I", [at]), (514, "I", [len(data)])]
        else:
            placed += [(273, "I", [at]), (279, "I", [len(data)])]
        table = b""
        for tag, code, values in sorted(placed):
            packed = struct.pack(f"{order}{len(values)}{code}", *values)
            if len(packed) > struct.calcsize(offset):
                packed, far = struct.pack(order + offset, len(body)), packed
                body.extend(far)
            kind = {"H": 3, "I": 4, "Q": 16}[code]
            table += struct.pack(f"{order}HH{offset}", tag, kind, len(values)) + packed.ljust(
                struct.calcsize(offset), b"\0"
            )
        at = len(body)
        body.extend(
            struct.pack(order + count, len(placed)) + table + struct.pack(order + offset, following)
        )
        return at

    offsets = [add(*each, 0) for each in inner]
    following = 0
    for tags, data in reversed(pages):
        is_first = pages[0][0] is tags
        following = add([*tags, (330, "I", offsets)] if is_first else tags, data, following)
    struct.pack_into(order + offset, body, struct.calcsize(offset), following)
    return bytes(body)


SMALL, LARGE = rgb(THUMBNAIL, 1), rgb(RED, 0)


def test_previews_are_not_read_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that overlap, or that have very many strips, take Pillow's time for each directory."""
    opened: list[str] = []
    for kind, opener in decoder.OPENERS.items():
        monkeypatch.setitem(
            decoder.OPENERS, kind, lambda file, of=opener, kind=kind: opened.append(kind) or of(file)
        )
    data = build([SMALL], [raw(), *[jpeg(RED, compression=7)] * 10])
    assert load_image(data).size == RED.size
    assert opened.count("JPEG") == 10
    opened.clear()
    inner = formats.all_directories(io.BytesIO(data))[1]
    at = min(each.tags["StripOffsets"][0] for each in inner if each.tags["Compression"] == (7,))
    everything = struct.pack("<HHII", 279, 4, 1, len(data) - at)
    for each in inner[1:]:
        end = each.at + 2 + 12 * struct.unpack_from("<H", data, each.at)[0]
        data = data[: end - 12] + everything + data[end:]
    assert load_image(data).size == RED.size
    assert opened.count("JPEG") <= 3
    opened.clear()
    strips = [(273, "I", [8] * 20_000), (279, "I", [1] * 20_000)]
    tags = [(254, "I", [1]), (256, "I", [1]), (257, "I", [20_000]), (258, "H", [8]), (259, "H", [1])]
    refusal(ImageFormatUnsupported, build([SMALL], [raw(), ([*tags, *strips], b"")] * 5))
    many: list[Tag] = [(tag, "H", [1]) for tag in range(1000, 6000)]
    refusal(ImageFormatUnsupported, build([SMALL], [raw(), (rgb(RED, 0)[0] + many, RED.tobytes())]))
    assert opened.count("TIFF") == 8  # the thumbnail, and the values of the sensor


FOUND = {  # the red one is the largest that can be read
    "DNG, linear": build([SMALL], [LARGE]),
    "DNG, Motorola": build([SMALL], [LARGE], order=">"),
    "DNG of a sensor with a preview": build([SMALL], [raw(), jpeg(RED, compression=7)]),
    "DNG without a thumbnail": build([raw()], [jpeg(RED)]),
    "DNG, linear values": build([SMALL], [raw(colors=LINEAR_RAW), jpeg(RED, compression=7)]),
    "NEF": build(
        [SMALL],
        [jpeg(RED, in_strip=False), raw(compression=34713), jpeg(BLUE, in_strip=False)],
        order=">",
    ),
    "ARW": build(
        [jpeg(RED, in_strip=False), jpeg(THUMBNAIL, in_strip=False)], [raw(compression=32767)]
    ),
    "CR2": build(
        [
            jpeg(RED, kind=0),
            jpeg(THUMBNAIL, in_strip=False, kind=0),
            rgb(GREEN, 0),
            (jpeg(RED)[0], LOSSLESS),
        ],
        mark=b"CR\2\0\0\0\0\0",
    ),
    "pyramid": build([SMALL], [LARGE, rgb(GREEN, 1)]),
    "BigTIFF": build([SMALL], [LARGE], big=True),
    "copies alone": build([SMALL, rgb(GREEN, 1), rgb(RED, 1)]),
    "two pages after a thumbnail": build([SMALL, LARGE, rgb(GREEN, 0)]),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_largest_picture_is_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(FOUND[name])
    loaded = read_image(path)
    assert (loaded.width, loaded.height, loaded.format) == (96, 72, "TIFF")
    red, green, blue = pixel(loaded.image, 40, 40)
    assert red > 245
    assert max(green, blue) < 10
    pages = 2 if name.startswith("two") else 1
    assert len(page_sources(str(path))) == pages
    assert len(loaded.warnings) == pages - 1
    url = f"data:image/tiff;base64,{base64.b64encode(FOUND[name]).decode()}"
    assert read_image(url).image.tobytes() == loaded.image.tobytes()


RAW = "a.nef is camera raw"
REFUSED = {
    "a sensor alone": (build([raw()]), f"{RAW} without a picture of full size"),
    "with a thumbnail": (
        build([SMALL], [raw(compression=34713), jpeg(THUMBNAIL)]),
        f"{RAW} without a picture of full size",
    ),
    "with a lossless JPEG": (
        build([SMALL], [(jpeg(RED)[0], LOSSLESS), raw()]),
        f"{RAW} without a picture of full size",
    ),
    "cut off": (b"II*\0\x10\0\0\0CR\2\0", f"{RAW} without a picture of full size"),
    "of Fujifilm": (b"FUJIFILMCCD-RAW 0201FF", RAW),
    "of Canon": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", RAW),
    "of Panasonic": (b"IIU\0\x18\0\0\0", RAW),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=list(REFUSED))
def test_camera_raw_without_a_large_picture_is_refused(data: bytes, message: str) -> None:
    error = refusal(ImageFormatUnsupported, data, message, name="a.nef")
    assert "dcraw_emu" in error.hint
    assert "damaged" not in str(error)


def test_a_tiff_with_a_copy_of_what_cannot_be_read_is_refused() -> None:
    error = refusal(
        ImageFormatUnsupported,
        build([SMALL], [rgb(RED, 0, compression=34712)]),
        "a TIFF without a picture",
    )
    assert "dcraw" not in error.hint


def test_a_preview_is_enough_if_the_model_sees_no_more() -> None:
    """Sony's cameras store 1616 x 1080 of 24 megapixels. A thumbnail would hide what the question is
    about."""
    for size, is_enough in (((1616, 1080), True), ((768, 512), True), ((160, 120), False)):
        data = build([SMALL], [raw(6000, 4000), jpeg(Image.new("RGB", size, "red"))])
        if is_enough:
            assert read_image(data).image.size == size
        else:
            refusal(ImageFormatUnsupported, data, "camera raw")


def test_a_picture_inside_is_turned_as_the_file_says() -> None:
    turned = (SMALL[0] + [(274, "H", [6])], SMALL[1])
    for inner in (LARGE, jpeg(RED)):
        loaded = read_image(build([turned], [inner]))
        assert (loaded.width, loaded.height, loaded.orientation_applied) == (72, 96, True)
    own = (jpeg(RED)[0], encode(RED, "JPEG", exif=exif(1)))
    assert read_image(build([turned], [own])).image.size == (96, 72)


def test_what_is_no_camera_raw_is_read_as_before() -> None:
    """The pages of a TIFF may have reduced copies inside, and one that is only said to be a copy is
    read."""
    assert read_image(build([LARGE], [SMALL])).image.size == (96, 72)
    assert read_image(build([SMALL])).image.size == (20, 15)
    assert load_image(FOUND["pyramid"], reference=True).size == (20, 15)
    assert load_image(FOUND["two pages after a thumbnail"], reference=True).size == (20, 15)


def test_directories_that_lead_nowhere() -> None:
    """Wherever the file is cut off, it is read or refused."""
    whole = FOUND["DNG of a sensor with a preview"]
    for length in range(8, len(whole), 997):
        with suppress(ImageError):
            read_image(whole[:length], name=f"{length} bytes")
    for big, position in (
        (False, 8),
        (False, len(whole) // 2),
        (False, 1 << 30),
        (True, 1 << 62),
        (True, (1 << 64) - 1),
    ):
        again = build([([*SMALL[0], (330, "Q" if big else "I", [position] * 20)], SMALL[1])], big=big)
        with suppress(ImageError):
            assert read_image(again).image.size == (20, 15)


def test_many_directories_of_camera_raw_are_not_all_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is opened with a copy of the file: 2,000 of them in one of 30 MB took a minute."""
    opened = []
    # private: nothing else tells how often the file was copied
    monkeypatch.setattr(decoder, "with_first", lambda data, directory: opened.append(directory) or data)
    refusal(ImageFormatUnsupported, build([raw()] * 100, [raw()] * 100), "camera raw")
    assert len(opened) <= 2 * MAX_CANDIDATES


def test_names_of_camera_raw() -> None:
    for name in ("a.dng", "a.NEF", "a.cr2", "a.arw", "a.apng", "a.cr3"):
        assert source_kind(name) == "path"
