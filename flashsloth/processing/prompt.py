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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import resources
from itertools import chain, islice, pairwise, takewhile
from typing import Any, TypeAlias

from flashsloth.errors import CheckpointDamaged, ContextTooLong, InputError, InvalidConfiguration
from flashsloth.processing.chat_frame import PAPER, QUERY_TOKEN, ChatFrame, control_texts
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.text import printable, printable_repr

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


class PromptEncoder:
    """Encodes conversations.

    The texts between two control tokens, of the frame and of the user, are encoded together. So the ids
    are those of the whole rendered conversation (golden_tokenizer.json), whatever a question begins or
    ends with, and control tokens that a user types are text. Only an answer keeps the ids with which it
    was generated.

    Create the encoder before other threads use the tokenizer. Its constructor encodes control tokens,
    which is not thread-safe. Its methods encode only plain text.

    Raises: InvalidConfiguration if the frame's answers do not end with the configuration's end token.
    """

    def __init__(self, tokenizer: Any, config: ModelSizes | SpecialTokens) -> None:
        self.tokenizer = tokenizer
        self.config = config
        self.frame = frame = ChatFrame.from_dict(config.chat_frame)
        reserved = (config.image_token_id, config.query_token_id, *config.end_token_ids)
        strings = "".join(asdict(frame).values())
        self._encoder = encoder = TextEncoder(tokenizer, reserved, strings)
        self.text = encoder.text  # encodes plain text
        added = getattr(tokenizer, "added_tokens_decoder", {})
        # control tokens that drop the white space after them
        self._stripping = {number for number, token in added.items() if token.rstrip}
        placeholders = [encoder.names[i] for i in reserved[:2] if i in encoder.names]
        # whether SentencePiece puts no space before a text that follows a control token
        self._continued = bool(placeholders) and encoder.continues(placeholders[0])
        self._answer_continues = encoder.continues(frame.before_past_answer)
        if any(token in strings for token in placeholders):
            raise InvalidConfiguration("chat_frame holds the placeholder of pictures or query tokens")
        end = config.end_token_ids[0]
        # The spaces before a question belong to its first word.
        self._between = self._ids_of((frame.after_answer + frame.next_question).rstrip(" "))
        if end not in self._between:
            raise InvalidConfiguration(
                f"chat_frame: answers end with {printable_repr(frame.after_answer)}, config.json says with the token "
                f"{end}",
                hint=FOREIGN,
            )
        # the number of ids from the end token of an answer up to the next question
        self.turn_prefix_length = len(self._between) - self._between.index(end)

    @property
    def beginning(self) -> list[int]:
        """The ids with which every text begins. They are control tokens that occur only at the
        beginning, such as the one of Llama."""
        return [
            *takewhile(
                lambda i: i in self._encoder.ids and i not in self._between,
                self._ids_of(self.frame.without_system),
            )
        ]

    @property
    def end_of_answer(self) -> list[int]:
        """The ids after an answer, up to and including its end token."""
        return self._between[: -self.turn_prefix_length + 1 or None]

    def answer(self, text: str) -> list[int]:
        """Encode an answer that is given as text and was not generated."""
        return self.answer_words(self.frame.before_words + text)

    def answer_words(self, text: str) -> list[int]:
        """Encode an answer whose text already has the spaces before its first word."""
        return self.text(text, continued=self._answer_continues)

    def conversation(
        self,
        system: str,
        turns: Iterable[PromptTurn],
        blocks: Iterable[Sequence[int]] = (),
    ) -> list[int]:
        """Return the ids of the system text and the turns. If the ids of the last answer are None, they
        end where that answer will begin. If the last question is None, they are the ids with which the
        conversation begins whatever that question will be.

        Args:
            system: if it is empty, the default system text of the chat template is used, if the
                template has one.
            blocks: the ids of all pictures in order.
        """
        return [
            number
            for asked, answer in self.turns(system, turns, blocks)
            for number in chain(asked, answer or ())
        ]

    def turns(
        self, system: str, turns: Iterable[PromptTurn], blocks: Iterable[Sequence[int]]
    ) -> Iterator[tuple[list[int], Sequence[int] | None]]:
        """Yield for each turn the ids from the end of the answer before it to the beginning of its own
        answer, and the ids of its answer. The arguments are those of `conversation`."""
        frame = self.frame
        coming = iter(blocks)
        queries = [self.config.query_token_id] * self.config.num_query_tokens
        ids: list[int] = []  # of all turns
        words = ""  # the text since the last control token, which is not encoded yet
        for number, (question, pictures, answer) in enumerate(turns):
            begin = len(ids)
            # 1. What stands before the question.
            start = frame.after_answer + frame.next_question if number else frame.without_system
            if system and not number:
                words = self._append(ids, words, frame.before_system) + system
                start = frame.after_system
            if pictures:
                start = start.removesuffix(frame.without_pictures) + frame.before_pictures
            words = self._append(ids, words, start)
            # 2. Its pictures.
            for position, block in enumerate(islice(coming, pictures)):
                words = self._append(ids, words, frame.between_pictures if position else "")
                ids += [*self._words(ids, words), *block]
                words = ""
            if question is None:
                # A space belongs to the word after it, so the words before it are complete.
                if words.endswith(" "):
                    ids += self._words(ids, words.rstrip(" "))
                yield ids[begin:], None
                return
            # 3. The question, and what stands before its answer.
            words = self._append(ids, words, frame.after_pictures if pictures else "") + question
            if queries:
                ids += [*self._words(ids, words), *queries]
                words = ""
            past = frame.before_past_answer.removesuffix(frame.before_words)
            words = self._append(ids, words, frame.before_answer if answer is None else past)
            ids += self._words(ids, words)
            words = ""
            yield ids[begin:], answer
            ids += answer or ()

    def _append(self, ids: list[int], words: str, string: str) -> str:
        """Append a string of the frame, with the words before it, to the ids. Return the words after
        its last control token, which are not encoded yet."""
        for part in self._encoder.control_tokens.split(string):
            number = self._encoder.numbers.get(part)
            if number is not None:
                ids += [*self._words(ids, words), number]
                words = ""
            else:
                words += part.lstrip() if ids and ids[-1] in self._stripping and not words else part
        return words

    def _ids_of(self, string: str) -> list[int]:
        """Return the ids of a string of the frame."""
        ids: list[int] = []
        words = self._append(ids, "", string)
        return ids + self._words(ids, words)

    def _words(self, ids: list[int], words: str) -> list[int]:
        """Encode the words that follow `ids`, which are empty at the beginning of a text."""
        return self.text(words, continued=self._continued and bool(ids))


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
    check_vocabulary(tokenizer, config.text_config.vocab_size)
    # the constructor of PromptEncoder also checks the token that ends an answer
    length = PromptEncoder(tokenizer, config).turn_prefix_length
    if config.chat_frame is not None and length != config.turn_prefix_length:
        raise InvalidConfiguration(
            f"the chat frame has {length} tokens from the end of an answer to the next question, config.json says "
            f"{config.turn_prefix_length} (turn_prefix_length)"
        )


def check_vocabulary(tokenizer: Any, size: int) -> None:
    """Raise InvalidConfiguration if a text could become an id beyond a vocabulary of this size. Control
    tokens beyond it do no harm, because they never occur in a text."""
    control = control_texts(tokenizer)
    for token, identifier in tokenizer.get_vocab().items():
        if identifier >= size and token not in control:
            raise InvalidConfiguration(
                f"the tokenizer has {printable_repr(token)} at id {identifier}, past the vocabulary of {size}",
                hint=FOREIGN,
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


class TextEncoder:
    """Encodes the strings of a chat frame with control tokens, and the texts of users without control
    tokens.

    In most tokenizers `split_special_tokens` is enough to encode typed control tokens as text. It has
    no effect on tokens that are entries of the vocabulary itself (Unigram, WordLevel), or that were
    added without being marked as special (Qwen's `<think>`). A text with such tokens is split within
    the tokens and encoded in pieces. If this does not help, the text is refused.

    SentencePiece tokenizers put a space before every text. In a part of a prompt this space is right
    only if it would also be there when the whole prompt is encoded at once. `continues` encodes both to
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
        self.numbers = control
        longest_first = sorted(control, key=len, reverse=True)
        self.control_tokens = re.compile(
            f"({'|'.join(map(re.escape, longest_first))})" if control else "(?!)"
        )
        self._control_starts = re.compile(f"(?={self.control_tokens.pattern})")
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
        cuts = [0, *(found.start() + 1 for found in self._control_starts.finditer(text)), len(text)]
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

    def continues(self, frame: str) -> bool:
        """Return whether a text that follows this string is encoded as a continuation, so that the ids
        are the same as if the string and the text were encoded together. Not thread-safe, because
        whether control tokens are recognised is a state of the tokenizer."""
        together = self._encode(frame + WORD, control=True)
        spaces = " " * (len(frame) - len(frame.rstrip(" ")))
        for before in dict.fromkeys((spaces, "")):
            start = frame.removesuffix(before)
            ids = self._encode(start, control=True) if start else []
            for continued in (False, True):
                if together == ids + self._piece(before + WORD, continued):
                    return continued
        return False

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


# a vocabulary grows to a multiple of this, because matrix kernels are slow for other sizes
MULTIPLE = 64
PAD_TOKEN = "<|flashsloth_pad|>"


def add_special_tokens(
    tokenizer: Any,
    vocabulary: int,
    frame: ChatFrame = PAPER,
    *,
    end_token_ids: Sequence[int] = (),
    may_grow: bool = True,
) -> SpecialTokens:
    """Add the special tokens of FlashSloth that a tokenizer of transformers lacks, and return the ids
    of all of them.

    New tokens take unused rows of the vocabulary. If there are too few, the vocabulary grows to the
    next multiple of 64. A separate padding token is added if the tokenizer has no padding token, or if
    it pads with the token that closes a turn.

    Args:
        vocabulary: the number of rows of the decoder's embedding.
        frame: the chat frame, as returned by `ChatFrame.of`. For PAPER, `</s>` is added as well.
        end_token_ids: further ids that end an answer, as in the decoder's generation_config.json.
        may_grow: whether the vocabulary may grow.

    Raises: InvalidConfiguration if the frame and the tokenizer do not belong together, or if the
        vocabulary would have to grow and may not.
    """
    # 1. Add the tokens that are missing. `</s>` is added to a tokenizer that lacks it, but the end
    #    token of another frame must already exist.
    end_tokens = [PAPER.after_answer] if frame.after_answer == PAPER.after_answer else []
    unknown = (None, tokenizer.unk_token_id)
    missing = [
        token
        for token in (QUERY_TOKEN, *end_tokens, IMAGE_TOKEN)
        if tokenizer.convert_tokens_to_ids(token) in unknown
    ]
    tokenizer.add_special_tokens({"additional_special_tokens": missing}, False)
    end = _closing_id(tokenizer, frame)
    if frame is not PAPER and tokenizer.pad_token_id in (None, end):
        tokenizer.add_special_tokens({"pad_token": PAD_TOKEN}, False)
    elif tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or PAPER.after_answer
    # 2. Look up the ids of all of them.
    other_ends = () if frame is PAPER else (*end_token_ids, tokenizer.eos_token_id)
    ends = (end, *(i for i in other_ends if i is not None))
    tokens = [QUERY_TOKEN, IMAGE_TOKEN, tokenizer.pad_token]
    ids = {token: int(tokenizer.convert_tokens_to_ids(token)) for token in tokens}
    # 3. Let the vocabulary grow if it has no rows for the new ids.
    rows = max(end, *ids.values()) + 1
    if rows > vocabulary and not may_grow:
        raise InvalidConfiguration(
            f"the text model's vocabulary of {vocabulary} has no room for {', '.join(missing or tokens)}",
            hint="Use a language model with spare token ids.",
        )
    if rows > vocabulary:
        vocabulary = -(-rows // MULTIPLE) * MULTIPLE
    # the reference adds the embedding of " ." to the query tokens (hf/modeling.py, `embed`)
    dot = tokenizer.encode(" .", add_special_tokens=False, split_special_tokens=True)
    made = SpecialTokens(
        image_token_id=ids[IMAGE_TOKEN],
        query_token_id=ids[QUERY_TOKEN],
        query_offset_token_id=int(dot[-1]),
        end_token_ids=tuple(dict.fromkeys(ends)),
        pad_token_id=ids[tokenizer.pad_token],
        vocab_size=vocabulary,
        turn_prefix_length=1,
        chat_frame=None if frame is PAPER else asdict(frame),
    )
    return replace(made, turn_prefix_length=PromptEncoder(tokenizer, made).turn_prefix_length)


def _closing_id(tokenizer: Any, frame: ChatFrame) -> int:
    """Return the id of the token that ends an answer. Raises: InvalidConfiguration."""
    ids = tokenizer.encode(frame.after_answer, add_special_tokens=False, split_special_tokens=False)
    if not ids or ids[-1] not in tokenizer.added_tokens_decoder:
        raise InvalidConfiguration(
            f"the tokenizer has no control token at the end of {frame.after_answer!r}",
            hint="Use the chat frame of this tokenizer: ChatFrame.of(tokenizer).",
        )
    return int(ids[-1])
