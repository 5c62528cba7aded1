"""Fixtures that several test folders share: the built-in model, and tiny random ones in either layout."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# before torch is imported, as the command line does: threads that spin long are 10 times slower on a busy machine
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# the same sums on every x86 processor: the recordings were made on one, and MKL's AVX-512 kernels on another add in
# another order, which takes one recorded EmbQ 1% beyond its tolerance
os.environ.setdefault("MKL_CBWR", "AVX2")
# what tests ask is nobody's history; those of the history have a home of their own
os.environ.setdefault("FLASHSLOTH_NO_HISTORY", "1")
if "PYTEST_XDIST_WORKER" in os.environ:  # each worker is a process of its own: together they use all cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# the same examples on every run; to look for new ones: pytest --hypothesis-profile=search
settings.register_profile("default", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, database=None, max_examples=5000, print_blob=True)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """Hide CUDA devices but from `-m gpu`: every other test gives the same with a graphics card and without."""
    if config.option.markexpr != "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return the number of workers of `-n auto`: one a core, and at most 4, as each holds a model or two."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)


_connect = socket.socket.connect


def _connect_here(self: socket.socket, address: Any) -> None:
    """No test leaves this machine: servers that tests talk to are on it."""
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"  # AF_UNIX
    assert host in ("127.0.0.1", "::1", "localhost"), f"a test wanted to connect to {address}"
    _connect(self, address)


socket.socket.connect = _connect_here  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def nano():
    """The built-in model, in float32 on the CPU. Begin a chat of your own; change nothing in it."""
    import flashsloth

    return flashsloth.open("nano", device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def tiny_model():
    """A random FlashSloth with the smallest sizes that still have every part (tiny.py)."""
    import tiny

    return tiny.model()


@pytest.fixture(scope="session")
def native_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as `save_pretrained` lays it out. To be read only: see tiny.write_native."""
    import tiny

    return tiny.write_native(tmp_path_factory.mktemp("native"))


@pytest.fixture(scope="session")
def official_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model laid out as the released checkpoints are. To be read only: see tiny.write_official."""
    import tiny

    return tiny.write_official(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="session")
def tiny_sloth(native_folder: Path):
    import flashsloth

    return flashsloth.open(native_folder, device="cpu", dtype="float32")


@pytest.fixture(params=["tiny", "nano"])
def sloth(request: pytest.FixtureRequest):
    """Each of the two, opened as users open them."""
    return request.getfixturevalue({"tiny": "tiny_sloth", "nano": "nano"}[request.param])


def draw(number: int):
    """A picture of nano's world, a different one for each number."""
    from PIL import Image, ImageDraw

    colours = ["red", "blue", "green", "orange", "purple", "black"]
    image = Image.new("RGB", (200, 150 + 20 * number), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 90, 90), fill=colours[number % 6])
    pen.rectangle((110, 40 + 5 * number, 180, 110), fill=colours[(number + 2) % 6])
    if number % 2:
        pen.polygon([(60, 100), (20, 145), (100, 145)], fill=colours[(number + 4) % 6])
    return image


@pytest.fixture(scope="session")
def pictures():
    """Four of them."""
    return [draw(number) for number in range(4)]
