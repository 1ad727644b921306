"""What goes to the page, as plain JSON data. Everything in it is text: the page escapes, it never executes."""

from __future__ import annotations

from typing import Any

from lazyflow.nodes.events import Failure, Usage
from lazyflow.store.conversation import Conversation, Entry, StepTaken

Json = dict[str, Any]


def entry_data(entry: Entry) -> Json:
    """One message; empty parts are left out."""
    data: Json = {"id": entry.id, "role": entry.role.value, "text": entry.text, "state": entry.state}
    if not entry.use_context:
        data["alone"] = True
    if entry.thinking:
        data["thinking"] = entry.thinking
    if entry.thinking_seconds is not None:
        data["thought"] = round(entry.thinking_seconds, 1)
    if entry.steps:
        data["steps"] = [step_data(step) for step in entry.steps]
    if entry.notices:
        data["notices"] = list(entry.notices)
    if entry.usages:
        data["usage"] = usage_data(entry.usages)
    if entry.failure is not None:
        data["failure"] = failure_data(entry.failure)
    if entry.feedback is not None:
        data["feedback"] = {"good": entry.feedback.good, "note": entry.feedback.note}
    return data


def shown_data(conversation: Conversation, entry: Entry) -> Json:
    """One message with the ids of the branches it is one of."""
    data = entry_data(entry)
    branches = conversation.branches(entry)
    if len(branches) > 1:
        data["branches"] = list(branches)
    return data


def path_data(conversation: Conversation) -> list[Json]:
    """The branch that is shown."""
    return [shown_data(conversation, entry) for entry in conversation.path()]


def step_data(step: StepTaken) -> Json:
    """One step: its node, how deep it is, how it went."""
    return {
        "node": step.path[-1] if step.path else "",
        "depth": len(step.path),
        "state": step.state,
        "output": step.output,
        "seconds": round(step.seconds, 2),
    }


def usage_data(usages: tuple[Usage, ...]) -> Json:
    """The footer of a reply: models, tokens, tokens a second, time to first token. What is unknown is left out."""
    last = usages[-1]
    completion = [usage.completion_tokens for usage in usages if usage.completion_tokens is not None]
    prompt = [usage.prompt_tokens for usage in usages if usage.prompt_tokens is not None]
    data: Json = {"model": " + ".join(dict.fromkeys(usage.model for usage in usages))}
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
