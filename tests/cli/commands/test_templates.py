"""`templates`, and -t of `ask` and `chat`. What nano says to them is not looked at, only what it was
asked."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from flashsloth.chat import Chat
from flashsloth_cli.settings import prompt_templates


@pytest.fixture
def own(home: Path):
    """`own(name, text)` writes a template into the user's folder."""

    def write(name: str, text: str) -> Path:
        path = home / "templates" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def answered(cli, *words: str | Path) -> dict:
    return cli("ask", "-q", "--json", "--max-tokens", "1", "--no-picture", *words).ok.document


def test_prompt_without_a_place(cli, own, picture: Path) -> None:
    own("look", 'prompt = "Look closely."\n')
    assert answered(cli, "-t", "look", picture)["prompt"] == "Look closely."
    assert (
        answered(cli, "-t", "look", picture, "What is it?")["prompt"] == "Look closely.\n\nWhat is it?"
    )


def test_a_file_and_a_template_of_ones_own_before_a_built_in_one(cli, own) -> None:
    path = own("describe", 'prompt = "Mine."\n')
    for name in ("describe", path):
        assert answered(cli, "-t", name)["prompt"] == "Mine."


def test_prompt_with_a_place(cli, own) -> None:
    own("form", 'prompt = "{question} Answer in {json}: {} {question}"\n')
    said = answered(cli, "--template", "form", "-p", "Red {0} {question}?")["prompt"]
    assert said == "Red {0} {question}? Answer in {json}: {} Red {0} {question}?"


def test_a_template_without_a_prompt_wants_a_question(cli, own) -> None:
    own("bare", 'system = "Be short."\n')
    cli("ask", "-t", "bare", "--no-picture").refused(2, "-p TEXT")
    document = answered(cli, "-t", "bare", "-p", "Red?")
    assert (document["prompt"], document["system"]) == ("Red?", "Be short.")


def test_flag_before_template_before_environment_and_file(cli, own, home: Path) -> None:
    (home / "config.toml").write_text('system = "file"\ntemperature = 0.1\ntop_k = 2\nseed = 1\n')
    own("mine", 'prompt = "Hi."\nsystem = "template"\ntemperature = 0.2\ntop_k = 3\n')
    document = answered(cli, "-t", "mine", "--temperature", "0.3")
    assert document["system"] == "template"
    assert {"temperature": 0.3, "top_k": 3, "seed": 1}.items() <= document["options"].items()
    assert answered(cli, "-t", "mine", "-s", "flag")["system"] == "flag"


def test_max_tokens_and_stop(cli, own, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict] = []
    ask = Chat.ask
    monkeypatch.setattr(
        Chat, "ask", lambda self, question, **how: seen.append(how) or ask(self, question, **how)
    )
    own("one", 'prompt = "Hi."\nmax_tokens = 2\nstop = "\\n"\n')
    own("two", 'prompt = "Hi."\nstop = ["a", "b"]\n')
    for words in (("one",), ("two",), ("two", "--set", "stop=c")):
        assert cli("ask", "-q", "--no-picture", "-t", *words).code == 0
    assert [how["max_tokens"] for how in seen] == [2, None, None]
    assert [list(how["stop"]) for how in seen] == [["\n"], ["a", "b"], ["c"]]


def test_unknown_key_warns(cli, own) -> None:
    path = own("mine", 'prompt = "Hi."\nsytem = "x"\nmodel = "nano"\n')
    done = cli("ask", "-q", "--no-picture", "--max-tokens", "1", "-t", "mine").ok
    warned = [line for line in done.err.splitlines() if "unknown key" in line]
    assert warned[0] == f"warning: {path}: unknown key sytem. Did you mean system?"
    assert warned[1].startswith(f"warning: {path}: unknown key model")


@pytest.mark.parametrize(
    ("prompt", "questions"),
    [
        ("Say: {question}!", ["Say: one!", "Say: two!"]),
        ("Look closely.", ["Look closely.", "one", "two"]),
    ],
)
def test_chat(cli, own, asked: list[str], prompt: str, questions: list[str]) -> None:
    """Every question is filled in; a prompt without a place comes first."""
    own("form", f'prompt = "{prompt}"\n')
    assert cli("chat", "-q", "--plain", "--max-tokens", "1", "-t", "form", input="one\ntwo\n").code == 0
    assert asked == questions


@pytest.mark.parametrize(
    "form", ["{question}?", "Is it? {question} {question}", "{question} {question}?"]
)
def test_every_question_is_filled_in_once(cli, own, picture: Path, form: str) -> None:
    """In every command, also one that looks as if it was; and not again where it is asked again."""
    own("form", f'prompt = "{form}"\n')
    questions = ["Is it? What is it?", "Is it? Where is it?"]
    filled = [form.replace("{question}", question) for question in questions]
    assert answered(cli, "-t", "form", picture, questions[0])["prompt"] == filled[0]
    assert (
        cli("ask", "--each", picture, questions[0], "-t", "form", "--json").document["prompt"]
        == filled[0]
    )
    assert cli("batch", picture, "-p", questions[0], "-t", "form").document["prompt"] == filled[0]
    lines = [
        questions[0],
        "/retry",
        f"/edit {questions[1]}",
        "/retry",
        questions[0],
        "/export talk.json",
    ]
    assert cli("chat", picture, "-t", "form", "--max-tokens", "1", input="\n".join(lines)).code == 0
    turns = json.loads(Path("talk.json").read_text())["turns"]
    assert [turn["question"] for turn in turns] == [filled[1], filled[0]]


def test_list(cli, own) -> None:
    own("mine", 'description = "Of my own"\nprompt = "Hi."\n')
    document = cli("templates", "list", "--json").document
    assert document["schema"] == "flashsloth.templates/1"
    rows = {row["name"]: row for row in document["templates"]}
    assert list(rows) == sorted(rows)
    assert (rows["mine"]["built_in"], rows["mine"]["description"]) == (False, "Of my own")
    lines = cli("templates", "list").out.splitlines()
    assert lines[0].split() == ["NAME", "DESCRIPTION"]
    assert "mine           your own  Of my own" in lines


@pytest.mark.parametrize(
    "path", sorted(prompt_templates.BUILT_IN.glob("*.toml")), ids=lambda path: path.stem
)
def test_what_comes_along(cli, home: Path, path: Path) -> None:
    template = prompt_templates.read(path)
    assert template.warnings == ()
    assert template.description
    assert template.prompt
    [listed] = [
        row
        for row in cli("templates", "list", "--json").document["templates"]
        if row["path"] == str(path)
    ]
    assert listed | {"name": path.stem, "prompt": template.prompt, "built_in": True} == listed


# Templates from the line


def toml(home: Path, name: str) -> dict:
    return tomllib.loads((home / "templates" / f"{name}.toml").read_text(encoding="utf-8"))


def save(cli, *words: str | Path) -> str:
    """Save a template. Return what is said about it."""
    return cli(*words).ok.err


def test_a_line_as_a_template(cli, home: Path, picture: Path) -> None:
    """With the text of a schema's file, and a note about what a template cannot hold."""
    Path("form.json").write_text(
        '{"type":"object","properties":{"total":{"type":"integer"}},"required":["total"],"additionalProperties":false}'
    )
    words = ("-p", "Read it.\nAll of it.", "-s", "Be exact.", "--schema", "form.json")
    more = ("--set", "schema_in_prompt=false", "--max-tokens", "60", "--set", "top_k=3", "--hd")
    more += ("--set", "overflow=drop-oldest")
    said = save(cli, "ask", picture, *words, *more, "--save-template", "bill")
    assert toml(home, "bill") == {
        "prompt": "Read it.\nAll of it.",
        "system": "Be exact.",
        "schema": Path("form.json").read_text(),
        "schema_in_prompt": False,
        "max_tokens": 60,
        "top_k": 3,
    }
    assert "a template has no --set overflow, --hd: give this again" in said
    Path("form.json").unlink()
    assert json.loads(cli("ask", "-q", picture, "-t", "bill").ok.out).keys() == {"total"}


def test_without_a_picture_it_is_only_saved(cli, home: Path) -> None:
    saved = cli("ask", "-p", "Is it {question}?", "--choices", "yes,no", "--save-template", "is").ok
    assert saved.out == ""
    assert toml(home, "is") == {"prompt": "Is it {question}?", "choices": ["yes", "no"]}
    assert cli("ask", "-q", "--no-picture", "-t", "is", "-p", "red").ok.out.strip() in ("yes", "no")
    # a regular expression that is typed takes their place, and choices that of one in a template
    save(cli, "ask", "-p", "Hi.", "--regex", "[a-z]{3}", "--save-template", "three")
    typed = ("-p", "red", "--regex", "[a-z]{3}")
    assert len(cli("ask", "-q", "--no-picture", "-t", "is", *typed).ok.out.strip()) == 3
    chosen = cli("ask", "-q", "--no-picture", "-t", "three", "--choices", "red,blue").ok.out.strip()
    assert chosen in ("red", "blue")


def test_a_question_with_a_placeholder_is_only_saved(
    cli, home: Path, picture: Path, asked: list[str]
) -> None:
    """Also beside a picture: nobody asks about "{question}". With -t it is filled."""
    words = (picture, "-p", "Is it {question}?", "--force", "--save-template", "is")
    lines = (("ask", *words), ("batch", *words), ("chat", picture, *words[2:]))
    for line in lines:
        assert cli(*line, input="").ok.out == ""
    assert toml(home, "is") == {"prompt": "Is it {question}?"}
    save(cli, "chat", picture, "red", "-t", "is", "--save-template", "red")
    assert asked == ["Is it red?"]
    assert cli("chat", picture, "-t", "is", "--save-template", "as-it-is", input="blue\n").code == 0
    assert asked == ["Is it red?", "Is it blue?"]


def test_a_template_of_a_template(cli, home: Path, own, picture: Path) -> None:
    own("base", 'prompt = "{question} Be short."\nmax_tokens = 5\nseed = 1\n')
    save(cli, "ask", "-t", "base", "-p", "Red?", "--seed", "2", "--save-template", "red")
    assert toml(home, "red") == {"prompt": "Red? Be short.", "max_tokens": 5, "seed": 2}
    save(cli, "batch", picture, "-p", "Blue?", "--save-template", "blue")
    assert toml(home, "blue") == {"prompt": "Blue?"}
    words = ("chat", "--no-picture", "-s", "Be kind.", "--save-template", "kind")
    assert "saved the template kind" in cli(*words, input="Hi.\n").ok.err
    assert toml(home, "kind") == {"system": "Be kind."}


def test_a_template_that_exists(cli, home: Path) -> None:
    words = ("ask", "--save-template", "mine", "-p")
    save(cli, *words, "One")
    cli(*words, "Two").refused(3, "another template mine exists")
    assert toml(home, "mine") == {"prompt": "One"}
    before = (home / "templates/mine.toml").stat().st_mtime_ns
    assert "saved in" in save(cli, *words, "One")
    assert (home / "templates/mine.toml").stat().st_mtime_ns == before
    save(cli, *words, "Two\r\n\nThree", "--force")
    assert toml(home, "mine") == {"prompt": "Two\r\n\nThree"}
    cli("ask", "--save-template", "caption", "-p", "Mine").refused(3, "another template caption exists")
    cli("chat", "--no-picture", "--force").refused(2, "--force", " --save-template")


@pytest.mark.parametrize("option", ["--explain", "--show-input"])
def test_force_of_a_template_replaces_no_other_file(
    cli, home: Path, own, picture: Path, option: str
) -> None:
    own("look", 'prompt = "Look."\n')
    Path("where.png").write_text("mine")
    words = ("ask", picture, "-p", "What?", option, "where.png", "--save-template", "look", "--force")
    cli(*words).refused(3, "where.png exists", " --save-template")
    assert (toml(home, "look"), Path("where.png").read_text()) == ({"prompt": "Look."}, "mine")
    # Without a template, the remedies of both hints together replace the file.
    cli(*words[:-1]).refused(3, "where.png exists", " --save-template", "with --force")
    Path("where.png").unlink()
    assert cli(*words).ok.out
    assert toml(home, "look") == {"prompt": "What?"}
    assert Path("where.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["../x", "a b", "", "x.toml", "é"])
def test_names_of_templates(cli, home: Path, name: str) -> None:
    cli("ask", "-p", "Hi.", "--save-template", name).refused(2, f"{name!r} cannot")
    assert not (home / "templates").exists()


def test_choices_are_not_for_chat(cli, own) -> None:
    own("is", 'choices = ["yes", "no"]\n')
    cli("chat", "--no-picture", "-t", "is").refused(2, "the template is has choices")
    own("both", 'choices = ["yes", "no"]\nregex = "a"\n')
    cli("ask", "--no-picture", "-t", "both", "-p", "Hi.").refused(3, "choices and regex exclude")
    path = own("one", 'choices = ["yes"]\n')
    cli("ask", "--no-picture", "-t", "one", "-p", "Hi.").refused(3, f"{path}: 1 choice was given")


def test_show_and_edit(cli, home: Path, own, monkeypatch: pytest.MonkeyPatch) -> None:
    built_in = prompt_templates.paths()["caption"].read_text(encoding="utf-8")
    assert cli("templates", "show", "caption").ok.out == built_in
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv("VISUAL", "true")
    assert "was not changed" in cli("templates", "edit", "caption").ok.err
    assert prompt_templates.paths()["caption"].parent == prompt_templates.BUILT_IN
    monkeypatch.setenv("VISUAL", "sed -i 's/Write/Print/'")
    assert "is a template" in cli("templates", "edit", "caption").ok.err
    own_text = (home / "templates/caption.toml").read_text(encoding="utf-8")
    assert own_text == built_in.replace("Write", "Print") == cli("templates", "show", "caption").ok.out
    monkeypatch.setenv("VISUAL", "sed -i '$a temperature = 2000'")
    cli("templates", "edit", "caption").refused(3, "temperature")
    cli("templates", "show", "nothing").refused(3, "unknown template nothing")
    cli("templates", "edit", "nothing").refused(3, "unknown template nothing")


@pytest.mark.skipif(os.name == "nt", reason="notepad needs no terminal")
def test_no_editor_waits_without_a_terminal(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody has chosen an editor."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("vi was started"))
    cli("templates", "edit", "caption").refused(3, "export EDITOR=")
    assert not (home / "templates/caption.toml").exists()


@pytest.mark.parametrize(("editor", "said"), [("false", " 1\n"), ("no-such-editor", "cannot be run")])
def test_editors_that_fail(
    cli, home: Path, monkeypatch: pytest.MonkeyPatch, editor: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    cli("templates", "edit", "caption").refused(3, said)
    assert not (home / "templates/caption.toml").exists()
