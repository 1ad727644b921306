"""Weights whose numbers are none: every way of picking a token says so, and none of them ends the process."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest

from lazyflow.engine.contract import EngineError
from lazyflow.engine.native.gguf import GgufTable
from lazyflow.spec.sampling import Sampling
from tests.engine.real import GREEDY, answer, ask, load

pytestmark = pytest.mark.model
ASKED = {
    "greedy": ask("Hi", sampling=GREEDY),
    "sampled": ask("Hi", sampling=Sampling(temperature=0.8, top_p=0.9, top_k=40, seed=1)),
    "by a grammar": ask("Hi", sampling=GREEDY, grammar='root ::= "yes" | "no"'),
    "with logprobs": ask("Hi", sampling=Sampling(temperature=0.8, seed=1), logprobs=3),
}


@pytest.fixture
def damaged(smollm2: Path, tmp_path: Path) -> Path:
    path = tmp_path / "damaged.gguf"
    copyfile(smollm2, path)
    with GgufTable(path) as table:
        norm = next(tensor for tensor in table.tensors() if tensor.name == "output_norm.weight")
    with path.open("r+b") as file:
        file.seek(norm.end - norm.size)
        file.write(np.full(norm.size // 4, np.nan, np.float32).tobytes())
    return path


@pytest.mark.parametrize("isolate", [False, True], ids=["thread", "process"])
async def test_numbers_that_are_none_are_an_error(damaged: Path, isolate: bool) -> None:
    model = await load(damaged, isolate=isolate)
    for request in ASKED.values():
        with pytest.raises(EngineError, match="computes no numbers") as refused:
            await answer(model, request)
        assert "fetch it again" in refused.value.help
    await model.close()
