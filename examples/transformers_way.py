"""Use FlashSloth through transformers' own classes.

    python examples/transformers_way.py FOLDER

FOLDER is a model in the native layout, written by `flashsloth convert flashsloth -o FOLDER`. The
default is nano.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

import flashsloth.auto

folder = sys.argv[1] if len(sys.argv) > 1 else Path(flashsloth.__file__).parent / "nano"
processor = AutoProcessor.from_pretrained(folder)
model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)

picture = Image.open(Path(__file__).parent / "images" / "stop-sign.png").convert("RGB")
messages = [
    {
        "role": "user",
        "content": [{"type": "image", "image": picture}, {"type": "text", "text": "What do you see?"}],
    }
]
inputs = processor.apply_chat_template(
    messages,
    tokenize=True,
    return_dict=True,
    return_tensors="pt",
    add_generation_prompt=True,
    sanitize_control_tokens=True,  # users may type `<image>` or `</s>`
)
generated = model.generate(**inputs, max_new_tokens=60, do_sample=False)
print(processor.decode(generated[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True).strip())
