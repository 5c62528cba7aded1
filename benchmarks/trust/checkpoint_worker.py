"""A process that opens one folder after another and tells what came of each: one line of JSON in, one out.

It is a process of its own because a damaged file may end it, stop it or fill the memory; and because it watches itself:
which files it reads, whether it runs code, starts programs or asks the network, and how much memory it takes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.trust.checkpoint_process import contents
from benchmarks.trust.checkpoint_seeds import CACHE

ROOM = 6 * 2**30  # bytes of addresses beyond what there is at the start: what is asked for, used or not
SOCKETS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
ENDS = {0: "done", 3: "refused", 9: "killed"}
workplace = Path()  # of the check that is under way
watched: list[str] = []  # what the last folder made this process do that no folder may


def watch(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: it hears of every file that Python opens, and of more."""
    if event == "open" and isinstance(args[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(args[0]))
        writes = isinstance(args[1], str) and any(c in args[1] for c in "wax+")
        if path.startswith(f"{workplace}/outside"):
            watched.append(f"read {path}")
        elif writes and path.startswith(f"{workplace}/case"):
            watched.append(f"wrote {path}")
    elif event == "subprocess.Popen" and str(args[0]).endswith(("mount", "umount")):
        return
    elif event in SOCKETS or event in PROGRAMS or event == "pickle.find_class":
        watched.append(f"{event} {args!r}"[:200])
    elif event == "import" and str(args[0]).startswith("evil"):
        watched.append(f"imported {args[0]}")


def memory(field: str) -> int:
    """Bytes, as the system counts them for this process: VmRSS now, VmHWM at most since `forget_peak`."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def answer(case: dict[str, Any]) -> str:
    """What is answered without a picture and with one."""
    from PIL import Image

    import flashsloth

    if os.path.isdir(case["folder"]):
        encode(Path(case["folder"]))
    how = {key: case[key] for key in ("quant", "adapter", "cache", "offline") if key in case}
    sloth = flashsloth.open(case["folder"], device="cpu", **how)
    said = [sloth.chat().ask("What is it?", max_tokens=3).text()]
    if case.get("picture", True):
        said.append(sloth.chat(Image.new("RGB", (40, 30), "red")).ask("What is it?", max_tokens=3).text())
        said.append(
            sloth.chat().ask("a" * 40 + "!", max_tokens=3, temperature=1.0, top_p=0.9, min_p=0.01, seed=1).text()
        )
    return "|".join(said)


def encode(folder: Path) -> None:
    """What `data` reads of a model. Its refusals are not judged: the model itself is refused, or opens."""
    from flashsloth.data.light_tokenizer import load_prompt_encoder
    from flashsloth.errors import FlashSlothError

    with suppress(FlashSlothError):
        load_prompt_encoder(folder)[0].text("What is it?")


def convert(case: dict[str, Any]) -> str:
    from flashsloth.checkpoints import resolve, save

    if "quant" in case:
        save.quantize(resolve.find(case["folder"]), Path(case["target"]), case["quant"])
    else:
        save.convert(resolve.find(case["folder"]), Path(case["target"]))
    return ""


def listed(case: dict[str, Any]) -> str:
    """What `list` says: the cached models and whether each is complete."""
    from flashsloth.checkpoints import hub

    return json.dumps([(model.repo, model.complete) for model in hub.list_cached()])


def mount(case: dict[str, Any]) -> str:
    """A disk of `size` kB, that only this process and its children see."""
    flag = "remount," if os.path.ismount(case["disk"]) else ""
    command = ["mount", "-t", "tmpfs", "-o", f"{flag}size={case['size']}k", "tmpfs", case["disk"]]
    return str(subprocess.run(command, capture_output=True).returncode)


def unmount(case: dict[str, Any]) -> str:
    return str(subprocess.run(["umount", case["disk"]], capture_output=True).returncode)


def clear(case: dict[str, Any]) -> str:
    shutil.rmtree(case["folder"], ignore_errors=True)
    return ""


DO = {
    "answer": answer,
    "convert": convert,
    "list": listed,
    "mount": mount,
    "unmount": unmount,
    "clear": clear,
    "contents": lambda case: json.dumps(contents(Path(case["folder"]))),
}


def job(case: dict[str, Any]) -> int:
    """One conversion, in the child: 0 done, 3 one of our errors, 1 anything else."""
    import resource

    from flashsloth.checkpoints import resolve, save
    from flashsloth.errors import FlashSlothError

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if case.get("largest"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (case["largest"], limits[1]))
    if case.get("slowly"):
        _slow_renames(case["slowly"])
    source, target = resolve.find(case["source"]), Path(case["target"])
    said, code = "", 0
    try:
        if case.get("quant"):
            save.quantize(source, target, case["quant"], force=case.get("force", False))
        else:
            save.convert(source, target, force=case.get("force", False))
    except FlashSlothError as error:
        said, code = f"{type(error).__name__}: {error}", 3
    except BaseException as error:
        said, code = f"crash: {error!r}", 1
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)  # or what is said here, into a file, would not fit either
    print(said, file=sys.stderr)
    return code


def _slow_renames(seconds: float) -> None:
    """So that kills fall between two of them."""
    rename = Path.rename

    def slowly(self: Path, to: Path) -> Path:
        time.sleep(seconds)
        return rename(self, to)

    Path.rename = slowly  # type: ignore[method-assign, assignment]


def fork(case: dict[str, Any]) -> dict[str, Any]:
    """One conversion in a child of its own, killed after `delay` seconds if there is one."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os._exit(job(case))
    if "delay" in case:
        time.sleep(case["delay"])
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    code = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"end": ENDS.get(code, f"ended with {code}"), "seconds": time.perf_counter() - began}


def attempt(case: dict[str, Any]) -> dict[str, Any]:
    """One folder, and what came of it."""
    from flashsloth.errors import FlashSlothError
    from flashsloth_cli.terminal.exit_codes import exit_code

    settle(case["workplace"])
    if case.get("do") == "fork":
        return fork(case)
    watched.clear()
    forget_peak()
    before, began = memory("VmRSS"), time.perf_counter()
    found: dict[str, Any] = {"outcome": "opened"}
    try:
        found["said"] = DO[case.get("do", "answer")](case)
    except FlashSlothError as error:
        found = {"outcome": "refused", "class": type(error).__name__, "message": str(error), "hint": error.hint}
        found["exit"] = exit_code(error)
    except BaseException as error:  # a panic of native code is no Exception
        found = {"outcome": "crash", "class": type(error).__name__, "message": f"{error!r}"[:300], "where": last(error)}
    found["seconds"] = time.perf_counter() - began
    found["peak"] = memory("VmHWM") - before
    found["watched"] = list(watched)
    return found


def settle(place: str) -> None:
    """Everything that a person would have in a home is in the check's workplace."""
    global workplace
    from huggingface_hub import constants

    if str(workplace) != place:
        workplace = Path(place)
        constants.HF_HUB_CACHE = str(workplace / CACHE)
        os.environ["FLASHSLOTH_HOME"] = str(workplace / "home")
        sys.path[:] = [path for path in sys.path if Path(path).name != "evil"] + [str(workplace / "evil")]


def last(error: BaseException) -> str:
    """The deepest place of ours, and the deepest of all."""
    places, trace = [], error.__traceback__
    while trace:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " ".join(places[-4:])


def main() -> None:
    import resource

    import torch

    import flashsloth
    from flashsloth.checkpoints import loader

    torch.set_num_threads(1)
    loader.LARGE = 0  # copies are kept of the tiny model too
    flashsloth.open("nano", device="cpu").chat().ask("hi", max_tokens=1).text()  # everything is imported
    sys.addaudithook(watch)
    most = memory("VmSize") + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(attempt(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
