"""schemas/README.md, made from the schema and the table of codes. After a change of either:

python -m tests.schemas.reference
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lazyflow.spec.codes import CODES, Code, Files
from lazyflow.spec.schema import RESOLVED, load_schema

README = Path(__file__).parents[2] / "schemas" / "README.md"
HEAD = """\
# The language of app.yaml, version 1

[`app.schema.json`](app.schema.json) is what an editor completes and checks with; `lazyflow schema` prints it. Line 1 of
every app names it:

```yaml
# yaml-language-server: $schema=./app.schema.json
version: 1
nodes:
  chat: { type: local, model: smollm2-135m-instruct }
  web: { type: web, target: chat, history: [chat] }
```

[`app.resolved.schema.json`](app.resolved.schema.json) is the strict one, for an app whose variables are filled in
(`lazyflow config --show-secrets`); [`problems.schema.json`](problems.schema.json) describes
`lazyflow validate --format json`. This page is made from the schema and from the code: see tests/schemas/reference.py.

A single value may come from the environment: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; `$$` is a dollar.
`system`, `template`, `welcome` and `examples` are taken as they are. Keys that begin with `x-` are free, at the top and
in every node: the place for YAML anchors.
"""
PARTS = ("sampling", "jsonFormat", "fallback", "endpoint", "route", "control", "upload", "theme", "auth")
NAMED = {"nodeName": "a node's name", "modelNodeName": "a model node's name", "port": "port 0 to 65535"}
TYPES = {"string": "text", "boolean": "`true` or `false`", "object": "map", "null": "nothing"}
SCHEMA = load_schema(RESOLVED)


def reference() -> str:
    """The whole page."""
    types: list[str] = SCHEMA["$defs"]["node"]["properties"]["type"]["enum"]
    sections = [
        HEAD,
        "## At the top\n\n" + fields(SCHEMA),
        "## Nodes\n\n" + "\n".join(f"- [`{name}`](#type-{name}): {meaning(name)}" for name in types) + "\n",
        *(f"## `type: {name}`\n\n{meaning(name)}\n\n{fields(SCHEMA['$defs'][name])}" for name in types),
        *(f"## {title(name)}\n\n{meaning(name)}\n\n{fields(SCHEMA['$defs'][name])}" for name in PARTS),
        "## Problems\n\nWhat `lazyflow validate` can say. A code keeps its meaning for good.\n\n" + contents(),
        *(code_section(code) for code in CODES.values()),
    ]
    return "\n".join(sections)


def title(name: str) -> str:
    """The heading of a part that nodes share."""
    text: str = SCHEMA["$defs"][name]["title"]
    return text


def meaning(name: str) -> str:
    """What a type of node or a part is."""
    text: str = SCHEMA["$defs"][name]["description"]
    return text


def fields(schema: Any) -> str:
    """The table of a map's fields."""
    required = schema.get("required", ())
    lines = ["| field | takes | default | meaning |", "|---|---|---|---|"]
    for name, field in schema["properties"].items():
        if "default" in field:
            default = f"`{json.dumps(field['default'], ensure_ascii=False)}`".replace('""', "''").replace('"', "")
        else:
            default = "**required**" if name in required else ""
        lines.append(f"| `{name}` | {takes(field)} | {default} | {sentence(field)} |")
    return "\n".join(lines) + "\n"


def sentence(field: Any) -> str:
    """A field's description, with an example where its name does not say it all."""
    examples = [json.dumps(one, ensure_ascii=False) for one in field.get("examples", ()) if "const" not in field]
    shown = f" Example: `{examples[0]}`" if examples else ""
    return f"{field['description']}{shown}".replace("|", "\\|").replace("\n", " ")


def takes(schema: Any) -> str:  # noqa: PLR0911 - one for each form of a schema
    """The values that a schema takes, in words."""
    if schema is True:
        return "anything"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name in PARTS:
            return f"[{title(name).lower()}](#{anchor(title(name))})"
        return NAMED.get(name) or takes(SCHEMA["$defs"][name])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(takes(one) for one in schema["anyOf"]))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`".replace('"', "")
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list: {takes(schema['items'])}" if "items" in schema else "list"
    if schema.get("type") in {"integer", "number"}:
        return bounds(schema)
    if "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
        return f"map of name to {takes(schema['additionalProperties'])}"
    return TYPES[schema["type"]]


def bounds(schema: Any) -> str:
    """A number and its limits."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    words = [schema["type"]]
    if above is not None:
        words.append(f"above {above}")
    if low is not None and high is not None:
        words.append(f"{low} to {high}")
    elif low is not None:
        words.append(f"from {low}")
    elif high is not None:
        words.append(f"up to {high}")
    return " ".join(words)


def anchor(heading: str) -> str:
    """The address of a heading."""
    return heading.lower().replace(" ", "-")


def contents() -> str:
    """The list of all codes."""
    return "".join(f"- [{code.code}](#{code.code.lower()}) {code.title}\n" for code in CODES.values())


def code_section(code: Code) -> str:
    """One code with its examples."""
    kind = "Warning" if code.warning else "Error"
    return (
        f"### {code.code}\n\n{kind}: **{code.title}.** {code.explanation}\n\n"
        f"Wrong:\n\n{blocks(code.wrong)}\nRight:\n\n{blocks(code.right)}"
    )


def blocks(files: Files) -> str:
    """Files as blocks; what no terminal or page can show is written as an escape."""
    return "\n".join(block(name, text) for name, text in files.items())


def block(name: str, text: str) -> str:
    """One file."""
    language = {"yaml": "yaml", "yml": "yaml", "py": "python", "json": "json"}.get(name.rpartition(".")[2], "text")
    heading = "" if name == "app.yaml" else f"`{name}`:\n\n"
    shown = "".join(one if one == "\n" or one.isprintable() else escape(one) for one in shortened(text))
    return f"{heading}```{language}\n{shown.rstrip()}\n```\n"


def shortened(text: str) -> str:
    """An example that is long on purpose, cut."""
    lines = text.split("\n")
    cut = [line if len(line) <= 300 else f"{line[:100]}…" for line in lines]
    return "\n".join(cut if len(cut) <= 40 else [*cut[:12], "…"])


def escape(character: str) -> str:
    """A tab as an arrow, anything else as its code."""
    return "→   " if character == "\t" else f"\\x{ord(character):02x}"


if __name__ == "__main__":
    README.write_text(reference(), encoding="utf-8", newline="\n")
