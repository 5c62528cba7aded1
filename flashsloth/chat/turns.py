"""What was said, and what is to be answered. Knows no model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypedDict

from flashsloth.generation.events import FinishReason
from flashsloth.generation.sampling import Sampling

if TYPE_CHECKING:
    from flashsloth.images.reader import LoadedImage


class SamplingOverrides(TypedDict, total=False):
    """How an answer is chosen; see `Sampling`. None stands for what the model's own files say, else greedy."""

    temperature: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    repetition_penalty: float | None
    seed: int | None


@dataclass(frozen=True, slots=True)
class DroppedImage:
    """A picture that was taken out of the conversation after a turn had shown it. `place`: its index among the pictures
    of that turn; `since`: the index of the first turn that did not see it. `image` is None where the conversation was
    taken up from a file."""

    index: int
    since: int
    sha256: str
    image: LoadedImage | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered to it: the text, its ids, and why it ended. `images`: how many pictures were
    shown with it for the first time; None where that is not said. `dropped`: those of them that the model no longer
    sees."""

    question: str
    answer: str
    token_ids: tuple[int, ...]
    reason: FinishReason
    images: int | None = None
    dropped: tuple[DroppedImage, ...] = ()

    @property
    def visible_images(self) -> int:
        """Return how many of its pictures the conversation still has."""
        return (self.images or 0) - len(self.dropped)

    def without(self, number: int, image: LoadedImage, since: int) -> Turn:
        """Return this turn after one of the pictures that it still has, the first being 0, was taken out."""
        gone = {each.index for each in self.dropped}
        place = [place for place in range(self.images or 0) if place not in gone][number]
        return replace(self, dropped=(*self.dropped, DroppedImage(place, since, image.sha256, image)))

    def dropped_by(self, turns: int) -> Turn:
        """Return this turn with every drop counted as made before the turn of index `turns` was answered."""
        if all(each.since <= turns for each in self.dropped):
            return self
        return replace(self, dropped=tuple(replace(each, since=min(each.since, turns)) for each in self.dropped))


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What is to be answered, and how. `begun`: a turn whose answer is to go on; `replacing`: in the last one's
    place."""

    question: str
    sampling: Sampling
    max_tokens: int
    stop: tuple[str, ...]
    begun: Turn | None
    replacing: bool
