"""Who can be asked from a page, and how a question of its conversation is put to them."""

from __future__ import annotations

from lazyflow.graph.going_on import goes_on
from lazyflow.runtime.contract import Ask, RunningApp
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, WebSpec
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.web.draft import Draft
from lazyflow.web.settings import overrides


def askable(app: RunningApp, spec: WebSpec) -> tuple[str, ...]:
    """The page's target, then every model of the app."""
    models = (name for name, node in app.spec.callables.items() if isinstance(node, LocalSpec | OnlineSpec))
    return (spec.target, *(name for name in models if name != spec.target))


def ask_of(app: RunningApp, spec: WebSpec, conversation: Conversation, question: Entry, draft: Draft) -> Ask:
    """What the app is asked for `draft`, an answer to `question`.

    A model that is asked in the target's place is told the conversation if the page passes it to anybody.
    """
    node = draft.node or spec.target
    own = node == spec.target
    begun = draft.text if node in app.spec.callables and goes_on(app.spec, node) else ""
    if not begun:
        draft.answer_anew()
    return Ask(
        message=question.text,
        entry=node,
        web=spec.name if own else None,
        history=conversation.history_before(question),
        use_context=question.use_context and (own or bool(spec.history)),
        overrides=overrides(app.spec, spec, conversation.settings),
        person=conversation.person,
        conversation=conversation.id,
        begun=begun,
    )
