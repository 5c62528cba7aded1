"""Read weights from safetensors files, one tensor at a time.

Each header is checked against the file's size before anything is allocated.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from flashsloth.checkpoints.folder import weight_files
from flashsloth.errors import CheckpointDamaged, NonFiniteWeights, TensorMismatch, UnsupportedModel
from flashsloth.model.key_mapping import WRAPPERS, native_name
from flashsloth.utils.text import error_reason, printable

if TYPE_CHECKING:
    import torch

# Maximum bytes of a header. The format allows 100 MB, which would need 2.4 GB of memory to parse. The
# header of the full model has 0.1 MB.
MAX_HEADER = 8 * 2**20
AHEAD = 16 * 2**20  # bytes that are read ahead while a tensor is checked and built
AT_ONCE = 4 * 2**20  # maximum bytes of small tensors that are read and checked together
MAX_NAME = 256  # maximum number of characters in a tensor's name
# values: torch's names
FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
# quantized weights are stored as integers
TORCH_NAMES = {**FLOATS, "U8": "uint8", "I8": "int8"}
UNREADABLE_HINT = "Check the file's permissions and its disk."
# Buffers that older files contain. They are not read, because they are computed from the configuration.
COMPUTED = ("rotary_emb.inv_freq", "embeddings.position_ids")


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """The location of one tensor; `start` is the offset of its first byte in the file."""

    name: str  # in the native layout
    stored_name: str  # without WRAPPERS
    file: Path
    dtype: str  # in the format's notation: F32, F16, BF16, …
    shape: tuple[int, ...]
    start: int
    size: int  # bytes


def read_header(path: Path, owners: Mapping[str, str] | None = None) -> dict[str, TensorInfo]:
    """Return the tensors of one safetensors file by native name. safetensors checks them against the
    file's size.

    `owners` is the `weight_map` of an index, with the name of the file of each tensor. A tensor that it
    gives to another file is left out, because this copy of it is an old one.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > MAX_HEADER:
                raise ValueError(f"it has a header of {length} bytes")
            with safe_open(path, framework="numpy"):
                pass
            header = json.loads(file.read(length), object_pairs_hook=_unique)
    except OSError as error:
        raise CheckpointDamaged(
            f"{path} cannot be read: {error_reason(error)}", hint=UNREADABLE_HINT
        ) from error
    except (
        ValueError,
        RecursionError,
        MemoryError,
        SafetensorError,
    ) as error:  # safetensors raises MemoryError if it cannot map the file
        problem = printable(error_reason(error))
        raise CheckpointDamaged(
            f"{path} is not a safetensors file, or is truncated: {problem}"
        ) from error
    header.pop("__metadata__", None)
    infos = []
    for name, entry in header.items():
        shape = tuple(entry["shape"])
        start, end = entry["data_offsets"]
        if len(name) > MAX_NAME or not name.isprintable() or len(shape) > 8:
            raise CheckpointDamaged(f"{path}: the header entry of {printable(name)!r} is invalid")
        is_owner = (owners or {}).get(name, path.name) == path.name
        if is_owner and not name.endswith(COMPUTED):
            stored = WRAPPERS.sub("", name)
            at = 8 + length + start
            infos.append(
                TensorInfo(native_name(stored), stored, path, entry["dtype"], shape, at, end - start)
            )
    return by_name(infos)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate names, because programs disagree on which of the two entries counts."""
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
                f"{info.file}: {info.name} is stored twice: as {tensors[info.name].stored_name} and {info.stored_name}",
                hint="It is not known which of the two counts; download or copy the files again.",
            )
        tensors[info.name] = info
    return tensors


def read_headers(folder: Path) -> dict[str, TensorInfo]:
    """Return all tensors of a model folder by native name."""
    paths, owners = weight_files(folder)
    return by_name(info for path in paths for info in read_header(path, owners).values())


def weights_fingerprint(infos: dict[str, TensorInfo]) -> str:
    """Return a digest of the names, dtypes, shapes and first bytes of all tensors. It identifies these
    weights in any layout of files."""
    digest = hashlib.sha256()
    with _opened(infos) as files:
        for name, info in sorted(infos.items()):
            digest.update(f"{name} {info.dtype} {info.shape} ".encode())
            files[info.file].seek(info.start)
            digest.update(files[info.file].read(min(info.size, 1024)))
    return digest.hexdigest()


@contextmanager
def _opened(infos: dict[str, TensorInfo]) -> Iterator[dict[Path, BufferedReader]]:
    with ExitStack() as stack:
        try:
            yield {p: stack.enter_context(p.open("rb")) for p in {i.file for i in infos.values()}}
        # also if reading fails later in the `with` block, for example because of a broken disk
        except OSError as error:
            name = error.filename or "a file of the model"
            raise CheckpointDamaged(
                f"{name} cannot be read: {error_reason(error)}", hint=UNREADABLE_HINT
            ) from error


def check_tensors(
    found: Mapping[str, Any], expected: Mapping[str, tuple[int, ...]], path: Path
) -> None:
    """Compare the names and shapes of tensors (or of TensorInfo objects) with the expected ones.
    Raises: TensorMismatch with the first differences."""
    problems = [f"{name} is missing" for name in expected if name not in found]
    problems += [f"{name} is not a tensor of this model" for name in found if name not in expected]
    for name, shape in expected.items():
        if name in found and tuple(found[name].shape) != tuple(shape):
            has = list(found[name].shape)
            problems.append(f"{name} has shape {has}, but the model needs {list(shape)}")
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise TensorMismatch(f"{path}: {'; '.join(problems[:3])}{more}")


def read_tensors(
    infos: dict[str, TensorInfo], order: Iterable[str] | None = None, *, quantized: bool = False
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the name and the tensor, unchanged and on the CPU, in the order of the files or in `order`.
    Small tensors may share one buffer. Integer types are accepted only if the weights are `quantized`.

    Files are read and not memory-mapped. So the peak memory is one copy of the model, and a file that
    changes later does not change the model.
    """
    import torch

    for info in infos.values():
        if info.dtype not in (TORCH_NAMES if quantized else FLOATS):
            raise UnsupportedModel(
                f"{info.file}: {info.stored_name} is stored as {info.dtype}, not as floating point",
                hint="Save it in float32, float16 or bfloat16.",
            )
    names = order or sorted(infos, key=lambda name: (infos[name].file, infos[name].start))
    with _opened(infos) as files:
        for run in _runs(infos[name] for name in names):
            first = run[0]
            file = files[run[0].file]
            counts = [math.prod(info.shape) for info in run]
            whole = torch.empty(sum(counts), dtype=getattr(torch, TORCH_NAMES[first.dtype]))
            # let the system read ahead while these tensors are checked and built
            if sys.platform == "linux":
                with suppress(OSError):
                    os.posix_fadvise(
                        file.fileno(), first.start + whole.nbytes, AHEAD, os.POSIX_FADV_WILLNEED
                    )
            file.seek(first.start)
            end = first.start + file.readinto(memoryview(whole.view(torch.uint8).numpy()))  # type: ignore[arg-type]
            # The tensors of a run are checked together. Only if the check fails, each is checked to
            # find the one to name in the error.
            are_finite = first.dtype not in FLOATS or _is_finite(whole)
            for info, tensor in zip(run, torch.split(whole, counts), strict=True):
                if info.start + info.size > end:
                    raise CheckpointDamaged(f"{info.file} is truncated within {info.stored_name}")
                if not are_finite:
                    check_finite(tensor, f"{info.file}: {info.stored_name}")
                yield info.name, tensor.view(info.shape)


def _runs(infos: Iterable[TensorInfo]) -> Iterator[list[TensorInfo]]:
    """Group tensors into runs: tensors of the same dtype that follow each other in a file, up to
    AT_ONCE bytes. A run is read and checked at once. This is quicker for a small model, which has
    hundreds of small tensors."""
    run: list[TensorInfo] = []
    for info in infos:
        if run:
            last = run[-1]
            follows = (last.file, last.dtype, last.start + last.size) == (
                info.file,
                info.dtype,
                info.start,
            )
            if not follows or info.start + info.size - run[0].start > AT_ONCE:
                yield run
                run = []
        run.append(info)
    if run:
        yield run


def check_finite(tensor: torch.Tensor, description: str) -> None:
    """Raise NonFiniteWeights if a tensor contains NaN or infinity."""
    if not _is_finite(tensor):
        raise NonFiniteWeights(f"{description} has NaN or infinite values")


def _is_finite(tensor: torch.Tensor) -> bool:
    import torch

    # the minimum and the maximum show whether there are NaN or infinity, without allocating a second
    # tensor
    return not tensor.numel() or all(torch.isfinite(x) for x in tensor.aminmax())
