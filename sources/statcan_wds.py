"""Statistics Canada's Web Data Service: what a cube is, and single series of it.

An answer is a list of items in no order of ours: they are joined on coordinate or vector. Decimals are applied to a value, its scalar factor is
not. A coordinate that does not exist answers SUCCESS with the vector 0 (census tables have no vectors either, but data).
https://www.statcan.gc.ca/en/developers/wds/user-guide
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from sources.errors import ContractError, NotYet, PermanentError, SourceError, TransientError
from sources.http import Http
from sources.spec import DUCKDB_TYPE, Dataset, Parsed, Table, Vintage

REST = "/t1/wds/rest"
BATCH = 300
Key = TypeVar("Key", bound=Hashable)

# The code sets (getCodeSets), as the letters of the full tables. An empty cell is NULL.
STATUS = {0: None, 1: "..", 2: "0s", 3: "A", 4: "B", 5: "C", 6: "D", 7: "E", 8: "F", 9: "...", 10: "<LOD"}
SYMBOL = {0: None, 1: "p", 3: "r"}
RESPONSE = {
    1: "invalid date",
    2: "invalid combination of cube and series",
    3: "the request failed",
    4: "invalid vector",
    5: "invalid product id",
    6: "the cube is being published",
    7: "the cube is unavailable",
    8: "invalid number of reference periods",
}
_MONTHS_OF_FREQUENCY = {6: 1, 7: 2, 9: 3, 11: 6} | dict.fromkeys(range(12, 18), 12)


@dataclass(frozen=True)
class Cube:
    """What the agency says of a table. `released` is a day in Eastern time, `end` lies in the last reference period."""

    product_id: str
    title: str
    released: date
    end: date
    frequency: int

    def period_of(self, day: date) -> date:
        """The first day of the reference period that `day` lies in."""
        months = _MONTHS_OF_FREQUENCY.get(self.frequency)
        return date(day.year, (day.month - 1) // months * months + 1, 1) if months else day


@dataclass(frozen=True)
class Point:
    """One figure, as the full tables write it: period, letters of status and symbol; the scalar factor is not applied."""

    ref_date: str
    period_start: date
    value: float | None
    status: str | None
    symbol: str | None
    decimals: int
    scalar_id: int
    released: date


@dataclass(frozen=True)
class Series:
    """One time series: the coordinate without its padding, the vector as `v87008956` (None where the table has none)."""

    product_id: str
    coordinate: str
    vector: str | None
    points: tuple[Point, ...]


def cube_metadata(http: Http, product_id: str) -> Cube:
    """What the agency says of the table; raises NotYet while it is being published."""
    answer = http.json("POST", f"{REST}/getCubeMetadata", [{"productId": int(product_id)}])
    try:
        (cube,) = _objects(http.subject, answer)
        return Cube(str(cube["productId"]), cube["cubeTitleEn"], _day(cube["releaseTime"]), _day(cube["cubeEndDate"]), int(cube["frequencyCode"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown_shape(http.subject, error) from error


def points_by_coordinate(http: Http, series: Sequence[tuple[str, str]], latest_n: int) -> dict[tuple[str, str], tuple[Point, ...]]:
    """The latest points of each (product id, coordinate), keyed as asked; raises PermanentError where a coordinate does not exist."""
    wanted = {key: (key[0], _unpadded(key[1])) for key in series}
    asked = [{"productId": int(product_id), "coordinate": _padded(coordinate), "latestN": latest_n} for product_id, coordinate in wanted.values()]
    found = _series_in_batches(http, "getDataFromCubePidCoordAndLatestNPeriods", asked)
    return _joined(http.subject, wanted, {(one.product_id, one.coordinate): one for one in found})


def points_by_vector(http: Http, vectors: Sequence[str], latest_n: int) -> dict[str, tuple[Point, ...]]:
    """The latest points of each vector (`v87008956`), keyed as asked."""
    wanted = {vector: "v" + vector.lower().removeprefix("v") for vector in vectors}
    asked = [{"vectorId": int(vector[1:]), "latestN": latest_n} for vector in wanted.values()]
    found = _series_in_batches(http, "getDataFromVectorsAndLatestNPeriods", asked)
    return _joined(http.subject, wanted, {one.vector: one for one in found})


def is_wds_answer(payload: Path) -> bool:
    """Whether a file holds a JSON answer rather than a table."""
    with payload.open("rb") as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{"))


def parse_answer(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write the points of this product in a recorded answer as a partial vintage of the full table; labels and metadata stay empty."""
    try:
        answer = json.loads(payload.read_text("utf-8-sig"))
    except ValueError as error:
        raise ContractError(dataset.id, f"{payload.name} is no complete JSON ({error})", "Ask for it again") from error
    series = [one for one in read_series(dataset.id, answer) if one.product_id == dataset.name and one.points]
    if not series:
        raise ContractError(dataset.id, f"{payload.name} has no point of product {dataset.name}", "Import it under the product id that it holds")
    by_coordinate = {one.coordinate: one for one in series}
    points = _latest_points(dataset, series)
    columns: Mapping[str, Mapping[str, Sequence[object]]] = {
        "observations": {
            "REF_DATE": [ref_date for _, ref_date in points],
            "COORDINATE": [coordinate for coordinate, _ in points],
            "VALUE": [point.value for point in points.values()],
            "STATUS": [point.status for point in points.values()],
            "SYMBOL": [point.symbol for point in points.values()],
            "DECIMALS": [str(point.decimals) for point in points.values()],
        },
        "series": {
            "COORDINATE": list(by_coordinate),
            "VECTOR": [one.vector for one in by_coordinate.values()],
            "SCALAR_ID": [str(one.points[-1].scalar_id) for one in by_coordinate.values()],
        },
    }
    with duckdb.connect() as connection:
        rows = {table.name: _write(connection, table, columns.get(table.name, {}), folder) for table in dataset.tables}
    days = [point.period_start for point in points.values()]
    released = Vintage(max(point.released for point in points.values()))
    return Parsed(rows, min(days), max(days), is_complete=False, released=released)


def read_series(subject: str, answer: Any) -> list[Series]:
    """The series of an answer, in its order; raises SourceError where an item failed or its coordinate does not exist."""
    return [_series(subject, item) for item in _objects(subject, answer)]


def _series_in_batches(http: Http, method: str, asked: Sequence[Mapping[str, Any]]) -> Iterator[Series]:
    for start in range(0, len(asked), BATCH):
        yield from read_series(http.subject, http.json("POST", f"{REST}/{method}", asked[start : start + BATCH]))


def _joined(subject: str, wanted: Mapping[Key, object], found: Mapping[Any, Series]) -> dict[Key, tuple[Point, ...]]:
    missing = [key for key, name in wanted.items() if name not in found]
    if missing:
        raise ContractError(
            subject, f"the Web Data Service left out {len(missing)} of {len(wanted)} series, among them {missing[:3]}", "Try again later"
        )
    return {key: found[name].points for key, name in wanted.items()}


def _objects(subject: str, answer: Any) -> Iterator[dict[str, Any]]:
    """What each item of an answer carries. A failed item carries a text, or an object with a response code."""
    for item in answer if isinstance(answer, list) else [answer]:
        carried = item.get("object") if isinstance(item, dict) else item
        code = carried.get("responseStatusCode") if isinstance(carried, dict) else None
        if not isinstance(item, dict) or item.get("status") != "SUCCESS" or code:
            raise _failed(subject, carried, code)
        if not isinstance(carried, dict):
            raise _unknown_shape(subject, TypeError(f"an item carries {str(carried)[:100]}"))
        yield carried


def _failed(subject: str, carried: Any, code: int | None) -> SourceError:
    named = {name: carried[name] for name in ("productId", "coordinate", "vectorId") if carried.get(name)} if isinstance(carried, dict) else {}
    reason = RESPONSE.get(code or 0) or (f"code {code}" if code else str(carried)[:200])
    said = f"the Web Data Service says: {reason}" + (f" {named}" if named else "")
    match code:
        case 6:
            return NotYet(subject, said, "Ask again in an hour")
        case 3 | 7:
            return TransientError(subject, said, "Try again later")
    return PermanentError(subject, said, "Compare what was asked with the table's page at Statistics Canada")


def _series(subject: str, item: dict[str, Any]) -> Series:
    try:
        product_id, coordinate, vector = str(item["productId"]), _unpadded(item["coordinate"]), int(item["vectorId"])
        points = tuple(_point(point) for point in item["vectorDataPoint"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown_shape(subject, error) from error
    has_no_vectors = product_id.startswith("98") or bool(item.get("SeriesTitleEn"))
    if vector == 0 and not has_no_vectors:
        raise PermanentError(subject, f"table {product_id} has no series at coordinate {coordinate}", "Compare it with the members of the cube")
    return Series(product_id, coordinate, f"v{vector}" if vector else None, points)


def _point(point: dict[str, Any]) -> Point:
    is_blank = point["value"] in (None, "")
    return Point(
        ref_date=_ref_date(point),
        period_start=_day(point["refPer"]),
        value=None if is_blank else float(point["value"]),
        status="x" if point["securityLevelCode"] else STATUS[int(point["statusCode"])],
        symbol=SYMBOL[int(point["symbolCode"])],
        decimals=int(point["decimals"]),
        scalar_id=int(point["scalarFactorCode"]),
        released=_day(point["releaseTime"]),
    )


def _ref_date(point: dict[str, Any]) -> str:
    """The period as the full tables write it; of two years, as in `2023/2024`, the answer names both days."""
    start, end, months = point["refPer"], point.get("refPer2") or "", _MONTHS_OF_FREQUENCY.get(point["frequencyCode"])
    if end and end[:4] != start[:4]:
        return f"{start[:4]}/{end[:4]}"
    if months is None:
        return str(start)
    return str(start[:4] if months == 12 else start[:7])


def _latest_points(dataset: Dataset, series: list[Series]) -> dict[tuple[str, str], Point]:
    """One point per coordinate and period: of several, the one released last. Two figures of one release are an error."""
    latest: dict[tuple[str, str], Point] = {}
    for one in series:
        for point in one.points:
            key = (one.coordinate, point.ref_date)
            known = latest.get(key)
            if known and known.released == point.released and known != point:
                raise ContractError(dataset.id, f"{key} stands twice, as {known.value} and {point.value}", "Ask for the series again")
            if not known or known.released < point.released:
                latest[key] = point
    return latest


def _write(connection: duckdb.DuckDBPyConnection, table: Table, columns: Mapping[str, Sequence[object]], folder: Path) -> int:
    """Write the given columns of the table, the others as NULL; returns the number of rows."""
    connection.execute(f"CREATE TABLE {table.name} ({', '.join(f'{_quoted(field.name)} {DUCKDB_TYPE[field.type]}' for field in table.fields)})")
    if columns:
        names, values = ", ".join(map(_quoted, columns)), ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"INSERT INTO {table.name} ({names}) SELECT {values}", list(columns.values()))
    connection.execute(f"COPY {table.name} TO '{folder / f'{table.name}.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    return len(connection.table(table.name))


def _padded(coordinate: str) -> str:
    members = coordinate.split(".")
    return ".".join(members + ["0"] * (10 - len(members)))


def _unpadded(coordinate: str) -> str:
    return re.sub(r"(\.0)+$", "", coordinate)


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])


def _quoted(name: str) -> str:
    return f'"{name}"'


def _unknown_shape(subject: str, error: Exception) -> ContractError:
    said = f"an answer of the Web Data Service has another shape than documented ({type(error).__name__}: {error})"
    return ContractError(subject, said, "Compare it with the user guide of the service")
