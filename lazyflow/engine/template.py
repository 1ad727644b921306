"""A chat template, rendered within bounds: by a process that ends when it takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lazyflow.engine.contract import InvalidRequest

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""What llama.cpp, too, takes for a model without a template of its own."""


class TemplateRefused(InvalidRequest):
    """The template itself says that it cannot put this conversation into words."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as a template sees it."""

    role: str
    content: str


class Templates:
    """Renders templates, one at a time from whichever thread. `close` ends the process."""

    def __init__(self, bos: str, eos: str) -> None:
        self._values: dict[str, Any] = {
            "bos_token": bos,
            "eos_token": eos,
            "add_generation_prompt": True,
            "tools": None,
        }
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def render(self, template: str, messages: Sequence[Said]) -> str:
        """The prompt's text. Raises: `InvalidRequest` for a template that fails or takes too much."""
        values = self._values | {"messages": [{"role": one.role, "content": one.content} for one in messages]}
        request = json.dumps({"template": template, "values": values}).encode() + b"\n"
        with self._lock:
            answer = json.loads(
                self._ask(request) or b'{"error": "it takes too long or too much memory", "kind": "time"}'
            )
        if "text" in answer:
            return str(answer["text"])
        kind = TemplateRefused if answer["kind"] == "refused" else InvalidRequest
        raise kind(f"the chat template fails: {answer['error']}", "write another chat_template in app.yaml")

    def _ask(self, request: bytes) -> bytes:
        """The answer's line; empty where none came in time."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            return b""
        with contextlib.suppress(BrokenPipeError):  # it has ended: there will be no answer
            process.stdin.write(request)
            process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:  # it is about to end, and would still count as running for the next rendering
            self._end(process)
            self._process = None
        return answer

    def warm(self) -> None:
        """Start the process, so that the first rendering need not wait for it."""
        with self._lock:
            self._running()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end(self._process)
            self._process = None
        if self._process is None:
            self._process = self._start()
        return self._process

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "lazyflow.engine.template_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def close(self) -> None:
        """End the process. May be called more than once; a later rendering starts another."""
        if (process := self._process) is not None:
            process.kill()  # ends a rendering that runs, too
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                self._end(process)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        with process:  # closes its pipes and waits for it
            pass
