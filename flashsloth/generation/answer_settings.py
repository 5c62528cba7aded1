"""How to answer: each setting once, with its default, its valid values, its help, and its name in each view.

A view is one of the places where users give settings, see `VIEWS`. A new setting of sampling is a field of
`AnswerSettings` and takes effect in `sampling.choose`. Loads no torch.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from numbers import Integral, Real
from typing import Any, TypeAlias

from flashsloth.errors import OptionError
from flashsloth.generation.choice_list import check_choices
from flashsloth.generation.constraint import Constraint, constrain
from flashsloth.utils.text import printable_repr

# Where users give settings, besides the flags of the commands (`Setting.flag`): keywords of `Chat.ask`, arguments of
# `RayAnswerer`, keys of config.toml and `--set`, keys of a template, names after `/set`, fields of a server's request.
VIEWS = ("ask", "ray", "config", "template", "chat", "server")

Rule: TypeAlias = tuple[Callable[[Any], object], str]  # whether a value is valid, and which values are

LIMITS = {  # by the keywords of JSON schemas
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}
KINDS: Mapping[type, Rule] = {
    str: (lambda value: isinstance(value, str), "text in quotes"),  # only files can have another type
    bool: (lambda value: isinstance(value, bool), "true or false"),
    int: (lambda value: isinstance(value, Integral) and not isinstance(value, bool), "a whole number"),
    float: (lambda value: isinstance(value, Real) and not isinstance(value, bool), "a number"),
    list: (
        lambda value: isinstance(value, list | tuple) and all(isinstance(text, str) for text in value),
        "a list of texts",
    ),
}
SMALL: Rule = (lambda value: not isinstance(value, Integral) or value < 2**64, "less than 2**64")


def is_within(value: float, smallest: float = 0.0, **limits: float) -> bool:
    """Return whether a number is within limits, and not between 0 and `smallest`."""
    return not 0 < value < smallest and all(LIMITS[name](value, limit) for name, limit in limits.items())


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting.

    Args:
        default: the built-in value; None leaves the choice to the model.
        rule: which values are valid, besides their type.
        env: a variable of the environment that sets it.
        help: one sentence, for the help of the commands and the documents.
        kind: the type of its values. `list` is a list of texts.
        values: the valid ones, if they can be listed.
        flag: as in "-s, --system TEXT"; "" for a setting that the commands have no flag for.
        names: by view the name of an answer's setting there, or several divided by blanks; None for a view without it.
            Other views have it by the name of the field.
    """

    default: Any = None
    rule: Rule | None = None
    env: str = ""
    help: str = ""
    kind: type = str
    values: tuple[str, ...] = ()
    flag: str = ""
    names: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """The valid values in words."""
        return ", ".join(self.values) or (self.rule or KINDS[self.kind])[1].removesuffix(" in quotes")

    @property
    def limits(self) -> dict[str, Any]:
        """The range by the keywords of JSON schemas."""
        keywords = getattr(self.rule and self.rule[0], "keywords", {})
        return {name: limit for name, limit in keywords.items() if name in LIMITS}

    def check(self, name: str, value: Any, *, place: str = "", hint: str = "") -> Any:
        """Return a valid value. `place` and `hint` are for the error. Raises: OptionError."""
        rules = [KINDS[self.kind], self.rule, SMALL]
        if self.values:
            rules[1] = (self.values.__contains__, f"{', '.join(self.values[:-1])} or {self.values[-1]}")
        for rule in rules:
            if rule is not None and not rule[0](value):
                shown = f"{value:g}" if isinstance(value, float) else printable_repr(value)
                raise OptionError(f"{place}{name} must be {rule[1]}, not {shown}", hint=hint or f"Use {self.allowed}.")
        return value


def answer_setting(
    kind: type,
    help: str,
    default: Any = None,
    rule: Rule | None = None,
    flag: str = "",
    *,
    initial: Any = None,
    **names: str | None,
) -> Any:
    """Return a field of `AnswerSettings`.

    Args:
        default: the built-in value. A model's own comes before it, but for a field with an `initial` value.
        names: as of Setting.
    """
    return field(default=initial, metadata={"setting": Setting(default, rule, "", help, kind, (), flag, names)})


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How to answer. None stands for the model's own: its system text, the tiles and the form of questions that it was
    trained with, and the settings of sampling in its files, else those that are greedy.

    `stop` excludes a constraint and choices, which exclude each other. A server also takes a `max_tokens` of 0, which
    computes the prompt alone.

    Raises: OptionError for values of another type or out of range, and for settings that exclude each other;
        SchemaError.
    """

    system: str | None = answer_setting(
        str,
        "Replace the model's system prompt.",
        flag="-s, --system TEXT",
        ask=None,  # of the conversation, as `hd`
        chat=None,  # /system
        server=None,  # a message
    )
    hd: bool | None = answer_setting(
        bool,
        "Read each picture in five tiles instead of one, for fine detail.",
        flag="--hd/--no-hd",
        ask=None,
        template=None,
        chat=None,
        server="flashsloth_hd",
    )
    max_tokens: int = answer_setting(
        int,
        "Maximum length of the answer in tokens.",
        512,
        (partial(is_within, minimum=1), "1 or more"),
        "--max-tokens N",
        initial=512,
        server="max_tokens max_completion_tokens",
    )
    schema: object = answer_setting(  # whatever `constrain` takes
        str,
        "Answer with JSON of a schema: a file, JSON or fields, 'total number, tags [string]'.",
        flag="--schema SCHEMA",
        ray=None,
        server="response_format",
    )
    regex: str | None = answer_setting(
        str,
        "Answer with text that matches this regular expression.",
        flag="--regex REGEX",
        ray=None,
        server="flashsloth_regex",
    )
    schema_in_prompt: bool | None = answer_setting(
        bool,
        "Write a schema or a regular expression after the question. Without this as the model was trained.",
        ray=None,
        template=None,
        chat=None,
        server="flashsloth_schema_in_prompt",
    )
    choices: tuple[str, ...] = answer_setting(
        list,
        "Answer with the likeliest of these texts; --json has the probability of each.",
        (),
        flag="--choices A,B",
        initial=(),
        ray=None,
        config=None,
        template=None,
        chat=None,
        server="flashsloth_choices",
    )
    temperature: float | None = answer_setting(
        float,
        "0 always takes the likeliest token; higher values vary the answer.",
        0.0,
        (partial(is_within, smallest=1e-3, minimum=0, maximum=1000), "0 (greedy), or 0.001 to 1000"),
        "--temperature X",
    )
    top_p: float | None = answer_setting(
        float,
        "Sample from the likeliest tokens that together have probability X, at most 1.",
        1.0,
        (partial(is_within, exclusiveMinimum=0, maximum=1), "more than 0, at most 1"),
        "--top-p X",
    )
    top_k: int | None = answer_setting(
        int,
        "Sample from so many likeliest tokens; 0 turns this off.",
        0,
        (partial(is_within, minimum=0), "a whole number, 0 (off) or more"),
    )
    min_p: float | None = answer_setting(
        float,
        "Drop tokens less likely than this share of the likeliest.",
        0.0,
        (partial(is_within, minimum=0, exclusiveMaximum=1), "0 (off) or more, less than 1"),
    )
    repetition_penalty: float | None = answer_setting(
        float,
        "Above 1 repetition is less likely.",
        1.0,
        (partial(is_within, minimum=1e-3, maximum=1000), "0.001 to 1000; 1 is off"),
    )
    seed: int | None = answer_setting(
        int,
        "Seed for sampling; the same seed repeats the answer.",
        None,
        (partial(is_within, minimum=0, exclusiveMaximum=2**64), "0 to 2**64 - 1"),
        "--seed N",
    )
    stop: Sequence[str] = answer_setting(
        list, "End the answer before one of these texts.", (), (all, "one or several texts"), initial=()
    )
    constraint: Constraint | None = None  # of the schema or the regular expression

    @classmethod
    def of(cls, values: Mapping[str, Any], **more: Any) -> AnswerSettings:
        """Return the settings that a program gives. None counts as left out. Raises: also TypeError for an unknown
        name."""
        given = {name: value for name, value in values.items() if value is not None}
        if "max_tokens" in given:
            SETTINGS["max_tokens"].check("max_tokens", given["max_tokens"])
        return cls(**given, **more)

    def __post_init__(self) -> None:
        given = (self.stop,) if isinstance(self.stop, str) or not isinstance(self.stop, Iterable) else self.stop
        object.__setattr__(self, "stop", tuple(text for text in given if text != ""))
        object.__setattr__(self, "choices", check_choices(self.choices) if self.choices else ())
        for name, setting in SETTINGS.items():
            value = getattr(self, name)
            is_prefill = name == "max_tokens" and value == 0  # of a server
            if setting.kind is not str and value is not None and not is_prefill:
                setting.check(name, value)
        if self.constraint is None and (self.schema is not None or self.regex is not None):
            made = constrain(self.schema, self.regex, in_prompt=self.schema_in_prompt, stop=self.stop)
            object.__setattr__(self, "constraint", made)
        if self.choices and (self.stop or self.constraint is not None):
            other = "stop" if self.constraint is None else "schema"
            raise OptionError(f"choices and {other} exclude each other", hint=f"Leave out {other}.")

    @property
    def sampling(self) -> dict[str, Any]:
        """The settings of sampling."""
        return {name: getattr(self, name) for name in SAMPLING}

    def completed(
        self, system: str, hd: bool, sampling: Mapping[str, Any], *, schema_in_prompt: bool
    ) -> AnswerSettings:
        """Return these settings with a model's own, else the built-in ones, in place of None."""
        own = {"system": system, "hd": hd, **sampling}
        missing = [name for name in ("system", "hd", *SAMPLING) if getattr(self, name) is None]
        return replace(
            self,
            constraint=self.constraint and self.constraint.completed(schema_in_prompt),
            **{name: own.get(name, SETTINGS[name].default) for name in missing},
        )


SETTINGS: Mapping[str, Setting] = {
    each.name: each.metadata["setting"] for each in fields(AnswerSettings) if "setting" in each.metadata
}
SAMPLING = tuple(name for name, setting in SETTINGS.items() if setting.kind in (int, float) and name != "max_tokens")


def names_in(view: str) -> dict[str, tuple[str, ...]]:
    """Return the settings that a view has, each with its names there."""
    found = {name: setting.names.get(view, name) for name, setting in SETTINGS.items()}
    return {name: tuple(names.split()) for name, names in found.items() if names is not None}
