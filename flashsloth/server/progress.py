"""Say in a stream what is done for a request and how long it took, to clients that ask for it with a header.

The lines are comments of server-sent events, which every other reader skips:

    : flashsloth {"stage":"queued","place":2}

The stages are `queued` with the place (1 is the next), `opening` (of a model that slept), `pictures`, `prompt`,
`answer`, and `done` with `image_ms`, `first_token_ms` and `decode_ms`. Such a stream begins before the first token, so
that errors of these stages come as an event.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import ClientDisconnect

from flashsloth.server.running_answer import DONE, AnswerFormat, RunningAnswer, error_event

HEADER = "x-flashsloth-progress"
POLL_SECONDS = 0.1


def is_wanted(headers: Mapping[str, str]) -> bool:
    return headers.get(HEADER) == "1"


async def chunks(answer: RunningAnswer, form: AnswerFormat) -> AsyncIterator[str]:
    """Yield the stages of a request, then its answer as server-sent events."""
    first = asyncio.ensure_future(answer.next())
    sent_stage = None
    try:
        while not (await asyncio.wait({first}, timeout=POLL_SECONDS))[0]:
            if (stage := answer.stage) != sent_stage:
                yield comment(stage)
                sent_stage = stage
        event = first.result()
    except ClientDisconnect:
        return
    except Exception as error:
        yield error_event(error)
        return
    finally:
        first.cancel()
    async for chunk in form.chunks(answer, event):
        if chunk == DONE and (stats := answer.stats) is not None:
            times = {"image_ms": stats.image_ms, "first_token_ms": stats.ttft_ms, "decode_ms": stats.decode_ms}
            yield comment({"stage": "done", **{name: round(value, 1) for name, value in times.items()}})
        yield chunk


def comment(value: dict[str, Any]) -> str:
    return f": flashsloth {json.dumps(value, separators=(',', ':'))}\n\n"
