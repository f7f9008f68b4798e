"""A loopback server that plays Statistics Canada: full tables, cubes and series, and whatever can go wrong on the way. Its figures are made up."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TABLE = "12100011"
HEADER = (
    '"REF_DATE","GEO","DGUID","Trade","Basis","Seasonal adjustment","Principal trading partners",'
    '"UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID","VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"'
)
PARTNERS = {1: "All countries", 2: "United States"}


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

    @property
    def validators(self) -> dict[str, str]:
        return {name: value for name, value in {"ETag": self.etag, "Last-Modified": self.last_modified}.items() if value}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Message
    payload: Any
    at: float


class Agency:
    """What the server holds, what it was asked, and the faults that its next requests meet, one each."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.files: dict[str, File] = {}
        self.answers: dict[str, Any] = {}
        self.faults: deque[Fault] = deque()
        self.requests: list[Request] = []
        self.offers_ranges = True
        self.announces_length = True

    def publish(self, archive: bytes, through: str, released: str, *, etag: str | None = None, product_id: str = TABLE) -> None:
        """A release: the zip, and the cube that says when it was released and with which month it ends."""
        self.files[f"/n1/tbl/csv/{product_id}-eng.zip"] = File(archive, etag)
        self.publish_cube(through, released, product_id)

    def publish_cube(self, through: str, released: str, product_id: str = TABLE) -> None:
        cube = {"responseStatusCode": 0, "productId": product_id, "cubeTitleEn": "A made-up table", "frequencyCode": 6}
        cube |= {"releaseTime": f"{released}T08:30", "cubeStartDate": "2026-01-01", "cubeEndDate": f"{through}-01"}
        self.answers["getCubeMetadata"] = [{"status": "SUCCESS", "object": cube}]

    def asked(self, part: str) -> list[Request]:
        return [request for request in self.requests if part in request.path]


@contextmanager
def serve() -> Iterator[Agency]:
    """The server, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    agency = Agency(f"http://127.0.0.1:{server.server_port}")
    server.agency = agency  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield agency
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def table_csv(through: str, *, level: float = 100.0) -> str:
    """A table in the layout of 12-10-0011: customs exports to all countries and to the United States, by month of 2026."""
    lines = [HEADER]
    for month in range(1, int(through[5:]) + 1):
        for partner, name in PARTNERS.items():
            cells = [f"2026-{month:02}", "Canada", "2021A000011124", "Export", "Customs", "Seasonally adjusted", name]
            cells += [
                "Dollars",
                "81",
                "millions ",
                "6",
                f"v{87008896 + partner}",
                f"1.2.1.2.{partner}",
                f"{level / partner + month:.1f}",
                "",
                "",
                "",
                "1",
            ]
            lines.append(",".join(f'"{cell}"' for cell in cells))
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def table_zip(through: str, *, level: float = 100.0, packed_on: tuple[int, int, int] = (2026, 9, 3), product_id: str = TABLE) -> bytes:
    """The same as the agency packs it, with a metadata file."""
    metadata = f'"Cube Title","Product Id"\r\n"A made-up table","{product_id}"\r\n'
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in {f"{product_id}.csv": table_csv(through, level=level), f"{product_id}_MetaData.csv": metadata}.items():
            target.writestr(zipfile.ZipInfo(name, (*packed_on, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def series_item(coordinate: str, vector: int, *values: float | None, product_id: int = int(TABLE), **changes: Any) -> dict[str, Any]:
    """One series of a Web Data Service answer, its points by month from January 2026; `changes` go into every point."""
    padded = ".".join([*coordinate.split("."), *["0"] * 10][:10])
    points = [
        {"refPer": f"2026-{month:02}-01", "refPer2": "", "value": value, "decimals": 1, "scalarFactorCode": 6, "symbolCode": 0, "statusCode": 0}
        | {"securityLevelCode": 0, "releaseTime": "2026-09-03T08:30", "frequencyCode": 6}
        | changes
        for month, value in enumerate(values, 1)
    ]
    return {
        "status": "SUCCESS",
        "object": {"responseStatusCode": 0, "productId": product_id, "coordinate": padded, "vectorId": vector, "vectorDataPoint": points},
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def agency(self) -> Agency:
        return self.server.agency  # type: ignore[attr-defined, no-any-return]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        fault = self._begin(None)
        if isinstance(fault, Refuse):
            return self._answer(fault.status, fault.body.encode(), fault.headers)
        file = self.agency.files.get(self.path.partition("?")[0])
        if file is None:
            return self._answer(404, b"<html>Page not found</html>", {"Content-Type": "text/html"})
        if self._knows(file):
            return self._answer(304, b"", file.validators)
        headers = file.validators | ({"Accept-Ranges": "bytes"} if self.agency.offers_ranges else {})
        start = self._start(file)
        if start is None:
            return self._answer(200, file.body, headers, fault)
        if start >= len(file.body):
            return self._answer(416, b"", {})
        headers["Content-Range"] = f"bytes {start}-{len(file.body) - 1}/{len(file.body)}"
        return self._answer(206, file.body[start:], headers, fault)

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = self._begin(payload)
        if isinstance(fault, Refuse):
            return self._answer(fault.status, fault.body.encode(), fault.headers)
        answer = self.agency.answers.get(self.path.rpartition("/")[2])
        if answer is None:
            return self._answer(404, b"", {})
        body = json.dumps(answer(payload) if callable(answer) else answer).encode()
        return self._answer(200, body, {"Content-Type": "application/json"}, fault)

    def _begin(self, payload: Any) -> Fault | None:
        self.agency.requests.append(Request(self.command, self.path, self.headers, payload, time.monotonic()))
        fault = self.agency.faults.popleft() if self.agency.faults else None
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        return fault

    def _knows(self, file: File) -> bool:
        etag, modified = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
        return (etag is not None and etag == file.etag) or (etag is None and modified is not None and modified == file.last_modified)

    def _start(self, file: File) -> int | None:
        """The first byte that is asked for, None for the whole file: no range asked, none offered, or of another edition."""
        asked = self.headers["Range"]
        is_this_edition = self.headers["If-Range"] in file.validators.values()
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.agency.offers_ranges and is_this_edition else None

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Connection", "close")
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304) and self.agency.announces_length:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: fault.after] if isinstance(fault, Cut) else body)
        except (BrokenPipeError, ConnectionResetError):
            pass
