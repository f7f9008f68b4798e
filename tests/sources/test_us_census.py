"""The United States Census Bureau: what is declared, and its list of country codes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sources import intake, registry
from sources.errors import ContractError
from sources.landing import Landing
from sources.providers import us_census
from sources.spec import Vintage
from tests.payloads.recordings import recording

DATASET = registry.dataset("us_census/schedule_c")


def imported(folder: Path, body: bytes) -> None:
    path = folder / "list.csv"
    path.write_bytes(body)
    intake.land_file(Landing(folder / "data"), DATASET, path, Vintage.parse("2026-01-15"))


def test_the_docstring_says_what_a_source_must_say() -> None:
    for heading in ("Domain:", "Data sets:", "Cadence:", "Licence:", "API documentation:", "Caveats:"):
        assert f"\n{heading}" in (us_census.__doc__ or "")


def test_only_the_interface_needs_a_key_and_both_live_data_sets_are_released_together() -> None:
    declared = {dataset.name: dataset for dataset in us_census.PROVIDER.datasets}
    assert {name: dataset.credential and dataset.credential.variable for name, dataset in declared.items()} == {
        "imports_detail": None,
        "intltrade": "CENSUS_API_KEY",
        "schedule_c": None,
    }
    assert declared["imports_detail"].cadence is declared["intltrade"].cadence
    assert not us_census.PROVIDER.follows_redirects
    assert "not endorsed or certified by the Census Bureau" in declared["intltrade"].licence.attribution


def test_the_recorded_codes_of_countries_land_whole(tmp_path: Path) -> None:
    """The csv module of Python reads 240 rows below the header, all with different codes."""
    landing = Landing(tmp_path)
    attempt = intake.land_file(landing, DATASET, recording("census/schedule_c_country_codes.csv"), Vintage.parse("2026-01-15~"))
    landed = duckdb.read_parquet(str(landing.folder(DATASET.id, "2026-01-15") / "countries.parquet"), hive_partitioning=False)
    names = dict(landed.fetchall())
    assert (attempt.rows, len(names), names["1220"], names["7920"]) == (240, 240, "Canada", "Namibia")
    assert names["3720"] == "Falkland Islands (Islas Malvinas)"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "list.csv is empty"),
        (b"<html><title>Schedule C</title></html>", "list.csv is a web page"),
        (b"Code,Name\r\n", "no row for 'countries', only a header"),
        (b"Code,Country\r\n1220,Canada\r\n", "the payload has no column 'Name'; it has 'Code', 'Country'"),
        (b'Code,Name\r\n1220,"Canada\r\n', "has a quote that does not close"),
        (b"Code,Name\r\n1220\r\n", "line 2 of list.csv has 1 cells where the header has 2: 1220"),
        (b"Code,Name\r\n7480,C\xf4te d'Ivoire\r\n", "list.csv is not UTF-8 on line 2"),
        (b"Code,Name\r\n122,Canada\r\n", "each row needs a code of four digits and a name, and there are ...122', 'Canada'.."),
        (b"Code,Name\r\n1220,\r\n", "each row needs a code of four digits and a name, and there are ...1220', None.."),
        (b"Code,Name\r\n1220,Canada\r\n1220,Canada\r\n", "table 'countries' has 1 keys .* more than once: Code='1220'"),
    ],
)
def test_a_bad_list_is_refused_with_the_offending_values(tmp_path: Path, body: bytes, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        imported(tmp_path, body)
