from __future__ import annotations

import re

import pytest

from lazyflow.spec.codes import CODES
from lazyflow.spec.schema import AUTHORING, load_schema
from tests.schemas.reference import README, reference

PAGE = README.read_text(encoding="utf-8")


def test_the_page_is_fresh() -> None:
    assert reference() == PAGE, "run: python -m tests.schemas.reference"


@pytest.mark.parametrize("name", load_schema(AUTHORING)["$defs"]["node"]["properties"]["type"]["enum"])
def test_every_field_of_every_type_has_a_row_in_its_section(name: str) -> None:
    section = PAGE.split(f"## `type: {name}`\n")[1].split("\n## ")[0]
    for field in load_schema(AUTHORING)["$defs"][name]["properties"]:
        assert f"\n| `{field}` | " in section


def test_every_code_has_a_section() -> None:
    assert re.findall(r"^### (LF\d{3})$", PAGE, re.MULTILINE) == list(CODES)


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
