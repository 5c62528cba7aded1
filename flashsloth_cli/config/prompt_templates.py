"""Templates: a prompt with a place for the question, the system text and the sampling that go with it. Opens no model.

A template is a TOML file: NAME.toml in the user's folder, beside config.toml, or one of those that come along.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flashsloth.errors import InputError, OptionError, SettingsFileError
from flashsloth.utils.close_names import close_names
from flashsloth.utils.paths import config_folder, expand
from flashsloth.utils.text import printable_repr
from flashsloth_cli.config import settings
from flashsloth_cli.config.settings import Settings

BUILT_IN = Path(__file__).parent / "prompts"
PLACE = "{question}"
SAMPLING = ("max_tokens", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed")
TYPES: settings.Types = {
    "description": str,
    "prompt": str,
    "system": str,
    "stop": (str, list),
    **{key: settings.TYPES[key] for key in SAMPLING},
}


class TemplateNotFound(InputError):
    """There is no template of that name, or no such file."""

    code = "template_not_found"
    hint = "flashsloth templates list shows those there are."


@dataclass(frozen=True, slots=True)
class Template:
    """What a file says. `settled` has its system text and its sampling, by the names of the settings."""

    name: str
    path: Path
    description: str = ""
    prompt: str = ""
    settled: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def built_in(self) -> bool:
        return self.path.parent == BUILT_IN

    @property
    def wants_question(self) -> bool:
        return PLACE in self.prompt or not self.prompt

    def over(self, settled: Settings) -> Settings:
        """These settings before those; a prompt with a place for the question is the form of every question."""
        form = {"form": self.prompt} if PLACE in self.prompt else {}
        return replace(settled, values={**settled.values, **self.settled, **form})

    def beginning(self, question: str | None) -> str | None:
        """The first question. A prompt without a place for one stands before it, or alone."""
        if self.wants_question:
            return question
        return f"{self.prompt}\n\n{question}" if question else self.prompt


def fill(form: str | None, question: str) -> str:
    """The question in a template's prompt, where there is one; other braces stay. What has this form already, like a
    question that is asked again, stays as it is."""
    if form is None:
        return question
    before, _, rest = form.partition(PLACE)
    after = rest.rpartition(PLACE)[2]
    filled = question.startswith(before) and question.endswith(after) and len(question) >= len(before + after)
    return question if (before or after) and filled else form.replace(PLACE, question)


def folder() -> Path:
    """Where the user's own templates are. It need not exist."""
    return config_folder() / "templates"


def paths() -> dict[str, Path]:
    """The files of all templates by name, in order; the user's own before those that come along."""
    places = [place for place in (BUILT_IN, folder()) if os.access(place, os.R_OK | os.X_OK)]
    found = {path.stem: path for place in places for path in place.glob("*.toml")}
    return dict(sorted(found.items()))


def find(name: str) -> Template:
    """A template by its name, or by the path of a .toml file. Raises TemplateNotFound, SettingsFileError."""
    if name.endswith(".toml"):
        return read(expand(name))
    known = paths()
    if name not in known:
        near = close_names(name, known)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise TemplateNotFound(
            f"unknown template {name}", hint=f"{meant}Known: {', '.join(known)}, or a file FILE.toml."
        )
    return read(known[name])


def read(path: Path) -> Template:
    """The template in a file, with warnings about keys that mean nothing. Raises TemplateNotFound; SettingsFileError
    naming the file and the key."""
    try:
        text = settings.read_text(path)
        if text is None:
            raise TemplateNotFound(f"there is no template {path}")
        values = settings.parse(path, text)
        known = {key: value for key, value in values.items() if key in TYPES}
        for key, value in known.items():
            if key == "stop":
                _check_stop(path, value)
            else:
                settings.check(key, value, place=path, types=TYPES)
    except OptionError as error:  # as the configuration file is refused, which no line names
        raise SettingsFileError(str(error), hint=error.hint) from error
    stop = known.pop("stop", None)
    if stop is not None:
        known["stop"] = [stop] if isinstance(stop, str) else stop
    return Template(
        path.stem,
        path,
        known.pop("description", ""),
        known.pop("prompt", ""),
        known,
        tuple(settings.about_unknown(path, key, TYPES) for key in values if key not in TYPES),
    )


def _check_stop(path: Path, value: Any) -> None:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text for text in texts):
        raise OptionError(
            f"{path}: stop must be text in quotes, or a list of texts, not {printable_repr(value)}",
            hint="Mend that line of the file.",
        )
