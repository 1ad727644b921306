from __future__ import annotations

import logging
import threading

import pytest

from lazyflow.engine.native_log import KEPT, LONGEST, NativeLog, cause

NONE, DEBUG, INFO, WARN, ERROR, CONT = range(6)


@pytest.fixture
def native(caplog: pytest.LogCaptureFixture) -> NativeLog:
    caplog.set_level(logging.DEBUG, logger="lazyflow.llama")
    return NativeLog()


def test_pieces_become_lines_at_their_level(native: NativeLog, caplog: pytest.LogCaptureFixture) -> None:
    native.write(INFO, b"load_tensors: loading ")
    native.write(CONT, b"model")
    native.write(CONT, b" tensors\n")
    native.write(ERROR, b"one\ntwo\n")
    native.write(WARN, b"three\n")
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.DEBUG, "load_tensors: loading model tensors"),
        (logging.WARNING, "one"),
        (logging.WARNING, "two"),
        (logging.INFO, "three"),
    ]


def test_a_line_that_is_never_ended_ends_with_the_next(native: NativeLog, caplog: pytest.LogCaptureFixture) -> None:
    native.write(INFO, b"......")
    native.write(ERROR, b"failed\n")
    assert [record.getMessage() for record in caplog.records] == ["......", "failed"]
    native.write(CONT, b"x" * (LONGEST + 1))
    assert len(caplog.records) == 3


def test_the_debug_level_is_dropped_whole(native: NativeLog) -> None:
    native.write(INFO, b"kept\n")
    native.write(DEBUG, b"graph: ")
    native.write(CONT, b"thousands of nodes\n")
    native.write(INFO, b"kept again\n")
    assert native.since(0) == ("kept", "kept again")


@pytest.mark.parametrize("text", [b"\xff\xfe broken\n", None, b"", b"100% %s %d\n", b"\x00\n", "ein Fluß\n".encode()])
def test_whatever_comes_nothing_is_raised(native: NativeLog, text: bytes | None) -> None:
    native.write(ERROR, text)
    native.write(99, text)


def test_a_handler_that_fails_stops_nothing(native: NativeLog) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - logging's signature
            raise RuntimeError

    broken = Broken()
    logging.getLogger("lazyflow.llama").addHandler(broken)
    try:
        native.write(ERROR, b"still here\n")
    finally:
        logging.getLogger("lazyflow.llama").removeHandler(broken)
    assert native.since(0) == ("still here",)


def test_lines_since_a_mark_are_kept(native: NativeLog) -> None:
    native.write(INFO, b"before\n")
    mark = native.mark()
    native.write(INFO, b"after\nunfinished")
    assert native.since(mark) == ("after", "unfinished")
    for number in range(KEPT + 10):
        native.write(INFO, f"{number}\n".encode())
    assert len(native.since(mark)) == KEPT
    assert native.since(native.mark()) == ()


def test_threads_lose_nothing(native: NativeLog) -> None:
    def write() -> None:
        for _ in range(50):
            native.write(INFO, b"line\n")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert native.since(0) == ("line",) * 200


@pytest.mark.parametrize(
    ("lines", "out_of_memory", "words"),
    [
        ((), False, ""),
        (("llama_model_loader: loaded meta data", "print_info: n_ctx = 5"), False, ""),
        (
            (
                "ggml_backend_cuda_buffer_type: allocating 900.00 MiB on device 0: cudaMalloc failed: out of memory",
                "llama_model_load: error loading model: unable to allocate CUDA0 buffer",
                "llama_model_load_from_file_impl: failed to load model",
            ),
            True,
            "allocating 900.00 MiB on device 0: cudaMalloc failed: out of memory",
        ),
        (
            ("llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache",),
            True,
            "failed to allocate buffer for kv cache",
        ),
        (
            (
                "llama_model_load: error loading model: tensor 'blk.1.ffn_up' data is not within the file bounds",
                "llama_model_load_from_file_impl: failed to load model",
            ),
            False,
            "tensor 'blk.1.ffn_up' data is not within the file bounds",
        ),
        (("llama_model_load: error loading model: mmap failed: Cannot allocate memory",), True,
         "mmap failed: Cannot allocate memory"),
        (("gguf_init_from_file_impl: invalid magic characters: '<htm', expected 'GGUF'",), False,
         "invalid magic characters: '<htm', expected 'GGUF'"),
        (("ggml_vulkan: Device memory allocation failed: ErrorOutOfDeviceMemory",), True,
         "Device memory allocation failed: ErrorOutOfDeviceMemory"),
    ],
)  # fmt: skip
def test_a_failed_load_tells_why(lines: tuple[str, ...], out_of_memory: bool, words: str) -> None:
    assert (cause(lines).out_of_memory, cause(lines).words) == (out_of_memory, words)
