"""The models on the hub that have a short name, and the names of all others: `org/name` and
`org/name@revision`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from flashsloth.errors import UnknownModel
from flashsloth.utils.text import error_reason, printable_source

MB = 10**6


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model on the hub that has a short name.

    Args:
        repo: organisation/name.
        about: what the model is for.
        licence: the licence that its page states; None if it is unknown here.
        download_bytes: the size of its files; None if it is unknown here.
        revision: the commit that the name stands for; None for the newest commit of `main`.
        question: the question that is asked if the user gives none; None if the user must give one.
            Some models are made for pictures without words: "".
        settings: default values of fields of AnswerSettings. They are used instead of the defaults in
            the model's files.
    """

    repo: str
    about: str
    licence: str | None
    download_bytes: int | None
    revision: str | None = None
    question: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


# A page of text has more tokens than the usual limit, and each of its words has one reading.
WHOLE_PAGES = {"max_tokens": 4096, "temperature": 0.0}

KNOWN: dict[str, KnownModel] = {
    "flashsloth": KnownModel("Tongbo/FlashSloth-3.2B", "the paper's model", None, 6400 * MB),
    "flashsloth-hd": KnownModel(
        "Tongbo/FlashSloth_HD-3.2B", "the paper's model, trained on five tiles", None, 6400 * MB
    ),
    "smolvlm-256m": KnownModel(
        "HuggingFaceTB/SmolVLM-256M-Instruct",
        "captions and short answers, the smallest",
        "Apache-2.0",
        510 * MB,
        "7e3e67edbbed1bf9888184d9df282b700a323964",
    ),
    "smolvlm": KnownModel(
        "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
        "captions and short answers",
        "Apache-2.0",
        2000 * MB,
        "7b375e1b73b11138ff12fe22c8f2822d8fe03467",
    ),
    "smolvlm-2b": KnownModel(
        "HuggingFaceTB/SmolVLM2-2.2B-Instruct",
        "captions and questions",
        "Apache-2.0",
        9000 * MB,
        "482adb537c021c86670beed01cd58990d01e72e4",
    ),
    "internvl-1b": KnownModel(
        "OpenGVLab/InternVL3_5-1B-HF",
        "questions about photographs, documents and charts",
        "Apache-2.0",
        2100 * MB,
        "9191dbccf312b537016f041b25d61c72e7c5c9f3",
    ),
    "internvl-2b": KnownModel(
        "OpenGVLab/InternVL3_5-2B-HF",
        "questions about photographs, documents and charts",
        "Apache-2.0",
        None,
    ),
    "granite-docling": KnownModel(
        "ibm-granite/granite-docling-258M",
        "pages to DocTags, with tables and formulas",
        "Apache-2.0",
        520 * MB,
        "982fe3b40f2fa73c365bdb1bcacf6c81b7184bfe",
        question="Convert this page to docling.",
        settings=WHOLE_PAGES,
    ),
    "lighton-ocr": KnownModel(
        "lightonai/LightOnOCR-2-1B",
        "scanned pages to Markdown",
        "Apache-2.0",
        2000 * MB,
        question="",
        settings=WHOLE_PAGES,
    ),
    "llava-ov": KnownModel(
        "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
        "questions about photographs",
        "Apache-2.0",
        1800 * MB,
        "74dd0bf867a4cda7950c17663794267c60cf4b40",
    ),
    "granite-vision": KnownModel(
        "ibm-granite/granite-vision-3.3-2b", "documents, tables and charts", "Apache-2.0", None
    ),
    "qwen3-vl-2b": KnownModel(
        "Qwen/Qwen3-VL-2B-Instruct",
        "questions about photographs, documents and charts, the best of its size",
        "Apache-2.0",
        4300 * MB,
    ),
    "qwen3-vl-4b": KnownModel(
        "Qwen/Qwen3-VL-4B-Instruct",
        "as qwen3-vl-2b, with twice the parameters",
        "Apache-2.0",
        None,
    ),
    "paddleocr": KnownModel(
        "PaddlePaddle/PaddleOCR-VL",
        "text, tables, formulas and charts of pages",
        "Apache-2.0",
        None,
        question="OCR:",
        settings=WHOLE_PAGES,
    ),
}
REPOS = {model.repo: name for name, model in KNOWN.items()}


def known(name: str | None) -> KnownModel | None:
    """Return the model with a short name, which may have `@revision`. Return None for any other
    name."""
    return KNOWN.get((name or "").partition("@")[0])


# Names


NAMES_HINT = f"Known names: nano, {', '.join(KNOWN)}. Any org/repo or folder of a model in docs/models.md also works."
COMMIT = re.compile(r"[0-9a-f]{40}")
# a branch, tag or commit; it is also used as a file name in refs/
REVISION = re.compile(r"[0-9A-Za-z][\w.\-/+]{0,250}", re.ASCII)
# the address of a model's page, or of the page of one of its files or revisions
ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?!datasets/|spaces/)([^/?#@]+/[^/?#@]+)"
    r"(?:(?:@|/(?:tree|blob|resolve)/)([^/?#]+))?(?:[/?#].*)?",
    re.IGNORECASE,
)


def without_address(text: str) -> str:
    """Convert the address of a model's page on the hub to the model's name, followed by `@revision` if
    the address contains a revision. Any other text is returned unchanged."""
    match = ADDRESS.fullmatch(text)
    if match is None:
        return text
    repo, revision = match.groups()
    return repo if revision in (None, "main") else f"{repo}@{unquote(revision)}"


@dataclass(frozen=True, slots=True)
class RepoId:
    """A model repository on the hub, at its newest commit or at a revision: a branch, tag or commit.
    Raises: UnknownModel for an invalid name or revision."""

    repo: str  # organisation/name
    revision: str | None = None

    def __post_init__(self) -> None:
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, loaded lazily

        try:
            validate_repo_id(self.repo)
        except HFValidationError as error:
            raise UnknownModel(
                f"invalid model name {printable_source(self.repo)}: {error_reason(error)}",
                hint=NAMES_HINT,
            ) from error
        if self.repo.count("/") != 1:
            raise UnknownModel(f"unknown model {self.repo}", hint=NAMES_HINT)
        if self.revision is not None and (
            not REVISION.fullmatch(self.revision) or ".." in self.revision
        ):
            raise UnknownModel(
                f"invalid revision {self.revision!r} of {self.repo}",
                hint="Write a branch, a tag or a commit after the @, as in org/name@main.",
            )

    @classmethod
    def parse(cls, text: str) -> RepoId:
        """Parse `org/name` or `org/name@revision`. A known short name may be used instead of
        `org/name`; without a revision it stands for its own. Raises: UnknownModel."""
        repo, at, revision = text.partition("@")
        model = known(repo)
        usual = None if model is None else model.revision
        return cls(repo if model is None else model.repo, revision if at else usual)

    def __str__(self) -> str:
        return self.repo if self.revision is None else f"{self.repo}@{self.revision}"
