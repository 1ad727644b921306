"""llama.cpp's RPC backend as a library of its own, built once from the installed version's sdist.

Loaded into an install for the processor alone, it makes another process a «GPU» to ggml: offload is tested for real.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

from lazyflow.engine.native.ggml import library_file, library_folder

PACKAGE = "llama-cpp-python"
WANTED = ("/vendor/llama.cpp/ggml/include/", "/vendor/llama.cpp/ggml/src/")
DEFINES = ("-DGGML_BACKEND_DL", "-DGGML_BACKEND_BUILD", "-DGGML_BACKEND_SHARED", "-DGGML_SHARED")


def rpc_library() -> Path:
    """The library for the installed version; built where the cache has none (a download, ten seconds of compiling)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lazyflow-tests"
    library = cache / f"{PACKAGE}-{version(PACKAGE)}" / "libggml-rpc.so"
    if not library.exists():
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            built = _build(_sources(Path(folder)), Path(folder) / library.name)
            built.replace(library)  # at once: another run may be looking
    return library


def _sources(folder: Path) -> Path:
    """The root of llama.cpp's sources."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", PACKAGE]
    subprocess.run([*pip, "--dest", folder, f"{PACKAGE}=={version(PACKAGE)}"], check=True, timeout=500)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        sdist.extractall(folder, [file for file in sdist if any(part in file.name for part in WANTED)], filter="data")
    (root,) = folder.glob("*/vendor/llama.cpp")
    return root


def _build(root: Path, target: Path) -> Path:
    rpc = root / "ggml" / "src" / "ggml-rpc"
    command = ["g++", "-O2", "-std=c++17", "-fPIC", "-shared", *DEFINES]
    command += [f"-I{root}/ggml/include", f"-I{root}/ggml/src", f"{rpc}/ggml-rpc.cpp", f"{rpc}/transport.cpp"]
    command += ["-o", str(target), str(library_file(library_folder(), "ggml-base"))]
    subprocess.run(command, check=True, timeout=300)
    return target
