"""Weights on disk: which files, which tensors, read one at a time. Knows bytes and names; builds no model.

Only safetensors are read. The header of each file is checked against the file's real size before anything is
allocated; nothing in a folder is executed, and no path written in it leads outside.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
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
MAX_HEADER = 8 * 2**20  # bytes; the format allows 100 MB, which take 2.4 GB to read. The full model's has 0.1 MB
MAX_JSON = 8 * 2**20  # bytes of a config, index or tokenizer configuration; in memory up to 24 times as much
MAX_NUMBER = 2**63  # sizes and places in a header are below
MAX_NAME = 256  # characters of a tensor's name
SHARD_NAME = re.compile(r"[\w.-]{1,200}\.safetensors", re.ASCII)
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # bytes; the element types that weights may have
WHOLE = {"U8": 1, "I8": 1}  # bytes; whole numbers, in models whose weights are quantized
TORCH_NAMES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "U8": "uint8",
    "I8": "int8",
}
COMPUTED = ("rotary_emb.inv_freq", "embeddings.position_ids")  # buffers that older versions wrote; not weights


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Where one tensor lies: `start` is its first byte in the file."""

    name: str  # in the native layout
    stored_name: str
    file: Path
    dtype: str  # as the format writes it: F32, F16, BF16, …
    shape: tuple[int, ...]
    start: int
    size: int  # bytes


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a model folder; CheckpointDamaged when it is not one, absurdly large or elsewhere."""
    try:
        if regular_file_in(path.parent, path.name, MAX_JSON) is None:
            raise CheckpointDamaged(f"{path} is missing")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointDamaged(f"{path} cannot be read: {printable(str(error))}") from error
    if not isinstance(data, dict):
        raise CheckpointDamaged(f"{path} does not hold a JSON object")
    return data


def names_in(folder: Path) -> list[str]:
    """What a model folder holds, in order; CheckpointDamaged where it cannot be listed, or has just gone."""
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise CheckpointDamaged(f"{folder} cannot be read: {error.strerror}") from error


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model, in order.

    Raises: PickleRefused when there are only pickles, UnsupportedModel when there are no weights at all,
    CheckpointDamaged when the index names a file that is not there or lies elsewhere.
    """
    index = regular_file_in(folder, INDEX)
    if index is not None:
        weight_map = read_json(index).get("weight_map")
        if (
            not isinstance(weight_map, dict)
            or not weight_map
            or not all(isinstance(v, str) for v in weight_map.values())
        ):
            raise CheckpointDamaged(f"{index} has no usable weight_map")
        names = sorted(set(weight_map.values()))
        for name in names:
            if not SHARD_NAME.fullmatch(name):
                raise CheckpointDamaged(
                    f"{index} points at {printable(name)!r}, which is no safetensors file in this folder"
                )
            if regular_file_in(folder, name) is None:
                raise CheckpointDamaged(f"{folder / name} is missing, but {INDEX} names it")
        return [folder / name for name in names]
    single = regular_file_in(folder, SINGLE)
    if single is not None:
        return [single]
    pickles = [name for name in names_in(folder) if Path(name).suffix in PICKLES]
    if pickles:
        raise PickleRefused(
            f"{folder} has its weights only as pickles ({', '.join(pickles[:3])}), which can run code when opened",
            hint=f"If you trust where it came from: flashsloth convert {folder} -o NEW_FOLDER --allow-pickle",
        )
    raise UnsupportedModel(f"{folder} has no weights: neither {SINGLE} nor {INDEX}")


def read_header(path: Path) -> dict[str, TensorInfo]:
    """The tensors of one safetensors file by native name, checked against the file's size."""
    try:
        size, file = path.stat().st_size, path.open("rb")
    except OSError as error:
        raise CheckpointDamaged(f"{path} cannot be read: {error.strerror}") from error
    with file:
        head = file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER, size - 8):
            raise CheckpointDamaged(f"{path} is no safetensors file, or was cut short: {size} bytes")
        try:
            header = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise CheckpointDamaged(f"{path} has a damaged header: {printable(str(error))}") from error
    if not isinstance(header, dict):
        raise CheckpointDamaged(f"{path} has a damaged header")
    header.pop("__metadata__", None)
    infos = [_entry(path, name, entry, 8 + length) for name, entry in header.items()]
    _check_extents(path, infos, 8 + length, size)
    return by_name(info for info in infos if not info.name.endswith(COMPUTED))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a header. Of a name that stands there twice, readers take different ones; here it is an error."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def by_name(infos: Iterable[TensorInfo]) -> dict[str, TensorInfo]:
    """Tensors by native name; TensorMismatch if two have the same one."""
    found: dict[str, TensorInfo] = {}
    for info in infos:
        if info.name in found:
            raise TensorMismatch(
                f"{info.name} is stored twice: as {found[info.name].stored_name} and {info.stored_name}"
            )
        found[info.name] = info
    return found


def _entry(path: Path, name: str, entry: Any, data_start: int) -> TensorInfo:
    damaged = CheckpointDamaged(f"{path}: the header entry of {printable(name)!r} is damaged")
    try:
        dtype, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        whole = all(type(n) is int and 0 <= n < MAX_NUMBER for n in (*shape, start, end))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged from error
    sound = isinstance(dtype, str) and dtype == printable(dtype) and len(name) <= MAX_NAME and name.isprintable()
    if not sound or not whole or end < start or len(shape) > 8:
        raise damaged
    size = {**SIZES, **WHOLE}.get(dtype)
    if size is not None and math.prod(shape) * size != end - start:
        raise CheckpointDamaged(f"{path}: {name} should have {math.prod(shape) * size} bytes, has {end - start}")
    return TensorInfo(native_name(name), name, path, dtype, shape, data_start + start, end - start)


def _check_extents(path: Path, infos: list[TensorInfo], data_start: int, size: int) -> None:
    position = data_start
    for info in sorted(infos, key=lambda i: (i.start, i.size)):
        if info.start != position:
            raise CheckpointDamaged(f"{path}: {info.stored_name} overlaps another tensor or leaves a gap")
        position += info.size
        if position > size:
            raise CheckpointDamaged(
                f"{path} was cut short: {info.stored_name} should end at byte {position}, the file has {size}"
            )
    if position != size:
        raise CheckpointDamaged(f"{path} has {size - position} bytes that belong to no tensor")


def read_headers(folder: Path) -> dict[str, TensorInfo]:
    """All tensors of a model folder by native name."""
    return by_name(info for path in weight_files(folder) for info in read_header(path).values())


def fingerprint(infos: dict[str, TensorInfo]) -> str:
    """A digest that other weights do not have: names, types, shapes and the first bytes of every tensor."""
    digest = hashlib.sha256()
    with ExitStack() as stack:
        try:
            files = {p: stack.enter_context(p.open("rb", buffering=0)) for p in {i.file for i in infos.values()}}
        except OSError as error:
            raise CheckpointDamaged(f"{error.filename} cannot be read: {error.strerror}") from error
        for name, info in sorted(infos.items()):
            digest.update(f"{name} {info.dtype} {info.shape} ".encode())
            files[info.file].seek(info.start)
            digest.update(files[info.file].read(min(info.size, 1024)))
    return digest.hexdigest()


def check_tensors(found: dict[str, tuple[int, ...]], wanted: dict[str, tuple[int, ...]], where: Path) -> None:
    """Compare names and shapes; TensorMismatch names the first few that differ."""
    problems = [f"{name} is missing" for name in wanted if name not in found]
    problems += [f"{name} belongs to no part of this model" for name in found if name not in wanted]
    problems += [
        f"{name} has shape {list(found[name])}, should have {list(wanted[name])}"
        for name in wanted
        if name in found and found[name] != wanted[name]
    ]
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise TensorMismatch(f"{where}: {'; '.join(problems[:3])}{more}")


def read_tensors(
    infos: dict[str, TensorInfo], order: Iterable[str] | None = None, *, quantized: bool = False
) -> Iterator[tuple[str, torch.Tensor]]:
    """Each tensor as it is stored, on the CPU, one at a time, each byte read once; in the order of the files or in the
    one that is given. Whole numbers are read only where the weights are `quantized`.

    Reading into fresh memory, rather than mapping the file, keeps the peak at one copy of the model, and the model
    whole when the file changes later.
    """
    import torch

    for info in infos.values():
        if info.dtype not in SIZES and not (quantized and info.dtype in WHOLE):
            raise UnsupportedModel(f"{info.file}: {info.stored_name} is stored as {info.dtype}, not as floating point")
    names = order or sorted(infos, key=lambda name: (infos[name].file, infos[name].start))
    with ExitStack() as stack:
        try:
            files = {p: stack.enter_context(p.open("rb", buffering=0)) for p in {i.file for i in infos.values()}}
        except OSError as error:
            raise CheckpointDamaged(f"{error.filename} cannot be read: {error.strerror}") from error
        for name in names:
            info = infos[name]
            tensor = torch.empty(info.shape, dtype=getattr(torch, TORCH_NAMES[info.dtype]))
            _read_into(files[info.file], info, tensor)
            if info.dtype in SIZES:
                check_finite(tensor, f"{info.file}: {info.stored_name}")
            yield name, tensor


def _read_into(file: Any, info: TensorInfo, tensor: torch.Tensor) -> None:
    import torch

    if not info.size:
        return
    view = memoryview(tensor.view(-1).view(torch.uint8).numpy())  # type: ignore[arg-type]
    file.seek(info.start)
    done = 0
    while done < info.size:
        count = file.readinto(view[done : done + 2**28])
        if not count:
            raise CheckpointDamaged(f"{info.file} was cut short in {info.stored_name}")
        done += count


def check_finite(tensor: torch.Tensor, what: str) -> None:
    """NonFiniteWeights if there is a NaN or an infinity. Smallest and largest carry both, and need no second tensor."""
    import torch

    if tensor.numel() and not all(torch.isfinite(x) for x in tensor.aminmax()):
        raise NonFiniteWeights(f"{what} holds NaN or infinite values")
