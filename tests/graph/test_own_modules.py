from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lazyflow.graph.own_modules import own_files


def names(folder: Path, files: Mapping[str, str], first: str = "bot.py") -> set[str]:
    for name, code in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code)
    return {str(path.relative_to(folder)) for path in own_files(folder / first, folder)}


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("import near", {"near.py"}),
        ("from near import far", {"near.py"}),
        ("from . import near", {"near.py"}),
        ("def f():\n    if True:\n        import near", {"near.py"}),
        ("import chain", {"chain.py", "near.py"}),
        ("import package.inner", {"package/__init__.py", "package/inner.py", "package/side.py"}),
        ("from package import inner", {"package/__init__.py", "package/inner.py", "package/side.py"}),
        ("import loose.leaf", {"loose/leaf.py"}),
        ("import queue", {"queue.py"}),
        ("import bot", {"bot.py"} - {"bot.py"}),
        ("import json, sys, yaml, os.path", set()),
        ("import nowhere_to_be_found", {"nowhere_to_be_found.py"}),
        ("import package.lost", {"package/__init__.py", "package/lost.py"}),
        ("from package.lost import it", {"package/__init__.py", "package/lost.py"}),
        ("from . import lost", set()),
        ("from .lost import it", {"lost.py"}),
        ("from ... import near", set()),
        ("def", set()),
        ("\0", set()),
    ],
)
def test_every_file_of_the_app_that_is_imported_counts(code: str, others: set[str], tmp_path: Path) -> None:
    files = {
        "near.py": "far = 1",
        "chain.py": "import near\nimport chain",
        "package/__init__.py": "",
        "package/inner.py": "from . import side\nfrom .side import x",
        "package/side.py": "import json",
        "loose/leaf.py": "",
        "queue.py": "",
        "stranger.py": "",
        "bot.py": code,
    }
    assert names(tmp_path, files) == {"bot.py", *others}


def test_a_file_in_a_folder_finds_those_beside_it_first(tmp_path: Path) -> None:
    files = {"parts/bot.py": "import near, far", "parts/near.py": "", "near.py": "", "far.py": ""}
    assert names(tmp_path, files, "parts/bot.py") == {"parts/bot.py", "parts/near.py", "far.py"}


def test_a_package_imports_from_the_folder_where_it_begins(tmp_path: Path) -> None:
    files = {
        "bot.py": "import p.m",
        "p/__init__.py": "",
        "p/m.py": "import json, other",
        "p/json.py": "",
        "other.py": "",
    }
    assert names(tmp_path, files) == {"bot.py", "p/__init__.py", "p/m.py", "other.py"}


def test_the_contents_tell_what_changed(tmp_path: Path) -> None:
    names(tmp_path, {"bot.py": "import near, gone", "near.py": "1"})
    before = own_files(tmp_path / "bot.py", tmp_path)
    (tmp_path / "near.py").write_text("2")
    (tmp_path / "gone.py").write_text("3")
    after = own_files(tmp_path / "bot.py", tmp_path)
    assert {path.name for path in after if before.get(path) != after[path]} == {"near.py", "gone.py"}
    assert before[tmp_path / "gone.py"] == b""
