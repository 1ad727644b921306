from __future__ import annotations

import re

import pytest

from lazyflow.errors import Severity
from lazyflow.reports.excerpt import marked
from lazyflow.reports.text import text
from tests.reports.problems import TEXT, TYPO, problem, report


def test_a_problem_looks_as_the_contract_says() -> None:
    assert text(report(TYPO)) == (
        "app.yaml:5:5: error[LF003]: unknown key 'modle' in node 'chat'\n"
        "  |\n"
        "5 |     modle: ./m.gguf\n"
        "  |     ^^^^^\n"
        "  = help: did you mean 'model'?\n"
        "\n"
        "1 error in 1 file\n"
    )


def carets(line: str, column: int, end_column: int) -> tuple[str, str]:
    shown = text(report(problem(column=column, end_column=end_column), text=line)).splitlines()
    return shown[2].removeprefix("1 | "), shown[3].removeprefix("  | ")


@pytest.mark.parametrize(
    ("line", "column", "end_column", "shown", "marks"),
    [
        ("a\tb: x", 3, 4, "a    b: x", "     ^"),
        ("名字: x", 5, 6, "名字: x", "      ^"),
        ("名字: x", 1, 3, "名字: x", "^^^^"),
        ("e\u0301a: x", 3, 4, "e\u0301a: x", " ^"),
        ("🙂: x", 4, 5, "🙂: x", "    ^"),
        ("a\x1b[31mb", 7, 8, "a\\x1b[31mb", "         ^"),
        ("a\u202eb", 3, 4, "a\\u202eb", "       ^"),
        ("abc", 4, 4, "abc", "   ^"),
        ("abc", 40, 50, "abc", "   ^"),
    ],
)
def test_carets_stand_under_the_place(line: str, column: int, end_column: int, shown: str, marks: str) -> None:
    assert carets(line, column, end_column) == (shown, marks)


def test_the_gutter_grows_with_the_line_number() -> None:
    shown = text(report(problem(line=120, help="h"), text="\n" * 119 + "abc")).splitlines()
    assert shown[1:5] == ["    |", "120 | abc", "    | ^", "    = help: h"]


def test_a_span_of_several_lines_is_marked_to_the_end_of_its_first() -> None:
    shown = text(report(problem(column=3, end_line=3, end_column=1), text="a: b\nc\nd\n")).splitlines()
    assert shown[3] == "  |   ^^"


def test_a_place_past_the_end_of_the_file_has_no_excerpt() -> None:
    assert text(report(problem("gone", line=99))).splitlines()[:2] == ["app.yaml:99:1: error[LF002]: gone", ""]


def test_a_very_long_line_is_cut_around_the_place() -> None:
    shown, marks = carets("x" * 5000 + "BAD" + "y" * 5000, 5001, 5004)
    assert len(shown) < 200
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "BAD"


def test_nothing_that_a_person_typed_reaches_the_terminal_raw() -> None:
    shown = text(report(problem("a\x1b]0;b\x07\r\nc", file="x\ny.yaml", help="\x9b31m"), text="z\x7f"))
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown) is None
    assert shown.startswith("x\\x0ay.yaml:1:1: ")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    api_key: sk-abcdef123456", "    api_key: ***************"),
        ("    api_kye: sk-abcdef123456", "    api_kye: ***************"),
        ('    password: "hunter22"', '    password: "********"'),
        ("    api_key: ${OPENAI_API_KEY}", "    api_key: ${OPENAI_API_KEY}"),
        ("    max_tokens: 1234567", "    max_tokens: 1234567"),
    ],
)
def test_an_excerpt_shows_no_secret(line: str, shown: str) -> None:
    assert carets(line, 5, 6)[0] == shown


def test_colour_changes_no_character_of_the_text() -> None:
    found = report(TYPO, problem(severity=Severity.WARNING))
    colored = text(found, color=True)
    assert "\x1b[1;31m" in colored
    assert "\x1b[1;33m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text(found)


def test_a_page_shows_the_same_two_lines() -> None:
    lines = marked(TYPO, {"app.yaml": TEXT})
    assert lines == "5 |     modle: ./m.gguf\n  |     ^^^^^"
    assert lines in text(report(TYPO))
    assert marked(TYPO, {}) == ""
