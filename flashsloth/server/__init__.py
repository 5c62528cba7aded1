"""Serve one model over HTTP in the OpenAI protocol.

The way of a request: `gate`, `app`, then `request_body`, `requests` and `messages`, which check it,
`app._job`, which encodes the text (`chat/prompt_ids.py`), `picture_reader`, and the `scheduler`, which
turns the job into a `Generation` of `generation/decode_loop.py`; back by `running_answer`. `run` has
the port and the connections.
"""
