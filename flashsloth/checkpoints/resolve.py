"""Find a model's folder by its name: a known name, a folder or a repository on the hub."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flashsloth import devices
from flashsloth.checkpoints import hub
from flashsloth.errors import ModelUnavailable, OutOfMemory, UnknownModel, UnsupportedModel
from flashsloth.utils.paths import NANO as NANO
from flashsloth.utils.paths import NANO_FOLDER, expand
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.text import command_line, did_you_mean, path_meant, printable_source

SMALLEST = 0.3  # the size of a model in int4, as a share of its size in 16 bit


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model's folder, and the name with which the user asked for the model."""

    name: str
    folder: Path
    repo: str | None = None
    revision: str | None = None


def find(
    name: str | os.PathLike[str] | ModelSource,
    *,
    offline: bool = False,
    confirm: Callable[[hub.Download], bool] | None = None,
    on_progress: Progress = ignore,
    part: bool = False,
) -> ModelSource:
    """Find a model by a known name, a folder, or a hub id with optional `@revision`, in this order.
    Instead of the id, the address of the model's page on the hub may be given.

    A ModelSource is returned as it is. `./NAME` is always a folder. A model on the hub that is
    completely cached is used without network access. Other models are downloaded, if `confirm` is None
    or returns True. If `part` is true, the model is a vision tower or a language model for a new
    FlashSloth.

    Raises: UnknownModel, ModelUnavailable, ModelAccessDenied, DiskFull.
    """
    if isinstance(name, ModelSource):
        return name
    text = os.fspath(name)
    if text == NANO:
        return ModelSource(NANO, NANO_FOLDER)
    if is_folder(text):
        return ModelSource(text, expand(text))
    text = hub.without_address(text)
    repo = parse_repo(text)
    cached = hub.find_cached(repo, part=part)
    if cached is None:
        # ORG/NAME may be the mistyped name of a folder. In this case no request is sent to the hub.
        if "@" not in text and not _is_known(text) and (meant := path_meant(text, folders=True)):
            raise UnknownModel(
                f"there is no folder {text}", hint=f"{meant} For a model on the hub: {text}@main"
            )
        pull = command_line("flashsloth", "pull", text)
        if offline:
            raise ModelUnavailable(
                f"{text} is not on this machine, and --offline is set",
                hint=f"Run {'this' if part else f'`{pull}`'} once while connected.",
            )
        download = hub.plan(repo, part=part)
        check_fits(download)
        if confirm is not None and not confirm(download):
            raise ModelUnavailable(
                f"{text} is not on this machine ({download.missing_bytes / 1e9:.1f} GB to download)",
                hint="Add -y to download it." if part else f"Fetch it first: {pull} -y",
            )
        cached = hub.fetch(download, on_progress)
    return ModelSource(text, cached, repo.repo, cached.name)


def check_name(text: str) -> None:
    """Raise the error that `find` would raise for a text that is neither a known name nor a folder nor
    a hub id."""
    if text != NANO and not is_folder(text):
        parse_repo(text)


def is_folder(text: str) -> bool:
    """Return whether a text is the path of a folder and not a known name."""
    return bool(text) and text != NANO and not _is_known(text) and os.path.isdir(expand(text))


def absolute_name(text: str) -> str:
    """Return a model's name unchanged, but the path of a folder or file as an absolute path, which is
    also valid in other working directories."""
    is_name = text == NANO or _is_known(text) or not os.path.exists(expand(text))
    return hub.without_address(text) if is_name else os.path.abspath(expand(text))


def _is_known(text: str) -> bool:
    # A known name is not a folder, even if there is a folder with this name: the folder of this
    # project's code is called `flashsloth`.
    return hub.known(text) is not None


def parse_repo(text: str) -> hub.RepoId:
    """Parse a known name or a hub id. Raises UnknownModel for any other text, UnsupportedModel for a
    file."""
    text = hub.without_address(text)
    known = _is_known(text)
    if not known and os.path.isfile(expand(text)):
        raise UnsupportedModel(
            f"{text} is a file, not a model's folder",
            hint="Use the folder with config.json and the weights.",
        )
    if not known and ("/" in text or os.sep in text) and not _looks_like_repo(text):
        # the name may end with "\r" if it was read from a file with Windows line endings
        raise UnknownModel(
            f"there is no folder {printable_source(text)}",
            hint=path_meant(text, folders=True, otherwise=hub.NAMES_HINT),
        )
    if not known and not _looks_like_repo(text):
        folders_here = [path.parent.name for path in Path().glob("*/config.json")]
        names = [NANO, *hub.KNOWN, *folders_here]
        raise UnknownModel(
            f"unknown model {printable_source(text) or repr(text)}",
            hint=did_you_mean(text, names, then=hub.NAMES_HINT),
        )
    return hub.RepoId.parse(text)


def check_referenced_model(
    name: str, named_by: Path, agree: Callable[[str], bool] | None = None
) -> None:
    """Check the name of a model that comes from a file and not from the user. This must be called
    before `find`, because a request to the hub would reveal who uses that file.

    Raises ModelUnavailable if the model is neither a released one nor on this machine, unless `agree`
    returns True. `agree` asks the user the question that it is passed.
    """
    name = hub.without_address(name)
    if name == NANO or os.path.exists(expand(name)) or not _looks_like_repo(name):
        return
    repo = hub.RepoId.parse(name)
    if repo.repo in hub.REPOS or hub.find_cached(repo) is not None:
        return
    problem = f"{named_by} needs the model {repo}, which is not on this machine"
    if agree is None or not agree(f"{problem}. Ask the hub for it?"):
        raise ModelUnavailable(
            f"{problem}; the hub was not asked for it",
            hint=f"If you trust that name, run `{command_line('flashsloth', 'pull', str(repo))}`, "
            f"or name it with {command_line('-m', str(repo))}.",
        )


def check_fits(download: hub.Download) -> None:
    """Raise OutOfMemory if the model fits into the memory of no device of this machine in any preset.
    This is called before a download."""
    weights = sum(f.size for f in download.files if f.name.endswith(".safetensors"))
    device = max(map(devices.choose_device, ("auto", "cpu")), key=devices.total_memory)
    memory = devices.total_memory(device)
    if weights * SMALLEST + devices.WORKING_SPACE > memory:
        raise OutOfMemory(
            f"{download.repo} has {weights / 1e9:.1f} GB of weights, {device} {memory / 1e9:.1f} GB of memory in all",
            hint="Nothing was downloaded, as it would not run here. Use the built-in model: -m nano.",
        )


def _looks_like_repo(text: str) -> bool:
    """Return whether a text has the form ORG/REPO and is not a path such as C:/REPO."""
    is_path = text.startswith((".", "/", "~")) or text[1:2] == ":"
    return text.count("/") == 1 and not text.endswith("/") and not is_path
