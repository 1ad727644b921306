"""One model in this process: loaded, composed for, answered by its loop, freed in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from lazyflow.engine import grammar, length, machine, plan, sampling
from lazyflow.engine.contract import ChatRequest, EngineError, InvalidRequest, ModelInfo, ModelKey, Trimmed, stopped
from lazyflow.engine.devices import hardware
from lazyflow.engine.embedding import Embedder
from lazyflow.engine.fit import beside
from lazyflow.engine.job import Beside, Channel, Failed, Task, Tokenized
from lazyflow.engine.load import load
from lazyflow.engine.loop import Loop
from lazyflow.engine.native.context import check
from lazyflow.engine.picker import PickOptions
from lazyflow.engine.prompt import Composer
from lazyflow.engine.shape import read_shape
from lazyflow.engine.template import CHATML, Templates

log = logging.getLogger(__name__)


class Core:
    """Loads `key`. `progress` gets 0 to 1 and returns False to stop. Raises: `ModelUnusable`."""

    def __init__(self, key: ModelKey, progress: Callable[[float], bool]) -> None:
        tokens = 1 if key.context == "auto" else key.context
        check(plan.context_options(key, tokens=tokens, threads=1))  # before any work
        loaded = load(key, progress)
        placement = loaded.placement
        self._weights, self._context = loaded.weights, loaded.context
        vocab = self.vocab = self._weights.vocab
        self._templates = Templates(vocab.bos_text, vocab.eos_text)
        self._templates.warm()
        self._composer = Composer(vocab, self._templates, self._weights.chat_template or CHATML)
        self._embedder = Embedder(self._weights, machine.threads() if key.threads == "auto" else key.threads)
        self.loop = Loop(self._context, vocab, self._embedder, self._composer.remember)
        self._preparing = ThreadPoolExecutor(1, "lazyflow-prepare")
        self._lock = threading.Lock()
        self._closed = False
        self.info = ModelInfo(
            path=key.path,
            description=self._weights.description,
            size=self._weights.size,
            context=placement.context,
            trained_context=self._weights.trained_context,
            parallel=key.parallel,
            layers=self._weights.layers,
            gpu_layers=placement.gpu_layers,
            devices=placement.devices,
            placement=placement.reason,
        )
        self._context_length = min(placement.context, self._context.length)
        self.loop.start()

    def chat(self, number: int, request: ChatRequest, channel: Channel) -> None:
        """Prepare a request aside and hand it to the loop; whatever is wrong with it comes to `channel` as `Failed`."""
        self._aside(number, channel, lambda: self._chat(number, request, channel))

    def embed(self, number: int, text: str, channel: Channel) -> None:
        """Make an embedding; it comes to `channel`."""
        self._aside(number, channel, lambda: self.loop.embed(number, text, channel))

    def tokenize(self, number: int, text: str, channel: Channel) -> None:
        """Tell the tokens of plain text to `channel`."""
        self._aside(
            number,
            channel,
            lambda: channel.post([(number, Tokenized(tuple(self.vocab.tokenize(text).tolist())))]),
        )

    def state(self, number: int, channel: Channel) -> None:
        """Tell how busy the model is to `channel`."""
        self.loop.tell(number, channel)

    def beside(self, number: int, keys: Sequence[ModelKey], channel: Channel) -> None:
        """Tell `channel` whether models would find room beside this one."""

        def tell() -> None:
            wanted = [(key, read_shape(key.path)) for key in keys]
            channel.post([(number, Beside(beside(wanted, hardware())))])

        self._aside(number, channel, tell)

    def cancel(self, number: int, channel: Channel) -> None:
        """End a request between two steps, without an event."""
        with self._lock:
            if not self._closed:
                self._preparing.submit(self.loop.cancel, number, channel)

    def _aside(self, number: int, channel: Channel, work: Callable[[], None]) -> None:
        """Do `work` in the preparing thread; whatever goes wrong is told, since somebody waits."""

        def run() -> None:
            try:
                self._check_open()
                work()
            except EngineError as error:
                channel.post([(number, Failed(error))])
            except Exception as error:
                log.exception("a request could not be prepared")
                channel.post([(number, Failed(EngineError(f"the request could not be prepared: {error}")))])

        with self._lock:
            if not self._closed:
                self._preparing.submit(run)
                return
        channel.post([(number, Failed(stopped()))])

    def _check_open(self) -> None:
        if self._closed:
            raise stopped()

    def _chat(self, number: int, request: ChatRequest, channel: Channel) -> None:
        task, dropped = self._prepare(request)
        if dropped:
            channel.post([(number, Trimmed(dropped))])
        self.loop.submit(number, task, channel)

    def _prepare(self, request: ChatRequest) -> tuple[Task, int]:
        chain = sampling.options(request.sampling)
        if request.overflow not in {"drop-oldest", "error"}:
            raise InvalidRequest(f"overflow {request.overflow} is unknown", "write drop-oldest or error")
        fitted = length.fit(
            lambda messages: self._composer.compose(messages, request.chat_template),
            request.messages,
            length.Room(
                context=self._context_length,
                answer=length.reserve(self._context_length, request.sampling.max_tokens),
                longest=self.vocab.longest,
            ),
            drop=request.overflow == "drop-oldest",
        )
        pick = PickOptions(
            chain=chain,
            grammar=grammar.of(request.format, request.grammar),
            logit_bias=request.logit_bias,
            logprobs=request.logprobs,
        )
        task = Task(
            prompt=fitted.prompt.tokens,
            pick=pick,
            max_tokens=request.sampling.max_tokens,
            stop=request.sampling.stop,
            thinking=fitted.prompt.thinking,
            person=request.person,
        )
        return task, fitted.dropped

    def close(self) -> None:
        """End every request, then free context and weights. May be called more than once, from any thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.loop.stop()
        self._templates.close()  # ends a rendering that runs
        self._preparing.shutdown(wait=True)
        self._templates.close()
        self.loop.join()
        self._embedder.free()
        self._context.free()
        self._weights.free()
