"""The apps with online nodes, run as a person runs them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.nodes.online.asking import KEY
from tests.servers.peer import Reply, answer, error, serving, status

APPS = Path(__file__).parents[2] / "apps"


async def chat(app: str, *arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """Exit code, stdout and stderr of `lazyflow chat`."""
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lazyflow", "chat", str(APPS / app / "app.yaml"), "hi", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**inherited, **environment},
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.slow
async def test_the_online_app_answers() -> None:
    async with serving(answer()) as peer:
        code, out, err = await chat("online", OPENAI_API_BASE=peer.url, OPENAI_API_KEY=KEY)
    assert (code, out.strip()) == (0, "Hello"), err
    assert peer.received[0].body["messages"][-1] == {"role": "user", "content": "hi"}
    assert KEY not in out + err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (status(401, error(f"Incorrect API key provided: {KEY}")), "OpenAI does not accept the key"),
        (status(404, error("The model does not exist", "model_not_found")), "does not know the model 'gpt-4o-mini'"),
    ],
    ids=["wrong key", "unknown model"],
)
async def test_a_failing_platform_is_a_sentence_without_key_or_traceback(reply: Reply, says: str) -> None:
    async with serving(reply) as peer:
        code, out, err = await chat("online", OPENAI_API_BASE=peer.url, OPENAI_API_KEY=KEY)
    assert code not in (0, None)
    assert says in err
    assert "Traceback" not in err
    assert KEY not in out + err


@pytest.mark.slow
async def test_without_a_key_the_person_hears_which_variable_to_set() -> None:
    code, _, err = await chat("online")
    assert code not in (0, None)
    assert "OPENAI_API_KEY" in err


@pytest.mark.model
async def test_the_local_model_answers_where_the_platform_has_no_key() -> None:
    code, out, err = await chat("fallback", "--node", "clever")
    assert code == 0, err
    assert out.strip()
    assert "spare answers instead" in err
