"""Questions about the letters of a word, and claims about numbers and text."""

from __future__ import annotations

from random import Random

from flashsloth_synthetic.grammar import number, there_are
from flashsloth_synthetic.question_builders.charts import values_of
from flashsloth_synthetic.question_builders.claims import ORDINALS, claim, shuffled
from flashsloth_synthetic.question_builders.text import letters, other_text, single
from flashsloth_synthetic.scene import Line
from flashsloth_synthetic.scene_index import Question, View

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


def _line(view: View, *kinds: str) -> Line | None:
    """Return the only line, without a space, if it is of these kinds."""
    line = single(view, *kinds)
    return line if line is not None and " " not in line.text else None


def _unit(line: Line) -> str:
    return "letter" if line.kind == "word" else "digit"


def _characters(line: Line) -> str:
    return ALPHABET if line.kind == "word" else DIGITS


def word(rng: Random, view: View, last: Question | None) -> Question | None:
    if line := _line(view, "number"):
        number_only = Question(
            "word", ("read",), f"It is the number {line.text}.", "none", style="text"
        )
        return number_only if rng.random() < 0.25 else None
    line = _line(view, "word")
    return (
        Question("word", ("read",), f'The word is "{line.text}".', line.text, style="text")
        if line
        else None
    )


def number_of_word(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for the number of a picture of a word, in the wordings of `number`."""
    line = _line(view, "word")
    if line is None or view.tag:
        return None
    return Question("number of word", ("read",), f'It is the word "{line.text}".', phrasing="number")


def spell(rng: Random, view: View, last: Question | None) -> Question | None:
    if line := _line(view, "number"):
        return (
            Question("spell", ("read",), f"It is the number {line.text}.")
            if rng.random() < 0.2
            else None
        )
    line = _line(view, "word")
    if line is None:
        return None
    spelled = "-".join(line.text)
    return Question("spell", ("spell",), f"It is spelled {spelled}.", spelled, style="text")


def length(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how long the word is, in other words than `letters`."""
    found = letters(rng, view, last)
    return Question("length", found.key, found.full, found.bare) if found else None


def capitals(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the word is in capital letters, as every word is."""
    line = _line(view, "word")
    if line is None or not line.text.isupper():
        return None
    fact = "it is in capital letters"
    match rng.randrange(3):
        case 0:
            return claim("upper case", ("case",), True, fact)
        case 1:
            return claim("lower case", ("case",), False, fact)
    return Question("which case", ("case",), "It is in capital letters.", "capital")


def nth_letter(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _line(view, "word", "number")
    if line is None or not 2 <= len(line.text) <= 7:
        return None
    unit, n = _unit(line), len(line.text)
    if rng.random() < 0.06 and n < 5:
        words = {"nth": ORDINALS[rng.randrange(n, 5)], "unit": unit}
        return Question("nth letter", ("nth letter", n), f"It has {number(n)} {unit}s.", "", words)
    if n % 2 and rng.random() < 0.15:
        words, letter = {"nth": "middle", "unit": unit}, line.text[n // 2]
        return Question(
            "nth letter", ("nth letter", n // 2), f'The middle {unit} is "{letter}".', letter, words
        )
    at = rng.randrange(1, min(n, 5))
    words = {"nth": ORDINALS[at], "unit": unit}
    letter = line.text[at]
    return Question(
        "nth letter", ("nth letter", at), f'The {ORDINALS[at]} {unit} is "{letter}".', letter, words
    )


def has_letter(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _line(view, "word", "number")
    if line is None:
        return None
    unit, yes = _unit(line), rng.random() < 0.5
    letter = rng.choice(
        line.text if yes else [char for char in _characters(line) if char not in line.text.upper()]
    )
    fact = f'there is {"the" if yes else "no"} {unit} "{letter}"'
    return claim("has letter", ("has letter", letter), yes, fact, {"unit": unit, "letter": letter})


def letter_count(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask how often the word has a letter."""
    line = _line(view, "word")
    if line is None or len(line.text) > 7:
        return None
    repeated = [char for char in line.text if line.text.count(char) > 1]
    letter = rng.choice(repeated if repeated and rng.random() < 0.6 else line.text)
    if rng.random() < 0.15:
        letter = rng.choice([char for char in ALPHABET if char not in line.text.upper()])
    n = line.text.count(letter)
    full = f'{there_are(n, "letter")[:-1]} "{letter}".'
    return Question("letter count", ("has letter", letter), full, str(n), {"letter": letter})


def starts_with(rng: Random, view: View, last: Question | None) -> Question | None:
    return _end(rng, view, "starts with", "first", 0)


def ends_with(rng: Random, view: View, last: Question | None) -> Question | None:
    return _end(rng, view, "ends with", "last", -1)


def _end(rng: Random, view: View, form: str, which: str, at: int) -> Question | None:
    line = _line(view, "word", "number")
    if line is None or len(line.text) < 2:
        return None
    true, unit, yes = line.text[at], _unit(line), rng.random() < 0.5
    inside = line.kind == "word" and rng.random() < 0.4  # rather a letter that the word has elsewhere
    wrong = [char for char in (line.text if inside else _characters(line)) if char != true]
    if not yes and not wrong:
        return None
    words = {"unit": unit, "letter": true if yes else rng.choice(wrong)}
    return claim(form, (f"{which} letter",), yes, f'the {which} {unit} is "{true}"', words)


def number_more(rng: Random, view: View, last: Question | None) -> Question | None:
    return _number_limit(rng, view, "number more")


def number_less(rng: Random, view: View, last: Question | None) -> Question | None:
    return _number_limit(rng, view, "number less")


def _number_limit(rng: Random, view: View, form: str) -> Question | None:
    line = _line(view, "number")
    if line is None:
        return None
    n, yes = int(line.text), rng.random() < 0.5
    if yes == (form == "number more"):
        limit = int(n * rng.choice((0.3, 0.5, 0.7, 0.85)))
    else:
        limit = max(n + 1, int(n * rng.choice((1.2, 1.5, 2, 3))))
    if rng.random() < 0.5 and limit > 20:
        limit = round(limit, 1 - len(str(limit)))
    if limit == n or ((n > limit) == (form == "number more")) != yes:
        return None
    return claim(form, ("number more",), yes, f"the number is {n}", {"limit": str(limit)})


def check_number(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask whether the number is this one."""
    line = _line(view, "number")
    if line is None:
        return None
    yes = rng.random() < 0.5
    asked = line.text
    while not yes and (asked == line.text or asked[0] == "0"):
        asked = other_text(rng, line)
    if int(asked) <= 12 and asked == str(int(asked)) and asked != "0" and rng.random() < 0.4:
        asked = number(int(asked))
    return claim("check number", ("read",), yes, f"the number is {line.text}", {"value": asked})


def text_doubt(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask for one text and name another in the same breath, as somebody in doubt."""
    line = single(view, "word", "number")
    if line is None:
        return None
    yes, wrong, also = rng.random() < 0.5, other_text(rng, line), other_text(rng, line)
    asked = line.text if yes else wrong
    doubt = also if yes or rng.random() < 0.3 else line.text
    if len({line.text.lower(), wrong.lower(), also.lower()}) < 3:
        return None
    return claim(
        "text doubt", ("says",), yes, f'it says "{line.text}"', {"text": asked, "other": doubt}
    )


def says_either(rng: Random, view: View, last: Question | None) -> Question | None:
    """Ask which of two texts it is."""
    line = single(view, "word", "number")
    wrong = other_text(rng, line) if line else ""
    if line is None or wrong.lower() == line.text.lower():
        return None
    text, other = shuffled(rng, line.text, wrong)
    words = {"text": text, "other": other}
    return Question("says either", ("read",), f'It says "{line.text}".', line.text, words)


def parity(rng: Random, view: View, last: Question | None) -> Question | None:
    line = _line(view, "number")
    if line is None:
        return None
    bare = "odd" if int(line.text[-1]) % 2 else "even"
    return Question("parity", ("parity",), f"The number is {bare}.", bare)


def line_count(rng: Random, view: View, last: Question | None) -> Question | None:
    n = len(view.lines)
    if not n or (n == 1 and rng.random() < 0.5):
        return None
    return Question("line count", ("line count",), there_are(n, "line"), str(n))


def anything_written(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = bool(view.lines)
    if view.written != yes:  # a clock's face, the values of a chart
        return None
    return claim(
        "anything written", ("exist", "text"), yes, "there is text" if yes else "there is no text"
    )


def number_exist(rng: Random, view: View, last: Question | None) -> Question | None:
    yes = any(line.kind != "word" for line in view.lines) or bool(values_of(view))
    if not yes and ("clock" in view.names or view.scene.fine_print):
        return None
    return claim(
        "number exist", ("exist", "number"), yes, "there is a number" if yes else "there is no number"
    )
