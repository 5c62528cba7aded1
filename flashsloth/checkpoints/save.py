"""Write models in the native layout, unquantized or quantized. A folder is written completely or not at
all."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import save_torch_state_dict

from flashsloth import devices
from flashsloth.checkpoints import (
    importance,
    model_files,
    packed_builder,
    safetensors_reader,
)
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.folder import checksums, names_in, pickled_weights
from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name, make_plan
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.errors import (
    CheckpointDamaged,
    InputError,
    OptionError,
    TensorMismatch,
    UnsupportedModel,
)
from flashsloth.inference.decoder import Decoder
from flashsloth.model.key_mapping import native_name
from flashsloth.quantization.presets import STORED, listed, resolve
from flashsloth.reduction.eas import Merge, Removal
from flashsloth.sizes.bounds import known_fields
from flashsloth.sizes.families import family_of
from flashsloth.sizes.model_sizes import OF_ADAPTERS, ModelSizes
from flashsloth.utils import atomic_write
from flashsloth.utils.folder_swap import clear_unfinished, is_empty_scratch, replace_folder
from flashsloth.utils.paths import CHECKSUMS, RECIPE, RECIPE_FILES, RECIPE_WEIGHTS
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.safe_read import regular_file_in

SHARD = 4 * 10**9  # maximum bytes of one safetensors file
# copied unchanged from a model to its quantized copy
COPIED_FILES = (
    "chat_template.json",
    "generation_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    *model_files.TOKENIZER_FILES,
)


def convert(
    source: ModelSource,
    target: Path,
    *,
    allow_pickle: bool = False,
    adapter: Adapter | Removal | Merge | None = None,
    force: bool = False,
    on_progress: Progress = ignore,
) -> Path:
    """Write a copy of a model in the native layout, as `save_pretrained` does. Weights keep their
    dtype.

    Args:
        allow_pickle: whether pickled weights are read if there are no other weights. They are read
            shard by shard with `torch.load(weights_only=True)`.
        adapter: an adapter to merge into the copy, or another change of its weights.
        force: whether an existing folder is replaced.

    Raises: InputError if `target` may not be written, UnsupportedModel if the model is quantized, and
        the errors of reading the model.
    """
    from flashsloth.hf.modeling import generation_config, save_folder

    check_target(source, target, force)
    if isinstance(adapter, Adapter) and family_of(model_files.read_fields(source.folder, others=True)):
        return _merge_other(source, target, adapter, on_progress)
    config = model_files.read_config(source.folder)
    if model_files.stored_preset(source.folder, config) is not None:
        if adapter is not None:
            raise UnsupportedModel(
                f"{source.name} is quantized; an adapter needs the unquantized weights it was trained on",
                hint="Use the original model with -m, then quantize the result.",
            )
        raise UnsupportedModel(
            f"{source.name} is quantized, and in the native layout already", hint="Use it as it is."
        )
    tensors, count = _tensors_of(source.folder, config, allow_pickle=allow_pickle)
    if adapter is not None:
        adapter.check(model_files.empty_shapes(config))
        tensors = adapter.apply(tensors)
        adapter.configure(config)
    # read before the weights, because it may fail
    processor = model_files.read_processor(config, source.folder)
    model = model_files.build_empty(config)
    for done, (name, tensor) in enumerate(tensors, 1):
        model_files.put(model, name, torch.nn.Parameter(tensor, requires_grad=False))
        on_progress(done, count, source.name)
    model.tie_weights()
    model.config.dtype = next(model.parameters()).dtype
    model.generation_config = generation_config(config, model_files.sampling_defaults(source.folder))
    with replace_folder(target) as folder:
        save_folder(model, processor, folder)
        _copy_recipe(source, config, folder)
    return target


def _merge_other(source: ModelSource, target: Path, adapter: Adapter, on_progress: Progress) -> Path:
    """Write a model of transformers with an adapter, in the layout of the model's own folder."""
    plan = make_plan(source, device="cpu", quant=None, adapter=adapter)
    plan.check_tensors()
    merged = {}
    for name, tensor in adapter.apply(safetensors_reader.read_tensors(plan.infos)):
        merged[plan.infos[name].stored_name] = devices.owned(tensor)
        on_progress(len(merged), len(plan.infos), source.name)
    config = model_files.read_fields(source.folder, others=True)
    config |= {name: getattr(plan.config, name) for name in OF_ADAPTERS}
    with replace_folder(target) as folder:
        save_torch_state_dict(merged, folder, max_shard_size=SHARD)
        _write_json(folder / "config.json", config)
        _copy_files(source, COPIED_FILES, folder)
    return target


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")


def _tensors_of(
    folder: Path, config: Any, *, allow_pickle: bool
) -> tuple[Iterator[tuple[str, torch.Tensor]], int]:
    """Return the checked tensors of a model by name, and their number."""
    # the weights of a reduction recipe are also in a safetensors file, which is not a file of the model
    stored = {file.name for file in folder.glob("*.safetensors")} - {RECIPE_WEIGHTS}
    if allow_pickle and not stored:
        shapes = model_files.empty_shapes(config)
        return _unpickle(folder, shapes, tied=config.tie_word_embeddings), len(shapes)
    infos = model_files.read_tensors(config, folder)
    model_files.check_depth(config, infos, folder)
    safetensors_reader.check_tensors(infos, model_files.empty_shapes(config), folder)
    return _in_one_dtype(infos), len(infos)


def _copy_recipe(source: ModelSource, config: ModelSizes, folder: Path) -> None:
    """Copy the reduction recipe (reduction/recipe.py) of a model to a copy of that model, unless the
    copy was changed so that the recipe no longer fits."""
    if (source.folder / RECIPE).is_file():
        from flashsloth.reduction.recipe import describe

        if describe(model_files.read_sizes(source.folder)) == describe(config):
            _copy_files(source, RECIPE_FILES, folder)


def _copy_files(source: ModelSource, names: Iterable[str], folder: Path) -> None:
    """Copy the named files that exist in the model's folder."""
    for name in names:
        if file := regular_file_in(source.folder, name):
            shutil.copyfile(file, folder / name)


def quantize(
    source: ModelSource,
    target: Path,
    quant: str,
    *,
    force: bool = False,
    on_progress: Progress = ignore,
) -> Path:
    """Write a copy of a model in 4 or 8 bits, which can be opened without quantizing it again.

    Raises: the errors of `plan_copy`, and those of reading the model.
    """
    plan = plan_copy(source, target, quant, force=force)
    plan.check_memory()
    write_quantized(plan, *plan.build(on_progress), target)
    return target


def plan_copy(source: ModelSource, target: Path, quant: str, *, force: bool = False) -> LoadPlan:
    """Return the plan of a quantized copy.

    Raises: OptionError for a preset in which copies cannot be stored, UnsupportedModel for a model that
        is already quantized, InputError if `target` may not be written.
    """
    check_target(source, target, force)
    preset = resolve(quant)
    if not preset.compiled:
        raise OptionError(f"a copy cannot be stored in {preset.name}", hint=f"Use {listed(STORED)}.")
    stored = model_files.stored_preset(source.folder)
    if stored is not None:
        raise UnsupportedModel(
            f"{source.name} is already quantized, in {stored.name}", hint="Use the original model."
        )
    return make_plan(source, device="cpu", quant=preset.name)


def write_quantized(
    plan: LoadPlan,
    model: Any,
    decoder: Decoder,
    target: Path,
    more: dict[str, Any] | None = None,
    *,
    method: Mapping[str, Any] = importance.METHOD,
    card: str = "",
) -> None:
    """Write a quantized model.

    Args:
        more: the contents of further JSON files by name. With such files, checksums of all files are
            written too.
        method: what the configuration says about the rounding to int4.
        card: the text of README.md; no such file if it is empty.
    """
    with replace_folder(target) as folder:
        save_torch_state_dict(
            dict(packed_builder.iter_saved_tensors(model, decoder)), folder, max_shard_size=SHARD
        )

        # The fields are copied from the source's config.json. A configuration class would also write
        # defaults and values that transformers computed.
        config = model_files.read_fields(plan.source.folder, others=True)
        if plan.config.is_flashsloth:
            config = known_fields(ModelSizes, config, model_files.TOP_SETTINGS)
        config["quantization_config"] = {
            "quant_method": model_files.QUANT_METHOD,
            "preset": plan.preset.name,
        }
        if plan.preset.body == "int4":
            config["quantization_config"] |= method
        config["dtype"] = dtype_name(plan.dtype)
        for name, content in {"config.json": config, **(more or {})}.items():
            _write_json(folder / name, content)
        if card:
            (folder / "README.md").write_text(card, encoding="utf-8")
        _copy_files(plan.source, COPIED_FILES, folder)
        _copy_recipe(plan.source, plan.config, folder)
        if more is not None:
            (folder / CHECKSUMS).write_bytes(b"".join(checksums(folder)))


def check_target(source: ModelSource, target: Path, force: bool) -> None:
    """Raise InputError if the folder may not be written. Unfinished files that a killed process left
    there are removed."""
    try:
        if target.is_dir() and clear_unfinished(target):
            force = True
        atomic_write.check_output_folder(target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror}", hint="Choose another folder."
        ) from error
    if target.exists() and not force and not all(map(is_empty_scratch, target.iterdir())):
        raise InputError(
            f"{target} is not empty",
            hint="Choose another folder, or replace the model in it with --force.",
        )
    if target.exists() and target.samefile(source.folder):
        raise InputError(f"{target} is the model's own folder", hint="Choose another folder.")


def _in_one_dtype(
    infos: dict[str, safetensors_reader.TensorInfo],
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors unchanged if all have the same dtype, otherwise converted to float32."""
    stored = {info.dtype for info in infos.values()}
    name = (
        safetensors_reader.TORCH_NAMES.get(stored.pop(), "float32") if len(stored) == 1 else "float32"
    )
    for key, tensor in safetensors_reader.read_tensors(infos):
        yield key, tensor.to(getattr(torch, name))


def _unpickle(
    folder: Path, shapes: dict[str, tuple[int, ...]], *, tied: bool = False
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors of pickled shards, checked against `shapes`. If `tied`, the head is skipped,
    because it is tied to the embeddings. `weights_only` makes torch load plain tensors without running
    code."""
    missing = dict(shapes)
    shards = [folder / name for name in pickled_weights(names_in(folder))]
    if not shards:
        raise UnsupportedModel(f"{folder} has no weights")
    for shard in shards:
        regular_file_in(folder, shard.name)
        try:
            tensors: Any = torch.load(shard, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckpointDamaged(f"{shard} cannot be read without running code: {reason}") from error
        if not isinstance(tensors, dict):
            raise CheckpointDamaged(
                f"{shard} must be a dict of tensors, not a {type(tensors).__name__}"
            )
        for stored, tensor in tensors.items():
            is_tensor = isinstance(tensor, torch.Tensor) and tensor.is_floating_point()
            if not isinstance(stored, str) or not is_tensor:
                raise CheckpointDamaged(f"{shard}: {stored!r} is not a floating-point tensor")
            name = native_name(stored)
            if stored.endswith(safetensors_reader.COMPUTED) or (tied and name == model_files.HEAD):
                continue
            if name not in missing:
                problem = "is stored twice" if name in shapes else "is not a tensor of this model"
                raise TensorMismatch(f"{shard}: {name} {problem}")
            safetensors_reader.check_tensors({name: tensor}, {name: missing.pop(name)}, shard)
            safetensors_reader.check_finite(tensor, f"{shard}: {name}")
            yield name, tensor
    safetensors_reader.check_tensors({}, missing, folder)
