"""From a name to a model that can run: find the folder, check it, fill the weights straight onto the device.

Knows names, folders and devices; knows no conversation and no terminal.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth import devices
from flashsloth.checkpoints import adapter, hub, safetensors_reader, tokenizer_files
from flashsloth.errors import (
    CheckpointDamaged,
    CheckpointError,
    FlashSlothError,
    InvalidConfiguration,
    ModelUnavailable,
    OptionError,
    OutOfMemory,
    TensorMismatch,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.quantization import PRESETS, Preset, resolve
from flashsloth.quantization.presets import LARGE
from flashsloth.utils.close_names import close_names
from flashsloth.utils.inside import plain_file, shown
from flashsloth.utils.paths import NANO_FOLDER, expand, quantized_copies

if TYPE_CHECKING:
    import torch

    from flashsloth.config.model_config import FlashSlothConfig
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.model.packed_decoder import PackedDecoder
    from flashsloth.processing.processor import FlashSlothProcessor

Progress = Callable[[int, int, str], None]  # done, total, label
NANO = "nano"
QUANT_METHOD = "flashsloth"  # what config.json says, so that transformers does not take the weights for its own
TOP_SETTINGS = {"model_type", "quantization_config", "torch_dtype"}  # of a config.json, beside the classes' own
PART_SETTINGS = {"model_type", "torch_dtype", "rope_theta", "rope_scaling", "partial_rotary_factor"}
CACHE_FORMAT = 1
COPIED_FROM = "copied_from.json"
BY_EXACTNESS = ("none", "int8", "int4", "nf4")
CACHED = ("int4", "int8")  # presets whose rounding takes long enough to be kept
WORKING_SPACE = 100 * 10**6  # bytes besides weights and conversation that any model takes: activations, libraries
CUDA_SPACE = 500 * 10**6  # more there: libraries' own memory, captured graphs; estimated, not measured
ROUNDING_SPACE = {"none": 0.03, "int4": 0.12, "int8": 0.08, "nf4": 0.23, "llm-int8": 0.10}  # more, by weights
"""Measured on a CPU at full size as the peak over weights and cache, rounded up. Elsewhere as for none: weights are
rounded on the CPU. What is saved rounded still takes nearly as much there on a CPU, as bitsandbytes repacks it."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model is: the name it was asked for by, and its folder."""

    name: str
    folder: Path
    repo: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to run, with what belongs to it."""

    source: ModelSource
    model: FlashSlothForConditionalGeneration
    decoder: PackedDecoder
    processor: FlashSlothProcessor
    device: str
    dtype: str
    quant: str = "none"  # the preset's name
    adapter: str | None = None  # the folder of what was trained on top
    generation_defaults: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what a person may want to know about how it was opened
    shortage: Callable[[], str] | None = None  # what to say when memory runs out
    load_ms: float = 0.0  # milliseconds from the folder to a model that can answer

    @property
    def config(self) -> FlashSlothConfig:
        return self.model.config


def known_names() -> list[str]:
    """The names that stand for a model without further ado."""
    return [NANO, *hub.KNOWN]


def find(
    name: str | os.PathLike[str],
    *,
    offline: bool = False,
    confirm: Callable[[hub.Download], bool] | None = None,
    on_progress: Progress | None = None,
) -> ModelSource:
    """The folder of a model: a known name, a folder, or a hub id with optional `@revision`, in this order; `./NAME` is
    always a folder.

    A hub model that is cached whole is used as it is, without asking the network. Otherwise it is downloaded, if
    `confirm` is not given or says yes. Raises UnknownModel, ModelUnavailable, ModelAccessDenied, DiskFull.
    """
    text = os.fspath(name)
    if text == NANO:
        return ModelSource(NANO, NANO_FOLDER)
    known = text.partition("@")[0] in hub.KNOWN  # even where a folder has that name, as this project's own has
    folder = expand(text)
    if text and not known and os.path.isdir(folder):
        return ModelSource(text, folder)
    if not known and os.path.isfile(folder):
        raise UnsupportedModel(f"{text} is a file; give the folder that holds config.json and the weights")
    if not known and not _looks_like_repo(text):
        near = close_names(text, known_names())
        meant = f"Did you mean {near[0]}? " if near else ""
        raise UnknownModel(
            f"unknown model {text or repr(text)}",
            hint=f"{meant}Known names: {', '.join(known_names())}. "
            "Any org/repo or folder with a FlashSloth model also works.",
        )
    repo = hub.RepoId.parse(text)
    cached = hub.find_cached(repo)
    if cached is None:
        if offline:
            raise ModelUnavailable(
                f"{text} is not on this machine, and --offline forbids fetching it",
                hint=f"Run once while connected: flashsloth pull {text}",
            )
        download = hub.plan(repo)
        check_fits(download)
        if confirm is not None and not confirm(download):
            raise ModelUnavailable(
                f"{text} is not on this machine ({download.missing_bytes / 1e9:.1f} GB to download)",
                hint=f"Fetch it first: flashsloth pull {text} -y",
            )
        cached = hub.fetch(download, on_progress)
    return ModelSource(text, cached, repo.repo, cached.name)


def check_named(name: str, said_by: Path, agree: Callable[[str], bool] | None = None) -> None:
    """Before `find`, of a model that a file names and nobody asked for: ModelUnavailable where the hub would be told of
    it, and with it who asks, unless it is a known one, or `agree` says yes to a question.
    """
    if name == NANO or os.path.exists(expand(name)) or not _looks_like_repo(name):
        return
    repo = hub.RepoId.parse(name)
    if repo.repo in hub.KNOWN.values() or hub.find_cached(repo) is not None:
        return
    trouble = f"{said_by} wants the model {repo}, which is not on this machine"
    if agree is None or not agree(f"{trouble}. Ask the hub for it?"):
        raise ModelUnavailable(
            f"{trouble}; the hub was not asked for it",
            hint=f"If you trust that name: flashsloth pull {repo}, or give it yourself: -m {repo}",
        )


def check_fits(download: hub.Download) -> None:
    """OutOfMemory if the weights are larger than all the memory that this machine could give them: better to know
    before gigabytes are fetched than after."""
    weights = sum(f.size for f in download.files if f.name.endswith(".safetensors"))
    device = devices.choose_device("auto")
    if weights + WORKING_SPACE > devices.total_memory(device):
        raise OutOfMemory(
            f"{download.repo} has {weights / 1e9:.1f} GB of weights, "
            f"{device} {devices.total_memory(device) / 1e9:.1f} GB of memory in all",
            hint="It would not run here, so nothing was downloaded. The built-in model fits anywhere: -m nano.",
        )


def _looks_like_repo(text: str) -> bool:
    return text.count("/") == 1 and not text.startswith((".", "/", "~")) and not text.endswith("/")


def read_config(folder: Path) -> FlashSlothConfig:
    """The configuration of a model folder, official or native layout.

    Raises: UnsupportedModel (empty folder, another model), CheckpointDamaged, InvalidConfiguration.
    """
    from flashsloth.config.model_config import FlashSlothConfig, is_official, upgrade_official  # takes seconds

    path = folder / "config.json"
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointDamaged(f"{folder} cannot be read: no permission", hint="Change the folder's permissions.")
    if plain_file(folder, path.name) is None and (folder / adapter.CONFIG).is_file():
        raise UnsupportedModel(f"{folder} holds an adapter, not a model", hint=f"Open it with --adapter {folder}.")
    if not path.is_file():
        names = safetensors_reader.names_in(folder)
        what = "is empty" if not names else f"has no config.json (it holds {', '.join(map(shown, names[:4]))})"
        raise UnsupportedModel(f"{folder} {what}")
    data = safetensors_reader.read_json(path)
    if not is_official(data) and data.get("model_type") != FlashSlothConfig.model_type:
        named = data.get("architectures")
        kind = data.get("model_type") or ", ".join(map(str, named if isinstance(named, list) else [])) or "unknown"
        raise UnsupportedModel(f"{folder} is a {shown(kind)} model, not a FlashSloth")
    if not isinstance(data.get("quantization_config", {}), dict):
        raise InvalidConfiguration(f"{path}: quantization_config must be an object")
    try:
        return FlashSlothConfig.from_dict(known_settings(upgrade_official(data) if is_official(data) else data))
    except FlashSlothError as error:
        raise type(error)(f"{path}: {shown_at_length(error)}", hint=error.hint) from error
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        raise InvalidConfiguration(f"{path}: {shown_at_length(error)}") from error


def known_settings(data: dict[str, Any]) -> dict[str, Any]:
    """What a config.json says of a model, by the names that mean something here. Others stay out: transformers would
    make each an attribute, methods included, and some make it build tables or look for code."""
    from flashsloth.config.model_config import FlashSlothConfig

    kept = {n: v for n, v in data.items() if n in {f.name for f in fields(FlashSlothConfig)} | TOP_SETTINGS}
    for part, kind in FlashSlothConfig.sub_configs.items():
        if isinstance(kept.get(part), dict):
            names = {f.name for f in fields(kind)} | PART_SETTINGS
            kept[part] = {n: v for n, v in kept[part].items() if n in names}
    return kept


def shown_at_length(error: BaseException) -> str:
    """The last line of what an error says, if it says anything, and no more of it than can be read."""
    said = (str(error).strip() or repr(error)).splitlines()[-1].strip()
    said = said if said.isprintable() else ascii(said)[1:-1]
    return said if len(said) <= 1000 else f"{said[:500]} ... {said[-200:]}"


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder: `tokenizer.json`, or the slow CodeGen files of the released checkpoints."""
    tokenizer_files.check(folder)
    try:
        if (folder / "tokenizer.json").is_file():
            from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

            return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
            from transformers.models.codegen.tokenization_codegen import CodeGenTokenizer

            return CodeGenTokenizer.from_pretrained(folder, local_files_only=True)
    except BaseException as error:  # the Rust side raises bare Exception on a damaged file, or panics, which is none
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        said = shown_at_length(error)
        raise CheckpointDamaged(f"{folder}: the tokenizer files cannot be read: {said}") from error
    raise CheckpointDamaged(f"{folder} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt")


def read_processor(config: FlashSlothConfig, folder: Path) -> FlashSlothProcessor:
    """Tokenizer, picture sizes and chat template of a model folder."""
    from flashsloth.processing.processor import FlashSlothProcessor

    tokenizer = read_tokenizer(folder)
    try:
        return FlashSlothProcessor.from_config(config, tokenizer)
    except InvalidConfiguration as error:
        raise InvalidConfiguration(f"{folder}: {error}", hint=error.hint) from error


def load(
    source: ModelSource,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    trained: adapter.Adapter | None = None,
    cache: bool = False,
    on_progress: Progress | None = None,
) -> LoadedModel:
    """Read and check all weights and put them on the device, one tensor or one layer at a time.

    Args:
        quant: a preset of flashsloth.quantization, "auto", or None: auto, but none where a `dtype` is given.
        trained: an adapter whose weights are put into the model's.
        cache: keep a quantized copy in the user's cache, and open it from there the next time.

    Raises: OptionError for a device, type or preset that is not there, CheckpointError for the files, OutOfMemory
    before anything is allocated when it will not fit.
    """
    began = time.perf_counter()
    plan = make_plan(source, device=device, dtype=dtype, quant=quant, trained=trained)
    plan.check_tensors()
    plan.check_memory()
    processor = read_processor(plan.config, plan.source.folder)  # before the long work: it may refuse
    worth = plan.preset.name in CACHED and plan.elements >= LARGE and not plan.saved
    copy = quantized_copy(plan) if cache and worth else None
    built = open_copy(plan, copy, on_progress) if copy is not None else None
    notes: tuple[str, ...] = ()
    if built is None:
        built = build(plan, on_progress)
        if copy is not None and keep_copy(plan, *built, copy):
            form = plan.preset.name
            notes = (f"kept a copy in {form} at {copy}, which opens in seconds from now on (--no-cache: never)",)
    model, decoder = built
    if trained is not None and trained.fingerprint not in (None, safetensors_reader.fingerprint(plan.infos)):
        notes += (f"{trained.folder} was trained on other weights than {source.name} has now; it may answer nonsense",)
    return LoadedModel(
        source,
        model,
        decoder,
        processor,
        device=str(plan.device),
        dtype=_name(plan.dtype),
        quant=plan.preset.name,
        adapter=str(trained.folder) if trained is not None else None,
        generation_defaults=sampling_defaults(source.folder),
        notes=notes,
        shortage=plan.shortage,
        load_ms=(time.perf_counter() - began) * 1000,
    )


@dataclass(frozen=True)
class Plan:
    """How a model will be opened: checked files, the device, the type and the preset."""

    source: ModelSource
    config: FlashSlothConfig
    infos: dict[str, safetensors_reader.TensorInfo]
    device: torch.device
    dtype: torch.dtype
    preset: Preset
    saved: bool  # the folder holds weights that are quantized already
    trained: adapter.Adapter | None = None

    @cached_property
    def elements(self) -> int:
        """Parameters of the model, however they are stored."""
        if self.saved:
            return sum(math.prod(shape) for shape in empty_shapes(self.config).values())
        return sum(math.prod(info.shape) for info in self.infos.values())

    def needs(self, preset: Preset) -> int:
        """Bytes of memory that it takes in a preset: weights, one conversation of 1,024 positions, working space."""
        from flashsloth.checkpoints import packed_builder

        text = self.config.text_config
        item = self._dtype(preset).itemsize
        weights = packed_builder.weight_bytes(self.config, preset, self.elements, item)
        positions = min(1024, int(text.max_position_embeddings))
        conversation = 2 * int(text.num_hidden_layers) * positions * int(text.hidden_size) * item
        more = ROUNDING_SPACE[preset.name if self.device.type == "cpu" else "none"]
        space = WORKING_SPACE + (CUDA_SPACE if self.device.type == "cuda" else 0)
        return int(weights * (1 + more)) + conversation + space

    def _dtype(self, preset: Preset) -> torch.dtype:
        """What would be computed in."""
        if preset.name == self.preset.name:
            return self.dtype
        size = sum(info.size for info in self.infos.values())
        return devices.choose_dtype(self.device, None, size, quantized=preset.name != "none")

    def unquantized(self) -> list[str]:
        """The packed linears that stay in floating point because no kernel has their shape."""
        from flashsloth import quantization
        from flashsloth.checkpoints import packed_builder

        head = self.preset.head
        return [
            place
            for place, (n, k) in packed_builder.shapes(self.config).items()
            if (head if place == "head" else self.preset.body) != "none"
            and not quantization.fits(self.preset, n, k, head=place == "head")
        ]

    @cached_property
    def wanted(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the tensors that the configuration asks for."""
        from flashsloth.checkpoints import packed_builder

        names = empty_shapes(self.config)
        return packed_builder.expected(self.config, names, self.preset) if self.saved else names

    def check_tensors(self) -> None:
        """TensorMismatch where the files do not hold what the configuration says: before anything is made of a size
        that only the configuration tells, or said to be too large."""
        found = {name: info.shape for name, info in self.infos.items()}
        safetensors_reader.check_tensors(found, self.wanted, self.source.folder)

    def check_memory(self) -> None:
        """OutOfMemory, naming what would fit, if the device has not got what this needs."""
        need, free = self.needs(self.preset), devices.free_memory(self.device)
        if need > free:
            form = self.preset.name if self.preset.name != "none" else _name(self.dtype)
            raise OutOfMemory(
                f"{self.source.name} needs {need / 1e9:.1f} GB of memory in {form}, "
                f"{free / 1e9:.1f} GB are free on {self.device}",
                hint=f"{self.relief(free)} Or close other programs.",
            )

    def relief(self, free: int) -> str:
        """What would fit into `free` bytes: the most exact preset that needs less than this one."""
        for name in () if self.saved else BY_EXACTNESS:
            need = self.needs(PRESETS[name])
            if need <= free and need < self.needs(self.preset):
                return f"--quant {name} needs {need / 1e9:.1f} GB."
        return "Nothing smaller fits." if self.source.name == NANO else "nano fits nearly anywhere: -m nano."

    def shortage(self) -> str:
        """What to do when memory runs out while the model answers: what it holds now could be had for another one."""
        free = devices.free_memory(self.device) + self.needs(self.preset)
        return f"{self.relief(free)} Or close other programs, or ask something shorter."


def make_plan(
    source: ModelSource,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    trained: adapter.Adapter | None = None,
) -> Plan:
    """Read what a folder says of itself and decide how to open it. Reads no weights."""
    config = read_config(source.folder)
    if trained is not None and trained.image_hd is not None:
        config.image_hd = trained.image_hd
    infos = safetensors_reader.read_headers(source.folder)
    place = devices.choose_device(device)
    stored = saved_preset(config, source.folder)
    if quant is not None:
        wanted = None if quant == "auto" else resolve(quant)
    else:
        wanted = PRESETS["none"] if dtype not in (None, "auto") else None
    if stored is not None and wanted is not None and wanted != stored and quant is not None:
        raise OptionError(
            f"{source.name} is stored in {stored.name} and cannot be opened in {wanted.name}", hint="Leave --quant out."
        )
    if stored is not None and trained is not None:
        raise OptionError(
            f"{source.name} is stored in {stored.name}, and an adapter's weights are put into those it was trained on",
            hint="Open the model it was made of, with --quant if it shall be small.",
        )
    check_depth(config, infos, source.folder)
    size = sum(i.size for i in infos.values())
    kind = devices.choose_dtype(
        place, dtype, size, quantized=stored is not None or (wanted or PRESETS["none"]).name != "none"
    )
    plan = Plan(source, config, infos, place, kind, stored or wanted or PRESETS["none"], stored is not None, trained)
    if stored is None and wanted is None:
        chosen = devices.auto_preset(plan)
        if chosen.name != "none":
            kind = devices.choose_dtype(place, dtype, size, quantized=True)
        plan = replace(plan, preset=chosen, dtype=kind)
    return plan


def saved_preset(config: FlashSlothConfig, folder: Path) -> Preset | None:
    """The preset that a folder's weights are stored in, None where they are plain. UnsupportedModel for others'."""
    said = getattr(config, "quantization_config", None)
    if said is None:
        return None
    name = said.get("preset") if isinstance(said, dict) and said.get("quant_method") == QUANT_METHOD else None
    if not isinstance(name, str) or name not in PRESETS or name == "none":
        raise UnsupportedModel(f"{folder} has weights quantized in a way that is not read here")
    return PRESETS[name]


def stored_preset(source: ModelSource) -> Preset | None:
    """The preset that a model's folder is stored in; None where its weights are plain."""
    return saved_preset(read_config(source.folder), source.folder)


def build(plan: Plan, on_progress: Progress | None = None) -> tuple[FlashSlothForConditionalGeneration, PackedDecoder]:
    """The model and its decoder, all tensors in place."""
    from flashsloth.checkpoints import packed_builder

    free = devices.free_memory(plan.device)
    with devices.out_of_memory_as_error(plan.device, lambda: f"{plan.relief(free)} Or close other programs."):
        plan.check_tensors()
        model = build_empty(plan.config)
        parts = packed_builder.Assembly(model, plan.preset, plan.device, plan.dtype, saved=plan.saved)
        order = packed_builder.in_layer_order(plan.infos) if plan.preset.name != "none" else None
        tensors = safetensors_reader.read_tensors(plan.infos, order, quantized=plan.saved)
        if plan.trained is not None:
            plan.trained.check(plan.wanted)
            tensors = plan.trained.apply(tensors)
        for done, (name, tensor) in enumerate(tensors, 1):
            try:
                parts.accept(name, tensor)
            except CheckpointError as error:
                raise type(error)(f"{plan.infos[name].file}: {error}", hint=error.hint) from error
            if on_progress:
                on_progress(done, len(plan.infos), plan.source.name)
        decoder = parts.finish().to(plan.device)
        model.to(plan.device)  # the few computed buffers
    devices.give_back(plan.device)
    model.generation_config = generation_config(plan.config)
    return model.eval(), decoder


def quantized_copy(plan: Plan) -> Path:
    """Where the one copy of this model in this preset is kept."""
    model = plan.source.repo or str(plan.source.folder.resolve())
    if plan.trained is not None:
        model += f" + {plan.trained.folder.resolve()}"
    digest = hashlib.sha256(model.encode()).hexdigest()[:16]
    return quantized_copies() / f"{plan.preset.name}-{digest}"


def copied_from(plan: Plan) -> dict[str, Any]:
    """What a copy is a copy of: the weights' files, their sizes and times of change."""
    files = sorted({info.file.resolve() for info in plan.infos.values()})
    files += [file.resolve() for file in plan.trained.files] if plan.trained is not None else []
    return {"format": CACHE_FORMAT, "files": [[str(f), f.stat().st_size, f.stat().st_mtime_ns] for f in files]}


def open_copy(
    plan: Plan, copy: Path, on_progress: Progress | None
) -> tuple[FlashSlothForConditionalGeneration, PackedDecoder] | None:
    """The model from its quantized copy; None where there is none of these very weights. A damaged one is removed."""
    source = replace(plan.source, folder=copy)
    try:
        if not copy.is_dir() or safetensors_reader.read_json(copy / COPIED_FROM) != copied_from(plan):
            return None
        return build(make_plan(source, device=str(plan.device), dtype=_name(plan.dtype)), on_progress)
    except OutOfMemory:
        raise
    except Exception:  # whatever is wrong with it, it can be made again
        shutil.rmtree(copy, ignore_errors=True)
        return None


def keep_copy(plan: Plan, model: Any, decoder: PackedDecoder, copy: Path) -> bool:
    """Write the copy if there is room; whether it was. A model that runs is worth more than a copy that fails."""
    from flashsloth.checkpoints import save

    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        save.clear_unfinished(copy.parent)
        if shutil.disk_usage(copy.parent).free < 2 * plan.needs(plan.preset):
            return False
        save.write_quantized(plan, model, decoder, copy, {COPIED_FROM: copied_from(plan)})
    except (OSError, FlashSlothError):
        return False
    return True


def build_empty(config: FlashSlothConfig) -> FlashSlothForConditionalGeneration:
    """The model without weights: parameters on the meta device, computed buffers real, sdpa attention."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=False):
        return FlashSlothForConditionalGeneration(config)


def empty_shapes(config: FlashSlothConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a model's parameters. Nothing is allocated, whatever sizes the configuration has."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=True):
        model = FlashSlothForConditionalGeneration(config)
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def check_depth(config: FlashSlothConfig, infos: dict[str, safetensors_reader.TensorInfo], folder: Path) -> None:
    """Compare the number of layers with the tensors' names first: clearer than a hundred missing tensors, and a
    configuration of a million layers is refused before it is built."""
    for part, prefix, layers in (
        ("text layers", "model.language_model.layers.", config.text_config.num_hidden_layers),
        ("vision blocks", "model.vision_tower.encoder.layers.", config.vision_config.num_hidden_layers),
    ):
        found = {name[len(prefix) :].split(".", 1)[0] for name in infos if name.startswith(prefix)}
        if len(found) != layers:
            raise TensorMismatch(f"{folder}: config.json says {layers} {part}, the weights have {len(found)}")


def generation_config(config: FlashSlothConfig) -> Any:
    from transformers.generation import GenerationConfig

    text = config.text_config
    return GenerationConfig(
        eos_token_id=config.end_token_id,
        pad_token_id=text.pad_token_id,
        bos_token_id=text.bos_token_id,
        suppress_tokens=[config.image_token_id, config.query_token_id],  # placeholders are never an answer
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def sampling_defaults(folder: Path) -> dict[str, Any]:
    """Sampling settings that the model's authors chose, where they chose sampling."""
    path = folder / "generation_config.json"
    if plain_file(folder, path.name) is None:
        return {}
    data = safetensors_reader.read_json(path)
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    return {n: data[n] for n in names if isinstance(data.get(n), (int, float))} if data.get("do_sample") else {}
