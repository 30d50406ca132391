"""Charts made on the server: lines, bars, rings and sparklines, each with the same figures as a table.

Words are HTML and only the strokes are SVG, so nothing is clipped or scaled at any width. Colours are classes
(`series-1` … `series-7`): a strict content security policy holds and both themes work.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate
from math import ceil, floor, log10, pi
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Number = int | float | Decimal
Formatter = Callable[[Number], str]

COLOURS = 7
WIDTH, HEIGHT = 1000, 400
RADIUS = 60
RING = 2 * pi * RADIUS
DENSE = 8
DAILY = 20


class Line(NamedTuple):
    """One line; `past` draws it dashed and grey, as a comparison."""

    name: str
    values: Sequence[Number]
    past: bool = False


class Slice(NamedTuple):
    """One bar or one part of a ring; `note` follows the value in grey, `url` makes the label a link."""

    label: str
    value: Number
    note: str = ""
    url: str = ""


class Scale(NamedTuple):
    ticks: list[float]

    def y(self, value: Number) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return round(HEIGHT - (float(value) - low) / (high - low) * HEIGHT, 1)


def line_chart(
    lines: Sequence[Line], labels: Sequence[str], *, title: str, format: Formatter = str, axis: Formatter | None = None
) -> SafeString:
    """Lines over the same labels; `format` writes figures, `axis` the shorter ones beside the grid."""
    values = [value for line in lines for value in line.values]
    if not any(values):
        return _empty(title)
    scale = Scale(_ticks(values))
    plot = format_html(
        '<div class="chart-plot"><div class="chart-y" aria-hidden="true">{}</div>{}'
        '<div class="chart-x{}" aria-hidden="true">{}</div></div>',
        format_html_join("", "<span>{}</span>", ((_short(tick, axis or format),) for tick in reversed(scale.ticks))),
        _line_svg(lines, labels, scale, title, format),
        _density(len(labels)),
        format_html_join("", "<span>{}</span>", ((label,) for label in labels)),
    )
    head = ["", *(line.name for line in lines)]
    rows = [[label, *(format(line.values[at]) for line in lines)] for at, label in enumerate(labels)]
    return _figure("chart-lines", title, _legend(lines) + plot, head, rows)


def bar_chart(slices: Iterable[Slice | tuple], *, title: str, format: Formatter = str) -> SafeString:
    """Horizontal bars with their label and value in full, longest value = full width."""
    parts = [Slice(*part) for part in slices]
    longest = max((float(part.value) for part in parts), default=0)
    if longest <= 0:
        return _empty(title)
    body = format_html_join(
        "",
        '<li class="bar"><span class="bar-label">{}</span><span class="bar-value">{}{}</span>'
        '<svg class="series-1" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"/></svg></li>',
        ((_label(part), format(part.value), _note(part), _share(part.value, longest)) for part in parts),
    )
    rows = [[part.label, format(part.value)] for part in parts]
    return _figure("", title, format_html('<ul class="bars">{}</ul>', body), ["", _("Value")], rows)


def donut(
    slices: Iterable[Slice | tuple], *, title: str, format: Formatter = str, total: str = "", caption: str = ""
) -> SafeString:
    """A ring of shares with a legend of values and percentages; `total` stands in the middle."""
    parts = [Slice(*part) for part in slices if part[1] > 0]
    whole = sum(float(part.value) for part in parts)
    if not whole:
        return _empty(title)
    shares = [float(part.value) / whole for part in parts]
    starts = accumulate(shares[:-1], initial=0.0)
    body = format_html(
        '<div class="donut"><svg viewBox="0 0 160 160" role="img" aria-label="{}">'
        '<g transform="rotate(-90 80 80)">{}</g>{}</svg><ul class="donut-legend">{}</ul></div>',
        title,
        format_html_join("", *_ring(shares, starts)),
        _middle(total or format(_same_kind(whole, parts)), caption),
        format_html_join("", *_ring_legend(parts, shares, format)),
    )
    rows = [[part.label, format(part.value), f"{share:.0%}"] for part, share in zip(parts, shares, strict=True)]
    return _figure("", title, body, ["", _("Value"), _("Share")], rows)


def sparkline(values: Sequence[Number], *, title: str = "") -> SafeString:
    """A line the size of a word; decoration unless it has a title."""
    if len(values) < 2 or not any(values):
        return SafeString("")
    low, high = float(min(values)), float(max(values))
    spread = (high - low) or 1.0
    step = 96 / (len(values) - 1)
    points = " ".join(
        f"{2 + at * step:.1f},{26 - (float(value) - low) / spread * 22:.1f}" for at, value in enumerate(values)
    )
    spoken = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    return format_html('<svg class="sparkline" viewBox="0 0 100 30" {}><polyline points="{}"/></svg>', spoken, points)


def _line_svg(lines: Sequence[Line], labels: Sequence[str], scale: Scale, title: str, format: Formatter) -> SafeString:
    grid = format_html_join(
        "", '<path class="chart-grid" d="M0 {}H{}"/>', ((scale.y(tick), WIDTH) for tick in scale.ticks)
    )
    strokes = format_html_join("", "{}", ((_stroke(line, number, scale),) for number, line in enumerate(lines, 1)))
    band = WIDTH / max(len(labels), 1)
    hits = format_html_join(
        "",
        '<rect class="chart-hit" x="{}" width="{}" height="{}"><title>{}</title></rect>',
        (
            (round(at * band, 1), round(band, 1), HEIGHT, _spoken(label, at, lines, format))
            for at, label in enumerate(labels)
        ),
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}{}</svg>',
        WIDTH, HEIGHT, title, grid, strokes, hits,
    )  # fmt: skip


def _density(labels: int) -> str:
    """Which labels the style sheet leaves out where they would overlap."""
    if labels > DAILY:
        return " is-daily"
    return " is-dense" if labels > DENSE else ""


def _stroke(line: Line, number: int, scale: Scale) -> SafeString:
    band = WIDTH / max(len(line.values), 1)
    points = [(round((at + 0.5) * band, 1), scale.y(value)) for at, value in enumerate(line.values)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    if line.past:
        return format_html('<path class="chart-line is-past" d="{}"/>', path)
    base = scale.y(0)
    area = f"{path}L{points[-1][0]} {base}L{points[0][0]} {base}Z"
    dots = "".join(f"M{x} {y}h0" for x, y in points)
    return format_html(
        '<g class="series-{}"><path class="chart-area" d="{}"/><path class="chart-line" d="{}"/>'
        '<path class="chart-dots" d="{}"/></g>',
        (number - 1) % COLOURS + 1, area, path, dots,
    )  # fmt: skip


def _legend(lines: Sequence[Line]) -> SafeString:
    if len(lines) < 2:
        return SafeString("")
    keys = (
        ("is-past" if line.past else f"series-{(number - 1) % COLOURS + 1}", line.name)
        for number, line in enumerate(lines, 1)
    )
    return format_html(
        '<ul class="chart-legend">{}</ul>',
        format_html_join("", '<li><span class="chart-key {}"></span>{}</li>', keys),
    )


def _spoken(label: str, at: int, lines: Sequence[Line], format: Formatter) -> str:
    if len(lines) == 1:
        return f"{label}: {format(lines[0].values[at])}"
    return "\n".join([label, *(f"{line.name}: {format(line.values[at])}" for line in lines)])


def _ring(shares: list[float], starts: Iterable[float]) -> tuple[str, list[tuple]]:
    # A hair of a gap tells neighbours apart without relying on colour.
    gap = 1.5 if len(shares) > 1 else 0
    rows = [
        (at % COLOURS + 1, RADIUS, round(max(share * RING - gap, 0.5), 2), round(RING, 2), round(-start * RING, 2))
        for at, (share, start) in enumerate(zip(shares, starts, strict=True))
    ]
    circle = '<circle class="series-{}" cx="80" cy="80" r="{}" stroke-dasharray="{} {}" stroke-dashoffset="{}"/>'
    return circle, rows


def _ring_legend(parts: list[Slice], shares: list[float], format: Formatter) -> tuple[str, list[tuple]]:
    rows = [
        (at % COLOURS + 1, _label(part), format(part.value), f"{share:.0%}")
        for at, (part, share) in enumerate(zip(parts, shares, strict=True))
    ]
    return '<li><span class="chart-key series-{}"></span><span>{}</span><b>{}</b><span>{}</span></li>', rows


def _middle(total: str, caption: str) -> SafeString:
    note = format_html('<text x="80" y="100">{}</text>', caption) if caption else ""
    return format_html('<text class="donut-total" x="80" y="{}">{}</text>{}', 83 if caption else 87, total, note)


def _figure(css: str, title: str, body: SafeString, head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    heads = format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in head[1:]))
    lines = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', ((row[0], _cells(row[1:])) for row in rows))
    return format_html(
        '<figure class="chart {}" aria-label="{}">{}<details><summary>{}</summary><div class="table-wrap">'
        "<table><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div></details></figure>",
        css, title, body, _("Show as table"), heads, lines,
    )  # fmt: skip


def _cells(cells: Iterable[str]) -> SafeString:
    return format_html_join("", "<td>{}</td>", ((cell,) for cell in cells))


def _empty(title: str) -> SafeString:
    return format_html(
        '<figure class="chart chart-empty" aria-label="{}"><p class="muted">{}</p></figure>',
        title,
        _("Nothing to show for this period yet."),
    )


def _label(part: Slice) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', part.url, part.label) if part.url else part.label


def _note(part: Slice) -> SafeString | str:
    return format_html(' <span class="bar-note">{}</span>', part.note) if part.note else ""


def _share(value: Number, longest: float) -> float:
    return round(max(float(value), 0) / longest * 100, 2)


def _same_kind(whole: float, parts: list[Slice]) -> Number:
    return round(whole) if all(isinstance(part.value, int) for part in parts) else whole


def _short(tick: float, format: Formatter) -> str:
    return format(int(tick) if tick.is_integer() else tick)


def _ticks(values: Sequence[Number]) -> list[float]:
    """Four or five round steps that hold all values and zero."""
    low, high = min(0.0, float(min(values))), max(0.0, float(max(values)))
    rough = (high - low) / 4
    power = 10 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [float(step * at) for at in range(floor(low / step), ceil(high / step - 1e-9) + 1)]
