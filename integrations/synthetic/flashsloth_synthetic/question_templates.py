"""The wordings of questions: those that came first, and the choice between them and the others of
`wording_bank`.

`[a|b]` is a choice and may be nested, `<pic>` one of MACROS, `{the}` what is asked about, `{bare}` the
same without its article.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import Literal

from flashsloth_synthetic import wording_bank

MACROS = {
    "<in>": "[in the <pic>|in this <pic>|here]",
    "<see>": "[do you see|can you see|are there|are <seen>]",
    "<seen>": "[shown|visible|in the <pic>|in this <pic>]",
    "<this>": "[this|the]",
    "<pic>": "[<usual>|<usual>|<usual>|<usual>|<usual>|drawing|illustration|graphic|figure|screenshot]",
    "<usual>": "[picture|picture|image|image|photo|pic]",
    "<colour>": "[colour|color]",
    "<what>": "[what|which]",
    "<biggest>": "[biggest|largest]",
}

# Requests for a bare answer, by its kind.
STYLES: dict[str, tuple[str, ...]] = {
    "word": (
        "one word", "[answer with|answer in|in|use] [one|a single] word", "one word[ only| please|, please]",
        "just [one|a single] word", "[a |]one-word answer", "answer using a single word or phrase",
        "[only|just] the word",
    ),
    "phrase": (
        "answer using a single word or phrase", "[a |]short answer", "answer briefly", "briefly", "just the answer",
        "only the answer", "no sentence", "answer in a few words",
    ),
    "number": (
        "digits only", "just the number", "number only", "answer with [a|one|a single] number", "only the number",
        "just [a number|digits]", "answer in digits", "[the |]number only[|, please]", "only digits",
    ),
    "yes or no": (
        "yes or no", "answer yes or no", "just yes or no", "answer with yes or no", "only yes or no", "say yes or no",
        "yes/no", "yes or no only",
    ),
    "list": (
        "comma separated", "comma-separated", "[as a |]comma separated list", "separated [by|with] commas",
        "just a list with commas", "comma separated[, please| only]",
    ),
    "text": (
        "just the text", "only the text", "text only", "only what is written", "nothing else", "and nothing else",
        "no sentence", "just the text, please",
    ),
    "price": ("just the price", "only the price", "price only", "just the answer", "short answer", "nothing else"),
    "character": (
        "one character", "just the answer", "answer with one character", "only one character", "just one character",
        "a single character",
    ),
}  # fmt: skip

# The kind of bare answer of each form that has one.
STYLE_OF = {
    "content": "list", "empty": "yes or no", "background": "word", "exist": "yes or no", "total": "number",
    "count": "number", "colour": "word", "colours": "list", "same colour": "yes or no", "shape": "word", "side": "word",
    "where": "phrase", "order": "list", "neighbour": "word", "relative": "yes or no", "more": "yes or no",
    "group": "word", "biggest": "word", "direction": "word", "read": "text", "number": "number", "text colour": "word",
    "word or number": "word", "first letter": "character", "last letter": "character", "letters": "number",
    "says": "yes or no", "line": "text", "words": "number", "kind": "phrase",
    "tallest": "word", "compare": "yes or no", "edge": "word", "value": "number", "highest": "number", "holder": "word",
    "cost": "price", "costs more": "yes or no", "must": "word", "tag colour": "word", "chart lack": "word",
    "whole colour": "word",
}  # fmt: skip

PHRASES: dict[str, tuple[str, ...]] = {
    "content": (
        "What is in <this> <pic>?", "What's in <this> <pic>?", "What do you see[| <in>]?", "What can you see[| <in>]?",
        "What does <this> <pic> show?", "What is shown[| here]?", "What's here?", "What can be seen[| <in>]?",
        "What is there[| in the <pic>]?", "Tell me what you see.", "What do we see here?", "What am I looking at?",
        "What is this?", "What's this?", "What is it?", "What is that?", "What[ is|'s] on <this> <pic>?",
        "Whats in <this> <pic>?", "What does it show?", "What is this a <pic> of?", "What is the <pic> of?",
        "What is depicted[| here]?",
    ),
    "describe": (
        "Describe <this> <pic>.", "Describe <this> <pic>.", "Please describe <this> <pic>.", "Describe what you see.",
        "Can you describe <this> <pic>?", "Give [me |]a [short |]description of <this> <pic>.", "Describe it.",
        "Explain <this> <pic>.", "[Write|Give me] a description.", "Describe the scene.", "Tell me about <this> <pic>.",
        "Describe <this> <pic> in [one|a] sentence.", "Describe <this> <pic> [in detail|briefly].",
        "Could you describe <this> <pic>?",
    ),
    "caption": (
        "Caption, one line", "One line caption.", "Write a caption.", "Caption <this> <pic>.",
        "Give <this> <pic> a caption.", "A caption, please.",
        "Write a [short|one line|one-line] caption[| for this <pic>].", "Caption", "Suggest a caption.", "Alt text",
        "Write the alt text.", "Caption this.", "[Give me|I need] a [one-line |short |]caption[| for <this> <pic>].",
    ),
    "list": (
        "List everything you see, comma separated.", "List all {items}, comma separated.",
        "List the {items}, separated by commas.", "Name the {items}, comma separated.",
        "<what> {items} are there? Comma separated.", "What is <in>? Comma separated.",
        "Give me a comma separated list of the {items}.", "List what you see, comma separated.",
        "Comma separated: what do you see?",
    ),
    "empty": (
        "Is the <pic> empty?", "Is <this> <pic> blank?", "Is it empty?", "Is it blank?",
        "Is there anything in <this> <pic>, or is it empty?", "Is this an empty <pic>?", "Is this a blank <pic>?",
        "Would you say <this> <pic> is empty?",
    ),
    "background": (
        "<what> <colour> is the background?", "What is the background <colour>?", "What's the background <colour>?",
        "What is the <colour> of the background?", "What's the <colour> of the background?", "Background <colour>?",
        "Name the background <colour>.", "<what> <colour> does the background have?",
        "Tell me the background <colour>.",
    ),
    "and background": (
        "And the background?", "What about the background?", "And the background <colour>?",
        "And what <colour> is the background?", "How about the background?", "And the <colour> of the background?",
    ),
    "whole colour": (
        "What <colour> is it?", "<what> <colour> is <this> <pic>?", "What is the <colour> of <this> <pic>?",
        "Which <colour> is it?", "What <colour> do you see?", "Name the <colour>.", "What's the <colour>?",
        "<what> <colour> fills the <pic>?",
    ),
    "thing colour": (
        "What <colour> is it?", "Which <colour> is it?", "What <colour> is this?", "Name the <colour>.",
        "What's the <colour>?", "Which <colour> is this?", "What <colour> does it have?", "What is its <colour>?",
    ),
    "exist": (
        "Is there {a}?", "Is there {a}?", "Is there {a} <in>?", "Do you see {a}[| <in>]?", "Can you see {a}[| <in>]?",
        "Does the <pic> show {a}?", "Does <this> <pic> contain {a}?", "Is {a} in the <pic>?", "Can you find {a}?",
        "Any {nouns}[| here]?", "Are there any {nouns}[| <in>]?", "Does it show {a}?", "Do you see any {nouns}?",
    ),
    "exist some": (
        "Is there {noun}?", "Is there any {noun}?", "Is there any {noun} <in>?", "Do you see any {noun}[| <in>]?",
        "Can you see {noun}?", "Does <this> <pic> contain [any |]{noun}?", "Any {noun}?", "Does the <pic> show {noun}?",
        "Is {noun} <seen>?",
    ),
    "and exist": (
        "And {a}?", "And is there {a}?", "What about {a}?", "And do you see {a}?", "How about {a}?",
        "Is there also {a}?",
    ),
    "it count": (
        "How many?", "How many are there?", "And how many?", "How many do you see?", "How many of them?",
        "And how many are there?",
    ),
    "total": (
        "How many {items} are there?", "How many {items} are there[| in total| altogether| in all]?",
        "How many {items} <see>?", "Count all {items}.", "Count the {items}.", "What is the total number of {items}?",
        "Total number of {items}?", "How many {items}?", "How many {items} are <in>?", "Number of {items}?",
        "How many {items} in total?",
    ),
    "count": (
        "How many {nouns} are there?", "How many {nouns} <see>?", "How many {nouns}?",
        "How many {nouns} does the <pic> show?", "Count the {nouns}.", "Please count the {nouns}.",
        "Count all {nouns}.", "What is the number of {nouns}?", "Number of {nouns}?", "{nouns}: how many?",
        "How many {nouns} are <in>?", "Can you count the {nouns}?", "Tell me how many {nouns} there are.",
    ),
    "and count": (
        "And {nouns}?", "And how many {nouns}?", "How many {nouns}, then?", "And how many {nouns} are there?",
        "What about {nouns}?", "How about {nouns}?", "And the number of {nouns}?",
    ),
    "colour": (
        "<what> <colour> is {the}?", "What <colour> is {the}?", "What is the <colour> of {the}?",
        "What's the <colour> of {the}?", "<what> <colour> does {the} have?", "Name the <colour> of {the}.",
        "Tell me the <colour> of {the}.", "<colour> of {the}?", "{the}: which <colour>?", "Say the <colour> of {the}.",
    ),
    "and colour": (
        "And {the}?", "And what about {the}?", "What about {the}?", "And the <colour> of {the}?",
        "And what <colour> is {the}?", "How about {the}?",
    ),
    "it colour": (
        "What <colour> is it?", "Which <colour> is it?", "What's its <colour>?", "And its <colour>?",
        "What is its <colour>?", "And what <colour> is it?", "Name its <colour>.", "What <colour> does it have?",
    ),
    "it colours": (
        "What <colour> are they?", "Which <colour> are they?", "And what <colour> are they?", "What's their <colour>?",
        "And their <colour>?", "What is their <colour>?",
    ),
    "colours": (
        "<what> <colour>s are the {items}?", "<what> <colour>s do the {items} have?",
        "Name the <colour>s of the {items}.", "List the <colour>s of the {items}.",
        "What are the <colour>s of the {items}?", "Tell me the <colour>s of the {items}.",
        "<what> <colour>s do you see in the {items}?", "What <colour> are the {items}?",
    ),
    "colours in order": (
        "What <colour> are the {items}?", "What <colour> are the {items}?",
        "<what> <colour>s are the {items}[| from left to right]?",
        "<what> <colour>s do the {items} have, from left to right?",
        "Name the <colour>s of the {items}[| from left to right].", "List the {items} from left to right.",
        "List the <colour>s of the {items}.", "What are the <colour>s of the {items}?",
        "In what order are the {items}, left to right?",
    ),
    "same colour": (
        "Are all {items} [of |]the same <colour>?", "Do all {items} have the same <colour>?",
        "Are the {items} all the same <colour>?", "Do the {items} share [one|a] <colour>?",
        "Do the {items} have the same <colour>?", "Is every {item} the same <colour>?",
    ),
    "shape": (
        "<what> shape is {colour}?", "What is the {colour} shape?", "Which shape is {colour}?",
        "What shape is the {colour} one?", "What is the shape of the {colour} one?", "What kind of shape is {colour}?",
        "Name the {colour} shape.", "What shape has the <colour> {colour}?", "Which one is {colour}?",
        "<what> shape do you see in {colour}?",
    ),
    "shape of all": (
        "<what> shape is {colour}?", "What is the {colour} shape?", "Which shape is {colour}?",
        "What kind of shape is {colour}?", "Name the {colour} shape.", "What shape has the <colour> {colour}?",
        "<what> shape do you see in {colour}?",
    ),
    "and shape": (
        "And the {colour} one?", "And the {colour} shape?", "What about the {colour} one?",
        "And what is the {colour} one?", "How about the {colour} one?", "And which is {colour}?",
    ),
    "side": (
        "What is {where}?", "What is {where}?", "What's {where}?", "What do you see {where}?",
        "What can you see {where}?", "What is there {where}?", "<what> {item} is {where}?", "Name the {item} {where}.",
        "Tell me what is {where}.", "<what> {item} do you see {where}?",
    ),
    "and side": (
        "And {where}?", "And what is {where}?", "What about {where}?", "And what's {where}?",
        "And what do you see {where}?", "How about {where}?",
    ),
    "where": (
        "Where is {the}?", "Where is {the}?", "Where's {the}?", "Where in the <pic> is {the}?",
        "Where can I find {the}?", "Where do you see {the}?", "In which place is {the}?", "Where is {the} <in>?",
        "Tell me where {the} is.", "What is the position of {the}?",
    ),
    "it where": (
        "Where is it?", "And where is it?", "Where's it?", "Where in the <pic> is it?", "And where?",
        "Where do you see it?",
    ),
    "order": (
        "What do you see {order}?", "Name the {items} {order}.", "List the {items} {order}.",
        "<what> {items} are there, {order}?", "What is there {order}?", "In which order are the {items}, {order}?",
        "Read the {items} {order}.", "What is <in>, {order}?",
    ),
    "neighbour": (
        "What is {beside} {the}?", "What is {beside} {the}?", "What's {beside} {the}?",
        "What do you see {beside} {the}?", "What is there {beside} {the}?", "<what> {item} is {beside} {the}?",
        "Name the {item} {beside} {the}.", "What can you see {beside} {the}?",
    ),
    "and neighbour": (
        "And {beside} {the}?", "And what is {beside} {the}?", "What about {beside} {the}?",
        "And what's {beside} {the}?", "And what do you see {beside} {the}?", "How about {beside} {the}?",
    ),
    "it relative": (
        "Is it {beside} {two}?", "And is it {beside} {two}?", "Is it really {beside} {two}?", "Is that {beside} {two}?",
        "And it is {beside} {two}?", "Does it sit {beside} {two}?",
    ),
    "it neighbour": (
        "What is {beside} it?", "And what is {beside} it?", "What's {beside} it?", "And {beside} it?",
        "What do you see {beside} it?", "What is there {beside} it?",
    ),
    "relative": (
        "Is {one} {beside} {two}?", "Is {one} {beside} {two}?", "Is {one} {beside} {two} <in>?",
        "Would you say {one} is {beside} {two}?", "Do you see {one} {beside} {two}?",
        "Can you say whether {one} is {beside} {two}?", "{one} {beside} {two}?", "Does {one} stand {beside} {two}?",
    ),
    "more": (
        "Are there more {nouns} than {others}?", "Are there more {nouns} than {others}?",
        "Do you see more {nouns} than {others}?", "More {nouns} than {others}?",
        "Is the number of {nouns} greater than the number of {others}?",
        "Does the <pic> show more {nouns} than {others}?", "Are there more {nouns} <in> than {others}?",
    ),
    "group": (
        "<what> {group} is [this|it|that]?", "<what> {group} is <seen>?", "<what> {group} do you see?",
        "<what> kind of {group} is [this|it]?", "<what> {group} can you see?", "Name the {group}.",
        "<what> {group} is there?", "What is the {group}?", "Tell me which {group} it is.",
    ),
    "biggest": (
        "<what> {item} is the {most}?", "Which is the {most} {item}?", "What is the {most} {item}?",
        "Name the {most} {item}.", "{most} {item}?", "What is {most}?", "Which one is the {most}?",
        "Which {item} looks the {most}?",
    ),
    "and biggest": (
        "And the {most}?", "And which one is the {most}?", "And the {most} one?", "And which {item} is the {most}?",
        "What about the {most}?", "And which is {most}?",
    ),
    "direction": (
        "Which way does {the} point?", "Where does {the} point?", "In which direction does {the} point?",
        "What direction is {the} pointing?", "Which direction does {the} show?", "Direction of {the}?",
        "Which way is {the} pointing?", "What is the direction of {the}?", "Where is {the} pointing?",
    ),
    "read": (
        "What does it say?", "What does the text say?", "Read the text.", "Read the text", "Read [it|this].",
        "What is written[| <in>]?", "What does the <pic> say?", "What text is <seen>?", "What's written here?",
        "Read out the text.", "Transcribe the text.", "Can you read this?", "What text do you see?",
        "Please read the text.", "Can you read the text?", "What does this say?", "What is the text?",
    ),
    "read sign": (
        "What does the sign say?", "What's on the sign?", "Read the sign.", "What is written on the sign?",
        "What text is on the sign?", "What does this sign say?", "Please read the sign.", "What does it say?",
        "What is written here?",
    ),
    "just read": (
        "OCR", "Just the text.", "Just the text, please.", "Only the text.", "Text only.", "Give me just the text.",
        "Type out the text, nothing else.", "Transcribe, nothing else.", "Just the text", "The text and nothing else.",
        "OCR, please",
    ),
    "number": (
        "What number is [this|it|that|<seen>]?", "Which number is [this|it|shown|written here]?", "Read the number.",
        "What is the number?", "<what> number do you see?", "Tell me the number.", "What's the number?",
        "What number can you read?",
    ),
    "text colour": (
        "What <colour> is the text?", "What <colour> is the writing?", "<what> <colour> is the text?",
        "What is the <colour> of the text?", "What's the text <colour>?", "Name the <colour> of the text.",
        "Text <colour>?", "In which <colour> is it written?", "What <colour> is it written in?",
        "What <colour> does the text have?",
    ),
    "it text colour": (
        "What <colour> is it?", "And what <colour> is it?", "In which <colour> is it written?",
        "What <colour> is it written in?", "And the text <colour>?", "What is its <colour>?",
    ),
    "word or number": (
        "Is it a word or a number?", "Is this a word or a number?", "Is it a number or a word?", "Word or number?",
        "Is that a word or a number?", "Does the <pic> show a word or a number?", "Do you see a word or a number?",
        "Number or word?",
    ),
    "first letter": (
        "What is the first {unit}?", "Which {unit} comes first?", "<what> {unit} does it start with?",
        "Name the first {unit}.", "First {unit}?", "With which {unit} does it begin?", "What's the first {unit}?",
        "Tell me the first {unit}.",
    ),
    "last letter": (
        "What is the last {unit}?", "Which {unit} comes last?", "<what> {unit} does it end with?",
        "Name the last {unit}.", "Last {unit}?", "With which {unit} does it end?", "What's the last {unit}?",
        "Tell me the last {unit}.",
    ),
    "and first letter": (
        "And the first {unit}?", "And the first one?", "And what is the first {unit}?", "And the first?",
        "What about the first {unit}?", "And which {unit} comes first?",
    ),
    "and last letter": (
        "And the last {unit}?", "And the last one?", "And what is the last {unit}?", "And the last?",
        "What about the last {unit}?", "And which {unit} comes last?",
    ),
    "it first letter": (
        "What is its first {unit}?", "And what is its first {unit}?", "And the first {unit}?",
        "Which {unit} comes first?", "And which {unit} comes first?", "What {unit} does it start with?",
    ),
    "it last letter": (
        "What is its last {unit}?", "And what is its last {unit}?", "And the last {unit}?", "Which {unit} comes last?",
        "And which {unit} comes last?", "What {unit} does it end with?",
    ),
    "letters": (
        "How many {unit}s does it have?", "How many {unit}s are there?", "How many {unit}s do you see?",
        "Count the {unit}s.", "How many {unit}s are <in>?", "Number of {unit}s?", "How many {unit}s?",
        "Please count the {unit}s.", "What is the number of {unit}s?",
    ),
    "it letters": (
        "How many {unit}s does it have?", "And how many {unit}s?", "How many {unit}s is that?",
        "How many {unit}s are in it?", "And how many {unit}s does it have?", "How many {unit}s?",
    ),
    "says": (
        'Does it say "{text}"?', 'Does the text say "{text}"?', 'Does it read "{text}"?', 'Is the text "{text}"?',
        'Does the <pic> say "{text}"?', 'Is "{text}" written here?', 'Is it "{text}"?',
    ),
    "line": (
        "What does the {which} line say?", "What is in the {which} line?", "Read the {which} line.",
        "What is the {which} line?", "What's written in the {which} line?", "What does the {which} line read?",
        "What is written in the {which} line?", "{which} line?",
    ),
    "and line": (
        "And the {which} line?", "And what does the {which} line say?", "What about the {which} line?",
        "And in the {which} line?", "How about the {which} line?", "And the {which} one?",
    ),
    "words": (
        "How many words are there?", "How many words do you see?", "Count the words.", "How many words are <in>?",
        "Number of words?", "How many words?", "How many words does it have?", "Please count the words.",
    ),
    "kind": (
        "What kind of {base} is [this|it]?", "What type of {base} is [this|it]?", "<what> kind of {base} is it?",
        "What sort of {base} is this?", "<what> kind of {base} do you see?", "{base} type?",
        "What kind of {base} is shown?", "Name the kind of {base}.",
    ),
    "tallest": (
        "Which {part} is the {most}?", "Which {part} is the {most}?", "What <colour> is the {most} {part}?",
        "What is the {most} {part}?", "Which is the {most} {part}?", "{most} {part}?", "Name the {most} {part}.",
        "Which <colour> has the {most} {part}?", "What is the <colour> of the {most} {part}?",
    ),
    "and tallest": (
        "And the {most}?", "And which one is the {most}?", "And the {most} one?", "And which {part} is the {most}?",
        "What about the {most}?", "And what is the {most} {part}?",
    ),
    "compare": (
        "Is {one} {more} than {two}?", "Is {one} {more} than {two}?", "Would you say {one} is {more} than {two}?",
        "{one} {more} than {two}?", "Can you say whether {one} is {more} than {two}?",
        "Does {one} look {more} than {two}?", "Is {one} really {more} than {two}?",
    ),
    "edge": (
        "Which {part} is {where}?", "What <colour> is the {part} {where}?", "Which {part} do you see {where}?",
        "What is the <colour> of the {part} {where}?", "What {part} is {where}?", "What <colour> is the {edge} {part}?",
        "Which is the {edge} {part}?", "Name the {edge} {part}.",
    ),
    "and edge": (
        "And {where}?", "And the {part} {where}?", "And which {part} is {where}?", "And the {edge} {part}?",
        "What about the {part} {where}?", "And the {edge}?",
    ),
    "it parts": (
        "How many {nouns} does it have?", "And how many {nouns}?", "How many {nouns}?",
        "And how many {nouns} are there?", "How many {nouns} are in it?", "And the number of {nouns}?",
    ),
    "value": (
        "What is the value of the {colour} bar?", "What's the value of the {colour} bar?",
        "What value has the {colour} bar?", "How much is the {colour} bar?", "Which number is above the {colour} bar?",
        "What number is on the {colour} bar?", "Read the value of the {colour} bar.", "How high is the {colour} bar?",
        "Value of the {colour} bar?", "What value does the {colour} bar have?",
    ),
    "and value": (
        "And the {colour} one?", "And the {colour} bar?", "What about the {colour} one?",
        "What about the {colour} bar?", "And what value has the {colour} bar?", "How about the {colour} bar?",
    ),
    "it value": (
        "What is its value?", "And its value?", "What value does it have?", "Which number is above it?",
        "How high is it?", "What is the value of that bar?",
    ),
    "highest": (
        "What is the {most} value?", "What's the {most} value?", "{most} value?", "<what> value is the {most}?",
        "Name the {most} value.", "What is the {most} number?", "Read the {most} value.", "Tell me the {most} value.",
    ),
    "holder": (
        "Which bar has the value {value}?", "Which bar is {value}?", "Which bar shows {value}?",
        "What <colour> is the bar with {value}?", "Which bar stands at {value}?",
        "What <colour> is the bar of {value}?", "Above which bar is {value}?",
    ),
    "cost": (
        "What does it cost?", "How much does it cost?", "How much is it?", "What is the price?", "What's the price?",
        "Which price is shown?", "Read the price.", "Tell me the price.", "What price do you see?", "How much?",
        "What does this cost?", "Price?",
    ),
    "costs more": (
        "Is it more than {limit}?", "Does it cost more than {limit}?", "Is the price above {limit}?",
        "Is the price higher than {limit}?", "Is it more expensive than {limit}?", "More than {limit}?",
        "Does this cost more than {limit}?",
    ),
    "must": (
        "What must I do?", "What should I do?", "What must I do here?", "What do I have to do?",
        "What does the sign tell me to do?", "What does the sign mean?", "What am I told to do?", "What do I do here?",
    ),
    "tag colour": (
        "What <colour> is the {tag}?", "<what> <colour> is the {tag}?", "What is the <colour> of the {tag}?",
        "What's the <colour> of the {tag}?", "Name the <colour> of the {tag}.", "<colour> of the {tag}?",
        "<what> <colour> does the {tag} have?", "Tell me the <colour> of the {tag}.",
    ),
    "chart lack": (
        "Which bar is the tallest?", "Which slice is the largest?", "What kind of chart is this?",
        "What is the value of the {colour} bar?", "Which bar is the shortest?", "What <colour> is the tallest bar?",
        "What <colour> are the bars?", "What does the chart show?",
    ),
    "premise": (
        "What <colour> is the {noun}?", "Where is the {noun}?", "What is the <colour> of the {noun}?",
        "What is left of the {noun}?", "What is right of the {noun}?", "Where's the {noun}?",
        "<what> <colour> is the {noun}?", "What is above the {noun}?", "What is below the {noun}?",
    ),
    "premise where": (
        "Where is the {noun}?", "Where's the {noun}?", "What is left of the {noun}?", "What is right of the {noun}?",
        "What is above the {noun}?", "What is below the {noun}?",
    ),
    "sure": (
        "Are you sure?", "Are you certain?", "Really?", "Is that right?", "Sure?", "Are you really sure?",
        "Is that correct?", "Is that true?",
    ),
}  # fmt: skip

# Other wordings of the places that answers name.
PLACES = {
    "on the left": (
        "[on the left|on the left|on the left|on the left|on the left side|at the left|at the left|"
        "furthest to the left]"
    ),
    "on the right": (
        "[on the right|on the right|on the right|on the right|on the right side|at the right|at the right|"
        "furthest to the right]"
    ),
    "at the top": "[at the top|at the top|on top]",
    "at the bottom": "at the bottom",
    "in the middle": "[in the middle|in the middle|in the centre|in the center]",
    "in the top left": "[in|at] the top left[| corner]",
    "in the top right": "[in|at] the top right[| corner]",
    "in the bottom left": "[in|at] the bottom left[| corner]",
    "in the bottom right": "[in|at] the bottom right[| corner]",
    "left of": "[left of|to the left of]",
    "right of": "[right of|to the right of]",
    "above": "[above|above|over]",
    "below": "[below|below|under]",
    "biggest": "<biggest>",
    "largest": "<biggest>",
    "top": "[top|first|upper]",
    "bottom": "[bottom|second|lower]",
}

# Nouns that no picture shows, nor anything similar.
ABSENT = (
    "horse", "cow", "sheep", "pig", "lion", "tiger", "bear", "monkey", "mouse", "snake", "whale", "spider", "bee",
    "fox", "giraffe", "camel", "crocodile", "person", "man", "woman", "child", "truck", "motorcycle", "helicopter",
    "tractor", "table", "bed", "phone", "computer", "television", "pencil", "spoon", "knife", "bottle", "piano", "drum",
    "hammer", "mountain", "bridge", "rainbow", "snowman", "egg", "lobster", "lemon", "pear", "robot", "crown",
)  # fmt: skip

# Words for questions whether a text says this.
WORDS = (
    "OPEN", "EXIT", "SALE", "HELLO", "TAXI", "HOTEL", "MILK", "PARK", "STOP", "NEWS", "COFFEE", "BOOK", "SHOP", "HOME",
    "Music", "Garden", "Happy", "River", "Summer", "Table", "Orange", "Bread", "light", "water", "paper", "green",
    "house",
)  # fmt: skip

UNKNOWABLE = (
    "Who painted this?", "Who made this?", "Who drew this <pic>?", "Who took this <pic>?", "Where was [it|this] taken?",
    "When was this <pic> taken?", "When was this made?", "In which year was this made?",
    "What is the weather tomorrow?", "Will it rain tomorrow?", "How old is she?", "How old is he?", "How old is it?",
    "What is its name?", "What is her name?", "What is his name?", "Who owns it?", "Who is the owner?",
    "What does it smell like?", "What does it taste like?", "What does it sound like?", "How much does it weigh?",
    "How heavy is it?", "What happens next?", "What happened before?", "Which city is this?", "Which country is this?",
    "In which town was this <pic> taken?", "What is the artist called?", "Is the artist famous?",
    "What camera was used?", "What is behind the camera?", "What is on the other side?",
    "What was the photographer thinking?", "Why was this made?", "Why was this <pic> taken?", "Who is it for?",
    "How long did it take to make?", "Is it warm to the touch?", "What day is it today?", "Who is the president?",
    "What is the capital of France?", "Will I be rich?", "What did you eat today?", "What is he thinking?",
    "What is her phone number?", "Where does she live?", "Where did you find this <pic>?",
    "How far away is it in miles?",
)  # fmt: skip

SMALL_TALK: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("[Hello|Hi|Hey][|!| there| there!| nano|, nano]", "Good [morning|evening|day][|!]"),
        "Hello! Show me a picture and ask me about it.",
    ),
    (
        (
            "Who are you?", "What are you?", "What is your name?", "What's your name?", "Introduce yourself.",
            "Tell me about yourself.", "Which model are you?",
        ),
        "I am FlashSloth nano. I answer questions about simple pictures.",
    ),
    (
        (
            "What can you do?", "What do you know?", "What can I ask[| you]?", "[How can you h|H]elp me?", "Help",
            "What are you good at?", "What kind of questions can I ask?",
        ),
        "I answer questions about shapes, things, short texts, charts and signs.",
    ),
    (
        (
            "Thank you[|!| very much]", "Thanks[|!| a lot| a lot!]", "[Great|Nice|Perfect], [thanks|thank you]",
            "Well done[|!]", "Good job[|!]",
        ),
        "You are welcome.",
    ),
    (("[Bye|Goodbye][|!]", "Bye bye", "See you[| later]", "Good night"), "Goodbye!"),
    (
        ("How are you?", "How are you doing?", "How is it going?", "How do you do?"),
        "I am fine. Ask me about a picture.",
    ),
)  # fmt: skip

_Parts = tuple["str | tuple[_Parts, ...]", ...]


def _parse(text: str, at: int) -> tuple[list[_Parts], int]:
    """Return the alternatives from `at` up to their closing bracket, and the bracket's position."""
    options: list[_Parts] = []
    parts: list[str | tuple[_Parts, ...]] = []
    start = at
    while True:
        mark = text[at] if at < len(text) else "]"
        if mark not in "[|]":
            at += 1
            continue
        if at > start:
            parts.append(text[start:at])
        if mark == "[":
            inner, at = _parse(text, at + 1)
            parts.append(tuple(inner))
        else:
            options.append(tuple(parts))
            parts = []
            if mark == "]":
                return options, at
        at += 1
        start = at


@cache
def _parsed(template: str) -> _Parts:
    for mark, choices in MACROS.items():  # a macro names only macros after it
        template = template.replace(mark, choices)
    return _parse(template, 0)[0][0]


def _pick(rng: Random, parts: _Parts) -> str:
    return "".join([part if isinstance(part, str) else _pick(rng, rng.choice(part)) for part in parts])


def expand(rng: Random, template: str) -> str:
    """Choose one of every `[a|b|c]` in a template."""
    return _pick(rng, _parsed(template))


def paraphrase(rng: Random, name: str) -> str:
    """Return a place or a superlative in other words."""
    return expand(rng, PLACES[name])


def synonym(rng: Random, noun: str) -> str:
    """Return the noun, or sometimes a synonym: `bike`, `gray star`."""
    if noun.startswith("grey") and rng.random() < 0.4:
        return synonym(rng, f"gray{noun[4:]}")
    if rng.random() < 0.84:
        return noun
    hue, space, name = noun.rpartition(" ")
    if noun in SYNONYMS:
        return rng.choice(SYNONYMS[noun])
    return hue + space + rng.choice(SYNONYMS[name]) if name in SYNONYMS else noun


# Which wordings a question may have: those of this file, those of the bank that training draws, those
# held out of it.
Words = Literal["old", "new", "unseen"]
OLD_SHARE = 0.35  # of the questions, where a key has wordings here and in the bank
CLAIM_SHARE = 0.3  # of the bank's wordings of a yes-or-no question, where it can be a claim
STYLE_OF |= wording_bank.STYLE_OF | {"sign says": "text"}
PLACES |= wording_bank.PLACES
SYNONYMS = wording_bank.SYNONYMS  # answers use the first name
_A_VOWEL = re.compile(r"\b([Aa]) (?=[aeio](?!ne\b)|umbrella)")


@cache
def _choices(key: str, words: Words) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the plain wordings of a key and its claims, each of this kind only."""
    if words == "old":
        return PHRASES.get(key, ()), ()
    held_out = words == "unseen"
    plain = wording_bank.split(wording_bank.WORDINGS.get(key, ()))
    claims = wording_bank.split(wording_bank.CLAIMS.get(key, ()))
    return plain[held_out], claims[held_out]


def has_wordings(key: str, words: Words | None) -> bool:
    """Return whether a key has wordings of this kind; None: of any kind that training draws."""
    return words is None or any(_choices(key, words))


def wording(rng: Random, key: str, words: Words | None = None) -> str:
    """Choose a wording of a key: of one kind, or else as training does, `OLD_SHARE` of those in
    PHRASES."""
    if words is None:
        old = key in PHRASES and (key not in wording_bank.WORDINGS or rng.random() < OLD_SHARE)
        words = "old" if old else "new"
    plain, claims = _choices(key, words)
    return rng.choice(claims if claims and (not plain or rng.random() < CLAIM_SHARE) else plain)


def off_topic(rng: Random, words: Words | None = None) -> str:
    """Choose a question that no picture answers. None of them is held out."""
    old = words == "old" or (words is None and rng.random() < OLD_SHARE)
    return rng.choice(UNKNOWABLE if old else wording_bank.OFF_TOPIC)


def _request(rng: Random, style: str, words: Words | None) -> str:
    """Choose a request for a bare answer."""
    old = words == "old" or rng.random() < OLD_SHARE
    return expand(rng, rng.choice(STYLES[style] if old else wording_bank.STYLES[style]))


def question(
    rng: Random, phrasing: str, slots: dict[str, str], style: str = "", words: Words | None = None
) -> str:
    """Return a question by the name of its phrasings. With a `style` it asks for a bare answer."""
    name = slots.get("the") or slots.get("a") or ""
    filled = {"bare": name.partition(" ")[2] or name, **slots}
    template = wording(rng, phrasing, words)
    text = expand(rng, template).format_map(filled)
    if "a {" in template or "a <" in template or "A <" in template:
        text = _A_VOWEL.sub(r"\1n ", text)
    text = text[0].upper() + text[1:]
    return styled(rng, text, style, words) if style else casual(rng, text)


def casual(rng: Random, text: str) -> str:
    """Return the question, one time in three as typed in haste."""
    roll = rng.random()
    if roll > 0.4:
        return text
    bare = text.rstrip("?. ")
    if roll < 0.11:
        return bare
    if text[:2].isupper() or text.startswith(("I ", "I'")):
        return text
    lower = bare[0].lower() + bare[1:]
    if roll < 0.23:
        return lower if rng.random() < 0.7 else lower.replace("'s", "s", 1)
    mark = text[len(bare) :]
    if roll < 0.3:
        return lower + mark
    if roll < 0.36:
        return f"{rng.choice(('Please', 'Hey', 'Ok', 'So', 'Now'))}, {lower}{mark}"
    return text if "lease" in text or "pls" in text else f"{bare}, please{mark}"


def hasty(rng: Random, text: str) -> str:
    """Return small talk, sometimes without capitals and punctuation."""
    return text if rng.random() < 0.6 else text.rstrip("?.!").lower()


def styled(rng: Random, text: str, style: str, words: Words | None = None) -> str:
    """Add a request for a bare answer after, within or before the question."""
    bare, request = text.rstrip("?."), _request(rng, style, words)
    mark = text[len(bare) :] or "?"
    roll = rng.random()
    if roll < 0.55:
        text = f"{bare}{mark} {request[0].upper()}{request[1:]}{rng.choice(('.', '', '.'))}"
    elif roll < 0.9:
        text = f"{bare}, {request}" if rng.random() < 0.7 else f"{bare} ({request})"
        text += rng.choice(("", "", mark))
    else:
        text = f"{request[0].upper()}{request[1:]}: {text}"
    if rng.random() < 0.25 and not text.isupper():
        text = text[0].lower() + text[1:]
    return text
