"""The JSON protocol between this project's commands and its server: token ids, continued answers and times, which the
OpenAI protocol lacks.

A request is a JSON object with `conversation` (of `conversation_fields`) and, where the path needs them, `pictures`
(base64 of RGB bytes: the squares that the tower reads, one after another) and `request` (of `request_fields`). An
answer is lines of JSON: `begin`, `start` once the first token is computed, `text` with `id` for each token, then `end`
or `error`. Without `end` it is incomplete.

Client and server are of the same version. Imports neither torch nor a web framework.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flashsloth.chat.chat_model import ModelFacts
from flashsloth.chat.conversation import Conversation
from flashsloth.chat.turns import GenerationRequest, Turn
from flashsloth.config.choice_temperature import check_choice_temperature
from flashsloth.config.picture_scale import PictureScale
from flashsloth.generation.choice_list import MAX_CHOICES, ChoiceQuestion, check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.generation.sampling_settings import Sampling

PREFIX = "/flashsloth/"  # of all paths; a request to them needs the token of the server's record
MODEL_PATH = f"{PREFIX}model"  # returns the facts
CONTEXT_PATH = f"{PREFIX}context"  # returns how long a conversation is, and how many turns to drop for a question
PREFILL_PATH = f"{PREFIX}prefill"  # computes a conversation before its next question
ANSWER_PATH = f"{PREFIX}answer"
EXPLAIN_PATH = f"{PREFIX}explain"  # takes the index of a `turn`, returns the arrays of its Attention as lists
MAX_SIZE = 2**24  # of the numbers among a model's facts


def parse_facts(values: Mapping[str, Any]) -> tuple[ModelFacts, str]:
    """Return facts that were sent, and the stamp of the files. Raises: TypeError for other fields, ValueError for other
    types."""
    fields = dict(values)
    stamp, scale = fields.pop("stamp"), PictureScale(**fields.pop("picture_scale"))
    facts = ModelFacts(**fields, picture_scale=scale)
    texts = (facts.name, facts.folder, facts.quant, facts.dtype, facts.device, facts.system_prompt, stamp, scale.aspect)
    perhaps = (facts.repo, facts.revision, facts.adapter)
    sizes = (facts.context_length, scale.side, scale.grid, *facts.visual_tokens)
    sizes += () if scale.readable is None else (scale.readable,)
    fits = all(isinstance(text, str) for text in (*texts, *filter(None, perhaps)))
    fits = fits and all(type(size) is int and 0 < size < MAX_SIZE for size in sizes) and len(facts.visual_tokens) == 2
    fits = fits and not check_choice_temperature(facts.choice_temperature)
    if not fits or not isinstance(facts.generation_defaults, dict):
        raise ValueError("not the facts of a model")
    Sampling(**facts.generation_defaults)
    return facts, stamp


def conversation_fields(conversation: Conversation) -> dict[str, Any]:
    """Return the JSON fields of a conversation. A picture that was dropped is not counted any more."""
    return {
        "system": conversation.system,
        "hd": conversation.hd,
        "turns": [
            [turn.question, turn.answer, list(turn.token_ids), turn.reason, turn.visible_images]
            for turn in conversation.turns
        ],
        "pictures": len(conversation.images),
        "forgotten": conversation.forgotten,
        "overflow": conversation.overflow,
    }


def request_fields(request: GenerationRequest) -> dict[str, Any]:
    return {
        "question": request.question,
        "sampling": asdict(request.sampling),
        "max_tokens": request.max_tokens,
        "stop": list(request.stop),
        "continues": request.continued is not None,
        "replaces_last": request.replaces_last,
        "constraint": None if request.constraint is None else asdict(request.constraint),
        "choices": None if request.choices is None else asdict(request.choices),
    }


def parse_turns(fields: Mapping[str, Any]) -> list[Turn]:
    """Return the turns of a conversation that was sent."""
    return [
        Turn(str(question), str(answer), tuple(map(int, ids)), reason, int(images))
        for question, answer, ids, reason, images in fields["turns"]
    ]


def parse_request(fields: Mapping[str, Any], turns: Sequence[Turn]) -> GenerationRequest:
    """Return a question that was sent. Raises: OptionError, and ValueError for one that no client sends."""
    if int(fields["max_tokens"]) < 1 or (fields["replaces_last"] and not turns):
        raise ValueError("nothing to answer")
    return GenerationRequest(
        str(fields["question"]),
        Sampling(**fields["sampling"]),
        int(fields["max_tokens"]),
        tuple(map(str, fields["stop"])),
        turns[-1] if fields["continues"] else None,
        bool(fields["replaces_last"]),
        parse_constraint(fields["constraint"]),
        None if fields["choices"] is None else parse_choice_question(fields["choices"]),
    )


def parse_constraint(fields: Mapping[str, Any] | None) -> Constraint | None:
    """Return the constraint of a question that was sent. Raises: SchemaError."""
    if fields is None:
        return None
    text = str(fields["text"])
    given = {"schema": text} if fields["kind"] == "schema" else {"regex": text}
    return constrain(**given, in_prompt=bool(fields["in_prompt"]))


def parse_choice_question(fields: Mapping[str, Any]) -> ChoiceQuestion:
    """Return a question with choices that was sent. Raises: OptionError; ValueError for one that no client sends."""
    orders = tuple(map(str, fields["orders"]))
    if not 1 <= len(orders) <= MAX_CHOICES:
        raise ValueError("no order, or too many")
    return ChoiceQuestion(check_choices(fields["choices"]), orders)
