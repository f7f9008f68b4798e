"""The charts of the report: each a function of rows and a width in pixels, drawn to SVG in the colours of the page's CSS variables.

Shares come in as 0 to 1, values in CAD, changes in percentage points; periods are dates. No function reads the clock, a file or the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any, Final

import altair as alt
import vl_convert

Row = Mapping[str, Any]
# A Vega-Lite specification.
Spec = dict[str, Any]

US: Final = "var(--us)"
OTHERS: Final = "var(--others)"
INK: Final = "var(--ink)"
SOFT: Final = "var(--soft)"
LINE: Final = "var(--line)"
GROUND: Final = "var(--ground)"

_VEGA_LITE: Final = re.sub(r"^v(\d+\.\d+).*", r"\1", alt.SCHEMA_VERSION)
_MARGIN: Final = {"left": 40, "top": 18, "bottom": 40}
# In pixels: lines of text that are closer run into each other.
_LEADING: Final = 16
# In pixels: from here on a chart has room for words at the ends of its lines.
_ROOMY: Final = 500
# In pixels: what the label of a year takes, and the space around it.
_YEAR_LABEL: Final = 64
# In pixels: a name, and the span that it names.
_SPAN_HEIGHT: Final = 30
# The same of a bar that has a label at its end.
_BAR_HEIGHT: Final = 38
_CONFIG: Final = {
    "aria": False,
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "text": {"fontSize": 12},
    "axis": {"labelFontSize": 12, "labelColor": SOFT, "labelPadding": 6, "gridColor": LINE, "domainColor": SOFT, "tickColor": SOFT},
}
_YEAR: Final = "utcFormat(datum.value, '%Y')"
_MONTH: Final = "utcFormat(datum.value, '%m') == '01' ? [utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')] : utcFormat(datum.value, '%b')"
_MONTH_OF_TEXT: Final = _MONTH.replace("datum.value", "utcParse(datum.value, '%Y-%m-%d')")
_PERCENT: Final = "format(100 * datum.value, '.0f') + '%'"
_SIGNED: Final = "datum.value == 0 ? '0' : datum.label"


def svg(chart: Spec, label: str) -> str:
    """Draw a chart as an SVG element to set inline: it scales with its column, and a screen reader reads `label` in its place."""
    drawn: str = vl_convert.vegalite_to_svg({**chart, "config": _CONFIG}, vl_version=_VEGA_LITE, allowed_base_urls=[])
    frame = re.search(r'viewBox="[^"]+"', drawn)
    if frame is None:
        raise ValueError("the drawing has no viewBox")
    return f'<svg role="img" aria-label="{escape(label)}" {frame[0]}>' + drawn[drawn.index(">") + 1 :]


def share_history(months: Sequence[Row], windows: Sequence[Row], claimed: tuple[float, float] | None, width: int) -> Spec:
    """Draw the US share by month with its revision band, and over twelve months; `claimed` are the limits of the claim.

    Rows of `months`: period, us_share, low, high; of `windows`: period (the last month), us_share.
    """
    first, last, is_roomy = months[0], months[-1], width > _ROOMY
    low, high = _around((month[limit] for month in months for limit in ("low", "high")), 0.05)
    plot = _Plot(width, 330, 152 if is_roomy else 56, _years(first["period"], last["period"], width), _percent(low, high, 5))
    if claimed:
        plot.band([{"x": row["period"], "y": claimed[0], "y2": claimed[1]} for row in (first, last)], INK, 0.07)
        says = f"the claim: {100 * claimed[0]:g} to {100 * claimed[1]:g}%" if is_roomy else "claim"
        plot.text([{"x": first["period"], "y": sum(claimed) / 2, "text": says}], SOFT, align="left", dx=4)
    plot.band([{"x": month["period"], "y": month["low"], "y2": month["high"]} for month in months], US, 0.35)
    plot.line([{"x": month["period"], "y": month["us_share"]} for month in months], US, 1, opacity=0.5)
    ends = [{"x": last["period"], "y": last["us_share"], "text": f"{last['us_share']:.1%}{' in the month' if is_roomy else ''}", "weight": 400}]
    if windows:
        plot.line([{"x": row["period"], "y": row["us_share"]} for row in windows], US, 2.75)
        window = windows[-1]["us_share"]
        ends.append({"x": last["period"], "y": window, "text": f"{window:.1%}{' in 12 months' if is_roomy else ''}", "weight": 600})
    for end in _apart(ends, _LEADING * (high - low) / plot.height):
        plot.text([end], US, align="left", dx=7, weight=end["weight"])
    peak = max(months, key=lambda month: month["us_share"])
    is_early = peak["period"] - first["period"] < (last["period"] - first["period"]) / 2
    highest = [{"x": peak["period"], "y": peak["us_share"], "text": f"{peak['us_share']:.1%} in {peak['period']:%B %Y}"}]
    plot.dots(highest, US)
    plot.text(highest, INK, align="left" if is_early else "right", dx=2 if is_early else -2, dy=-13)
    return plot.chart()


def revisions(versions: Sequence[Row], vintages: Sequence[date], width: int) -> Spec:
    """Draw the US share by month as each release had it, and the band between the lowest and the highest of them.

    Rows of `versions`: period, vintage, us_share, latest; one for each month and each release of `vintages` (in order) that had it.
    """
    low, high = _around((version["us_share"] for version in versions), 0.02)
    plot = _Plot(width, 300, 30, _months(versions), _percent(low, high, 2 if high - low < 0.2 else 5))
    shares: dict[date, list[float]] = {}
    for version in versions:
        shares.setdefault(version["period"], []).append(version["us_share"])
    plot.band([{"x": period, "y": min(held), "y2": max(held)} for period, held in sorted(shares.items())], US, 0.3)
    _lines_of_releases(plot, versions, vintages, "us_share")
    return plot.chart()


def distances(versions: Sequence[Row], vintages: Sequence[date], width: int) -> Spec:
    """Draw how far each release was from what the latest says of the same month, in percentage points; rows as for `revisions`."""
    rows = [{**version, "distance": 100 * (version["us_share"] - version["latest"])} for version in versions]
    low, high = _around((row["distance"] for row in rows), 0.25)
    plot = _Plot(width, 190, 30, _months(versions), _plain(low, high, 4, "+.1f", _SIGNED))
    first = _lines_of_releases(plot, rows, vintages, "distance")
    plot.text([{**dot, "text": f"{vintage.day} {vintage:%b}"} for dot, vintage in zip(first, vintages, strict=True)], INK, dy=-13)
    return plot.chart()


def _lines_of_releases(plot: _Plot, rows: Sequence[Row], vintages: Sequence[date], column: str) -> list[dict[str, Any]]:
    """A line for each release, the latest on top, and a dot on the newest month of each: returns the dots."""
    lines = [[{"x": row["period"], "y": row[column]} for row in rows if row["vintage"] == vintage] for vintage in vintages]
    for line in lines[:-1]:
        plot.line(line, SOFT, 1)
    plot.line(lines[-1], US, 2.25)
    newest = [max(line, key=lambda point: point["x"]) for line in lines]
    plot.dots(newest, US)
    return newest


def share_changes(changes: Sequence[Row], width: int) -> Spec:
    """Draw what moved the share from month to month; rows: period, from_us, from_rest, in percentage points."""
    from_us = [{"x": change["period"], "y": 0.0, "y2": change["from_us"]} for change in changes]
    # Where both point the same way the second bar stands on the first.
    starts = [change["from_us"] if change["from_us"] * change["from_rest"] > 0 else 0.0 for change in changes]
    from_rest = [{"x": change["period"], "y": start, "y2": start + change["from_rest"]} for change, start in zip(changes, starts, strict=True)]
    low, high = _around((bar["y2"] for bar in (*from_us, *from_rest)), 1)
    plot = _Plot(width, 230, 12, _bands(changes), _plain(low, high, 6, "+.0f", _SIGNED))
    plot.bars(from_us, US)
    plot.bars(from_rest, OTHERS)
    plot.level(0, SOFT)
    plot.diamonds([{"x": change["period"], "y": change["from_us"] + change["from_rest"]} for change in changes])
    return plot.chart()


def partners(bounds: Sequence[Row], complete: Sequence[Row], width: int) -> Spec:
    """Draw the effective number of partners by month; rows of both: period, low, high. `complete` is from all partners, so that they meet."""
    every = [*bounds, *complete]
    high = _around((row["high"] for row in every), 0.2)[1]
    periods = [row["period"] for row in every]
    plot = _Plot(width, 230, 100, _years(min(periods), max(periods), width), _plain(1, high, 6, ".1f"))
    plot.band([{"x": row["period"], "y": row["low"], "y2": row["high"]} for row in bounds], OTHERS, 0.5)
    for limit in ("low", "high"):
        plot.line([{"x": row["period"], "y": row[limit]} for row in bounds], OTHERS, 1)
    plot.dots([{"x": row["period"], "y": row["low"]} for row in complete], INK, size=16)
    last = bounds[-1]
    end = {"x": last["period"], "y": (last["low"] + last["high"]) / 2, "text": f"{last['low']:.2f} to {last['high']:.2f}"}
    plot.text([end], OTHERS, align="left", dx=7, weight=600)
    return plot.chart()


def two_shares(months: Sequence[Row], months_without: Sequence[Row], width: int) -> Spec:
    """Draw the US share by month of all goods, and that of a scope of them; rows of both: period, us_share."""
    low, high = _around((row["us_share"] for row in (*months, *months_without)), 0.05)
    plot = _Plot(width, 260, 132 if width > _ROOMY else 56, _months(months), _percent(low, high, 5))
    ends = []
    for rows, color, says in ((months, US, "all goods"), (months_without, OTHERS, "without")):
        line = [{"x": row["period"], "y": row["us_share"]} for row in rows]
        plot.line(line, color, 2.5)
        ends.append({**line[-1], "color": color, "text": f"{line[-1]['y']:.1%}{f' {says}' if width > _ROOMY else ''}"})
    for end in _apart(ends, _LEADING * (high - low) / plot.height):
        plot.text([end], end["color"], align="left", dx=7, weight=600)
    return plot.chart()


def share_bounds(years: Sequence[Row], width: int) -> Spec:
    """Draw a share by year as the band between its bounds; rows: period, low, high."""
    low, high = _around((year[bound] for year in years for bound in ("low", "high")), 0.05)
    first, last = years[0], years[-1]
    plot = _Plot(width, 240, 96, _years(first["period"], last["period"], width), _percent(low, high, 10))
    plot.band([{"x": year["period"], "y": year["low"], "y2": year["high"]} for year in years], OTHERS, 0.35)
    ends = []
    for bound in ("low", "high"):
        line = [{"x": year["period"], "y": year[bound]} for year in years]
        plot.line(line, OTHERS, 2)
        plot.dots(line, OTHERS)
        ends.append({**line[-1], "text": f"{line[-1]['y']:.1%}"})
    for end in _apart(ends, _LEADING * (high - low) / plot.height):
        plot.text([end], OTHERS, align="left", dx=7, weight=600)
    return plot.chart()


def bars_by_name(rows: Sequence[Row], width: int) -> Spec:
    """Draw a bar for each row, the first on top, under its name and with its label at the end; rows: name, value, label."""
    most = max(row["value"] for row in rows)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, most]), axis=None)
    plot = _Plot(width, _BAR_HEIGHT * len(rows), 96, x, _rungs(len(rows)), bottom=8)
    for rung, row in enumerate(reversed(rows)):
        plot.line([{"x": 0, "y": rung}, {"x": row["value"], "y": rung}], OTHERS, 7)
        plot.text([{"x": row["value"], "y": rung, "text": row["label"]}], INK, align="left", dx=8)
    room = int(width / 7)
    names = [{"x": 0, "y": rung, "text": _short(row["name"], room)} for rung, row in enumerate(reversed(rows))]
    plot.text(names, INK, align="left", dy=-15)
    return plot.chart()


def intervals_by_name(rows: Sequence[Row], width: int) -> Spec:
    """Draw for each row, the first on top, what a share is at least, and pale how far it may reach; rows: name, low, high, label."""
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    plot = _Plot(width, _BAR_HEIGHT * len(rows), 96, x, _rungs(len(rows)), bottom=8)
    for rung, row in enumerate(reversed(rows)):
        plot.line([{"x": 0, "y": rung}, {"x": 1, "y": rung}], LINE, 1)
        plot.line([{"x": row["low"], "y": rung}, {"x": row["high"], "y": rung}], OTHERS, 7, opacity=0.35)
        plot.line([{"x": 0, "y": rung}, {"x": row["low"], "y": rung}], OTHERS, 7)
        plot.text([{"x": 1, "y": rung, "text": row["label"]}], INK, align="left", dx=8)
    plot.text([{"x": 0, "y": rung, "text": row["name"]} for rung, row in enumerate(reversed(rows))], INK, align="left", dy=-15)
    return plot.chart()


def _short(name: str, room: int) -> str:
    """A name cut at a word where it is longer than there is room for."""
    return name if len(name) <= room else name[: room - 1].rsplit(" ", 1)[0].rstrip(",(") + " …"


def production(versions: Sequence[Row], width: int) -> Spec:
    """Draw what was made by year as the latest edition has it, and what was said before; rows: period, units, known_to (None for the latest)."""
    latest = [{"x": row["period"], "y": row["units"] / 1e6} for row in versions if row["known_to"] is None]
    before = [{"x": row["period"], "y": row["units"] / 1e6} for row in versions if row["known_to"] is not None]
    top = _around((point["y"] for point in (*latest, *before)), 0.5)[1]
    plot = _Plot(width, 240, 84, _years(latest[0]["x"], latest[-1]["x"], width), _plain(0, top, 5, ".1f"))
    plot.line(latest, OTHERS, 2.5)
    plot.dots(latest, OTHERS)
    plot.diamonds(before)
    plot.text([{**latest[-1], "text": f"{latest[-1]['y']:.2f} million"}], OTHERS, align="left", dx=7, weight=600)
    return plot.chart()


def doubling(observed: Sequence[Row], paths: Sequence[Row], width: int) -> Spec:
    """Draw exports over twelve months beside the paths to their double.

    Rows of `observed`: period (the last month), value; of `paths`: base_year, period, required, one row a year in order.
    """
    billions = [{"x": row["period"], "y": row["value"] / 1e9} for row in observed]
    bases = sorted({row["base_year"] for row in paths})
    steps = [[{"x": row["period"], "y": row["required"] / 1e9} for row in paths if row["base_year"] == base] for base in bases]
    every = [*billions, *(step for path in steps for step in path)]
    first, last = min(point["x"] for point in every), max(point["x"] for point in every)
    top = _around((point["y"] for point in every), 50)[1]
    is_roomy = width > _ROOMY
    plot = _Plot(width, 280, 124 if is_roomy else 72, _years(first, last, width), _plain(0, top, 5, ".0f"))
    for path in steps:
        plot.line(path, SOFT, 1.5, dashed=True)
    plot.line(billions, OTHERS, 2.75)
    end = [{**billions[-1], "text": f"C${billions[-1]['y']:.1f} billion"}]
    plot.dots(end, OTHERS)
    plot.text(end, OTHERS, align="right", dx=-9, dy=-8, weight=600)
    goals = [
        {"x": path[-1]["x"], "y": path[-1]["y"], "text": f"{path[-1]['y']:.1f}: base {base}" if is_roomy else f"base {base}"}
        for base, path in zip(bases, steps, strict=True)
    ]
    plot.text(_apart(goals, _LEADING * top / plot.height), SOFT, align="left", dx=7)
    return plot.chart()


def unallocated(months: Sequence[Row], most_cad: float, width: int) -> Spec:
    """Draw the trade of each month that is allocated to no country, on a scale to `most_cad`; rows: period, unallocated_cad, is_same_vintage.

    Months that compare two releases are pale.
    """
    low, high = _around((0.0, most_cad / 1e6, *(row["unallocated_cad"] / 1e6 for row in months)), 20)
    plot = _Plot(width, 120, 12, _bands(months), _plain(low, high, 4, ".0f"))
    bars = [{"x": row["period"], "y": 0.0, "y2": row["unallocated_cad"] / 1e6, "is_same": row["is_same_vintage"]} for row in months]
    plot.bars([bar for bar in bars if bar["is_same"]], OTHERS)
    plot.bars([bar for bar in bars if not bar["is_same"]], OTHERS, opacity=0.45)
    largest = sorted(bars, key=lambda bar: -abs(bar["y2"]))[:2]
    plot.text([{"x": bar["x"], "y": bar["y2"], "text": f"{bar['y2']:.1f}"} for bar in largest], INK, dy=-8)
    return plot.chart()


def holdings(spans: Sequence[Row], width: int) -> Spec:
    """Draw the periods that are held of each data set, the first one on top; rows: dataset, data_from, data_through."""
    plot = _Plot(width, _SPAN_HEIGHT * len(spans), 12, _years(*_extent(spans), width), _rungs(len(spans)))
    for rung, held in enumerate(reversed(spans)):
        ends = [{"x": held["data_from"], "y": rung}, {"x": held["data_through"], "y": rung}]
        plot.line(ends, OTHERS, 5)
        plot.dots(ends, OTHERS, size=20)
    names = [{"x": _extent(spans)[0], "y": rung, "text": held["dataset"]} for rung, held in enumerate(reversed(spans))]
    plot.text(names, INK, align="left", dy=-11)
    return plot.chart()


def _extent(spans: Sequence[Row]) -> tuple[date, date]:
    return min(held["data_from"] for held in spans), max(held["data_through"] for held in spans)


class _Plot:
    """Layers on one pair of axes, in a fixed frame so that charts of a page line up: `right` pixels beside it are for the labels of line ends.

    Points have `x` (a date), `y`, and `y2` or `text` where the layer asks for it. A layer without points is left out.
    """

    def __init__(self, width: int, height: int, right: int, x: alt.X, y: alt.Y, *, bottom: int = _MARGIN["bottom"]) -> None:
        self._padding = {**_MARGIN, "right": right, "bottom": bottom}
        self._width, self.height = width - _MARGIN["left"] - right, height
        self._x, self._y = x, y
        self._layers: list[alt.Chart] = []
        self._data: dict[str, list[Row]] = {}

    def chart(self) -> Spec:
        chart = alt.layer(*self._layers).properties(width=self._width, height=self.height, padding=self._padding, autosize="none")
        # Checking and copying every point of every layer would take most of the time of a report; the tests check the specifications.
        return {**chart.to_dict(validate=False), "datasets": self._data}

    def line(self, points: Sequence[Row], color: str, width: float, *, opacity: float = 1, dashed: bool = False) -> None:
        self._add(points, lambda base: base.mark_line(color=color, strokeWidth=width, opacity=opacity, strokeDash=[5, 4] if dashed else [1, 0]))

    def band(self, points: Sequence[Row], color: str, opacity: float) -> None:
        self._add(points, lambda base: base.mark_area(color=color, opacity=opacity), y2="y2:Q")

    def bars(self, points: Sequence[Row], color: str, *, opacity: float = 1) -> None:
        self._add(points, lambda base: base.mark_bar(color=color, opacity=opacity), y2="y2:Q")

    def dots(self, points: Sequence[Row], color: str, *, size: int = 36) -> None:
        self._add(points, lambda base: base.mark_circle(color=color, size=size, opacity=1))

    def diamonds(self, points: Sequence[Row]) -> None:
        self._add(points, lambda base: base.mark_point(shape="diamond", fill=INK, stroke=GROUND, strokeWidth=1.5, size=90, opacity=1))

    def text(self, points: Sequence[Row], color: str, *, align: str = "center", dx: int = 0, dy: int = 0, weight: int = 400) -> None:
        self._add(points, lambda base: base.mark_text(color=color, align=align, baseline="middle", dx=dx, dy=dy, fontWeight=weight), text="text:N")

    def level(self, y: float, color: str) -> None:
        self._layers.append(self._base([{"y": y}]).mark_rule(color=color).encode(y=self._y))

    def _add(self, points: Sequence[Row], mark: Any, **encodings: str) -> None:
        if points:
            self._layers.append(mark(self._base(points)).encode(x=self._x, y=self._y, **encodings))

    def _base(self, points: Sequence[Row]) -> alt.Chart:
        name = f"layer_{len(self._data)}"
        self._data[name] = [{key: value.isoformat() if isinstance(value, date) else value for key, value in point.items()} for point in points]
        return alt.Chart(alt.NamedData(name))


def _percent(low: float, high: float, step: int) -> alt.Y:
    """Shares, labelled in percent every `step` points."""
    ticks = [tick / 100 for tick in range(round(100 * low), round(100 * high) + 1) if tick % step == 0]
    axis = alt.Axis(title=None, ticks=False, domain=False, values=ticks, labelExpr=_PERCENT)
    return alt.Y("y:Q", scale=alt.Scale(domain=[low, high]), axis=axis)


def _plain(low: float, high: float, ticks: int, form: str, label: str = "datum.label") -> alt.Y:
    axis = alt.Axis(title=None, ticks=False, domain=False, tickCount=ticks, format=form, labelExpr=label)
    return alt.Y("y:Q", scale=alt.Scale(domain=[low, high]), axis=axis)


def _rungs(count: int) -> alt.Y:
    """As many levels as there are rows, without labels of their own."""
    return alt.Y("y:Q", scale=alt.Scale(domain=[-0.5, count - 0.2]), axis=None)


def _years(first: date, last: date, width: int) -> alt.X:
    """An axis over years, as many of them labelled as the width has room for."""
    room = width / _YEAR_LABEL
    step = next((step for step in (1, 2, 5, 10) if (last.year - first.year) / step <= room), 20)
    return _time(first, last, _YEAR, alt.TimeIntervalStep(interval=alt.TimeInterval("year"), step=step))


def _months(rows: Sequence[Row]) -> alt.X:
    periods = [row["period"] for row in rows]
    return _time(min(periods), max(periods), _MONTH, alt.TimeIntervalStep(interval=alt.TimeInterval("month"), step=3))


def _time(first: date, last: date, label: str, ticks: alt.TimeIntervalStep) -> alt.X:
    axis = alt.Axis(title=None, grid=False, tickCount=ticks, labelExpr=label, labelFlush=False)
    return alt.X("x:T", scale=alt.Scale(type="utc", domain=[first.isoformat(), last.isoformat()]), axis=axis)


def _bands(rows: Sequence[Row]) -> alt.X:
    """A band for each month, labelled every quarter."""
    periods = sorted({row["period"].isoformat() for row in rows})
    quarters = [period for period in periods if period[5:7] in ("01", "04", "07", "10")]
    axis = alt.Axis(title=None, ticks=False, values=quarters, labelExpr=_MONTH_OF_TEXT, labelAngle=0)
    return alt.X("x:O", scale=alt.Scale(domain=periods, paddingInner=0.25, paddingOuter=0.2), axis=axis)


def _around(values: Iterable[float], step: float) -> tuple[float, float]:
    """The multiples of `step` that enclose the values."""
    held = list(values)
    low, high = min(held) // step * step, -(-max(held) // step) * step
    return round(low, 6), round(max(high, low + step), 6)


def _apart(labels: Sequence[dict[str, Any]], gap: float) -> list[dict[str, Any]]:
    """Push neighbours that are less than `gap` apart away from each other, each by half of what is missing."""
    placed = [dict(label) for label in sorted(labels, key=lambda label: float(label["y"]))]
    for below, above in pairwise(placed):
        missing = max(0.0, gap - (above["y"] - below["y"]))
        below["y"] -= missing / 2
        above["y"] += missing / 2
    return placed
