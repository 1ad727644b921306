"""Whatever is fed to it: problems, never an exception, in little time and memory.

`LAZYFLOW_FUZZ` picks how many examples each test tries: `quick`, `ci` (20,000 in all) or `night`. Where the variable
`CI` is set it is `ci`, elsewhere `quick`.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lazyflow.graph.load import Checked, Source, check_text
from lazyflow.spec.schema import load_schema

EXAMPLES = {"quick": 60, "ci": 5_000, "night": 100_000}[
    os.environ.get("LAZYFLOW_FUZZ", "ci" if os.environ.get("CI") else "quick")
]
SECONDS = 4.0  # twice what is promised: a busy machine counts more for the same work
MEGABYTES = 300
APPS = Path(__file__).parent.parent / "apps"
TEXTS = [path.read_bytes() for path in sorted(APPS.rglob("*.yaml"))]
TYPES = load_schema()["$defs"]["node"]["properties"]["type"]["enum"]
KEYS = sorted({key for kind in TYPES for key in load_schema()["$defs"][kind]["properties"]} | {"<<", "x-a", "", "1"})
FUZZ = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
ODD = "\t\x00\x07\x85\u2028\ufeff\ud800𝄞é{}[]:,&*!|>'\"%@`#-?~$"
PIECES = [
    *(
        "${",
        "}",
        "${A",
        "${A:-",
        "${A:?x}",
        "$$",
        "{{",
        "}}",
        "{%",
        "%}",
        "&a ",
        "*a",
        "<<: ",
        "!reset ",
        "!!python/x ",
    ),
    *(
        "---\n",
        "...\n",
        "\n",
        "\r\n",
        "  ",
        "- ",
        ": ",
        "? ",
        "| \n",
        "version: 1\n",
        "nodes:\n",
        ".nan",
        "1e999",
        "9" * 90,
    ),
    *("__class__", "../", "range(9**9)", "\\", "'''", "type: local\n", "type: web\n", "0x", "0o9", "null", "~"),
]


def judge(text: str | bytes) -> Checked:
    """Check a text within bounds of time and memory, and hold what is true of every answer."""
    started = time.process_time()
    checked = check_text(text, "app.yaml", Source((Path("app.yaml"),), {"A": "1", "B": ""}))
    assert time.process_time() - started < SECONDS
    assert checked.problems == tuple(sorted(checked.problems, key=lambda problem: problem.place))
    errors = [problem for problem in checked.problems if problem.severity.value == "error"]
    assert (checked.app is None) == bool(errors)
    for problem in checked.problems:
        assert problem.message
        assert (problem.line, problem.column) >= (1, 1)
        assert (problem.end_line, problem.end_column) >= (problem.line, problem.column)
    for one in (checked, check_text(text)) if "${" in str(text) else (checked,):
        if one.app is not None:
            one.canonical()
    return checked


def scalars() -> st.SearchStrategy[str]:
    known = [
        *KEYS,
        *TYPES,
        "chat",
        "web",
        "auto",
        "all",
        "true",
        "no",
        "1",
        "0.5",
        "-1",
        "./m.gguf",
        "[chat]",
        "{a: b}",
    ]
    return st.one_of(st.sampled_from(known), st.sampled_from(PIECES), st.text(max_size=8).map(json.dumps))


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document that looks like an app."""

    def value(depth: int) -> str:
        match draw(st.integers(0, 5 if depth < 3 else 2)):
            case 3:
                return "[" + ", ".join(value(depth + 1) for _ in range(draw(st.integers(0, 3)))) + "]"
            case 4 | 5:
                pairs = (f"{draw(st.sampled_from(KEYS))!r}: {value(depth + 1)}" for _ in range(draw(st.integers(0, 3))))
                return "{" + ", ".join(pairs) + "}"
            case _:
                return draw(scalars())

    lines = [draw(st.sampled_from(["version: 1", "version: 1", "version: '1'", "x-a: &a {type: local}", "name: ${A}"]))]
    lines.append("nodes:")
    for name in draw(st.lists(st.sampled_from(["chat", "web", "a-b", "spare", "Bad"]), max_size=4)):
        lines += [f"  {name}:", f"    type: {draw(st.sampled_from(TYPES))}"]
        lines += [f"    {draw(st.sampled_from(KEYS))}: {value(0)}" for _ in range(draw(st.integers(0, 6)))]
    return "\n".join(lines)


@FUZZ
@given(documents())
def test_made_up_apps(text: str) -> None:
    judge(text)


@FUZZ
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_mutated_apps(data: bytes, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.choices(range(len(text) + 1), k=2))
        match chance.randint(0, 5):
            case 0:
                text = text[:at] + text[min(end, at + 8) :]
            case 1:
                text = text[:end] + text[at:end] + text[end:]
            case 2:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 3:
                text = text[:at] + chance.choice(ODD) + text[at + 1 :]
            case 4:
                text = text[:at] + chance.choice(TEXTS).decode("utf-8", "surrogateescape")[:200] + text[at:]
            case _:
                lines = text.split("\n")
                chance.shuffle(lines)
                text = "\n".join(lines)
    judge(
        text.encode("utf-8", "surrogateescape" if chance.random() < 0.5 else "surrogatepass")
        if encodable(text)
        else b""
    )


def encodable(text: str) -> bool:
    """Surrogates of both kinds cannot be encoded together."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


@FUZZ
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    judge(data)


@FUZZ
@given(st.lists(st.sampled_from([*PIECES, *ODD]), max_size=60).map("".join))
def test_pieces_of_syntax(text: str) -> None:
    judge(text.encode("utf-8", "surrogatepass"))


HOSTILE: dict[str, Any] = {
    "brackets": "[" * 1_000_000,
    "braces": "{" * 1_000_000,
    "dashes": "- " * 500_000,
    "list": "- a\n" * 260_000,
    "duplicates": "a: 1\n" * 200_000,
    "unknown keys": "version: 1\nnodes:\n  a:\n    type: local\n" + "".join(f"    k{i}: 1\n" for i in range(75_000)),
    "dangling": "version: 1\nnodes:\n" + "".join(f"  n{i}: {{type: pipeline, steps: [x{i}]}}\n" for i in range(20_000)),
    "variables": 'version: 1\nname: "' + "${A:-" * 200_000 + '"\nnodes: {}\n',
    "template": 'version: 1\nnodes:\n  a: {type: prompt, model: b, template: "' + "{{ a }}" * 140_000 + '"}\n',
    "template depth": 'version: 1\nnodes:\n  a: {type: prompt, model: b, template: "{{ ' + "(" * 900_000 + ' }}"}\n',
    "huge number": "version: " + "9" * 1_000_000,
    "tags": "!" * 1_000_000,
    "anchors": "".join(f"a{i}: &x{i} 1\n" for i in range(50_000)),
    "circle": "version: 1\nnodes:\n"
    + "".join(f"  n{i}: {{type: pipeline, steps: [n{(i + 1) % 20_000}]}}\n" for i in range(20_000)),
    "all to all": "version: 1\nnodes:\n"
    + "".join(f"  n{i}: {{type: pipeline, steps: [{','.join(f'n{j}' for j in range(300))}]}}\n" for i in range(300)),
    "near misses": "version: 1\nnodes:\n"
    + "".join(f"  node-name-{i}: {{type: pipeline, steps: [node-nmae-{i}]}}\n" for i in range(16_000)),
    "conditions": "version: 1\nnodes:\n  m: {type: local, model: ./m.gguf}\n  r:\n    type: router\n    by: rules\n"
    "    default: m\n    routes:\n"
    + "".join(f"      - {{when: \"input|length > {i} and 'w{i}' in input\", to: m}}\n" for i in range(10_000)),
    "unknown variables": "version: 1\nnodes:\n  m: {type: local, model: ./m.gguf}\n"
    + "".join(f'  p{i}: {{type: prompt, model: m, template: "{{{{ x{i} }}}}"}}\n' for i in range(15_000)),
    "missing files": "version: 1\nnodes:\n"
    + "".join(f'  p{i}: {{type: python, call: "./f{i}.py:f"}}\n' for i in range(20_000)),
    "missing modules": "version: 1\nnodes:\n"
    + "".join(f'  p{i}: {{type: python, call: "no_module_{i}.sub:f"}}\n' for i in range(18_000)),
    "missing names": "version: 1\nnodes:\n"
    + "".join(f'  p{i}: {{type: python, call: "argparse:f{i}"}}\n' for i in range(20_000)),
    "too large": "a" * 2_000_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_soon(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    checked = judge(HOSTILE[name])
    assert checked.app is None
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024) < MEGABYTES
