"""Questions that the picture does not answer, and small talk."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.question_builders.nouns import absent_noun, shows
from flashsloth_synthetic.question_templates import STYLE_OF, Words, synonym
from flashsloth_synthetic.scene import COLOURS, SHAPES
from flashsloth_synthetic.scene_index import GROUPS, Question, View

CANNOT_TELL = "I cannot tell that from the picture."


def lack(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for text, a price, a chart, an animal or a vehicle that the picture does not have."""
    what = rng.choice(("text", "text", "price", "chart", "chart", "animal", "vehicle"))
    words: dict[str, str] = {}
    match what:
        case "text":
            present, phrasing = view.written, rng.choice(("read", "read", "just read", "text colour"))
        case "price":
            present, phrasing = view.price is not None, "cost"
        case "chart":
            present, phrasing, words = (
                view.chart is not None,
                "chart lack",
                {"colour": rng.choice(COLOURS)},
            )
        case _:
            present, phrasing, words = what in view.groups, "group", {"group": what}
    if present:
        return None
    if phrasing == "just read":
        return Question("lack", ("lack", what), "none", phrasing=phrasing)
    return Question(
        "lack", ("lack", what), f"I see no {what}.", "none", words, phrasing, STYLE_OF[phrasing]
    )


def premise(rng: Random, view: View, last: Question | None) -> Question | None:
    shape = rng.random() < 0.3 and (view.hues or view.scene.blank)
    noun = rng.choice(SHAPES) if shape else absent_noun(rng, view, countable=True)
    if not noun or noun in GROUPS or noun.endswith("shape") or shows(view, noun):
        return None
    hue = noun.split()[0] in COLOURS  # "What colour is the red bar?"
    words = {"noun": synonym(rng, noun)}
    return Question(
        "premise",
        ("premise", noun),
        f"I see no {noun}.",
        "" if hue else "none",
        words,
        "premise where" if hue else "",
        "phrase",
    )


def unknowable(rng: Random, view: View, last: Question | None) -> Question | None:
    return unknowable_question(rng)


def unknowable_question(rng: Random, words: Words | None = None) -> Question:
    """Ask what no picture shows, in these words."""
    template = question_templates.off_topic(rng, words)
    return Question("unknowable", ("unknowable", template), CANNOT_TELL, words={"template": template})


def small_talk(rng: Random) -> Question:
    """Return a greeting, thanks, or a question about the assistant."""
    i = rng.randrange(len(question_templates.SMALL_TALK))
    questions, answer = question_templates.SMALL_TALK[i]
    return Question("small talk", ("small talk", i), answer, words={"template": rng.choice(questions)})
