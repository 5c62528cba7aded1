"""Compare the logits of quantized models with those in float32, by preset and group size.

python benchmarks/rounding.py [-m MODEL] [--limit N]

Every model gets the same conversations: the example pictures, each with its question and the float32 model's answer.
The next-token logits at each token of that answer are compared. `error` is the root mean square of the difference,
relative to that of the centred logits; `worst` the largest difference, relative to the same; `same` the share of equal
most likely tokens; `weights` the bytes of the whole model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from common import IMAGES, options_parser
from torch import Tensor

from flashsloth.benchmark.meters import weight_bytes
from flashsloth.checkpoints import load_plan, model_files, packed_builder, resolve, safetensors_reader
from flashsloth.data.data_files import open_rows
from flashsloth.generation.decode_loop import DecodeRequest, Generation, decode_alone
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.images.reader import read_image
from flashsloth.processing.image_processor import preprocess
from flashsloth.processing.prompt import PromptEncoder

VARIANTS = (
    ("none", "float32", None),
    ("none", "bfloat16", None),
    ("int8", None, None),
    ("llm-int8", None, None),
    ("int4", None, 32),
    ("int4", None, 64),
    ("nf4", None, None),
    ("int8", "bfloat16", None),  # with the compiled steps, where the processor has them
    ("int4", "bfloat16", 32),
)


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument("--limit", type=int, default=100, help="number of conversations")
    options = parser.parse_args()
    source = resolve.find(options.model, offline=True)
    cases = list(questions())[: options.limit]
    exact = build(source, "none", "float32", None)
    answers = [answer(exact, *case) for case in cases]
    expected = torch.cat([logits(exact, *case, ids) for case, ids in zip(cases, answers, strict=True)])
    scale = (expected - expected.mean(1, keepdim=True)).square().mean().sqrt()
    print(f"{options.model}: {len(cases)} conversations, {len(expected)} tokens")
    print(f"{'preset':<10}{'group':>6}{'dtype':>10}{'error':>9}{'worst':>8}{'same':>9}{'weights':>10}")
    for preset, dtype, group in VARIANTS:
        engine = build(source, preset, dtype, group)
        actual = torch.cat([logits(engine, *case, ids) for case, ids in zip(cases, answers, strict=True)])
        difference = actual - expected
        error, worst = (difference.square().mean().sqrt() / scale).item(), (difference.abs().max() / scale).item()
        same = (actual.argmax(1) == expected.argmax(1)).double().mean().item()
        size = weight_bytes([engine.model, engine.decoder]) / 1e6
        name = str(engine.dtype).removeprefix("torch.")
        print(f"{preset:<10}{group or '':>6}{name:>10}{error:>9.2%}{worst:>8.2f}{same:>9.2%}{size:>7.1f} MB")


def questions() -> Iterator[tuple[Path, str]]:
    """Yield image and first question of each row."""
    for row in open_rows([IMAGES / "questions.jsonl"]):
        assert row.image is not None
        yield Path(row.image), row.turns[0].question


class QuantizedEngine(Engine):
    """The engine of a model in a preset, with its prompt encoder."""

    encoder: PromptEncoder


def build(source: resolve.ModelSource, preset: str, dtype: str | None, group: int | None) -> QuantizedEngine:
    plan = load_plan.make_plan(source, device="cpu", dtype=dtype, quant=preset)
    model = model_files.build_empty(plan.config)
    parts = packed_builder.PackedBuilder(model, plan.preset, plan.device, plan.dtype, group=group)
    for name, tensor in safetensors_reader.read_tensors(plan.infos):
        parts.accept(name, tensor)
    engine = QuantizedEngine(model.eval(), parts.finish())
    engine.encoder = PromptEncoder(model_files.read_processor(plan.config, source.folder).tokenizer, plan.config)
    return engine


def prompt(engine: QuantizedEngine, image: Path, question: str) -> tuple[list[int], EncodedImage]:
    config, encoder = engine.config, engine.encoder
    pixels = preprocess(read_image(image).image, config.vision_config.image_size)
    picture = engine.encode_image(pixels)
    ids = encoder.opening(config.system_prompt, picture.visual_tokens)
    return ids + encoder.question(question, after_picture=True), picture


def answer(engine: QuantizedEngine, image: Path, question: str) -> list[int]:
    ids, picture = prompt(engine, image, question)
    generation = Generation(engine, DecodeRequest(ids, (picture,), max_tokens=48), engine.new_state())
    return [token.id for token in decode_alone(generation)]


def logits(engine: QuantizedEngine, image: Path, question: str, answer_ids: list[int]) -> Tensor:
    """Return the logits (tokens + 1, V) before each token of the answer and after the last one, in float32."""
    ids, picture = prompt(engine, image, question)
    state = engine.new_state()
    rows = [engine.prefill(ids, state, picture)]
    rows += [engine.decode(token, state) for token in answer_ids]
    return torch.stack(rows).float()


if __name__ == "__main__":
    main()
