"""Somebody who edits app.yaml without pause, well and badly, with every kind of editor."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path


class Author:
    """Makes one random edit after another; each model has a name that was never used before.

    `locked` counts the saves for which the file could not be read for a moment (root can, with its usual rights).
    """

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.models = 0
        self.model = "m0"
        self.extra = ""
        self.title = "Start"
        self.locked = 0

    def good(self) -> str:
        # Beside a model that fails, another new one would be loaded in vain, and again for the next try.
        extra = "" if "bad" in self.model else self.extra
        return (
            f"version: 1\nnodes:\n  chat: {{ type: local, model: {self.model} }}\n{extra}"
            f"  web: {{ type: web, target: chat, history: [chat], title: {self.title} }}\n"
        )

    def number(self) -> int:
        self.models += 1
        return self.models

    def name(self) -> str:
        return f"m{self.number()}"

    def failing(self) -> str:
        return f"bad{self.number()}"

    def missing(self) -> str:
        return f"no{self.number()}"

    def text(self) -> str:
        match self.random.randrange(8):
            case 0:
                return self.good() + "nodes: ["
            case 1:
                return self.good().replace("target: chat", "target: nobody")
            case 2:
                return self.good().replace(f"model: {self.model}", f"model: {self.missing()}")
            case 3:
                self.model = self.name()
            case 4:
                self.model = self.failing()  # it stays so until the next model is named
            case 5:
                self.extra = "" if self.extra else f"  extra: {{ type: local, model: {self.name()} }}\n"
            case _:
                self.title = f"Title{self.random.randrange(1000)}"
        return self.good()

    async def save(self, text: str) -> None:
        match self.random.randrange(6):
            case 0:
                beside = self.path.with_name(".swap")
                beside.write_text(text)
                beside.rename(self.path)
            case 1:
                with self.path.open("w") as file:
                    await asyncio.sleep(0.01)
                    file.write(text)
            case 2:
                self.path.unlink()
                await asyncio.sleep(0.2)
                self.path.write_text(text)
            case 3:
                self.path.chmod(0)
                self.locked += not readable(self.path)
                await asyncio.sleep(0.05)
                self.path.chmod(0o644)
                self.path.write_text(text)
            case _:
                self.path.write_text(text)


def readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True
