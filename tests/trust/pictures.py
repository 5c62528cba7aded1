"""Checks of images that are damaged, cut off, odd, or made to exhaust memory or time. Each must be
read, or refused with an error, within seconds and within a limit on memory, and nothing may be written
to stdout or stderr."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from image_bombs import bombs
from image_samples import samples
from trust.check import Check, Outcome, Worker, for_each, judge
from trust.image_damage import damaged

MAX_PIXELS = 1 << 22  # a low limit, so that the memory shows if it is ignored


@dataclass(frozen=True)
class Case:
    """One image to read, and the expected result. `end` is done, refused or either. If the image is
    read, it must have the size `size` and the same pixels as the encoded image `whole`."""

    what: str
    source: bytes | str
    end: str = "either"
    max_pixels: int = 178_956_970
    limit_s: float = 5.0
    limit_mib: float = 0.0  # 0: 16 bytes per pixel (WebP; others take 8), twice the file, and 48 MiB
    size: tuple[int, int] | None = None
    whole: bytes = b""


def read(case: Case) -> str:
    """Read the image in the worker. Return what is wrong with it, or "" if nothing is wrong."""
    from flashsloth.images import decoder, decoding_budget
    from flashsloth.images.reader import read_image

    # Set the limit of this case, because this process reads the images of all cases.
    decoding_budget.MAX_PIXELS = case.max_pixels
    loaded = read_image(case.source)
    image, size = loaded.image, (loaded.width, loaded.height)
    # a JPEG with more pixels is reduced
    is_full = image.size == size or size[0] * size[1] > 4 * decoder.REDUCED_PIXELS
    if image.mode != "RGB" or not is_full or not 0 < size[0] * size[1] <= case.max_pixels:
        return f"it is read as {image.mode} {image.size}, described as {size}"
    if case.size not in (None, size):
        return f"it is read as {size}, not {case.size}"
    if case.whole and not loaded.warnings and image.tobytes() != read_image(case.whole).image.tobytes():
        return "it is damaged and was read as if whole"
    image.load()  # a file that was not read completely fails here
    return ""


@cache
def start_worker() -> Worker:
    return Worker(partial(__import__, "flashsloth.images.reader"))


def try_one(outcome: Outcome, case: Case) -> None:
    report = start_worker()(read, case)
    limit = case.limit_mib or (16 * case.max_pixels + 2 * len(case.source)) / 2**20 + 48
    if not judge(outcome, case.what, report, case.limit_s, limit):
        return
    if report.end == "done" and report.value:
        outcome.add(f"{case.what}: {report.value}")
    if case.end not in ("either", report.end):
        outcome.add(f"{case.what}: {report.end}, not {case.end}: {report.message}")
    if report.printed:
        outcome.add(f"{case.what}: it printed {report.printed!r}")


def try_all(cases: Iterable[Case]) -> Outcome:
    outcome = Outcome()
    for case in cases:
        try_one(outcome, case)
    return outcome


def mutations(count: int, folder: Path) -> Outcome:
    """Try damaged images. PDFs are read in separate processes, which takes time, so only one file in 40
    is a PDF."""
    outcome = Outcome()
    apart = tuple(name for name in samples() if name.startswith("PDF"))
    others = tuple(name for name in samples() if name not in apart)

    def one(drawn: tuple[str, bytes]) -> None:
        try_one(
            outcome,
            Case(f"{drawn[0]}, damaged, number {outcome.tried}", drawn[1], max_pixels=MAX_PIXELS),
        )

    for_each(damaged(others), count - count // 40, one)
    for_each(damaged(apart), count // 40, one)
    return outcome


def cuts(count: int, folder: Path) -> Outcome:
    """Try every sample, whole and cut at every twentieth of its length."""
    every = [(name, share) for share in range(20, 0, -1) for name in samples()]
    return try_all(
        Case(
            f"{name}, {share * 5}%",
            cut,
            "done" if cut == data else "either",
            max_pixels=MAX_PIXELS,
            whole=data,
        )
        for name, share in every[:count]
        for data in [samples()[name]]
        for cut in [data[: len(data) * share // 20]]
    )


def structures(count: int, folder: Path) -> Outcome:
    def case(what, make, refused, limit_s, limit_mib) -> Case:  # type: ignore[no-untyped-def]
        data, end = make(), "refused" if refused else "either"
        return Case(what, data, end, limit_s=limit_s, limit_mib=limit_mib + 3 * len(data) / 2**20)

    return try_all(case(*bomb) for bomb in bombs()[:count])


NAMES = (
    "line\nbreak.png", "tab\tbell\a.png", "🦥.png", 'it\'s "it".png', "`$(touch x)`.png", "%s%n.png", "*.png", "-p.png",
    " .png", "a" * 251 + ".png", "é" * 125 + ".png", "\u202egnp.png", "\udcff\udcfe.png", "photo.jpg", "none", "a.txt",
    "a.jpeg.exe", "CON.png", "~.png", "http:.png", "data:,x.png", "\\back.png", "\x1b[2J.png", "\x7f.png",
)  # fmt: skip
NOT_FILES = (
    "/dev/zero", "/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/stdin", "/proc/self/mem", "", " ", "/", ".",
    "x" * 5000, "a\0b.png",
)  # fmt: skip


def paths(count: int, folder: Path) -> Outcome:
    """Try odd names, which must be read, and paths that are not files, which must be refused at
    once."""
    cases = []
    for at, (name, data) in enumerate(zip(NAMES, list(samples().values()) * 2, strict=False)):
        (folder / str(at)).mkdir()
        with suppress(OSError):  # the file system does not allow such names
            (folder / str(at) / name).write_bytes(data)
            cases.append(Case(f"an image called {name!r}", str(folder / str(at) / name), "done"))
    (folder / "empty.png").touch()
    os.mkfifo(folder / "pipe.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "link.png").symlink_to("/dev/zero")
    missing = [
        str(folder / name) for name in ("", "empty.png", "pipe.png", "loop.png", "link.png", *NAMES)
    ]
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{short}/s.png")
        refused = [*missing, f"{short}/s.png", *NOT_FILES]
        cases += [Case(f"the path {path[-60:]!r}", path, "refused", limit_s=1.0) for path in refused]
        return try_all(cases[:count])


CHECKS = [
    Check("pictures", "mutations of every format", "inputs", 20_000, 300, mutations),
    Check("pictures", "whole, and cut off at every 5%", "inputs", 1160, 180, cuts),
    Check("pictures", "built to exhaust memory or time", "inputs", 65, 63, structures),
    Check("pictures", "odd names and special files", "inputs", 67, 67, paths),
]
