"""What one session with an agency survives, gives up on, and never says."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from sources import http as module
from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS, Http, redacted
from sources.spec import Credential, Provider, Refusal, Validators
from tests.sources.loopback import Cut, File, Loopback, Refuse, Slow, serve

BODY = os.urandom(300_000)
PATH = "/data/table.bin"
UNKNOWN = Validators()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The back-offs, which are noted and not waited for."""
    noted: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=noted.append))
    return noted


@pytest.fixture
def agency(waits: list[float]) -> Iterator[Loopback]:
    with serve() as running:
        running.files[PATH] = File(BODY, etag='"one"', last_modified="Thu, 03 Sep 2026 12:30:00 GMT")
        yield running


@pytest.fixture
def http(agency: Loopback) -> Http:
    return Http(provider(agency), "made_up/table")


def provider(agency: Loopback, **changes: object) -> Provider:
    return Provider("made_up", "A made-up agency", agency.base_url, "UTC", (), **changes)  # type: ignore[arg-type]


def fetched(http: Http, folder: Path, validators: Validators = UNKNOWN) -> bytes | None:
    download = http.download(PATH, folder, validators)
    return download.path.read_bytes() if download else None


def test_download_keeps_name_address_and_validators(http: Http, agency: Loopback, tmp_path: Path) -> None:
    download = http.download(PATH, tmp_path, UNKNOWN)
    assert download is not None
    assert (download.path, download.url) == (tmp_path / "table.bin", agency.base_url + PATH)
    assert download.path.read_bytes() == BODY
    assert download.validators == Validators('"one"', "Thu, 03 Sep 2026 12:30:00 GMT")
    assert list(tmp_path.iterdir()) == [download.path]


@pytest.mark.parametrize("validators", [Validators('"one"'), Validators(None, "Thu, 03 Sep 2026 12:30:00 GMT")], ids=["etag", "date"])
def test_not_modified_is_none(http: Http, agency: Loopback, tmp_path: Path, validators: Validators) -> None:
    assert fetched(http, tmp_path, validators) is None
    assert len(agency.requests) == 1
    assert not list(tmp_path.iterdir())


def test_says_who_asks(agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_CONTACT", "data@example.org")
    fetched(Http(provider(agency)), tmp_path)
    assert agency.requests[0].headers["User-Agent"].startswith("trade-leverage-warehouse/")
    assert agency.requests[0].headers["User-Agent"].endswith(" (+data@example.org)")
    assert agency.requests[0].headers["Connection"] == "close"


def test_upstream_takes_the_place_of_the_agency(agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADE_UP", agency.base_url + "/")
    elsewhere = Provider("made_up", "A made-up agency", "https://agency.invalid", "UTC", ())
    for url in (PATH, "https://agency.invalid" + PATH):
        download = Http(elsewhere).download(url, tmp_path, UNKNOWN)
        assert download is not None
        assert download.url == agency.base_url + PATH


# What is asked again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_transient_refusals_are_asked_again_after_growing_waits(
    http: Http, agency: Loopback, waits: list[float], tmp_path: Path, status: int
) -> None:
    agency.faults.extend([Refuse(status)] * 3)
    assert fetched(http, tmp_path) == BODY
    assert [low <= wait <= low + 1 for low, wait in zip((1, 2, 4), waits, strict=True)] == [True] * 3


def test_an_outage_ends_in_one_clear_line(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.faults.extend([Refuse(503, "Down for maintenance\nuntil noon")] * ATTEMPTS)
    with pytest.raises(TransientError) as failure:
        fetched(http, tmp_path)
    said = f"made_up/table: {agency.base_url}{PATH} answered 503 (Service Unavailable): Down for maintenance until noon. Try again later"
    assert str(failure.value) == said
    assert len(agency.requests) == ATTEMPTS
    assert not list(tmp_path.iterdir())


def test_retry_after_in_seconds(http: Http, agency: Loopback, waits: list[float], tmp_path: Path) -> None:
    agency.faults.append(Refuse(429, headers={"Retry-After": "37"}))
    assert fetched(http, tmp_path) == BODY
    assert waits == [37]


def test_retry_after_as_a_date(http: Http, agency: Loopback, waits: list[float], tmp_path: Path) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)
    agency.faults.append(Refuse(503, headers={"Retry-After": format_datetime(moment, usegmt=True)}))
    assert fetched(http, tmp_path) == BODY
    assert waits == [pytest.approx(60, abs=5)]


def test_who_asks_for_a_long_wait_is_left_alone(http: Http, agency: Loopback, waits: list[float], tmp_path: Path) -> None:
    agency.faults.append(Refuse(429, headers={"Retry-After": "3600"}))
    with pytest.raises(TransientError, match=r"429 .* Try again in 3,600 s, as it asks"):
        fetched(http, tmp_path)
    assert (len(agency.requests), waits) == (1, [])


def test_a_slow_first_byte_is_waited_for(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.faults.append(Slow(0.3))
    assert fetched(http, tmp_path) == BODY
    assert len(agency.requests) == 1


def test_silence_is_asked_again(http: Http, agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0.1)
    agency.faults.append(Slow(0.5))
    assert fetched(http, tmp_path) == BODY
    assert len(agency.requests) == 2


def test_nobody_there(agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADE_UP", "http://127.0.0.1:1")
    with pytest.raises(TransientError, match="could not be reached"):
        fetched(Http(provider(agency)), tmp_path)


def test_where_nobody_was_the_next_one_asks_once(agency: Loopback, tmp_path: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    address = "http://127.0.0.1:2"
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADE_UP", address)
    for expected in (ATTEMPTS - 1, ATTEMPTS - 1):
        with pytest.raises(TransientError, match="could not be reached"):
            fetched(Http(provider(agency)), tmp_path)
        assert len(waits) == expected
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADE_UP", agency.base_url)
    agency.faults.append(Refuse(503))
    assert fetched(Http(provider(agency)), tmp_path) == BODY


# Cut connections


def test_three_cuts_are_resumed_where_they_were_cut(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.faults.extend([Cut(100_000), Cut(70_000), Cut(70_000)])
    assert fetched(http, tmp_path) == BODY
    starts = [int(request.headers["Range"].removeprefix("bytes=").rstrip("-")) for request in agency.requests[1:]]
    assert 0 < starts[0] < starts[1] < starts[2] < len(BODY)
    assert {request.headers["If-Range"] for request in agency.requests[1:]} == {'"one"'}


def test_without_ranges_a_cut_download_starts_again(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.offers_ranges = False
    agency.faults.append(Cut(200_000))
    assert fetched(http, tmp_path) == BODY
    assert agency.requests[1].headers["Range"] is None


def test_without_a_strong_validator_a_cut_download_starts_again(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.files[PATH] = File(BODY, etag='W/"weak"')
    agency.faults.append(Cut(200_000))
    assert fetched(http, tmp_path) == BODY
    assert agency.requests[1].headers["Range"] is None


def test_a_file_that_changes_between_two_parts_is_taken_whole(http: Http, agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.urandom(150_000)

    def replace(_: float) -> None:
        agency.files[PATH] = File(other, etag='"two"')

    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=replace))
    agency.faults.append(Cut(200_000))
    download = http.download(PATH, tmp_path, UNKNOWN)
    assert download is not None
    assert download.path.read_bytes() == other
    assert download.validators.etag == '"two"'


def test_a_refused_range_starts_again(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.faults.extend([Cut(200_000), Refuse(416)])
    assert fetched(http, tmp_path) == BODY
    assert [request.headers["Range"] is None for request in agency.requests] == [True, False, True]


def test_a_download_that_is_always_cut_leaves_nothing(http: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.offers_ranges = False
    agency.faults.extend([Cut(200_000)] * ATTEMPTS)
    with pytest.raises(TransientError, match="cut the connection"):
        fetched(http, tmp_path)
    assert not list(tmp_path.iterdir())


# What is not asked again


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 410, 422])
def test_permanent_refusals_are_asked_once(http: Http, agency: Loopback, tmp_path: Path, status: int) -> None:
    agency.faults.append(Refuse(status, '{"message": "not like this"}', {"Content-Type": "application/json"}))
    with pytest.raises(PermanentError, match=f"answered {status} .*: not like this"):
        fetched(http, tmp_path)
    assert len(agency.requests) == 1


def test_the_provider_explains_a_conflict(agency: Loopback, tmp_path: Path) -> None:
    def explain(refusal: Refusal) -> SourceError | None:
        return NotYet(refusal.subject, refusal.said) if refusal.status == 409 else None

    agency.faults.append(Refuse(409))
    with pytest.raises(NotYet, match="409"):
        fetched(Http(provider(agency, explain=explain)), tmp_path)
    agency.faults.append(Refuse(409))
    with pytest.raises(PermanentError, match="409"):
        fetched(Http(provider(agency)), tmp_path)
    assert len(agency.requests) == 2


def test_byte_cap_by_announcement_and_by_count(http: Http, agency: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 200_000)
    with pytest.raises(PermanentError, match="more than the 200,000 bytes"):
        fetched(http, tmp_path)
    agency.announces_length = False
    with pytest.raises(PermanentError, match="more than the 200,000 bytes"):
        fetched(http, tmp_path)
    assert not list(tmp_path.iterdir())


# JSON


def test_json_sends_and_parses(http: Http, agency: Loopback) -> None:
    agency.answers["/rest/echo"] = lambda request: {"got": request.payload}
    assert http.json("POST", "/rest/echo", [{"productId": 1}]) == {"got": [{"productId": 1}]}


def test_json_survives_a_cut_and_reads_no_content_as_none(http: Http, agency: Loopback) -> None:
    agency.answers["/rest/echo"] = {"numbers": list(range(1000))}
    agency.faults.append(Cut(100))
    assert http.json("POST", "/rest/echo", []) == {"numbers": list(range(1000))}
    agency.faults.append(Refuse(204))
    assert http.json("POST", "/rest/echo", []) is None


def test_a_web_page_is_no_json(http: Http, agency: Loopback) -> None:
    agency.faults.append(Refuse(200, "<html>\n<h1>Invalid Key</h1></html>"))
    with pytest.raises(ContractError, match="answered no JSON but '<html> <h1>Invalid Key</h1></html>'"):
        http.json("POST", "/rest/echo", [])


def test_json_is_capped(http: Http, agency: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_JSON_BYTES", 1000)
    agency.answers["/rest/echo"] = "x" * 2000
    with pytest.raises(PermanentError, match="more than the 1,000 bytes"):
        http.json("POST", "/rest/echo", [])


# Manners and secrets


def test_requests_keep_their_distance_across_sessions(agency: Loopback, tmp_path: Path) -> None:
    patient = Provider("patient", "A made-up agency", agency.base_url, "UTC", (), min_seconds_between_requests=0.1)
    for _ in range(3):
        fetched(Http(patient), tmp_path)
    moments = [request.at for request in agency.requests]
    assert min(after - before for before, after in pairwise(moments)) >= 0.05  # An arrival is not a departure.


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.example/d?get=X&key=abc123", "https://a.example/d?get=X&key=***"),
        ("https://a.example/d?subscription-key=abc&period=2026", "https://a.example/d?subscription-key=***&period=2026"),
        ("https://a.example/d?UserID=abc&api_key=def&access_token=g", "https://a.example/d?UserID=***&api_key=***&access_token=***"),
        ("https://user:word@a.example:8443/d", "https://a.example:8443/d"),
        ("https://a.example/n1/tbl/csv/12100011-eng.zip", "https://a.example/n1/tbl/csv/12100011-eng.zip"),
    ],
)
def test_redacted(address: str, shown: str) -> None:
    assert redacted(address) == shown


ADDRESS = "/data?get=X"
KEY = "s3cr3t/value"
IN_QUERY = Credential("MADE_UP_KEY", "https://example.org/key", "query", "key")
IN_HEADER = Credential("MADE_UP_KEY", "https://example.org/key", "header", "Authorization", prefix="Bearer ")


@pytest.fixture(params=[IN_QUERY, IN_HEADER], ids=["in the query", "in a header"])
def keyed(agency: Loopback, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Http:
    monkeypatch.setenv("MADE_UP_KEY", KEY)
    caplog.set_level("DEBUG")
    return Http(provider(agency), "made_up/table", request.param)


def test_the_key_goes_with_every_request_and_without_one_there_is_none(keyed: Http, agency: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    agency.answers["/data"] = {}
    keyed.json("GET", ADDRESS)
    (request,) = agency.requests
    assert KEY in (request.query.get("key"), (request.headers["Authorization"] or "").removeprefix("Bearer "))
    assert request.query["get"] == "X"
    monkeypatch.delenv("MADE_UP_KEY")
    assert (keyed.has_key, Http(provider(agency), "made_up/table", IN_QUERY).has_key) == (True, False)


@pytest.mark.parametrize(
    "faults",
    [
        [Refuse(403, "bad key s3cr3t/value")],
        [Refuse(200, "<p>Invalid key s3cr3t%2Fvalue")],
        [Refuse(200, "<p>Invalid key s3cr3t%2Fvalue", {"Content-Type": "text/html"})],
        [Refuse(302, headers={"Location": "/data?key=s3cr3t%2Fvalue"})] * 40,
        [Slow(0.3)] * ATTEMPTS,
    ],
    ids=["repeated by the agency", "in a page", "in a page that says so", "endless redirects", "silence"],
)
def test_no_error_and_no_log_shows_a_key(
    keyed: Http, agency: Loopback, faults: list[Refuse | Slow], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READ_SECONDS", 0.05)
    agency.faults.extend(faults)
    with pytest.raises(SourceError) as failure:
        keyed.json("GET", ADDRESS)
    told = "".join(traceback.format_exception(failure.value)) + caplog.text
    assert ADDRESS in told
    assert "s3cr3t" not in told


def test_the_recorded_address_shows_no_key(keyed: Http, agency: Loopback, tmp_path: Path) -> None:
    agency.files["/data"] = File(b"1")
    download = keyed.download(ADDRESS, tmp_path)
    assert download is not None
    assert download.url == agency.base_url + ADDRESS


# Refusals in disguise


def test_a_web_page_in_place_of_data_is_refused_and_explained(agency: Loopback, tmp_path: Path) -> None:
    page = Refuse(200, "<html><title>Invalid Key</title></html>", {"Content-Type": "text/html"})
    agency.faults.append(page)
    with pytest.raises(ContractError, match="with a web page instead of data: '<html><title>Invalid Key"):
        fetched(Http(provider(agency)), tmp_path)
    agency.faults.append(page)
    explained = provider(agency, explain=lambda refusal: PermanentError(refusal.subject, f"the key is refused: {'Invalid Key' in refusal.body}"))
    with pytest.raises(PermanentError, match="the key is refused: True"):
        fetched(Http(explained), tmp_path)
    assert len(agency.requests) == 2


def test_a_redirect_is_followed_only_where_the_provider_follows(agency: Loopback, tmp_path: Path) -> None:
    agency.answers["/moved"] = Refuse(302, headers={"Location": PATH})
    assert Http(provider(agency)).download("/moved", tmp_path) is not None
    with pytest.raises(PermanentError, match="answered 302"):
        Http(provider(agency, follows_redirects=False)).download("/moved", tmp_path)


def test_other_addresses_of_a_provider_move_with_the_upstream(agency: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    two_hosts = Provider("made_up", "A made-up agency", "https://a.example", "UTC", (), other_urls=("https://b.example",))
    monkeypatch.setenv("WAREHOUSE_UPSTREAM_MADE_UP", agency.base_url)
    agency.answers["/rest"] = {"from": "loopback"}
    for url in ("https://a.example/rest", "https://b.example/rest", "/rest"):
        assert Http(two_hosts).json("GET", url) == {"from": "loopback"}
