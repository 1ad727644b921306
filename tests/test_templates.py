from __future__ import annotations

import time
import tracemalloc

import jinja2
import pytest

from lazyflow.templates import Expression, Template, TemplateFailed

GROW = "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}{% set ns.x = "
BOMBS = [
    GROW + "ns.x ~ ns.x %}{% endfor %}",
    GROW + "[ns.x, ns.x]|join %}{% endfor %}",
    GROW + "ns.x|string + ns.x|upper %}{% endfor %}",
    GROW + "'%s%s'|format(ns.x, ns.x) %}{% endfor %}",
    GROW + "'%s%s' % (ns.x, ns.x) %}{% endfor %}",
    GROW + "'{0}{0}'.format(ns.x) %}{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{{ 10**10 * 'a' }}",
    "{{ 'a'.ljust(10**10) }}",
    "{{ 'a'|center(10**10) }}",
    "{{ '%10000000000d' % 1 }}",
    "{{ '%*d' % (10000000000, 1) }}",
    "{{ '{:>10000000000}'.format(1) }}",
    "{{ '{:>{}}'.format(1, '10000000000') }}",
    "{{ '%010000000000d'|format(1) }}",
    GROW + "ns.x + ns.x %}{% endfor %}",
    GROW + "ns.x ~ ns.x %}{{ ns.x }}{% endfor %}",
    GROW + "ns.x.replace('a', ns.x) %}{% endfor %}",
    GROW + "ns.x|replace('a', ns.x) %}{% endfor %}",
    GROW + "ns.x.join(ns.x) %}{% endfor %}",
    GROW + "ns.x|join(ns.x) %}{% endfor %}",
    "{{ (9**4096)**4096 }}",
    "{{ 'a'|indent(10**10, true) }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "{{ range(10**9)|list }}",
    "{% for c in range(99999)|list recursive %}{{ loop(range(99999)) }}{% endfor %}",
]


@pytest.mark.parametrize("source", BOMBS)
def test_a_bomb_ends_in_bounded_time_and_memory(source: str) -> None:
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises(TemplateFailed):
            Template(source, seconds=0.2).render({})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 5
    assert peak < 400_000_000


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'].__mro__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ '{0.__class__}'.format('') }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ history.append(1) }}",
    ],
)
def test_nothing_inside_python_can_be_reached(source: str) -> None:
    with pytest.raises(TemplateFailed):
        Template(source).render({"history": []})


def test_an_unknown_variable_is_an_error_unless_it_may_be_missing() -> None:
    with pytest.raises(TemplateFailed, match="'tools' is undefined"):
        Template("{{ tools }}").render({})
    assert Template("{% if tools %}x{% endif %}y", undefined=jinja2.Undefined).render({}) == "y"


def test_ordinary_templates_render() -> None:
    source = (
        "{% for m in history %}{{ m.role }}: {{ m.text|upper }}\n{% endfor %}{{ ', '.join(['a', 'b']) }} {{ 2 ** 10 }}"
    )
    assert Template(source).render({"history": [{"role": "user", "text": "hi"}]}) == "user: HI\na, b 1024"


@pytest.mark.parametrize(("rule", "holds"), [("'refund' in input|lower", True), ("history|length > 3", False)])
def test_an_expression_is_true_or_false(rule: str, holds: bool) -> None:
    assert Expression(rule).holds({"input": "A Refund please", "history": []}) is holds


@pytest.mark.parametrize("rule", ["input ==", "{{ input }}", "input.__class__", "nothing", "input * 10**10"])
def test_a_wrong_expression_is_a_clear_error(rule: str) -> None:
    with pytest.raises(TemplateFailed):
        Expression(rule).holds({"input": "x"})
