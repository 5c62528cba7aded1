"""Give a FlashSloth a second image encoder for details. Its own tower and a ConvNeXt then work together
as a tower of mixed resolution (MRA)."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import model_files, resolve, safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.part_folders import TOWER, read_tower_tensors
from flashsloth.checkpoints.sources import Sources
from flashsloth.errors import (
    FlashSlothError,
    OptionError,
    SettingsFileError,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.hf.mixed_resolution import MixedResolutionConfig
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.hf.size_file import check_known, read_toml
from flashsloth.sizes.families import CONVNEXT, SIGLIP
from flashsloth.sizes.part_sizes import model_kind

LOW = f"{TOWER}low_resolution."
HIGH = f"{TOWER}high_resolution."


def with_high_resolution(sources: Sources, part: str, **options: Any) -> Sources:
    """Return the sources of a model whose tower has mixed resolution. The model's own tower, with its
    weights, becomes the encoder of low resolution. The other parts of the new tower are added.

    Args:
        part: the name of a ConvNeXt on the hub, or a folder, from which its weights are read; or a TOML
            file with its sizes, for random weights.
        options: passed on to `resolve.find`.

    Raises: OptionError for a model whose tower is not SigLIP, UnsupportedModel, InvalidConfiguration,
        SettingsFileError, TensorMismatch.
    """
    vision = sources.config.vision_config
    if vision.model_type != SIGLIP:
        raise OptionError(
            f"--high-res needs a model with a SigLIP tower; {sources.name} has {vision.model_type}",
            hint="Leave it out.",
        )
    sizes, folder = read_convnext(part, **options)
    try:
        with error_prefix(part):
            tower = MixedResolutionConfig(low_resolution=vision, high_resolution=sizes)
            config = sources.config.with_sizes(vision_config=tower, readable_letters=None)
    except FlashSlothError as error:
        if folder is not None:
            raise
        raise SettingsFileError(str(error), hint="Correct the file.") from error
    # the model's present tower becomes the encoder of low resolution
    tensors = {}
    for name, info in sources.tensors.items():
        name = LOW + name.removeprefix(TOWER) if name.startswith(TOWER) else name
        tensors[name] = replace(info, name=name)
    if folder is not None:
        # the last norm of a ConvNeXt and its classifier are not used
        shapes = model_files.empty_shapes(config).items()
        wanted = {name: shape for name, shape in shapes if name.startswith(HIGH)}
        found = read_tower_tensors(folder, wanted, HIGH, "convnext.")
        safetensors_reader.check_tensors(found, wanted, folder)
        tensors |= found
    return replace(
        sources,
        config=config,
        processor=FlashSlothProcessor.from_config(config, sources.processor.tokenizer),
        tensors=tensors,
    )


def read_convnext(part: str, **options: Any) -> tuple[dict[str, Any], Path | None]:
    """Return the sizes of a ConvNeXt, and its folder if it has weights. Raises: as
    `with_high_resolution`."""
    if part.endswith(".toml"):
        path = Path(part).expanduser()
        sizes = read_toml(path)
        check_known(
            path, sizes, {f.name for f in fields(MixedResolutionConfig.parts["high_resolution"])}
        )
        if missing := {"depths", "hidden_sizes"} - sizes.keys():
            raise SettingsFileError(
                f"{path} lacks {' and '.join(sorted(missing))}",
                hint="State those of a published ConvNeXt.",
            )
        return sizes, None
    folder = resolve.find(part, part=True, **options).folder
    sizes = read_json(folder / "config.json")
    if sizes.get("model_type") != CONVNEXT:
        raise UnsupportedModel(
            f"{folder} is a {model_kind(sizes)} model, not a ConvNeXt",
            hint="Use one such as facebook/convnext-large-224-22k.",
        )
    return sizes, folder
