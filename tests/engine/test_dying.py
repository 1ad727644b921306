"""Processes and engines that die, on the real model."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lazyflow.engine.contract import LoadedModel, LoadProgress, ModelGone
from lazyflow.engine.open import open_model
from lazyflow.engine.remote import RemoteModel
from lazyflow.engine.threaded import ThreadedModel
from lazyflow.engine.worker import FAILED
from lazyflow.spec.sampling import Sampling
from tests.engine.real import answer, ask, key, load, until

pytestmark = pytest.mark.model
ENDLESS = Sampling(temperature=0)


async def remote(path: Path) -> RemoteModel:
    model = await load(path, isolate=True)
    assert isinstance(model, RemoteModel)
    return model


def ready(model: LoadedModel) -> bool:
    """A property, asked anew each time."""
    return model.ready


async def test_a_killed_worker_fails_every_request_and_comes_back(
    smollm2: Path, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    told: list[tuple[bool, LoadProgress]] = []
    opened: list[LoadedModel] = []

    def tell(progress: LoadProgress) -> None:
        told.extend((model.ready, progress) for model in opened)

    opened.append(await open_model(key(smollm2, isolate=True), tell))
    model = opened[0]
    assert isinstance(model, RemoteModel)
    assert ready(model)
    load_time = time.monotonic() - began
    running = [asyncio.create_task(answer(model, ask(f"Count {n}", sampling=ENDLESS))) for n in range(6)]
    await asyncio.sleep(0.5)
    assert model.pid is not None
    killed = time.monotonic()
    os.kill(model.pid, signal.SIGKILL)
    ended = await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 5)
    assert [str(one).split(":")[0] for one in ended] == ["the model's process was killed by SIGKILL\n  = help"] * 6
    assert not ready(model)
    with pytest.raises(ModelGone, match="being started again"):
        await model.state()
    assert (await answer(model, ask("Hi")))[0]
    assert time.monotonic() - killed < 2 * load_time + 2
    assert ready(model)
    assert (await model.state()).running == 0
    assert told[0] == (False, LoadProgress("starting", 0.0))
    assert told[-1] == (True, LoadProgress("starting", 1.0))
    assert not any(ready for ready, _ in told[:-1])
    await model.close()
    assert not ready(model)
    assert "was killed by SIGKILL; another one is started" in caplog.text


async def test_a_worker_that_had_answered_is_started_again_at_once_however_often_it_dies(
    smollm2: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = await remote(smollm2)
    for _ in range(3):
        assert (await answer(model, ask("Hi")))[0]
        assert model.pid is not None
        os.kill(model.pid, signal.SIGKILL)
        await until(lambda: not ready(model))
    assert (await answer(model, ask("Hi")))[0]
    await model.close()
    caplog.clear()


async def test_a_worker_that_hangs_is_ended_and_another_one_answers(
    smollm2: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = await RemoteModel.open(key(smollm2, isolate=True), lambda _: None, silence=4)
    running = [asyncio.create_task(answer(model, ask(f"Count {n}", sampling=ENDLESS))) for n in range(6)]
    await asyncio.sleep(0.5)
    assert model.pid is not None
    os.kill(model.pid, signal.SIGSTOP)
    ended = await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 20)
    assert all(isinstance(one, ModelGone) for one in ended)
    assert (await answer(model, ask("Hi")))[0]
    await model.close()
    assert "has been silent for 4 seconds and is ended" in caplog.text


async def test_a_worker_that_keeps_dying_is_started_ever_more_slowly(
    smollm2: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / "copy.gguf"
    copy.symlink_to(smollm2)
    model = await remote(copy)
    copy.unlink()
    assert model.pid is not None
    os.kill(model.pid, signal.SIGKILL)
    await until(lambda: model.pid is None)
    with pytest.raises(ModelGone, match="cannot be started again"):
        await answer(model, ask("Hi"))
    copy.symlink_to(smollm2)
    await until(lambda: model.pid is not None)
    assert (await answer(model, ask("Hi")))[0]
    await model.close()
    caplog.clear()


PARENT = """
import asyncio, sys
from pathlib import Path
from lazyflow.engine.open import open_model
from tests.engine.real import answer, ask, key
from lazyflow.spec.sampling import Sampling

async def main():
    model = await open_model(key(Path(sys.argv[1]), isolate=True), lambda _: None)
    await answer(model, ask("Hi"))
    print(model.pid, flush=True)
    await answer(model, ask("Hi", grammar='root ::= "a" root', sampling=Sampling()))

asyncio.run(main())
"""


async def test_no_worker_outlives_its_owner_even_when_that_is_killed(smollm2: Path) -> None:
    with subprocess.Popen(  # noqa: ASYNC220 - it is read once
        [sys.executable, "-c", PARENT, str(smollm2)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        family = [worker, *worker.children(recursive=True)]
        assert len(family) == 2
        parent.kill()
        await until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))


BROKEN = """
import socket, sys, threading
from pathlib import Path
from lazyflow.engine import requests
from lazyflow.engine.worker import Worker
from tests.engine.real import key

def broken():
    raise RuntimeError("no decoding any more")

def own():
    ours.sendall(requests.frame(requests.Load(key(Path(sys.argv[1])))))
    heard = b""
    while b'["loaded"' not in heard:
        heard += ours.recv(1 << 16)
    worker._core.loop._inbox.put(broken)
    while ours.recv(1 << 16):
        pass

ours, theirs = socket.socketpair()
worker = Worker(theirs)
threading.Thread(target=own, daemon=True).start()
worker.serve()
"""


def test_a_worker_whose_engine_broke_down_ends(smollm2: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BROKEN, str(smollm2)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        timeout=60,
        check=False,
    )
    assert ended.returncode == FAILED


async def test_a_thread_whose_engine_broke_down_is_not_ready(smollm2: Path) -> None:
    def broken() -> None:
        raise RuntimeError("no decoding any more")

    model = await load(smollm2)
    assert isinstance(model, ThreadedModel)
    assert ready(model)
    model._core.loop._inbox.put(broken)
    await until(lambda: not ready(model))
    with pytest.raises(ModelGone):
        await answer(model, ask("Hi"))
    await model.close()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
