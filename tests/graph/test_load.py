"""From files to a checked app, and what others rely on."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lazyflow.errors import InvalidApp, Unreadable
from lazyflow.graph.load import Source, check, check_text, load
from lazyflow.spec.nodes import LocalSpec, OnlineSpec

APP = "version: 1\nnodes:\n  chat: {type: local, model: ./m.gguf}\n  web: {type: web, target: chat, history: [chat]}\n"
CORE = ("panel", "llama_cpp", "litellm", "fastapi", "numpy", "jsonschema", "jinja2")


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_yaml", ".yaml")).write_text(text, encoding="utf-8")
    return folder / "app.yaml"


def test_a_valid_app_is_loaded_with_its_graph(tmp_path: Path) -> None:
    loaded = load(Source((write(tmp_path, app_yaml=APP),)))
    assert loaded.app.name == tmp_path.name
    assert loaded.app.folder == tmp_path
    assert loaded.graph.order == ("chat",)
    assert loaded.graph.readers("chat", "web") == {"chat"}


def test_an_invalid_app_raises_all_its_problems(tmp_path: Path) -> None:
    with pytest.raises(InvalidApp) as raised:
        load(Source((write(tmp_path, app_yaml=APP.replace("model", "modle").replace("[chat]", "[chap]")),)))
    assert [problem.code for problem in raised.value.problems] == ["LF003", "LF030"]
    assert raised.value.problems[0].help == "did you mean 'model'?"
    assert raised.value.problems[1].help == "did you mean 'chat'?"


@pytest.mark.parametrize("name", ["nothing.yaml", "."])
def test_what_cannot_be_read_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable):
        check(Source((tmp_path / name,)))


def test_an_environment_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        check(Source((write(tmp_path, app_yaml=APP),), env_file=tmp_path / "none.env"))


def test_warnings_do_not_raise(tmp_path: Path) -> None:
    app = APP + "  spare: {type: local, model: y}\n"
    assert [one.code for one in load(Source((write(tmp_path, app_yaml=app),))).problems] == ["LF035"]


def test_the_process_wins_over_the_file_beside_the_app(tmp_path: Path) -> None:
    path = write(
        tmp_path, app_yaml=APP.replace("{type: local, model: ./m.gguf}", "\n    type: local\n    model: ${M}-${N}")
    )
    (tmp_path / ".env").write_text("M=file\nN=file\n", encoding="utf-8")
    node = load(Source((path,), {"M": "process"})).app.nodes["chat"]
    assert isinstance(node, LocalSpec)
    assert node.model == "process-file"


def test_a_named_environment_file_takes_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, app_yaml=APP.replace("./m.gguf", '"${M}"'), other="M=other\n")
    (tmp_path / ".env").write_text("M=beside\n", encoding="utf-8")
    node = load(Source((path,), env_file=tmp_path / "other")).app.nodes["chat"]
    assert isinstance(node, LocalSpec)
    assert node.model == "other"


def test_without_the_environment_nothing_is_missed_and_nothing_looked_up(tmp_path: Path) -> None:
    app = APP.replace("./m.gguf", '"${M}", parallel: "${P:-x}", context: "${C}"').replace(
        "target: chat", 'target: "${T}"'
    )
    checked = check(Source((write(tmp_path, app_yaml=app),), {"M": "m"}, use_environment=False))
    assert [one.code for one in checked.problems] == ["LF005"]
    fine = check_text(app.replace(', parallel: "${P:-x}"', ""))
    assert fine.problems == ()
    assert fine.canonical()["nodes"]["chat"]["model"] == "${M}"
    assert fine.app is not None
    node = fine.app.nodes["chat"]
    assert isinstance(node, LocalSpec)
    assert (node.model, node.context) == ("${M}", "auto")


def test_a_port_that_is_not_known_is_no_mistake() -> None:
    app = APP.replace("target: chat", 'target: chat, port: "${P}"')
    assert check_text(app).problems == ()


def test_every_file_that_matters_is_a_source(tmp_path: Path) -> None:
    app = APP + "  f: {type: python, call: ./f.py:run}\n  g: {type: local, model: x, chat_template: c.jinja}\n"
    path = write(tmp_path, app_yaml=app, over_yaml="name: over\n")
    (tmp_path / "f.py").write_text("def run(message): ...\n", encoding="utf-8")
    (tmp_path / "c.jinja").write_text("{{ messages }}", encoding="utf-8")
    checked = check(Source((path, tmp_path / "over.yaml")))
    assert {one.name for one in checked.sources} == {"app.yaml", "over.yaml", ".env", "f.py", "c.jinja"}
    assert checked.app is not None
    assert checked.app.sources == checked.sources
    node = checked.app.nodes["g"]
    assert isinstance(node, LocalSpec)
    assert node.chat_template == "{{ messages }}"


def test_secrets_are_masked_unless_asked_for() -> None:
    app = (
        "version: 1\nnodes:\n  chat: {type: online, source: ollama, model: x, api_key: '${KEY}', "
        "options: {password: '${KEY}'}}\n  web: {type: web, target: chat, store: 'postgresql://u:${KEY}@h/d', "
        "auth: {keys: ['${KEY}']}, title: '$${NAME}'}\n"
    )
    checked = check_text(app, "app.yaml", Source((Path("app.yaml"),), {"KEY": "s3cret"}))
    assert checked.problems == ()
    assert "s3cret" not in repr(checked.canonical())
    assert str(checked.canonical(show_secrets=True)).count("s3cret") == 4
    assert checked.canonical()["nodes"]["web"]["title"] == "$${NAME}"
    assert "s3cret" not in repr(checked)
    assert checked.app is not None
    node = checked.app.nodes["chat"]
    assert isinstance(node, OnlineSpec)
    assert node.api_key == "s3cret"


def test_a_place_is_found_by_its_path() -> None:
    checked = check_text(APP)
    assert checked.place(("nodes", "chat", "model"))[1:3] == (3, 30)
    assert checked.place(("nodes", "web"))[1:3] == (4, 3)


def test_an_open_host_may_be_allowed(tmp_path: Path) -> None:
    path = write(tmp_path, app_yaml=APP.replace("target: chat", "target: chat, host: 0.0.0.0"))
    assert [one.code for one in check(Source((path,))).problems] == ["LF037"]
    assert check(Source((path,), allow_open_host=True)).problems == ()


def test_checking_imports_nothing_heavy() -> None:
    program = (
        f"import sys, lazyflow.graph.load as l; l.check_text({APP!r}); print([m for m in {CORE} if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


HOSTILE = {
    "tag": "version: 1\nnodes: !!python/object/apply:os.system ['touch PLANTED']\n",
    "module": "version: 1\nnodes:\n  f: {type: python, call: 'evil:run'}\n  g: {type: python, call: './evil.py:run'}\n",
    "parent": "version: 1\nnodes:\n  f: {type: python, call: '../../../etc/passwd.py:run'}\n",
    "template": 'version: 1\nnodes:\n  m: {type: local, model: x}\n  f: {type: prompt, model: m, template: "{{ '
    "''.__class__.__mro__[1].__subclasses__() }}\"}\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_is_executed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.py").write_text("open('PLANTED', 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(socket, "socket", None)
    assert any(
        one.severity.value == "error" for one in check(Source((write(tmp_path, app_yaml=HOSTILE[name]),))).problems
    )
    assert not (tmp_path / "PLANTED").exists()
    assert "evil" not in sys.modules
