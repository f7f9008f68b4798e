"""From tables with products, provinces and countries to shares of scopes: hand-made figures in the agencies' layouts."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration.lib.complexity_table import product_complexity
from orchestration.lib.figures import read_fits, read_product_changes
from orchestration.metrics.product_detail import fit_metrics
from orchestration.settings import DBT_PROJECT
from tests.dbt.project import Project, failed
from tests.dbt.tables import land, napcs_table
from tests.sources.test_cepii import HEADER as BACI_HEADER
from tests.sources.test_cepii import MEMBERS as BACI
from tests.sources.test_cepii import packed
from tests.sources.test_statcan_cimt import TOTAL, cimt_zip

NAPCS = "North American Product Classification System (NAPCS)"
with (DBT_PROJECT / "seeds" / "napcs_product.csv").open(encoding="utf-8") as stream:
    NAMES = {row["product_code"]: (row["level"], row["product_name"]) for row in csv.DictReader(stream)}
SECTIONS = [(code, name) for code, (level, name) in NAMES.items() if level == "1"]
PRODUCTS = [(code, name) for code, (level, name) in NAMES.items() if level == "2"]
ENERGY = {"141", "142", "143", "144", "145", "146", "261"}


def detail(world: dict[str, float], us: dict[str, float], month: str = "2026-07", *, left_out: str = "", further: str = "") -> str:
    """12-10-0182: domestic exports by product, 10 to all countries and 5 to the United States unless told."""
    series: dict[tuple[str, ...], dict[str, float | None]] = {}
    for place, (code, name) in enumerate([*PRODUCTS, *([(further, "New product")] if further else [])], start=2):
        if code != left_out:
            label = f"{name} [{code}]"
            series["Canada", label, "Domestic export", f"1.{place}.2.1.1"] = {month: world.get(code, 10)}
            series["Canada", label, "Domestic export", f"1.{place}.2.2.1"] = {month: us.get(code, 5)}
    return napcs_table([NAPCS, "Trade"], series)


def sections() -> str:
    """12-10-0175: domestic exports of Alberta, all merchandise and its sections; only energy is sold."""
    partners = {"1": "All countries", "2": "United States", "3": "China", "4": "Atlantis"}
    sold = {"1": 100.0, "2": 80.0, "3": 15.0, "4": 3.0}
    series: dict[tuple[str, ...], dict[str, float | None]] = {}
    for member, partner in partners.items():
        series["Alberta", "Domestic export", "Total of all merchandise", partner, f"10.2.1.{member}"] = {"2026-07": sold[member]}
        for place, (code, name) in enumerate(SECTIONS, start=2):
            value = sold[member] if code == "C12" else 0.0
            series["Alberta", "Domestic export", f"{name} [{code}]", partner, f"10.2.{place}.{member}"] = {"2026-07": value}
    return napcs_table(["Trade", NAPCS, "Principal trading partners"], series)


def cimt() -> bytes:
    """Total exports of January 2026: cars to the United States and Germany, wheat to Namibia."""
    rows = ("202601,87032310,US,MI,900,1,NMB", "202601,87032310,DE,,100,1,NMB", "202601,10019900,NA,,50,1,KGM")
    return cimt_zip("ODPFN017_202601N.csv", TOTAL, *rows)


def baci(edition: str = "HS22", years_held: tuple[int, ...] = (2022, 2023, 2024), *, times: int = 1) -> bytes:
    """Years of two products: Canada buys magnets from China alone, who sells nine tenths of all, and sells wheat."""
    years = {}
    for year in years_held:
        trade = [(156, 124, "850511", 90), (392, 842, "850511", 10), (124, 842, "100199", 60), (842, 124, "100199", 20)]
        years[f"BACI_{edition}_Y{year}_V202601.csv"] = BACI_HEADER + "".join(f"{year},{i},{j},{k},{v * times},1\n" for i, j, k, v in trade)
    countries = "country_code,country_name,country_iso2,country_iso3\n124,Canada,CA,CAN\n156,China,CN,CHN\n392,Japan,JP,JPN\n842,USA,US,USA\n"
    products = "code,description\n850511,Magnets\n100199,Wheat\n"
    members = {name: text for name, text in BACI.items() if "_Y" not in name and "product" not in name}
    return packed({**years, **members, "country_codes_V202601.csv": countries, f"product_codes_{edition}_V202601.csv": products})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("scopes") / "data")
    data = project.data_dir
    # The second release revises cars and lacks live animals; the third has another month, and a product that no list has.
    land(data, "statcan/12100182", "2026-09-03", detail({"411": 40.0}, {"411": 38.0, "324": 0.0}), "first.csv", is_partial=True)
    land(data, "statcan/12100182", "2026-10-06", detail({"411": 50.0}, {}, left_out="111"), "second.csv", is_partial=True)
    august = detail({}, {}, "2026-08", further="998") + detail({}, {}, "2025-08").partition("\r\n")[2]
    land(data, "statcan/12100182", "2026-11-05", august, "third.csv", is_partial=True)
    land(data, "statcan/12100175", "2026-09-03", sections(), "sections.csv")
    land(data, "statcan/cimt", "2026-03-12", cimt(), "CIMT-CICM_Tot_Exp_2026.zip")
    land(data, "cepii/baci", "2026-01-29", baci(), "BACI_HS22_V202601.zip")
    land(data, "cepii/baci", "2026-01-29", baci("HS96", (2024,), times=10), "BACI_HS96_V202601.zip")
    project.list_vintages()
    statuses = project.dbt("build", "--exclude-resource-type", "unit_test", "-s", "+path:models/marts", "cimt_published_row_counts")
    assert not failed(statuses)
    return project


def rows(project: Project, query: str) -> list[dict[str, Any]]:
    with project.connect() as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def scope(project: Project, name: str) -> dict[str, Any]:
    """July 2026."""
    of_month = "dataset = 'statcan/12100182' and window_type = 'month' and period_start_date = '2026-07-01'"
    (row,) = rows(project, f"from marts.export_concentration where {of_month} and product_scope = '{name}'")
    return row


def test_a_scope_is_the_sum_of_its_products(built: Project) -> None:
    """A hundred products of 10, cars 40; half goes to the United States, of cars 38, of gold nothing. The second release has 50 and 5 of cars."""
    assert len(PRODUCTS) == 100
    everything, without_gold, cars = (scope(built, name) for name in ("all", "ex_precious_metals", "autos_and_parts"))
    assert (everything["world_value"], everything["us_value"]) == (1_030_000, 100 * 5_000 - 5_000 + 33_000)
    assert (without_gold["world_value"], without_gold["us_value"]) == (1_020_000, 528_000)
    assert (cars["world_value"], cars["us_value"]) == (60_000, 10_000)
    assert scope(built, "ex_energy")["world_value"] == 1_030_000 - 10_000 * len(ENERGY)
    assert scope(built, "section_c19")["world_value"] == 50_000 + 3 * 10_000


def test_a_release_that_lacks_a_product_says_nothing_of_the_scopes_with_it(built: Project) -> None:
    """The second release revises cars and lacks live animals: cars have a second version, all products and the section of animals have not."""
    versions = rows(
        built,
        "select product_scope, count(*) as n, max(vintage) as newest from marts.us_share_vintage where dataset = 'statcan/12100182' "
        "and period_start_date = '2026-07-01' and product_scope in ('all', 'section_c11', 'autos_and_parts') "
        "group by product_scope order by product_scope",
    )
    assert [(row["product_scope"], row["n"], row["newest"]) for row in versions] == [
        ("all", 1, "2026-09-03"),
        ("autos_and_parts", 2, "2026-10-06"),
        ("section_c11", 1, "2026-09-03"),
    ]


def test_a_product_that_no_list_has_is_published_and_leaves_open_what_it_could_belong_to(built: Project) -> None:
    scopes = rows(
        built,
        "select distinct product_scope from marts.us_share_vintage where dataset = 'statcan/12100182' and period_start_date = '2026-08-01'",
    )
    named = {"autos_and_parts", "precious_metals", "steel", "aluminum", "copper", "lumber"}
    assert {row["product_scope"] for row in scopes} == {"single_product", *named}
    (product,) = rows(built, "from marts.product_dependence where product_code = '998'")
    assert (product["us_share"], product["share_of_exports"]) == (0.5, None)
    (listed,) = rows(built, "from marts.dim_product where product_code = '998'")
    assert (listed["product_name"], listed["is_energy"]) == (None, None)


def test_no_change_is_measured_where_a_product_could_be_missing_from_it(built: Project) -> None:
    """August 2025 and 2026 have all hundred products, and 2026 one more: cars are compared, all products are not."""
    with built.connect() as connection:
        compared = {change.product_scope: change for change in read_product_changes(connection)}
    assert set(compared) == {"autos_and_parts", "precious_metals", "steel", "aluminum", "copper", "lumber"}
    some = compared["autos_and_parts"].after["411"].us
    assert (some.trade_type, some.period, some.value) == ("domestic", date(2026, 8, 1), 5_000)


def test_a_single_product_is_a_scope_of_its_own(built: Project) -> None:
    (gold,) = rows(
        built, "from marts.product_dependence where dataset = 'statcan/12100182' and product_code = '324' and period_start_date = '2026-07-01'"
    )
    assert (gold["us_share"], gold["is_single_market"]) == (0.5, False)  # the second release's
    (cars,) = rows(built, "from marts.us_share_vintage where product_code = '411' and known_to is not null")
    assert (cars["us_share"], cars["product_scope"]) == (0.95, "single_product")


def test_a_province_has_its_scopes_and_what_its_sections_cannot_tell_is_absent(built: Project) -> None:
    alberta = {
        row["product_scope"]: row for row in rows(built, "from marts.export_concentration where province_code = 'AB' and trade_type = 'domestic'")
    }
    assert alberta["all"]["us_share"] == alberta["section_c12"]["us_share"] == 0.8
    assert "ex_energy" not in alberta  # nothing else is sold: a share of nothing
    assert "ex_precious_metals" not in alberta  # section C14 mixes them with other metals
    assert (alberta["all"]["n_partners"], alberta["all"]["partner_hhi_low"]) == (3, pytest.approx(0.8**2 + 0.15**2 + 0.03**2))
    assert alberta["all"]["partner_hhi_high"] == pytest.approx(alberta["all"]["partner_hhi_low"] + 0.02**2)


def test_a_partner_without_a_known_name_keeps_its_number(built: Project) -> None:
    (atlantis,) = rows(built, "from marts.dim_partner where partner_name = 'Atlantis'")
    assert (atlantis["partner_code"], atlantis["is_aggregate"], atlantis["trade_region"]) == ("STATCAN_12100175_4", False, "Other")


def test_the_trade_database_gives_every_country_and_each_subheading(built: Project) -> None:
    (row,) = rows(built, "from marts.export_concentration where dataset = 'statcan/cimt' and product_scope = 'all' and window_type = 'month'")
    assert (row["us_value"], row["world_value"], row["n_partners"]) == (900, 1050, 3)
    assert row["partner_hhi_low"] == row["partner_hhi_high"] == pytest.approx((900**2 + 100**2 + 50**2) / 1050**2)
    products = rows(built, "from marts.product_dependence where dataset = 'statcan/cimt' order by product_code")
    assert [(product["product_code"], product["product_classification"], product["us_share"]) for product in products] == [
        ("100199", "HS2022", 0.0),
        ("870323", "HS2022", 0.9),
    ]
    assert products[1]["is_single_market"]
    assert products[1]["share_of_exports"] == pytest.approx(1000 / 1050)


def test_namibia_is_a_country(built: Project) -> None:
    (row,) = rows(built, "select value, partner_name from marts.fct_trade join marts.dim_partner using (partner_code) where partner_code = 'NA'")
    assert (row["value"], row["partner_name"]) == (50, "Namibia")


def test_regions_hold_what_their_partners_take_and_perhaps_the_rest(built: Project) -> None:
    regions = {row["trade_region"]: row for row in rows(built, "from marts.export_region where province_code = 'AB' and product_scope = 'all'")}
    assert (regions["United States"]["share_low"], regions["United States"]["share_high"]) == (0.8, 0.8)
    assert (regions["Asia"]["share_low"], regions["Asia"]["share_high"]) == pytest.approx((0.15, 0.17))
    assert (regions["European Union"]["share_low"], regions["European Union"]["share_high"]) == pytest.approx((0, 0.02))


def test_dependence_on_a_supplier_needs_two_years_of_three(built: Project) -> None:
    """Canada buys all its magnets from China, who sells nine tenths of the world's (HHI 0.82), and sells none."""
    magnets = rows(
        built, "from marts.import_dependence where hs_edition = 'HS22' and reporter = 'CA' and product_code = '850511' order by period_start_date"
    )
    assert [(row["n_years_met"], row["is_dependent"]) for row in magnets] == [(1, None), (2, True), (3, True)]
    assert (magnets[0]["import_hhi"], magnets[0]["import_export_ratio"], magnets[0]["top_supplier"]) == (1.0, None, "CN")
    assert magnets[0]["world_export_hhi"] == pytest.approx(0.82)
    wheat = rows(
        built, "from marts.import_dependence where hs_edition = 'HS22' and reporter = 'CA' and product_code = '100199' order by period_start_date"
    )
    assert [row["is_dependent"] for row in wheat] == [None, None, False]  # it sells three times what it buys
    assert wheat[2]["import_export_ratio"] == pytest.approx(1 / 3)


def test_comparative_advantage_is_balassas(built: Project) -> None:
    """Wheat is all that Canada sells, and 80 of the world's 180: 1 / (80 / 180)."""
    (wheat, *_) = rows(built, "from marts.comparative_advantage where hs_edition = 'HS22' and reporter = 'CA' order by period_start_date")
    assert (wheat["product_code"], wheat["rca"], wheat["is_advantage"]) == ("100199", pytest.approx(2.25), True)


def test_a_matrix_too_small_to_rank_has_no_complexity(built: Project) -> None:
    with built.connect() as connection:
        assert product_complexity(connection) == []


def test_canadas_exports_beside_what_others_buy(built: Project) -> None:
    """Canada sells wheat alone; the United States buys 60 of wheat and 10 of magnets. Of two editions the newer counts, which sorts first by name."""
    with built.connect() as connection:
        fits = {fit.importer: fit for fit in read_fits(connection)}
    assert {chapter: figure.value for chapter, figure in fits["US"].imports.items()} == {"10": 60_000, "85": 10_000}
    (row,) = fit_metrics(fits["US"], date(2026, 11, 22))
    assert (row.subject, row.value) == ("Canada and US", pytest.approx(100 * 60 / 70))


def test_a_ratio_of_two_kinds_is_refused_in_sql(built: Project) -> None:
    query = (
        "select marts.share(one, other) from marts.fct_trade as one, marts.fct_trade as other where one.dataset = 'statcan/12100175' "
        "and one.partner_code = 'US' and one.product_code = 'all' and other.partner_code = 'WORLD' and other.product_code = 'all' and other.{}"
    )
    with built.connect() as connection:
        assert connection.execute(query.format("dataset = one.dataset")).fetchall() == [(0.8,)]
        with pytest.raises(duckdb.InvalidInputException, match="dataset is statcan/12100175 on one side and statcan/cimt on the other"):
            connection.execute(query.format("dataset = 'statcan/cimt'")).fetchall()


def test_what_is_no_part_of_the_other_is_no_share_of_it(built: Project) -> None:
    query = (
        "select marts.share(world, us) from marts.fct_trade as us, marts.fct_trade as world where us.partner_code = 'US' and "
        "world.partner_code = 'WORLD' and us.product_code = 'all' and world.product_code = 'all' and us.dataset = 'statcan/12100175' "
        "and world.dataset = us.dataset"
    )
    with built.connect() as connection, pytest.raises(duckdb.InvalidInputException, match=r"statcan/12100175, 2026-07-01: .* is not a part of"):
        connection.execute(query).fetchall()


KINDS = [
    ("trade_type", "domestic"),
    ("basis", "balance_of_payments"),
    ("currency", "USD"),
    ("vintage", "2026-08-04"),
    ("seasonal_adjustment", "unadjusted"),
    ("valuation", "cif"),
]


@pytest.mark.parametrize(("column", "other"), KINDS)
def test_the_refusal_names_both_sides(built: Project, column: str, other: str) -> None:
    figure = {
        "dataset": "x/y",
        "reporter": "CA",
        "flow": "export",
        "trade_type": "total",
        "basis": "customs",
        "seasonal_adjustment": "seasonally_adjusted",
        "valuation": "fob",
        "currency": "CAD",
        "period_start_date": "2026-07-01",
        "period_end_date": "2026-07-31",
        "vintage": "2026-09-03",
        "value": 5.0,
    }
    with built.connect() as connection, pytest.raises(duckdb.InvalidInputException, match=f"{column} is {figure[column]} on one side and {other} on"):
        connection.execute(f"select marts.share({figure}, {figure | {column: other}})").fetchall()
