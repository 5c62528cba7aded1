"""The Hugging Face hub: names of models, their cache on this machine, and downloads. Loads no torch or transformers.

huggingface_hub is imported inside functions, because its import takes time and reads the environment (HF_HOME,
HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE) once. Nothing here prints: progress goes to a callback, and errors of
huggingface_hub become errors of flashsloth.errors.
"""

from flashsloth.checkpoints.hub.cache import CachedModel, cache_folder, find_cached, list_cached, remove
from flashsloth.checkpoints.hub.download import RESERVE, Download, RemoteFile, fetch, plan
from flashsloth.checkpoints.hub.errors import DISK_HINT
from flashsloth.checkpoints.hub.names import KNOWN, NAMES_HINT, RepoId

__all__ = [
    "DISK_HINT",
    "KNOWN",
    "NAMES_HINT",
    "RESERVE",
    "CachedModel",
    "Download",
    "RemoteFile",
    "RepoId",
    "cache_folder",
    "fetch",
    "find_cached",
    "list_cached",
    "plan",
    "remove",
]
