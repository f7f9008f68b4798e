"""Payloads of made-up figures in the agencies' layouts, landed in a data directory of a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sources import intake, registry
from sources.landing import Landing
from sources.spec import Vintage

# Coordinate and labels of a series -> its figures by month, in thousands; None where the agency publishes none.
Series = Mapping[tuple[str, ...], Mapping[str, float | None]]


def napcs_table(dimensions: Iterable[str], series: Series) -> str:
    """A table of products as csv: `series` is keyed by GEO, the labels of the further dimensions, and the coordinate."""
    names = ["REF_DATE", "GEO", "DGUID", *dimensions, "UOM", "UOM_ID", "SCALAR_FACTOR", "SCALAR_ID", "VECTOR", "COORDINATE", "VALUE", "STATUS"]
    lines = [",".join(f'"{name}"' for name in [*names, "SYMBOL", "TERMINATED", "DECIMALS"])]
    for (place, *labels, coordinate), figures in series.items():
        for month, value in figures.items():
            cells = [month, place, "", *labels, "Dollars", "81", "thousands", "3", "", coordinate]
            cells += ["", ".."] if value is None else [f"{value:g}", ""]
            lines.append(",".join(f'"{cell}"' for cell in [*cells, "", "", "0"]))
    return "\r\n".join(lines) + "\r\n"


def land(data_dir: Path, dataset: str, vintage: str, content: str | bytes, name: str, *, is_partial: bool = False) -> None:
    """Import the payload as a file of that name; it must land."""
    file = data_dir / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    attempt = intake.land_file(Landing(data_dir), registry.dataset(dataset), file, Vintage.parse(vintage), is_partial=is_partial)
    assert attempt.outcome == "landed", attempt
