"""From a name to a model that can run: find the folder, check it, fill the weights straight onto the device.

Knows names, folders and devices; knows no conversation and no terminal.
"""

from __future__ import annotations

import difflib
import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth import checkpoint, hub
from flashsloth.errors import (
    CheckpointDamaged,
    DiskFull,
    FlashSlothError,
    InputError,
    InvalidConfiguration,
    ModelUnavailable,
    OptionError,
    OutOfMemory,
    TensorMismatch,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.model.conversion import native_name
from flashsloth.paths import NANO_FOLDER

if TYPE_CHECKING:
    import torch

    from flashsloth.configuration import FlashSlothConfig
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration
    from flashsloth.processing.processor import FlashSlothProcessor

Progress = Callable[[int, int, str], None]  # done, total, label
NANO = "nano"
DTYPES = ("float32", "bfloat16", "float16")
WORKING_SPACE = 300 * 2**20  # bytes besides the weights: activations and the cache of a conversation


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
    processor: FlashSlothProcessor
    device: str
    dtype: str
    generation_defaults: dict[str, Any] = field(default_factory=dict)
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
    folder = Path(text).expanduser()
    if text and not known and os.path.isdir(folder):
        return ModelSource(text, folder)
    if not known and os.path.isfile(folder):
        raise UnsupportedModel(f"{text} is a file; give the folder that holds config.json and the weights")
    if not known and not _looks_like_repo(text):
        near = difflib.get_close_matches(text, known_names(), n=1, cutoff=0.6)
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


def check_fits(download: hub.Download) -> None:
    """OutOfMemory if the weights are larger than all the memory that this machine could give them: better to know
    before gigabytes are fetched than after."""
    weights = sum(f.size for f in download.files if f.name.endswith(".safetensors"))
    device = choose_device("auto")
    if weights + WORKING_SPACE > total_memory(device):
        raise OutOfMemory(
            f"{download.repo} has {weights / 1e9:.1f} GB of weights, "
            f"{device} {total_memory(device) / 1e9:.1f} GB of memory in all",
            hint="It would not run here, so nothing was downloaded. The built-in model fits anywhere: -m nano.",
        )


def _looks_like_repo(text: str) -> bool:
    return text.count("/") == 1 and not text.startswith((".", "/", "~")) and not text.endswith("/")


def read_config(folder: Path) -> FlashSlothConfig:
    """The configuration of a model folder, official or native layout.

    Raises: UnsupportedModel (empty folder, another model), CheckpointDamaged, InvalidConfiguration.
    """
    from flashsloth.configuration import FlashSlothConfig, is_official, upgrade_official  # takes seconds

    path = folder / "config.json"
    if not os.access(folder, os.R_OK | os.X_OK):
        raise CheckpointDamaged(f"{folder} cannot be read: no permission", hint="Change the folder's permissions.")
    if not path.is_file():
        names = sorted(p.name for p in folder.iterdir())
        what = "is empty" if not names else f"has no config.json (it holds {', '.join(names[:4])})"
        raise UnsupportedModel(f"{folder} {what}")
    data = checkpoint.read_json(path)
    if is_official(data):
        data = upgrade_official(data)
    elif data.get("model_type") != FlashSlothConfig.model_type:
        kind = data.get("model_type") or ", ".join(map(str, data.get("architectures") or [])) or "unknown"
        raise UnsupportedModel(f"{folder} is a {kind} model, not a FlashSloth")
    data.pop("auto_map", None)  # names code to be executed; nothing here does
    try:
        return FlashSlothConfig.from_dict(data)
    except FlashSlothError as error:
        raise type(error)(f"{path}: {error}", hint=error.hint) from error
    except Exception as error:  # a strict dataclass raises many kinds; all of them mean the same file
        raise InvalidConfiguration(f"{path}: {str(error).strip().splitlines()[-1].strip()}") from error


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a model folder: `tokenizer.json`, or the slow CodeGen files of the released checkpoints."""
    try:
        if (folder / "tokenizer.json").is_file():
            from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

            return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
            from transformers.models.codegen.tokenization_codegen import CodeGenTokenizer

            return CodeGenTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the Rust side raises bare Exception on a damaged file
        raise CheckpointDamaged(f"{folder}: the tokenizer files cannot be read: {error}") from error
    raise CheckpointDamaged(f"{folder} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt")


def load(
    source: ModelSource, *, device: str = "auto", dtype: str | None = None, on_progress: Progress | None = None
) -> LoadedModel:
    """Read and check all weights and put them on the device, one tensor at a time.

    Raises: OptionError for a device or type that is not there, CheckpointError for the files, OutOfMemory before
    anything is allocated when it will not fit.
    """
    began = time.perf_counter()
    config = read_config(source.folder)
    infos = checkpoint.read_headers(source.folder)
    _check_depth(config, infos, source.folder)
    place = choose_device(device)
    kind = choose_dtype(place, dtype, infos)
    from flashsloth.processing.processor import FlashSlothProcessor

    processor = FlashSlothProcessor.from_config(config, read_tokenizer(source.folder))
    model = build_empty(config)
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}
    checkpoint.check_tensors({n: i.shape for n, i in infos.items()}, shapes, source.folder)
    _check_memory(infos, kind, place, source.name)
    with out_of_memory_as_error(place):
        fill(model, checkpoint.read_tensors(infos, kind, place), len(infos), source.name, on_progress)
        model.to(place)  # the few computed buffers
    model.generation_config = _generation_config(config)
    return LoadedModel(
        source,
        model.eval(),
        processor,
        device=str(place),
        dtype=str(kind).removeprefix("torch."),
        generation_defaults=_defaults(source.folder),
        load_ms=(time.perf_counter() - began) * 1000,
    )


def build_empty(config: FlashSlothConfig) -> FlashSlothForConditionalGeneration:
    """The model without weights: parameters on the meta device, computed buffers real, sdpa attention."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    from flashsloth.model.modeling import FlashSlothForConditionalGeneration

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=False):
        return FlashSlothForConditionalGeneration(config)


def fill(
    model: Any, tensors: Iterator[tuple[str, torch.Tensor]], count: int, label: str, on_progress: Progress | None = None
) -> None:
    """Put each tensor in its place; the model needs no gradients afterwards."""
    from torch import nn

    for done, (name, tensor) in enumerate(tensors, 1):
        path, _, leaf = name.rpartition(".")
        model.get_submodule(path)._parameters[leaf] = nn.Parameter(tensor, requires_grad=False)
        if on_progress:
            on_progress(done, count, label)


def choose_device(wanted: str) -> torch.device:
    """`auto` is the first CUDA device, else Apple's, else the CPU. OptionError for one that is not there."""
    import torch

    mps = torch.backends.mps.is_available()
    if wanted == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "mps" if mps else "cpu")
    name, _, number = wanted.partition(":")
    if name not in ("cpu", "cuda", "mps") or (number and (name != "cuda" or not number.isdigit())):
        raise OptionError(f"unknown device {wanted!r}", hint="Use auto, cpu, mps, cuda or cuda:N.")
    if name == "cuda" and int(number or 0) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise OptionError(f"there is no {wanted} here: torch sees {count} CUDA devices", hint="Use --device cpu.")
    if name == "mps" and not mps:
        raise OptionError("there is no mps device here: it needs an Apple processor", hint="Use --device cpu.")
    return torch.device(f"cuda:{number or 0}" if name == "cuda" else name)


SMALL = 2**28  # bytes; models below always run in float32 on a CPU: nothing is gained by less


def choose_dtype(device: torch.device, wanted: str | None, infos: dict[str, checkpoint.TensorInfo]) -> torch.dtype:
    """The type to compute in: as asked, else by device, by what the processor is good at, and by the model's size."""
    import torch

    if wanted not in (None, "auto"):
        if wanted not in DTYPES:
            raise OptionError(f"unknown dtype {wanted!r}", hint=f"Use {', '.join(DTYPES)}.")
        return getattr(torch, wanted)
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device.type == "mps":
        return torch.float16
    small = sum(i.size for i in infos.values()) < SMALL
    fast16 = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    if small or (not fast16 and sum(i.size for i in infos.values()) * 2 < free_memory(device)):
        return torch.float32
    return torch.bfloat16


def free_memory(device: torch.device) -> int:
    """Bytes that can be had on the device now."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    import psutil

    return int(psutil.virtual_memory().available)


def total_memory(device: torch.device) -> int:
    """Bytes that the device has altogether."""
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    import psutil

    return int(psutil.virtual_memory().total)


def _check_memory(infos: dict[str, checkpoint.TensorInfo], dtype: torch.dtype, device: torch.device, name: str) -> None:
    elements = sum(i.size // checkpoint.SIZES.get(i.dtype, 4) for i in infos.values())
    need, free = elements * dtype.itemsize + WORKING_SPACE, free_memory(device)
    if need > free:
        smaller = " Or compute in 16 bit: --dtype bfloat16." if dtype.itemsize > 2 else ""
        raise OutOfMemory(
            f"{name} needs {need / 1e9:.1f} GB of memory in {str(dtype).removeprefix('torch.')}, "
            f"{free / 1e9:.1f} GB are free on {device}",
            hint=f"Close other programs, or use the built-in model: -m nano.{smaller}",
        )


class out_of_memory_as_error:
    """Turn the allocator's failure into OutOfMemory, naming the device."""

    def __init__(self, device: Any) -> None:
        self.device = device

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        import torch

        refused = isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
            isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
        )
        if refused:
            raise OutOfMemory(
                f"{self.device} ran out of memory", hint="Close other programs, ask something shorter, or use -m nano."
            ) from error


def _check_depth(config: FlashSlothConfig, infos: dict[str, checkpoint.TensorInfo], folder: Path) -> None:
    """Compare the number of layers with the tensors' names first: clearer than a hundred missing tensors, and a
    configuration of a million layers is refused before it is built."""
    for part, prefix, layers in (
        ("text layers", "model.language_model.layers.", config.text_config.num_hidden_layers),
        ("vision blocks", "model.vision_tower.encoder.layers.", config.vision_config.num_hidden_layers),
    ):
        found = {name[len(prefix) :].split(".", 1)[0] for name in infos if name.startswith(prefix)}
        if len(found) != layers:
            raise TensorMismatch(f"{folder}: config.json says {layers} {part}, the weights have {len(found)}")


def _generation_config(config: FlashSlothConfig) -> Any:
    from transformers.generation import GenerationConfig

    text = config.text_config
    return GenerationConfig(
        eos_token_id=config.end_token_id,
        pad_token_id=text.pad_token_id,
        bos_token_id=text.bos_token_id,
        suppress_tokens=[config.image_token_id, config.query_token_id],  # placeholders are never an answer
    )


def _defaults(folder: Path) -> dict[str, Any]:
    """Sampling settings that the model's authors chose, where they chose sampling."""
    path = folder / "generation_config.json"
    if not path.is_file():
        return {}
    data = checkpoint.read_json(path)
    names = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")
    return {n: data[n] for n in names if isinstance(data.get(n), (int, float))} if data.get("do_sample") else {}


def convert(
    source: ModelSource,
    target: Path,
    *,
    allow_pickle: bool = False,
    force: bool = False,
    on_progress: Progress | None = None,
) -> Path:
    """Write a model in the native layout (`save_pretrained`): all of it or nothing.

    The weights keep the type they are stored in. With `allow_pickle` a folder of pickles is read as well, shard by
    shard with `torch.load(weights_only=True)`. Raises InputError if `target` holds something and not `force`.
    """
    import torch

    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file", hint="Give the folder that is to be written.")
    if target.exists() and any(target.iterdir()) and not force:
        raise InputError(f"{target} is not empty", hint="Give another folder, or write into it with --force.")
    if target.exists() and target.samefile(source.folder):
        raise InputError(f"{target} is the model that is to be converted", hint="Give another folder.")
    config = read_config(source.folder)
    model = build_empty(config)
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters()}
    if allow_pickle and not list(source.folder.glob("*.safetensors")):
        tensors, count = _unpickle(source.folder, shapes), len(shapes)
    else:
        infos = checkpoint.read_headers(source.folder)
        _check_depth(config, infos, source.folder)
        checkpoint.check_tensors({n: i.shape for n, i in infos.items()}, shapes, source.folder)
        stored = {i.dtype for i in infos.values()}
        name = checkpoint.TORCH_NAMES.get(stored.pop(), "float32") if len(stored) == 1 else "float32"
        tensors, count = checkpoint.read_tensors(infos, getattr(torch, name), torch.device("cpu")), len(infos)
    from flashsloth.processing.processor import FlashSlothProcessor

    processor = FlashSlothProcessor.from_config(config, read_tokenizer(source.folder))
    fill(model, tensors, count, source.name, on_progress)
    model.config.dtype = next(model.parameters()).dtype
    model.generation_config = _generation_config(config)
    for name, value in _defaults(source.folder).items():
        setattr(model.generation_config, name, value)
        model.generation_config.do_sample = True
    with _writing(target), _scratch(target) as made:
        with _without_progress_bars():
            model.save_pretrained(made, max_shard_size="5GB")
            processor.save_pretrained(made)
        for path in made.iterdir():
            path.chmod(0o644)
        swap_in(made, target)
    return target


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A new folder on the target's file system, which holds for `.`, a link and a mount point too."""
    beside = target if target.exists() else target.parent
    with tempfile.TemporaryDirectory(prefix=".flashsloth-", dir=beside) as scratch:
        yield Path(scratch) / "model"


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Make the parent folder; inside, what the disk refuses becomes an error that names the target."""
    from safetensors import SafetensorError

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except SafetensorError as error:
        raise DiskFull(f"{target} cannot be written: {error}", hint="Free some space.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"the disk is full: {target} does not fit", hint="Free some space.") from error
        raise InputError(f"{target} cannot be written: {error.strerror}", hint="Give another folder.") from error


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
    stale = [p for p in target.iterdir() if p.match("model*.safetensors*") or (made / p.name).exists()]
    try:
        for entry in sorted(stale, key=lambda p: p.name != "config.json"):
            entry.rename(old / entry.name)
        for entry in new:
            entry.rename(target / entry.name)
    except BaseException:
        for entry in new:
            if not entry.exists():
                (target / entry.name).unlink(missing_ok=True)
        for entry in old.iterdir():
            entry.rename(target / entry.name)
        raise


def _unpickle(folder: Path, shapes: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of pickled shards: only plain tensors come out of `weights_only`, never code."""
    import pickle

    import torch

    missing = dict(shapes)
    shards = sorted(p for p in folder.iterdir() if p.suffix in checkpoint.PICKLES and p.stem != "training_args")
    if not shards:
        raise UnsupportedModel(f"{folder} has no weights")
    for shard in shards:
        try:
            tensors = torch.load(shard, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckpointDamaged(f"{shard} cannot be read without running code: {reason}") from error
        for name, tensor in _named_tensors(tensors, shard):
            if name not in missing:
                what = "is stored twice" if name in shapes else "belongs to no part of this model"
                raise TensorMismatch(f"{shard}: {name} {what}")
            checkpoint.check_tensors({name: tuple(tensor.shape)}, {name: missing.pop(name)}, shard)
            checkpoint.check_finite(tensor, f"{shard}: {name}")
            yield name, tensor
    checkpoint.check_tensors({}, missing, folder)


def _named_tensors(content: Any, shard: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """What a pickled state dict must be: names and floating-point tensors, nothing else."""
    import torch

    if not isinstance(content, dict):
        raise CheckpointDamaged(f"{shard} holds no tensors by name, but a {type(content).__name__}")
    for name, tensor in content.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            raise CheckpointDamaged(f"{shard}: {name!r} is no floating-point tensor")
        if not name.endswith(checkpoint.COMPUTED):
            yield native_name(name), tensor
