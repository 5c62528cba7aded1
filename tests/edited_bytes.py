"""Blind edits of bytes, which damage a file of any format."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

EXTREMES = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
NUMBERS = st.builds(
    lambda value, code: struct.pack(code, value & (1 << 8 * struct.calcsize(code)) - 1),
    st.sampled_from(EXTREMES) | st.integers(0, 2**32 - 1),
    st.sampled_from(("B", "<H", ">H", "<I", ">I", "<I", ">I")),
)
RUNS = st.builds(
    bytes.__mul__, st.sampled_from((b"\0", b"\xff")), st.sampled_from((1, 2, 4, 16, 64, 256))
)
NOISE = st.binary(min_size=1, max_size=40)


@st.composite
def edited(draw: st.DrawFn, data: bytes) -> bytes:
    """One blind edit: bits, runs, numbers, cuts, bytes put in, taken out, repeated or appended. The
    first bytes, which hold the sizes, are hit more often."""
    at = draw(st.integers(0, min(len(data), draw(st.sampled_from((16, 32, 128, 1 << 30))))))
    kind = draw(
        st.sampled_from(
            ("bit", "bit", "run", "number", "number", "noise", "cut", "gone", "twice", "append")
        )
    )
    length = draw(st.sampled_from((1, 2, 3, 8, 40, 300)))
    match kind:
        case "bit":
            new = bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) if at < len(data) else b"\0"
            return data[:at] + new + data[at + 1 :]
        case "run" | "number" | "noise":
            new = draw({"run": RUNS, "number": NUMBERS, "noise": NOISE}[kind])
            return data[:at] + new + data[at + draw(st.sampled_from((len(new), len(new), 0))) :]
        case "cut":
            return data[: draw(st.integers(0, len(data)))]
        case "gone":
            return data[:at] + data[at + length :]
        case "twice":
            return (
                data[:at]
                + data[at : at + length] * draw(st.sampled_from((2, 3, 20)))
                + data[at + length :]
            )
    return data + draw(NOISE | st.just(data))
