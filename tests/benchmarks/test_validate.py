"""What validation costs: beside the import of yaml and jsonschema, and with the size of the app."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lazyflow.graph.load import check_text

ROOT = Path(__file__).parent.parent.parent
SMALL = ROOT / "apps" / "chatbot" / "app.yaml"
NODE = """  n{at}:
    type: local
    model: ./m.gguf
    system: You are a friendly assistant.
    sampling: {{temperature: 0.5, stop: [a, b]}}
    gpu_layers: auto
    fallback: [n{next}]
"""


def seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def app(size: int) -> str:
    nodes = "".join(NODE.format(at=at, next=at + 1) for at in range(size))
    return f"version: 1\nnodes:\n{nodes}  n{size}: {{type: local, model: x}}\n"


def best(size: int) -> float:
    """The shortest CPU time of three checks."""
    text = app(size)
    times = []
    for _ in range(3):
        started = time.process_time()
        checked = check_text(text)
        times.append(time.process_time() - started)
        assert checked.problems == ()
    return min(times)


@pytest.mark.benchmark
def test_a_small_file_takes_at_most_1_6_times_the_import_of_yaml_and_jsonschema() -> None:
    ratios = []
    for _ in range(7):
        ours = seconds("-m", "lazyflow", "validate", str(SMALL))
        ratios.append(ours / seconds("-c", "import yaml, jsonschema"))
    print(f"validate / import: {statistics.median(ratios):.2f}")  # noqa: T201 - the figure for the change log
    assert statistics.median(ratios) <= 1.6


@pytest.mark.benchmark
def test_a_thousand_nodes_take_at_most_one_and_a_half_seconds() -> None:
    taken = best(1_000)
    print(f"1,000 nodes: {taken:.2f} s")  # noqa: T201 - the figure for the change log
    assert taken <= 1.5


@pytest.mark.benchmark
def test_time_grows_linearly_from_100_to_4000_nodes() -> None:
    a_node = {size: best(size) / size for size in (100, 1_000, 4_000)}
    print({size: f"{1e6 * taken:.0f} µs a node" for size, taken in a_node.items()})  # noqa: T201 - same
    assert a_node[4_000] <= 1.6 * a_node[1_000]
    assert a_node[4_000] <= 2.0 * a_node[100]
