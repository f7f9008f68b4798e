"""The bundled vintages hold what the agency published: layout, keys, anchors known by hand, and, where the tidy figures are at hand, every cell."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from sources.spec import Vintage

ROOT = Path(__file__).parents[2]
STATCAN = ROOT / "sources" / "reference" / "statcan"
SEEDS = ROOT / "dbt_project" / "seeds"
FIGURES = ROOT.parent / "shared" / "figures"
JUNE = "2026-06-09~"

TABLE_ROWS = {
    "2017-11-03": 72,
    "2017-12-05": 72,
    "2023-05-04": 81,
    "2023-11-07": 70,
    "2026-01-08": 81,
    "2026-04-02": 81,
    "2026-05-05": 88,
    JUNE: 824,
    "2026-07-07": 228,
    "2026-08-04": 234,
    "2026-09-03": 1570,
    "2026-10-06": 2,
}
DAILY = ("2017-11-03", "2017-12-05", "2023-05-04", "2023-11-07", "2026-01-08", "2026-04-02")
TABLE_HEADER = (
    '"REF_DATE","GEO","DGUID","Trade","Basis","Seasonal adjustment","Principal trading partners","UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID",'
    '"VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"'
)
TRADE = {"Import": 1, "Export": 2, "Trade balance": 3}
BASIS = {"Customs": 1, "Balance of payments": 2}
ADJUSTMENT = {"Unadjusted": 1, "Seasonally adjusted": 2}
PARTNER = {
    "All countries": 1,
    "United States": 2,
    "European Union": 3,
    "United Kingdom": 4,
    "Germany": 5,
    "Netherlands": 6,
    "France": 7,
    "China": 11,
    "Mexico": 12,
    "Japan": 13,
    "South Korea": 14,
    "Hong Kong": 15,
    "India": 19,
    "Saudi Arabia": 21,
    "Taiwan": 23,
    "Australia": 25,
    "Indonesia": 27,
    "Singapore": 28,
}
FIRST_VECTOR = {
    ("Import", "Customs", "Unadjusted"): 87008752,
    ("Import", "Customs", "Seasonally adjusted"): 87008781,
    ("Import", "Balance of payments", "Seasonally adjusted"): 87008839,
    ("Export", "Customs", "Unadjusted"): 87008868,
    ("Export", "Customs", "Seasonally adjusted"): 87008897,
    ("Export", "Balance of payments", "Seasonally adjusted"): 87008955,
    ("Trade balance", "Balance of payments", "Seasonally adjusted"): 87008984,
}
EXPORTS = "1.2.1.2"
US, WORLD = 2, 1

AGGREGATE_ROWS = {
    "2026-04-02": {"total": 52},
    "2026-05-05": {"total": 54},
    JUNE: {"total": 56, "country": 12316, "chapter": 5488, "product": 2800, "product of the whole period": 16728},
}
AGGREGATE_KEY = ("YearMonth/AnnéeMois", "Through", "Flow", "Breakdown", "HS", "Country/Pays")

Row = dict[str, str]


def table(vintage: str) -> list[Row]:
    with (STATCAN / "12100011" / f"{vintage}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def aggregates(vintage: str) -> list[Row]:
    with (STATCAN / "cimt_aggregates" / f"{vintage}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def seed(name: str) -> list[Row]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def cells(vintage: str) -> dict[tuple[str, str], Decimal]:
    """The values of a vintage by coordinate and month, in millions of Canadian dollars."""
    return {(row["COORDINATE"], row["REF_DATE"]): Decimal(row["VALUE"]) for row in table(vintage)}


def months(first: str, last: str) -> list[str]:
    numbers = [int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last)]
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(numbers[0], numbers[1] + 1)]


def us_share_pct(vintage: str, first: str, last: str) -> Decimal:
    """Share of the United States in exports, customs basis, seasonally adjusted: the ratio of the sums, to two decimals."""
    known = cells(vintage)
    to_us, to_all = (sum((known[f"{EXPORTS}.{partner}", month] for month in months(first, last)), Decimal()) for partner in (US, WORLD))
    return round(100 * to_us / to_all, 2)


def is_whole_period(row: Row) -> bool:
    return bool(row["Through"])


# 12-10-0011


def test_each_bundled_vintage_of_the_table_is_counted_here() -> None:
    assert {path.stem for path in (STATCAN / "12100011").glob("*.csv")} == set(TABLE_ROWS)


@pytest.mark.parametrize("vintage", TABLE_ROWS)
class TestPartnerTable:
    def test_has_the_layout_of_a_full_table(self, vintage: str) -> None:
        content = (STATCAN / "12100011" / f"{vintage}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        lines = content.decode("utf-8-sig").splitlines()
        assert all(re.fullmatch(r'"[^"]*"(,"[^"]*"){17}', line) for line in lines)
        assert lines[0] == TABLE_HEADER
        assert len(lines) == TABLE_ROWS[vintage] + 1

    def test_says_each_cell_once_in_order(self, vintage: str) -> None:
        keys = [([int(member) for member in row["COORDINATE"].split(".")], row["REF_DATE"]) for row in table(vintage)]
        assert all(before < after for before, after in pairwise(keys))

    def test_coordinate_and_vector_agree_with_the_labels(self, vintage: str) -> None:
        for row in table(vintage):
            series = row["Trade"], row["Basis"], row["Seasonal adjustment"]
            partner = PARTNER[row["Principal trading partners"]]
            assert row["COORDINATE"] == f"1.{TRADE[series[0]]}.{BASIS[series[1]]}.{ADJUSTMENT[series[2]]}.{partner}"
            assert row["VECTOR"] == ("" if vintage in DAILY else f"v{FIRST_VECTOR[series] + partner - 1}")

    def test_unit_is_millions_of_dollars_for_canada(self, vintage: str) -> None:
        described = {tuple(row[name] for name in ("GEO", "DGUID", "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID")) for row in table(vintage)}
        assert described == {("Canada", "", "Dollars", "81", "millions", "6")}

    def test_values_have_the_decimals_that_they_state(self, vintage: str) -> None:
        for row in table(vintage):
            assert re.fullmatch(r"-?\d+" if row["DECIMALS"] == "0" else rf"-?\d+\.\d{{1,{row['DECIMALS']}}}", row["VALUE"]), row
            assert row["Trade"] == "Trade balance" or Decimal(row["VALUE"]) > 0

    def test_says_nothing_about_months_that_had_not_ended(self, vintage: str) -> None:
        released = Vintage.parse(vintage).date
        for row in table(vintage):
            year, month = int(row["REF_DATE"][:4]), int(row["REF_DATE"][5:])
            assert date(year + month // 12, month % 12 + 1, 1) <= released

    def test_balance_is_exports_less_imports_to_rounding(self, vintage: str) -> None:
        known = cells(vintage)
        for (coordinate, month), balance in known.items():
            if coordinate.startswith("1.3."):
                exports, imports = (known.get((coordinate.replace("1.3.", f"1.{trade}.", 1), month)) for trade in (2, 1))
                if exports is not None and imports is not None:
                    assert abs(exports - imports - balance) <= (1 if vintage in DAILY else Decimal("0.1"))


@pytest.mark.parametrize(
    ("vintage", "first", "last", "share_pct"),
    [
        ("2026-09-03", "2026-03", "2026-03", "65.98"),
        ("2026-05-05", "2026-03", "2026-03", "66.13"),
        ("2026-09-03", "2024-01", "2024-12", "76.32"),
        ("2026-09-03", "2025-01", "2025-12", "72.33"),
        ("2026-09-03", "2024-09", "2025-08", "74.62"),
        (JUNE, "1997-01", "1997-12", "81.82"),
        (JUNE, "2002-01", "2002-12", "87.13"),
    ],
)
def test_us_share_of_exports_is_the_known_one(vintage: str, first: str, last: str, share_pct: str) -> None:
    assert us_share_pct(vintage, first, last) == Decimal(share_pct)


def test_the_october_release_has_its_two_cells() -> None:
    assert cells("2026-10-06") == {("1.2.1.2.2", "2026-08"): Decimal("54458.0"), ("1.1.1.2.2", "2026-08"): Decimal("33018.6")}


def test_the_long_series_has_no_gap() -> None:
    known = cells(JUNE)
    for partner in (US, WORLD):
        assert [month for coordinate, month in known if coordinate == f"{EXPORTS}.{partner}"] == months("1997-01", "2026-04")


def test_the_one_hole_of_the_september_vintage_is_left_open() -> None:
    unadjusted = Counter(coordinate for coordinate, _ in cells("2026-09-03") if coordinate.startswith(("1.1.1.1.", "1.2.1.1.")))
    assert {coordinate: n for coordinate, n in unadjusted.items() if n != 43} == {"1.2.1.1.13": 42}
    assert ("1.2.1.1.13", "2023-01") not in cells("2026-09-03")


@pytest.mark.parametrize("vintage", DAILY)
def test_only_the_bulletin_marks_revised_figures(vintage: str) -> None:
    latest = max(row["REF_DATE"] for row in table(vintage))
    is_chart = vintage == "2023-11-07"
    assert all(row["SYMBOL"] == ("" if is_chart or row["REF_DATE"] == latest else "r") for row in table(vintage))


# CIMT aggregates


def test_each_bundled_vintage_of_the_aggregates_is_counted_here() -> None:
    assert {path.stem for path in (STATCAN / "cimt_aggregates").glob("*.csv")} == set(AGGREGATE_ROWS)


@pytest.mark.parametrize("vintage", AGGREGATE_ROWS)
class TestAggregates:
    def test_has_its_layout_and_rows(self, vintage: str) -> None:
        rows = aggregates(vintage)
        assert tuple(rows[0]) == (*AGGREGATE_KEY, "Value/Valeur", "Description")
        assert all(None not in row and None not in row.values() for row in rows)
        assert Counter(row["Breakdown"] + " of the whole period" * is_whole_period(row) for row in rows) == AGGREGATE_ROWS[vintage]
        assert (STATCAN / "cimt_aggregates" / f"{vintage}.csv").stat().st_size < 3_000_000

    def test_says_each_cell_once(self, vintage: str) -> None:
        assert max(Counter(tuple(row[name] for name in AGGREGATE_KEY) for row in aggregates(vintage)).values()) == 1

    def test_codes_and_values_are_well_formed(self, vintage: str) -> None:
        codes = {"total": ("", ""), "country": ("", "[A-Z]{2}"), "chapter": (r"\d{2}", ""), "product": (r"\d{8}(\d{2})?", "")}
        for row in aggregates(vintage):
            hs, country = codes[row["Breakdown"]]
            assert re.fullmatch(hs, row["HS"]), row
            assert re.fullmatch(country, row["Country/Pays"]), row
            assert re.fullmatch(r"\d+", row["Value/Valeur"]), row
            assert row["Flow"] in ("Import", "Export"), row
            assert row["Breakdown"] != "product" or len(row["HS"]) == {"Export": 8, "Import": 10}[row["Flow"]]
            if is_whole_period(row):
                assert (row["YearMonth/AnnéeMois"], row["Through"]) == ("202401", "202604")
            assert "202401" <= row["YearMonth/AnnéeMois"] <= "202604"


def test_countries_and_chapters_add_to_the_totals() -> None:
    sums: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in aggregates(JUNE):
        sums[row["Breakdown"]][row["YearMonth/AnnéeMois"], row["Flow"]] += int(row["Value/Valeur"])
    assert len(sums["total"]) == 56
    assert sums["country"] == sums["total"]
    assert sums["chapter"] == sums["total"]


def test_products_of_the_whole_period_add_to_the_chapters() -> None:
    sums: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in aggregates(JUNE):
        if row["Breakdown"] == "chapter" or is_whole_period(row):
            sums[row["Breakdown"]][row["Flow"], row["HS"][:2]] += int(row["Value/Valeur"])
    assert len(sums["chapter"]) == 2 * 98
    assert sums["product"] == sums["chapter"]


def test_months_of_the_hundred_products_add_to_their_whole_period() -> None:
    monthly: dict[tuple[str, str], list[int]] = defaultdict(list)
    whole = {}
    for row in aggregates(JUNE):
        if is_whole_period(row):
            whole[row["Flow"], row["HS"]] = int(row["Value/Valeur"])
        elif row["Breakdown"] == "product":
            monthly[row["Flow"], row["HS"]].append(int(row["Value/Valeur"]))
    assert len(monthly) == 100
    assert all(len(values) == 28 and sum(values) == whole[product] for product, values in monthly.items())


def test_each_subheading_is_named_once_and_each_chapter_always() -> None:
    rows = aggregates(JUNE)
    named = Counter(row["HS"][:6] for row in rows if is_whole_period(row) and row["Description"])
    assert set(named) == {row["HS"][:6] for row in rows if is_whole_period(row)}
    assert set(named.values()) == {1}
    assert all(bool(row["Description"]) == (row["Breakdown"] == "chapter") for row in rows if not is_whole_period(row))


@pytest.mark.parametrize(
    ("coordinate", "flow", "month", "vintage", "unallocated"),
    [("1.1.1.1.1", "Import", "2024-03", "2026-09-03", "72.0"), ("1.2.1.1.1", "Export", "2026-04", JUNE, "40.0")],
)
def test_the_table_is_above_the_aggregates_by_what_is_unallocated(coordinate: str, flow: str, month: str, vintage: str, unallocated: str) -> None:
    total = next(
        Decimal(row["Value/Valeur"])
        for row in aggregates(JUNE)
        if (row["Breakdown"], row["Flow"], row["YearMonth/AnnéeMois"]) == ("total", flow, month.replace("-", ""))
    )
    assert round(cells(vintage)[coordinate, month] - total / 1_000_000, 1) == Decimal(unallocated)


# Seeds


def test_each_partner_of_the_figures_has_a_line_with_its_member_number() -> None:
    partners = {row["partner_code"]: row for row in seed("partner")}
    assert len(partners) == len(seed("partner")) == 252
    assert {row["Country/Pays"] for row in aggregates(JUNE) if row["Country/Pays"]} | {"NA", "WORLD", "EU", "NON_US"} <= set(partners)
    assert {row["partner_name"]: int(row["statcan_member_id"]) for row in partners.values() if row["statcan_member_id"]} == PARTNER
    assert all(row["region"] for row in partners.values() if row["is_aggregate"] == "false" and row["partner_code"] not in ("ZX", "ZZ"))


def test_each_vintage_of_the_table_is_in_the_release_calendar() -> None:
    released = {row["released_on"] for row in seed("trade_release_calendar_dates")}
    assert {Vintage.parse(vintage).label for vintage in TABLE_ROWS} - released == set()
    assert [row["ref_month"] for row in seed("trade_release_calendar_dates") if row["is_estimated"] == "true"] == ["2026-04-01"]


def test_member_codes_are_those_of_the_labels() -> None:
    counts = Counter(row["dimension"] for row in seed("statcan_trade_codes"))
    assert counts == {"trade": len(TRADE), "basis": len(BASIS), "seasonal_adjustment": len(ADJUSTMENT)}


# Against the tidy figures, by another reader


@pytest.fixture(scope="module")
def figures() -> duckdb.DuckDBPyConnection:
    """The tidy figures as views, one a file, all columns text."""
    if not FIGURES.is_dir():
        pytest.skip("the tidy figures that the vintages were cut from are not here")
    connection = duckdb.connect()
    for path in FIGURES.glob("*.csv"):
        connection.execute(f"""create view {path.stem} as select * from read_csv('{path}', all_varchar = true, header = true, quote = '"')""")
    return connection


def test_the_table_holds_every_figure_and_no_other(figures: duckdb.DuckDBPyConnection) -> None:
    members = ", ".join(f"('{label}', {member})" for group in (TRADE, BASIS, ADJUSTMENT, PARTNER) for label, member in group.items())
    figures.execute(f"create temp table member as select * from (values {members}) as member(label, id)")
    figures.execute("""
        create temp table published as
        with figure as (
            select if(vintage_date = '2026-06', '2026-06-09~', vintage_date) as vintage, ref_month, flow, basis, seasonal_adjustment, partner,
                value_cad_millions, vector, '' as symbol, decimals_published as decimals
            from statcan_trade_by_partner
            union all
            select release_date, ref_month, flow, basis, seasonal_adjustment, partner, value_cad_millions, '', coalesce(is_revised_marker, ''), '0'
            from statcan_daily_partner_tables
            where partner not in ('Italy', 'Switzerland', 'Countries other than the United States')
        )
        select vintage, ref_month, concat_ws('.', 1, trade.id, accounting.id, adjustment.id, country.id) as coordinate,
            value_cad_millions::decimal(12, 1) as "value", vector, symbol, decimals
        from figure
        join member as trade on trade.label = flow
        join member as accounting on accounting.label = basis
        join member as adjustment on adjustment.label = seasonal_adjustment
        join member as country on country.label = partner
    """)
    figures.execute(f"""
        create temp table bundled as
        select regexp_extract(filename, '([^/]*)[.]csv$', 1) as vintage, REF_DATE as ref_month, COORDINATE as coordinate,
            "VALUE"::decimal(12, 1) as "value", coalesce(VECTOR, '') as vector, coalesce(SYMBOL, '') as symbol, DECIMALS as decimals
        from read_csv('{STATCAN}/12100011/*.csv', all_varchar = true, header = true, quote = '"', filename = true)
    """)
    assert dict(figures.execute("select vintage, count(*) from published group by vintage").fetchall()) == TABLE_ROWS
    assert figures.execute("from published except all from bundled").fetchall() == []
    assert figures.execute("from bundled except all from published").fetchall() == []


def test_the_aggregates_hold_every_figure_and_no_other(figures: duckdb.DuckDBPyConnection) -> None:
    figures.execute("""
        create temp table published_aggregate as
        select vintage_date as vintage, replace(ref_month, '-', '') as start, '' as through, flow, 'total' as breakdown, '' as hs, '' as country,
            value_cad::bigint as "value" from cimt_monthly_totals_vintages
        union all
        select vintage, replace(ref_month, '-', ''), '', flow, 'country', '', country_iso2, value_cad::bigint from cimt_trade_by_country_monthly
        union all
        select vintage, replace(ref_month, '-', ''), '', flow, 'chapter', hs2, '', value_cad::bigint from cimt_trade_by_hs2_monthly
        union all
        select vintage, replace(ref_month, '-', ''), '', flow, 'product', hs_code, '', value_cad::bigint from cimt_products_monthly_top100
        union all
        select vintage, '202401', '202604', flow, 'product', hs_code, '', value_cad::bigint from cimt_products_period_total
    """)
    figures.execute("update published_aggregate set vintage = '2026-06-09~' where vintage = '2026-06'")
    figures.execute(f"""
        create temp table bundled_aggregate as
        select regexp_extract(filename, '([^/]*)[.]csv$', 1) as vintage, "YearMonth/AnnéeMois", coalesce(Through, ''), Flow,
            Breakdown, coalesce(HS, ''), coalesce("Country/Pays", ''), "Value/Valeur"::bigint
        from read_csv('{STATCAN}/cimt_aggregates/*.csv', all_varchar = true, header = true, quote = '"', filename = true)
    """)
    counts = figures.execute("select vintage, count(*) from published_aggregate group by vintage").fetchall()
    assert dict(counts) == {vintage: sum(rows.values()) for vintage, rows in AGGREGATE_ROWS.items()}
    assert figures.execute("from published_aggregate except all from bundled_aggregate").fetchall() == []
    assert figures.execute("from bundled_aggregate except all from published_aggregate").fetchall() == []


def test_the_names_of_subheadings_are_those_of_the_figures(figures: duckdb.DuckDBPyConnection) -> None:
    published = figures.execute("select distinct left(hs_code, 6), name_truncated from cimt_products_period_total").fetchall()
    bundled = {row["HS"][:6]: row["Description"] for row in aggregates(JUNE) if is_whole_period(row) and row["Description"]}
    assert len(published) == len(bundled) == 5604
    assert dict(published) == bundled
