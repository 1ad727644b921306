"""A process that is killed at any moment loses nothing that was typed and at most a second of a reply."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.store.kept import opened

# LAZYFLOW_KILLS=50 is the long profile.
KILLS = int(os.environ.get("LAZYFLOW_KILLS", "4"))
CHILD = Path(__file__).with_name("talking.py")
SECOND = 1.0


def talk_and_kill(folder: Path, moment: float) -> tuple[list[str], float]:
    """What the process told until it was killed `moment` seconds after its start, and when that was."""
    process = subprocess.Popen([sys.executable, CHILD, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    told: list[str] = []
    reader = threading.Thread(target=told.extend, args=(process.stdout,))
    reader.start()
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    process.wait(10)
    reader.join()
    process.stdout.close()
    # The last line may be cut off.
    return [line for line in told if line.endswith("\n")], killed


@pytest.mark.slow
async def test_a_killed_process_loses_nothing_typed_and_at_most_a_second_of_a_reply(tmp_path: Path) -> None:
    chance = random.Random(20)  # noqa: S311 - moments, no secrets
    for _ in range(KILLS):
        told, killed = talk_and_kill(tmp_path, chance.uniform(0.05, 3.0))
        with sqlite3.connect(tmp_path / "chats.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
        async with opened(tmp_path) as kept:
            for line in told:
                kind, conversation, *rest = line.split()
                there = await kept.load("ann", conversation)
                assert there is not None
                if kind == "typed":
                    assert rest[0] in {entry.text for entry in there.entries.values()}
                    continue
                if kind == "said" and float(rest[2]) > killed - SECOND:
                    continue
                entry = there.entries[rest[0]]
                assert len(entry.text) >= int(rest[1])
                assert entry.state in {"done", "interrupted"}
