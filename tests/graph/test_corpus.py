"""Every app under tests/apps: the valid ones have no problem, the invalid ones exactly those written beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.graph.load import Source, check

APPS = Path(__file__).parent.parent / "apps"
ENVIRONMENT = {"SET": "set", "EMPTY": "", "PORT": "8080", "KEY": "0123456789", "HOME": "/home/ann"}


def apps(folder: str) -> list[Path]:
    """The apps of a folder: `NAME.yaml`, or `NAME/app.yaml` with other files beside it."""
    found = (APPS / folder).iterdir()
    return sorted(path for path in found if path.suffix == ".yaml" or path.is_dir())


def source(path: Path) -> Source:
    if path.suffix == ".yaml":
        return Source((path,), ENVIRONMENT)
    over = sorted(path.glob("over*.yaml"))
    return Source((path / "app.yaml", *over), ENVIRONMENT)


def expected(path: Path) -> list[str]:
    """Lines such as `LF003 5:5`; the file's name stands before the place where it is not the app's own."""
    beside = path.with_suffix(".expected") if path.suffix == ".yaml" else path / "expected"
    return beside.read_text(encoding="utf-8").split("\n")[:-1]


def found(path: Path) -> list[str]:
    checked = check(source(path))
    main = path if path.suffix == ".yaml" else path / "app.yaml"
    return [
        f"{one.code} {'' if one.file == str(main) else Path(one.file).name + ':'}{one.line}:{one.column}"
        for one in checked.problems
    ]


@pytest.mark.parametrize("path", apps("invalid"), ids=lambda path: path.stem)
def test_an_invalid_app_has_exactly_the_problems_written_beside_it(path: Path) -> None:
    assert found(path) == expected(path)


@pytest.mark.parametrize("path", apps("valid"), ids=lambda path: path.stem)
def test_a_valid_app_has_no_problem(path: Path) -> None:
    checked = check(source(path))
    assert checked.problems == ()
    assert checked.app is not None
    assert checked.graph is not None
