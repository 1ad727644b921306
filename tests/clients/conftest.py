from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.app import Api, served


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A served app: the node `echo` repeats the message, `agent` asks a platform that calls tools."""
    with served(tmp_path_factory.mktemp("app")) as found:
        yield found
