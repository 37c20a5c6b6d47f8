"""The report opens in a real browser without any network, says what was measured and runs nobody's code."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from resnet_viz.events import RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.exports.report import report_html
from resnet_viz.locale import set_language
from resnet_viz.specs import NetworkSpec
from resnet_viz.store import GroupRecord, Labels
from tests.exports.conftest import SPEC, Made
from tests.made.stored import measured, write


def test_a_race_has_its_verdict_its_fairness_and_its_numbers(made: Made) -> None:
    page = report_html(made.store, [made.plain, made.residual])
    assert page.count('class="verdict"') == 1
    assert "differ" in page
    assert "0.750" in page
    assert "Normalisation" in page
    assert "network." not in page, "settings are called what the forms call them"
    assert made.plain in page
    assert "secret session" not in page
    # One run of the race: the verdict is still the race's, and the other run has no column.
    alone = report_html(made.store, [made.plain])
    assert 'class="verdict"' in alone
    assert made.residual not in alone


def test_nothing_in_the_page_points_to_the_network_or_runs_what_people_typed(made: Made) -> None:
    evil = '</script><script>alert("x")</script><img src=x onerror=alert(1)>$plotly'
    made.store.library.label([made.plain], Labels(name=evil, notes=evil))
    made.store.library.label_group(made.race, name=evil)
    page = report_html(made.store, [made.plain])
    body = page[: page.index("<script>")]
    assert "<img" not in body
    assert "&lt;img src=x onerror=alert(1)&gt;$plotly" in body
    assert page.count("<script") == 3 + page[page.index("<script>") + 8 : page.rindex("<script type=")].count(
        "<script"
    )
    assert not re.search(r'(src|href)="(?!data:)', body)
    assert "default-src 'none'" in body


def test_the_report_is_in_the_language_in_force(made: Made) -> None:
    set_language("zh")
    page = report_html(made.store, [made.plain, made.residual])
    assert '<html lang="zh-CN">' in page
    assert "训练" in page


def test_runs_that_belong_to_no_race_have_charts_of_their_own(made: Made) -> None:
    (other,) = made.store.add_group("sweep", "me", "{}", [SPEC.but(network=NetworkSpec(depth=14))]).run_ids
    page = report_html(made.store, [made.plain, other])
    assert page.count("<section>") == 2


@pytest.fixture
def sweep(made: Made) -> GroupRecord:
    """Depths 14 and 20: three cells of its own, and the plain one of depth 14 trained by a race."""
    run = SPEC.but(network=SPEC.network.but(shortcut="identity"))
    spec = Experiment(run=run, depths=(14, 20))
    cells = {(cell.family, cell.depth): cell.run for cell in spec.cells()}
    elsewhere = made.store.add_group("race", "me", "{}", [cells.pop(("plain", 14))])
    group = made.store.add_group("sweep", "me", spec.to_json(), list(cells.values()), name="Deeper & deeper")
    for run_id in (*elsewhere.run_ids, *group.run_ids):
        record = made.store.run(run_id)
        wrong = 0.25 if record.role == "residual" else 0.01 * record.spec.network.depth
        events = measured(np.linspace(2, 0.5, 40), 1 - wrong, tested=0.5, train_loss=0.5, wall_s=12.0)
        write(made.store, run_id, *events, StateChanged(RunState.FINISHED))
    return made.store.group(group.id)


def test_a_race_of_three_network_types_names_each_of_them(made: Made) -> None:
    spec = Experiment(run=SPEC, families=("plain", "residual", "residual+projection"))
    group = made.store.add_group("race", "me", spec.to_json(), spec.runs())
    for run_id, loss in zip(group.run_ids, (1.5, 1.0, 0.9), strict=True):
        write(made.store, run_id, *measured(np.full(40, loss), 0.5), StateChanged(RunState.FINISHED))
    page = report_html(made.store, group.run_ids)
    assert "In this run: residual 1.00, residual (projection) 0.900, plain 1.50" in page
    names = ("plain-8", "residual-8", "residual-8+projection")
    assert [f"<th scope='col'>{name} · 0</th>" in page for name in names] == [True] * 3
    assert page.count("<details>") == 2
    assert "Plain / Residual (projection): depth 8, seed 0" in page


def test_networks_that_are_no_twins_have_a_table_of_what_differs(made: Made) -> None:
    spec = Experiment(run=SPEC, families=("plain", "residual", "cnn"), equal_cost=True)
    group = made.store.add_group("race", "me", spec.to_json(), spec.runs())
    for run_id in group.run_ids:
        events = measured(np.full(40, 1.0), 0.5, parameters=4934)
        write(made.store, run_id, *events, StateChanged(RunState.FINISHED))
    page = report_html(made.store, group.run_ids)
    assert page.count("<details>") == 2
    assert "Here they differ in: network type." in page
    assert "The widths were chosen so that all networks have as many multiply-adds" in page


def test_a_sweep_has_its_verdict_its_curve_and_all_its_cells(made: Made, sweep: GroupRecord) -> None:
    page = report_html(made.store, sweep.run_ids)
    assert page.count("<section>") == 1
    assert "<h2>Deeper &amp; deeper</h2>" in page
    assert page.count('<div class="verdict">') == 1
    assert "At depth 20 the training error is 20.0% (plain) and 25.0% (residual)." in page
    assert "Final error over depth" in page
    (results,) = re.findall(r"<h3>Results</h3>(.*?)</table>", page, re.DOTALL)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in results.split("<tr>")[2:]]
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("Plain 14", "14.0%", "50.0%"),
        ("Residual 14", "25.0%", "50.0%"),
        ("Plain 20", "20.0%", "50.0%"),
        ("Residual 20", "25.0%", "50.0%"),
    ]
    assert len(set(sweep.run_ids) & {row[-1] for row in rows}) == 3, "and one that a race trained"


def test_one_cell_of_a_sweep_is_a_run_like_any_other(made: Made, sweep: GroupRecord) -> None:
    page = report_html(made.store, sweep.run_ids[:1])
    assert "Final error over depth" not in page
    assert page.count("<section>") == 1


def test_it_opens_offline_and_draws_every_chart(made: Made, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_html(made.store, [made.plain, made.residual]), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    charts = page.locator(".chart")
    assert charts.count() >= 4
    page.wait_for_function(
        "() => [...document.querySelectorAll('.chart')].every(chart => chart.querySelector('.main-svg'))"
    )
    assert charts.first.locator(".scatterlayer .trace").count() >= 2
    assert problems == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()
