"""Convert text to token ids and back with `tokenizers`, without importing transformers, which takes
seconds.

`read` opens the tokenizer.json of a folder, or the vocab.json and merges.txt of CodeGen, as in the
released checkpoints. When transformers opens such files, it may change the tokenizer: for example, it
adds tokens that only the settings name, or marks tokens as special. If transformers might do this,
`read` returns None and the caller uses transformers' tokenizer. So the ids are always the same as with
transformers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import tokenizers
from tokenizers import AddedToken, decoders, models, pre_tokenizers

NAMES = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token")
EXTRA = ("extra_special_tokens", "additional_special_tokens")
PLAIN = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
# CodeGen's special tokens, unless the settings name other ones
CODEGEN = dict.fromkeys(NAMES[:3], "<|endoftext|>")
# if there is a file with one of these names, transformers reads it instead of vocab.json
OTHERS = ("tekken.json", "tokenizer.model", "tiktoken.model")
# The settings whose effect `read` reproduces, and those that have no effect, each with its types. If a
# folder has any other setting, transformers is used.
SETTINGS: dict[str, Any] = {
    **dict.fromkeys(NAMES, (str, NoneType)),
    **dict.fromkeys(EXTRA, list),
    **dict.fromkeys(
        ("add_bos_token", "add_eos_token", "add_prefix_space", "clean_up_tokenization_spaces"), bool
    ),
    **dict.fromkeys(("is_local", "local_files_only", "legacy", "use_default_system_prompt"), bool),
    **dict.fromkeys(
        ("backend", "chat_template", "errors", "name_or_path", "processor_class", "tokenizer_class"),
        str,
    ),
    "added_tokens_decoder": dict,
    "model_max_length": (int, float),
    "padding_side": str,
}


@dataclass(eq=False)
class Tokenizer:
    """A tokenizer with those methods and attributes of transformers' tokenizers that FlashSloth uses.

    Args:
        backend_tokenizer: the tokenizer of `tokenizers`.
        name_or_path: a name for error messages.
        unk_token_id: the id for tokens that are not in the vocabulary.
        eos_token, pad_token: texts of special tokens.
    """

    backend_tokenizer: tokenizers.Tokenizer
    name_or_path: str
    unk_token_id: int | None
    eos_token: str | None
    pad_token: str | None

    def __len__(self) -> int:
        return self.backend_tokenizer.get_vocab_size(with_added_tokens=True)

    @property
    def added_tokens_decoder(self) -> dict[int, AddedToken]:
        """The added tokens of the tokenizer by id."""
        return self.backend_tokenizer.get_added_tokens_decoder()

    def get_vocab(self) -> dict[str, int]:
        """Return the ids of all tokens."""
        return self.backend_tokenizer.get_vocab(with_added_tokens=True)

    def convert_tokens_to_ids(self, token: str) -> int | None:
        """Return the id of a token, or `unk_token_id`."""
        found = self.backend_tokenizer.token_to_id(token)
        return self.unk_token_id if found is None else found

    def convert_ids_to_tokens(self, token: int) -> str | None:
        """Return the token of an id; None for an id that the vocabulary does not have."""
        return self.backend_tokenizer.id_to_token(token)

    def add_special_tokens(self, tokens: Mapping[str, Sequence[str]], replace: bool = False) -> None:
        """Add the `additional_special_tokens` that are missing, in the given order."""
        self.backend_tokenizer.add_special_tokens(
            [
                AddedToken(text, special=True, normalized=False)
                for text in tokens["additional_special_tokens"]
            ]
        )

    def encode(
        self, text: str, *, add_special_tokens: bool = True, split_special_tokens: bool = False
    ) -> list[int]:
        """Return the ids of a text. If `split_special_tokens` is true, special tokens that occur in the
        text are encoded as ordinary characters.

        Threads must not use different values of `split_special_tokens` at the same time, because the
        value is a state of the backend.
        """
        if self.backend_tokenizer.encode_special_tokens != split_special_tokens:
            self.backend_tokenizer.encode_special_tokens = split_special_tokens
        return self.backend_tokenizer.encode(text, add_special_tokens=add_special_tokens).ids

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = False) -> str:
        """Return the text of ids. Bytes that are not valid UTF-8 become U+FFFD."""
        return self.backend_tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


def read(
    folder: Path, settings: dict[str, Any], special: dict[str, Any], stored: dict[str, Any]
) -> Tokenizer | None:
    """Return the tokenizer of a folder, or None if transformers might read its files differently.

    Args:
        settings: the content of tokenizer_config.json. It is empty if the file is missing, as are the
            next two arguments.
        special: the content of special_tokens_map.json.
        stored: the content of tokenizer.json.

    Raises: the exceptions of `tokenizers` for damaged files, and those of Python for damaged tokens.
    """
    listed = settings.get("added_tokens_decoder")
    files = {*os.listdir(folder)}
    # 1. Leave the folder to transformers if it might read the files differently. Unless the settings
    # list all added tokens, other files may name further added tokens.
    if not all(isinstance(value, SETTINGS.get(name, ())) for name, value in settings.items()):
        return None
    extra = [token for name in EXTRA for token in settings.get(name, ())]
    has_known_side = settings.get("padding_side", "left") in ("left", "right")
    has_known_values = has_known_side and all(isinstance(token, str) for token in extra)
    elsewhere = listed is None and (special or "added_tokens.json" in files)
    replaced = any(name in file for name in OTHERS for file in files)
    around = settings.get("add_bos_token") or settings.get("add_eos_token")
    resized = stored.get("padding") is not None or stored.get("truncation") is not None
    if elsewhere or resized or not has_known_values:
        return None
    # 2. Open the files.
    if "tokenizer.json" in files:
        backend = tokenizers.Tokenizer.from_file(os.fspath(folder / "tokenizer.json"))
    elif listed is not None and {"vocab.json", "merges.txt"} <= files and not (replaced or around):
        backend = _codegen(folder, add_prefix_space=settings.get("add_prefix_space", False))
        settings = {**CODEGEN, **settings}
    else:
        return None
    if listed is None:
        listed = {
            token["id"]: {key: token[key] for key in token if key != "id"}
            for token in stored["added_tokens"]
        }
    # 3. Add the listed tokens in the order of their ids, as transformers does.
    by_id = {int(number): token for number, token in listed.items()}
    added = [AddedToken(**by_id[number]) for number in sorted(by_id)]
    backend.add_tokens(added)
    # 4. Check that each token of the settings has the properties that it would have in transformers.
    named = [settings[name] for name in NAMES if settings.get(name) is not None]
    wanted = [
        *(token.__getstate__() for token in added),
        *({"content": token, "special": True} for token in named),
        *({"content": token, **PLAIN} for token in extra),
    ]
    found = {
        token.content: token.__getstate__() for token in backend.get_added_tokens_decoder().values()
    }
    if any(not token.items() <= found.get(token["content"], {}).items() for token in wanted):
        return None  # transformers would add a token or change its properties
    unknown = None if settings.get("unk_token") is None else backend.token_to_id(settings["unk_token"])
    return Tokenizer(
        backend, os.fspath(folder), unknown, settings.get("eos_token"), settings.get("pad_token")
    )


def _codegen(folder: Path, *, add_prefix_space: bool) -> tokenizers.Tokenizer:
    files = (os.fspath(folder / name) for name in ("vocab.json", "merges.txt"))
    backend = tokenizers.Tokenizer(
        models.BPE(*files, continuing_subword_prefix="", end_of_word_suffix="")
    )
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    backend.decoder = decoders.ByteLevel()
    return backend
