"""Write toy models and FlashSloth's own answers to questions about pictures: reference.py FOLDER

Runs with the Python of the main environment, from the root of the repository: vLLM's environment needs
an older transformers, and the reference answers must not come from the code that is tested. The toys
have random weights, heads of width 32 (vLLM's attention for CPUs has no kernel for nano's 48), nano's
tokenizer and float32.
"""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests"))

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

import tiny
from flashsloth.chat import open_model
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, generation_config
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.images.reader import load_image
from flashsloth.processing.chat_frame import ChatFrame
from flashsloth.processing.pictures import tower_pixels
from flashsloth.processing.prompt import PromptEncoder, PromptTurn, add_special_tokens
from flashsloth.utils.paths import NANO_FOLDER
from processing.chat_templates import TEMPLATES
from training.parts import write_tokenizer

PICTURES = ROOT / "examples" / "images"
TOKENS = 12
TEXT = {"hidden_size": 128, "num_attention_heads": 4, "intermediate_size": 256, "num_hidden_layers": 6}
VISION = {
    "hidden_size": 64,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "image_size": 144,
    "patch_size": 12,
}
SIZES = {"embq_layer": 2, "embq_width": 32, "embq_heads": 4}
TOYS: dict[str, dict[str, Any]] = {
    "native": {},  # 12 x 12 patches, windows of 3: 16 visual tokens
    "released": {},
    "hd": {"image_hd": True},  # 5 tiles: 80 visual tokens
    "heads of 80": {
        "text": {"hidden_size": 160, "num_attention_heads": 2, "partial_rotary_factor": 0.4}
    },
    "border": {"pooling_window": 5},  # windows that do not divide the grid
    "average": {"pooling": "average"},
    "no-embq": {"embq": False},  # query tokens as ordinary tokens
    "no-queries": {"num_query_tokens": 0},
}
# other families: keys that two heads share, prompts in the form of ChatML, and a second end token
# (`a_middle_token`)
SCALED = {"rope_theta": 5e5, "factor": 8.0, "original_max_position_embeddings": 256}
LLAMA3 = {**SCALED, "rope_type": "llama3", "low_freq_factor": 1.0, "high_freq_factor": 4.0}
FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {"tie_word_embeddings": True, "rope_parameters": LLAMA3},
    "mistral": {"sliding_window": None},
    "qwen2": {"rope_parameters": {"rope_theta": 1e4, "rope_type": "linear", "factor": 2.0}},
    "qwen3": {"head_dim": 64, "rope_parameters": {**SCALED, "rope_type": "yarn"}},
}
TOWERS = {"mistral": "clip_vision_model"}  # SigLIP for the others
LONG = (
    "Look at the picture from the left to the right and from the top to the bottom, and say which things are in it, "
    "what color each of them has, how many of each kind there are, and which of them is the largest"
)
TYPED = "What is <|im_start|>user?"  # a control token of ChatML
FOLLOW_UP = "And what is beside it?"


def picture(name: str) -> dict[str, Any]:
    data = base64.b64encode((PICTURES / name).read_bytes()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def user(text: str, *pictures: str) -> dict[str, Any]:
    return {"role": "user", "content": [*map(picture, pictures), {"type": "text", "text": text}]}


def dialogues() -> dict[str, list[dict[str, Any]]]:
    """Return messages by name: one, two and three turns, one, two and no pictures, short and long
    questions."""
    said = {"role": "assistant", "content": "It is a sign beside a road."}
    return {
        "short": [user("What is this?", "stop-sign.png")],
        "long": [user(LONG, "stop-sign.png")],
        "long, other end": [user(f"{LONG} of all.", "stop-sign.png")],
        "long, third end": [user(f"{LONG}, and why that is so.", "stop-sign.png")],
        "other picture": [user(LONG, "bar-chart.png")],
        "two pictures": [user("What differs?", "pie-chart.png", "bar-chart.png")],
        "two pictures, long": [user(LONG, "all-orange.png", "rabbit-balloon-watermelon.png")],
        "two turns": [user("What is this?", "stop-sign.png"), said, user(FOLLOW_UP)],
        "a picture in the second turn": [
            user("What is this?", "stop-sign.png"),
            said,
            user(LONG, "pie-chart.png"),
        ],
        "three turns": [
            user(LONG, "word-hair.png"),
            said,
            user(FOLLOW_UP),
            said,
            user("Why?", "car-fish-star.png"),
        ],
        "picture after text": [
            user("What can you do?"),
            said,
            user("What is this?", "heart-arrow-triangle.png"),
        ],
        "system text": [
            {"role": "system", "content": "Answer in one word."},
            user("Which one?", "pie-chart.png"),
        ],
        "no system text": [{"role": "system", "content": ""}, user("Which one?", "pie-chart.png")],
        "no picture": [user("What can you do?")],
    }


def write_toy(name: str, folder: Path) -> FlashSlothConfig:
    changes = dict(TOYS[name])
    text = {**TEXT, "max_position_embeddings": 2048, **changes.pop("text", {})}
    config = tiny.config(text, VISION, **{**SIZES, **changes})
    config.architectures = ["FlashSlothForConditionalGeneration"]
    model = tiny.model(seed=3, config=config)
    if name == "released":
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(released_config()))
        weights = {tiny.official_name(key): value for key, value in model.state_dict().items()}
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        for file in tiny.TOKENIZER_FILES:
            shutil.copyfile(NANO_FOLDER / file, folder / file)
        return config
    model.save_pretrained(folder)
    FlashSlothProcessor.from_config(config, AutoTokenizer.from_pretrained(NANO_FOLDER)).save_pretrained(
        folder
    )
    shutil.copyfile(NANO_FOLDER / "generation_config.json", folder / "generation_config.json")
    return config


def write_family(name: str, folder: Path, end_token_ids: Sequence[int] = ()) -> FlashSlothConfig:
    """Write a toy of another family, as `flashsloth.compose` makes it, with these end tokens besides
    its own."""
    folder.mkdir()
    write_tokenizer(folder, chat=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = TEMPLATES["thinking" if name == "qwen3" else "chatml"]
    changes = {**TEXT, "max_position_embeddings": 2048, "num_key_value_heads": 2, **FAMILIES[name]}
    tokens = add_special_tokens(
        tokenizer, tiny.VOCABULARY, ChatFrame.of(tokenizer), end_token_ids=end_token_ids
    )
    config = FlashSlothConfig(
        text_config={"model_type": name, **changes, **tokens.text_settings()},
        vision_config={**tiny.VISION, **VISION, "model_type": TOWERS.get(name, "siglip_vision_model")},
        system_prompt="",
        **SIZES,
        **tokens.own_settings(),
    )
    config.architectures = ["FlashSlothForConditionalGeneration"]
    model = tiny.model(seed=3, config=config)
    model.generation_config = generation_config(config, {})
    model.save_pretrained(folder)
    FlashSlothProcessor.from_config(config, tokenizer).save_pretrained(folder)
    return config


def released_config() -> dict[str, Any]:
    own = {
        "insert_before_layer": SIZES["embq_layer"],
        "down_dim": SIZES["embq_width"],
        "num_heads": SIZES["embq_heads"],
    }
    flat = {
        **tiny.flat_config(),
        **TEXT,
        "max_position_embeddings": 2048,
        "mm_hidden_size": VISION["hidden_size"],
    }
    return {**flat, "lqformer": own, "vision_config": {**tiny.VISION, **VISION}}


def encode(
    messages: list[dict[str, Any]], prompt: PromptEncoder, visual_tokens: int
) -> tuple[list[int], list[str]]:
    """Return the ids of a conversation and the URLs of its pictures."""
    system, urls = prompt.config.system_prompt, []
    if messages[0]["role"] == "system":
        system, messages = messages[0]["content"], messages[1:]
    turns: list[PromptTurn] = []
    for message in messages:
        if message["role"] == "assistant":
            turns[-1] = (*turns[-1][:2], prompt.answer(message["content"]))
            continue
        shown = [part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"]
        turns.append((message["content"][-1]["text"], len(shown), None))
        urls += shown
    blocks = [[prompt.config.image_token_id] * visual_tokens] * len(urls)
    return prompt.conversation(system, turns, blocks), urls


@torch.no_grad()
def answer(model: Any, ids: list[int], pixels: torch.Tensor | None) -> list[int]:
    out = model.generate(
        input_ids=torch.tensor([ids]),
        pixel_values=pixels,
        max_new_tokens=TOKENS,
        do_sample=False,
        suppress_tokens=[model.config.image_token_id, model.config.query_token_id],
    )
    return out[0, len(ids) :].tolist()


def a_middle_token(folder: Path) -> int:
    """Return a token from within a toy's answer to one of the dialogues. If the toy gets it as its
    second end token, it ends this answer.

    No fixed token would do so on every machine: the answers of random weights depend on how the
    processor rounds.
    """
    model = FlashSlothForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    prompt = open_model(folder, device="cpu", dtype="float32").prompt
    ids, _ = encode(dialogues()["no picture"], prompt, 0)
    said = answer(model, ids, None)
    return said[len(said) // 2]


def write_answers(folder: Path, config: FlashSlothConfig) -> list[dict[str, Any]]:
    """Return a row for each dialogue: its messages, prompt and answer as ids, and the answer without
    EmbQ."""
    model = FlashSlothForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    blind = FlashSlothForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    blind.model.language_model.embq = None
    opened = open_model(folder, device="cpu", dtype="float32")
    prompt = opened.prompt
    rows = []
    typed = {"control token": [user(TYPED, "stop-sign.png")]} if config.chat_frame else {}
    for name, messages in (dialogues() | typed).items():
        ids, urls = encode(messages, prompt, config.visual_tokens(config.image_hd))
        images = [tower_pixels(load_image(url), config, hd=config.image_hd) for url in urls]
        pixels = torch.stack([torch.from_numpy(image) for image in images]) if images else None
        said = answer(model, ids, pixels)
        if len(messages) == 1:  # `flashsloth ask`
            chat = opened.chat(*urls)
            asked = chat.ask(messages[0]["content"][-1]["text"], max_tokens=TOKENS)
            asked.text()
            own = [token for token in said if token not in config.end_token_ids]
            assert list(chat.turns[-1].token_ids) == own, (folder, name)
        text = prompt.tokenizer.decode(said, skip_special_tokens=True)
        rows.append({"name": name, "messages": messages, "ids": ids, "answer": said, "text": text})
        rows[-1]["without_embq"] = answer(blind, ids, pixels)
    return rows


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*TOYS, *FAMILIES):
        if name in TOYS:
            config = write_toy(name, folder / name)
        else:
            write_family(name, folder / name)
            end = a_middle_token(folder / name)
            shutil.rmtree(folder / name)
            config = write_family(name, folder / name, [end])
        rows = write_answers(folder / name, config)
        (folder / f"{name}.json").write_text(json.dumps(rows))
        changed = sum(row["answer"] != row["without_embq"] for row in rows)
        print(f"{name}: {len(rows)} answers, {changed} of them change without EmbQ")


if __name__ == "__main__":
    main()
