"""Record nano's answers with transformers' `generate()`, without the engine, the chat and the prompt of
FlashSloth.

    python tests/chat/cases/make.py

Run it when nano's weights or the synthetic data change. It writes images/*.png and cases.json: pictures
that nano was not trained on, three questions about each with the correct answers, and nano's answers in
float32 on a CPU, with its own earlier answers in the context.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("MKL_CBWR", "AVX2")  # as in tests/conftest.py

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

import flashsloth.auto  # noqa: F401 - registers the Auto classes
import flashsloth_synthetic as synthetic
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_synthetic.scene import Split

FOLDER = Path(__file__).parent
COUNTS: dict[Split, int] = {"test": 30, "combo": 6, "unlike": 4}
TURNS = 3


def main() -> None:
    processor = AutoProcessor.from_pretrained(NANO_FOLDER)
    model = AutoModelForImageTextToText.from_pretrained(NANO_FOLDER, dtype=torch.float32).eval()
    for old in (FOLDER / "images").glob("*.png"):
        old.unlink()
    cases = []
    for split, count in COUNTS.items():
        for number in range(count):
            sample = synthetic.sample(split, number)
            name = f"images/{split}-{number:02}-{sample.category}.png"
            sample.image.save(FOLDER / name, optimize=True)
            messages: list[dict[str, Any]] = []
            turns = []
            for turn in sample.turns[:TURNS]:
                images = [] if messages else [{"type": "image", "image": sample.image}]
                messages.append(
                    {"role": "user", "content": [*images, {"type": "text", "text": turn.question}]}
                )
                text = answer(model, processor, messages)
                messages.append({"role": "assistant", "content": text})
                turns.append({"question": turn.question, "answer": turn.answer, "model_answer": text})
            cases.append({"image": name, "category": sample.category, "turns": turns})
    document = json.dumps(cases, indent=1, ensure_ascii=False)
    (FOLDER / "cases.json").write_text(document + "\n", encoding="utf-8")


def answer(model: Any, processor: Any, messages: list[dict[str, Any]]) -> str:
    """Answer greedily from the whole conversation."""
    inputs = processor.apply_chat_template(
        messages,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        sanitize_control_tokens=True,
    )
    done = model.generate(**inputs, do_sample=False, max_new_tokens=512)
    return str(
        processor.decode(done[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    ).strip()


if __name__ == "__main__":
    main()
