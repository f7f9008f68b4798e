"""The charts of the report: each a function of rows and a width in pixels, drawn to SVG whose colours are the page's CSS variables.

Shares come in as 0 to 1, values in CAD, changes in percentage points; periods are dates. No function reads the clock, a file or the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import altair as alt
import vl_convert

Row = Mapping[str, Any]

US: Final = "var(--us)"
OTHERS: Final = "var(--others)"
INK: Final = "var(--ink)"
SOFT: Final = "var(--soft)"
LINE: Final = "var(--line)"
GROUND: Final = "var(--ground)"

_VEGA_LITE = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
_LEFT, _TOP, _BOTTOM, _TEXT = 40, 16, 38, 12
# Lines of text closer than this run into each other.
_LEADING = 15
_CONFIG: Final = {
    "aria": False,
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "text": {"fontSize": _TEXT, "color": INK},
    "axis": {
        "labelFontSize": _TEXT,
        "labelColor": SOFT,
        "labelPadding": 6,
        "gridColor": LINE,
        "domainColor": SOFT,
        "tickColor": SOFT,
        "title": None,
    },
}
_YEAR = "utcFormat(datum.value, '%Y')"
_MONTH_AND_YEAR = (
    "utcFormat(datum.value, '%m') == '01' ? [utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')] : utcFormat(datum.value, '%b')"
)


def svg(chart: alt.LayerChart, label: str) -> str:
    """Draw a chart as an SVG element to be set inline: it scales with its column, and a screen reader reads `label` in its place."""
    drawn = vl_convert.vegalite_to_svg({**chart.to_dict(), "config": _CONFIG}, vl_version=_VEGA_LITE, allowed_base_urls=[])
    opening = re.search(r'viewBox="[^"]+"', drawn)
    if opening is None:
        raise ValueError("the drawing has no viewBox")
    body = drawn[drawn.index(">") + 1 :]
    return f'<svg role="img" aria-label="{_escaped(label)}" {opening[0]}>{body}'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def share_history(months: Sequence[Row], windows: Sequence[Row], claimed: tuple[float, float] | None, width: int) -> alt.LayerChart:
    """Draw the US share by month with its revision band, and over twelve months; `claimed` are the limits of the claim.

    Rows of `months`: period, us_share, low, high; of `windows`: period (the last month), us_share.
    """
    height, right = 330, 118
    shares = [month[limit] for month in months for limit in ("low", "high")]
    low, high = _around(shares, 0.05)
    y = _y(low, high, "datum.label + '%'", step=5 if width > 500 else 10)
    x = _x(months[0]["period"], months[-1]["period"], _YEAR, every=("year", 5 if width > 500 else 10))
    plot = _Plot(width, height, right)
    layers = []
    if claimed:
        strip = _data([{"low": claimed[0], "high": claimed[1], "from": months[0]["period"], "to": months[-1]["period"]}])
        layers.append(alt.Chart(strip).mark_rect(color=INK, opacity=0.07).encode(x=alt.X("from:T", scale=x.scale), x2="to:T", y="low:Q", y2="high:Q"))
        says = _data([{"x": months[0]["period"], "y": sum(claimed) / 2, "text": f"“roughly three-quarters”: {_range(*claimed)}"}])
        layers.append(_text(says, color=SOFT, align="left", dx=4))
    layers += [
        alt.Chart(_data(months)).mark_area(color=US, opacity=0.3).encode(x=x, y=y.copy(), y2="high:Q").transform_calculate(y="datum.low"),
        alt.Chart(_data(months)).mark_line(color=US, opacity=0.45, strokeWidth=1).encode(x=x, y=alt.Y("us_share:Q", scale=y.scale)),
    ]
    ends = [{"y": months[-1]["us_share"], "text": f"{months[-1]['us_share']:.1%} in the month", "color": SOFT}]
    if windows:
        line = alt.Chart(_data(windows)).mark_line(color=US, strokeWidth=2.75)
        layers.append(line.encode(x=alt.X("period:T", scale=x.scale), y=alt.Y("us_share:Q", scale=y.scale)))
        ends.append({"y": windows[-1]["us_share"], "text": f"{windows[-1]['us_share']:.1%} in 12 months", "color": US})
    for end in _apart(ends, _LEADING * (high - low) / height):
        at_end = _data([{**end, "x": months[-1]["period"]}])
        layers.append(_text(at_end, color=end["color"], align="left", dx=7, bold=end["color"] == US))
    peak = max(months, key=lambda month: month["us_share"])
    highest = _data([{"x": peak["period"], "y": peak["us_share"], "text": f"{peak['us_share']:.1%} in {peak['period']:%B %Y}"}])
    layers += [_dot(highest, US, 30), _text(highest, color=INK, dy=-11, align="center")]
    return plot.of(layers)


def revisions(versions: Sequence[Row], vintages: Sequence[date], width: int) -> alt.LayerChart:
    """Draw the US share by month as each release had it, and the band between the lowest and the highest of them.

    Rows of `versions`: period, vintage, us_share, latest; one for each month and each release of `vintages` (in order) that had it.
    """
    height, right = 250, 30
    low, high = _around([version["us_share"] for version in versions], 0.02)
    y = _y(low, high, "datum.label + '%'", step=2)
    x = _months(versions)
    band = [
        {"period": period, "low": min(shares), "high": max(shares)}
        for period, shares in _by_period(versions).items()
    ]
    layers = [alt.Chart(_data(band)).mark_area(color=US, opacity=0.25).encode(x=x, y=alt.Y("low:Q", scale=y.scale, axis=y.axis), y2="high:Q")]
    for vintage in vintages:
        layers.append(_vintage_line(versions, vintage, "us_share", x, y, is_latest=vintage == vintages[-1]))
    first = [_first_of(versions, vintage) for vintage in vintages]
    layers.append(_dot(_data([{"x": row["period"], "y": row["us_share"]} for row in first]), US, 36))
    return _Plot(width, height, right).of(layers)


def distances(versions: Sequence[Row], vintages: Sequence[date], width: int) -> alt.LayerChart:
    """Draw how far each release was from what the latest says of the same month, in percentage points; rows as for `revisions`."""
    height, right = 190, 30
    rows = [{**version, "distance": 100 * (version["us_share"] - version["latest"])} for version in versions]
    low, high = _around([row["distance"] for row in rows], 0.5)
    y = alt.Y(
        "distance:Q",
        scale=alt.Scale(domain=[low, high]),
        axis=alt.Axis(ticks=False, domain=False, format="+.1f", labelExpr="datum.value == 0 ? '0' : datum.label", tickCount=4),
    )
    x = _months(versions)
    layers = [alt.Chart(_data([{"zero": 0}])).mark_rule(color=US, strokeWidth=2.25).encode(y=alt.Y("zero:Q", scale=y.scale))]
    for vintage in vintages[:-1]:
        layers.append(_vintage_line(rows, vintage, "distance", x, y, is_latest=False))
    first = [_first_of(rows, vintage) for vintage in vintages]
    dots = _data([{"x": row["period"], "y": row["distance"], "text": f"{vintage.day} {vintage:%b}"} for vintage, row in zip(vintages, first, strict=True)])
    layers += [_dot(dots, US, 36), _text(dots, color=INK, dy=-12, align="center")]
    return _Plot(width, height, right).of(layers)


def share_changes(changes: Sequence[Row], width: int) -> alt.LayerChart:
    """Draw what moved the share from month to month; rows: period, from_us, from_rest, in percentage points."""
    height, right = 230, 12
    parts = [
        {"period": change["period"], "part": part, "points": change[part], "to": start + change[part], "from": start}
        for change in changes
        for part, start in _stacked(change)
    ]
    edges = [part[edge] for part in parts for edge in ("from", "to")]
    low, high = _around([*edges, 0.0], 1.0)
    y = alt.Y(
        "from:Q",
        scale=alt.Scale(domain=[low, high]),
        axis=alt.Axis(ticks=False, domain=False, format="+.0f", labelExpr="datum.value == 0 ? '0' : datum.label", tickCount=6),
    )
    x = _month_bands(changes)
    bars = alt.Chart(_data(parts)).mark_bar().encode(
        x=x,
        y=y,
        y2="to:Q",
        color=alt.Color("part:N", scale=alt.Scale(domain=["from_us", "from_rest"], range=[US, OTHERS]), legend=None),
    )
    sums = _data([{"period": change["period"], "y": change["from_us"] + change["from_rest"]} for change in changes])
    net = alt.Chart(sums).mark_point(shape="diamond", filled=True, size=70, color=INK, opacity=1, stroke=GROUND, strokeWidth=1.5)
    zero = alt.Chart(_data([{"zero": 0}])).mark_rule(color=SOFT).encode(y=alt.Y("zero:Q", scale=y.scale))
    return _Plot(width, height, right).of([bars, zero, net.encode(x=x, y=alt.Y("y:Q", scale=y.scale))])


def _stacked(change: Row) -> list[tuple[str, float]]:
    """Where each part's bar starts: at zero, or at the end of the other one where both point the same way."""
    same_way = change["from_us"] * change["from_rest"] > 0
    return [("from_us", 0.0), ("from_rest", change["from_us"] if same_way else 0.0)]


def partners(bounds: Sequence[Row], complete: Sequence[Row], width: int) -> alt.LayerChart:
    """Draw the effective number of partners by month: `bounds` (period, low, high) from a list of some, `complete` (period, value) from all."""
    height, right = 230, 92
    low, high = 1.0, _around([row["high"] for row in bounds] + [row["value"] for row in complete], 0.25)[1]
    y = alt.Y("low:Q", scale=alt.Scale(domain=[low, high]), axis=alt.Axis(ticks=False, domain=False, format=".1f", tickCount=5))
    every = [row["period"] for row in (*bounds, *complete)]
    x = _x(min(every), max(every), _YEAR, every=("year", 1))
    layers = []
    if bounds:
        layers += [
            alt.Chart(_data(bounds)).mark_area(color=OTHERS, opacity=0.45, line=False).encode(x=x, y=y, y2="high:Q"),
            *(
                alt.Chart(_data(bounds)).mark_line(color=OTHERS, strokeWidth=1).encode(x=x, y=alt.Y(f"{limit}:Q", scale=y.scale))
                for limit in ("low", "high")
            ),
        ]
        last = bounds[-1]
        end = {"x": last["period"], "y": (last["low"] + last["high"]) / 2, "text": f"{last['low']:.2f} to {last['high']:.2f}"}
        layers.append(_text(_data([end]), color=OTHERS, align="left", dx=7, bold=True))
    if complete:
        points = _data([{"x": row["period"], "y": row["value"]} for row in complete])
        layers.append(alt.Chart(points).mark_circle(size=20, color=INK, opacity=1).encode(x=alt.X("x:T", scale=x.scale, axis=x.axis), y=alt.Y("y:Q", scale=y.scale)))
    return _Plot(width, height, right).of(layers)


def doubling(observed: Sequence[Row], paths: Sequence[Row], width: int) -> alt.LayerChart:
    """Draw twelve-month exports to other countries beside the path to their double.

    Rows of `observed`: period (the last month), value; of `paths`: base_year, period, required, one row a year.
    """
    height, right = 280, 84
    billions = [{"x": row["period"], "y": row["value"] / 1e9} for row in observed]
    required = [{"x": row["period"], "y": row["required"] / 1e9, "base_year": str(row["base_year"])} for row in paths]
    top = _around([row["y"] for row in (*billions, *required)], 50)[1]
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(ticks=False, domain=False, labelExpr="datum.label", tickCount=5))
    every = [row["x"] for row in (*billions, *required)]
    axis = _x(min(every), max(every), _YEAR, every=("year", 2 if width > 500 else 5))
    x = alt.X("x:T", scale=axis.scale, axis=axis.axis)
    dashed = alt.Chart(_data(required)).mark_line(color=SOFT, strokeDash=[5, 4], strokeWidth=1.5)
    layers = [
        dashed.encode(x=x, y=y, detail="base_year:N"),
        alt.Chart(_data(billions)).mark_line(color=OTHERS, strokeWidth=2.75).encode(x=x, y=y),
    ]
    last = _data([{**billions[-1], "text": f"C${billions[-1]['y']:.1f} billion"}])
    layers += [_dot(last, OTHERS, 40), _text(last, color=OTHERS, align="right", dx=-8, dy=-10, bold=True)]
    ends = [max((row for row in required if row["base_year"] == base), key=lambda row: row["x"]) for base in sorted({row["base_year"] for row in required})]
    labels = [{"x": end["x"], "y": end["y"], "text": f"{end['y']:.1f}, base {end['base_year']}"} for end in ends]
    for label in _apart(labels, _LEADING * top / height):
        layers.append(_text(_data([{**label, "x": max(every)}]), color=SOFT, align="left", dx=6))
    return _Plot(width, height, right).of(layers)


def unallocated(months: Sequence[Row], limit: float, width: int) -> alt.LayerChart:
    """Draw the trade of each month that is allocated to no country, in C$ million up to `limit`; rows: period, unallocated_cad, is_same_vintage."""
    height, right = 130, 12
    millions = [{"period": row["period"], "y": row["unallocated_cad"] / 1e6, "same": row["is_same_vintage"]} for row in months]
    low, high = _around([0.0, limit / 1e6, *(row["y"] for row in millions)], 20)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[low, high]), axis=alt.Axis(ticks=False, domain=False, tickCount=4))
    x = _month_bands(months)
    solid = alt.Opacity("same:N", scale=alt.Scale(domain=[True, False], range=[1, 0.4]), legend=None)
    bars = alt.Chart(_data(millions)).mark_bar(color=OTHERS).encode(x=x, y=y, opacity=solid)
    tall = sorted(millions, key=lambda row: -abs(row["y"]))[:2]
    values = _data([{**row, "text": f"{row['y']:.1f}"} for row in tall])
    labels = alt.Chart(values).mark_text(dy=-8).encode(x=x, y=alt.Y("y:Q", scale=y.scale), text="text:N")
    return _Plot(width, height, right).of([bars, labels])


class _Plot:
    """A fixed frame, so that the charts of a page line up: `right` pixels beside the plot are for the labels of line ends."""

    def __init__(self, width: int, height: int, right: int) -> None:
        self.padding = {"left": _LEFT, "right": right, "top": _TOP, "bottom": _BOTTOM}
        self.width, self.height = width - _LEFT - right, height

    def of(self, layers: Sequence[alt.Chart]) -> alt.LayerChart:
        return alt.layer(*layers).properties(width=self.width, height=self.height, padding=self.padding, autosize="none")


def _data(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=[{name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} for row in rows])


def _y(low: float, high: float, label: str, *, step: int) -> alt.Y:
    """Return an axis of shares, labelled in percent every `step` points."""
    ticks = [tick / 100 for tick in range(round(100 * low), round(100 * high) + 1) if tick % step == 0]
    axis = alt.Axis(ticks=False, domain=False, values=ticks, format=".0f", labelExpr=label.replace("datum.label", "format(100 * datum.value, '.0f')"))
    return alt.Y("y:Q", scale=alt.Scale(domain=[low, high]), axis=axis)


def _x(first: date, last: date, label: str, *, every: tuple[str, int]) -> alt.X:
    ticks = alt.TimeIntervalStep(interval=alt.TimeInterval(every[0]), step=every[1])
    domain = [first.isoformat(), last.isoformat()]
    return alt.X("period:T", scale=alt.Scale(type="utc", domain=domain), axis=alt.Axis(grid=False, tickCount=ticks, labelExpr=label, labelFlush=False))


def _months(rows: Sequence[Row]) -> alt.X:
    periods = [row["period"] for row in rows]
    return _x(min(periods), max(periods), _MONTH_AND_YEAR, every=("month", 3))


def _month_bands(rows: Sequence[Row]) -> alt.X:
    """Return an axis of one band a month, for bars; labelled in January and July."""
    periods = sorted({row["period"].isoformat() for row in rows})
    label = (
        "slice(datum.value, 5, 7) == '01' ? ['Jan', slice(datum.value, 0, 4)] : "
        "indexof(['04', '07', '10'], slice(datum.value, 5, 7)) >= 0 ? timeFormat(datetime(2001, toNumber(slice(datum.value, 5, 7)) - 1, 1), '%b') : ''"
    )
    axis = alt.Axis(ticks=False, labelExpr=label, labelAngle=0, labelOverlap=False, labelAlign="center")
    return alt.X("period:O", scale=alt.Scale(domain=periods, paddingInner=0.25, paddingOuter=0.2), axis=axis)


def _vintage_line(rows: Sequence[Row], vintage: date, column: str, x: alt.X, y: alt.Y, *, is_latest: bool) -> alt.Chart:
    held = _data([{"period": row["period"], "y": row[column]} for row in rows if row["vintage"] == vintage])
    color, weight = (US, 2.25) if is_latest else (SOFT, 1)
    line = alt.Chart(held).mark_line(color=color, strokeWidth=weight, opacity=1 if is_latest else 0.8)
    return line.encode(x=x, y=alt.Y("y:Q", scale=y.scale, axis=y.axis))


def _text(data: alt.InlineData, *, color: str, align: str, dx: int = 0, dy: int = 0, bold: bool = False) -> alt.Chart:
    mark = alt.Chart(data).mark_text(color=color, align=align, baseline="middle", dx=dx, dy=dy, fontWeight=600 if bold else 400)
    return mark.encode(x="x:T", y="y:Q", text="text:N")


def _dot(data: alt.InlineData, color: str, size: int) -> alt.Chart:
    return alt.Chart(data).mark_circle(color=color, size=size, opacity=1).encode(x="x:T", y="y:Q")


def _first_of(rows: Sequence[Row], vintage: date) -> Row:
    """The last month of a release: what it was the first to publish."""
    return max((row for row in rows if row["vintage"] == vintage), key=lambda row: row["period"])


def _by_period(versions: Sequence[Row]) -> dict[date, list[float]]:
    shares: dict[date, list[float]] = {}
    for version in versions:
        shares.setdefault(version["period"], []).append(version["us_share"])
    return dict(sorted(shares.items()))


def _around(values: Sequence[float], step: float) -> tuple[float, float]:
    """The multiples of `step` that enclose the values."""
    low, high = min(values) // step * step, -(-max(values) // step) * step
    return round(low, 6), round(high if high > low else low + step, 6)


def _apart(labels: Sequence[dict[str, Any]], gap: float) -> list[dict[str, Any]]:
    """Move labels up from the lowest until they are at least `gap` apart, on the axis of their `y`; the pair stays centred on where it was."""
    placed = [dict(label) for label in sorted(labels, key=lambda label: label["y"])]
    for below, above in zip(placed, placed[1:], strict=False):
        lacking = gap - (above["y"] - below["y"])
        if lacking > 0:
            below["y"] -= lacking / 2
            above["y"] += lacking / 2
    return placed


def _range(low: float, high: float) -> str:
    return f"{100 * low:g} to {100 * high:g}%"
