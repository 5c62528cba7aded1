"""Pictures that are damaged, cut, odd or built to exhaust: each is read, or refused by one of our errors, in seconds
and within a bound on memory, without a word on stdout or stderr."""

from __future__ import annotations

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks.trust.bombs import bombs
from benchmarks.trust.check import Check, Outcome
from benchmarks.trust.mutations import mutated
from benchmarks.trust.reading import Given, read_all
from benchmarks.trust.seeds import encode, exif, picture, seeds

CEILING = 1 << 22  # pixels: low, so that whatever ignores it shows in the memory that is taken
ONE_PDF_IN = 40  # each takes a process of its own


def mutations(seed: int, first: int, end: int) -> Iterator[Given]:
    names, pictures = list(seeds()), list(seeds().values())
    for number in range(first, end):
        rng = random.Random(f"{seed}/{number}")
        name = rng.choice(names)
        if name == "PDF" and rng.randrange(ONE_PDF_IN):
            name = names[0]
        data = mutated(rng, name.split()[0], seeds()[name], rng.choice(pictures))
        yield Given(f"mutation {number} of {name}", data, CEILING)


def cuts(seed: int, first: int, end: int) -> Iterator[Given]:
    """Every seed ends at every twentieth of its length; neighbours are of different formats."""
    every = [(name, share) for share in range(19, 0, -1) for name in seeds()]
    for name, share in every[first:end]:
        whole = seeds()[name]
        yield Given(f"{name} cut at {share * 5}%", whole[: len(whole) * share // 20], CEILING, whole=whole)


def _sides() -> Iterator[tuple[str, tuple[int, int], Callable[[], bytes]]]:
    """Extreme shapes, in every format that has them."""
    formats = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "AVIF")
    for size in ((1, 1), (1, 20000), (20000, 1), (3, 1), (1, 2)):
        for name in formats:
            if max(size) <= {"WEBP": 16383, "AVIF": 10000}.get(name, 65535):
                yield f"{name} of {size[0]}x{size[1]}", size, partial(encode, Image.new("RGB", size, "red"), name)


def forms(seed: int, first: int, end: int) -> Iterator[Given]:
    """Sound pictures: every seed, every shape, every orientation. All of them must be read, in the right size."""
    every = [(name, size, make) for name, size, make in _sides()]
    for name in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        for turn in range(1, 9):
            size = (28, 40) if turn > 4 else (40, 28)
            every.append((f"{name} turned {turn}", size, partial(encode, picture(), name, exif=exif(turn))))
    for name, size, make in every[first:end]:
        yield Given(name, make(), size=size, must=True)
    for name, data in list(seeds().items())[max(first - len(every), 0) : max(end - len(every), 0)]:
        yield Given(name, data, must=True)


def structures(seed: int, first: int, end: int) -> Iterator[Given]:
    for bomb in bombs()[first:end]:
        yield bomb()


NAMES = (
    *("line\nbreak.png", "tab\tbell\a.png", "🦥.png", 'it\'s "it".png', "`$(touch x)`.png", "%s%n.png", "*.png"),
    *(
        "-p.png",
        " .png",
        "a" * 251 + ".png",
        "é" * 125 + ".png",
        "\u202egnp.png",
        "\udcff\udcfe.png",
        "photo.jpg",
        "none",
    ),
    *("a.txt", "a.jpeg.exe", "CON.png", "~.png", "http:.png", "data:,x.png", "\\back.png", "\x1b[2J.png", "\x7f.png"),
)


def places(seed: int, first: int, end: int) -> Iterator[Given]:
    """Odd names, which are read, and what is no file, which is refused without being waited for."""
    with tempfile.TemporaryDirectory(prefix="trust-places-") as name:
        folder = Path(name)
        every: list[Given] = []
        for at, (file, data) in enumerate(zip(NAMES, list(seeds().values()) * 2, strict=False)):
            (folder / str(at)).mkdir()
            with suppress(OSError):  # a file system without such names
                (folder / str(at) / file).write_bytes(data)
                every.append(Given(f"a picture called {file!r}", str(folder / str(at) / file), must=True))
        every += [Given(f"no file {file!r}", str(folder / file), refused=True, limit_s=1.0) for file in NAMES]
        (folder / "empty.png").touch()
        os.mkfifo(folder / "pipe.png")
        (folder / "loop.png").symlink_to(folder / "loop.png")
        (folder / "link.png").symlink_to("/dev/zero")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "s.png"))
        kinds = [folder, folder / "empty.png", folder / "pipe.png", folder / "loop.png", folder / "link.png"]
        devices = ["/dev/zero", "/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/stdin", "/proc/self/mem"]
        paths = [*map(str, kinds), str(folder / "s.png"), *devices, "", " ", "/", ".", "x" * 5000, "a\0b.png"]
        every += [Given(f"the path {path[:60]!r}", path, refused=True, limit_s=1.0) for path in paths]
        yield from every[first:end]
        listener.close()
        shutil.rmtree(folder / "0")


def _run(function: str, count: int, rng: random.Random, folder: Path) -> Outcome:
    return read_all(f"{__name__}:{function}", count, rng.randrange(2**32))


def check(name: str, function: Callable[[int, int, int], Iterator[Given]], full: int, quick: int) -> Check:
    return Check("pictures", name, "inputs", full, quick, partial(_run, function.__name__))


CHECKS = [
    check("mutations of every format", mutations, 20_000, 600),
    check("files that end early, at every 5%", cuts, 1007, 106),
    check("shapes, orientations and kinds", forms, 124, 60),
    check("built to exhaust memory or time", structures, 70, 47),
    check("odd names, and what is no file", places, 67, 67),
]
