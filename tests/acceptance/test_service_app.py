"""apps/service: the files around the app are right, and the app runs as they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml

from lazyflow.cli.run import command
from lazyflow.graph.load import Source, check
from tests.acceptance.served import ROOT, served

SERVICE = ROOT / "apps" / "service"
UNIT = SERVICE / "lazyflow.service"
DOCKERFILE = (SERVICE / "Dockerfile").read_text()
SECRETS = {"ANN_PASSWORD_HASH": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "API_KEY": "key-for-programs"}
SHOWN = sorted(path for path in SERVICE.iterdir() if path.is_file())


def instructions(name: str) -> list[str]:
    """The arguments of each instruction of the Dockerfile, lines joined."""
    return re.findall(rf"^{name} (.*)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def test_the_app_has_no_mistake_and_does_not_start_without_its_secrets() -> None:
    app = SERVICE / "app.yaml"
    assert check(Source((app,), SECRETS)).problems == ()
    missing = {problem.message for problem in check(Source((app,), {})).problems if problem.severity == "error"}
    assert len(missing) == 2
    assert all(any(name in message for message in missing) for name in SECRETS)


def test_every_option_that_is_shown_is_one() -> None:
    known = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
    shown = set()
    for path in SHOWN:
        for line in path.read_text().splitlines():
            if re.search(r"lazyflow run |^CMD ", line):
                shown |= set(re.findall(r"--[a-z][a-z-]+", line))
    assert shown == {"--log-format", "--grace", "--proxy-headers", "--root-path"}
    assert shown <= known


def test_every_metric_that_is_shown_is_one() -> None:
    shown = set(re.findall(r"`(lazyflow_[a-z_]+)`", (SERVICE / "README.md").read_text()))
    source = "".join(path.read_text() for path in (ROOT / "lazyflow/server/metrics").glob("*.py"))
    known = set(re.findall(r'"(lazyflow_[a-z_]+)"', source))
    assert shown == known


def test_the_image_is_built_for_both_devices_from_files_that_are_there() -> None:
    stages = {found[1]: found[0] for found in re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)}
    assert set(stages) == {"build-cpu", "build-cuda", "build", "run-cpu", "run-cuda"}
    assert [stages[f"{step}-cpu"] for step in ("build", "run")] == ["python:3.12-slim"] * 2
    cuda = [stages[f"{step}-cuda"].replace(kind, "KIND") for step, kind in (("build", "devel"), ("run", "runtime"))]
    assert cuda[0] == cuda[1]
    copied = [part for line in instructions("COPY") if not line.startswith("--from") for part in line.split()[:-1]]
    ignored = (SERVICE / "Dockerfile.dockerignore").read_text().splitlines()
    assert copied
    for part in copied:
        assert (ROOT / part).exists(), part
        assert f"!{part}" in ignored


def test_the_image_runs_as_nobody_and_keeps_what_it_must_in_its_volume() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert instructions("VOLUME") == ["/data"]
    settings = dict(part.split("=", 1) for part in instructions("ENV")[-1].split())
    assert all(settings[name].startswith("/data") for name in ("HOME", "XDG_DATA_HOME", "HF_HOME", "STORE"))
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["lazyflow", "run"]
    extras = re.search(r"'\.\[(.*?)\]'", DOCKERFILE)
    assert extras is not None
    known = re.findall(r"^([a-z]+) = \[", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert set(extras[1].split(",")) == {"all", "demo", "otel", "postgres"} <= set(known)


def test_the_composition_gives_replies_their_time_and_the_process_few_rights() -> None:
    (service,) = yaml.safe_load((SERVICE / "compose.yaml").read_text())["services"].values()
    (cuda,) = yaml.safe_load((SERVICE / "compose.cuda.yaml").read_text())["services"].values()
    assert (SERVICE / service["build"]["context"] / service["build"]["dockerfile"]).samefile(SERVICE / "Dockerfile")
    grace = json.loads(instructions("CMD")[-1])[-1]
    assert int(service["stop_grace_period"].removesuffix("s")) > int(grace)
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert ".:/app:ro" in service["volumes"]
    assert cuda["build"]["args"] == {"DEVICE": "cuda"}


@pytest.mark.systemd
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "lazyflow.service"
    unit.write_text(UNIT.read_text().replace("/opt/lazyflow/bin/lazyflow", sys.executable))
    analyze = shutil.which("systemd-analyze") or ""
    done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_waits_longer_than_replies_may_take_to_end() -> None:
    text = UNIT.read_text()
    grace = re.search(r"--grace (\d+)", text)
    limit = re.search(r"TimeoutStopSec=(\d+)", text)
    assert grace is not None
    assert limit is not None
    assert int(limit[1]) > int(grace[1])


def test_the_proxy_overwrites_all_that_the_app_believes() -> None:
    text = (SERVICE / "nginx.conf").read_text()
    told = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))
    assert told["X-Forwarded-For"] == "$remote_addr"
    assert {"X-Forwarded-Host", "X-Forwarded-Proto", "Upgrade", "Connection"} <= set(told)


def figures(text: str) -> dict[str, float]:
    """Every sample of `/metrics`, by its name and labels as they are written."""
    samples = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in samples}


@pytest.mark.model
def test_the_service_runs_and_its_health_check_finds_it_well(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SERVICE, tmp_path / "service"))
    settings: dict[str, Any] = {
        **SECRETS,
        "HOST": "0.0.0.0",
        "PORT": "20790-20799",
        "STORE": str(tmp_path / "chats.db"),
    }
    with served(folder / "app.yaml", *json.loads(instructions("CMD")[-1])[1:], **settings) as run:
        port = str(httpx.URL(run.url).port)
        assert httpx.get(f"{run.url}metrics").status_code == 401
        bearer = {"Authorization": f"Bearer {SECRETS['API_KEY']}"}
        run.until(lambda: httpx.get(f"{run.url}readyz", headers=bearer).status_code == httpx.codes.OK, 60)
        body = {"messages": [{"role": "user", "content": "Good morning"}], "max_tokens": 5}
        used = httpx.post(f"{run.url}v1/chat/completions", json=body, headers=bearer, timeout=60).json()["usage"]
        told = figures(httpx.get(f"{run.url}metrics", headers=bearer).text)
        assert told['lazyflow_turns_total{node="chat",outcome="answered"}'] == 1
        assert told['lazyflow_prompt_tokens_total{node="chat"}'] == used["prompt_tokens"]
        assert told['lazyflow_completion_tokens_total{node="chat"}'] == used["completion_tokens"]
        assert told['lazyflow_time_to_first_token_seconds_sum{node="chat"}'] > 0
        assert [told[f'lazyflow_model_{what}{{node="chat"}}'] for what in ("slots", "running", "waiting")] == [8, 0, 0]
        cached, room = (told[f'lazyflow_kv_cache_{what}tokens{{node="chat"}}'] for what in ("", "size_"))
        assert 0 < cached <= room
        check_health = json.loads(instructions("HEALTHCHECK")[0].split("CMD ", 1)[1])
        environment = {**os.environ, "PORT": port}
        done = subprocess.run([sys.executable, *check_health[1:]], env=environment, capture_output=True, check=False)
        assert done.returncode == 0
        assert run.stop() == 0
    done = subprocess.run([sys.executable, *check_health[1:]], env=environment, capture_output=True, check=False)
    assert done.returncode != 0
