"""The recorded sweep in a real browser: there before anything is trained, and not in the way afterwards."""

import re

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from resnet_viz.findings.endings import final_train_error
from resnet_viz.ui.recordings import recorded_sweep
from resnet_viz.wording import percent
from tests.ui.conftest import settled

_CHARTS = ("curve", "losses", "gradients")
_POINTS = """(graph) => graph._fullData
  .filter((trace) => trace.mode === 'lines+markers' && trace.xaxis === 'x')
  .map((trace) => [trace.name, Array.from(trace.x), Array.from(trace.y)])"""
_STACKED = "(graph) => graph._fullLayout.yaxis2.domain[1] < graph._fullLayout.yaxis.domain[1]"
_NAMES = "(graph) => graph._fullData.filter((trace) => trace.showlegend).map((trace) => trace.name)"


def chart(page: Page, name: str) -> str:
    """The drawn chart's selector, once it is drawn."""
    selector = f".st-key-card_depth_{name} .live-chart-graph"
    expect(page.locator(selector)).to_have_class(re.compile("js-plotly-plot"), timeout=30_000)
    return selector


def test_all_three_charts_show_what_was_recorded(page: Page, app_url: str) -> None:
    page.goto(app_url + "/depth")
    page.get_by_text("About this recording").click()
    expect(page.get_by_text("This is a recording, not a sweep of this machine")).to_be_visible()
    selectors = {name: chart(page, name) for name in _CHARTS}
    expect(page.locator(".live-chart-graph")).to_have_count(len(_CHARTS))  # each once
    page.wait_for_function(f"() => !({_STACKED})(document.querySelector({selectors['curve']!r}))")
    spec, cells = recorded_sweep().spec, list(recorded_sweep().cells)
    drawn = page.eval_on_selector(selectors["curve"], _POINTS)
    assert [name for name, _x, _y in drawn] == ["Plain", "Residual"]
    for family, (_name, depths, errors) in zip(spec.families, drawn, strict=True):
        assert depths == list(spec.depths)
        for depth, error in zip(depths, errors, strict=True):
            found = [final_train_error(c.history) for c in cells if (c.family, c.depth) == (family, depth)]
            assert error == pytest.approx(sum(filter(None, found)) / spec.seeds, abs=1e-6)
    verdict = page.locator(".st-key-depth_verdict")
    deepest = sum(filter(None, (final_train_error(c.history) for c in cells[-spec.seeds :]))) / spec.seeds
    expect(verdict).to_contain_text(percent(deepest))


def test_depth_shown_and_published_curves_work_and_nothing_is_queued(page: Page, app_url: str) -> None:
    page.goto(app_url + "/depth")
    spec = recorded_sweep().spec
    losses = chart(page, "losses")
    last, first = spec.depths[-1], spec.depths[0]
    assert page.eval_on_selector(losses, _NAMES) == [f"Plain, depth {last}", f"Residual, depth {last}"]
    slider = page.get_by_role("slider", name="Depth shown", exact=True)
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        f"(first) => ({_NAMES})(document.querySelector({losses!r})).every((name) => name.endsWith(first))",
        arg=f", depth {first}",
    )
    page.get_by_text("Show published curves for comparison").click()
    page.wait_for_url("**/depth?published=yes")
    expect(page.locator(".st-key-card_depth_curve .live-chart-how")).to_contain_text(
        "not measured here", timeout=20_000
    )
    page.goto(app_url + "/runs")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Queued")).to_have_count(0)


def test_its_numbers_are_a_table_to_take_away(page: Page, app_url: str) -> None:
    page.goto(app_url + "/depth")
    page.get_by_text("About this recording").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Table for pandas (Parquet)", exact=True).click()
    table = pq.read_table(caught.value.path()).to_pydict()
    assert {run.id for run in recorded_sweep().runs} == set(table["run"])


def test_it_speaks_chinese_and_fits_a_phone(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 2600})
    page.goto(app_url + "/depth?lang=zh")
    curve = chart(page, "curve")
    page.wait_for_function(f"() => ({_STACKED})(document.querySelector({curve!r}))")
    expect(page.locator(".live-chart-graph")).to_have_count(len(_CHARTS))
    expect(page.locator(".st-key-depth_verdict li").first).to_contain_text("错误率")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.set_viewport_size({"width": 1280, "height": 1600})  # turned, or a window made wider
    page.wait_for_function(f"() => !({_STACKED})(document.querySelector({curve!r}))")
