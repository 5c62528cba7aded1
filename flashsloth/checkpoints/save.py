"""Write models in the native layout or quantized: a folder is written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import load_plan, model_files, safetensors_reader, weights
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.load_plan import LoadPlan
from flashsloth.checkpoints.quantized_writer import SHARD, generation_config, write_quantized
from flashsloth.checkpoints.resolve import ModelSource
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
from flashsloth.utils.folder_swap import clear_unfinished, is_empty_scratch, replace_folder
from flashsloth.utils.progress import Progress
from flashsloth.utils.safe_read import regular_file_in

if TYPE_CHECKING:
    import torch


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
    config = model_files.read_config(source.folder)
    if model_files.saved_preset(config, source.folder) is not None:
        if trained is not None:
            raise UnsupportedModel(
                f"{source.name} is quantized; an adapter goes into the weights it was trained on",
                hint="Give the model it was made of with -m, then quantize the result.",
            )
        raise UnsupportedModel(
            f"{source.name} is quantized and in the native layout already", hint="It opens as it is."
        )
    if allow_pickle and not list(source.folder.glob("*.safetensors")):
        shapes = model_files.empty_shapes(config)
        tensors, count = _unpickle(source.folder, shapes), len(shapes)
    else:
        infos = safetensors_reader.read_headers(source.folder)
        model_files.check_depth(config, infos, source.folder)
        shapes = model_files.empty_shapes(config)
        safetensors_reader.check_tensors({n: i.shape for n, i in infos.items()}, shapes, source.folder)
        tensors, count = _of_one_type(infos), len(infos)
    if trained is not None:
        trained.check(shapes)
        tensors = trained.apply(tensors)
        config.image_hd = config.image_hd if trained.image_hd is None else trained.image_hd
    processor = model_files.read_processor(config, source.folder)  # before the long work: it may refuse
    model = model_files.build_empty(config)
    _fill(model, tensors, count, source.name, on_progress)
    model.config.dtype = next(model.parameters()).dtype
    model.generation_config = generation_config(config, source.folder)
    with replace_folder(target) as made:
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

    Raises: OptionError for an unknown preset or "none", UnsupportedModel for a model that is quantized already,
    InputError for the target; NothingGained, before anything is computed, if the copy would not be smaller and not
    `allow_larger`.
    """
    check_target(source, target, force)
    preset = resolve(quant)
    if preset.name == "none":
        raise OptionError("quantize needs a preset", hint="Use int4, int8, nf4 or llm-int8.")
    stored = model_files.saved_preset(model_files.read_config(source.folder), source.folder)
    if stored is not None:
        raise UnsupportedModel(f"{source.name} is quantized already, in {stored.name}", hint="Start from the original.")
    plan = load_plan.make_plan(source, device="cpu", quant=preset.name)
    plan.check_tensors()
    if not allow_larger:
        check_gain(plan)
    plan.check_memory()
    model, decoder = weights.build(plan, on_progress)
    write_quantized(plan, model, decoder, target)
    return target


def check_gain(plan: LoadPlan) -> None:
    """Raise NothingGained if the weights take no less disk in the plan's preset than as they are stored now."""
    from flashsloth.checkpoints import packed_builder

    before = sum(info.size for info in plan.infos.values())
    after = packed_builder.weight_bytes(plan.config, plan.preset, plan.elements, plan.dtype.itemsize)
    if after >= before:
        raise NothingGained(
            f"{plan.source.name} would not become smaller: {before / 1e6:,.1f} MB now, "
            f"{after / 1e6:,.1f} MB in {plan.preset.name}"
        )


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
    atomic_write.check_utf8_path(target)
    if target.exists() and not force and not all(map(is_empty_scratch, target.iterdir())):
        raise InputError(f"{target} is not empty", hint="Give another folder, or write into it with --force.")
    if target.exists() and target.samefile(source.folder):
        raise InputError(f"{target} is the model that is to be read", hint="Give another folder.")


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


def _unpickle(folder: Path, shapes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of pickled shards: only plain tensors come out of `weights_only`, never code."""
    import pickle

    import torch

    missing = dict(shapes)
    shards = sorted(p for p in folder.iterdir() if p.suffix in safetensors_reader.PICKLES and p.stem != "training_args")
    if not shards:
        raise UnsupportedModel(f"{folder} has no weights")
    for shard in shards:
        regular_file_in(folder, shard.name)
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
