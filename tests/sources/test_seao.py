"""Québec's calls for tenders: which files are asked for, every answer that is not data, and the releases as they land. Made-up releases say so."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError, PermanentError, SourceError, TransientError
from sources.http import ATTEMPTS
from sources.landing import Attempt, Landing
from sources.providers import seao
from sources.seao_releases import TABLES, is_whole, member_name
from sources.spec import Parsed, Vintage
from tests.payloads.recordings import recording
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Slow, serve

DATASET = registry.dataset("seao/releases")
RECORDED = "seao/hebdo_20260720_20260726.3releases.json"
PART, NAME = "hebdo-20260720", "hebdo_20260720_20260726.json"
FIRST, SECOND = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
LISTING = "/recherche/api/3/action/package_show"


def release(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A made-up release of an award."""
    tender = {"id": f"AO-{number}", "title": f"Made up {number}\t\t", "status": "complete", "procurementMethod": "open"}
    tender |= {"procurementMethodDetails": "Avis", "items": [{"id": "G1", "classification": {"scheme": "UNSPSC", "id": "42000000"}}]}
    buyer, supplier = {"id": "OP-1", "name": "Made-up Town"}, {"id": "FO-1", "name": "Made-up Inc."}
    return {
        "ocid": f"ocds-made-up-{number}",
        "id": f"2026072{number}",
        "date": "2026-07-21T09:00:00-04:00",
        "tag": ["award"],
        "buyer": buyer,
        "parties": [buyer | {"roles": ["buyer"], "address": {"countryName": "CAN"}}, supplier | {"roles": ["supplier"]}],
        "tender": tender,
        "awards": [{"id": "A", "status": "active", "date": "2026-07-21", "value": {"amount": 5, "currency": "CAD"}, "suppliers": [supplier]}],
        "contracts": [
            {"id": "C", "awardID": "A", "status": "active", "dateSigned": "2026-07-21", "value": {"amount": 5, "currency": "CAD"}},
        ],
    } | changes


def document(*releases: dict[str, Any], resource: str = FIRST, name: str = NAME, published: str = "2026-07-27T01:18:26-04:00") -> dict[str, Any]:
    uri = f"{seao.BASE_URL}/recherche/dataset/{seao.PACKAGE}/resource/{resource}/download/{name}"
    return {"uri": uri, "version": "1.1", "publishedDate": published, "releases": list(releases or (release(),))}


def encoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()


def written(folder: Path, content: Any, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(encoded(content))
    return path


def packed(folder: Path, **documents: Any) -> Path:
    """A zip with a document for each resource id, as a fetch packs them."""
    path = folder / "part.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for place, content in enumerate(documents.values()):
            archive.writestr(member_name((FIRST, SECOND)[place], NAME), encoded(content))
    return path


def parsed(payload: Path, folder: Path) -> tuple[Parsed, dict[str, list[dict[str, Any]]]]:
    """What the parser says, and the tables that it wrote."""
    target = folder / "parsed"
    target.mkdir()
    answer = DATASET.parse(DATASET, payload, target)
    assert {path.name for path in target.iterdir()} == {f"{table.name}.parquet" for table in TABLES}
    tables = {}
    for table in TABLES:
        landed = duckdb.read_parquet(str(target / f"{table.name}.parquet"))
        rows = landed.order(", ".join(f'"{name}"' for name in table.key)).fetchall()
        tables[table.name] = [dict(zip(landed.columns, row, strict=True)) for row in rows]
    return answer, tables


# What is declared


def test_the_docstring_says_what_a_source_must_say() -> None:
    for heading in ("Domain:", "Data sets:", "Cadence:", "Licence:", "API documentation:", "Caveats:"):
        assert f"\n{heading}" in (seao.__doc__ or "")


def test_a_monday_asks_for_the_week_that_has_just_ended_and_a_sunday_does_not() -> None:
    assert seao.live(date(2026, 7, 26)) == ("mensuel-20260601", "hebdo-20260629", "hebdo-20260706", "hebdo-20260713")
    assert seao.live(date(2026, 7, 27)) == ("mensuel-20260601", "hebdo-20260706", "hebdo-20260713", "hebdo-20260720")


def test_history_is_the_months_since_march_2021_and_the_weeks_that_no_month_has_yet() -> None:
    expected = seao.expected(date(2026, 8, 4))
    assert (expected[0], expected[64]) == ("mensuel-20210301", "mensuel-20260701")
    assert expected[65:] == ("hebdo-20260706", "hebdo-20260713", "hebdo-20260720", "hebdo-20260727")
    assert seao.expected(date(2021, 3, 31)) == ("hebdo-20210301", "hebdo-20210308", "hebdo-20210315", "hebdo-20210322")
    for day in (date(2024, 1, 1), date(2024, 2, 29), date(2026, 11, 22)):
        assert set(seao.live(day)) - set(seao.expected(day)) <= {f"hebdo-{monday:%Y%m%d}" for monday in seao._weeks_over(day, date(2023, 12, 1))}


# The recording


def test_the_recorded_week_lands_as_it_was_published(tmp_path: Path) -> None:
    """Row counts checked with jq: releases 3, parties 4, items 3, awards 1, suppliers 1, contracts 1."""
    answer, tables = parsed(recording(RECORDED), tmp_path)
    assert answer.rows == {"releases": 3, "parties": 4, "items": 3, "awards": 1, "award_suppliers": 1, "contracts": 1}
    assert (answer.part, answer.released, answer.is_complete) == (PART, Vintage(date(2026, 7, 27)), True)
    assert (answer.data_from, answer.data_through) == (date(2026, 7, 20), date(2026, 7, 26))
    supplier = next(party for party in tables["parties"] if party["roles"] == ["supplier"])
    assert (supplier["name"], supplier["address/countryName"], supplier["address/region"]) == ("Spectrum Dynamics Medical, Inc", "USA", None)
    assert (tables["awards"][0]["value/amount"], tables["awards"][0]["value/currency"]) == (2950388.0, "CAD")
    estimated = tables["releases"][1]
    assert (estimated["tender/value/amount"], estimated["tender/value/currency"]) == (653199.0, None)
    assert tables["releases"][2]["tender/title"].endswith("(Tellurure de Cadmium-Zinc)\t\t\t")
    assert tables["items"][2]["additionalClassifications[]/id"] == ["42201813"]


def test_every_landed_value_stands_in_the_recorded_document_at_its_path(tmp_path: Path) -> None:
    """Read a second time with the json module, path by path."""
    path = recording(RECORDED)
    _, tables = parsed(path, tmp_path)
    releases = json.loads(path.read_text())["releases"]
    parts = {
        "releases": lambda release: [release],
        "parties": lambda release: release["parties"],
        "items": lambda release: release["tender"]["items"],
    }
    parts |= {"awards": lambda release: release.get("awards", []), "contracts": lambda release: release.get("contracts", [])}
    parts["award_suppliers"] = lambda release: [one for award in release.get("awards", []) for one in award["suppliers"]]
    for table in TABLES:
        elements = [element for release in releases for element in parts[table.name](release)]
        for field in table.fields:
            if field.name not in (*table.key, "publishedDate", "license"):
                assert [row[field.name] for row in tables[table.name]] == [at(element, field.name, field.type) for element in elements], field.name


def at(element: Any, path: str, kind: str) -> Any:
    for step in path.split("/"):
        if isinstance(element, list):
            element = [one[step.removesuffix("[]")] for one in element]
        else:
            element = (element or {}).get(step.removesuffix("[]"), [] if step.endswith("[]") else None)
    return element or [] if kind == "texts" else element


# Payloads


def test_two_files_of_one_name_are_kept_apart_by_their_id(tmp_path: Path) -> None:
    answer, tables = parsed(packed(tmp_path, first=document(release(1)), second=document(release(1), release(2))), tmp_path)
    assert (answer.part, answer.rows["releases"]) == (PART, 3)
    assert [(row["resource_id"], row["release_number"], row["ocid"]) for row in tables["releases"]] == [
        (FIRST, 1, "ocds-made-up-1"),
        (SECOND, 1, "ocds-made-up-1"),
        (SECOND, 2, "ocds-made-up-2"),
    ]


def test_the_file_published_last_dates_the_part(tmp_path: Path) -> None:
    answer, _ = parsed(packed(tmp_path, first=document(), second=document(published="2026-08-11T23:30:00-04:00")), tmp_path)
    assert answer.released == Vintage(date(2026, 8, 11))


def test_a_release_that_stands_twice_is_kept_twice(tmp_path: Path) -> None:
    """The landing keeps what was published; the staging model takes one."""
    answer, _ = parsed(written(tmp_path, document(release(1), release(1))), tmp_path)
    assert answer.rows["releases"] == 2


def test_a_month_ends_where_its_name_says(tmp_path: Path) -> None:
    answer, _ = parsed(written(tmp_path, document(name="mensuel_20250201_20250301.json")), tmp_path)
    assert (answer.part, answer.data_from, answer.data_through) == ("mensuel-20250201", date(2025, 2, 1), date(2025, 3, 1))


def test_persons_to_contact_are_not_landed(tmp_path: Path) -> None:
    made_up = release()
    made_up["parties"][0]["contactPoint"] = {"name": "Somebody", "email": "somebody@example.org"}
    _, tables = parsed(written(tmp_path, document(made_up)), tmp_path)
    assert "Somebody" not in repr(tables)
    assert "somebody@example.org" not in repr(tables)


def without(path: str) -> dict[str, Any]:
    """A document in which the last key of the path was renamed everywhere."""
    return json.loads(json.dumps(document()).replace(f'"{path}":', f'"{path}_new":'))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (encoded(document())[:-40], "breaks off at line 1, column "),
        (b'{"releases": [', "breaks off at line 1"),
        (b"not JSON at all", "is no JSON at line 1, column 1"),
        (encoded(document()).replace(b"Made", b"Qu\xe9bec"), "is not UTF-8 at byte "),
        ({"records": []}, r"has no list of releases; it has \['records'\]"),
        (document() | {"releases": {}}, "has no list of releases"),
        ([document()], r"has no list of releases; it has \[\]"),
        (document(name="hebdo_20260732_20260738.json"), "says of which week or month it is"),
        (document() | {"publishedDate": None}, "has the publishedDate None, which is no date"),
        (document(name="releases.json"), "says of which week or month it is"),
        (without("ocid"), "none of 1 releases has ocid"),
        (without("tag"), "none of 1 releases has tag"),
        (without("countryName"), "none of 2 parties has address/countryName"),
        (without("amount"), "none of 1 awards has value/amount"),
        (json.loads(json.dumps(document()).replace('"amount": 5', '"amount": "five"')), "'value/amount' should hold a number, .*'five'"),
    ],
    ids=[
        "truncated",
        "begun",
        "words",
        "latin-1",
        "records",
        "object",
        "list",
        "no such day",
        "undated",
        "nameless",
        "ocid",
        "tag",
        "country",
        "amount",
        "text",
    ],
)
def test_a_bad_document_is_refused_with_what_is_wrong(tmp_path: Path, content: Any, reason: str) -> None:
    with pytest.raises(ContractError, match=reason) as failure:
        parsed(written(tmp_path, content), tmp_path)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("content", [b"", b"  ", b"<!DOCTYPE html><html><title>Erreur</title></html>", b"PK\x03\x04 and no more"])
def test_what_is_no_document_at_all_never_reaches_the_parser(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ContractError, match=r"is empty|web page|damaged zip"):
        intake.land_file(Landing(tmp_path / "data"), DATASET, written(tmp_path, content))


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path, only=document())
    content = bytearray(path.read_bytes())
    content[120] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ContractError, match="damaged zip"):
        parsed(path, tmp_path)


def test_files_of_two_weeks_are_no_part(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for monday in ("20260713_20260719", "20260720_20260726"):
            archive.writestr(member_name(FIRST, f"hebdo_{monday}.json"), json.dumps(document()))
    with pytest.raises(ContractError, match=r"files of 2 periods: \['hebdo-20260713', 'hebdo-20260720'\]"):
        parsed(path, tmp_path)


def test_whether_a_file_is_whole_is_seen_from_its_content(tmp_path: Path) -> None:
    whole = encoded(document())
    assert is_whole(written(tmp_path, whole))
    assert not any(is_whole(written(tmp_path, whole[:-cut])) for cut in (1, 2, 40))
    assert not is_whole(written(tmp_path, b""))
    assert not is_whole(written(tmp_path, b'{"a": "\xe9"}'))


# The portal


class Portal(Loopback):
    """Données Québec on loopback: the listing, and the files in it. `publish` adds one."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url)
        self.package: dict[str, Any] = {"license_id": "cc-by", "license_title": "Attribution (CC-BY 4.0)", "resources": []}
        self.answers[LISTING] = lambda request: {"success": True, "result": self.package}

    def publish(self, content: Any, resource: str = FIRST, name: str = NAME, modified: str = "2026-07-27T05:20:00.000001") -> str:
        path = f"/recherche/dataset/{seao.PACKAGE}/resource/{resource}/download/{name}"
        listed = {"id": resource, "name": name, "url": seao.BASE_URL + path, "last_modified": modified, "size": len(encoded(content))}
        self.package["resources"] = [one for one in self.package["resources"] if one["id"] != resource] + [listed]
        self.files[path] = File(encoded(content))
        return path


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """The portal on a Monday morning, with the week's file and others; nobody waits for a turn or after an error."""
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setattr("sources.http._await_turn", lambda provider: None)
    monkeypatch.setenv("WAREHOUSE_NOW", "2026-07-27T10:15:00Z")
    with serve(Portal) as running:
        monkeypatch.setenv("WAREHOUSE_UPSTREAM_SEAO", running.base_url)
        running.publish(document())
        running.publish(document(), "99999999-2222-3333-4444-555555555555", "hebdo_20260713_20260719.json")
        running.publish(b"<xml/>", "99999999-2222-3333-4444-666666666666", "avis_2021.xml")
        yield running


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "data")


def fetch(landing: Landing) -> Attempt:
    return intake.fetch(landing, DATASET, PART)


def test_a_week_lands_in_two_requests(portal: Portal, landing: Landing) -> None:
    attempt = fetch(landing)
    (vintage,) = landing.vintages(DATASET.id)
    assert (attempt.outcome, attempt.part, attempt.vintage, attempt.rows) == ("landed", PART, "2026-07-27", 1)
    assert (vintage.is_complete, vintage.data_through) == (True, date(2026, 7, 26))
    assert [request.path.rpartition("/")[2] for request in portal.requests] == [f"package_show?id={seao.PACKAGE}", NAME]
    assert not list((landing.data_dir / "raw" / "scratch").iterdir())


def test_nothing_new_costs_one_request(portal: Portal, landing: Landing) -> None:
    fetch(landing)
    portal.requests.clear()
    portal.publish(document(release(7)), "99999999-2222-3333-4444-777777777777", "hebdo_20260706_20260712.json")
    assert fetch(landing).outcome == "unchanged"
    assert len(portal.requests) == 1


def test_a_second_file_of_the_same_name_makes_a_new_vintage_with_both(portal: Portal, landing: Landing) -> None:
    fetch(landing)
    portal.publish(document(release(2), published="2026-07-30T01:00:00-04:00"), SECOND)
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.vintage, attempt.rows) == ("landed", "2026-07-30", 2)
    assert len(portal.asked(SECOND)) == 1


def test_a_file_that_was_only_uploaded_again_is_unchanged(portal: Portal, landing: Landing) -> None:
    fetch(landing)
    portal.publish(document(), modified="2026-07-28T05:20:00")
    assert fetch(landing).outcome == "unchanged"
    assert len(landing.vintages(DATASET.id)) == 1


def test_a_week_that_is_not_listed_is_not_yet(portal: Portal, landing: Landing) -> None:
    portal.package["resources"] = portal.package["resources"][1:]
    attempt = fetch(landing)
    assert (attempt.outcome, attempt.reason) == ("not_yet", f"Données Québec lists no file of {PART}")
    assert len(portal.requests) == 1


def test_a_refresh_asks_for_the_last_weeks_and_month_and_lands_what_is_there(portal: Portal, landing: Landing) -> None:
    assert [(attempt.part, attempt.outcome) for attempt in intake.refresh(landing, DATASET)] == [
        ("mensuel-20260601", "not_yet"),
        ("hebdo-20260706", "not_yet"),
        ("hebdo-20260713", "landed"),
        (PART, "landed"),
    ]


@pytest.mark.parametrize(("identity", "title"), [("notspecified", None), ("lo-qc", "Licence ouverte du gouvernement du Québec"), (None, None)])
def test_another_licence_stops_the_download(portal: Portal, landing: Landing, identity: str | None, title: str | None) -> None:
    portal.package |= {"license_id": identity, "license_title": title}
    with pytest.raises(ContractError, match=rf"the licence is {identity!r} \({title}\), where 'cc-by' is expected\. Read the terms at https"):
        fetch(landing)
    assert len(portal.requests) == 1


@pytest.mark.parametrize("answer", [{"success": False, "error": {"message": "Not found"}}, {}, [], {"success": True, "result": {"resources": []}}])
def test_a_listing_without_files_is_an_error(portal: Portal, landing: Landing, answer: Any) -> None:
    portal.answers[LISTING] = answer
    with pytest.raises(ContractError, match="the portal shows no files in the package"):
        fetch(landing)


def test_a_body_that_breaks_off_behind_a_200_is_asked_for_once_more(portal: Portal, landing: Landing) -> None:
    portal.announces_length = False
    portal.faults.extend([Slow(0), Cut(300)])
    assert fetch(landing).outcome == "landed"
    assert len(portal.asked("/download/")) == 2


def test_a_body_that_breaks_off_twice_is_left_for_later(portal: Portal, landing: Landing) -> None:
    portal.announces_length = False
    portal.faults.extend([Slow(0), Cut(300), Cut(300), Slow(0)])
    with pytest.raises(TransientError, match=r"breaks off before the end of its JSON, twice\. Try again later"):
        fetch(landing)
    assert len(portal.asked("/download/")) == 2
    assert landing.vintages(DATASET.id) == []


def test_a_bad_morning_is_survived(portal: Portal, landing: Landing) -> None:
    portal.faults.extend([Refuse(503), Refuse(429, headers={"Retry-After": "1"}), Slow(0.1), Cut(200), Slow(0.1)])
    assert fetch(landing).outcome == "landed"
    assert len(portal.requests) == 5


@pytest.mark.parametrize(
    ("faults", "error", "reason", "asked"),
    [
        ([Refuse(403)], PermanentError, r"answered 403 \(Forbidden\)", 1),
        ([Refuse(404, '{"success": false, "error": {"message": "Not found"}}')], PermanentError, r"answered 404 \(Not Found\)", 1),
        ([Slow(0), Refuse(404)], PermanentError, rf"{NAME} answered 404", 2),
        ([Refuse(500)] * ATTEMPTS, TransientError, "answered 500", ATTEMPTS),
        ([Refuse(429, headers={"Retry-After": "3600"})], TransientError, "answered 429", 1),
        ([Refuse(200, "<html><title>Maintenance</title></html>", {"Content-Type": "text/html"})], ContractError, "web page", 1),
        ([Refuse(200, "{")], ContractError, "answered no JSON", 1),
    ],
    ids=["403", "404", "404 of a listed file", "500", "429 for an hour", "web page", "broken listing"],
)
def test_what_is_asked_again_and_what_is_not(
    portal: Portal, landing: Landing, faults: list[Fault], error: type[SourceError], reason: str, asked: int
) -> None:
    portal.faults.extend(faults)
    with pytest.raises(error, match=reason):
        fetch(landing)
    assert len(portal.requests) == asked
    assert [attempt.outcome for attempt in landing.attempts(DATASET.id)] == ["failed"]


def test_a_listed_file_that_is_gone_loses_nothing_that_is_held(portal: Portal, landing: Landing) -> None:
    fetch(landing)
    del portal.files[portal.publish(document(release(2)), SECOND)]
    with pytest.raises(PermanentError, match=f"{SECOND}/download/{NAME} answered 404"):
        fetch(landing)
    assert [vintage.rows for vintage in landing.vintages(DATASET.id)] == [1]


def test_a_renamed_key_lands_nothing(portal: Portal, landing: Landing) -> None:
    portal.publish(without("countryName"))
    with pytest.raises(ContractError, match=r"address/countryName\. The agency may have renamed it"):
        fetch(landing)
    assert landing.vintages(DATASET.id) == []


def test_a_file_of_another_week_under_this_name_is_noticed(portal: Portal, landing: Landing) -> None:
    """The name that the portal lists is what counts, so that a wrong address within the document does no harm."""
    stray = copy.deepcopy(document())
    stray["uri"] = stray["uri"].replace(NAME, "hebdo_20200101_20200107.json")
    portal.publish(stray)
    assert fetch(landing).part == PART
