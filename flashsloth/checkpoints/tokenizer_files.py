"""The files of a folder that transformers reads for a tokenizer, looked at before it does. Knows names, sizes and keys;
makes no tokenizer.

transformers follows links, reads files of any size, and lets two of these files name others, wherever they lie.
"""

from __future__ import annotations

from pathlib import Path

from flashsloth.checkpoints.safetensors_reader import MAX_JSON, read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
READ = (CONFIG, SPECIAL, "tokenizer.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja")
OTHERS = ("tekken.json", "tokenizer.model", "tiktoken.model")  # taken for vocabularies where there is no tokenizer.json
TEMPLATES = "additional_chat_templates"
LEADING_OUT = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")
"""Of the configuration: names of other files, or what would be taken in place of the folder's."""


def check(folder: Path) -> None:
    """CheckpointDamaged for files that are none, lie elsewhere, are absurdly large or would lead elsewhere."""
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))
    found = {name: regular_file_in(folder, name, MAX_JSON) for name in (*READ, *OTHERS)}
    for path in templates:
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_JSON)
    if found["tokenizer.json"] and read_json(folder / "tokenizer.json").get("normalizer") is not None:
        raise CheckpointDamaged(  # one that makes a million letters of each would never end
            f"{folder / 'tokenizer.json'} changes text before it is read, as no Phi's does",
            hint="The tokenizer files belong to another model; copy those that came with the weights.",
        )
    said = read_json(folder / CONFIG) if found[CONFIG] else {}
    for key in LEADING_OUT:
        if said.get(key):
            raise CheckpointDamaged(f"{folder / CONFIG} has {key}, which would replace the files beside it")
    for key in read_json(folder / SPECIAL) if found[SPECIAL] else ():
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(f"{folder / SPECIAL} holds something that is no special token")
