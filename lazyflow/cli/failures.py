"""What a command that failed says, and the code it exits with."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lazyflow.cli.exits import Exit
from lazyflow.cli.output import Unwritable, tell, wants_color
from lazyflow.errors import InvalidApp, LazyflowError, MissingExtra, Problem, Unreadable

EXTRAS = {
    "llama_cpp": ("llama-cpp-python", "local"),
    "huggingface_hub": ("huggingface_hub", "local"),
    "numpy": ("numpy", "local"),
    "litellm": ("litellm", "online"),
    "panel": ("panel", "web"),
    "bokeh": ("bokeh", "web"),
    "bokeh_fastapi": ("bokeh-fastapi", "web"),
    "fastapi": ("fastapi", "web"),
    "prometheus_client": ("prometheus-client", "web"),
    "uvicorn": ("uvicorn", "web"),
    "watchfiles": ("watchfiles", "web"),
}


def failed(error: Exception) -> Exit:
    """Tell what went wrong on standard error; a traceback only where LAZYFLOW_DEBUG asks for it."""
    if os.environ.get("LAZYFLOW_DEBUG"):
        import traceback  # noqa: PLC0415 - 10 ms that only this path needs

        tell("".join(traceback.format_exception(error)))
    match error:
        case InvalidApp():
            tell(problems_text(error.problems))
            return Exit.PROBLEMS
        case Unreadable() | Unwritable():
            tell(f"error: {error}")
            return Exit.BROKEN
        case LazyflowError():
            tell(f"error: {error}")
            return Exit.PROBLEMS
        case ModuleNotFoundError() if (error.name or "").split(".")[0] in EXTRAS:
            tell(f"error: {MissingExtra(*EXTRAS[(error.name or '').split('.')[0]])}")
            return Exit.PROBLEMS
        case OSError():
            tell(f"error: {error}\n  = help: LAZYFLOW_DEBUG=1 shows where it happened")
            return Exit.BROKEN
        case _:
            reason = " ".join(str(error).split()) or "no reason given"
            tell(f"internal error: {type(error).__name__}: {reason}\n  = help: LAZYFLOW_DEBUG=1 shows the details")
            return Exit.BROKEN


def problems_text(problems: tuple[Problem, ...]) -> str:
    """Problems as `validate` shows them, for a command that cannot go on; files are read again for excerpts."""
    from lazyflow.reports.report import build_report  # noqa: PLC0415 - only where something is wrong
    from lazyflow.reports.text import text  # noqa: PLC0415 - same

    files = dict.fromkeys(problem.file for problem in problems)
    report = build_report(files, problems, {file: content(file) for file in files})
    return text(report, color=wants_color(sys.stderr))


def content(file: str) -> str:
    """What stands in a file; nothing where it cannot be read."""
    try:
        return Path(file).read_bytes()[: 1 << 20].decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""
