"""Jinja templates in a sandbox with bounds on time and memory: prompts, routing rules and a model's chat template.

The sandbox of Jinja keeps a template from Python's inner attributes; it does not stop one that loops for ever or builds
a string of ten gigabytes. Here every loop and macro counts, and what could grow is measured before it is built.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from lazyflow.errors import LazyflowError

SECONDS = 2.0
SIZE = 16 * 1024 * 1024
WIDTH = 1_000_000
POWER_BITS = 4096
TICKS_A_LOOK = 256
WIDE = re.compile(r"\d{7,}")
GUARD = "__lazyflow_guard__"
CONCAT = "__lazyflow_concat__"


class TemplateFailed(LazyflowError):
    """A template that does not parse, uses what it may not, or takes too long or too much memory."""


class Guarding(NodeTransformer):
    """Lets every loop and macro count, and measures every `~`."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - named by Jinja
        """A round counts."""
        return self.counted(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802 - named by Jinja
        """A call counts."""
        return self.counted(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802 - named by Jinja
        """A call counts."""
        return self.counted(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        """`a ~ b` becomes a call that measures first."""
        self.generic_visit(node)
        return call(CONCAT, node.nodes).set_lineno(node.lineno, override=True)

    def counted(self, node: nodes.For | nodes.Macro | nodes.CallBlock) -> nodes.Node:
        """The block, which counts as its first statement."""
        self.generic_visit(node)
        node.body.insert(0, nodes.Output([call(GUARD, [])]).set_lineno(node.lineno, override=True))
        return node


def call(name: str, arguments: list[nodes.Expr]) -> nodes.Call:
    """A call of one of the environment's own functions."""
    return nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)


class Bounded(ImmutableSandboxedEnvironment):
    """A sandbox whose templates end in bounded time and memory. Not for use by two threads at once."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, undefined: type[jinja2.Undefined], seconds: float = SECONDS) -> None:
        super().__init__(
            undefined=undefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.loopcontrols"],
            keep_trailing_newline=False,
        )
        self.seconds = seconds
        self.deadline = 0.0
        self.ticks = 0
        self.globals[GUARD] = self.tick
        self.globals[CONCAT] = concat
        self.filters = {name: self.bound(function) for name, function in self.filters.items()}

    def start(self) -> None:
        """Begin to count the time of one rendering."""
        self.deadline = time.monotonic() + self.seconds
        self.ticks = 0

    def tick(self) -> str:
        """One round of a loop or one call of a macro."""
        self.ticks += 1
        if self.ticks % TICKS_A_LOOK == 0 and time.monotonic() > self.deadline:
            raise TemplateFailed(f"the template ran for more than {self.seconds:g} seconds", "make its loops shorter")
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Put the guards into the tree: Jinja itself intercepts neither loops nor `~`."""
        template = super()._parse(source, name, filename)
        Guarding().visit(template)
        return template

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what would grow out of bounds."""
        match operator, left, right:
            case ("**", int(), int()):
                check(left.bit_length() * right <= POWER_BITS)
            case ("*", str() | list() | tuple(), int()):
                check(len(left) * right <= SIZE)
            case ("*", int(), str() | list() | tuple()):
                check(len(right) * left <= SIZE)
            case ("*", int(), int()):
                check(left.bit_length() + right.bit_length() <= POWER_BITS)
            case ("+", str() | list() | tuple(), str() | list() | tuple()):
                check(len(left) + len(right) <= SIZE)
            case ("%", str(), _):
                check(not WIDE.search(left) and "*" not in left)
                check(len(left) + left.count("%") * longest(right if isinstance(right, tuple) else (right,)) <= SIZE)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Measure a method of a string before it runs."""
        owner = getattr(function, "__self__", None)
        if isinstance(owner, str):
            measure_text(getattr(function, "__name__", ""), owner, args)
        return super().call(context, function, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Measure `str.format`, which Jinja replaces by a formatter of its own."""
        formatter = super().wrap_str_format(value)
        if formatter is None:
            return None
        inner, owner = formatter, value.__self__

        def bounded(*args: Any, **kwargs: Any) -> str:
            measure_text("format", owner, (*args, *kwargs.values()))
            return inner(*args, **kwargs)

        return bounded

    def bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same filter, which refuses huge widths and growth."""
        passes = hasattr(function, "jinja_pass_arg")
        name = function.__name__.removeprefix("sync_").removeprefix("do_")

        @wraps(function)
        def bounded(*args: Any, **kwargs: Any) -> Any:
            self.tick()
            for argument in (*args, *kwargs.values()):
                check(not isinstance(argument, int) or abs(argument) <= WIDTH)
            values = args[1:] if passes else args
            if values and isinstance(values[0], str):
                measure_text(name, values[0], values[1:])
            elif name == "join" and values and isinstance(values[0], list | tuple):
                between = len(values[1]) if len(values) > 1 and isinstance(values[1], str) else 0
                check(sum(len(item) for item in values[0] if isinstance(item, str)) + len(values[0]) * between <= SIZE)
            return function(*args, **kwargs)

        return bounded


def concat(*parts: Any) -> str:
    """What `~` makes."""
    texts = [str(part) for part in parts]
    check(sum(map(len, texts)) <= SIZE)
    return "".join(texts)


def measure_text(method: str, owner: str, args: tuple[Any, ...]) -> None:
    """Refuse a string method or filter whose result would be out of bounds.

    Raises: `TemplateFailed`.
    """
    for argument in args:
        check(not isinstance(argument, int) or abs(argument) <= WIDTH)
    if method == "replace" and len(args) > 1:
        old, new = str(args[0]), str(args[1])
        check(len(owner) + (owner.count(old) if old else len(owner) + 1) * len(new) <= SIZE)
    elif method in {"format", "format_map"}:
        check(not WIDE.search(owner))
        check(not any(isinstance(argument, str) and WIDE.fullmatch(argument) for argument in args))
        check(len(owner) + (owner.count("{") + owner.count("%")) * longest(args) <= SIZE)
    elif method == "join" and args and isinstance(args[0], str | list | tuple):
        check(len(owner) * len(args[0]) <= SIZE)
    check(len(owner) <= SIZE)


def longest(values: Iterable[Any]) -> int:
    """The length of the longest text among the values."""
    return max((len(value) for value in values if isinstance(value, str)), default=0)


def check(fits: bool) -> None:
    """Raise `TemplateFailed` where something does not fit."""
    if not fits:
        raise TemplateFailed("the template builds a text that is too large", "make it shorter")


class Template:
    """A compiled template. `render` takes the values of its variables."""

    def __init__(
        self, source: str, *, undefined: type[jinja2.Undefined] = jinja2.StrictUndefined, seconds: float = SECONDS
    ) -> None:
        self.environment = Bounded(undefined, seconds)
        try:
            self.template = self.environment.from_string(source)
        except (jinja2.TemplateError, RecursionError, MemoryError) as error:
            raise TemplateFailed(f"the template does not parse: {first_line(error)}") from error

    def render(self, values: Mapping[str, Any]) -> str:
        """The template's text.

        Raises: `TemplateFailed`.
        """
        self.environment.start()
        pieces: list[str] = []
        size = 0
        try:
            for piece in self.template.generate(**values):
                size += len(piece)
                check(size <= SIZE)
                pieces.append(piece)
        except TemplateFailed:
            raise
        except (RecursionError, MemoryError) as error:
            raise TemplateFailed("the template calls itself without end") from error
        except Exception as error:
            raise TemplateFailed(f"the template failed: {first_line(error)}") from error
        return "".join(pieces)


class Expression:
    """A compiled Jinja expression, such as a routing rule."""

    def __init__(self, source: str) -> None:
        self.environment = Bounded(jinja2.StrictUndefined)
        try:
            self.evaluate = self.environment.compile_expression(source, undefined_to_none=False)
        except (jinja2.TemplateError, RecursionError, MemoryError) as error:
            raise TemplateFailed(f"the expression does not parse: {first_line(error)}") from error

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the expression is true of these values.

        Raises: `TemplateFailed`.
        """
        self.environment.start()
        try:
            return bool(self.evaluate(**values))
        except TemplateFailed:
            raise
        except Exception as error:
            raise TemplateFailed(f"the expression failed: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
