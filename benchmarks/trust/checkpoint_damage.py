"""What can be wrong with a checkpoint's files: headers, tensors, JSON of every kind. Knows bytes; opens no model.

Each damage changes a folder that is a copy made of links: a file is removed before another is written in its place.
"""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Expected = Literal["any", "refused", "opened"]


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done, to which file, and what must come of it. `sizes`: whether the files themselves say that they
    need more memory than there is, so that OutOfMemory is a good answer too."""

    what: str
    file: str = ""
    expected: Expected = "any"
    sizes: bool = False


Damager = Callable[[Path, random.Random], Damage]
DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
EVIL: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 7, 16, 33, 64, 1024, 10**6, 2**31, 2**53, 2**63, 2**64, 10**400, -(10**4000)),
    *(0.5, -0.5, 1.0, 1e308, 5e-324, math.nan, math.inf, -math.inf),
    *("", "x", "32", "float32", "float16", "bfloat16", "../outside/model", "/etc/passwd", "evil.Evil", "\0", "\ud800"),
    *("\x1b[2J\x07", "a\nb", "x" * 100_000, "{{ ''.__class__.__mro__ }}", "gelu", "relu", "flash_attention_2"),
    *([], [0], [2], [[]], [None], {}, {"a": 1}, {"": None}, [1] * 1000, DEEP),
]
KEYS = [
    *(
        "to_dict",
        "patches_per_tile",
        "end_token_id",
        "visual_tokens",
        "has_embq",
        "_sizes",
        "auto_map",
        "attribute_map",
    ),
    *("num_labels", "id2label", "label2id", "problem_type", "__class__", "__dict__", "__init__", "keys", "update"),
    *("_attn_implementation", "attn_implementation", "get_text_config", "torch_dtype", "dtype", "quantization_config"),
    *("pruned_heads", "_name_or_path", "name_or_path", "trust_remote_code", "vocab_file", "tokenizer_file", "vocab"),
    *("gguf_file", "fast_tokenizer_files", "init_inputs", "tokenizer_object", "post_processor", "added_tokens_decoder"),
    *("rope_scaling", "rope_theta", "partial_rotary_factor", "per_layer_config", "layer_types", "use_cache", "merges"),
    *("transformers_version", "model_specific_special_tokens", "extra_special_tokens", "backend", "_commit_hash"),
    *("sub_configs", "max_length", "base_model_tp_plan", "tokenizer_class", "chat_template", "chunk_size_feed_forward"),
    *(
        "tokenizer_padding",
        "tokenizer_truncation",
        "unk_id",
        "is_local",
        "subfolder",
        "token",
        "cache_dir",
        "model_type",
    ),
    *(
        "output_attentions",
        "return_dict",
        "is_encoder_decoder",
        "model_input_names",
        "padding_side",
        "custom_pipelines",
    ),
    *("split_special_tokens", "clean_up_tokenization_spaces", "unk_token", "pad_token", "eos_token", "processor_class"),
]


def put(path: Path, content: bytes | str) -> None:
    """A new file in the place of one that other folders hold too."""
    path.unlink(missing_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def pick(folder: Path, pattern: str, draw: random.Random) -> Path:
    return draw.choice(sorted(folder.glob(pattern)))


# JSON


def spoil(data: Any, draw: random.Random) -> str:
    """Change one place of a JSON value, and say which."""
    place, trail = data, "$"
    while True:
        children = list(place) if isinstance(place, dict) else list(range(len(place)))
        if isinstance(place, dict) and (not children or draw.random() < 0.25):
            key = draw.choice(KEYS)
            place[key] = deepcopy(draw.choice(EVIL))
            return f"{trail}.{key} = {place[key]!r}"[:200]
        if not children:
            place.append(deepcopy(draw.choice(EVIL)))
            return f"{trail}[0] = {place[0]!r}"[:200]
        key = draw.choice(children)
        trail += f".{key}"
        if isinstance(place[key], (dict, list)) and place[key] and draw.random() < 0.7:
            place = place[key]
            continue
        how = draw.random()
        if how < 0.15:
            del place[key]
            return f"{trail} removed"[:200]
        if how < 0.3 and isinstance(place[key], (int, float)) and not isinstance(place[key], bool):
            place[key] = place[key] * draw.choice([-1, 2, 3, 0.5, 10**3, 10**6]) + draw.choice([-1, 0, 1])
        else:
            place[key] = deepcopy(draw.choice(EVIL))
        return f"{trail} = {place[key]!r}"[:200]


def spoil_text(text: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Change the bytes of a text."""
    at = draw.randrange(len(text) + 1)
    extra: list[bytes] = [
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
    ]
    match draw.randrange(5):
        case 0:
            return text[:at], f"cut at {at}"
        case 1:
            return text[:at] + (word := draw.choice(extra)) + text[at:], f"{word[:8]!r} put in at {at}"
        case 2:
            changed = bytearray(text)
            for _ in range(draw.randint(1, 8)):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            return bytes(changed), "random bytes"
        case 3:
            changed = bytearray(text)
            bit = draw.randrange(len(changed) * 8)
            changed[bit // 8] ^= 1 << bit % 8
            return bytes(changed), f"bit {bit} turned"
        case _:
            encoding = draw.choice(["utf-16", "utf-32", "utf-8-sig"])
            return text.decode().encode(encoding), encoding


def damage_json(folder: Path, draw: random.Random, pattern: str) -> Damage:
    path = pick(folder, pattern, draw)
    text = path.read_bytes()
    if draw.random() < 0.2:
        text, what = spoil_text(text, draw)
    else:
        data = json.loads(text)
        what = " and ".join(spoil(data, draw) for _ in range(1 if draw.random() < 0.8 else 3))
        text = json.dumps(data).encode()
    put(path, text)
    return Damage(f"{path.name}: {what}", path.name)


# Safetensors


def split(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def join(head: Any, body: bytes, length: int | None = None) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def damage_header(folder: Path, draw: random.Random) -> Damage:
    """One file's header, in its structure, its text or its length."""
    path = pick(folder, "*.safetensors", draw)
    head, body = split(path)
    length = None
    match draw.randrange(8):
        case 0:
            size = path.stat().st_size
            length = draw.choice([0, 1, 2, size - 8, size - 7, size, 2**31, 2**63, 2**64 - 1, draw.randrange(2**64)])
            put(path, join(head, body, length))
            return Damage(f"length {length} of {size}", path.name)
        case 1:
            text, what = spoil_text(json.dumps(head).encode(), draw)
            put(path, join(text, body, None if draw.random() < 0.8 else len(json.dumps(head))))
            return Damage(f"header: {what}", path.name)
        case 2:
            whole, what = spoil_text(path.read_bytes()[: -draw.randrange(1, 64)], random.Random(0)), "cut"
            put(path, whole[0] if draw.random() < 0.5 else path.read_bytes() + b"\0" * draw.randrange(1, 99))
            return Damage(what, path.name)
        case 3:
            return damage_numbers(path, head, body, draw)
        case 4:
            text, what = twice(head, draw)
            put(path, join(text, body))
            return Damage(what, path.name, "refused")
        case _:
            name = draw.choice(list(head))
            what = damage_entry(head, name, len(body), draw)
            put(path, join(head, body, length))
            return Damage(f"{name}: {what}"[:200], path.name)


def damage_entry(head: dict[str, Any], name: str, size: int, draw: random.Random) -> str:
    """One tensor of a header."""
    other = draw.choice(list(head))
    entry = head[name] if isinstance(head[name], dict) and name != "__metadata__" else dict(head[other])
    head[name] = entry
    shape = list(entry.get("shape", [1]))
    changes: list[tuple[str, Any]] = [
        (
            "dtype",
            draw.choice(["F64", "F16", "I64", "BOOL", "U8", "F8_E4M3", "f32", "", "x" * 10_000, 5, None, ["F32"]]),
        ),
        ("shape", [-n for n in shape]),
        ("shape", [10**4000] * 8),
        ("shape", [2**62, 2**62, *shape]),
        ("shape", [*shape, 0]),
        ("shape", shape[::-1]),
        ("shape", [float(n) for n in shape]),
        ("shape", [math.nan, 1]),
        ("shape", [1] * draw.choice([1, 9, 5000]) + shape),
        ("shape", draw.choice(EVIL)),
        ("data_offsets", [0, 10**4000]),
        ("data_offsets", [-8, size]),
        ("data_offsets", [size, 0]),
        ("data_offsets", [0, size]),
        ("data_offsets", head[other].get("data_offsets") if isinstance(head[other], dict) else None),
        ("data_offsets", [size * 10, size * 20]),
        ("data_offsets", [draw.randrange(size), draw.randrange(size)]),
        ("data_offsets", draw.choice(EVIL)),
        ("", "removed"),
        ("", "renamed"),
        ("", draw.choice(EVIL)),
    ]
    key, value = draw.choice(changes)
    if key:
        entry[key] = value
    elif value == "removed":
        del head[name]
    elif value == "renamed":
        names = ["", "\x1b[2J", "\ud800", "a\nb", "x" * 300_000, "__metadata__", "../x", f"{name}.", name.upper()]
        head[value := draw.choice(names)] = head.pop(name)
    else:
        head[name] = value
    return f"{key} = {value!r}"[:120]


def damage_numbers(path: Path, head: dict[str, Any], body: bytes, draw: random.Random) -> Damage:
    """The tensors themselves: what no header tells."""
    changed = bytearray(body)
    at = draw.randrange(len(changed))
    length = min(draw.choice([1, 4, 4096]), len(changed) - at)
    value = draw.choice([draw.randbytes(length), b"\0" * length, b"\xff" * length, b"\x7f" * length])
    changed[at : at + length] = value
    put(path, join(head, bytes(changed)))
    return Damage(f"{length} bytes of tensors at {at}", path.name)


def twice(head: dict[str, Any], draw: random.Random) -> tuple[bytes, str]:
    """A name that stands in the header two times, the second time as it was: readers differ in which they take."""
    name = draw.choice([n for n in head if n != "__metadata__"])
    wrong = draw.choice([json.dumps(head[name]), '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}', "5"])
    text = json.dumps(head)
    return f"{{{json.dumps(name)}: {wrong}, {text[1:]}".encode(), f"{name} twice"


def long_header(folder: Path, draw: random.Random) -> Damage:
    """100 MB of header, the most that the format allows."""
    path = pick(folder, "*.safetensors", draw)
    head, body = split(path)
    filler = draw.choice([b" ", b'{"dtype":"F32","shape":[0],"data_offsets":[0,0]},', b"[],", b"{},"])
    text = json.dumps(head).encode()
    space = 100 * 10**6 - len(text)
    if filler == b" ":
        text += b" " * space
    elif filler.startswith(b'{"d'):
        count = space // (len(filler) + 14)
        text = text[:-1] + b"".join(b',"%010d":' % i + filler[:-1] for i in range(count)) + b"}"
    else:
        text = text[:-1] + b', "x": [' + filler * (space // 3) + b"0]}"
    put(path, join(text, body))
    return Damage(f"a header of 100 MB of {filler[:4]!r}", path.name)


def sparse(folder: Path, draw: random.Random) -> Damage:
    """A file that claims terabytes and holds a kilobyte: its last tensor is a hole."""
    path = pick(folder, "*.safetensors", draw)
    head, _ = split(path)
    name = max((n for n in head if n != "__metadata__"), key=lambda n: head[n]["data_offsets"][1])
    start = head[name]["data_offsets"][0]
    rows = draw.choice([2**30, 2**34, 2**40])
    head[name] = {"dtype": "F32", "shape": [rows], "data_offsets": [start, start + 4 * rows]}
    whole = join(head, b"")
    put(path, whole)
    with path.open("r+b") as file:
        try:
            file.truncate(len(whole) + start + 4 * rows)
        except OSError:  # larger than the file system can name
            file.truncate(len(whole) + start)
    return Damage(f"{name} of {rows} values, all a hole", path.name, "refused")
