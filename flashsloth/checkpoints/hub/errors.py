"""Convert exceptions of huggingface_hub, of its HTTP client and of hf_xet to those of
flashsloth.errors."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flashsloth.checkpoints.hub.cache import cache_folder, quiet_hub
from flashsloth.checkpoints.hub.names import KNOWN, NAMES_HINT, RepoId
from flashsloth.errors import (
    DiskFull,
    FlashSlothError,
    ModelAccessDenied,
    ModelUnavailable,
    UnknownModel,
)
from flashsloth.utils import atomic_write
from flashsloth.utils.text import command_line, error_reason, printable

DEFAULT_ENDPOINT = "https://huggingface.co"
DISK_HINT = "Free some space, or move the cache: set HF_HOME to a folder on a larger disk."
NETWORK_HINT = (
    "Check the connection, the proxy settings and HF_ENDPOINT, then run the same command again."
)
ENDPOINT_HINT = (
    "A Hugging Face hub does not answer like this. Check HF_ENDPOINT and the proxy settings."
)
PROXY_HINT = (
    "Check ALL_PROXY, HTTPS_PROXY and HTTP_PROXY. A SOCKS proxy (socks5://) needs: pip install socksio"
)
TOKEN_HINT = "Copy it again: into HF_TOKEN, or, if that is not set, with `hf auth login`."
CERTIFICATES_HINT = (
    "Correct or unset that variable. SSL_CERT_FILE is a file of certificates in PEM format."
)
# The modules whose exceptions mean a problem of the connection. Which of these modules are used depends
# on the release of huggingface_hub.
HTTP_CLIENTS = ("httpx", "httpx2", "httpcore", "httpcore2", "hf_xet")


class CallbackError(BaseException):
    """Carries an exception through huggingface_hub. It is a BaseException, because huggingface_hub
    catches each Exception and retries. It is used for errors of the caller's callback and of our
    checks."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@contextmanager
def convert_hub_errors(repo: RepoId) -> Iterator[None]:
    """Convert the exceptions of huggingface_hub. KeyboardInterrupt is not converted. For a
    CallbackError, the error that it carries is raised unchanged."""
    with quiet_hub():
        try:
            yield
        except FlashSlothError:
            raise
        except CallbackError as carrier:
            raise carrier.error from carrier.error.__cause__
        except Exception as error:
            converted = _convert(error, repo)
            if converted is None:
                raise
            raise converted from error


def at_endpoint() -> str:
    """Return " at URL" for error messages, or "" for the default endpoint."""
    from huggingface_hub import constants

    return "" if constants.ENDPOINT == DEFAULT_ENDPOINT else f" at {constants.ENDPOINT}"


def certificates_problem() -> str:
    """Describe the problem of the file that SSL_CERT_FILE or SSLKEYLOGFILE names, or return "" if there
    is none. The OSError that the HTTP client raises does not name the variable, and looks like a
    problem with a cached file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    keys = partial(setattr, context, "keylog_filename")  # setting this attribute opens the file
    for variable, use in (("SSL_CERT_FILE", context.load_verify_locations), ("SSLKEYLOGFILE", keys)):
        file = os.environ.get(variable)
        if file:
            try:
                use(file)
            except OSError as error:
                return f"{variable}={printable(file)} cannot be used: {error_reason(error)}"
    return ""


def convert_response_error(error: Any, repo: RepoId) -> FlashSlothError:
    """Convert a HfHubHTTPError, which stands for a response with an error status."""
    from huggingface_hub import errors

    status = error.response.status_code
    reason = f": {printable(error.server_message.splitlines()[0])}" if error.server_message else ""
    # if no token is sent, the hub also answers 401 for a missing repository
    missing = isinstance(error, errors.RepositoryNotFoundError)
    if isinstance(error, errors.GatedRepoError) or (status in (401, 403) and not missing):
        return ModelAccessDenied(
            f"the hub{at_endpoint()} denied access to {repo.repo} ({status}{reason})"
        )
    if missing:
        return UnknownModel(
            f"there is no model {repo.repo} on the hub{at_endpoint()}",
            hint=f"{NAMES_HINT} A private model needs HF_TOKEN.",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return UnknownModel(
            f"{repo.repo} has no revision {repo.revision or 'main'} on the hub{at_endpoint()}",
            hint=f"Use {repo.repo} without a revision for its newest commit.",
        )
    temporary = status >= 500 or status in (408, 429)
    return ModelUnavailable(
        f"the hub{at_endpoint()} answered {status} for {repo}{reason}",
        hint="The hub has a problem; try again later." if temporary else NETWORK_HINT,
    )


def _convert(error: BaseException, repo: RepoId) -> FlashSlothError | None:
    from huggingface_hub import constants
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    # Only the cause of this error tells why the file could not be fetched.
    while isinstance(error, LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OfflineModeIsEnabled):
        name = next((alias for alias in KNOWN if RepoId.parse(alias) == repo), str(repo))
        return ModelUnavailable(
            f"{repo} is not cached, and HF_HUB_OFFLINE is set",
            hint=f"Unset HF_HUB_OFFLINE, or run `{command_line('flashsloth', 'pull', name)}` while connected.",
        )
    if isinstance(error, HfHubHTTPError):
        return convert_response_error(error, repo)
    reason = printable(error_reason(error))
    if "proxy" in reason.lower() and isinstance(error, ImportError | ValueError):
        return ModelUnavailable(f"the proxy cannot be used: {reason}", hint=PROXY_HINT)
    if isinstance(error, OSError) and (problem := certificates_problem()):
        return ModelUnavailable(
            f"cannot fetch {repo} from the hub{at_endpoint()}: {problem}", hint=CERTIFICATES_HINT
        )
    if isinstance(error, UnicodeEncodeError) and error.object.startswith("Bearer "):
        return ModelUnavailable(
            f"cannot fetch {repo}: the access token for the hub is not ASCII", hint=TOKEN_HINT
        )
    if isinstance(error, ValueError | TypeError | LookupError | AttributeError | RecursionError):
        return ModelUnavailable(
            f"{constants.ENDPOINT} does not answer like a hub: {reason}", hint=ENDPOINT_HINT
        )
    if atomic_write.is_disk_full(error):
        return DiskFull(f"the disk is full: {repo} does not fit into {cache_folder()}", hint=DISK_HINT)
    # hf_xet raises RuntimeError. If sizes or headers do not match, huggingface_hub raises an OSError
    # without an errno.
    is_incomplete = isinstance(error, OSError) and error.errno is None
    if (
        is_incomplete
        or isinstance(error, RuntimeError | ConnectionError | TimeoutError)
        or type(error).__module__.partition(".")[0] in HTTP_CLIENTS
    ):
        return ModelUnavailable(
            f"cannot fetch {repo} from the hub{at_endpoint()}: {reason}", hint=NETWORK_HINT
        )
    if isinstance(error, OSError):
        return ModelUnavailable(
            f"cannot store {repo} in {cache_folder()}: {reason}",
            hint="Check the permissions of that folder, or set HF_HOME to another one.",
        )
    return None
