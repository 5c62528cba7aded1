"""English plurals, articles, number words and lists."""

from __future__ import annotations

from collections.abc import Sequence

NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
PLURALS = {
    "fish": "fish", "sheep": "sheep", "cactus": "cacti", "person": "people", "man": "men", "woman": "women",
    "child": "children", "mouse": "mice", "knife": "knives", "wolf": "wolves", "leaf": "leaves",
}  # fmt: skip


def plural(noun: str) -> str:
    """Return the plural of a noun: `red stars`, `ice creams`, `buses`."""
    head, space, last = noun.rpartition(" ")
    if last in PLURALS:
        return head + space + PLURALS[last]
    if last.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if last.endswith("y") and last[-2:-1] not in "aeo":
        return noun[:-1] + "ies"
    return noun + "s"


def article(noun: str) -> str:
    """Return the noun after `a` or `an`."""
    return f"an {noun}" if noun[0] in "aeiouAEIOU" else f"a {noun}"


def number(n: int) -> str:
    """Return a number as a word, those above twelve in digits."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def several(n: int, noun: str) -> str:
    """Return `a dog`, `two dogs`."""
    return article(noun) if n == 1 else f"{number(n)} {plural(noun)}"


def there_are(n: int, noun: str) -> str:
    """Return `There is one star.`, `There are no stars.`"""
    return f"There is one {noun}." if n == 1 else f"There are {number(n)} {plural(noun)}."


def listing(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
