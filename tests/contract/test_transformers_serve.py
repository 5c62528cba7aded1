"""The functions that `transformers serve` calls, with a FlashSloth folder."""

from __future__ import annotations

import base64
import json

import pytest

from flashsloth.utils.paths import NANO_FOLDER
from paths import IMAGES
from programs import run_python

URL = "data:image/png;base64," + base64.b64encode((IMAGES / "stop-sign.png").read_bytes()).decode()
PARTS = [
    {"type": "image_url", "image_url": {"url": URL}},
    {"type": "text", "text": "What does the sign say?"},
]
QUESTION = [{"role": "user", "content": PARTS}]
CALLS_OF_SERVE = """
import json, sys
import flashsloth.auto
from transformers.cli.serving.model_manager import ModelManager
from transformers.cli.serving.utils import BaseHandler

manager = ModelManager(device="cpu", dtype="float32", model_timeout=-1)
model, processor = manager.load_model_and_processor(sys.argv[1] + "@main")
modality = manager.get_model_modality(model, processor=processor)
messages = BaseHandler.get_processor_inputs_from_messages(json.load(sys.stdin), modality)
inputs = processor.apply_chat_template(
    messages, add_generation_prompt=True, tools=None, return_tensors="pt", return_dict=True, tokenize=True,
    load_audio_from_video=False,
)
out = model.generate(**inputs, max_new_tokens=20, do_sample=False)[:, inputs["input_ids"].shape[1] :]
print(type(model).__name__, processor.decode(out[0], skip_special_tokens=True))
manager.shutdown()
"""


@pytest.mark.slow
def test_the_calls_of_serve_work() -> None:
    """Load the model, find its modality, and answer an OpenAI-style request."""
    done = run_python(
        "-c", CALLS_OF_SERVE, str(NANO_FOLDER), given=json.dumps(QUESTION), HF_HUB_OFFLINE="1"
    )
    name, _, answer = done.partition(" ")
    assert name == "FlashSlothForConditionalGeneration"
    assert "STOP" in answer
