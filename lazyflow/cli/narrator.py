"""What a person sees in the terminal while an app runs: models that load, files with mistakes, edits that wait."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lazyflow.cli.logs import Lines
from lazyflow.reports.report import build_report
from lazyflow.reports.text import text
from lazyflow.reports.visible import visible
from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.runtime.live import Live

BAR = 24


class Narrator:
    """Tells each change once. A line that is drawn again and again is for terminals alone."""

    def __init__(self, live: Live, stream: Lines) -> None:
        self.live = live
        self.stream = stream
        self.terminal = stream.isatty()
        self.color = self.terminal and not os.environ.get("NO_COLOR")
        self.states: dict[str, str] = {}
        self.coming: set[str] = set()
        self.trouble = Trouble()
        self.drawn = False

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell what is now, then every change until the block ends."""
        checked = self.live.reading.checked
        if checked.problems:
            self._problems(Trouble(problems=checked.problems))
        end = self.live.subscribe(self.look)
        self.look()
        try:
            yield
        finally:
            end()
            self._clear()

    def look(self) -> None:
        """Tell what has changed since the last look."""
        statuses, coming = self.live.app.status(), self.live.coming
        for name, status in statuses.items():
            self._node(name, status)
        for name in coming.keys() - self.coming:
            self._line(f"{name}: its new model is on the way; the old graph answers")
        self.coming = set(coming)
        trouble = self.live.trouble
        if trouble != self.trouble:
            self._trouble(trouble)
        loading = {name: status for name, status in {**statuses, **coming}.items() if status.state == "loading"}
        if self.terminal and loading:
            self._draw(loading)

    def _node(self, name: str, status: NodeStatus) -> None:
        before = self.states.get(name)
        self.states[name] = status.state
        if before == status.state:
            return
        if status.state == "loading" and not self.terminal:
            self._line(f"{name}: loading the model")
        elif status.state == "ready" and before is not None and status.model is not None:
            self._line(f"{name}: ready ({status.model.description})")

    def _trouble(self, trouble: Trouble) -> None:
        before, self.trouble = self.trouble, trouble
        if trouble.problems and trouble.problems != before.problems:
            self._problems(trouble)
        for failure in trouble.failures:
            if failure not in before.failures:
                self._line(f"error: {failure}")
        for field in trouble.restart:
            if field not in before.restart:
                self._line(f"restart needed for {field}")
        if (before.problems or before.failures) and not (trouble.problems or trouble.failures):
            self._line("fine again: the change is applied")

    def _problems(self, trouble: Trouble) -> None:
        self._clear()
        checked = self.live.reading.checked
        files = [str(path) for path in self.live.source.files]
        self.stream.write(text(build_report(files, trouble.problems, checked.texts), color=self.color))
        self.stream.flush()

    def _line(self, words: str) -> None:
        self._clear()
        self.stream.write("".join(f"{visible(line)}\n" for line in words.splitlines()))
        self.stream.flush()

    def _draw(self, loading: dict[str, NodeStatus]) -> None:
        parts = []
        for name, status in loading.items():
            full = round(status.fraction * BAR)
            parts.append(f"{name}: {status.stage} [{'#' * full}{'-' * (BAR - full)}] {status.fraction:4.0%}")
        self.stream.write("\r\x1b[K" + "  ".join(parts))
        self.stream.flush()
        self.drawn = True

    def _clear(self) -> None:
        if self.drawn:
            self.stream.write("\r\x1b[K")
            self.drawn = False
