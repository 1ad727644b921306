"""A Hub of the tests' own: answers the few requests of huggingface_hub over real HTTP, with faults on order."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
_API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)(?:/revision/(?P<revision>[^/]+))?$")
_FILE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)$")


@dataclass
class FakeHub:
    """`repos` maps a repo to its files; `requests` is what was asked. The other fields order faults.

    `cuts` are the numbers of bytes after which the next downloads break off, `error` is (status, X-Error-Code) for
    every answer, `hashes` overrides the ETag of a file, `pause` holds every download after its first byte; `asked` is
    set with the first download. With `cdn` files lie on another host, as large ones do; with `page` every answer is a
    web page. `authorized` are the hosts that saw a token. `short_by` is how many bytes the told sizes lack.
    """

    repos: dict[str, dict[str, bytes]] = field(default_factory=dict)
    url: str = ""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    error: tuple[int, str] | None = None
    hashes: dict[str, str] = field(default_factory=dict)
    pause: Event | None = None
    asked: Event = field(default_factory=Event)
    ignores_ranges: bool = False
    cdn: bool = False
    page: bool = False
    short_by: int = 0
    authorized: set[str] = field(default_factory=set)
    busy: int = 0

    def downloads(self) -> list[str]:
        """The Range of each download that was asked for, in order."""
        return [span for method, path, span in self.requests if method == "GET" and "/resolve/" in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append((self.command, path, self.headers.get("Range", "")))
        if self.headers.get("Authorization"):
            self.hub.authorized.add(self.headers["Host"].partition(":")[0])
        if self.hub.page:
            self._send(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})
        elif self.hub.error:
            self._send(self.hub.error[0], headers={"X-Error-Code": self.hub.error[1]})
        elif match := _API.match(path):
            self._api(match["repo"], match["revision"] or "main")
        elif match := _FILE.match(path):
            self._file(match["repo"], match["revision"], match["file"])
        else:
            self._send(404)

    def _api(self, repo: str, revision: str) -> None:
        if repo not in self.hub.repos:
            self._send(401, headers={"X-Error-Code": "RepoNotFound"})
        elif revision not in {"main", COMMIT}:
            self._send(404, headers={"X-Error-Code": "RevisionNotFound"})
        else:
            files = [{"rfilename": name} for name in self.hub.repos[repo]]
            self._send(200, json.dumps({"id": repo, "sha": COMMIT, "siblings": files}).encode())

    def _file(self, repo: str, revision: str, file: str) -> None:
        content = self.hub.repos.get(repo, {}).get(file)
        if repo not in self.hub.repos:
            self._send(401, headers={"X-Error-Code": "RepoNotFound"})
        elif revision not in {"main", COMMIT}:
            self._send(404, headers={"X-Error-Code": "RevisionNotFound"})
        elif content is None:
            self._send(404, headers={"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        elif self.command == "GET" and self.hub.busy > 0:
            self.hub.busy -= 1
            self._send(503)
        else:
            self._content(file, content)

    def _content(self, file: str, content: bytes) -> None:
        etag = self.hub.hashes.get(file) or hashlib.sha256(content).hexdigest()
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"', "X-Linked-Size": str(len(content) - self.hub.short_by)}
        if self.hub.cdn and not self.headers["Host"].startswith("localhost"):
            port = self.headers["Host"].partition(":")[2]
            place = {"Location": f"http://localhost:{port}{self.path}", "X-Linked-Etag": f'"{etag}"'}
            self._send(302, headers={"X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(content)), **place})
            return
        span = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if span and not self.hub.ignores_ranges:
            start = int(span[1])
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(206, content[start:], headers)
        else:
            self._send(200, content, headers)

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, text in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command == "HEAD":
            return
        if "/resolve/" in self.path and self.hub.pause:
            self.hub.asked.set()
            self.wfile.write(body[:1])
            self.wfile.flush()
            self.hub.pause.wait(10)
            body = body[1:]
        if "/resolve/" in self.path and body and self.hub.cuts:
            self.wfile.write(body[: self.hub.cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what the tests are about."""


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    """A hub that listens on a free port of this machine."""
    hub = FakeHub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
