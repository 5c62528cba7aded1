"""Check a folder's tokenizer files before transformers reads them.

transformers follows links, reads files of any size, and lets two of these files name other files anywhere.
"""

from __future__ import annotations

from pathlib import Path

from flashsloth.checkpoints.safetensors_reader import MAX_JSON, read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
READ = (CONFIG, SPECIAL, "tokenizer.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja")
FOREIGN = ("tekken.json", "tokenizer.model", "tiktoken.model")  # read as vocabularies if there is no tokenizer.json
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files or replace those of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def check(folder: Path) -> None:
    """Raise CheckpointDamaged for links out of the folder, oversized files, and files that name others."""
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))
    files = {name: regular_file_in(folder, name, MAX_JSON) for name in (*READ, *FOREIGN)}
    for path in templates:
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_JSON)
    if files["tokenizer.json"] and read_json(folder / "tokenizer.json").get("normalizer") is not None:
        raise CheckpointDamaged(  # a normalizer may expand each character to a million
            f"{folder / 'tokenizer.json'} has a normalizer, which a FlashSloth tokenizer does not have",
            hint="The tokenizer files belong to another model; copy those that came with the weights.",
        )
    config = read_json(folder / CONFIG) if files[CONFIG] else {}
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(f"{folder / CONFIG} has the key {key}, which would replace files of the folder")
    for key in read_json(folder / SPECIAL) if files[SPECIAL] else ():
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(f"{folder / SPECIAL} has the key {printable(key)}, which is not a special token")
