"""What the staging models of procurement make of the files' traps: the models' own SQL, on synthetic rows that were parsed as files are."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from sources import registry
from sources.spec import Dataset

DBT = Path(__file__).parents[2] / "dbt_project"
CONTRACTS = registry.dataset("open_canada/contracts")
HISTORY, AWARDS, TENDERS = (registry.dataset(f"canadabuys/{name}") for name in ("contract_history", "award_notices", "tender_notices"))
MODELS = {
    CONTRACTS: "open_canada/stg_open_canada__contracts",
    HISTORY: "canadabuys/stg_canadabuys__contract_history",
    AWARDS: "canadabuys/stg_canadabuys__award_notice",
    TENDERS: "canadabuys/stg_canadabuys__tender_notice",
}
TITLE, DESCRIPTION, COUNTRY = "title-titre-eng", "tenderDescription-descriptionAppelOffres-eng", "supplierAddressCountry-fournisseurAdressePays-eng"
TOTAL, CURRENCY, AGREEMENTS = "totalContractValue-valeurTotaleContrat", "contractCurrency-contratMonnaie", "tradeAgreements-accordsCommerciaux-eng"

Row = dict[str, str]


def staged(folder: Path, dataset: Dataset, *rows: Row) -> list[dict[str, Any]]:
    """The rows as a file, parsed, and read by the model of the data set."""
    table = dataset.tables[0]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in table.fields if field.name != "line"], restval="")
    writer.writeheader()
    writer.writerows(rows)
    payload = folder / "2026-2027-synthetic.csv"
    payload.write_text(text.getvalue(), encoding="utf-8", newline="")
    dataset.parse(dataset, payload, folder)
    landed = f"(SELECT '2026-2027' AS part, '2026-09-08' AS vintage, * FROM '{folder}/{table.name}.parquet')"
    model = (DBT / "models" / "staging" / f"{MODELS[dataset]}.sql").read_text()
    macros = (DBT / "macros" / "procurement.sql").read_text()
    sql = Environment(autoescape=False).from_string(macros + model).render(source=lambda *names: landed)
    with duckdb.connect() as connection:
        found = connection.sql(sql).order("line_number")
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def contract(**cells: str) -> Row:
    return {"owner_org": "syn", "reference_number": "C-1", "reporting_period": "2021-2022-Q4", "contract_value": "25000.00"} | cells


def values(rows: list[dict[str, Any]], *names: str) -> list[Any]:
    return [row[names[0]] if len(names) == 1 else tuple(row[name] for name in names) for row in rows]


# Proactive publication


def test_economic_object_codes_have_four_digits(tmp_path: Path) -> None:
    codes = ["499", "0499", " 81 ", "NA", "", "O499", "04991"]
    rows = staged(tmp_path, CONTRACTS, *(contract(economic_object_code=code) for code in codes))
    assert values(rows, "economic_object_code") == ["0499", "0499", "0081", None, None, "O499", "04991"]


def test_swapped_ids_are_marked_and_not_changed(tmp_path: Path) -> None:
    ids = ["C-2016-2017-Q4-00154", "G746204002/12", ""]
    rows = staged(tmp_path, CONTRACTS, *(contract(reference_number="4500131615", procurement_id=one) for one in ids))
    assert values(rows, "is_id_swapped", "procurement_id") == [(True, ids[0]), (False, ids[1]), (False, None)]
    assert set(values(rows, "reference_number")) == {"4500131615"}


def test_na_is_what_each_column_says_that_it_is(tmp_path: Path) -> None:
    names = ("vendor_postal_code", "country_of_vendor", "trade_agreement", "indigenous_business", "economic_object_code")
    (row,) = staged(tmp_path, CONTRACTS, contract(**dict.fromkeys(names, "NA"), original_value="NA", number_of_bids="NA"))
    assert (row["vendor_postal_area"], row["economic_object_code"], row["original_value_cad"], row["n_bids"]) == (None, None, None, None)
    assert (row["vendor_country"], row["trade_agreement_codes"], row["indigenous_set_aside"]) == ("NA", ["NA"], "NA")
    assert row["unreadable"] is None


def test_postal_codes_are_cut_to_their_area(tmp_path: Path) -> None:
    codes = ["K1A", "k1a 0b1", "90210", "NA", ""]
    rows = staged(tmp_path, CONTRACTS, *(contract(vendor_postal_code=code) for code in codes))
    assert values(rows, "vendor_postal_area") == ["K1A", "K1A", None, None, None]


def test_what_cannot_be_read_is_counted_and_no_row_is_lost(tmp_path: Path) -> None:
    typos = [
        {},
        {"contract_value": "3784831.2600000002", "amendment_value": "-16950"},
        {"contract_value": "12,345.67"},
        {"original_value": "1O000", "number_of_bids": "two"},
        {"contract_date": "2201-02-30", "reporting_period": "2021-22-Q4"},
        {"contract_value": "nan"},
    ]
    rows = staged(tmp_path, CONTRACTS, *(contract(**cells) for cells in typos))
    assert values(rows, "contract_value_cad") == [25000.0, 3784831.26, None, 25000.0, 25000.0, None]
    assert rows[1]["amendment_value_cad"] == -16950.0
    assert values(rows, "unreadable") == [
        None,
        None,
        "contract_value",
        "original_value, number_of_bids",
        "contract_date, reporting_period",
        "contract_value",
    ]


@pytest.mark.parametrize(
    ("quarter", "start"),
    [
        ("2021-2022-Q1", date(2021, 4, 1)),
        ("2021-2022-Q3", date(2021, 10, 1)),
        ("2021-2022-Q4", date(2022, 1, 1)),
        ("NA", None),
        ("2021-2022-Q5", None),
    ],
)
def test_a_reporting_period_is_a_fiscal_quarter(tmp_path: Path, quarter: str, start: date | None) -> None:
    assert values(staged(tmp_path, CONTRACTS, contract(reporting_period=quarter)), "reporting_period_start_date") == [start]


def test_codes_with_commas_are_lists(tmp_path: Path) -> None:
    (row,) = staged(tmp_path, CONTRACTS, contract(trade_agreement="CA, EU,gp", limited_tendering_reason="5,81", trade_agreement_exceptions="0"))
    assert row["trade_agreement_codes"] == ["CA", "EU", "GP"]
    assert (row["limited_tendering_reason_codes"], row["trade_agreement_exception_codes"]) == (["05", "81"], ["00"])
    assert row["land_claim_codes"] is None


def test_the_columns_that_were_renamed_are_one(tmp_path: Path) -> None:
    old = contract(aboriginal_business="MS", aboriginal_business_incidental="TRUE")
    new = contract(indigenous_business="vs", indigenous_business_excluding_psib="N")
    rows = staged(tmp_path, CONTRACTS, old, new, contract())
    assert values(rows, "indigenous_set_aside", "is_indigenous_business_outside_set_aside") == [("MS", True), ("VS", False), (None, None)]


def test_the_name_of_the_vendor_says_whether_it_was_normalized(tmp_path: Path) -> None:
    rows = staged(tmp_path, CONTRACTS, contract(vendor_name=" Synthetic  Ltd "), contract(vendor_normalised="SYNTHETIC"), contract())
    assert values(rows, "vendor_name", "is_vendor_name_normalized") == [("Synthetic Ltd", False), ("SYNTHETIC", True), (None, False)]


# CanadaBuys


def notice(amendment: str = "000", **cells: str) -> Row:
    identity = {"referenceNumber-numeroReference": "CW1", "amendmentNumber-numeroModification": amendment}
    return identity | {"publicationDate-datePublication": "2026-05-04", CURRENCY: "CAD"} | cells


def fitting(dataset: Dataset, row: Row) -> Row:
    """The cells of the row whose columns the data set has."""
    names = {field.name for field in dataset.tables[0].fields}
    return {name: value for name, value in row.items() if name in names}


@pytest.mark.parametrize("dataset", [HISTORY, AWARDS, TENDERS], ids=lambda dataset: dataset.name)
def test_starred_cells_are_lists(tmp_path: Path, dataset: Dataset) -> None:
    cells = {"unspsc": "*72120000\n*23251500\r\n*11100000", AGREEMENTS: "*None", "procurementCategory-categorieApprovisionnement": "GD"}
    (row,) = staged(tmp_path, dataset, fitting(dataset, notice(**cells)))
    assert (row["unspsc_codes"], row["trade_agreements"], row["procurement_categories"]) == (["72120000", "23251500", "11100000"], ["None"], ["GD"])
    assert (row["gsin_codes"], row["delivery_regions"]) == (None, None)
    assert (row["part"], row["vintage"], row["publication_date"]) == ("2026-2027", "2026-09-08", date(2026, 5, 4))


@pytest.mark.parametrize("dataset", [HISTORY, AWARDS, TENDERS], ids=lambda dataset: dataset.name)
def test_officers_do_not_leave_the_landing_zone(tmp_path: Path, dataset: Dataset) -> None:
    officer = {name: f"Officer {name}" for name in (field.name for field in dataset.tables[0].fields) if name.startswith("contactInfo")}
    assert len(officer) == 13
    (row,) = staged(tmp_path, dataset, fitting(dataset, notice()) | officer)
    assert not [value for value in row.values() if "Officer" in str(value)]


def test_buyers_do_not_leave_the_landing_zone(tmp_path: Path) -> None:
    (row,) = staged(tmp_path, CONTRACTS, contract(buyer_name="Officer Synthetic"))
    assert not [value for value in row.values() if "Officer" in str(value)]


def test_a_country_is_a_code_or_a_name_or_unknown(tmp_path: Path) -> None:
    countries = ["CA", "us ", "United States", "N/A", "", "NA"]
    rows = staged(tmp_path, HISTORY, *(notice(f"{number:03}", **{COUNTRY: country}) for number, country in enumerate(countries)))
    assert values(rows, "supplier_country_code") == ["CA", "US", None, None, None, "NA"]
    assert values(rows, "supplier_country_name") == [None, None, "United States", None, None, None]


def test_texts_are_read_as_html_and_tidied(tmp_path: Path) -> None:
    cells = {
        TITLE: "R&amp;D  &lt;phase 2&gt;",
        DESCRIPTION: "It&#39;s&nbsp;&quot;two\nlines&quot;",
        "endUserEntitiesName-nomEntitesUtilisateurFinal-eng": " A  (B)",
    }
    (row,) = staged(tmp_path, HISTORY, notice(**cells | {"supplierAddressProvince-fournisseurAdresseProvince-eng": "Québec"}))
    assert (row["title"], row["description"], row["end_user_entity"]) == ("R&D <phase 2>", 'It\'s "two lines"', "A (B)")
    assert row["supplier_province"] == "Quebec"


def test_a_total_stays_on_every_amendment_and_is_not_added_up(tmp_path: Path) -> None:
    rows = staged(tmp_path, HISTORY, *(notice(amendment, **{TOTAL: "300000.00"}) for amendment in ("000", "001", "T01")))
    assert values(rows, "amendment_number", "is_original", "total_value_cad") == [("000", True, 3e5), ("001", False, 3e5), ("T01", False, 3e5)]


def test_a_total_of_nothing_is_unknown_on_an_award_and_none_on_a_standing_offer(tmp_path: Path) -> None:
    assert values(staged(tmp_path, AWARDS, notice(**{TOTAL: "0.00"})), "total_value_cad") == [None]
    assert values(staged(tmp_path, HISTORY, notice(**{TOTAL: "0.00"})), "total_value_cad") == [0.0]


def test_an_amount_in_another_currency_is_no_canadian_one(tmp_path: Path) -> None:
    rows = staged(tmp_path, AWARDS, notice(**{TOTAL: "100", CURRENCY: "USD"}), notice("001", **{TOTAL: "1OO"}))
    assert values(rows, "total_value_cad", "currency_code", "unreadable") == [(None, "USD", None), (None, "CAD", TOTAL)]


def test_days_are_read_in_the_three_ways_that_they_are_written(tmp_path: Path) -> None:
    days = ["2026-01-23", "2029-03-31T13:00:00", "2023-04-03 14:00:00 EDT", "", "23/01/2026"]
    rows = staged(tmp_path, HISTORY, *(notice(f"{number:03}", **{"contractEndDate-dateFinContrat": day}) for number, day in enumerate(days)))
    assert values(rows, "end_date") == [date(2026, 1, 23), date(2029, 3, 31), date(2023, 4, 3), None, None]
    assert values(rows, "unreadable") == [None, None, None, None, "contractEndDate-dateFinContrat"]


def test_goods_by_country_are_empty_until_the_agency_fills_them(tmp_path: Path) -> None:
    rows = staged(tmp_path, HISTORY, notice(), notice("001", **{"percentageOfGoodsByCountry-pourcentageDeBiensParPays": "CA 60"}))
    assert values(rows, "goods_by_country") == [None, "CA 60"]
