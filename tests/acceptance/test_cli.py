from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.acceptance.command import BAD, GOOD, ROOT, environment, lazyflow

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def apps(tmp_path: Path) -> Path:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate", "good.yaml"), 0),
        (("validate", "bad.yaml"), 1),
        (("validate", "gone.yaml"), 3),
        (("validate",), 2),
        (("validate", "good.yaml", "--format", "nonsense"), 2),
        (("config", "good.yaml"), 0),
        (("config", "bad.yaml"), 1),
        (("config", "gone.yaml"), 3),
        (("graph", "good.yaml"), 0),
        (("graph", "bad.yaml"), 1),
        (("graph", "."), 3),
        (("schema",), 0),
        (("schema", "--resolved"), 0),
        (("init", "new"), 0),
        (("init", "good.yaml"), 3),
        (("--help",), 0),
        (("--version",), 0),
        (("nonsense",), 2),
        ((), 2),
    ],
)
def test_every_command_ends_with_the_code_of_the_contract_and_no_traceback(
    apps: Path, arguments: tuple[str, ...], code: int
) -> None:
    ran = lazyflow(*arguments, cwd=apps)
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    assert bool(ran.stdout) is (code == 0 or arguments == ("validate", "bad.yaml"))


@pytest.mark.parametrize("command", ["run", "chat", "pull", "doctor", "config", "graph"])
def test_every_command_tells_a_broken_app_as_validate_does(apps: Path, command: str) -> None:
    told = lazyflow("validate", "bad.yaml", cwd=apps).stdout
    broken = lazyflow(command, "bad.yaml", cwd=apps, stdin=subprocess.DEVNULL)
    assert (broken.returncode, broken.stderr) == (1, told)
    gone = lazyflow(command, "gone.yaml", cwd=apps, stdin=subprocess.DEVNULL)
    assert (gone.returncode, gone.stderr) == (3, "error: gone.yaml does not exist\n  = help: check the path\n")


@pytest.mark.parametrize(("library", "extra"), [("fastapi", "web"), ("panel", "web")])
def test_a_library_that_is_not_installed_is_one_line_with_what_to_run(apps: Path, library: str, extra: str) -> None:
    (apps / "page.yaml").write_text(f"{GOOD}  web: {{ type: web, target: chat, port: 0 }}\n", encoding="utf-8")
    missing = f"raise ModuleNotFoundError('No module named {library}', name='{library}')\n"
    (apps / f"{library}.py").write_text(missing, encoding="utf-8")
    without = environment(PYTHONPATH=f"{apps}{os.pathsep}{ROOT}")
    ran = lazyflow("run", "page.yaml", cwd=apps, env=without)
    assert ran.returncode == 1
    assert ran.stderr == f"error: {library} is not installed\n  = help: run: pip install 'lazyflow[{extra}]'\n"


def test_the_text_is_the_contracts_to_the_letter(apps: Path) -> None:
    ran = lazyflow("validate", "bad.yaml", cwd=apps)
    assert ran.stdout == (
        "bad.yaml:5:5: error[LF003]: unknown key 'modle' in node 'chat'\n"
        "  |\n"
        "5 |     modle: ./m.gguf\n"
        "  |     ^^^^^\n"
        "  = help: did you mean 'model'?\n"
        "\n"
        "1 error in 1 file\n"
    )


def test_every_format_tells_the_same_problem(apps: Path) -> None:
    def out(format_: str) -> str:
        ran = lazyflow("validate", ".", "bad.yaml", "good.yaml", "--format", format_, cwd=apps)
        assert ran.returncode == 3, "the folder itself holds no app.yaml"
        return str(ran.stdout)

    assert json.loads(out("json"))["problems"][0]["code"] == "LF003"
    assert out("github").startswith("::error file=bad.yaml,line=5,col=5,endColumn=10,title=LF003::")
    region = json.loads(out("sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (5, 5)
    assert ET.fromstring(out("junit")).find(".//failure[@type='LF003']") is not None  # noqa: S314 - our own text


def test_an_app_on_standard_input_is_checked(apps: Path) -> None:
    ran = lazyflow("validate", "-", cwd=apps, input=BAD)
    assert ran.returncode == 1
    assert ran.stdout.startswith("<stdin>:5:5: error[LF003]")
    assert lazyflow("validate", "-", cwd=apps, input="").returncode == 1


def test_a_reader_that_goes_away_changes_neither_the_code_nor_the_mood(apps: Path) -> None:
    many = "version: 1\nnodes:\n" + "".join(f"  n{at}: {{ type: locl }}\n" for at in range(500))
    (apps / "many.yaml").write_text(many, encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    ran = lazyflow("validate", "many.yaml", cwd=apps, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, "")


@pytest.mark.parametrize("arguments", [("validate", "good.yaml"), ("schema",), ("--help",)], ids=" ".join)
def test_a_full_disk_is_one_message_and_code_3(apps: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = lazyflow(*arguments, cwd=apps, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert ran.returncode == 3
    assert ran.stderr.startswith("error: ")
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


def test_a_closed_standard_output_is_one_message_and_code_3(apps: Path) -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m lazyflow validate good.yaml >&-'],
        cwd=apps,
        env=environment(),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 3
    assert ran.stderr == "error: cannot write to standard output: it is closed\n"


def test_ctrl_c_is_code_130_and_one_word(apps: Path) -> None:
    os.mkfifo(apps / "slow.yaml")
    process = subprocess.Popen(
        [sys.executable, "-m", "lazyflow", "validate", "slow.yaml"],
        cwd=apps,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    writer = os.open(apps / "slow.yaml", os.O_WRONLY)  # returns when lazyflow reads
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    os.close(writer)
    assert (process.returncode, out, err.strip()) == (130, "", "stopped")


@pytest.mark.parametrize(
    ("more", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)]
)
def test_a_terminal_gets_colour_unless_it_says_no(apps: Path, more: dict[str, str], colored: bool) -> None:
    ours, theirs = pty.openpty()
    ran = lazyflow("validate", "bad.yaml", cwd=apps, env=environment(**more), capture_output=False, stdout=theirs)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert ran.returncode == 1
    assert ("\x1b[" in shown) is colored


def test_a_pipe_gets_colour_only_when_forced(apps: Path) -> None:
    assert "\x1b" not in lazyflow("validate", "bad.yaml", cwd=apps).stdout
    assert "\x1b[" in lazyflow("validate", "bad.yaml", cwd=apps, env=environment(FORCE_COLOR="1")).stdout


@pytest.mark.parametrize("format_", ["text", "json", "github", "sarif", "junit"])
def test_a_terminal_without_unicode_fails_nothing(apps: Path, format_: str) -> None:
    (apps / "名.yaml").write_text("version: 1\nnodes:\n  名字: { type: 本地 }\n", encoding="utf-8")
    narrow = environment(PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    ran = lazyflow("validate", "名.yaml", "--format", format_, cwd=apps, env=narrow)
    assert ran.returncode == 1
    assert ran.stdout.isascii()
    assert ran.stderr == ""


def test_a_name_that_is_no_unicode_fails_nothing(apps: Path) -> None:
    name = b"\xff.yaml"
    (apps / os.fsdecode(name)).write_text(BAD, encoding="utf-8")
    for format_ in ("text", "json", "github", "sarif", "junit"):
        ran = lazyflow("validate", os.fsdecode(name), "--format", format_, cwd=apps)
        assert ran.returncode == 1, ran.stderr
        assert "Traceback" not in ran.stderr


def test_a_file_that_may_not_be_read_is_code_3(apps: Path) -> None:
    (apps / "loop.yaml").symlink_to("loop.yaml")
    ran = lazyflow("validate", "loop.yaml", cwd=apps)
    assert ran.returncode == 3
    assert "loop.yaml cannot be read" in ran.stderr


def test_a_new_app_is_valid_in_any_folder(apps: Path) -> None:
    assert lazyflow("init", "new", cwd=apps).returncode == 0
    assert lazyflow("validate", "--check-files", "new", cwd=apps).returncode == 0
    assert lazyflow("init", "new", cwd=apps).returncode == 1
