"""`flashsloth doctor`, and its checks of this machine. Each problem comes with a fix. A check that
raises an exception counts as failed, and the other checks still run.

Checks that compute run in a child process: a machine on which they crash is one of the problems that
`doctor` reports. The child gets the names of the checks as arguments, and writes each result as a line
of JSON.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from typing import Literal

import typer

from flashsloth import devices
from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.utils import child, system
from flashsloth.utils.text import error_reason
from flashsloth_cli import options as o
from flashsloth_cli.settings import settings as user_settings
from flashsloth_cli.terminal import render, streams, text

Status = Literal["ok", "warn", "fail"]
Finding = tuple[Status, str, str]  # status, detail and fix

NETWORK_SECONDS = 3.0
DOWNLOAD = 6_400_000_000  # bytes of the released model
CRASH_HELP = "Look for the cause in the system's log, and report it with the output of this command."
COLORS = {"ok": "32", "warn": "33", "fail": "31"}
CUDA_HELP = "Install a build of torch with CUDA: https://pytorch.org/get-started/locally"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check. `fix` is empty if the status is ok."""

    name: str
    status: Status
    detail: str
    fix: str = ""


def run_check(name: str, check: Callable[[], Finding]) -> Check:
    """Run one check. If the check raises an exception, it has failed."""
    if check in NEED_TORCH and torch()[0] != "ok":
        return Check(name, "warn", "unknown while torch does not work", "Repair torch first.")
    try:
        return Check(name, *check())
    except Exception as error:  # even a bug in one check must not stop the others
        known = render.environment_error(error) or error
        if isinstance(known, FlashSlothError):
            return Check(name, "fail", str(known), known.hint)
        reason = f"{type(error).__name__}: {text.one_line(str(error))}"
        return Check(name, "fail", reason, "If nothing above explains it, it is a bug.")


def _configured_device() -> str:
    """Return the device of the settings. Errors in the settings are reported by a separate check."""
    try:
        return str(user_settings.read().values.get("device", "auto"))
    except OptionError:
        return "auto"


def _check_version(package: str) -> Finding:
    """Compare the version of a package with the versions that this program requires."""
    from packaging.requirements import Requirement

    required = map(Requirement, metadata.requires("flashsloth") or ())
    supported = next(each.specifier for each in required if each.name == package)
    install = f'pip install "{package}{supported}"'
    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        return "fail", "not installed", install
    if supported.contains(version, prereleases=True):
        return "ok", version, ""
    return "fail", f"{version} is not supported", install


# The checks


def python() -> Finding:
    return "ok", f"{platform.python_version()}, {sys.executable}", ""


def torch() -> Finding:
    status, detail, fix = _check_version("torch")
    if status != "ok":
        return status, detail, fix
    try:
        import torch
    except Exception as error:  # a broken build may raise any exception
        if (known := render.environment_error(error)) is not None:
            return "fail", str(known), known.hint
        reason = text.one_line(f"{type(error).__name__}: {error}")
        return "fail", f"{detail} cannot be imported: {reason}", "pip install --force-reinstall torch"
    cuda = f"CUDA {torch.version.cuda}" if torch.version.cuda else "no CUDA"
    return "ok", f"{torch.__version__}, {cuda}", ""


def gpu() -> Finding:
    import torch

    if torch.cuda.is_available():
        names = map(torch.cuda.get_device_name, range(torch.cuda.device_count()))
        return "ok", ", ".join(names), ""
    if torch.backends.mps.is_available():
        return "ok", "Apple's, as mps", ""
    cards = nvidia_cards()
    if not cards:
        return "ok", "none that torch can use; models run on the CPU", ""
    if torch.version.cuda is None:
        return "warn", f"{cards[0]} cannot be used: this build of torch has no CUDA", CUDA_HELP
    return (
        "warn",
        f"{cards[0]} cannot be used by torch",
        "Update its driver, and check CUDA_VISIBLE_DEVICES.",
    )


def threads() -> Finding:
    """Report how many threads compute, and what keeps torch from using more."""
    import torch

    from flashsloth.quantization import cpu

    cpu.fit_threads()
    detail = f"{torch.get_num_threads()} compute, on {os.cpu_count()} processors"
    limit = cpu.fitted.limit
    if not limit:
        return "ok", detail, ""
    return "warn", f"{detail}: limited by {limit}", "Raise or remove that limit for more speed."


def processor() -> Finding:
    """Check that int4 and int8 use compiled kernels if the processor supports them."""
    from flashsloth.quantization import compiled, cpu

    # The kernels of this program are compiled for some instruction sets only. On other processors only
    # torch's kernels are used, and llvmlite is not needed.
    kind = cpu.cpu_kind()
    features = platform.machine() if kind == "other" else kind
    if not system.can_make_executable():
        return (
            "warn",
            f"{features}, but this process may not make memory executable: no kernels are compiled, and "
            "torch's slower ones are used",
            "Allow it: remove MemoryDenyWriteExecute from the service, or SELinux's deny_execmem.",
        )
    if compiled.instruction_set() is None:
        return "ok", f"{features}; int4 and int8 use torch's kernels", ""
    status, detail, fix = _check_version("llvmlite")
    formats = [
        format for format in ("int4", "int8") if status == "ok" and compiled.takes(format, 64, 64)
    ]
    if formats:
        return "ok", f"{features}, with compiled kernels for {' and '.join(formats)}", ""
    reason = f"llvmlite: {detail}" if status != "ok" else f"llvmlite {detail} cannot compile"
    return (
        "warn",
        f"{features}, but {reason}; int4 and int8 use torch's slower kernels",
        fix or "pip install --force-reinstall llvmlite",
    )


def nvidia_cards() -> list[str]:
    """Return the names of the NVIDIA cards. They come from the driver, so torch is not needed."""
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=5,
            check=True,
        ).stdout.splitlines()
    return []


def bitsandbytes() -> Finding:
    status, detail, fix = _check_version("bitsandbytes")
    if status == "ok":
        return status, detail, fix
    import torch

    if torch.cuda.is_available():
        return "warn", f"{detail}: nf4 and finetune --qlora need it", fix
    return "ok", f"{detail}; only nf4 and finetune --qlora need it", ""


def memory() -> Finding:
    """Check which presets of the full model fit into memory. If none fits, this is only a warning,
    because nano fits."""
    from flashsloth.quantization import card_products, presets

    device = devices.choose_device(_configured_device())
    free = devices.free_memory(device)
    total = devices.total_memory(device)
    needs = {
        preset.name: preset.released_bytes
        for preset in presets.by_size(card_products.kind_of(device))
        if preset.released_bytes is not None
    }
    fitting = [name for name, need in needs.items() if need <= free]
    detail = f"{text.gigabytes(free)} of {text.gigabytes(total)} are free on {device}"
    if fitting:
        return "ok", f"{detail}: flashsloth fits with {', '.join(fitting)}", ""
    least = min(needs.values())
    fix = (
        f"Close other programs: {text.gigabytes(least)} must be free."
        if total > least
        else "Use -m nano."
    )
    return "warn", f"{detail}, too little for flashsloth with any preset", fix


def quantization() -> Finding:
    """Report which kernels run each preset on the device."""
    from flashsloth.quantization import card_products, presets

    device = devices.choose_device(_configured_device())
    kind = card_products.kind_of(device)
    runs = [
        f"{c.preset}{c.alias and f' ({c.alias})'}: {c.runs}" for c in presets.choices(kind).values()
    ]
    detail = f"on {kind}: {'; '.join(runs)}"
    if kind == presets.TRITON:
        detail += f"; kernels are kept in {card_products.kernel_folder()}"
    if kind != "cuda":
        return "ok", detail, ""
    problem = card_products.problem(device)
    return (
        "warn",
        f"{detail}; Triton's kernels are quicker, but {problem}",
        "docs/troubleshooting.md says what they need.",
    )


def cache() -> Finding:
    from flashsloth.checkpoints import hub

    folder = hub.cache_folder()
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return (
            "fail",
            f"{existing} cannot be written to, so no model can be downloaded",
            "Change that folder's permissions, or set HF_HOME to another folder.",
        )
    free = shutil.disk_usage(existing).free
    downloaded = hub.find_cached(hub.RepoId.parse("flashsloth")) is not None
    detail = f"{folder}, {text.gigabytes(free)} free"
    if not downloaded and free < DOWNLOAD + hub.RESERVE:
        return "warn", f"{detail}: flashsloth takes {text.gigabytes(DOWNLOAD)}", hub.DISK_HINT
    return "ok", detail + (", flashsloth is downloaded" if downloaded else ""), ""


def hub() -> Finding:
    """Check that the hub answers. The request uses the same client as downloads, and so the same
    proxies and certificates. A failure is only a warning, because models in the cache run without the
    hub."""
    from huggingface_hub import constants, get_session

    from flashsloth.checkpoints.hub.download import certificates_problem

    # An answer such as 404 comes from a server, so the connection works.
    address = constants.ENDPOINT
    if constants.HF_HUB_OFFLINE:
        return (
            "warn",
            "HF_HUB_OFFLINE is set: no model will be downloaded",
            "Unset it before flashsloth pull.",
        )
    try:
        status = get_session().head(address, timeout=NETWORK_SECONDS).status_code
        reason = f"it answers {status}" if status >= 500 else ""
    except Exception as error:  # the client, ssl or a proxy may raise any exception
        reason = text.one_line(certificates_problem() or error_reason(error))
    if reason:
        return (
            "warn",
            f"{address} cannot be reached: {reason}",
            "Check the connection, the proxy and HF_ENDPOINT.",
        )
    return "ok", f"{address} answers", ""


def settings() -> Finding:
    settings = user_settings.read()
    path = user_settings.config_path()
    if settings.warnings:
        return (
            "warn",
            "; ".join(settings.warnings),
            "Correct or remove them; in the file: flashsloth config unset KEY",
        )
    return "ok", f"{path}" if path.is_file() else f"no file {path}; the defaults apply", ""


def terminal() -> Finding:
    encoding = streams.answers().encoding or "unknown"
    if encoding.lower().replace("-", "").replace("_", "") != "utf8":
        return (
            "warn",
            f"the encoding {encoding} cannot represent all characters",
            "Set PYTHONUTF8=1, or LANG to C.UTF-8.",
        )
    if os.environ.get("TERM") == "dumb":
        return (
            "warn",
            "TERM is dumb: no colors and no line editor",
            "Set TERM to the type of the terminal.",
        )
    return "ok", "UTF-8", ""


def nano() -> Finding:
    from PIL import Image

    import flashsloth

    start = time.perf_counter()
    model = flashsloth.open("nano", device=_configured_device())
    opened = time.perf_counter()
    answer = (
        model.chat(Image.new("RGB", (96, 96), "red"))
        .ask("What is in the picture?", max_tokens=16)
        .text()
    )
    end = time.perf_counter()
    if not answer.strip():
        return "fail", "the built-in model gave an empty answer", "Install this program again."
    times = f"opened in {opened - start:.1f} s, answered in {end - opened:.1f} s"
    return "ok", f"{times}, {render.precision_and_device(model.facts)}", ""


NEED_TORCH = (gpu, threads, processor, memory, quantization, nano, bitsandbytes)
MAY_CRASH = (torch, *NEED_TORCH)  # checks that run in a child process
# nano comes last, because if it fails, one of the checks before it probably says why.
CHECKS: dict[str, Callable[[], Finding]] = {  # in the order in which they run
    "python": python,
    "torch": torch,
    "transformers": partial(_check_version, "transformers"),
    "bitsandbytes": bitsandbytes,
    "gpu": gpu,
    "threads": threads,
    "processor": processor,
    "memory": memory,
    "quantization": quantization,
    "cache": cache,
    "hub": hub,
    "settings": settings,
    "terminal": terminal,
    "nano": nano,
}


def doctor(json: o.Json = False) -> None:
    """Find out why this program does not work here.

    It checks Python and its packages, the graphics card, memory, disk, network, settings and terminal,
    then lets nano answer a question. For each problem it prints a fix. The exit code is 1 if a check
    fails.

    Examples:
        flashsloth doctor
    """
    checks = []
    with closing(run_in_child()) as tried:
        for name, check in CHECKS.items():
            found = next(tried) if check in MAY_CRASH else run_check(name, check)
            checks.append(found)
            if not json:  # print each result at once, because some checks take seconds
                line = _beside(f"{found.status:<4}  {name:<12}  ", found.detail)
                if streams.wants_styling(streams.answers()):
                    line = f"\x1b[{COLORS[found.status]}m{line[:4]}\x1b[0m{line[4:]}"
                streams.write(line + (_beside("      fix: ", found.fix) if found.fix else ""))
    if json:
        render.write_json(
            {"schema": "flashsloth.doctor/1", "checks": [asdict(check) for check in checks]}
        )
    if any(check.status == "fail" for check in checks):
        raise typer.Exit(1)


def _beside(begin: str, detail: str) -> str:
    """Return the text of a result beside its beginning. On a terminal it is wrapped at words. A path is
    never broken, so that it can be copied."""
    is_wrapped = streams.is_terminal(streams.answers())
    lines = textwrap.wrap(
        text.one_line(detail),
        shutil.get_terminal_size().columns if is_wrapped else sys.maxsize,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines or [begin]) + "\n"


# The child process


def run_in_child() -> Generator[Check, None, None]:
    """Run the checks that may crash in a child process, and yield their results. If the child ends
    without a result, that check has failed, and another child runs the next ones."""
    left = [name for name, check in CHECKS.items() if check in MAY_CRASH]
    while left:
        words = [*child.command(__name__), *left]
        with child.start(words, env=child.environment(), stdout=subprocess.PIPE) as process:
            try:
                for line in process.stdout or ():
                    del left[0]
                    yield Check(**json.loads(line))
            except BaseException:
                process.kill()
                raise
        if left:
            code = process.returncode
            reason = (signal.strsignal(-code) if code < 0 else None) or f"exit code {code}"
            yield Check(left.pop(0), "fail", f"its process crashed: {reason}", CRASH_HELP)


def main() -> None:
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # text that libraries print must not get into the results
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends both processes; the other one says so
    for name in sys.argv[1:]:
        print(json.dumps(asdict(run_check(name, CHECKS[name]))), file=results, flush=True)


if __name__ == "__main__":
    main()
