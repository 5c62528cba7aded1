"""Random damage to the files of a model, beside the table in damages.py: JSON, headers, links, pipes,
devices.

`WORKPLACE/outside` holds a model that must never be read, `WORKPLACE/evil` code that must never run. A
damaged folder is two levels below the workplace.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from damages import content, grown, join, split
from edited_bytes import edited


@dataclass(frozen=True)
class Damage:
    """`apply` does it to a folder; the model must then be refused, opened (with its answer unchanged)
    or either."""

    what: str
    apply: Callable[[Path], Any]
    expected: str = "any"  # any, refused, opened


def huge(name: str) -> Damage:
    """A file of 4 TB that takes no room on the disk."""
    return Damage(f"{name} is huge", grown(name, 2**42), "refused")


# JSON

DEEP: Any = json.loads("[" * 300 + "]" * 300)
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
    *([], [0], [2], [[]], [None], {}, {"a": 1}, {"": None}, [1] * 1000, DEEP),
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
        return Damage(f"{path.name}: bytes", content(path.name, draw(spoiled_text(text))))
    what, data = draw(spoiled(json.loads(text)))
    return Damage(f"{path.name}: {what}", content(path.name, json.dumps(data)))


# Safetensors

ENTRIES: dict[Any, list[Any]] = {
    "dtype": ["F64", "F16", "I64", "BOOL", "U8", "F8_E4M3", "f32", "", "x" * 10_000, 5, None, ["F32"]],
    "shape": [[10**4000] * 8, [2**62, 2**62], [-1], [0], [1.0], [math.nan, 1], [1] * 9, [1] * 5000],
    "data_offsets": [[0, 10**4000], [-8, 0], [0, 2**40], [2**30, 2**31], [8, 16]],
}


@st.composite
def header_damage(draw: st.DrawFn, folder: Path) -> Damage:
    """Damage a header in its length, its text or its entries, or the tensors' bytes, which no header
    can tell."""
    path = draw(st.sampled_from(sorted(folder.glob("*.safetensors"))))
    head, body = split(path)
    text, size, expected = json.dumps(head).encode(), path.stat().st_size, "any"
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
            doubled = f"{{{json.dumps(name)}: {json.dumps(head[name])}, {text.decode()[1:]}"
            made, expected = join(doubled.encode(), body), "refused"
        case _:
            what, head = draw(spoiled(head, ENTRIES))
            made = join(head, body)
    return Damage(f"{path.name}: {what}", content(path.name, made), expected)


def long_header(name: str = "model.safetensors") -> Damage:
    """A header of 100 MB, the most that the format allows."""
    return Damage(
        f"{name}: a header of 100 MB", content(name, join(b"{" + b" " * 10**8 + b"}")), "refused"
    )


def sparse() -> Damage:
    """A file with one more tensor, of 4 GB, which is a hole."""

    def apply(folder: Path) -> None:
        path, rows = min(folder.glob("*.safetensors")), 2**30
        head, body = split(path)
        head["hole"] = {
            "dtype": "F32",
            "shape": [rows],
            "data_offsets": [len(body), len(body) + 4 * rows],
        }
        path.write_bytes(join(head, body))
        os.truncate(path, path.stat().st_size + 4 * rows)

    return Damage("a hole of 4 GB", apply, "refused")


# Links and what is not a file


def _link_to_sibling(path: Path) -> None:
    """Out of the folder into one whose name begins like it."""
    sibling = path.parent.with_name(path.parent.name + "-more")
    shutil.copytree(path.parents[2] / "outside", sibling, dirs_exist_ok=True)
    path.symlink_to(f"../{sibling.name}/{path.name}")


REPLACEMENTS: dict[str, Callable[[Path], Any]] = {
    "a link that leads outside": lambda path: path.symlink_to(f"../../outside/{path.name}"),
    "a link to a sibling folder": _link_to_sibling,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link that leads nowhere": lambda path: path.symlink_to("gone"),
    "a link to zeros": lambda path: path.symlink_to("/dev/zero"),
    "a link to the environment": lambda path: path.symlink_to("/proc/self/environ"),
    "a pipe": os.mkfifo,
    "a socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a folder": Path.mkdir,
}


def _replaced(name: str, what: str) -> Damage:
    def apply(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        REPLACEMENTS[what](folder / name)

    return Damage(f"{name} is {what}", apply, "refused")


def _inner_link(name: str) -> Damage:
    def apply(folder: Path) -> None:
        (folder / "real").mkdir(exist_ok=True)
        (folder / name).rename(folder / "real" / name)
        (folder / name).symlink_to(f"real/{name}")

    return Damage(f"{name} is a link within the folder", apply, "opened")


def replacements(*names: str) -> list[Damage]:
    """Each file replaced by everything that is not a file or leads elsewhere, and by a link that is
    sound."""
    return [_replaced(name, what) for name in names for what in REPLACEMENTS] + [
        _inner_link(name) for name in names
    ]


def lay_traps(workplace: Path, model: Path) -> None:
    """Make the folder outside, with a whole model in it, and the evil modules."""
    shutil.copytree(model, workplace / "outside")
    shutil.copyfile(model / "tokenizer.json", workplace / "outside" / "tokenizer.4.0.0.json")
    (workplace / "evil").mkdir()
    for name in ("evil", "evil_model"):
        code = f"import os\nos.mkdir({str(workplace / 'sprung')!r})\nclass Evil: pass\n"
        (workplace / "evil" / f"{name}.py").write_text(code)
