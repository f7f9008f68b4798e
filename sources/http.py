"""One session with one agency: who asks, how long it waits, what it asks again, and how much it accepts.

408, 425, 429, 5xx, time-outs and cut connections are transient: they are asked again after an exponential back-off with jitter, or when
`Retry-After` says. Every other status from 300 on is permanent, and a web page is never data; the provider explains those answers that mean
something else with it. No message, no log line and no recorded address shows a key.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

import requests
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from sources.clock import now
from sources.credentials import secret
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.spec import Credential, Download, Provider, Refusal, Validators

CONNECT_SECONDS, READ_SECONDS = 10.0, 120.0
ATTEMPTS = 6
LONGEST_WAIT = 120.0
MAX_BYTES = 8 << 30
MAX_JSON_BYTES = 64 << 20

Body = bytes
_CHUNK = 1 << 16
_UNKNOWN = Validators()
_RETRIED = frozenset({408, 425, 429})
_SECRET = re.compile(r"key|token|secret|passw|signature|auth|credential|userid", re.IGNORECASE)
_LATER = "Try again later"
_logger = logging.getLogger(__name__)


class Http:
    """Requests to one provider, at the base address that `WAREHOUSE_UPSTREAM_<PROVIDER>` names, else at its own.

    `subject` is the data set that errors name; without one they name the provider. The credential, where it is set, goes with every request.
    """

    def __init__(self, provider: Provider, subject: str = "", credential: Credential | None = None) -> None:
        self.provider = provider
        self.subject = subject or provider.name
        self.upstream = (os.environ.get(f"WAREHOUSE_UPSTREAM_{provider.name.upper()}") or "").rstrip("/")
        self.session = requests.Session()
        # A connection that is kept alive can pin the client to a broken back-end.
        self.session.headers.update({"User-Agent": _user_agent(), "Connection": "close"} | dict(provider.headers))
        key = secret(credential)
        self.has_key = key is not None
        if credential and key:
            _secrets.add(key)
            if credential.carried_in == "header":
                self.session.headers[credential.name] = credential.prefix + key
            else:
                self.session.params = {credential.name: key}

    def download(self, url: str, folder: Path, validators: Validators = _UNKNOWN) -> Download | None:
        """Stream a file into the folder under its own name; None where the agency says that it is the one of the validators.

        A cut connection goes on where it was cut if the server offers byte ranges and a validator, else from the start. Raises SourceError,
        and then leaves nothing behind.
        """
        address = self._address(url)
        path = folder / (PurePosixPath(urlsplit(address).path).name or "payload")
        part = _Part(path.with_name(f".{path.name}.part"))
        try:
            if self._patiently(self._receive, address, part, validators):
                part.path.replace(path)
                return Download(path, redacted(address), now(), part.validators)
            return None
        finally:
            part.path.unlink(missing_ok=True)

    def bytes(self, method: str, url: str, payload: Any = None) -> Body | None:
        """The answer's body, None where there is no content (204); raises SourceError. The payload is sent as JSON."""
        body: Body | None = self._patiently(self._ask, method, self._address(url), payload)
        return body

    def json(self, method: str, url: str, payload: Any = None) -> Any:
        """The parsed answer, None where there is no content (204); raises SourceError."""
        body = self.bytes(method, url, payload)
        try:
            return None if body is None else json.loads(body)
        except ValueError:
            said = _shown((body or b"").decode("utf-8", "replace"))
            address = redacted(self._address(url))
            raise ContractError(self.subject, f"{address} answered no JSON but {said!r}", "Open the address in a browser") from None

    def _patiently(self, ask: Callable[..., Any], *arguments: Any) -> Any:
        """Ask again while it helps. An agency that nobody could reach is asked once by whoever comes next, until it answers again."""
        where = self.upstream or self.provider.base_url
        try:
            answer = (_once if where in _unreachable else _patient)(ask, *arguments)
        except _UnreachableError:
            _unreachable.add(where)
            raise
        _unreachable.discard(where)
        return answer

    def _receive(self, address: str, part: _Part, validators: Validators) -> bool:
        headers = {"Accept-Encoding": "identity"} | (part.rest() or _conditions(validators))
        with self._exchange("GET", address, headers) as response:
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                return False
            if not part.accept(response):
                raise TransientError(self.subject, f"{redacted(address)} answered {_status(response)} instead of the file", _LATER)
            if part.total and part.total > MAX_BYTES:
                raise self._too_large(address, MAX_BYTES)
            with part.path.open("ab") as stream:
                for chunk in response.iter_content(_CHUNK):
                    stream.write(chunk)
                    if stream.tell() > MAX_BYTES:
                        raise self._too_large(address, MAX_BYTES)
        if part.total is not None and part.size != part.total:
            raise TransientError(self.subject, f"{redacted(address)} sent {part.size:,} bytes of {part.total:,}", _LATER)
        return True

    def _ask(self, method: str, address: str, payload: Any) -> Body | None:
        with self._exchange(method, address, {"Accept": "application/json, */*;q=0.5"}, payload) as response:
            if response.status_code == HTTPStatus.NO_CONTENT:
                return None
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > MAX_JSON_BYTES:
                    raise self._too_large(address, MAX_JSON_BYTES)
        return Body(body)

    @contextmanager
    def _exchange(self, method: str, address: str, headers: dict[str, str], payload: Any = None) -> Iterator[requests.Response]:
        """One request and its answer while it is read. Whatever goes wrong is a SourceError; the causes name addresses in full, so they are cut."""
        _await_turn(self.provider)
        try:
            timeout = (CONNECT_SECONDS, READ_SECONDS)
            with self.session.request(
                method, address, headers=headers, json=payload, timeout=timeout, stream=True, allow_redirects=self.provider.follows_redirects
            ) as response:
                if _is_refusal(response):
                    raise self._refusal(response, address)
                yield response
        except requests.RequestException as error:
            raise self._failure(error, address) from None

    def _refusal(self, response: requests.Response, address: str) -> SourceError:
        said, body = f"{redacted(address)} answered {_status(response)}", _beginning(response)
        message = _message(response, body)
        if message:
            said += f": {message}"
        explained = self.provider.explain(Refusal(self.subject, response.status_code, said, _hidden(body), response.headers))
        if explained is not None:
            return explained
        if response.status_code < 300:
            return ContractError(self.subject, f"{said} with a web page instead of data: {_shown(body)!r}", "Open the address in a browser")
        if response.status_code in _RETRIED or response.status_code >= 500:
            wait = _retry_after(response)
            return TransientError(self.subject, said, _LATER if wait is None else f"Try again in {wait:,.0f} s, as it asks", wait)
        return PermanentError(self.subject, said, "Check the address and what was asked; the same request will be refused again")

    def _failure(self, error: requests.RequestException, address: str) -> SourceError:
        where = redacted(address)
        match error:
            case requests.ConnectTimeout():
                return _UnreachableError(self.subject, f"{where} could not be reached within {CONNECT_SECONDS:g} s", _LATER)
            case requests.Timeout():
                return TransientError(self.subject, f"{where} sent nothing for {READ_SECONDS:g} s", _LATER)
            case requests.exceptions.SSLError():
                return TransientError(self.subject, f"{where} offers no connection that can be trusted", "Check its certificate and the clock")
            case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
                return TransientError(self.subject, f"{where} cut the connection before the end", _LATER)
            case requests.ConnectionError():
                return _UnreachableError(self.subject, f"{where} could not be reached, or cut the connection", "Check the network, then try again")
        return PermanentError(self.subject, f"{where} cannot be asked ({type(error).__name__})", "Check the address")

    def _too_large(self, address: str, limit: int) -> PermanentError:
        return PermanentError(self.subject, f"{redacted(address)} sends more than the {limit:,} bytes that are accepted", "Check the address")

    def _address(self, url: str) -> str:
        if url.startswith("/"):
            return (self.upstream or self.provider.base_url) + url
        known = next((known for known in (self.provider.base_url, *self.provider.other_urls) if url.startswith(known)), None)
        return self.upstream + url.removeprefix(known) if known and self.upstream else url


def redacted(address: str) -> str:
    """The address without the values of keys and tokens in its query, and without the user before its host."""
    parts = urlsplit(_hidden(address))
    query = "&".join(re.sub("=.*", "=***", pair) if _SECRET.search(pair.partition("=")[0]) else pair for pair in parts.query.split("&"))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment=""))


@dataclass
class _Part:
    """The bytes of a download so far, and what the server said of the whole: its size, and the validator with which to ask for the rest."""

    path: Path
    total: int | None = None
    validator: str | None = None
    validators: Validators = field(default_factory=Validators)

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def rest(self) -> dict[str, str]:
        return {"Range": f"bytes={self.size}-", "If-Range": self.validator} if self.size and self.validator else {}

    def accept(self, response: requests.Response) -> bool:
        """Make ready for the answer's bytes: after those held, or from the start. False, and nothing held, where it brings neither."""
        headers = response.headers
        if response.status_code == HTTPStatus.PARTIAL_CONTENT and headers.get("Content-Range", "").startswith(f"bytes {self.size}-"):
            return True
        self.path.unlink(missing_ok=True)
        self.total = self.validator = None
        if response.status_code != HTTPStatus.OK:
            return False
        self.validators = Validators(headers.get("ETag"), headers.get("Last-Modified"))
        if "Content-Encoding" not in headers:
            self.total = int(headers["Content-Length"]) if "Content-Length" in headers else None
            if headers.get("Accept-Ranges") == "bytes":
                etag = self.validators.etag
                self.validator = etag if etag and not etag.startswith("W/") else self.validators.last_modified
        return True


class _UnreachableError(TransientError):
    """Nobody answers at the address."""


def _back_off(error: Exception) -> bool | float:
    """Whether to ask again, and after how long; who asks for a longer wait than we have is not asked earlier, but left alone."""
    if isinstance(error, TransientError) and error.wait:
        return error.wait if error.wait <= LONGEST_WAIT else False
    return isinstance(error, TransientError)


def _announce(details: RetryDetails) -> None:
    _logger.warning("%s (asking again in %.0f s)", details.caused_by, details.wait_for)


set_on_retry_hooks([_announce])
_patient = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=None, wait_initial=1.0, wait_max=60.0, wait_jitter=1.0).on(_back_off)
_once = stamina.RetryingCaller(attempts=1).on(_back_off)
_unreachable: set[str] = set()

_turns: dict[str, float] = {}
_turns_lock = Lock()


def _await_turn(provider: Provider) -> None:
    """Wait until the provider may be asked again, whoever of this process asked last."""
    with _turns_lock:
        turn = max(time.monotonic(), _turns.get(provider.name, 0.0))
        _turns[provider.name] = turn + provider.min_seconds_between_requests
    time.sleep(max(0.0, turn - time.monotonic()))


def _user_agent() -> str:
    contact = os.environ.get("WAREHOUSE_CONTACT")
    return f"trade-leverage-warehouse/{version('trade-leverage-warehouse')}" + (f" (+{contact})" if contact else "")


def _conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _is_refusal(response: requests.Response) -> bool:
    if response.status_code in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        return False
    if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and "Range" in response.request.headers:
        return False
    return response.status_code >= 300 or _is_web_page(response)


def _is_web_page(response: requests.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "")


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _status(response: requests.Response) -> str:
    return f"{response.status_code} ({response.reason})" if response.reason else str(response.status_code)


def _beginning(response: requests.Response) -> str:
    try:
        return next(response.iter_content(2000), b"").decode("utf-8", "replace")
    except requests.RequestException:
        return ""


def _message(response: requests.Response, body: str) -> str:
    """What a refusal says in its body, if it is not a web page."""
    if _is_web_page(response):
        return ""
    try:
        answer = json.loads(body)
    except ValueError:
        return _shown(body)
    return _shown(str(answer.get("message", answer) if isinstance(answer, dict) else answer))


def _shown(text: str) -> str:
    """The text in one short line, without keys that an agency repeats."""
    line = " ".join(_hidden(text).split())
    return line if len(line) <= 200 else line[:200] + "…"


_secrets: set[str] = set()


def _hidden(text: str) -> str:
    """The text without any key that this process has used, as it is or as an address spells it."""
    for key in _secrets:
        for spelled in {key, quote(key, safe=""), quote_plus(key)}:
            text = text.replace(spelled, "***")
    return text


class _HideSecrets(logging.Filter):
    """Requests are logged by the library that sends them, with their addresses in full."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _hidden(record.getMessage()), None
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HideSecrets())
