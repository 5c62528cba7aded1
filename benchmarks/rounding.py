"""How far do the answers of a rounded model move? Logits by preset and group size, beside those in 32 bit.

python benchmarks/rounding.py [-m MODEL] [--limit N]

Every model is fed the same conversations: the example pictures, each with its question and the answer that the model
gives in 32 bit. Compared is what it would say next at each token of that answer. `error` is the root mean square of
the difference over that of the logits (less their mean), `worst` the largest of all differences over the same, `same`
the share of tokens that stay the most likely ones, `weights` the bytes of the whole model.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from flashsloth.benchmark.meters import weight_bytes
from flashsloth.checkpoints import load_plan, model_files, packed_builder, resolve, safetensors_reader
from flashsloth.data.dataset import open_rows
from flashsloth.generation.engine import EncodedImage, Engine, TokenStream
from flashsloth.images.reader import read_image
from flashsloth.processing.image_processor import preprocess
from flashsloth.processing.prompt import PromptEncoder

IMAGES = Path(__file__).parents[1] / "examples" / "images"
VARIANTS = (
    ("none", "float32", None),
    ("none", "bfloat16", None),
    ("int8", None, None),
    ("llm-int8", None, None),
    ("int4", None, 32),
    ("int4", None, 64),
    ("nf4", None, None),
)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("-m", "--model", default="nano")
    given.add_argument("--limit", type=int, default=100, help="conversations")
    options = given.parse_args()
    source = resolve.find(options.model, offline=True)
    cases = list(questions())[: options.limit]
    exact = build(source, "none", "float32", None)
    answers = [answer(exact, *case) for case in cases]
    wanted = [logits(exact, *case, said) for case, said in zip(cases, answers, strict=True)]
    size = torch.cat(wanted)
    scale = (size - size.mean(1, keepdim=True)).square().mean().sqrt()
    print(f"{options.model}: {len(cases)} conversations, {len(size)} tokens")
    print(f"{'preset':<10}{'group':>6}{'type':>10}{'error':>9}{'worst':>8}{'same':>9}{'weights':>10}")
    for preset, dtype, group in VARIANTS:
        engine = build(source, preset, dtype, group)
        got = torch.cat([logits(engine, *case, said) for case, said in zip(cases, answers, strict=True)])
        off = got - size
        error, worst = (off.square().mean().sqrt() / scale).item(), (off.abs().max() / scale).item()
        same = (got.argmax(1) == size.argmax(1)).double().mean().item()
        held = weight_bytes([engine.model, engine.decoder]) / 1e6
        kind = str(engine.dtype).removeprefix("torch.")
        print(f"{preset:<10}{group or '':>6}{kind:>10}{error:>9.2%}{worst:>8.2f}{same:>9.2%}{held:>7.1f} MB")


def questions() -> Iterator[tuple[Path, str]]:
    """The first question of each row."""
    for row in open_rows([IMAGES / "questions.jsonl"]):
        assert row.image is not None
        yield Path(row.image), row.turns[0].question


class Rounded(Engine):
    """A model in a preset, with its tokenizer."""

    encoder: PromptEncoder


def build(source: resolve.ModelSource, preset: str, dtype: str | None, group: int | None) -> Rounded:
    plan = load_plan.make_plan(source, device="cpu", dtype=dtype, quant=preset)
    model = model_files.build_empty(plan.config)
    parts = packed_builder.PackedBuilder(model, plan.preset, plan.device, plan.dtype, group=group)
    for name, tensor in safetensors_reader.read_tensors(plan.infos):
        parts.accept(name, tensor)
    engine = Rounded(model.eval(), parts.finish())
    engine.encoder = PromptEncoder(model_files.read_processor(plan.config, source.folder).tokenizer, plan.config)
    return engine


def prompt(engine: Rounded, image: Path, question: str) -> tuple[list[int], EncodedImage]:
    config, encoder = engine.config, engine.encoder
    pixels = preprocess(read_image(image).image, config.vision_config.image_size)
    picture = engine.encode_image(pixels)
    ids = encoder.opening(config.system_prompt, picture.visual_tokens)
    return ids + encoder.question(question, after_picture=True), picture


def answer(engine: Rounded, image: Path, question: str) -> list[int]:
    ids, picture = prompt(engine, image, question)
    return list(TokenStream(engine, engine.new_state(), ids, picture, max_tokens=48))


def logits(engine: Rounded, image: Path, question: str, said: list[int]) -> Tensor:
    """(tokens, V): what comes before each token of the answer and after the last one, in 32 bit."""
    ids, picture = prompt(engine, image, question)
    state = engine.new_state()
    found = [engine.prefill(ids, state, picture)]
    found += [engine.decode(token, state) for token in said]
    return torch.stack(found).float()


if __name__ == "__main__":
    main()
