"""Read the files of a model's folder within size limits, find its weights, and make fingerprints of its
files. Does not import torch.

Nothing in a folder is executed, and paths in its files that lead out of the folder are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flashsloth.errors import CheckpointDamaged, PickleRefused, UnsupportedModel
from flashsloth.sizes.families import ELSEWHERE, family_of, reason
from flashsloth.sizes.part_sizes import is_flashsloth, model_kind
from flashsloth.utils.safe_read import parse_json, regular_file_in
from flashsloth.utils.text import command_line, error_reason, printable

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD_NAME = re.compile(r"[\w.-]{1,200}\.safetensors", re.ASCII)
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
# names of files that training programs save beside the weights
TRAINERS = re.compile(
    "(training_args|optimizer|scheduler|scaler|sampler|rng_state|random_states|dl_state_dict|custom_checkpoint)(?![a-z])"
)
MODEL_FILES = (".safetensors", ".bin", ".json", ".jinja", ".model", "merges.txt")
OTHERS = ("run.json", "trainer_state.json")  # files of a training run, which rewrites them often
# maximum bytes of a configuration or index; the parsed object may take up to 24 times as much memory
MAX_JSON = 8 * 2**20
MAX_REFERENCE = 1024  # bytes
# The number and size of the samples that `fingerprint` reads of a large file. Samples are enough,
# because training changes nearly every number.
SAMPLES = 16
SAMPLE_BYTES = 2**16
CHECKED_BYTES = 2**22  # the bytes of a file for which there is one checksum


def read_json(path: Path, max_bytes: int = MAX_JSON, *, required: bool = True) -> dict[str, Any]:
    """Return a JSON object of a model folder. If the file is missing and not `required`, the object is
    empty.

    Raises: CheckpointDamaged if a required file is missing, or the file is invalid, too large or a link
        out of the folder.
    """
    try:
        if regular_file_in(path.parent, path.name, max_bytes) is None:
            if not required:
                return {}
            raise CheckpointDamaged(f"{path} is missing")
        data = parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(f"{path} cannot be read: {printable(str(error))}") from error
    if not isinstance(data, dict):
        raise CheckpointDamaged(f"{path} must be a JSON object")
    return data


def can_be_opened(config: dict[str, Any]) -> bool:
    """Return whether a config.json is of a FlashSloth or of another model that can be opened."""
    return is_flashsloth(config) or family_of(config) is not None


def other_kind(name: object, config: dict[str, Any]) -> UnsupportedModel:
    """Return the error for a model that cannot be opened, with the reason if it is known."""
    why = reason(config.get("model_type"))
    return UnsupportedModel(
        f"{name} is a model of another kind ({model_kind(config)}{why and f': {why}'})",
        hint=f"docs/models.md lists what can be opened. {ELSEWHERE}",
    )


def names_in(folder: Path) -> list[str]:
    """Return the sorted names of the files in a model folder. Raises CheckpointDamaged if the folder
    cannot be listed."""
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise CheckpointDamaged(f"{folder} cannot be read: {error.strerror}") from error


def pickled_weights(names: Iterable[str]) -> list[str]:
    """Return those of the names that are pickles, sorted. Files that a training program saves beside
    the weights are left out."""
    return [name for name in sorted(names) if name.endswith(PICKLES) and not TRAINERS.match(name)]


def weight_files(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """Return the safetensors files of a model, sorted, and the `weight_map` of an index of shards: the
    name of the file of each tensor. If a folder has both a single file and an index, the single file
    counts, as in `from_pretrained` of transformers.

    Raises: PickleRefused if all weights are pickles, UnsupportedModel if there are no weights,
    CheckpointDamaged if the index names a file that is missing or outside the folder.
    """
    single = regular_file_in(folder, SINGLE)
    if single is not None:
        return [single], {}
    index = regular_file_in(folder, INDEX)
    if index is not None:
        weight_map = read_json(index).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise CheckpointDamaged(f"{index} has no valid weight_map")
        owners = {name: str(file) for name, file in weight_map.items()}
        names = sorted(set(owners.values()))
        for name in names:
            if not SHARD_NAME.fullmatch(name):
                raise CheckpointDamaged(
                    f"{index} names {printable(name)!r}, which is not a safetensors file in this folder"
                )
            if regular_file_in(folder, name) is None:
                raise CheckpointDamaged(f"{folder / name} is missing, but {INDEX} names it")
        return [folder / name for name in names], owners
    names = names_in(folder)
    pickles = pickled_weights(names)
    if pickles:
        raise PickleRefused(
            f"{folder} has only pickled weights ({', '.join(pickles[:3])}), which can run code when opened",
            hint="If you trust their source: "
            + command_line("flashsloth", "convert", folder, "-o", "NEW_FOLDER", "--allow-pickle"),
        )
    others = [printable(name) for name in names if name.endswith(".safetensors")]
    found = f" (but {', '.join(others[:3])})" if others else ""
    raise UnsupportedModel(
        f"{folder} has no weights: neither {SINGLE} nor {INDEX}{found}",
        hint=f"Copy {INDEX} too: it says which shards belong to the model."
        if len(others) > 1
        else "Download or copy it again.",
    )


def stamp(*folders: str | os.PathLike[str] | None) -> str:
    """Return a stamp of the files of a model, or of a model and its adapter. Two stamps are equal if no
    file was changed between them. A folder that does not exist also has a stamp.

    Only metadata are read, and the small files in `refs/` of the Hugging Face cache. The stamp has each
    file's inode number, size, modification time and change time, so it differs if a file was replaced,
    even by a copy with the same modification time.
    """
    entries = [
        entry for folder in folders if folder is not None for entry in sorted(_entries(Path(folder)))
    ]
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()[:32]


def _entries(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if _is_of_model(entry.name):
                with suppress(OSError):
                    status = os.stat(entry.path)  # follows links
                    yield (
                        entry.name,
                        status.st_ino,
                        status.st_size,
                        status.st_mtime_ns,
                        status.st_ctime_ns,
                    )
    # The references are part of the stamp, because in the Hugging Face cache a branch may move to
    # another snapshot while the files of this snapshot stay the same.
    if folder.parent.name == "snapshots":
        for reference in (folder.parent.parent / "refs").glob("*"):
            with suppress(OSError):
                content = reference.read_bytes()[:MAX_REFERENCE]
                yield f"refs/{reference.name} {content.decode('ascii', 'replace')}", 0, 0, 0, 0


def fingerprint(*folders: str | os.PathLike[str]) -> str:
    """Return 16 hex digits that identify the files of a model on any machine. Only samples of large
    files are read.

    Links out of a folder are skipped, because they are refused when the model is opened.

    Raises: CheckpointDamaged if a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in (path for folder in folders for path in _model_files(Path(folder))):
        try:
            _add_samples(digest, path)
        except OSError as error:
            raise CheckpointDamaged(f"{path} cannot be read: {error_reason(error)}") from error
    return digest.hexdigest()[:16]


def checksums(folder: Path) -> Iterator[bytes]:
    """Yield a line with the CRC-32 of each CHECKED_BYTES of a model's files, and the name of the file.
    The checksums show damage, but are no protection against somebody who changes the files on purpose.

    Raises: OSError, CheckpointDamaged.
    """
    for path in _model_files(folder):
        with path.open("rb") as file:
            while part := file.read(CHECKED_BYTES):
                yield b"%08x %s\n" % (zlib.crc32(part), os.fsencode(path.name))


def _model_files(folder: Path) -> Iterator[Path]:
    for name in filter(_is_of_model, names_in(folder)):
        with suppress(CheckpointDamaged):
            if (path := regular_file_in(folder, name)) is not None:
                yield path


def _add_samples(digest: Any, path: Path) -> None:
    size = path.stat().st_size
    digest.update(os.fsencode(path.name) + f"\0{size}\0".encode())
    with path.open("rb") as file:
        if size <= SAMPLES * SAMPLE_BYTES:
            digest.update(file.read())
            return
        # the samples are spread evenly over the file, and include its first and its last bytes
        for sample in range(SAMPLES):
            file.seek((size - SAMPLE_BYTES) * sample // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))


def _is_of_model(name: str) -> bool:
    return name.endswith(MODEL_FILES) and name not in OTHERS
