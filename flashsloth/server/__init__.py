"""Serve one model over HTTP in the OpenAI protocol.

A request passes these modules:

1. `http_server` accepts the connection, and `gate` applies the access rules.
2. `gate` reads the JSON. Then `requests` and `messages`, or `responses`, check the fields and make a
   job.
3. `picture_reader` reads the pictures, and `app` encodes the prompt (`chat/prompt_ids.py`).
4. `scheduler` turns the job into a `Generation` of `generation/decode_loop.py`.
5. `running_answer` sends the answer, whole or in pieces.

Other commands find a running server with `registry` and use it with `remote_chat`.
"""
