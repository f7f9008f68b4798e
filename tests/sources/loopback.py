"""A loopback server that plays an agency: files with validators and byte ranges, answers to questions, and whatever can go wrong on the way.

    with serve() as agency:
        agency.files["/pub/table.csv"] = File(b"a,b", last_modified="Thu, 03 Sep 2026 12:30:00 GMT")
        agency.answers["/api/rows"] = lambda request: page(request.query["$offset"])   # sent as JSON; bytes, File and Refuse as they are
        agency.faults.append(Refuse(503))                                             # the next request meets it, whatever it asks
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADEUP", agency.base_url)

An answer is looked up by method-less path, first with the query, then without it.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Refuse:
    """Answer this instead."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """Announce the whole answer, send so many bytes of it, and hang up."""

    after: int


@dataclass(frozen=True)
class Slow:
    """Let the first byte wait."""

    seconds: float


Fault = Refuse | Cut | Slow


@dataclass(frozen=True)
class File:
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None

    @property
    def validators(self) -> dict[str, str]:
        return {name: value for name, value in {"ETag": self.etag, "Last-Modified": self.last_modified}.items() if value}

    @property
    def headers(self) -> dict[str, str]:
        return self.validators | ({"Content-Type": self.content_type} if self.content_type else {})


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Message
    payload: Any
    at: float

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))


class Loopback:
    """What the server holds, what it was asked, and the faults that its next requests meet, one each."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.files: dict[str, File] = {}
        self.answers: dict[str, Any | Callable[[Request], Any]] = {}
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.offers_ranges = True
        self.announces_length = True

    def asked(self, part: str) -> list[Request]:
        return [request for request in self.requests if part in request.path]

    def answer(self, request: Request) -> Any:
        """What is held for this request; None for nothing."""
        bare = request.path.partition("?")[0]
        for path in (request.path, bare):
            if path in self.files:
                return self.files[path]
            if path in self.answers:
                answer = self.answers[path]
                return answer(request) if callable(answer) else answer
        return None


Kind = TypeVar("Kind", bound=Loopback)


@contextmanager
def serve(kind: type[Kind] = Loopback) -> Iterator[Kind]:  # type: ignore[assignment]
    """The server, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    agency = kind(f"http://127.0.0.1:{server.server_port}")
    server.agency = agency  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield agency
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def agency(self) -> Loopback:
        return self.server.agency  # type: ignore[attr-defined, no-any-return]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(None)

    def do_HEAD(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _serve(self, payload: Any) -> None:
        request = Request(self.command, self.path, self.headers, payload, time.monotonic())
        self.agency.requests.append(request)
        fault = self.agency.faults.popleft() if self.agency.faults else None
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        match fault if isinstance(fault, Refuse) else self.agency.answer(request):
            case Refuse() as refusal:
                self._send(refusal.status, refusal.body.encode(), refusal.headers)
            case None:
                self._send(404, b"<html>Page not found</html>", {"Content-Type": "text/html"})
            case File() as file:
                self._send_file(file, fault)
            case bytes() as body:
                self._send(200, body, {}, fault)
            case answer:
                self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"}, fault)

    def _send_file(self, file: File, fault: Fault | None) -> None:
        if self._knows(file):
            return self._send(304, b"", file.validators)
        headers = file.headers | ({"Accept-Ranges": "bytes"} if self.agency.offers_ranges else {})
        start = self._start(file)
        if start is None:
            return self._send(200, file.body, headers, fault)
        if start >= len(file.body):
            return self._send(416, b"", {})
        headers["Content-Range"] = f"bytes {start}-{len(file.body) - 1}/{len(file.body)}"
        return self._send(206, file.body[start:], headers, fault)

    def _knows(self, file: File) -> bool:
        etag, modified = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
        return (etag is not None and etag == file.etag) or (etag is None and modified is not None and modified == file.last_modified)

    def _start(self, file: File) -> int | None:
        """The first byte that is asked for, None for the whole file: no range asked, none offered, or of another edition."""
        asked = self.headers["Range"]
        is_this_edition = self.headers["If-Range"] in file.validators.values()
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.agency.offers_ranges and is_this_edition else None

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Connection", "close")
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304) and self.agency.announces_length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: fault.after] if isinstance(fault, Cut) else body)
        except (BrokenPipeError, ConnectionResetError):
            pass
