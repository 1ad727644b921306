"""`lazyflow run` from outside: what it prints, serves and refuses."""

from __future__ import annotations

import re
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.acceptance.served import run, served

pytestmark = pytest.mark.slow

ECHO = """version: 1
nodes:
  echo: { type: python, call: "./echo.py:echo" }
  web: { type: web, target: echo, title: Echo, store: memory }
"""
LOCAL = """version: 1
nodes:
  chat: {{ type: local, model: {model} }}
  web: {{ type: web, target: chat, store: memory }}
"""


@pytest.fixture
def echo(tmp_path: Path) -> Path:
    (tmp_path / "echo.py").write_text("def echo(message): return message\n")
    app = tmp_path / "app.yaml"
    app.write_text(ECHO)
    return app


def local(folder: Path, model: str) -> Path:
    app = folder / "app.yaml"
    app.write_text(LOCAL.format(model=model))
    return app


def test_the_address_is_on_stdout_and_the_page_answers(echo: Path) -> None:
    with served(echo) as app:
        page = httpx.get(app.url)
        assert page.status_code == 200
        assert "<title>Echo</title>" in page.text
        assert "frame-ancestors" in page.headers["content-security-policy"]
        assert 20500 <= httpx.URL(app.url).port <= 20799  # type: ignore[operator] # there always is a port
        assert [line for line in app.stdout if line.strip()] == [line for line in app.stdout if "http://" in line]


def test_health_and_readiness_are_told(echo: Path) -> None:
    with served(echo) as app:
        assert httpx.get(f"{app.url}healthz").json() == {"status": "ok"}
        app.wait_until_ready()


def test_a_foreign_host_or_origin_is_refused(echo: Path) -> None:
    with served(echo) as app:
        assert httpx.get(app.url, headers={"Host": "evil.example"}).status_code == 403
        assert httpx.post(f"{app.url}-/reload", headers={"Origin": "http://evil.example"}).status_code == 403


def test_reload_on_request_reports_what_it_did(echo: Path) -> None:
    with served(echo, "--no-watch") as app:
        assert httpx.post(f"{app.url}-/reload").json()["changed"] is False
        echo.write_text(ECHO.replace("title: Echo", "title: Anew"))
        done = httpx.post(f"{app.url}-/reload")
        assert (done.status_code, done.json()["generation"]) == (200, 2)
        echo.write_text(ECHO.replace("target: echo", "target: eco"))
        refused = httpx.post(f"{app.url}-/reload")
        assert refused.status_code == 422
        assert refused.json()["problems"][0]["line"] == 4


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_in_order_when_told(echo: Path, how: signal.Signals, code: int) -> None:
    with served(echo) as app:
        assert app.stop(how) == code
        assert "Traceback" not in app.told()


def test_a_fixed_port_that_is_taken_is_one_clear_message(echo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("run", echo, "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_app_with_mistakes_does_not_start(echo: Path) -> None:
    echo.write_text(ECHO.replace("target: echo", "taget: echo"))
    done = run("run", echo)
    assert done.returncode == 1
    assert "app.yaml:4:" in done.stderr
    assert "did you mean 'target'?" in done.stderr


def test_a_file_that_is_not_there_is_one_clear_message(tmp_path: Path) -> None:
    done = run("run", tmp_path / "nothing.yaml")
    assert done.returncode in {2, 3}
    assert "nothing.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_is_missing_is_told_with_every_place_that_was_tried(tmp_path: Path) -> None:
    done = run("run", local(tmp_path, "no-such-model"), LAZYFLOW_MODEL_PATH=str(tmp_path / "models"))
    assert done.returncode == 1
    assert "no-such-model" in done.stderr
    assert str(tmp_path / "models") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_with_two_models_is_no_name_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("a.gguf", "b.gguf"):
        (folder / name).write_bytes(b"GGUF")
    done = run("run", local(tmp_path, "./models"))
    assert done.returncode == 1
    assert "a.gguf" in done.stderr
    assert "b.gguf" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
        (b"GGUF\x03\x00\x00\x00", "cut off|truncated|incomplete|not whole"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_whole_gguf_is_told_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    done = run("run", local(tmp_path, "./m.gguf"))
    assert done.returncode == 1
    assert "m.gguf" in done.stderr
    assert any(word.lower() in done.stderr.lower() for word in words.split("|")), done.stderr
    assert "Traceback" not in done.stderr


def test_a_hang_up_signal_and_a_request_do_and_tell_the_same(echo: Path) -> None:
    def log_lines() -> list[str]:
        return [re.sub(r"\d+\.\d+ s", "", line) for line in app.stderr if "generation" in line]

    def hang_up() -> None:
        before = len(log_lines())
        app.process.send_signal(signal.SIGHUP)
        app.until(lambda: len(log_lines()) > before)

    with served(echo, "--no-watch") as app:
        echo.write_text(ECHO.replace("title: Echo", "title: Anew"))
        hang_up()
        assert "<title>Anew</title>" in httpx.get(app.url).text
        echo.write_text(ECHO)
        done = httpx.post(f"{app.url}-/reload").json()
        assert (done["generation"], done["changed"], done["kept"], done["opened"]) == (3, True, ["echo"], [])
        app.until(lambda: len(log_lines()) == 2)
        assert [line.replace("generation 2", "generation 3") for line in log_lines()] == [log_lines()[1]] * 2
        assert "kept echo; updated -; opened -; closed -" in log_lines()[1]
        echo.write_text(ECHO.replace("target: echo", "target: eco"))
        hang_up()
        app.until(lambda: any("app.yaml:4:" in line for line in app.stderr))
        refused = httpx.post(f"{app.url}-/reload")
        assert (refused.status_code, refused.json()["problems"][0]["line"]) == (422, 4)
        app.until(lambda: len(log_lines()) == 4)
        assert log_lines()[2] == log_lines()[3]
        assert "generation 3 goes on" in log_lines()[3]


def test_the_drain_limit_can_be_set(echo: Path) -> None:
    (echo.parent / "echo.py").write_text("import time\ndef echo(message):\n    time.sleep(5)\n    return message\n")
    with served(echo, "--no-watch", "--drain", "0.2") as app, ThreadPoolExecutor() as pool:
        body = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}
        asked = pool.submit(httpx.post, f"{app.url}v1/chat/completions", json=body, timeout=30)
        time.sleep(0.5)
        echo.write_text(ECHO.replace("title: Echo", "title: Anew"))
        assert httpx.post(f"{app.url}-/reload").json()["generation"] == 2
        app.until(lambda: any("generation 1: replies still running: 1; they have 0.2 s" in line for line in app.stderr))
        app.until(
            lambda: any("generation 1: closed after 0.2 s; replies still running: 1" in line for line in app.stderr)
        )
        asked.result()


def test_a_fixed_port_is_not_taken_by_a_range_that_comes_first(echo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    pages = f"""version: 1
nodes:
  echo: {{ type: python, call: "./echo.py:echo" }}
  first: {{ type: web, target: echo, store: memory, port: {port}-{port + 50} }}
  second: {{ type: web, target: echo, store: memory, port: {port} }}
"""
    echo.write_text(pages)
    with served(echo, pages=2) as app:
        ports = {httpx.URL(line.strip()).port for line in app.stdout}
    assert port in ports
    assert len(ports) == 2


def test_an_open_host_without_auth_has_to_be_typed(echo: Path) -> None:
    done = run("run", echo, "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "open to everybody" in done.stderr
    with served(echo, "--host", "0.0.0.0", "--insecure") as app:
        assert httpx.get(app.url).status_code == 200


def test_with_auth_the_page_asks_who_you_are(echo: Path) -> None:
    hashed = run("hash-password", cwd=echo.parent, text="open sesame\n").stdout.strip()
    echo.write_text(ECHO.replace("store: memory", "store: memory, auth: { users: { ann: '${ANN}' } }"))
    with served(echo, ANN=hashed) as app, httpx.Client(base_url=app.url, follow_redirects=True) as http:
        assert http.get("v1/models").status_code == 401
        assert "Log in" in http.get("", headers={"Accept": "text/html"}).text
        origin = {"Origin": app.url.rstrip("/")}
        page = http.post("login", data={"user": "ann", "password": "open sesame"}, headers=origin)
        assert "<title>Echo</title>" in page.text
        assert http.get("v1/models").status_code == 200
        assert hashed not in app.told()


def test_what_was_loaded_is_left_out_of_collections_of_garbage_and_the_rest_is_collected(echo: Path) -> None:
    (echo.parent / "echo.py").write_text(
        "import gc\ndef echo(message): return f'{gc.isenabled()} {gc.get_freeze_count() > 100_000}'\n"
    )
    echo.write_text(ECHO.replace("store:", "api: true, store:"))
    with served(echo) as app:
        app.wait_until_ready()
        body = {"model": "echo", "messages": [{"role": "user", "content": "?"}]}
        reply = httpx.post(f"{app.url}v1/chat/completions", json=body)
        assert reply.json()["choices"][0]["message"]["content"] == "True True", reply.text
