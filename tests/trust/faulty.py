"""Pictures with wrong expectations: what the checks must report, one kind each."""

from __future__ import annotations

import os
from collections.abc import Iterator

from PIL import Image

from benchmarks.trust.reading import Given
from benchmarks.trust.seeds import encode, picture

REPORTED = ("not (9, 9)", "should have been refused", "should have been read", "taken for whole", "it took", "it wrote")
DEATHS = ("the process ended with 7",)


class Deadly(bytes):
    """Takes the process down as it is read."""

    def __bytes__(self) -> bytes:
        os._exit(7)


class Talking(bytes):
    def __bytes__(self) -> bytes:
        os.write(1, b"a library's opinion")
        return bytes(bytearray(self))


class Broken(bytes):
    def __bytes__(self) -> bytes:
        raise KeyError("a bug")


def faulty(seed: int, first: int, end: int) -> Iterator[Given]:
    good = encode(picture(), "PNG")
    yield from (
        Given("a size", good, size=(9, 9)),
        Given("a refusal", good, refused=True),
        Given("a picture", good[:50], must=True),
        Given("a part", encode(picture(seed=1), "PNG"), whole=good),
        Given("memory", encode(Image.new("RGB", (2000, 1000)), "PNG"), limit_mib=1.0),
        Given("words", Talking(good)),
        Given("a death", Deadly(good)),
        Given("a bug", Broken(good)),
        Given("slow", good, limit_s=0.0),
    )[first:end]
