"""The Hugging Face hub: names of models, their cache on this machine, and downloads. Imports neither
torch nor transformers.

huggingface_hub is imported inside functions, because its import is slow, and because it reads the
environment (HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_HUB_OFFLINE) only then. Nothing here prints:
progress goes to a callback, and errors of huggingface_hub become errors of flashsloth.errors.
"""

from flashsloth.checkpoints.hub.cache import cache_folder as cache_folder
from flashsloth.checkpoints.hub.cache import find_cached as find_cached
from flashsloth.checkpoints.hub.cache import list_cached as list_cached
from flashsloth.checkpoints.hub.cache import remove as remove
from flashsloth.checkpoints.hub.download import RESERVE as RESERVE
from flashsloth.checkpoints.hub.download import Download as Download
from flashsloth.checkpoints.hub.download import fetch as fetch
from flashsloth.checkpoints.hub.download import plan as plan
from flashsloth.checkpoints.hub.errors import DISK_HINT as DISK_HINT
from flashsloth.checkpoints.hub.names import KNOWN as KNOWN
from flashsloth.checkpoints.hub.names import NAMES_HINT as NAMES_HINT
from flashsloth.checkpoints.hub.names import RepoId as RepoId
from flashsloth.checkpoints.hub.names import without_address as without_address
