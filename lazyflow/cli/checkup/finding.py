"""What a checkup finds, as values, and the two ways to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["fine", "hint", "problem"]
MARKS: dict[Level, str] = {"fine": " ", "hint": "!", "problem": "x"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what it is, whether that keeps the app from running, and what to do."""

    name: str
    value: str
    level: Level = "fine"
    help: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Findings that belong together."""

    title: str
    findings: tuple[Finding, ...]


def usable(sections: Sequence[Section]) -> bool:
    """Whether nothing found keeps the app from running."""
    return all(finding.level != "problem" for section in sections for finding in section.findings)


def as_text(sections: Sequence[Section]) -> str:
    """For people: one line a finding, its remedy below it."""
    lines = []
    for section in sections:
        lines.append(section.title)
        width = max((len(finding.name) for finding in section.findings), default=0)
        for finding in section.findings:
            beside = " " * (width + 4)
            value = finding.value.replace("\n", f"\n{beside}")
            lines.append(f"{MARKS[finding.level]} {finding.name:<{width}}  {value}".rstrip())
            if finding.help:
                lines.append(f"{beside}= help: {finding.help}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def as_json(sections: Sequence[Section]) -> dict[str, Any]:
    """For programs: version 1 of the format."""
    return {"version": 1, "usable": usable(sections), "sections": [asdict(section) for section in sections]}


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 2**30:.1f} GiB" if count >= 1 << 30 else f"{count / 2**20:.0f} MiB"
