"""Every agency that can be asked, played on the loopback interface: what it has out on a day, in its own layout. All figures are made up.

    with serve() as agency:
        PLAYS["fred"](agency, date(2027, 2, 8))

A play is the release of a day: it publishes each live part of all data sets that its agency offers, with the validators that the agency sends. Played
for a later day, it publishes other figures; an agency that nobody plays again has nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from itertools import count
from typing import Any

from sources import registry
from sources.providers.bank_of_canada import SERIES
from sources.providers.canadabuys import FILES
from sources.providers.fred import START
from sources.providers.nova_scotia import ROWS
from sources.providers.seao import BASE_URL, LICENCE_ID, PACKAGE
from sources.providers.usgs import SALIENT
from sources.spec import Dataset
from sources.statcan_cimt import FLOWS
from tests.sources import (
    test_bank_of_canada,
    test_canadabuys,
    test_cepii,
    test_nova_scotia,
    test_oecd,
    test_open_canada,
    test_seao,
    test_statcan_cimt,
    test_statcan_tables,
    test_un_comtrade,
    test_us_census_imports_detail,
    test_us_census_intltrade,
    test_usgs,
    test_usitc,
)
from tests.sources.agency import REST, Agency
from tests.sources.loopback import File, Loopback, Request

Play = Callable[[Loopback, date], None]

FIRST_YEAR_OF_TABLES = 2026
# The sums that a zip of US imports holds beside its detail are left out, as the code lists of a zip of Canadian trade but one: they take their time.
WITHOUT_SUMS = {"IMP_CTY": "", "IMP_COMM": "", "IMP_DE": ""}
ONE_LIST = {"ODPF_9_UOMDesc.TXT": ["NMB,198801,999912,,Number,Nombre"]}
# Countries that have declared the last year by February.
EARLY = ("124", "842")


def askable(provider: str) -> list[Dataset]:
    """The provider's data sets that a refresh asks for."""
    return [dataset for dataset in registry.providers()[provider].datasets if dataset.fetch]


def figure(day: date) -> int:
    """A figure that moves by less than a percent from one day's release to the next."""
    return 1000 + day.timetuple().tm_yday


def modified(day: date) -> str:
    """Half past five UTC, as HTTP writes it: the same day in Paris, Toronto and New York."""
    return format_datetime(datetime.combine(day, time(5, 30), UTC), usegmt=True)


def bank_of_canada(agency: Loopback, day: date) -> None:
    observed = {series: {"v": f"{figure(day) / 1000}"} for series in SERIES}
    agency.answers[test_bank_of_canada.PATH] = test_bank_of_canada.answer([{"d": "2027-01-29"} | observed])


def canadabuys(agency: Loopback, day: date) -> None:
    for dataset in askable("canadabuys"):
        for part in dataset.live_parts(day):
            body = test_canadabuys.file_of(dataset, test_canadabuys.synthetic(figure(day)))
            agency.files[f"/opendata/pub/{part}-{FILES[dataset.name]}.csv"] = File(body, last_modified=modified(day))


def cepii(agency: Loopback, day: date) -> None:
    version = f"V{day.year}01"
    members = test_cepii.MEMBERS | {"BACI_HS22_Y2025_V202601.csv": f"{test_cepii.HEADER}2025,124,842,010121,{figure(day)},NA\n"}
    archive = test_cepii.packed({name.replace("V202601", version): content for name, content in members.items()})
    agency.files[f"/DATA_DOWNLOAD/baci/data/BACI_HS22_{version}.zip"] = File(archive, last_modified=modified(day))


def fred(agency: Loopback, day: date) -> None:
    for dataset in askable("fred"):
        for series in dataset.live_parts(day):
            body = f"observation_date,{series}\n2026-11-01,.\n2026-12-01,{figure(day)}\n"
            agency.files[f"/graph/fredgraph.csv?id={series}&cosd={START}"] = File(body.encode(), content_type="application/csv")


def nova_scotia(agency: Loopback, day: date) -> None:
    row = test_nova_scotia.row(1, awarded_amount=str(figure(day)))
    counted = {"n_rows": "1", "updated_at": f"{day}T05:30:00.000Z"}
    agency.answers[ROWS] = lambda request: [counted if "count(*)" in request.query["$select"] else row]


def oecd(agency: Loopback, day: date) -> None:
    for dataset in askable("oecd"):
        for measure in dataset.live_parts(day):
            body = test_oecd.tiva_csv(test_oecd.observation(measure=measure, value=str(figure(day))))
            agency.files[test_oecd.PATH.replace(test_oecd.PART, measure)] = File(body.encode(), last_modified=modified(day))


def open_canada(agency: Loopback, day: date) -> None:
    body = test_open_canada.contracts_csv(test_open_canada.synthetic(figure(day)))
    test_open_canada.publish(agency, body, f"{day}T05:30:00.000001", modified(day))


def seao(agency: Loopback, day: date) -> None:
    listed = []
    for place, part in enumerate(part for dataset in askable("seao") for part in dataset.live_parts(day)):
        resource, name = f"{place:08}-2222-3333-4444-555555555555", f"{part.replace('-', '_')}_{day:%Y%m%d}.json"
        path = f"/recherche/dataset/{PACKAGE}/resource/{resource}/download/{name}"
        releases = test_seao.document(test_seao.release(figure(day)), resource=resource, name=name, published=f"{day}T01:18:26-05:00")
        body = json.dumps(releases).encode()
        agency.files[path] = File(body)
        listed.append({"id": resource, "url": BASE_URL + path, "last_modified": f"{day}T05:30:00.000001", "size": len(body)})
    agency.answers[test_seao.LISTING] = {"success": True, "result": {"license_id": LICENCE_ID, "resources": listed}}


def statcan(agency: Loopback, day: date) -> None:
    """Tables that run to the month before last, each with its cube, and the three last years of the trade database."""
    months = 12 * (day.year - FIRST_YEAR_OF_TABLES) + day.month - 2
    cubes: dict[int, Any] = {}
    for dataset in askable("statcan"):
        if dataset.partition:
            for part in dataset.partition.expected(day)[-3 * len(FLOWS) :]:
                test_statcan_cimt.release(agency, part, _trade_database(part, day), modified(day))
        else:
            release = Agency(agency.base_url)
            archive = test_statcan_tables.table_zip(dataset, months, scale=figure(day) / 1000)
            release.publish(archive, f"{FIRST_YEAR_OF_TABLES}-{months:02}", f"{day}", etag=f'"{day}"', product_id=dataset.name)
            agency.files |= release.files
            cubes[int(dataset.name)] = release.answers["getCubeMetadata"]
    agency.answers[f"{REST}getCubeMetadata"] = lambda request: cubes[request.payload[0]["productId"]]


def _trade_database(part: str, day: date) -> bytes:
    name, _, year = part.rpartition("-")
    flow = next(flow for flow in FLOWS if flow.name == name)
    headers = {"imports": test_statcan_cimt.IMPORTS, "total_exports": test_statcan_cimt.TOTAL, "domestic_exports": test_statcan_cimt.DOMESTIC}
    place = "US,ON,MI" if flow.has_province else "US,MI"
    row = f"{year}12,{'8703231010'[: flow.digits]},{place},{figure(day)},1,NMB"
    return test_statcan_cimt.cimt_zip(f"{flow.member}_{year}12N.csv", headers[name], row, lists=ONE_LIST)


def un_comtrade(agency: Loopback, day: date) -> None:
    """Every country has declared the year before last, some of them the last one. No two answers take the same time."""
    took = count()

    def answer(request: Request) -> Any:
        asked = request.query
        is_declared = int(asked["period"]) < day.year - 1 or asked["reporterCode"] in EARLY
        changes = {"reporterCode": int(asked["reporterCode"]), "period": asked["period"], "primaryValue": float(figure(day))}
        products = [product for product in ("TOTAL", "87") if product in asked["cmdCode"].split(",") and is_declared]
        rows = [test_un_comtrade.row(asked["flowCode"], 0, product, **changes) for product in products]
        return test_un_comtrade.answer(rows, seconds=f"0.{next(took)}")

    agency.answers |= {test_un_comtrade.DATA: answer, test_un_comtrade.PREVIEW: answer}


def us_census(agency: Loopback, day: date) -> None:
    for part in registry.dataset("us_census/imports_detail").live_parts(day):
        year, month = part.split("-")
        rows = ({**test_us_census_imports_detail.CELL, "con_val_mo": figure(day), "gen_val_mo": figure(day)},)
        body = test_us_census_imports_detail.month_zip(rows, int(month), year=int(year), **WITHOUT_SUMS)
        agency.files[f"/trade/downloads/{year}/Merch/im_m/IMDB{year[2:]}{month}.ZIP"] = File(body, last_modified=modified(day))

    def answer(request: Request) -> Any:
        asked = request.query
        known = {"CTY_CODE": "1220", "CTY_NAME": "CANADA", "E_COMMODITY": "870323", "I_COMMODITY": "870323"}
        chosen = {name: text for name, text in asked.items() if name not in ("get", "key")}
        names = asked["get"].split(",")
        return [[*names, *chosen], [*(known.get(name, str(figure(day))) for name in names), *chosen.values()]]

    agency.answers |= {test_us_census_intltrade.EXPORTS: answer, test_us_census_intltrade.IMPORTS: answer}


def usgs(agency: Loopback, day: date) -> None:
    salient = {field.name: "made up" for field in SALIENT.fields} | {"Source": "MCS2026", "Secondary_prod": str(figure(day))}
    del salient["Primary_import_sources_period"]
    header = ",".join(salient).replace("Primary_import_sources", "Primary_import_sources_2021_24")
    sources = "Source,Commodity,Import_Source_2021_24,Percent,NIR,Critical_Mineral"
    files = {
        test_usgs.MCS2026: f"{test_usgs.LONG}\r\n{test_usgs.COBALT.format('2025', figure(day))}\r\n",
        "MCS2026_T7_Critical_Minerals_Salient.csv": f"{header}\r\n{','.join(salient.values())}\r\n",
        "MCS2026_Fig3_Major_Import_Sources.csv": f"{sources}\r\nMCS2026,Tin,Peru,{figure(day)},>75,Y\r\n",
    }
    test_usgs.publish(agency, "2026", {name: text.encode("cp1252") for name, text in files.items()}, uploaded=f"{day}T05:30:00Z")


def usitc(agency: Loopback, day: date) -> None:
    pages = test_usitc.schedule()
    next(iter(pages.values()))[0]["description"] = f"made up {figure(day)}"
    agency.answers["/reststop/releaseList"] = [{"name": f"HTSRev{day}", "releaseStartDate": f"{day:%m/%d/%Y}", "status": "current"}]
    agency.answers["/reststop/exportList"] = lambda request: pages[request.query["from"]]

    def report(request: Request) -> Any:
        question = test_usitc.asked(request)
        labels = ("HTS Number", "Country", "Description", f"{datetime.fromisoformat(f'{question.month}-01'):%B}")
        return test_usitc.report(question, [[f"{question.chapters[0]}01.10.0000", "Canada", "made up", f"{figure(day):,}"]], labels)

    agency.answers["/dataweb/api/v2/report2/runReport"] = report


PLAYS: dict[str, Play] = {
    play.__name__: play
    for play in (bank_of_canada, canadabuys, cepii, fred, nova_scotia, oecd, open_canada, seao, statcan, un_comtrade, us_census, usgs, usitc)
}
