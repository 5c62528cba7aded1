"""Serve one model over HTTP in the OpenAI protocol.

The way of a request: `gate`, `app`, then `request_body`, `requests` and `messages`, which check it, `picture_reader`,
`jobs` and the `scheduler`, and back by `running_answer`. `run` has the port and the connections.
"""
