"""The web page at `/`. It is one document with a strict Content-Security-Policy, and loads nothing
else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from importlib import resources
from typing import Any

from starlette.responses import Response

from flashsloth.sizes.model_sizes import LEGIBLE, STRONG, ModelSizes

INLINE = re.compile(r"<(script|style)[^>]*>(.*?)</\1>", re.DOTALL)
# The only forms of imports and exports that `bundle` knows. An exported name never gets another value.
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n+', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function) ([\w$]+))", re.MULTILINE)
FIXED_POLICY = (
    "default-src 'none'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",  # scripts cannot have text parsed as HTML
    "trusted-types 'none'",
)
HEADERS = {
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def page_response() -> Response:
    """Return the response with the page. Its Content-Security-Policy allows only the page's own script
    and style sheet, by their hashes.

    The same object can answer all requests, because sending a Response of Starlette does not change it.
    """
    folder = resources.files("flashsloth.server").joinpath("page")
    html, style = [
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("page.html", "page.css")
    ]
    modules = {
        each.name.removesuffix(".js"): each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".js")
    }
    html = html.replace("</style>", f"\n{style}</style>")
    html = html.replace("</script>", f"\n{bundle(modules)}</script>")
    # The hash of an inline script allows this script and no other.
    policy = [*FIXED_POLICY]
    for kind, content in INLINE.findall(html):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        policy.append(f"{kind}-src 'sha256-{digest}'")
    headers = {**HEADERS, "content-security-policy": "; ".join(policy)}
    return Response(html, headers=headers, media_type="text/html")


def bundle(modules: Mapping[str, str]) -> str:
    """Return one script with these ES modules, by their names. Each becomes a function that runs once,
    after the modules that it imports. What it exports gets the same names outside of the function;
    therefore exported names are unique, and everything else is private. Raises: graphlib.CycleError if
    modules import each other."""
    imported = {name: IMPORT.findall(text) for name, text in sorted(modules.items())}
    parts = []
    for name in TopologicalSorter(imported).static_order():
        exports = ", ".join(EXPORT.findall(modules[name]))
        body = EXPORT.sub("", IMPORT.sub("", modules[name]))
        parts.append(f"const {{ {exports} }} = (() => {{\n{body}return {{ {exports} }};\n}})();\n")
    return "".join(parts)


def page_facts(config: ModelSizes, max_side: int | None) -> dict[str, Any]:
    """Return the facts that the page shows to a user about pictures.

    `context` is the maximum number of positions of a conversation. The model scales a picture to a
    square with `side` pixels on each side, and reads it as `tokens` visual tokens. In the scaled
    picture, letters must be at least `letters` pixels high to be readable. `measured` says whether the
    number `letters` was measured for this model or is a general estimate. The page warns if a picture
    is reduced by the factor `strong` or more. There is no `picture` if its tokens depend on its size.

    Args:
        max_side: the longest side to which pictures are reduced first; None for no limit.
    """
    scale = config.picture_scale
    context = config.text_config.max_position_embeddings
    if not config.visual_tokens(config.image_hd):
        return {"context": context, "picture": None}
    side = scale.side * (scale.grid if config.image_hd else 1)
    return {
        "context": context,
        "picture": {
            "side": min(side, max_side or side),
            "aspect": "pad" if config.image_hd else config.image_aspect_ratio,
            "letters": max(LEGIBLE, scale.readable or 0),
            "measured": scale.readable is not None,
            "strong": STRONG,
            "tokens": config.visual_tokens(config.image_hd),
        },
    }
