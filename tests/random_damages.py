"""Random damage to the files of a model, beside the listed ones in damages.py: JSON, texts, headers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from damages import DEEP, ENTRY_VALUES, Damage, content, doubled, join, split
from edited_bytes import edited

# JSON

EVIL: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2,
        7,
        33,
        64,
        1024,
        10**6,
        2**31,
        2**53,
        2**64,
        10**400,
        -(10**4000),
    ),
    *(0.5, -0.5, 1.0, 1e308, 5e-324, math.nan, math.inf, -math.inf),
    *(
        "",
        "x",
        "32",
        "float16",
        "bfloat16",
        "gelu",
        "../outside/model",
        "/etc/passwd",
        "evil.Evil",
        "\0",
        "\ud800",
    ),
    *("\x1b[2J\x07", "a\nb", "x" * 100_000, "{{ ''.__class__.__mro__ }}", "flash_attention_2"),
    *([], [0], [2], [[]], [None], {}, {"a": 1}, {"": None}, [1] * 1000, json.loads(DEEP)),
]
KEYS = (  # that transformers reads, and names of its methods
    *(
        "to_dict",
        "attribute_map",
        "__class__",
        "auto_map",
        "trust_remote_code",
        "custom_pipelines",
        "vocab_file",
    ),
    *(
        "attn_implementation",
        "quantization_config",
        "pruned_heads",
        "name_or_path",
        "rope_scaling",
        "layer_types",
    ),
    *(
        "tokenizer_class",
        "tokenizer_file",
        "gguf_file",
        "fast_tokenizer_files",
        "init_inputs",
        "tokenizer_object",
    ),
    *(
        "added_tokens_decoder",
        "extra_special_tokens",
        "chat_template",
        "tokenizer_padding",
        "unk_id",
        "max_length",
    ),
)
ODD_NAMES = ("", "\x1b[2J", "\ud800", "a\nb", "x" * 300_000, "__metadata__", "../x")


@st.composite
def spoiled(
    draw: st.DrawFn, data: Any, values: Mapping[Any, list[Any]] | None = None
) -> tuple[str, Any]:
    """Change one place of a JSON object: a key added, renamed or removed, or a value replaced, for the
    keys of `values` often by one of those. Return which place, and the changed object."""
    place = root = {"$": deepcopy(data)}
    key: Any = "$"
    while (
        isinstance(place[key], dict | list)
        and place[key]
        and (place is root or draw(st.integers(0, 9)) < 7)
    ):
        place = place[key]
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
    match draw(st.sampled_from(("removed", "renamed", "beside a new one", *["replaced"] * 6))), place:
        case "removed" as how, _:
            del place[key]
        case "renamed" as how, dict():
            place[draw(st.sampled_from(ODD_NAMES))] = place.pop(key)
        case "beside a new one" as how, dict():
            place[draw(st.sampled_from(KEYS))] = deepcopy(draw(st.sampled_from(EVIL)))
        case _:
            place[key] = deepcopy(draw(st.sampled_from((values or {}).get(key, []) * 5 + EVIL)))
            how = f"= {str(place[key])[:100]!a}"
    return f"{str(key)[:40]!a} {how}", root.get("$")


@st.composite
def spoiled_text(draw: st.DrawFn, text: bytes) -> bytes:
    """Change the bytes of a text: blindly, by a piece that parsers stumble over, or by another
    encoding."""
    pieces = (
        b"\xff\xfe",
        b"\0",
        b"NaN",
        b"Infinity",
        b'"',
        b"{",
        b"}",
        b"[" * 5000,
        b"9" * 5000,
        b"\xed\xa0\x80",
    )
    match draw(st.sampled_from(("blind", "blind", "piece", "encoding"))):
        case "piece":
            at = draw(st.integers(0, len(text)))
            return text[:at] + draw(st.sampled_from(pieces)) + text[at:]
        case "encoding":
            return text.decode().encode(draw(st.sampled_from(("utf-16", "utf-32", "utf-8-sig"))))
    return draw(edited(text))


@st.composite
def file_damage(draw: st.DrawFn, folder: Path, *patterns: str) -> Damage:
    """Damage one of the files of a sound folder that match the patterns."""
    path = draw(
        st.sampled_from([path for pattern in patterns for path in sorted(folder.glob(pattern))])
    )
    text = path.read_bytes()
    if path.suffix != ".json" or draw(st.integers(0, 4)) == 0:
        return Damage(f"{path.name}: bytes", content(path.name, draw(spoiled_text(text))), ends="any")
    what, data = draw(spoiled(json.loads(text)))
    return Damage(f"{path.name}: {what}", content(path.name, json.dumps(data)), ends="any")


# Safetensors


@st.composite
def header_damage(draw: st.DrawFn, folder: Path) -> Damage:
    """Damage a header in its length, its text or its entries, or the tensors' bytes, which no header
    can tell."""
    path = draw(st.sampled_from(sorted(folder.glob("*.safetensors"))))
    head, body = split(path)
    text, size, ends = json.dumps(head).encode(), path.stat().st_size, "any"
    match draw(st.sampled_from(("length", "text", "cut", "tensors", "twice", *["entry"] * 5))):
        case "length" as what:
            lengths = st.sampled_from((0, 1, 2, size - 8, size - 7, size, 2**63, 2**64 - 1))
            made = join(head, body, draw(lengths | st.integers(0, 2**64 - 1)))
        case "text" as what:
            made = join(draw(spoiled_text(text)), body, draw(st.sampled_from((None, len(text)))))
        case "cut" as what:
            made = path.read_bytes()[: -draw(st.integers(1, 64))]
        case "tensors" as what:
            made = join(head, draw(edited(body)))
        case "twice" as what:
            name = draw(st.sampled_from([name for name in head if name != "__metadata__"]))
            made, ends = join(doubled(head, name), body), "refused"
        case _:
            what, head = draw(spoiled(head, ENTRY_VALUES))
            made = join(head, body)
    return Damage(f"{path.name}: {what}", content(path.name, made), ends=ends)
