"""Statistics Canada.

Domain: Canada's merchandise trade by partner, product, province and trade agreement, value added in exports, supply and use, manufacturing, mining,
gross domestic product, vehicle sales, and any other table of the agency by its product id.

Data sets: `12100011`, trade by principal trading partner; `12100175`, by province, section and partner; `12100173`, by province and country, annual;
`12100174`, by trade agreement; `12100163`, by product; `12100182`, exports by destination and origin; `12100100`, value added in exports; `16100047`,
manufacturing; `16100022`, minerals; `20100085`, vehicle sales; `36100434`, gross domestic product; `36100478`, supply and use. Every other table is
known under its 8-digit product id (`18-10-0004-01` is `18100004`). `cimt` is the trade database in full detail, in parts by flow and year. Bundled
only, in layouts of ours: `12100182_groups`, `industry_figures`, and `cimt_aggregates`, sums of trade by country and product.

Cadence: released on business days at 08:30 Eastern; merchandise trade about 35 days after the month's end, manufacturing and vehicle sales about 45,
gross domestic product about 60; annual tables once a year. From midnight to 08:30 the agency answers 409 for what it is about to release, and on a
release day the zip may lag the cube by one to three hours.

Licence: Statistics Canada Open Licence.

API documentation: https://www.statcan.gc.ca/en/developers/wds/user-guide (Web Data Service), https://www.statcan.gc.ca/en/developers/csv/user-guide
(full tables).

Caveats: scalar factors differ by table (units, thousands, millions), so each row's own is applied, never an assumed one. The release time of a cube
is Eastern and names no zone. Repacked zips have new bytes and old content. Each month revises the months of its year before it, and a yearly revision
reaches further back. Exports to the United States are compiled from US import declarations, so a US government shutdown delays them. A TLS client
that offers only HTTP/1.1 was once seen to hang.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from sources.clock import now
from sources.errors import NotYet, SourceError, TransientError
from sources.spec import Ask, Cadence, Dataset, Download, Field, Gap, Magnitude, Parsed, Provider, Refusal, Shrunk, Vintage
from sources.statcan_agency import AFTER_RELEASE, BASE_URL, MERCHANDISE_TRADE, TIMEZONE, annual, monthly, open_licence
from sources.statcan_cimt import CIMT, explain_missing_year
from sources.statcan_cimt_aggregates import CIMT_AGGREGATES
from sources.statcan_excerpts import GROUPS, INDUSTRY_FIGURES
from sources.statcan_table import SERIES, TABLES, parse_table
from sources.statcan_wds import cube_metadata, is_wds_answer, parse_answer

EASTERN = ZoneInfo(TIMEZONE)
RELEASE = time(8, 30)
GATES = (
    Shrunk(0.02, "tables grow by a period a release; series are withdrawn one by one"),
    Gap("REF_DATE", "the agency revises periods and adds them; one that is gone means that the file was cut"),
    Magnitude("VALUE", "REF_DATE", 5, "revisions move a period by percents, added series by some of its size; another scale by a thousand"),
)


def fetch_table(ask: Ask) -> Download | None:
    """One conditional request for the full table."""
    return ask.http.download(f"/n1/tbl/csv/{ask.dataset.name}-eng.zip", ask.folder, ask.validators)


def parse_payload(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """A full table (zip or csv), or an answer of the Web Data Service, which is a partial vintage of it."""
    return parse_answer(dataset, payload, folder) if is_wds_answer(payload) else parse_table(dataset, payload, folder)


def release_of(ask: Ask, download: Download, parsed: Parsed) -> Vintage:
    """The day of the cube's release; raises NotYet where the zip ends before its cube."""
    cube = cube_metadata(ask.http, ask.dataset.name)
    through, end = parsed.data_through, cube.period_of(cube.end)
    if through is None or cube.period_of(through) < end:
        raise NotYet(
            ask.dataset.id,
            f"the zip ends with {through}, and its cube, released on {cube.released}, with {end}: it lags on a release day by some hours",
            "Ask again later today",
        )
    return Vintage(cube.released)


def explain(refusal: Refusal) -> SourceError | None:
    """Before 08:30 Eastern, 409 is the lock on what is about to be released; later it is an outage like any other."""
    if refusal.status != 409:
        return explain_missing_year(refusal)
    if now().astimezone(EASTERN).time() < RELEASE:
        said = f"locked until 08:30 Eastern, while the day's release is prepared ({refusal.said})"
        return NotYet(refusal.subject, said, "Ask again after 08:30")
    return TransientError(refusal.subject, f"{refusal.said}, though the lock ends at 08:30 Eastern", "Try again later")


def table(product_id: str, title: str, cadence: Cadence, caveats: str = "", labels: Mapping[str, str] | None = None) -> Dataset:
    """One table. `labels` are the dimensions that its models read by name, with their descriptions: they are there before anything has landed."""
    number = f"{product_id[:2]}-{product_id[2:4]}-{product_id[4:]}"
    dimensions = tuple(Field(name, description, is_required=False) for name, description in (labels or {}).items())
    return Dataset(
        provider="statcan",
        name=product_id,
        title=title or f"Table {number}",
        source_url=f"{BASE_URL}/t1/tbl1/en/tv.action?pid={product_id}01",
        tables=tuple(replace(one, fields=one.fields + dimensions) if one is SERIES else one for one in TABLES),
        cadence=cadence,
        licence=open_licence(f"Table {number}" + (f", {title}" if title else "")),
        parse=parse_payload,
        fetch=fetch_table,
        release_of=release_of,
        gates=GATES,
        caveats=caveats,
    )


def resolve(name: str) -> Dataset | None:
    """Any table, by its 8-digit product id."""
    if not re.fullmatch(r"\d{8}", name):
        return None
    return table(name, "", Cadence("irregular", AFTER_RELEASE, TIMEZONE, stale_after_days=4, data_lag_days=730))


# The tables

# Out 45 days after the month's end.
MANUFACTURING = monthly(data_lag_days=85)
# Out 60 days after the month's end.
GDP = monthly(data_lag_days=100)

NAPCS = "North American Product Classification System (NAPCS)"
NAICS = "North American Industry Classification System (NAICS)"

TABLE_DATASETS = (
    table(
        "12100011",
        "International merchandise trade by principal trading partner, Canada, monthly",
        MERCHANDISE_TRADE,
        caveats="The list of partners is frozen on the ranks of 2012, so the partners leave a rest. The European Union overlaps its members. "
        "Trade balances are published on the balance-of-payments basis only. Millions of dollars.",
        labels={
            "Trade": "Import, export or trade balance",
            "Basis": "Customs or balance of payments",
            "Seasonal adjustment": "Unadjusted or seasonally adjusted",
            "Principal trading partners": "Partner, or an aggregate of partners",
        },
    ),
    table(
        "12100175",
        "International merchandise trade by province, commodity, and Principal Trading Partners, monthly",
        MERCHANDISE_TRADE,
        caveats="Thousands of dollars, customs basis, unadjusted. Exports are domestic exports; re-exports are published for Canada only, so a "
        "province has no total exports. Twelve sections: C19 is motor vehicles and parts, C21 aircraft, and there is no C20. 27 partners, not all "
        "of them. The other balance-of-payments adjustments have no countries.",
        labels={
            "Trade": "Import, domestic export or re-export",
            NAPCS: "Section of the product classification, with its code in brackets, or all merchandise",
            "Principal trading partners": "Partner, or all countries",
        },
    ),
    table(
        "12100173",
        "Canadian international merchandise trade by province and country, and by product sections, customs-based, annual",
        annual(data_lag_days=500),
        caveats="Annual, thousands of dollars. All countries, where the monthly tables have 27. `All sections` is the total of the sections.",
        labels={
            "Trading partner": "Country, or all countries",
            NAPCS: "Section of the product classification, with its code in brackets, or all sections",
            "Trade": "Import or export",
        },
    ),
    table(
        "12100174",
        "Merchandise imports and exports, customs-based, by free trade agreement and by commodity, monthly",
        MERCHANDISE_TRADE,
        caveats="Agreements overlap: a country counts under each agreement that it is in (Japan under the CPTPP and an inactive partnership, the "
        "United States under CUSMA, NAFTA and CUSFTA), so they never add up to all countries. Agreements that are inactive or under negotiation "
        "are listed too, with the trade of their countries. Trade with the parties, not trade under the agreement's preferences. Thousands of "
        "dollars.",
        labels={
            "Trade": "Import or export",
            "Free Trade Agreement": "Agreement with its state, or all countries",
            NAPCS: "Product, with its code in brackets, or all merchandise",
        },
    ),
    table(
        "12100163",
        "International merchandise trade by commodity, monthly",
        MERCHANDISE_TRADE,
        caveats="153 products on several levels, no partners. Sections, groups and products overlap: add up one level only. C19 is motor vehicles "
        "and parts, C21 aircraft, and there is no C20. Millions of dollars; seasonal adjustment leaves no sum of parts equal to its total.",
        labels={
            "Trade": "Import or export",
            "Basis": "Customs or balance of payments",
            "Seasonal adjustment": "Unadjusted or seasonally adjusted",
            NAPCS: "Product, with its code in brackets, or all merchandise",
        },
    ),
    table(
        "12100182",
        "Canadian international merchandise trade for total exports, domestic exports and re-exports, by destination and origin, monthly",
        MERCHANDISE_TRADE,
        caveats="Thousands of dollars, customs basis, unadjusted. Exports are the sum of domestic exports and re-exports. Each destination stands "
        "beside each origin: take all origins (member 1) for the exports to a country. Sections and the products below them overlap. Members of "
        "the product dimension are not codes: member 35 is product 324.",
        labels={
            NAPCS: "Product or section, with its code in brackets, or all merchandise",
            "Trade": "Export, domestic export or re-export",
        },
    ),
    table(
        "12100100",
        "Value added in exports, by province, country and industry, annual",
        annual(data_lag_days=900),
        caveats="The scalar factor is the row's own, and so is the unit. Summary and detailed levels are two sets of the same industries: choose "
        "one. Totals of industries and of countries are among the rows. Exports and exports from inventories together are the international "
        "exports of table 12-10-0101.",
        labels={
            "Country Code": "Country by its name, or all countries",
            "Industry": "Industry, with its code in brackets",
            "Aggregation": "Summary level or detailed level",
            "Value added exports variable": "What is measured: exports, re-exports, imports, value added exports, …",
        },
    ),
    table(
        "16100047",
        "Manufacturers' sales, inventories, orders and inventory-to-sales ratios, by industry, Canada, monthly",
        MANUFACTURING,
        caveats="Canada only; provinces are in table 16-10-0048. Thousands of dollars, and ratios, which no scale applies to. Industries overlap "
        "their groups.",
        labels={
            "Principal statistics": "What is measured: sales, orders, inventories, ratios",
            "Seasonal adjustment": "Unadjusted or seasonally adjusted",
            NAICS: "Industry, with its code in brackets",
        },
    ),
    table(
        "36100434",
        "Gross domestic product (GDP) at basic prices, by industry, monthly",
        GDP,
        caveats="Millions of dollars at annual rates: a month's figure is what a year of such months would make. Chained dollars do not add up "
        "over industries. Special aggregates (codes that begin with T) overlap the industries.",
        labels={
            "Seasonal adjustment": "Seasonally adjusted at annual rates, or other",
            "Prices": "Chained or constant dollars, with their year",
            NAICS: "Industry or special aggregate, with its code in brackets",
        },
    ),
    table(
        "20100085",
        "New motor vehicle sales, by vehicle type, fuel type and origin of manufacture, monthly",
        MANUFACTURING,
        caveats="Seasonally adjusted series exist and hold no figure. Units and dollars are members of one dimension. Trucks are light trucks, "
        "vans and sport utility vehicles too. North America is one origin: Canada alone is not in it.",
        labels={
            "Vehicle type": "Cars, trucks or all",
            "Fuel type": "Zero-emission, other or all",
            "Origin of manufacture": "Where the vehicle was made: North America, overseas, or all",
            "Sales": "Units or dollars",
            "Seasonal adjustment": "Unadjusted or seasonally adjusted",
        },
    ),
    table(
        "16100022",
        "Mineral production by product, Canada and provinces, annual",
        annual(data_lag_days=500),
        caveats="Quantities in the unit of each product (tonnes, kilograms, carats) beside values in dollars: never add up over products. Many "
        "provinces are suppressed (x). The last year is preliminary.",
        labels={
            "Variables": "What is measured: quantity produced, quantity shipped, value of shipments, …",
            "Products": "Mineral",
        },
    ),
    table(
        "36100478",
        "Supply and use tables, detail level, provincial and territorial, annual",
        annual(data_lag_days=1500),
        caveats="Totals of products and of industries are among the rows and double every sum: drop them. Margins, taxes on products and imports "
        "stand where industries stand. Millions or thousands of dollars by the row's own scalar factor. Supply and use, and each valuation, are "
        "tables of their own.",
        labels={
            "Supply and use": "Supply or use",
            "Valuation": "Basic or purchaser price",
            "Industry": "Industry or final demand, with its code in brackets; also margins, taxes, imports and totals",
            "Product": "Product, with its code in brackets; also primary inputs and totals",
        },
    ),
)

PROVIDER = Provider(
    name="statcan",
    title="Statistics Canada",
    base_url=BASE_URL,
    timezone=TIMEZONE,
    datasets=(
        *TABLE_DATASETS,
        GROUPS,
        INDUSTRY_FIGURES,
        CIMT,
        CIMT_AGGREGATES,
    ),
    resolve=resolve,
    explain=explain,
    # The service allows 25 requests a second and address.
    min_seconds_between_requests=0.05,
)
