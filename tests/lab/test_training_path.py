"""The path of a race's training on its loss maps, and how much of it they show."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.events import Facts, Progress, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.figure import Figure
from resnet_viz.inspection.bundled import BUNDLED
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.lab.answers import answer_values, asking
from resnet_viz.lab.questions.landscape import QUESTION, panels
from resnet_viz.lab.task import measure
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench
from resnet_viz.store import Store
from tests.made.stored import write
from tests.made.trained import saved

KEPT = (0, 4, 10)


@pytest.fixture
def race(own_store: Store) -> str:
    """One whose plain and residual network were kept three times, each time with other weights."""
    preset = RACE.presets["shallow"].spec.run
    run = preset.but(
        network=preset.network.but(width=2),
        train=preset.train.but(steps=10, batch_size=16),
        data=preset.data.but(resolution_px=8, train_size=100),
    )
    group = start_experiment(own_store, RACE, Experiment(run=run), "local")
    for run_id in group.run_ids:
        spec = own_store.run(run_id).spec
        weights = [saved(own_store.run_folder(run_id), spec, at, seed=at) for at in KEPT]
        write(own_store, run_id, *weights, Facts({}), Progress(10), StateChanged(RunState.FINISHED))
    return group.id


def test_only_this_question_is_told_of_the_checkpoints_before_the_chosen_one(
    own_store: Store, race: str
) -> None:
    def told(step: int | None) -> list[list[int]]:
        values = asking(QUESTION, race, step).values(own_store)
        return [[at for at, _model in one["path"]] for one in values["networks"]]

    assert told(None) == [[0, 4], [0, 4]]
    assert told(4) == [[0], [0]]
    assert told(0) == [[], []]
    assert all("path" not in one for one in asking(QUESTION, BUNDLED).values(own_store)["networks"])


def test_the_path_is_drawn_on_both_maps_and_its_share_is_said_and_written(
    own_store: Store, race: str, tmp_path: Path
) -> None:
    asked = asking(QUESTION, race, None, {"layers": "last"})
    result = answer_about(own_store, race, None, tmp_path)
    _cut, maps = panels(result)
    assert isinstance(maps, Figure)
    paths = [trace for trace in to_figure(maps.chart).data if trace.type == "scatter"]
    assert [trace.xaxis for trace in paths] == [None, "x2"]
    assert list(paths[0].text) == ["after 0 steps", "after 4 steps", "the trained network"]
    assert (paths[0].x[-1], paths[0].y[-1]) == (0, 0)
    share = result.values["path"]["plain"]["share"]
    assert 0 < share < 1
    assert f"of the training of Plain; {share:.1%} of its length lies in this plane" in maps.more
    written = answer_values(asked, result)["result"]["series"]["maps"]["plain"]["path"]
    assert written["steps"] == [0, 4]
    assert written["share_in_plane"] == share
    np.testing.assert_allclose(written["x"], result.arrays["path_plain"][:, 0])


def test_in_three_dimensions_it_is_as_high_as_the_losses_of_its_checkpoints(
    own_store: Store, race: str, tmp_path: Path
) -> None:
    """Each is the one in the middle of the map around that checkpoint."""
    whole, *earlier = (answer_about(own_store, race, step, tmp_path) for step in (None, 4, 0))
    lines = []
    for family in ("plain", "residual"):
        middles = [float(one.arrays[f"losses_{family}"][5, 5]) for one in (*reversed(earlier), whole)]
        np.testing.assert_allclose(whole.arrays[f"path_losses_{family}"], middles, rtol=1e-5)
        lines.append(middles)
    _cut, maps = panels(whole)
    assert isinstance(maps, Figure)
    assert maps.solid is not None
    drawn = to_figure(maps.solid.chart)
    paths = [trace for trace in drawn.data if trace.type == "scatter3d"]
    assert [trace.scene for trace in paths] == ["scene", "scene2"]
    for path, middles in zip(paths, lines, strict=True):
        np.testing.assert_allclose(np.float64(path.z), np.log10(middles), rtol=1e-5)
        assert path.text[0].startswith("after 0 steps: ")
        low, high = drawn.layout[path.scene].zaxis.range
        assert low <= min(path.z)
        assert max(path.z) <= high
    share = whole.values["path"]["residual"]["share"]
    assert f"of the training of Residual, above the nearest point of this plane. {share:.1%}" in (
        maps.solid.more
    )
    values = answer_values(asking(QUESTION, race, None, {"layers": "last"}), whole)
    written = values["result"]["series"]["maps"]["residual"]["path"]
    np.testing.assert_allclose(written["losses"], lines[1], rtol=1e-5)


def test_answers_that_know_no_losses_of_the_path_yet_draw_none_in_three_dimensions(
    own_store: Store, race: str, tmp_path: Path
) -> None:
    whole = answer_about(own_store, race, None, tmp_path)
    known = {name: values for name, values in whole.arrays.items() if "path_losses" not in name}
    not_yet = {f"path_losses_{family}": np.full(3, np.nan) for family in ("plain", "residual")}
    for arrays in (known, known | not_yet):
        _cut, maps = panels(whole._replace(arrays=arrays))
        assert isinstance(maps, Figure)
        assert maps.solid is not None
        assert {trace.type for trace in to_figure(maps.solid.chart).data} == {"surface"}
        assert "Line" not in maps.solid.more
        assert [trace.type for trace in to_figure(maps.chart).data].count("scatter") == 2


def answer_about(store: Store, race: str, step: int | None, folder: Path) -> Frame:
    """The last answer about the last layers, as it comes over the wire."""
    asked = asking(QUESTION, race, step, {"layers": "last"})
    (*_before, last) = measure(asked.values(store), Bench(folder, 1, 1))
    assert last.values is not None
    return Frame.from_bytes(Frame(dict(last.values), dict(last.arrays or {})).to_bytes())
