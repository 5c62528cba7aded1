"""Encode conversations as token ids in the model's chat frame. Chat and training use the same code.

    {before_system}{system}{after_system}<image>\\n{question}<learnable>*Q{before_answer}{answer}
    {after_answer}...

In the paper's frame:

    {system} USER: <image>\\n{question}<learnable>*Q ASSISTANT: {answer}</s>
    USER: {question}<learnable>*Q ASSISTANT:

Pictures come before their question, each on its own line.

Control tokens in a user's text are treated as text: a typed `<image>` or `</s>` is encoded as ordinary
characters. `chat_template` returns the same layout as a Jinja template for transformers; a test
compares the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from flashsloth.errors import CheckpointDamaged, ContextTooLong, InputError, InvalidConfiguration
from flashsloth.processing.chat_frame import QUERY_TOKEN as QUERY_TOKEN
from flashsloth.processing.chat_frame import ChatFrame, control_texts
from flashsloth.utils.text import printable, printable_repr

if TYPE_CHECKING:
    from flashsloth.sizes.model_sizes import ModelSizes

IMAGE_TOKEN = "<image>"
# a private-use character, which tokenizers encode as bytes or as their unknown token
UNKNOWN = "\U000fffff"
WORD = "a"
LONGEST_TOKEN = 256  # number of characters; no supported vocabulary has an entry as long as this
NO_LIMIT = int(1e30)  # the value that transformers uses for a tokenizer without a length limit
# A question, the number of its pictures, and the ids of its answer; None for the turn that is asked. If
# the last question is None, the prompt ends where the question will begin.
PromptTurn: TypeAlias = tuple[str | None, int, Sequence[int] | None]
FOREIGN = "The tokenizer belongs to another model. Use the tokenizer files that came with the weights."


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """The ids of a new model's special tokens, which `add_special_tokens` chooses, and those other
    fields of ModelSizes that PromptEncoder reads. `end_token_ids` begins with the id that closes a
    turn. `vocab_size` is at least the decoder's own."""

    image_token_id: int
    query_token_id: int
    query_offset_token_id: int
    end_token_ids: tuple[int, ...]
    pad_token_id: int
    vocab_size: int
    turn_prefix_length: int
    chat_frame: dict[str, str] | None
    num_query_tokens: int = 1
    system_prompt: str = ""

    def own_settings(self) -> dict[str, Any]:
        """Return these values as fields of ModelSizes."""
        return {
            "image_token_id": self.image_token_id,
            "query_token_id": self.query_token_id,
            "query_offset_token_id": self.query_offset_token_id,
            "turn_prefix_length": self.turn_prefix_length,
            "chat_frame": self.chat_frame,
        }

    def text_settings(self) -> dict[str, Any]:
        """Return these values as fields of `text_config`."""
        ends = self.end_token_ids
        return {
            "eos_token_id": ends[0] if len(ends) == 1 else [*ends],
            "pad_token_id": self.pad_token_id,
            "vocab_size": self.vocab_size,
        }


class ConversationEncoder(Protocol):
    """Encodes conversations with a model. PromptEncoder is the one of FlashSloth."""

    tokenizer: Any
    config: Any
    frame: ChatFrame

    def conversation(
        self, system: str, turns: Iterable[PromptTurn], blocks: Iterable[Sequence[int]]
    ) -> list[int]: ...

    def answer(self, text: str) -> list[int]: ...

    def answer_words(self, text: str) -> list[int]: ...


class PromptEncoder:
    """Encodes the parts of a conversation separately. The concatenated ids of the parts are the same as
    if the whole conversation were encoded at once (golden_tokenizer.json).

    Create the encoder before other threads use the tokenizer. Its constructor encodes control tokens,
    which is not thread-safe. Its methods encode only plain text.

    Raises: InvalidConfiguration if the frame's answers do not end with the configuration's end token.
    """

    def __init__(self, tokenizer: Any, config: ModelSizes | SpecialTokens) -> None:
        self.tokenizer = tokenizer
        self.config = config
        self.frame = frame = ChatFrame.from_dict(config.chat_frame)
        reserved = (config.image_token_id, config.query_token_id, *config.end_token_ids)
        self._encoder = encoder = TextEncoder(tokenizer, reserved, "".join(asdict(frame).values()))
        self.text = encoder.text  # encodes plain text
        self._system = encoder.place(frame.before_system)
        # a question is encoded in the same way after each of these strings
        starts = (frame.without_system, frame.after_system, frame.after_answer + frame.next_question)
        self._question = encoder.place(*starts)
        self._answer = encoder.place(frame.before_past_answer)
        image, query = (encoder.names.get(i, "") for i in reserved[:2])
        # each picture is on a line of its own
        self._pictured = EncodingContext("\n", bool(image) and encoder.place(image).continued)
        # `before_answer` follows a query token or, without query tokens, the last word of the question
        asked = query if config.num_query_tokens else WORD
        self._before_answer = encoder.control(frame.before_answer, asked)
        self._history = encoder.control(
            frame.before_past_answer.removesuffix(frame.before_words), asked
        )
        without, after_system, between = (start.removesuffix(self._question.spaces) for start in starts)
        before_system = frame.before_system.removesuffix(self._system.spaces)
        self._without_system = encoder.control(without)
        self._before_system = encoder.control(before_system)
        # The part of `after_system` before its first control token is encoded together with the system
        # text, because a token may contain characters of both.
        self._after_system_text = encoder.control_starts.split(after_system, maxsplit=1)[0]
        self._after_system = encoder.control(after_system.removeprefix(self._after_system_text))
        self._between = encoder.control(between, WORD)
        around = (self._without_system, self._before_system, self._after_system, self._between)
        for ids in (*around, self._before_answer, self._history):
            if {config.image_token_id, config.query_token_id}.intersection(ids):
                raise InvalidConfiguration(
                    "chat_frame holds the placeholder of pictures or query tokens"
                )
        if config.end_token_ids[0] not in self._between:
            raise InvalidConfiguration(
                f"chat_frame: answers end with {printable_repr(frame.after_answer)}, config.json says with the token "
                f"{config.end_token_ids[0]}",
                hint=FOREIGN,
            )
        # the number of ids from the end token of an answer up to the next question
        self.turn_prefix_length = len(self._between) - self._between.index(config.end_token_ids[0])

    @property
    def beginning(self) -> list[int]:
        """The ids with which every text begins. They are control tokens that occur only at the
        beginning, such as the one of Llama."""
        return [
            *takewhile(
                lambda i: i in self._encoder.ids and i not in self._between, self._without_system
            )
        ]

    @property
    def end_of_answer(self) -> list[int]:
        """The ids after an answer, up to and including its end token."""
        return self._between[: self._between.index(self.config.end_token_ids[0]) + 1]

    def conversation(
        self, system: str, turns: Iterable[PromptTurn], blocks: Iterable[Sequence[int]]
    ) -> list[int]:
        """Encode the system text and the turns, each of which consists of a question, the number of its
        pictures and the ids of its answer. If the ids of the last answer are None, the prompt ends
        where that answer will begin. `blocks` has the ids of all pictures in order."""
        ids = self.opening(system)
        coming = iter(blocks)
        for question, images, answer in turns:
            ids += self.pictures([*islice(coming, images)])
            if question is None:
                break
            asked = self.question(question, after_picture=images > 0)
            # `followed` copies what it is given, so it gets this question alone and not all ids so far.
            ids += asked if answer is None else self.followed(asked, answer)
        return ids

    def opening(self, system: str, visual_tokens: int = 0) -> list[int]:
        """Encode the beginning of a prompt, before the question is known: the system text, the start of
        the first question and the placeholders of a picture. If `system` is empty, the default system
        text of the chat template is used, if the template has one."""
        if not system:
            ids = [*self._without_system]
        else:
            words = self._system.spaces + system + self._after_system_text
            ids = (
                self._before_system
                + self.text(words, continued=self._system.continued)
                + self._after_system
            )
        block = [self.config.image_token_id] * visual_tokens
        return ids + self.pictures([block] if block else [])

    def answer(self, text: str) -> list[int]:
        """Encode an answer that is given as text and was not generated."""
        return self.answer_words(self.frame.before_words + text)

    def answer_words(self, text: str) -> list[int]:
        """Encode an answer whose text already has the spaces before its first word."""
        return self.text(text, continued=self._answer.continued)

    def pictures(self, blocks: Sequence[Sequence[int]]) -> list[int]:
        """Return the ids of a question's pictures, with a newline between two pictures."""
        ids: list[int] = []
        for number, block in enumerate(blocks):
            ids += [*self._words("", after_picture=number > 0), *block]
        return ids

    def question(self, text: str, *, after_picture: bool = False) -> list[int]:
        """Encode a question with its query tokens, up to the beginning of the answer."""
        words = self._words(text, after_picture=after_picture)
        return words + [self.config.query_token_id] * self.config.num_query_tokens + self._before_answer

    def followed(self, prompt: Sequence[int], answer: Sequence[int]) -> list[int]:
        """Return the ids of a prompt and its answer, so that the next question can be appended."""
        return [*self.as_history(prompt), *answer, *self._between]

    def as_history(self, prompt: Sequence[int]) -> list[int]:
        """Return the prompt of an answer as it is encoded when the answer is part of the history. In
        models that think, the ids before an answer of the history differ from the ids before a new
        answer."""
        return [*prompt[: len(prompt) - len(self._before_answer)], *self._history]

    def between_turns(self) -> list[int]:
        """Return the ids between an answer and the next question."""
        return [*self._between]

    def _words(self, text: str, *, after_picture: bool) -> list[int]:
        """Encode a text at the beginning of a question, or on the line after a picture."""
        place = self._pictured if after_picture else self._question
        return self.text(place.spaces + text, continued=place.continued)


def prepare_tokenizer(tokenizer: Any, config: ModelSizes) -> None:
    """Prepare a tokenizer of transformers for a model: add `<image>` with its id, pad on the left, and
    switch off the clean-up of spaces when decoding. The clean-up would change text that was already
    streamed.

    Raises: InvalidConfiguration if the tokenizer does not belong to the configuration.
    """
    if tokenizer.convert_tokens_to_ids(IMAGE_TOKEN) in (None, tokenizer.unk_token_id):
        # Ids must have no gaps, so tokens are added for unused ids. All tokens are added in one call,
        # because every call goes through all added tokens.
        unused = (f"<unused_{number}>" for number in range(len(tokenizer), config.image_token_id))
        tokenizer.add_special_tokens({"additional_special_tokens": [*unused, IMAGE_TOKEN]}, False)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    for token, identifier in (
        (IMAGE_TOKEN, config.image_token_id),
        (QUERY_TOKEN, config.query_token_id),
    ):
        actual = tokenizer.convert_tokens_to_ids(token)
        if actual != identifier:
            raise InvalidConfiguration(
                f"the tokenizer has {token} at id {actual}, config.json at {identifier}", hint=FOREIGN
            )
    vocabulary = config.text_config.vocab_size
    # control tokens with ids beyond the vocabulary do no harm, because they never occur in a text
    control = control_texts(tokenizer)
    for token, identifier in tokenizer.get_vocab().items():
        if identifier >= vocabulary and token not in control:
            raise InvalidConfiguration(
                f"the tokenizer has {printable_repr(token)} at id {identifier}, past the vocabulary of {vocabulary}",
                hint=FOREIGN,
            )
    # the constructor of PromptEncoder also checks the token that ends an answer
    length = PromptEncoder(tokenizer, config).turn_prefix_length
    if config.chat_frame is not None and length != config.turn_prefix_length:
        raise InvalidConfiguration(
            f"the chat frame has {length} tokens from the end of an answer to the next question, config.json says "
            f"{config.turn_prefix_length} (turn_prefix_length)"
        )


def chat_template(config: ModelSizes | SpecialTokens) -> str:
    """Return the Jinja template for a model with this chat frame, system prompt and number of query
    tokens."""
    source = (
        resources.files("flashsloth.processing")
        .joinpath("chat_template.jinja")
        .read_text(encoding="utf-8")
    )
    frame = ChatFrame.from_dict(config.chat_frame)
    texts = {
        **asdict(frame),
        "system": config.system_prompt,
        "history": frame.before_past_answer.removesuffix(frame.before_words),
        "before_words": frame.before_words,
        "queries": QUERY_TOKEN * config.num_query_tokens,
    }
    return re.sub("@([a-z_]+)@", lambda name: json.dumps(texts[name[1]], ensure_ascii=False), source)


@dataclass(frozen=True, slots=True)
class EncodingContext:
    """How to encode a text that follows a string of the frame: with which spaces before it, and whether
    as the continuation or as the beginning of a text. See TextEncoder."""

    spaces: str = ""
    continued: bool = False


class TextEncoder:
    """Encodes the strings of a chat frame with control tokens, and the texts of users without control
    tokens.

    In most tokenizers `split_special_tokens` is enough to encode typed control tokens as text. It has
    no effect on tokens that are entries of the vocabulary itself (Unigram, WordLevel), or that were
    added without being marked as special (Qwen's `<think>`). A text with such tokens is split within
    the tokens and encoded in pieces. If this does not help, the text is refused.

    SentencePiece tokenizers put a space before every text. In a part of a prompt this space is right
    only if it would also be there when the whole prompt is encoded at once. `place` encodes both to
    find out.

    Args:
        tokenizer: a tokenizer of transformers, or one from tokenizer.py.
        reserved: ids that must not occur in a text, in addition to the ids of special tokens.
        frame: all strings of the frame. Added tokens that occur in them are control tokens as well.
    """

    def __init__(self, tokenizer: Any, reserved: Iterable[int], frame: str) -> None:
        self.tokenizer = tokenizer
        # the engine checks the length of the context, including visual tokens
        tokenizer.model_max_length = NO_LIMIT
        # transformers would remove spaces before punctuation from a decoded text
        tokenizer.clean_up_tokenization_spaces = False
        kept = set(reserved)
        added = {
            token.content: number
            for number, token in getattr(tokenizer, "added_tokens_decoder", {}).items()
        }
        control = control_texts(tokenizer) | {
            t: number for t, number in added.items() if t.strip() and t in frame
        }
        control |= {t: number for t, number in added.items() if number in kept}
        self.ids = frozenset(kept | {*control.values()}) - {*self._encode(UNKNOWN)}  # of control tokens
        self.names = {number: text for text, number in control.items()}
        longest_first = sorted(control, key=len, reverse=True)
        self.control_starts = re.compile(
            f"(?=({'|'.join(map(re.escape, longest_first))}))" if control else "(?!)"
        )
        # To encode a text as a continuation, it is encoded after a newline, whose ids are then removed.
        # The value is None if the newline's ids cannot be separated from those of the text.
        newline = self._encode("\n")
        self._newline = newline if self._encode("\n" + WORD) != newline + self._encode(WORD) else None

    def text(self, text: str, *, continued: bool = False) -> list[int]:
        """Encode plain text, as the beginning of a text or as its continuation. Control tokens in it
        are encoded as ordinary characters.

        Raises: InputError for lone surrogates, and for a control token that the tokenizer cannot encode
            as characters; CheckpointDamaged if the tokenizer fails.
        """
        ids = self._piece(text, continued)
        if self.ids.isdisjoint(ids):
            return ids
        # cut the text after the first character of each control token
        cuts = [0, *(found.start() + 1 for found in self.control_starts.finditer(text)), len(text)]
        pieces = [text[start:end] for start, end in pairwise(cuts)]
        ids = [
            i
            for number, piece in enumerate(pieces)
            for i in self._piece(piece, continued or number > 0)
        ]
        typed = [self.names.get(i, "a control token") for i in ids if i in self.ids]
        if typed:
            raise InputError(
                f"the text has {printable(typed[0])}, which this model's tokenizer cannot write as letters",
                hint="Leave it out.",
            )
        return ids

    def control(self, text: str, after: str = "") -> list[int]:
        """Encode a string of the frame, including control tokens, as it is encoded when it follows the
        string `after`. Not thread-safe, because whether control tokens are recognised is a state of the
        tokenizer."""
        before = self._encode(after, control=True) if after else []
        ids = self._encode(after + text, control=True)
        return ids[len(before) :] if ids[: len(before)] == before else self._encode(text, control=True)

    def place(self, *frames: str) -> EncodingContext:
        """Find how to encode a text that follows one of these strings, so that the ids are the same as
        if the string and the text were encoded together."""
        spaces = " " * min(len(frame) - len(frame.rstrip(" ")) for frame in frames)
        for place in (
            EncodingContext(s, continued)
            for s in dict.fromkeys((spaces, ""))
            for continued in (False, True)
        ):
            ids = self._piece(place.spaces + WORD, place.continued)
            starts = (frame.removesuffix(place.spaces) for frame in frames)
            before = [self._encode(start, control=True) if start else [] for start in starts]
            if [self._encode(frame + WORD, control=True) for frame in frames] == [
                each + ids for each in before
            ]:
                return place
        return EncodingContext()

    def _piece(self, text: str, continued: bool) -> list[int]:
        newline = self._newline
        if not text or not continued or newline is None:
            return self._encode(text)
        ids = self._encode("\n" + text)
        return ids[len(newline) :] if ids[: len(newline)] == newline else self._encode(text)

    def _encode(self, text: str, *, control: bool = False) -> list[int]:
        """Encode a string. Control tokens in it are recognised if `control` is true, otherwise they are
        plain text."""
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                "the text has bytes that are not UTF-8", hint="Write it in UTF-8."
            ) from error
        try:
            return list(
                self.tokenizer.encode(text, add_special_tokens=False, split_special_tokens=not control)
            )
        # a panic of the native code raises a BaseException whose class cannot be imported
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            name = getattr(self.tokenizer, "name_or_path", "this model")
            raise CheckpointDamaged(f"{name}: the tokenizer fails on a text: {error}") from error


def check_length(ids: Sequence[int], limit: int, image_token: int) -> None:
    """Raise ContextTooLong if a prompt fills a context of `limit` positions, so that no position is
    left for an answer."""
    if len(ids) >= limit:
        visual = sum(token == image_token for token in ids)
        fewer = f"{visual} of them are visual tokens: ask about fewer pictures at once."
        raise ContextTooLong(
            f"the prompt has {len(ids)} tokens, including visual and query tokens; "
            f"the context has {limit} positions, and the answer needs at least one",
            hint=fewer if visual > limit // 2 else None,
        )


def check_characters(count: int, limit: int) -> None:
    """Raise ContextTooLong for a text that has too many characters to fit into the context. This is
    checked before the text is encoded, because encoding a very long text would take minutes."""
    if count > limit * LONGEST_TOKEN:
        raise ContextTooLong(f"the text has {count:,} characters; the context holds {limit} tokens")
