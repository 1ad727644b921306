"""Jinja templates and conditions: that they parse, use only what they are given, and stay inside the sandbox.

They are parsed and never rendered. Jinja is imported when a file has a template.
"""

from __future__ import annotations

import re
from heapq import nsmallest
from itertools import chain
from typing import TYPE_CHECKING

from lazyflow.graph.context import Context
from lazyflow.spec.tree import Mapping, Scalar, Span
from lazyflow.spec.walk import Mark
from lazyflow.spec.words import subject

if TYPE_CHECKING:
    from jinja2 import nodes

    from lazyflow.templates import Bounded

GIVEN = {"input", "history", "files", "outputs"}
TEMPLATES = ("template", "joinTemplate", "expression")
CODE = re.compile(r"\{[{%].*?(?:[%}]\}|\Z)", re.DOTALL)
MOST_CODE = 200_000
MOST_TEMPLATES = 4_000


def check_templates(context: Context) -> None:
    """A problem for each template that does not parse or reaches for what it may not have."""
    marks = list(context.of_kind(*TEMPLATES))
    if not marks:
        return
    import jinja2.meta  # noqa: PLC0415 - half of the start's time, and small apps have no template

    from lazyflow.templates import Bounded  # noqa: PLC0415 - same

    environment = Bounded(jinja2.StrictUndefined)
    given = GIVEN | {name.replace("-", "_") for name in context.names.callables}
    first = nsmallest(12, given)
    lines = {file: re.split("\r\n|\r|\n", text) for file, text in context.texts.items()}
    budget = MOST_CODE
    seen: dict[tuple[bool, str], tuple[nodes.Template, set[str]]] = {}
    for mark, scalar, source in marks:
        checked = Checked(context, environment, mark, scalar, given=given, first=first, lines=lines)
        key = (mark.kind == "expression", source)
        if key in seen:
            checked.look(*seen[key])
            continue
        budget -= len(source) if mark.kind == "expression" else sum(map(len, CODE.findall(source)))
        if budget < 0 or len(seen) == MOST_TEMPLATES:
            much = f"{MOST_CODE} characters of Jinja" if budget < 0 else f"{MOST_TEMPLATES} different texts"
            checked.add(
                1, "", "LF010", f"the app's templates have more than {much}", "make them shorter, or split the app"
            )
            return
        try:
            tree = expression(environment, source) if mark.kind == "expression" else environment.parse(source)
            seen[key] = tree, jinja2.meta.find_undeclared_variables(tree)
        except jinja2.TemplateSyntaxError as error:
            what = "condition" if mark.kind == "expression" else "template"
            checked.add(
                error.lineno,
                "",
                "LF039",
                f"this {what} does not parse: {said(error)}",
                "see the Jinja documentation on templates",
            )
        except (jinja2.TemplateError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
            checked.add(1, "", "LF039", f"this template cannot be compiled: {said(error)}", "make it simpler")
        else:
            checked.look(*seen[key])


def parses(source: str) -> str:
    """What is wrong with a template's syntax; nothing where it is right."""
    import jinja2  # noqa: PLC0415 - half of the start's time, and small apps have no template

    from lazyflow.templates import Bounded  # noqa: PLC0415 - same

    try:
        Bounded(jinja2.Undefined).parse(source)
    except jinja2.TemplateSyntaxError as error:
        return f"line {error.lineno}: {said(error)}"
    except (RecursionError, MemoryError) as error:
        return said(error)
    return ""


def expression(environment: Bounded, source: str) -> nodes.Template:
    """A condition as a template that shows it."""
    from jinja2 import TemplateSyntaxError, nodes  # noqa: PLC0415 - imported by now
    from jinja2.parser import Parser  # noqa: PLC0415 - same

    parser = Parser(environment, source, state="variable")
    value = parser.parse_expression()
    if not parser.stream.eos:
        raise TemplateSyntaxError("something stands behind its end", parser.stream.current.lineno)
    template = nodes.Template([nodes.Output([value], lineno=1)], lineno=1)
    template.set_environment(environment)
    return template


class Checked:
    """One template under check."""

    def __init__(
        self,
        context: Context,
        environment: Bounded,
        mark: Mark,
        scalar: Scalar,
        *,
        given: set[str],
        first: list[str],
        lines: dict[str, list[str]],
    ) -> None:
        self.context = context
        self.environment = environment
        self.mark = mark
        self.scalar = scalar
        self.given = given
        self.first = first
        self.lines = lines

    def look(self, tree: nodes.Template, undeclared: set[str]) -> None:
        """Names, attributes and statements that cannot work; `undeclared` are the names that `tree` does not set."""
        from jinja2 import nodes  # noqa: PLC0415 - imported by now

        reached: list[tuple[int, str, int]] = []
        for node in tree.find_all(
            (nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
        ):
            word = reached_for(node)
            if word is not None:
                reached.append((self.scalar.text.find(word), word, node.lineno))
        if reached:
            _, word, line = min(reached)
            self.add(line, word, "LF041", f"a template may not use '{word}'", "use values, filters and tests alone")
        branches = self.branches()
        known = f"known here: {', '.join(nsmallest(12, {*self.first, *branches}))}"
        for name in sorted(undeclared - self.given - branches - self.environment.globals.keys()):
            line = min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=1)
            help_ = self.context.did_you_mean(name, chain(self.given, branches), known)
            self.add(line, name, "LF040", f"{subject(self.mark.path)}: there is no variable '{name}'", help_)

    def branches(self) -> set[str]:
        """The variables that a join has beside those of every template: its branches."""
        if self.mark.kind != "joinTemplate":
            return set()
        node = self.context.node(self.mark.node)
        branches = node.entries["branches"].value if node and "branches" in node.entries else None
        names = branches.entries if isinstance(branches, Mapping) else ()
        return {name.replace("-", "_") for name in names}

    def add(self, line: int, word: str, code: str, message: str, help: str) -> None:  # noqa: A002 - Problem's word
        """Keep a problem at a line of the template."""
        self.context.add(self.place(line, word), code, message, self.mark.path, help)

    def place(self, line: int, word: str) -> Span:
        """The word in the file, where the template stands there line by line; else the whole template."""
        span = self.scalar.span
        lines = self.lines.get(span.file, [])
        template = self.scalar.text.split("\n")
        number = (
            span.line
            + line
            - (
                0
                if lines[span.line - 1 : span.line]
                and lines[span.line - 1][span.column - 1 : span.column] in {"|", ">"}
                else 1
            )
        )
        if not (0 < line <= len(template) and number <= len(lines)):
            return span
        written = lines[number - 1]
        start = written.find(template[line - 1].strip(), span.column - 1 if number == span.line else 0)
        if start < 0:
            return span
        end = start + len(template[line - 1].strip())
        found = re.search(rf"\b{re.escape(word)}\b", written[start:end]) if word else None
        if found:
            start, end = start + found.start(), start + found.end()
        elif number == span.line:
            return span
        return Span(span.file, number, start + 1, number, end + 1)


def reached_for(node: nodes.Node) -> str | None:
    """The inner attribute or other file that a part of a template reaches for."""
    from jinja2 import nodes  # noqa: PLC0415 - imported by now

    match node:
        case nodes.Getattr(attr=name) if name.startswith("_"):
            return str(name)
        case nodes.Getitem(arg=nodes.Const(value=str() as name)) if name.startswith("__"):
            return name
        case nodes.Filter(name="attr", args=[nodes.Const(value=str() as name), *_]) if name.startswith("_"):
            return name
        case nodes.Include() | nodes.Import() | nodes.FromImport() | nodes.Extends():
            return {"FromImport": "from"}.get(type(node).__name__, type(node).__name__.lower())
        case _:
            return None


def said(error: BaseException) -> str:
    """An error's first line."""
    return (str(error) or type(error).__name__).splitlines()[0]
