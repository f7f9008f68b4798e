"""A loopback server that plays Statistics Canada: full tables, cubes and series. Its figures are made up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.sources import loopback
from tests.sources.loopback import Cut, Fault, File, Loopback, Refuse, Request, Slow

__all__ = ["Agency", "Cut", "Fault", "File", "Refuse", "Request", "Slow", "series_item", "serve", "table_csv", "table_zip"]

REST = "/t1/wds/rest/"
TABLE = "12100011"
HEADER = (
    '"REF_DATE","GEO","DGUID","Trade","Basis","Seasonal adjustment","Principal trading partners",'
    '"UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID","VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"'
)
PARTNERS = {1: "All countries", 2: "United States"}


class Agency(Loopback):
    """Statistics Canada on loopback. `answers` of the Web Data Service are kept by the name of the method."""

    def publish(self, archive: bytes, through: str, released: str, *, etag: str | None = None, product_id: str = TABLE) -> None:
        """A release: the zip, and the cube that says when it was released and with which month it ends."""
        self.files[f"/n1/tbl/csv/{product_id}-eng.zip"] = File(archive, etag)
        self.publish_cube(through, released, product_id)

    def publish_cube(self, through: str, released: str, product_id: str = TABLE) -> None:
        cube = {"responseStatusCode": 0, "productId": product_id, "cubeTitleEn": "A made-up table", "frequencyCode": 6}
        cube |= {"releaseTime": f"{released}T08:30", "cubeStartDate": "2026-01-01", "cubeEndDate": f"{through}-01"}
        self.answers["getCubeMetadata"] = [{"status": "SUCCESS", "object": cube}]

    def answer(self, request: Request) -> Any:
        method = request.path.removeprefix(REST)
        return super().answer(request) if method == request.path else self._method(method, request)

    def _method(self, method: str, request: Request) -> Any:
        answer = self.answers.get(method)
        return answer(request.payload) if callable(answer) else answer


@contextmanager
def serve() -> Iterator[Agency]:
    """The server, until the block ends."""
    with loopback.serve(Agency) as agency:
        yield agency


def table_csv(through: str, *, level: float = 100.0) -> str:
    """A table in the layout of 12-10-0011: customs exports to all countries and to the United States, by month of 2026."""
    lines = [HEADER]
    for month in range(1, int(through[5:]) + 1):
        for partner, name in PARTNERS.items():
            cells = [f"2026-{month:02}", "Canada", "2021A000011124", "Export", "Customs", "Seasonally adjusted", name]
            cells += [
                "Dollars",
                "81",
                "millions ",
                "6",
                f"v{87008896 + partner}",
                f"1.2.1.2.{partner}",
                f"{level / partner + month:.1f}",
                "",
                "",
                "",
                "1",
            ]
            lines.append(",".join(f'"{cell}"' for cell in cells))
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


def table_zip(through: str, *, level: float = 100.0, packed_on: tuple[int, int, int] = (2026, 9, 3), product_id: str = TABLE) -> bytes:
    """The same as the agency packs it, with a metadata file."""
    metadata = f'"Cube Title","Product Id"\r\n"A made-up table","{product_id}"\r\n'
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in {f"{product_id}.csv": table_csv(through, level=level), f"{product_id}_MetaData.csv": metadata}.items():
            target.writestr(zipfile.ZipInfo(name, (*packed_on, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def series_item(coordinate: str, vector: int, *values: float | None, product_id: int = int(TABLE), **changes: Any) -> dict[str, Any]:
    """One series of a Web Data Service answer, its points by month from January 2026; `changes` go into every point."""
    padded = ".".join([*coordinate.split("."), *["0"] * 10][:10])
    points = [
        {"refPer": f"2026-{month:02}-01", "refPer2": "", "value": value, "decimals": 1, "scalarFactorCode": 6, "symbolCode": 0, "statusCode": 0}
        | {"securityLevelCode": 0, "releaseTime": "2026-09-03T08:30", "frequencyCode": 6}
        | changes
        for month, value in enumerate(values, 1)
    ]
    return {
        "status": "SUCCESS",
        "object": {"responseStatusCode": 0, "productId": product_id, "coordinate": padded, "vectorId": vector, "vectorDataPoint": points},
    }
