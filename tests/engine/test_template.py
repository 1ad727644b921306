from __future__ import annotations

import time
from collections.abc import Generator

import pytest

from lazyflow.engine.contract import InvalidRequest
from lazyflow.engine.template import CHATML, Said, Templates

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def templates() -> Generator[Templates, None, None]:
    made = Templates("<s>", "</s>")
    yield made
    made.close()


def render(templates: Templates, template: str) -> str:
    return templates.render(template, [Said("user", "Hi"), Said("assistant", "Yes")])


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (CHATML, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n<|im_start|>assistant\n"),
        ("{{ bos_token }}{{ messages[0]['content'] }}{{ eos_token }}", "<s>Hi</s>"),
        ("{% for m in messages %}{% if loop.last %}{% break %}{% endif %}{{ m.role }}{% endfor %}", "user"),
        ("{% generation %}{{ messages[1].content }}{% endgeneration %}", "Yes"),
        ("{{ {'a': '<b>'} | tojson }}", '{"a": "<b>"}'),
        ("{{ strftime_now('%Y') | length }}", "4"),
        ("{{ unknown }}{% if tools %}x{% endif %}", ""),
        ("  {% if true %}\nx\n  {% endif %}\n", "x\n"),
    ],
)
def test_templates_render_as_on_the_hub(templates: Templates, template: str, text: str) -> None:
    assert render(templates, template) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**10 }}",
        "{{ 'a'.ljust(10**10) }}",
        "{{ 'a' | center(10**10) }}",
        "{{ '%10000000000d' % 1 }}",
        "{{ range(10**9) | list }}",
        "{{ lipsum(n=10**8) }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = [n.x, n.x] | join %}{% endfor %}{{ n.x }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 9 ** 9 ** 9 ** 9 }}{{ 9 ** (9 ** 9) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
    ],
)
def test_no_template_takes_all_memory_or_time(templates: Templates, template: str) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidRequest, match="the chat template fails"):
        render(templates, template)
    assert time.monotonic() - began < 10
    assert render(templates, "fine") == "fine"


def test_it_can_be_closed_twice_and_used_again() -> None:
    templates = Templates("", "")
    templates.close()
    assert render(templates, "x") == "x"
    templates.close()
    templates.close()
