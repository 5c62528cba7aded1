"""The strings that a chat template writes around texts and pictures, as in processing/chat_frame.py.

As a program this module is the child process that renders the chat template of a stranger's model. It
imports Jinja and neither torch nor transformers, has limits of time and memory, and never sees a user's
text. It reads a JSON object from stdin, `template` and `tokens` (the special tokens that the template
may write, by name), `control` (all control tokens) and `image` (the placeholder of a picture), and
writes the fields of a ChatFrame, or `error`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import takewhile
from types import SimpleNamespace
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flashsloth.errors import UnsupportedModel
from flashsloth.processing.chat_frame import ASKED, HINT, ChatFrame, control_texts, rendered
from flashsloth.utils import child, system

PROCESS = "flashsloth.vlm.template"
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


# The process that renders a template


CPU_SECONDS = 2
MEMORY_BYTES = 256 << 20


class GenerationTag(Extension):
    """The tag {% generation %} around answers, with which trainers mark them. It changes nothing."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's own form

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class Template:
    """A chat template with the interface of a tokenizer that ChatFrame needs."""

    def __init__(self, source: str, tokens: Mapping[str, str], control: Sequence[str]) -> None:
        self.chat_template = source
        self.tokens = tokens
        # where chat_frame.control_texts looks for control tokens
        self.added_tokens_decoder = {
            number: SimpleNamespace(content=text, special=True) for number, text in enumerate(control)
        }
        self.eos_token = tokens.get("eos_token")
        self.environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, loopcontrols]
        )
        self.environment.filters["tojson"] = to_json
        self.environment.globals["raise_exception"] = raise_exception

    def get_chat_template(self) -> str:
        return self.chat_template

    def apply_chat_template(
        self, messages: Sequence[Mapping[str, Any]], *, chat_template: str, **options: Any
    ) -> str:
        """Each message has a list of parts, as processors of transformers pass them."""
        listed = []
        for message in messages:
            parts = message["content"]
            if isinstance(parts, str):
                parts = [{"type": "text", "text": parts}]
            listed.append({"role": message["role"], "content": parts})
        template = self.environment.from_string(chat_template)
        return template.render(messages=listed, tools=None, documents=None, **self.tokens, **options)


def to_json(value: Any, **options: Any) -> str:
    """The filter `tojson` of transformers, which escapes no HTML."""
    return json.dumps(value, **{"ensure_ascii": False, **options})


def raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def main() -> None:
    system.limit_process(CPU_SECONDS, MEMORY_BYTES)
    request = json.load(sys.stdin)
    template = Template(request["template"], request["tokens"], request["control"])
    try:
        reply = asdict(frame_of(template, request["image"]))
    except UnsupportedModel as error:
        reply = {"error": str(error)}
    json.dump(reply, sys.stdout)


if __name__ == "__main__":
    main()
