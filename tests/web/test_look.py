from __future__ import annotations

from lazyflow.errors import Problem
from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.web.look import MOST_PROBLEMS, look, trouble_data
from tests.web.fake_live import FakeLive


def problem(line: int) -> Problem:
    return Problem("LF003", "unknown key 'modle'", "app.yaml", line, 3, line, 8, help="did you mean 'model'?")


def test_a_problem_is_shown_with_the_line_as_it_was_read() -> None:
    shown = trouble_data(Trouble(problems=(problem(2),), texts={"app.yaml": "nodes:\n  modle: x\n"}))
    assert shown is not None
    assert shown["problems"] == [
        {
            "severity": "error",
            "code": "LF003",
            "place": "app.yaml:2:3",
            "message": "unknown key 'modle'",
            "help": "did you mean 'model'?",
            "excerpt": "2 |   modle: x\n  |   ^^^^^",
        }
    ]
    assert shown["more"] == 0


def test_of_many_problems_the_first_are_shown_and_the_rest_counted() -> None:
    many = tuple(problem(line) for line in range(1, 601))
    shown = trouble_data(Trouble(problems=many, texts={"app.yaml": "  modle: x\n" * 600}))
    assert shown is not None
    assert [one["place"] for one in shown["problems"]] == [f"app.yaml:{line}:3" for line in range(1, MOST_PROBLEMS + 1)]
    assert shown["more"] == 600 - MOST_PROBLEMS


def test_all_is_well_where_nothing_is_told() -> None:
    assert trouble_data(Trouble()) is None


def test_a_model_that_a_reload_loads_is_shown_beside_those_that_answer() -> None:
    live = FakeLive()
    live.coming = {"new": NodeStatus(state="loading", stage="fetching", fraction=0.256)}
    shown = look(live, "web")
    assert shown is not None
    assert shown["nodes"] == [
        {"node": "new", "state": "loading", "stage": "fetching", "fraction": 0.26, "message": "", "help": ""}
    ]
