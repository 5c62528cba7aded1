"""Answer ten pictures of this repository with a model of transformers, in our engine and in
transformers itself, and print a report to send us. The models of flashsloth/vlm were tried with random
weights only: this is the first thing to run with the real ones.

    python benchmarks/first_run.py smolvlm                  # downloads it, 2.0 GB
    python benchmarks/first_run.py ./folder --hd no         # your own folder; one tile a picture
    python benchmarks/first_run.py smolvlm > report.md

Both compute in float32 (--dtype changes it), which takes twice the size of a file in 16 bit as memory.
The prompts must have the same ids. The answers may differ from a position on at which two tokens are
almost equally likely. Then our engine answers once more in its default preset, as it does for users.
"""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from common import options_parser, table
from PIL import Image
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import hub, model_files, resolve
from flashsloth.errors import FlashSlothError

ROOT = Path(__file__).parents[1]
PICTURES = [
    *sorted((ROOT / "examples/images").glob("*.png")),
    *sorted((ROOT / "examples/strangers/images").glob("*.png"))[:2],
]
QUESTION = "What is in the picture?"


@dataclass
class Answered:
    """What a program made of a picture. `prompt` and `ids` are the ids of the prompt and of the answer;
    `seconds` are from the picture to the last token."""

    prompt: list[int]
    ids: list[int]
    text: str
    seconds: float


def ours(model: FlashSloth, path: Path, question: str, hd: bool | None, tokens: int) -> Answered:
    start = time.perf_counter()
    chat = model.chat(path, hd=hd)
    answer = chat.ask(question, max_tokens=tokens, temperature=0)
    text = answer.text()
    seconds = time.perf_counter() - start
    prompt = model.prompt.conversation(
        chat.system, [(question, 1, None)], [each.block for each in chat.pictures]
    )
    return Answered(prompt, [*answer.token_ids], text, seconds)


def theirs(
    config: Any, pictures: Any, folder: Path, dtype: torch.dtype, hd: bool | None, tokens: int
) -> Callable[..., Answered]:
    """Return a function that answers with transformers' model, the processor of VlmPictures, and the
    chat template of the folder."""
    processor = pictures.processor
    template = model_files.read_template(folder)
    kind: Any = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config.whole)]
    network = kind.from_pretrained(folder, config=config.whole, dtype=dtype).eval()
    how = transformers.GenerationConfig(
        max_new_tokens=tokens,
        do_sample=False,
        suppress_tokens=[config.image_token_id],
        eos_token_id=[*config.end_token_ids],
        pad_token_id=config.end_token_ids[0],
    )

    @torch.inference_mode()
    def answer(path: Path, question: str) -> Answered:
        start = time.perf_counter()
        parts = [{"type": "image"}] + [{"type": "text", "text": question}] * bool(question)
        text = processor.apply_chat_template(
            [{"role": "user", "content": parts}], chat_template=template, add_generation_prompt=True
        )
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        options = pictures.options(hd)
        given = processor(text=[text], images=[[image]], return_tensors="pt", **options)
        given = given.to(dtype)
        made = network.generate(**given, generation_config=how)[0].tolist()
        prompt = given.input_ids[0].tolist()
        ids = made[len(prompt) :]
        if ids and ids[-1] in config.end_token_ids:
            ids = ids[:-1]
        return Answered(prompt, ids, processor.decode(ids), time.perf_counter() - start)

    return answer


def equal(one: Sequence[int], other: Sequence[int]) -> str:
    """Return "equal", or how many ids at the beginning are equal, of how many."""
    if one == other:
        return f"equal ({len(one)})"
    pairs = enumerate(zip(one, other, strict=False))
    first = next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))
    return f"**{first} of {len(other)}**"


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("model", help="a short name of `flashsloth list`, org/repo or a folder")
    parser.add_argument("--hd", choices=("yes", "no"), help="tiles; by default the model's own")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--tokens", type=int, default=32, help="of each answer at most")
    parser.add_argument("--pictures", type=int, default=len(PICTURES))
    options = parser.parse_args()
    # 1. Our engine, without rounding.
    source = resolve.find(options.model)
    sizes: Any = model_files.read_sizes(source.folder)
    if sizes.is_flashsloth:
        raise SystemExit("this is a FlashSloth; benchmarks/compare.py measures it")
    hd = sizes.image_hd if options.hd is None else options.hd == "yes"
    known = hub.known(options.model)
    question = QUESTION if known is None or known.question is None else known.question
    pictures = PICTURES[: options.pictures]
    plain = flashsloth.open(options.model, device="cpu", dtype=options.dtype, quant="none")
    here = [ours(plain, path, question, hd, options.tokens) for path in pictures]
    # 2. transformers.
    made: Any = plain.pictures
    config = plain.config
    del plain  # each model alone has to fit into the memory
    gc.collect()
    dtype = getattr(torch, options.dtype)
    reference = theirs(config, made, source.folder, dtype, hd, options.tokens)
    there = [reference(path, question) for path in pictures]
    del reference
    gc.collect()
    # 3. Our engine, as users have it.
    usual = flashsloth.open(options.model, device="cpu")
    fast = [ours(usual, path, question, hd, options.tokens) for path in pictures]
    rows = [
        [
            path.name,
            equal(one.prompt, other.prompt),
            equal(one.ids, other.ids),
            *(f"{each.seconds:.1f}" for each in (other, one, quick)),
        ]
        for path, one, other, quick in zip(pictures, here, there, fast, strict=True)
    ]
    facts = usual.facts
    named = f"{facts.name} ({sizes.architecture}, {facts.revision or 'a folder'})"
    print(f"# {named}\n\n{'tiles' if hd else 'one tile'}, question {question!r}\n")
    print(
        f"flashsloth {flashsloth.__version__}, transformers {transformers.__version__}, torch "
        f"{torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}, {platform.system()}\n"
    )
    usually = f"{facts.quant} s"
    heads = ["picture", "prompt ids", "answer ids", "transformers s", f"{options.dtype} s", usually]
    print("\n".join(table(heads, rows)))
    print()
    for path, one, other, quick in zip(pictures, here, there, fast, strict=True):
        print(f"- {path.name}\n  - transformers: {other.text!r}\n  - {options.dtype}: {one.text!r}")
        print(f"  - {facts.quant}: {quick.text!r}")


if __name__ == "__main__":
    try:
        main()
    except FlashSlothError as error:  # such as a model that cannot be downloaded
        raise SystemExit(f"{error}\n{error.hint}") from error
