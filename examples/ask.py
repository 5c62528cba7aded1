"""Ask two questions about a picture.

python examples/ask.py [PICTURE] [QUESTION]
"""

from __future__ import annotations

import sys
from pathlib import Path

import flashsloth

picture = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "images" / "stop-sign.png"
question = sys.argv[2] if len(sys.argv) > 2 else "What do you see?"

model = flashsloth.open("nano")
chat = model.chat(picture)

# print the answer while it is generated
for piece in chat.ask(question):
    print(piece, end="", flush=True)
print()

# ask about the same picture: only the new question is computed
answer = chat.ask("Which color is the background?")
print(answer.text())
print(
    f"{answer.stats.cached_tokens} of {answer.stats.input_tokens} prompt tokens were cached",
    file=sys.stderr,
)
