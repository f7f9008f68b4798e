"""`warehouse claims`: the verdict on a sentence, on what was known on a day, with the figure, its tolerance and the file behind it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestration.lib.claim_table import ClaimVerdict
from orchestration.metrics.claims import CLAIMS
from orchestration.metrics.figure_claims import FIGURE_CLAIMS
from sources import intake
from sources.fingerprint import sha256_of
from tests.end_to_end.command import Warehouse

COLUMNS = list(ClaimVerdict.__annotations__)


def judged(warehouse: Warehouse, *options: str) -> dict[str, str]:
    answer = warehouse("claims", "--format", "csv", *options)
    assert answer.code == 0, answer.err
    return next(csv.DictReader(io.StringIO(answer.out)))


def test_on_the_day_it_was_said_nothing_recent_enough_was_known(built: Warehouse) -> None:
    row = judged(built, "--as-known-on", "2025-10-08")
    assert (row["verdict"], row["measured_value"], row["sha256"], row["n_files"]) == ("unknown", "", "", "0")
    assert "2025-08" in row["reason"]
    assert "the earliest vintage held is of 2026-05-05" in row["reason"]


def test_as_known_now_the_sentence_holds(built: Warehouse) -> None:
    row = judged(built, "--as-known-on", "2026-11-22")
    assert (row["verdict"], row["event_date"], row["threshold"], row["tolerance"]) == ("true", "2025-10-08", "0.75", "0.025")
    assert f"{100 * float(row['measured_value']):.2f}" == "74.62"
    assert (row["window_start_date"], row["window_end_date"]) == ("2024-09-01", "2025-08-01")


def test_the_file_behind_the_verdict_is_the_file_that_the_agency_published(built: Warehouse) -> None:
    row = judged(built, "--as-known-on", "2026-11-22")
    (blob,) = (built.data_dir / "raw" / "blobs").rglob(row["sha256"])
    bundled = intake.REFERENCE / "statcan/12100011" / f"{row['vintage_date']}.csv"
    assert sha256_of(blob) == row["sha256"] == sha256_of(bundled)
    assert row["source_url"].startswith("https://www150.statcan.gc.ca/")


def test_said_today_the_sentence_would_be_false(built: Warehouse) -> None:
    row = judged(built, "--event-date", "2026-11-22")
    assert (row["verdict"], row["as_known_on"]) == ("false", "2026-11-22")
    assert f"{100 * float(row['measured_value']):.2f}" == "68.72"


def test_the_formats_say_the_same(built: Warehouse) -> None:
    options = ("claims", "--as-known-on", "2026-11-22")
    table, as_csv, as_json = (built(*options, "--format", name) for name in ("table", "csv", "json"))
    assert {table.code, as_csv.code, as_json.code} == {0}
    record, row = json.loads(as_json.out)[0], next(csv.DictReader(io.StringIO(as_csv.out)))
    assert list(record) == list(row) == COLUMNS
    assert {name: "" if value is None else str(value) for name, value in record.items()} == row
    shown = dict(line.split(maxsplit=1) for line in table.out.split("\n\n")[0].splitlines() if line.partition(" ")[0] in COLUMNS)
    assert {name: shown[name].strip() for name in ("verdict", "measured_value", "threshold", "tolerance", "sha256")} == {
        name: row[name] for name in ("verdict", "measured_value", "threshold", "tolerance", "sha256")
    }


def test_the_published_verdicts_are_those_of_the_command(built: Warehouse) -> None:
    """`metrics.claim_verdict` has one row for each claim and pair of days, and each is what the command says of that pair."""
    with built.connect() as connection:
        published = connection.execute(
            "select event_date::varchar, as_known_on::varchar, claim_id, verdict, reason from metrics.claim_verdict"
        ).fetchall()
    assert len(published) == len({row[:3] for row in published}) > 100
    assert {verdict for *_, verdict, _ in published} == {"true", "false", "unknown"}
    assert all(reason for *_, reason in published)
    for event, known in sorted({row[:2] for row in published}):
        answer = built.here("claims", "--event-date", event, "--as-known-on", known, "--format", "json")
        said = {(row["claim_id"], row["verdict"], row["reason"]) for row in json.loads(answer.out)}
        assert said == {row[2:] for row in published if row[:2] == (event, known)}


def test_every_claim_is_judged(built: Warehouse) -> None:
    assert [row["claim_id"] for row in json.loads(built("claims", "--format", "json").out)] == [claim.claim_id for claim in (*CLAIMS, *FIGURE_CLAIMS)]


def test_without_a_release_the_command_says_what_to_do(tmp_path: Path) -> None:
    answer = Warehouse(tmp_path / "data")("claims")
    assert answer.code == 1
    assert answer.error_lines == ["Error there is no release yet; run `warehouse build`"]


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday"])
def test_a_day_that_is_none_is_refused(built: Warehouse, day: str) -> None:
    answer = built("claims", "--as-known-on", day)
    assert answer.code == 2
    assert day in answer.err


def test_a_day_before_all_figures_is_unknown_and_one_beyond_all_calendars_is_refused(built: Warehouse) -> None:
    answer = built.here("claims", "--event-date", "1900-01-01", "--as-known-on", "2026-11-22", "--format", "csv")
    assert answer.code == 0
    assert "unknown" in answer.out
    assert built("claims", "--event-date", "9999-12-31").code == 2
