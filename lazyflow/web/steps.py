"""The steps of one answer as they begin, tell and end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lazyflow.nodes.events import NodePath, Step
from lazyflow.store.conversation import StepTaken

MOST_OUTPUT = 20_000


@dataclass(slots=True, kw_only=True)
class Taken:
    """A step that may still go on."""

    path: NodePath
    state: Literal["running", "ended", "failed"] = "running"
    output: list[str] = field(default_factory=list)
    length: int = 0
    seconds: float = 0.0


class Steps:
    """All steps in the order in which they began, after those that were taken `before`."""

    def __init__(self, before: tuple[StepTaken, ...] = ()) -> None:
        self._before = before
        self._taken: list[Taken] = []

    def taken_so_far(self) -> tuple[StepTaken, ...]:
        """All of them as they stand."""
        return (
            *self._before,
            *(
                StepTaken(path=step.path, state=step.state, output="".join(step.output), seconds=step.seconds)
                for step in self._taken
            ),
        )

    def take(self, event: Step) -> None:
        """Add one event; what belongs to no step that is running begins one."""
        step = self._running(event.path)
        if event.state == "began" or step is None:
            step = Taken(path=event.path)
            self._taken.append(step)
        if event.output and step.length < MOST_OUTPUT:
            step.output.append(event.output)
            step.length += len(event.output)
        if event.state in {"ended", "failed"}:
            step.state = "ended" if event.state == "ended" else "failed"
            step.seconds = event.seconds

    def _running(self, path: NodePath) -> Taken | None:
        return next((step for step in reversed(self._taken) if step.path == path and step.state == "running"), None)
