"""Child process that renders the chat template of a stranger's model. It imports Jinja and neither
torch nor transformers, has limits of time and memory, and never sees a user's text.

It reads a JSON object from stdin, `template` and `tokens` (the special tokens that the template may
write, by name), `control` (all control tokens) and `image` (the placeholder of a picture), and writes
the fields of a ChatFrame, or `error`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.exceptions import TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flashsloth.errors import UnsupportedModel
from flashsloth.utils import system
from flashsloth.vlm.template import frame_of

SECONDS = 2
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
    system.limit_process(SECONDS, MEMORY_BYTES)
    request = json.load(sys.stdin)
    template = Template(request["template"], request["tokens"], request["control"])
    try:
        reply = asdict(frame_of(template, request["image"]))
    except UnsupportedModel as error:
        reply = {"error": str(error)}
    json.dump(reply, sys.stdout)


if __name__ == "__main__":
    main()
