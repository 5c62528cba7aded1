"""`pretend("cuda")` and `pretend("mps")`: in their context torch believes in a card, in every
thread."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from card import kernels, runtime, tensor
from card.runtime import PRESENT, Card
from flashsloth.inference import card_step
from flashsloth.quantization import bnb, card_products

TORCH = Path(torch.__path__[0])


@functools.cache
def compiled() -> ctypes.CDLL:
    """Compile card.cpp, in two seconds, unless another process has. First import the libraries that
    look for devices while they are imported, so that they find none. Raises: SkipTest."""
    needed = {
        "Linux on x86-64": (sys.platform, platform.machine()) == ("linux", "x86_64"),
        "torch's CPU build": not (torch.version.cuda or torch.version.hip),
        "g++": shutil.which("g++"),
        "torch's headers": (TORCH / "include" / "ATen").is_dir(),
    }
    if lacking := [name for name, here in needed.items() if not here]:
        raise unittest.SkipTest(f"a simulated card needs {', '.join(lacking)}")
    bnb.library()
    for name in ("torch._dynamo", "transformers", "peft"):
        importlib.import_module(name)
    source, made_of = Path(__file__).with_name("card.cpp"), f"{TORCH} {torch.version.git_version}"
    key = hashlib.sha256(source.read_bytes() + made_of.encode()).hexdigest()[:16]
    library = source.parent / "__pycache__" / f"card-{key}.so"
    if not library.exists():
        library.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            made = Path(folder) / "card.so"
            command = [
                "g++",
                "-shared",
                "-fPIC",
                "-std=c++20",
                f"-I{TORCH}/include",
                source,
                "-o",
                made,
            ]
            subprocess.run([*command, f"-L{TORCH}/lib", "-ltorch_cpu", "-lc10"], check=True)
            made.replace(library)  # at once: another process may look for it
    return ctypes.CDLL(str(library))


@functools.cache
def registered(kind: str) -> torch.library.Library:
    """Register what makes new tensors on a kind of device, and attention through which gradients pass,
    for which torch would call CUDA's own choice of a kernel."""
    library = torch.library.Library("aten", "IMPL")
    for name, function in kernels.FACTORIES.items():
        library.impl(name, function, kind.upper())
    library.impl(
        "scaled_dot_product_attention", kernels.attention_with_gradients, f"Autograd{kind.upper()}"
    )
    return library


@contextlib.contextmanager
def pretend(kind: str, **options: Any) -> Iterator[Card]:
    """Make torch believe in a card. Options: the fields of Card.

    One thread computes the values, so that they are the same each time. The thread that enters computes
    gradients itself, and no other one can: torch made threads for the devices that were there at the
    process's first gradient.
    """
    library, threads = compiled(), torch.get_num_threads()
    registered(kind)
    present = Card(kind, **options)
    PRESENT.append(present)
    library.set_device(kind.encode())
    forget_devices()
    torch.set_num_threads(1)
    try:
        with (
            replaced(present),
            torch.compiler.set_stance("force_eager"),
            torch.autograd.set_multithreading_enabled(False),
        ):
            if kind == "mps":  # bitsandbytes imports these only where there is one
                bnb.refuse_download(importlib.import_module("bitsandbytes.backends.mps.ops"))
            yield present
    finally:
        PRESENT.pop()
        forget_devices()
        torch.set_num_threads(threads)
        torch.backends.cuda.enable_cudnn_sdp(True)  # type: ignore[no-untyped-call]
        library.set_device((PRESENT[-1].kind if PRESENT else "cpu").encode())


def forget_devices() -> None:
    """Clear what libraries have kept about devices."""
    for name in ("transformers.utils.import_utils", "accelerate.utils.imports"):
        for function in vars(sys.modules[name]).values():
            getattr(function, "cache_clear", lambda: None)()
    sys.modules["bitsandbytes.functional"].name2qmap.clear()  # tables on a device
    card_products.problem.cache_clear()
    card_step.problem.cache_clear()


@contextlib.contextmanager
def replaced(present: Card) -> Iterator[None]:
    """Replace what asks for a device, or for the library of one."""
    of_tensors = {
        "data": property(tensor.DATA.__get__, tensor.set_data),
        "_make_subclass": staticmethod(tensor.make_subclass),
        "pin_memory": kernels.pin_memory,
    }
    with contextlib.ExitStack() as stack:
        for owner, names in (runtime.replacements(present) | {Tensor: of_tensors}).items():
            stack.enter_context(mock.patch.multiple(owner, **names))
        yield
