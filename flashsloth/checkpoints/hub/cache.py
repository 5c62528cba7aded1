"""Find, list and remove models in the cache of huggingface_hub.

The folder of a repository is models--ORG--NAME/{refs/BRANCH, snapshots/COMMIT/FILE -> blobs/ETAG}.

This module reads the folders itself. `scan_cache_dir` of huggingface_hub (2.4) is not used: it leaves
out every repository with a broken link or a branch that points to a removed commit, raises if a file of
any other repository is unreadable, and waits forever if it meets a pipe. Its `delete_revisions` deletes
the targets of links in a snapshot even if these targets are outside the cache. If two repositories have
the same commit, it may delete the commit of the wrong repository.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import INDEX, SINGLE, can_be_opened, read_json, weight_files
from flashsloth.checkpoints.hub.names import COMMIT, REPOS, RepoId
from flashsloth.errors import (
    CheckpointDamaged,
    FlashSlothError,
    ModelUnavailable,
    ResourceError,
    UnsupportedModel,
)
from flashsloth.sizes.families import family_of
from flashsloth.utils.paths import expand
from flashsloth.utils.safe_read import read_text

# Either file may have the settings of an image processor.
PREPROCESSOR = "preprocessor_config.json"
PROCESSORS = {PREPROCESSOR, "processor_config.json"}


@dataclass(frozen=True, slots=True)
class CachedModel:
    """One commit of a repository in the cache. `size_bytes` is the size of all files of this
    commit. Commits of one repository may share files."""

    repo: str
    commit: str
    path: Path
    size_bytes: int
    complete: bool


def cache_folder() -> Path:
    """Return the folder of cached models: HF_HUB_CACHE, or `hub` in HF_HOME. It may not exist yet."""
    from huggingface_hub import constants

    return expand(constants.HF_HUB_CACHE).resolve()


def repo_folder(repo: str) -> Path:
    return cache_folder() / f"models--{repo.replace('/', '--')}"


def find_cached(repo: RepoId, *, part: bool = False) -> Path | None:
    """Return the snapshot folder of a cached model, or None if the model is not cached completely. Does
    not use the network.

    Without a revision, this is the snapshot of the commit to which `main` pointed when it was last
    fetched. If the cache records no branches of the repository, its only snapshot is used. If `part` is
    true, the repository is a vision tower or a language model for a new model, which may lack a
    tokenizer.
    """
    folder = repo_folder(repo.repo)
    snapshot = folder / "snapshots" / (cached_commit(repo) or repo.revision or "main")
    if not snapshot.is_dir():
        snapshots = chosen_snapshots(folder, repo.revision)
        # If other branches are cached but not `main`, each snapshot could belong to one of them.
        if repo.revision is None and any((folder / "refs").rglob("*")):
            return None
        snapshot = snapshots[0] if len(snapshots) == 1 else snapshot
    return snapshot if _is_complete(snapshot, part=part) else None


def chosen_snapshots(folder: Path, commit: str | None) -> list[Path]:
    """Return the snapshots whose commit begins with the digits of `commit`. At least 7 digits are
    needed. If `commit` is None, return all snapshots."""
    snapshots = _folders(folder / "snapshots")
    if commit is None:
        return snapshots
    return [path for path in snapshots if len(commit) >= 7 and path.name.startswith(commit)]


def cached_commit(repo: RepoId) -> str:
    """Return the commit to which the branch or tag pointed when it was last fetched, or "" if it is
    unknown."""
    try:
        text = read_text(repo_folder(repo.repo) / "refs" / (repo.revision or "main")).strip()
    except (OSError, ValueError):
        return ""
    return text if COMMIT.fullmatch(text) else ""


def store_revision(repo: RepoId, commit: str) -> None:
    """Record the commit of a branch or tag in the cache. huggingface_hub records it only when a file is
    requested by the branch's name; here files are requested by commit."""
    revision = repo.revision or "main"
    if revision == commit:
        return
    folder = repo_folder(repo.repo)
    path = folder / "refs" / revision
    with suppress(OSError):  # a read-only cache can still be used
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"revision.{os.getpid()}.tmp"
        temporary.write_text(commit, encoding="utf-8")
        temporary.replace(path)


def list_cached() -> list[CachedModel]:
    """Return the models in the cache that can be opened, one per commit, newest first. Incomplete and
    damaged models are included."""
    models: list[tuple[float, CachedModel]] = []  # each with its time of modification
    for folder in _folders(cache_folder()):
        repo = folder.name.removeprefix("models--").replace("--", "/")
        for snapshot in _folders(folder / "snapshots"):
            if folder.match("models--*--*") and _is_ours(repo, snapshot):
                with suppress(FileNotFoundError):  # another process may be removing the snapshot
                    model = CachedModel(
                        repo, snapshot.name, snapshot, _size(snapshot), _is_complete(snapshot)
                    )
                    models.append((snapshot.stat().st_mtime, model))
    return [model for _, model in sorted(models, key=lambda pair: pair[0], reverse=True)]


def remove(repo: RepoId) -> int:
    """Delete a model, or one revision of it, from the cache and return the number of bytes freed.

    A revision is a branch, a tag, a commit, or at least the first 7 digits of a commit.

    Raises: ModelUnavailable if the model is not in the cache, UnsupportedModel for a model of another
    kind, ResourceError if files cannot be deleted.
    """
    folder = repo_folder(repo.repo)
    snapshots = _folders(folder / "snapshots")
    chosen = chosen_snapshots(folder, repo.revision and (cached_commit(repo) or repo.revision))
    if not os.path.isdir(folder) or (repo.revision is not None and not chosen):
        raise ModelUnavailable(
            f"{repo} is not in the cache", hint="Run `flashsloth list` to see which models are in it."
        )
    if repo.repo not in REPOS and not any(_is_ours(repo.repo, snapshot) for snapshot in snapshots):
        raise UnsupportedModel(
            f"{repo.repo} in the cache is not a model that can be opened here, and was not removed"
        )
    before = _size(folder / "snapshots", folder / "blobs")
    # 1. Remove the blobs. A file to which another commit links is kept.
    others = [
        snapshot for snapshot in snapshots if repo.revision is not None and snapshot not in chosen
    ]
    unused = _targets(chosen) - _targets(others)
    for blob in (folder / "blobs").glob("*") if others else ():
        if blob.resolve() in unused:
            with suppress(OSError):
                blob.unlink()
    # 2. Remove branches and tags that point to a removed commit. With such a branch, huggingface_hub
    # would leave out the whole repository.
    for ref in (folder / "refs").rglob("*") if others else ():
        commit = (
            ref.read_text(encoding="utf-8", errors="replace").strip() if os.path.isfile(ref) else ""
        )
        if commit in {path.name for path in chosen}:
            with suppress(OSError):
                ref.unlink()
    # 3. Remove the snapshots, or the repository's whole folder if no snapshot is left.
    for path in chosen if others else [folder]:
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            raise ResourceError(f"cannot delete {path}", hint="Check the permissions of that folder.")
    return before - _size(folder / "snapshots", folder / "blobs")


@contextmanager
def quiet_hub() -> Iterator[None]:
    """Suppress the log messages and warnings of huggingface_hub, unless the user has switched its log
    on."""
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity

    level = get_verbosity()
    if not os.environ.get("HF_DEBUG") and not os.environ.get("HF_HUB_VERBOSITY"):
        set_verbosity(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="huggingface_hub")
            yield
    finally:
        set_verbosity(level)


def read_config(snapshot: Path) -> dict[str, Any]:
    """Return the content of the snapshot's config.json, or {} if the file is missing or damaged."""
    try:
        return read_json(snapshot / "config.json")
    except CheckpointDamaged:
        return {}


def missing_part(names: Collection[str], config: Mapping[str, Any], *, part: bool = False) -> str:
    """Return a description of the first thing that a model with these files lacks, or "" if nothing is
    missing. Shards of the weights are not checked. If `part` is true, no tokenizer is needed. A model
    of transformers also needs the settings of its image processor."""
    if "config.json" not in names:
        return "config.json"
    if SINGLE not in names and INDEX not in names:
        return f"weights ({SINGLE} or {INDEX})"
    has_tokenizer = "tokenizer.json" in names or ("vocab.json" in names and "merges.txt" in names)
    if part:
        return ""
    if not has_tokenizer:
        return "tokenizer files"
    is_flashsloth_model = family_of(config) is None
    return "" if is_flashsloth_model or PROCESSORS & {*names} else PREPROCESSOR


def _is_ours(repo: str, snapshot: Path) -> bool:
    config = read_config(snapshot)
    return can_be_opened(config) or (not config and repo in REPOS)


def _is_complete(snapshot: Path, *, part: bool = False) -> bool:
    """Return whether a snapshot has all files. A file that exists is complete, because huggingface_hub
    links it into the snapshot only after its download."""
    try:
        names = [path.name for path in snapshot.iterdir() if os.path.isfile(path)]
        config = read_config(snapshot)
        return not missing_part(names, config, part=part) and bool(weight_files(snapshot)[0])
    except (OSError, FlashSlothError):
        return False


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, or an empty list if it cannot be read."""
    with suppress(OSError):
        return [path for path in folder.iterdir() if os.path.isdir(path)]
    return []


def _size(*folders: Path) -> int:
    """Return the total bytes of the files in folders. A file to which several links point is counted
    once."""
    return sum(path.stat().st_size for path in _targets(folders))


def _targets(folders: Iterable[Path]) -> set[Path]:
    """Return the files in folders, with links resolved."""
    return {path.resolve() for folder in folders for path in folder.rglob("*") if os.path.isfile(path)}
