"""A chart or a table of the report, drawn: for a wide column and for a narrow one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from orchestration.publication import charts

WIDE: Final = 720
NARROW: Final = 350


@dataclass(frozen=True)
class Drawing:
    """A chart, drawn for a wide column and for a narrow one."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class Table:
    """The figures behind a chart, every cell as it is printed."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


def draw(chart: Callable[[int], charts.Spec], label: str) -> Drawing:
    """Draw a chart that is made for a width; a screen reader reads `label` in its place."""
    wide, narrow = (Markup(charts.svg(chart(width), label)) for width in (WIDE, NARROW))
    return Drawing(wide, narrow)
