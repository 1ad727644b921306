from __future__ import annotations

import pytest

from lazyflow.nodes.online.form import WrongForm, checked
from lazyflow.spec.sampling import JsonSchema

AGE = JsonSchema({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})


def test_json_comes_back_without_the_fence_around_it() -> None:
    assert checked('```json\n{"a": 1}\n```', "json", ()) == '{"a": 1}'
    assert checked(' {"a": 1}\n', "json", ()) == '{"a": 1}'


@pytest.mark.parametrize("text", ["", "hello", '{"a": 1', '{"a": 1} and more', "NaN", "{'a': 1}"])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(WrongForm, match="JSON"):
        checked(text, "json", ())


def test_an_answer_that_does_not_fit_the_schema_says_where() -> None:
    assert checked('{"age": 3}', AGE, ()) == '{"age": 3}'
    with pytest.raises(WrongForm, match=r"\$\.age: '3' is not of type 'integer'"):
        checked('{"age": "3"}', AGE, ())
    with pytest.raises(WrongForm, match="'age' is a required property"):
        checked("{}", AGE, ())


@pytest.mark.parametrize("text", ["Sales", " sales.", "**sales**", "The answer is: sales", "`sales`"])
def test_a_choice_is_found_in_what_the_model_said(text: str) -> None:
    assert checked(text, "text", ("sales", "support")) == "sales"


@pytest.mark.parametrize("text", ["", "neither", "sales or support", "salesman"])
def test_no_choice_is_guessed(text: str) -> None:
    with pytest.raises(WrongForm, match="not one of sales, support"):
        checked(text, "text", ("sales", "support"))


def test_plain_text_needs_no_check() -> None:
    assert checked(" hi ", "text", ()) == " hi "
