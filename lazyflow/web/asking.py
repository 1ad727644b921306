"""Who can be asked from a page, and how a question of its conversation is put to them."""

from __future__ import annotations

from collections.abc import Mapping

from lazyflow.graph.going_on import goes_on
from lazyflow.messages import File
from lazyflow.runtime.contract import Ask, LiveApp, RunningApp
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, WebSpec
from lazyflow.store.conversation import Conversation, Entry, contents_of
from lazyflow.store.files import Files
from lazyflow.web.draft import Draft
from lazyflow.web.settings import overrides


def askable(app: RunningApp, spec: WebSpec) -> tuple[str, ...]:
    """The page's target, then every model of the app."""
    models = (name for name, node in app.spec.callables.items() if isinstance(node, LocalSpec | OnlineSpec))
    return (spec.target, *(name for name in models if name != spec.target))


def askable_from(live: LiveApp, web: str) -> tuple[str, ...]:
    """Who can be asked from a page now; nobody where the app has no such page any more."""
    spec = live.app.spec.webs.get(web)
    return askable(live.app, spec) if spec is not None else ()


async def files_told(kept: Files, conversation: Conversation, question: Entry) -> Mapping[str, File]:
    """The contents of all that is attached to `question` and to what was said before it. Raises: `StoreUnavailable`."""
    said = (*conversation.rounds_before(question), question)
    return await kept.files(conversation.person, [file.id for entry in said for file in entry.files])


def ask_of(
    app: RunningApp,
    spec: WebSpec,
    conversation: Conversation,
    question: Entry,
    draft: Draft,
    *,
    files: Mapping[str, File],
) -> Ask:
    """What the app is asked for `draft`, an answer to `question`.

    A model that is asked in the target's place is told the conversation if the page passes it to anybody. `files` are
    the contents of what was attached, by id.
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
        history=conversation.history_before(question, files),
        files=contents_of(question, files),
        use_context=question.use_context and (own or bool(spec.history)),
        overrides=overrides(app.spec, spec, conversation.settings),
        person=conversation.person,
        conversation=conversation.id,
        begun=begun,
    )
