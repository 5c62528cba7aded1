"""The strings that a chat template writes around texts and pictures, as in processing/chat_frame.py."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from flashsloth.errors import UnsupportedModel
from flashsloth.processing.chat_frame import ASKED, HINT, ChatFrame, control_texts, rendered
from flashsloth.utils import child

PROCESS = "flashsloth.vlm.template_process"
# The process limits its own processor time. This limit is for a machine that has no time for it.
SECONDS = 20.0


def frame_of(template: Any, image: str) -> ChatFrame:
    """Return the frame of a template (template_process.Template), whose placeholder of a picture is
    `image`. Raises: UnsupportedModel if it writes the texts or pictures of a conversation in another
    way."""
    texts = ChatFrame.of(template)
    question = {
        "role": "user",
        "content": [*[{"type": "image"}] * 2, {"type": "text", "text": ASKED}],
    }
    start, *pictures = rendered(template, [question]).split(image)
    if len(pictures) != 2:
        raise UnsupportedModel("the chat template does not write each picture once", hint=HINT)
    between, rest = pictures
    after, mark, end = rest.partition(ASKED)
    if not mark or end != texts.before_answer:
        raise UnsupportedModel("the chat template does not write pictures first", hint=HINT)
    plain = texts.without_system
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(start, plain, strict=False)))
    return replace(
        texts,
        without_pictures=plain[same:],
        before_pictures=start[same:],
        between_pictures=between,
        after_pictures=after,
    )


def read_frame(tokenizer: Any, template: str, image: str) -> ChatFrame:
    """Return the frame of an untrusted chat template, which another process renders.

    Args:
        tokenizer: transformers' tokenizer of the model.
        image: the placeholder of a picture.

    Raises: UnsupportedModel, OutOfThreads.
    """
    tokens: Mapping[str, Any] = tokenizer.special_tokens_map
    request = {
        "template": template,
        "tokens": {name: text for name, text in tokens.items() if isinstance(text, str)},
        "control": [*control_texts(tokenizer)],
        "image": image,
    }
    finished, reply = child.run(PROCESS, json.dumps(request).encode(), SECONDS)
    if not finished:
        raise UnsupportedModel("the chat template takes too much time or memory", hint=HINT)
    frame = json.loads(reply)
    if "error" in frame:
        raise UnsupportedModel(frame["error"], hint=HINT)
    return ChatFrame(**frame)


def template_of(
    tokenizer_config: Mapping[str, Any], older: Mapping[str, Any], newer: str | None
) -> str:
    """Return the chat template of a folder: of chat_template.jinja, else of chat_template.json, else of
    tokenizer_config.json. The processor's own files come first, because a tokenizer may have the
    template of the model's decoder. Raises: UnsupportedModel if there is none."""
    found: Any = newer or older.get("chat_template") or tokenizer_config.get("chat_template")
    if isinstance(found, Sequence) and not isinstance(found, str):
        named = [each for each in found if isinstance(each, dict) and each.get("name") == "default"]
        found = named[0].get("template") if named else None
    if not isinstance(found, str) or not found:
        raise UnsupportedModel("the folder has no chat template", hint=HINT)
    return found
