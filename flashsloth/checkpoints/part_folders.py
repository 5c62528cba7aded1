"""Read the published folders of a vision tower and a language model from which a new FlashSloth is
composed. This gives the sizes, the names of tensors, the normalisation of pixels, and the ids that end
an answer."""

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
from flashsloth.sizes.part_sizes import is_flashsloth
from flashsloth.utils.safe_read import regular_file_in

# prefixes of native names
TOWER = "model.vision_tower."
TEXT = "model.language_model."
HEAD = "lm_head."
# prefixes in published files
PUBLISHED = "vision_model."  # of most towers
# the second one is the head of GPT-NeoX in files older than transformers 5
HEADS = (HEAD, "embed_out.")
PREFIXES = ("model.", "gpt_neox.")  # of decoders
PROCESSORS = ("preprocessor_config.json", "processor_config.json")


def read_tower(folder: Path) -> Any:
    """Return transformers' configuration of the tower in a folder. The folder may also hold a whole
    model that contains a tower, such as CLIP.

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
    """Return a single number for a size that is stated as height and width, if the two are equal."""
    return value[0] if isinstance(value, list) and len(value) == 2 and value[0] == value[1] else value


def without_last_block(vision: Any) -> dict[str, Any]:
    """Return a tower's fields for `vision_config`, with one block less, because as in the paper the
    features are read before the last block.

    Raises: InvalidConfiguration for a tower of one block.
    """
    if vision.num_hidden_layers < 2:
        raise InvalidConfiguration("the tower needs at least two blocks, as its last one is left out")
    values = {f.name: getattr(vision, f.name) for f in fields(vision) if not f.name.startswith("_")}
    return {
        **values,
        "model_type": vision.model_type,
        "num_hidden_layers": vision.num_hidden_layers - 1,
    }


def read_tower_tensors(
    folder: Path, wanted: Container[str], native: str = TOWER, published: str = PUBLISHED
) -> dict[str, TensorInfo]:
    """Return the tensors of a tower's folder under their names in FlashSloth, which begin with
    `native`. Only the names in `wanted` are returned; the last block, the final norm, the head and a
    text model are not among them.

    Raises: TensorMismatch for duplicates.
    """
    infos = safetensors_reader.read_headers(folder).values()
    named = [replace(info, name=native + info.stored_name.removeprefix(published)) for info in infos]
    return safetensors_reader.by_name([info for info in named if info.name in wanted])


def read_normalisation(folder: Path, model_type: str) -> dict[str, list[float]]:
    """Return `image_mean` and `image_std` for FlashSlothConfig. They are read from the settings of the
    tower's image processor; if these state none, they are the values of the tower's family. The result
    is empty if all values are 0.5, which is the default.

    Raises: InvalidConfiguration; UnsupportedModel if the image processor scales pixels to a range other
        than 0 to 1.
    """
    path = folder / next(
        (n for n in PROCESSORS if regular_file_in(folder, n) is not None), PROCESSORS[0]
    )
    data = read_json(path, required=False)
    # in processor_config.json the settings of the image processor are nested
    data = data["image_processor"] if isinstance(data.get("image_processor"), dict) else data
    factor = data.get("rescale_factor", 1 / 255)
    if (
        data.get("do_rescale", True) is not True
        or type(factor) is not float
        or abs(factor * 255 - 1) > 1e-4
    ):
        raise UnsupportedModel(
            f"{path} scales pixels to another range than 0 to 1", hint="Set rescale_factor to 1/255."
        )
    family = TOWERS[model_type]
    mean = data.get("image_mean") or list(family.mean)
    std = data.get("image_std") or list(family.std)
    # FlashSloth always normalises. With a mean of 0 and a deviation of 1 this changes nothing.
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
        raise UnsupportedModel(
            f"{path} is a FlashSloth model, not a language model", hint="Use it with -m."
        )
    if data.get("quantization_config") is not None:
        raise UnsupportedModel(
            f"{path}: quantized weights cannot be trained", hint="Use the original model."
        )
    return part_config("text_config", data, path)


def read_language_tensors(folder: Path, text: Any) -> dict[str, TensorInfo]:
    """Return the tensors of a language model's folder under their names in FlashSloth. A head that is
    tied to the embeddings is left out."""
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
    """Return the ids that end an answer. They are read from generation_config.json or, if that file
    states none, from config.json."""
    ends = read_json(folder / "generation_config.json", required=False).get(
        "eos_token_id", text.eos_token_id
    )
    numbers = ends if isinstance(ends, list) else [ends]
    return tuple(n for n in numbers if type(n) is int and 0 <= n < text.vocab_size)
