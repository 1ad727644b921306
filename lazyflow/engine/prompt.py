"""A conversation to tokens: the template decides the form, and what people wrote can never become a control token.

The template renders stand-ins for the contents. Its own text may name control tokens; contents are plain text, whatever
they spell. Between two control tokens both are tokenised together, so that the tokens are those of the whole text.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lazyflow.engine.contract import InvalidRequest
from lazyflow.engine.native.vocab import Tokens, Vocab
from lazyflow.engine.template import Said, TemplateRefused, Templates
from lazyflow.engine.thinking import CLOSE, is_open
from lazyflow.messages import Message, Role

CACHED_CHARACTERS = 4 << 20
EMPTY = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads; `thinking` tells that the template began its thinking for it."""

    tokens: Tokens
    thinking: bool


@dataclass(frozen=True, slots=True)
class Content:
    """One message's text, and what stands in for it between its own white space, which the template may strip."""

    text: str
    said_by_model: bool
    stand_in: str

    @property
    def shown(self) -> str:
        """What the template sees."""
        core = self.text.strip()
        return self.text.replace(core, self.stand_in, 1) if core else self.text


class Cache:
    """Tokens by text, the least recently used forgotten first. Used from several threads."""

    def __init__(self, characters: int) -> None:
        self._known: OrderedDict[str, Tokens] = OrderedDict()
        self._room, self._lock = characters, threading.Lock()

    def get(self, text: str) -> Tokens | None:
        """What was put for `text`."""
        with self._lock:
            if (found := self._known.get(text)) is not None:
                self._known.move_to_end(text)
            return found

    def put(self, text: str, tokens: Tokens) -> None:
        """Know the tokens of `text` from now on."""
        with self._lock:
            if text not in self._known:
                self._room -= len(text)
            self._known[text] = tokens
            while self._room < 0:
                self._room += len(self._known.popitem(last=False)[0])


class Composer:
    """Composes prompts for one model. `chat_template` is Jinja text."""

    def __init__(self, vocab: Vocab, templates: Templates, chat_template: str) -> None:
        self._vocab, self._templates, self._default = vocab, templates, chat_template
        self._specials = {special.text: special for special in vocab.specials}
        self._spelled = re.compile("|".join(re.escape(text) for text in self._specials) or "(?!)")
        self._typed = {text for text, special in self._specials.items() if special.typed}
        self._texts, self._answers = Cache(CACHED_CHARACTERS), Cache(CACHED_CHARACTERS)

    def remember(self, answer: str, tokens: Tokens) -> None:
        """Keep the tokens that the model said `answer` with, so that the next turn's prompt begins with them."""
        if answer and b"".join(map(self._vocab.piece, tokens.tolist())) == answer.encode("utf-8", "replace"):
            self._answers.put(answer, tokens)

    def compose(self, messages: Sequence[Message], chat_template: str | None = None) -> Prompt:
        """The prompt for the next answer; one that the messages end with is left open. Raises: `InvalidRequest`."""
        template = self._default if chat_template is None else chat_template
        begun = messages[-1].text if messages and messages[-1].role is Role.ASSISTANT else ""
        asked = messages[:-1] if begun else messages
        try:
            prompt = self._compose(asked, template)
        except TemplateRefused:
            merged = _without_system(asked)
            if merged is None:
                raise
            prompt = self._compose(merged, template)
        return self._opened(prompt, begun, template) if begun else prompt

    def _opened(self, prompt: Prompt, begun: str, template: str) -> Prompt:
        """The prompt with the beginning of its answer, which stands after any thinking."""
        said = self._answers.get(begun)
        if said is None or prompt.thinking:
            said = _Assembly(self, template).begin(begun, thought=prompt.thinking)
        return Prompt(np.concatenate([prompt.tokens, said]), thinking=False)

    def _compose(self, messages: Sequence[Message], template: str) -> Prompt:
        mark = secrets.token_hex(8)
        contents = [
            Content(one.text, one.role is Role.ASSISTANT, f"x{mark}y{number}z") for number, one in enumerate(messages)
        ]
        said = [Said(one.role.value, content.shown) for one, content in zip(messages, contents, strict=True)]
        text = self._templates.render(template, said)
        if any(text.count(content.stand_in) != (content.stand_in in content.shown) for content in contents):
            # The template looks into what was said: it gets the texts themselves, robbed of their control tokens.
            said = [Said(one.role.value, self._disarmed(one.text)) for one in messages]
            text, contents = self._templates.render(template, said), []
        parts = re.split(f"x{mark}y([0-9]+)z", text)
        tokens = _Assembly(self, template).assemble(parts, contents)
        if self._vocab.adds_bos and self._vocab.bos >= 0 and (not len(tokens) or tokens[0] != self._vocab.bos):
            tokens = np.concatenate([np.array([self._vocab.bos], np.int32), tokens])
        if not len(tokens):
            raise InvalidRequest("the chat template renders nothing", "write another chat_template in app.yaml")
        return Prompt(tokens, is_open(parts[-1]))

    def _disarmed(self, text: str) -> str:
        while (cleared := self._spelled.sub("", text)) != text:
            text = cleared
        return text

    def tokenize(self, text: str) -> Tokens:
        """The tokens of plain text, known ones from the cache."""
        tokens = self._texts.get(text)
        if tokens is None:
            tokens = self._vocab.tokenize(text)
            self._texts.put(text, tokens)
        return tokens

    def answered(self, content: Content, before: str, after: str) -> Tokens | None:
        """The tokens the model itself said a content with, where the template left it whole before a control token."""
        tokens = self._answers.get(content.text) if content.said_by_model else None
        if tokens is None:
            return None
        lead, trail = content.shown.split(content.stand_in)
        whole = before.endswith(lead) and after.startswith(trail)
        return tokens if whole and self._spelled.match(after, len(trail)) else None


class _Assembly:
    """Puts the tokens of one prompt together."""

    def __init__(self, composer: Composer, template: str) -> None:
        self._composer = composer
        self._specials, self._spelled = composer._specials, composer._spelled  # noqa: SLF001 - one class in two parts
        marks = [re.escape(text) for text in composer._typed if text in template]  # noqa: SLF001 - same
        self._marks = re.compile("|".join(marks) or "(?!)")
        self._tokens: list[Tokens] = []
        self._run: list[str] = []
        self._strip = False

    def assemble(self, parts: list[str], contents: list[Content]) -> Tokens:
        """`parts` are, by turns, the template's own text and the number of a content."""
        literals, numbers = parts[::2], [int(number) for number in parts[1::2]]
        for at, number in enumerate(numbers):
            content, before, after = contents[number], literals[at], literals[at + 1]
            said = self._composer.answered(content, before, after)
            if said is None:
                self._literal(before)
                self._content(content.text.strip())
            else:
                lead, trail = content.shown.split(content.stand_in)
                self._literal(before[: len(before) - len(lead)])
                self._flush()
                self._tokens.append(said)
                literals[at + 1] = after[len(trail) :]
        self._literal(literals[-1])
        self._flush()
        return np.concatenate([EMPTY, *self._tokens])

    def begin(self, text: str, *, thought: bool) -> Tokens:
        """The beginning of an answer as it was said, white space included; `thought` closes the thinking before it."""
        if thought:
            self._literal(f"\n{CLOSE}\n\n")
        self._content(text)
        self._flush()
        return np.concatenate([EMPTY, *self._tokens])

    def _literal(self, text: str) -> None:
        start = 0
        for found in self._spelled.finditer(text):
            special = self._specials[found.group()]
            self._run.append(text[start : found.start()])
            self._flush(strip=special.eats_left)
            self._tokens.append(np.array([special.token], np.int32))
            self._strip, start = special.eats_right, found.end()
        self._run.append(text[start:])

    def _content(self, text: str) -> None:
        # A marker that even plain text would be tokenised to is cut in two.
        start = 0
        for found in self._marks.finditer(text):
            middle = found.start() + 1
            self._run.append(text[start:middle])
            self._flush()
            start = middle
        self._run.append(text[start:])

    def _flush(self, *, strip: bool = False) -> None:
        text, self._run = "".join(self._run), []
        if self._strip:
            text = text.lstrip()
        if strip:
            text = text.rstrip()
        self._strip = False
        if text:
            self._tokens.append(self._composer.tokenize(text))


def _without_system(messages: Sequence[Message]) -> Sequence[Message] | None:
    """The conversation with its system prompt before the first message, for templates that know no system."""
    if len(messages) < 2 or messages[0].role is not Role.SYSTEM or messages[1].role is not Role.USER:  # noqa: PLR2004 - one and the next
        return None
    first = Message(Role.USER, f"{messages[0].text}\n\n{messages[1].text}", messages[1].files)
    return [first, *messages[2:]]
