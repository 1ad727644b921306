from __future__ import annotations

import re

from lazyflow.graph.drawing.mermaid import mermaid
from tests.graph.drawing.graphs import drawn

LINE = re.compile(
    r'flowchart TD|    \w+(\["[^"]*"\]|\("[^"]*"\)|\(\["[^"]*"\]\)|\{\{"[^"]*"\}\}|\[\["[^"]*"\]\])'
    r'|    \w+ (-->|-\.->)(\|"[^"]*"\|)? \w+'
)


def test_every_line_is_mermaids_whatever_people_wrote() -> None:
    for line in mermaid(drawn()).splitlines():
        assert LINE.fullmatch(line), line


def test_names_stay_names_unless_mermaid_would_stumble() -> None:
    text = mermaid(drawn())
    assert '    web(["web<br>' in text
    assert "    web --> start\n" in text
    assert '    end_node("end<br>prompt")' in text
    assert '    big_one_node -.->|"fallback"| small\n' in text


def test_text_is_only_text() -> None:
    text = mermaid(drawn())
    assert "<script" not in text
    assert "#60;script#62;" in text
    assert "programs #124; #34;quotes#34; #35;1" in text
