"""The program of the worker process, which measures one row. It opens a model, or builds it from random
tensors, and asks the model the same question several times.

Every answer has the full number of tokens. Tokenisation is not measured, because it takes well under a
millisecond.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import accelerate  # noqa: F401 - imported here so that it does not count as memory of the model
import numpy as np
import psutil
import torch
import transformers
from PIL import Image

from flashsloth import __version__, devices
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.runner import NUMBERS, Job, serve
from flashsloth.checkpoints import (
    load_plan,
    loader,
    model_files,
    resolve,
    safetensors_reader,
)
from flashsloth.checkpoints.packed_builder import in_layer_order
from flashsloth.errors import ContextTooLong
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import Generation, Prompt, answer_alone
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.prompt import PromptEncoder, prepare_tokenizer
from flashsloth.quantization import card_products, presets
from flashsloth.sizes.families import cached_values
from flashsloth.utils.progress import Progress, ignore

# The task: a picture, a prompt as token ids, and a number of tokens to generate

PICTURE = (1024, 768)  # width and height in pixels
QUESTION = "What can be seen in this picture?"
# The numbers of text tokens in the released model's prompt: before the picture, in the question, and
# after the query tokens. They are used for models without a tokenizer.
OPENING = 38
ASKED = 14
CLOSING = 3


@dataclass(frozen=True, slots=True)
class Task:
    """The work that every backend does."""

    job: Job
    config: Any  # FlashSlothConfig, or the sizes of a model of transformers
    device: torch.device
    picture: Image.Image
    hd: bool | None
    # makes the input of a tower on a device, such as "cuda:0"
    pictures: Callable[[str], PictureProcessor]
    opening: list[int]  # ids of the system text and the picture
    ids: list[int]  # ids of the whole prompt
    tokens: int
    on_progress: Progress = ignore

    @property
    def visual_tokens(self) -> int:
        return self.ids.count(self.config.image_token_id)

    def pixels(self, device: str = "cpu") -> Any:
        """Convert the picture to the tower's input on a device."""
        return self.pictures(device).prepare(self.picture, hd=self.hd)


def make_task(job: Job) -> Task:
    """Return the task of a job. Raises: ContextTooLong if the answer cannot have at least two
    tokens."""
    config, encoder, make_pictures = _parts(job)
    config.check_hd(job.hd)
    hd = config.image_hd if job.hd is None else job.hd
    drawn = picture()

    def pictures(device: str) -> PictureProcessor:
        made = make_pictures(device)
        made.max_side = job.max_side
        return made

    made = pictures("cpu")
    block = made.block(made.prepare(drawn, hd=hd))
    if encoder is None:
        opening, question = random_prompt(config, len(block))
        ids = opening + question
    else:
        opening, ids = (
            encoder.conversation(config.system_prompt, [(asked, 1, None)], [block])
            for asked in (None, QUESTION)
        )
    device = devices.choose_device(job.device)
    room = config.text_config.max_position_embeddings - len(ids)
    if room < 2:
        raise ContextTooLong(f"the prompt has {len(ids)} tokens and leaves no room for two more")
    return Task(job, config, device, drawn, hd, pictures, opening, ids, min(job.max_tokens, room))


def _parts(
    job: Job,
) -> tuple[Any, PromptEncoder | None, Callable[[str], PictureProcessor]]:
    """Return the configuration of a job's model, what encodes its conversations, and what makes the
    PictureProcessor for a device. Random weights have no tokenizer."""
    if not job.folder:
        config = random_weights.make_config(job.sizes or {})
        return config, None, partial(PictureProcessor, config)
    folder = Path(job.folder)
    sizes = model_files.read_sizes(folder)
    if not sizes.is_flashsloth:
        pictures = model_files.read_pictures(sizes, folder)
        return sizes, PromptEncoder(model_files.read_tokenizer(folder), sizes), lambda _: pictures
    config = model_files.read_config(folder)
    tokenizer = model_files.read_tokenizer(folder)
    prepare_tokenizer(tokenizer, config)
    return config, PromptEncoder(tokenizer, config), partial(PictureProcessor, config)


def picture() -> Image.Image:
    """Draw a picture with colors and edges that is the same on every machine."""
    width, height = PICTURE
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    squares = (x // 64 + y // 64) % 2 * 255
    planes = (x * 255 // width, y * 255 // height, squares)
    return Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8))


def random_prompt(config: FlashSlothConfig, visual: int) -> tuple[list[int], list[int]]:
    """Return the ids of the opening and of the question of a prompt with arbitrary text. The parts of
    this prompt have the same lengths and order as in the released model's prompt."""
    special = {
        config.image_token_id,
        config.query_token_id,
        config.query_offset_token_id,
        *config.end_token_ids,
    }
    plain = [i for i in range(min(997, config.text_config.vocab_size)) if i not in special]

    def text(count: int, start: int) -> list[int]:
        return [plain[(start + 7 * i) % len(plain)] for i in range(count)]

    queries = [config.query_token_id] * config.num_query_tokens
    opening = text(OPENING, 11) + [config.image_token_id] * visual
    return opening, text(ASKED, 101) + queries + text(CLOSING, 401)


# Meters of time, memory and bandwidth, which use no model

COPY_BYTES = 2**28  # this is far more than the size of any processor cache
CLEAR = Path("/proc/self/clear_refs")
TASKS = Path("/proc/self/task")


def synchronize(device: torch.device) -> None:
    """Wait until the device is idle."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def milliseconds(run: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """Call a function. Return its duration in milliseconds, including its work on the device, and its
    result."""
    synchronize(device)
    start = time.perf_counter()
    value = run()
    synchronize(device)
    return (time.perf_counter() - start) * 1000, value


def summary(samples: Sequence[dict[str, float]]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return the median of each number, and the minimum and maximum of each number."""
    columns = {name: [sample[name] for sample in samples] for name in samples[0]}
    medians = {name: _rounded(statistics.median(values)) for name, values in columns.items()}
    return medians, {
        name: [_rounded(min(values)), _rounded(max(values))] for name, values in columns.items()
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


class PeakMemory:
    """The peak of the used memory since construction, minus the memory that was in use at construction.

    On CUDA this is `max_memory_allocated`. Elsewhere it is the system's high-water mark of the resident
    set size. Only Linux can reset that mark. On other systems it is the peak over the whole life of the
    process, so measure in a new process.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._base = 0
        if device.type == "cuda":
            torch.cuda.init()  # type: ignore[no-untyped-call]
            torch.cuda.reset_peak_memory_stats(device)
            self.how = "cuda max_memory_allocated"
            return
        self.how = "high-water mark of the resident size, less that after the imports"
        with suppress(OSError):  # some containers do not allow this write
            CLEAR.write_text("5", encoding="ascii")
        self._base = int(psutil.Process().memory_info().rss)

    def peak(self) -> int:
        """Return the peak in bytes."""
        return max(0, devices.peak_memory(self.device) - self._base)


class CpuContention:
    """The time since construction for which the threads of this process waited for a core. Only Linux
    reports this time. On other systems it is 0."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._base = waiting_seconds()

    def share(self) -> float:
        """Return the waiting time as a share of the time of all torch threads."""
        waited = max(0.0, waiting_seconds() - self._base)
        return round(waited / (time.perf_counter() - self._start) / torch.get_num_threads(), 3)


def waiting_seconds() -> float:
    """Return how many seconds all current threads together have waited for a core since they were
    started."""
    seconds = 0.0
    for path in TASKS.glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):  # the thread may have ended
            seconds += float(path.read_text(encoding="ascii").split()[1]) / 1e9
    return seconds


def copy_bandwidth(device: torch.device) -> float:
    """Return the bytes per second, read and written, of the fastest of ten large copies."""
    size = min(COPY_BYTES, devices.free_memory(device) // 8)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    # The first of the eleven copies does not count, because the memory pages of its target are not yet
    # allocated.
    times = [milliseconds(lambda: target.copy_(source), device)[0] for _ in range(11)][1:]
    return 2 * size / min(times) * 1000


def read_bandwidth(device: torch.device) -> float:
    """Return how many bytes per second are read when a large array is summed. The fastest of eleven
    runs counts."""
    source = torch.ones(min(COPY_BYTES, devices.free_memory(device) // 8) // 4, device=device)
    return source.nbytes / min(milliseconds(source.sum, device)[0] for _ in range(11)) * 1000


def weight_bytes(modules: Iterable[torch.nn.Module]) -> int:
    """Return the number of bytes of all weights. Memory that several weights share counts once."""
    every = tensors(modules)
    storages = {
        t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in every if not t.is_mkldnn
    }
    # Tensors of oneDNN have no accessible storage, but they are never shared.
    opaque = {id(t): t.nbytes for t in every if t.is_mkldnn}
    return sum(storages.values()) + sum(opaque.values())


def read_bytes(modules: Iterable[torch.nn.Module]) -> int:
    """Return the number of bytes of the weights that are read when one token passes through these
    modules."""
    return sum({t.data_ptr(): t.nbytes for t in tensors(modules)}.values())


def tensors(modules: Iterable[torch.nn.Module]) -> list[torch.Tensor]:
    """Return all parameters and buffers, except those on the meta device, because quantized layers have
    replaced these."""
    every = (t for module in modules for t in (*module.parameters(), *module.buffers()))
    return [t for t in every if not t.is_meta]


def environment(device: torch.device) -> dict[str, Any]:
    """Describe the software and hardware on which the measured numbers depend."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "flashsloth": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_bytes": int(psutil.virtual_memory().total),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        "fast_bfloat16": bool(getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()),
        "thread_spinning": os.environ.get("GOMP_SPINCOUNT") or os.environ.get("OMP_WAIT_POLICY"),
        "load_average": round(load, 2) if load is not None else None,
    }


def processor() -> str:
    if sys.platform == "linux":
        with suppress(OSError):
            for line in (
                Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
            ):
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


# The model and its answers

# The times, whose keys are their names in the row, and the token ids.
Answer = tuple[dict[str, float], list[int]]


class FlashSlothBackend:
    """FlashSloth's engine. `modules` contain all weights. `read_per_token` has the modules whose
    weights are read for each token."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = open_model(task)
        decoder = self.model.decoder
        make_encoder = self.model.make_encoder
        encoder = None if make_encoder is None else make_encoder(self.model.model)
        self.engine = Engine(self.model.model, decoder, encoder, graphs=task.job.graphs)
        self.cache = self.engine.new_cache()
        self.engine.end_tokens = frozenset()  # every answer has its full length
        self.modules: list[torch.nn.Module] = [self.model.model, decoder]
        self.read_per_token: list[torch.nn.Module] = decoder.read_per_token

    @property
    def graphs(self) -> str:
        """ "captured", or the reason why there are no CUDA graphs."""
        return self.engine.graphs.problem or "captured"

    def answer(self) -> Answer:
        """Measure one answer. All measurements use the same KV cache, so that CUDA graphs are captured
        only once."""
        engine = self.engine
        task = self.task
        device = str(task.device)
        start = time.perf_counter()
        pixels = task.pixels(device)
        scaled = time.perf_counter()
        image = engine.encode_image(pixels)
        tokens = time_tokens(engine, KVState(self.cache), task.ids, image, task.tokens)
        times = token_times([moment for _, moment in tokens], start, scaled)
        state = KVState(self.cache)
        # The parts are measured in a second answer, because waiting for the device between the parts
        # would make the first answer slower.
        times |= part_times(
            task,
            lambda: task.pixels(device),
            engine.encode_image,
            lambda image: engine.prefill(task.ids, state, image),
        )
        # Measure the time from the question to the first token, after the picture and the system text
        # were prefilled.
        state = KVState(self.cache)
        engine.prefill(task.opening, state, image)
        synchronize(task.device)
        start = time.perf_counter()
        (_, first), *_ = time_tokens(engine, state, task.ids, image, 1)
        return {**times, "ttft_after_prefix_ms": (first - start) * 1000}, [token for token, _ in tokens]


def part_times(
    task: Task,
    scale: Callable[[], Any],
    encode: Callable[[Any], Any],
    prefill: Callable[[Any], Any],
) -> dict[str, float]:
    """Measure scaling, tower and prefill separately, waiting for the device between them."""
    image_ms, pixels = milliseconds(scale, task.device)
    tower_ms, image = milliseconds(lambda: encode(pixels), task.device)
    prefill_ms, _ = milliseconds(lambda: prefill(image), task.device)
    return {"image_ms": image_ms, "tower_ms": tower_ms, "prefill_ms": prefill_ms}


def token_times(moments: Sequence[float], start: float, scaled: float) -> dict[str, float]:
    """Return the time from `start` to the first token, the time from `scaled` to the first token, and
    the speed after the first token. At `scaled` the picture had been scaled. `moments` are the times at
    which the tokens arrived on the host."""
    first, *_, last = moments
    return {
        "ttft_ms": (first - start) * 1000,
        "ttft_from_pixels_ms": (first - scaled) * 1000,
        "decode_tokens_per_second": (len(moments) - 1) / (last - first),
    }


def time_tokens(
    engine: Engine, state: KVState, ids: Sequence[int], image: EncodedImage, tokens: int
) -> list[tuple[int, float]]:
    """Generate greedily with the engine. Return the tokens, each with the time at which it arrived on
    the host."""
    prompt = Prompt(ids, (image,), AnswerSettings(max_tokens=tokens))
    return [
        (token.id, time.perf_counter()) for token in answer_alone(Generation(engine, prompt, state))
    ]


def open_model(task: Task) -> loader.LoadedModel:
    """Open the model as the program does. Without a folder, build it in the same way from random
    tensors and without a tokenizer."""
    job = task.job

    def report(done: int, total: int, _: str) -> None:
        task.on_progress(done, total, "tensors loaded")

    if job.folder:
        source = resolve.ModelSource(job.model, Path(job.folder))
        return loader.load(
            source, device=job.device, dtype=job.dtype, quant=job.quant, on_progress=report
        )
    plan = random_plan(task, random_weights.infos(model_files.build_empty(task.config)))
    plan.check_memory()
    model, decoder = plan.build(report, random_weights.random_tensors(plan.infos, plan.dtype))
    dtype = load_plan.dtype_name(plan.dtype)
    return loader.LoadedModel(
        source=plan.source,
        config=plan.config,
        model=model,
        decoder=decoder,
        tokenizer=None,
        device=str(plan.device),
        dtype=dtype,
        quant=plan.preset.name,
    )


def random_plan(task: Task, infos: dict[str, safetensors_reader.TensorInfo]) -> load_plan.LoadPlan:
    """Return the load plan that a folder with these tensors would have. The tensors are put in the
    order in which the program reads them."""
    infos = {name: infos[name] for name in in_layer_order(infos)}
    job = task.job
    source = resolve.ModelSource(job.model, Path())
    # If a dtype but no preset is given, the weights are not quantized.
    quant = job.quant or ("none" if job.dtype not in (None, "auto") else "auto")

    def plan(preset: presets.Preset) -> load_plan.LoadPlan:
        size = sum(info.size for info in infos.values())
        dtype = devices.choose_dtype(task.device, job.dtype, size, quantized=preset.name != "none")
        return load_plan.LoadPlan(source, task.config, infos, task.device, dtype, preset, saved=False)

    if quant != "auto":
        return plan(presets.resolve(quant, card_products.kind_of(task.device)))
    return plan(load_plan.auto_preset(plan(presets.PRESETS["none"])))


def measure(
    values: dict[str, Any], on_progress: Progress, backend_class: Any = FlashSlothBackend
) -> dict[str, Any]:
    """Measure a job and return its row of the table. `values` are the fields of Job. Another
    `backend_class` must have the attributes of FlashSlothBackend."""
    job = Job(**values)
    task = replace(make_task(job), on_progress=on_progress)
    memory = PeakMemory(task.device)
    start = time.perf_counter()
    with devices.convert_oom(task.device):
        backend = backend_class(task)
        load_ms = round((time.perf_counter() - start) * 1000, 1)
        with torch.inference_mode():
            for number in range(job.warmup):
                on_progress(number, job.warmup, "answers to warm up")
                backend.answer()
            contention = CpuContention()
            samples = []
            for number in range(job.repeats):
                on_progress(number, job.repeats, "answers measured")
                samples.append(backend.answer())
            waited_share = contention.share()
    medians, spread = summary([times for times, _ in samples])
    ids = samples[-1][1]
    peak = memory.peak()  # read before the bandwidth is measured, because that takes memory too
    shares = bandwidth(backend, task, medians["decode_tokens_per_second"])
    return {
        "engine": job.engine,
        "model": job.model,
        "quant": backend.model.quant,
        "dtype": backend.model.dtype,
        "device": str(task.device),
        "visual_tokens": task.visual_tokens,
        **dict.fromkeys(NUMBERS),
        **medians,
        "load_ms": load_ms if job.folder else None,
        "peak_bytes": peak,
        **shares,
        "spread": spread,
        "error": None,
        "peak_is": memory.how,
        "graphs": backend.graphs,
        "waited_share": waited_share,
        "prompt_tokens": len(task.ids),
        "output_tokens": len(ids),
        "token_ids": ids,
        "environment": environment(task.device),
    }


def bandwidth(backend: Any, task: Task, speed: float) -> dict[str, Any]:
    """Return the number of bytes of the weights, the number of bytes that are read to decode one token,
    and the share of the device's bandwidth that decoding uses. The bandwidth is measured in two ways,
    by copying and by reading a long array."""
    length = len(task.ids) + task.tokens / 2  # length of the KV cache, averaged over the answer
    item = getattr(torch, backend.model.dtype).itemsize
    cached = cached_values(task.config.text_config) * item * length
    read = round(read_bytes(backend.read_per_token) + cached)
    copy_speed = copy_bandwidth(task.device)
    read_speed = read_bandwidth(task.device)
    return {
        "weight_bytes": weight_bytes(backend.modules),
        "bytes_per_token": read,
        "copy_bytes_per_second": round(copy_speed),
        "bandwidth_share": round(read * speed / copy_speed, 4),
        "read_bytes_per_second": round(read_speed),
        "read_share": round(read * speed / read_speed, 4),
    }


if __name__ == "__main__":
    serve(measure)
