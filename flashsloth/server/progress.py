"""Say in a stream what is done for a request before its first token, to clients that ask for it with a header.

The lines are comments of server-sent events, which every other reader skips:

    : flashsloth {"stage":"queued","place":2}

The stages are `queued` with the place (1 is the next), `opening` (of a model that slept), `pictures`, `prompt` and
`answer`. A stream with them begins before the first token, so that errors of these stages come as an event.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from starlette.requests import ClientDisconnect

from flashsloth.server.running_answer import AnswerFormat, RunningAnswer, error_event

HEADER = "x-flashsloth-progress"
POLL_SECONDS = 0.1


def is_wanted(headers: Mapping[str, str]) -> bool:
    return headers.get(HEADER) == "1"


async def chunks(answer: RunningAnswer, form: AnswerFormat) -> AsyncIterator[str]:
    """Yield the stages of a request, then its answer as server-sent events."""
    first = asyncio.ensure_future(answer.next())
    said = None
    try:
        while not first.done():
            if (stage := answer.stage) != said:
                yield f": flashsloth {json.dumps(stage, separators=(',', ':'))}\n\n"
                said = stage
            await asyncio.wait({first}, timeout=POLL_SECONDS)
        event = first.result()
    except ClientDisconnect:
        return
    except Exception as error:
        yield error_event(error)
        return
    finally:
        first.cancel()
    async for chunk in form.chunks(answer, event):
        yield chunk
