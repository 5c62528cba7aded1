"""How often the host launches kernels and waits for them, by phase: numbers that depend on the code
alone.

A launch costs the host about 9 microseconds, so hundreds of them take longer than the kernels of a
decode step, and a wait leaves the card without work. A number that falls is lowered here; one that
rises needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import families
import flashsloth
from card.phases import AS_COUNTED, Counter
from card.pretend import pretend
from card.runtime import Card
from card.test_answers import QUESTIONS, SIGN
from flashsloth.checkpoints.packed_builder import PackedBuilder
from flashsloth.generation.cuda_graphs import CudaGraphs
from flashsloth.generation.engine import Engine
from flashsloth.hf.module_decoder import make_decoder
from flashsloth.inference.decoder import Span
from flashsloth.processing.pictures import tower_pixels
from flashsloth.quantization import torch_products
from flashsloth.quantization.linear import quantize_linear
from flashsloth.quantization.presets import PRESETS
from flashsloth.sizes.families import GATED
from generation.helpers import later, prompt
from paths import ROOT
from programs import load_program

COUNTS = {  # launches and waits; nano's decoder has two products a layer, Qwen 3's four
    "nano cuda": "opening 2533 318, tower 73 0, prefill 119 0, decode step 35 0, later turn 115 0, 8 rows 59 0",
    "nano mps": "opening 2349 248, tower 73 1, prefill 178 6, decode step 121 0, later turn 164 5, 8 rows 124 2",
    "qwen3 cuda": "opening 261 190, tower 49 0, prefill 138 0, decode step 86 0, later turn 134 0, 8 rows 91 0",
    "qwen3 mps": "opening 165 120, tower 49 1, prefill 139 6, decode step 86 0, later turn 135 5, 8 rows 89 2",
}


def opened(name: str, kind: str) -> tuple[Engine, Any, list[int], list[int]]:
    """Return an engine without graphs, pixels, the ids of a prompt about them, and those of a
    question."""
    if name == "nano":
        model = flashsloth.open("nano", device=kind)
        model.engine.graphs = CudaGraphs(model.engine.device, enabled=False)
        pixels = tower_pixels(Image.open(SIGN), model.config, hd=False)
        ids = prompt(model, QUESTIONS[0], model.config.visual_tokens(False))
        return model.engine, pixels, ids, later(model.prompt, QUESTIONS[1])
    made = families.model(name).to(kind)
    decoder = make_decoder(made, torch.float32, torch.device(kind)).to(kind)
    engine = Engine(made, decoder, graphs=False)
    return engine, families.pixels().numpy()[0], families.prompt(), families.prompt(pictures=0)[2:]


@pytest.mark.slow
@pytest.mark.skipif(not AS_COUNTED, reason="counted with torch 2.13 and transformers 5.23")
@pytest.mark.parametrize("name", COUNTS)
def test_phases(name: str) -> None:
    model, kind = name.split()
    with pretend(kind) as card:
        counter = Counter(card)
        counter.run_all(*counter.run("opening", opened, model, kind))
    found = (f"{phase} {counts.launches} {counts.waits}" for phase, counts in counter.phases.items())
    assert ", ".join(found) == COUNTS[name]


# how many bits weights have changes the same launches in all gated families: one has all presets
@pytest.mark.parametrize(
    ("family", "quant"),
    [
        pytest.param(
            family,
            quant,
            marks=[]
            if quant == "none" or family in ("phi", "qwen3")
            else [pytest.mark.slow, pytest.mark.nightly],
        )
        for family in ("phi", *GATED)
        for quant in ("none", "int8", "int4")
    ],
)
def test_a_step_by_the_kernels(family: str, quant: str, cuda: Card) -> None:
    """Three launches a layer of Phi, five of a gated one, and five others: 101 for the released
    decoder's 32 layers. Several rows take five and eight, a prompt six and nine, besides what
    dequantizes weights. The host waits for nothing."""
    made = families.model(
        family,
        made_of=families.config(family, {"sliding_window": None} if family == "mistral" else None),
    )
    builder = PackedBuilder(made.bfloat16(), PRESETS[quant], torch.device("cuda"), torch.bfloat16)
    for name, weight in made.state_dict().items():
        builder.accept(name, weight)
    decoder = builder.finish()
    engine = Engine(made.to("cuda"), decoder.to("cuda"), graphs=False)
    state, token = engine.new_state(), torch.zeros(1, dtype=torch.int64, device="cuda")
    engine.prefill(families.prompt(pictures=0), state)
    cuda.reset()
    engine.step(token, [len(state.ids)], state.cache)
    layers = made.config.text_config.num_hidden_layers
    assert cuda.kernels.total() - (3 if family == "phi" else 5) * layers == 5
    assert 3 * 32 + 5 <= 105
    assert not cuda.waits
    positions = torch.arange(16, device="cuda")
    x = torch.zeros(16, made.config.text_config.hidden_size, dtype=torch.bfloat16, device="cuda")
    cache = engine.new_cache(4)
    cache.reserve(16, 0)
    span = Span(engine.new_cache(), positions, 16, engine._attention_mask(positions, 16))
    span.cache.reserve(16, 0)
    with torch.inference_mode():
        of_rows = launches(cuda, decoder.step_at, x[:4], positions[:4], 16, cache)
        of_prompt = launches(cuda, decoder.logits, x, span, None, positions[:1])
    assert not cuda.waits
    assert of_rows == (5 if family == "phi" else 8) * layers + 3
    # queries that read the same keys are joined: their mask is repeated, the result copied
    grouped = 2 if decoder.heads.queries > decoder.heads.keys else 0
    assert of_prompt == (6 if family == "phi" else 9 + grouped) * layers + 4


def launches(card: Card, function: Callable[..., Any], *arguments: Any) -> int:
    """Return how many kernels a function launches besides those that dequantize weights."""
    card.reset()
    function(*arguments)
    return card.kernels.total() - card.kernels["dequantize"]


TOKENS = 3  # of an answer that would be longer
HELD = {  # each character of the regex is a token of its own, so that no answer ends before TOKENS
    "greedy": {},
    "sampled": {"temperature": 0.7, "seed": 1},
    "regex": {"regex": f"[4-9 ]{{{TOKENS},40}}"},
}
# for the prompt or the last token; for a token; for one of a regex
WAITS = {"cuda": (1, 0, 1), "mps": (5, 1, 3)}


def test_the_host_waits_for_tokens_only(card: Card) -> None:
    """On CUDA the next step is launched before a token is read, so that only the last one leaves the
    card idle."""
    talk = flashsloth.open("nano", device=card.kind).chat(SIGN)
    talk.ask(QUESTIONS[0]).text()
    of_prompt, of_token, of_regex = WAITS[card.kind]
    for how, options in HELD.items():
        card.reset()
        talk.ask(QUESTIONS[1], max_tokens=TOKENS, **options).text()
        expected = of_prompt + (of_regex if how == "regex" else of_token) * TOKENS
        assert len(card.waits) == expected, how
        # causal: pytorch#195910 on MPS; cuDNN: plans for each shape; boolean: converted
        assert not card.notes.total(), how
        assert not card.kernels["index_copy_"], how  # MPS would rewrite the layer's whole buffer
        assert (card.kernels["replay"] > 0) == (card.kind == "cuda"), how


def test_layers_that_left_tokens_out_wait_together(card: Card, exit_recipe: Path) -> None:
    """Four times for a prompt and never for a token, not once a layer: nano's ten."""
    talk = flashsloth.open("nano", device=card.kind, reduce=exit_recipe).chat(SIGN)
    card.reset()
    talk.ask(QUESTIONS[0]).text()
    in_layers = sum("/inference/" in wait for wait in card.waits)
    assert in_layers == 4


def test_rounding_a_layer_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The released decoder's largest layer to int4: 92 MB, what is computed at once, and the kernel's
    order."""
    monkeypatch.setattr(torch_products, "has_int4", lambda _: True)
    with pretend("cuda", host="meta") as card:
        weight = torch.empty((), dtype=torch.bfloat16).expand(17920, 2560)
        quantize_linear(weight, None, PRESETS["int4"], device="cuda", dtype=torch.bfloat16)
        assert card.peak < 280 * 10**6


@pytest.mark.nightly
@pytest.mark.slow
def test_the_benchmark_counts_without_values(
    scripts_on_path: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["card_counts.py", "--tiny", "--quant", "int4"])
    load_program(ROOT / "benchmarks" / "card_counts.py").main()
    printed = capsys.readouterr().out
    assert "| decode step |" in printed
    assert "GB are needed" in printed
