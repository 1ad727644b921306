"""Controls that name a parameter, and answer formats that are JSON Schemas."""

from __future__ import annotations

from lazyflow.graph.context import Context, text
from lazyflow.spec.schema import Schema
from lazyflow.spec.suggest import did_you_mean
from lazyflow.spec.tree import Mapping, Sequence, locate, plain

ADJUSTABLE = {"local", "online", "prompt"}


def check_controls(context: Context, schema: Schema) -> None:
    """A control changes a sampling parameter or the system prompt of a node that has them, and each stands once."""
    known = ["system", *schema["$defs"]["sampling"]["properties"]]
    for mark, scalar, value in context.of_kind("parameter"):
        if value not in known:
            help_ = did_you_mean(value, known, f"parameters: {', '.join(known)}")
            context.add(scalar.span, "LF047", f"there is no parameter '{value}'", mark.path, help_)
    for name, web in context.nodes("web"):
        controls = web.entries["controls"].value if "controls" in web.entries else None
        seen: set[tuple[str, str]] = set()
        for at, control in enumerate(controls.items if isinstance(controls, Sequence) else ()):
            node = text(control, "node") if isinstance(control, Mapping) else None
            param = text(control, "param") if isinstance(control, Mapping) else None
            if node is not None and param is not None:
                pair = (str(node.value), str(param.value))
                if pair in seen:
                    context.add(
                        node.span,
                        "LF047",
                        f"'{pair[1]}' of node '{pair[0]}' is controlled twice",
                        ("nodes", name, "controls", at),
                        "remove one of them",
                    )
                seen.add(pair)
            kind = context.names.types.get(str(node.value)) if node else None
            if node is not None and kind is not None and kind not in ADJUSTABLE | {"web"}:
                context.add(
                    node.span,
                    "LF047",
                    f"node '{node.value}' is of type '{kind}', which has no parameters",
                    ("nodes", name, "controls", at, "node"),
                    "name a node of type 'local', 'online' or 'prompt'",
                )


def check_formats(context: Context) -> None:
    """A schema that answers must fit must itself be a JSON Schema."""
    marks = [mark for mark in context.marks if mark.kind == "jsonFormat" and isinstance(mark.tree, Mapping)]
    if not marks:
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and few apps have one
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - same

    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for mark in marks:
        tree = mark.tree
        entry = tree.entries.get("schema") if isinstance(tree, Mapping) else None
        if entry is None or not isinstance(entry.value, Mapping):
            continue
        error = best_match(meta.iter_errors(plain(entry.value)))
        if error is not None:
            path = (*mark.path, "schema", *error.absolute_path)
            span = locate(entry.value, tuple(error.absolute_path), entry.key)
            context.add(
                span, "LF049", f"this is no JSON Schema: {error.message}", path, "see json-schema.org, draft 2020-12"
            )
