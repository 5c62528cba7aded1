"""Read the folders of a vision tower and of a language model as they were published: sizes, names of
tensors, how pixels are normalised, which ids end an answer."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.errors import InvalidConfiguration, UnsupportedModel, error_prefix
from flashsloth.hf.config import part_config
from flashsloth.sizes.bounds import check_normalisation
from flashsloth.sizes.families import TOWERS, WHOLES
from flashsloth.sizes.official_config import is_flashsloth
from flashsloth.utils.safe_read import regular_file_in

# starts of native names
TOWER = "model.vision_tower."
TEXT = "model.language_model."
HEAD = "lm_head."
PUBLISHED = "vision_model."  # before the names of a tower in most published files
HEADS = (HEAD, "embed_out.")  # the second is GPT-NeoX's, in files older than transformers 5
PREFIXES = ("model.", "gpt_neox.")  # of the decoder's tensors in files
PROCESSORS = ("preprocessor_config.json", "processor_config.json")


def read_tower(folder: Path) -> Any:
    """Return transformers' configuration of the tower in a folder: of a tower, or of a model that holds
    one.

    Raises: UnsupportedModel for a tower that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = read_json(path)
    kind = data.get("model_type")
    if isinstance(kind, str) and kind in WHOLES:
        inner = data.get("vision_config")
        data = {**(inner if isinstance(inner, dict) else {}), "model_type": WHOLES[kind]}
    return part_config("vision_config", {name: _number(value) for name, value in data.items()}, path)


def _number(value: Any) -> Any:
    """Return a side that is stated twice, for height and width, as one."""
    return value[0] if isinstance(value, list) and len(value) == 2 and value[0] == value[1] else value


def without_last_block(vision: Any) -> dict[str, Any]:
    """Return a tower's fields, as `vision_config`, without its last block: the paper reads the features
    before it.

    Raises: InvalidConfiguration for a tower of one block.
    """
    if vision.num_hidden_layers < 2:
        raise InvalidConfiguration("the tower needs two blocks at least, as its last one is left out")
    values = {f.name: getattr(vision, f.name) for f in fields(vision) if not f.name.startswith("_")}
    return {
        **values,
        "model_type": vision.model_type,
        "num_hidden_layers": vision.num_hidden_layers - 1,
    }


def read_tower_tensors(
    folder: Path, wanted: Container[str], native: str = TOWER, published: str = PUBLISHED
) -> dict[str, TensorInfo]:
    """Return the tensors of a tower's folder by their names in FlashSloth, which begin with `native`,
    those that are `wanted`. The last block, the final norm, the head and a text model are left out.

    Raises: TensorMismatch for duplicates.
    """
    infos = safetensors_reader.read_headers(folder).values()
    named = [replace(info, name=native + info.stored_name.removeprefix(published)) for info in infos]
    return safetensors_reader.by_name([info for info in named if info.name in wanted])


def read_normalisation(folder: Path, model_type: str) -> dict[str, list[float]]:
    """Return `image_mean` and `image_std` of FlashSlothConfig as the tower's own processor states them,
    or as its family was trained; nothing for 0.5 each. Raises: InvalidConfiguration, UnsupportedModel
    for another scale."""
    path = folder / next(
        (n for n in PROCESSORS if regular_file_in(folder, n) is not None), PROCESSORS[0]
    )
    data = read_json(path, required=False)
    data = data["image_processor"] if isinstance(data.get("image_processor"), dict) else data
    factor = data.get("rescale_factor", 1 / 255)
    if (
        data.get("do_rescale", True) is not True
        or type(factor) is not float
        or abs(factor * 255 - 1) > 1e-4
    ):
        raise UnsupportedModel(
            f"{path} scales pixels to another range than 0 to 1", hint="Correct rescale_factor."
        )
    family = TOWERS[model_type]
    mean = data.get("image_mean") or list(family.mean)
    std = data.get("image_std") or list(family.std)
    if data.get("do_normalize", True) is False:
        mean = [0.0] * 3
        std = [1.0] * 3
    with error_prefix(path):
        check_normalisation("image_mean", mean)
        check_normalisation("image_std", std, positive=True)
    both = {"image_mean": [float(n) for n in mean], "image_std": [float(n) for n in std]}
    return {} if all(set(values) == {0.5} for values in both.values()) else both


def read_language(folder: Path) -> Any:
    """Return transformers' configuration of the language model in a folder.

    Raises: UnsupportedModel for a model that does not fit, InvalidConfiguration for wrong values.
    """
    path = folder / "config.json"
    data = read_json(path)
    if is_flashsloth(data):
        raise UnsupportedModel(f"{path}: a FlashSloth, not a language model", hint="Use it with -m.")
    if data.get("quantization_config") is not None:
        raise UnsupportedModel(
            f"{path}: quantized weights cannot be trained", hint="Use the original model."
        )
    return part_config("text_config", data, path)


def read_language_tensors(folder: Path, text: Any) -> dict[str, TensorInfo]:
    """Return the tensors of a language model's folder by their names in FlashSloth, without the head of
    a model that ties it to its words."""
    found = []
    for info in safetensors_reader.read_headers(folder).values():
        name = info.stored_name
        if (head := next((h for h in HEADS if name.startswith(h)), None)) is None:
            own = next((p for p in PREFIXES if name.startswith(p)), "")
            found.append(replace(info, name=TEXT + name.removeprefix(own)))
        elif not text.tie_word_embeddings:
            found.append(replace(info, name=HEAD + name.removeprefix(head)))
    return safetensors_reader.by_name(found)


def end_tokens(folder: Path, text: Any) -> tuple[int, ...]:
    """Return the ids that end an answer, as generation_config.json says, or else config.json."""
    ends = read_json(folder / "generation_config.json", required=False).get(
        "eos_token_id", text.eos_token_id
    )
    numbers = ends if isinstance(ends, list) else [ends]
    return tuple(n for n in numbers if type(n) is int and 0 <= n < text.vocab_size)
