"""What goes to the page, as plain JSON data. Everything in it is text: the page escapes, it never executes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from lazyflow.nodes.events import Failure, NodePath, Notice, Usage
from lazyflow.store.conversation import Conversation, Entry, StepTaken
from lazyflow.store.files import Attachment
from lazyflow.store.values import plain

Json = dict[str, Any]


def entry_data(entry: Entry) -> Json:
    """One message; empty parts are left out."""
    parts: Json = {
        "asked": entry.node,
        "broken": entry.broken_off,
        "alone": not entry.use_context,
        "thinking": entry.thinking,
        "steps": steps_data(entry.steps, entry.usages),
        "notices": list(entry.notices),
        "usage": usage_data(entry.usages) if entry.usages else None,
        "failure": failure_data(entry.failure) if entry.failure is not None else None,
        "files": [file_data(file) for file in entry.files],
        "feedback": plain(entry.feedback) if entry.feedback is not None else None,
    }
    data: Json = {"id": entry.id, "role": entry.role.value, "text": entry.text, "state": entry.state}
    data |= {name: part for name, part in parts.items() if part}
    if entry.thinking_seconds is not None:
        data["thought"] = round(entry.thinking_seconds, 1)
    return data


def file_data(file: Attachment) -> Json:
    """An attached file, which the page finds under its id."""
    return {"id": file.id, "name": file.name, "size": file.size, "kind": file.kind}


def running_data(queue: Notice | None, at: NodePath) -> Json:
    """What a running reply waits for and the path to the node that is at work, as parts of its data."""
    waits: Json = {} if queue is None else {"queue": {"text": queue.text, "place": queue.place}}
    return waits | ({"at": list(at)} if at else {})


def shown_data(conversation: Conversation, entry: Entry) -> Json:
    """One message with the ids of the branches it is one of."""
    return branched(entry, conversation.branches(entry))


def path_data(conversation: Conversation) -> list[Json]:
    """The branch that is shown."""
    branches = conversation.branches_shown()
    return [branched(entry, branches[entry.id]) for entry in conversation.path()]


def branched(entry: Entry, branches: Sequence[str]) -> Json:
    """One message with the ids of its branches, where it has more than one."""
    data = entry_data(entry)
    if len(branches) > 1:
        data["branches"] = list(branches)
    return data


def steps_data(steps: tuple[StepTaken, ...], usages: tuple[Usage, ...]) -> list[Json]:
    """The steps: node, depth, how each went, and the tokens of all model calls below it.

    Where a node ran more than once, each of its steps but the last had one call.
    """
    tokens: defaultdict[NodePath, list[int]] = defaultdict(list)
    for usage in usages:
        for depth in range(1, len(usage.path) + 1):
            tokens[usage.path[:depth]].append(usage.completion_tokens or 0)
    runs = Counter(step.path for step in steps)
    shown = []
    for step in steps:
        data: Json = {
            "node": step.path[-1] if step.path else "",
            "depth": len(step.path),
            "state": step.state,
            "output": step.output,
            "seconds": round(step.seconds, 2),
        }
        runs[step.path] -= 1
        own = tokens[step.path]
        took = sum(own[:1] if runs[step.path] else own)
        del own[:1]
        if took:
            data["tokens"] = took
        shown.append(data)
    return shown


def usage_data(usages: tuple[Usage, ...]) -> Json:
    """The footer of a reply: models, tokens, tokens a second, time to first token. What is unknown is left out."""
    last = usages[-1]
    completion = [usage.completion_tokens for usage in usages if usage.completion_tokens is not None]
    prompt = [usage.prompt_tokens for usage in usages if usage.prompt_tokens is not None]
    data: Json = {"model": " + ".join(dict.fromkeys(usage.model for usage in usages))}
    if nodes := " + ".join(dict.fromkeys(usage.path[-1] for usage in usages if usage.path)):
        data["node"] = nodes
    if completion:
        data["tokens"] = sum(completion)
    if prompt:
        data["prompt"] = sum(prompt)
    if last.time_to_first_token is not None:
        data["first"] = round(last.time_to_first_token, 2)
    if last.completion_tokens and last.seconds:
        writing = last.seconds - (last.time_to_first_token or 0.0)
        if writing > 0:
            data["speed"] = round(last.completion_tokens / writing, 1)
    if last.finish_reason == "length":
        data["cut"] = True
    return data


def failure_data(failure: Failure) -> Json:
    """An error bubble: what happened, where, what to do."""
    return {
        "message": failure.message,
        "help": failure.help,
        "node": failure.path[-1] if failure.path else "",
        "reason": failure.reason,
    }
