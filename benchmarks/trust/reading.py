"""Reads pictures in a process of its own and says what came of each: a picture, one of our errors, or a defect.

The process is watched: what it takes in seconds and memory, what it writes to stdout and stderr, and whether it is
still alive. Where a reader takes it down, the picture under way is the crash and the rest goes on in a new one.
Knows nothing of where the pictures come from: a module and the name of its function that yields them.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.trust.check import Outcome

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0  # after so long without a word the process is killed


@dataclass(frozen=True, slots=True)
class Given:
    """One picture to be read, and what may be taken for it."""

    what: str
    source: bytes | str
    max_pixels: int = 178_956_970
    limit_s: float = 5.0
    limit_mib: float = 0.0  # beyond what is there before; 0: by `max_pixels`
    refused: bool = False  # it must end in one of our errors
    must: bool = False  # it must be read
    size: tuple[int, int] | None = None  # that a picture must have
    whole: bytes = b""  # a picture must be the same as this one


def bound_mib(max_pixels: int, held: int) -> float:
    """What reading may take: 16 bytes a pixel (the reader of WebP; the others take 8), the file twice, and 48 MiB."""
    return (16 * max_pixels + 2 * held) / 2**20 + 48


def read_all(source: str, count: int, seed: int) -> Outcome:
    """Read the first `count` of what `module:function` yields for (seed, first number, end)."""
    outcome = Outcome()
    done, before = 0, -1
    while before < done < count:  # a process that does nothing more has come to the end of what there is
        before = done
        with tempfile.TemporaryFile() as words:
            child = _start(source, seed, done, count, words)
            try:
                done = _watch(child, outcome, done, words)
            finally:
                child.kill()
                child.wait()
                assert child.stdout
                child.stdout.close()
    return outcome


def _start(source: str, seed: int, first: int, end: int, words: Any) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    command = [sys.executable, "-m", "benchmarks.trust.reading", source, str(seed), str(first), str(end)]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words
    )


def _watch(child: subprocess.Popen[bytes], outcome: Outcome, done: int, words: Any) -> int:
    """Count what the process says, up to its end. Returns how many are done, one that killed it included."""
    lines: queue.Queue[bytes] = queue.Queue()
    reader = threading.Thread(target=_pass_on, args=(child, lines), daemon=True)
    reader.start()
    under_way = ""
    while True:
        try:
            line, silent = lines.get(timeout=PATIENCE_S), False
        except queue.Empty:
            line, silent = b"", True
        if not line:
            break
        said = json.loads(line)
        if "begins" in said:
            under_way = said["begins"]
            continue
        _count(outcome, said)
        done, under_way = done + 1, ""
    if silent:
        child.kill()
    child.wait()
    reader.join()
    if under_way or silent:
        outcome.tried += 1
        if silent:
            outcome.hangs += 1
            outcome.say(f"{under_way}: nothing for {PATIENCE_S:g} s")
        else:
            outcome.crash(f"{under_way}: the process ended with {child.returncode}")
        return done + 1
    if child.returncode:
        words.seek(0)
        raise RuntimeError(words.read().decode(errors="replace")[-2000:])
    return done


def _pass_on(child: subprocess.Popen[bytes], lines: queue.Queue[bytes]) -> None:
    assert child.stdout
    for line in child.stdout:
        lines.put(line)
    lines.put(b"")


def _count(outcome: Outcome, said: dict[str, Any]) -> None:
    outcome.tried += 1
    outcome.slowest_s = max(outcome.slowest_s, said["seconds"])
    outcome.peak_mib = max(outcome.peak_mib, said["mib"])
    outcome.refused += said["end"] == "refused"
    if said["seconds"] > said["limit_s"]:
        outcome.hangs += 1
        outcome.say(f"{said['what']}: {said['seconds']:.1f} s")
    if said["end"] == "crash":
        outcome.crash(f"{said['what']}: {said['why']}")
    elif said["why"]:
        outcome.mistake(f"{said['what']}: {said['why']}")


# The process


def _read(given: Given) -> tuple[str, str]:
    """How reading ended (picture, refused, crash), and what is wrong with that."""
    from flashsloth.errors import FlashSlothError
    from flashsloth.images.reader import read_image

    try:
        loaded = read_image(given.source, max_pixels=given.max_pixels)
    except FlashSlothError as error:
        message = str(error)
        if given.must:
            return "refused", f"it should have been read: {message}"
        sound = message and message.isprintable() and error.hint
        return "refused", "" if sound else f"the error says {message!r}, hint {error.hint!r}"
    except BaseException as error:
        return "crash", f"{type(error).__name__}: {error}"[:300]
    image, size = loaded.image, (loaded.width, loaded.height)
    wrong = "it should have been refused" if given.refused else ""
    if image.mode != "RGB" or image.size != size or size[0] * size[1] > given.max_pixels or 0 in size:
        wrong = f"it came out as {image.mode} {image.size}, said to be {size}"
    elif given.size not in (None, size):
        wrong = f"it came out as {size}, not {given.size}"
    elif image.width * image.height <= 1 << 20 and len(image.tobytes()) != 3 * size[0] * size[1]:
        wrong = "its pixels are not all there"
    elif given.whole and image.tobytes() != read_image(given.whole).image.tobytes():
        wrong = "it was taken for whole, and is not"
    return "picture", wrong


def resident_kib() -> tuple[int, int]:
    """(now, at most since `forget_peak`), of this process. Zeros where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0, 0
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines["VmRSS"].split()[0]), int(lines["VmHWM"].split()[0])


def forget_peak() -> None:
    """Begin the high-water mark anew."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _given(source: str, seed: int, first: int, end: int) -> Iterator[Given]:
    module, _, function = source.partition(":")
    given: Iterator[Given] = getattr(importlib.import_module(module), function)(seed, first, end)
    return given


def _child(source: str, seed: int, first: int, end: int) -> None:
    out = os.fdopen(os.dup(1), "w")
    words = tempfile.TemporaryFile()  # noqa: SIM115 - for as long as the process lives
    spoken, err = 0, os.dup(2)
    for given in _given(source, seed, first, end):
        print(json.dumps({"begins": given.what}), file=out, flush=True)
        os.dup2(words.fileno(), 1)
        os.dup2(words.fileno(), 2)
        forget_peak()
        before, _ = resident_kib()
        began = time.perf_counter()
        how, why = _read(given)
        seconds = time.perf_counter() - began
        mib = max(resident_kib()[1] - before, 0) / 1024
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(err, 2)
        if (length := os.fstat(words.fileno()).st_size) > spoken:
            why = why or f"it wrote {os.pread(words.fileno(), length - spoken, spoken)[:200]!r}"
            spoken = length
        limit = given.limit_mib or bound_mib(given.max_pixels, len(given.source))
        if mib > limit:
            why = why or f"it took {mib:.0f} MiB, more than {limit:.0f}"
        said = {"what": given.what, "end": how, "why": why, "seconds": seconds, "mib": mib, "limit_s": given.limit_s}
        print(json.dumps(said), file=out, flush=True)


if __name__ == "__main__":
    _child(sys.argv[1], *map(int, sys.argv[2:]))
