"""Charts: complete for those who see them and for those who hear them, and harmless whatever the figures are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.charts import Line, Slice, _ticks, bar_chart, donut, line_chart, sparkline
from crm.core.formats import money

MONTHS = ["Jan", "Feb", "Mar"]
CHARTS = {
    "lines": lambda values, name="won": line_chart(
        [Line(name, values)], [str(at) for at in range(len(values))], title="Won"
    ),
    "bars": lambda values, name="won": bar_chart([(name, value) for value in values], title="Won"),
    "ring": lambda values, name="won": donut([(name, value) for value in values], title="Won"),
}


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_a_chart_has_a_name_and_a_table_and_no_style(draw):
    html = draw([3, 5])
    assert 'aria-label="Won"' in html
    assert "<summary>Show as table</summary>" in html
    assert "style" not in html
    assert "<script" not in html


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_a_chart_without_figures_says_so(draw, values):
    html = draw(values)
    assert "Nothing to show for this period yet." in html
    assert "<table" not in html


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_labels_are_escaped(draw):
    assert "<i>" not in draw([1, 2], name="<i>")


@given(st.lists(st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9)), min_size=1, max_size=24))
def test_ticks_are_few_and_hold_every_value_and_zero(values):
    if not any(abs(value) > 1e-6 for value in values):
        return
    ticks = _ticks(values)
    assert 2 <= len(ticks) <= 7
    slack = (ticks[-1] - ticks[0]) * 1e-6
    assert ticks[0] - slack <= min(values) and max(values) <= ticks[-1] + slack
    assert ticks[0] <= 0 <= ticks[-1]


@given(st.lists(st.integers(0, 10**9), max_size=12))
def test_any_figures_draw(values):
    for draw in CHARTS.values():
        assert "nan" not in draw(values).lower()


def test_a_line_is_drawn_inside_its_frame():
    html = line_chart([Line("won", [10, 80, 40])], MONTHS, title="Won")
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", re.search(r'chart-line" d="([^"]+)"', html)[1])]
    assert len(heights) == 3
    assert all(0 <= y <= 400 for y in heights)
    assert heights[1] == min(heights)


def test_figures_use_the_callers_words_and_the_axis_shorter_ones():
    html = line_chart(
        [Line("won", [12000, 13000, 14000])], MONTHS, title="Won", format=money, axis=lambda v: f"{v // 1000}k"
    )
    assert "<title>Jan: €\u00a012,000</title>" in html
    assert "<span>15k</span>" in html
    assert "<td>€\u00a014,000</td>" in html


def test_two_lines_have_a_legend_and_a_comparison_is_dashed():
    html = line_chart([Line("this year", [1, 2, 3]), Line("last year", [3, 2, 1], past=True)], MONTHS, title="Won")
    assert html.count("<li>") == 2
    assert "chart-line is-past" in html
    assert "Jan\nthis year: 1\nlast year: 3" in html


def test_many_labels_thin_out_on_a_narrow_screen():
    assert "is-dense" in line_chart([Line("won", range(1, 13))], [str(at) for at in range(12)], title="Won")
    assert "is-dense" not in line_chart([Line("won", [1, 2, 3])], MONTHS, title="Won")


def test_the_longest_bar_is_full_and_the_others_in_proportion():
    html = bar_chart([Slice("New", 50, "2 deals", "/deals/"), Slice("Won", 200), Slice("Lost", -3)], title="Pipeline")
    assert re.findall(r'rect width="([\d.]+)"', html) == ["25.0", "100.0", "0.0"]
    assert '<a href="/deals/">New</a>' in html
    assert "2 deals" in html


def test_a_ring_closes_and_shares_add_up():
    html = donut([("Referral", 1), ("Event", 3), ("None", 0)], title="Sources", caption="leads")
    arcs = [float(arc) for arc in re.findall(r'dasharray="([\d.]+) ', html)]
    assert sum(arcs) == pytest.approx(2 * 3.14159 * 60, abs=4)
    assert ">25%<" in html and ">75%<" in html
    assert ">4</text>" in html and "leads" in html
    assert "None" not in html


def test_a_sparkline_needs_two_figures_and_speaks_only_when_named():
    assert sparkline([1]) == ""
    assert sparkline([0, 0]) == ""
    assert 'aria-hidden="true"' in sparkline([1, 2])
    assert 'aria-label="Rising"' in sparkline([5, 5], title="Rising")
