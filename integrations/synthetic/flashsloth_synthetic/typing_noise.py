"""Questions as people type them: frames around them, slips, missing marks, other casing. For training
only."""

from __future__ import annotations

import re
from random import Random

from flashsloth_synthetic import wording_bank
from flashsloth_synthetic.catalogue import KIND
from flashsloth_synthetic.question_templates import expand
from flashsloth_synthetic.scene import COLOURS, SHAPES

# Probabilities of a sentence before or after, of a slip, of a missing end mark, of missing
# articles, and of casing.
BEFORE, AFTER, SLIP, NO_MARK, NO_ARTICLE = 0.12, 0.1, 0.07, 0.2, 0.04
STORY = 0.4  # of the sentences before and after: what somebody tells of themselves or of the picture
LOWER, QUOTED_LOWER, CAPITALS = 0.09, 0.04, 0.012
UNQUOTED = 0.5  # of the questions that quote something
OPENINGS = (
    "Hi, ", "Hello, ", "Hey, ", "Hi! ", "Hello! ", "Hi there, ", "Good morning! ", "Excuse me, ", "Sorry, ", "Ok, ",
    "Okay. ", "Well, ", "Now, ", "So, ", "Hm, ", "Oh, ", "Hey nano, ", "Dear nano, ", "Quick question: ", "Question: ",
    "A question: ", "One question: ", "Next question: ", "Another question: ", "Simple question: ", "Silly question: ",
    "Maybe a stupid question: ", "My question: ", "My question is: ", "Here is my question: ", "I have a question. ",
    "I've got a question. ", "Just to be sure: ", "Just checking: ", "Just curious: ", "To be clear: ", "Please: ",
    "Please help me: ", "Please help. ", "Help me please. ", "Can you help me? ", "Could you help me? ",
    "I need your help. ", "Let me ask: ", "Let me ask you something. ", "Tell me: ", "Tell me, ", "Say, ",
    "Answer me: ", "If you can, tell me: ", "Be so kind: ", "If you don't mind: ", "Be honest: ", "Honestly, ",
    "Seriously, ", "I can't see it well. ", "I can't see well. ", "I can't see the colours. ",
    "I don't have my glasses. ", "I forgot my glasses. ", "My eyes are bad. ", "I'm colour-blind. ",
    "I am color blind. ", "It's too small for me. ", "The screen is dark. ", "My screen is broken. ",
    "I'm on my phone. ", "It is blurry here. ", "It's hard to see. ", "I'm not sure what I see. ", "I am not sure. ",
    "I wonder: ", "I was wondering: ", "I want to know: ", "I'd like to know: ", "I need to know: ",
    "I have to know: ", "I'm curious. ", "For my homework: ", "For school: ", "My teacher asks: ",
    "My daughter asks: ", "My son wants to know: ", "My boss asks: ", "My client asks: ", "A colleague asks: ",
    "For a report: ", "For our records: ", "For the archive: ", "For work: ", "For the caption: ",
    "I need this for a form. ", "I'm filling in a form. ", "I'm learning English. ", "I am learning English. ",
    "Sorry for my English. ", "My English is not good. ", "As a photographer I ask: ", "I took this yesterday. ",
    "I found this online. ", "I got this by mail. ", "Somebody sent me this. ", "Look at it. ", "Look closely. ",
    "Look again. ", "Look carefully. ", "Take a look. ", "Look at this. ", "Have a look at the picture. ",
    "See the picture? ", "About this picture: ", "About the image: ", "In this image, ", "In the picture, ",
    "In this photo: ", "From what you see, ", "Going by the picture: ", "Without guessing: ", "Don't guess. ",
    "Think first. ", "Check again: ", "We disagree. ", "I bet you don't know: ", "Let's see: ",
    "I don't trust you, but ", "I doubt you know, but ", "mommy, ", "uh, ", "um, ", "erm ", "yo, ", "pls ", "q: ",
    "Q: ",
)  # fmt: skip
CLOSINGS = (
    " Thanks!", " Thanks.", " Thank you.", " Thank you!", " Thank you very much.", " Thanks in advance.", " Please.",
    " Please!", " pls", " plz", " thx", " thanks", " ty", " Cheers.", " Many thanks!", " I need to know.",
    " I want to know.", " I'm curious.", " It matters.", " It is important.", " It's urgent.", " Help!",
    " Please help.", " I can't see it.", " I can't see it well.", " I can't tell.", " I can't tell from here.",
    " I can't make it out.", " I'm not sure.", " I am not sure.", " I have no idea.", " I don't know.", " I forgot.",
    " It's hard to see.", " It is hard to tell.", " It is too small for me.", " My eyes are bad.",
    " I'm colour-blind.", " I am color blind.", " My screen is too dark.", " I don't have my glasses.",
    " My teacher wants to know.", " My son asks.", " My boss asks.", " My client wants to know.",
    " It's for my homework.", " It is for school.", " It's for a report.", " It is for work.",
    " I need it for a form.", " I'm writing a caption.", " I have to write it down.", " Please look closely.",
    " Look closely.", " Look carefully.", " Take your time.", " Don't guess.", " No guessing.", " Be honest.",
    " Be careful.", " Think about it.", " If you can.", " If you can see it.", " If you don't mind.", " Just asking.",
    " Just checking.", " Just curious.", " I'm still learning English.", " Sorry for my English.", " Can you tell?",
    " Can you tell me?", " Can you see it?", " Do you know?", " Any idea?", " What do you think?",
    " What would you say?", " Tell me.", " Tell me please.", " Well?", " Hm?", " :)", " !!", "??", "?!",
)  # fmt: skip
MEANT = frozenset(word for name in (*KIND, *SHAPES, *COLOURS) for word in name.split()) | {
    "there", "where", "these", "those", "left", "right", "above", "below", "more", "less", "first", "last", "other",
    "tallest", "shortest", "tag", "sign", "bar", "bars", "slice", "word", "text", "number", "even", "odd",
    "cars", "star",
}  # fmt: skip
_WORD = re.compile(r"(?<![\w'$.<>=-])[A-Za-z]{3,}(?![\w'-])")
_ARTICLE = re.compile(r"(?<=\w )(?:the|an?) (?=[a-z])")
_QUOTED = re.compile(r'("[^"]*")')
_PLAIN_START = re.compile(r"I\b|I'|[A-Z]{2}|\"")  # of a question that keeps its capital
_SHORT = {
    "you": "u",
    "are": "r",
    "please": "plz",
    "what": "wat",
    "colour": "colr",
    "color": "colr",
    "picture": "pic",
}


def noisy(rng: Random, text: str, framed: bool = True) -> str:
    """Return a question as somebody might type it. `framed`: sentences may come before and after it."""
    roll = rng.random()
    if framed and roll < BEFORE:
        kept = _PLAIN_START.match(text) or rng.random() < 0.3
        if rng.random() < STORY:
            text = _story(rng) + rng.choice((". ", ". ", "! ", ", ", " - ")) + text
        else:
            text = rng.choice(OPENINGS) + (text if kept else text[0].lower() + text[1:])
    elif framed and roll < BEFORE + AFTER:
        text += "" if text[-1] in "?.!)" else rng.choice((".", "?", "?"))
        if rng.random() < STORY:
            text += " " + _story(rng) + rng.choice((".", ".", "", "!"))
        else:
            text += rng.choice(CLOSINGS)
    if rng.random() < NO_ARTICLE:
        text = _ARTICLE.sub("", text)
    if rng.random() < SLIP:
        text = slip(rng, text)
        if rng.random() < 0.2:
            text = slip(rng, text)
    if '"' in text and rng.random() < UNQUOTED:
        text = unquoted(rng, text)
    if rng.random() < NO_MARK:
        text = text.rstrip("?.! ") or text
    roll = rng.random()
    if roll < LOWER:
        return "".join([part if part.startswith('"') else part.lower() for part in _QUOTED.split(text)])
    if roll < LOWER + QUOTED_LOWER:
        return text.lower()
    return text.upper() if roll < LOWER + QUOTED_LOWER + CAPITALS else text


def _story(rng: Random) -> str:
    return expand(rng, rng.choice(wording_bank.STORIES))


def unquoted(rng: Random, text: str) -> str:
    """Drop the quotation marks. What they enclosed stays as it is, or gets lower case or a capital."""
    case = rng.choice((str, str, str, str.lower, str.title))

    def bare(quoted: re.Match[str]) -> str:
        # a slip took the space
        before = " " if text[quoted.start() - 1 : quoted.start()].isalnum() else ""
        after = " " if text[quoted.end() : quoted.end() + 1].isalnum() else ""
        return before + case(quoted[0].strip('"')) + after

    return _QUOTED.sub(bare, text)


def slip(rng: Random, text: str) -> str:
    """Make one slip of typing in a word outside quotation marks, never such that it becomes another
    word."""
    spots = [match for match in _WORD.finditer(text) if text.count('"', 0, match.start()) % 2 == 0]
    if not spots:
        return text
    spot = rng.choice(spots)
    start, end = spot.span()
    if rng.random() < 0.12 and text[end : end + 1] == " ":  # a missing space
        return text[:end] + text[end + 1 :]
    typed = _mistyped(rng, spot[0])
    if typed.lower() in MEANT or typed.lower().rstrip("s") in MEANT:
        return text
    return text[:start] + typed + text[end:]


def _mistyped(rng: Random, word: str) -> str:
    """Swap, drop, double or replace a letter of a word."""
    roll = rng.random()
    if roll < 0.1 and word.lower() in _SHORT:
        return _SHORT[word.lower()]
    at = rng.randrange(1, len(word))
    if roll < 0.4:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    if len(word) == 3 or roll >= 0.75:
        return word[:at] + word[at] + word[at:]
    if roll < 0.67:
        return word[:at] + word[at + 1 :]
    return word[:at] + rng.choice(_NEIGHBOURS.get(word[at], word[at])) + word[at + 1 :]


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    row[i]: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i in range(len(row))
}
