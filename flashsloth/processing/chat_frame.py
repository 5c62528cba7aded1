"""The chat frame: the strings around the texts of a conversation. They are taken from a tokenizer's
chat template. This module only handles strings; prompt.py encodes them.

    {before_system}{system text}{after_system}{question}{before_answer}{answer}{after_answer}
    {next_question}...

Without a system text, `without_system` comes before the first question. When a model is made, the
template is rendered once with marks instead of the texts. The strings between the marks are stored in
config.json. Prompts are then made from these strings without running the template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.utils import checked
from flashsloth.utils.text import last_line

QUERY_TOKEN = "<learnable>"
# maximum length of each string; a string may contain the template's own system text
MAX_CHARACTERS = 8192
Text = Annotated[str, Field(strict=True, max_length=MAX_CHARACTERS)]
# Some templates write the current date into the prompt. The frame must not depend on the day on which a
# model is made, so a fixed date is used, which is also the default of Llama's template. The macro
# replaces transformers' function of the same name.
TODAY = "26 Jul 2024"
DATED = f"{{%- macro strftime_now(form) -%}}{TODAY}{{%- endmacro -%}}"
# the marks, which are words that occur in no template
SYSTEM = "Qsystemq"
ASKED = "Qaskedq"
ANSWERED = "Qansweredq"
AGAIN = "Qagainq"
HINT = "Use a model whose chat template writes system text, questions and answers in order, or a base model."


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class ChatFrame:
    """The strings around the texts of a conversation, including control tokens.

    Args:
        before_system, after_system: the strings before and after the system text. The first question
            follows.
        without_system: the string before the first question if there is no system text. It may contain
            the template's default system text.
        before_answer: the string between the last question and the answer that will be generated.
        before_past_answer: the string between a question and an answer of an earlier turn. It differs
            from `before_answer` in models that think: a new answer is generated after an empty thought,
            and the history has no thoughts.
        after_answer: the string after an answer. It ends with the token that ends an answer.
        next_question: the string between that token and the next question.
        without_pictures, before_pictures: what stands at the end of the string before a question:
            `before_pictures` if pictures come first, otherwise `without_pictures`.
        between_pictures: the string between two pictures.
        after_pictures: the string between the last picture and the question.
    """

    before_system: Text
    after_system: Text
    without_system: Text
    before_answer: Text
    before_past_answer: Text
    after_answer: Annotated[Text, Field(min_length=1)]
    next_question: Text
    without_pictures: Text = ""
    before_pictures: Text = ""
    between_pictures: Text = "\n"
    after_pictures: Text = "\n"

    @property
    def before_words(self) -> str:
        """The spaces before the first word of an answer in the history. They are encoded together with
        that word."""
        spaces = self.before_past_answer.removeprefix(self.before_answer)
        return (
            spaces
            if self.before_past_answer.startswith(self.before_answer) and not spaces.strip(" ")
            else ""
        )

    @classmethod
    def from_dict(cls, values: Any) -> ChatFrame:
        """Return the frame that config.json states, after checking it. For None, return the paper's
        frame.

        Raises: InvalidConfiguration for unknown names, values that are not text, texts that are too
        long, and an empty `after_answer`.
        """
        return (
            PAPER if values is None else checked.parse(cls, values, "chat_frame", InvalidConfiguration)
        )

    @classmethod
    def of(cls, tokenizer: Any) -> ChatFrame:
        """Return the frame of a tokenizer of transformers, taken from its chat template. If the
        tokenizer has no template, it is the paper's frame with the tokenizer's end token.

        In models that think, the frame makes the model answer without a thought. If the template does
        not accept a system text, or moves it in longer conversations, the system text is put before the
        first question.

        Raises: UnsupportedModel if the template reorders or changes the texts, or does not end answers
        with a control token.
        """
        if not tokenizer.chat_template:
            return replace(PAPER, after_answer=tokenizer.eos_token or PAPER.after_answer)
        turns = [("user", ASKED), ("assistant", ANSWERED), ("user", AGAIN)]
        first, *rest = _between(tokenizer, turns)
        past, between, before_answer = rest
        # the template begins a thought although `enable_thinking` is False, so the thought is left out
        if "<think>" in before_answer and "</think>" not in before_answer:
            before_answer = past
        end = _end_of(between, tokenizer)
        before_system, after_system = _around_system(tokenizer, turns, rest) or (first, "\n\n")
        # A question must be encoded in the same way with and without a system text before it, so in
        # both cases the same number of spaces must precede the question.
        after_system = after_system.rstrip(" ") + " " * (len(first) - len(first.rstrip(" ")))
        texts = (before_system, after_system, first, before_answer, past, between[:end], between[end:])
        if max(map(len, texts)) > MAX_CHARACTERS:
            raise UnsupportedModel(
                f"the chat template writes more than {MAX_CHARACTERS} characters of its own", hint=HINT
            )
        return cls(*texts)


PAPER = ChatFrame(
    before_system="",
    after_system=" USER: ",
    without_system="USER: ",
    before_answer=" ASSISTANT:",
    before_past_answer=" ASSISTANT: ",
    after_answer="</s>",
    next_question="USER: ",
)


def control_texts(tokenizer: Any) -> dict[str, int]:
    """Return the special tokens of a tokenizer with their ids. Special tokens that are white space are
    left out."""
    tokens = getattr(tokenizer, "added_tokens_decoder", {})
    return {
        token.content: number
        for number, token in tokens.items()
        if token.special and token.content.strip()
    }


def rendered(tokenizer: Any, messages: Sequence[Mapping[str, Any]]) -> str:
    """Return what a chat template writes for a conversation that waits for an answer. Raises:
    UnsupportedModel."""
    try:
        text: str = tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
            date_string=TODAY,
            chat_template=DATED + tokenizer.get_chat_template(),
        )
    except Exception as error:  # an exception of Jinja, or of a function that the template calls
        raise UnsupportedModel(
            f"the chat template fails: {last_line(error)[:200]}", hint=HINT
        ) from error
    # the template of a FlashSloth writes query tokens after each question, which are not part of the
    # frame
    return text.replace(QUERY_TOKEN, "")


def _between(tokenizer: Any, turns: Sequence[tuple[str, str]]) -> list[str]:
    """Render a conversation whose texts are marks. Return the strings before, between and after the
    marks. Raises: UnsupportedModel."""
    text = rendered(tokenizer, [{"role": role, "content": mark} for role, mark in turns])
    found = []
    for _, mark in turns:
        before, hit, text = text.partition(mark)
        if not hit or mark in text:
            raise UnsupportedModel(
                "the chat template does not write each text once and in order", hint=HINT
            )
        found.append(before)
    return [*found, text]


def _around_system(
    tokenizer: Any, turns: list[tuple[str, str]], rest: list[str]
) -> tuple[str, str] | None:
    """Return the strings before and after a system text. Some templates accept a system text only in
    the first turn, which is enough. Return None if the template accepts no system text at all."""
    for chosen, following in ((turns, rest), (turns[:1], rest[-1:])):
        try:
            before, after, *others = _between(tokenizer, [("system", SYSTEM), *chosen])
        except UnsupportedModel:
            continue
        if others == following:
            return before, after
    return None


def _end_of(between: str, tokenizer: Any) -> int:
    """Return the position after the first control token in a text. If several control tokens begin at
    the same position, the longest one is used. Raises: UnsupportedModel if there is none."""
    tokens = [*control_texts(tokenizer), *filter(None, [tokenizer.eos_token])]
    found = [(between.index(token), -len(token)) for token in tokens if token in between]
    if not found:
        raise UnsupportedModel("the chat template does not end answers with a control token", hint=HINT)
    start, length = min(found)
    return start - length
