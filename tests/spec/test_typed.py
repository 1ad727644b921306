from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lazyflow.spec.nodes import Upload, WebSpec
from lazyflow.spec.typed import typed_app


@pytest.mark.parametrize(
    ("written", "upload"),
    [
        (False, None),
        (True, Upload()),
        ({}, Upload()),
        ({"max_mb": 2}, Upload(max_mb=2)),
        ({"max_files": 1}, Upload(max_files=1)),
    ],
)
def test_upload_is_no_or_yes_or_yes_with_limits(written: Any, upload: Upload | None) -> None:
    web = {"type": "web", "target": "chat", "upload": written}
    app = typed_app({"version": 1, "nodes": {"web": web}}, Path(), ())
    assert app.webs == {"web": WebSpec(name="web", target="chat", upload=upload)}
