"""A conversation's title, made by the model that gave its first answer while nobody waits for that model."""

from __future__ import annotations

import asyncio
import logging
import re
import unicodedata
from collections.abc import Callable

from lazyflow.errors import LazyflowError
from lazyflow.messages import Message, Role
from lazyflow.nodes.contract import Overrides
from lazyflow.runtime.contract import Ask, LiveApp
from lazyflow.spec.nodes import LocalSpec, OnlineSpec
from lazyflow.spec.sampling import Sampling
from lazyflow.store.conversation import Conversation
from lazyflow.store.conversations import Conversations
from lazyflow.store.summary import shortened, title_of

WANTED = "Write a title for this conversation, in its language, in at most six words. Answer with the title alone."
TOKENS = 256
"""A model that thinks first may think so much for a title."""
TOLD = 2000
"""Characters of the question and of the answer that a platform is told."""
LONGEST = 80
"""Characters: what is longer is an answer, no title."""
LABEL = re.compile(r"^(?:title|titel|标题)\s*[:\uff1a]\s*", re.IGNORECASE)
QUOTES = "\"'“”„«»「」『』"
BEFORE, AFTER = f" \t#*_`~>|-\u2013—{QUOTES}", f" \t*_`~|.。,;{QUOTES}"
STEM = 4
"""Characters that two forms of a word have in common."""
WORD = re.compile(r"[^\W\d_]+")
WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")

log = logging.getLogger(__name__)


class Titles:
    """Makes one title at a time; a conversation that comes meanwhile keeps its first words as its title."""

    def __init__(self, live: LiveApp, web: str, kept: Conversations, told: Callable[[str], None]) -> None:
        self._live = live
        self._web = web
        self._kept = kept
        self._told = told
        self._task: asyncio.Task[None] | None = None

    def begin(self, conversation: Conversation) -> None:
        """Make a title in the background where this is a first exchange that went well."""
        if first_exchange(conversation) and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._make(conversation))

    async def _make(self, conversation: Conversation) -> None:
        try:
            title = tidy(await self._say(conversation))
            question = conversation.path()[0].text
            old = title_of(question)
            if about(title, question) and await self._kept.entitle(
                conversation.person, conversation.id, title, instead_of=old
            ):
                self._told(conversation.person)
        except LazyflowError as error:
            log.warning("a conversation keeps its first words as its title: %s", error)
        except Exception:
            log.exception("a conversation keeps its first words as its title")

    async def _say(self, conversation: Conversation) -> str:
        with self._live.lease() as app:
            web = app.spec.webs.get(self._web)
            if web is None or not web.titles:
                return ""
            question, answer = conversation.path()
            node = app.spec.callables.get(answer.node or web.target)
            longest: int | None = None
            temperature: float | None = None
            match node:
                # The whole conversation as it was: the model has it in its cache, and reads the last line alone.
                case LocalSpec(name=name):
                    temperature = 0.0
                case OnlineSpec(name=name):
                    # No temperature: some platforms' models take none.
                    longest = TOLD
                case _:
                    return ""
            said = (Message(Role.USER, question.text[:longest]), Message(Role.ASSISTANT, answer.text[:longest]))
            ask = Ask(
                message=WANTED,
                entry=name,
                history=said,
                overrides={
                    name: Overrides(sampling=Sampling(temperature=temperature, max_tokens=TOKENS), format="text")
                },
                person=conversation.person,
                conversation=conversation.id,
            )
            return await app.aside(ask, enough=lambda text: "\n" in text.strip())


def first_exchange(conversation: Conversation) -> bool:
    """Whether this is one question with the answer to it."""
    path = conversation.path()
    if len(path) != 2 or len(conversation.entries) != 2:  # noqa: PLR2004 - a question and an answer
        return False
    return path[1].state == "done" and bool(path[1].text)


def tidy(said: str) -> str:
    """What a model said when asked for a title, as one short line of plain text; empty where it is none."""
    line = next((line for line in said.splitlines() if line.strip(BEFORE + AFTER)), "")
    plain = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in line)
    bare = LABEL.sub("", plain.lstrip(BEFORE).replace("**", "").replace("`", "")).lstrip(BEFORE).rstrip(AFTER)
    words = " ".join(bare.split())
    return shortened(words) if len(words) <= LONGEST and not words.endswith((":", "\uff1a")) else ""


def about(title: str, question: str) -> bool:
    """Whether a title has something in common with what the person said: a small model may ramble."""
    return not stems(title).isdisjoint(stems(question))


def stems(text: str) -> set[str]:
    """The beginnings of its longer words, and the signs of scripts that part no words."""
    folded = text.casefold()
    return {word[:STEM] for word in WORD.findall(folded) if len(word) >= STEM} | set(WITHOUT_SPACES.findall(folded))
