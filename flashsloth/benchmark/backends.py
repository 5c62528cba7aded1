"""Open the model of a benchmark, or build it from random tensors, and measure answers of FlashSloth's
engine.

Every answer has the full number of tokens. Tokenisation is not measured, because it takes well under a
millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from flashsloth import devices
from flashsloth.benchmark import meters, random_weights
from flashsloth.benchmark.prompts import Task
from flashsloth.checkpoints import load_plan, loader, model_files, resolve, safetensors_reader
from flashsloth.checkpoints.packed_builder import in_layer_order
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeRequest, Generation, answer_alone
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.quantization import card_products, presets

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
        self.engine.end_tokens = frozenset()  # every answer has its full length
        self.modules: list[nn.Module] = [self.model.model, decoder]
        self.read_per_token: list[nn.Module] = decoder.read_per_token

    @property
    def graphs(self) -> str:
        """ "captured", or the reason why there are no CUDA graphs."""
        return self.engine.graphs.problem or "captured"

    def answer(self) -> Answer:
        """Measure one answer. All measurements use the same KV cache of the engine, so that CUDA graphs
        are captured only once."""
        engine = self.engine
        task = self.task
        device = str(task.device)
        start = time.perf_counter()
        pixels = task.pixels(device)
        scaled = time.perf_counter()
        image = engine.encode_image(pixels)
        tokens = time_tokens(engine, engine.new_state(), task.ids, image, task.tokens)
        times = token_times([moment for _, moment in tokens], start, scaled)
        state = engine.new_state()
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
        state = engine.new_state()
        engine.prefill(task.opening, state, image)
        meters.synchronize(task.device)
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
    image_ms, pixels = meters.milliseconds(scale, task.device)
    tower_ms, image = meters.milliseconds(lambda: encode(pixels), task.device)
    prefill_ms, _ = meters.milliseconds(lambda: prefill(image), task.device)
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
    request = DecodeRequest(ids, (image,), AnswerSettings(max_tokens=tokens))
    return [
        (token.id, time.perf_counter()) for token in answer_alone(Generation(engine, request, state))
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
        plan.source, model, decoder, None, str(plan.device), dtype, plan.preset.name
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
