"""The Hugging Face hub: names of models, their cache on this machine, and downloads. Imports neither
torch nor transformers.

huggingface_hub is imported inside functions for two reasons: its import is slow, and it reads the
environment variables (HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE) once, when it is imported.
Nothing here prints: progress goes to a callback, and errors of huggingface_hub become errors of
flashsloth.errors.
"""

from flashsloth.checkpoints.hub.cache import cache_folder, find_cached, list_cached, remove
from flashsloth.checkpoints.hub.download import DISK_HINT, RESERVE, Download, fetch, plan
from flashsloth.checkpoints.hub.names import (
    KNOWN,
    NAMES_HINT,
    REPOS,
    KnownModel,
    RepoId,
    known,
    without_address,
)

__all__ = [
    "DISK_HINT",
    "KNOWN",
    "NAMES_HINT",
    "REPOS",
    "RESERVE",
    "Download",
    "KnownModel",
    "RepoId",
    "cache_folder",
    "fetch",
    "find_cached",
    "known",
    "list_cached",
    "plan",
    "remove",
    "without_address",
]
