"""Check a folder's tokenizer files before transformers reads them.

transformers follows links, reads files of any size, and lets two of these files name other files anywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
READ = (CONFIG, SPECIAL, "tokenizer.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja")
FOREIGN = ("tekken.json", "tokenizer.model", "tiktoken.model")  # read as vocabularies if there is no tokenizer.json
MAX_BYTES = 64 * 2**20  # of a file; Gemma 3's tokenizer.json has 33 MB
MAX_TOKEN = 4096  # characters; published ones are runs of some hundred spaces
MAX_STEPS = 4  # in a sequence of normalizers or decoders
STEPS = ("NFC", "Prepend", "Replace", "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Strip")  # of base models
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files or replace those of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def check(folder: Path) -> None:
    """Raise CheckpointDamaged for links out of the folder, oversized files, and files that name others."""
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))
    files = {name: regular_file_in(folder, name, MAX_BYTES) for name in READ}
    for name in FOREIGN:
        regular_file_in(folder, name, None if files["tokenizer.json"] else MAX_BYTES)
    for path in templates:
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_BYTES)
    stored = read_json(folder / "tokenizer.json", MAX_BYTES, required=False)
    for key in ("normalizer", "decoder"):
        if not _is_bounded(stored.get(key)):
            raise CheckpointDamaged(  # it may expand each character to a million
                f"{folder / 'tokenizer.json'} has a {key} that changes more of a text than its accents and spaces",
                hint="The tokenizer files belong to another model; copy those that came with the weights.",
            )
    if any(len(text) > MAX_TOKEN for text in _tokens(stored)):
        raise CheckpointDamaged(f"{folder / 'tokenizer.json'} has a token of more than {MAX_TOKEN} characters")
    config = read_json(folder / CONFIG, required=False)
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(f"{folder / CONFIG} has the key {key}, which would replace files of the folder")
    for key in read_json(folder / SPECIAL, required=False):
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(f"{folder / SPECIAL} has the key {printable(key)}, which is not a special token")


def _tokens(stored: dict[str, Any]) -> list[str]:
    """Return the tokens of tokenizer.json: a model's words, alone (Unigram: with scores), and those that were added."""
    model, added = stored.get("model"), stored.get("added_tokens")
    words = model.get("vocab") if isinstance(model, dict) else None
    texts = [w[0] if isinstance(w, list) and w else w for w in words] if isinstance(words, dict | list) else []
    texts += [t.get("content") for t in added if isinstance(t, dict)] if isinstance(added, list) else []
    return [text for text in texts if isinstance(text, str)]


def _is_bounded(part: Any) -> bool:
    """Return whether a normalizer or a decoder of tokenizer.json, or each of a short sequence of them, puts at most one
    character before a text and in the place of each one."""
    if not isinstance(part, dict):
        return part is None
    steps = part.get("normalizers", part.get("decoders")) if part.get("type") == "Sequence" else [part]
    return isinstance(steps, list) and len(steps) <= MAX_STEPS and all(map(_is_bounded_step, steps))


def _is_bounded_step(step: Any) -> bool:
    if not isinstance(step, dict) or step.get("type") not in STEPS:
        return False
    pattern, marks = step.get("pattern", {"String": " "}), (step.get("content", ""), step.get("prepend", ""))
    is_text = isinstance(pattern, dict) and bool(pattern.get("String"))
    return is_text and all(isinstance(mark, str) and len(mark) <= 1 for mark in marks)
