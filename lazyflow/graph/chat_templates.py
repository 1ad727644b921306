"""Chat templates of local models: text in app.yaml, or a file beside it."""

from __future__ import annotations

from collections.abc import Iterator

from lazyflow.errors import Problem
from lazyflow.graph.callables import leaves
from lazyflow.graph.context import Context, text
from lazyflow.graph.templates import parses
from lazyflow.spec.read import decode
from lazyflow.spec.tree import Scalar


def check_chat_templates(context: Context) -> dict[str, str]:
    """The Jinja text of each local node that has a template of its own, after telling what cannot be used."""
    found: dict[str, str] = {}
    parsed: dict[str, str] = {}
    for name, node in context.nodes("local"):
        scalar = text(node, "chat_template")
        if scalar is None:
            continue
        written = str(scalar.value)
        source = written if is_jinja(written) else read_beside(context, name, written, scalar)
        if source is None:
            continue
        if source not in parsed:
            parsed[source] = parses(source)
        problem = parsed[source]
        if problem:
            where = "" if source is written else f" '{written}'"
            message = f"the chat template{where} of node '{name}' does not parse: {problem}"
            context.add(scalar.span, "LF039", message, ("nodes", name, "chat_template"), "mend it, or leave it out")
        else:
            found[name] = source
    return found


def is_jinja(written: str) -> bool:
    """Whether a value is a template rather than a path to one."""
    return any(mark in written for mark in ("{{", "{%", "\n"))


def read_beside(context: Context, name: str, written: str, scalar: Scalar) -> str | None:
    """The text of the file, or None and a problem."""
    path = context.folder / written
    problem = next(refusals(context, written), None)
    if problem is None:
        context.files[path] = None
        try:
            content = decode(path.read_bytes(), written)
        except OSError as error:
            near = (one.name for one in path.parent.glob("*"))
            problem = (
                "LF044",
                f"the chat template '{written}' cannot be read: {error.strerror}",
                context.did_you_mean(path.name, near),
            )
        else:
            if not isinstance(content, Problem):
                return content
            problem = "LF044", f"the chat template '{written}' cannot be read: {content.message}", content.help
    code, message, help_ = problem
    context.add(
        scalar.span, code, message, ("nodes", name, "chat_template"), help_ or "it is a path relative to app.yaml"
    )
    return None


def refusals(context: Context, written: str) -> Iterator[tuple[str, str, str]]:
    """Why a path is not opened at all."""
    if leaves(written):
        yield "LF043", f"'{written}' leads out of the app's folder", "put the file beside app.yaml"
    elif not (context.folder / written).resolve().is_relative_to(context.folder.resolve()):
        yield "LF043", f"'{written}' is a link out of the app's folder", "put the file itself beside app.yaml"
