"""The cache of models that huggingface_hub keeps: find, list and remove FlashSloth models.

A repository's folder is models--ORG--NAME/{refs/BRANCH, snapshots/COMMIT/FILE -> blobs/ETAG}.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.hub.names import KNOWN, RepoId
from flashsloth.checkpoints.hub.quiet import quiet_hub
from flashsloth.checkpoints.safetensors_reader import INDEX, MAX_JSON, SINGLE
from flashsloth.errors import CheckpointDamaged, ModelUnavailable, ResourceError, UnsupportedModel
from flashsloth.utils.paths import expand
from flashsloth.utils.safe_read import regular_file_in


@dataclass(frozen=True, slots=True)
class CachedModel:
    """One commit of a FlashSloth repository in the cache.

    `size_bytes` counts each file of this commit once; commits of one repository may share files. `last_used` and
    `modified` are the newest access and change times of its files, in seconds since 1970.
    """

    repo: str
    commit: str
    revisions: tuple[str, ...]  # cached branches and tags that point to this commit
    path: Path
    size_bytes: int
    last_used: float
    modified: float
    complete: bool


def cache_folder() -> Path:
    """Return the folder of cached models: HF_HUB_CACHE, or `hub` in HF_HOME. It need not exist."""
    from huggingface_hub import constants

    return expand(constants.HF_HUB_CACHE).resolve()


def repo_folder(repo: str) -> Path:
    return cache_folder() / f"models--{repo.replace('/', '--')}"


def find_cached(repo: RepoId) -> Path | None:
    """Return the snapshot folder of a model, or None if a file is missing. Uses no network.

    Without a revision this is the commit of `main` when it was last fetched.
    """
    folder = repo_folder(repo.repo)
    snapshot = folder / "snapshots" / (cached_commit(repo) or repo.revision or "main")
    return snapshot if snapshot.parent == folder / "snapshots" and _is_complete(snapshot) else None


def cached_commit(repo: RepoId) -> str:
    """Return the commit that the repository's branch or tag had when it was last fetched; empty if unknown."""
    return _read_text(repo_folder(repo.repo) / "refs", repo.revision or "main")


def store_revision(repo: RepoId, commit: str) -> None:
    """Write the commit of a branch or tag, as huggingface_hub does when it is asked for the branch itself."""
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
    """Return the FlashSloth models in the cache, one per commit, newest first, incomplete and damaged ones included.

    Reads only the folders of models with a FlashSloth config.json: the cache may hold many other models.
    """
    models: list[CachedModel] = []
    for folder in _entries(cache_folder()):
        if not re.fullmatch(r"models--.+--.+", folder.name):
            continue
        repo = folder.name.removeprefix("models--").replace("--", "/")
        for snapshot in _snapshots(folder):
            if _is_ours(repo, snapshot):
                size, used, modified = _measure(snapshot.rglob("*"))
                revisions, complete = _revisions_of(folder, snapshot.name), _is_complete(snapshot)
                models.append(CachedModel(repo, snapshot.name, revisions, snapshot, size, used, modified, complete))
    return sorted(models, key=lambda model: (-model.modified, model.repo, model.commit))


def remove(repo: RepoId) -> int:
    """Delete a model, or one revision of it, from the cache and return the number of bytes freed.

    Raises: ModelUnavailable if it is not in the cache, UnsupportedModel for a model of another kind, CheckpointDamaged
    for one revision of a damaged folder, ResourceError if files cannot be deleted.
    """
    folder = repo_folder(repo.repo)
    snapshots = _snapshots(folder)
    chosen = [snapshot for snapshot in snapshots if _matches(repo.revision, folder, snapshot.name)]
    if not os.path.isdir(folder) or (repo.revision is not None and not chosen):
        raise ModelUnavailable(
            f"{repo} is not in the cache", hint="Run `flashsloth list` to see which models are in it."
        )
    if repo.repo not in KNOWN.values() and not any(_is_ours(repo.repo, snapshot) for snapshot in snapshots):
        raise UnsupportedModel(f"{repo.repo} in the cache is not a FlashSloth model and was not removed")
    freed = _delete_commits(folder, [snapshot.name for snapshot in chosen])
    if freed is None:
        if repo.revision is not None:
            raise CheckpointDamaged(
                f"cannot remove one revision of {repo.repo}: its cache folder is damaged",
                hint=f"Remove all of it: flashsloth rm {repo.repo}",
            )
        freed = _measure(folder.rglob("*"))[0]
        shutil.rmtree(folder, ignore_errors=True)
    remaining = [path for path in (chosen if repo.revision else [folder]) if path.exists()]
    if remaining:
        raise ResourceError(f"cannot delete {remaining[0]}", hint="Check the permissions of that folder.")
    return freed


def read_config(snapshot: Path) -> dict[str, Any]:
    """Return the snapshot's config.json; empty if it is missing or unreadable."""
    with suppress(ValueError, RecursionError):
        data = json.loads(_read_text(snapshot, "config.json"))
        if isinstance(data, dict):
            return data
    return {}


def is_flashsloth(config: dict[str, Any]) -> bool:
    names = config.get("architectures")
    named = isinstance(names, list) and any(str(name).startswith("FlashSlothFor") for name in names)
    return named or config.get("model_type") == "flashsloth"


def missing_part(names: Collection[str]) -> str:
    """Return what a model with these files lacks, apart from shards; empty if nothing."""
    if "config.json" not in names:
        return "config.json"
    if SINGLE not in names and INDEX not in names:
        return f"weights ({SINGLE} or {INDEX})"
    if "tokenizer.json" not in names and not ("vocab.json" in names and "merges.txt" in names):
        return "tokenizer files"
    return ""


def _read_text(folder: Path, name: str) -> str:
    """Return the text of a small regular file; empty if it is missing or unreadable."""
    try:
        path = regular_file_in(folder, name, MAX_JSON)
        return path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError, CheckpointDamaged):
        return ""


def _is_ours(repo: str, snapshot: Path) -> bool:
    config = read_config(snapshot)
    return is_flashsloth(config) or (not config and repo in KNOWN.values())


def _is_complete(snapshot: Path) -> bool:
    """Return whether all files are there. huggingface_hub adds a file to a snapshot only once it is whole."""
    names = {path.name for path in _entries(snapshot) if os.path.isfile(path)}
    if missing_part(names):
        return False
    if INDEX not in names:
        return True
    with suppress(ValueError, RecursionError, AttributeError, KeyError, TypeError):  # a malformed index
        shards = set(json.loads(_read_text(snapshot, INDEX))["weight_map"].values())
        return bool(shards) and shards <= names
    return False


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _snapshots(folder: Path) -> list[Path]:
    return [path for path in _entries(folder / "snapshots") if os.path.isdir(path)]


def _revisions_of(folder: Path, commit: str) -> tuple[str, ...]:
    refs = folder / "refs"
    names = (path.relative_to(refs).as_posix() for path in refs.rglob("*") if os.path.isfile(path))
    return tuple(sorted(name for name in names if _read_text(refs, name) == commit))


def _matches(revision: str | None, folder: Path, commit: str) -> bool:
    """Return whether a branch, a tag or a commit, or at least 7 leading digits of one, refers to this commit."""
    if revision is None or revision in _revisions_of(folder, commit):
        return True
    return len(revision) >= 7 and commit.startswith(revision)


def _measure(paths: Iterable[Path]) -> tuple[int, float, float]:
    """Return the size in bytes and the newest access and change times of files. Counts hard and soft links once."""
    stats: dict[tuple[int, int], os.stat_result] = {}
    for path in paths:
        with suppress(OSError):  # a broken link
            if path.is_file():
                stat = path.stat()
                stats[stat.st_dev, stat.st_ino] = stat
    values = stats.values()
    return (
        sum(stat.st_size for stat in values),
        max((stat.st_atime for stat in values), default=0.0),
        max((stat.st_mtime for stat in values), default=0.0),
    )


def _delete_commits(folder: Path, commits: list[str]) -> int | None:
    """Delete commits with huggingface_hub, which keeps files that other repositories share; None if it cannot."""
    with quiet_hub():
        from huggingface_hub import scan_cache_dir

        try:
            scan = scan_cache_dir(folder.parent)
        except (OSError, ValueError):  # another entry of the cache is damaged
            return None
        if not commits or all(entry.repo_path != folder for entry in scan.repos):
            return None
        strategy = scan.delete_revisions(*commits)
        strategy.execute()
    return strategy.expected_freed_size
