"""Serve one model over HTTP in the OpenAI protocol.

A request passes these modules:

1. `http_server` accepts the connection, and `gate` applies the access rules.
2. `gate` reads the JSON. Then `requests` and `messages`, or `responses`, check the fields.
3. `app` encodes the text (`chat/prompt_ids.py`) and makes a job. `picture_reader` reads the pictures.
4. `scheduler` turns the job into a `Generation` of `generation/decode_loop.py`.
5. `running_answer` sends the answer, whole or in pieces.

Other commands find a running server with `registry` and use it with `remote_chat`.
"""
