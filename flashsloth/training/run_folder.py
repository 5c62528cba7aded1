"""The folder of a run.

OUT/run.json        settings, data, versions and progress
OUT/metrics.jsonl   one object for each optimizer step and each evaluation
OUT/loss.png        a plot of metrics.jsonl, once the run is finished
OUT/checkpoints/    the Trainer's state, for --resume

The events that a run reports through `on_event` are declared here too: `Stepped` and `Evaluated` become
lines of metrics.jsonl.
"""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from flashsloth.errors import RunExists, TrainingFailed
from flashsloth.training import checkpoints
from flashsloth.utils import atomic_write, folder_swap, system
from flashsloth.utils.safe_read import read_json
from flashsloth.utils.text import command_line, did_you_mean

# Number of steps over which the loss is averaged for display and in run.json. metrics.jsonl has the
# loss of every step.
AVERAGED = 10


@dataclass(frozen=True, slots=True)
class Stepped:
    """An optimizer step with its loss.

    Samples and tokens per second are summed over all processes. `waited` is the share of time that was
    spent waiting for data. `memory` is the peak memory in bytes. `left` is the estimated remaining time
    in seconds.
    """

    step: int
    steps: int
    loss: float
    lr: float
    grad_norm: float
    samples_per_second: float
    tokens_per_second: float
    waited: float
    memory: int
    left: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The loss on the evaluation rows. `best` is True if this loss is the lowest so far."""

    step: int
    loss: float
    best: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint is complete and on the disk."""

    step: int
    path: Path


@dataclass(frozen=True, slots=True)
class Note:
    """A message for the user."""

    text: str


TrainingEvent = Stepped | Evaluated | Saved | Note

RUN = "run.json"
METRICS = "metrics.jsonl"
PICTURE = "loss.png"
LOCK = ".lock"
SCHEMA = "flashsloth.run/1"
# The types of the fields of run.json that are read again. A loss may be NaN.
KINDS: dict[str, Any] = {
    **dict.fromkeys(("recipe", "schedule", "base", "data", "compute"), dict),
    **dict.fromkeys(("recipe.method", "recipe.stage", "base.name", "ended"), str | None),
    **dict.fromkeys(("skipped", "data.files"), list),
    **dict.fromkeys(("steps", "data.rows", "data.evaluation_rows"), int),
    **dict.fromkeys(("loss", "best"), int | float | None),
}
# The names of all files that a run writes. Only these are removed when a run starts over.
RESULT = re.compile(
    r"run\.json|metrics\.jsonl|loss\.png|README\.md|(adapter_config|flashsloth_adapter|config|generation_config"
    r"|processor_config|tokenizer|tokenizer_config)\.json|chat_template\.jinja|(adapter_)?model.*\.safetensors(\.index\.json)?"
)


class RunFolder:
    """The folder of a run. It is locked by the process that writes to it."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.record: dict[str, Any] = {}
        self.warning = ""  # about a file system without locks
        self._lock = FileLock(checkpoints.folder(out) / LOCK)
        self._metrics: Any = None

    def begin(self, *, resume: bool, force: bool) -> dict[str, Any] | None:
        """Lock the folder. Return the content of run.json if a run is to be resumed, or None for a new
        run.

        Raises: RunExists for a folder that is not empty or is in use; InputError if it cannot be
        written.
        """
        out = self.out
        recorded = check_folder(out, resume=resume, force=force)
        with checkpoints.convert_disk_errors(out):
            checkpoints.folder(out).mkdir(parents=True, exist_ok=True)
            self.warning = acquire(self._lock, out)
        if resume and recorded is not None and not is_sound(recorded):
            self._lock.release()
            raise RunExists(f"{out / RUN} is damaged", hint="Start over with --force.")
        with checkpoints.convert_disk_errors(out):
            folder_swap.clear_unfinished(out)
            atomic_write.remove_scratch_files(out, [atomic_write.SCRATCH_PREFIX])
        return recorded if resume else None

    def clear(self) -> None:
        """Remove the files of an earlier run, and nothing else."""
        earlier = read_record(self.out) is not None
        checkpoints.remove_all(self.out)
        # run.json is removed first: if the process is killed, no run.json may remain that describes
        # missing files
        (self.out / RUN).unlink(missing_ok=True)
        for path in self.out.iterdir() if earlier else ():
            # The model of the earlier run is also removed, because a folder must not contain both an
            # adapter and a whole model.
            if RESULT.fullmatch(path.name) and path.is_file():
                path.unlink()

    def release(self) -> None:
        """Unlock the folder, and remove it if nothing was written."""
        if self._metrics is not None:
            # On a full disk closing fails again, because it tries to write the line for which `add` has
            # already raised DiskFull.
            with suppress(OSError):
                self._metrics.close()
            self._metrics = None
        if is_empty(self.out):
            with suppress(OSError):
                (checkpoints.folder(self.out) / LOCK).unlink(missing_ok=True)
                checkpoints.folder(self.out).rmdir()
                self.out.rmdir()
        self._lock.release()

    def note(self, **values: Any) -> None:
        """Update run.json with these fields."""
        self.record.update(values)
        with checkpoints.convert_disk_errors(self.out / RUN):
            write_json(self.out / RUN, self.record)

    def start_metrics(self, step: int) -> None:
        """Open metrics.jsonl for appending. Lines after this step are removed: those steps are taken
        again."""
        path = self.out / METRICS
        kept = [line for line in read_metrics(path) if line["step"] <= step]
        with checkpoints.convert_disk_errors(path):
            with atomic_write.atomic_write(path) as file:
                file.writelines((json.dumps(line) + "\n").encode() for line in kept)
            self._metrics = open(path, "a", encoding="utf-8", opener=atomic_write.open_output)  # noqa: SIM115

    def add(self, event: Stepped | Evaluated) -> None:
        """Append a line to metrics.jsonl and flush it."""
        if isinstance(event, Stepped):
            line = asdict(event)
            del line["steps"], line["left"]
        else:
            line = {"step": event.step, "eval_loss": event.loss}
        with checkpoints.convert_disk_errors(self.out / METRICS):
            self._metrics.write(json.dumps(line) + "\n")
            self._metrics.flush()


def check_folder(out: Path, *, resume: bool = False, force: bool = False) -> dict[str, Any] | None:
    """Check that a run may write to this folder, by creating a temporary file. Return the content of
    its run.json, or None if there is none.

    Raises: RunExists for a folder that is not empty; DiskFull; InputError if the path is a file, or the
    folder is not writable.
    """
    with checkpoints.convert_disk_errors(out):
        atomic_write.check_output_folder(out)
        recorded = read_record(out)
        if recorded is None and out.is_dir() and not is_empty(out) and not force:
            raise RunExists(
                f"{out} is not empty and holds no training run",
                hint="Choose another folder, or start in this one with --force.",
            )
        atomic_write.output_target(checkpoints.folder(out) / LOCK)  # the lock could truncate the target
        existing = next(path for path in (out, *out.absolute().parents) if path.exists())
        tempfile.TemporaryFile(dir=existing, prefix=atomic_write.SCRATCH_PREFIX).close()
    if recorded is not None and not (resume or force):
        lock = FileLock(checkpoints.folder(out) / LOCK)
        with suppress(OSError):
            if os.path.exists(lock.lock_file):
                acquire(lock, out)
                lock.release()
        if recorded.get("status") != "finished":
            raise RunExists(f"{out} holds an unfinished run")
        hint = "Choose another folder, or start over with --force."
        if is_sound(recorded):
            recipe = recorded["recipe"]
            hint += f" {train_on(out, recipe.get('method'), recipe.get('stage'))}"
        raise RunExists(f"{out} holds a finished run", hint=hint)
    return recorded


def train_on(out: Path, method: str | None, stage: str | None) -> str:
    """Return a hint with the commands that start a new run from the weights of a finished one."""
    # without "./" a relative path could be mistaken for the name of a model on the hub
    folder = str(out if out.is_absolute() else f"./{out}")
    start = ""
    if method != "full":
        start = f"{command_line('flashsloth', 'merge', folder, '-o', 'MERGED')}, then "
        folder = "./MERGED"
    command = ("train", "DATA", "--stage", stage) if stage else ("finetune", "DATA")
    line = command_line("flashsloth", *command, "-m", folder, "-o", "NEW")
    return f"To train on, begin a new run from its weights: {start}{line}"


def acquire(lock: FileLock, out: Path) -> str:
    """Lock a run's folder. Return "", or a warning if its file system has no locks. Raises RunExists,
    with the id of the process that holds the lock."""
    try:
        return system.acquire_lock(lock, out)
    except Timeout as error:
        number = (read_record(out) or {}).get("process")
        process = f"process {number}" if isinstance(number, int) else "another process"
        raise RunExists(
            f"{process} is writing to {out}", hint="Wait for it, stop it, or choose another folder."
        ) from error


def check_resumable(out: Path) -> None:
    """Raise TrainingFailed if a folder has no run.json. Without this file the data of the run is
    unknown."""
    if os.path.lexists(out / RUN):
        return
    if checkpoints.folder(out).is_dir() and is_empty(out):
        raise TrainingFailed(
            f"{out} cannot be resumed: the run was stopped before it began",
            hint="Use the first command again, which names the data: there is nothing to continue from.",
        )
    problem = "it holds no training run" if out.is_dir() else "there is no such folder"
    names = [path.parent.name for path in out.parent.glob(f"*/{RUN}")] if not out.exists() else []
    raise TrainingFailed(
        f"{out} cannot be resumed: {problem}",
        hint=did_you_mean(out.name, names, then="To start a run, name its data."),
    )


def is_empty(out: Path) -> bool:
    """Return whether a folder contains only a lock file and unfinished files."""
    kept = checkpoints.folder(out)
    inside = [path for path in out.iterdir() if not path.name.startswith(atomic_write.SCRATCH_PREFIX)]
    if inside == [kept] and kept.is_dir():
        return all(path.name == LOCK for path in kept.iterdir())
    return not inside


def read_record(out: Path) -> dict[str, Any] | None:
    """Return the content of a folder's run.json, or None if the file is missing or cannot be read."""
    try:
        record = read_json(out / RUN)
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("schema") == SCHEMA else None


def is_sound(record: dict[str, Any]) -> bool:
    """Return whether run.json has a recipe, and valid types in all fields that are read from it."""
    # 1. Flatten the sections: their fields get names such as "data.rows".
    fields = dict(record)
    for name, section in record.items():
        if isinstance(section, dict):
            fields |= {f"{name}.{key}": value for key, value in section.items()}
    # 2. Check the types. Fields may be missing in a file of an older version.
    found = fields.keys() & KINDS.keys()
    if "recipe" not in record or not all(isinstance(fields[name], KINDS[name]) for name in found):
        return False
    # 3. Check the contents of lists and the ranges of numbers.
    lines = [*fields.get("skipped", ()), *fields.get("data.files", ())]
    counts = [fields.get(name, 0) for name in ("steps", "data.rows", "data.evaluation_rows")]
    in_range = all(0 <= count < 2**63 for count in counts) and is_finite(record.get("seconds", 0))
    return in_range and all(isinstance(line, str) for line in lines)


def is_finite(value: Any) -> bool:
    """Return whether a value from a file is a finite number."""
    with suppress(OverflowError):
        return isinstance(value, int | float) and math.isfinite(value)
    return False


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the lines of metrics.jsonl. Damaged lines are left out, because a killed process may have
    written only half of its last line."""
    lines: list[dict[str, Any]] = []
    if not path.is_file():
        return lines
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            with suppress(ValueError, RecursionError):
                value = json.loads(line)
                if not isinstance(value, dict) or "step" not in value:
                    continue
                numbers = [value.get(n, 0) for n in ("step", "loss", "eval_loss")]
                if all(isinstance(n, int | float) for n in numbers):
                    lines.append(value)
    return lines


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    with atomic_write.atomic_write(path) as file:
        # A file name that is not valid UTF-8 contains surrogates. `backslashreplace` writes them as
        # \udcxx, which JSON reads as the same surrogates.
        file.write(text.encode(errors="backslashreplace"))
