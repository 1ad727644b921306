from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lazyflow.nodes.modules import AppModules
from lazyflow.nodes.target import CallFailed, load_target


def written(folder: Path, files: Mapping[str, str]) -> AppModules:
    for name, code in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code)
    return AppModules(folder)


def call(modules: AppModules, place: str = "./bot.py:f") -> Any:
    return load_target("bot", place, {}, modules).function("hi")


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("./bot.py:f", {"bot.py": "import near\ndef f(m): return near.say(m)", "near.py": "def say(m): return m * 2"}),
        ("./bot.py:f", {"bot.py": "from near import say as f", "near.py": "def say(m): return m * 2"}),
        ("./bot.py:f", {"bot.py": "from near import *", "near.py": "def f(m): return m * 2"}),
        (
            "./bot.py:f",
            {"bot.py": "from . import near\ndef f(m): return near.f(m)", "near.py": "def f(m): return m * 2"},
        ),
        (
            "./bot.py:f",
            {"bot.py": "def f(m):\n    import near\n    return near.f(m)", "near.py": "def f(m): return m * 2"},
        ),
        (
            "./bot.py:f",
            {"bot.py": "import a.b.c\ndef f(m): return a.b.c.f(m)", "a/b/c.py": "def f(m): return m * 2"},
        ),
        (
            "./bot.py:f",
            {
                "bot.py": "import a.b as it\ndef f(m): return it.twice(m)",
                "a/__init__.py": "N = 2",
                "a/b.py": "from . import N\nfrom .c import times\ndef twice(m): return times(m, N)",
                "a/c.py": "def times(m, n): return m * n",
            },
        ),
        (
            "./parts/bot.py:f",
            {
                "parts/bot.py": "import near, far\ndef f(m): return near.f(m) + far.f(m)",
                "parts/near.py": "def f(m): return m",
                "far.py": "def f(m): return m",
            },
        ),
        (
            "./v1.2/my-bot.py:f",
            {"v1.2/my-bot.py": "import near\ndef f(m): return near.f(m)", "v1.2/near.py": "def f(m): return m * 2"},
        ),
        (
            "./bot.py:f",
            {
                "bot.py": "import one\ndef f(m): return one.f(m)",
                "one.py": "import two\ndef f(m): return two.f(m)\ndef g(m): return m",
                "two.py": "import one\ndef f(m): return one.g(m) * 2",
            },
        ),
        ("./json.py:f", {"json.py": "import json\ndef f(m): return json.loads('[2]')[0] * m"}),
        ("./bot.py:f", {"bot.py": "import queue\ndef f(m): return queue.f(m)", "queue.py": "def f(m): return m * 2"}),
        (
            "./bot.py:f",
            {
                "bot.py": "from near import It\ndef f(m): return It(m).text * 2",
                "near.py": "from __future__ import annotations\nfrom dataclasses import dataclass\n"
                "from typing import ClassVar\n@dataclass\nclass It:\n    text: str\n    n: ClassVar[int] = 2",
            },
        ),
    ],
)
def test_a_file_imports_those_beside_it_as_a_script_does(place: str, files: Mapping[str, str], tmp_path: Path) -> None:
    before = {name: module for name, module in sys.modules.items() if not name.startswith("lazyflow_app_")}
    assert call(written(tmp_path, files), place) == "hihi"
    assert {name: sys.modules[name] for name in before} == before


def test_files_import_each_other_once(tmp_path: Path) -> None:
    modules = written(
        tmp_path, {"a.py": "import c\nf = c.f", "b.py": "import c, a\nf = c.f", "c.py": "def f(m): return m"}
    )
    assert modules.load("./a.py").f is modules.load("./b.py").f
    assert modules.load("a.py") is modules.load("./a.py")


LAZY = "import late\ndef f(m):\n    import late\n    import new\n    return late.WORD + new.WORD"


def test_each_generation_has_its_own_even_for_imports_within_a_function(tmp_path: Path) -> None:
    old = written(tmp_path, {"bot.py": LAZY, "late.py": "WORD = 'a'", "new.py": "WORD = 'b'"})
    assert call(old) == "ab"
    new = written(tmp_path, {"late.py": "WORD = 'c'", "new.py": "WORD = 'd'"})
    assert call(new) == "cd"
    assert call(old) == "ab"


def test_its_modules_are_known_to_python_while_they_are_used(tmp_path: Path) -> None:
    hints = "from __future__ import annotations\nimport sys\nfrom typing import get_type_hints\nclass It: text: str\n"
    files = {"bot.py": f"{hints}def f(m): return get_type_hints(It)['text'](m) + sys.modules[__name__].It.__name__"}
    assert call(written(tmp_path, files)) == "hiIt"


def known(generation: str) -> list[str]:
    """The modules that Python has of a generation, once those that are gone had an occasion to leave."""
    gc.collect()
    AppModules(Path.cwd())
    return [name for name in sys.modules if name.split(".")[0] == generation]


def test_what_outlives_its_generation_can_still_import(tmp_path: Path) -> None:
    modules = written(tmp_path, {"bot.py": LAZY, "late.py": "WORD = 'a'", "new.py": "WORD = 'b'"})
    function = load_target("bot", "./bot.py:f", {}, modules).function
    generation = function.__module__.split(".")[0]
    assert known(generation)
    del modules
    assert known(generation) == []
    assert function("hi") == "ab"
    assert known(generation) == []


def test_a_generation_that_nobody_uses_is_freed(tmp_path: Path) -> None:
    finders = len(sys.meta_path)
    modules = written(tmp_path, {"bot.py": LAZY, "late.py": "WORD = 'a'", "new.py": "WORD = 'b'"})
    assert call(modules) == "ab"
    gone = weakref.ref(modules.load("late.py"))
    generation = modules.load("late.py").__name__.split(".")[0]
    del modules
    assert known(generation) == []
    gc.collect()
    assert gone() is None
    assert len(sys.meta_path) <= finders + 1


def test_threads_may_import_at_once(tmp_path: Path) -> None:
    count = 20
    files = {
        f"m{n}.py": f"import time\ntime.sleep(0.01)\nimport common\ndef f(m): return m + '{n}'" for n in range(count)
    }
    modules = written(tmp_path, {**files, "common.py": "import time\ntime.sleep(0.05)\nALL = []"})
    said: list[str] = []
    threads = [threading.Thread(target=lambda n=n: said.append(call(modules, f"m{n}.py:f"))) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == sorted(f"hi{n}" for n in range(count))
    assert len({id(modules.load(f"m{n}.py").common.ALL) for n in range(count)}) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bot.py": "import near", "near.py": "1/0"}, r"ZeroDivisionError: division by zero \(near.py:1\)"),
        ({"bot.py": "import near", "near.py": "def"}, "SyntaxError"),
        ({"bot.py": "import a.b", "a/__init__.py": ""}, "ModuleNotFoundError: No module named 'a.b'"),
        ({"bot.py": "from near import g", "near.py": ""}, "cannot import name 'g' from 'near'"),
    ],
)
def test_what_an_imported_file_does_wrong_is_told(files: Mapping[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(CallFailed, match=words):
        call(written(tmp_path, files))
