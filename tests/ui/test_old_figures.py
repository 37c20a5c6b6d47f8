"""Test figures of earlier versions keep their value and are marked wherever they are listed."""

import pytest

from resnet_viz.events import Facts, NormStatistics, Progress, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import GroupRecord, Store
from tests.made.stored import write
from tests.ui.shown import Shown
from tests.ui.test_pages import open_page, texts

SENTENCE = "Measured with the running averages of batch normalisation"


def finished(store: Store, statistics: NormStatistics) -> GroupRecord:
    race = Experiment(run=RunSpec(network=NetworkSpec(depth=8)))
    group = store.add_group("race", "local", race.to_json(), race.runs())
    for run_id in group.run_ids:
        facts = {"test_accuracy": 0.261, "test_statistics": statistics.value}
        write(store, run_id, Facts(facts), Progress(150), StateChanged(RunState.FINISHED))
    return group


@pytest.mark.parametrize("view", ["runs", "groups"])
@pytest.mark.parametrize(
    ("statistics", "mark"), [(NormStatistics.RUNNING, "26.1%*"), (NormStatistics.REESTIMATED, "26.1%")]
)
def test_a_figure_of_running_averages_is_not_listed_like_a_new_one(
    store: Store, shown: Shown, view: str, statistics: NormStatistics, mark: str
) -> None:
    group = finished(store, statistics)
    app = open_page("runs", view=view)
    ids = group.run_ids if view == "runs" else (group.id,)
    cells = [cell for row in shown.rows if row.id in ids for cell in row.cells]
    assert any(cell.endswith(mark) and "26.1%" in cell for cell in cells)
    assert (SENTENCE in texts(app)) == (statistics is NormStatistics.RUNNING)


def test_a_race_of_running_averages_says_so(store: Store) -> None:
    group = finished(store, NormStatistics.RUNNING)
    app = open_page("race", race=group.id)
    assert SENTENCE in texts(app)
