"""Read everything in a model's folder except its weights: the configuration, the tokenizer, the
processor, and the sampling defaults. The files are untrusted."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import adapter, hub, safetensors_reader
from flashsloth.checkpoints.folder import names_in, other_kind, read_json
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    InvalidConfiguration,
    TensorMismatch,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.quantization.presets import PRESETS, STORED, Preset
from flashsloth.sizes.bounds import known_fields
from flashsloth.sizes.families import TOWERS, family_of
from flashsloth.sizes.model_sizes import OTHERS_HINT, ModelSizes
from flashsloth.sizes.part_sizes import is_flashsloth, model_kind, upgrade_official
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import command_line, last_line, printable

if TYPE_CHECKING:
    from torch import nn

    from flashsloth.hf.config import FlashSlothConfig
    from flashsloth.hf.processor import FlashSlothProcessor
    from flashsloth.vlm.pictures import VlmPictures


# stored in config.json, so that transformers does not read the weights as one of its own formats
QUANT_METHOD = "flashsloth"
HEAD = "lm_head.weight"
CONFIG = "config.json"
GENERATION = "generation_config.json"
IMAGE_PROCESSOR = "preprocessor_config.json"
PROCESSOR = "processor_config.json"
QUANTIZATION = "quantization_config"
MAX_TEMPLATE = 2**20  # bytes
# what some files have of SigLIP, and the models do not read: its pooling, and PaddleOCR's positions
UNREAD = re.compile(r"(vision_tower|visual)\.(vision_model\.)?head\.|packing_position_embedding")
# keys that are allowed in addition to the fields of the classes
TOP_SETTINGS = {"model_type", QUANTIZATION, "torch_dtype"}
# The exceptions that the modeling code of a family may raise for sizes that do not fit together.
SIZE_ERRORS = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)


def read_sizes(folder: Path) -> ModelSizes:
    """Return the sizes of a model folder in the official or the native layout. transformers is imported
    only for a model that needs its modules; the result is then a FlashSlothConfig.

    Raises: UnsupportedModel (no model, or one of another kind), CheckpointDamaged,
    InvalidConfiguration.
    """
    data = read_fields(folder, others=True)
    family = family_of(data)
    sizes: ModelSizes | None
    with _naming_any(folder / CONFIG):
        if family is None:
            sizes = ModelSizes.read(data)
        else:
            from flashsloth.vlm.sizes import make_sizes

            tokenizer = read_transformers_tokenizer(folder)
            generation = read_json(folder / GENERATION, required=False)
            ends = generation.get("eos_token_id")
            sizes = make_sizes(data, family, read_template(folder), tokenizer, ends)
    if sizes is None:
        return read_config(folder)
    setattr(sizes, QUANTIZATION, data.get(QUANTIZATION))
    return sizes


def read_config(folder: Path) -> FlashSlothConfig:
    """Return transformers' configuration of a model folder. Raises: as `read_sizes`."""
    from flashsloth.hf.config import FlashSlothConfig  # this import takes seconds

    data = read_fields(folder)
    with _naming_any(folder / CONFIG):
        # The file is untrusted, so only known fields are passed on. transformers would set any other
        # key as an attribute, which could replace a method.
        return FlashSlothConfig.from_dict(known_fields(FlashSlothConfig, data, TOP_SETTINGS))


def read_fields(folder: Path, *, others: bool = False) -> dict[str, Any]:
    """Return the content of config.json, in the native layout for a FlashSloth. Its values are not
    checked yet. With `others` it may be of another model that can be opened (sizes/families.py)."""
    path = folder / CONFIG
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointDamaged(
            f"{folder} cannot be read: no permission", hint="Change the folder's permissions."
        )
    if regular_file_in(folder, path.name) is None and (folder / adapter.CONFIG).is_file():
        raise UnsupportedModel(
            f"{folder} holds an adapter, not a model",
            hint=f"Use it with {command_line('--adapter', folder)}, or merge it into its base model: "
            f"{command_line('flashsloth', 'merge', folder, '-o', 'DIR')}",
        )
    if not path.is_file():
        names = names_in(folder)
        problem = (
            "is empty"
            if not names
            else f"has no config.json (but {', '.join(map(printable, names[:4]))})"
        )
        raise UnsupportedModel(f"{folder} {problem}")
    data = read_json(path)
    if not is_flashsloth(data) and not (others and family_of(data)):
        if family_of(data):
            raise UnsupportedModel(
                f"{folder} has the model_type {model_kind(data)}, and this works only with FlashSloth",
                hint=OTHERS_HINT,
            )
        raise other_kind(folder, data)
    if not isinstance(data.get(QUANTIZATION), dict | None):
        raise InvalidConfiguration(f"{path}: quantization_config must be an object")
    with _naming_any(path):
        return upgrade_official(data)


@contextmanager
def _naming_any(path: Path) -> Iterator[None]:
    """Add the file's path to errors about its values. The configuration classes of transformers raise
    exceptions of many types, which are converted to InvalidConfiguration."""
    try:
        yield
    except FlashSlothError as error:
        folder = str(path.parent)
        if str(error).startswith((f"{folder}{os.sep}", f"{folder}:")):  # it names another file there
            raise
        raise type(error)(f"{path}: {last_line(error)}", hint=error.hint) from error
    except Exception as error:
        raise InvalidConfiguration(f"{path}: {last_line(error)}") from error


def read_prompt_encoder(folder: Path) -> tuple[PromptEncoder, ModelSizes]:
    """Return the prompt encoder of a model folder, and the model's sizes. torch is imported only for a
    model that needs transformers. Raises: as `read_sizes` and `read_tokenizer`."""
    sizes = read_sizes(folder)
    return PromptEncoder(read_tokenizer(folder), sizes), sizes


def read_processor(config: ModelSizes, folder: Path) -> FlashSlothProcessor:
    """Return the processor of a model folder: tokenizer, image sizes and chat template."""
    from flashsloth.hf.processor import FlashSlothProcessor

    tokenizer = read_transformers_tokenizer(folder)
    with error_prefix(folder):
        return FlashSlothProcessor.from_config(config, tokenizer)


def stored_preset(folder: Path, config: ModelSizes | None = None) -> Preset | None:
    """Return the preset in which a model's weights are stored, or None if they are not quantized. Its
    configuration is read unless it is passed. Raises UnsupportedModel if another program quantized
    them."""
    stored = getattr(read_sizes(folder) if config is None else config, QUANTIZATION, None)
    if stored is None:
        return None
    name = (
        stored.get("preset")
        if isinstance(stored, dict) and stored.get("quant_method") == QUANT_METHOD
        else None
    )
    if not isinstance(name, str) or name not in STORED:
        raise UnsupportedModel(
            f"{folder} has weights quantized by another program",
            hint="Use the original model, and quantize it with --quant.",
        )
    return PRESETS[name]


def build_empty(config: ModelSizes, *, real_buffers: bool = True) -> Any:
    """Return the model without weights, with its parameters on the meta device. It is a Network, or
    transformers' model if `config` is a FlashSlothConfig. If `real_buffers` is true, the buffers that
    transformers computes have values; otherwise they are on the meta device as well."""
    import torch

    from flashsloth.model.network import Network

    try:
        if not config.is_flashsloth:
            from flashsloth.vlm import network

            return network.build_empty(config, real_buffers=real_buffers)  # type: ignore[arg-type]
        if type(config) is ModelSizes:
            with torch.device("meta"):
                return Network(config)
        from flashsloth.hf.modeling import build_empty

        return build_empty(config, real_buffers=real_buffers)  # type: ignore[arg-type]
    except SIZE_ERRORS as error:
        raise InvalidConfiguration(
            f"config.json: no model has these sizes: {last_line(error)}"
        ) from error


def put(model: nn.Module, name: str, value: nn.Module | nn.Parameter) -> None:
    """Set a module or a parameter of a model by its dotted name."""
    path, _, leaf = name.rpartition(".")
    setattr(model.get_submodule(path), leaf, value)


def empty_shapes(config: ModelSizes) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of a model's stored parameters, without allocating memory for them. A
    head that is tied to the embeddings has no weight of its own and is left out."""
    return {
        name: tuple(p.shape) for name, p in build_empty(config, real_buffers=False).named_parameters()
    }


def read_tensors(config: ModelSizes, folder: Path) -> dict[str, safetensors_reader.TensorInfo]:
    """Return the tensors of a model's folder. If the configuration ties the head to the embeddings, the
    head is left out: some programs store it nevertheless."""
    if config.is_flashsloth:
        infos = safetensors_reader.read_headers(folder)
    else:
        from flashsloth.vlm.network import renamed

        text = config.family.text  # type: ignore[attr-defined]
        infos = safetensors_reader.by_name(
            replace(info, name=renamed(info.stored_name, text))
            for info in safetensors_reader.read_headers(folder).values()
            if not UNREAD.search(info.stored_name)
        )
    if config.tie_word_embeddings and getattr(config, QUANTIZATION, None) is None:
        infos.pop(HEAD, None)
    return infos


def check_depth(
    config: ModelSizes, infos: dict[str, safetensors_reader.TensorInfo], folder: Path
) -> None:
    """Raise TensorMismatch if the configuration states a different number of layers than the names of
    the tensors show.

    This check comes first for two reasons. Its message is clearer than a list of a hundred missing
    tensors. And a configuration with a million layers is refused before such a model is built.
    """
    tower = r"model\.vision\.\D+?"
    if config.is_flashsloth:
        layers_of_tower = TOWERS[config.vision_config.model_type].layers
        tower = rf"model\.vision_tower\.{re.escape(layers_of_tower)}"
    for part, prefix, layers in (
        ("text layers", r"model\.language_model\.\D+?", config.text_config.num_hidden_layers),
        ("vision blocks", tower, config.vision_config.num_hidden_layers),
    ):
        numbers = {match[1] for match in map(re.compile(rf"{prefix}\.(\d+)\.").match, infos) if match}
        if len(numbers) != layers:
            raise TensorMismatch(
                f"{folder}: config.json has {layers} {part}, the weights have {len(numbers)}"
            )


def generation_defaults(source: ModelSource) -> dict[str, Any]:
    """Return the model's own settings of answers. Those of its short name replace those of its
    files."""
    own = hub.known(source.name)
    return dict(own.settings) if own and own.settings else sampling_defaults(source.folder)


def sampling_defaults(folder: Path) -> dict[str, Any]:
    """Return the sampling settings of generation_config.json. The dictionary is empty if `do_sample` is
    not set there."""
    data = read_json(folder / GENERATION, required=False)
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    if not data.get("do_sample"):
        return {}
    found = {n: data[n] for n in names if isinstance(data.get(n), (int, float))}
    # Qwen2.5-VL's temperature is 0.000001, which means greedy and is too small for AnswerSettings.
    if 0 < found.get("temperature", 0) < 1e-3:
        found["temperature"] = 0.0
    return found


# The tokenizer


TOKENIZER_CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS = "special_tokens_map.json"
TOKENIZER_FILES = (
    "tokenizer.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    TOKENIZER_CONFIG,
    SPECIAL_TOKENS,
)
# vocabulary files that are read if there is no tokenizer.json
VOCABULARIES = ("tekken.json", "tokenizer.model", "tiktoken.model")
MAX_TOKENIZER = 64 * 2**20  # maximum bytes of one file; Gemma 3's tokenizer.json has 33 MB
MAX_TOKEN = 4096  # maximum number of characters; the longest published tokens are some hundred spaces
MAX_STEPS = 4  # maximum number of steps in a sequence of normalizers or decoders
# The allow-list of normalizers and decoders: those that the tokenizers of the supported base models
# use.
STEPS = ("NFC", "Prepend", "Replace", "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Strip")
# The same of pre-tokenizers. A ByteLevel makes up to two characters of one, so there may be only one.
SPLITS = (
    "BertPreTokenizer",
    "ByteLevel",
    "Digits",
    "Metaspace",
    "Punctuation",
    "Split",
    "Whitespace",
    "WhitespaceSplit",
)
MAX_SPLITS = 16
# With more of them transformers needs a minute to open a file. Gemma 3 has 262,144 words, 514,906
# merges and 6,415 added tokens.
MAX_WORDS = 2**20
MAX_ADDED = 2**14
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files, or whose values replace files of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def read_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a folder. It is read from `tokenizer.json`, or from the CodeGen files of
    the released checkpoints. If the tokenizer of `processing.tokenizer`, which does not import
    transformers, is certain to encode texts as transformers' tokenizer does, that one is returned.
    Otherwise it is transformers' own tokenizer."""
    from flashsloth.processing import tokenizer

    files = check_tokenizer(folder)
    with _opening_tokenizer(folder):
        found = tokenizer.read(folder, *files)
    return read_transformers_tokenizer(folder) if found is None else found


def read_transformers_tokenizer(folder: Path) -> Any:
    """Return transformers' tokenizer of a folder. This tokenizer is needed to make a processor, to
    apply a chat template, and to change and save the tokenizer."""
    from flashsloth.hf.processor import open_tokenizer

    check_tokenizer(folder)
    with _opening_tokenizer(folder):
        found = open_tokenizer(folder)
    if found is None:
        raise CheckpointDamaged(f"{folder} has neither tokenizer.json nor vocab.json with merges.txt")
    return found


@contextmanager
def _opening_tokenizer(folder: Path) -> Iterator[None]:
    try:
        yield
    # The Rust code of tokenizers panics on some damaged files. The PanicException that it then raises
    # is not a subclass of Exception.
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise CheckpointDamaged(
            f"{folder}: the tokenizer files cannot be read: {last_line(error)}"
        ) from error


def check_tokenizer(folder: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Check the untrusted tokenizer files of a folder before transformers opens them.

    transformers follows links, reads files of any size, and lets two of these files name further files
    anywhere on the machine.

    Returns: the contents of tokenizer_config.json, special_tokens_map.json and tokenizer.json; empty
        dictionaries for missing files.

    Raises: CheckpointDamaged for links out of the folder, oversized files, files that name other files,
        and values that could exhaust the memory.
    """
    files = {name: regular_file_in(folder, name, MAX_TOKENIZER) for name in TOKENIZER_FILES}
    for path in filter(None, files.values()):
        with suppress(OSError), path.open("rb") as file:
            # transformers and tokenizers fail on a file with a byte order mark, with an error that does
            # not name the cause
            if file.read(len(BOM_UTF8)) == BOM_UTF8:
                raise CheckpointDamaged(
                    f"{path} begins with a byte order mark", hint="Save the file as UTF-8 without it."
                )
    for name in VOCABULARIES:
        regular_file_in(folder, name, None if files["tokenizer.json"] else MAX_TOKENIZER)
    for path in sorted((folder / TEMPLATES).glob("*.jinja")):
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_TOKENIZER)
    stored = read_json(folder / "tokenizer.json", MAX_TOKENIZER, required=False)
    for key in ("normalizer", "decoder"):
        # a Replace step, for example, could replace each character of a text by a million characters
        if not _is_bounded(stored.get(key)):
            raise CheckpointDamaged(
                f"{folder / 'tokenizer.json'} has a {key} that changes more of a text than its accents and spaces",
                hint="The tokenizer files belong to another model; copy those that came with the weights.",
            )
    if not _splits_only(stored.get("pre_tokenizer")):
        raise CheckpointDamaged(f"{folder / 'tokenizer.json'} has a pre_tokenizer of another kind")
    config = read_json(folder / TOKENIZER_CONFIG, required=False)
    model = stored.get("model")
    lists = [model.get(name) for name in ("vocab", "merges")] if isinstance(model, dict) else []
    added = [stored.get("added_tokens"), config.get("added_tokens_decoder")]
    for most, counted in ((MAX_WORDS, lists), (MAX_ADDED, added)):
        if any(isinstance(each, list | dict) and len(each) > most for each in counted):
            raise CheckpointDamaged(
                f"{folder}: the tokenizer has more than {most:,} tokens of one kind"
            )
    if any(len(text) > MAX_TOKEN for text in _tokens(stored)):
        raise CheckpointDamaged(
            f"{folder / 'tokenizer.json'} has a token of more than {MAX_TOKEN} characters"
        )
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(
                f"{folder / TOKENIZER_CONFIG} has the key {key}, which would replace files of the folder"
            )
    special = read_json(folder / SPECIAL_TOKENS, required=False)
    for key in special:
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(
                f"{folder / SPECIAL_TOKENS} has the key {printable(key)}, which is not a special token"
            )
    return config, special, stored


def _tokens(stored: dict[str, Any]) -> list[str]:
    """Return the tokens of tokenizer.json: the model's vocabulary and the added tokens. The vocabulary
    of a Unigram model is a list of pairs of a token and its score."""
    model = stored.get("model")
    added = stored.get("added_tokens")
    words = model.get("vocab") if isinstance(model, dict) else None
    texts = []
    if isinstance(words, dict | list):
        texts += [word[0] if isinstance(word, list) and word else word for word in words]
    if isinstance(added, list):
        texts += [token.get("content") for token in added if isinstance(token, dict)]
    return [text for text in texts if isinstance(text, str)]


def _is_bounded(part: Any) -> bool:
    """Return whether a normalizer or a decoder of tokenizer.json can lengthen a text only a little: it
    may prepend at most one character, and replace each character by at most one. In a sequence this is
    required of every step, and the number of steps is limited."""
    if not isinstance(part, dict):
        return part is None
    steps = part.get("normalizers", part.get("decoders")) if part.get("type") == "Sequence" else [part]
    return isinstance(steps, list) and len(steps) <= MAX_STEPS and all(map(_is_bounded_step, steps))


def _splits_only(part: Any) -> bool:
    """Return whether a pre-tokenizer of tokenizer.json only divides a text, or is a ByteLevel once."""
    if part is None:
        return True
    steps = part.get("pretokenizers", [part]) if isinstance(part, dict) else part
    if not isinstance(steps, list) or len(steps) > MAX_SPLITS:
        return False
    kinds = [step.get("type") if isinstance(step, dict) else None for step in steps]
    return all(kind in SPLITS for kind in kinds) and kinds.count("ByteLevel") <= 1


def _is_bounded_step(step: Any) -> bool:
    if not isinstance(step, dict) or step.get("type") not in STEPS:
        return False
    if step.get("stop"):  # a Strip that cuts the end of a text crashes tokenizers for an empty one
        return False
    pattern = step.get("pattern", {"String": " "})
    marks = (step.get("content", ""), step.get("prepend", ""))
    is_text = isinstance(pattern, dict) and bool(pattern.get("String"))
    return is_text and all(isinstance(mark, str) and len(mark) <= 1 for mark in marks)


# The folder of a vision-language model of transformers (flashsloth/vlm/), which may be a stranger's


def read_template(folder: Path) -> str:
    """Return the chat template of a folder. Raises: UnsupportedModel, CheckpointDamaged."""
    from flashsloth.vlm.template import template_of

    newer = regular_file_in(folder, "chat_template.jinja", MAX_TEMPLATE)
    return template_of(
        read_json(folder / TOKENIZER_CONFIG, MAX_TOKENIZER, required=False),
        read_json(folder / "chat_template.json", required=False),
        None if newer is None else newer.read_text(encoding="utf-8", errors="replace"),
    )


def read_pictures(config: Any, folder: Path) -> VlmPictures:
    """Return what prepares pictures for a model of transformers. Raises: UnsupportedModel,
    CheckpointDamaged, InvalidConfiguration."""
    from flashsloth.vlm.network import tower_inputs
    from flashsloth.vlm.pictures import VlmPictures

    file, stored = _image_settings(folder)
    with error_prefix(file):
        return VlmPictures(config, stored, tower_inputs(config))


def picture_bytes(config: Any, folder: Path, item: int, positions: int) -> int:
    """Return the bytes that the largest picture takes in a model of transformers, as working_space
    does. Raises: UnsupportedModel, InvalidConfiguration."""
    from flashsloth.vlm.pictures import image_settings, working_space

    file, stored = _image_settings(folder)
    with error_prefix(file):
        return working_space(config, image_settings(stored, config), item, positions)


def _image_settings(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the settings of the image processor, and their file. Newer versions of transformers save
    them inside of processor_config.json, which also has the name of the processor."""
    settings = read_json(folder / PROCESSOR, required=False)
    images: Any = settings.get("image_processor")
    is_inside = isinstance(images, dict)
    file = folder / (PROCESSOR if is_inside else IMAGE_PROCESSOR)
    images = images if is_inside else read_json(file)
    return file, {
        **images,
        "processor_class": settings.get("processor_class", images.get("processor_class")),
    }
