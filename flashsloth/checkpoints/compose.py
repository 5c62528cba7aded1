"""Compose an untrained FlashSloth from a vision tower and a language model of transformers, or give a
FlashSloth a second image encoder for details. `Sources` are the files and sizes of a model that is to
be trained or composed.

SAP, projector, EmbQ and query tokens are initialised at random. As in the paper, the last block of the
tower is left out. The embeddings get rows for the special tokens that the tokenizer lacks. Prompts
follow the tokenizer's own chat template. The published folders of tower and language model give the
sizes, the names of tensors, the normalisation of pixels, and the ids that end an answer.

With a ConvNeXt as its second encoder the model's own tower becomes a part of a tower of mixed
resolution (MRA).
"""

from __future__ import annotations

import copy
import math
import os
from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import torch

from flashsloth.checkpoints import model_files, resolve, safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.errors import (
    FlashSlothError,
    InvalidConfiguration,
    OptionError,
    SettingsFileError,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.hf.config import FlashSlothConfig, part_config
from flashsloth.hf.mixed_resolution import MixedResolutionConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.hf.size_file import check_known, read_toml
from flashsloth.processing.chat_frame import PAPER, ChatFrame
from flashsloth.processing.prompt import add_special_tokens
from flashsloth.sizes.bounds import check_normalisation
from flashsloth.sizes.families import COMPRESSION, CONVNEXT, PHI, SIGLIP, TOWERS, WHOLES, part_of
from flashsloth.sizes.part_sizes import is_flashsloth, model_kind
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import did_you_mean

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
) -> dict[str, safetensors_reader.TensorInfo]:
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


def read_language_tensors(folder: Path, text: Any) -> dict[str, safetensors_reader.TensorInfo]:
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


# The sources of a model to train or compose, and its weights


@dataclass(frozen=True, slots=True)
class Sources:
    """The sizes, the processor and the tensor descriptions of a model, which are read before any
    weight."""

    name: str
    config: FlashSlothConfig
    processor: FlashSlothProcessor
    # by native name; weights that are missing here will be random
    tensors: dict[str, safetensors_reader.TensorInfo]
    source: resolve.ModelSource | None = None  # None for a new model

    @property
    def size(self) -> int:
        """The bytes of the stored weights. For a new model, its bytes in 16 bit."""
        return sum(info.size for info in self.tensors.values()) or 2 * parameters(self.config)

    @property
    def stored(self) -> torch.dtype:
        """The dtype in which most bytes of the weights are stored."""
        sizes: Counter[str] = Counter()
        for info in self.tensors.values():
            sizes[info.dtype] += info.size
        most = max(sizes, key=sizes.__getitem__, default="F32")
        return getattr(torch, safetensors_reader.TORCH_NAMES[most])


def parameters(config: FlashSlothConfig) -> int:
    """Return the number of a model's parameters."""
    return sum(math.prod(shape) for shape in model_files.empty_shapes(config).values())


def fill(
    model: Any,
    sources: Sources,
    dtype_of: Callable[[str], torch.dtype],
    on_progress: Progress = ignore,
    convert: Callable[[str, torch.Tensor], torch.nn.Module | None] = lambda *_: None,
) -> None:
    """Fill a model of `build_empty` with the stored tensors, and draw those that no file has from
    torch's generator. If the vocabulary has grown, the embeddings and the head get additional rows.

    Args:
        dtype_of: returns the dtype of a tensor. Each tensor gets it at once, so there is never a second
            copy of the model in memory.
        convert: returns a module that takes the place of the module with a weight; None to keep it.
    """
    for done, (name, tensor) in enumerate(safetensors_reader.read_tensors(sources.tensors), 1):
        if tensor.dim():
            tensor = with_rows(tensor, model.get_parameter(name).shape[0])
        tensor = tensor.to(dtype_of(name))
        if (module := convert(name, tensor)) is not None:
            model_files.put(model, name.rpartition(".")[0], module)
        else:
            model_files.put(model, name, torch.nn.Parameter(tensor))
        on_progress(done, len(sources.tensors), sources.name)
    model.tie_weights()
    missing = {name for name, p in model.named_parameters() if p.is_meta}
    init_missing(model, missing)
    for name in missing:
        drawn = model.get_parameter(name)
        drawn.data = drawn.data.to(dtype_of(name))


def with_rows(tensor: torch.Tensor, rows: int) -> torch.Tensor:
    """Return a tensor with at least this number of rows. Each new row is the mean of the existing rows,
    which is a reasonable initial value for a token that was never trained."""
    more = rows - tensor.shape[0]
    if more <= 0:
        return tensor
    mean = tensor.float().mean(dim=0, keepdim=True).to(tensor.dtype)
    return torch.cat([tensor, mean.expand(more, *tensor.shape[1:])])


def init_missing(model: FlashSlothForConditionalGeneration, missing: set[str]) -> None:
    """Initialise the weights that no file has. The tower and the text model are initialised as
    transformers does, the other parts as torch does (docs/how-it-works.md)."""
    for path, module in model.named_modules():
        own = [f"{path}.{leaf}".lstrip(".") for leaf, _ in module.named_parameters(recurse=False)]
        if not missing.intersection(own):
            continue
        module.to_empty(device="cpu", recurse=False)
        # A family of transformers may leave some parameters uninitialised, so all of them are first set
        # to zero.
        for parameter in module.parameters(recurse=False):
            parameter.data.zero_()
        if part_of(own[0]) in COMPRESSION and hasattr(module, "reset_parameters"):
            module.reset_parameters()
        else:
            _initialiser(model, own[0])._init_weights(module)
    model.tie_weights()


def _initialiser(model: FlashSlothForConditionalGeneration, name: str) -> Any:
    """Return the model of transformers whose `_init_weights` initialises the module with this
    tensor."""
    if part_of(name) == "text":
        return model.language_model
    towers = model.model.vision_tower.named_modules(prefix="model.vision_tower")
    models = [m for path, m in towers if hasattr(m, "_init_weights") and name.startswith(f"{path}.")]
    # The innermost such model initialises the tensor. For SigLIP it is FlashSloth's own class instead,
    # because nano's recipe was measured with the initialisation of that class.
    return models[-1] if models and models[-1].config.model_type != SIGLIP else model


# Compose a model


Part: TypeAlias = Any  # a name on the hub, a folder, a ModelSource, or a configuration of transformers

# in the paper EmbQ changes the input of layer 7 of 32
PAPER_LAYER = 7
PAPER_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Tower:
    """A vision tower: the fields of `vision_config`, its folder if it has weights, and the mean and
    standard deviation with which pixels are normalised."""

    name: str
    sizes: dict[str, Any]
    source: resolve.ModelSource | None = None
    normalisation: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Language:
    """A language model: its configuration and tokenizer, its folder if it has weights, and the ids of
    the tokens that end an answer."""

    name: str
    config: Any
    tokenizer: Any
    source: resolve.ModelSource | None = None
    ends: tuple[int, ...] = ()


def compose(
    vision: Part,
    language: Part,
    *,
    tokenizer: Any = None,
    dtype: torch.dtype | None = None,
    offline: bool = False,
    confirm: Any = None,
    on_progress: Progress | None = None,
    **sizes: Any,
) -> tuple[FlashSlothForConditionalGeneration, FlashSlothProcessor]:
    """Return an untrained FlashSloth and its processor. If `save_pretrained` of the model and of the
    processor is called with the same folder, every command can open that folder as a model.

    Args:
        vision, language: a name on the hub or a folder, from which the weights are read; or a
            configuration of transformers, for which random weights are drawn from torch's generator. If
            a tower has weights, its last block is left out. A configuration of a tower must already
            state the number of blocks without that one.
        tokenizer: a tokenizer of transformers, or a folder or model that has one. The default is the
            tokenizer of the language model, or nano's if `language` is a configuration.
        dtype: the dtype of all weights. The default is the dtype in which most of them are stored, or
            float32 if all of them are random.
        offline, confirm, on_progress: for downloads, as in `resolve.find`.
        sizes: other fields of FlashSlothConfig, such as `pooling_window`, `num_query_tokens` or
            `embq_layer`.

    Raises: UnsupportedModel for a tower or a decoder that does not fit, InvalidConfiguration for sizes
        that do not fit together, TensorMismatch, OptionError for an unknown size, and the errors of
        `resolve.find`.
    """
    sources = gather(
        vision,
        language,
        tokenizer=tokenizer,
        sizes=sizes,
        offline=offline,
        confirm=confirm,
        on_progress=on_progress or ignore,
    )
    return build(sources, dtype, on_progress or ignore), sources.processor


def build(
    sources: Sources, dtype: torch.dtype | None = None, on_progress: Progress = ignore
) -> FlashSlothForConditionalGeneration:
    """Build the model from its sources, in evaluation mode."""
    kind = dtype or sources.stored
    model = model_files.build_empty(sources.config)
    fill(model, sources, lambda _: kind, on_progress)
    model.to(kind)  # its buffers too
    model.config.dtype = kind
    return model.eval()


def gather(
    vision: Part,
    language: Part,
    *,
    tokenizer: Any = None,
    sizes: Mapping[str, Any] | None = None,
    **options: Any,
) -> Sources:
    """Return the sizes, the processor and the tensor descriptions of a new FlashSloth, without reading
    weights. `options` are those of `resolve.find`.

    Raises: as `compose`.
    """
    known = {f.name for f in fields(FlashSlothConfig)} - {"vision_config", "text_config", "model_type"}
    for name in sizes or {}:
        if name not in known:
            raise OptionError(
                f"unknown size {name}",
                hint=did_you_mean(name, known, otherwise="See flashsloth.FlashSlothConfig."),
            )
    return join(
        find_tower(vision, **options), find_language(language, tokenizer, **options), dict(sizes or {})
    )


def find_tower(part: Part, **options: Any) -> Tower:
    """Return a tower by its name, folder or configuration. Raises: as `compose`."""
    if hasattr(part, "model_type"):
        # models such as CLIP consist of a tower and a text model, of which only the tower is used
        own: Any = getattr(part, "vision_config", part) if part.model_type in WHOLES else part
        return Tower(own.model_type, {**own.to_dict(), "model_type": own.model_type})
    source = resolve.find(part, part=True, **options)
    sizes = without_last_block(read_tower(source.folder))
    return Tower(source.name, sizes, source, read_normalisation(source.folder, sizes["model_type"]))


def find_language(part: Part, tokenizer: Any = None, **options: Any) -> Language:
    """Return a language model by its name, folder or configuration. Raises: as `compose`."""
    if hasattr(part, "model_type"):
        return Language(
            part.model_type, copy.deepcopy(part), find_tokenizer(tokenizer or resolve.NANO, **options)
        )
    source = resolve.find(part, part=True, **options)
    text = read_language(source.folder)
    ends = end_tokens(source.folder, text)
    return Language(source.name, text, find_tokenizer(tokenizer or source, **options), source, ends)


def find_tokenizer(tokenizer: Any, **options: Any) -> Any:
    """Return a tokenizer of transformers that the caller may change. It is read from a model, or is a
    copy of the tokenizer that was passed."""
    if isinstance(tokenizer, str | os.PathLike | resolve.ModelSource):
        return model_files.read_transformers_tokenizer(
            resolve.find(tokenizer, part=True, **options).folder
        )
    return copy.deepcopy(tokenizer)


def join(tower: Tower, language: Language, sizes: dict[str, Any]) -> Sources:
    """Join a tower and a language model. Return the sources of the new model. Raises: as `compose`."""
    vocabulary = int(language.config.vocab_size)
    config = make_config(tower, language, sizes)
    tensors: dict[str, safetensors_reader.TensorInfo] = {}
    # the two parts are checked one after the other, so that an error names the folder that does not fit
    if tower.source is not None:
        seen = read_tower_tensors(tower.source.folder, model_files.empty_shapes(config))
        check_part(seen, config, "vision_tower", vocabulary, tower.source)
        tensors |= seen
    if language.source is not None:
        words = read_language_tensors(language.source.folder, config.text_config)
        check_part(words, config, "text", vocabulary, language.source)
        tensors |= words
    return Sources(
        f"{tower.name} + {language.name}",
        config,
        FlashSlothProcessor.from_config(config, language.tokenizer),
        tensors,
    )


def make_config(tower: Tower, language: Language, sizes: Mapping[str, Any]) -> FlashSlothConfig:
    """Return the configuration of the joined model. This changes `language`: its tokenizer gets the
    special tokens that it lacks, and its configuration is adapted and becomes a part of the result.
    Raises: as `compose`."""
    text = language.config
    with error_prefix(f"{tower.name} + {language.name}"):
        frame = choose_frame(text, language.tokenizer, sizes)
        special = add_special_tokens(
            language.tokenizer, int(text.vocab_size), frame, end_token_ids=language.ends
        )
        for name, value in special.text_settings().items():
            setattr(text, name, value)
        embq = embq_sizes(
            int(tower.sizes["hidden_size"]), int(text.num_hidden_layers), int(text.num_attention_heads)
        )
        settings = {**embq, **tower.normalisation, **special.own_settings()}
        # the default system prompt is the paper's, so it is only used with the paper's chat frame
        if frame is not PAPER:
            settings["system_prompt"] = ""
        settings.update(sizes)  # applied last, so that the caller's values take precedence
        return FlashSlothConfig(vision_config=tower.sizes, text_config=text, **settings)


def choose_frame(text: Any, tokenizer: Any, sizes: Mapping[str, Any]) -> ChatFrame:
    """Return the chat frame: the one in `sizes` if there is one, the paper's frame for the paper's
    decoder, and otherwise the frame of the tokenizer's chat template. Without a template, a prompt
    begins with the token that the tokenizer puts before every text, if it has such a token."""
    if "chat_frame" in sizes:
        return ChatFrame.from_dict(sizes["chat_frame"])
    if text.model_type == PHI:
        return PAPER
    frame = ChatFrame.of(tokenizer)
    begin = tokenizer.bos_token
    # Many tokenizers define a bos_token but do not use it. A text is encoded to find out whether it is
    # used.
    if (
        not tokenizer.chat_template
        and begin is not None
        and tokenizer.encode("a")[:1] == [tokenizer.bos_token_id]
    ):
        frame = replace(
            frame,
            before_system=begin + frame.before_system,
            without_system=begin + frame.without_system,
        )
    return PAPER if frame == PAPER else frame


def embq_sizes(tower_width: int, depth: int, heads: int) -> dict[str, int]:
    """Return the layer, width and number of heads of EmbQ, in the paper's proportions: layer 7 of 32,
    and half of the tower's width.

    EmbQ gets as many heads as the decoder has. If that number does not divide the widths of EmbQ and of
    the tower, it gets the nearest number that does.
    """
    width = max(1, tower_width // 2)
    layer = max(1, round(depth * PAPER_LAYER / PAPER_DEPTH))
    # the number of heads must divide the width of EmbQ's keys and the width of the tower's values
    both = math.gcd(width, tower_width)
    divisors = [n for n in range(1, both + 1) if both % n == 0]
    return {
        "embq_layer": min(layer, depth - 1),
        "embq_width": width,
        "embq_heads": min(divisors, key=lambda n: abs(n - heads)),
    }


def check_part(
    found: Mapping[str, safetensors_reader.TensorInfo],
    config: FlashSlothConfig,
    part: str,
    rows: int,
    source: resolve.ModelSource,
) -> None:
    """Compare the tensors of a part of a model with its sizes. Raises: TensorMismatch.

    `rows` is the size of the vocabulary in the part's files. The vocabulary of the new model may be
    larger, because special tokens are added to it.
    """
    grown = int(config.text_config.vocab_size)
    shapes = model_files.empty_shapes(config).items()
    expected = {name: shape for name, shape in shapes if part_of(name) == part}
    for name, shape in expected.items():
        # The embeddings and the head, which are outside of all layers, have a row for each token.
        if part == "text" and shape[:1] == (grown,) and ".layers." not in name:
            expected[name] = (rows, *shape[1:])
    safetensors_reader.check_tensors(found, expected, source.folder)


# A second image encoder


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
