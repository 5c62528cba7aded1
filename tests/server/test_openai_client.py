"""The official client: its answers are those of the library, its errors its own classes."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from PIL import Image

from flashsloth.chat import FlashSloth, Turn
from flashsloth.server.picture_reader import PictureProcesses
from generation.helpers import prompt, see
from server.helpers import alone, user

SEE = "What do you see?"


def ask(client: openai.OpenAI, *messages: Any, **options: Any) -> Any:
    return client.chat.completions.create(
        model="nano", messages=list(messages), **{"max_tokens": 24, **options}
    )


def text_of(completion: Any) -> str:
    return completion.choices[0].message.content


def streamed(client: openai.OpenAI, *messages: Any, **options: Any) -> tuple[str, list[Any]]:
    chunks = list(ask(client, *messages, stream=True, **options))
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices), chunks


# ---- answers


EXTRA = {"top_k": 3, "min_p": 0.05, "repetition_penalty": 1.2}
OPTIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [  # of `ask`, and of a request where it differs
    *(
        ({}, {}),
        ({"max_tokens": 3}, {}),
        ({"stop": (" and", ".")}, {}),
        ({"stop": (" a",)}, {"stop": " a"}),
    ),
    ({"max_tokens": 4}, {"max_tokens": openai.omit, "max_completion_tokens": 4}),
    ({"temperature": 1.5, "top_p": 0.8, "seed": 2**64 - 1}, {}),
    ({"temperature": 1.0, "seed": 1, **EXTRA}, {"extra_body": EXTRA}),
]


@pytest.mark.parametrize(("options", "differing"), OPTIONS)
def test_same_answers(
    client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image], options: Any, differing: Any
) -> None:
    sent = {name: value for name, value in {**options, **differing}.items() if name not in EXTRA}
    answer = nano.chat(pictures[0]).ask(SEE, **{"max_tokens": 24, **options})
    text = answer.text()
    got = ask(client, user(SEE, pictures[0]), **sent)
    assert text_of(got) == text
    assert got.choices[0].finish_reason == ("length" if answer.reason == "length" else "stop")
    assert streamed(client, user(SEE, pictures[0]), **sent)[0] == text
    usage = got.usage
    assert usage.prompt_tokens == answer.stats.input_tokens
    assert usage.completion_tokens == answer.stats.output_tokens
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_system_text(client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    for system in ("Answer in one word.", ""):
        got = ask(client, {"role": "system", "content": system}, user(SEE, pictures[0]))
        assert text_of(got) == nano.chat(pictures[0], system=system).ask(SEE, max_tokens=24).text()


def test_several_turns(client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]) -> None:
    """The client sends all of the conversation each time; only the new question is computed."""
    messages, turns, shown = [], [], []
    for question, new in (
        (SEE, pictures[:1]),
        ("How many shapes?", []),
        ("And here?", pictures[1:2]),
        ("Why?", []),
    ):
        messages.append(user(question, *new))
        shown += new
        got = ask(client, *messages)
        answer = text_of(got)
        assert answer == nano.chat(*shown, turns=turns).ask(question, max_tokens=24).text()
        if turns:
            assert got.usage.prompt_tokens_details.cached_tokens > nano.config.visual_tokens(False)
        messages.append({"role": "assistant", "content": answer})
        # without ids, as the client sends it back
        turns.append(Turn(question, answer, (), "stop", len(new)))


def test_pictures_sent_again_are_not_read_again(
    client: openai.OpenAI, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, original = [], PictureProcesses.decoded
    monkeypatch.setattr(PictureProcesses, "decoded", lambda *each: (read.append(1), original(*each))[1])
    colours = ["red", "blue", "green"]
    for colour in [*colours, *colours]:
        image = Image.new("RGB", (70, 50), colour)
        assert text_of(ask(client, user(SEE, image))) == alone(nano, SEE, image)[1]
    assert len(read) == len(colours)


# ---- streams


def test_stream(client: openai.OpenAI, pictures: list[Image.Image]) -> None:
    whole = ask(client, user(SEE, pictures[0]))
    text, chunks = streamed(client, user(SEE, pictures[0]))
    assert text == text_of(whole)
    assert len(chunks) > 4
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({(chunk.id, chunk.model, chunk.created) for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)
    _, chunks = streamed(client, user(SEE, pictures[0]), stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (
        whole.usage.prompt_tokens,
        whole.usage.completion_tokens,
    )


def test_log_probabilities(
    client: openai.OpenAI, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """Those of the model, of the chosen token and of the likeliest ones, whatever sampling filters."""
    sampled = {"temperature": 1.0, "seed": 1, "extra_body": {"top_k": 1}}
    got = ask(client, user(SEE, pictures[0]), logprobs=True, top_logprobs=2, **sampled)
    entries = got.choices[0].logprobs.content
    assert len(entries) == got.usage.completion_tokens > 3
    assert "".join(entry.token for entry in entries).strip() == text_of(got)
    for entry in entries:
        assert entry.top_logprobs[0].token == entry.token
        assert 0 >= entry.top_logprobs[0].logprob >= entry.top_logprobs[1].logprob
        assert bytes(entry.bytes).decode() == entry.token
    engine, image = nano.engine, see(nano, pictures[0])
    logits = engine.prefill(prompt(nano, SEE, image.visual_tokens), engine.new_state(), image)
    likeliest = engine.mask_placeholders(logits).log_softmax(-1).topk(2).values.tolist()
    assert [entry.logprob for entry in entries[0].top_logprobs] == pytest.approx(likeliest, abs=1e-4)
    assert entries[0].logprob == entries[0].top_logprobs[0].logprob
    _, chunks = streamed(client, user(SEE, pictures[0]), logprobs=True, **sampled)
    logged = [entry for c in chunks if c.choices[0].logprobs for entry in c.choices[0].logprobs.content]
    assert [(e.token, e.logprob) for e in logged] == [
        (e.token, pytest.approx(e.logprob, abs=1e-4)) for e in entries
    ]
    assert logged[0].top_logprobs == []


# ---- models and errors


def test_models(client: openai.OpenAI) -> None:
    [model] = client.models.list().data
    assert (model.id, model.object, model.owned_by) == ("nano", "model", "flashsloth")
    assert client.models.retrieve("nano") == model
    with pytest.raises(openai.NotFoundError, match="'gpt-4' is not served"):
        client.models.retrieve("gpt-4")


def test_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="n is not supported") as caught:
        ask(client, user("Hi"), n=2)
    assert (caught.value.param, caught.value.code, caught.value.type) == (
        "n",
        "bad_request",
        "invalid_request_error",
    )
    with pytest.raises(openai.BadRequestError, match="positions") as caught:
        ask(client, user("word " * 3000))
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError, match="characters"):
        ask(client, user("word " * 200_000))
    with pytest.raises(openai.NotFoundError) as other:
        client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": "Hi"}])
    assert (other.value.code, other.value.type) == ("model_not_found", "not_found_error")
    with pytest.raises(openai.BadRequestError, match=r"positions"):
        ask(client, user("word " * 3000), stream=True)
