"""Find a model's folder from its name: a known name, a folder or a repository of the hub."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flashsloth import devices
from flashsloth.checkpoints import hub
from flashsloth.devices import WORKING_SPACE
from flashsloth.errors import (
    ModelUnavailable,
    OutOfMemory,
    UnknownModel,
    UnsupportedModel,
)
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.paths import NANO_FOLDER, expand
from flashsloth.utils.progress import Progress

NANO = "nano"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model is: the name it was asked for by, and its folder."""

    name: str
    folder: Path
    repo: str | None = None
    revision: str | None = None


def known_names() -> list[str]:
    """The names that stand for a model without further ado."""
    return [NANO, *hub.KNOWN]


def find(
    name: str | os.PathLike[str],
    *,
    offline: bool = False,
    confirm: Callable[[hub.Download], bool] | None = None,
    on_progress: Progress | None = None,
) -> ModelSource:
    """The folder of a model: a known name, a folder, or a hub id with optional `@revision`, in this order; `./NAME` is
    always a folder.

    A hub model that is cached whole is used as it is, without asking the network. Otherwise it is downloaded, if
    `confirm` is not given or says yes. Raises UnknownModel, ModelUnavailable, ModelAccessDenied, DiskFull.
    """
    text = os.fspath(name)
    if text == NANO:
        return ModelSource(NANO, NANO_FOLDER)
    known = text.partition("@")[0] in hub.KNOWN  # even where a folder has that name, as this project's own has
    folder = expand(text)
    if text and not known and os.path.isdir(folder):
        return ModelSource(text, folder)
    if not known and os.path.isfile(folder):
        raise UnsupportedModel(f"{text} is a file; give the folder that holds config.json and the weights")
    if not known and not _looks_like_repo(text):
        rest = f"Known names: {', '.join(known_names())}. Any org/repo or folder with a FlashSloth model also works."
        hint = did_you_mean(text, known_names(), then=rest)
        raise UnknownModel(f"unknown model {text or repr(text)}", hint=hint)
    repo = hub.RepoId.parse(text)
    cached = hub.find_cached(repo)
    if cached is None:
        if offline:
            raise ModelUnavailable(
                f"{text} is not on this machine, and --offline forbids fetching it",
                hint=f"Run once while connected: flashsloth pull {text}",
            )
        download = hub.plan(repo)
        check_fits(download)
        if confirm is not None and not confirm(download):
            raise ModelUnavailable(
                f"{text} is not on this machine ({download.missing_bytes / 1e9:.1f} GB to download)",
                hint=f"Fetch it first: flashsloth pull {text} -y",
            )
        cached = hub.fetch(download, on_progress)
    return ModelSource(text, cached, repo.repo, cached.name)


def check_named(name: str, said_by: Path, agree: Callable[[str], bool] | None = None) -> None:
    """Before `find`, of a model that a file names and nobody asked for: ModelUnavailable where the hub would be told of
    it, and with it who asks, unless it is a known one, or `agree` says yes to a question.
    """
    if name == NANO or os.path.exists(expand(name)) or not _looks_like_repo(name):
        return
    repo = hub.RepoId.parse(name)
    if repo.repo in hub.KNOWN.values() or hub.find_cached(repo) is not None:
        return
    trouble = f"{said_by} wants the model {repo}, which is not on this machine"
    if agree is None or not agree(f"{trouble}. Ask the hub for it?"):
        raise ModelUnavailable(
            f"{trouble}; the hub was not asked for it",
            hint=f"If you trust that name: flashsloth pull {repo}, or give it yourself: -m {repo}",
        )


def check_fits(download: hub.Download) -> None:
    """OutOfMemory if the weights are larger than all the memory that this machine could give them: better to know
    before gigabytes are fetched than after."""
    weights = sum(f.size for f in download.files if f.name.endswith(".safetensors"))
    device = devices.choose_device("auto")
    if weights + WORKING_SPACE > devices.total_memory(device):
        raise OutOfMemory(
            f"{download.repo} has {weights / 1e9:.1f} GB of weights, "
            f"{device} {devices.total_memory(device) / 1e9:.1f} GB of memory in all",
            hint="It would not run here, so nothing was downloaded. The built-in model fits anywhere: -m nano.",
        )


def _looks_like_repo(text: str) -> bool:
    return text.count("/") == 1 and not text.startswith((".", "/", "~")) and not text.endswith("/")
