from __future__ import annotations

import json

import pytest

from lazyflow.spec.schema import AUTHORING, RESOLVED, load_schema
from tests.cli.run import lazyflow


@pytest.mark.parametrize(("options", "name"), [((), AUTHORING), (("--resolved",), RESOLVED)])
def test_it_prints_the_schema(capsys: pytest.CaptureFixture[str], options: tuple[str, ...], name: str) -> None:
    ran = lazyflow(capsys, "schema", *options)
    assert ran.code == 0
    assert json.loads(ran.out) == load_schema(name)
