"""Compare the logits of quantized models with the logits in float32, by preset and group size.

python benchmarks/rounding.py [-m MODEL] [--data FILE] [--limit N]

Every model gets the same dialogues: pictures with their questions and the float32 model's answers. The
next-token logits at each token of an answer and at its end are compared. `error` is the root mean
square of the difference, divided by the root mean square of the float32 logits after their mean is
subtracted. `worst` is the largest difference, divided by the same number. `same` is the share of
answers whose tokens all stay the most likely ones. `weights` is the size of the whole model in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import torch
from common import IMAGES, options_parser
from torch import Tensor

from flashsloth.benchmark.meters import weight_bytes
from flashsloth.checkpoints import load_plan, model_files, packed_builder, resolve, safetensors_reader
from flashsloth.data.sample import Sample
from flashsloth.evaluation.evaluate import open_dataset, read_picture
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.decode_loop import DecodeRequest, Generation, answer_alone
from flashsloth.generation.engine import Engine
from flashsloth.processing.pixels import tower_pixels
from flashsloth.processing.prompt import PromptEncoder, PromptTurn
from flashsloth.quantization import linear_builder, presets

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
Answers: TypeAlias = Sequence[tuple[list[int], Tensor]]  # tokens and logits of a dialogue's answers


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument(
        "--data", default=str(IMAGES / "questions.jsonl"), help="as for flashsloth eval"
    )
    parser.add_argument("--limit", type=int, default=100, help="number of dialogues")
    options = parser.parse_args()
    source = resolve.find(options.model, offline=True)
    samples = list(open_dataset([options.data], limit=options.limit))
    exact = build(source, "none", "float32", None)
    answers = [list(logits(exact, sample)) for sample in samples]
    expected = torch.cat([rows for each in answers for _, rows in each])
    scale = (expected - expected.mean(1, keepdim=True)).square().mean().sqrt()
    print(
        f"{options.model}: {len(samples)} dialogues, {sum(map(len, answers))} answers, {len(expected)} tokens"
    )
    print(
        f"{'preset':<10}{'group':>6}{'dtype':>10}{'error':>9}{'worst':>8}{'same':>9}{'weights':>10}",
        flush=True,
    )
    for preset, dtype, group in VARIANTS:
        engine = build(source, preset, dtype, group)
        pairs = [
            pair
            for sample, each in zip(samples, answers, strict=True)
            for pair in compare(engine, sample, each)
        ]
        difference = torch.cat([part for part, _ in pairs])
        error = (difference.square().mean().sqrt() / scale).item()
        worst = (difference.abs().max() / scale).item()
        same = sum(is_same for _, is_same in pairs) / len(pairs)
        size = weight_bytes([engine.model, engine.decoder]) / 1e6
        name = str(engine.dtype).removeprefix("torch.")
        cells = f"{preset:<10}{group or '':>6}{name:>10}{error:>9.2%}{worst:>8.2f}{same:>9.2%}{size:>7.1f} MB"
        print(cells, flush=True)


class QuantizedEngine(Engine):
    """The engine of a model in a preset, and the prompt encoder of the model."""

    encoder: PromptEncoder


def build(
    source: resolve.ModelSource, preset: str, dtype: str | None, group: int | None
) -> QuantizedEngine:
    plan = load_plan.make_plan(source, device="cpu", dtype=dtype, quant="none")
    # nf4 is made for CUDA, but its values are the same on a CPU
    plan = replace(plan, preset=presets.PRESETS[preset])
    model = model_files.build_empty(plan.config)
    if group is not None:
        linear_builder.group_size = lambda _: group  # type: ignore[assignment]  # the library has one rule
    parts = packed_builder.PackedBuilder(model, plan.preset, plan.device, plan.dtype)
    for name, tensor in safetensors_reader.read_tensors(plan.infos):
        parts.accept(name, tensor)
    engine = QuantizedEngine(model.eval(), parts.finish())
    engine.encoder = PromptEncoder(
        model_files.read_processor(plan.config, source.folder).tokenizer, plan.config
    )
    return engine


def logits(
    engine: QuantizedEngine, sample: Sample, answers: Answers = ()
) -> Iterator[tuple[list[int], Tensor]]:
    """Yield the tokens of each answer, and the float32 logits (tokens + 1, V) before each token and
    after the last token. If `answers` is empty, the answers are the engine's own."""
    loaded, encoder = read_picture(sample), engine.encoder
    pictures = (
        ()
        if loaded is None
        else (engine.encode_image(tower_pixels(loaded.image, engine.config, hd=False)),)
    )
    visual = pictures[0].visual_tokens if pictures else 0
    block, state = [engine.config.image_token_id] * visual, engine.new_state()
    turns: list[PromptTurn] = []
    for number, turn in enumerate(sample.turns):
        turns.append((turn.question, 0 if number else len(pictures), None))
        ids = encoder.conversation(engine.config.system_prompt, turns, [block])
        if answers:
            answer = answers[number][0]
        else:
            request = DecodeRequest(ids, pictures, AnswerSettings(max_tokens=48))
            answer = [token.id for token in answer_alone(Generation(engine, request, state))]
        past = engine.reusable_prefix_length(ids, state, pictures)
        rows = [
            engine.prefill(ids, state, pictures, past),
            *(engine.decode(token, state) for token in answer),
        ]
        turns[-1] = (*turns[-1][:2], answer)
        yield answer, torch.stack(rows).float()


def compare(
    engine: QuantizedEngine, sample: Sample, expected: Answers
) -> Iterator[tuple[Tensor, bool]]:
    """Yield the differences of the logits of each answer, and whether all its tokens stay the most
    likely ones."""
    for (_, actual), (_, wanted) in zip(logits(engine, sample, expected), expected, strict=True):
        yield actual - wanted, torch.equal(actual.argmax(1), wanted.argmax(1))


if __name__ == "__main__":
    main()
