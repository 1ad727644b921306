"""Plain data as YAML 1.2 that reads back as the same data."""

from __future__ import annotations

import re
from typing import Any

import yaml

from lazyflow.spec.parse import FOREIGN_BREAKS

NUMBER = re.compile(r"[-+]?(?:0o[0-7]+|0x[0-9a-fA-F]+|\.?[0-9][0-9_.]*(?:[eE][-+]?[0-9]+)?)")


class Writer(yaml.SafeDumper):
    """Puts quotes around texts that only YAML 1.2 reads as numbers (`1e3`, `0o17`); long texts stand in a block."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Write everything out: an anchor would be a riddle here."""
        return True


def text_node(writer: Writer, text: str) -> yaml.ScalarNode:
    """A text: lines as a block where YAML can hold them so."""
    style = "|" if "\n" in text and all(line == line.rstrip() for line in text.split("\n")) else None
    if NUMBER.fullmatch(text):
        style = "'"
    # Escaped they mean the same in YAML 1.1 and 1.2.
    if any(mark in text for mark in FOREIGN_BREAKS):
        style = '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Writer.add_representer(str, text_node)


def yaml_text(data: Any) -> str:
    """The data as one document, keys in their order."""
    return yaml.dump(data, Dumper=Writer, sort_keys=False, allow_unicode=True, width=100)
