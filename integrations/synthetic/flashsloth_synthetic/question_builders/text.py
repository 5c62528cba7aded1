"""Questions about printed text."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic import question_templates
from flashsloth_synthetic.grammar import number, there_are
from flashsloth_synthetic.question_templates import paraphrase
from flashsloth_synthetic.scene import Line
from flashsloth_synthetic.scene_index import Question, View


def read(rng: Random, view: View, last: Question | None) -> Question | None:
    if not view.lines:
        return None
    if rng.random() < 0.15:
        return Question("read", ("read",), view.text, phrasing="just read")
    phrasing = "read sign" if view.tag and view.tag.kind != "price tag" and rng.random() < 0.6 else ""
    style = "word" if " " not in view.text and rng.random() < 0.3 else ""
    return Question(
        "read", ("read",), f'It says "{view.text}".', view.text, phrasing=phrasing, style=style
    )


def single(view: View, *kinds: str) -> Line | None:
    """Return the only line, if it is of these kinds."""
    return view.lines[0] if len(view.lines) == 1 and view.lines[0].kind in kinds else None


def which_number(rng: Random, view: View, last: Question | None) -> Question | None:
    numbers = [line for line in view.lines if line.kind == "number"]
    line = numbers[0] if len(numbers) == 1 else None
    return Question("number", ("read",), f"The number is {line.text}.", line.text) if line else None


def text_colour(rng: Random, view: View, last: Question | None) -> Question | None:
    hues = {line.colour for line in view.lines}
    if len(hues) != 1:
        return None
    hue = hues.pop()
    return Question("text colour", ("text colour",), f"The text is {hue}.", hue)


def word_or_number(rng: Random, view: View, last: Question | None) -> Question | None:
    line = single(view, "word", "number")
    if line is None or " " in line.text:
        return None
    return Question("word or number", ("word or number",), f"It is a {line.kind}.", line.kind)


def _end_letter(rng: Random, view: View, which: str) -> Question | None:
    line = single(view, "word", "number")
    if line is None or len(line.text) < 2:
        return None
    letter, unit = (
        line.text[0 if which == "first" else -1],
        "letter" if line.kind == "word" else "digit",
    )
    form = f"{which} letter"
    return Question(form, (form,), f'The {which} {unit} is "{letter}".', letter, {"unit": unit})


def first_letter(rng: Random, view: View, last: Question | None) -> Question | None:
    return _end_letter(rng, view, "first")


def last_letter(rng: Random, view: View, last: Question | None) -> Question | None:
    return _end_letter(rng, view, "last")


def letters(rng: Random, view: View, last: Question | None) -> Question | None:
    line = single(view, "word", "number")
    if line is None or len(line.text) > 7 or " " in line.text:
        return None
    n, unit = len(line.text), "letter" if line.kind == "word" else "digit"
    return Question(
        "letters",
        ("letters",),
        f"It has {number(n)} {unit if n == 1 else unit + 's'}.",
        str(n),
        {"unit": unit},
    )


def says(rng: Random, view: View, last: Question | None) -> Question | None:
    line = single(view, "word", "number")
    if line is None:
        return None
    yes, claimed = rng.random() < 0.5, line.text
    while not yes and claimed.lower() == line.text.lower():
        claimed = other_text(rng, line)
    return Question(
        "says",
        ("says",),
        f'{"Yes" if yes else "No"}, it says "{line.text}".',
        "yes" if yes else "no",
        {"text": claimed},
    )


def other_text(rng: Random, line: Line) -> str:
    """Return another word or number in the same case, or the same one with one character changed."""
    if line.kind == "number" or rng.random() < 0.3:
        at = rng.randrange(len(line.text))
        if at and line.text[at - 1] != line.text[at] and rng.random() < 0.35:  # 28 and 82
            swapped = line.text[at] + line.text[at - 1]
            return line.text[: at - 1] + swapped + line.text[at + 1 :]
        letters = "0123456789" if line.text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz"
        letter = rng.choice(letters)
        return (
            line.text[:at]
            + (letter.upper() if line.text[at].isupper() else letter)
            + line.text[at + 1 :]
        )
    if rng.random() < 0.25 and len(line.text) > 3 and line.text.isalpha():  # CAR and CART
        return (
            line.text[: -rng.randint(1, 2)]
            if rng.random() < 0.5
            else line.text + rng.choice(("S", "T", "ED"))
        )
    word = rng.choice(question_templates.WORDS)
    return (
        word.upper() if line.text.isupper() else word.lower() if line.text.islower() else word.title()
    )


def a_line(rng: Random, view: View, last: Question | None) -> Question | None:
    if len(view.lines) != 2:
        return None
    i = rng.randrange(2)
    which, text = ("top", "bottom")[i], view.lines[i].text
    return Question(
        "line", ("line", i), f'The {which} line says "{text}".', text, {"which": paraphrase(rng, which)}
    )


def words(rng: Random, view: View, last: Question | None) -> Question | None:
    if not view.lines or any(line.kind != "word" for line in view.lines):
        return None
    n = len(view.text.split())
    return Question("words", ("words",), there_are(n, "word"), str(n))
