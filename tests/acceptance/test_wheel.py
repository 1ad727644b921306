"""The built wheel works without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.served import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as pip would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True, timeout=300)
    (wheel,) = folder.glob("lazyflow-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def lazyflow(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "lazyflow", *arguments]
        if sys.version_info >= (3, 11)
        else [sys.executable, "-m", "lazyflow", *arguments],
        cwd=unpacked.parent,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_schema_is_found_in_a_wheel(unpacked: Path) -> None:
    done = lazyflow(unpacked, "validate", str(ROOT / "apps" / "chatbot" / "app.yaml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (unpacked / "lazyflow" / "schemas" / "app.schema.json").is_file()


def test_the_page_and_the_types_are_in_a_wheel(unpacked: Path) -> None:
    page = unpacked / "lazyflow" / "web"
    for file in ("chat.*.bundle.js", "maths.*.bundle.js", "maths.*.font.woff2", "maths.font.LICENSE", "page.html"):
        assert list(page.glob(file)), file
    assert (unpacked / "lazyflow" / "py.typed").is_file()


def test_a_wheel_holds_the_package_alone(unpacked: Path) -> None:
    assert sorted(path.name.split("-")[0] for path in unpacked.iterdir()) == ["lazyflow", "lazyflow"]
    assert not list(unpacked.rglob("node_modules"))
