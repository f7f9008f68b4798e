"""Québec's electronic system for public calls for tenders (SEAO), on Données Québec.

Domain: what Québec's ministries, health network, schools, municipalities and Crown corporations call for and award: buyers, suppliers with the
country of their address, values, procurement methods, categories.

Data sets: `releases`, the notices as releases of the Open Contracting Data Standard since March 2021, by file: one a week (`hebdo-20260720`, by
its Monday) and one a month (`mensuel-20260701`, by its first day), which repeats the weeks.

Cadence: a week's file is published on the Monday after it, in the night; a month's file after its end.

Licence: Creative Commons 4.0, Attribution (CC BY); what the portal says of it is checked before each download.

API documentation: https://www.donneesquebec.ca/recherche/dataset/systeme-electronique-dappel-doffres-seao, https://docs.ckan.org/en/2.10/api/,
https://standard.open-contracting.org/1.1/en/.

Caveats: two files of one name can have different releases, so a part holds all files of its name, by their id. The same process comes again as
it goes on, each time whole: its latest release counts, and a sum over releases counts it many times. Only winners are named. The address of a
supplier is not the origin of what it sells. A file was seen to break off though it was answered as whole; it is then asked for once more.
The older XML archives (2009 to 2021) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

from sources.errors import ContractError, NotYet, TransientError
from sources.pages import pack
from sources.releases import as_stated
from sources.seao_releases import TABLES, is_whole, member_name, parse_releases
from sources.spec import Ask, Cadence, Dataset, Download, Licence, Partition, Provider, Shrunk, Validators

BASE_URL = "https://www.donneesquebec.ca"
PACKAGE = "d23b2e02-085d-43e5-9e6e-e1d558ebfdd5"
PAGE = f"{BASE_URL}/recherche/dataset/systeme-electronique-dappel-doffres-seao"
FIRST_MONTH = date(2021, 3, 1)
LICENCE_ID = "cc-by"
# A file that comes a week or two late, or comes again under a second id, is still found.
_LIVE_WEEKS = 3


def fetch_releases(ask: Ask) -> Download | None:
    """Every file of the part's name that the portal lists: one request where none of them changed, one more for each where one did."""
    files = _files(ask, _package(ask))
    if not files:
        raise NotYet(ask.dataset.id, f"Données Québec lists no file of {ask.part}", "A week's file is published on the Monday after it")
    listed = Validators(etag="; ".join(sorted(f"{file['id']} {file.get('last_modified')} {file.get('size')}" for file in files)))
    if listed == ask.validators:
        return None
    return pack(ask.folder, ask.part, _downloaded(ask, files), f"{BASE_URL}/recherche/dataset/{PACKAGE}", listed)


def _package(ask: Ask) -> dict[str, Any]:
    answer = ask.http.json("GET", f"/recherche/api/3/action/package_show?id={PACKAGE}")
    package: dict[str, Any] = (answer or {}).get("result") or {}
    if not package.get("resources"):
        raise ContractError(ask.dataset.id, f"the portal shows no files in the package {PACKAGE}: {str(answer)[:200]}", f"See whether {PAGE} moved")
    if not str(package.get("license_id")).casefold().startswith(LICENCE_ID):
        raise ContractError(
            ask.dataset.id,
            f"the portal says that the licence is {package.get('license_id')!r} ({package.get('license_title')}), where {LICENCE_ID!r} is expected",
            f"Read the terms at {PAGE}; if they allow this use, put them into the data set's licence",
        )
    return package


def _files(ask: Ask, package: dict[str, Any]) -> list[dict[str, Any]]:
    name = ask.part.replace("-", "_")
    return [file for file in package["resources"] if re.fullmatch(rf"{name}_\d{{8}}\.json", _file_name(file))]


def _file_name(file: dict[str, Any]) -> str:
    return PurePosixPath(str(file.get("url"))).name


def _downloaded(ask: Ask, files: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for file in sorted(files, key=lambda file: str(file["id"])):
        yield member_name(file["id"], _file_name(file)), _whole_file(ask, file)


def _whole_file(ask: Ask, file: dict[str, Any]) -> bytes:
    """A file; one that breaks off though it was answered as whole is asked for a second time."""
    folder = ask.folder / file["id"]
    folder.mkdir()
    for _ in range(2):
        download = ask.http.download(file["url"], folder)
        if download and is_whole(download.path):
            return download.path.read_bytes()
    raise TransientError(ask.dataset.id, f"{file['url']} breaks off before the end of its JSON, twice", "Try again later")


def expected(day: date) -> tuple[str, ...]:
    """The months that are over, and the weeks that are over and began in this month or the last."""
    months = _months_over(day)
    weeks = _weeks_over(day, since=months[-1] if months else FIRST_MONTH)
    return (*(f"mensuel-{month:%Y%m%d}" for month in months), *(f"hebdo-{monday:%Y%m%d}" for monday in weeks))


def live(day: date) -> tuple[str, ...]:
    """The last weeks that are over, and the last month."""
    weeks = _weeks_over(day, since=day - timedelta(weeks=_LIVE_WEEKS + 1))
    return (*(f"mensuel-{month:%Y%m%d}" for month in _months_over(day)[-1:]), *(f"hebdo-{monday:%Y%m%d}" for monday in weeks[-_LIVE_WEEKS:]))


def _months_over(day: date) -> list[date]:
    places = range(FIRST_MONTH.year * 12 + FIRST_MONTH.month - 1, day.year * 12 + day.month - 1)
    return [date(place // 12, place % 12 + 1, 1) for place in places]


def _weeks_over(day: date, since: date) -> list[date]:
    """The Mondays of the weeks that began on the day `since` or later and ended before `day`."""
    first = since + timedelta(days=-since.weekday() % 7)
    return [first + timedelta(weeks=week) for week in range((day - first).days // 7)]


PROVIDER = Provider(
    name="seao",
    title="Québec, electronic system for public calls for tenders",
    base_url=BASE_URL,
    timezone="America/Toronto",
    datasets=(
        Dataset(
            provider="seao",
            name="releases",
            title="Calls for tenders and contracts of Québec's public bodies (SEAO), as OCDS releases",
            source_url=PAGE,
            tables=TABLES,
            # The file of a week was published at 01:18 on the Monday after it; Tuesday is for one that is late.
            cadence=Cadence("weekly", "15 6 * * 1,2", "America/Toronto", stale_after_days=9, data_lag_days=21),
            licence=Licence(
                "Creative Commons Attribution 4.0 International (CC BY 4.0)",
                "https://www.donneesquebec.ca/licence/#cc-by",
                "Source: Secrétariat du Conseil du trésor, Système électronique d'appel d'offres (SEAO), Données Québec, CC BY 4.0; adapted.",
            ),
            parse=parse_releases,
            fetch=fetch_releases,
            release_of=as_stated,
            partition=Partition("file: hebdo-<its Monday> or mensuel-<its first day>", expected, live),
            gates=(Shrunk(0.05, "a file that is published again corrects single releases"),),
            caveats="Weekly and monthly files repeat one another, and a process comes again with each notice: only the latest release of each ocid "
            "counts. Estimated values come without a currency. Suppliers' addresses are not the origin of goods.",
        ),
    ),
    min_seconds_between_requests=1.0,
)
