"""Write models: the native layout from any other, and quantized copies. All of a folder or nothing of it.

Knows folders and tensors; knows no conversation and no terminal.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from flashsloth.checkpoints import loader, safetensors_reader
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.loader import ModelSource, Plan, Progress
from flashsloth.errors import (
    CheckpointDamaged,
    InputError,
    NothingGained,
    OptionError,
    TensorMismatch,
    UnsupportedModel,
)
from flashsloth.model.key_mapping import native_name
from flashsloth.quantization import resolve
from flashsloth.utils import atomic_write
from flashsloth.utils.inside import plain_file

if TYPE_CHECKING:
    import torch

    from flashsloth.model.packed_decoder import PackedDecoder

WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?")
SHARD = 4 * 10**9  # bytes of one file
OTHERS = {  # what else conversions and training runs put into a model's folder
    *("config.json", "generation_config.json", "processor_config.json", "preprocessor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json"),
    *("merges.txt", "chat_template.jinja", "adapter_config.json", "adapter_model.safetensors"),
    *("flashsloth_adapter.json", "README.md", "loss.png"),
}
LOCK = "lock"  # in it: held for as long as the process lives that writes there
PLACED = "placed.json"  # in it: the names of the new files, from before the first is moved to its place


def convert(
    source: ModelSource,
    target: Path,
    *,
    allow_pickle: bool = False,
    trained: Adapter | None = None,
    force: bool = False,
    on_progress: Progress | None = None,
) -> Path:
    """Write a model in the native layout (`save_pretrained`), with an adapter in its weights if one is given: all of
    it or nothing.

    The weights keep the type they are stored in. With `allow_pickle` a folder of pickles is read as well, shard by
    shard with `torch.load(weights_only=True)`. Raises InputError if `target` holds something and not `force`.
    """
    check_target(source, target, force)
    config = loader.read_config(source.folder)
    if loader.saved_preset(config, source.folder) is not None:
        if trained is not None:
            raise OptionError(
                f"{source.name} is quantized; an adapter goes into the weights it was trained on",
                hint="Give the model it was made of with -m, then quantize the result.",
            )
        raise OptionError(f"{source.name} is quantized and in the native layout already", hint="It opens as it is.")
    if allow_pickle and not list(source.folder.glob("*.safetensors")):
        shapes = loader.empty_shapes(config)
        tensors, count = _unpickle(source.folder, shapes), len(shapes)
    else:
        infos = safetensors_reader.read_headers(source.folder)
        loader.check_depth(config, infos, source.folder)
        shapes = loader.empty_shapes(config)
        safetensors_reader.check_tensors({n: i.shape for n, i in infos.items()}, shapes, source.folder)
        tensors, count = _of_one_type(infos), len(infos)
    if trained is not None:
        trained.check(shapes)
        tensors = trained.apply(tensors)
        config.image_hd = config.image_hd if trained.image_hd is None else trained.image_hd
    processor = loader.read_processor(config, source.folder)  # before the long work: it may refuse
    model = loader.build_empty(config)
    _fill(model, tensors, count, source.name, on_progress)
    model.config.dtype = next(model.parameters()).dtype
    model.generation_config = generation_config(config, source.folder)
    with new_folder(target) as made:
        save(model, processor, made)
    return target


def save(model: Any, processor: Any, folder: Path) -> None:
    """The files of a model in the native layout."""
    with _without_progress_bars():
        model.save_pretrained(folder, max_shard_size=SHARD)
        processor.save_pretrained(folder)


def quantize(
    source: ModelSource,
    target: Path,
    quant: str,
    *,
    force: bool = False,
    allow_larger: bool = True,
    on_progress: Progress | None = None,
) -> Path:
    """Write a copy in 4 or 8 bits that opens without rounding again: all of it or nothing.

    Raises: OptionError for a preset that is none or a model that is quantized already, InputError for the target;
    NothingGained, before anything is computed, if the copy would not be smaller and not `allow_larger`.
    """
    check_target(source, target, force)
    preset = resolve(quant)
    if preset.name == "none":
        raise OptionError("quantize needs a preset", hint="Use int4, int8, nf4 or llm-int8.")
    stored = loader.saved_preset(loader.read_config(source.folder), source.folder)
    if stored is not None:
        raise OptionError(f"{source.name} is quantized already, in {stored.name}", hint="Start from the original.")
    plan = loader.make_plan(source, device="cpu", quant=preset.name)
    plan.check_tensors()
    if not allow_larger:
        check_gain(plan)
    plan.check_memory()
    model, decoder = loader.build(plan, on_progress)
    write_quantized(plan, model, decoder, target)
    return target


def check_gain(plan: Plan) -> None:
    """Raise NothingGained if the weights take no less disk in the plan's preset than as they are stored now."""
    from flashsloth.checkpoints import packed_builder

    before = sum(info.size for info in plan.infos.values())
    after = packed_builder.weight_bytes(plan.config, plan.preset, plan.elements, plan.dtype.itemsize)
    if after >= before:
        raise NothingGained(
            f"{plan.source.name} would not become smaller: {before / 1e6:,.1f} MB now, "
            f"{after / 1e6:,.1f} MB in {plan.preset.name}"
        )


def write_quantized(
    plan: Plan, model: Any, decoder: PackedDecoder, target: Path, more: dict[str, Any] | None = None
) -> None:
    """The folder of a model that was built quantized. `more`: JSON files to lie beside, by name."""
    from safetensors.torch import save_file

    from flashsloth.checkpoints import packed_builder

    with new_folder(target) as made:
        shards: list[dict[str, torch.Tensor]] = [{}]
        used = 0
        for name, tensor in packed_builder.saved(model, decoder):
            if used + tensor.nbytes > SHARD and shards[-1]:
                shards.append({})
                used = 0
            shards[-1][name] = tensor
            used += tensor.nbytes
        weight_map = {}
        for number, shard in enumerate(shards, 1):
            file = (
                safetensors_reader.SINGLE if len(shards) == 1 else f"model-{number:05}-of-{len(shards):05}.safetensors"
            )
            save_file(shard, made / file, metadata={"format": "pt"})
            weight_map.update(dict.fromkeys(shard, file))
        if len(shards) > 1:
            (made / safetensors_reader.INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
        for name, content in (more or {}).items():
            (made / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        config = plan.config.to_dict()
        config["quantization_config"] = {"quant_method": loader.QUANT_METHOD, "preset": plan.preset.name}
        config["dtype"] = str(plan.dtype).removeprefix("torch.")
        (made / "config.json").write_text(json.dumps(config, indent=2, default=str) + "\n", encoding="utf-8")
        generation_config(plan.config, plan.source.folder).save_pretrained(made)
        loader.read_processor(plan.config, plan.source.folder).save_pretrained(made)


def generation_config(config: Any, folder: Path) -> Any:
    """With the sampling settings that the model came with."""
    made = loader.generation_config(config)
    for name, value in loader.sampling_defaults(folder).items():
        setattr(made, name, value)
        made.do_sample = True
    return made


def check_target(source: ModelSource, target: Path, force: bool) -> None:
    """InputError if the folder may not be written. What a killed process left unfinished in it is undone."""
    try:
        if target.is_dir():
            clear_unfinished(target)
        target.exists()
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}", hint="Give another folder.") from error
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file", hint="Give the folder that is to be written.")
    atomic_write.check_name(target)
    if target.exists() and not force and not all(map(_is_begun, target.iterdir())):
        raise InputError(f"{target} is not empty", hint="Give another folder, or write into it with --force.")
    if target.exists() and target.samefile(source.folder):
        raise InputError(f"{target} is the model that is to be read", hint="Give another folder.")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder whose files take their place in the target when all went well, and vanish when not. What killed
    processes left there is cleared away first.

    Raises: DiskFull and InputError, naming the target, for what the disk refuses.
    """
    with atomic_write.trouble_as_error(target, elsewhere="Give another folder."):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target if target.exists() else target.parent  # the same file system: for `.`, a link, a mount point
        clear_unfinished(beside)
        with tempfile.TemporaryDirectory(prefix=atomic_write.UNFINISHED, dir=beside) as scratch, _alive(Path(scratch)):
            made = Path(scratch) / "model"
            made.mkdir()
            yield made
            for path in made.iterdir():
                path.chmod(0o644)
            swap_in(made, target)


@contextmanager
def _alive(scratch: Path) -> Iterator[None]:
    """Hold the scratch folder's lock, by which others know that it is in use."""
    lock = FileLock(scratch / LOCK)
    with suppress(NotImplementedError):  # a file system without locks: it is cleared when it is old
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def clear_unfinished(place: Path) -> None:
    """Remove what killed processes left in a folder, and put back what they had moved out of the way. What only looks
    like it, in a shared folder or from an archive, is left alone."""
    for scratch in place.glob(f"{atomic_write.UNFINISHED}*"):
        with suppress(OSError, ValueError, TypeError, RecursionError, Timeout, NotImplementedError):
            if not _is_ours(scratch):
                continue
            if not any(scratch.iterdir()):  # perhaps so young that it has no lock yet, which is its first file
                if time.time() - scratch.stat().st_mtime > 3600:
                    scratch.rmdir()
                continue
            with FileLock(scratch / LOCK, timeout=0):
                if (scratch / PLACED).exists() and any((scratch / "model").glob("*")):  # begun and not finished
                    names = json.loads((scratch / PLACED).read_text(encoding="utf-8"))
                    if not all(map(_is_part, [*names, *(path.name for path in (scratch / "old").iterdir())])):
                        continue
                    _take_back(names, scratch, place)
            shutil.rmtree(scratch, ignore_errors=True)


def _is_ours(scratch: Path) -> bool:
    """Whether a scratch folder is one of this user's, that nobody else may write to: made of plain files and folders,
    never of links, which would lead what is moved elsewhere."""
    found = {path.name: path.lstat() for path in scratch.iterdir()}
    folders = [scratch.lstat(), *(found.pop(name) for name in ("model", "old") if name in found)]
    everything = [*folders, *found.values()]
    private = os.name == "nt" or (
        all(status.st_uid == os.getuid() for status in everything)
        and not folders[0].st_mode & (stat.S_IWGRP | stat.S_IWOTH)  # what is in it may have the modes of the umask
    )
    return (
        private
        and found.keys() <= {LOCK, PLACED}
        and all(stat.S_ISDIR(status.st_mode) for status in folders)
        and all(stat.S_ISREG(status.st_mode) and status.st_size < 2**20 for status in found.values())
    )


def _is_begun(path: Path) -> bool:
    """Whether this is a scratch folder without anything in it: of a process that was killed, or that has just begun."""
    return (
        path.name.startswith(atomic_write.UNFINISHED)
        and not path.is_symlink()
        and path.is_dir()
        and not any(path.iterdir())
    )


def _take_back(names: list[str], scratch: Path, target: Path) -> None:
    """Undo an exchange of files that was not finished. Nothing is removed, so that this may be killed as well."""
    for name in names:
        if not (scratch / "model" / name).exists() and (target / name).exists():
            (target / name).rename(scratch / "model" / name)
    for entry in sorted((scratch / "old").iterdir(), key=lambda p: p.name == "config.json"):
        entry.rename(target / entry.name)


def _is_part(name: Any) -> bool:
    """Whether a file of that name may be one of a model's."""
    return isinstance(name, str) and (name in OTHERS or WEIGHTS.fullmatch(name) is not None)


def _of_one_type(infos: dict[str, safetensors_reader.TensorInfo]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors as they are stored, where that is one type for all, else in 32 bit."""
    import torch

    stored = {info.dtype for info in infos.values()}
    name = safetensors_reader.TORCH_NAMES.get(stored.pop(), "float32") if len(stored) == 1 else "float32"
    for key, tensor in safetensors_reader.read_tensors(infos):
        yield key, tensor.to(getattr(torch, name))


def _fill(
    model: Any, tensors: Iterator[tuple[str, torch.Tensor]], count: int, label: str, on_progress: Progress | None
) -> None:
    from torch import nn

    for done, (name, tensor) in enumerate(tensors, 1):
        path, _, leaf = name.rpartition(".")
        model.get_submodule(path)._parameters[leaf] = nn.Parameter(tensor, requires_grad=False)
        if on_progress:
            on_progress(done, count, label)


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def swap_in(made: Path, target: Path) -> None:
    """Put the files of the folder `made` into `target`. What stands there and is no part of a model is not touched;
    should anything go wrong, the model that stood there is put back."""
    if not target.exists():
        made.rename(target)
        return
    old = made.with_name("old")
    old.mkdir()
    new = sorted(made.iterdir(), key=lambda p: p.name == "config.json")  # last: a folder without it is no model
    for entry in target.iterdir():
        if entry.is_dir() and (made / entry.name).exists():
            raise InputError(f"{entry} is a folder where a file must be written", hint="Give another folder.")
    stale = [p for p in target.iterdir() if WEIGHTS.fullmatch(p.name) or (made / p.name).exists()]
    made.with_name(PLACED).write_text(json.dumps([p.name for p in new]), encoding="utf-8")
    try:
        for entry in sorted(stale, key=lambda p: p.name != "config.json"):
            entry.rename(old / entry.name)
        for entry in new:
            entry.rename(target / entry.name)
    except BaseException:
        _take_back([p.name for p in new], made.parent, target)
        raise


def _unpickle(folder: Path, shapes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of pickled shards: only plain tensors come out of `weights_only`, never code."""
    import pickle

    import torch

    missing = dict(shapes)
    shards = sorted(p for p in folder.iterdir() if p.suffix in safetensors_reader.PICKLES and p.stem != "training_args")
    if not shards:
        raise UnsupportedModel(f"{folder} has no weights")
    for shard in shards:
        plain_file(folder, shard.name)
        try:
            tensors = torch.load(shard, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckpointDamaged(f"{shard} cannot be read without running code: {reason}") from error
        for name, tensor in _named_tensors(tensors, shard):
            if name not in missing:
                what = "is stored twice" if name in shapes else "belongs to no part of this model"
                raise TensorMismatch(f"{shard}: {name} {what}")
            safetensors_reader.check_tensors({name: tuple(tensor.shape)}, {name: missing.pop(name)}, shard)
            safetensors_reader.check_finite(tensor, f"{shard}: {name}")
            yield name, tensor
    safetensors_reader.check_tensors({}, missing, folder)


def _named_tensors(content: Any, shard: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """What a pickled state dict must be: names and floating-point tensors, nothing else."""
    import torch

    if not isinstance(content, dict):
        raise CheckpointDamaged(f"{shard} holds no tensors by name, but a {type(content).__name__}")
    for name, tensor in content.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            raise CheckpointDamaged(f"{shard}: {name!r} is no floating-point tensor")
        if not name.endswith(safetensors_reader.COMPUTED):
            yield native_name(name), tensor
