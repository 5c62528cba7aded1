"""What may be wrong on this machine, looked for one after another, and what mends it.

Every look stands alone: one that breaks, because torch does or because of a bug, is a finding like any other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from flashsloth.errors import FlashSlothError, OptionError
from flashsloth_cli.config import settings as user_settings
from flashsloth_cli.terminal import render, streams, text

Status = Literal["ok", "warn", "fail"]
Finding = tuple[Status, str, str]  # with what is so, and what mends it

PYTHON = (3, 11)
NEEDED = {"torch": ("2.9", "3"), "transformers": ("5.23", "6"), "bitsandbytes": ("0.50", "1")}  # from, and below
NETWORK_SECONDS = 3.0
DOWNLOAD = 6_400_000_000  # bytes of the released model
MEMORY = {"none": 7.0e9, "int8": 4.5e9, "int4": 3.4e9}  # docs/speed.md's peaks, and 0.4 GB for Python and torch
CUDA_HELP = "Install a torch that is made for it: https://pytorch.org/get-started/locally"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `fix` is empty where all is well."""

    name: str
    status: Status
    detail: str
    fix: str = ""


class NeedsTorchError(Exception):
    """A look that cannot be taken while torch is broken."""


def checks() -> Iterator[Check]:
    """All findings, each as soon as it is known."""
    for name, look in CHECKS.items():
        yield run_check(name, look)


def run_check(name: str, look: Callable[[], Finding]) -> Check:
    """What one look found. If it breaks, that is what it found."""
    try:
        return Check(name, *look())
    except NeedsTorchError:
        return Check(name, "warn", "cannot be told while torch does not work", "Mend torch first.")
    except FlashSlothError as error:
        return Check(name, "fail", str(error), error.hint)
    except Exception as error:  # whatever it is, the other looks go on
        said = text.one_line(str(error))
        return Check(name, "fail", f"{type(error).__name__}: {said}", "If nothing above explains it, it is a bug.")


def _torch() -> Any:
    try:
        import torch
    except Exception as error:  # a broken build raises whatever it likes
        raise NeedsTorchError from error
    return torch


def _configured_device() -> str:
    """The device that would be taken. What is wrong with the settings is told elsewhere."""
    try:
        return str(user_settings.read().get("device", default="auto"))
    except OptionError:
        return "auto"


def _version(package: str) -> str | None:
    """The installed version of a package, None if there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """2.13.0+cpu as (2, 13, 0)."""
    parts = version.partition("+")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _of_package(package: str) -> Finding:
    """Whether a package is there in a version that suits."""
    version = _version(package)
    least, below = NEEDED[package]
    wanted = f'pip install "{package}>={least}{f",<{below}" if below else ""}"'
    if version is None:
        return "fail", "not installed", wanted
    if _numbers(version) < _numbers(least) or (below and _numbers(version) >= _numbers(below)):
        return "fail", f"{version} does not suit this program", wanted
    return "ok", version, ""


# The looks


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        return "fail", f"{version} is too old", "Install Python 3.11 or later, and this program with it."
    return "ok", f"{version}, {sys.executable}", ""


def torch() -> Finding:
    status, detail, fix = _of_package("torch")
    if status != "ok":
        return status, detail, fix
    try:
        import torch
    except Exception as error:  # see _torch
        why = text.one_line(f"{type(error).__name__}: {error}")
        return "fail", f"{detail} cannot be loaded: {why}", "pip install --force-reinstall torch"
    made_for = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA"
    return "ok", f"{torch.__version__}, {made_for}", ""


def gpu() -> Finding:
    cards, torch = nvidia_cards(), _torch()
    if torch.cuda.is_available():
        return "ok", ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())), ""
    if torch.backends.mps.is_available():
        return "ok", "Apple's, as mps", ""
    if not cards:
        return "ok", "none that torch could use: the processor computes", ""
    here = f"{cards[0]} is here, but"
    if torch.version.cuda is None:
        return "warn", f"{here} this torch is made for processors alone", CUDA_HELP
    return "warn", f"{here} torch cannot use it", "Update its driver, and look at CUDA_VISIBLE_DEVICES."


def nvidia_cards() -> list[str]:
    """Names of NVIDIA's cards, as their driver knows them; torch need not."""
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=5
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip().splitlines()
    except (OSError, subprocess.TimeoutExpired):
        pass
    places = Path("/proc/driver/nvidia/gpus")
    return ["an NVIDIA card"] * (len(list(places.iterdir())) if places.is_dir() else 0)


def transformers() -> Finding:
    return _of_package("transformers")


def bitsandbytes() -> Finding:
    status, detail, fix = _of_package("bitsandbytes")
    if status == "ok":
        return status, detail, fix
    if _torch().cuda.is_available():
        return "warn", f"{detail}: nf4, llm-int8 and finetune --qlora need it", fix
    return "ok", f"{detail}; nothing but nf4, llm-int8 and finetune --qlora needs it", ""


def memory() -> Finding:
    """Which presets of the full model fit; none of them is no failure, as nano does."""
    _torch()
    from flashsloth import devices

    device = devices.choose_device(_configured_device())
    free, total = devices.free_memory(device), devices.total_memory(device)
    fitting = [name for name, need in MEMORY.items() if need <= free]
    least = text.gigabytes(MEMORY["int4"])
    here = f"{text.gigabytes(free)} of {text.gigabytes(total)} are free on {device}"
    if not fitting:
        fix = f"Close other programs: {least} must be free." if total > MEMORY["int4"] else "Stay with -m nano."
        return "warn", f"{here}, too little for flashsloth in any preset", fix
    return "ok", f"{here}: flashsloth fits in {', '.join(fitting)}", ""


def cache() -> Finding:
    from flashsloth.checkpoints import hub

    folder = hub.cache_folder()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        fix = "Change that folder's permissions, or set HF_HOME to another one."
        return "fail", f"{there} cannot be written to, so no model can be kept", fix
    free = shutil.disk_usage(there).free
    held = hub.find_cached(hub.RepoId.parse("flashsloth")) is not None
    room = f"{folder}, {text.gigabytes(free)} free"
    if not held and free < DOWNLOAD + hub.RESERVE:
        return "warn", f"{room}: flashsloth takes {text.gigabytes(DOWNLOAD)}", hub.DISK_HINT
    return "ok", room + (", flashsloth is there" if held else ""), ""


def network() -> Finding:
    """Whether the hub answers at all. Never a failure: what is in the cache runs without it."""
    from huggingface_hub import constants

    address = constants.ENDPOINT
    if constants.HF_HUB_OFFLINE:
        return "warn", "HF_HUB_OFFLINE is set: no model will be downloaded", "Unset it before flashsloth pull."
    said: list[str] = []  # a thread, as nothing limits how long a name is looked up
    asking = threading.Thread(target=lambda: said.append(_ask(address)), daemon=True)
    asking.start()
    asking.join(NETWORK_SECONDS)
    why = said[0] if said else f"no answer within {NETWORK_SECONDS:.0f} s"
    if why:
        return "warn", f"{address} cannot be reached: {why}", "Check the connection, the proxy settings, HF_ENDPOINT."
    return "ok", f"{address} answers", ""


def _ask(address: str) -> str:
    """Why an address does not answer; empty if it does."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=NETWORK_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}" if error.code >= 500 else ""
    except Exception as error:  # in a thread nobody else would see it
        return text.one_line(str(getattr(error, "reason", error)))


def configuration() -> Finding:
    settings, path = user_settings.read(), user_settings.config_path()
    if settings.warnings:
        return "warn", "; ".join(settings.warnings), "Correct or remove these lines: flashsloth config unset KEY"
    if not path.is_file():
        return "ok", f"no file {path}, which is fine", ""
    return "ok", f"{path}", ""


def terminal() -> Finding:
    encoding = streams.answers().encoding or "unknown"
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        return "warn", f"texts are written in {encoding}, which lacks letters", "Set PYTHONUTF8=1, or LANG to C.UTF-8."
    if os.environ.get("TERM") == "dumb":
        return "warn", "TERM is dumb: no colours, and a plain line to type in", "Set TERM to what the terminal is."
    return "ok", "UTF-8", ""


def nano() -> Finding:
    _torch()
    from PIL import Image

    import flashsloth

    began = time.perf_counter()
    model = flashsloth.open("nano", device=_configured_device())
    opened = time.perf_counter()
    said = model.chat(Image.new("RGB", (96, 96), "red")).ask("What is in the picture?", max_tokens=16).text()
    ended = time.perf_counter()
    if not said.strip():
        return "fail", "the built-in model said nothing about a picture", "Install this program again."
    times = f"opened in {opened - began:.1f} s, answered in {ended - opened:.1f} s"
    return "ok", f"{times}, {render.precision_and_device(model.loaded)}", ""


CHECKS: dict[str, Callable[[], Finding]] = {
    "python": python,
    "torch": torch,
    "gpu": gpu,
    "transformers": transformers,
    "bitsandbytes": bitsandbytes,
    "memory": memory,
    "cache": cache,
    "hub": network,
    "settings": configuration,
    "terminal": terminal,
    "nano": nano,
}
