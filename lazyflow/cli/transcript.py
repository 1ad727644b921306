"""The events of an answer in the terminal: its text on stdout, everything about it on stderr."""

from __future__ import annotations

from typing import TextIO

from typing_extensions import assert_never

from lazyflow.cli.output import discard
from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, ToolCallDelta, Usage
from lazyflow.reports.visible import shown, visible


class Transcript:
    """Prints one answer. What a model says cannot drive the terminal: there its control characters become visible."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self.said: list[str] = []
        self.failed = False
        self._out = out
        self._err = err
        self._terminal = out.isatty()
        self._mid_line = False

    def show(self, event: Event) -> None:
        """Print `event`."""
        match event:
            case Text(text):
                self.said.append(text)
                self._write(harmless(text) if self._terminal else text)
            case Notice(text=text):
                self._tell(text)
            case Step(path=path, state="ended" | "failed" as state, seconds=seconds):
                self._tell(f"{' > '.join(path)} {state} after {seconds:.1f} s")
            case Failure(path=path, message=message, help=help_):
                self.failed = True
                self._tell(f"error: {message}")
                if len(path) > 1:
                    self._tell(f"  = path: {' > '.join(path)}")
                if help_:
                    self._tell(f"  = help: {help_}")
            case Thinking() | ToolCallDelta() | Step() | Usage() | Request():
                pass
            case _:
                assert_never(event)

    def end(self) -> None:
        """Finish the last line."""
        if self._mid_line:
            self._write("\n")

    def _write(self, text: str) -> None:
        if not text:
            return
        try:
            self._out.write(text)
            self._out.flush()
        except BrokenPipeError:
            discard(self._out)
        self._mid_line = not text.endswith("\n")

    def _tell(self, text: str) -> None:
        if self._terminal:
            self.end()
        if self._err.isatty():
            self._err.write("\r\x1b[K")  # over a line that shows how far a model is
        self._err.write("".join(f"{visible(line)}\n" for line in text.splitlines()))
        self._err.flush()


def harmless(text: str) -> str:
    """Text whose control characters are shown, line ends and tabs apart."""
    return "".join(character if character in "\n\t" else shown(character) for character in text)
