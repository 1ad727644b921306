from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from lazyflow.cli.checkup.finding import Finding, Section, as_json, as_text, usable
from lazyflow.cli.checkup.gpus import visible
from lazyflow.cli.checkup.keys import keys
from lazyflow.cli.checkup.machine import devices, machine
from lazyflow.cli.checkup.models import models
from lazyflow.cli.checkup.versions import extras, versions
from lazyflow.engine.devices import CUDA_INSTALL, Device, Hardware
from lazyflow.engine.memory import HostMemory
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import AnyNode, Fallback, LocalSpec, OnlineSpec, WebSpec
from tests.cli.run import lazyflow
from tests.models.ggufs import gguf

GIB = 1 << 30
CUDA = Device(name="CUDA0", kind="gpu", free=70 * GIB, total=80 * GIB, description="NVIDIA H100", backend="CUDA")
PROCESSOR = Hardware(backends=("CPU",), host=HostMemory(8 * GIB, 16 * GIB))
SECRET = "sk-0123456789abcdef"


def app(*nodes: AnyNode, folder: Path = Path("/apps")) -> AppSpec:
    return AppSpec(name="app", nodes={node.name: node for node in nodes}, folder=folder)


def levels(section: Section) -> list[str]:
    return [finding.level for finding in section.findings]


def missing(name: str) -> str:
    raise PackageNotFoundError(name)


def test_a_missing_library_is_a_problem_only_for_the_app_that_needs_it() -> None:
    assert usable([versions(None, missing)])
    local = versions(app(LocalSpec(name="chat", model="m")), missing)
    wrong = {finding.name for finding in local.findings if finding.level == "problem"}
    assert wrong == {"llama-cpp-python", "huggingface_hub", "numpy"}
    assert {finding.help for finding in local.findings if finding.name == "litellm"} == {
        "run: pip install 'lazyflow[online]'"
    }


def test_the_extras_of_an_app_follow_its_nodes() -> None:
    assert extras(app(OnlineSpec(name="a"), WebSpec(name="w", target="a"))) == {"online", "web"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ()),
        (
            {"proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA H100\nIRQ: 5\n"},
            (("NVIDIA", "NVIDIA H100"),),
        ),
        (
            {
                "proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA H100\n",
                "sys/class/drm/card0/device/vendor": "0x10de\n",
            },
            (("NVIDIA", "NVIDIA H100"),),
        ),
        ({"dev/nvidia0": "", "dev/nvidiactl": ""}, (("NVIDIA", "GPU"),)),
        ({"sys/class/drm/card0/device/vendor": "0x1002\n"}, (("AMD", "GPU"),)),
        ({"sys/class/drm/card0/device/vendor": "0x10de\n"}, (("NVIDIA", "GPU"),)),
        ({"sys/class/drm/card0/device/vendor": "0x1234\n"}, ()),
    ],
)
def test_gpus_are_seen_without_their_driver_library(
    tmp_path: Path, files: dict[str, str], expected: tuple[tuple[str, str], ...]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert visible(tmp_path, "no-such-tool") == expected


def test_the_drivers_tool_is_asked_where_the_system_shows_nothing(tmp_path: Path) -> None:
    tool = tmp_path / "smi"
    tool.write_text("#!/bin/sh\necho 'GPU 0: NVIDIA H100 (UUID: GPU-1)'\necho 'GPU 1: NVIDIA A10'\n")
    tool.chmod(0o755)
    assert visible(tmp_path, str(tool)) == (("NVIDIA", "NVIDIA H100"), ("NVIDIA", "NVIDIA A10"))
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert visible(tmp_path, str(tool)) == ()


def test_a_gpu_beside_a_build_for_the_processor_stands_idle() -> None:
    section = devices(PROCESSOR, (("NVIDIA", "NVIDIA H100"),))
    idle = section.findings[-1]
    assert idle == Finding("NVIDIA", "a GPU stands idle: NVIDIA H100", "hint", f"run: {CUDA_INSTALL}")
    assert "GGML_VULKAN=on" in devices(PROCESSOR, (("AMD", "GPU"),)).findings[-1].help
    broken = devices(Hardware(backends=("CUDA", "CPU")), (("NVIDIA", "GPU"),)).findings[-1]
    assert "driver" in broken.help


def test_a_gpu_that_is_used_is_shown_with_its_memory() -> None:
    section = devices(Hardware(devices=(CUDA,), backends=("CUDA", "CPU")), (("NVIDIA", "NVIDIA H100"),))
    assert [finding.value for finding in section.findings] == [
        "offloads to CUDA",
        "NVIDIA H100, 70.0 GiB free of 80.0 GiB",
    ]


def test_memory_names_the_container_that_limits_it() -> None:
    values = [finding.value for finding in machine(HostMemory(GIB, 4 * GIB, 4 * GIB)).findings]
    assert values[1:] == ["1.0 GiB free of 4.0 GiB", "limited to 4.0 GiB"]
    assert machine(None).findings[1].value == "this system does not tell"


def test_keys_are_told_by_name_and_never_shown() -> None:
    section = keys(app(OnlineSpec(name="chat", source="openai")), {"OPENAI_API_KEY": SECRET})
    assert section.findings[0] == Finding("OPENAI_API_KEY", "set (OpenAI)")
    assert usable([section])
    assert SECRET not in as_text([section]) + json.dumps(as_json([section]))


def test_a_node_without_a_key_cannot_run_unless_others_answer_for_it() -> None:
    assert "problem" in levels(keys(app(OnlineSpec(name="chat", source="kimi")), {}))
    backed = OnlineSpec(name="chat", source="kimi", fallback=Fallback(nodes=("other",)))
    assert "problem" not in levels(keys(app(backed), {}))


def test_a_model_is_told_with_its_place_and_nothing_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(gguf())
    here = LocalSpec(name="here", model="./m.gguf")
    there = LocalSpec(name="there", model="owner/repo:Q8_0")
    gone = LocalSpec(name="gone", model="./gone.gguf")
    environment = {"HOME": str(tmp_path)}
    found, remote, wrong = models(app(here, there, gone, folder=tmp_path), environment, None).findings
    assert found.value.startswith(f"{tmp_path / 'm.gguf'} (file, ")
    assert (remote.value, remote.level) == ("would be fetched from the Hub: owner/repo:Q8_0", "hint")
    assert (wrong.name, wrong.level) == ("node gone", "problem")
    offline = models(app(there, folder=tmp_path), environment | {"LAZYFLOW_OFFLINE": "1"}, None)
    assert levels(offline) == ["problem"]


@pytest.mark.model
def test_a_model_is_told_with_its_placement_and_a_better_quant(smollm2: Path) -> None:
    node = LocalSpec(name="chat", model=str(smollm2))
    _, placement, quant = models(app(node), {}, PROCESSOR).findings
    assert placement.value.startswith("on the processor")
    assert quant.value == "Q4_1 reads prompts slowly on a processor"
    small = Hardware(host=HostMemory(50 << 20, GIB))
    assert [finding.level for finding in models(app(node), {}, small).findings] == ["fine", "problem"]


def test_text_puts_remedies_below_and_several_lines_beside() -> None:
    section = Section("here", (Finding("one", "a\nb", "problem", "do c"), Finding("longer", "d")))
    assert as_text([section]) == "here\nx one     a\n          b\n          = help: do c\n  longer  d\n"


def test_without_an_app_the_machine_alone_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "doctor")
    assert ran.code == 0
    assert "llama-cpp-python" in ran.out
    assert ran.err == ""


def test_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(lazyflow(capsys, "doctor", "--format", "json").out)
    assert (told["version"], told["usable"]) == (1, True)
    assert [section["title"] for section in told["sections"]][:2] == ["versions", "machine"]


def test_an_app_with_errors_and_one_without_its_model_end_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("version: 1\nnodes:\n  chat: { type: local, modle: x }\n")
    ran = lazyflow(capsys, "doctor", str(path))
    assert ran.code == 1
    assert "LF003" in ran.err
    path.write_text("version: 1\nnodes:\n  chat: { type: local, model: ./gone.gguf }\n")
    ran = lazyflow(capsys, "doctor", str(tmp_path))
    assert (ran.code, ran.err) == (1, "")
    assert "gone.gguf does not exist" in ran.out


def test_a_key_in_the_env_file_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app.yaml").write_text("version: 1\nnodes:\n  chat: { type: online, source: kimi }\n")
    assert lazyflow(capsys, "doctor", str(tmp_path)).code == 1
    (tmp_path / ".env").write_text(f"MOONSHOT_API_KEY={SECRET}\n")
    ran = lazyflow(capsys, "doctor", str(tmp_path))
    assert ran.code == 0
    assert "MOONSHOT_API_KEY" in ran.out
    assert SECRET not in ran.out


def test_no_file_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lazyflow(capsys, "doctor", str(tmp_path / "gone.yaml")).code == 3


def test_no_extra_is_needed_and_none_is_imported(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("version: 1\nnodes:\n  chat: { type: online, source: qwen }\n")
    heavy = ("llama_cpp", "litellm", "panel", "numpy", "huggingface_hub", "fastapi", "uvicorn", "httpx", "watchfiles")
    program = f"""
import sys
for name in {heavy!r}:
    sys.modules[name] = None
from lazyflow.cli.main import run
sys.exit(run(["doctor", {str(tmp_path)!r}]))
"""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment | {"PYTHONPATH": str(Path.cwd()), "DASHSCOPE_API_KEY": SECRET},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "not installed" in done.stdout
    assert "pip install 'lazyflow[local]'" in done.stdout
