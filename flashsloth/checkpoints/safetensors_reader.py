"""Read weights from safetensors files, one tensor at a time.

Each header is checked against the file's size before anything is allocated. Nothing in a folder is executed, and no
path in its files leads out of it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import CheckpointDamaged, NonFiniteWeights, PickleRefused, TensorMismatch, UnsupportedModel
from flashsloth.model.key_mapping import native_name
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

if TYPE_CHECKING:
    import torch

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
# what a trainer saves beside the weights
TRAINERS = re.compile(
    "(training_args|optimizer|scheduler|scaler|sampler|rng_state|random_states|dl_state_dict|custom_checkpoint)(?![a-z])"
)
MAX_HEADER = 8 * 2**20  # bytes; the format allows 100 MB, which need 2.4 GB to parse. That of the full model has 0.1 MB
MAX_JSON = 8 * 2**20  # bytes of a configuration or index; up to 24 times as much when parsed
MAX_NUMBER = 2**63  # sizes and offsets in a header are below
MAX_NAME = 256  # characters of a tensor's name
SHARD_NAME = re.compile(r"[\w.-]{1,200}\.safetensors", re.ASCII)
FLOAT_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # bytes of the floating-point types that weights may have
INTEGER_SIZES = {"U8": 1, "I8": 1}  # bytes of the integer types of quantized weights
TORCH_NAMES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "U8": "uint8", "I8": "int8"}
COMPUTED = ("rotary_emb.inv_freq", "embeddings.position_ids")  # buffers in older files; computed, not weights


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """The location of one tensor; `start` is the offset of its first byte in the file."""

    name: str  # in the native layout
    stored_name: str
    file: Path
    dtype: str  # as the format writes it: F32, F16, BF16, …
    shape: tuple[int, ...]
    start: int
    size: int  # bytes


def read_json(path: Path, max_bytes: int = MAX_JSON) -> dict[str, Any]:
    """Return a JSON object of a model folder.

    Raises: CheckpointDamaged if it is missing, invalid, too large or a link out of the folder.
    """
    try:
        if regular_file_in(path.parent, path.name, max_bytes) is None:
            raise CheckpointDamaged(f"{path} is missing")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointDamaged(f"{path} cannot be read: {printable(str(error))}") from error
    if not isinstance(data, dict):
        raise CheckpointDamaged(f"{path} must be a JSON object")
    return data


def pickled_weights(names: Iterable[str]) -> list[str]:
    """Return the names of pickles in their order, without those that a trainer saves beside the weights."""
    return [name for name in sorted(names) if name.endswith(PICKLES) and not TRAINERS.match(name)]


def names_in(folder: Path) -> list[str]:
    """Return the sorted names in a model folder. Raises CheckpointDamaged if it cannot be listed."""
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise CheckpointDamaged(f"{folder} cannot be read: {error.strerror}") from error


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a model, sorted.

    Raises: PickleRefused if all weights are pickles, UnsupportedModel if there are none, CheckpointDamaged if the index
    names a file that is missing or outside the folder.
    """
    index = regular_file_in(folder, INDEX)
    if index is not None:
        weight_map = read_json(index).get("weight_map")
        if (
            not isinstance(weight_map, dict)
            or not weight_map
            or not all(isinstance(v, str) for v in weight_map.values())
        ):
            raise CheckpointDamaged(f"{index} has no valid weight_map")
        names = sorted(set(weight_map.values()))
        for name in names:
            if not SHARD_NAME.fullmatch(name):
                raise CheckpointDamaged(
                    f"{index} names {printable(name)!r}, which is not a safetensors file in this folder"
                )
            if regular_file_in(folder, name) is None:
                raise CheckpointDamaged(f"{folder / name} is missing, but {INDEX} names it")
        return [folder / name for name in names]
    single = regular_file_in(folder, SINGLE)
    if single is not None:
        return [single]
    pickles = pickled_weights(names_in(folder))
    if pickles:
        raise PickleRefused(
            f"{folder} has only pickled weights ({', '.join(pickles[:3])}), which can run code when opened",
            hint=f"If you trust their source: flashsloth convert {folder} -o NEW_FOLDER --allow-pickle",
        )
    raise UnsupportedModel(f"{folder} has no weights: neither {SINGLE} nor {INDEX}", hint="Download or copy it again.")


def read_header(path: Path) -> dict[str, TensorInfo]:
    """Return the tensors of one safetensors file by native name, checked against the file's size."""
    try:
        size, file = path.stat().st_size, path.open("rb")
    except OSError as error:
        raise CheckpointDamaged(f"{path} cannot be read: {error.strerror}") from error
    with file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER, size - 8):
            raise CheckpointDamaged(f"{path} is not a safetensors file, or is truncated: {size} bytes")
        try:
            header = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=_unique)
        except (ValueError, RecursionError) as error:
            raise CheckpointDamaged(f"{path} has an invalid header: {printable(str(error))}") from error
    if not isinstance(header, dict):
        raise CheckpointDamaged(f"{path} has an invalid header")
    header.pop("__metadata__", None)
    infos = [_entry(path, name, entry, 8 + length) for name, entry in header.items()]
    _check_extents(path, infos, 8 + length, size)
    return by_name(info for info in infos if not info.name.endswith(COMPUTED))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Reject duplicate names: readers disagree on which one counts."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("duplicate name")
    return entries


def by_name(infos: Iterable[TensorInfo]) -> dict[str, TensorInfo]:
    """Return tensors by native name. Raises TensorMismatch for duplicates."""
    tensors: dict[str, TensorInfo] = {}
    for info in infos:
        if info.name in tensors:
            raise TensorMismatch(
                f"{info.file}: {info.name} is stored twice: as {tensors[info.name].stored_name} and {info.stored_name}"
            )
        tensors[info.name] = info
    return tensors


def _entry(path: Path, name: str, entry: Any, data_start: int) -> TensorInfo:
    damaged = CheckpointDamaged(f"{path}: the header entry of {printable(name)!r} is invalid")
    try:
        dtype, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        valid = all(type(n) is int and 0 <= n < MAX_NUMBER for n in (*shape, start, end))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged from error
    valid = valid and isinstance(dtype, str) and dtype == printable(dtype)
    valid = valid and len(name) <= MAX_NAME and name.isprintable()
    if not valid or end < start or len(shape) > 8:
        raise damaged
    size = {**FLOAT_SIZES, **INTEGER_SIZES}.get(dtype)
    if size is not None and math.prod(shape) * size != end - start:
        raise CheckpointDamaged(
            f"{path}: {name} has {end - start} bytes, but its shape needs {math.prod(shape) * size}"
        )
    return TensorInfo(native_name(name), name, path, dtype, shape, data_start + start, end - start)


def _check_extents(path: Path, infos: list[TensorInfo], data_start: int, size: int) -> None:
    position = data_start
    for info in sorted(infos, key=lambda i: (i.start, i.size)):
        if info.start != position:
            raise CheckpointDamaged(f"{path}: {info.stored_name} overlaps another tensor or leaves a gap")
        position += info.size
        if position > size:
            raise CheckpointDamaged(
                f"{path} is truncated: {info.stored_name} ends at byte {position}, the file has {size}"
            )
    if position != size:
        raise CheckpointDamaged(f"{path} has {size - position} bytes that belong to no tensor")


def read_headers(folder: Path) -> dict[str, TensorInfo]:
    """Return all tensors of a model folder by native name."""
    return by_name(info for path in weight_files(folder) for info in read_header(path).values())


def fingerprint(infos: dict[str, TensorInfo]) -> str:
    """Return a digest of names, dtypes, shapes and the first bytes of every tensor, to recognise these weights."""
    digest = hashlib.sha256()
    with _opened(infos) as files:
        for name, info in sorted(infos.items()):
            digest.update(f"{name} {info.dtype} {info.shape} ".encode())
            files[info.file].seek(info.start)
            digest.update(files[info.file].read(min(info.size, 1024)))
    return digest.hexdigest()


@contextmanager
def _opened(infos: dict[str, TensorInfo]) -> Iterator[dict[Path, FileIO]]:
    with ExitStack() as stack:
        try:
            files = {p: stack.enter_context(p.open("rb", buffering=0)) for p in {i.file for i in infos.values()}}
        except OSError as error:
            raise CheckpointDamaged(f"{error.filename} cannot be read: {error.strerror}") from error
        yield files


def check_tensors(found: dict[str, tuple[int, ...]], expected: dict[str, tuple[int, ...]], path: Path) -> None:
    """Compare names and shapes. Raises TensorMismatch with the first differences."""
    problems = [f"{name} is missing" for name in expected if name not in found]
    problems += [f"{name} is not a tensor of this model" for name in found if name not in expected]
    problems += [
        f"{name} has shape {list(found[name])}, but the model needs {list(expected[name])}"
        for name in expected
        if name in found and found[name] != expected[name]
    ]
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise TensorMismatch(f"{path}: {'; '.join(problems[:3])}{more}")


def read_tensors(
    infos: dict[str, TensorInfo], order: Iterable[str] | None = None, *, quantized: bool = False
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield each tensor as it is stored, on the CPU, in the order of the files or in `order`. Integer types are read
    only if the weights are `quantized`. Files are read, not mapped: that keeps the peak memory at one copy of the
    model, and later changes of a file do not change the model."""
    import torch

    for info in infos.values():
        if info.dtype not in FLOAT_SIZES and not (quantized and info.dtype in INTEGER_SIZES):
            raise UnsupportedModel(f"{info.file}: {info.stored_name} is stored as {info.dtype}, not as floating point")
    names = order or sorted(infos, key=lambda name: (infos[name].file, infos[name].start))
    with _opened(infos) as files:
        for name in names:
            info = infos[name]
            tensor = torch.empty(info.shape, dtype=getattr(torch, TORCH_NAMES[info.dtype]))
            _read_into(files[info.file], info, tensor)
            if info.dtype in FLOAT_SIZES:
                check_finite(tensor, f"{info.file}: {info.stored_name}")
            yield name, tensor


def _read_into(file: FileIO, info: TensorInfo, tensor: torch.Tensor) -> None:
    import torch

    if not info.size:
        return
    view = memoryview(tensor.view(-1).view(torch.uint8).numpy())  # type: ignore[arg-type]
    file.seek(info.start)
    done = 0
    while done < info.size:
        count = file.readinto(view[done : done + 2**28])
        if not count:
            raise CheckpointDamaged(f"{info.file} is truncated within {info.stored_name}")
        done += count


def check_finite(tensor: torch.Tensor, description: str) -> None:
    """Raise NonFiniteWeights for NaN and infinity. Minimum and maximum show both without a second tensor."""
    import torch

    if tensor.numel() and not all(torch.isfinite(x) for x in tensor.aminmax()):
        raise NonFiniteWeights(f"{description} has NaN or infinite values")
