"""The LF codes as SARIF wants them."""

from __future__ import annotations

from lazyflow.reports.sarif import Rule
from lazyflow.spec.codes import CODES, Files


def rules() -> dict[str, Rule]:
    """A rule for each code."""
    return {
        code.code: Rule(
            code.title,
            code.explanation,
            f"Wrong:\n\n{fenced(code.wrong)}\n\nRight:\n\n{fenced(code.right)}",
            "warning" if code.warning else "error",
        )
        for code in CODES.values()
    }


def fenced(files: Files) -> str:
    """Files as blocks of Markdown."""
    return "\n\n".join(f"```yaml\n# {name}\n{text.rstrip()}\n```" for name, text in files.items())
