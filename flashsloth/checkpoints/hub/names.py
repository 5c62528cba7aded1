"""Parse the names of models on the hub: the short names, `org/name` and
`org/name@revision`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from flashsloth.checkpoints.hub.known import KNOWN, known
from flashsloth.errors import UnknownModel
from flashsloth.utils.text import error_reason, printable_source

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
