"""The backends of a benchmark: FlashSloth's engine, and transformers' generate() with the same model, timed alike.

Every answer has the full number of tokens. Tokenising is not measured: it takes well under a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth import devices
from flashsloth.benchmark import meters, random_weights
from flashsloth.benchmark.prompts import Task
from flashsloth.checkpoints import load_plan, loader, model_files, resolve, safetensors_reader
from flashsloth.checkpoints.packed_builder import PackedBuilder, in_layer_order
from flashsloth.errors import OptionError
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeRequest, Generation, decode_alone
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.inference.decoder import Decoder
from flashsloth.model.query_groups import plan_embq
from flashsloth.processing.pixels import Pixels
from flashsloth.quantization import card_products, presets


@dataclass(frozen=True, slots=True)
class Sample:
    """The times of one answer by their names in the row, and its ids."""

    times: dict[str, float]
    ids: list[int]


@dataclass(frozen=True, slots=True)
class BackendModel:
    """A model with its dtype and the preset of its weights."""

    model: Any
    decoder: Decoder | None
    dtype: torch.dtype
    quant: str


class FlashSlothBackend:
    """FlashSloth's engine. `modules` have all weights, `read_per_token` those that each token reads."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = open_flashsloth(task)
        model, decoder = self.model.model, self.model.decoder
        assert decoder is not None
        self.engine = Engine(model, decoder, graphs=task.job.graphs)
        self.engine.end_tokens = frozenset()  # no token ends the answer
        self.modules: list[nn.Module] = [model, decoder]
        self.read_per_token: list[nn.Module] = decoder.read_per_token

    @property
    def graphs(self) -> str:
        """ "captured", or the reason why there are no CUDA graphs."""
        return self.engine.graphs.problem or "captured"

    def answer(self) -> Sample:
        """Measure one answer. All parts use the engine's one cache, so that graphs are captured once."""
        engine, task = self.engine, self.task
        start = time.perf_counter()
        pixels = task.pixels()
        scaled = time.perf_counter()
        image = engine.encode_image(pixels)
        timer = time_answer(engine, engine.new_state(), task.ids, image, task.tokens)
        state = engine.new_state()
        parts = time_parts(task, engine.encode_image, lambda image: engine.prefill(task.ids, state, image))
        return Sample({**parts, **timer.times(start, scaled), "ttft_after_prefix_ms": self._after_prefix()}, timer.ids)

    def _after_prefix(self) -> float:
        """Measure from the question to the first token when picture and system text are prefilled already."""
        engine, task = self.engine, self.task
        image, state = engine.encode_image(task.pixels()), engine.new_state()
        engine.prefill(task.opening, state, image)
        meters.synchronize(task.device)
        start = time.perf_counter()
        timer = time_answer(engine, state, task.ids, image, 1)
        return (timer.first - start) * 1000


class TransformersBackend:
    """The same model through transformers' generate(): its default cache, sdpa if the decoder has it, greedy."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = open_transformers(task)
        model = self.model.model
        model.generation_config.eos_token_id = None
        model.generation_config.pad_token_id = 0
        self.modules: list[nn.Module] = [model]
        self.read_per_token: list[nn.Module] = [model.language_model.layers, model.lm_head]
        self.ids = torch.tensor([task.ids], device=task.device)

    graphs = "transformers captures none"

    def answer(self) -> Sample:
        times = self._parts()
        start = time.perf_counter()
        pixels = self.task.pixels()
        scaled = time.perf_counter()
        pixel_values = self._to_device(pixels)
        inputs = {"input_ids": self.ids, "attention_mask": torch.ones_like(self.ids), "pixel_values": pixel_values}
        timer = generate(self.model.model, inputs, self.task.tokens)
        return Sample({**times, **timer.times(start, scaled)}, timer.ids)

    def _to_device(self, pixels: Pixels) -> Tensor:
        return torch.from_numpy(pixels)[None].to(self.task.device, self.model.dtype)

    def _parts(self) -> dict[str, float]:
        model, task = self.model.model, self.task

        def prefill(features: Any) -> Tensor:
            plan = plan_embq([task.ids], task.config, features.pooler_output.shape[1])
            embeds = model.model.embed(self.ids, features.pooler_output)
            return model(
                inputs_embeds=embeds,
                image_features=features.last_hidden_state,
                embq_plan=plan,
                use_cache=True,
                logits_to_keep=1,
            ).logits

        return time_parts(task, lambda pixels: model.get_image_features(self._to_device(pixels)), prefill)


def time_parts(task: Task, encode: Callable[[Pixels], Any], prefill: Callable[[Any], Any]) -> dict[str, float]:
    """Measure scaling, tower and prefill separately, with an idle device between them."""
    image_ms, pixels = meters.milliseconds(task.pixels, task.device)
    tower_ms, image = meters.milliseconds(lambda: encode(pixels), task.device)
    prefill_ms, _ = meters.milliseconds(lambda: prefill(image), task.device)
    return {"image_ms": image_ms, "tower_ms": tower_ms, "prefill_ms": prefill_ms}


@dataclass(slots=True)
class TokenTimer:
    """The times when the first and the last token were on the host, and all ids. Also a streamer for generate()."""

    first: float = 0.0
    last: float = 0.0
    ids: list[int] = field(default_factory=list)
    prompt_seen: bool = False

    def put(self, value: Tensor) -> None:
        """Called by generate() with the prompt, then with each token."""
        if self.prompt_seen:
            self.tick(int(value))
        self.prompt_seen = True

    def end(self) -> None:
        """Called by generate() after the last token."""

    def tick(self, token: int) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.ids.append(token)

    @property
    def speed(self) -> float:
        """Tokens per second after the first one."""
        return (len(self.ids) - 1) / (self.last - self.first)

    def times(self, start: float, scaled: float) -> dict[str, float]:
        """Return the times to the first token from `start` and from the `scaled` picture, and the speed."""
        return {
            "ttft_ms": (self.first - start) * 1000,
            "ttft_from_pixels_ms": (self.first - scaled) * 1000,
            "decode_tokens_per_second": self.speed,
        }


def time_answer(engine: Engine, state: KVState, ids: Sequence[int], image: EncodedImage, tokens: int) -> TokenTimer:
    """Generate greedily with the engine and time the tokens."""
    timer, request = TokenTimer(), DecodeRequest(ids, (image,), AnswerSettings(max_tokens=tokens))
    for token in decode_alone(Generation(engine, request, state)):
        timer.tick(token.id)
    return timer


def generate(model: Any, inputs: dict[str, Any], tokens: int) -> TokenTimer:
    """Generate greedily with transformers and time the tokens."""
    timer = TokenTimer()
    model.generate(**inputs, max_new_tokens=tokens, do_sample=False, streamer=timer)
    return timer


def open_flashsloth(task: Task) -> BackendModel:
    """Open the model as the program does, or build it in the same way from random tensors."""
    job = task.job
    if job.folder:
        source = resolve.ModelSource(job.model, Path(job.folder))
        loaded = loader.load(
            source,
            device=job.device,
            dtype=job.dtype,
            quant=job.quant,
            on_progress=lambda done, total, _: task.report(done, total, "tensors loaded"),
        )
        return BackendModel(loaded.model, loaded.decoder, getattr(torch, loaded.dtype), loaded.quant)
    model = model_files.build_empty(task.config)
    plan = random_plan(task, random_weights.infos(model))
    plan.check_memory()
    with devices.convert_oom(task.device):
        parts = PackedBuilder(model, plan.preset, task.device, plan.dtype)
        for name, tensor in random_tensors(task, plan):
            parts.accept(name, tensor)
        decoder = parts.finish().to(task.device)
        return BackendModel(model.to(task.device).eval(), decoder, plan.dtype, plan.preset.name)


def random_tensors(task: Task, plan: load_plan.LoadPlan) -> Iterator[tuple[str, Tensor]]:
    """Yield the random tensors of a plan and report each."""
    for done, pair in enumerate(random_weights.random_tensors(plan.infos, plan.dtype)):
        task.report(done, len(plan.infos), "random tensors made")
        yield pair


def random_plan(
    task: Task, infos: dict[str, safetensors_reader.TensorInfo], quant: str | None = None
) -> load_plan.LoadPlan:
    """Return the load plan of a folder with these tensors, which come in the order in which the program reads them."""
    infos = {name: infos[name] for name in in_layer_order(infos)}
    job, source = task.job, resolve.ModelSource(task.job.model, Path())
    quant = quant or job.quant or ("none" if job.dtype not in (None, "auto") else "auto")

    def plan(preset: presets.Preset) -> load_plan.LoadPlan:
        size = sum(info.size for info in infos.values())
        dtype = devices.choose_dtype(task.device, job.dtype, size, quantized=preset.name != "none")
        return load_plan.LoadPlan(source, task.config, infos, task.device, dtype, preset, saved=False)

    if quant != "auto":
        return plan(presets.resolve(quant, card_products.kind_of(task.device)))
    return plan(load_plan.auto_preset(plan(presets.PRESETS["none"])))


def open_transformers(task: Task) -> BackendModel:
    """Open the model with transformers, or build it from the same random tensors."""
    job = task.job
    if job.folder:
        folder = Path(job.folder)
        if model_files.saved_preset(task.config, folder) is not None:
            raise OptionError(f"transformers cannot open the quantized weights of {job.model}", hint="Leave hf out.")
        size = sum(info.size for info in safetensors_reader.read_headers(folder).values())
        dtype = devices.choose_dtype(task.device, job.dtype, size)
        model = FlashSlothForConditionalGeneration.from_pretrained(folder, config=task.config, dtype=dtype)
        return BackendModel(model.to(task.device).eval(), None, dtype, "none")
    model = model_files.build_empty(task.config)
    plan = random_plan(task, random_weights.infos(model), "none")
    plan.check_memory()
    with devices.convert_oom(task.device):
        random_weights.fill(model, random_tensors(task, plan), task.device)
        model.tie_weights()
        return BackendModel(model.to(task.device).eval(), None, plan.dtype, "none")
