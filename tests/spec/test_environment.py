"""`.env` files."""

from __future__ import annotations

import pytest

from lazyflow.spec.environment import parse_environment


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("export A=b", "b"),
        ("  A = b c ", "b c"),
        ("A=", ""),
        ("A=b # comment", "b"),
        ("A=b#c", "b#c"),
        ("A='b # c'", "b # c"),
        ('A="b\\n\\"c\\"" # comment', 'b\n"c"'),
        ("A='$argon2id$v=19$m'", "$argon2id$v=19$m"),
        ("A=$argon2id$v=19", "$argon2id$v=19"),
        ("A=b=c", "b=c"),
        ("A=# nothing", ""),
    ],
)
def test_a_line_sets_a_variable(line: str, value: str) -> None:
    assert parse_environment(line, ".env") == ({"A": value}, ())


def test_comments_and_empty_lines_are_nothing() -> None:
    assert parse_environment("# a\n\n  \r\nA=1\r\n", ".env") == ({"A": "1"}, ())


@pytest.mark.parametrize("line", ["A", "1A=b", "A B=c", "A='b", 'A="b', "=b"])
def test_any_other_line_is_a_problem_at_its_place(line: str) -> None:
    variables, problems = parse_environment(f"X=1\n  {line}\n", ".env")
    assert variables == {"X": "1"}
    assert [(one.code, one.line, one.column) for one in problems] == [("LF022", 2, 3)]
