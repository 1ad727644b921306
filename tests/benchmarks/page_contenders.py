"""Chat pages that people know, each run as its maker means it to be, over the benchmark's source."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page

from tests.acceptance.served import ROOT, environment
from tests.server.test_ports import free_port
from tests.servers.llama_server import running

CHAINLIT = """
import chainlit as cl
from source import paced

@cl.on_message
async def answer(message):
    reply = cl.Message("")
    async for piece in paced(message.content):
        await reply.stream_token(piece)
    await reply.stream_token("\\n\\nthe-end")
    await reply.update()
"""
OPEN_WEBUI = {
    "WEBUI_AUTH": "false",
    "OPENAI_API_KEY": "none",
    "ENABLE_OLLAMA_API": "false",
    # What it would ask the model, or the world, beside the answer.
    "ENABLE_TITLE_GENERATION": "false",
    "ENABLE_TAGS_GENERATION": "false",
    "ENABLE_FOLLOW_UP_GENERATION": "false",
    "ENABLE_AUTOCOMPLETE_GENERATION": "false",
    "ENABLE_VERSION_UPDATE_CHECK": "false",
    "BYPASS_EMBEDDING_AND_RETRIEVAL": "true",
    "RAG_EMBEDDING_MODEL_AUTO_UPDATE": "false",
    "OFFLINE_MODE": "true",
    "HF_HUB_OFFLINE": "1",
}


@dataclass(frozen=True)
class Contender:
    """A running page. `answers` selects its answers' texts in the DOM, `box` where one writes."""

    name: str
    url: str
    process: psutil.Process | None
    """Whose CPU a token costs; None where it cannot be told from the source's."""
    answers: str
    box: str
    weighed: str = ""
    """Where its weight is told, if not at `url`."""
    prepare: Callable[[Page], None] | None = None
    """Puts aside what stands before a new visitor."""

    def ask(self, page: Page, text: str) -> None:
        page.locator(self.box).click()
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    @property
    def watch(self) -> str:
        """When the newest answer's first text was in the page, and when its end was: a script."""
        return """() => {
          window.times = {}
          const found = () => [...document.querySelectorAll('ANSWERS')].at(-1)?.textContent.trim() || ''
          const before = found()
          const timer = setInterval(() => {
            const text = found()
            if (text && text !== before) window.times.first ??= performance.now()
            if (window.times.first && text.includes('the-end')) {
              window.times.last = performance.now()
              clearInterval(timer)
            }
          }, 50)
        }""".replace("ANSWERS", self.answers)


def python_with(package: str, given: str, folder: Path) -> str:
    """A Python of its own that has a package, or the one that the environment variable `given` names."""
    if found := os.environ.get(given):
        return found
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", package], check=True)
    return str(folder / "bin" / "python")


@contextmanager
def process(command: list[str], folder: Path, url: str, log: str, **env: str) -> Iterator[psutil.Process]:
    """A server that answers at `url` and writes into a file named `log`."""
    written = folder / log
    with written.open("wb") as said:
        started = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "HOME": str(folder), **env}, stdout=said, stderr=said
        )
    try:
        until = time.monotonic() + 180
        while not answers(url):
            told = written.read_text("utf-8", "replace")[-2000:]
            assert started.poll() is None, told
            assert time.monotonic() < until, told
            time.sleep(0.2)
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


@contextmanager
def paced_api(folder: Path, behind: str = "") -> Iterator[str]:
    """OpenAI's API over the source of `folder`; its address."""
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    script = str(ROOT / "tests" / "benchmarks" / "paced_api.py")
    with process(
        [sys.executable, script, str(folder), port, behind], folder, f"{url}/v1/models", "api.log", **environment()
    ):
        yield url


@contextmanager
def chainlit(folder: Path, python: str) -> Iterator[Contender]:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}/"
    (folder / "app.py").write_text(CHAINLIT)
    command = [python, "-m", "chainlit", "run", "app.py", "-h", "--port", port]
    with process(command, folder, url, "chainlit.log") as started:
        answer = '[data-step-type="assistant_message"] .message-content'
        yield Contender("Chainlit", url, started, answer, "#chat-input")


@contextmanager
def open_webui(folder: Path, python: str) -> Iterator[Contender]:
    port = str(free_port())
    url = f"http://127.0.0.1:{port}/"
    with paced_api(folder) as api, ExitStack() as stack:
        data = folder / "open-webui"
        data.mkdir()
        command = [str(Path(python).with_name("open-webui")), "serve", "--host", "127.0.0.1", "--port", port]
        env = {**OPEN_WEBUI, "OPENAI_API_BASE_URL": f"{api}/v1", "DATA_DIR": str(data), "WEBUI_SECRET_KEY": "secret"}
        started = stack.enter_context(process(command, data, f"{url}health", "open-webui.log", **env))
        yield Contender("Open WebUI", url, started, "#response-content-container", "#chat-input", prepare=close_dialog)


def close_dialog(page: Page) -> None:
    """What is new in this release."""
    page.locator("[role=dialog] button").last.click()
    page.wait_for_timeout(1000)


@contextmanager
def llama_ui(folder: Path, gguf: Path) -> Iterator[Contender]:
    """llama.cpp's own page before a server that answers at the source's pace and for the rest asks the real one."""
    with running(gguf, folder / "llama.txt") as server, paced_api(folder, server.address) as url:
        answer = '[aria-label*="ssistant message"]'
        yield Contender("llama.cpp's page", f"{url}/", None, answer, "textarea", weighed=f"{server.address}/")
