"""A published decoder with a random tower through the commands: text answers are those of the decoder
alone."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest
import torch

import flashsloth
import smollm2
from cli.conftest import Cli
from flashsloth.chat import FlashSloth
from flashsloth.utils.paths import NANO_FOLDER
from paths import IMAGES
from server.helpers import serving

pytestmark = pytest.mark.slow
QUESTIONS = (
    "What is the capital of France?",
    "Name three colours of the rainbow.",
    "Why is the sky blue?",
)
TOKENS = 8
TOWER = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder of the decoder with a tower, without query tokens, and the decoder alone."""
    from transformers.models.siglip.configuration_siglip import SiglipVisionConfig

    folder = tmp_path_factory.mktemp("smollm2")
    alone = smollm2.prepare().write_decoder(folder / "language")
    torch.manual_seed(0)
    tower = SiglipVisionConfig(image_size=144, patch_size=8, **TOWER)
    model, processor = flashsloth.compose(tower, folder / "language", num_query_tokens=0)
    model.save_pretrained(folder / "composed")
    processor.save_pretrained(folder / "composed")
    return folder / "composed", alone


@functools.cache
def generated(alone: Any, folder: Path, *texts: str) -> str:
    """Return what transformers' own `generate` answers with the decoder's own template. `texts` are
    said by user and assistant in turn."""
    from transformers.models.auto.tokenization_auto import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder.parent / "language")
    turns = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]
    ids = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = alone.generate(**ids, max_new_tokens=TOKENS, do_sample=False)
    return str(tokenizer.decode(made[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)).strip()


def test_answers_are_those_of_the_decoder(cli: Cli, published: tuple[Path, Any]) -> None:
    folder, alone = published
    asked = ("ask", "-m", folder, "--no-picture", "--set", "dtype=float32", "--max-tokens", str(TOKENS))
    assert cli(*asked, QUESTIONS[0]).ok.out.strip() == generated(alone, folder, QUESTIONS[0])
    shown = cli("show", folder, "--json").document
    assert (shown["decoder"], shown["tower"], shown["visual_tokens"]) == (
        "llama",
        "siglip_vision_model",
        36,
    )


@pytest.mark.parametrize(
    ("quant", "question", "word"),
    [("int8", QUESTIONS[0], "Paris"), ("int4", "Which animal says meow?", "cat")],
)
@pytest.mark.nightly
def test_rounded_weights_answer_sensibly(
    cli: Cli, published: tuple[Path, Any], quant: str, question: str, word: str
) -> None:
    """In 4 bit a decoder of this size loses facts: it does not name the capital."""
    asked = ("ask", "-m", published[0], "--no-picture", "--max-tokens", str(TOKENS), "--quant", quant)
    assert word in cli(*asked, question).out


def test_chat_of_three_turns(cli: Cli, published: tuple[Path, Any]) -> None:
    folder, alone = published
    words = (
        "chat",
        "--plain",
        "-m",
        folder,
        "--no-picture",
        "--max-tokens",
        str(TOKENS),
        "--set",
        "dtype=float32",
    )
    done = cli(*words, "--no-history", input="".join(f"{question}\n" for question in QUESTIONS)).ok
    said: list[str] = []
    for question in QUESTIONS:
        said.append(question)
        said.append(generated(alone, folder, *said))
        assert said[-1] in done.out


@pytest.mark.nightly
def test_server(published: tuple[Path, Any]) -> None:
    folder, alone = published
    sloth: FlashSloth = flashsloth.open(folder, device="cpu", dtype="float32")
    with serving(lambda: sloth) as server:
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{server.port}/v1", api_key="none")
        [served] = client.models.list().data
        messages: Any = [{"role": "user", "content": QUESTIONS[0]}]
        made = client.chat.completions.create(model=served.id, messages=messages, max_tokens=TOKENS)
        answer = made.choices[0].message.content or ""
        assert answer.strip() == generated(alone, folder, QUESTIONS[0])


@pytest.mark.nightly
def test_the_example(
    cli: Cli,
    published: tuple[Path, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawn: Callable[..., Path],
) -> None:
    """examples/smollm2, a step of each of its commands, on captions that are not drawn. The tower that
    sees is nano's, rounded to bfloat16."""
    monkeypatch.chdir(tmp_path)
    prepare = smollm2.prepare()
    Path("decoder").symlink_to(published[0].with_name("language"))  # what `write_decoder` wrote
    prepare.write_tower(Path("tower"))
    said = [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "A stop sign."}]
    captions = [{"image": str(IMAGES / "stop-sign.png"), "conversations": said}] * 4
    Path("captions.json").write_text(json.dumps(captions))
    steps = ("--max-steps", "1", "--batch-size", "1", "--set", "workers=0")
    parts = ("--vision", "./tower", "--language", "./decoder")
    assert cli("train", "captions.json", "--stage", "align", *parts, "-o", "one", *steps).ok
    assert cli("finetune", drawn(2), "-m", "./one", "--lora", "-o", "two", *steps).ok
    kind = flashsloth.FlashSlothForConditionalGeneration
    towers = [kind.from_pretrained(path).model.vision_tower for path in (NANO_FOLDER, "one")]
    want, found = (tower.state_dict() for tower in towers)
    assert want.keys() == found.keys()
    assert all(torch.equal(found[name].bfloat16(), want[name].bfloat16()) for name in want)
    assert cli("eval", drawn(1), "--adapter", "./two", "--max-tokens", "4").code == 0
