"""Renders chat templates in a process of its own: `python -m lazyflow.engine.template_process`, a JSON line each way.

A template is a program that came with a downloaded file. Jinja's sandbox keeps it from Python; only the kernel keeps it
from taking all memory or time, so this process lets itself have only so much of both.
"""

from __future__ import annotations

import datetime as dt
import json
import signal
import sys
from typing import Any, NoReturn

from jinja2 import BaseLoader, TemplateError, ext, nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 256 << 20
SECONDS = 2.0
"""Wall-clock time of one rendering."""
LARGEST_PROMPT = 64 << 20
"""Characters: what a template may render. Contents are short stand-ins unless the template changes them."""


class Generation(ext.Extension):
    """`{% generation %}`, which some templates mark the assistant's words with, changes nothing."""

    tags = {"generation"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """The block's own nodes."""
        parser.stream.skip(1)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class Refused(Exception):
    """The template called `raise_exception`."""


def raise_exception(message: str) -> NoReturn:
    """What templates call for a conversation they cannot put into words."""
    raise Refused(message)


def tojson(value: Any, ensure_ascii: bool = False, indent: int | None = None, **_: Any) -> str:  # noqa: FBT002 - templates pass it so
    """JSON as the Hub's templates expect it: nothing escaped for HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja as transformers sets it up for chat templates."""
    made = ImmutableSandboxedEnvironment(
        loader=BaseLoader(),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Generation, ext.loopcontrols],
        autoescape=False,
    )
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = lambda form: dt.datetime.now().astimezone().strftime(form)
    return made


def render(made: ImmutableSandboxedEnvironment, template: str, values: dict[str, Any]) -> dict[str, str]:
    """`{"text": …}`, or `{"error": …, "kind": …}` with kind `refused`, `memory` or `template`."""
    try:
        text = made.from_string(template).render(**values)
    except Refused as error:
        return {"error": str(error), "kind": "refused"}
    except MemoryError:
        return {"error": "it needs too much memory", "kind": "memory"}
    except (
        TemplateError,
        RecursionError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        return {"error": f"{type(error).__name__}: {error}"[:500], "kind": "template"}
    if len(text) > LARGEST_PROMPT:
        return {"error": "what it renders is too long", "kind": "memory"}
    return {"text": text}


def limit_memory() -> None:
    """Let this process have no more than `MEMORY` bytes of its own."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def limit_time(seconds: float) -> None:
    """Let this process end after `seconds`, wherever it is then; 0 takes the limit away."""
    if hasattr(signal, "setitimer"):  # not on every system
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """Answer a line for each line until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory()
    made = environment()
    for line in sys.stdin:
        limit_time(SECONDS)
        request = json.loads(line)
        try:
            answer = json.dumps(render(made, request["template"], request["values"]))
        except MemoryError:
            answer = '{"error": "it needs too much memory", "kind": "memory"}'
        limit_time(0)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
