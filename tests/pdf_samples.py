"""PDFs with forms, layers and passwords, written by hand: pdfium writes none of them."""

from __future__ import annotations

import hashlib
import struct
import zlib

PAGES, FONT = 2, 3  # numbers of objects
IDENTITY = b"0123456789abcdef"
# of passwords
PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def stream(content: bytes, head: bytes) -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(content), content)


def document(*objects: bytes, trailer: bytes = b"") -> bytes:
    written, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, each in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(written)
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    count = len(objects) + 1
    end = b"xref\n0 %d\n%btrailer << /Size %d /Root 1 0 R %b >>\n" % (count, table, count, trailer)
    return written + end + b"startxref\n%d\n%%%%EOF\n" % len(written)


def compressed(*objects: bytes) -> bytes:
    """Return the same document as most programs write it since PDF 1.5: all objects that are no streams
    are in a stream, and so is the table."""
    written, offsets, inside, heads = b"%PDF-1.7\n", [0], b"", b""
    last = len(objects) + 1
    for number, each in enumerate(objects, 1):
        if b"\nstream\n" in each:
            offsets.append(len(written))
            written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
        else:
            offsets.append(-1)
            heads += b"%d %d " % (number, len(inside))
            inside += each + b"\n"
    head = b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (offsets.count(-1), len(heads))
    offsets.append(len(written))
    written += b"%d 0 obj\n%b\nendobj\n" % (last, stream(zlib.compress(heads + inside), head))
    offsets.append(len(written))
    places = iter(range(len(objects)))
    table = b"".join(
        struct.pack(">BIH", 2, last, next(places)) if at < 0 else struct.pack(">BIH", at > 0, at, 0)
        for at in offsets
    )
    head = b"/Type /XRef /W [1 4 2] /Root 1 0 R /Size %d" % (last + 2)
    end = b"%d 0 obj\n%b\nendobj\n" % (last + 1, stream(table, head))
    return written + end + b"startxref\n%d\n%%%%EOF\n" % len(written)


# Forms

FIELDS = {  # a field, and whether it has an appearance of its own
    "text": (b"/FT /Tx /T (a) /V (STOP)", True),
    "text without appearance": (b"/FT /Tx /T (b) /V (STOP)", False),
    "choice": (b"/FT /Ch /Ff 131072 /T (c) /Opt [(GO) (STOP)] /V (STOP)", True),
    "choice without appearance": (b"/FT /Ch /Ff 131072 /T (d) /Opt [(GO) (STOP)] /V (STOP)", False),
    "ticked box": (b"/FT /Btn /T (e) /V /Yes /AS /Yes", True),
    "empty": (b"/FT /Tx /T (f)", False),
}
HEIGHT = 30  # points of a field


def form(needs_appearances: str) -> bytes:
    """Return an empty page, and one with all the fields, the first at its top."""
    pages, first = (4, 5), 6
    appearance = first + len(FIELDS)
    fields: list[bytes] = []
    for place, (name, (field, is_drawn)) in enumerate(FIELDS.items()):
        top = HEIGHT * (len(FIELDS) - place)
        state = b"<< /Yes %d 0 R >>" if name == "ticked box" else b"%d 0 R"
        drawn = b"/AP << /N %b >>" % (state % appearance) if is_drawn else b""
        fields.append(
            b"<< /Type /Annot /Subtype /Widget /F 4 /P %d 0 R /DA (/F 20 Tf 0 g) /Rect [0 %d 200 %d] %b %b >>"
            % (pages[1], top - HEIGHT, top, field, drawn)
        )
    names = b" ".join(b"%d 0 R" % (first + place) for place in range(len(FIELDS)))
    box = b"/MediaBox [0 0 200 %d]" % (HEIGHT * len(FIELDS))
    resources = b"<< /Font << /F %d 0 R >> >>" % FONT
    return document(
        b"<< /Type /Catalog /Pages %d 0 R /AcroForm << /Fields [%b] /DR %b /NeedAppearances %b >> >>"
        % (PAGES, names, resources, needs_appearances.encode()),
        b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % pages,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
        b"<< /Type /Page /Parent %d 0 R %b >>" % (PAGES, box),
        b"<< /Type /Page /Parent %d 0 R %b /Annots [%b] >>" % (PAGES, box, names),
        *fields,
        stream(
            b"/Tx BMC q BT /F 20 Tf 0 g 5 8 Td (STOP) Tj ET Q EMC",
            b"/Type /XObject /Subtype /Form /BBox [0 0 200 %d] /Resources %b" % (HEIGHT, resources),
        ),
    )


# Layers

LAYER = b"<< /Type /OCG /Name (Layer) >>"


def stamped(
    catalog: bytes, annotation: bytes = b"/Subtype /Stamp", layer: bytes = LAYER
) -> tuple[bytes, ...]:
    """Return the objects of a red page with a blue annotation over it. The layer is object 5,
    another layer 8, and a membership of the first 9."""
    return (
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 90 90] /Contents 4 0 R /Annots [7 0 R] >>",
        stream(b"1 0 0 rg 0 0 90 90 re f", b""),
        layer,
        stream(b"0 0 1 rg 0 0 90 90 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 90 90]"),
        b"<< /Type /Annot /Rect [0 0 90 90] /F 4 /AP << /N 6 0 R >> %b >>" % annotation,
        LAYER,
        b"<< /Type /OCMD /OCGs [5 0 R] >>",
    )


# Passwords


def rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted(user: bytes, owner: bytes) -> bytes:
    """Return a black page, encrypted by the first revision of the standard handler: RC4 with 40
    bits."""

    def padded(password: bytes) -> bytes:
        return (password + PADDING)[:32]

    for_owner = rc4(hashlib.md5(padded(owner)).digest()[:5], padded(user))
    key = hashlib.md5(
        padded(user) + for_owner + (-4 & 0xFFFFFFFF).to_bytes(4, "little") + IDENTITY
    ).digest()[:5]
    of_page = hashlib.md5(key + (4).to_bytes(3, "little") + bytes(2)).digest()[:10]
    return document(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
        stream(rc4(of_page, b"0 0 50 100 re f"), b""),
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >>"
        % (for_owner.hex().encode(), rc4(key, PADDING).hex().encode()),
        trailer=b"/Encrypt 5 0 R /ID [<%b> <%b>]" % ((IDENTITY.hex().encode(),) * 2),
    )
