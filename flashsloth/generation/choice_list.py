"""Choices for an answer: check the choices, insert them into a question, and encode question and
choices. This module does not import torch.

The probability of a choice is the probability of an answer that begins with one of its spellings: the
first letter in upper or lower case, with or without a space before it. If "1" and "12" are both
choices, an answer that begins with "12" counts only for "12".
"""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flashsloth.errors import OptionError
from flashsloth.processing.prompt import PromptEncoder, check_length
from flashsloth.utils.text import printable_repr

PLACEHOLDER = "{choices}"  # the text in a question that is replaced by the choices
MAX_CHOICES = 64
MAX_CHARACTERS = 100  # the maximum length of a choice
# The limit of the ids of one question, as a multiple of the length of the context. Each order of the
# choices takes the ids of the question and of all choices.
MAX_CONTEXTS = 8
# With at most this many choices, a question that names them is asked in every order of the choices.
# With more choices, it is asked in the rotations of the given order.
ALL_ORDERS = 3
# If the choices together are less likely than this, there is a warning that the model would begin its
# answer otherwise. Measured with nano, questions about the ten pictures of examples/images: yes and no
# have 0.99 and more, colors, numbers and shapes 1e-9 to 1e-5, as nano would say "The sign is red.";
# words that it never says have 1e-11 and less in nine of eleven questions (zebra and quasar, for "Is
# there a sign?", 1e-13 and less), and so have words that it does not use, such as true and false.
LEAST_MASS = 1e-10
UNLIKELY = (
    "the model would begin its answer otherwise: all choices together have a probability of {:.0e}"
)


@dataclass(frozen=True, slots=True)
class ChoicePrompt:
    """The ids of questions that follow a common prefix, and the ids of their choices.

    `prefix` has the ids of the conversation before the questions. `questions[i]` has the ids of
    question i in each order of the choices. `spellings[i]` has the ids of each spelling of choice i; a
    conversation stores the first one as the answer.
    """

    choices: tuple[str, ...]
    prefix: list[int]
    questions: tuple[tuple[list[int], ...], ...]
    spellings: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def first(self) -> list[int]:
        """The ids of the first question, with the prefix."""
        return self.prefix + self.questions[0][0]


def parse_choices(text: str) -> tuple[str, ...]:
    """Return the choices of a text such as `yes,no`, or of a JSON list if a choice has a comma. Raises:
    OptionError."""
    try:
        values = json.loads(text) if text.lstrip().startswith("[") else text.split(",")
    except (ValueError, RecursionError):
        raise OptionError(
            f"the choices {printable_repr(text)} are not a JSON list",
            hint="""Write them as yes,no or '["yes","no, it is not"]'.""",
        ) from None
    return check_choices(values)


def check_choices(choices: Sequence[str]) -> tuple[str, ...]:
    """Return the choices without white space at their ends. Raises: OptionError."""
    if isinstance(choices, str) or not all(isinstance(choice, str) for choice in choices):
        raise OptionError("the choices are not a list of texts", hint='Use ["yes", "no"].')
    cleaned = tuple(choice.strip() for choice in choices)
    if not 2 <= len(cleaned) <= MAX_CHOICES:
        count = "1 choice was" if len(cleaned) == 1 else f"{len(cleaned)} choices were"
        raise OptionError(
            f"{count} given; 2 to {MAX_CHOICES} are allowed", hint="Separate them by commas: yes,no"
        )
    for choice in cleaned:
        if not choice:
            raise OptionError("a choice is empty", hint="Separate the choices by single commas: yes,no")
        if len(choice) > MAX_CHARACTERS:
            raise OptionError(
                f"a choice has {len(choice):,} characters; {MAX_CHARACTERS} are allowed",
                hint="Use a word or two, as the answer would begin.",
            )
    seen: dict[str, str] = {}
    for choice in cleaned:
        other = seen.setdefault(unicodedata.normalize("NFC", choice[:1].lower() + choice[1:]), choice)
        if other is not choice:
            same = "twice" if other == choice else f"like {printable_repr(other)}"
            raise OptionError(
                f"the choice {printable_repr(choice)} was given {same}",
                hint="The case of the first letter does not count. Name each choice once.",
            )
    return cleaned


def question_in_orders(question: str, choices: Sequence[str]) -> tuple[str, ...]:
    """Return a question in which the (checked) choices replace {choices}: once in each order of the
    choices, the given order first. Up to three choices are named in all orders, and more choices in all
    rotations of the given order. A question that does not name the choices is returned once. Raises:
    OptionError if {choices} occurs twice."""
    given = tuple(choices)
    if question.count(PLACEHOLDER) > 1:
        raise OptionError(
            f"the question says {PLACEHOLDER} more than once", hint="Name the choices once."
        )
    orders = [given]
    if PLACEHOLDER in question:
        if len(given) <= ALL_ORDERS:
            orders = [*itertools.permutations(given)]
        else:
            orders = [given[n:] + given[:n] for n in range(len(given))]
    return tuple(question.replace(PLACEHOLDER, ", ".join(order)) for order in orders)


def choice_prompt(
    prompt: PromptEncoder,
    prefix: list[int],
    questions: Sequence[Sequence[str]],
    choices: tuple[str, ...],
    *,
    encode: Callable[[str], list[int]],
    limit: int,
) -> ChoicePrompt:
    """Encode questions, each with the choices in several orders (`question_in_orders`). `encode`
    returns the ids of the conversation with a question as its last, which begin with `prefix`. `limit`
    is the length of the context. Raises: ContextTooLong, and OptionError for choices with the same
    ids."""
    texts = [spelled(choice, prompt.frame.before_words) for choice in choices]
    spellings = tuple(
        tuple(dict.fromkeys(tuple(prompt.answer_words(text)) for text in each)) for each in texts
    )
    every = [ids for each in spellings for ids in each]
    if len(set(every)) < len(every):
        raise OptionError(
            "two of the choices are the same to the model", hint="Use other words for them."
        )
    longest = list(max(every, key=len)[1:])
    size = sum(map(len, every))
    encoded = []
    for texts_in_orders in questions:
        orders = []
        for text in texts_in_orders:
            ids = encode(text)[len(prefix) :]
            check_length(prefix + ids + longest, limit, prompt.config.image_token_id)
            # Checked after the first order, so that the other orders of a question that is too long are
            # not encoded.
            if (len(ids) + size) * len(texts_in_orders) > MAX_CONTEXTS * limit:
                raise OptionError(
                    "the choices are too long", hint="Use fewer or shorter ones, or do not name them."
                )
            orders.append(ids)
        encoded.append(tuple(orders))
    return ChoicePrompt(choices, prefix, tuple(encoded), spellings)


def spelled(choice: str, before: str = " ") -> tuple[str, ...]:
    """Return the spellings of a choice. `before` is the text with which the model's answers begin,
    usually a space. The first spelling is this text followed by the choice as it was given."""
    first = [choice[0], choice[0].lower(), choice[0].upper()]
    texts = dict.fromkeys(letter + choice[1:] for letter in first if len(letter) == 1)
    return tuple(f"{space}{text}" for space in dict.fromkeys((before, " ", "")) for text in texts)
