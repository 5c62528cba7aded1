"""Those that answer: this program's engine, and transformers' generate() with the same model. Both are timed alike.

No answer ends before its number of tokens. Tokenising is left out on both sides: it takes well under a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from flashsloth import devices, quantization
from flashsloth.benchmark import measure as m
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.prompts import Task
from flashsloth.checkpoints import load_plan, loader, model_files, resolve, safetensors_reader
from flashsloth.checkpoints.packed_builder import PackedBuilder
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import OptionError
from flashsloth.generation.engine import Engine, TokenStream
from flashsloth.model.modeling import FlashSlothForConditionalGeneration
from flashsloth.model.packed_decoder import PackedDecoder
from flashsloth.model.query_groups import plan_embq
from flashsloth.processing.image_processor import Pixels


@dataclass(frozen=True, slots=True)
class Sample:
    """What one answer cost, by the names of `NUMBERS` and more, and its ids."""

    times: dict[str, float]
    ids: list[int]


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that can run, how it computes, and the preset of its weights."""

    model: Any
    decoder: PackedDecoder | None
    dtype: torch.dtype
    quant: str


class Backend(Protocol):
    """A model that can be measured. `everything` holds all its weights, `per_token` those that each token reads;
    `graphs` says whether it ran as captured CUDA graphs, or why not."""

    opened: Opened
    everything: list[nn.Module]
    per_token: list[nn.Module]

    @property
    def graphs(self) -> str: ...

    def once(self) -> Sample:
        """All numbers of one answer."""


class FlashSlothBackend:
    """This program's engine."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.opened = open_ours(task)
        model, decoder = self.opened.model, self.opened.decoder
        assert decoder is not None
        disable_eos(model.config)
        self.engine = Engine(model, decoder, graphs=task.job.graphs)
        self.everything: list[nn.Module] = [model, decoder]
        self.per_token: list[nn.Module] = [decoder.layers, decoder.norm, decoder.head]

    @property
    def graphs(self) -> str:
        return self.engine.graphs.disabled_reason or "captured"

    def once(self) -> Sample:
        answer = self._answer()
        return Sample({**self._parts(), **answer.times, "ttft_after_prefix_ms": self._after_prefix()}, answer.ids)

    def _answer(self) -> Sample:
        """A whole answer from the decoded picture on, as one would get it. Each method here takes and gives back the
        one cache there is, so that graphs are captured once."""
        began = time.perf_counter()
        pixels = self.task.pixels()
        seen = time.perf_counter()
        view = self.engine.encode_image(pixels)
        state = self.engine.new_state()
        clock = TokenTimer.of(TokenStream(self.engine, state, self.task.prompt.ids, view, max_tokens=self.task.tokens))
        return Sample(clock.times(began, seen), clock.ids)

    def _parts(self) -> dict[str, float]:
        """Picture, tower and prefill one by one, the device idle between them."""
        engine, task = self.engine, self.task
        image, pixels = m.milliseconds(task.pixels, task.device)
        tower, view = m.milliseconds(lambda: engine.encode_image(pixels), task.device)
        state = engine.new_state()
        prefill, _ = m.milliseconds(lambda: engine.prefill(task.prompt.ids, state, view), task.device)
        return {"image_ms": image, "tower_ms": tower, "prefill_ms": prefill}

    def _after_prefix(self) -> float:
        """From the question to the first token where picture and system text were prefilled while it was typed."""
        engine, task = self.engine, self.task
        view, state = engine.encode_image(task.pixels()), engine.new_state()
        engine.prefill(task.prompt.opening, state, view)
        m.synchronize(task.device)
        began = time.perf_counter()
        clock = TokenTimer.of(TokenStream(engine, state, task.prompt.ids, view, max_tokens=1))
        return (clock.first - began) * 1000


class Transformers:
    """The same model through transformers' generate(): its default cache, sdpa attention, greedy."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.opened = open_hf(task)
        self.model = self.opened.model
        self.model.generation_config.eos_token_id = None
        self.model.generation_config.pad_token_id = 0
        text: Any = self.model.language_model
        self.everything: list[nn.Module] = [self.model]
        self.per_token: list[nn.Module] = [text.layers, text.final_layernorm, self.model.lm_head]
        self.ids = torch.tensor([task.prompt.ids], device=task.device)

    graphs = "transformers captures none"

    def once(self) -> Sample:
        times = self._parts()
        began = time.perf_counter()
        pixels = self.task.pixels()
        seen = time.perf_counter()
        inputs = {"input_ids": self.ids, "attention_mask": torch.ones_like(self.ids), "pixel_values": self._put(pixels)}
        clock = generate(self.model, inputs, self.task.tokens)
        return Sample({**times, **clock.times(began, seen)}, clock.ids)

    def _put(self, pixels: Pixels) -> Tensor:
        return torch.from_numpy(pixels)[None].to(self.task.device, self.opened.dtype)

    def _parts(self) -> dict[str, float]:
        model, task = self.model, self.task
        image, pixels = m.milliseconds(task.pixels, task.device)
        tower, seen = m.milliseconds(lambda: model.get_image_features(self._put(pixels)), task.device)

        def prefill() -> Tensor:
            plan = plan_embq([task.prompt.ids], task.config, seen.pooler_output.shape[1])
            embeds = model.model.embed(self.ids, seen.pooler_output)
            return model(
                inputs_embeds=embeds,
                image_features=seen.last_hidden_state,
                embq_plan=plan,
                use_cache=True,
                logits_to_keep=1,
            ).logits

        return {"image_ms": image, "tower_ms": tower, "prefill_ms": m.milliseconds(prefill, task.device)[0]}


@dataclass(slots=True)
class TokenTimer:
    """When the first token and the last one were on the host, and all ids. Also a streamer for generate()."""

    first: float = 0.0
    last: float = 0.0
    ids: list[int] = field(default_factory=list)
    prompted: bool = False  # a streamer is given the prompt first

    @classmethod
    def of(cls, tokens: Iterable[int]) -> TokenTimer:
        clock = cls(prompted=True)
        for token in tokens:
            clock.tick(token)
        return clock

    def put(self, value: Tensor) -> None:
        if self.prompted:
            self.tick(int(value))
        self.prompted = True

    def end(self) -> None:
        """Nothing is held back."""

    def tick(self, token: int) -> None:
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.ids.append(token)

    @property
    def speed(self) -> float:
        """Tokens a second after the first one."""
        return (len(self.ids) - 1) / (self.last - self.first)

    def times(self, began: float, seen: float) -> dict[str, float]:
        """From the decoded picture, and from its pixels in the model's size, to the first token; then the speed."""
        return {
            "ttft_ms": (self.first - began) * 1000,
            "ttft_from_pixels_ms": (self.first - seen) * 1000,
            "decode_tokens_per_second": self.speed,
        }


def generate(model: Any, inputs: dict[str, Any], tokens: int) -> TokenTimer:
    """Greedy transformers generate() of exactly so many tokens."""
    clock = TokenTimer()
    model.generate(**inputs, max_new_tokens=tokens, do_sample=False, streamer=clock)
    return clock


def disable_eos(config: FlashSlothConfig) -> None:
    """No token ends an answer: all of them are equally long."""
    config.text_config.eos_token_id = config.text_config.vocab_size


def open_ours(task: Task) -> Opened:
    """The model as the program opens it, or put together in the same way from random numbers, layer by layer."""
    job = task.job
    if job.folder:
        source = resolve.ModelSource(job.model, Path(job.folder))
        loaded = loader.load(
            source,
            device=job.device,
            dtype=job.dtype,
            quant=job.quant,
            on_progress=lambda done, total, _: task.tell(done, total, "tensors loaded"),
        )
        return Opened(loaded.model, loaded.decoder, getattr(torch, loaded.dtype), loaded.quant)
    model = model_files.build_empty(task.config)
    plan = random_plan(task, random_weights.infos(model))
    plan.check_memory()
    with devices.convert_oom(task.device):
        parts = PackedBuilder(model, plan.preset, task.device, plan.dtype)
        for name, tensor in told(task, random_weights.random_tensors(plan.infos, plan.dtype), len(plan.infos)):
            parts.accept(name, tensor)
        decoder = parts.finish().to(task.device)
        return Opened(model.to(task.device).eval(), decoder, plan.dtype, plan.preset.name)


def told(task: Task, tensors: Iterable[tuple[str, Tensor]], total: int) -> Iterator[tuple[str, Tensor]]:
    """The tensors as they come, each reported."""
    for done, pair in enumerate(tensors):
        task.tell(done, total, "random tensors made")
        yield pair


def random_plan(
    task: Task, infos: dict[str, safetensors_reader.TensorInfo], quant: str | None = None
) -> load_plan.LoadPlan:
    """How the program would open a folder that holds these tensors."""
    job, source = task.job, resolve.ModelSource(task.job.model, Path())
    quant = quant or job.quant or ("none" if job.dtype not in (None, "auto") else "auto")

    def planned(preset: quantization.Preset) -> load_plan.LoadPlan:
        size = sum(info.size for info in infos.values())
        dtype = devices.choose_dtype(task.device, job.dtype, size, quantized=preset.name != "none")
        return load_plan.LoadPlan(source, task.config, infos, task.device, dtype, preset, saved=False)

    if quant != "auto":
        return planned(quantization.resolve(quant))
    return planned(load_plan.auto_preset(planned(quantization.PRESETS["none"])))


def open_hf(task: Task) -> Opened:
    """The model as transformers opens it, or made of the same random numbers."""
    job = task.job
    if job.folder:
        folder = Path(job.folder)
        if model_files.saved_preset(task.config, folder) is not None:
            raise OptionError(f"transformers cannot open {job.model}: its weights are quantized", hint="Leave hf out.")
        size = sum(info.size for info in safetensors_reader.read_headers(folder).values())
        dtype = devices.choose_dtype(task.device, job.dtype, size)
        model = FlashSlothForConditionalGeneration.from_pretrained(folder, dtype=dtype, attn_implementation="sdpa")
        return Opened(model.to(task.device).eval(), None, dtype, "none")
    model = model_files.build_empty(task.config)
    plan = random_plan(task, random_weights.infos(model), "none")
    plan.check_memory()
    with devices.convert_oom(task.device):
        random_weights.fill(
            model, told(task, random_weights.random_tensors(plan.infos, plan.dtype), len(plan.infos)), task.device
        )
        return Opened(model.to(task.device).eval(), None, plan.dtype, "none")
