"""The token ids of a conversation's prompts. Old turns are dropped from a prompt that is too long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flashsloth.chat.conversation import Context, Conversation, Question, Turn
from flashsloth.generation.choice_list import ChoicePrompt, choice_prompt
from flashsloth.generation.decode_loop import Prompt
from flashsloth.generation.detail import NO_DOUBT, Doubt, refusal_patterns
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.prompt import PromptEncoder, PromptTurn, check_characters, check_length
from flashsloth.sizes.model_sizes import ModelSizes

MIN_ANSWER = 64  # Old turns are dropped if fewer tokens than this are left for the answer.


@dataclass(frozen=True, slots=True, repr=False)
class PromptIds:
    """Encodes the prompts of conversations with a model. The visual tokens of a picture come before the
    question with which the picture was first shown. Answers keep the ids with which they were
    generated, and `</s>` follows each answer.

    Args:
        pictures: prepares the pictures, whose ids depend on their sizes in some models.
        limit: the maximum number of positions of a prompt together with its answer.
        grammars: returns the compiler of constraints. It is called only for an answer with a
            constraint.
    """

    prompt: PromptEncoder
    pictures: PictureProcessor
    config: ModelSizes
    limit: int
    grammars: Callable[[], GrammarCompiler]

    def with_ids(self, turn: Turn) -> Turn:
        """Return a turn with the ids of its answer. If the ids are missing, or if they are ids that no
        answer can have, they are replaced by the ids of the answer's text."""
        # The placeholders of visual tokens and query tokens stand for positions, not for text.
        placeholders = {self.config.image_token_id, self.config.query_token_id}
        size = self.config.text_config.vocab_size
        valid = all(0 <= token < size and token not in placeholders for token in turn.token_ids)
        if valid and (turn.token_ids or not turn.answer):
            return turn
        return replace(turn, token_ids=tuple(self.prompt.answer(turn.answer)))

    def so_far(self, conversation: Conversation) -> list[int]:
        """Return the ids before the next question, including the ids of the pictures that are shown
        with this question."""
        return self.ids(conversation, conversation.context())

    def of(self, conversation: Conversation, question: Question) -> list[int]:
        """Return the ids of a question's prompt, however long it is."""
        context = conversation.context(*conversation.context_of(question))
        ids = self.ids(conversation, context, question.read)
        if question.continued is not None:
            ids += question.continued.token_ids
        return ids

    def ids(
        self, conversation: Conversation, context: Context, question: str | None = None
    ) -> list[int]:
        """Return the ids of a context of the conversation. They end with the new pictures and, if there
        is a question, with the question."""
        turns: list[PromptTurn] = [
            (turn.question, images, turn.token_ids) for turn, images in context.turns
        ]
        turns.append((question, context.shown, None))
        conversation.prepare(self.pictures)
        shown = conversation.pictures[context.pictures.start : context.pictures.stop]
        blocks = [picture.block or () for picture in shown]
        return self.prompt.conversation(conversation.system, turns, blocks)

    def encode(self, conversation: Conversation, question: Question) -> Prompt:
        """Return the prompt of a question, which says what to compute. The caller adds the pictures.
        With the overflow "drop-oldest" turns are dropped until the question fits. If the
        question is empty and `max_tokens` is 0, the prompt is the conversation so far. With `hd=auto` a
        new answer from one tile gets a `Doubt`.

        Raises: ContextTooLong, OptionError for choices, SchemaError.
        """
        settings = question.settings
        choices = None
        guide = None
        doubt = NO_DOUBT
        if conversation.auto_hd and settings.first_hd is not False:
            conversation.read_with(settings.first_hd)
        if question.read or settings.max_tokens:
            # Encoding takes time, so a text that is certainly too long is refused before it is encoded.
            check_characters(len(question.read) + len(conversation.system), self.limit)
            if conversation.overflow == "drop-oldest":
                self._make_room(conversation, question)
            ids = self.of(conversation, question)
            check_length(ids, self.limit, self.config.image_token_id)
        else:
            ids = self.so_far(conversation)
        # The choices are encoded only here, because the ids of a choice prompt include the turns, and
        # turns may have been dropped above. `ids` is the prompt with the first order of the choices.
        if settings.choices:
            choices = self.choices(conversation, [question])
            ids = choices.first
        if settings.constraint is not None:
            guide = self.grammars().guide(settings.constraint)
        may_read_more = conversation.auto_hd and conversation.hd is False and settings.may_read_more
        is_answered = settings.choices or (settings.max_tokens and question.continued is None)
        if may_read_more and is_answered and conversation.pictures:
            doubt = Doubt(settings.detail_threshold or 0.0, refusal_patterns(settings.refusal))
        continued = 0 if question.continued is None else len(question.continued.token_ids)
        return Prompt(ids, (), settings, continued, guide, choices, doubt)

    def _make_room(self, conversation: Conversation, question: Question) -> None:
        """Drop as few of the oldest turns as possible, by a binary search over their number."""
        before = conversation.forgotten
        droppable, _ = conversation.context_of(question)
        room = min(MIN_ANSWER, question.settings.max_tokens)

        def fits(forgotten: int) -> bool:
            conversation.forgotten = forgotten
            return len(self.of(conversation, question)) + room <= self.limit

        conversation.forgotten = before + bisect_left(range(before, droppable), True, key=fits)
        # If the question alone is too long, dropping turns does not help, so keep the turns.
        if len(self.of(conversation, question)) >= self.limit:
            conversation.forgotten = before

    def choices(self, conversation: Conversation, questions: Sequence[Question]) -> ChoicePrompt:
        """Return the ids of several questions with their choices, which are the same for all. Each
        question is encoded as if it were the next question.

        Raises: ContextTooLong, OptionError.
        """
        orders = [each.orders for each in questions]
        longest = max(len(text) for texts in orders for text in texts)
        check_characters(longest + len(conversation.system), self.limit)
        context = conversation.context()
        return choice_prompt(
            self.prompt,
            self.ids(conversation, context),
            orders,
            questions[0].settings.choices,
            encode=lambda text: self.ids(conversation, context, text),
            limit=self.limit,
        )
