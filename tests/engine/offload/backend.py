"""Runs in child processes of the tests: what is registered with ggml stays as long as a process lives."""

from __future__ import annotations

import ctypes

from lazyflow.engine.native.ggml import POINTER, Ggml


class Backend:
    """The RPC backend, loaded into this process."""

    def __init__(self, library: str) -> None:
        ggml = Ggml()
        self.registry, self.base = ggml.registry, ggml.base
        self.registry.ggml_backend_load.argtypes = [ctypes.c_char_p]
        self.registry.ggml_backend_load.restype = POINTER
        self.registry.ggml_backend_register.argtypes = [POINTER]
        self.registry.ggml_backend_dev_by_name.argtypes = [ctypes.c_char_p]
        self.registry.ggml_backend_dev_by_name.restype = POINTER
        self.base.ggml_backend_reg_get_proc_address.argtypes = [POINTER, ctypes.c_char_p]
        self.base.ggml_backend_reg_get_proc_address.restype = POINTER
        self._backend = self.registry.ggml_backend_load(library.encode())

    def add(self, endpoint: str) -> None:
        """Make the server at `endpoint` a device of this process."""
        add = ctypes.CFUNCTYPE(POINTER, ctypes.c_char_p)(self._function(b"ggml_backend_rpc_add_server"))
        self.registry.ggml_backend_register(add(endpoint.encode()))

    def serve(self, endpoint: str) -> None:
        """Serve this process's processor at `endpoint`, for ever."""
        size, devices = ctypes.c_size_t, (POINTER * 1)(self.registry.ggml_backend_dev_by_name(b"CPU"))
        start = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, size, size, ctypes.POINTER(POINTER))
        start(self._function(b"ggml_backend_rpc_start_server"))(endpoint.encode(), None, 1, 1, devices)

    def _function(self, name: bytes) -> int:
        found = self.base.ggml_backend_reg_get_proc_address(self._backend, name)
        assert found
        return int(found)
