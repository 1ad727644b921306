"""`python serve.py LIBRARY ENDPOINT [MIB]`: a device on loopback; MIB is the room it has, by a limit of the process.

The protocol knows no authentication: loopback only.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.engine.offload.backend import Backend

library, endpoint, *room = sys.argv[1:]
backend = Backend(library)
if room:
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + int(room[0]) * 2**20,) * 2)
backend.serve(endpoint)
